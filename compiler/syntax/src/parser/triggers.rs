//! Triggers, goals and experiments.

use super::recovery::Context;
use super::{ArrowPlace, Parser};
use crate::error::Expected;
use crate::kind::SyntaxKind;

const TRIGGER: Context = Context {
    place: "a trigger",
    entry: "a setting of the trigger",
    starts: &[
        SyntaxKind::KwOn,
        SyntaxKind::KwEvery,
        SyntaxKind::KwAfter,
        SyntaxKind::KwIf,
        SyntaxKind::KwNeeds,
        SyntaxKind::KwBetween,
        SyntaxKind::KwAt,
        SyntaxKind::KwVia,
        SyntaxKind::KwUnread,
        SyntaxKind::KwUndelivered,
        SyntaxKind::KwWhen,
        SyntaxKind::KwPriority,
        SyntaxKind::KwExpires,
        SyntaxKind::KwStart,
    ],
    unique: &[
        SyntaxKind::AfterSetting,
        SyntaxKind::BetweenSetting,
        SyntaxKind::ViaSetting,
        SyntaxKind::UnreadSetting,
        SyntaxKind::UndeliveredSetting,
        SyntaxKind::BusySetting,
        SyntaxKind::PrioritySetting,
        SyntaxKind::ExpiresSetting,
        SyntaxKind::StartStmt,
    ],
    named: false,
};

const GOAL: Context = Context {
    place: "a goal",
    entry: "a setting of the goal",
    starts: &[SyntaxKind::KwOn, SyntaxKind::KwValue, SyntaxKind::KwCredit],
    unique: &[SyntaxKind::ValueSetting, SyntaxKind::CreditSetting],
    named: false,
};

const EXPERIMENT: Context = Context {
    place: "an experiment",
    entry: "an arm such as `discount 50%`",
    starts: &[
        SyntaxKind::KwGoal,
        SyntaxKind::KwIf,
        SyntaxKind::KwHold,
        SyntaxKind::KwGroup,
    ],
    unique: &[SyntaxKind::HoldSetting, SyntaxKind::GroupSetting],
    named: true,
};

impl Parser<'_> {
    pub(super) fn trigger_body(&mut self) {
        self.name();
        self.braces(&TRIGGER, Self::trigger_setting);
    }

    fn trigger_setting(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwOn => (SyntaxKind::OnSetting, Self::on_body),
            SyntaxKind::KwEvery => (SyntaxKind::EverySetting, |p| {
                p.days();
                p.expect(SyntaxKind::KwAt);
                p.checked(SyntaxKind::Time);
            }),
            SyntaxKind::KwAfter => (SyntaxKind::AfterSetting, |p| {
                p.checked(SyntaxKind::Duration);
                if p.eat(SyntaxKind::KwUnless) {
                    p.source();
                    while p.eat_comma() {
                        p.source();
                    }
                }
            }),
            SyntaxKind::KwIf => (SyntaxKind::IfSetting, Self::expr),
            SyntaxKind::KwNeeds => (SyntaxKind::NeedsSetting, |p| {
                p.expect(SyntaxKind::KwConsent);
                p.name();
            }),
            SyntaxKind::KwBetween => (SyntaxKind::BetweenSetting, |p| {
                p.checked(SyntaxKind::Time);
                p.expect(SyntaxKind::KwAnd);
                p.checked(SyntaxKind::Time);
            }),
            SyntaxKind::KwAt => {
                self.node(SyntaxKind::CapSetting, Self::rate);
                return Some(SyntaxKind::CapSetting);
            }
            SyntaxKind::KwVia => (SyntaxKind::ViaSetting, Self::names),
            SyntaxKind::KwUnread => (SyntaxKind::UnreadSetting, |p| {
                p.checked(SyntaxKind::Duration);
                p.with_arrows(ArrowPlace::Unread, Self::expect_arrow);
            }),
            SyntaxKind::KwUndelivered => (SyntaxKind::UndeliveredSetting, |p| {
                if !p.at(SyntaxKind::ArrowToken) {
                    p.checked(SyntaxKind::Duration);
                }
                p.with_arrows(ArrowPlace::Unread, Self::expect_arrow);
            }),
            SyntaxKind::KwWhen => (SyntaxKind::BusySetting, |p| {
                p.expect(SyntaxKind::KwBusy);
                p.one_of_words(&[SyntaxKind::KwWait, SyntaxKind::KwSkip]);
            }),
            SyntaxKind::KwPriority => (SyntaxKind::PrioritySetting, |p| {
                p.one_of_words(&[SyntaxKind::KwHigh, SyntaxKind::KwNormal, SyntaxKind::KwLow]);
            }),
            SyntaxKind::KwExpires => (SyntaxKind::ExpiresSetting, |p| p.checked(SyntaxKind::Duration)),
            SyntaxKind::KwStart => return Some(self.start_stmt()),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    fn on_body(&mut self) {
        self.source();
        self.optional_if_clause();
    }

    fn source(&mut self) {
        match self.kind {
            SyntaxKind::KwEntered => {
                self.keyword_node(SyntaxKind::EnteredSource, Self::name);
            }
            SyntaxKind::KwAsked => {
                self.keyword_node(SyntaxKind::AskedSource, Self::path);
            }
            SyntaxKind::KwJoined => {
                self.keyword_node(SyntaxKind::JoinedSource, Self::path);
            }
            SyntaxKind::KwLeft => {
                self.keyword_node(SyntaxKind::LeftSource, Self::path);
            }
            _ if self.at_word() => {
                self.start(SyntaxKind::EventSource);
                self.path();
                if self.eat(SyntaxKind::KwAbout) {
                    self.path();
                }
                self.finish();
            }
            _ => self.error_expected(&[
                Expected::Some("an event"),
                Expected::Token(SyntaxKind::KwEntered),
                Expected::Token(SyntaxKind::KwAsked),
                Expected::Token(SyntaxKind::KwJoined),
                Expected::Token(SyntaxKind::KwLeft),
            ]),
        }
    }

    pub(super) fn goal_body(&mut self) {
        self.name();
        self.braces(&GOAL, |p| {
            let (kind, body): (SyntaxKind, fn(&mut Self)) = match p.kind {
                SyntaxKind::KwOn => (SyntaxKind::OnSetting, Self::on_body),
                SyntaxKind::KwValue => (SyntaxKind::ValueSetting, Self::expr),
                SyntaxKind::KwCredit => (SyntaxKind::CreditSetting, |p| p.checked(SyntaxKind::Duration)),
                _ => return None,
            };
            Some(p.keyword_node(kind, body))
        });
    }

    pub(super) fn experiment_body(&mut self) {
        self.name();
        self.braces(&EXPERIMENT, |p| match p.kind {
            SyntaxKind::KwGoal => Some(p.keyword_node(SyntaxKind::GoalSetting, Self::path)),
            SyntaxKind::KwIf => Some(p.keyword_node(SyntaxKind::IfSetting, Self::expr)),
            SyntaxKind::KwHold => Some(p.keyword_node(SyntaxKind::HoldSetting, |p| {
                p.expect(SyntaxKind::KwOut);
                p.checked(SyntaxKind::Percent);
            })),
            SyntaxKind::KwGroup => Some(p.keyword_node(SyntaxKind::GroupSetting, Self::name)),
            _ if p.at_word() => {
                p.start(SyntaxKind::ArmSetting);
                p.name();
                p.checked(SyntaxKind::Percent);
                p.finish();
                Some(SyntaxKind::ArmSetting)
            }
            _ => None,
        });
    }
}
