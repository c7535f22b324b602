//! The value of a setting of a host: from botflow.toml, from the environment, from a flag; with one set of rules.

use std::net::IpAddr;

use ipnet::IpNet;

use smol_str::SmolStr;
use toml::de::DeValue;

use super::HostKind;
use crate::rules::nearest::nearest;

/// The value of a setting of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostValue {
    /// One text: an address, a store, a word, a path, a secret.
    Text(SmolStr),
    /// Several texts.
    Texts(Vec<SmolStr>),
    /// A number.
    Count(u64),
    /// Yes or no.
    YesNo(bool),
    /// Milliseconds.
    Duration(u64),
}

/// A text longer than this is no setting.
const LONGEST: usize = 4_096;

/// Reads what stands in an environment variable or a flag. Lists have commas between their parts. The error goes on after
/// the name of the setting: "`listen` is no address …".
///
/// # Errors
/// It is none of this kind.
pub fn read_host_value(kind: HostKind, text: &str) -> Result<HostValue, String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} bytes"));
    }
    match kind {
        HostKind::Address => address(text),
        HostKind::Texts | HostKind::Networks | HostKind::Origins | HostKind::Hosts | HostKind::Headers => {
            list(kind, parts(text).map(SmolStr::new).collect())
        }
        HostKind::Store => store(text),
        HostKind::Text | HostKind::Path | HostKind::Secret => match text {
            "" => Err("is empty".to_owned()),
            text => Ok(HostValue::Text(text.into())),
        },
        HostKind::Choice(words) => choice(words, text),
        HostKind::YesNo => match text {
            "true" | "yes" | "on" | "1" => Ok(HostValue::YesNo(true)),
            "false" | "no" | "off" | "0" => Ok(HostValue::YesNo(false)),
            _ => Err("is neither `true` nor `false`".to_owned()),
        },
        HostKind::Count(least) => {
            let count = text.parse().map_err(|_| "is no whole number".to_owned())?;
            at_least(least, count)
        }
        HostKind::Duration => duration(text),
        HostKind::SomeTime => match duration(text)? {
            HostValue::Duration(0) => Err("is no time at all".to_owned()),
            some => Ok(some),
        },
    }
}

/// Reads what stands in botflow.toml.
pub(super) fn of_toml(kind: HostKind, value: &DeValue<'_>) -> Result<HostValue, String> {
    match (kind, value) {
        (_, DeValue::Array(parts)) if is_list(kind) => {
            let mut texts = Vec::new();
            for one in parts {
                match one.get_ref() {
                    DeValue::String(text) if text.len() <= LONGEST => texts.push(SmolStr::new(text.trim())),
                    _ => return Err("is a list of texts".to_owned()),
                }
            }
            list(kind, texts)
        }
        _ if is_list(kind) => Err("is a list of texts".to_owned()),
        (HostKind::YesNo, DeValue::Boolean(value)) => Ok(HostValue::YesNo(*value)),
        (HostKind::YesNo, _) => Err("is `true` or `false`".to_owned()),
        (HostKind::Count(least), DeValue::Integer(value)) => {
            let count = u64::from_str_radix(value.as_str(), value.radix());
            at_least(least, count.map_err(|_| "is no number that can be counted".to_owned())?)
        }
        (HostKind::Count(_), _) => Err("is a whole number".to_owned()),
        (HostKind::Store, DeValue::String(text)) if has_password(text) => Err(
            "holds a password, and botflow.toml is kept with the sources of the bot; set the environment variable \
             `BOTFLOW_STORE` instead"
                .to_owned(),
        ),
        (_, DeValue::String(text)) => read_host_value(kind, text),
        _ => Err("is a text in double quotes".to_owned()),
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn address(text: &str) -> Result<HostValue, String> {
    let is = text.rsplit_once(':').is_some_and(|(host, port)| {
        let host_is = match host.strip_prefix('[') {
            Some(rest) => rest
                .strip_suffix(']')
                .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok()),
            None => {
                let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
                !host.is_empty() && host.chars().all(word)
            }
        };
        host_is && port.parse::<u16>().is_ok()
    });
    if is {
        return Ok(HostValue::Text(text.into()));
    }
    Err("is no address: a host, a colon and a port, such as 127.0.0.1:8080".to_owned())
}

/// A network: `10.0.0.0/8`, or the one address of a machine.
pub fn network(text: &str) -> Option<IpNet> {
    let alone = || {
        text.parse::<IpAddr>()
            .ok()
            .map(|address| IpNet::from(address.to_canonical()))
    };
    text.parse().ok().or_else(alone)
}

fn is_list(kind: HostKind) -> bool {
    matches!(
        kind,
        HostKind::Texts | HostKind::Networks | HostKind::Origins | HostKind::Hosts | HostKind::Headers
    )
}

/// A list whose parts are all of a kind: one that would have no effect is told.
fn list(kind: HostKind, texts: Vec<SmolStr>) -> Result<HostValue, String> {
    for text in &texts {
        match kind {
            HostKind::Networks if network(text).is_none() => {
                return Err(format!(
                    "has `{text}`, which is neither an IP address (10.0.0.7) nor a network (10.0.0.0/8)"
                ));
            }
            HostKind::Origins if !is_origin(text) => {
                return Err(format!(
                    "has `{text}`, which is no site: `https://` and a host, without a path"
                ));
            }
            HostKind::Hosts if !is_host(text) => {
                return Err(format!(
                    "has `{text}`, which is no host: a name such as api.shop.example, without `https://` and path"
                ));
            }
            _ => {}
        }
    }
    Ok(HostValue::Texts(texts))
}

/// As browsers name where a page is from.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    rest.is_some_and(is_host)
}

/// A name or an address, perhaps with a port.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, port)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => ("", port),
        Some(_) => return false,
        // More than one colon is IPv6 without brackets.
        None if text.parse::<std::net::Ipv6Addr>().is_ok() => ("", ""),
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_name = host
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_port = |port: &str| {
        port.strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
    };
    is_name && (port.is_empty() || is_port(port)) && !text.is_empty() && !text.starts_with(':')
}

fn store(text: &str) -> Result<HostValue, String> {
    let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let is_file = text
        .strip_prefix("sqlite:")
        .is_some_and(|path| !path.trim().is_empty() && !path.ends_with('/'));
    if text == "memory" || is_postgres || is_file {
        return Ok(HostValue::Text(text.into()));
    }
    let mut why = "is no store: `sqlite:PATH`, `postgres://USER@HOST/DATABASE` or `memory`".to_owned();
    if !text.contains(':') && text.contains(['.', '/']) {
        why.push_str(&format!("; a file is `sqlite:{text}`"));
    }
    Err(why)
}

/// `postgres://user:password@host/…`.
fn has_password(store: &str) -> bool {
    let rest = store.split_once("://").map_or("", |(_, rest)| rest);
    // A password may have anything in it, also what usually ends the part that it stands in.
    rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=")
}

fn choice(words: &[&'static str], text: &str) -> Result<HostValue, String> {
    if words.contains(&text) {
        return Ok(HostValue::Text(text.into()));
    }
    let list: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let meant = nearest(text, words.iter().copied());
    let meant = meant.map_or(String::new(), |word| format!("; did you mean `{word}`?"));
    Err(format!("is one of {}{meant}", list.join(", "))
        .trim_end_matches('?')
        .to_owned())
}

fn at_least(least: u64, count: u64) -> Result<HostValue, String> {
    // Whatever is counted fits into memory.
    if count < least || count > 1_000_000_000 {
        return Err(format!("is a number from {least} to 1000000000"));
    }
    Ok(HostValue::Count(count))
}

/// `30s 5m 2h 14d`, as in flows, and `250ms`.
fn duration(text: &str) -> Result<HostValue, String> {
    let why = || "is no duration: a number and one of ms, s, m, h, d, such as 10s".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(why()),
    };
    let count: u64 = count.parse().map_err(|_| why())?;
    let milliseconds = count.checked_mul(unit).ok_or_else(why)?;
    // Ten years: whatever adds it to the time of day stays far from the end of time.
    if milliseconds > 10 * 366 * 86_400_000 {
        return Err("is longer than ten years".to_owned());
    }
    Ok(HostValue::Duration(milliseconds))
}
