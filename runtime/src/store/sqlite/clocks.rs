//! When something is due for whom, and until when somebody works on it. Only moments are in the database; claims end with
//! the process.

use std::collections::BTreeMap;

use super::timetable::Timetable;
use crate::contact::ContactId;

#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// The moment, and until when it is somebody's.
    clocks: BTreeMap<ContactId, (i64, i64)>,
    table: Timetable<(i64, ContactId)>,
}

impl Clocks {
    /// The clock of a person is set, or stopped. It ends any claim on it.
    pub fn set(&mut self, contact: ContactId, at: Option<i64>) {
        if let Some((at, until)) = self.clocks.remove(&contact) {
            self.table.remove(at.max(until), (at, contact));
        }
        if let Some(at) = at {
            self.clocks.insert(contact, (at, i64::MIN));
            self.table.insert(at, (at, contact));
        }
    }

    /// Takes those that are due, until then; the longest overdue first.
    pub fn take(&mut self, now: i64, until: i64, limit: usize) -> Vec<ContactId> {
        let due: Vec<_> = self.table.ready(now).take(limit).collect();
        for (at, contact) in &due {
            if let Some((_, leased)) = self.clocks.get_mut(contact) {
                self.table.remove((*at).max(*leased), (*at, *contact));
                *leased = until;
                self.table.insert((*at).max(until), (*at, *contact));
            }
        }
        due.into_iter().map(|(_, contact)| contact).collect()
    }

    /// When one is due next.
    pub fn next(&self) -> Option<i64> {
        self.table.next()
    }
}
