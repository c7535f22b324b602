//! What stands before every route: who asks, whether they ask too often, and that they do not take for ever.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tokio::time::{Instant, timeout};

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
            let answer = timeout(options.request_timeout, next.run(request)).await;
            let answer = answer.unwrap_or_else(|_| {
                traffic.slow.fetch_add(1, Ordering::Relaxed);
                refusal(
                    StatusCode::REQUEST_TIMEOUT,
                    "slow",
                    "the request did not arrive in time",
                )
            });
            plain(answer)
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
