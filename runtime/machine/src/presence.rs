//! What is kept of one person beside their conversations, and when their triggers and clocks are looked at: the one place
//! that says so, for hosts and for tests of bots.
//!
//! After a turn: [`Presence::after`]. Whoever is met for the first time: [`Presence::meets`]. When a moment has come:
//! [`Presence::next`]. What a look gives is carried out in order; what a trigger begins is turned into an event by
//! [`Presence::begin`], and after its turn [`Presence::begun`] is called.

use botflow_artifact::Bot;
use smol_str::SmolStr;

use crate::conversations::Conversations;
use crate::effect::Effect;
use crate::event::{Delivery, EventKind, Starter};
use crate::person::Person;
use crate::program::Program;
use crate::speaker::{Rest, Speaker};
use crate::trigger::{Agenda, Decision, Happening, Situation, Surroundings, delivery, due, happened, turned};

/// What is kept of one person beside their conversations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presence {
    /// What triggers have pending.
    pub agenda: Agenda,
    /// The agenda has been looked at: what happens from now on counts.
    pub met: bool,
    /// Where they are: where the bot answers.
    pub channel: SmolStr,
    /// When they wrote last.
    pub wrote_at: Option<i64>,
}

/// What an agenda is asked to look at.
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    /// A turn is over, with these effects.
    Turned(&'a [Effect]),
    /// Something happened.
    Happened(&'a Happening),
    /// Something became of the last message on a channel.
    Delivered(&'a str, Delivery),
    /// A moment has come.
    Due,
}

/// A clock of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The timer of the conversation that speaks, by its id.
    Timer(u32),
    /// A parked conversation goes on.
    Parked,
    /// Triggers are looked at.
    Agenda,
}

/// What triggers may look at beside the person.
#[derive(Clone, Debug)]
pub struct Around {
    asked: bool,
    people: bool,
    wrote_at: Option<i64>,
    channels: Vec<SmolStr>,
}

impl Around {
    /// As a decision takes it.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            asked: self.asked,
            wrote_at: self.wrote_at,
            people: self.people,
            channels: &self.channels,
        }
    }
}

/// The channel on which somebody was before a trigger began a conversation.
#[derive(Debug)]
#[must_use = "where the conversation did not begin there, they stay where they were"]
pub struct Before {
    was: SmolStr,
    begins_on: SmolStr,
}

/// The bot has something that agendas are for.
fn decides(program: &Program) -> bool {
    !program.bot.triggers.is_empty() || !program.bot.goals.is_empty()
}

impl Presence {
    /// Somebody who has not been met: on the bot's first channel.
    pub fn new(bot: &Bot) -> Presence {
        let first = bot.channels.first().cloned();
        Presence {
            channel: first.unwrap_or_else(|| SmolStr::new_static("web")),
            ..Presence::default()
        }
    }

    /// Whether this is the first look at the agenda, which is then due with no effects: what the person is now is no
    /// joining, and schedules count from here.
    pub fn meets(&mut self, program: &Program) -> bool {
        decides(program) && !std::mem::replace(&mut self.met, true)
    }

    /// What is looked at when a turn is over, in order. `happening`: what was reported, if that was the turn.
    pub fn after<'a>(
        program: &Program,
        effects: &'a [Effect],
        happening: Option<&'a Happening>,
    ) -> impl Iterator<Item = Look<'a>> + use<'a> {
        let turned = (decides(program) || happening.is_some()).then_some(Look::Turned(effects));
        turned.into_iter().chain(happening.map(Look::Happened))
    }

    /// What triggers may look at beside the person.
    pub fn around<S: Speaker>(&self, conversations: &Conversations<S>) -> Around {
        let speaking = conversations.speaking();
        let mut channels = speaking.person().reachable();
        if channels.is_empty() {
            channels.push(self.channel.clone());
        }
        let rest = speaking.rest();
        Around {
            asked: matches!(rest, Rest::Asks | Rest::Works),
            people: rest == Rest::People,
            wrote_at: self.wrote_at,
            channels,
        }
    }

    /// Looks at the agenda, and says what is decided, in order.
    pub fn look<S: Speaker>(
        &mut self,
        program: &Program,
        conversations: &Conversations<S>,
        now: i64,
        look: Look<'_>,
    ) -> Vec<Decision> {
        let around = self.around(conversations);
        let situation = Situation {
            program,
            person: conversations.speaking().person(),
            surroundings: around.surroundings(),
            now,
        };
        let (agenda, mut decisions) = (&mut self.agenda, Vec::new());
        match look {
            Look::Turned(effects) => turned(&situation, agenda, effects, &mut decisions),
            Look::Happened(what) => happened(&situation, agenda, what.clone(), &mut decisions),
            Look::Delivered(channel, status) => delivery(&situation, agenda, channel, status, &mut decisions),
            Look::Due => due(&situation, agenda, &mut decisions),
        }
        decisions
    }

    /// What a decision begins, as an event. The person answers where the bot writes: they are there while the turn is
    /// taken.
    pub fn begin(&mut self, bot: &Bot, decision: &Decision) -> Option<(EventKind, Before)> {
        let Decision::Start {
            trigger,
            flow,
            args,
            channel,
            by_customer,
            ..
        } = decision
        else {
            return None;
        };
        let was = std::mem::replace(&mut self.channel, channel.clone());
        let start = EventKind::Start {
            flow: bot.flows[flow.index()].name.clone(),
            args: args.clone(),
            channel: Some(channel.clone()),
            by: Starter::Trigger {
                name: bot.triggers[trigger.index()].name.clone(),
                by_customer: *by_customer,
            },
        };
        let begins_on = channel.clone();
        Some((start, Before { was, begins_on }))
    }

    /// The turn was taken: where nothing was begun there, they are where they were.
    pub fn begun(&mut self, before: Before, person: &Person) {
        if person.channel != before.begins_on {
            self.channel = before.was;
        }
    }

    /// Which clock is due next, and when; of those of one moment the timer, then what is parked, then triggers.
    pub fn next<S: Speaker>(&self, conversations: &Conversations<S>) -> Option<(i64, Clock)> {
        let timer = conversations.speaking().timer();
        let clocks = [
            timer.map(|(id, at)| (at, Clock::Timer(id))),
            conversations.wake().map(|at| (at, Clock::Parked)),
            self.agenda.wake().map(|at| (at, Clock::Agenda)),
        ];
        // Of equal ones `min_by_key` gives the first.
        clocks.into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// A parked conversation has gone on: it is answered where it speaks.
    pub fn resumed(&mut self, person: &Person) {
        if !person.channel.is_empty() {
            self.channel = person.channel.clone();
        }
    }

    /// The person is another one, too. `is_there`: they are where that one is.
    pub fn merge(&mut self, other: Presence, is_there: bool) {
        self.agenda = self.agenda.merged(&other.agenda);
        self.wrote_at = self.wrote_at.max(other.wrote_at);
        if is_there {
            self.channel = other.channel;
        }
    }
}
