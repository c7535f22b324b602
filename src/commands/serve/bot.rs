//! Which bot is served, and its bytes.

use async_trait::async_trait;
use botflow_artifact::to_bytes;
use botflow_runtime::Store;
use botflow_runtime::action::{Action, Asked};
use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::commands::program;
use crate::failure::{Failure, Status};
use crate::host::store::StoreName;
use crate::project_files;

/// A bot that is to be served.
pub struct Served {
    /// Its folder or file; `None`: only what the store keeps.
    pub path: Option<Utf8PathBuf>,
    /// Where its botflow.toml stands, and what a host makes for it.
    pub folder: Utf8PathBuf,
    /// Its name.
    pub name: Option<String>,
    /// Its artifact.
    bytes: Option<Vec<u8>>,
    /// What the store keeps comes first.
    stored: bool,
}

/// The bot that a path means, or the status after its findings have been printed.
pub fn find(path: Option<&Utf8Path>, stored: bool) -> Result<Result<Served, Status>, Failure> {
    let path = match (path, stored) {
        (Some(path), _) => path,
        (None, false) => Utf8Path::new("."),
        (None, true) if Utf8Path::new(project_files::CONFIG_FILE).is_file() => Utf8Path::new("."),
        (None, true) => {
            return Ok(Ok(Served {
                path: None,
                folder: Utf8PathBuf::from("."),
                name: None,
                bytes: None,
                stored,
            }));
        }
    };
    let folder = folder(path)?;
    let (name, bytes) = match read(path)? {
        Ok(read) => read,
        Err(status) => return Ok(Err(status)),
    };
    Ok(Ok(Served {
        path: Some(path.to_owned()),
        folder,
        name: Some(name),
        bytes: Some(bytes),
        stored,
    }))
}

/// The folder of a bot: where its sources are, or the built file.
pub fn folder(path: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let is_artifact = path.is_file() && !matches!(path.extension(), Some("flow" | "toml" | "chat"));
    if !is_artifact {
        return project_files::find_one(path);
    }
    Ok(match path.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder.to_owned(),
        _ => Utf8PathBuf::from("."),
    })
}

/// A bot's name and artifact, or the status after its findings have been printed.
pub fn read(path: &Utf8Path) -> Result<Result<(String, Vec<u8>), Status>, Failure> {
    Ok(program::bot(path)?.map(|bot| (bot.name.to_string(), to_bytes(&bot).0)))
}

impl Served {
    /// The artifact that is to run.
    pub async fn bytes(&self, store: &dyn Store, name: &StoreName) -> Result<Vec<u8>, Failure> {
        let own = || self.bytes.clone();
        let failed = |error| name.failure(&error);
        let kept = match self.stored {
            false => None,
            true => match store.current_bot().await.map_err(failed)? {
                Some(hash) => store.bot(hash).await.map_err(failed)?,
                None => None,
            },
        };
        kept.or_else(own).ok_or_else(|| {
            Failure::Environment(format!(
                "the store {} keeps no bot yet: name one for the first time, `botflow serve --stored my_bot.botflow`",
                name.shown()
            ))
        })
    }
}

/// Stands where nobody does an action.
pub struct Fails;

#[async_trait]
impl Action for Fails {
    async fn perform(&self, _: &Asked<'_>) -> Result<botflow_values::Value, Option<SmolStr>> {
        Err(None)
    }
}
