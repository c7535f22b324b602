//! BF7: several languages.

use std::ops::Range;

use botflow_syntax::SyntaxKind::*;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot;

pub const CLASSES: &[Class] = &[
    Class {
        names: &["missing-translation"],
        done: "a translation is empty",
        seed: missing_translation,
    },
    Class {
        names: &["stale-translation", "missing-translation"],
        done: "a text changes, and its translations do not",
        seed: stale_translation,
    },
    Class {
        names: &["unused-translation"],
        done: "a catalogue has a text that the bot does not say",
        seed: unused_translation,
    },
    Class {
        names: &["placeholder-mismatch"],
        done: "a translation loses a hole, or gets one",
        seed: placeholder_mismatch,
    },
    Class {
        names: &["missing-plural"],
        done: "a translation loses a plural form",
        seed: missing_plural,
    },
    Class {
        names: &["markup-mismatch"],
        done: "a translation gets stars that the text has not",
        seed: markup_mismatch,
    },
    Class {
        names: &["wrong-language"],
        done: "a Russian translation is written in English",
        seed: wrong_language,
    },
    Class {
        names: &["translation-too-long"],
        done: "the translation of a label gets eighty characters",
        seed: translation_too_long,
    },
    Class {
        names: &["not-understood-in-language"],
        done: "an intent loses its words in one language",
        seed: not_understood_in_language,
    },
    Class {
        names: &["unsupported-language"],
        done: "a country's code is written for a language",
        seed: unsupported_language,
    },
];

/// An entry of a catalogue whose parts stand on a line each.
struct Entry<'t> {
    file: usize,
    language: &'t str,
    context: &'t str,
    source: &'t str,
    /// The translated words, without their quotes.
    words: &'t str,
    place: Range<usize>,
    /// All lines of the entry.
    lines: Range<usize>,
}

fn entries(bot: &Bot) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    for (file, catalogue) in bot.project.locales.iter().enumerate() {
        let language = catalogue
            .path
            .trim_end_matches(".po")
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let text = &*catalogue.text;
        let mut at = 0;
        for block in text.split_inclusive("\n\n") {
            let lines = at..at + block.len();
            at = lines.end;
            let part = |key: &str| {
                let mut parts = block
                    .lines()
                    .filter_map(|line| line.strip_prefix(key)?.strip_prefix(" \"")?.strip_suffix('"'));
                parts.next()
            };
            let (Some(context), Some(source), Some(words)) = (part("msgctxt"), part("msgid"), part("msgstr"))
            else {
                continue;
            };
            // What goes on over several lines, or has plural forms, is left alone.
            let lone = !block.lines().any(|line| line.starts_with('"'));
            if lone && !words.is_empty() && !words.contains('\\') && !source.contains('\\') {
                let start = lines.start + words.as_ptr() as usize - block.as_ptr() as usize;
                found.push(Entry {
                    file,
                    language,
                    context,
                    source,
                    words,
                    place: start..start + words.len(),
                    lines,
                });
            }
        }
    }
    found
}

impl Entry<'_> {
    fn becomes(&self, what: &str, words: impl Into<String>) -> Mutant {
        let file = File::Locale(self.file);
        Mutant::new(what)
            .replace(file, self.place.clone(), words)
            .at(file, self.lines.clone())
    }
}

fn missing_translation(bot: &Bot) -> Vec<Mutant> {
    entries(bot)
        .iter()
        .map(|entry| entry.becomes("empty", ""))
        .collect()
}

fn stale_translation(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for say in spot::all(bot, &[SayStmt]) {
        if let Some(text) = say.child(Text)
            && text.text().ends_with(".\"")
            && !text.text().contains("\"\"\"")
        {
            let words = format!("{}, as you know.\"", text.text().trim_end_matches(".\""));
            mutants.push(text.becomes("other words", words));
        }
    }
    mutants
}

fn unused_translation(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (file, catalogue) in bot.project.locales.iter().enumerate() {
        for entry in entries(bot).iter().filter(|entry| entry.file == file).take(20) {
            let at = entry.lines.start;
            let text = format!(
                "msgctxt \"{}\"\nmsgid \"Nobody says this any more.\"\nmsgstr \"{}\"\n\n",
                entry.context, entry.words
            );
            mutants.push(Mutant::new(format!("in {}", catalogue.path)).replace(
                File::Locale(file),
                at..at,
                text,
            ));
        }
    }
    mutants
}

fn placeholder_mismatch(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for entry in entries(bot) {
        if entry.words.contains('{') && !entry.words.contains('|') {
            let open = entry.words.find('{').unwrap_or_default();
            let close = entry.words[open..]
                .find('}')
                .map_or(entry.words.len(), |at| open + at + 1);
            let without = format!("{}{}", &entry.words[..open], &entry.words[close..]);
            mutants.push(entry.becomes("a hole less", without));
            let more = entry.words.replacen('}', "} {customer.shoe_size}", 1);
            mutants.push(entry.becomes("a hole more", more));
        }
    }
    mutants
}

fn missing_plural(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (file, catalogue) in bot.project.locales.iter().enumerate() {
        let text = &*catalogue.text;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // The last one, so that the others keep their numbers.
            let last = text[at + line.len()..].starts_with('\n');
            if line.starts_with("msgstr[") && last {
                let block = text[..at].rfind("\n\n").map_or(0, |start| start + 2);
                let end = text[at..].find("\n\n").map_or(text.len(), |end| at + end);
                mutants.push(
                    Mutant::new("a form less")
                        .replace(File::Locale(file), at..at + line.len(), "")
                        .at(File::Locale(file), block..end),
                );
            }
            at += line.len();
        }
    }
    mutants
}

fn markup_mismatch(bot: &Bot) -> Vec<Mutant> {
    entries(bot)
        .iter()
        .filter(|entry| {
            entry.context.ends_with("say") && !entry.words.contains('{') && entry.words.contains(' ')
        })
        .map(|entry| {
            let (first, rest) = entry.words.split_once(' ').unwrap_or((entry.words, ""));
            entry.becomes("bold", format!("**{first}** {rest}"))
        })
        .collect()
}

fn wrong_language(bot: &Bot) -> Vec<Mutant> {
    entries(bot)
        .iter()
        .filter(|entry| {
            entry.language == "ru" && entry.context.ends_with("say") && !entry.source.contains('{')
        })
        .filter(|entry| entry.source.split(' ').count() >= 5)
        .map(|entry| entry.becomes("English", entry.source))
        .collect()
}

fn translation_too_long(bot: &Bot) -> Vec<Mutant> {
    // Labels of questions that fit in all other languages.
    entries(bot)
        .iter()
        .filter(|entry| entry.context.contains("choose") && entry.context.ends_with("option"))
        .map(|entry| {
            let long = match entry.language {
                "ru" => "Это то, что я хотел бы заказать прямо сейчас, если можно",
                _ => "Aceasta este exact ceea ce aș vrea să comand chiar acum",
            };
            entry.becomes("a long label", long)
        })
        .collect()
}

fn not_understood_in_language(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for intent in spot::all(bot, &[IntentItem]) {
        for language in ["ro", "ru"] {
            let of_it = |node: &spot::Spot<'_>| {
                node.child(LanguageCode)
                    .is_some_and(|code| code.text() == language)
            };
            let clauses: Vec<_> = intent
                .children(WordsClause)
                .into_iter()
                .chain(intent.children(LikeClause))
                .filter(of_it)
                .collect();
            if clauses.is_empty() || clauses.iter().any(|clause| !clause.alone()) {
                continue;
            }
            let mut mutant = Mutant::new(format!("without {language}")).at(intent.file(), intent.range());
            for clause in clauses {
                mutant = mutant.replace(clause.file(), clause.lines(), "");
            }
            mutants.push(mutant);
        }
    }
    mutants
}

fn unsupported_language(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for languages in spot::all(bot, &[LanguagesSetting]) {
        for code in ["ua", "gr", "cz", "jp"] {
            let at = languages.range().end;
            let text = format!(", {code}");
            mutants.push(Mutant::new(format!("`{code}`")).replace(languages.file(), at..at, text));
        }
    }
    mutants
}
