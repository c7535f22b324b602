//! What is shown, as tables by language, and that every value can be shown in every style.

use botflow_values::show::{self, Labels, ShowContext, Shower, Style};
use botflow_values::value::{FileRef, Location, Member};
use botflow_values::{Currency, Date, Decimal, Time, Value, Zone};
use proptest::prelude::*;

struct Sizes;

impl Labels for Sizes {
    fn write_label(&self, member: Member, out: &mut String) {
        out.push_str(
            ["Small", "Large"]
                .get(member.index as usize)
                .copied()
                .unwrap_or("?"),
        );
    }
}

fn shown(language: &str, currency: &str, style: Style, value: &Value) -> String {
    let zone = Zone::named("Europe/Bucharest").expect("the zone is in the bundled data");
    let currency = Currency::from_code(currency).expect("a currency");
    let mut out = String::new();
    Shower::new(language, currency).write(
        value,
        style,
        &ShowContext {
            zone: &zone,
            labels: &Sizes,
        },
        &mut out,
    );
    out
}

/// Each row: language, value, what is shown in the style.
fn check(style: Style, rows: &[(&str, Value, &str)]) {
    check_in("EUR", style, rows);
}

fn check_in(currency: &str, style: Style, rows: &[(&str, Value, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(language, value, expected)| {
            let found = shown(language, currency, style, value);
            (found != *expected)
                .then(|| format!("{language} {value:?}: expected {expected:?}, found {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{style:?}\n{}", wrong.join("\n"));
}

fn number(mantissa: i64, scale: u8) -> Value {
    Value::Number(Decimal::new(mantissa, scale))
}

fn date(year: i32, month: u8, day: u8) -> Value {
    Value::Date(Date::new(year, month, day).expect("a day of the calendar"))
}

fn time(hour: u8, minute: u8) -> Value {
    Value::Time(Time::new(hour, minute, 0).expect("a time of day"))
}

#[test]
fn numbers() {
    check(
        Style::Usual,
        &[
            ("en", Value::Unknown, ""),
            ("en", Value::integer(0), "0"),
            ("en", Value::integer(7), "7"),
            ("en", Value::integer(42), "42"),
            ("en", Value::integer(999), "999"),
            ("en", Value::integer(-5), "-5"),
            ("en", Value::integer(1_234_567), "1,234,567"),
            ("ro", Value::integer(1_234_567), "1.234.567"),
            ("ru", Value::integer(1_234_567), "1 234 567"),
            ("en", number(12_345, 1), "1,234.5"),
            ("ro", number(25, 1), "2,5"),
            ("ru", number(-25, 1), "-2,5"),
            ("en", Value::Percent(Decimal::from_integer(20)), "20%"),
            ("ro", Value::Percent(Decimal::from_integer(20)), "20 %"),
            ("ru", Value::Percent(Decimal::new(25, 1)), "2,5 %"),
            ("en", Value::YesNo(true), "yes"),
            ("ro", Value::YesNo(false), "nu"),
            ("ru", Value::YesNo(true), "да"),
        ],
    );
}

#[test]
fn money() {
    check(
        Style::Usual,
        &[
            ("en", Value::money(500), "€5.00"),
            ("en", Value::money(-123_450), "-€1,234.50"),
            ("ro", Value::money(500), "5,00 EUR"),
            ("ru", Value::money(123_456_789), "1 234 567,89 €"),
            ("de", Value::money(500), "5,00 €"),
            ("fr", Value::money(123_450), "1 234,50 €"),
        ],
    );
    check_in(
        "RON",
        Style::Usual,
        &[
            ("en", Value::money(500), "RON 5.00"),
            ("ro", Value::money(500), "5,00 RON"),
            ("ru", Value::money(500), "5,00 RON"),
        ],
    );
    check_in(
        "RUB",
        Style::Usual,
        &[
            ("en", Value::money(500), "RUB 5.00"),
            ("ru", Value::money(500), "5,00 ₽"),
        ],
    );
    check_in(
        "USD",
        Style::Usual,
        &[
            ("en", Value::money(500), "$5.00"),
            ("ru", Value::money(500), "5,00 $"),
            ("ro", Value::money(500), "5,00 USD"),
        ],
    );
    check_in("UAH", Style::Usual, &[("ru", Value::money(500), "5,00 ₴")]);
    check_in("GBP", Style::Usual, &[("en", Value::money(500), "£5.00")]);
    check_in("JPY", Style::Usual, &[("en", Value::money(500), "¥500")]);
    check(
        Style::Currency,
        &[("en", Value::integer(5), "€5.00"), ("en", number(25, 1), "€2.50")],
    );
}

#[test]
fn days_and_times() {
    let moment = Value::Moment(1_772_611_200_000);
    check(
        Style::Usual,
        &[
            ("en", date(2026, 12, 25), "25 Dec 2026"),
            ("en-US", date(2026, 12, 25), "Dec 25, 2026"),
            ("ro", date(2026, 12, 25), "25 dec. 2026"),
            ("ru", date(2026, 12, 25), "25 дек. 2026 г."),
            ("en", time(9, 30), "09:30"),
            ("en-US", time(9, 30), "9:30 AM"),
            ("ro", time(9, 30), "09:30"),
            ("ru", time(21, 5), "21:05"),
            ("en", moment.clone(), "4 Mar 2026, 10:00"),
            ("ru", moment.clone(), "4 мар. 2026 г., 10:00"),
            ("ro", moment.clone(), "4 mar. 2026, 10:00"),
        ],
    );
    check(
        Style::Date,
        &[
            ("en", date(2026, 12, 25), "25 December 2026"),
            ("ro", date(2026, 12, 25), "25 decembrie 2026"),
            ("ru", date(2026, 12, 25), "25 декабря 2026 г."),
            ("en", moment.clone(), "4 March 2026"),
        ],
    );
    check(
        Style::DateShort,
        &[
            ("en", date(2026, 3, 4), "04/03/2026"),
            ("ro", date(2026, 3, 4), "04.03.2026"),
            ("ru", date(2026, 3, 4), "04.03.2026"),
            ("en", moment.clone(), "04/03/2026"),
        ],
    );
    check(
        Style::Time,
        &[
            ("en", moment.clone(), "10:00"),
            ("en-US", moment, "10:00 AM"),
            ("en", time(0, 0), "00:00"),
        ],
    );
}

#[test]
fn durations() {
    const MINUTE: i64 = 60_000;
    check(
        Style::Usual,
        &[
            ("en", Value::duration(60 * MINUTE), "1 hour"),
            ("en", Value::duration(90 * MINUTE), "1 hour 30 minutes"),
            ("en", Value::duration(24 * 60 * MINUTE), "1 day"),
            ("en", Value::duration(7 * 24 * 60 * MINUTE), "7 days"),
            ("en", Value::duration(14 * 24 * 60 * MINUTE), "2 weeks"),
            ("en", Value::duration(0), "0 seconds"),
            ("en", Value::duration(-5 * MINUTE), "-5 minutes"),
            ("ro", Value::duration(80 * MINUTE), "1 oră 20 de minute"),
            ("ro", Value::duration(5 * MINUTE), "5 minute"),
            ("ru", Value::duration(125 * MINUTE), "2 часа 5 минут"),
            ("ru", Value::duration(21 * MINUTE), "21 минута"),
            ("de", Value::duration(90 * MINUTE), "1 h 30 min"),
        ],
    );
}

#[test]
fn lists_and_names() {
    let list = || {
        Value::List(vec![
            Value::text("a"),
            Value::integer(1500),
            Value::Unknown,
            Value::member(0, 1),
        ])
    };
    check(
        Style::Usual,
        &[
            ("en", list(), "a, 1,500 and Large"),
            ("ro", list(), "a, 1.500 și Large"),
            ("ru", list(), "a, 1 500 и Large"),
        ],
    );
    check(
        Style::ListAnd,
        &[
            ("en", list(), "a, 1,500 and Large"),
            ("en-US", list(), "a, 1,500, and Large"),
        ],
    );
    check(
        Style::ListOr,
        &[
            ("en", list(), "a, 1,500 or Large"),
            ("ro", list(), "a, 1.500 sau Large"),
            ("ru", list(), "a, 1 500 или Large"),
        ],
    );
    check(
        Style::Usual,
        &[
            ("en", Value::List(Vec::new()), ""),
            ("en", Value::List(vec![Value::integer(3)]), "3"),
        ],
    );
    check(
        Style::Usual,
        &[
            ("en", Value::member(0, 0), "Small"),
            ("en", Value::Language("ro".into()), "Romanian"),
            ("ru", Value::Language("ro".into()), "румынский"),
            ("en", Value::Channel("whatsapp".into()), "WhatsApp"),
            (
                "en",
                Value::Location(Location::new(46_770_000, 23_590_000)),
                "46.77,23.59",
            ),
            (
                "en",
                Value::Record(vec![Value::money(500), Value::Unknown, Value::integer(2)]),
                "€5.00, 2",
            ),
            (
                "en",
                Value::File(Box::new(FileRef {
                    url: "https://a.example/x".into(),
                    name: Some("x.pdf".into()),
                })),
                "x.pdf",
            ),
            ("en", Value::Email("ann@example.com".into()), "ann@example.com"),
        ],
    );
}

#[test]
fn plurals() {
    let category = |language: &str, value: &Value| Shower::new(language, Currency::EUR).plural(value);
    for (language, expected) in [
        ("en", ["other", "one", "other", "other", "other"]),
        ("ro", ["few", "one", "few", "few", "other"]),
        ("ru", ["many", "one", "few", "many", "one"]),
    ] {
        let found = [0, 1, 2, 5, 21].map(|n| category(language, &Value::integer(n)));
        assert_eq!(found, expected, "{language}");
    }
    assert_eq!(category("ru", &number(15, 1)), "other");
    assert_eq!(category("en", &Value::integer(-1)), "one");
    assert_eq!(category("en", &Value::money(100)), "one");
    assert_eq!(category("en", &Value::text("1")), "other");
}

#[test]
fn texts() {
    assert_eq!(show::upper("straße ș"), "STRASSE Ș");
    assert_eq!(show::lower("ȘTEFAN"), "ștefan");
    assert_eq!(show::mask("+40721234567"), "+•••••••4567");
    assert_eq!(
        show::mask("ann@example.com"),
        "•••@•••••••.com".replace("•••••••.com", "••••••e.com")
    );
    assert_eq!(show::mask("1234"), "••34");
    assert_eq!(show::mask("12"), "••");
    let mut out = String::new();
    show::percent_encode("a b/ș?", &mut out);
    assert_eq!(out, "a%20b%2F%C8%99%3F");
}

#[test]
fn plain_forms() {
    let plain = |value: &Value| {
        let mut out = String::new();
        show::write_plain(value, Currency::EUR, &mut out);
        out
    };
    assert_eq!(plain(&Value::integer(1_234_567)), "1234567");
    assert_eq!(plain(&Value::money(-1205)), "-12.05");
    assert_eq!(plain(&Value::Moment(1_772_611_200_000)), "2026-03-04T08:00:00Z");
    assert_eq!(plain(&Value::duration(1500)), "1.5");
    assert_eq!(
        plain(&Value::List(vec![Value::YesNo(true), date(2026, 3, 4)])),
        "yes,2026-03-04"
    );
}

#[test]
fn a_shower_is_shared_between_threads() {
    fn shareable<T: Send + Sync>(_: &T) {}
    shareable(&Shower::new("ro", Currency::EUR));
}

#[test]
fn strange_languages_are_shown_somehow() {
    for language in [
        "",
        "-",
        "xx",
        "en-",
        "zz-ZZ",
        "ro_RO",
        "языки",
        "ar",
        "aaaaaaaaaaaaaaaaaaaaaa",
    ] {
        for value in [
            Value::integer(12_345),
            Value::money(500),
            date(2026, 3, 4),
            time(9, 0),
        ] {
            assert!(
                !shown(language, "EUR", Style::Usual, &value).is_empty(),
                "{language}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Every value can be shown in every style.
    #[test]
    fn everything_is_shown(n in any::<i64>(), scale in any::<u8>(), text in any::<String>(), language in prop::sample::select(vec!["en", "ro", "ru", "ar", "hi"])) {
        let values = [
            Value::integer(n), number(n, scale), Value::Percent(Decimal::new(n, scale)), Value::money(n), Value::duration(n), Value::Moment(n),
            Value::Date(Date::from_days(n)), Value::Time(Time::from_seconds(n)), Value::text(&text), Value::Language(text.as_str().into()),
            Value::List(vec![Value::text(&text), Value::integer(n), Value::text(&text)]),
        ];
        for value in &values {
            for style in [Style::Usual, Style::Date, Style::DateShort, Style::Time, Style::Currency, Style::ListAnd, Style::ListOr] {
                let shown = shown(language, "EUR", style, value);
                prop_assert!(!shown.is_empty() || text.is_empty());
            }
        }
        prop_assert_eq!(show::mask(&text).chars().count(), text.chars().count());
    }

    /// A whole number that is shown is read back as the same in the same language.
    #[test]
    fn shown_numbers_are_read_back(n in -9_000_000_000_000i64..9_000_000_000_000, language in prop::sample::select(vec!["en", "ro", "ru"])) {
        use botflow_values::{Kind, ReadContext, Reading, read};
        let zone = Zone::utc();
        let context = ReadContext { language, now: 0, zone: &zone, currency: Currency::EUR, region: None, sets: &[] };
        let money = Value::money(n);
        prop_assert_eq!(read(Kind::Integer, &shown(language, "EUR", Style::Usual, &Value::integer(n)), &context), Reading::Whole(Value::integer(n)));
        if n >= 0 {
            prop_assert_eq!(read(Kind::Money, &shown(language, "EUR", Style::Usual, &money), &context), Reading::Whole(money));
        }
        let day = Value::Date(Date::from_days(n % 20_000));
        for style in [Style::Usual, Style::Date, Style::DateShort] {
            prop_assert_eq!(read(Kind::Date, &shown(language, "EUR", style, &day), &context), Reading::Whole(day.clone()), "{:?}", style);
        }
    }
}
