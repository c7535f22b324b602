//! How languages write amounts of money: the symbol they use for a currency, and where it stands.
//!
//! ICU4X has no stable formatting of currencies, so the few facts it would need are kept here, as CLDR
//! states them: the pattern of the language, and its symbols for the currencies of its own readers. A
//! currency that a language has no symbol for is written by its code.

use crate::currency::Currency;

/// How an amount is written.
pub(super) struct Custom {
    /// The symbol or code.
    pub(super) symbol: &'static str,
    /// Whether it stands before the number.
    pub(super) before: bool,
    /// Whether a space stands between.
    pub(super) spaced: bool,
}

/// The custom of a language for a currency.
pub(super) fn custom(base: &str, language: &str, currency: Currency) -> Custom {
    let symbol = symbol(base, language, currency);
    let before = stands_before(base, language);
    // Letters keep away from digits; behind a number every symbol does.
    let letters = symbol.ends_with(|c: char| c.is_alphabetic());
    let spaced = !before || letters || spaced_before(base);
    Custom {
        symbol,
        before,
        spaced,
    }
}

/// Languages whose pattern begins with the symbol.
fn stands_before(base: &str, language: &str) -> bool {
    match base {
        "en" | "zh" | "ja" | "ko" | "th" | "hi" | "bn" | "ta" | "te" | "mr" | "gu" | "kn" | "ml" | "pa"
        | "id" | "ms" | "tr" | "nl" | "ga" | "mt" | "cy" | "sw" | "fil" | "ne" | "si" | "ur" => true,
        "pt" => !language.ends_with("PT"),
        "es" => matches!(
            language.rsplit(['-', '_']).next(),
            Some("MX" | "US" | "419" | "AR" | "CO" | "CL" | "PE")
        ),
        "de" => matches!(language.rsplit(['-', '_']).next(), Some("AT" | "CH")),
        _ => false,
    }
}

/// Languages that leave a space behind a symbol before the number.
fn spaced_before(base: &str) -> bool {
    matches!(base, "nl" | "pt" | "de" | "id")
}

/// The symbol of a language for a currency.
fn symbol(base: &str, language: &str, currency: Currency) -> &'static str {
    let code = currency.code();
    match (base, code) {
        // Romanian writes the codes of all currencies.
        ("ro", _) => {}
        (_, "EUR") => return "€",
        ("en", "USD") => {
            return if language.ends_with("CA") || language.ends_with("AU") {
                "US$"
            } else {
                "$"
            };
        }
        ("ru" | "de" | "fr" | "it" | "uk" | "pl" | "tr" | "ja" | "ko" | "zh" | "hi" | "el" | "hu", "USD") => {
            return "$";
        }
        (_, "GBP") if !matches!(base, "bg" | "hr" | "sr" | "sk" | "cs" | "hu" | "pl") => return "£",
        ("ru", "RUB") => return "₽",
        ("ru" | "uk", "UAH") => return "₴",
        ("ru" | "kk", "KZT") => return "₸",
        ("be", "BYN") => return "Br",
        ("ja", "JPY") => return "￥",
        ("en" | "de" | "ru" | "ko", "JPY") => return "¥",
        ("zh", "CNY") => return "¥",
        ("en", "CNY") => return "CN¥",
        ("en", "CAD") => return if language.ends_with("CA") { "$" } else { "CA$" },
        ("en", "AUD") => return if language.ends_with("AU") { "$" } else { "A$" },
        ("en", "NZD") => return "NZ$",
        ("en", "MXN") => return "MX$",
        ("en" | "hi", "INR") => return "₹",
        ("en", "KRW") | ("ko", "KRW") => return "₩",
        ("en", "ILS") | ("he", "ILS") => return "₪",
        ("en", "BRL") | ("pt", "BRL") => return "R$",
        ("en", "VND") | ("vi", "VND") => return "₫",
        ("pl", "PLN") => return "zł",
        ("cs", "CZK") => return "Kč",
        ("hu", "HUF") => return "Ft",
        ("bg", "BGN") => return "лв.",
        ("tr", "TRY") => return "₺",
        ("sv", "SEK") | ("nb" | "no", "NOK") => return "kr",
        ("da", "DKK") => return "kr.",
        ("ka", "GEL") => return "₾",
        ("az", "AZN") => return "₼",
        _ => {}
    }
    currency.static_code()
}
