//! People: handing over, what happens meanwhile, ways out (semantics 12).
//!
//! What operators do stands in [`crate::operators`]. A hand-over is over in one place, [`Turn::end_hand_over`], so that
//! each has one end and one reason.

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::conversation::{Escalated, FrameKind, NEVER, Owner};
use crate::effect::{Effect, HandOver, Withdrawn};
use crate::event::Starter;
use crate::leave::Leave;
use crate::record::Beginner;
use crate::turn::{Next, Turn};

impl Turn<'_> {
    /// Reaches an `escalate` (12.1).
    pub fn escalate(&mut self, id: PlaceId, escalation: EscalationId) -> Next {
        // Who is in a flow that a colleague has started need not be called one: people go on (12.7).
        let under_way = self.c.escalation.as_ref();
        if under_way.is_some_and(|one| one.escalation == escalation && !one.there.is_empty())
            && let Some(open) = self.flow_of_operators()
        {
            self.keep_frames(open);
            self.c.question = None;
            return self.people_again();
        }
        self.rest_at(id);
        self.c.question = None;
        let p = self.p;
        let Some(declared) = p.bot.escalations.get(escalation.index()) else {
            return self.behind();
        };
        let scope = self.scope_of(usize::MAX);
        let chosen = declared.to.iter().find(|(_, condition)| scope.allows(*condition));
        let Some((queue, _)) = chosen.or(declared.to.last()).copied() else {
            return match declared.closed {
                Some(EscalationWay::Way(way)) => self.take_way(way),
                _ => self.behind(),
            };
        };
        if let Some(closed) = declared.closed
            && !scope.open(queue)
        {
            match closed {
                EscalationWay::Way(way) => return self.take_way(way),
                EscalationWay::Queue(other) => return self.hand_over(escalation, declared, other),
            }
        }
        self.hand_over(escalation, declared, queue)
    }

    fn hand_over(&mut self, id: EscalationId, declared: &Escalation, queue: QueueId) -> Next {
        self.end_hand_over(Withdrawn::Replaced, None);
        if let Some(say) = declared.say {
            self.speak();
            let mut message = self.scope_of(usize::MAX).message(say);
            self.subject(&mut message);
            self.emit(message);
        }
        let brief = declared.brief.map(|brief| {
            // The summary is that of the flow; other variables are not seen here.
            self.scope_of(usize::MAX).text_in_first(brief)
        });
        let brief = brief.unwrap_or_default();
        self.out.push(Effect::HandOver(Box::new(HandOver {
            escalation: id,
            queue,
            brief,
        })));
        self.c.owner = Owner::People;
        self.c.misunderstood = 0;
        self.c.escalation = Some(Box::new(Escalated {
            escalation: id,
            queue,
            there: Vec::new(),
            came: false,
            nobody_since: self.now,
            closes: None,
            customer_at: self.now,
            operator_at: self.now,
            answered: false,
            nobody_gone: 0,
            customer_gone: 0,
            operator_gone: 0,
        }));
        self.look_when_it_closes();
        None
    }

    /// A way out of an escalation begins to work on top of the frame that handed over.
    fn take_way(&mut self, way: Pc) -> Next {
        self.c.owner = Owner::Bot;
        self.push_frame(FlowId::ALWAYS, FrameKind::Way, Vec::new());
        Some(way)
    }

    /// The hand-over under way is over, if there is one.
    pub fn end_hand_over(&mut self, reason: Withdrawn, operator: Option<SmolStr>) {
        if let Some(escalation) = self.c.escalation.take() {
            self.out.push(Effect::Withdraw {
                queue: Some(escalation.queue),
                reason,
                operator,
                came: escalation.came,
            });
        }
    }

    /// A way of the escalation under way is taken (12.5).
    pub fn take_escalation_way(&mut self, way: EscalationWay, reason: Withdrawn, operator: Option<SmolStr>) {
        match way {
            EscalationWay::Queue(queue) => {
                let silent = reason == Withdrawn::OperatorSilent;
                if silent {
                    self.all_leave();
                }
                // Nobody is sent where nobody is: it is waited where it was, and whoever was silent is no help there.
                if !self.scope_of(usize::MAX).open(queue) {
                    if silent {
                        self.waits_again();
                    }
                    return;
                }
                if let Some(escalation) = &mut self.c.escalation {
                    escalation.queue = queue;
                }
                self.out.push(Effect::Requeue { queue });
                self.look_when_it_closes();
            }
            EscalationWay::Way(way) => {
                self.end_hand_over(reason, operator);
                let next = self.take_way(way);
                self.run(next);
            }
        }
    }

    /// Operators who were silent for too long count as gone.
    fn all_leave(&mut self) {
        let now = self.now;
        let Some(escalation) = &mut self.c.escalation else {
            return;
        };
        for operator in std::mem::take(&mut escalation.there) {
            self.out.push(Effect::Left { operator });
        }
        escalation.nobody_since = now;
        escalation.nobody_gone = 0;
    }

    /// Notes when the queue closes, if nobody is there whom that would not concern.
    fn look_when_it_closes(&mut self) {
        let waits = self.c.escalation.as_deref().map(|escalation| escalation.queue);
        let closes = match waits {
            Some(queue) if self.has_closed_way() && self.scope_of(usize::MAX).open(queue) => {
                self.scope_of(usize::MAX).closes(queue)
            }
            _ => None,
        };
        if let Some(escalation) = &mut self.c.escalation {
            escalation.closes = closes;
        }
    }

    fn has_closed_way(&self) -> bool {
        let under_way = self.c.escalation.as_deref();
        under_way
            .and_then(|one| self.p.bot.escalations.get(one.escalation.index()))
            .is_some_and(|declared| declared.closed.is_some())
    }

    /// The last operator has gone: it is waited for the next one, or the queue is closed by now (12.4).
    pub fn waits_again(&mut self) {
        let now = self.now;
        let Some(escalation) = &mut self.c.escalation else {
            return;
        };
        escalation.nobody_since = now;
        escalation.nobody_gone = 0;
        let queue = escalation.queue;
        self.look_when_it_closes();
        if let Some(closed) = self.under_way().and_then(|declared| declared.closed)
            && !self.scope_of(usize::MAX).open(queue)
        {
            self.take_escalation_way(closed, Withdrawn::Closed, None);
        }
    }

    /// The flow that an operator started has come back: people have the conversation again (12.7).
    pub fn people_again(&mut self) -> Next {
        self.c.owner = Owner::People;
        let now = self.now;
        if let Some(escalation) = &mut self.c.escalation {
            escalation.operator_at = now;
            escalation.operator_gone = 0;
            escalation.answered = false;
            if escalation.there.is_empty() {
                self.waits_again();
            }
        }
        None
    }

    /// The customer wrote while people have the conversation (12.3).
    pub fn forward(&mut self, text: SmolStr, media: Option<Value>) {
        self.c.misunderstood = 0;
        if let Some(escalation) = &mut self.c.escalation
            && std::mem::take(&mut escalation.answered)
        {
            escalation.operator_at = self.now;
            escalation.operator_gone = 0;
        }
        self.out.push(Effect::Forward {
            text,
            media: media.map(Box::new),
        });
    }

    /// The escalation under way, while people have the conversation.
    pub fn under_way(&self) -> Option<&Escalation> {
        let escalation = self
            .c
            .escalation
            .as_ref()
            .filter(|_| self.c.owner == Owner::People)?;
        self.p.bot.escalations.get(escalation.escalation.index())
    }

    /// A flow begins from outside (2.6).
    pub fn start_from_outside(
        &mut self,
        name: &str,
        args: Vec<Value>,
        channel: Option<SmolStr>,
        by: &Starter,
    ) {
        let Some(id) = self.p.flow_named(name) else {
            return;
        };
        if self.c.owner == Owner::People {
            return;
        }
        let leave = match by {
            Starter::Trigger { name, by_customer } => Leave::of(self.p, name, *by_customer),
            Starter::Host | Starter::Operator => None,
        };
        let before = self.c.person.channel.clone();
        if let Some(channel) = channel.filter(|channel| !channel.is_empty()) {
            self.c.person.channel = channel;
        }
        if !self.may_begin(leave.as_ref()) {
            self.c.person.channel = before;
            return;
        }
        if self.c.owner == Owner::Bot {
            self.finish(Outcome::Abandoned, None);
        }
        self.begin_unasked(id, args, leave, by);
    }

    /// A flow begins a conversation that the customer has not begun.
    pub fn begin_unasked(&mut self, flow: FlowId, args: Vec<Value>, leave: Option<Leave>, by: &Starter) {
        let asked_for = matches!(
            by,
            Starter::Trigger {
                by_customer: true,
                ..
            }
        );
        self.forget_conversation();
        self.c.outcome = None;
        self.c.wrote_at = match leave {
            None if asked_for => self.now,
            _ => NEVER,
        };
        self.c.leave = leave.map(Box::new);
        self.begins(Beginner::Outside(by.clone()));
        let next = self.begin(flow, args);
        self.run(next);
    }
}
