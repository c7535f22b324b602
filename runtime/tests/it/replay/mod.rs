//! Conversations of the examples, as `.chat` files have them, replayed through a host: whatever the scenario runner says is
//! said, offered, called and told to colleagues has to be so there, in the same order. What a host and a test of a bot have
//! in common is the machine; this holds what each of them has of its own.
//!
//! [`example`] reads the examples, [`stage`] is a host whose clock stands still and whose ends write down what reaches
//! them, [`feed`] gives it what the runner gives its world.

mod example;
mod feed;
mod stage;

use botflow_scenario::script::{LineKind, Scene};

use example::Example;

/// Why a conversation is not replayed. A host makes two people one only where one proves what the other is known by, never
/// because somebody says so, as `merge` does; two who become one are in the simulations.
fn merges(scene: &Scene) -> bool {
    let mut lines = scene.lines.iter();
    lines.any(|line| matches!(line.kind, LineKind::Merge { .. }))
}

/// Conversations that are not replayed, by name.
const NOT_BY_HOSTS: [(&str, &str); 5] = [
    ("luna_store", "merged_in_the_middle_of_a_return"),
    ("luna_store", "merged_with_a_reminder_waiting"),
    ("semantics", "merged_in_the_middle_of_a_question"),
    ("semantics", "opting_out_wins"),
    ("semantics", "two_in_the_middle"),
];

/// Replays all conversations of an example; what differs, each with what it is called.
fn differing(name: &str, example: &Example) -> (usize, Vec<String>) {
    let (mut replayed, mut differing) = (0, Vec::new());
    for (file, scene) in example.scenes() {
        if NOT_BY_HOSTS.contains(&(name, scene.name.as_str())) {
            continue;
        }
        replayed += 1;
        if let Err(how) = feed::replay(example, scene) {
            differing.push(format!("{file}: {} {how}", scene.name));
        }
    }
    (replayed, differing)
}

fn agrees(name: &str, at_least: usize) {
    let (replayed, differing) = differing(name, &Example::read(name));
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
    assert!(replayed >= at_least, "only {replayed} were replayed");
}

#[test]
fn luna_store_goes_on_a_host_as_in_its_conversations() {
    agrees("luna_store", 180);
}

#[test]
fn semantics_goes_on_a_host_as_in_its_conversations() {
    agrees("semantics", 225);
}

#[test]
fn upgrades_goes_on_a_host_as_in_its_conversations() {
    agrees("upgrades", 20);
}

/// What is listed is all that hosts cannot do.
#[test]
fn what_hosts_cannot_do_is_listed() {
    let mut found = Vec::new();
    for name in ["luna_store", "semantics", "upgrades"] {
        let example = Example::read(name);
        let scenes = example.scenes().filter(|(_, scene)| merges(scene));
        found.extend(scenes.map(|(_, scene)| (name, scene.name.to_string())));
    }
    let listed = NOT_BY_HOSTS.map(|(of, name)| (of, name.to_owned()));
    assert_eq!(found, listed);
}

/// What is read sets off triggers, on a host and in a conversation.
#[test]
fn what_is_read_is_an_event() {
    let flow = r#"
bot reader {
  languages en
  channels web
  consents service
  start main
}

always {
  on unclear {
    say "Once more?"
  }
}

trigger it_was_read {
  on message_read
  needs consent service
  at most 1 in 30d
  when busy wait
  start thanks
}

flow main {
  say "Hello."
  finish resolved
}

flow thanks {
  say "You have read it."
  finish resolved
}
"#;
    let chat = "conversation it_is_read\nperson ana (language: en, channels: [web], consents: [service])\n@ ana on web\n> hi\n< Hello.\n. read\n< You have read it.\n";
    let example = Example::written(flow, chat);
    assert_eq!(differing("written", &example), (1, Vec::new()));
    let (_, scene) = example.scenes().next().expect("there is one");
    let (version, _) = example.versions(scene);
    let result = botflow_scenario::run::run_in(botflow_scenario::run::machine(&version.program), scene);
    assert_eq!(result.problems, []);
}
