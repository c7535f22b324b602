//! The markup of texts: `**bold**`, `_italic_` and `[label](url)`, read into runs of one style.
//!
//! Markup never fails: what is no complete pair is plain text. Two asterisks open before a character that is not
//! a space and close after one; an underscore does so only at the edge of a word, so `first_name` stays as it is;
//! a pair lies within one paragraph. Web addresses are copied as they stand. A backslash makes the next `\`,
//! `*`, `_`, `[` or `]` plain. Reading takes time linear in the text, whatever it contains.

use std::borrow::Cow;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::message::Text;

/// A stretch of text in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Run {
    /// The words, without any markup. Not empty.
    pub text: String,
    /// Shown in bold.
    pub bold: bool,
    /// Shown in italics.
    pub italic: bool,
    /// The URL that the words open.
    pub link: Option<Text>,
}

impl Run {
    /// A run without any style.
    pub fn plain(text: impl Into<String>) -> Run {
        Run {
            text: text.into(),
            ..Run::default()
        }
    }

    /// Whether the run has no style and no link.
    pub fn is_plain(&self) -> bool {
        !self.bold && !self.italic && self.link.is_none()
    }
}

/// Reads a text into runs. `\r\n` and `\r` become `\n`; neighbours of the same style are one run.
pub fn parse(text: &str) -> Vec<Run> {
    let clean;
    let text = if text.contains('\r') {
        clean = text.replace("\r\n", "\n").replace('\r', "\n");
        &clean
    } else {
        text
    };
    let mut out = Vec::new();
    inline(text, None, &mut out);
    out
}

/// The words alone, as on a channel without any markup; a link keeps its label only.
pub fn strip(text: &str) -> String {
    if !text.contains(['*', '_', '[', '\\', '\r']) {
        return text.to_owned();
    }
    parse(text).into_iter().map(|run| run.text).collect()
}

/// A value as it must be written into a text to be shown as it is: what could be read as markup gets a
/// backslash. Values that go into an address need percent-encoding instead.
pub fn escape(value: &str) -> Cow<'_, str> {
    if !value.contains(['*', '_', '[', ']', '\\']) {
        return value.into();
    }
    let mut out = String::with_capacity(value.len() + 8);
    escape_into(&mut out, value, false);
    out.into()
}

/// Adds a value to a text that is being filled, so that people read the value's own characters and nothing else comes
/// of them, whatever the author has written around it: no style, no link, and no end of the author's own.
///
/// In the address of a link (`[Pay](…`) the value goes on with the address: what would end it is percent-encoded.
pub fn push_value(out: &mut String, value: &str) {
    if in_address(out) {
        address_into(out, value);
        return;
    }
    let special = |byte: u8| matches!(byte, b'*' | b'_' | b'[' | b']' | b'\\');
    if !value.bytes().any(special) {
        out.push_str(value);
        return;
    }
    // A backslash of the author's before it would take away that of the value.
    let behind = out.len() - out.trim_end_matches('\\').len();
    if behind % 2 == 1 && value.bytes().next().is_some_and(special) {
        out.push('\\');
    }
    escape_into(out, value, true);
}

/// Makes what was added to a text from `from` on, a part of an address and percent-encoded, safe for it: an underscore
/// at the edge of a word could be one of a pair where the address ends.
pub fn mend_encoded(out: &mut String, from: usize) {
    let Some(added) = out.get(from..).filter(|added| added.contains('_')) else {
        return;
    };
    let bytes = added.as_bytes();
    let word = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    let edge = |at: usize| bytes[at] == b'_' && !(word(at.checked_sub(1)) && word(Some(at + 1)));
    if !(0..bytes.len()).any(edge) {
        return;
    }
    let mut mended = String::with_capacity(added.len() + 8);
    for (at, c) in added.char_indices() {
        match edge(at) {
            true => mended.push_str("%5F"),
            false => mended.push(c),
        }
    }
    out.truncate(from);
    out.push_str(&mended);
}

/// Whether a text ends within the address of a link that is still open.
fn in_address(text: &str) -> bool {
    // Nearly all texts have no bracket at all.
    if !text.as_bytes().contains(&b'(') {
        return false;
    }
    let Some(at) = text.rfind("](") else { return false };
    let plain = |at: usize| (at - text[..at].trim_end_matches('\\').len()) % 2 == 1;
    // A bracket with a backslash is a part of the label.
    let mut opens = text[..at].rfind(['[', ']', '\n']);
    while let Some(before) = opens.filter(|before| plain(*before)) {
        opens = text[..before].rfind(['[', ']', '\n']);
    }
    if plain(at) || !opens.is_some_and(|before| text[before..].starts_with('[')) {
        return false;
    }
    let mut open = false;
    for c in text[at + 2..].chars() {
        match c {
            '(' if !open => open = true,
            ')' if open => open = false,
            '(' | ')' => return false,
            c if c.is_whitespace() => return false,
            _ => {}
        }
    }
    true
}

/// Adds a value to the address of a link, without what would end it.
fn address_into(out: &mut String, value: &str) {
    let mut bytes = [0; 4];
    for c in value.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, '(' | ')' | '<' | '>' | '"' | '\\') {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
}

/// Adds a value with a backslash before what could be read as markup; with `brackets` before all brackets, since the
/// value may stand in the label of a link.
fn escape_into(out: &mut String, value: &str, brackets: bool) {
    let mut previous = None;
    let mut at = 0;
    while let Some(c) = value[at..].chars().next() {
        let length = address_at(&value[at..]);
        if length > 0 {
            // An address is copied unread, except for an asterisk at its end, which could meet another.
            let length = value[at..at + length].trim_end_matches(['*', '_']).len().max(1);
            out.push_str(&value[at..at + length]);
            at += length;
            previous = None;
            continue;
        }
        let special = match c {
            '\\' => true,
            '[' => brackets,
            // The label of a link ends with `](`, of which this may be a part.
            ']' => brackets || value[at + 1..].chars().next().is_none_or(|c| c == '('),
            // One asterisk is no mark, but two are, and what stands around the value is not known.
            '*' => [previous, value[at + 1..].chars().next()]
                .iter()
                .any(|c| c.is_none_or(|c| c == '*')),
            '_' => {
                let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !(inside(previous) && inside(value[at + 1..].chars().next()))
            }
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        previous = Some(c);
        at += c.len_utf8();
    }
}

/// What a text is made of before pairs are found.
enum Token<'a> {
    Words(&'a str),
    /// `**` or `_`, with what it may do here.
    Mark {
        bold: bool,
        opens: bool,
        closes: bool,
    },
    Link {
        label: &'a str,
        url: &'a str,
    },
    /// The end of a paragraph, where pairs end too.
    Paragraph,
}

/// Reads one level: the text itself, or (with `link`) the label of a link, which holds no further link.
fn inline(text: &str, link: Option<&Text>, out: &mut Vec<Run>) {
    let tokens = tokens(text, link.is_none());
    let paired = pair(&tokens);
    let (mut bold, mut italic) = (false, false);
    for (token, paired) in tokens.iter().zip(paired) {
        match token {
            Token::Words(words) => push(out, words, bold, italic, link),
            Token::Mark { bold: true, .. } if paired => bold = !bold,
            Token::Mark { bold: false, .. } if paired => italic = !italic,
            Token::Mark { bold: mark, .. } => push(out, if *mark { "**" } else { "_" }, bold, italic, link),
            Token::Link { label, url } => {
                let mut inner = Vec::new();
                inline(label, Some(&Text::new(url)), &mut inner);
                for mut run in inner {
                    run.bold |= bold;
                    run.italic |= italic;
                    out.push(run);
                }
            }
            Token::Paragraph => {}
        }
    }
}

fn push(out: &mut Vec<Run>, words: &str, bold: bool, italic: bool, link: Option<&Text>) {
    if words.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last) if last.bold == bold && last.italic == italic && last.link.as_ref() == link => {
            last.text.push_str(words);
        }
        _ => out.push(Run {
            text: words.to_owned(),
            bold,
            italic,
            link: link.cloned(),
        }),
    }
}

/// For each token, whether it is a mark that is one of a pair.
fn pair(tokens: &[Token]) -> Vec<bool> {
    let mut paired = vec![false; tokens.len()];
    let mut open: [Option<usize>; 2] = [None, None];
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark { bold, opens, closes } => {
                let slot = &mut open[usize::from(*bold)];
                match *slot {
                    // Two marks with nothing between them are no pair.
                    Some(start) if *closes && index > start + 1 => {
                        paired[start] = true;
                        paired[index] = true;
                        *slot = None;
                    }
                    _ if *opens => *slot = Some(index),
                    _ => {}
                }
            }
            Token::Paragraph => open = [None, None],
            Token::Words(_) | Token::Link { .. } => {}
        }
    }
    paired
}

fn tokens(text: &str, links: bool) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        let (token, length) = match bytes[at] {
            b'\\' if matches!(bytes.get(at + 1), Some(b'\\' | b'*' | b'_' | b'[' | b']')) => {
                // The backslash goes; the next character is plain, and is not looked at again.
                out.push(Token::Words(&text[start..at]));
                start = at + 1;
                at += 2;
                continue;
            }
            b'*' if bytes.get(at + 1) == Some(&b'*') => (mark(text, at, 2), 2),
            b'_' => (mark(text, at, 1), 1),
            b'[' if links => match link(text, at) {
                Some((label, url, end)) => (Token::Link { label, url }, end - at),
                None => {
                    at += 1;
                    continue;
                }
            },
            b'\n' if bytes.get(at + 1) == Some(&b'\n') => {
                out.push(Token::Words(&text[start..=at]));
                out.push(Token::Paragraph);
                at += 1;
                start = at;
                continue;
            }
            b'h' => {
                at += address_at(&text[at..]).max(1);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        out.push(Token::Words(&text[start..at]));
        out.push(token);
        at += length;
        start = at;
    }
    out.push(Token::Words(&text[start..]));
    out.retain(|token| !matches!(token, Token::Words("")));
    out
}

/// The bytes of the web address with which a text begins; none if it begins with something else.
pub(crate) fn address_at(text: &str) -> usize {
    match text.starts_with("https://") || text.starts_with("http://") {
        true => address(text),
        false => 0,
    }
}

/// The bytes of a web address that are copied unread: up to a space, a bracket, a mark at its end or a backslash.
fn address(text: &str) -> usize {
    let mut after_star = false;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || matches!(c, '[' | ']' | '<' | '>' | '"' | '\\') {
            end = at;
            break;
        }
        if c == '*' && after_star {
            end = at - 1;
            break;
        }
        after_star = c == '*';
    }
    // `_https://x.example_` is an address in italics; the `h` at least is taken, so reading goes on.
    text[..end].trim_end_matches('_').len().max(1)
}

fn mark(text: &str, at: usize, length: usize) -> Token<'static> {
    let before = text[..at].chars().next_back();
    let after = text[at + length..].chars().next();
    let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let bold = length == 2;
    Token::Mark {
        bold,
        opens: solid(after) && (bold || !word(before)),
        closes: solid(before) && (bold || !word(after)),
    }
}

/// The label, the URL and the end of a link that begins at `at`. A label is within one line and without
/// brackets that have no backslash; a URL is without spaces, and its brackets are closed and not nested twice: thus each byte is looked
/// at by a fixed number of openings only.
fn link(text: &str, at: usize) -> Option<(&str, &str, usize)> {
    let label_start = at + 1;
    let mut label_end = label_start;
    loop {
        label_end += text[label_end..].find(['[', ']', '\n', '\\'])?;
        if text.as_bytes()[label_end] != b'\\' {
            break;
        }
        label_end += 1 + text[label_end + 1..].chars().next()?.len_utf8();
    }
    let label = &text[label_start..label_end];
    let url_start = label_end + 2;
    if !text[label_end..].starts_with("](") || label.trim().is_empty() {
        return None;
    }
    let mut depth = 0;
    for (offset, c) in text[url_start..].char_indices() {
        match c {
            '(' if depth == 0 => depth = 1,
            ')' if depth == 1 => depth = 0,
            ')' if offset > 0 => {
                return Some((
                    label,
                    &text[url_start..url_start + offset],
                    url_start + offset + 1,
                ));
            }
            '(' | ')' => return None,
            c if c.is_whitespace() => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values that look like markup.
    const VALUE: &str = r"(https://|\]\(|\*\*|[ab _*\[\]()\\.🙂h]){0,20}";

    /// Runs in a short form: `b:` bold, `i:` italic, `<url>` after a link.
    fn shown(text: &str) -> Vec<String> {
        let form = |run: &Run| {
            let bold = if run.bold { "b:" } else { "" };
            let italic = if run.italic { "i:" } else { "" };
            let link = run
                .link
                .as_ref()
                .map(|url| format!("<{url}>"))
                .unwrap_or_default();
            format!("{bold}{italic}{}{link}", run.text)
        };
        parse(text).iter().map(form).collect()
    }

    #[test]
    fn pairs_and_links_are_read() {
        assert_eq!(shown("a **b** _c_ d"), ["a ", "b:b", " ", "i:c", " d"]);
        assert_eq!(shown("**a _b_**"), ["b:a ", "b:i:b"]);
        assert_eq!(
            shown("**[pay **now](https://x.example/a(b))** ok"),
            ["b:pay **now<https://x.example/a(b)>", " ok"]
        );
        assert_eq!(shown("[_a_ b](u)"), ["i:a<u>", " b<u>"]);
    }

    #[test]
    fn what_is_no_pair_stays() {
        for text in [
            "2 ** 3 ** 4",
            "first_name and last_name",
            "**a",
            "_a\n\nb_",
            "[a]",
            "[a](b",
            "[a]( b)",
            "****",
            "__",
            "[](x)",
            "a [b\nc](d)",
        ] {
            assert_eq!(shown(text), [text], "{text}");
        }
        assert_eq!(
            shown("https://x.example/_a_/**b** _c_"),
            ["https://x.example/_a_/", "b:b", " ", "i:c"]
        );
        assert_eq!(shown(r"\**a\** \_b\_ \[c](d) \n"), ["**a** _b_ [c](d) \\n"]);
        assert_eq!(shown(""), Vec::<String>::new());
        assert_eq!(shown("a\r\nb\rc"), ["a\nb\nc"]);
    }

    #[test]
    fn reading_a_megabyte_of_openings_is_linear() {
        for piece in [
            "[",
            "[a](",
            "[a](x(",
            "**a ",
            "_a ",
            "http://",
            "http://**",
            "\\",
            "**",
            "_",
        ] {
            let text = piece.repeat(1_000_000 / piece.len());
            assert!(!parse(&text).is_empty());
        }
    }

    proptest! {
        #[test]
        fn nothing_but_marks_disappears(text in r"[ab _*\[\]()\\.\n🙂h]{0,40}") {
            let kept: String = parse(&text).iter().map(|run| run.text.as_str()).collect();
            let mut rest = text.chars();
            prop_assert!(kept.chars().all(|c| rest.any(|other| other == c)), "{text:?} became {kept:?}");
        }

        #[test]
        fn an_escaped_value_is_shown_as_it_is(value in r"(https://|[ab _*\[\]()\\.🙂h]){0,30}", before in "[a *_]{0,3}") {
            let text = format!("{}{}", escape(&before), escape(&value));
            prop_assert_eq!(strip(&text), format!("{before}{value}"));
            prop_assert!(parse(&text).iter().all(Run::is_plain));
        }

        #[test]
        fn a_value_is_shown_as_it_is_between_any_words(
            // With nothing between them two backslashes of the author's are one.
            pieces in prop::collection::vec(("[ab ().:h/🙂]{0,6}\\\\?", VALUE.prop_filter("there is one", |value| !value.is_empty())), 1..4),
        ) {
            let (mut filled, mut read) = (String::new(), String::new());
            for (words, value) in &pieces {
                filled.push_str(words);
                push_value(&mut filled, value);
                read.push_str(words);
                read.push_str(value);
            }
            prop_assert_eq!(strip(&filled), read, "{}", filled);
            prop_assert!(parse(&filled).iter().all(Run::is_plain), "{}", filled);
        }

        #[test]
        fn a_value_brings_no_link_and_ends_none(
            before in "[ab *_]{0,6}", label in VALUE, behind in "[ab *_]{0,6}", address in VALUE, other in VALUE,
        ) {
            let mut filled = format!("{before}[x");
            push_value(&mut filled, &label);
            filled.push_str("y](https://x.example/");
            push_value(&mut filled, &address);
            filled.push_str("z)");
            filled.push_str(&behind);
            push_value(&mut filled, &other);
            let runs = parse(&filled);
            let linked: String = runs.iter().filter(|run| run.link.is_some()).map(|run| run.text.as_str()).collect();
            prop_assert_eq!(linked, format!("x{label}y"), "{}", filled);
            for url in runs.iter().filter_map(|run| run.link.as_ref()) {
                prop_assert!(url.starts_with("https://x.example/") && url.ends_with('z'), "{}", url);
            }
            prop_assert!(runs.last().is_some_and(|run| other.is_empty() || run.text.ends_with(&other)), "{}", filled);
        }

        #[test]
        fn marks_around_a_value_are_the_authors(value in VALUE) {
            for (open, close) in [("**", "**"), ("_", "_"), ("**_", "_**")] {
                let mut filled = format!("a {open}b");
                push_value(&mut filled, &value);
                filled.push_str(&format!("b{close} c"));
                let styled: String = parse(&filled).iter().filter(|run| run.bold || run.italic).map(|run| run.text.as_str()).collect();
                prop_assert_eq!(styled, format!("b{value}b"), "{}", filled);
            }
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            prop_assert!(parse(&text).iter().all(|run| !run.text.is_empty()));
        }
    }
}
