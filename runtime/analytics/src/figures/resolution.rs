//! Resolution: what the bot settles by itself, what goes to people, and what is left unsettled.

use smol_str::SmolStr;

use super::{Counts, count};
use crate::entry::{Beginner, Kind};
use crate::selection::Selection;
use crate::statistics::Share;
use crate::stream::Stream;
use crate::talk::Talk;

/// A new conversation on the same matter within so many milliseconds means that the first one did not settle it.
pub const FIRST_CONTACT_MS: i64 = 7 * 24 * 60 * 60_000;

/// Resolution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolution {
    /// *Bot resolution rate*: conversations with the outcome `resolved` and without people, of all conversations.
    pub by_bot: Share,
    /// *Containment*: conversations that were not handed over, of all.
    pub contained: Share,
    /// *Escalation rate*: conversations that were handed over, of all.
    pub escalated: Share,
    /// Hand-overs by the escalation that did them.
    pub escalated_by: Counts,
    /// Hand-overs by the place at which the conversation stood.
    pub escalated_at: Counts,
    /// Conversations with the outcome `unresolved`, by the last place.
    pub unresolved_at: Counts,
    /// Conversations with the outcome `abandoned`, by the last place.
    pub abandoned_at: Counts,
    /// Outcomes; `none` for conversations that have not ended.
    pub outcomes: Counts,
    /// *First-contact resolution*: resolved conversations after which the customer began none on the same matter within
    /// seven days, of all resolved ones. The matter is the intents asked, or the flow where none was.
    pub first_contact: Share,
    /// *Resolution within the messaging app*: conversations resolved on the channel on which they began, without a link
    /// opened, of all resolved ones.
    pub in_app: Share,
}

impl Resolution {
    /// For the selection.
    pub fn of(stream: &Stream, selection: &Selection) -> Resolution {
        let mut found = Resolution::default();
        for (_, entries) in stream.people() {
            let talks = Talk::all(&entries);
            for talk in talks.iter().filter(|talk| selection.has_talk(talk)) {
                let escalated = talk.escalated();
                let resolved = talk.ended("resolved");
                found.by_bot.count(resolved && !escalated && !talk.had_people());
                found.contained.count(!escalated);
                found.escalated.count(escalated);
                let outcome = talk.outcome().cloned().unwrap_or(SmolStr::new_static("none"));
                count(&mut found.outcomes, outcome);
                for entry in &talk.entries {
                    if let Kind::HandedOver { escalation } = &entry.kind {
                        count(&mut found.escalated_by, escalation.clone());
                        count(
                            &mut found.escalated_at,
                            entry.context.place.clone().unwrap_or_default(),
                        );
                    }
                }
                let place = talk.last_place().cloned().unwrap_or_default();
                if talk.ended("unresolved") {
                    count(&mut found.unresolved_at, place.clone());
                }
                if talk.ended("abandoned") {
                    count(&mut found.abandoned_at, place);
                }
                if resolved {
                    let again = talks.iter().any(|later| {
                        let after = later.began_at().saturating_sub(talk.last_at());
                        later.id != talk.id
                            && later.began_at() >= talk.last_at()
                            && after < FIRST_CONTACT_MS
                            && later.begun_by() == Some(&Beginner::Customer)
                            && later
                                .matters()
                                .iter()
                                .any(|matter| talk.matters().contains(matter))
                    });
                    found.first_contact.count(!again);
                    let channel = talk.entries.first().map(|entry| &entry.context.channel);
                    let clicked = talk.any(|kind| {
                        matches!(
                            kind,
                            Kind::Delivered {
                                status: botflow_machine::Delivery::Clicked,
                                ..
                            }
                        )
                    });
                    let moved = talk
                        .entries
                        .iter()
                        .any(|entry| Some(&entry.context.channel) != channel);
                    found.in_app.count(!clicked && !moved);
                }
            }
        }
        found
    }
}
