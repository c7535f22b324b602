//! What surely holds where: one fixture a case, with the findings it gets by rule and text under the squiggle.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Finding;
use botflow_compiler::project::{Project, Source};

const BOT: &str = "bot example {\n  name \"Example\"\n  languages en\n  channels web\n  currency EUR\n  timezone \
                   \"Europe/Bucharest\"\n  start main\n}\nalways {\n  on silence 1h -> finish abandoned\n  on failed -> \
                   finish unresolved\n  on unclear -> finish unresolved\n}\ncustomer {\n  name: text?\n  phone: \
                   phone?\n  secret: text? sensitive\n  orders: integer = 0\n}\nlookup shop.find(id: text) gives \
                   (price: integer, note: text?)\n";

const RULES: &[&str] = &[
    "not-answered-yet",
    "unknown-may-be-missing",
    "constant-condition",
    "contradictory-condition",
    "never-asked",
    "sensitive-leak",
];

fn project(flow: &str) -> Project {
    Project {
        sources: vec![
            Source {
                path: "a.flow".into(),
                text: Arc::from(flow),
            },
            Source {
                path: "b.flow".into(),
                text: Arc::from(BOT),
            },
        ],
        config: None,
        documents: Vec::new(),
        locales: Vec::new(),
        linked: None,
        host: None,
    }
}

fn findings(flow: &str) -> Vec<Finding> {
    compile::check(&project(flow)).findings
}

/// Findings of these rules in order; anything else at error level fails the test.
fn check(flow: &str, expected: &[(&str, &str)]) {
    let all = findings(flow);
    let under = |finding: &Finding| &flow[finding.span.start as usize..finding.span.end as usize];
    if let Some(other) = all.iter().find(|finding| {
        !RULES.contains(&finding.rule.name) && finding.level == botflow_compiler::finding::Level::Error
    }) {
        panic!("{}: {} in\n{flow}", other.rule.name, other.message);
    }
    let found: Vec<(&str, &str)> = all
        .iter()
        .filter(|finding| RULES.contains(&finding.rule.name))
        .map(|finding| (finding.rule.name, under(finding)))
        .collect();
    assert_eq!(found, expected, "in\n{flow}");
}

/// The body of `main`, with an answer `city`.
fn main_flow(body: &str) -> String {
    format!("flow main {{\n{body}\n}}\n")
}

#[test]
fn ways_that_part_have_to_answer_both() {
    check(
        &main_flow(
            "if customer.orders > 2 {\nlet a = 1\n}\nsay \"{a}\"\nif a is known {\nsay \"{a}\"\n}\nfinish resolved",
        ),
        &[("not-answered-yet", "a")],
    );
    check(
        &main_flow(
            "if customer.orders > 2 {\nlet a = 1\n} else {\nlet a = 2\n}\nsay \"{a}\"\nfinish resolved",
        ),
        &[],
    );
    check(
        &main_flow(
            "if customer.orders > 2 {\nfinish resolved\n} else {\nlet a = 2\n}\nsay \"{a}\"\nfinish resolved",
        ),
        &[],
    );
}

#[test]
fn loops_may_not_run() {
    check(
        &main_flow("for each x in [1, 2] at most 2 {\nlet last = x\n}\nsay \"{last}\"\nfinish resolved"),
        &[("not-answered-yet", "last")],
    );
}

#[test]
fn conditions_teach() {
    for (condition, expected) in [
        ("customer.name is known", &[][..]),
        ("not customer.name is unknown", &[]),
        ("customer.name is known and customer.orders > 1", &[]),
        (
            "customer.name is known or customer.orders > 1",
            &[("unknown-may-be-missing", "customer.name")],
        ),
        (
            "customer.name is unknown",
            &[("unknown-may-be-missing", "customer.name")],
        ),
    ] {
        check(
            &main_flow(&format!(
                "if {condition} {{\nsay \"{{customer.name}}\"\n}}\nfinish resolved"
            )),
            expected,
        );
    }
    check(
        &main_flow(
            "if customer.name is unknown {\nfinish resolved\n}\nsay \"{customer.name}\"\nfinish resolved",
        ),
        &[],
    );
    check(
        &main_flow(
            "if customer.name is known and length(customer.name) > 3 {\nsay \"Long.\"\n}\nfinish resolved",
        ),
        &[],
    );
    check(
        &main_flow(
            "if customer.name is unknown or length(customer.name) > 3 {\nsay \"Hm.\"\n}\nfinish resolved",
        ),
        &[],
    );
}

#[test]
fn parts_of_answers_may_be_unknown() {
    let call = "let found = call shop.find(\"a\") {\nfailed -> finish unresolved\n}\n";
    check(
        &main_flow(&format!(
            "{call}say \"{{found.price}} {{found.note}}\"\nfinish resolved"
        )),
        &[("unknown-may-be-missing", "found.note")],
    );
    check(
        &main_flow(&format!(
            "{call}if found.note is known {{\nsay \"{{found.note}}\"\n}}\nfinish resolved"
        )),
        &[],
    );
    // Another call, another answer.
    check(
        &main_flow(&format!(
            "{call}if found.note is known {{\n{call}say \"{{found.note}}\"\n}}\nfinish resolved"
        )),
        &[("unknown-may-be-missing", "found.note")],
    );
}

#[test]
fn what_is_run_teaches_and_forgets() {
    let asks = "flow asks {\nask customer.phone \"Phone?\" {\ntries 3 -> finish unresolved\n}\n}\n";
    check(
        &format!(
            "{asks}{}",
            main_flow("run asks\nsay \"{customer.phone}\"\nfinish resolved")
        ),
        &[],
    );
    let forgets = "flow forgets {\nforget customer.phone\n}\n";
    check(
        &format!(
            "{forgets}{}",
            main_flow(
                "ask customer.phone \"Phone?\"\nrun forgets\nsay \"{customer.phone}\"\nfinish resolved"
            )
        ),
        &[("unknown-may-be-missing", "customer.phone")],
    );
}

#[test]
fn a_handler_may_forget_while_the_conversation_rests() {
    let flow = "intent forget_me {\nwords \"forget me\"\n}\nflow main {\non forget_me {\nforget customer.phone\n}\nask \
                customer.phone \"Phone?\"\nask wish: text \"What else?\"\nsay \"{wish} {customer.phone}\"\nfinish \
                resolved\n}\n";
    check(flow, &[("unknown-may-be-missing", "customer.phone")]);
}

#[test]
fn failures_leave_the_result_open() {
    check(
        &main_flow(
            "let found = call shop.find(\"a\") {\nfailed {\nsay \"Hm.\"\n}\n}\nif found is known {\nsay \
             \"{found.price}\"\n}\nfinish resolved",
        ),
        &[],
    );
}

#[test]
fn sensitive_values_are_followed() {
    let flow = "flow main {\nask customer.secret \"Secret?\"\nlet copy = customer.secret\nrun tells(copy)\nfinish \
                resolved\n}\nflow tells(what: text) {\nnote \"{what}\"\n}\n";
    check(flow, &[("sensitive-leak", "what")]);
}

#[test]
fn the_conversation_shown_is_the_shortest() {
    let flow = "flow main {\nchoose \"Which?\" {\n\"Long\" -> long\n\"Short\" -> short\n}\nstep long {\nask more: text \
                \"More?\"\nsay \"{more}\"\n-> end\n}\nstep short {\nask wish: text \"Wish?\"\n-> end\n}\nstep end {\nsay \
                \"{wish}!\"\nfinish resolved\n}\n}\n";
    let found = findings(flow);
    let finding = found
        .iter()
        .find(|finding| finding.rule.name == "not-answered-yet")
        .expect("`wish` may be open");
    let checked = compile::check(&project(flow));
    let shown = crate::replay::shown(&crate::replay::program(&checked), finding);
    assert_eq!(
        shown.expect("it plays"),
        [
            "> Hi",
            "< Which?",
            "  [Long] [Short]",
            "> [Long]",
            "< More?",
            "> something",
            "< something",
            "< !"
        ]
    );
}

#[test]
fn long_flows_are_checked_in_one_go() {
    // Steps that lead backwards, so that facts travel against the order of the text.
    let count = 3000;
    let mut flow = String::from("flow main {\nlet a = 1\n-> s2999\n");
    for step in 0..count {
        let next = if step == 0 {
            "finish resolved".to_owned()
        } else {
            format!("-> s{}", step - 1)
        };
        flow.push_str(&format!(
            "step s{step} {{\nif customer.orders > {step} {{\nlet b = a\n}}\nsay \"{{a}}\"\n{next}\n}}\n"
        ));
    }
    flow.push_str("}\n");
    check(&flow, &[]);
}

#[test]
fn behind_a_failed_call_the_flow_goes_on_only_if_the_nearest_handler_comes_back() {
    // `always` leaves, so the result is there wherever the flow goes on.
    check(
        "flow main {\n  let found = call shop.find(\"1\")\n  say \"{found.price}\"\n  finish resolved\n}\n",
        &[],
    );
    check(
        "flow main {\n  on failed {\n    say \"Sorry.\"\n  }\n  let found = call shop.find(\"1\")\n  say \
         \"{found.price}\"\n  finish resolved\n}\n",
        &[("not-answered-yet", "found")],
    );
    // A flow that is run hears the handlers of the flow that runs it before those of `always`.
    check(
        "flow main {\n  on failed {\n    say \"Sorry.\"\n  }\n  run inner\n  finish resolved\n}\nflow inner {\n  let \
         found = call shop.find(\"1\")\n  say \"{found.price}\"\n}\n",
        &[("not-answered-yet", "found")],
    );
}

#[test]
fn a_choice_from_a_list_may_be_none_of_it() {
    let flow = |behind: &str| {
        main_flow(&format!(
            "choose day from [1, 2] at most 2 \"Which day?\" {{\neach \"Day {{day}}\" {{\nsay \"Day {{day}} it \
             is.\"\n}}\n\"Another day\" {{\nsay \"We will call you.\"\n}}\nsilence 10m -> finish \
             abandoned\n}}\n{behind}\nfinish resolved"
        ))
    };
    check(&flow("if day is known {\nsay \"{day}\"\n}"), &[]);
    check(&flow("say \"{day}\""), &[("unknown-may-be-missing", "day")]);
}

#[test]
fn what_holds_at_a_message_holds_at_its_buttons_unless_something_may_end_it() {
    // Nothing behind the message takes the answer away.
    check(
        "flow main {\n  ask wish: text \"Wish?\"\n  say \"Well.\" {\n    button \"Which?\" {\n      say \"{wish}\"\n    }\n  \
         }\n  wait 1h\n  finish resolved\n}\n",
        &[],
    );
    // What is only known later is not known at the press.
    check(
        "flow main {\n  say \"Well.\" {\n    button \"Which?\" {\n      say \"{wish}\"\n    }\n  }\n  ask wish: text \
         \"Wish?\"\n  finish resolved\n}\n",
        &[("not-answered-yet", "wish")],
    );
    // It may be forgotten before the press.
    check(
        "flow main {\n  ask customer.name \"Name?\"\n  say \"Well.\" {\n    button \"Who?\" {\n      say \
         \"{customer.name}\"\n    }\n  }\n  forget customer.name\n  wait 1h\n  finish resolved\n}\n",
        &[("unknown-may-be-missing", "customer.name")],
    );
    // The item of a card is known at its button.
    check(
        "flow main {\n  say \"Well.\" {\n    cards one from [(price: 5 EUR), (price: 9 EUR)] {\n      title \"A thing\"\n      \
         button \"How much?\" {\n        say \"{one.price}\"\n      }\n    }\n  }\n  wait 1h\n  finish resolved\n}\n",
        &[],
    );
}

#[test]
fn conditions_outside_of_flows_teach() {
    let trigger = |settings: &str| {
        format!(
            "event seen(page: text?)\nevent gone(page: text?)\ntrigger t {{\n{settings}\nbetween 09:00 and 20:00\nat \
             most 1 in 7d\nvia web\n}}\nflow main {{\nfinish resolved\n}}\nflow greet(page: text) {{\nsay \
             \"{{page}}\"\nfinish resolved\n}}\n"
        )
    };
    let missing = |of| ("unknown-may-be-missing", of);
    for (settings, expected) in [
        // Within the condition itself, and behind it.
        (
            "on seen if event.page is known and event.page is \"a\"\nstart greet(event.page)",
            &[][..],
        ),
        (
            "on seen if event.page is known or event.page is \"a\"\nstart greet(\"a\")",
            &[missing("event.page")],
        ),
        ("on seen\nstart greet(event.page)", &[missing("event.page")]),
        // Each of several sources has to know it.
        (
            "on seen if event.page is known\non gone if event.page is known\nstart greet(event.page)",
            &[],
        ),
        (
            "on seen if event.page is known\non gone\nstart greet(event.page)",
            &[missing("event.page")],
        ),
        // The card may be another one when the trigger starts.
        (
            "on seen if customer.name is known\nstart greet(customer.name)",
            &[missing("customer.name")],
        ),
        (
            "on seen\nif customer.name is known\nstart greet(customer.name)",
            &[],
        ),
    ] {
        check(&trigger(settings), expected);
    }
    check(
        "segment anas if customer.name is known and customer.name is \"Ana\"\nflow main {\nif anas {\nsay \"Hi\"\n}\nfinish resolved\n}\n",
        &[],
    );
}

/// A call whose failure comes back leaves its name without an answer, wherever it is read: that is one mistake.
#[test]
fn a_missing_answer_is_one_finding_however_often_it_is_read() {
    let bot = BOT.replace(
        "on failed -> finish unresolved",
        "on failed {\n    say \"Sorry.\"\n  }",
    );
    let flow = main_flow(
        "let found = call shop.find(\"a\")\nsay \"It costs {found.price}.\"\nif found.price > 3 {\nsay \"Much.\"\n}\n\
         say \"{found.price} it is.\"\nfinish resolved",
    );
    let mut project = project(&flow);
    project.sources[1].text = Arc::from(bot);
    let found: Vec<Finding> = compile::check(&project)
        .findings
        .into_iter()
        .filter(|finding| finding.rule.name == "not-answered-yet")
        .collect();
    let [one] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        one.message,
        "A conversation can come here without an answer to `found`, and to 2 more places that read it."
    );
    let first = flow.find("found.price").expect("it is read");
    assert_eq!(one.span.start as usize, first);
    assert!(!one.conversation.is_empty());
}
