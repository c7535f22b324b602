//! Flows, their steps and handlers, and `always`.

use botflow_artifact::{FlowId, IntentId, Pc, SlotId, Step, StepId};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, Handler};
use smol_str::SmolStr;

use super::reference::NO_EVENT;
use super::scope::{Binding, Scope, StepName};
use super::{Lower, duration, name};
use crate::hir::{Block, FlowBody, HandlerBody, HearsBody, RuleBody, StepBody};
use crate::names::builtin;
use crate::project::Span;
use crate::rules::names::{duplicate_name, unknown_name, unused_name, wrong_arguments};
use crate::rules::nearest;
use crate::rules::writing::wrong_place;

impl Lower<'_> {
    pub(super) fn flow(&mut self, item: &ast::FlowItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let Some(token) = item.name() else { return };
        let id = FlowId::from(id);
        let span = self.node_span(item);
        let mut scope = Scope {
            flow: id,
            root: Some(item.syntax().pointer()),
            gives: self.program.bot.flows[id.index()].gives,
            ..Scope::default()
        };
        let params = self.flow_params[id.index()].clone();
        let written: Vec<ast::Param> = item.params().iter().flat_map(|params| params.params()).collect();
        for taken in params {
            let param = written.iter().find(|param| {
                param
                    .name()
                    .is_some_and(|token| token.text() == taken.name.as_str())
            });
            let at = param
                .and_then(|param| param.name())
                .map(|token| self.token_span(token));
            let sensitive = param.is_some_and(|param| param.is_sensitive());
            scope.declare(taken.name, taken.ty, sensitive, at);
        }
        self.declare_steps(item, id, &mut scope);
        let outer = std::mem::replace(&mut self.scope, scope);
        let handlers = self.handlers(item.handlers());
        let body_span = self.body_span(item, span);
        let body = self.statements(item.statements(), body_span);
        let mut steps = Vec::new();
        for step in item.steps() {
            steps.extend(self.step(&step));
        }
        let scope = std::mem::replace(&mut self.scope, outer);
        self.unused_names(&scope);
        let flow = &mut self.program.bot.flows[id.index()];
        flow.slots = scope.slots;
        self.program.spans.slots[id.index()] = scope.slot_spans;
        self.bodies[id.index()] = Some(FlowBody {
            id,
            name_span: self.token_span(token),
            span,
            handlers,
            rules: Vec::new(),
            body,
            steps,
        });
    }

    fn declare_steps(&mut self, item: &ast::FlowItem, flow: FlowId, scope: &mut Scope) {
        for step in item.steps() {
            let Some(token) = step.name() else { continue };
            let span = self.token_span(token);
            if let Some(first) = scope.steps.get(token.text()).map(|step| step.span) {
                self.report(duplicate_name::finding("step", token.text(), span, Some(first)));
            }
            let id = StepId::from(self.program.bot.steps.len());
            self.program.bot.steps.push(Step {
                flow,
                name: name(token),
                entry: Pc(0),
                handlers: Vec::new(),
            });
            self.program.bot.flows[flow.index()].steps.push(id);
            self.declared_at.insert(span, id.0);
            scope.steps.entry(name(token)).or_insert(StepName {
                id,
                span,
                mentioned: false,
            });
        }
    }

    fn step(&mut self, step: &ast::Step) -> Option<StepBody> {
        let token = step.name()?;
        let id = StepId::from(self.declared(Some(token))?);
        let span = self.node_span(step);
        let handlers = self.handlers(step.handlers());
        let body = self.statements(step.statements(), span);
        Some(StepBody {
            id,
            name_span: self.token_span(token),
            span,
            handlers,
            body,
        })
    }

    /// What stands before the steps.
    fn body_span(&self, item: &ast::FlowItem, whole: Span) -> Span {
        let end = item
            .statements()
            .last()
            .map_or(whole.end, |last| self.node_span(&last).end);
        let start = item
            .statements()
            .next()
            .map_or(whole.start, |first| self.node_span(&first).start);
        Span { start, end, ..whole }
    }

    /// Values that a `let` keeps and nobody reads, and steps that nothing leads to.
    fn unused_names(&mut self, scope: &Scope) {
        for (name, step) in &scope.steps {
            if step.mentioned {
                continue;
            }
            self.program.unmentioned_steps.push(step.id);
            if self.may_say_unused() {
                self.report(unused_name::finding("step", name, step.span));
            }
        }
        if !self.may_say_unused() {
            return;
        }
        for (name, local) in &scope.names {
            if let Some(span) = local.kept
                && !local.read
                && scope.ty(local.slot) != crate::types::Types::ERROR
            {
                self.report(unused_name::finding("value", name, span));
            }
        }
    }

    /// Whether what is mentioned is certain enough to say of something that it is not.
    pub(super) fn may_say_unused(&self) -> bool {
        !self.broken && self.library.is_none()
    }

    // ------------------------------------------------------------------------------------------- always

    pub(super) fn always(&mut self, item: &ast::AlwaysItem) {
        let span = self.node_span(item);
        let mut scope = std::mem::take(&mut self.always_scope);
        scope.forget_names(None);
        let outer = std::mem::replace(&mut self.scope, scope);
        let mut handlers = Vec::new();
        let mut rules = Vec::new();
        for entry in item.entries() {
            // Each handler has names of its own: `always` is no flow that is run.
            self.scope.forget_names(Some(entry.syntax().pointer()));
            match entry {
                ast::AlwaysEntry::Handler(handler) => handlers.push(self.handler(&handler)),
                ast::AlwaysEntry::IfHandler(rule) => {
                    let at = self.node_span(&rule);
                    let condition = rule.condition().map(|condition| self.condition(&condition).id);
                    let block = self.way(rule.way(), at);
                    if let Some(condition) = condition {
                        rules.push(RuleBody {
                            condition,
                            span: at,
                            block,
                        });
                    }
                }
            }
        }
        self.always_scope = std::mem::replace(&mut self.scope, outer);
        let name_span = self.head(item);
        match &mut self.bodies[0] {
            Some(body) => {
                body.handlers.extend(handlers);
                body.rules.extend(rules);
            }
            empty => {
                *empty = Some(FlowBody {
                    id: FlowId::ALWAYS,
                    name_span,
                    span,
                    handlers,
                    rules,
                    body: Block {
                        stmts: Vec::new(),
                        span,
                    },
                    steps: Vec::new(),
                });
            }
        }
    }

    // ----------------------------------------------------------------------------------------- handlers

    fn handlers<'t>(&mut self, handlers: impl Iterator<Item = Handler<'t>>) -> Vec<HandlerBody> {
        handlers.map(|handler| self.handler(&handler)).collect()
    }

    fn handler(&mut self, handler: &Handler) -> HandlerBody {
        let span = self.node_span(handler);
        let head = self.handler_head(handler, span);
        let mut condition = None;
        let (hears, block) = match handler {
            Handler::SilenceHandler(item) => {
                let block = self.way(item.way(), span);
                let hears = match duration(item.duration()) {
                    Some(after_ms) => HearsBody::Silence {
                        after_ms,
                        nudge: None,
                    },
                    None => HearsBody::Error,
                };
                (hears, block)
            }
            Handler::FailedHandler(item) => (HearsBody::Failed, self.way(item.way(), span)),
            Handler::UnclearHandler(item) => self.unclear(item, span),
            Handler::ChangedHandler(item) => {
                let slot = item.name().map(|token| self.changed(&token));
                let block = self.way(item.way(), span);
                let hears = match slot {
                    Some(Some(slot)) => HearsBody::Changed(slot),
                    _ => HearsBody::Error,
                };
                (hears, block)
            }
            Handler::EventHandler(item) => {
                let event = item.path().and_then(|path| self.event_of(&path));
                let outer = std::mem::replace(&mut self.scope.events, vec![event.unwrap_or(NO_EVENT)]);
                condition = self.if_clause(item.condition());
                let block = self.way(item.way(), span);
                self.scope.events = outer;
                (event.map_or(HearsBody::Error, HearsBody::Event), block)
            }
            Handler::IntentHandler(item) => {
                let outer = self.scope.events.clone();
                let hears = self.heard_name(item);
                match hears {
                    HearsBody::Event(event) => self.scope.events = vec![event],
                    HearsBody::Error => self.scope.events = vec![NO_EVENT],
                    _ => {}
                }
                condition = self.if_clause(item.condition());
                let block = self.way(item.way(), span);
                self.scope.events = outer;
                (hears, block)
            }
        };
        HandlerBody {
            hears,
            head,
            span,
            condition,
            block,
        }
    }

    pub(super) fn if_clause(&mut self, clause: Option<ast::IfClause>) -> Option<botflow_artifact::ExprId> {
        let condition = clause?.condition()?;
        Some(self.condition(&condition).id)
    }

    /// From `on` to the way.
    fn handler_head(&self, handler: &Handler, span: Span) -> Span {
        let head = handler
            .syntax()
            .children_with_tokens()
            .take_while(|part| !ast::Way::can_cast(part.kind()) && !ast::UnclearBlock::can_cast(part.kind()))
            .filter(|part| !part.kind().is_trivia() && part.kind() != SyntaxKind::Newline)
            .last();
        Span {
            end: head.map_or(span.end, |part| self.span(part.text_range()).end),
            ..span
        }
    }

    fn unclear(&mut self, item: &ast::UnclearHandler, span: Span) -> (HearsBody, Block) {
        if let Some(arrow) = item.arrow() {
            let block = self.way(Some(ast::Way::Arrow(arrow)), span);
            return (HearsBody::Unclear { tries: Vec::new() }, block);
        }
        let Some(block) = item.block() else {
            let block = super::stmt::error_block(span);
            return (HearsBody::Unclear { tries: Vec::new() }, block);
        };
        let at = self.node_span(&block);
        let mut tries: Vec<_> = block.tries().filter_map(|item| self.tries(&item)).collect();
        self.in_order(&mut tries, &mut Vec::new());
        let lowered = self.statements(block.statements(), at);
        (HearsBody::Unclear { tries }, lowered)
    }

    /// `on changed city`: an answer of this flow.
    fn changed(&mut self, token: &botflow_syntax::TokenRef) -> Option<SlotId> {
        // Hearing of a change is no reading.
        let read = self.scope.names.get(token.text()).is_some_and(|local| local.read);
        let slot = self.local(token.text());
        if let Some(local) = self.scope.names.get_mut(token.text()) {
            local.read = read;
        }
        if slot.is_none() {
            let at = self.token_span(*token);
            let names = self.scope.names.keys().map(SmolStr::as_str);
            let ahead = self.scope.forward.iter().flat_map(|forward| forward.keys());
            let near = nearest::few(token.text(), names.chain(ahead.map(SmolStr::as_str)));
            let finding = unknown_name::finding("answer in this flow", token.text(), at, &near);
            self.report(finding);
        }
        slot
    }

    /// What `on NAME` hears: an intent, an event, or a standard pattern.
    fn heard_name(&mut self, item: &ast::IntentHandler) -> HearsBody {
        let Some(path) = item.path() else {
            return HearsBody::Error;
        };
        let text = path.text();
        let span = self.node_span(&path);
        if let Some(id) = self.symbols.intents.mention(&text) {
            let slots = self.intent_bindings(IntentId::from(id), item.bindings(), span);
            return HearsBody::Intent(IntentId::from(id), slots);
        }
        let found = if let Some(event) = self.event(&text) {
            HearsBody::Event(event)
        } else if builtin::PATTERNS.contains(&text.as_str()) {
            HearsBody::Pattern(text.clone())
        } else if text == builtin::STRANDED {
            if self.scope.flow != FlowId::ALWAYS {
                self.report(wrong_place::finding(
                    span,
                    "`on stranded`",
                    "a flow: it may be gone when it is needed",
                    Some("`always`"),
                ));
            }
            HearsBody::Stranded
        } else {
            self.unknown_heard(&text, span);
            for token in item.bindings().iter().flat_map(|bindings| bindings.names()) {
                self.bind_error(Some(token));
            }
            return HearsBody::Error;
        };
        if let Some(bindings) = item.bindings() {
            let at = self.node_span(&bindings);
            let (message, usage) = match &found {
                HearsBody::Event(_) => (
                    format!("What `{text}` brings is read as `event.…`."),
                    format!("on {text}"),
                ),
                _ => (format!("`{text}` brings no values."), format!("on {text}")),
            };
            self.report(wrong_arguments::finding(message, &usage, at));
            for token in bindings.names() {
                self.bind_error(Some(token));
            }
        }
        found
    }

    fn unknown_heard(&mut self, name: &str, span: Span) {
        let known = self
            .symbols
            .intents
            .names()
            .chain(self.symbols.events.names())
            .chain(builtin::EVENTS.iter().map(|event| event.name))
            .chain(builtin::PATTERNS.iter().copied())
            .chain([builtin::STRANDED]);
        let near = super::reference::owned(nearest::few(name, known));
        for near in &near {
            self.symbols.intents.mention(near);
            self.symbols.events.mention(near);
        }
        let near = super::reference::refs(&near);
        self.report(unknown_name::finding("intent or event", name, span, &near));
    }

    /// `on order_status(order)`: the slots of an intent's parameters, in order.
    fn intent_bindings(
        &mut self,
        intent: IntentId,
        bindings: Option<ast::Bindings>,
        span: Span,
    ) -> Vec<Option<SlotId>> {
        let params = self.program.bot.intents[intent.index()].params.clone();
        let mut slots = vec![None; params.len()];
        let Some(bindings) = bindings else { return slots };
        let usage = || {
            let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
            match names.is_empty() {
                true => format!("on {}", self.program.bot.intents[intent.index()].name),
                false => format!(
                    "on {}({})",
                    self.program.bot.intents[intent.index()].name,
                    names.join(", ")
                ),
            }
        };
        let usage = usage();
        let _ = span;
        // A parameter is meant by its name; other names take the parameters in order.
        let tokens: Vec<_> = bindings.names().collect();
        let by_name = tokens
            .iter()
            .all(|token| params.iter().any(|param| param.name == token.text()));
        for (place, token) in tokens.iter().enumerate() {
            let index = match by_name {
                true => params.iter().position(|param| param.name == token.text()),
                false => (place < params.len()).then_some(place),
            };
            let at = self.token_span(*token);
            let Some(index) = index else {
                let name = self.program.bot.intents[intent.index()].name.clone();
                let message = match params.len() {
                    0 => format!("The intent `{name}` brings no values."),
                    1 => format!("The intent `{name}` brings one value."),
                    count => format!("The intent `{name}` brings {count} values."),
                };
                self.report(wrong_arguments::finding(message, &usage, at));
                self.bind_error(Some(*token));
                continue;
            };
            if slots[index].is_some() {
                self.report(duplicate_name::finding("value", token.text(), at, None));
                continue;
            }
            let slot = self.bind(token.text(), params[index].ty, false, at, Binding::Answer);
            slots[index] = Some(slot);
        }
        slots
    }
}
