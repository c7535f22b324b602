//! Notes what became of letters: whatever is told while one note is under way goes into the next.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::letters::freed;
use super::number;
use super::pool::Pool;
use crate::store::{Fate, Seq, Settled, StoreError, Trouble};

/// So many letters go into one note.
const LONGEST: usize = 2_048;

struct Told {
    token: u64,
    settled: Vec<Settled>,
    reply: oneshot::Sender<Result<Vec<bool>, StoreError>>,
}

/// Notes what became of letters.
pub(super) struct Settler(UnboundedSender<Told>);

impl Settler {
    pub fn start(pool: Arc<Pool>) -> Settler {
        let (sender, told) = unbounded_channel();
        tokio::spawn(run(pool, told));
        Settler(sender)
    }

    pub async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        let gone = || StoreError::new(Trouble::Unavailable, "the store is closed");
        let (reply, answer) = oneshot::channel();
        let told = Told {
            token,
            settled,
            reply,
        };
        self.0.send(told).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Until the store is dropped.
async fn run(pool: Arc<Pool>, mut told: UnboundedReceiver<Told>) {
    let mut next = None;
    loop {
        let first = match next.take() {
            Some(first) => first,
            None => match told.recv().await {
                Some(first) => first,
                None => return,
            },
        };
        let mut letters: BTreeSet<Seq> = seqs(&first).collect();
        let mut round = vec![first];
        while letters.len() < LONGEST
            && let Ok(more) = told.try_recv()
        {
            // What is told twice of a letter is told one after the other.
            if seqs(&more).any(|seq| letters.contains(&seq)) {
                next = Some(more);
                break;
            }
            letters.extend(seqs(&more));
            round.push(more);
        }
        let noted = note(&pool, &round).await;
        for one in round {
            let answer = noted
                .as_ref()
                .map(|noted| seqs(&one).map(|seq| noted.contains(&seq)).collect())
                .map_err(StoreError::clone);
            // Whoever asked may have gone.
            let _ = one.reply.send(answer);
        }
    }
}

fn seqs(told: &Told) -> impl Iterator<Item = Seq> {
    told.settled.iter().map(|settled| settled.seq)
}

/// A letter, the claim on it, what became of it as a number, when it is tried again or until when it is claimed, and why.
type Row<'a> = (Seq, i64, i32, Option<i64>, Option<&'a [u8]>);

/// Which of these letters were still the claims' that told of them.
async fn note(pool: &Pool, round: &[Told]) -> Result<BTreeSet<Seq>, StoreError> {
    let mut columns: Vec<Row<'_>> = Vec::new();
    for told in round {
        let token = number(told.token);
        columns.extend(told.settled.iter().map(|settled| match &settled.fate {
            Fate::Delivered => (settled.seq, token, 0, None, None),
            Fate::Retry { at, error } => (settled.seq, token, 1, Some(*at), Some(error.as_bytes())),
            Fate::Dead { error } => (settled.seq, token, 2, None, Some(error.as_bytes())),
            Fate::Released => (settled.seq, token, 3, None, None),
            Fate::UnderWay { until } => (settled.seq, token, 4, Some(*until), None),
        }));
    }
    columns.sort_unstable();
    let seqs: Vec<_> = columns.iter().map(|one| one.0).collect();
    let tokens: Vec<_> = columns.iter().map(|one| one.1).collect();
    let fates: Vec<_> = columns.iter().map(|one| one.2).collect();
    let ats: Vec<_> = columns.iter().map(|one| one.3).collect();
    let errors: Vec<_> = columns.iter().map(|one| one.4).collect();
    let mut sql = format!(
        "WITH told AS MATERIALIZED (
           SELECT * FROM unnest($1::int8[], $2::int8[], $3::int4[], $4::int8[], $5::bytea[])
             AS t(seq, token, fate, at, error)),
         gone AS (
           DELETE FROM letter l USING told t WHERE l.seq = t.seq AND l.token = t.token AND t.fate = 0
           RETURNING l.seq, l.contact, l.lane, l.next_at),
         stayed AS (
           UPDATE letter l SET token = CASE t.fate WHEN 4 THEN l.token END, claimed = CASE t.fate WHEN 4 THEN t.at END,
             next_at = CASE t.fate WHEN 4 THEN l.next_at ELSE coalesce(t.at, l.next_at) END,
             ready = CASE t.fate WHEN 4 THEN greatest(l.next_at, t.at) ELSE coalesce(t.at, l.next_at) END,
             dead = l.dead OR t.fate = 2, error = coalesce(t.error, l.error),
             attempts = l.attempts - (t.fate = 3)::int
           FROM told t WHERE l.seq = t.seq AND l.token = t.token AND t.fate > 0
           RETURNING l.seq, l.contact, l.lane, l.next_at, t.fate),
         ended AS (
           SELECT seq, contact, lane, next_at FROM gone
           UNION ALL SELECT seq, contact, lane, next_at FROM stayed WHERE fate = 2),
         {}",
        freed("ended", "AND NOT EXISTS (SELECT FROM told t WHERE t.seq = b.seq)")
    );
    // What is behind one that is to be tried again cannot go before that: nobody looks at it until then. It is said of it
    // when it can be looked at, and of nothing else, so that what is said wrongly is no more than late.
    if fates.contains(&1) {
        sql.push_str(
            ", behind AS (
               UPDATE letter b SET ready = s.next_at FROM stayed s
               WHERE s.fate = 1 AND b.contact = s.contact AND b.lane = s.lane AND b.seq > s.seq AND NOT b.dead
                 AND b.ready < s.next_at AND NOT EXISTS (SELECT FROM told t WHERE t.seq = b.seq))",
        );
    }
    sql.push_str(" SELECT seq FROM gone UNION ALL SELECT seq FROM stayed");
    let rows = pool.write(&sql, &[&seqs, &tokens, &fates, &ats, &errors]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
