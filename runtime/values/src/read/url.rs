//! Web addresses.

use std::ops::Range;

use smol_str::SmolStr;

use super::Reading;
use super::email::is_domain_name;
use crate::value::Value;

/// The longest address that is read, in bytes.
const MAX_LENGTH: usize = 2048;

/// An address. As the whole message it may lack its scheme ("shop.example/cart"); inside a message it
/// needs `http://`, `https://` or `www.`.
pub(super) fn read(text: &str) -> Reading {
    if let Some(url) = canonical_url(text.trim()) {
        return Reading::Whole(Value::Url(url));
    }
    let mut found: Option<(SmolStr, Range<usize>)> = None;
    let mut from = 0;
    for word in text.split_whitespace() {
        let at = from + text[from..].find(word).unwrap_or(0);
        from = at + word.len();
        let inner = word.trim_start_matches(['(', '<', '"', '\'', '[', '«']);
        let start = at + word.len() - inner.len();
        let inner = inner.trim_end_matches(['.', ',', '!', '?', ';', ':', ')', '>', '"', '\'', ']', '»']);
        let lower = inner.get(..8).unwrap_or(inner).to_ascii_lowercase();
        if !(lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.")) {
            continue;
        }
        let Some(url) = canonical_url(inner) else { continue };
        match &found {
            Some((other, _)) if *other != url => return Reading::None,
            Some(_) => {}
            None => found = Some((url, start..start + inner.len())),
        }
    }
    match found {
        Some((url, range)) => Reading::Inside(Value::Url(url), range),
        None => Reading::None,
    }
}

/// The address with its scheme, and scheme and host in small letters; none if the text is no web
/// address. Only `http` and `https` are; a name and password before the host are refused.
pub fn canonical_url(text: &str) -> Option<SmolStr> {
    if text.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    if text.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}' | '|')
    }) {
        return None;
    }
    let (scheme, rest, given) = match text.get(..8) {
        Some(start) if start.eq_ignore_ascii_case("https://") => ("https://", &text[8..], true),
        _ => match text.get(..7) {
            Some(start) if start.eq_ignore_ascii_case("http://") => ("http://", &text[7..], true),
            _ => ("https://", text, false),
        },
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_end);
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    if authority.contains(':') && port.parse::<u16>().is_err() {
        return None;
    }
    let local = given && (host.eq_ignore_ascii_case("localhost") || is_address(host));
    if !(is_domain_name(host.as_bytes()) || local) {
        return None;
    }
    if given && !authority.bytes().any(|byte| byte.is_ascii_uppercase()) && text.starts_with(scheme) {
        return Some(SmolStr::new(text));
    }
    let mut url = String::with_capacity(text.len() + 8);
    url.push_str(scheme);
    url.push_str(&authority.to_ascii_lowercase());
    url.push_str(path);
    Some(SmolStr::from(url))
}

/// Whether the host is an IPv4 address.
fn is_address(host: &str) -> bool {
    let mut parts = 0;
    for part in host.split('.') {
        if part.len() > 3 || part.parse::<u8>().is_err() {
            return false;
        }
        parts += 1;
    }
    parts == 4
}
