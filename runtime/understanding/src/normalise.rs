//! Making what people write comparable: one case, no diacritics, no punctuation, single spaces.
//!
//! - Unicode compatibility forms are folded (NFKC), then case, then diacritics: `Mâine!` is `maine`,
//!   `ЁЛКА` is `елка`, `ﬁne` is `fine`. The letters й, ў and ї stay, they are no decorated и, у, і.
//! - Punctuation and signs become spaces; an apostrophe inside a word vanishes: `don't` is `dont`.
//! - Emoji are left out beside words, so that `🍕 Pizza` is `pizza`; a message without any word keeps
//!   each of them as a word, so that `👍` can be matched.
//! - At most [`MAX_BYTES`] bytes are looked at, and at most [`MAX_WORDS`] words are kept; what comes
//!   after is not matched against anything, and [`Normalised::cut`] says so. Time is linear.

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::fold::{Role, push_folded, role};

/// The most words of a message that are matched.
pub const MAX_WORDS: usize = 4096;

/// The most bytes of a message that are looked at.
pub const MAX_BYTES: usize = 1 << 20;

/// A normalised message: words in one spelling, separated by single spaces, each with its place in
/// the original. A message of a few words, as most are, costs no allocation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalised {
    text: SmolStr,
    words: SmallVec<[Word; 6]>,
    cut: bool,
}

/// One word: where it stands in the normalised text and where in the original, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Where it begins in the normalised text.
    pub start: u32,
    /// Where it ends in the normalised text.
    pub end: u32,
    /// Where it begins in the original.
    pub from: u32,
    /// Where it ends in the original.
    pub to: u32,
}

/// Normalises a message.
pub fn normalise(source: &str) -> Normalised {
    let heard = &source[..floor_boundary(source, MAX_BYTES)];
    let mut normalised = if heard.is_ascii() {
        of_ascii(heard.as_bytes())
    } else {
        Folder::default().fold(heard)
    };
    normalised.cut |= heard.len() < source.len();
    normalised
}

/// Only the normalised text, for words and labels of a bot.
pub fn normalised_text(source: &str) -> SmolStr {
    normalise(source).text
}

/// One word folded as [`normalise`] folds it, for readers that find their words themselves. What is
/// not part of a word is dropped.
pub fn fold_word(word: &str) -> SmolStr {
    // Most words are short and in small letters already.
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return SmolStr::new(word);
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.chars() {
        if role(c) == Role::Letter {
            push_folded(&mut folded, 0, c);
        }
    }
    SmolStr::from(folded)
}

impl Normalised {
    /// The words separated by single spaces.
    #[inline]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words in order, at most [`MAX_WORDS`].
    #[inline]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The word at a place.
    #[inline]
    pub fn word(&self, place: usize) -> Option<&str> {
        self.words.get(place).map(|word| self.spelled(word))
    }

    /// How a word of this message is spelled.
    #[inline]
    pub fn spelled(&self, word: &Word) -> &str {
        &self.text[word.start as usize..word.end as usize]
    }

    /// The words as texts.
    pub fn spelled_words(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words.iter().map(|word| self.spelled(word))
    }

    /// Whether there is nothing to match.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the message went on beyond what is matched.
    #[inline]
    pub fn cut(&self) -> bool {
        self.cut
    }
}

/// A message being normalised, whatever characters it is made of.
#[derive(Default)]
struct Folder {
    text: String,
    words: SmallVec<[Word; 6]>,
    cut: bool,
}

impl Folder {
    fn fold(mut self, source: &str) -> Normalised {
        self.go_through(source);
        Normalised {
            text: SmolStr::from(self.text),
            words: self.words,
            cut: self.cut,
        }
    }

    fn go_through(&mut self, source: &str) {
        self.text.reserve(source.len().min(4 * MAX_WORDS));
        let bytes = source.as_bytes();
        let mut open: Option<Open> = None;
        let mut signs = false;
        let mut place = 0;
        while place < bytes.len() {
            let byte = bytes[place];
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() {
                    let word = match &mut open {
                        Some(word) => word,
                        None => match self.begin(place) {
                            Some(word) => open.insert(word),
                            None => return,
                        },
                    };
                    // A run of letters is taken at once.
                    let run = bytes[place..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric())
                        .count();
                    let start = self.text.len();
                    self.text.push_str(&source[place..place + run]);
                    self.text[start..].make_ascii_lowercase();
                    place += run;
                    word.to = place;
                } else {
                    // An apostrophe leaves the word open if a letter follows at once.
                    let joins = matches!(byte, b'\'' | b'`')
                        && open.is_some()
                        && source[place + 1..]
                            .chars()
                            .next()
                            .is_some_and(|next| role(next) == Role::Letter);
                    if !joins {
                        self.end(&mut open);
                    }
                    place += 1;
                }
                continue;
            }
            let Some(c) = source[place..].chars().next() else {
                break;
            };
            let after = place + c.len_utf8();
            match role(c) {
                Role::Letter => {
                    let word = match &mut open {
                        Some(word) => word,
                        None => match self.begin(place) {
                            Some(word) => open.insert(word),
                            None => return,
                        },
                    };
                    push_folded(&mut self.text, word.start, c);
                    word.to = after;
                }
                Role::Apostrophe => {
                    let joins = open.is_some()
                        && source[after..]
                            .chars()
                            .next()
                            .is_some_and(|next| role(next) == Role::Letter);
                    if !joins {
                        self.end(&mut open);
                    }
                }
                Role::Nothing => {}
                Role::Sign => {
                    signs = true;
                    self.end(&mut open);
                }
                Role::Break => self.end(&mut open),
            }
            place = after;
        }
        self.end(&mut open);
        if self.words.is_empty() && signs {
            self.keep_signs(source);
        }
    }

    /// Opens a word, unless there are too many already.
    #[inline]
    fn begin(&mut self, from: usize) -> Option<Open> {
        if self.words.len() == MAX_WORDS {
            self.cut = true;
            return None;
        }
        if !self.words.is_empty() {
            self.text.push(' ');
        }
        Some(Open {
            start: self.text.len(),
            from,
            to: from,
        })
    }

    /// Closes the open word. A word that folded to nothing (a lone mark) leaves no trace.
    #[inline]
    fn end(&mut self, open: &mut Option<Open>) {
        let Some(word) = open.take() else { return };
        if self.text.len() == word.start {
            self.text.truncate(word.start.saturating_sub(1));
            return;
        }
        self.words.push(Word {
            start: word.start as u32,
            end: self.text.len() as u32,
            from: word.from as u32,
            to: word.to as u32,
        });
    }

    /// Keeps each emoji of a message without words as a word.
    fn keep_signs(&mut self, source: &str) {
        for (place, c) in source.char_indices() {
            if role(c) != Role::Sign {
                continue;
            }
            let Some(open) = self.begin(place) else { return };
            self.text.push(c);
            self.end(&mut Some(Open {
                to: place + c.len_utf8(),
                ..open
            }));
        }
    }
}

/// Normalises a message of ASCII alone, the commonest kind, byte by byte.
fn of_ascii(bytes: &[u8]) -> Normalised {
    // The normalised text is never longer than the message.
    if bytes.len() <= SHORT {
        let mut buffer = [0; SHORT];
        return fold_ascii(bytes, &mut buffer);
    }
    fold_ascii(bytes, &mut vec![0; bytes.len()])
}

/// Messages up to this length are folded without an allocation.
const SHORT: usize = 64;

fn fold_ascii(bytes: &[u8], text: &mut [u8]) -> Normalised {
    let mut normalised = Normalised::default();
    let folded = |place: usize| bytes.get(place).map_or(0, |byte| ASCII_FOLD[usize::from(*byte)]);
    let mut place = 0;
    let mut end = 0;
    while place < bytes.len() {
        let mut letter = folded(place);
        if letter == 0 {
            place += 1;
            continue;
        }
        if normalised.words.len() == MAX_WORDS {
            normalised.cut = true;
            break;
        }
        if end > 0 {
            text[end] = b' ';
            end += 1;
        }
        let (start, from) = (end as u32, place as u32);
        while letter != 0 {
            text[end] = letter;
            end += 1;
            place += 1;
            letter = folded(place);
            // An apostrophe leaves the word open if a letter follows at once.
            if letter == 0 && matches!(bytes.get(place), Some(b'\'' | b'`')) && folded(place + 1) != 0 {
                place += 1;
                letter = folded(place);
            }
        }
        normalised.words.push(Word {
            start,
            end: end as u32,
            from,
            to: place as u32,
        });
    }
    // Folded ASCII is ASCII, so it is always text.
    normalised.text = std::str::from_utf8(&text[..end])
        .map(SmolStr::new)
        .unwrap_or_default();
    normalised
}

/// The small letter or digit that each byte of ASCII is in a word; 0 for all others.
const ASCII_FOLD: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// A word that is being read.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    from: usize,
    to: usize,
}

/// The largest character boundary at or below `limit`.
fn floor_boundary(source: &str, limit: usize) -> usize {
    if source.len() <= limit {
        return source.len();
    }
    let mut boundary = limit;
    while !source.is_char_boundary(boundary) {
        boundary -= 1;
    }
    boundary
}
