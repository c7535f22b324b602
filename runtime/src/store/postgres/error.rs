//! What PostgreSQL and the way to it may answer, and what that means for a store.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::{StoreError, Trouble};

/// Something was not done, or nobody knows.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server, or the connection to it, says why.
    Said(Error),
    /// There was no answer in time.
    Silent,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Reading,
    /// Something that may have been done although the answer was lost.
    Writing,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Said(error)
    }
}

impl Fault {
    fn code(&self) -> Option<&SqlState> {
        match self {
            Fault::Said(error) => error.code(),
            Fault::Silent => None,
        }
    }

    /// The whole statement was undone because of what others have done meanwhile: it is to be looked at who is concerned.
    /// The division by zero is ours ([`super::batch`]).
    pub fn is_refusal(&self) -> bool {
        self.code().is_some_and(|code| {
            [
                SqlState::DIVISION_BY_ZERO,
                SqlState::UNIQUE_VIOLATION,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::T_R_SERIALIZATION_FAILURE,
            ]
            .contains(code)
        })
    }

    /// A lock was not given within the time that was said.
    pub fn is_impatience(&self) -> bool {
        self.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
    }

    /// The connection is of no use any more; what was asked may have been done.
    pub fn is_lost(&self) -> bool {
        let Fault::Said(error) = self else { return true };
        match error.as_db_error() {
            None => true,
            Some(said) => {
                let class = said.code().code().get(..2).unwrap_or_default();
                matches!(said.severity(), "FATAL" | "PANIC") || matches!(class, "08" | "58" | "XX")
            }
        }
    }

    /// In the words of stores. What the server calls the detail is left out: it may have values in it.
    pub fn into_error(self, asked: Asked) -> StoreError {
        let trouble = self.trouble(asked);
        let message = match &self {
            Fault::Silent => "PostgreSQL does not answer".to_owned(),
            Fault::Said(error) => match error.as_db_error() {
                Some(said) => format!("PostgreSQL says: {} ({})", said.message(), said.code().code()),
                None => {
                    let mut message = format!("PostgreSQL: {error}");
                    let mut source = std::error::Error::source(error);
                    while let Some(cause) = source {
                        message.push_str(&format!(": {cause}"));
                        source = cause.source();
                    }
                    message
                }
            },
        };
        StoreError::new(trouble, message)
    }

    fn trouble(&self, asked: Asked) -> Trouble {
        if let Some(code) = self.code() {
            match code.code() {
                "53100" if !self.is_lost() => return Trouble::Full,
                "25006" => return Trouble::ReadOnly,
                "XX001" | "XX002" => return Trouble::Damaged,
                _ => {}
            }
        }
        match asked {
            Asked::Writing if self.is_lost() => Trouble::Unknown,
            _ => Trouble::Unavailable,
        }
    }
}
