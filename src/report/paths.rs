//! Where files stand, for reports that others read: relative to the repository, as addresses.

use std::fmt::Write;

use camino::{Utf8Path, Utf8PathBuf};

/// The folder to which paths in reports for continuous integration are relative: the top of the repository around a
/// bot, or this folder where there is none.
#[derive(Clone, Debug)]
pub struct Top(Utf8PathBuf);

impl Top {
    /// The one around a bot's folder.
    pub fn around(root: &Utf8Path) -> Top {
        let here = || {
            let here = std::env::current_dir()
                .ok()
                .and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
            here.unwrap_or_default()
        };
        let root = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
        let found = root.ancestors().find(|folder| folder.join(".git").exists());
        let top = found.map(Utf8Path::to_owned).unwrap_or_else(|| {
            let here = here();
            here.canonicalize_utf8().unwrap_or(here)
        });
        Top(top)
    }

    /// The folder, for paths that are relative to it.
    pub fn folder(&self) -> &Utf8Path {
        &self.0
    }

    /// A file of a bot, relative to the top; as it is where it stands elsewhere.
    pub fn place(&self, root: &Utf8Path, path: &str) -> Utf8PathBuf {
        let file = root
            .canonicalize_utf8()
            .unwrap_or_else(|_| root.to_owned())
            .join(path);
        match file.strip_prefix(&self.0) {
            Ok(inside) => inside.to_owned(),
            Err(_) => file,
        }
    }
}

/// A path as part of an address (RFC 3986): `/` between its parts, everything unusual percent-encoded.
pub fn uri(path: &Utf8Path) -> String {
    let mut text = String::new();
    for byte in path.as_str().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => text.push('/'),
            _ => write!(text, "%{byte:02X}").expect("writing to a string cannot fail"),
        }
    }
    text
}

/// A folder as an address of its own.
pub fn folder_uri(folder: &Utf8Path) -> String {
    let path = uri(folder);
    format!(
        "file://{}{}/",
        if path.starts_with('/') { "" } else { "/" },
        path.trim_end_matches('/')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_name() {
        assert_eq!(
            uri(Utf8Path::new("bots/a b/ă%#.flow")),
            "bots/a%20b/%C4%83%25%23.flow"
        );
        assert_eq!(folder_uri(Utf8Path::new("/a b")), "file:///a%20b/");
        assert_eq!(folder_uri(Utf8Path::new("/")), "file:///");
    }
}
