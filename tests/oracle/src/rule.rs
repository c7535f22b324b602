//! A trigger as it is written (semantics 14), read from the tree.

use botflow_syntax::ast::{self, Source, TriggerSetting};
use botflow_values::Time;
use smol_str::{SmolStr, format_smolstr};

use crate::literal;
use crate::project::text_of;

/// A trigger without `expires` waits for a week.
const WEEK: i64 = 7 * 24 * 3_600_000;

/// A trigger as it is written.
pub(crate) struct Rule<'a> {
    pub name: SmolStr,
    /// What sets it off, by what it is called here, and under which condition.
    pub on: Vec<(SmolStr, Option<ast::Expr<'a>>)>,
    pub every: Vec<([bool; 7], Time)>,
    pub after: i64,
    pub unless: Vec<SmolStr>,
    pub conditions: Vec<ast::Expr<'a>>,
    pub needs: Vec<SmolStr>,
    pub between: Option<(i64, i64)>,
    pub cap: Option<(usize, i64)>,
    pub via: Vec<SmolStr>,
    pub unread: Option<i64>,
    pub undelivered: Option<Option<i64>>,
    pub waits: bool,
    pub priority: i32,
    pub expires: i64,
    pub start: SmolStr,
}

/// What a source is called here.
pub(crate) fn called(source: &Source<'_>) -> SmolStr {
    match source {
        Source::EnteredSource(entered) => format_smolstr!("entered:{}", text_of(entered.stage())),
        Source::AskedSource(asked) => format_smolstr!("asked:{}", path(asked.path())),
        Source::JoinedSource(joined) => format_smolstr!("joined:{}", path(joined.path())),
        Source::LeftSource(left) => format_smolstr!("left:{}", path(left.path())),
        Source::EventSource(event) => match event.about() {
            Some(about) => format_smolstr!("about:{}", path(Some(about))),
            None => format_smolstr!("event:{}", path(event.path())),
        },
    }
}

fn path(path: Option<ast::Path<'_>>) -> SmolStr {
    path.map_or_else(SmolStr::default, |path| path.text())
}

fn time(token: Option<botflow_syntax::TokenRef<'_>>) -> i64 {
    let text = token.map_or_else(String::new, |token| token.text().to_owned());
    let (hours, minutes) = text.split_once(':').unwrap_or(("0", "0"));
    hours.parse::<i64>().unwrap_or(0) * 60 + minutes.parse::<i64>().unwrap_or(0)
}

pub(crate) fn rate(rate: Option<ast::Rate<'_>>) -> Option<(usize, i64)> {
    let rate = rate?;
    Some((
        literal::count(rate.count()) as usize,
        literal::duration(rate.duration()),
    ))
}

fn days(days: Option<ast::Days<'_>>) -> [bool; 7] {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut falls = [false; 7];
    let Some(days) = days else { return falls };
    if days.is_every_day() {
        return [true; 7];
    }
    for range in days.ranges() {
        let ends: Vec<usize> = range
            .weekdays()
            .filter_map(|token| NAMES.iter().position(|name| *name == token.text()))
            .collect();
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
            continue;
        };
        let length = (last + 7 - first) % 7;
        (0..=length).for_each(|step| falls[(first + step) % 7] = true);
    }
    falls
}

impl<'a> Rule<'a> {
    pub fn read(item: &ast::TriggerItem<'a>) -> Rule<'a> {
        let mut rule = Rule {
            name: text_of(item.name()),
            on: Vec::new(),
            every: Vec::new(),
            after: 0,
            unless: Vec::new(),
            conditions: Vec::new(),
            needs: Vec::new(),
            between: None,
            cap: None,
            via: Vec::new(),
            unread: None,
            undelivered: None,
            waits: false,
            priority: 1,
            expires: WEEK,
            start: SmolStr::default(),
        };
        for setting in item.settings() {
            match setting {
                TriggerSetting::OnSetting(on) => {
                    let condition = on.condition().and_then(|clause| clause.condition());
                    rule.on
                        .extend(on.source().map(|source| (called(&source), condition)));
                }
                TriggerSetting::EverySetting(every) => {
                    let at = Time::from_seconds(time(every.time()) * 60);
                    rule.every.push((days(every.days()), at));
                }
                TriggerSetting::AfterSetting(after) => {
                    rule.after = literal::duration(after.duration());
                    rule.unless = after.unless().map(|source| called(&source)).collect();
                }
                TriggerSetting::IfSetting(setting) => rule.conditions.extend(setting.condition()),
                TriggerSetting::NeedsSetting(needs) => rule.needs.push(text_of(needs.consent())),
                TriggerSetting::BetweenSetting(between) => {
                    let times: Vec<i64> = between.times().map(|token| time(Some(token))).collect();
                    if let [from, to] = times[..] {
                        rule.between = Some((from, to));
                    }
                }
                TriggerSetting::CapSetting(cap) => rule.cap = rate(cap.rate()),
                TriggerSetting::ViaSetting(via) => {
                    rule.via = via.names().map(|token| token.text().into()).collect();
                }
                TriggerSetting::UnreadSetting(unread) => {
                    rule.unread = Some(literal::duration(unread.duration()))
                }
                TriggerSetting::UndeliveredSetting(undelivered) => {
                    let after = undelivered.duration();
                    rule.undelivered = Some(after.map(|after| literal::duration(Some(after))));
                }
                TriggerSetting::BusySetting(busy) => rule.waits = !busy.is_skip(),
                TriggerSetting::PrioritySetting(priority) => {
                    rule.priority = match (priority.is_high(), priority.is_low()) {
                        (true, _) => 2,
                        (_, true) => 0,
                        _ => 1,
                    };
                }
                TriggerSetting::ExpiresSetting(expires) => {
                    rule.expires = literal::duration(expires.duration())
                }
                TriggerSetting::StartStmt(start) => rule.start = path(start.path()),
            }
        }
        rule
    }
}
