//! Which entries and conversations a figure is about, and by what figures are grouped.

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};

use crate::entry::{Beginner, Entry};
use crate::stream::Stream;
use crate::talk::Talk;

/// By what figures are filtered and grouped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The person's channel.
    Channel,
    /// The person's language.
    Language,
    /// The person's stage of the journey.
    Stage,
    /// Who began the conversation: `customer`, `trigger`, `operator`, `host`.
    Beginner,
    /// The trigger that began the conversation.
    Trigger,
    /// The arm of this experiment; `held out` for people without one.
    Arm(SmolStr),
    /// The flow.
    Flow,
    /// The queue.
    Queue,
    /// The operator.
    Operator,
    /// The page.
    Page,
    /// Where people came from.
    Source,
}

impl Dimension {
    /// What an entry has of it.
    pub fn of(&self, entry: &Entry) -> Option<SmolStr> {
        let context = &entry.context;
        match self {
            Dimension::Channel => Some(context.channel.clone()).filter(|channel| !channel.is_empty()),
            Dimension::Language => Some(context.language.clone()).filter(|language| !language.is_empty()),
            Dimension::Stage => context.stage.clone(),
            Dimension::Beginner => context.begun_by.as_ref().map(|by| SmolStr::new_static(by.word())),
            Dimension::Trigger => match &context.begun_by {
                Some(Beginner::Trigger(name)) => Some(name.clone()),
                _ => match &entry.kind {
                    crate::Kind::Trigger { trigger, .. } => Some(trigger.clone()),
                    _ => None,
                },
            },
            Dimension::Arm(experiment) => {
                let met = context.arms.iter().find(|(name, _)| name == experiment);
                met.map(|(_, arm)| arm.clone().unwrap_or_else(|| format_smolstr!("held out")))
            }
            Dimension::Flow => context.flow.clone(),
            Dimension::Queue => context.queue.clone(),
            Dimension::Operator => context.operator.clone(),
            Dimension::Page => context.page.clone(),
            Dimension::Source => context.source.clone(),
        }
    }
}

/// What a figure is about: a period, and for some dimensions the value that is meant.
///
/// An entry belongs to it if it happened in the period and has all the values. A conversation belongs to it if it began
/// in the period and has, for each dimension, some entry with the value: a conversation that goes through two flows
/// belongs to both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// From this moment on.
    pub from: i64,
    /// Up to and without this one.
    pub until: i64,
    /// The values that are meant.
    pub only: Vec<(Dimension, SmolStr)>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection::all()
    }
}

impl Selection {
    /// Everything there ever was.
    pub fn all() -> Selection {
        Selection::period(i64::MIN, i64::MAX)
    }

    /// A period.
    pub fn period(from: i64, until: i64) -> Selection {
        Selection {
            from,
            until,
            only: Vec::new(),
        }
    }

    /// Of it only what has this value.
    #[must_use]
    pub fn only(mut self, dimension: Dimension, value: impl Into<SmolStr>) -> Selection {
        self.only.push((dimension, value.into()));
        self
    }

    /// Whether a moment lies in the period.
    pub fn has_moment(&self, at: i64) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether an entry belongs to it.
    pub fn has(&self, entry: &Entry) -> bool {
        self.has_moment(entry.at)
            && (self.only.iter()).all(|(dimension, value)| dimension.of(entry).as_ref() == Some(value))
    }

    /// Whether a conversation belongs to it.
    pub fn has_talk(&self, talk: &Talk<'_>) -> bool {
        self.has_moment(talk.began_at())
            && (self.only.iter()).all(|(dimension, value)| {
                let mut entries = talk.entries.iter();
                entries.any(|entry| dimension.of(entry).as_ref() == Some(value))
            })
    }

    /// The values of a dimension that its entries have, each with the selection of it.
    pub fn by(&self, dimension: &Dimension, stream: &Stream) -> Vec<(SmolStr, Selection)> {
        let entries = stream.entries().filter(|entry| self.has_moment(entry.at));
        let values: BTreeSet<SmolStr> = entries.filter_map(|entry| dimension.of(entry)).collect();
        values
            .into_iter()
            .map(|value| (value.clone(), self.clone().only(dimension.clone(), value)))
            .collect()
    }
}
