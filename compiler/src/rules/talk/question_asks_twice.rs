//! `question-asks-twice`: one message asks two things, and takes one answer.

use botflow_syntax::{FlowLanguage, GreenNodeData, Language, NodeOrToken, SyntaxKind};

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF310",
    name: "question-asks-twice",
    level: Level::Warning,
    summary: "One message asks two things, and takes one answer.",
    page: include_str!("question_asks_twice.md"),
};

/// So many words make a question of its own; shorter ones ("Sure?", "Right?") only lead to the one that follows.
const FEWEST: usize = 3;

/// What follows only shows how the question before may be answered.
const EXAMPLES: &[&str] = &[
    "for example",
    "for instance",
    "maybe",
    "perhaps",
    "de exemplu",
    "poate",
    "например",
    "может",
];

/// Looks at a text that stands in `of`.
pub(super) fn check(at: Span, of: SyntaxKind, text: &GreenNodeData) -> Option<Finding> {
    if of != SyntaxKind::AskStmt {
        return None;
    }
    // Most questions have one sign.
    let signs = text.children().filter_map(|child| child.into_token());
    let signs = signs.flat_map(|token| token.text().chars());
    if signs.filter(|sign| matches!(sign, '?' | '？' | '؟')).count() < 2 {
        return None;
    }
    let mut said = String::new();
    for child in text.children() {
        match child {
            NodeOrToken::Node(_) => said.push('x'),
            NodeOrToken::Token(token) => match FlowLanguage::kind_from_raw(token.kind()) {
                SyntaxKind::TextChunk => said.push_str(token.text()),
                SyntaxKind::TextEscape if token.text() == "\\n" => said.push('\n'),
                _ => {}
            },
        }
    }
    asks_twice(&said).then(|| {
        Finding::new(
            &RULE,
            at,
            "Two questions stand here, and only one answer is taken: people answer the one or the other.",
        )
        .help("Ask one thing at a time; questions that belong together make a `form`, which takes several answers at once.")
    })
}

/// Whether two questions stand in a text that each want an answer.
fn asks_twice(text: &str) -> bool {
    let mut questions = 0;
    let mut words = 0;
    let mut in_word = false;
    let mut begins = String::new();
    let mut hidden = 0usize;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '(' | '“' | '«' | '„' => hidden += 1,
            ')' | '”' | '»' => hidden = hidden.saturating_sub(1),
            // A sign in the middle of a word, as in an address, ends nothing.
            '?' | '？' | '؟' if hidden == 0 => {
                let ends = letters
                    .peek()
                    .is_none_or(|next| !next.is_alphanumeric() && *next != '=');
                let example = EXAMPLES.iter().any(|words| begins.starts_with(words));
                if ends && !example && (words >= FEWEST || letter == '？' && words > 0) {
                    questions += 1;
                }
                if ends {
                    words = 0;
                    begins.clear();
                }
                in_word = false;
            }
            '.' | '!' | '…' | '\n' if letters.peek().is_none_or(|next| next.is_whitespace()) => {
                (words, in_word) = (0, false);
                begins.clear();
            }
            letter if letter.is_alphanumeric() || matches!(letter, '\'' | '’') => {
                if !in_word && hidden == 0 {
                    words += 1;
                }
                in_word = true;
                if words <= 2 {
                    begins.extend(letter.to_lowercase());
                }
            }
            _ => {
                if in_word && words < 2 {
                    begins.push(' ');
                }
                in_word = false;
            }
        }
    }
    questions > 1
}

#[cfg(test)]
mod tests {
    use super::asks_twice;

    #[test]
    fn one_answer_for_two_questions() {
        for (text, twice) in [
            ("What is your name? And where do you live?", true),
            ("Which city is it in? Which street is it?", true),
            ("Как вас зовут? Сколько вам лет сейчас?", true),
            ("¿Cómo se llama usted? ¿Dónde vive usted?", true),
            ("What is your name?", false),
            (
                "Anything else we should know? For example, is there a doorman?",
                false,
            ),
            ("Sure? What is your name?", false),
            ("Still there? What is your name?", false),
            (
                "Which city should we ship to? (Is it near Cluj, for example?)",
                false,
            ),
            ("Which number shall we call? We call today.", false),
            (
                "Which page was it, https://x.example/a?b=c&d=e, or another one?",
                false,
            ),
            (
                "You asked “what does it cost to ship?”. Which city should we ship to?",
                false,
            ),
            ("What?? Which city do you mean?", false),
            ("Which city do you mean?!", false),
            ("Which city do you really mean???", false),
            ("", false),
            ("???", false),
        ] {
            assert_eq!(asks_twice(text), twice, "{text:?}");
        }
    }
}
