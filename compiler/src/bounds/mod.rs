//! How long texts can get: the worst case of every text with holes, from the types of what they show.
//!
//! A bound is in every unit that a channel may count in ([`length`]). Closed sets are as long as their longest label,
//! `text length 1 to 40` is 40 letters, patterns are as long as they allow ([`pattern`]), numbers and dates as their
//! language writes them ([`shown`]); any other text is of any length. What a text comes to, with filters and markup,
//! is put together in [`text`].
//!
//! Two things are assumed, and said in `docs/language/checking.md`: a letter is one UTF-16 unit (no emoji) with one
//! capital, none of the signs that a text message counts twice, and none that WhatsApp or Slack would read as markup; and with [`Numbers::Usual`] a number without `from … to` stays within what shops and offices count.
//! Rendered texts of values within these are never longer than their bound: `tests/it/bounds.rs` tries it against the
//! machine.

mod length;
mod pattern;
mod shown;
mod text;

use std::cell::RefCell;

use botflow_artifact::{Bot, Expr, ExprId, LanguageId, Narrowing, Text, TextId, TextVariant, Type, TypeId};
use botflow_values::{Currency, Style, Value};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::hir::ExprInfo;

pub use length::Length;
use shown::Speech;

/// What numbers without a range are assumed to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Whatever the machine can hold.
    Any,
    /// What people meet: from 0 to 999,999, amounts and decimals to two places, percentages to 100, durations up to a
    /// year, dates from the year 1000 on.
    #[default]
    Usual,
}

/// Bounds of the texts of one bot.
pub struct Bounds<'b> {
    bot: &'b Bot,
    exprs: &'b [ExprInfo],
    numbers: Numbers,
    speech: Vec<Speech>,
    known: RefCell<Known>,
}

/// What was found out of a type in a style and a language.
type Known = IndexMap<(TypeId, Style, LanguageId), Length, FxBuildHasher>;

/// Expressions are followed so far.
const DEEPEST: usize = 32;

impl<'b> Bounds<'b> {
    /// Bounds of a bot; `exprs` tells the types of its expressions, as far as they are known.
    pub fn new(bot: &'b Bot, exprs: &'b [ExprInfo], numbers: Numbers) -> Bounds<'b> {
        let currency = Currency::from_code(&bot.currency).unwrap_or(Currency::EUR);
        // A bot without languages has findings of its own; what is looked at then is English.
        let mut speech: Vec<Speech> = (bot.languages.iter())
            .map(|language| Speech::new(language, currency))
            .collect();
        if speech.is_empty() {
            speech.push(Speech::new("en", currency));
        }
        Bounds {
            bot,
            exprs,
            numbers,
            speech,
            known: RefCell::default(),
        }
    }

    /// The versions of a text, and the languages in which each is shown: its own, and, for the first one, those that
    /// have none.
    pub fn versions(&self, text: TextId) -> Vec<(&'b TextVariant, Vec<LanguageId>)> {
        let Some(Text { variants }) = self.bot.texts.get(text.index()) else {
            return Vec::new();
        };
        let own = |language: LanguageId| variants.iter().any(|variant| variant.language == language);
        let languages = || (0..self.bot.languages.len().max(1)).map(LanguageId::from);
        variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let shown = languages()
                    .filter(|language| variant.language == *language || index == 0 && !own(*language));
                (variant, shown.collect())
            })
            .collect()
    }

    /// What a value of a type can be as long as, shown in a style.
    fn of_type(&self, ty: TypeId, style: Style, language: LanguageId) -> Length {
        let key = (ty, style, language);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let found = self.type_length(ty, style, language);
        self.known.borrow_mut().insert(key, found);
        found
    }

    fn type_length(&self, id: TypeId, style: Style, language: LanguageId) -> Length {
        let Some(ty) = self.bot.types.get(id.index()) else {
            return Length::ANY;
        };
        let speech = self.speech(language);
        let numbers = self.numbers;
        match ty {
            Type::Text | Type::Url | Type::Email | Type::File | Type::Image | Type::List(_) => Length::ANY,
            // Reported elsewhere.
            Type::Error => Length::ZERO,
            Type::Integer => speech.integer(None, style, numbers),
            Type::Number => speech.number(None, style, numbers),
            Type::Percent => speech.percent(None, numbers),
            Type::Money => speech.money(None, numbers),
            Type::YesNo => speech.yes_no(),
            Type::Date => speech.date(style, numbers),
            Type::Time => speech.time(),
            Type::Moment => speech.moment(style, numbers),
            Type::Duration => speech.duration(None, numbers),
            Type::Phone => Length::of("+000000000000000"),
            Type::Language => speech.languages(),
            Type::Channel => speech.channels(),
            Type::Location => Length::of("-90.000000,-180.000000"),
            Type::Set(set) => {
                let members = self.bot.sets.get(set.index()).map_or(&[][..], |set| &set.members);
                members.iter().fold(Length::ZERO, |longest, member| {
                    longest.or(match member.label {
                        Some(label) => self.text(label, language),
                        None => Length::of(&member.name),
                    })
                })
            }
            // Types refer to lower ids only, so that this ends.
            Type::Record(fields) => {
                let mut whole = Length::ZERO;
                for (index, (_, field)) in fields.iter().enumerate() {
                    if index > 0 {
                        whole = whole.then(Length::of(", "));
                    }
                    whole = whole.then(self.below(id, *field, Style::Usual, language));
                }
                whole
            }
            Type::Optional(of) => self.below(id, *of, style, language),
            Type::Narrowed { base, rules, .. } => {
                let base_type = self.bot.types.get(base.index());
                rules
                    .iter()
                    .fold(self.below(id, *base, style, language), |bound, rule| {
                        bound.and(self.narrowed(rule, base_type, style, language))
                    })
            }
        }
    }

    fn below(&self, above: TypeId, ty: TypeId, style: Style, language: LanguageId) -> Length {
        if ty < above {
            self.of_type(ty, style, language)
        } else {
            Length::ANY
        }
    }

    fn narrowed(&self, rule: &Narrowing, base: Option<&Type>, style: Style, language: LanguageId) -> Length {
        let speech = self.speech(language);
        let numbers = self.numbers;
        match rule {
            Narrowing::Length(_, to) => speech.letters(*to),
            Narrowing::Matching(pattern) => pattern::longest(pattern),
            Narrowing::Range(from, to) => match (from, to) {
                (Value::Integer(from), Value::Integer(to)) if matches!(base, Some(Type::Number)) => {
                    speech.number(Some((*from, *to)), style, numbers)
                }
                (Value::Integer(from), Value::Integer(to)) => {
                    speech.integer(Some((*from, *to)), style, numbers)
                }
                (Value::Number(from), Value::Number(to)) => {
                    speech.number(Some((shown::floor(*from), shown::ceiling(*to))), style, numbers)
                }
                (Value::Percent(from), Value::Percent(to)) => {
                    speech.percent(Some((shown::floor(*from), shown::ceiling(*to))), numbers)
                }
                (Value::Money(from), Value::Money(to)) => speech.money(Some((*from, *to)), numbers),
                (Value::Duration(from), Value::Duration(to)) => speech.duration(Some((*from, *to)), numbers),
                _ => Length::ANY,
            },
        }
    }

    /// What an expression of a type can be as long as, shown in a style.
    fn of_expr(&self, expr: ExprId, ty: TypeId, style: Style, language: LanguageId, depth: usize) -> Length {
        let by_type = || self.of_type(ty, style, language);
        if depth > DEEPEST {
            return by_type();
        }
        match self.bot.exprs.get(expr.index()) {
            Some(Expr::Const(value)) => self.of_value(value, style, language).unwrap_or_else(by_type),
            Some(Expr::Config(config)) => {
                let value = self.bot.config.get(config.index()).map(|config| &config.value);
                let shown = value.and_then(|value| self.of_value(value, style, language));
                shown.unwrap_or_else(by_type)
            }
            Some(Expr::Text(text)) => self.text(*text, language),
            Some(Expr::Else(value, instead)) => {
                let of = |expr: ExprId| {
                    let known = self.exprs.get(expr.index()).map(|info| info.ty);
                    let narrower = known.filter(|known| {
                        !matches!(self.bot.types.get(known.index()), None | Some(Type::Error))
                    });
                    self.of_expr(expr, narrower.unwrap_or(ty), style, language, depth + 1)
                };
                of(*value).or(of(*instead))
            }
            _ => by_type(),
        }
    }

    /// How long a value is that is known; none for values that hold others.
    fn of_value(&self, value: &Value, style: Style, language: LanguageId) -> Option<Length> {
        match value {
            Value::List(_) | Value::Record(_) => None,
            Value::Member(member) => {
                let set = self.bot.sets.get(member.set as usize)?;
                let member = set.members.get(member.index as usize)?;
                Some(match member.label {
                    Some(label) => self.text(label, language),
                    None => Length::of(&member.name),
                })
            }
            value => Some(self.speech(language).value(value, style)),
        }
    }

    fn speech(&self, language: LanguageId) -> &Speech {
        // There is one at least.
        self.speech.get(language.index()).unwrap_or(&self.speech[0])
    }
}
