//! Building messages from their templates.

use botflow_artifact::{self as artifact, *};
use botflow_message::{
    Button, Card, Envelope, Location, Media, MediaKind, Message, Part as Shown, TemplateCall,
};
use smol_str::{SmolStr, format_smolstr};

use crate::scope::Scope;

impl Scope<'_> {
    /// A message with its holes filled.
    pub fn message(&self, id: MessageId) -> Message {
        self.offering(id, 0).0
    }

    /// The same with the items of its cards; the number is part of what its buttons send back.
    pub fn offering(&self, id: MessageId, number: u32) -> (Message, Vec<Value>) {
        let mut items = Vec::new();
        let Some(template) = self.p.bot.messages.get(id.index()) else {
            return (Message::default(), items);
        };
        // A `match` and not a `map`: the words then go where they belong without a stop in between.
        let text = match template.text {
            Some(text) => self.words(text),
            None => SmolStr::default(),
        };
        let mut message = Message {
            text,
            parts: Vec::new(),
            envelope: None,
        };
        if let Some(hint) = template.hint {
            message.parts.push(Shown::Hint(self.words(hint)));
        }
        if is_plain(template) {
            return (message, items);
        }
        for media in &template.media {
            self.media(&mut message, media);
        }
        // What can be pressed is numbered: on the cards first, as people would count it.
        let mut presses = Presses { number, next: 0 };
        let cards = match &template.cards {
            Some(cards) => self.cards(cards, &mut presses, &mut items),
            None => Vec::new(),
        };
        for button in &template.buttons {
            message
                .parts
                .extend(self.button(button, &mut presses).map(Shown::Button));
        }
        message.parts.extend(cards.into_iter().map(Shown::from));
        let channel = self.channel();
        if let Some((_, words)) = template.on_channel.iter().find(|(on, _)| on == channel) {
            message.reword(self.words(*words));
        }
        if template.template.is_some() || template.public_reply || template.via.is_some() {
            message.envelope = Some(Box::new(self.envelope(template)));
        }
        (message, items)
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
                let parameters: Vec<SmolStr> = parameters.collect();
                let given: Vec<Value> = args.iter().map(|arg| self.eval(*arg)).collect();
                let inside = self.with(&given);
                let media = declared.media.iter();
                Some(TemplateCall {
                    name: declared.name.clone(),
                    parameters,
                    media: media.filter_map(|media| inside.shown(media)).collect(),
                })
            }),
            public: template.public_reply,
            via: template.via.clone(),
            ..Envelope::default()
        }
    }

    fn media(&self, message: &mut Message, media: &artifact::Media) {
        if media.kind != artifact::MediaKind::Location {
            message.parts.extend(self.shown(media).map(Shown::from));
        } else if let Value::Location(at) = self.eval(media.source) {
            message.parts.push(Shown::Location(Location {
                latitude_e6: at.latitude,
                longitude_e6: at.longitude,
                name: media.alt.map(|alt| self.text(alt)).unwrap_or_default(),
            }));
        }
    }

    /// A picture, film, file or sound, if its address is known.
    fn shown(&self, media: &artifact::Media) -> Option<Media> {
        let kind = match media.kind {
            artifact::MediaKind::Image => MediaKind::Image,
            artifact::MediaKind::Video => MediaKind::Video,
            artifact::MediaKind::File => MediaKind::File,
            artifact::MediaKind::Audio => MediaKind::Audio,
            artifact::MediaKind::Location => return None,
        };
        let url = self.address(media.source)?;
        let alt = media.alt.map(|alt| self.text(alt)).unwrap_or_default();
        Some(Media::new(kind, url, alt))
    }

    /// The address an expression gives: a text of some form, or where a file lies.
    pub fn address(&self, id: ExprId) -> Option<SmolStr> {
        let url = match self.eval(id) {
            Value::File(file) | Value::Image(file) => file.url,
            value => value.as_text()?.clone(),
        };
        (!url.is_empty()).then_some(url)
    }

    fn button(&self, button: &MessageButton, presses: &mut Presses) -> Option<Button> {
        // A button that is not shown has its number all the same.
        let payload = match button.act {
            ButtonAct::Leads(_) | ButtonAct::Says => presses.payload(),
            ButtonAct::Opens(_) | ButtonAct::Calls(_) => SmolStr::default(),
        };
        if !self.allows(button.condition) {
            return None;
        }
        let label = self.text(button.label);
        Some(match button.act {
            ButtonAct::Opens(target) => Button::open(label, self.address(target)?),
            ButtonAct::Calls(target) => Button::call(label, self.address(target)?),
            ButtonAct::Leads(_) | ButtonAct::Says => Button::press(label, payload),
        })
    }

    /// The cards, and the items they are made of.
    fn cards(&self, cards: &Cards, presses: &mut Presses, shown: &mut Vec<Value>) -> Vec<Card> {
        let mut made = Vec::new();
        let Value::List(items) = self.eval(cards.list) else {
            return made;
        };
        let mut slots = self.variables_with(cards.item);
        let mut count = 0;
        for item in items {
            if count == cards.at_most || self.budget.get() == 0 {
                break;
            }
            match slots.get_mut(cards.item.index()) {
                Some(slot) => *slot = item,
                None => break,
            }
            let scope = self.with(&slots);
            if !scope.allows(cards.condition) {
                continue;
            }
            count += 1;
            let alt = || cards.alt.map(|alt| scope.text(alt)).unwrap_or_default();
            let card = Card {
                title: scope.words(cards.title),
                text: cards.text.map(|text| scope.words(text)).unwrap_or_default(),
                image: (cards.image.and_then(|image| scope.address(image)))
                    .map(|url| Media::new(MediaKind::Image, url, alt())),
                buttons: cards
                    .buttons
                    .iter()
                    .filter_map(|button| scope.button(button, presses))
                    .collect(),
            };
            made.push(card);
            shown.push(slots[cards.item.index()].clone());
        }
        made
    }
}

/// Numbers what can be pressed on a message.
struct Presses {
    /// The message's number.
    number: u32,
    /// The next button's.
    next: u32,
}

impl Presses {
    fn payload(&mut self) -> SmolStr {
        self.next += 1;
        format_smolstr!("{OFFER}.{}.{}", self.number, self.next - 1)
    }
}

/// What the payloads of messages' buttons begin with; those of questions begin with the longer tag of a place.
pub(crate) const OFFER: &str = "say";

/// The text of a message that is words and nothing else.
#[inline]
pub(crate) fn bare(template: &MessageTemplate) -> Option<TextId> {
    template
        .text
        .filter(|_| template.hint.is_none() && is_plain(template))
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
