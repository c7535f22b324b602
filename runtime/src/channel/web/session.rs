//! One open page: reads what it says, tells it what is said, and goes on where a broken connection stopped.
//!
//! The page is sent the lines of its transcript by their numbers, each once and in order: after every change the session
//! reads what follows the last line it sent. Whatever the page says is acknowledged when it is stored.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message as Frame, WebSocket};
use botflow_values::{Location, Value};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::over::Over;
use super::pace::Pace;
use super::protocol::{Incoming, Malformed, Told, id_of, read};
use super::reading::Unread;
use super::visitor::VisitorId;
use super::{Inner, MAX_FRAME, count, events};
use crate::contact::input::Said;
use crate::contact::{ContactId, Input};
use crate::engine::{Ack, Engine, Inbound, Refused, Watching};
use crate::server::Connection;
use crate::server::budget::whole_seconds;
use crate::server::refusal;

/// A page is asked this often whether it is still there; one that has not answered by the next time is let go.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What somebody reports may be this old.
const MAX_AGO: i64 = 24 * 3_600_000;

/// A page that is refused so often in a row does not listen.
const MOST_REFUSED: u32 = 20;

/// One open page.
pub(super) struct Session {
    pub(super) web: Arc<Inner>,
    pub(super) engine: Engine,
    pub(super) address: IpAddr,
    connection: Connection,
    pub(super) visitor: VisitorId,
    pub(super) channel: SmolStr,
    /// Whose transcript it shows; nobody's as long as nothing has happened.
    pub(super) contact: Option<(ContactId, Watching)>,
    /// The number of the last line that was sent.
    pub(super) sent: u64,
    /// Of the page's arrival the engine was not told yet.
    pub(super) arrives: Option<Said>,
    /// Messages that were sent and are not reported as read.
    pub(super) unread: VecDeque<Unread>,
    /// When the messages were said that were sent.
    pub(super) noted: VecDeque<i64>,
    /// In which language the bot speaks with them, and which one the page knows of.
    pub(super) language: Option<SmolStr>,
    pub(super) told_language: Option<SmolStr>,
    pace: Pace,
    /// So often in a row it was refused what it said.
    refused: u32,
}

impl Session {
    pub fn new(web: Arc<Inner>, engine: Engine, address: IpAddr, connection: Connection) -> Session {
        Session {
            channel: web.options.channel.clone(),
            pace: Pace::new(web.options.per_visitor, Instant::now()),
            web,
            engine,
            address,
            connection,
            visitor: VisitorId(0),
            contact: None,
            sent: 0,
            arrives: None,
            unread: VecDeque::new(),
            noted: VecDeque::new(),
            language: None,
            told_language: None,
            refused: 0,
        }
    }

    /// Until either side ends it.
    pub async fn run(mut self, mut socket: WebSocket) {
        let done = match self.greet(&mut socket).await {
            Ok(()) => self.talk(&mut socket).await,
            Err(over) => Err(over),
        };
        if let Err(over) = done {
            over.tell(&mut socket).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let ending = self.connection.ending().clone();
        let stopping = self.engine.stopping().clone();
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let mut is_heard = true;
        // Nothing is read until then: it came too fast.
        let mut rests = None;
        loop {
            let changed = async {
                match &mut self.contact {
                    Some((_, watching)) => watching.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = ending.cancelled() => return Err(Over::RESTART),
                () = stopping.cancelled() => return Err(Over::RESTART),
                () = sleep_until(rests.unwrap_or_else(Instant::now)), if rests.is_some() => rests = None,
                frame = socket.recv(), if rests.is_none() => {
                    is_heard = true;
                    let frame = match frame {
                        None => return Err(Over::GONE),
                        Some(Err(error)) => return Err(Over::of(error, &self.web)),
                        Some(Ok(frame)) => frame,
                    };
                    rests = self.pace.spend(weight(&frame), Instant::now());
                    self.hear(socket, frame).await?;
                }
                () = changed => self.show(socket, true).await?,
                _ = heartbeat.tick() => {
                    if !std::mem::replace(&mut is_heard, false) {
                        return Err(Over::GONE);
                    }
                    socket.send(Frame::Ping(Vec::new().into())).await?;
                    if self.has_more().await {
                        self.show(socket, true).await?;
                    }
                }
            }
        }
    }

    /// Whether there is something to show that nobody has told of: a host may have ended between storing and telling.
    async fn has_more(&mut self) -> bool {
        let Some((contact, _)) = &self.contact else {
            return false;
        };
        let more = self.engine.store().transcript(*contact, self.sent, 1).await;
        // A store that does not answer is asked again with the next heartbeat.
        more.is_ok_and(|lines| !lines.is_empty())
    }

    async fn hear(&mut self, socket: &mut WebSocket, frame: Frame) -> Result<(), Over> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::Ping(_) | Frame::Pong(_) => return Ok(()),
            Frame::Close(_) => return Err(Over::GONE),
            Frame::Binary(_) => {
                count(&self.web.meter.malformed);
                return Err(Over::BINARY);
            }
        };
        if text.len() > MAX_FRAME {
            count(&self.web.meter.malformed);
            return Err(Over::LONG);
        }
        let now = Instant::now();
        if let Err(wait) = self.web.by_address.take(self.address, now) {
            return self.flooded(socket, id_of(&text).as_deref(), wait).await;
        }
        let incoming = read(&text);
        // What is looked at is not what is said: neither takes from the other.
        let budget = match &incoming {
            Ok(Incoming::Open | Incoming::Seen { .. } | Incoming::Earlier { .. }) => &self.web.looks,
            _ => &self.web.by_visitor,
        };
        if let Err(wait) = budget.take(self.visitor, now) {
            let id = match &incoming {
                Ok(incoming) => incoming.id(),
                Err((id, _)) => id.as_ref(),
            };
            return self.flooded(socket, id.map(SmolStr::as_str), wait).await;
        }
        let incoming = match incoming {
            Ok(incoming) => incoming,
            Err((id, malformed)) => {
                count(&self.web.meter.malformed);
                refuse(socket, id.as_deref(), malformed.code(), None).await?;
                return self.refused(Over::NONSENSE);
            }
        };
        self.refused = 0;
        match incoming {
            Incoming::Hello(_) => Err(Over::HELLO_AGAIN),
            Incoming::Open => self.open(socket).await,
            Incoming::Message { id, text } => self.say(socket, &id, Said::Message(text)).await,
            Incoming::Press { id, payload, label } => {
                self.say(socket, &id, Said::Press { payload, label }).await
            }
            Incoming::Location {
                id,
                latitude,
                longitude,
            } => {
                // Within bounds: the protocol reads nothing else.
                let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
                let value = Value::Location(Location::new(millionths(latitude), millionths(longitude)));
                let caption = SmolStr::default();
                self.say(socket, &id, Said::Media { value, caption }).await
            }
            Incoming::Event {
                id,
                name,
                fields,
                ago,
            } => {
                let version = self.engine.deployment().current();
                let bot = &version.program.bot;
                if !events::may_report(&name, &self.web.options.events) {
                    return refuse(socket, Some(&id), "event", None).await;
                }
                if !bot.events.iter().any(|event| event.name == name) {
                    // The bot does not listen for it: there is nothing to be kept.
                    return ack(socket, &id, None, Some("unknown")).await;
                }
                let Some(fields) = events::fields(bot, &name, &fields) else {
                    return refuse(socket, Some(&id), Malformed::Shape.code(), None).await;
                };
                let ago = i64::try_from(ago).unwrap_or(MAX_AGO).min(MAX_AGO);
                let at = self.engine.now() - ago;
                self.say(socket, &id, Said::Event { name, fields, at }).await
            }
            Incoming::Seen { delivered, read } => {
                let delivered = delivered.max(read);
                match self.report(delivered, read).await {
                    true => tell(socket, &Told::Seen { delivered, read }).await,
                    false => Ok(()),
                }
            }
            Incoming::Earlier { before } => self.earlier(socket, before).await,
        }
    }

    /// They, or their address, have said too much, and are told when they may say this.
    async fn flooded(
        &mut self,
        socket: &mut WebSocket,
        id: Option<&str>,
        wait: Duration,
    ) -> Result<(), Over> {
        count(&self.web.meter.flooded);
        refuse(socket, id, "flood", Some(whole_seconds(wait))).await?;
        self.refused(Over::FLOOD)
    }

    /// Whoever goes on and on with what is refused is let go.
    fn refused(&mut self, over: Over) -> Result<(), Over> {
        self.refused += 1;
        if self.refused >= MOST_REFUSED {
            return Err(over);
        }
        Ok(())
    }

    /// Brings something to the engine, and tells the page what became of it.
    async fn say(&mut self, socket: &mut WebSocket, id: &SmolStr, said: Said) -> Result<(), Over> {
        match self.said(Some(id), said).await {
            Ok(done) => {
                let refused = done.refused.clone();
                ack(socket, id, Some(&done), refused.as_deref()).await?;
                let before = self.contact.as_ref().map(|(contact, _)| *contact);
                match before {
                    None => self.follow().await?,
                    // It was another one's transcript up to now.
                    Some(before) if done.contact_id() != Some(before) => {
                        self.turn_out(socket, before).await?
                    }
                    Some(_) => {}
                }
                self.show(socket, false).await
            }
            Err(refused) => {
                let (_, wait) = refusal::status(&refused);
                let wait = wait.map(whole_seconds);
                refuse(socket, Some(id), refusal::code(&refused), wait).await
            }
        }
    }

    pub(super) async fn said(&mut self, id: Option<&SmolStr>, what: Said) -> Result<Ack, Refused> {
        let address = self.visitor.to_smolstr();
        if let Some(arrives) = self.arrives.clone() {
            self.engine
                .arrives(self.channel.clone(), address.clone(), arrives)
                .await?;
            self.arrives = None;
        }
        // Pages make numbers as they like: nobody's are another's.
        let id = id.map(|id| format_smolstr!("{address}.{id}"));
        let inbound = Inbound {
            channel: self.channel.clone(),
            address,
            id,
            what,
        };
        self.engine.deliver(inbound).await
    }

    /// The visitor opens the chat: the bot begins, where nothing was said yet.
    async fn open(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let version = self.engine.deployment().current();
        let bot = &version.program.bot;
        let Some(start) = bot.start.filter(|_| self.web.options.begins) else {
            return Ok(());
        };
        let flow = bot.flows[start.index()].name.clone();
        if self.contact.is_none() {
            let arrives = self.arrives.clone();
            let Some(arrives) = arrives else { return Ok(()) };
            let address = self.visitor.to_smolstr();
            let arrived = self.engine.arrives(self.channel.clone(), address, arrives).await;
            if let Err(refused) = arrived {
                return self.not_begun(socket, &refused).await;
            }
            self.arrives = None;
            self.follow().await?;
        }
        let Some((contact, _)) = &self.contact else {
            return Ok(());
        };
        let contact = *contact;
        if !self.engine.store().last_lines(contact, 1).await?.is_empty() {
            return self.show(socket, false).await;
        }
        let begins = Input::Start {
            flow,
            args: Vec::new(),
        };
        // Two pages of one visitor, or one that asks again, begin one conversation.
        let cause = format_smolstr!("{}.begins.{}", self.channel, self.visitor);
        if let Err(refused) = self.engine.happen(contact, begins, Some(cause)).await {
            return self.not_begun(socket, &refused).await;
        }
        self.show(socket, false).await
    }

    async fn not_begun(&self, socket: &mut WebSocket, refused: &Refused) -> Result<(), Over> {
        let (_, wait) = refusal::status(refused);
        let wait = wait.map(whole_seconds);
        refuse(socket, None, refusal::code(refused), wait).await
    }

    /// Whoever is known as the visitor now.
    pub(super) async fn follow(&mut self) -> Result<(), Over> {
        let found = self
            .engine
            .find(&self.channel, &self.visitor.to_smolstr())
            .await?;
        match (found, &self.contact) {
            (Some(found), Some((contact, _))) if found == *contact => {}
            (Some(found), _) => self.watch(found),
            (None, _) => {}
        }
        Ok(())
    }

    pub(super) fn watch(&mut self, contact: ContactId) {
        self.contact = Some((contact, self.engine.hub().watch(contact)));
    }

    pub(super) fn thread(&self) -> SmolStr {
        let contact = self.contact.as_ref();
        contact.map_or_else(SmolStr::default, |(contact, _)| contact.to_smolstr())
    }
}

async fn ack(
    socket: &mut WebSocket,
    id: &str,
    done: Option<&Ack>,
    refused: Option<&str>,
) -> Result<(), Over> {
    let told = Told::Ack {
        id,
        line: done.map_or(0, |done| done.line),
        typing: done.is_some_and(|done| done.works),
        refused,
    };
    tell(socket, &told).await
}

pub(super) async fn refuse(
    socket: &mut WebSocket,
    id: Option<&str>,
    code: &str,
    retry_after: Option<u64>,
) -> Result<(), Over> {
    let told = Told::Refused {
        id,
        code,
        retry_after,
    };
    tell(socket, &told).await
}

pub(super) async fn tell(socket: &mut WebSocket, told: &Told<'_>) -> Result<(), Over> {
    // Plain data is written without fail.
    let text = serde_json::to_string(told).map_err(|_| Over::TROUBLE)?;
    Ok(socket.send(Frame::Text(text.into())).await?)
}

/// How many bytes a page has made the host read.
fn weight(frame: &Frame) -> usize {
    match frame {
        Frame::Text(text) => text.len(),
        Frame::Binary(bytes) | Frame::Ping(bytes) | Frame::Pong(bytes) => bytes.len(),
        Frame::Close(_) => 0,
    }
}
