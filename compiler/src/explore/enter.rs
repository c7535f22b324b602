//! From where conversations begin into all units: with whom, on which channels, in which languages, after how much silence.

use botflow_artifact::*;

use super::effect::Part;

use super::scope::{Narrowed, Scope, seconds};
use super::solve::Solved;
use super::transfer::{NEVER, Transfer, UNBOUNDED, longer, plus};
use super::unit::{Unit, Walks, is_customers};
use crate::conversation::begins::begun_by_customer;

/// A time that has grown so often where a unit begins grows without end.
const GROWS: u8 = 16;

/// How long the customer has been silent, on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// They have not written in this conversation.
    pub unwritten: bool,
    /// They have, at most so many seconds ago.
    pub wrote: u32,
}

impl Silence {
    pub const NONE: Silence = Silence {
        unwritten: false,
        wrote: NEVER,
    };

    /// Whether a conversation can be on the channel.
    pub fn any(self) -> bool {
        self.unwritten || self.wrote != NEVER
    }
}

/// How a unit can be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Per channel.
    pub channels: Vec<Silence>,
    pub languages: u64,
    /// What began the conversation: the customer, operators, then the triggers.
    pub began: Vec<u64>,
    /// The bot has the conversation; it has it while people do.
    pub owners: u8,
    /// Not everything on the way could be decided: what is said may be more than can be.
    pub undecided: bool,
}

pub(super) const OF_BOT: u8 = 1;
pub(super) const AMONG_PEOPLE: u8 = 2;
pub(super) const BY_CUSTOMER: usize = 0;
pub(super) const BY_OPERATORS: usize = 1;
/// Triggers come behind these two.
pub(super) const FIRST_TRIGGER: usize = 2;

impl Entry {
    pub fn none(bot: &Bot) -> Entry {
        Entry {
            channels: vec![Silence::NONE; bot.channels.len().max(1)],
            languages: 0,
            began: vec![0; (FIRST_TRIGGER + bot.triggers.len()).div_ceil(64)],
            owners: 0,
            undecided: false,
        }
    }

    fn begun_by(mut self, number: usize) -> Entry {
        self.began[number / 64] |= 1 << (number % 64);
        self
    }

    pub fn any(&self) -> bool {
        self.languages != 0 && self.channels.iter().any(|channel| channel.any())
    }

    /// What is at the end of a stretch that begins here.
    pub fn then(&self, walks: &Walks<'_>, transfer: &Transfer, into: &mut Entry) {
        let moving = walks.tells.moving();
        into.channels.clear();
        let any = self.channels.iter().any(|channel| channel.any());
        for (at, channel) in self.channels.iter().enumerate() {
            let class = walks.tells.class.get(at).map_or(0, |class| *class as usize);
            let times = transfer.times[class];
            let wrote = match if moving.moves { any } else { channel.any() } {
                true => times.since,
                false => NEVER,
            };
            into.channels.push(Silence {
                unwritten: channel.unwritten && times.silent != NEVER,
                wrote: longer(plus(channel.wrote, times.silent), wrote),
            });
        }
        into.languages = match moving.moves {
            true => self.languages & transfer.silent | transfer.since,
            false => self.languages & (transfer.silent | transfer.since),
        };
        into.began.clone_from(&self.began);
        into.owners = self.owners;
        into.undecided = self.undecided;
        into.settle();
    }

    fn settle(&mut self) {
        if !self.any() {
            self.channels.fill(Silence::NONE);
            self.languages = 0;
            self.began.fill(0);
            self.owners = 0;
        }
    }

    fn narrow(&mut self, walks: &Walks<'_>, only: Narrowed) {
        for (at, channel) in self.channels.iter_mut().enumerate() {
            let class = walks.tells.class.get(at).map_or(0, |class| *class);
            if only.classes >> class & 1 == 0 {
                *channel = Silence::NONE;
            }
        }
        self.languages &= only.languages;
        self.settle();
    }

    /// Adds another; whether it is new.
    pub fn join(&mut self, other: &Entry, wide: bool) -> bool {
        if !other.any() {
            return false;
        }
        let mut grown = false;
        for (known, other) in self.channels.iter_mut().zip(&other.channels) {
            grown |= other.unwritten && !known.unwritten;
            known.unwritten |= other.unwritten;
            let wrote = longer(known.wrote, other.wrote);
            if wrote != known.wrote {
                known.wrote = if wide && known.wrote != NEVER {
                    UNBOUNDED
                } else {
                    wrote
                };
                grown = true;
            }
        }
        for (known, other) in self.began.iter_mut().zip(&other.began) {
            grown |= *known | other != *known;
            *known |= other;
        }
        let (languages, owners) = (self.languages | other.languages, self.owners | other.owners);
        grown |= (languages, owners) != (self.languages, self.owners);
        (self.languages, self.owners) = (languages, owners);
        grown |= other.undecided && !self.undecided;
        self.undecided |= other.undecided;
        grown
    }

    /// The customer has just written.
    fn writes(&mut self, walks: &Walks<'_>) {
        let moves = walks.tells.moving().moves && self.any();
        for channel in &mut self.channels {
            if moves || channel.any() {
                *channel = Silence {
                    unwritten: false,
                    wrote: 0,
                };
            }
        }
        if moves {
            self.languages = walks.tells.languages;
        }
    }
}

/// Entries of all units.
pub(super) struct Entered {
    pub units: Vec<Entry>,
}

impl Entered {
    pub fn of(walks: &Walks<'_>, solved: &Solved) -> Entered {
        let bot = walks.bot;
        let mut entering = Entering {
            walks,
            solved,
            units: units(walks, solved),
            grown: vec![0; walks.units.len()],
            queued: vec![false; walks.units.len()],
            handed_over: handed_over(walks),
            todo: std::collections::VecDeque::new(),
            always: [const { None }; 4].map(|_: Option<()>| Entry::none(bot)),
        };
        entering.begin();
        entering.run();
        Entered {
            units: entering.units,
        }
    }
}

/// Units before anything has entered them. What runs a unit that was not decided is not decided either.
fn units(walks: &Walks<'_>, solved: &Solved) -> Vec<Entry> {
    let mut units = vec![Entry::none(walks.bot); walks.units.len()];
    let mut todo = solved.undecided.clone();
    if todo.is_empty() {
        return units;
    }
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); units.len()];
    for (unit, calls) in solved.calls.iter().enumerate() {
        for (_, to) in calls {
            callers[*to as usize].push(unit as u32);
        }
    }
    while let Some(unit) = todo.pop() {
        if !std::mem::replace(&mut units[unit as usize].undecided, true) {
            todo.extend(&callers[unit as usize]);
        }
    }
    units
}

/// The units in which people may have the conversation and have begun a flow in it. A hand-over by a handler leaves what
/// was under way below it, and that goes on hearing: so where colleagues can begin flows at all, it is every unit.
fn handed_over(walks: &Walks<'_>) -> Vec<bool> {
    let begins = walks.bot.flows.iter().any(|flow| flow.open_to_operators);
    let hands_over = (walks.units.iter()).any(|unit| matches!(unit, Unit::Escalation(_)));
    vec![begins && hands_over; walks.units.len()]
}

struct Entering<'w, 'b> {
    walks: &'w Walks<'b>,
    solved: &'w Solved,
    units: Vec<Entry>,
    grown: Vec<u8>,
    queued: Vec<bool>,
    /// People may have the conversation in the unit, and have begun a flow of theirs; the unit's handlers hear then, too.
    handed_over: Vec<bool>,
    todo: std::collections::VecDeque<u32>,
    /// What `always` hears: of the customer, of events, of silence, of failures.
    always: [Entry; 4],
}

/// What `always` hears, in the order of [`Entering::always`].
const HEARD: [Part; 4] = [Part::Heard, Part::Rests, Part::Silent, Part::Fails];

impl Entering<'_, '_> {
    fn begin(&mut self) {
        let (walks, bot) = (self.walks, self.walks.bot);
        let anywhere = |silence: Silence| Entry {
            channels: vec![silence; bot.channels.len().max(1)],
            languages: walks.tells.languages,
            owners: OF_BOT,
            ..Entry::none(bot)
        };
        let written = Silence {
            unwritten: false,
            wrote: 0,
        };
        let customer = anywhere(written).begun_by(BY_CUSTOMER);
        // A handler of `always` may take the first message, and come back.
        let behind = anywhere(Silence {
            unwritten: false,
            wrote: self.solved.before_start(),
        });
        let behind = behind.begun_by(BY_CUSTOMER);
        if let Some(start) = bot.start.filter(|start| start.index() < bot.flows.len()) {
            self.enter(walks.flow(start), &behind);
        }
        // The first message is heard by `always` before anything begins.
        self.always[0].join(&customer, false);
        for (id, trigger) in bot.triggers.iter().enumerate() {
            if trigger.start.index() < bot.flows.len() {
                let entry = self.goes_off(trigger).begun_by(FIRST_TRIGGER + id);
                self.enter(walks.flow(trigger.start), &entry);
            }
        }
        for (id, flow) in bot.flows.iter().enumerate() {
            if flow.open_to_operators {
                let silence = match walks.tells.scope {
                    Scope::Usual => written,
                    Scope::Everything => Silence {
                        unwritten: true,
                        wrote: UNBOUNDED,
                    },
                };
                let mut entry = anywhere(silence).begun_by(BY_OPERATORS);
                entry.owners |= AMONG_PEOPLE;
                // They may begin it in any conversation.
                entry.began.fill(u64::MAX);
                self.enter(walks.flow(id.into()), &entry);
            }
        }
        self.hear();
    }

    /// How a conversation begins that a trigger begins.
    fn goes_off(&self, trigger: &Trigger) -> Entry {
        let (walks, bot) = (self.walks, self.walks.bot);
        let by_customer = trigger
            .sources
            .iter()
            .all(|source| begun_by_customer(bot, source));
        let silence = match by_customer {
            false => Silence {
                unwritten: true,
                wrote: NEVER,
            },
            true => Silence {
                unwritten: false,
                wrote: waits(trigger, walks.tells.scope),
            },
        };
        let mut entry = Entry::none(bot);
        entry.owners = OF_BOT;
        entry.languages = walks.tells.languages;
        for (at, channel) in entry.channels.iter_mut().enumerate() {
            let named = bot.channels.get(at);
            if trigger.via.is_empty() || named.is_some_and(|named| trigger.via.contains(named)) {
                *channel = silence;
            }
        }
        // Conditions are looked at where the person has been so far: they say nothing about the channel.
        let of_sources = trigger.sources.iter().map(|source| match source {
            TriggerSource::On {
                condition: Some(condition),
                ..
            } => walks.tells.narrowed(bot, *condition, true).languages,
            _ => u64::MAX,
        });
        entry.languages &= of_sources.fold(0, |all, languages| all | languages);
        for condition in &trigger.conditions {
            entry.languages &= walks.tells.narrowed(bot, *condition, true).languages;
        }
        entry.settle();
        entry
    }

    fn enter(&mut self, unit: u32, entry: &Entry) {
        let at = unit as usize;
        let mut grown = self.units[at].join(entry, self.grown[at] >= GROWS);
        if self.handed_over[at] && self.units[at].any() && self.units[at].owners & AMONG_PEOPLE == 0 {
            self.units[at].owners |= AMONG_PEOPLE;
            grown = true;
        }
        if grown {
            self.grown[at] = self.grown[at].saturating_add(1);
            if !std::mem::replace(&mut self.queued[at], true) {
                self.todo.push_back(unit);
            }
        }
    }

    /// What `always` hears begins there.
    fn hear(&mut self) {
        let (walks, bot) = (self.walks, self.walks.bot);
        // "Start over" is understood everywhere, whoever began the conversation; nobody but the bot has it then.
        if let Some(start) = bot.start.filter(|start| start.index() < bot.flows.len())
            && !starts_over_otherwise(bot)
        {
            let mut entry = self.always[0].clone();
            entry.writes(walks);
            entry.owners = entry.owners.min(OF_BOT);
            self.enter(walks.flow(start), &entry);
        }
        for unit in walks.always() {
            let mut entry = match walks.units[unit as usize] {
                Unit::Handler(id) => match &bot.handlers[id.index()].hears {
                    Hears::Event(_) => self.always[1].clone(),
                    Hears::Stranded => {
                        let mut entry = self.always[1].clone();
                        if walks.tells.scope == Scope::Usual {
                            entry.writes(walks);
                        }
                        entry
                    }
                    Hears::Silence(clock) => {
                        let mut entry = self.always[2].clone();
                        for channel in &mut entry.channels {
                            channel.wrote = plus(channel.wrote, seconds(clock.after_ms));
                        }
                        entry
                    }
                    Hears::Failed => self.always[3].clone(),
                    hears => {
                        debug_assert!(is_customers(hears), "all others are named");
                        self.always[0].clone()
                    }
                },
                _ => {
                    let mut entry = self.always[0].clone();
                    entry.writes(walks);
                    entry
                }
            };
            if let Some(condition) = walks.condition(unit) {
                entry.narrow(walks, walks.tells.narrowed(bot, condition, true));
            }
            self.enter(unit, &entry);
        }
    }

    fn run(&mut self) {
        let walks = self.walks;
        let mut transfer = Transfer::none(walks.tells.classes);
        let mut entry = Entry::none(walks.bot);
        while let Some(unit) = self.todo.pop_front() {
            self.queued[unit as usize] = false;
            let from = self.units[unit as usize].clone();
            for (node, to) in &self.solved.calls[unit as usize] {
                self.solved.nodes.get(*node as usize, &mut transfer);
                from.then(walks, &transfer, &mut entry);
                self.enter(*to, &entry);
            }
            let mut grown = false;
            for (heard, part) in HEARD.into_iter().enumerate() {
                self.solved.get_part(unit, part, &mut transfer);
                from.then(walks, &transfer, &mut entry);
                grown |= self.always[heard].join(&entry, false);
            }
            if grown {
                self.hear();
            }
        }
    }
}

/// Whether `always` says what "start over" means in this bot.
fn starts_over_otherwise(bot: &Bot) -> bool {
    let mut handlers = bot.always.iter().filter_map(|id| bot.handlers.get(id.index()));
    handlers.any(|handler| {
        handler.condition.is_none() && matches!(&handler.hears, Hears::Pattern(name) if name == "start_over")
    })
}

/// How long after what the customer did a trigger can go off.
fn waits(trigger: &Trigger, scope: Scope) -> u32 {
    const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let expires = trigger.expires_ms.unwrap_or(WEEK);
    let waits = match (trigger.between.is_some(), scope) {
        (_, Scope::Everything) => expires,
        (true, Scope::Usual) => expires.min(DAY),
        (false, Scope::Usual) => 0,
    };
    let next = trigger.fallback.iter().map(|(_, after)| after.unwrap_or(0));
    let next = next.fold(0, i64::saturating_add);
    let next = next.saturating_mul(trigger.via.len() as i64);
    seconds(trigger.after_ms.saturating_add(waits).saturating_add(next))
}
