//! Types, names, paths and lists of names.

use super::{Parser, words};
use crate::error::{Expected, SyntaxErrorKind};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// A name that is declared, or meant by itself.
    pub(super) fn name(&mut self) {
        if !self.at_word() {
            return self.error_expected(&[Expected::Token(SyntaxKind::Name)]);
        }
        if words::is_hard(self.kind) || words::is_soft(self.kind) {
            let error = self.error_here(SyntaxErrorKind::ReservedName);
            self.report(error);
        }
        self.bump_as(SyntaxKind::Name);
    }

    /// A name before a colon.
    pub(super) fn label(&mut self) {
        if !self.at_word() {
            return self.error_expected(&[Expected::Token(SyntaxKind::Name)]);
        }
        if words::is_hard(self.kind) {
            let error = self.error_here(SyntaxErrorKind::ReservedName);
            self.report(error);
        }
        self.bump_as(SyntaxKind::Name);
    }

    /// A name behind a dot, where any word goes.
    pub(super) fn field_name(&mut self) {
        if self.at_word() {
            self.bump_as(SyntaxKind::Name);
        } else {
            self.error_expected(&[Expected::Token(SyntaxKind::Name)]);
        }
    }

    pub(super) fn at_name(&self) -> bool {
        words::is_name(self.kind)
    }

    pub(super) fn path(&mut self) {
        self.start(SyntaxKind::Path);
        self.name();
        while self.eat(SyntaxKind::Dot) {
            self.field_name();
        }
        self.finish();
    }

    /// A comma between the parts of a setting; a line that ends in one goes on.
    pub(super) fn eat_comma(&mut self) -> bool {
        let at = self.eat(SyntaxKind::Comma);
        if at {
            while self.eat(SyntaxKind::Newline) {}
        }
        at
    }

    pub(super) fn names(&mut self) {
        self.name();
        while self.eat_comma() {
            self.name();
        }
    }

    pub(super) fn type_expr(&mut self) {
        let checkpoint = self.checkpoint();
        self.deeper(Self::base_type);
        if self.at(SyntaxKind::Question) {
            self.start_at(checkpoint, SyntaxKind::OptionalType);
            self.bump();
            self.finish();
        }
    }

    fn base_type(&mut self) {
        match self.kind {
            SyntaxKind::OpenParen => self.paren_type(),
            SyntaxKind::KwList if self.ahead(1) == SyntaxKind::KwOf => {
                self.start(SyntaxKind::ListType);
                self.bump();
                self.bump();
                self.deeper(Self::base_type);
                self.finish();
            }
            _ if self.at_word() => {
                self.start(SyntaxKind::NamedType);
                self.path();
                self.finish();
            }
            _ => self.error_expected(&[Expected::Some("a type")]),
        }
    }

    fn paren_type(&mut self) {
        let open = self.range_of(self.position);
        let checkpoint = self.checkpoint();
        self.open_bracket();
        if self.at_word() && self.ahead(1) == SyntaxKind::Colon {
            self.start_at(checkpoint, SyntaxKind::RecordType);
            self.list(SyntaxKind::CloseParen, |parser| {
                parser.start(SyntaxKind::RecordTypeField);
                parser.label();
                parser.expect(SyntaxKind::Colon);
                parser.type_expr();
                parser.finish();
            });
        } else {
            self.start_at(checkpoint, SyntaxKind::ParenType);
            self.type_expr();
        }
        self.close_bracket(SyntaxKind::CloseParen, open);
        self.finish();
    }

    /// Elements with commas between them, up to a closing bracket; the last comma may stay.
    pub(super) fn list(&mut self, close: SyntaxKind, element: fn(&mut Self)) {
        while !self.at(close) && !self.at(SyntaxKind::Eof) {
            let before = self.position;
            element(self);
            if self.position == before || !self.eat(SyntaxKind::Comma) {
                break;
            }
        }
    }

    pub(super) fn optional_params(&mut self) {
        if !self.at(SyntaxKind::OpenParen) {
            return;
        }
        self.start(SyntaxKind::Params);
        let open = self.range_of(self.position);
        self.open_bracket();
        self.list(SyntaxKind::CloseParen, |parser| {
            parser.start(SyntaxKind::Param);
            parser.typed_label();
            parser.finish();
        });
        self.close_bracket(SyntaxKind::CloseParen, open);
        self.finish();
    }

    /// `a: T sensitive = value`, of a field or a parameter.
    pub(super) fn typed_label(&mut self) {
        self.label();
        self.expect(SyntaxKind::Colon);
        self.type_expr();
        self.eat(SyntaxKind::KwSensitive);
        if self.eat(SyntaxKind::Equals) {
            self.expr();
        }
    }

    pub(super) fn language_code(&mut self) {
        let is_code =
            |text: &str| (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !(self.at_word() && is_code(self.current_text())) {
            return self.error_expected(&[Expected::Token(SyntaxKind::LanguageCode)]);
        }
        self.start(SyntaxKind::LanguageCode);
        self.bump_as(SyntaxKind::Word);
        while self.at_language_subtag() {
            self.bump();
            self.bump_as(SyntaxKind::Word);
        }
        self.finish();
    }

    /// Whether `-BR` follows, without a space.
    fn at_language_subtag(&self) -> bool {
        if !(self.at(SyntaxKind::Minus)
            && self.position == self.emitted
            && self.position + 1 < self.tokens.len())
        {
            return false;
        }
        let text = self.text_of(self.position + 1);
        match self.tokens[self.position + 1].kind {
            SyntaxKind::Integer => text.len() == 3,
            kind if kind.is_word() => {
                (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
            }
            _ => false,
        }
    }

    pub(super) fn currency(&mut self) {
        if self.at_currency() {
            self.bump_as(SyntaxKind::Currency);
        } else {
            self.error_expected(&[Expected::Token(SyntaxKind::Currency)]);
        }
    }

    pub(super) fn at_currency(&self) -> bool {
        self.at(SyntaxKind::Word) && {
            let text = self.current_text();
            text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
        }
    }
}
