//! `place-moved`: conversations go on elsewhere, as the new version says.

use botflow_artifact::versions::place_name;
use botflow_artifact::*;

use crate::diff::upgrade::{Found, Pair};
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF902",
    name: "place-moved",
    level: Level::Hint,
    summary: "Conversations of the old version go on at another place, as a `moved` says.",
    page: include_str!("place_moved.md"),
};

/// One finding for each `moved` that conversations follow.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let mut told: Vec<(&Moved, Vec<(String, PlaceId)>)> = Vec::new();
    for (id, place) in pair.old.bot.places.iter().enumerate() {
        let id = PlaceId::from(id);
        if matches!(place.kind, PlaceKind::Form(_)) || pair.versions.same_place(id).is_some() {
            continue;
        }
        let stranded = pair.stranded.iter().any(|one| one.place == id);
        let (Some(to), false) = (pair.versions.moved(id), stranded) else {
            continue;
        };
        let name = place_name(pair.old.bot, id);
        let tells = |moved: &&Moved| {
            let rest = name.strip_prefix(moved.from.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let tells = pair
            .new
            .bot
            .moved
            .iter()
            .filter(tells)
            .max_by_key(|moved| moved.from.len());
        // Where a flow is run is named after the flow, and moves with it.
        let of_run = || {
            let PlaceKind::Run(run) = &place.kind else {
                return None;
            };
            let flow = pair.old.bot.flows.get(run.flow.index())?;
            pair.new.bot.moved.iter().find(|moved| moved.from == flow.name)
        };
        let Some(moved) = tells.or_else(of_run).or(pair.new.bot.moved.first()) else {
            continue;
        };
        match told.iter_mut().find(|(known, _)| std::ptr::eq(*known, moved)) {
            Some((_, places)) => places.push((name, to)),
            None => told.push((moved, vec![(name, to)])),
        }
    }
    for (moved, places) in told {
        let to = places.first().map(|(_, to)| *to);
        let names: Vec<String> = places.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = match names.as_slice() {
            [one] => format!("Conversations that wait at {one} go on at `{}`.", moved.to),
            _ => format!(
                "Conversations that wait at {} go on in `{}`.",
                names.join(", "),
                moved.to
            ),
        };
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        let finding = Finding::new(&RULE, nowhere, message)
            .help("Keep this `moved` until no conversation of the old version is under way.");
        found.push(pair.in_new(finding, to.and_then(|to| pair.new.place(to))));
    }
}
