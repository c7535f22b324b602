//! Expressions, from the loosest operator to the tightest. A chain of one operator is one node.

use super::{Parser, words};
use crate::ast;
use crate::error::{Detail, Expected, SyntaxErrorKind};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    pub(super) fn expr(&mut self) {
        self.deeper(Self::or_level);
    }

    fn or_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.and_level();
        if self.at(SyntaxKind::KwOr) {
            self.start_at(checkpoint, SyntaxKind::OrExpr);
            while self.eat(SyntaxKind::KwOr) {
                self.and_level();
            }
            self.finish();
        }
    }

    fn and_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.not_level();
        if self.at(SyntaxKind::KwAnd) {
            self.start_at(checkpoint, SyntaxKind::AndExpr);
            while self.eat(SyntaxKind::KwAnd) {
                self.not_level();
            }
            self.finish();
        }
    }

    fn not_level(&mut self) {
        if self.at(SyntaxKind::KwNot) {
            self.start(SyntaxKind::NotExpr);
            self.bump();
            self.deeper(Self::not_level);
            self.finish();
        } else {
            self.compare_level();
        }
    }

    fn compare_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.else_level();
        match self.kind {
            SyntaxKind::KwIs => {
                self.start_at(checkpoint, SyntaxKind::CompareExpr);
                let tests = matches!(self.ahead(1), SyntaxKind::KwKnown | SyntaxKind::KwUnknown);
                if tests {
                    self.start(SyntaxKind::KnownTest);
                    self.bump();
                    self.bump();
                    self.finish();
                } else {
                    self.start(SyntaxKind::CompareOp);
                    self.bump();
                    self.eat(SyntaxKind::KwNot);
                    self.finish();
                    self.else_level();
                }
                self.finish();
            }
            SyntaxKind::KwIn
            | SyntaxKind::Less
            | SyntaxKind::LessEquals
            | SyntaxKind::Greater
            | SyntaxKind::GreaterEquals => {
                self.start_at(checkpoint, SyntaxKind::CompareExpr);
                self.start(SyntaxKind::CompareOp);
                self.bump();
                self.finish();
                self.else_level();
                self.finish();
            }
            SyntaxKind::Equals => {
                self.sentence(
                    SyntaxErrorKind::UnexpectedWord,
                    "Values are compared with `is`, not with `=`.",
                );
            }
            _ => {}
        }
    }

    fn else_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.sum_level();
        if self.at(SyntaxKind::KwElse) {
            self.start_at(checkpoint, SyntaxKind::ElseExpr);
            while self.eat(SyntaxKind::KwElse) {
                self.sum_level();
            }
            self.finish();
        }
    }

    fn sum_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.product_level();
        if matches!(self.kind, SyntaxKind::Plus | SyntaxKind::Minus) {
            self.start_at(checkpoint, SyntaxKind::SumExpr);
            while matches!(self.kind, SyntaxKind::Plus | SyntaxKind::Minus) {
                self.bump();
                self.product_level();
            }
            self.finish();
        }
    }

    fn product_level(&mut self) {
        let checkpoint = self.checkpoint();
        self.unary();
        if matches!(self.kind, SyntaxKind::Star | SyntaxKind::Slash) {
            self.start_at(checkpoint, SyntaxKind::ProductExpr);
            while matches!(self.kind, SyntaxKind::Star | SyntaxKind::Slash) {
                self.bump();
                self.unary();
            }
            self.finish();
        }
    }

    fn unary(&mut self) {
        if self.at(SyntaxKind::Minus) {
            self.start(SyntaxKind::NegExpr);
            self.bump();
            self.deeper(Self::unary);
            self.finish();
            return;
        }
        let checkpoint = self.checkpoint();
        self.primary();
        if self.at(SyntaxKind::Dot) {
            self.start_at(checkpoint, SyntaxKind::FieldExpr);
            while self.eat(SyntaxKind::Dot) {
                self.field_name();
            }
            self.finish();
        }
    }

    /// Whether an expression begins here.
    pub(super) fn at_expr(&self) -> bool {
        match self.kind {
            SyntaxKind::TextOpen
            | SyntaxKind::OpenParen
            | SyntaxKind::OpenSquare
            | SyntaxKind::Minus
            | SyntaxKind::KwNot => true,
            _ => self.at_literal() || self.at_operand_word(),
        }
    }

    fn at_operand_word(&self) -> bool {
        self.at_word() && (!words::is_hard(self.kind) || words::is_root(self.kind))
    }

    fn primary(&mut self) {
        match self.kind {
            SyntaxKind::TextOpen => self.text(),
            SyntaxKind::OpenParen => self.paren_expr(),
            SyntaxKind::OpenSquare => {
                self.start(SyntaxKind::ListExpr);
                let open = self.range_of(self.position);
                self.open_bracket();
                self.list(SyntaxKind::CloseSquare, Self::expr);
                self.close_bracket(SyntaxKind::CloseSquare, open);
                self.finish();
            }
            _ if self.at_literal() => self.literal(),
            _ if self.at_operand_word() => {
                let root = words::is_root(self.kind);
                if !root && self.ahead(1) == SyntaxKind::OpenParen {
                    self.start(SyntaxKind::FunctionExpr);
                    self.bump_as(SyntaxKind::Name);
                    self.args();
                } else {
                    self.start(SyntaxKind::NameExpr);
                    self.bump_as(SyntaxKind::Name);
                }
                self.finish();
            }
            _ => self.error_expected(&[Expected::Some("a value")]),
        }
    }

    fn paren_expr(&mut self) {
        let open = self.range_of(self.position);
        let checkpoint = self.checkpoint();
        self.open_bracket();
        if self.at_word() && self.ahead(1) == SyntaxKind::Colon {
            self.start_at(checkpoint, SyntaxKind::RecordExpr);
            self.list(SyntaxKind::CloseParen, |parser| {
                parser.start(SyntaxKind::RecordField);
                parser.label();
                parser.expect(SyntaxKind::Colon);
                parser.expr();
                parser.finish();
            });
        } else {
            self.start_at(checkpoint, SyntaxKind::ParenExpr);
            self.expr();
        }
        self.close_bracket(SyntaxKind::CloseParen, open);
        self.finish();
    }

    /// Arguments, which have to stand here.
    pub(super) fn args(&mut self) {
        if !self.at(SyntaxKind::OpenParen) {
            return self.error_expected(&[Expected::Token(SyntaxKind::OpenParen)]);
        }
        self.start(SyntaxKind::Args);
        let open = self.range_of(self.position);
        self.open_bracket();
        self.list(SyntaxKind::CloseParen, |parser| {
            parser.start(SyntaxKind::Arg);
            if parser.at_word() && parser.ahead(1) == SyntaxKind::Colon {
                parser.label();
                parser.bump();
            }
            parser.expr();
            parser.finish();
        });
        self.close_bracket(SyntaxKind::CloseParen, open);
        self.finish();
    }

    pub(super) fn optional_args(&mut self) {
        if self.at(SyntaxKind::OpenParen) {
            self.args();
        }
    }

    pub(super) fn at_literal(&self) -> bool {
        matches!(
            self.kind,
            SyntaxKind::Integer
                | SyntaxKind::Decimal
                | SyntaxKind::Percent
                | SyntaxKind::Duration
                | SyntaxKind::Time
                | SyntaxKind::Date
                | SyntaxKind::KwYes
                | SyntaxKind::KwNo
                | SyntaxKind::KwUnknown
        )
    }

    pub(super) fn literal(&mut self) {
        if !self.at_literal() {
            return self.error_expected(&[Expected::Some("a fixed value")]);
        }
        self.start(SyntaxKind::Literal);
        let number = matches!(self.kind, SyntaxKind::Integer | SyntaxKind::Decimal);
        self.checked(self.kind);
        if number && self.at_currency() {
            self.bump_as(SyntaxKind::Currency);
        }
        self.finish();
    }

    /// A token of a literal that has to stand here; a value out of bounds is a mistake beyond the grammar.
    pub(super) fn checked(&mut self, kind: SyntaxKind) {
        if !self.at(kind) {
            return self.error_expected(&[Expected::Token(kind)]);
        }
        let text = self.current_text();
        let sentence = match kind {
            SyntaxKind::Date if ast::date(text).is_none() => "There is no such day.",
            SyntaxKind::Time if ast::time(text).is_none() => "There is no such time of day.",
            SyntaxKind::Duration if ast::duration_seconds(text).is_none() => "This is longer than ten years.",
            SyntaxKind::Integer if text.len() > 18 => "This number is too large.",
            SyntaxKind::Decimal | SyntaxKind::Percent if text.len() > 30 => "This number is too long.",
            _ => return self.bump(),
        };
        let mut error = self.error_here(SyntaxErrorKind::BadLiteral);
        error.detail = Detail::Sentence(sentence);
        self.remark(error);
        self.bump();
    }
}
