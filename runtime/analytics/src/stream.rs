//! Entries in order: all of one person together, each once, whatever order they came in.

use std::collections::BTreeMap;

use crate::entry::Entry;

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

    /// Every person's entries, in their order. Person 0 holds what concerns nobody.
    pub fn people(&self) -> impl Iterator<Item = (u64, Vec<&Entry>)> {
        self.people
            .iter()
            .map(|(person, entries)| (*person, entries.values().collect()))
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
