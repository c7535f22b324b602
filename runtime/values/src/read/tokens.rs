//! A message taken apart into words, runs of digits and signs, with their places.

use std::ops::Range;

use botflow_understanding::fillers::is_filler;
use botflow_understanding::normalise::fold_word;
use smol_str::SmolStr;

/// The most words, numbers and signs of a message that are read.
pub const MAX_TOKENS: usize = 512;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters.
    Word,
    /// Decimal digits.
    Digits,
    /// One sign.
    Sign(char),
}

/// A word, a run of digits, or a sign.
#[derive(Debug, Clone)]
struct Token {
    kind: TokenKind,
    /// The folded word, or the digits in ASCII; empty for signs.
    text: SmolStr,
    from: usize,
    to: usize,
    /// Whether white space stands before it.
    spaced: bool,
}

/// The tokens of a message.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    cut: bool,
}

impl<'a> Tokens<'a> {
    /// Takes a message apart, up to so many tokens.
    pub(crate) fn new(source: &'a str, limit: usize) -> Tokens<'a> {
        let mut tokens = Tokens {
            source,
            tokens: Vec::with_capacity(8),
            cut: false,
        };
        let mut spaced = true;
        let mut chars = source.char_indices().peekable();
        while let Some((from, c)) = chars.next() {
            if c.is_whitespace() {
                spaced = true;
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            if tokens.tokens.len() == limit {
                tokens.cut = true;
                break;
            }
            let mut to = from + c.len_utf8();
            let kind = if digit(c).is_some() {
                while let Some((at, c)) = chars.next_if(|(_, c)| digit(*c).is_some()) {
                    to = at + c.len_utf8();
                }
                TokenKind::Digits
            } else if is_letter(c) {
                loop {
                    if let Some((at, c)) = chars.next_if(|(_, c)| is_letter(*c) || is_invisible(*c)) {
                        to = at + c.len_utf8();
                        continue;
                    }
                    // An apostrophe between letters belongs to the word.
                    let mut ahead = chars.clone();
                    let joins = ahead.next().is_some_and(|(_, c)| is_apostrophe(c))
                        && ahead.next().is_some_and(|(_, c)| is_letter(c));
                    if !joins {
                        break;
                    }
                    chars.next();
                }
                TokenKind::Word
            } else {
                TokenKind::Sign(c)
            };
            let written = &source[from..to];
            let text = match kind {
                TokenKind::Word => fold_word(written),
                TokenKind::Digits if written.is_ascii() => SmolStr::new(written),
                TokenKind::Digits => written
                    .chars()
                    .filter_map(digit)
                    .filter_map(|d| char::from_digit(d, 10))
                    .collect(),
                TokenKind::Sign(_) => SmolStr::default(),
            };
            tokens.tokens.push(Token {
                kind,
                text,
                from,
                to,
                spaced,
            });
            spaced = false;
        }
        tokens
    }

    /// How many there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the message went on beyond them.
    pub(crate) fn cut(&self) -> bool {
        self.cut
    }

    /// The folded word at a place; empty where there is none.
    #[inline]
    pub(crate) fn word(&self, place: usize) -> &str {
        match self.tokens.get(place) {
            Some(token) if token.kind == TokenKind::Word => &token.text,
            _ => "",
        }
    }

    /// The token as it was written; empty where there is none.
    pub(crate) fn written(&self, place: usize) -> &str {
        self.tokens
            .get(place)
            .map_or("", |token| &self.source[token.from..token.to])
    }

    /// The digits at a place; empty where there are none.
    #[inline]
    pub(crate) fn digits(&self, place: usize) -> &str {
        match self.tokens.get(place) {
            Some(token) if token.kind == TokenKind::Digits => &token.text,
            _ => "",
        }
    }

    /// The sign at a place.
    #[inline]
    pub(crate) fn sign(&self, place: usize) -> Option<char> {
        match self.tokens.get(place)?.kind {
            TokenKind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    /// The number that the digits at a place are, if it is below 10,000.
    pub(crate) fn small(&self, place: usize) -> Option<u32> {
        let digits = self.digits(place);
        if digits.is_empty() || digits.len() > 4 {
            None
        } else {
            digits.parse().ok()
        }
    }

    /// What kind of token stands at a place.
    pub(crate) fn kind(&self, place: usize) -> Option<TokenKind> {
        self.tokens.get(place).map(|token| token.kind)
    }

    /// Whether the token follows the one before it without a space.
    #[inline]
    pub(crate) fn attached(&self, place: usize) -> bool {
        place > 0 && self.tokens.get(place).is_some_and(|token| !token.spaced)
    }

    /// Whether the white space before the token is one that does not break lines, as people and
    /// programs put it into long numbers.
    pub(crate) fn tightly_spaced(&self, place: usize) -> bool {
        if place == 0 {
            return false;
        }
        let (Some(before), Some(token)) = (self.tokens.get(place - 1), self.tokens.get(place)) else {
            return false;
        };
        let gap = &self.source[before.to..token.from];
        !gap.is_empty()
            && gap
                .chars()
                .all(|c| matches!(c, '\u{A0}' | '\u{202F}' | '\u{2009}'))
    }

    /// Whether the token is punctuation or a word that adds nothing to an answer.
    pub(crate) fn says_nothing(&self, place: usize) -> bool {
        match self.tokens.get(place) {
            Some(Token {
                kind: TokenKind::Sign(sign),
                ..
            }) => !carries_meaning(*sign),
            Some(Token {
                kind: TokenKind::Word,
                text,
                ..
            }) => is_filler(text),
            _ => false,
        }
    }

    /// Where the tokens from `start` to before `end` stand in the message.
    pub(crate) fn range(&self, start: usize, end: usize) -> Range<usize> {
        let last = end.min(self.tokens.len()).saturating_sub(1).max(start);
        match (self.tokens.get(start), self.tokens.get(last)) {
            (Some(first), Some(last)) => first.from..last.to,
            _ => 0..0,
        }
    }
}

/// Signs that change what stands beside them.
fn carries_meaning(sign: char) -> bool {
    matches!(
        sign,
        '%' | '+'
            | '-'
            | '\u{2212}'
            | '/'
            | '@'
            | '#'
            | '*'
            | '='
            | '<'
            | '>'
            | '_'
            | '&'
            | '^'
            | '~'
            | '$'
            | '\\'
            | '|'
    ) || super::lexicon::currency_of_sign(sign).is_some()
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\u{0300}'..='\u{036F}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '`')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

/// The value of a decimal digit in ASCII, full width, Arabic, Persian or Devanagari.
fn digit(c: char) -> Option<u32> {
    if let Some(digit) = c.to_digit(10) {
        return Some(digit);
    }
    let zero = match c {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0966}'..='\u{096F}' => 0x0966,
        '\u{FF10}'..='\u{FF19}' => 0xFF10,
        _ => return None,
    };
    Some(c as u32 - zero)
}
