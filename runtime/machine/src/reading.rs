//! Reading answers: the types of the bot on top of the scalar readers.

use std::cell::OnceCell;
use std::ops::Range;

use botflow_artifact::{Type, TypeId, Value};
use botflow_understanding::{Normalised, normalise};
use botflow_values::read::{Extent, canonical_url, is_e164, is_email, read_heard};
use botflow_values::zone::region_of;
use botflow_values::{Kind, ReadContext, Reading, compare};
use smol_str::SmolStr;
use unicode_segmentation::UnicodeSegmentation;

use crate::program::{Program, Rule, TypeInfo};
use crate::scope::Scope;

/// What a customer wrote, normalised when that is first needed.
pub(crate) struct Heard<'m> {
    /// The words, without spaces around them.
    pub text: &'m str,
    normalised: OnceCell<Normalised>,
}

impl<'m> Heard<'m> {
    pub fn new(text: &'m str) -> Heard<'m> {
        Heard {
            text: text.trim(),
            normalised: OnceCell::new(),
        }
    }

    pub fn normalised(&self) -> &Normalised {
        self.normalised.get_or_init(|| normalise(self.text))
    }
}

/// A value read from words.
#[derive(Debug)]
pub(crate) struct Found {
    pub value: Value,
    /// Where it stands; the whole text for whole values.
    pub range: Range<usize>,
    pub whole: bool,
}

impl Scope<'_> {
    /// What is known of a type.
    pub fn type_info(&self, ty: TypeId) -> Option<&TypeInfo> {
        self.p.types.get(ty.index())
    }

    /// Whether not any words at all are an answer of the type.
    pub fn is_narrow(&self, ty: TypeId) -> bool {
        self.type_info(ty).is_some_and(|info| info.narrow)
    }

    /// Whether the whole text would be a value of the type but for its bounds: 5, where ten and more are asked for.
    pub fn is_out_of_bounds(&self, ty: TypeId, heard: &Heard<'_>) -> bool {
        let Some(info) = self.type_info(ty) else {
            return false;
        };
        let Some(kind) = info.kind.filter(|kind| *kind != Kind::Text) else {
            return false;
        };
        let read = self.read_scalar(kind, heard, Extent::Whole).whole();
        read.is_some_and(|value| !keeps(info, &value))
    }

    /// The whole text as a valid value of the type.
    pub fn read_whole(&self, ty: TypeId, heard: &Heard<'_>) -> Option<Value> {
        let info = self.type_info(ty)?;
        let value = match info.kind? {
            Kind::Text => {
                return read_text(info, heard.text)
                    .filter(|found| found.whole)
                    .map(|found| found.value);
            }
            kind => self.read_scalar(kind, heard, Extent::Whole).whole()?,
        };
        keeps(info, &value).then_some(value)
    }

    fn read_scalar(&self, kind: Kind, heard: &Heard<'_>, extent: Extent) -> Reading {
        let context = ReadContext {
            language: self.language_code(),
            now: self.now,
            zone: self.zone(),
            currency: self.p.currency,
            region: if kind == Kind::Phone {
                region_of(self.timezone())
            } else {
                None
            },
            sets: &self.p.members,
        };
        read_heard(kind, heard.text, || heard.normalised(), &context, extent)
    }

    /// A valid value of the type: the whole text, or what stands inside it.
    pub fn read(&self, ty: TypeId, heard: &Heard<'_>) -> Option<Found> {
        let info = self.type_info(ty)?;
        let kind = info.kind?;
        if kind == Kind::Text {
            return read_text(info, heard.text);
        }
        let found = match self.read_scalar(kind, heard, Extent::Anywhere) {
            Reading::Whole(value) => Found {
                value,
                range: 0..heard.text.len(),
                whole: true,
            },
            Reading::Inside(value, range) => Found {
                value,
                range,
                whole: false,
            },
            Reading::None => return None,
        };
        keeps(info, &found.value).then_some(found)
    }
}

/// Texts: any words, or what matches inside them.
fn read_text(info: &TypeInfo, text: &str) -> Option<Found> {
    if text.is_empty() {
        return None;
    }
    let value = |text: &str| Value::Text(SmolStr::new(text));
    let found = |range: Range<usize>, whole| {
        let value = value(&text[range.clone()]);
        keeps(info, &value).then_some(Found { value, range, whole })
    };
    let plain = text.trim_end_matches(['.', ',', '!', '?', ';']).trim_end();
    found(0..text.len(), true)
        .or_else(|| (plain.len() < text.len()).then(|| found(0..plain.len(), true))?)
        .or_else(|| {
            let pattern = info.rules.iter().find_map(|rule| match rule {
                Rule::Matching(pattern) => Some(pattern),
                _ => None,
            })?;
            found(pattern.find(text)?, false)
        })
}

/// Whether the value keeps to the narrowing of its type.
pub(crate) fn keeps(info: &TypeInfo, value: &Value) -> bool {
    info.rules.iter().all(|rule| match rule {
        Rule::Matching(pattern) => value.as_text().is_some_and(|text| pattern.is_match(text)),
        Rule::Range(from, to) => {
            compare(value, from).is_some_and(|order| order.is_ge())
                && compare(value, to).is_some_and(|order| order.is_le())
        }
        Rule::Length(from, to) => value.as_text().is_some_and(|text| {
            let length = text.graphemes(true).take(*to as usize + 1).count();
            (*from as usize..=*to as usize).contains(&length)
        }),
    })
}

/// Types nest at most half so deep.
const MAX_TYPE_DEPTH: usize = 32;

/// Whether a value is one of the type. Types refer to lower ids; the depth guards against a bot that is none.
pub(crate) fn fits(program: &Program, ty: TypeId, value: &Value, depth: usize) -> bool {
    if depth > MAX_TYPE_DEPTH {
        return false;
    }
    let Some(declared) = program.bot.types.get(ty.index()) else {
        return false;
    };
    let inside = |ty: &TypeId, value: &Value| fits(program, *ty, value, depth + 1);
    match declared {
        Type::Optional(inner) => value.is_unknown() || inside(inner, value),
        Type::Narrowed { base, .. } => {
            let info = program.types.get(ty.index());
            inside(base, value) && info.is_some_and(|info| keeps(info, value))
        }
        Type::List(item) => value
            .as_list()
            .is_some_and(|items| items.iter().all(|one| inside(item, one))),
        Type::Record(fields) => match value {
            Value::Record(values) => {
                values.len() == fields.len()
                    && fields.iter().zip(values).all(|((_, ty), one)| inside(ty, one))
            }
            _ => false,
        },
        Type::Set(set) => match value {
            Value::Member(member) => {
                let declared = program.bot.sets.get(set.index());
                member.set == set.0 && declared.is_some_and(|set| (member.index as usize) < set.members.len())
            }
            _ => false,
        },
        scalar => value.is_known() && value.kind() == scalar.kind() && is_sound(value),
    }
}

/// Whether an address is one: what comes from outside was not read from a customer's words.
fn is_sound(value: &Value) -> bool {
    match value {
        Value::Email(address) => is_email(address),
        Value::Phone(number) => is_e164(number),
        Value::Url(address) => canonical_url(address).is_some(),
        _ => true,
    }
}
