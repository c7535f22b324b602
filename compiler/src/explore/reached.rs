//! What is known where a conversation says or asks something: on which channels it can be there, in which languages, how long
//! the customer can have been silent, who has it, and what began it.

use botflow_artifact::{LanguageId, TriggerId};
use smol_str::SmolStr;

use super::enter::{AMONG_PEOPLE, BY_CUSTOMER, BY_OPERATORS, Entry, FIRST_TRIGGER, OF_BOT};
use super::transfer::{NEVER, UNBOUNDED};

/// The longest time that can have passed since the customer last wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quiet {
    /// At most so many milliseconds.
    AtMost(i64),
    /// Nothing bounds it (or only something beyond 31 days); or they have not written at all.
    Unbounded,
}

impl Quiet {
    pub(super) fn of(seconds: u32) -> Quiet {
        match seconds {
            UNBOUNDED.. => Quiet::Unbounded,
            seconds => Quiet::AtMost(i64::from(seconds) * 1000),
        }
    }

    /// Whether more than this can have passed.
    pub fn exceeds(self, ms: i64) -> bool {
        match self {
            Quiet::AtMost(longest) => longest > ms,
            Quiet::Unbounded => true,
        }
    }
}

/// How a conversation can be on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnChannel {
    /// Which.
    pub channel: SmolStr,
    /// There are ways here on which the customer has written in this conversation (or began it by what they did): the longest
    /// time since they last did.
    pub written: Option<Quiet>,
    /// There are ways here on which they have not written in this conversation yet: a trigger began it.
    pub unwritten: bool,
}

impl OnChannel {
    /// The longest time since the customer last wrote; before that, nothing is known to bound it.
    pub fn quiet(&self) -> Quiet {
        match (self.unwritten, self.written) {
            (false, Some(quiet)) => quiet,
            _ => Quiet::Unbounded,
        }
    }
}

/// What is known at one place, joined over all ways there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The channels on which a conversation can be here, in the order of the bot's. None: no conversation comes here.
    pub channels: Vec<OnChannel>,
    /// The languages in which it can be, in the order of the bot's.
    pub languages: Vec<LanguageId>,
    /// The customer can have begun it.
    pub by_customer: bool,
    /// Operators can have begun it.
    pub by_operators: bool,
    /// These triggers can have begun it, in order of declaration.
    pub triggers: Vec<TriggerId>,
    /// The bot can have it alone.
    pub of_bot: bool,
    /// Operators can have it, and have begun a flow.
    pub among_people: bool,
    /// Not everything on the way here could be decided, and what is said may be more than can be: no rule should speak of it.
    pub undecided: bool,
}

impl Reached {
    pub(super) fn of(bot: &botflow_artifact::Bot, entry: &Entry) -> Reached {
        if !entry.any() {
            return Reached::default();
        }
        let web = SmolStr::new_static("web");
        let began = |number: usize| entry.began[number / 64] >> (number % 64) & 1 == 1;
        let channels = entry.channels.iter().enumerate();
        Reached {
            channels: channels
                .filter(|(_, silence)| silence.any())
                .map(|(at, silence)| OnChannel {
                    channel: bot.channels.get(at).unwrap_or(&web).clone(),
                    written: (silence.wrote != NEVER).then(|| Quiet::of(silence.wrote)),
                    unwritten: silence.unwritten,
                })
                .collect(),
            languages: (0..bot.languages.len().max(1))
                .filter(|at| entry.languages >> at.min(&63) & 1 == 1)
                .map(LanguageId::from)
                .collect(),
            by_customer: began(BY_CUSTOMER),
            by_operators: began(BY_OPERATORS),
            triggers: (0..bot.triggers.len())
                .filter(|at| began(FIRST_TRIGGER + at))
                .map(TriggerId::from)
                .collect(),
            of_bot: entry.owners & OF_BOT != 0,
            among_people: entry.owners & AMONG_PEOPLE != 0,
            undecided: entry.undecided,
        }
    }

    /// Whether no conversation comes here.
    pub fn is_never(&self) -> bool {
        self.channels.is_empty()
    }

    /// How it can be on a channel, if it can.
    pub fn on(&self, channel: &str) -> Option<&OnChannel> {
        self.channels.iter().find(|on| on.channel == channel)
    }

    /// The longest time since the customer last wrote, whatever the channel.
    pub fn quiet(&self) -> Quiet {
        let all = self.channels.iter().map(OnChannel::quiet);
        all.max().unwrap_or(Quiet::AtMost(0))
    }
}
