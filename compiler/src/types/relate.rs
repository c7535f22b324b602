//! How types relate: what may be passed where, what may be compared, and the type that two values share.

use botflow_artifact::{Type, TypeId};
use botflow_values::Kind;

use super::Types;

/// Whether a value of one type may stand where another is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Always.
    Yes,
    /// If it is known: a `T?` where a `T` is wanted.
    IfKnown,
    /// Never.
    No,
}

impl Types {
    /// Whether a value of type `from` may stand where a `to` is wanted.
    ///
    /// An integer may stand for a number, a narrowed value for the type it narrows, an address or a telephone
    /// number for a text; a list or record for one whose parts fit.
    pub fn fit(&self, from: TypeId, to: TypeId) -> Fit {
        if from == to || from == Types::ERROR || to == Types::ERROR {
            return Fit::Yes;
        }
        match (self.get(from), self.get(to)) {
            (Type::Optional(from), Type::Optional(to)) => self.fit(*from, *to),
            (_, Type::Optional(to)) => self.fit(from, *to),
            (Type::Optional(from), _) => match self.fit(*from, to) {
                Fit::No => Fit::No,
                Fit::Yes | Fit::IfKnown => Fit::IfKnown,
            },
            (Type::Integer, Type::Number) => Fit::Yes,
            (Type::Email | Type::Phone | Type::Url, Type::Text) => Fit::Yes,
            (Type::Narrowed { base, .. }, _) => self.fit(*base, to),
            // A type with a name and an example, but without rules, takes whatever its base takes.
            (_, Type::Narrowed { base, rules, .. }) if rules.is_empty() => self.fit(from, *base),
            // Parts of lists and records cannot be asked about one by one, so they must fit for certain.
            (Type::List(from), Type::List(to)) => certain(self.fit(*from, *to)),
            (Type::Record(from), Type::Record(to)) => {
                let same = from.len() == to.len()
                    && from
                        .iter()
                        .zip(to)
                        .all(|((a, from), (b, to))| a == b && self.fit(*from, *to) == Fit::Yes);
                if same { Fit::Yes } else { Fit::No }
            }
            _ => Fit::No,
        }
    }

    /// Whether `is` between the two can ever be yes.
    pub fn comparable(&self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (self.base(a), self.base(b));
        if a == b || a == Types::ERROR || b == Types::ERROR {
            return true;
        }
        match (self.get(a), self.get(b)) {
            (Type::List(a), Type::List(b)) => self.comparable(*a, *b),
            (Type::Record(a), Type::Record(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|((x, a), (y, b))| x == y && self.comparable(*a, *b))
            }
            _ => match (self.kind(a), self.kind(b)) {
                (Some(a), Some(b)) => (is_number(a) && is_number(b)) || (is_text(a) && is_text(b)),
                _ => false,
            },
        }
    }

    /// Whether `<` and its kin order the two.
    pub fn ordered(&self, a: TypeId, b: TypeId) -> bool {
        self.comparable(a, b)
            && [a, b]
                .into_iter()
                .all(|ty| self.base(ty) == Types::ERROR || self.kind(ty).is_some_and(Kind::is_ordered))
    }

    /// The type of a value that is one of the two; none if they share none. Narrowing is given up where the two
    /// are not the same, and the result may be unknown if one of them may.
    pub fn join(&mut self, a: TypeId, b: TypeId) -> Option<TypeId> {
        if a == b || b == Types::ERROR {
            return Some(a);
        }
        if a == Types::ERROR {
            return Some(b);
        }
        let optional = self.is_optional(a) || self.is_optional(b);
        let (known_a, known_b) = (self.known(a), self.known(b));
        let joined = if self.fit(known_a, known_b) == Fit::Yes {
            known_b
        } else if self.fit(known_b, known_a) == Fit::Yes {
            known_a
        } else {
            let (base_a, base_b) = (self.base(a), self.base(b));
            if self.fit(base_a, base_b) == Fit::Yes {
                base_b
            } else if self.fit(base_b, base_a) == Fit::Yes {
                base_a
            } else if self.kind(a).is_some_and(is_text) && self.kind(b).is_some_and(is_text) {
                Types::TEXT
            } else {
                return None;
            }
        };
        Some(if optional { self.optional(joined) } else { joined })
    }

    /// Whether a text can show a value of the type.
    pub fn showable(&self, id: TypeId) -> bool {
        match self.get(self.base(id)) {
            Type::Record(_) => false,
            Type::List(of) => self.showable(*of),
            _ => true,
        }
    }

    /// Whether the type, below `?` and narrowing, is a text of any form.
    pub fn is_textual(&self, id: TypeId) -> bool {
        self.kind(id).is_some_and(is_text)
    }

    /// Whether the type, below `?` and narrowing, is an integer or a decimal number.
    pub fn is_numeric(&self, id: TypeId) -> bool {
        self.kind(id).is_some_and(is_number)
    }
}

fn certain(fit: Fit) -> Fit {
    if fit == Fit::Yes { Fit::Yes } else { Fit::No }
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Number)
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Email | Kind::Phone | Kind::Url)
}

#[cfg(test)]
mod tests {
    use super::{Fit, Types};

    #[test]
    fn a_value_that_may_be_unknown_fits_only_if_known() {
        let mut types = Types::default();
        let maybe = types.optional(Types::TEXT);
        assert_eq!(types.fit(Types::TEXT, maybe), Fit::Yes);
        assert_eq!(types.fit(maybe, Types::TEXT), Fit::IfKnown);
        assert_eq!(types.fit(maybe, Types::MONEY), Fit::No);
        assert_eq!(types.fit(Types::INTEGER, Types::NUMBER), Fit::Yes);
        assert_eq!(types.fit(Types::NUMBER, Types::INTEGER), Fit::No);
    }

    #[test]
    fn two_values_share_the_wider_type() {
        let mut types = Types::default();
        let maybe = types.optional(Types::INTEGER);
        let wide = types.optional(Types::NUMBER);
        assert_eq!(types.join(maybe, Types::NUMBER), Some(wide));
        assert_eq!(types.join(Types::EMAIL, Types::PHONE), Some(Types::TEXT));
        assert_eq!(types.join(Types::MONEY, Types::INTEGER), None);
    }
}
