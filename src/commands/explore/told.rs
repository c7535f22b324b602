//! Places for people and for programs.

use std::fmt::Write;

use botflow_compiler::explore::{OnChannel, Quiet, Reached};
use botflow_compiler::graph::label::duration;
use serde::Serialize;

use super::{Explored, Place};

/// All places, as people read them.
pub fn human(explored: &Explored<'_>, uncovered: bool) -> String {
    let mut out = String::new();
    for place in explored.shown(uncovered) {
        let visit = &place.visit;
        let covered = match (place.covered.is_some(), visit.reached.is_never()) {
            (true, _) => "",
            (false, true) => "  (no conversation comes here)",
            (false, false) => "  (no .chat file comes here)",
        };
        let _ = writeln!(out, "{}  {}{covered}", visit.name, visit.kind);
        let about = visit.about.replace('\n', " ");
        let _ = writeln!(out, "  {about}");
        if !visit.reached.is_never() {
            let _ = writeln!(out, "  {}", known(explored, &visit.reached));
        }
        match &place.way {
            Ok(lines) => lines.iter().for_each(|line| {
                let _ = writeln!(out, "    {line}");
            }),
            Err(_) if visit.reached.is_never() => {}
            Err(why) => {
                let _ = match &place.covered {
                    Some(conversation) => writeln!(out, "    (see the conversation {conversation})"),
                    None => writeln!(out, "    ({why})"),
                };
            }
        }
        out.push('\n');
    }
    let _ = write!(out, "{}", summary(explored, uncovered));
    out
}

fn summary(explored: &Explored<'_>, uncovered: bool) -> String {
    let all: Vec<&Place> = explored
        .shown(false)
        .filter(|place| !place.visit.reached.is_never())
        .collect();
    let covered = all.iter().filter(|place| place.covered.is_some()).count();
    let conversations = match explored.chats.conversations {
        1 => "1 conversation visits".to_owned(),
        more => format!("{more} conversations visit"),
    };
    let none = match uncovered && covered == all.len() {
        true => " Nothing is missing.",
        false => "",
    };
    let failing = match explored.chats.failed {
        0 => String::new(),
        1 => " One of them fails: see `botflow test`.".to_owned(),
        failed => format!(" {failed} of them fail: see `botflow test`."),
    };
    let places = match all.len() {
        1 => "1 place".to_owned(),
        more => format!("{more} places"),
    };
    format!("{places}; {conversations} {covered} of them.{none}{failing}\n")
}

/// What is known, in one line: `web, whatsapp up to 2h after the customer wrote; en, ro`.
pub fn known(explored: &Explored<'_>, reached: &Reached) -> String {
    // Channels of which the same is known are told together.
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for on in &reached.channels {
        let silence = silence(on);
        match groups.iter_mut().find(|(known, _)| *known == silence) {
            Some((_, channels)) => channels.push(&on.channel),
            None => groups.push((silence, vec![&on.channel])),
        }
    }
    let groups = groups
        .iter()
        .map(|(silence, channels)| format!("{} {silence}", channels.join(", ")));
    let bot = &explored.checked.lowered.bot;
    let languages = reached.languages.iter();
    let languages: Vec<&str> = languages
        .filter_map(|language| bot.languages.get(language.index()).map(smol_str::SmolStr::as_str))
        .collect();
    let mut line = groups.collect::<Vec<_>>().join("; ");
    if bot.languages.len() > 1 {
        let _ = write!(line, "; in {}", languages.join(", "));
    }
    line
}

fn silence(on: &OnChannel) -> String {
    let written = match on.written {
        None => String::new(),
        Some(Quiet::Unbounded) => "any time after the customer wrote".to_owned(),
        Some(Quiet::AtMost(0)) => "at once".to_owned(),
        Some(Quiet::AtMost(ms)) => format!("up to {} after the customer wrote", duration(ms)),
    };
    match (on.unwritten, written.is_empty()) {
        (false, _) => written,
        (true, true) => "before the customer has written".to_owned(),
        (true, false) => format!("before the customer has written, or {written}"),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    bot: &'a str,
    lines: usize,
    conversations: usize,
    failing: usize,
    places: Vec<JsonPlace<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    name: &'a str,
    kind: &'a str,
    about: &'a str,
    file: &'a str,
    line: usize,
    reached: bool,
    /// The first conversation of the bot's that rests there.
    covered_by: Option<&'a str>,
    channels: Vec<JsonChannel<'a>>,
    languages: Vec<&'a str>,
    begun_by: Vec<&'a str>,
    conversation: &'a [String],
    why_no_conversation: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonChannel<'a> {
    channel: &'a str,
    /// A trigger can have begun it, and the customer has not written yet.
    unwritten: bool,
    /// The customer can have written.
    written: bool,
    /// At most so many milliseconds ago; null = nothing bounds it.
    silent_at_most_ms: Option<i64>,
}

/// All places as JSON.
pub fn json(explored: &Explored<'_>, uncovered: bool) -> String {
    let bot = &explored.checked.lowered.bot;
    let sources = &explored.checked.files;
    let places = explored.shown(uncovered).map(|place| {
        let visit = &place.visit;
        let reached = &visit.reached;
        let source = sources.get(visit.span.file.0 as usize);
        let before = source.and_then(|source| source.text.get(..visit.span.start as usize));
        let mut begun_by: Vec<&str> = Vec::new();
        begun_by.extend(reached.by_customer.then_some("customer"));
        begun_by.extend(reached.by_operators.then_some("operator"));
        let triggers = reached
            .triggers
            .iter()
            .filter_map(|id| bot.triggers.get(id.index()));
        begun_by.extend(triggers.map(|trigger| trigger.name.as_str()));
        JsonPlace {
            name: &visit.name,
            kind: visit.kind,
            about: &visit.about,
            file: source.map_or("", |source| source.path.as_str()),
            line: before.map_or(1, |before| before.matches('\n').count() + 1),
            reached: !reached.is_never(),
            covered_by: place.covered.as_deref(),
            channels: (reached.channels.iter())
                .map(|on| JsonChannel {
                    channel: &on.channel,
                    unwritten: on.unwritten,
                    written: on.written.is_some(),
                    silent_at_most_ms: match on.written {
                        Some(Quiet::AtMost(ms)) => Some(ms),
                        _ => None,
                    },
                })
                .collect(),
            languages: (reached.languages.iter())
                .filter_map(|language| bot.languages.get(language.index()).map(smol_str::SmolStr::as_str))
                .collect(),
            begun_by,
            conversation: place.way.as_deref().unwrap_or_default(),
            why_no_conversation: place.way.as_ref().err().map(String::as_str),
        }
    });
    let report = Report {
        version: 1,
        bot: &bot.name,
        lines: explored
            .checked
            .files
            .iter()
            .map(|source| source.text.lines().count())
            .sum(),
        conversations: explored.chats.conversations,
        failing: explored.chats.failed,
        places: places.collect(),
    };
    super::proof::as_json(&report)
}
