//! A table of words and phrases that says no quickly.
//!
//! Most words that people write are in none of the tables they are looked up in. Before a word is hashed, a look at
//! its length and three of its letters tells nearly all of these: each word of the table sets one bit, and a word
//! whose bit is not set is not in the table.

use std::hash::Hash;

use indexmap::{Equivalent, IndexMap};
use rustc_hash::FxBuildHasher;

/// Values by words or phrases, in the order in which they were put in.
#[derive(Debug, Clone)]
pub struct WordTable<K, V> {
    entries: IndexMap<K, V, FxBuildHasher>,
    /// One bit or more for each word; as many bits as a power of two, at least [`BITS_PER_WORD`] times the words.
    bits: Vec<u64>,
}

/// So many bits for each word leave one strange word in sixteen that is looked up in vain.
const BITS_PER_WORD: usize = 16;

impl<K, V> Default for WordTable<K, V> {
    fn default() -> WordTable<K, V> {
        WordTable {
            entries: IndexMap::default(),
            bits: vec![0],
        }
    }
}

impl<K: AsRef<str> + Hash + Eq, V> WordTable<K, V>
where
    str: Equivalent<K>,
{
    /// What stands for a word.
    #[inline]
    pub fn get(&self, word: &str) -> Option<&V> {
        if self.perhaps(word) {
            self.entries.get(word)
        } else {
            None
        }
    }

    /// The value of a word, put in if it is new.
    pub fn entry(&mut self, word: K, new: impl FnOnce() -> V) -> &mut V {
        self.make_room(word.as_ref());
        self.entries.entry(word).or_insert_with(new)
    }

    /// Puts a value in; one that was there for the word is replaced.
    pub fn insert(&mut self, word: K, value: V) {
        self.make_room(word.as_ref());
        self.entries.insert(word, value);
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the word may be in the table.
    #[inline]
    fn perhaps(&self, word: &str) -> bool {
        let (at, bit) = place(word, self.bits.len());
        self.bits[at] & bit != 0
    }

    /// Sets the bit of a word, among more of them if there are too few.
    fn make_room(&mut self, word: &str) {
        if (self.entries.len() + 1) * BITS_PER_WORD > self.bits.len() * 64 {
            self.bits = vec![0; self.bits.len() * 2];
            for known in self.entries.keys() {
                mark(&mut self.bits, known.as_ref());
            }
        }
        mark(&mut self.bits, word);
    }
}

impl<K: AsRef<str> + Hash + Eq, V> FromIterator<(K, V)> for WordTable<K, V>
where
    str: Equivalent<K>,
{
    /// Of a word that comes twice, the last value stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> WordTable<K, V> {
        let mut table = WordTable::default();
        for (word, value) in entries {
            table.insert(word, value);
        }
        table
    }
}

fn mark(bits: &mut [u64], word: &str) {
    let (at, bit) = place(word, bits.len());
    bits[at] |= bit;
}

/// The bit of a word, among so many times 64; their number is a power of two.
#[inline]
fn place(word: &str, words: usize) -> (usize, u64) {
    let bytes = word.as_bytes();
    let letter = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let (first, middle, last) = (
        letter(0),
        letter(bytes.len() / 2),
        letter(bytes.len().wrapping_sub(1)),
    );
    let seen = u32::from_le_bytes([first, middle, last, bytes.len() as u8]);
    let mixed = (u64::from(seen)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    ((mixed >> 6) as usize & (words - 1), 1 << (mixed & 63))
}
