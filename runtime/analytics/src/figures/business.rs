//! Business: goals and their value, what conversations have to do with it, and what they cost.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Counts, count};
use crate::entry::{Beginner, Entry, Kind};
use crate::selection::Selection;
use crate::statistics::Share;
use crate::stream::Stream;
use crate::talk::Talk;

/// What things cost, in millionths of the bot's currency unit: settings of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Per message of the bot, by channel; others cost nothing.
    pub message: BTreeMap<SmolStr, i64>,
    /// Per lookup or action, by name; others cost nothing.
    pub call: BTreeMap<SmolStr, i64>,
    /// Per minute in which an operator has a conversation.
    pub operator_minute: i64,
}

/// Business figures. Amounts are in millionths of the bot's currency unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Business {
    /// *Goals reached*.
    pub reached: Counts,
    /// Their value.
    pub value: BTreeMap<SmolStr, i64>,
    /// *Assisted conversion rate*: people who reached a goal within its credit window after a conversation, of people with
    /// a conversation.
    pub assisted: Share,
    /// Against them: people without a conversation who reached a goal, of people without one.
    pub unassisted: Share,
    /// Goals reached to the credit of a conversation: *assisted conversions*.
    pub conversions: u64,
    /// What conversations cost: messages, lookups and actions, minutes of operators.
    pub cost: i64,
    /// Conversations.
    pub talks: u64,
    /// Value of the goals that are to the credit of a conversation.
    pub revenue: i64,
    /// *Leads identified*: people of whom an address was learnt for the first time.
    pub leads: u64,
    /// Consents given and channels opted in to, by where people came from (`unknown` where that is not known).
    pub opt_ins: Counts,
}

impl Business {
    /// For the selection: conversations by their beginning, all else by its moment. `goal`: only this one.
    pub fn of(stream: &Stream, selection: &Selection, goal: Option<&str>, costs: &Costs) -> Business {
        let mut found = Business::default();
        for (person, entries) in stream.people() {
            if person == 0 {
                continue;
            }
            let talks = Talk::all(&entries);
            let chosen: Vec<&Talk<'_>> = talks.iter().filter(|talk| selection.has_talk(talk)).collect();
            let goals = reached(&entries, goal);
            let mut assisted = false;
            for (entry, name, value, credit) in &goals {
                let to_talk = credit.iter().any(|id| chosen.iter().any(|talk| talk.id == *id));
                if to_talk {
                    assisted = true;
                    found.conversions += 1;
                    found.revenue = found.revenue.saturating_add(value.unwrap_or(0));
                }
                if to_talk || selection.has(entry) {
                    count(&mut found.reached, (*name).clone());
                    let sum = found.value.entry((*name).clone()).or_default();
                    *sum = sum.saturating_add(value.unwrap_or(0));
                }
            }
            if !chosen.is_empty() {
                found.assisted.count(assisted);
            } else if talks.is_empty() && entries.iter().any(|entry| selection.has(entry)) {
                found
                    .unassisted
                    .count(goals.iter().any(|(entry, ..)| selection.has(entry)));
            }
            for talk in chosen {
                found.talks += 1;
                found.cost = found.cost.saturating_add(cost_of(talk, costs));
            }
            let first = entries
                .iter()
                .find(|entry| matches!(entry.kind, Kind::Learnt { contact: true, .. }));
            found.leads += u64::from(first.is_some_and(|entry| selection.has(entry)));
            for entry in entries.iter().filter(|entry| selection.has(entry)) {
                if matches!(
                    entry.kind,
                    Kind::Consented { granted: true, .. } | Kind::OptedIn { .. }
                ) {
                    let source = entry.context.source.clone();
                    count(
                        &mut found.opt_ins,
                        source.unwrap_or(SmolStr::new_static("unknown")),
                    );
                }
            }
        }
        found
    }

    /// *Cost per assisted conversion*.
    pub fn cost_per_conversion(&self) -> Option<i64> {
        self.cost.checked_div(i64::try_from(self.conversions).ok()?)
    }

    /// *Revenue per conversation*: the value of credited goals, over all conversations.
    pub fn revenue_per_talk(&self) -> Option<i64> {
        self.revenue.checked_div(i64::try_from(self.talks).ok()?)
    }
}

/// A goal reached: its entry, its name, its value, the conversations with the credit.
type Reached<'a> = (&'a Entry, &'a SmolStr, Option<i64>, &'a [crate::entry::TalkId]);

/// The goals that a person reached.
pub(super) fn reached<'a>(entries: &[&'a Entry], wanted: Option<&str>) -> Vec<Reached<'a>> {
    let goals = entries.iter().filter_map(|entry| match &entry.kind {
        Kind::Goal { goal, value, credit } if wanted.is_none_or(|wanted| goal == wanted) => {
            Some((*entry, goal, *value, credit.as_slice()))
        }
        _ => None,
    });
    goals.collect()
}

fn cost_of(talk: &Talk<'_>, costs: &Costs) -> i64 {
    let mut cost = 0i64;
    let mut joined: Option<i64> = None;
    for entry in &talk.entries {
        match &entry.kind {
            Kind::Said { channel, .. } => {
                cost = cost.saturating_add(costs.message.get(channel).copied().unwrap_or(0));
            }
            Kind::Called { call } => cost = cost.saturating_add(costs.call.get(call).copied().unwrap_or(0)),
            Kind::Joined => {
                joined.get_or_insert(entry.at);
            }
            Kind::Left
            | Kind::PassedOn
            | Kind::Settled
            | Kind::HandedBack
            | Kind::Withdrawn
            | Kind::Finished { .. } => {
                if let Some(since) = joined.take() {
                    cost =
                        cost.saturating_add(minutes(entry.at.saturating_sub(since), costs.operator_minute));
                }
            }
            _ => {}
        }
    }
    match joined {
        Some(since) => cost.saturating_add(minutes(
            talk.last_at().saturating_sub(since),
            costs.operator_minute,
        )),
        None => cost,
    }
}

/// What a span costs, rounded down.
fn minutes(span: i64, per_minute: i64) -> i64 {
    let cost = i128::from(span.max(0)) * i128::from(per_minute) / 60_000;
    i64::try_from(cost).unwrap_or(i64::MAX)
}

/// *Abandoned carts recovered*: conversations that a trigger began, those of them that have the credit of a goal, and the
/// value of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Recovered, of begun.
    pub talks: Share,
    /// Value, in millionths of the currency unit.
    pub value: i64,
}

impl Recovered {
    /// For the conversations that this trigger began.
    pub fn of(stream: &Stream, selection: &Selection, trigger: &str, goal: &str) -> Recovered {
        let mut found = Recovered::default();
        for (_, entries) in stream.people() {
            let goals = reached(&entries, Some(goal));
            for talk in Talk::all(&entries).iter().filter(|talk| selection.has_talk(talk)) {
                if !matches!(talk.begun_by(), Some(Beginner::Trigger(by)) if by == trigger) {
                    continue;
                }
                let credited = goals.iter().filter(|(.., credit)| credit.contains(&talk.id));
                let values: Vec<i64> = credited.map(|(_, _, value, _)| value.unwrap_or(0)).collect();
                found.talks.count(!values.is_empty());
                found.value = values
                    .iter()
                    .fold(found.value, |sum, value| sum.saturating_add(*value));
            }
        }
        found
    }
}

/// *Checkout abandonment*: beginnings (an event, for example of a checkout) that were not followed by a goal in time, of
/// all, with help and without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abandonment {
    /// Abandoned ones, of those in which the customer spoke with the bot or with people in between.
    pub helped: Share,
    /// Abandoned ones, of the others.
    pub alone: Share,
}

impl Abandonment {
    /// `began`: the event; `goal`: what should follow it within so many milliseconds. The event again within that time is
    /// the same beginning.
    pub fn of(
        stream: &Stream,
        selection: &Selection,
        began: &str,
        goal: &str,
        within_ms: i64,
    ) -> Abandonment {
        let mut found = Abandonment::default();
        for (_, entries) in stream.people() {
            let goals = reached(&entries, Some(goal));
            let mut until = i64::MIN;
            for entry in entries.iter().filter(|entry| selection.has(entry)) {
                if !matches!(&entry.kind, Kind::Happened { event } if event == began) || entry.at < until {
                    continue;
                }
                until = entry.at.saturating_add(within_ms);
                let done = goals
                    .iter()
                    .map(|(goal, ..)| goal.at)
                    .find(|at| (entry.at..until).contains(at));
                let end = done.unwrap_or(until);
                let helped = entries.iter().any(|one| {
                    matches!(one.kind, Kind::Wrote { .. })
                        && one.context.talk.is_some()
                        && (entry.at..=end).contains(&one.at)
                });
                match helped {
                    true => found.helped.count(done.is_none()),
                    false => found.alone.count(done.is_none()),
                }
            }
        }
        found
    }
}

/// *Engagement-to-lead* and *engagement-to-sale* of social comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// People of whom an address was learnt after their comment, of people who commented.
    pub to_lead: Share,
    /// People who reached the goal after their comment, of people who commented.
    pub to_sale: Share,
}

impl Comments {
    /// For people who commented in the selection.
    pub fn of(stream: &Stream, selection: &Selection, goal: &str) -> Comments {
        let mut found = Comments::default();
        for (_, entries) in stream.people() {
            let first = entries.iter().find(|entry| {
                selection.has(entry)
                    && matches!(&entry.kind, Kind::Happened { event } if event == "comment_posted")
            });
            let Some(first) = first else { continue };
            let after = entries.iter().filter(|entry| entry.at >= first.at);
            let mut after = after.peekable();
            let (mut lead, mut sale) = (false, false);
            for entry in after.by_ref() {
                lead |= matches!(entry.kind, Kind::Learnt { contact: true, .. });
                sale |= matches!(&entry.kind, Kind::Goal { goal: reached, .. } if reached == goal);
            }
            found.to_lead.count(lead);
            found.to_sale.count(sale);
        }
        found
    }
}

/// *Order value after cross-sell*: the mean value of goals to the credit of a conversation that went through a flow, and
/// of all other ones. Millionths of the currency unit.
pub fn order_value(
    stream: &Stream,
    selection: &Selection,
    goal: &str,
    flow: &str,
) -> (Option<i64>, Option<i64>) {
    let (mut with, mut without) = ((0i64, 0i64), (0i64, 0i64));
    for (_, entries) in stream.people() {
        let talks = Talk::all(&entries);
        for (entry, _, value, credit) in reached(&entries, Some(goal)) {
            if !selection.has_moment(entry.at) {
                continue;
            }
            let through = talks.iter().any(|talk| {
                credit.contains(&talk.id)
                    && talk
                        .entries
                        .iter()
                        .any(|entry| entry.context.flow.as_deref() == Some(flow))
            });
            let (sum, orders) = if through { &mut with } else { &mut without };
            *sum = sum.saturating_add(value.unwrap_or(0));
            *orders += 1;
        }
    }
    (with.0.checked_div(with.1), without.0.checked_div(without.1))
}
