//! Satisfaction: what people say when they are asked how it was.

use super::{Counts, count, theme};
use crate::entry::{Kind, Scale};
use crate::selection::Selection;
use crate::statistics::Share;
use crate::stream::Stream;
use crate::talk::Talk;

/// The library's flows that ask for a rating: their first question is what the response rate counts.
pub const SURVEYS: [&str; 2] = ["std.csat", "std.nps"];

/// Satisfaction. A rating is of people if an operator had the conversation before it, else of the bot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Satisfaction {
    /// Of the bot.
    pub bot: Ratings,
    /// Of people.
    pub people: Ratings,
    /// *Response rate of the survey*: ratings, of the questions for one that were put.
    pub response: Share,
    /// What could be better, grouped by [`theme`].
    pub feedback: Counts,
}

/// Ratings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratings {
    /// *CSAT*: answers 4 and 5, of all answers from 1 to 5.
    pub csat: Share,
    /// Answers 9 and 10 to how likely somebody is to recommend.
    pub promoters: u64,
    /// Answers 0 to 6.
    pub detractors: u64,
    /// All answers from 0 to 10.
    pub asked_nps: u64,
}

impl Ratings {
    /// *NPS*: the percentage of promoters minus that of detractors, -100 to 100.
    pub fn nps(&self) -> Option<f64> {
        let difference = self.promoters as f64 - self.detractors as f64;
        (self.asked_nps > 0).then(|| 100.0 * difference / self.asked_nps as f64)
    }

    fn add(&mut self, scale: Scale, score: i64) {
        match scale {
            Scale::Csat => self.csat.count(score >= 4),
            Scale::Nps => {
                self.asked_nps += 1;
                self.promoters += u64::from(score >= 9);
                self.detractors += u64::from(score <= 6);
            }
        }
    }
}

impl Satisfaction {
    /// For the selection.
    pub fn of(stream: &Stream, selection: &Selection) -> Satisfaction {
        let mut found = Satisfaction::default();
        for (_, entries) in stream.people() {
            for talk in Talk::all(&entries).iter().filter(|talk| selection.has_talk(talk)) {
                let mut people = false;
                let mut surveys = std::collections::BTreeSet::new();
                for entry in &talk.entries {
                    match &entry.kind {
                        Kind::Joined | Kind::Relayed => people = true,
                        Kind::Put { again: false } => {
                            let flow = entry.context.flow.as_deref().unwrap_or_default();
                            // The first question of a survey asks for the rating; further ones for reasons.
                            if SURVEYS.contains(&flow) && surveys.insert(flow) {
                                found.response.all += 1;
                            }
                        }
                        Kind::Rated { scale, score } => {
                            found.response.part += 1;
                            let ratings = if people { &mut found.people } else { &mut found.bot };
                            ratings.add(*scale, *score);
                        }
                        Kind::Feedback { text } => count(&mut found.feedback, theme(text)),
                        _ => {}
                    }
                }
            }
        }
        found
    }
}
