//! What a page is shown of the transcript, by the numbers of lines: what is new, what was before, and what of it was seen.

use axum::extract::ws::WebSocket;
use botflow_artifact::Bot;
use botflow_machine::Delivery as Status;
use botflow_message::Profile;
use smol_str::{SmolStr, format_smolstr};

use super::draw;
use super::over::Over;
use super::protocol::Told;
use super::session::{Session, tell};
use crate::contact::{Author, ContactId, Line};
use crate::deployment::Version;
use crate::store::StoreError;

/// So many lines are read at once, and shown of a transcript that the page has nothing of.
const PAGE: usize = 50;

/// So many are read at once where the last ones were of other channels, and so often.
const FURTHER: usize = 200;
const TIMES: usize = 5;

/// So many messages wait for the page to say that they were read.
const UNREAD: usize = 500;

/// A message that was sent and is not reported as read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unread {
    /// The number of its line.
    line: u64,
    /// Its own number.
    message: u64,
    /// When it was said.
    at: i64,
    /// It is reported as delivered.
    is_delivered: bool,
}

/// A part of a transcript: the lines of this channel in it.
#[derive(Default)]
pub(super) struct Back {
    pub lines: Vec<Line>,
    /// What is before this number was not looked at.
    pub first: u64,
    /// The number of the last line that was looked at, of whichever channel; 0: there is none.
    pub last: u64,
}

impl Session {
    /// Sends what follows the last line that was sent. `told`: something is to be there.
    pub(super) async fn show(&mut self, socket: &mut WebSocket, told: bool) -> Result<(), Over> {
        let mut is_first = true;
        let mut told = told;
        loop {
            let Some((contact, watching)) = &mut self.contact else {
                return Ok(());
            };
            // What comes from here on is told anew.
            told |= watching.seen();
            let contact = *contact;
            let lines = self.engine.store().transcript(contact, self.sent, PAGE).await?;
            let Some(last) = lines.last() else {
                // Perhaps the visitor turned out to be somebody else.
                if told && is_first {
                    self.turn_out(socket, contact).await?;
                }
                return Ok(());
            };
            is_first = false;
            self.sent = last.number;
            self.note(&lines, &[]);
            let version = self.engine.deployment().current();
            let shown = self.shown(&lines, version.profiles.get(&self.channel));
            if !shown.is_empty() {
                self.listen(&version).await?;
                let thread = self.thread();
                let language = self.told_language();
                let told = Told::Lines {
                    thread: &thread,
                    language: language.as_deref(),
                    lines: &shown,
                };
                tell(socket, &told).await?;
            }
            if lines.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Where the visitor has become somebody else, the page shows that one's transcript from here on.
    pub(super) async fn turn_out(&mut self, socket: &mut WebSocket, before: ContactId) -> Result<(), Over> {
        self.follow().await?;
        let Some((contact, _)) = &self.contact else {
            return Ok(());
        };
        if *contact == before {
            return Ok(());
        }
        let back = self.latest(*contact).await?;
        self.sent = back.last;
        // Their own lines have other numbers now. What was reported of them stays reported.
        let unread: Vec<_> = self.unread.drain(..).collect();
        let reported = std::mem::take(&mut self.noted);
        let is_reported = |at: &i64| !unread.iter().any(|one| one.at == *at);
        let reported: Vec<i64> = reported.into_iter().filter(is_reported).collect();
        self.note(&back.lines, &reported);
        for one in &mut self.unread {
            one.is_delivered |= unread.iter().any(|old| old.at == one.at && old.is_delivered);
        }
        let version = self.engine.deployment().current();
        self.listen(&version).await?;
        let shown = self.shown(&back.lines, version.profiles.get(&self.channel));
        let thread = self.thread();
        let language = self.told_language();
        let reset = Told::Reset {
            thread: &thread,
            language: language.as_deref(),
            earlier: back.first > 1,
            before: back.first,
            lines: &shown,
        };
        tell(socket, &reset).await
    }

    /// What was said before a line.
    pub(super) async fn earlier(&self, socket: &mut WebSocket, before: u64) -> Result<(), Over> {
        let back = match &self.contact {
            Some((contact, _)) => self.back(*contact, before, PAGE).await?,
            None => Back::default(),
        };
        let version = self.engine.deployment().current();
        let shown = self.shown(&back.lines, version.profiles.get(&self.channel));
        let told = Told::Earlier {
            earlier: back.first > 1,
            before: back.first,
            lines: &shown,
        };
        tell(socket, &told).await
    }

    /// The last lines of this channel.
    pub(super) async fn latest(&self, contact: ContactId) -> Result<Back, StoreError> {
        let mut lines = self.engine.store().last_lines(contact, PAGE).await?;
        let first = lines.first().map_or(0, |line| line.number);
        let last = lines.last().map_or(0, |line| line.number);
        lines.retain(|line| line.channel == self.channel);
        if lines.len() == PAGE || first <= 1 {
            return Ok(Back { lines, first, last });
        }
        let mut back = self.back(contact, first, PAGE - lines.len()).await?;
        back.lines.append(&mut lines);
        back.last = last;
        Ok(back)
    }

    /// The last lines of this channel before a number: at most so many, and fewer where those of other channels are many.
    async fn back(&self, contact: ContactId, before: u64, most: usize) -> Result<Back, StoreError> {
        let mut back = Back {
            lines: Vec::new(),
            first: before,
            last: before.saturating_sub(1),
        };
        let mut step = most;
        for _ in 0..=TIMES {
            if back.first <= 1 || back.lines.len() >= most {
                break;
            }
            let last = back.first - 1;
            let after = last.saturating_sub(step as u64);
            let limit = usize::try_from(last - after).unwrap_or(step);
            let mut lines = self.engine.store().transcript(contact, after, limit).await?;
            lines.retain(|line| line.number <= last && line.channel == self.channel);
            lines.append(&mut back.lines);
            back.lines = lines;
            back.first = after + 1;
            step = FURTHER;
        }
        let over = back.lines.len().saturating_sub(most);
        back.lines.drain(..over);
        if over > 0 {
            back.first = back.lines.first().map_or(back.first, |line| line.number);
        }
        Ok(back)
    }

    /// Messages up to these lines have arrived, and were read; whether all of it is reported now. What is not is reported
    /// with the next.
    pub(super) async fn report(&mut self, delivered: u64, read: u64) -> bool {
        let Some((contact, _)) = &self.contact else {
            return true;
        };
        let contact = *contact;
        for place in 0..self.unread.len() {
            let Some(one) = self.unread.get(place).copied() else {
                break;
            };
            let is_read = one.line <= read;
            let (status, word) = match (is_read, one.line <= delivered && !one.is_delivered) {
                (true, _) => (Status::Read, "read"),
                (false, true) => (Status::Delivered, "delivered"),
                (false, false) => continue,
            };
            let id = format_smolstr!("{contact}-{}.{word}", one.message);
            let channel = self.channel.clone();
            let done = self
                .engine
                .report(contact, one.message, channel, status, Some(id))
                .await;
            match (done, self.unread.get_mut(place)) {
                (Ok(_), Some(one)) => one.is_delivered = true,
                _ => return false,
            }
        }
        self.unread.retain(|one| one.line > read);
        true
    }

    /// What is sent and may be reported as read: what was said by the bot on this channel, but for what was said at these
    /// moments.
    pub(super) fn note<'a>(&mut self, lines: impl IntoIterator<Item = &'a Line>, but: &[i64]) {
        let lines = lines.into_iter().filter(|line| line.channel == self.channel);
        for line in lines {
            let Author::Bot { message, .. } = &line.said else {
                continue;
            };
            if *message == 0 {
                continue;
            }
            self.noted.push_back(line.at);
            if but.contains(&line.at) {
                continue;
            }
            self.unread.push_back(Unread {
                line: line.number,
                message: *message,
                at: line.at,
                is_delivered: false,
            });
        }
        let over = self.unread.len().saturating_sub(UNREAD);
        self.unread.drain(..over);
        let over = self.noted.len().saturating_sub(UNREAD);
        self.noted.drain(..over);
    }

    /// The lines of this channel, as the page shows them. What was said elsewhere stays there.
    pub(super) fn shown<'a>(&self, lines: &'a [Line], profile: Option<&Profile>) -> Vec<draw::Shown<'a>> {
        let Some(profile) = profile else { return Vec::new() };
        let lines = lines.iter().filter(|line| line.channel == self.channel);
        lines.map(|line| draw::line(line, profile)).collect()
    }

    /// Notes in which language the bot speaks with them. It can change only where it has several.
    pub(super) async fn listen(&mut self, version: &Version) -> Result<(), Over> {
        let bot: &Bot = &version.program.bot;
        let first = || {
            bot.languages
                .first()
                .map(|language| SmolStr::from(language.as_str()))
        };
        let Some((contact, _)) = &self.contact else {
            return Ok(());
        };
        if bot.languages.len() < 2 {
            self.language = first();
            return Ok(());
        }
        let kept = self.kept(*contact).await?;
        let spoken = kept.map(|kept| kept.person().language.clone());
        self.language = spoken.filter(|language| !language.is_empty()).or_else(first);
        Ok(())
    }

    /// The language, where the page does not know it yet.
    pub(super) fn told_language(&mut self) -> Option<SmolStr> {
        if self.language == self.told_language {
            return None;
        }
        self.told_language = self.language.clone();
        self.language.clone()
    }
}
