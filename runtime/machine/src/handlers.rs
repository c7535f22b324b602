//! Handlers: which ones hear, and how they begin (semantics 7).

use botflow_artifact::*;

use crate::conversation::{FrameKind, Owner};
use crate::effect::Effect;
use crate::record::{GivenUp, Record};
use crate::turn::Turn;

/// The frame in which a handler stands; `None` = `always`.
pub(crate) type Level = Option<usize>;

impl Turn<'_> {
    /// All handlers, nearest first, with the level each stands at, until one is taken. Conditions are not looked
    /// at.
    pub fn any_handler<T>(&self, mut take: impl FnMut(HandlerId, &Handler, Level) -> Option<T>) -> Option<T> {
        let bot = &self.p.bot;
        for (level, frame) in self.c.frames.iter().enumerate().rev() {
            let Some(place) = bot.places.get(frame.at.index()) else {
                continue;
            };
            for id in &place.handlers {
                if let Some(taken) = take(*id, &bot.handlers[id.index()], Some(level)) {
                    return Some(taken);
                }
            }
        }
        bot.always
            .iter()
            .find_map(|id| take(*id, &bot.handlers[id.index()], None))
    }

    /// The nearest handler that hears this and whose `if` is yes.
    pub fn hearer(&self, mut hears: impl FnMut(&Hears) -> bool) -> Option<(HandlerId, Level)> {
        self.any_handler(|id, handler, level| {
            (hears(&handler.hears) && self.listens(handler, level)).then_some((id, level))
        })
    }

    /// Whether the handler's `if` is yes.
    pub fn listens(&self, handler: &Handler, level: Level) -> bool {
        handler
            .condition
            .is_none_or(|condition| self.scope_of(level.unwrap_or(usize::MAX)).yes(condition))
    }

    /// A handler begins to work; gives its first operation.
    pub fn push_handler(&mut self, id: HandlerId, level: Level) -> Pc {
        let handler = &self.p.bot.handlers[id.index()];
        let of = match level {
            Some(level) if handler.flow != FlowId::ALWAYS => Some(self.home(level) as u32),
            _ => None,
        };
        self.c.question = None;
        self.push_frame(handler.flow, FrameKind::Handler { of }, Vec::new());
        self.fresh = Some(self.c.frames.len() - 1);
        handler.code
    }

    /// The handler at work reaches a place: it opens a digression, and replaces one that is open (7.3).
    pub fn opens(&mut self) {
        let Some(fresh) = self.fresh.take() else {
            return;
        };
        if fresh >= self.c.frames.len() {
            return;
        }
        let handler = |kind: FrameKind| matches!(kind, FrameKind::Handler { .. });
        let Some(open) = self.c.frames[..fresh]
            .iter()
            .position(|frame| handler(frame.kind))
        else {
            return;
        };
        if let FrameKind::Handler { of: Some(of) } = self.c.frames[fresh].kind
            && of as usize >= open
        {
            let slots = std::mem::take(&mut self.c.frames[of as usize].slots);
            self.c.frames[fresh].slots = slots;
            self.c.frames[fresh].kind = FrameKind::Handler { of: None };
        }
        for frame in self.c.frames.drain(open..fresh).filter(|frame| frame.open) {
            self.out.push(Effect::Record(Record::GivenUp {
                place: frame.asked,
                tries: frame.tries,
                why: GivenUp::Left,
            }));
        }
        if let Some(carried) = &mut self.c.carried {
            carried.done.retain(|done| (done.frame as usize) < open);
        }
        self.carries_no_more(|carried| carried.frame as usize >= open);
        if let Some(offers) = &mut self.c.offers {
            offers.messages.retain_mut(|offer| match &mut offer.frame {
                Some(frame) if *frame as usize >= fresh => {
                    *frame -= (fresh - open) as u32;
                    true
                }
                Some(frame) => (*frame as usize) < open,
                None => true,
            });
        }
    }

    /// The `if` rules of `always` at the end of a turn (7.6).
    pub fn look_at_rules(&mut self) {
        let mut from = 0;
        while !self.ruled
            && let Some((index, code)) = self.due_rule(from)
        {
            self.came_back = false;
            self.run(Some(code));
            if !self.came_back {
                return;
            }
            from = index + 1;
        }
    }

    /// The next rule of `always` whose turn it is; its handler begins to work.
    pub fn due_rule(&mut self, from: usize) -> Option<(usize, Pc)> {
        if self.c.owner != Owner::Bot || self.c.frames.is_empty() {
            return None;
        }
        let rules = self.p.bot.always_rules.iter().enumerate().skip(from);
        for (index, rule) in rules {
            let (word, bit) = (index / 64, 1u64 << (index % 64));
            if self.c.fired.get(word).is_some_and(|word| word & bit != 0)
                || !self.scope_of(usize::MAX).yes(rule.condition)
            {
                continue;
            }
            if self.c.fired.len() <= word {
                self.c.fired.resize(word + 1, 0);
            }
            self.c.fired[word] |= bit;
            self.c.question = None;
            self.push_frame(FlowId::ALWAYS, FrameKind::Handler { of: None }, Vec::new());
            self.fresh = Some(self.c.frames.len() - 1);
            return Some((index, rule.code));
        }
        None
    }
}
