//! Slips of the pen that the parser cannot name, because it sees one token at a time: a duration in words, a name with
//! a dash, a target in quotes, a brace that was forgotten.

use super::{bad_literal, reserved_name, unexpected_word};
use crate::finding::Finding;
use crate::project::Span;

/// Says what was meant, where that shows, and mends it.
pub(super) fn named(finding: Finding, source: &str) -> Finding {
    let at = finding.span;
    let Some([before, text, behind]) = around(at, source) else {
        return finding;
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    if finding.rule == &bad_literal::RULE {
        let digits = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
        return match (digits.len() < text.len()).then(|| unit(digits)).flatten() {
            Some(unit) => duration(finding, at, &text[..text.len() - digits.len()], unit),
            None => finding,
        };
    }
    if finding.rule == &unexpected_word::RULE && finding.message.starts_with("Expected a duration") {
        return counted(finding, text, behind);
    }
    if let Some(finding) = dashed(&finding, line, text, behind) {
        return finding;
    }
    if line.ends_with("-> ") {
        if finding.rule == &reserved_name::RULE
            && text == "step"
            && let Some(name) = behind.strip_prefix(' ').map(word).filter(|name| !name.is_empty())
        {
            let mut finding = finding;
            finding.rule = &unexpected_word::RULE;
            finding.message = format!("A way leads to a step by its name alone: `-> {name}`.");
            finding.help = None;
            let both = Span {
                end: at.end + 1,
                ..at
            };
            return finding.fix("Take `step` out", both, "").safe();
        }
        let quoted = behind.find('"').map(|end| &behind[..end]);
        if finding.rule == &unexpected_word::RULE
            && text == "\""
            && let Some(name) = quoted.filter(|name| !name.is_empty() && word(name) == *name)
        {
            let mut finding = finding;
            finding.message = format!("A way leads to a step by its name, without quotes: `-> {name}`.");
            finding.span.end = at.end + name.len() as u32 + 1;
            let all = finding.span;
            return finding.fix("Take the quotes out", all, name).safe();
        }
    }
    finding
}

/// What stands before a place, there, and behind it.
pub(super) fn around(at: Span, source: &str) -> Option<[&str; 3]> {
    Some([
        source.get(..at.start as usize)?,
        source.get(at.start as usize..at.end as usize)?,
        source.get(at.end as usize..)?,
    ])
}

/// A number where a duration is wanted, perhaps with its unit behind it.
fn counted(finding: Finding, text: &str, behind: &str) -> Finding {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return finding;
    }
    let meant = behind.strip_prefix(' ').map(word);
    match meant.and_then(|word| Some((word, unit(word)?))) {
        Some((word, unit)) => {
            let all = Span {
                end: finding.span.end + 1 + word.len() as u32,
                ..finding.span
            };
            duration(finding, all, text, unit)
        }
        None => finding.help(format!(
            "Say of what: `{text}s` are seconds, `{text}m` minutes, `{text}h` hours, `{text}d` days."
        )),
    }
}

fn duration(mut finding: Finding, at: Span, number: &str, unit: char) -> Finding {
    finding.rule = &bad_literal::RULE;
    finding.span = at;
    finding.message = format!("A duration is written as a number and one letter: `{number}{unit}`.");
    finding.help = None;
    finding
        .fix(
            format!("Change to `{number}{unit}`"),
            at,
            format!("{number}{unit}"),
        )
        .safe()
}

/// The letter of a unit of time, written out.
fn unit(word: &str) -> Option<char> {
    Some(match word.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 's',
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        "w" | "week" | "weeks" => 'w',
        _ => return None,
    })
}

/// A name with a dash in it, where something is declared or gone to.
fn dashed(finding: &Finding, line: &str, text: &str, behind: &str) -> Option<Finding> {
    let mut begin = line.len();
    if finding.rule == &unexpected_word::RULE && text == "-" {
        begin = line
            .trim_end_matches(|letter: char| letter.is_alphanumeric() || letter == '_')
            .len();
    } else if finding.rule != &reserved_name::RULE || !behind.starts_with('-') {
        return None;
    }
    let head = line[..begin].trim();
    let names = [
        "flow",
        "step",
        "intent",
        "event",
        "queue",
        "escalation",
        "type",
        "segment",
        "trigger",
        "goal",
        "->",
    ];
    if !names.iter().any(|word| head.ends_with(word)) {
        return None;
    }
    let tail = behind
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '-'))
        .unwrap_or(behind.len());
    let written = format!("{}{text}{}", &line[begin..], &behind[..tail]);
    if written.starts_with('-') || written.ends_with('-') {
        return None;
    }
    let name = written.replace('-', "_");
    let at = Span {
        start: finding.span.start - (line.len() - begin) as u32,
        end: finding.span.end + tail as u32,
        ..finding.span
    };
    Some(
        Finding::new(
            &unexpected_word::RULE,
            at,
            format!("`{written}` is no name: words of a name are joined by `_`."),
        )
        .help(format!("Write `{name}`."))
        .fix(format!("Change to `{name}`"), at, name)
        .safe(),
    )
}

/// The word at the beginning of a text.
fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// Closes a block where its lines end by their depth: before the first line that is no deeper than the one on which
/// the block begins.
pub(super) fn closed(finding: Finding, source: &str) -> Finding {
    let brace = finding.span;
    let at = brace.start as usize;
    let (Some(before), Some(behind)) = (source.get(..at), source.get(brace.end as usize..)) else {
        return finding;
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let base = depth(line);
    let Some(first) = behind.find('\n') else {
        return finding;
    };
    // Behind the last line that belongs to the block.
    let mut end = brace.end as usize + first + 1;
    let mut offset = end;
    for line in source[end..].split_inclusive('\n') {
        if !line.trim().is_empty() {
            if depth(line) <= base {
                break;
            }
            end = offset + line.len();
        }
        offset += line.len();
    }
    let newline = if source[..end].ends_with('\n') { "" } else { "\n" };
    let place = Span {
        start: end as u32,
        end: end as u32,
        ..brace
    };
    finding.fix(
        "Close it where its lines end",
        place,
        format!("{newline}{}}}\n", &line[..base]),
    )
}
