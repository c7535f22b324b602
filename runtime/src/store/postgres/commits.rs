//! Commits: tried all at once; where some are refused, these are found and told, and the others tried again.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::Batch;
use super::error::{Asked, Fault};
use super::pool::Pool;
use super::session::Session;
use super::{absorb, key, number, revision};
use crate::store::{Commit, Done, StoreError, Trouble};

/// So often others may be in the way of a commit that could be written by all that can be seen.
const ROUNDS: usize = 16;

/// At most so many commits are one statement.
const LONGEST: usize = 1_024;

/// Writes each commit whole or not at all, and says what became of each.
pub(super) async fn write(pool: &Pool, gate: i64, commits: &[Commit]) -> Result<Vec<Done>, StoreError> {
    let mut done: Vec<Option<Done>> = vec![None; commits.len()];
    for wave in waves(commits) {
        let written = match wave.as_slice() {
            [one] if commits[*one].absorbs.is_some() => {
                let answer = absorb::write(pool, gate, &commits[*one]).await;
                answer.map(|answer| done[*one] = Some(answer))
            }
            _ => ride(pool, gate, commits, wave, &mut done).await,
        };
        if let Err(error) = written {
            // What an earlier wave wrote is written.
            let has_written = done.iter().any(|one| matches!(one, Some(Done::Committed(_))));
            let trouble = if has_written {
                Trouble::Unknown
            } else {
                error.trouble
            };
            return Err(StoreError { trouble, ..error });
        }
    }
    Ok(done
        .into_iter()
        .map(|one| one.unwrap_or(Done::Conflict))
        .collect())
}

/// Commits that can be one statement. What repeats a cause or an address of an earlier one has to see what became of that.
fn waves(commits: &[Commit]) -> Vec<Vec<usize>> {
    let mut waves = Vec::new();
    let mut wave = Vec::new();
    let mut keys = BTreeSet::new();
    for (at, commit) in commits.iter().enumerate() {
        let mut its: BTreeSet<_> = commit
            .addresses
            .iter()
            .map(|address| (1, key::address(address)))
            .collect();
        its.extend(commit.cause.iter().map(|cause| (0, key::words(&cause.key))));
        its.insert((2, commit.contact.0.to_le_bytes().to_vec()));
        let is_alone = commit.absorbs.is_some();
        if !wave.is_empty() && (is_alone || wave.len() >= LONGEST || !keys.is_disjoint(&its)) {
            waves.push(std::mem::take(&mut wave));
            keys.clear();
        }
        wave.push(at);
        if is_alone {
            waves.push(std::mem::take(&mut wave));
        } else {
            keys.append(&mut its);
        }
    }
    if !wave.is_empty() {
        waves.push(wave);
    }
    waves
}

/// One wave.
async fn ride(
    pool: &Pool,
    gate: i64,
    commits: &[Commit],
    mut left: Vec<usize>,
    done: &mut [Option<Done>],
) -> Result<(), StoreError> {
    let mut session = pool.lend().await?;
    for round in 0..ROUNDS {
        // Whoever is always in the way of somebody is not in everybody's.
        let portions: Vec<Vec<usize>> = match round {
            0..4 => vec![std::mem::take(&mut left)],
            _ => std::mem::take(&mut left)
                .into_iter()
                .map(|one| vec![one])
                .collect(),
        };
        for portion in portions {
            let those: Vec<&Commit> = portion.iter().map(|at| &commits[*at]).collect();
            match Batch::new(gate, &those).write(&mut session).await {
                Ok(()) => {
                    for at in portion {
                        done[at] = Some(Done::Committed(commits[at].expect.saturating_add(1)));
                    }
                }
                Err(fault) if fault.is_refusal() => {
                    let refused = refused(&mut session, &those)
                        .await
                        .map_err(|fault| fault.into_error(Asked::Reading))?;
                    for (at, refused) in portion.into_iter().zip(refused) {
                        match refused {
                            Some(refusal) => done[at] = Some(refusal),
                            None => left.push(at),
                        }
                    }
                }
                Err(fault) => return Err(fault.into_error(Asked::Writing)),
            }
        }
        if left.is_empty() {
            return Ok(());
        }
    }
    // Others are always faster: whoever asks plans again.
    for at in left {
        done[at] = Some(Done::Conflict);
    }
    Ok(())
}

/// Which of these cannot be written, and why. Revisions are looked at before causes: who finds that somebody was faster
/// sees what that one has written, if it was the same.
pub(super) async fn refused(session: &mut Session, commits: &[&Commit]) -> Result<Vec<Option<Done>>, Fault> {
    let mut people: Vec<i64> = commits.iter().map(|commit| number(commit.contact.0)).collect();
    people.extend(
        commits
            .iter()
            .filter_map(|commit| commit.absorbs)
            .map(|absorbed| number(absorbed.contact.0)),
    );
    let rows = session
        .rows(
            "SELECT contact, revision FROM contact WHERE contact = ANY ($1::int8[])",
            &[&people],
        )
        .await?;
    let revisions: BTreeMap<i64, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let addresses: Vec<Vec<u8>> = commits
        .iter()
        .flat_map(|commit| commit.addresses.iter().map(key::address))
        .collect();
    let rows = match addresses.is_empty() {
        true => Vec::new(),
        false => {
            let sql = "SELECT key, contact FROM address WHERE key = ANY ($1::bytea[])";
            session.rows(sql, &[&addresses]).await?
        }
    };
    let owners: BTreeMap<Vec<u8>, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let causes: Vec<Vec<u8>> = commits
        .iter()
        .filter_map(|commit| commit.cause.as_ref())
        .map(|cause| key::words(&cause.key))
        .collect();
    let rows = match causes.is_empty() {
        true => Vec::new(),
        false => {
            let sql = "SELECT key, answer FROM cause WHERE key = ANY ($1::bytea[])";
            session.rows(sql, &[&causes]).await?
        }
    };
    let answers: BTreeMap<Vec<u8>, Vec<u8>> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let refused = commits.iter().map(|commit| {
        let cause = commit.cause.as_ref();
        if let Some(answer) = cause.and_then(|cause| answers.get(&key::words(&cause.key))) {
            return Some(Done::Duplicate(answer.clone()));
        }
        let contact = number(commit.contact.0);
        let has = |contact: i64| revisions.get(&contact).copied().unwrap_or(0);
        let other = commit.absorbs.map(|absorbed| number(absorbed.contact.0));
        let is_theirs = |owner: i64| owner == contact || Some(owner) == other;
        let is_refused = has(contact) != revision(commit.expect)
            || commit.absorbs.is_some_and(|absorbed| {
                absorbed.expect == 0 || has(number(absorbed.contact.0)) != revision(absorbed.expect)
            })
            || !commit.addresses.iter().all(|address| {
                owners
                    .get(&key::address(address))
                    .is_none_or(|owner| is_theirs(*owner))
            });
        is_refused.then_some(Done::Conflict)
    });
    Ok(refused.collect())
}
