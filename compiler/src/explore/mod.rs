//! Exploration: what can be known of all conversations of a bot at once, at every statement that says or asks something.
//!
//! It is an interpretation of the state-machine graph with abstracted values: not what a customer has written, but on
//! which channels a conversation can be, in which languages, how long the customer can have been silent, who has the
//! conversation and what began it. Every conversation that the machine can play is among those that are looked at; what
//! is said of a statement holds in all of them.
//!
//! Reading order: [`transfer`] (what a stretch of a conversation does to what is known), [`scope`] (what is taken for granted, what
//! conditions tell), [`rests`] (how long one can rest), [`unit`] (what is walked on its own: a flow, once, whoever runs
//! it), [`backs`] (handlers that come back), [`search`] (in which order), [`solve`] (the walk), [`enter`] (from where conversations begin into all units), [`sites`] (where messages are sent),
//! [`reached`] (what is told), [`witness`] (a conversation that comes there), [`tour`]
//! (all places of a bot).
//!
//! A flow is walked relative to its beginning, and those who run it go on with what it does as a whole: so nothing
//! leaks from one caller of a flow to another one behind its `run`, and the cost is linear. Inside a flow that several run,
//! what is known is joined over all of them.

mod backs;
mod effect;
mod enter;
mod reached;
mod rests;
mod scope;
mod search;
mod sites;
mod solve;
mod table;
mod tour;
mod transfer;
mod unit;
mod witness;

pub use reached::{OnChannel, Quiet, Reached};
pub use scope::Scope;
pub use sites::Site;
pub use tour::{Tour, Visit};
pub use witness::{Wanted, Way};

use botflow_artifact::*;

use crate::graph::Graph;
use enter::{Entered, Entry};
use sites::Sites;
use solve::Solved;
use transfer::{NEVER, Transfer, plus};
use unit::{Unit, Walks};

/// A bot that has been explored.
pub struct Exploration<'b> {
    walks: Walks<'b>,
    solved: Solved,
    entered: Entered,
    sites: Sites,
}

impl<'b> Exploration<'b> {
    /// Explores a bot. The graph has to be the bot's.
    pub fn of(bot: &'b Bot, graph: &'b Graph, scope: Scope) -> Exploration<'b> {
        let walks = Walks::of(bot, graph, scope);
        let solved = Solved::of(&walks);
        let entered = Entered::of(&walks, &solved);
        Exploration {
            sites: Sites::of(bot, graph),
            walks,
            solved,
            entered,
        }
    }

    /// What is known where a message is sent: the message of a `say`, a question, words of silence or of an escalation,
    /// as the resolved program names it. Joined over all places that send it.
    pub fn message(&self, message: MessageId) -> Reached {
        let mut all = Entry::none(self.walks.bot);
        for (_, site) in self.sites.of_message(message) {
            all.join(&self.at(*site), false);
        }
        Reached::of(self.walks.bot, &all)
    }

    /// Where a message is sent.
    pub fn sites(&self, message: MessageId) -> impl Iterator<Item = Site> + '_ {
        self.sites.of_message(message).iter().map(|(_, site)| *site)
    }

    /// All messages with where they are sent, in order of the messages.
    pub fn all_sites(&self) -> &[(MessageId, Site)] {
        self.sites.all()
    }

    /// What is known at a site.
    pub fn site(&self, site: Site) -> Reached {
        Reached::of(self.walks.bot, &self.at(site))
    }

    /// What is known at a place as it is reached, or reached again.
    pub fn place(&self, place: PlaceId) -> Reached {
        Reached::of(self.walks.bot, &self.at_place(place, true, 0))
    }

    /// What is known at an operation.
    pub fn code(&self, pc: Pc) -> Reached {
        Reached::of(self.walks.bot, &self.at(Site::Say(pc)))
    }

    /// What is known where a flow begins.
    pub fn flow(&self, flow: FlowId) -> Reached {
        match self.entered.units.get(flow.index()) {
            Some(entry) => Reached::of(self.walks.bot, entry),
            None => Reached::default(),
        }
    }

    /// Flows of which not everything could be decided: there everything may be.
    pub fn undecided(&self) -> impl Iterator<Item = FlowId> + '_ {
        let units = self.solved.undecided.iter();
        let mut flows: Vec<FlowId> = units
            .map(|unit| match self.walks.units[*unit as usize] {
                Unit::Flow(flow) => flow,
                Unit::Handler(_) | Unit::Rule(_) | Unit::Escalation(_) => FlowId::ALWAYS,
            })
            .collect();
        flows.dedup();
        flows.into_iter()
    }

    /// Which scope it has.
    pub fn scope(&self) -> Scope {
        self.walks.tells.scope
    }

    /// Whether a place waits for a time that depends on a value.
    pub fn is_of_unknown_length(&self, place: PlaceId) -> bool {
        let bot = self.walks.bot;
        match bot.places.get(place.index()).map(|place| &place.kind) {
            Some(PlaceKind::Wait { duration }) => scope::longest(bot, *duration).is_none(),
            Some(PlaceKind::WaitFor(wait)) => wait
                .within
                .is_some_and(|within| scope::longest(bot, within).is_none()),
            _ => false,
        }
    }

    /// How many steps it took.
    pub fn steps(&self) -> usize {
        self.solved.steps
    }

    fn at(&self, site: Site) -> Entry {
        match site {
            Site::Say(pc) => match self.sites.piece(pc) {
                Some(node) => self.at_node(node, |_| {}),
                None => Entry::none(self.walks.bot),
            },
            Site::Question(place) => self.at_place(place, true, 0),
            Site::Nudge(place, number) => {
                let clocks = match self.walks.bot.places.get(place.index()).map(|place| &place.kind) {
                    Some(PlaceKind::Ask(ask)) => &ask.silence,
                    Some(PlaceKind::Choose(choose)) => &choose.silence,
                    Some(PlaceKind::Verify(verify)) => &verify.silence,
                    _ => return Entry::none(self.walks.bot),
                };
                let after = clocks.get(number as usize).map_or(0, |clock| clock.after_ms);
                self.at_place(place, true, scope::seconds(after))
            }
            Site::HandlerNudge(handler) => self.at_nudge(handler),
            Site::HandOver(place) => self.at_place(place, false, 0),
        }
    }

    fn at_place(&self, id: PlaceId, rests: bool, after: u32) -> Entry {
        let Some(place) = self.walks.bot.places.get(id.index()) else {
            return Entry::none(self.walks.bot);
        };
        let node = self.walks.graph.place(id).index() as u32;
        self.at_node(node, |state| {
            if rests {
                self.solved
                    .put_again(&self.walks, id, place)
                    .put(state, self.walks.tells.moving());
            }
            state.pass(after);
        })
    }

    /// The words of `on silence`: at all questions whose silence it hears.
    fn at_nudge(&self, handler: HandlerId) -> Entry {
        let walks = &self.walks;
        let (Some(level), Some(declared)) = (
            sites::level_of(walks.graph, handler),
            walks.bot.handlers.get(handler.index()),
        ) else {
            return Entry::none(walks.bot);
        };
        let Hears::Silence(clock) = &declared.hears else {
            return Entry::none(walks.bot);
        };
        let after = scope::seconds(clock.after_ms);
        if declared.flow == FlowId::ALWAYS {
            let units = walks.always();
            let unit = units
                .into_iter()
                .find(|unit| walks.units[*unit as usize] == Unit::Handler(handler));
            // Its clock has been counted where it begins.
            return match unit.and_then(|unit| self.entered.units.get(unit as usize)) {
                Some(entry) => entry.clone(),
                None => Entry::none(walks.bot),
            };
        }
        self.at_node(walks.silent_hub(level), |state| {
            if let Some(condition) = declared.condition {
                let only = walks.tells.narrowed(walks.bot, condition, true);
                state.narrow(only.classes, only.languages);
            }
            for times in &mut state.times {
                times.silent = plus(times.silent, after);
                times.since = plus(times.since, after);
            }
        })
    }

    fn at_node(&self, node: u32, and: impl FnOnce(&mut Transfer)) -> Entry {
        let bot = self.walks.bot;
        let mut into = Entry::none(bot);
        let unit = self.solved.unit.get(node as usize).copied().unwrap_or(NEVER);
        let Some(entry) = self.entered.units.get(unit as usize) else {
            return into;
        };
        let mut state = Transfer::none(self.walks.tells.classes);
        self.solved.nodes.get(node as usize, &mut state);
        and(&mut state);
        entry.then(&self.walks, &state, &mut into);
        into
    }
}
