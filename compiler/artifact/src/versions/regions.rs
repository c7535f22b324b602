//! Which flow an operation belongs to.

use crate::*;

/// Where the code of flows begins. Code of a flow stands together, and so does that of a step behind its entry.
#[derive(Clone, Debug)]
pub struct Regions {
    /// Ascending.
    starts: Vec<(Pc, FlowId)>,
}

impl Regions {
    /// Of a bot.
    pub fn of(bot: &Bot) -> Regions {
        let flows = bot.flows.iter().enumerate();
        let flows = flows.map(|(id, flow)| (flow.entry, FlowId::from(id)));
        let steps = bot.steps.iter().map(|step| (step.entry, step.flow));
        let handlers = bot.handlers.iter().map(|handler| (handler.code, handler.flow));
        let rules = bot.always_rules.iter().map(|rule| (rule.code, FlowId::ALWAYS));
        let ways = bot.escalations.iter().flat_map(Escalation::codes);
        let ways = ways.map(|pc| (pc, FlowId::ALWAYS));
        let all = flows.chain(steps).chain(handlers).chain(rules).chain(ways);
        // Address 0 is the one of everything without code.
        let mut starts: Vec<(Pc, FlowId)> = all.filter(|(pc, _)| *pc > Pc(0)).collect();
        starts.sort_unstable();
        Regions { starts }
    }

    /// The flow of an operation.
    pub fn flow(&self, pc: Pc) -> FlowId {
        let behind = self.starts.partition_point(|(start, _)| *start <= pc);
        match behind.checked_sub(1).and_then(|at| self.starts.get(at)) {
            Some((_, flow)) => *flow,
            None => FlowId::ALWAYS,
        }
    }

    /// The range of operations of each flow, in the order of the code: from its first one to behind its last one.
    pub fn ranges(&self, bot: &Bot) -> Vec<(FlowId, std::ops::Range<usize>)> {
        let mut ranges: Vec<(FlowId, std::ops::Range<usize>)> = Vec::new();
        for (start, flow) in &self.starts {
            match ranges.last_mut() {
                Some((last, _)) if last == flow => {}
                last => {
                    if let Some((_, range)) = last {
                        range.end = start.index();
                    }
                    ranges.push((*flow, start.index()..bot.code.len()));
                }
            }
        }
        ranges
    }
}
