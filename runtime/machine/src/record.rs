//! What happens in a conversation and is no effect on anything outside: recorded so that figures can be computed
//! (semantics 16). What an effect already tells (messages, hand-overs, intents, stages, outcomes …) has no record.

use botflow_artifact::PlaceId;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::event::Starter;

/// One thing to be recorded. Hosts keep it; nothing else is to be done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A conversation has begun.
    Began {
        /// Its number among the conversations of the person, from 1.
        number: u32,
        /// Who began it.
        by: Beginner,
    },
    /// A question was put.
    Put {
        /// Which.
        place: PlaceId,
        /// It waited already: it is put once more. Otherwise this is a new asking of it, which ends in exactly one
        /// `Answered` with `asked`, one `GivenUp` or one `Outdated`, or has not ended yet.
        again: bool,
    },
    /// A question has its answer.
    Answered {
        /// Which.
        place: PlaceId,
        /// Failed tries before the answer.
        tries: u32,
        /// It waited for the answer; otherwise the answer came in another message, before it was put or corrected.
        asked: bool,
    },
    /// A question that waited is left without an answer.
    GivenUp {
        /// Which.
        place: PlaceId,
        /// Failed tries at it.
        tries: u32,
        /// Why.
        why: GivenUp,
    },
    /// A question that an earlier version of the bot put waits no more: the version that has taken over does not have it,
    /// or cannot go on from it.
    Outdated {
        /// Its full name in the earlier version: flow, step, name.
        place: SmolStr,
        /// Failed tries at it.
        tries: u32,
    },
    /// A message was not understood: a failed try at a question, or nothing that a wait hears.
    Unclear {
        /// Where the conversation rested.
        place: PlaceId,
        /// It could be read, but a check said no.
        checked: bool,
        /// The words, at most [`MAX_UNCLEAR`] bytes of them; `None` where the question is sensitive, or there were none.
        text: Option<SmolStr>,
    },
    /// An answer given before was corrected ("no, to Iași").
    Corrected {
        /// Which question's.
        place: PlaceId,
    },
    /// A message was answered from a `faq`.
    Known {
        /// Index into `Bot::faqs`.
        faq: u32,
        /// Index of its entry.
        entry: u32,
    },
}

/// Who begins a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beginner {
    /// The customer, by a message.
    Customer,
    /// A flow was started from outside.
    Outside(Starter),
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GivenUp {
    /// Too many failed tries: a way of `tries` was taken.
    Tries,
    /// The customer was silent: a way of `silence` was taken.
    Silence,
    /// The flow went on elsewhere: by a handler, `back`, a way of a failed try, or another flow.
    Left,
    /// The conversation ended.
    Ended,
    /// A later version of the bot took over.
    Outdated,
}

impl GivenUp {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            GivenUp::Tries => "tries",
            GivenUp::Silence => "silence",
            GivenUp::Left => "left",
            GivenUp::Ended => "ended",
            GivenUp::Outdated => "new version",
        }
    }
}

/// So many bytes of an unclear message are recorded.
pub const MAX_UNCLEAR: usize = 512;
