//! `[host]`: how `botflow serve` runs the bot. The compiler makes nothing of it, but says what is wrong with it.
//!
//! [`keys`] is every setting there is; [`value`] reads one, wherever it comes from.

mod keys;
mod value;

pub use keys::{HOST_KEYS, HostKey, HostKind, host_key};
pub use value::{HostValue, network, read_host_value};

use smol_str::SmolStr;
use toml::Spanned;
use toml::de::DeValue;

use super::{Key, in_order, span};
use crate::finding::Finding;
use crate::project::Span;
use crate::rules::nearest::nearest;
use crate::rules::writing::{bad_literal, unexpected_word};

/// One setting of `[host]`.
#[derive(Clone, Debug, PartialEq)]
pub struct HostEntry {
    /// Which.
    pub key: &'static HostKey,
    /// Its value.
    pub value: HostValue,
    /// Where the value stands.
    pub span: Span,
}

/// Reads an entry of `[host]`, or the table of a part of it (`[host.web]`).
pub(super) fn read(
    prefix: &str,
    key: &Spanned<Key<'_>>,
    value: &Spanned<DeValue<'_>>,
    entries: &mut Vec<HostEntry>,
    findings: &mut Vec<Finding>,
) {
    let written = key.get_ref().as_ref();
    let name = match prefix {
        "" => SmolStr::new(written),
        prefix => SmolStr::from_iter([prefix, ".", written]),
    };
    let is_part = |known: &&HostKey| known.name.split_once('.').is_some_and(|(part, _)| part == name);
    if prefix.is_empty() && HOST_KEYS.iter().any(|known| is_part(&known)) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (key, value) in in_order(table) {
                    read(&name, key, value, entries, findings);
                }
            }
            _ => findings.push(
                bad_literal::finding(
                    span(value.span()),
                    format!("`{name}` is a table: it begins with a line `[host.{name}]`."),
                )
                .help(format!(
                    "Write `[host.{name}]` on a line of its own, and each of its settings below it."
                )),
            ),
        }
        return;
    }
    let Some(known) = host_key(&name) else {
        findings.push(unknown(prefix, written, span(key.span())));
        return;
    };
    if known.kind == HostKind::Secret {
        findings.push(
            bad_literal::finding(
                span(value.span()),
                format!("`{name}` is a secret, and botflow.toml is kept with the sources of the bot."),
            )
            .help(format!(
                "Set the environment variable `{}`, or write `{}_file` with the path of a file that holds it.",
                known.variable(),
                written
            )),
        );
        return;
    }
    match value::of_toml(known.kind, value.get_ref()) {
        Ok(read) => entries.push(HostEntry {
            key: known,
            value: read,
            span: span(value.span()),
        }),
        Err(why) => findings.push(
            bad_literal::finding(span(value.span()), format!("`{written}` {why}."))
                .help(format!("For example: `{written} = {}`.", known.kind.example())),
        ),
    }
}

fn unknown(prefix: &str, written: &str, at: Span) -> Finding {
    let table = match prefix {
        "" => "[host]".to_owned(),
        prefix => format!("[host.{prefix}]"),
    };
    let here = HOST_KEYS.iter().filter_map(|known| match prefix {
        "" if !known.name.contains('.') => Some(known.name),
        "" => known.name.split_once('.').map(|(part, _)| part),
        prefix => known.name.strip_prefix(prefix)?.strip_prefix('.'),
    });
    let here: Vec<&str> = here.collect();
    let finding = unexpected_word::finding(at, format!("`{table}` has no setting `{written}`."));
    match nearest(written, here.iter().copied()) {
        Some(near) => {
            finding
                .help(format!("Did you mean `{near}`?"))
                .fix(format!("Change to `{near}`"), at, near)
        }
        None => {
            let mut names: Vec<String> = here.iter().map(|name| format!("`{name}`")).collect();
            names.dedup();
            finding.help(format!("It has {}.", names.join(", ")))
        }
    }
}
