//! Triggers as their rules look at them: with their places, and who is behind what sets them off.

use botflow_artifact::{Bot, FlowId, Trigger, TriggerId, TriggerSource};
use smol_str::SmolStr;

use crate::conversation::begins::begun_by_customer;
use crate::finding::Edit;
use crate::hir::TriggerPart;
use crate::project::Span;
use crate::rules::flow::context::Context;

/// Channels that ring nowhere: the person is there, or looks when they like.
const SILENT: &[&str] = &["web", "popup", "email"];

/// A trigger that was understood as a whole.
#[derive(Clone, Copy)]
pub(super) struct Declared<'c> {
    pub id: TriggerId,
    pub trigger: &'c Trigger,
    /// Where its name stands.
    pub name: Span,
    parts: &'c [(TriggerPart, Span)],
    bot: &'c Bot,
}

/// All triggers of the project that were understood. Those of the library are somebody else's.
pub(super) fn triggers<'c>(context: &'c Context<'_>) -> Vec<Declared<'c>> {
    let spans = &context.lowered.spans;
    let triggers = context.bot.triggers.iter().enumerate();
    triggers
        .filter_map(|(id, trigger)| {
            let declared = Declared {
                id: TriggerId::from(id),
                trigger,
                name: spans.triggers.get(id).copied().flatten()?,
                parts: spans.trigger_parts.get(id)?,
                bot: context.bot,
            };
            let mine = !context.lowered.is_library(declared.name);
            (mine && declared.is_understood()).then_some(declared)
        })
        .collect()
}

impl<'c> Declared<'c> {
    /// Nothing of what is written is missing.
    fn is_understood(&self) -> bool {
        let trigger = self.trigger;
        let written = |part| self.all(part).count();
        written(TriggerPart::On) + written(TriggerPart::Every) == trigger.sources.len()
            && written(TriggerPart::If) == trigger.conditions.len()
            && written(TriggerPart::Needs) == trigger.needs.len()
            && written(TriggerPart::Start) == 1
            && (written(TriggerPart::Between) == 0 || trigger.between.is_some())
            && (written(TriggerPart::AtMost) == 0 || trigger.cap.is_some())
            && (written(TriggerPart::Expires) == 0 || trigger.expires_ms.is_some())
            && trigger.start != FlowId::ALWAYS
            && trigger
                .via
                .iter()
                .all(|channel| self.bot.channels.contains(channel))
    }

    /// Where the settings of one kind stand.
    pub fn all(&self, part: TriggerPart) -> impl Iterator<Item = Span> + '_ {
        let parts = self.parts.iter().filter(move |(known, _)| *known == part);
        parts.map(|(_, span)| *span)
    }

    /// Where a setting stands, or the name of the trigger.
    pub fn at(&self, part: TriggerPart) -> Span {
        self.all(part).next().unwrap_or(self.name)
    }

    /// Its sources, and where they stand.
    pub fn sources(&self) -> impl Iterator<Item = (&'c TriggerSource, Span)> + '_ {
        let written = self.parts.iter();
        let written = written.filter(|(part, _)| matches!(part, TriggerPart::On | TriggerPart::Every));
        self.trigger.sources.iter().zip(written.map(|(_, span)| *span))
    }

    /// What sets it off without a customer beginning it.
    pub fn uncalled(&self) -> impl Iterator<Item = &'c TriggerSource> + '_ {
        let sources = self.trigger.sources.iter();
        sources.filter(|source| !begun_by_customer(self.bot, source))
    }

    /// It writes to people who have not begun it.
    pub fn is_proactive(&self) -> bool {
        self.uncalled().next().is_some()
    }

    /// The channels on which it may write.
    pub fn channels(&self) -> &'c [SmolStr] {
        match self.trigger.via.is_empty() {
            true => &self.bot.channels,
            false => &self.trigger.via,
        }
    }

    /// The channels among them that ring.
    pub fn ringing(&self) -> impl Iterator<Item = &'c SmolStr> + '_ {
        let channels = self.channels().iter();
        channels.filter(|channel| !SILENT.contains(&channel.as_str()))
    }

    /// Adds a setting where the layout has it.
    pub fn insert(&self, part: TriggerPart, setting: &str) -> Edit {
        let behind = self.parts.iter().find(|(known, _)| *known > part);
        let at = behind.map_or(self.at(TriggerPart::Start), |(_, span)| *span);
        Edit {
            span: Span { end: at.start, ..at },
            text: format!("{setting}\n  "),
        }
    }
}
