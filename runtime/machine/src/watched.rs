//! A speaker with somebody beside it who sees every turn: recorders, coverage, tests.

use crate::effect::Effect;
use crate::event::Event;
use crate::person::Person;
use crate::speaker::{Numbers, Rest, Speaker};

/// Sees the turns of a speaker.
pub trait Watch<S> {
    /// What it notes before a turn.
    type Before;

    /// A turn is about to be taken.
    fn before(&mut self, speaker: &S) -> Self::Before;

    /// It was taken. Where a conversation resumes or is abandoned, `event` is a timer that is nobody's.
    fn after(&mut self, speaker: &S, before: Self::Before, event: &Event, effects: &[Effect]);
}

/// A speaker that is watched.
#[derive(Clone, Debug)]
pub struct Watched<S, W> {
    /// Who speaks.
    pub speaker: S,
    /// Who watches.
    pub watch: W,
}

impl<S: Speaker, W: Watch<S>> Watched<S, W> {
    fn see(&mut self, event: &Event, effects: &mut Vec<Effect>, turn: impl FnOnce(&mut S, &mut Vec<Effect>)) {
        let before = self.watch.before(&self.speaker);
        let from = effects.len();
        turn(&mut self.speaker, effects);
        self.watch.after(&self.speaker, before, event, &effects[from..]);
    }
}

impl<S: Speaker, W: Watch<S>> Speaker for Watched<S, W> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        let seen = event.clone();
        self.see(&seen, effects, |speaker, effects| speaker.turn(event, effects));
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        self.see(&nobodys(at), effects, |speaker, effects| {
            speaker.resumes(at, parked_for, again, effects);
        });
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.see(&nobodys(at), effects, |speaker, effects| {
            speaker.abandon(at, effects)
        });
    }

    fn person(&self) -> &Person {
        self.speaker.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.speaker.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.speaker.timer()
    }

    fn rest(&self) -> Rest {
        self.speaker.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.speaker.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.speaker.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.speaker.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.speaker.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.speaker.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.speaker.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.speaker.moves();
    }
}

/// The event of what no event caused.
fn nobodys(at: i64) -> Event {
    Event::timer(at, u32::MAX)
}
