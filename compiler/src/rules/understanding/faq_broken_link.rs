//! `faq-broken-link`: an answer leads to a file or a heading that is not there, or a question to no answer.

use smol_str::SmolStr;

use super::knowledge::Document;
use crate::faq;
use crate::finding::{Finding, Level, Rule};
use crate::project::{Source, Span};
use crate::rules::nearest::nearest;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF809",
    name: "faq-broken-link",
    level: Level::Error,
    summary: "An answer links to a file or a heading that is not there, or a question has no answer.",
    page: include_str!("faq_broken_link.md"),
};

/// Looks at all files of the bot's knowledge; `all` are the files of the project that answers may lead to, `linked` those
/// of other kinds that are there, if that is known.
pub(super) fn check(
    documents: &[Document<'_>],
    all: &[Source],
    linked: Option<&[SmolStr]>,
    findings: &mut Vec<Finding>,
) {
    for document in documents {
        // A file in which nothing is answered has its finding where it is named.
        if document.sections.iter().any(faq::Section::is_entry) {
            for section in document
                .sections
                .iter()
                .filter(|section| section.answer.is_empty())
            {
                if let Some((words, range)) = section.headings.first() {
                    findings.push(unanswered(words, document.span(range)));
                }
            }
        }
        let bare = faq::without_comments(&document.source.text);
        for section in document.sections.iter().filter(|section| section.is_entry()) {
            let answer = &bare[section.answer.clone()];
            for (at, target) in links(answer) {
                let start = section.answer.start + at;
                let span = document.span(&(start..start + target.len()));
                findings.extend(broken(&document.source.path, target, span, all, linked));
            }
        }
    }
}

/// A question that leads nowhere. The bot works without it, so that it is a warning.
fn unanswered(words: &str, span: Span) -> Finding {
    let mut finding = Finding::new(
        &RULE,
        span,
        format!("Nothing answers `{words}`: nothing stands below it."),
    )
    .help("Write the answer below it, or take the heading out.");
    finding.level = Level::Warning;
    finding
}

/// The targets of the links of an answer, and where they begin.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("](") {
        let start = from + at + 2;
        let rest = &text[start..];
        let end = rest.find([')', '\n']).unwrap_or(rest.len());
        // A title may follow: `(page.md "Our page")`.
        let target = rest[..end].split_whitespace().next().unwrap_or_default();
        let target = target.trim_start_matches('<').trim_end_matches('>');
        if rest[end..].starts_with(')') && !target.is_empty() {
            found.push((
                start + (target.as_ptr() as usize - rest.as_ptr() as usize),
                target,
            ));
        }
        from = start;
    }
    found
}

/// What is wrong with a link from a file of this path.
fn broken(
    path: &str,
    target: &str,
    span: Span,
    all: &[Source],
    linked: Option<&[SmolStr]>,
) -> Option<Finding> {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (target, None),
    };
    if is_elsewhere(target) {
        return None;
    }
    if !file.is_empty() && !file.ends_with(".md") {
        let meant = file_of(path, file);
        let known = linked?;
        if meant.is_empty() || known.binary_search_by(|known| known.as_str().cmp(&meant)).is_ok() {
            return None;
        }
        return Some(
            Finding::new(
                &RULE,
                span,
                format!("There is no file `{meant}`, to which this answer leads."),
            )
            .help("Link to a file of the project, or to a whole address: `https://…`."),
        );
    }
    let meant = match file {
        "" => path.to_owned(),
        file => joined(path, file),
    };
    let Some(source) = all.iter().find(|source| source.path == meant) else {
        let finding = Finding::new(
            &RULE,
            span,
            format!("There is no file `{meant}`, to which this answer leads."),
        );
        return Some(
            match nearest(&meant, all.iter().map(|source| source.path.as_str())) {
                Some(near) => finding.help(format!("Did you mean `{near}`?")),
                None => finding.help("Link to a file of the project, or to a whole address: `https://…`."),
            },
        );
    };
    let anchor = anchor.filter(|anchor| !anchor.is_empty())?;
    let anchors = anchors(&source.text);
    if anchors.iter().any(|known| known.eq_ignore_ascii_case(anchor)) {
        return None;
    }
    let here = match file {
        "" => "here".to_owned(),
        _ => format!("in `{meant}`"),
    };
    let finding = Finding::new(
        &RULE,
        span,
        format!("There is no heading `#{anchor}` {here}, to which this answer leads."),
    );
    Some(match nearest(anchor, anchors.iter().map(String::as_str)) {
        Some(near) => {
            let whole = format!("{file}#{near}");
            finding
                .help(format!("Did you mean `#{near}`?"))
                .fix(format!("Change to `{whole}`"), span, whole)
        }
        None => finding
            .help("A heading is linked to by its words: small letters, `-` between words, no other signs."),
    })
}

/// An address elsewhere.
fn is_elsewhere(target: &str) -> bool {
    target.starts_with("//") || target.contains(':')
}

/// The path of the file that a link of another one leads to, without what is asked of it (`?size=2`), and with its signs
/// as they are (`our%20plan.pdf`).
fn file_of(path: &str, file: &str) -> String {
    let file = file.split('?').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(file.len());
    let mut rest = file.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = (*first == b'%').then(|| behind.get(..2)).flatten();
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    joined(path, &String::from_utf8_lossy(&bytes))
}

/// The files of other kinds than `.md` that the answers of a document lead to, by path.
pub(crate) fn linked(path: &str, text: &str) -> Vec<String> {
    let bare = faq::without_comments(text);
    let targets = links(&bare).into_iter().map(|(_, target)| target);
    targets
        .filter(|target| !is_elsewhere(target))
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|file| !file.is_empty() && !file.ends_with(".md"))
        .map(|file| file_of(path, file))
        .collect()
}

/// The path of a file that another one names.
fn joined(path: &str, file: &str) -> String {
    let mut parts: Vec<&str> = match file.starts_with('/') {
        true => Vec::new(),
        false => path.split('/').collect(),
    };
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors of a file: its headings in small letters, and those that are written as `{#name}` or `id="name"`.
fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let sections = faq::sections(text);
    for (words, _) in sections.iter().flat_map(|section| &section.headings) {
        let (words, named) = match words.split_once("{#") {
            Some((words, named)) => (words, named.split('}').next()),
            None => (words.as_str(), None),
        };
        found.extend(named.map(str::to_owned));
        let slug: String = words
            .trim()
            .to_lowercase()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let again = found.iter().filter(|known| **known == slug).count();
        found.push(match again {
            0 => slug,
            again => format!("{slug}-{again}"),
        });
    }
    for mark in ["id=\"", "name=\""] {
        let written = text.split(mark).skip(1);
        found.extend(written.filter_map(|rest| rest.split('"').next().map(str::to_owned)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_files_and_headings() {
        let source = |path: &str, text: &str| Source {
            path: path.into(),
            text: text.into(),
        };
        let all = [
            source("faq/shop.md", "# Are you open?\n\nYes.\n\n# Why, oh why?\n"),
            source("terms.md", "# Terms {#all}\n# Terms\n<a id=\"old\">"),
        ];
        let there = ["faq/our plan.pdf", "faq/plan.png"].map(SmolStr::from);
        let text = "[a](our%20plan.pdf?page=2#map) [b](b.md) [c](https://c.example/d.png) [e](/e.txt)";
        assert_eq!(linked("faq/shop.md", text), ["faq/our plan.pdf", "e.txt"]);
        let span = Span {
            file: crate::project::FileId(0),
            start: 0,
            end: 0,
        };
        for (target, good) in [
            ("#are-you-open", true),
            ("#why-oh-why", true),
            ("shop.md#are-you-open", true),
            ("../terms.md", true),
            ("/terms.md#terms", true),
            ("../terms.md#terms-1", true),
            ("../terms.md#all", true),
            ("../terms.md#old", true),
            ("https://shop.example/#nothing", true),
            ("mailto:a@b.example", true),
            ("plan.png", true),
            ("our%20plan.pdf?page=2#map", true),
            ("../plan.png", false),
            ("plan.pdf", false),
            ("%", false),
            ("../../terms.md", true),
            ("#are-you-opn", false),
            ("terms.md", false),
            ("../terms.md#other", false),
        ] {
            assert_eq!(
                broken("faq/shop.md", target, span, &all, Some(&there)).is_none(),
                good,
                "{target}"
            );
        }
        assert_eq!(
            links("See [a](b.md) and [c](<d.md> \"D\"), not [e](f\n) or (g.md)."),
            [(8, "b.md"), (23, "d.md")]
        );
    }
}
