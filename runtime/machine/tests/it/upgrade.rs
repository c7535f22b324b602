//! A conversation goes on under a later version of its bot.

use crate::common::{Talk, sink};
use botflow_artifact::*;
use botflow_machine::{Gone, Program, UpgradeNote, upgrade};

/// Carries what is said over to another version.
fn carry(talk: &mut Talk<'_>, new: &Program) -> Vec<UpgradeNote> {
    upgrade(&mut talk.conversation, talk.program, new, &mut Vec::new())
}

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
    assert_eq!(carry(&mut talk, &new), [], "every place is still there");
    talk.program = &new;
    assert_eq!(talk.says("2"), "Why?\n");
    assert_eq!(talk.conversation.frames[0].slots[0], Value::text("20431177"));
}

#[test]
fn a_place_that_is_gone_strands_and_the_flow_begins_anew() {
    let old = sink::sink().program();
    let mut talk = Talk::new(&old);
    talk.says("hi");
    let mut later = sink::sink();
    for place in &mut later.bot.places {
        place.hash = PlaceHash(place.hash.0 ^ 1);
    }
    let new = later.program();
    let notes = carry(&mut talk, &new);
    assert_eq!(
        notes,
        [UpgradeNote::Stranded {
            place: "main.Which order?".into(),
            why: Gone::Removed
        }]
    );
    assert!(talk.conversation.is_stranded());
    talk.program = &new;
    assert_eq!(
        talk.says("20431177"),
        "A few questions.\nWhich order?\n",
        "it is no answer any more"
    );

    let mut moved = sink::sink();
    for place in &mut moved.bot.places {
        place.hash = PlaceHash(place.hash.0 ^ 2);
    }
    moved.bot.flows[2].name = "new".into();
    moved.bot.moved.push(Moved {
        from: "main".into(),
        to: "new".into(),
    });
    let moved = moved.program();
    assert_eq!(
        carry(&mut talk, &moved),
        [],
        "the flow has moved, and its places with it"
    );
    talk.program = &moved;
    talk.says("20431177");
    assert_eq!(talk.conversation.frames[0].slots[0], Value::text("20431177"));
}

#[test]
fn what_was_said_and_which_rules_had_their_turn_is_found_again() {
    let old = sink::sink().program();
    let mut talk = Talk::new(&old);
    talk.says("hi");
    assert!(!talk.conversation.said.is_empty());
    talk.conversation.fired = [1].into_iter().collect();
    talk.conversation.varied = [(0, 1)].into_iter().collect();

    // The new version has another rule in front, and other numbers for all that it says.
    let mut later = sink::sink();
    later.bot.exprs.push(Expr::Const(Value::YesNo(false)));
    let condition = ExprId::from(later.bot.exprs.len() - 1);
    let code = later.bot.always_rules[0].code;
    later.bot.always_rules.insert(0, AlwaysRule { condition, code });
    let count = later.bot.messages.len() as u32;
    later.bot.messages.extend(later.bot.messages.clone());
    for op in &mut later.bot.code {
        match op {
            Op::Say(message) => message.0 += count,
            Op::SayOneOf { messages, memory } => {
                messages.iter_mut().for_each(|message| message.0 += count);
                *memory += 5;
            }
            _ => {}
        }
    }
    let new = later.program();
    let said: Vec<_> = talk.conversation.said.iter().copied().collect();
    assert_eq!(carry(&mut talk, &new), [], "every place is still there");
    assert_eq!(talk.conversation.fired.as_slice(), [2]);
    assert_eq!(talk.conversation.varied.as_slice(), [(5, 1)]);
    let moved: Vec<_> = said
        .iter()
        .map(|(message, flow)| (message + count, *flow))
        .collect();
    assert_eq!(talk.conversation.said.as_slice(), moved);

    // What is gone is forgotten.
    let mut without = sink::sink();
    without.bot.always_rules.clear();
    talk.program = &new;
    carry(&mut talk, &without.program());
    assert!(talk.conversation.fired.iter().all(|word| *word == 0));
}
