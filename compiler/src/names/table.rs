//! The symbol table: one space of names per kind of declaration, filled from all files of the project.

use indexmap::IndexMap;
use indexmap::map::Entry;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::project::Span;

/// A map with a fast, fixed hash and a stated order.
pub type FxIndexMap<K, V> = IndexMap<K, V, FxBuildHasher>;

/// All names of a project.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "one space per kind of declaration, named after it")]
pub struct Symbols {
    /// Flow 0 is the pseudo-flow of `always`, under a name that nobody can write.
    pub flows: Space,
    pub types: Space,
    pub fields: Space,
    pub settings: Space,
    pub events: Space,
    pub intents: Space,
    pub calls: Space,
    pub segments: Space,
    pub queues: Space,
    pub escalations: Space,
    pub triggers: Space,
    pub goals: Space,
    pub experiments: Space,
    pub templates: Space,
    pub stages: Space,
    pub consents: Space,
}

/// The names of one kind of declaration. A name's index is the id of what it names.
#[derive(Debug, Default)]
pub struct Space {
    names: FxIndexMap<SmolStr, Symbol>,
}

/// One declared name.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    /// Where it is declared; `None` where the language itself declares it.
    pub span: Option<Span>,
    /// Something besides the declaration itself mentions it.
    pub mentioned: bool,
}

impl Space {
    /// Declares a name and gives its index, or the earlier declaration's place where it is taken.
    pub fn declare(&mut self, name: SmolStr, span: Option<Span>) -> Result<usize, Option<Span>> {
        let next = self.names.len();
        match self.names.entry(name) {
            Entry::Occupied(taken) => Err(taken.get().span),
            Entry::Vacant(free) => {
                free.insert(Symbol {
                    span,
                    mentioned: false,
                });
                Ok(next)
            }
        }
    }

    /// Looks a name up and notes that it is mentioned.
    #[inline]
    pub fn mention(&mut self, name: &str) -> Option<usize> {
        let (index, _, symbol) = self.names.get_full_mut(name)?;
        symbol.mentioned = true;
        Some(index)
    }

    /// Looks a name up.
    #[inline]
    pub fn get(&self, name: &str) -> Option<usize> {
        self.names.get_index_of(name)
    }

    /// The name and what is known of it, by index.
    pub fn at(&self, index: usize) -> Option<(&SmolStr, &Symbol)> {
        self.names.get_index(index)
    }

    /// All names in order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Symbol)> {
        self.names.iter()
    }

    /// All names as texts, for finding the nearest one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(SmolStr::as_str)
    }

    /// Places of all names, parallel to the arena they name.
    pub fn spans(&self) -> Vec<Option<Span>> {
        self.names.values().map(|symbol| symbol.span).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
