//! Comparisons: `is`, `<` and their kin, `in`, `is known`.

use botflow_artifact::{BinaryOp, Expr};
use botflow_syntax::ast::{self, Comparison, Expr as Written};
use botflow_values::Value;

use super::{Lower, Typed};
use crate::hir::UseContext;
use crate::project::Span;
use crate::rules::names::{impossible_comparison, type_mismatch};
use crate::types::Types;

impl Lower<'_> {
    pub(super) fn compare_expr(&mut self, item: &ast::CompareExpr, span: Span) -> Typed {
        let Some(left) = item.left() else {
            return self.error(span);
        };
        if let Some(test) = item.test() {
            let value = self.expr(&left, None);
            let known = self.typed(Expr::IsKnown(value.id), Types::YES_NO, span);
            if test.is_unknown() {
                return self.typed(Expr::Not(known.id), Types::YES_NO, span);
            }
            return known;
        }
        let (Some(op), Some(right)) = (item.op().and_then(|op| op.comparison()), item.right()) else {
            return self.error(span);
        };
        if op == Comparison::In {
            return self.contained(&left, &right, span);
        }
        // A bare member may stand on either side: `gold is customer.tier`.
        let (left, right) = if self.is_bare_member(&left) && !self.is_bare_member(&right) {
            let right = self.expr(&right, None);
            (self.expr(&left, Some(right.ty)), right)
        } else {
            let left = self.expr(&left, None);
            if left.ty == Types::ERROR && self.is_bare_member(&right) {
                // In which closed set the other side would be looked up is not known.
                return self.error(span);
            }
            let right = self.expr(&right, self.expectation(left));
            (left, right)
        };
        let (op, ordered) = match op {
            Comparison::Is | Comparison::In => (BinaryOp::Is, false),
            Comparison::IsNot => (BinaryOp::IsNot, false),
            Comparison::Less => (BinaryOp::Less, true),
            Comparison::LessEquals => (BinaryOp::LessOrEqual, true),
            Comparison::Greater => (BinaryOp::Greater, true),
            Comparison::GreaterEquals => (BinaryOp::GreaterOrEqual, true),
        };
        self.comparable(left, right, ordered, span);
        self.typed(Expr::Binary(op, left.id, right.id), Types::YES_NO, span)
    }

    /// What the other side of a comparison is expected to be.
    fn expectation(&self, typed: Typed) -> Option<botflow_artifact::TypeId> {
        (typed.ty != Types::ERROR).then(|| self.types.known(typed.ty))
    }

    fn is_bare_member(&mut self, written: &Written) -> bool {
        match written {
            Written::NameExpr(name) => match name.name() {
                Some(token) => !self.is_value_name(token.text()),
                None => false,
            },
            _ => false,
        }
    }

    /// Reports a comparison that can never hold, and notes sides that may be unknown.
    pub(super) fn comparable(&mut self, left: Typed, right: Typed, ordered: bool, span: Span) {
        let fits = if ordered {
            self.types.ordered(left.ty, right.ty)
        } else {
            self.types.comparable(left.ty, right.ty)
        };
        if !fits {
            let (a, b) = (self.types.name(left.ty), self.types.name(right.ty));
            self.report(impossible_comparison::types(&a, &b, ordered, span));
            return;
        }
        self.optional_use(left, UseContext::Compared);
        self.optional_use(right, UseContext::Compared);
        if !ordered {
            self.impossible_constant(left, right);
            self.impossible_constant(right, left);
        }
    }

    /// A constant that the other side can never be.
    fn impossible_constant(&mut self, value: Typed, constant: Typed) {
        let Expr::Const(known) = &self.program.bot.exprs[constant.id.index()] else {
            return;
        };
        if let Some(why) = self.types.breaks(value.ty, known) {
            let span = self.expr_span(constant.id);
            self.report(impossible_comparison::never(&why, span));
        }
    }

    /// `x in [a, b]`.
    fn contained(&mut self, left: &Written, right: &Written, span: Span) -> Typed {
        let value = self.expr(left, None);
        let expected = match self.expectation(value) {
            Some(ty) => {
                let base = if self.types.set_of(ty).is_some() {
                    ty
                } else {
                    self.types.base(ty)
                };
                Some(self.types.list(base))
            }
            None => None,
        };
        let list = match right {
            // The items of a written list are compared one by one, so that a wrong one is pointed out.
            Written::ListExpr(items) => {
                let mut ids = Vec::new();
                for item in items.elements() {
                    let typed = self.expr(&item, self.expectation(value));
                    let at = self.expr_span(typed.id);
                    self.comparable(typed, value, false, at);
                    ids.push(typed.id);
                }
                let ty = expected.unwrap_or(Types::ERROR);
                let at = self.span_of(right);
                self.typed(Expr::List(ids), ty, at)
            }
            _ => {
                let list = self.expr(right, expected);
                match self.types.item_of(list.ty) {
                    Some(item) if !self.types.comparable(item, value.ty) => {
                        let (a, b) = (self.types.name(value.ty), self.types.name(item));
                        self.report(impossible_comparison::types(&a, &b, false, span));
                    }
                    Some(_) => self.optional_use(list, UseContext::Compared),
                    None if list.ty != Types::ERROR => {
                        let found = self.types.name(list.ty);
                        let at = self.expr_span(list.id);
                        self.report(
                            type_mismatch::other(
                                format!("Behind `in` stands a list, and this is `{found}`."),
                                at,
                            )
                            .help("To look for words in a text, write `contains(text, \"…\")`."),
                        );
                    }
                    None => {}
                }
                list
            }
        };
        self.optional_use(value, UseContext::Compared);
        self.typed(Expr::In(value.id, list.id), Types::YES_NO, span)
    }

    fn span_of(&self, written: &Written) -> Span {
        use botflow_syntax::ast::AstNode;
        self.span(written.range())
    }

    /// The constant that an expression is, if it is one.
    pub(super) fn constant_at(&self, typed: Typed) -> Option<&Value> {
        match &self.program.bot.exprs[typed.id.index()] {
            Expr::Const(value) => Some(value),
            _ => None,
        }
    }
}

/// Names as a sentence lists them: `` `a`, `b` and `c` ``.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.collect();
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        return format!("{} and {} more", shown.join(", "), names.len() - MOST);
    }
    match shown.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
