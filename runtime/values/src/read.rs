//! Reading values from what people write, in their language.
//!
//! A message may *be* a value ("3", "3 pieces, please", "mâine"), or a value may stand *inside* a
//! longer message ("my city is Cluj, 3 pieces please"). The difference matters: a whole answer is
//! taken before intents are asked, one found inside only afterwards. If different values of the type
//! stand inside a message, none is read: people are asked again rather than misunderstood.
//!
//! Words are understood in the customer's language, and in English and Russian besides (Russian is
//! safe because its script is its own). Numbers follow the customer's language: `1.234,5` in
//! Romanian is `1,234.5` in English. Dates are written day first; only `en-US` puts the month first.
//! Readings look at the first [`MAX_TOKENS`] words and signs of a message.

mod clock;
mod days;
mod email;
mod lexicon;
mod money;
mod named;
mod numbers;
mod phone;
mod place;
mod spans;
mod tokens;
mod url;
mod yes_no;

use std::cell::OnceCell;
use std::ops::Range;

use botflow_understanding::{Normalised, OptionWords, normalise};
use smol_str::SmolStr;

use crate::calendar::Date;
use crate::currency::Currency;
use crate::kind::Kind;
use crate::value::Value;
use crate::zone::Zone;

pub use email::is_email;
pub use named::read_member;
pub use phone::is_e164;
pub use tokens::MAX_TOKENS;
pub use url::canonical_url;

use lexicon::Language;
use tokens::Tokens;

/// What reading needs to know about the conversation.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The customer's language, as a code with or without a region: `ro`, `en-US`.
    pub language: &'a str,
    /// The moment the message came, in milliseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// The customer's time zone: where "tomorrow" begins.
    pub zone: &'a Zone,
    /// The bot's currency; money in any other is not read.
    pub currency: Currency,
    /// The country whose telephone numbers may be written without a country code (`RO`). Without it
    /// the language decides where it is spoken in one country above all.
    pub region: Option<&'a str>,
    /// What the members of the bot's closed sets are called, by the number of the set.
    pub sets: &'a [SetWords],
}

/// What the members of a closed set are called: their names, labels and words, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetWords {
    /// One entry for each member.
    pub members: Vec<OptionWords>,
}

/// What a message says when it is read as a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The whole message is this value.
    Whole(Value),
    /// This value stands in the message, at this place in bytes.
    Inside(Value, Range<usize>),
    /// No value, or several different ones.
    None,
}

impl Reading {
    /// The value, wherever it stands.
    pub fn value(self) -> Option<Value> {
        match self {
            Reading::Whole(value) | Reading::Inside(value, _) => Some(value),
            Reading::None => None,
        }
    }

    /// The value if it is the whole message.
    pub fn whole(self) -> Option<Value> {
        match self {
            Reading::Whole(value) => Some(value),
            _ => None,
        }
    }

    /// Turns the value into another one, or drops it where it does not fit a narrower type.
    pub fn and_then(self, change: impl FnOnce(Value) -> Option<Value>) -> Reading {
        match self {
            Reading::Whole(value) => change(value).map_or(Reading::None, Reading::Whole),
            Reading::Inside(value, range) => {
                change(value).map_or(Reading::None, |value| Reading::Inside(value, range))
            }
            Reading::None => Reading::None,
        }
    }
}

/// Where a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only the whole message may be the value. This is much cheaper for messages that are none.
    Whole,
    /// The whole message, or a part of it.
    Anywhere,
}

/// Reads a message as a value of the kind. Files and pictures are never read from words.
pub fn read(kind: Kind, text: &str, context: &ReadContext<'_>) -> Reading {
    let normalised = OnceCell::new();
    read_heard(
        kind,
        text,
        || normalised.get_or_init(|| normalise(text)),
        context,
        Extent::Anywhere,
    )
}

/// Reads a message as a value of the kind only if it is one as a whole.
pub fn read_whole(kind: Kind, text: &str, context: &ReadContext<'_>) -> Option<Value> {
    let normalised = OnceCell::new();
    read_heard(
        kind,
        text,
        || normalised.get_or_init(|| normalise(text)),
        context,
        Extent::Whole,
    )
    .whole()
}

/// Reads a message whose normalised form is at hand, or is made when it is needed, for callers that
/// read one message as several types. The form must be that of `text`.
pub fn read_heard<'h>(
    kind: Kind,
    text: &str,
    normalised: impl FnOnce() -> &'h Normalised,
    context: &ReadContext<'_>,
    extent: Extent,
) -> Reading {
    match kind {
        Kind::Text => whole_text(text),
        Kind::Integer => match fast_integer(text) {
            Some(value) => Reading::Whole(value),
            None => scan(text, context, extent, numbers::integer, numbers::leads),
        },
        Kind::Email => email::read(text),
        Kind::YesNo => yes_no::read(text, normalised, extent),
        Kind::Number => scan(text, context, extent, numbers::number, numbers::leads),
        Kind::Percent => scan(text, context, extent, numbers::percent, numbers::leads),
        Kind::Money => scan(text, context, extent, money::money, numbers::leads),
        Kind::Date => scan(text, context, extent, days::date, days::leads),
        Kind::Time => scan(text, context, extent, clock::time, clock::leads),
        Kind::Moment => scan(text, context, extent, clock::moment, days::leads),
        Kind::Duration => scan(text, context, extent, spans::duration, spans::leads),
        Kind::Phone => phone::read(text, context),
        Kind::Url => url::read(text),
        Kind::Language => named::language(normalised()),
        Kind::Channel => named::channel(normalised()),
        Kind::Location => place::read(text),
        Kind::Member(set) => match context.sets.get(set as usize) {
            Some(words) => read_member(set, normalised(), &words.members, extent),
            None => Reading::None,
        },
        Kind::File | Kind::Image => Reading::None,
    }
}

/// Any message with something in it is a text; spaces around it do not count.
fn whole_text(text: &str) -> Reading {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        Reading::None
    } else {
        Reading::Whole(Value::Text(SmolStr::new(trimmed)))
    }
}

/// An integer of plain digits, the commonest answer, without taking the message apart.
#[inline]
fn fast_integer(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 15 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(Value::Integer(
        bytes
            .iter()
            .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')),
    ))
}

/// What a reader of tokens works with.
pub(crate) struct Scan<'a> {
    tokens: &'a Tokens<'a>,
    context: &'a ReadContext<'a>,
    language: Language,
    /// Whether the value is to be the whole message, so that a bare "9" may be a time.
    whole: bool,
}

impl Scan<'_> {
    /// The customer's day.
    fn today(&self) -> Date {
        self.context.zone.local(self.context.now).0
    }
}

/// A message of more words and signs is no value as a whole.
const MAX_WHOLE_TOKENS: usize = 40;

/// Reads a value that begins at a token, and says at which token it ends.
type ReadAt = fn(&Scan<'_>, usize) -> Option<(Value, usize)>;

/// Reads by trying a reader at every token.
fn scan(
    text: &str,
    context: &ReadContext<'_>,
    extent: Extent,
    read: ReadAt,
    leads: fn(&str) -> bool,
) -> Reading {
    let limit = if extent == Extent::Whole {
        MAX_WHOLE_TOKENS
    } else {
        MAX_TOKENS
    };
    let tokens = Tokens::new(text, limit);
    let mut scan = Scan {
        tokens: &tokens,
        context,
        language: Language::of(context.language),
        whole: !tokens.cut(),
    };
    if scan.whole {
        // The words before a whole value may only lead to it, those behind it say nothing.
        for start in 0..tokens.len() {
            if let Some((value, end)) = read(&scan, start)
                && (end..tokens.len()).all(|place| tokens.says_nothing(place))
            {
                return Reading::Whole(value);
            }
            if !tokens.says_nothing(start) && !leads(tokens.word(start)) {
                break;
            }
        }
    }
    if extent == Extent::Whole {
        return Reading::None;
    }
    scan.whole = false;
    let mut found: Option<(Value, Range<usize>)> = None;
    let mut place = 0;
    while place < tokens.len() {
        let Some((value, end)) = read(&scan, place) else {
            place += 1;
            continue;
        };
        match &found {
            Some((other, _)) if *other != value => return Reading::None,
            Some(_) => {}
            None => found = Some((value, tokens.range(place, end))),
        }
        place = end.max(place + 1);
    }
    match found {
        Some((value, range)) => Reading::Inside(value, range),
        None => Reading::None,
    }
}
