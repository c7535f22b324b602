//! Calls (8), waits and events (9), clocks and the timer (2.4, 5.9, 10).

use botflow_artifact::CallId;
use botflow_machine::{CallRequest, Effect, GivenUp, Owner};
use botflow_syntax::ast::{self, AstNode, Handler};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::handler::{Level, nobody_ways};
use crate::literal;
use crate::question::silences_of;
use crate::state::{Missed, Oracle, Pending, Purpose};
use crate::walk::Next;

/// An attempt is given up after this where no timeout is declared (8.1).
const DEFAULT_TIMEOUT: i64 = 30_000;

/// A clock: when it goes off, its rank among those of the same moment, and what it is.
struct Clock {
    at: i64,
    rank: (usize, usize),
    turn: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Attempt(usize),
    Company(usize),
    Moment(usize),
    Event(usize),
    Nobody(usize),
    QueueCloses(usize),
    Silence,
    Escalation(usize),
}

/// What a clock of silence does.
pub(crate) enum Nudge<'a> {
    Own(ast::SilenceItem<'a>),
    Inherited(Box<(Level<'a>, ast::SilenceHandler<'a>)>),
}

impl<'a> Oracle<'a> {
    /// `call` (8.1).
    pub(crate) fn call(&mut self, call: &ast::Call<'a>) -> Next<'a> {
        let path = call.path().map(|path| path.text()).unwrap_or_default();
        let Some(place) = self.project.bot.calls.iter().position(|known| known.name == path) else {
            return Next::After(call.syntax());
        };
        let args = match self.project.calls.get(&path) {
            Some(declared) => self.arguments(&declared.params, call.args()),
            None => Vec::new(),
        };
        self.open_digression();
        self.question = None;
        self.calls += 1;
        let company = call.ways().find_map(|way| match way {
            ast::CallWay::WaitingItem(item) => Some(literal::duration(item.duration())),
            _ => None,
        });
        let number = self.calls;
        let pending = Pending::Call {
            number,
            attempt: 1,
            args: args.clone(),
            until: self.now.saturating_add(self.timeout(place)),
            company: company.map(|after| self.now.saturating_add(after)),
            turn: self.turn,
        };
        if let Some(frame) = self.top() {
            frame.at = Some(call.syntax());
            frame.pending = Some(pending);
        }
        self.request(place, number, 1, args);
        Next::Rest
    }

    fn timeout(&self, call: usize) -> i64 {
        match self.project.bot.calls[call].timeout_ms {
            0 => DEFAULT_TIMEOUT,
            timeout => timeout,
        }
    }

    fn request(&mut self, call: usize, number: u32, attempt: u32, args: Vec<Value>) {
        let request = CallRequest {
            call: CallId::from(call),
            number,
            attempt,
            key: u64::from(number),
            args,
        };
        self.effect(Effect::Call(Box::new(request)));
    }

    /// The frame that waits for a call.
    fn caller(&self, wanted: u32) -> Option<usize> {
        self.frames
            .iter()
            .position(|frame| matches!(frame.pending, Some(Pending::Call { number, .. }) if number == wanted))
    }

    /// Which call a frame waits for.
    fn called(&self, frame: usize) -> Option<usize> {
        let call = ast::Call::cast(self.frames.get(frame)?.at?)?;
        let path = call.path()?.text();
        self.project.bot.calls.iter().position(|known| known.name == path)
    }

    /// A call has given something (8.2).
    pub(crate) fn call_result(&mut self, number: u32, value: Value) {
        if let Some(frame) = self.caller(number) {
            self.comes(frame, Pending::Arrived(value));
        }
    }

    /// An attempt has failed (8.3); without a number of the attempt its time is over.
    pub(crate) fn call_failed(&mut self, wanted: u32, failed: Option<u32>, failure: Option<SmolStr>) {
        let Some(frame) = self.caller(wanted) else { return };
        let Some(call) = self.called(frame) else { return };
        let Some(Pending::Call { attempt, args, .. }) = self.frames[frame].pending.clone() else {
            return;
        };
        if failed.is_some_and(|failed| failed != attempt) {
            return;
        }
        let declared = &self.project.bot.calls[call];
        let named = failure.filter(|name| declared.fails.contains(name));
        if named.is_none() && attempt <= declared.retry {
            let next = self.now.saturating_add(self.timeout(call));
            let this = self.turn;
            if let Some(Pending::Call {
                attempt, until, turn, ..
            }) = &mut self.frames[frame].pending
            {
                *attempt += 1;
                *until = next;
                *turn = this;
            }
            self.request(call, wanted, attempt + 1, args);
            return;
        }
        self.comes(frame, Pending::Missed(Missed::Call(named)));
    }

    /// What a frame waited for has come, in whatever way; below the topmost it is kept (8.5, 9.3).
    fn comes(&mut self, frame: usize, what: Pending) {
        self.frames[frame].pending = Some(what);
        if frame + 1 == self.frames.len() && self.owner == Owner::Bot {
            self.question = None;
            self.run(Next::Resume { fresh: true });
        }
    }

    /// `wait D` (9.1).
    pub(crate) fn wait(&mut self, stmt: &ast::WaitStmt<'a>) -> Next<'a> {
        let span = literal::duration(stmt.duration());
        self.open_digression();
        if span <= 0 {
            return Next::After(stmt.syntax());
        }
        self.question = None;
        let pending = Pending::Moment {
            until: self.now.saturating_add(span),
            turn: self.turn,
        };
        if let Some(frame) = self.top() {
            frame.at = Some(stmt.syntax());
            frame.pending = Some(pending);
        }
        Next::Rest
    }

    /// `wait for E within D` (9.1).
    pub(crate) fn wait_for(&mut self, stmt: &ast::WaitForStmt<'a>) -> Next<'a> {
        let span = stmt.duration().map(|token| literal::duration(Some(token)));
        self.question = None;
        self.open_digression();
        if span.is_some_and(|span| span <= 0) {
            return self.missed(stmt.syntax(), Missed::Time);
        }
        let until = span.map(|span| self.now.saturating_add(span));
        let pending = Pending::Event {
            until,
            turn: self.turn,
        };
        if let Some(frame) = self.top() {
            frame.at = Some(stmt.syntax());
            frame.pending = Some(pending);
        }
        Next::Rest
    }

    /// The topmost frame that waits for an event takes it (9.2). Nothing where no frame does.
    pub(crate) fn awaited(&mut self, name: &str) -> Option<Next<'a>> {
        let place = (0..self.frames.len()).rev().find(|place| {
            let frame = &self.frames[*place];
            let waits = matches!(frame.pending, Some(Pending::Event { .. }));
            let stmt = frame.at.and_then(ast::WaitForStmt::cast).filter(|_| waits);
            stmt.is_some_and(|stmt| {
                let condition = stmt.condition().and_then(|clause| clause.condition());
                stmt.event().is_some_and(|path| path.text() == name) && self.env_of(frame).allows(condition)
            })
        })?;
        let fields = Value::Record(self.event.clone());
        self.frames[place].pending = Some(Pending::Arrived(fields));
        if place + 1 == self.frames.len() && self.owner == Owner::Bot {
            return Some(Next::Resume { fresh: true });
        }
        Some(Next::Rest)
    }

    /// The clocks of silence of the waiting question, ascending (5.9).
    fn silences(&self) -> Vec<(i64, Nudge<'a>)> {
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Vec::new();
        };
        let own = silences_of(place);
        let has_way = own.iter().any(|item| item.way().is_some());
        let mut clocks: Vec<(i64, Nudge<'a>)> = own
            .into_iter()
            .map(|item| (literal::duration(item.duration()), Nudge::Own(item)))
            .collect();
        if !has_way {
            for level in self.levels() {
                let handlers: Vec<ast::SilenceHandler<'a>> = level
                    .handlers
                    .iter()
                    .filter_map(|handler| match handler {
                        Handler::SilenceHandler(handler) => Some(*handler),
                        _ => None,
                    })
                    .collect();
                if handlers.is_empty() {
                    continue;
                }
                for handler in handlers {
                    let level = Level {
                        handlers: Vec::new(),
                        stands_in: level.stands_in,
                        variables: std::rc::Rc::clone(&level.variables),
                    };
                    let after = literal::duration(handler.duration());
                    clocks.push((after, Nudge::Inherited(Box::new((level, handler)))));
                }
                break;
            }
        }
        clocks.sort_by_key(|(after, _)| *after);
        clocks
    }

    /// Every running clock.
    fn clocks(&self) -> Vec<Clock> {
        let mut clocks = Vec::new();
        for (place, frame) in self.frames.iter().enumerate() {
            let rank = |order: usize| (place, order);
            match &frame.pending {
                Some(Pending::Call {
                    until, company, turn, ..
                }) => {
                    clocks.push(Clock {
                        at: *until,
                        rank: rank(0),
                        turn: *turn,
                        what: What::Attempt(place),
                    });
                    // Company is kept only while the call is what the conversation rests at (8.4).
                    let is_top = place + 1 == self.frames.len() && self.owner == Owner::Bot;
                    if let Some(company) = company.filter(|_| is_top) {
                        clocks.push(Clock {
                            at: company,
                            rank: rank(1),
                            turn: *turn,
                            what: What::Company(place),
                        });
                    }
                }
                Some(Pending::Moment { until, turn }) => {
                    clocks.push(Clock {
                        at: *until,
                        rank: rank(0),
                        turn: *turn,
                        what: What::Moment(place),
                    });
                }
                Some(Pending::Event {
                    until: Some(until),
                    turn,
                }) => {
                    clocks.push(Clock {
                        at: *until,
                        rank: rank(0),
                        turn: *turn,
                        what: What::Event(place),
                    });
                }
                Some(Pending::Queue {
                    since,
                    gone,
                    turn,
                    closes,
                }) => {
                    if let Some(at) = closes {
                        clocks.push(Clock {
                            at: *at,
                            rank: rank(0),
                            turn: *turn,
                            what: What::QueueCloses(place),
                        });
                    }
                    let ask = frame.at.and_then(ast::AskQueueStmt::cast);
                    let ways = ask.map(|ask| nobody_ways(&ask)).unwrap_or_default();
                    if let Some(item) = ways.get(*gone) {
                        let at = since.saturating_add(literal::duration(item.duration()));
                        clocks.push(Clock {
                            at,
                            rank: rank(1),
                            turn: *turn,
                            what: What::Nobody(place),
                        });
                    }
                }
                _ => {}
            }
        }
        if self.owner == Owner::Bot
            && let Some(question) = &self.question
            && let Some((after, _)) = self.silences().get(question.gone)
        {
            let at = question.put_at.saturating_add(*after);
            clocks.push(Clock {
                at,
                rank: (usize::MAX, 0),
                turn: question.turn,
                what: What::Silence,
            });
        }
        if self.owner == Owner::People {
            for (kind, (at, turn)) in self.escalation_clocks() {
                clocks.push(Clock {
                    at,
                    rank: (usize::MAX, kind),
                    turn,
                    what: What::Escalation(kind),
                });
            }
        }
        clocks
    }

    /// All clocks whose moment has come go off, the earliest first (10.1).
    pub(crate) fn clocks_go_off(&mut self) {
        for _ in 0..10_000 {
            let due = self
                .clocks()
                .into_iter()
                .filter(|clock| clock.at <= self.now && clock.turn < self.turn);
            let Some(clock) = due.min_by_key(|clock| (clock.at, clock.rank)) else {
                return;
            };
            self.goes_off(clock.what);
        }
    }

    fn goes_off(&mut self, what: What) {
        match what {
            What::Attempt(frame) => {
                if let Some(Pending::Call { number, .. }) = self.frames[frame].pending {
                    self.call_failed(number, None, None);
                }
            }
            What::Company(frame) => {
                if let Some(Pending::Call { company, .. }) = &mut self.frames[frame].pending {
                    *company = None;
                }
                let call = self.frames[frame].at.and_then(ast::Call::cast);
                let block = call
                    .into_iter()
                    .flat_map(|call| call.ways())
                    .find_map(|way| match way {
                        ast::CallWay::WaitingItem(item) => item.block(),
                        _ => None,
                    });
                if let Some(block) = block {
                    self.run(Next::Enter(ast::Way::Block(block)));
                }
            }
            What::Moment(frame) => self.comes(frame, Pending::Done),
            What::Event(frame) => self.comes(frame, Pending::Missed(Missed::Time)),
            What::Nobody(frame) => {
                if let Some(Pending::Queue { gone, .. }) = self.frames[frame].pending {
                    self.comes(frame, Pending::Missed(Missed::Nobody(gone)));
                }
            }
            What::QueueCloses(frame) => self.comes(frame, Pending::Missed(Missed::Closed)),
            What::Silence => self.silence_goes_off(),
            What::Escalation(kind) => self.escalation_clock(kind),
        }
    }

    fn silence_goes_off(&mut self) {
        let Some(question) = &mut self.question else {
            return;
        };
        let gone = question.gone;
        question.gone += 1;
        let Some((_, nudge)) = self.silences().into_iter().nth(gone) else {
            return;
        };
        match nudge {
            Nudge::Own(item) => match item.way() {
                Some(way) => {
                    self.give_up(GivenUp::Silence);
                    self.run(Next::Enter(way));
                }
                None => self.say_text(item.syntax(), item.text()),
            },
            Nudge::Inherited(heard) => {
                self.give_up(GivenUp::Silence);
                let (level, handler) = *heard;
                let next = self.run_handler(&level, handler.way(), Vec::new(), Purpose::Usual);
                self.run(next);
            }
        }
    }

    /// The conversation has one timer: the earliest of its clocks (2.4).
    pub(crate) fn set_timer(&mut self) {
        let earliest = match self.owner {
            Owner::Nobody => None,
            _ => self.clocks().iter().map(|clock| clock.at.max(self.now)).min(),
        };
        match (earliest, self.timer) {
            (None, Some(_)) => {
                self.effect(Effect::CancelTimer { id: self.timers });
                self.timer = None;
            }
            (Some(at), known) if known != Some(at) => {
                self.timers += 1;
                self.timer = Some(at);
                self.effect(Effect::SetTimer { id: self.timers, at });
            }
            _ => {}
        }
    }
}
