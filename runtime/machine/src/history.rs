//! What a person's earlier conversations leave behind: which there were, and the arms of experiments. Names instead
//! of ids, so that it outlives versions of the bot.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What earlier conversations leave behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// How many conversations there were, the present one included.
    pub count: u32,
    /// How many messages, presses and media the person has sent, wrapping: what tells those before something from those
    /// after it, also within one millisecond.
    pub wrote: u32,
    /// The last [`MAX_TALKS`] of them, oldest first.
    pub talks: Vec<Talk>,
    /// The experiments the person takes part in, in the order in which they were met.
    pub arms: Vec<Exposure>,
}

/// One conversation, from its beginning to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// The host's number of the conversation value ([`crate::Conversation::id`]).
    pub conversation: u64,
    /// Its number among the conversations of the person, from 1.
    pub number: u32,
    /// When it began, in milliseconds since 1970.
    pub began_at: i64,
    /// When something was last said or pressed in it, by anybody.
    pub last_at: i64,
    /// It has ended.
    pub ended: bool,
}

/// A person's arm of an experiment, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Full name of the experiment.
    pub experiment: SmolStr,
    /// Name of the arm; `None` = held out.
    pub arm: Option<SmolStr>,
    /// When the person first met the experiment.
    pub at: i64,
}

/// So many conversations of a person are remembered.
pub const MAX_TALKS: usize = 16;

/// In so many experiments a person takes part at most; beyond them nobody is drawn.
pub const MAX_ARMS: usize = 256;

impl History {
    /// A conversation begins; gives its number. What went on in the same conversation value is over.
    pub fn begin(&mut self, conversation: u64, now: i64) -> u32 {
        self.end(conversation);
        self.count = self.count.saturating_add(1);
        if self.talks.len() >= MAX_TALKS {
            self.talks.remove(0);
        }
        self.talks.push(Talk {
            conversation,
            number: self.count,
            began_at: now,
            last_at: now,
            ended: false,
        });
        self.count
    }

    /// The running conversation of a conversation value.
    pub fn running(&mut self, conversation: u64) -> Option<&mut Talk> {
        let mut talks = self.talks.iter_mut().rev();
        talks.find(|talk| talk.conversation == conversation && !talk.ended)
    }

    /// The running conversation of a conversation value is over.
    pub fn end(&mut self, conversation: u64) {
        if let Some(talk) = self.running(conversation) {
            talk.ended = true;
        }
    }

    /// The numbers of the conversations that something which happened at a moment is credited to: those that had begun
    /// by then, and in which something was said in the last so many milliseconds before it.
    pub fn credited(&self, at: i64, window_ms: i64) -> impl Iterator<Item = &Talk> {
        let from = at.saturating_sub(window_ms.max(0));
        self.talks
            .iter()
            .filter(move |talk| talk.began_at <= at && talk.last_at >= from)
    }

    /// The arm of an experiment that the person has met.
    pub fn exposure(&self, experiment: &str) -> Option<&Exposure> {
        self.arms.iter().find(|one| one.experiment == experiment)
    }

    /// What another history knows joins this one, because both are the same person's: conversations in order of their
    /// beginning, and of each experiment the arm that was met first.
    pub fn merge(&mut self, other: History) {
        self.count = self.count.saturating_add(other.count);
        self.wrote = self.wrote.wrapping_add(other.wrote);
        self.talks.extend(other.talks);
        self.talks
            .sort_by_key(|talk| (talk.began_at, talk.conversation, talk.number));
        let surplus = self.talks.len().saturating_sub(MAX_TALKS);
        self.talks.drain(..surplus);
        for theirs in other.arms {
            match self
                .arms
                .iter_mut()
                .find(|mine| mine.experiment == theirs.experiment)
            {
                Some(mine) if (theirs.at, &theirs.arm) < (mine.at, &mine.arm) => *mine = theirs,
                Some(_) => {}
                None => self.arms.push(theirs),
            }
        }
        self.arms
            .sort_by(|one, other| (one.at, &one.experiment).cmp(&(other.at, &other.experiment)));
        self.arms.truncate(MAX_ARMS);
    }
}
