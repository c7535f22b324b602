//! Friction: where people object, hesitate, give up, go round in circles and ask for a human.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Counts, count};
use crate::entry::{Entry, Kind};
use crate::selection::Selection;
use crate::statistics::{Share, Spans};
use crate::stream::Stream;
use crate::talk::Talk;

/// A question that is asked so often in one conversation is a loop.
pub const LOOP: u64 = 3;

/// Friction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Friction {
    /// Objections by what they are about.
    pub objections: Counts,
    /// Objections, and intents asked, by stage of the journey and then by name.
    pub by_stage: BTreeMap<SmolStr, Counts>,
    /// Objections, and intents asked, by page and then by name.
    pub by_page: BTreeMap<SmolStr, Counts>,
    /// Questions, by place.
    pub places: BTreeMap<SmolStr, Place>,
    /// Time between stages: from entering one to entering the next, by both names.
    pub stages: BTreeMap<(SmolStr, SmolStr), Spans>,
    /// *Loops*: conversations in which a question was asked three times or more, of all.
    pub loops: Share,
    /// Where people ask for a human: hand-overs by the place at which the conversation stood.
    pub human_at: Counts,
}

/// One question. Asked ones are answered, given up, or still wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How often it was asked.
    pub asked: u64,
    /// How often it was put again because there was no answer.
    pub again: u64,
    /// How often it was answered.
    pub answered: u64,
    /// How often it was given up, by reason.
    pub given_up: Counts,
    /// Messages that could not be read as its answer.
    pub unclear: u64,
    /// Answers that a check refused.
    pub refused: u64,
}

impl Place {
    /// *Drop-off*: given up, of asked.
    pub fn drop_off(&self) -> Share {
        Share::new(self.given_up.values().sum(), self.asked)
    }
}

impl Friction {
    /// For the selection: entries by their moment, conversations by their beginning.
    pub fn of(stream: &Stream, selection: &Selection) -> Friction {
        let mut found = Friction::default();
        for (_, entries) in stream.people() {
            let mut entered: Option<(&SmolStr, i64)> = None;
            for entry in &entries {
                if let (Kind::Entered, Some(stage)) = (&entry.kind, &entry.context.stage) {
                    if let Some((before, since)) = entered.filter(|_| selection.has(entry)) {
                        let spans = found.stages.entry((before.clone(), stage.clone())).or_default();
                        spans.add(entry.at.saturating_sub(since));
                    }
                    entered = Some((stage, entry.at));
                }
                if selection.has(entry) {
                    found.entry(entry);
                }
            }
            for talk in Talk::all(&entries).iter().filter(|talk| selection.has_talk(talk)) {
                let mut asked = Counts::new();
                for entry in &talk.entries {
                    if let (Kind::Put { again: false }, Some(place)) = (&entry.kind, &entry.context.place) {
                        count(&mut asked, place.clone());
                    }
                }
                found.loops.count(asked.values().any(|times| *times >= LOOP));
            }
        }
        found
    }

    fn place(&mut self, entry: &Entry) -> &mut Place {
        let place = entry.context.place.clone().unwrap_or_default();
        self.places.entry(place).or_default()
    }

    fn entry(&mut self, entry: &Entry) {
        match &entry.kind {
            Kind::Put { again: false } => self.place(entry).asked += 1,
            Kind::Put { again: true } => self.place(entry).again += 1,
            Kind::Answered { asked: true, .. } => self.place(entry).answered += 1,
            Kind::GivenUp { why, .. } => count(&mut self.place(entry).given_up, why.words()),
            Kind::Unclear { refused: true, .. } => self.place(entry).refused += 1,
            Kind::Unclear { refused: false, .. } => self.place(entry).unclear += 1,
            Kind::HandedOver { .. } => count(
                &mut self.human_at,
                entry.context.place.clone().unwrap_or_default(),
            ),
            Kind::Objection { about } => {
                count(&mut self.objections, about.clone());
                self.addressed(entry, about);
            }
            Kind::Asked { intent } => self.addressed(entry, intent),
            _ => {}
        }
    }

    fn addressed(&mut self, entry: &Entry, name: &SmolStr) {
        if let Some(stage) = &entry.context.stage {
            count(self.by_stage.entry(stage.clone()).or_default(), name.clone());
        }
        if let Some(page) = &entry.context.page {
            count(self.by_page.entry(page.clone()).or_default(), name.clone());
        }
    }

    /// Questions with the most failed tries, those that fail most first.
    pub fn failing(&self) -> Vec<(&SmolStr, u64)> {
        let failed = self
            .places
            .iter()
            .map(|(name, place)| (name, place.unclear + place.refused));
        let mut failed: Vec<_> = failed.filter(|(_, tries)| *tries > 0).collect();
        failed.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        failed
    }
}
