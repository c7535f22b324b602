//! The portrait of flows: their code read back, in the order of the text.
//!
//! Ways stand between a place's `Enter` and where the flow goes on, so that one pass over the code sees everything in
//! order; what hangs on what is kept on a stack of facts that end at known addresses.

mod messages;
mod places;

use std::collections::BTreeMap;

use botflow_artifact::versions::Regions;
use botflow_artifact::*;

use super::portrait::{Area, Fact, Section, Site};
use super::wording::{Within, Wording, time};

/// What begins at an address.
enum Mark {
    Flow(FlowId),
    Step(StepId),
    Handler(HandlerId),
    Rule(usize),
    Escalation(EscalationId, &'static str),
    /// A way of a place: how it is called.
    Way(PlaceId, String),
    /// An arm of an experiment, up to where the arms end.
    Arm(usize, String),
}

pub(super) fn sections(bot: &Bot) -> Vec<Section> {
    let wording = Wording::of(bot);
    let mut marks: Vec<Vec<Mark>> = Vec::new();
    marks.resize_with(bot.code.len() + 1, Vec::new);
    let mut mark = |pc: Pc, one: Mark| {
        if pc > Pc(0)
            && let Some(there) = marks.get_mut(pc.index())
        {
            there.push(one);
        }
    };
    for (id, flow) in bot.flows.iter().enumerate().skip(1) {
        mark(flow.entry, Mark::Flow(FlowId::from(id)));
    }
    for (id, step) in bot.steps.iter().enumerate() {
        mark(step.entry, Mark::Step(StepId::from(id)));
    }
    for (id, handler) in bot.handlers.iter().enumerate() {
        mark(handler.code, Mark::Handler(HandlerId::from(id)));
        if let Hears::Unclear { tries } = &handler.hears {
            for one in tries {
                let first = Mark::Handler(HandlerId::from(id));
                if one.way != handler.code {
                    mark(one.way, first);
                }
            }
        }
    }
    for (number, rule) in bot.always_rules.iter().enumerate() {
        mark(rule.code, Mark::Rule(number));
    }
    for (id, escalation) in bot.escalations.iter().enumerate() {
        for (title, way) in escalation_ways(escalation) {
            if let EscalationWay::Way(pc) = way {
                mark(pc, Mark::Escalation(EscalationId::from(id), title));
            }
        }
    }
    for (id, place) in bot.places.iter().enumerate() {
        ways(&wording, place, &mut |pc, name| {
            mark(pc, Mark::Way(PlaceId::from(id), name))
        });
    }
    let mut reader = Reader {
        wording: &wording,
        bot,
        marks,
        sections: Vec::new(),
        known: BTreeMap::new(),
        current: None,
        held: Vec::new(),
        pc: Pc(0),
        skip: 0,
    };
    // A flow whose body is empty has a section, too: its parameters stand there.
    for (id, flow) in bot.flows.iter().enumerate().skip(1) {
        reader.head(FlowId::from(id), flow);
    }
    // Handlers that only say something when nobody writes have no code.
    for (id, handler) in bot.handlers.iter().enumerate() {
        if handler.code == Pc(0) {
            reader.handler(HandlerId::from(id));
        }
    }
    for (_, range) in Regions::of(bot).ranges(bot) {
        reader.region(range);
    }
    reader.sections
}

/// The ways of an escalation with what they are called.
pub(super) fn escalation_ways(escalation: &Escalation) -> Vec<(&'static str, EscalationWay)> {
    let timed = |title: &'static str, ways: &[(i64, EscalationWay)]| {
        ways.iter().map(|(_, way)| (title, *way)).collect::<Vec<_>>()
    };
    let mut all = timed("nobody comes", &escalation.nobody);
    all.extend(escalation.closed.map(|way| ("closed", way)));
    all.extend(timed("the customer is silent", &escalation.customer_silent));
    all.extend(timed("the colleague is silent", &escalation.operator_silent));
    all.extend(escalation.resolved.map(|way| ("resolved", way)));
    all
}

/// The ways of a place by where they begin.
fn ways(wording: &Wording<'_>, place: &Place, way: &mut dyn FnMut(Pc, String)) {
    let within = Within::flow(place.flow);
    let clocks = |tries: &[TriesWay], silence: &[Silence], way: &mut dyn FnMut(Pc, String)| {
        for one in tries {
            way(one.way, format!("after {} failed tries", one.at));
        }
        for clock in silence {
            if let Nudge::Way(pc) = clock.act {
                way(pc, format!("after {} of silence", time(clock.after_ms)));
            }
        }
    };
    match &place.kind {
        PlaceKind::Ask(ask) => {
            for check in &ask.checks {
                way(
                    check.otherwise,
                    format!("unless {}", wording.expr(within, check.condition)),
                );
            }
            if let Some(pc) = ask.invalid {
                way(pc, "on an invalid answer".into());
            }
            clocks(&ask.tries, &ask.silence, way);
        }
        PlaceKind::Choose(choose) => {
            if let Some(from) = &choose.from {
                if let OptionAct::Way(pc) = from.act {
                    way(pc, format!("after “{}”", wording.text(within, from.label)));
                }
                if let Some(pc) = from.none {
                    way(pc, "with nothing to choose from".into());
                }
            }
            for option in &choose.options {
                if let OptionAct::Way(pc) = option.act {
                    way(pc, format!("after “{}”", wording.text(within, option.label)));
                }
            }
            if let Some(pc) = choose.otherwise {
                way(pc, "on any other answer".into());
            }
            clocks(&choose.tries, &choose.silence, way);
        }
        PlaceKind::Call(call) => {
            if let Some(pc) = call.failed {
                way(pc, "when it fails".into());
            }
            let declared = wording.bot.calls.get(call.call.index());
            for (number, pc) in &call.fails {
                let name = declared.and_then(|call| call.fails.get(*number as usize));
                way(
                    *pc,
                    format!("when it fails with {}", name.map_or("…", |name| name)),
                );
            }
            if let Some((after, pc)) = call.waiting {
                way(pc, format!("while waiting for {}", time(after)));
            }
        }
        PlaceKind::WaitFor(wait) => {
            if let Some(pc) = wait.otherwise {
                way(pc, "when it does not come".into());
            }
        }
        PlaceKind::AskQueue(ask) => {
            if let Some(pc) = ask.closed {
                way(pc, "when the queue is closed".into());
            }
            for (after, pc) in &ask.nobody {
                way(*pc, format!("when nobody answers for {}", time(*after)));
            }
        }
        PlaceKind::Verify(verify) => {
            if let Some(pc) = verify.invalid {
                way(pc, "on a wrong code".into());
            }
            if let Some(pc) = verify.failed {
                way(pc, "when the address cannot be reached".into());
            }
            clocks(&verify.tries, &verify.silence, way);
        }
        PlaceKind::Form(_) | PlaceKind::Wait { .. } | PlaceKind::Run(_) | PlaceKind::Escalate(_) => {}
    }
}

/// A fact that others hang on, up to an address.
struct Held {
    fact: usize,
    until: usize,
}

struct Reader<'w, 'b> {
    wording: &'w Wording<'b>,
    bot: &'b Bot,
    marks: Vec<Vec<Mark>>,
    sections: Vec<Section>,
    /// The first section of each area and key.
    known: BTreeMap<(Area, String), usize>,
    /// The section that is written, and its flow.
    current: Option<(usize, FlowId)>,
    held: Vec<Held>,
    pc: Pc,
    /// Where the flow goes on behind what the buttons of a message lead to.
    skip: usize,
}

impl Reader<'_, '_> {
    fn area(&self, flow: FlowId) -> Area {
        match self.bot.flows.get(flow.index()) {
            Some(declared) if flow != FlowId::ALWAYS => Area::Flow(declared.name.to_string()),
            _ => Area::Always,
        }
    }

    fn begin(&mut self, mut section: Section, flow: FlowId) {
        section.source = section.source.or_else(|| self.source_of_code(self.pc));
        self.held.clear();
        let known = self.known.get(&(section.area.clone(), section.key.clone()));
        // The body of a flow has been begun by its head; ways of `on unclear` go on with the handler.
        let again = known
            .copied()
            .filter(|_| matches!(section.site, Site::Flow(_) | Site::Handler(_)));
        let at = again.unwrap_or_else(|| self.add(section));
        self.current = Some((at, flow));
    }

    /// A section; its number.
    fn add(&mut self, section: Section) -> usize {
        let at = self.sections.len();
        let name = (section.area.clone(), section.key.clone());
        self.known.entry(name).or_insert(at);
        self.sections.push(section);
        at
    }

    fn head(&mut self, id: FlowId, flow: &Flow) {
        let mut section = Section::new(self.area(id), "", Site::Flow(id));
        section.source = self
            .bot
            .debug
            .as_ref()
            .and_then(|debug| debug.flows.get(id.index()).copied());
        let params = flow.slots.iter().take(flow.params as usize);
        let params = params.map(|slot| format!("{}: {}", slot.name, self.wording.ty(slot.ty)));
        let params = params.collect::<Vec<_>>().join(", ");
        if !params.is_empty() {
            section.setting("parameters", params);
        }
        if let Some(gives) = flow.gives {
            section.setting("result", self.wording.ty(gives));
        }
        if flow.open_to_operators {
            section.setting("colleagues", "may start it");
        }
        if let Some(subject) = flow.subject {
            let number = section.setting("subject of mails", self.wording.text(Within::flow(id), subject));
            section.facts[number].also = self.wording.translations(Within::flow(id), subject);
            section.facts[number].spoken = true;
        }
        self.add(section);
    }

    fn handler(&mut self, id: HandlerId) {
        let handler = &self.bot.handlers[id.index()];
        if let Hears::Pressed { label, .. } = &handler.hears {
            // It stands in the middle of the code that says the message.
            let label = self.wording.text(Within::flow(handler.flow), *label);
            let until = self.skip.max(self.pc.index() + 1);
            self.way(format!("after “{label}”"), until);
            return;
        }
        let step = handler.step.and_then(|step| self.bot.steps.get(step.index()));
        let mut key = match &handler.hears {
            Hears::Silence(clock) => format!("on silence {}", time(clock.after_ms)),
            _ => self.wording.words.handler(id),
        };
        if let Some(step) = step {
            key = format!("step {}, {key}", step.name);
        }
        if let Some(condition) = handler.condition {
            let event = match handler.hears {
                Hears::Event(event) => Some(event),
                _ => None,
            };
            let within = Within {
                event,
                ..Within::flow(handler.flow)
            };
            key = format!("{key} if {}", self.wording.expr(within, condition));
        }
        let section = Section::new(self.area(handler.flow), key, Site::Handler(id));
        self.begin(section, handler.flow);
        match &handler.hears {
            Hears::Silence(clock) => {
                if let Nudge::Say(message) = clock.act {
                    self.message("reminder", message);
                }
            }
            Hears::Unclear { tries } => {
                let at = |one: &&TriesWay| one.way == self.pc;
                if let Some(one) = tries.iter().find(at) {
                    self.hang(
                        "tries",
                        format!("after {} failed tries", one.at),
                        usize::MAX,
                        false,
                    );
                }
            }
            _ => {}
        }
    }

    /// Adds a fact that holds what comes up to an address.
    fn hang(&mut self, kind: &'static str, words: String, until: usize, told: bool) -> usize {
        let context = words.clone();
        let fact = self.fact(kind, words, told);
        let Some((section, _)) = self.current else {
            return 0;
        };
        self.sections[section].facts[fact].context = context;
        self.held.push(Held { fact, until });
        fact
    }

    fn fact(&mut self, kind: &'static str, words: impl Into<String>, told: bool) -> usize {
        let source = self.source_of_code(self.pc);
        let parent = self.held.last().map(|held| held.fact);
        let site = Site::Code(self.pc);
        let Some((section, _)) = self.current else {
            return 0;
        };
        self.sections[section].push(Fact {
            kind,
            words: words.into(),
            also: Vec::new(),
            spoken: false,
            parent,
            told,
            context: String::new(),
            site,
            source,
        })
    }

    fn source_of_code(&self, pc: Pc) -> Option<SourceRange> {
        self.bot.debug.as_ref()?.code.get(pc.index()).copied()
    }

    fn flow(&self) -> FlowId {
        self.current.map_or(FlowId::ALWAYS, |(_, flow)| flow)
    }

    fn within(&self) -> Within<'static> {
        let event = self
            .current
            .and_then(|(section, _)| match self.sections[section].site {
                Site::Handler(id) => match self.bot.handlers.get(id.index())?.hears {
                    Hears::Event(event) => Some(event),
                    _ => None,
                },
                _ => None,
            });
        Within {
            event,
            ..Within::flow(self.flow())
        }
    }

    /// Words that are said.
    fn spoken(&mut self, kind: &'static str, text: TextId) -> usize {
        let within = self.within();
        let words = self.wording.text(within, text);
        let also = self.wording.translations(within, text);
        let fact = self.fact(kind, words, true);
        if let Some((section, _)) = self.current {
            let fact = &mut self.sections[section].facts[fact];
            fact.also = also;
            fact.spoken = true;
        }
        fact
    }

    fn region(&mut self, range: std::ops::Range<usize>) {
        for pc in range {
            self.pc = Pc::from(pc);
            self.held.retain(|held| held.until > pc);
            for mark in std::mem::take(&mut self.marks[pc]) {
                self.mark(mark);
            }
            let op = &self.bot.code[pc];
            self.operation(pc, op);
        }
        self.held.clear();
    }

    fn mark(&mut self, mark: Mark) {
        match mark {
            Mark::Flow(id) => {
                let section = Section::new(self.area(id), "", Site::Flow(id));
                self.begin(section, id);
            }
            Mark::Step(id) => {
                let step = &self.bot.steps[id.index()];
                let mut section = Section::new(
                    self.area(step.flow),
                    format!("step {}", step.name),
                    Site::Code(self.pc),
                );
                section.source = self
                    .bot
                    .debug
                    .as_ref()
                    .and_then(|debug| debug.steps.get(id.index()).copied());
                self.begin(section, step.flow);
            }
            Mark::Handler(id) => self.handler(id),
            Mark::Rule(number) => {
                let rule = &self.bot.always_rules[number];
                let condition = self.wording.expr(Within::flow(FlowId::ALWAYS), rule.condition);
                let section = Section::new(Area::Always, format!("if {condition}"), Site::Code(self.pc));
                self.begin(section, FlowId::ALWAYS);
            }
            Mark::Escalation(id, title) => {
                let name = &self.bot.escalations[id.index()].name;
                let section = Section::new(
                    Area::People,
                    format!("escalation {name}, {title}"),
                    Site::Code(self.pc),
                );
                self.begin(section, FlowId::ALWAYS);
            }
            Mark::Way(place, name) => {
                let until = self.bot.places[place.index()].then.index();
                self.way(name, until);
            }
            Mark::Arm(until, name) => self.way(name, until),
        }
    }

    /// Ways of one thing follow each other: the one before ends here.
    fn way(&mut self, name: String, until: usize) {
        while let Some(held) = self.held.last() {
            let kind = self
                .current
                .map(|(section, _)| self.sections[section].facts[held.fact].kind);
            match kind == Some("way") && held.until == until {
                true => drop(self.held.pop()),
                false => break,
            }
        }
        self.hang("way", name, until, false);
    }

    fn operation(&mut self, pc: usize, op: &Op) {
        let within = self.within();
        let flow = self.flow();
        match op {
            Op::Say(message) => drop(self.message("message", *message)),
            Op::SayOneOf { messages, .. } => {
                let fact = self.fact("message", "one of several", false);
                self.held.push(Held {
                    fact,
                    until: usize::MAX,
                });
                for message in messages {
                    self.message("message", *message);
                }
                self.held.pop();
            }
            Op::Let { slot, value } => {
                let slot = self.wording.slot(flow, *slot);
                if !slot.starts_with('.') {
                    self.fact(
                        "value",
                        format!("{slot} = {}", self.wording.expr(within, *value)),
                        true,
                    );
                }
            }
            Op::Clear(slot) => drop(self.fact("forgets", self.wording.slot(flow, *slot), true)),
            Op::Remember { field, value } => {
                let words = format!(
                    "{} = {}",
                    self.wording.field(*field),
                    self.wording.expr(within, *value)
                );
                self.fact("remembers", words, true);
            }
            Op::Forget(field) => drop(self.fact("forgets", self.wording.field(*field), true)),
            Op::GoTo(step) => {
                let step = self.bot.steps.get(step.index());
                self.fact(
                    "goes on",
                    format!("at {}", step.map_or("…", |step| &step.name)),
                    true,
                );
            }
            Op::Branch { condition, otherwise } => {
                let words = format!("if {}", self.wording.expr(within, *condition));
                let until = otherwise.index();
                // A jump behind it means that something else is done otherwise.
                let end = match self.bot.code.get(until.wrapping_sub(1)) {
                    Some(Op::Jump(to)) if to.index() > until => Some(to.index()),
                    _ => None,
                };
                let chain = self.hang("condition", words.clone(), end.unwrap_or(until), true);
                if end.is_some() {
                    // What is done otherwise hangs on the condition, too, and is told apart.
                    self.context(chain, format!("where not {}", words.trim_start_matches("if ")));
                    let fact = self.fact("then", "then", false);
                    self.context(fact, words);
                    self.held.push(Held { fact, until });
                }
            }
            Op::ForEach { list, at_most, .. } => {
                self.fact(
                    "list",
                    format!("each of {} at most {at_most}", self.wording.expr(within, *list)),
                    true,
                );
            }
            Op::Next { item, end, .. } => {
                let words = format!("for each {}", self.wording.slot(flow, *item));
                self.hang("loop", words, end.index(), false);
            }
            Op::Enter(place) => self.place(*place),
            Op::Start { flow, args } => {
                let name = self.wording.words.flow(*flow).to_owned();
                self.fact(
                    "goes on",
                    format!("at flow {name}({})", self.wording.args(within, args)),
                    true,
                );
            }
            Op::Return(Some(value)) => drop(self.fact("gives back", self.wording.expr(within, *value), true)),
            Op::Return(None) => drop(self.fact("ends", "return", false)),
            Op::Finish { outcome, label } => {
                let label = label.as_ref().map(|label| format!(" as {label}"));
                self.fact(
                    "ends",
                    format!("as {}{}", outcome.name(), label.unwrap_or_default()),
                    true,
                );
            }
            Op::Again => drop(self.fact("goes on", "with the question again", true)),
            Op::Back => drop(self.fact("goes on", "with the question before", true)),
            Op::Repeat => drop(self.fact("message", "what was said last, again", true)),
            Op::StartOver => drop(self.fact("goes on", "from the beginning", true)),
            Op::Stage(stage) => {
                let stage = self.bot.stages.get(stage.index());
                self.fact("stage", stage.map_or("…", |stage| stage), true);
            }
            Op::Tag(text) => drop(self.fact("tag", self.wording.text(within, *text), true)),
            Op::Track { name, values } => {
                let values = values
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", self.wording.expr(within, *value)));
                let words = format!("{name}({})", values.collect::<Vec<_>>().join(", "));
                self.fact("analytics", words, true);
            }
            Op::Note(text) => drop(self.fact("note for colleagues", self.wording.text(within, *text), true)),
            Op::Tell { queue, text } => {
                let words = format!(
                    "{}: {}",
                    self.wording.queue(*queue),
                    self.wording.text(within, *text)
                );
                self.fact("flag for a queue", words, true);
            }
            Op::Consent {
                consent,
                granted,
                channels,
            } => {
                let how = if *granted { "granted" } else { "withdrawn" };
                let on = match channels.is_empty() {
                    true => String::new(),
                    false => format!(" on {}", channels.join(", ")),
                };
                self.fact(
                    "consent",
                    format!("{} {how}{on}", self.wording.consent(*consent)),
                    true,
                );
            }
            Op::Identify(field) => {
                self.fact("identifies", format!("by {}", self.wording.field(*field)), true);
            }
            Op::Vary { experiment, arms } => {
                let declared = self.bot.experiments.get(experiment.index());
                let name = declared.map_or("…", |experiment| &experiment.name);
                self.fact("experiment", name, true);
                // Arms follow each other up to where people go on for whom none is written.
                let end = match self.bot.code.get(pc + 1) {
                    Some(Op::Jump(to)) if to.index() > pc => to.index(),
                    _ => usize::MAX,
                };
                let mut named: Vec<usize> = Vec::new();
                for (number, arm) in arms.iter().enumerate() {
                    let name = declared.and_then(|experiment| experiment.arms.get(number));
                    let name = name.map_or("…", |(name, _)| name);
                    let at = arm.index();
                    if at > pc
                        && at < end
                        && !named.contains(&at)
                        && let Some(marks) = self.marks.get_mut(at)
                    {
                        marks.push(Mark::Arm(end, format!("in arm {name} of the experiment")));
                        named.push(at);
                    }
                }
            }
            Op::Jump(to) => {
                let said = pc.checked_sub(1).and_then(|before| self.bot.code.get(before));
                if matches!(said, Some(Op::Say(_) | Op::SayOneOf { .. })) {
                    self.skip = to.index();
                }
            }
            Op::Reask(_) | Op::ComeBack | Op::Error => {}
        }
    }

    fn context(&mut self, fact: usize, context: String) {
        if let Some((section, _)) = self.current
            && let Some(fact) = self.sections[section].facts.get_mut(fact)
        {
            fact.context = context;
        }
    }
}

/// The beginning of words.
pub(super) fn shortened(words: &str) -> String {
    const WIDTH: usize = 60;
    let line = words.lines().next().unwrap_or_default();
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line.to_owned(),
    }
}
