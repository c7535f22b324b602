//! `place-removed`: conversations wait where the new version has nothing.

use botflow_artifact::versions::{Gone, place_name};
use botflow_artifact::*;

use crate::diff::align::likeness;
use crate::diff::changes::in_common;
use crate::diff::portrait::{Area, Section};
use crate::diff::upgrade::{Found, Pair, Stranded};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF901",
    name: "place-removed",
    level: Level::Error,
    summary: "Conversations may wait at a place that the new version does not have.",
    page: include_str!("place_removed.md"),
};

/// What likely has another name now.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// Flows of the new version that were another one.
    pub flows: Vec<FlowId>,
    /// Places of the new version that were another one.
    pub places: Vec<PlaceId>,
}

/// Something that is gone, with all places in it.
struct Lost<'s> {
    /// `checkout`, `checkout.shipping` or `checkout.shipping.city`.
    name: String,
    /// In a word.
    what: &'static str,
    at: Option<Span>,
    places: Vec<&'s Stranded>,
    /// Where a flow that is gone was run: these places are named after it.
    runs: Vec<&'s Stranded>,
    /// What it is likely called now, and in which flow that is.
    now: Option<(String, FlowId)>,
}

/// One finding for each flow, step or place that is gone; gives back what has likely another name.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) -> Renamed {
    let mut renamed = Renamed::default();
    let mut lost: Vec<Lost<'_>> = Vec::new();
    let asks_for_what_is_gone = |one: &&Stranded| {
        let place = &pair.old.bot.places[one.place.index()];
        asked_field(pair.old.bot, &place.kind).is_some_and(|field| !has_field(pair.new.bot, field))
    };
    let of_fields: Vec<&str> = (pair.stranded.iter())
        .filter(asks_for_what_is_gone)
        .map(|one| one.name.as_str())
        .collect();
    let mut runs: Vec<(FlowId, &Stranded)> = Vec::new();
    for one in pair.stranded.iter().filter(|one| one.why != Gone::Lacks) {
        if one.why == Gone::Changed {
            found.push(changed(pair, one));
            continue;
        }
        let place = &pair.old.bot.places[one.place.index()];
        if let PlaceKind::Run(run) = &place.kind
            && pair.versions.flow(run.flow).is_none()
            && pair.versions.flow(place.flow).is_some()
        {
            runs.push((run.flow, one));
            continue;
        }
        // A field of the card that is gone has its finding, with the questions that ask for it.
        if of_fields.iter().any(|known| {
            let rest = one.name.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }) {
            continue;
        }
        let (name, what, at) = gone(pair, one.place, place);
        // What belongs to a question goes and moves with it.
        let around = |known: &&mut Lost<'_>| {
            let rest = name.strip_prefix(known.name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        match lost.iter_mut().find(around) {
            Some(known) => known.places.push(one),
            None => lost.push(Lost {
                name,
                what,
                at,
                places: vec![one],
                runs: Vec::new(),
                now: None,
            }),
        }
    }
    for (flow, run) in runs {
        let flow = &pair.old.bot.flows[flow.index()].name;
        match lost.iter_mut().find(|one| one.name == *flow) {
            Some(known) => known.runs.push(run),
            None => {
                let (name, what, at) = gone(pair, run.place, &pair.old.bot.places[run.place.index()]);
                lost.push(Lost {
                    name,
                    what,
                    at,
                    places: vec![run],
                    runs: Vec::new(),
                    now: None,
                });
            }
        }
    }
    for one in &mut lost {
        one.now = now(pair, one, &mut renamed);
    }
    found.extend(lost.iter().map(|one| removed(pair, one)));
    renamed
}

/// The field of the card that a question asks for, or whose address is proven.
pub(super) fn asked_field<'b>(bot: &'b Bot, kind: &PlaceKind) -> Option<&'b str> {
    match kind {
        PlaceKind::Ask(ask) => match ask.into {
            AskTarget::Customer(field) => Some(bot.customer.get(field.index())?.name.as_str()),
            AskTarget::Slot(_) => None,
        },
        PlaceKind::Verify(verify) => Some(bot.customer.get(verify.field.index())?.name.as_str()),
        _ => None,
    }
}

pub(super) fn has_field(bot: &Bot, name: &str) -> bool {
    bot.customer.iter().any(|field| field.name == name)
}

/// The largest thing around a place that is gone.
fn gone(pair: &Pair<'_>, id: PlaceId, place: &Place) -> (String, &'static str, Option<Span>) {
    let bot = pair.old.bot;
    let flow = &bot.flows[place.flow.index()].name;
    let Some(now) = pair.versions.flow(place.flow) else {
        return (flow.to_string(), "flow", pair.old.flow(place.flow));
    };
    if let Some(step) = place.step.and_then(|id| Some((id, bot.steps.get(id.index())?))) {
        let name = format!("{flow}.{}", step.1.name);
        let steps = &pair.new.bot.flows[now.index()].steps;
        let mut named = steps
            .iter()
            .filter_map(|step| pair.new.bot.steps.get(step.index()));
        if !named.any(|known| known.name == step.1.name) && pair.versions.moves(&name).is_empty() {
            return (name, "step", pair.old.step(step.0));
        }
    }
    (place_name(bot, id), "place", pair.old.place(id))
}

/// What is likely called otherwise now: a new flow, step or place that does nearly the same.
fn now(pair: &Pair<'_>, lost: &Lost<'_>, renamed: &mut Renamed) -> Option<(String, FlowId)> {
    let (old, new) = (pair.old.bot, pair.new.bot);
    let place = &old.places[lost.places.first()?.place.index()];
    let was = &old.flows[place.flow.index()];
    match lost.what {
        "flow" => {
            let facts = |sections: &[Section], name: &str| {
                let area = Area::Flow(name.to_owned());
                let own = sections.iter().filter(|section| section.area == area);
                own.flat_map(|section| section.facts.clone()).collect::<Vec<_>>()
            };
            let before = facts(&pair.before, &was.name);
            let fresh = new.flows.iter().enumerate().skip(1);
            let fresh = fresh.filter(|(_, flow)| !old.flows.iter().any(|known| known.name == flow.name));
            let like = fresh.map(|(id, flow)| (in_common(&before, &facts(&pair.after, &flow.name)), id));
            let (like, id) = like.max_by_key(|(like, id)| (*like, std::cmp::Reverse(*id)))?;
            if like < 60 {
                return None;
            }
            renamed.flows.push(FlowId::from(id));
            Some((new.flows[id].name.to_string(), FlowId::from(id)))
        }
        "step" => {
            let flow = pair.versions.flow(place.flow)?;
            let declared = &new.flows[flow.index()];
            let step = old.steps.get(place.step?.index())?;
            let facts = |sections: &[Section], flow: &str, step: &str| {
                let area = Area::Flow(flow.to_owned());
                let key = format!("step {step}");
                let own = sections
                    .iter()
                    .find(|section| section.area == area && section.key == key);
                own.map(|section| section.facts.clone()).unwrap_or_default()
            };
            let before = facts(&pair.before, &was.name, &step.name);
            let known = |name: &str| was.steps.iter().any(|id| old.steps[id.index()].name == name);
            let fresh = declared.steps.iter().map(|id| &new.steps[id.index()]);
            let fresh = fresh.filter(|step| !known(&step.name));
            let like = fresh.map(|step| {
                (
                    in_common(&before, &facts(&pair.after, &declared.name, &step.name)),
                    step,
                )
            });
            let (like, step) = like.max_by_key(|(like, _)| *like)?;
            if like < 60 {
                return None;
            }
            let inside = new.places.iter().enumerate();
            let inside = inside.filter(|(_, one)| {
                one.flow == flow && one.step.is_some_and(|id| new.steps[id.index()].name == step.name)
            });
            renamed.places.extend(inside.map(|(id, _)| PlaceId::from(id)));
            Some((format!("{}.{}", declared.name, step.name), flow))
        }
        // Where a flow runs or people are called is named after these: another one is another thing.
        _ if matches!(place.kind, PlaceKind::Run(_) | PlaceKind::Escalate(_)) => None,
        _ => {
            let flow = pair.versions.flow(place.flow)?;
            let words = crate::graph::label::Words::of(old);
            let words_now = crate::graph::label::Words::of(new);
            let about = words.place_label(lost.places.first()?.place);
            let step = |bot: &Bot, place: &Place| place.step.map(|step| bot.steps[step.index()].name.clone());
            let fresh = new.places.iter().enumerate().filter(|(_, one)| {
                one.flow == flow
                    && one.kind.word() == place.kind.word()
                    && !old.places.iter().any(|known| known.hash == one.hash)
            });
            let like = fresh.map(|(id, one)| {
                let words = likeness(&about, &words_now.place_label(PlaceId::from(id)));
                // Where it was counts, too.
                let here = step(old, place) == step(new, one);
                (words + if here { 20 } else { 0 }, id)
            });
            let (like, id) = like.max_by_key(|(like, id)| (*like, std::cmp::Reverse(*id)))?;
            let id = PlaceId::from(id);
            if like < 70 || renamed.places.contains(&id) {
                return None;
            }
            renamed.places.push(id);
            Some((place_name(new, id), flow))
        }
    }
}

fn removed(pair: &Pair<'_>, lost: &Lost<'_>) -> Found {
    let name = &lost.name;
    let message = match lost.what {
        "place" => format!("Conversations may wait at `{name}`, which the new version does not have."),
        what => format!(
            "Conversations may wait in the {what} `{name}`, which the new version does not have ({}).",
            counted(lost.places.len())
        ),
    };
    let help = match &lost.now {
        Some((now, _)) => format!(
            "If it is called `{now}` now, say so: `moved {name} to {now}`. Otherwise these conversations begin their \
             flow anew, with the answers that they have."
        ),
        None => format!(
            "Say where they go on: `moved {name} to …`. Otherwise they begin their flow anew, with the answers that \
             they have; `on stranded` in `always` can say something first."
        ),
    };
    let mut finding = Finding::new(
        &RULE,
        Span {
            file: crate::project::FileId(0),
            start: 0,
            end: 0,
        },
        message,
    )
    .help(help);
    if lost.what != "place" {
        for one in &lost.places {
            if let Some(at) = pair.old.place(one.place) {
                finding = finding.related(at, format!("here they may wait: `{}`", one.name));
            }
        }
    }
    for one in &lost.runs {
        if let Some(at) = pair.old.place(one.place) {
            finding = finding.related(at, format!("it is run here: `{}`", one.name));
        }
    }
    if let Some((now, flow)) = &lost.now
        && let Some((end, before)) = pair.end_of_file(*flow)
    {
        finding = finding.fix(
            format!("Add `moved {name} to {now}`"),
            end,
            format!("{before}moved {name} to {now}\n"),
        );
    }
    let anchor = lost.places.first().and_then(|one| pair.anchor(one.place));
    pair.in_old(finding, lost.at, anchor)
}

/// It is there, and waits for something else.
fn changed(pair: &Pair<'_>, one: &Stranded) -> Found {
    let sure = if one.certain {
        "cannot"
    } else {
        "may not be able to"
    };
    let message = format!(
        "Conversations that wait at `{}` {sure} go on there: the new version waits for something else.",
        one.name
    );
    let finding = Finding::new(&RULE, Span { file: crate::project::FileId(0), start: 0, end: 0 }, message).help(
        "Give the new one another name, and leave the old one until nobody waits there; or let them begin their flow anew.",
    );
    let now = pair
        .versions
        .place(one.place)
        .and_then(|place| pair.new.place(place));
    match now {
        Some(at) => pair.in_new(finding, Some(at)),
        None => pair.in_old(finding, pair.old.place(one.place), pair.anchor(one.place)),
    }
}

fn counted(places: usize) -> String {
    match places {
        1 => "one place".into(),
        places => format!("{places} places"),
    }
}
