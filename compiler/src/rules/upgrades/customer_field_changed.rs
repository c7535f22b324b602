//! `customer-field-changed`: what is known of people does not fit the card any more.

use botflow_artifact::versions::{Fit, is_optional};

use super::answer_type_changed::type_words;
use super::place_removed::asked_field;
use crate::diff::upgrade::{Found, Pair};
use crate::diff::wording::Wording;
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF905",
    name: "customer-field-changed",
    level: Level::Error,
    summary: "What is known of people is lost: a field of the card is gone, or has another type.",
    page: include_str!("customer_field_changed.md"),
};

/// One finding for each field.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let (old, new) = (pair.old.bot, pair.new.bot);
    let (before, after) = (Wording::of(old), Wording::of(new));
    let nowhere = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };
    for (id, was) in old.customer.iter().enumerate() {
        let Some(now) = new.customer.iter().position(|field| field.name == was.name) else {
            let message = format!(
                "`customer.{}` is gone, and with it what is known of people.",
                was.name
            );
            let mut finding = Finding::new(&RULE, nowhere, message)
                .help("Keep the field until nothing in it is wanted any more. A field cannot be `moved`.");
            // The questions are named after the field.
            for one in &pair.stranded {
                let kind = old.places.get(one.place.index()).map(|place| &place.kind);
                let asks = kind.and_then(|kind| asked_field(old, kind)) == Some(was.name.as_str());
                if asks && let Some(at) = pair.old.place(one.place) {
                    finding =
                        finding.related(at, format!("conversations may wait for it here: `{}`", one.name));
                }
            }
            let at = pair.old.spans().and_then(|spans| *spans.customer.get(id)?);
            let anchor = pair
                .new
                .spans()
                .and_then(|spans| spans.customer.iter().flatten().next().copied());
            found.push(pair.in_old(finding, at, anchor));
            continue;
        };
        let is = &new.customer[now];
        let fit = pair.versions.fit(was.ty, is.ty);
        let needs = is_optional(old, was.ty) && !is_optional(new, is.ty) && is.default.is_unknown();
        if fit == Fit::Always && !needs {
            continue;
        }
        let message = format!(
            "`customer.{}` was {} and is {}: what is known of people {} fit.",
            was.name,
            type_words(&before, was.ty),
            type_words(&after, is.ty),
            if fit == Fit::Never { "does not" } else { "may not" }
        );
        let finding = Finding::new(&RULE, nowhere, message).help(
            "What does not fit is dropped, and the field has its declared value again. Give the new field another name, and \
             keep the old one as long as it is wanted.",
        );
        let at = pair.new.spans().and_then(|spans| *spans.customer.get(now)?);
        found.push(pair.in_new(finding, at));
    }
}
