//! People: hand-overs (12), asking a colleague (11.13), opening hours (13.4).

use botflow_artifact::Outcome;
use botflow_machine::{Effect, HandOver, OperatorEvent, Owner, Refused, Withdrawn};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, EscalationEntry};
use botflow_values::Value;

use smol_str::SmolStr;

use crate::handler::no_variables;
use crate::literal;
use crate::project::text_of;
use crate::state::{Escalated, FrameKind, Missed, Oracle, Pending};
use crate::walk::Next;

impl<'a> Oracle<'a> {
    /// Whether a queue has people at this moment (13.4).
    pub(crate) fn queue_open(&self, name: &str) -> bool {
        self.queue_open_at(name, self.now)
    }

    fn queue_open_at(&self, name: &str, moment: i64) -> bool {
        let Some(queue) = self.project.bot.queues.iter().find(|queue| queue.name == name) else {
            return false;
        };
        let zone = match &queue.timezone {
            Some(zone) => self.project.zone_named(zone),
            None => self.project.zone.clone(),
        };
        let (today, time) = zone.local(moment);
        let yesterday = today.plus_days(-1);
        let closed = |date: botflow_values::Date| {
            let date = date.to_string();
            let yearly = date.get(date.len() - 5..).unwrap_or_default();
            queue
                .closed_on
                .iter()
                .any(|closed| *closed == date || *closed == yearly)
        };
        if closed(today) {
            return false;
        }
        if queue.always_open || queue.hours.is_empty() {
            return true;
        }
        // Minutes from the beginning of the day on which the hours begin.
        let minute = time.seconds() / 60;
        let begun = [(today, minute), (yesterday, minute + 24 * 60)];
        begun.into_iter().any(|(date, minute)| {
            let day = 1u8 << (date.weekday() as u8);
            !closed(date)
                && queue.hours.iter().any(|(days, from, to)| {
                    let end = if to > from { *to } else { to + 24 * 60 };
                    days & day != 0 && (*from..end).contains(&minute)
                })
        })
    }

    /// When an open queue closes within a week: looked for minute by minute.
    fn queue_closes(&self, name: &str) -> Option<i64> {
        const MINUTE: i64 = 60_000;
        let queue = self.project.bot.queues.iter().find(|queue| queue.name == name)?;
        if (queue.always_open || queue.hours.is_empty()) && queue.closed_on.is_empty() {
            return None;
        }
        let next = self.now.div_euclid(MINUTE) * MINUTE + MINUTE;
        let last = self.now.saturating_add(7 * 24 * 60 * MINUTE);
        let mut at = next;
        while at <= last {
            if !self.queue_open_at(name, at) {
                return Some(at);
            }
            at += MINUTE;
        }
        None
    }

    /// `escalate to` (12.1).
    pub(crate) fn escalate(&mut self, stmt: &ast::EscalateStmt<'a>) -> Next<'a> {
        let name = stmt.path().map(|path| path.text()).unwrap_or_default();
        let behind = Next::After(stmt.syntax());
        let Some(item) = self.project.escalations.get(&name).cloned() else {
            return behind;
        };
        let Some(escalation) = self.escalation_id(&name) else {
            return behind;
        };
        let under_way = self.escalation.as_ref();
        let operators = (self.frames.iter()).position(|frame| frame.kind == FrameKind::Operator);
        if let Some(open) = operators
            && under_way.is_some_and(|one| text_of(one.item.name()) == name && !one.there.is_empty())
        {
            self.dropping(open..self.frames.len(), botflow_machine::GivenUp::Left);
            self.frames.truncate(open);
            self.question = None;
            return self.people_again();
        }
        self.open_digression();
        self.question = None;
        if let Some(frame) = self.top() {
            frame.at = Some(stmt.syntax());
            frame.pending = None;
        }
        let settings: Vec<ast::ToSetting<'a>> = item
            .entries()
            .filter_map(|entry| match entry {
                EscalationEntry::ToSetting(to) => Some(to),
                _ => None,
            })
            .collect();
        let fits = |to: &&ast::ToSetting<'a>| {
            self.outside()
                .allows(to.condition().and_then(|clause| clause.condition()))
        };
        let queue = settings
            .iter()
            .find(fits)
            .or(settings.last())
            .map(|to| text_of(to.queue()));
        let Some(mut queue) = queue else { return behind };
        if !self.queue_open(&queue)
            && let Some(way) = closed_way(&item)
        {
            match queue_in(&way) {
                Some(other) => queue = other,
                None => return self.begin_way(way),
            }
        }
        let Some(id) = self.queue_id(&queue) else {
            return behind;
        };
        self.hand_over_ends(Withdrawn::Replaced, None);
        let mark = (self.now, self.turn);
        self.escalation = Some(Escalated {
            item,
            queue,
            nobody: mark,
            customer: mark,
            operator: mark,
            there: Vec::new(),
            came: false,
            answered: false,
            closes: None,
            gone: [0; 3],
        });
        self.note_closing();
        let say = item.entries().find_map(|entry| match entry {
            EscalationEntry::SayStmt(say) => Some(say),
            _ => None,
        });
        if let Some(say) = say {
            self.say_unrepeated(say.syntax());
        }
        let brief = item.entries().find_map(|entry| match entry {
            EscalationEntry::BriefSetting(brief) => brief.text(),
            _ => None,
        });
        let brief = brief
            .map(|brief| SmolStr::from(self.env().in_first().text(&brief)))
            .unwrap_or_default();
        self.misunderstood = 0;
        self.effect(Effect::HandOver(Box::new(HandOver {
            escalation,
            queue: id,
            brief,
        })));
        self.owner = Owner::People;
        Next::Rest
    }

    /// The one hand-over there is ends (12.5).
    pub(crate) fn hand_over_ends(&mut self, reason: Withdrawn, operator: Option<SmolStr>) {
        let Some(ended) = self.escalation.take() else {
            return;
        };
        let queue = self.queue_id(&ended.queue);
        self.effect(Effect::Withdraw {
            queue,
            reason,
            operator,
            came: ended.came,
        });
    }

    /// The closing of the queue matters to whoever waits alone, if the escalation says what to do then.
    fn note_closing(&mut self) {
        let closes = self.escalation.as_ref().and_then(|escalation| {
            closed_way(&escalation.item)?;
            match self.queue_open(&escalation.queue) {
                true => self.queue_closes(&escalation.queue),
                false => None,
            }
        });
        let turn = self.turn;
        if let Some(escalation) = &mut self.escalation {
            escalation.closes = closes.map(|at| (at, turn));
        }
    }

    fn goes_to_queue(&mut self, name: &str) {
        let Some(queue) = self.queue_id(name) else {
            return;
        };
        if let Some(escalation) = &mut self.escalation {
            escalation.queue = name.into();
        }
        self.effect(Effect::Requeue { queue });
    }

    /// A way out of the escalation (12.5).
    fn leave_by(&mut self, way: ast::Way<'a>, reason: Withdrawn, operator: Option<SmolStr>) {
        if let Some(other) = queue_in(&way) {
            let silent = reason == Withdrawn::OperatorSilent;
            if silent {
                let mark = (self.now, self.turn);
                let gone = self.escalation.as_mut().map(|escalation| {
                    escalation.nobody = mark;
                    escalation.gone[0] = 0;
                    std::mem::take(&mut escalation.there)
                });
                for operator in gone.unwrap_or_default() {
                    self.effect(Effect::Left { operator });
                }
            }
            if !self.queue_open(&other) {
                if silent {
                    self.alone();
                }
                return;
            }
            self.goes_to_queue(&other);
            self.note_closing();
            return;
        }
        self.hand_over_ends(reason, operator);
        let next = self.begin_way(way);
        self.run(next);
    }

    /// Nobody is there any more.
    fn alone(&mut self) {
        let mark = (self.now, self.turn);
        let Some(escalation) = &mut self.escalation else {
            return;
        };
        escalation.nobody = mark;
        escalation.gone[0] = 0;
        let (item, queue) = (escalation.item, escalation.queue.clone());
        self.note_closing();
        if self.owner == Owner::People
            && !self.queue_open(&queue)
            && let Some(way) = closed_way(&item)
        {
            self.leave_by(way, Withdrawn::Closed, None);
        }
    }

    /// The flow that an operator started has returned, and people go on (12.7).
    pub(crate) fn people_again(&mut self) -> Next<'a> {
        self.owner = Owner::People;
        let mark = (self.now, self.turn);
        if let Some(escalation) = &mut self.escalation {
            escalation.operator = mark;
            escalation.answered = false;
            escalation.gone[2] = 0;
            if escalation.there.is_empty() {
                self.alone();
            }
        }
        Next::Rest
    }

    /// A way of an escalation begins, with variables of its own.
    fn begin_way(&mut self, way: ast::Way<'a>) -> Next<'a> {
        self.owner = Owner::Bot;
        let always = std::rc::Rc::clone(&self.project.always);
        self.push(always, FrameKind::Way, no_variables());
        Next::Enter(way)
    }

    /// The clocks of the hand-over: closing, `nobody`, `customer silent`, `operator silent`, each with its moment.
    pub(crate) fn escalation_clocks(&self) -> Vec<(usize, (i64, u64))> {
        let Some(escalation) = &self.escalation else {
            return Vec::new();
        };
        let alone = escalation.there.is_empty();
        let mut clocks = Vec::new();
        if let Some(closes) = escalation.closes.filter(|_| alone) {
            clocks.push((0, closes));
        }
        let marks = [escalation.nobody, escalation.customer, escalation.operator];
        let runs = [
            alone,
            !alone && escalation.answered,
            !alone && !escalation.answered,
        ];
        for kind in 0..3 {
            let ways = timed_ways(&escalation.item, kind);
            if let Some((after, _)) = ways.get(escalation.gone[kind]).filter(|_| runs[kind]) {
                let (since, turn) = marks[kind];
                clocks.push((kind + 1, (since.saturating_add(*after), turn)));
            }
        }
        clocks
    }

    /// A clock of the hand-over goes off.
    pub(crate) fn escalation_clock(&mut self, kind: usize) {
        let Some(escalation) = &mut self.escalation else {
            return;
        };
        let item = escalation.item;
        let Some(timed) = kind.checked_sub(1) else {
            escalation.closes = None;
            if let Some(way) = closed_way(&item) {
                self.leave_by(way, Withdrawn::Closed, None);
            }
            return;
        };
        let place = escalation.gone[timed];
        escalation.gone[timed] += 1;
        let way = timed_ways(&item, timed).into_iter().nth(place);
        let reasons = [
            Withdrawn::Nobody,
            Withdrawn::CustomerSilent,
            Withdrawn::OperatorSilent,
        ];
        if let Some((_, Some(way))) = way {
            self.leave_by(way, reasons[timed], None);
        }
    }

    fn refuse(&mut self, operator: SmolStr, reason: Refused) {
        self.effect(Effect::OperatorRefused { operator, reason });
    }

    /// Whoever does something is there; who joins has time anew.
    fn is_there(&mut self, name: &SmolStr, joins: bool) {
        let mark = (self.now, self.turn);
        let Some(escalation) = &mut self.escalation else {
            return;
        };
        escalation.came = true;
        let new = !escalation.there.contains(name);
        if new || joins {
            escalation.operator = mark;
            escalation.gone[2] = 0;
        }
        if new {
            escalation.there.push(name.clone());
            let surplus = escalation.there.len().saturating_sub(16);
            let gone: Vec<SmolStr> = escalation.there.drain(..surplus).collect();
            for operator in gone {
                self.effect(Effect::Left { operator });
            }
            self.effect(Effect::Joined {
                operator: name.clone(),
            });
        }
    }

    /// Somebody goes; whether they had been there.
    fn goes(&mut self, name: &SmolStr) -> bool {
        let Some(escalation) = &mut self.escalation else {
            return false;
        };
        let before = escalation.there.len();
        escalation.there.retain(|one| one != name);
        let was_there = escalation.there.len() < before;
        if was_there {
            self.effect(Effect::Left {
                operator: name.clone(),
            });
        }
        was_there
    }

    fn alone_now(&mut self) {
        if self
            .escalation
            .as_ref()
            .is_some_and(|escalation| escalation.there.is_empty())
        {
            self.alone();
        }
    }

    /// What an operator does (12.3, 12.4, 12.6, 12.7).
    pub(crate) fn operator(&mut self, event: OperatorEvent) {
        let mark = (self.now, self.turn);
        let under_way = self.owner == Owner::People && self.escalation.is_some();
        let handed_over = self.escalation.is_some();
        match event {
            OperatorEvent::Joins { name } => match handed_over {
                true => self.is_there(&name, true),
                false => self.refuse(name, Refused::NotHandedOver),
            },
            OperatorEvent::Writes { name, text, media } => {
                let only_words = media.is_none() && self.owner != Owner::People;
                if only_words && self.colleague_answers(&name, &text) {
                    return;
                }
                self.is_there(&name, false);
                if let Some(escalation) = &mut self.escalation {
                    if !escalation.answered {
                        escalation.customer = mark;
                        escalation.gone[1] = 0;
                    }
                    escalation.answered = true;
                }
                self.effect(Effect::Relay {
                    operator: name,
                    text,
                    media: media.map(Box::new),
                });
            }
            OperatorEvent::Answers { name, text } => {
                if !self.colleague_answers(&name, &text) {
                    self.refuse(name, Refused::NotAsked);
                }
            }
            OperatorEvent::Leaves { name } => {
                if self.goes(&name) {
                    self.alone_now();
                }
            }
            OperatorEvent::Passes { name, queue } => {
                if !handed_over {
                    return self.refuse(name, Refused::NotHandedOver);
                }
                if self.queue_id(&queue).is_none() {
                    return self.refuse(name, Refused::UnknownQueue);
                }
                self.is_there(&name, false);
                self.goes(&name);
                self.goes_to_queue(&queue);
                self.alone_now();
            }
            OperatorEvent::PassesTo { name, operator } => {
                let Some(escalation) = &self.escalation else {
                    return self.refuse(name, Refused::NotHandedOver);
                };
                let known = escalation.there.contains(&operator);
                self.is_there(&name, false);
                if name != operator {
                    self.goes(&name);
                    if !known {
                        self.effect(Effect::Assign { operator });
                    }
                    self.alone_now();
                }
            }
            OperatorEvent::Resolves { name } => {
                if !under_way {
                    return self.refuse(name, Refused::NotHandedOver);
                }
                self.is_there(&name, false);
                let way = self.escalation.as_ref().and_then(|escalation| {
                    escalation.item.entries().find_map(|entry| match entry {
                        EscalationEntry::ResolvedItem(item) => item.way(),
                        _ => None,
                    })
                });
                match way {
                    Some(way) => self.leave_by(way, Withdrawn::Resolved, Some(name)),
                    None => {
                        self.hand_over_ends(Withdrawn::Resolved, Some(name));
                        self.finish(Outcome::Resolved, None);
                    }
                }
            }
            OperatorEvent::HandsBack { name } => {
                if !under_way {
                    return self.refuse(name, Refused::NotHandedOver);
                }
                self.is_there(&name, false);
                self.hand_over_ends(Withdrawn::HandedBack, Some(name));
                self.owner = Owner::Bot;
                let at = self.frames.last().and_then(|frame| frame.at);
                self.run(at.map_or(Next::Begin, Next::After));
            }
            OperatorEvent::Starts { name, flow, args } => self.operator_starts(name, &flow, args),
            OperatorEvent::Closed => {
                if !under_way {
                    if let Some(frame) = self.asks_colleagues() {
                        self.colleagues_closed(frame);
                    }
                    return;
                }
                let alone = self.escalation.as_ref().filter(|one| one.there.is_empty());
                if let Some(way) = alone.and_then(|escalation| closed_way(&escalation.item)) {
                    self.leave_by(way, Withdrawn::Closed, None);
                }
            }
        }
    }

    /// An operator starts a flow (12.7).
    fn operator_starts(&mut self, name: SmolStr, flow: &str, args: Vec<Value>) {
        let Some(flow) = self.project.flow_named("", flow) else {
            return self.refuse(name, Refused::UnknownFlow);
        };
        if !flow.open_to_operators {
            return self.refuse(name, Refused::NotOpen);
        }
        let fit = args.len() == flow.params.len()
            && flow.params.iter().zip(&args).all(|(param, value)| match value {
                Value::Unknown => param.ty.is_optional(),
                value => param.ty.allows(value, self.project),
            });
        if !fit {
            return self.refuse(name, Refused::WrongArguments);
        }
        if self.owner == Owner::Bot {
            return self.refuse(name, Refused::NotHandedOver);
        }
        let id = self
            .project
            .bot
            .flows
            .iter()
            .position(|known| known.name == flow.name);
        if self.owner == Owner::People {
            self.is_there(&name, false);
        }
        if let Some(id) = id {
            let flow = botflow_artifact::FlowId::from(id);
            self.effect(Effect::OperatorStarts { operator: name, flow });
        }
        if self.owner == Owner::Nobody {
            return self.begin_anew(flow, args, None, &botflow_machine::Starter::Operator);
        }
        if let Some(open) = self
            .frames
            .iter()
            .position(|frame| frame.kind == FrameKind::Operator)
        {
            self.dropping(open..self.frames.len(), botflow_machine::GivenUp::Left);
            self.frames.truncate(open);
        }
        self.owner = Owner::Bot;
        let next = self.enter_flow(flow, FrameKind::Operator, args);
        self.run(next);
    }

    /// `ask queue` (11.13).
    pub(crate) fn ask_queue(&mut self, ask: &ast::AskQueueStmt<'a>) -> Next<'a> {
        let queue = text_of(ask.queue());
        let has_closed = ask
            .items()
            .any(|item| matches!(item, ast::AskQueueItem::ClosedItem(_)));
        self.open_digression();
        if has_closed && !self.queue_open(&queue) {
            return self.missed(ask.syntax(), Missed::Closed);
        }
        self.question = None;
        let closes = match has_closed {
            true => self.queue_closes(&queue),
            false => None,
        };
        let pending = Pending::Queue {
            since: self.now,
            gone: 0,
            turn: self.turn,
            closes,
        };
        if let Some(frame) = self.top() {
            frame.at = Some(ask.syntax());
            frame.pending = Some(pending);
        }
        self.ask_colleagues(ask);
        Next::Rest
    }

    fn ask_colleagues(&mut self, ask: &ast::AskQueueStmt<'a>) {
        let hint = ask.items().find_map(|item| match item {
            ast::AskQueueItem::HintItem(hint) => hint.text(),
            _ => None,
        });
        let mut question = self.words_of(ask.text());
        if let Some(hint) = hint {
            question = format!("{question}\n{}", self.words_of(Some(hint))).into();
        }
        if let Some(queue) = self.queue_id(&text_of(ask.queue())) {
            self.effect(Effect::AskQueue { queue, question });
        }
    }

    /// The topmost frame that waits for colleagues.
    fn asks_colleagues(&self) -> Option<usize> {
        self.frames
            .iter()
            .rposition(|frame| matches!(frame.pending, Some(Pending::Queue { .. })))
    }

    fn colleague_answers(&mut self, name: &SmolStr, text: &str) -> bool {
        let Some(place) = self.asks_colleagues() else {
            return false;
        };
        let Some(ask) = self.frames[place].at.and_then(ast::AskQueueStmt::cast) else {
            return false;
        };
        let written = ask.answer().and_then(|answer| answer.type_expr());
        let ty = written.map_or(crate::types::Ty::text(), |ty| {
            self.project.ty(&ty).known().clone()
        });
        let value = self.env_of(&self.frames[place]).read(&ty, text).value();
        match value {
            Some(value) => {
                self.effect(Effect::ColleagueAnswered {
                    operator: name.clone(),
                });
                self.frames[place].pending = Some(Pending::Arrived(value));
                if place + 1 == self.frames.len() && self.owner == Owner::Bot {
                    self.run(Next::Resume { fresh: true });
                }
            }
            None => self.ask_colleagues(&ask),
        }
        true
    }

    fn colleagues_closed(&mut self, place: usize) {
        let ask = self.frames[place].at.and_then(ast::AskQueueStmt::cast);
        let closed = ask.is_some_and(|ask| {
            ask.items()
                .any(|item| matches!(item, ast::AskQueueItem::ClosedItem(_)))
        });
        if !closed {
            return;
        }
        self.frames[place].pending = Some(Pending::Missed(Missed::Closed));
        if place + 1 == self.frames.len() {
            self.run(Next::Resume { fresh: true });
        }
    }
}

/// The way of a closed queue.
fn closed_way<'a>(item: &ast::EscalationItem<'a>) -> Option<ast::Way<'a>> {
    item.entries().find_map(|entry| match entry {
        EscalationEntry::ClosedItem(item) => item.way(),
        _ => None,
    })
}

/// The queue to which a way leads, if it does nothing else.
fn queue_in<'a>(way: &ast::Way<'a>) -> Option<SmolStr> {
    let node = way.syntax();
    let target = node
        .children()
        .find(|node| node.kind() == SyntaxKind::QueueTarget)?;
    Some(text_of(ast::QueueTarget::cast(target)?.name()))
}

/// The ways of one kind of clock, ascending.
fn timed_ways<'a>(item: &ast::EscalationItem<'a>, kind: usize) -> Vec<(i64, Option<ast::Way<'a>>)> {
    let mut ways: Vec<(i64, Option<ast::Way<'a>>)> = item
        .entries()
        .filter_map(|entry| match (kind, entry) {
            (0, EscalationEntry::NobodyItem(item)) => Some((literal::duration(item.duration()), item.way())),
            (1, EscalationEntry::CustomerSilentItem(item)) => {
                Some((literal::duration(item.duration()), item.way()))
            }
            (2, EscalationEntry::OperatorSilentItem(item)) => {
                Some((literal::duration(item.duration()), item.way()))
            }
            _ => None,
        })
        .collect();
    ways.sort_by_key(|(after, _)| *after);
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escalation_without_ways_has_no_clocks() {
        let parse = botflow_syntax::parse("escalation support {\n  to queue helpdesk\n}\n");
        let item = parse.file().items().find_map(|item| match item {
            ast::Item::EscalationItem(item) => Some(item),
            _ => None,
        });
        let ways = item.map(|item| timed_ways(&item, 0)).unwrap_or_default();
        assert_eq!(ways, []);
    }
}
