//! Conversations that show a change: the shortest one to where something stands. A plan, to be rehearsed on both versions
//! before people see it.

use botflow_artifact::Bot;

use super::Site;
use crate::codegen::Lowered;
use crate::compile::Checked;
use crate::graph::{Graph, Node};
use crate::rules::flow::context::Context;

/// Plans conversations of one version.
pub struct Planner<'b> {
    lowered: std::borrow::Cow<'b, Lowered>,
    graph: std::borrow::Cow<'b, Graph>,
}

impl<'b> Planner<'b> {
    /// Of a project.
    pub fn of_project(checked: &'b Checked) -> Planner<'b> {
        Planner {
            lowered: std::borrow::Cow::Borrowed(&checked.lowered),
            graph: std::borrow::Cow::Borrowed(&checked.graph),
        }
    }

    /// Of a bot without its sources.
    pub fn of_bot(bot: &Bot) -> Planner<'b> {
        let lowered = Lowered {
            bot: bot.clone(),
            ..Lowered::default()
        };
        Planner {
            graph: std::borrow::Cow::Owned(Graph::build(&lowered.bot)),
            lowered: std::borrow::Cow::Owned(lowered),
        }
    }

    /// The shortest conversations to these places, in their order; empty where none comes there.
    pub fn conversations(&self, sites: &[Site]) -> Vec<Vec<String>> {
        let context = Context::new(&self.lowered, &self.graph);
        let bot = &self.lowered.bot;
        let mut told: Vec<Vec<String>> = Vec::with_capacity(sites.len());
        for (at, site) in sites.iter().enumerate() {
            if let Some(before) = sites[..at].iter().position(|one| one == site) {
                told.push(told[before].clone());
                continue;
            }
            let node = match site {
                Site::Code(pc) => {
                    told.push(context.conversation_at(*pc));
                    continue;
                }
                Site::Place(place) if place.index() < bot.places.len() => Some(self.graph.place(*place)),
                Site::Handler(handler) if handler.index() < bot.handlers.len() => {
                    Some(self.graph.handler(*handler))
                }
                Site::Trigger(trigger) => {
                    let flow = bot.triggers.get(trigger.index()).map(|trigger| trigger.start);
                    let mut nodes = self.graph.nodes.node_indices();
                    flow.and_then(|flow| nodes.find(|node| self.graph.nodes[*node] == Node::Flow(flow)))
                }
                Site::Flow(flow) => {
                    let mut nodes = self.graph.nodes.node_indices();
                    nodes.find(|node| self.graph.nodes[*node] == Node::Flow(*flow))
                }
                _ => None,
            };
            let node = node.filter(|node| context.reach.reached(*node));
            told.push(node.map_or_else(Vec::new, |node| context.conversation(node)));
        }
        told
    }
}
