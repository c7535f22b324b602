//! One conversation of a stream: its entries, and what can be said of it as a whole.

use smol_str::SmolStr;

use crate::entry::{Beginner, Entry, Kind, TalkId};

/// A conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk<'a> {
    /// Which.
    pub id: TalkId,
    /// Whose.
    pub person: u64,
    /// Its entries, in order. What becomes of its messages after its end is not among them.
    pub entries: Vec<&'a Entry>,
}

impl<'a> Talk<'a> {
    /// The conversations among the entries of one person, in the order in which they began.
    pub fn all(entries: &[&'a Entry]) -> Vec<Talk<'a>> {
        let mut talks: Vec<Talk<'a>> = Vec::new();
        for entry in entries {
            let Some(id) = entry.context.talk else { continue };
            match talks.iter_mut().rev().find(|talk| talk.id == id) {
                Some(talk) => talk.entries.push(entry),
                None => talks.push(Talk {
                    id,
                    person: entry.person,
                    entries: vec![entry],
                }),
            }
        }
        talks
    }

    /// When it began.
    pub fn began_at(&self) -> i64 {
        self.entries.first().map_or(0, |entry| entry.at)
    }

    /// When it ended, or something last happened in it.
    pub fn last_at(&self) -> i64 {
        self.entries.last().map_or(0, |entry| entry.at)
    }

    /// Who began it.
    pub fn begun_by(&self) -> Option<&'a Beginner> {
        self.entries.first()?.context.begun_by.as_ref()
    }

    /// How it ended.
    pub fn outcome(&self) -> Option<&'a SmolStr> {
        self.entries.iter().rev().find_map(|entry| match &entry.kind {
            Kind::Finished { outcome, .. } => Some(outcome),
            _ => None,
        })
    }

    /// Whether it ended so.
    pub fn ended(&self, outcome: &str) -> bool {
        self.outcome().is_some_and(|ended| ended == outcome)
    }

    /// Whether any of its entries is so.
    pub fn any(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.entries.iter().any(|entry| is(&entry.kind))
    }

    /// Whether it was handed over to people.
    pub fn escalated(&self) -> bool {
        self.any(|kind| matches!(kind, Kind::HandedOver { .. }))
    }

    /// Whether the customer said anything in it.
    pub fn answered(&self) -> bool {
        self.any(|kind| matches!(kind, Kind::Wrote { .. }))
    }

    /// Whether an operator said something in it, or joined it.
    pub fn had_people(&self) -> bool {
        self.any(|kind| matches!(kind, Kind::Joined | Kind::Relayed))
    }

    /// The last place at which it stood.
    pub fn last_place(&self) -> Option<&'a SmolStr> {
        let mut entries = self.entries.iter().rev();
        entries.find_map(|entry| entry.context.place.as_ref())
    }

    /// What it was about: the intents that were asked, or where there are none the flow in which it began.
    pub fn matters(&self) -> Vec<&'a SmolStr> {
        let asked = self.entries.iter().filter_map(|entry| match &entry.kind {
            Kind::Asked { intent } => Some(intent),
            _ => None,
        });
        let asked: Vec<&SmolStr> = asked.collect();
        match asked.is_empty() {
            true => self
                .entries
                .iter()
                .find_map(|entry| entry.context.flow.as_ref())
                .into_iter()
                .collect(),
            false => asked,
        }
    }

    /// Whether some goal reached by the person is to its credit.
    pub fn credited(&self, entries: &[&Entry]) -> bool {
        entries
            .iter()
            .any(|entry| matches!(&entry.kind, Kind::Goal { credit, .. } if credit.contains(&self.id)))
    }
}
