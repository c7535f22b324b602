//! Where hosts deliver to: people's devices, systems, colleagues; over a network that loses, delays and repeats.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use botflow_machine::{Delivery as Status, OperatorEvent};
use botflow_runtime::action::{Action, Asked};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError, SendErrorKind};
use botflow_runtime::contact::{ContactId, Input, PeopleEvent};
use botflow_runtime::people::People;
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};
use tokio::time::sleep;

use super::bots;
use super::life::Life;
use super::world::{Told, World};

/// Longer than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(600);

/// A channel, as one host reaches it.
pub struct SimChannel {
    pub life: Arc<Life>,
    pub name: &'static str,
}

#[async_trait]
impl Channel for SimChannel {
    fn name(&self) -> &str {
        self.name
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let world = &self.life.world;
        self.life.step().await;
        world.lag().await;
        self.life.step().await;
        if world.strikes(12) {
            let mut error = SendError::new(SendErrorKind::Passing, "not now");
            error.retry_after = world.strikes(2).then(|| Duration::from_secs(7));
            return Err(error);
        }
        // What was on its way before may have arrived: then it is no lie that it will never go.
        if world.strikes(80) && delivery.number > 0 && delivery.attempt == 1 {
            world.note(format_args!("{} is refused for ever", delivery.key));
            world.seen().refused.insert(delivery.key.clone());
            return Err(SendError::new(SendErrorKind::Permanent, "nobody is there"));
        }
        if world.strikes(20) {
            sleep(FOR_EVER).await;
        }
        if world.strikes(25) {
            // It is on its way for long, and nobody hears of it.
            let (world, delivery) = (Arc::clone(world), delivery.clone());
            tokio::spawn(async move {
                world.pause(1_000, 300_000).await;
                world.arrives(&delivery);
            });
            sleep(FOR_EVER).await;
        }
        world.arrives(delivery);
        if delivery.number > 0 && world.chance().one_in(3) {
            tokio::spawn(report(Arc::clone(world), delivery.clone()));
        }
        self.life.step().await;
        if world.strikes(20) {
            sleep(FOR_EVER).await;
        }
        world.lag().await;
        self.life.step().await;
        if world.strikes(25) {
            return Err(SendError::new(SendErrorKind::Unknown, "the connection broke"));
        }
        Ok(Receipt::default())
    }
}

/// The channel reports what became of a message, twice at times; nobody minds if that is lost.
async fn report(world: Arc<World>, delivery: Delivery) {
    let (status, word) = match world.chance().below(6) {
        0..=2 => (Status::Read, "read"),
        3 => (Status::Clicked, "clicked"),
        4 => (Status::Failed, "failed"),
        _ => (Status::Delivered, "delivered"),
    };
    let times = world.chance().between(1, 2);
    for _ in 0..times {
        world.pause(10, 90_000).await;
        let Some(engine) = world.somewhere() else { continue };
        let input = Input::Status {
            message: delivery.number,
            channel: delivery.channel.clone(),
            status,
        };
        let id = format_smolstr!("{}.{word}", delivery.key);
        let cause = format_smolstr!("status.{}.{id}", delivery.channel);
        let told = Told::Report(delivery.contact, input);
        world.seen().told.insert(cause, told);
        let reported = engine.report(
            delivery.contact,
            delivery.number,
            delivery.channel.clone(),
            status,
            Some(id),
        );
        // The host may end before it answers.
        let _ = tokio::time::timeout(Duration::from_secs(15), reported).await;
    }
}

/// A system, as one host reaches it.
pub struct SimSystem(pub Arc<Life>);

/// What a system answers under a key, to a version of the bot: always the same.
pub fn answer_of(key: &str, name: &str, bot: u64) -> Result<Value, Option<SmolStr>> {
    let sum = key
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    match (sum % 6, name) {
        (0, _) => Err(None),
        (1, "crm.save") => Err(Some("taken".into())),
        (_, "stock.count") if bot == bots::hash(2) => {
            Ok(Value::Text(format_smolstr!("{} of them", sum % 90)))
        }
        (_, "stock.count") => Ok(Value::Integer((sum % 90) as i64)),
        _ => Ok(Value::Unknown),
    }
}

#[async_trait]
impl Action for SimSystem {
    async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        let world = &self.0.world;
        self.0.step().await;
        world.lag().await;
        self.0.step().await;
        if world.strikes(20) {
            sleep(FOR_EVER).await;
        }
        world.note(format_args!("{} is asked under {}", asked.name, asked.key));
        let content = format!("{} {:?}", asked.name, asked.request.args);
        let by = asked.version.hash();
        world.seen().asked_by.insert(asked.key.clone(), by);
        let known = world.seen().asked.insert(asked.key.clone(), content.clone());
        if known.is_some_and(|known| known != content) {
            let problem = format!("{} asks two things", asked.key);
            world.seen().problems.push(problem);
        }
        let slow = match world.chance().below(12) {
            0 => (10_000, 90_000),
            1..=3 => (1_000, 8_000),
            _ => (0, 300),
        };
        world.pause(slow.0, slow.1).await;
        self.0.step().await;
        if world.strikes(20) {
            sleep(FOR_EVER).await;
        }
        self.0.step().await;
        answer_of(asked.key, asked.name, asked.version.hash())
    }
}

/// Colleagues, as one host reaches them.
pub struct SimPeople(pub Arc<Life>);

#[async_trait]
impl People for SimPeople {
    async fn tell(&self, contact: ContactId, key: &str, event: &PeopleEvent) -> Result<(), SendError> {
        let world = &self.0.world;
        self.0.step().await;
        world.lag().await;
        if world.strikes(12) {
            return Err(SendError::new(SendErrorKind::Passing, "not now"));
        }
        self.0.step().await;
        let known = world.seen().people.insert(key.into(), event.clone());
        match known {
            Some(known) if known != *event => {
                let problem = format!("{key} tells two things: {known:?}, {event:?}");
                world.seen().problems.push(problem);
            }
            Some(_) => {}
            None => {
                world.note(format_args!("{key} tells people {event:?}"));
                match event {
                    PeopleEvent::HandOver { .. } => {
                        tokio::spawn(colleague(Arc::clone(world), contact, key.into()));
                    }
                    PeopleEvent::Question { .. } => {
                        tokio::spawn(answers(Arc::clone(world), contact, key.into()));
                    }
                    _ => {}
                }
            }
        }
        self.0.step().await;
        if world.strikes(20) {
            sleep(FOR_EVER).await;
        }
        Ok(())
    }
}

/// A colleague takes a conversation over, says something, and settles it; some do not come.
async fn colleague(world: Arc<World>, contact: ContactId, key: SmolStr) {
    if world.chance().one_in(4) {
        return;
    }
    let name: SmolStr = "maria".into();
    let writes = |text: &str| OperatorEvent::Writes {
        name: "maria".into(),
        text: text.into(),
        media: None,
    };
    let last = match world.chance().one_in(3) {
        true => OperatorEvent::HandsBack { name: name.clone() },
        false => OperatorEvent::Resolves { name: name.clone() },
    };
    let acts = [
        OperatorEvent::Joins { name },
        writes("Good day."),
        writes("What can I do?"),
        last,
    ];
    for (place, act) in acts.into_iter().enumerate() {
        world.pause(1_000, 90_000).await;
        let id = format_smolstr!("colleague.{key}.{place}");
        let cause = format_smolstr!("host.{id}");
        let told = Told::Host(Input::Operator(act));
        Arc::clone(&world).insist(cause, told, Some(contact), id).await;
    }
}

/// A colleague answers what the bot asks, not always so that it is understood; some do not.
async fn answers(world: Arc<World>, contact: ContactId, key: SmolStr) {
    let words: &[&str] = match world.chance().below(4) {
        0 => return,
        1 => &["I have to look.", "seven"],
        _ => &["7"],
    };
    for (place, text) in words.iter().enumerate() {
        world.pause(1_000, 400_000).await;
        let id = format_smolstr!("answer.{key}.{place}");
        let told = Told::Host(Input::Operator(OperatorEvent::Answers {
            name: "maria".into(),
            text: (*text).into(),
        }));
        let cause = format_smolstr!("host.{id}");
        Arc::clone(&world).insist(cause, told, Some(contact), id).await;
    }
}
