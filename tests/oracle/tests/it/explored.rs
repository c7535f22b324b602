//! What exploration says of a statement holds in every conversation: generated bots talk with generated people in the
//! machine, and everything that is sent has to be among what exploration says of it (channel, language, how long the
//! customer has been silent, who has the conversation, who began it).
//!
//! Messages are known by a mark that is put behind their words before the machine runs the bot.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use botflow_artifact::{Bot, LanguageId, MessageId, Part, PlaceId, PlaceKind, Text, TextId, TextVariant};
use botflow_compiler::compile;
use botflow_compiler::explore::{Exploration, Quiet, Reached, Scope, Site};
use botflow_compiler::project::{Project, Source};
use botflow_machine::{
    Beginner, Effect, Event, EventKind, FrameKind, Numbers, Owner, Person, Program, Record, Rest, Speaker,
    Starter,
};
use botflow_scenario::engine::{Engine, MachineEngine, Standing};
use botflow_scenario::script;
use botflow_scenario::world::World;
use botflow_testkit::random::Random;
use botflow_testkit::{bots, talk};
use smol_str::SmolStr;

use crate::compare::act;
use crate::generated::config;

/// Bots of which exploration once said too little.
const DIFFERED: &[u64] = &[12, 18, 69, 75, 107, 1037, 1473, 2015, 2045, 2217, 2230, 2369];
const TALKS: u64 = 4;
/// What lets triggers and colleagues begin something.
const BEGINNINGS: &[&str] = &[
    "! offered",
    "! offered",
    "+ 2h",
    "+ 9h",
    "~ maria joins",
    "~ maria starts offer(price: 10 EUR)",
    "~ maria starts thank",
];
const LINES: usize = 30;

/// What stands around the mark of a message.
const MARK: char = '\u{29ee}';

/// Gives every message words of its own that tell which it is, and in which language.
fn marked(mut bot: Bot) -> Bot {
    for (id, message) in bot.messages.iter_mut().enumerate() {
        let Some(text) = message.text.and_then(|text| bot.texts.get(text.index())) else {
            continue;
        };
        let variants = (0..bot.languages.len()).map(|language| {
            let language = LanguageId::from(language);
            let words = text.variants.iter().find(|variant| variant.language == language);
            let mut parts = words.unwrap_or(&text.variants[0]).parts.clone();
            let mark = format!("{MARK}{id} {}{MARK}", language.0);
            parts.push(Part::Literal(mark.into()));
            TextVariant { language, parts }
        });
        let text = Text {
            variants: variants.collect(),
        };
        message.text = Some(TextId::from(bot.texts.len()));
        for (_, other) in &mut message.on_channel {
            *other = TextId::from(bot.texts.len());
        }
        bot.texts.push(text);
    }
    bot
}

/// The message and language of what was sent.
fn mark(words: &str) -> Option<(MessageId, LanguageId)> {
    let mark = words.split(MARK).nth(1)?;
    let (message, language) = mark.split_once(' ')?;
    let (message, language): (usize, usize) = (message.parse().ok()?, language.parse().ok()?);
    Some((message.into(), language.into()))
}

/// Something that was sent.
#[derive(Clone, Debug)]
struct Sent {
    message: MessageId,
    language: LanguageId,
    channel: SmolStr,
    /// Milliseconds since the customer wrote there.
    silent: Option<i64>,
    /// A flow that colleagues began in it was open before, and is open behind.
    among_people: [bool; 2],
    /// Who began it, if it has begun under our eyes.
    begun_by: Option<Beginner>,
}

/// What was seen of one person.
#[derive(Default)]
struct Seen {
    wrote: BTreeMap<SmolStr, i64>,
    sent: Vec<Sent>,
}

/// The machine, watched.
struct Watched<'a> {
    engine: MachineEngine<'a>,
    seen: Rc<RefCell<Seen>>,
    /// Who began what it plays.
    begun_by: Option<Beginner>,
    /// A flow that colleagues began is open in it.
    open: bool,
}

impl Watched<'_> {
    /// The channel the person is on.
    fn here(&self) -> SmolStr {
        let channel = &self.engine.person().channel;
        match channel.is_empty() {
            true => self
                .engine
                .program
                .bot
                .channels
                .first()
                .cloned()
                .unwrap_or_default(),
            false => channel.clone(),
        }
    }

    /// Whether a flow runs where the conversation is handed over: one that colleagues began, or that a way of the escalation
    /// runs.
    fn runs_above(&self) -> bool {
        let (bot, frames) = (&self.engine.program.bot, &self.engine.conversation.frames);
        let handed_over = |at: PlaceId| {
            let place = bot.places.get(at.index());
            place.is_some_and(|place| matches!(place.kind, PlaceKind::Escalate(_)))
        };
        let mut pairs = frames.windows(2);
        pairs.any(|pair| handed_over(pair[0].at) && pair[1].kind == FrameKind::Run)
    }

    /// Notes what was sent.
    fn note(&mut self, at: i64, effects: &[Effect], before: Owner) {
        let here = self.here();
        let starts = |effect: &Effect| matches!(effect, Effect::OperatorStarts { .. });
        let started = before == Owner::People && effects.iter().any(starts);
        let open = (self.open || started) && self.runs_above();
        let was_open = std::mem::replace(&mut self.open, open);
        let among_people = match started {
            true => [true, true],
            false => [was_open, self.open],
        };
        let mut seen = self.seen.borrow_mut();
        for effect in effects {
            if let Effect::Record(Record::Began { by, .. }) = effect {
                self.begun_by = Some(by.clone());
            }
            let Effect::Send(message) = effect else { continue };
            let Some((id, language)) = mark(&message.text) else {
                continue;
            };
            let via = message
                .envelope
                .as_ref()
                .and_then(|envelope| envelope.via.clone());
            let channel = via.unwrap_or_else(|| here.clone());
            let silent = seen.wrote.get(&channel).map(|wrote| at - wrote);
            seen.sent.push(Sent {
                message: id,
                language,
                channel,
                silent,
                among_people,
                begun_by: self.begun_by.clone(),
            });
        }
    }
}

impl Engine for Watched<'_> {
    fn standing(&self) -> Standing {
        self.engine.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.engine.misunderstood()
    }
}

impl Speaker for Watched<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        let at = event.at;
        let writes = match &event.kind {
            EventKind::Message { channel, .. }
            | EventKind::Press { channel, .. }
            | EventKind::Media { channel, .. } => Some(channel.clone()),
            _ => None,
        };
        let before = effects.len();
        let owner = self.engine.standing().owner;
        self.engine.turn(event, effects);
        let here = self.here();
        if let Some(channel) = writes {
            let mut seen = self.seen.borrow_mut();
            seen.wrote.insert(channel.unwrap_or(here), at);
        }
        self.note(at, &effects[before..], owner);
    }

    fn person(&self) -> &Person {
        self.engine.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.engine.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.engine.timer()
    }

    fn rest(&self) -> Rest {
        self.engine.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.engine.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.engine.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.engine.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.engine.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.engine.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.engine.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.engine.moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        let before = effects.len();
        let owner = self.engine.standing().owner;
        self.engine.resumes(at, parked_for, again, effects);
        self.note(at, &effects[before..], owner);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.engine.abandon(at, effects);
    }
}

/// Whether a line is one that people usually write: they stay where they are, and only they and the time do anything.
fn is_usual(line: &str) -> bool {
    (line.starts_with("> ") && !["romana", "english"].iter().any(|word| line.contains(word)))
        || line.starts_with("+ ")
}

/// How much there was to be compared.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Messages that were sent.
    sent: usize,
    /// Of those: exploration says how long the customer has been silent at most.
    bounded: usize,
    /// In a flow that colleagues began.
    among_people: usize,
    /// The bot has the conversation alone, and exploration says that only it can have it.
    of_bot: usize,
    /// The customer, a colleague, a trigger began the conversation.
    by_customer: usize,
    by_operators: usize,
    by_triggers: usize,
    /// Exploration says that something began none that comes there.
    not_by_all: usize,
}

impl Tally {
    fn add(&mut self, bot: &Bot, reached: &Reached, one: &Sent) {
        self.sent += 1;
        self.bounded += usize::from(reached.quiet() != Quiet::Unbounded);
        self.among_people += usize::from(one.among_people == [true, true]);
        self.of_bot += usize::from(one.among_people == [false, false] && !reached.among_people);
        match &one.begun_by {
            Some(Beginner::Customer) => self.by_customer += 1,
            Some(Beginner::Outside(Starter::Operator)) => self.by_operators += 1,
            Some(Beginner::Outside(Starter::Trigger { .. })) => self.by_triggers += 1,
            Some(Beginner::Outside(Starter::Host)) | None => {}
        }
        let all = reached.by_customer && reached.by_operators && reached.triggers.len() == bot.triggers.len();
        self.not_by_all += usize::from(!all);
    }

    fn join(&mut self, other: Tally) {
        self.sent += other.sent;
        self.bounded += other.bounded;
        self.among_people += other.among_people;
        self.of_bot += other.of_bot;
        self.by_customer += other.by_customer;
        self.by_operators += other.by_operators;
        self.by_triggers += other.by_triggers;
        self.not_by_all += other.not_by_all;
    }
}

/// What is sent in conversations with a bot, and what exploration says against it.
fn differences(seed: u64, source: &str, scope: Scope) -> (Tally, Vec<String>) {
    let project = Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(source),
        }],
        config: Some(Arc::from(config())),
        ..Project::default()
    };
    let checked = compile::check_bot(&project);
    if checked.has_errors() {
        return (Tally::default(), Vec::new());
    }
    let bot = &checked.lowered.bot;
    let exploration = Exploration::of(bot, &checked.graph, scope);
    let Ok(program) = Program::new(marked(checked.bot_as_understood())) else {
        return (Tally::default(), vec!["the marked bot is no bot".to_owned()]);
    };
    let mut found = Vec::new();
    let mut tally = Tally::default();
    for number in 0..TALKS {
        let mut random = Random::new(seed.wrapping_mul(7_368_787).wrapping_add(number));
        let seen = Rc::new(RefCell::new(Seen::default()));
        let watched = Rc::clone(&seen);
        let program = &program;
        let mut world = World::new(
            program,
            Box::new(move |person| -> Box<dyn Engine> {
                let (engine, seen) = (MachineEngine::new(program, person), Rc::clone(&watched));
                Box::new(Watched {
                    engine,
                    seen,
                    begun_by: None,
                    open: false,
                })
            }),
        );
        let mut said = Vec::new();
        let mut lines = talk::headers(&mut random);
        lines.reverse();
        let mut left = LINES;
        while left > 0 {
            let line = match lines.pop() {
                Some(line) => line,
                None => {
                    left -= 1;
                    let line = talk::line(&mut random, &world.pressable());
                    let elsewhere = if random.chance(50) {
                        "@ ana on sms"
                    } else {
                        "@ ana on web"
                    };
                    match scope {
                        Scope::Usual if !is_usual(&line) => continue,
                        Scope::Everything if random.chance(4) => elsewhere.to_owned(),
                        // What begins conversations, or flows in them, beside the customer.
                        Scope::Everything if random.chance(12) => random.word(BEGINNINGS).to_owned(),
                        _ => line,
                    }
                }
            };
            said.push(line.clone());
            let Ok(script) = script::parse(&format!("conversation c\n{line}\n")) else {
                continue;
            };
            for line in script.conversations.iter().flat_map(|scene| &scene.lines) {
                // What cannot be done is not done.
                let _ = act(&mut world, &line.kind);
            }
            for one in std::mem::take(&mut seen.borrow_mut().sent) {
                tally.add(bot, &exploration.message(one.message), &one);
                if let Some(difference) = contradicts(bot, &exploration, &one) {
                    found.push(format!(
                        "bot {seed}, conversation {number}: {difference}\n{}",
                        said.join("\n")
                    ));
                }
            }
        }
    }
    (tally, found)
}

fn contradicts(bot: &Bot, exploration: &Exploration<'_>, one: &Sent) -> Option<String> {
    let reached = exploration.message(one.message);
    let said = match reached.on(&one.channel) {
        None => Some("it is not sent on that channel".to_owned()),
        Some(on) => match (on.quiet(), one.silent) {
            (Quiet::Unbounded, _) => None,
            (Quiet::AtMost(longest), Some(silent)) if silent <= longest => None,
            (quiet, _) => Some(format!("the silence is {quiet:?}")),
        },
    };
    let said = said.or_else(|| {
        (!reached.languages.contains(&one.language)).then(|| "it is not said in that language".to_owned())
    });
    // Whose it is in between is seen only where it is the same before and behind.
    let said = said.or_else(|| match one.among_people {
        [true, true] => (!reached.among_people).then(|| "colleagues have begun it".to_owned()),
        [false, false] => (!reached.of_bot).then(|| "the bot has it alone".to_owned()),
        // Which of the two it was only the turn knows.
        _ => None,
    });
    let said = said.or_else(|| {
        let can = match one.begun_by.as_ref()? {
            Beginner::Customer => reached.by_customer,
            Beginner::Outside(Starter::Operator) => reached.by_operators,
            Beginner::Outside(Starter::Trigger { name, .. }) => {
                let mut names = reached.triggers.iter().map(|id| &bot.triggers[id.index()].name);
                names.any(|known| known == name)
            }
            Beginner::Outside(Starter::Host) => true,
        };
        (!can).then(|| "that began no conversation that comes here".to_owned())
    });
    let sites = exploration.sites(one.message).map(|site| match site {
        Site::Question(place) | Site::Nudge(place, _) | Site::HandOver(place) => {
            let place = &bot.places[place.index()];
            format!(
                "{site:?} {} {:?} {}",
                bot.flows[place.flow.index()].name,
                place.step,
                place.name
            )
        }
        site => format!("{site:?}"),
    });
    let sites: Vec<_> = sites.collect();
    said.map(|said| format!("{one:?} at {sites:?}, but {said}"))
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(usual)
}

fn holds(scope: Scope) {
    let count = number("BOTFLOW_EXPLORED_BOTS", 50);
    let first = number("BOTFLOW_EXPLORED_FIRST", 0);
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for seed in DIFFERED.iter().copied().chain(first..first + count) {
        let mut source = bots::source(seed);
        // Where nothing interrupts a conversation, more has a bound.
        if seed % 2 == 1
            && let Some(from) = source.find("trigger offer {")
            && let Some(to) = source[from..].find("\n}\n")
        {
            source.replace_range(from..from + to + 3, "");
        }
        // Where colleagues begin nothing, and triggers something else, not everything begins everything.
        if seed % 3 == 0 {
            source = source.replace(" open to operators", "");
            source = source.replacen("start main\n}\n\nintent", "start thank\n}\n\nintent", 1);
        }
        let (some, differ) = differences(seed, &source, scope);
        tally.join(some);
        if !differ.is_empty() && found.len() < 4 {
            found.push(format!("{}\n{}", bots::numbered(&source), differ[0]));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n----------\n\n"));
    // What says nothing of anything contradicts nothing.
    assert!(tally.sent > count as usize * 20, "{tally:?}");
    assert!(tally.bounded * 20 > tally.sent, "{tally:?}");
    assert!(
        tally.of_bot > 0 && tally.by_customer > 0 && tally.not_by_all > 0,
        "{tally:?}"
    );
    // Triggers and colleagues are no part of what is usual here.
    if scope == Scope::Everything {
        assert!(
            tally.among_people > 0 && tally.by_operators > 0 && tally.by_triggers > 0,
            "{tally:?}"
        );
    }
}

#[test]
fn what_is_usual_holds_where_people_do_what_is_usual() {
    holds(Scope::Usual);
}

#[test]
fn everything_holds_whatever_people_do() {
    holds(Scope::Everything);
}
