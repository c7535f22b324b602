//! Building messages from their templates.

use botflow_artifact::{self as artifact, *};
use botflow_message::{
    Button, Card, Envelope, Location, Media, MediaKind, Message, Part as Shown, TemplateCall,
};
use smol_str::SmolStr;

use crate::scope::Scope;

impl Scope<'_> {
    /// A message with its holes filled.
    pub fn message(&self, id: MessageId) -> Message {
        let Some(template) = self.p.bot.messages.get(id.index()) else {
            return Message::default();
        };
        let mut message = Message {
            text: template.text.map(|text| self.text(text)).unwrap_or_default(),
            ..Message::default()
        };
        if let Some(hint) = template.hint {
            message.parts.push(Shown::Hint(self.text(hint)));
        }
        if is_plain(template) {
            return message;
        }
        for media in &template.media {
            self.media(&mut message, media);
        }
        for button in &template.buttons {
            message.parts.extend(self.button(button).map(Shown::Button));
        }
        if let Some(cards) = &template.cards {
            self.cards(&mut message, cards);
        }
        let channel = self.channel();
        if let Some((_, words)) = template.on_channel.iter().find(|(on, _)| on == channel) {
            message.reword(self.text(*words));
        }
        if template.template.is_some() || template.public_reply || template.via.is_some() {
            message.envelope = Some(Box::new(self.envelope(template)));
        }
        message
    }

    fn envelope(&self, template: &MessageTemplate) -> Envelope {
        Envelope {
            template: template.template.as_ref().and_then(|(id, args)| {
                let declared = self.p.bot.templates.get(id.index())?;
                let parameters = args.iter().take(declared.params.len()).map(|arg| {
                    let mut shown = String::new();
                    self.show(&mut shown, &self.eval(*arg));
                    SmolStr::from(shown)
                });
                Some(TemplateCall {
                    name: declared.name.clone(),
                    parameters: parameters.collect(),
                })
            }),
            public: template.public_reply,
            via: template.via.clone(),
            ..Envelope::default()
        }
    }

    fn media(&self, message: &mut Message, media: &artifact::Media) {
        let alt = media.alt.map(|alt| self.text(alt)).unwrap_or_default();
        let kind = match media.kind {
            artifact::MediaKind::Image => MediaKind::Image,
            artifact::MediaKind::Video => MediaKind::Video,
            artifact::MediaKind::File => MediaKind::File,
            artifact::MediaKind::Audio => MediaKind::Audio,
            artifact::MediaKind::Location => {
                if let Value::Location(at) = self.eval(media.source) {
                    message.parts.push(Shown::Location(Location {
                        latitude_e6: at.latitude,
                        longitude_e6: at.longitude,
                        name: alt,
                    }));
                }
                return;
            }
        };
        if let Some(url) = self.address(media.source) {
            message.parts.push(Media::new(kind, url, alt).into());
        }
    }

    /// The address an expression gives: a text of some form, or where a file lies.
    pub fn address(&self, id: ExprId) -> Option<SmolStr> {
        let url = match self.eval(id) {
            Value::File(file) | Value::Image(file) => file.url,
            value => value.as_text()?.clone(),
        };
        (!url.is_empty()).then_some(url)
    }

    fn button(&self, button: &MessageButton) -> Option<Button> {
        if !self.allows(button.condition) {
            return None;
        }
        let (label, target) = (self.text(button.label), self.address(button.target)?);
        Some(if button.calls {
            Button::call(label, target)
        } else {
            Button::open(label, target)
        })
    }

    fn cards(&self, message: &mut Message, cards: &Cards) {
        let Value::List(items) = self.eval(cards.list) else {
            return;
        };
        let mut slots = self.variables_with(cards.item);
        let mut count = 0;
        for item in items {
            if count == cards.at_most || self.budget.get() == 0 {
                break;
            }
            match slots.get_mut(cards.item.index()) {
                Some(slot) => *slot = item,
                None => return,
            }
            let scope = self.with(&slots);
            if !scope.allows(cards.condition) {
                continue;
            }
            count += 1;
            let alt = || cards.alt.map(|alt| scope.text(alt)).unwrap_or_default();
            let card = Card {
                title: scope.text(cards.title),
                text: cards.text.map(|text| scope.text(text)).unwrap_or_default(),
                image: (cards.image.and_then(|image| scope.address(image)))
                    .map(|url| Media::new(MediaKind::Image, url, alt())),
                buttons: cards
                    .buttons
                    .iter()
                    .filter_map(|button| scope.button(button))
                    .collect(),
            };
            message.parts.push(card.into());
        }
    }
}

/// Words and a hint, nothing else: nearly all messages.
#[inline]
fn is_plain(template: &MessageTemplate) -> bool {
    template.media.is_empty()
        && template.buttons.is_empty()
        && template.cards.is_none()
        && template.on_channel.is_empty()
        && template.template.is_none()
        && template.via.is_none()
        && !template.public_reply
}
