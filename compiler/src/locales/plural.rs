//! How a language counts: the forms of gettext's header `Plural-Forms` and the categories of the Unicode rules.
//!
//! A catalogue numbers its forms (`msgstr[0]`, `msgstr[1]` …) by an expression in its header; flows name them (`one`,
//! `few`, `other`). Which number is which category is found by counting: the header's expression and the Unicode rules
//! are asked about the same whole numbers. So a header that a tool wrote differently means what it says, and one that
//! does not fit the language is noticed.

use botflow_values::show::Shower;
use botflow_values::{Currency, Value};

/// The categories of the Unicode rules, in their order.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// So many numbers are asked about. All rules of whole numbers show themselves below it; those about millions
/// (French, Spanish) are about words like "million", and no catalogue has a form for them.
const COUNTED: i64 = 1001;

/// Headers as the translation tools write them.
const KNOWN: &[&str] = &[
    "nplurals=1; plural=0;",
    "nplurals=2; plural=(n != 1);",
    "nplurals=2; plural=(n > 1);",
    "nplurals=2; plural=(n%10 != 1 || n%100 == 11);",
    "nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);",
    "nplurals=3; plural=(n == 1 ? 0 : n == 0 || (n%100 > 0 && n%100 < 20) ? 1 : 2);",
    "nplurals=3; plural=(n%10 == 1 && n%100 != 11 ? 0 : n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14) ? 1 : 2);",
    "nplurals=3; plural=(n == 1 ? 0 : n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14) ? 1 : 2);",
    "nplurals=3; plural=(n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2);",
    "nplurals=3; plural=(n%10 == 1 && (n%100 < 11 || n%100 > 19) ? 0 : n%10 >= 2 && n%10 <= 9 && (n%100 < 11 || n%100 > 19) ? 1 : 2);",
    "nplurals=3; plural=(n%10 == 0 || (n%100 >= 11 && n%100 <= 19) ? 0 : n%10 == 1 ? 1 : 2);",
    "nplurals=4; plural=(n%100 == 1 ? 0 : n%100 == 2 ? 1 : n%100 == 3 || n%100 == 4 ? 2 : 3);",
    "nplurals=4; plural=(n == 1 ? 0 : n == 0 || (n%100 > 1 && n%100 < 11) ? 1 : n%100 > 10 && n%100 < 20 ? 2 : 3);",
    "nplurals=5; plural=(n == 1 ? 0 : n == 2 ? 1 : n < 7 && n > 2 ? 2 : n < 11 && n > 6 ? 3 : 4);",
    "nplurals=5; plural=(n == 1 ? 0 : n == 2 ? 1 : n == 0 || (n%100 > 2 && n%100 < 11) ? 2 : n%100 > 10 && n%100 < 20 ? 3 : 4);",
    "nplurals=6; plural=(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 : n == 3 ? 3 : n == 6 ? 4 : 5);",
    "nplurals=6; plural=(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 : n%100 >= 3 && n%100 <= 10 ? 3 : n%100 >= 11 ? 4 : 5);",
];

/// How one language counts.
#[derive(Clone, Debug)]
pub struct Counting {
    /// Per whole number from 0, the place of its category in [`CATEGORIES`].
    numbers: Vec<u8>,
}

impl Counting {
    /// By the Unicode rules. A language that they do not know has one form.
    pub fn of(language: &str) -> Counting {
        let shower = Shower::new(language, Currency::EUR);
        let category = |number: i64| {
            let name = shower.plural(&Value::Integer(number));
            CATEGORIES.iter().position(|known| *known == name).unwrap_or(5) as u8
        };
        Counting {
            numbers: (0..COUNTED).map(category).collect(),
        }
    }

    /// The categories of whole numbers, in their order.
    pub fn categories(&self) -> Vec<&'static str> {
        (0..CATEGORIES.len() as u8)
            .filter(|category| self.numbers.contains(category))
            .map(|category| CATEGORIES[category as usize])
            .collect()
    }

    /// The category that `other` stands for where a language has no whole numbers of that name, as in Russian.
    pub fn general(&self) -> &'static str {
        let all = self.categories();
        match all.contains(&"other") {
            true => "other",
            false => all.last().copied().unwrap_or("other"),
        }
    }

    /// The only whole number of a category, if there is only one ("one" in English).
    pub fn only_number(&self, category: &str) -> Option<i64> {
        let place = CATEGORIES.iter().position(|known| *known == category)? as u8;
        let mut numbers = self.numbers.iter().enumerate().filter(|(_, it)| **it == place);
        let first = numbers.next()?.0;
        numbers.next().is_none().then_some(first as i64)
    }

    /// A whole number of a category, for people to see what it is about.
    pub fn example(&self, category: &str) -> Option<i64> {
        let place = CATEGORIES.iter().position(|known| *known == category)? as u8;
        self.numbers
            .iter()
            .position(|it| *it == place)
            .map(|number| number as i64)
    }

    /// The header for a new catalogue: the first known one that agrees.
    pub fn header(&self) -> &'static str {
        let fits = |header: &&&str| Forms::parse(header).is_some_and(|forms| self.forms(&forms).is_some());
        KNOWN.iter().find(fits).copied().unwrap_or(KNOWN[1])
    }

    /// Per form of a header its category; nothing if the header does not fit the language.
    pub fn forms(&self, forms: &Forms) -> Option<Vec<&'static str>> {
        let mut found: Vec<Option<u8>> = vec![None; forms.count];
        for (number, category) in self.numbers.iter().enumerate() {
            let form = forms.of(number as u64)?;
            let known = found.get_mut(form)?;
            if known.replace(*category).is_some_and(|before| before != *category) {
                return None;
            }
        }
        // A form of its own for fractions has no whole numbers, and is `other`.
        let mut names: Vec<&'static str> = Vec::with_capacity(found.len());
        for category in found {
            names.push(category.map_or("other", |category| CATEGORIES[category as usize]));
        }
        let distinct = |at: usize| !names[..at].contains(&names[at]);
        (0..names.len()).all(distinct).then_some(names)
    }
}

/// `nplurals=3; plural=(…);`.
#[derive(Clone, Debug, PartialEq)]
pub struct Forms {
    /// How many there are.
    pub count: usize,
    expression: Expression,
}

impl Forms {
    /// Reads a header; nothing if it is none.
    pub fn parse(header: &str) -> Option<Forms> {
        let mut count = None;
        let mut expression = None;
        for part in header.split(';') {
            match part.split_once('=') {
                Some((name, value)) if name.trim() == "nplurals" => count = value.trim().parse().ok(),
                Some((name, value)) if name.trim() == "plural" => expression = Some(parse(value)?),
                _ => {}
            }
        }
        let count: usize = count?;
        (1..=12).contains(&count).then_some(())?;
        Some(Forms {
            count,
            expression: expression?,
        })
    }

    /// The form of a number; nothing if the expression gives none that there is.
    pub fn of(&self, number: u64) -> Option<usize> {
        let form = self.expression.of(number)?;
        usize::try_from(form).ok().filter(|form| *form < self.count)
    }
}

/// What C has of expressions about one number.
#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Number,
    Constant(u64),
    Not(Box<Expression>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
    If(Box<Expression>, Box<Expression>, Box<Expression>),
}

impl Expression {
    fn of(&self, n: u64) -> Option<u64> {
        Some(match self {
            Expression::Number => n,
            Expression::Constant(value) => *value,
            Expression::Not(inner) => u64::from(inner.of(n)? == 0),
            Expression::If(condition, then, otherwise) => match condition.of(n)? {
                0 => otherwise.of(n)?,
                _ => then.of(n)?,
            },
            Expression::Binary(sign, a, b) => {
                let (a, b) = (a.of(n)?, b.of(n)?);
                match *sign {
                    "||" => u64::from(a != 0 || b != 0),
                    "&&" => u64::from(a != 0 && b != 0),
                    "==" => u64::from(a == b),
                    "!=" => u64::from(a != b),
                    "<=" => u64::from(a <= b),
                    ">=" => u64::from(a >= b),
                    "<" => u64::from(a < b),
                    ">" => u64::from(a > b),
                    "+" => a.checked_add(b)?,
                    "-" => a.checked_sub(b)?,
                    "*" => a.checked_mul(b)?,
                    "/" => a.checked_div(b)?,
                    _ => a.checked_rem(b)?,
                }
            }
        })
    }
}

/// The signs of two operands, loosest first.
const SIGNS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// No header nests deeper.
const DEEPEST: u32 = 64;

fn parse(text: &str) -> Option<Expression> {
    if text.len() > 1000 {
        return None;
    }
    let mut left = text;
    let expression = choice(&mut left, DEEPEST)?;
    left.trim().is_empty().then_some(expression)
}

fn take(text: &mut &str, sign: &str) -> bool {
    let rest = text.trim_start();
    match rest.strip_prefix(sign) {
        Some(rest) => {
            *text = rest;
            true
        }
        None => false,
    }
}

fn choice(text: &mut &str, depth: u32) -> Option<Expression> {
    let depth = depth.checked_sub(1)?;
    let condition = binary(text, 0, depth)?;
    if !take(text, "?") {
        return Some(condition);
    }
    let then = choice(text, depth)?;
    take(text, ":").then_some(())?;
    let otherwise = choice(text, depth)?;
    Some(Expression::If(condition.into(), then.into(), otherwise.into()))
}

fn binary(text: &mut &str, level: usize, depth: u32) -> Option<Expression> {
    let Some(signs) = SIGNS.get(level) else {
        return operand(text, depth);
    };
    let mut left = binary(text, level + 1, depth)?;
    let mut count = 0;
    while let Some(sign) = signs.iter().find(|sign| take(text, sign)) {
        count += 1;
        if count > DEEPEST {
            return None;
        }
        let right = binary(text, level + 1, depth)?;
        left = Expression::Binary(sign, left.into(), right.into());
    }
    Some(left)
}

fn operand(text: &mut &str, depth: u32) -> Option<Expression> {
    let depth = depth.checked_sub(1)?;
    if take(text, "(") {
        let inner = choice(text, depth)?;
        return take(text, ")").then_some(inner);
    }
    if take(text, "!") {
        return Some(Expression::Not(operand(text, depth)?.into()));
    }
    if take(text, "n") {
        return Some(Expression::Number);
    }
    let rest = text.trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = rest[..digits].parse().ok()?;
    *text = &rest[digits..];
    Some(Expression::Constant(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers of the languages that the tools know best, as those tools write them, and the names of their forms.
    #[test]
    fn headers_of_the_tools_are_understood() {
        for (language, header, names) in [
            ("en", "nplurals=2; plural=(n != 1);", &["one", "other"][..]),
            ("fr", "nplurals=2; plural=(n > 1);", &["one", "other"]),
            ("ja", "nplurals=1; plural=0;", &["other"]),
            (
                "ro",
                "nplurals=3; plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;",
                &["one", "few", "other"],
            ),
            (
                "ru",
                "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
                &["one", "few", "many"],
            ),
            (
                "pl",
                "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
                &["one", "few", "many"],
            ),
            (
                "ar",
                "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
                &["zero", "one", "two", "few", "many", "other"],
            ),
        ] {
            let forms = Forms::parse(header).expect("a good header");
            let counting = Counting::of(language);
            assert_eq!(counting.forms(&forms).as_deref(), Some(names), "{language}");
            let own = Forms::parse(counting.header()).expect("a good header");
            assert_eq!(
                counting.forms(&own).as_deref(),
                Some(names),
                "our own, {language}"
            );
        }
    }

    #[test]
    fn every_language_of_many_speakers_has_a_header() {
        for language in [
            "en", "de", "nl", "sv", "da", "nb", "fi", "et", "is", "es", "pt", "it", "ca", "fr", "ro", "el",
            "hu", "tr", "ru", "uk", "be", "bg", "mk", "sr", "hr", "bs", "sl", "cs", "sk", "pl", "lt", "lv",
            "he", "ar", "fa", "hi", "bn", "ur", "th", "vi", "id", "ms", "ja", "ko", "zh", "ka", "hy", "az",
            "kk", "uz", "sq", "ga", "mt", "cy",
        ] {
            let counting = Counting::of(language);
            let forms = Forms::parse(counting.header()).expect("a good header");
            let names = counting.forms(&forms);
            assert!(names.is_some(), "{language}: {:?}", counting.categories());
        }
    }

    #[test]
    fn what_does_not_fit_is_noticed() {
        let english = Forms::parse("nplurals=2; plural=(n != 1);").expect("a good header");
        assert_eq!(Counting::of("ru").forms(&english), None);
        for wrong in [
            "",
            "nplurals=2",
            "nplurals=0; plural=0",
            "nplurals=2; plural=n ==",
            "nplurals=2; plural=x",
            "nplurals=99; plural=0",
        ] {
            assert_eq!(Forms::parse(wrong), None, "{wrong}");
        }
        let endless = format!("nplurals=2; plural={}n", "(".repeat(500));
        assert_eq!(Forms::parse(&endless), None);
        let by_zero = Forms::parse("nplurals=2; plural=n%0").expect("can be read");
        assert_eq!(by_zero.of(3), None);
    }

    #[test]
    fn what_the_forms_of_a_language_are() {
        let russian = Counting::of("ru");
        assert_eq!(russian.categories(), ["one", "few", "many"]);
        assert_eq!(russian.general(), "many");
        assert_eq!(russian.only_number("one"), None);
        let romanian = Counting::of("ro");
        assert_eq!(
            (romanian.general(), romanian.only_number("one")),
            ("other", Some(1))
        );
        assert_eq!(romanian.example("other"), Some(20));
    }
}
