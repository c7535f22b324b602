//! A finding: what is wrong, where, why, and what to do, as plain data. Rendering is the shells' business.

use smol_str::SmolStr;

use crate::project::Span;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For information; never fails a check.
    Hint,
    /// Something a person will stumble over.
    Warning,
    /// The bot cannot be built.
    Error,
}

/// What a rule is, apart from any finding: one per finding name, at home in one file of [`crate::rules`].
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `BF`, the family (a digit, or `C`) and a number of two digits (`BF103`); a number is never used twice.
    pub code: &'static str,
    /// Kebab-case name, which lint levels and suppressions use (`unknown-name`).
    pub name: &'static str,
    /// Level where the project does not set another one.
    pub level: Level,
    /// One sentence: what it finds, in terms of the conversation.
    pub summary: &'static str,
    /// The page: why it matters, what to do, failing and passing examples.
    pub page: &'static str,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// The level after `[lints]`.
    pub level: Level,
    /// One sentence a designer understands; names of the user's stand in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The exact range.
    pub span: Span,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Ways to mend it by machine, the likeliest first.
    pub fixes: Vec<Fix>,
    /// Its first fix may be applied without asking: it is no guess, and nothing that the author wrote is lost by it.
    pub safe: bool,
    /// The shortest conversation that shows it, as `.chat` lines; empty where it is not about a conversation. A plan
    /// (see [`crate::conversation`]), to be rehearsed before people see it.
    pub conversation: Vec<String>,
}

/// A related place.
#[derive(Clone, Debug)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// A machine-applicable fix.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What it does, as a button would say (`Change to "shipping"`).
    pub title: SmolStr,
    /// Replacements; ranges do not overlap.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Finding {
    /// A finding at its rule's own level, without extras.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            level: rule.level,
            message: message.into(),
            help: None,
            span,
            related: Vec::new(),
            fixes: Vec::new(),
            safe: false,
            conversation: Vec::new(),
        }
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Adds a related place.
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Finding {
        self.related.push(Related {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a fix of one replacement.
    pub fn fix(mut self, title: impl Into<SmolStr>, span: Span, text: impl Into<String>) -> Finding {
        self.fixes.push(Fix {
            title: title.into(),
            edits: vec![Edit {
                span,
                text: text.into(),
            }],
        });
        self
    }

    /// Says of the first fix that it may be applied without asking.
    pub fn safe(mut self) -> Finding {
        self.safe = true;
        self
    }

    /// Adds the shortest conversation that shows it.
    pub fn conversation(mut self, lines: Vec<String>) -> Finding {
        self.conversation = lines;
        self
    }
}
