//! Statements at which a conversation can rest: each becomes a place, its ways stand behind its `Enter`.

use botflow_artifact::*;
use smol_str::SmolStr;

use super::emitter::{ComesBack, Control, Emitter};
use crate::hir::{
    AskBody, AskQueueBody, Block, CallBody, ChooseBody, OptionActBody, RunBody, SilenceAct, SilenceBody,
    TriesBody, VerifyBody, WaitForBody,
};
use crate::project::Span;

impl Emitter {
    /// `ask`.
    pub(super) fn ask(&mut self, body: &AskBody, span: Span) -> Control {
        let form = self.form;
        let ask = Ask {
            into: body.into,
            ty: body.ty,
            question: body.question,
            again: body.again,
            suggest: body.suggest.clone(),
            checks: Vec::new(),
            invalid: None,
            tries: Vec::new(),
            silence: Vec::new(),
            skip: body.skip,
            form,
        };
        let id = self.enter(
            PlaceKind::Ask(Box::new(ask.clone())),
            &body.name,
            span,
            body.name_span,
        );
        if form.is_some() {
            self.form_asks.push(id);
        }
        let mut ask = ask;
        self.owned(&body.name, |it| {
            for (condition, block) in &body.checks {
                let (otherwise, _) = it.way(block, block.span, ComesBack::Reask(id));
                ask.checks.push(Check {
                    condition: *condition,
                    otherwise,
                });
            }
            ask.invalid = it.optional(body.invalid.as_ref(), ComesBack::Reask(id));
            ask.tries = it.tries(&body.tries, ComesBack::Reask(id));
            ask.silence = it.silences(&body.silence, id);
        });
        self.complete(id, PlaceKind::Ask(Box::new(ask)), Control::GoesOn)
    }

    /// `choose`.
    pub(super) fn choose(&mut self, body: &ChooseBody, span: Span) -> Control {
        let mut choose = Choose {
            into: body.into,
            question: body.question,
            again: body.again,
            several: body.several,
            from: None,
            options: Vec::with_capacity(body.options.len()),
            otherwise: None,
            tries: Vec::new(),
            silence: Vec::new(),
        };
        let id = self.enter(
            PlaceKind::Choose(Box::new(choose.clone())),
            &body.name,
            span,
            body.name_span,
        );
        let outer = std::mem::take(&mut self.behind);
        // Several options of one message go on together, behind the question; and so does the flow when there is
        // nothing at all to choose from.
        let certain = match &body.from {
            Some(from) => from.none.is_some(),
            None => false,
        } || body.options.iter().any(|option| option.condition.is_none());
        let mut control = if body.several || !certain {
            Control::GoesOn
        } else {
            Control::Leaves
        };
        self.owned(&body.name, |it| {
            if let Some(from) = &body.from {
                let (act, way) = it.option(&from.act, from.span);
                control = control.or(way);
                let none = from.none.as_ref().map(|block| {
                    let (pc, way) = it.way(block, block.span, ComesBack::Behind);
                    control = control.or(way);
                    pc
                });
                choose.from = Some(ListOptions {
                    list: from.list,
                    item: from.item,
                    condition: from.condition,
                    at_most: from.at_most,
                    label: from.label,
                    act,
                    none,
                });
            }
            for option in &body.options {
                let (act, way) = it.option(&option.act, option.span);
                control = control.or(way);
                choose.options.push(ChooseOption {
                    label: option.label,
                    words: option.words.clone(),
                    condition: option.condition,
                    value: option.value,
                    act,
                });
            }
            choose.otherwise = body.otherwise.as_ref().map(|block| {
                let (pc, way) = it.way(block, block.span, ComesBack::Behind);
                control = control.or(way);
                pc
            });
            choose.tries = it.tries(&body.tries, ComesBack::Reask(id));
            choose.silence = it.silences(&body.silence, id);
        });
        let jumps = std::mem::replace(&mut self.behind, outer);
        self.patch_all(&jumps);
        self.complete(id, PlaceKind::Choose(Box::new(choose)), control)
    }

    /// `form`: what stands inside is code between its `Enter` and where the flow goes on.
    pub(super) fn form(&mut self, name: &SmolStr, name_span: Span, block: &Block, span: Span) -> Control {
        let mut form = Form {
            asks: Vec::new(),
            begin: Pc(0),
            end: Pc(0),
        };
        let id = self.enter(PlaceKind::Form(Box::new(form.clone())), name, span, name_span);
        let outer = self.form.replace(id);
        let outer_asks = std::mem::take(&mut self.form_asks);
        form.begin = self.here();
        let control = self.block(block);
        if control == Control::Leaves {
            // Nothing goes on behind it; the end of the range still has to be an address of this flow.
            self.op(Op::Return(None), span);
            form.end = Pc::from(self.code.len() - 1);
        } else {
            form.end = self.here();
        }
        self.form = outer;
        form.asks = std::mem::replace(&mut self.form_asks, outer_asks);
        let end = form.end;
        let place = &mut self.bot.places[id.index()];
        place.then = end;
        place.kind = PlaceKind::Form(Box::new(form));
        control
    }

    /// `call`.
    pub(super) fn call(&mut self, body: &CallBody, span: Span) -> Control {
        let mut site = CallSite {
            call: body.call,
            args: body.args.clone(),
            result: body.result,
            failed: None,
            fails: Vec::with_capacity(body.fails.len()),
            waiting: None,
        };
        let id = self.enter(
            PlaceKind::Call(Box::new(site.clone())),
            &body.name,
            span,
            body.name_span,
        );
        let outer = std::mem::take(&mut self.behind);
        self.owned(&body.name, |it| {
            site.failed = it.optional(body.failed.as_ref(), ComesBack::Behind);
            for (failure, block) in &body.fails {
                let (pc, _) = it.way(block, block.span, ComesBack::Behind);
                site.fails.push((*failure, pc));
            }
            site.waiting = body.waiting.as_ref().map(|(after, block)| {
                let (pc, _) = it.way(block, block.span, ComesBack::ComeBack);
                (*after, pc)
            });
        });
        let jumps = std::mem::replace(&mut self.behind, outer);
        self.patch_all(&jumps);
        self.complete(id, PlaceKind::Call(Box::new(site)), Control::GoesOn)
    }

    /// `wait D`.
    pub(super) fn wait(&mut self, duration: ExprId, span: Span) -> Control {
        let kind = PlaceKind::Wait { duration };
        let id = self.enter(kind.clone(), &SmolStr::new_static("wait"), span, span);
        self.complete(id, kind, Control::GoesOn)
    }

    /// `wait for EVENT`.
    pub(super) fn wait_for(&mut self, body: &WaitForBody, span: Span) -> Control {
        let mut wait = WaitFor {
            event: body.event,
            condition: body.condition,
            into: body.into,
            within: body.within,
            otherwise: None,
        };
        let id = self.enter(
            PlaceKind::WaitFor(Box::new(wait.clone())),
            &body.name,
            span,
            body.name_span,
        );
        let outer = std::mem::take(&mut self.behind);
        self.owned(&body.name, |it| {
            wait.otherwise = it.optional(body.otherwise.as_ref(), ComesBack::Behind);
        });
        let jumps = std::mem::replace(&mut self.behind, outer);
        self.patch_all(&jumps);
        self.complete(id, PlaceKind::WaitFor(Box::new(wait)), Control::GoesOn)
    }

    /// `run`: named after its flow, or after where its result goes.
    pub(super) fn run(&mut self, body: &RunBody, span: Span) -> Control {
        let kind = PlaceKind::Run(Box::new(RunSite {
            flow: body.flow,
            args: body.args.clone(),
            result: body.result,
        }));
        let name = self
            .bot
            .flows
            .get(body.flow.index())
            .map(|flow| flow.name.clone());
        let id = self.enter(kind.clone(), &name.unwrap_or_default(), span, body.name_span);
        self.complete(id, kind, Control::GoesOn)
    }

    /// `escalate to`: the flow goes on behind it when people hand back.
    pub(super) fn escalate(&mut self, escalation: EscalationId, span: Span) -> Control {
        let kind = PlaceKind::Escalate(escalation);
        let name = self
            .bot
            .escalations
            .get(escalation.index())
            .map(|it| it.name.clone());
        let id = self.enter(kind.clone(), &name.unwrap_or_default(), span, span);
        self.complete(id, kind, Control::GoesOn)
    }

    /// `ask queue`.
    pub(super) fn ask_queue(&mut self, body: &AskQueueBody, span: Span) -> Control {
        let mut ask = AskQueue {
            queue: body.queue,
            into: body.into,
            ty: body.ty,
            question: body.question,
            closed: None,
            nobody: Vec::with_capacity(body.nobody.len()),
        };
        let id = self.enter(
            PlaceKind::AskQueue(Box::new(ask.clone())),
            &body.name,
            span,
            body.name_span,
        );
        let outer = std::mem::take(&mut self.behind);
        self.owned(&body.name, |it| {
            ask.closed = it.optional(body.closed.as_ref(), ComesBack::Behind);
            for (after, block) in &body.nobody {
                let (pc, _) = it.way(block, block.span, ComesBack::Behind);
                ask.nobody.push((*after, pc));
            }
        });
        ask.nobody.sort_by_key(|(after, _)| *after);
        let jumps = std::mem::replace(&mut self.behind, outer);
        self.patch_all(&jumps);
        self.complete(id, PlaceKind::AskQueue(Box::new(ask)), Control::GoesOn)
    }

    /// `verify`.
    pub(super) fn verify(&mut self, body: &VerifyBody, span: Span) -> Control {
        let mut verify = Verify {
            field: body.field,
            question: body.question,
            invalid: None,
            tries: Vec::new(),
            silence: Vec::new(),
            failed: None,
        };
        let name = self
            .bot
            .customer
            .get(body.field.index())
            .map(|field| field.name.clone());
        let name = name.unwrap_or_default();
        let id = self.enter(
            PlaceKind::Verify(Box::new(verify.clone())),
            &name,
            span,
            body.name_span,
        );
        let outer = std::mem::take(&mut self.behind);
        self.owned(&name, |it| {
            verify.invalid = it.optional(body.invalid.as_ref(), ComesBack::Reask(id));
            verify.tries = it.tries(&body.tries, ComesBack::Reask(id));
            verify.silence = it.silences(&body.silence, id);
            verify.failed = it.optional(body.failed.as_ref(), ComesBack::Behind);
        });
        let jumps = std::mem::replace(&mut self.behind, outer);
        self.patch_all(&jumps);
        self.complete(id, PlaceKind::Verify(Box::new(verify)), Control::GoesOn)
    }

    /// Makes the place and enters it.
    fn enter(&mut self, kind: PlaceKind, name: &SmolStr, span: Span, name_span: Span) -> PlaceId {
        let id = self.place(kind, name.clone(), span, name_span);
        self.op(Op::Enter(id), span);
        id
    }

    /// Gives a place its ways and the address behind it.
    fn complete(&mut self, id: PlaceId, kind: PlaceKind, control: Control) -> Control {
        if control == Control::Leaves {
            // No way comes back; the address behind still has to be one of this flow.
            let span = self.sources[id.index()].span;
            let then = self.op(Op::Return(None), span);
            self.bot.places[id.index()].then = then;
        } else {
            self.bot.places[id.index()].then = self.here();
        }
        self.bot.places[id.index()].kind = kind;
        control
    }

    /// Emits ways that belong to something of this name.
    fn owned(&mut self, name: &SmolStr, ways: impl FnOnce(&mut Emitter)) {
        self.owner.push(name.clone());
        ways(self);
        self.owner.pop();
    }

    fn optional(&mut self, block: Option<&Block>, end: ComesBack) -> Option<Pc> {
        block.map(|block| self.way(block, block.span, end).0)
    }

    /// What an option does, and whether the flow goes on behind the question through it.
    fn option(&mut self, act: &OptionActBody, item: Span) -> (OptionAct, Control) {
        match act {
            OptionActBody::Way(block) => {
                let (pc, control) = self.way(block, item, ComesBack::Behind);
                (OptionAct::Way(pc), control)
            }
            OptionActBody::GoOn => (OptionAct::GoOn, Control::GoesOn),
            OptionActBody::Opens(address) => (OptionAct::Opens(*address), Control::Leaves),
            OptionActBody::Calls(number) => (OptionAct::Calls(*number), Control::Leaves),
        }
    }

    /// `tries N way`, ascending.
    pub(super) fn tries(&mut self, items: &[TriesBody], end: ComesBack) -> Vec<TriesWay> {
        let mut tries: Vec<TriesWay> = items
            .iter()
            .map(|item| TriesWay {
                at: item.at,
                way: self.way(&item.block, item.span, end).0,
            })
            .collect();
        tries.sort_by_key(|item| item.at);
        tries
    }

    /// Clocks of silence, ascending.
    fn silences(&mut self, items: &[SilenceBody], question: PlaceId) -> Vec<Silence> {
        let mut silence: Vec<Silence> = items
            .iter()
            .map(|item| Silence {
                after_ms: item.after_ms,
                act: match &item.act {
                    SilenceAct::Nudge(message) => Nudge::Say(*message),
                    SilenceAct::Way(block) => {
                        Nudge::Way(self.way(block, item.span, ComesBack::Reask(question)).0)
                    }
                },
            })
            .collect();
        silence.sort_by_key(|item| item.after_ms);
        silence
    }
}
