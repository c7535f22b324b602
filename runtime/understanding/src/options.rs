//! Which of some options a message means: exactly, by number, or nearly.
//!
//! *Exact* is the label or one of the option's words, after normalising. *By number* is a message
//! that is only a number ("2", "the second", "номер 2"). If the number stands on the label of one
//! option ("10" for "10 pieces"), nearly that option is meant; otherwise it counts by position, unless
//! some label or word of the options is itself a bare number.
//! *Nearly* is looked for in stages, and the first stage that finds something decides; two options in
//! one stage are ambiguous:
//!
//! 1. small slips over the whole message: one from 4 letters, two from 8, none in digits;
//! 2. an option's label or words somewhere inside the message (the longer win over those they
//!    contain; words of fewer than four letters only beside words that say nothing: "yes please", "yes, of course", never "no idea");
//! 3. all telling words of the message are words of one option: "shipping" for "What does shipping
//!    cost?";
//! 4. the message begins a word of one option, from three letters: "ship".
//!
//! Stages 2 to 4 stand back before a negation ("I don't want a refund").

use smol_str::SmolStr;

use crate::fillers::{adds_nothing, announces_number, is_filler, is_negation, is_small, small_number};
use crate::normalise::{Normalised, normalised_text};
use crate::slips::slips;

/// What an option is called: its label and further words, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionWords {
    phrases: Vec<SmolStr>,
}

/// What a message means among some options. Numbers are places from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionMatch {
    /// The label or a word of this option, and of no other.
    Exact(usize),
    /// The number of this option.
    Number(usize),
    /// Nearly this option, and no other.
    Inexact(usize),
    /// Several options equally well.
    Ambiguous,
    /// None of them.
    None,
}

impl OptionWords {
    /// The words of an option: its label and others, as they are written in the flow.
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> OptionWords {
        let mut kept: Vec<SmolStr> = Vec::new();
        for phrase in phrases {
            let phrase = normalised_text(phrase);
            if !phrase.is_empty() && !kept.contains(&phrase) {
                kept.push(phrase);
            }
        }
        OptionWords { phrases: kept }
    }

    /// The normalised label and words.
    pub fn phrases(&self) -> &[SmolStr] {
        &self.phrases
    }

    /// Whether the message is the label or one of the words.
    #[inline]
    pub fn is(&self, message: &Normalised) -> bool {
        self.phrases
            .iter()
            .any(|phrase| phrase.as_str() == message.text())
    }
}

/// Only the exact match: the option whose label or words the message is, if it is of one alone.
#[inline]
pub fn exact_option(message: &Normalised, options: &[OptionWords]) -> Option<usize> {
    if message.is_empty() {
        return None;
    }
    let mut found = None;
    for (place, option) in options.iter().enumerate() {
        if option.is(message) {
            if found.is_some() {
                return None;
            }
            found = Some(place);
        }
    }
    found
}

/// Finds the option that a message means.
pub fn match_option(message: &Normalised, options: &[OptionWords]) -> OptionMatch {
    if message.is_empty() || options.is_empty() {
        return OptionMatch::None;
    }
    let mut exact = options
        .iter()
        .enumerate()
        .filter(|(_, option)| option.is(message));
    if let Some((place, _)) = exact.next() {
        return if exact.next().is_some() {
            OptionMatch::Ambiguous
        } else {
            OptionMatch::Exact(place)
        };
    }
    if let Some(number) = position(message) {
        return by_number(number, options);
    }
    by_slips(message, options)
        .or_else(|| {
            if message.words().len() > MAX_INEXACT_WORDS || negates(message, options) {
                return None;
            }
            by_phrase(message, options)
                .or_else(|| by_words(message, options))
                .or_else(|| by_prefix(message, options))
        })
        .unwrap_or(OptionMatch::None)
}

/// In longer messages a word of an option is more likely said by the way.
const MAX_INEXACT_WORDS: usize = 24;

/// The position that a message is, counted from 1: "2", "the second one", "varianta 3".
pub fn position(message: &Normalised) -> Option<usize> {
    if message.words().len() > 4 {
        return None;
    }
    let mut found = None;
    for word in message.spelled_words() {
        let number = match word.as_bytes()[0] {
            b'0'..=b'9' if word.len() <= 3 => word.parse().ok(),
            _ => None,
        };
        match number.or_else(|| small_number(word)) {
            // "the second one" is the second.
            Some(1) if found.is_some() && word == "one" => {}
            Some(number) if found.is_none() && number > 0 => found = Some(number),
            Some(_) => return None,
            None if announces_number(word) || is_filler(word) => {}
            None => return None,
        }
    }
    found
}

/// The option that a bare number means: the one on whose label it stands, or else the one at that
/// position, unless labels are numbers themselves.
fn by_number(number: usize, options: &[OptionWords]) -> OptionMatch {
    let mut digits = [0u8; 3];
    let written = write_number(number, &mut digits);
    let named = best(options, |option| {
        option
            .phrases
            .iter()
            .any(|phrase| holds_word(phrase, written))
            .then_some(0)
    });
    if let Some(named) = named {
        return named;
    }
    let numbered = options
        .iter()
        .flat_map(|option| &option.phrases)
        .any(|phrase| bare_number(phrase));
    if numbered || number > options.len() {
        OptionMatch::None
    } else {
        OptionMatch::Number(number - 1)
    }
}

/// The digits of a number below 1000.
fn write_number(number: usize, digits: &mut [u8; 3]) -> &str {
    let mut rest = number;
    let mut at = 3;
    while at > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    std::str::from_utf8(&digits[at..]).unwrap_or("")
}

fn bare_number(phrase: &str) -> bool {
    phrase.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the message holds a negation that is not part of what an option is called.
fn negates(message: &Normalised, options: &[OptionWords]) -> bool {
    message.spelled_words().any(|word| {
        is_negation(word)
            && !options
                .iter()
                .flat_map(|option| &option.phrases)
                .any(|phrase| holds_word(phrase, word))
    })
}

fn holds_word(phrase: &str, word: &str) -> bool {
    phrase.split(' ').any(|other| other == word)
}

/// Keeps the best of what the options score; two with the best score are ambiguous.
fn best(options: &[OptionWords], score: impl Fn(&OptionWords) -> Option<usize>) -> Option<OptionMatch> {
    let mut best: Option<(usize, usize)> = None;
    let mut tied = false;
    for (place, option) in options.iter().enumerate() {
        let Some(score) = score(option) else { continue };
        match best {
            Some((_, other)) if score < other => {}
            Some((_, other)) if score == other => tied = true,
            _ => {
                best = Some((place, score));
                tied = false;
            }
        }
    }
    best.map(|(place, _)| {
        if tied {
            OptionMatch::Ambiguous
        } else {
            OptionMatch::Inexact(place)
        }
    })
}

fn by_slips(message: &Normalised, options: &[OptionWords]) -> Option<OptionMatch> {
    best(options, |option| {
        option
            .phrases
            .iter()
            .filter_map(|phrase| slips(message.text(), phrase))
            .min()
            .map(|slips| 8 - slips)
    })
}

fn by_phrase(message: &Normalised, options: &[OptionWords]) -> Option<OptionMatch> {
    match find_inside(message, options, |phrase, at| is_trusted(message, phrase, at)) {
        Inside::One { place, .. } => Some(OptionMatch::Inexact(place)),
        Inside::Several => Some(OptionMatch::Ambiguous),
        Inside::None => None,
    }
}

/// What options stand inside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// One: its place among the options, and where its words stand in the normalised text.
    One {
        /// The place of the option.
        place: usize,
        /// The bytes of the normalised text.
        range: std::ops::Range<usize>,
    },
    /// Several, of which none covers the others.
    Several,
    /// None.
    None,
}

/// Finds the option whose label or words stand inside the message as whole words. Where one option's
/// words are part of another's ("large" in "extra large"), the longer ones count; options that stand
/// beside each other are several. `trusted` says of a phrase and its place whether it counts.
pub fn find_inside(
    message: &Normalised,
    options: &[OptionWords],
    trusted: impl Fn(&str, usize) -> bool,
) -> Inside {
    let mut hits: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for (place, option) in options.iter().enumerate() {
        for phrase in &option.phrases {
            if let Some(at) = find_words(message.text(), phrase).filter(|at| trusted(phrase, *at)) {
                hits.push((place, at..at + phrase.len()));
            }
        }
    }
    // The first of the longest; a tie with another option shows below, as none covers the other.
    let Some((place, range)) = hits.iter().rev().max_by_key(|(_, range)| range.len()).cloned() else {
        return Inside::None;
    };
    let covered = |other: &std::ops::Range<usize>| {
        range.start <= other.start && other.end <= range.end && other.len() < range.len()
    };
    if hits
        .iter()
        .any(|(other, there)| *other != place && !covered(there))
    {
        return Inside::Several;
    }
    Inside::One { place, range }
}

/// Whether the phrase that stands in the message at `at` can be meant.
fn is_trusted(message: &Normalised, phrase: &str, at: usize) -> bool {
    if phrase.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
        return true;
    }
    let rest = [&message.text()[..at], &message.text()[at + phrase.len()..]];
    rest.iter().all(|part| adds_nothing(part))
}

/// Where a phrase stands as whole words in a normalised text.
pub fn find_words(text: &str, phrase: &str) -> Option<usize> {
    if phrase.is_empty() {
        return None;
    }
    let mut from = 0;
    while let Some(found) = text[from..].find(phrase) {
        let at = from + found;
        let end = at + phrase.len();
        let begins = at == 0 || text.as_bytes()[at - 1] == b' ';
        let ends = end == text.len() || text.as_bytes()[end] == b' ';
        if begins && ends {
            return Some(at);
        }
        // On to the next word: nothing between can begin one.
        from = at + text[at..].find(' ')? + 1;
    }
    None
}

fn by_words(message: &Normalised, options: &[OptionWords]) -> Option<OptionMatch> {
    let telling = || message.spelled_words().filter(|word| !is_small(word));
    if !telling().any(|word| word.chars().count() >= 4) {
        return None;
    }
    best(options, |option| {
        option
            .phrases
            .iter()
            .any(|phrase| telling().all(|word| holds_word(phrase, word)))
            .then_some(0)
    })
}

fn by_prefix(message: &Normalised, options: &[OptionWords]) -> Option<OptionMatch> {
    let text = message.text();
    if text.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return None;
    }
    best(options, |option| {
        let begins = |phrase: &SmolStr| {
            phrase.starts_with(text)
                || (!text.contains(' ') && phrase.split(' ').any(|word| word.starts_with(text)))
        };
        option.phrases.iter().any(begins).then_some(0)
    })
}
