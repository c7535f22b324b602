//! Speed: how long people wait for an answer, for a colleague, and for the end.

use crate::entry::{Entry, Kind};
use crate::selection::Selection;
use crate::statistics::{Share, Spans};
use crate::stream::Stream;
use crate::talk::Talk;

/// Speed. All spans are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speed {
    /// *First response time* of the bot: from the customer's first words to the first words of the bot after them.
    pub bot_first: Spans,
    /// *Response time* of the bot: from words of the customer that nobody has answered yet to the next words of the bot.
    pub bot: Spans,
    /// *First response time* of people: from the hand-over to an operator's first words.
    pub people_first: Spans,
    /// *Response time* of people: from words of the customer to people that nobody has answered yet, to an operator's next.
    pub people: Spans,
    /// Wait until an operator joins: from the hand-over to the first joining behind it.
    pub wait: Spans,
    /// *Time to resolution*: from the beginning to the end of conversations with the outcome `resolved`.
    pub resolution: Spans,
    /// *Chat duration*: from the beginning to the end, or to the last thing that happened.
    pub duration: Spans,
    /// *Queue abandonment*: hand-overs after which the conversation ended or was withdrawn before anybody joined, of all.
    pub abandoned: Share,
}

impl Speed {
    /// For the selection.
    pub fn of(stream: &Stream, selection: &Selection) -> Speed {
        let mut speed = Speed::default();
        for (_, entries) in stream.people() {
            for talk in Talk::all(&entries).iter().filter(|talk| selection.has_talk(talk)) {
                speed.talk(talk);
            }
        }
        speed
    }

    fn talk(&mut self, talk: &Talk<'_>) {
        let lasted = talk.last_at().saturating_sub(talk.began_at());
        self.duration.add(lasted);
        if talk.ended("resolved") {
            self.resolution.add(lasted);
        }
        let (mut to_bot, mut to_people) = (None, None);
        let mut first = true;
        for entry in &talk.entries {
            match &entry.kind {
                Kind::Wrote { to_people: false } => _ = to_bot.get_or_insert(entry.at),
                Kind::Wrote { to_people: true } => _ = to_people.get_or_insert(entry.at),
                Kind::Said { .. } => {
                    if let Some(since) = to_bot.take() {
                        self.bot.add(entry.at.saturating_sub(since));
                        if std::mem::take(&mut first) {
                            self.bot_first.add(entry.at.saturating_sub(since));
                        }
                    }
                }
                Kind::Relayed => {
                    if let Some(since) = to_people.take() {
                        self.people.add(entry.at.saturating_sub(since));
                    }
                }
                // What the customer said before goes to people with the conversation, and back.
                Kind::HandedOver { .. } => to_bot = None,
                Kind::HandedBack | Kind::Settled | Kind::Withdrawn => to_people = None,
                _ => {}
            }
        }
        for (at, entry) in talk.entries.iter().enumerate() {
            if matches!(entry.kind, Kind::HandedOver { .. }) {
                self.hand_over(entry, talk.entries.get(at + 1..).unwrap_or_default());
            }
        }
    }

    /// What follows a hand-over, up to the next one.
    fn hand_over(&mut self, handed: &Entry, behind: &[&Entry]) {
        let until = behind
            .iter()
            .position(|entry| matches!(entry.kind, Kind::HandedOver { .. }));
        let behind = &behind[..until.unwrap_or(behind.len())];
        let first = |is: fn(&Kind) -> bool| behind.iter().position(|entry| is(&entry.kind));
        let joined = first(|kind| matches!(kind, Kind::Joined | Kind::Relayed));
        let ended = first(|kind| matches!(kind, Kind::Finished { .. } | Kind::Withdrawn));
        let abandoned = match (joined, ended) {
            (None, Some(_)) => true,
            (Some(joined), Some(ended)) => ended < joined,
            _ => false,
        };
        self.abandoned.count(abandoned);
        if let (Some(joined), false) = (joined, abandoned) {
            self.wait.add(behind[joined].at.saturating_sub(handed.at));
        }
        if let (Some(words), false) = (first(|kind| *kind == Kind::Relayed), abandoned) {
            self.people_first.add(behind[words].at.saturating_sub(handed.at));
        }
    }
}
