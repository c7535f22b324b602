//! People: handing over, what happens meanwhile, ways out (semantics 12).

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::conversation::{Escalated, FrameKind, NEVER, Owner};
use crate::effect::{Effect, HandOver};
use crate::event::{OperatorEvent, Starter};
use crate::leave::Leave;
use crate::record::Beginner;
use crate::turn::{Next, Turn};

impl Turn<'_> {
    /// Reaches an `escalate` (12.1).
    pub fn escalate(&mut self, id: PlaceId, escalation: EscalationId) -> Next {
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
        if let Some(say) = declared.say {
            self.speak();
            let mut message = self.scope_of(usize::MAX).message(say);
            self.subject(&mut message);
            self.emit(message);
        }
        let brief = declared.brief.map(|brief| {
            // The summary is that of the flow; other variables are not seen here.
            self.scope_of(usize::MAX).text(brief)
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
            nobody_since: self.now,
            customer_at: self.now,
            operator_at: self.now,
            joined: false,
            nobody_gone: 0,
            customer_gone: 0,
            operator_gone: 0,
        }));
        None
    }

    /// A way out of an escalation begins to work on top of the frame that handed over.
    fn take_way(&mut self, way: Pc) -> Next {
        self.c.owner = Owner::Bot;
        self.push_frame(FlowId::ALWAYS, FrameKind::Way, Vec::new());
        Some(way)
    }

    /// A way of the escalation under way is taken (12.4).
    pub fn take_escalation_way(&mut self, way: EscalationWay, by_operator: bool) {
        match way {
            EscalationWay::Queue(queue) => {
                if let Some(escalation) = &mut self.c.escalation {
                    escalation.queue = queue;
                }
                self.out.push(Effect::Requeue { queue });
            }
            EscalationWay::Way(way) => {
                self.c.escalation = None;
                if !by_operator {
                    self.out.push(Effect::Withdraw);
                }
                let next = self.take_way(way);
                self.run(next);
            }
        }
    }

    /// The customer wrote while people have the conversation (12.3).
    pub fn forward(&mut self, text: SmolStr, media: Option<Value>) {
        self.c.misunderstood = 0;
        if let Some(escalation) = &mut self.c.escalation {
            escalation.customer_at = self.now;
            escalation.customer_gone = 0;
        }
        self.out.push(Effect::Forward {
            text,
            media: media.map(Box::new),
        });
    }

    /// Something an operator did.
    pub fn operator(&mut self, event: OperatorEvent) {
        match event {
            OperatorEvent::Joins { .. } => {
                if let Some(escalation) = &mut self.c.escalation {
                    escalation.joined = true;
                    escalation.operator_at = self.now;
                    escalation.operator_gone = 0;
                }
            }
            OperatorEvent::Writes { name, text } => {
                if self.c.owner != Owner::People && self.colleague_answers(&text) {
                    return;
                }
                if let Some(escalation) = &mut self.c.escalation {
                    escalation.joined = true;
                    escalation.operator_at = self.now;
                    escalation.operator_gone = 0;
                }
                self.out.push(Effect::Relay { operator: name, text });
            }
            OperatorEvent::Leaves { .. } => {
                if let Some(escalation) = &mut self.c.escalation {
                    escalation.joined = false;
                    escalation.nobody_since = self.now;
                    escalation.nobody_gone = 0;
                }
            }
            OperatorEvent::Passes { queue, .. } => {
                let queue = self.p.queue_named(&queue);
                if let (Some(escalation), Some(queue)) = (&mut self.c.escalation, queue) {
                    escalation.joined = false;
                    escalation.queue = queue;
                    escalation.nobody_since = self.now;
                    escalation.nobody_gone = 0;
                    self.out.push(Effect::Requeue { queue });
                }
            }
            OperatorEvent::Resolves { .. } => {
                if let Some(declared) = self.declared() {
                    match declared.resolved {
                        Some(way) => self.take_escalation_way(way, true),
                        None => {
                            self.c.escalation = None;
                            self.finish(Outcome::Resolved, None);
                        }
                    }
                }
            }
            OperatorEvent::HandsBack { .. } => {
                if self.declared().is_some() {
                    self.c.escalation = None;
                    self.c.owner = Owner::Bot;
                    let next = self.behind();
                    self.run(next);
                }
            }
            OperatorEvent::Closed => {
                if let Some(closed) = self.declared().and_then(|declared| declared.closed) {
                    self.take_escalation_way(closed, false);
                } else {
                    self.colleagues_are_gone();
                }
            }
        }
    }

    /// The escalation under way, while people have the conversation.
    fn declared(&self) -> Option<&Escalation> {
        let escalation = self
            .c
            .escalation
            .as_ref()
            .filter(|_| self.c.owner == Owner::People)?;
        self.p.bot.escalations.get(escalation.escalation.index())
    }

    /// A flow begins from outside (2.6, 12.6).
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
        let flow = &self.p.bot.flows[id.index()];
        if self.c.owner != Owner::People {
            let (leave, asked_for) = match by {
                Starter::Trigger { name, by_customer } => {
                    (Leave::of(self.p, name, *by_customer), *by_customer)
                }
                Starter::Host | Starter::Operator => (None, false),
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
            self.forget_conversation();
            self.c.outcome = None;
            self.c.wrote_at = match leave {
                None if asked_for => self.now,
                _ => NEVER,
            };
            self.c.leave = leave.map(Box::new);
            self.begins(Beginner::Outside(by.clone()));
            let next = self.begin(id, args);
            self.run(next);
        } else if *by == Starter::Operator && flow.open_to_operators && self.c.escalation.is_some() {
            let mut args = args;
            args.truncate(flow.params as usize);
            self.c.owner = Owner::Bot;
            self.push_frame(id, FrameKind::Run, args);
            self.run(Some(flow.entry));
        }
    }
}
