//! What operators do (semantics 12.4, 12.6 to 12.8). What cannot be done is refused with a reason, and changes nothing.

use botflow_artifact::{Outcome, PlaceId, PlaceKind};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::conversation::{FrameKind, Owner};
use crate::effect::{Effect, Refused, Withdrawn};
use crate::event::{OperatorEvent, Starter};
use crate::reading::fits;
use crate::turn::Turn;

/// So many operators are known to be there; of more, who came first is forgotten.
pub const MAX_THERE: usize = 16;

impl Turn<'_> {
    /// Something an operator did.
    pub fn operator(&mut self, event: OperatorEvent) {
        match event {
            OperatorEvent::Joins { name } => {
                if self.c.escalation.is_none() {
                    return self.refuse(name, Refused::NotHandedOver);
                }
                self.comes(name, false);
            }
            OperatorEvent::Writes { name, text, media } => self.writes(name, text, media),
            OperatorEvent::Answers { name, text } => {
                if !self.colleague_answers(&name, &text) {
                    self.refuse(name, Refused::NotAsked);
                }
            }
            OperatorEvent::Leaves { name } => self.leaves(&name),
            OperatorEvent::Passes { name, queue } => self.passes(name, &queue),
            OperatorEvent::PassesTo { name, operator } => self.passes_to(name, operator),
            OperatorEvent::Resolves { name } => self.resolves(name),
            OperatorEvent::HandsBack { name } => {
                if self.under_way().is_none() {
                    return self.refuse(name, Refused::NotHandedOver);
                }
                self.comes(name.clone(), true);
                self.end_hand_over(Withdrawn::HandedBack, Some(name));
                self.c.owner = Owner::Bot;
                let next = self.behind();
                self.run(next);
            }
            OperatorEvent::Starts { name, flow, args } => self.starts(name, &flow, args),
            OperatorEvent::Closed => self.closed(),
        }
    }

    fn refuse(&mut self, operator: SmolStr, reason: Refused) {
        self.out.push(Effect::OperatorRefused { operator, reason });
    }

    /// An operator is there. `acts`: something else was done that shows it.
    fn comes(&mut self, name: SmolStr, acts: bool) {
        let now = self.now;
        let Some(escalation) = &mut self.c.escalation else {
            return;
        };
        escalation.came = true;
        let known = escalation.there.contains(&name);
        if known && acts {
            return;
        }
        // Who comes anew has time of their own.
        escalation.operator_at = now;
        escalation.operator_gone = 0;
        if known {
            return;
        }
        if escalation.there.len() >= MAX_THERE {
            let operator = escalation.there.remove(0);
            self.out.push(Effect::Left { operator });
        }
        escalation.there.push(name.clone());
        self.out.push(Effect::Joined { operator: name });
    }

    fn writes(&mut self, name: SmolStr, text: SmolStr, media: Option<Value>) {
        if media.is_none() && self.c.owner != Owner::People && self.colleague_answers(&name, &text) {
            return;
        }
        if self.c.escalation.is_some() {
            self.comes(name.clone(), true);
            if let Some(escalation) = &mut self.c.escalation
                && !std::mem::replace(&mut escalation.answered, true)
            {
                escalation.customer_at = self.now;
                escalation.customer_gone = 0;
            }
        }
        self.out.push(Effect::Relay {
            operator: name,
            text,
            media: media.map(Box::new),
        });
    }

    /// An operator is not there any more; `false` if they were not. The last one leaves the customer alone.
    fn goes(&mut self, name: &str) -> bool {
        let Some(escalation) = &mut self.c.escalation else {
            return false;
        };
        let Some(at) = escalation.there.iter().position(|one| one == name) else {
            return false;
        };
        let operator = escalation.there.remove(at);
        self.out.push(Effect::Left { operator });
        true
    }

    fn is_alone(&self) -> bool {
        let escalation = self.c.escalation.as_deref();
        escalation.is_some_and(|one| one.there.is_empty())
    }

    fn leaves(&mut self, name: &str) {
        if self.goes(name) && self.is_alone() {
            self.waits_again();
        }
    }

    fn passes(&mut self, name: SmolStr, queue: &str) {
        if self.c.escalation.is_none() {
            return self.refuse(name, Refused::NotHandedOver);
        }
        let Some(queue) = self.p.queue_named(queue) else {
            return self.refuse(name, Refused::UnknownQueue);
        };
        self.comes(name.clone(), true);
        self.goes(&name);
        if let Some(escalation) = &mut self.c.escalation {
            escalation.queue = queue;
        }
        self.out.push(Effect::Requeue { queue });
        if self.is_alone() {
            self.waits_again();
        }
    }

    fn passes_to(&mut self, name: SmolStr, operator: SmolStr) {
        let Some(escalation) = self.c.escalation.as_deref() else {
            return self.refuse(name, Refused::NotHandedOver);
        };
        let is_there = escalation.there.contains(&operator);
        self.comes(name.clone(), true);
        if name == operator {
            return;
        }
        self.goes(&name);
        if !is_there {
            self.out.push(Effect::Assign { operator });
        }
        if self.is_alone() {
            self.waits_again();
        }
    }

    fn resolves(&mut self, name: SmolStr) {
        let Some(resolved) = self.under_way().map(|declared| declared.resolved) else {
            return self.refuse(name, Refused::NotHandedOver);
        };
        self.comes(name.clone(), true);
        match resolved {
            Some(way) => self.take_escalation_way(way, Withdrawn::Resolved, Some(name)),
            None => {
                self.end_hand_over(Withdrawn::Resolved, Some(name));
                self.finish(Outcome::Resolved, None);
            }
        }
    }

    /// An operator starts a flow (12.7).
    fn starts(&mut self, name: SmolStr, flow: &str, args: Vec<Value>) {
        let Some(id) = self.p.flow_named(flow) else {
            return self.refuse(name, Refused::UnknownFlow);
        };
        let p = self.p;
        let flow = &p.bot.flows[id.index()];
        if !flow.open_to_operators {
            return self.refuse(name, Refused::NotOpen);
        }
        let params = flow.slots.iter().take(flow.params as usize);
        let fit = args.len() == flow.params as usize
            && params
                .zip(&args)
                .all(|(param, value)| fits(p, param.ty, value, 0));
        if !fit {
            return self.refuse(name, Refused::WrongArguments);
        }
        match self.c.owner {
            Owner::Bot => self.refuse(name, Refused::NotHandedOver),
            Owner::People => {
                self.comes(name.clone(), true);
                self.out.push(Effect::OperatorStarts {
                    operator: name,
                    flow: id,
                });
                // At most one flow of operators is open: another one takes its place.
                if let Some(open) = self.flow_of_operators() {
                    self.keep_frames(open);
                }
                self.c.owner = Owner::Bot;
                self.push_frame(id, FrameKind::Run, args);
                self.run(Some(flow.entry));
            }
            Owner::Nobody => {
                self.out.push(Effect::OperatorStarts {
                    operator: name,
                    flow: id,
                });
                self.begin_unasked(id, args, None, &Starter::Operator);
            }
        }
    }

    /// Index of the frame of the flow that operators started, if one is open: it runs, and no `run` is below it.
    pub fn flow_of_operators(&self) -> Option<usize> {
        let is_escalate = |at: PlaceId| {
            let place = self.p.bot.places.get(at.index());
            place.is_some_and(|place| matches!(place.kind, PlaceKind::Escalate(_)))
        };
        let pairs = self.c.frames.windows(2);
        let mut pairs = pairs.map(|pair| pair[1].kind == FrameKind::Run && is_escalate(pair[0].at));
        pairs.position(|is_one| is_one).map(|below| below + 1)
    }

    /// The host says that the queue has closed. Nobody is sent away by whom somebody is.
    fn closed(&mut self) {
        match self.under_way().map(|declared| declared.closed) {
            Some(Some(closed)) if self.is_alone() => {
                self.take_escalation_way(closed, Withdrawn::Closed, None);
            }
            Some(_) => {}
            None => {
                self.colleagues_are_gone();
            }
        }
    }
}
