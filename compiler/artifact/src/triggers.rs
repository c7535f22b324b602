//! What begins conversations and what surrounds them: triggers, goals, experiments, segments, queues,
//! escalations, templates, knowledge, moved places.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::bot::Cap;
use crate::ids::*;

/// A trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: SmolStr,
    /// What sets it off; several are alternatives.
    pub sources: Vec<TriggerSource>,
    /// `after D`: milliseconds from the event.
    pub after_ms: i64,
    /// `unless …`: events since the first one that call it off.
    pub unless: Vec<Occurrence>,
    /// Conditions that are looked at on firing.
    pub conditions: Vec<ExprId>,
    /// Consents it needs.
    pub needs: Vec<ConsentId>,
    /// `between`: from and to, minutes after midnight in the person's time zone.
    pub between: Option<(u32, u32)>,
    /// `at most N in D`.
    pub cap: Option<Cap>,
    /// Channels in order of preference; empty = the person's last one.
    pub via: Vec<SmolStr>,
    /// `unread D -> next channel`, `undelivered D -> next channel`: after so many milliseconds; `None` = as soon as that
    /// is reported.
    pub fallback: Vec<(Fallback, Option<i64>)>,
    /// `when busy wait` (otherwise skip).
    pub busy_waits: bool,
    /// Higher goes first: low 0, normal 1, high 2.
    pub priority: u32,
    /// Given up after so many milliseconds.
    pub expires_ms: Option<i64>,
    /// What it starts.
    pub start: FlowId,
    /// With these arguments; they read `Expr::EventField`.
    pub args: Vec<ExprId>,
}

/// What sets a trigger off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TriggerSource {
    /// Something happened.
    On {
        /// What.
        what: Occurrence,
        /// Only if; looked at when it happens.
        condition: Option<ExprId>,
    },
    /// `every day at 10:00`, `every mon at 09:00`: weekdays as bits from Monday, minutes after midnight.
    Every {
        /// Bit 0 is Monday.
        weekdays: u8,
        /// Minutes after midnight in the person's time zone.
        at: u32,
    },
}

/// Something that can happen to a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Occurrence {
    /// An event.
    Event(EventId),
    /// A comment about an intent (`comment_posted about price`).
    CommentAbout(IntentId),
    /// `entered STAGE`.
    Entered(StageId),
    /// `asked INTENT`.
    Asked(IntentId),
    /// `joined SEGMENT`.
    Joined(SegmentId),
    /// `left SEGMENT`.
    Left(SegmentId),
}

/// When a trigger tries the next channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fallback {
    /// Not read for so long.
    Unread,
    /// Not delivered for so long, or reported so.
    Undelivered,
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Its name.
    pub name: SmolStr,
    /// What reaches it.
    pub on: Vec<Occurrence>,
    /// Only if.
    pub condition: Option<ExprId>,
    /// What it is worth.
    pub value: Option<ExprId>,
    /// Conversations of the last so many milliseconds get the credit.
    pub credit_ms: i64,
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name.
    pub name: SmolStr,
    /// Arms and their weights in hundredths of a percent; what is missing to 10000 is held out.
    pub arms: Vec<(SmolStr, u32)>,
    /// `hold out 10%`: the share that is said to be held out, in hundredths of a percent. Arms and this make 10000.
    pub hold_out: u32,
    /// What decides it.
    pub goal: Option<GoalId>,
    /// Only people for whom this holds.
    pub condition: Option<ExprId>,
    /// Experiments of one group never share a person.
    pub group: Option<SmolStr>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: SmolStr,
    /// Who belongs to it.
    pub condition: ExprId,
}

/// A queue of operators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name.
    pub name: SmolStr,
    /// The name shown to people (`name "Help desk"`), if any.
    pub display_name: Option<SmolStr>,
    /// Languages that are spoken there (`languages ru, ro`); empty = not said.
    pub languages: Vec<SmolStr>,
    /// Open always.
    pub always_open: bool,
    /// Weekday bits from Monday, from and to in minutes after midnight of the queue's time zone.
    pub hours: Vec<(u8, u32, u32)>,
    /// Days on which it is closed: `2026-12-25`, or `12-25` of every year.
    pub closed_on: Vec<SmolStr>,
    /// IANA zone; the bot's where none is written.
    pub timezone: Option<SmolStr>,
}

/// An escalation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its name.
    pub name: SmolStr,
    /// Queues in order; the first whose condition holds.
    pub to: Vec<(QueueId, Option<ExprId>)>,
    /// What the customer hears.
    pub say: Option<MessageId>,
    /// What operators read first.
    pub brief: Option<TextId>,
    /// `nobody D way`, ascending.
    pub nobody: Vec<(i64, EscalationWay)>,
    /// The queue is closed.
    pub closed: Option<EscalationWay>,
    /// `customer silent D way`.
    pub customer_silent: Vec<(i64, EscalationWay)>,
    /// `operator silent D way`.
    pub operator_silent: Vec<(i64, EscalationWay)>,
    /// `resolved way`.
    pub resolved: Option<EscalationWay>,
}

impl Escalation {
    /// Where the code of its ways begins, in the order of its fields.
    pub fn codes(&self) -> impl Iterator<Item = Pc> + '_ {
        let timed = [&self.nobody, &self.customer_silent, &self.operator_silent];
        let timed = timed.into_iter().flatten().map(|(_, way)| way);
        let all = timed.chain(&self.closed).chain(&self.resolved);
        all.filter_map(|way| match way {
            EscalationWay::Way(pc) => Some(*pc),
            EscalationWay::Queue(_) => None,
        })
    }
}

/// A way out of an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EscalationWay {
    /// On to another queue.
    Queue(QueueId),
    /// Code of the pseudo-flow `always`; `Return(None)` hands back to the flow behind `escalate`.
    Way(Pc),
}

/// A message template registered with a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: SmolStr,
    /// What it takes.
    pub params: Vec<crate::declarations::Param>,
    /// Channels it is registered on.
    pub channels: Vec<SmolStr>,
    /// The vendor's category (`marketing`, `utility`, `authentication`).
    pub category: SmolStr,
    /// Its words; parameters are slots 0, 1, ….
    pub text: TextId,
    /// Header, if any.
    pub header: Option<TextId>,
    /// Footer, if any.
    pub footer: Option<TextId>,
    /// Media of its header; their sources may mention the parameters.
    pub media: Vec<crate::message::Media>,
    /// Link buttons.
    pub buttons: Vec<crate::message::MessageButton>,
}

/// Questions and answers from files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Faq {
    /// Its name, empty for an unnamed one.
    pub name: SmolStr,
    /// Where it comes from, as written.
    pub source: SmolStr,
    /// Ways to ask, and the answer.
    pub entries: Vec<(Vec<SmolStr>, SmolStr)>,
}

/// `moved A to B`: full names of places or steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The earlier name.
    pub from: SmolStr,
    /// Where conversations go on.
    pub to: SmolStr,
}
