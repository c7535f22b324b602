//! How long values are as one language writes them. Most of it is found by writing: every day of a year, every hour
//! of a day, the ends of ranges.

use std::cell::OnceCell;

use botflow_message::profiles;
use botflow_values::calendar::DAY_MS;
use botflow_values::value::{MAX_DURATION, MAX_INTEGER};
use botflow_values::{Currency, Date, Decimal, NoLabels, ShowContext, Shower, Style, Time, Value, Zone};

use super::{Length, Numbers};

/// The largest of usual numbers.
const USUAL: i64 = 999_999;
/// The longest of usual durations.
const USUAL_DURATION: i64 = 366 * DAY_MS;

/// One language.
pub(super) struct Speech {
    shower: Shower,
    zone: Zone,
    currency: Currency,
    /// The bytes of a letter.
    letter: u32,
    dates: [OnceCell<Length>; 3],
    times: OnceCell<Length>,
    languages: OnceCell<Length>,
}

impl Speech {
    pub fn new(language: &str, currency: Currency) -> Speech {
        let base = language.split(['-', '_']).next().unwrap_or_default();
        Speech {
            shower: Shower::new(language, currency),
            zone: Zone::utc(),
            currency,
            letter: match base {
                "zh" | "ja" | "ko" | "th" | "hi" | "bn" | "ta" | "te" | "mr" | "gu" | "kn" | "ml" | "pa"
                | "ne" | "si" | "ka" | "km" | "lo" | "my" | "vi" | "am" => 3,
                _ => 2,
            },
            dates: Default::default(),
            times: OnceCell::new(),
            languages: OnceCell::new(),
        }
    }

    /// A value that holds no others and is no member of a set.
    pub fn value(&self, value: &Value, style: Style) -> Length {
        let context = ShowContext {
            zone: &self.zone,
            labels: &NoLabels,
        };
        let mut out = String::new();
        self.shower.write(value, style, &context, &mut out);
        Length::of(&out)
    }

    /// So many letters of a text that somebody has written.
    pub fn letters(&self, count: u32) -> Length {
        Length::letters(count, self.letter, false)
    }

    pub fn yes_no(&self) -> Length {
        let of = |yes| self.value(&Value::YesNo(yes), Style::Usual);
        of(true).or(of(false))
    }

    pub fn integer(&self, range: Option<(i64, i64)>, style: Style, numbers: Numbers) -> Length {
        let (from, to) = usual(range, (0, USUAL), (-MAX_INTEGER, MAX_INTEGER), numbers);
        self.ends(from, to, |number| self.value(&Value::Integer(number), style))
    }

    pub fn number(&self, range: Option<(i64, i64)>, style: Style, numbers: Numbers) -> Length {
        let (from, to) = usual(range, (0, USUAL), (-MAX_INTEGER, MAX_INTEGER), numbers);
        self.decimals(from, to, numbers, |number| {
            self.value(&Value::Number(number), style)
        })
    }

    pub fn percent(&self, range: Option<(i64, i64)>, numbers: Numbers) -> Length {
        let (from, to) = usual(range, (0, 100), (-MAX_INTEGER, MAX_INTEGER), numbers);
        // A share of 100 has no decimals, as a rule; one below may have.
        let below = match (range, numbers) {
            (None, Numbers::Usual) => to - 1,
            _ => to,
        };
        self.decimals(from, below, numbers, |number| {
            self.value(&Value::Percent(number), Style::Usual)
        })
        .or(self.value(&Value::Percent(Decimal::from_integer(to)), Style::Usual))
    }

    pub fn money(&self, range: Option<(i64, i64)>, numbers: Numbers) -> Length {
        let unit = self.currency.minor_units();
        let most = (USUAL + 1) * unit - 1;
        let (from, to) = usual(range, (0, most), (-MAX_INTEGER, MAX_INTEGER), numbers);
        self.ends(from, to, |amount| self.value(&Value::Money(amount), Style::Usual))
    }

    pub fn date(&self, style: Style, numbers: Numbers) -> Length {
        let at = match style {
            Style::Date => 0,
            Style::DateShort => 1,
            _ => 2,
        };
        *self.dates[at].get_or_init(|| {
            // Leap years have all days there are; before the year 1000 the era is said.
            let years: &[i32] = match numbers {
                Numbers::Usual => &[2028],
                Numbers::Any => &[2028, 996],
            };
            let firsts = years.iter().filter_map(|year| Date::new(*year, 1, 1));
            let days = firsts.flat_map(|first| (0..366).map(move |day| i64::from(first.days() + day)));
            days.fold(Length::ZERO, |longest, day| {
                longest.or(self.value(&Value::Date(Date::from_days(day)), style))
            })
        })
    }

    pub fn time(&self) -> Length {
        *self.times.get_or_init(|| {
            let hours = (0..24).filter_map(|hour| Time::new(hour, 59, 0));
            hours.fold(Length::ZERO, |longest, time| {
                longest.or(self.value(&Value::Time(time), Style::Usual))
            })
        })
    }

    pub fn moment(&self, style: Style, numbers: Numbers) -> Length {
        match style {
            Style::Date | Style::DateShort => self.date(style, numbers),
            Style::Time => self.time(),
            _ => self
                .date(Style::Usual, numbers)
                .then(Length::of(", "))
                .then(self.time()),
        }
    }

    pub fn duration(&self, range: Option<(i64, i64)>, numbers: Numbers) -> Length {
        let (from, to) = usual(range, (0, USUAL_DURATION), (-MAX_DURATION, MAX_DURATION), numbers);
        let most = from.saturating_abs().max(to.saturating_abs());
        let parts = |unit: i64, count: i64| {
            // The words depend on the last digits, and the digits on how many there are.
            let few = 0..=count.min(120);
            let many = (count - 120).max(0)..=count;
            few.chain(many).fold(Length::ZERO, |longest, count| {
                longest.or(self.value(&Value::Duration(count.saturating_mul(unit)), Style::Usual))
            })
        };
        let (second, minute, hour) = (1_000, 60_000, 3_600_000);
        let pair = |large: i64, most_large: i64, small: i64, most_small: i64| match most_large {
            0 => Length::ZERO,
            _ => parts(large, most_large)
                .then(Length::of(" "))
                .then(parts(small, most_small)),
        };
        let mut longest = pair(DAY_MS, most / DAY_MS, hour, 23);
        longest = longest.or(pair(hour, (most / hour).min(23), minute, 59));
        longest = longest.or(pair(minute, (most / minute).min(59), second, 59));
        longest = longest.or(parts(second, (most / second).min(59)));
        longest = longest.or(parts(7 * DAY_MS, most / (7 * DAY_MS)));
        if from < 0 {
            longest = longest.then(Length::of("-"));
        }
        longest
    }

    pub fn languages(&self) -> Length {
        *self.languages.get_or_init(|| {
            let letters = || b'a'..=b'z';
            let codes = letters().flat_map(|a| letters().map(move |b| [a as char, b as char]));
            let codes = codes.map(|code| code.iter().collect::<String>());
            codes
                .chain(["xxx".to_owned()])
                .fold(Length::ZERO, |longest, code| {
                    longest.or(self.value(&Value::Language(code.into()), Style::Usual))
                })
        })
    }

    pub fn channels(&self) -> Length {
        profiles::NAMES.iter().fold(Length::ZERO, |longest, name| {
            longest.or(self.value(&Value::Channel((*name).into()), Style::Usual))
        })
    }

    /// The longer of the ends of a range, and of what has most digits between them.
    fn ends(&self, from: i64, to: i64, of: impl Fn(i64) -> Length) -> Length {
        let mut longest = of(from).or(of(to));
        if from < 0 && to > 0 {
            longest = longest.or(of(0));
        }
        longest
    }

    /// The longest of the numbers of a range with decimals: many digits before the point leave few behind it.
    fn decimals(&self, from: i64, to: i64, numbers: Numbers, of: impl Fn(Decimal) -> Length) -> Length {
        let most = from.saturating_abs().max(to.saturating_abs());
        let mut longest = of(Decimal::from_integer(from)).or(of(Decimal::from_integer(to)));
        let mut whole: i64 = 0;
        loop {
            whole = whole.saturating_mul(10).saturating_add(9).min(most);
            // Nothing is beyond the end of the range, so that decimals are those of the number below it.
            let below = if whole == most { (most - 1).max(0) } else { whole };
            let room = (0..=9_u32)
                .rev()
                .find(|places| {
                    let scaled = (i128::from(below) + 1) * 10_i128.pow(*places);
                    scaled <= i128::from(i64::MAX)
                })
                .unwrap_or(0);
            let places = match numbers {
                Numbers::Any => room,
                Numbers::Usual => room.min(2),
            };
            let ten = 10_i64.pow(places);
            let number = Decimal::new(below.saturating_mul(ten).saturating_add(ten - 1), places as u8);
            longest = longest.or(of(number));
            if from < 0 {
                longest = longest.or(of(number.neg()));
            }
            if whole >= most {
                return longest;
            }
        }
    }
}

/// The range that counts: the one that is said, else what is usual, or anything.
fn usual(range: Option<(i64, i64)>, usual: (i64, i64), any: (i64, i64), numbers: Numbers) -> (i64, i64) {
    match (range, numbers) {
        // `from 1` alone ends at the largest number there is, which nobody means.
        (Some((from, to)), Numbers::Usual) => {
            let from = if from <= any.0 { from.max(usual.0) } else { from };
            let to = if to >= any.1 { usual.1.max(from) } else { to };
            (from, to)
        }
        (Some(range), Numbers::Any) => range,
        (None, Numbers::Usual) => usual,
        (None, Numbers::Any) => any,
    }
}

/// The whole number at or below.
pub(super) fn floor(number: Decimal) -> i64 {
    let rounded = number.round();
    if Decimal::from_integer(rounded) > number {
        rounded - 1
    } else {
        rounded
    }
}

/// The whole number at or above.
pub(super) fn ceiling(number: Decimal) -> i64 {
    floor(number.neg()).saturating_neg()
}
