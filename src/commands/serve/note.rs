//! A note beside a SQLite store that says how the host is reached which has it open: `botflow outbox` asks there.

use std::net::SocketAddr;

use camino::Utf8PathBuf;

use crate::host::store::{StoreName, note_beside};
use crate::project_files;

/// The note.
pub struct Note(Option<Utf8PathBuf>);

impl Note {
    /// Writes it. That it cannot be written keeps nobody from talking to the bot.
    pub fn write(store: &StoreName, address: SocketAddr) -> Note {
        let StoreName::Sqlite(path) = store else {
            return Note(None);
        };
        let path = note_beside(path);
        // Whoever reads it is on this machine.
        let mut near = address;
        if near.ip().is_unspecified() {
            near.set_ip(match near {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        match project_files::write(&path, &format!("http://{near}\n")) {
            Ok(()) => Note(Some(path)),
            Err(error) => {
                tracing::warn!(%error, file = %path, "a note for `botflow outbox` cannot be written");
                Note(None)
            }
        }
    }

    /// The host is gone.
    pub fn remove(self) {
        if let Some(path) = self.0 {
            // A note that stays leads to nobody, which `botflow outbox` tells.
            let _ = std::fs::remove_file(path);
        }
    }
}
