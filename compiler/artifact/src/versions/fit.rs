//! Whether the values of a type of the earlier version are values of a type of the later one.

use crate::*;

/// Types nest at most so deep.
const MAX_DEPTH: usize = 32;

/// How many of the values that are known fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Not one.
    Never,
    /// Some do.
    Sometimes,
    /// Every one.
    Always,
}

/// Whether a value of the type may be unknown.
pub fn is_optional(bot: &Bot, ty: TypeId) -> bool {
    let mut ty = ty;
    for _ in 0..256 {
        match bot.types.get(ty.index()) {
            None | Some(Type::Optional(_)) => return true,
            Some(Type::Narrowed { base, .. }) => ty = *base,
            Some(_) => return false,
        }
    }
    true
}

impl super::Versions<'_> {
    /// How many known values of a type of the old version fit a type of the new one.
    pub fn fit(&self, from: TypeId, to: TypeId) -> Fit {
        self.fit_at(from, to, 0)
    }

    fn fit_at(&self, from: TypeId, to: TypeId, depth: usize) -> Fit {
        let (Some(old), Some(new)) = (self.old.types.get(from.index()), self.new.types.get(to.index()))
        else {
            return Fit::Never;
        };
        if depth > MAX_DEPTH {
            return Fit::Sometimes;
        }
        match (old, new) {
            (Type::Optional(from), _) => self.fit_at(*from, to, depth + 1),
            (_, Type::Optional(to)) => self.fit_at(from, *to, depth + 1),
            (_, Type::Narrowed { base, rules, .. }) => {
                let known = self.rules(from);
                let fit = self.fit_at(from, *base, depth + 1);
                match rules
                    .iter()
                    .all(|rule| known.iter().any(|one| implies(one, rule)))
                {
                    true => fit,
                    false => fit.min(Fit::Sometimes),
                }
            }
            (Type::Narrowed { base, .. }, _) => self.fit_at(*base, to, depth + 1),
            // Of a list what still fits is kept.
            (Type::List(from), Type::List(to)) => match self.fit_at(*from, *to, depth + 1) {
                Fit::Always => Fit::Always,
                _ => Fit::Sometimes,
            },
            (Type::Record(from), Type::Record(to)) => {
                let fits = to.iter().map(|(name, to)| {
                    match from.iter().find(|(known, _)| known == name) {
                        Some((_, from)) => {
                            let fit = self.fit_at(*from, *to, depth + 1);
                            // What may be unknown in the old record has to be allowed to be.
                            match is_optional(self.old, *from) && !is_optional(self.new, *to) {
                                true => fit.min(Fit::Sometimes),
                                false => fit,
                            }
                        }
                        None if is_optional(self.new, *to) => Fit::Always,
                        None => Fit::Never,
                    }
                });
                fits.min().unwrap_or(Fit::Always)
            }
            (Type::Set(from), Type::Set(to)) => {
                let (Some(from), Some(to)) = (self.old.sets.get(from.index()), self.new.sets.get(to.index()))
                else {
                    return Fit::Never;
                };
                let has = |member: &&Member| to.members.iter().any(|one| one.name == member.name);
                match from.members.iter().filter(has).count() {
                    kept if kept == from.members.len() => Fit::Always,
                    0 => Fit::Never,
                    _ => Fit::Sometimes,
                }
            }
            (Type::Money, Type::Money) if self.old.currency != self.new.currency => Fit::Never,
            (Type::Integer, Type::Number) | (Type::Email | Type::Phone | Type::Url, Type::Text) => {
                Fit::Always
            }
            (from, to) => match (from.kind(), to.kind()) {
                (Some(from), Some(to)) if from == to => Fit::Always,
                _ => Fit::Never,
            },
        }
    }

    /// All narrowings of a type of the old version.
    fn rules(&self, ty: TypeId) -> Vec<&Narrowing> {
        let (mut ty, mut all) = (ty, Vec::new());
        for _ in 0..MAX_DEPTH {
            match self.old.types.get(ty.index()) {
                Some(Type::Optional(inner)) => ty = *inner,
                Some(Type::Narrowed { base, rules, .. }) => {
                    all.extend(rules);
                    ty = *base;
                }
                _ => break,
            }
        }
        all
    }
}

/// Whether what keeps the first narrowing keeps the second one.
fn implies(one: &Narrowing, other: &Narrowing) -> bool {
    match (one, other) {
        (Narrowing::Length(from, to), Narrowing::Length(least, most)) => least <= from && to <= most,
        (Narrowing::Range(Value::Integer(from), Value::Integer(to)), Narrowing::Range(least, most)) => {
            matches!((least, most), (Value::Integer(least), Value::Integer(most)) if least <= from && to <= most)
        }
        _ => one == other,
    }
}
