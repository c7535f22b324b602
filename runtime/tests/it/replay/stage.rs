//! A host whose clock stands still until it is moved, and whose ends write down what reaches them. Time in which nothing
//! is left to be done passes at once, so that a host that rests is told from one that works.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use botflow_machine::CallRequest;
use botflow_message::Part;
use botflow_message::transcript::{message_lines, rendering_lines};
use botflow_runtime::action::{Action, Actions, Asked};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError};
use botflow_runtime::contact::{Contact, ContactId, Input, PeopleEvent};
use botflow_runtime::deployment::{Deployment, Version};
use botflow_runtime::engine::{Couriers, Entropy, Parts, Settings};
use botflow_runtime::people::People;
use botflow_runtime::store::{AddressKey, Change, Commit, MemoryStore, Snapshot, Store};
use botflow_runtime::{Clock, Engine};
use botflow_scenario::describe;
use botflow_scenario::literal::{quoted, write};
use botflow_values::Value;
use smol_str::SmolStr;
use tokio::sync::oneshot;

use crate::kit::StillClock;

/// What has reached one of the ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Reached {
    /// A message of the bot, as the channel shows it.
    Said(Vec<String>),
    /// A call, as a conversation writes it.
    Called(String),
    /// What concerns colleagues, or a code, as a conversation writes it.
    Told(String),
}

/// The answer of a system.
pub type Answer = Result<Value, Option<SmolStr>>;

/// A system is asked.
pub struct Asking {
    pub request: CallRequest,
    pub reply: oneshot::Sender<Answer>,
}

/// All ends of a host.
#[derive(Default)]
struct Ends {
    reached: Mutex<Vec<(SmolStr, Reached)>>,
    asked: Mutex<Vec<Asking>>,
    sent: Mutex<BTreeMap<ContactId, Vec<Delivery>>>,
}

impl Ends {
    fn reach(&self, key: &SmolStr, what: Reached) {
        self.reached.lock().unwrap().push((key.clone(), what));
    }
}

struct Device {
    name: SmolStr,
    has_profile: bool,
    ends: Arc<Ends>,
}

#[async_trait]
impl Channel for Device {
    fn name(&self) -> &str {
        &self.name
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let text = &delivery.message.text;
        let what = match &delivery.operator {
            // Only codes have no number.
            None if delivery.number == 0 => Reached::Told(format!("send code {text}")),
            None => {
                let mut sent = self.ends.sent.lock().unwrap();
                sent.entry(delivery.contact).or_default().push(delivery.clone());
                Reached::Said(match self.has_profile {
                    true => rendering_lines(&delivery.rendering),
                    false => message_lines(&delivery.message),
                })
            }
            Some(name) => {
                let mut parts = delivery.message.parts.iter();
                let url = parts.find_map(|part| match part {
                    Part::Media(media) => Some(&media.url),
                    _ => None,
                });
                Reached::Told(format!("relay {name} {}", quoted(url.unwrap_or(text))))
            }
        };
        self.ends.reach(&delivery.key, what);
        Ok(Receipt::default())
    }
}

struct System(Arc<Ends>);

#[async_trait]
impl Action for System {
    async fn perform(&self, asked: &Asked<'_>) -> Answer {
        // Further attempts are the same call.
        if asked.request.attempt == 1 {
            let line = describe::call(&asked.version.program.bot, asked.request);
            self.0.reach(asked.key, Reached::Called(line));
        }
        let (reply, answer) = oneshot::channel();
        self.0.asked.lock().unwrap().push(Asking {
            request: asked.request.clone(),
            reply,
        });
        answer.await.unwrap_or(Err(None))
    }
}

struct Colleagues(Arc<Ends>, Arc<Version>);

#[async_trait]
impl People for Colleagues {
    async fn tell(&self, _contact: ContactId, key: &str, event: &PeopleEvent) -> Result<(), SendError> {
        let bot = &self.1.program.bot;
        let line = match event {
            PeopleEvent::HandOver {
                escalation, queue, ..
            } => format!("escalate to {escalation} in queue {queue}"),
            PeopleEvent::Requeue { queue } => format!("pass to queue {queue}"),
            PeopleEvent::Withdraw { queue, reason } => {
                let queue = queue.as_ref().map(|queue| format!(" {queue}"));
                format!("withdraw from queue{}: {reason}", queue.unwrap_or_default())
            }
            PeopleEvent::Joined { operator } => format!("{operator} is there"),
            PeopleEvent::Left { operator } => format!("{operator} has gone"),
            PeopleEvent::Assigned { operator } => format!("assign to {operator}"),
            PeopleEvent::FlowStarted { operator, flow } => format!("{operator} starts {flow}"),
            PeopleEvent::Refused { operator, reason } => format!("refuse {operator}: {reason}"),
            PeopleEvent::Message {
                media: Some(media), ..
            } => format!("forward {}", write(bot, None, media)),
            PeopleEvent::Message { text, .. } => format!("forward {}", quoted(text)),
            PeopleEvent::Question { queue, text } => format!("ask queue {queue} {}", quoted(text)),
            PeopleEvent::Answered { operator } => format!("{operator} has answered"),
            PeopleEvent::Flag { queue, text } => format!("tell queue {queue} {}", quoted(text)),
            PeopleEvent::Note { text } => format!("note {}", quoted(text)),
        };
        self.0.reach(&key.into(), Reached::Told(line));
        Ok(())
    }
}

/// Leaves nothing to chance, as conversations without a seed do.
struct Certain;

impl Entropy for Certain {
    fn next(&self) -> u64 {
        0
    }
}

/// The host.
pub struct Stage {
    pub engine: Engine,
    store: Arc<MemoryStore>,
    clock: Arc<StillClock>,
    ends: Arc<Ends>,
}

impl Stage {
    /// A host that runs the first of these versions, at a moment.
    pub async fn new(version: &Arc<Version>, newer: Option<&Arc<Version>>, now: i64) -> Stage {
        let (store, clock) = (Arc::new(MemoryStore::new()), StillClock::at(now));
        store
            .keep_bot(version.hash(), &version.bytes, true, now)
            .await
            .unwrap();
        let engine = Engine::start(Parts {
            store: Arc::clone(&store) as Arc<dyn Store>,
            deployment: Arc::new(Deployment::of(Arc::clone(version))),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(Certain),
            settings: Settings {
                // It is told of everything: nobody has to look.
                poll: Duration::from_secs(365 * 24 * 3_600),
                ..Settings::default()
            },
        });
        let ends = Arc::new(Ends::default());
        let versions = || std::iter::once(version).chain(newer);
        let mut actions = Actions::default();
        for call in versions().flat_map(|version| &version.program.bot.calls) {
            actions.add(call.name.clone(), Arc::new(System(Arc::clone(&ends))));
        }
        let names = versions().flat_map(|version| version.program.bot.channels.iter().cloned());
        let names = names.chain(["web", "email", "sms"].map(SmolStr::new));
        let channels = names.map(|name| {
            let device = Device {
                has_profile: version.profiles.get(&name).is_some(),
                name: name.clone(),
                ends: Arc::clone(&ends),
            };
            (name, Arc::new(device) as Arc<dyn Channel>)
        });
        engine.dispatch(Couriers {
            channels: channels.collect(),
            actions: Arc::new(actions),
            people: Some(Arc::new(Colleagues(Arc::clone(&ends), Arc::clone(version)))),
        });
        Stage {
            engine,
            store,
            clock,
            ends,
        }
    }

    /// The moment, and no clock is looked at.
    pub fn set_now(&self, now: i64) {
        self.clock.advance(now - self.clock.now());
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// When a clock is due next.
    pub async fn next_due(&self) -> Option<i64> {
        self.store.next_due().await.unwrap()
    }

    /// Clocks are looked at, until nothing is left to be done at this moment.
    pub async fn ring(&self) {
        self.store.tell(Change {
            clocks: true,
            ..Change::default()
        });
        self.rest().await;
    }

    /// Until everything that can be done is done: the time of the replay is made, and passes only then.
    pub async fn rest(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// Systems that wait to be answered.
    pub fn asked(&self) -> Vec<Asking> {
        std::mem::take(&mut *self.ends.asked.lock().unwrap())
    }

    /// What has reached the ends since, of each person in order.
    pub fn reached(&self) -> Vec<Reached> {
        let mut reached = std::mem::take(&mut *self.ends.reached.lock().unwrap());
        reached.sort_by_key(|(key, _)| {
            let mut parts = key.split('.');
            let contact = parts.next().and_then(|one| u64::from_str_radix(one, 16).ok());
            let numbers: Vec<u64> = parts.map(|one| one.parse().unwrap()).collect();
            (contact, numbers)
        });
        reached.into_iter().map(|(_, what)| what).collect()
    }

    /// What was sent to somebody, the newest first.
    pub fn sent(&self, contact: ContactId) -> Vec<Delivery> {
        let sent = self.ends.sent.lock().unwrap();
        let theirs = sent.get(&contact).map_or(&[][..], Vec::as_slice);
        theirs.iter().rev().cloned().collect()
    }

    /// What is kept of somebody, and its revision.
    pub async fn kept(&self, contact: ContactId) -> Option<(u64, Contact)> {
        let kept = self.store.load(&[contact]).await.unwrap().remove(0);
        match kept? {
            Snapshot::Kept { revision, state } => Some((revision, Contact::from_bytes(&state).unwrap())),
            Snapshot::Moved(_) => None,
        }
    }

    /// The host comes to know of somebody, or of more about them, from elsewhere.
    pub async fn know(&self, id: ContactId, expect: u64, contact: &Contact, addresses: Vec<AddressKey>) {
        let commit = Commit {
            contact: id,
            expect,
            cause: None,
            at: self.clock.now(),
            state: contact.to_bytes(),
            wake: None,
            addresses,
            transcript: Vec::new(),
            entries: Vec::new(),
            outgoing: Vec::new(),
            settles: None,
            absorbs: None,
        };
        self.store.commit(vec![commit]).await.unwrap();
        // Its clocks are set anew.
        self.engine.happen(id, Input::Due, None).await.unwrap();
        self.rest().await;
    }
}
