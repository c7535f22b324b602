//! Web chat: a page, a widget for any site, and the WebSocket they talk over.
//!
//! In reading order: [`options`] is what a site decides, [`visitor`] who somebody is (numbers signed by the host), `origin`
//! which sites may connect, [`protocol`] the messages in both directions (documented in `docs/web-chat.md`), [`session`]
//! one open page, `greeting` its first message, `reading` what it is shown of the transcript, `pace` how fast it is read,
//! `over` how it ends, `draw` lines as the page shows them, `events` what pages report, `assets` the page itself.
//!
//! No letters are written for this channel: a page reads the transcript, by the numbers of lines, and is told by the
//! engine's hub when there is more. So a message has arrived as soon as it is stored, and a broken connection is only a
//! page that asks again for what comes after the last line it has.

pub mod options;
pub mod protocol;
pub mod session;
pub mod visitor;

mod assets;
mod draw;
mod events;
mod greeting;
mod origin;
mod over;
mod pace;
mod reading;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use botflow_artifact::{Bot, Part};
use smol_str::SmolStr;
use tokio::time::Instant;

use crate::channel::{Channel, Delivery, Receipt, SendError};
use crate::engine::Engine;
use crate::server::budget::{Bucket, Budget};
use crate::server::refusal::refusal;
use crate::server::{ClientAddress, Connection, Mount, Rate};
pub use options::{Identity, WebOptions};
use session::Session;
use visitor::Signer;

/// The longest message of a page, in bytes of JSON.
pub const MAX_FRAME: usize = 64 * 1024;

/// A frame up to this length is read to its end, so that its page can be told that it is too long.
const MAX_READ: usize = 4 * MAX_FRAME;

/// What is looked at, against what is said: opening the chat, receipts, earlier lines.
const LOOKS: u32 = 4;

/// A page is idle nearly always: its buffers are small.
const BUFFER: usize = 4 * 1024;

/// So many addresses and visitors are remembered by limits.
const REMEMBERED: usize = 65_536;

/// Where pages connect.
pub const SOCKET_PATH: &str = "/web/socket";

/// Web chat.
pub struct WebChat {
    inner: Arc<Inner>,
}

struct Inner {
    options: WebOptions,
    signer: Signer,
    meter: Arc<WebMeter>,
    by_visitor: Budget<visitor::VisitorId>,
    looks: Budget<visitor::VisitorId>,
    by_address: Budget<IpAddr>,
    newcomers: Budget<IpAddr>,
    /// How often it is told in the log that a site may not connect.
    complaints: Mutex<Bucket>,
}

/// A site that may not connect is told of once a minute: anybody can be one.
const COMPLAINTS: Rate = Rate::new(1, 1.0 / 60.0);

/// What is counted of web chat.
#[derive(Debug, Default)]
pub struct WebMeter {
    /// Pages that are open.
    pub open: AtomicU64,
    /// Visitors who were given a number.
    pub newcomers: AtomicU64,
    /// Who claimed to be somebody without proof.
    pub forged: AtomicU64,
    /// Connections of sites that are not allowed.
    pub foreign: AtomicU64,
    /// Messages that were refused since there were too many.
    pub flooded: AtomicU64,
    /// Messages that were none.
    pub malformed: AtomicU64,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl WebChat {
    /// With what the site decides.
    pub fn new(options: WebOptions) -> WebChat {
        let inner = Inner {
            signer: Signer::new(&options.secret),
            meter: Arc::default(),
            by_visitor: Budget::new(options.per_visitor, REMEMBERED),
            looks: Budget::new(looks(options.per_visitor), REMEMBERED),
            by_address: Budget::new(options.per_address, REMEMBERED),
            newcomers: Budget::new(options.newcomers, REMEMBERED),
            complaints: Mutex::new(Bucket::full(COMPLAINTS, Instant::now())),
            options,
        };
        WebChat {
            inner: Arc::new(inner),
        }
    }

    /// What is counted.
    pub fn meter(&self) -> &Arc<WebMeter> {
        &self.inner.meter
    }
}

impl Inner {
    /// The own page is foreign, too, where a proxy gives it another name than its visitors know it by: somebody has to be
    /// told.
    fn complain(&self, origin: &str, host: &str) {
        // Nothing panics while this is held.
        let mut left = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if left.take(COMPLAINTS, Instant::now()).is_err() {
            return;
        }
        tracing::warn!("{}", origin::complaint(origin, host));
    }
}

fn looks(said: Rate) -> Rate {
    Rate::new(
        said.burst.saturating_mul(LOOKS),
        said.per_second * f64::from(LOOKS),
    )
}

#[async_trait]
impl Channel for WebChat {
    fn name(&self) -> &str {
        &self.inner.options.channel
    }

    fn reads_transcripts(&self) -> bool {
        true
    }

    async fn send(&self, _: &Delivery) -> Result<Receipt, SendError> {
        // A letter of a host that did not know yet: its line is in the transcript already.
        Ok(Receipt::default())
    }
}

impl Mount for WebChat {
    fn router(&self, engine: Engine) -> Router {
        let state = (Arc::clone(&self.inner), engine.clone());
        let socket = Router::new().route(SOCKET_PATH, get(connect)).with_state(state);
        socket.merge(assets::router(&self.inner.options, engine))
    }
}

async fn connect(
    State((web, engine)): State<(Arc<Inner>, Engine)>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or(""));
    if !origin::is_allowed(origin, host.unwrap_or(""), &web.options.origins) {
        count(&web.meter.foreign);
        web.complain(origin.unwrap_or(""), host.unwrap_or(""));
        let message = "this site may not show the chat; its host names the sites that may";
        return refusal(StatusCode::FORBIDDEN, "origin", message);
    }
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * 1024 * 1024)
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ);
    upgrade.on_upgrade(move |socket| async move {
        let address = ClientAddress(address).counted_as();
        web.meter.open.fetch_add(1, Ordering::Relaxed);
        let cut = connection.cut().clone();
        let session = Session::new(Arc::clone(&web), engine, address, connection);
        tokio::select! {
            biased;
            () = cut.cancelled() => {}
            () = session.run(socket) => {}
        }
        web.meter.open.fetch_sub(1, Ordering::Relaxed);
    })
}

/// The bot's name, as people read it: in its first language, as far as it has no holes.
fn title(bot: &Bot) -> SmolStr {
    let text = bot.display_name.and_then(|id| bot.texts.get(id.index()));
    let words = text.and_then(|text| text.variants.first());
    let words = words.map(|words| {
        let parts = words.parts.iter();
        let parts = parts.filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        parts.collect::<String>()
    });
    let words = words.filter(|words| !words.trim().is_empty());
    words.map_or_else(|| bot.name.clone(), SmolStr::from)
}
