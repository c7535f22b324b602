//! Triggers in the world: everybody's agenda, driven by what happens and by the clock. The agenda is the machine's for
//! every engine; what differs between engines is the conversations.

use botflow_machine::trigger::Happening;
use botflow_machine::{Delivery, Effect, Look, Presence, Speaker};

use super::{Observed, Trouble, World};
use crate::describe;

impl World<'_> {
    /// The first look at somebody's agenda: what they are now is no joining, and schedules count from here.
    pub(super) fn meet_agenda(&mut self, person: usize) -> Result<Vec<Observed>, Trouble> {
        match self.people[person].presence.meets(self.program) {
            true => self.decide(person, Look::Turned(&[])),
            false => Ok(Vec::new()),
        }
    }

    /// A turn is over.
    pub(super) fn after_turn(
        &mut self,
        person: usize,
        effects: &[Effect],
        happening: Option<Happening>,
    ) -> Result<Vec<Observed>, Trouble> {
        let mut observed = Vec::new();
        for look in Presence::after(self.program, effects, happening.as_ref()) {
            observed.extend(self.decide(person, look)?);
        }
        Ok(observed)
    }

    /// Something became of the last message.
    pub(super) fn delivered(&mut self, person: usize, status: Delivery) -> Result<Vec<Observed>, Trouble> {
        let channel = self.people[person].presence.channel.clone();
        self.decide(person, Look::Delivered(&channel, status))
    }

    /// The timer of the agenda goes off.
    pub(super) fn agenda_due(&mut self, person: usize) -> Result<Vec<Observed>, Trouble> {
        self.decide(person, Look::Due)
    }

    fn decide(&mut self, person: usize, what: Look<'_>) -> Result<Vec<Observed>, Trouble> {
        let someone = &mut self.people[person];
        let around = someone.presence.around(&someone.engine);
        let decisions = someone
            .presence
            .look(self.program, &someone.engine, self.now, what);
        let mut observed = Vec::new();
        if let Some(shadow) = &mut someone.shadow {
            let person = someone.engine.speaking().person();
            let told = shadow.look(person, around.surroundings(), self.now, what);
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
            let someone = &mut self.people[person];
            someone.engine.speaking_mut().decided(self.now, &decision);
            if let Some((start, before)) = someone.presence.begin(self.bot, &decision) {
                observed.extend(self.turns(person, start)?);
                let someone = &mut self.people[person];
                someone.presence.begun(before, someone.engine.speaking().person());
            }
        }
        Ok(observed)
    }
}
