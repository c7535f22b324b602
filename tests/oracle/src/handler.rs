//! Handlers (7): which one hears, how it runs, how it comes back.

use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_machine::GivenUp;
use botflow_syntax::NodeRef;
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, Handler};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::question::is_question;
use crate::state::{FrameKind, Missed, Oracle, Pending, Purpose, Variables};
use crate::walk::Next;

/// The handlers of one step, of one flow or of `always`, and where they stand.
pub(crate) struct Level<'a> {
    pub handlers: Vec<Handler<'a>>,
    pub stands_in: Option<u64>,
    /// The variables of the frame in which they stand; `always` gives each handler its own.
    pub variables: Variables,
}

impl<'a> Oracle<'a> {
    /// All levels, nearest first (7.1).
    pub(crate) fn levels(&self) -> Vec<Level<'a>> {
        let mut levels = Vec::new();
        for frame in self.frames.iter().rev() {
            let Some(at) = &frame.at else { continue };
            let stands_in = match frame.kind {
                FrameKind::Handler { of, .. } => of,
                _ => Some(frame.id),
            };
            let step = at
                .ancestors()
                .find_map(ast::Step::cast)
                .map(|step| step.handlers().collect());
            let flow = at
                .ancestors()
                .find_map(ast::FlowItem::cast)
                .map(|flow| flow.handlers().collect());
            for handlers in [step, flow].into_iter().flatten() {
                levels.push(Level {
                    handlers,
                    stands_in,
                    variables: Rc::clone(&frame.variables),
                });
            }
        }
        let entries = self.project.always_items.iter().flat_map(|item| item.entries());
        let always = entries.filter_map(|entry| match entry {
            ast::AlwaysEntry::Handler(handler) => Some(handler),
            ast::AlwaysEntry::IfHandler(_) => None,
        });
        levels.push(Level {
            handlers: always.collect(),
            stands_in: None,
            variables: Variables::default(),
        });
        levels
    }

    /// Whether the condition of a handler is yes where it stands.
    pub(crate) fn hears(&self, level: &Level<'a>, condition: Option<ast::IfClause<'a>>) -> bool {
        let Some(condition) = condition else { return true };
        let flow = match level.stands_in {
            // The frame may be gone; its handlers are found at the handler that stands in it.
            Some(_) => self
                .frames
                .iter()
                .rev()
                .find(|frame| Rc::ptr_eq(&frame.variables, &level.variables)),
            None => None,
        };
        match flow {
            Some(frame) => self.env_of(frame).allows(condition.condition()),
            None => self.outside().allows(condition.condition()),
        }
    }

    /// Puts a handler on top and gives its number. It works on the variables of the frame in which it stands.
    pub(crate) fn push_handler(&mut self, of: Option<u64>, purpose: Purpose, variables: &Variables) -> u64 {
        let frame = self
            .frames
            .iter()
            .rev()
            .find(|frame| Rc::ptr_eq(&frame.variables, variables));
        let (flow, variables) = match (of, frame) {
            (Some(_), Some(frame)) => (Rc::clone(&frame.flow), Rc::clone(variables)),
            _ => (Rc::clone(&self.project.always), Variables::default()),
        };
        self.push(flow, FrameKind::Handler { of, purpose }, variables)
    }

    /// Runs a handler that has a way.
    pub(crate) fn run_handler(
        &mut self,
        level: &Level<'a>,
        way: Option<ast::Way<'a>>,
        bindings: Vec<(SmolStr, Value)>,
        purpose: Purpose,
    ) -> Next<'a> {
        self.push_handler(level.stands_in, purpose, &level.variables);
        for (name, value) in bindings {
            self.set(&name, value);
        }
        way.map_or(Next::ComeBack, Next::Enter)
    }

    /// The `on unclear` handlers with their levels, nearest first.
    pub(crate) fn unclear_handlers(&self) -> Vec<(Level<'a>, ast::UnclearHandler<'a>)> {
        let mut found = Vec::new();
        for level in self.levels() {
            let unclear = level.handlers.iter().find_map(|handler| match handler {
                Handler::UnclearHandler(handler) => Some(*handler),
                _ => None,
            });
            if let Some(handler) = unclear {
                found.push((level, handler));
            }
        }
        found
    }

    /// `on unclear` says its words (5.4).
    pub(crate) fn run_unclear(&mut self, level: &Level<'a>, handler: &ast::UnclearHandler<'a>) -> Next<'a> {
        self.push_handler(level.stands_in, Purpose::Unclear, &level.variables);
        if let Some(arrow) = handler.arrow() {
            return Next::Enter(ast::Way::Arrow(arrow));
        }
        match handler.block().and_then(|block| block.statements().next()) {
            Some(stmt) => Next::At(stmt.syntax()),
            None => Next::ComeBack,
        }
    }

    /// The nearest `on failed` (7.7, 8.3); without one the flow goes on behind the call.
    pub(crate) fn failed_handler(&mut self) -> Option<Next<'a>> {
        for level in self.levels() {
            let way = level.handlers.iter().find_map(|handler| match handler {
                Handler::FailedHandler(handler) => Some(handler.way()),
                _ => None,
            });
            if let Some(way) = way {
                return Some(self.run_handler(&level, way, Vec::new(), Purpose::Usual));
            }
        }
        None
    }

    /// The nearest `on event` that hears the event (9.2).
    pub(crate) fn event_handler(&mut self, name: &str) -> Next<'a> {
        for level in self.levels() {
            let found = level.handlers.iter().find_map(|handler| {
                let (path, condition, way) = match handler {
                    Handler::EventHandler(handler) => (handler.path(), handler.condition(), handler.way()),
                    // A name that is an event's may also stand without the word `event`.
                    Handler::IntentHandler(handler) => (handler.path(), handler.condition(), handler.way()),
                    _ => return None,
                };
                let path = path.map(|path| path.text()).unwrap_or_default();
                let is_event = path == name && !self.project.intents.contains_key(&path);
                (is_event && self.hears(&level, condition)).then_some(way)
            });
            if let Some(way) = found {
                return self.run_handler(&level, way, Vec::new(), Purpose::Usual);
            }
        }
        Next::Rest
    }

    /// A handler that reaches something to wait for becomes the open digression; another one below is dropped (7.3).
    pub(crate) fn open_digression(&mut self) {
        // Another place is reached: what `back` has put again is behind it (5.6).
        if let Some(frame) = self.top() {
            frame.insists = None;
        }
        let is_handler = |kind: &FrameKind| matches!(kind, FrameKind::Handler { .. });
        let Some(top) = self.frames.len().checked_sub(1) else {
            return;
        };
        if !is_handler(&self.frames[top].kind) {
            return;
        }
        if let Some(other) = self.frames[..top]
            .iter()
            .position(|frame| is_handler(&frame.kind))
        {
            self.dropping(other..top, GivenUp::Left);
            self.frames.drain(other..top);
        }
    }

    /// A handler has come to its end (7.4, 7.5).
    pub(crate) fn come_back(&mut self) -> Next<'a> {
        self.prefill = None;
        let top = self.frames.len().saturating_sub(1);
        if matches!(
            self.frames.last().map(|frame| &frame.kind),
            Some(FrameKind::Handler { .. })
        ) {
            self.dropping(top..self.frames.len(), GivenUp::Left);
        }
        let Some(frame) = self.frames.pop() else {
            return Next::Begin;
        };
        self.question_is_gone();
        let FrameKind::Handler { purpose, .. } = frame.kind else {
            // Not a handler: the end of a way that belongs to nothing.
            self.frames.push(frame);
            return Next::Return(Value::Unknown);
        };
        self.came_back = Some(frame.id);
        match purpose {
            Purpose::Usual => Next::Resume { fresh: true },
            Purpose::Unclear => Next::Resume { fresh: false },
            Purpose::Changed(of) => match self.frames.last() {
                Some(frame) if frame.id == of => self.replay_form(),
                _ => Next::Resume { fresh: true },
            },
        }
    }

    fn question_is_gone(&mut self) {
        self.question = None;
    }

    /// What was interrupted goes on (7.4).
    pub(crate) fn resume(&mut self, fresh: bool) -> Next<'a> {
        let Some(frame) = self.frames.last_mut() else {
            return Next::Begin;
        };
        let Some(at) = frame.at else {
            return Next::Rest;
        };
        if is_question(at) {
            return Next::Reask { place: at, fresh };
        }
        match frame.pending.clone() {
            Some(Pending::Arrived(value)) => self.arrived(at, value),
            Some(Pending::Missed(missed)) => self.missed(at, missed),
            Some(Pending::Done) => {
                frame.pending = None;
                Next::After(at)
            }
            _ => {
                if at.kind() == SyntaxKind::EscalateStmt {
                    self.owner = botflow_machine::Owner::People;
                }
                Next::Rest
            }
        }
    }

    /// What was waited for has come.
    pub(crate) fn arrived(&mut self, at: NodeRef<'a>, value: Value) -> Next<'a> {
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        if let Some(name) = result_name(at) {
            self.set(&name, value);
        }
        Next::After(at)
    }

    /// What was waited for has failed or did not come.
    pub(crate) fn missed(&mut self, at: NodeRef<'a>, missed: Missed) -> Next<'a> {
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        if let Some(name) = result_name(at) {
            self.set(&name, Value::Unknown);
        }
        let behind = Next::After(at);
        if let Some(call) = ast::Call::cast(at) {
            let Missed::Call(failure) = missed else {
                return behind;
            };
            let named = call.ways().find_map(|way| match way {
                ast::CallWay::FailItem(item) => {
                    let name = item.name().map(|token| SmolStr::new(token.text()));
                    (name.is_some() && name == failure).then(|| item.way()).flatten()
                }
                _ => None,
            });
            let failed = || {
                call.ways().find_map(|way| match way {
                    ast::CallWay::FailedItem(item) => item.way(),
                    _ => None,
                })
            };
            if let Some(way) = named.or_else(failed) {
                return Next::Enter(way);
            }
            if let Some(frame) = self.top() {
                frame.pending = Some(Pending::Done);
            }
            return self.failed_handler().unwrap_or(Next::Resume { fresh: true });
        }
        if let Some(wait) = ast::WaitForStmt::cast(at) {
            return self.otherwise(wait.otherwise(), behind);
        }
        if let Some(ask) = ast::AskQueueStmt::cast(at) {
            let way = match missed {
                Missed::Nobody(place) => nobody_ways(&ask).get(place).and_then(|item| item.way()),
                _ => ask.items().find_map(|item| match item {
                    ast::AskQueueItem::ClosedItem(item) => item.way(),
                    _ => None,
                }),
            };
            return way.map_or(behind, Next::Enter);
        }
        behind
    }
}

/// The `nobody` clocks of `ask queue`, ascending.
pub(crate) fn nobody_ways<'a>(ask: &ast::AskQueueStmt<'a>) -> Vec<ast::NobodyItem<'a>> {
    let mut items: Vec<_> = ask
        .items()
        .filter_map(|item| match item {
            ast::AskQueueItem::NobodyItem(item) => Some(item),
            _ => None,
        })
        .collect();
    items.sort_by_key(|item| crate::literal::duration(item.duration()));
    items
}

/// The variable that holds what is waited for at a place.
fn result_name<'a>(at: NodeRef<'a>) -> Option<SmolStr> {
    let token = if let Some(stmt) = at.parent().and_then(ast::LetStmt::cast) {
        stmt.name()
    } else if let Some(wait) = ast::WaitForStmt::cast(at) {
        wait.name()
    } else {
        ast::AskQueueStmt::cast(at)?.answer()?.name()
    };
    Some(token?.text().into())
}

/// Nothing is known of a frame that has just begun.
pub(crate) fn no_variables() -> Variables {
    Rc::new(std::cell::RefCell::new(BTreeMap::new()))
}
