//! Integers, decimals and percentages, in digits and in words.

use super::Scan;
use super::lexicon::{
    NumberWord, currency_names, currency_of_sign, is_article, is_half, is_percent, is_piece, joins_numbers,
    month, number_word,
};
use super::tokens::TokenKind;
use crate::decimal::Decimal;
use crate::value::{MAX_INTEGER, Value};

/// Words that may stand before a number that is the whole answer.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "its"
            | "it"
            | "is"
            | "i"
            | "want"
            | "need"
            | "for"
            | "take"
            | "ill"
            | "about"
            | "around"
            | "exactly"
            | "only"
            | "a"
            | "vreau"
            | "doresc"
            | "pentru"
            | "iau"
            | "cam"
            | "doar"
            | "vreo"
            | "exact"
            | "aproximativ"
            | "хочу"
            | "мне"
            | "нужно"
            | "надо"
            | "для"
            | "около"
            | "примерно"
            | "ровно"
            | "только"
            | "где"
            | "то"
    )
}

/// An integer.
pub(super) fn integer(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let (number, end) = amount(scan, place)?;
    let number = number.to_integer()?;
    plain(scan, place, end).map(|end| (Value::Integer(number), end))
}

/// A decimal number.
pub(super) fn number(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let (number, end) = amount(scan, place)?;
    plain(scan, place, end).map(|end| (Value::Number(number), end))
}

/// A percentage. Alone, the number may stand without its sign.
pub(super) fn percent(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let tokens = scan.tokens;
    if tokens.sign(place) == Some('%') && !tokens.digits(place + 1).is_empty() {
        let (number, end) = digits(scan, place + 1)?;
        return Some((Value::Percent(number), end));
    }
    let (number, end) = amount(scan, place)?;
    let value = Value::Percent(number);
    if tokens.sign(end) == Some('%') || is_percent(tokens.word(end)) {
        return Some((value, end + 1));
    }
    if matches!(
        (tokens.word(end), tokens.word(end + 1)),
        ("per", "cent") | ("la", "suta")
    ) {
        return Some((value, end + 2));
    }
    // "20 de procente"
    if tokens.word(end) == "de" && is_percent(tokens.word(end + 1)) {
        return Some((value, end + 2));
    }
    (scan.whole && plain(scan, place, end) == Some(end)).then_some((value, end))
}

/// The end of a number that stands for itself and is no part of a price, a date, a time or a code,
/// with the words that count pieces.
fn plain(scan: &Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let tokens = scan.tokens;
    if let Some(sign) = tokens.sign(end)
        && (sign == '%' || sign == '°' || currency_of_sign(sign).is_some())
    {
        return None;
    }
    if start > 0
        && tokens
            .sign(start - 1)
            .is_some_and(|sign| sign != '#' && currency_of_sign(sign).is_some())
    {
        return None;
    }
    let next = tokens.word(end);
    let before = if start > 0 { tokens.word(start - 1) } else { "" };
    if month(next).is_some() && !(next == "mai" || next == "may")
        || month(before).is_some() && before != "mai"
    {
        return None;
    }
    if is_percent(next) || matches!(next, "am" | "pm" | "oclock") {
        return None;
    }
    let unit = if next == "de" { end + 1 } else { end };
    if is_piece(tokens.word(unit)) {
        // The point of an abbreviation belongs to it: "3 шт."
        let dotted = tokens.sign(unit + 1) == Some('.') && tokens.attached(unit + 1);
        return Some(unit + 1 + usize::from(dotted));
    }
    // A price is no plain number: "20 EUR".
    let priced = |word: &str| !currency_names(word).is_empty() && word != "р";
    if priced(tokens.word(unit)) || (scan.context.currency.code().eq_ignore_ascii_case(next)) {
        return None;
    }
    // Letters at once behind digits make a code: "3a", "2nd".
    if tokens.attached(end) && !next.is_empty() {
        return None;
    }
    Some(end)
}

/// A number of any form.
pub(super) fn amount(scan: &Scan<'_>, place: usize) -> Option<(Decimal, usize)> {
    if let Some((number, end)) = digits(scan, place) {
        return Some(scaled(scan, number, end));
    }
    let (number, end) = words(scan, place)?;
    if !scan.whole && is_lone_one(scan, place, end, number) {
        return None;
    }
    Some((Decimal::from_integer(number), end))
}

/// "one", "один", "una" inside a message are rarely numbers ("this one"), unless pieces are counted.
fn is_lone_one(scan: &Scan<'_>, place: usize, end: usize, number: i64) -> bool {
    number == 1 && end == place + 1 && !is_piece(scan.tokens.word(end))
}

/// "10k", "2 thousand", "3 тысячи", "două mii" after digits.
fn scaled(scan: &Scan<'_>, number: Decimal, end: usize) -> (Decimal, usize) {
    let tokens = scan.tokens;
    let word = tokens.word(end);
    if tokens.attached(end) && matches!(word, "k" | "к") {
        return (number.mul(Decimal::from_integer(1000)), end + 1);
    }
    if let Some(NumberWord::Times(times)) = number_word(word, scan.language) {
        return (number.mul(Decimal::from_integer(times)), end + 1);
    }
    if matches!(word, "тыс" | "млн") {
        let times = if word == "тыс" { 1000 } else { 1_000_000 };
        let dotted = tokens.sign(end + 1) == Some('.') && tokens.attached(end + 1);
        return (
            number.mul(Decimal::from_integer(times)),
            end + 1 + usize::from(dotted),
        );
    }
    (number, end)
}

/// A number in digits, with a sign, grouping and decimals by the customer's language.
pub(super) fn digits(scan: &Scan<'_>, place: usize) -> Option<(Decimal, usize)> {
    let tokens = scan.tokens;
    let mut at = place;
    let mut negative = false;
    if let Some(sign @ ('-' | '\u{2212}' | '+')) = tokens.sign(at) {
        // A hyphen between things is no sign of a number: "A-5", "3 -5" is.
        if tokens.attached(at) || !tokens.attached(at + 1) {
            return None;
        }
        negative = sign != '+';
        at += 1;
    }
    if tokens.digits(at).is_empty() || (at == place && !may_begin(scan, at)) {
        return None;
    }
    // Runs of digits with single signs between them: (the sign before, where the digits stand).
    let mut groups: [(char, usize); 8] = [(' ', 0); 8];
    groups[0] = (' ', at);
    let mut count = 1;
    let mut end = at + 1;
    loop {
        let (sign, next) = match tokens.sign(end) {
            Some(sign @ ('.' | ',' | '\'' | '\u{2019}'))
                if tokens.attached(end) && tokens.attached(end + 1) =>
            {
                (sign, end + 1)
            }
            _ if groups_by_space(scan, end, count) => (' ', end),
            _ => break,
        };
        if tokens.digits(next).is_empty() {
            break;
        }
        if count == groups.len() {
            return None;
        }
        groups[count] = (sign, next);
        count += 1;
        end = next + 1;
    }
    // Dates, times, versions, ranges and codes go on where a number would end.
    if let Some('/' | ':' | '-' | '@' | '_') = tokens.sign(end)
        && tokens.attached(end)
        && tokens.attached(end + 1)
    {
        return None;
    }
    let groups = &groups[..count];
    let written = |from: usize, to: usize| groups[from..to].iter().map(|(_, at)| tokens.digits(*at));
    let decimals = decimal_place(scan, groups)?;
    let mut text = String::with_capacity(24);
    if negative {
        text.push('-');
    }
    text.extend(written(0, decimals));
    if decimals < count {
        text.push('.');
        text.extend(written(decimals, count));
    }
    Some((Decimal::parse(&text)?, end))
}

/// Whether digits here can begin a number: nothing that would make them part of something else is
/// attached before them.
fn may_begin(scan: &Scan<'_>, place: usize) -> bool {
    if !scan.tokens.attached(place) {
        return true;
    }
    match scan.tokens.kind(place - 1) {
        Some(TokenKind::Sign(sign)) => {
            matches!(
                sign,
                '(' | '['
                    | '"'
                    | '«'
                    | '“'
                    | '„'
                    | '#'
                    | '~'
                    | '≈'
                    | '='
                    | '*'
                    | '×'
                    | '№'
                    | '!'
                    | '?'
                    | ';'
                    | '>'
                    | '<'
            ) || currency_of_sign(sign).is_some()
        }
        Some(TokenKind::Word) => {
            let word = scan.tokens.word(place - 1);
            matches!(word, "x" | "х")
                || !currency_names(word).is_empty()
                || scan.context.currency.code().eq_ignore_ascii_case(word)
        }
        _ => true,
    }
}

/// Whether three more digits follow behind a space that groups: "1 234 567". An ordinary space
/// groups only in Russian and only if all groups are full.
fn groups_by_space(scan: &Scan<'_>, place: usize, count: usize) -> bool {
    let tokens = scan.tokens;
    if tokens.digits(place).len() != 3 || tokens.attached(place) {
        return false;
    }
    let first = tokens.digits(place - 1);
    if (count == 1 && (first.len() > 3 || first.starts_with('0'))) || first.is_empty() {
        return false;
    }
    tokens.tightly_spaced(place) || scan.language == super::Language::Russian
}

/// How many of the groups stand before the decimal sign; none if the groups are no number.
fn decimal_place(scan: &Scan<'_>, groups: &[(char, usize)]) -> Option<usize> {
    let count = groups.len();
    if count == 1 {
        return Some(1);
    }
    let length = |place: usize| scan.tokens.digits(groups[place].1).len();
    let last = groups[count - 1].0;
    let full = |to: usize| length(0) <= 3 && (1..to).all(|place| length(place) == 3);
    let same = |to: usize| (2..to).all(|place| groups[place].0 == groups[1].0);
    if count == 2 {
        if last == ' ' || matches!(last, '\'' | '\u{2019}') {
            return (length(1) == 3).then_some(2);
        }
        let zero = scan.tokens.digits(groups[0].1).starts_with('0');
        let groups_here = last != scan.language.decimal_sign() && full(2) && !zero;
        return Some(if groups_here { 2 } else { 1 });
    }
    // The last sign differs from those before it: it is the decimal sign.
    if last != groups[count - 2].0 && matches!(last, '.' | ',') {
        return (full(count - 1) && same(count - 1)).then_some(count - 1);
    }
    (full(count) && same(count)).then_some(count)
}

/// A whole number in words: "twenty-three", "o sută cinci", "двести тридцать".
pub(super) fn words(scan: &Scan<'_>, place: usize) -> Option<(i64, usize)> {
    let tokens = scan.tokens;
    let mut at = place;
    let mut total: i64 = 0;
    let mut current: i64 = 0;
    // What may follow: only parts smaller than this.
    let mut room: i64 = i64::MAX;
    let mut room_in_current: i64 = 1000;
    let mut end = place;
    if is_article(tokens.word(at))
        && matches!(
            number_word(tokens.word(at + 1), scan.language),
            Some(NumberWord::Times(_) | NumberWord::Small(12))
        )
    {
        at += 1;
    }
    while let Some(part) = number_word(tokens.word(at), scan.language) {
        match part {
            NumberWord::Small(n) if n < room_in_current => {
                current += n;
                room_in_current = 0;
            }
            NumberWord::Tens(n) if n < room_in_current => {
                current += n;
                room_in_current = 10;
            }
            NumberWord::Hundreds(n) if n < room_in_current => {
                current += n;
                room_in_current = 100;
            }
            NumberWord::Times(100) if current < 10 && room_in_current != 100 => {
                current = current.max(1) * 100;
                room_in_current = 100;
            }
            NumberWord::Times(times) if times > 100 && times < room => {
                total += current.max(1) * times;
                current = 0;
                room = times;
                room_in_current = 1000;
            }
            _ => break,
        }
        at += 1;
        end = at;
        // "twenty-three", "one hundred and five", "douăzeci și trei"
        let linked = (tokens.sign(at) == Some('-') && tokens.attached(at) && tokens.attached(at + 1))
            || joins_numbers(tokens.word(at));
        if linked
            && room_in_current > 0
            && is_below(number_word(tokens.word(at + 1), scan.language), room_in_current)
        {
            at += 1;
        }
    }
    (end > place).then_some(((total + current).min(MAX_INTEGER), end))
}

/// Whether the part may follow where only parts below `room` may.
fn is_below(part: Option<NumberWord>, room: i64) -> bool {
    match part {
        Some(NumberWord::Small(n) | NumberWord::Tens(n) | NumberWord::Hundreds(n)) => n < room,
        _ => false,
    }
}

/// Whether "and a half" follows, and where it ends: "two and a half", "două și jumătate", "два с
/// половиной".
pub(super) fn and_a_half(scan: &Scan<'_>, place: usize) -> Option<usize> {
    let tokens = scan.tokens;
    let mut at = place;
    if !matches!(tokens.word(at), "and" | "si" | "с" | "и") {
        return None;
    }
    at += 1;
    if is_article(tokens.word(at)) {
        at += 1;
    }
    is_half(tokens.word(at)).then_some(at + 1)
}
