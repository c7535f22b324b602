//! What operators may do over HTTP, each request signed with the admin key.
//!
//! | request | what it does |
//! | --- | --- |
//! | `GET /admin/bot` | the version that runs |
//! | `PUT /admin/bot` | the artifact in the body runs from now on, on all hosts of the store |
//! | `GET /admin/outbox?state=…&contact=…&after=…&limit=…` | letters without what they say |
//! | `GET /admin/outbox/NUMBER` | one letter with what it says |
//! | `POST /admin/outbox/retry` | `{"letters": [NUMBER, …]}` or `{"all": true}`: given-up letters are tried again |

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::outbox::{self, MOST};
use super::signature::{AdminKey, HEADER, Unproven};
use crate::deployment::Version;
use crate::engine::{Engine, FollowError, Refused};
use crate::server::refusal::{refusal, refused};
use crate::store::{Change, Filter, Seq, StoreError};

/// The longest artifact that is taken.
const LONGEST_BOT: usize = botflow_artifact::container::MAX_FILE_BYTES;

/// The longest body of anything else.
const LONGEST: usize = 64 * 1024;

/// The routes.
pub(super) fn router(engine: Engine, key: Arc<AdminKey>) -> Router {
    let guard = (engine.clone(), key);
    Router::new()
        .route("/admin/bot", get(running).put(deploy))
        .route("/admin/outbox", get(letters))
        .route("/admin/outbox/{number}", get(letter))
        .route("/admin/outbox/retry", post(retry))
        .layer(from_fn_with_state(guard, prove))
        // What is read is bounded by `prove`, after the signature and before the body.
        .layer(DefaultBodyLimit::disable())
        .with_state(engine)
}

/// Nothing of a request is read before its signature is believed, and nothing is done before its body is the signed one.
async fn prove(
    State((engine, key)): State<(Engine, Arc<AdminKey>)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let header = parts
        .headers
        .get(HEADER)
        .map(|value| value.to_str().unwrap_or(""));
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let now = engine.now().div_euclid(1_000);
    let signed = match key.verify(now, header, parts.method.as_str(), path) {
        Ok(signed) => signed,
        Err(unproven) => return unbelieved(unproven),
    };
    let longest = match parts.uri.path() {
        "/admin/bot" => LONGEST_BOT,
        _ => LONGEST,
    };
    let Ok(body) = to_bytes(body, longest).await else {
        let message = format!("the body is longer than {longest} bytes, or broke off");
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &message);
    };
    if let Err(unproven) = signed.body(&body) {
        return unbelieved(unproven);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn unbelieved(unproven: Unproven) -> Response {
    tracing::warn!(reason = %unproven, "a request of an operator was not believed");
    refusal(StatusCode::UNAUTHORIZED, "signature", &unproven.to_string())
}

async fn running(State(engine): State<Engine>) -> Response {
    let version = engine.deployment().current();
    Json(json!({
        "bot": format!("{:016x}", version.hash()),
        "name": version.program.bot.name,
        "bytes": version.bytes.len(),
    }))
    .into_response()
}

async fn deploy(
    State(engine): State<Engine>,
    Query(options): Query<BTreeMap<String, String>>,
    body: axum::body::Bytes,
) -> Response {
    let before = engine.deployment().current();
    // Loading a large bot takes a while; conversations go on meanwhile.
    let loaded = tokio::task::spawn_blocking(move || Version::load(&body)).await;
    let version = match loaded {
        Ok(Ok(version)) => version,
        Ok(Err(error)) => {
            return refusal(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not_loadable",
                &error.to_string(),
            );
        }
        Err(_) => {
            let message = "the compiled bot cannot be loaded";
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "not_loadable", message);
        }
    };
    let (old, new) = (&before.program.bot.name, version.program.bot.name.clone());
    let may_replace = options.get("replace").is_some_and(|value| value == "true");
    if *old != new && !may_replace {
        let message =
            format!("the host runs `{old}`, and this is `{new}`; with `?replace=true` it takes its place");
        return refusal(StatusCode::CONFLICT, "another_bot", &message);
    }
    let hash = version.hash();
    // What runs is what the store says; this host may not have heard of it yet.
    let runs = match engine.store().current_bot().await {
        Ok(runs) => runs.unwrap_or_else(|| before.hash()),
        Err(error) => return refused(&Refused::Store(error)),
    };
    let changed = hash != runs || hash != before.hash();
    if changed {
        match engine.switch(version).await {
            Ok(_) => {}
            Err(FollowError::Store(error)) => return refused(&Refused::Store(error)),
            Err(error @ (FollowError::MissingActions(_) | FollowError::ImpossibleActions(_))) => {
                return refusal(StatusCode::CONFLICT, "missing_actions", &error.to_string());
            }
            Err(FollowError::Deploy(error)) => {
                return refusal(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "not_loadable",
                    &error.to_string(),
                );
            }
        }
        tracing::info!(
            bot = format_args!("{hash:016x}"),
            before = format_args!("{runs:016x}"),
            "a new version of the bot runs: it was uploaded"
        );
    }
    Json(json!({
        "bot": format!("{hash:016x}"),
        "before": format!("{runs:016x}"),
        "changed": changed,
    }))
    .into_response()
}

/// Which letters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: Option<String>,
    contact: Option<String>,
    #[serde(default)]
    after: Seq,
    limit: Option<usize>,
}

async fn letters(
    State(engine): State<Engine>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(wanted)) = wanted else {
        return unreadable("it takes `state`, `contact`, `after` and `limit`");
    };
    let state = match wanted.state.as_deref().map(outbox::state_of) {
        Some(None) => return unreadable("`state` is `ready` or `dead`"),
        state => state.flatten(),
    };
    let contact = match wanted.contact.as_deref().map(str::parse) {
        Some(Err(_)) => return unreadable("`contact` is sixteen hexadecimal digits"),
        Some(Ok(contact)) => Some(contact),
        None => None,
    };
    let filter = Filter {
        state,
        contact,
        after: wanted.after,
        limit: wanted.limit.unwrap_or(100).min(MOST),
    };
    match engine.store().letters(&filter).await {
        Ok(letters) => {
            let letters: Vec<_> = letters.iter().map(outbox::outline).collect();
            Json(json!({ "letters": letters })).into_response()
        }
        Err(error) => broken(error),
    }
}

async fn letter(State(engine): State<Engine>, Path(number): Path<String>) -> Response {
    let Ok(number) = number.parse() else {
        return unreadable("a letter has a number");
    };
    match outbox::find(&**engine.store(), number).await {
        Ok(Some(letter)) => Json(outbox::whole(&letter)).into_response(),
        Ok(None) => refusal(
            StatusCode::NOT_FOUND,
            "no_letter",
            "there is no letter with that number: it was delivered, or there never was one",
        ),
        Err(error) => broken(error),
    }
}

/// What is to be tried again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    letters: Option<Vec<Seq>>,
    #[serde(default)]
    all: bool,
}

async fn retry(State(engine): State<Engine>, body: axum::body::Bytes) -> Response {
    let again = match serde_json::from_slice::<Again>(&body) {
        Ok(again) if again.all != again.letters.is_some() => again,
        _ => return unreadable("the body is `{\"letters\": [NUMBER, …]}` or `{\"all\": true}`"),
    };
    match engine
        .store()
        .revive(again.letters.as_deref(), engine.now())
        .await
    {
        Ok(count) => {
            engine.store().tell(Change {
                letters: true,
                ..Change::default()
            });
            tracing::info!(count, "letters that were given up are tried again");
            Json(json!({ "retried": count })).into_response()
        }
        Err(error) => broken(error),
    }
}

fn unreadable(message: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, "unreadable", message)
}

fn broken(error: StoreError) -> Response {
    refused(&Refused::Store(error))
}
