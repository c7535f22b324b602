//! The root of the artifact: one bot, whole.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::code::Op;
use crate::debug::DebugInfo;
use crate::declarations::{Call, ConfigValue, Event, Field, Intent};
use crate::expr::Expr;
use crate::handler::{AlwaysRule, Handler};
use crate::ids::*;
use crate::message::MessageTemplate;
use crate::place::Place;
use crate::text::Text;
use crate::triggers::{Escalation, Experiment, Faq, Goal, Moved, Queue, Segment, Template, Trigger};
use crate::types::{SetType, Type};

/// A compiled bot. Immutable after loading; shared by all conversations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bot {
    /// The declared name (`bot luna_store`).
    pub name: SmolStr,
    /// The name shown to people (`name "Luna"`), if any.
    pub display_name: Option<TextId>,
    /// BCP 47 codes; the first is the language the texts are written in. Never empty in a verified bot.
    pub languages: Vec<SmolStr>,
    /// Names of channel profiles, as written.
    pub channels: Vec<SmolStr>,
    /// What the project says of channels instead of what is known of them (`[channels.sms]` of botflow.toml): the name
    /// of a channel, and a fragment of TOML for `botflow_message::Profiles`.
    pub profiles: Vec<(SmolStr, SmolStr)>,
    /// ISO 4217 code of all money in this bot.
    pub currency: SmolStr,
    /// IANA time zone that holds for people whose zone is not known.
    pub timezone: SmolStr,
    /// The flow in which a conversation begins that a customer begins.
    pub start: Option<FlowId>,
    /// How many proactive messages one person may get in a rolling window, all triggers together.
    pub proactive: Option<Cap>,
    /// Stages of the customer journey, in order.
    pub stages: Vec<SmolStr>,
    /// Kinds of consent.
    pub consents: Vec<SmolStr>,

    /// All types that are mentioned; entries refer only to lower ids.
    pub types: Vec<Type>,
    /// Closed sets.
    pub sets: Vec<SetType>,
    /// Fields of the customer card, in order of declaration.
    pub customer: Vec<Field>,
    /// `[config]` values of botflow.toml that flows read.
    pub config: Vec<ConfigValue>,
    /// Events: declared ones and the built-in ones that the bot mentions.
    pub events: Vec<Event>,
    /// Intents.
    pub intents: Vec<Intent>,
    /// Lookups and actions.
    pub calls: Vec<Call>,

    /// Expressions; entries refer only to lower ids of expressions.
    pub exprs: Vec<Expr>,
    /// Texts with holes; no text is an arm of itself, however far down.
    pub texts: Vec<Text>,
    /// Messages to build.
    pub messages: Vec<MessageTemplate>,

    /// Flows; index 0 is the pseudo-flow of `always`.
    pub flows: Vec<Flow>,
    /// Steps of all flows.
    pub steps: Vec<Step>,
    /// Operations of all flows.
    pub code: Vec<Op>,
    /// Places where a conversation can rest.
    pub places: Vec<Place>,
    /// Handlers of all flows, steps and `always`.
    pub handlers: Vec<Handler>,
    /// The handlers of `always`, in order of declaration.
    pub always: Vec<HandlerId>,
    /// `if condition way` rules of `always`, in order of declaration.
    pub always_rules: Vec<AlwaysRule>,

    /// Segments.
    pub segments: Vec<Segment>,
    /// Queues of operators.
    pub queues: Vec<Queue>,
    /// Escalations.
    pub escalations: Vec<Escalation>,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// Experiments.
    pub experiments: Vec<Experiment>,
    /// Message templates.
    pub templates: Vec<Template>,
    /// Questions and answers.
    pub faqs: Vec<Faq>,
    /// Where conversations of earlier versions go on.
    pub moved: Vec<Moved>,

    /// Places and operations to source ranges; `None` when the artifact was built without.
    pub debug: Option<DebugInfo>,
}

/// `at most COUNT in WINDOW`; the window rolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// How many.
    pub count: u32,
    /// Length of the rolling window in milliseconds.
    pub window_ms: i64,
}

/// One flow. Its run owns one value per slot; parameters are the first slots, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Full name; library flows carry their path (`std.csat`).
    pub name: SmolStr,
    /// How many of the slots are parameters.
    pub params: u32,
    /// Type of the result, if it `gives` one.
    pub gives: Option<TypeId>,
    /// Variables of a run: parameters, then answers and `let` values.
    pub slots: Vec<Slot>,
    /// First operation of the flow's body.
    pub entry: Pc,
    /// Its steps.
    pub steps: Vec<StepId>,
    /// Handlers that stand in the flow itself, in order.
    pub handlers: Vec<HandlerId>,
    /// Operators may start it.
    pub open_to_operators: bool,
    /// Subject of mails (`subject "…"`).
    pub subject: Option<TextId>,
}

/// A variable of a flow's run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name; compiler-made slots (loop counters) have names that begin with `.`.
    pub name: SmolStr,
    /// Its type.
    pub ty: TypeId,
    /// Masked in logs, transcripts and what operators read.
    pub sensitive: bool,
}

/// A step of a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The flow it belongs to.
    pub flow: FlowId,
    /// Its name.
    pub name: SmolStr,
    /// Its first operation.
    pub entry: Pc,
    /// Handlers that stand in the step, in order.
    pub handlers: Vec<HandlerId>,
}
