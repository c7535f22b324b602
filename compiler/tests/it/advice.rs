//! First flows of people who have never written one: what the finding tells them to do.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};

/// A bot that is in order.
const BOT: &str = r#"bot my_bot {
  languages en
  channels web
  start main
}

always {
  on silence 1h -> finish abandoned
  on unclear {
    say "Sorry, I did not get that."
    tries 3 -> finish unresolved
  }
}

flow main {
  say "Hello!"
  ask city: text "Where do you live?" {
    tries 2 -> finish unresolved
  }
  say "{city}? I like it."
  choose "Shall I call you?" {
    "Yes, please" -> called
    "No" {
      say "Very well."
    }
  }
  finish resolved

  step called {
    finish resolved
  }
}
"#;

/// What stands there, what somebody writes in its place, what the help says, and what the first fix writes.
const FIRST_FLOWS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "  say \"Hello!\"",
        "  \"Hello!\"",
        "To send a message, write `say \"…\"`.",
        Some("  say \"Hello!\""),
    ),
    (
        "  say \"Hello!\"",
        "  ask \"How are you?\"",
        "as in `ask city: text \"…\"`",
        None,
    ),
    ("{city}? I like it.", "I like {city.", "ends with `}`", None),
    ("{city}?", "{city. Well, ", "", Some("{city}. Well, ")),
    ("{city}?", "{}?", "Between the braces stands what is shown", None),
    (
        "  say \"Hello!\"",
        "  if city is known say \"Hello!\"",
        "stands in a block, `if … { … }`",
        None,
    ),
    ("  say \"Hello!\"", "  x = 5", "`let x = …`", Some("  let x = 5")),
    (
        "\"Yes, please\" ->",
        "Yes please ->",
        "An option begins with its label, in quotes",
        None,
    ),
    (
        "  step called {\n    finish resolved",
        "  step called {\n    finish called",
        "`finish resolved as called`",
        Some("finish resolved as called"),
    ),
    (
        "  finish resolved\n\n",
        "  finish resolved\n}\n\n",
        "closes the flow too early",
        None,
    ),
    (
        "  on silence 1h",
        "  on price -> run main\n  on silence 1h",
        "`intent price { words \"…\" }`",
        None,
    ),
    (
        "channels web",
        "channels facebook",
        "Did you mean `messenger`?",
        Some("channels messenger"),
    ),
    (
        "channels web",
        "channels pigeon",
        "These are there: `web`, `popup`, `whatsapp`",
        None,
    ),
    ("{city}?", "{size_of(city)}?", "These are there: `length`", None),
    ("{city}?", "{city | backwards}?", "These are there: ", None),
    (
        "{city}?",
        "{customer.nickname else city}?",
        "`nickname: text?` in the `customer` block",
        None,
    ),
    (
        "  say \"Hello!\"",
        "  run greet_everybody()",
        "`flow greet_everybody { … }`",
        None,
    ),
    (
        "  say \"Hello!\"",
        "  if now < 2027-01-01 -> called",
        "`date(now)`",
        None,
    ),
    (
        "  say \"Hello!\"",
        "  stage checkout",
        "`stages checkout` in the `bot` block",
        None,
    ),
];

#[test]
fn help_for_first_flows() {
    let mut wrong = Vec::new();
    for (there, written, help, fixed) in FIRST_FLOWS {
        assert!(BOT.contains(there), "the bot has no {there:?}");
        let source = BOT.replacen(there, written, 1);
        let mut project = Project::default();
        project.sources.push(Source {
            path: "bot.flow".into(),
            text: Arc::from(source.as_str()),
        });
        let checked = compile::check(&project);
        let Some(finding) = checked.findings.first() else {
            wrong.push(format!("{written:?}: no finding"));
            continue;
        };
        let told = finding.help.as_deref().unwrap_or_default();
        let mended = finding.fixes.first().map(|fix| {
            let mut text = source.clone();
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            }
            text
        });
        let right = match fixed {
            Some(fixed) => mended.as_ref().is_some_and(|text| text.contains(fixed)),
            None => mended.is_none(),
        };
        if !told.contains(help) || !right || checked.findings.len() > 1 {
            wrong.push(format!(
                "{written:?}: {} findings, {:?}, help {told:?}, mended {mended:?}",
                checked.findings.len(),
                finding.message
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A `faq` without its files answers nothing: a path that is misspelt is told.
#[test]
fn a_source_of_a_faq_that_no_file_fits() {
    let cases = [
        ("faq/*.md", &["faq/delivery.md"][..], None),
        ("faq/*.md", &[][..], Some("there are none yet")),
        ("fag/*.md", &["faq/delivery.md"][..], Some("`faq/delivery.md`")),
    ];
    for (source, files, told) in cases {
        let mut project = Project::default();
        project.sources.push(Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{BOT}\nfaq {{\n  source \"{source}\"\n}}\n")),
        });
        project.documents.extend(files.iter().map(|path| Source {
            path: (*path).into(),
            text: Arc::from("# Do you deliver?\n\nWe do.\n"),
        }));
        let checked = compile::check(&project);
        let found: Vec<_> = checked.findings.iter().map(|finding| finding.rule.name).collect();
        match told {
            None => assert_eq!(found, Vec::<&str>::new(), "{source}"),
            Some(told) => {
                assert_eq!(found, ["unknown-name"], "{source}");
                let help = checked.findings[0].help.as_deref().unwrap_or_default();
                assert!(help.contains(told), "{help}");
            }
        }
    }
}

/// Files without headings answer nothing.
#[test]
fn a_source_of_a_faq_in_which_nothing_is_asked() {
    for (files, expected) in [
        (&["We deliver.\n"][..], &["unused-name"][..]),
        (&["# Do you deliver?\n"], &["unused-name"]),
        (&["We deliver.\n", "# Do you deliver?\n\nWe do.\n"], &[]),
    ] {
        let mut project = Project::default();
        project.sources.push(Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{BOT}\nfaq {{\n  source \"faq/*.md\"\n}}\n")),
        });
        let documents = files.iter().enumerate();
        project.documents.extend(documents.map(|(at, text)| Source {
            path: format!("faq/{at}.md").into(),
            text: Arc::from(*text),
        }));
        let checked = compile::check(&project);
        let found: Vec<_> = checked.findings.iter().map(|finding| finding.rule.name).collect();
        assert_eq!(found, expected, "{files:?}");
    }
}

/// A word of the language taken as a name is one mistake, wherever the name is used.
#[test]
fn a_word_of_the_language_as_a_name_is_one_finding() {
    let source = BOT
        .replace("  say \"Hello!\"", "  run track()")
        .replace("on silence", "on help -> run track()\n  on silence");
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(format!("{source}\nflow track {{\n  say \"On its way.\"\n}}\n")),
    });
    let checked = compile::check(&project);
    let rules: Vec<&str> = checked.findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(rules, ["reserved-name"]);
    assert_eq!(checked.findings[0].related.len(), 2);
}
