//! `--watch`: what is saved runs at once where it can, and what cannot is told while the version before goes on.

use std::io::{BufRead, BufReader};

use rustix::process::Signal;

use super::hooks::{self, Gateway, SECRET};
use super::{Served, project};
use crate::program::replace;

#[test]
fn what_is_saved_runs_at_once_where_it_has_no_errors() {
    let folder = project();
    let mut host = Served::begin(folder.path(), &["--watch"]);
    let first = host.version();
    let flow = folder.path().join("bot.flow");
    replace(&flow, "Nice to meet you", "Welcome");
    let line = host.next_line();
    let second = line
        .strip_prefix("version ")
        .expect("the new version runs")
        .to_owned();
    assert_eq!(host.version(), second);
    assert_ne!(first, second);
    // What has errors does not run; what mends it is back at what runs, and the next good one is told.
    replace(&flow, "say \"Hello!\"", "sya \"Hello!\"");
    replace(&flow, "sya \"Hello!\"", "say \"Hi!\"");
    let third = host.next_line();
    assert_eq!(format!("version {}", host.version()), third);
    assert_ne!(third, line);
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
}

#[test]
fn errors_are_shown_and_the_version_before_goes_on() {
    let folder = project();
    let mut host = Served::begin(folder.path(), &["--watch", "--log-format", "human"]);
    let first = host.version();
    replace(folder.path().join("bot.flow"), "say \"Hello!\"", "sya \"Hello!\"");
    let mut stderr = BufReader::new(host.child.stderr.take().unwrap());
    let mut talk = String::new();
    while !talk.contains("the version before goes on") {
        assert_ne!(stderr.read_line(&mut talk).expect("it writes UTF-8"), 0, "{talk}");
    }
    assert!(talk.contains("unknown-statement"), "{talk}");
    assert_eq!(host.version(), first);
}

#[test]
fn a_conversation_goes_over_to_a_new_version() {
    let folder = hooks::project();
    let gateway = Gateway::open(SECRET);
    let mut host = hooks::served(folder.path(), &gateway, &["--watch"], &[]);
    let figure = |host: &Served, is: u8| {
        let (_, figures) = host.get("/metrics");
        let line = format!("botflow_version_held_back{{by=\"watch\"}} {is}");
        assert!(figures.lines().any(|one| one.starts_with(&line)), "{figures}");
    };
    hooks::writes(&host, "1", "+40721000001", "hi");
    hooks::writes(&host, "2", "+40721000002", "hi");
    gateway.texts("+40721000001", 2);
    figure(&host, 0);
    // The question stands while the bot becomes another one, which answers it.
    let flow = folder.path().join("bot.flow");
    replace(&flow, "Nice to meet you", "Welcome");
    let second = host.next_line();
    assert!(second.starts_with("version "), "{second}");
    hooks::writes(&host, "3", "+40721000001", "Ana");
    assert_eq!(gateway.texts("+40721000001", 3)[2], "Welcome, Ana.");
    // A broken one: the one before goes on, and says why.
    replace(&flow, "say \"Welcome", "sya \"Welcome");
    let mut stderr = BufReader::new(host.child.stderr.take().expect("its errors are a pipe"));
    let mut talk = String::new();
    while !talk.contains("the version before goes on") {
        assert_ne!(stderr.read_line(&mut talk).expect("it writes UTF-8"), 0, "{talk}");
    }
    assert!(talk.contains("unknown-statement"), "{talk}");
    let (status, ready) = host.get("/ready");
    assert_eq!(status, 200, "{ready}");
    assert!(
        ready.contains("\"held_back\":{\"watch\":\"the bot has errors\"}"),
        "{ready}"
    );
    figure(&host, 1);
    assert_eq!(format!("version {}", host.version()), second);
    hooks::writes(&host, "4", "+40721000002", "Bob");
    assert_eq!(gateway.texts("+40721000002", 3)[2], "Welcome, Bob.");
    // Mended: what is saved is what runs already, or the next version.
    replace(&flow, "sya \"Welcome", "say \"Good to see you");
    let third = host.next_line();
    assert_ne!(third, second);
    assert!(!host.get("/ready").1.contains("held_back"));
    figure(&host, 0);
    // Nobody reads its log any more: it is stopped all the same.
    drop(stderr);
    host.signal(Signal::TERM);
    assert_eq!(host.child.wait().expect("it ends").code(), Some(0));
}
