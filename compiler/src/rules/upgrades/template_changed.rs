//! `template-changed`: what a channel's owner has approved is not what the bot would send.

use crate::diff::declared::template_settings;
use crate::diff::upgrade::{Found, Pair};
use crate::diff::wording::Wording;
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF910",
    name: "template-changed",
    level: Level::Warning,
    summary: "A message template is not what the channel's owner has approved under its name.",
    page: include_str!("template_changed.md"),
};

/// One finding for each template.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let (before, after) = (Wording::of(pair.old.bot), Wording::of(pair.new.bot));
    for (id, is) in pair.new.bot.templates.iter().enumerate() {
        let Some(was) = pair.old.bot.templates.iter().find(|one| one.name == is.name) else {
            continue;
        };
        let (was, now) = (template_settings(&before, was), template_settings(&after, is));
        if was == now {
            continue;
        }
        let kinds = was.iter().chain(&now).map(|(kind, _)| *kind);
        let mut changed: Vec<&str> = Vec::new();
        for kind in kinds {
            let of = |all: &[(&'static str, String)]| -> Vec<String> {
                let own = all.iter().filter(|(one, _)| *one == kind);
                own.map(|(_, words)| words.clone()).collect()
            };
            if of(&was) != of(&now) && !changed.contains(&kind) {
                changed.push(kind);
            }
        }
        let message = format!(
            "`{}` is not what was approved under this name: its {} changed.",
            is.name,
            match changed.as_slice() {
                [] => "order has".to_owned(),
                [one] => format!("{one} has"),
                [first @ .., last] => format!("{} and {last} have", first.join(", ")),
            }
        );
        let help = "Have it approved before this version runs, or give it another name and leave the old one until then: \
                    what is not approved is not delivered.";
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        let at = pair.new.spans().and_then(|spans| *spans.templates.get(id)?);
        found.push(pair.in_new(Finding::new(&RULE, nowhere, message).help(help), at));
    }
}
