//! `[channels.NAME]`: what a project says of a channel instead of what is known of it.
//!
//! Each setting is looked at by itself, so that what is wrong is told where it stands; what is left goes into the
//! artifact, from where everybody takes it.

use botflow_message::{Profile, profiles};
use smol_str::SmolStr;
use toml::de::DeValue;
use toml::{Spanned, Table, Value};

use super::{Key, in_order, name_of, span};
use crate::finding::Finding;
use crate::project::Span;
use crate::rules::names::unknown_name;
use crate::rules::nearest::{self, nearest};
use crate::rules::writing::{bad_literal, unexpected_word};

/// What a project says of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelChanges {
    /// The channel, as flows write it.
    pub channel: SmolStr,
    /// Where its name stands.
    pub span: Span,
    /// What is said, as TOML.
    pub changes: SmolStr,
}

/// Tables of settings nest this deep at most.
const DEEPEST: usize = 3;

/// Reads `[channels.NAME]`.
pub(super) fn read(
    key: &Spanned<Key<'_>>,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<ChannelChanges> {
    let name = name_of(key);
    let at = span(key.span());
    let Some(profile) = profiles::builtin(&name) else {
        let near = nearest::few(&name, profiles::NAMES);
        findings.push(unknown_name::finding("channel", &name, at, &near));
        return None;
    };
    let DeValue::Table(table) = value.get_ref() else {
        findings.push(
            bad_literal::finding(
                span(value.span()),
                format!("What is said of a channel is a table: it begins with a line `[channels.{name}]`."),
            )
            .help(format!(
                "Write `[channels.{name}]` on a line of its own, and each of its settings below it."
            )),
        );
        return None;
    };
    // Every setting stands in a profile, also those that have their usual value.
    let known = Table::try_from(&profile).ok()?;
    let mut reader = Reader {
        profile: &profile,
        accepted: Table::new(),
        findings,
    };
    let mut path = Vec::new();
    reader.table(in_order(table), &known, &mut path);
    let accepted = reader.accepted;
    if accepted.is_empty() {
        return None;
    }
    Some(ChannelChanges {
        channel: SmolStr::new(&profile.name),
        span: at,
        changes: toml::to_string(&accepted).ok()?.into(),
    })
}

struct Reader<'r> {
    profile: &'r Profile,
    /// What was said and can be used.
    accepted: Table,
    findings: &'r mut Vec<Finding>,
}

type Entries<'t, 'i> = Vec<(&'t Spanned<Key<'i>>, &'t Spanned<DeValue<'i>>)>;

impl Reader<'_> {
    fn table(&mut self, entries: Entries<'_, '_>, known: &Table, path: &mut Vec<String>) {
        for (key, value) in entries {
            let written = key.get_ref().as_ref();
            // Options go by the vendors' name, too.
            let name = if path.is_empty() && written == "quick_reply" {
                "options"
            } else {
                written
            };
            let free = path.len() == 1 && path[0] == "sources";
            let Some(found) = known.get(name).filter(|_| name != "name") else {
                match value.get_ref() {
                    DeValue::String(text) if free => {
                        path.push(name.to_owned());
                        self.accept(path, Value::String(text.to_string()), value.span());
                        path.pop();
                    }
                    _ => self.unknown(written, key, known, path),
                }
                continue;
            };
            path.push(name.to_owned());
            match (found, value.get_ref()) {
                (Value::Table(inside), DeValue::Table(table)) if path.len() < DEEPEST => {
                    self.table(in_order(table), inside, path);
                }
                (found, given) => match plain(given, found) {
                    Some(given) => self.accept(path, given, value.span()),
                    None => {
                        let wanted = wanted(found);
                        let path = path.join(".");
                        self.findings.push(bad_literal::finding(
                            span(value.span()),
                            format!("`{path}` is {wanted}."),
                        ));
                    }
                },
            }
            path.pop();
        }
    }

    fn unknown(&mut self, written: &str, key: &Spanned<Key<'_>>, known: &Table, path: &[String]) {
        let at = span(key.span());
        let of = path
            .iter()
            .map(String::as_str)
            .chain([written])
            .collect::<Vec<_>>();
        let (of, channel) = (of.join("."), &self.profile.name);
        let finding = unexpected_word::finding(at, format!("`{channel}` has no setting `{of}`."));
        let names = || known.keys().map(String::as_str).filter(|name| *name != "name");
        self.findings.push(match nearest(written, names()) {
            Some(near) => {
                finding
                    .help(format!("Did you mean `{near}`?"))
                    .fix(format!("Change to `{near}`"), at, near)
            }
            None => {
                let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                finding.help(format!("There are {}.", names.join(", ")))
            }
        });
    }

    /// Keeps a setting with which the profile is still sound.
    fn accept(&mut self, path: &[String], given: Value, at: std::ops::Range<usize>) {
        let mut tried = self.accepted.clone();
        let mut into = &mut tried;
        let Some((last, tables)) = path.split_last() else {
            return;
        };
        for table in tables {
            let entry = into
                .entry(table.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            match entry {
                Value::Table(inside) => into = inside,
                _ => return,
            }
        }
        into.insert(last.clone(), given);
        match self.profile.overridden_by_table(tried.clone()) {
            Ok(_) => self.accepted = tried,
            Err(error) => {
                let name = path.join(".");
                let why = reason(&error.message);
                let key = error.key.filter(|key| *key != name);
                let message = match key {
                    Some(key) => format!("With this `{name}`, `{key}` cannot be: {why}."),
                    None => format!("`{name}` cannot be this: {why}."),
                };
                self.findings.push(bad_literal::finding(span(at), message));
            }
        }
    }
}

/// What a check says, as a part of a sentence. The reader of TOML has words of its own for choices.
fn reason(message: &str) -> String {
    let line = message
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    match line.split_once("expected one of ") {
        Some((_, choices)) => format!("it is one of {}", choices.trim_end_matches('.')),
        None => line.trim().trim_end_matches('.').to_owned(),
    }
}

/// A value of the kind that stands in the profile.
fn plain(given: &DeValue<'_>, like: &Value) -> Option<Value> {
    match (given, like) {
        (DeValue::Integer(given), Value::Integer(_) | Value::Float(_)) => {
            let read = i64::from_str_radix(given.as_str(), given.radix()).ok()?;
            Some(match like {
                Value::Float(_) => Value::Float(read as f64),
                _ => Value::Integer(read),
            })
        }
        (DeValue::Float(given), Value::Float(_)) => Some(Value::Float(given.as_str().parse().ok()?)),
        (DeValue::Boolean(given), Value::Boolean(_)) => Some(Value::Boolean(*given)),
        (DeValue::String(given), Value::String(_)) => Some(Value::String(given.to_string())),
        (DeValue::Array(given), Value::Array(_)) => {
            let text = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
                DeValue::String(text) => Some(Value::String(text.to_string())),
                _ => None,
            };
            given
                .iter()
                .map(text)
                .collect::<Option<Vec<_>>>()
                .map(Value::Array)
        }
        _ => None,
    }
}

fn wanted(like: &Value) -> &'static str {
    match like {
        Value::Integer(_) => "a whole number: -1 if no limit is known, 0 if the channel has no such thing",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::String(_) | Value::Datetime(_) => "a text in quotes",
        Value::Array(_) => "a list of texts in quotes",
        Value::Table(_) => "a table: its settings have lines of their own",
    }
}
