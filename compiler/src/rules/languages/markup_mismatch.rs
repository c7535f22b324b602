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

/// What is marked in a text: bold and italic words at all, and how many links; and how many signs mark nothing.
#[derive(Default, PartialEq, Eq)]
struct Marked {
    bold: bool,
    italic: bool,
    links: usize,
    stray_bold: usize,
    stray_italic: usize,
}

/// Looks at one translation.
pub(crate) fn check(translation: &Translation<'_>, findings: &mut Vec<Finding>) {
    let (source, words) = (translation.source, translation.words.value.as_str());
    let signs = ['*', '_', '['];
    if !source.contains(signs) && !words.contains(signs) {
        return;
    }
    let (before, after) = (marked(source), marked(words));
    let what = if before.links != after.links {
        match before.links {
            0 => "has a link, and its text has none".to_owned(),
            1 if after.links == 0 => "lacks the link of its text".to_owned(),
            many => format!("has {} of the {many} links of its text", after.links),
        }
    } else if before.bold != after.bold {
        different(before.bold, "bold words")
    } else if before.italic != after.italic {
        different(before.italic, "words in italics")
    } else if before.stray_bold < after.stray_bold {
        alone("**")
    } else if before.stray_italic < after.stray_italic {
        alone("_")
    } else {
        return;
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

fn alone(sign: &str) -> String {
    format!("has a `{sign}` that marks nothing, as there is no second one: people see it as it is")
}

fn marked(words: &str) -> Marked {
    let mut marked = Marked::default();
    for run in markup::parse(&without_holes(words, 'x')) {
        marked.bold |= run.bold;
        marked.italic |= run.italic;
        marked.links += usize::from(run.link.is_some());
        let (bold, italic) = strays(&run.text);
        marked.stray_bold += bold;
        marked.stray_italic += italic;
    }
    marked
}

/// Signs of markup that stand at a word and mark nothing: `**`, and `_` at the edge of a word.
fn strays(shown: &str) -> (usize, usize) {
    let (mut bold, mut italic) = (0, 0);
    let at = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let mark = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
    let of_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    for (start, _) in shown.match_indices("**") {
        let before = shown[..start].chars().next_back();
        let behind = shown[start + 2..].chars().next();
        bold += usize::from(of_word(before) && mark(behind) || mark(before) && of_word(behind));
    }
    for (start, _) in shown.match_indices('_') {
        let before = shown[..start].chars().next_back();
        let behind = shown[start + 1..].chars().next();
        let edge = |c: Option<char>| !at(c) || c.is_some_and(|c| c.is_ascii_punctuation() && c != '/');
        italic += usize::from(
            of_word(before) && edge(behind) && behind != Some('_') || edge(before) && of_word(behind),
        );
    }
    (bold, italic)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_mark_nothing_are_counted() {
        for (words, bold, italic) in [
            ("Cu **drag.", 1, 0),
            ("Cu drag**.", 1, 0),
            ("Cu drag** !", 1, 0),
            ("Cu **drag**.", 0, 0),
            ("2 ** 3", 0, 0),
            ("**", 0, 0),
            ("Cu _drag.", 0, 1),
            ("Cu drag_", 0, 1),
            ("Cu _drag_.", 0, 0),
            ("first_name and https://x.example/_a_b", 0, 0),
        ] {
            let marked = marked(words);
            assert_eq!(
                (marked.stray_bold, marked.stray_italic),
                (bold, italic),
                "{words}"
            );
        }
    }
}
