//! Triggers in the world: everybody's agenda, driven by what happens and by the clock. The agenda is the machine's for
//! every engine; what differs between engines is the conversations.

use botflow_machine::trigger::{
    Decision, Happening, Situation, Surroundings, delivery, due, happened, turned,
};
use botflow_machine::{Delivery, Effect, EventKind, Rest, Speaker, Starter};

use super::{Observed, Trouble, World};
use crate::describe;
use crate::shadow::Look;

impl World<'_> {
    /// The first look at somebody's agenda: what they are now is no joining, and schedules count from here.
    pub(super) fn meet_agenda(&mut self, person: usize) -> Result<Vec<Observed>, Trouble> {
        if !self.decides() || std::mem::replace(&mut self.people[person].known, true) {
            return Ok(Vec::new());
        }
        self.decide(person, Look::Turned(&[]))
    }

    /// A turn is over.
    pub(super) fn after_turn(
        &mut self,
        person: usize,
        effects: &[Effect],
        happening: Option<Happening>,
    ) -> Result<Vec<Observed>, Trouble> {
        if !self.decides() && happening.is_none() {
            return Ok(Vec::new());
        }
        let mut observed = self.decide(person, Look::Turned(effects))?;
        if let Some(happening) = happening {
            observed.extend(self.decide(person, Look::Happened(&happening))?);
        }
        Ok(observed)
    }

    /// Something became of the last message.
    pub(super) fn delivered(&mut self, person: usize, status: Delivery) -> Result<Vec<Observed>, Trouble> {
        let channel = self.people[person].channel.clone();
        self.decide(person, Look::Delivered(&channel, status))
    }

    /// The timer of the agenda goes off.
    pub(super) fn agenda_due(&mut self, person: usize) -> Result<Vec<Observed>, Trouble> {
        self.decide(person, Look::Due)
    }

    /// The bot has something that agendas are for.
    fn decides(&self) -> bool {
        !self.bot.triggers.is_empty() || !self.bot.goals.is_empty()
    }

    fn decide(&mut self, person: usize, what: Look<'_>) -> Result<Vec<Observed>, Trouble> {
        let mut decisions = Vec::new();
        let someone = &mut self.people[person];
        let mut channels = someone.engine.speaking().person().reachable();
        if channels.is_empty() {
            channels.push(someone.channel.clone());
        }
        let situation = Situation {
            program: self.program,
            person: someone.engine.speaking().person(),
            surroundings: Surroundings {
                asked: matches!(someone.engine.speaking().rest(), Rest::Asks | Rest::Works),
                wrote_at: someone.wrote_at,
                people: someone.engine.speaking().rest() == Rest::People,
                channels: &channels,
            },
            now: self.now,
        };
        let agenda = &mut someone.agenda;
        match what {
            Look::Turned(effects) => turned(&situation, agenda, effects, &mut decisions),
            Look::Happened(happening) => happened(&situation, agenda, happening.clone(), &mut decisions),
            Look::Delivered(channel, status) => delivery(&situation, agenda, channel, status, &mut decisions),
            Look::Due => due(&situation, agenda, &mut decisions),
        }
        let mut observed = Vec::new();
        if let Some(shadow) = &mut someone.shadow {
            let told = shadow.look(situation.person, situation.surroundings, self.now, what);
            let decided: Vec<String> = decisions
                .iter()
                .map(|one| describe::decision(self.bot, one))
                .collect();
            if told != decided {
                observed.push(Observed::Did(format!("decides {decided:?}, or else {told:?}")));
            }
        }
        for decision in decisions {
            observed.push(Observed::Did(describe::decision(self.bot, &decision)));
            self.people[person]
                .engine
                .speaking_mut()
                .decided(self.now, &decision);
            if let Decision::Start {
                trigger,
                flow,
                args,
                channel,
                by_customer,
                ..
            } = decision
            {
                // The person answers where the bot wrote.
                let someone = &mut self.people[person];
                let before = std::mem::replace(&mut someone.channel, channel.clone());
                let start = EventKind::Start {
                    flow: self.bot.flows[flow.index()].name.clone(),
                    args,
                    channel: Some(channel.clone()),
                    by: Starter::Trigger {
                        name: self.bot.triggers[trigger.index()].name.clone(),
                        by_customer,
                    },
                };
                observed.extend(self.turns(person, start)?);
                let someone = &mut self.people[person];
                if someone.engine.speaking().person().channel != channel {
                    someone.channel = before;
                }
            }
        }
        Ok(observed)
    }
}
