//! Entries in order: all of one person together, each once, whatever order they came in.

use std::collections::BTreeMap;

use crate::entry::{Entry, Kind};

/// A stream of entries. Figures go through it person by person, so that a host may also feed them one person after the
/// other and keep no more than one person's entries in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    people: BTreeMap<u64, BTreeMap<u64, Entry>>,
}

impl Stream {
    /// No entries.
    pub fn new() -> Stream {
        Stream::default()
    }

    /// One more. An entry that is there already (the same person and number) changes nothing.
    pub fn add(&mut self, entry: Entry) {
        let entries = self.people.entry(entry.person).or_default();
        entries.entry(entry.number).or_insert(entry);
    }

    /// Every person's entries, in their order. Person 0 holds what concerns nobody. People who turned out to be one are one:
    /// their entries are in the order of their moments.
    pub fn people(&self) -> impl Iterator<Item = (u64, Vec<&Entry>)> {
        let mut into: BTreeMap<u64, u64> = BTreeMap::new();
        for entry in self.entries() {
            if let Kind::Merged { other } = entry.kind {
                into.entry(other).or_insert(entry.person);
            }
        }
        // Whoever was merged twice ends where the last one ended; a circle of merges ends somewhere in it.
        let is = |person: u64| {
            let mut one = person;
            for _ in 0..=into.len() {
                match into.get(&one) {
                    Some(next) if *next != one => one = *next,
                    _ => break,
                }
            }
            one
        };
        let mut people: BTreeMap<u64, Vec<&Entry>> = BTreeMap::new();
        for (person, entries) in &self.people {
            people.entry(is(*person)).or_default().extend(entries.values());
        }
        for entries in people.values_mut() {
            if entries
                .iter()
                .any(|entry| matches!(entry.kind, Kind::Merged { .. }))
            {
                entries.sort_by_key(|entry| (entry.at, entry.person, entry.number));
            }
        }
        people.into_iter()
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.people.values().flat_map(BTreeMap::values)
    }
}

impl FromIterator<Entry> for Stream {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Stream {
        let mut stream = Stream::new();
        entries.into_iter().for_each(|entry| stream.add(entry));
        stream
    }
}
