//! All conversations of one person: the one that speaks, and those that are parked (semantics 18.6).
//!
//! A person talks to the bot in one conversation at a time, on the channel of their last message. One that rests in a
//! `wait` when another is begun is parked, and so is one of two that belong to people who turn out to be one. What is
//! parked keeps its clocks, and what it waits for is held for it; it goes on when the person is calm, as triggers do.
//! Nothing of this reads a clock: the host hands every event to [`Conversations::turn`], and calls
//! [`Conversations::due`] at [`Conversations::wake`].

use smol_str::SmolStr;

use crate::build::OFFER;
use crate::conversation::{Conversation, NEVER, Owner, Pending};
use crate::effect::Effect;
use crate::event::{Event, EventKind, Starter};
use crate::person::Person;
use crate::program::Program;
use crate::step::{MAX_SEEN, abandon, step_into};
use crate::trigger::CALM_MS;
use crate::turn::mix;

/// So many conversations of one person are parked at most; the one that was parked first ends for another.
pub const MAX_PARKED: usize = 8;

/// So many events are held for a parked conversation.
const MAX_HELD: usize = 16;

/// Whatever carries a conversation out: the machine, or what must agree with it.
pub trait Speaker {
    /// Takes one turn; effects are added.
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>);
    /// The person.
    fn person(&self) -> &Person;
    /// For putting the person in, or taking them out.
    fn person_mut(&mut self) -> &mut Person;
    /// The timer that is set: its id and its moment.
    fn timer(&self) -> Option<(u32, i64)>;
    /// What it is doing.
    fn rest(&self) -> Rest;
    /// It waits for an event of this name.
    fn awaits_event(&self, name: &str) -> bool;
    /// It waits for this call.
    fn awaits_call(&self, number: u32) -> bool;
    /// It remembers the message on which this button stands.
    fn offers(&self, payload: &str) -> bool;
    /// What must be different in every conversation of a person.
    fn numbers(&self) -> Numbers;
    /// Goes on counting from there; `id`: where it is a new conversation.
    fn renumber(&mut self, id: Option<u64>, numbers: Numbers);
    /// It speaks on another channel than before: what the customer wrote is no leave there.
    fn moves(&mut self);
    /// Ends it `abandoned`.
    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>);
}

/// What a conversation is doing between two turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It has not begun, or has ended.
    Ended,
    /// It rests in a `wait` or `wait for`.
    Waits,
    /// A question is open.
    Asks,
    /// It waits for a system or for colleagues.
    Works,
    /// People own it.
    People,
}

/// What must be different in every conversation of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Calls that were asked for.
    pub calls: u32,
    /// Questions that were put.
    pub puts: u32,
    /// Messages with buttons that were said.
    pub offers: u32,
    /// Timers that were set.
    pub timers: u32,
    /// Ids of the last events, newest last.
    pub seen: Vec<u64>,
}

/// A conversation that is parked.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked<S> {
    /// The conversation. Its person is with the one that speaks.
    pub speaker: S,
    /// The channel it spoke on.
    pub channel: SmolStr,
    /// What came for it meanwhile, oldest first.
    pub held: Vec<Event>,
}

/// All conversations of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversations<S> {
    speaking: S,
    /// Last parked last.
    parked: Vec<Parked<S>>,
    /// The number of the first conversation.
    first: u64,
    /// How many were begun beside others.
    begun: u32,
    /// When the customer wrote last, in any of them.
    wrote_at: Option<i64>,
    /// When the one that speaks was begun from outside.
    began_at: Option<i64>,
}

impl<S: Speaker> Conversations<S> {
    /// One conversation, of which `id` is the number.
    pub fn new(speaking: S, id: u64) -> Conversations<S> {
        Conversations {
            speaking,
            parked: Vec::new(),
            first: id,
            begun: 0,
            wrote_at: None,
            began_at: None,
        }
    }

    /// The conversation that speaks; the person is there.
    pub fn speaking(&self) -> &S {
        &self.speaking
    }

    /// For setting the person up.
    pub fn speaking_mut(&mut self) -> &mut S {
        &mut self.speaking
    }

    /// All of them, the one that speaks first: for carrying them over to another version of the bot.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut S> {
        let parked = self.parked.iter_mut().map(|parked| &mut parked.speaker);
        std::iter::once(&mut self.speaking).chain(parked)
    }

    /// Those that are parked, the last one last.
    pub fn parked(&self) -> &[Parked<S>] {
        &self.parked
    }

    /// When the customer wrote last, in any of them.
    pub fn wrote_at(&self) -> Option<i64> {
        self.wrote_at
    }

    /// When [`Conversations::due`] is to be called: a parked conversation goes on then. The timer of the one that speaks
    /// is its own.
    pub fn wake(&self) -> Option<i64> {
        self.next().map(|(_, at)| at)
    }

    /// An event of the person's. `fresh` makes a conversation that has not begun.
    pub fn turn(&mut self, event: Event, fresh: &mut dyn FnMut(Person) -> S, effects: &mut Vec<Effect>) {
        let at = event.at;
        match &event.kind {
            EventKind::Start { by, .. } if *by != Starter::Operator => {
                if self.speaking.rest() == Rest::Waits {
                    self.begin_beside(event, fresh, effects);
                } else {
                    let before = effects.len();
                    self.speaking.turn(event, effects);
                    let withheld = |effect: &Effect| matches!(effect, Effect::Withheld { .. });
                    if !effects[before..].iter().any(withheld) {
                        self.began_at = Some(at);
                    }
                }
            }
            EventKind::CallResult { call: number, .. } | EventKind::CallFailed { call: number, .. }
                if !self.speaking.awaits_call(*number) =>
            {
                let awaits = |parked: &&mut Parked<S>| parked.speaker.awaits_call(*number);
                match self.parked.iter_mut().find(awaits) {
                    Some(parked) => parked.hold(event),
                    None => self.speaking.turn(event, effects),
                }
            }
            EventKind::Custom { name, .. } => {
                for parked in &mut self.parked {
                    if parked.speaker.awaits_event(name) {
                        parked.hold(event.clone());
                    }
                }
                self.speaking.turn(event, effects);
            }
            kind => {
                if matches!(
                    kind,
                    EventKind::Message { .. } | EventKind::Press { .. } | EventKind::Media { .. }
                ) {
                    self.wrote_at = self.wrote_at.max(Some(at));
                }
                if let EventKind::Press { payload, .. } = kind {
                    self.find_pressed(payload, at, effects);
                }
                self.speaking.turn(event, effects);
            }
        }
        self.settle(at, effects);
    }

    /// The moment of [`Conversations::wake`] has come: the parked conversation whose turn it is speaks. The one that
    /// spoke is parked, unless it has ended. `seed`: as in an event.
    pub fn due(&mut self, now: i64, seed: u64, effects: &mut Vec<Effect>) {
        let Some((place, _)) = self.next().filter(|(_, at)| *at <= now) else {
            return;
        };
        let parked = self.parked.remove(place);
        let held = self.speaks(parked, now, effects);
        self.deliver(held, now, effects);
        if let Some((id, at)) = self.speaking.timer()
            && at <= now
        {
            let event = Event {
                id: 0,
                at: now,
                seed,
                kind: EventKind::Timer { id },
            };
            self.speaking.turn(event, effects);
        }
        self.settle(now, effects);
    }

    /// Two people turn out to be one. `person` is what they are as one ([`crate::merge`]); `other_wrote_last`: the other
    /// one's customer wrote last. The conversation that goes on is the one that people own, else one that runs, else
    /// that of the last message; the other one is parked where it stands.
    pub fn merge(
        &mut self,
        mut other: Conversations<S>,
        person: Person,
        other_wrote_last: bool,
        now: i64,
        effects: &mut Vec<Effect>,
    ) {
        let rank = |speaker: &S| match speaker.rest() {
            Rest::People => 2,
            Rest::Ended => 0,
            _ => 1,
        };
        let (mine, theirs) = (rank(&self.speaking), rank(&other.speaking));
        if theirs > mine || theirs == mine && other_wrote_last {
            std::mem::swap(self, &mut other);
        }
        self.wrote_at = self.wrote_at.max(other.wrote_at);
        let channel = std::mem::take(other.speaking.person_mut()).channel;
        if self.speaking.person().channel != person.channel {
            self.speaking.moves();
        }
        *self.speaking.person_mut() = person;
        let numbers = other.speaking.numbers();
        self.speaking.renumber(None, numbers);
        let own = std::mem::take(&mut self.parked);
        self.parked = other.parked;
        self.parked.extend(own);
        match other.speaking.rest() {
            Rest::Ended => {}
            // Two groups of people cannot have one person.
            Rest::People => other.speaking.abandon(now, effects),
            _ => {
                self.parked.push(Parked {
                    speaker: other.speaking,
                    channel,
                    held: Vec::new(),
                });
                effects.push(Effect::Parked);
            }
        }
        self.bound(now, effects);
        self.settle(now, effects);
    }

    /// A conversation begins while another rests in a `wait`, which is parked if the new one does begin and rest.
    fn begin_beside(&mut self, event: Event, fresh: &mut dyn FnMut(Person) -> S, effects: &mut Vec<Effect>) {
        let (at, before) = (event.at, effects.len());
        let person = std::mem::take(self.speaking.person_mut());
        let channel = person.channel.clone();
        let mut next = fresh(person);
        self.begun = self.begun.wrapping_add(1);
        let id = mix(self.first.wrapping_add(u64::from(self.begun)));
        next.renumber(Some(id), self.speaking.numbers());
        next.turn(event, effects);
        let rests = next.rest() != Rest::Ended;
        let speaker = std::mem::replace(&mut self.speaking, next);
        self.parked.push(Parked {
            speaker,
            channel,
            held: Vec::new(),
        });
        if rests {
            effects.insert(before, Effect::Parked);
            self.began_at = Some(at);
            self.bound(at, effects);
        } else if let Some(parked) = self.parked.pop() {
            // It said what it had to say, or nothing: the other one has waited on.
            self.takes_over(parked);
        }
    }

    /// A button that only a parked conversation knows is pressed: that one speaks.
    fn find_pressed(&mut self, payload: &str, at: i64, effects: &mut Vec<Effect>) {
        if self.speaking.rest() == Rest::People || self.speaking.offers(payload) {
            return;
        }
        let offers = |parked: &Parked<S>| parked.speaker.offers(payload);
        if let Some(place) = self.parked.iter().rposition(offers) {
            let parked = self.parked.remove(place);
            let held = self.speaks(parked, at, effects);
            self.deliver(held, at, effects);
            self.settle(at, effects);
        }
    }

    /// Where the conversation that spoke has ended, the one that was parked last is the one that speaks. It says nothing
    /// for that reason; but what came for it meanwhile is heard now.
    fn settle(&mut self, now: i64, effects: &mut Vec<Effect>) {
        while self.speaking.rest() == Rest::Ended {
            let Some(parked) = self.parked.pop() else {
                return;
            };
            let held = self.speaks(parked, now, effects);
            self.deliver(held, now, effects);
        }
    }

    /// A parked conversation speaks from now on; the one that spoke is parked, unless it has ended. Gives what was held.
    fn speaks(&mut self, parked: Parked<S>, now: i64, effects: &mut Vec<Effect>) -> Vec<Event> {
        let running = self.speaking.rest() != Rest::Ended;
        let channel = self.speaking.person().channel.clone();
        let (former, held) = self.takes_over(parked);
        if running {
            effects.push(Effect::Parked);
            self.parked.push(Parked {
                speaker: former,
                channel,
                held: Vec::new(),
            });
        }
        effects.push(Effect::GoesOn);
        self.began_at = None;
        self.bound(now, effects);
        held
    }

    /// The person and what is counted go over to a parked conversation. Gives the one that spoke, and what was held.
    fn takes_over(&mut self, parked: Parked<S>) -> (S, Vec<Event>) {
        let numbers = self.speaking.numbers();
        let person = std::mem::take(self.speaking.person_mut());
        let mut former = std::mem::replace(&mut self.speaking, parked.speaker);
        if parked.channel != person.channel {
            self.speaking.moves();
        }
        *self.speaking.person_mut() = person;
        self.speaking.renumber(None, numbers);
        *former.person_mut() = Person::default();
        (former, parked.held)
    }

    /// What was held is heard now. It was counted when it came.
    fn deliver(&mut self, held: Vec<Event>, now: i64, effects: &mut Vec<Effect>) {
        for event in held {
            let counted = self.speaking.person().occurrences.clone();
            let brought = self.speaking.person().particulars.as_ref();
            let brought = brought.map(|more| more.brought.clone());
            for (_, moments) in &mut self.speaking.person_mut().occurrences {
                if let Some(place) = moments.iter().rposition(|at| *at == event.at) {
                    moments.remove(place);
                }
            }
            let event = Event {
                id: 0,
                at: now.max(event.at),
                ..event
            };
            self.speaking.turn(event, effects);
            let person = self.speaking.person_mut();
            person.occurrences = counted;
            if let Some(more) = &mut person.particulars {
                more.brought = brought.unwrap_or_default();
            }
        }
    }

    /// The parked conversation that goes on next, and when: what came for it, or its clock, but not while the person is
    /// busy. The earliest comes first; of equal ones the one that was parked first.
    fn next(&self) -> Option<(usize, i64)> {
        let calm = match self.speaking.rest() {
            Rest::People => return None,
            Rest::Asks => {
                let busy = self.wrote_at.max(self.began_at);
                busy.map_or(i64::MIN, |at| at.saturating_add(CALM_MS))
            }
            _ => i64::MIN,
        };
        let moments = self.parked.iter().enumerate().filter_map(|(place, parked)| {
            let held = parked.held.first().map(|event| event.at);
            let clock = parked.speaker.timer().map(|(_, at)| at);
            let at = held.into_iter().chain(clock).min()?;
            Some((place, at))
        });
        let (place, at) = moments.min_by_key(|(place, at)| (*at, *place))?;
        Some((place, at.max(calm)))
    }

    /// No more than so many are parked; the first ends, with its outcome.
    fn bound(&mut self, now: i64, effects: &mut Vec<Effect>) {
        while self.parked.len() > MAX_PARKED {
            self.parked.remove(0).speaker.abandon(now, effects);
        }
    }
}

impl<S> Parked<S> {
    fn hold(&mut self, event: Event) {
        if self.held.len() < MAX_HELD {
            self.held.push(event);
        }
    }
}

impl<S: Speaker + ?Sized> Speaker for Box<S> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        (**self).turn(event, effects);
    }

    fn person(&self) -> &Person {
        (**self).person()
    }

    fn person_mut(&mut self) -> &mut Person {
        (**self).person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        (**self).timer()
    }

    fn rest(&self) -> Rest {
        (**self).rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        (**self).awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        (**self).awaits_call(number)
    }

    fn offers(&self, payload: &str) -> bool {
        (**self).offers(payload)
    }

    fn numbers(&self) -> Numbers {
        (**self).numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        (**self).renumber(id, numbers);
    }

    fn moves(&mut self) {
        (**self).moves();
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        (**self).abandon(at, effects);
    }
}

/// The number of the message on which a button stands, as its payload tells.
fn offer_of(payload: &str) -> Option<u32> {
    let mut parts = payload.split('.');
    let number = parts.nth(1).filter(|_| payload.starts_with(OFFER));
    number.and_then(|number| number.parse().ok())
}

/// The machine's own speaker: a conversation with the bot it runs.
#[derive(Clone, Debug)]
pub struct Running<'p> {
    /// The bot.
    pub program: &'p Program,
    /// The conversation.
    pub conversation: Conversation,
    /// A later version of the bot that it can go over to.
    pub newer: Option<&'p Program>,
}

impl<'p> Running<'p> {
    /// A conversation that has not begun, under the person's number.
    pub fn new(program: &'p Program, person: Person) -> Running<'p> {
        Running {
            program,
            conversation: Conversation::new(person.id, person),
            newer: None,
        }
    }

    /// The same with a later version of the bot to go over to.
    #[must_use]
    pub fn with_newer(mut self, newer: &'p Program) -> Running<'p> {
        self.newer = Some(newer);
        self
    }
}

impl Speaker for Running<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        step_into(self.program, &mut self.conversation, event, effects);
    }

    fn person(&self) -> &Person {
        &self.conversation.person
    }

    fn person_mut(&mut self) -> &mut Person {
        &mut self.conversation.person
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.conversation.timer()
    }

    fn rest(&self) -> Rest {
        use botflow_artifact::PlaceKind;
        let place = self.conversation.place();
        let place = place.and_then(|place| self.program.bot.places.get(place.index()));
        match (self.conversation.owner, place.map(|place| &place.kind)) {
            (Owner::Nobody, _) => Rest::Ended,
            (Owner::People, _) => Rest::People,
            (Owner::Bot, Some(PlaceKind::Wait { .. } | PlaceKind::WaitFor(_))) => Rest::Waits,
            (Owner::Bot, _) if self.conversation.question.is_some() => Rest::Asks,
            (Owner::Bot, _) => Rest::Works,
        }
    }

    fn awaits_event(&self, name: &str) -> bool {
        use botflow_artifact::PlaceKind;
        let Some(event) = self.program.event_named(name) else {
            return false;
        };
        self.conversation.frames.iter().any(|frame| {
            let place = self.program.bot.places.get(frame.at.index());
            matches!(frame.pending.as_deref(), Some(Pending::Event(_)))
                && matches!(place.map(|place| &place.kind), Some(PlaceKind::WaitFor(wait)) if wait.event == event)
        })
    }

    fn awaits_call(&self, number: u32) -> bool {
        let mut pending = self
            .conversation
            .frames
            .iter()
            .filter_map(|frame| frame.pending.as_deref());
        pending.any(|pending| matches!(pending, Pending::Call { number: one, .. } if *one == number))
    }

    fn offers(&self, payload: &str) -> bool {
        let offers = self.conversation.offers.iter();
        let mut messages = offers.flat_map(|offers| &offers.messages);
        offer_of(payload).is_some_and(|number| messages.any(|offer| offer.number == number))
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            calls: self.conversation.calls,
            puts: self.conversation.puts,
            offers: self.conversation.offers.as_ref().map_or(0, |offers| offers.count),
            timers: self.conversation.timers,
            seen: self.conversation.seen.to_vec(),
        }
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        let c = &mut self.conversation;
        c.id = id.unwrap_or(c.id);
        c.calls = c.calls.max(numbers.calls);
        c.puts = c.puts.max(numbers.puts);
        if numbers.offers > 0 {
            let offers = c.offers.get_or_insert_default();
            offers.count = offers.count.max(numbers.offers);
        }
        // The timer that is set has the number of the last one.
        if c.timer.is_none() {
            c.timers = c.timers.max(numbers.timers);
        }
        for id in numbers.seen {
            if !c.seen.contains(&id) {
                c.seen.push(id);
            }
        }
        let surplus = c.seen.len().saturating_sub(MAX_SEEN);
        c.seen.drain(..surplus);
    }

    fn moves(&mut self) {
        self.conversation.wrote_at = NEVER;
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        abandon(self.program, &mut self.conversation, at, effects);
    }
}
