//! What is read from messages, as tables, and that no message does harm.

use botflow_values::read::{ReadContext, Reading, SetWords, read};
use botflow_values::{Currency, Date, Kind, Time, Value, Zone};
use proptest::prelude::*;

/// Wednesday, 2026-03-04 10:00 in Bucharest.
const NOW: i64 = 1_772_611_200_000;

fn with_context<T>(language: &str, act: impl FnOnce(&ReadContext<'_>) -> T) -> T {
    let zone = Zone::named("Europe/Bucharest").expect("the zone is in the bundled data");
    let words = |phrases: &[&str]| botflow_understanding::OptionWords::new(phrases.iter().copied());
    let sets = [SetWords {
        members: vec![
            words(&["small", "Small", "s", "little", "маленький"]),
            words(&["large", "Large", "l", "big", "большой"]),
            words(&["extra_large", "Extra large", "xl"]),
        ],
    }];
    let context = ReadContext {
        language,
        now: NOW,
        zone: &zone,
        currency: Currency::EUR,
        region: Some("RO"),
        sets: &sets,
    };
    act(&context)
}

fn plain(value: &Value) -> String {
    match value {
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::Integer(n) => n.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Percent(n) => format!("{n}%"),
        Value::Money(n) => format!("{n}c"),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Moment(moment) => {
            let zone = Zone::named("Europe/Bucharest").expect("the zone is in the bundled data");
            let (date, time) = zone.local(*moment);
            format!("{date} {time}")
        }
        Value::Duration(ms) => format!("{}min", *ms as f64 / 60_000.0),
        Value::Location(place) => format!("{} {}", place.latitude, place.longitude),
        Value::Member(member) => format!("#{}", member.index),
        other => other
            .as_text()
            .map_or_else(|| format!("{other:?}"), ToString::to_string),
    }
}

/// `=v` is a whole value, `~v "text"` one inside, `-` none.
fn outcome(kind: Kind, language: &str, text: &str) -> String {
    with_context(language, |context| match read(kind, text, context) {
        Reading::Whole(value) => format!("={}", plain(&value)),
        Reading::Inside(value, range) => format!("~{} {:?}", plain(&value), &text[range]),
        Reading::None => "-".into(),
    })
}

/// Each row: language, message, outcome.
fn check(kind: Kind, rows: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(language, text, expected)| {
            let found = outcome(kind, language, text);
            (found != *expected).then(|| format!("{language} {text:?}: expected {expected}, found {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{kind:?}\n{}", wrong.join("\n"));
}

#[test]
fn integers() {
    check(
        Kind::Integer,
        &[
            ("en", "3", "=3"),
            ("en", " 42 ", "=42"),
            ("en", "0042", "=42"),
            ("en", "-5", "=-5"),
            ("en", "+5", "=5"),
            ("en", "3.", "=3"),
            ("en", "3!", "=3"),
            ("en", "2.0", "=2"),
            ("en", "2.5", "-"),
            ("en", "two", "=2"),
            ("en", "twenty-three", "=23"),
            ("en", "one hundred and five", "=105"),
            ("en", "a hundred", "=100"),
            ("en", "two thousand three hundred", "=2300"),
            ("en", "a dozen", "=12"),
            ("en", "10k", "=10000"),
            ("en", "1,234", "=1234"),
            ("en", "1,234,567", "=1234567"),
            ("en", "3 pieces please", "=3"),
            ("en", "it's 3", "=3"),
            ("en", "my city is Cluj, 3 pieces please", "~3 \"3 pieces\""),
            ("en", "I would like three of them", "~3 \"three\""),
            ("en", "2 or 3", "-"),
            ("en", "I have 2 kids", "~2 \"2\""),
            ("en", "2 rooms for 2 nights", "~2 \"2\""),
            ("en", "3 kids and 2 adults", "-"),
            ("en", "room 12", "~12 \"12\""),
            ("en", "I want to opt out", "-"),
            ("en", "#7", "~7 \"7\""),
            ("ro", "mai vreau 2", "~2 \"2\""),
            ("en", "this one", "-"),
            ("en", "20%", "-"),
            ("en", "20 EUR", "-"),
            ("en", "€20", "-"),
            ("en", "9:30", "-"),
            ("en", "on 12 march", "-"),
            ("en", "12.03.2026", "-"),
            ("en", "ann2@example.com", "-"),
            ("en", "A-5", "-"),
            ("en", "3rd", "-"),
            ("en", "", "-"),
            ("en", "nothing", "-"),
            ("en", "99999999999999999999", "=9000000000000000"),
            ("ro", "două", "=2"),
            ("ro", "doua bucăți", "=2"),
            ("ro", "3 buc.", "=3"),
            ("ro", "douăzeci și trei", "=23"),
            ("ro", "o sută cinci", "=105"),
            ("ro", "două sute", "=200"),
            ("ro", "o mie", "=1000"),
            ("ro", "1.234", "=1234"),
            ("ro", "20 de bucăți", "=20"),
            ("ro", "aș vrea trei, vă rog", "~3 \"trei\""),
            ("ru", "три", "=3"),
            ("ru", "3 шт", "=3"),
            ("ru", "3шт.", "=3"),
            ("ru", "мне 3 штуки", "=3"),
            ("ru", "двадцать три", "=23"),
            ("ru", "двести тридцать пять", "=235"),
            ("ru", "две тысячи", "=2000"),
            ("ru", "1 234 567", "=1234567"),
            ("ru", "5 тыс.", "=5000"),
            ("ru", "Мне пожалуйста два билета", "~2 \"два\""),
            ("en", "\u{FF13}", "=3"),
        ],
    );
}

#[test]
fn numbers() {
    check(
        Kind::Number,
        &[
            ("en", "2.5", "=2.5"),
            ("en", "1,234.5", "=1234.5"),
            ("en", "1.234,5", "=1234.5"),
            ("en", "3,50", "=3.5"),
            ("en", "-0.25", "=-0.25"),
            ("ro", "1.234,5", "=1234.5"),
            ("ro", "2,5", "=2.5"),
            ("ro", "2.5", "=2.5"),
            ("ru", "1 234,5", "=1234.5"),
            ("ru", "2,5", "=2.5"),
            ("en", "about 2.5 I think", "~2.5 \"2.5\""),
            ("en", "1.2.3", "-"),
            ("en", "three", "=3"),
        ],
    );
}

#[test]
fn percentages() {
    check(
        Kind::Percent,
        &[
            ("en", "20%", "=20%"),
            ("en", "20 %", "=20%"),
            ("en", "20 percent", "=20%"),
            ("en", "20", "=20%"),
            ("en", "twelve per cent", "=12%"),
            ("ro", "20 la sută", "=20%"),
            ("ro", "2,5%", "=2.5%"),
            ("ru", "20 процентов", "=20%"),
            ("en", "I want 20% off", "~20% \"20%\""),
            ("en", "I want 20 off", "-"),
        ],
    );
}

#[test]
fn answers() {
    check(
        Kind::YesNo,
        &[
            ("en", "yes", "=yes"),
            ("en", "YES!!", "=yes"),
            ("en", "Yep", "=yes"),
            ("en", "of course", "=yes"),
            ("en", "That's right", "=yes"),
            ("en", "yes please", "=yes"),
            ("en", "👍🏽", "=yes"),
            ("en", "no", "=no"),
            ("en", "no, thanks", "=no"),
            ("en", "no problem", "=yes"),
            ("en", "I don't", "=no"),
            ("en", "no idea", "-"),
            ("en", "I don't know", "-"),
            ("en", "yes, but not today", "~yes \"yes\""),
            ("en", "well, no, it is wrong", "~no \"no\""),
            ("en", "yes and no", "-"),
            ("en", "what?", "-"),
            ("ro", "da", "=yes"),
            ("ro", "Bineînțeles", "=yes"),
            ("ro", "bineinteles", "=yes"),
            ("ro", "nu, mulțumesc", "=no"),
            ("ro", "nu știu", "-"),
            ("ru", "да", "=yes"),
            ("ru", "Ну да", "=yes"),
            ("ru", "конечно!", "=yes"),
            ("ru", "нет", "=no"),
            ("ru", "не надо", "=no"),
            ("ru", "не знаю", "-"),
            ("ru", "+", "=yes"),
        ],
    );
}

#[test]
fn money() {
    check(
        Kind::Money,
        &[
            ("en", "20", "=2000c"),
            ("en", "20 EUR", "=2000c"),
            ("en", "20eur", "=2000c"),
            ("en", "EUR 20", "=2000c"),
            ("en", "€20", "=2000c"),
            ("en", "20€", "=2000c"),
            ("en", "€1,234.50", "=123450c"),
            ("en", "20 euros and 50 cents", "=2050c"),
            ("en", "50 cents", "=50c"),
            ("en", "2k", "=200000c"),
            ("en", "20 dollars", "-"),
            ("en", "$20", "-"),
            ("en", "20 USD", "-"),
            ("en", "USD 20", "-"),
            ("en", "20 lei", "-"),
            ("en", "20.555", "-"),
            ("ro", "20 de euro", "=2000c"),
            ("ro", "1.234,50 euro", "=123450c"),
            ("ro", "douăzeci de euro", "=2000c"),
            ("ru", "20 евро", "=2000c"),
            ("ru", "20 евро 50 центов", "=2050c"),
            ("ru", "20 рублей", "-"),
            ("en", "under 30", "~3000c \"30\""),
            ("en", "between 20 and 30", "-"),
            ("en", "20.50", "=2050c"),
            ("en", "-5 EUR", "=-500c"),
            ("ro", "200 lei", "-"),
            ("en", "my budget is 200 EUR or so", "~20000c \"200 EUR\""),
            ("en", "20%", "-"),
        ],
    );
}

#[test]
fn dates() {
    // The message comes on Wednesday, the fourth of March 2026.
    check(
        Kind::Date,
        &[
            ("en", "today", "=2026-03-04"),
            ("en", "Tomorrow!", "=2026-03-05"),
            ("ro", "mâine", "=2026-03-05"),
            ("ro", "maine", "=2026-03-05"),
            ("ro", "poimâine", "=2026-03-06"),
            ("ru", "завтра", "=2026-03-05"),
            ("ru", "послезавтра", "=2026-03-06"),
            ("en", "the day after tomorrow", "=2026-03-06"),
            ("en", "yesterday", "=2026-03-03"),
            ("en", "friday", "=2026-03-06"),
            ("en", "on Friday", "=2026-03-06"),
            ("en", "wednesday", "=2026-03-11"),
            ("en", "this wednesday", "=2026-03-04"),
            ("en", "next monday", "=2026-03-09"),
            ("en", "next friday", "=2026-03-13"),
            ("ro", "luni", "=2026-03-09"),
            ("ro", "vinerea viitoare", "=2026-03-13"),
            ("ru", "в пятницу", "=2026-03-06"),
            ("ru", "в следующую пятницу", "=2026-03-13"),
            ("en", "12 march", "=2026-03-12"),
            ("en", "12th of March", "=2026-03-12"),
            ("en", "March 12th, 2027", "=2027-03-12"),
            ("en", "march 1", "=2027-03-01"),
            ("ro", "12 martie", "=2026-03-12"),
            ("ru", "12 марта", "=2026-03-12"),
            ("ru", "12-го марта", "=2026-03-12"),
            ("ru", "12 марта 2026 года", "=2026-03-12"),
            ("en", "12.03.2026", "=2026-03-12"),
            ("en", "12/3/26", "=2026-03-12"),
            ("en", "2026-03-12", "=2026-03-12"),
            ("en", "3/4", "=2026-04-03"),
            ("en-US", "3/4", "=2026-03-04"),
            ("en", "3/14", "=2026-03-14"),
            ("en", "31.02.2026", "-"),
            ("en", "the 12th", "=2026-03-12"),
            ("en", "2nd", "=2026-04-02"),
            ("en", "31", "=2026-03-31"),
            ("ro", "pe 12", "=2026-03-12"),
            ("ru", "12 числа", "=2026-03-12"),
            ("en", "in 3 days", "=2026-03-07"),
            ("en", "in a week", "=2026-03-11"),
            ("ro", "peste 3 zile", "=2026-03-07"),
            ("ro", "peste o săptămână", "=2026-03-11"),
            ("ru", "через 3 дня", "=2026-03-07"),
            ("ru", "через неделю", "=2026-03-11"),
            ("en", "can I come on friday afternoon", "~2026-03-06 \"friday\""),
            ("en", "29 february", "=2028-02-29"),
            ("en", "friday, 13 march", "=2026-03-13"),
            ("en", "friday the 13th", "=2026-03-13"),
            ("en", "Friday, March 13", "=2026-03-13"),
            ("ro", "vineri 13", "=2026-03-13"),
            ("ro", "vineri, 13 martie", "=2026-03-13"),
            ("ru", "в пятницу 13 марта", "=2026-03-13"),
            ("en", "dec 25", "=2026-12-25"),
            ("ro", "peste 2 luni", "=2026-05-04"),
            ("en", "friday or friday", "~2026-03-06 \"friday\""),
            ("en", "monday or tuesday", "-"),
            ("en", "3 pieces", "-"),
            ("en", "I may come", "-"),
            ("en", "hello", "-"),
        ],
    );
}

#[test]
fn times() {
    check(
        Kind::Time,
        &[
            ("en", "9:30", "=09:30"),
            ("en", "9.30", "=09:30"),
            ("en", "9", "=09:00"),
            ("en", "21:00", "=21:00"),
            ("en", "9am", "=09:00"),
            ("en", "9 pm", "=21:00"),
            ("en", "9:15 p.m.", "=21:15"),
            ("en", "12am", "=00:00"),
            ("en", "12pm", "=12:00"),
            ("en", "at 9", "=09:00"),
            ("en", "half past nine", "=09:30"),
            ("en", "quarter to ten", "=09:45"),
            ("en", "9 in the evening", "=21:00"),
            ("en", "nine thirty", "=09:30"),
            ("en", "noon", "=12:00"),
            ("en", "24:00", "=00:00"),
            ("en", "25:00", "-"),
            ("en", "9 o'clock", "=09:00"),
            ("ro", "ora 9", "=09:00"),
            ("ro", "la ora 9 seara", "=21:00"),
            ("ro", "9 dimineața", "=09:00"),
            ("ro", "nouă și jumătate", "=09:30"),
            ("ro", "la prânz", "=12:00"),
            ("ru", "в 9 утра", "=09:00"),
            ("ru", "9 вечера", "=21:00"),
            ("ru", "в 9 часов", "=09:00"),
            ("ru", "полдесятого", "=09:30"),
            ("ru", "в полдень", "=12:00"),
            ("ru", "девять тридцать", "=09:30"),
            ("en", "can we meet at 9:30 tomorrow", "~09:30 \"at 9:30\""),
            ("en", "3 pieces", "-"),
            ("en", "12.03.2026", "-"),
        ],
    );
}

#[test]
fn moments() {
    check(
        Kind::Moment,
        &[
            ("en", "now", "=2026-03-04 10:00"),
            ("en", "tomorrow at 9", "=2026-03-05 09:00"),
            ("en", "tomorrow at 9:30 pm", "=2026-03-05 21:30"),
            ("en", "at 9 tomorrow", "=2026-03-05 09:00"),
            ("en", "2026-03-12T14:30", "=2026-03-12 14:30"),
            ("en", "12.03.2026 14:30", "=2026-03-12 14:30"),
            ("en", "in 2 hours", "=2026-03-04 12:00"),
            ("en", "in half an hour", "=2026-03-04 10:30"),
            ("en", "9:30", "=2026-03-05 09:30"),
            ("en", "11:00", "=2026-03-04 11:00"),
            ("ro", "mâine la ora 9", "=2026-03-05 09:00"),
            ("ro", "peste 2 ore", "=2026-03-04 12:00"),
            ("ru", "завтра в 9 утра", "=2026-03-05 09:00"),
            ("ru", "через час", "=2026-03-04 11:00"),
            ("en", "tomorrow", "-"),
            (
                "en",
                "could you call me friday at 10 please",
                "~2026-03-06 10:00 \"friday at 10\"",
            ),
        ],
    );
}

#[test]
fn durations() {
    check(
        Kind::Duration,
        &[
            ("en", "2 hours", "=120min"),
            ("en", "2h", "=120min"),
            ("en", "1h 30m", "=90min"),
            ("en", "1 hour and 30 minutes", "=90min"),
            ("en", "half an hour", "=30min"),
            ("en", "an hour", "=60min"),
            ("en", "an hour and a half", "=90min"),
            ("en", "two and a half hours", "=150min"),
            ("en", "2.5 hours", "=150min"),
            ("en", "1:30", "=90min"),
            ("en", "a week", "=10080min"),
            ("ro", "2 ore", "=120min"),
            ("ro", "o oră și jumătate", "=90min"),
            ("ro", "o jumătate de oră", "=30min"),
            ("ro", "20 de minute", "=20min"),
            ("ru", "2 часа", "=120min"),
            ("ru", "полтора часа", "=90min"),
            ("ru", "полчаса", "=30min"),
            ("ru", "час", "=60min"),
            ("ru", "2 ч. 15 мин.", "=135min"),
            ("en", "it lasted 3 days I think", "~4320min \"3 days\""),
            ("en", "2 months", "-"),
            ("en", "5", "-"),
        ],
    );
}

#[test]
fn addresses() {
    check(
        Kind::Email,
        &[
            ("en", "ann@example.com", "=ann@example.com"),
            ("en", " Ann.Lee+x@EXAMPLE.Com ", "=Ann.Lee+x@example.com"),
            ("en", "ann@example.com.", "=ann@example.com"),
            ("en", "<ann@example.com>", "=ann@example.com"),
            (
                "en",
                "my email is ann@example.com, thanks",
                "~ann@example.com \"ann@example.com\"",
            ),
            ("en", "bad mail", "-"),
            ("en", "ann@gmail", "-"),
            ("en", "ann@@example.com", "-"),
            ("en", "ann..b@example.com", "-"),
            ("en", ".ann@example.com", "-"),
            ("en", "ann@-example.com", "-"),
            ("en", "ann@example.c0m", "-"),
            ("en", "a@b.ro or c@d.ro", "-"),
        ],
    );
    check(
        Kind::Phone,
        &[
            ("en", "+40721234567", "=+40721234567"),
            ("en", "0721 234 567", "=+40721234567"),
            ("en", "0040 721-234-567", "=+40721234567"),
            ("en", "(0721) 234.567", "=+40721234567"),
            ("ru", "+7 912 345-67-89", "=+79123456789"),
            (
                "en",
                "call me at 0721234567 please",
                "~+40721234567 \"0721234567\"",
            ),
            (
                "en",
                "my number's 0721 234 567 and my order 20431177",
                "~+40721234567 \"0721 234 567\"",
            ),
            ("en", "12345", "-"),
            ("en", "my order is 20431177", "-"),
            ("en", "no phone", "-"),
        ],
    );
    check(
        Kind::Url,
        &[
            (
                "en",
                "https://Shop.Example/Cart?a=1",
                "=https://shop.example/Cart?a=1",
            ),
            ("en", "shop.example", "=https://shop.example"),
            ("en", "www.shop.example/x", "=https://www.shop.example/x"),
            (
                "en",
                "see https://shop.example/x.",
                "~https://shop.example/x \"https://shop.example/x\"",
            ),
            ("en", "hello.", "-"),
            ("en", "javascript:alert(1)", "-"),
            ("en", "https://user:pw@shop.example", "-"),
            ("en", "see shop.example", "-"),
        ],
    );
}

#[test]
fn names() {
    check(
        Kind::Member(0),
        &[
            ("en", "small", "=#0"),
            ("en", "L", "=#1"),
            ("en", "BIG!", "=#1"),
            ("ru", "большой", "=#1"),
            ("en", "extra large", "=#2"),
            ("en", "extra_large", "=#2"),
            ("en", "an extra large one please", "~#2 \"extra large\""),
            ("en", "smal", "~#0 \"smal\""),
            ("en", "a big one please", "~#1 \"big\""),
            ("en", "small or large", "-"),
            ("en", "1", "-"),
            ("en", "medium", "-"),
        ],
    );
    check(Kind::Member(7), &[("en", "small", "-")]);
    check(
        Kind::Language,
        &[
            ("en", "Romanian", "=ro"),
            ("ro", "română", "=ro"),
            ("ru", "по-английски", "-"),
            ("en", "ru", "=ru"),
            ("en", "in Russian please", "~ru \"Russian\""),
        ],
    );
    check(
        Kind::Channel,
        &[
            ("en", "WhatsApp", "=whatsapp"),
            ("ru", "вайбер", "=viber"),
            ("en", "write me on Viber", "~viber \"Viber\""),
        ],
    );
    check(
        Kind::Location,
        &[
            ("en", "46.77, 23.59", "=46770000 23590000"),
            ("ro", "46,77; 23,59", "=46770000 23590000"),
            ("en", "geo:46.77,-23.59", "=46770000 -23590000"),
            ("en", "46.77N 23.59W", "=46770000 -23590000"),
            (
                "en",
                "I am at 46.77, 23.59 now",
                "~46770000 23590000 \"46.77, 23.59\"",
            ),
            ("en", "146.77, 23.59", "-"),
            ("en", "3, 4", "-"),
        ],
    );
}

/// Messages that look like what readers look for.
fn message() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "3",
        "12",
        "2026",
        "0",
        "99999999999",
        ".",
        ",",
        ":",
        "/",
        "-",
        "+",
        "%",
        "€",
        "$",
        "@",
        " ",
        " ",
        " ",
        "at",
        "in",
        "march",
        "mai",
        "monday",
        "next",
        "two",
        "hundred",
        "half",
        "past",
        "and",
        "a",
        "hours",
        "h",
        "am",
        "p.m.",
        "mâine",
        "zile",
        "de",
        "peste",
        "через",
        "часа",
        "утра",
        "пол",
        "полчаса",
        "в",
        "12-го",
        "EUR",
        "lei",
        "cents",
        "T",
        "#",
        "ann",
        "example.com",
        "https://",
        "www.",
        "geo:",
        "N",
        "ș",
        "й",
        "'",
        "\u{301}",
        "\u{200D}",
        "👍",
        "\u{A0}",
        "the",
        "12th",
        "o",
        "jumătate",
        "тысяч",
        "million",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// No message harms a reader, and what is said to stand inside can be cut out of the message.
    #[test]
    fn any_message_is_safe(text in prop_oneof![message(), any::<String>()], language in prop::sample::select(vec!["en", "ro", "ru", "de", "en-US", ""]), now in any::<i64>()) {
        with_context(language, |context| {
            let context = ReadContext { now, ..*context };
            for kind in Kind::NAMED.into_iter().chain([Kind::Member(0)]) {
                if let Reading::Inside(_, range) = read(kind, &text, &context) {
                    prop_assert!(text.get(range).is_some_and(|part| !part.is_empty()), "{kind:?}");
                }
            }
            Ok(())
        })?;
    }

    /// Dates, times and integers are read back from how they are written in the language's literals.
    #[test]
    fn literals_are_read_back(days in 0i64..40_000, seconds in 0i64..1440, number in -1_000_000_000i64..1_000_000_000) {
        with_context("en", |context| {
            let date = Date::from_days(days);
            prop_assert_eq!(read(Kind::Date, &date.to_string(), context), Reading::Whole(Value::Date(date)));
            let time = Time::from_seconds(seconds * 60);
            prop_assert_eq!(read(Kind::Time, &time.to_string(), context), Reading::Whole(Value::Time(time)));
            prop_assert_eq!(read(Kind::Integer, &number.to_string(), context), Reading::Whole(Value::Integer(number)));
            Ok(())
        })?;
    }
}

#[test]
fn huge_messages_are_read_in_time() {
    let messages = [
        "9 ",
        "12.03.",
        "@a",
        "a@b.ro ",
        "+40721234567 ",
        "https://a.ro ",
        "1,",
        "half past ",
        "ё",
        "-",
        "46.77 ",
        "\u{301}",
    ];
    with_context("ru", |context| {
        for piece in messages {
            let text = piece.repeat(1_000_000 / piece.len());
            for kind in Kind::NAMED.into_iter().chain([Kind::Member(0)]) {
                if let Reading::Inside(_, range) = read(kind, &text, context) {
                    assert!(text.get(range).is_some());
                }
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Looking for whole values only finds exactly the whole values.
    #[test]
    fn whole_reading_agrees(text in prop_oneof![message(), any::<String>()], language in prop::sample::select(vec!["en", "ro", "ru"])) {
        with_context(language, |context| {
            for kind in Kind::NAMED.into_iter().chain([Kind::Member(0)]) {
                prop_assert_eq!(botflow_values::read_whole(kind, &text, context), read(kind, &text, context).whole(), "{:?}", kind);
            }
            Ok(())
        })?;
    }
}
