//! Keeps the book of a person while turns are taken: entries for figures.

use std::cell::RefCell;
use std::rc::Rc;

use botflow_analytics::{Before, Entry, Recorder};
use botflow_machine::{Effect, Event, Running, Watch};

/// The book of one person, for the length of a plan.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub recorder: Recorder,
    /// How many messages were sent.
    pub sent: u64,
    pub entries: Vec<Entry>,
}

/// Writes what it sees into the book. All conversations of a person share one.
#[derive(Clone, Debug)]
pub(super) struct Clerk(pub Rc<RefCell<Book>>);

impl<'p> Watch<Running<'p>> for Clerk {
    type Before = Before;

    fn before(&mut self, speaker: &Running<'p>) -> Before {
        Before::of(&speaker.conversation)
    }

    fn after(&mut self, speaker: &Running<'p>, before: Before, event: &Event, effects: &[Effect]) {
        let book = &mut *self.0.borrow_mut();
        let first = book.sent + 1;
        let sends = effects.iter().filter(|effect| matches!(effect, Effect::Send(_)));
        book.sent += sends.count() as u64;
        let entries = book.recorder.turn(
            speaker.program,
            before,
            &speaker.conversation,
            event,
            effects,
            first,
        );
        book.entries.extend(entries);
    }
}
