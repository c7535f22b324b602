//! Lines that cannot happen, whatever the bot does.

use botflow_artifact::{Bot, PlaceKind};
use botflow_values::Zone;

use super::Issue;
use super::lines::Lines;
use crate::literal;
use crate::run::is_stimulus;
use crate::script::{Advance, Check, Input, Line, LineKind, Scene, Status};

const NAME: &str = "chat-unreachable-line";

/// What is known of a conversation so far.
#[derive(Default)]
struct Known {
    /// Something has happened that the bot can have heard.
    begun: bool,
    /// The bot has said something.
    said: bool,
    /// An event has been reported.
    reported: bool,
    /// The conversation has ended in this line, and nobody has written since.
    ended: Option<usize>,
    /// Only time has passed since it ended.
    time_alone: bool,
    /// The moment, as long as it is known.
    now: Option<i64>,
    /// In what belongs to the last thing that happened: the line that says that nothing was said, and one of the bot's.
    silent: Option<usize>,
    speaks: Option<usize>,
}

pub(super) fn check(bot: &Bot, lines: &Lines<'_>, scene: &Scene, issues: &mut Vec<Issue>) {
    let zone = Zone::named(&bot.timezone).unwrap_or_else(Zone::utc);
    let moment = |date: &str, time: &str| {
        let (date, time) = literal::parse_date(date).zip(literal::parse_time(time))?;
        Some(zone.moment(date, time))
    };
    let mut known = Known {
        now: moment("2026-01-05", "10:00"),
        ..Known::default()
    };
    let alone = people(&scene.lines) <= 1 && ends_for_good(bot);
    let mut tell = |line: &Line, message: String, related: Option<(usize, &str)>| {
        let mut issue = Issue::new(NAME, lines.line(line.first), message);
        issue.related = related.map(|(line, words)| (lines.line(line), words.to_owned()));
        issues.push(issue);
    };
    for line in &scene.lines {
        if is_stimulus(&line.kind) {
            known.silent = None;
            known.speaks = None;
            match &line.kind {
                LineKind::Advance(_) => known.time_alone = true,
                _ => {
                    known.ended = None;
                    known.time_alone = false;
                }
            }
        }
        match &line.kind {
            LineKind::At { date, time } => known.now = moment(date, time),
            LineKind::Advance(Advance::By(span)) => {
                known.now = known.now.map(|now| now.saturating_add((*span).max(0)))
            }
            LineKind::Advance(Advance::Until { date, time, .. }) => {
                let until = date.as_ref().and_then(|date| moment(date, time));
                if let (Some(now), Some(until)) = (known.now, until)
                    && until < now
                {
                    tell(
                        line,
                        "This moment has passed by now: time only goes forward.".to_owned(),
                        None,
                    );
                    return;
                }
                known.now = until;
            }
            LineKind::EventAgain if !known.reported => {
                tell(
                    line,
                    "Nothing has been reported that could be reported again.".to_owned(),
                    None,
                );
                return;
            }
            LineKind::Upgrade => {
                let message =
                    "No other version can take over: `version` says under which one a conversation begins.";
                tell(line, message.to_owned(), None);
                return;
            }
            LineKind::Status(status) if !known.said && bot.triggers.is_empty() => {
                let what = match status {
                    Status::Read => "read",
                    Status::Delivered | Status::NotDelivered => "delivered",
                };
                tell(
                    line,
                    format!("The bot has said nothing that could be {what}."),
                    None,
                );
            }
            LineKind::Event { .. } => known.reported = true,
            LineKind::Bot(_) => {
                if !known.begun {
                    tell(
                        line,
                        "The bot says nothing before something happens.".to_owned(),
                        None,
                    );
                } else if let Some(silent) = known.silent {
                    let other = Some((silent, "Here nothing is said."));
                    tell(
                        line,
                        "The bot cannot say this and nothing at once.".to_owned(),
                        other,
                    );
                } else if let Some(ended) = known.ended.filter(|_| alone && known.time_alone) {
                    let message =
                        "Nothing is said any more: the conversation has ended, and nobody has written since.";
                    tell(line, message.to_owned(), Some((ended, "It ends here.")));
                }
                known.said = true;
                known.speaks = known.speaks.or(Some(line.first));
            }
            LineKind::Effect(effect) => {
                let words: Vec<&str> = effect.split_whitespace().collect();
                if !known.begun {
                    tell(
                        line,
                        "This cannot happen before anything else does.".to_owned(),
                        None,
                    );
                } else if let Some(ended) = known.ended.filter(|_| alone && known.time_alone)
                    && matches!(
                        words.first(),
                        Some(&("call" | "escalate" | "finish" | "tag" | "note" | "stage"))
                    )
                {
                    let message =
                        "This cannot happen: the conversation has ended, and nobody has written since.";
                    tell(line, message.to_owned(), Some((ended, "It ends here.")));
                }
                if words.first() == Some(&"finish") {
                    known.ended = known.ended.or(Some(line.first));
                }
            }
            LineKind::Check(Check::NothingSaid) => {
                if let Some(said) = known.speaks {
                    let other = Some((said, "Here it says something."));
                    tell(
                        line,
                        "The bot cannot say something and nothing at once.".to_owned(),
                        other,
                    );
                }
                known.silent = Some(line.first);
            }
            LineKind::Check(Check::Finished { .. }) => known.ended = known.ended.or(Some(line.first)),
            LineKind::Check(Check::At(_) | Check::Owner(_)) => {
                let nobody = matches!(&line.kind, LineKind::Check(Check::Owner(owner)) if owner == "nobody");
                if let Some(ended) = known.ended.filter(|_| alone && !nobody) {
                    let message =
                        "This cannot hold: the conversation has ended, and nobody has written since.";
                    tell(line, message.to_owned(), Some((ended, "It ends here.")));
                }
            }
            _ => {}
        }
        known.begun |= is_stimulus(&line.kind);
        if matches!(&line.kind, LineKind::Customer(Input::Text(text)) if text.trim().is_empty()) {
            // Nobody knows what an empty message does.
            known.ended = None;
        }
    }
}

/// How many people there are in a conversation.
fn people(lines: &[Line]) -> usize {
    let mut names: Vec<&str> = lines
        .iter()
        .filter_map(|line| match &line.kind {
            LineKind::Person { name, .. } => Some(name.as_str()),
            LineKind::Speaker { person, .. } => Some(person.as_str()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// Whether nothing but a customer, an event or a colleague can make the bot go on once a conversation has ended: no
/// trigger, and no conversation that waits beside it.
fn ends_for_good(bot: &Bot) -> bool {
    let waits = |kind: &PlaceKind| matches!(kind, PlaceKind::Wait { .. } | PlaceKind::WaitFor(_));
    bot.triggers.is_empty() && !bot.places.iter().any(|place| waits(&place.kind))
}
