//! Translations: what people are shown in other languages than the one in which the flows are written.
//!
//! `locales/<language>.po` holds them ([`po`]). Which texts are translated, and in which context, the trees say
//! ([`units`]); what a catalogue says of a text is its words with their holes ([`words`]). [`apply`] brings catalogues
//! into the bot ([`translate`]) and reports what is missing or wrong, by the rules of [`crate::rules::languages`].
//! [`template`], [`merge`] and [`status`] are what `botflow text` does: extract, update, count.

pub mod merge;
pub mod plural;
pub mod po;
pub mod status;
pub mod template;
pub mod translate;
pub mod units;
pub mod words;

use std::ops::Range;

use botflow_artifact::{LanguageId, TextId};
use smol_str::SmolStr;

use crate::finding::Finding;
use crate::hir::Program;
use crate::library;
use crate::names::table::FxIndexMap;
use crate::project::{FileId, Project, Source, Span};
use crate::rules::languages::{
    self as rules, Language, Translation, markup_mismatch, missing_plural, missing_translation,
    not_understood_in_language, placeholder_mismatch, stale_translation, unsupported_language,
    unused_translation, wrong_language,
};
use crate::rules::writing::{repeated_setting, unexpected_word};

use merge::similarity;
use plural::{Counting, Forms};
use po::{Catalogue, Entry, Quoted};
use translate::{Problem, Translator};
use units::Unit;

/// The folder of the catalogues.
pub const FOLDER: &str = "locales";

/// The language of a catalogue by its path; nothing for other files.
pub fn language_of(path: &str) -> Option<SmolStr> {
    let name = path.strip_prefix("locales/")?.strip_suffix(".po")?;
    (!name.contains('/')).then(|| SmolStr::from(name.replace('_', "-")))
}

/// A catalogue that belongs to a language of the bot.
struct Locale {
    language: Language,
    counting: Counting,
    /// The project's own, if there is one.
    own: Option<Read>,
    /// The library's.
    library: Option<Read>,
}

/// A catalogue that has been read.
struct Read {
    file: FileId,
    text: std::sync::Arc<str>,
    catalogue: Catalogue,
    /// Entries by what they translate.
    places: FxIndexMap<Key, usize>,
    /// Entries that some text of the flows has.
    used: Vec<bool>,
    /// Per `msgstr[n]` its category; nothing if the header says none.
    forms: Option<Vec<&'static str>>,
    /// A part of the file could not be read.
    broken: bool,
}

/// What an entry translates.
type Key = (String, String, Option<String>);

fn key_of(entry: &Entry) -> Key {
    let plural = entry.plural.as_ref().map(|plural| plural.value.clone());
    (entry.context().to_owned(), entry.id.value.clone(), plural)
}

fn key(unit: &Unit) -> Key {
    (
        unit.context.to_string(),
        unit.words.id.clone(),
        unit.words.plural.clone(),
    )
}

/// Brings the catalogues of a project into its bot. The sources get the catalogues behind them, so that findings can
/// point into them.
pub(crate) fn apply(
    project: &Project,
    program: &mut Program,
    sources: &mut Vec<Source>,
    unreadable: bool,
    findings: &mut Vec<Finding>,
) {
    // What no bot is declared for is a part of one.
    if program.spans.bot.is_none() {
        return;
    }
    let languages: Vec<Language> = (program.bot.languages.iter().enumerate())
        .map(|(index, code)| Language::new(LanguageId::from(index), code))
        .collect();
    let mut locales = Vec::new();
    let mut known = Vec::new();
    for (language, at) in languages.iter().zip(&program.spans.languages) {
        if !unsupported_language::exists(language) {
            findings.push(unsupported_language::unknown(language, *at));
            continue;
        }
        known.push(language.clone());
        if language.id != LanguageId(0) {
            locales.push(Locale {
                counting: Counting::of(&language.code),
                own: None,
                library: library_catalogue(&language.code),
                language: language.clone(),
            });
        }
    }
    for source in &project.locales {
        let Some(code) = language_of(&source.path) else {
            continue;
        };
        let file = FileId(sources.len() as u32);
        sources.push(source.clone());
        let whole = span(file, 0..source.text.lines().next().unwrap_or_default().len());
        let same = |locale: &&mut Locale| locale.language.code.eq_ignore_ascii_case(&code);
        match locales.iter_mut().find(same) {
            Some(locale) => {
                let mut read = Read::new(file, source.text.clone(), findings);
                read.count(locale, findings);
                locale.own = Some(read);
            }
            // A language that there is not has its finding.
            None if languages.iter().skip(1).any(|language| language.code == code) => {}
            None => {
                let first = program.bot.languages.first().map(SmolStr::as_str);
                findings.push(unsupported_language::catalogue(&code, whole, first));
            }
        }
    }
    if known.len() > 1 {
        not_understood_in_language::check(program, &known, findings);
    }
    if !locales.is_empty() {
        let mut work = Work {
            first: program.bot.languages.first().cloned().unwrap_or_default(),
            // What a file with mistakes says nobody knows, so that nothing is said of what is not used.
            unreadable,
            program,
            sources,
            findings,
        };
        work.all(&mut locales);
    }
}

/// The library's own catalogue of a language.
fn library_catalogue(code: &str) -> Option<Read> {
    let text = library::catalogue(rules::base_of(code))?;
    let mut read = Read::new(FileId::CONFIG, text.into(), &mut Vec::new());
    let forms = read.catalogue.header("Plural-Forms").and_then(Forms::parse)?;
    read.forms = Counting::of(code).forms(&forms);
    Some(read)
}

impl Read {
    fn new(file: FileId, text: std::sync::Arc<str>, findings: &mut Vec<Finding>) -> Read {
        let (catalogue, mistakes) = po::read(&text);
        let broken = !mistakes.is_empty();
        for mistake in mistakes {
            findings.push(
                unexpected_word::finding(span(file, mistake.span), mistake.message)
                    .help("Catalogues are gettext's PO files; translation tools write them."),
            );
        }
        let mut places = FxIndexMap::default();
        let mut used = vec![false; catalogue.entries.len()];
        for (index, entry) in catalogue.entries.iter().enumerate() {
            if entry.obsolete || entry.is_header() {
                used[index] = true;
                continue;
            }
            if let Some(first) = places.get(&key_of(entry)) {
                used[index] = true;
                let first: &Entry = &catalogue.entries[*first];
                let shown = entry.id.value.chars().take(40).collect::<String>();
                findings.push(repeated_setting::finding(
                    span(file, entry.id.span.clone()),
                    &shown,
                    Some(span(file, first.id.span.clone())),
                ));
            } else {
                places.insert(key_of(entry), index);
            }
        }
        Read {
            file,
            text,
            catalogue,
            places,
            used,
            forms: None,
            broken,
        }
    }

    /// Finds out which form is which.
    fn count(&mut self, locale: &Locale, findings: &mut Vec<Finding>) {
        let header = self.catalogue.header("Plural-Forms");
        self.forms = header
            .and_then(Forms::parse)
            .and_then(|forms| locale.counting.forms(&forms));
        let counts = self
            .catalogue
            .entries
            .iter()
            .any(|entry| entry.plural.is_some() && !entry.obsolete);
        if self.forms.is_none() && counts && !self.broken {
            let at = match self.text.find("Plural-Forms") {
                Some(start) => {
                    let length = self.text[start..].find(['\n', '"']).unwrap_or(12);
                    let line = self.text[start..start + length].trim_end_matches("\\n").len();
                    start..start + line
                }
                None => 0..0,
            };
            findings.push(missing_plural::header(
                &locale.language,
                span(self.file, at),
                &locale.counting,
            ));
        }
    }
}

fn span(file: FileId, range: Range<usize>) -> Span {
    Span {
        file,
        start: range.start as u32,
        end: range.end as u32,
    }
}

/// What is at hand while all texts are looked at.
struct Work<'a> {
    program: &'a mut Program,
    sources: &'a [Source],
    first: SmolStr,
    unreadable: bool,
    findings: &'a mut Vec<Finding>,
}

impl Work<'_> {
    fn all(&mut self, locales: &mut [Locale]) {
        let units = std::mem::take(&mut self.program.units);
        let texts = self.texts();
        // Per text in no catalogue, the languages in which it is missing.
        let mut missing: FxIndexMap<Key, (usize, Vec<usize>)> = FxIndexMap::default();
        for (at, locale) in locales.iter_mut().enumerate() {
            if locale.own.is_none() && units.iter().any(|unit| !unit.library) {
                let place = locale.language.id.index();
                let place = self.program.spans.languages.get(place).copied();
                let finding = place
                    .map(|at| missing_translation::no_catalogue(&locale.language, at, self.program.draft));
                self.findings.extend(finding);
            }
            let mut unmatched = Vec::new();
            for (index, unit) in units.iter().enumerate() {
                let texts = texts.get(&unit.span).map(Vec::as_slice).unwrap_or_default();
                if !self.unit(locale, unit, texts) {
                    unmatched.push(index);
                }
            }
            self.changed(locale, &units, &mut unmatched);
            // Where nothing at all is translated there is one finding; a broken file says nothing about its texts.
            if locale.own.as_ref().is_none_or(|own| own.broken) {
                continue;
            }
            for index in unmatched {
                let (_, languages) = missing.entry(key(&units[index])).or_insert((index, Vec::new()));
                if languages.last() != Some(&at) {
                    languages.push(at);
                }
            }
            self.unused(locale);
        }
        for (index, languages) in missing.into_values() {
            let unit = &units[index];
            let names: Vec<&Language> = languages.iter().map(|at| &locales[*at].language).collect();
            let own = languages.first().and_then(|at| locales[*at].own.as_ref());
            let at = match own {
                // Nobody can mend the library; the catalogue can be.
                Some(own) if unit.library => span(own.file, 0..0),
                _ => unit.span,
            };
            self.findings.push(missing_translation::no_entry(
                unit,
                at,
                &names,
                self.program.draft,
            ));
        }
        self.program.units = units;
    }

    /// Texts by their places.
    fn texts(&self) -> FxIndexMap<Span, Vec<TextId>> {
        let mut texts: FxIndexMap<Span, Vec<TextId>> = FxIndexMap::default();
        for (index, span) in self.program.spans.texts.iter().enumerate() {
            if let Some(span) = span {
                texts.entry(*span).or_default().push(TextId::from(index));
            }
        }
        texts
    }

    /// Translates one text, if its catalogue has it. Whether it has.
    fn unit(&mut self, locale: &mut Locale, unit: &Unit, texts: &[TextId]) -> bool {
        let key = key(unit);
        if let Some(own) = &mut locale.own
            && let Some(index) = own.places.get(&key).copied()
        {
            own.used[index] = true;
            let entry = &own.catalogue.entries[index];
            if entry.has_words() || !unit.library || locale.library.is_none() {
                self.entry(&locale.language, &locale.counting, own, entry, unit, texts);
                return true;
            }
        }
        if unit.library
            && let Some(library) = &locale.library
            && let Some(index) = library.places.get(&key).copied()
        {
            let entry = &library.catalogue.entries[index];
            // A test holds the library's catalogues to its flows.
            let strings = strings(entry, library.forms.as_deref());
            for text in texts {
                let _ = self
                    .translator(&locale.language, &locale.counting)
                    .text(*text, &strings);
            }
            return true;
        }
        false
    }

    fn translator<'b>(&'b mut self, language: &Language, counting: &'b Counting) -> Translator<'b> {
        Translator {
            program: self.program,
            sources: self.sources,
            language: language.id,
            counting,
        }
    }

    fn entry(
        &mut self,
        language: &Language,
        counting: &Counting,
        own: &Read,
        entry: &Entry,
        unit: &Unit,
        texts: &[TextId],
    ) {
        let translation = |words| Translation {
            language,
            unit,
            source: match &unit.words.plural {
                Some(plural) => plural,
                None => &unit.words.id,
            },
            words,
            file: own.file,
            text: &own.text,
        };
        let Some(first) = entry.strings.first() else {
            return;
        };
        let at = |words: &Quoted| span(own.file, words.span.clone());
        if !entry.has_words() {
            let draft = self.program.draft;
            self.findings
                .push(missing_translation::empty(&translation(first), at(first), draft));
            return;
        }
        if entry.is_fuzzy() {
            self.findings
                .push(stale_translation::fuzzy(language, at(first), unit.span));
            return;
        }
        if entry.plural.is_some() {
            let Some(forms) = &own.forms else { return };
            let empty = forms.iter().enumerate().find(|(form, _)| {
                entry
                    .strings
                    .get(*form)
                    .is_none_or(|string| string.value.is_empty())
            });
            if let Some((form, category)) = empty {
                let words = entry.strings.get(form).unwrap_or(first);
                let finding = missing_plural::empty(&translation(words), at(words), category, counting);
                self.findings.push(finding);
                return;
            }
        }
        let strings = strings(entry, own.forms.as_deref());
        let before = self.findings.len();
        for text in texts {
            if let Err(problem) = self.translator(language, counting).text(*text, &strings) {
                let finding = match problem {
                    Problem::Holes(wrong) => {
                        let words = entry.strings.get(wrong.form).unwrap_or(first);
                        placeholder_mismatch::finding(&translation(words), &wrong.part, wrong.message)
                    }
                    Problem::Forms(wrong) => {
                        let words = entry.strings.get(wrong.form).unwrap_or(first);
                        missing_plural::finding(&translation(words), &wrong.part, wrong.message)
                    }
                };
                self.findings.push(finding);
                break;
            }
        }
        // One mistake is one finding: what cannot be shown is not looked at any further.
        if self.findings.len() > before {
            return;
        }
        let shown = span(own.file, po::place(&own.text, first, 0..first.value.len()));
        self.program
            .translated
            .extend(texts.iter().map(|text| (*text, language.id, shown)));
        for words in &entry.strings {
            let translation = translation(words);
            let before = self.findings.len();
            wrong_language::check(&translation, &self.first, self.findings);
            if self.findings.len() == before {
                markup_mismatch::check(&translation, self.findings);
            }
            if self.findings.len() > before {
                break;
            }
        }
    }

    /// Texts whose words have changed: an entry of the same context is left over that is like them.
    fn changed(&mut self, locale: &mut Locale, units: &[Unit], unmatched: &mut Vec<usize>) {
        let Some(own) = &mut locale.own else { return };
        let mut left: FxIndexMap<&str, Vec<usize>> = FxIndexMap::default();
        for (index, entry) in own.catalogue.entries.iter().enumerate() {
            if !own.used[index] && entry.has_words() {
                left.entry(entry.context()).or_default().push(index);
            }
        }
        if left.is_empty() {
            return;
        }
        let mut found = Vec::new();
        unmatched.retain(|index| {
            let unit = &units[*index];
            let Some(left) = left.get_mut(unit.context.as_str()) else {
                return true;
            };
            let like = |entry: &usize| similarity(&own.catalogue.entries[*entry].id.value, &unit.words.id);
            let best = (left.iter().copied())
                .map(|entry| (like(&entry), entry))
                .filter(|(like, _)| *like >= merge::LIKE)
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            match best {
                Some((_, entry)) => {
                    left.retain(|other| *other != entry);
                    found.push((entry, unit.span));
                    false
                }
                None => true,
            }
        });
        for (entry, text) in found {
            own.used[entry] = true;
            let at = own.catalogue.entries[entry].id.span.clone();
            self.findings.push(stale_translation::changed(
                &locale.language,
                span(own.file, at),
                text,
            ));
        }
    }

    /// Entries that no text has.
    fn unused(&mut self, locale: &Locale) {
        let Some(own) = locale.own.as_ref().filter(|_| !self.unreadable) else {
            return;
        };
        for (entry, _) in own
            .catalogue
            .entries
            .iter()
            .zip(&own.used)
            .filter(|(_, used)| !**used)
        {
            let at = span(own.file, entry.id.span.clone());
            self.findings.push(unused_translation::finding(at));
        }
    }
}

/// The strings of an entry with the categories they are for.
fn strings<'e>(entry: &'e Entry, forms: Option<&[&'static str]>) -> Vec<(&'static str, &'e str)> {
    let names = forms.unwrap_or_default();
    entry
        .strings
        .iter()
        .enumerate()
        .map(|(form, string)| (names.get(form).copied().unwrap_or("other"), string.value.as_str()))
        .collect()
}
