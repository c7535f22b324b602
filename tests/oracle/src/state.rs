//! What the oracle remembers between turns, and what can be seen of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use botflow_artifact::Outcome;
use botflow_machine::{Effect, Event, Numbers, Owner, Person, Rest, Speaker, Written};
use botflow_scenario::engine::{Engine, Standing, Standpoint};
use botflow_syntax::NodeRef;
use botflow_syntax::ast::{self, AstNode};
use botflow_understanding::OptionWords;
use botflow_values::{Value, Zone};
use smol_str::SmolStr;

use crate::env::Env;
use crate::project::{Flow, Project, text_of};
use crate::walk::Next;

/// The variables of a run, shared with the handlers that stand in it.
pub(crate) type Variables = Rc<RefCell<BTreeMap<SmolStr, Value>>>;

/// One conversation, walked through the tree.
pub struct Oracle<'a> {
    pub(crate) project: &'a Project<'a>,
    /// The number of the conversation.
    pub(crate) id: u64,
    pub(crate) person: Person,
    pub(crate) owner: Owner,
    pub(crate) frames: Vec<Frame<'a>>,
    pub(crate) question: Option<Question<'a>>,
    pub(crate) escalation: Option<Escalated<'a>>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) misunderstood: u32,
    pub(crate) calls: u32,
    pub(crate) puts: u32,
    pub(crate) timers: u32,
    pub(crate) timer: Option<i64>,
    /// Rules of `always` that have had their turn.
    pub(crate) fired: BTreeSet<usize>,
    /// What each `say one of` said last, by where it stands.
    pub(crate) varied: Vec<(NodeRef<'a>, usize)>,
    /// The messages of the last turn in which something was said.
    pub(crate) said: Vec<Said<'a>>,
    pub(crate) seen: Vec<u64>,
    pub(crate) next_frame: u64,
    /// How many messages with buttons to press were said.
    pub(crate) offers: u32,
    /// The last of those that handlers of `always` said.
    pub(crate) offered: Vec<Offer<'a>>,

    /// The consents that it needs for speaking unasked, if a trigger began it, and whether on every channel.
    pub(crate) needs: Option<Vec<(botflow_artifact::ConsentId, bool)>>,
    /// When the customer wrote last in it.
    pub(crate) wrote_at: Option<i64>,

    // What belongs to the turn at hand.
    pub(crate) now: i64,
    pub(crate) turn: u64,
    pub(crate) seed: u64,
    pub(crate) effects: Vec<Effect>,
    pub(crate) steps: u32,
    /// The fields of the event that a handler or a condition looks at.
    pub(crate) event: Vec<Value>,
    /// Which event that is, where the tree does not tell.
    pub(crate) event_name: SmolStr,
    /// The customer's words of this turn.
    pub(crate) words: SmolStr,
    /// What is left of the message that a handler took as an intent.
    pub(crate) prefill: Option<String>,
    /// Something was said in this turn already.
    pub(crate) spoke: bool,
    /// The handler that came back last.
    pub(crate) came_back: Option<u64>,
    /// The words of the question that was answered in this turn.
    pub(crate) replied: SmolStr,
    /// A `choose` had nothing to offer, and no question has been put since.
    pub(crate) unput: bool,
    /// A message could not be said where the conversation is.
    pub(crate) muted: bool,
    /// A rule of `always` had its turn in place of words for a message that was not understood.
    pub(crate) ruled: bool,
}

/// One running flow, or one handler at work.
pub(crate) struct Frame<'a> {
    pub id: u64,
    pub flow: Rc<Flow<'a>>,
    pub kind: FrameKind,
    pub variables: Variables,
    /// The statement or target at which it rests.
    pub at: Option<NodeRef<'a>>,
    /// The question it put last.
    pub asked: Option<NodeRef<'a>>,
    /// That question waits: it has been neither answered nor given up.
    pub open: bool,
    pub answered: Vec<NodeRef<'a>>,
    pub tries: u32,
    /// `back` has put this question again, and it has not been answered since.
    pub insists: Option<NodeRef<'a>>,
    pub form: Option<FormState<'a>>,
    pub pending: Option<Pending>,
    pub loops: Vec<(NodeRef<'a>, Vec<Value>, usize)>,
    /// The last messages with buttons that were said with its variables.
    pub offered: Vec<Offer<'a>>,
}

/// A message that was said, whose buttons can be pressed (3.9).
#[derive(Clone)]
pub(crate) struct Offer<'a> {
    pub number: u32,
    /// Those of the cards first.
    pub buttons: Vec<OfferedButton<'a>>,
    /// Variables as they were when it was said.
    pub kept: BTreeMap<SmolStr, Value>,
}

/// A button of a message, and the card's item with its name.
#[derive(Clone)]
pub(crate) struct OfferedButton<'a> {
    pub node: NodeRef<'a>,
    pub card: Option<(SmolStr, Value)>,
}

/// What a frame is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FrameKind {
    Started,
    Run,
    /// With the frame in which it stands (none for `always`) and what for it runs.
    Handler {
        of: Option<u64>,
        purpose: Purpose,
    },
    /// A way of an escalation.
    Way,
    /// A flow that an operator started.
    Operator,
}

/// What for a handler runs, which decides how it comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Purpose {
    Usual,
    Unclear,
    Changed(u64),
}

/// A form under way.
#[derive(Clone)]
pub(crate) struct FormState<'a> {
    pub form: NodeRef<'a>,
    pub answered: Vec<NodeRef<'a>>,
    pub last: Option<NodeRef<'a>>,
    pub replay: bool,
}

/// What a frame waits for besides words, and since which turn.
#[derive(Clone, Debug)]
pub(crate) enum Pending {
    Call {
        number: u32,
        attempt: u32,
        args: Vec<Value>,
        until: i64,
        company: Option<i64>,
        turn: u64,
    },
    Moment {
        until: i64,
        turn: u64,
    },
    Event {
        until: Option<i64>,
        turn: u64,
    },
    Queue {
        since: i64,
        gone: usize,
        turn: u64,
        closes: Option<i64>,
    },
    Code(String),
    /// It came while something else was going on.
    Arrived(Value),
    /// It failed or did not come meanwhile.
    Missed(Missed),
    /// Whatever came has been dealt with: the flow goes on behind.
    Done,
}

/// Why what a frame waited for did not come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Missed {
    Call(Option<SmolStr>),
    Time,
    Nobody(usize),
    Closed,
}

/// A question that waits for an answer.
#[derive(Clone)]
pub(crate) struct Question<'a> {
    pub put_at: i64,
    pub turn: u64,
    pub put: u32,
    /// How many clocks of silence have gone off.
    pub gone: usize,
    pub options: Vec<Offered<'a>>,
    pub suggestions: Vec<Suggested>,
}

/// A suggestion as it was shown.
#[derive(Clone)]
pub(crate) struct Suggested {
    pub label: String,
    /// The answer that it is; a label without one is read as the answer.
    pub value: Option<Value>,
    /// What it is called in other languages.
    pub called: Vec<String>,
}

impl Suggested {
    /// What it is heard by.
    pub fn words(&self) -> botflow_understanding::OptionWords {
        let called = self.called.iter().map(String::as_str);
        botflow_understanding::OptionWords::new(std::iter::once(self.label.as_str()).chain(called))
    }
}

/// An option as it was offered.
#[derive(Clone)]
pub(crate) struct Offered<'a> {
    pub label: String,
    pub words: OptionWords,
    pub link: Option<(SmolStr, bool)>,
    pub value: Value,
    /// Picking it leaves the variable as it is.
    pub keeps: bool,
    pub way: Option<ast::Way<'a>>,
}

/// A message that was said, to be said again.
#[derive(Clone)]
pub(crate) struct Said<'a> {
    pub node: NodeRef<'a>,
    pub variant: Option<usize>,
    pub flow: SmolStr,
    /// The frame said it in its own variables; handlers of `always` have theirs.
    pub mentions: bool,
}

/// A hand-over under way.
#[derive(Clone)]
pub(crate) struct Escalated<'a> {
    pub item: ast::EscalationItem<'a>,
    pub queue: SmolStr,
    /// Since when nobody is there, with the turn.
    pub nobody: (i64, u64),
    /// Since when it is the customer's turn.
    pub customer: (i64, u64),
    /// Since when the customer waits for operators.
    pub operator: (i64, u64),
    /// Who is there.
    pub there: Vec<SmolStr>,
    pub came: bool,
    /// Operators spoke last.
    pub answered: bool,
    /// When the queue closes while nobody is there, with the turn in which that was seen.
    pub closes: Option<(i64, u64)>,
    pub gone: [usize; 3],
}

impl<'a> Oracle<'a> {
    /// A conversation that has not begun.
    pub fn new(project: &'a Project<'a>, person: Person) -> Oracle<'a> {
        Oracle {
            project,
            id: person.id,
            person,
            owner: Owner::Nobody,
            frames: Vec::new(),
            question: None,
            escalation: None,
            outcome: None,
            misunderstood: 0,
            calls: 0,
            puts: 0,
            timers: 0,
            timer: None,
            fired: BTreeSet::new(),
            varied: Vec::new(),
            said: Vec::new(),
            seen: Vec::new(),
            next_frame: 0,
            offers: 0,
            offered: Vec::new(),
            now: i64::MIN,
            turn: 0,
            seed: 0,
            effects: Vec::new(),
            steps: 0,
            event: Vec::new(),
            event_name: SmolStr::default(),
            words: SmolStr::default(),
            prefill: None,
            spoke: false,
            came_back: None,
            replied: SmolStr::default(),
            unput: false,
            muted: false,
            ruled: false,
            needs: None,
            wrote_at: None,
        }
    }

    /// The topmost frame, if any.
    pub(crate) fn top(&mut self) -> Option<&mut Frame<'a>> {
        self.frames.last_mut()
    }

    /// What expressions see in the topmost frame.
    pub(crate) fn env(&self) -> Env<'_, 'a> {
        match self.frames.last() {
            Some(frame) => self.env_of(frame),
            None => self.outside(),
        }
    }

    pub(crate) fn env_of(&self, frame: &Frame<'a>) -> Env<'_, 'a> {
        Env {
            oracle: self,
            flow: Rc::clone(&frame.flow),
            variables: frame.variables.borrow().clone(),
            first: false,
        }
    }

    /// What expressions see that stand in no flow.
    pub(crate) fn outside(&self) -> Env<'_, 'a> {
        Env {
            oracle: self,
            flow: Rc::clone(&self.project.always),
            variables: BTreeMap::new(),
            first: false,
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if let Some(frame) = self.frames.last() {
            frame.variables.borrow_mut().insert(name.into(), value);
        }
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// A field of the customer card.
    pub(crate) fn customer(&self, name: &str) -> Value {
        match self
            .project
            .bot
            .customer
            .iter()
            .position(|field| field.name == name)
        {
            Some(place) => match self.person.fields.get(place) {
                Some(value) => value.clone(),
                None => self.project.bot.customer[place].default.clone(),
            },
            None => Value::Unknown,
        }
    }

    /// Writes a field of the customer card and gives what it held.
    pub(crate) fn set_customer(&mut self, name: &str, value: Value) -> Value {
        let before = self.customer(name);
        for place in self.person.fields.len()..self.project.bot.customer.len() {
            self.person
                .fields
                .push(self.project.bot.customer[place].default.clone());
        }
        if let Some(place) = self
            .project
            .bot
            .customer
            .iter()
            .position(|field| field.name == name)
        {
            self.person.fields[place] = value;
        }
        before
    }

    /// The language in which things are said (2.7).
    pub(crate) fn language(&self) -> SmolStr {
        let languages = &self.project.bot.languages;
        let base = |code: &str| code.split(['-', '_']).next().unwrap_or("").to_lowercase();
        let exact = languages
            .iter()
            .find(|language| **language == self.person.language);
        let near = || {
            languages
                .iter()
                .find(|language| base(language) == base(&self.person.language))
        };
        exact
            .or_else(near)
            .or(languages.first())
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn channel(&self) -> SmolStr {
        match self.person.channel.is_empty() {
            true => self.project.bot.channels.first().cloned().unwrap_or_default(),
            false => self.person.channel.clone(),
        }
    }

    pub(crate) fn zone(&self) -> Zone {
        self.project.zone_named(&self.person.timezone)
    }

    /// A field of the card was written: another value is not proven, and a code for another address proves nothing.
    pub(crate) fn written(&mut self, name: &str, before: &Value) {
        let changed = self.customer(name) != *before;
        let Some(field) = self.field_id(name) else { return };
        if changed {
            self.person.disprove(field, before);
        }
        let proof = self.person.proof(field).filter(|_| !changed);
        let note = Written {
            field,
            at: self.now,
            proof,
        };
        let written = &mut self.person.particulars_mut().written;
        written.retain(|one| one.field != field);
        written.push(note);
        for frame in &mut self.frames {
            let verify = frame.at.and_then(ast::VerifyStmt::cast);
            let asks = verify.and_then(|verify| verify.customer());
            let asks = asks.is_some_and(|customer| text_of(customer.field()) == name);
            if changed && asks && matches!(frame.pending, Some(Pending::Code(_))) {
                frame.pending = None;
            }
        }
    }

    /// The value of a field of an event when it last had one.
    pub(crate) fn last_brought(&self, event: usize, field: usize) -> Value {
        let brought = self.person.brought(event.into(), field as u32);
        brought.last().map_or(Value::Unknown, |(_, value)| value.clone())
    }

    /// The values of a field of an event in the last so many milliseconds, added up.
    pub(crate) fn sum_brought(&self, event: usize, field: usize, window: i64) -> Value {
        let ty =
            crate::types::Ty::of_artifact(self.project.bot, self.project.bot.events[event].fields[field].ty);
        let none = match ty.plain() {
            crate::types::Ty::Scalar(botflow_values::Kind::Money) => Value::Money(0),
            crate::types::Ty::Scalar(botflow_values::Kind::Number) => {
                Value::Number(botflow_values::Decimal::from_integer(0))
            }
            crate::types::Ty::Scalar(botflow_values::Kind::Duration) => Value::Duration(0),
            _ => Value::Integer(0),
        };
        let since = self.now.saturating_sub(window);
        let brought = self.person.brought(event.into(), field as u32).iter();
        let recent = brought.filter(|(at, _)| *at > since);
        recent.fold(none, |sum, (_, value)| botflow_values::add(&sum, value))
    }

    /// How often an event happened in the last so many milliseconds (13.3).
    pub(crate) fn count(&self, event: &str, window: i64) -> i64 {
        let moments = self
            .person
            .occurrences
            .iter()
            .filter(|(id, _)| {
                self.project
                    .bot
                    .events
                    .get(id.index())
                    .is_some_and(|known| known.name == event)
            })
            .flat_map(|(_, moments)| moments);
        moments
            .filter(|moment| **moment > self.now.saturating_sub(window))
            .count() as i64
    }

    /// A short account of the topmost frame's flow (13.5).
    pub(crate) fn summary(&self) -> String {
        let Some(frame) = self.frames.last() else {
            return String::new();
        };
        let env = self.env_of(frame);
        let known = env
            .variables
            .iter()
            .filter(|(name, value)| value.is_known() && !frame.flow.sensitive.contains(name));
        let parts: Vec<String> = known
            .map(|(name, value)| format!("{name}: {}", env.show(value, botflow_values::show::Style::Usual)))
            .collect();
        parts.join(", ").chars().take(1000).collect()
    }

    /// Puts a frame on top.
    pub(crate) fn push(&mut self, flow: Rc<Flow<'a>>, kind: FrameKind, variables: Variables) -> u64 {
        self.next_frame += 1;
        self.question = None;
        self.frames.push(Frame {
            id: self.next_frame,
            flow,
            kind,
            variables,
            at: None,
            asked: None,
            open: false,
            answered: Vec::new(),
            tries: 0,
            insists: None,
            form: None,
            pending: None,
            loops: Vec::new(),
            offered: Vec::new(),
        });
        self.next_frame
    }

    fn standpoint(&self, frame: &Frame<'a>) -> Option<Standpoint> {
        let at = frame.at.as_ref()?;
        let step = at
            .ancestors()
            .find_map(ast::Step::cast)
            .map(|step| text_of(step.name()));
        let in_flow = at.ancestors().any(|node| ast::FlowItem::can_cast(node.kind()));
        let flow = if in_flow {
            frame.flow.name.clone()
        } else {
            self.project.always.name.clone()
        };
        let name = if let Some(ask) = ast::AskStmt::cast(*at) {
            match ask.answer() {
                Some(answer) => text_of(answer.name()),
                None => ask
                    .customer()
                    .map(|customer| text_of(customer.field()))
                    .unwrap_or_default(),
            }
        } else if let Some(choose) = ast::ChooseStmt::cast(*at) {
            choose
                .name()
                .map_or_else(|| "choice".into(), |name| name.text().into())
        } else {
            // Places that authors do not name have names that only the compiler makes.
            SmolStr::new_static("*")
        };
        Some(Standpoint { flow, step, name })
    }
}

impl Engine for Oracle<'_> {
    fn standing(&self) -> Standing {
        let mut variables = Vec::new();
        let mut shown: Vec<&Variables> = Vec::new();
        for frame in self.frames.iter().rev() {
            if shown.iter().any(|known| Rc::ptr_eq(known, &frame.variables)) {
                continue;
            }
            shown.push(&frame.variables);
            variables.extend(
                frame
                    .variables
                    .borrow()
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        Standing {
            place: self.frames.last().and_then(|frame| self.standpoint(frame)),
            owner: self.owner,
            outcome: self.outcome,
            variables,
        }
    }

    fn misunderstood(&self) -> u32 {
        self.misunderstood
    }
}

impl Speaker for Oracle<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        self.take(event);
        effects.append(&mut self.effects);
    }

    fn person(&self) -> &Person {
        &self.person
    }

    fn person_mut(&mut self) -> &mut Person {
        &mut self.person
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.timer.map(|at| (self.timers, at))
    }

    fn rest(&self) -> Rest {
        let at = self.frames.last().and_then(|frame| frame.at);
        let waits =
            at.is_some_and(|at| ast::WaitStmt::can_cast(at.kind()) || ast::WaitForStmt::can_cast(at.kind()));
        match self.owner {
            Owner::Nobody => Rest::Ended,
            Owner::People => Rest::People,
            Owner::Bot if waits => Rest::Waits,
            Owner::Bot if self.question.is_some() => Rest::Asks,
            Owner::Bot => Rest::Works,
        }
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.frames.iter().any(|frame| {
            let wait = frame.at.and_then(ast::WaitForStmt::cast);
            matches!(frame.pending, Some(Pending::Event { .. }))
                && wait
                    .and_then(|wait| wait.event())
                    .is_some_and(|event| event.text() == name)
        })
    }

    fn awaits_call(&self, number: u32) -> bool {
        let awaits = |frame: &Frame<'_>| matches!(frame.pending, Some(Pending::Call { number: one, .. }) if one == number);
        self.frames.iter().any(awaits)
    }

    fn awaits_colleagues(&self) -> bool {
        let mut pending = self.frames.iter().filter_map(|frame| frame.pending.as_ref());
        pending.any(|pending| matches!(pending, Pending::Queue { .. }))
    }

    fn offers(&self, payload: &str) -> bool {
        let put = payload.strip_prefix('q').and_then(|rest| rest.split_once('.'));
        if let (Some((put, _)), Some(question)) = (put, &self.question)
            && self.owner == Owner::Bot
            && put.parse() == Ok(question.put)
        {
            return true;
        }
        let number = payload.strip_prefix('s').and_then(|rest| rest.split_once('.'));
        let number = number.and_then(|(number, _)| number.parse::<u32>().ok());
        let of_frames = self.frames.iter().flat_map(|frame| &frame.offered);
        let mut all = of_frames.chain(&self.offered);
        number.is_some_and(|number| all.any(|offer| offer.number == number))
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            calls: self.calls,
            puts: self.puts,
            offers: self.offers,
            timers: self.timers,
            seen: self.seen.clone(),
        }
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.id = id.unwrap_or(self.id);
        self.calls = self.calls.max(numbers.calls);
        self.puts = self.puts.max(numbers.puts);
        self.offers = self.offers.max(numbers.offers);
        if self.timer.is_none() {
            self.timers = self.timers.max(numbers.timers);
        }
        let new = numbers.seen.into_iter().filter(|id| !self.seen.contains(id));
        let new: Vec<u64> = new.collect();
        self.seen.extend(new);
        let surplus = self.seen.len().saturating_sub(8);
        self.seen.drain(..surplus);
    }

    fn moves(&mut self) {
        self.wrote_at = None;
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        self.turn_begins(at, 0);
        if let Some(question) = &mut self.question {
            question.put_at = question.put_at.saturating_add(parked_for);
        }
        let place = self.frames.last().and_then(|frame| frame.at);
        if let Some(place) = place.filter(|_| again) {
            self.wrote_at = Some(self.now);
            self.run(Next::Reask { place, fresh: true });
            self.goes_on(false);
        }
        self.set_timer();
        effects.append(&mut self.effects);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.now = self.now.max(at);
        if self.owner != Owner::Nobody {
            self.finish(Outcome::Abandoned, None);
        }
        self.set_timer();
        effects.append(&mut self.effects);
    }
}
