//! Where programs report what happens: `POST /hooks/NAME`. What is not signed is not read further, what is not as it has
//! to be is refused as a whole, and what is taken is stored before it is acknowledged.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use serde_json::json;
use smol_str::{SmolStr, format_smolstr};

use super::body::{Item, Side, What, Whom, read};
use super::signature::{SIGNATURE, Secrets, Unsigned};
use crate::contact::Input;
use crate::contact::input::Said;
use crate::engine::{Ack, Engine, Inbound, Refused};
use crate::server::budget::whole_seconds;
use crate::server::refusal::{self, refusal};

/// So many people of one body are taken care of at once.
const AT_ONCE: usize = 32;

/// What was refused, by its code: for metrics.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<BTreeMap<&'static str, u64>>);

impl Refusals {
    /// How often, by code.
    pub fn read(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, code: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(code).or_default() += 1;
    }
}

/// The way in.
pub(super) struct Door {
    pub engine: Engine,
    pub name: SmolStr,
    pub side: Side,
    pub secrets: Secrets,
    pub refusals: Arc<Refusals>,
}

/// What became of an item.
#[derive(Serialize)]
struct Became {
    id: SmolStr,
    /// `taken` or `refused`.
    status: &'static str,
    /// It had come before: this is what was answered then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    /// Why it was refused, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<SmolStr>,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<SmolStr>,
    /// The revision of the person that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// The keys of what is done because of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effects: Vec<SmolStr>,
}

impl Door {
    pub fn router(self) -> Router {
        let path = format!("/hooks/{}", self.name);
        let door = Arc::new(self);
        let other = Arc::clone(&door);
        let taking = post(move |request: Request| async move { door.take(request).await });
        let taking = taking.fallback(move || async move {
            other.refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "what happens is reported with POST",
            )
        });
        Router::new().route(&path, taking)
    }

    async fn take(&self, request: Request) -> Response {
        let headers = request.headers();
        let Some(signature) = headers.get(SIGNATURE) else {
            return self.unsigned(Unsigned::Missing);
        };
        let Ok(signature) = signature.to_str().map(str::to_owned) else {
            return self.unsigned(Unsigned::Malformed);
        };
        if !is_json(headers) {
            let message =
                "the body has to be JSON: send `Content-Type: application/json`, and no Content-Encoding";
            return self.refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message);
        }
        let body = match Bytes::from_request(request, &()).await {
            Ok(body) => body,
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let message = "the body is too long: send fewer items at once";
                return self.refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_long", message);
            }
            Err(_) => {
                let message = "the body did not arrive as a whole: send it again";
                return self.refuse(StatusCode::BAD_REQUEST, "incomplete", message);
            }
        };
        let now = self.engine.now();
        let seconds = now.div_euclid(1_000);
        if let Err(unsigned) = self.secrets.verify(&signature, &self.name, seconds, &body) {
            return self.unsigned(unsigned);
        }
        let version = self.engine.deployment().current();
        let items = match read(&body, self.side, &version.program, now) {
            Ok(items) => items,
            Err(malformed) => {
                return self.refuse(StatusCode::BAD_REQUEST, "malformed", &malformed.to_string());
            }
        };
        self.deliver(items).await
    }

    /// Items of one person are taken one after the other, those of different people at once.
    async fn deliver(&self, items: Vec<Item>) -> Response {
        let count = items.len();
        let mut people: BTreeMap<Whom, Vec<(usize, Item)>> = BTreeMap::new();
        for (place, item) in items.into_iter().enumerate() {
            people.entry(item.whom.clone()).or_default().push((place, item));
        }
        // A body takes no more than its share of the room there is, so that it is never refused because of itself.
        let at_once = (self.engine.room() / 4).clamp(1, AT_ONCE);
        let people = people.into_values().map(|items| self.deliver_in_order(items));
        let done: Vec<_> = stream::iter(people).buffer_unordered(at_once).collect().await;
        let mut became: Vec<Option<Became>> = std::iter::repeat_with(|| None).take(count).collect();
        let mut not_taken = None;
        for (of_one, refused) in done {
            for (place, one) in of_one {
                became[place] = Some(one);
            }
            // Of several reasons the one that needs the longest patience is told.
            not_taken = not_taken.into_iter().chain(refused).max_by_key(patience);
        }
        let became: Vec<_> = became.into_iter().flatten().collect();
        let Some(refused) = not_taken else {
            return Json(json!({ "items": became })).into_response();
        };
        self.refusals.count(refusal::code(&refused));
        let (status, wait) = refusal::status(&refused);
        // Which of several items were taken matters little: all of them are sent again, under their ids.
        let error = json!({ "code": refusal::code(&refused), "message": refused.to_string() });
        let body = Json(json!({ "error": error, "items": became }));
        match wait {
            None => (status, body).into_response(),
            Some(wait) => {
                let wait = whole_seconds(wait).to_string();
                (status, [(header::RETRY_AFTER, wait)], body).into_response()
            }
        }
    }

    /// What was taken, and why the rest was not.
    async fn deliver_in_order(&self, items: Vec<(usize, Item)>) -> (Vec<(usize, Became)>, Option<Refused>) {
        let mut done = Vec::with_capacity(items.len());
        for (place, item) in items {
            let id = item.id.clone();
            let became = match self.deliver_one(item).await {
                Ok(ack) => became(id, ack),
                Err(Refused::Nobody) => {
                    self.refusals.count("nobody");
                    Became::refused(id, "nobody")
                }
                Err(refused) => return (done, Some(refused)),
            };
            done.push((place, became));
        }
        (done, None)
    }

    async fn deliver_one(&self, item: Item) -> Result<Ack, Refused> {
        let Item { id, whom, what } = item;
        let cause = Some(format_smolstr!("hook.{}.{id}", self.name));
        match (what, whom) {
            (What::Said(said), Whom::Address(address)) => self.said(address, id, said).await,
            (What::Start { flow, args }, Whom::Address(address)) => {
                // Somebody new is met first; of a repetition nothing comes.
                let met = self.said(address, format_smolstr!("{id}.met"), arrives()).await?;
                let contact = met.contact_id().ok_or(Refused::Nobody)?;
                self.engine
                    .happen(contact, Input::Start { flow, args }, cause)
                    .await
            }
            (What::Start { flow, args }, Whom::Contact(contact)) => {
                let input = Input::Start { flow, args };
                self.engine.happen(contact, input, cause).await
            }
            (What::Operator(event), Whom::Contact(contact)) => {
                self.engine.happen(contact, Input::Operator(event), cause).await
            }
            (What::Status { message, status }, Whom::Contact(contact)) => {
                let channel = self.name.clone();
                self.engine
                    .report(contact, message, channel, status, Some(id))
                    .await
            }
            // Bodies are read such that each of these is about somebody it can be about.
            (What::Said(_), Whom::Contact(_))
            | (What::Status { .. } | What::Operator(_), Whom::Address(_)) => Err(Refused::Nobody),
        }
    }

    async fn said(&self, address: SmolStr, id: SmolStr, what: Said) -> Result<Ack, Refused> {
        let inbound = Inbound {
            channel: self.name.clone(),
            address,
            id: Some(id),
            what,
        };
        self.engine.deliver(inbound).await
    }

    fn unsigned(&self, unsigned: Unsigned) -> Response {
        self.refuse(StatusCode::UNAUTHORIZED, unsigned.code(), &unsigned.to_string())
    }

    fn refuse(&self, status: StatusCode, code: &'static str, message: &str) -> Response {
        self.refusals.count(code);
        let mut response = refusal(status, code, message);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            let only = axum::http::HeaderValue::from_static("POST");
            response.headers_mut().insert(header::ALLOW, only);
        }
        response
    }
}

fn arrives() -> Said {
    Said::Arrives {
        language: None,
        timezone: None,
        referral: None,
    }
}

/// How long whoever was refused is to wait; those who need not come back wait longest.
fn patience(refused: &Refused) -> (bool, Duration) {
    let (_, wait) = refusal::status(refused);
    (wait.is_none(), wait.unwrap_or_default())
}

fn became(id: SmolStr, ack: Ack) -> Became {
    Became {
        id,
        status: if ack.refused.is_some() { "refused" } else { "taken" },
        duplicate: ack.duplicate,
        reason: ack.refused,
        contact: Some(ack.contact),
        revision: Some(ack.revision),
        effects: ack.effects,
    }
}

impl Became {
    fn refused(id: SmolStr, reason: &'static str) -> Became {
        Became {
            id,
            status: "refused",
            duplicate: false,
            reason: Some(SmolStr::new_static(reason)),
            contact: None,
            revision: None,
            effects: Vec::new(),
        }
    }
}

/// The body is said to be JSON as it is sent, not compressed.
fn is_json(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let essence = value(header::CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or(kind).trim());
    let is_plain =
        value(header::CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    is_plain && essence.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}
