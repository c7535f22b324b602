//! Operators: who is there, who has which conversations, and how they go.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::entry::{Duty, Kind, Scale};
use crate::selection::Selection;
use crate::statistics::{Share, Spans};
use crate::stream::Stream;
use crate::talk::Talk;

/// One operator. Spans are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operator {
    /// Conversations they joined.
    pub joined: u64,
    /// *Conversations at once*: the most of them.
    pub at_once: u64,
    /// *Response time*: from words of the customer to their next words.
    pub response: Spans,
    /// *Duration*: from joining to leaving, passing on, handing back, settling or the end.
    pub duration: Spans,
    /// Conversations they settled.
    pub resolved: u64,
    /// Conversations they handed on.
    pub handed_on: u64,
    /// *CSAT* of the conversations they had last: answers 4 and 5, of all.
    pub csat: Share,
    /// *Share of sales after their conversations*: those with the credit of a goal, of those they joined.
    pub sales: Share,
}

impl Operator {
    /// All operators of conversations in the selection, by name.
    pub fn all(stream: &Stream, selection: &Selection) -> BTreeMap<SmolStr, Operator> {
        let mut found: BTreeMap<SmolStr, Operator> = BTreeMap::new();
        // Who has how many conversations when: beginnings and ends, over all people.
        let mut held: BTreeMap<SmolStr, Vec<(i64, i64)>> = BTreeMap::new();
        for (_, entries) in stream.people() {
            for talk in Talk::all(&entries).iter().filter(|talk| selection.has_talk(talk)) {
                let sale = talk.credited(&entries);
                let mut has: Option<(SmolStr, i64)> = None;
                let mut last: Option<SmolStr> = None;
                let mut met: Vec<SmolStr> = Vec::new();
                let mut wrote = None;
                for entry in &talk.entries {
                    let leaves = match &entry.kind {
                        Kind::Joined => {
                            let name = entry.context.operator.clone().unwrap_or_default();
                            if !met.contains(&name) {
                                met.push(name.clone());
                                let operator = found.entry(name.clone()).or_default();
                                operator.joined += 1;
                                operator.sales.count(sale);
                            }
                            if let Some((before, since)) = has.replace((name.clone(), entry.at)) {
                                end(&mut found, &mut held, before, since, entry.at);
                            }
                            last = Some(name);
                            false
                        }
                        Kind::Wrote { to_people: true } => {
                            wrote.get_or_insert(entry.at);
                            false
                        }
                        Kind::Relayed => {
                            let name = entry.context.operator.clone().unwrap_or_default();
                            if let Some(since) = wrote.take() {
                                let operator = found.entry(name).or_default();
                                operator.response.add(entry.at.saturating_sub(since));
                            }
                            false
                        }
                        Kind::Settled => {
                            if let Some((name, _)) = &has {
                                found.entry(name.clone()).or_default().resolved += 1;
                            }
                            true
                        }
                        Kind::PassedOn => {
                            if let Some((name, _)) = &has {
                                found.entry(name.clone()).or_default().handed_on += 1;
                            }
                            true
                        }
                        Kind::Rated {
                            scale: Scale::Csat,
                            score,
                        } => {
                            if let Some(name) = &last {
                                found.entry(name.clone()).or_default().csat.count(*score >= 4);
                            }
                            false
                        }
                        Kind::Left | Kind::HandedBack | Kind::Withdrawn | Kind::Finished { .. } => true,
                        _ => false,
                    };
                    if leaves && let Some((name, since)) = has.take() {
                        end(&mut found, &mut held, name, since, entry.at);
                        wrote = None;
                    }
                }
                if let Some((name, since)) = has {
                    end(&mut found, &mut held, name, since, talk.last_at());
                }
            }
        }
        for (name, spans) in held {
            let most = spans.iter().map(|(at, _)| {
                // At the moment at which one begins, others that end then are over.
                let running = spans
                    .iter()
                    .filter(|(from, to)| from <= at && (at < to || from == at));
                running.count() as u64
            });
            found.entry(name).or_default().at_once = most.max().unwrap_or(0);
        }
        found
    }
}

fn end(
    found: &mut BTreeMap<SmolStr, Operator>,
    held: &mut BTreeMap<SmolStr, Vec<(i64, i64)>>,
    name: SmolStr,
    since: i64,
    at: i64,
) {
    let operator = found.entry(name.clone()).or_default();
    operator.duration.add(at.saturating_sub(since));
    held.entry(name).or_default().push((since, at));
}

/// Who was there, from the states that the host reports. Who was never heard of is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presence {
    /// The state of each operator at the end of the period.
    pub now: BTreeMap<SmolStr, Duty>,
    /// How long each was online, in milliseconds.
    pub online: BTreeMap<SmolStr, i64>,
    /// *Time in which nobody was there*: nobody was online, in milliseconds.
    pub nobody: i64,
}

impl Presence {
    /// For a period that has a beginning and an end.
    pub fn of(stream: &Stream, from: i64, until: i64) -> Presence {
        let mut found = Presence::default();
        let mut changes: Vec<(i64, u64, &SmolStr, Duty)> = stream
            .entries()
            .filter(|entry| entry.at < until)
            .filter_map(|entry| match (&entry.kind, &entry.context.operator) {
                (Kind::Duty { state }, Some(operator)) => Some((entry.at, entry.number, operator, *state)),
                _ => None,
            })
            .collect();
        changes.sort_by_key(|(at, number, ..)| (*at, *number));
        let mut since = from;
        let mut changes = changes.into_iter().peekable();
        loop {
            let next = changes.peek().map_or(until, |(at, ..)| (*at).clamp(from, until));
            let span = next.saturating_sub(since);
            let online = found.now.iter().filter(|(_, state)| **state == Duty::Online);
            let online: Vec<SmolStr> = online.map(|(name, _)| name.clone()).collect();
            if online.is_empty() {
                found.nobody = found.nobody.saturating_add(span);
            }
            for name in online {
                let time = found.online.entry(name).or_default();
                *time = time.saturating_add(span);
            }
            since = next;
            match changes.next() {
                Some((_, _, operator, state)) => _ = found.now.insert(operator.clone(), state),
                None => return found,
            }
        }
    }
}
