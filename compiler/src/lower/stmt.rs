//! Statements, except those with a file of their own.

use botflow_artifact::{ConsentId, EscalationId, ExperimentId, ExprId, FlowId, StageId};
use botflow_syntax::ast::{self, Stmt as Written, Target};

use super::scope::Binding;
use super::{Lower, declare, name};
use crate::hir::{Block, RunBody, Stmt, StmtKind, UseContext};
use crate::project::Span;
use crate::rules::flow::unknown_target;
use crate::rules::names::{duplicate_name, type_mismatch, unknown_name, wrong_arguments};
use crate::rules::nearest;
use crate::rules::writing::wrong_place;
use crate::types::Types;

impl Lower<'_> {
    /// Statements in order; `span` is the place of the whole.
    pub(super) fn statements<'t>(
        &mut self,
        statements: impl Iterator<Item = Written<'t>>,
        span: Span,
    ) -> Block {
        let mut stmts = Vec::new();
        for written in statements {
            self.stmt(&written, &mut stmts);
        }
        Block { stmts, span }
    }

    /// A block with its braces.
    pub(super) fn block(&mut self, block: &ast::Block) -> Block {
        let span = self.node_span(block);
        self.statements(block.statements(), span)
    }

    /// A block that may be missing because of a mistake.
    pub(super) fn block_or_error(&mut self, block: Option<ast::Block>, span: Span) -> Block {
        match block {
            Some(block) => self.block(&block),
            None => error_block(span),
        }
    }

    /// A way: an arrow or a block.
    pub(super) fn way(&mut self, way: Option<ast::Way>, span: Span) -> Block {
        match way {
            Some(ast::Way::Block(block)) => self.block(&block),
            Some(ast::Way::Arrow(arrow)) => {
                let span = self.node_span(&arrow);
                let mut stmts = Vec::new();
                self.arrow(&arrow, &mut stmts);
                Block { stmts, span }
            }
            None => error_block(span),
        }
    }

    /// A way, or a text that is said instead.
    pub(super) fn way_or_text(
        &mut self,
        way: Option<ast::Way>,
        text: Option<ast::Text>,
        span: Span,
    ) -> Block {
        match text {
            Some(text) if way.is_none() => {
                let span = self.node_span(&text);
                let text = self.text(&text).id;
                let message = self.text_message(text);
                Block {
                    stmts: vec![Stmt {
                        kind: StmtKind::Say(message),
                        span,
                    }],
                    span,
                }
            }
            _ => self.way(way, span),
        }
    }

    fn arrow(&mut self, arrow: &ast::Arrow, stmts: &mut Vec<Stmt>) {
        let mut any = false;
        for target in arrow.targets() {
            any = true;
            let span = self.node_span(&target);
            let kind = self.target(&target, span);
            stmts.push(Stmt { kind, span });
        }
        if !any {
            let span = self.node_span(arrow);
            stmts.push(Stmt {
                kind: StmtKind::Error,
                span,
            });
        }
    }

    fn target(&mut self, target: &Target, span: Span) -> StmtKind {
        match target {
            Target::StepTarget(step) => self.step_target(step, span),
            Target::RunStmt(run) => self.run_stmt(run, None),
            Target::StartStmt(start) => self.start_stmt(start),
            Target::EscalateStmt(escalate) => self.escalate(escalate),
            Target::FinishStmt(finish) => finish_stmt(finish),
            Target::ReturnStmt(stmt) => self.return_stmt(stmt, span),
            Target::AgainStmt(_) => StmtKind::Again,
            Target::BackStmt(_) => StmtKind::Back,
            Target::QueueTarget(queue) => {
                if !self.scope.in_escalation {
                    self.report(wrong_place::finding(
                        span,
                        "`-> queue`",
                        "a flow",
                        Some("the ways of an escalation"),
                    ));
                    return StmtKind::Error;
                }
                match self.queue_named(queue.name()) {
                    Some(queue) => StmtKind::ToQueue(queue),
                    None => StmtKind::Error,
                }
            }
            Target::NextChannelTarget(_) => {
                self.report(wrong_place::finding(
                    span,
                    "`-> next channel`",
                    "a flow",
                    Some("the `unread` setting of a trigger"),
                ));
                StmtKind::Error
            }
        }
    }

    fn step_target(&mut self, step: &ast::StepTarget, span: Span) -> StmtKind {
        let Some(token) = step.name() else {
            return StmtKind::Error;
        };
        if let Some(step) = self.scope.steps.get_mut(token.text()) {
            step.mentioned = true;
            return StmtKind::Go(step.id);
        }
        let at = self.token_span(token);
        if self.symbols.flows.mention(token.text()).is_some() {
            self.report(unknown_target::is_a_flow(token.text(), at));
            return StmtKind::Error;
        }
        if self.symbols.escalations.mention(token.text()).is_some() {
            self.report(unknown_target::is_an_escalation(token.text(), at));
            return StmtKind::Error;
        }
        let steps = self.scope.steps.keys().map(|step| step.as_str());
        let near: Vec<String> = super::reference::owned(nearest::few(token.text(), steps));
        for near in &near {
            if let Some(step) = self.scope.steps.get_mut(near.as_str()) {
                step.mentioned = true;
            }
        }
        let _ = span;
        self.report(unknown_target::finding(
            token.text(),
            at,
            &super::reference::refs(&near),
        ));
        StmtKind::Error
    }

    fn stmt(&mut self, written: &Written, stmts: &mut Vec<Stmt>) {
        let span = self.node_span(written);
        let kind = match written {
            Written::Arrow(arrow) => return self.arrow(arrow, stmts),
            Written::SayStmt(say) => self.say(say, span),
            Written::ReplyStmt(reply) => self.reply(reply, span),
            Written::SubjectStmt(subject) => {
                self.subject(subject, span);
                return;
            }
            Written::AskStmt(ask) => self.ask(ask, span),
            Written::AskQueueStmt(ask) => self.ask_queue(ask, span),
            Written::FormStmt(form) => self.form(form, span),
            Written::ChooseStmt(choose) => self.choose(choose, span),
            Written::LetStmt(stmt) => self.let_stmt(stmt, span),
            Written::RememberStmt(stmt) => {
                let field = self.customer_ref(stmt.customer());
                let ty = match field {
                    Some((field, _)) => self.program.bot.customer[field.index()].ty,
                    None => Types::ERROR,
                };
                let value = stmt
                    .value()
                    .map(|value| self.expr_as(&value, self.types.known(ty), UseContext::Passed));
                match (field, value) {
                    (Some((field, _)), Some(value)) => StmtKind::Remember {
                        field,
                        value: value.id,
                    },
                    _ => StmtKind::Error,
                }
            }
            Written::ForgetStmt(stmt) => match self.customer_ref(stmt.customer()) {
                Some((field, _)) => {
                    self.check_forgettable(field, span);
                    StmtKind::Forget(field)
                }
                None => StmtKind::Error,
            },
            Written::CallStmt(stmt) => match stmt.call() {
                Some(call) => self.call(&call, None),
                None => StmtKind::Error,
            },
            Written::IfStmt(stmt) => self.if_stmt(stmt, span),
            Written::MatchStmt(stmt) => self.match_stmt(stmt, span),
            Written::ForStmt(stmt) => self.for_stmt(stmt, span),
            Written::WaitStmt(stmt) => self.wait(stmt, span),
            Written::WaitForStmt(stmt) => self.wait_for(stmt, span),
            Written::RunStmt(run) => self.run_stmt(run, None),
            Written::StartStmt(start) => self.start_stmt(start),
            Written::ReturnStmt(stmt) => self.return_stmt(stmt, span),
            Written::EscalateStmt(stmt) => self.escalate(stmt),
            Written::FinishStmt(stmt) => finish_stmt(stmt),
            Written::AgainStmt(_) => StmtKind::Again,
            Written::BackStmt(_) => StmtKind::Back,
            Written::VaryStmt(stmt) => self.vary(stmt, span),
            Written::VerifyStmt(stmt) => self.verify(stmt, span),
            _ => self.small_stmt(written),
        };
        stmts.push(Stmt { kind, span });
    }

    /// Statements that only note something.
    fn small_stmt(&mut self, written: &Written) -> StmtKind {
        match written {
            Written::StageStmt(stmt) => {
                let stage = stmt
                    .name()
                    .and_then(|token| self.known("stage", token, |symbols| &mut symbols.stages));
                match stage {
                    Some(stage) => StmtKind::Stage(StageId::from(stage)),
                    None => StmtKind::Error,
                }
            }
            Written::TagStmt(stmt) => match stmt.text() {
                Some(text) => StmtKind::Tag(self.text(&text).id),
                None => StmtKind::Error,
            },
            Written::TrackStmt(stmt) => {
                let values = self.tracked(stmt.args());
                match stmt.path() {
                    Some(path) => StmtKind::Track {
                        name: path.text(),
                        values,
                    },
                    None => StmtKind::Error,
                }
            }
            Written::NoteStmt(stmt) => match stmt.text() {
                Some(text) => StmtKind::Note(self.text(&text).id),
                None => StmtKind::Error,
            },
            Written::TellStmt(stmt) => {
                let queue = self.queue_named(stmt.queue());
                let text = stmt.text().map(|text| self.text(&text).id);
                match (queue, text) {
                    (Some(queue), Some(text)) => StmtKind::Tell { queue, text },
                    _ => StmtKind::Error,
                }
            }
            Written::ConsentStmt(stmt) => {
                let consent = stmt
                    .name()
                    .and_then(|token| self.known("consent", token, |symbols| &mut symbols.consents));
                match consent {
                    Some(consent) => StmtKind::Consent {
                        consent: ConsentId::from(consent),
                        granted: stmt.is_granted(),
                    },
                    None => StmtKind::Error,
                }
            }
            Written::IdentifyStmt(stmt) => match self.customer_ref(stmt.customer()) {
                Some((field, _)) => StmtKind::Identify(field),
                None => StmtKind::Error,
            },
            _ => StmtKind::Error,
        }
    }

    fn let_stmt(&mut self, stmt: &ast::LetStmt, span: Span) -> StmtKind {
        let token = stmt.name();
        let Some(value) = stmt.value() else {
            if let Some(token) = &token {
                let at = self.token_span(*token);
                self.bind(token.text(), Types::ERROR, false, at, Binding::Result);
            }
            return StmtKind::Error;
        };
        match value {
            ast::LetValue::Expr(value) => {
                let expected = token
                    .as_ref()
                    .and_then(|token| self.scope.names.get(token.text()))
                    .map(|local| self.scope.ty(local.slot));
                let mut typed = self.expr(&value, expected);
                if let Some(wanted) = expected {
                    // A constant takes the form that the name has: `let city = "Cluj"` for a `city`.
                    if let Some(fitted) = self.constant_as(typed, wanted) {
                        typed = fitted;
                    }
                } else if self
                    .constant_at(typed)
                    .is_some_and(botflow_values::Value::is_unknown)
                {
                    let at = self.expr_span(typed.id);
                    self.report(
                        type_mismatch::other("`unknown` alone does not say which kind of value this is.", at)
                            .help("Give the name a value first, or let a flow or a lookup give it."),
                    );
                }
                let Some(token) = token else {
                    return StmtKind::Error;
                };
                let name_span = self.token_span(token);
                let slot = self.bind(
                    token.text(),
                    typed.ty,
                    typed.sensitive,
                    name_span,
                    Binding::Value(typed),
                );
                StmtKind::Let {
                    slot,
                    name_span,
                    value: typed.id,
                }
            }
            ast::LetValue::Call(call) => {
                let _ = span;
                self.call(&call, token)
            }
            ast::LetValue::RunStmt(run) => self.run_stmt(&run, token),
        }
    }

    fn constant_as(&mut self, typed: super::Typed, wanted: botflow_artifact::TypeId) -> Option<super::Typed> {
        let constant = self.constant_at(typed)?;
        if constant.is_unknown() || self.types.fit(typed.ty, self.types.base(wanted)) == crate::types::Fit::No
        {
            return None;
        }
        Some(self.fitted(typed, wanted, UseContext::Passed))
    }

    fn check_forgettable(&mut self, field: botflow_artifact::FieldId, span: Span) {
        let known = &self.program.bot.customer[field.index()];
        if known.ty == Types::ERROR || self.types.is_optional(known.ty) || known.default.is_known() {
            return;
        }
        let message = format!(
            "`customer.{}` is always known, so it cannot be forgotten.",
            known.name
        );
        self.report(type_mismatch::other(message, span));
    }

    // -------------------------------------------------------------------------------------------- flows

    fn run_stmt(&mut self, run: &ast::RunStmt, result: Option<botflow_syntax::TokenRef>) -> StmtKind {
        let span = self.node_span(run);
        let path = run.path();
        let flow = path.as_ref().and_then(|path| self.flow_of(path));
        let Some(flow) = flow else {
            self.forgotten_args(run.args());
            self.bind_error(result);
            return StmtKind::Error;
        };
        let args = self.flow_args(flow, run.args(), span);
        let name_span = path.map_or(span, |path| self.node_span(&path));
        let gives = self.program.bot.flows[flow.index()].gives;
        let result = result.map(|token| {
            let at = self.token_span(token);
            let ty = match gives {
                Some(ty) => ty,
                None => {
                    let flow = self.program.bot.flows[flow.index()].name.clone();
                    self.report(
                        type_mismatch::other(format!("The flow `{flow}` gives no result."), name_span)
                            .help(format!("Leave out `let`, or declare `flow {flow} gives …`.")),
                    );
                    Types::ERROR
                }
            };
            self.bind(token.text(), ty, false, at, Binding::Result)
        });
        StmtKind::Run(Box::new(RunBody {
            flow,
            name_span,
            args,
            result,
        }))
    }

    /// The type of what a `run` gives, without any finding.
    pub(super) fn run_result(&mut self, run: &ast::RunStmt) -> botflow_artifact::TypeId {
        run.path()
            .and_then(|path| self.flow_of(&path))
            .and_then(|flow| self.program.bot.flows[flow.index()].gives)
            .unwrap_or(Types::ERROR)
    }

    fn flow_args(&mut self, flow: FlowId, args: Option<ast::Args>, span: Span) -> Vec<ExprId> {
        let taken = std::mem::take(&mut self.flow_params[flow.index()]);
        let callee = self.program.bot.flows[flow.index()].name.clone();
        let args = self.args(&callee, &taken, args, span);
        self.flow_params[flow.index()] = taken;
        args
    }

    /// Arguments of something that is not known: what they mention counts.
    pub(super) fn forgotten_args(&mut self, args: Option<ast::Args>) {
        for value in args
            .iter()
            .flat_map(|args| args.args())
            .filter_map(|arg| arg.value())
        {
            self.expr(&value, None);
        }
    }

    /// A name whose value is not known because of a mistake.
    pub(super) fn bind_error(&mut self, token: Option<botflow_syntax::TokenRef>) {
        if let Some(token) = token {
            let at = self.token_span(token);
            if !self.scope.names.contains_key(token.text()) {
                self.bind(token.text(), Types::ERROR, false, at, Binding::Answer);
            }
        }
    }

    fn start_stmt(&mut self, start: &ast::StartStmt) -> StmtKind {
        match self.start(start) {
            Some((flow, args)) => StmtKind::Start { flow, args },
            None => StmtKind::Error,
        }
    }

    /// `start f(…)`.
    pub(super) fn start(&mut self, start: &ast::StartStmt) -> Option<(FlowId, Vec<ExprId>)> {
        let span = self.node_span(start);
        let flow = start.path().and_then(|path| self.flow_of(&path));
        let Some(flow) = flow else {
            self.forgotten_args(start.args());
            return None;
        };
        Some((flow, self.flow_args(flow, start.args(), span)))
    }

    fn return_stmt(&mut self, stmt: &ast::ReturnStmt, span: Span) -> StmtKind {
        let value = stmt.value();
        match (value, self.scope.gives) {
            (Some(value), Some(gives)) => {
                let typed = self.expr_as(&value, gives, UseContext::Passed);
                StmtKind::Return(Some(typed.id))
            }
            (Some(value), None) => {
                let typed = self.expr(&value, None);
                if typed.ty != Types::ERROR || self.constant_at(typed).is_some() {
                    let at = self.node_span(&value);
                    let help = if self.scope.flow == FlowId::ALWAYS {
                        "Only flows give results.".to_owned()
                    } else {
                        let ty = self.types.name(typed.ty);
                        format!("Leave out the value, or let the flow say `gives {ty}`.")
                    };
                    self.report(type_mismatch::other("This flow gives no result.", at).help(help));
                }
                StmtKind::Return(None)
            }
            (None, Some(gives)) => {
                if self.types.is_optional(gives) || gives == Types::ERROR {
                    return StmtKind::Return(None);
                }
                let wanted = self.types.name(gives);
                self.report(
                    wrong_arguments::finding(
                        format!("This flow gives `{wanted}`, and here it returns without one."),
                        "return VALUE",
                        span,
                    )
                    .help(format!(
                        "Return a value, or let the flow say `gives {wanted}?` if there may be none."
                    )),
                );
                StmtKind::Error
            }
            (None, None) => StmtKind::Return(None),
        }
    }

    fn escalate(&mut self, stmt: &ast::EscalateStmt) -> StmtKind {
        let Some(path) = stmt.path() else {
            return StmtKind::Error;
        };
        let text = path.text();
        if self.symbols.escalations.get(&text).is_none() && self.symbols.queues.mention(&text).is_some() {
            let span = self.node_span(&path);
            let help = format!(
                "`{text}` is a queue. `escalate to` takes an escalation, which says what happens when nobody comes."
            );
            self.report(unknown_name::other_kind("escalation", &text, span, help));
            return StmtKind::Error;
        }
        match self.known_path("escalation", &path, |symbols| &mut symbols.escalations) {
            Some(id) => StmtKind::Escalate(EscalationId::from(id)),
            None => StmtKind::Error,
        }
    }

    fn vary(&mut self, stmt: &ast::VaryStmt, span: Span) -> StmtKind {
        let experiment = stmt
            .experiment()
            .and_then(|path| self.known_path("experiment", &path, |symbols| &mut symbols.experiments));
        let mut arms: Vec<(u32, Block)> = Vec::new();
        let mut seen: Vec<Span> = Vec::new();
        for arm in stmt.arms() {
            let at = self.node_span(&arm);
            let block = self.way(arm.way(), at);
            let (Some(experiment), Some(token)) = (experiment, arm.name()) else {
                continue;
            };
            let at = self.token_span(token);
            let known = &self.experiment_arms[experiment];
            match known.iter().position(|arm| arm == token.text()) {
                Some(index) => {
                    if let Some(place) = arms.iter().position(|(known, _)| *known == index as u32) {
                        let first = seen[place];
                        self.report(duplicate_name::finding("arm", token.text(), at, Some(first)));
                    } else {
                        seen.push(at);
                        arms.push((index as u32, block));
                    }
                }
                None => {
                    let near = nearest::few(token.text(), known.iter().map(|arm| arm.as_str()));
                    let name = &self.program.bot.experiments[experiment].name;
                    let kind = format!("arm of `{name}`");
                    let finding = unknown_name::finding(&kind, token.text(), at, &near);
                    self.report(finding);
                }
            }
        }
        let Some(experiment) = experiment else {
            return StmtKind::Error;
        };
        let missing: Vec<String> = self.experiment_arms[experiment]
            .iter()
            .enumerate()
            .filter(|(index, _)| !arms.iter().any(|(known, _)| *known as usize == *index))
            .map(|(_, arm)| arm.to_string())
            .collect();
        if !missing.is_empty() && seen.len() == stmt.arms().count() {
            let help = "a way for each arm of the experiment";
            self.report(crate::rules::names::missing_case::finding(
                "vary", &missing, help, span,
            ));
        }
        arms.sort_by_key(|(index, _)| *index);
        StmtKind::Vary {
            experiment: ExperimentId::from(experiment),
            arms,
        }
    }

    fn subject(&mut self, stmt: &ast::SubjectStmt, span: Span) {
        let Some(text) = stmt.text() else { return };
        let text = self.text(&text).id;
        let flow = self.scope.flow;
        if flow == FlowId::ALWAYS {
            self.report(wrong_place::finding(
                span,
                "`subject`",
                "`always`",
                Some("a flow"),
            ));
            return;
        }
        let subject = &mut self.program.bot.flows[flow.index()].subject;
        if subject.is_some() {
            self.report(crate::rules::writing::repeated_setting::finding(
                span, "subject", None,
            ));
        } else {
            *subject = Some(text);
        }
    }
}

fn finish_stmt(stmt: &ast::FinishStmt) -> StmtKind {
    StmtKind::Finish {
        outcome: declare::outcome(stmt.outcome()),
        label: stmt.name().map(|token| name(token)),
    }
}

/// Stands where a way is missing because of a mistake.
pub(super) fn error_block(span: Span) -> Block {
    Block {
        stmts: vec![Stmt {
            kind: StmtKind::Error,
            span,
        }],
        span,
    }
}
