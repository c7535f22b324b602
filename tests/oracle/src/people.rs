//! People: hand-overs (12), asking a colleague (11.13), opening hours (13.4).

use botflow_artifact::Outcome;
use botflow_machine::{Effect, HandOver, OperatorEvent, Owner};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, EscalationEntry};

use smol_str::SmolStr;

use crate::handler::no_variables;
use crate::literal;
use crate::project::text_of;
use crate::state::{Escalated, FrameKind, Missed, Oracle, Pending};
use crate::walk::Next;

impl<'a> Oracle<'a> {
    /// Whether a queue has people at this moment.
    pub(crate) fn queue_open(&self, name: &str) -> bool {
        let Some(queue) = self.project.bot.queues.iter().find(|queue| queue.name == name) else {
            return false;
        };
        if queue.always_open {
            return true;
        }
        let zone = queue
            .timezone
            .as_deref()
            .map(|zone| self.project.zone_named(zone));
        let zone = zone.unwrap_or_else(|| self.project.zone.clone());
        let (date, time) = zone.local(self.now);
        if queue.closed_on.iter().any(|closed| *closed == date.to_string()) {
            return false;
        }
        let minute = time.seconds() / 60;
        let today = 1u8 << (date.weekday() as u8);
        queue
            .hours
            .iter()
            .any(|(days, from, to)| days & today != 0 && *from <= minute && minute < *to)
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
        let Some(queue) = queue else { return behind };
        let Some(id) = self.queue_id(&queue) else {
            return behind;
        };
        if !self.queue_open(&queue)
            && let Some(way) = closed_way(&item)
        {
            match queue_in(&way) {
                Some(other) => self.requeue(&other),
                None => return self.begin_way(way),
            }
        }
        let mark = (self.now, self.turn);
        self.escalation = Some(Escalated {
            item,
            nobody: mark,
            customer: mark,
            operator: mark,
            joined: false,
            gone: [0; 3],
        });
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
            .map(|brief| SmolStr::from(self.env().text(&brief)))
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

    fn requeue(&mut self, name: &str) {
        if let Some(queue) = self.queue_id(name) {
            self.effect(Effect::Requeue { queue });
        }
    }

    /// A way out of an escalation that is no other queue (12.4).
    fn escalation_way(&mut self, way: ast::Way<'a>, withdraw: bool) -> Next<'a> {
        if withdraw {
            self.effect(Effect::Withdraw);
        }
        self.escalation = None;
        self.begin_way(way)
    }

    /// A way of an escalation begins, with variables of its own.
    fn begin_way(&mut self, way: ast::Way<'a>) -> Next<'a> {
        self.owner = Owner::Bot;
        let always = std::rc::Rc::clone(&self.project.always);
        self.push(always, FrameKind::Way, no_variables());
        Next::Enter(way)
    }

    /// The clocks of the hand-over: `nobody`, `customer silent`, `operator silent`, each with its moment.
    pub(crate) fn escalation_clocks(&self) -> Vec<(usize, (i64, u64))> {
        let Some(escalation) = &self.escalation else {
            return Vec::new();
        };
        let mut clocks = Vec::new();
        let marks = [escalation.nobody, escalation.customer, escalation.operator];
        let runs = [!escalation.joined, true, escalation.joined];
        for kind in 0..3 {
            let ways = timed_ways(&escalation.item, kind);
            if let Some((after, _)) = ways.get(escalation.gone[kind]).filter(|_| runs[kind]) {
                let (since, turn) = marks[kind];
                clocks.push((kind, (since.saturating_add(*after), turn)));
            }
        }
        clocks
    }

    /// A clock of the hand-over goes off.
    pub(crate) fn escalation_clock(&mut self, kind: usize) {
        let Some(escalation) = &mut self.escalation else {
            return;
        };
        let place = escalation.gone[kind];
        escalation.gone[kind] += 1;
        let way = timed_ways(&escalation.item, kind)
            .into_iter()
            .nth(place)
            .and_then(|(_, way)| way);
        let Some(way) = way else { return };
        match queue_in(&way) {
            Some(other) => self.requeue(&other),
            None => {
                let next = self.escalation_way(way, true);
                self.run(next);
            }
        }
    }

    /// What an operator does (12.3, 12.5, 12.7).
    pub(crate) fn operator(&mut self, event: OperatorEvent) {
        let mark = (self.now, self.turn);
        let under_way = self.owner == Owner::People && self.escalation.is_some();
        let handed_over = self.escalation.is_some();
        match event {
            OperatorEvent::Joins { .. } => {
                if let Some(escalation) = &mut self.escalation {
                    escalation.joined = true;
                    escalation.operator = mark;
                    escalation.gone[2] = 0;
                }
            }
            OperatorEvent::Writes { name, text } => {
                if self.colleague_answers(&text) {
                    return;
                }
                // Who writes is there.
                if let Some(escalation) = self.escalation.as_mut().filter(|_| handed_over) {
                    escalation.joined = true;
                    escalation.operator = mark;
                    escalation.gone[2] = 0;
                }
                self.effect(Effect::Relay { operator: name, text });
            }
            OperatorEvent::Leaves { .. } => {
                if let Some(escalation) = self.escalation.as_mut().filter(|_| handed_over) {
                    escalation.joined = false;
                    escalation.nobody = mark;
                    escalation.gone[0] = 0;
                }
            }
            OperatorEvent::Passes { queue, .. } => {
                if let Some(escalation) = self.escalation.as_mut().filter(|_| handed_over) {
                    escalation.joined = false;
                    escalation.nobody = mark;
                    escalation.gone[0] = 0;
                    self.requeue(&queue);
                }
            }
            OperatorEvent::Resolves { .. } => {
                if !under_way {
                    return;
                }
                let way = self.escalation.as_ref().and_then(|escalation| {
                    escalation.item.entries().find_map(|entry| match entry {
                        EscalationEntry::ResolvedItem(item) => item.way(),
                        _ => None,
                    })
                });
                match way {
                    Some(way) => {
                        let next = self.escalation_way(way, false);
                        self.run(next);
                    }
                    None => {
                        // The operator has settled it: there is nothing to take out of a queue.
                        self.escalation = None;
                        self.finish(Outcome::Resolved, None);
                    }
                }
            }
            OperatorEvent::HandsBack { .. } => {
                if !under_way {
                    return;
                }
                self.escalation = None;
                self.owner = Owner::Bot;
                let at = self.frames.last().and_then(|frame| frame.at);
                self.run(at.map_or(Next::Begin, Next::After));
            }
            OperatorEvent::Closed => {
                let way = self
                    .escalation
                    .as_ref()
                    .and_then(|escalation| closed_way(&escalation.item));
                if under_way {
                    match way.as_ref().map(|way| (way, queue_in(way))) {
                        Some((_, Some(other))) => self.requeue(&other),
                        Some((way, None)) => {
                            let next = self.escalation_way(*way, true);
                            self.run(next);
                        }
                        None => {}
                    }
                } else if let Some(frame) = self.asks_colleagues() {
                    self.colleagues_closed(frame);
                }
            }
        }
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
        let pending = Pending::Queue {
            since: self.now,
            gone: 0,
            turn: self.turn,
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

    fn colleague_answers(&mut self, text: &str) -> bool {
        if self.owner == Owner::People {
            return false;
        }
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
                self.frames[place].pending = Some(Pending::Arrived(value));
                if place + 1 == self.frames.len() {
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
