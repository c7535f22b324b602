//! Flows as a whole: their body, steps and handlers; the rules of `always`; the ways of escalations.

use botflow_artifact::*;
use smol_str::{SmolStr, format_smolstr};

use super::emitter::{ComesBack, Control, Emitter};
use super::facts::FallsOff;
use super::range;
use crate::hir::{Block, EscalationBody, FlowBody, HandlerBody, HearsBody, OfferBody, StmtKind};
use crate::names::builtin;
use crate::project::Span;

impl Emitter {
    /// A flow: its body, its steps, its handlers.
    pub(super) fn flow(&mut self, flow: &FlowBody) {
        let index = flow.id.index();
        if index >= self.bot.flows.len() {
            return;
        }
        self.flow = flow.id;
        self.step = None;
        self.hears.clear();
        let own = self.announce(&flow.handlers, None);
        if let Some(debug) = &mut self.bot.debug {
            debug.flows[index] = range(flow.span);
        }
        if flow.id == FlowId::ALWAYS {
            // Nothing begins here: only its handlers and rules are ever run, and they hear after all others.
            self.bot.always = own.clone();
            self.handlers(&flow.handlers, &own, &[]);
            for rule in &flow.rules {
                self.owner.push(SmolStr::new_static("if"));
                let (code, _) = self.way(&rule.block, rule.span, ComesBack::ComeBack);
                self.owner.pop();
                self.bot.always_rules.push(AlwaysRule {
                    condition: rule.condition,
                    code,
                });
            }
            return;
        }

        self.hears = own.clone();
        self.bot.flows[index].entry = self.here();
        let control = self.block(&flow.body);
        let last = flow.body.stmts.last().map(|stmt| stmt.span);
        if control != Control::Leaves {
            let end = Span {
                start: flow.span.end.saturating_sub(1).max(flow.span.start),
                ..flow.span
            };
            if flow.steps.is_empty() {
                self.op(Op::Return(None), end);
                if control == Control::GoesOn && self.owes_result() {
                    self.falls_off(None, flow.name_span, last, true);
                }
            } else {
                self.op(Op::Error, end);
                if control == Control::GoesOn {
                    self.falls_off(None, flow.name_span, last, false);
                }
            }
        }
        for step in &flow.steps {
            if step.id.index() >= self.bot.steps.len() {
                continue;
            }
            self.step = Some(step.id);
            let steps_own = self.announce(&step.handlers, Some(step.id));
            self.bot.steps[step.id.index()].handlers.clone_from(&steps_own);
            self.hears.clear();
            self.hears.extend(steps_own.iter().chain(&own));
            self.bot.steps[step.id.index()].entry = self.here();
            if let Some(debug) = &mut self.bot.debug {
                debug.steps[step.id.index()] = range(step.span);
            }
            let control = self.block(&step.body);
            if control != Control::Leaves {
                self.op(Op::Error, step.span);
                if control == Control::GoesOn {
                    let last = step.body.stmts.last().map(|stmt| stmt.span);
                    self.falls_off(Some(step.id), step.name_span, last, false);
                }
            }
            let hears = std::mem::take(&mut self.hears);
            self.handlers(&step.handlers, &steps_own, &hears);
        }
        self.step = None;
        self.handlers(&flow.handlers, &own, &own);
        self.bot.flows[index].handlers = own;
    }

    /// The ways of an escalation: code of the pseudo-flow `always`.
    pub(super) fn escalation(&mut self, body: &EscalationBody) {
        let Some(name) = self
            .bot
            .escalations
            .get(body.id.index())
            .map(|it| it.name.clone())
        else {
            return;
        };
        self.flow = FlowId::ALWAYS;
        self.step = None;
        self.hears.clear();
        self.owner.push(name);
        let nobody = self.timed_ways(&body.nobody);
        let closed = body.closed.as_ref().map(|block| self.escalation_way(block));
        let customer_silent = self.timed_ways(&body.customer_silent);
        let operator_silent = self.timed_ways(&body.operator_silent);
        let resolved = body.resolved.as_ref().map(|block| self.escalation_way(block));
        self.owner.pop();
        let escalation = &mut self.bot.escalations[body.id.index()];
        escalation.nobody = nobody;
        escalation.closed = closed;
        escalation.customer_silent = customer_silent;
        escalation.operator_silent = operator_silent;
        escalation.resolved = resolved;
    }

    fn timed_ways(&mut self, items: &[(i64, Block)]) -> Vec<(i64, EscalationWay)> {
        let mut ways: Vec<_> = items
            .iter()
            .map(|(after, block)| (*after, self.escalation_way(block)))
            .collect();
        ways.sort_by_key(|(after, _)| *after);
        ways
    }

    fn escalation_way(&mut self, block: &Block) -> EscalationWay {
        if let [stmt] = block.stmts.as_slice()
            && let StmtKind::ToQueue(queue) = stmt.kind
        {
            return EscalationWay::Queue(queue);
        }
        EscalationWay::Way(self.way(block, block.span, ComesBack::Return).0)
    }

    /// Gives handlers their ids, so that places before them can name them.
    fn announce(&mut self, bodies: &[HandlerBody], step: Option<StepId>) -> Vec<HandlerId> {
        let first = self.bot.handlers.len();
        for body in bodies {
            self.bot.handlers.push(Handler {
                flow: self.flow,
                step,
                hears: match &body.hears {
                    HearsBody::Intent(intent, params) => Hears::Intent {
                        intent: *intent,
                        params: params.clone(),
                    },
                    HearsBody::Event(event) => Hears::Event(*event),
                    HearsBody::Silence { after_ms, nudge } => Hears::Silence(Silence {
                        after_ms: *after_ms,
                        act: nudge.map_or(Nudge::Way(Pc(0)), Nudge::Say),
                    }),
                    HearsBody::Failed => Hears::Failed,
                    HearsBody::Unclear { .. } => Hears::Unclear { tries: Vec::new() },
                    HearsBody::Changed(slot) => Hears::Changed(*slot),
                    HearsBody::Stranded => Hears::Stranded,
                    HearsBody::Pattern(name) => Hears::Pattern(name.clone()),
                    // A pattern of no name hears nothing.
                    HearsBody::Error => Hears::Pattern(SmolStr::default()),
                },
                condition: body.condition,
                code: Pc(0),
            });
            self.handler_sources.push((body.head, body.span));
        }
        (first..self.bot.handlers.len()).map(HandlerId::from).collect()
    }

    /// Emits the code of handlers that have their ids.
    fn handlers(&mut self, bodies: &[HandlerBody], ids: &[HandlerId], hears: &[HandlerId]) {
        self.hears.clear();
        self.hears.extend_from_slice(hears);
        for (body, id) in bodies.iter().zip(ids) {
            let word = self.word(&body.hears);
            self.owner.push(word);
            let (code, _) = self.way(&body.block, body.span, ComesBack::ComeBack);
            let unclear = match &body.hears {
                HearsBody::Unclear { tries } => self.tries(tries, ComesBack::ComeBack),
                _ => Vec::new(),
            };
            self.owner.pop();
            let handler = &mut self.bot.handlers[id.index()];
            handler.code = code;
            match &mut handler.hears {
                Hears::Silence(Silence {
                    act: Nudge::Way(way), ..
                }) => *way = code,
                Hears::Unclear { tries } => *tries = unclear,
                _ => {}
            }
        }
    }

    /// A message with buttons that lead on: each way is a handler's, and stands behind the message.
    pub(super) fn offer(&mut self, body: &OfferBody, span: Span) -> Control {
        let first = self.bot.handlers.len();
        for way in &body.ways {
            self.bot.handlers.push(Handler {
                flow: self.flow,
                step: self.step,
                hears: Hears::Pressed {
                    label: way.label,
                    item: way.item,
                    keeps: self.loops.clone(),
                },
                condition: None,
                code: Pc(0),
            });
            self.handler_sources.push((way.label_span, way.span));
        }
        for id in &body.messages {
            let Some(message) = self.bot.messages.get_mut(id.index()) else {
                continue;
            };
            let of_cards = message.cards.iter_mut().flat_map(|cards| &mut cards.buttons);
            for button in message.buttons.iter_mut().chain(of_cards) {
                if let ButtonAct::Leads(way) = &mut button.act {
                    *way = HandlerId::from(first + way.index());
                }
            }
        }
        match body.messages.as_slice() {
            [] => return self.error(span),
            [message] if !body.one_of => {
                self.op(Op::Say(*message), span);
            }
            messages => {
                let memory = self.next_memory();
                let messages = messages.to_vec();
                self.op(Op::SayOneOf { messages, memory }, span);
            }
        }
        let skip = self.op(Op::Jump(Pc(0)), span);
        // What a press leads to happens later, outside of any loop around the message.
        let (around, loops) = (self.around.take(), std::mem::take(&mut self.loops));
        self.owner.push(SmolStr::new_static("button"));
        for (at, way) in body.ways.iter().enumerate() {
            let (code, _) = self.way(&way.block, way.span, ComesBack::ComeBack);
            self.bot.handlers[first + at].code = code;
        }
        self.owner.pop();
        (self.around, self.loops) = (around, loops);
        self.patch(skip);
        Control::GoesOn
    }

    /// What a handler hears, as a part of names.
    fn word(&self, hears: &HearsBody) -> SmolStr {
        match hears {
            HearsBody::Intent(intent, _) => match self.bot.intents.get(intent.index()) {
                Some(intent) => intent.name.clone(),
                None => SmolStr::default(),
            },
            HearsBody::Event(event) => match self.bot.events.get(event.index()) {
                Some(event) => event.name.clone(),
                None => SmolStr::default(),
            },
            HearsBody::Silence { .. } => SmolStr::new_static("silence"),
            HearsBody::Failed => SmolStr::new_static("failed"),
            HearsBody::Unclear { .. } => SmolStr::new_static("unclear"),
            HearsBody::Changed(slot) => {
                let flow = self.bot.flows.get(self.flow.index());
                match flow.and_then(|flow| flow.slots.get(slot.index())) {
                    Some(slot) => format_smolstr!("changed {}", slot.name),
                    None => SmolStr::new_static("changed"),
                }
            }
            HearsBody::Stranded => SmolStr::new_static(builtin::STRANDED),
            HearsBody::Pattern(name) => name.clone(),
            HearsBody::Error => SmolStr::default(),
        }
    }

    /// Whether the flow gives something that may not be missing.
    fn owes_result(&self) -> bool {
        let gives = self.bot.flows.get(self.flow.index()).and_then(|flow| flow.gives);
        gives.is_some_and(|ty| {
            !matches!(
                self.bot.types.get(ty.index()),
                None | Some(Type::Optional(_) | Type::Error)
            )
        })
    }

    fn falls_off(&mut self, step: Option<StepId>, name: Span, last: Option<Span>, owes_result: bool) {
        // The operation that ends it has just been emitted.
        let pc = Pc::from(self.code.len() - 1);
        self.facts.falls_off.push(FallsOff {
            pc,
            flow: self.flow,
            step,
            name,
            last,
            owes_result,
        });
    }
}
