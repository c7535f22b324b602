//! All conversations of one person: the one that speaks, and those that are parked (semantics 18.6).
//!
//! A person talks to the bot in one conversation at a time, on the channel of their last message. One that runs when
//! another is begun is parked, and so is one of two that belong to people who turn out to be one. What waits for something
//! keeps its clocks, what comes for it is held, and it goes on when the person is calm, as triggers do. What rests at a
//! question stands still until the other one has ended, or a button of it is pressed.
//! Nothing of this reads a clock: the host hands every event to [`Conversations::turn`], and calls
//! [`Conversations::due`] at [`Conversations::wake`].

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::effect::Effect;
use crate::event::{Event, EventKind, OperatorEvent, Starter};
use crate::person::Person;
use crate::record::Record;
use crate::speaker::{Numbers, Rest, Speaker};
use crate::trigger::CALM_MS;
use crate::turn::mix;

/// So many conversations of one person are parked at most; the one that was parked first ends for another.
pub const MAX_PARKED: usize = 8;

/// So many events are held for a parked conversation.
const MAX_HELD: usize = 16;

/// A conversation that is parked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked<S> {
    /// The conversation. Its person is with the one that speaks.
    pub speaker: S,
    /// The channel it spoke on.
    pub channel: SmolStr,
    /// What came for it meanwhile, oldest first.
    pub held: Vec<Event>,
    /// Since when it is parked.
    pub since: i64,
    /// The trigger that began it.
    pub by: Option<SmolStr>,
}

/// All conversations of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The trigger that began the one that speaks.
    by: Option<SmolStr>,
}

impl<S> Conversations<S> {
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

    /// The same, each conversation put into something else: what runs it, or what keeps it.
    pub fn map<T>(self, mut each: impl FnMut(S) -> T) -> Conversations<T> {
        let parked = self.parked.into_iter();
        let parked = parked.map(|parked| Parked {
            speaker: each(parked.speaker),
            channel: parked.channel,
            held: parked.held,
            since: parked.since,
            by: parked.by,
        });
        let parked = parked.collect();
        Conversations {
            speaking: each(self.speaking),
            parked,
            first: self.first,
            begun: self.begun,
            wrote_at: self.wrote_at,
            began_at: self.began_at,
            by: self.by,
        }
    }
}

impl<S: Speaker> Conversations<S> {
    /// One conversation, of which `id` is the number. No two people have the same: it also keeps their calls and buttons
    /// apart, should they turn out to be one.
    pub fn new(mut speaking: S, id: u64) -> Conversations<S> {
        let base = base(id);
        speaking.renumber(
            None,
            Numbers {
                calls: base,
                puts: base,
                ..Numbers::default()
            },
        );
        Conversations {
            speaking,
            parked: Vec::new(),
            first: id,
            begun: 0,
            wrote_at: None,
            began_at: None,
            by: None,
        }
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
                let by = match by {
                    Starter::Trigger { name, .. } => Some(name.clone()),
                    _ => None,
                };
                self.begin(event, by, fresh, effects);
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
            EventKind::Operator(
                OperatorEvent::Answers { .. } | OperatorEvent::Writes { media: None, .. },
            ) if self.speaking.rest() != Rest::People && !self.speaking.awaits_colleagues() => {
                let awaits = |parked: &&mut Parked<S>| parked.speaker.awaits_colleagues();
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
                let before = effects.len();
                let writes = matches!(
                    kind,
                    EventKind::Message { .. } | EventKind::Press { .. } | EventKind::Media { .. }
                );
                if writes {
                    self.wrote_at = self.wrote_at.max(Some(at));
                }
                if let EventKind::Press { payload, .. } = kind {
                    self.find_pressed(payload, at, effects);
                }
                self.speaking.turn(event, effects);
                // Who has refused messages is not asked anything.
                let refused = |effect: &Effect| matches!(effect, Effect::OptedOut { .. });
                let again = writes && !effects[before..].iter().any(refused);
                return self.settle(at, again, effects);
            }
        }
        self.settle(at, false, effects);
    }

    /// The moment of [`Conversations::wake`] has come: the parked conversation whose turn it is speaks. The one that
    /// spoke is parked, unless it has ended. `seed`: as in an event.
    pub fn due(&mut self, now: i64, seed: u64, effects: &mut Vec<Effect>) {
        let Some((place, _)) = self.next().filter(|(_, at)| *at <= now) else {
            return;
        };
        let parked = self.parked.remove(place);
        let held = self.speaks(parked, now, false, effects);
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
        self.settle(now, false, effects);
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
                    since: now,
                    by: other.by,
                });
                effects.push(Effect::Parked);
            }
        }
        self.bound(now, effects);
        self.settle(now, false, effects);
    }

    /// A conversation is begun from outside, `by` a trigger. What runs is parked, and so it is not lost; but what the same
    /// trigger has asked before gives way, for it is the same message, only older.
    fn begin(
        &mut self,
        event: Event,
        by: Option<SmolStr>,
        fresh: &mut dyn FnMut(Person) -> S,
        effects: &mut Vec<Effect>,
    ) {
        let (at, before) = (event.at, effects.len());
        let is_older =
            |speaker: &S, its: &Option<SmolStr>| by.is_some() && *its == by && speaker.rest() == Rest::Asks;
        match self.speaking.rest() {
            Rest::Waits | Rest::Asks | Rest::Works if !is_older(&self.speaking, &self.by) => {
                self.begin_beside(event, by.clone(), fresh, effects);
            }
            _ => {
                self.speaking.turn(event, effects);
                if begins(&effects[before..]) {
                    self.began_at = Some(at);
                    self.by = by.clone();
                }
            }
        }
        if !begins(&effects[before..]) {
            return;
        }
        let mut ended = Vec::new();
        self.parked.retain_mut(|parked| {
            let is_older = is_older(&parked.speaker, &parked.by);
            if is_older {
                parked.speaker.abandon(at, &mut ended);
            }
            !is_older
        });
        effects.splice(before..before, ended);
    }

    /// A conversation begins while another one runs, which is parked if the new one does begin and rest.
    fn begin_beside(
        &mut self,
        event: Event,
        by: Option<SmolStr>,
        fresh: &mut dyn FnMut(Person) -> S,
        effects: &mut Vec<Effect>,
    ) {
        let (at, before) = (event.at, effects.len());
        let person = std::mem::take(self.speaking.person_mut());
        let channel = person.channel.clone();
        let mut next = fresh(person);
        self.begun = self.begun.wrapping_add(1);
        // Mixed before it is counted on, so that conversations of neighbouring numbers do not meet.
        let id = mix(mix(self.first).wrapping_add(u64::from(self.begun)));
        next.renumber(Some(id), self.speaking.numbers());
        next.turn(event, effects);
        let rests = next.rest() != Rest::Ended;
        let speaker = std::mem::replace(&mut self.speaking, next);
        let parked = Parked {
            speaker,
            channel,
            held: Vec::new(),
            since: at,
            by: self.by.take(),
        };
        if rests {
            effects.insert(before, Effect::Parked);
            self.parked.push(parked);
            self.began_at = Some(at);
            self.by = by;
            self.bound(at, effects);
        } else {
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
            let held = self.speaks(parked, at, false, effects);
            self.deliver(held, at, effects);
            self.settle(at, false, effects);
        }
    }

    /// Where the conversation that spoke has ended, the one that was parked last is the one that speaks. What came for it
    /// meanwhile is heard now. Else its question is put `again` if it was the customer who ended the other one: they are
    /// here, and what they write next is heard by it. Otherwise nothing is said.
    fn settle(&mut self, now: i64, again: bool, effects: &mut Vec<Effect>) {
        while self.speaking.rest() == Rest::Ended {
            let Some(parked) = self.parked.pop() else {
                self.by = None;
                return;
            };
            let held = self.speaks(parked, now, again, effects);
            self.deliver(held, now, effects);
        }
    }

    /// A parked conversation speaks from now on; the one that spoke is parked, unless it has ended. Gives what was held.
    fn speaks(&mut self, parked: Parked<S>, now: i64, again: bool, effects: &mut Vec<Effect>) -> Vec<Event> {
        let running = self.speaking.rest() != Rest::Ended;
        let channel = self.speaking.person().channel.clone();
        let (by, since) = (self.by.take(), parked.since);
        let (former, held) = self.takes_over(parked);
        if running {
            effects.push(Effect::Parked);
            self.parked.push(Parked {
                speaker: former,
                channel,
                held: Vec::new(),
                since: now,
                by,
            });
        }
        effects.push(Effect::GoesOn);
        self.began_at = None;
        if self.speaking.rest() == Rest::Asks {
            let parked_for = now.saturating_sub(since).max(0);
            let again = again && held.is_empty();
            self.speaking.resumes(now, parked_for, again, effects);
        }
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
        self.by = parked.by;
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
            Rest::Asks | Rest::Works => {
                let busy = self.wrote_at.max(self.began_at);
                busy.map_or(i64::MIN, |at| at.saturating_add(CALM_MS))
            }
            _ => i64::MIN,
        };
        // What rests at a question stands still.
        let still = |parked: &Parked<S>| parked.speaker.rest() == Rest::Asks;
        let waiting = self.parked.iter().enumerate();
        let waiting = waiting.filter(|(_, parked)| !still(parked));
        let moments = waiting.filter_map(|(place, parked)| {
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

/// Where the numbers of somebody's calls and questions begin: blocks of 4,096, so that two people who become one have asked
/// nothing under the same number. The half million numbers of people up to which that holds for sure are beyond what the
/// chance of one in half a million makes of numbers that are hashes.
fn base(id: u64) -> u32 {
    let from_first = id.wrapping_sub(1);
    let folded = from_first ^ (from_first >> 19) ^ (from_first >> 38) ^ (from_first >> 57);
    ((folded & 0x7_ffff) as u32) << 12
}

/// A conversation has begun.
fn begins(effects: &[Effect]) -> bool {
    let began = |effect: &Effect| matches!(effect, Effect::Record(Record::Began { .. }));
    effects.iter().any(began)
}
