//! Logic and arithmetic. Chains are flat in the tree, and may be long: conditions become balanced trees, so that
//! nobody who walks them needs a deep stack; sums have a limit.

use botflow_artifact::{BinaryOp, Expr, ExprId, TypeId};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstChildren, Expr as Written};
use botflow_values::{Kind, Operator, Value};

use super::{Lower, Typed};
use crate::hir::UseContext;
use crate::project::Span;
use crate::rules::names::type_mismatch;
use crate::rules::writing::nested_too_deep;
use crate::types::Types;

/// Operands that a sum or a product may have.
const LONGEST_CHAIN: usize = 100;

impl Lower<'_> {
    /// `a or b or c`, `a and b and c`.
    pub(super) fn logic(
        &mut self,
        operands: AstChildren<'_, Written<'_>>,
        span: Span,
        join: fn(ExprId, ExprId) -> Expr,
    ) -> Typed {
        let lowered: Vec<ExprId> = operands.map(|operand| self.condition(&operand).id).collect();
        self.balanced(&lowered, span, join)
    }

    /// Looking at operands from the left until one decides is the same however they are bracketed.
    fn balanced(&mut self, operands: &[ExprId], span: Span, join: fn(ExprId, ExprId) -> Expr) -> Typed {
        match operands {
            [] => self.error(span),
            [only] => Typed {
                id: *only,
                ty: Types::YES_NO,
                sensitive: false,
            },
            several => {
                let (left, right) = several.split_at(several.len() / 2);
                let left = self.balanced(left, span, join).id;
                let right = self.balanced(right, span, join).id;
                self.typed(join(left, right), Types::YES_NO, span)
            }
        }
    }

    /// `a + b - c`, `a * b / c`, from the left.
    pub(super) fn arithmetic(
        &mut self,
        operands: AstChildren<'_, Written<'_>>,
        operators: &[SyntaxKind],
        span: Span,
        expected: Option<TypeId>,
    ) -> Typed {
        if operators.len() >= LONGEST_CHAIN {
            self.report(nested_too_deep::finding(span, "operators", LONGEST_CHAIN));
            return self.error(span);
        }
        // A text is never a sum; what is expected helps only to say so.
        let _ = expected;
        let mut result: Option<Typed> = None;
        for (place, operand) in operands.enumerate() {
            let right = self.expr(&operand, None);
            result = Some(match result {
                None => right,
                Some(left) => {
                    let operator = match operators.get(place - 1) {
                        Some(SyntaxKind::Plus) => Operator::Add,
                        Some(SyntaxKind::Minus) => Operator::Subtract,
                        Some(SyntaxKind::Star) => Operator::Multiply,
                        _ => Operator::Divide,
                    };
                    self.reckon(operator, left, right)
                }
            });
        }
        match result {
            Some(typed) => typed,
            None => self.error(span),
        }
    }

    fn reckon(&mut self, operator: Operator, left: Typed, right: Typed) -> Typed {
        let span = self.expr_span(left.id).to(self.expr_span(right.id));
        let ty = self.reckoned_type(operator, left, right, span);
        let op = match operator {
            Operator::Add => BinaryOp::Add,
            Operator::Subtract => BinaryOp::Subtract,
            Operator::Multiply => BinaryOp::Multiply,
            Operator::Divide => BinaryOp::Divide,
        };
        let mut typed = self.typed(Expr::Binary(op, left.id, right.id), ty, span);
        typed.sensitive = left.sensitive || right.sensitive;
        typed
    }

    fn reckoned_type(&mut self, operator: Operator, left: Typed, right: Typed, span: Span) -> TypeId {
        if left.ty == Types::ERROR || right.ty == Types::ERROR {
            return Types::ERROR;
        }
        let kinds = (self.types.kind(left.ty), self.types.kind(right.ty));
        let result = match kinds {
            (Some(left), Some(right)) => operator.result(left, right),
            _ => None,
        };
        let Some(kind) = result else {
            self.report_operator(operator, left, right, span);
            return Types::ERROR;
        };
        self.optional_use(left, UseContext::Computed);
        self.optional_use(right, UseContext::Computed);
        let ty = Types::simple(kind);
        let by_zero = operator == Operator::Divide && !self.is_nonzero(right);
        if by_zero { self.types.optional(ty) } else { ty }
    }

    /// A literal that is not zero: dividing by it always gives a value.
    fn is_nonzero(&self, typed: Typed) -> bool {
        match &self.program.bot.exprs[typed.id.index()] {
            Expr::Const(Value::Integer(n) | Value::Money(n) | Value::Duration(n)) => *n != 0,
            Expr::Const(Value::Number(n) | Value::Percent(n)) => !n.is_zero(),
            _ => false,
        }
    }

    fn report_operator(&mut self, operator: Operator, left: Typed, right: Typed, span: Span) {
        let (a, b) = (self.types.name(left.ty), self.types.name(right.ty));
        let sign = operator.sign();
        let text = |ty| self.types.kind(ty) == Some(Kind::Text) || self.types.is_textual(ty);
        let help = if text(left.ty) || text(right.ty) {
            "Texts are joined by holes: \"{a} {b}\"."
        } else {
            "Reckon with values of kinds that go together: amounts with amounts, or with numbers."
        };
        let message = format!("`{a} {sign} {b}` does not go together.");
        self.report(type_mismatch::other(message, span).help(help));
    }

    /// `-a`.
    pub(super) fn negated(&mut self, item: &ast::NegExpr, span: Span, expected: Option<TypeId>) -> Typed {
        let Some(operand) = item.operand() else {
            return self.error(span);
        };
        let typed = self.expr(&operand, expected);
        if typed.ty == Types::ERROR {
            return typed;
        }
        let kind = self.types.kind(typed.ty);
        let fits = matches!(
            kind,
            Some(Kind::Integer | Kind::Number | Kind::Percent | Kind::Money | Kind::Duration)
        );
        if !fits {
            let found = self.types.name(typed.ty);
            let message = format!("A `{found}` has no negative.");
            self.report(type_mismatch::other(message, span));
            return self.error(span);
        }
        let ty = self.types.base(typed.ty);
        if let Expr::Const(value) = &self.program.bot.exprs[typed.id.index()] {
            let value = botflow_values::negate(value);
            return self.typed(Expr::Const(value), ty, span);
        }
        self.optional_use(typed, UseContext::Computed);
        let mut negated = self.typed(Expr::Negate(typed.id), ty, span);
        negated.sensitive = typed.sensitive;
        negated
    }
}
