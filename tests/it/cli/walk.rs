//! What somebody does in the first quarter of an hour: make a bot, check it, break it, read the finding, mend it,
//! talk to it, record a test. None of it may be a dead end.

use serde_json::Value;

use crate::program::{botflow, botflow_reading, empty_folder, new_bot, read, replace, write};

#[test]
fn from_new_to_a_recorded_test() {
    let folder = empty_folder();
    let here = folder.path();

    // A new bot checks, is laid out, tests and chats at once.
    botflow(here, &["new", "my_bot"])
        .ends(0)
        .says("botflow chat my_bot");
    let bot = here.join("my_bot");
    let flow = bot.join("bot.flow");
    botflow(here, &["check", "--deny", "warnings", "my_bot"]).ends(0);
    botflow(here, &["fmt", "--check", "my_bot"]).ends(0);
    botflow(here, &["test", "my_bot"])
        .ends(0)
        .prints("2 passed, 0 failed");

    // A slip: the finding says what is wrong, where, and what was probably meant.
    let sound = read(&flow);
    replace(&flow, "-> call_back", "-> call_bak");
    let broken = botflow(&bot, &["check"])
        .ends(1)
        .prints("call_bak")
        .prints("bot.flow");
    assert!(
        broken.data.contains("`call_back`"),
        "the nearest name is offered:\n{}",
        broken.data
    );
    botflow(&bot, &["test"]).ends(1).says("call_bak");
    botflow_reading(&bot, &["chat"], "hi\n").ends(1).says("call_bak");

    // Its name leads to its page.
    let report: Value = serde_json::from_str(&botflow(&bot, &["check", "--format", "json"]).ends(1).data)
        .expect("the report is JSON");
    let finding = &report["findings"][0];
    let name = finding["name"].as_str().expect("a finding has a name");
    let page = botflow(&bot, &["explain", name]).ends(0);
    assert!(
        page.data
            .contains(finding["code"].as_str().expect("a finding has a code"))
    );

    // Mending as the finding says leads back to the sound bot.
    write(&flow, apply(&read(&flow), &finding["fixes"][0]));
    assert_eq!(read(&flow), sound);
    botflow(&bot, &["check"]).ends(0);

    // What is typed into a pipe comes out as a test that passes.
    let recorded = botflow_reading(&bot, &["chat"], "hello\n1\n")
        .ends(0)
        .prints("< Hi! Nice to see you.");
    write(bot.join("tests/recorded.chat"), &recorded.data);
    botflow(&bot, &["test"]).ends(0).prints("3 passed, 0 failed");

    // An author writes only the customer's lines; the recorder fills in the bot's and touches nothing else.
    let mine = "# What I tried\nconversation mine\nat 2026-03-02 10:00\nperson eva (language: en)\n@ eva on web\n\
                > good morning\n> [Call me back]\n# and then\n> +44 20 7946 0018\n= finished resolved as call_back\n";
    let chat = bot.join("tests/mine.chat");
    write(&chat, mine);
    botflow(&bot, &["test"]).ends(1);
    botflow(&bot, &["test", "--accept"]).ends(0);
    let accepted = read(&chat);
    assert!(
        accepted.contains("> good morning\n< Hi! Nice to see you.\n"),
        "{accepted}"
    );
    let own: Vec<&str> = accepted
        .lines()
        .filter(|line| !line.starts_with(['<', ' ']))
        .collect();
    assert_eq!(
        own.join("\n") + "\n",
        mine,
        "the author's lines stand as they were"
    );
    botflow(&bot, &["test"]).ends(0).prints("4 passed, 0 failed");

    // Accepting again changes nothing.
    botflow(&bot, &["test", "--accept"]).ends(0);
    assert_eq!(read(&chat), accepted);

    // From then on it is a snapshot: other words fail, and the difference is shown.
    replace(
        &flow,
        "Thank you. We call you today.",
        "Thank you, we call you today.",
    );
    botflow(&bot, &["test", "--filter", "mine"])
        .ends(1)
        .prints("- < Thank you. We call you today.")
        .prints("+ < Thank you, we call you today.")
        .prints("0 passed, 1 failed");

    // The built file talks, too.
    botflow(here, &["build", "my_bot", "-o", "bot.botflow"]).ends(0);
    botflow_reading(here, &["chat", "bot.botflow"], "hello\n")
        .ends(0)
        .prints("< Hi! Nice to see you.");
}

#[test]
fn one_command_in_the_middle_of_a_conversation() {
    let folder = new_bot();
    let typed = "hello\n/where\n/time 30m\nnonsense words\n2\n/quit\nnever read\n";
    let run = botflow_reading(folder.path(), &["chat", "bot"], typed).ends(0);
    assert!(run.data.contains("= at welcome"), "{}", run.data);
    assert!(run.data.contains("+ 30m"), "{}", run.data);
    assert!(
        run.data.contains("< On which number may we call you?"),
        "{}",
        run.data
    );
    assert!(!run.data.contains("never read"), "{}", run.data);
    // It is a test that passes as it stands.
    write(folder.path().join("bot/tests/typed.chat"), &run.data);
    botflow(folder.path(), &["test", "bot"])
        .ends(0)
        .prints("3 passed, 0 failed");
}

#[test]
fn a_long_silence_ends_as_the_bot_says() {
    let folder = new_bot();
    let run = botflow_reading(folder.path(), &["chat", "bot"], "hello\n/time 2h\n").ends(0);
    write(
        folder.path().join("bot/tests/silent.chat"),
        format!("{}= finished abandoned\n", run.data),
    );
    botflow(folder.path(), &["test", "bot"])
        .ends(0)
        .prints("3 passed, 0 failed");
}

/// Whatever a customer types, the program goes on.
#[test]
fn chat_reads_anything() {
    let folder = new_bot();
    let mut typed =
        String::from("\n\n   \n/\n/unknown\n/time\n/time soon\n/event\n/event nothing(\n[\n[]\n[No such]\n");
    typed.push_str("\u{202e}\u{0}\u{feff}\n👩‍👩‍👧‍👦\n");
    typed.push_str(&"word ".repeat(200_000));
    typed.push('\n');
    let run = botflow_reading(folder.path(), &["chat", "bot"], &typed);
    assert!(matches!(run.status, 0 | 2), "{}", run.talk);
}

/// Applies the edits of a fix to the one file of a bot.
fn apply(text: &str, fix: &Value) -> String {
    let edits = fix["edits"]
        .as_array()
        .unwrap_or_else(|| panic!("there is a fix with edits: {fix}"));
    let offset = |point: &Value| {
        let number = |name: &str| point[name].as_u64().expect("a point has line and column") as usize;
        let start: usize = text
            .split_inclusive('\n')
            .take(number("line") - 1)
            .map(str::len)
            .sum();
        let column = text[start..].char_indices().nth(number("column") - 1);
        column.map_or(text.len(), |(byte, _)| start + byte)
    };
    let mut edits: Vec<_> = edits
        .iter()
        .map(|edit| {
            let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
            (range, edit["text"].as_str().expect("an edit has a text"))
        })
        .collect();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    edits.into_iter().fold(text.to_owned(), |mut text, (range, new)| {
        text.replace_range(range, new);
        text
    })
}
