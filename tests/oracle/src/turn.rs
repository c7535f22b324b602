//! One turn: an event comes in (2), a conversation begins (4) or goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_artifact::{ConsentId, Outcome};
use botflow_machine::record::GivenUp;
use botflow_machine::trigger::Refusal;
use botflow_machine::{
    Beginner, Effect, Event, EventKind, MAX_COUNTED, MAX_MESSAGE, OperatorEvent, Owner, Proof, Starter,
    Withdrawn,
};
use botflow_syntax::ast;
use botflow_understanding::{Pattern, law, normalise, std_pattern};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::hear::Heard;
use crate::state::{FrameKind, Oracle, Purpose};
use crate::types::Ty;
use crate::walk::Next;

impl<'a> Oracle<'a> {
    /// Takes one turn (2.1, 2.2).
    pub(crate) fn take(&mut self, event: Event) {
        if event.id != 0 {
            if self.seen.contains(&event.id) {
                return;
            }
            self.seen.push(event.id);
            let surplus = self.seen.len().saturating_sub(8);
            self.seen.drain(..surplus);
        }
        self.turn_begins(event.at, event.seed);
        let mut by_customer = true;
        let writes = matches!(event.kind, EventKind::Operator(OperatorEvent::Writes { .. }));
        match event.kind {
            EventKind::Message { text, channel } => {
                let mut text = text.to_string();
                text.truncate(text.floor_char_boundary(MAX_MESSAGE));
                self.words = text.as_str().into();
                self.customer_writes(
                    Heard {
                        text,
                        payload: None,
                        medium: None,
                    },
                    channel,
                );
            }
            EventKind::Press {
                payload,
                label,
                channel,
            } => {
                self.words = label.clone();
                self.customer_writes(
                    Heard {
                        text: label.to_string(),
                        payload: Some(payload),
                        medium: None,
                    },
                    channel,
                );
            }
            EventKind::Media {
                value,
                caption,
                channel,
            } => {
                self.words = caption.clone();
                self.customer_writes(
                    Heard {
                        text: caption.to_string(),
                        payload: None,
                        medium: Some(value),
                    },
                    channel,
                );
            }
            other => {
                by_customer = false;
                self.world_does(other);
            }
        }
        if by_customer {
            self.rules();
        }
        self.fall_silent();
        if by_customer || writes || self.spoke {
            self.goes_on(false);
        }
        self.set_timer();
        self.event.clear();
    }

    /// What belongs to one turn is forgotten.
    pub(crate) fn turn_begins(&mut self, at: i64, seed: u64) {
        self.now = self.now.max(at);
        self.turn += 1;
        self.seed = seed;
        self.steps = 0;
        self.event.clear();
        self.words = SmolStr::default();
        self.prefill = None;
        self.spoke = false;
        self.ruled = false;
        self.replied = SmolStr::default();
        self.unput = false;
    }

    fn customer_writes(&mut self, heard: Heard, channel: Option<SmolStr>) {
        self.person.writes();
        if let Some(channel) = channel {
            self.person.channel = channel;
        }
        if self.law(&heard) {
            return;
        }
        self.wrote_at = Some(self.now);
        match self.owner {
            Owner::People => {
                self.misunderstood = 0;
                let mark = (self.now, self.turn);
                if let Some(escalation) = self.escalation.as_mut().filter(|one| one.answered) {
                    escalation.answered = false;
                    escalation.operator = mark;
                    escalation.gone[2] = 0;
                }
                let media = heard.medium.map(Box::new);
                self.effect(Effect::Forward {
                    text: heard.text.into(),
                    media,
                });
            }
            Owner::Nobody => self.begin(&heard),
            Owner::Bot => {
                let next = self.hear(&heard);
                self.run(next);
            }
        }
    }

    /// The law's words (3.2, level 1), on the channels that have them.
    fn law(&mut self, heard: &Heard) -> bool {
        let channel = self.channel();
        let message = normalise(&heard.text);
        if !law::is_stop(&channel, &message) {
            let known = self.person.opted_out().len();
            if law::is_start(&channel, &message) {
                self.person
                    .particulars_mut()
                    .opted_out
                    .retain(|(known, _)| *known != channel);
            }
            if self.person.opted_out().len() < known {
                self.effect(Effect::OptedIn { channel });
            }
            return false;
        }
        for place in 0..self.project.bot.consents.len() {
            let consent = ConsentId::from(place);
            if self.agrees(consent, &channel) {
                self.note_consent(consent, false, channel.clone());
            }
        }
        if !self.person.is_opted_out(&channel) {
            self.person
                .particulars_mut()
                .opted_out
                .push((channel.clone(), self.now));
        }
        self.effect(Effect::OptedOut { channel });
        if self.owner != Owner::Nobody {
            self.hand_over_ends(Withdrawn::CustomerLeft, None);
            self.finish(Outcome::Abandoned, None);
        }
        true
    }

    /// A message while no conversation is going on (4).
    fn begin(&mut self, heard: &Heard) {
        let message = normalise(&heard.text);
        let pattern = std_pattern(&self.language(), &message);
        if pattern == Some(Pattern::Thanks) && self.outcome.is_some() {
            return;
        }
        self.reset(GivenUp::Left);
        self.owner = Owner::Bot;
        self.outcome = None;
        self.needs = None;
        self.begins(Beginner::Customer);
        let next = match self.hear_first(heard) {
            Some(next) => next,
            None => Next::Begin,
        };
        self.run(next);
    }

    /// Forgets everything that belongs to one conversation (11.2).
    pub(crate) fn reset(&mut self, why: GivenUp) {
        self.drop_everything(why);
        self.varied.clear();
        self.fired.clear();
        self.said.clear();
        self.offered.clear();
        self.misunderstood = 0;
    }

    /// Drops whatever runs.
    pub(crate) fn drop_all(&mut self) {
        self.drop_everything(GivenUp::Left);
    }

    fn drop_everything(&mut self, why: GivenUp) {
        self.hand_over_ends(Withdrawn::Replaced, None);
        self.dropping(0..self.frames.len(), why);
        self.frames.clear();
        self.question = None;
    }

    /// Ends the conversation (11.2).
    pub(crate) fn finish(&mut self, outcome: Outcome, label: Option<SmolStr>) {
        self.hand_over_ends(Withdrawn::Ended, None);
        self.reset(GivenUp::Ended);
        self.effect(Effect::Finished { outcome, label });
        self.goes_on(true);
        self.owner = Owner::Nobody;
        self.outcome = Some(outcome);
        self.needs = None;
        self.wrote_at = None;
    }

    /// The start flow begins (4.3).
    pub(crate) fn begin_start_flow(&mut self) -> Next<'a> {
        self.drop_all();
        self.prefill = None;
        let start = self.project.start.clone();
        match start.and_then(|name| self.project.flow_named("", &name)) {
            Some(flow) => self.enter_flow(flow, FrameKind::Started, Vec::new()),
            None => {
                self.finish(Outcome::Resolved, None);
                Next::Rest
            }
        }
    }

    /// A flow begins with these arguments, on top of whatever there is.
    pub(crate) fn enter_flow(
        &mut self,
        flow: Rc<crate::project::Flow<'a>>,
        kind: FrameKind,
        args: Vec<Value>,
    ) -> Next<'a> {
        let mut variables = BTreeMap::new();
        for (param, value) in flow.params.iter().zip(args) {
            variables.insert(param.name.clone(), value);
        }
        let item = flow.item;
        self.push(flow, kind, Rc::new(RefCell::new(variables)));
        match item {
            Some(item) => Next::Body(item),
            None => Next::Return(Value::Unknown),
        }
    }

    fn world_does(&mut self, kind: EventKind) {
        match kind {
            EventKind::Start {
                flow,
                args,
                channel,
                by,
            } => self.start_from_outside(&flow, args, channel, &by),
            EventKind::Known { values, signed } => self.host_knows(values, signed),
            EventKind::Custom { name, fields } => self.happens(&name, fields),
            EventKind::Timer { id } => {
                if self.timer.is_some() && id == self.timers {
                    self.clocks_go_off();
                }
            }
            EventKind::CallResult { call, value } => self.call_result(call, value),
            EventKind::CallFailed {
                call,
                attempt,
                failure,
            } => self.call_failed(call, Some(attempt), failure),
            EventKind::Operator(event) => self.operator(event),
            EventKind::Delivery { .. }
            | EventKind::Message { .. }
            | EventKind::Press { .. }
            | EventKind::Media { .. } => {}
        }
    }

    /// A trigger or a test begins a flow (2.6).
    fn start_from_outside(&mut self, name: &str, args: Vec<Value>, channel: Option<SmolStr>, by: &Starter) {
        let Some(flow) = self.project.flow_named("", name) else {
            return;
        };
        if self.owner == Owner::People {
            return;
        }
        let channel = channel.unwrap_or_else(|| self.channel());
        let needs = self.needs_of(by);
        let forbidden = needs
            .as_ref()
            .and_then(|needs| self.forbids(Some(needs), &channel));
        if let Some(reason) = forbidden {
            self.effect(Effect::Withheld { channel, reason });
            return;
        }
        self.person.channel = channel;
        if self.owner == Owner::Bot {
            self.finish(Outcome::Abandoned, None);
        }
        let asked_for = matches!(
            by,
            Starter::Trigger {
                by_customer: true,
                ..
            }
        );
        let wrote_at = Some(self.now).filter(|_| asked_for && needs.is_none());
        self.needs = needs;
        self.begin_anew(flow, args, wrote_at, by);
    }

    /// A flow begins a conversation that the customer has not begun.
    pub(crate) fn begin_anew(
        &mut self,
        flow: Rc<crate::project::Flow<'a>>,
        args: Vec<Value>,
        wrote_at: Option<i64>,
        by: &Starter,
    ) {
        let needs = self.needs.take();
        self.reset(GivenUp::Left);
        self.needs = needs;
        self.outcome = None;
        self.wrote_at = wrote_at;
        self.begins(Beginner::Outside(by.clone()));
        self.owner = Owner::Bot;
        let next = self.enter_flow(flow, FrameKind::Started, args);
        self.run(next);
    }

    /// The host knows something about the person (18.2).
    fn host_knows(&mut self, values: Vec<(SmolStr, Value)>, signed: bool) {
        for (name, value) in values {
            let Some(field) = self.field_id(&name) else {
                let reason = Refusal::Unknown;
                self.effect(Effect::Refused { name, reason });
                continue;
            };
            let ty = self.project.customer.get(&name).cloned().unwrap_or(Ty::Any);
            if !ty.takes(&value, self.project) {
                let reason = Refusal::Malformed;
                self.effect(Effect::Refused { name, reason });
                continue;
            }
            let proves = signed && value.is_known();
            self.remember(&name, value);
            if proves {
                self.person.prove(field, Proof::Signed, self.now);
                self.effect(Effect::Verified { field });
            }
        }
    }

    /// An event (9.2).
    fn happens(&mut self, name: &str, fields: Vec<Value>) {
        let Some(place) = self
            .project
            .bot
            .events
            .iter()
            .position(|event| event.name == name)
        else {
            return;
        };
        let id = botflow_artifact::EventId::from(place);
        match self.person.occurrences.iter_mut().find(|(known, _)| *known == id) {
            Some((_, moments)) => moments.push(self.now),
            None => self.person.occurrences.push((id, vec![self.now])),
        }
        for (_, moments) in &mut self.person.occurrences {
            let surplus = moments.len().saturating_sub(MAX_COUNTED);
            moments.drain(..surplus);
        }
        for (field, value) in fields.iter().enumerate().filter(|(_, value)| value.is_known()) {
            self.person.bring(id, field as u32, self.now, value.clone());
        }
        if let (Some(Value::Channel(channel)), "opted_in" | "opted_out") = (fields.first(), name) {
            self.person
                .particulars_mut()
                .opted_out
                .retain(|(known, _)| known != channel);
            if name == "opted_out" {
                self.person
                    .particulars_mut()
                    .opted_out
                    .push((channel.clone(), self.now));
            }
        }
        self.event = fields;
        if let Some(next) = self.awaited(name) {
            self.run(next);
        } else if self.owner == Owner::Bot {
            let next = self.event_handler(name);
            self.run(next);
        }
    }

    /// The rules of `always` at the end of a turn (7.6).
    fn rules(&mut self) {
        let mut from = 0;
        while !self.ruled {
            let Some((place, way)) = self.due_rule(from) else {
                return;
            };
            let handler = self.push_handler(None, Purpose::Usual, &Rc::default());
            self.run(Next::Enter(way));
            if self.came_back != Some(handler) {
                return;
            }
            from = place + 1;
        }
    }

    /// The next rule of `always` that has its turn now: its number and what it does.
    pub(crate) fn due_rule(&mut self, from: usize) -> Option<(usize, ast::Way<'a>)> {
        let entries = self.project.always_items.iter().flat_map(|item| item.entries());
        let rules: Vec<ast::IfHandler<'a>> = entries
            .filter_map(|entry| match entry {
                ast::AlwaysEntry::IfHandler(rule) => Some(rule),
                _ => None,
            })
            .collect();
        for (place, rule) in rules.into_iter().enumerate().skip(from) {
            if self.owner != Owner::Bot || self.frames.is_empty() {
                return None;
            }
            let holds = rule.condition().is_some() && self.outside().allows(rule.condition());
            if self.fired.contains(&place) || !holds {
                continue;
            }
            self.fired.insert(place);
            let Some(way) = rule.way() else { continue };
            return Some((place, way));
        }
        None
    }
}
