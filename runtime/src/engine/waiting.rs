//! What has come and has not been taken yet: one queue for each address or person, so that nobody waits for somebody else's
//! flood, and what fails to be stored goes before what came after it.

use std::collections::{BTreeMap, VecDeque};

use super::job::Job;

/// Jobs that wait, in their queues.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    queues: BTreeMap<u64, VecDeque<Job>>,
    /// Queues with something in them, the one whose turn is next first.
    turns: VecDeque<u64>,
}

impl Waiting {
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Behind all others of its queue.
    pub fn push_back(&mut self, job: Job) {
        self.queue(job.queue).push_back(job);
    }

    /// Before all others of its queue: it was taken, and has to be taken again.
    pub fn push_front(&mut self, job: Job) {
        self.queue(job.queue).push_front(job);
    }

    fn queue(&mut self, queue: u64) -> &mut VecDeque<Job> {
        self.queues.entry(queue).or_insert_with(|| {
            self.turns.push_back(queue);
            VecDeque::new()
        })
    }

    /// The first of each queue, of at most so many queues; those that had no turn have the next one.
    pub fn take(&mut self, most: usize) -> Vec<Job> {
        let turns = self.turns.len().min(most);
        let mut taken = Vec::with_capacity(turns);
        for turn in 0..turns {
            let Some(queue) = self.turns.pop_front() else {
                break;
            };
            let Some(jobs) = self.queues.get_mut(&queue) else {
                continue;
            };
            taken.extend(jobs.pop_front());
            debug_assert!(taken.len() == turn + 1, "a queue that has a turn is not empty");
            if jobs.is_empty() {
                self.queues.remove(&queue);
            } else {
                self.turns.push_back(queue);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::contact::{ContactId, Input};
    use crate::engine::job::Target;

    fn job(queue: u64, number: u64) -> Job {
        Job {
            target: Target::Contact(ContactId(number), Input::Due),
            was: None,
            queue,
            cause: None,
            seed: number,
            settles: None,
            reply: oneshot::channel().0,
            conflicts: 0,
            _place: None,
        }
    }

    fn numbers(jobs: &[Job]) -> Vec<u64> {
        jobs.iter().map(|job| job.seed).collect()
    }

    #[test]
    fn a_flood_leaves_room_for_others() {
        let mut waiting = Waiting::default();
        for number in 0..100 {
            waiting.push_back(job(1, number));
        }
        waiting.push_back(job(2, 200));
        waiting.push_back(job(3, 300));
        assert_eq!(numbers(&waiting.take(2)), [0, 200]);
        assert_eq!(numbers(&waiting.take(2)), [300, 1]);
        assert_eq!(numbers(&waiting.take(2)), [2]);
    }

    #[test]
    fn what_is_taken_again_keeps_its_place() {
        let mut waiting = Waiting::default();
        for number in 0..3 {
            waiting.push_back(job(1, number));
        }
        let first = waiting.take(8).pop().expect("there are three");
        waiting.push_front(first);
        let mut order = Vec::new();
        while !waiting.is_empty() {
            order.extend(numbers(&waiting.take(8)));
        }
        assert_eq!(order, [0, 1, 2]);
    }
}
