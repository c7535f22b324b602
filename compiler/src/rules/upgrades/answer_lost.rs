//! `answer-lost`: what follows needs an answer that conversations under way do not have.

use botflow_artifact::versions::{Gone, answers};
use botflow_artifact::*;

use super::place_removed::Renamed;
use crate::diff::upgrade::{Found, Pair, Stranded};
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF904",
    name: "answer-lost",
    level: Level::Error,
    summary: "What follows a place needs an answer that conversations of the old version do not have there.",
    page: include_str!("answer_lost.md"),
};

/// One finding for each variable that is lacking.
pub(super) fn check(
    pair: &Pair<'_>,
    renamed: &Renamed,
    changed: &[(FlowId, SlotId)],
    found: &mut Vec<Found>,
) {
    let mut lacking: Vec<((FlowId, SlotId), Vec<&Stranded>)> = Vec::new();
    for one in pair.stranded.iter().filter(|one| one.why == Gone::Lacks) {
        let Some(slot) = one.lacks.filter(|slot| !changed.contains(slot)) else {
            continue;
        };
        match lacking.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, places)) => places.push(one),
            None => lacking.push((slot, vec![one])),
        }
    }
    for ((flow, slot), places) in lacking {
        // The answer of a question that has another name comes back with the question.
        let asks = |place: &PlaceId| {
            let place = pair.new.bot.places.get(place.index());
            place.is_some_and(|place| place.flow == flow && answers(&place.kind) == Some(slot))
        };
        if renamed.places.iter().any(asks) {
            continue;
        }
        let Some(declared) = pair
            .new
            .bot
            .flows
            .get(flow.index())
            .and_then(|flow| flow.slots.get(slot.index()))
        else {
            continue;
        };
        let names: Vec<String> = places.iter().map(|one| format!("`{}`", one.name)).collect();
        let certain = places.iter().any(|one| one.certain);
        let message = format!(
            "Conversations that wait at {} {} `{}`, and what follows needs it.",
            names.join(", "),
            if certain { "have no" } else { "may have no" },
            declared.name
        );
        let help = format!(
            "Ask for `{0}` behind these places, or make it `?` and say what happens without it (`if {0} is known`). \
             Otherwise these conversations begin their flow anew, with the answers that they have.",
            declared.name
        );
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        found.push(pair.in_new(
            Finding::new(&RULE, nowhere, message).help(help),
            pair.new.slot(flow, slot),
        ));
    }
}
