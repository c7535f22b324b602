//! `consent-purpose-changed`: what people have agreed to is used for something else.

use std::collections::BTreeMap;

use crate::diff::portrait::Section;
use crate::diff::upgrade::{Found, Pair};
use crate::finding::{Finding, Level, Rule};
use crate::hir::TriggerPart;
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF909",
    name: "consent-purpose-changed",
    level: Level::Error,
    summary: "People have agreed to something else than what their consent is used for now.",
    page: include_str!("consent_purpose_changed.md"),
};

const NOWHERE: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// One finding for each kind of consent that is gone, each trigger that relies on another one, and each question that is
/// put otherwise.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let (old, new) = (pair.old.bot, pair.new.bot);
    let gone: Vec<&str> = (old.consents.iter())
        .filter(|consent| !new.consents.contains(consent))
        .map(|consent| consent.as_str())
        .collect();
    let bot = pair.new.spans().and_then(|spans| spans.bot);
    for consent in &gone {
        let message = format!(
            "There is no consent `{consent}` any more: what people have agreed to under this name is lost."
        );
        let finding = Finding::new(&RULE, NOWHERE, message).help(
            "Consents keep their names. What people agree to under another name, they have to be asked for.",
        );
        found.push(pair.in_new(finding, bot));
    }
    triggers(pair, &gone, found);
    questions(pair, found);
}

/// Triggers that rely on another consent than before.
fn triggers(pair: &Pair<'_>, gone: &[&str], found: &mut Vec<Found>) {
    let (old, new) = (pair.old.bot, pair.new.bot);
    for (id, is) in new.triggers.iter().enumerate() {
        let Some(was) = old.triggers.iter().find(|one| one.name == is.name) else {
            continue;
        };
        let needed = was
            .needs
            .iter()
            .filter_map(|consent| old.consents.get(consent.index()));
        let needs: Vec<&str> = is
            .needs
            .iter()
            .filter_map(|consent| new.consents.get(consent.index()))
            .map(|it| it.as_str())
            .collect();
        let dropped: Vec<String> = needed
            .filter(|consent| !needs.contains(&consent.as_str()) && !gone.contains(&consent.as_str()))
            .map(|consent| format!("`{consent}`"))
            .collect();
        if dropped.is_empty() {
            continue;
        }
        let now = match needs.is_empty() {
            true => "no consent at all".to_owned(),
            false => format!("`{}`", needs.join("`, `")),
        };
        let message = format!(
            "`{}` needed the consent {}, and needs {now} now: people may get what they have not agreed to.",
            is.name,
            dropped.join(", ")
        );
        let finding = Finding::new(&RULE, NOWHERE, message)
            .help("Leave the consent that it needed, or make a new trigger for those who have agreed to the other one.");
        let spans = pair.new.spans();
        let parts = spans.and_then(|spans| spans.trigger_parts.get(id));
        let at = parts
            .and_then(|parts| parts.iter().find(|(part, _)| *part == TriggerPart::Needs))
            .map(|(_, at)| *at);
        let at = at.or_else(|| spans.and_then(|spans| *spans.triggers.get(id)?));
        found.push(pair.in_new(finding, at));
    }
}

/// Questions to which people agree in other words than before: one finding a question.
fn questions(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let (before, after) = (agreed(&pair.before), agreed(&pair.after));
    let mut told: BTreeMap<(String, String), (Vec<String>, Option<botflow_artifact::SourceRange>)> =
        BTreeMap::new();
    for (key, (was, _)) in &before {
        if let Some((is, source)) = after.get(key).filter(|(is, _)| is != was) {
            let one = told
                .entry((was.clone(), is.clone()))
                .or_insert_with(|| (Vec::new(), *source));
            one.0.push(format!("`{}`", key.1));
        }
    }
    for ((was, is), (consents, source)) in told {
        let message = format!(
            "People agree to {} in other words than before: “{was}” was the question, and “{is}” is it now.",
            consents.join(" and ")
        );
        let mut finding = Finding::new(&RULE, NOWHERE, message).help(
            "Who has agreed so far has agreed to the old words. If the new ones mean more, ask for a consent under another \
             name; if they mean the same, say so: `# botflow: allow consent-purpose-changed -- only reworded`.",
        );
        // Nobody but people can tell whether other words mean something else.
        finding.level = Level::Warning;
        let at = source.map(|range| Span {
            file: FileId(range.file),
            start: range.start,
            end: range.end,
        });
        found.push(pair.in_new(finding, at));
    }
}

/// For each consent that is granted behind a question, by where that is, the question.
type Agreed = BTreeMap<(String, String), (String, Option<botflow_artifact::SourceRange>)>;

fn agreed(sections: &[Section]) -> Agreed {
    let mut all = Agreed::new();
    for section in sections {
        let grants = section
            .facts
            .iter()
            .filter(|fact| fact.kind == "consent" && fact.words.contains(" granted"));
        for fact in grants {
            let mut parent = fact.parent;
            while let Some(holder) = parent.and_then(|parent| section.facts.get(parent)) {
                if holder.kind == "question" {
                    let name = format!("{:?} {}", section.area, section.key);
                    all.entry((name, fact.words.replace(" granted", "")))
                        .or_insert((holder.words.clone(), holder.source));
                    break;
                }
                parent = holder.parent;
            }
        }
    }
    all
}
