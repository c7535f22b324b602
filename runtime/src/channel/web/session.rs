//! One open page: reads what it says, tells it what is said, and goes on where a broken connection stopped.
//!
//! The page is sent the lines of its transcript by their numbers, each once and in order: after every change the session
//! reads what follows the last line it sent. Whatever the page says is acknowledged when it is stored.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use botflow_artifact::Bot;
use botflow_machine::Delivery as Status;
use botflow_message::Profile;
use botflow_values::{Location, Value};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::protocol::{Hello, Incoming, Malformed, Told, VERSION, read};
use super::visitor::{VisitorId, is_vouched_for};
use super::{Inner, count, draw, events};
use crate::contact::input::Said;
use crate::contact::{Author, ContactId, Input, Line};
use crate::engine::{Ack, Engine, Inbound, Refused, Watching};
use crate::server::Connection;
use crate::server::budget::whole_seconds;
use crate::server::refusal;
use crate::store::StoreError;

/// A page that says nothing at first is let go.
const HELLO: Duration = Duration::from_secs(10);

/// A page is asked this often whether it is still there; one that has not answered by the next time is let go.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// So many lines are read at once, and shown of a transcript that the page has nothing of.
const PAGE: usize = 50;

/// A page that has missed more lines than this is shown the last ones instead.
const MISSED: usize = 500;

/// So many messages wait for the page to say that they were read.
const UNREAD: usize = 500;

/// What somebody reports may be this old.
const MAX_AGO: i64 = 24 * 3_600_000;

/// Why a connection is closed, as WebSockets number it.
mod code {
    /// The host is being stopped: the page comes back.
    pub const RESTART: u16 = 1012;
    /// The page does not keep to the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// The host is in trouble: the page comes back.
    pub const TROUBLE: u16 = 1011;
    /// Who they claim to be, they are not.
    pub const FORGED: u16 = 4401;
    /// There are too many of them.
    pub const FLOOD: u16 = 4429;
}

/// The connection is over; with a reason where the page does not know it yet.
struct Over(Option<(u16, &'static str)>);

impl Over {
    const GONE: Over = Over(None);
    const TROUBLE: Over = Over(Some((code::TROUBLE, "the host is in trouble")));
}

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

/// One open page.
pub(super) struct Session {
    web: Arc<Inner>,
    engine: Engine,
    address: IpAddr,
    connection: Connection,
    visitor: VisitorId,
    channel: SmolStr,
    /// Whose transcript it shows; nobody's as long as nothing has happened.
    contact: Option<(ContactId, Watching)>,
    /// The number of the last line that was sent.
    sent: u64,
    /// Of the page's arrival the engine was not told yet.
    arrives: Option<Said>,
    /// Messages that were sent, by the numbers of their lines: not yet reported as read, and whether as delivered.
    unread: VecDeque<(u64, u64, bool)>,
}

impl Session {
    pub fn new(web: Arc<Inner>, engine: Engine, address: IpAddr, connection: Connection) -> Session {
        Session {
            channel: web.options.channel.clone(),
            web,
            engine,
            address,
            connection,
            visitor: VisitorId(0),
            contact: None,
            sent: 0,
            arrives: None,
            unread: VecDeque::new(),
        }
    }

    /// Until either side ends it.
    pub async fn run(mut self, mut socket: WebSocket) {
        let done = match self.greet(&mut socket).await {
            Ok(()) => self.talk(&mut socket).await,
            Err(over) => Err(over),
        };
        if let Err(Over(Some((code, reason)))) = done {
            let close = CloseFrame {
                code,
                reason: reason.into(),
            };
            // Whoever is gone need not be told.
            let _ = socket.send(Frame::Close(Some(close))).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let ending = self.connection.ending().clone();
        let stopping = self.engine.stopping().clone();
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let mut is_heard = true;
        loop {
            let changed = async {
                match &mut self.contact {
                    Some((_, watching)) => watching.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = ending.cancelled() => return Err(Over(Some((code::RESTART, "the host is being stopped")))),
                () = stopping.cancelled() => return Err(Over(Some((code::RESTART, "the host is being stopped")))),
                frame = socket.recv() => {
                    is_heard = true;
                    match frame {
                        None => return Err(Over::GONE),
                        Some(frame) => self.hear(socket, frame?).await?,
                    }
                }
                () = changed => self.show(socket, true).await?,
                _ = heartbeat.tick() => {
                    if !std::mem::replace(&mut is_heard, false) {
                        return Err(Over::GONE);
                    }
                    socket.send(Frame::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    /// The first message: who they are, and what they have.
    async fn greet(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let hello = async {
            loop {
                match socket.recv().await {
                    Some(Ok(Frame::Text(text))) => break Some(read(&text)),
                    Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                    _ => break None,
                }
            }
        };
        let hello = match timeout(HELLO, hello).await {
            Ok(Some(Ok(Incoming::Hello(hello)))) if hello.v == VERSION => *hello,
            Ok(Some(_)) => {
                count(&self.web.meter.malformed);
                return Err(Over(Some((code::PROTOCOL, "a hello is expected first"))));
            }
            Ok(None) | Err(_) => return Err(Over::GONE),
        };
        let token = self.recognise(socket, &hello).await?;
        let claim = self.vouched(socket, &hello).await?;
        let version = self.engine.deployment().current();
        self.arrives = Some(Said::Arrives {
            language: hello.language.clone(),
            timezone: hello.timezone.clone(),
            referral: hello.referral.clone(),
        });
        let found = self
            .engine
            .find(&self.channel, &self.visitor.to_smolstr())
            .await?;
        if let Some(contact) = found {
            self.watch(contact);
            // They came before: only a link may be new.
            self.arrives = self.arrives.take().filter(|_| hello.referral.is_some());
        }
        if let Some(known) = claim.and_then(|claim| known(&version.program.bot, &claim)) {
            // A refusal here is not the visitor's affair: the next connection tries again.
            match self.said(None, known).await {
                Ok(_) => {}
                Err(refused) => tracing::warn!(%refused, "whom a site vouches for was not taken"),
            }
            self.follow().await?;
        }
        let (fresh, lines) = self.missed(&hello).await?;
        self.sent = lines
            .last()
            .map_or(if fresh { 0 } else { hello.since }, |line| line.number);
        let unread = lines.iter().filter(|line| line.number > hello.read);
        let unread: Vec<_> = unread.filter_map(reportable).collect();
        self.unread.extend(unread);
        let earlier = fresh && lines.first().is_some_and(|line| line.number > 1);
        let profile = version.profiles.get(&self.channel);
        let shown = self.shown(&lines, profile);
        let thread = self.thread();
        let welcome = Told::Welcome {
            v: VERSION,
            token: &token,
            bot: &super::title(&version.program.bot),
            thread: &thread,
            fresh,
            earlier,
            lines: &shown,
        };
        tell(socket, &welcome).await
    }

    /// Who they are: whom their token says, or somebody new.
    async fn recognise(&mut self, socket: &mut WebSocket, hello: &Hello) -> Result<String, Over> {
        if let Some(token) = &hello.token {
            let Some(visitor) = self.web.signer.visitor(token) else {
                count(&self.web.meter.forged);
                refuse(socket, None, "visitor", None).await?;
                return Err(Over(Some((code::FORGED, "the token is not of this host"))));
            };
            self.visitor = visitor;
            return Ok(token.clone());
        }
        if let Err(wait) = self.web.newcomers.take(self.address, Instant::now()) {
            count(&self.web.meter.flooded);
            refuse(socket, None, "flood", Some(whole_seconds(wait))).await?;
            return Err(Over(Some((
                code::FLOOD,
                "too many new visitors from one address",
            ))));
        }
        let mut number = [0; 16];
        if getrandom::fill(&mut number).is_err() {
            return Err(Over::TROUBLE);
        }
        self.visitor = VisitorId(u128::from_le_bytes(number));
        count(&self.web.meter.newcomers);
        Ok(self.web.signer.token(self.visitor))
    }

    /// What the site vouches for, if it does.
    async fn vouched(
        &self,
        socket: &mut WebSocket,
        hello: &Hello,
    ) -> Result<Option<(SmolStr, SmolStr)>, Over> {
        let (Some(claim), Some(identity)) = (&hello.identity, &self.web.options.identity) else {
            return Ok(None);
        };
        if is_vouched_for(&identity.secret, &claim.identifier, &claim.identifier_hash) {
            return Ok(Some((identity.field.clone(), claim.identifier.clone())));
        }
        count(&self.web.meter.forged);
        refuse(socket, None, "identity", None).await?;
        Err(Over(Some((code::FORGED, "nobody vouches for this identifier"))))
    }

    /// What the page lacks, and whether that is to stand instead of what it has.
    async fn missed(&self, hello: &Hello) -> Result<(bool, Vec<Line>), Over> {
        let Some((contact, _)) = &self.contact else {
            return Ok((true, Vec::new()));
        };
        let store = self.engine.store();
        let is_same = hello.thread.as_deref() == Some(&*contact.to_smolstr());
        if is_same && hello.since > 0 {
            let missed = store.transcript(*contact, hello.since, MISSED + 1).await?;
            // A page that has lines which are not there is shown what is.
            let is_ahead = missed.is_empty() && {
                let last = store.last_lines(*contact, 1).await?;
                last.last().map_or(0, |line| line.number) < hello.since
            };
            if missed.len() <= MISSED && !is_ahead {
                return Ok((false, missed));
            }
        }
        Ok((true, store.last_lines(*contact, PAGE).await?))
    }

    async fn hear(&mut self, socket: &mut WebSocket, frame: Frame) -> Result<(), Over> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::Ping(_) | Frame::Pong(_) => return Ok(()),
            Frame::Close(_) => return Err(Over::GONE),
            Frame::Binary(_) => {
                count(&self.web.meter.malformed);
                return Err(Over(Some((code::PROTOCOL, "messages are text"))));
            }
        };
        let incoming = match read(&text) {
            Ok(incoming) => incoming,
            Err((id, malformed)) => {
                count(&self.web.meter.malformed);
                self.afford(socket, id.as_deref()).await?;
                return refuse(socket, id.as_deref(), malformed.code(), None).await;
            }
        };
        if !self.afford(socket, incoming.id().map(SmolStr::as_str)).await? {
            return Ok(());
        }
        match incoming {
            Incoming::Hello(_) => Err(Over(Some((code::PROTOCOL, "there was a hello")))),
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
                self.seen(delivered.max(read), read).await;
                Ok(())
            }
            Incoming::Earlier { before } => self.earlier(socket, before).await,
        }
    }

    /// Whether the visitor and their address may say one thing more at this moment; if not, they are told when.
    async fn afford(&self, socket: &mut WebSocket, id: Option<&str>) -> Result<bool, Over> {
        let now = Instant::now();
        let visitor = self.web.by_visitor.take(self.visitor, now);
        let Err(wait) = visitor.and_then(|()| self.web.by_address.take(self.address, now)) else {
            return Ok(true);
        };
        count(&self.web.meter.flooded);
        refuse(socket, id, "flood", Some(whole_seconds(wait))).await?;
        Ok(false)
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

    async fn said(&mut self, id: Option<&SmolStr>, what: Said) -> Result<Ack, Refused> {
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

    /// Sends what follows the last line that was sent. `told`: something is to be there.
    async fn show(&mut self, socket: &mut WebSocket, told: bool) -> Result<(), Over> {
        let mut is_first = true;
        let mut told = told;
        loop {
            let Some((contact, watching)) = &mut self.contact else {
                return Ok(());
            };
            // What comes from here on is told anew.
            told |= watching.seen();
            let contact = *contact;
            let lines = self.engine.store().transcript(contact, self.sent, PAGE).await?;
            let Some(last) = lines.last() else {
                // Perhaps the visitor turned out to be somebody else.
                if told && is_first {
                    self.turn_out(socket, contact).await?;
                }
                return Ok(());
            };
            is_first = false;
            self.sent = last.number;
            self.note(&lines);
            let version = self.engine.deployment().current();
            let shown = self.shown(&lines, version.profiles.get(&self.channel));
            if !shown.is_empty() {
                let thread = self.thread();
                let told = Told::Lines {
                    thread: &thread,
                    lines: &shown,
                };
                tell(socket, &told).await?;
            }
            if lines.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Where the visitor has become somebody else, the page shows that one's transcript from here on.
    async fn turn_out(&mut self, socket: &mut WebSocket, before: ContactId) -> Result<(), Over> {
        self.follow().await?;
        let Some((contact, _)) = &self.contact else {
            return Ok(());
        };
        if *contact == before {
            return Ok(());
        }
        let lines = self.engine.store().last_lines(*contact, PAGE).await?;
        self.sent = lines.last().map_or(0, |line| line.number);
        self.unread.clear();
        let version = self.engine.deployment().current();
        let shown = self.shown(&lines, version.profiles.get(&self.channel));
        let thread = self.thread();
        let reset = Told::Reset {
            thread: &thread,
            earlier: lines.first().is_some_and(|line| line.number > 1),
            lines: &shown,
        };
        tell(socket, &reset).await
    }

    async fn earlier(&self, socket: &mut WebSocket, before: u64) -> Result<(), Over> {
        let Some((contact, _)) = &self.contact else {
            return Ok(());
        };
        let last = before.saturating_sub(1);
        let after = last.saturating_sub(PAGE as u64);
        let limit = usize::try_from(last - after).unwrap_or(PAGE);
        let lines = self.engine.store().transcript(*contact, after, limit).await?;
        let version = self.engine.deployment().current();
        let shown = self.shown(&lines, version.profiles.get(&self.channel));
        let told = Told::Earlier {
            earlier: after > 0,
            lines: &shown,
        };
        tell(socket, &told).await
    }

    /// Messages up to these lines have arrived, and were read. What cannot be reported now is reported with the next.
    async fn seen(&mut self, delivered: u64, read: u64) {
        let Some((contact, _)) = &self.contact else { return };
        let contact = *contact;
        for place in 0..self.unread.len() {
            let Some((line, message, was_delivered)) = self.unread.get(place).copied() else {
                break;
            };
            let (status, word) = match (line <= read, line <= delivered && !was_delivered) {
                (true, _) => (Status::Read, "read"),
                (false, true) => (Status::Delivered, "delivered"),
                (false, false) => continue,
            };
            let id = format_smolstr!("{contact}-{message}.{word}");
            let channel = self.channel.clone();
            let done = self
                .engine
                .report(contact, message, channel, status, Some(id))
                .await;
            match (done, self.unread.get_mut(place)) {
                (Ok(_), Some(one)) => one.2 = true,
                _ => return,
            }
        }
        self.unread.retain(|(line, ..)| *line > read);
    }

    /// What was sent and may be reported as read.
    fn note(&mut self, lines: &[Line]) {
        let lines = lines.iter().filter(|line| line.channel == self.channel);
        let more: Vec<_> = lines.filter_map(reportable).collect();
        self.unread.extend(more);
        let over = self.unread.len().saturating_sub(UNREAD);
        self.unread.drain(..over);
    }

    /// The lines of this channel, as the page shows them. What was said elsewhere stays there.
    fn shown<'a>(&self, lines: &'a [Line], profile: Option<&Profile>) -> Vec<draw::Shown<'a>> {
        let Some(profile) = profile else { return Vec::new() };
        let lines = lines.iter().filter(|line| line.channel == self.channel);
        lines.map(|line| draw::line(line, profile)).collect()
    }

    /// Whoever is known as the visitor now.
    async fn follow(&mut self) -> Result<(), Over> {
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

    fn watch(&mut self, contact: ContactId) {
        self.contact = Some((contact, self.engine.hub().watch(contact)));
    }

    fn thread(&self) -> SmolStr {
        let contact = self.contact.as_ref();
        contact.map_or_else(SmolStr::default, |(contact, _)| contact.to_smolstr())
    }
}

/// A message of the bot, by the number of its line, that can be reported as read.
fn reportable(line: &Line) -> Option<(u64, u64, bool)> {
    match &line.said {
        Author::Bot { message, .. } if *message > 0 => Some((line.number, *message, false)),
        _ => None,
    }
}

/// What a site vouches for, as the card keeps it.
fn known(bot: &Bot, (field, identifier): &(SmolStr, SmolStr)) -> Option<Said> {
    let Some(value) = events::card_value(bot, field, identifier) else {
        tracing::warn!(%field, "a site vouches for what the card cannot keep");
        return None;
    };
    Some(Said::Known {
        values: vec![(field.clone(), value)],
        signed: true,
    })
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

async fn refuse(
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

async fn tell(socket: &mut WebSocket, told: &Told<'_>) -> Result<(), Over> {
    // Plain data is written without fail.
    let text = serde_json::to_string(told).map_err(|_| Over::TROUBLE)?;
    Ok(socket.send(Frame::Text(text.into())).await?)
}
