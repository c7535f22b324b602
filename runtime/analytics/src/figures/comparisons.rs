//! Comparisons: periods, trends and funnels. This period against the last is the same figure for two selections, with
//! [`crate::statistics::change`] between them; side by side is [`Selection::by`].

use std::collections::{BTreeMap, BTreeSet};

use botflow_values::{Date, Time, Zone};
use smol_str::SmolStr;

use crate::entry::Kind;
use crate::selection::Selection;
use crate::stream::Stream;
use crate::talk::Talk;

/// How long the pieces of a trend are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A day, from midnight.
    Day,
    /// A week, from Monday.
    Week,
    /// A month, from the first.
    Month,
}

impl Every {
    /// The first day of the piece that a day lies in.
    fn first(self, day: Date) -> Date {
        match self {
            Every::Day => day,
            Every::Week => day.plus_days(-(day.weekday() as i64)),
            Every::Month => {
                let (year, month, _) = day.parts();
                Date::new(year, month, 1).unwrap_or(day)
            }
        }
    }

    /// The first day of the next piece.
    fn next(self, first: Date) -> Date {
        match self {
            Every::Day => first.plus_days(1),
            Every::Week => first.plus_days(7),
            // Every month has a day in the 32 after its first that belongs to the next one.
            Every::Month => self.first(first.plus_days(31)),
        }
    }

    /// The pieces that a selection is made of, with their first days, in a time zone. The first and the last are cut at
    /// the selection's ends. At most 10,000.
    pub fn pieces(self, selection: &Selection, zone: &Zone) -> Vec<(Date, Selection)> {
        const MOST: usize = 10_000;
        let midnight = Time::from_seconds(0);
        let mut first = self.first(zone.local(selection.from).0);
        let mut pieces = Vec::new();
        loop {
            let next = self.next(first);
            let mut piece = selection.clone();
            piece.from = zone.moment(first, midnight).max(selection.from);
            piece.until = zone.moment(next, midnight).min(selection.until);
            if piece.from >= selection.until || next <= first || pieces.len() >= MOST {
                return pieces;
            }
            pieces.push((first, piece));
            first = next;
        }
    }
}

/// A trend: a figure for each piece of a selection that has a beginning and an end.
pub fn trend<T>(
    stream: &Stream,
    selection: &Selection,
    every: Every,
    zone: &Zone,
    figure: impl Fn(&Stream, &Selection) -> T,
) -> Vec<(Date, T)> {
    let pieces = every.pieces(selection, zone).into_iter();
    pieces.map(|(day, piece)| (day, figure(stream, &piece))).collect()
}

/// A funnel of one page: people, each step of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// People who saw the page.
    pub seen: u64,
    /// Of them, those with a conversation that began there.
    pub opened: u64,
    /// Of them, those who said something in it.
    pub answered: u64,
    /// Of them, those for whom it was resolved.
    pub resolved: u64,
    /// Of them, those with a goal to its credit.
    pub goal: u64,
}

impl Funnel {
    /// By page, for the selection.
    pub fn by_page(stream: &Stream, selection: &Selection) -> BTreeMap<SmolStr, Funnel> {
        let mut found: BTreeMap<SmolStr, Funnel> = BTreeMap::new();
        for (_, entries) in stream.people() {
            let seen = entries
                .iter()
                .filter(|entry| selection.has(entry) && matches!(entry.kind, Kind::Visit | Kind::Page));
            let pages: BTreeSet<&SmolStr> = seen.filter_map(|entry| entry.context.page.as_ref()).collect();
            let talks = Talk::all(&entries);
            for page in pages {
                let funnel = found.entry(page.clone()).or_default();
                funnel.seen += 1;
                let mut there: Vec<&Talk<'_>> = talks
                    .iter()
                    .filter(|talk| selection.has_talk(talk))
                    .filter(|talk| {
                        talk.entries.first().and_then(|entry| entry.context.page.as_ref()) == Some(page)
                    })
                    .collect();
                funnel.opened += u64::from(!there.is_empty());
                there.retain(|talk| talk.answered());
                funnel.answered += u64::from(!there.is_empty());
                there.retain(|talk| talk.ended("resolved"));
                funnel.resolved += u64::from(!there.is_empty());
                there.retain(|talk| talk.credited(&entries));
                funnel.goal += u64::from(!there.is_empty());
            }
        }
        found
    }
}
