//! Buttons of messages: what is remembered of them, and what a press leads to (semantics 3.9).

use botflow_artifact::*;
use botflow_message::Message;
use botflow_understanding::{OptionMatch, OptionWords, match_option, options::exact_option};
use smol_str::SmolStr;

use crate::conversation::{FrameKind, Offer};
use crate::message::Press;
use crate::reading::Heard;
use crate::turn::{Next, Turn};

/// So many messages with buttons a frame remembers, and the conversation those of `always`.
const MAX_OFFERS: usize = 4;

/// A button of a message that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Which of the messages that are remembered.
    offer: usize,
    /// Which of its buttons.
    button: usize,
}

/// What a label means that was nearly written, or a number.
pub(crate) enum Meant {
    /// This button, which leads on.
    Leads(Offered),
    /// A button that counts as if its label had been written.
    Says(SmolStr),
}

impl Turn<'_> {
    /// A message with its holes filled, as the frame sees them. One with buttons to press is remembered.
    pub fn offer_message(&mut self, frame: usize, id: MessageId) -> Message {
        let p = self.p;
        let presses = p.bot.messages.get(id.index()).is_some_and(|template| {
            let (of_cards, own) = template.pressable();
            !of_cards.is_empty() || !own.is_empty()
        });
        if !presses {
            return self.scope_of(frame).message(id);
        }
        let number = self
            .c
            .offers
            .as_ref()
            .map_or(0, |offers| offers.count)
            .max(self.c.puts)
            .wrapping_add(1);
        let (message, items) = self.scope_of(frame).offering(id, number);
        let home = self.home(frame);
        let of_flow = self
            .c
            .frames
            .get(home)
            .filter(|frame| frame.flow != FlowId::ALWAYS);
        let (frame, kept) = match of_flow {
            Some(frame) => {
                let value = |slot: &SlotId| frame.slots.get(slot.index()).cloned().unwrap_or_default();
                (Some(home as u32), self.keeps(id).iter().map(value).collect())
            }
            None => (None, self.scope_of(frame).slots.to_vec()),
        };
        let offers = self.c.offers.get_or_insert_default();
        offers.count = number;
        let same = |offer: &Offer| offer.frame == frame;
        if offers.messages.iter().filter(|offer| same(offer)).count() >= MAX_OFFERS
            && let Some(oldest) = offers.messages.iter().position(same)
        {
            offers.messages.remove(oldest);
        }
        offers.messages.push(Offer {
            number,
            frame,
            message: id,
            items,
            kept,
        });
        message
    }

    /// The variables that buttons of a message have as they were when it was said.
    fn keeps(&self, id: MessageId) -> &[SlotId] {
        let Some(template) = self.p.bot.messages.get(id.index()) else {
            return &[];
        };
        let (of_cards, own) = template.pressable();
        let keeps = of_cards
            .into_iter()
            .chain(own)
            .find_map(|button| match button.act {
                ButtonAct::Leads(handler) => match &self.p.bot.handlers.get(handler.index())?.hears {
                    Hears::Pressed { keeps, .. } => Some(keeps.as_slice()),
                    _ => None,
                },
                _ => None,
            });
        keeps.unwrap_or_default()
    }

    /// All messages that are remembered, newest first, with their places.
    fn offers(&self) -> impl Iterator<Item = (usize, &Offer)> {
        let messages = self
            .c
            .offers
            .iter()
            .flat_map(|offers| offers.messages.iter().enumerate());
        messages.rev()
    }

    /// A button of a message by its place among those that can be pressed, and the item of the card it stands on.
    fn button_of(&self, offer: &Offer, button: usize) -> Option<(&MessageButton, Option<Value>)> {
        let template = self.p.bot.messages.get(offer.message.index())?;
        let (of_cards, own) = template.pressable();
        let on_cards = of_cards.len().saturating_mul(offer.items.len());
        match button.checked_sub(on_cards) {
            Some(at) => Some((own.get(at)?, None)),
            None => {
                let item = offer.items.get(button / of_cards.len())?;
                Some((of_cards.get(button % of_cards.len())?, Some(item.clone())))
            }
        }
    }

    /// What stands on a button, and all it is called.
    fn label_of(&self, offer: &Offer, button: usize) -> Option<(SmolStr, OptionWords)> {
        let (button, item) = self.button_of(offer, button)?;
        let cards = self.p.bot.messages.get(offer.message.index())?.cards.as_deref();
        let card = item.zip(cards.map(|cards| cards.item));
        let scope = match offer.frame {
            Some(frame) => self.scope_of(frame as usize),
            None => self.scope_of(usize::MAX),
        };
        let scope = match offer.frame {
            Some(_) => scope,
            None => scope.with(&offer.kept),
        };
        let mut slots = match &card {
            Some((_, slot)) => scope.variables_with(*slot),
            None => scope.slots.to_vec(),
        };
        let hears = match button.act {
            ButtonAct::Leads(handler) => self.p.bot.handlers.get(handler.index()).map(|one| &one.hears),
            _ => None,
        };
        if let Some(Hears::Pressed { keeps, .. }) = hears
            && offer.frame.is_some()
        {
            for (slot, value) in keeps.iter().zip(&offer.kept) {
                if let Some(place) = slots.get_mut(slot.index()) {
                    *place = value.clone();
                }
            }
        }
        if let Some((item, slot)) = card
            && let Some(place) = slots.get_mut(slot.index())
        {
            *place = item;
        }
        let scope = scope.with(&slots);
        let shown = scope.text(button.label);
        let called = self.p.option_words(button.label, &[], Some(&shown));
        Some((shown, called))
    }

    /// How many buttons of a message can be pressed.
    fn count(&self, offer: &Offer) -> usize {
        let Some(template) = self.p.bot.messages.get(offer.message.index()) else {
            return 0;
        };
        let (of_cards, own) = template.pressable();
        of_cards.len() * offer.items.len() + own.len()
    }

    /// What the payload of a message's button means now, and what is written on it.
    pub fn pressed_offer(&self, number: u32, button: usize, label: SmolStr) -> (Press, SmolStr) {
        let Some((at, offer)) = self.offers().find(|(_, offer)| offer.number == number) else {
            return (Press::None, label);
        };
        let Some((button_found, _)) = self.button_of(offer, button) else {
            return (Press::None, label);
        };
        let written = match label.is_empty() {
            true => self.label_of(offer, button).map(|(label, _)| label),
            false => None,
        };
        let press = match button_found.act {
            ButtonAct::Leads(_) => Press::Message(Offered { offer: at, button }),
            _ => Press::None,
        };
        (press, written.unwrap_or(label))
    }

    /// The button whose label the message is: of the newest message that has it, if only one button there has it.
    pub fn offered_by_label(&self, heard: &Heard<'_>) -> Option<Offered> {
        for (at, offer) in self.offers() {
            let mut found = None;
            for button in 0..self.count(offer) {
                let leads = self
                    .button_of(offer, button)
                    .is_some_and(|(button, _)| matches!(button.act, ButtonAct::Leads(_)));
                if !leads {
                    continue;
                }
                let Some((_, called)) = self.label_of(offer, button) else {
                    continue;
                };
                if exact_option(heard.normalised(), std::slice::from_ref(&called)).is_some() {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(Offered { offer: at, button });
                }
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The button of the newest message that is meant by a number, or nearly by its label, where the question that
    /// waits shows no buttons of its own.
    pub fn offered_nearly(&self, place: &Place, heard: &Heard<'_>) -> Option<Meant> {
        let (at, offer) = self.offers().next()?;
        match &place.kind {
            PlaceKind::Choose(_) => return None,
            PlaceKind::Ask(ask) if !self.suggested(ask, self.listed()).is_empty() => return None,
            _ => {}
        }
        let labels: Vec<(SmolStr, OptionWords)> = (0..self.count(offer))
            .map(|button| self.label_of(offer, button).unwrap_or_default())
            .collect();
        let words: Vec<OptionWords> = labels.iter().map(|(_, words)| words.clone()).collect();
        let button = match match_option(heard.normalised(), &words) {
            OptionMatch::Number(button) | OptionMatch::Inexact(button) => button,
            OptionMatch::Exact(_) | OptionMatch::Ambiguous | OptionMatch::None => return None,
        };
        match self.button_of(offer, button)?.0.act {
            ButtonAct::Leads(_) => Some(Meant::Leads(Offered { offer: at, button })),
            _ => Some(Meant::Says(labels[button].0.clone())),
        }
    }

    /// A button that leads on was pressed: its way runs as a handler of the frame that remembers the message.
    pub fn lead_on(&mut self, offered: Offered) -> Next {
        let Offered { offer, button } = offered;
        let p = self.p;
        let offer = self.c.offers.as_ref()?.messages.get(offer)?.clone();
        let frame = offer.frame;
        let (act, item) = {
            let (button, item) = self.button_of(&offer, button)?;
            (button.act, item)
        };
        let ButtonAct::Leads(id) = act else {
            return None;
        };
        let handler = p.bot.handlers.get(id.index())?;
        self.understood();
        self.c.question = None;
        match frame {
            Some(frame) => {
                self.push_frame(handler.flow, FrameKind::Handler { of: Some(frame) }, Vec::new());
            }
            None => self.push_frame(handler.flow, FrameKind::Handler { of: None }, offer.kept.clone()),
        }
        self.fresh = Some(self.c.frames.len() - 1);
        if let Hears::Pressed {
            item: slot, keeps, ..
        } = &handler.hears
        {
            if frame.is_some() {
                for (slot, value) in keeps.iter().zip(offer.kept) {
                    self.set(*slot, value);
                }
            }
            if let (Some(slot), Some(item)) = (slot, item) {
                self.set(*slot, item);
            }
        }
        Some(handler.code)
    }
}
