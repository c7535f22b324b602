//! A conversation goes on under a later version of its bot, or says that it cannot.

use crate::common::{Talk, sink};
use botflow_artifact::*;
use botflow_machine::upgrade;

#[test]
fn a_conversation_goes_on_where_it_was() {
    let old = sink::sink().program();
    let mut talk = Talk::new(&old);
    talk.says("hi");
    talk.says("20431177");

    // The new version has another variable in front, another flow, and asks in other words.
    let mut later = sink::sink();
    let flow = &mut later.bot.flows[2];
    assert_eq!(flow.name, "main");
    flow.slots.push(Slot {
        name: "more".into(),
        ty: TypeId(0),
        sensitive: false,
    });
    later.bot.places.push(later.bot.places[0].clone());
    let last = later.bot.places.len() - 1;
    later.bot.places[last].hash = PlaceHash(1);
    let new = later.program();
    upgrade(&mut talk.conversation, &old, &new).expect("every place is still there");
    talk.program = &new;
    assert_eq!(talk.says("2"), "Why?\n");
    assert_eq!(talk.conversation.frames[0].slots[0], Value::text("20431177"));
}

#[test]
fn a_place_that_is_gone_strands_and_changes_nothing() {
    let old = sink::sink().program();
    let mut talk = Talk::new(&old);
    talk.says("hi");
    let mut later = sink::sink();
    for place in &mut later.bot.places {
        place.hash = PlaceHash(place.hash.0 ^ 1);
    }
    let before = talk.conversation.clone();
    let stranded = upgrade(&mut talk.conversation, &old, &later.program()).expect_err("it is gone");
    assert_eq!(
        stranded.to_string(),
        "the new version has no place `main.Which order?`"
    );
    assert_eq!(talk.conversation, before);

    let mut moved = sink::sink();
    for place in &mut moved.bot.places {
        place.hash = PlaceHash(place.hash.0 ^ 1);
    }
    moved.bot.flows[2].name = "new".into();
    moved.bot.moved.push(Moved {
        from: "main".into(),
        to: "new".into(),
    });
    let new = moved.program();
    assert!(
        upgrade(&mut talk.conversation, &old, &new).is_err(),
        "a flow is found by its own name"
    );
}
