//! The state of a conversation: small, flat, serialisable, and everything the machine remembers between turns.
//!
//! A conversation is a stack of frames. The lowest is the flow that was started, above it what it `run`s. A
//! handler is a frame of its own that works on the variables of the frame whose handler it is (or on those of
//! `always`). At most one handler frame rests in the stack: it is the open digression. The topmost frame is the
//! one that speaks; all others rest at the place from which the next one was entered.

use botflow_artifact::{
    CallId, EscalationId, FlowId, MessageId, Outcome, PlaceHash, PlaceId, QueueId, SlotId,
};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::leave::Leave;
use crate::person::Person;

/// A conversation with one person, from the first to the last (a finished one begins anew with the next message).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The host's number of this conversation value; part of every call's key.
    pub id: u64,
    /// Content hash of the bot under which it last ran (first eight bytes); 0 = none yet.
    pub bot: u64,
    /// The person; see [`Person`] for who keeps it.
    pub person: Person,
    /// Who has it.
    pub owner: Owner,
    /// Running flows, outermost first.
    pub frames: Vec<Frame>,
    /// The question that waits, if the topmost frame rests at one.
    pub question: Option<Question>,
    /// The hand-over that is under way.
    pub escalation: Option<Box<Escalated>>,
    /// How the last conversation ended.
    pub outcome: Option<Outcome>,
    /// The moment of the last event.
    pub last_at: i64,
    /// How many messages in a row were not understood.
    pub misunderstood: u32,
    /// How many calls were asked for.
    pub calls: u32,
    /// How many questions were put: what tells buttons of an older message.
    pub puts: u32,
    /// How many timers were set; the last one is the conversation's if [`Conversation::timer`] is set.
    pub timers: u32,
    /// When the present timer goes off.
    pub timer: Option<i64>,
    /// `if` rules of `always` that have had their turn, as bits.
    pub fired: SmallVec<[u64; 2]>,
    /// What each `say one of` said last.
    pub varied: SmallVec<[(u32, u32); 2]>,
    /// The messages of the last turn, for `repeat`: which, and of which flow.
    pub said: SmallVec<[(u32, FlowId); 2]>,
    /// Ids of the last events, newest last.
    pub seen: SmallVec<[u64; 2]>,
    /// Messages that were said, whose buttons can be pressed.
    pub offers: Option<Box<Offers>>,
    /// When the customer wrote last in it, on the channel that is the person's: what follows answers it. [`NEVER`]
    /// where that was not so.
    pub wrote_at: i64,
    /// What it needs for speaking unasked, if a trigger began it.
    pub leave: Option<Box<Leave>>,
    /// What a flow that begins anew under a later version of its bot need not ask or do again.
    pub carried: Option<Box<Carried>>,
}

/// An action that a running flow has done, or is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Index of the flow's frame, or of the one that it has come back to.
    pub frame: u32,
    /// Which.
    pub call: CallId,
    /// With what.
    pub args: Vec<Value>,
    /// Its number.
    pub number: u32,
    /// What it gave; `None` as long as it is under way.
    pub result: Option<Value>,
    /// Its flow has begun anew since, and has not reached it again: it will be taken as done.
    pub before: bool,
}

/// So many actions are remembered; the oldest is forgotten first.
pub const MAX_DONE: usize = 16;

/// Who has a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// Nobody: it has not begun, or has ended.
    #[default]
    Nobody,
    /// The bot.
    Bot,
    /// People; the bot is silent.
    People,
}

/// One running flow, or one handler at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Which flow.
    pub flow: FlowId,
    /// What it is.
    pub kind: FrameKind,
    /// Where it rests; [`NOWHERE`] before it has reached a place.
    pub at: PlaceId,
    /// The question it put last; [`NOWHERE`] before the first.
    pub asked: PlaceId,
    /// That question has been neither answered nor given up.
    pub open: bool,
    /// The stable name of the place it rests at, by which a later version of the bot finds it.
    pub hash: PlaceHash,
    /// Its variables, up to the last one that was ever set: those behind are unknown. Empty in a handler frame that
    /// works on those of another.
    pub slots: Vec<Value>,
    /// Questions answered in this run, oldest first: where `back` goes. The last few.
    pub answered: SmallVec<[PlaceId; 4]>,
    /// Failed tries at the present question.
    pub tries: u32,
    /// The question is being put again because of a failed try, which does not start its tries anew.
    pub retrying: bool,
    /// `back` has put the question again that was put last: it is not skipped before it has been answered anew.
    pub insists: bool,
    /// The form under way.
    pub form: Option<Box<FormState>>,
    /// What the frame waits for besides words.
    pub pending: Option<Box<Pending>>,
}

/// What a flow that begins anew need not ask or do again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// Index of the frame of the flow that has begun anew with answers.
    pub frame: u32,
    /// The variables whose questions have not been reached yet.
    pub slots: Vec<SlotId>,
    /// Actions that running flows have done, oldest first, also where none has begun anew yet.
    pub done: Vec<Done>,
}

/// Messages that were said, whose buttons can be pressed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offers {
    /// How many there were: what tells them apart.
    pub count: u32,
    /// Those that are remembered, oldest first.
    pub messages: Vec<Offer>,
}

/// A message that was said, whose buttons can be pressed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Its number among such messages; part of the payload of its buttons.
    pub number: u32,
    /// Index of the frame on whose variables its buttons work; `None` where it was said by a handler of `always`.
    pub frame: Option<u32>,
    /// Which.
    pub message: MessageId,
    /// The items of its cards, in order.
    pub items: Vec<Value>,
    /// Values as they were when it was said: of loops around it; where it was said by a handler of `always`, of all
    /// variables.
    pub kept: Vec<Value>,
}

/// The moment of what has not happened.
pub const NEVER: i64 = i64::MIN;

/// No place at all.
pub const NOWHERE: PlaceId = PlaceId(u32::MAX);

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameKind {
    /// The flow that was started.
    Started,
    /// A flow that the frame below runs.
    Run,
    /// A handler.
    Handler {
        /// Index of the frame on whose variables it works; `None` = its own.
        of: Option<u32>,
    },
    /// A way of an escalation, with variables of its own.
    Way,
}

/// A question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// When it was last put.
    pub put_at: i64,
    /// Its number among the questions put; part of the payload of its buttons.
    pub put: u32,
    /// How many clocks of silence have gone off.
    pub nudged: u32,
    /// What was offered, where that depends on conditions or lists: `None` = all written options.
    pub offered: Option<Box<Offered>>,
}

/// The options that were offered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// Items of the list, in order; they come first.
    pub items: Vec<Value>,
    /// Indices of the written options, in order; [`GONE`] where the bot does not have it any more.
    pub options: Vec<u32>,
    /// What was written on the suggestions, where an earlier version of the bot wrote it.
    pub labels: Vec<SmolStr>,
}

/// An option that was offered by an earlier version of the bot, which this one does not have.
pub const GONE: u32 = u32::MAX;

/// A form under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormState {
    /// Which.
    pub place: PlaceId,
    /// Its questions that are answered.
    pub answered: Vec<PlaceId>,
    /// Its question that was put last; [`NOWHERE`] before the first.
    pub last: PlaceId,
    /// It is gone through again after a correction: what was said is not said again.
    pub replay: bool,
}

/// What a frame waits for besides words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Pending {
    /// A call.
    Call {
        /// Its number.
        number: u32,
        /// The present attempt, from 1.
        attempt: u32,
        /// Its arguments, for another attempt.
        args: Vec<Value>,
        /// When the present attempt is given up.
        until: i64,
        /// When company is kept (`waiting`); `None` when it has been, or none is written.
        company: Option<i64>,
    },
    /// A moment (`wait`).
    Moment(i64),
    /// An event, at most until a moment.
    Event(Option<i64>),
    /// Colleagues' answer (`ask queue`): since when, and how many `nobody` clocks have gone off.
    Queue {
        /// When they were asked.
        since: i64,
        /// How many clocks have gone off.
        nudged: u32,
        /// When the queue closes, where there is a way for that.
        closes: Option<i64>,
    },
    /// The code that proves an address.
    Code(SmolStr),
    /// What was waited for came during a digression: the value.
    Arrived(Value),
    /// It failed or did not come during a digression; the named failure of a call.
    Missed(Option<u32>),
    /// A clock of `ask queue` went off during a digression: which.
    Late(u32),
}

/// A hand-over under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalated {
    /// Which escalation.
    pub escalation: EscalationId,
    /// The queue it waits in.
    pub queue: QueueId,
    /// Who is there, in the order in which they came; the last few.
    pub there: Vec<SmolStr>,
    /// Somebody has been there.
    pub came: bool,
    /// Since when nobody is there: the hand-over, or the last one's leaving.
    pub nobody_since: i64,
    /// When the queue closes while nobody is there, where there is a way for that.
    pub closes: Option<i64>,
    /// Since when it is the customer's turn.
    pub customer_at: i64,
    /// Since when the customer waits for an operator's words: their own first words since, or somebody's joining.
    pub operator_at: i64,
    /// An operator spoke last: it is the customer's turn.
    pub answered: bool,
    /// How many clocks of `nobody` have gone off.
    pub nobody_gone: u32,
    /// How many clocks of `customer silent` have gone off.
    pub customer_gone: u32,
    /// How many clocks of `operator silent` have gone off.
    pub operator_gone: u32,
}

impl Conversation {
    /// A conversation that has not begun, with this person.
    pub fn new(id: u64, person: Person) -> Conversation {
        Conversation {
            id,
            person,
            wrote_at: NEVER,
            ..Conversation::default()
        }
    }

    /// Whether the bot has the conversation, and does not have the place at which it rested: a later version that is
    /// to say how it goes on.
    pub fn is_stranded(&self) -> bool {
        self.owner == Owner::Bot && self.frames.last().is_some_and(|frame| frame.at == NOWHERE)
    }

    /// The place at which the conversation rests, if it is running.
    pub fn place(&self) -> Option<PlaceId> {
        self.frames
            .last()
            .map(|frame| frame.at)
            .filter(|place| *place != NOWHERE)
    }

    /// The timer that is set: its id and moment.
    pub fn timer(&self) -> Option<(u32, i64)> {
        self.timer.map(|at| (self.timers, at))
    }

    /// Index of the handler frame that is the open digression.
    pub fn digression(&self) -> Option<usize> {
        self.frames
            .iter()
            .position(|frame| matches!(frame.kind, FrameKind::Handler { .. }))
    }
}
