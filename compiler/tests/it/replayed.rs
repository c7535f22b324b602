//! Every conversation that a finding shows is true, on the pages of all rules. (Those of damaged bots are tried beside the
//! oracle, which has generated ones.)

use botflow_compiler::compile;
use botflow_compiler::finding::Finding;
use botflow_compiler::project::{Project, Source};
use botflow_compiler::rules;
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, rehearse};

use crate::page::examples;
use crate::pages::project_of;
use crate::replay::{self, NotShown, RESTLESS};

/// Rules about conversations (BF2 to BF6) whose findings show none, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    (
        "unreachable-step",
        "no conversation comes there: that is the finding",
    ),
    (
        "unreachable-flow",
        "no conversation comes there: that is the finding",
    ),
    ("unknown-target", "the bot cannot be built"),
    ("empty-text", "what has no words cannot be shown in words"),
    (
        "too-many-options",
        "on its page systems decide how many options there are",
    ),
    ("template-mismatch", "about the declaration"),
    ("segment-cost", "about what it costs, not what is said"),
    ("unsupported-markup", "about the signs of a text"),
    ("channel-never-used", "about the declaration"),
    ("experiment-weights", "about the declaration"),
    ("experiment-never-joins", "nobody takes part: that is the finding"),
    ("experiment-without-goal", "about the figures"),
    ("queue-without-hours", "about the declaration"),
    ("queue-never-used", "nobody comes there: that is the finding"),
    ("brief-missing", "about what colleagues read, not what is said"),
];

/// The goals that the end of a finding's conversation reaches: a rehearsal that misses something tells what there was.
fn reached(program: &Program, finding: &Finding) -> Vec<String> {
    let mut plan = finding.conversation.clone();
    plan.push("* what never happens".to_owned());
    match rehearse(program, &plan) {
        Rehearsal::Differs(how) => {
            let did = how.split('`').filter(|did| did.starts_with("goal "));
            did.map(str::to_owned).collect()
        }
        other => panic!("it happens: {other:?}"),
    }
}

#[test]
fn all_findings_of_all_pages_show_what_they_say() {
    let mut shown = std::collections::BTreeSet::new();
    let mut differ = Vec::new();
    for rule in rules::all() {
        for example in examples(rule.page).unwrap_or_default() {
            let checked = compile::check(&project_of(&example));
            let told = checked
                .findings
                .iter()
                .filter(|finding| !finding.conversation.is_empty());
            let told: Vec<_> = told.collect();
            if told.is_empty() {
                continue;
            }
            let program = replay::program(&checked);
            for finding in told {
                match replay::shown(&program, finding) {
                    Ok(_) => {
                        shown.insert(finding.rule.name);
                        let credited = |goal: &String| !goal.ends_with("without credit");
                        if finding.rule.name == "goal-never-reached" {
                            let reached: Vec<_> =
                                reached(&program, finding).into_iter().filter(credited).collect();
                            assert!(reached.is_empty(), "{reached:?} in {:?}", finding.conversation);
                        }
                    }
                    Err(NotShown::Restless) if RESTLESS.contains(&finding.rule.name) => {
                        shown.insert(finding.rule.name);
                    }
                    Err(error) => differ.push(format!(
                        "{}, line {}: {}: {error}",
                        rule.name, example.line, finding.rule.name
                    )),
                }
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
    for rule in rules::all() {
        let about_conversations = ["BF2", "BF3", "BF4", "BF5", "BF6"].contains(&&rule.code[..3]);
        let excused = NOT_SHOWN.iter().any(|(name, _)| *name == rule.name);
        if about_conversations {
            assert!(
                shown.contains(rule.name) != excused,
                "`{}` shows a conversation, or a reason why not",
                rule.name
            );
        }
    }
}

/// A first message begins a conversation, and is never unclear: what `on unclear` does is shown behind a question.
#[test]
fn what_always_hears_later_is_shown_behind_a_question() {
    let bot = r#"bot late {
  languages en
  channels whatsapp
  currency EUR
  timezone "Europe/Bucharest"
  start main
}

always {
  on silence 2h -> finish abandoned
  on failed -> run late
  on unclear {
    say "Sorry?"
    tries 2 -> run late
  }
}

lookup stock.left(title: text) gives integer

flow main {
  choose "What next?" {
    "Buy" {
      let left = call stock.left("Dracula")
      if left is known {
        say "{left} left."
      }
    }
    "Leave" -> finish abandoned
    silence 1h -> finish abandoned
  }
  finish resolved
}

flow late {
  wait 2d
  say "Now I know."
  finish resolved
}
"#;
    for left_out in ["  on failed -> run late\n", "    tries 2 -> run late\n"] {
        let checked = compile::check(&Project {
            sources: vec![Source {
                path: "bot.flow".into(),
                text: bot.replace(left_out, "").into(),
            }],
            ..Project::default()
        });
        let program = replay::program(&checked);
        let found = checked
            .findings
            .iter()
            .filter(|finding| finding.rule.name == "outside-window");
        let found: Vec<_> = found.collect();
        let [finding] = found[..] else {
            panic!("{:?}", checked.findings);
        };
        let lines = replay::shown(&program, finding).unwrap_or_else(|error| panic!("{error}"));
        assert!(lines.contains(&"< Now I know.".to_owned()), "{lines:#?}");
    }
}
