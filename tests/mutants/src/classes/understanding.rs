//! BF8: what is heard as what.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, Spot};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["same-words"],
        done: "an intent gets the words of another one",
        seed: same_words,
    },
    Class {
        names: &["ambiguous-example"],
        done: "an intent gets an example with the words of another one in it",
        seed: ambiguous_example,
    },
    Class {
        names: &["too-few-examples"],
        done: "one long sentence is left of an intent's words",
        seed: too_few_examples,
    },
    Class {
        names: &["example-of-own-intent-misread"],
        done: "the words of an intent are an example of another one",
        seed: example_misread,
    },
    Class {
        names: &["faq-shadowed"],
        done: "a question of the faq is asked with the words of an intent",
        seed: faq_shadowed,
    },
    Class {
        names: &["answer-type-too-wide"],
        done: "a question that takes any text suggests values of a narrower type",
        seed: answer_type_too_wide,
    },
    Class {
        names: &["option-shadowed"],
        done: "an option is heard by the words of an intent",
        seed: option_shadowed,
    },
    Class {
        names: &["empty-intent"],
        done: "an intent loses its words",
        seed: empty_intent,
    },
    Class {
        names: &["faq-duplicate"],
        done: "a question of the faq is written twice",
        seed: faq_duplicate,
    },
    Class {
        names: &["faq-broken-link"],
        done: "an answer of the faq leads to a heading that is not there",
        seed: faq_broken_link,
    },
];

/// Intents that `always` hears, with their words in the bot's first language.
fn heard_everywhere(bot: &Bot) -> Vec<Spot<'_>> {
    let names: Vec<String> = spot::all(bot, &[IntentHandler])
        .iter()
        .filter(|handler| handler.above(AlwaysItem).is_some())
        .filter_map(|handler| Some(handler.child(Path)?.text().to_owned()))
        .collect();
    spot::all(bot, &[IntentItem])
        .into_iter()
        .filter(|intent| intent.name().is_some_and(|name| names.contains(&name)))
        .filter(|intent| {
            intent
                .child(WordsClause)
                .is_some_and(|words| words.child(LanguageCode).is_none())
        })
        .collect()
}

fn words<'b>(intent: &Spot<'b>) -> Option<(Spot<'b>, Spot<'b>)> {
    let clause = intent.child(WordsClause)?;
    let first = clause.child(Text)?;
    Some((clause, first))
}

fn same_words(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let intents = heard_everywhere(bot);
    for pair in intents.windows(2) {
        if let (Some((_, phrase)), Some((clause, _))) = (words(&pair[0]), words(&pair[1])) {
            let at = clause.range().end;
            let more = format!(", {}", phrase.text());
            mutants.push(Mutant::new("the same phrase").replace(clause.file(), at..at, more));
        }
    }
    mutants
}

fn option_shadowed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let intents = heard_everywhere(bot);
    for choose in spot::all(bot, &[ChooseStmt]) {
        // What colleagues begin belongs to their talk.
        if choose
            .above(FlowItem)
            .is_none_or(|flow| flow.child(OpenClause).is_some())
        {
            continue;
        }
        let Some(choice) = choose
            .children(Choice)
            .into_iter()
            // One that leads to nothing the intent might be about.
            .find(|choice| {
                let leads = [StepTarget, EscalateStmt, RunStmt, StartStmt];
                choice.child(Block).is_some() && leads.iter().all(|kind| choice.within(*kind).is_empty())
            })
        else {
            continue;
        };
        // An intent of another matter: the flow must not mention what it is about.
        let flow = choose
            .above(FlowItem)
            .map_or("", |flow| flow.text())
            .to_lowercase();
        let other = intents.iter().find(|intent| {
            let name = intent.name().unwrap_or_default();
            let phrase = words(intent)
                .map_or("", |(_, phrase)| phrase.text())
                .to_lowercase();
            let phrase = phrase.trim_matches('"').to_owned();
            name.split('_')
                .chain(phrase.split(' '))
                .all(|word| !flow.contains(&word[..word.len().min(4)]))
        });
        let (Some(label), Some((_, phrase))) = (choice.child(Text), other.and_then(words)) else {
            continue;
        };
        let at = label.range().end;
        let more = format!(" words {}", phrase.text());
        if choice.child(WordsClause).is_none() {
            mutants.push(
                Mutant::new("an intent's words")
                    .replace(label.file(), at..at, more)
                    .at(choice.file(), choice.range()),
            );
        }
    }
    mutants
}

fn empty_intent(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for intent in spot::all(bot, &[IntentItem]) {
        let (Some(first), Some(end)) = (intent.block_start(), intent.block_end()) else {
            continue;
        };
        mutants.push(
            Mutant::new("no words")
                .replace(intent.file(), first..end, "")
                .at(intent.file(), intent.range()),
        );
    }
    mutants
}

fn faq_duplicate(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, document) in bot.project.documents.iter().enumerate() {
        for heading in document.text.lines().filter(|line| line.starts_with('#')) {
            let end = document.text.len();
            let text = format!("\n{heading}\n\nThat is something else.\n");
            mutants.push(Mutant::new("asked twice").replace(File::Document(index), end..end, text));
        }
    }
    mutants
}

fn faq_broken_link(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, document) in bot.project.documents.iter().enumerate() {
        let end = document.text.trim_end().len();
        let text = " See [there](#nowhere-at-all).";
        mutants.push(Mutant::new("a link to nowhere").replace(File::Document(index), end..end, text));
    }
    mutants
}

/// An intent with an example more, in the bot's first language.
fn with_example(intent: &Spot<'_>, what: &str, example: &str) -> Option<Mutant> {
    let at = intent.block_end()?;
    Some(Mutant::new(what).replace(intent.file(), at..at, format!("  like \"{example}\"\n")))
}

/// Pairs of intents that `always` hears, and the first words of the second.
fn pairs(bot: &Bot) -> Vec<(Spot<'_>, Spot<'_>, &str)> {
    let intents = heard_everywhere(bot);
    let mut pairs = Vec::new();
    for (at, one) in intents.iter().enumerate() {
        for other in intents.iter().skip(at + 1).chain(&intents[..at]) {
            let Some((_, phrase)) = words(other) else {
                continue;
            };
            // What needs a value is not meant by words alone.
            let needs = other
                .child(Params)
                .is_some_and(|params| !params.text().contains('?'));
            if !needs {
                pairs.push((one.clone(), phrase.clone(), phrase.text().trim_matches('"')));
            }
        }
    }
    pairs
}

fn ambiguous_example(bot: &Bot) -> Vec<Mutant> {
    pairs(bot)
        .into_iter()
        .filter(|(intent, ..)| intent.child(Params).is_none())
        .filter_map(|(intent, _, phrase)| {
            let example = format!("my aunt wondered yesterday evening: {phrase}");
            with_example(&intent, "another one's words in it", &example)
        })
        .collect()
}

fn example_misread(bot: &Bot) -> Vec<Mutant> {
    pairs(bot)
        .into_iter()
        .filter(|(intent, ..)| intent.child(Params).is_none())
        .filter_map(|(intent, other, phrase)| {
            let mutant = with_example(&intent, "another one's words", phrase)?;
            Some(mutant.at(other.file(), other.range()))
        })
        .collect()
}

fn too_few_examples(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for intent in spot::all(bot, &[IntentItem]) {
        let (Some(from), Some(to)) = (intent.block_start(), intent.block_end()) else {
            continue;
        };
        // In other languages nobody would be heard at all.
        let mut clauses = intent.children(WordsClause);
        clauses.extend(intent.children(LikeClause));
        if intent.child(Params).is_some() || clauses.iter().any(|clause| clause.child(LanguageCode).is_some())
        {
            continue;
        }
        let sentence =
            "  like \"grandmother wondered yesterday evening whether anybody here could possibly help\"\n";
        mutants.push(
            Mutant::new("one sentence")
                .replace(intent.file(), from..to, sentence)
                .at(intent.file(), intent.range()),
        );
        let second = "  words \"neighbours often mention something similar when visiting us\"\n";
        mutants.push(
            Mutant::new("two sentences")
                .replace(intent.file(), from..to, format!("{sentence}{second}"))
                .at(intent.file(), intent.range()),
        );
    }
    mutants
}

fn faq_shadowed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (_, _, phrase) in pairs(bot) {
        for (index, document) in bot.project.documents.iter().enumerate() {
            let end = document.text.len();
            let text = format!("\n# Grandmother wondered: {phrase}?\n\nThat is something else.\n");
            mutants.push(Mutant::new("an intent's words").replace(File::Document(index), end..end, text));
        }
    }
    mutants
}

fn answer_type_too_wide(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for ask in spot::all(bot, &[AskStmt]) {
        let Some(answer) = ask.child(Answer) else {
            continue;
        };
        if !answer.text().ends_with(": text") || ask.child(SuggestItem).is_some() {
            continue;
        }
        for suggested in [
            "\"2\", \"7\", \"40\"",
            "\"ana@example.com\", \"dan@example.com\"",
            "\"18:00\", \"19:30\"",
            "\"yes\", \"no\"",
            "\"2026-05-01\", \"2026-05-02\"",
        ] {
            let item = format!("suggest {suggested}");
            let (at, text) = match ask.block_end() {
                Some(at) => (at, format!("{}  {item}\n", ask.indent())),
                None => {
                    let text = format!(" {{\n{0}  {item}\n{0}}}", ask.indent());
                    (ask.range().end, text)
                }
            };
            mutants.push(
                Mutant::new(item)
                    .replace(ask.file(), at..at, text)
                    .at(answer.file(), answer.range()),
            );
        }
    }
    mutants
}
