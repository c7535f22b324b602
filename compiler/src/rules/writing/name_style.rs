//! `name-style`: a name is not written in `snake_case`.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF010",
    name: "name-style",
    level: Level::Warning,
    summary: "A name is not written in `snake_case`.",
    page: include_str!("name_style.md"),
};

/// Reports a declared name that is not in `snake_case`.
pub fn check(at: Span, name: &str) -> Option<Finding> {
    let is_plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_';
    if name.bytes().all(is_plain) {
        return None;
    }
    let wanted = snake_case(name);
    (wanted != name).then(|| {
        Finding::new(&RULE, at, format!("`{name}` is not written as names are here."))
            .help(format!("Rename it to `{wanted}`, here and wherever it is used."))
    })
}

/// A name as names are written here.
pub fn snake(name: &str) -> String {
    snake_case(name)
}

/// The name in small letters with `_` between words. Scripts without capital letters stay as they are.
fn snake_case(name: &str) -> String {
    let mut wanted = String::with_capacity(name.len());
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()))
            });
        if begins_word {
            wanted.push('_');
        }
        wanted.extend(letter.to_lowercase());
        before = Some(letter);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_are_told_apart() {
        for (name, wanted) in [
            ("OrderStatus", "order_status"),
            ("orderStatus", "order_status"),
            ("HTTPServer", "http_server"),
            ("ORDER", "order"),
            ("order_2", "order_2"),
            ("livrare_în_oraș", "livrare_în_oraș"),
            ("Доставка", "доставка"),
            ("配送", "配送"),
            ("_hidden", "_hidden"),
        ] {
            assert_eq!(snake_case(name), wanted);
            assert_eq!(snake_case(wanted), wanted, "the wanted form is a fixed point");
        }
    }
}
