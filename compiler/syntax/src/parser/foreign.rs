//! Signs of other languages and of word processors, and what is written instead of them here.

/// A sign that means nothing here.
pub(super) struct Sign {
    /// The sign as it was written.
    pub written: &'static str,
    /// What is wrong with it.
    pub sentence: &'static str,
    /// What takes its place, if it can simply be put there.
    pub instead: Option<&'static str>,
}

/// The foreign sign with which the text begins; `word` is its first token.
pub(super) fn sign(word: &str, text: &str) -> Option<&'static Sign> {
    SIGNS.iter().find(|sign| {
        if sign.written.starts_with(char::is_alphabetic) {
            word == sign.written
        } else {
            text.starts_with(sign.written)
        }
    })
}

/// Longer ones come before those that they begin with.
const SIGNS: &[Sign] = &[
    new("→", "A way is written with `->`.", Some("->")),
    new("⇒", "A way is written with `->`.", Some("->")),
    new("=>", "A way is written with `->`.", Some("->")),
    new("goto", "A way is written with `->`.", Some("->")),
    new("//", "A comment begins with `#`.", Some("#")),
    new("/*", "A comment begins with `#`, on each of its lines.", None),
    new("'", "Texts stand in straight double quotes: `\"…\"`.", None),
    new("`", "Texts stand in straight double quotes: `\"…\"`.", None),
    new(";", "A line ends a statement by itself, without `;`.", Some("")),
    new("&&", "Conditions are joined by `and`.", Some("and")),
    new("||", "Conditions are joined by `or`.", Some("or")),
    new("===", "Values are compared with `is`.", Some("is")),
    new("==", "Values are compared with `is`.", Some("is")),
    new("!==", "Values are compared with `is not`.", Some("is not")),
    new("!=", "Values are compared with `is not`.", Some("is not")),
    new("≤", "This is written `<=`.", Some("<=")),
    new("≥", "This is written `>=`.", Some(">=")),
    new("!", "The opposite of a condition is written with `not`.", None),
    new(
        "elseif",
        "Another condition is written `else if`.",
        Some("else if"),
    ),
    new(
        "elsif",
        "Another condition is written `else if`.",
        Some("else if"),
    ),
    new("elif", "Another condition is written `else if`.", Some("else if")),
    new(
        "€",
        "Amounts are written with the code of the currency, such as `20 EUR`.",
        None,
    ),
    new(
        "$",
        "Amounts are written with the code of the currency, such as `20 USD`.",
        None,
    ),
    new(
        "£",
        "Amounts are written with the code of the currency, such as `20 GBP`.",
        None,
    ),
];

const fn new(written: &'static str, sentence: &'static str, instead: Option<&'static str>) -> Sign {
    Sign {
        written,
        sentence,
        instead,
    }
}
