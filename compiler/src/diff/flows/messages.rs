//! Messages with their hints, media, buttons and cards.

use botflow_artifact::*;

use super::{Held, Reader};

impl Reader<'_, '_> {
    /// A message with all that belongs to it.
    pub(super) fn message(&mut self, kind: &'static str, id: MessageId) -> usize {
        let within = self.within();
        let Some(message) = self.bot.messages.get(id.index()) else {
            return 0;
        };
        let main = match message.text {
            Some(text) => self.spoken(kind, text),
            None => self.fact(kind, format!("({})", self.wording.words.message(id)), true),
        };
        self.held.push(Held {
            fact: main,
            until: usize::MAX,
        });
        if let Some(hint) = message.hint {
            self.spoken("hint", hint);
        }
        for (channel, text) in &message.on_channel {
            let words = format!("on {channel}: {}", self.wording.text(within, *text));
            let fact = self.fact("words for one channel", words, true);
            if let Some((section, _)) = self.current {
                self.sections[section].facts[fact].also = self.wording.translations(within, *text);
            }
        }
        for media in &message.media {
            let kind = match media.kind {
                MediaKind::Image => "picture",
                MediaKind::Video => "video",
                MediaKind::File => "file",
                MediaKind::Audio => "recording",
                MediaKind::Location => "position",
            };
            let alt = media
                .alt
                .map(|alt| format!(" “{}”", self.wording.text(within, alt)));
            let words = format!(
                "{}{}",
                self.wording.expr(within, media.source),
                alt.unwrap_or_default()
            );
            self.fact(kind, words, true);
        }
        self.buttons(&message.buttons);
        if let Some(cards) = &message.cards {
            let condition = cards
                .condition
                .map(|condition| format!(" if {}", self.wording.expr(within, condition)));
            let words = format!(
                "of {} at most {}{}",
                self.wording.expr(within, cards.list),
                cards.at_most,
                condition.unwrap_or_default()
            );
            self.fact("cards", words, true);
            self.spoken("title of cards", cards.title);
            if let Some(text) = cards.text {
                self.spoken("text of cards", text);
            }
            if let Some(image) = cards.image {
                self.fact("picture of cards", self.wording.expr(within, image), true);
            }
            self.buttons(&cards.buttons);
        }
        if let Some((template, args)) = &message.template {
            let template = self.bot.templates.get(template.index());
            let name = template.map_or("…", |template| &template.name);
            self.fact(
                "template",
                format!("{name}({})", self.wording.args(within, args)),
                true,
            );
        }
        if let Some(channel) = &message.via {
            self.fact("channel", channel.to_string(), true);
        }
        if message.public_reply {
            self.fact("reply", "publicly", true);
        }
        self.held.pop();
        main
    }

    pub(super) fn buttons(&mut self, buttons: &[MessageButton]) {
        let within = self.within();
        for button in buttons {
            let act = match button.act {
                ButtonAct::Opens(target) => format!(" opens {}", self.wording.expr(within, target)),
                ButtonAct::Calls(target) => format!(" calls {}", self.wording.expr(within, target)),
                ButtonAct::Leads(_) | ButtonAct::Says => String::new(),
            };
            let condition = button
                .condition
                .map(|condition| format!(" if {}", self.wording.expr(within, condition)));
            let words = format!(
                "“{}”{act}{}",
                self.wording.text(within, button.label),
                condition.unwrap_or_default()
            );
            let fact = self.fact("button", words, true);
            if let Some((section, _)) = self.current {
                self.sections[section].facts[fact].also = self.wording.translations(within, button.label);
            }
        }
    }
}
