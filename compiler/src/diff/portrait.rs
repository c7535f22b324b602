//! A portrait of a bot: what it says, asks, hears and does, line by line, without numbers that only one version has.
//!
//! A [`Section`] is what the order of declarations does not matter for (a flow's body, a step, a handler, a trigger …); its
//! [`Fact`]s stand in the order of the text. A fact that others hang on (a question, an option, a condition) is their parent.

use botflow_artifact::*;

/// Where in a bot something stands, for conversations that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// An operation.
    Code(Pc),
    /// A place.
    Place(PlaceId),
    /// A handler.
    Handler(HandlerId),
    /// A trigger.
    Trigger(TriggerId),
    /// Where a flow begins.
    Flow(FlowId),
    /// Nowhere that a conversation comes by.
    Nowhere,
}

/// What a section is part of; in the order in which it is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// A flow, by its name.
    Flow(String),
    /// What holds everywhere.
    Always,
    /// What begins conversations.
    Triggers,
    /// Experiments and goals.
    Experiments,
    /// Escalations and queues.
    People,
    /// Intents and questions with answers.
    Understanding,
    /// The customer card and segments.
    Customer,
    /// Lookups, actions and events.
    Systems,
    /// Types.
    Types,
    /// Message templates.
    Templates,
    /// The bot as a whole.
    Bot,
}

impl Area {
    /// As a heading.
    pub fn title(&self) -> String {
        match self {
            Area::Flow(name) => format!("Flow {name}"),
            Area::Always => "Always".into(),
            Area::Triggers => "Triggers".into(),
            Area::Experiments => "Experiments and goals".into(),
            Area::People => "Escalations and queues".into(),
            Area::Understanding => "What the bot understands".into(),
            Area::Customer => "The customer card and segments".into(),
            Area::Systems => "Lookups, actions and events".into(),
            Area::Types => "Types".into(),
            Area::Templates => "Message templates".into(),
            Area::Bot => "The bot".into(),
        }
    }
}

/// Something that can change.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// What it is, as a noun.
    pub kind: &'static str,
    /// Its words: text of the bot, a condition, a setting.
    pub words: String,
    /// Its words in other languages.
    pub also: Vec<(String, String)>,
    /// Words are said to people, and stand in quotes.
    pub spoken: bool,
    /// The fact that it hangs on.
    pub parent: Option<usize>,
    /// It is told when it changes; others only hold what hangs on them.
    pub told: bool,
    /// How it is told where something that hangs on it changes: `after “Pay now”`.
    pub context: String,
    pub site: Site,
    pub source: Option<SourceRange>,
}

impl Fact {
    pub fn same(&self, other: &Fact) -> bool {
        self.kind == other.kind && self.words == other.words && self.also == other.also
    }
}

/// Facts that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub area: Area,
    /// What is the same in both versions, if it is the same section: `step shipping`; empty for a flow's body.
    pub key: String,
    /// In order.
    pub facts: Vec<Fact>,
    pub source: Option<SourceRange>,
    pub site: Site,
}

impl Section {
    pub fn new(area: Area, key: impl Into<String>, site: Site) -> Section {
        Section {
            area,
            key: key.into(),
            facts: Vec::new(),
            source: None,
            site,
        }
    }

    /// Adds a fact; gives back its number.
    pub fn push(&mut self, fact: Fact) -> usize {
        self.facts.push(fact);
        self.facts.len() - 1
    }

    /// A setting: told by its name and its words.
    pub fn setting(&mut self, kind: &'static str, words: impl Into<String>) -> usize {
        let site = self.site;
        let source = self.source;
        self.push(Fact {
            kind,
            words: words.into(),
            also: Vec::new(),
            spoken: false,
            parent: None,
            told: true,
            context: String::new(),
            site,
            source,
        })
    }
}

/// All sections of a bot: flows in order, then declarations.
pub(crate) fn of(bot: &Bot) -> Vec<Section> {
    let mut sections = super::flows::sections(bot);
    super::declared::sections(bot, &mut sections);
    // Two that are called the same are told apart by their order.
    let mut known: std::collections::BTreeMap<(Area, String), usize> = std::collections::BTreeMap::new();
    for section in &mut sections {
        let count = known
            .entry((section.area.clone(), section.key.clone()))
            .or_default();
        *count += 1;
        if *count > 1 {
            section.key = format!("{} ({count})", section.key);
        }
    }
    sections
}
