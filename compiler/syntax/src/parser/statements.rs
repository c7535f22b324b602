//! Statements.

use super::Parser;
use super::recovery::Context;
use crate::error::{Detail, Expected, SyntaxErrorKind};
use crate::kind::SyntaxKind;

/// The tokens that begin statements.
pub(super) const STATEMENT_STARTS: &[SyntaxKind] = &[
    SyntaxKind::KwSay,
    SyntaxKind::KwReply,
    SyntaxKind::KwSubject,
    SyntaxKind::KwAsk,
    SyntaxKind::KwForm,
    SyntaxKind::KwChoose,
    SyntaxKind::KwLet,
    SyntaxKind::KwRemember,
    SyntaxKind::KwForget,
    SyntaxKind::KwCall,
    SyntaxKind::KwIf,
    SyntaxKind::KwMatch,
    SyntaxKind::KwFor,
    SyntaxKind::KwWait,
    SyntaxKind::ArrowToken,
    SyntaxKind::KwRun,
    SyntaxKind::KwStart,
    SyntaxKind::KwReturn,
    SyntaxKind::KwEscalate,
    SyntaxKind::KwFinish,
    SyntaxKind::KwAgain,
    SyntaxKind::KwBack,
    SyntaxKind::KwVary,
    SyntaxKind::KwStage,
    SyntaxKind::KwTag,
    SyntaxKind::KwTrack,
    SyntaxKind::KwNote,
    SyntaxKind::KwTell,
    SyntaxKind::KwConsent,
    SyntaxKind::KwVerify,
    SyntaxKind::KwIdentify,
];

const MATCH: Context = Context {
    place: "a `match`",
    entry: "a value or `otherwise`",
    starts: &[SyntaxKind::KwOtherwise],
    unique: &[SyntaxKind::OtherwiseItem],
    named: true,
};

const WAIT_FOR: Context = Context {
    place: "a `wait for`",
    entry: "`otherwise`",
    starts: &[SyntaxKind::KwOtherwise],
    unique: &[SyntaxKind::OtherwiseItem],
    named: false,
};

const ARMS: Context = Context {
    place: "a `vary`",
    entry: "an arm",
    starts: &[],
    unique: &[],
    named: true,
};

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwSay => (SyntaxKind::SayStmt, Self::say_body),
            SyntaxKind::KwReply => (SyntaxKind::ReplyStmt, Self::reply_body),
            SyntaxKind::KwSubject => (SyntaxKind::SubjectStmt, Self::text),
            SyntaxKind::KwAsk if self.asks_queue() => (SyntaxKind::AskQueueStmt, Self::ask_queue_body),
            SyntaxKind::KwAsk => (SyntaxKind::AskStmt, Self::ask_body),
            SyntaxKind::KwForm => (SyntaxKind::FormStmt, |p| {
                p.name();
                p.forms += 1;
                p.block();
                p.forms -= 1;
            }),
            SyntaxKind::KwChoose => (SyntaxKind::ChooseStmt, Self::choose_body),
            SyntaxKind::KwLet => (SyntaxKind::LetStmt, Self::let_body),
            SyntaxKind::KwRemember => (SyntaxKind::RememberStmt, |p| {
                p.customer_ref();
                p.expect(SyntaxKind::Equals);
                p.expr();
            }),
            SyntaxKind::KwForget => (SyntaxKind::ForgetStmt, Self::customer_ref),
            SyntaxKind::KwCall => {
                self.check_form(SyntaxKind::CallStmt);
                self.node(SyntaxKind::CallStmt, Self::call);
                return Some(SyntaxKind::CallStmt);
            }
            SyntaxKind::KwIf => (SyntaxKind::IfStmt, Self::if_body),
            SyntaxKind::KwMatch => (SyntaxKind::MatchStmt, |p| {
                p.expr();
                p.braces(&MATCH, Self::match_entry);
            }),
            SyntaxKind::KwFor => (SyntaxKind::ForStmt, |p| {
                p.expect(SyntaxKind::KwEach);
                p.name();
                p.expect(SyntaxKind::KwIn);
                p.expr();
                p.optional_limit();
                p.block();
            }),
            SyntaxKind::KwWait if self.ahead(1) == SyntaxKind::KwFor => {
                (SyntaxKind::WaitForStmt, Self::wait_for_body)
            }
            SyntaxKind::KwWait => (SyntaxKind::WaitStmt, |p| {
                if p.at(SyntaxKind::Duration) {
                    p.checked(SyntaxKind::Duration);
                } else {
                    p.error_expected(&[
                        Expected::Token(SyntaxKind::Duration),
                        Expected::Token(SyntaxKind::KwFor),
                    ]);
                }
            }),
            SyntaxKind::ArrowToken => {
                self.check_form(SyntaxKind::Arrow);
                self.arrow();
                return Some(SyntaxKind::Arrow);
            }
            SyntaxKind::KwRun
            | SyntaxKind::KwStart
            | SyntaxKind::KwReturn
            | SyntaxKind::KwEscalate
            | SyntaxKind::KwFinish
            | SyntaxKind::KwAgain
            | SyntaxKind::KwBack => {
                self.check_form(SyntaxKind::RunStmt);
                return Some(self.leaving_statement());
            }
            SyntaxKind::KwVary => (SyntaxKind::VaryStmt, |p| {
                p.path();
                p.braces(&ARMS, Self::arm);
            }),
            SyntaxKind::KwStage => (SyntaxKind::StageStmt, Self::name),
            SyntaxKind::KwTag => (SyntaxKind::TagStmt, Self::text),
            SyntaxKind::KwTrack => (SyntaxKind::TrackStmt, |p| {
                p.path();
                p.optional_args();
            }),
            SyntaxKind::KwNote => (SyntaxKind::NoteStmt, Self::text),
            SyntaxKind::KwTell => (SyntaxKind::TellStmt, |p| {
                p.expect(SyntaxKind::KwQueue);
                p.name();
                p.text();
            }),
            SyntaxKind::KwConsent => (SyntaxKind::ConsentStmt, |p| {
                p.name();
                p.one_of_words(&[SyntaxKind::KwGranted, SyntaxKind::KwWithdrawn]);
                if p.at(SyntaxKind::KwOn) {
                    p.keyword_node(SyntaxKind::OnClause, Self::names);
                }
            }),
            SyntaxKind::KwVerify => (SyntaxKind::VerifyStmt, Self::verify_body),
            SyntaxKind::KwIdentify => (SyntaxKind::IdentifyStmt, |p| {
                p.expect(SyntaxKind::KwBy);
                p.customer_ref();
            }),
            _ => return None,
        };
        self.check_form(kind);
        Some(self.keyword_node(kind, body))
    }

    /// In a form stand only questions, messages, decisions and lookups.
    fn check_form(&mut self, kind: SyntaxKind) {
        let fits = matches!(
            kind,
            SyntaxKind::AskStmt
                | SyntaxKind::SayStmt
                | SyntaxKind::IfStmt
                | SyntaxKind::LetStmt
                | SyntaxKind::CallStmt
        );
        if self.forms > 0 && !fits {
            let mut error = self.error_here(SyntaxErrorKind::WrongPlace);
            error.detail = Detail::In("a form");
            error.expected = [
                SyntaxKind::KwAsk,
                SyntaxKind::KwSay,
                SyntaxKind::KwIf,
                SyntaxKind::KwLet,
            ]
            .map(Expected::Token)
            .to_vec();
            self.remark(error);
        }
    }

    /// The statements that are targets too.
    pub(super) fn leaving_statement(&mut self) -> SyntaxKind {
        match self.kind {
            SyntaxKind::KwRun => self.keyword_node(SyntaxKind::RunStmt, Self::flow_call),
            SyntaxKind::KwStart => self.start_stmt(),
            SyntaxKind::KwEscalate => self.keyword_node(SyntaxKind::EscalateStmt, |p| {
                p.expect(SyntaxKind::KwTo);
                p.path();
            }),
            SyntaxKind::KwFinish => self.keyword_node(SyntaxKind::FinishStmt, |p| {
                p.node(SyntaxKind::Outcome, |p| {
                    p.one_of_words(&[
                        SyntaxKind::KwResolved,
                        SyntaxKind::KwUnresolved,
                        SyntaxKind::KwAbandoned,
                    ]);
                });
                if p.eat(SyntaxKind::KwAs) {
                    p.name();
                }
            }),
            SyntaxKind::KwReturn => self.keyword_node(SyntaxKind::ReturnStmt, |p| {
                if p.at_expr() {
                    p.expr();
                }
            }),
            SyntaxKind::KwAgain => self.keyword_node(SyntaxKind::AgainStmt, |_| {}),
            _ => self.keyword_node(SyntaxKind::BackStmt, |_| {}),
        }
    }

    pub(super) fn start_stmt(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::StartStmt, Self::flow_call)
    }

    fn flow_call(&mut self) {
        self.path();
        self.optional_args();
    }

    fn let_body(&mut self) {
        self.name();
        self.expect(SyntaxKind::Equals);
        match self.kind {
            SyntaxKind::KwCall => self.call(),
            SyntaxKind::KwRun => {
                self.leaving_statement();
            }
            _ => self.expr(),
        }
    }

    fn if_body(&mut self) {
        self.expr();
        if !self.at(SyntaxKind::OpenBrace) {
            return self.way();
        }
        self.block();
        loop {
            // `else` may stand on a line of its own; the formatter puts it behind the brace.
            let on_this_line = self.at(SyntaxKind::KwElse);
            if !(on_this_line || self.at(SyntaxKind::Newline) && self.else_follows()) {
                return;
            }
            while self.eat(SyntaxKind::Newline) {}
            if self.ahead(1) == SyntaxKind::KwIf {
                self.start(SyntaxKind::ElseIf);
                self.bump();
                self.bump();
                self.expr();
                self.block();
                self.finish();
            } else {
                self.keyword_node(SyntaxKind::ElseBranch, Self::way);
                return;
            }
        }
    }

    /// Whether the next thing behind line ends is `else`.
    fn else_follows(&self) -> bool {
        let mut behind = self.tokens[self.position..].iter().map(|token| token.kind);
        behind.find(|kind| !kind.is_trivia() && *kind != SyntaxKind::Newline) == Some(SyntaxKind::KwElse)
    }

    fn match_entry(&mut self) -> Option<SyntaxKind> {
        if self.at(SyntaxKind::KwOtherwise) {
            return Some(self.otherwise_item());
        }
        let begins = self.at_word()
            || self.at_literal()
            || matches!(self.kind, SyntaxKind::TextOpen | SyntaxKind::Minus);
        if !begins {
            return None;
        }
        self.start(SyntaxKind::MatchCase);
        self.pattern();
        while self.eat_comma() {
            self.pattern();
        }
        self.way();
        self.finish();
        Some(SyntaxKind::MatchCase)
    }

    fn pattern(&mut self) {
        self.start(SyntaxKind::Pattern);
        match self.kind {
            SyntaxKind::KwKnown => self.bump(),
            SyntaxKind::TextOpen => self.text(),
            SyntaxKind::Minus => {
                self.bump();
                self.literal();
            }
            _ if self.at_literal() => self.literal(),
            _ if self.at_word() => self.path(),
            _ => self.error_expected(&[Expected::Some("a value")]),
        }
        self.finish();
    }

    fn wait_for_body(&mut self) {
        self.bump();
        self.path();
        self.optional_if_clause();
        if self.eat(SyntaxKind::KwAs) {
            self.name();
        }
        if self.eat(SyntaxKind::KwWithin) {
            self.checked(SyntaxKind::Duration);
        }
        self.optional_braces(&WAIT_FOR, |p| {
            p.at(SyntaxKind::KwOtherwise).then(|| p.otherwise_item())
        });
    }

    fn arm(&mut self) -> Option<SyntaxKind> {
        if !self.at_word() {
            return None;
        }
        self.start(SyntaxKind::Arm);
        self.name();
        self.way();
        self.finish();
        Some(SyntaxKind::Arm)
    }
}
