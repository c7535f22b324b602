//! What can go wrong with a store, and what to do about it.

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{trouble}: {message}")]
pub struct StoreError {
    /// Its kind.
    pub trouble: Trouble,
    /// In the words of the store. No content of conversations is in it.
    pub message: String,
}

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Trouble {
    /// It cannot be reached, or is busy: nothing was done. To be tried again.
    #[error("the store cannot be reached")]
    Unavailable,
    /// The answer was lost: it was done, or not. To be done again, which is harmless.
    #[error("the store's answer was lost")]
    Unknown,
    /// There is no room: nothing was done.
    #[error("the store is full")]
    Full,
    /// It cannot be written: nothing was done.
    #[error("the store cannot be written")]
    ReadOnly,
    /// What it keeps is damaged.
    #[error("the store is damaged")]
    Damaged,
    /// Its settings are such that what is acknowledged could be lost.
    #[error("the store is not safe")]
    Unsafe,
    /// It was made by a later version of this program.
    #[error("the store is of a later version")]
    Newer,
}

impl Trouble {
    /// Whether the same may succeed a little later.
    pub fn is_passing(self) -> bool {
        !matches!(self, Trouble::Unsafe | Trouble::Newer | Trouble::Damaged)
    }

    /// As a label of a metric.
    pub fn word(self) -> &'static str {
        match self {
            Trouble::Unavailable => "unavailable",
            Trouble::Unknown => "unknown",
            Trouble::Full => "full",
            Trouble::ReadOnly => "read_only",
            Trouble::Damaged => "damaged",
            Trouble::Unsafe => "unsafe",
            Trouble::Newer => "newer",
        }
    }
}

impl StoreError {
    /// With the words of the store.
    pub fn new(trouble: Trouble, message: impl std::fmt::Display) -> StoreError {
        StoreError {
            trouble,
            message: message.to_string(),
        }
    }
}
