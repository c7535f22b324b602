//! Whether a host is alive (`/health`), and whether it takes messages (`/ready`).

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::time::timeout;

use crate::engine::Engine;

/// A store that takes longer than this to answer is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    Router::new()
        .route("/health", get(alive))
        .route("/ready", get(ready))
        .with_state(engine)
}

/// The process answers: whoever restarts what hangs asks this.
async fn alive() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// Messages would be taken at this moment: whoever passes them on asks this.
async fn ready(State(engine): State<Engine>) -> Response {
    let store = engine.store();
    let status = if engine.is_stopping() {
        Err(("stopping", "the host is being stopped".to_owned()))
    } else {
        match timeout(PATIENCE, store.check()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(("store", error.to_string())),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                Err(("store", format!("the store has not answered within {seconds} s")))
            }
        }
    };
    let bot = format!("{:016x}", engine.deployment().current().hash());
    match status {
        Ok(()) => {
            let body = json!({ "status": "ready", "store": store.kind(), "bot": bot });
            Json(body).into_response()
        }
        Err((status, why)) => {
            let body = json!({ "status": status, "store": store.kind(), "bot": bot, "message": why });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
