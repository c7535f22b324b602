//! `botflow chat` as the place where a bot with triggers is tried out: people, channels, consents, events, time,
//! colleagues, systems.

use crate::program::{botflow, botflow_reading, new_bot, write};
use crate::terminal::{Terminal, plain};

/// A bot that writes first, and asks a system and a colleague.
const SHOP: &str = r#"bot shop {
  name "Shop"
  languages en
  channels web, whatsapp, sms
  currency EUR
  timezone "Europe/Berlin"
  stages browse, buy
  consents marketing
  proactive at most 3 in 7d
}

customer {
  name: text?
  email: email?
}

event cart_updated(cart: text, total: money)
event order_placed(order: text)

lookup stock.left(cart: text) gives integer

queue desk {
  hours always
}

escalation help {
  to queue desk
  say "One moment."
  brief "Help with a cart"
  nobody 5m -> finish unresolved
  customer silent 30m -> finish unresolved
  operator silent 30m -> finish unresolved
  resolved -> finish resolved
  closed -> finish unresolved
}

trigger cart_reminder {
  on cart_updated if event.total >= 20 EUR
  after 30m unless order_placed
  needs consent marketing
  at most 1 in 7d
  via whatsapp, sms
  when busy skip
  expires 2d
  start cart_back(event.cart)
}

always {
  on silence 1h -> finish abandoned
  on unclear -> escalate to help
}

flow cart_back(cart: text) {
  let left = call stock.left(cart) {
    failed {
      say "Your cart waits."
      finish resolved
    }
  }
  say "Hi {customer.name else "there"}, {left} left."
  choose "Shall we keep it?" {
    "Yes" -> finish resolved
    "A person, please" {
      escalate to help
      finish resolved
    }
  }
}
"#;

fn shop() -> tempfile::TempDir {
    let folder = new_bot();
    write(folder.path().join("bot/bot.flow"), SHOP);
    std::fs::remove_file(folder.path().join("bot/tests/welcome.chat")).expect("there is one");
    folder
}

#[test]
fn a_trigger_is_tried_out_with_people_consents_time_systems_and_colleagues() {
    let folder = shop();
    let typed = "/event cart_updated(cart: \"c1\", total: 60 EUR)\n/time 30m\n\
                 /person (name: \"Ana\", channels: [whatsapp])\n/consent marketing on whatsapp\n\
                 /event cart_updated(cart: \"c1\", total: 60 EUR)\n/time 30m\n\
                 /stub stock.left(cart: any) = 2\n/time 8d\n\
                 /event cart_updated(cart: \"c2\", total: 60 EUR)\n/time 30m\n/message read\n\
                 A person, please\n/operator maria joins\n/operator maria: Hello\n/operator maria resolves\n\
                 /as ben on sms\n/merge ben into me\n/event again\n";
    let run = botflow_reading(folder.path(), &["chat", "bot"], typed).ends(0);
    for line in [
        "* trigger cart_reminder passed: unreachable",
        "person me (name: \"Ana\", channels: [whatsapp])",
        "person me (consents: [\"marketing on whatsapp\"])",
        "* trigger cart_reminder starts cart_back on whatsapp",
        "stub stock.left() fails",
        "< Your cart waits.",
        "stub stock.left(cart: any) = 2",
        "< Hi Ana, 2 left.",
        ". read",
        "~ maria: Hello",
        "@ ben on sms",
        "merge ben into me",
    ] {
        assert!(
            run.data.lines().any(|one| one == line),
            "`{line}` is not in:\n{}",
            run.data
        );
    }
    // The recording passes as it stands, with systems that answer from the middle on.
    write(folder.path().join("bot/tests/tried.chat"), &run.data);
    botflow(folder.path(), &["test", "bot"])
        .ends(0)
        .prints("1 passed, 0 failed");
}

#[test]
fn what_says_too_little_is_no_command() {
    let folder = shop();
    for (typed, help) in [
        ("/operator maria:", "/operator maria: Hello"),
        ("/operator maria answers:", "/operator maria: Hello"),
        (
            "/operator",
            "`/operator` says too little; write it like this: /operator maria joins",
        ),
        ("/consent", "/consent marketing on sms"),
        ("/consent fame", "the bot has no consent `fame`; it has marketing"),
        ("/person", "/person (name: "),
        ("/person (shoe: 42)", "the customer card has no `shoe`"),
        ("/channel pigeon", "the bot is not on the channel `pigeon`"),
        ("/merge ben into me", "there is nobody called `ben`"),
        ("/message eaten", "/message delivered"),
        (
            "/event again",
            "nothing has been reported that could be reported again",
        ),
    ] {
        let run = botflow_reading(folder.path(), &["chat", "bot"], &format!("{typed}\n")).ends(2);
        assert!(run.talk.contains(help), "{typed}: {}", run.talk);
        assert!(
            !run.data.lines().any(|line| line.starts_with(['~', '!', '.'])),
            "{}",
            run.data
        );
    }
}

#[test]
fn help_and_the_program_itself_teach_the_same_commands() {
    let folder = shop();
    let help = botflow(folder.path(), &["chat", "--help"]).ends(0).data;
    let typed = botflow_reading(folder.path(), &["chat", "bot"], "/help\n")
        .ends(0)
        .talk;
    for command in [
        "/person",
        "/consent",
        "/channel",
        "/as",
        "/merge",
        "/time",
        "/event",
        "/message",
        "/stub",
        "/operator",
        "/events",
        "/who",
        "/where",
        "/help",
        "/quit",
    ] {
        assert!(help.contains(command), "{command} is not in --help:\n{help}");
        assert!(typed.contains(command), "{command} is not in /help:\n{typed}");
    }
}

#[test]
fn in_a_terminal_decisions_are_explained() {
    let folder = shop();
    let mut terminal = Terminal::new(folder.path(), &["chat", "bot"], &[]);
    let mut types = |line: &str, shows: &str| {
        terminal.shows("you> ");
        terminal.types(line);
        plain(&terminal.shows(shows))
    };
    types(
        "/events",
        "cart_reminder on cart_updated after 30m, needs consent marketing, via whatsapp, sms",
    );
    types(
        "/event cart_updated(cart: \"c1\", total: 60 EUR)",
        "(trigger cart_reminder is looked at in 30m: /time 30m)",
    );
    types("/events", "(its clock runs: 30m to go)");
    types("/time 30m", "trigger cart_reminder passed: unreachable");
    types("/person (channels: [sms])", "(noted; /who tells what is known)");
    types("/event cart_updated(cart: \"c1\", total: 60 EUR)", "/time 30m)");
    types(
        "/time 30m",
        "(nothing the person can be reached on has the consent it needs: /consent)",
    );
    types("/consent marketing on sms", "noted");
    types("/who", "agrees to marketing on sms");
    types(
        "/stub stock.left(cart: any) = 2",
        "stock.left answers so from now on",
    );
    types("/event cart_updated(cart: \"c1\", total: 60 EUR)", "/time 30m)");
    types("/time 30m", "trigger cart_reminder starts cart_back on sms");
    types("/operator maria:", "write it like this");
    types("/quit", "");
    let (status, _) = terminal.ends();
    assert_eq!(status, Some(0));
}

#[test]
fn a_bot_that_only_writes_first_needs_no_start_flow() {
    let folder = shop();
    let run = botflow_reading(folder.path(), &["chat", "bot"], "hello\n").ends(0);
    assert!(run.data.contains("> hello\n"), "{}", run.data);
}
