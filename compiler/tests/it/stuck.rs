//! Where conversations get stuck, and where they only look as if they did: cases beside those of the pages.

use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::project::{Project, Source};

use crate::replay;

const HEAD: &str = "bot example {\n  languages en\n  channels web\n  currency EUR\n  start main\n}\n";

fn checked(flows: &str) -> Checked {
    compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{HEAD}{flows}")),
        }],
        ..Project::default()
    })
}

/// Findings of the graph, each with the text it stands at.
fn found(flows: &str) -> Vec<String> {
    let checked = checked(flows);
    let text = &checked.files[0].text;
    let graph = checked
        .findings
        .iter()
        .filter(|finding| finding.rule.code.starts_with("BF2"));
    let program = replay::program(&checked);
    for finding in graph.clone() {
        // What is shown is true.
        match replay::shown(&program, finding) {
            Err(replay::NotShown::Restless) if replay::RESTLESS.contains(&finding.rule.name) => {}
            Err(error) => panic!("{}: {error}", finding.rule.name),
            Ok(_) => {}
        }
    }
    graph
        .map(|finding| {
            let at = &text[finding.span.start as usize..finding.span.end as usize];
            format!("{}: {}", finding.rule.name, at.lines().next().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_circle_through_other_flows_is_one_circle() {
    let flows = "flow main {\n  say \"a\"\n  start other\n}\nflow other {\n  say \"b\"\n  start main\n}\n";
    assert_eq!(found(flows).len(), 1, "{:?}", found(flows));
    assert!(found(flows)[0].starts_with("talks-to-itself: "));
}

#[test]
fn a_run_that_asks_breaks_a_circle() {
    let flows = "flow main {\n  -> a\n  step a {\n    run asks\n    -> a\n  }\n}\nflow asks {\n  choose \"Go on?\" {\n    \
                 \"Yes\" -> return\n    \"No\" -> finish resolved\n  }\n}\n";
    assert_eq!(found(flows), [""; 0]);
}

#[test]
fn a_run_that_asks_nothing_does_not() {
    let flows =
        "flow main {\n  -> a\n  step a {\n    run says\n    -> a\n  }\n}\nflow says {\n  say \"Hi\"\n}\n";
    assert_eq!(found(flows).len(), 1, "{:?}", found(flows));
}

#[test]
fn a_loop_over_a_list_is_no_circle() {
    let flows = "flow main {\n  for each x in [\"a\", \"b\"] at most 2 {\n    say \"{x}\"\n  }\n  finish resolved\n}\n";
    assert_eq!(found(flows), [""; 0]);
}

#[test]
fn waiting_in_a_circle_nags_unless_it_counts() {
    let nags = "flow main {\n  -> a\n  step a {\n    wait 1d\n    say \"Still there?\"\n    -> a\n  }\n}\n";
    assert_eq!(found(nags), ["nags-for-ever: wait 1d"]);
    let counts = "flow main {\n  let n = 0\n  -> a\n  step a {\n    wait 1d\n    say \"Still there?\"\n    let n = n + 1\n    \
                  if n >= 3 {\n      finish abandoned\n    }\n    -> a\n  }\n}\n";
    assert_eq!(found(counts), [""; 0]);
}

#[test]
fn a_handler_of_silence_that_comes_back_nags() {
    let flows = "always {\n  on silence 10m {\n    say \"Still there?\"\n  }\n}\nflow main {\n  ask x: text \"What?\"\n  \
                 say \"{x}\"\n  finish resolved\n}\n";
    assert_eq!(found(flows), ["nags-for-ever: on silence 10m"]);
}

#[test]
fn a_failure_that_begins_again_is_a_circle() {
    let flows = "lookup shop.find(x: text) gives text {\n  get \"https://shop.example/{x}\"\n}\nflow main {\n  on failed -> \
                 a\n  -> a\n  step a {\n    let y = call shop.find(\"a\")\n    say \"{y}\"\n    finish resolved\n  }\n}\n";
    let found = found(flows);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("talks-to-itself: "));
}

#[test]
fn what_could_not_be_understood_hides_nothing_else() {
    let flows = "flow main {\n  choose \"What?\" {\n    \"A\" -> one\n    \"B\" -> nowhere\n    \"C\" -> finish resolved\n  }\n  \
                 step one {\n    finish resolved\n  }\n}\n";
    let checked = checked(flows);
    let names: Vec<&str> = checked.findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(names, ["unknown-target"]);
}

#[test]
fn the_conversation_is_the_shortest_one() {
    let flows = "flow main {\n  choose \"What?\" {\n    \"Long\" -> long\n    \"Short\" -> last\n    \"No\" -> finish \
                 resolved\n  }\n  step long {\n    ask x: text \"Why?\"\n    say \"{x}\"\n    -> last\n  }\n  step last {\n    \
                 say \"Bye\"\n  }\n}\n";
    let checked = checked(flows);
    let finding = checked
        .findings
        .iter()
        .find(|finding| finding.rule.name == "step-falls-off");
    let conversation = &finding.expect("it falls off").conversation;
    assert_eq!(
        conversation.as_slice(),
        ["> Hi", "< What?", "  [Long] [Short] [No]", "> [Short]", "< Bye"]
    );
}
