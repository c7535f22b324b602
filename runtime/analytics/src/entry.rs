//! One entry of the stream: something that happened, with everything that figures are grouped by. Names instead of the
//! bot's numbers, so that entries outlive its versions.

use botflow_machine::{Delivery, GivenUp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in milliseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// The host's number of the person; 0 for what concerns nobody ([`Kind::Duty`]).
    pub person: u64,
    /// Its number among the entries of the person, from 1: their order, and what tells an entry that was delivered twice.
    pub number: u64,
    /// Where it happened.
    pub context: Context,
    /// What happened.
    pub kind: Kind,
}

/// Where something happened: what figures are filtered and grouped by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The conversation it belongs to; `None` outside of conversations.
    pub talk: Option<TalkId>,
    /// Who began that conversation.
    pub begun_by: Option<Beginner>,
    /// The person's channel, as the bot names it.
    pub channel: SmolStr,
    /// The person's language, BCP 47.
    pub language: SmolStr,
    /// The person's stage of the journey.
    pub stage: Option<SmolStr>,
    /// Full name of the flow in which the conversation stood; the one that was started where it stood in none.
    pub flow: Option<SmolStr>,
    /// Full name of the place at which the conversation stood: `flow.step.name` or `flow.name`.
    pub place: Option<SmolStr>,
    /// The queue that the conversation waits in, or was taken from.
    pub queue: Option<SmolStr>,
    /// The operator who has the conversation.
    pub operator: Option<SmolStr>,
    /// Address of the page that the person saw last.
    pub page: Option<SmolStr>,
    /// Where the person came from: the referral, else the source of their last visit (`utm_source`, else the referrer).
    pub source: Option<SmolStr>,
    /// The experiments the person takes part in, each with its arm; `None` = held out.
    pub arms: Vec<(SmolStr, Option<SmolStr>)>,
}

/// A conversation: the host's number of the conversation value, and its number in the person's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TalkId {
    /// The host's number.
    pub conversation: u64,
    /// From 1.
    pub number: u32,
}

/// Who began a conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Beginner {
    /// The customer, by a message.
    Customer,
    /// A trigger, by its name.
    Trigger(SmolStr),
    /// An operator.
    Operator,
    /// The host.
    Host,
}

impl Beginner {
    /// As it is shown: `customer`, `trigger`, `operator`, `host`.
    pub fn word(&self) -> &'static str {
        match self {
            Beginner::Customer => "customer",
            Beginner::Trigger(_) => "trigger",
            Beginner::Operator => "operator",
            Beginner::Host => "host",
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A visit of the site began (event `visit_started`).
    Visit,
    /// A page was seen (event `page_viewed`); its address is the context's.
    Page,
    /// Another event happened.
    Happened {
        /// Its name.
        event: SmolStr,
    },
    /// A trigger was decided about.
    Trigger {
        /// Its name.
        trigger: SmolStr,
        /// Why it did not start, as semantics 14.5 names it; `None` = it started.
        reason: Option<SmolStr>,
    },
    /// A message did not go out (semantics 17).
    Withheld {
        /// Why, as semantics 17 names it.
        reason: SmolStr,
    },
    /// A conversation began; who began it stands in the context.
    Began,
    /// The customer wrote, pressed or sent something.
    Wrote {
        /// People had the conversation; otherwise the bot.
        to_people: bool,
    },
    /// The bot said something: one message.
    Said {
        /// The host's number of the message, by which deliveries name it.
        message: u64,
        /// The channel it went to.
        channel: SmolStr,
    },
    /// An operator wrote to the customer; who stands in the context.
    Relayed,
    /// Something became of a message.
    Delivered {
        /// The host's number of the message.
        message: u64,
        /// What.
        status: Delivery,
    },
    /// A message was understood as an intent.
    Asked {
        /// Its name.
        intent: SmolStr,
    },
    /// The customer objected (`track objection(about: …)`).
    Objection {
        /// To what.
        about: SmolStr,
    },
    /// A message was answered from a `faq`.
    Known {
        /// The first heading of the entry.
        heading: SmolStr,
    },
    /// The customer told whether an answer helped (`track helpful(answer: …)`).
    Helped {
        /// It did.
        yes: bool,
    },
    /// A message was not understood.
    Unclear {
        /// It could be read, but a check said no.
        refused: bool,
        /// The words; `None` where they may not be kept.
        text: Option<SmolStr>,
    },
    /// A question was put; which stands in the context.
    Put {
        /// It waited already.
        again: bool,
    },
    /// A question has its answer; which stands in the context.
    Answered {
        /// Failed tries before.
        tries: u32,
        /// It waited for the answer.
        asked: bool,
    },
    /// A question was left without an answer; which stands in the context.
    GivenUp {
        /// Failed tries at it.
        tries: u32,
        /// Why.
        why: GivenUp,
    },
    /// An answer was corrected; which stands in the context.
    Corrected,
    /// A lookup or action was done.
    Called {
        /// Its name.
        call: SmolStr,
    },
    /// The conversation was handed over; the queue stands in the context.
    HandedOver {
        /// By which escalation.
        escalation: SmolStr,
    },
    /// It waits in another queue now: the context's.
    Requeued,
    /// It left its queue, or its operator, without having been settled there.
    Withdrawn,
    /// An operator joined; who stands in the context of this and of what follows.
    Joined,
    /// An operator left.
    Left,
    /// An operator passed it on, to the context's queue.
    PassedOn,
    /// An operator settled it.
    Settled,
    /// An operator handed it back to the bot.
    HandedBack,
    /// The customer rated something (`track csat(score: …)`, `track nps(score: …)`).
    Rated {
        /// Which question it was.
        scale: Scale,
        /// The answer: 1 to 5, or 0 to 10.
        score: i64,
    },
    /// The customer said what could be better (`track feedback(text: …)`).
    Feedback {
        /// The words.
        text: SmolStr,
    },
    /// The person entered a stage: the context's.
    Entered,
    /// A label was put on the person.
    Tagged {
        /// Which.
        tag: SmolStr,
    },
    /// Something else was tracked.
    Tracked {
        /// Its name.
        name: SmolStr,
    },
    /// A consent was given or withdrawn.
    Consented {
        /// Which.
        consent: SmolStr,
        /// For which channel.
        channel: SmolStr,
        /// Given.
        granted: bool,
    },
    /// The person opted out of a channel.
    OptedOut {
        /// Which.
        channel: SmolStr,
    },
    /// The person opted in to a channel again.
    OptedIn {
        /// Which.
        channel: SmolStr,
    },
    /// A field of the customer card was learnt; never its value.
    Learnt {
        /// Which.
        field: SmolStr,
        /// An address under which the person can be reached (`email`, `phone`): a lead is identified.
        contact: bool,
    },
    /// The person met an experiment.
    Met {
        /// Which.
        experiment: SmolStr,
        /// Their arm; `None` = held out.
        arm: Option<SmolStr>,
    },
    /// A goal was reached.
    Goal {
        /// Which.
        goal: SmolStr,
        /// What it is worth, in millionths of the bot's currency unit (or of one, where the value is a number).
        value: Option<i64>,
        /// The conversations that have the credit, oldest first.
        credit: Vec<TalkId>,
    },
    /// The conversation ended.
    Finished {
        /// How: `resolved`, `unresolved`, `abandoned`.
        outcome: SmolStr,
        /// `as demo_booked`.
        label: Option<SmolStr>,
    },
    /// Another person turned out to be this one: their entries are this person's from the beginning.
    Merged {
        /// The host's number of the other one.
        other: u64,
    },
    /// An operator's state changed; the host reports it, with person 0 and the operator in the context.
    Duty {
        /// The state.
        state: Duty,
    },
}

/// A question by which satisfaction is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scale {
    /// How satisfied somebody is, 1 to 5.
    Csat,
    /// How likely somebody is to recommend, 0 to 10.
    Nps,
}

/// Whether an operator is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Duty {
    /// Takes conversations.
    Online,
    /// Is there and takes none.
    Away,
    /// Is not there.
    Offline,
}

impl Entry {
    /// An operator's state changes.
    pub fn duty(at: i64, number: u64, operator: impl Into<SmolStr>, state: Duty) -> Entry {
        Entry {
            at,
            person: 0,
            number,
            context: Context {
                operator: Some(operator.into()),
                ..Context::default()
            },
            kind: Kind::Duty { state },
        }
    }
}
