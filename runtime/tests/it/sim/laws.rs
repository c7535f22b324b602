//! What has to hold of every simulation when it is over.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use botflow_machine::{Delivery as Status, Owner};
use botflow_runtime::contact::input::{Occasion, Said};
use botflow_runtime::contact::merging::join;
use botflow_runtime::contact::{
    Author, Contact, ContactId, Input, Outgoing, PeopleEvent, Plan, carried_over, plan,
};
use botflow_runtime::deployment::Version;
use botflow_runtime::engine::Inbound;
use botflow_runtime::store::commit::effect_key;
use botflow_runtime::store::{Filter, LetterState, Snapshot, Store};
use smol_str::SmolStr;

use super::bots;
use super::customers::POISON;
use super::ends::answer_of;
use super::world::{Seen, Told, World, Written};

/// A letter: which commit wrote it, its place there, and what it is.
type Letters<'a> = BTreeMap<SmolStr, (usize, usize, &'a Outgoing)>;

/// A commit that was written, read.
struct Turn<'a> {
    written: &'a Written,
    before: Option<Rc<Contact>>,
    after: Rc<Contact>,
}

/// Everything that does not hold, and what a simulation came to.
pub async fn judge(world: &World, mut seen: Seen) -> (Vec<String>, BTreeMap<&'static str, u64>) {
    let mut broken = std::mem::take(&mut seen.problems);
    let mut letters = Letters::new();
    for (at, written) in seen.written.iter().enumerate() {
        let commit = &written.commit;
        for (place, outgoing) in commit.outgoing.iter().enumerate() {
            let key = effect_key(commit.contact, commit.expect + 1, place);
            letters.insert(key.into(), (at, place, outgoing));
        }
    }
    let turns = turns(&seen, &mut broken);
    causes(&seen, &mut broken);
    once(&seen, &mut broken);
    in_a_row(&seen, &mut broken);
    revisions(&seen, &mut broken);
    deliveries(&seen, &letters, &mut broken);
    silence(&turns, &mut broken);
    waits(&seen, &mut broken);
    versions(&turns, &mut broken);
    for turn in &turns {
        if let Err(problem) = replay(turn, &seen, &letters) {
            broken.push(problem);
        }
    }
    rest(world, &seen, &mut broken).await;
    let counts = counts(&seen, &turns);
    (broken, counts)
}

/// Each commit with what was kept before and after it.
fn turns<'a>(seen: &'a Seen, broken: &mut Vec<String>) -> Vec<Turn<'a>> {
    let mut latest: BTreeMap<ContactId, (&[u8], Rc<Contact>)> = BTreeMap::new();
    let mut turns = Vec::with_capacity(seen.written.len());
    for written in &seen.written {
        let commit = &written.commit;
        let before = latest.get(&commit.contact);
        if before.map(|(bytes, _)| *bytes) != written.before.as_deref() {
            broken.push(format!(
                "what is kept of {} is not what was written",
                commit.contact
            ));
        }
        let before = before.map(|(_, contact)| Rc::clone(contact));
        let after = Rc::new(read(&commit.state).expect("what was written can be read"));
        latest.insert(commit.contact, (&commit.state, Rc::clone(&after)));
        turns.push(Turn {
            written,
            before,
            after,
        });
    }
    turns
}

/// What every larger number of simulations has to come to: what does not happen is not held.
pub const HAPPENS: [&str; 26] = [
    "a clock",
    "a colleague",
    "a colleague's answer",
    "acknowledged again",
    "begun by the host",
    "by chance",
    "carried over",
    "delivered again",
    "ended",
    "handed over",
    "merged",
    "of a call",
    "once",
    "once for all",
    "poisoned",
    "poisoned others",
    "proven",
    "read",
    "refused by a channel",
    "refused by a system",
    "repeated",
    "several at once",
    "told by a trigger",
    "too late",
    "upgraded",
    "upgraded again",
];

/// How often what happened that a simulation is about.
fn counts(seen: &Seen, turns: &[Turn<'_>]) -> BTreeMap<&'static str, u64> {
    let mut counts = seen.counts.clone();
    let mut count = |what, happened: bool| *counts.entry(what).or_default() += u64::from(happened);
    for Turn {
        written,
        before,
        after,
    } in turns
    {
        let commit = &written.commit;
        let cause = commit.cause.as_ref().map_or("", |cause| cause.key.as_str());
        let says = |words: &str| {
            let mut lines = commit.transcript.iter();
            lines.any(
                |line| matches!(&line.said, Author::Bot { content, .. } if content.text.starts_with(words)),
            )
        };
        count("a clock", cause.is_empty() && says("Still there?"));
        count("a colleague", cause.starts_with("host.colleague"));
        count("merged", commit.absorbs.is_some());
        count("a colleague's answer", says("A colleague says 7"));
        count("begun by the host", cause.ends_with(".started"));
        count("by chance", says("A "));
        count("once", cause.starts_with("once."));
        count("proven", says("That is you."));
        count("read", says("You have read it."));
        count("of a call", cause.starts_with("call.") && says("There are"));
        count("refused by a system", says("It was there."));
        count("told by a trigger", says("Parcel"));
        let before = before.as_ref().map(|before| before.bot());
        let goes_over = before.is_some_and(|before| before != after.bot());
        count("upgraded", goes_over);
        count("upgraded again", goes_over && after.bot() == bots::hash(2));
        // What a system answered to an earlier version.
        let asked = cause.strip_prefix("call.").and_then(|key| seen.asked_by.get(key));
        count("carried over", asked.is_some_and(|asked| *asked != after.bot()));
    }
    count("once for all", !seen.once_acked.is_empty());
    count("refused by a channel", !seen.refused.is_empty());
    count("several at once", seen.in_a_row.iter().any(|row| row.len() > 1));
    for event in seen.people.values() {
        count("handed over", matches!(event, PeopleEvent::HandOver { .. }));
    }
    let keys: BTreeSet<_> = seen.arrivals.iter().map(|arrival| &arrival.key).collect();
    count("delivered again", keys.len() < seen.arrivals.len());
    counts
}

/// What is acknowledged is written, and everything is written once.
fn causes(seen: &Seen, broken: &mut Vec<String>) {
    let mut times: BTreeMap<&str, Vec<&Written>> = BTreeMap::new();
    for written in &seen.written {
        if let Some(cause) = &written.commit.cause {
            times.entry(&cause.key).or_default().push(written);
        }
    }
    for (cause, written) in &times {
        if written.len() > 1 {
            broken.push(format!("{cause} is written {} times", written.len()));
        }
        if let Some(Told::Inbound(inbound)) = seen.told.get(*cause)
            && let Said::Message(text) = &inbound.what
        {
            let lines = written[0].commit.transcript.iter();
            let theirs = lines
                .filter(|line| matches!(&line.said, Author::Customer { text: said, .. } if said == text));
            if theirs.count() != 1 {
                broken.push(format!("{cause} is not one line of its transcript"));
            }
        }
    }
    for (cause, ack) in &seen.acked {
        match times.get(cause.as_str()) {
            None => broken.push(format!("{cause} was acknowledged and is lost")),
            Some(written) => {
                let commit = &written[0].commit;
                let effects: Vec<SmolStr> = (0..commit.outgoing.len())
                    .map(|place| effect_key(commit.contact, commit.expect + 1, place).into())
                    .collect();
                if ack.revision != commit.expect + 1 || ack.effects != effects {
                    broken.push(format!("{cause} was acknowledged otherwise than it was written"));
                }
            }
        }
    }
}

/// What has no id, and is sent once, is said once at most, and not lost where that was acknowledged.
fn once(seen: &Seen, broken: &mut Vec<String>) {
    let lines = seen.written.iter().flat_map(|written| &written.commit.transcript);
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for line in lines {
        if let Author::Customer { text, .. } = &line.said {
            *times.entry(text).or_default() += 1;
        }
    }
    for inbound in &seen.once {
        let Said::Message(text) = &inbound.what else {
            continue;
        };
        if text == POISON {
            continue;
        }
        let said = times.get(text.as_str()).copied().unwrap_or(0);
        if said > 1 {
            broken.push(format!("`{text}` was sent once and is said {said} times"));
        }
        if said == 0 && seen.once_acked.contains(text) {
            broken.push(format!("`{text}` was acknowledged and is lost"));
        }
    }
}

/// What one host was sent at once it takes in that order, as far as it takes it at the first time.
fn in_a_row(seen: &Seen, broken: &mut Vec<String>) {
    for row in &seen.in_a_row {
        let first = row.iter().filter(|(_, ack)| !ack.duplicate);
        let first: Vec<_> = first.collect();
        for pair in first.windows(2) {
            let [(one, before), (other, after)] = pair else {
                continue;
            };
            if before.contact == after.contact && before.revision >= after.revision {
                broken.push(format!("{other} was sent after {one} and is taken before it"));
            }
        }
    }
}

/// Revisions and numbers of lines have no gap.
fn revisions(seen: &Seen, broken: &mut Vec<String>) {
    let mut at: BTreeMap<ContactId, u64> = BTreeMap::new();
    for Written { commit, .. } in &seen.written {
        let known = at.insert(commit.contact, commit.expect + 1).unwrap_or(0);
        if known != commit.expect {
            broken.push(format!(
                "{} goes from {known} to {}",
                commit.contact,
                commit.expect + 1
            ));
        }
    }
}

/// Each letter arrives, under one key with one content, in the order of its lane.
fn deliveries(seen: &Seen, letters: &Letters<'_>, broken: &mut Vec<String>) {
    let mut arrived: BTreeMap<&str, _> = BTreeMap::new();
    let mut last: BTreeMap<(&str, &str, &str), (usize, usize, &str)> = BTreeMap::new();
    for arrival in &seen.arrivals {
        let content = (&arrival.address, &arrival.text, arrival.number);
        if let Some(known) = arrived.insert(arrival.key.as_str(), content) {
            if known != content {
                broken.push(format!("{} says {content:?} after {known:?}", arrival.key));
            }
            continue;
        }
        let Some(&(at, place, _)) = letters.get(&arrival.key) else {
            broken.push(format!("{} was never written", arrival.key));
            continue;
        };
        // Two who prove one address are two people until they have.
        let writer = match arrival.channel.as_str() {
            "email" => arrival.key.split('.').next().unwrap_or_default(),
            _ => "",
        };
        let lane = (arrival.channel.as_str(), arrival.address.as_str(), writer);
        let now = (at, place, arrival.key.as_str());
        if let Some(before) = last.insert(lane, now)
            && (before.0, before.1) > (at, place)
        {
            broken.push(format!("{} arrives after {}", arrival.key, before.2));
        }
    }
    for (key, (_, _, outgoing)) in letters {
        let has_arrived = match outgoing {
            Outgoing::Say(_) => arrived.contains_key(key.as_str()) || seen.refused.contains(key),
            Outgoing::Tell { .. } => seen.people.contains_key(key),
            // What became of them is a turn.
            Outgoing::Call { .. } | Outgoing::Identify { .. } => true,
        };
        if !has_arrived {
            broken.push(format!("{key} does not arrive: {outgoing:?}"));
        }
    }
}

/// The bot says nothing while people have the conversation.
fn silence(turns: &[Turn<'_>], broken: &mut Vec<String>) {
    let people = |contact: &Contact| contact.speaking().owner == Owner::People;
    for Turn {
        written,
        before,
        after,
    } in turns
    {
        let mut lines = written.commit.transcript.iter();
        let line = lines.find(|line| matches!(line.said, Author::Bot { .. }));
        if line.is_some() && before.as_deref().is_some_and(people) && people(after) {
            broken.push(format!("the bot speaks for people: {line:?}"));
        }
    }
}

/// Nobody is taken back to an earlier version.
fn versions(turns: &[Turn<'_>], broken: &mut Vec<String>) {
    let nth = |hash: u64| (0..bots::VERSIONS).find(|place| bots::hash(*place) == hash);
    for turn in turns {
        let Some(before) = &turn.before else { continue };
        let (was, is) = (nth(before.bot()), nth(turn.after.bot()));
        if is < was {
            let contact = turn.written.commit.contact;
            broken.push(format!("{contact} goes from version {was:?} to {is:?}"));
        }
    }
}

/// A wait is over once at most.
fn waits(seen: &Seen, broken: &mut Vec<String>) {
    let (mut began, mut ended) = (0, 0);
    for line in seen.written.iter().flat_map(|written| &written.commit.transcript) {
        if let Author::Bot { content, .. } = &line.said {
            began += u64::from(content.text == "I wait.");
            ended += u64::from(content.text == "The time is over.");
        }
    }
    if ended > began {
        broken.push(format!("{began} waits are over {ended} times"));
    }
}

/// What was written is what follows from what was kept before and from what happened, as if nothing else went on.
fn replay(turn: &Turn<'_>, seen: &Seen, letters: &Letters<'_>) -> Result<(), String> {
    let written = turn.written;
    let commit = &written.commit;
    let cause = commit.cause.as_ref().map_or("", |cause| cause.key.as_str());
    let now = commit.at;
    let version = bots::known(turn.after.bot());
    let before = match &turn.before {
        Some(before) => Contact::clone(before),
        None => Contact::new(commit.contact, version),
    };
    let older = bots::known(before.bot());
    let mut differs = Vec::new();
    let inputs = inputs(cause, seen, letters, (version, &before));
    // Little is left to chance: mostly any number does.
    for seed in std::iter::once(1).chain(drawn(cause, written, seen)) {
        for input in &inputs {
            let occasion = Occasion {
                id: id_of(cause),
                now,
                seed,
                input: input.clone(),
            };
            let again = match &written.absorbed {
                Some(absorbed) => {
                    let gone = read(absorbed)?;
                    let from = bots::known(gone.bot());
                    let joined = join(
                        version,
                        (before.clone(), Some(older)),
                        (gone, Some(from)),
                        &occasion,
                    );
                    let mut plan = joined.plan;
                    if let Some(gone) = commit.absorbs {
                        plan.contact.absorb(gone.contact, joined.messages_from);
                    }
                    plan
                }
                None => plan(version, Some(older), before.clone(), occasion),
            };
            match differs_from(&again, written) {
                None => return Ok(()),
                Some(how) if seed == 1 => differs.push(how),
                Some(_) => {}
            }
        }
    }
    Err(format!(
        "{} at {} does not follow from `{cause}`: {}",
        commit.contact,
        commit.expect + 1,
        differs.join("; or: ")
    ))
}

/// The numbers from which the chance of a turn may come: its own, where its cause tells; else those that its host has drawn
/// before, the last one first.
fn drawn(cause: &str, written: &Written, seen: &Seen) -> Vec<u64> {
    if let Some(seed) = cause.strip_prefix("once.") {
        return u64::from_str_radix(seed, 16).into_iter().collect();
    }
    let all = seen.drawn.get(&written.host).map_or(&[][..], Vec::as_slice);
    let before = &all[..written.drawn.min(all.len())];
    before.iter().rev().take(500).copied().collect()
}

fn read(bytes: &[u8]) -> Result<Contact, String> {
    Contact::from_bytes(bytes).map_err(|error| error.to_string())
}

fn differs_from(again: &Plan, written: &Written) -> Option<String> {
    let commit = &written.commit;
    if again.transcript != commit.transcript {
        return Some(format!("{:?}, not {:?}", again.transcript, commit.transcript));
    }
    if again.wake != commit.wake {
        return Some(format!("it wakes at {:?}, not {:?}", again.wake, commit.wake));
    }
    if again.outgoing != commit.outgoing {
        return Some(format!("{:?}, not {:?}", again.outgoing, commit.outgoing));
    }
    if again.contact.to_bytes() != commit.state {
        return Some("what is kept is another".to_owned());
    }
    None
}

/// What may have been heard under a cause.
fn inputs(
    cause: &str,
    seen: &Seen,
    letters: &Letters<'_>,
    (version, before): (&Version, &Contact),
) -> Vec<Input> {
    let at = |inbound: &Inbound| Input::At {
        channel: inbound.channel.clone(),
        address: inbound.address.clone(),
        what: inbound.what.clone(),
    };
    // Messages of somebody who turned out to be another one have other numbers there.
    let renumbered = |was: ContactId, input: &Input| {
        let mut input = input.clone();
        if let Input::Status { message, .. } = &mut input {
            *message = before.renumbered(was, *message);
        }
        input
    };
    match seen.told.get(cause) {
        Some(Told::Inbound(inbound)) => return vec![at(inbound)],
        Some(Told::Host(input)) => return vec![input.clone()],
        Some(Told::Report(was, input)) => return vec![renumbered(*was, input)],
        None => {}
    }
    if cause.starts_with("once.") {
        return seen.once.iter().map(at).collect();
    }
    let letter = |prefix: &str| {
        let key = cause.strip_prefix(prefix)?;
        let (_, _, outgoing) = letters.get(key)?;
        Some((key, *outgoing))
    };
    if let Some((key, Outgoing::Call { bot, name, request })) = letter("call.") {
        let failed = |failure| Input::CallFailed {
            call: request.number,
            attempt: request.attempt,
            failure,
        };
        let answered = match answer_of(key, name, *bot) {
            Ok(value) => carried_over(version, Some(bots::known(*bot)), request, value),
            Err(failure) => failed(failure),
        };
        // Or the system did not answer in time.
        return vec![answered, failed(None)];
    }
    if let Some((key, Outgoing::Say(saying))) = letter("dead.") {
        let was = key.split('.').next().and_then(|was| was.parse().ok());
        let input = Input::Status {
            message: saying.number,
            channel: saying.channel.clone(),
            status: Status::Failed,
        };
        return vec![renumbered(was.expect("keys begin with the person"), &input)];
    }
    // Its clock, or somebody came by.
    std::iter::once(Input::Due)
        .chain(seen.came.iter().map(at))
        .collect()
}

fn id_of(cause: &str) -> u64 {
    if cause.is_empty() {
        return 0;
    }
    let hash = blake3::hash(cause.as_bytes());
    let first = hash.as_bytes().first_chunk::<8>();
    first.map_or(1, |first| u64::from_le_bytes(*first)).max(1)
}

/// When all is over nothing is left to be done.
async fn rest(world: &World, seen: &Seen, broken: &mut Vec<String>) {
    let store = &world.store;
    let all = Filter {
        limit: usize::MAX,
        ..Filter::default()
    };
    for letter in store.letters(&all).await.expect("memory does not fail") {
        let state = match letter.state {
            LetterState::Dead if seen.refused.contains(&letter.key) => continue,
            LetterState::Ready => "still waits",
            LetterState::Dead => "is given up",
        };
        broken.push(format!(
            "{} {state}: {} {}",
            letter.key, letter.route, letter.error
        ));
    }
    let now = world.now();
    for contact in store
        .due(now, now, usize::MAX)
        .await
        .expect("memory does not fail")
    {
        broken.push(format!("the clock of {contact} is not heard"));
    }
    let mut people: Vec<ContactId> = seen
        .written
        .iter()
        .map(|written| written.commit.contact)
        .collect();
    people.sort_unstable();
    people.dedup();
    let mut lines = 0;
    for contact in people {
        let kept = store.load(&[contact]).await.expect("memory does not fail");
        let transcript = store
            .transcript(contact, 0, usize::MAX)
            .await
            .expect("memory does not fail");
        lines += transcript.len();
        match &kept[0] {
            Some(Snapshot::Kept { state, .. }) => {
                let count = read(state).expect("what was written can be read").lines();
                let numbers = transcript.iter().map(|line| line.number);
                if !numbers.eq(1..=count) {
                    broken.push(format!("the lines of {contact} have gaps, or are not {count}"));
                }
            }
            _ if transcript.is_empty() => {}
            _ => broken.push(format!("{contact} is somebody else and has lines")),
        }
    }
    let written: usize = seen
        .written
        .iter()
        .map(|written| written.commit.transcript.len())
        .sum();
    if written != lines {
        broken.push(format!("of {written} lines {lines} are kept"));
    }
}
