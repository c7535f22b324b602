//! After all bodies: what nothing mentions, where `moved` leads, and the program as a whole.

use botflow_artifact::FlowId;

use super::{Lower, scope::Scope};
use crate::finding::{Edit, Finding, Fix};
use crate::hir::{Block, FlowBody, Program};
use crate::names::{Space, builtin};
use crate::project::{FileId, Span};
use crate::rules::flow::unknown_target;
use crate::rules::names::{unknown_name, unused_name};
use crate::rules::nearest;

impl Lower<'_> {
    pub(super) fn finish(mut self) -> (Program, Vec<Finding>) {
        self.unused_declarations();
        self.renamed_fields();
        self.check_moved();
        self.segments_of_segments();
        self.program.mentioned_events = self.program.bot.events.len();
        for name in builtin::EVERYWHERE {
            if !self.program.bot.events.iter().any(|event| event.name == *name) {
                self.event(name);
            }
        }
        let always: Scope = std::mem::take(&mut self.always_scope);
        self.program.bot.flows[0].slots = always.slots;
        self.program.spans.slots[0] = always.slot_spans;
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        self.program.flows = std::mem::take(&mut self.bodies)
            .into_iter()
            .enumerate()
            .map(|(id, body)| body.unwrap_or_else(|| empty_body(FlowId::from(id), nowhere)))
            .collect();
        let escalations = &mut self.program.escalations;
        escalations.sort_by_key(|escalation| escalation.id);
        let spans = &mut self.program.spans;
        spans.customer = self.symbols.fields.spans();
        spans.events = self.symbols.events.spans();
        spans.intents = self.symbols.intents.spans();
        spans.calls = self.symbols.calls.spans();
        spans.segments = self.symbols.segments.spans();
        spans.queues = self.symbols.queues.spans();
        spans.escalations = self.symbols.escalations.spans();
        spans.triggers = self.symbols.triggers.spans();
        spans.goals = self.symbols.goals.spans();
        spans.experiments = self.symbols.experiments.spans();
        spans.templates = self.symbols.templates.spans();
        let (types, sets) = self.types.finish();
        self.program.bot.types = types;
        self.program.bot.sets = sets;
        self.program.unmentioned_steps.sort();
        self.program.optional_uses.sort_by_key(|used| used.expr);
        self.program.optional_uses.dedup_by_key(|used| used.expr);
        (self.program, self.findings)
    }

    fn unused_declarations(&mut self) {
        for (id, (_, symbol)) in self.symbols.flows.iter().enumerate().skip(1) {
            let is_library = symbol
                .span
                .is_some_and(|span| self.program.library_files.contains(&span.file));
            if !symbol.mentioned && !is_library {
                self.program.unmentioned_flows.push(FlowId::from(id));
            }
        }
        self.program.unmentioned_flows.sort();
        self.program.unmentioned_flows.dedup();
        if self.broken {
            return;
        }
        let symbols = &self.symbols;
        // An experiment that nothing mentions is one that nobody joins, a queue one that nobody gets to.
        let spaces: [(&str, &Space); 7] = [
            ("flow", &symbols.flows),
            ("intent", &symbols.intents),
            ("event", &symbols.events),
            ("lookup or action", &symbols.calls),
            ("template", &symbols.templates),
            ("segment", &symbols.segments),
            ("type", &symbols.types),
        ];
        let mut findings = Vec::new();
        for (kind, space) in spaces {
            for (name, symbol) in space.iter() {
                let Some(span) = symbol.span else { continue };
                let hidden = name.starts_with('.') || self.program.library_files.contains(&span.file);
                if !symbol.mentioned && !hidden {
                    findings.push(unused_name::finding(kind, name, span));
                }
            }
        }
        self.findings.append(&mut findings);
    }

    /// Where a field of the card is unknown, and one that is called nearly so is mentioned nowhere, its declaration may have
    /// the wrong name.
    fn renamed_fields(&mut self) {
        for finding in &mut self.findings {
            let Some(written) = unknown_name::customer_field(finding) else {
                continue;
            };
            let near = finding.fixes.first().and_then(|fix| fix.edits.first());
            let Some(near) = near.map(|edit| edit.text.clone()) else {
                continue;
            };
            let declared = self.symbols.fields.get(&near);
            let Some((_, symbol)) = declared.and_then(|id| self.symbols.fields.at(id)) else {
                continue;
            };
            if let (false, Some(span)) = (symbol.mentioned, symbol.span) {
                finding.fixes.push(Fix {
                    title: format!("Call the field `{written}`").into(),
                    edits: vec![Edit { span, text: written }],
                });
            }
        }
    }

    /// The end of a `moved` is a step or a place of its flow.
    fn check_moved(&mut self) {
        for (span, target, flow_length) in std::mem::take(&mut self.moved_to) {
            let (flow, rest) = target.split_at(flow_length);
            let Some(rest) = rest.strip_prefix('.') else {
                continue;
            };
            let Some(id) = self.symbols.flows.get(flow) else {
                continue;
            };
            let flow = &self.program.bot.flows[id];
            let steps = || {
                flow.steps
                    .iter()
                    .map(|step| self.program.bot.steps[step.index()].name.as_str())
            };
            // Behind the step stands the kind of a place and its name, which only the graph knows.
            let first = rest.split('.').next().unwrap_or(rest);
            let known = steps().any(|step| step == first)
                || flow.slots.iter().any(|slot| slot.name == first)
                || rest.contains('.');
            if !known {
                let near = nearest::few(first, steps());
                let finding = unknown_target::moved(&flow.name, first, span, &near);
                self.findings.push(finding);
            }
        }
    }
}

fn empty_body(id: FlowId, span: Span) -> FlowBody {
    FlowBody {
        id,
        name_span: span,
        span,
        handlers: Vec::new(),
        rules: Vec::new(),
        body: Block {
            stmts: Vec::new(),
            span,
        },
        steps: Vec::new(),
    }
}
