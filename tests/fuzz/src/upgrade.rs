//! A conversation that goes over to other versions of its bot, which are edited as an author would: nothing panics or
//! faults, nothing is lost without a note, what was asked has an end, and whoever writes next is answered from a place.

use botflow_machine::{
    Conversation, Effect, Event, EventKind, FrameKind, Owner, Program, Record, UpgradeNote, step, upgrade,
};

use super::bots;
use super::bytes::Bytes;
use super::step::Driver;

/// Turns between two versions.
const MAX_TURNS: usize = 96;
/// Versions of one input.
const MAX_VERSIONS: usize = 4;
/// Edits that lead from one version to the next.
const MAX_EDITS: usize = 3;

/// Runs one conversation through several versions.
pub fn run(data: &[u8]) {
    let mut choices = Bytes::new(data);
    let versions = versions(&mut choices);
    let Some(first) = versions.first() else { return };
    let mut driver = Driver::new(first);
    for (index, version) in versions.iter().enumerate() {
        if index > 0 {
            goes_over(&mut driver, version);
        }
        let turns = match choices.byte() {
            // Two versions in a row, with nothing in between.
            byte if byte % 8 == 7 => 0,
            byte => usize::from(byte) % MAX_TURNS,
        };
        for _ in 0..turns {
            if choices.is_empty() {
                break;
            }
            let event = driver.next(&mut choices);
            driver.turn(event);
        }
    }
}

/// A bot, and what becomes of it.
fn versions(choices: &mut Bytes<'_>) -> Vec<Program> {
    let mut text = bots::SOURCES[choices.below(bots::SOURCES.len())].to_owned();
    let mut versions: Vec<Program> = bots::compiled(&text).into_iter().collect();
    let count = 1 + choices.below(MAX_VERSIONS - 1);
    for _ in 0..count {
        if choices.below(8) == 7 {
            text = bots::SOURCES[choices.below(bots::SOURCES.len())].to_owned();
        }
        for _ in 0..1 + choices.below(MAX_EDITS) {
            let edited = edited(&text, choices);
            if bots::compiled(&edited).is_some() {
                text = edited;
            }
        }
        versions.extend(bots::compiled(&text));
    }
    versions
}

/// One edit as an author makes it.
fn edited(text: &str, choices: &mut Bytes<'_>) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    match choices.below(6) {
        // Another name, with or without telling where the old one has gone.
        0 | 1 => {
            let named: Vec<(String, &str)> = names(&lines);
            let tells = choices.below(2) == 1;
            let Some((flow, name)) = choices.pick(&named) else {
                return text.to_owned();
            };
            let renamed = renamed(text, name, &format!("{name}_anew"));
            match tells && flow != name {
                true => format!("{renamed}\nmoved {flow}.{name} to {flow}.{name}_anew\n"),
                false => renamed,
            }
        }
        // A line that stands by itself is gone.
        2 => {
            let alone: Vec<usize> = (0..lines.len())
                .filter(|at| !lines[*at].contains(['{', '}']))
                .collect();
            if let Some(at) = choices.pick(&alone) {
                lines.remove(*at);
            }
            lines.join("\n")
        }
        // Something whole is gone, from its first line to the one that closes it.
        3 => {
            let opens: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].ends_with('{')).collect();
            let Some(at) = choices.pick(&opens).copied() else {
                return text.to_owned();
            };
            let indent = indent(lines[at]);
            let end = (at + 1..lines.len()).find(|end| {
                lines[*end].starts_with('}')
                    || lines[*end].trim() == "}" && self::indent(lines[*end]) <= indent
            });
            if let Some(end) = end.filter(|end| self::indent(lines[*end]) == indent) {
                lines.drain(at..=end);
            }
            lines.join("\n")
        }
        // Another type.
        4 => {
            const TYPES: &[&str] = &[
                ": text",
                ": integer",
                ": pack",
                ": amount",
                ": date",
                ": money",
                ": text?",
                ": phone",
            ];
            let (from, to) = (
                TYPES[choices.below(TYPES.len())],
                TYPES[choices.below(TYPES.len())],
            );
            let spots: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains(from)).collect();
            let changed = choices
                .pick(&spots)
                .map(|at| (*at, lines[*at].replacen(from, to, 1)));
            match &changed {
                Some((at, line)) => lines[*at] = line,
                None => return text.to_owned(),
            }
            lines.join("\n")
        }
        // Another order.
        _ => {
            let at = choices.below(lines.len().saturating_sub(1));
            if at + 1 < lines.len() && indent(lines[at]) == indent(lines[at + 1]) {
                lines.swap(at, at + 1);
            }
            lines.join("\n")
        }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// What has a name, with the flow it stands in (itself, where it stands in none).
fn names<'a>(lines: &[&'a str]) -> Vec<(String, &'a str)> {
    const HEADS: &[&str] = &[
        "flow ",
        "step ",
        "ask ",
        "choose ",
        "let ",
        "form ",
        "queue ",
        "escalation ",
        "event ",
        "type ",
        "trigger ",
        "intent ",
        "lookup ",
        "action ",
        "experiment ",
    ];
    let mut flow = String::new();
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim_start();
        let Some(rest) = HEADS.iter().find_map(|head| text.strip_prefix(head)) else {
            continue;
        };
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() || matches!(name, "customer" | "queue" | "several") {
            continue;
        }
        if indent(line) == 0 {
            flow = name.to_owned();
        }
        found.push((flow.clone(), name));
    }
    found
}

/// A text with another word for one of its words.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let before = rest[..at].chars().next_back().or(out.chars().next_back());
        let behind = rest[at + from.len()..].chars().next();
        out.push_str(&rest[..at]);
        let whole = !before.is_some_and(word) && !behind.is_some_and(word);
        out.push_str(if whole { to } else { from });
        rest = &rest[at + from.len()..];
    }
    out.push_str(rest);
    out
}

/// The conversation goes over, and everything that was promised about that is looked at.
fn goes_over<'a>(driver: &mut Driver<'a>, new: &'a Program) {
    let old = driver.program;
    let before = driver.conversation.clone();
    let mut effects = Vec::new();
    let notes = upgrade(&mut driver.conversation, old, new, &mut effects);
    driver.program = new;
    let after = driver.conversation.clone();
    nothing_is_lost((old, new), &before, &after, &notes);
    questions_end(&before, &after, &effects);
    people_are_known(&before, &after, &effects, &notes);
    for effect in &effects {
        driver.host(effect);
    }
    assert_eq!(
        driver.timer.filter(|_| after.timer.is_some()),
        after.timer(),
        "the timer is the one that was set"
    );
    let mut same = after.clone();
    assert_eq!(
        upgrade(&mut same, new, new, &mut Vec::new()),
        [],
        "an upgrade to the same version is none"
    );
    assert_eq!(same, after);
    // Whoever writes next has a place to be, whatever was there before.
    if after.owner == Owner::Bot {
        let said = Event {
            id: 0,
            at: driver.at,
            seed: 0,
            kind: EventKind::Message {
                text: "hello".into(),
                channel: None,
            },
        };
        let answered = step(new, after, said).conversation;
        assert!(
            !answered.is_stranded(),
            "the customer has written, and the conversation rests nowhere"
        );
    }
}

/// What a frame knows it still knows, here or under the name of a question that has moved, or there is a note of it.
fn nothing_is_lost(
    (old, new): (&Program, &Program),
    before: &Conversation,
    after: &Conversation,
    notes: &[UpgradeNote],
) {
    assert_eq!(before.frames.len(), after.frames.len(), "no frame is dropped");
    for (was, is) in before.frames.iter().zip(&after.frames) {
        if matches!(was.kind, FrameKind::Handler { of: Some(_) }) {
            continue;
        }
        let slots = &old.bot.flows[was.flow.index()].slots;
        let known = slots.iter().zip(&was.slots);
        let known = known.filter(|(slot, value)| value.is_known() && !slot.name.starts_with('.'));
        let lost: Vec<_> = known
            .filter(|(slot, _)| {
                !notes.iter().any(|note| {
                    matches!(note, UpgradeNote::Dropped { name, .. } if name.ends_with(slot.name.as_str()))
                })
            })
            .collect();
        let kept = is.slots.iter().filter(|value| value.is_known()).count();
        assert!(
            lost.len() <= kept,
            "of {lost:?} only {kept} are still known: {notes:?}"
        );
    }
    let card = old.bot.customer.iter().zip(&before.person.fields);
    for (field, _) in card.filter(|(field, value)| value.is_known() && **value != field.default) {
        let at = new.bot.customer.iter().position(|one| one.name == field.name);
        let kept = at
            .and_then(|at| after.person.fields.get(at))
            .is_some_and(|value| value.is_known());
        let noted = notes.iter().any(
            |note| matches!(note, UpgradeNote::Dropped { name, .. } if name.ends_with(field.name.as_str())),
        );
        assert!(kept || noted, "customer.{} is lost", field.name);
    }
    let consents = |conversation: &Conversation| conversation.person.consents().len();
    let noted = notes
        .iter()
        .filter(|note| matches!(note, UpgradeNote::Dropped { name, .. } if name.starts_with("consent ")));
    assert_eq!(
        consents(before),
        consents(after) + noted.count(),
        "what somebody agreed to is not lost"
    );
    if after.owner == Owner::Nobody {
        assert_eq!(before.owner, Owner::Nobody, "an upgrade ends nothing");
    }
}

/// What was asked waits, or has its end in the records.
fn questions_end(before: &Conversation, after: &Conversation, effects: &[Effect]) {
    let open = |conversation: &Conversation| conversation.frames.iter().filter(|frame| frame.open).count();
    let ended = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Record(Record::Outdated { .. })));
    assert_eq!(
        open(before),
        open(after) + ended.count(),
        "every question that was asked has one end"
    );
}

/// A hand-over goes on, or ends with a word to the queue and a note.
fn people_are_known(before: &Conversation, after: &Conversation, effects: &[Effect], notes: &[UpgradeNote]) {
    if before.escalation.is_none() {
        assert!(after.escalation.is_none());
        return;
    }
    let noted = notes
        .iter()
        .any(|note| matches!(note, UpgradeNote::HandOver { ended: true, .. }));
    let withdrawn = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Withdraw { .. }));
    assert_eq!(
        after.escalation.is_none(),
        noted && withdrawn,
        "a hand-over ends with a note and a word"
    );
    if after.escalation.is_none() {
        assert_ne!(
            after.owner,
            Owner::People,
            "nobody waits for people that are gone"
        );
    }
}
