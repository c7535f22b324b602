//! Waiting: for time, and for events.

use botflow_artifact::{Expr, TypeId};
use botflow_syntax::TokenRef;
use botflow_syntax::ast::{self, AstNode};
use botflow_values::Value;

use super::leaves::comes_back;
use super::reference::NO_EVENT;
use super::scope::Binding;
use super::{Lower, duration};
use crate::hir::{StmtKind, WaitForBody};
use crate::project::Span;
use crate::types::Types;

impl Lower<'_> {
    pub(super) fn wait(&mut self, stmt: &ast::WaitStmt, span: Span) -> StmtKind {
        match self.duration_expr(stmt.duration()) {
            Some(duration) => StmtKind::Wait { duration },
            None => {
                let _ = span;
                StmtKind::Error
            }
        }
    }

    fn duration_expr(&mut self, token: Option<TokenRef>) -> Option<botflow_artifact::ExprId> {
        let token = token?;
        let span = self.token_span(token);
        let ms = duration(Some(token))?;
        Some(
            self.typed(Expr::Const(Value::Duration(ms)), Types::DURATION, span)
                .id,
        )
    }

    pub(super) fn wait_for(&mut self, stmt: &ast::WaitForStmt, span: Span) -> StmtKind {
        let path = stmt.event();
        let event = path.as_ref().and_then(|path| self.event_of(path));
        let outer = std::mem::replace(&mut self.scope.events, vec![event.unwrap_or(NO_EVENT)]);
        let condition = stmt
            .condition()
            .and_then(|clause| clause.condition())
            .map(|condition| self.condition(&condition).id);
        self.scope.events = outer;
        let within = self.duration_expr(stmt.duration());
        let into = stmt.name().map(|token| {
            let ty = self.waited_type(stmt);
            let at = self.token_span(token);
            self.bind(token.text(), ty, false, at, Binding::Answer)
        });
        let otherwise = stmt.otherwise().map(|item| {
            let at = self.node_span(&item);
            self.way_or_text(item.way(), item.text(), at)
        });
        let (Some(event), Some(path)) = (event, path) else {
            return StmtKind::Error;
        };
        let _ = span;
        StmtKind::WaitFor(Box::new(WaitForBody {
            name: path.text(),
            name_span: self.node_span(&path),
            event,
            condition,
            into,
            within,
            otherwise,
        }))
    }

    /// What the event is kept as: a record, which is unknown if the flow goes on without the event.
    pub(super) fn waited_type(&mut self, stmt: &ast::WaitForStmt) -> TypeId {
        let event = stmt.event().and_then(|path| self.event(&path.text()));
        let Some(event) = event else {
            return Types::ERROR;
        };
        let ty = self.event_record(event);
        let goes_on = match stmt.otherwise() {
            Some(otherwise) => comes_back(otherwise.way().as_ref()),
            None => stmt.duration().is_some(),
        };
        if goes_on { self.types.optional(ty) } else { ty }
    }

    /// The place of the word that begins a statement.
    pub(super) fn head<'t>(&self, node: &impl AstNode<'t>) -> Span {
        match node.syntax().first_token() {
            Some(token) => self.token_span(token),
            None => self.node_span(node),
        }
    }
}
