//! The matcher by words and examples.
//!
//! - A `words` phrase counts where it stands in the message as whole words. The phrase of the most
//!   words wins, then the one of the most letters; its intent is certain. Two intents with equally
//!   long phrases are both probable. Other intents whose phrases stand apart from the winning one are
//!   probable; phrases inside the winning phrase do not count.
//! - A `like` example counts if it is the whole message, its holes filled by what can be read there;
//!   its intent is certain and comes before all `words`. Among several examples the one with the most
//!   words of its own wins; two intents with equally many are both probable. Words that say nothing
//!   ("please", "hi") may stand before and behind.
//! - Parameters that no hole filled are looked for anywhere in the message.
//!
//! All phrases are one trie over numbered words, so that a message costs one look-up per word that no
//! phrase knows, however many intents there are; and where many intents are heard by the same word, only those
//! that are listened to are looked at.

use std::cell::OnceCell;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::like::{Like, LikeMatch};
use crate::matcher::{Certainty, Hole, Listener, Match, Matcher};
use crate::normalise::{Normalised, normalise};
use crate::table::WordTable;

/// What an intent is heard by, as it is written in the flow, in all languages that are to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IntentWords {
    /// The number of the intent in the bot.
    pub intent: u32,
    /// Its `words`.
    pub words: Vec<SmolStr>,
    /// Its `like` examples; a hole is the name of a parameter in braces.
    pub likes: Vec<SmolStr>,
    /// The names of its parameters, in order.
    pub params: Vec<SmolStr>,
}

/// Finds intents by their words and examples.
#[derive(Debug, Clone, Default)]
pub struct WordMatcher {
    /// Every word of every phrase and example, numbered in order of appearance.
    vocabulary: WordTable<SmolStr, u32>,
    /// From a node of the trie by a word to the next node; node 0 is the root.
    edges: IndexMap<(u32, u32), u32, FxBuildHasher>,
    /// For each word whether a phrase begins with it.
    begins: Vec<u32>,
    /// For each node the intents with a phrase that ends there, in ascending order.
    ends: Vec<Vec<u32>>,
    /// The examples.
    likes: Vec<Like>,
    /// For each word the examples that are tried when it is in the message, in order of their intents.
    likes_by_word: Vec<Vec<u32>>,
    /// The most words that a message can have and still be one of the examples.
    longest_like: usize,
    /// The examples of holes alone, which are always tried; in order of their intents.
    bare_likes: Vec<u32>,
    /// For each intent by place the number and how many parameters it has.
    params: IndexMap<u32, u32, FxBuildHasher>,
}

/// A word of a message that stands in no phrase.
const STRANGE: u32 = u32::MAX;

/// So many phrases found are enough; only messages made for it have more.
const MAX_HITS: usize = 128;

/// Where more intents than these are in question, those that are listened to are gone through instead.
const FEW: usize = 16;

/// No edge.
const NOWHERE: u32 = 0;

impl WordMatcher {
    /// Builds the matcher of a bot's intents.
    pub fn new<'a>(intents: impl IntoIterator<Item = &'a IntentWords>) -> WordMatcher {
        let mut matcher = WordMatcher {
            ends: vec![Vec::new()],
            ..WordMatcher::default()
        };
        for intent in intents {
            matcher.params.insert(intent.intent, intent.params.len() as u32);
            for phrase in &intent.words {
                matcher.add_phrase(intent.intent, phrase);
            }
            for example in &intent.likes {
                matcher.add_like(intent, example);
            }
        }
        matcher
            .ends
            .iter_mut()
            .for_each(|intents| intents.sort_unstable());
        let likes = &matcher.likes;
        let by_word = matcher.likes_by_word.iter_mut();
        for places in by_word.chain([&mut matcher.bare_likes]) {
            places.sort_by_key(|place| likes[*place as usize].intent);
        }
        matcher
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.vocabulary.get(word) {
            return *number;
        }
        let number = self.vocabulary.len() as u32;
        self.vocabulary.entry(SmolStr::new(word), || number);
        self.begins.push(NOWHERE);
        self.likes_by_word.push(Vec::new());
        number
    }

    fn add_phrase(&mut self, intent: u32, phrase: &str) {
        let phrase = normalise(phrase);
        let mut node = 0;
        for word in phrase.spelled_words() {
            let number = self.number(word);
            let next = self.ends.len() as u32;
            let reached = *self.edges.entry((node, number)).or_insert(next);
            if reached == next {
                self.ends.push(Vec::new());
            }
            if node == 0 {
                self.begins[number as usize] = reached;
            }
            node = reached;
        }
        if node != 0 && !self.ends[node as usize].contains(&intent) {
            self.ends[node as usize].push(intent);
        }
    }

    fn add_like(&mut self, intent: &IntentWords, example: &str) {
        let like = Like::new(intent, example, |word| self.number(word));
        let place = self.likes.len() as u32;
        match like.key() {
            Some(word) => self.likes_by_word[word as usize].push(place),
            None if like.is_empty() => return,
            None => self.bare_likes.push(place),
        }
        self.longest_like = self.longest_like.max(like.most_words());
        self.likes.push(like);
    }

    /// The examples that are the whole message; the best ones, of different intents.
    fn by_likes(
        &self,
        source: &str,
        message: &Normalised,
        numbers: &[u32],
        listening: &Listening<'_>,
    ) -> Vec<LikeMatch> {
        let mut found: Vec<LikeMatch> = Vec::new();
        if self.likes.is_empty() || numbers.len() > self.longest_like {
            return found;
        }
        // An example is reached by one word only, and each word of the message is looked at once.
        let keyed = numbers
            .iter()
            .enumerate()
            .filter(|(at, number)| **number != STRANGE && !numbers[..*at].contains(number))
            .map(|(_, number)| &self.likes_by_word[*number as usize]);
        for places in keyed.chain([&self.bare_likes]) {
            let intent = |place: u32| self.likes[place as usize].intent;
            listening.each(places, intent, |place| {
                let like = &self.likes[place as usize];
                let Some(hit) = like.fits(source, message, numbers, listening.listener) else {
                    return;
                };
                match found.first().map(|best| best.own_words.cmp(&hit.own_words)) {
                    Some(std::cmp::Ordering::Greater) => {}
                    Some(std::cmp::Ordering::Equal) => {
                        if found.iter().all(|other| other.intent != hit.intent) {
                            found.push(hit);
                        }
                    }
                    _ => found = vec![hit],
                }
            });
        }
        found.sort_by_key(|hit| hit.intent);
        found
    }

    /// The phrases that stand in the message.
    fn by_phrases(&self, message: &Normalised, numbers: &[u32], listening: &Listening<'_>) -> Vec<PhraseHit> {
        let mut hits = Vec::new();
        for (first, number) in numbers.iter().enumerate() {
            if *number == STRANGE {
                continue;
            }
            if hits.len() >= MAX_HITS {
                break;
            }
            let mut node = self.begins[*number as usize];
            let mut last = first;
            while node != NOWHERE {
                let letters = message.words()[last].end - message.words()[first].start;
                let intents = &self.ends[node as usize];
                listening.each(
                    intents,
                    |intent| intent,
                    |intent| {
                        hits.push(PhraseHit {
                            intent,
                            first,
                            last,
                            letters,
                        });
                    },
                );
                last += 1;
                node = match numbers.get(last) {
                    Some(next) if *next != STRANGE => *self.edges.get(&(node, *next)).unwrap_or(&NOWHERE),
                    _ => NOWHERE,
                };
            }
        }
        hits
    }

    /// Looks for the parameters that are not filled yet anywhere in the message.
    fn fill(&self, found: &mut Match, source: &str, listener: &dyn Listener) {
        let count = self.params.get(&found.intent).copied().unwrap_or(0);
        for param in 0..count {
            if found.holes.iter().any(|hole| hole.param == param) {
                continue;
            }
            // What one parameter took is not given to another: the search goes on behind it.
            let mut from = 0;
            while from < source.len() {
                let Some(range) = listener.reads_inside(found.intent, param, &source[from..]) else {
                    break;
                };
                let range = from + range.start..(from + range.end).min(source.len());
                if range.is_empty() || !source.is_char_boundary(range.end) {
                    break;
                }
                let taken = found
                    .holes
                    .iter()
                    .any(|hole| hole.range.start < range.end && range.start < hole.range.end);
                if !taken {
                    found.holes.push(Hole { param, range });
                    break;
                }
                from = range.end;
            }
        }
        found.holes.sort_by_key(|hole| hole.param);
    }
}

/// What is listened to, collected when that is cheaper than asking for each intent.
struct Listening<'a> {
    listener: &'a dyn Listener,
    all: OnceCell<Option<Vec<u32>>>,
}

impl<'a> Listening<'a> {
    fn new(listener: &'a dyn Listener) -> Listening<'a> {
        Listening {
            listener,
            all: OnceCell::new(),
        }
    }

    /// Goes through those whose intent is listened to, of some that are in order of their intents.
    fn each(&self, among: &[u32], intent: impl Fn(u32) -> u32, mut take: impl FnMut(u32)) {
        let all = match among.len() {
            0..=FEW => None,
            _ => self.all.get_or_init(|| self.listener.listening()).as_deref(),
        };
        let Some(all) = all else {
            let listened = |one: &&u32| self.listener.listens(intent(**one));
            return among.iter().filter(listened).for_each(|one| take(*one));
        };
        let mut rest = among;
        for wanted in all {
            rest = &rest[rest.partition_point(|one| intent(*one) < *wanted)..];
            while let [one, behind @ ..] = rest
                && intent(*one) == *wanted
            {
                take(*one);
                rest = behind;
            }
        }
    }
}

/// A phrase found in a message: from its first to its last word.
struct PhraseHit {
    intent: u32,
    first: usize,
    last: usize,
    letters: u32,
}

impl PhraseHit {
    fn length(&self) -> (usize, u32) {
        (self.last - self.first + 1, self.letters)
    }
}

impl Matcher for WordMatcher {
    fn intents(&self, source: &str, message: &Normalised, listener: &dyn Listener) -> Vec<Match> {
        // Most messages are short; their words are numbered without allocating.
        let mut few = [STRANGE; 32];
        let mut many = Vec::new();
        let count = message.words().len();
        let numbers: &mut [u32] = if count <= few.len() {
            &mut few[..count]
        } else {
            many.resize(count, STRANGE);
            &mut many
        };
        let mut known = false;
        for (number, word) in numbers.iter_mut().zip(message.spelled_words()) {
            if let Some(found) = self.vocabulary.get(word) {
                *number = *found;
                known = true;
            }
        }
        if !known && self.bare_likes.is_empty() {
            return Vec::new();
        }
        let listening = Listening::new(listener);
        let likes = self.by_likes(source, message, numbers, &listening);
        let mut hits = self.by_phrases(message, numbers, &listening);
        let mut found: Vec<Match> = Vec::new();
        let certainty = if likes.len() == 1 {
            Certainty::Certain
        } else {
            Certainty::Probable
        };
        for like in likes {
            found.push(Match {
                intent: like.intent,
                certainty,
                holes: like.holes,
            });
        }
        hits.sort_by(|a, b| {
            b.length()
                .cmp(&a.length())
                .then(a.first.cmp(&b.first))
                .then(a.intent.cmp(&b.intent))
        });
        let exact = !found.is_empty();
        let best = hits.first().map(PhraseHit::length);
        let tied = hits
            .iter()
            .any(|hit| Some(hit.length()) == best && hit.intent != hits[0].intent);
        for place in 0..hits.len() {
            let hit = &hits[place];
            let covered = hits[..place].iter().any(|longer| {
                longer.length() > hit.length() && longer.first <= hit.first && hit.last <= longer.last
            });
            if covered || found.iter().any(|other| other.intent == hit.intent) {
                continue;
            }
            let certain = !exact && !tied && Some(hit.length()) == best;
            let certainty = if certain {
                Certainty::Certain
            } else {
                Certainty::Probable
            };
            found.push(Match {
                intent: hit.intent,
                certainty,
                holes: Vec::new(),
            });
        }
        for one in &mut found {
            self.fill(one, source, listener);
        }
        found
    }
}
