//! Only one process has a store open: it keeps in memory what is due and who has claimed what.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::store::error::{StoreError, Trouble};

/// Held as long as the store is open. The system lets go of it with the process, however that ends; the file stays.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "is held, not used")] File);

impl Lock {
    /// Takes the lock beside the database.
    pub fn take(database: &Path) -> Result<Lock, StoreError> {
        let path = path(database);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| refused(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = std::fs::read_to_string(&path).unwrap_or_default();
                let holder = holder.trim();
                let holder = if holder.is_empty() {
                    "another host".to_owned()
                } else {
                    format!("process {holder}")
                };
                return Err(StoreError::new(
                    Trouble::Unavailable,
                    format!(
                        "{} is open in {holder}; stop that first, or give this one another store (several hosts can \
                         share PostgreSQL)",
                        database.display()
                    ),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(refused(&path, &error)),
        }
        // Only for the words above: that it cannot be written does not matter.
        let _ = file
            .set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Lock(file))
    }
}

fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    name.into()
}

fn refused(path: &Path, error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind;
    let trouble = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Trouble::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Trouble::Full,
        _ => Trouble::Unavailable,
    };
    StoreError::new(
        trouble,
        format!(
            "{} cannot be locked: {error}; its folder has to exist, and this program has to be allowed to write there",
            path.display()
        ),
    )
}
