//! What goes in, and the four things that can be done with an agenda.

use std::cell::{Cell, OnceCell};
use std::sync::LazyLock;

use botflow_artifact::{FlowId, IntentId, StageId, TypeId};
use botflow_understanding::{Listener, Matcher, normalise};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::agenda::Agenda;
use super::decision::{Decision, Refusal};
use super::index::Triggers;
use super::{AHEAD_MS, CALM_MS, LATE_MS};
use crate::conversation::{Conversation, Owner, Pending};
use crate::effect::Effect;
use crate::event::Delivery;
use crate::person::Person;
use crate::program::Program;
use crate::reading::{Heard, fits};
use crate::scope::Scope;

/// Everything a decision may look at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The bot.
    pub program: &'a Program,
    /// The person, after the turn that the occurrence caused (the machine counts events, and notes consents and
    /// opting out, in turns).
    pub person: &'a Person,
    /// How things stand with the person.
    pub surroundings: Surroundings<'a>,
    /// Milliseconds since 1970-01-01T00:00Z, by the host's clock.
    pub now: i64,
}

/// How things stand with a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings<'a> {
    /// A question is open, or the bot is at work: it waits for a system or for colleagues.
    pub asked: bool,
    /// When the person wrote last.
    pub wrote_at: Option<i64>,
    /// People own the conversation.
    pub people: bool,
    /// Channels on which the person can be reached.
    pub channels: &'a [SmolStr],
}

impl<'a> Surroundings<'a> {
    /// How things stand in this conversation; the host knows the rest.
    pub fn of(
        conversation: &Conversation,
        wrote_at: Option<i64>,
        channels: &'a [SmolStr],
    ) -> Surroundings<'a> {
        Surroundings {
            asked: conversation.question.is_some() || is_at_work(conversation),
            people: conversation.owner == Owner::People,
            wrote_at,
            channels,
        }
    }

    /// Until when the person is busy; `i64::MAX` where only people can end it.
    pub(super) fn busy_until(&self, now: i64) -> Option<i64> {
        if self.people {
            return Some(i64::MAX);
        }
        let calm = self.wrote_at?.min(now).saturating_add(CALM_MS);
        (self.asked && calm > now).then_some(calm)
    }
}

/// The conversation rests at a call, or at a question to colleagues.
fn is_at_work(conversation: &Conversation) -> bool {
    let pending = conversation
        .frames
        .last()
        .and_then(|frame| frame.pending.as_deref());
    conversation.owner == Owner::Bot && matches!(pending, Some(Pending::Call { .. } | Pending::Queue { .. }))
}

/// Something that happened to the person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// What tells a repeated report from a new one; 0 means: never a repetition.
    pub id: u64,
    /// When it happened, by whoever reports it.
    pub at: i64,
    /// On which channel, if on one: where somebody commented, or came by a link. What customers begin begins there.
    pub channel: Option<SmolStr>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A declared or built-in event.
    Event {
        /// Its name.
        name: SmolStr,
        /// Its fields in order of the declaration; looked at before anything is believed.
        fields: Vec<Value>,
    },
    /// The person entered a stage of the journey by other ways than a turn.
    Entered(StageId),
}

/// Something happened to a person: clocks start, start again and are called off; what is due starts or passes.
pub fn happened(
    situation: &Situation<'_>,
    agenda: &mut Agenda,
    happening: Happening,
    out: &mut Vec<Decision>,
) {
    let mut desk = Desk::new(situation, agenda, out);
    if let Err((name, reason)) = desk.hear(agenda, happening) {
        desk.out.push(Decision::Refused { name, reason });
    }
    desk.finish(agenda);
}

impl What {
    /// What it is called where it is recorded.
    pub fn name(&self) -> SmolStr {
        match self {
            What::Event { name, .. } => name.clone(),
            What::Entered(_) => SmolStr::new_static("entered"),
        }
    }
}

/// Why a report counts as not having happened, if it does (14.2). A host asks before the conversation hears of it.
pub fn refusal(program: &Program, agenda: &Agenda, now: i64, happening: &Happening) -> Option<Refusal> {
    if agenda.has_seen(happening.id) {
        return Some(Refusal::Repeated);
    }
    if happening.at > now.saturating_add(AHEAD_MS) {
        return Some(Refusal::Future);
    }
    if happening.at < now.saturating_sub(LATE_MS) {
        return Some(Refusal::Past);
    }
    match &happening.what {
        What::Entered(stage) => (stage.index() >= program.bot.stages.len()).then_some(Refusal::Unknown),
        What::Event { name, fields } => {
            let Some(event) = program.event_named(name) else {
                return Some(Refusal::Unknown);
            };
            let declared = &program.bot.events[event.index()].fields;
            let mut each = declared.iter().zip(fields);
            let fits = declared.len() == fields.len()
                && each.all(|(field, value)| fits(program, field.ty, value, 0));
            (!fits).then_some(Refusal::Malformed)
        }
    }
}

/// A turn of the person's conversation is over: stages entered and intents asked count from
/// now on, segments are looked at again, and what waited for calm may have found it.
pub fn turned(situation: &Situation<'_>, agenda: &mut Agenda, effects: &[Effect], out: &mut Vec<Decision>) {
    let mut desk = Desk::new(situation, agenda, out);
    let index = desk.index;
    for effect in effects {
        let concern = match effect {
            Effect::Stage { to, .. } => index.of_stage(*to),
            Effect::Asked(intent) => index.of_asked(*intent),
            _ => continue,
        };
        if let Some(concern) = concern {
            let now = desk.now;
            desk.concern(agenda, concern, &[], now);
        }
    }
    desk.review(agenda, &index.watched);
    desk.finish(agenda);
}

/// Something became of the last message that a trigger sent on this channel.
pub fn delivery(
    situation: &Situation<'_>,
    agenda: &mut Agenda,
    channel: &str,
    status: Delivery,
    out: &mut Vec<Decision>,
) {
    let mut desk = Desk::new(situation, agenda, out);
    desk.status(agenda, channel, status);
    desk.finish(agenda);
}

/// The moment of [`Agenda::wake`] has come, or may have: what is due starts, waits or passes.
pub fn due(situation: &Situation<'_>, agenda: &mut Agenda, out: &mut Vec<Decision>) {
    let mut desk = Desk::new(situation, agenda, out);
    desk.finish(agenda);
}

/// One look at an agenda.
pub(super) struct Desk<'a> {
    pub program: &'a Program,
    pub index: &'a Triggers,
    pub person: &'a Person,
    pub around: Surroundings<'a>,
    pub now: i64,
    pub out: &'a mut Vec<Decision>,
    /// The id of what happened; 0 = it has none.
    pub happening: u64,
    /// On which channel it happened.
    pub on: Option<SmolStr>,
    budget: Cell<u32>,
    zone: OnceCell<botflow_values::Zone>,
}

/// So many expressions are evaluated for one occurrence at most.
const MAX_EXPRESSIONS: u32 = 200_000;

/// Conditions of triggers see no conversation.
static NO_CONVERSATION: LazyLock<Conversation> = LazyLock::new(Conversation::default);

impl<'a> Desk<'a> {
    fn new(situation: &'a Situation<'a>, agenda: &mut Agenda, out: &'a mut Vec<Decision>) -> Desk<'a> {
        let desk = Desk {
            program: situation.program,
            index: &situation.program.triggers,
            person: situation.person,
            around: situation.surroundings,
            now: situation.now,
            out,
            happening: 0,
            on: None,
            budget: Cell::new(MAX_EXPRESSIONS),
            zone: OnceCell::new(),
        };
        agenda.set_back(desk.now);
        desk
    }

    /// What conditions and arguments see.
    pub fn scope<'s>(&'s self, fields: &'s [Value]) -> Scope<'s> {
        Scope {
            p: self.program,
            c: &NO_CONVERSATION,
            person: self.person,
            slots: &[],
            flow: FlowId::ALWAYS,
            fields,
            now: self.now,
            language: self.program.language(&self.person.language),
            budget: &self.budget,
            zone: &self.zone,
            segments: 0,
        }
    }

    fn hear(&mut self, agenda: &mut Agenda, happening: Happening) -> Result<(), (SmolStr, Refusal)> {
        let index = self.index;
        if let Some(reason) = refusal(self.program, agenda, self.now, &happening) {
            return Err((happening.what.name(), reason));
        }
        agenda.note(happening.id);
        let at = happening.at.min(self.now);
        self.happening = happening.id;
        self.on = happening.channel;
        match happening.what {
            What::Entered(stage) => {
                let Some(concern) = index.of_stage(stage) else {
                    return Err((SmolStr::new_static("entered"), Refusal::Unknown));
                };
                self.concern(agenda, concern, &[], at);
            }
            What::Event { name, fields } => {
                let Some(event) = self.program.event_named(&name) else {
                    return Err((name, Refusal::Unknown));
                };
                if let Some(concern) = index.of_event(event) {
                    self.concern(agenda, concern, &fields, at);
                }
                if index.comment == Some(event)
                    && let Some(intent) = self.comment(&fields)
                    && let Some(concern) = index.of_comment(intent)
                {
                    self.concern(agenda, concern, &[], at);
                }
                self.review(agenda, index.counting(event));
            }
        }
        Ok(())
    }

    /// What a comment is about, among the intents that triggers ask for.
    fn comment(&self, fields: &[Value]) -> Option<IntentId> {
        if self.index.about_intents.is_empty() {
            return None;
        }
        let text = fields.first()?.as_text()?;
        let mut end = text.len().min(crate::MAX_MESSAGE);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text[..end].trim();
        let listener = Comments {
            scope: self.scope(&[]),
            intents: &self.index.about_intents,
        };
        let found = (self.program.matcher).intents(text, &normalise(text), &listener);
        found.first().map(|found| IntentId(found.intent))
    }
}

/// Listens to comments for the intents that triggers ask for.
struct Comments<'a> {
    scope: Scope<'a>,
    intents: &'a [u32],
}

impl Comments<'_> {
    fn param(&self, intent: u32, param: u32) -> Option<TypeId> {
        let intent = self.scope.p.bot.intents.get(intent as usize)?;
        intent.params.get(param as usize).map(|param| param.ty)
    }
}

impl Listener for Comments<'_> {
    fn listens(&self, intent: u32) -> bool {
        self.intents.binary_search(&intent).is_ok()
    }

    fn listening(&self) -> Option<Vec<u32>> {
        Some(self.intents.to_vec())
    }

    fn reads_whole(&self, intent: u32, param: u32, text: &str) -> bool {
        let ty = self.param(intent, param);
        ty.is_some_and(|ty| self.scope.read_whole(ty, &Heard::new(text)).is_some())
    }

    fn reads_inside(&self, intent: u32, param: u32, text: &str) -> Option<std::ops::Range<usize>> {
        let ty = self.param(intent, param).filter(|ty| self.scope.is_narrow(*ty))?;
        let before = text.len() - text.trim_start().len();
        let found = self.scope.read(ty, &Heard::new(text))?;
        Some(before + found.range.start..before + found.range.end)
    }
}
