//! What a host signs with: given by whoever runs it, or made once and kept beside its store.

use std::fs;
use std::io::Write;

use botflow_runtime::operations::AdminKey;
use botflow_runtime::operations::signature::SHORTEST_KEY;
use camino::{Utf8Path, Utf8PathBuf};

use super::settings::Settings;
use super::store::StoreName;
use crate::failure::Failure;

/// The secrets of a host.
pub struct Secrets {
    /// What visitors' numbers are signed with.
    pub visitors: Vec<u8>,
    /// What operators sign with.
    pub admin: Vec<u8>,
}

impl Secrets {
    /// Those that are given, or those kept beside a store in a file. `make`: those that are missing are made.
    pub fn find(settings: &Settings, store: &StoreName, make: bool) -> Result<Secrets, Failure> {
        let given_admin = given(settings, "admin_key", "admin_key_file")?;
        let secret = match (given(settings, "secret", "secret_file")?, store) {
            (Some(secret), _) => {
                if secret.len() < SHORTEST_KEY {
                    return Err(Failure::Usage(format!(
                        "`secret` is shorter than {SHORTEST_KEY} bytes and could be guessed; `openssl rand -hex 32` makes one"
                    )));
                }
                secret
            }
            (None, StoreName::Sqlite(path)) => kept(path, make)?,
            // Visitors of a host that forgets everything are strangers anyway.
            (None, StoreName::Memory) => random()?,
            (None, StoreName::Postgres(_)) => {
                return Err(Failure::Usage(
                    "hosts that share a store share a secret, too: set the environment variable `BOTFLOW_SECRET` to the \
                     same on all of them; `openssl rand -hex 32` makes one"
                        .to_owned(),
                ));
            }
        };
        let admin = given_admin.unwrap_or_else(|| derived("botflow admin key", &secret));
        Ok(Secrets {
            visitors: derived("botflow web visitors", &secret),
            admin,
        })
    }

    /// What operators sign with.
    pub fn admin_key(&self) -> Result<AdminKey, Failure> {
        AdminKey::new(&self.admin).map_err(Failure::Usage)
    }
}

/// The admin key that is given, for asking a host from afar.
pub fn given_admin_key(settings: &Settings) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(key) = given(settings, "admin_key", "admin_key_file")? {
        return Ok(Some(key));
    }
    let secret = given(settings, "secret", "secret_file")?;
    Ok(secret.map(|secret| derived("botflow admin key", &secret)))
}

/// A secret that stands in a setting, or in the file that a setting names.
pub fn given(
    settings: &Settings,
    name: &'static str,
    file: &'static str,
) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(secret) = settings.text(name) {
        return Ok(Some(secret.as_bytes().to_vec()));
    }
    let Some(path) = settings.path(file) else {
        return Ok(None);
    };
    kept_in(&path, &format!("`{name}`")).map(Some)
}

/// A secret that is kept in a file. `what`: what it is, for people.
pub fn kept_in(path: &Utf8Path, what: &str) -> Result<Vec<u8>, Failure> {
    let text =
        fs::read_to_string(path).map_err(Failure::file(format!("read `{path}`, which holds {what}")))?;
    match text.trim() {
        "" => Err(Failure::Environment(format!(
            "`{path}`, which holds {what}, is empty"
        ))),
        secret => Ok(secret.as_bytes().to_vec()),
    }
}

/// Different purposes have different keys, so that whoever learns one knows no other.
fn derived(purpose: &str, secret: &[u8]) -> Vec<u8> {
    blake3::derive_key(purpose, secret).to_vec()
}

fn random() -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Environment(format!("the system gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// Where a secret is kept that nobody gave.
fn beside(store: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{store}-secret"))
}

fn kept(store: &Utf8Path, make: bool) -> Result<Vec<u8>, Failure> {
    let path = beside(store);
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= SHORTEST_KEY => return Ok(text.trim().as_bytes().to_vec()),
        Ok(_) => {
            return Err(Failure::Environment(format!(
                "`{path}` holds no secret; put back the one it held, or remove it: then all visitors of web chat are \
                 strangers once"
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && make => {}
        Err(error) => return Err(Failure::file(format!("read `{path}`"))(error)),
    }
    let text: String = random()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(Failure::file(format!("write `{path}`")))?;
    Ok(text.into_bytes())
}
