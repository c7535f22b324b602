//! Queues, escalations and templates.

use super::recovery::Context;
use super::{ArrowPlace, Parser};
use crate::error::Expected;
use crate::kind::SyntaxKind;

const QUEUE: Context = Context {
    place: "a queue",
    entry: "a setting of the queue",
    starts: &[
        SyntaxKind::KwHours,
        SyntaxKind::KwClosed,
        SyntaxKind::KwTimezone,
        SyntaxKind::KwName,
        SyntaxKind::KwLanguages,
    ],
    unique: &[
        SyntaxKind::TimezoneSetting,
        SyntaxKind::NameSetting,
        SyntaxKind::LanguagesSetting,
    ],
    named: false,
};

const ESCALATION: Context = Context {
    place: "an escalation",
    entry: "a setting or a way of the escalation",
    starts: &[
        SyntaxKind::KwTo,
        SyntaxKind::KwSay,
        SyntaxKind::KwBrief,
        SyntaxKind::KwNobody,
        SyntaxKind::KwClosed,
        SyntaxKind::KwCustomer,
        SyntaxKind::KwOperator,
        SyntaxKind::KwResolved,
    ],
    unique: &[
        SyntaxKind::BriefSetting,
        SyntaxKind::ClosedItem,
        SyntaxKind::ResolvedItem,
    ],
    named: false,
};

const TEMPLATE: Context = Context {
    place: "a template",
    entry: "a part of the template",
    starts: &[
        SyntaxKind::KwCategory,
        SyntaxKind::KwTitle,
        SyntaxKind::KwText,
        SyntaxKind::KwFooter,
        SyntaxKind::KwImage,
        SyntaxKind::KwVideo,
        SyntaxKind::KwFile,
        SyntaxKind::KwAudio,
        SyntaxKind::KwButton,
    ],
    unique: &[
        SyntaxKind::CategorySetting,
        SyntaxKind::TitleItem,
        SyntaxKind::TextItem,
        SyntaxKind::FooterItem,
    ],
    named: false,
};

impl Parser<'_> {
    pub(super) fn queue_body(&mut self) {
        self.name();
        self.optional_braces(&QUEUE, |p| {
            let (kind, body): (SyntaxKind, fn(&mut Self)) = match p.kind {
                SyntaxKind::KwHours => (SyntaxKind::HoursSetting, |p| {
                    if p.eat(SyntaxKind::KwAlways) {
                        return;
                    }
                    p.days();
                    p.checked(SyntaxKind::Time);
                    p.expect(SyntaxKind::KwTo);
                    p.checked(SyntaxKind::Time);
                }),
                SyntaxKind::KwClosed => (SyntaxKind::ClosedSetting, |p| {
                    p.expect(SyntaxKind::KwOn);
                    p.closed_day();
                    while p.eat_comma() {
                        p.closed_day();
                    }
                }),
                SyntaxKind::KwTimezone => (SyntaxKind::TimezoneSetting, Self::text),
                SyntaxKind::KwName => (SyntaxKind::NameSetting, Self::text),
                SyntaxKind::KwLanguages => (SyntaxKind::LanguagesSetting, Self::language_codes),
                _ => return None,
            };
            Some(p.keyword_node(kind, body))
        });
    }

    /// `2026-12-25`, or `dec 25` of every year.
    fn closed_day(&mut self) {
        const MONTHS: [&str; 12] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ];
        if self.at(SyntaxKind::Word) && MONTHS.contains(&self.current_text()) {
            self.start(SyntaxKind::YearlyDate);
            self.bump_as(SyntaxKind::Month);
            self.checked(SyntaxKind::Integer);
            self.finish();
        } else if self.at(SyntaxKind::Word) {
            self.error_expected(&[
                Expected::Token(SyntaxKind::Date),
                Expected::Token(SyntaxKind::Month),
            ]);
        } else {
            self.checked(SyntaxKind::Date);
        }
    }

    pub(super) fn days(&mut self) {
        self.start(SyntaxKind::Days);
        if !self.eat(SyntaxKind::KwDay) {
            self.day_range();
            while self.eat_comma() {
                self.day_range();
            }
        }
        self.finish();
    }

    fn day_range(&mut self) {
        self.start(SyntaxKind::DayRange);
        self.weekday();
        if self.eat(SyntaxKind::KwTo) {
            self.weekday();
        }
        self.finish();
    }

    fn weekday(&mut self) {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        if self.at(SyntaxKind::Word) && DAYS.contains(&self.current_text()) {
            self.bump_as(SyntaxKind::Weekday);
        } else {
            self.error_expected(&[Expected::Token(SyntaxKind::Weekday)]);
        }
    }

    pub(super) fn escalation_body(&mut self) {
        self.name();
        self.with_arrows(ArrowPlace::Escalation, |p| {
            p.braces(&ESCALATION, Self::escalation_entry)
        });
    }

    fn escalation_entry(&mut self) -> Option<SyntaxKind> {
        let (kind, body): (SyntaxKind, fn(&mut Self)) = match self.kind {
            SyntaxKind::KwTo => (SyntaxKind::ToSetting, |p| {
                p.expect(SyntaxKind::KwQueue);
                p.name();
                p.optional_if_clause();
            }),
            SyntaxKind::KwSay => (SyntaxKind::SayStmt, Self::say_body),
            SyntaxKind::KwBrief => (SyntaxKind::BriefSetting, Self::text),
            SyntaxKind::KwNobody => return Some(self.nobody_item()),
            SyntaxKind::KwClosed => return Some(self.closed_item()),
            SyntaxKind::KwCustomer => (SyntaxKind::CustomerSilentItem, Self::silent_body),
            SyntaxKind::KwOperator => (SyntaxKind::OperatorSilentItem, Self::silent_body),
            SyntaxKind::KwResolved => (SyntaxKind::ResolvedItem, Self::way),
            _ => return None,
        };
        Some(self.keyword_node(kind, body))
    }

    fn silent_body(&mut self) {
        self.expect(SyntaxKind::KwSilent);
        self.timed_way();
    }

    pub(super) fn timed_way(&mut self) {
        self.checked(SyntaxKind::Duration);
        self.way();
    }

    pub(super) fn nobody_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::NobodyItem, Self::timed_way)
    }

    pub(super) fn closed_item(&mut self) -> SyntaxKind {
        self.keyword_node(SyntaxKind::ClosedItem, Self::way)
    }

    pub(super) fn template_body(&mut self) {
        self.name();
        self.optional_params();
        self.expect(SyntaxKind::KwOn);
        self.names();
        self.braces(&TEMPLATE, |p| {
            let (kind, body): (SyntaxKind, fn(&mut Self)) = match p.kind {
                SyntaxKind::KwCategory => (SyntaxKind::CategorySetting, Self::name),
                SyntaxKind::KwFooter => (SyntaxKind::FooterItem, Self::text),
                SyntaxKind::KwTitle | SyntaxKind::KwText | SyntaxKind::KwImage | SyntaxKind::KwButton => {
                    return p.card_entry();
                }
                SyntaxKind::KwVideo | SyntaxKind::KwFile | SyntaxKind::KwAudio => return p.media_item(),
                _ => return None,
            };
            Some(p.keyword_node(kind, body))
        });
    }
}
