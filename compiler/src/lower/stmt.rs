//! Statements, except those with a file of their own.

use botflow_artifact::{ConsentId, ExperimentId, FieldId, FlowId, StageId};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, Stmt as Written, Target};

use super::Lower;
use super::jumps::finish_stmt;
use super::scope::Binding;
use crate::hir::{Block, Stmt, StmtKind, UseContext};
use crate::project::Span;
use crate::rules::flow::unknown_target;
use crate::rules::names::{duplicate_name, type_mismatch, unknown_name};
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
                match (field, stmt.value()) {
                    (Some((field, _)), Some(ast::Expr::Literal(value))) if is_unknown(&value) => {
                        self.remember_nothing(field, span);
                        StmtKind::Error
                    }
                    (field, value) => {
                        let wanted = self.types.known(ty);
                        let value = value.map(|value| self.expr_as(&value, wanted, UseContext::Passed));
                        match (field, value) {
                            (Some((field, _)), Some(value)) => StmtKind::Remember {
                                field,
                                value: value.id,
                            },
                            _ => StmtKind::Error,
                        }
                    }
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
                let mut channels = Vec::new();
                for token in stmt.channels().into_iter().flat_map(|clause| clause.names()) {
                    let channel = self.bot_channel(token);
                    // Said twice is said.
                    if !channels.contains(&channel) {
                        channels.push(channel);
                    }
                }
                match consent {
                    Some(consent) => StmtKind::Consent {
                        consent: ConsentId::from(consent),
                        granted: stmt.is_granted(),
                        channels,
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
            self.report(crate::rules::names::missing_case::no_arm(&missing, span));
        }
        arms.sort_by_key(|(index, _)| *index);
        StmtKind::Vary {
            experiment: ExperimentId::from(experiment),
            arms,
        }
    }

    /// `remember customer.x = unknown`.
    fn remember_nothing(&mut self, field: FieldId, span: Span) {
        let field = &self.program.bot.customer[field.index()];
        let finding = type_mismatch::other("`remember` notes a value down, and `unknown` is none.", span);
        let forget = format!("forget customer.{}", field.name);
        let finding = match self.types.is_optional(field.ty) {
            true => finding
                .help(format!("To take away what is known, write `{forget}`."))
                .fix(format!("Change to `{forget}`"), span, forget),
            false => finding.help(format!(
                "`customer.{}` is always known. Remember another value, or declare it so that it may be unknown: `{}: {}?`.",
                field.name,
                field.name,
                self.types.name(field.ty)
            )),
        };
        self.report(finding);
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

/// The literal `unknown`.
fn is_unknown(literal: &ast::Literal) -> bool {
    literal
        .token()
        .is_some_and(|token| token.kind() == SyntaxKind::KwUnknown)
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
