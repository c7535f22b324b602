//! Which facts there are about one flow: "this name has an answer", "this value is known", each a number.

use botflow_artifact::{Bot, ConversationField, Expr, ExprId, FieldId, SlotId, Type, TypeId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A value that keeps its identity from one statement to the next: a name, a field of the card, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    /// What it begins with.
    pub root: Root,
    /// Components of records, outermost first.
    pub parts: Vec<u32>,
}

/// What a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Root {
    /// A name of the flow.
    Slot(SlotId),
    /// A field of the customer card.
    Customer(FieldId),
    /// Where the person came from; it never changes in a conversation.
    Referral,
    /// A field of the event at hand.
    Event(u32),
}

/// The path that an expression reads, if it reads nothing else.
pub(crate) fn path_of(bot: &Bot, expr: ExprId) -> Option<Path> {
    let root = |root| {
        Some(Path {
            root,
            parts: Vec::new(),
        })
    };
    match bot.exprs.get(expr.index())? {
        Expr::Slot(slot) => root(Root::Slot(*slot)),
        Expr::Customer(field) => root(Root::Customer(*field)),
        Expr::Conversation(ConversationField::Referral) => root(Root::Referral),
        Expr::EventField(field) => root(Root::Event(*field)),
        Expr::Component(record, part) => {
            let mut path = path_of(bot, *record)?;
            path.parts.push(*part);
            Some(path)
        }
        _ => None,
    }
}

/// The number of a fact.
pub(super) type Fact = u32;

/// The facts of one flow, numbered: first "slot n has an answer", then "slot n is known", then other paths in the
/// order in which the flow mentions them.
#[derive(Debug, Default)]
pub(super) struct Facts {
    slots: u32,
    others: IndexMap<Path, (), FxBuildHasher>,
    /// Facts about paths other than names alone, by what they begin with.
    by_root: IndexMap<Root, Vec<Fact>, FxBuildHasher>,
}

impl Facts {
    pub fn new(slots: usize) -> Facts {
        Facts {
            slots: slots as u32,
            others: IndexMap::default(),
            by_root: IndexMap::default(),
        }
    }

    /// How many words of 64 facts a state has.
    pub fn words(&self) -> usize {
        (2 * self.slots as usize + self.others.len()).div_ceil(64).max(1)
    }

    /// "The name has an answer."
    pub fn answered(&self, slot: SlotId) -> Fact {
        slot.0.min(self.slots.saturating_sub(1))
    }

    /// "The value is known", if the flow ever learns that.
    pub fn known(&self, path: &Path) -> Option<Fact> {
        match path {
            Path {
                root: Root::Slot(slot),
                parts,
            } if parts.is_empty() => Some(self.known_slot(*slot)),
            _ => self
                .others
                .get_index_of(path)
                .map(|at| 2 * self.slots + at as u32),
        }
    }

    /// As [`Facts::known`], making the fact.
    pub fn learn(&mut self, path: Path) -> Fact {
        if let (Root::Slot(slot), true) = (path.root, path.parts.is_empty()) {
            return self.known_slot(slot);
        }
        let root = path.root;
        let (at, made) = self.others.insert_full(path, ());
        let fact = 2 * self.slots + at as u32;
        if made.is_none() {
            self.by_root.entry(root).or_default().push(fact);
        }
        fact
    }

    pub fn known_slot(&self, slot: SlotId) -> Fact {
        self.slots + self.answered(slot)
    }

    /// Facts about a root and its parts, which end when the root gets another value.
    pub fn below(&self, root: Root) -> impl Iterator<Item = Fact> + '_ {
        let slot = match root {
            Root::Slot(slot) => Some(self.known_slot(slot)),
            _ => None,
        };
        slot.into_iter()
            .chain(self.by_root.get(&root).into_iter().flatten().copied())
    }

    /// Fields of the card that the flow learns something about, with their facts.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, Fact)> + '_ {
        let first = 2 * self.slots;
        self.others
            .keys()
            .enumerate()
            .filter_map(move |(at, path)| match path.root {
                Root::Customer(field) if path.parts.is_empty() => Some((field, first + at as u32)),
                _ => None,
            })
    }
}

/// Whether a type may be unknown.
pub(super) fn is_optional(bot: &Bot, ty: TypeId) -> bool {
    matches!(bot.types.get(ty.index()), Some(Type::Optional(_)))
}

/// Sets of facts as words.
pub(super) mod words {
    use super::Fact;

    pub fn has(state: &[u64], fact: Fact) -> bool {
        state
            .get(fact as usize / 64)
            .is_some_and(|word| word >> (fact % 64) & 1 == 1)
    }

    pub fn add(state: &mut [u64], fact: Fact) {
        if let Some(word) = state.get_mut(fact as usize / 64) {
            *word |= 1 << (fact % 64);
        }
    }

    pub fn remove(state: &mut [u64], fact: Fact) {
        if let Some(word) = state.get_mut(fact as usize / 64) {
            *word &= !(1 << (fact % 64));
        }
    }
}
