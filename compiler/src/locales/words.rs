//! What a catalogue says of a text: its words as they are written in the flow, holes and all.
//!
//! Outside of holes only `{` and `\` have a `\` before them; inside a hole everything stands as in the flow. A text
//! that counts in one hole with `one` and `other` becomes a pair of texts, `msgid` and `msgid_plural`, so that
//! translation tools show the forms of each language; every other text stays in one piece.

use botflow_syntax::ast::{self, AstNode, TextPart};

/// The words of a text as a catalogue has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words {
    /// `msgid`.
    pub id: String,
    /// `msgid_plural`.
    pub plural: Option<String>,
}

/// The words of a text.
pub fn of(text: &ast::Text<'_>) -> Words {
    match counted(text) {
        Some((at, one, other)) => Words {
            id: written(text, Some((at, &one))),
            plural: Some(written(text, Some((at, &other)))),
        },
        None => Words {
            id: written(text, None),
            plural: None,
        },
    }
}

/// The hole that counts, if there is exactly one and its cases are `one` and `other`: which hole it is, and both.
fn counted<'t>(text: &ast::Text<'t>) -> Option<(usize, ast::Text<'t>, ast::Text<'t>)> {
    let mut found = None;
    for (at, hole) in text.holes().enumerate() {
        let counts = |filter: &ast::Filter<'_>| filter.name().is_some_and(|name| name.text() == "plural");
        if !hole.filters().any(|filter| counts(&filter)) {
            continue;
        }
        if found.is_some() {
            return None;
        }
        let mut filters = hole.filters();
        let filter = filters.next()?;
        if filters.next().is_some() {
            return None;
        }
        let (mut one, mut other) = (None, None);
        for argument in filter.arguments() {
            let ast::FilterArgument::FilterArm(arm) = argument else {
                return None;
            };
            let case = match arm.name()?.text() {
                "one" => &mut one,
                "other" => &mut other,
                _ => return None,
            };
            if case.replace(arm.text()?).is_some() {
                return None;
            }
        }
        // Cases that count themselves cannot be told in two texts.
        let plain = |case: &ast::Text<'t>| counted(case).is_none() && !has_plural(case);
        if !one.as_ref().is_some_and(plain) || !other.as_ref().is_some_and(plain) {
            return None;
        }
        found = Some((at, one?, other?));
    }
    found
}

fn has_plural(text: &ast::Text<'_>) -> bool {
    (text.syntax().descendants().filter_map(ast::Filter::cast))
        .any(|filter| filter.name().is_some_and(|name| name.text() == "plural"))
}

/// The text with the hole of this number replaced by one of its cases.
fn written(text: &ast::Text<'_>, instead: Option<(usize, &ast::Text<'_>)>) -> String {
    let mut out = String::new();
    let mut holes = 0;
    for part in text.parts() {
        match part {
            TextPart::Plain(words) => plain(&mut out, &words),
            TextPart::Hole(hole) => {
                match instead {
                    Some((at, case)) if at == holes => out.push_str(&written(case, None)),
                    _ => out.push_str(&one_line(&hole.syntax().text().to_string())),
                }
                holes += 1;
            }
        }
    }
    out
}

/// Words outside of holes.
fn plain(out: &mut String, words: &str) {
    for letter in words.chars() {
        if matches!(letter, '{' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
}

/// What stands in a hole, with one space wherever there was space outside of quotes.
pub fn one_line(hole: &str) -> String {
    let mut out = String::with_capacity(hole.len());
    let mut quotes = Quotes::default();
    let mut space = false;
    for letter in hole.chars() {
        if !quotes.inside() && letter.is_whitespace() {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) && !out.ends_with('{') && letter != '}' {
            out.push(' ');
        }
        quotes.see(letter);
        out.push(letter);
    }
    out
}

/// Where quotes open and close, holes inside texts inside holes included.
#[derive(Default)]
pub struct Quotes {
    /// Outermost first: a text, or a hole of it.
    open: Vec<Open>,
    escaped: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Hole,
}

impl Quotes {
    /// Whether the next letter stands in a text.
    pub fn inside(&self) -> bool {
        self.open.last() == Some(&Open::Text)
    }

    /// How many texts and holes are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Goes on by a letter.
    pub fn see(&mut self, letter: char) {
        if std::mem::take(&mut self.escaped) {
            return;
        }
        match (self.open.last(), letter) {
            (Some(Open::Text), '\\') => self.escaped = true,
            (Some(Open::Text), '"') => {
                self.open.pop();
            }
            (Some(Open::Text), '{') => self.open.push(Open::Hole),
            (_, '"') => self.open.push(Open::Text),
            (Some(Open::Hole), '}') => {
                self.open.pop();
            }
            _ => {}
        }
    }
}

/// The words of a catalogue as a text of the language that can be parsed: between quotes, on one line.
pub fn as_text(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    out.push('"');
    let mut letters = words.chars().peekable();
    let mut hole: Option<Quotes> = None;
    while let Some(letter) = letters.next() {
        if let Some(quotes) = &mut hole {
            // A line end in a hole is a space; in a text of it, what it was.
            match letter {
                '\n' if quotes.inside() => out.push_str("\\n"),
                '\n' | '\r' => out.push(' '),
                letter => out.push(letter),
            }
            if letter == '}' && quotes.depth() == 0 {
                hole = None;
            } else {
                quotes.see(letter);
            }
            continue;
        }
        match letter {
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            '\\' => {
                out.push('\\');
                match letters.peek() {
                    Some('{' | '\\') => out.extend(letters.next()),
                    // A `\` alone means itself.
                    _ => out.push('\\'),
                }
            }
            '{' => {
                hole = Some(Quotes::default());
                out.push('{');
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn words(text: &str) -> (String, Option<String>) {
        let parsed = botflow_syntax::parse(&format!("flow f {{\n  say {text}\n}}\n"));
        assert!(parsed.errors.is_empty(), "{text}");
        let root = parsed.file();
        let found = root.syntax().descendants().find_map(ast::Text::cast);
        let Words { id, plural } = of(&found.expect("a text"));
        // What a catalogue has means the same when it is read again.
        let again = as_text(&id);
        let parsed = botflow_syntax::parse(&format!("flow f {{\n  say {again}\n}}\n"));
        assert!(parsed.errors.is_empty(), "{again}");
        let root = parsed.file();
        let found = root.syntax().descendants().find_map(ast::Text::cast);
        assert_eq!(of(&found.expect("a text")).id, id);
        (id, plural)
    }

    #[test]
    fn texts_stand_as_they_are_written() {
        assert_eq!(words(r#""Hi!""#).0, "Hi!");
        assert_eq!(
            words(r#""She said \"hi\".\nThen \\ and \{x""#).0,
            "She said \"hi\".\nThen \\\\ and \\{x"
        );
        assert_eq!(
            words(r#""Hi {  name   else "there" }!""#).0,
            r#"Hi {name else "there"}!"#
        );
        assert_eq!(
            words("\"\"\"\n    One\n      two {x}\n    \"\"\"").0,
            "One\n  two {x}"
        );
        assert_eq!(
            words(r#""{tier | select gold "**G** {a  +  b}" other ""}""#).0,
            r#"{tier | select gold "**G** {a + b}" other ""}"#
                .replace("a + b", "a  +  b")
                .replace("a  +  b", "a + b")
        );
    }

    #[test]
    fn texts_that_count_are_pairs() {
        assert_eq!(
            words(r#""It takes {n} {n | plural one "day" other "days"}.""#),
            ("It takes {n} day.".into(), Some("It takes {n} days.".into()))
        );
        // Two counts, a number's own case, or a count within a case stay as they are.
        for whole in [
            r#""{n | plural one "a" other "b"} {m | plural one "c" other "d"}""#,
            r#""{n | plural zero "none" one "a" other "b"}""#,
            r#""{n | plural one "a" other "{m | plural one "c" other "d"}"}""#,
            r#""{n | plural other "b"}""#,
            r#""{n | plural one "a" other "b" | upper}""#,
        ] {
            assert_eq!(words(whole), (whole[1..whole.len() - 1].to_owned(), None));
        }
    }
}
