//! Questions and answers in files: `faq { source "faq/*.md" }`. A heading is a question; several in a row are ways to
//! ask the same; what follows, up to the next heading, is the answer. Pure and total: any text gives entries.

use std::borrow::Cow;
use std::ops::Range;

use smol_str::SmolStr;

/// The longest heading and the longest answer that are taken, in bytes; what is longer is no knowledge for a chat.
const LONGEST: (usize, usize) = (500, 10_000);

/// One entry: the ways to ask, and the answer.
pub type Entry = (Vec<SmolStr>, SmolStr);

/// A piece of a file: headings in a row, and what follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its headings that have words: these, and where they stand in the file.
    pub headings: Vec<(SmolStr, Range<usize>)>,
    /// Where what follows them stands, without spaces around it; empty where nothing follows.
    pub answer: Range<usize>,
}

/// The text without what its author only notes: comments (`<!-- … -->`) are spaces, and everything else stays where it is.
/// In code they are code, and one that does not end is none.
pub fn without_comments(text: &str) -> Cow<'_, str> {
    const BEGINS: &str = "<!--";
    const ENDS: &str = "-->";
    if !text.contains(BEGINS) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let blank = |out: &mut String, part: &str| {
        let bytes = part.bytes();
        out.extend(bytes.map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                byte as char
            } else {
                ' '
            }
        }));
    };
    let last = text.rfind(ENDS).unwrap_or(0);
    let mut fence: Option<&str> = None;
    let (mut start, mut until) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let mut at = until.clamp(start, end);
        blank(&mut out, &text[start..at]);
        if at == start {
            let trimmed = line.trim();
            match fence {
                Some(mark) if trimmed.starts_with(mark) => fence = None,
                Some(_) => {}
                None => fence = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)),
            }
        }
        // Code within a line stands between backticks.
        let (mut ticks, mut counted) = (0, at);
        let mut from = at;
        while fence.is_none()
            && let Some(found) = text[from..end].find(BEGINS).map(|found| from + found)
        {
            let behind = found + BEGINS.len();
            ticks += text[counted..found].matches('`').count();
            counted = found;
            if ticks % 2 == 1 || behind > last {
                from = behind;
                continue;
            }
            // There is one: the last.
            until = text[behind..]
                .find(ENDS)
                .map_or(end, |found| behind + found + ENDS.len());
            out.push_str(&text[at..found]);
            at = until.min(end);
            blank(&mut out, &text[found..at]);
            (from, counted) = (at, at);
        }
        out.push_str(&text[at..end]);
        start = end;
    }
    Cow::Owned(out)
}

/// The pieces of a file, in order. What stands before the first heading is one without headings.
pub fn sections(text: &str) -> Vec<Section> {
    let text = &*without_comments(text);
    let mut found: Vec<Section> = Vec::new();
    let mut now = Section {
        headings: Vec::new(),
        answer: 0..0,
    };
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        // A sign for comments in a block of code is no heading.
        match fence {
            Some(mark) if trimmed.starts_with(mark) => fence = None,
            Some(_) => {}
            None => fence = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)),
        }
        let begins = start + (line.len() - line.trim_start().len());
        match heading(line.trim_end_matches(['\n', '\r'])).filter(|_| fence.is_none()) {
            Some(words) => {
                if !now.answer.is_empty() {
                    found.push(std::mem::replace(
                        &mut now,
                        Section {
                            headings: Vec::new(),
                            answer: 0..0,
                        },
                    ));
                }
                if !words.is_empty() {
                    let first = words.as_ptr() as usize - line.as_ptr() as usize + start;
                    now.headings
                        .push((SmolStr::new(words), first..first + words.len()));
                }
            }
            None if trimmed.is_empty() => {}
            None => {
                if now.answer.is_empty() {
                    now.answer.start = begins;
                }
                now.answer.end = begins + trimmed.len();
            }
        }
    }
    if !now.headings.is_empty() || !now.answer.is_empty() {
        found.push(now);
    }
    found
}

impl Section {
    /// The headings that are questions.
    pub fn asked(&self) -> impl Iterator<Item = &(SmolStr, Range<usize>)> {
        self.headings.iter().filter(|(words, _)| words.len() <= LONGEST.0)
    }

    /// Whether it is an entry: somebody asks, and something is answered.
    pub fn is_entry(&self) -> bool {
        !self.answer.is_empty() && self.answer.len() <= LONGEST.1 && self.asked().next().is_some()
    }
}

/// The entries of a file, in order. Headings without an answer, and what stands before the first heading, are left out.
pub fn entries(text: &str) -> Vec<Entry> {
    let bare = without_comments(text);
    let sections = sections(&bare);
    let entries = sections.iter().filter(|section| section.is_entry());
    entries
        .map(|section| {
            let asked = section.asked().map(|(words, _)| words.clone()).collect();
            // A line that is only a comment is none, and parts no paragraph.
            let written = text[section.answer.clone()].lines();
            let answer: Vec<Cow<'_, str>> = (bare[section.answer.clone()].lines().zip(written))
                .filter(|(bare, written)| written.trim().is_empty() || !bare.trim().is_empty())
                .map(|(bare, written)| said(bare.trim_end(), written.trim_end()))
                .collect();
            (asked, paragraphs(&answer.join("\n")))
        })
        .collect()
}

/// A line without its comments: where one was between words, one space is left.
fn said<'t>(bare: &'t str, written: &str) -> Cow<'t, str> {
    if written.starts_with(bare) {
        return Cow::Borrowed(bare);
    }
    let indented = written.len() - written.trim_start().len();
    let words: Vec<&str> = bare.split_whitespace().collect();
    Cow::Owned(format!("{}{}", " ".repeat(indented), words.join(" ")))
}

/// The words of a heading: one to six `#`, a space, and words, perhaps with `#` behind them.
fn heading(line: &str) -> Option<&str> {
    let indented = line.len() - line.trim_start_matches(' ').len();
    if indented > 3 {
        return None;
    }
    let line = line.trim();
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    if !(1..=6).contains(&level) || !(words.is_empty() || words.starts_with([' ', '\t'])) {
        return None;
    }
    let words = words.trim();
    let open = words.trim_end_matches('#');
    Some(if open.is_empty() || open.ends_with([' ', '\t']) {
        open.trim_end()
    } else {
        words
    })
}

/// Lines of a paragraph are one line; an empty line between paragraphs stays, and so do lines of lists and code.
fn paragraphs(words: &str) -> SmolStr {
    let mut out = String::with_capacity(words.len());
    let mut joins = false;
    for line in words.lines() {
        let begins = line.trim_start();
        let own = begins.is_empty()
            || line.starts_with("    ")
            || begins.starts_with(['-', '*', '+', '>', '|', '`', '~'])
            || begins.starts_with(|first: char| first.is_ascii_digit());
        if !out.is_empty() {
            out.push(if joins && !own { ' ' } else { '\n' });
        }
        out.push_str(if joins && !own { begins } else { line });
        joins = !begins.is_empty() && !line.starts_with("    ") && !begins.starts_with(['|', '`', '~']);
    }
    SmolStr::from(out)
}

/// Whether a path fits a pattern: `*` stands for anything within a folder's or file's name, `**` for any folders.
pub fn fits(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./");
    let parts: Vec<&str> = pattern.split('/').collect();
    let names: Vec<&str> = path.split('/').collect();
    // By places of the pattern: whether the names so far can end there. Linear in the product of both.
    let mut ends = vec![false; parts.len() + 1];
    ends[0] = true;
    for (at, part) in parts.iter().enumerate() {
        ends[at + 1] = ends[at] && *part == "**";
    }
    for name in names {
        let mut next = vec![false; parts.len() + 1];
        for (at, part) in parts.iter().enumerate() {
            let any = *part == "**";
            next[at + 1] = if any {
                ends[at + 1] || ends[at] || next[at]
            } else {
                ends[at] && name_fits(part, name)
            };
        }
        ends = next;
    }
    ends[parts.len()]
}

/// One name and its pattern, in which `*` is the only sign.
fn name_fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&[&str], &str)]) {
        let found = entries(text);
        let found: Vec<(Vec<&str>, &str)> = found
            .iter()
            .map(|(asked, answer)| (asked.iter().map(SmolStr::as_str).collect(), answer.as_str()))
            .collect();
        let expected: Vec<(Vec<&str>, &str)> = expected
            .iter()
            .map(|(asked, answer)| (asked.to_vec(), *answer))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn headings_in_a_row_ask_the_same() {
        check(
            "Before.\n\n# When?\n## What hours? ##\n\nFrom ten\nto eight.\n\n- Mondays\n- Sundays\n\n# Why?\n\nSo.\n",
            &[
                (
                    &["When?", "What hours?"],
                    "From ten to eight.\n\n- Mondays\n- Sundays",
                ),
                (&["Why?"], "So."),
            ],
        );
    }

    #[test]
    fn what_has_no_answer_or_no_question_is_left_out() {
        check("Only words.\n", &[]);
        check("# Only a question?\n", &[]);
        check("# A\n#hashtag\n", &[(&["A"], "#hashtag")]);
        check(
            "# C\n```\n# no heading\n```\n",
            &[(&["C"], "```\n# no heading\n```")],
        );
        check("", &[]);
    }

    #[test]
    fn comments_are_not_said() {
        check(
            "<!-- ours -->\n# A? <!-- or B? -->\n<!-- botflow: allow faq-shadowed -- x -->\n## C?\nOne\n<!-- two\nthree -->\nfour \
             <!-- five --> six `<!-- seven -->`.\n\n```\n<!-- code -->\n```\n<!-- open\n",
            &[(
                &["A?", "C?"],
                "One four six `<!-- seven -->`.\n\n```\n<!-- code -->\n```\n<!-- open",
            )],
        );
        check("# A?\n<!-- nothing -->\n", &[]);
        for text in [
            "<!--",
            "<!-- -->",
            "-->\n<!--",
            "é<!--é-->é\n",
            "<!--a-->b<!--c\nd-->e",
        ] {
            let bare = without_comments(text);
            assert_eq!(bare.len(), text.len(), "{text}");
            let lines = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
            assert_eq!(lines(&bare), lines(text), "{text}");
        }
    }

    #[test]
    fn patterns_fit_paths() {
        for (pattern, path, fit) in [
            ("faq/*.md", "faq/shop.md", true),
            ("faq/*.md", "faq/ru/shop.md", false),
            ("faq/**/*.md", "faq/ru/shop.md", true),
            ("faq/**/*.md", "faq/shop.md", true),
            ("./faq/shop.md", "faq/shop.md", true),
            ("**", "a/b", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
            ("*.md", "md", false),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(fits(pattern, path), fit, "{pattern} {path}");
        }
    }
}
