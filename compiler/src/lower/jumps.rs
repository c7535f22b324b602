//! Statements that run, start and leave flows.

use botflow_artifact::{EscalationId, ExprId, FlowId};
use botflow_syntax::ast;

use super::scope::Binding;
use super::{Lower, declare, name};
use crate::hir::{RunBody, StmtKind, UseContext};
use crate::project::Span;
use crate::rules::names::{type_mismatch, unknown_name, wrong_arguments};
use crate::types::Types;

impl Lower<'_> {
    pub(super) fn run_stmt(
        &mut self,
        run: &ast::RunStmt,
        result: Option<botflow_syntax::TokenRef>,
    ) -> StmtKind {
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

    pub(super) fn start_stmt(&mut self, start: &ast::StartStmt) -> StmtKind {
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

    pub(super) fn return_stmt(&mut self, stmt: &ast::ReturnStmt, span: Span) -> StmtKind {
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

    pub(super) fn escalate(&mut self, stmt: &ast::EscalateStmt) -> StmtKind {
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
}

pub(super) fn finish_stmt(stmt: &ast::FinishStmt) -> StmtKind {
    StmtKind::Finish {
        outcome: declare::outcome(stmt.outcome()),
        label: stmt.name().map(|token| name(token)),
    }
}
