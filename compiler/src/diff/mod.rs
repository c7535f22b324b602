//! Two versions of a bot: what a person would notice, and what becomes of conversations that are under way.
//!
//! [`compare`] tells the changes ([`Change`]), grouped by flow; [`upgrade`] the findings of family BF9 about conversations
//! under way. Both look at compiled bots, so that the order of declarations, comments and layout make no difference, and
//! projects, artifacts and revisions are compared alike.
//!
//! Reading order: [`portrait`] (a bot line by line), `flows` and `declared` (how it is painted), `align` (two portraits), `changes`
//! (what is told), [`shown`] (conversations that show it), [`upgrade`].

pub(crate) mod align;
pub(crate) mod changes;
pub(crate) mod declared;
mod flows;
pub mod portrait;
pub mod shown;
pub mod upgrade;
pub(crate) mod wording;

use botflow_artifact::{Bot, SourceRange};

pub use changes::compare;
pub use portrait::{Area, Site};

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It says or does something else.
    Changed,
    /// It is under other circumstances: behind another option, condition, question.
    Moved,
    /// It has another name; nobody in the conversation sees it.
    Renamed,
}

impl What {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            What::Added => "added",
            What::Removed => "removed",
            What::Changed => "changed",
            What::Moved => "moved",
            What::Renamed => "renamed",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happened.
    pub what: What,
    /// Where in the bot: `step shipping`; empty for a flow's body, or for the whole flow.
    pub within: String,
    /// What it is, as a noun: `message`.
    pub kind: String,
    /// Under what circumstances: `after “Pay now”`; empty where there are none.
    pub context: String,
    /// As it was.
    pub before: Option<String>,
    /// As it is.
    pub after: Option<String>,
    /// The words are said to people.
    pub spoken: bool,
    /// In the bot's first language nothing changed, but in this one.
    pub language: Option<String>,
    /// Where it stands in the old version.
    pub old: Spot,
    /// Where it stands in the new one.
    pub new: Spot,
}

/// Where something stands in a version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// For conversations that show it.
    pub site: Site,
    /// In the source, if that is known.
    pub source: Option<SourceRange>,
}

impl Spot {
    /// Nowhere.
    pub const NOWHERE: Spot = Spot {
        site: Site::Nowhere,
        source: None,
    };
}

/// The changes of one flow, or of one kind of declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Of what.
    pub area: Area,
    /// The flow is new, is gone, or has another name: the one before.
    pub flow: Option<(What, String)>,
    /// In order.
    pub changes: Vec<Change>,
}

/// Everything that has changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Flows by name, then declarations.
    pub groups: Vec<Group>,
    /// The two are not the same bot, though nothing was told: what differs is seen by nobody.
    pub unseen: bool,
}

impl Diff {
    /// Nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && !self.unseen
    }

    /// How many changes are told.
    pub fn count(&self) -> usize {
        let changes = |group: &Group| group.changes.len() + usize::from(group.flow.is_some());
        self.groups.iter().map(changes).sum()
    }
}

/// A bot without what only says where things stand.
pub(crate) fn plain(bot: &Bot) -> Bot {
    let mut bot = bot.clone();
    bot.debug = None;
    bot
}

impl Change {
    /// The change in one or several lines for people, without marks of any format: `“Hi!” → “Hello!”`.
    pub fn told(&self) -> String {
        let quoted = |words: &Option<String>| {
            let words = words.as_deref().unwrap_or_default();
            match self.spoken {
                true => format!("“{words}”"),
                false => words.to_owned(),
            }
        };
        let kind = match &self.language {
            Some(language) => format!("{} in {language}", self.kind),
            None => self.kind.clone(),
        };
        let context = match self.context.is_empty() {
            true => String::new(),
            false => format!("{}, ", self.context),
        };
        // What the bot does is told as a sentence, what it has as a thing.
        let does = matches!(
            self.kind.as_str(),
            "goes on"
                | "ends"
                | "hands over"
                | "runs"
                | "remembers"
                | "forgets"
                | "gives back"
                | "identifies"
                | "opens"
                | "calls"
                | "listens"
                | "stands for"
                | "skipped"
                | "shown only"
        );
        let words = match self.what {
            What::Added if does => format!("now {kind} {}", quoted(&self.after)),
            What::Removed if does => format!("no longer {kind} {}", quoted(&self.before)),
            What::Changed if does => format!("{kind} {} → {}", quoted(&self.before), quoted(&self.after)),
            What::Moved if does => format!("here now {kind} {}", quoted(&self.after)),
            What::Added => format!("new {kind}: {}", quoted(&self.after)),
            What::Removed => format!("no {kind} any more: {}", quoted(&self.before)),
            What::Changed => format!("{kind}: {} → {}", quoted(&self.before), quoted(&self.after)),
            What::Moved => format!("{kind} now here: {}", quoted(&self.after)),
            What::Renamed => format!(
                "{kind} `{}` is called `{}` now",
                quoted(&self.before),
                quoted(&self.after)
            ),
        };
        format!("{context}{words}")
    }
}
