//! Expressions. Chains of one operator are flat: `a + b - c` is one node with three operands.

use crate::kind::SyntaxKind;
use crate::node::TokenRef;

nodes! {
    /// `a or b or c`
    OrExpr { operands: many Expr }
    /// `a and b and c`
    AndExpr { operands: many Expr }
    /// `not a`
    NotExpr { operand: one Expr }
    /// `a is b`, `a is known`
    CompareExpr { left: one Expr, op: one CompareOp, right: second Expr, test: one KnownTest }
    /// `is known`, `is unknown`
    KnownTest { is_known: has KwKnown, is_unknown: has KwUnknown }
    /// `is`, `is not`, `<`, `<=`, `>`, `>=`, `in`
    CompareOp {}
    /// `a else b else c`: the first that is known
    ElseExpr { operands: many Expr }
    /// `a + b - c`, from the left
    SumExpr { operands: many Expr }
    /// `a * b / c`, from the left
    ProductExpr { operands: many Expr }
    /// `-a`
    NegExpr { operand: one Expr }
    /// `a.b.c`
    FieldExpr { base: one Expr, fields: tokens Name }
    /// `[a, b]`
    ListExpr { elements: many Expr }
    /// `(a: 1, b: 2)`
    RecordExpr { fields: many RecordField }
    /// `a: 1`
    RecordField { name: token Name, value: one Expr }
    /// `(a)`
    ParenExpr { inner: one Expr }
    /// `count(event, 90d)`
    FunctionExpr { name: token Name, args: one Args }
    /// `city`, `customer`, `now`
    NameExpr { name: token Name }
    /// `(a, b: c)`
    Args { args: many Arg }
    /// `a`, or `b: c`
    Arg { name: token Name, value: one Expr }
    /// A number, an amount, a percentage, a duration, a date, a time, `yes`, `no` or `unknown`
    Literal {}
}

choices! {
    /// An expression.
    Expr = NameExpr | FieldExpr | Literal | Text | CompareExpr | FunctionExpr | ParenExpr | OrExpr | AndExpr | NotExpr
        | ElseExpr | SumExpr | ProductExpr | NegExpr | ListExpr | RecordExpr;
}

/// An operator of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    LessEquals,
    /// `>`
    Greater,
    /// `>=`
    GreaterEquals,
    /// `in`
    In,
}

impl<'t> CompareOp<'t> {
    /// Which operator it is.
    pub fn comparison(&self) -> Option<Comparison> {
        let mut kinds = self
            .syntax
            .children_with_tokens()
            .map(|element| element.kind())
            .filter(|kind| !kind.is_trivia());
        Some(match kinds.next()? {
            SyntaxKind::KwIs if kinds.any(|kind| kind == SyntaxKind::KwNot) => Comparison::IsNot,
            SyntaxKind::KwIs => Comparison::Is,
            SyntaxKind::KwIn => Comparison::In,
            SyntaxKind::Less => Comparison::Less,
            SyntaxKind::LessEquals => Comparison::LessEquals,
            SyntaxKind::Greater => Comparison::Greater,
            SyntaxKind::GreaterEquals => Comparison::GreaterEquals,
            _ => return None,
        })
    }
}

impl<'t> SumExpr<'t> {
    /// The `+` and `-` between the operands.
    pub fn operators(&self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        self.syntax
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .filter(|token| matches!(token.kind(), SyntaxKind::Plus | SyntaxKind::Minus))
    }
}

impl<'t> ProductExpr<'t> {
    /// The `*` and `/` between the operands.
    pub fn operators(&self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        self.syntax
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .filter(|token| matches!(token.kind(), SyntaxKind::Star | SyntaxKind::Slash))
    }
}
