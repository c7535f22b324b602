//! The exact order of things: one case of `docs/language/semantics.md` each.

use crate::common::{Talk, lines, sink};
use botflow_artifact::Value;
use botflow_machine::{Effect, Event, EventKind, OperatorEvent, Owner, Program, Record, step};

fn program() -> Program {
    sink::sink().program()
}

/// Says these in turn and compares what the bot says.
fn talk(rows: &[(&str, &str)]) {
    let program = program();
    let mut talk = Talk::new(&program);
    for (customer, bot) in rows {
        let said = talk.says(customer);
        assert_eq!(said.trim_end(), bot.trim_matches('\n'), "after `{customer}`");
    }
}

const MENU: &str = "What now? [Quote/Wait/Colours/Ask a colleague/Once more/Shop]";

fn at_menu(program: &Program) -> Talk<'_> {
    let mut talk = Talk::new(program);
    talk.says("hi");
    let said = talk.says("20431177, 2 pieces");
    assert_eq!(said, "Why?\n");
    assert_eq!(talk.says("It broke"), format!("{MENU}\n"));
    talk
}

#[test]
fn several_answers_in_one_message() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("I need 3 of them", "Which order?"),
        ("order 20431177 please", "Why?"),
        ("Broken", MENU),
    ]);
}

#[test]
fn a_correction_goes_through_the_form_again() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("20431177", "How many pieces?"),
        ("2", "Why?"),
        ("no, 3 pieces", "Noted, 3.\nWhy?"),
        ("Broken", MENU),
    ]);
}

#[test]
fn tries_count_on_through_invalid_answers() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("20431177", "How many pieces?"),
        ("42", "From 1 to 10, please.\nHow many pieces?"),
        ("43", "From 1 to 10, please.\nHow many pieces?"),
        ("44", "Let us leave it.\n* finished unresolved"),
        ("thanks", ""),
        ("hi", "A few questions.\nWhich order?"),
    ]);
}

#[test]
fn tries_start_anew_after_a_handler() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("20431177", "How many pieces?"),
        ("42", "From 1 to 10, please.\nHow many pieces?"),
        ("price", "It is on the page.\nHow many pieces?"),
        ("43", "From 1 to 10, please.\nHow many pieces?"),
        ("44", "From 1 to 10, please.\nHow many pieces?"),
    ]);
}

#[test]
fn unclear_varies_and_a_rule_fires_once() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("what", "Sorry?\nWhich order?"),
        ("what", "Once more, please.\nWhich order?"),
        ("what", "Sorry?\nWhich order?"),
        ("what", "I am new here.\nWhich order?"),
        ("what", "Once more, please.\nWhich order?"),
    ]);
}

#[test]
fn a_first_message_is_heard_by_always_and_then_the_start_flow_begins() {
    talk(&[("price?", "It is on the page.\nA few questions.\nWhich order?")]);
    talk(&[
        ("track", "Which order?"),
        (
            "20431177",
            "Order 20431177 is on its way.\nA few questions.\nWhich order?",
        ),
    ]);
}

#[test]
fn a_digression_answers_from_the_message_that_opened_it() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("20431177", "How many pieces?"),
        (
            "track 11112222",
            "Order 11112222 is on its way.\nHow many pieces?",
        ),
        ("track", "Which order?"),
        ("track", "Which order?"),
        ("price", "It is on the page.\nWhich order?"),
        ("11112222", "Order 11112222 is on its way.\nHow many pieces?"),
    ]);
}

#[test]
fn back_repeat_and_start_over() {
    talk(&[
        ("hi", "A few questions.\nWhich order?"),
        ("repeat", "A few questions.\nWhich order?"),
        ("20431177", "How many pieces?"),
        ("repeat", "How many pieces?"),
        ("back", "Which order?"),
        ("back", "Which order?"),
        ("11112222", "How many pieces?"),
        ("start over", "A few questions.\nWhich order?"),
    ]);
}

#[test]
fn back_from_a_choice_goes_before_it() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("colours"), "Which ones? [Red/Green/Blue]\n");
    assert_eq!(talk.says("red and blue"), "Which of them most? [Red/Blue]\n");
    assert_eq!(talk.says("back"), "Which ones? [Red/Green/Blue]\n");
    assert_eq!(talk.says("back"), format!("{MENU}\n"));
    assert_eq!(talk.says("back"), "Why?\n");
    assert_eq!(talk.says("because"), format!("{MENU}\n"));
}

#[test]
fn several_options_and_a_choice_among_them() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("colors"), "Which ones? [Red/Green/Blue]\n");
    assert_eq!(talk.says("blue and red"), "Which of them most? [Red/Blue]\n");
    assert_eq!(talk.says("2"), format!("Blue it is.\n{MENU}\n"));
}

#[test]
fn a_link_keeps_the_question_waiting() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("shop"), "Shop [Shop]\n");
    assert_eq!(talk.passes(60_000), "Still there?\n");
    assert_eq!(talk.passes(60_000), "* finished abandoned\n");
}

#[test]
fn a_nudge_does_not_restart_the_clocks_but_a_handler_does() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.passes(50_000), "");
    assert_eq!(talk.says("price"), format!("It is on the page.\n{MENU}\n"));
    assert_eq!(talk.passes(59_999), "");
    assert_eq!(talk.passes(1), "Still there?\n");
    assert_eq!(talk.passes(59_999), "");
    assert_eq!(talk.passes(1), "* finished abandoned\n");
}

#[test]
fn clocks_stop_during_a_digression() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("track"), "Which order?\n");
    assert_eq!(talk.passes(600_000), "");
    assert_eq!(
        talk.says("20431177"),
        format!("Order 20431177 is on its way.\n{MENU}\n")
    );
    assert_eq!(talk.passes(60_000), "Still there?\n");
}

#[test]
fn calls_keep_company_retry_and_fail() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("quote"), "* call 1 try 1\n");
    assert_eq!(talk.passes(1000), "One moment.\n");
    assert_eq!(talk.fails(1, None), "* call 1 try 2\n");
    assert_eq!(talk.fails(1, None), "");
    assert_eq!(talk.passes(2999), "");
    assert_eq!(talk.passes(1), format!("No quote.\n{MENU}\n"));
    assert_eq!(talk.succeeds(7), "");
    assert_eq!(talk.says("quote"), "* call 2 try 1\n");
    assert_eq!(talk.says("hello?"), "");
    assert_eq!(talk.succeeds(7), format!("Quote 7.\n{MENU}\n"));
}

#[test]
fn a_result_that_comes_during_a_digression_is_kept() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("quote"), "* call 1 try 1\n");
    assert_eq!(talk.says("track"), "Which order?\n");
    assert_eq!(talk.succeeds(9), "");
    assert_eq!(
        talk.says("20431177"),
        format!("Order 20431177 is on its way.\nQuote 9.\n{MENU}\n")
    );
}

#[test]
fn waits_end_by_time_and_by_event() {
    let program = program();
    let mut talk = at_menu(&program);
    assert_eq!(talk.says("wait"), "");
    assert_eq!(talk.says("price"), "It is on the page.\n");
    assert_eq!(talk.passes(3_600_000), "An hour later.\n");
    assert_eq!(
        talk.happens("paid", vec![Value::Integer(5)]),
        format!("Paid.\n{MENU}\n")
    );
    assert_eq!(
        talk.happens("paid", vec![Value::Integer(5)]),
        format!("Thank you for paying.\n{MENU}\n")
    );
    assert_eq!(talk.says("wait"), "");
    assert_eq!(
        talk.passes(7_200_000),
        format!("An hour later.\nNobody paid.\n{MENU}\n")
    );
}

#[test]
fn people_take_over_and_hand_back() {
    let program = program();
    let mut talk = at_menu(&program);
    let said = talk.says("a human please");
    assert!(
        said.starts_with("I am calling a colleague.\n* HandOver"),
        "{said}"
    );
    assert_eq!(talk.conversation.owner, Owner::People);
    assert!(talk.says("hello").starts_with("* Forward"));
    let name = "maria".into();
    talk.event(EventKind::Operator(OperatorEvent::Joins { name }));
    assert_eq!(talk.passes(900_000), "");
    let name = "maria".into();
    let effects = talk.event(EventKind::Operator(OperatorEvent::HandsBack { name }));
    assert_eq!(lines(&effects), format!("* Withdraw: handed back\n{MENU}\n"));
    assert_eq!(talk.conversation.owner, Owner::Bot);
}

#[test]
fn nobody_comes() {
    let program = program();
    let mut talk = at_menu(&program);
    talk.says("human");
    assert_eq!(talk.passes(299_999), "");
    assert_eq!(
        talk.passes(1),
        format!("* Withdraw: nobody came\nNobody is free.\n{MENU}\n")
    );
}

#[test]
fn people_settle_it() {
    let program = program();
    let mut talk = at_menu(&program);
    talk.says("human");
    let name = "maria".into();
    let effects = talk.event(EventKind::Operator(OperatorEvent::Resolves { name }));
    assert_eq!(
        lines(&effects),
        "* Joined { operator: \"maria\" }\n* Withdraw: resolved\nSettled.\n* finished resolved\n"
    );
}

#[test]
fn colleagues_answer_and_an_address_is_proven() {
    let program = program();
    let mut talk = at_menu(&program);
    assert!(talk.says("ask a colleague").starts_with("* AskQueue"));
    let effects = talk.event(EventKind::Operator(OperatorEvent::Writes {
        name: "maria".into(),
        text: "Yes, it is".into(),
        media: None,
    }));
    assert_eq!(
        lines(&effects),
        "* ColleagueAnswered { operator: \"maria\" }\nThey say: Yes, it is\nYour e-mail?\n"
    );
    let mut code_sent = |text: &str| {
        let effects = talk.event(EventKind::Message {
            text: text.into(),
            channel: None,
        });
        assert!(lines(&effects).ends_with("The code, please.\n"));
        effects.iter().find_map(|effect| match effect {
            Effect::SendCode { code, .. } => Some(code.clone()),
            _ => None,
        })
    };
    let first = code_sent("ann@example.com").expect("a code is sent");
    // After an interruption the code stays, since people have it before them; who asks for help gets a new one.
    assert_eq!(code_sent("price"), None);
    let code = code_sent("help").expect("a code is sent");
    assert_ne!(first, code);
    let proven = talk.says(&code);
    assert!(proven.ends_with(&format!("Proven.\n{MENU}\n")), "{proven}");
}

#[test]
fn a_button_is_heard_and_an_older_one_counts_as_its_label() {
    let program = program();
    let mut talk = Talk::new(&program);
    talk.says("hi");
    talk.says("20431177, 2 pieces");
    let effects = talk.event(EventKind::Message {
        text: "Broken".into(),
        channel: None,
    });
    let message = effects
        .iter()
        .find_map(Effect::as_message)
        .expect("the menu")
        .clone();
    let colours = message.pressed("Colours", None).expect("a button").clone();
    assert_eq!(talk.presses(&colours), "Which ones? [Red/Green/Blue]\n");
    assert_eq!(talk.presses(&colours), "Sorry?\nWhich ones? [Red/Green/Blue]\n");
    assert_eq!(talk.says("red"), "Which of them most? [Red]\n");
    assert_eq!(talk.says("red"), format!("Red it is.\n{MENU}\n"));
    assert_eq!(talk.presses(&colours), "Which ones? [Red/Green/Blue]\n");
}

#[test]
fn a_repeated_event_changes_nothing() {
    let program = program();
    let mut talk = Talk::new(&program);
    let event = Event {
        id: 5,
        ..Event::message(1, "hi")
    };
    let first = step(&program, talk.conversation.clone(), event.clone());
    assert!(!first.repeated);
    let second = step(&program, first.conversation.clone(), event);
    assert!(second.repeated && second.effects.is_empty());
    assert_eq!(second.conversation, first.conversation);
    talk.conversation = second.conversation;
    assert_eq!(talk.says("20431177"), "How many pieces?\n");
}

#[test]
fn the_law_is_above_everything() {
    let program = program();
    let mut talk = at_menu(&program);
    let effects = talk.event(EventKind::Message {
        text: "STOP".into(),
        channel: Some("sms".into()),
    });
    assert!(matches!(
        effects[..],
        [
            Effect::OptedOut { .. },
            Effect::Record(Record::GivenUp { .. }),
            Effect::Finished { .. },
            Effect::CancelTimer { .. }
        ]
    ));
}
