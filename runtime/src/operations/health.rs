//! Whether a host is alive (`/health`), and whether it takes messages (`/ready`).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::engine::Engine;

/// A store that takes longer than this to answer is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a store has answered holds for so long, in milliseconds. To ask it is to have it write, and anybody may ask the
/// host.
const HOLDS: i64 = 1_000;

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    let health = Health {
        engine,
        last: Arc::default(),
    };
    Router::new()
        .route("/health", get(alive))
        .route("/ready", get(ready))
        .with_state(health)
}

/// When the store was asked, in milliseconds, and what was wrong with it.
type Asked = (i64, Result<(), String>);

#[derive(Clone)]
struct Health {
    engine: Engine,
    /// When the store was asked last, by the engine's clock, and what was wrong with it. Who asks at the same time waits
    /// for that answer.
    last: Arc<Mutex<Option<Asked>>>,
}

/// The process answers: whoever restarts what hangs asks this.
async fn alive() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// Messages would be taken at this moment: whoever passes them on asks this.
async fn ready(State(health): State<Health>) -> Response {
    let engine = &health.engine;
    let status = if engine.is_stopping() {
        Err(("stopping", "the host is being stopped".to_owned()))
    } else if let Some(why) = engine.behind() {
        let why = format!("the version that other hosts run does not run here: {why}");
        Err(("version", why))
    } else {
        health.store().await.map_err(|why| ("store", why))
    };
    let bot = format!("{:016x}", engine.deployment().current().hash());
    let kind = engine.store().kind();
    match status {
        Ok(()) => {
            let mut body = json!({ "status": "ready", "store": kind, "bot": bot });
            // Messages are taken all the same, by the version before.
            let held_back = engine.deployment().held_back();
            if !held_back.is_empty() {
                body["held_back"] = json!(held_back);
            }
            Json(body).into_response()
        }
        Err((status, why)) => {
            let body = json!({ "status": status, "store": kind, "bot": bot, "message": why });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

impl Health {
    /// What is wrong with the store, in words that everybody may read: where it is and who asks it stands in the log only.
    async fn store(&self) -> Result<(), String> {
        let mut last = self.last.lock().await;
        let now = self.engine.now();
        if let Some((at, answer)) = &*last
            && (0..HOLDS).contains(&now.saturating_sub(*at))
        {
            return answer.clone();
        }
        let answer = match timeout(PATIENCE, self.engine.store().check()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store is not ready");
                Err(error.trouble.to_string())
            }
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                Err(format!("the store has not answered within {seconds} s"))
            }
        };
        *last = Some((self.engine.now(), answer.clone()));
        answer
    }
}
