//! What [`crate::Conversations`] needs of whatever carries one conversation out: the machine ([`crate::Running`]), or
//! what must agree with it.

use crate::effect::Effect;
use crate::event::Event;
use crate::person::Person;

/// Whatever carries a conversation out: the machine, or what must agree with it.
pub trait Speaker {
    /// Takes one turn; effects are added.
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>);
    /// The person.
    fn person(&self) -> &Person;
    /// For putting the person in, or taking them out.
    fn person_mut(&mut self) -> &mut Person;
    /// The timer that is set: its id and its moment.
    fn timer(&self) -> Option<(u32, i64)>;
    /// What it is doing.
    fn rest(&self) -> Rest;
    /// It waits for an event of this name.
    fn awaits_event(&self, name: &str) -> bool;
    /// It waits for this call.
    fn awaits_call(&self, number: u32) -> bool;
    /// It has asked colleagues, and waits for their answer.
    fn awaits_colleagues(&self) -> bool;
    /// The button stands on its question as it was last put, or on a message that it remembers.
    fn offers(&self, payload: &str) -> bool;
    /// What must be different in every conversation of a person.
    fn numbers(&self) -> Numbers;
    /// Goes on counting from there; `id`: where it is a new conversation.
    fn renumber(&mut self, id: Option<u64>, numbers: Numbers);
    /// It speaks on another channel than before: what the customer wrote is no leave there.
    fn moves(&mut self);
    /// It speaks again, after having been parked at its question for so long: the clocks of the question stood still.
    /// `again`: the customer is here, and the question is put again.
    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>);
    /// Ends it `abandoned`.
    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>);
}

/// What a conversation is doing between two turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It has not begun, or has ended.
    Ended,
    /// It rests in a `wait` or `wait for`.
    Waits,
    /// A question is open.
    Asks,
    /// It waits for a system or for colleagues.
    Works,
    /// People own it.
    People,
}

/// What must be different in every conversation of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Calls that were asked for.
    pub calls: u32,
    /// Questions that were put.
    pub puts: u32,
    /// Messages with buttons that were said.
    pub offers: u32,
    /// Timers that were set.
    pub timers: u32,
    /// Ids of the last events, newest last.
    pub seen: Vec<u64>,
}

impl<S: Speaker + ?Sized> Speaker for Box<S> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        (**self).turn(event, effects);
    }

    fn person(&self) -> &Person {
        (**self).person()
    }

    fn person_mut(&mut self) -> &mut Person {
        (**self).person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        (**self).timer()
    }

    fn rest(&self) -> Rest {
        (**self).rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        (**self).awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        (**self).awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        (**self).awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        (**self).offers(payload)
    }

    fn numbers(&self) -> Numbers {
        (**self).numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        (**self).renumber(id, numbers);
    }

    fn moves(&mut self) {
        (**self).moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        (**self).resumes(at, parked_for, again, effects);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        (**self).abandon(at, effects);
    }
}
