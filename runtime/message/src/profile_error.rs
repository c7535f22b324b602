//! Reading, checking and overriding profiles. Everything that is wrong is told with its dotted key, so that a
//! person can mend `botflow.toml` without knowing this crate.

use std::fmt;
use std::ops::Range;

use toml::{Table, Value};

use crate::measure::{LEAST_LABEL, Limit};
use crate::profile::Profile;

/// The smallest bound of a text that leaves room for a grapheme with its markup.
const LEAST_TEXT: i64 = 64;
/// The largest bound that is believed, so that sums of bounds never overflow.
const MOST: i64 = 1_000_000_000;

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileError {
    /// One sentence for the author of the profile.
    pub message: String,
    /// The dotted key it is about, if it is about one.
    pub key: Option<String>,
    /// Where in the text, in bytes, if it could be told.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "`{key}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ProfileError {}

impl Profile {
    /// Reads a profile from TOML and checks it.
    pub fn from_toml(text: &str) -> Result<Profile, ProfileError> {
        let profile: Profile = toml::from_str(text).map_err(|error| syntax(&error))?;
        profile.check()?;
        Ok(profile)
    }

    /// The same profile with what a fragment of TOML says instead; tables are merged key by key, lists and all
    /// else are replaced. The result is checked like a profile of its own. The name cannot be changed.
    pub fn overridden_by(&self, fragment: &str) -> Result<Profile, ProfileError> {
        let changes: Table = fragment.parse().map_err(|error| syntax(&error))?;
        self.overridden_by_table(changes)
    }

    /// As [`Profile::overridden_by`], with a table that is already read (such as one of `botflow.toml`).
    pub fn overridden_by_table(&self, changes: Table) -> Result<Profile, ProfileError> {
        let mut changes = changes;
        // Options go by the vendors' name, too.
        if let Some(options) = changes.remove("quick_reply") {
            match (changes.get_mut("options"), options) {
                (Some(Value::Table(known)), Value::Table(more)) => merge(known, more),
                (_, options) => drop(changes.insert("options".to_owned(), options)),
            }
        }
        if changes.contains_key("name") {
            return Err(wrong("name", "the name of a channel cannot be changed"));
        }
        let mut table = Table::try_from(self).map_err(|error| ProfileError {
            message: error.to_string(),
            key: None,
            span: None,
        })?;
        merge(&mut table, changes);
        let profile: Profile = table.try_into().map_err(|error| syntax(&error))?;
        profile.check()?;
        Ok(profile)
    }

    /// Whether rendering can rely on the profile.
    pub fn check(&self) -> Result<(), ProfileError> {
        let name_ok = !self.name.is_empty() && self.name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        ensure(
            name_ok,
            "name",
            "a channel's name is written in small letters and `_`",
        )?;
        ensure(
            !self.title.trim().is_empty(),
            "title",
            "the channel needs a name in prose",
        )?;
        ensure(is_date(&self.date), "date", "a date is written YYYY-MM-DD")?;
        for (key, limit, least) in self.limits() {
            ensure(
                limit.0 >= -1,
                key,
                "a limit is -1 (none is known), 0 (not on this channel) or more",
            )?;
            ensure(
                limit.0 <= MOST,
                key,
                "a limit is at most 1000000000; write -1 for none",
            )?;
            ensure(
                limit.0 <= 0 || limit.0 >= least,
                key,
                &format!("this limit is at least {least}, or -1, or 0"),
            )?;
        }
        for (key, limit) in self.needed() {
            ensure(
                limit.exists(),
                key,
                "0 would leave no room at all; write -1 if no limit is known",
            )?;
        }
        for (key, size) in self.sizes() {
            ensure(
                size == -1.0 || (size.is_finite() && size >= 0.0),
                key,
                "a size in megabytes is -1 (not known), 0 (none) or more",
            )?;
        }
        ensure(
            !self.list.opener.trim().is_empty(),
            "list.opener",
            "something must stand on the button that opens the list",
        )?;
        ensure(self.options.min >= 1, "options.min", "at least 1")?;
        ensure(self.cards.min >= 1, "cards.min", "at least 1")?;
        ensure(
            !self.options.max.exists() || self.options.max.allows(self.options.min),
            "options.min",
            "more than `options.max`",
        )?;
        ensure(
            !self.cards.max.exists() || self.cards.max.most() >= self.cards.min.saturating_mul(2) - 1,
            "cards.min",
            "rows of cards could not be parted; `cards.max` is at least twice `cards.min`, less one",
        )?;
        for (key, sources) in self.cited() {
            for source in sources {
                let message = format!("the source `{source}` is not among `sources`");
                ensure(self.sources.contains_key(source), key, &message)?;
            }
        }
        self.check_uncertain()
    }

    /// Whether every entry of `uncertain` names something of the profile.
    fn check_uncertain(&self) -> Result<(), ProfileError> {
        if self.uncertain.is_empty() {
            return Ok(());
        }
        let table = Table::try_from(self).map_err(|error| ProfileError {
            message: error.to_string(),
            key: None,
            span: None,
        })?;
        for key in &self.uncertain {
            let mut found = Some(&table);
            let mut last = None;
            for step in key.split('.') {
                last = found.and_then(|table| table.get(step));
                found = last.and_then(Value::as_table);
            }
            ensure(
                last.is_some(),
                "uncertain",
                &format!("`{key}` is not a key of the profile"),
            )?;
        }
        Ok(())
    }

    /// Every limit with its key and the smallest that is not 0.
    fn limits(&self) -> [(&'static str, Limit, i64); 37] {
        let (text, options, list) = (&self.text, &self.options, &self.list);
        let (links, calls, cards, template) = (&self.links, &self.calls, &self.cards, &self.template);
        [
            ("text.max", text.max, LEAST_TEXT),
            ("text.spans", text.spans, 2),
            ("text.caption", text.caption, 1),
            ("options.max", options.max, 1),
            ("options.label", options.label, LEAST_LABEL),
            ("options.payload", options.payload, 1),
            ("options.text", options.text, LEAST_TEXT),
            ("list.rows", list.rows, 1),
            ("list.label", list.label, LEAST_LABEL),
            ("list.description", list.description, LEAST_LABEL),
            ("list.payload", list.payload, 1),
            ("list.text", list.text, LEAST_TEXT),
            ("links.max", links.max, 1),
            ("links.label", links.label, LEAST_LABEL),
            ("links.url", links.url, 1),
            ("links.text", links.text, LEAST_TEXT),
            ("calls.max", calls.max, 1),
            ("calls.label", calls.label, LEAST_LABEL),
            ("calls.url", calls.url, 1),
            ("calls.text", calls.text, LEAST_TEXT),
            ("cards.max", cards.max, 1),
            ("cards.title", cards.title, LEAST_LABEL),
            ("cards.text", cards.text, LEAST_LABEL),
            ("cards.breaks", cards.breaks, 1),
            ("cards.buttons", cards.buttons, 1),
            ("cards.label", cards.label, LEAST_LABEL),
            ("cards.body", cards.body, LEAST_TEXT),
            ("template.name", template.name, 1),
            ("template.header", template.header, 1),
            ("template.header_values", template.header_values, 1),
            ("template.text", template.text, 1),
            ("template.footer", template.footer, 1),
            ("template.buttons", template.buttons, 1),
            ("template.links", template.links, 1),
            ("template.calls", template.calls, 1),
            ("template.label", template.label, 1),
            ("template.url", template.url, 1),
        ]
    }

    /// Lengths of things that cannot do without any.
    fn needed(&self) -> [(&'static str, Limit); 13] {
        [
            ("text.max", self.text.max),
            ("text.spans", self.text.spans),
            ("options.label", self.options.label),
            ("options.payload", self.options.payload),
            ("options.text", self.options.text),
            ("list.label", self.list.label),
            ("list.payload", self.list.payload),
            ("list.text", self.list.text),
            ("links.label", self.links.label),
            ("links.text", self.links.text),
            ("calls.label", self.calls.label),
            ("calls.text", self.calls.text),
            ("cards.label", self.cards.label),
        ]
    }

    fn sizes(&self) -> [(&'static str, f64); 4] {
        let media = &self.media;
        [
            ("media.image_mb", media.image_mb),
            ("media.video_mb", media.video_mb),
            ("media.audio_mb", media.audio_mb),
            ("media.file_mb", media.file_mb),
        ]
    }

    fn cited(&self) -> [(&'static str, &[String]); 10] {
        [
            ("text.source", &self.text.source),
            ("options.source", &self.options.source),
            ("list.source", &self.list.source),
            ("links.source", &self.links.source),
            ("calls.source", &self.calls.source),
            ("cards.source", &self.cards.source),
            ("media.source", &self.media.source),
            ("session.source", &self.session.source),
            ("template.source", &self.template.source),
            ("comments.source", &self.comments.source),
        ]
    }
}

/// Puts what `changes` says into `table`; recursion is as deep as the TOML reader lets tables nest.
fn merge(table: &mut Table, changes: Table) {
    for (key, value) in changes {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(changes)) => merge(inner, changes),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

fn is_date(text: &str) -> bool {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| {
            if at == 4 || at == 7 {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    shape && ("01".."13").contains(&&text[5..7]) && ("01".."32").contains(&&text[8..])
}

fn syntax(error: &toml::de::Error) -> ProfileError {
    ProfileError {
        message: error.message().to_owned(),
        key: None,
        span: error.span(),
    }
}

fn wrong(key: &str, message: &str) -> ProfileError {
    ProfileError {
        message: message.to_owned(),
        key: Some(key.to_owned()),
        span: None,
    }
}

fn ensure(holds: bool, key: &str, message: &str) -> Result<(), ProfileError> {
    if holds { Ok(()) } else { Err(wrong(key, message)) }
}
