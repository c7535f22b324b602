//! Places: the points where a conversation can rest, and everything that can happen there.
//!
//! A place has a stable identity made of names (flow, step, kind, name) and a hash of it, so that a running
//! conversation finds its place again in a later version of the bot. Ways are addresses of code in the same flow;
//! a way that comes back ends in [`crate::Op::Reask`] (after `tries`, `silence`, `invalid`) or in a jump to `then`
//! (after an option, `failed`, `otherwise`).

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::declarations::LanguageWords;
use crate::ids::*;

/// Hash of a place's full name; the same in every version in which the name is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceHash(pub u64);

/// A place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The flow it stands in.
    pub flow: FlowId,
    /// The step, if it stands in one.
    pub step: Option<StepId>,
    /// Its own name: the answer's, the choice's, the call's, the run flow's …
    pub name: SmolStr,
    /// First half of BLAKE3 of `flow\0step\0kind\0name`, little endian.
    pub hash: PlaceHash,
    /// What happens here.
    pub kind: PlaceKind,
    /// Handlers of this flow that hear here, nearest first (the step's, then the flow's); outer frames and
    /// `always` come after them at run time.
    pub handlers: Vec<HandlerId>,
    /// Where the flow goes on after an answer, a result, an end of waiting.
    pub then: Pc,
}

/// What happens at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PlaceKind {
    /// `ask`.
    Ask(Box<Ask>),
    /// `choose`.
    Choose(Box<Choose>),
    /// `form`: the code between here and `Form::end`.
    Form(Box<Form>),
    /// `call`.
    Call(Box<CallSite>),
    /// `wait D`.
    Wait {
        /// How long, a duration.
        duration: ExprId,
    },
    /// `wait for EVENT`.
    WaitFor(Box<WaitFor>),
    /// `run f(…)`.
    Run(Box<RunSite>),
    /// `escalate to e`; goes on at `then` when people hand back.
    Escalate(EscalationId),
    /// `ask queue …`.
    AskQueue(Box<AskQueue>),
    /// `verify customer.email { … }`.
    Verify(Box<Verify>),
}

impl PlaceKind {
    /// The word of the language, part of the place's identity.
    pub fn word(&self) -> &'static str {
        match self {
            PlaceKind::Ask(_) => "ask",
            PlaceKind::Choose(_) => "choose",
            PlaceKind::Form(_) => "form",
            PlaceKind::Call(_) => "call",
            PlaceKind::Wait { .. } => "wait",
            PlaceKind::WaitFor(_) => "wait_for",
            PlaceKind::Run(_) => "run",
            PlaceKind::Escalate(_) => "escalate",
            PlaceKind::AskQueue(_) => "ask_queue",
            PlaceKind::Verify(_) => "verify",
        }
    }
}

/// A question with a typed answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Where the answer goes.
    pub into: AskTarget,
    /// How the answer is read; never [`crate::Type::Optional`].
    pub ty: TypeId,
    /// The question (with its hint).
    pub question: MessageId,
    /// Words for asking again; the question where none are written.
    pub again: Option<MessageId>,
    /// Suggestions shown as buttons, in order; at most one of them is a list.
    pub suggest: Vec<Suggestion>,
    /// Conditions on the answer, which is already in its slot when they are looked at.
    pub checks: Vec<Check>,
    /// What happens to an answer that cannot be read: code that ends in `Reask` or leaves.
    pub invalid: Option<Pc>,
    /// The way to go at the n-th failed try, ascending.
    pub tries: Vec<TriesWay>,
    /// Clocks of silence, ascending.
    pub silence: Vec<Silence>,
    /// `skip if …`.
    pub skip: Option<Skip>,
    /// The form it belongs to.
    pub form: Option<PlaceId>,
}

/// Where an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskTarget {
    /// A variable of the run.
    Slot(SlotId),
    /// The customer card; the question is skipped when the field is known.
    Customer(FieldId),
}

/// Suggested answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suggestion {
    /// What stands on the button and is read as the answer.
    Label(TextId),
    /// `suggest from LIST at most N`: what is in the list when the question is put. A text is read as the answer,
    /// any other value is the answer itself.
    List {
        /// The list.
        list: ExprId,
        /// At most so many.
        at_most: u32,
    },
}

/// `check CONDITION otherwise "…"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Must be yes.
    pub condition: ExprId,
    /// What happens otherwise: code that ends in `Reask` or leaves. The answer is taken back first.
    pub otherwise: Pc,
}

/// `tries N way`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriesWay {
    /// At this failed try (from 1).
    pub at: u32,
    /// Where it goes.
    pub way: Pc,
}

/// A clock of silence; counts from when the question was last put.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// Milliseconds.
    pub after_ms: i64,
    /// What happens.
    pub act: Nudge,
}

/// What a clock of silence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nudge {
    /// Says something once; the question stays as it is.
    Say(MessageId),
    /// Takes a way.
    Way(Pc),
}

/// `skip if CONDITION with VALUE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// Skipped when yes.
    pub condition: ExprId,
    /// The answer then; unknown where none is given.
    pub with: Option<ExprId>,
}

/// A question with options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choose {
    /// The chosen value, if it is named. With `several` a list.
    pub into: Option<SlotId>,
    /// The question.
    pub question: MessageId,
    /// Words for asking again.
    pub again: Option<MessageId>,
    /// Several options may be chosen in one message.
    pub several: bool,
    /// Options made from a list; they come first.
    pub from: Option<ListOptions>,
    /// Written options, in order.
    pub options: Vec<ChooseOption>,
    /// What takes a message that picks no option, in place of `on unclear`.
    pub otherwise: Option<Pc>,
    /// The way to go at the n-th failed try, ascending.
    pub tries: Vec<TriesWay>,
    /// Clocks of silence, ascending.
    pub silence: Vec<Silence>,
}

/// One written option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChooseOption {
    /// What stands on the button.
    pub label: TextId,
    /// What else picks it.
    pub words: Vec<LanguageWords>,
    /// Offered only if.
    pub condition: Option<ExprId>,
    /// The value it stands for; the label where none is written.
    pub value: Option<ExprId>,
    /// What happens.
    pub act: OptionAct,
}

/// What an option does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptionAct {
    /// Takes a way.
    Way(Pc),
    /// Goes on behind the `choose`.
    GoOn,
    /// Opens an address (or calls a number); the question keeps waiting.
    Opens(ExprId),
    /// Calls a number; the question keeps waiting.
    Calls(ExprId),
}

/// `choose slot from LIST if … at most N { each … none … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListOptions {
    /// The list.
    pub list: ExprId,
    /// The slot that holds the item (while looking at the condition, building the label, and afterwards).
    pub item: SlotId,
    /// Only items for which this holds.
    pub condition: Option<ExprId>,
    /// At most so many.
    pub at_most: u32,
    /// What stands on the button.
    pub label: TextId,
    /// What happens.
    pub act: OptionAct,
    /// Where it goes when the list gives no option at all.
    pub none: Option<Pc>,
}

/// Questions that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Its questions in order of the text.
    pub asks: Vec<PlaceId>,
    /// First operation inside.
    pub begin: Pc,
    /// First operation behind; equals the place's `then`.
    pub end: Pc,
}

/// A call and what follows a failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallSite {
    /// Which lookup or action.
    pub call: CallId,
    /// Its arguments.
    pub args: Vec<ExprId>,
    /// Where the result goes.
    pub result: Option<SlotId>,
    /// `failed way`; `None` = `on failed` of the nearest handler.
    pub failed: Option<Pc>,
    /// Ways of named failures, by index into `Call::fails`.
    pub fails: Vec<(u32, Pc)>,
    /// `waiting 3s { say … }`: after so many milliseconds, this code; it ends in `ComeBack` and never rests.
    pub waiting: Option<(i64, Pc)>,
}

/// `wait for EVENT as NAME within D { otherwise way }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitFor {
    /// Which event.
    pub event: EventId,
    /// Only if; reads `Expr::EventField`.
    pub condition: Option<ExprId>,
    /// The event's fields as a record.
    pub into: Option<SlotId>,
    /// At most so long, a duration.
    pub within: Option<ExprId>,
    /// What follows when the event did not come; `then` where none is written.
    pub otherwise: Option<Pc>,
}

/// `run f(…)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSite {
    /// Which flow; never reaches this flow again by `run`.
    pub flow: FlowId,
    /// Its arguments.
    pub args: Vec<ExprId>,
    /// Where its result goes.
    pub result: Option<SlotId>,
}

/// `ask queue q name: type "…" { closed way  nobody D way }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskQueue {
    /// Who is asked.
    pub queue: QueueId,
    /// Where the answer goes.
    pub into: SlotId,
    /// How the answer is read.
    pub ty: TypeId,
    /// The question.
    pub question: TextId,
    /// The queue is closed.
    pub closed: Option<Pc>,
    /// Nobody answered for so many milliseconds.
    pub nobody: Vec<(i64, Pc)>,
}

/// `verify customer.email { … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verify {
    /// The address to prove.
    pub field: FieldId,
    /// What the message with the code says.
    pub question: Option<MessageId>,
    /// What happens to a wrong code.
    pub invalid: Option<Pc>,
    /// The way to go at the n-th failed try, ascending.
    pub tries: Vec<TriesWay>,
    /// Clocks of silence, ascending.
    pub silence: Vec<Silence>,
    /// The address could not be reached.
    pub failed: Option<Pc>,
}
