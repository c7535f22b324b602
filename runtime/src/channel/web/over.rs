//! How a connection ends, as WebSockets number it, and what the page is told of it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use tokio::time::timeout;
use tungstenite::Error;
use tungstenite::error::ProtocolError;

use super::{Inner, count};
use crate::store::StoreError;

/// What is under way when a connection is closed is read away for so long: a system that still has something to read
/// when it closes takes back what it said last.
const PARTING: Duration = Duration::from_secs(1);

/// The connection is over; with a reason where the page does not know it yet.
pub(super) struct Over(Option<(u16, &'static str)>);

impl Over {
    /// The other side has ended it.
    pub const GONE: Over = Over(None);
    /// The host is in trouble: the page comes back.
    pub const TROUBLE: Over = Over(Some((1011, "the host is in trouble")));
    /// The host is being stopped: the page comes back.
    pub const RESTART: Over = Over(Some((1012, "the host is being stopped")));
    /// The page does not say who it is.
    pub const NO_HELLO: Over = Over(Some((1002, "a hello is expected first")));
    /// It says so again.
    pub const HELLO_AGAIN: Over = Over(Some((1002, "there was a hello")));
    /// What it says is no text.
    pub const BINARY: Over = Over(Some((1002, "messages are text")));
    /// It does not keep to the protocol, again and again.
    pub const NONSENSE: Over = Over(Some((1002, "too much of this was no message")));
    /// It does not keep to that of WebSockets.
    pub const PROTOCOL: Over = Over(Some((1002, "this is no WebSocket")));
    /// What it says is no Unicode.
    pub const UTF8: Over = Over(Some((1007, "texts are UTF-8")));
    /// What it says is longer than a message may be.
    pub const LONG: Over = Over(Some((1009, "this message is too long")));
    /// The host has not signed who they claim to be: the page forgets it.
    pub const FORGED: Over = Over(Some((4401, "the token is not of this host")));
    /// The site does not vouch for whom its page names: the page comes back without that.
    pub const NOT_VOUCHED: Over = Over(Some((4403, "nobody vouches for this identifier")));
    /// Too many visitors.
    pub const NEWCOMERS: Over = Over(Some((4429, "too many new visitors from one address")));
    /// Too much of one visitor, again and again.
    pub const FLOOD: Over = Over(Some((4429, "too much was said at once")));

    /// What a connection ended of by itself; what was no message is counted.
    pub fn of(error: axum::Error, web: &Inner) -> Over {
        let error = error.into_inner();
        let over = match error.downcast_ref::<Error>() {
            Some(Error::Capacity(_)) => Over::LONG,
            Some(Error::Utf8(_)) => Over::UTF8,
            Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Over::GONE,
            Some(Error::Protocol(_)) => Over::PROTOCOL,
            _ => Over::GONE,
        };
        if over.0.is_some() {
            count(&web.meter.malformed);
        }
        over
    }

    /// Tells the page.
    pub async fn tell(self, socket: &mut WebSocket) {
        let Some((code, reason)) = self.0 else { return };
        let close = CloseFrame {
            code,
            reason: reason.into(),
        };
        let parting = async {
            // Whoever is gone need not be told.
            if socket.send(Frame::Close(Some(close))).await.is_err() {
                return;
            }
            while let Some(Ok(frame)) = socket.recv().await {
                if matches!(frame, Frame::Close(_)) {
                    return;
                }
            }
        };
        let _ = timeout(PARTING, parting).await;
    }
}

/// What cannot be sent reaches nobody.
impl From<axum::Error> for Over {
    fn from(_: axum::Error) -> Over {
        Over::GONE
    }
}

impl From<StoreError> for Over {
    fn from(error: StoreError) -> Over {
        tracing::warn!(%error, "a page could not be shown its transcript");
        Over::TROUBLE
    }
}
