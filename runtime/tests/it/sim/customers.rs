//! Customers: each goes through what they have in mind, and sends everything until it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use botflow_runtime::Input;
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Inbound;
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};
use tokio::time::timeout;

use super::world::{Told, World};

/// Words that the store never takes: whoever writes them is refused, and nobody else.
pub const POISON: &str = "poison";

/// So long somebody waits for an answer.
const ANSWER: Duration = Duration::from_secs(15);

/// What a customer does next.
enum Act {
    Says(SmolStr),
    IsKnown,
    Parcel,
    Arrives,
    /// They write what the store does not take, once.
    Poison,
    /// They write several things at once, to one host.
    AtOnce,
    /// They write on a channel that gives no ids, once.
    Once(SmolStr),
    /// They write what was sent to their address to prove it.
    Code,
    /// The host begins a flow for them.
    Started,
}

/// A customer. Those of one `mail` are one person, as soon as they say who they are.
pub async fn customer(world: Arc<World>, name: SmolStr, channel: &'static str, mail: SmolStr) {
    world.pause(0, 120_000).await;
    let acts = world.chance().between(3, 9);
    for place in 0..acts {
        for (nth, act) in next(&world, &name, &mail, place).into_iter().enumerate() {
            let (what, has_id) = match act {
                Act::AtOnce => {
                    at_once(&world, &name, channel, place).await;
                    continue;
                }
                Act::Started => {
                    started(&world, &name, channel, place).await;
                    continue;
                }
                Act::Once(text) => {
                    once(&world, &name, channel, text);
                    continue;
                }
                Act::Code => {
                    world.pause(100, 60_000).await;
                    (Said::Message(code_at(&world, &mail)), true)
                }
                Act::Says(text) => (Said::Message(text), true),
                Act::Poison => (Said::Message(POISON.into()), false),
                Act::IsKnown => {
                    let values = vec![("email".into(), Value::Email(mail.clone()))];
                    (Said::Known { values, signed: true }, true)
                }
                Act::Parcel => {
                    let order = Value::Text(format_smolstr!("{name}{place}"));
                    let at = world.now();
                    let (name, fields) = ("parcel_packed".into(), vec![order]);
                    (Said::Event { name, fields, at }, true)
                }
                Act::Arrives => {
                    let (language, timezone, referral) = (Some("en".into()), None, None);
                    let arrives = Said::Arrives {
                        language,
                        timezone,
                        referral,
                    };
                    (arrives, false)
                }
            };
            let kind = match &what {
                Said::Message(_) => "says",
                Said::Known { .. } => "known",
                Said::Event { .. } => "event",
                _ => "comes",
            };
            let id = format_smolstr!("{name}.{place}.{nth}.{kind}");
            let inbound = Inbound {
                channel: channel.into(),
                address: name.clone(),
                id: has_id.then(|| id.clone()),
                what,
            };
            if !has_id {
                // It is no loss if that does not come.
                match &inbound.what {
                    Said::Arrives { .. } => came(&world, &inbound),
                    _ => world.seen().once.push(inbound.clone()),
                }
                if let Some(engine) = world.somewhere() {
                    // Others come by at the same moment.
                    for passer in 0..world.chance().below(3) {
                        let (engine, address) = (engine.clone(), format_smolstr!("passer{passer}"));
                        let what = Said::Arrives {
                            language: None,
                            timezone: None,
                            referral: None,
                        };
                        let passes = Inbound {
                            channel: "web".into(),
                            address,
                            id: None,
                            what,
                        };
                        came(&world, &passes);
                        tokio::spawn(async move { engine.deliver(passes).await.map(|_| ()) });
                    }
                    tokio::spawn(async move { engine.deliver(inbound).await.map(|_| ()) });
                }
                continue;
            }
            let cause = format_smolstr!("in.{channel}.{id}");
            let told = Told::Inbound(inbound);
            Arc::clone(&world).insist(cause, told, None, id).await;
        }
        let pause = match world.chance().below(10) {
            0..=4 => (10, 20_000),
            5..=7 => (20_000, 200_000),
            _ => (200_000, 1_300_000),
        };
        world.pause(pause.0, pause.1).await;
    }
}

fn next(world: &World, name: &str, mail: &SmolStr, place: u64) -> Vec<Act> {
    let says = |text: &str| Act::Says(text.into());
    match world.chance().below(30) {
        21..=22 => vec![Act::AtOnce],
        23 => vec![Act::Once(format_smolstr!("once {place} of {name}"))],
        24..=25 => vec![says("prove it"), Act::Says(mail.clone()), Act::Code],
        26 => vec![says("ask people")],
        27..=28 => vec![says("surprise me")],
        29 => vec![Act::Started],
        0..=7 => vec![Act::Says(format_smolstr!("word {place} of {name}"))],
        8..=9 => vec![says("count it")],
        10..=11 => vec![says("save it")],
        12..=13 => vec![says("wait here")],
        14 => vec![says("human")],
        15..=16 => vec![says("write to me"), says("Yes"), Act::Parcel],
        17 => vec![Act::Parcel],
        18 => vec![Act::IsKnown, says("this is me")],
        19 => vec![Act::Poison],
        _ => vec![Act::Arrives],
    }
}

/// Somebody comes by.
fn came(world: &World, inbound: &Inbound) {
    let mut seen = world.seen();
    if !seen.came.contains(inbound) {
        seen.came.push(inbound.clone());
    }
}

/// The last code that was sent to an address of mail; what nobody sent where none was.
fn code_at(world: &World, mail: &str) -> SmolStr {
    let seen = world.seen();
    let mut arrivals = seen.arrivals.iter().rev();
    let there = arrivals.find(|arrival| arrival.channel == "email" && arrival.address == mail);
    there.map_or_else(|| "000000".into(), |arrival| arrival.text.clone())
}

fn message(channel: &str, name: &SmolStr, id: Option<SmolStr>, text: SmolStr) -> Inbound {
    Inbound {
        channel: channel.into(),
        address: name.clone(),
        id,
        what: Said::Message(text),
    }
}

/// Several messages to one host, none of which waits for another. What is not acknowledged is sent again.
async fn at_once(world: &Arc<World>, name: &SmolStr, channel: &'static str, place: u64) {
    let Some(engine) = world.somewhere() else { return };
    let times = world.chance().between(2, 4);
    let mut sent = Vec::new();
    for nth in 0..times {
        let id = format_smolstr!("{name}.{place}.{nth}.at_once");
        let text = format_smolstr!("word {place}.{nth} of {name}");
        let inbound = message(channel, name, Some(id.clone()), text);
        let cause = format_smolstr!("in.{channel}.{id}");
        let told = Told::Inbound(inbound.clone());
        world.seen().told.insert(cause.clone(), told.clone());
        let engine = engine.clone();
        let answer = tokio::spawn(async move { timeout(ANSWER, engine.deliver(inbound)).await });
        sent.push((cause, told, id, answer));
    }
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for (cause, told, id, answer) in sent {
        match answer.await {
            Ok(Ok(Ok(ack))) => {
                world.acknowledged(&cause, ack.clone());
                taken.push((cause, ack));
            }
            _ => left.push((cause, told, id)),
        }
    }
    world.seen().in_a_row.push(taken);
    for (cause, told, id) in left {
        Arc::clone(world).insist(cause, told, None, id).await;
    }
}

/// A message without an id, which nobody sends again: it is taken once, or not at all.
fn once(world: &Arc<World>, name: &SmolStr, channel: &'static str, text: SmolStr) {
    let Some(engine) = world.somewhere() else { return };
    let inbound = message(channel, name, None, text.clone());
    world.seen().once.push(inbound.clone());
    let world = Arc::clone(world);
    tokio::spawn(async move {
        if let Ok(Ok(_)) = timeout(ANSWER, engine.deliver(inbound)).await {
            world.seen().once_acked.push(text);
        }
    });
}

/// The host begins a flow for somebody it knows.
async fn started(world: &Arc<World>, name: &SmolStr, channel: &str, place: u64) {
    let known = {
        let seen = world.seen();
        let theirs = format!("in.{channel}.{name}.");
        let mut acked = seen.acked.iter().filter(|(cause, _)| cause.starts_with(&theirs));
        acked.next().and_then(|(_, ack)| ack.contact_id())
    };
    let Some(contact) = known else { return };
    let id = format_smolstr!("{name}.{place}.started");
    let told = Told::Host(Input::Start {
        flow: "surprise".into(),
        args: Vec::new(),
    });
    let cause = format_smolstr!("host.{id}");
    Arc::clone(world).insist(cause, told, Some(contact), id).await;
}
