//! Two people turn out to be one (semantics 18.5).

use std::rc::Rc;

use botflow_machine::{Look, Speaker, Watched, merge};

use super::clerk::Clerk;
use super::desk::Desk;
use super::input::Occasion;
use super::{Contact, Plan};
use crate::deployment::Version;

/// Two people as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// What becomes of the one they are from here on.
    pub plan: Plan,
    /// So much is added to the numbers of the lines of the other's transcript, which follow those of the one.
    pub lines_from: u64,
    /// So much is added to the numbers of the other's messages: whoever stores this tells [`Contact::absorb`].
    pub messages_from: u64,
}

/// Makes two people one: `from` is not used any more. `older`: the version that each is under, where that is another than
/// the one that runs.
pub fn join(
    version: &Version,
    (into, into_older): (Contact, Option<&Version>),
    (from, from_older): (Contact, Option<&Version>),
    occasion: &Occasion,
) -> Joined {
    let mut one = Desk::new(version, into_older, into, occasion);
    let mut other = Desk::new(version, from_older, from, occasion);
    one.meet();
    other.meet();
    let spoke = |at: Option<i64>| at.unwrap_or(i64::MIN);
    let merged = merge(
        &version.program,
        (
            one.conversations.speaking().person(),
            spoke(one.presence.wrote_at),
        ),
        (
            other.conversations.speaking().person(),
            spoke(other.presence.wrote_at),
        ),
    );
    let other_wrote_last = other.presence.wrote_at > one.presence.wrote_at;
    let book = Rc::clone(&one.book);
    let theirs = other.conversations.map(|watched| Watched {
        speaker: watched.speaker,
        watch: Clerk(Rc::clone(&book)),
    });
    let their_book = other.book.take();
    {
        let book = &mut *book.borrow_mut();
        book.entries.extend(their_book.entries);
        let entries = (book.recorder).merge(&version.program, &merged.person, their_book.recorder, one.now);
        book.entries.extend(entries);
        book.sent += their_book.sent;
    }
    let mut effects = Vec::new();
    let now = one.now;
    one.conversations
        .merge(theirs, merged.person, other_wrote_last, now, &mut effects);
    one.presence.merge(other.presence, other_wrote_last);
    let (lines_from, messages_from) = (one.lines, one.sent);
    let theirs = other.absorbed.into_iter();
    one.absorbed
        .extend(theirs.map(|(gone, from)| (gone, from + messages_from)));
    one.absorb(
        (other.sent, other.lines),
        (other.outgoing, other.transcript, other.faults),
    );
    one.after(&effects, None);
    one.decide(Look::Due);
    one.ring();
    Joined {
        plan: one.finish(),
        lines_from,
        messages_from,
    }
}
