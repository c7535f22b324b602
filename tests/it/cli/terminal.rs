//! In a terminal: chatting with a keyboard, colours, and how they are turned off.

use crate::program::{botflow, empty_folder, new_bot, replace};
use crate::terminal::{Terminal, plain};

#[test]
fn a_conversation_with_buttons_by_number_and_by_name() {
    let folder = new_bot();
    let mut terminal = Terminal::new(folder.path(), &["chat", "bot"], &[]);
    terminal.shows("you> ");
    terminal.types("hello");
    let greeting = plain(&terminal.shows("2."));
    assert!(greeting.contains("bot> Hi! Nice to see you."), "{greeting}");
    assert!(greeting.contains("1. Opening hours"), "{greeting}");
    terminal.shows("you> ");
    terminal.types("2");
    terminal.shows("On which number may we call you?");
    terminal.shows("you> ");
    terminal.types("/where");
    terminal.shows("at welcome.call_back.number, owner bot");
    terminal.shows("you> ");
    terminal.types("/time 61m");
    terminal.shows("finished abandoned");
    terminal.shows("you> ");
    terminal.types("hi again");
    terminal.shows("1.");
    terminal.shows("you> ");
    terminal.types("opening hours");
    terminal.shows("We are open every day from 9:00 to 18:00.");
    terminal.shows("you> ");
    terminal.types("/nonsense");
    terminal.shows("there is no command `/nonsense`");
    terminal.shows("/where ");
    terminal.shows("you> ");
    terminal.types("/quit");
    let (status, _) = terminal.ends();
    assert_eq!(status, Some(0));
}

#[test]
fn an_event_that_nothing_hears_is_told() {
    let folder = new_bot();
    replace(
        folder.path().join("bot/bot.flow"),
        "always {",
        "event paid(total: money)\n\nalways {",
    );
    let mut terminal = Terminal::new(folder.path(), &["chat", "bot"], &[]);
    terminal.shows("you> ");
    terminal.types("hello");
    terminal.shows("2.");
    terminal.shows("you> ");
    terminal.types("/event paid(total: 5 EUR)");
    terminal.shows("(nothing hears that here)");
    terminal.shows("you> ");
    terminal.types("/event paid()");
    terminal.shows("`total` is missing");
    terminal.shows("you> ");
    terminal.types("/quit");
    let (status, _) = terminal.ends();
    assert_eq!(status, Some(0));
}

#[test]
fn the_end_of_input_ends_the_chat() {
    let folder = new_bot();
    let mut terminal = Terminal::new(folder.path(), &["chat", "bot"], &[]);
    terminal.shows("you> ");
    // The sign of the end of input.
    terminal.presses("\u{4}");
    let (status, _) = terminal.ends();
    assert_eq!(status, Some(0));
}

#[test]
fn colours_are_for_terminals_and_only_if_wanted() {
    let folder = new_bot();
    replace(
        folder.path().join("bot/bot.flow"),
        "-> call_back\n",
        "-> call_bak\n",
    );
    let check = |environment: &[(&str, &str)]| {
        let (status, shown) = Terminal::new(folder.path(), &["check", "bot"], environment).ends();
        assert_eq!(status, Some(1), "{shown}");
        assert!(plain(&shown).contains("unknown-target"), "{shown}");
        shown
    };
    let coloured = check(&[]);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    for environment in [
        &[("NO_COLOR", "1")][..],
        &[("TERM", "dumb")],
        // Continuous integration shows colours, but no dumb terminal does.
        &[("TERM", "dumb"), ("CI", "true")],
    ] {
        let shown = check(environment);
        assert!(!shown.contains("\u{1b}["), "{environment:?}: {shown}");
    }
    let piped = botflow(folder.path(), &["check", "bot"]).ends(1);
    assert!(!piped.data.contains('\u{1b}') && !piped.talk.contains('\u{1b}'));
}

#[test]
fn failing_tests_are_coloured_in_terminals() {
    let folder = new_bot();
    let chat = folder.path().join("bot/tests/welcome.chat");
    replace(
        &chat,
        "< We are open every day from 9:00 to 18:00.",
        "< We are closed.",
    );
    let (status, shown) = Terminal::new(folder.path(), &["test", "bot"], &[]).ends();
    assert_eq!(status, Some(1), "{shown}");
    assert!(
        shown.contains("\u{1b}[31m") && shown.contains("\u{1b}[32m"),
        "what goes and what comes: {shown}"
    );
    let (_, shown) = Terminal::new(folder.path(), &["test", "bot"], &[("NO_COLOR", "1")]).ends();
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_chat_without_a_bot_says_so_and_ends() {
    let folder = empty_folder();
    let (status, shown) = Terminal::new(folder.path(), &["chat", "nowhere"], &[]).ends();
    assert_eq!(status, Some(3), "{shown}");
    assert!(shown.contains("nowhere"), "{shown}");
}
