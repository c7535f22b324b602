//! `unsupported-markup`: signs of markup that people see as they are.

use botflow_artifact::Part;
use botflow_message::markup;

use super::label_too_long::whole;
use super::spoken::{Role, Spoken};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF414",
    name: "unsupported-markup",
    level: Level::Warning,
    summary: "A text has signs of markup that people see as they are.",
    page: include_str!("unsupported_markup.md"),
};

/// Looks at all texts that people see.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    for shown in &spoken.shown {
        let text = spoken.context.bot.texts.get(shown.text.index());
        let Some(variant) = text.and_then(|text| text.variants.first()) else {
            continue;
        };
        let signs = variant.parts.iter().any(|part| match part {
            Part::Literal(words) => words.contains(['<', '*', '_', '`', '~', '[', '&', '#']),
            Part::Hole { .. } => false,
        });
        if !signs {
            continue;
        }
        let Some(at) = spoken.written(shown.text) else {
            continue;
        };
        let label = !matches!(
            shown.role,
            Role::Body | Role::Hint | Role::CardText | Role::CardTitle
        );
        if label {
            let Some(words) = whole(spoken, shown.text) else {
                continue;
            };
            if markup::parse(&words).iter().all(markup::Run::is_plain) && foreign(&words).is_none() {
                continue;
            }
            let plain = markup::strip(&words);
            let mut finding = Finding::new(
                &RULE,
                at,
                "What stands on a button has no markup: people see its signs as they are.".to_owned(),
            )
            .help("Write the words alone.");
            // Escapes of texts stay for the author.
            if !plain.contains(['"', '\\', '{', '\n']) && plain != words {
                finding = finding.fix("Take the signs out", at, format!("\"{plain}\""));
            }
            findings.push(finding);
            continue;
        }
        let words: String = variant
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(words) => words.as_str(),
                Part::Hole { .. } => "x",
            })
            .collect();
        let Some((sign, help)) = foreign(&words) else {
            continue;
        };
        findings.push(
            Finding::new(
                &RULE,
                at,
                format!("People see `{sign}` as it is: it is no markup here."),
            )
            .help(help),
        );
    }
}

/// Markup of other languages.
fn foreign(words: &str) -> Option<(String, &'static str)> {
    const BOLD: &str = "Bold is `**bold**`; each channel gets its own signs for it.";
    const ITALIC: &str = "Italics are `_italic_`; each channel gets its own signs for them.";
    const TAGS: &[(&str, &str)] = &[
        ("<b>", BOLD),
        ("<strong>", BOLD),
        ("<i>", ITALIC),
        ("<em>", ITALIC),
        (
            "<br>",
            "A new line is `\\n`, or a new line of a text in three quotes.",
        ),
        (
            "<br/>",
            "A new line is `\\n`, or a new line of a text in three quotes.",
        ),
        ("<a href", "A link is `[its words](https://…)`."),
        (
            "<p>",
            "A new line is `\\n`, or a new line of a text in three quotes.",
        ),
        ("&nbsp;", "Write a space."),
        ("&amp;", "Write `&`."),
        ("```", "There is no markup for code."),
    ];
    let lower = words.to_ascii_lowercase();
    if let Some((sign, help)) = TAGS.iter().find(|(sign, _)| lower.contains(sign)) {
        return Some(((*sign).to_owned(), help));
    }
    if let Some(found) = between(words, "*", 1) {
        return Some((found, BOLD));
    }
    if let Some(found) = between(words, "~~", 2) {
        return Some((found, "There is no markup for what is crossed out."));
    }
    let heading = |line: &str| {
        let rest = line.trim_start_matches('#');
        let deep = line.len() - rest.len();
        // One sign alone may be a number's.
        (deep > 1 || deep == 1 && words.contains('\n'))
            && rest
                .strip_prefix(' ')
                .is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    };
    let line = words.lines().find(|line| heading(line))?;
    let sign = &line[..line.len() - line.trim_start_matches('#').len()];
    (sign.len() <= 6).then(|| (format!("{sign} "), "Headings are words in bold: `**Our hours**`."))
}

/// Words between two signs that stand directly at them, as in `*bold*`.
fn between(words: &str, sign: &str, width: usize) -> Option<String> {
    let bytes = words.as_bytes();
    let single = |at: usize| {
        let same = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&sign.as_bytes()[0]);
        !same(at.checked_sub(1)) && !same(Some(at + width))
    };
    let letter = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !c.is_ascii_punctuation());
    let mut from = 0;
    while let Some(found) = words[from..].find(sign) {
        let open = from + found;
        from = open + width;
        let before = words[..open].chars().next_back();
        // Not within words, addresses and sums.
        let apart = before.is_none_or(|c| c.is_whitespace() || "([\"'«„“".contains(c));
        let opens = single(open) && apart && letter(words[from..].chars().next());
        if !opens {
            continue;
        }
        let line = words[from..].split('\n').next().unwrap_or_default();
        let Some(end) = line.find(sign) else { continue };
        let close = from + end;
        let after = words[close + width..].chars().next();
        if single(close)
            && letter(words[..close].chars().next_back())
            && !after.is_some_and(char::is_alphanumeric)
        {
            return Some(words[open..close + width].to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_other_languages_is_seen() {
        let sign = |words: &str| foreign(words).map(|(sign, _)| sign);
        assert_eq!(sign("a <B>b</B>"), Some("<b>".to_owned()));
        assert_eq!(sign("only *today* here"), Some("*today*".to_owned()));
        assert_eq!(sign("~~12~~ 10"), Some("~~12~~".to_owned()));
        assert_eq!(sign("Hi\n## Hours\n9 to 5"), Some("## ".to_owned()));
        for fine in [
            "**bold** and _italic_",
            "2 * 3 * 4",
            "a*b*c",
            "5 < 6",
            "*",
            "**",
            "# 12",
            "#1 in town",
            "see https://x.example/*a*/b",
            "prices*\n*without VAT",
        ] {
            assert_eq!(sign(fine), None, "{fine}");
        }
    }
}
