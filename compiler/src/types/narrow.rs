//! Narrowed types: whether a constant keeps their rules.

use botflow_artifact::{Narrowing, Type, TypeId};
use botflow_values::Value;
use regex::Regex;

use super::Types;

/// How large a compiled expression of `matching` may become; linear time needs no other bound.
const REGEX_SIZE: usize = 1 << 20;

/// The expression of `matching /…/`, for the whole text.
pub fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(REGEX_SIZE)
        .build()
}

impl Types {
    /// What a constant breaks of the type's rules, in words; none if it keeps them.
    pub fn breaks(&self, id: TypeId, value: &Value) -> Option<String> {
        let mut id = self.known(id);
        while let Type::Narrowed {
            name, base, rules, ..
        } = self.get(id)
        {
            for rule in rules {
                match (rule, value) {
                    (Narrowing::Matching(pattern), value) => {
                        let Some(text) = value.as_text() else { continue };
                        // A pattern that does not compile has its finding where it stands.
                        if regex(pattern).is_ok_and(|regex| !regex.is_match(text)) {
                            return Some(format!("a `{name}` matches /{pattern}/"));
                        }
                    }
                    (Narrowing::Length(from, to), value) => {
                        let Some(text) = value.as_text() else { continue };
                        // Letters are counted without joining marks, which is enough for a constant.
                        let length = text.chars().count();
                        if length < *from as usize || length > *to as usize {
                            return Some(format!("a `{name}` has {from} to {to} characters"));
                        }
                    }
                    (Narrowing::Range(from, to), value) => {
                        use std::cmp::Ordering::{Greater, Less};
                        let below = botflow_values::compare(value, from) == Some(Less);
                        let above = botflow_values::compare(value, to) == Some(Greater);
                        if below || above {
                            return Some(match to {
                                Value::Unknown => format!("a `{name}` begins at {}", plain(from)),
                                _ => format!("a `{name}` is from {} to {}", plain(from), plain(to)),
                            });
                        }
                    }
                }
            }
            id = *base;
        }
        None
    }
}

/// A constant as a message shows it.
fn plain(value: &Value) -> String {
    match value {
        Value::Integer(n) => n.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Percent(n) => format!("{n}%"),
        Value::Date(date) => {
            let (year, month, day) = date.parts();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Value::Time(time) => {
            let (hour, minute, _) = time.parts();
            format!("{hour:02}:{minute:02}")
        }
        other => format!("{other:?}"),
    }
}
