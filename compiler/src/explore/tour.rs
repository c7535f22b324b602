//! A tour of a bot: all places at which a conversation can rest, with what is known there and how to get there.

use std::cell::Cell;

use botflow_artifact::*;

use super::{Exploration, Reached, Site, Wanted};
use crate::compile::Checked;
use crate::graph::Node;
use crate::project::Span;
use crate::rules::flow::context::Context;

/// So many other ways to a place are tried, where the shortest turns out otherwise.
const OTHERS: usize = 12;
/// So many ways are tried on which no condition contradicts another one.
const POSSIBLE: usize = 8;
/// To so many places they are looked for: each search looks at the whole bot.
const SEARCHES: u32 = 300;

/// A bot that is shown around in.
pub struct Tour<'c> {
    context: Context<'c>,
    /// So many searches are left.
    searches: Cell<u32>,
}

/// A place of the bot.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Which.
    pub place: PlaceId,
    /// Its flow, its step and its name: `checkout_help.shipping.city`.
    pub name: String,
    /// What is done there: `ask`, `choose`, `call` …
    pub kind: &'static str,
    /// The question, or what it is about.
    pub about: String,
    /// The flow came in by `use`.
    pub library: bool,
    /// Where it stands.
    pub span: Span,
    /// What is known there; never reached where no conversation comes.
    pub reached: Reached,
    /// The shortest conversation to it: a plan, to be rehearsed. Empty if none is known.
    pub plan: Vec<String>,
}

impl<'c> Tour<'c> {
    /// Of a bot that has been looked at.
    pub fn of(checked: &'c Checked) -> Tour<'c> {
        Tour {
            context: Context::new(&checked.lowered, &checked.graph).without_end(),
            searches: Cell::new(SEARCHES),
        }
    }

    /// What is known of all conversations.
    pub fn exploration(&self) -> &Exploration<'c> {
        self.context.exploration()
    }

    /// All places at which a conversation waits for something, in the order of the text. A `run` and a `form` are places
    /// of the machine's, at which nothing is waited for but what is inside.
    pub fn visits(&self) -> Vec<Visit> {
        let bot = self.context.bot;
        let places = bot.places.iter().enumerate();
        let waits = places.filter(|(_, place)| !matches!(place.kind, PlaceKind::Run(_) | PlaceKind::Form(_)));
        waits.map(|(id, place)| self.visit(id.into(), place)).collect()
    }

    fn visit(&self, id: PlaceId, place: &Place) -> Visit {
        let context = &self.context;
        let words = context.words();
        let node = context.graph.place(id);
        let reached = self.exploration().place(id);
        let plan = match context.reach.reached(node) {
            true => context.conversation(node),
            false => Vec::new(),
        };
        Visit {
            place: id,
            name: words.place(id),
            kind: place.kind.word(),
            about: words.node(&Node::Place(id)),
            library: context.is_library(place.flow),
            span: context.lowered.place(id).span,
            reached,
            plan,
        }
    }

    /// Plans that come to a place, the shortest first; then those on which no condition contradicts another one; then
    /// those whose last step is another one.
    pub fn plans(&self, visit: &Visit) -> impl Iterator<Item = Vec<String>> {
        let context = &self.context;
        let node = context.graph.place(visit.place);
        // They are looked for only if they are wanted.
        let possible = std::iter::once_with(move || match self.searches.get() {
            0 => Vec::new(),
            left => {
                self.searches.set(left - 1);
                context.possible_paths(node, POSSIBLE)
            }
        });
        let possible = possible.flatten();
        let others = std::iter::once_with(move || context.other_paths(node, OTHERS)).flatten();
        let others = possible.chain(others).map(|path| context.tell(&path));
        let first = std::iter::once(visit.plan.clone());
        first.chain(others).filter(|plan| !plan.is_empty())
    }

    /// The shortest conversation to a statement in which things are as wanted: a plan, to be rehearsed. Nothing if there is
    /// none, or none was found soon enough.
    pub fn conversation_to(&self, site: Site, wanted: &Wanted) -> Vec<String> {
        self.context.conversation_to(site, wanted)
    }

    /// How many ways lead from one thing that can happen to the next: the edges of the graph that are reached.
    pub fn ways(&self) -> usize {
        let graph = self.context.graph;
        let reached = graph.nodes.edge_indices().filter(|edge| {
            let ends = graph.nodes.edge_endpoints(*edge);
            ends.is_some_and(|(from, _)| self.context.reach.reached(from))
        });
        reached.count()
    }
}
