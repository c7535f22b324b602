//! Reading values where no conversation runs: what a hole of an example takes, and which type a suggestion would be.

use std::cell::RefCell;
use std::ops::Range;

use botflow_artifact::{Bot, Narrowing, Part, TextId, Type, TypeId};
use botflow_understanding::{Listener, OptionWords, normalise};
use botflow_values::read::{Extent, read_heard};
use botflow_values::{Currency, Kind, ReadContext, Reading, SetWords, Zone};
use indexmap::IndexMap;
use regex::Regex;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

/// A moment at which values are read: a Monday in spring. What is said of intents may not depend on it.
const MOMENT: i64 = 1_772_445_600_000;

/// Reads values of the bot's types.
pub(super) struct Reader<'b> {
    bot: &'b Bot,
    sets: Vec<SetWords>,
    zone: Zone,
    currency: Currency,
    patterns: RefCell<IndexMap<SmolStr, Option<Regex>, FxBuildHasher>>,
}

impl<'b> Reader<'b> {
    pub fn new(bot: &'b Bot) -> Reader<'b> {
        let sets = bot.sets.iter().map(|set| {
            let member = |member: &botflow_artifact::Member| {
                let label = member.label.and_then(|label| plain(bot, label));
                let spoken = member.name.replace('_', " ");
                let words = member.words.iter().flat_map(|one| &one.words);
                OptionWords::new(
                    label
                        .as_deref()
                        .into_iter()
                        .chain([spoken.as_str()])
                        .chain(words.map(SmolStr::as_str)),
                )
            };
            SetWords {
                members: set.members.iter().map(member).collect(),
            }
        });
        Reader {
            bot,
            sets: sets.collect(),
            zone: Zone::named(&bot.timezone).unwrap_or_else(Zone::utc),
            currency: Currency::from_code(&bot.currency).unwrap_or(Currency::EUR),
            patterns: RefCell::default(),
        }
    }

    /// What a text is when it is read as a scalar type.
    pub fn read(&self, kind: Kind, text: &str, extent: Extent) -> Reading {
        let context = ReadContext {
            language: self.bot.languages.first().map_or("en", SmolStr::as_str),
            now: MOMENT,
            zone: &self.zone,
            currency: self.currency,
            region: None,
            sets: &self.sets,
        };
        let normalised = normalise(text);
        read_heard(kind, text, || &normalised, &context, extent)
    }

    /// The scalar below a type, and the patterns that its values keep to.
    fn scalar(&self, ty: TypeId) -> (Option<Kind>, Vec<&'b SmolStr>) {
        let mut patterns = Vec::new();
        let mut ty = self.bot.types.get(ty.index());
        // Types refer to lower ids only.
        while let Some(Type::Optional(inner) | Type::Narrowed { base: inner, .. }) = ty {
            if let Some(Type::Narrowed { rules, .. }) = ty {
                patterns.extend(rules.iter().filter_map(|rule| match rule {
                    Narrowing::Matching(pattern) => Some(pattern),
                    _ => None,
                }));
            }
            ty = self.bot.types.get(inner.index());
        }
        (ty.and_then(Type::kind), patterns)
    }

    /// Whether the whole text is a value of the type.
    pub fn whole(&self, ty: TypeId, text: &str) -> bool {
        let (kind, patterns) = self.scalar(ty);
        let text = text.trim();
        match kind {
            Some(Kind::Text) => {
                let bare = text.trim_end_matches(['.', ',', '!', '?', ';']).trim_end();
                !text.is_empty() && [text, bare].iter().any(|text| self.keeps(&patterns, text))
            }
            Some(kind) => self.read(kind, text, Extent::Whole).whole().is_some(),
            None => false,
        }
    }

    /// Where a value of a narrow type stands in a text.
    fn inside(&self, ty: TypeId, text: &str) -> Option<Range<usize>> {
        let (kind, patterns) = self.scalar(ty);
        match kind? {
            Kind::Text => {
                let pattern = self.pattern(patterns.first()?, false)?;
                let found = pattern.find(text)?;
                Some(found.range())
            }
            kind if kind.is_narrow() => match self.read(kind, text, Extent::Anywhere) {
                Reading::Whole(_) => Some(0..text.len()),
                Reading::Inside(_, range) => Some(range),
                Reading::None => None,
            },
            _ => None,
        }
    }

    fn keeps(&self, patterns: &[&SmolStr], text: &str) -> bool {
        let fits = |pattern: &&SmolStr| self.pattern(pattern, true).is_some_and(|it| it.is_match(text));
        patterns.iter().all(fits)
    }

    fn pattern(&self, source: &SmolStr, whole: bool) -> Option<Regex> {
        let written = match whole {
            true => SmolStr::from(format!("^(?:{source})$")),
            false => source.clone(),
        };
        let mut patterns = self.patterns.borrow_mut();
        let known = patterns.entry(written);
        let make = |written: &SmolStr| Regex::new(written).ok();
        let written = known.key().clone();
        known.or_insert_with(|| make(&written)).clone()
    }

    /// A text that is a value of the type, as a customer could write it; nothing where none is known for sure.
    pub fn sample(&self, ty: TypeId) -> Option<String> {
        let mut at = self.bot.types.get(ty.index());
        let mut found = None;
        while let Some(Type::Optional(inner) | Type::Narrowed { base: inner, .. }) = at {
            if let Some(Type::Narrowed {
                example: Some(example),
                ..
            }) = at
            {
                found = found.or(Some(example.to_string()));
            }
            at = self.bot.types.get(inner.index());
        }
        let sample = found.or_else(|| {
            Some(match at?.kind()? {
                Kind::Text => "Zubrowka".to_owned(),
                Kind::Integer | Kind::Number => "7".to_owned(),
                Kind::Percent => "7%".to_owned(),
                Kind::Money => format!("7 {}", self.bot.currency),
                Kind::Date => "2026-05-04".to_owned(),
                Kind::Time => "10:30".to_owned(),
                Kind::Moment => "2026-05-04 10:30".to_owned(),
                Kind::Duration => "7h".to_owned(),
                Kind::Email => "ana@shop.example".to_owned(),
                Kind::Phone => "+40721000000".to_owned(),
                Kind::Url => "https://shop.example/a".to_owned(),
                Kind::Member(set) => {
                    let members = &self.sets.get(set as usize)?.members;
                    members.first()?.phrases().first()?.to_string()
                }
                _ => return None,
            })
        })?;
        self.whole(ty, &sample).then_some(sample)
    }
}

/// The words of a text without holes, in the bot's first language.
pub(super) fn plain(bot: &Bot, text: TextId) -> Option<String> {
    let variant = bot.texts.get(text.index())?.variants.first()?;
    let mut words = String::new();
    for part in &variant.parts {
        match part {
            Part::Literal(literal) => words.push_str(literal),
            Part::Hole { .. } => return None,
        }
    }
    Some(words)
}

/// Listens to some intents, and reads their parameters.
pub(super) struct Ears<'r, 'b> {
    pub reader: &'r Reader<'b>,
    /// In ascending order.
    pub listening: &'r [u32],
}

impl Ears<'_, '_> {
    fn ty(&self, intent: u32, param: u32) -> Option<TypeId> {
        let intent = self.reader.bot.intents.get(intent as usize)?;
        intent.params.get(param as usize).map(|param| param.ty)
    }
}

impl Listener for Ears<'_, '_> {
    fn listens(&self, intent: u32) -> bool {
        self.listening.binary_search(&intent).is_ok()
    }

    fn listening(&self) -> Option<Vec<u32>> {
        Some(self.listening.to_vec())
    }

    fn reads_whole(&self, intent: u32, param: u32, text: &str) -> bool {
        self.ty(intent, param)
            .is_some_and(|ty| self.reader.whole(ty, text))
    }

    fn reads_inside(&self, intent: u32, param: u32, text: &str) -> Option<Range<usize>> {
        self.reader.inside(self.ty(intent, param)?, text)
    }
}
