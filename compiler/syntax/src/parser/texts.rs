//! Texts, their holes, and filters.

use super::{HOLE_LIMIT, Parser};
use crate::error::{Detail, Expected, Found, SyntaxError, SyntaxErrorKind};
use crate::kind::SyntaxKind;
use rowan::TextRange;

impl Parser<'_> {
    /// A text that has to stand here.
    pub(super) fn text(&mut self) {
        if !self.at(SyntaxKind::TextOpen) {
            self.error_expected(&[Expected::Token(SyntaxKind::TextOpen)]);
            self.skip_to_header();
            if !self.at(SyntaxKind::TextOpen) {
                return;
            }
        }
        self.start(SyntaxKind::Text);
        let open = self.range_of(self.position);
        self.bump();
        loop {
            match self.kind {
                SyntaxKind::TextChunk | SyntaxKind::TextEscape => self.bump(),
                SyntaxKind::BadEscape => {
                    self.sentence(
                        SyntaxErrorKind::BadLiteral,
                        "A backslash stands only before `\"`, `{`, `n` or another backslash.",
                    );
                    self.bump();
                }
                SyntaxKind::HoleOpen => self.hole(),
                SyntaxKind::TextClose => {
                    self.bump();
                    break;
                }
                _ => {
                    self.unclosed_text(open);
                    break;
                }
            }
        }
        self.finish();
    }

    fn unclosed_text(&mut self, open: TextRange) {
        let end = self.previous_end();
        self.report(SyntaxError {
            kind: SyntaxErrorKind::UnclosedText,
            range: TextRange::new(open.start(), end.max(open.end())),
            found: Found::Nothing,
            expected: vec![Expected::Token(SyntaxKind::TextClose)],
            detail: Detail::Sentence("This text is not closed: a quote is missing."),
            related: Vec::new(),
            fix: None,
            beyond_grammar: false,
        });
    }

    fn hole(&mut self) {
        let brackets = std::mem::replace(&mut self.brackets, 0);
        self.start(SyntaxKind::Hole);
        let open = self.range_of(self.position);
        self.holes += 1;
        if self.holes > HOLE_LIMIT {
            let mut error = self.error_here(SyntaxErrorKind::NestedTooDeep);
            error.detail = Detail::Sentence("Holes stand at most three deep within each other.");
            self.remark(error);
        }
        self.bump();
        self.expr();
        while self.at(SyntaxKind::Pipe) {
            self.filter();
        }
        if !self.at(SyntaxKind::HoleClose) {
            self.unclosed_hole(open);
        }
        self.holes -= 1;
        self.brackets = brackets;
        if self.at(SyntaxKind::HoleClose) {
            self.bump();
        } else {
            self.resettle();
        }
        self.finish();
    }

    /// Skips to the end of the hole, if it has one on this line.
    fn unclosed_hole(&mut self, open: TextRange) {
        let mut depth = 0u32;
        let end = self.tokens[self.position..]
            .iter()
            .position(|token| match token.kind {
                SyntaxKind::HoleOpen => {
                    depth += 1;
                    false
                }
                SyntaxKind::HoleClose if depth == 0 => true,
                SyntaxKind::HoleClose => {
                    depth -= 1;
                    false
                }
                SyntaxKind::Newline | SyntaxKind::Eof => true,
                _ => false,
            });
        let end = self.position + end.unwrap_or(0);
        if self.tokens[end].kind == SyntaxKind::HoleClose {
            self.error_expected(&[
                Expected::Token(SyntaxKind::HoleClose),
                Expected::Some("`|` and a filter"),
            ]);
        } else {
            self.report(SyntaxError {
                kind: SyntaxErrorKind::UnclosedText,
                range: open,
                found: Found::Nothing,
                expected: vec![Expected::Token(SyntaxKind::HoleClose)],
                detail: Detail::Sentence(
                    "The hole that begins here is not closed: a `}` is missing. Write `\\{` to say a brace.",
                ),
                related: Vec::new(),
                fix: None,
                beyond_grammar: false,
            });
        }
        if self.position < end {
            self.start(SyntaxKind::Error);
            while self.position < end {
                self.bump();
            }
            self.finish();
        }
    }

    fn filter(&mut self) {
        self.start(SyntaxKind::Filter);
        self.bump();
        self.field_name();
        loop {
            let arm = self.ahead(1) == SyntaxKind::TextOpen;
            match self.kind {
                SyntaxKind::Integer if arm => {
                    self.start(SyntaxKind::FilterArm);
                    self.bump();
                    self.text();
                    self.finish();
                }
                _ if arm && self.at_word() => {
                    self.start(SyntaxKind::FilterArm);
                    self.field_name();
                    self.text();
                    self.finish();
                }
                _ if self.at_literal() => self.literal(),
                _ if self.at_word() => {
                    self.start(SyntaxKind::FilterWord);
                    self.field_name();
                    self.finish();
                }
                _ => break,
            }
        }
        self.finish();
    }
}
