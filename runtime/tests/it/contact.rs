//! What is kept of a person: planning follows from its input alone, and what is stored is read again as it was.

use std::path::Path;
use std::sync::LazyLock;

use botflow_machine::{Delivery, OperatorEvent};
use botflow_runtime::contact::input::{Occasion, Said};
use botflow_runtime::contact::merging::join;
use botflow_runtime::contact::{Author, Contact, ContactId, Input, Outgoing, Plan, plan};
use botflow_runtime::deployment::Version;
use botflow_values::Value;
use proptest::prelude::*;
use smol_str::{SmolStr, format_smolstr};

use crate::kit::artifact;

/// The bot of the simulations.
static BOT: LazyLock<Version> =
    LazyLock::new(|| Version::load(&artifact(include_str!("sim/parcels.flow"))).expect("it can be run"));

/// Another version of it.
static NEWER: LazyLock<Version> = LazyLock::new(|| {
    let newer = include_str!("sim/parcels.flow").replace("wait 20m", "wait 40m");
    Version::load(&artifact(&newer)).expect("it can be run")
});

const DAWN: i64 = 1_767_600_000_000;

const ANA: ContactId = ContactId(0x0a4a);

fn at(text: &str) -> Input {
    Input::At {
        channel: "web".into(),
        address: "ana".into(),
        what: Said::Message(text.into()),
    }
}

/// Something that happens, and so many milliseconds after the last thing that did.
fn input() -> impl Strategy<Value = (Input, i64)> {
    let words = prop::sample::select(vec![
        "hello",
        "count it",
        "save it",
        "wait here",
        "human",
        "this is me",
        "write to me",
        "Yes",
        "No",
        "",
    ]);
    let operator = prop::sample::select(vec![
        OperatorEvent::Joins { name: "maria".into() },
        OperatorEvent::Writes {
            name: "maria".into(),
            text: "Good day.".into(),
            media: None,
        },
        OperatorEvent::Leaves { name: "maria".into() },
        OperatorEvent::Resolves { name: "maria".into() },
        OperatorEvent::HandsBack { name: "maria".into() },
        OperatorEvent::Closed,
    ]);
    let status = prop::sample::select(vec![Delivery::Delivered, Delivery::Read, Delivery::Failed]);
    let input = prop_oneof![
        6 => words.prop_map(at),
        2 => operator.prop_map(Input::Operator),
        1 => (0..40_u64, status).prop_map(|(message, status)| Input::Status {
            message,
            channel: "web".into(),
            status,
        }),
        2 => (0..5_u32, -3..99_i64).prop_map(|(call, left)| Input::CallResult {
            call,
            value: Value::Integer(left),
        }),
        2 => (0..5_u32, 0..4_u32).prop_map(|(call, attempt)| Input::CallFailed {
            call,
            attempt,
            failure: None,
        }),
        1 => Just(Input::Start { flow: "waiting".into(), args: Vec::new() }),
        1 => "[a-z]{0,3}".prop_map(|order| Input::At {
            channel: "sms".into(),
            address: "+40700000001".into(),
            what: Said::Event {
                name: "parcel_packed".into(),
                fields: vec![Value::Text(order.into())],
                at: DAWN,
            },
        }),
        1 => Just(Input::At {
            channel: "web".into(),
            address: "ana".into(),
            what: Said::Known {
                values: vec![("email".into(), Value::Email("ana@example.com".into()))],
                signed: true,
            },
        }),
        3 => Just(Input::Due),
        1 => Just(Input::NewVersion),
    ];
    let pause = prop_oneof![0..2_000_i64, 0..4_000_000_i64, Just(-3_600_000)];
    (input, pause)
}

/// Numbers of calls begin somewhere for each person: those of this one are what a call of theirs would have.
fn numbered(input: Input, calls: &[u32]) -> Input {
    let known = |call: u32| calls.get(call as usize).copied().unwrap_or(call);
    match input {
        Input::CallResult { call, value } => Input::CallResult {
            call: known(call),
            value,
        },
        Input::CallFailed {
            call,
            attempt,
            failure,
        } => Input::CallFailed {
            call: known(call),
            attempt,
            failure,
        },
        other => other,
    }
}

/// Lets things happen to somebody; holds after each what has to hold.
fn live(id: ContactId, happens: Vec<(Input, i64)>, newer_from: usize) -> Contact {
    let mut contact = Contact::new(id, &BOT);
    let (mut now, mut calls) = (DAWN, Vec::new());
    for (place, (input, pause)) in happens.into_iter().enumerate() {
        now += pause;
        let version: &Version = if place >= newer_from { &NEWER } else { &BOT };
        let occasion = Occasion {
            id: 0,
            now,
            seed: 7 + place as u64,
            input: numbered(input, &calls),
        };
        let one = plan(version, Some(&BOT), contact.clone(), occasion.clone());
        let again = plan(version, Some(&BOT), contact.clone(), occasion);
        assert_eq!(one, again, "the same gives the same");
        let numbers = one.transcript.iter().map(|line| line.number);
        assert!(
            numbers.eq(contact.lines() + 1..=one.contact.lines()),
            "lines have no gap"
        );
        assert_eq!(one.contact.bot(), version.hash());
        for outgoing in &one.outgoing {
            if let botflow_runtime::contact::Outgoing::Call { request, .. } = outgoing {
                calls.insert(0, request.number);
                calls.truncate(5);
            }
        }
        let bytes = one.contact.to_bytes();
        let read = Contact::from_bytes(&bytes).expect("what was written can be read");
        assert_eq!(read, one.contact);
        assert_eq!(read.to_bytes(), bytes);
        contact = read;
    }
    contact
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn turns_follow_from_what_is_kept(
        happens in prop::collection::vec(input(), 0..25),
        newer_from in 0..40_usize,
    ) {
        live(ANA, happens, newer_from);
    }

    #[test]
    fn two_people_become_one(
        first in prop::collection::vec(input(), 0..12),
        second in prop::collection::vec(input(), 0..12),
        now in DAWN..DAWN + 9_000_000,
    ) {
        let into = live(ANA, first, usize::MAX);
        let from = live(ContactId(77), second, usize::MAX);
        let occasion = Occasion { id: 0, now, seed: 5, input: Input::Due };
        let joined = join(&BOT, (into.clone(), None), (from.clone(), None), &occasion);
        let again = join(&BOT, (into.clone(), None), (from.clone(), None), &occasion);
        prop_assert_eq!(&joined, &again);
        prop_assert!(joined.lines_from >= into.lines());
        let lines = into.lines() + from.lines() + joined.plan.transcript.len() as u64;
        prop_assert_eq!(joined.plan.contact.lines(), lines);
        let mut one = joined.plan.contact;
        one.absorb(ContactId(77), joined.messages_from);
        prop_assert_eq!(one.renumbered(ContactId(77), 3), 3 + joined.messages_from);
        prop_assert_eq!(one.renumbered(ANA, 3), 3);
        prop_assert_eq!(Contact::from_bytes(&one.to_bytes()).expect("it can be read"), one);
    }

    #[test]
    fn damaged_bytes_are_refused(
        happens in prop::collection::vec(input(), 0..8),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        length in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        // Whatever comes of it, nothing panics.
        let _ = Contact::from_bytes(&noise);
        let mut bytes = live(ANA, happens, usize::MAX).to_bytes();
        let cut = length.index(bytes.len());
        prop_assert!(Contact::from_bytes(&bytes[..cut]).is_err());
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = Contact::from_bytes(&bytes) {
            let _ = read.to_bytes();
        }
    }
}

/// Who turned out to be somebody who turned out to be somebody else has the numbers of the last one.
#[test]
fn numbers_of_messages_follow_a_chain() {
    let said = |id: ContactId, times: usize| live(id, vec![(at("hello"), 1_000); times], usize::MAX);
    let occasion = Occasion {
        id: 0,
        now: DAWN + 60_000,
        seed: 5,
        input: Input::Due,
    };
    let (a, b, c) = (ContactId(1), ContactId(2), ContactId(3));
    let first = join(&BOT, (said(b, 2), None), (said(a, 3), None), &occasion);
    let mut into_b = first.plan.contact;
    into_b.absorb(a, first.messages_from);
    let second = join(&BOT, (said(c, 1), None), (into_b, None), &occasion);
    let mut into_c = second.plan.contact;
    into_c.absorb(b, second.messages_from);
    assert!(first.messages_from > 0 && second.messages_from > 0);
    assert_eq!(into_c.renumbered(b, 1), 1 + second.messages_from);
    assert_eq!(
        into_c.renumbered(a, 1),
        1 + first.messages_from + second.messages_from
    );
}

/// What is said to somebody in the very turn in which they turn out to be somebody else has numbers of that one, too: none
/// that a message of theirs has already.
#[test]
fn what_is_said_while_two_become_one_has_its_own_number() {
    let web = |text: &str| (at(text), 1_000);
    let packed = Input::At {
        channel: "sms".into(),
        address: "+40700000001".into(),
        what: Said::Event {
            name: "parcel_packed".into(),
            fields: vec![Value::Text("7".into())],
            at: DAWN,
        },
    };
    let happens = vec![web("write to me"), web("Yes"), (packed, 1_000)];
    let from = live(ContactId(77), happens, usize::MAX);
    let into = live(ANA, vec![web("hello"), web("lamp")], usize::MAX);
    // Going over to the newer version, which is part of the turn, is when the trigger's time has come.
    let occasion = |input| Occasion {
        id: 0,
        now: DAWN + 1_200_000,
        seed: 5,
        input,
    };
    let alone = plan(&NEWER, Some(&BOT), from.clone(), occasion(Input::Due));
    let numbers = |plan: &Plan| {
        let mut said = Vec::new();
        for line in &plan.transcript {
            if let Author::Bot { message, .. } = line.said {
                said.push(message);
            }
        }
        let mut sent = Vec::new();
        for outgoing in &plan.outgoing {
            if let Outgoing::Say(saying) = outgoing {
                sent.push(saying.number);
            }
        }
        assert_eq!(said, sent, "lines and letters name the same messages");
        sent
    };
    let before = numbers(&alone);
    assert!(!before.is_empty(), "the trigger has started its flow");
    let joined = join(
        &NEWER,
        (into, Some(&BOT)),
        (from, Some(&BOT)),
        &occasion(Input::Due),
    );
    let after = numbers(&joined.plan);
    assert!(joined.messages_from > 0);
    assert_eq!(after[0], before[0] + joined.messages_from);
    assert!(after.windows(2).all(|two| two[1] == two[0] + 1), "{after:?}");
}

/// Bytes that an earlier build has written are read and written as they are: a change of any type that is kept is a new
/// format, whose number is raised and whose bytes are carried over. After that: `BOTFLOW_GOLDEN=write`.
#[test]
fn the_format_is_what_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/contact.1.hex");
    if std::env::var("BOTFLOW_GOLDEN").is_ok_and(|what| what == "write") {
        let texts = [
            "hello",
            "count it",
            "wait here",
            "human",
            "write to me",
            "Yes",
            "this is me",
        ];
        let happens = texts.into_iter().map(|text| (at(text), 61_000)).collect();
        let mut contact = live(ANA, happens, usize::MAX);
        contact.absorb(ContactId(9), 4);
        let bytes = contact.to_bytes();
        let hex: Vec<String> = bytes
            .chunks(32)
            .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        std::fs::write(&path, hex.join("\n") + "\n").expect("it can be written");
    }
    let hex = std::fs::read_to_string(&path).expect("the bytes are there");
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits"))
        .collect();
    assert!(bytes.len() > 150, "somebody has lived there");
    let contact = Contact::from_bytes(&bytes).expect("the format is still read");
    assert_eq!(contact.to_bytes(), bytes, "the format is still written");
    assert!(contact.lines() > 8);
    assert_eq!(contact.renumbered(ContactId(9), 1), 5);
    let words: Vec<SmolStr> = contact
        .person()
        .addresses()
        .iter()
        .map(|one| one.address.clone())
        .collect();
    assert_eq!(words, [format_smolstr!("ana")]);
}
