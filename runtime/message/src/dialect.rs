//! How each channel writes bold, italics and links into its texts.

use std::borrow::Cow;

use crate::markup::{self, Run};
use crate::measure::Unit;
use crate::profile::{Markup, TextFacts};
use crate::rendered::Degraded;

/// Runs as the channel can show them: what it cannot is written out (links) or dropped (styles), and noted.
pub(crate) fn lower(runs: Vec<Run>, facts: &TextFacts, notes: &mut Vec<Degraded>) -> Vec<Run> {
    let markup = facts.markup;
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    let mut dropped = false;
    let mut rest = runs.into_iter().peekable();
    while let Some(mut run) = rest.next() {
        if run.link.is_some() && !keeps_link(&run, facts) {
            // A label of several styles is several runs; the address stands behind the last of them.
            let goes_on = rest.peek().is_some_and(|next| next.link == run.link);
            if let Some(url) = run.link.take()
                && !goes_on
                && run.text != url.as_str()
            {
                notes.push(Degraded::LinkWritten {
                    label: run.text.as_str().into(),
                });
                run.text = format!("{} ({url})", run.text);
            }
        }
        if markup == Markup::None && (run.bold || run.italic) {
            (run.bold, run.italic) = (false, false);
            dropped = true;
        }
        if signs_are_bare(markup) && !run.is_plain() {
            dropped |= !solid(run, &mut out);
        } else {
            join(run, &mut out);
        }
    }
    if signs_are_bare(markup) {
        dropped |= detach(&mut out);
    }
    if dropped {
        notes.push(Degraded::StyleDropped);
    }
    out
}

/// Whether a link stays one: where links have labels, and this one leaves room for words.
fn keeps_link(run: &Run, facts: &TextFacts) -> bool {
    match facts.markup {
        Markup::None | Markup::Whatsapp => false,
        Markup::Own | Markup::Html | Markup::Telegram | Markup::Slack => {
            !facts.markup_counts || overhead(run, facts.markup, facts.unit) <= facts.max.most() / 4
        }
    }
}

/// Whether the signs of markup have no escape, and so mean something only at the edges of words.
fn signs_are_bare(markup: Markup) -> bool {
    matches!(markup, Markup::Whatsapp | Markup::Slack)
}

/// Parts a run into stretches whose signs stand directly at words of one line, and plain space between them.
fn solid(run: Run, out: &mut Vec<Run>) -> bool {
    let mut kept = false;
    for line in run.text.split_inclusive('\n') {
        let core = line.trim();
        let start = line.len() - line.trim_start().len();
        join(Run::plain(&line[..start.min(line.len())]), out);
        if !core.is_empty() {
            kept = true;
            out.push(Run {
                text: core.to_owned(),
                ..run.clone()
            });
            join(Run::plain(&line[start + core.len()..]), out);
        }
    }
    kept
}

/// Drops styles whose signs would stand inside a word, where the channel would show the signs themselves.
fn detach(runs: &mut [Run]) -> bool {
    let mut dropped = false;
    for index in 0..runs.len() {
        if !(runs[index].bold || runs[index].italic) {
            continue;
        }
        let before = index
            .checked_sub(1)
            .and_then(|at| runs[at].text.chars().next_back());
        let after = runs.get(index + 1).and_then(|run| run.text.chars().next());
        if [before, after].into_iter().flatten().any(char::is_alphanumeric) {
            (runs[index].bold, runs[index].italic) = (false, false);
            dropped = true;
        }
    }
    dropped
}

fn join(run: Run, out: &mut Vec<Run>) {
    if run.text.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last) if last.bold == run.bold && last.italic == run.italic && last.link == run.link => {
            last.text.push_str(&run.text);
        }
        _ => out.push(run),
    }
}

/// The text in the channel's own writing.
pub(crate) fn write(runs: &[Run], markup: Markup) -> String {
    if markup == Markup::Own {
        return write_own(runs);
    }
    let mut out = String::with_capacity(runs.iter().map(|run| run.text.len() + 8).sum());
    for run in runs {
        let (open, close) = signs(run, markup);
        out.push_str(&open);
        out.push_str(&escape(&run.text, markup));
        out.push_str(&close);
    }
    out
}

/// As authors write it: signs stand only where a style begins or ends, so that two runs never meet in `****`.
fn write_own(runs: &[Run]) -> String {
    let mut out = String::with_capacity(runs.iter().map(|run| run.text.len() + 8).sum());
    let (mut bold, mut italic) = (false, false);
    let end = Run::default();
    for run in runs.iter().chain([&end]) {
        let changes = [
            (italic && !run.italic, "_"),
            (bold && !run.bold, "**"),
            (!bold && run.bold, "**"),
            (!italic && run.italic, "_"),
        ];
        out.extend(
            changes
                .into_iter()
                .filter(|(changes, _)| *changes)
                .map(|(_, sign)| sign),
        );
        (bold, italic) = (run.bold, run.italic);
        match &run.link {
            // Within a label every bracket counts.
            Some(url) => {
                let label = markup::escape(&run.text).replace("\\]", "]");
                out.push_str(&format!(
                    "[{}]({url})",
                    label.replace('[', "\\[").replace(']', "\\]")
                ));
            }
            None => out.push_str(&markup::escape(&run.text)),
        }
    }
    out
}

/// The length that the signs of a run add.
pub(crate) fn overhead(run: &Run, markup: Markup, unit: Unit) -> usize {
    let (open, close) = signs(run, markup);
    unit.cost(&open) + unit.cost(&close)
}

/// The length of a grapheme as it is written, at most.
pub(crate) fn cost(grapheme: &str, markup: Markup, unit: Unit) -> usize {
    if markup == Markup::Own {
        // What needs a backslash depends on what stands around it.
        return unit.cost(grapheme) + 2 * grapheme.matches(['\\', '*', '_', '[', ']']).count();
    }
    // A sign by itself has what it could need on both sides.
    unit.cost(&escape(grapheme, markup))
}

fn signs(run: &Run, markup: Markup) -> (String, String) {
    let (mut open, mut close) = (String::new(), String::new());
    let mut wrap = |before: &str, after: &str| {
        open.push_str(before);
        close.insert_str(0, after);
    };
    let (bold, italic) = match markup {
        Markup::None => return (open, close),
        Markup::Own => (("**", "**"), ("_", "_")),
        Markup::Html | Markup::Telegram => (("<b>", "</b>"), ("<i>", "</i>")),
        Markup::Whatsapp | Markup::Slack => (("*", "*"), ("_", "_")),
    };
    if run.bold {
        wrap(bold.0, bold.1);
    }
    if run.italic {
        wrap(italic.0, italic.1);
    }
    if let Some(url) = &run.link {
        match markup {
            Markup::Own => wrap("[", &format!("]({url})")),
            Markup::Html | Markup::Telegram => wrap(&format!("<a href=\"{}\">", attribute(url)), "</a>"),
            Markup::Slack => wrap(&format!("<{}|", entities(url).replace('|', "%7C")), ">"),
            Markup::None | Markup::Whatsapp => {}
        }
    }
    (open, close)
}

fn escape(text: &str, markup: Markup) -> Cow<'_, str> {
    match markup {
        Markup::None => text.into(),
        Markup::Whatsapp => bare(text),
        Markup::Own => markup::escape(text),
        Markup::Slack => entities(&bare(text)).into_owned().into(),
        Markup::Telegram => entities(text),
        Markup::Html if text.contains('\n') => entities(text).replace('\n', "<br>").into(),
        Markup::Html => entities(text),
    }
}

fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return text.into();
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").into()
}

/// What WhatsApp and Slack read as markup where it stands at the edge of a word.
const SIGNS: [char; 4] = ['*', '_', '~', '`'];
/// Nothing that can be seen, between a sign and what it would mark.
const APART: char = '\u{200B}';

/// Words whose signs mean nothing: these channels have no escape, so that a sign that touches a word from outside is
/// kept apart from it. Signs within words, those between spaces and in addresses mean nothing anyhow. What stands before
/// and behind the words is not known.
pub(crate) fn bare(text: &str) -> Cow<'_, str> {
    if !text.contains(SIGNS) && !text.contains('>') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 12);
    let mut previous: Option<char> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let address = markup::address_at(&text[at..]);
        if address > 0 {
            // Where an address stands, these channels make a link of it; anything in between would break it.
            out.push_str(&text[at..at + address]);
            at += address;
            previous = Some('/');
            continue;
        }
        at += c.len_utf8();
        let next = text[at..].chars().next();
        let solid = |c: Option<char>| c.is_none_or(|c| !c.is_whitespace());
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        // A quotation begins with its sign.
        let quotes = c == '>' && previous.is_none_or(|before| before == '\n');
        let marks = SIGNS.contains(&c) && !(word(previous) && word(next));
        if quotes || marks && solid(previous) && !out.ends_with(APART) {
            out.push(APART);
        }
        out.push(c);
        if marks && solid(next) {
            out.push(APART);
        }
        previous = Some(c);
    }
    out.into()
}

fn attribute(url: &str) -> String {
    url.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles;

    #[test]
    fn the_address_of_a_link_is_written_once() {
        let facts = profiles::builtin("whatsapp").unwrap().text;
        let runs = lower(
            markup::parse("see [our **new** prices](https://x.example/p) now"),
            &facts,
            &mut Vec::new(),
        );
        assert_eq!(
            write(&runs, facts.markup),
            "see our *new* prices (https://x.example/p) now"
        );
    }
}
