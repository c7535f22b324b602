//! Letters that are to be delivered: which can go, and who has claimed them. What they say is in the database; of the
//! latest it is here, too, since most are delivered at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use smol_str::SmolStr;

use super::timetable::Timetable;
use crate::contact::{ContactId, Outgoing};
use crate::store::Seq;
use crate::store::outbox::{Claim, Letter, LetterState};

/// Of so many letters it is kept in memory what they say.
const FRESH: usize = 4_096;

/// What a letter says, and under which key.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub key: SmolStr,
    pub outgoing: Outgoing,
}

/// A letter that is to be delivered.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub contact: ContactId,
    pub lane: SmolStr,
    pub route: SmolStr,
    pub at: i64,
    pub next_at: i64,
    pub attempts: u32,
    pub error: String,
    pub token: u64,
    pub until: i64,
    pub content: Option<Arc<Content>>,
}

impl Waiting {
    /// From when on it can be taken.
    fn moment(&self) -> i64 {
        self.next_at.max(self.until)
    }

    /// As it is told.
    pub fn letter(&self, seq: Seq, content: &Content) -> Letter {
        Letter {
            seq,
            contact: self.contact,
            key: content.key.clone(),
            lane: self.lane.clone(),
            route: self.route.clone(),
            outgoing: content.outgoing.clone(),
            at: self.at,
            attempts: self.attempts,
            next_at: self.next_at,
            state: LetterState::Ready,
            error: self.error.clone(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    letters: BTreeMap<Seq, Waiting>,
    /// Letters of a person and lane, in order. Only the first can go.
    lanes: BTreeMap<(ContactId, SmolStr), VecDeque<Seq>>,
    /// Of each route the letters that are the first of their lanes.
    routes: BTreeMap<SmolStr, Timetable<Seq>>,
    /// How many letters have their content here.
    fresh: usize,
}

impl Lanes {
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    pub fn get(&self, seq: Seq) -> Option<&Waiting> {
        self.letters.get(&seq)
    }

    /// When the first was written.
    pub fn oldest(&self) -> Option<i64> {
        self.letters.values().next().map(|letter| letter.at)
    }

    /// One more; it takes its place in its lane.
    pub fn insert(&mut self, seq: Seq, mut letter: Waiting) {
        if letter.content.is_some() {
            if self.fresh < FRESH {
                self.fresh += 1;
            } else {
                letter.content = None;
            }
        }
        let lane = (letter.contact, letter.lane.clone());
        self.letters.insert(seq, letter);
        self.with_lane(lane, |lane| {
            let place = lane.partition_point(|other| *other < seq);
            lane.insert(place, seq);
        });
    }

    /// It is gone.
    pub fn remove(&mut self, seq: Seq) -> Option<Waiting> {
        let letter = self.letters.get(&seq)?;
        let lane = (letter.contact, letter.lane.clone());
        self.with_lane(lane, |lane| {
            if let Ok(place) = lane.binary_search(&seq) {
                lane.remove(place);
            }
        });
        let letter = self.letters.remove(&seq)?;
        self.fresh -= usize::from(letter.content.is_some());
        Some(letter)
    }

    /// Something about it is changed; not its lane.
    pub fn change(&mut self, seq: Seq, change: impl FnOnce(&mut Waiting)) {
        let Some(letter) = self.letters.get_mut(&seq) else {
            return;
        };
        let lane = self.lanes.get(&(letter.contact, letter.lane.clone()));
        let is_first = lane.and_then(|lane| lane.front()) == Some(&seq);
        let before = letter.moment();
        change(letter);
        if is_first && let Some(table) = self.routes.get_mut(&letter.route) {
            table.remove(before, seq);
            table.insert(letter.moment(), seq);
        }
    }

    /// Somebody turned out to be another person: so are their letters.
    pub fn absorb(&mut self, into: ContactId, from: ContactId) {
        let range = (from, SmolStr::default())..;
        let theirs = self.lanes.range(range).map(|(lane, _)| lane.clone());
        let theirs: Vec<_> = theirs.take_while(|(contact, _)| *contact == from).collect();
        for lane in theirs {
            let mut moved = VecDeque::new();
            self.with_lane(lane.clone(), |seqs| std::mem::swap(seqs, &mut moved));
            for seq in &moved {
                if let Some(letter) = self.letters.get_mut(seq) {
                    letter.contact = into;
                }
            }
            self.with_lane((into, lane.1), |seqs| {
                seqs.append(&mut moved);
                seqs.make_contiguous().sort_unstable();
            });
        }
    }

    /// The letters of a person.
    pub fn of(&self, contact: ContactId) -> Vec<Seq> {
        let lanes = self.lanes.range((contact, SmolStr::default())..);
        let theirs = lanes.take_while(|((owner, _), _)| *owner == contact);
        theirs.flat_map(|(_, seqs)| seqs.iter().copied()).collect()
    }

    /// Takes letters that can go: of each route the oldest.
    pub fn claim(&mut self, claim: &Claim) -> Vec<Seq> {
        let all = claim.routes.iter().any(|route| route == "*");
        let mut claimed = Vec::new();
        for (route, table) in &mut self.routes {
            if all || claim.routes.contains(route) {
                claimed.extend(table.ready(claim.now).take(claim.room(route)));
            }
        }
        claimed.sort_unstable();
        for seq in &claimed {
            self.change(*seq, |letter| {
                letter.token = claim.token;
                letter.until = claim.until;
                letter.attempts += 1;
            });
        }
        claimed
    }

    /// When one on these routes can go next.
    pub fn next(&self, routes: &[SmolStr]) -> Option<i64> {
        let all = routes.iter().any(|route| route == "*");
        let wanted = self.routes.iter();
        let wanted = wanted.filter(|(route, _)| all || routes.contains(route));
        wanted.filter_map(|(_, table)| table.next()).min()
    }

    /// Changes a lane; its first letter stands in the timetable of its route, before and after.
    fn with_lane(&mut self, key: (ContactId, SmolStr), change: impl FnOnce(&mut VecDeque<Seq>)) {
        let lane = self.lanes.entry(key.clone()).or_default();
        let before = lane.front().copied();
        change(lane);
        let after = lane.front().copied();
        if lane.is_empty() {
            self.lanes.remove(&key);
        }
        if before == after {
            return;
        }
        if let Some(seq) = before
            && let Some(letter) = self.letters.get(&seq)
            && let Some(table) = self.routes.get_mut(&letter.route)
        {
            table.remove(letter.moment(), seq);
        }
        if let Some(seq) = after
            && let Some(letter) = self.letters.get(&seq)
        {
            let table = self.routes.entry(letter.route.clone()).or_default();
            table.insert(letter.moment(), seq);
        }
    }
}
