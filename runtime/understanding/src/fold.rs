//! Folding of single characters: compatibility forms, case and diacritics.

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

/// What a character does to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It belongs to a word.
    Letter,
    /// It stands between letters of one word and says nothing: `don't`.
    Apostrophe,
    /// It is invisible: joiners, selectors, marks of direction.
    Nothing,
    /// It is a picture or sign that can stand for a whole message: an emoji.
    Sign,
    /// It ends a word.
    Break,
}

/// The role of a character as it was written.
#[inline]
pub(crate) fn role(c: char) -> Role {
    match c {
        // The letters of Cyrillic and of Latin with diacritics, without a look into tables.
        '\u{0400}'..='\u{0481}' | '\u{048A}'..='\u{052F}' => Role::Letter,
        '\u{00C0}'..='\u{00D6}' | '\u{00D8}'..='\u{00F6}' | '\u{00F8}'..='\u{024F}' => Role::Letter,
        c => rare_role(c),
    }
}

fn rare_role(c: char) -> Role {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Role::Letter,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02B9}' | '`' | '\u{00B4}' | '\u{2032}'
        | '\u{FF07}' => Role::Apostrophe,
        '\u{00AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{E0020}'..='\u{E007F}'
        | '\u{20E3}' => Role::Nothing,
        // Signs that would fold to letters and change the word beside them.
        '\u{2116}' | '\u{2122}' | '\u{2120}' | '\u{00AA}' | '\u{00BA}' => Role::Break,
        c if c.is_ascii() => Role::Break,
        c if c.is_alphanumeric() || is_combining_mark(c) => Role::Letter,
        '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{27BF}'
        | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1FAFF}' => Role::Sign,
        _ => Role::Break,
    }
}

/// Whether a mark is a diacritic that people leave out: those of Latin, Greek and Cyrillic, and the
/// vowel points of Hebrew and Arabic. The vowel signs of other scripts are letters in all but name.
fn is_diacritic(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0487}' | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}')
}

/// Appends the folded form of a letter of a word. `word` is where the word begins in `text`.
pub(crate) fn push_folded(text: &mut String, word: usize, c: char) {
    if c.is_ascii() {
        text.push(c.to_ascii_lowercase());
        return;
    }
    // The commonest letters beyond ASCII have their own short way.
    match c {
        'а'..='я' => return text.push(c),
        'А'..='Я' => {
            // The capitals lie 32 below their small letters.
            return text.push(char::from_u32(c as u32 + 32).unwrap_or(c));
        }
        'ё' | 'Ё' => return text.push('е'),
        'ă' | 'â' | 'Ă' | 'Â' => return text.push('a'),
        'î' | 'Î' => return text.push('i'),
        'ș' | 'ş' | 'Ș' | 'Ş' => return text.push('s'),
        'ț' | 'ţ' | 'Ț' | 'Ţ' => return text.push('t'),
        _ => {}
    }
    decompose_compatible(c, |part| {
        for lower in part.to_lowercase() {
            // A small letter may itself have parts.
            decompose_compatible(lower, |part| push_part(text, word, part));
        }
    });
}

/// Appends one part of a decomposed letter.
fn push_part(text: &mut String, word: usize, part: char) {
    let replacement = match part {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'þ' => "th",
        'ς' => "σ",
        _ => "",
    };
    if !replacement.is_empty() {
        text.push_str(replacement);
        return;
    }
    let last = text[word..].chars().next_back();
    if is_diacritic(part) {
        // Three Cyrillic letters are letters of their own although Unicode takes them apart.
        let kept = match (last, part) {
            (Some('и'), '\u{0306}') => 'й',
            (Some('у'), '\u{0306}') => 'ў',
            (Some('і'), '\u{0308}') => 'ї',
            _ => return,
        };
        text.pop();
        text.push(kept);
        return;
    }
    if let Some(digit) = ascii_digit(part) {
        text.push(digit);
        return;
    }
    // Parts that would not be letters of a word if they stood there are none now.
    if role(part) != Role::Letter {
        return;
    }
    // Hangul and kana are put together again.
    if let Some(last) = last
        && let Some(whole) = compose(last, part)
    {
        text.pop();
        text.push(whole);
        return;
    }
    text.push(part);
}

/// The ASCII digit for a decimal digit of the commonest other scripts.
fn ascii_digit(c: char) -> Option<char> {
    let zero = match c {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0966}'..='\u{096F}' => 0x0966,
        '\u{09E6}'..='\u{09EF}' => 0x09E6,
        _ => return None,
    };
    char::from_digit(c as u32 - zero, 10)
}
