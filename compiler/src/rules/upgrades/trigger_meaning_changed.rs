//! `trigger-meaning-changed`: a trigger does something else under the same name.

use botflow_artifact::TriggerSource;

use super::place_removed::Renamed;
use super::settings;
use crate::diff::upgrade::{Found, Pair};
use crate::finding::{Finding, Level, Rule};
use crate::hir::TriggerPart;
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF906",
    name: "trigger-meaning-changed",
    level: Level::Warning,
    summary: "A trigger is set off by something else, or does something else, under the same name.",
    page: include_str!("trigger_meaning_changed.md"),
};

/// What a trigger is about. When it may come, how often and on which channel is how it does that; its consents are
/// another finding.
const MEANING: &[&str] = &[
    "what sets it off",
    "delay",
    "what calls it off",
    "condition",
    "what it starts",
];

/// One finding for each trigger.
pub(super) fn check(pair: &Pair<'_>, flows: &Renamed, found: &mut Vec<Found>) {
    for (id, trigger) in pair.new.bot.triggers.iter().enumerate() {
        let changed = settings::changed(pair, &format!("trigger {}", trigger.name), MEANING);
        // A flow that has another name is the same flow.
        let was = pair.old.bot.triggers.iter().find(|one| one.name == trigger.name);
        let starts = was.is_some_and(|was| {
            let now = pair.versions.flow(was.start);
            // One that is gone has its finding, which says what it is likely called now.
            let renamed = now.is_none() && flows.flows.contains(&trigger.start);
            (now == Some(trigger.start) || renamed) && was.args.len() == trigger.args.len()
        });
        let renamed = |setting: &settings::Setting| {
            let called = |all: &[String]| {
                all.first()
                    .map(|words| words.split_once('(').map(|(_, args)| args.to_owned()))
            };
            setting.kind == "what it starts" && starts && called(&setting.before) == called(&setting.after)
        };
        let changed: Vec<settings::Setting> =
            changed.into_iter().filter(|setting| !renamed(setting)).collect();
        let Some(first) = changed.first() else {
            continue;
        };
        let part = match first.kind {
            "what sets it off" if matches!(trigger.sources.first(), Some(TriggerSource::Every { .. })) => {
                TriggerPart::Every
            }
            "what sets it off" => TriggerPart::On,
            "delay" | "what calls it off" => TriggerPart::After,
            "condition" => TriggerPart::If,
            _ => TriggerPart::Start,
        };
        let message = format!(
            "`{}` means something else now: {}.",
            trigger.name,
            settings::told(&changed)
        );
        let sources = first.kind == "what sets it off";
        let help = match sources {
            true => {
                "Clocks that run under this name end where the new version is not set off by their event, and figures \
                     before and after are not of one thing. A new trigger has a new name."
            }
            false => {
                "Clocks that run under this name go on under the new rules, and figures before and after are not of one \
                      thing. If it is another trigger, give it another name."
            }
        };
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        let spans = pair.new.spans();
        let parts = spans.and_then(|spans| spans.trigger_parts.get(id));
        let at = parts
            .and_then(|parts| parts.iter().find(|(one, _)| *one == part))
            .map(|(_, at)| *at);
        let at = at.or_else(|| spans.and_then(|spans| *spans.triggers.get(id)?));
        found.push(pair.in_new(Finding::new(&RULE, nowhere, message).help(help), at));
    }
}
