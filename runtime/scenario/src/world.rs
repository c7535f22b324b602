//! The world around a bot in virtual time: people, channels, stubs in place of systems, a clock that moves only
//! when told. `.chat` tests, `botflow chat` and the oracle's comparison all run in it.

mod clock;
mod events;
mod identity;
mod people;
mod stubs;
mod triggers;
mod upgrade;

use botflow_artifact::{Bot, CallId};
use botflow_machine::trigger::Happening;
use botflow_machine::{
    Conversations, Delivery, Effect, Event, EventKind, OperatorEvent, Person, Presence, Program, Speaker,
    Starter,
};
use botflow_message::{Message, Part, Profiles, render, transcript};
use botflow_values::{FileRef, Location, Value};
use indexmap::IndexMap;
use smol_str::SmolStr;

use crate::check::View;
use crate::describe;
use crate::engine::{Engine, Standing};
use crate::literal;
use crate::script::{Check, Expression, Fields, Input, OperatorAct, Status, Stub};
use crate::shadow::Shadow;

/// Turns that one line of a script may cause; more means the bot talks to itself.
const MAX_TURNS: usize = 10_000;

/// What happened, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// The bot (or an operator through it) said something; with the lines as the channel shows it.
    Said(Vec<String>),
    /// A call, as its line without `* `. Like messages, calls are strict and ordered in a test.
    Called(String),
    /// Another effect, as its line without `* `.
    Did(String),
    /// Something that is recorded for figures and does nothing, as its line without `* `.
    Recorded(String),
}

/// Why a line of a script could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A name that the bot does not know, or a value that does not fit.
    Name(String),
    /// A call without a stub; its line.
    NoStub(String),
    /// A button that is not there.
    NoButton {
        /// What was pressed.
        label: String,
        /// The title of the card it was looked for on.
        of: Option<String>,
        /// What could be pressed, the newest first, each once: `[Label]`, `[Buy] of "Shoes"`.
        offered: Vec<String>,
    },
    /// The bot did not come to rest.
    Endless,
}

impl Trouble {
    /// The name of the finding that it is, where it is one.
    pub fn finding(&self) -> Option<&'static str> {
        match self {
            Trouble::Name(message) if message.contains(" is missing") => Some("wrong-arguments"),
            Trouble::Name(message) if message.contains(" is no ") => Some("type-mismatch"),
            Trouble::Name(_) | Trouble::NoButton { .. } => Some("chat-unknown-name"),
            Trouble::NoStub(_) => Some("chat-stub-missing"),
            Trouble::Endless => None,
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Name(message) => f.write_str(message),
            Trouble::NoStub(call) => {
                let name = call.strip_prefix("call ").unwrap_or(call);
                write!(
                    f,
                    "the bot did `{name}`, and no stub tells what that gives; add a line like: stub {name} = …"
                )
            }
            Trouble::NoButton { label, of, offered } => {
                write!(f, "there is no button `{label}`")?;
                if let Some(title) = of {
                    write!(f, " of `{title}`")?;
                }
                if offered.is_empty() {
                    return f.write_str(": nothing can be pressed here");
                }
                f.write_str("; there is")?;
                offered.iter().try_for_each(|button| write!(f, " {button}"))
            }
            Trouble::Endless => {
                f.write_str("the bot does not come to rest: it goes on without waiting for anybody")
            }
        }
    }
}

/// Makes the engine of one person's conversations.
pub type Factory<'a> = dyn Fn(Person) -> Box<dyn Engine + 'a> + 'a;

/// One person in the world.
struct Someone<'a> {
    engine: Conversations<Box<dyn Engine + 'a>>,
    presence: Presence,
    /// Answers of calls that take time: when, what, and to which attempt of which call.
    due: Vec<(i64, EventKind, (CallId, u32))>,
    /// Messages with something to press, newest last; bounded.
    pressable: Vec<Message>,
    /// The newest message has something to press.
    latest_is_pressable: bool,
    sent: u64,
    /// The last event that was reported.
    reported: Option<Happening>,
    finished: Option<(SmolStr, Option<SmolStr>)>,
    /// That was since the last line of the customer, event or time.
    just_finished: bool,
    /// A second opinion about triggers.
    shadow: Option<Box<dyn Shadow + 'a>>,
}

/// The world.
pub struct World<'a> {
    program: &'a Program,
    bot: &'a Bot,
    /// What the bot's channels can show.
    profiles: Profiles,
    factory: Box<Factory<'a>>,
    /// The later version of the bot, and what runs it.
    newer: Option<(&'a Program, Box<Factory<'a>>)>,
    now: i64,
    seed: u64,
    turns: u64,
    people: IndexMap<SmolStr, Someone<'a>>,
    /// Who somebody turned out to be.
    aliases: IndexMap<SmolStr, SmolStr>,
    speaker: usize,
    stubs: Vec<Stub>,
    /// Makes second opinions about triggers.
    shadows: Option<Box<dyn Fn() -> Box<dyn Shadow + 'a> + 'a>>,
    /// What is being reported.
    happening: Option<Happening>,
    /// What the last line of the script made happen.
    heard: Option<EventKind>,
    /// A call without a stub fails, and is no trouble (for `botflow chat`).
    lenient: bool,
    /// Calls that have failed so, each once.
    unanswered: Vec<SmolStr>,
}

impl<'a> World<'a> {
    /// A world in which it is Monday, 5 January 2026, 10:00 in the bot's time zone, and nobody is there yet.
    pub fn new(program: &'a Program, factory: Box<Factory<'a>>) -> World<'a> {
        let mut world = World {
            program,
            bot: &program.bot,
            profiles: profiles_of(&program.bot),
            factory,
            newer: None,
            now: 0,
            seed: 0,
            turns: 0,
            people: IndexMap::new(),
            aliases: IndexMap::new(),
            speaker: 0,
            stubs: Vec::new(),
            shadows: None,
            happening: None,
            heard: None,
            lenient: false,
            unanswered: Vec::new(),
        };
        let monday = literal::parse_date("2026-01-05").zip(literal::parse_time("10:00"));
        if let Some((date, time)) = monday {
            world.now = world.zone().moment(date, time);
        }
        world
    }

    /// Asks for a second opinion about everybody's triggers; where it differs, that is an effect.
    #[must_use]
    pub fn with_shadows(mut self, shadows: impl Fn() -> Box<dyn Shadow + 'a> + 'a) -> World<'a> {
        self.shadows = Some(Box::new(shadows));
        self
    }

    /// Calls without a stub fail instead of stopping the conversation.
    pub fn lenient(mut self) -> World<'a> {
        self.lenient = true;
        self
    }

    /// The bot.
    pub fn bot(&self) -> &'a Bot {
        self.bot
    }

    /// `seed 7`.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// The customer writes, presses or sends.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn customer(&mut self, input: &Input) -> Result<Vec<Observed>, Trouble> {
        let speaker = self.current();
        let channel = Some(speaker.presence.channel.clone()).filter(|channel| !channel.is_empty());
        let kind = match input {
            Input::Text(text) => EventKind::Message {
                text: text.as_str().into(),
                channel,
            },
            Input::Press { label, of } => match self.press(label, of.as_deref())? {
                Some(payload) => EventKind::Press {
                    payload,
                    label: label.as_str().into(),
                    channel,
                },
                None => {
                    // It opens on the customer's side; the host may come to know of it.
                    let message = self.current().sent;
                    let status = Delivery::Clicked;
                    return self.happen(EventKind::Delivery { message, status });
                }
            },
            Input::Attachment { kind, source } => EventKind::Media {
                value: attachment(kind, source)?,
                caption: SmolStr::default(),
                channel,
            },
        };
        let now = self.now;
        let speaker = self.current();
        speaker.presence.wrote_at = Some(now);
        // Who writes where no line has said where can be reached there.
        let channel = speaker.presence.channel.clone();
        let person = speaker.engine.speaking_mut().person_mut();
        if !person.addresses().iter().any(|one| one.channel == channel) {
            person.reach(&channel, "", now);
        }
        self.happen(kind)
    }

    /// A flow is begun for whoever speaks.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn start(&mut self, flow: &str, fields: &Fields) -> Result<Vec<Observed>, Trouble> {
        let args = self.arguments(flow, fields)?;
        self.happen(EventKind::Start {
            flow: flow.into(),
            args,
            channel: None,
            by: Starter::Host,
        })
    }

    fn arguments(&self, flow: &str, fields: &Fields) -> Result<Vec<Value>, Trouble> {
        let found = self.bot.flows.iter().skip(1).find(|known| known.name == flow);
        let found = found.ok_or_else(|| Trouble::Name(format!("the bot has no flow `{flow}`")))?;
        let params = found.slots.iter().take(found.params as usize);
        let declared: Vec<_> = params.map(|slot| (slot.name.clone(), slot.ty)).collect();
        literal::read_whole(self.bot, &declared, fields).map_err(Trouble::Name)
    }

    /// Something becomes of the bot's last message.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn status(&mut self, status: Status) -> Result<Vec<Observed>, Trouble> {
        let status = match status {
            Status::Delivered => Delivery::Delivered,
            Status::Read => Delivery::Read,
            Status::NotDelivered => Delivery::Failed,
        };
        let message = self.current().sent;
        let mut observed = self.happen(EventKind::Delivery { message, status })?;
        observed.extend(self.delivered(self.speaker, status)?);
        // Bots that follow what is read hear of it as of any other event.
        if status == Delivery::Read && self.program.event_named("message_read").is_some() {
            let heard = self.heard.take();
            observed.extend(self.event(&SmolStr::new_static("message_read"), &Fields::new())?);
            self.heard = heard;
        }
        Ok(observed)
    }

    /// An operator does something.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn operator(&mut self, name: &SmolStr, act: &OperatorAct) -> Result<Vec<Observed>, Trouble> {
        let name = name.clone();
        let event = match act {
            OperatorAct::Joins => OperatorEvent::Joins { name },
            OperatorAct::Leaves => OperatorEvent::Leaves { name },
            OperatorAct::Says(text) => OperatorEvent::Writes {
                name,
                text: text.as_str().into(),
                media: None,
            },
            OperatorAct::Sends(kind, source) => OperatorEvent::Writes {
                name,
                text: SmolStr::default(),
                media: Some(attachment(kind, source)?),
            },
            OperatorAct::Answers(text) => OperatorEvent::Answers {
                name,
                text: text.as_str().into(),
            },
            OperatorAct::Resolves => OperatorEvent::Resolves { name },
            OperatorAct::HandsBack => OperatorEvent::HandsBack { name },
            OperatorAct::Passes { queue, to } => {
                let is_queue = self.bot.queues.iter().any(|known| known.name == *to);
                if *queue && !is_queue {
                    return Err(Trouble::Name(format!("the bot has no queue `{to}`")));
                }
                if is_queue {
                    let queue = to.clone();
                    OperatorEvent::Passes { name, queue }
                } else {
                    let operator = to.clone();
                    OperatorEvent::PassesTo { name, operator }
                }
            }
            OperatorAct::Starts(flow, fields) => OperatorEvent::Starts {
                name,
                flow: flow.clone(),
                args: self.arguments(flow, fields)?,
            },
        };
        self.happen(EventKind::Operator(event))
    }

    /// Whether a check holds; `None` when it does, otherwise what is so instead. `said` = something was said since
    /// the last line of the customer, event or time.
    ///
    /// # Errors
    /// An expression with a name that means nothing.
    pub fn check(&self, check: &Check, said: bool) -> Result<Option<String>, Trouble> {
        let Some((_, someone)) = self.people.get_index(self.speaker) else {
            return Err(Trouble::Name("nobody has spoken yet".into()));
        };
        let standing = someone.engine.speaking().standing();
        Ok(match check {
            Check::NothingSaid => said.then(|| "the bot said something".to_owned()),
            Check::Finished { outcome, label } => {
                // Another conversation of the person's may have gone on since.
                let so =
                    |_: &&(SmolStr, Option<SmolStr>)| standing.outcome.is_some() || someone.just_finished;
                let found = someone.finished.as_ref().filter(so);
                match found {
                    Some((found, found_label)) if found == outcome && found_label == label => None,
                    Some((found, None)) => Some(format!("it finished {found}")),
                    Some((found, Some(label))) => Some(format!("it finished {found} as {label}")),
                    None => Some(format!("it has not finished: it is {}", place_of(&standing))),
                }
            }
            Check::Owner(owner) => {
                let found = format!("{:?}", standing.owner).to_lowercase();
                (found != *owner).then(|| format!("the owner is {found}"))
            }
            Check::At(place) => {
                let there = standing.place.as_ref().is_some_and(|found| found.is(place));
                (!there).then(|| format!("it is {}", place_of(&standing)))
            }
            Check::Holds(expression, _) => {
                let view = self.view(someone, &standing);
                if view.holds(expression).map_err(Trouble::Name)? {
                    None
                } else if let Expression::Compare(left, ..) | Expression::Known(left, _) = expression {
                    let value = view.value(left).map_err(Trouble::Name)?;
                    Some(format!("it is {}", literal::write(self.bot, None, &value)))
                } else {
                    Some("it is no".to_owned())
                }
            }
        })
    }

    /// Where the speaker's conversation stands.
    pub fn standing(&self) -> Option<Standing> {
        self.people
            .get_index(self.speaker)
            .map(|(_, someone)| someone.engine.speaking().standing())
    }

    fn view<'v>(&'v self, someone: &'v Someone<'a>, standing: &'v Standing) -> View<'v> {
        View {
            bot: self.bot,
            standing,
            person: someone.engine.speaking().person(),
            misunderstood: someone.engine.speaking().misunderstood(),
            now: self.now,
        }
    }

    fn happen(&mut self, kind: EventKind) -> Result<Vec<Observed>, Trouble> {
        self.current();
        self.begin_line();
        self.heard = Some(kind.clone());
        let mut observed = self.turns(self.speaker, kind)?;
        // What is due at this very moment (calls answered at once) belongs to the same line.
        for _ in 0..MAX_TURNS {
            let Some((person, _, due)) = self.next_due(self.now) else {
                return Ok(observed);
            };
            observed.extend(self.take(person, due)?);
        }
        Err(Trouble::Endless)
    }

    fn turns(&mut self, person: usize, kind: EventKind) -> Result<Vec<Observed>, Trouble> {
        let mut observed = self.meet_agenda(person)?;
        let seed = self.chance();
        let event = Event {
            id: self
                .happening
                .as_ref()
                .map_or(self.turns, |happening| happening.id),
            at: self.now,
            seed,
            kind,
        };
        let happening = match &event.kind {
            EventKind::Custom { .. } => self.happening.take(),
            _ => None,
        };
        let mut effects = Vec::new();
        let someone = &mut self.people[person];
        someone
            .engine
            .turn(event, &mut |person| (self.factory)(person), &mut effects);
        observed.extend(self.happened(person, &effects, happening)?);
        Ok(observed)
    }

    /// A line of the customer, an event or time: what was before it is over.
    fn begin_line(&mut self) {
        for someone in self.people.values_mut() {
            someone.just_finished = false;
        }
    }

    /// The effects of a turn are carried out, and triggers look at it.
    fn happened(
        &mut self,
        person: usize,
        effects: &[Effect],
        happening: Option<Happening>,
    ) -> Result<Vec<Observed>, Trouble> {
        let mut observed = Vec::new();
        for effect in effects {
            observed.extend(self.carry_out(person, effect.clone())?);
        }
        observed.extend(self.after_turn(person, effects, happening)?);
        Ok(observed)
    }

    /// The number that leaves something to chance in the next turn; 0 leaves nothing, so that wordings come in order.
    fn chance(&mut self) -> u64 {
        self.turns += 1;
        match self.seed {
            0 => 0,
            seed => seed
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(self.turns)
                .max(1),
        }
    }

    fn carry_out(&mut self, person: usize, effect: Effect) -> Result<Option<Observed>, Trouble> {
        let line = describe::effect(self.bot, &effect);
        match effect {
            Effect::Send(message) => {
                let someone = &mut self.people[person];
                someone.sent += 1;
                let via = message
                    .envelope
                    .as_ref()
                    .and_then(|envelope| envelope.via.clone());
                let channel = via.unwrap_or_else(|| someone.presence.channel.clone());
                let lines = match self.profiles.get(&channel) {
                    Some(profile) => transcript::rendering_lines(&render(&message, profile)),
                    None => transcript::message_lines(&message),
                };
                someone.latest_is_pressable = message
                    .parts
                    .iter()
                    .any(|part| matches!(part, Part::Button(_) | Part::Suggestion(_) | Part::Card(_)));
                if someone.latest_is_pressable {
                    someone.pressable.push(message);
                    if someone.pressable.len() > 50 {
                        someone.pressable.remove(0);
                    }
                }
                return Ok(Some(Observed::Said(lines)));
            }
            Effect::Call(request) => {
                let line = line.unwrap_or_default();
                let (first, key) = (request.attempt == 1, line.clone());
                self.answer(person, *request, key)?;
                // Further attempts are the same call.
                return Ok(first.then_some(Observed::Called(line)));
            }
            // Only where a trigger follows it: elsewhere it would be noise.
            Effect::Record(_) => return Ok(line.map(Observed::Recorded)),
            Effect::Asked(intent) if !self.program.follows(intent) => return Ok(None),
            Effect::Finished { outcome, label } => {
                let someone = &mut self.people[person];
                someone.finished = Some((outcome.name().into(), label));
                someone.just_finished = true;
            }
            _ => {}
        }
        Ok(line.map(Observed::Did))
    }
}

/// What the channels of a bot can show.
fn profiles_of(bot: &Bot) -> Profiles {
    let changes = bot.profiles.iter();
    Profiles::new(changes.map(|(channel, changes)| (channel.as_str(), changes.as_str())))
}

fn is_any(written: &Expression) -> bool {
    matches!(written, Expression::Path(path) if path == "any")
}

fn place_of(standing: &Standing) -> String {
    match (&standing.place, standing.outcome) {
        (_, Some(outcome)) => format!("finished {}", outcome.name()),
        (Some(place), None) => format!("at {place}"),
        (None, None) => "nowhere".to_owned(),
    }
}

fn attachment(kind: &str, source: &str) -> Result<Value, Trouble> {
    let file = || {
        Box::new(FileRef {
            url: source.into(),
            name: None,
        })
    };
    match kind {
        "image" => Ok(Value::Image(file())),
        "file" | "video" | "audio" => Ok(Value::File(file())),
        "location" => {
            let mut parts = source
                .split(',')
                .map(|part| botflow_values::Decimal::parse(part.trim()));
            let millionths = |part: Option<Option<botflow_values::Decimal>>| {
                let scaled = part
                    .flatten()?
                    .mul(botflow_values::Decimal::from_integer(1_000_000))
                    .round();
                i32::try_from(scaled).ok()
            };
            match (millionths(parts.next()), millionths(parts.next())) {
                (Some(latitude), Some(longitude)) => Ok(Value::Location(Location::new(latitude, longitude))),
                _ => Err(Trouble::Name(
                    "write a position as (location \"46.77, 23.59\")".into(),
                )),
            }
        }
        _ => Err(Trouble::Name(format!(
            "nobody can send a `{kind}`; it can be an image, file, video, audio or location"
        ))),
    }
}
