//! Showing values to people, by the customs of their language (CLDR, through the ICU4X crates).
//!
//! - English without a region is shown as in Great Britain: `25/12/2026`, `09:30`. That is how dates
//!   are read, too, and times look as they are written in flows. `en-US` is shown as over there.
//! - Spaces are ordinary ones, also where CLDR has unbreakable ones: what is said can then be typed
//!   into a test, and a text message stays in the seven-bit alphabet.
//! - An unknown value is shown as nothing.
//!
//! A [`Shower`] is made once for a language of a bot. Making it is cheap; each formatter loads its data
//! when it is first needed, and is kept.

mod formatters;
mod money;
mod names;
mod plain;
mod spans;
mod text;

use std::fmt::Write as _;

use smol_str::SmolStr;

use crate::calendar::{Date, Time};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::value::{Member, Value};
use crate::zone::Zone;

pub use plain::write_plain;
pub use text::{lower, mask, percent_encode, upper};

use formatters::{DateLength, Formatters};

/// Shows values in one language, with one currency. It can be shared between threads.
#[derive(Debug)]
pub struct Shower {
    language: SmolStr,
    base: SmolStr,
    currency: Currency,
    formatters: Formatters,
}

/// What showing needs to know besides the language.
#[derive(Clone, Copy)]
pub struct ShowContext<'a> {
    /// The customer's time zone, in which moments are shown.
    pub zone: &'a Zone,
    /// What the members of closed sets are called.
    pub labels: &'a dyn Labels,
}

/// What the members of closed sets are called.
pub trait Labels {
    /// Appends the member's label, in the language of the text being written.
    fn write_label(&self, member: Member, out: &mut String);
}

/// No labels: members are shown as nothing. For values that hold none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLabels;

impl Labels for NoLabels {
    fn write_label(&self, _: Member, _: &mut String) {}
}

/// How a value is shown: as its type usually is, or as a filter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// As the type usually is.
    #[default]
    Usual,
    /// `date`: the day in full; of a moment the day only.
    Date,
    /// `date short`: the day in numbers.
    DateShort,
    /// `time`: hours and minutes; of a moment the time only.
    Time,
    /// `currency`: a number as an amount in the bot's currency.
    Currency,
    /// `list and`: "a, b and c".
    ListAnd,
    /// `list or`: "a, b or c".
    ListOr,
}

impl Shower {
    /// For a language (`ro`, `en-US`) and the currency of a bot. Languages that CLDR does not know are
    /// shown by its root, which offends nobody.
    pub fn new(language: &str, currency: Currency) -> Shower {
        let base = language.split(['-', '_']).next().unwrap_or("");
        Shower {
            language: SmolStr::new(language),
            base: SmolStr::new(base),
            currency,
            formatters: Formatters::new(language),
        }
    }

    /// The language it was made for.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The value in its usual style.
    pub fn show(&self, value: &Value, context: &ShowContext<'_>) -> String {
        let mut out = String::new();
        self.write(value, Style::Usual, context, &mut out);
        out
    }

    /// Appends the value in a style. A style that does not fit the value leaves it in its usual one.
    pub fn write(&self, value: &Value, style: Style, context: &ShowContext<'_>, out: &mut String) {
        match value {
            Value::Unknown => {}
            Value::Text(text) | Value::Email(text) | Value::Phone(text) | Value::Url(text) => {
                out.push_str(text)
            }
            Value::Integer(n) if style == Style::Currency => {
                let minor =
                    Decimal::from_integer(*n).of(self.currency.minor_units(), crate::value::MAX_INTEGER);
                self.write_money(minor, out);
            }
            Value::Number(n) if style == Style::Currency => {
                self.write_money(n.of(self.currency.minor_units(), crate::value::MAX_INTEGER), out);
            }
            Value::Integer(n) => self.write_integer(*n, out),
            Value::Number(n) => self.write_decimal(*n, out),
            Value::Percent(n) => {
                if names::percent_sign_first(&self.base) {
                    out.push('%');
                    self.write_decimal(*n, out);
                } else {
                    self.write_decimal(*n, out);
                    out.push_str(if names::percent_stands_apart(&self.base) {
                        " %"
                    } else {
                        "%"
                    });
                }
            }
            Value::Money(minor) => self.write_money(*minor, out),
            Value::YesNo(yes) => out.push_str(names::yes_no(&self.base, *yes)),
            Value::Date(date) => self.write_date(*date, style, out),
            Value::Time(time) => self.formatters.write_time(*time, out),
            Value::Moment(moment) => self.write_moment(*moment, style, context.zone, out),
            Value::Duration(ms) => spans::write(*ms, self, out),
            Value::Language(code) => out.push_str(names::language(&self.base, code)),
            Value::Channel(name) => out.push_str(names::channel(name)),
            Value::File(file) | Value::Image(file) => out.push_str(file.name.as_ref().unwrap_or(&file.url)),
            Value::Location(_) => write_plain(value, self.currency, out),
            Value::Member(member) => context.labels.write_label(*member, out),
            Value::List(items) => self.write_list(items, style, context, out),
            Value::Record(fields) => {
                let mut first = true;
                for field in fields.iter().filter(|field| field.is_known()) {
                    if !first {
                        out.push_str(", ");
                    }
                    first = false;
                    self.write(field, Style::Usual, context, out);
                }
            }
        }
    }

    /// The CLDR plural category of a number, as arms of `plural` name it. Money counts its major units,
    /// percentages their number; anything else is `other`.
    pub fn plural(&self, value: &Value) -> &'static str {
        match value {
            Value::Integer(n) => self.formatters.plural(Decimal::from_integer(*n)),
            Value::Number(n) | Value::Percent(n) => self.formatters.plural(*n),
            Value::Money(minor) => self
                .formatters
                .plural(Decimal::new(*minor, self.currency.decimals())),
            _ => "other",
        }
    }

    /// Appends a whole number with the grouping of the language.
    #[inline]
    pub fn write_integer(&self, number: i64, out: &mut String) {
        // No language groups below a thousand, and all of the Latin digits look alike.
        if (0..1000).contains(&number) && self.formatters.has_latin_digits() {
            write_small(number as u32, out);
        } else {
            self.formatters
                .write_decimal(Decimal::from_integer(number), 0, out);
        }
    }

    /// Appends a decimal number with all its decimals.
    pub fn write_decimal(&self, number: Decimal, out: &mut String) {
        match number.to_integer() {
            Some(whole) => self.write_integer(whole, out),
            None => self.formatters.write_decimal(number, 0, out),
        }
    }

    fn write_money(&self, minor: i64, out: &mut String) {
        let decimals = self.currency.decimals();
        let custom = money::custom(&self.base, &self.language, self.currency);
        let amount = Decimal::new(minor.saturating_abs(), decimals);
        if minor < 0 {
            out.push('-');
        }
        if custom.before {
            out.push_str(custom.symbol);
            if custom.spaced {
                out.push(' ');
            }
            self.formatters.write_decimal(amount, decimals, out);
        } else {
            self.formatters.write_decimal(amount, decimals, out);
            if custom.spaced {
                out.push(' ');
            }
            out.push_str(custom.symbol);
        }
    }

    fn write_date(&self, date: Date, style: Style, out: &mut String) {
        let length = match style {
            Style::Date => DateLength::Long,
            Style::DateShort => DateLength::Short,
            _ => DateLength::Medium,
        };
        self.formatters.write_date(date, length, out);
    }

    fn write_moment(&self, moment: i64, style: Style, zone: &Zone, out: &mut String) {
        let (date, time): (Date, Time) = zone.local(moment);
        match style {
            Style::Date | Style::DateShort => self.write_date(date, style, out),
            Style::Time => self.formatters.write_time(time, out),
            _ => {
                self.write_date(date, Style::Usual, out);
                out.push_str(", ");
                self.formatters.write_time(time, out);
            }
        }
    }

    fn write_list(&self, items: &[Value], style: Style, context: &ShowContext<'_>, out: &mut String) {
        let mut shown = Vec::with_capacity(items.len());
        for item in items.iter().filter(|item| item.is_known()) {
            let mut text = String::new();
            let inner = if matches!(style, Style::ListAnd | Style::ListOr) {
                Style::Usual
            } else {
                style
            };
            self.write(item, inner, context, &mut text);
            shown.push(text);
        }
        match shown.as_slice() {
            [] => {}
            [one] => out.push_str(one),
            several => self.formatters.write_list(several, style == Style::ListOr, out),
        }
    }
}

/// A number below 1000, without the machinery of formatting.
#[inline]
fn write_small(number: u32, out: &mut String) {
    let digit = |n: u32| (b'0' + (n % 10) as u8) as char;
    if number >= 100 {
        out.push(digit(number / 100));
    }
    if number >= 10 {
        out.push(digit(number / 10));
    }
    out.push(digit(number));
}

/// Appends what can be shown, with ordinary spaces instead of unbreakable ones.
fn write_spaced(shown: impl std::fmt::Display, out: &mut String) {
    struct Spaced<'a>(&'a mut String);
    impl std::fmt::Write for Spaced<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            if text.is_ascii() {
                self.0.push_str(text);
            } else {
                self.0.extend(text.chars().map(|c| match c {
                    '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
                    c => c,
                }));
            }
            Ok(())
        }
    }
    // Writing to a string does not fail.
    let _ = write!(Spaced(out), "{shown}");
}
