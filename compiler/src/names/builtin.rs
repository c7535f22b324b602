//! What the language knows without a declaration: events of the web widget and the channels, and the standard
//! patterns that every bot inherits.

use botflow_values::Kind;

/// An event that needs no declaration.
#[derive(Debug)]
pub struct BuiltinEvent {
    /// Its name.
    pub name: &'static str,
    /// Its fields: name, kind, and whether the value may be unknown.
    pub fields: &'static [(&'static str, Kind, bool)],
    /// A customer begins it: it needs neither consent nor cap.
    pub by_customer: bool,
}

/// Those that every bot hears of, whether it mentions them or not: leave is given and taken back by them (semantics 17),
/// and figures speak of visits, pages and where people came from.
pub const EVERYWHERE: &[&str] = &[
    "opted_in",
    "opted_out",
    "visit_started",
    "page_viewed",
    "referral_opened",
];

/// All of them.
pub const EVENTS: &[BuiltinEvent] = &[
    BuiltinEvent {
        name: "page_viewed",
        fields: &[("url", Kind::Url, false), ("title", Kind::Text, true)],
        by_customer: false,
    },
    BuiltinEvent {
        name: "clicked",
        fields: &[("element", Kind::Text, false), ("url", Kind::Url, true)],
        by_customer: false,
    },
    BuiltinEvent {
        name: "field_filled",
        fields: &[("field", Kind::Text, false), ("url", Kind::Url, true)],
        by_customer: false,
    },
    BuiltinEvent {
        name: "exit_intent",
        fields: &[("url", Kind::Url, true)],
        by_customer: false,
    },
    BuiltinEvent {
        name: "idle",
        fields: &[("seconds", Kind::Integer, false), ("url", Kind::Url, true)],
        by_customer: false,
    },
    BuiltinEvent {
        name: "visit_started",
        fields: &[
            ("url", Kind::Url, true),
            ("referrer", Kind::Text, true),
            ("utm_source", Kind::Text, true),
            ("utm_medium", Kind::Text, true),
            ("utm_campaign", Kind::Text, true),
            ("utm_term", Kind::Text, true),
            ("utm_content", Kind::Text, true),
        ],
        by_customer: false,
    },
    BuiltinEvent {
        name: "comment_posted",
        fields: &[
            ("text", Kind::Text, false),
            ("post", Kind::Text, true),
            ("url", Kind::Url, true),
        ],
        by_customer: true,
    },
    BuiltinEvent {
        name: "referral_opened",
        fields: &[("referral", Kind::Text, true)],
        by_customer: true,
    },
    BuiltinEvent {
        name: "message_read",
        fields: &[],
        by_customer: false,
    },
    BuiltinEvent {
        name: "opted_in",
        fields: &[("channel", Kind::Channel, false)],
        by_customer: true,
    },
    BuiltinEvent {
        name: "opted_out",
        fields: &[("channel", Kind::Channel, false)],
        by_customer: false,
    },
];

/// The built-in event of this name.
pub fn event(name: &str) -> Option<&'static BuiltinEvent> {
    EVENTS.iter().find(|event| event.name == name)
}

/// Patterns that every bot hears and may override with `on NAME`.
pub const PATTERNS: &[&str] = &[
    "start_over",
    "back",
    "repeat",
    "help",
    "thanks",
    "change_language",
];

/// `on stranded` in `always`: what is done when a later version of the bot does not have the place at which a
/// conversation rests.
pub const STRANDED: &str = "stranded";

/// Known channels: those that have a profile. `conversation.channel is …` and `via …` name them.
pub use botflow_message::profiles::NAMES as CHANNELS;
