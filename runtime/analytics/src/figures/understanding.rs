//! Understanding: what people ask, and what is not understood.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Counts, count, theme};
use crate::entry::Kind;
use crate::selection::Selection;
use crate::statistics::Share;
use crate::stream::Stream;

/// Understanding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    /// *Unclear rate*: messages to the bot that were not understood, of all messages to it.
    pub unclear: Share,
    /// What was not understood, grouped by [`theme`]: the most frequent first.
    pub themes: Vec<(SmolStr, u64)>,
    /// Intents by how often they were asked.
    pub intents: Counts,
    /// Answers of the `faq` by their headings, and how many people were helped by them, of those who said.
    pub faq: BTreeMap<SmolStr, (u64, Share)>,
    /// *Corrections* ("no, I meant"): corrected answers, of all answers.
    pub corrected: Share,
    /// Corrected answers by place.
    pub corrected_at: Counts,
}

impl Understanding {
    /// For the selection.
    pub fn of(stream: &Stream, selection: &Selection) -> Understanding {
        let mut found = Understanding::default();
        let mut themes = Counts::new();
        for (_, entries) in stream.people() {
            // What "did this help" is about: the last answer of the conversation.
            let mut last: Option<(&crate::entry::TalkId, &SmolStr)> = None;
            for entry in &entries {
                let talk = entry.context.talk.as_ref();
                if let (Kind::Known { heading }, Some(talk)) = (&entry.kind, talk) {
                    last = Some((talk, heading));
                }
                if !selection.has(entry) {
                    continue;
                }
                match &entry.kind {
                    Kind::Wrote { to_people: false } => found.unclear.all += 1,
                    Kind::Unclear { text, .. } => {
                        found.unclear.part += 1;
                        if let Some(text) = text {
                            count(&mut themes, theme(text));
                        }
                    }
                    Kind::Asked { intent } => count(&mut found.intents, intent.clone()),
                    Kind::Known { heading } => found.faq.entry(heading.clone()).or_default().0 += 1,
                    Kind::Helped { yes } => {
                        if let Some((_, heading)) = last.filter(|(of, _)| Some(*of) == talk) {
                            found.faq.entry(heading.clone()).or_default().1.count(*yes);
                        }
                    }
                    // A corrected answer is an answer, too.
                    Kind::Answered { .. } => found.corrected.all += 1,
                    Kind::Corrected => {
                        found.corrected.part += 1;
                        count(
                            &mut found.corrected_at,
                            entry.context.place.clone().unwrap_or_default(),
                        );
                    }
                    _ => {}
                }
            }
        }
        found.themes = themes.into_iter().collect();
        found
            .themes
            .sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        found
    }
}
