//! Reading answers: the types of the bot on top of the scalar readers.

use std::cell::OnceCell;
use std::ops::Range;

use botflow_artifact::{TypeId, Value};
use botflow_understanding::{Normalised, OptionMatch, match_option, normalise, options::exact_option};
use botflow_values::{Kind, compare};
use smol_str::SmolStr;
use unicode_segmentation::UnicodeSegmentation;

use crate::program::{Rule, TypeInfo};
use crate::scope::Scope;

/// What a customer wrote, normalised when that is first needed.
pub(crate) struct Heard<'m> {
    /// The words, without spaces around them.
    pub text: &'m str,
    normalised: OnceCell<Normalised>,
}

impl<'m> Heard<'m> {
    pub fn new(text: &'m str) -> Heard<'m> {
        Heard { text: text.trim(), normalised: OnceCell::new() }
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

    /// The whole text as a valid value of the type.
    pub fn read_whole(&self, ty: TypeId, heard: &Heard<'_>) -> Option<Value> {
        self.read(ty, heard).filter(|found| found.whole).map(|found| found.value)
    }

    /// A valid value of the type: the whole text, or what stands inside it.
    pub fn read(&self, ty: TypeId, heard: &Heard<'_>) -> Option<Found> {
        let info = self.type_info(ty)?;
        let kind = info.kind?;
        let found = match kind {
            Kind::Text => return read_text(info, heard.text),
            Kind::Member(set) => self.read_member(set, heard)?,
            _ => self.read_scalar(kind, heard)?,
        };
        keeps(info, &found.value).then_some(found)
    }

    fn read_member(&self, set: u32, heard: &Heard<'_>) -> Option<Found> {
        let members = self.p.members.get(set as usize)?;
        let all = 0..heard.text.len();
        let member = |index: usize| Value::member(set, index as u32);
        if let Some(index) = exact_option(heard.normalised(), members) {
            return Some(Found { value: member(index), range: all, whole: true });
        }
        match match_option(heard.normalised(), members) {
            OptionMatch::Exact(index) => Some(Found { value: member(index), range: all, whole: true }),
            OptionMatch::Number(index) | OptionMatch::Inexact(index) => {
                Some(Found { value: member(index), range: all, whole: false })
            }
            OptionMatch::Ambiguous | OptionMatch::None => None,
        }
    }

    fn read_scalar(&self, kind: Kind, heard: &Heard<'_>) -> Option<Found> {
        let whole = |value| Some(Found { value, range: 0..heard.text.len(), whole: true });
        match kind {
            Kind::Integer => whole(Value::integer(heard.text.parse().ok()?)),
            Kind::Email => {
                let (user, host) = heard.text.split_once('@')?;
                (!user.is_empty() && host.contains('.') && !heard.text.contains(' '))
                    .then(|| Value::Email(heard.text.into()))
                    .and_then(whole)
            }
            Kind::YesNo => match heard.normalised().text() {
                "yes" => whole(Value::YesNo(true)),
                "no" => whole(Value::YesNo(false)),
                _ => None,
            },
            _ => None,
        }
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
    found(0..text.len(), true).or_else(|| (plain.len() < text.len()).then(|| found(0..plain.len(), true))?).or_else(
        || {
            let pattern = info.rules.iter().find_map(|rule| match rule {
                Rule::Matching(pattern) => Some(pattern),
                _ => None,
            })?;
            found(pattern.find(text)?, false)
        },
    )
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
