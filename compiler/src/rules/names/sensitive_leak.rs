//! `sensitive-leak`: a sensitive value reaches people or systems that are not meant to have it.

use botflow_artifact::*;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::{for_each_block, for_each_root, reads, show_value};
use crate::hir::{Block, Program, Stmt, StmtKind};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF115",
    name: "sensitive-leak",
    level: Level::Error,
    summary: "A sensitive value reaches analytics, a note, a colleague, or a call that does not say `takes sensitive`.",
    page: include_str!("sensitive_leak.md"),
};

/// Expressions nested deeper than this are not followed.
const DEEPEST: u32 = 200;

/// Looks at the whole project.
pub fn check(program: &Program, findings: &mut Vec<Finding>) {
    let none = !program.bot.customer.iter().any(|field| field.sensitive)
        && !program
            .bot
            .flows
            .iter()
            .any(|flow| flow.slots.iter().any(|slot| slot.sensitive));
    if none {
        return;
    }
    let blocks = roots(program);
    let mut taint = Taint::new(program);
    taint.spread(&blocks);
    for (at, blocks) in blocks.iter().enumerate() {
        each_stmt_of(blocks, &mut |stmt| taint.stmt(FlowId::from(at), stmt, findings));
    }
    for escalation in &program.bot.escalations {
        if let Some(brief) = escalation.brief {
            taint.text(
                FlowId::ALWAYS,
                brief,
                "colleagues read it in what is told them first",
                findings,
            );
        }
    }
}

/// Which names hold something sensitive.
struct Taint<'p> {
    program: &'p Program,
    slots: IndexSet<(FlowId, SlotId), FxBuildHasher>,
    fields: IndexSet<FieldId, FxBuildHasher>,
    results: IndexSet<FlowId, FxBuildHasher>,
}

impl<'p> Taint<'p> {
    fn new(program: &'p Program) -> Taint<'p> {
        let mut taint = Taint {
            program,
            slots: IndexSet::default(),
            fields: IndexSet::default(),
            results: IndexSet::default(),
        };
        for (at, flow) in program.bot.flows.iter().enumerate() {
            for (slot, declared) in flow.slots.iter().enumerate() {
                if declared.sensitive {
                    taint.slots.insert((FlowId::from(at), SlotId::from(slot)));
                }
            }
        }
        for (at, field) in program.bot.customer.iter().enumerate() {
            if field.sensitive {
                taint.fields.insert(FieldId::from(at));
            }
        }
        taint
    }

    /// Follows values from flow to flow until nothing new holds any.
    fn spread(&mut self, blocks: &[Vec<&Block>]) {
        let count = blocks.len();
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (at, blocks) in blocks.iter().enumerate() {
            each_stmt_of(blocks, &mut |stmt| {
                if let StmtKind::Run(run) = &stmt.kind
                    && let Some(callers) = callers.get_mut(run.flow.index())
                {
                    callers.push(at);
                }
            });
        }
        let mut queue: std::collections::VecDeque<usize> = (0..count).collect();
        let mut queued = vec![true; count];
        while let Some(at) = queue.pop_front() {
            queued[at] = false;
            let before = (self.slots.len(), self.fields.len(), self.results.len());
            each_stmt_of(&blocks[at], &mut |stmt| self.follow(FlowId::from(at), stmt));
            // A field that became sensitive may be read anywhere; other values move along runs and starts.
            let anywhere = self.fields.len() > before.1;
            let mut next: Vec<usize> = if anywhere {
                (0..count).collect()
            } else {
                Vec::new()
            };
            next.extend(self.slots[before.0..].iter().map(|(flow, _)| flow.index()));
            if self.results.len() > before.2 {
                next.extend(&callers[at]);
            }
            for flow in next {
                if queued.get(flow) == Some(&false) {
                    queued[flow] = true;
                    queue.push_back(flow);
                }
            }
        }
    }

    fn follow(&mut self, flow: FlowId, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { slot, value, .. } if self.within(flow, *value).is_some() => {
                self.slots.insert((flow, *slot));
            }
            StmtKind::Remember { field, value } if self.within(flow, *value).is_some() => {
                self.fields.insert(*field);
            }
            StmtKind::Ask(ask) => {
                if let (Some(skip), AskTarget::Slot(slot)) = (&ask.skip, ask.into)
                    && skip.with.is_some_and(|with| self.within(flow, with).is_some())
                {
                    self.slots.insert((flow, slot));
                }
            }
            StmtKind::ForEach { item, list, .. } if self.within(flow, *list).is_some() => {
                self.slots.insert((flow, *item));
            }
            StmtKind::Run(run) => {
                self.arguments(flow, run.flow, &run.args);
                if let (Some(slot), true) = (run.result, self.results.contains(&run.flow)) {
                    self.slots.insert((flow, slot));
                }
            }
            StmtKind::Start { flow: other, args } => self.arguments(flow, *other, args),
            StmtKind::Return(Some(value)) if self.within(flow, *value).is_some() => {
                self.results.insert(flow);
            }
            _ => {}
        }
    }

    fn arguments(&mut self, flow: FlowId, other: FlowId, args: &[ExprId]) {
        for (at, arg) in args.iter().enumerate() {
            if self.within(flow, *arg).is_some() {
                self.slots.insert((other, SlotId::from(at)));
            }
        }
    }

    fn stmt(&self, flow: FlowId, stmt: &Stmt, findings: &mut Vec<Finding>) {
        match &stmt.kind {
            StmtKind::Track { values, .. } => {
                for (_, value) in values {
                    self.expr(flow, *value, "it would stand in the reports", findings);
                }
            }
            StmtKind::Note(text) => self.text(flow, *text, "colleagues would read it in the note", findings),
            StmtKind::Tell { text, .. } => self.text(flow, *text, "colleagues would read it", findings),
            StmtKind::AskQueue(ask) => self.text(flow, ask.question, "colleagues would read it", findings),
            StmtKind::Call(call) => {
                let Some(called) = self.program.bot.calls.get(call.call.index()) else {
                    return;
                };
                if !called.takes_sensitive {
                    let why = format!("`{}` does not say `takes sensitive`", called.name);
                    call.args
                        .iter()
                        .for_each(|arg| self.expr(flow, *arg, &why, findings));
                }
            }
            _ => {}
        }
    }

    fn text(&self, flow: FlowId, text: TextId, why: &str, findings: &mut Vec<Finding>) {
        reads::text(&self.program.bot, text, &mut |expr| {
            self.expr(flow, expr, why, findings)
        });
    }

    fn expr(&self, flow: FlowId, expr: ExprId, why: &str, findings: &mut Vec<Finding>) {
        let Some(source) = self.within(flow, expr) else {
            return;
        };
        let Some(info) = self.program.exprs.get(expr.index()) else {
            return;
        };
        let name = show_value(self.program, Some(flow), source);
        let name = name.map_or_else(|| "This".to_owned(), |name| format!("`{name}`"));
        let mut finding = Finding::new(&RULE, info.span, format!("{name} is sensitive, and {why}.")).help(
            "Leave it out, say whether it is known instead, or pass it to a call that `takes sensitive`.",
        );
        if let Some(declared) = self.declared(flow, source) {
            finding = finding.related(declared, "What is sensitive comes from here.");
        }
        findings.push(finding);
    }

    fn declared(&self, flow: FlowId, source: ExprId) -> Option<Span> {
        let spans = &self.program.spans;
        match self.program.bot.exprs.get(source.index())? {
            Expr::Slot(slot) => *spans.slots.get(flow.index())?.get(slot.index())?,
            Expr::Customer(field) => *spans.customer.get(field.index())?,
            _ => None,
        }
    }

    /// The sensitive value that an expression gives away, if it does. Whether something is known, and how it
    /// compares, is no secret.
    fn within(&self, flow: FlowId, expr: ExprId) -> Option<ExprId> {
        self.walk(flow, expr, DEEPEST)
    }

    fn walk(&self, flow: FlowId, id: ExprId, depth: u32) -> Option<ExprId> {
        if depth == 0 {
            return None;
        }
        let bot = &self.program.bot;
        let expr = bot.exprs.get(id.index())?;
        match expr {
            Expr::Slot(slot) => self.slots.contains(&(flow, *slot)).then_some(id),
            Expr::Customer(field) => self.fields.contains(field).then_some(id),
            Expr::IsKnown(_) | Expr::Not(_) | Expr::And(..) | Expr::Or(..) | Expr::In(..) => None,
            Expr::Binary(
                BinaryOp::Is
                | BinaryOp::IsNot
                | BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual,
                ..,
            ) => None,
            Expr::Call(
                Function::Length | Function::Contains | Function::StartsWith | Function::EndsWith,
                _,
            ) => None,
            Expr::Text(text) => {
                let mut found = None;
                reads::text(bot, *text, &mut |part| {
                    found = found.or_else(|| self.walk(flow, part, depth - 1))
                });
                found
            }
            _ => {
                let mut found = None;
                expr.parts(&mut |part| found = found.or_else(|| self.walk(flow, part, depth - 1)));
                found
            }
        }
    }
}

/// The blocks of each flow that stand in no other one.
fn roots(program: &Program) -> Vec<Vec<&Block>> {
    let mut blocks = vec![Vec::new(); program.flows.len()];
    for_each_root(program, &mut |flow, block| {
        if let Some(blocks) = blocks.get_mut(flow.index()) {
            blocks.push(block);
        }
    });
    blocks
}

fn each_stmt_of(blocks: &[&Block], visit: &mut dyn FnMut(&Stmt)) {
    blocks.iter().for_each(|block| each_stmt(block, visit));
}

/// Every statement of a block, those inside other ones included.
fn each_stmt(block: &Block, visit: &mut dyn FnMut(&Stmt)) {
    for stmt in &block.stmts {
        visit(stmt);
        for_each_block(stmt, &mut |inner| each_stmt(inner, visit));
    }
}
