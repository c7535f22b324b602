//! How a server says no: a status, a word that programs read, and a sentence for people.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::budget::whole_seconds;
use crate::engine::Refused;

/// A refusal: `{"error": {"code": "…", "message": "…"}}`.
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message } });
    (status, Json(body)).into_response()
}

/// A refusal of something that may be sent again after a while.
pub fn refusal_for_now(status: StatusCode, code: &str, message: &str, wait: Duration) -> Response {
    let mut response = refusal(status, code, message);
    let seconds = HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// What an engine refused, as an answer.
pub fn refused(refused: &Refused) -> Response {
    let message = refused.to_string();
    let (status, wait) = status(refused);
    match wait {
        Some(wait) => refusal_for_now(status, code(refused), &message, wait),
        None => refusal(status, code(refused), &message),
    }
}

/// A refusal of an engine in a word.
pub fn code(refused: &Refused) -> &'static str {
    match refused {
        Refused::Busy => "busy",
        Refused::Stopping => "stopping",
        Refused::Store(_) => "store",
        Refused::Unreadable(_) => "unreadable",
        Refused::Nobody => "nobody",
    }
}

/// The status of a refusal of an engine, and when the same may be sent again.
pub fn status(refused: &Refused) -> (StatusCode, Option<Duration>) {
    let soon = Some(Duration::from_secs(1));
    match refused {
        Refused::Busy => (StatusCode::TOO_MANY_REQUESTS, soon),
        Refused::Stopping => (StatusCode::SERVICE_UNAVAILABLE, soon),
        Refused::Store(error) if error.trouble.is_passing() => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(5)))
        }
        Refused::Store(_) | Refused::Unreadable(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
        Refused::Nobody => (StatusCode::NOT_FOUND, None),
    }
}
