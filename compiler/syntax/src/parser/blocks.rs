//! What stands in `say`, `ask`, `choose`, `call` and `verify`.

use super::Parser;
use super::recovery::Context;
use crate::error::{Expected, SyntaxErrorKind};
use crate::kind::SyntaxKind;

const SAY: Context = Context {
    place: "the block of a message",
    entry: "`image`, `button` or another part of a message",
    starts: &[
        SyntaxKind::KwImage,
        SyntaxKind::KwVideo,
        SyntaxKind::KwFile,
        SyntaxKind::KwAudio,
        SyntaxKind::KwLocation,
        SyntaxKind::KwButton,
        SyntaxKind::KwOn,
        SyntaxKind::KwTemplate,
        SyntaxKind::KwCards,
    ],
    unique: &[],
    named: false,
};

const ONE_OF: Context = Context {
    place: "`one of`",
    entry: "a text in quotes",
    starts: &[],
    unique: &[],
    named: false,
};

const CARDS: Context = Context {
    place: "a card",
    entry: "`title`, `text`, `image` or `button`",
    starts: &[
        SyntaxKind::KwTitle,
        SyntaxKind::KwText,
        SyntaxKind::KwImage,
        SyntaxKind::KwButton,
    ],
    unique: &[SyntaxKind::TitleItem, SyntaxKind::TextItem, SyntaxKind::ImageItem],
    named: false,
};

const ASK: Context = Context {
    place: "the block of a question",
    entry: "`hint`, `invalid`, `silence` or another part of a question",
    starts: &[
        SyntaxKind::KwHint,
        SyntaxKind::KwSuggest,
        SyntaxKind::KwCheck,
        SyntaxKind::KwInvalid,
        SyntaxKind::KwTries,
        SyntaxKind::KwSilence,
        SyntaxKind::KwSkip,
        SyntaxKind::KwAgain,
    ],
    unique: &[
        SyntaxKind::HintItem,
        SyntaxKind::InvalidItem,
        SyntaxKind::SkipItem,
        SyntaxKind::AgainItem,
    ],
    named: false,
};

const ASK_QUEUE: Context = Context {
    place: "the block of `ask queue`",
    entry: "`hint`, `closed` or `nobody`",
    starts: &[SyntaxKind::KwHint, SyntaxKind::KwClosed, SyntaxKind::KwNobody],
    unique: &[SyntaxKind::HintItem, SyntaxKind::ClosedItem],
    named: false,
};

const VERIFY: Context = Context {
    place: "the block of `verify`",
    entry: "`failed`, `tries`, `silence` or another part of a question",
    starts: &[
        SyntaxKind::KwFailed,
        SyntaxKind::KwHint,
        SyntaxKind::KwSuggest,
        SyntaxKind::KwCheck,
        SyntaxKind::KwInvalid,
        SyntaxKind::KwTries,
        SyntaxKind::KwSilence,
        SyntaxKind::KwSkip,
        SyntaxKind::KwAgain,
    ],
    unique: &[
        SyntaxKind::FailedItem,
        SyntaxKind::HintItem,
        SyntaxKind::InvalidItem,
        SyntaxKind::AgainItem,
    ],
    named: false,
};

const CHOOSE: Context = Context {
    place: "the block of `choose`",
    entry: "an option in quotes, `each`, `none`, `otherwise`, `silence` or `tries`",
    starts: &[
        SyntaxKind::KwEach,
        SyntaxKind::KwNone,
        SyntaxKind::KwOtherwise,
        SyntaxKind::KwSilence,
        SyntaxKind::KwTries,
        SyntaxKind::KwAgain,
        SyntaxKind::KwHint,
    ],
    unique: &[
        SyntaxKind::EachChoice,
        SyntaxKind::NoneItem,
        SyntaxKind::OtherwiseItem,
        SyntaxKind::AgainItem,
        SyntaxKind::HintItem,
    ],
    named: false,
};

const CALL: Context = Context {
    place: "the block of a call",
    entry: "`failed`, `waiting` or the name of a failure",
    starts: &[SyntaxKind::KwFailed, SyntaxKind::KwWaiting],
    unique: &[SyntaxKind::FailedItem],
    named: true,
};

// Messages.
impl Parser<'_> {
    pub(super) fn say_body(&mut self) {
        if self.at(SyntaxKind::KwVia) {
            self.keyword_node(SyntaxKind::ViaClause, Self::name);
        }
        match self.kind {
            SyntaxKind::OpenBrace => return self.braces(&SAY, Self::say_item),
            SyntaxKind::KwOne => self.one_of(),
            _ => self.text(),
        }
        self.optional_braces(&SAY, Self::say_item);
    }

    pub(super) fn reply_body(&mut self) {
        self.expect(SyntaxKind::KwPublicly);
        if self.at(SyntaxKind::KwOne) {
            self.one_of();
        } else {
            self.text();
        }
        self.optional_braces(&SAY, Self::say_item);
    }

    fn one_of(&mut self) {
        self.keyword_node(SyntaxKind::OneOf, |p| {
            p.expect(SyntaxKind::KwOf);
            p.braces(&ONE_OF, |p| {
                p.at(SyntaxKind::TextOpen).then(|| {
                    p.text();
                    SyntaxKind::Text
                })
            });
        });
    }

    fn say_item(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwLocation => (SyntaxKind::LocationItem, |p| {
                p.expr();
                if p.eat_comma() {
                    p.expr();
                }
                if p.eat(SyntaxKind::KwAlt) {
                    p.text();
                }
            }),
            SyntaxKind::KwButton => return self.card_entry(),
            SyntaxKind::KwOn => (SyntaxKind::OnChannelItem, |p| {
                p.names();
                p.text();
            }),
            SyntaxKind::KwTemplate => (SyntaxKind::TemplateUseItem, |p| {
                p.path();
                p.optional_args();
            }),
            SyntaxKind::KwCards => (SyntaxKind::CardsItem, |p| {
                p.name();
                p.expect(SyntaxKind::KwFrom);
                p.expr();
                p.optional_if_clause();
                p.optional_limit();
                p.braces(&CARDS, Self::card_entry);
            }),
            _ => return self.media_item(),
        };
        Some(self.keyword_node(kind, body))
    }

    pub(super) fn media_item(&mut self) -> Option<SyntaxKind> {
        let kind = match self.kind {
            SyntaxKind::KwImage => SyntaxKind::ImageItem,
            SyntaxKind::KwVideo => SyntaxKind::VideoItem,
            SyntaxKind::KwFile => SyntaxKind::FileItem,
            SyntaxKind::KwAudio => SyntaxKind::AudioItem,
            _ => return None,
        };
        Some(self.keyword_node(kind, |p| {
            p.expr();
            if p.eat(SyntaxKind::KwAlt) {
                p.text();
            }
        }))
    }

    pub(super) fn card_entry(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwTitle => (SyntaxKind::TitleItem, Self::text),
            SyntaxKind::KwText => (SyntaxKind::TextItem, Self::text),
            SyntaxKind::KwImage => return self.media_item(),
            SyntaxKind::KwButton => (SyntaxKind::ButtonItem, |p| {
                p.text();
                match p.kind {
                    SyntaxKind::KwOpens => p.opens_clause(),
                    SyntaxKind::KwCalls => {
                        p.keyword_node(SyntaxKind::CallsClause, Self::expr);
                    }
                    _ if p.at_way() => p.way(),
                    _ => {}
                }
            }),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    fn opens_clause(&mut self) {
        self.keyword_node(SyntaxKind::OpensClause, Self::expr);
    }
}

// Questions.
impl Parser<'_> {
    /// Whether this asks a colleague; `ask queue: text` asks for an answer of that name.
    pub(super) fn asks_queue(&self) -> bool {
        self.ahead(1) == SyntaxKind::KwQueue && self.ahead(2) != SyntaxKind::Colon
    }

    pub(super) fn ask_body(&mut self) {
        if self.at(SyntaxKind::KwCustomer) {
            self.customer_ref();
        } else {
            self.answer();
        }
        self.text();
        self.optional_braces(&ASK, Self::ask_item);
    }

    pub(super) fn ask_queue_body(&mut self) {
        self.bump();
        self.name();
        self.answer();
        self.text();
        self.optional_braces(&ASK_QUEUE, |p| match p.kind {
            SyntaxKind::KwHint => p.ask_item(),
            SyntaxKind::KwClosed => Some(p.closed_item()),
            SyntaxKind::KwNobody => Some(p.nobody_item()),
            _ => None,
        });
    }

    pub(super) fn verify_body(&mut self) {
        self.customer_ref();
        self.optional_braces(&VERIFY, |p| {
            if p.at(SyntaxKind::KwFailed) {
                Some(p.failed_item())
            } else {
                p.ask_item()
            }
        });
    }

    pub(super) fn customer_ref(&mut self) {
        if !self.at(SyntaxKind::KwCustomer) {
            return self.error_expected(&[Expected::Some(
                "a field of the customer, such as `customer.email`",
            )]);
        }
        self.start(SyntaxKind::CustomerRef);
        self.bump();
        if self.expect(SyntaxKind::Dot) {
            self.field_name();
        }
        self.finish();
    }

    fn answer(&mut self) {
        self.start(SyntaxKind::Answer);
        self.name();
        if matches!(self.kind, SyntaxKind::TextOpen | SyntaxKind::OpenBrace) {
            self.sentence(
                SyntaxErrorKind::UnexpectedWord,
                "A question says what kind of answer it wants, as in `ask city: text \"…\"`.",
            );
        } else if self.expect(SyntaxKind::Colon) {
            self.type_expr();
            self.eat(SyntaxKind::KwSensitive);
        }
        self.finish();
    }

    fn ask_item(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwHint => (SyntaxKind::HintItem, Self::text),
            SyntaxKind::KwSuggest => (SyntaxKind::SuggestItem, |p| {
                if p.eat(SyntaxKind::KwFrom) {
                    p.expr();
                    return p.optional_limit();
                }
                p.expr();
                while p.eat_comma() {
                    p.expr();
                }
            }),
            SyntaxKind::KwCheck => (SyntaxKind::CheckItem, |p| {
                p.expr();
                p.expect(SyntaxKind::KwOtherwise);
                p.text_or_way();
            }),
            SyntaxKind::KwInvalid => (SyntaxKind::InvalidItem, |p| {
                if p.at(SyntaxKind::KwOne) {
                    p.one_of();
                } else {
                    p.text_or_way();
                }
            }),
            SyntaxKind::KwTries => return Some(self.tries_item()),
            SyntaxKind::KwSilence => return Some(self.silence_item()),
            SyntaxKind::KwSkip => (SyntaxKind::SkipItem, |p| {
                p.expect(SyntaxKind::KwIf);
                p.expr();
                if p.eat(SyntaxKind::KwWith) {
                    p.expr();
                }
            }),
            SyntaxKind::KwAgain => (SyntaxKind::AgainItem, Self::text),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    fn text_or_way(&mut self) {
        if self.at_way() {
            return self.way();
        }
        if !self.at(SyntaxKind::TextOpen) {
            self.error_expected(&[
                Expected::Token(SyntaxKind::TextOpen),
                Expected::Token(SyntaxKind::ArrowToken),
                Expected::Token(SyntaxKind::OpenBrace),
            ]);
            self.skip_to_header();
            if self.at_way() {
                return self.way();
            }
        }
        self.text();
    }

    pub(super) fn tries_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::TriesItem, |p| {
            p.checked(SyntaxKind::Integer);
            p.way();
        })
    }

    fn silence_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::SilenceItem, |p| {
            p.checked(SyntaxKind::Duration);
            p.text_or_way();
        })
    }
}

// Choices.
impl Parser<'_> {
    pub(super) fn choose_body(&mut self) {
        self.eat(SyntaxKind::KwSeveral);
        if self.at_word() && !matches!(self.kind, SyntaxKind::KwFrom | SyntaxKind::KwAt) {
            self.name();
        }
        if self.at(SyntaxKind::KwFrom) {
            self.keyword_node(SyntaxKind::FromClause, |p| {
                p.expr();
                p.optional_if_clause();
            });
        }
        self.optional_limit();
        self.text();
        self.braces(&CHOOSE, Self::choose_item);
    }

    fn choose_item(&mut self) -> Option<SyntaxKind> {
        match self.kind {
            SyntaxKind::TextOpen => {
                self.start(SyntaxKind::Choice);
                self.choice_body();
                self.finish();
                Some(SyntaxKind::Choice)
            }
            SyntaxKind::KwEach => Some(self.keyword_node(SyntaxKind::EachChoice, Self::choice_body)),
            SyntaxKind::KwNone => Some(self.keyword_node(SyntaxKind::NoneItem, Self::way)),
            SyntaxKind::KwOtherwise => Some(self.otherwise_item()),
            SyntaxKind::KwSilence => Some(self.silence_item()),
            SyntaxKind::KwTries => Some(self.tries_item()),
            SyntaxKind::KwAgain | SyntaxKind::KwHint => self.ask_item(),
            _ => None,
        }
    }

    fn choice_body(&mut self) {
        self.text();
        self.choice_clauses();
        if self.at(SyntaxKind::KwOpens) {
            self.opens_clause();
            self.choice_clauses();
        } else if self.at_way() {
            self.way();
        }
    }

    fn choice_clauses(&mut self) {
        loop {
            match self.kind {
                SyntaxKind::KwIf => self.optional_if_clause(),
                SyntaxKind::KwWords => {
                    self.words_clause();
                }
                SyntaxKind::KwValue => {
                    self.keyword_node(SyntaxKind::ValueClause, Self::expr);
                }
                _ => break,
            }
        }
    }

    pub(super) fn otherwise_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::OtherwiseItem, Self::text_or_way)
    }
}

// Calls.
impl Parser<'_> {
    pub(super) fn call(&mut self) {
        self.keyword_node(SyntaxKind::Call, |p| {
            p.path();
            p.args();
            p.optional_braces(&CALL, Self::call_way);
        });
    }

    fn call_way(&mut self) -> Option<SyntaxKind> {
        match self.kind {
            SyntaxKind::KwFailed => Some(self.failed_item()),
            SyntaxKind::KwWaiting => Some(self.keyword_node(SyntaxKind::WaitingItem, |p| {
                p.checked(SyntaxKind::Duration);
                p.block();
            })),
            _ if self.at_word() => {
                self.start(SyntaxKind::FailItem);
                self.name();
                self.way();
                self.finish();
                Some(SyntaxKind::FailItem)
            }
            _ => None,
        }
    }

    fn failed_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::FailedItem, Self::way)
    }
}
