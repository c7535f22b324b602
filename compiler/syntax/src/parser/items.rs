//! Declarations: the top level of a file, the bot, types, fields, events, intents, lookups and actions.

use super::Parser;
use super::recovery::{Context, ITEM_STARTS};
use crate::error::Expected;
use crate::kind::SyntaxKind;

const FILE: Context = Context {
    place: "a file",
    entry: "a declaration such as `flow`",
    starts: ITEM_STARTS,
    unique: &[],
    named: false,
};

const BOT: Context = Context {
    place: "the settings of a bot",
    entry: "a setting of the bot",
    starts: &[
        SyntaxKind::KwName,
        SyntaxKind::KwLanguages,
        SyntaxKind::KwChannels,
        SyntaxKind::KwCurrency,
        SyntaxKind::KwTimezone,
        SyntaxKind::KwStages,
        SyntaxKind::KwConsents,
        SyntaxKind::KwStart,
        SyntaxKind::KwProactive,
        SyntaxKind::KwMessages,
        SyntaxKind::KwDraft,
    ],
    unique: &[
        SyntaxKind::NameSetting,
        SyntaxKind::LanguagesSetting,
        SyntaxKind::ChannelsSetting,
        SyntaxKind::CurrencySetting,
        SyntaxKind::TimezoneSetting,
        SyntaxKind::StagesSetting,
        SyntaxKind::ConsentsSetting,
        SyntaxKind::StartStmt,
        SyntaxKind::ProactiveSetting,
        SyntaxKind::MessagesSetting,
        SyntaxKind::DraftSetting,
    ],
    named: false,
};

const MEMBERS: Context = Context {
    place: "a type",
    entry: "a member of the type",
    starts: &[],
    unique: &[],
    named: true,
};

const WORDS: Context = Context {
    place: "a member's words",
    entry: "`words` and texts",
    starts: &[SyntaxKind::KwWords],
    unique: &[],
    named: false,
};

const FIELDS: Context = Context {
    place: "a list of fields",
    entry: "a field such as `city: text?`",
    starts: &[],
    unique: &[],
    named: true,
};

const INTENT: Context = Context {
    place: "an intent",
    entry: "`words` or `like`",
    starts: &[SyntaxKind::KwWords, SyntaxKind::KwLike],
    unique: &[],
    named: false,
};

const CALL_SETTINGS: Context = Context {
    place: "a lookup or an action",
    entry: "a setting such as `get` or `timeout`",
    starts: &[
        SyntaxKind::KwGet,
        SyntaxKind::KwPost,
        SyntaxKind::KwPut,
        SyntaxKind::KwPatch,
        SyntaxKind::KwDelete,
        SyntaxKind::KwHeader,
        SyntaxKind::KwBody,
        SyntaxKind::KwTimeout,
        SyntaxKind::KwRetry,
        SyntaxKind::KwFails,
    ],
    unique: &[
        SyntaxKind::MethodSetting,
        SyntaxKind::BodySetting,
        SyntaxKind::TimeoutSetting,
        SyntaxKind::RetrySetting,
    ],
    named: false,
};

const FAQ: Context = Context {
    place: "a `faq`",
    entry: "`source`",
    starts: &[SyntaxKind::KwSource],
    unique: &[],
    named: false,
};

impl Parser<'_> {
    pub(super) fn file(&mut self) {
        self.entries(&FILE, Self::item, None);
    }

    fn item(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwBot => (SyntaxKind::BotItem, |p| {
                p.name();
                p.braces(&BOT, Self::bot_setting);
            }),
            SyntaxKind::KwType => (SyntaxKind::TypeItem, Self::type_item),
            SyntaxKind::KwCustomer => (SyntaxKind::CustomerItem, |p| p.braces(&FIELDS, Self::field)),
            SyntaxKind::KwConfig => (SyntaxKind::ConfigItem, |p| p.braces(&FIELDS, Self::field)),
            SyntaxKind::KwEvent => (SyntaxKind::EventItem, |p| {
                p.name();
                p.optional_params();
            }),
            SyntaxKind::KwIntent => (SyntaxKind::IntentItem, |p| {
                p.name();
                p.optional_params();
                p.braces(&INTENT, Self::phrases);
            }),
            SyntaxKind::KwSegment => (SyntaxKind::SegmentItem, |p| {
                p.name();
                p.expect(SyntaxKind::KwIf);
                p.expr();
            }),
            SyntaxKind::KwLookup => (SyntaxKind::LookupItem, Self::call_declaration),
            SyntaxKind::KwAction => (SyntaxKind::ActionItem, Self::call_declaration),
            SyntaxKind::KwAlways => (SyntaxKind::AlwaysItem, Self::always_body),
            SyntaxKind::KwFlow => (SyntaxKind::FlowItem, Self::flow_body),
            SyntaxKind::KwTrigger => (SyntaxKind::TriggerItem, Self::trigger_body),
            SyntaxKind::KwGoal => (SyntaxKind::GoalItem, Self::goal_body),
            SyntaxKind::KwExperiment => (SyntaxKind::ExperimentItem, Self::experiment_body),
            SyntaxKind::KwQueue => (SyntaxKind::QueueItem, Self::queue_body),
            SyntaxKind::KwEscalation => (SyntaxKind::EscalationItem, Self::escalation_body),
            SyntaxKind::KwTemplate => (SyntaxKind::TemplateItem, Self::template_body),
            SyntaxKind::KwFaq => (SyntaxKind::FaqItem, |p| {
                if p.at_name() {
                    p.name();
                }
                p.braces(&FAQ, Self::faq_setting);
            }),
            SyntaxKind::KwMoved => (SyntaxKind::MovedItem, |p| {
                p.path();
                p.expect(SyntaxKind::KwTo);
                p.path();
            }),
            SyntaxKind::KwUse => (SyntaxKind::UseItem, |p| {
                p.path();
                if p.eat(SyntaxKind::KwAs) {
                    p.name();
                }
            }),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    /// A node that begins with the current keyword.
    pub(super) fn keyword_node(&mut self, kind: SyntaxKind, body: impl FnOnce(&mut Self)) -> SyntaxKind {
        self.start(kind);
        self.bump();
        body(self);
        self.finish();
        kind
    }

    fn bot_setting(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwName => (SyntaxKind::NameSetting, Self::text),
            SyntaxKind::KwLanguages => (SyntaxKind::LanguagesSetting, Self::language_codes),
            SyntaxKind::KwChannels => (SyntaxKind::ChannelsSetting, Self::names),
            SyntaxKind::KwCurrency => (SyntaxKind::CurrencySetting, Self::currency),
            SyntaxKind::KwTimezone => (SyntaxKind::TimezoneSetting, Self::text),
            SyntaxKind::KwStages => (SyntaxKind::StagesSetting, Self::names),
            SyntaxKind::KwConsents => (SyntaxKind::ConsentsSetting, Self::names),
            SyntaxKind::KwProactive => (SyntaxKind::ProactiveSetting, Self::rate),
            SyntaxKind::KwMessages => (SyntaxKind::MessagesSetting, Self::limit),
            SyntaxKind::KwDraft => (SyntaxKind::DraftSetting, |p| {
                p.one_of_words(&[SyntaxKind::KwYes, SyntaxKind::KwNo]);
            }),
            SyntaxKind::KwStart => return Some(self.start_stmt()),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    pub(super) fn language_codes(&mut self) {
        self.language_code();
        while self.eat_comma() {
            self.language_code();
        }
    }

    /// One of a few keywords.
    pub(super) fn one_of_words(&mut self, kinds: &[SyntaxKind]) {
        if kinds.contains(&self.kind) {
            self.bump();
        } else {
            let expected: Vec<Expected> = kinds.iter().map(|kind| Expected::Token(*kind)).collect();
            self.error_expected(&expected);
        }
    }

    fn type_item(&mut self) {
        self.name();
        if !self.eat(SyntaxKind::Equals) {
            if !self.at(SyntaxKind::OpenBrace) {
                self.error_expected(&[
                    Expected::Token(SyntaxKind::Equals),
                    Expected::Token(SyntaxKind::OpenBrace),
                ]);
            }
            return self.braces(&MEMBERS, Self::member);
        }
        self.type_expr();
        loop {
            match self.kind {
                SyntaxKind::KwMatching => self.keyword_node(SyntaxKind::MatchingNarrowing, |p| {
                    p.expect(SyntaxKind::Regex);
                }),
                SyntaxKind::KwFrom => self.keyword_node(SyntaxKind::RangeNarrowing, |p| {
                    p.bound();
                    if p.eat(SyntaxKind::KwTo) {
                        p.bound();
                    }
                }),
                SyntaxKind::KwLength => self.keyword_node(SyntaxKind::LengthNarrowing, |p| {
                    p.checked(SyntaxKind::Integer);
                    if p.eat(SyntaxKind::KwTo) {
                        p.checked(SyntaxKind::Integer);
                    }
                }),
                SyntaxKind::KwExample => self.keyword_node(SyntaxKind::ExampleNarrowing, Self::texts),
                _ => break,
            };
        }
    }

    fn bound(&mut self) {
        self.start(SyntaxKind::Bound);
        self.eat(SyntaxKind::Minus);
        self.literal();
        self.finish();
    }

    pub(super) fn texts(&mut self) {
        self.text();
        while self.eat_comma() {
            self.text();
        }
    }

    fn member(&mut self) -> Option<SyntaxKind> {
        if !self.at_word() {
            return None;
        }
        self.start(SyntaxKind::Member);
        self.name();
        if self.at(SyntaxKind::TextOpen) {
            self.text();
        }
        self.words_clauses();
        self.optional_braces(&WORDS, Self::words_clauses);
        self.finish();
        Some(SyntaxKind::Member)
    }

    fn field(&mut self) -> Option<SyntaxKind> {
        if !self.at_word() {
            return None;
        }
        self.start(SyntaxKind::Field);
        self.typed_label();
        if self.at(SyntaxKind::KwWhen) {
            self.keyword_node(SyntaxKind::MergeClause, |p| {
                p.name();
                p.name();
            });
        }
        self.finish();
        Some(SyntaxKind::Field)
    }

    /// What an intent is heard by; several on one line, too, as those of an option stand.
    fn phrases(&mut self) -> Option<SyntaxKind> {
        let first = self.one_of_phrases()?;
        while self.one_of_phrases().is_some() {}
        Some(first)
    }

    fn one_of_phrases(&mut self) -> Option<SyntaxKind> {
        match self.kind {
            SyntaxKind::KwWords => Some(self.words_clause()),
            SyntaxKind::KwLike => Some(self.keyword_node(SyntaxKind::LikeClause, Self::heard_texts)),
            _ => None,
        }
    }

    /// The `words` that stand on one line.
    fn words_clauses(&mut self) -> Option<SyntaxKind> {
        let mut found = None;
        while self.at(SyntaxKind::KwWords) {
            found = Some(self.words_clause());
        }
        found
    }

    pub(super) fn words_clause(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::WordsClause, Self::heard_texts)
    }

    /// Texts, with the language they are in.
    fn heard_texts(&mut self) {
        if self.at_word() {
            self.language_code();
        }
        self.texts();
    }

    fn faq_setting(&mut self) -> Option<SyntaxKind> {
        self.at(SyntaxKind::KwSource)
            .then(|| self.keyword_node(SyntaxKind::SourceSetting, Self::heard_texts))
    }

    fn call_declaration(&mut self) {
        self.path();
        self.optional_params();
        loop {
            match self.kind {
                SyntaxKind::KwGives => self.keyword_node(SyntaxKind::GivesClause, Self::type_expr),
                SyntaxKind::KwFails => self.keyword_node(SyntaxKind::FailsClause, |p| {
                    p.expect(SyntaxKind::KwWith);
                    p.names();
                }),
                SyntaxKind::KwTakes => self.keyword_node(SyntaxKind::TakesClause, |p| {
                    p.expect(SyntaxKind::KwSensitive);
                }),
                _ => break,
            };
        }
        self.optional_braces(&CALL_SETTINGS, Self::call_setting);
    }

    fn call_setting(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwGet
            | SyntaxKind::KwPost
            | SyntaxKind::KwPut
            | SyntaxKind::KwPatch
            | SyntaxKind::KwDelete => (SyntaxKind::MethodSetting, Self::text),
            SyntaxKind::KwHeader => (SyntaxKind::HeaderSetting, |p| {
                p.text();
                p.text();
            }),
            SyntaxKind::KwBody => (SyntaxKind::BodySetting, Self::expr),
            SyntaxKind::KwTimeout => (SyntaxKind::TimeoutSetting, |p| p.checked(SyntaxKind::Duration)),
            SyntaxKind::KwRetry => (SyntaxKind::RetrySetting, |p| p.checked(SyntaxKind::Integer)),
            SyntaxKind::KwFails => (SyntaxKind::FailsSetting, |p| {
                p.expect(SyntaxKind::KwWith);
                p.name();
                p.expect(SyntaxKind::KwOn);
                p.checked(SyntaxKind::Integer);
                while p.eat_comma() {
                    p.checked(SyntaxKind::Integer);
                }
            }),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    /// `at most 3`
    pub(super) fn limit(&mut self) {
        self.start(SyntaxKind::Limit);
        self.at_most();
        self.finish();
    }

    pub(super) fn optional_limit(&mut self) {
        if self.at(SyntaxKind::KwAt) {
            self.limit();
        }
    }

    /// `at most 3 in 7d`
    pub(super) fn rate(&mut self) {
        self.start(SyntaxKind::Rate);
        self.at_most();
        self.expect(SyntaxKind::KwIn);
        self.checked(SyntaxKind::Duration);
        self.finish();
    }

    fn at_most(&mut self) {
        self.expect(SyntaxKind::KwAt);
        self.expect(SyntaxKind::KwMost);
        self.checked(SyntaxKind::Integer);
    }
}
