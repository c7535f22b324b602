//! `markup-mismatch`: a translation is not as bold as its text.

use botflow_message::markup;

use super::Translation;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF706",
    name: "markup-mismatch",
    level: Level::Warning,
    summary: "A translation lacks the bold, italic words or links of its text, or has others.",
    page: include_str!("markup_mismatch.md"),
};

/// What is marked in a text: bold and italic words at all, and how many links.
#[derive(Default, PartialEq, Eq)]
struct Marked {
    bold: bool,
    italic: bool,
    links: usize,
}

/// Looks at one translation.
pub(crate) fn check(translation: &Translation<'_>, findings: &mut Vec<Finding>) {
    let (source, words) = (translation.source, translation.words.value.as_str());
    let signs = ['*', '_', '['];
    if !source.contains(signs) && !words.contains(signs) {
        return;
    }
    let (before, after) = (marked(source), marked(words));
    if before == after {
        return;
    }
    let what = if before.links != after.links {
        match before.links {
            0 => "has a link, and its text has none".to_owned(),
            1 if after.links == 0 => "lacks the link of its text".to_owned(),
            many => format!("has {} of the {many} links of its text", after.links),
        }
    } else if before.bold != after.bold {
        different(before.bold, "bold words")
    } else {
        different(before.italic, "words in italics")
    };
    findings.push(
        Finding::new(&RULE, translation.span(), format!("This translation {what}."))
            .help("Markup is `**bold**`, `_italic_` and `[label](url)`; its signs stand around the translated words.")
            .related(translation.unit.span, "This is the text."),
    );
}

fn different(in_source: bool, what: &str) -> String {
    match in_source {
        true => format!("lacks the {what} of its text"),
        false => format!("has {what}, and its text has none"),
    }
}

fn marked(words: &str) -> Marked {
    let mut marked = Marked::default();
    for run in markup::parse(&without_holes(words, 'x')) {
        marked.bold |= run.bold;
        marked.italic |= run.italic;
        marked.links += usize::from(run.link.is_some());
    }
    marked
}

/// Holes say nothing about markup or language; something stands for each.
pub(super) fn without_holes(words: &str, hole: char) -> String {
    let mut out = String::with_capacity(words.len());
    let mut depth = 0usize;
    let mut letters = words.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if depth == 0 => {
                out.push('\\');
                out.extend(letters.next());
            }
            '{' => {
                if depth == 0 {
                    out.push(hole);
                }
                depth += 1;
            }
            '}' => depth = depth.saturating_sub(1),
            letter if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}
