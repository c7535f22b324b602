//! `--changed-since`: what a branch has touched.

use std::path::Path;
use std::process::Command;

use crate::program::{Run, botflow, commit, empty_folder, git, new_bot, read, replace, repository, write};

fn since(folder: &Path, revision: &str) -> Run {
    botflow(
        folder,
        &["check", "bot", "--deny", "warnings", "--changed-since", revision],
    )
}

/// A repository whose bot has old findings in two files.
fn old() -> tempfile::TempDir {
    let folder = repository();
    write(folder.path().join("bot/old.flow"), "event paid\n");
    write(folder.path().join("bot/older.flow"), "event sent\n");
    commit(folder.path());
    folder
}

#[test]
fn findings_of_files_that_have_changed() {
    let folder = old();
    let here = folder.path();
    since(here, "HEAD").ends(0).prints("Nothing to complain about");
    // Not committed, committed, not even known to git: all of that has changed.
    write(here.join("bot/old.flow"), "event paid\n# more\n");
    let run = since(here, "HEAD").ends(1).prints("`paid`");
    assert!(!run.data.contains("`sent`"), "{}", run.data);
    commit(here);
    since(here, "HEAD").ends(0);
    since(here, "HEAD~1").ends(1).prints("`paid`");
    write(here.join("bot/new one, ă.flow"), "event gone\n");
    let run = since(here, "HEAD").ends(1).prints("`gone`");
    assert!(!run.data.contains("`paid`"), "{}", run.data);
    // From inside the bot it is the same.
    let inside = ["check", "--deny", "warnings", "--changed-since", "HEAD"];
    botflow(&here.join("bot/tests"), &inside).ends(1).prints("`gone`");
}

/// What happened on the other branch meanwhile is not this branch's.
#[test]
fn it_counts_from_where_the_branch_left() {
    let folder = old();
    let here = folder.path();
    git(here, &["checkout", "--quiet", "-b", "mine"]);
    git(here, &["checkout", "--quiet", "main"]);
    write(here.join("bot/old.flow"), "event paid\n# theirs\n");
    commit(here);
    git(here, &["checkout", "--quiet", "mine"]);
    since(here, "main").ends(0);
    write(here.join("bot/older.flow"), "event sent\n# mine\n");
    commit(here);
    let run = since(here, "main").ends(1).prints("`sent`");
    assert!(!run.data.contains("`paid`"), "{}", run.data);
}

/// A finding belongs to a change when a place that belongs to it does.
#[test]
fn related_places_count() {
    let folder = repository();
    let here = folder.path();
    let trigger = |name: &str| {
        format!("trigger {name} {{\n  on paid\n  via web\n  when busy wait\n  start thanks\n}}\n")
    };
    let thanks = "event paid\nflow thanks {\n  say \"Thank you.\"\n  finish resolved\n}\n";
    write(here.join("bot/a.flow"), trigger("first"));
    write(here.join("bot/b.flow"), trigger("second"));
    write(here.join("bot/c.flow"), thanks);
    commit(here);
    // Found in `b.flow`, about what stands in `a.flow`.
    write(here.join("bot/a.flow"), format!("# more\n{}", trigger("first")));
    let run = botflow(
        here,
        &["check", "bot", "--format", "json", "--changed-since", "HEAD"],
    )
    .ends(0);
    let report: serde_json::Value = serde_json::from_str(&run.data).expect("it is JSON");
    let of_b: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["file"] == "b.flow")
        .map(|finding| finding["name"].as_str().expect("a text"))
        .collect();
    assert_eq!(of_b, ["same-event-same-priority"], "{}", run.data);
    write(here.join("bot/a.flow"), trigger("first"));
    write(here.join("bot/c.flow"), format!("# more\n{thanks}"));
    since(here, "HEAD").ends(0);
}

/// Taking something out breaks those who use it, in files that have not changed.
#[test]
fn a_bot_that_cannot_be_built_always_fails() {
    let folder = repository();
    let here = folder.path();
    write(here.join("bot/extra.flow"), "event paid\n");
    let flow = here.join("bot/bot.flow");
    write(
        &flow,
        format!("{}\nsegment many if count(paid, 1d) > 3\n", read(&flow)),
    );
    commit(here);
    std::fs::remove_file(here.join("bot/extra.flow")).expect("it is there");
    since(here, "HEAD").ends(1).prints("`paid`");
}

#[test]
fn fixes_stay_with_the_change() {
    let folder = repository();
    let here = folder.path();
    let comment = "# botflow: allow unused-name -- x\n";
    for name in ["a", "b"] {
        write(
            here.join(format!("bot/{name}.flow")),
            format!("{comment}## {name}\n"),
        );
    }
    commit(here);
    write(here.join("bot/a.flow"), format!("{comment}## changed\n"));
    botflow(here, &["check", "bot", "--fix", "--changed-since", "HEAD"])
        .ends(0)
        .says("1 finding mended in 1 file");
    assert_eq!(read(here.join("bot/a.flow")), "## changed\n");
    assert_eq!(read(here.join("bot/b.flow")), format!("{comment}## b\n"));
}

#[test]
fn what_git_cannot_tell() {
    let folder = old();
    let here = folder.path();
    let run = since(here, "no-such-branch")
        .ends(2)
        .says("git does not know the revision `no-such-branch`");
    assert!(run.data.is_empty());
    botflow(here, &["check", "bot", "--changed-since=--output=x"])
        .ends(2)
        .says("is no revision");
    since(here, "").ends(2);
    git(here, &["checkout", "--quiet", "--orphan", "alone"]);
    commit(here);
    since(here, "main").ends(2).says("nothing in common");

    let outside = new_bot();
    since(outside.path(), "HEAD").ends(3).says("is in no repository");

    let shallow = empty_folder();
    let from = format!("file://{}", here.display());
    git(
        shallow.path(),
        &[
            "clone", "--quiet", "--depth", "1", "--branch", "main", &from, "copy",
        ],
    );
    let copy = shallow.path().join("copy");
    since(&copy, "HEAD").ends(0);
    since(&copy, "HEAD~1").ends(3).says("this clone is shallow");

    // Without git there is no answer, and it is said so.
    let output = Command::new(env!("CARGO_BIN_EXE_botflow"))
        .args(["check", "bot", "--changed-since", "HEAD"])
        .current_dir(here)
        .env_clear()
        .env("PATH", here)
        .output()
        .expect("it can be started");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no program `git`"), "{said}");
    // What is not about git is not disturbed by it.
    replace(here.join("bot/old.flow"), "event paid", "event  paid");
    botflow(here, &["check", "bot"]).ends(0);
}
