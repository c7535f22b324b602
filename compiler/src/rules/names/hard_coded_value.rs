//! `hard-coded-value`: a text repeats a value that has a name in `botflow.toml`.

use botflow_values::{Kind, Value};
use regex::Regex;

use crate::config::Config;
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF116",
    name: "hard-coded-value",
    level: Level::Hint,
    summary: "A text repeats an address, number, price or date that has a name in `botflow.toml`.",
    page: include_str!("hard_coded_value.md"),
};

/// The values of a project that have names, ready to be looked for.
#[derive(Debug, Default)]
pub struct HardCoded {
    /// One alternative a value, longest first, so that the longer of two addresses wins.
    any: Option<Regex>,
    /// Values and their names.
    names: Vec<(String, String)>,
}

impl HardCoded {
    /// The values of this configuration that are special enough to be recognised in a text.
    pub fn new(config: &Config) -> HardCoded {
        let mut names: Vec<(String, String)> = Vec::new();
        for entry in &config.values {
            let written = match &entry.value {
                Value::Date(date) => {
                    let (year, month, day) = date.parts();
                    format!("{year:04}-{month:02}-{day:02}")
                }
                value => value.as_text().map(ToString::to_string).unwrap_or_default(),
            };
            let special = match entry.kind {
                Kind::Url | Kind::Email | Kind::Phone | Kind::Date => true,
                // A price, a code: words alone are too common.
                Kind::Text => written.len() >= 4 && written.bytes().any(|byte| byte.is_ascii_digit()),
                _ => false,
            };
            if special && !names.iter().any(|(value, _)| *value == written) {
                names.push((written, entry.name.to_string()));
            }
        }
        names.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let pattern: Vec<String> = names.iter().map(|(value, _)| regex::escape(value)).collect();
        let any = (!pattern.is_empty())
            .then(|| Regex::new(&pattern.join("|")).ok())
            .flatten();
        HardCoded { any, names }
    }

    /// Looks at one literal piece of a text; `at` is its place.
    pub(crate) fn check(&self, at: Span, piece: &str, findings: &mut Vec<Finding>) {
        let Some(any) = &self.any else { return };
        for found in any.find_iter(piece) {
            let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '@');
            let before = piece[..found.start()].chars().next_back();
            let mut behind = piece[found.end()..].chars();
            let next = behind.next();
            // `shop.example` is not meant by `shop.example.org`.
            let goes_on =
                next.is_some_and(inside) || (next == Some('.') && behind.next().is_some_and(inside));
            if before.is_some_and(inside) || goes_on {
                continue;
            }
            let Some((_, name)) = self.names.iter().find(|(value, _)| value == found.as_str()) else {
                continue;
            };
            let place = Span {
                file: at.file,
                start: at.start + found.start() as u32,
                end: at.start + found.end() as u32,
            };
            findings.push(
                Finding::new(
                    &RULE,
                    place,
                    format!("`{}` has a name: `config.{name}`.", found.as_str()),
                )
                .help("Where it changes one day, a text that uses the name changes with it.")
                .fix(
                    format!("Use `config.{name}`"),
                    place,
                    format!("{{config.{name}}}"),
                ),
            );
        }
    }
}
