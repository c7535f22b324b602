//! Types, as far as an interpreter needs them: to read answers, to find the fields of records, and to know which
//! closed set a bare name is a member of.

use botflow_artifact::{Bot, Type, TypeId};
use botflow_syntax::TokenRef;
use botflow_syntax::ast::{self, AstNode};
use botflow_values::{Kind, ReadContext, Reading, Value, compare, read};
use smol_str::SmolStr;
use unicode_segmentation::UnicodeSegmentation;

use crate::project::Project;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// Nothing is known of it.
    Any,
    Scalar(Kind),
    List(Box<Ty>),
    Record(Vec<(SmolStr, Ty)>),
    Optional(Box<Ty>),
    Narrowed {
        name: SmolStr,
        base: Box<Ty>,
        rules: Vec<Rule>,
    },
}

/// One narrowing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    Matching(String),
    Range(Option<Value>, Option<Value>),
    Length(usize, usize),
}

impl Ty {
    pub fn text() -> Ty {
        Ty::Scalar(Kind::Text)
    }

    pub fn yes_no() -> Ty {
        Ty::Scalar(Kind::YesNo)
    }

    pub fn integer() -> Ty {
        Ty::Scalar(Kind::Integer)
    }

    /// A declared narrowing of a type.
    pub fn narrowed(name: &str, base: Ty, item: &ast::TypeItem<'_>, project: &Project<'_>) -> Ty {
        let mut rules = Vec::new();
        for narrowing in item.narrowings() {
            match narrowing {
                ast::Narrowing::MatchingNarrowing(matching) => {
                    let written = matching
                        .regex()
                        .map(|token| token.text().to_owned())
                        .unwrap_or_default();
                    let inner = written
                        .trim_start_matches('/')
                        .strip_suffix('/')
                        .unwrap_or(&written);
                    rules.push(Rule::Matching(inner.replace("\\/", "/")));
                }
                ast::Narrowing::RangeNarrowing(range) => {
                    let bound = |bound: Option<ast::Bound<'_>>| {
                        let bound = bound?;
                        let value = crate::literal::value(&bound.literal()?, project.currency);
                        Some(if bound.is_negative() {
                            botflow_values::negate(&value)
                        } else {
                            value
                        })
                    };
                    rules.push(Rule::Range(bound(range.from()), bound(range.to())));
                }
                ast::Narrowing::LengthNarrowing(length) => {
                    let number = |token: TokenRef<'_>| token.text().parse().unwrap_or(usize::MAX);
                    let numbers: Vec<usize> = length.numbers().map(number).collect();
                    let first = numbers.first().copied().unwrap_or(0);
                    rules.push(match numbers.get(1) {
                        Some(second) => Rule::Length(first, *second),
                        None => Rule::Length(first, first),
                    });
                }
                ast::Narrowing::ExampleNarrowing(_) => {}
            }
        }
        Ty::Narrowed {
            name: name.into(),
            base: Box::new(base),
            rules,
        }
    }

    /// The type of a built-in event's field or of a value of `botflow.toml`.
    pub fn of_artifact(bot: &Bot, id: TypeId) -> Ty {
        let inner = |id: &TypeId| Box::new(Ty::of_artifact(bot, *id));
        match bot.types.get(id.index()) {
            Some(Type::List(item)) => Ty::List(inner(item)),
            Some(Type::Optional(of)) => Ty::Optional(inner(of)),
            Some(Type::Record(fields)) => Ty::Record(
                fields
                    .iter()
                    .map(|(name, ty)| (name.clone(), *inner(ty)))
                    .collect(),
            ),
            Some(Type::Set(set)) => Ty::Scalar(Kind::Member(set.0)),
            Some(Type::Narrowed { base, .. }) => *inner(base),
            Some(Type::Integer) => Ty::Scalar(Kind::Integer),
            Some(Type::Number) => Ty::Scalar(Kind::Number),
            Some(Type::Percent) => Ty::Scalar(Kind::Percent),
            Some(Type::YesNo) => Ty::Scalar(Kind::YesNo),
            Some(Type::Money) => Ty::Scalar(Kind::Money),
            Some(Type::Date) => Ty::Scalar(Kind::Date),
            Some(Type::Time) => Ty::Scalar(Kind::Time),
            Some(Type::Moment) => Ty::Scalar(Kind::Moment),
            Some(Type::Duration) => Ty::Scalar(Kind::Duration),
            Some(Type::Language) => Ty::Scalar(Kind::Language),
            Some(Type::Channel) => Ty::Scalar(Kind::Channel),
            Some(Type::Url) => Ty::Scalar(Kind::Url),
            Some(_) => Ty::text(),
            None => Ty::Any,
        }
    }

    /// Without `?` and narrowing.
    pub fn plain(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner.plain(),
            Ty::Narrowed { base, .. } => base.plain(),
            other => other,
        }
    }

    /// Without `?`.
    pub fn known(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner.known(),
            other => other,
        }
    }

    pub fn is_optional(&self) -> bool {
        matches!(self, Ty::Optional(_))
    }

    /// The scalar it is in the end.
    pub fn kind(&self) -> Option<Kind> {
        match self.plain() {
            Ty::Scalar(kind) => Some(*kind),
            _ => None,
        }
    }

    /// What a list of it holds.
    pub fn element(&self) -> Ty {
        match self.plain() {
            Ty::List(element) => (**element).clone(),
            _ => Ty::Any,
        }
    }

    /// A field of a record: its place and its type.
    pub fn field(&self, name: &str) -> Option<(usize, Ty)> {
        match self.plain() {
            Ty::Record(fields) => {
                let place = fields.iter().position(|(known, _)| known == name)?;
                Some((place, fields[place].1.clone()))
            }
            _ => None,
        }
    }

    fn rules(&self) -> Vec<&Rule> {
        match self {
            Ty::Optional(inner) => inner.rules(),
            Ty::Narrowed { base, rules, .. } => rules.iter().chain(base.rules()).collect(),
            _ => Vec::new(),
        }
    }

    /// Not any words at all are an answer: everything but texts that are not narrowed, or by length alone.
    pub fn is_narrow(&self) -> bool {
        match self.kind() {
            Some(Kind::Text) => !self.patterns().is_empty(),
            Some(_) => true,
            None => false,
        }
    }

    fn patterns(&self) -> Vec<&str> {
        let patterns = self.rules().into_iter().filter_map(|rule| match rule {
            Rule::Matching(pattern) => Some(pattern.as_str()),
            _ => None,
        });
        patterns.collect()
    }

    /// Whether a value keeps to the narrowing.
    pub fn allows(&self, value: &Value, project: &Project<'_>) -> bool {
        self.rules().iter().all(|rule| match rule {
            Rule::Matching(pattern) => value
                .as_text()
                .is_some_and(|text| whole_match(pattern, text, project)),
            Rule::Range(from, to) => {
                let at_least = |from: &Value| compare(value, from).is_some_and(std::cmp::Ordering::is_ge);
                let at_most = |to: &Value| compare(value, to).is_some_and(std::cmp::Ordering::is_le);
                from.as_ref().is_none_or(at_least) && to.as_ref().is_none_or(at_most)
            }
            Rule::Length(from, to) => {
                let length = match value {
                    Value::List(items) => items.len(),
                    other => other.as_text().map_or(0, |text| text.graphemes(true).count()),
                };
                *from <= length && length <= *to
            }
        })
    }

    /// Whether a value that comes from outside is one of this type.
    pub fn takes(&self, value: &Value, project: &Project<'_>) -> bool {
        match (self, value) {
            (Ty::Any, _) => true,
            (Ty::Optional(of), value) => value.is_unknown() || of.takes(value, project),
            (_, Value::Unknown) => false,
            (Ty::Scalar(Kind::Email), Value::Email(address)) => read::is_email(address),
            (Ty::Scalar(Kind::Phone), Value::Phone(number)) => read::is_e164(number),
            (Ty::Scalar(Kind::Url), Value::Url(address)) => read::canonical_url(address).is_some(),
            (Ty::Scalar(kind), value) => value.kind() == Some(*kind),
            (Ty::List(item), Value::List(items)) => items.iter().all(|one| item.takes(one, project)),
            (Ty::Record(fields), Value::Record(values)) => {
                fields.len() == values.len()
                    && fields
                        .iter()
                        .zip(values)
                        .all(|((_, ty), one)| ty.takes(one, project))
            }
            (Ty::Narrowed { base, .. }, value) => base.takes(value, project) && self.allows(value, project),
            _ => false,
        }
    }

    /// Reads a message as this type.
    pub fn read(&self, text: &str, context: &ReadContext<'_>, project: &Project<'_>) -> Reading {
        let Some(kind) = self.kind() else {
            return Reading::None;
        };
        let patterns = self.patterns();
        if kind == Kind::Text && !patterns.is_empty() {
            let whole = Value::text(text.trim());
            if self.allows(&whole, project) {
                return Reading::Whole(whole);
            }
            let found = find_match(patterns[0], text, project);
            return match found {
                Some(range) if self.allows(&Value::text(&text[range.clone()]), project) => {
                    Reading::Inside(Value::text(&text[range.clone()]), range)
                }
                _ => Reading::None,
            };
        }
        botflow_values::read(kind, text, context)
            .and_then(|value| self.allows(&value, project).then_some(value))
    }
}

fn whole_match(pattern: &str, text: &str, project: &Project<'_>) -> bool {
    project
        .regex(&format!("^(?:{pattern})$"))
        .is_some_and(|regex| regex.is_match(text))
}

/// The first place where it matches and stands by itself.
fn find_match(pattern: &str, text: &str, project: &Project<'_>) -> Option<std::ops::Range<usize>> {
    let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    project
        .regex(pattern)?
        .find_iter(text)
        .map(|found| found.range())
        .find(|range| {
            !range.is_empty()
                && !joined(text[..range.start].chars().next_back())
                && !joined(text[range.end..].chars().next())
        })
}

/// The text of a name that stands alone, if the expression is one.
pub(crate) fn bare_name<'a>(expr: &ast::Expr<'a>) -> Option<SmolStr> {
    match expr {
        ast::Expr::NameExpr(name) => {
            let token = name.syntax().first_token()?;
            Some(token.text().into())
        }
        ast::Expr::ParenExpr(paren) => bare_name(&paren.inner()?),
        _ => None,
    }
}
