//! Filling texts: literal pieces and holes, in the person's language.

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::program::variant;
use crate::scope::Scope;
use crate::showing;

/// A text grows no longer than this many bytes.
pub(crate) const MAX_TEXT: usize = 65_536;

impl Scope<'_> {
    /// The words of a text. A text without holes costs nothing.
    pub fn text(&self, id: TextId) -> SmolStr {
        match self.p.plain(id, self.language) {
            Some(words) => words.clone(),
            None => {
                let mut words = String::with_capacity(64);
                self.fill(&mut words, id);
                SmolStr::from(words)
            }
        }
    }

    /// Adds the words of a text.
    pub fn fill(&self, out: &mut String, id: TextId) {
        if let Some(words) = self.p.plain(id, self.language) {
            push(out, words);
            return;
        }
        let Some(variant) = self.p.bot.texts.get(id.index()).and_then(|text| variant(text, self.language)) else {
            return;
        };
        let start = out.len();
        for part in &variant.parts {
            match part {
                Part::Literal(words) => push(out, words),
                Part::Hole { value, ty, filters, in_url } => {
                    let begins = out.len();
                    let value = self.eval(*value);
                    if filters.is_empty() {
                        self.show(out, &value, *ty);
                    } else {
                        self.filtered(out, &value, *ty, filters);
                    }
                    // What begins an address is an address itself, not a part of one.
                    if *in_url && begins > start {
                        let shown = out.split_off(begins);
                        percent_encode(out, &shown);
                    }
                    cut(out, MAX_TEXT);
                }
            }
        }
    }

    /// Adds a value as people read it.
    pub fn show(&self, out: &mut String, value: &Value, ty: TypeId) {
        match value {
            Value::Unknown => {}
            Value::Text(text) => push(out, text),
            Value::Member(member) => self.show_member(out, member.set, member.index),
            Value::List(items) => {
                let item = match self.p.bot.types.get(ty.index()) {
                    Some(Type::List(item)) => *item,
                    _ => ty,
                };
                showing::list(self, out, &self.shown_all(items, item), true);
            }
            Value::Record(fields) => {
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        push(out, ", ");
                    }
                    let ty = match self.p.bot.types.get(ty.index()) {
                        Some(Type::Record(types)) => types.get(at).map_or(ty, |(_, ty)| *ty),
                        _ => ty,
                    };
                    self.show(out, field, ty);
                }
            }
            _ => showing::scalar(self, out, value),
        }
        cut(out, MAX_TEXT);
    }

    fn shown_all(&self, items: &[Value], ty: TypeId) -> Vec<String> {
        let shown = |item| {
            let mut one = String::new();
            self.show(&mut one, item, ty);
            one
        };
        items.iter().take(1000).map(shown).collect()
    }

    /// The label of a member of a closed set, or its name.
    fn show_member(&self, out: &mut String, set: u32, index: u32) {
        let member = self.p.bot.sets.get(set as usize).and_then(|set| set.members.get(index as usize));
        match member {
            Some(Member { label: Some(label), .. }) => self.fill(out, *label),
            Some(member) => push(out, &member.name),
            None => {}
        }
    }

    fn filtered(&self, out: &mut String, value: &Value, ty: TypeId, filters: &[Filter]) {
        let mut shown: Option<String> = None;
        for filter in filters {
            // The first filter sees the value, those behind it what the one before made of it.
            let before = |shown: Option<String>| {
                shown.unwrap_or_else(|| {
                    let mut words = String::new();
                    self.show(&mut words, value, ty);
                    words
                })
            };
            let mut next = String::new();
            match filter {
                Filter::Plural(arms) => {
                    let arm = showing::plural(self, value);
                    self.arm(&mut next, arms, |name| name == arm);
                }
                Filter::Select(arms) => match value {
                    Value::Member(member) => {
                        let set = self.p.bot.sets.get(member.set as usize);
                        let name = set.and_then(|set| set.members.get(member.index as usize)).map(|one| &one.name);
                        self.arm(&mut next, arms, |arm| name.is_some_and(|name| name == arm));
                    }
                    Value::YesNo(yes) => {
                        let name = if *yes { "yes" } else { "no" };
                        self.arm(&mut next, arms, |arm| arm == name);
                    }
                    other => {
                        let name = other.as_text().cloned().unwrap_or_default();
                        self.arm(&mut next, arms, |arm| arm == name);
                    }
                },
                Filter::Date => showing::date(self, &mut next, value, false),
                Filter::DateShort => showing::date(self, &mut next, value, true),
                Filter::Time => showing::time(self, &mut next, value),
                Filter::Currency => showing::scalar(self, &mut next, value),
                Filter::ListAnd | Filter::ListOr => match value {
                    Value::List(items) => {
                        let item = match self.p.bot.types.get(ty.index()) {
                            Some(Type::List(item)) => *item,
                            _ => ty,
                        };
                        let and = matches!(filter, Filter::ListAnd);
                        showing::list(self, &mut next, &self.shown_all(items, item), and);
                    }
                    _ => next = before(shown.take()),
                },
                Filter::Upper => next = before(shown.take()).to_uppercase(),
                Filter::Lower => next = before(shown.take()).to_lowercase(),
                Filter::Mask => next = showing::mask(&before(shown.take())),
            }
            cut(&mut next, MAX_TEXT);
            shown = Some(next);
        }
        push(out, shown.as_deref().unwrap_or_default());
    }

    fn arm(&self, out: &mut String, arms: &Arms, is: impl Fn(&str) -> bool) {
        let found = arms.arms.iter().find(|(name, _)| is(name)).map(|(_, text)| *text);
        if let Some(text) = found.or(arms.other) {
            self.fill(out, text);
        }
    }
}

/// Adds words up to the bound.
fn push(out: &mut String, words: &str) {
    if out.len() < MAX_TEXT {
        out.push_str(words);
        cut(out, MAX_TEXT);
    }
}

/// Cuts to so many bytes, at a character.
pub(crate) fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
    }
}

/// Everything but letters, digits and `-._~` becomes `%XX`.
fn percent_encode(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(HEX[(byte >> 4) as usize] as char);
            out.push(HEX[(byte & 15) as usize] as char);
        }
    }
}
