//! Filling texts: literal pieces and holes, in the person's language.

use botflow_artifact::*;
use botflow_message::markup;
use botflow_values::show::{lower, mask, percent_encode, upper, write_plain};
use botflow_values::{self as values, Labels, ShowContext, Style};
use smol_str::SmolStr;

use crate::program::variant;
use crate::scope::Scope;

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

    /// The words of a text in the bot's first language: what colleagues read and what is data is the same for all.
    pub fn text_in_first(&self, id: TextId) -> SmolStr {
        if self.language == LanguageId(0) {
            return self.text(id);
        }
        let first = Scope {
            language: LanguageId(0),
            ..*self
        };
        first.text(id)
    }

    /// The words of a text with markup, such as those of a message: what its holes show is shown as it is, and brings
    /// no markup of its own (13.1).
    pub fn words(&self, id: TextId) -> SmolStr {
        match self.p.plain(id, self.language) {
            Some(words) => words.clone(),
            None => {
                let mut words = String::with_capacity(64);
                self.fill_as(&mut words, id, true);
                SmolStr::from(words)
            }
        }
    }

    /// Adds the words of a text.
    pub fn fill(&self, out: &mut String, id: TextId) {
        self.fill_as(out, id, false);
    }

    fn fill_as(&self, out: &mut String, id: TextId, marked: bool) {
        if let Some(words) = self.p.plain(id, self.language) {
            push(out, words);
            return;
        }
        let Some(variant) = self
            .p
            .bot
            .texts
            .get(id.index())
            .and_then(|text| variant(text, self.language))
        else {
            return;
        };
        let start = out.len();
        for part in &variant.parts {
            match part {
                Part::Literal(words) => push(out, words),
                Part::Hole {
                    value,
                    filters,
                    in_url,
                    ..
                } => {
                    let value = self.eval(*value);
                    let begins = out.len();
                    // What begins an address is an address itself, not a part of one.
                    let in_address = *in_url && begins > start;
                    if in_address && filters.is_empty() {
                        self.write_in_address(out, &value);
                    } else if filters.is_empty() {
                        match marked {
                            true => self.show_in_markup(out, &value),
                            false => self.show(out, &value),
                        }
                    } else if in_address {
                        self.filtered(out, &value, filters, false);
                        let shown = out.split_off(begins);
                        percent_encode(&shown, out);
                    } else {
                        self.filtered(out, &value, filters, marked);
                    }
                    if in_address && marked {
                        markup::mend_encoded(out, begins);
                    }
                    cut(out, MAX_TEXT);
                }
            }
        }
    }

    /// Adds a value as people read it.
    pub fn show(&self, out: &mut String, value: &Value) {
        self.write(out, value, Style::Usual);
    }

    /// The same in a text with markup, so that people read the value's own characters.
    fn show_in_markup(&self, out: &mut String, value: &Value) {
        match value {
            Value::Unknown => {}
            Value::Text(text) => push_value(out, text),
            _ => {
                let begins = out.len();
                self.show(out, value);
                let shown = out.get(begins..).unwrap_or_default();
                if shown
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
                    && !out[..begins].contains('(')
                {
                    return;
                }
                let shown = SmolStr::from(shown);
                out.truncate(begins);
                push_value(out, &shown);
            }
        }
        cut(out, MAX_TEXT);
    }

    fn write(&self, out: &mut String, value: &Value, style: Style) {
        match value {
            // The commonest values, without any machinery.
            Value::Unknown => {}
            Value::Text(text) => push(out, text),
            _ => {
                let context = ShowContext {
                    zone: self.zone(),
                    labels: self,
                };
                self.p.showers[self.language.index()].write(value, style, &context, out);
            }
        }
        cut(out, MAX_TEXT);
    }

    /// The words of a text that is meant for other programs: in the bot's first language, values in their plain form,
    /// encoded within an address. `stop` ends it before a value that it says yes to.
    pub fn data(&self, id: TextId, stop: impl Fn(ExprId) -> bool) -> (String, bool) {
        let first = Scope {
            language: LanguageId(0),
            ..*self
        };
        let mut out = String::new();
        let text = self.p.bot.texts.get(id.index());
        let parts = text.and_then(|text| variant(text, LanguageId(0)));
        for part in parts.map_or(&[][..], |variant| &variant.parts) {
            match part {
                Part::Literal(words) => push(&mut out, words),
                Part::Hole { value, .. } if stop(*value) => return (out, false),
                Part::Hole {
                    value,
                    filters,
                    in_url,
                    ..
                } => {
                    let value = first.eval(*value);
                    let mut words = String::new();
                    match filters.is_empty() {
                        true => first.write_plainly(&mut words, &value),
                        false => first.filtered(&mut words, &value, filters, false),
                    }
                    // What begins an address is an address itself, not a part of one.
                    match *in_url && !out.is_empty() {
                        true => percent_encode(&words, &mut out),
                        false => push(&mut out, &words),
                    }
                    cut(&mut out, MAX_TEXT);
                }
            }
        }
        (out, true)
    }

    /// Adds a value as a part of an address: plain, and percent-encoded.
    fn write_in_address(&self, out: &mut String, value: &Value) {
        let mut plain = String::new();
        self.write_plainly(&mut plain, value);
        percent_encode(&plain, out);
    }

    /// Adds a value in its plain form, the same in every language; members by their names.
    fn write_plainly(&self, plain: &mut String, value: &Value) {
        match value {
            Value::Member(member) => {
                let set = self.p.bot.sets.get(member.set as usize);
                if let Some(member) = set.and_then(|set| set.members.get(member.index as usize)) {
                    plain.push_str(&member.name);
                }
            }
            Value::File(file) | Value::Image(file) => plain.push_str(&file.url),
            value => match value.as_text() {
                Some(text) => plain.push_str(text),
                None => write_plain(value, self.p.currency, plain),
            },
        }
        cut(plain, MAX_TEXT);
    }

    fn filtered(&self, out: &mut String, value: &Value, filters: &[Filter], marked: bool) {
        let mut shown: Option<String> = None;
        // The words of arms are the author's, and have their own markup.
        let mut authors = false;
        for filter in filters {
            // The first filter sees the value, those behind it what the one before made of it.
            let mut before = || {
                shown.take().unwrap_or_else(|| {
                    let mut words = String::new();
                    self.show(&mut words, value);
                    words
                })
            };
            let mut next = String::new();
            match filter {
                Filter::Upper => next = upper(&before()),
                Filter::Lower => next = lower(&before()),
                Filter::Mask => next = mask(&before()),
                Filter::Plural(arms) => {
                    authors = true;
                    // A number's own words come before those of its category.
                    let own = |arm: &str| match value {
                        Value::Integer(number) => arm.parse() == Ok(*number),
                        _ => false,
                    };
                    if arms.arms.iter().any(|(arm, _)| own(arm)) {
                        self.arm(&mut next, arms, marked, own);
                    } else {
                        let name = self.p.showers[self.language.index()].plural(value);
                        self.arm(&mut next, arms, marked, |arm| arm == name);
                    }
                }
                Filter::Select(arms) => {
                    authors = true;
                    let name = match value {
                        Value::Member(member) => {
                            let set = self.p.bot.sets.get(member.set as usize);
                            set.and_then(|set| set.members.get(member.index as usize))
                                .map(|one| one.name.clone())
                        }
                        Value::YesNo(yes) => Some(SmolStr::new_static(if *yes { "yes" } else { "no" })),
                        other => other.as_text().cloned(),
                    };
                    self.arm(&mut next, arms, marked, |arm| name.as_deref() == Some(arm));
                }
                Filter::Date => self.write(&mut next, value, Style::Date),
                Filter::DateShort => self.write(&mut next, value, Style::DateShort),
                Filter::Time => self.write(&mut next, value, Style::Time),
                Filter::Currency => self.write(&mut next, value, Style::Currency),
                Filter::ListAnd => self.write(&mut next, value, Style::ListAnd),
                Filter::ListOr => self.write(&mut next, value, Style::ListOr),
            }
            authors &= matches!(
                filter,
                Filter::Plural(_) | Filter::Select(_) | Filter::Upper | Filter::Lower | Filter::Mask
            );
            cut(&mut next, MAX_TEXT);
            shown = Some(next);
        }
        let shown = shown.as_deref().unwrap_or_default();
        if marked && !authors {
            push_value(out, shown);
        } else {
            push(out, shown);
        }
    }

    fn arm(&self, out: &mut String, arms: &Arms, marked: bool, is: impl Fn(&str) -> bool) {
        let found = arms.arms.iter().find(|(name, _)| is(name)).map(|(_, text)| *text);
        if let Some(text) = found.or(arms.other) {
            self.fill_as(out, text, marked);
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

/// Adds a value to a text with markup, up to the bound.
fn push_value(out: &mut String, value: &str) {
    if out.len() < MAX_TEXT {
        markup::push_value(out, value);
        cut(out, MAX_TEXT);
    }
}

/// Cuts to so many bytes, at a character.
pub(crate) fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
    }
}

impl Labels for Scope<'_> {
    /// The label of a member of a closed set, or its name.
    fn write_label(&self, member: values::Member, out: &mut String) {
        let set = self.p.bot.sets.get(member.set as usize);
        match set.and_then(|set| set.members.get(member.index as usize)) {
            Some(Member {
                label: Some(label), ..
            }) => self.fill(out, *label),
            Some(member) => push(out, &member.name),
            None => {}
        }
    }
}
