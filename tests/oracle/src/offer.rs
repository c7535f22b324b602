//! Buttons of messages that can be pressed (3.9): what is remembered, and what a press leads to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_syntax::ast::{self, AstNode};
use botflow_syntax::{NodeRef, SyntaxKind};
use botflow_understanding::options::exact_option;
use botflow_understanding::{Normalised, OptionMatch, OptionWords, match_option};
use smol_str::SmolStr;

use crate::project::text_of;
use crate::state::{FrameKind, Offer, OfferedButton, Oracle, Purpose};
use crate::walk::Next;

/// What a number or a label that was nearly written means.
pub(crate) enum Meant<'a> {
    Leads(Next<'a>),
    Says(String),
}

/// The number of the frame that remembers a message (none: the conversation does), and the message.
type Remembered<'a> = (Option<u64>, Offer<'a>);

impl<'a> Oracle<'a> {
    /// Remembers a message that has buttons to press; `frame` has said it.
    pub(crate) fn offer(&mut self, node: NodeRef<'a>, buttons: Vec<OfferedButton<'a>>, frame: usize) {
        if buttons.is_empty() {
            return;
        }
        self.offers = self.offers.max(self.puts) + 1;
        let number = self.offers;
        let Some(frame) = self.frames.get(frame) else {
            return;
        };
        let home = self
            .frames
            .iter()
            .position(|one| Rc::ptr_eq(&one.variables, &frame.variables))
            .filter(|home| !Rc::ptr_eq(&self.frames[*home].flow, &self.project.always));
        let variables = frame.variables.borrow().clone();
        let kept = match home {
            Some(_) => loops_around(node)
                .into_iter()
                .map(|name| (name.clone(), variables.get(&name).cloned().unwrap_or_default()))
                .collect(),
            None => variables,
        };
        let offer = Offer {
            number,
            buttons,
            kept,
        };
        let remembered = match home {
            Some(home) => &mut self.frames[home].offered,
            None => &mut self.offered,
        };
        remembered.push(offer);
        let surplus = remembered.len().saturating_sub(4);
        remembered.drain(..surplus);
    }

    /// What is remembered, newest first.
    fn remembered(&self) -> Vec<Remembered<'a>> {
        let of_frames = self
            .frames
            .iter()
            .flat_map(|frame| frame.offered.iter().map(|offer| (Some(frame.id), offer.clone())));
        let mut all: Vec<Remembered<'a>> = of_frames
            .chain(self.offered.iter().map(|offer| (None, offer.clone())))
            .collect();
        all.sort_by_key(|(_, offer)| std::cmp::Reverse(offer.number));
        all
    }

    /// A button was pressed that leads on.
    pub(crate) fn press_offer(&mut self, payload: &str) -> Option<Next<'a>> {
        let (number, index) = payload.strip_prefix('s')?.split_once('.')?;
        let (number, index): (u32, usize) = (number.parse().ok()?, index.parse().ok()?);
        let (frame, offer) = self
            .remembered()
            .into_iter()
            .find(|(_, offer)| offer.number == number)?;
        self.lead_on(frame, &offer, index)
    }

    /// A label was written as it stands on a button that leads on.
    pub(crate) fn offer_labelled(&mut self, message: &Normalised) -> Option<Next<'a>> {
        for (frame, offer) in self.remembered() {
            let named: Vec<usize> = (0..offer.buttons.len())
                .filter(|index| {
                    let words = OptionWords::new([self.label(frame, &offer, *index).as_str()]);
                    way_of(&offer.buttons[*index]).is_some()
                        && exact_option(message, std::slice::from_ref(&words)).is_some()
                })
                .collect();
            match named[..] {
                [] => {}
                [only] => return self.lead_on(frame, &offer, only),
                _ => return None,
            }
        }
        None
    }

    /// A number, or a label with slips, where nothing else could be pressed.
    pub(crate) fn offer_nearly(&mut self, at: NodeRef<'a>, message: &Normalised) -> Option<Meant<'a>> {
        let question = self.question.as_ref();
        if at.kind() == SyntaxKind::ChooseStmt
            || question.is_some_and(|question| !question.suggestions.is_empty())
        {
            return None;
        }
        let (frame, offer) = self.remembered().into_iter().next()?;
        let labels: Vec<String> = (0..offer.buttons.len())
            .map(|index| self.label(frame, &offer, index))
            .collect();
        let words: Vec<OptionWords> = labels
            .iter()
            .map(|label| OptionWords::new([label.as_str()]))
            .collect();
        match match_option(message, &words) {
            OptionMatch::Number(index) | OptionMatch::Inexact(index) => match way_of(&offer.buttons[index]) {
                Some(_) => self.lead_on(frame, &offer, index).map(Meant::Leads),
                None => Some(Meant::Says(labels[index].clone())),
            },
            _ => None,
        }
    }

    /// What stands on a button now.
    fn label(&self, frame: Option<u64>, offer: &Offer<'a>, index: usize) -> String {
        let frame = self.frames.iter().find(|one| Some(one.id) == frame);
        let mut env = match frame {
            Some(frame) => self.env_of(frame),
            None => self.outside(),
        };
        env.variables.extend(offer.kept.clone());
        if let Some((name, item)) = &offer.buttons[index].card {
            env = env.with(name, item.clone());
        }
        let button = ast::ButtonItem::cast(offer.buttons[index].node);
        let label = button.and_then(|button| button.label());
        label.map(|label| env.text(&label)).unwrap_or_default()
    }

    /// The way of a button runs as a handler of the frame that remembers it.
    fn lead_on(&mut self, frame: Option<u64>, offer: &Offer<'a>, index: usize) -> Option<Next<'a>> {
        let button = offer.buttons.get(index)?;
        let way = way_of(button)?;
        self.misunderstood = 0;
        match frame {
            Some(of) => {
                let home = self.frames.iter().find(|one| one.id == of)?;
                let (flow, variables) = (Rc::clone(&home.flow), Rc::clone(&home.variables));
                let kind = FrameKind::Handler {
                    of: Some(of),
                    purpose: Purpose::Usual,
                };
                self.push(flow, kind, variables);
            }
            None => {
                let kind = FrameKind::Handler {
                    of: None,
                    purpose: Purpose::Usual,
                };
                let always = Rc::clone(&self.project.always);
                self.push(always, kind, Rc::new(RefCell::new(BTreeMap::new())));
            }
        }
        for (name, value) in offer
            .kept
            .iter()
            .chain(button.card.iter().map(|(name, item)| (name, item)))
        {
            self.set(name, value.clone());
        }
        Some(Next::Enter(way))
    }
}

fn way_of<'a>(button: &OfferedButton<'a>) -> Option<ast::Way<'a>> {
    ast::ButtonItem::cast(button.node)?.way()
}

/// The variables of the loops around a message.
fn loops_around(node: NodeRef<'_>) -> Vec<SmolStr> {
    node.ancestors()
        .take_while(|above| above.kind() != SyntaxKind::ButtonItem)
        .filter_map(ast::ForStmt::cast)
        .map(|stmt| text_of(stmt.name()))
        .collect()
}
