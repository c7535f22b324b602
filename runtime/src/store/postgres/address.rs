//! Where a database is, as PostgreSQL's own programs are told: an address of the web, or names and values. What the driver does
//! not know of how connections are encrypted is taken out of it and kept here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::form_urlencoded;

use super::tls::{Connector, Roots, Trust};
use crate::store::{StoreError, Trouble};

/// Where a database is, and how it is reached.
pub(super) struct Address {
    pub config: Config,
    pub connector: Connector,
}

/// What stands in an address about encryption.
#[derive(Default)]
struct Wanted {
    mode: Option<String>,
    roots: Option<String>,
}

impl Address {
    /// Reads one. `roots`: whose certificates are trusted where the address does not say so.
    ///
    /// # Errors
    /// It cannot be read, or asks for what there is not. No error shows any of it but names of options: a password may be
    /// in it.
    pub fn read(text: &str, roots: Option<&Path>) -> Result<Address, StoreError> {
        let (rest, wanted) = match text.starts_with("postgres://") || text.starts_with("postgresql://") {
            true => apart_url(text),
            false => apart_pairs(text)?,
        };
        let mut config: Config = rest.parse().map_err(|error| unreadable(&said(&error)))?;
        // A peer that is gone without a word is noticed.
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(15));
        }
        config
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("botflow");
        }
        let roots = match wanted.roots.as_deref() {
            Some("system") => Some(Roots::System),
            Some(file) => Some(Roots::File(PathBuf::from(file))),
            None => roots.map(|file| Roots::File(file.to_owned())),
        };
        let (mode, trust) = trust(wanted.mode.as_deref(), roots)?;
        config.ssl_mode(mode);
        // Nobody listens on the way to a socket of this machine; the server encrypts nothing there.
        let is_here = |host: &Host| !matches!(host, Host::Tcp(_));
        if config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(is_here) {
            config.ssl_mode(SslMode::Disable);
        }
        let connector = match config.get_ssl_mode() {
            SslMode::Disable => Connector::new(&Trust::Anybody)?,
            _ => Connector::new(&trust)?,
        };
        Ok(Address { config, connector })
    }
}

/// What a mode asks for, in the sense that PostgreSQL's own programs give it.
fn trust(mode: Option<&str>, roots: Option<Roots>) -> Result<(SslMode, Trust), StoreError> {
    let mode = mode.unwrap_or(match roots {
        Some(Roots::System) => "verify-full",
        _ => "prefer",
    });
    match (mode, roots) {
        ("disable", _) => Ok((SslMode::Disable, Trust::Anybody)),
        ("verify-full", roots) => Ok((SslMode::Require, Trust::Named(roots.unwrap_or(Roots::System)))),
        ("allow" | "prefer" | "require" | "verify-ca", Some(Roots::System)) => Err(unreadable(&format!(
            "`sslrootcert=system` needs `sslmode=verify-full`, not `{mode}`: anybody can have a certificate that everybody trusts"
        ))),
        ("allow" | "prefer", _) => Ok((SslMode::Prefer, Trust::Anybody)),
        ("require" | "verify-ca", Some(roots)) => Ok((SslMode::Require, Trust::Issued(roots))),
        ("require", None) => Ok((SslMode::Require, Trust::Anybody)),
        ("verify-ca", None) => Err(unreadable(
            "`sslmode=verify-ca` needs `sslrootcert`: the file with the certificate of whoever issued the server's",
        )),
        _ => Err(unreadable(
            "`sslmode` is one of `disable`, `prefer`, `require`, `verify-ca` and `verify-full`",
        )),
    }
}

/// An address of the web without its options about encryption, and these.
fn apart_url(text: &str) -> (String, Wanted) {
    let mut wanted = Wanted::default();
    // The driver takes a name and a password until the first of these; there may be anything in them.
    let after = text.find('@').unwrap_or(0);
    let Some(at) = text[after..].find('?').map(|at| after + at) else {
        return (text.to_owned(), wanted);
    };
    let (before, query) = (&text[..at], &text[at + 1..]);
    let mut rest = Vec::new();
    for pair in query.split('&') {
        // A plus is a plus here.
        let plain = pair.replace('+', "%2B");
        let mut read = form_urlencoded::parse(plain.as_bytes());
        match read.next() {
            Some((name, value)) if name == "sslmode" => wanted.mode = Some(value.into_owned()),
            Some((name, value)) if name == "sslrootcert" => wanted.roots = Some(value.into_owned()),
            _ => rest.push(pair),
        }
    }
    match rest.is_empty() {
        true => (before.to_owned(), wanted),
        false => (format!("{before}?{}", rest.join("&")), wanted),
    }
}

/// The same of names and values: `host=db.example sslmode=require`.
fn apart_pairs(text: &str) -> Result<(String, Wanted), StoreError> {
    let mut wanted = Wanted::default();
    let mut rest = String::new();
    let mut left = text.trim_start();
    while !left.is_empty() {
        let incomplete = || unreadable("a name without a value stands in it");
        let (name, after) = left.split_once('=').ok_or_else(incomplete)?;
        let (value, after) = value(after.trim_start()).ok_or_else(incomplete)?;
        match name.trim_end() {
            "sslmode" => wanted.mode = Some(value),
            "sslrootcert" => wanted.roots = Some(value),
            name => {
                let value = value.replace('\\', "\\\\").replace('\'', "\\'");
                rest.push_str(&format!("{name}='{value}' "));
            }
        }
        left = after.trim_start();
    }
    Ok((rest, wanted))
}

/// The value that a text begins with, and what stands behind it.
fn value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let is_quoted = text.starts_with('\'');
    let mut characters = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, character)| character)),
            '\'' if is_quoted => return Some((value, &text[at + 1..])),
            _ if !is_quoted && character.is_whitespace() => return Some((value, &text[at..])),
            _ => value.push(character),
        }
    }
    (!is_quoted && !value.is_empty()).then_some((value, ""))
}

/// What the driver says of an address, without words that may be a part of a password.
fn said(error: &tokio_postgres::Error) -> String {
    /// What its own programs know, and the driver does not.
    const UNKNOWN: [&str; 9] = [
        "gssencmode",
        "krbsrvname",
        "passfile",
        "require_auth",
        "service",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslpassword",
    ];
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let cause = cause.unwrap_or_default();
    if let Some(option) = UNKNOWN
        .iter()
        .find(|option| cause.contains(&format!("`{option}`")))
    {
        return format!("botflow does not know its option `{option}`");
    }
    // Names of options it knows stand there where their values are wrong.
    match cause.starts_with("invalid value for option") {
        true => cause,
        false => {
            "see https://www.postgresql.org/docs/current/libpq-connect.html for how one is written".to_owned()
        }
    }
}

fn unreadable(why: &str) -> StoreError {
    let message = format!("the address of the database cannot be read: {why}");
    StoreError::new(Trouble::Unavailable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> Result<(SslMode, Trust), String> {
        let (rest, wanted) = match text.starts_with("postgres") {
            true => apart_url(text),
            false => apart_pairs(text).map_err(|error| error.message)?,
        };
        let _: Config = rest.parse().map_err(|error| said(&error))?;
        let roots = wanted.roots.map(|file| match file.as_str() {
            "system" => Roots::System,
            _ => Roots::File(file.into()),
        });
        trust(wanted.mode.as_deref(), roots).map_err(|error| error.message)
    }

    #[test]
    fn modes_mean_what_they_mean_elsewhere() {
        let file = || Roots::File("/ca file.crt".into());
        for (text, mode_is, trust_is) in [
            ("postgres://a:b@c/d", SslMode::Prefer, Trust::Anybody),
            (
                "postgres://a:b?c@d/e?sslmode=disable",
                SslMode::Disable,
                Trust::Anybody,
            ),
            (
                "postgres://c?sslmode=require&connect_timeout=1",
                SslMode::Require,
                Trust::Anybody,
            ),
            (
                "postgresql://c?sslmode=verify-full",
                SslMode::Require,
                Trust::Named(Roots::System),
            ),
            (
                "host=c sslrootcert=system",
                SslMode::Require,
                Trust::Named(Roots::System),
            ),
            (
                "postgres://c?sslrootcert=%2Fca%20file.crt&sslmode=verify-full",
                SslMode::Require,
                Trust::Named(file()),
            ),
            (
                "host=c sslmode = 'verify-ca' sslrootcert='/ca file.crt' password='it\\'s'",
                SslMode::Require,
                Trust::Issued(file()),
            ),
            (
                "host=c sslmode=require sslrootcert=/ca\\ file.crt",
                SslMode::Require,
                Trust::Issued(file()),
            ),
        ] {
            assert_eq!(mode(text), Ok((mode_is, trust_is)), "{text}");
        }
        for (text, why) in [
            ("host=c sslmode=verify-ca", "`sslrootcert`"),
            ("postgres://c?sslmode=require&sslrootcert=system", "verify-full"),
            ("host=c sslmode=always", "is one of"),
            ("host=c sslkey=secret", "`sslkey`"),
            ("host=c port=secret", "`port`"),
        ] {
            let error = mode(text).unwrap_err();
            assert!(error.contains(why) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_is_left_means_the_same() {
        let (rest, _) = apart_pairs("user=me  password = 'it\\'s \\\\ a' sslmode=require dbname=x\\ y")
            .expect("it reads");
        let config: Config = rest.parse().expect("it reads");
        assert_eq!(config.get_password(), Some(b"it's \\ a".as_slice()));
        assert_eq!(config.get_dbname(), Some("x y"));
        let (rest, _) = apart_url("postgres://me:p%26w?sslmode=disable@h/d?sslmode=require&user=you");
        let config: Config = rest.parse().expect("it reads");
        assert_eq!(config.get_password(), Some(b"p&w?sslmode=disable".as_slice()));
        assert_eq!(config.get_user(), Some("you"));
    }

    #[test]
    fn no_part_of_an_address_is_shown() {
        for text in [
            "postgresql//me:secret@host=db",
            "secret",
            "secret=secret",
            "host=db secret",
            "host=db password='secret",
            "postgres://me:secret@host:secret/x",
            "postgres://me:secret@host/x?secret=secret",
            "postgres://me:secret@host/x?sslmode=secret",
            "postgres://me:%FFsecret@host/%FF",
        ] {
            let Err(error) = Address::read(text, None) else {
                panic!("{text} is no address");
            };
            assert!(!error.message.contains("secret"), "{error}");
        }
    }
}
