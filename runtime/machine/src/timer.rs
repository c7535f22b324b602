//! Clocks: which run, which goes off next, what it does (semantics 2.4, 5.9, 10).

use botflow_artifact::*;

use crate::conversation::{Owner, Pending};
use crate::effect::{Effect, Withdrawn};
use crate::handlers::Level;
use crate::record::GivenUp;
use crate::turn::Turn;

/// A clock that runs.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// The attempt of a call has taken too long.
    GivesUp { call: u32, attempt: u32 },
    /// The customer is kept company.
    Company { frame: usize },
    /// A `wait` or `wait for` is over.
    Over { frame: usize },
    /// No colleague has answered.
    NoAnswer { frame: usize, clock: u32 },
    /// The queue that was asked closes.
    AskedCloses { frame: usize },
    /// Nobody has come, or somebody is silent.
    Escalation(EscalationWay, Waiting),
    /// The customer is silent at the question.
    Silence,
}

/// Whom an escalation waits for.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    Closing,
    Nobody,
    Customer,
    Operator,
}

/// A clock of silence, and whose it is.
struct SilenceClock {
    after_ms: i64,
    act: Nudge,
    handler: Option<(HandlerId, Level)>,
}

/// Clocks of which the n-th is wanted, the soonest first; equal ones in the order in which they were offered. While
/// the first is wanted, as nearly always, no more than that one is kept.
struct InOrder {
    wanted: usize,
    first: Option<SilenceClock>,
    all: Vec<SilenceClock>,
}

impl InOrder {
    fn new(wanted: u32) -> InOrder {
        InOrder {
            wanted: wanted as usize,
            first: None,
            all: Vec::new(),
        }
    }

    fn offer(&mut self, clock: SilenceClock) {
        if self.wanted > 0 {
            self.all.push(clock);
        } else if self
            .first
            .as_ref()
            .is_none_or(|first| clock.after_ms < first.after_ms)
        {
            self.first = Some(clock);
        }
    }

    fn nth(&mut self) -> Option<SilenceClock> {
        if self.wanted == 0 {
            return self.first.take();
        }
        self.all.sort_by_key(|clock| clock.after_ms);
        self.all.drain(..).nth(self.wanted)
    }
}

/// So many clocks go off in one turn; there are never more.
const MAX_CLOCKS: usize = 64;

impl Turn<'_> {
    /// The timer has gone off.
    pub fn timer(&mut self, id: u32) {
        if self.c.timer.is_none() || id != self.c.timers {
            return;
        }
        self.c.timer = None;
        for _ in 0..MAX_CLOCKS {
            match self.next_clock() {
                Some((at, clock)) if at <= self.now => self.go_off(clock),
                _ => return,
            }
        }
    }

    /// Sets the conversation's timer for its earliest clock.
    pub fn set_timer(&mut self) {
        let next = self.next_clock().map(|(at, _)| at.max(self.now));
        match (self.c.timer, next) {
            (None, None) => {}
            (Some(set), Some(next)) if set == next => {}
            (_, Some(at)) => {
                self.c.timers = self.c.timers.wrapping_add(1);
                self.c.timer = Some(at);
                self.out.push(Effect::SetTimer {
                    id: self.c.timers,
                    at,
                });
            }
            (Some(_), None) => {
                self.c.timer = None;
                self.out.push(Effect::CancelTimer { id: self.c.timers });
            }
        }
    }

    /// The clock that goes off next, and when.
    fn next_clock(&self) -> Option<(i64, Clock)> {
        let mut next: Option<(i64, Clock)> = None;
        let mut offer = |at: i64, clock: Clock| {
            if next.as_ref().is_none_or(|(earliest, _)| at < *earliest) {
                next = Some((at, clock));
            }
        };
        let top = self.c.frames.len().wrapping_sub(1);
        for (index, frame) in self.c.frames.iter().enumerate() {
            match frame.pending.as_deref() {
                Some(Pending::Call {
                    number,
                    attempt,
                    until,
                    company,
                    ..
                }) => {
                    offer(
                        *until,
                        Clock::GivesUp {
                            call: *number,
                            attempt: *attempt,
                        },
                    );
                    if let Some(company) = company
                        && index == top
                        && self.c.owner == Owner::Bot
                    {
                        offer(*company, Clock::Company { frame: index });
                    }
                }
                Some(Pending::Moment(until) | Pending::Event(Some(until))) => {
                    offer(*until, Clock::Over { frame: index });
                }
                Some(Pending::Queue {
                    since,
                    nudged,
                    closes,
                }) => {
                    if let Some(closes) = closes {
                        offer(*closes, Clock::AskedCloses { frame: index });
                    }
                    if let Some(PlaceKind::AskQueue(ask)) =
                        self.p.bot.places.get(frame.at.index()).map(|place| &place.kind)
                        && let Some((after, _)) = ask.nobody.get(*nudged as usize)
                    {
                        let at = since.saturating_add((*after).max(0));
                        offer(
                            at,
                            Clock::NoAnswer {
                                frame: index,
                                clock: *nudged,
                            },
                        );
                    }
                }
                _ => {}
            }
        }
        if let Some(escalation) = self
            .c
            .escalation
            .as_deref()
            .filter(|_| self.c.owner == Owner::People)
            && let Some(declared) = self.p.bot.escalations.get(escalation.escalation.index())
        {
            let mut clock = |ways: &[(i64, EscalationWay)], gone: u32, since: i64, whom: Waiting| {
                if let Some((after, way)) = ways.get(gone as usize) {
                    offer(
                        since.saturating_add((*after).max(0)),
                        Clock::Escalation(*way, whom),
                    );
                }
            };
            let is_alone = escalation.there.is_empty();
            if is_alone {
                if let (Some(closes), Some(way)) = (escalation.closes, declared.closed) {
                    clock(&[(0, way)], 0, closes, Waiting::Closing);
                }
                clock(
                    &declared.nobody,
                    escalation.nobody_gone,
                    escalation.nobody_since,
                    Waiting::Nobody,
                );
            }
            if !is_alone && escalation.answered {
                let (gone, at) = (escalation.customer_gone, escalation.customer_at);
                clock(&declared.customer_silent, gone, at, Waiting::Customer);
            }
            if !is_alone && !escalation.answered {
                let (gone, at) = (escalation.operator_gone, escalation.operator_at);
                clock(&declared.operator_silent, gone, at, Waiting::Operator);
            }
        }
        if let Some(question) = self.c.question.as_ref().filter(|_| self.c.owner == Owner::Bot)
            && let Some(silence) = self.silence(question.nudged)
        {
            offer(
                question.put_at.saturating_add(silence.after_ms.max(1)),
                Clock::Silence,
            );
        }
        next
    }

    /// The n-th clock of silence at the waiting question.
    fn silence(&self, nudged: u32) -> Option<SilenceClock> {
        let (_, place) = self.resting()?;
        let own: &[Silence] = match &place.kind {
            PlaceKind::Ask(ask) => &ask.silence,
            PlaceKind::Choose(choose) => &choose.silence,
            PlaceKind::Verify(verify) => &verify.silence,
            _ => return None,
        };
        // Words of its own do not silence the ways of handlers; only a way of its own does (5.9).
        let has_way = own.iter().any(|silence| matches!(silence.act, Nudge::Way(_)));
        if has_way || !self.p.hears_silence {
            let silence = own.get(nudged as usize)?;
            return Some(SilenceClock {
                after_ms: silence.after_ms,
                act: silence.act,
                handler: None,
            });
        }
        // All of the nearest level that has any; a step and its flow are two levels.
        let mut found: Option<(Level, Option<StepId>)> = None;
        let mut clocks = InOrder::new(nudged);
        for silence in own {
            clocks.offer(SilenceClock {
                after_ms: silence.after_ms,
                act: silence.act,
                handler: None,
            });
        }
        self.any_handler(|id, handler, level| {
            let here = (level, handler.step);
            if found.is_some_and(|found| found != here) {
                return Some(());
            }
            if let Hears::Silence(silence) = &handler.hears
                && self.listens(handler, level)
            {
                found = Some(here);
                clocks.offer(SilenceClock {
                    after_ms: silence.after_ms,
                    act: silence.act,
                    handler: Some((id, level)),
                });
            }
            None
        });
        clocks.nth()
    }

    fn go_off(&mut self, clock: Clock) {
        match clock {
            Clock::GivesUp { call, attempt } => self.call_failed(call, attempt, None),
            Clock::Company { frame } => {
                if let Some(Pending::Call { company, .. }) = self.c.frames[frame].pending.as_deref_mut() {
                    *company = None;
                }
                self.keep_company();
            }
            Clock::Over { frame } => match self.c.frames[frame].pending.as_deref() {
                Some(Pending::Moment(_)) => self.keep(frame, Pending::Arrived(Value::Unknown)),
                _ => self.keep(frame, Pending::Missed(None)),
            },
            Clock::NoAnswer { frame, clock } => self.no_answer(frame, clock),
            Clock::AskedCloses { frame } => self.keep(frame, Pending::Missed(None)),
            Clock::Escalation(way, whom) => {
                let mut reason = Withdrawn::Closed;
                if let Some(escalation) = &mut self.c.escalation {
                    match whom {
                        Waiting::Closing => escalation.closes = None,
                        Waiting::Nobody => {
                            escalation.nobody_gone += 1;
                            reason = Withdrawn::Nobody;
                        }
                        Waiting::Customer => {
                            escalation.customer_gone += 1;
                            reason = Withdrawn::CustomerSilent;
                        }
                        Waiting::Operator => {
                            escalation.operator_gone += 1;
                            reason = Withdrawn::OperatorSilent;
                        }
                    }
                }
                self.take_escalation_way(way, reason, None);
            }
            Clock::Silence => self.silence_goes_off(),
        }
    }

    /// No colleague has answered for so long.
    fn no_answer(&mut self, frame: usize, clock: u32) {
        self.keep(frame, Pending::Late(clock));
    }

    fn silence_goes_off(&mut self) {
        let Some(nudged) = self.c.question.as_ref().map(|question| question.nudged) else {
            return;
        };
        let Some(silence) = self.silence(nudged) else {
            return;
        };
        if let Some(question) = &mut self.c.question {
            question.nudged += 1;
        }
        match (silence.act, silence.handler) {
            (Nudge::Say(message), None) => self.say(message),
            (Nudge::Say(message), Some((_, level))) => {
                self.speak();
                let mut words = self.scope_of(level.unwrap_or(usize::MAX)).message(message);
                self.subject(&mut words);
                self.emit(words);
            }
            (Nudge::Way(way), None) => {
                self.give_up(GivenUp::Silence);
                self.c.question = None;
                if let Some(frame) = self.top() {
                    frame.retrying = false;
                }
                self.run(Some(way));
            }
            (Nudge::Way(way), Some((handler, level))) => {
                self.give_up(GivenUp::Silence);
                self.push_handler(handler, level);
                self.run(Some(way));
            }
        }
    }
}
