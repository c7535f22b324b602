//! Flows, steps, `always`, handlers, ways and targets.

use super::recovery::Context;
use super::statements::STATEMENT_STARTS;
use super::{ArrowPlace, Parser, words};
use crate::error::{Detail, Expected, SyntaxErrorKind};
use crate::kind::SyntaxKind;

const FLOW: Context = Context {
    place: "a flow",
    entry: "a statement, `on` or `step`",
    starts: FLOW_STARTS,
    unique: &[],
    named: false,
};

const STEP: Context = Context {
    place: "a step",
    entry: "a statement or `on`",
    starts: BODY_STARTS,
    unique: &[],
    named: false,
};

const ALWAYS: Context = Context {
    place: "`always`",
    entry: "`on` or `if`",
    starts: &[SyntaxKind::KwOn, SyntaxKind::KwIf],
    unique: &[],
    named: false,
};

const BLOCK: Context = Context {
    place: "a block",
    entry: "a statement",
    starts: STATEMENT_STARTS,
    unique: &[],
    named: false,
};

const UNCLEAR: Context = Context {
    place: "the block of `on unclear`",
    entry: "a statement or `tries`",
    starts: UNCLEAR_STARTS,
    unique: &[],
    named: false,
};

const FLOW_STARTS: &[SyntaxKind] =
    &concat_starts::<{ STATEMENT_STARTS.len() + 2 }>(&[SyntaxKind::KwOn, SyntaxKind::KwStep]);
const BODY_STARTS: &[SyntaxKind] = &concat_starts::<{ STATEMENT_STARTS.len() + 1 }>(&[SyntaxKind::KwOn]);
const UNCLEAR_STARTS: &[SyntaxKind] =
    &concat_starts::<{ STATEMENT_STARTS.len() + 1 }>(&[SyntaxKind::KwTries]);

/// The keywords of statements, and some more.
const fn concat_starts<const N: usize>(more: &[SyntaxKind]) -> [SyntaxKind; N] {
    let mut starts = [SyntaxKind::KwSay; N];
    let mut index = 0;
    while index < N {
        starts[index] = if index < STATEMENT_STARTS.len() {
            STATEMENT_STARTS[index]
        } else {
            more[index - STATEMENT_STARTS.len()]
        };
        index += 1;
    }
    starts
}

impl Parser<'_> {
    pub(super) fn flow_body(&mut self) {
        self.name();
        self.optional_params();
        loop {
            match self.kind {
                SyntaxKind::KwGives => self.keyword_node(SyntaxKind::GivesClause, Self::type_expr),
                SyntaxKind::KwOpen => self.keyword_node(SyntaxKind::OpenClause, |p| {
                    p.expect(SyntaxKind::KwTo);
                    p.expect(SyntaxKind::KwOperators);
                }),
                _ => break,
            };
        }
        self.steps_began = false;
        self.braces(&FLOW, Self::flow_entry);
    }

    fn flow_entry(&mut self) -> Option<SyntaxKind> {
        if self.at(SyntaxKind::KwStep) {
            let kind = self.keyword_node(SyntaxKind::Step, |p| {
                p.name();
                p.braces(&STEP, Self::body_entry);
            });
            self.steps_began = true;
            return Some(kind);
        }
        let position = self.position;
        if self.steps_began && (self.at(SyntaxKind::KwOn) || STATEMENT_STARTS.contains(&self.kind)) {
            let mut error = self.error_here(SyntaxErrorKind::WrongPlace);
            error.detail = Detail::Sentence(
                "In a flow, statements and handlers stand before the first step; here a step has ended already.",
            );
            self.report(error);
            // Once a flow is enough: it is one step that stands too early, however much comes behind it.
            self.steps_began = false;
        }
        let kind = self.body_entry();
        debug_assert!(
            kind.is_none() || self.position > position,
            "an entry takes at least its keyword"
        );
        kind
    }

    fn body_entry(&mut self) -> Option<SyntaxKind> {
        if self.at(SyntaxKind::KwOn) {
            Some(self.handler())
        } else {
            self.statement()
        }
    }

    pub(super) fn always_body(&mut self) {
        self.braces(&ALWAYS, |p| match p.kind {
            SyntaxKind::KwOn => Some(p.handler()),
            SyntaxKind::KwIf => Some(p.keyword_node(SyntaxKind::IfHandler, |p| {
                p.expr();
                p.way();
            })),
            _ => None,
        });
    }

    fn handler(&mut self) -> SyntaxKind {
        let kind = match self.ahead(1) {
            SyntaxKind::KwSilence => SyntaxKind::SilenceHandler,
            SyntaxKind::KwFailed => SyntaxKind::FailedHandler,
            SyntaxKind::KwUnclear => SyntaxKind::UnclearHandler,
            SyntaxKind::KwChanged => SyntaxKind::ChangedHandler,
            SyntaxKind::KwEvent => SyntaxKind::EventHandler,
            _ => SyntaxKind::IntentHandler,
        };
        self.keyword_node(kind, |p| {
            if kind != SyntaxKind::IntentHandler {
                p.bump();
            }
            match kind {
                SyntaxKind::SilenceHandler => p.timed_way(),
                SyntaxKind::FailedHandler => p.way(),
                SyntaxKind::UnclearHandler => p.unclear_way(),
                SyntaxKind::ChangedHandler => {
                    p.name();
                    p.way();
                }
                SyntaxKind::EventHandler => {
                    p.path();
                    p.optional_if_clause();
                    p.way();
                }
                _ => {
                    p.path();
                    p.optional_bindings();
                    p.optional_if_clause();
                    p.way();
                }
            }
        })
    }

    fn unclear_way(&mut self) {
        if self.at(SyntaxKind::ArrowToken) {
            return self.arrow();
        }
        if !self.at(SyntaxKind::OpenBrace) {
            return self.error_expected(&[
                Expected::Token(SyntaxKind::ArrowToken),
                Expected::Token(SyntaxKind::OpenBrace),
            ]);
        }
        self.start(SyntaxKind::UnclearBlock);
        self.braces(&UNCLEAR, |p| {
            if p.at(SyntaxKind::KwTries) {
                Some(p.tries_item())
            } else {
                p.statement()
            }
        });
        self.finish();
    }

    fn optional_bindings(&mut self) {
        if !self.at(SyntaxKind::OpenParen) {
            return;
        }
        self.start(SyntaxKind::Bindings);
        let open = self.range_of(self.position);
        self.open_bracket();
        self.list(SyntaxKind::CloseParen, Self::name);
        self.close_bracket(SyntaxKind::CloseParen, open);
        self.finish();
    }

    pub(super) fn optional_if_clause(&mut self) {
        if self.at(SyntaxKind::KwIf) {
            self.keyword_node(SyntaxKind::IfClause, Self::expr);
        }
    }

    /// An arrow or a block, which has to stand here.
    pub(super) fn way(&mut self) {
        if !self.at_way() {
            self.error_expected(&[
                Expected::Token(SyntaxKind::ArrowToken),
                Expected::Token(SyntaxKind::OpenBrace),
            ]);
            self.skip_to_header();
        }
        match self.kind {
            SyntaxKind::ArrowToken => self.arrow(),
            SyntaxKind::OpenBrace => self.block(),
            _ => {}
        }
    }

    pub(super) fn at_way(&self) -> bool {
        matches!(self.kind, SyntaxKind::ArrowToken | SyntaxKind::OpenBrace)
    }

    pub(super) fn block(&mut self) {
        if !self.at(SyntaxKind::OpenBrace) {
            self.error_expected(&[Expected::Token(SyntaxKind::OpenBrace)]);
            self.skip_to(&[SyntaxKind::OpenBrace]);
            if !self.at(SyntaxKind::OpenBrace) {
                return;
            }
        }
        self.start(SyntaxKind::Block);
        self.braces(&BLOCK, Self::statement);
        self.finish();
    }

    pub(super) fn expect_arrow(&mut self) {
        if self.at(SyntaxKind::ArrowToken) {
            self.arrow();
        } else {
            self.error_expected(&[Expected::Token(SyntaxKind::ArrowToken)]);
        }
    }

    pub(super) fn arrow(&mut self) {
        self.start(SyntaxKind::Arrow);
        self.bump();
        self.target();
        while self.eat(SyntaxKind::KwThen) {
            self.target();
        }
        self.finish();
    }

    fn target(&mut self) {
        match self.kind {
            SyntaxKind::KwRun
            | SyntaxKind::KwStart
            | SyntaxKind::KwEscalate
            | SyntaxKind::KwFinish
            | SyntaxKind::KwReturn
            | SyntaxKind::KwAgain
            | SyntaxKind::KwBack => {
                self.leaving_statement();
            }
            SyntaxKind::KwQueue if words::is_name(self.ahead(1)) => {
                self.check_arrow(
                    ArrowPlace::Escalation,
                    "Only the ways of an escalation go on to a queue.",
                );
                self.keyword_node(SyntaxKind::QueueTarget, Self::name);
            }
            SyntaxKind::KwNext if self.ahead(1) == SyntaxKind::KwChannel => {
                self.check_arrow(
                    ArrowPlace::Unread,
                    "Only `unread` and `undelivered` in a trigger go on to the next channel.",
                );
                self.keyword_node(SyntaxKind::NextChannelTarget, Self::bump);
            }
            _ if self.at_word() => {
                self.start(SyntaxKind::StepTarget);
                self.name();
                self.finish();
            }
            _ => self.error_expected(&[Expected::Some(
                "a step, `run`, `start`, `escalate to`, `finish`, `return`, `again` or `back`",
            )]),
        }
    }

    fn check_arrow(&mut self, place: ArrowPlace, sentence: &'static str) {
        if self.arrows != place {
            let mut error = self.error_here(SyntaxErrorKind::WrongPlace);
            error.detail = Detail::Sentence(sentence);
            self.remark(error);
        }
    }
}
