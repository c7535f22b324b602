//! Experiments as their rules look at them: with their places, and where people join them.

use botflow_artifact::{Experiment, ExperimentId, FlowId, Op, Pc};

use crate::finding::Edit;
use crate::hir::ExperimentSpans;
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// An experiment of the project.
#[derive(Clone, Copy)]
pub(super) struct Declared<'c> {
    pub id: ExperimentId,
    pub experiment: &'c Experiment,
    /// Where its name stands.
    pub name: Span,
    pub parts: &'c ExperimentSpans,
}

impl Declared<'_> {
    /// Adds a setting behind the arms, where the layout has it.
    pub fn insert(&self, sources: &[Source], setting: &str) -> Option<Edit> {
        let last = self.parts.arms.last()?;
        let text = &sources.get(last.file.0 as usize)?.text;
        let rest = text.get(last.end as usize..)?.split('\n').next()?;
        // A comment stays with its arm.
        let end = match rest.trim_start().starts_with('#') {
            true => last.end + rest.trim_end().len() as u32,
            false => last.end,
        };
        Some(Edit {
            span: Span {
                start: end,
                end,
                ..*last
            },
            text: format!("\n  {setting}"),
        })
    }
}

/// All experiments of the project.
pub(super) fn experiments<'c>(context: &'c Context<'_>) -> Vec<Declared<'c>> {
    let spans = &context.lowered.spans;
    let experiments = context.bot.experiments.iter().enumerate();
    experiments
        .filter_map(|(id, experiment)| {
            let name = spans.experiments.get(id).copied().flatten()?;
            let declared = Declared {
                id: ExperimentId::from(id),
                experiment,
                name,
                parts: spans.experiment_parts.get(id)?,
            };
            (!context.lowered.is_library(name)).then_some(declared)
        })
        .collect()
}

/// A place at which people join an experiment.
#[derive(Clone, Copy)]
pub(super) struct Joins {
    pub experiment: ExperimentId,
    pub flow: FlowId,
    pub pc: Pc,
}

/// All places at which people join experiments, in order of the code.
pub(super) fn joins(context: &Context<'_>) -> Vec<Joins> {
    let code = context.bot.code.iter().enumerate();
    code.filter_map(|(pc, op)| match op {
        Op::Vary { experiment, .. } => {
            let pc = Pc::from(pc);
            let node = context.piece(pc)?;
            context.reach.reached(node).then(|| Joins {
                experiment: *experiment,
                flow: context.words().flow_of(&context.graph.nodes[node]),
                pc,
            })
        }
        _ => None,
    })
    .collect()
}
