//! What exploration says of statements, on small bots.

use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::explore::{Exploration, Quiet, Reached, Scope, Tour, Wanted};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_scenario::rehearse::{Rehearsal, rehearse};

use crate::replay;

const HEAD: &str = "bot shop {\n  languages en, ro\n  channels web, whatsapp, sms\n  consents marketing\n  start main\n}\nevent order_placed(order: text)\nevent cart_updated(cart: text)\nintent price { words \"price\" }\nintent human { words \"human\" }\n";

fn checked(source: &str) -> Checked {
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{HEAD}{source}")),
        }],
        ..Project::default()
    });
    let errors: Vec<_> = (checked.findings.iter())
        .filter(|finding| finding.rule.code.starts_with("BF0") || finding.rule.code.starts_with("BF1"))
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| finding.message.clone())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    checked
}

/// What is known where words are said.
fn said(checked: &Checked, scope: Scope, words: &str) -> Reached {
    let bot = &checked.lowered.bot;
    let exploration = Exploration::of(bot, &checked.graph, scope);
    assert_eq!(exploration.undecided().count(), 0);
    exploration.message(message_of(checked, words))
}

/// The message with these words.
fn message_of(checked: &Checked, words: &str) -> botflow_artifact::MessageId {
    let bot = &checked.lowered.bot;
    let message = bot.messages.iter().position(|message| {
        let text = message.text.and_then(|text| bot.texts.get(text.index()));
        let parts = text.and_then(|text| text.variants.first());
        parts.is_some_and(|text| {
            text.parts.iter().any(
                |part| matches!(part, botflow_artifact::Part::Literal(literal) if literal.contains(words)),
            )
        })
    });
    let message = message.unwrap_or_else(|| panic!("`{words}` is a message"));
    message.into()
}

/// In short: channels with the longest silence, languages.
fn told(reached: &Reached) -> String {
    let channels = reached.channels.iter().map(|on| {
        let quiet = match on.quiet() {
            Quiet::Unbounded => "any".to_owned(),
            Quiet::AtMost(ms) => format!("{}m", ms / 60_000),
        };
        format!("{} {quiet}", on.channel)
    });
    let languages = reached.languages.iter().map(|language| language.0.to_string());
    format!(
        "{} ({})",
        channels.collect::<Vec<_>>().join(", "),
        languages.collect::<Vec<_>>().join(" ")
    )
}

#[track_caller]
fn expect(source: &str, expected: &[(&str, &str)]) {
    let checked = checked(source);
    for (words, expected) in expected {
        assert_eq!(told(&said(&checked, Scope::Usual, words)), *expected, "`{words}`");
    }
}

#[test]
fn silence_adds_up_and_words_of_the_customer_end_it() {
    expect(
        r#"
flow main {
  say "One"
  wait 2h
  say "Two"
  choose "Three" {
    "Yes" { say "Four" }
    silence 30m { say "Five" }
  }
  say "Six"
  finish resolved
}
"#,
        &[
            ("One", "web 0m, whatsapp 0m, sms 0m (0 1)"),
            ("Two", "web 120m, whatsapp 120m, sms 120m (0 1)"),
            ("Four", "web 0m, whatsapp 0m, sms 0m (0 1)"),
        ],
    );
}

#[test]
fn conditions_on_channel_and_language_narrow() {
    expect(
        r#"
flow main {
  if conversation.channel is sms {
    wait 3d
    say "Short"
  } else if conversation.channel in [web, whatsapp] and conversation.language is ro {
    say "Lung"
  } else {
    say "Else"
  }
  say "All"
  finish resolved
}
"#,
        &[
            ("Short", "sms 4320m (0 1)"),
            ("Lung", "web 0m, whatsapp 0m (1)"),
            ("Else", "web 0m, whatsapp 0m (0 1)"),
            ("All", "web 0m, whatsapp 0m, sms 4320m (0 1)"),
        ],
    );
}

#[test]
fn triggers_begin_where_they_say_with_nothing_written() {
    let source = r#"
trigger come_back {
  on cart_updated
  needs consent marketing
  via whatsapp, sms
  start back_again
}
flow main { say "Hello" finish resolved }
flow back_again {
  say "Your cart waits"
  choose "Go on?" {
    "Yes" { say "Good" }
    silence 1h -> finish abandoned
  }
  finish resolved
}
"#
    .replace("say \"Hello\" finish", "say \"Hello\"\n  finish");
    expect(
        &source,
        &[
            ("Your cart waits", "whatsapp any, sms any (0 1)"),
            ("Go on?", "whatsapp any, sms any (0 1)"),
            ("Good", "whatsapp 0m, sms 0m (0 1)"),
        ],
    );
    let checked = checked(&source);
    let waits = said(&checked, Scope::Usual, "Your cart waits");
    assert!(
        waits
            .channels
            .iter()
            .all(|on| on.unwritten && on.written.is_none())
    );
    assert_eq!((waits.triggers.len(), waits.by_customer), (1, false));
    let question = said(&checked, Scope::Usual, "Go on?");
    // Put again after a word that was not understood.
    assert!(
        question
            .channels
            .iter()
            .all(|on| on.written == Some(Quiet::AtMost(0)))
    );
}

#[test]
fn what_a_flow_does_for_one_caller_is_not_what_it_does_for_another() {
    expect(
        r#"
flow main {
  run thank
  say "Soon"
  wait 2d
  run thank
  say "Late"
  finish resolved
}
flow thank {
  say "Thanks"
  wait 1h
  say "Bye"
}
"#,
        &[
            ("Thanks", "web 2940m, whatsapp 2940m, sms 2940m (0 1)"),
            ("Soon", "web 60m, whatsapp 60m, sms 60m (0 1)"),
            ("Late", "web 3000m, whatsapp 3000m, sms 3000m (0 1)"),
        ],
    );
}

#[test]
fn time_alone_going_round_is_without_bound() {
    expect(
        r#"
flow main {
  -> ask_it
  step ask_it {
    choose "Well?" {
      "Yes" -> finish resolved
      silence 1h -> ask_it
    }
    finish resolved
  }
}
"#,
        &[("Well?", "web any, whatsapp any, sms any (0 1)")],
    );
}

#[test]
fn handlers_hear_at_once_what_the_customer_says_and_late_what_happens() {
    expect(
        r#"
always {
  on price { say "Five" }
  on silence 40m -> finish abandoned
  on event order_placed { say "Placed" }
}
flow main {
  ask city: text "Which city?"
  wait for cart_updated within 3h { otherwise { say "Nothing" } }
  say "Updated"
  finish resolved
}
"#,
        &[
            ("Five", "web 0m, whatsapp 0m, sms 0m (0 1)"),
            ("Which city", "web 0m, whatsapp 0m, sms 0m (0 1)"),
            ("Placed", "web 180m, whatsapp 180m, sms 180m (0 1)"),
            ("Nothing", "web 180m, whatsapp 180m, sms 180m (0 1)"),
        ],
    );
}

#[test]
fn hand_overs_and_their_ways_take_their_time() {
    expect(
        r#"
queue desk { hours always }
escalation support {
  to queue desk
  say "One moment"
  nobody 10m { say "Nobody came"
    return }
  closed -> finish unresolved
  customer silent 30m -> finish unresolved
  operator silent 15m -> queue desk
}
flow main {
  say "Hi"
  escalate to support
  say "Back again"
  finish resolved
}
"#,
        &[
            ("One moment", "web 0m, whatsapp 0m, sms 0m (0 1)"),
            ("Nobody came", "web 10m, whatsapp 10m, sms 10m (0 1)"),
            ("Back again", "web 10m, whatsapp 10m, sms 10m (0 1)"),
        ],
    );
}

/// The conversations to these words in which more than so much has passed in silence, as the machine plays them.
fn shown(source: &str, words: &str, channel: &str, hours: i64) -> Vec<Vec<String>> {
    let checked = checked(source);
    let tour = Tour::of(&checked);
    let program = replay::program(&checked);
    let wanted = Wanted {
        channel: Some(channel.into()),
        language: None,
        quiet_over: Some(hours * 3_600_000),
    };
    let message = message_of(&checked, words);
    let sites = tour.exploration().sites(message);
    let plans = sites.map(|site| tour.conversation_to(site, &wanted));
    plans
        .filter(|plan| !plan.is_empty())
        .map(|plan| match rehearse(&program, &plan) {
            Rehearsal::Plays(lines) => lines,
            other => panic!("{other:?}\n{}", plan.join("\n")),
        })
        .collect()
}

#[test]
fn a_conversation_shows_how_much_time_has_passed() {
    let source = r#"
trigger come_back {
  on cart_updated
  needs consent marketing
  via whatsapp, sms
  start back_again
}
event delivered
flow main {
  ask size: text "Which size?" {
    silence 1h -> finish abandoned
  }
  run later
  if conversation.channel is whatsapp {
    say "Still there?"
  }
  wait for delivered
  say "It is there"
  finish resolved
}
flow later {
  wait 20h
  say "One"
  wait 5h
}
flow back_again {
  say "Your cart waits"
  finish resolved
}
"#;
    let told = |words, channel| shown(source, words, channel, 24);
    assert_eq!(
        told("Still there", "whatsapp"),
        [[
            "@ ana on whatsapp",
            "> Hi",
            "< Which size?",
            "> something",
            "+ 20h",
            "< One",
            "+ 5h",
            "< Still there?"
        ]]
    );
    assert_eq!(told("Still there", "sms"), [[""; 0]; 0]);
    assert_eq!(told("One", "sms"), [[""; 0]; 0]);
    assert_eq!(
        told("Your cart waits", "sms"),
        [[
            "person ana (consents: [\"marketing on sms\"])",
            "@ ana on sms",
            "! cart_updated(cart: \"something\")",
            "* trigger come_back starts back_again on sms",
            "< Your cart waits",
        ]]
    );
    let late = told("It is there", "web");
    assert_eq!(late.len(), 1);
    assert!(late[0].iter().any(|line| line == "! delivered"), "{late:?}");
}

#[test]
fn what_runs_itself_never_ends_and_exploration_does() {
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!(
                "{HEAD}flow main {{\n  say \"One\"\n  run other\n  say \"Two\"\n  finish resolved\n}}\nflow other {{\n  wait 1h\n  run \
                 more\n}}\nflow more {{\n  say \"Three\"\n  wait 1h\n  run other\n}}\n"
            )),
        }],
        ..Project::default()
    });
    let exploration = Exploration::of(&checked.lowered.bot, &checked.graph, Scope::Usual);
    let known = |words| exploration.message(message_of(&checked, words));
    assert!(exploration.undecided().count() > 0);
    // What runs it is not decided behind it, and says so.
    assert!(known("Two").is_never() || known("Two").undecided);
    assert!(!known("One").is_never());
    assert!(known("Three").undecided);
    assert_eq!(known("Three").quiet(), Quiet::Unbounded);
}

/// A bot of so many flows, each of which asks, waits, hears and runs the next one.
fn grown(flows: usize) -> usize {
    let mut source = format!("{HEAD}flow main {{\n  run flow0\n  finish resolved\n}}\n");
    for flow in 0..flows {
        let next = match flow + 1 < flows && flow % 20 != 19 {
            true => format!("  run flow{}\n", flow + 1),
            false => String::new(),
        };
        let start = match flow % 20 == 0 && flow + 20 < flows {
            true => format!("    \"Something else\" -> start flow{}\n", flow + 20),
            false => String::new(),
        };
        source.push_str(&format!(
            "flow flow{flow} {{\n  on price {{\n    ask of{flow}: text \"Of what?\" {{\n      silence 5m -> return\n    }}\n  \
             }}\n  ask a{flow}: integer \"How many?\" {{\n    tries 2 -> return\n    silence 10m -> return\n  }}\n  choose \"Which?\" \
             {{\n    \"One\" {{ say \"One\" }}\n    \"Again\" -> again\n{start}    silence 20m {{ say \"Two\" }}\n  }}\n  wait \
             1h\n{next}  say \"Done\"\n}}\n"
        ));
    }
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(source),
        }],
        ..Project::default()
    });
    let exploration = Exploration::of(&checked.lowered.bot, &checked.graph, Scope::Usual);
    assert_eq!(exploration.undecided().count(), 0);
    exploration.steps()
}

#[test]
fn ten_times_the_bot_is_ten_times_the_work() {
    let (small, large) = (grown(30), grown(300));
    assert!(
        large <= small * 12,
        "{small} steps, and {large} for ten times as much"
    );
}
