//! A `.chat` file as data: conversations, their lines, and where each line stands, so that a recorder can rewrite
//! the bot's lines and touch nothing else.

mod expression;
mod parse;

pub use expression::{Compare, Expression};
pub(crate) use parse::parse_lines;
pub use parse::{ScriptError, parse};

use smol_str::SmolStr;

/// One file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// Its conversations, in order.
    pub conversations: Vec<Scene>,
}

impl Script {
    /// The folders of the older versions that its conversations begin under, each once, in order.
    pub fn versions(&self) -> Vec<&str> {
        let mut folders: Vec<&str> = Vec::new();
        for scene in &self.conversations {
            if let Some(folder) = scene.version().filter(|folder| !folders.contains(folder)) {
                folders.push(folder);
            }
        }
        folders
    }
}

impl Scene {
    /// The folder of the version of the bot under which it begins; `None` = the present one.
    pub fn version(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| match &line.kind {
            LineKind::Version(folder) => Some(folder.as_str()),
            _ => None,
        })
    }
}

/// One conversation of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its name.
    pub name: SmolStr,
    /// The line of `conversation NAME`, from 1.
    pub line: usize,
    /// What follows, in order; blank lines and comments are not here.
    pub lines: Vec<Line>,
}

/// One line, or a line of the bot's with what is indented below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its first line in the file, from 1.
    pub first: usize,
    /// How many lines of the file it takes.
    pub count: usize,
    /// What it says.
    pub kind: LineKind,
}

/// Kinds of line.
#[derive(Clone, Debug, PartialEq)]
pub enum LineKind {
    /// `at 2026-03-02 10:00`: when it begins, in the bot's time zone.
    At {
        /// `2026-03-02`.
        date: SmolStr,
        /// `10:00`.
        time: SmolStr,
    },
    /// `person ana (name: "Ana", language: en)`.
    Person {
        /// Who.
        name: SmolStr,
        /// Card fields, and `language`, `timezone`.
        fields: Fields,
    },
    /// `stub shipping.quote(city: "Cluj") = …`.
    Stub(Stub),
    /// `seed 7`.
    Seed(u64),
    /// `version "older/spring"`: the folder of the version of the bot under which it begins.
    Version(String),
    /// `! new version`: the present version takes over.
    Upgrade,
    /// `@ ana on web`: who writes and where from here on.
    Speaker {
        /// Who.
        person: SmolStr,
        /// Where.
        channel: SmolStr,
    },
    /// `merge visitor into ana`: two people turn out to be one.
    Merge {
        /// Who is no more.
        from: SmolStr,
        /// Who they are.
        into: SmolStr,
    },
    /// `> …`: the customer writes, presses or sends.
    Customer(Input),
    /// `< …` with its continuation lines, as written, without trailing white space.
    Bot(Vec<String>),
    /// `+ 10m`, `+ until mon 09:00`.
    Advance(Advance),
    /// `! order_placed(…)`, `! order_placed(…) at 2026-03-01 10:00`.
    Event {
        /// Its name.
        name: SmolStr,
        /// Its fields.
        fields: Fields,
        /// When it happened, if that was not now: date and time.
        at: Option<(SmolStr, SmolStr)>,
    },
    /// `! again`: the last event is reported once more.
    EventAgain,
    /// `* …`: an effect, as written.
    Effect(String),
    /// `. delivered`.
    Status(Status),
    /// `~ maria …`.
    Operator {
        /// Who.
        name: SmolStr,
        /// What they do.
        act: OperatorAct,
    },
    /// `= …`.
    Check(Check),
}

/// Named values; a value without a name stands at its position.
pub type Fields = Vec<(Option<SmolStr>, Expression)>;

/// What a call answers in this conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Stub {
    /// Which call.
    pub call: SmolStr,
    /// Which arguments it is for; a field that is not named, or is `any`, fits always.
    pub args: Fields,
    /// How long it takes, in milliseconds.
    pub takes_ms: i64,
    /// What it answers.
    pub answer: StubAnswer,
}

/// The answer of a stub.
#[derive(Clone, Debug, PartialEq)]
pub enum StubAnswer {
    /// A value; `None` for a call that gives nothing.
    Value(Option<Expression>),
    /// It fails, perhaps in a named way.
    Fails(Option<SmolStr>),
}

/// What a customer does.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Writes.
    Text(String),
    /// Presses a button, perhaps of a card.
    Press {
        /// What stands on it.
        label: String,
        /// The card's title.
        of: Option<String>,
    },
    /// Sends a picture, a file, …
    Attachment {
        /// `image`, `file`, `video`, `audio`, `location`.
        kind: SmolStr,
        /// Its address or name.
        source: String,
    },
}

/// How time passes.
#[derive(Clone, Debug, PartialEq)]
pub enum Advance {
    /// By milliseconds.
    By(i64),
    /// Until the next such time of day, perhaps on a weekday (Monday is 0) or date.
    Until {
        /// Which weekday.
        weekday: Option<u8>,
        /// Which date, ISO 8601.
        date: Option<SmolStr>,
        /// `09:00`.
        time: SmolStr,
    },
}

/// What becomes of the last message of the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It arrived.
    Delivered,
    /// It was read.
    Read,
    /// It did not arrive.
    NotDelivered,
}

/// What an operator does.
#[derive(Clone, Debug, PartialEq)]
pub enum OperatorAct {
    /// Takes the conversation.
    Joins,
    /// Leaves it to others.
    Leaves,
    /// Writes to the customer.
    Says(String),
    /// Sends the customer something: its kind, and the address.
    Sends(SmolStr, SmolStr),
    /// Answers the question of `ask queue`.
    Answers(String),
    /// Ends it as solved.
    Resolves,
    /// Gives it back to the bot.
    HandsBack,
    /// Passes it on to a queue, or, where no queue has the name and `queue` is not written, to a colleague.
    Passes {
        /// `queue` is written.
        queue: bool,
        /// Which, or who.
        to: SmolStr,
    },
    /// Starts a flow that is open to operators.
    Starts(SmolStr, Fields),
}

/// What must hold at this point.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// The bot said nothing since the last line of the customer, event or time.
    NothingSaid,
    /// The conversation has ended so.
    Finished {
        /// `resolved`, `unresolved`, `abandoned`.
        outcome: SmolStr,
        /// `as demo_booked`.
        label: Option<SmolStr>,
    },
    /// Who owns the conversation: `bot`, `people`, `nobody`.
    Owner(SmolStr),
    /// Where it stands: `flow`, `flow.step`, `flow.name` or `flow.step.name`.
    At(SmolStr),
    /// An expression is yes. With it the text as written, for the message.
    Holds(Expression, String),
}
