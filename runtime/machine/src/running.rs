//! The machine as a speaker: one conversation, with the bot that runs it.

use crate::build::OFFER;
use crate::conversation::{Conversation, NEVER, Owner, Pending};
use crate::effect::Effect;
use crate::event::Event;
use crate::person::Person;
use crate::program::Program;
use crate::speaker::{Numbers, Rest, Speaker};
use crate::step::{MAX_SEEN, abandon, resume, step_into};

/// The number of the message on which a button stands, as its payload tells.
fn offer_of(payload: &str) -> Option<u32> {
    let mut parts = payload.split('.');
    let number = parts.nth(1).filter(|_| payload.starts_with(OFFER));
    number.and_then(|number| number.parse().ok())
}

/// The machine's own speaker: a conversation with the bot it runs.
#[derive(Clone, Debug)]
pub struct Running<'p> {
    /// The bot.
    pub program: &'p Program,
    /// The conversation.
    pub conversation: Conversation,
    /// A later version of the bot that it can go over to.
    pub newer: Option<&'p Program>,
}

impl<'p> Running<'p> {
    /// A conversation that has not begun, under the person's number.
    pub fn new(program: &'p Program, person: Person) -> Running<'p> {
        Running {
            program,
            conversation: Conversation::new(person.id, person),
            newer: None,
        }
    }

    /// The same with a later version of the bot to go over to.
    #[must_use]
    pub fn with_newer(mut self, newer: &'p Program) -> Running<'p> {
        self.newer = Some(newer);
        self
    }

    /// The button stands on the question that waits, as it was last put.
    fn asks_with(&self, payload: &str) -> bool {
        let mut parts = payload.split('.');
        let place = parts.next().and_then(|tag| self.program.tags.get(tag)).copied();
        let put = parts.next().and_then(|put| put.parse::<u32>().ok());
        let question = self.conversation.question.as_ref();
        self.conversation.owner == Owner::Bot
            && place.is_some()
            && place == self.conversation.place()
            && put.is_some()
            && put == question.map(|question| question.put)
    }
}

impl Speaker for Running<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        step_into(self.program, &mut self.conversation, event, effects);
    }

    fn person(&self) -> &Person {
        &self.conversation.person
    }

    fn person_mut(&mut self) -> &mut Person {
        &mut self.conversation.person
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.conversation.timer()
    }

    fn rest(&self) -> Rest {
        use botflow_artifact::PlaceKind;
        let place = self.conversation.place();
        let place = place.and_then(|place| self.program.bot.places.get(place.index()));
        match (self.conversation.owner, place.map(|place| &place.kind)) {
            (Owner::Nobody, _) => Rest::Ended,
            (Owner::People, _) => Rest::People,
            (Owner::Bot, Some(PlaceKind::Wait { .. } | PlaceKind::WaitFor(_))) => Rest::Waits,
            (Owner::Bot, _) if self.conversation.question.is_some() => Rest::Asks,
            (Owner::Bot, _) => Rest::Works,
        }
    }

    fn awaits_event(&self, name: &str) -> bool {
        use botflow_artifact::PlaceKind;
        let Some(event) = self.program.event_named(name) else {
            return false;
        };
        self.conversation.frames.iter().any(|frame| {
            let place = self.program.bot.places.get(frame.at.index());
            matches!(frame.pending.as_deref(), Some(Pending::Event(_)))
                && matches!(place.map(|place| &place.kind), Some(PlaceKind::WaitFor(wait)) if wait.event == event)
        })
    }

    fn awaits_call(&self, number: u32) -> bool {
        let mut pending = self
            .conversation
            .frames
            .iter()
            .filter_map(|frame| frame.pending.as_deref());
        pending.any(|pending| matches!(pending, Pending::Call { number: one, .. } if *one == number))
    }

    fn awaits_colleagues(&self) -> bool {
        let mut pending = self
            .conversation
            .frames
            .iter()
            .filter_map(|frame| frame.pending.as_deref());
        pending.any(|pending| matches!(pending, Pending::Queue { .. }))
    }

    fn offers(&self, payload: &str) -> bool {
        if self.asks_with(payload) {
            return true;
        }
        let offers = self.conversation.offers.iter();
        let mut messages = offers.flat_map(|offers| &offers.messages);
        offer_of(payload).is_some_and(|number| messages.any(|offer| offer.number == number))
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            calls: self.conversation.calls,
            puts: self.conversation.puts,
            offers: self.conversation.offers.as_ref().map_or(0, |offers| offers.count),
            timers: self.conversation.timers,
            seen: self.conversation.seen.to_vec(),
        }
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        let c = &mut self.conversation;
        c.id = id.unwrap_or(c.id);
        c.calls = c.calls.max(numbers.calls);
        c.puts = c.puts.max(numbers.puts);
        if numbers.offers > 0 {
            let offers = c.offers.get_or_insert_default();
            offers.count = offers.count.max(numbers.offers);
        }
        // The timer that is set has the number of the last one.
        if c.timer.is_none() {
            c.timers = c.timers.max(numbers.timers);
        }
        for id in numbers.seen {
            if !c.seen.contains(&id) {
                c.seen.push(id);
            }
        }
        let surplus = c.seen.len().saturating_sub(MAX_SEEN);
        c.seen.drain(..surplus);
    }

    fn moves(&mut self) {
        self.conversation.wrote_at = NEVER;
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        resume(
            self.program,
            &mut self.conversation,
            at,
            parked_for,
            again,
            effects,
        );
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        abandon(self.program, &mut self.conversation, at, effects);
    }
}
