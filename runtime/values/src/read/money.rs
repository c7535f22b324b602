//! Amounts of money in the bot's currency: "20", "€20", "20 de euro", "20 евро 50 центов".

use super::Scan;
use super::lexicon::{currency_has_name, currency_names, currency_of_sign, is_minor_name};
use super::numbers::amount;
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::value::{MAX_INTEGER, Value};

/// What stands beside a number.
enum Mark {
    /// The bot's currency, and where its name ends.
    Ours(usize),
    /// Another currency.
    Foreign,
    /// No currency.
    Absent,
}

/// An amount. A bare number is in the bot's currency; one in another currency is not read.
pub(super) fn money(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let currency = scan.context.currency;
    let (ours, start) = match mark(scan, place) {
        Mark::Ours(end) => (true, end),
        Mark::Foreign => return None,
        Mark::Absent => (false, place),
    };
    if !ours && place > 0 && foreign_before(scan, place) {
        return None;
    }
    let (number, mut end) = amount(scan, start)?;
    if !ours {
        let unit = if scan.tokens.word(end) == "de" {
            end + 1
        } else {
            end
        };
        match mark(scan, unit) {
            Mark::Ours(after) => end = after,
            Mark::Foreign => return None,
            Mark::Absent => {
                if let Some(after) = minor_end(scan, unit) {
                    return Some((Value::money(number.to_integer()?), after));
                }
                if is_measured(scan, end) {
                    return None;
                }
            }
        }
    }
    let mut minor = currency.exact_minor(number)?;
    if let Some((cents, after)) = minor_part(scan, end, currency) {
        minor = minor
            .saturating_add(if minor < 0 { -cents } else { cents })
            .clamp(-MAX_INTEGER, MAX_INTEGER);
        end = after;
    }
    Some((Value::Money(minor), end))
}

/// Which currency is named at a place.
fn mark(scan: &Scan<'_>, place: usize) -> Mark {
    let tokens = scan.tokens;
    let code = scan.context.currency.code();
    if let Some(sign) = tokens.sign(place) {
        return match currency_of_sign(sign) {
            Some(named) if named == code => Mark::Ours(place + 1),
            // The dollar sign stands for every dollar.
            Some("USD") if currency_has_name(code, "dollar") => Mark::Ours(place + 1),
            Some(_) => Mark::Foreign,
            None => Mark::Absent,
        };
    }
    let word = tokens.word(place);
    if word.is_empty() {
        return Mark::Absent;
    }
    if currency_has_name(code, word) {
        let dotted = matches!(word, "руб" | "р" | "грн")
            && tokens.sign(place + 1) == Some('.')
            && tokens.attached(place + 1);
        return Mark::Ours(place + 1 + usize::from(dotted));
    }
    if !currency_names(word).is_empty() {
        return Mark::Foreign;
    }
    // Codes in small letters are too often words ("all", "top", "try") to be taken for currencies.
    let foreign = word.len() == 3
        && tokens
            .written(place)
            .bytes()
            .all(|byte| byte.is_ascii_uppercase())
        && Currency::from_code(tokens.written(place)).is_some();
    if foreign { Mark::Foreign } else { Mark::Absent }
}

/// Whether another currency is named right before a number.
fn foreign_before(scan: &Scan<'_>, place: usize) -> bool {
    matches!(mark(scan, place - 1), Mark::Foreign)
}

/// Whether the number measures something that is no money.
fn is_measured(scan: &Scan<'_>, end: usize) -> bool {
    let tokens = scan.tokens;
    let attached_word = tokens.attached(end) && !tokens.word(end).is_empty();
    attached_word || matches!(tokens.sign(end), Some('%' | '°'))
}

/// Where the name of the hundredth ends, if it stands there.
fn minor_end(scan: &Scan<'_>, place: usize) -> Option<usize> {
    is_minor_name(scan.context.currency.code(), scan.tokens.word(place)).then_some(place + 1)
}

/// "… and 50 cents", "… și 50 de bani", "… 50 копеек".
fn minor_part(scan: &Scan<'_>, place: usize, currency: Currency) -> Option<(i64, usize)> {
    let joined = matches!(scan.tokens.word(place), "and" | "si" | "и");
    let (number, end) = amount(scan, place + usize::from(joined))?;
    let unit = if scan.tokens.word(end) == "de" {
        end + 1
    } else {
        end
    };
    let end = minor_end(scan, unit)?;
    let cents = number.to_integer()?;
    let fits = number >= Decimal::ZERO && cents < currency.minor_units();
    fits.then_some((cents, end))
}
