//! `botflow explore`: places, what no conversation covers, skeletons, proofs.

use std::path::Path;

use serde_json::Value;

use crate::program::{Run, botflow, new_bot, write};

/// A bot with something on every side: a trigger, a call, a wait, people, a place that no value leads to.
const SHOP: &str = r#"bot shop {
  name "Shop"
  languages en, ro
  draft yes
  channels web, whatsapp
  currency EUR
  timezone "Europe/Berlin"
  consents marketing
  proactive at most 3 in 7d
  start main
}

event cart_updated(cart: text)

lookup stock.left(size: text) gives integer

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
  on cart_updated
  needs consent marketing
  between 09:00 and 20:00
  at most 1 in 7d
  via whatsapp
  when busy skip
  start cart_back
}

always {
  on silence 1h -> finish abandoned
  on unclear -> escalate to help
  on failed -> escalate to help
}

flow main {
  ask size: text "Which size?"
  let left = call stock.left(size) {
    failed -> finish unresolved
  }
  say "{left} left."
  wait 2h
  choose "Still interested?" {
    "Yes" -> finish resolved
    "A person, please" {
      escalate to help
      finish resolved
    }
  }
}

flow cart_back {
  choose "Shall we keep it?" {
    "Keep it" -> finish resolved
    "Never mind" -> finish abandoned
  }
}
"#;

fn shop() -> tempfile::TempDir {
    let folder = new_bot();
    write(folder.path().join("bot/bot.flow"), SHOP);
    write(
        folder.path().join("bot/tests/welcome.chat"),
        "conversation size\nstub stock.left(size: any) = 2\n@ ana on web\n> hi\n< Which size?\n",
    );
    folder
}

fn explore(folder: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["explore", "bot"];
    all.extend(arguments);
    botflow(folder, &all)
}

#[test]
fn places_are_told_with_what_is_known_and_how_to_get_there() {
    let folder = shop();
    explore(folder.path(), &[])
        .ends(0)
        .prints("main.size  ask\n  Which size?\n  web, whatsapp at once; in en, ro\n    > Hi\n    < Which size?\n")
        .prints("  Still interested?\n  web, whatsapp up to 2h 10s after the customer wrote; in en, ro\n")
        .prints("  Shall we keep it?\n  whatsapp before the customer has written, or at once; in en, ro\n")
        .prints("    * trigger cart_reminder starts cart_back on whatsapp\n    < Shall we keep it?\n")
        .prints("1 conversation visits 1 of them.");
    let told = explore(folder.path(), &["--uncovered"]).ends(0);
    assert!(!told.data.contains("main.size  ask"), "{}", told.data);
}

#[test]
fn json_says_the_same_to_programs() {
    let folder = shop();
    let told = explore(folder.path(), &["--format", "json"]).ends(0);
    let told: Value = serde_json::from_str(&told.data).expect("it is JSON");
    let places = told["places"].as_array().expect("a list");
    let place = |about: &str| {
        let found = places.iter().find(|place| place["about"] == about);
        found.unwrap_or_else(|| panic!("{about} is a place of {told}"))
    };
    let question = place("Still interested?");
    assert_eq!(question["channels"][0]["silent_at_most_ms"], 7_210_000);
    assert_eq!(question["covered_by"], Value::Null);
    assert_eq!(question["languages"], serde_json::json!(["en", "ro"]));
    let reminder = place("Shall we keep it?");
    assert_eq!(reminder["begun_by"], serde_json::json!(["cart_reminder"]));
    assert_eq!(reminder["channels"][0]["unwritten"], true);
    assert_eq!(reminder["file"], "bot.flow");
    let reached = |place: &&Value| place["reached"] == true;
    let mut reached = places.iter().filter(reached);
    assert!(
        reached.all(|place| place["why_no_conversation"].is_null()),
        "{told}"
    );
}

/// A bot whose places are reached only if several things are so at once.
const PARTICULAR: &str = r#"bot shop {
  name "Shop"
  languages en, ro
  draft yes
  channels web, sms
  currency EUR
  timezone "Europe/Berlin"
  start main
}

type city = text length 1 to 60 example "Cluj"
type rating = integer from 1 to 5

queue desk {
  hours always
}

escalation help {
  to queue desk
  say "One moment."
  brief "Help with a parcel"
  nobody 5m -> finish unresolved
  customer silent 30m -> finish unresolved
  operator silent 30m -> finish unresolved
  resolved -> finish resolved
  closed -> finish unresolved
}

always {
  on silence 1h -> finish abandoned
  on unclear -> finish unresolved
}

flow main {
  ask town: city "Which city?" {
    invalid "That is too long."
    tries 2 -> escalate to help
  }
  ask stars: rating "From 1 to 5?"
  ask why: text "Why?" {
    skip if stars >= 4 with "none"
  }
  choose how "How shall we pay it back?" {
    "The way I paid" value "original"
    "By bank" value "bank"
  }
  if stars >= 4 {
    finish resolved
  }
  run give_back("none", how)
  if how is "bank" {
    ask account: text "To which account?"
    finish resolved
  }
  if contains(why, "broken") {
    if conversation.channel is sms and conversation.language is ro {
      ask broken: text "What is broken?"
    }
  }
  finish resolved
}

flow give_back(why: text, by: text) {
  if by is not "bank" {
    ask sure: yes_no "Is that so?"
  }
}
"#;

#[test]
fn a_way_is_found_where_several_things_have_to_be_so_at_once() {
    let folder = shop();
    write(folder.path().join("bot/bot.flow"), PARTICULAR);
    std::fs::remove_dir_all(folder.path().join("bot/tests")).expect("it is there");
    let told = explore(folder.path(), &["--format", "json"]).ends(0);
    let told: Value = serde_json::from_str(&told.data).expect("it is JSON");
    let places = told["places"].as_array().expect("a list");
    assert_eq!(places.len(), 8, "{told}");
    for place in places {
        assert!(place["why_no_conversation"].is_null(), "{place}");
    }
}

#[test]
fn every_place_of_the_example_has_a_conversation() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = botflow(root, &["explore", "examples/luna_store", "--format", "json"]).ends(0);
    let told: Value = serde_json::from_str(&told.data).expect("it is JSON");
    for place in told["places"].as_array().expect("a list") {
        let shown = place["covered_by"].is_string() || place["why_no_conversation"].is_null();
        assert!(shown || place["reached"] == false, "{place}");
    }
}

#[test]
fn skeletons_pass_and_leave_nothing_uncovered() {
    let folder = shop();
    explore(folder.path(), &["--skeletons"])
        .ends(0)
        .says("tests/skeletons.chat");
    botflow(folder.path(), &["test", "bot"])
        .ends(0)
        .prints("0 failed");
    explore(folder.path(), &["--uncovered"])
        .ends(0)
        .prints("Nothing is missing.");
    explore(folder.path(), &["--skeletons=tests/more.chat"])
        .ends(0)
        .says("there is nothing to write");
}

#[test]
fn nothing_is_written_over_unasked() {
    let folder = shop();
    let path = folder.path().join("bot/tests/skeletons.chat");
    write(
        &path,
        "# mine\nconversation mine\n@ ana on web\n> hi\n< Which size?\n",
    );
    explore(folder.path(), &["--skeletons"])
        .ends(2)
        .says("is there already");
    assert!(
        std::fs::read_to_string(&path)
            .expect("it is there")
            .starts_with("# mine")
    );
    explore(folder.path(), &["--skeletons", "--overwrite"]).ends(0);
    assert!(
        std::fs::read_to_string(&path)
            .expect("it is there")
            .starts_with("# Written by")
    );
    explore(folder.path(), &["--skeletons=-"]).ends(0);
}

#[test]
fn a_proof_says_what_was_proved_and_what_it_rests_on() {
    let folder = shop();
    explore(folder.path(), &["--proof"])
        .ends(0)
        .prints("places where it waits")
        .prints("Proved, of every conversation:")
        .prints("- Every turn comes to rest")
        .prints("Assumed:\n")
        .prints("What channels can show is as it was known: web ");
    let config = folder.path().join("bot/botflow.toml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    write(&config, format!("{text}\n[lints]\nnobody-came = \"off\"\n"));
    let told = explore(folder.path(), &["--proof", "--format", "json"]).ends(0);
    let told: Value = serde_json::from_str(&told.data).expect("it is JSON");
    let not_so = told["not_so"].to_string();
    assert!(
        not_so.contains("`nobody-came` is off in botflow.toml"),
        "{not_so}"
    );
    assert_eq!(told["counts"]["languages"], 2);
    assert_eq!(told["counts"]["places_reached"], told["counts"]["places_shown"]);
}

#[test]
fn a_bot_with_errors_is_not_explored() {
    let folder = shop();
    write(
        folder.path().join("bot/bot.flow"),
        "flow main {\n  say \"Hi\"\n  -> nowhere\n}\n",
    );
    explore(folder.path(), &[]).ends(1).says("nowhere");
}
