//! The world around a bot in virtual time: people, channels, stubs in place of systems, a clock that moves only
//! when told. `.chat` tests, `botflow chat` and the oracle's comparison all run in it.

use botflow_artifact::Bot;
use botflow_machine::{CallRequest, Delivery, Effect, Event, EventKind, OperatorEvent, Person};
use botflow_message::{Message, Part, profiles, render, transcript};
use botflow_values::{FileRef, Location, Value, Zone};
use indexmap::IndexMap;
use smol_str::SmolStr;

use crate::check::View;
use crate::describe;
use crate::engine::{Engine, Standing};
use crate::literal;
use crate::script::{Advance, Check, Expression, Fields, Input, OperatorAct, Status, Stub, StubAnswer};

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
        /// What could be pressed.
        offered: Vec<String>,
    },
    /// The bot did not come to rest.
    Endless,
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
            Trouble::NoButton { label, offered } if offered.is_empty() => {
                write!(f, "there is no button `{label}`: nothing can be pressed here")
            }
            Trouble::NoButton { label, offered } => {
                let offered: Vec<_> = offered.iter().map(|label| format!("[{label}]")).collect();
                write!(f, "there is no button `{label}`; there is {}", offered.join(" "))
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
    engine: Box<dyn Engine + 'a>,
    channel: SmolStr,
    /// Answers of calls that take time: when, and what.
    due: Vec<(i64, EventKind)>,
    /// Messages with something to press, newest last; bounded.
    pressable: Vec<Message>,
    /// The newest message has something to press.
    latest_is_pressable: bool,
    sent: u64,
    finished: Option<(SmolStr, Option<SmolStr>)>,
}

/// The world.
pub struct World<'a> {
    bot: &'a Bot,
    factory: Box<Factory<'a>>,
    now: i64,
    seed: u64,
    turns: u64,
    people: IndexMap<SmolStr, Someone<'a>>,
    speaker: usize,
    stubs: Vec<Stub>,
    /// A call without a stub stays unanswered and is reported as `Observed`, not as trouble (for `botflow chat`).
    lenient: bool,
}

impl<'a> World<'a> {
    /// A world in which it is Monday, 5 January 2026, 10:00 in the bot's time zone, and nobody is there yet.
    pub fn new(bot: &'a Bot, factory: Box<Factory<'a>>) -> World<'a> {
        let mut world = World {
            bot,
            factory,
            now: 0,
            seed: 0,
            turns: 0,
            people: IndexMap::new(),
            speaker: 0,
            stubs: Vec::new(),
            lenient: false,
        };
        let monday = literal::parse_date("2026-01-05").zip(literal::parse_time("10:00"));
        if let Some((date, time)) = monday {
            world.now = world.zone().moment(date, time);
        }
        world
    }

    /// Calls without a stub fail instead of stopping the conversation.
    pub fn lenient(mut self) -> World<'a> {
        self.lenient = true;
        self
    }

    /// The moment, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The bot.
    pub fn bot(&self) -> &'a Bot {
        self.bot
    }

    /// `at 2026-03-02 10:00`.
    ///
    /// # Errors
    /// No such day or time.
    pub fn set_time(&mut self, date: &str, time: &str) -> Result<(), Trouble> {
        let parsed = literal::parse_date(date).zip(literal::parse_time(time));
        let (date, time) =
            parsed.ok_or_else(|| Trouble::Name(format!("there is no moment `{date} {time}`")))?;
        self.now = self.zone().moment(date, time);
        Ok(())
    }

    /// The moment, whatever it was.
    pub fn set_now(&mut self, moment: i64) {
        self.now = moment;
    }

    /// `seed 7`.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// `stub …`.
    ///
    /// # Errors
    /// The bot has no such call, or values do not fit its types.
    pub fn stub(&mut self, stub: Stub) -> Result<(), Trouble> {
        let call = self.call_named(&stub.call)?;
        let declared: Vec<_> = call
            .params
            .iter()
            .map(|param| (param.name.clone(), param.ty))
            .collect();
        let concrete: Fields = stub
            .args
            .iter()
            .filter(|(_, value)| !is_any(value))
            .cloned()
            .collect();
        literal::read_fields(self.bot, &declared, &concrete).map_err(Trouble::Name)?;
        match &stub.answer {
            StubAnswer::Value(Some(value)) => {
                let Some(gives) = call.gives else {
                    return Err(Trouble::Name(format!("`{}` gives nothing", call.name)));
                };
                literal::read(self.bot, gives, value).map_err(Trouble::Name)?;
            }
            StubAnswer::Fails(Some(name)) if !call.fails.contains(name) => {
                let known: Vec<_> = call.fails.iter().map(|name| format!("`{name}`")).collect();
                let known = if known.is_empty() {
                    "no named failure".into()
                } else {
                    known.join(", ")
                };
                return Err(Trouble::Name(format!(
                    "`{}` does not fail with `{name}`; it has {known}",
                    call.name
                )));
            }
            _ => {}
        }
        self.stubs.push(stub);
        Ok(())
    }

    /// `person ana (…)`: card fields, and `language`, `timezone`.
    ///
    /// # Errors
    /// The card has no such field, or a value does not fit.
    pub fn person(&mut self, name: &SmolStr, fields: &Fields) -> Result<(), Trouble> {
        let (mut card, mut language, mut timezone, mut referral) = (Fields::new(), None, None, None);
        for (field, value) in fields {
            let text = match value {
                Expression::Path(word) => Some(word.clone()),
                Expression::Text(text) => Some(SmolStr::new(text)),
                _ => None,
            };
            let declared = self
                .bot
                .customer
                .iter()
                .any(|known| Some(&known.name) == field.as_ref());
            match field.as_deref() {
                Some("language") if !declared => language = text,
                Some("timezone") if !declared => timezone = text,
                Some("referral") if !declared => referral = text,
                _ => card.push((field.clone(), value.clone())),
            }
        }
        if let Some(language) = &language
            && !self.bot.languages.contains(language)
        {
            let known = self.bot.languages.join(", ");
            return Err(Trouble::Name(format!(
                "the bot does not speak `{language}`; it speaks {known}"
            )));
        }
        if let Some(zone) = &timezone
            && Zone::named(zone).is_none()
        {
            return Err(Trouble::Name(format!("there is no time zone `{zone}`")));
        }
        let declared: Vec<_> = self
            .bot
            .customer
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        if let Some((Some(unknown), _)) =
            card.iter().find(|(name, _)| !declared.iter().any(|(known, _)| Some(known) == name.as_ref()))
        {
            let known: Vec<_> = declared.iter().map(|(name, _)| format!("`{name}`")).collect();
            return Err(Trouble::Name(format!(
                "the customer card has no `{unknown}`; a person has {}`language`, `timezone` and `referral`",
                known.iter().map(|name| format!("{name}, ")).collect::<String>()
            )));
        }
        let values = literal::read_fields(self.bot, &declared, &card).map_err(Trouble::Name)?;
        let index = self.meet(name);
        let person = self.people[index].engine.person_mut();
        person.language = language.unwrap_or_default();
        person.timezone = timezone.unwrap_or_default();
        person.referral = referral;
        for (field, _) in card {
            if let Some(index) = declared
                .iter()
                .position(|(known, _)| Some(known) == field.as_ref())
            {
                person.fields[index] = values[index].clone();
            }
        }
        Ok(())
    }

    /// `@ ana on web`.
    ///
    /// # Errors
    /// The bot is not on that channel.
    pub fn speak(&mut self, name: &SmolStr, channel: &SmolStr) -> Result<(), Trouble> {
        if !self.bot.channels.is_empty() && !self.bot.channels.contains(channel) {
            let known = self.bot.channels.join(", ");
            return Err(Trouble::Name(format!(
                "the bot is not on the channel `{channel}`; it is on {known}"
            )));
        }
        self.speaker = self.meet(name);
        let speaker = &mut self.people[self.speaker];
        speaker.channel = channel.clone();
        if speaker.engine.person().channel.is_empty() {
            speaker.engine.person_mut().channel = channel.clone();
        }
        Ok(())
    }

    /// The customer writes, presses or sends.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn customer(&mut self, input: &Input) -> Result<Vec<Observed>, Trouble> {
        let speaker = self.current();
        let channel = Some(speaker.channel.clone()).filter(|channel| !channel.is_empty());
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
                None => return Ok(Vec::new()),
            },
            Input::Attachment { kind, source } => EventKind::Media {
                value: attachment(kind, source)?,
                caption: SmolStr::default(),
                channel,
            },
        };
        self.happen(kind)
    }

    /// Time passes.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn advance(&mut self, advance: &Advance) -> Result<Vec<Observed>, Trouble> {
        let until = match advance {
            Advance::By(span) => self.now.saturating_add((*span).max(0)),
            Advance::Until { weekday, date, time } => self.until(*weekday, date.as_deref(), time)?,
        };
        let mut observed = Vec::new();
        for _ in 0..MAX_TURNS {
            let Some((person, moment, event)) = self.next_due(until) else {
                self.now = until;
                return Ok(observed);
            };
            self.now = self.now.max(moment);
            observed.extend(self.turns(person, event)?);
        }
        Err(Trouble::Endless)
    }

    /// An event happens to whoever speaks.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn event(&mut self, name: &SmolStr, fields: &Fields) -> Result<Vec<Observed>, Trouble> {
        let event = self.bot.events.iter().find(|event| event.name == *name);
        let event = event.ok_or_else(|| Trouble::Name(format!("the bot knows no event `{name}`")))?;
        let declared: Vec<_> = event
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        let fields = literal::read_fields(self.bot, &declared, fields).map_err(Trouble::Name)?;
        self.happen(EventKind::Custom {
            name: name.clone(),
            fields,
        })
    }

    /// A flow is begun for whoever speaks.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn start(
        &mut self,
        flow: &str,
        fields: &Fields,
        by_operator: bool,
    ) -> Result<Vec<Observed>, Trouble> {
        let found = self.bot.flows.iter().skip(1).find(|known| known.name == flow);
        let found = found.ok_or_else(|| Trouble::Name(format!("the bot has no flow `{flow}`")))?;
        let params = found.slots.iter().take(found.params as usize);
        let declared: Vec<_> = params.map(|slot| (slot.name.clone(), slot.ty)).collect();
        let args = literal::read_fields(self.bot, &declared, fields).map_err(Trouble::Name)?;
        self.happen(EventKind::Start {
            flow: flow.into(),
            args,
            by_operator,
        })
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
        self.happen(EventKind::Delivery { message, status })
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
            },
            OperatorAct::Resolves => OperatorEvent::Resolves { name },
            OperatorAct::HandsBack => OperatorEvent::HandsBack { name },
            OperatorAct::Passes(queue) => {
                if !self.bot.queues.iter().any(|known| known.name == *queue) {
                    return Err(Trouble::Name(format!("the bot has no queue `{queue}`")));
                }
                OperatorEvent::Passes {
                    name,
                    queue: queue.clone(),
                }
            }
            OperatorAct::Starts(flow, fields) => return self.start(flow, fields, true),
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
        let standing = someone.engine.standing();
        Ok(match check {
            Check::NothingSaid => said.then(|| "the bot said something".to_owned()),
            Check::Finished { outcome, label } => {
                let found = someone.finished.as_ref().filter(|_| standing.outcome.is_some());
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
            .map(|(_, someone)| someone.engine.standing())
    }

    /// What the speaker can press, newest message first.
    pub fn pressable(&self) -> Vec<String> {
        let Some((_, someone)) = self.people.get_index(self.speaker) else {
            return Vec::new();
        };
        let labels = someone.pressable.iter().rev().flat_map(|message| {
            let suggestions = message.suggestions().map(|one| one.label.to_string());
            message
                .options()
                .map(|(label, _)| label.to_string())
                .chain(suggestions)
                .collect::<Vec<_>>()
        });
        labels.collect()
    }

    /// What can be pressed on the newest message that has something to press, if the bot has said nothing to press
    /// since.
    pub fn latest_buttons(&self) -> Vec<String> {
        let Some((_, someone)) = self.people.get_index(self.speaker) else {
            return Vec::new();
        };
        let Some(message) = someone.pressable.last().filter(|_| someone.latest_is_pressable) else {
            return Vec::new();
        };
        let suggestions = message.suggestions().map(|one| one.label.to_string());
        message
            .options()
            .map(|(label, _)| label.to_string())
            .chain(suggestions)
            .collect()
    }

    /// The moment as `2026-03-02 10:00` in the bot's time zone.
    pub fn written_now(&self) -> String {
        literal::write(self.bot, None, &Value::Moment(self.now))
    }

    /// How long until something happens by itself, in milliseconds.
    pub fn until_next(&self) -> Option<i64> {
        self.next_due_at(i64::MAX)
            .map(|(_, moment, _)| (moment - self.now).max(0))
    }

    fn view<'v>(&'v self, someone: &'v Someone<'a>, standing: &'v Standing) -> View<'v> {
        View {
            bot: self.bot,
            standing,
            person: someone.engine.person(),
            misunderstood: someone.engine.misunderstood(),
            now: self.now,
        }
    }

    fn zone(&self) -> Zone {
        Zone::named(&self.bot.timezone).unwrap_or_else(Zone::utc)
    }

    fn call_named(&self, name: &str) -> Result<&'a botflow_artifact::Call, Trouble> {
        let found = self.bot.calls.iter().find(|call| call.name == name);
        found.ok_or_else(|| Trouble::Name(format!("the bot has no lookup or action `{name}`")))
    }

    fn meet(&mut self, name: &SmolStr) -> usize {
        if let Some(index) = self.people.get_index_of(name) {
            return index;
        }
        let id = self.people.len() as u64 + 1;
        let someone = Someone {
            engine: (self.factory)(Person::new(self.bot, id)),
            channel: self.bot.channels.first().cloned().unwrap_or_else(|| "web".into()),
            due: Vec::new(),
            pressable: Vec::new(),
            latest_is_pressable: false,
            sent: 0,
            finished: None,
        };
        self.people.insert_full(name.clone(), someone).0
    }

    fn current(&mut self) -> &mut Someone<'a> {
        if self.people.is_empty() {
            self.speaker = self.meet(&SmolStr::new_static("customer"));
        }
        &mut self.people[self.speaker]
    }

    fn happen(&mut self, kind: EventKind) -> Result<Vec<Observed>, Trouble> {
        self.current();
        let mut observed = self.turns(self.speaker, kind)?;
        // What is due at this very moment (calls answered at once) belongs to the same line.
        for _ in 0..MAX_TURNS {
            let Some((person, _, event)) = self.next_due(self.now) else {
                return Ok(observed);
            };
            observed.extend(self.turns(person, event)?);
        }
        Err(Trouble::Endless)
    }

    fn turns(&mut self, person: usize, kind: EventKind) -> Result<Vec<Observed>, Trouble> {
        self.turns += 1;
        let seed = self
            .seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(self.turns);
        let event = Event {
            id: self.turns,
            at: self.now,
            seed,
            kind,
        };
        let mut effects = Vec::new();
        self.people[person].engine.turn(event, &mut effects);
        effects
            .into_iter()
            .map(|effect| self.carry_out(person, effect))
            .filter_map(Result::transpose)
            .collect()
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
                let channel = via.unwrap_or_else(|| someone.channel.clone());
                let lines = match profiles::builtin(&channel) {
                    Some(profile) => transcript::rendering_lines(&render(&message, &profile)),
                    None => transcript::message_lines(&message),
                };
                someone.latest_is_pressable =
                    message.buttons().next().is_some() || message.suggestions().next().is_some();
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
            Effect::Finished { outcome, label } => {
                self.people[person].finished = Some((outcome.name().into(), label));
            }
            _ => {}
        }
        Ok(line.map(Observed::Did))
    }

    /// Puts the answer of a call's stub into the future (which may be this moment).
    fn answer(&mut self, person: usize, request: CallRequest, line: String) -> Result<(), Trouble> {
        let call = &self.bot.calls[request.call.index()];
        let mut best: Option<(usize, &Stub)> = None;
        for stub in self.stubs.iter().filter(|stub| stub.call == call.name) {
            // The most particular stub answers; of equally particular ones the latest.
            if let Some(particular) = self.fits(stub, &request)
                && best.is_none_or(|(known, _)| particular >= known)
            {
                best = Some((particular, stub));
            }
        }
        let Some((_, stub)) = best else {
            if self.lenient {
                let kind = EventKind::CallFailed {
                    call: request.number,
                    attempt: request.attempt,
                    failure: None,
                };
                self.people[person].due.push((self.now, kind));
                return Ok(());
            }
            return Err(Trouble::NoStub(line));
        };
        let at = self.now.saturating_add(stub.takes_ms);
        let kind = match &stub.answer {
            StubAnswer::Value(value) => {
                let value = match (value, call.gives) {
                    (Some(value), Some(gives)) => {
                        literal::read(self.bot, gives, value).map_err(Trouble::Name)?
                    }
                    _ => Value::Unknown,
                };
                EventKind::CallResult {
                    call: request.number,
                    value,
                }
            }
            StubAnswer::Fails(failure) => EventKind::CallFailed {
                call: request.number,
                attempt: request.attempt,
                failure: failure.clone(),
            },
        };
        self.people[person].due.push((at, kind));
        Ok(())
    }

    /// How many arguments a stub names, if all of them fit.
    fn fits(&self, stub: &Stub, request: &CallRequest) -> Option<usize> {
        let call = &self.bot.calls[request.call.index()];
        let mut particular = 0;
        for (position, (name, written)) in stub.args.iter().enumerate() {
            let index = match name {
                Some(name) => call.params.iter().position(|param| param.name == *name)?,
                None => position,
            };
            if is_any(written) {
                continue;
            }
            let value = literal::read(self.bot, call.params.get(index)?.ty, written).ok()?;
            if request.args.get(index) != Some(&value) {
                return None;
            }
            particular += 1;
        }
        Some(particular)
    }

    /// Takes the next thing that is due until the moment: answers of calls before timers of the same moment.
    fn next_due(&mut self, until: i64) -> Option<(usize, i64, EventKind)> {
        let (person, moment, call) = self.next_due_at(until)?;
        let kind = match call {
            Some(index) => self.people[person].due.remove(index).1,
            None => EventKind::Timer {
                id: self.people[person].engine.timer()?.0,
            },
        };
        Some((person, moment, kind))
    }

    fn next_due_at(&self, until: i64) -> Option<(usize, i64, Option<usize>)> {
        let mut best: Option<(usize, i64, Option<usize>)> = None;
        for (person, someone) in self.people.values().enumerate() {
            let calls = someone
                .due
                .iter()
                .enumerate()
                .map(|(index, (at, _))| (*at, Some(index)));
            let timer = someone.engine.timer().map(|(_, at)| (at, None));
            for (at, call) in calls.chain(timer) {
                if at <= until && best.is_none_or(|(_, known, _)| at < known) {
                    best = Some((person, at, call));
                }
            }
        }
        best
    }

    fn press(&self, label: &str, of: Option<&str>) -> Result<Option<SmolStr>, Trouble> {
        let someone = &self.people[self.speaker];
        for message in someone.pressable.iter().rev() {
            if let Some(payload) = message.pressed(label, of) {
                return Ok(Some(payload.clone()));
            }
            let links = message.parts.iter().flat_map(|part| match part {
                Part::Button(button) if of.is_none() => std::slice::from_ref(button),
                Part::Card(card) if of.is_none_or(|title| card.title == title) => &card.buttons,
                _ => &[],
            });
            if links.into_iter().any(|button| button.label == label) {
                // A link or a telephone number opens on the customer's side: the bot hears nothing.
                return Ok(None);
            }
        }
        let offered = self.pressable();
        Err(Trouble::NoButton {
            label: label.to_owned(),
            offered,
        })
    }

    fn until(&self, weekday: Option<u8>, date: Option<&str>, time: &str) -> Result<i64, Trouble> {
        let zone = self.zone();
        let wrong = || {
            Trouble::Name(
                format!("there is no moment `{} {time}`", date.unwrap_or_default()).replace("` ", "`"),
            )
        };
        let time = literal::parse_time(time).ok_or_else(wrong)?;
        if let Some(date) = date {
            let moment = zone.moment(literal::parse_date(date).ok_or_else(wrong)?, time);
            return if moment >= self.now {
                Ok(moment)
            } else {
                Err(Trouble::Name("time only goes forward".into()))
            };
        }
        let (today, _) = zone.local(self.now);
        let found = (0..=8).map(|days| today.plus_days(days)).find(|day| {
            weekday.is_none_or(|weekday| day.weekday() as u8 == weekday) && zone.moment(*day, time) > self.now
        });
        found.map(|day| zone.moment(day, time)).ok_or_else(wrong)
    }
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
