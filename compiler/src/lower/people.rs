//! Queues and escalations.

use botflow_artifact::{EscalationId, FlowId, QueueId};
use botflow_syntax::TokenRef;
use botflow_syntax::ast::{self, AstNode, EscalationEntry, QueueEntry};
use smol_str::SmolStr;

use super::{Lower, duration};
use crate::hir::{Block, EscalationBody, StmtKind};
use crate::project::Span;
use crate::rules::names::{duplicate_name, wrong_arguments};
use crate::rules::writing::{bad_literal, repeated_setting, wrong_place};
use crate::types::literal;

impl Lower<'_> {
    /// The queue of this name, or none with a finding.
    pub(super) fn queue_named(&mut self, token: Option<TokenRef>) -> Option<QueueId> {
        let id = self.known("queue", token?, |symbols| &mut symbols.queues)?;
        Some(QueueId::from(id))
    }

    pub(super) fn queue(&mut self, item: &ast::QueueItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let (mut zone_at, mut name_at, mut languages_at) = (None, None, None);
        for entry in item.entries() {
            let at = self.node_span(&entry);
            match entry {
                QueueEntry::HoursSetting(hours) => {
                    if hours.is_always() {
                        self.program.bot.queues[id].always_open = true;
                        continue;
                    }
                    let days = hours.days().map_or(0, |days| weekdays(&days));
                    let times: Vec<u32> = hours.times().filter_map(|token| minutes(token)).collect();
                    if let [from, to] = times[..] {
                        if from == to && from > 0 {
                            self.report(
                                bad_literal::finding(at, "These hours end when they begin.").help(
                                    "The whole day is from 00:00 to 00:00, all days are `hours always`.",
                                ),
                            );
                        }
                        self.program.bot.queues[id].hours.push((days, from, to));
                    }
                }
                QueueEntry::ClosedSetting(closed) => {
                    for token in closed.dates() {
                        if literal::date(token.text()).is_none() {
                            let span = self.token_span(token);
                            let message = format!("There is no day `{}`.", token.text());
                            self.report(bad_literal::finding(span, message));
                            continue;
                        }
                        self.program.bot.queues[id]
                            .closed_on
                            .push(SmolStr::new(token.text()));
                    }
                    for yearly in closed.yearly() {
                        match day_of_year(&yearly) {
                            Some(day) => self.program.bot.queues[id].closed_on.push(day),
                            None => {
                                let span = self.node_span(&yearly);
                                let message = format!("There is no day `{}`.", yearly.syntax().text());
                                self.report(bad_literal::finding(span, message));
                            }
                        }
                    }
                }
                QueueEntry::TimezoneSetting(setting) => {
                    let zone = self.zone(&setting);
                    if self.once(&mut zone_at, at, "timezone") {
                        self.program.bot.queues[id].timezone = zone;
                    }
                }
                QueueEntry::NameSetting(setting) => {
                    let shown = setting.text().and_then(|text| self.fixed_text(&text));
                    if self.once(&mut name_at, at, "name") {
                        self.program.bot.queues[id].display_name = shown.map(SmolStr::from);
                    }
                }
                QueueEntry::LanguagesSetting(setting) => {
                    if !self.once(&mut languages_at, at, "languages") {
                        continue;
                    }
                    for language in setting.languages() {
                        let code = language.text();
                        if self.program.bot.queues[id].languages.contains(&code) {
                            let span = self.node_span(&language);
                            self.report(duplicate_name::finding("language", &code, span, None));
                        } else {
                            self.program.bot.queues[id].languages.push(code);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn escalation(&mut self, item: &ast::EscalationItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let span = self.node_span(item);
        let mut body = EscalationBody {
            id: EscalationId::from(id),
            span,
            nobody: Vec::new(),
            closed: None,
            customer_silent: Vec::new(),
            operator_silent: Vec::new(),
            resolved: None,
        };
        let mut scope = std::mem::take(&mut self.always_scope);
        scope.forget_names(None);
        scope.in_escalation = true;
        let outer = std::mem::replace(&mut self.scope, scope);
        debug_assert_eq!(self.scope.flow, FlowId::ALWAYS);
        let mut seen = [None; 4];
        let mut hands_over = false;
        for entry in item.entries() {
            // Each way has names of its own.
            self.scope.forget_names(Some(entry.syntax().pointer()));
            let at = self.node_span(&entry);
            match entry {
                EscalationEntry::ToSetting(to) => {
                    hands_over = true;
                    let queue = self.queue_named(to.queue());
                    let condition = self.if_clause(to.condition());
                    if let Some(queue) = queue {
                        self.program.bot.escalations[id].to.push((queue, condition));
                    }
                }
                EscalationEntry::SayStmt(say) => {
                    let message = self.say_message(&say, at);
                    if self.once(&mut seen[0], at, "say") {
                        self.program.bot.escalations[id].say = message;
                    }
                }
                EscalationEntry::BriefSetting(brief) => {
                    let text = brief.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[1], at, "brief") {
                        self.program.bot.escalations[id].brief = text;
                    }
                }
                EscalationEntry::NobodyItem(item) => {
                    self.timed(item.duration(), item.way(), at, &mut body.nobody);
                }
                EscalationEntry::CustomerSilentItem(item) => {
                    self.timed(item.duration(), item.way(), at, &mut body.customer_silent);
                    if body
                        .customer_silent
                        .last()
                        .is_some_and(|(_, way)| leads_to_queue(way))
                    {
                        let way = body.customer_silent.pop().map(|(_, way)| way);
                        self.not_a_queue(&mut { way }, at, "`customer silent`");
                    }
                }
                EscalationEntry::OperatorSilentItem(item) => {
                    self.timed(item.duration(), item.way(), at, &mut body.operator_silent);
                }
                EscalationEntry::ClosedItem(item) => {
                    self.way_once(item.way(), at, "closed", &mut seen[2], &mut body.closed);
                }
                EscalationEntry::ResolvedItem(item) => {
                    self.way_once(item.way(), at, "resolved", &mut seen[3], &mut body.resolved);
                    self.not_a_queue(&mut body.resolved, at, "`resolved`");
                }
            }
        }
        if !hands_over && !self.broken {
            self.report(wrong_arguments::finding(
                "Nothing says to which queue this hands over.",
                "to queue …",
                self.head(item),
            ));
        }
        self.scope.in_escalation = false;
        self.always_scope = std::mem::replace(&mut self.scope, outer);
        self.ascending(&mut body.nobody, "nobody");
        self.ascending(&mut body.customer_silent, "customer silent");
        self.ascending(&mut body.operator_silent, "operator silent");
        self.program.escalations.push(body);
    }

    /// What is resolved needs no other queue, nor does a customer who has gone.
    fn not_a_queue(&mut self, way: &mut Option<Block>, span: Span, setting: &str) {
        if way.as_ref().is_some_and(leads_to_queue) {
            self.report(wrong_place::finding(
                span,
                "`-> queue`",
                setting,
                Some("`nobody`, `closed` and `operator silent`"),
            ));
            *way = None;
        }
    }

    fn timed(
        &mut self,
        token: Option<TokenRef>,
        way: Option<ast::Way>,
        span: Span,
        into: &mut Vec<(i64, Block)>,
    ) {
        let after = duration(token);
        let block = self.way(way, span);
        if let Some(after) = after {
            into.push((after, block));
        }
    }

    fn ascending(&mut self, ways: &mut Vec<(i64, Block)>, setting: &str) {
        ways.sort_by_key(|(after, _)| *after);
        let repeated: Vec<(Span, Span)> = ways
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .map(|pair| (pair[1].1.span, pair[0].1.span))
            .collect();
        for (span, first) in repeated {
            self.report(repeated_setting::finding(span, setting, Some(first)));
        }
        ways.dedup_by_key(|(after, _)| *after);
    }
}

/// Whether a way goes to another queue.
fn leads_to_queue(way: &Block) -> bool {
    let mut stmts = way.stmts.iter();
    stmts.any(|stmt| matches!(stmt.kind, StmtKind::ToQueue(_)))
}

/// `mon to fri, sun` as bits from Monday; a range may go round the end of the week.
pub(super) fn weekdays(days: &ast::Days) -> u8 {
    if days.is_every_day() {
        return 0b111_1111;
    }
    let mut bits = 0;
    for range in days.ranges() {
        let days: Vec<usize> = range
            .weekdays()
            .filter_map(|token| weekday(token.text()))
            .collect();
        match days[..] {
            [only] => bits |= 1 << only,
            [from, to, ..] => {
                let mut day = from;
                loop {
                    bits |= 1 << day;
                    if day == to {
                        break;
                    }
                    day = (day + 1) % 7;
                }
            }
            [] => {}
        }
    }
    bits
}

/// `dec 25` as `12-25`.
fn day_of_year(yearly: &ast::YearlyDate) -> Option<SmolStr> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = yearly.month()?;
    let month = MONTHS.iter().position(|known| *known == month.text())? + 1;
    let day: u8 = yearly.day()?.text().parse().ok()?;
    // A leap year has them all.
    botflow_values::Date::new(2024, month as u8, day)?;
    Some(format!("{month:02}-{day:02}").into())
}

fn weekday(word: &str) -> Option<usize> {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .position(|known| *known == word)
}

/// Minutes after midnight.
pub(super) fn minutes(token: TokenRef) -> Option<u32> {
    Some(literal::time(token.text())?.seconds() / 60)
}
