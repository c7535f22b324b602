//! Gives a host what the scenario runner gives its world, line by line, and compares what comes of it.

use std::collections::BTreeSet;

use botflow_machine::trigger::What;
use botflow_machine::{Delivery, EventKind, Person};
use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Contact, ContactId};
use botflow_runtime::engine::Inbound;
use botflow_runtime::store::AddressKey;
use botflow_runtime::{Ack, Input};
use botflow_scenario::run::{machine, machine_between};
use botflow_scenario::script::{self, LineKind, Scene, Status};
use botflow_scenario::world::{Observed, Trouble, World};
use smol_str::{SmolStr, format_smolstr};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::example::Example;
use super::stage::{Answer, Reached, Stage};

/// An answer that a system gives later.
type Later = (i64, oneshot::Sender<Answer>, Answer);

struct Feed<'a> {
    world: World<'a>,
    stage: Stage,
    newer: Option<std::sync::Arc<botflow_runtime::deployment::Version>>,
    later: Vec<Later>,
    /// By what the host knows whom.
    addresses: BTreeSet<(SmolStr, SmolStr)>,
    known: BTreeSet<ContactId>,
    /// The last event that was reported.
    reported: Option<Inbound>,
    number: u64,
}

/// Replays one conversation; how it goes otherwise than in its world.
pub fn replay(example: &Example, scene: &Scene) -> Result<(), String> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let (version, newer) = example.versions(scene);
    let world = match &newer {
        None => machine(&version.program),
        Some(newer) => machine_between(&version.program, &newer.program),
    };
    runtime.expect("it can be made").block_on(async {
        let stage = Stage::new(&version, newer.as_ref(), world.now()).await;
        let mut feed = Feed {
            world,
            stage,
            newer: newer.clone(),
            later: Vec::new(),
            addresses: BTreeSet::new(),
            known: BTreeSet::new(),
            reported: None,
            number: 0,
        };
        for line in &scene.lines {
            feed.line(&line.kind)
                .await
                .map_err(|how| format!("at line {}: {how}", line.first))?;
        }
        Ok(())
    })
}

fn words(trouble: Trouble) -> String {
    trouble.to_string()
}

impl Feed<'_> {
    async fn line(&mut self, line: &LineKind) -> Result<(), String> {
        match line {
            LineKind::At { date, time } => self.world.set_time(date, time).map_err(words),
            LineKind::Person { name, fields } => {
                self.world.person(name, fields).map_err(words)?;
                self.learn(Some(name)).await;
                Ok(())
            }
            LineKind::Stub(stub) => self.world.stub(stub.clone()).map_err(words),
            LineKind::Speaker { person, channel } => {
                self.world.speak(person, channel).map_err(words)?;
                self.learn(Some(person)).await;
                Ok(())
            }
            LineKind::Customer(_)
            | LineKind::Advance(_)
            | LineKind::Event { .. }
            | LineKind::EventAgain
            | LineKind::Status(_)
            | LineKind::Operator { .. }
            | LineKind::Upgrade => self.happens(line).await,
            LineKind::Merge { .. } => Err("two people become one".into()),
            LineKind::Seed(_) => Err("something is left to chance".into()),
            LineKind::Version(_) | LineKind::Bot(_) | LineKind::Effect(_) | LineKind::Check(_) => Ok(()),
        }
    }

    /// The host knows what the world knows: of one person, or of everybody.
    async fn learn(&mut self, only: Option<&SmolStr>) {
        self.stage.set_now(self.world.now());
        let version = self.stage.engine.deployment().current();
        let people: Vec<(SmolStr, Person)> = self
            .world
            .everybody()
            .filter(|(name, ..)| only.is_none_or(|only| *name == only))
            .map(|(name, _, person)| (name.clone(), person.clone()))
            .collect();
        for (_, person) in people {
            let id = ContactId(person.id);
            let addresses: Vec<_> = person
                .addresses()
                .iter()
                .map(|one| (one.channel.clone(), one.address.clone()))
                .filter(|address| self.addresses.insert(address.clone()))
                .map(|(channel, address)| AddressKey { channel, address })
                .collect();
            let (revision, contact) = match self.stage.kept(id).await {
                None => (0, Contact::known(id, &version, person)),
                Some((revision, mut contact)) => {
                    *contact.person_mut() = person;
                    (revision, contact)
                }
            };
            self.known.insert(id);
            self.stage.know(id, revision, &contact, addresses).await;
        }
    }

    /// Who speaks, and where: the host knows them there.
    async fn speaker(&mut self) -> Result<(ContactId, SmolStr, SmolStr), String> {
        if self.world.speaker().is_none() {
            let first = self.world.bot().channels.first().cloned();
            let channel = first.unwrap_or_else(|| "web".into());
            self.world.speak(&"customer".into(), &channel).map_err(words)?;
        }
        let (name, channel, _) = self.world.speaker().expect("somebody speaks");
        let (name, channel) = (name.clone(), channel.clone());
        if !self.addresses.contains(&(channel.clone(), name.clone())) {
            self.world.speak(&name, &channel).map_err(words)?;
            self.learn(Some(&name)).await;
        }
        let (_, _, person) = self.world.speaker().expect("somebody speaks");
        Ok((ContactId(person.id), channel, name))
    }

    async fn happens(&mut self, line: &LineKind) -> Result<(), String> {
        let (contact, channel, name) = self.speaker().await?;
        match line {
            LineKind::Advance(_) | LineKind::Upgrade => {
                let unknown = self
                    .world
                    .everybody()
                    .any(|(.., person)| !self.known.contains(&ContactId(person.id)));
                if unknown {
                    self.learn(None).await;
                }
            }
            _ => {}
        }
        self.stage.set_now(self.world.now());
        self.stage.rest().await;
        let stray = self.stage.reached();
        if !stray.is_empty() {
            return Err(format!("the host says too much before: {stray:?}"));
        }
        let observed = match line {
            LineKind::Customer(input) => self.world.customer(input),
            LineKind::Advance(advance) => self.world.advance(advance),
            LineKind::Event { name, fields, at } => match self.world.event_at(name, fields, at.as_ref()) {
                Err(Trouble::Name(_)) => self.world.unreadable(name),
                told => told,
            },
            LineKind::EventAgain => self.world.event_again(),
            LineKind::Status(status) => self.world.status(*status),
            LineKind::Operator { name, act } => self.world.operator(name, act),
            LineKind::Upgrade => self.world.upgrade(),
            _ => Ok(Vec::new()),
        };
        let expected = expected(observed.map_err(words)?);
        let mut reached = Vec::new();
        let heard = self.world.heard().cloned();
        match line {
            LineKind::Advance(_) => self.advance(&mut reached).await?,
            LineKind::Upgrade => {
                let newer = self.newer.take().ok_or("there is no later version")?;
                let bytes = newer.bytes.clone();
                let version =
                    botflow_runtime::deployment::Version::load(&bytes).map_err(|error| error.to_string())?;
                self.stage
                    .engine
                    .switch(version)
                    .await
                    .map_err(|error| error.to_string())?;
                let everybody: Vec<_> = self
                    .world
                    .everybody()
                    .map(|(.., person)| ContactId(person.id))
                    .collect();
                for contact in everybody {
                    self.happen(contact, Input::NewVersion).await?;
                }
            }
            LineKind::Status(status) => self.report(contact, &channel, *status).await?,
            LineKind::Operator { .. } => {
                if let Some(EventKind::Operator(event)) = heard {
                    self.happen(contact, Input::Operator(event)).await?;
                }
            }
            LineKind::EventAgain => {
                let again = self.reported.clone().ok_or("nothing was reported")?;
                let ack = self.deliver(again).await?;
                if !ack.duplicate {
                    return Err("what is reported again is taken again".into());
                }
            }
            LineKind::Event { .. } if !matches!(heard, Some(EventKind::Known { .. })) => {
                let happening = self.world.reported().cloned().ok_or("nothing was reported")?;
                let What::Event { name: event, fields } = happening.what else {
                    return Err("no event was reported".into());
                };
                let at = happening.at;
                let what = Said::Event {
                    name: event,
                    fields,
                    at,
                };
                let inbound = self.inbound(&channel, &name, what);
                self.reported = Some(inbound.clone());
                self.deliver(inbound).await?;
            }
            _ => self.says(line, contact, &channel, &name, heard).await?,
        }
        self.settle().await?;
        reached.extend(self.stage.reached());
        if reached != expected {
            return Err(format!("the host:\n  {reached:#?}\nits world:\n  {expected:#?}"));
        }
        self.same(contact).await
    }

    fn inbound(&mut self, channel: &SmolStr, address: &SmolStr, what: Said) -> Inbound {
        self.number += 1;
        Inbound {
            channel: channel.clone(),
            address: address.clone(),
            id: Some(format_smolstr!("{}", self.number)),
            what,
        }
    }

    async fn deliver(&mut self, inbound: Inbound) -> Result<Ack, String> {
        let delivered = self.stage.engine.deliver(inbound).await;
        delivered.map_err(|refused| refused.to_string())
    }

    async fn happen(&mut self, contact: ContactId, input: Input) -> Result<(), String> {
        self.number += 1;
        let id = Some(format_smolstr!("{}", self.number));
        let happened = self.stage.engine.happen(contact, input, id).await;
        happened.map(|_| ()).map_err(|refused| refused.to_string())
    }

    /// The customer writes, presses or sends; or the host knows something.
    async fn says(
        &mut self,
        line: &LineKind,
        contact: ContactId,
        channel: &SmolStr,
        name: &SmolStr,
        heard: Option<EventKind>,
    ) -> Result<(), String> {
        let what = match heard {
            Some(EventKind::Message { text, .. }) => Said::Message(text),
            Some(EventKind::Media { value, caption, .. }) => Said::Media { value, caption },
            Some(EventKind::Known { values, signed }) => Said::Known { values, signed },
            Some(EventKind::Press { payload, label, .. }) => {
                let LineKind::Customer(script::Input::Press { of, .. }) = line else {
                    return Err("nothing was pressed".into());
                };
                let sent = self.stage.sent(contact);
                let mut found = sent
                    .iter()
                    .filter_map(|one| one.message.pressed(&label, of.as_deref()));
                match found.next() {
                    Some(found) if *found == payload => Said::Press { payload, label },
                    other => return Err(format!("`{label}` sends {other:?}, not {payload}")),
                }
            }
            Some(EventKind::Delivery { message, status }) => {
                self.number += 1;
                let id = Some(format_smolstr!("{}", self.number));
                let reported = self
                    .stage
                    .engine
                    .report(contact, message, channel.clone(), status, id)
                    .await;
                return reported.map(|_| ()).map_err(|refused| refused.to_string());
            }
            other => return Err(format!("a host cannot be told of {other:?}")),
        };
        let inbound = self.inbound(channel, name, what);
        self.deliver(inbound).await.map(|_| ())
    }

    /// Something becomes of the last message.
    async fn report(&mut self, contact: ContactId, channel: &SmolStr, status: Status) -> Result<(), String> {
        let status = match status {
            Status::Delivered => Delivery::Delivered,
            Status::Read => Delivery::Read,
            Status::NotDelivered => Delivery::Failed,
        };
        let last = self.stage.sent(contact);
        let number = last.first().map_or(0, |last| last.number);
        self.number += 1;
        let id = Some(format_smolstr!("{}", self.number));
        let reported = self
            .stage
            .engine
            .report(contact, number, channel.clone(), status, id)
            .await;
        reported.map(|_| ()).map_err(|refused| refused.to_string())
    }

    /// Time passes: what is due on the way is done at its moment.
    async fn advance(&mut self, reached: &mut Vec<Reached>) -> Result<(), String> {
        let until = self.world.now();
        loop {
            self.settle().await?;
            reached.extend(self.stage.reached());
            let answers = self.later.iter().map(|(at, ..)| *at).min();
            let next = answers.into_iter().chain(self.stage.next_due().await).min();
            match next.filter(|next| *next <= until) {
                None => break,
                Some(next) => self.stage.set_now(next.max(self.stage.now())),
            }
        }
        self.stage.set_now(until);
        Ok(())
    }

    /// Everything that can be done at this moment is done: systems answer first, then clocks are looked at.
    async fn settle(&mut self) -> Result<(), String> {
        for _ in 0..1_000 {
            self.stage.rest().await;
            let asked = self.stage.asked();
            let now = self.stage.now();
            for asking in asked {
                let stubbed = self.world.stubbed(&asking.request).map_err(words)?;
                let (takes, answer) = stubbed.ok_or("no stub answers")?;
                self.later.push((now + takes, asking.reply, answer));
            }
            self.later.sort_by_key(|(at, ..)| *at);
            if self.later.first().is_some_and(|(at, ..)| *at <= now) {
                let (_, reply, answer) = self.later.remove(0);
                // Whoever asked may have given it up.
                let _ = reply.send(answer);
                continue;
            }
            match self.stage.next_due().await {
                Some(at) if at <= now => self.stage.ring().await,
                _ => return Ok(()),
            }
        }
        Err("the host does not come to rest".into())
    }

    /// What is known of who speaks is what the world knows.
    async fn same(&self, contact: ContactId) -> Result<(), String> {
        let (_, kept) = self.stage.kept(contact).await.ok_or("nobody is kept")?;
        let found = self.world.everybody().find(|(.., person)| person.id == contact.0);
        let (.., person) = found.ok_or("nobody is there")?;
        let host = kept.person();
        if (&host.fields, &host.language, host.stage, host.consents().len())
            != (
                &person.fields,
                &person.language,
                person.stage,
                person.consents().len(),
            )
        {
            return Err(format!("the host knows {host:?}, its world {person:?}"));
        }
        let (owner, here) = (
            kept.speaking().owner,
            self.world.standing().map(|standing| standing.owner),
        );
        match self
            .world
            .speaker()
            .is_some_and(|(.., person)| person.id == contact.0)
        {
            true if here != Some(owner) => {
                Err(format!("the host's owner is {owner:?}, its world's {here:?}"))
            }
            _ => Ok(()),
        }
    }
}

/// What the world has seen, as far as hosts do something about it.
fn expected(observed: Vec<Observed>) -> Vec<Reached> {
    let reached = observed.into_iter().filter_map(|one| match one {
        Observed::Said(lines) => Some(Reached::Said(lines)),
        Observed::Called(call) => Some(Reached::Called(call)),
        Observed::Did(line) => told(&line).map(Reached::Told),
        Observed::Recorded(_) => None,
    });
    reached.collect()
}

/// What is told to colleagues or sent as a code, as hosts have it.
fn told(line: &str) -> Option<String> {
    const BEGINS: [&str; 9] = [
        "relay ",
        "escalate to ",
        "pass to queue ",
        "assign to ",
        "refuse ",
        "forward ",
        "ask queue ",
        "tell queue ",
        "note ",
    ];
    if let Some(code) = line.strip_prefix("send code ") {
        let code = code.split(' ').next()?;
        return Some(format!("send code {code}"));
    }
    if line.starts_with("withdraw from queue") {
        // Colleagues know whether they had come.
        return Some(line.trim_end_matches(", nobody had come").to_owned());
    }
    let starts = line.contains(" starts ") && !line.starts_with("trigger ");
    let ends = [" is there", " has gone", " has answered"];
    let is_told = starts
        || BEGINS.iter().any(|begins| line.starts_with(begins))
        || ends.iter().any(|end| line.ends_with(end));
    is_told.then(|| line.to_owned())
}
