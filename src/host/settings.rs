//! What holds for a host, and where it comes from: flags before environment variables before botflow.toml before what is
//! usual.

use std::collections::BTreeMap;
use std::time::Duration;

use botflow_compiler::config::Config;
use botflow_compiler::config::host::{
    HOST_KEYS, HostKey, HostKind, HostValue, host_key, network, read_host_value,
};
use botflow_compiler::rules::nearest::nearest;
use camino::{Utf8Path, Utf8PathBuf};
use ipnet::IpNet;
use smol_str::SmolStr;

use crate::failure::Failure;
use crate::{output, project_files};

/// The settings of a host.
#[derive(Debug)]
pub struct Settings {
    set: BTreeMap<&'static str, Set>,
    /// The folder from which paths in botflow.toml count.
    folder: Utf8PathBuf,
}

/// A setting that somebody made, or that is usual.
#[derive(Clone, Debug)]
struct Set {
    value: HostValue,
    from: Origin,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Flag,
    Variable,
    File,
    Usual,
}

/// The file of settings.
const FILE: &str = project_files::CONFIG_FILE;

impl Settings {
    /// Everything that holds. `folder`: where botflow.toml stands, if there is one. `flags`: names and values.
    pub fn read(folder: &Utf8Path, flags: &[(&str, &str)]) -> Result<Settings, Failure> {
        let mut set = BTreeMap::new();
        for key in HOST_KEYS.iter().filter(|key| !key.default.is_empty()) {
            let value = value_of(key, key.default, key.name)?;
            let from = Origin::Usual;
            set.insert(key.name, Set { value, from });
        }
        let file = folder.join(FILE);
        if file.is_file() {
            let (config, findings) = Config::parse(&project_files::read(&file)?);
            // A project with findings is not served; beside an artifact nobody else would tell.
            if let Some(finding) = findings.first() {
                return Err(Failure::Usage(format!(
                    "{file}: {}{}",
                    finding.message,
                    finding
                        .help
                        .as_ref()
                        .map_or(String::new(), |help| format!(" {help}"))
                )));
            }
            for entry in config.host {
                let from = Origin::File;
                set.insert(
                    entry.key.name,
                    Set {
                        value: entry.value,
                        from,
                    },
                );
            }
        }
        for key in HOST_KEYS {
            let variable = key.variable();
            // An empty variable is one that is not set.
            if let Some(text) = std::env::var_os(&variable).filter(|text| !text.is_empty()) {
                let text = text
                    .to_str()
                    .ok_or_else(|| Failure::Usage(format!("`{variable}` is not UTF-8")))?;
                let value = value_of(key, text, &variable)?;
                let from = Origin::Variable;
                set.insert(key.name, Set { value, from });
            }
        }
        for (name, text) in flags {
            let Some(key) = host_key(name) else {
                return Err(Failure::Usage(unknown(name)));
            };
            let value = value_of(key, text, name)?;
            let from = Origin::Flag;
            set.insert(key.name, Set { value, from });
        }
        Ok(Settings {
            set,
            folder: folder.to_owned(),
        })
    }

    /// Tells about variables that look like settings and are none.
    pub fn warn_of_variables(&self) {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for name in names {
            let known: Vec<String> = HOST_KEYS.iter().map(HostKey::variable).collect();
            if name.starts_with("BOTFLOW_")
                && !name.starts_with("BOTFLOW_CONFIG_")
                && !name.starts_with("BOTFLOW_WEBHOOK_SECRET_")
                && !known.contains(&name)
                && let Some(meant) = nearest(&name, known.iter().map(String::as_str))
            {
                output::talk(&format!(
                    "botflow: the environment variable `{name}` is not read; did you mean `{meant}`?\n"
                ));
            }
        }
    }

    fn value(&self, name: &'static str) -> Option<&HostValue> {
        debug_assert!(host_key(name).is_some(), "{name} is a setting");
        self.set.get(name).map(|set| &set.value)
    }

    /// A text.
    pub fn text(&self, name: &'static str) -> Option<&str> {
        match self.value(name) {
            Some(HostValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Several texts.
    pub fn texts(&self, name: &'static str) -> &[SmolStr] {
        match self.value(name) {
            Some(HostValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// IP addresses.
    pub fn networks(&self, name: &'static str) -> Vec<IpNet> {
        let texts = self.texts(name).iter();
        texts.filter_map(|text| network(text)).collect()
    }

    /// A number.
    pub fn count(&self, name: &'static str) -> usize {
        match self.value(name) {
            Some(HostValue::Count(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
            _ => 1,
        }
    }

    /// Yes or no.
    pub fn yes(&self, name: &'static str) -> bool {
        matches!(self.value(name), Some(HostValue::YesNo(true)))
    }

    /// A duration.
    pub fn duration(&self, name: &'static str) -> Duration {
        match self.value(name) {
            Some(HostValue::Duration(milliseconds)) => Duration::from_millis(*milliseconds),
            _ => Duration::from_secs(1),
        }
    }

    /// A path: one of botflow.toml counts from there, others from the folder in which the program was started.
    pub fn path(&self, name: &'static str) -> Option<Utf8PathBuf> {
        let set = self.set.get(name)?;
        let HostValue::Text(path) = &set.value else {
            return None;
        };
        Some(self.resolved(set, path))
    }

    /// A path that stands within a setting, as [`Settings::path`].
    pub fn path_in(&self, name: &'static str, path: &str) -> Utf8PathBuf {
        match self.set.get(name) {
            Some(set) => self.resolved(set, path),
            None => Utf8PathBuf::from(path),
        }
    }

    fn resolved(&self, set: &Set, path: &str) -> Utf8PathBuf {
        match set.from {
            Origin::File if self.folder != "." => self.folder.join(path),
            _ => Utf8PathBuf::from(path),
        }
    }

    /// What holds, as a table of botflow.toml with where it comes from; secrets masked.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        let mut part = None;
        for key in HOST_KEYS {
            let (table, name) = match key.name.split_once('.') {
                Some((table, name)) => (format!("[host.{table}]"), name),
                None => ("[host]".to_owned(), key.name),
            };
            if part.as_ref() != Some(&table) {
                let gap = if part.is_some() { "\n" } else { "" };
                text.push_str(&format!("{gap}{table}\n"));
                part = Some(table);
            }
            let Some(set) = self.set.get(key.name) else {
                text.push_str(&format!("# {name} is not set: {}\n", key.about));
                continue;
            };
            let from = match set.from {
                Origin::Flag => "flag".to_owned(),
                Origin::Variable => key.variable(),
                Origin::File => FILE.to_owned(),
                Origin::Usual => "usual".to_owned(),
            };
            // What is masked is no value: it is not to be taken for one where this is pasted.
            let value = written(key, &set.value);
            let is_masked = value.contains(MASK);
            let line = format!("{}{name} = {value}", if is_masked { "# " } else { "" });
            text.push_str(&format!("{line:<42} # {from}\n"));
        }
        text
    }
}

fn value_of(key: &HostKey, text: &str, called: &str) -> Result<HostValue, Failure> {
    read_host_value(key.kind, text).map_err(|why| {
        // What somebody else may not know is in no message.
        let shown = match key.kind {
            HostKind::Secret | HostKind::Store => String::new(),
            _ => format!(" (it is `{text}`)"),
        };
        Failure::Usage(format!("`{called}` {why}{shown}"))
    })
}

fn unknown(name: &str) -> String {
    let near = nearest(name, HOST_KEYS.iter().map(|key| key.name));
    let near = near.map_or_else(
        || "; `botflow serve --print-config` shows all there are".to_owned(),
        |near| format!("; did you mean `{near}`?"),
    );
    format!("a host has no setting `{name}`{near}")
}

/// What stands for a secret.
const MASK: &str = "***";

fn written(key: &HostKey, value: &HostValue) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    match (key.kind, value) {
        (HostKind::Secret, _) => quoted(MASK),
        (HostKind::Headers, HostValue::Texts(texts)) => {
            let texts: Vec<_> = texts.iter().map(|text| quoted(&header(text))).collect();
            format!("[{}]", texts.join(", "))
        }
        (HostKind::Store, HostValue::Text(text)) => quoted(&masked(text)),
        (_, HostValue::Text(text)) => quoted(text),
        (_, HostValue::Texts(texts)) => {
            let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
        (_, HostValue::Count(count)) => count.to_string(),
        (_, HostValue::YesNo(value)) => value.to_string(),
        (_, HostValue::Duration(milliseconds)) => quoted(&duration(*milliseconds)),
    }
}

/// `api.shop.example Authorization: ***`, where the value does not only name a secret.
fn header(text: &str) -> String {
    match text.split_once(':') {
        Some((name, value)) if !value.contains("${") => format!("{name}: {MASK}"),
        _ => text.to_owned(),
    }
}

fn duration(milliseconds: u64) -> String {
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if milliseconds >= length && milliseconds.is_multiple_of(length) {
            return format!("{}{unit}", milliseconds / length);
        }
    }
    format!("{milliseconds}ms")
}

/// A store without what would open it.
pub fn masked(store: &str) -> String {
    let Some((scheme, rest)) = store.split_once("://") else {
        return store.to_owned();
    };
    // A password may have anything in it, also what usually ends the part that it stands in.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, rest)) => match user.split_once(':') {
            Some((name, _)) => (format!("{name}:{MASK}@"), rest),
            None => (format!("{user}@"), rest),
        },
        None => (String::new(), rest),
    };
    let rest = match rest.split_once("password=") {
        Some((before, after)) => {
            let rest = after.find('&').map_or("", |at| &after[at..]);
            format!("{before}password={MASK}{rest}")
        }
        None => rest.to_owned(),
    };
    format!("{scheme}://{user}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        for (store, shown) in [
            ("memory", "memory"),
            ("sqlite:a:b@c.db", "sqlite:a:b@c.db"),
            ("postgres://bot@db/bot", "postgres://bot@db/bot"),
            (
                "postgres://bot:pw@db:5432/bot?a=b",
                "postgres://bot:***@db:5432/bot?a=b",
            ),
            ("postgres://bot:p@w:x@db", "postgres://bot:***@db"),
            ("postgres://bot:p/w@db/bot", "postgres://bot:***@db/bot"),
            ("postgres://bot:p?w@db", "postgres://bot:***@db"),
            (
                "postgres:///bot?user=a&password=pw&host=b",
                "postgres:///bot?user=a&password=***&host=b",
            ),
            ("postgres:///bot?password=pw", "postgres:///bot?password=***"),
        ] {
            assert_eq!(masked(store), shown);
        }
    }

    #[test]
    fn durations_are_written_as_they_are_read() {
        for text in ["250ms", "10s", "2m", "3h", "30d", "90s"] {
            let Ok(HostValue::Duration(milliseconds)) = read_host_value(HostKind::Duration, text) else {
                panic!("{text} is a duration");
            };
            assert_eq!(duration(milliseconds), text);
        }
    }
}
