//! Statements that do not wait, and blocks of statements.

use botflow_artifact::*;

use super::emitter::{ComesBack, Control, Emitter};
use super::facts::{DeadMentions, DeadStatement, WaitInLoop};
use crate::hir::{Block, OptionActBody, SilenceAct, SilenceBody, Stmt, StmtKind, TriesBody};
use crate::project::Span;

impl Emitter {
    /// Emits statements up to the first one behind which control cannot go on.
    pub(super) fn block(&mut self, block: &Block) -> Control {
        let mut control = Control::GoesOn;
        for (at, stmt) in block.stmts.iter().enumerate() {
            if control == Control::Leaves {
                let rest = &block.stmts[at..];
                self.dead(rest, block.stmts[at - 1].span);
                break;
            }
            control = match self.stmt(stmt) {
                // What is unclear stays so until something leaves for certain.
                Control::GoesOn => control,
                other => other,
            };
        }
        control
    }

    /// Emits a way: a block that ends as said unless it leaves by itself.
    pub(super) fn way(&mut self, block: &Block, item: Span, end: ComesBack) -> (Pc, Control) {
        let pc = self.here();
        self.ways.push((pc, item));
        let behind = std::mem::take(&mut self.behind);
        let form = self.form.take();
        let control = self.block(block);
        self.form = form;
        self.behind = behind;
        if control != Control::Leaves {
            self.end(end, block.span);
        }
        (pc, control)
    }

    /// Emits what ends a way that comes back.
    pub(super) fn end(&mut self, end: ComesBack, span: Span) {
        match end {
            ComesBack::Reask(place) => {
                self.op(Op::Reask(place), span);
            }
            ComesBack::Behind => {
                let at = self.op(Op::Jump(Pc(0)), span);
                self.behind.push(at);
            }
            ComesBack::ComeBack => {
                self.op(Op::ComeBack, span);
            }
            ComesBack::Return => {
                self.op(Op::Return(None), span);
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Control {
        let span = stmt.span;
        if let Some(around) = self.around
            && let Some(word) = waits(&stmt.kind)
        {
            let pc = self.here();
            self.facts.waits_in_loops.push(WaitInLoop {
                span,
                around,
                pc,
                word,
            });
            // What stands inside it is part of the same mistake.
            self.around = None;
            let control = self.waiting_or_plain(stmt);
            self.around = Some(around);
            return control;
        }
        self.waiting_or_plain(stmt)
    }

    fn waiting_or_plain(&mut self, stmt: &Stmt) -> Control {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Say(message) => self.plain(Op::Say(*message), span),
            StmtKind::SayOneOf(messages) if messages.is_empty() => self.error(span),
            StmtKind::SayOneOf(messages) => {
                let memory = self.next_memory();
                let messages = messages.clone();
                self.plain(Op::SayOneOf { messages, memory }, span)
            }
            StmtKind::Offer(offer) => self.offer(offer, span),
            StmtKind::Let { slot, value, .. } => self.plain(
                Op::Let {
                    slot: *slot,
                    value: *value,
                },
                span,
            ),
            StmtKind::Remember { field, value } => self.plain(
                Op::Remember {
                    field: *field,
                    value: *value,
                },
                span,
            ),
            StmtKind::Forget(field) => self.plain(Op::Forget(*field), span),
            StmtKind::Stage(stage) => self.plain(Op::Stage(*stage), span),
            StmtKind::Tag(tag) => self.plain(Op::Tag(*tag), span),
            StmtKind::Track { name, values } => self.plain(
                Op::Track {
                    name: name.clone(),
                    values: values.clone(),
                },
                span,
            ),
            StmtKind::Note(text) => self.plain(Op::Note(*text), span),
            StmtKind::Tell { queue, text } => self.plain(
                Op::Tell {
                    queue: *queue,
                    text: *text,
                },
                span,
            ),
            StmtKind::Consent {
                consent,
                granted,
                channels,
            } => self.plain(
                Op::Consent {
                    consent: *consent,
                    granted: *granted,
                    channels: channels.clone(),
                },
                span,
            ),
            StmtKind::Identify(field) => self.plain(Op::Identify(*field), span),
            StmtKind::Repeat => self.plain(Op::Repeat, span),

            StmtKind::Go(step) => self.leaves(Op::GoTo(*step), span),
            StmtKind::Start { flow, args } => self.leaves(
                Op::Start {
                    flow: *flow,
                    args: args.clone(),
                },
                span,
            ),
            StmtKind::Return(value) => self.leaves(Op::Return(*value), span),
            StmtKind::Finish { outcome, label } => self.leaves(
                Op::Finish {
                    outcome: *outcome,
                    label: label.clone(),
                },
                span,
            ),
            StmtKind::Again => self.leaves(Op::Again, span),
            StmtKind::Back => self.leaves(Op::Back, span),
            StmtKind::StartOver => self.leaves(Op::StartOver, span),

            StmtKind::If { arms, otherwise } => self.decide(
                arms.iter().map(|(condition, block)| (*condition, block)),
                otherwise.as_ref(),
                span,
            ),
            StmtKind::Match {
                value,
                arms,
                otherwise,
                covered,
            } => self.choose_arm(*value, arms, otherwise.as_ref(), *covered, span),
            StmtKind::ForEach {
                item,
                items,
                cursor,
                list,
                at_most,
                block,
            } => {
                self.op(
                    Op::ForEach {
                        list: *list,
                        items: *items,
                        cursor: *cursor,
                        at_most: *at_most,
                    },
                    span,
                );
                let top = self.op(
                    Op::Next {
                        items: *items,
                        cursor: *cursor,
                        item: *item,
                        end: Pc(0),
                        at_most: *at_most,
                    },
                    span,
                );
                let around = self.around.replace(span);
                self.loops.push(*item);
                let control = self.block(block);
                self.loops.pop();
                self.around = around;
                if control != Control::Leaves {
                    self.op(Op::Jump(top), span);
                }
                self.patch(top);
                Control::GoesOn
            }
            StmtKind::Vary { experiment, arms } => self.vary(*experiment, arms, span),

            StmtKind::Ask(ask) => self.ask(ask, span),
            StmtKind::Choose(choose) => self.choose(choose, span),
            StmtKind::Form {
                name,
                name_span,
                block,
            } => self.form(name, *name_span, block, span),
            StmtKind::Call(call) => self.call(call, span),
            StmtKind::Wait { duration } => self.wait(*duration, span),
            StmtKind::WaitFor(wait) => self.wait_for(wait, span),
            StmtKind::Run(run) => self.run(run, span),
            StmtKind::Escalate(escalation) => self.escalate(*escalation, span),
            StmtKind::AskQueue(ask) => self.ask_queue(ask, span),
            StmtKind::Verify(verify) => self.verify(verify, span),

            // A queue is no target in a flow; the one place where it is has its own path.
            StmtKind::ToQueue(_) | StmtKind::Error => self.error(span),
        }
    }

    fn plain(&mut self, op: Op, span: Span) -> Control {
        self.op(op, span);
        Control::GoesOn
    }

    fn leaves(&mut self, op: Op, span: Span) -> Control {
        self.op(op, span);
        Control::Leaves
    }

    /// Something that has been reported stands here.
    pub(super) fn error(&mut self, span: Span) -> Control {
        self.op(Op::Error, span);
        if self.facts.broken.last() != Some(&self.flow) {
            self.facts.broken.push(self.flow);
        }
        Control::Unclear
    }

    /// A chain of branches.
    fn decide<'b>(
        &mut self,
        arms: impl ExactSizeIterator<Item = (ExprId, &'b Block)>,
        otherwise: Option<&Block>,
        span: Span,
    ) -> Control {
        let count = arms.len();
        let mut ends = Vec::new();
        let mut control = Control::Leaves;
        for (at, (condition, block)) in arms.enumerate() {
            let branch = self.op(
                Op::Branch {
                    condition,
                    otherwise: Pc(0),
                },
                self.exprs.get(condition.index()).map_or(span, |info| info.span),
            );
            let arm = self.block(block);
            if arm != Control::Leaves && (at + 1 < count || otherwise.is_some()) {
                ends.push(self.op(Op::Jump(Pc(0)), block.span));
            }
            control = control.or(arm);
            self.patch(branch);
        }
        let last = otherwise.map_or(Control::GoesOn, |block| self.block(block));
        self.patch_all(&ends);
        control.or(last)
    }

    /// `match`: a chain of branches, of which the last needs no condition when the arms cover all values.
    fn choose_arm(
        &mut self,
        value: ExprId,
        arms: &[(Vec<ExprId>, Block)],
        otherwise: Option<&Block>,
        covered: bool,
        span: Span,
    ) -> Control {
        let mut tests: Vec<(ExprId, &Block)> = Vec::with_capacity(arms.len());
        for (values, block) in arms {
            let mut any: Option<ExprId> = None;
            for case in values {
                let test = self.case(value, *case);
                any = Some(match any {
                    Some(before) => self.condition(Expr::Or(before, test), *case),
                    None => test,
                });
            }
            // An arm without values has been reported; its block is kept for what it mentions.
            let test = any.unwrap_or_else(|| self.condition(Expr::Error, value));
            tests.push((test, block));
        }
        let certain = match tests.last() {
            Some((_, block)) if covered && otherwise.is_none() => {
                let block = *block;
                tests.pop();
                Some(block)
            }
            _ => otherwise,
        };
        self.decide(tests.into_iter(), certain, span)
    }

    /// Whether the value is this case.
    fn case(&mut self, value: ExprId, case: ExprId) -> ExprId {
        if self.expressions.get(case.index()) == Some(&Expr::Const(Value::Unknown)) {
            let known = self.condition(Expr::IsKnown(value), case);
            return self.condition(Expr::Not(known), case);
        }
        self.condition(Expr::Binary(BinaryOp::Is, value, case), case)
    }

    /// `vary`: behind the operation stands where people go on for whom no arm is written.
    fn vary(&mut self, experiment: ExperimentId, arms: &[(u32, Block)], span: Span) -> Control {
        let declared = self.bot.experiments.get(experiment.index());
        let written = arms.iter().map(|(arm, _)| *arm as usize + 1).max().unwrap_or(0);
        let count = declared
            .map_or(0, |experiment| experiment.arms.len())
            .max(written);
        // Nobody is held out, and every arm says what to do: then nothing falls through.
        let complete = declared.is_some_and(|experiment| {
            experiment.condition.is_none()
                && experiment.arms.iter().map(|(_, weight)| *weight).sum::<u32>() >= 10_000
        }) && (0..count).all(|arm| arms.iter().any(|(written, _)| *written as usize == arm));
        let vary = self.op(
            Op::Vary {
                experiment,
                arms: Vec::new(),
            },
            span,
        );
        let skip = self.op(Op::Jump(Pc(0)), span);
        let mut ends = Vec::new();
        let mut control = Control::Leaves;
        let mut entries = vec![None; count];
        for (arm, block) in arms {
            let here = self.here();
            entries[*arm as usize].get_or_insert(here);
            let arm = self.block(block);
            if arm != Control::Leaves {
                ends.push(self.op(Op::Jump(Pc(0)), block.span));
            }
            control = control.or(arm);
        }
        if complete && control == Control::Leaves {
            // The machine never comes here; the jump only has to lead to something.
            if let Op::Jump(to) = &mut self.code[skip.index()] {
                *to = entries.iter().flatten().copied().next().unwrap_or(Pc(0));
            }
        } else {
            self.patch(skip);
            self.patch_all(&ends);
            if !complete {
                control = Control::GoesOn;
            }
        }
        let end = self.here();
        if let Op::Vary { arms, .. } = &mut self.code[vary.index()] {
            *arms = entries.into_iter().map(|entry| entry.unwrap_or(end)).collect();
        }
        control
    }

    /// Notes statements that nothing reaches, and what they mention.
    fn dead(&mut self, rest: &[Stmt], after: Span) {
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            return;
        };
        mentions(rest, &mut self.facts.dead_mentions);
        // Something that could not be understood is reported where it stands; that it never runs is no news.
        if rest.iter().any(|stmt| matches!(stmt.kind, StmtKind::Error)) {
            return;
        }
        self.facts.dead.push(DeadStatement {
            flow: self.flow,
            after,
            before: Pc(self.here().0.saturating_sub(1)),
            span: first.span.to(last.span),
            count: rest.len(),
        });
    }
}

/// The word of a statement that waits or calls.
fn waits(kind: &StmtKind) -> Option<&'static str> {
    Some(match kind {
        StmtKind::Ask(_) => "ask",
        StmtKind::Choose(_) => "choose",
        StmtKind::Form { .. } => "form",
        StmtKind::Call(_) => "call",
        StmtKind::Wait { .. } => "wait",
        StmtKind::WaitFor(_) => "wait for",
        StmtKind::Run(_) => "run",
        StmtKind::Escalate(_) => "escalate",
        StmtKind::AskQueue(_) => "ask queue",
        StmtKind::Verify(_) => "verify",
        _ => return None,
    })
}

/// Collects what statements mention.
fn mentions(stmts: &[Stmt], found: &mut DeadMentions) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Go(step) => found.steps.push(*step),
            StmtKind::Start { flow, .. } => found.flows.push(*flow),
            StmtKind::Run(run) => found.flows.push(run.flow),
            StmtKind::Escalate(escalation) => found.escalations.push(*escalation),
            _ => {}
        }
        blocks(&stmt.kind, &mut |block| mentions(&block.stmts, found));
    }
}

/// Calls with every block directly inside a statement.
fn blocks(kind: &StmtKind, each: &mut impl FnMut(&Block)) {
    fn tries(items: &[TriesBody], each: &mut impl FnMut(&Block)) {
        items.iter().for_each(|item| each(&item.block));
    }
    fn silence(items: &[SilenceBody], each: &mut impl FnMut(&Block)) {
        for item in items {
            if let SilenceAct::Way(block) = &item.act {
                each(block);
            }
        }
    }
    match kind {
        StmtKind::If { arms, otherwise } => {
            arms.iter().for_each(|(_, block)| each(block));
            otherwise.iter().for_each(each);
        }
        StmtKind::Match { arms, otherwise, .. } => {
            arms.iter().for_each(|(_, block)| each(block));
            otherwise.iter().for_each(each);
        }
        StmtKind::Vary { arms, .. } => arms.iter().for_each(|(_, block)| each(block)),
        StmtKind::Offer(offer) => offer.ways.iter().for_each(|way| each(&way.block)),
        StmtKind::ForEach { block, .. } | StmtKind::Form { block, .. } => each(block),
        StmtKind::Ask(ask) => {
            ask.checks.iter().for_each(|(_, block)| each(block));
            ask.invalid.iter().for_each(&mut *each);
            tries(&ask.tries, each);
            silence(&ask.silence, each);
        }
        StmtKind::Choose(choose) => {
            let listed = choose.from.iter().map(|from| &from.act);
            for act in choose.options.iter().map(|option| &option.act).chain(listed) {
                if let OptionActBody::Way(block) = act {
                    each(block);
                }
            }
            choose
                .from
                .iter()
                .filter_map(|from| from.none.as_ref())
                .for_each(&mut *each);
            choose.otherwise.iter().for_each(&mut *each);
            tries(&choose.tries, each);
            silence(&choose.silence, each);
        }
        StmtKind::Call(call) => {
            call.failed.iter().for_each(&mut *each);
            call.fails.iter().for_each(|(_, block)| each(block));
            call.waiting.iter().for_each(|(_, block)| each(block));
        }
        StmtKind::WaitFor(wait) => wait.otherwise.iter().for_each(each),
        StmtKind::AskQueue(ask) => {
            ask.closed.iter().for_each(&mut *each);
            ask.nobody.iter().for_each(|(_, block)| each(block));
        }
        StmtKind::Verify(verify) => {
            verify.invalid.iter().for_each(&mut *each);
            verify.failed.iter().for_each(&mut *each);
            tries(&verify.tries, each);
            silence(&verify.silence, each);
        }
        _ => {}
    }
}
