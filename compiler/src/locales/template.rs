//! `botflow text extract`: all texts of a bot as a template for catalogues, with what translators need to know.
//!
//! Beside each text stand what people see it as, the author's comment, what its holes hold (with an example), and how
//! long it may be on the bot's channels. Files are named without lines, so that a catalogue changes only when words do.

use botflow_artifact::{Bot, Filter, Part, Text, Type, TypeId};
use botflow_message::{Profile, profiles};

use super::po::{Catalogue, Entry, Quoted};
use super::units::Unit;
use super::words::one_line;
use crate::codegen::Lowered;
use crate::library;
use crate::names::table::FxIndexMap;
use crate::project::{Source, Span};
use crate::rules::languages::{base_of, translation_too_long};

/// The template of a bot: every text once per context, in order of the files. What the library has translated itself
/// into this language is left out; without a language everything is there.
pub fn of(lowered: &Lowered, units: &[Unit], files: &[Source], language: Option<&str>) -> Catalogue {
    let bot = &lowered.bot;
    let channels: Vec<Profile> = bot
        .channels
        .iter()
        .filter_map(|name| profiles::builtin(name))
        .collect();
    let texts = texts_by_span(lowered);
    let done = language.is_some_and(|language| library::catalogue(base_of(language)).is_some());
    let mut found: FxIndexMap<super::Key, Entry> = FxIndexMap::default();
    for unit in units.iter().filter(|unit| !(unit.library && done)) {
        let file = files
            .get(unit.span.file.0 as usize)
            .map(|file| file.path.replace(' ', "\u{a0}"));
        let entry = found.entry(super::key(unit)).or_insert_with(|| Entry {
            extracted: comments(lowered, unit, texts.get(&unit.span).copied(), files, &channels),
            context: Some(Quoted::from(unit.context.as_str())),
            id: Quoted::from(unit.words.id.as_str()),
            plural: unit.words.plural.as_deref().map(Quoted::from),
            strings: match unit.words.plural {
                Some(_) => vec![Quoted::default(), Quoted::default()],
                None => vec![Quoted::default()],
            },
            ..Entry::default()
        });
        if let Some(file) = file.filter(|file| !entry.references.contains(file)) {
            entry.references.push(file);
        }
    }
    let header = Entry {
        strings: vec![Quoted::from(header(bot).as_str())],
        ..Entry::default()
    };
    Catalogue {
        entries: std::iter::once(header).chain(found.into_values()).collect(),
    }
}

fn header(bot: &Bot) -> String {
    format!(
        "Project-Id-Version: {}\nPO-Revision-Date: \nLast-Translator: \nLanguage-Team: \nLanguage: \nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\
         Content-Transfer-Encoding: 8bit\nX-Generator: botflow\n",
        bot.name
    )
}

fn texts_by_span(lowered: &Lowered) -> FxIndexMap<Span, usize> {
    let mut found = FxIndexMap::default();
    for (index, span) in lowered.spans.texts.iter().enumerate() {
        if let Some(span) = span {
            found.insert(*span, index);
        }
    }
    found
}

fn comments(
    lowered: &Lowered,
    unit: &Unit,
    text: Option<usize>,
    files: &[Source],
    channels: &[Profile],
) -> Vec<String> {
    let mut lines: Vec<String> = unit
        .note
        .iter()
        .flat_map(|note| note.lines().map(str::to_owned))
        .collect();
    lines.push(unit.role.description().to_owned());
    if let Some(text) = text.and_then(|text| lowered.bot.texts.get(text)) {
        let mut seen = Vec::new();
        holes(lowered, text, files, &mut seen);
        lines.extend(seen);
    }
    for profile in channels {
        if let Some((limit, unit)) = translation_too_long::limit(unit.role, profile) {
            lines.push(format!(
                "{}: at most {} {}.",
                profile.title,
                limit.most(),
                unit.word()
            ));
        }
    }
    lines
}

/// What the holes of a text hold.
fn holes(lowered: &Lowered, text: &Text, files: &[Source], lines: &mut Vec<String>) {
    let Some(variant) = text.variants.first() else {
        return;
    };
    for part in &variant.parts {
        let Part::Hole {
            value, ty, filters, ..
        } = part
        else {
            continue;
        };
        let span = lowered.exprs.get(value.index()).map(|info| info.span);
        let written = span.and_then(|span| {
            let file = files.get(span.file.0 as usize)?;
            file.text.get(span.start as usize..span.end as usize)
        });
        if let Some(written) = written {
            let (what, example) = kind(&lowered.bot, *ty);
            let counts = filters.iter().any(|filter| matches!(filter, Filter::Plural(_)));
            let role = if counts {
                " (the number that is counted)"
            } else {
                ""
            };
            let example = example
                .map(|example| format!(", for example {example}"))
                .unwrap_or_default();
            let line = format!("{{{}}}: {what}{example}", one_line(written));
            // A hole that is shown and counted is told of once.
            match lines.iter_mut().find(|known| known.starts_with(&line)) {
                Some(known) if known.len() == line.len() => known.push_str(role),
                Some(_) => {}
                None => lines.push(line + role),
            }
        }
        for filter in filters {
            if let Filter::Plural(arms) | Filter::Select(arms) = filter {
                for text in arms.arms.iter().map(|(_, text)| text).chain(&arms.other) {
                    if let Some(text) = lowered.bot.texts.get(text.index()) {
                        holes(lowered, text, files, lines);
                    }
                }
            }
        }
    }
}

/// What a type is in words, and a value of it.
fn kind(bot: &Bot, ty: TypeId) -> (String, Option<String>) {
    let Some(found) = bot.types.get(ty.index()) else {
        return ("something".to_owned(), None);
    };
    let plain = |what: &str, example: &str| (what.to_owned(), Some(example.to_owned()));
    match found {
        Type::Text => ("words".to_owned(), None),
        Type::Integer => plain("a whole number", "3"),
        Type::Number => plain("a number", "2.5"),
        Type::Percent => plain("a percentage", "20%"),
        Type::YesNo => plain("yes or no", "yes"),
        Type::Money => (
            "an amount of money".to_owned(),
            Some(format!("20.00 {}", bot.currency)),
        ),
        Type::Date => plain("a day", "25 December 2026"),
        Type::Time => plain("a time", "09:30"),
        Type::Moment => plain("a day and a time", "25 December 2026, 09:30"),
        Type::Duration => plain("a length of time", "2 hours"),
        Type::Email => plain("an e-mail address", "ana@example.com"),
        Type::Phone => plain("a telephone number", "+40 721 234 567"),
        Type::Url => plain("an address", "https://shop.example/a"),
        Type::Language => plain("a language", "Romanian"),
        Type::Channel => plain("a channel", "WhatsApp"),
        Type::File | Type::Image => ("a file".to_owned(), None),
        Type::Location => ("a place".to_owned(), None),
        Type::Set(set) => match bot.sets.get(set.index()) {
            Some(set) => {
                let example = set.members.first().map(|member| member.name.to_string());
                (format!("one of `{}`", set.name), example)
            }
            None => ("one of a set".to_owned(), None),
        },
        Type::List(_) => ("a list".to_owned(), None),
        Type::Record(_) => ("several values".to_owned(), None),
        Type::Optional(inner) if inner.index() < ty.index() => kind(bot, *inner),
        Type::Narrowed {
            name, base, example, ..
        } if base.index() < ty.index() => {
            let (what, general) = kind(bot, *base);
            let example = example.as_ref().map(ToString::to_string).or(general);
            (format!("{what} (`{name}`)"), example)
        }
        _ => ("something".to_owned(), None),
    }
}
