//! `--write-baseline` and `--baseline`: only what is new fails.

use std::fs;

use crate::program::{botflow, new_bot, read, replace, write};

const OLD: &str =
    "\nflow forgotten {\n  say \"Nobody hears this.\"\n  finish resolved\n}\nevent paid\nevent sent\n";

#[test]
fn only_what_is_new_fails() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    write(&flow, read(&flow) + OLD);
    botflow(here, &["check", "bot", "--deny", "warnings"]).ends(1);
    botflow(here, &["check", "bot", "--write-baseline"])
        .ends(0)
        .says("3 findings written to botflow-baseline.json");
    let known = &[
        "check",
        "bot",
        "--deny",
        "warnings",
        "--baseline",
        "botflow-baseline.json",
    ][..];
    let run = botflow(here, known)
        .ends(0)
        .says("3 findings are in the baseline");
    assert!(!run.data.contains("forgotten"), "{}", run.data);
    // Lines move, and it is the same finding.
    let text = read(&flow);
    write(
        &flow,
        format!(
            "# one\n# two\n{}",
            text.replace("\nevent sent", "\n\n\nevent sent")
        ),
    );
    botflow(here, known).ends(0);
    // One more of the same kind in the same file is new.
    write(&flow, format!("{text}event gone\n"));
    let run = botflow(here, known).ends(1).prints("`gone`");
    assert!(
        !run.data.contains("`paid`") && run.data.contains("1 warning in"),
        "{}",
        run.data
    );
    // What is mended is told, so that nobody can bring it back unseen.
    write(
        &flow,
        text.replace("event paid\n", "").replace("event sent\n", ""),
    );
    botflow(here, known).ends(0).says(
        "2 of the baseline are gone; write it anew: `botflow check --write-baseline=botflow-baseline.json`",
    );
}

#[test]
fn the_file_is_one_to_review() {
    let folder = new_bot();
    let here = folder.path();
    write(here.join("bot/later.flow"), OLD);
    let flow = here.join("bot/bot.flow");
    replace(
        &flow,
        "    note \"",
        "    say \"Wait.\"\n    say \"Wait.\"\n    note \"",
    );
    botflow(here, &["check", "bot", "--write-baseline=bot/known.json"]).ends(0);
    let first = read(here.join("bot/known.json"));
    assert_eq!(
        first,
        r#"{
  "version": 1,
  "findings": [
    {
      "file": "bot.flow",
      "in": "flow welcome, step call_back",
      "name": "repeats-itself",
      "text": "say \"Wait.\""
    },
    {
      "file": "later.flow",
      "in": "event paid",
      "name": "unused-name",
      "text": "paid"
    },
    {
      "file": "later.flow",
      "in": "event sent",
      "name": "unused-name",
      "text": "sent"
    },
    {
      "file": "later.flow",
      "in": "flow forgotten",
      "name": "unused-name",
      "text": "forgotten"
    }
  ]
}
"#
    );
    // The same again, from another folder, and after lines have moved.
    write(here.join("bot/later.flow"), format!("\n\n{OLD}"));
    botflow(&here.join("bot"), &["check", "--write-baseline=known.json"]).ends(0);
    assert_eq!(read(here.join("bot/known.json")), first);
    let elsewhere = ["check", "--deny", "warnings", "--baseline", "../known.json"];
    botflow(&here.join("bot/tests"), &elsewhere).ends(0);
}

/// A bot that cannot be built is nothing to get used to.
#[test]
fn what_cannot_be_built_is_not_in_it() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    write(&flow, read(&flow) + OLD);
    replace(&flow, "-> call_back", "-> call_bak");
    botflow(here, &["check", "bot", "--write-baseline"])
        .ends(1)
        .says("1 error is not in it: with an error of that kind a bot cannot be built");
    botflow(here, &["check", "bot", "--baseline", "botflow-baseline.json"])
        .ends(1)
        .prints("call_bak");
}

/// One file may know several bots; a check of one of them does not miss the others.
#[test]
fn several_bots_share_a_file() {
    let folder = new_bot();
    let here = folder.path();
    botflow(here, &["new", "other"]).ends(0);
    for bot in ["bot", "other"] {
        write(here.join(bot).join("later.flow"), OLD);
    }
    botflow(here, &["check", "--write-baseline=known.json"])
        .ends(0)
        .says("6 findings");
    let known = ["check", "other", "--deny", "warnings", "--baseline", "known.json"];
    let run = botflow(here, &known).ends(0);
    assert!(!run.talk.contains("gone"), "{}", run.talk);
    fs::remove_file(here.join("other/later.flow")).expect("it is there");
    botflow(here, &known).ends(0).says("3 of the baseline are gone");
}

#[test]
fn files_that_are_none() {
    let folder = new_bot();
    let here = folder.path();
    write(here.join("broken.json"), "{\"version\": 1, \"findings\": [{]}");
    write(
        here.join("other.json"),
        "{\"version\": 1, \"findings\": [{\"file\": 3}]}",
    );
    write(here.join("newer.json"), "{\"version\": 9, \"findings\": []}");
    for (file, said) in [
        ("nowhere.json", "could not read the baseline `nowhere.json`"),
        ("broken.json", "`broken.json` is no baseline"),
        ("other.json", "`other.json` is no baseline"),
        ("newer.json", "of version 9"),
        ("bot", "could not read the baseline `bot`"),
    ] {
        let run = botflow(here, &["check", "bot", "--baseline", file])
            .ends(3)
            .says(said);
        assert!(
            run.talk.contains("--write-baseline"),
            "it says what to do: {}",
            run.talk
        );
        assert!(run.data.is_empty());
    }
    botflow(here, &["check", "bot", "--write-baseline=no/such/folder.json"]).ends(3);
    botflow(
        here,
        &["check", "bot", "--write-baseline", "--baseline", "x.json"],
    )
    .ends(2);
}

/// A project says itself where its baseline is; what is written goes there.
#[test]
fn a_project_names_its_baseline() {
    let folder = new_bot();
    let here = folder.path();
    write(
        here.join("bot/botflow.toml"),
        "[baseline]\nfile = \"ci/known.json\"\n",
    );
    fs::create_dir(here.join("bot/ci")).expect("a folder can be made");
    write(here.join("bot/more.flow"), "event never_used\n");
    botflow(here, &["check", "bot"]).ends(3).says("bot/ci/known.json");
    botflow(here, &["check", "bot", "--write-baseline"])
        .ends(0)
        .says("1 finding written to bot/ci/known.json. `botflow check` tells what is new");
    for (from, path) in [(here.to_owned(), "bot"), (here.join("bot"), ".")] {
        botflow(&from, &["check", path, "--deny", "warnings"])
            .ends(0)
            .says("1 finding is in the baseline");
    }
    write(here.join("bot/more.flow"), "event never_used\nevent nor_this\n");
    botflow(here, &["check", "bot", "--deny", "warnings"])
        .ends(1)
        .prints("nor_this");
    // What is named on the command line goes first.
    botflow(here, &["check", "bot", "--write-baseline=all.json"]).ends(0);
    botflow(
        here,
        &["check", "bot", "--deny", "warnings", "--baseline", "all.json"],
    )
    .ends(0);
    write(
        here.join("bot/botflow.toml"),
        "[baseline]\npath = \"x\"\nfile = 5\n",
    );
    botflow(here, &["check", "bot"])
        .ends(1)
        .prints("`[baseline]` has no setting `path`")
        .prints("This is no path of a file.");
}
