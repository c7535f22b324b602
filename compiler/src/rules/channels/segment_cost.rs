//! `segment-cost`: a text message that is paid for several times.

use botflow_artifact::Part;
use botflow_message::sms::{Alphabet, segments, septets};

use super::spoken::{Role, Spoken};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF413",
    name: "segment-cost",
    level: Level::Hint,
    summary: "A text message is sent in several segments, each of which is paid for; perhaps one sign alone is to blame.",
    page: include_str!("segment_cost.md"),
};

/// Signs that editors put in, and what stands for them in the alphabet of text messages.
const PLAIN: &[(char, &str)] = &[
    ('’', "'"),
    ('‘', "'"),
    ('“', "\\\""),
    ('”', "\\\""),
    ('„', "\\\""),
    ('–', "-"),
    ('—', "-"),
    ('…', "..."),
    ('\u{a0}', " "),
    ('\u{202f}', " "),
    ('•', "-"),
    ('`', "'"),
];

/// Looks at the words of all messages that go out as text messages.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let counted = spoken
        .channels
        .iter()
        .enumerate()
        .filter(|(_, channel)| channel.profile.text.segments)
        .fold(0, |on, (at, _)| on | 1 << at);
    if counted == 0 {
        return;
    }
    for shown in &spoken.shown {
        if shown.role != Role::Body || shown.on & counted == 0 {
            continue;
        }
        let only = shown.on & !counted == 0;
        let text = spoken.context.bot.texts.get(shown.text.index());
        let Some(variant) = text.and_then(|text| text.variants.first()) else {
            continue;
        };
        let mut words = String::new();
        for part in &variant.parts {
            match part {
                Part::Literal(literal) => words.push_str(literal),
                // At its longest, in letters that change nothing.
                Part::Hole { .. } => {
                    let alone = botflow_artifact::TextVariant {
                        language: variant.language,
                        parts: vec![part.clone()],
                    };
                    let length = spoken.bounds.variant(&alone, variant.language);
                    let length = if length.is_bounded() {
                        length.utf16 as usize
                    } else {
                        0
                    };
                    words.extend(std::iter::repeat_n('x', length.min(2_000)));
                }
            }
        }
        let cost = segments(&words);
        if cost.count < 2 {
            continue;
        }
        let Some(at) = spoken.written(shown.text) else {
            continue;
        };
        if let Some(finding) = one_sign(spoken, at, &words, cost.count) {
            findings.push(finding);
        } else if only {
            findings.push(
                Finding::new(
                    &RULE,
                    at,
                    format!(
                        "This is sent and paid for as {} text messages: it can have {} characters, and one holds {}.",
                        cost.count,
                        cost.units,
                        match cost.alphabet {
                            Alphabet::Gsm7 => "160".to_owned(),
                            Alphabet::Ucs2 => format!(
                                "70 where a letter is none of the text message's own alphabet, like `{}`",
                                cost.forced_by.unwrap_or('…')
                            ),
                        }
                    ),
                )
                .help("Say less, if it is worth it."),
            );
        }
    }
}

/// Signs that make a text message dearer, and for which others stand that do not.
fn one_sign(spoken: &Spoken<'_, '_>, at: crate::project::Span, words: &str, count: usize) -> Option<Finding> {
    let plain = |c: char| PLAIN.iter().find(|(sign, _)| *sign == c).map(|(_, plain)| *plain);
    let mut first = None;
    let mut better = String::with_capacity(words.len());
    for c in words.chars() {
        match (septets(c), plain(c)) {
            (Some(_), _) => better.push(c),
            (None, Some(instead)) => {
                first = first.or(Some(c));
                better.push_str(instead.trim_start_matches('\\'));
            }
            // Its language needs such letters.
            (None, None) => return None,
        }
    }
    let sign = first?;
    let cheaper = segments(&better).count;
    if cheaper >= count {
        return None;
    }
    let times = |count: usize| match count {
        1 => "one text message".to_owned(),
        count => format!("{count}"),
    };
    let mut finding = Finding::new(
        &RULE,
        at,
        format!(
            "By SMS this is paid for as {count} text messages, because of `{sign}`; without it as {}.",
            times(cheaper)
        ),
    )
    .help(format!(
        "Write {} instead.",
        match plain(sign) {
            Some(" ") => "a space".to_owned(),
            Some(instead) => format!("`{}`", instead.trim_start_matches('\\')),
            None => "another sign".to_owned(),
        }
    ));
    if let Some(source) = spoken.text(at) {
        let mut mended = String::with_capacity(source.len());
        for c in source.chars() {
            match plain(c) {
                Some(instead) => mended.push_str(instead),
                None => mended.push(c),
            }
        }
        // What stands in holes stays as it is: such a text is for its author to mend.
        if !source.contains('{') && !source.starts_with("\"\"\"") {
            finding = finding.fix("Write plain signs", at, mended);
        }
    }
    Some(finding)
}
