//! E-mail addresses: strict enough that a typing slip is noticed, wide enough for every common one.

use std::ops::Range;

use smol_str::SmolStr;

use super::Reading;
use crate::value::Value;

/// An address as the whole message, or the only one inside it.
pub(super) fn read(text: &str) -> Reading {
    let trimmed = text.trim();
    if is_email(trimmed) {
        return Reading::Whole(Value::Email(canonical(trimmed)));
    }
    let mut found: Option<(SmolStr, Range<usize>)> = None;
    let mut from = 0;
    // Only what stands around an at sign can be an address.
    while let Some(at) = text[from..].find('@') {
        let at = from + at;
        let start = text[..at]
            .rfind(|c: char| !is_local(c))
            .map_or(0, |place| place + char_at(text, place));
        let start = start.max(from);
        let end = at
            + 1
            + text[at + 1..]
                .find(|c: char| !is_domain(c))
                .unwrap_or(text.len() - at - 1);
        from = end.max(at + 1);
        let range = trim_punctuation(text, start..end);
        let candidate = &text[range.clone()];
        if !is_email(candidate) {
            continue;
        }
        let address = canonical(candidate);
        match &found {
            Some((other, _)) if *other != address => return Reading::None,
            Some(_) => {}
            None => found = Some((address, range)),
        }
    }
    match found {
        // Brackets, quotes and a full stop around an address add nothing to it.
        Some((address, range)) if adds_nothing(&text[..range.start]) && adds_nothing(&text[range.end..]) => {
            Reading::Whole(Value::Email(address))
        }
        Some((address, range)) => Reading::Inside(Value::Email(address), range),
        None => Reading::None,
    }
}

fn char_at(text: &str, place: usize) -> usize {
    text[place..].chars().next().map_or(0, char::len_utf8)
}

fn adds_nothing(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    text.chars().all(|c| !c.is_alphanumeric() && !matches!(c, '@'))
}

/// Leaves out points, hyphens and quotes that belong to the sentence.
fn trim_punctuation(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let left = inner.len()
        - inner
            .trim_start_matches(['\'', '/', '=', '*', '`', '{', '|'])
            .len();
    let right = inner.trim_end_matches(['.', '-']).len();
    range.start + left..range.start + right.max(left)
}

/// The address with its domain in small letters, as mail systems compare it.
fn canonical(address: &str) -> SmolStr {
    let domain = address.find('@').map_or(0, |at| at + 1);
    if address[domain..].bytes().any(|byte| byte.is_ascii_uppercase()) {
        let mut lower = String::from(&address[..domain]);
        lower.push_str(&address[domain..].to_ascii_lowercase());
        return SmolStr::from(lower);
    }
    SmolStr::new(address)
}

/// Whether the text is an e-mail address: at most 64 bytes before the at sign and 254 in all; before
/// it the characters of an unquoted name, without points at its ends or two in a row; behind it a
/// domain of at least two labels, the last one of two letters or more.
#[inline]
pub fn is_email(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() > 254 {
        return false;
    }
    let Some(at) = bytes.iter().position(|byte| *byte == b'@') else {
        return false;
    };
    let (local, domain) = (&bytes[..at], &bytes[at + 1..]);
    if local.is_empty() || local.len() > 64 {
        return false;
    }
    let mut before = b'.';
    for byte in local {
        if !is_local(*byte as char) || (*byte == b'.' && before == b'.') {
            return false;
        }
        before = *byte;
    }
    before != b'.' && is_domain_name(domain)
}

/// Whether the bytes are a domain name of at least two labels with a top level of letters.
pub(super) fn is_domain_name(domain: &[u8]) -> bool {
    if domain.len() > 253 {
        return false;
    }
    let mut labels = 0;
    let mut last: &[u8] = b"";
    for label in domain.split(|byte| *byte == b'.') {
        let fits = (1..=63).contains(&label.len())
            && label
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            && label[0] != b'-'
            && label[label.len() - 1] != b'-';
        if !fits {
            return false;
        }
        labels += 1;
        last = label;
    }
    labels >= 2 && last.len() >= 2 && (last.iter().all(u8::is_ascii_alphabetic) || last.starts_with(b"xn--"))
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '.' | '_'
                | '-'
                | '+'
                | '%'
                | '\''
                | '!'
                | '#'
                | '$'
                | '&'
                | '*'
                | '/'
                | '='
                | '?'
                | '^'
                | '`'
                | '{'
                | '|'
                | '}'
                | '~'
        )
}

fn is_domain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}
