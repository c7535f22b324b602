//! `botflow outbox`: what waits to be delivered, and what was given up.

use std::fs;
use std::sync::Arc;
use std::time::SystemTime;

use botflow_runtime::Store;
use botflow_runtime::operations::outbox::{MOST, find, outline, whole};
use botflow_runtime::store::{Filter, LetterState};
use camino::Utf8Path;
use serde_json::{Value, json};

use super::deploy::runtime;
use super::{program, serve};
use crate::cli::{CountFormat, Outbox, OutboxList, OutboxRetry, OutboxShow, OutboxTask, Whose};
use crate::failure::{Failure, Status};
use crate::host::client::HostClient;
use crate::host::secrets::{Secrets, given_admin_key};
use crate::host::settings::Settings;
use crate::host::store::{StoreName, note_beside};
use crate::output;

/// What `--help` adds.
pub const AFTER_HELP: &str = "What the bot says and asks waits in the outbox until it has arrived. A letter that failed too \
often is given up: it is `dead`, and letters behind it go on. A host that has a SQLite store open is asked itself; it is \
found by a note beside the store.

Examples:
  botflow outbox list --dead                  what was given up, and why
  botflow outbox show 42                      all that a letter says
  botflow outbox retry 42                     try it again
  botflow outbox retry --all --host https://chat.example.com

With --host, requests are signed with BOTFLOW_ADMIN_KEY, or BOTFLOW_SECRET where the host has no other.";

/// Carries it out.
pub fn run(arguments: Outbox) -> Result<Status, Failure> {
    let runtime = runtime()?;
    runtime.block_on(async {
        match arguments.task {
            OutboxTask::List(arguments) => list(arguments).await,
            OutboxTask::Show(arguments) => show(arguments).await,
            OutboxTask::Retry(arguments) => retry(arguments).await,
        }
    })
}

/// Where letters are looked at.
enum Keeper {
    Store(StoreName, Arc<dyn Store>),
    Host(HostClient),
}

async fn list(arguments: OutboxList) -> Result<Status, Failure> {
    let limit = arguments.limit.min(MOST);
    let contact = match arguments.contact.as_deref().map(str::parse) {
        Some(Err(_)) => {
            return Err(Failure::Usage(
                "a person is sixteen hexadecimal digits, as the list shows them".to_owned(),
            ));
        }
        Some(Ok(contact)) => Some(contact),
        None => None,
    };
    let letters = match keeper(&arguments.whose).await? {
        Keeper::Store(name, store) => {
            let filter = Filter {
                state: arguments.dead.then_some(LetterState::Dead),
                contact,
                after: arguments.after,
                limit,
            };
            let letters = store.letters(&filter).await;
            store.close().await;
            let letters = letters.map_err(|error| name.failure(&error))?;
            letters.iter().map(outline).collect()
        }
        Keeper::Host(client) => {
            let mut path = format!("/admin/outbox?limit={limit}&after={}", arguments.after);
            if arguments.dead {
                path.push_str("&state=dead");
            }
            if let Some(contact) = contact {
                path.push_str(&format!("&contact={contact}"));
            }
            let answer = client.ask(reqwest::Method::GET, &path, Vec::new()).await?;
            answer["letters"].as_array().cloned().unwrap_or_default()
        }
    };
    output::data(&match arguments.format {
        CountFormat::Json => format!("{:#}\n", json!({ "letters": letters })),
        CountFormat::Human => table(&letters, limit),
    });
    Ok(Status::Good)
}

async fn show(arguments: OutboxShow) -> Result<Status, Failure> {
    let number = arguments.number;
    let letter = match keeper(&arguments.whose).await? {
        Keeper::Store(name, store) => {
            let found = find(&*store, number).await;
            store.close().await;
            let found = found.map_err(|error| name.failure(&error))?;
            found.as_ref().map(whole).ok_or_else(|| {
                Failure::Environment(format!(
                    "there is no letter {number}: it was delivered, or there never was one"
                ))
            })?
        }
        Keeper::Host(client) => {
            let path = format!("/admin/outbox/{number}");
            client.ask(reqwest::Method::GET, &path, Vec::new()).await?
        }
    };
    output::data(&format!("{letter:#}\n"));
    Ok(Status::Good)
}

async fn retry(arguments: OutboxRetry) -> Result<Status, Failure> {
    let count = match keeper(&arguments.whose).await? {
        Keeper::Store(name, store) => {
            let numbers = (!arguments.all).then_some(arguments.numbers.as_slice());
            let revived = store.revive(numbers, now()).await;
            store.close().await;
            revived.map_err(|error| name.failure(&error))?
        }
        Keeper::Host(client) => {
            let body = match arguments.all {
                true => json!({ "all": true }),
                false => json!({ "letters": arguments.numbers }),
            };
            let body = body.to_string().into_bytes();
            let answer = client
                .ask(reqwest::Method::POST, "/admin/outbox/retry", body)
                .await?;
            answer["retried"].as_u64().unwrap_or(0)
        }
    };
    output::talk(&match count {
        0 => "No letter that was given up has that number.\n".to_owned(),
        1 => "1 letter is tried again.\n".to_owned(),
        count => format!("{count} letters are tried again.\n"),
    });
    Ok(if count == 0 {
        Status::Findings
    } else {
        Status::Good
    })
}

/// The store, or the host that has it open.
async fn keeper(whose: &Whose) -> Result<Keeper, Failure> {
    let flags: Vec<_> = whose
        .store
        .iter()
        .map(|store| ("store", store.as_str()))
        .collect();
    if let Some(url) = &whose.host {
        let settings = Settings::read(Utf8Path::new("."), &[])?;
        let Some(key) = given_admin_key(&settings)? else {
            return Err(Failure::Usage(
                "requests are signed: set the environment variable `BOTFLOW_ADMIN_KEY` to the admin key of the host"
                    .to_owned(),
            ));
        };
        return Ok(Keeper::Host(HostClient::new(url, &key)?));
    }
    let folder = serve::folder(&whose.project)?;
    let settings = Settings::read(&folder, &flags)?;
    let name = match settings.text("store") {
        Some(_) => StoreName::of(&settings, &folder, None)?,
        None => match program::bot(&whose.project)? {
            Ok(bot) => StoreName::of(&settings, &folder, Some(&bot.name))?,
            Err(_) => {
                return Err(Failure::Usage(
                    "the bot has errors, so its name is not known; name the store: `--store sqlite:PATH`"
                        .to_owned(),
                ));
            }
        },
    };
    if !name.is_there() {
        return Err(Failure::Environment(format!(
            "there is no outbox: {} is not there; a bot that was served has one",
            name.shown()
        )));
    }
    // Who has the store open can be asked.
    if let StoreName::Sqlite(path) = &name
        && let Ok(url) = fs::read_to_string(note_beside(path))
    {
        let secrets = Secrets::find(&settings, &name, false)?;
        let client = HostClient::new(url.trim(), &secrets.admin)?;
        let answer = client.ask(reqwest::Method::GET, "/admin/bot", Vec::new()).await;
        // A note of a host that was killed leads nowhere; if the store is open somewhere, opening it tells.
        if answer.is_ok() {
            return Ok(Keeper::Host(client));
        }
    }
    let store = name.open().await?;
    Ok(Keeper::Store(name, store))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn table(letters: &[Value], limit: usize) -> String {
    if letters.is_empty() {
        return "Nothing waits.\n".to_owned();
    }
    let mut text = format!(
        "{:>8}  {:<5} {:<16} {:<20} {:>8} {:>6}  {}\n",
        "number", "state", "person", "what", "attempts", "age", "why it failed"
    );
    let now = now();
    for letter in letters {
        let word = |name: &str| letter[name].as_str().unwrap_or("").to_owned();
        let age = now
            .saturating_sub(letter["written"].as_i64().unwrap_or(now))
            .max(0);
        let what = match word("what").as_str() {
            "message" => format!("message on {}", word("route")),
            other => other.to_owned(),
        };
        let line = format!(
            "{:>8}  {:<5} {:<16} {:<20} {:>8} {:>6}  {}",
            letter["number"].as_i64().unwrap_or(0),
            word("state"),
            word("contact"),
            what,
            letter["attempts"].as_u64().unwrap_or(0),
            shown_age(age),
            word("error"),
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if letters.len() == limit {
        let last = letters
            .last()
            .and_then(|letter| letter["number"].as_i64())
            .unwrap_or(0);
        text.push_str(&format!("… there may be more: --after {last}\n"));
    }
    text
}

fn shown_age(milliseconds: i64) -> String {
    match milliseconds / 1_000 {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}
