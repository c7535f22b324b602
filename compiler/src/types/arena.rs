//! The arena of types. Equal types have equal ids, so that comparing types is comparing numbers.

use botflow_artifact::{SetId, SetType, Type, TypeId};
use botflow_values::Kind;
use smol_str::SmolStr;

use crate::names::table::FxIndexMap;

/// All types of a project, and its closed sets.
#[derive(Debug)]
pub struct Types {
    arena: Vec<Type>,
    /// How deep each type nests: simple types 1.
    depths: Vec<u32>,
    lists: FxIndexMap<TypeId, TypeId>,
    optionals: FxIndexMap<TypeId, TypeId>,
    records: FxIndexMap<Vec<(SmolStr, TypeId)>, TypeId>,
    /// Closed sets by `SetId`.
    pub sets: Vec<SetType>,
}

/// Lists, records, narrowing and `?` around each other, at most; values nest less deep.
const MAX_DEPTH: u32 = 16;

/// The simple types come first in every arena, in this order.
const SIMPLE: [Type; 19] = [
    Type::Error,
    Type::Text,
    Type::Integer,
    Type::Number,
    Type::Percent,
    Type::YesNo,
    Type::Money,
    Type::Date,
    Type::Time,
    Type::Moment,
    Type::Duration,
    Type::Email,
    Type::Phone,
    Type::Url,
    Type::Language,
    Type::Channel,
    Type::File,
    Type::Image,
    Type::Location,
];

#[expect(missing_docs, reason = "named after the types")]
impl Types {
    pub const ERROR: TypeId = TypeId(0);
    pub const TEXT: TypeId = TypeId(1);
    pub const INTEGER: TypeId = TypeId(2);
    pub const NUMBER: TypeId = TypeId(3);
    pub const PERCENT: TypeId = TypeId(4);
    pub const YES_NO: TypeId = TypeId(5);
    pub const MONEY: TypeId = TypeId(6);
    pub const DATE: TypeId = TypeId(7);
    pub const TIME: TypeId = TypeId(8);
    pub const MOMENT: TypeId = TypeId(9);
    pub const DURATION: TypeId = TypeId(10);
    pub const EMAIL: TypeId = TypeId(11);
    pub const PHONE: TypeId = TypeId(12);
    pub const URL: TypeId = TypeId(13);
    pub const LANGUAGE: TypeId = TypeId(14);
    pub const CHANNEL: TypeId = TypeId(15);
    pub const FILE: TypeId = TypeId(16);
    pub const IMAGE: TypeId = TypeId(17);
    pub const LOCATION: TypeId = TypeId(18);
}

impl Default for Types {
    fn default() -> Types {
        Types {
            arena: SIMPLE.to_vec(),
            depths: vec![1; SIMPLE.len()],
            lists: FxIndexMap::default(),
            optionals: FxIndexMap::default(),
            records: FxIndexMap::default(),
            sets: Vec::new(),
        }
    }
}

impl Types {
    /// The type of this id.
    #[inline]
    pub fn get(&self, id: TypeId) -> &Type {
        &self.arena[id.index()]
    }

    /// The id of a simple type.
    pub fn simple(kind: Kind) -> TypeId {
        match kind {
            Kind::Text => Types::TEXT,
            Kind::Integer => Types::INTEGER,
            Kind::Number => Types::NUMBER,
            Kind::Percent => Types::PERCENT,
            Kind::YesNo => Types::YES_NO,
            Kind::Money => Types::MONEY,
            Kind::Date => Types::DATE,
            Kind::Time => Types::TIME,
            Kind::Moment => Types::MOMENT,
            Kind::Duration => Types::DURATION,
            Kind::Email => Types::EMAIL,
            Kind::Phone => Types::PHONE,
            Kind::Url => Types::URL,
            Kind::Language => Types::LANGUAGE,
            Kind::Channel => Types::CHANNEL,
            Kind::File => Types::FILE,
            Kind::Image => Types::IMAGE,
            Kind::Location => Types::LOCATION,
            // Sets have no fixed id; callers go through `set`.
            Kind::Member(_) => Types::ERROR,
        }
    }

    /// `list of T`.
    pub fn list(&mut self, of: TypeId) -> TypeId {
        if let Some(known) = self.lists.get(&of) {
            return *known;
        }
        let id = self.push(Type::List(of));
        self.lists.insert(of, id);
        id
    }

    /// `T?`; of an optional type the type itself, and an error stays an error.
    pub fn optional(&mut self, of: TypeId) -> TypeId {
        if of == Types::ERROR || self.is_optional(of) {
            return of;
        }
        if let Some(known) = self.optionals.get(&of) {
            return *known;
        }
        let id = self.push(Type::Optional(of));
        self.optionals.insert(of, id);
        id
    }

    /// `(a: T, b: U)`.
    pub fn record(&mut self, fields: Vec<(SmolStr, TypeId)>) -> TypeId {
        if let Some(known) = self.records.get(&fields) {
            return *known;
        }
        let id = self.push(Type::Record(fields.clone()));
        self.records.insert(fields, id);
        id
    }

    /// Adds a declared type, which equals no other.
    pub fn push(&mut self, ty: Type) -> TypeId {
        let depth = |id: &TypeId| self.depths[id.index()];
        let inner = match &ty {
            Type::List(of) | Type::Optional(of) => depth(of),
            Type::Narrowed { base, .. } => depth(base),
            Type::Record(fields) => fields.iter().map(|(_, of)| depth(of)).max().unwrap_or(0),
            _ => 0,
        };
        let id = TypeId::from(self.arena.len());
        self.arena.push(ty);
        self.depths.push(inner.saturating_add(1));
        id
    }

    /// Whether the type nests deeper than values may; walking any other type is walking a few levels.
    pub fn too_deep(&self, id: TypeId) -> bool {
        self.depths[id.index()] > MAX_DEPTH
    }

    /// Whether the type is `T?`.
    #[inline]
    pub fn is_optional(&self, id: TypeId) -> bool {
        matches!(self.get(id), Type::Optional(_))
    }

    /// `T` of `T?`; any other type itself.
    #[inline]
    pub fn known(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Optional(of) => *of,
            _ => id,
        }
    }

    /// The type below `?` and below narrowing.
    pub fn base(&self, id: TypeId) -> TypeId {
        let mut id = self.known(id);
        while let Type::Narrowed { base, .. } = self.get(id) {
            id = *base;
        }
        id
    }

    /// The closed set, below `?`.
    pub fn set_of(&self, id: TypeId) -> Option<SetId> {
        match self.get(self.base(id)) {
            Type::Set(set) => Some(*set),
            _ => None,
        }
    }

    /// What the list holds, below `?`.
    pub fn item_of(&self, id: TypeId) -> Option<TypeId> {
        match self.get(self.known(id)) {
            Type::List(of) => Some(*of),
            _ => None,
        }
    }

    /// The scalar kind below `?` and narrowing; none for lists, records and errors.
    pub fn kind(&self, id: TypeId) -> Option<Kind> {
        self.get(self.base(id)).kind()
    }

    /// The arena and the sets, for the bot.
    pub fn finish(self) -> (Vec<Type>, Vec<SetType>) {
        (self.arena, self.sets)
    }
}
