//! Which fields of the customer card may become unknown while a flow rests, or while it runs another one.

use botflow_artifact::{FieldId, FlowId};

use crate::hir::{Block, OptionActBody, Program, SilenceAct, Stmt, StmtKind};

/// What flows do beside their own statements, by flow.
pub(super) struct Effects {
    /// Flows that each one runs, anywhere in it.
    pub runs: Vec<Vec<FlowId>>,
    /// Fields that it, or what it runs, may forget.
    pub forgets: Vec<Vec<FieldId>>,
    /// Fields that handlers may forget while it rests: its own, those of `always`, and those of flows that run it.
    pub forgotten_at_rest: Vec<Vec<FieldId>>,
}

/// Finds out for the whole program.
pub(super) fn effects(program: &Program) -> Effects {
    let count = program.flows.len();
    let mut runs = vec![Vec::new(); count];
    let mut own = vec![Vec::new(); count];
    let mut handled: Vec<(Vec<FlowId>, Vec<FieldId>)> = vec![(Vec::new(), Vec::new()); count];
    for (at, flow) in program.flows.iter().enumerate() {
        let mut seen = Seen::default();
        seen.block(&flow.body);
        flow.steps.iter().for_each(|step| seen.block(&step.body));
        let mut heard = Seen::default();
        let handlers = flow
            .handlers
            .iter()
            .chain(flow.steps.iter().flat_map(|step| &step.handlers));
        for handler in handlers {
            heard.block(&handler.block);
            if let crate::hir::HearsBody::Unclear { tries } = &handler.hears {
                tries.iter().for_each(|item| heard.block(&item.block));
            }
        }
        flow.rules.iter().for_each(|rule| heard.block(&rule.block));
        if at == 0 {
            for escalation in &program.escalations {
                let timed = escalation
                    .nobody
                    .iter()
                    .chain(&escalation.customer_silent)
                    .chain(&escalation.operator_silent);
                timed.for_each(|(_, block)| heard.block(block));
                escalation
                    .closed
                    .iter()
                    .chain(&escalation.resolved)
                    .for_each(|block| heard.block(block));
            }
            // Operators may have a flow run while they own the conversation.
            let open = program
                .bot
                .flows
                .iter()
                .enumerate()
                .filter(|(_, flow)| flow.open_to_operators);
            heard.runs.extend(open.map(|(at, _)| FlowId::from(at)));
        }
        seen.runs.extend(&heard.runs);
        seen.forgets.extend(&heard.forgets);
        runs[at] = tidy(seen.runs);
        own[at] = tidy(seen.forgets);
        handled[at] = (tidy(heard.runs), tidy(heard.forgets));
    }
    let forgets = closed_over(&runs, own);
    // What handlers of a flow may forget holds for every flow it runs, too.
    let heard: Vec<Vec<FieldId>> = handled
        .into_iter()
        .map(|(runs, mut fields)| {
            for flow in runs {
                fields.extend(forgets.get(flow.index()).into_iter().flatten());
            }
            tidy(fields)
        })
        .collect();
    let mut callers = vec![Vec::new(); count];
    for (at, flows) in runs.iter().enumerate() {
        for flow in flows {
            if let Some(callers) = callers.get_mut(flow.index()) {
                callers.push(FlowId::from(at));
            }
        }
    }
    let everywhere = heard.first().cloned().unwrap_or_default();
    let forgotten_at_rest = closed_over(&callers, heard)
        .into_iter()
        .map(|mut fields| {
            fields.extend(&everywhere);
            tidy(fields)
        })
        .collect();
    Effects {
        runs,
        forgets,
        forgotten_at_rest,
    }
}

/// Adds to each flow's fields those of the flows it leads to, however far. Projects that forget nothing pay nothing.
fn closed_over(leads: &[Vec<FlowId>], mut fields: Vec<Vec<FieldId>>) -> Vec<Vec<FieldId>> {
    if fields.iter().all(Vec::is_empty) {
        return fields;
    }
    let mut back = vec![Vec::new(); leads.len()];
    for (from, flows) in leads.iter().enumerate() {
        for flow in flows {
            if let Some(back) = back.get_mut(flow.index()) {
                back.push(from);
            }
        }
    }
    let mut queue: Vec<usize> = (0..fields.len()).filter(|at| !fields[*at].is_empty()).collect();
    while let Some(at) = queue.pop() {
        for from in &back[at] {
            let new: Vec<FieldId> = fields[at]
                .iter()
                .filter(|field| !fields[*from].contains(field))
                .copied()
                .collect();
            if !new.is_empty() {
                fields[*from].extend(new);
                queue.push(*from);
            }
        }
    }
    fields.into_iter().map(tidy).collect()
}

fn tidy<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items.dedup();
    items
}

/// What statements run and forget.
#[derive(Default)]
struct Seen {
    runs: Vec<FlowId>,
    forgets: Vec<FieldId>,
}

impl Seen {
    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Run(run) => self.runs.push(run.flow),
            StmtKind::Forget(field) => self.forgets.push(*field),
            _ => {}
        }
        for_each_block(stmt, &mut |block| self.block(block));
    }
}

/// Every block of the project that stands in no other one, with the flow whose names it uses.
pub(crate) fn for_each_root<'p>(program: &'p Program, visit: &mut dyn FnMut(FlowId, &'p Block)) {
    for (at, flow) in program.flows.iter().enumerate() {
        let id = FlowId::from(at);
        visit(id, &flow.body);
        flow.steps.iter().for_each(|step| visit(id, &step.body));
        let handlers = flow
            .handlers
            .iter()
            .chain(flow.steps.iter().flat_map(|step| &step.handlers));
        for handler in handlers {
            visit(id, &handler.block);
            if let crate::hir::HearsBody::Unclear { tries } = &handler.hears {
                tries.iter().for_each(|item| visit(id, &item.block));
            }
        }
        flow.rules.iter().for_each(|rule| visit(id, &rule.block));
    }
    for escalation in &program.escalations {
        let timed = escalation
            .nobody
            .iter()
            .chain(&escalation.customer_silent)
            .chain(&escalation.operator_silent);
        timed.for_each(|(_, block)| visit(FlowId::ALWAYS, block));
        escalation
            .closed
            .iter()
            .chain(&escalation.resolved)
            .for_each(|block| visit(FlowId::ALWAYS, block));
    }
}

/// Every block directly inside a statement, in order of the text.
pub(crate) fn for_each_block<'p>(stmt: &'p Stmt, visit: &mut dyn FnMut(&'p Block)) {
    let tries = |items: &'p [crate::hir::TriesBody], visit: &mut dyn FnMut(&'p Block)| {
        items.iter().for_each(|item| visit(&item.block));
    };
    let silence = |items: &'p [crate::hir::SilenceBody], visit: &mut dyn FnMut(&'p Block)| {
        for item in items {
            if let SilenceAct::Way(block) = &item.act {
                visit(block);
            }
        }
    };
    let act = |act: &'p OptionActBody, visit: &mut dyn FnMut(&'p Block)| {
        if let OptionActBody::Way(block) = act {
            visit(block);
        }
    };
    match &stmt.kind {
        StmtKind::Ask(ask) => {
            ask.checks.iter().for_each(|(_, block)| visit(block));
            ask.invalid.iter().for_each(&mut *visit);
            tries(&ask.tries, visit);
            silence(&ask.silence, visit);
        }
        StmtKind::Choose(choose) => {
            if let Some(from) = &choose.from {
                act(&from.act, visit);
                from.none.iter().for_each(&mut *visit);
            }
            choose.options.iter().for_each(|option| act(&option.act, visit));
            choose.otherwise.iter().for_each(&mut *visit);
            tries(&choose.tries, visit);
            silence(&choose.silence, visit);
        }
        StmtKind::Form { block, .. } | StmtKind::ForEach { block, .. } => visit(block),
        StmtKind::Call(call) => {
            call.failed.iter().for_each(&mut *visit);
            call.fails.iter().for_each(|(_, block)| visit(block));
            call.waiting.iter().for_each(|(_, block)| visit(block));
        }
        StmtKind::If { arms, otherwise } => {
            arms.iter().for_each(|(_, block)| visit(block));
            otherwise.iter().for_each(&mut *visit);
        }
        StmtKind::Match { arms, otherwise, .. } => {
            arms.iter().for_each(|(_, block)| visit(block));
            otherwise.iter().for_each(&mut *visit);
        }
        StmtKind::WaitFor(wait) => wait.otherwise.iter().for_each(&mut *visit),
        StmtKind::Vary { arms, .. } => arms.iter().for_each(|(_, block)| visit(block)),
        StmtKind::Offer(offer) => offer.ways.iter().for_each(|way| visit(&way.block)),
        StmtKind::AskQueue(ask) => {
            ask.closed.iter().for_each(&mut *visit);
            ask.nobody.iter().for_each(|(_, block)| visit(block));
        }
        StmtKind::Verify(verify) => {
            verify.invalid.iter().for_each(&mut *visit);
            tries(&verify.tries, visit);
            silence(&verify.silence, visit);
            verify.failed.iter().for_each(&mut *visit);
        }
        _ => {}
    }
}
