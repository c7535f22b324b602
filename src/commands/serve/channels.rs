//! The channels of a host, as its settings want them: web chat, and other programs over webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use botflow_runtime::channel::web::{Identity, WebChat, WebOptions};
use botflow_runtime::channel::webhook::{PEOPLE, PeopleWebhook, PostOptions, Refusals, Webhook};
use botflow_runtime::operations::Operations;
use botflow_runtime::operations::metrics::{Figure, Numbers};
use botflow_runtime::server::Server;
use botflow_runtime::{Channel, HostBuilder};
use smol_str::SmolStr;

use crate::failure::Failure;
use crate::host::secrets::{self, Secrets};
use crate::host::settings::Settings;

/// What the variable begins with that holds the secret of one webhook.
pub const SECRET_OF: &str = "BOTFLOW_WEBHOOK_SECRET_";

/// A host that is being put together.
pub struct Parts {
    /// What takes turns.
    pub host: HostBuilder,
    /// What listens.
    pub server: Server,
    /// What operators see.
    pub operations: Operations,
}

/// Connects the channels of a bot: all that settings name, and web chat. What nothing is connected to is told.
pub fn connect(
    mut parts: Parts,
    channels: &[SmolStr],
    settings: &Settings,
    secrets: &Secrets,
) -> Result<Parts, Failure> {
    let own = OwnSecrets::read(settings)?;
    let mut connected: Vec<SmolStr> = Vec::new();
    for line in settings.texts("webhook.channels") {
        let Some((name, url)) = line.split_once(' ') else {
            return Err(Failure::Usage(format!(
                "`webhook.channels` has `{line}`, which is none of `CHANNEL URL`, such as `sms https://gateway.example/bot`"
            )));
        };
        let name = name.trim();
        let webhook = Webhook::new(name, &post_options(settings, &own, name, url.trim())?)
            .map_err(|error| Failure::Usage(format!("`webhook.channels`, {name}: {error}")))?;
        let webhook = Arc::new(webhook);
        let name = SmolStr::new(Channel::name(&*webhook));
        parts.operations = counted(parts.operations, &name, webhook.refusals());
        parts.host = parts.host.channel(Arc::clone(&webhook) as Arc<dyn Channel>);
        parts.server = parts.server.mount(webhook);
        connected.push(name);
    }
    if let Some(url) = settings.text("webhook.people") {
        let people = PeopleWebhook::new(&post_options(settings, &own, PEOPLE, url)?)
            .map_err(|error| Failure::Usage(format!("`webhook.people`: {error}")))?;
        let people = Arc::new(people);
        parts.operations = counted(parts.operations, "people", people.refusals());
        parts.host = parts
            .host
            .people(Arc::clone(&people) as Arc<dyn botflow_runtime::people::People>);
        parts.server = parts.server.mount(people);
    }
    let on_web = channels.is_empty() || channels.iter().any(|channel| channel == "web");
    if on_web && !connected.iter().any(|channel| channel == "web") {
        let web = Arc::new(WebChat::new(web_options(settings, secrets)?));
        let meter = Arc::clone(web.meter());
        parts.operations = parts.operations.figures(move || {
            let open = meter.open.load(Ordering::Relaxed) as f64;
            let counted = Figure::counted;
            vec![
                Figure::now("botflow_web_pages_open", "Chats that are open in a browser", open),
                counted(
                    "botflow_web_visitors",
                    "Visitors who were given a number",
                    &meter.newcomers,
                ),
                counted(
                    "botflow_web_forged",
                    "Who claimed to be somebody without proof",
                    &meter.forged,
                ),
                counted(
                    "botflow_web_foreign",
                    "Connections of sites that are not allowed",
                    &meter.foreign,
                ),
                counted(
                    "botflow_web_flooded",
                    "Messages refused since one visitor sent too many",
                    &meter.flooded,
                ),
                counted(
                    "botflow_web_malformed",
                    "Messages of pages that were none",
                    &meter.malformed,
                ),
            ]
        });
        parts.host = parts.host.channel(Arc::clone(&web) as Arc<dyn Channel>);
        parts.server = parts.server.mount(web);
        connected.push(SmolStr::new_static("web"));
    }
    own.all_used(&connected, settings.text("webhook.people").is_some())?;
    let lacking: Vec<_> = channels
        .iter()
        .filter(|channel| !connected.contains(channel))
        .cloned()
        .collect();
    if lacking.is_empty() {
        return Ok(parts);
    }
    if settings.text("unconnected") == Some("refuse") {
        return Err(Failure::Environment(format!(
            "nothing is connected to {}: connect a program with `webhook.channels` (docs/webhook.md), or take              `unconnected = \"refuse\"` back, and what the bot says there waits",
            list(&lacking)
        )));
    }
    for channel in &lacking {
        tracing::warn!(%channel, "nothing is connected to this channel here: what the bot says there waits");
    }
    parts.operations = parts.operations.figures(move || {
        let one = |channel: &SmolStr| (vec![("channel", channel.to_string())], 1.0);
        vec![Figure {
            name: "botflow_channel_unconnected",
            help: "Channels of the bot that nothing is connected to here",
            numbers: Numbers::Now(lacking.iter().map(one).collect()),
        }]
    });
    Ok(parts)
}

fn list(names: &[SmolStr]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// What a webhook has refused.
fn counted(operations: Operations, webhook: &str, refusals: &Arc<Refusals>) -> Operations {
    let (webhook, refusals) = (webhook.to_owned(), Arc::clone(refusals));
    operations.figures(move || {
        let refusals = refusals.read().into_iter();
        let numbers = refusals.map(|(reason, count)| {
            let labels = vec![("webhook", webhook.clone()), ("reason", reason.to_owned())];
            (labels, count)
        });
        vec![Figure {
            name: "botflow_webhook_refusals",
            help: "What webhooks have refused, by reason",
            numbers: Numbers::Counted(numbers.collect()),
        }]
    })
}

/// Secrets of single webhooks, in files.
struct OwnSecrets<'s>(BTreeMap<&'s str, &'s str>);

impl OwnSecrets<'_> {
    fn read(settings: &Settings) -> Result<OwnSecrets<'_>, Failure> {
        let mut files = BTreeMap::new();
        for line in settings.texts("webhook.secret_files") {
            let Some((name, file)) = line.trim().split_once(' ') else {
                return Err(Failure::Usage(format!(
                    "`webhook.secret_files` has `{line}`, which is none of `WEBHOOK FILE`, such as `sms /run/secrets/sms`"
                )));
            };
            files.insert(name, file.trim());
        }
        Ok(OwnSecrets(files))
    }

    /// What a webhook alone signs with: of its variable, else of its file.
    fn of(&self, settings: &Settings, webhook: &str) -> Result<Option<Vec<u8>>, Failure> {
        let variable = format!("{SECRET_OF}{}", webhook.to_uppercase());
        if let Some(secret) = std::env::var_os(&variable).filter(|secret| !secret.is_empty()) {
            return Ok(Some(secret.into_encoded_bytes()));
        }
        let Some(file) = self.0.get(webhook) else {
            return Ok(None);
        };
        let path = settings.path_in("webhook.secret_files", file);
        secrets::kept_in(&path, &format!("the secret of the webhook `{webhook}`")).map(Some)
    }

    /// A secret for a webhook that is not there is a mistake that would be noticed late.
    fn all_used(&self, connected: &[SmolStr], people: bool) -> Result<(), Failure> {
        let is_there = |name: &str| connected.iter().any(|known| known == name) || (people && name == PEOPLE);
        let unknown = self.0.keys().find(|name| !is_there(name));
        match unknown {
            None => Ok(()),
            Some(name) => Err(Failure::Usage(format!(
                "`webhook.secret_files` has a secret for `{name}`, and there is no such webhook: they are named in \
                 `webhook.channels`, and `people` in `webhook.people`"
            ))),
        }
    }
}

fn post_options(
    settings: &Settings,
    own: &OwnSecrets<'_>,
    webhook: &str,
    url: &str,
) -> Result<PostOptions, Failure> {
    let secret = match own.of(settings, webhook)? {
        Some(secret) => Some(secret),
        None => secrets::given(settings, "webhook.secret", "webhook.secret_file")?,
    };
    let Some(secret) = secret else {
        return Err(Failure::Usage(format!(
            "webhooks are signed: set the environment variable `BOTFLOW_WEBHOOK_SECRET` (or \
             `{SECRET_OF}{}` for this one alone) to what both sides know; `openssl rand -hex 32` makes one",
            webhook.to_uppercase()
        )));
    };
    let secret = String::from_utf8(secret)
        .map_err(|_| Failure::Usage(format!("the secret of the webhook `{webhook}` is not UTF-8")))?;
    let mut options = PostOptions::new(url, "");
    let each = secret.split(',').map(str::trim).filter(|one| !one.is_empty());
    options.secrets = each.map(str::to_owned).collect();
    options.timeout = settings.duration("delivery_timeout");
    options.allow_http = settings.yes("webhook.allow_http");
    Ok(options)
}

fn web_options(settings: &Settings, secrets: &Secrets) -> Result<WebOptions, Failure> {
    let mut options = WebOptions::new(secrets.visitors.clone());
    options.origins = settings
        .texts("web.origins")
        .iter()
        .map(ToString::to_string)
        .collect();
    options.begins = settings.yes("web.begins");
    options.events = settings
        .texts("web.events")
        .iter()
        .cloned()
        .collect::<BTreeSet<_>>();
    let secret = secrets::given(settings, "web.identity_secret", "web.identity_secret_file")?;
    options.identity = match (settings.text("web.identity_field"), secret) {
        (Some(field), Some(secret)) => Some(Identity {
            secret,
            field: field.into(),
        }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(Failure::Usage(
                "`web.identity_field` needs what the site signs with: `BOTFLOW_WEB_IDENTITY_SECRET`"
                    .to_owned(),
            ));
        }
        (None, Some(_)) => {
            return Err(Failure::Usage(
                "`web.identity_secret` needs the field that is signed: `identity_field = \"email\"` in `[host.web]`".to_owned(),
            ));
        }
    };
    Ok(options)
}
