//! The benchmark dialogue, word for word, both ways, and what it costs to keep in its middle.

use crate::common::{Talk, benchmark, lines};
use botflow_artifact::Value;
use botflow_machine::{Conversation, Effect, EventKind, Frame, Program};

fn program() -> Program {
    benchmark::benchmark().program()
}

/// Answers the two actions as the table says.
fn turn(talk: &mut Talk<'_>, text: &str) -> String {
    let mut effects = talk.event(EventKind::Message {
        text: text.into(),
        channel: None,
    });
    let mut all = Vec::new();
    loop {
        let call = effects.iter().find_map(|effect| match effect {
            Effect::Call(call) => Some(call.clone()),
            _ => None,
        });
        effects.retain(|effect| matches!(effect, Effect::Send(_)));
        all.append(&mut effects);
        let Some(call) = call else { break };
        let order = call.args[0].as_text().cloned().unwrap_or_default();
        let value = match call.call.0 {
            0 if order.starts_with('1') => Value::Integer(150),
            0 => Value::Integer(50),
            _ => Value::text(format!("T-{order}")),
        };
        effects = talk.event(EventKind::CallResult {
            call: call.number,
            value,
        });
    }
    let lines = lines(&all);
    // Only the three buttons of the first question are buttons in the table.
    lines
        .trim_end()
        .replace(" [No]", "")
        .replace('\n', " ⏎ ")
        .replace(" [", " ⏎ [")
}

fn check(rows: &[(&str, &str)]) {
    let program = program();
    let mut talk = Talk::new(&program);
    for (customer, bot) in rows {
        assert_eq!(turn(&mut talk, customer), *bot, "after `{customer}`");
    }
}

#[test]
fn the_main_way() {
    check(&[
        (
            "hi",
            "Hello! Welcome to checkout help. ⏎ What do you need? ⏎ [Order status/Refund/Shipping]",
        ),
        ("Refund", "Let us file a refund. ⏎ What is your e-mail?"),
        (
            "what are your opening hours?",
            "We are open 9:00-18:00, Monday to Friday. ⏎ What is your e-mail?",
        ),
        ("ann@example.com", "What is your order number?"),
        ("1002003", "How many items (1-10)?"),
        (
            "42",
            "Please give a number from 1 to 10. ⏎ How many items (1-10)?",
        ),
        (
            "3",
            "Your cart total is 150, so a manager must approve it. ⏎ Do you confirm? (yes/no)",
        ),
        ("yes", "Refund T-1002003 is filed. ⏎ Anything else?"),
        ("asdf", "Sorry, I did not understand. ⏎ Anything else?"),
        (
            "qwerty",
            "I am connecting you to an operator. ⏎ Please leave a note for the operator.",
        ),
        ("please call me", "The operator has your note. Say bye to finish."),
        ("bye", "Goodbye!"),
    ]);
}

#[test]
fn the_other_way() {
    check(&[
        (
            "hi",
            "Hello! Welcome to checkout help. ⏎ What do you need? ⏎ [Order status/Refund/Shipping]",
        ),
        (
            "Shipping",
            "Shipping takes 2 to 5 days. ⏎ What do you need? ⏎ [Order status/Refund/Shipping]",
        ),
        (
            "foo",
            "Please choose one of the buttons. ⏎ What do you need? ⏎ [Order status/Refund/Shipping]",
        ),
        ("Refund", "Let us file a refund. ⏎ What is your e-mail?"),
        (
            "bad mail",
            "That does not look like an e-mail. ⏎ What is your e-mail?",
        ),
        ("bob@example.org", "What is your order number?"),
        (
            "abc",
            "An order number has only digits. ⏎ What is your order number?",
        ),
        ("2002003", "How many items (1-10)?"),
        (
            "what are your opening hours?",
            "We are open 9:00-18:00, Monday to Friday. ⏎ How many items (1-10)?",
        ),
        ("10", "Your cart total is 50. ⏎ Do you confirm? (yes/no)"),
        ("no", "Nothing was filed. ⏎ Anything else?"),
        ("no", "Goodbye!"),
    ]);
}

#[test]
fn a_conversation_in_its_middle_is_small() {
    let program = program();
    let mut talk = Talk::new(&program);
    for text in [
        "hi",
        "Refund",
        "what are your opening hours?",
        "ann@example.com",
        "1002003",
    ] {
        turn(&mut talk, text);
    }
    let stored = postcard::to_stdvec(&talk.conversation).expect("it can be stored");
    assert!(stored.len() <= 600, "{} bytes", stored.len());
    let back = postcard::from_bytes(&stored).expect("it can be read");
    assert_eq!(talk.conversation, back);
    // What each vector holds, with the allocator's header; short lists lie in the structures themselves.
    let vector = |bytes: usize| if bytes == 0 { 0 } else { bytes + 16 };
    let conversation = &talk.conversation;
    let mut whole = size_of::<Conversation>() + vector(conversation.frames.capacity() * size_of::<Frame>());
    for frame in &conversation.frames {
        assert!(!frame.answered.spilled() && frame.form.is_none() && frame.pending.is_none());
        whole += vector(frame.slots.capacity() * size_of::<Value>());
    }
    assert!(!conversation.said.spilled() && !conversation.seen.spilled());
    assert!(whole <= 800, "{whole} bytes");
}
