//! Generated bots that change while generated conversations run: whatever has changed, nobody falls out, nothing is lost
//! without a note, and whoever goes on can be carried there and back.
//!
//! `BOTFLOW_UPGRADE_BOTS` and `BOTFLOW_UPGRADE_FIRST` say how many bots are tried, from which seed on.

use botflow_artifact::versions::{Fate, Judge, PlaceIndex, Versions, place_name};
use botflow_machine::{
    Conversation, Effect, Event, FrameKind, Numbers, Owner, Person, Program, Rest, Running, Speaker,
    UpgradeNote, upgrade,
};
use botflow_scenario::engine::{Engine, MachineEngine, Standing};
use botflow_scenario::script::{self, LineKind};
use botflow_scenario::world::{Observed, Trouble, World};
use botflow_testkit::random::Random;
use botflow_testkit::{bots, talk};
use botflow_values::Value;

use crate::compare::act;
use crate::generated::config;
use crate::project::build;

/// Lines before the new version and behind it.
const LINES: usize = 14;

pub(crate) fn number(name: &str, usual: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(usual)
}

fn program(source: &str) -> Option<Program> {
    let built = build(vec![("bot.flow".to_owned(), source.to_owned())], Some(config()));
    built.ok().map(|built| built.program)
}

/// What an author might change, as far as it can be done to the text.
fn changed(random: &mut Random, source: &str) -> String {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    match random.below(10) {
        // Another name for a step, an answer, a flow.
        0..=3 => {
            let head = random.word(&["step ", "ask ", "flow ", "choose ", "let ", "form "]);
            let names: Vec<String> = (lines.iter())
                .filter_map(|line| {
                    let rest = line.trim_start().strip_prefix(head)?;
                    let name: String = rest
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    (!name.is_empty() && name != "customer" && name != "queue" && name != "main")
                        .then_some(name)
                })
                .collect();
            match random.one(&names) {
                Some(name) => renamed(source, name, &format!("{name}_anew")),
                None => source.to_owned(),
            }
        }
        // Other members, other bounds, other people.
        4 => source.replace("  medium \"Medium\" words \"m\"\n", ""),
        5 => source.replace(
            "  small \"Small\" words \"s\", \"little\"\n",
            "  tiny \"Tiny\"\n  small \"Small\"\n",
        ),
        6 => source
            .replace("from 1 to 10", "from 1 to 3")
            .replace("length 1 to 20", "length 1 to 3"),
        7 => renamed(
            source,
            random.word(&["desk", "day_desk", "sales", "support", "moved", "paid"]),
            "other",
        ),
        // A line that stands by itself is gone.
        8 => {
            let alone: Vec<usize> = (0..lines.len())
                .filter(|at| !lines[*at].contains(['{', '}']))
                .collect();
            if let Some(at) = random.one(&alone) {
                lines.remove(*at);
            }
            lines.join("\n")
        }
        // Another type.
        _ => source.replacen(
            random.word(&[": quantity", ": city", ": size", ": order_number"]),
            ": text",
            1 + random.below(2),
        ),
    }
}

/// A text with another word for one of its words.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let word = |c: char| c.is_alphanumeric() || c == '_';
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

/// The same bot with more of everything in front, so that nothing has the number it had.
pub(crate) fn shifted(source: &str) -> String {
    let more = "\nevent zz_event\n\ntype zz_set {\n  one\n  two\n}\n\nflow zz_flow {\n  ask zz_first: text \"?\"\n  \
                ask zz_second: zz_set \"?\"\n  finish resolved\n}\n\nqueue zz_queue {\n  hours always\n}\n";
    match source.find("\n}\n") {
        Some(end) => format!("{}\n}}\n{more}{}", &source[..end], &source[end + 3..]),
        None => source.to_owned(),
    }
}

/// The machine, looked at closely when it changes versions.
struct Watched<'a> {
    inner: Running<'a>,
    old: &'a Program,
    new: &'a Program,
    other: &'a Program,
}

impl Engine for Watched<'_> {
    fn standing(&self) -> Standing {
        self.inner.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.inner.misunderstood()
    }

    fn upgrade(&mut self, effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        let before = self.inner.conversation.clone();
        let notes = self.inner.upgrade(effects)?;
        let after = &self.inner.conversation;
        self.nothing_is_lost(&before, after, &notes);
        self.strands_as_told(&before, after);
        // There and back again changes nothing but what is forgotten: buttons of earlier messages.
        let mut back = after.clone();
        upgrade(&mut back, self.new, self.other, &mut Vec::new());
        upgrade(&mut back, self.other, self.new, &mut Vec::new());
        let forgets = |conversation: &Conversation| {
            let mut conversation = conversation.clone();
            conversation.offers = None;
            for frame in &mut conversation.frames {
                while frame.slots.last().is_some_and(Value::is_unknown) {
                    frame.slots.pop();
                }
            }
            if let Some(question) = &mut conversation.question {
                question.offered = None;
            }
            conversation
        };
        assert_eq!(forgets(&back), forgets(after), "there and back again");
        let mut same = after.clone();
        assert_eq!(upgrade(&mut same, self.new, self.new, &mut Vec::new()), []);
        assert_eq!(&same, after, "an upgrade to the same version is none");
        Some(notes)
    }
}

impl Watched<'_> {
    /// What `botflow diff` tells of the places at which conversations are stranded is what happens.
    fn strands_as_told(&self, before: &Conversation, after: &Conversation) {
        let (old, new) = (&self.old.bot, &self.new.bot);
        let index = PlaceIndex::of(new);
        let mut judge = Judge::new(Versions::new(old, new, &index));
        for (was, is) in before.frames.iter().zip(&after.frames) {
            if old.places.get(was.at.index()).is_none() {
                continue;
            }
            let name = place_name(old, was.at);
            let strands = new.places.get(is.at.index()).is_none();
            match judge.fate(was.at) {
                Fate::GoesOn(at) => assert_eq!(is.at, at, "`{name}` was said to go on"),
                Fate::Stranded(why, _) => assert!(strands, "`{name}` was said to be stranded: {why:?}"),
                Fate::May(..) => {}
            }
        }
    }

    /// What a frame knows it still knows, or there is a note of it.
    fn nothing_is_lost(&self, before: &Conversation, after: &Conversation, notes: &[UpgradeNote]) {
        assert_eq!(before.frames.len(), after.frames.len());
        for (was, is) in before.frames.iter().zip(&after.frames) {
            if matches!(was.kind, FrameKind::Handler { of: Some(_) }) {
                continue;
            }
            let (old, new) = (
                &self.old.bot.flows[was.flow.index()],
                &self.new.bot.flows[is.flow.index()],
            );
            for (slot, value) in old.slots.iter().zip(&was.slots) {
                if value.is_unknown() || slot.name.starts_with('.') {
                    continue;
                }
                let at = new.slots.iter().position(|one| one.name == slot.name);
                let kept = at
                    .and_then(|at| is.slots.get(at))
                    .is_some_and(|value| value.is_known());
                let noted = notes.iter().any(|note| {
                    matches!(note, UpgradeNote::Dropped { name, .. } if name.ends_with(slot.name.as_str()))
                });
                assert!(kept || noted, "`{}` is lost: {notes:?}", slot.name);
            }
        }
        if after.owner == Owner::Nobody {
            assert_eq!(before.owner, Owner::Nobody, "an upgrade ends nothing");
        }
    }
}

impl Speaker for Watched<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        self.inner.turn(event, effects);
    }

    fn person(&self) -> &Person {
        self.inner.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.inner.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.inner.timer()
    }

    fn rest(&self) -> Rest {
        self.inner.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.inner.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.inner.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.inner.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.inner.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.inner.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.inner.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.inner.moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        self.inner.resumes(at, parked_for, again, effects);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.inner.abandon(at, effects);
    }
}

fn world<'a>(old: &'a Program, new: &'a Program, other: &'a Program) -> World<'a> {
    let before = move |person| -> Box<dyn Engine + 'a> {
        let inner = MachineEngine::new(old, person).with_newer(new);
        Box::new(Watched {
            inner,
            old,
            new,
            other,
        })
    };
    let after = move |person| -> Box<dyn Engine + 'a> { Box::new(MachineEngine::new(new, person)) };
    World::new(old, Box::new(before)).with_newer(new, Box::new(after))
}

/// Carries a line out; how the bot falls out of it, if it does.
fn take(world: &mut World<'_>, line: &str) -> Result<(), String> {
    let script = script::parse(&format!("conversation c\n{line}\n")).map_err(|error| format!("{error:?}"))?;
    for line in script.conversations.into_iter().flat_map(|scene| scene.lines) {
        let observed = match act(world, &line.kind) {
            Ok(observed) => observed,
            // The new version may not have what the line is about.
            Err(Trouble::Endless) => return Err("the bot does not come to rest".into()),
            Err(_) => Vec::new(),
        };
        let fault = observed.iter().find_map(|one| match one {
            Observed::Did(effect) if effect.starts_with("fault") => Some(effect.clone()),
            _ => None,
        });
        if let Some(fault) = fault {
            return Err(fault);
        }
        if matches!(line.kind, LineKind::Customer(_))
            && let Some(standing) = world.standing()
            && standing.owner == Owner::Bot
            && standing.place.is_none()
        {
            return Err("the customer has written, and the conversation rests nowhere".into());
        }
    }
    Ok(())
}

#[test]
fn nobody_falls_out_when_the_bot_changes() {
    let count = number("BOTFLOW_UPGRADE_BOTS", 60);
    let first = number("BOTFLOW_UPGRADE_FIRST", 0);
    let (mut changes, mut wrong) = (0, Vec::new());
    for seed in first..first + count {
        let mut random = Random::new(seed.wrapping_mul(7_919));
        let source = bots::source(seed);
        let Some(old) = program(&source) else { continue };
        let mut later = source.clone();
        for _ in 0..1 + random.below(4) {
            let tried = changed(&mut random, &later);
            if program(&tried).is_some() {
                later = tried;
            }
        }
        let other = program(&shifted(&later));
        assert!(other.is_some(), "{}", shifted(&later));
        let (Some(new), Some(other)) = (program(&later), other) else {
            continue;
        };
        changes += usize::from(later != source);
        for _ in 0..3 {
            let mut world = world(&old, &new, &other);
            let mut lines = talk::headers(&mut random);
            let mut failed = lines.iter().find_map(|line| take(&mut world, line).err());
            let at = random.below(LINES);
            for number in 0..2 * LINES {
                if failed.is_some() {
                    break;
                }
                let line = match number == at {
                    true => "! new version".to_owned(),
                    false => talk::line(&mut random, &world.pressable()),
                };
                lines.push(line.clone());
                failed = take(&mut world, &line).err();
            }
            if let Some(failed) = failed {
                wrong.push(format!(
                    "bot {seed}: {failed}\n{}\n{}",
                    lines.join("\n"),
                    bots::numbered(&later)
                ));
            }
        }
    }
    assert!(
        changes as u64 * 2 > count,
        "{changes} of {count} bots have changed"
    );
    assert!(
        wrong.is_empty(),
        "{} conversations\n\n{}",
        wrong.len(),
        wrong.into_iter().take(2).collect::<Vec<_>>().join("\n\n----\n\n")
    );
}
