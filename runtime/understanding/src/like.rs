//! `like` examples: whole messages with typed holes, as in "where is order {order}".

use crate::fillers::is_filler;
use crate::matcher::{Hole, Listener};
use crate::normalise::{Normalised, normalise};
use crate::words::IntentWords;

/// An example, taken apart into words and holes.
#[derive(Debug, Clone)]
pub(crate) struct Like {
    pub(crate) intent: u32,
    parts: Vec<Part>,
    own_words: usize,
}

/// The example as a whole message.
pub(crate) struct LikeMatch {
    pub(crate) intent: u32,
    pub(crate) own_words: usize,
    pub(crate) holes: Vec<Hole>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Word(u32),
    Param(u32),
}

/// The most words that one hole takes.
const MAX_HOLE_WORDS: usize = 12;

/// The most comparisons and readings that one example may cost.
const MAX_STEPS: u32 = 400;

impl Like {
    /// Takes an example apart; `number` numbers its words. A hole that names no parameter is kept as
    /// words, so that the example is merely harder to meet.
    pub(crate) fn new(intent: &IntentWords, example: &str, mut number: impl FnMut(&str) -> u32) -> Like {
        let mut parts = Vec::new();
        let mut rest = example;
        while !rest.is_empty() {
            let hole = rest.find('{').and_then(|open| {
                let close = open + rest[open..].find('}')?;
                let name = rest[open + 1..close].trim();
                let param = intent.params.iter().position(|param| param == name)?;
                Some((open, close, param as u32))
            });
            let literal = hole.map_or(rest, |(open, _, _)| &rest[..open]);
            parts.extend(
                normalise(literal)
                    .spelled_words()
                    .map(|word| Part::Word(number(word))),
            );
            match hole {
                Some((_, close, param)) => {
                    parts.push(Part::Param(param));
                    rest = &rest[close + 1..];
                }
                None => break,
            }
        }
        let own_words = parts.iter().filter(|part| matches!(part, Part::Word(_))).count();
        Like {
            intent: intent.intent,
            parts,
            own_words,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// A word that a message must have to be this example: its longest would be best, its first does.
    pub(crate) fn key(&self) -> Option<u32> {
        self.parts.iter().find_map(|part| match part {
            Part::Word(word) => Some(*word),
            Part::Param(_) => None,
        })
    }

    /// The most words of a message that can be this example: its own, those of its holes, and some that
    /// say nothing around them.
    pub(crate) fn most_words(&self) -> usize {
        self.own_words + (self.parts.len() - self.own_words) * MAX_HOLE_WORDS + 16
    }

    /// Whether the whole message is this example, and what fills its holes.
    pub(crate) fn fits(
        &self,
        source: &str,
        message: &Normalised,
        numbers: &[u32],
        listener: &dyn Listener,
    ) -> Option<LikeMatch> {
        let words = message.words();
        if words.len() < self.parts.len() || words.len() > self.most_words() {
            return None;
        }
        let filler = |word: &&crate::Word| is_filler(message.spelled(word));
        let leading = words.iter().take_while(filler).count();
        let trailing = words.iter().rev().take_while(filler).count();
        let mut search = Search {
            parts: &self.parts,
            source,
            message,
            numbers,
            listener,
            intent: self.intent,
            steps: 0,
            holes: Vec::new(),
        };
        // First the message as it is, then without the words that say nothing around it.
        let mut tries = [
            (0, words.len()),
            (leading, words.len()),
            (0, words.len() - trailing),
            (0, 0),
        ];
        if leading + trailing < words.len() {
            tries[3] = (leading, words.len() - trailing);
        }
        for (place, (first, last)) in tries.into_iter().enumerate() {
            if first >= last || tries[..place].contains(&(first, last)) {
                continue;
            }
            search.holes.clear();
            if search.rest(0, first, last) {
                let holes = std::mem::take(&mut search.holes);
                return Some(LikeMatch {
                    intent: self.intent,
                    own_words: self.own_words,
                    holes,
                });
            }
        }
        None
    }
}

/// A search for a way to fill the holes, shortest fillings first.
struct Search<'a> {
    parts: &'a [Part],
    source: &'a str,
    message: &'a Normalised,
    numbers: &'a [u32],
    listener: &'a dyn Listener,
    intent: u32,
    steps: u32,
    holes: Vec<Hole>,
}

impl Search<'_> {
    /// Whether the parts from `part` on are the words from `word` up to `end`. The recursion is as deep
    /// as the example has holes.
    fn rest(&mut self, part: usize, word: usize, end: usize) -> bool {
        let (mut part, mut word) = (part, word);
        while let Some(Part::Word(wanted)) = self.parts.get(part) {
            if word >= end || self.numbers[word] != *wanted {
                return false;
            }
            part += 1;
            word += 1;
        }
        let Some(Part::Param(param)) = self.parts.get(part).copied() else {
            return word == end;
        };
        let last_part = part + 1 == self.parts.len();
        let longest = (end - word).min(MAX_HOLE_WORDS);
        let shortest = if last_part { end - word } else { 1 };
        for length in shortest.max(1)..=longest {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return false;
            }
            // The next word of the example is cheaper to look at than a reading.
            if let Some(Part::Word(next)) = self.parts.get(part + 1)
                && self.numbers.get(word + length) != Some(next)
            {
                continue;
            }
            let words = self.message.words();
            let range = words[word].from as usize..words[word + length - 1].to as usize;
            let range = widen(self.source, range);
            if !self
                .listener
                .reads_whole(self.intent, param, &self.source[range.clone()])
            {
                continue;
            }
            self.holes.push(Hole { param, range });
            if self.rest(part + 1, word + length, end) {
                return true;
            }
            self.holes.pop();
        }
        false
    }
}

/// Takes signs that touch a hole's words into it: `+40…`, `€20`, `20%`, `-5`.
fn widen(source: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let sign = |c: char| {
        !c.is_whitespace() && !c.is_alphanumeric() && !matches!(c, ',' | '.' | '?' | '!' | ';' | ':' | '"')
    };
    let start = source[..range.start]
        .char_indices()
        .rev()
        .take_while(|(_, c)| sign(*c))
        .last();
    let end = source[range.end..]
        .char_indices()
        .take_while(|(_, c)| sign(*c))
        .last();
    start.map_or(range.start, |(at, _)| at)..end.map_or(range.end, |(at, c)| range.end + at + c.len_utf8())
}
