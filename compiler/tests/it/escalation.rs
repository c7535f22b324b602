//! Rules of `always` and people: cases beside those of the pages, most of them near misses that are no mistake.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};

const BOT: &str = r#"bot example {
  languages en
  channels web
  consents marketing
  proactive at most 3 in 7d
  start main
}
event paid(total: money)
queue desk {
  hours mon to fri 09:00 to 18:00
}
escalation support {
  to queue desk
  say "One moment."
  brief "{conversation.summary}"
  nobody 5m -> finish unresolved
  CLOSED
  customer silent 30m -> finish unresolved
  operator silent 10m -> finish unresolved
  resolved -> finish resolved
}
always {
  on silence 1h -> finish abandoned
  on unclear {
    say "Sorry?"
    MORE
    tries 3 -> escalate to support
  }
  ALWAYS
  if conversation.misunderstood >= 5 -> finish unresolved as gave_up
}
flow leave_number {
  ask number: phone "Your number?"
  note "{number}"
}
flow news {
  choose "There are news. Shall I tell them?" {
    "Yes" -> finish resolved
    "No" -> finish resolved
  }
}
flow main {
  ask count: integer "How many?" {
    QUESTION
  }
  say "{count}, good."
  finish resolved
}
"#;

/// Whether the rule for five messages that are not understood is said never to have its turn.
fn never(settings: &[(&str, &str)], further: &str) -> bool {
    let settings = settings.iter().chain(&[
        ("CLOSED", "closed -> finish unresolved"),
        ("MORE", ""),
        ("ALWAYS", ""),
        ("QUESTION", "hint \"A number\""),
    ]);
    let text = settings.fold(BOT.to_owned(), |text, (name, words)| text.replace(name, words));
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{text}{further}")),
        }],
        ..Project::default()
    });
    let errors: Vec<&str> = (checked.findings.iter())
        .filter(|finding| finding.rule.code.starts_with("BF0"))
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(errors.is_empty(), "{errors:?} in\n{text}");
    checked
        .findings
        .iter()
        .any(|finding| finding.rule.name == "rule-never-fires")
}

#[test]
fn a_net_below_the_tries() {
    let begins = "trigger pays {\n  on paid\n  via web\n  start news\n}\n";
    assert!(never(&[], ""));
    assert!(never(&[("ALWAYS", "on paid -> finish resolved")], ""));
    assert!(never(&[("QUESTION", "invalid \"A number, please.\"")], ""));
    // The count goes on where the tries begin anew.
    let asks = "closed -> run leave_number then finish unresolved";
    assert!(!never(&[("CLOSED", asks)], ""));
    assert!(!never(
        &[("ALWAYS", "on paid {\n    say \"Thank you.\"\n  }")],
        ""
    ));
    assert!(!never(
        &[(
            "ALWAYS",
            "if conversation.misunderstood >= 2 {\n    say \"You may call us.\"\n  }"
        )],
        ""
    ));
    assert!(!never(&[("MORE", "run news")], ""));
    assert!(!never(&[("QUESTION", "invalid -> run news")], ""));
    assert!(!never(&[], begins));
}
