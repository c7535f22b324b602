//! How long a text is that matches a pattern as a whole.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Length;

/// Patterns nest no deeper than the parser of patterns lets them; this is a guard all the same.
const DEEPEST: usize = 200;

/// The longest text that matches; of any length where the pattern sets no end, or is none.
pub(super) fn longest(pattern: &str) -> Length {
    match regex_syntax::parse(pattern) {
        Ok(hir) => of(&hir, 0),
        // A pattern that cannot be read has its finding.
        Err(_) => Length::ANY,
    }
}

fn of(hir: &Hir, depth: usize) -> Length {
    if depth > DEEPEST {
        return Length::ANY;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Length::ZERO,
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => Length::of(text),
            Err(_) => Length::letters(literal.0.len() as u32, 3, false),
        },
        HirKind::Class(class) => letter(class),
        HirKind::Repetition(repeated) => match repeated.max {
            Some(most) => of(&repeated.sub, depth + 1).times(most),
            None => Length::ANY,
        },
        HirKind::Capture(capture) => of(&capture.sub, depth + 1),
        HirKind::Concat(parts) => {
            let parts = parts.iter().map(|part| of(part, depth + 1));
            parts.fold(Length::ZERO, Length::then)
        }
        HirKind::Alternation(ways) => {
            let ways = ways.iter().map(|way| of(way, depth + 1));
            ways.fold(Length::ZERO, Length::or)
        }
    }
}

/// The longest letter of a class. Classes that take letters of all the world are taken for letters of one unit.
fn letter(class: &Class) -> Length {
    match class {
        Class::Unicode(class) => {
            let Some(last) = class.ranges().last() else {
                return Length::ZERO;
            };
            let end = last.end();
            let wide = class.ranges().len() > 20 || end == char::MAX;
            let bytes = if wide { 3 } else { end.len_utf8() as u32 };
            let utf16 = if wide { 1 } else { end.len_utf16() as u32 };
            let plain = class.ranges().iter().all(|range| {
                range.end().is_ascii()
                    && (range.start()..=range.end()).all(|c| c.is_ascii_alphanumeric() || c == ' ')
            });
            Length {
                utf16,
                bytes,
                sms: if plain { 1 } else { utf16.max(2) },
                gsm: plain,
            }
        }
        Class::Bytes(_) => Length::letters(1, 1, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_end_or_do_not() {
        let long = |pattern: &str| {
            let length = longest(pattern);
            length.is_bounded().then_some((length.utf16, length.bytes))
        };
        assert_eq!(long("[0-9]{8}"), Some((8, 8)));
        assert_eq!(long("(ab|cde)?-[а-я]{2,3}"), Some((7, 10)));
        assert_eq!(long("[a-z]+"), None);
        assert_eq!(long("("), None);
        assert_eq!(long("a{1000}{1000}{1000}{10}"), None);
        assert_eq!(long(r"\p{L}{4}"), Some((4, 12)));
        assert_eq!(long("."), Some((1, 3)));
        assert_eq!(long("^$"), Some((0, 0)));
        assert_eq!(long("[😀]"), Some((2, 4)));
    }
}
