//! What stands before every route: who asks, whether they ask too often, and that they do not take for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};

use super::Traffic;
use super::budget::Budget;
use super::options::ServerOptions;
use super::peer::ClientAddress;
use super::refusal::{refusal, refusal_for_now};

/// So many addresses are remembered.
const REMEMBERED: usize = 65_536;

/// Puts the guard before a router.
pub(super) fn before(router: Router, options: &Arc<ServerOptions>, traffic: &Arc<Traffic>) -> Router {
    let options = Arc::clone(options);
    let traffic = Arc::clone(traffic);
    let budget = Arc::new(Budget::new(options.requests, REMEMBERED));
    router.layer(from_fn(move |request: Request, next: Next| {
        let (options, traffic, budget) = (Arc::clone(&options), Arc::clone(&traffic), Arc::clone(&budget));
        async move {
            traffic.requests.fetch_add(1, Ordering::Relaxed);
            if let Some(address) = request.extensions().get::<ClientAddress>()
                && let Err(wait) = budget.take(address.counted_as(), Instant::now())
            {
                traffic.flooded.fetch_add(1, Ordering::Relaxed);
                let message = "too many requests from this address; send it again a little later";
                return refusal_for_now(StatusCode::TOO_MANY_REQUESTS, "flood", message, wait);
            }
            let is_late = Arc::new(AtomicBool::new(false));
            let request = request.map(|body| within(options.body_timeout, body, Arc::clone(&is_late)));
            let mut answer = next.run(request).await;
            if is_late.load(Ordering::Relaxed) {
                traffic.slow.fetch_add(1, Ordering::Relaxed);
                answer = refusal(
                    StatusCode::REQUEST_TIMEOUT,
                    "slow",
                    "the body of the request did not arrive in time; send it again",
                );
            }
            plain(answer)
        }
    }))
}

/// A body that breaks off where it has not arrived within this time, and says so. Only its arrival is bounded: what has
/// arrived may be stored, and whoever sent it is told when it is.
fn within(time: Duration, body: Body, is_late: Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let deadline = Instant::now() + time;
    let rest = Some((body.into_data_stream(), is_late));
    Body::from_stream(stream::unfold(rest, move |rest| async move {
        let (mut body, is_late) = rest?;
        match timeout_at(deadline, body.next()).await {
            Ok(part) => part.map(|part| (part, Some((body, is_late)))),
            Err(_) => {
                is_late.store(true, Ordering::Relaxed);
                Some((Err(axum::Error::new("the body is late")), None))
            }
        }
    }))
}

/// No browser is to guess what an answer is.
fn plain(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    answer
}
