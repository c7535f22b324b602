//! `botflow.toml`: `[config]` values with their types, `[lints]` levels, and the tables that only hosts read.
//!
//! Whatever bytes it holds, the result is a [`Config`] as far as it could be understood, and findings.

mod baseline;
mod channels;
pub mod host;
mod levels;
mod media;
mod value;

pub use channels::ChannelChanges;
pub use host::HostEntry;
pub use levels::Levels;
pub use media::MediaSize;
pub use value::ConfigEntry;

use std::collections::BTreeSet;

use smol_str::SmolStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Finding;
use crate::project::{FileId, Span};
use crate::rules::nearest::nearest;
use crate::rules::writing::{bad_literal, file_too_large, repeated_setting, unexpected_word};

/// What a project's `botflow.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `[config]` values in order of the file.
    pub values: Vec<ConfigEntry>,
    /// `[lints]`.
    pub levels: Levels,
    /// `[channels.NAME]`: what a project says of channels instead of what is known of them, in order of the file.
    pub channels: Vec<ChannelChanges>,
    /// `[media]`: how large the files are that flows name.
    pub media: Vec<MediaSize>,
    /// `[baseline]`: the file that knows what is not to be reported, from the folder of botflow.toml.
    pub baseline: Option<SmolStr>,
    /// `[host]`: how `botflow serve` runs the bot, in order of the file.
    pub host: Vec<HostEntry>,
    /// `[config]` as a heading, where one stands: the place at which a missing value would be added.
    pub config_table: Option<Span>,
}

/// Tables that the compiler reads.
const TABLES: [&str; 6] = ["baseline", "channels", "config", "host", "lints", "media"];

/// Tables that the runtime and the shells read; the compiler leaves their contents alone.
const HOST_TABLES: &[&str] = &[
    "bot",
    "credentials",
    "languages",
    "ports",
    "queues",
    "serve",
    "store",
    "stores",
    "test",
];

/// No more syntax findings than this come from one file: behind a broken table most of them are echoes.
const MOST_SYNTAX_FINDINGS: usize = 20;

/// The largest `botflow.toml` that is read.
const LARGEST: usize = 1 << 20;

impl Config {
    /// Reads a whole `botflow.toml`. Findings are in order of their places.
    pub fn parse(text: &str) -> (Config, Vec<Finding>) {
        let mut config = Config::default();
        if text.len() > LARGEST {
            return (
                config,
                vec![file_too_large::finding(
                    span(0..0),
                    "botflow.toml",
                    text.len(),
                    LARGEST,
                )],
            );
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        let (mut findings, mut broken) = syntax_findings(text, &errors);
        extend_to_tables(text, &mut broken);
        let mut others = Vec::new();
        for (key, value) in in_order(root.get_ref()) {
            config.top_level(key, value, &mut others);
        }
        // What was read from a broken line says nothing that its first finding did not say.
        let line = |finding: &Finding| line_of(text, finding.span.start as usize);
        others.retain(|finding| !broken.contains(&line(finding)));
        findings.extend(others);
        findings.sort_by_key(|finding| finding.span);
        (config, findings)
    }

    /// The value of this name.
    pub fn value(&self, name: &str) -> Option<&ConfigEntry> {
        self.values.iter().find(|entry| entry.name == name)
    }

    fn top_level(
        &mut self,
        key: &Spanned<Key<'_>>,
        value: &Spanned<DeValue<'_>>,
        findings: &mut Vec<Finding>,
    ) {
        let name = key.get_ref().as_ref();
        let key_span = span(key.span());
        match (name, value.get_ref()) {
            ("config", DeValue::Table(table)) => {
                self.config_table = Some(key_span);
                for (key, value) in in_order(table) {
                    self.values.extend(value::read(key, value, findings));
                }
            }
            ("lints", DeValue::Table(table)) => {
                for (key, value) in in_order(table) {
                    self.levels.read(key, value, findings);
                }
            }
            ("channels", DeValue::Table(table)) => {
                for (key, value) in in_order(table) {
                    self.channels.extend(channels::read(key, value, findings));
                }
            }
            ("media", DeValue::Table(table)) => {
                for (key, value) in in_order(table) {
                    self.media.extend(media::read(key, value, findings));
                }
            }
            ("baseline", DeValue::Table(table)) => {
                for (key, value) in in_order(table) {
                    self.baseline = baseline::read(key, value, findings).or(self.baseline.take());
                }
            }
            ("host", DeValue::Table(table)) => {
                for (key, value) in in_order(table) {
                    host::read("", key, value, &mut self.host, findings);
                }
            }
            ("baseline" | "config" | "host" | "lints" | "channels" | "media", _) => findings.push(
                bad_literal::finding(
                    span(value.span()),
                    format!("`{name}` is a table: it begins with a line `[{name}]`."),
                )
                .help(format!(
                    "Write `[{name}]` on a line of its own, and each of its settings below it."
                )),
            ),
            (_, _) if HOST_TABLES.contains(&name) => {}
            (_, other) => findings.push(unknown_key(name, key_span, other)),
        }
    }
}

/// Keys as the toml reader gives them.
type Key<'i> = std::borrow::Cow<'i, str>;

fn unknown_key(name: &str, at: Span, value: &DeValue<'_>) -> Finding {
    let tables = || TABLES.into_iter().chain(HOST_TABLES.iter().copied());
    if !matches!(value, DeValue::Table(_) | DeValue::Array(_)) {
        return unexpected_word::finding(
            at,
            format!("`{name}` stands outside of all tables of botflow.toml."),
        )
        .help("Values that flows read as `config.…` stand below a line `[config]`.");
    }
    let finding = unexpected_word::finding(at, format!("botflow.toml has no table `[{name}]`."));
    match nearest(name, tables()) {
        Some(known) => {
            finding
                .help(format!("Did you mean `[{known}]`?"))
                .fix(format!("Change to `{known}`"), at, known)
        }
        None => finding
            .help("It reads `[config]`, `[lints]`, `[channels.NAME]`, `[media]`, `[baseline]` and `[host]`."),
    }
}

/// What the toml reader could not read, one finding a line, and those lines.
fn syntax_findings(text: &str, errors: &[toml::de::Error]) -> (Vec<Finding>, BTreeSet<usize>) {
    let mut findings: Vec<Finding> = Vec::new();
    let mut lines = BTreeSet::new();
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let start = floor_boundary(text, range.start);
        let end = floor_boundary(text, range.end.max(start));
        if !lines.insert(line_of(text, start)) {
            continue;
        }
        let at = span(start..end);
        let what = error.message().trim().trim_end_matches('.');
        findings.push(if what.contains("duplicate key") {
            repeated_setting::finding(at, &text[start..end], None)
        } else {
            unexpected_word::finding(
                at,
                format!("This cannot be read as a line of botflow.toml: {what}."),
            )
            .help("A setting is `name = value`; texts stand in double quotes, tables begin with `[name]`.")
        });
        if findings.len() == MOST_SYNTAX_FINDINGS {
            break;
        }
    }
    (findings, lines)
}

/// A line that begins a table and cannot be read takes the lines of the table with it.
fn extend_to_tables(text: &str, broken: &mut BTreeSet<usize>) {
    let mut within = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('[') {
            within = broken.contains(&number);
        } else if within {
            broken.insert(number);
        }
    }
}

/// The number of the line, from 0.
fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// The entries of a table in order of the file: the reader itself sorts them by name.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<Key<'i>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn span(range: std::ops::Range<usize>) -> Span {
    // The file is at most `LARGEST` bytes long, so that offsets fit.
    Span {
        file: FileId::CONFIG,
        start: range.start as u32,
        end: range.end as u32,
    }
}

/// The nearest boundary of a character at or before `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A name as it is kept.
fn name_of(key: &Spanned<Key<'_>>) -> SmolStr {
    SmolStr::new(key.get_ref().as_ref())
}

#[cfg(test)]
mod tests;
