//! Reach and engagement: visits with a chat, and what becomes of messages that nobody asked for.

use std::collections::BTreeSet;

use botflow_machine::Delivery;

use super::{Counts, count};
use crate::entry::{Beginner, Kind};
use crate::selection::Selection;
use crate::statistics::Share;
use crate::stream::Stream;
use crate::talk::Talk;

/// An opting out counts for a message within so many milliseconds after it.
pub const OPT_OUT_MS: i64 = 24 * 60 * 60_000;

/// Reach and engagement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// *Chat initiation rate*: visits in which a conversation began, of all visits. A visit lasts until the person's next.
    pub visits: Share,
    /// Visits in which a conversation began, by who began the first one.
    pub visits_by: Counts,
    /// Conversations begun, by who began them.
    pub begun: Counts,
    /// Proactive messages: those said in a conversation that a trigger began, before the customer said anything in it.
    pub sent: u64,
    /// Of them, those that arrived (a read one did).
    pub delivered: u64,
    /// Of them, those that were read (one with an opened link was).
    pub read: u64,
    /// Of them, those a link of which was opened.
    pub clicked: u64,
    /// *Reply rate*: conversations in which the customer said something, of those that triggers began.
    pub replied: Share,
    /// People who opted out within 24 hours after a proactive message.
    pub opted_out: u64,
    /// Why triggers did not start, and messages did not go out.
    pub reasons: Counts,
}

impl Reach {
    /// For the selection.
    pub fn of(stream: &Stream, selection: &Selection) -> Reach {
        let mut reach = Reach::default();
        for (_, entries) in stream.people() {
            let talks = Talk::all(&entries);
            let visits: Vec<_> = entries.iter().filter(|entry| entry.kind == Kind::Visit).collect();
            for (index, visit) in visits
                .iter()
                .enumerate()
                .filter(|(_, visit)| selection.has(visit))
            {
                let end = visits.get(index + 1).map_or(i64::MAX, |next| next.at);
                let talk = talks
                    .iter()
                    .find(|talk| (visit.at..end).contains(&talk.began_at()));
                reach.visits.count(talk.is_some());
                if let Some(by) = talk.and_then(Talk::begun_by) {
                    count(&mut reach.visits_by, by.word());
                }
            }
            let mut proactive: BTreeSet<u64> = BTreeSet::new();
            let mut last_sent: Vec<i64> = Vec::new();
            for talk in talks.iter().filter(|talk| selection.has_talk(talk)) {
                if let Some(by) = talk.begun_by() {
                    count(&mut reach.begun, by.word());
                }
                if !matches!(talk.begun_by(), Some(Beginner::Trigger(_))) {
                    continue;
                }
                reach.replied.count(talk.answered());
                let unasked = talk
                    .entries
                    .iter()
                    .take_while(|entry| !matches!(entry.kind, Kind::Wrote { .. }));
                for entry in unasked {
                    if let Kind::Said { message, .. } = entry.kind {
                        proactive.insert(message);
                        last_sent.push(entry.at);
                    }
                }
            }
            reach.sent += proactive.len() as u64;
            let became = |wanted: &[Delivery]| {
                let messages: BTreeSet<u64> = entries
                    .iter()
                    .filter_map(|entry| match &entry.kind {
                        Kind::Delivered { message, status } if wanted.contains(status) => Some(*message),
                        _ => None,
                    })
                    .collect();
                proactive.intersection(&messages).count() as u64
            };
            reach.delivered += became(&[Delivery::Delivered, Delivery::Read, Delivery::Clicked]);
            reach.read += became(&[Delivery::Read, Delivery::Clicked]);
            reach.clicked += became(&[Delivery::Clicked]);
            let left = entries.iter().any(|entry| {
                matches!(entry.kind, Kind::OptedOut { .. })
                    && last_sent
                        .iter()
                        .any(|sent| (0..=OPT_OUT_MS).contains(&(entry.at.saturating_sub(*sent))))
            });
            reach.opted_out += u64::from(left);
            for entry in entries.iter().filter(|entry| selection.has(entry)) {
                if let Kind::Trigger {
                    reason: Some(reason), ..
                }
                | Kind::Withheld { reason } = &entry.kind
                {
                    count(&mut reach.reasons, reason.clone());
                }
            }
        }
        reach
    }

    /// *Read rate of automatic messages*: read ones of those sent.
    pub fn read_rate(&self) -> Option<f64> {
        Share::new(self.read, self.sent).rate()
    }

    /// Opened ones of those sent.
    pub fn click_rate(&self) -> Option<f64> {
        Share::new(self.clicked, self.sent).rate()
    }
}
