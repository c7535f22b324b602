//! What is said of channels: the words, how many findings a mistake causes, and what a project changes.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;
use botflow_scenario::{run, script};

fn project(channels: &str, config: &str, text: &str) -> Project {
    let bot = format!(
        "bot b {{\n  languages en\n  channels {channels}\n  currency EUR\n  consents marketing, service\n  proactive \
         at most 3 in 7d\n  start main\n}}\nalways {{\n  on silence 1h -> finish abandoned\n  on failed -> finish \
         unresolved\n  on unclear {{\n    say \"Sorry?\"\n    tries 3 -> finish unresolved\n  }}\n}}\n{text}"
    );
    Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(bot),
        }],
        config: (!config.is_empty()).then(|| Arc::from(config)),
        ..Project::default()
    }
}

/// The findings about channels, with their levels and the text they mark; other errors are none.
#[track_caller]
fn found_with(channels: &str, config: &str, text: &str) -> Vec<String> {
    let project = project(channels, config, text);
    let checked = compile::check(&project);
    let mut found = Vec::new();
    for finding in &checked.findings {
        if !finding.rule.code.starts_with("BF4") {
            assert!(finding.level < Level::Error, "{}: {text}", finding.message);
            continue;
        }
        found.push(format!("{}: {}", finding.rule.name, finding.message));
    }
    found
}

#[track_caller]
fn found(channels: &str, text: &str) -> Vec<String> {
    found_with(channels, "", text)
}

fn choose(label: &str) -> String {
    format!(
        "flow main {{\n  choose \"What?\" {{\n    \"{label}\"\n    \"Hours\"\n  }}\n  finish resolved\n}}\n"
    )
}

#[test]
fn a_label_is_told_once_with_all_channels() {
    let long = choose("Where has my parcel got to?");
    assert_eq!(
        found("web, whatsapp, messenger, sms, line", &long),
        [
            "label-too-long: On WhatsApp a button holds 20 characters; this one has 27, and people read `Where has my \
             parcel…`. All options are numbered lines instead on Messenger and LINE."
        ]
    );
    assert_eq!(found("web, sms, telegram, viber", &long), [""; 0]);
    assert_eq!(
        found("whatsapp, messenger", &choose("What does shipping cost?")),
        [""; 0]
    );
    // A project knows better.
    let config = "[channels.whatsapp]\nquick_reply.label = 30\n";
    assert_eq!(found_with("whatsapp", config, &long), [""; 0]);
    let config = "[channels.telegram.options]\nlabel = 12\n";
    assert_eq!(found_with("telegram", config, &long).len(), 1);
}

#[test]
fn channels_are_those_that_a_conversation_can_be_on() {
    let on = |condition: &str| {
        format!(
            "flow main {{\n  if {condition} {{\n    ask photo: image \"Please send a photo.\"\n  }}\n  finish \
             resolved\n}}\n"
        )
    };
    assert_eq!(
        found(
            "web, sms, facebook_comment, messenger",
            &on("conversation.misunderstood is 0")
        )
        .iter()
        .filter(|finding| finding.starts_with("channel-cannot"))
        .collect::<Vec<_>>(),
        ["channel-cannot: By SMS people cannot send a picture, so nobody can answer this."]
    );
    assert_eq!(found("web, sms", &on("conversation.channel is web")), [""; 0]);
    assert_eq!(found("web, sms", &on("conversation.channel is not sms")), [""; 0]);
    assert_eq!(found("web, sms", &on("conversation.channel is sms")).len(), 1);
    let skipped = "flow main {\n  ask photo: image \"Please send a photo.\" {\n    skip if conversation.channel is \
                   sms\n  }\n  finish resolved\n}\n";
    assert_eq!(found("web, sms", skipped), [""; 0]);
}

#[test]
fn a_window_closes_by_any_way() {
    let main = |inside: &str| {
        format!("event paid\nflow main {{\n  ask day: date \"When?\"\n{inside}  finish resolved\n}}\n")
    };
    let late = |channels: &str, inside: &str| found(channels, &main(inside)).len();
    assert_eq!(late("whatsapp", "  wait 23h\n  say \"Hi.\"\n"), 0);
    assert_eq!(late("whatsapp", "  wait 25h\n  say \"Hi.\"\n"), 1);
    let twice = |first: &str, second: &str| {
        let inside = format!(
            "  wait {first}\n  say \"Hi.\"\n  -> later\n\n  step later {{\n  wait {second}\n  say \"Ho.\"\n"
        );
        let text = main(&inside).replace("  finish resolved\n}\n", "  finish resolved\n  }\n}\n");
        found("whatsapp", &text).len()
    };
    assert_eq!(twice("11h", "11h"), 0);
    assert_eq!(twice("13h", "13h"), 1);
    assert_eq!(late("messenger, instagram", "  wait 25h\n  say \"Hi.\"\n"), 1);
    assert_eq!(
        late("web, sms, viber, email, telegram", "  wait 25h\n  say \"Hi.\"\n"),
        0
    );
    // One breath, one finding; a wait between, another mistake.
    assert_eq!(late("whatsapp", "  wait 2d\n  say \"Hi.\"\n  say \"Ho.\"\n"), 1);
    assert_eq!(twice("2d", "2d"), 2);
    // Who answers has written.
    assert_eq!(
        late(
            "whatsapp",
            "  wait 2d\n  ask more: text \"And?\"\n  say \"Ho.\"\n"
        ),
        1
    );
    assert_eq!(
        late(
            "whatsapp",
            "  wait for paid within 2d {\n    otherwise -> finish abandoned\n  }\n  say \"Hi.\"\n"
        ),
        1
    );
    assert_eq!(
        found_with(
            "whatsapp",
            "[channels.whatsapp]\nsession.window_hours = 72\n",
            &main("  wait 2d\n  say \"Hi.\"\n")
        ),
        [""; 0]
    );
    assert_eq!(late("whatsapp, email", "  wait 2d\n  say via email \"Hi.\"\n"), 0);
}

#[test]
fn a_trigger_begins_with_a_template() {
    let trigger = |block: &str| {
        format!(
            "event sent\ntemplate t on whatsapp {{\n  category utility\n  text \"Your parcel is on its way.\"\n}}\n\
             trigger one {{\n  on sent\n  needs consent service\n  between 09:00 and 20:00\n  via whatsapp\n  start \
             news\n}}\nflow news {{\n  say \"Your parcel is on its way.\"{block}\n  choose \"Shall I tell you more?\" {{\n    \
             \"Yes\"\n    \"No\"\n  }}\n  say \"Thanks.\"\n  finish resolved\n}}\nflow main {{\n  consent service granted\n  finish resolved\n}}\n"
        )
    };
    let with = found("whatsapp", &trigger(" {\n    template t\n  }"));
    assert_eq!(with, [""; 0]);
    let without = found("whatsapp", &trigger(""));
    assert_eq!(
        without,
        [
            "outside-window: On WhatsApp a bot may begin only with a template, unless the customer wrote in the last 24 hours."
        ]
    );
}

#[test]
fn words_and_pictures() {
    let say =
        |text: &str, block: &str| format!("flow main {{\n  say \"{text}\"{block}\n  finish resolved\n}}\n");
    let long = "x".repeat(1_001);
    assert_eq!(
        found("web, instagram", &say(&long, "")),
        [
            "text-too-long: On Instagram a message holds 1,000 bytes (a letter with an accent, or of another alphabet, \
             has two or more); this one has 1,001, so it is sent as several."
        ]
    );
    let other = format!(" {{\n    on instagram \"{}\"\n  }}", "x".repeat(999));
    assert_eq!(found("web, instagram", &say(&long, &other)), [""; 0]);
    let image = |alt: &str| format!(" {{\n    image \"https://x.example/a.png\"{alt}\n  }}");
    assert_eq!(found("web, sms", &say("Look", &image(" alt \"A map\""))), [""; 0]);
    assert_eq!(
        found("web, sms, facebook_comment", &say("Look", &image("")))
            .into_iter()
            .filter(|finding| finding.starts_with("media"))
            .collect::<Vec<_>>(),
        [
            "media-not-supported: By SMS there are no pictures: people get a bare link, and nothing says what it is."
        ]
    );
    assert_eq!(found("web", &say("Look *here*", "")).len(), 1);
    assert_eq!(found("web", &say("Look **here**", "")), [""; 0]);
}

#[test]
fn what_a_project_changes_holds_in_conversations_too() {
    let text = choose("Prices");
    let shown = |config: &str| {
        let project = project("web", config, &text);
        let bot = compile::build(&project).expect("a sound bot");
        // As it is stored.
        let (bytes, _) = botflow_artifact::to_bytes(&bot);
        let (bot, _) = botflow_artifact::from_bytes(&bytes).expect("it can be loaded");
        Program::new(bot).expect("a sound bot")
    };
    let plays = |program: &Program, lines: &str| {
        let text = format!("conversation one\n> hi\n< What?\n{lines}\n> 2\n= finished resolved\n");
        let script = script::parse(&text).expect("a script");
        let problems: Vec<_> = run::run(program, &script)
            .into_iter()
            .flat_map(|one| one.problems)
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
    };
    plays(&shown(""), "  [Prices] [Hours]");
    plays(
        &shown("[channels.web]\nquick_reply.max = 1\nlist.rows = 0\n"),
        "  | 1. Prices\n  | 2. Hours",
    );
}

/// A question that is put again behind what a handler says late is the same mistake; alone it is one, and shows how.
#[test]
fn a_question_that_is_put_again_too_late() {
    let main = |inside: &str| {
        format!(
            "intent hours {{\n  words \"hours\"\n}}\nflow main {{\n  on hours {{\n    say \"I will find out.\"\n    wait \
             30h\n{inside}  }}\n  ask city: text \"Which city?\" {{\n    tries 3 -> finish unresolved\n  }}\n  say \"Thank \
             you, {{city}}.\"\n  finish resolved\n}}\n"
        )
    };
    for (inside, at) in [
        ("", "ask city"),
        ("    say \"We are open.\"\n", "say \"We are open.\""),
    ] {
        let mut project = project("whatsapp", "", &main(inside));
        let text = project.sources[0].text.replace("on silence 1h", "on silence 9d");
        project.sources[0].text = Arc::from(text.as_str());
        let checked = compile::check(&project);
        let found: Vec<_> = checked
            .findings
            .iter()
            .filter(|finding| finding.rule.name == "outside-window")
            .collect();
        let [one] = found[..] else {
            panic!("{found:?}");
        };
        assert!(text[one.span.start as usize..].starts_with(at));
        let program = crate::replay::program(&checked);
        let shown = crate::replay::shown(&program, one).expect("it can be shown");
        assert!(shown.contains(&"+ 1d 6h".to_owned()), "{shown:?}");
        assert_eq!(
            shown.last().map(String::as_str),
            Some("< Which city?"),
            "{shown:?}"
        );
    }
}
