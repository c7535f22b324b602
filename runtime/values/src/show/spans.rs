//! Showing durations in words: "2 hours", "1 oră 30 de minute", "2 часа 5 минут".

use super::Shower;

/// The units that durations are shown in: milliseconds, and the words by plural category in English,
/// Romanian and Russian, and the short form of other languages.
struct Unit {
    length: i64,
    english: [&'static str; 2],
    /// One, few, and other with its "de".
    romanian: [&'static str; 3],
    /// One, few, many; decimals do not occur.
    russian: [&'static str; 3],
    short: &'static str,
}

const UNITS: [Unit; 5] = [
    Unit {
        length: 604_800_000,
        english: ["week", "weeks"],
        romanian: ["săptămână", "săptămâni", "de săptămâni"],
        russian: ["неделя", "недели", "недель"],
        short: "w",
    },
    Unit {
        length: 86_400_000,
        english: ["day", "days"],
        romanian: ["zi", "zile", "de zile"],
        russian: ["день", "дня", "дней"],
        short: "d",
    },
    Unit {
        length: 3_600_000,
        english: ["hour", "hours"],
        romanian: ["oră", "ore", "de ore"],
        russian: ["час", "часа", "часов"],
        short: "h",
    },
    Unit {
        length: 60_000,
        english: ["minute", "minutes"],
        romanian: ["minut", "minute", "de minute"],
        russian: ["минута", "минуты", "минут"],
        short: "min",
    },
    Unit {
        length: 1000,
        english: ["second", "seconds"],
        romanian: ["secundă", "secunde", "de secunde"],
        russian: ["секунда", "секунды", "секунд"],
        short: "s",
    },
];

/// Appends the duration in its two largest units that are not zero and stand side by side; what is
/// smaller is left out. Weeks are used only for whole weeks, from two on.
pub(super) fn write(milliseconds: i64, shower: &Shower, out: &mut String) {
    if milliseconds < 0 {
        out.push('-');
    }
    let mut rest = milliseconds.saturating_abs();
    let weeks = &UNITS[0];
    if rest >= 2 * weeks.length && rest % weeks.length == 0 {
        return write_part(rest / weeks.length, weeks, shower, out);
    }
    let mut parts = 0;
    for unit in &UNITS[1..] {
        let count = rest / unit.length;
        rest %= unit.length;
        if count > 0 {
            if parts > 0 {
                out.push(' ');
            }
            write_part(count, unit, shower, out);
            parts += 1;
        } else if parts > 0 {
            break;
        }
        if parts == 2 {
            break;
        }
    }
    if parts == 0 {
        write_part(0, &UNITS[4], shower, out);
    }
}

fn write_part(count: i64, unit: &Unit, shower: &Shower, out: &mut String) {
    shower.write_integer(count, out);
    out.push(' ');
    let category = shower.plural(&crate::value::Value::Integer(count));
    let word = match shower.base.as_str() {
        "en" => unit.english[usize::from(category != "one")],
        "ro" => match category {
            "one" => unit.romanian[0],
            "few" => unit.romanian[1],
            _ => unit.romanian[2],
        },
        "ru" => match category {
            "one" => unit.russian[0],
            "few" => unit.russian[1],
            _ => unit.russian[2],
        },
        _ => unit.short,
    };
    out.push_str(word);
}
