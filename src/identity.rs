//! Which finding is which from one check to the next: a finding keeps its identity when lines around it come and go.
//!
//! It is told by its name, its file, the flow and step (or other declaration) around it, and the text under the
//! squiggle. Several that agree in all of this are counted.

use std::collections::BTreeMap;

use botflow_compiler::finding::Finding;
use botflow_compiler::project::Source;
use serde::{Deserialize, Serialize};

/// So many characters of the text under the squiggle count.
const MOST_TEXT: usize = 120;

/// What a finding is known by, apart from its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The declaration around it (`flow checkout`), with the step where there is one; empty outside of all.
    #[serde(rename = "in", default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// Name of the rule.
    pub name: String,
    /// The first line of the text under the squiggle, with single spaces.
    pub text: String,
}

impl Identity {
    /// The identity of a finding in its file.
    pub fn of(source: &Source, finding: &Finding) -> Identity {
        let text = &source.text;
        let start = floor(text, finding.span.start as usize);
        let end = floor(text, finding.span.end as usize).max(start);
        let under = text[start..end].trim_start().lines().next().unwrap_or_default();
        let words: Vec<&str> = under.split_whitespace().collect();
        Identity {
            within: within(&source.path, text, start),
            name: finding.rule.name.to_owned(),
            text: words.join(" ").chars().take(MOST_TEXT).collect(),
        }
    }

    /// A number for the `nth` finding of this identity in a file, the same on every machine.
    pub fn fingerprint(&self, file: &str, nth: usize) -> String {
        let parts = [file, &self.within, &self.name, &self.text].join("\u{0}");
        let hash = blake3::hash(parts.as_bytes()).to_hex();
        format!("{}:{}", &hash[..16], nth + 1)
    }
}

/// How many of each identity have been seen.
#[derive(Default)]
pub struct Counter(BTreeMap<(String, Identity), usize>);

impl Counter {
    /// How many of this identity came before.
    pub fn next(&mut self, file: &str, identity: &Identity) -> usize {
        let seen = self.0.entry((file.to_owned(), identity.clone())).or_default();
        *seen += 1;
        *seen - 1
    }
}

/// The declaration around a place, and the step in it: what the nearest lines above begin with. That works in files
/// that cannot be read, too.
fn within(path: &str, text: &str, at: usize) -> String {
    let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let mut step = None;
    for line in text[..line_end].lines().rev() {
        // `botflow.toml` has tables, `.flow` files have declarations.
        let begins = match line.chars().next() {
            Some('[') => path.ends_with(".toml"),
            Some(letter) => letter.is_alphabetic() && !path.ends_with(".toml"),
            None => false,
        };
        if begins {
            let head = match line.strip_prefix('[') {
                Some(table) => table.split(']').next().unwrap_or_default().to_owned(),
                None => head(line),
            };
            return match step {
                Some(step) => format!("{head}, {step}"),
                None => head,
            };
        }
        let inner = line.trim_start();
        if step.is_none() && inner.starts_with("step ") {
            step = Some(head(inner));
        }
    }
    String::new()
}

/// The first two words of a line, without a brace.
fn head(line: &str) -> String {
    let words: Vec<&str> = line
        .split_whitespace()
        .take(2)
        .map(|word| word.trim_end_matches(['{', ':', '(', ',']))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_and_steps_are_found() {
        let text = "bot b {\n  start a\n}\nflow a {\n  say \"x\"\n  step one {\n    say \"y\"\n  }\n}\n";
        let at = |part: &str| within("a.flow", text, text.find(part).expect("it is there"));
        assert_eq!(at("start"), "bot b");
        assert_eq!(at("\"x\""), "flow a");
        assert_eq!(at("\"y\""), "flow a, step one");
        assert_eq!(at("one"), "flow a, step one");
        assert_eq!(within("a.flow", "# x\n", 1), "");
        assert_eq!(within("botflow.toml", "[lints]\na = 1\n", 9), "lints");
    }
}
