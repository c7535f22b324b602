//! The first message of a page: who they are, whether their site vouches for that, and what of the transcript they lack.

use axum::extract::ws::{Message as Frame, WebSocket};
use botflow_artifact::{Bot, FieldId};
use botflow_values::Value;
use smol_str::{SmolStr, ToSmolStr};
use tokio::time::{Instant, timeout};

use super::over::Over;
use super::protocol::{Hello, Incoming, Told, VERSION, read};
use super::session::{Session, refuse, tell};
use super::visitor::{VisitorId, is_vouched_for};
use super::{count, events};
use crate::contact::input::Said;
use crate::contact::{Contact, ContactId};
use crate::deployment::Version;
use crate::server::budget::whole_seconds;
use crate::store::Snapshot;

/// A page that has missed more lines than this is shown the last ones instead.
const MISSED: usize = 500;

/// Whoever turned out to be somebody else so often in a row is not followed further.
const MOVES: usize = 16;

/// What a site vouches for: a field of the card and its value.
struct Vouched {
    field: SmolStr,
    value: Value,
}

impl Session {
    /// Hears who they are, and tells them what they lack.
    pub(super) async fn greet(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let hello = self.hello(socket).await?;
        let version = self.engine.deployment().current();
        // What is refused costs nothing, and nothing is made for it.
        let vouched = self.vouched(socket, &hello, &version.program.bot).await?;
        let mut token = self.recognise(socket, &hello).await?;
        self.arrives = Some(Said::Arrives {
            language: hello.language.clone(),
            timezone: hello.timezone.clone(),
            referral: hello.referral.clone(),
        });
        let address = self.visitor.to_smolstr();
        let mut found = self.engine.find(&self.channel, &address).await?;
        if let (Some(contact), Some(vouched)) = (found, &vouched)
            && self.is_another(contact, vouched, &version).await?
        {
            // Somebody else uses this browser now. Whose it was keeps all of theirs, and is not shown to them.
            token = self.newcomer(socket).await?;
            found = None;
        }
        if let Some(contact) = found {
            self.watch(contact);
            // They came before: only a link may be new.
            self.arrives = self.arrives.take().filter(|_| hello.referral.is_some());
        }
        if let Some(Vouched { field, value }) = vouched {
            let known = Said::Known {
                values: vec![(field, value)],
                signed: true,
            };
            // A refusal here is not the visitor's affair: the next connection tries again.
            match self.said(None, known).await {
                Ok(_) => {}
                Err(refused) => tracing::warn!(%refused, "whom a site vouches for was not taken"),
            }
            self.follow().await?;
        }
        self.listen(&version).await?;
        let (fresh, back) = self.missed(&hello).await?;
        self.sent = back.last.max(if fresh { 0 } else { hello.since });
        let unread = back.lines.iter().filter(|line| line.number > hello.read);
        self.note(unread, &[]);
        let shown = self.shown(&back.lines, version.profiles.get(&self.channel));
        let thread = self.thread();
        let language = self.told_language();
        let welcome = Told::Welcome {
            v: VERSION,
            token: &token,
            bot: &super::title(&version.program.bot),
            language: language.as_deref(),
            thread: &thread,
            fresh,
            earlier: fresh && back.first > 1,
            before: if fresh { back.first } else { 0 },
            lines: &shown,
        };
        tell(socket, &welcome).await
    }

    async fn hello(&self, socket: &mut WebSocket) -> Result<Hello, Over> {
        let hello = async {
            loop {
                match socket.recv().await {
                    Some(Ok(Frame::Text(text))) => break Ok(read(&text)),
                    Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                    Some(Ok(Frame::Binary(_))) => {
                        count(&self.web.meter.malformed);
                        break Err(Over::BINARY);
                    }
                    Some(Err(error)) => break Err(Over::of(error, &self.web)),
                    Some(Ok(Frame::Close(_))) | None => break Err(Over::GONE),
                }
            }
        };
        match timeout(self.web.options.patience, hello).await {
            Ok(Ok(Ok(Incoming::Hello(hello)))) if hello.v == VERSION => Ok(*hello),
            Ok(Err(over)) => Err(over),
            Ok(Ok(_)) | Err(_) => {
                count(&self.web.meter.malformed);
                Err(Over::NO_HELLO)
            }
        }
    }

    /// What the site vouches for, if it does.
    async fn vouched(
        &self,
        socket: &mut WebSocket,
        hello: &Hello,
        bot: &Bot,
    ) -> Result<Option<Vouched>, Over> {
        let (Some(claim), Some(identity)) = (&hello.identity, &self.web.options.identity) else {
            return Ok(None);
        };
        if !is_vouched_for(&identity.secret, &claim.identifier, &claim.identifier_hash) {
            count(&self.web.meter.forged);
            refuse(socket, None, "identity", None).await?;
            return Err(Over::NOT_VOUCHED);
        }
        let field = identity.field.clone();
        let value = events::card_value(bot, &field, &claim.identifier);
        if value.is_none() {
            tracing::warn!(%field, "a site vouches for what the card cannot keep");
        }
        Ok(value.map(|value| Vouched { field, value }))
    }

    /// Who they are: whom their token says, or somebody new.
    async fn recognise(&mut self, socket: &mut WebSocket, hello: &Hello) -> Result<String, Over> {
        let Some(token) = &hello.token else {
            return self.newcomer(socket).await;
        };
        let Some(visitor) = self.web.signer.visitor(token) else {
            count(&self.web.meter.forged);
            refuse(socket, None, "visitor", None).await?;
            return Err(Over::FORGED);
        };
        self.visitor = visitor;
        Ok(token.clone())
    }

    /// Somebody new.
    async fn newcomer(&mut self, socket: &mut WebSocket) -> Result<String, Over> {
        if let Err(wait) = self.web.newcomers.take(self.address, Instant::now()) {
            count(&self.web.meter.flooded);
            refuse(socket, None, "flood", Some(whole_seconds(wait))).await?;
            return Err(Over::NEWCOMERS);
        }
        let mut number = [0; 16];
        if getrandom::fill(&mut number).is_err() {
            return Err(Over::TROUBLE);
        }
        self.visitor = VisitorId(u128::from_le_bytes(number));
        count(&self.web.meter.newcomers);
        Ok(self.web.signer.token(self.visitor))
    }

    /// Whether somebody is proven to be another one than the site's visitor.
    async fn is_another(
        &self,
        contact: ContactId,
        vouched: &Vouched,
        current: &Version,
    ) -> Result<bool, Over> {
        let Some(kept) = self.kept(contact).await? else {
            // Nobody can say who they are, and nothing is written over.
            return Ok(true);
        };
        // What is on the card is found by the version that it is kept under.
        let field = if kept.bot() == current.hash() {
            field(current, &vouched.field)
        } else if let Some(version) = self.engine.deployment().version(kept.bot()) {
            field(&version, &vouched.field)
        } else {
            match self
                .engine
                .store()
                .bot(kept.bot())
                .await?
                .map(|bytes| Version::load(&bytes))
            {
                Some(Ok(version)) => field(&version, &vouched.field),
                Some(Err(_)) | None => return Ok(true),
            }
        };
        let Some(field) = field else { return Ok(false) };
        let person = kept.person();
        let value = person.fields.get(field.index());
        Ok(person.proof(field).is_some()
            && value.is_some_and(|value| value.is_known() && *value != vouched.value))
    }

    /// What is kept of somebody, if it can be read.
    pub(super) async fn kept(&self, contact: ContactId) -> Result<Option<Contact>, Over> {
        let mut contact = contact;
        for _ in 0..MOVES {
            let kept = self.engine.store().load(&[contact]).await?;
            match kept.into_iter().next().flatten() {
                Some(Snapshot::Moved(to)) => contact = to,
                Some(Snapshot::Kept { state, .. }) => match Contact::from_bytes(&state) {
                    Ok(kept) => return Ok(Some(kept)),
                    Err(error) => {
                        tracing::warn!(%error, %contact, "what is kept of a visitor cannot be read");
                        return Ok(None);
                    }
                },
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// What the page lacks, and whether that is to stand instead of what it has.
    async fn missed(&self, hello: &Hello) -> Result<(bool, super::reading::Back), Over> {
        let Some((contact, _)) = &self.contact else {
            return Ok((true, super::reading::Back::default()));
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
                let back = super::reading::Back {
                    first: 0,
                    last: missed.last().map_or(0, |line| line.number),
                    lines: missed,
                };
                return Ok((false, back));
            }
        }
        Ok((true, self.latest(*contact).await?))
    }
}

/// The field of the card that has this name.
fn field(version: &Version, name: &str) -> Option<FieldId> {
    let declared = &version.program.bot.customer;
    declared
        .iter()
        .position(|field| field.name == name)
        .map(FieldId::from)
}
