//! The messages between a page and its host: JSON objects with a `type`, one in each text frame. `docs/web-chat.md`
//! describes them.
//!
//! What comes from a page is untrusted: it is read with a bound on everything, and what is read is clean: no control
//! characters, nothing longer than it may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::draw::Shown;

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// The longest text of a visitor, in characters.
pub const MAX_TEXT: usize = 10_000;

/// The longest of anything else in words.
const MAX_WORDS: usize = 2_048;

/// The most fields of a report.
const MAX_FIELDS: usize = 32;

/// What a page says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Incoming {
    /// The first message of every connection.
    Hello(Box<Hello>),
    /// The visitor opens the chat.
    Open,
    /// They write.
    Message {
        /// The page's own number of it: the same when it is sent again.
        id: SmolStr,
        /// The words.
        text: SmolStr,
    },
    /// They press a button or a suggestion.
    Press {
        /// As of a message.
        id: SmolStr,
        /// What the button sends.
        payload: SmolStr,
        /// What stands on it.
        label: SmolStr,
    },
    /// They say where they are.
    Location {
        /// As of a message.
        id: SmolStr,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// Something happens on the page.
    Event {
        /// As of a message.
        id: SmolStr,
        /// Its name.
        name: SmolStr,
        /// What it brings.
        #[serde(default)]
        fields: BTreeMap<SmolStr, Json>,
        /// How long ago it happened, in milliseconds.
        #[serde(default)]
        ago: u64,
    },
    /// Up to which lines everything has arrived, and was seen.
    Seen {
        /// The number of the last line that is on the page.
        #[serde(default)]
        delivered: u64,
        /// The number of the last line that was before their eyes.
        #[serde(default)]
        read: u64,
    },
    /// What was said before a line.
    Earlier {
        /// The number of the line.
        before: u64,
    },
}

/// The first message of a connection.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// The version of the protocol that the page speaks.
    pub v: u32,
    /// Who they are, as the host told before; `None`: somebody new.
    pub token: Option<String>,
    /// Which transcript the page has lines of.
    pub thread: Option<SmolStr>,
    /// The number of the last line that the page has.
    pub since: u64,
    /// The number of the last line that was reported as read.
    pub read: u64,
    /// The language of the browser (BCP 47).
    pub language: Option<SmolStr>,
    /// The time zone of the browser (IANA).
    pub timezone: Option<SmolStr>,
    /// By which link they came.
    pub referral: Option<SmolStr>,
    /// Whom the site says they are.
    pub identity: Option<Claim>,
}

/// Whom a site says its visitor is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// The value of the field of the customer card that the host names.
    pub identifier: SmolStr,
    /// `HMAC-SHA256(secret, identifier)` in hexadecimal digits.
    pub identifier_hash: SmolStr,
}

/// What a page is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told<'a> {
    /// The answer to a hello.
    Welcome {
        /// The version of the protocol.
        v: u32,
        /// Who they are: to be kept, and shown by the next hello.
        token: &'a str,
        /// The bot's name.
        bot: &'a str,
        /// In which language the bot speaks with them, where that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<&'a str>,
        /// Which transcript this is; empty as long as there is none.
        thread: &'a str,
        /// These are all lines, and the page forgets those that it has; otherwise they follow them.
        fresh: bool,
        /// There may be earlier ones.
        earlier: bool,
        /// Before this number they are to be asked for.
        before: u64,
        /// The lines.
        lines: &'a [Shown<'a>],
    },
    /// There is another transcript: the visitor turned out to be somebody else, and the page forgets the lines it has.
    Reset {
        /// Which.
        thread: &'a str,
        /// The language, where it is another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<&'a str>,
        /// There may be earlier lines.
        earlier: bool,
        /// Before this number they are to be asked for.
        before: u64,
        /// The lines.
        lines: &'a [Shown<'a>],
    },
    /// New lines.
    Lines {
        /// Which transcript they belong to.
        thread: &'a str,
        /// The language, where it is another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<&'a str>,
        /// The lines.
        lines: &'a [Shown<'a>],
    },
    /// Lines from before.
    Earlier {
        /// There may be still earlier ones, even where there are no lines here: they are far before.
        earlier: bool,
        /// Before this number they are to be asked for.
        before: u64,
        /// The lines.
        lines: &'a [Shown<'a>],
    },
    /// It is reported that everything up to these lines has arrived, and was read.
    Seen {
        /// The number of the last line that has arrived.
        delivered: u64,
        /// The number of the last line that was read.
        read: u64,
    },
    /// It is stored.
    Ack {
        /// What.
        id: &'a str,
        /// The number of the line that it became; 0: none.
        line: u64,
        /// The bot, or somebody, is at work on it.
        typing: bool,
        /// The bot does not take it, in a word.
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<&'a str>,
    },
    /// It is not taken. With `retry_after` the page sends the same again after so many seconds; without, never.
    Refused {
        /// What; absent for a hello.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        /// Why, in a word.
        code: &'a str,
        /// When it may be sent again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
}

/// Why a frame is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not JSON, or not of this shape.
    #[error("it is no message of this protocol")]
    Shape,
    /// Something is too long, or too much.
    #[error("it is too long")]
    Long,
    /// There is nothing in it.
    #[error("there is nothing in it")]
    Empty,
    /// Its number is none: 1 to 64 letters, digits, `-` and `_`.
    #[error("its id is none")]
    Id,
}

impl Malformed {
    /// In a word.
    pub fn code(self) -> &'static str {
        match self {
            Malformed::Shape => "malformed",
            Malformed::Long => "too_long",
            Malformed::Empty => "empty",
            Malformed::Id => "id",
        }
    }
}

/// Reads a message. With an error comes the number of what was refused, if it has one.
///
/// # Errors
/// [`Malformed`].
pub fn read(frame: &str) -> Result<Incoming, (Option<SmolStr>, Malformed)> {
    let incoming: Incoming = serde_json::from_str(frame).map_err(|_| (id_of(frame), Malformed::Shape))?;
    let id = incoming.id().cloned();
    if let Some(id) = &id
        && !is_id(id)
    {
        return Err((None, Malformed::Id));
    }
    clean(incoming).map_err(|malformed| (id, malformed))
}

impl Incoming {
    /// The page's number of it.
    pub fn id(&self) -> Option<&SmolStr> {
        match self {
            Incoming::Message { id, .. }
            | Incoming::Press { id, .. }
            | Incoming::Location { id, .. }
            | Incoming::Event { id, .. } => Some(id),
            Incoming::Hello(_) | Incoming::Open | Incoming::Seen { .. } | Incoming::Earlier { .. } => None,
        }
    }
}

fn is_id(id: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&id.len()) && id.bytes().all(is_fine)
}

/// The number of what is no message, as far as it has one: a page that is not told which of its messages is refused would
/// send it for ever.
pub(super) fn id_of(frame: &str) -> Option<SmolStr> {
    let bytes = frame.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    let mut key = None;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                while let Some(&byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if byte == b'\\' { 2 } else { 1 };
                }
                // What stands between two quotes, which are never part of a character.
                let text = frame.get(start..at)?;
                at += 1;
                match key.take() {
                    Some("id") if depth == 1 => return is_id(text).then(|| text.into()),
                    Some(_) => {}
                    None => {
                        let rest = bytes.get(at..)?;
                        let next = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
                        if rest[next] == b':' {
                            key = Some(text);
                            at += next + 1;
                        }
                    }
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => key = None,
        }
        if matches!(byte, b'{' | b'[' | b',') {
            key = None;
        }
    }
    None
}

fn clean(incoming: Incoming) -> Result<Incoming, Malformed> {
    Ok(match incoming {
        Incoming::Hello(hello) => {
            let Hello {
                v,
                token,
                thread,
                since,
                read,
                language,
                timezone,
                referral,
                identity,
            } = *hello;
            let short = |text: Option<SmolStr>| {
                let text = text.map(|text| words(&text, MAX_WORDS)).transpose()?;
                Ok::<_, Malformed>(text.filter(|text| !text.is_empty()))
            };
            let identity = identity.map(|claim| {
                Ok::<_, Malformed>(Claim {
                    identifier: words(&claim.identifier, MAX_WORDS)?,
                    identifier_hash: words(&claim.identifier_hash, MAX_WORDS)?,
                })
            });
            Incoming::Hello(Box::new(Hello {
                v,
                token: token.filter(|token| !token.is_empty()),
                thread: short(thread)?,
                since,
                read,
                language: short(language)?,
                timezone: short(timezone)?,
                referral: short(referral)?,
                identity: identity.transpose()?,
            }))
        }
        Incoming::Message { id, text } => Incoming::Message {
            id,
            text: filled(words(&text, MAX_TEXT)?)?,
        },
        Incoming::Press { id, payload, label } => Incoming::Press {
            id,
            payload: filled(words(&payload, MAX_WORDS)?)?,
            label: words(&label, MAX_WORDS)?,
        },
        Incoming::Location {
            latitude, longitude, ..
        } if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) => {
            return Err(Malformed::Shape);
        }
        Incoming::Event {
            id,
            name,
            fields,
            ago,
        } => {
            if fields.len() > MAX_FIELDS || name.chars().count() > MAX_WORDS {
                return Err(Malformed::Long);
            }
            let fields = fields.into_iter().map(|(name, value)| {
                let value = match value {
                    Json::String(text) => Json::String(words(&text, MAX_WORDS)?.into()),
                    other => other,
                };
                Ok((name, value))
            });
            Incoming::Event {
                id,
                name,
                fields: fields.collect::<Result<_, Malformed>>()?,
                ago,
            }
        }
        other => other,
    })
}

/// Words without what nobody can see or store: of control characters only line breaks and tabs are left.
fn words(text: &str, most: usize) -> Result<SmolStr, Malformed> {
    if text.chars().count() > most {
        return Err(Malformed::Long);
    }
    let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(|c| is_kept(&c)) {
        return Ok(text.trim().into());
    }
    let text: String = text.replace("\r\n", "\n").chars().filter(is_kept).collect();
    Ok(text.trim().into())
}

fn filled(text: SmolStr) -> Result<SmolStr, Malformed> {
    if text.is_empty() {
        return Err(Malformed::Empty);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(frame: &str) -> (Option<SmolStr>, Malformed) {
        read(frame).expect_err(frame)
    }

    #[test]
    fn what_is_read_is_clean() {
        let read = read(r#"{"type":"message","id":"a-1","text":" a\u0000b\r\nc\td\u001b "}"#);
        let text = "ab\nc\td".into();
        assert_eq!(
            read,
            Ok(Incoming::Message {
                id: "a-1".into(),
                text
            })
        );
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_id() {
        let id = || Some(SmolStr::from("a"));
        assert_eq!(refused(""), (None, Malformed::Shape));
        assert_eq!(refused("[]"), (None, Malformed::Shape));
        assert_eq!(refused(r#"{"type":"bye"}"#), (None, Malformed::Shape));
        assert_eq!(
            refused(r#"{"type":"message","id":"a"}"#),
            (id(), Malformed::Shape)
        );
        assert_eq!(
            refused(r#"{"type":"message","id":"a.b","text":"x"}"#),
            (None, Malformed::Id)
        );
        assert_eq!(
            refused(r#"{"type":"message","id":"","text":"x"}"#),
            (None, Malformed::Id)
        );
        assert_eq!(
            refused(r#"{"type":"message","id":"a","text":" \u0007 "}"#),
            (id(), Malformed::Empty)
        );
        let long = format!(r#"{{"type":"message","id":"a","text":"{}"}}"#, "x".repeat(10_001));
        assert_eq!(refused(&long), (id(), Malformed::Long));
        assert_eq!(
            refused(r#"{"type":"location","id":"a","latitude":91,"longitude":0}"#),
            (id(), Malformed::Shape)
        );
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        let deep = format!(r#"{{"type":"event","id":"a","name":"x","fields":{{"a":{deep}}}}}"#);
        assert_eq!(refused(&deep), (id(), Malformed::Shape));
        let half = r#"{"type":"message","text":"\ud800","id":"a"}"#;
        assert_eq!(refused(half), (id(), Malformed::Shape));
    }

    #[test]
    fn the_number_of_what_is_no_message_is_found_where_it_stands() {
        for (frame, id) in [
            (r#"{ "id" : "a-1" "#, Some("a-1")),
            (r#"{"text":"\"id\":\"b\"","id":"a"}"#, Some("a")),
            (
                r#"{"text":"id","x":["id","b"],"y":{"id":"c"},"id":"a"}"#,
                Some("a"),
            ),
            (r#"{"x":7,"id":"a","id":"b"}"#, Some("a")),
            (r#"{"id":7}"#, None),
            (r#"{"id":"a.b"}"#, None),
            (r#"{"id":"é"}"#, None),
            (r#"{"id":"a"#, Some("a")),
            (r#"{"id":"a\"#, None),
            (r#"{"id"#, None),
            (r#"["id","a"]"#, None),
            ("", None),
        ] {
            assert_eq!(id_of(frame).as_deref(), id, "{frame}");
        }
    }

    proptest::proptest! {
        /// Whatever is sent, it is looked at in one go, and the number of a message is the one it has.
        #[test]
        fn numbers_of_messages_are_their_own(text in ".*", id in "[a-zA-Z0-9_-]{1,64}", cut in 0_usize..200) {
            let frame = serde_json::json!({"text": text, "more": [{"id": "other"}, text], "id": id}).to_string();
            proptest::prop_assert_eq!(id_of(&frame), Some(SmolStr::from(id)));
            let cut: String = frame.chars().take(cut).collect();
            let _ = id_of(&cut);
            let _ = id_of(&text);
        }
    }

    #[test]
    fn a_hello_needs_nothing() {
        let hello = read(r#"{"type":"hello"}"#);
        assert_eq!(hello, Ok(Incoming::Hello(Box::default())));
    }
}
