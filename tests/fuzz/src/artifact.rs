//! Any bytes as a compiled bot. Behind the hash only damage to a right file would ever be seen, so the bytes are
//! also given a right header, and used to change a real bot's payload. What loads must run.

use botflow_artifact::container::{FORMAT_VERSION, MAGIC};
use botflow_artifact::{from_bytes, to_bytes};
use botflow_machine::{Conversation, Effect, Event, Person, Program, step_into};

use super::bots;
use super::bytes::Bytes;

/// Loads three files made of the bytes.
pub fn run(data: &[u8]) {
    load(data);
    load(&with_header(data));
    let mut choices = Bytes::new(data);
    let all = bots::all();
    let mut payload = all[choices.below(all.len())].payload.clone();
    for _ in 0..32 {
        if choices.is_empty() {
            break;
        }
        change(&mut payload, &mut choices);
    }
    load(&with_header(&payload));
}

/// One change of the kind that hostile files are made of.
fn change(payload: &mut Vec<u8>, choices: &mut Bytes<'_>) {
    let kind = choices.byte();
    let at = choices.long() as usize % payload.len().max(1);
    match kind % 5 {
        0 => payload[at] = choices.byte(),
        1 => payload[at] ^= 1 << choices.below(8),
        2 => payload.insert(at, choices.byte()),
        3 => {
            payload.remove(at);
        }
        _ => payload
            .splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f])
            .for_each(drop),
    }
    if payload.is_empty() {
        payload.push(0);
    }
}

/// The file around a payload, with the right hash.
fn with_header(payload: &[u8]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    file.extend_from_slice(blake3::hash(payload).as_bytes());
    file.extend_from_slice(payload);
    file
}

/// A file that loads gives the same bot when it is written again, and that bot takes turns.
fn load(file: &[u8]) {
    let Ok((bot, _)) = from_bytes(file) else { return };
    let (again, hash) = to_bytes(&bot);
    let read = from_bytes(&again).map(|(bot, hash)| (to_bytes(&bot).0, hash));
    assert_eq!(
        read,
        Ok((again, hash)),
        "a bot that was loaded can be written and loaded again"
    );
    let Ok(program) = Program::new(bot) else { return };
    let mut conversation = Conversation::new(1, Person::new(&program.bot, 1));
    let mut effects = Vec::new();
    let mut at = 1_772_445_600_000;
    for text in ["hi", "1", "yes", "ana@example.com", "agent"] {
        effects.clear();
        step_into(
            &program,
            &mut conversation,
            Event::message(at, text),
            &mut effects,
        );
        at += 60_000;
        let timer = effects.iter().find_map(|effect| match effect {
            Effect::SetTimer { id, at } => Some((*id, *at)),
            _ => None,
        });
        if let Some((id, due)) = timer {
            at = at.max(due.min(at + 86_400_000));
            step_into(&program, &mut conversation, Event::timer(at, id), &mut effects);
        }
    }
}
