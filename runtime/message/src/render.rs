//! From a message and a profile to what the channel shows.
//!
//! One set of rules serves all channels; a profile only says what there is room for. What a channel cannot show
//! becomes words, in this order: the text, the hint, files and places as links, cards, links, numbered options,
//! suggestions. The message that takes an answer is the last one. Nothing is lost without a note, and rendering
//! never fails.

mod cards;
mod controls;
mod files;

use crate::dialect;
use crate::markup::{self, Run};
use crate::measure::Limit;
use crate::message::{Card, Envelope, MediaKind, Message, Part};
use crate::profile::{Profile, TextFacts};
use crate::rendered::{Answer, Degraded, Rendered, Rendering};
use crate::sms;
use crate::split;

use controls::Controls;

/// Renders a message for a channel.
pub fn render(message: &Message, profile: &Profile) -> Rendering {
    let mut draft = Draft {
        profile,
        words: Vec::new(),
        answers: Vec::new(),
        notes: Vec::new(),
    };
    draft.words = markup::parse(&message.text);
    for part in &message.parts {
        if let Part::Hint(hint) = part {
            draft.line(markup::parse(hint));
        }
    }
    let files = files::place(message, &mut draft);
    let all: Vec<&Card> = message.cards().collect();
    let rows = cards::rows(&all, &mut draft);
    let controls = controls::place(message, rows.is_empty(), &mut draft);
    draft.assemble(files, rows, controls, message.envelope.as_deref())
}

/// The words of a text as a channel counts them: in its own writing, without what it does not count.
pub fn words(text: &str, facts: &TextFacts) -> String {
    let runs = dialect::lower(markup::parse(text), facts, &mut Vec::new());
    if facts.markup_counts {
        dialect::write(&runs, facts.markup)
    } else {
        runs.into_iter().map(|run| run.text).collect()
    }
}

/// A message on its way: what will be words, and what was noted.
struct Draft<'a> {
    profile: &'a Profile,
    words: Vec<Run>,
    answers: Vec<Answer>,
    notes: Vec<Degraded>,
}

impl Draft<'_> {
    /// Adds words on a line of their own.
    fn line(&mut self, runs: Vec<Run>) {
        if runs.is_empty() {
            return;
        }
        if !self.words.is_empty() {
            self.words.push(Run::plain("\n"));
        }
        self.words.extend(runs);
    }

    /// Adds plain words on a line of their own.
    fn plain_line(&mut self, text: String) {
        if !text.is_empty() {
            self.line(vec![Run::plain(text)]);
        }
    }

    /// Puts everything into as few messages as the channel allows.
    fn assemble(
        mut self,
        files: files::Files,
        rows: Vec<Vec<Card>>,
        controls: Controls,
        envelope: Option<&Envelope>,
    ) -> Rendering {
        let facts = &self.profile.text;
        let words = dialect::lower(std::mem::take(&mut self.words), facts, &mut self.notes);
        // The words stand above the cards where these have room for some.
        let body = match rows.is_empty() || self.profile.cards.with_text {
            true => Limit::ABSENT,
            false => self.profile.cards.body,
        };
        let last_limit = match body.exists() {
            true => controls.text_limit.and(body),
            false => controls.text_limit,
        };
        let mut pieces = self.pieces(&words, last_limit);
        let together = facts.caption == Limit::NONE;
        let on_cards = !rows.is_empty() && !controls.is_empty() && controls.go_with_cards(self.profile);
        if pieces.is_empty() && (!controls.is_empty() && !on_cards || body.exists()) && !together {
            self.notes.push(Degraded::TextMissing);
            pieces.push(vec![Run::plain("…")]);
        }
        if pieces.len() > 1 {
            self.notes.push(Degraded::TextSplit { pieces: pieces.len() });
        }
        let captioned = !together
            && rows.is_empty()
            && controls.is_empty()
            && files.locations.is_empty()
            && matches!(files.media.as_slice(), [only] if only.kind != MediaKind::Audio)
            && matches!(pieces.as_slice(), [only] if facts.caption.allows(split::length(only, facts)));

        let mut messages: Vec<Rendered> = Vec::new();
        let mut last = Rendered::default();
        if together || captioned {
            (last.media, last.locations) = (files.media, files.locations);
        } else {
            let alone = |media| Rendered {
                media: vec![media],
                ..Rendered::default()
            };
            messages.extend(files.media.into_iter().map(alone));
            let alone = |location| Rendered {
                locations: vec![location],
                ..Rendered::default()
            };
            messages.extend(files.locations.into_iter().map(alone));
        }
        let worded = |runs: Vec<Run>| {
            let text = dialect::write(&runs, facts.markup);
            Rendered {
                text,
                runs,
                ..Rendered::default()
            }
        };
        if let Some(runs) = pieces.pop() {
            messages.extend(pieces.into_iter().map(worded));
            let worded = worded(runs);
            (last.text, last.runs) = (worded.text, worded.runs);
        }
        let answerable = !controls.is_empty();
        let answers = std::mem::take(&mut self.answers);
        let carry = |message: &mut Rendered| {
            message.buttons = controls.buttons;
            message.suggestions = controls.suggestions;
            message.list = controls.list;
        };
        let mut rows: Vec<Rendered> = rows
            .into_iter()
            .map(|cards| Rendered {
                cards,
                ..Rendered::default()
            })
            .collect();
        last.answers = answers;
        if body.exists() {
            let words = Rendered {
                text: std::mem::take(&mut last.text),
                runs: std::mem::take(&mut last.runs),
                answers: std::mem::take(&mut last.answers),
                ..Rendered::default()
            };
            let missing = || worded(vec![Run::plain("…")]);
            for (at, row) in rows.iter_mut().enumerate() {
                let above = if at == 0 { words.clone() } else { missing() };
                (row.text, row.runs, row.answers) = (above.text, above.runs, above.answers);
            }
            let behind = answerable && !on_cards;
            if behind {
                last = Rendered {
                    media: last.media,
                    locations: last.locations,
                    ..missing()
                };
            }
            if behind || rows.len() > 1 {
                self.notes.push(Degraded::TextMissing);
            }
        }
        match rows.pop() {
            Some(row) if self.profile.cards.with_text && rows.is_empty() => {
                last.cards = row.cards;
                carry(&mut last);
                push_shown(&mut messages, last);
            }
            Some(mut row) if on_cards || !answerable => {
                push_shown(&mut messages, last);
                carry(&mut row);
                messages.extend(rows);
                messages.push(row);
            }
            // The options would vanish, or be overlooked, if cards came after them.
            row => {
                messages.extend(rows);
                messages.extend(row);
                carry(&mut last);
                push_shown(&mut messages, last);
            }
        }
        if facts.segments {
            for message in messages.iter_mut().filter(|message| !message.text.is_empty()) {
                message.segments = Some(sms::segments(&message.text));
            }
        }
        let mut rendering = Rendering {
            messages,
            notes: self.notes,
        };
        if let Some(envelope) = envelope {
            address(&mut rendering, envelope, self.profile);
        }
        rendering
    }

    /// The words in pieces; the last one also fits what a message with controls may be long.
    fn pieces(&self, words: &[Run], with_controls: Limit) -> Vec<Vec<Run>> {
        let facts = &self.profile.text;
        let mut pieces = split::split(words, facts.max.most(), facts);
        if with_controls.most() < facts.max.most()
            && let Some(last) = pieces.pop()
        {
            pieces.extend(split::split(&last, with_controls.most(), facts));
        }
        pieces
    }
}

fn push_shown(messages: &mut Vec<Rendered>, message: Rendered) {
    if message != Rendered::default() {
        messages.push(message);
    }
}

/// Puts on what says how the message goes out: on the first one, except for the publicity of all.
fn address(rendering: &mut Rendering, envelope: &Envelope, profile: &Profile) {
    if rendering.messages.is_empty() && envelope.template.is_some() && profile.template.supported {
        rendering.messages.push(Rendered::default());
    }
    if envelope.public && !profile.comments.public_reply {
        rendering.notes.push(Degraded::NotPublic);
    }
    for message in &mut rendering.messages {
        message.public = envelope.public && profile.comments.public_reply;
    }
    if let Some(first) = rendering.messages.first_mut() {
        // A subject belongs to mail alone, and a template to channels that have them: elsewhere nothing is
        // missing without them.
        if profile.text.subject {
            first.subject.clone_from(&envelope.subject);
        }
        if profile.template.supported {
            first.template.clone_from(&envelope.template);
        }
    }
}
