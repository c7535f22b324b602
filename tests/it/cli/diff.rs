//! `botflow diff`: versions from folders, files and git; what is told of them; conversations that show it, played again.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{
    Run, botflow, commit, empty_folder, examples, git, read, replace, repository, root, write,
};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.data).unwrap_or_else(|error| panic!("{error}\n{}{}", run.data, run.talk))
}

/// A copy of a folder.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("it has entries").path();
        let there = to.join(entry.file_name().expect("it has a name"));
        match entry.is_dir() {
            true => copied(&entry, &there),
            false => drop(fs::copy(&entry, &there).expect("a file can be copied")),
        }
    }
}

const BEFORE: &str = "bot tables {
  languages en
  channels web
  currency EUR
  timezone \"Europe/Bucharest\"
  start reserve
}

always {
  on silence 1h -> finish abandoned
  on failed -> finish unresolved
  on unclear {
    say \"Sorry, I did not get that.\"
    tries 3 -> finish unresolved
  }
}

flow reserve {
  ask people: integer \"For how many?\"
  choose \"Inside or outside?\" {
    \"Inside\" -> done
    \"Outside\" -> terrace
  }

  step terrace {
    say \"Bring a coat.\"
    -> done
  }

  step done {
    say \"A table for {people}.\"
    finish resolved
  }
}
";

/// Two folders, `old` and `new`, with the same bot.
fn two() -> tempfile::TempDir {
    let folder = empty_folder();
    for name in ["old", "new"] {
        write(folder.path().join(name).join("botflow.toml"), "");
        write(folder.path().join(name).join("bot.flow"), BEFORE);
    }
    folder
}

#[test]
fn folders_files_and_revisions_say_the_same() {
    let folder = repository();
    let here = folder.path();
    let bot = here.join("bot");
    fs::remove_file(bot.join("bot.flow")).expect("it is there");
    for file in ["tests", "flows"] {
        let _ = fs::remove_dir_all(bot.join(file));
    }
    write(bot.join("bot.flow"), BEFORE);
    commit(here);
    copied(&bot, &here.join("before"));
    botflow(here, &["build", "bot", "-o", "before.botflow"]).ends(0);
    replace(bot.join("bot.flow"), "Bring a coat.", "Bring a warm coat.");
    botflow(here, &["build", "bot", "-o", "after.botflow"]).ends(0);
    let groups = |arguments: &[&str]| {
        let mut all = vec!["diff", "--format", "json"];
        all.extend(arguments);
        let report = json(&botflow(here, &all).ends(0));
        let told = |group: &Value| {
            let changes = group["changes"].as_array().expect("a list").iter();
            let changes = changes.map(|change| {
                let shown = &change["conversation"];
                format!(
                    "{} {} {} {}",
                    change["what"], change["before"], change["after"], shown["before"]
                )
            });
            format!("{} {:?}", group["title"], changes.collect::<Vec<_>>())
        };
        report["groups"]
            .as_array()
            .expect("a list")
            .iter()
            .map(told)
            .collect::<Vec<_>>()
    };
    let expected = groups(&["before", "bot"]);
    assert_eq!(expected.len(), 1, "{expected:?}");
    assert!(
        expected[0].contains("Flow reserve") && expected[0].contains("warm coat"),
        "{expected:?}"
    );
    assert_eq!(groups(&["before.botflow", "after.botflow"]), expected);
    assert_eq!(groups(&["before.botflow", "bot"]), expected);
    assert_eq!(
        groups(&["--project", "bot", "HEAD"]),
        expected,
        "the working tree, which is not committed"
    );
    commit(here);
    assert_eq!(groups(&["--project", "bot", "HEAD~1", "HEAD"]), expected);
    git(here, &["tag", "bot_before", "HEAD~1"]);
    assert_eq!(groups(&["--project", "bot", "bot_before"]), expected);
    assert_eq!(
        groups(&["--project", "bot", "git:HEAD~1", "after.botflow"]),
        expected
    );
    assert_eq!(groups(&["--project", "bot", "HEAD", "HEAD"]), [""; 0]);
}

#[test]
fn revisions_that_are_not_there() {
    let folder = repository();
    let here = folder.path();
    botflow(here, &["diff", "--project", "bot", "no-such-branch"])
        .ends(2)
        .says("git does not know such a revision");
    botflow(here, &["diff", "--project", "bot", "--", "-x"])
        .ends(2)
        .says("is neither a bot nor a git revision");
    // The bot was somewhere else then.
    git(here, &["mv", "bot", "elsewhere"]);
    commit(here);
    botflow(here, &["diff", "--project", "elsewhere", "HEAD~1"])
        .ends(2)
        .says("there was no bot");
    let outside = empty_folder();
    write(outside.path().join("bot.flow"), BEFORE);
    botflow(outside.path(), &["diff", "main"])
        .ends(2)
        .says("is in no repository");
    write(outside.path().join("x.botflow"), "no bot");
    botflow(outside.path(), &["diff", "x.botflow"])
        .ends(3)
        .says("could not load");
    write(outside.path().join("broken/bot.flow"), "flow a {\n");
    botflow(outside.path(), &["diff", "broken", "bot.flow"])
        .ends(1)
        .says("the version before, cannot be built");
}

#[test]
fn a_place_that_is_gone_fails_and_moved_mends_it() {
    let folder = two();
    let here = folder.path();
    let flow = here.join("new/bot.flow");
    botflow(here, &["diff", "old", "new"])
        .ends(0)
        .prints("nothing has changed");
    write(&flow, read(&flow).replace("people", "guests"));
    let run = botflow(here, &["diff", "old", "new"]).ends(1);
    // It is drawn as `check` draws it, in the file of the version before.
    run.prints("BF901 place-removed\n\n  × Conversations may wait at `reserve.people`, which")
        .prints("─[old/bot.flow:19:7]\n 18 │ flow reserve {\n 19 │   ask people:")
        .prints("fix: Add `moved reserve.people to reserve.guests`");
    let moved = format!("{}\nmoved reserve.people to reserve.guests\n", read(&flow));
    write(&flow, moved);
    botflow(here, &["diff", "old", "new", "--deny", "warnings"])
        .ends(0)
        .prints("BF902 place-moved\n\n  ☞ ")
        .prints("no conversation is stranded");
    // Levels and comments are those of the new version.
    write(&flow, BEFORE.replace("people", "guests"));
    write(
        here.join("new/botflow.toml"),
        "[lints]\nplace-removed = \"warning\"\n",
    );
    botflow(here, &["diff", "old", "new"])
        .ends(0)
        .prints("BF901 place-removed\n\n  ⚠ ");
    botflow(here, &["diff", "old", "new", "--deny", "warnings"]).ends(1);
    write(here.join("new/botflow.toml"), "");
    let allowed = read(&flow).replace(
        "flow reserve {",
        "# botflow: allow place-removed -- nobody is there at night\nflow reserve {",
    );
    write(&flow, &allowed);
    botflow(here, &["diff", "old", "new"])
        .ends(0)
        .prints("1 finding is allowed by comments.");
    botflow(here, &["check", "new", "--deny", "warnings"]).ends(0);
    write(&flow, allowed.replace(" -- nobody is there at night", ""));
    botflow(here, &["diff", "old", "new", "--deny", "warnings"]).prints("allow-without-reason");
}

#[test]
fn changes_are_told_in_words_with_conversations() {
    let folder = two();
    let here = folder.path();
    let flow = here.join("new/bot.flow");
    replace(&flow, "\"Outside\" -> terrace", "\"On the terrace\" -> done");
    replace(&flow, "Bring a coat.", "Bring a warm coat.");
    let run = botflow(here, &["diff", "old", "new"]).ends(0);
    run.prints("Flow reserve")
        .prints("“Outside” → “On the terrace”")
        .prints("goes on at terrace → at done")
        .prints("│ -   [Inside] [Outside]")
        .prints("│ +   [Inside] [On the terrace]")
        .prints("“Bring a coat.” → “Bring a warm coat.”");
    let markdown = botflow(here, &["diff", "old", "new", "--format", "markdown"]).ends(0);
    markdown
        .prints("### What changes in tables")
        .prints("<details>\n<summary><b>Flow reserve</b>")
        .prints("```diff")
        .prints("no conversation is stranded");
    let bare = botflow(here, &["diff", "old", "new", "--no-conversations"]).ends(0);
    assert!(!bare.data.contains('│'), "{}", bare.data);
}

/// A comment on a pull request calls nobody, opens nothing, and stays a table.
#[test]
fn words_of_a_bot_stay_words_in_markdown() {
    let folder = two();
    let here = folder.path();
    replace(
        here.join("new/bot.flow"),
        "Bring a coat.",
        "Ask @octocat | <b>now</b> </details> ``` # ",
    );
    let run = botflow(
        here,
        &["diff", "old", "new", "--format", "markdown", "--no-conversations"],
    )
    .ends(0);
    assert!(
        !run.data.contains("@octocat") && !run.data.contains("<b>now"),
        "{}",
        run.data
    );
    assert_eq!(
        run.data.matches("</details>").count(),
        run.data.matches("<details>").count(),
        "{}",
        run.data
    );
}

/// Every bot that is kept here is the same as itself, from sources and as a file.
#[test]
fn nothing_is_told_of_a_bot_and_itself() {
    for bot in examples() {
        let path = bot.to_string_lossy().into_owned();
        let report = json(&botflow(&root(), &["diff", &path, &path, "--format", "json"]).ends(0));
        assert_eq!(report["groups"], Value::Array(Vec::new()), "{path}");
        assert_eq!(report["unseen"], Value::Bool(false), "{path}");
        assert_eq!(report["stranded"], Value::Array(Vec::new()), "{path}");
    }
}

/// Every conversation that is shown is one: it passes as a test of the version of which it is told.
#[test]
fn conversations_that_are_shown_are_played_again() {
    let folder = two();
    let here = folder.path();
    let flow = here.join("new/bot.flow");
    replace(&flow, "\"Outside\" -> terrace", "\"On the terrace\" -> done");
    replace(&flow, "Bring a coat.", "Bring a warm coat.");
    replace(&flow, "A table for {people}.", "A nice table for {people}.");
    let upgrades = root().join("examples/upgrades");
    copied(&upgrades.join("older/spring"), &here.join("spring"));
    copied(&upgrades, &here.join("summer"));
    let mut played = 0;
    for (old, new) in [
        ("old", "new"),
        ("new", "old"),
        ("spring", "summer"),
        ("summer", "spring"),
    ] {
        let report = json(&botflow(here, &["diff", old, new, "--format", "json"]));
        let groups = report["groups"].as_array().expect("a list").iter();
        let changes = groups.flat_map(|group| group["changes"].as_array().expect("a list"));
        let shown: Vec<&Value> = changes
            .map(|change| &change["conversation"])
            .filter(|it| !it.is_null())
            .collect();
        for (side, bot) in [("before", old), ("after", new)] {
            let mut text = String::new();
            for (number, conversation) in shown.iter().enumerate() {
                let lines = conversation[side].as_array().expect("a list").iter();
                let lines: Vec<&str> = lines.map(|line| line.as_str().expect("a line")).collect();
                if lines
                    .iter()
                    .any(|line| [">", "!", "+", "~"].iter().any(|mark| line.starts_with(mark)))
                {
                    text.push_str(&format!("conversation shown_{number}\n{}\n\n", lines.join("\n")));
                    played += 1;
                }
            }
            let file = here.join(bot).join("shown.chat");
            write(&file, &text);
            let path = format!("{bot}/shown.chat");
            botflow(here, &["test", &path]).ends(0);
            fs::remove_file(file).expect("it is there");
        }
    }
    assert!(played >= 20, "{played} conversations");
}

/// Where one bot is below a folder, and its older versions inside it, it is the one that is meant.
#[test]
fn a_bot_with_bots_inside_is_the_one_that_is_meant() {
    let folder = repository();
    let here = folder.path();
    copied(&here.join("bot"), &here.join("first"));
    fs::create_dir(here.join("bot/older")).expect("a folder can be made");
    fs::rename(here.join("first"), here.join("bot/older/first")).expect("a folder can be moved");
    commit(here);
    botflow(here, &["diff", "HEAD"])
        .ends(0)
        .prints("nothing has changed");
    for name in 'a'..='j' {
        copied(&here.join("bot/older/first"), &here.join(format!("{name}")));
    }
    botflow(here, &["diff", "HEAD"])
        .ends(2)
        .says("there are 11 bots below `.`; name one: `a`, `b`, `bot`, `c`, `d`, `e`, `f`, `g` and 3 more");
}

/// Nothing that a bot says moves the cursor or changes the colours of who reads what has changed in it.
#[test]
fn a_terminal_does_not_obey_what_a_bot_says() {
    let folder = two();
    let here = folder.path();
    let flow = here.join("new/bot.flow");
    write(
        &flow,
        read(&flow).replace("Bring a coat.", "Bring \u{1b}[2Ja coat."),
    );
    let run = botflow(here, &["diff", "old", "new"]);
    assert!(
        !run.data.contains('\u{1b}') && !run.talk.contains('\u{1b}'),
        "{run:?}"
    );
    assert!(run.data.contains("coat") || run.talk.contains("coat"), "{run:?}");
}
