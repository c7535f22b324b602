//! Exit statuses: 0 good, 1 findings or failing tests, 2 wrong use, 3 files and permissions.

use std::fs;

use crate::program::{botflow, botflow_reading, empty_folder, new_bot, read, replace, root, write};

/// The one table of exit statuses, in `docs/ci.md`: each of its examples ends as it says.
#[test]
fn the_table_of_the_documents() {
    let folder = new_bot();
    let here = folder.path();
    for name in ["broken", "warned", "untidy", "slip"] {
        botflow(here, &["new", name]).ends(0);
    }
    replace(here.join("broken/bot.flow"), "-> call_back", "-> call_bak");
    write(here.join("warned/late.flow"), "event paid\n");
    replace(here.join("untidy/bot.flow"), "  say \"Hi!", "    say \"Hi!");
    replace(here.join("slip/bot.flow"), "silence 1h", "silence 1 hour");
    write(here.join("broken.botflow"), "no bot");
    let document = read(root().join("docs/ci.md"));
    let table = document
        .split("| status | meaning | for example |")
        .nth(1)
        .expect("the table is there");
    let mut seen = Vec::new();
    for row in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let status: i32 = cells[0].parse().expect("a status");
        for example in cells[2].split('`').skip(1).step_by(2) {
            let words: Vec<&str> = example.split_whitespace().skip(1).collect();
            let run = botflow(here, &words);
            assert_eq!(run.status, status, "`{example}`\n{}{}", run.data, run.talk);
            seen.push(status);
        }
    }
    for status in 0..=3 {
        let examples = seen.iter().filter(|found| **found == status).count();
        assert!(examples >= 3, "status {status} has {examples} examples");
    }
}

#[test]
fn good() {
    let folder = new_bot();
    let here = folder.path();
    for arguments in [
        &["check", "bot"][..],
        &["check", "bot", "--format", "json"],
        &["fmt", "bot"],
        &["fmt", "--check", "bot"],
        &["test", "bot"],
        &["test", "bot", "--jobs", "1"],
        &["graph", "bot"],
        &["explain"],
        &["--help"],
        &["--version"],
        &["help", "chat"],
        &["completions", "bash"],
        &["man", "pages"],
    ] {
        botflow(here, arguments).ends(0);
    }
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let folder = new_bot();
    let flow = folder.path().join("bot/bot.flow");
    let text = format!(
        "{}\nflow forgotten {{\n  say \"Nobody hears this.\"\n}}\n",
        read(&flow)
    );
    write(&flow, text);
    botflow(folder.path(), &["check", "bot"])
        .ends(0)
        .prints("forgotten");
    botflow(folder.path(), &["check", "bot", "--deny", "warnings"])
        .ends(1)
        .prints("forgotten");
}

#[test]
fn findings_and_failing_tests() {
    let folder = new_bot();
    let here = folder.path();
    let chat = here.join("bot/tests/welcome.chat");
    replace(
        &chat,
        "< We are open every day from 9:00 to 18:00.",
        "< We are closed.",
    );
    botflow(here, &["test", "bot"]).ends(1);
    // A line that is no line of a conversation.
    write(&chat, "conversation a\nhello\n");
    botflow(here, &["test", "bot"]).ends(1).prints("welcome.chat:2");
    botflow(here, &["test", "bot", "--accept"]).ends(1);
    assert_eq!(
        read(&chat),
        "conversation a\nhello\n",
        "what cannot be read is not written"
    );
    write(here.join("bot/bot.flow"), "flow {");
    for command in ["check", "build", "graph", "test", "fmt"] {
        botflow(here, &[command, "bot"]).ends(1);
    }
    botflow_reading(here, &["chat", "bot"], "hi\n").ends(1);
}

#[test]
fn wrong_use() {
    let folder = new_bot();
    let here = folder.path();
    for arguments in [
        &["--nonsense"][..],
        &["nonsense"],
        &[],
        &["new"],
        &["check", "--format", "xml"],
        &["check", "--deny", "everything"],
        &["test", "--jobs", "0", "bot"],
        &["graph", "bot", "--format", "png"],
        &["graph", "bot", "--flow", "nothing"],
        &["explain", "no-such-finding"],
        &["completions", "tcl"],
        &["chat", "bot", "--channel", "pigeon"],
        &["chat", "bot", "--flow", "nothing"],
    ] {
        let run = botflow(here, arguments).ends(2);
        assert!(
            !run.talk.is_empty() && run.data.is_empty(),
            "{arguments:?} says why on standard error"
        );
    }
}

#[test]
fn files_that_are_not_there_or_not_right() {
    let folder = new_bot();
    let here = folder.path();
    botflow(here, &["build", "bot", "-o", "sound.botflow"]).ends(0);
    let mut damaged = fs::read(here.join("sound.botflow")).expect("it was just built");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    write(here.join("damaged.botflow"), damaged);
    write(here.join("empty.botflow"), "");
    fs::create_dir(here.join("nothing")).expect("a folder can be made");
    for arguments in [
        &["check", "nowhere"][..],
        &["check", "nothing"],
        &["test", "nowhere"],
        &["fmt", "nowhere"],
        &["fmt", "nothing"],
        &["build", "bot", "-o", "no/such/folder/bot.botflow"],
        &["chat", "damaged.botflow"],
        &["chat", "empty.botflow"],
        &["graph", "damaged.botflow"],
        &["new", "bot"],
        &["check", "bot", "--host", "nowhere.txt"],
    ] {
        let run = botflow(here, arguments).ends(3);
        assert!(
            !run.talk.is_empty() && run.data.is_empty(),
            "{arguments:?} says why on standard error"
        );
    }
    assert!(!here.join("no").exists());
}

#[test]
fn a_file_of_any_bytes_gives_findings() {
    let folder = new_bot();
    let here = folder.path();
    let bytes: Vec<u8> = (0..20_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for name in ["bot/noise.flow", "bot/botflow.toml", "bot/tests/noise.chat"] {
        write(here.join(name), &bytes);
        botflow(here, &["check", "bot"]).ends(1);
        botflow(here, &["test", "bot"]).ends(1);
        fs::remove_file(here.join(name)).expect("it was just written");
    }
}

#[test]
fn new_makes_a_bot_in_an_empty_folder_of_any_name() {
    let folder = empty_folder();
    let here = folder.path();
    fs::create_dir(here.join("empty")).expect("a folder can be made");
    for name in ["empty", "deep/er/bot", "Мой бот", "123", "if", "a-b", "."] {
        if name == "." {
            let inside = empty_folder();
            botflow(inside.path(), &["new", name]).ends(0);
            botflow(inside.path(), &["check", "--deny", "warnings"]).ends(0);
            continue;
        }
        botflow(here, &["new", name]).ends(0);
        botflow(here, &["check", "--deny", "warnings", name]).ends(0);
        botflow(here, &["test", name]).ends(0);
    }
}

/// Some other user's files. Root may read everything, so that a test that runs as root lets go of it.
#[test]
fn files_that_may_not_be_read() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let folder = new_bot();
    let here = folder.path();
    let program = here.join("botflow");
    fs::copy(env!("CARGO_BIN_EXE_botflow"), &program).expect("the program can be copied");
    let locked = here.join("bot/locked.flow");
    write(&locked, "flow hidden {\n}\n");
    for (path, mode) in [(here, 0o755), (&program, 0o755), (&locked, 0o000)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the owner may");
    }
    let is_root = fs::metadata(here).expect("it is there").uid() == 0;
    for arguments in [
        &["check", "bot"][..],
        &["test", "bot"],
        &["build", "bot"],
        &["fmt", "bot"],
    ] {
        let mut command = std::process::Command::new(&program);
        command.args(arguments).current_dir(here);
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        let output = command.output().expect("it can be started");
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {talk}");
        assert!(
            talk.contains("locked.flow") && talk.contains("ermission"),
            "{arguments:?}: {talk}"
        );
    }
}
