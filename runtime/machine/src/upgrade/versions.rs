//! Two versions of a bot: which values still fit. Where the later one has what the earlier one has is decided in
//! `botflow_artifact::versions`, for the compiler, too.

use botflow_artifact::*;
use botflow_values::{self as values, Decimal};
use smol_str::SmolStr;

pub(super) use botflow_artifact::versions::by_name;

use crate::program::Program;
use crate::reading::fits;

/// Types nest at most half so deep.
const MAX_DEPTH: usize = 32;

/// The two versions.
pub(crate) struct Versions<'a> {
    pub old: &'a Program,
    pub new: &'a Program,
    /// Where the later one has what the earlier one has.
    found: botflow_artifact::versions::Versions<'a>,
}

impl<'a> std::ops::Deref for Versions<'a> {
    type Target = botflow_artifact::versions::Versions<'a>;

    fn deref(&self) -> &Self::Target {
        &self.found
    }
}

impl<'a> Versions<'a> {
    pub fn new(old: &'a Program, new: &'a Program) -> Versions<'a> {
        let found = botflow_artifact::versions::Versions::new(&old.bot, &new.bot, &new.index);
        Versions { old, new, found }
    }

    /// A value of a type of the old version as one of a type of the new version; `None` where it does not fit. What
    /// is unknown stays unknown, whatever the type.
    pub fn carried(&self, value: &Value, from: TypeId, to: TypeId) -> Option<Value> {
        if value.is_unknown() {
            return Some(Value::Unknown);
        }
        let carried = self.carry(value, from, to, 0)?;
        fits(self.new, to, &carried, 0).then_some(carried)
    }

    fn carry(&self, value: &Value, from: TypeId, to: TypeId, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let old = self.old.bot.types.get(from.index())?;
        let new = self.new.bot.types.get(to.index())?;
        match (old, new) {
            (Type::Optional(from) | Type::Narrowed { base: from, .. }, _) => {
                self.carry(value, *from, to, depth + 1)
            }
            (_, Type::Optional(_)) if value.is_unknown() => Some(Value::Unknown),
            (_, Type::Optional(to) | Type::Narrowed { base: to, .. }) => {
                self.carry(value, from, *to, depth + 1)
            }
            (Type::List(from), Type::List(to)) => {
                // Of a list what still fits is kept.
                let items = value.as_list()?.iter();
                let kept = items.filter_map(|item| self.carry(item, *from, *to, depth + 1));
                Some(Value::List(
                    kept.filter(|item| fits(self.new, *to, item, 0)).collect(),
                ))
            }
            (Type::Record(from), Type::Record(to)) => {
                let Value::Record(fields) = value else {
                    return None;
                };
                let field = |(name, to): &(SmolStr, TypeId)| {
                    let at = from.iter().position(|(known, _)| known == name);
                    match at.and_then(|at| Some((from.get(at)?.1, fields.get(at)?))) {
                        Some((from, field)) => self.carry(field, from, *to, depth + 1),
                        None => Some(Value::Unknown),
                    }
                };
                to.iter()
                    .map(field)
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Record)
            }
            (Type::Set(_), Type::Set(to)) => self.member(value, to.index()),
            _ => match (value, new.kind()?) {
                (Value::Unknown, _) => Some(Value::Unknown),
                (Value::Integer(whole), values::Kind::Number) => {
                    Some(Value::Number(Decimal::from_integer(*whole)))
                }
                (Value::Email(text) | Value::Phone(text) | Value::Url(text), values::Kind::Text) => {
                    Some(Value::Text(text.clone()))
                }
                // An amount is one of the bot's currency.
                (Value::Money(_), _) if self.old.bot.currency != self.new.bot.currency => None,
                (value, kind) if value.kind() == Some(kind) => Some(value.clone()),
                _ => None,
            },
        }
    }

    /// The member of the same name of a set.
    fn member(&self, value: &Value, set: usize) -> Option<Value> {
        let Value::Member(member) = value else {
            return None;
        };
        let before = &self.old.bot.sets.get(member.set as usize)?.members;
        let after = &self.new.bot.sets.get(set)?.members;
        let index = by_name(before, after, member.index as usize, |one| &one.name)?;
        Some(Value::member(set as u32, index as u32))
    }

    /// Values of these types, one by one; `None` where one of them does not fit or is missing.
    pub fn all_carried(&self, values: &[Value], from: &[Param], to: &[Param]) -> Option<Vec<Value>> {
        let field = |to: &Param| {
            let at = from.iter().position(|known| known.name == to.name);
            let found = at.and_then(|at| Some((from.get(at)?.ty, values.get(at)?)));
            let carried = match found {
                Some((from, value)) => self.carried(value, from, to.ty)?,
                None => Value::Unknown,
            };
            fits(self.new, to.ty, &carried, 0).then_some(carried)
        };
        to.iter().map(field).collect()
    }
}
