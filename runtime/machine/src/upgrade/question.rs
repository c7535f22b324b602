//! The question that waits: what was offered with it stays what it was, whatever the new version would offer now.

use botflow_artifact::*;
use smol_str::SmolStr;

use super::versions::Versions;
use super::{Gone, UpgradeNote, name_of};
use crate::conversation::{Conversation, GONE, NOWHERE, Offered};
use crate::program::Program;
use crate::turn::Turn;

impl Versions<'_> {
    /// Goes over what was offered. Options are found by their labels.
    pub(super) fn question(
        &self,
        before: &Conversation,
        conversation: &mut Conversation,
        notes: &mut Vec<UpgradeNote>,
    ) {
        if conversation.question.is_none() {
            return;
        }
        let at = |conversation: &Conversation| conversation.frames.last().map_or(NOWHERE, |frame| frame.at);
        let (was, is) = (at(before), at(conversation));
        let places = (
            self.old.bot.places.get(was.index()),
            self.new.bot.places.get(is.index()),
        );
        let offered = match (
            places.0.map(|place| &place.kind),
            places.1.map(|place| &place.kind),
        ) {
            (Some(PlaceKind::Choose(old)), Some(PlaceKind::Choose(new))) => {
                match self.items(before, conversation, old, new) {
                    Some(items) => self.options(before, conversation, old, new, items),
                    None => {
                        let place = name_of(&self.old.bot, was);
                        notes.push(UpgradeNote::Stranded {
                            place,
                            why: Gone::Changed,
                        });
                        return self.strand_at_rest(conversation);
                    }
                }
            }
            (Some(PlaceKind::Ask(old)), Some(PlaceKind::Ask(new))) => {
                let said = suggested(self.old, before, old);
                let says = suggested(self.new, conversation, new);
                match said == says {
                    true => conversation
                        .question
                        .as_ref()
                        .and_then(|question| question.offered.clone()),
                    false => Some(Box::new(Offered {
                        labels: said,
                        ..Offered::default()
                    })),
                }
            }
            _ => None,
        };
        if let Some(question) = &mut conversation.question {
            question.offered = offered;
        }
    }

    /// The conversation rests at a question that cannot be gone on from.
    fn strand_at_rest(&self, conversation: &mut Conversation) {
        let timer = conversation.timer;
        self.strand_at_once(conversation);
        if let Some(frame) = conversation.frames.last_mut() {
            frame.pending = timer.map(|at| Box::new(crate::conversation::Pending::Moment(at)));
        }
    }

    /// The items of the list that was offered; `None` where one of them does not fit its type any more.
    fn items(
        &self,
        before: &Conversation,
        now: &Conversation,
        old: &Choose,
        new: &Choose,
    ) -> Option<Vec<Value>> {
        let offered = before.question.as_ref()?.offered.as_deref();
        let items = offered.map_or(&[][..], |offered| &offered.items);
        let (Some(old), Some(new)) = (&old.from, &new.from) else {
            return items.is_empty().then(Vec::new);
        };
        let ty = |program: &Program, flow: FlowId, slot: SlotId| {
            let flow = program.bot.flows.get(flow.index())?;
            flow.slots.get(slot.index()).map(|slot| slot.ty)
        };
        let was = ty(self.old, before.frames.last()?.flow, old.item)?;
        let is = ty(self.new, now.frames.last()?.flow, new.item)?;
        let items = items.iter().map(|item| self.carried(item, was, is));
        items.collect()
    }

    fn options(
        &self,
        before: &Conversation,
        now: &Conversation,
        old: &Choose,
        new: &Choose,
        items: Vec<Value>,
    ) -> Option<Box<Offered>> {
        let offered = before.question.as_ref()?.offered.as_deref();
        let written: Vec<u32> = match offered {
            Some(offered) => offered.options.clone(),
            None => (0..old.options.len() as u32).collect(),
        };
        let (was, is) = (labels(self.old, before, old), labels(self.new, now, new));
        let mut options = Vec::with_capacity(written.len());
        for index in &written {
            let label = was.get(*index as usize);
            // Of options with one label the first that is not taken yet.
            let free = |at: usize| !options.contains(&(at as u32));
            let found = (0..is.len()).find(|at| is.get(*at) == label && free(*at));
            options.push(found.map_or(GONE, |at| at as u32));
        }
        let unchanged =
            was == is && offered.is_none() && new.options.iter().all(|one| one.condition.is_none());
        let fixed = new.from.is_none() && unchanged;
        (!fixed).then(|| {
            Box::new(Offered {
                items,
                options,
                labels: Vec::new(),
            })
        })
    }
}

/// The labels of all written options, as this version shows them.
fn labels(program: &Program, conversation: &Conversation, choose: &Choose) -> Vec<SmolStr> {
    in_turn(program, conversation, |turn| {
        let scope = turn.scope();
        choose
            .options
            .iter()
            .map(|option| scope.text(option.label))
            .collect()
    })
}

/// The labels of a question's suggestions, as this version shows them.
fn suggested(program: &Program, conversation: &Conversation, ask: &Ask) -> Vec<SmolStr> {
    in_turn(program, conversation, |turn| {
        let shown = turn.shown();
        match shown.is_empty() {
            true => turn.suggested(ask, turn.listed()),
            false => shown.to_vec(),
        }
    })
}

/// Looks at a conversation as a turn would.
fn in_turn<T>(program: &Program, conversation: &Conversation, look: impl FnOnce(&Turn<'_>) -> T) -> T {
    let (mut conversation, mut effects) = (conversation.clone(), Vec::new());
    look(&Turn::new(program, &mut conversation, 0, &mut effects))
}
