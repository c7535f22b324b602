//! Family BF7: languages: what is translated, what is not, and whom nobody understands.
//!
//! What the translations of a bot are is found in [`crate::locales`], which asks the rules here about every one of
//! them ([`Translation`]); what is heard is asked of the program.

pub mod markup_mismatch;
pub mod missing_plural;
pub mod missing_translation;
pub mod not_understood_in_language;
pub mod placeholder_mismatch;
pub mod stale_translation;
pub mod translation_too_long;
pub mod unsupported_language;
pub mod unused_translation;
pub mod wrong_language;

use std::ops::Range;

use botflow_artifact::LanguageId;
use botflow_values::show::{NoLabels, ShowContext, Shower};
use botflow_values::{Currency, Value, Zone};
use smol_str::SmolStr;

use crate::finding::Rule;
use crate::locales::po::{self, Quoted};
use crate::locales::units::Unit;
use crate::project::{FileId, Span};

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &missing_translation::RULE,
    &stale_translation::RULE,
    &unused_translation::RULE,
    &placeholder_mismatch::RULE,
    &missing_plural::RULE,
    &markup_mismatch::RULE,
    &wrong_language::RULE,
    &translation_too_long::RULE,
    &not_understood_in_language::RULE,
    &unsupported_language::RULE,
];

/// A language of the bot.
#[derive(Clone, Debug)]
pub(crate) struct Language {
    pub id: LanguageId,
    /// `ro`, `pt-BR`.
    pub code: SmolStr,
    /// As people say it: "Romanian", or the code where the name is not known.
    pub name: String,
}

impl Language {
    pub fn new(id: LanguageId, code: &str) -> Language {
        Language {
            id,
            code: SmolStr::new(code),
            name: name_of(code),
        }
    }

    /// The code without its region.
    pub fn base(&self) -> &str {
        base_of(&self.code)
    }
}

/// A code without its region.
pub(crate) fn base_of(code: &str) -> &str {
    code.split(['-', '_']).next().unwrap_or_default()
}

/// What English calls a language.
pub(crate) fn name_of(code: &str) -> String {
    let shower = Shower::new("en", Currency::EUR);
    let zone = Zone::default();
    let context = ShowContext {
        zone: &zone,
        labels: &NoLabels,
    };
    let name = shower.show(&Value::Language(SmolStr::new(base_of(code))), &context);
    if name == base_of(code) {
        format!("`{code}`")
    } else {
        name
    }
}

/// One translated string: what the rules look at.
pub(crate) struct Translation<'a> {
    pub language: &'a Language,
    pub unit: &'a Unit,
    /// The words it translates.
    pub source: &'a str,
    /// The translated words, and where they stand.
    pub words: &'a Quoted,
    /// The catalogue.
    pub file: FileId,
    pub text: &'a str,
}

impl Translation<'_> {
    /// Where the words stand, without their quotes.
    pub fn span(&self) -> Span {
        self.part(0..self.words.value.len())
    }

    /// Where a part of them stands.
    pub fn part(&self, part: Range<usize>) -> Span {
        let found = po::place(self.text, self.words, part);
        Span {
            file: self.file,
            start: found.start as u32,
            end: found.end as u32,
        }
    }

    /// Where these words stand among them; all of them if they are not found.
    pub fn place_of(&self, words: &str) -> Span {
        match self.words.value.find(words).filter(|_| !words.is_empty()) {
            Some(at) => self.part(at..at + words.len()),
            None => self.span(),
        }
    }
}
