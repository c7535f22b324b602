//! Customers: each goes through what they have in mind, and sends everything until it is acknowledged.

use std::sync::Arc;

use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Inbound;
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};

use super::world::{Told, World};

/// Words that the store never takes: whoever writes them is refused, and nobody else.
pub const POISON: &str = "poison";

/// What a customer does next.
enum Act {
    Says(SmolStr),
    IsKnown,
    Parcel,
    Arrives,
    /// They write what the store does not take, once.
    Poison,
}

/// A customer. Those of one `mail` are one person, as soon as they say who they are.
pub async fn customer(world: Arc<World>, name: SmolStr, channel: &'static str, mail: SmolStr) {
    world.pause(0, 120_000).await;
    let acts = world.chance().between(3, 9);
    for place in 0..acts {
        for (nth, act) in next(&world, &name, place).into_iter().enumerate() {
            let (what, has_id) = match act {
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
                if let Some(engine) = world.somewhere() {
                    // Others come by at the same moment.
                    for passer in 0..world.chance().below(3) {
                        let (engine, address) = (engine.clone(), format_smolstr!("passer{passer}"));
                        let what = Said::Arrives {
                            language: None,
                            timezone: None,
                            referral: None,
                        };
                        tokio::spawn(
                            async move { engine.arrives("web".into(), address, what).await.map(|_| ()) },
                        );
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

fn next(world: &World, name: &str, place: u64) -> Vec<Act> {
    let says = |text: &str| Act::Says(text.into());
    match world.chance().below(21) {
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
