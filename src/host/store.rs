//! Which store a host has, and opening it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use botflow_runtime::Store;
use botflow_runtime::store::{MemoryStore, PostgresOptions, PostgresStore, SqliteStore, StoreError, Trouble};
use camino::{Utf8Path, Utf8PathBuf};

use super::settings::{Settings, masked};
use crate::failure::Failure;

/// The folder beside a project in which its host keeps what it needs.
pub const FOLDER: &str = ".botflow";

/// Which store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreName {
    /// None: everything is gone with the process.
    Memory,
    /// A file.
    Sqlite(Utf8PathBuf),
    /// A database.
    Postgres(String),
}

impl StoreName {
    /// The store that settings name; without one a file beside the bot.
    pub fn of(settings: &Settings, folder: &Utf8Path, bot: Option<&str>) -> Result<StoreName, Failure> {
        let Some(text) = settings.text("store") else {
            let Some(bot) = bot else {
                return Err(Failure::Usage(
                    "which store? Name it: `--store sqlite:PATH` or `--store postgres://…`".to_owned(),
                ));
            };
            let file = folder.join(FOLDER).join(format!("{bot}.db"));
            let file = file.strip_prefix(".").map(Utf8Path::to_owned).unwrap_or(file);
            return Ok(StoreName::Sqlite(file));
        };
        Ok(match text.strip_prefix("sqlite:") {
            Some(path) => StoreName::Sqlite(settings.path_in("store", path.trim())),
            None if text == "memory" => StoreName::Memory,
            None => StoreName::Postgres(text.to_owned()),
        })
    }

    /// For people; without what would open it.
    pub fn shown(&self) -> String {
        match self {
            StoreName::Memory => "memory: everything is forgotten when it stops".to_owned(),
            StoreName::Sqlite(path) => format!("sqlite:{path}"),
            StoreName::Postgres(url) => masked(url),
        }
    }

    /// Opens it. A file that is not there is made.
    pub async fn open(&self) -> Result<Arc<dyn Store>, Failure> {
        match self {
            StoreName::Memory => Ok(Arc::new(MemoryStore::new())),
            StoreName::Sqlite(path) => {
                prepare(path)?;
                let store = SqliteStore::open(path.as_std_path()).await;
                Ok(Arc::new(store.map_err(|error| self.failure(&error))?))
            }
            StoreName::Postgres(address) => {
                let options = PostgresOptions {
                    // Where PostgreSQL's own programs look for it, too.
                    root_certificates: std::env::var_os("PGSSLROOTCERT").map(PathBuf::from),
                    ..PostgresOptions::default()
                };
                let store = PostgresStore::open_with(address, options).await;
                Ok(Arc::new(store.map_err(|error| self.failure(&error))?))
            }
        }
    }

    /// Whether there is something to open.
    pub fn is_there(&self) -> bool {
        match self {
            StoreName::Memory => false,
            StoreName::Sqlite(path) => path.is_file(),
            StoreName::Postgres(_) => true,
        }
    }

    /// What went wrong with it, and what to do.
    pub fn failure(&self, error: &StoreError) -> Failure {
        let advice = match error.trouble {
            Trouble::Full => " Make room on that disk.",
            Trouble::Newer => " Use the version of botflow that it was last used with, or a later one.",
            Trouble::Damaged => " Put back a backup of it; docs/operations.md says how.",
            _ => "",
        };
        Failure::Environment(format!(
            "the store {} cannot be opened: {error}.{advice}",
            self.shown()
        ))
    }
}

/// Makes the folder of a file; what a host makes beside a project is nothing for git.
fn prepare(path: &Utf8Path) -> Result<(), Failure> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) else {
        return Ok(());
    };
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(Failure::file(format!("make the folder `{folder}`")))?;
    if folder.file_name() == Some(FOLDER) {
        let ignore = folder.join(".gitignore");
        fs::write(&ignore, "*\n").map_err(Failure::file(format!("write `{ignore}`")))?;
    }
    Ok(())
}

/// Where a host that has a SQLite store open says how it is reached.
pub fn note_beside(path: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{path}-host"))
}
