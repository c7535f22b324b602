//! What was proved of a bot, what was assumed for it, and what could not be decided.

use std::fmt::Write;

use botflow_compiler::config::Config;
use botflow_compiler::project::Project;
use botflow_compiler::rules;
use botflow_message::profiles;
use serde::Serialize;

use super::{Explored, Place, lines};
use crate::cli::ExploreFormat;
use crate::output;
use crate::rehearsal::rehearsed;

/// What is proved where none of these rules finds anything.
const CLAIMS: &[(&str, &[&str])] = &[
    (
        "From every place a conversation goes on, ends, or reaches people.",
        &["dead-end", "no-way-out", "step-falls-off", "wait-in-loop"],
    ),
    (
        "Every turn comes to rest: the bot never talks to itself, and no flow runs itself.",
        &["talks-to-itself", "runs-itself"],
    ),
    (
        "Time alone never makes it say the same again and again.",
        &["nags-for-ever"],
    ),
    (
        "However a conversation ends, it has exactly one outcome.",
        &["ends-without-outcome", "digression-ends-conversation"],
    ),
    (
        "Every flow, step and statement is reached by some conversation.",
        &["unreachable-flow", "unreachable-step", "statement-never-runs"],
    ),
    (
        "Nothing is shown, compared or passed on before it is known.",
        &["unknown-may-be-missing", "not-answered-yet"],
    ),
    (
        "Silence, words that are not understood, wrong answers and failing systems all have words and a way.",
        &[
            "no-silence-way-out",
            "no-unclear-way-out",
            "no-invalid-way-out",
            "no-failure-way-out",
        ],
    ),
    (
        "Every choice has something to choose, and no two options look the same.",
        &["no-option-left", "same-labels"],
    ),
    (
        "No correction and no loop does an action twice.",
        &["repeats-an-action"],
    ),
    ("Nothing sensitive goes where it must not.", &["sensitive-leak"]),
    (
        "Nobody is written to who has not agreed, and nothing takes the words of the law.",
        &["no-consent", "stop-shadowed"],
    ),
    ("No trigger sets itself off.", &["fires-on-itself"]),
    (
        "Nobody waits for people for ever, and no clock talks over them.",
        &[
            "nobody-came",
            "closed-not-handled",
            "handover-cycle",
            "bot-talks-over",
        ],
    ),
    (
        "Nothing but a template is sent where a channel's window may be over.",
        &["outside-window", "template-mismatch"],
    ),
    (
        "Every message fits every channel on which it can be sent, in every language.",
        &[
            "text-too-long",
            "label-too-long",
            "too-many-options",
            "labels-not-unique-after-cut",
            "media-not-supported",
            "media-too-large",
            "card-limits",
            "link-not-allowed",
            "channel-cannot",
        ],
    ),
    (
        "Every text is there in every language, with its holes and plurals.",
        &["missing-translation", "placeholder-mismatch", "missing-plural"],
    ),
];

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    bot: &'a str,
    counts: Counts,
    proved: Vec<Proved>,
    not_so: Vec<NotSo>,
    assumed: Vec<String>,
    undecided: Vec<Undecided>,
}

#[derive(Serialize)]
struct Counts {
    lines: usize,
    flows: usize,
    steps: usize,
    /// Places at which a conversation can wait, and how many of them a conversation reaches.
    places: usize,
    places_reached: usize,
    /// Edges of the state-machine graph that can be taken.
    ways: usize,
    /// Statements that say or ask something.
    statements: usize,
    channels: usize,
    languages: usize,
    triggers: usize,
    escalations: usize,
    /// Places to which a conversation was found and played by the machine, or which one of the bot's own visits.
    places_shown: usize,
    /// Conversations of findings that were played, and how many there are.
    findings: usize,
    findings_shown: usize,
    /// The bot's own conversations, and how many of them pass.
    conversations: usize,
    conversations_passed: usize,
    places_covered: usize,
}

#[derive(Serialize)]
struct Proved {
    claim: &'static str,
    by: Vec<&'static str>,
}

#[derive(Serialize)]
struct NotSo {
    claim: &'static str,
    because: Vec<String>,
}

#[derive(Serialize)]
struct Undecided {
    what: String,
    why: String,
}

/// Prints the report.
pub fn print(project: &Project, explored: &Explored<'_>, format: ExploreFormat) {
    let report = report(project, explored);
    match format {
        ExploreFormat::Human => output::data(&human(&report)),
        ExploreFormat::Json => output::data(&as_json(&report)),
    }
}

/// Plain data as one line of JSON.
#[expect(clippy::expect_used, reason = "plain data has a JSON form")]
pub fn as_json(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string(report).expect("plain data has a JSON form");
    text.push('\n');
    text
}

fn report<'a>(project: &Project, explored: &'a Explored<'_>) -> Report<'a> {
    let bot = &explored.checked.lowered.bot;
    let (proved, not_so) = claims(project, explored);
    Report {
        version: 1,
        bot: &bot.name,
        counts: counts(project, explored),
        proved,
        not_so,
        assumed: assumed(explored),
        undecided: undecided(explored),
    }
}

fn counts(project: &Project, explored: &Explored<'_>) -> Counts {
    let bot = &explored.checked.lowered.bot;
    let places: Vec<&Place> = explored.shown(false).collect();
    let count = |wanted: fn(&Place) -> bool| places.iter().filter(|place| wanted(place)).count();
    let shown = rehearsed(explored.checked);
    Counts {
        lines: lines(project),
        flows: bot.flows.len().saturating_sub(1),
        steps: bot.steps.len(),
        places: places.len(),
        places_reached: count(|place| !place.visit.reached.is_never()),
        ways: explored.tour.ways(),
        statements: explored.tour.exploration().all_sites().len(),
        channels: bot.channels.len(),
        languages: bot.languages.len(),
        triggers: bot.triggers.len(),
        escalations: bot.escalations.len(),
        places_shown: count(|place| place.way.is_ok() || place.covered.is_some()),
        findings: shown.len(),
        findings_shown: shown
            .iter()
            .filter(|finding| !finding.conversation.is_empty())
            .count(),
        conversations: explored.chats.conversations,
        conversations_passed: explored.chats.conversations - explored.chats.failed,
        places_covered: count(|place| place.covered.is_some() && !place.visit.reached.is_never()),
    }
}

/// What holds, and what does not, with the findings that stand against it.
fn claims(project: &Project, explored: &Explored<'_>) -> (Vec<Proved>, Vec<NotSo>) {
    let config = project
        .config
        .as_deref()
        .map(|text| Config::parse(text).0)
        .unwrap_or_default();
    let (mut proved, mut not_so) = (Vec::new(), Vec::new());
    for (claim, names) in CLAIMS {
        let names: Vec<&'static str> = names
            .iter()
            .copied()
            .filter(|name| rules::find(name).is_some())
            .collect();
        if names.is_empty() {
            continue;
        }
        let mut because = Vec::new();
        for name in &names {
            let findings = explored.checked.findings.iter();
            let findings = findings.filter(|finding| finding.rule.name == *name).count();
            let allowed = explored.checked.allowed.iter();
            let allowed = allowed
                .filter(|allowed| allowed.finding.rule.name == *name)
                .count();
            if findings > 0 {
                because.push(format!("`{name}` finds {findings}"));
            }
            if allowed > 0 {
                because.push(format!("a comment allows {allowed} of `{name}`"));
            }
            if config.levels.is_off(name) {
                because.push(format!("`{name}` is off in botflow.toml"));
            }
        }
        match because.is_empty() {
            true => proved.push(Proved { claim, by: names }),
            false => not_so.push(NotSo { claim, because }),
        }
    }
    (proved, not_so)
}

fn assumed(explored: &Explored<'_>) -> Vec<String> {
    let bot = &explored.checked.lowered.bot;
    let mut assumed = vec![
        "Who is in a conversation goes on on the channel and in the language in which it is.".to_owned(),
        "What decides by anything else than channel and language may decide either way.".to_owned(),
        "A silence of 31 days or more counts as one without a bound.".to_owned(),
    ];
    if !bot.calls.is_empty() {
        assumed.push(
            "Systems answer or fail within the timeout of their call and its retries, and what they give is of the \
             declared type."
                .to_owned(),
        );
    }
    if !bot.escalations.is_empty() {
        assumed.push(
            "Colleagues who have a conversation do what they do while the customer is there; whether any come is not \
             assumed."
                .to_owned(),
        );
    }
    if !bot.triggers.is_empty() {
        assumed.push("Of somebody to whom a trigger writes it is not known when they last wrote.".to_owned());
    }
    let dated = bot.channels.iter().filter_map(|channel| {
        let profile = profiles::builtin(channel)?;
        Some(format!("{channel} {}", profile.date))
    });
    let dated: Vec<String> = dated.collect();
    if !dated.is_empty() {
        assumed.push(format!(
            "What channels can show is as it was known: {}.",
            dated.join(", ")
        ));
    }
    assumed
}

fn undecided(explored: &Explored<'_>) -> Vec<Undecided> {
    let bot = &explored.checked.lowered.bot;
    let exploration = explored.tour.exploration();
    let mut undecided = Vec::new();
    for flow in exploration.undecided() {
        let name = bot
            .flows
            .get(flow.index())
            .map_or("always", |flow| flow.name.as_str());
        undecided.push(Undecided {
            what: format!("On which channels, in which languages and after how much silence `{name}` runs."),
            why: "it runs itself, or is too tangled: everything is taken to be possible there".to_owned(),
        });
    }
    for place in explored.shown(false) {
        if exploration.is_of_unknown_length(place.visit.place) {
            undecided.push(Undecided {
                what: format!("How long `{}` takes.", place.visit.name),
                why: "its duration is a value: it does not count as silence".to_owned(),
            });
        }
        if let (Err(why), None, false) = (&place.way, &place.covered, place.visit.reached.is_never()) {
            undecided.push(Undecided {
                what: format!("A conversation that comes to `{}`.", place.visit.name),
                why: why.clone(),
            });
        }
    }
    for file in &explored.chats.unreadable {
        undecided.push(Undecided {
            what: format!("What `{file}` covers."),
            why: "it cannot be read: see `botflow test`".to_owned(),
        });
    }
    undecided
}

fn human(report: &Report<'_>) -> String {
    let mut out = String::new();
    let counts = &report.counts;
    let _ = writeln!(out, "{}: {} lines", report.bot, counts.lines);
    let rows: [(&str, String); 9] = [
        (
            "flows and steps",
            format!("{} and {}", counts.flows, counts.steps),
        ),
        (
            "places where it waits",
            format!(
                "{}, of which {} can be reached",
                counts.places, counts.places_reached
            ),
        ),
        ("ways between them", counts.ways.to_string()),
        ("statements that say or ask", counts.statements.to_string()),
        (
            "channels and languages",
            format!("{} and {}", counts.channels, counts.languages),
        ),
        (
            "triggers and escalations",
            format!("{} and {}", counts.triggers, counts.escalations),
        ),
        (
            "conversations found and played",
            format!("to {} of the places", counts.places_shown),
        ),
        (
            "findings",
            format!(
                "{}, {} of them with a conversation that was played",
                counts.findings, counts.findings_shown
            ),
        ),
        (
            "the bot's own conversations",
            format!(
                "{}, of which {} pass; they visit {} of the places",
                counts.conversations, counts.conversations_passed, counts.places_covered
            ),
        ),
    ];
    for (what, count) in rows {
        let _ = writeln!(out, "  {what:<32}{count}");
    }
    let mut part = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for line in lines {
                let _ = writeln!(out, "  - {line}");
            }
        }
    };
    part(
        "Proved, of every conversation:",
        report
            .proved
            .iter()
            .map(|proved| proved.claim.to_owned())
            .collect(),
    );
    part(
        "Not proved:",
        (report.not_so.iter())
            .map(|not_so| format!("{} But {}.", not_so.claim, not_so.because.join(", and ")))
            .collect(),
    );
    part("Assumed:", report.assumed.clone());
    part(
        "Not decided:",
        (report.undecided.iter())
            .map(|undecided| format!("{} Because {}.", undecided.what, undecided.why))
            .collect(),
    );
    out
}
