//! A commit as it is handed to the writer: everything as bytes already, so that the one thread that writes only writes.

use std::sync::Arc;

use smol_str::SmolStr;

use super::lanes::Content;
use super::pack::pack;
use crate::contact::ContactId;
use crate::store::commit::{Absorbed, AddressKey, Cause, Commit, effect_key};
use crate::store::{Seq, StoreError, Trouble};

/// A commit, ready to be written.
#[derive(Debug)]
pub(super) struct Prepared {
    pub contact: ContactId,
    pub expect: u64,
    pub cause: Option<Cause>,
    pub at: i64,
    pub state: Vec<u8>,
    pub wake: Option<i64>,
    pub addresses: Vec<AddressKey>,
    pub lines: Vec<PreparedLine>,
    pub entries: Vec<Vec<u8>>,
    pub letters: Vec<PreparedLetter>,
    pub settles: Option<Seq>,
    pub absorbs: Option<Absorbed>,
}

#[derive(Debug)]
pub(super) struct PreparedLine {
    pub number: u64,
    pub at: i64,
    pub channel: SmolStr,
    pub said: String,
}

#[derive(Debug)]
pub(super) struct PreparedLetter {
    pub lane: SmolStr,
    pub route: SmolStr,
    pub body: String,
    pub content: Arc<Content>,
}

impl Prepared {
    pub fn new(commit: Commit) -> Result<Prepared, StoreError> {
        let revision = commit.expect.wrapping_add(1);
        let lines = commit.transcript.into_iter().map(|line| {
            Ok(PreparedLine {
                number: line.number,
                at: line.at,
                channel: line.channel,
                said: serde_json::to_string(&line.said)?,
            })
        });
        let letters = commit.outgoing.into_iter().enumerate().map(|(place, outgoing)| {
            Ok(PreparedLetter {
                lane: outgoing.lane(),
                route: outgoing.route(),
                body: serde_json::to_string(&outgoing)?,
                content: Arc::new(Content {
                    key: effect_key(commit.contact, revision, place).into(),
                    outgoing,
                }),
            })
        });
        let unwritable = |error: serde_json::Error| {
            StoreError::new(Trouble::Damaged, format!("it cannot be written: {error}"))
        };
        Ok(Prepared {
            contact: commit.contact,
            expect: commit.expect,
            cause: commit.cause,
            at: commit.at,
            state: pack(&commit.state),
            wake: commit.wake,
            addresses: commit.addresses,
            lines: lines.collect::<Result<_, _>>().map_err(unwritable)?,
            entries: commit.entries,
            letters: letters.collect::<Result<_, _>>().map_err(unwritable)?,
            settles: commit.settles,
            absorbs: commit.absorbs,
        })
    }
}
