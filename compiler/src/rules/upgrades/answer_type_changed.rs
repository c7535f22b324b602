//! `answer-type-changed`: what people have answered does not fit any more.

use botflow_artifact::versions::{Fit, reached_with};
use botflow_artifact::*;

use crate::diff::upgrade::{Found, Pair};
use crate::diff::wording::Wording;
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF903",
    name: "answer-type-changed",
    level: Level::Error,
    summary: "Answers that conversations have do not fit the type that the new version gives them.",
    page: include_str!("answer_type_changed.md"),
};

/// One finding for each variable; gives them back, as those of the new version.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) -> Vec<(FlowId, SlotId)> {
    let (old, new) = (pair.old.bot, pair.new.bot);
    let (before, after) = (Wording::of(old), Wording::of(new));
    let mut told = Vec::new();
    for (from, was) in old.flows.iter().enumerate().skip(1) {
        let from = FlowId::from(from);
        let Some(to) = pair.versions.flow(from) else {
            continue;
        };
        let is = &new.flows[to.index()];
        for (slot, source) in pair.versions.sources(from, to).into_iter().enumerate() {
            let (Some(source), declared) = (source, &is.slots[slot]) else {
                continue;
            };
            let Some(had) = was.slots.get(source).filter(|_| !declared.name.starts_with('.')) else {
                continue;
            };
            let fit = pair.versions.fit(had.ty, declared.ty);
            if fit == Fit::Always {
                continue;
            }
            // Nobody has it where nothing is waited for behind it.
            let with = reached_with(old, from, SlotId::from(source));
            let rests = |place: &PlaceId| !matches!(old.places[place.index()].kind, PlaceKind::Form(_));
            if !with.iter().any(rests) {
                continue;
            }
            let id = SlotId::from(slot);
            told.push((to, id));
            let what = match fit {
                Fit::Never => "do not fit any more",
                _ => "may not fit any more",
            };
            let message = format!(
                "`{}` was {} and is {}: answers that conversations have {what}.",
                declared.name,
                type_words(&before, had.ty),
                type_words(&after, declared.ty)
            );
            let lacking = pair.stranded.iter().filter(|one| one.lacks == Some((to, id)));
            let lacking: Vec<String> = lacking.map(|one| format!("`{}`", one.name)).collect();
            let help = match lacking.is_empty() {
                true => "Such an answer is dropped, and unknown from then on. Give the new one another name if the old \
                         answers are still wanted."
                    .to_owned(),
                false => format!(
                    "Such an answer is dropped, and conversations that wait at {} cannot go on without it: their flow begins \
                     anew. Keep the old type, or give the new answer another name.",
                    lacking.join(", ")
                ),
            };
            let nowhere = Span {
                file: FileId(0),
                start: 0,
                end: 0,
            };
            found.push(pair.in_new(
                Finding::new(&RULE, nowhere, message).help(help),
                pair.new.slot(to, id),
            ));
        }
    }
    told
}

/// A type in words; of one that has a name, its values.
pub(super) fn type_words(wording: &Wording<'_>, ty: TypeId) -> String {
    let name = wording.ty(ty);
    let inner = match wording.bot.types.get(ty.index()) {
        Some(Type::Optional(inner)) => wording.bot.types.get(inner.index()),
        other => other,
    };
    match inner {
        Some(Type::Set(set)) => {
            let set = wording.bot.sets.get(set.index());
            let members = set.map(|set| set.members.iter().map(|member| member.name.to_string()));
            let members: Vec<String> = members.into_iter().flatten().collect();
            format!("`{name}` ({})", members.join(", "))
        }
        Some(narrowed @ Type::Narrowed { .. }) => {
            let values = wording.narrowed(narrowed).unwrap_or_default();
            format!("`{name}` ({values})")
        }
        _ => format!("`{name}`"),
    }
}
