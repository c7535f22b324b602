//! Handlers that come back: what they make of the place at which they were heard.
//!
//! Behind a handler the question is put again, and the customer may have been silent for as long as the handler took. A handler
//! of silence that comes back by itself puts the question again and again: there the silence has no bound.

use std::collections::VecDeque;

use botflow_artifact::*;
use petgraph::graph::NodeIndex;

use super::effect::Part;
use super::scope::Scope;
use super::transfer::{Moving, NEVER, Times, Transfer, UNBOUNDED, longer, plus};
use super::unit::{Leads, Walks, is_customers};

/// What handlers make of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PutAgain {
    /// The customer can have written at most so many seconds before.
    since: u32,
    /// Time alone puts it again and again.
    nags: bool,
}

impl PutAgain {
    /// Handlers come back in the turn in which they are heard.
    pub const AT_ONCE: PutAgain = PutAgain {
        since: 0,
        nags: false,
    };

    /// What is known at the place then.
    pub fn put(self, state: &mut Transfer, moving: Moving) {
        state.may_write(self.since, moving);
        if self.nags {
            state.pass(UNBOUNDED);
        }
    }
}

/// What one handler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Back {
    /// How long it takes to come back.
    pub back: Times,
    /// From its beginning to where handlers around it hear events, silence and failures: where it rests.
    pub around: [Times; 3],
}

impl Back {
    /// It never comes back.
    pub const NEVER: Back = Back {
        back: Times::NONE,
        around: [Times::NONE; 3],
    };
}

/// What handlers do to what they come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Around {
    since: u32,
    nags: bool,
    /// After a call has failed.
    failed: Times,
    /// To where a digression rests, and what is interrupted hears.
    digresses: [Times; 3],
}

impl Around {
    const NONE: Around = Around {
        since: 0,
        nags: false,
        failed: Times::NONE,
        digresses: [Times::NONE; 3],
    };
}

fn longest(a: [Times; 3], b: [Times; 3]) -> [Times; 3] {
    [0, 1, 2].map(|at| Times {
        silent: longer(a[at].silent, b[at].silent),
        since: longer(a[at].since, b[at].since),
    })
}

/// All handlers.
pub(super) struct Backs {
    /// Per handler: how long it takes to come back. What the customer brings about counts from their words.
    pub handlers: Vec<Back>,
    /// Per flow: what handlers of outer levels do.
    outer: Vec<Around>,
    /// Per place: what all handlers do that are heard there; none before that is known.
    places: Vec<Around>,
    /// Per flow: how long ago the customer can have pressed a button of a message when its way comes back.
    pressed: Vec<(u32, [Times; 3])>,
    /// Flows or steps hear events, silence or failures.
    listens: bool,
    /// Some handler of silence comes back by itself.
    any_nags: bool,
    /// Events may keep a conversation going for ever; or park it for as long as another one takes.
    any_event: bool,
}

impl Backs {
    pub fn none(bot: &Bot) -> Backs {
        let event = |handler: &Handler| matches!(handler.hears, Hears::Event(_) | Hears::Stranded);
        Backs {
            handlers: vec![Back::NEVER; bot.handlers.len()],
            outer: vec![Around::NONE; bot.flows.len()],
            places: Vec::new(),
            pressed: vec![(0, [Times::NONE; 3]); bot.flows.len()],
            listens: bot
                .handlers
                .iter()
                .any(|handler| handler.flow != FlowId::ALWAYS && !is_customers(&handler.hears)),
            any_nags: false,
            any_event: !bot.triggers.is_empty() || bot.handlers.iter().any(event),
        }
    }

    /// Whether anything comes back later than at once.
    pub fn take_time(&self, bot: &Bot) -> bool {
        let all = bot.handlers.iter().zip(&self.handlers);
        let listens = self.listens;
        let mut all = all
            .map(|(handler, back)| (handler, back.back, listens && back.around != [Times::NONE; 3]))
            .map(|(handler, times, heard)| {
                heard
                    || match &handler.hears {
                        Hears::Silence(clock) => matches!(clock.act, Nudge::Way(_)) && times != Times::NONE,
                        hears => {
                            !is_customers(hears) && times.silent != NEVER && times.silent > 0
                                || times.since != NEVER && times.since > 0
                        }
                    }
            });
        all.any(|takes| takes)
    }

    /// What the handlers of these levels, nearest first, do.
    fn level(&self, bot: &Bot, handlers: &[HandlerId], outer: Around) -> Around {
        let mut around = outer;
        let (mut silent, mut failed) = (None, false);
        for id in handlers {
            let (Some(handler), Some(back)) = (bot.handlers.get(id.index()), self.handlers.get(id.index()))
            else {
                continue;
            };
            let times = back.back;
            around.digresses = longest(around.digresses, back.around);
            if times.since != NEVER {
                around.since = around.since.max(times.since);
            }
            match &handler.hears {
                Hears::Silence(clock) => {
                    // The nearest level is the one that is heard, unless all of it hangs on conditions.
                    if silent.is_none() {
                        around.nags = false;
                    }
                    if *silent.get_or_insert(handler.step) == handler.step {
                        around.nags |= times.silent != NEVER && matches!(clock.act, Nudge::Way(_));
                        around.nags |= outer.nags && handler.condition.is_some();
                    }
                }
                Hears::Failed if !failed => {
                    failed = handler.condition.is_none();
                    if failed {
                        around.failed = Times::NONE;
                    }
                    around.failed.silent = longer(around.failed.silent, times.silent);
                    around.failed.since = longer(around.failed.since, times.since);
                }
                _ => {}
            }
        }
        around
    }

    /// What handlers of outer levels do in each flow, once it is known of all handlers.
    pub fn around(&mut self, walks: &Walks<'_>) {
        let bot = walks.bot;
        let silent = bot.handlers.iter().zip(&self.handlers).any(|(handler, back)| {
            let times = back.back;
            matches!(&handler.hears, Hears::Silence(clock) if matches!(clock.act, Nudge::Way(_)))
                && times.silent != NEVER
        });
        self.any_nags = silent;
        let always = self.level(bot, &bot.always, Around::NONE);
        for (handler, back) in bot.handlers.iter().zip(&self.handlers) {
            if let (Hears::Pressed { .. }, Some((since, around))) =
                (&handler.hears, self.pressed.get_mut(handler.flow.index()))
            {
                if back.back.since != NEVER {
                    *since = (*since).max(back.back.since);
                }
                *around = longest(*around, back.around);
            }
        }
        // What is pressed of what `always` says is heard everywhere.
        let (pressed, around) = self.pressed.first().copied().unwrap_or((0, [Times::NONE; 3]));
        let always = Around {
            since: always.since.max(pressed),
            digresses: longest(always.digresses, around),
            ..always
        };
        // A handler of `always` interrupts what has handlers of its own.
        let interrupts = Around {
            nags: silent,
            ..always
        };
        self.outer.fill(always);
        if let Some(outer) = self.outer.first_mut() {
            *outer = interrupts;
        }
        let interrupts_in = |outer: Around| Around {
            nags: silent || outer.nags,
            ..outer
        };
        // From every flow into those that it runs, until nothing is new.
        let mut runs: Vec<Vec<(PlaceId, FlowId)>> = vec![Vec::new(); bot.flows.len()];
        for (id, place) in bot.places.iter().enumerate() {
            if let PlaceKind::Run(run) = &place.kind
                && run.flow.index() < bot.flows.len()
                && let Some(runs) = runs.get_mut(place.flow.index())
            {
                runs.push((id.into(), run.flow));
            }
        }
        let mut todo: VecDeque<usize> = (0..bot.flows.len()).collect();
        let mut queued = vec![true; bot.flows.len()];
        while let Some(flow) = todo.pop_front() {
            queued[flow] = false;
            for (id, run) in &runs[flow] {
                let place = &bot.places[id.index()];
                let outer = match walks.rests.in_handler(*id) {
                    true => interrupts_in(self.outer[flow]),
                    false => self.outer[flow],
                };
                let mut around = self.level(bot, &place.handlers, outer);
                let (since, digresses) = self.pressed[flow];
                around.since = around.since.max(since);
                around.digresses = longest(around.digresses, digresses);
                let known = &mut self.outer[run.index()];
                let joined = Around {
                    since: known.since.max(around.since),
                    nags: known.nags || around.nags,
                    digresses: longest(known.digresses, around.digresses),
                    failed: Times {
                        silent: longer(known.failed.silent, around.failed.silent),
                        since: longer(known.failed.since, around.failed.since),
                    },
                };
                if joined != *known {
                    *known = joined;
                    if !std::mem::replace(&mut queued[run.index()], true) {
                        todo.push_back(run.index());
                    }
                }
            }
        }
        let places = bot.places.iter().enumerate();
        self.places = places
            .map(|(id, place)| self.of_place(walks, id.into(), place))
            .collect();
    }

    /// What handlers do at a place.
    fn at_place(&self, id: PlaceId) -> Around {
        self.places.get(id.index()).copied().unwrap_or(Around::NONE)
    }

    fn of_place(&self, walks: &Walks<'_>, id: PlaceId, place: &Place) -> Around {
        let outer = self.outer.get(place.flow.index()).copied();
        let outer = outer.unwrap_or(Around::NONE);
        // A digression stands on whatever it has interrupted, and hears what hears there.
        let outer = Around {
            nags: outer.nags || self.any_nags && walks.rests.in_handler(id),
            ..outer
        };
        let around = self.level(walks.bot, &place.handlers, outer);
        let pressed = self.pressed.get(place.flow.index()).copied();
        let (since, digresses) = pressed.unwrap_or((0, [Times::NONE; 3]));
        Around {
            since: around.since.max(since),
            digresses: longest(around.digresses, digresses),
            ..around
        }
    }

    /// What handlers that come back make of a place.
    pub fn at(&self, walks: &Walks<'_>, id: PlaceId, place: &Place) -> PutAgain {
        let everything = walks.tells.scope == Scope::Everything;
        let around = self.at_place(id);
        let clocks = match &place.kind {
            PlaceKind::Ask(ask) => Some(&ask.silence),
            PlaceKind::Choose(choose) => Some(&choose.silence),
            PlaceKind::Verify(verify) => Some(&verify.silence),
            _ => None,
        };
        let silent =
            clocks.is_some_and(|clocks| !clocks.iter().any(|clock| matches!(clock.act, Nudge::Way(_))));
        PutAgain {
            since: match everything && self.any_event {
                true => UNBOUNDED,
                false => around.since,
            },
            nags: silent && (around.nags || everything && self.any_nags),
        }
    }

    /// What is interrupted hears where a digression rests, too.
    pub fn digresses(
        &self,
        walks: &Walks<'_>,
        id: PlaceId,
        part: Part,
        rest: &Transfer,
        state: &mut Transfer,
    ) {
        if !self.listens {
            return;
        }
        let digresses = self.at_place(id).digresses;
        let mut digresses = match part {
            Part::Rests => digresses[0],
            Part::Silent => digresses[1],
            Part::Fails => digresses[2],
            Part::Through | Part::Heard => return,
        };
        let unbounded = self.any_nags || walks.tells.scope == Scope::Everything && self.any_event;
        for time in [&mut digresses.silent, &mut digresses.since] {
            if unbounded && *time != NEVER {
                *time = UNBOUNDED;
            }
        }
        if !digresses.any() {
            return;
        }
        // What is no word of the customer's is heard at any time at which it can be.
        let silent = plus(walks.rests.at(walks.bot, id), digresses.silent);
        for (times, rest) in state.times.iter_mut().zip(&rest.times) {
            if rest.any() {
                times.silent = longer(times.silent, plus(rest.silent, silent));
                times.since = longer(times.since, plus(rest.since, silent));
                times.since = longer(times.since, digresses.since);
            }
        }
        if silent != NEVER {
            state.silent |= rest.silent;
        }
        state.since |= rest.silent | rest.since;
        state.settle();
    }

    /// How long ago the customer can have written when a handler of `always` comes back that took the first message.
    pub fn before_start(&self) -> u32 {
        self.outer.first().map_or(0, |outer| outer.since)
    }

    /// Behind a call the flow goes on also where it has failed and a handler of that has come back.
    pub fn goes_on(&self, walks: &Walks<'_>, id: PlaceId, place: &Place, leads: Leads, state: &mut Transfer) {
        let PlaceKind::Call(call) = &place.kind else {
            return;
        };
        let Leads::To(to) = leads else { return };
        let then = walks.graph.code(place.then);
        if call.failed.is_some() || then != Some(NodeIndex::new(to as usize)) {
            return;
        }
        let failed = self.at_place(id).failed;
        for times in &mut state.times {
            let any = times.any();
            if failed.silent != NEVER {
                times.silent = longer(times.silent, plus(times.silent, failed.silent));
                times.since = longer(times.since, plus(times.since, failed.silent));
            }
            if any && failed.since != NEVER {
                times.since = longer(times.since, failed.since);
            }
        }
        if failed.since != NEVER {
            state.since |= state.silent;
        }
    }
}
