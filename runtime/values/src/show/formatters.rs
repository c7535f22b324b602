//! The formatters of one language, each made when it is first needed.

use std::fmt;
use std::sync::OnceLock;

use fixed_decimal::Decimal as FixedDecimal;
use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{T, YMD};
use icu_datetime::input::{Date as IcuDate, Time as IcuTime};
use icu_datetime::{FixedCalendarDateTimeFormatter, NoCalendarFormatter};
use icu_decimal::DecimalFormatter;
use icu_list::ListFormatter;
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

use super::write_spaced;
use crate::calendar::{Date, Time};
use crate::decimal::Decimal;

type DateFormatter = FixedCalendarDateTimeFormatter<Gregorian, YMD>;

/// How much of a date is spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateLength {
    Short,
    Medium,
    Long,
}

/// The formatters of a language. None inside a cell means that there is no data for it, and the plain
/// form is shown.
pub(super) struct Formatters {
    locale: Locale,
    latin: bool,
    decimal: OnceLock<Option<DecimalFormatter>>,
    plurals: OnceLock<Option<PluralRules>>,
    and: OnceLock<Option<ListFormatter>>,
    or: OnceLock<Option<ListFormatter>>,
    dates: [OnceLock<Option<DateFormatter>>; 3],
    time: OnceLock<Option<NoCalendarFormatter<T>>>,
}

impl Formatters {
    pub(super) fn new(language: &str) -> Formatters {
        // English without a region is the English of most of the world.
        let name = if language == "en" { "en-GB" } else { language };
        Formatters {
            locale: name.parse().unwrap_or(Locale::UNKNOWN),
            latin: !matches!(
                language.split(['-', '_']).next(),
                Some(
                    "ar" | "fa"
                        | "bn"
                        | "my"
                        | "mr"
                        | "ne"
                        | "as"
                        | "ks"
                        | "ur"
                        | "ckb"
                        | "dz"
                        | "sd"
                        | "ps"
                        | "uz"
                )
            ),
            decimal: OnceLock::new(),
            plurals: OnceLock::new(),
            and: OnceLock::new(),
            or: OnceLock::new(),
            dates: [const { OnceLock::new() }; 3],
            time: OnceLock::new(),
        }
    }

    /// Whether numbers are written with the digits 0 to 9.
    pub(super) fn has_latin_digits(&self) -> bool {
        self.latin
    }

    /// Appends a number with at least `decimals` digits behind its decimal sign.
    pub(super) fn write_decimal(&self, number: Decimal, decimals: u8, out: &mut String) {
        let mut fixed = fixed(number);
        fixed.absolute.pad_end(-i16::from(decimals.min(9)));
        let formatter = self
            .decimal
            .get_or_init(|| DecimalFormatter::try_new((&self.locale).into(), Default::default()).ok());
        match formatter {
            Some(formatter) => write_spaced(formatter.format(&fixed), out),
            None => write_spaced(fixed, out),
        }
    }

    /// The plural category of a number.
    pub(super) fn plural(&self, number: Decimal) -> &'static str {
        let rules = self
            .plurals
            .get_or_init(|| PluralRules::try_new_cardinal((&self.locale).into()).ok());
        let Some(rules) = rules else { return "other" };
        let category = match number.to_integer() {
            Some(whole) => rules.category_for(whole.unsigned_abs()),
            None => rules.category_for(&fixed(number)),
        };
        match category {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        }
    }

    /// Appends "a, b and c".
    pub(super) fn write_list(&self, items: &[String], or: bool, out: &mut String) {
        let options = ListFormatterOptions::default().with_length(ListLength::Wide);
        let formatter = if or {
            self.or
                .get_or_init(|| ListFormatter::try_new_or((&self.locale).into(), options).ok())
        } else {
            self.and
                .get_or_init(|| ListFormatter::try_new_and((&self.locale).into(), options).ok())
        };
        match formatter {
            Some(formatter) => write_spaced(formatter.format(items.iter()), out),
            None => out.push_str(&items.join(", ")),
        }
    }

    /// Appends a day.
    pub(super) fn write_date(&self, date: Date, length: DateLength, out: &mut String) {
        let fields = match length {
            DateLength::Short => YMD::short(),
            DateLength::Medium => YMD::medium(),
            DateLength::Long => YMD::long(),
        };
        // A short date of this century has its year in two digits in some languages; four are clearer.
        let fields = fields.with_year_style(icu_datetime::options::YearStyle::Full);
        let formatter = self.dates[length as usize]
            .get_or_init(|| DateFormatter::try_new((&self.locale).into(), fields).ok());
        let (year, month, day) = date.parts();
        let theirs = IcuDate::try_new_gregorian(year, month, day);
        match (formatter, theirs) {
            (Some(formatter), Ok(theirs)) => write_spaced(formatter.format(&theirs), out),
            _ => write_spaced(date, out),
        }
    }

    /// Appends a time of day in hours and minutes.
    pub(super) fn write_time(&self, time: Time, out: &mut String) {
        let formatter = self
            .time
            .get_or_init(|| NoCalendarFormatter::try_new((&self.locale).into(), T::hm()).ok());
        let (hour, minute, second) = time.parts();
        match (formatter, IcuTime::try_new(hour, minute, second, 0)) {
            (Some(formatter), Ok(theirs)) => write_spaced(formatter.format(&theirs), out),
            _ => write_spaced(time, out),
        }
    }
}

/// The number as the ICU crates take it.
fn fixed(number: Decimal) -> FixedDecimal {
    let mut fixed = FixedDecimal::from(number.mantissa());
    fixed.multiply_pow10(-i16::from(number.scale()));
    fixed
}

impl fmt::Debug for Formatters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Formatters({})", self.locale)
    }
}
