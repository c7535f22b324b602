//! An object of a body, read field by field: what is missing, of another type or not known at all is told with its path.

use serde_json::{Map, Value};
use smol_str::SmolStr;

/// Why a body is not taken: where, and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {problem}")]
pub struct Malformed {
    /// Where in the body: `items[2].address`.
    pub path: String,
    /// What is expected.
    pub problem: String,
}

impl Malformed {
    /// At a place.
    pub fn at(path: impl Into<String>, problem: impl Into<String>) -> Malformed {
        Malformed {
            path: path.into(),
            problem: problem.into(),
        }
    }
}

/// An object, of which fields are taken one after the other.
#[derive(Debug)]
pub struct Object {
    path: String,
    fields: Map<String, Value>,
}

impl Object {
    /// At a place.
    pub fn new(path: &str, value: Value) -> Result<Object, Malformed> {
        match value {
            Value::Object(fields) => Ok(Object {
                path: path.to_owned(),
                fields,
            }),
            _ => Err(Malformed::at(path, "an object is needed here")),
        }
    }

    /// Where a field of it stands.
    pub fn path(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }

    /// Something about a field.
    pub fn wrong(&self, name: &str, problem: impl Into<String>) -> Malformed {
        Malformed::at(self.path(name), problem)
    }

    /// A field; `null` is like none.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// An object in it.
    pub fn object(&mut self, name: &str) -> Result<Option<Object>, Malformed> {
        let value = self.take(name);
        value
            .map(|value| Object::new(&self.path(name), value))
            .transpose()
    }

    /// Words of at most so many bytes. Signs that no store takes are dropped.
    pub fn optional_text(&mut self, name: &str, most: usize) -> Result<Option<SmolStr>, Malformed> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= most => Ok(Some(match text.contains('\0') {
                true => text.replace('\0', "").into(),
                false => text.into(),
            })),
            Some(Value::String(_)) => Err(self.wrong(name, format!("this is longer than {most} bytes"))),
            Some(_) => Err(self.wrong(name, "a text is needed here")),
        }
    }

    /// The same; there has to be one.
    pub fn text(&mut self, name: &str, most: usize) -> Result<SmolStr, Malformed> {
        let text = self.optional_text(name, most)?;
        text.ok_or_else(|| self.wrong(name, "this is missing: a text is needed"))
    }

    /// A name of something: not empty, without signs that cannot be seen.
    pub fn optional_name(&mut self, name: &str, most: usize) -> Result<Option<SmolStr>, Malformed> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text))
                if !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control) =>
            {
                Ok(Some(text.into()))
            }
            Some(_) => Err(self.wrong(name, name_wanted(most))),
        }
    }

    /// The same; there has to be one.
    pub fn name(&mut self, name: &str, most: usize) -> Result<SmolStr, Malformed> {
        let found = self.optional_name(name, most)?;
        found.ok_or_else(|| self.wrong(name, format!("this is missing: {}", name_wanted(most))))
    }

    /// `true` or `false`; `false` where there is nothing.
    pub fn flag(&mut self, name: &str) -> Result<bool, Malformed> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(is)) => Ok(is),
            Some(_) => Err(self.wrong(name, "`true` or `false` is needed here")),
        }
    }

    /// All fields that are left.
    pub fn into_fields(self) -> Map<String, Value> {
        self.fields
    }

    /// Nothing is left.
    pub fn end(self) -> Result<(), Malformed> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(name) => Err(Malformed::at(
                self.path(&shortened(name)),
                "there is no such field here",
            )),
        }
    }
}

fn name_wanted(most: usize) -> String {
    format!("a text of 1 to {most} bytes without control characters is needed")
}

/// A name that somebody else has chosen, short enough to be told.
pub fn shortened(name: &str) -> String {
    const SHOWN: usize = 40;
    match name.char_indices().nth(SHOWN) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}
