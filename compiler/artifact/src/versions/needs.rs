//! Whether a variable is read behind a place before it has a value, and whether it has one where a place is reached. The
//! compiler proves within one version that what is read is known; between two of them a question may have been added
//! before the place.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::regions::Regions;
use crate::mentions::Mentions;
use crate::*;

/// Whether behind a place a variable of its flow is read, on some way, before it gets a value.
pub fn reads(bot: &Bot, place: PlaceId, slot: SlotId) -> bool {
    reads_as_mentioned(bot, place, slot, &mentions_of(bot, slot))
}

/// What mentions a variable of this number, in any flow.
pub(super) fn mentions_of(bot: &Bot, slot: SlotId) -> Rc<Mentions> {
    Rc::new(Mentions::of(
        bot,
        |expr| matches!(expr, Expr::Slot(one) if *one == slot),
    ))
}

/// As [`reads`], where it is known already what mentions the variable.
pub(super) fn reads_as_mentioned(bot: &Bot, place: PlaceId, slot: SlotId, mentions: &Rc<Mentions>) -> bool {
    let mut walk = Walk::new(bot, slot, Rc::clone(mentions));
    walk.place(place);
    walk.until(|walk| walk.found);
    walk.found
}

/// Where the ways begin on which a variable has no value, for all variables of a bot: found once, so that the work for
/// each of them does not grow with the bot.
#[derive(Debug)]
pub(super) struct Begins<'a> {
    bot: &'a Bot,
    /// Handlers of buttons, by their flow: they may hear before anything was asked.
    pressed: BTreeMap<FlowId, Vec<&'a Handler>>,
    /// What stands behind where a variable loses its value.
    cleared: BTreeMap<(FlowId, SlotId), Vec<Pc>>,
}

impl<'a> Begins<'a> {
    /// Of a bot.
    pub(super) fn of(bot: &'a Bot) -> Begins<'a> {
        let mut pressed: BTreeMap<FlowId, Vec<&Handler>> = BTreeMap::new();
        for handler in &bot.handlers {
            if matches!(handler.hears, Hears::Pressed { .. }) {
                pressed.entry(handler.flow).or_default().push(handler);
            }
        }
        let regions = Regions::of(bot);
        let mut cleared: BTreeMap<(FlowId, SlotId), Vec<Pc>> = BTreeMap::new();
        for (pc, op) in bot.code.iter().enumerate() {
            if let Op::Clear(slot) = op {
                let behind = cleared.entry((regions.flow(Pc::from(pc)), *slot));
                behind.or_default().push(Pc::from(pc + 1));
            }
        }
        Begins {
            bot,
            pressed,
            cleared,
        }
    }
}

/// The places that can be reached in a flow while a variable of it has no value yet, or none any more.
pub(super) fn reached_without(begins: &Begins<'_>, flow: FlowId, slot: SlotId) -> BTreeSet<PlaceId> {
    let bot = begins.bot;
    // What reads it makes no difference here.
    let mut walk = Walk::new(bot, slot, Rc::new(Mentions::default()));
    let declared = bot.flows.get(flow.index());
    let given = declared.is_some_and(|flow| slot.0 < flow.params);
    if flow == FlowId::ALWAYS {
        // Nothing begins there but its handlers, its rules and the ways of escalations.
        for handler in &bot.handlers {
            let gives =
                matches!(&handler.hears, Hears::Intent { params, .. } if params.contains(&Some(slot)));
            if handler.flow == flow && !gives {
                walk.go(handler.code);
            }
        }
        bot.always_rules.iter().for_each(|rule| walk.go(rule.code));
        for escalation in &bot.escalations {
            escalation.codes().for_each(|pc| walk.go(pc));
        }
    } else if !given && let Some(declared) = declared {
        walk.go(declared.entry);
        for handler in begins.pressed.get(&flow).into_iter().flatten() {
            walk.go(handler.code);
        }
    }
    for behind in begins.cleared.get(&(flow, slot)).into_iter().flatten() {
        walk.go(*behind);
    }
    walk.until(|_| false);
    walk.places
}

/// The places of a flow that can be reached when a variable of it has got a value.
pub fn reached_with(bot: &Bot, flow: FlowId, slot: SlotId) -> BTreeSet<PlaceId> {
    // No variable ends this walk.
    let mut walk = Walk::new(bot, SlotId(u32::MAX), Rc::new(Mentions::default()));
    if let Some(declared) = bot.flows.get(flow.index())
        && slot.0 < declared.params
    {
        walk.go(declared.entry);
    }
    let regions = Regions::of(bot);
    for (pc, op) in bot.code.iter().enumerate() {
        let writes = match op {
            Op::Let { slot: one, .. } | Op::Next { item: one, .. } => *one == slot,
            _ => false,
        };
        if writes && regions.flow(Pc::from(pc)) == flow {
            walk.go(Pc::from(pc + 1));
        }
    }
    for place in bot.places.iter().filter(|place| place.flow == flow) {
        let into = match &place.kind {
            PlaceKind::Call(call) => call.result,
            PlaceKind::WaitFor(wait) => wait.into,
            PlaceKind::Run(run) => run.result,
            PlaceKind::Choose(choose) if choose.from.as_ref().is_some_and(|from| from.item == slot) => {
                Some(slot)
            }
            kind => super::answers(kind),
        };
        if into != Some(slot) {
            continue;
        }
        walk.go(place.then);
        if let PlaceKind::Choose(choose) = &place.kind {
            let acts = choose.options.iter().map(|option| option.act);
            for act in acts.chain(choose.from.as_ref().map(|from| from.act)) {
                walk.act(act);
            }
        }
    }
    walk.until(|_| false);
    walk.places
}

/// Goes through the code behind a place, on every way up to where the variable gets a value.
struct Walk<'a> {
    bot: &'a Bot,
    slot: SlotId,
    mentions: Rc<Mentions>,
    /// Operations seen, and those to look at. A walk sees little of a large bot.
    seen: BTreeSet<Pc>,
    todo: Vec<Pc>,
    places: BTreeSet<PlaceId>,
    found: bool,
}

impl<'a> Walk<'a> {
    fn new(bot: &'a Bot, slot: SlotId, mentions: Rc<Mentions>) -> Walk<'a> {
        Walk {
            bot,
            slot,
            mentions,
            seen: BTreeSet::new(),
            todo: Vec::new(),
            places: BTreeSet::new(),
            found: false,
        }
    }

    /// Goes on until there is nothing left to look at, or it has seen enough.
    fn until(&mut self, enough: impl Fn(&Walk<'a>) -> bool) {
        while let Some(pc) = self.todo.pop() {
            if enough(self) {
                return;
            }
            if !self.seen.insert(pc) {
                continue;
            }
            let bot = self.bot;
            if let Some(op) = bot.code.get(pc.index()) {
                self.operation(pc, op);
            }
        }
    }

    fn go(&mut self, pc: Pc) {
        self.todo.push(pc);
    }

    fn expr(&mut self, id: ExprId) {
        self.found |= self.mentions.expr(id);
    }

    fn text(&mut self, id: TextId) {
        self.found |= self.mentions.text(id);
    }

    fn message(&mut self, id: MessageId) {
        if let Some(message) = self.bot.messages.get(id.index()) {
            let shows = message
                .cards
                .as_ref()
                .is_some_and(|cards| cards.item == self.slot);
            self.found |= match (&message.cards, shows) {
                // The item has its value on its cards.
                (Some(cards), true) => {
                    self.mentions.message_but_cards(message) || self.mentions.expr(cards.list)
                }
                _ => self.mentions.message(message),
            };
        }
    }

    fn operation(&mut self, pc: Pc, op: &Op) {
        let behind = Pc(pc.0 + 1);
        let mut writes = false;
        match op {
            Op::Say(message) => self.message(*message),
            Op::SayOneOf { messages, .. } => messages.iter().for_each(|message| self.message(*message)),
            Op::Let { slot, value } => {
                self.expr(*value);
                writes = *slot == self.slot;
            }
            Op::Clear(slot) => writes = *slot == self.slot,
            Op::Remember { value, .. } => self.expr(*value),
            Op::Jump(to) => self.go(*to),
            Op::GoTo(step) => {
                if let Some(step) = self.bot.steps.get(step.index()) {
                    self.go(step.entry);
                }
            }
            Op::Branch { condition, otherwise } => {
                self.expr(*condition);
                self.go(*otherwise);
            }
            Op::ForEach { list, .. } => self.expr(*list),
            Op::Next { item, end, .. } => {
                self.go(*end);
                writes = *item == self.slot;
            }
            Op::Enter(place) | Op::Reask(place) => return self.place(*place),
            Op::Start { args, .. } => args.iter().for_each(|arg| self.expr(*arg)),
            Op::Return(value) => value.iter().for_each(|value| self.expr(*value)),
            Op::Track { values, .. } => values.iter().for_each(|(_, value)| self.expr(*value)),
            Op::Note(text) | Op::Tag(text) | Op::Tell { text, .. } => self.text(*text),
            Op::Vary { arms, .. } => arms.iter().for_each(|arm| self.go(*arm)),
            _ => {}
        }
        if !op.leaves() && !writes {
            self.go(behind);
        }
    }

    fn ways(&mut self, tries: &[TriesWay], silence: &[Silence]) {
        tries.iter().for_each(|one| self.go(one.way));
        for clock in silence {
            match clock.act {
                Nudge::Say(message) => self.message(message),
                Nudge::Way(way) => self.go(way),
            }
        }
    }

    fn act(&mut self, act: OptionAct) {
        match act {
            OptionAct::Way(way) => self.go(way),
            OptionAct::GoOn => {}
            OptionAct::Opens(target) | OptionAct::Calls(target) => self.expr(target),
        }
    }

    fn place(&mut self, id: PlaceId) {
        let Some(place) = self.bot.places.get(id.index()) else {
            return;
        };
        if !self.places.insert(id) {
            return;
        }
        for handler in &place.handlers {
            if let Some(handler) = self.bot.handlers.get(handler.index()) {
                handler
                    .condition
                    .iter()
                    .for_each(|condition| self.expr(*condition));
                let gives = matches!(&handler.hears, Hears::Intent { params, .. } if params.contains(&Some(self.slot)));
                if !gives {
                    self.go(handler.code);
                }
            }
        }
        let mut into = None;
        match &place.kind {
            PlaceKind::Ask(ask) => {
                if let AskTarget::Slot(slot) = ask.into {
                    into = Some(slot);
                }
                self.message(ask.question);
                ask.again.iter().for_each(|again| self.message(*again));
                for one in &ask.suggest {
                    match one {
                        Suggestion::Label(label) => self.text(*label),
                        Suggestion::List { list, .. } => self.expr(*list),
                    }
                }
                // Checks see the answer.
                if into != Some(self.slot) {
                    ask.checks.iter().for_each(|check| self.expr(check.condition));
                }
                ask.checks.iter().for_each(|check| self.go(check.otherwise));
                ask.invalid.iter().for_each(|way| self.go(*way));
                self.ways(&ask.tries, &ask.silence);
                if let Some(skip) = ask.skip {
                    self.expr(skip.condition);
                    skip.with.iter().for_each(|with| self.expr(*with));
                }
            }
            PlaceKind::Choose(choose) => {
                into = choose.into;
                self.message(choose.question);
                choose.again.iter().for_each(|again| self.message(*again));
                if let Some(from) = &choose.from {
                    self.expr(from.list);
                    if from.item == self.slot {
                        into = Some(self.slot);
                    } else {
                        from.condition.iter().for_each(|condition| self.expr(*condition));
                        self.text(from.label);
                        self.act(from.act);
                    }
                    from.none.iter().for_each(|way| self.go(*way));
                }
                // Behind a choice that is this variable it has its value.
                let gives = into == Some(self.slot);
                for option in &choose.options {
                    self.text(option.label);
                    option
                        .condition
                        .iter()
                        .for_each(|condition| self.expr(*condition));
                    option.value.iter().for_each(|value| self.expr(*value));
                    if !gives {
                        self.act(option.act);
                    }
                }
                choose.otherwise.iter().for_each(|way| self.go(*way));
                self.ways(&choose.tries, &choose.silence);
            }
            PlaceKind::Form(form) => {
                self.go(form.begin);
                return;
            }
            PlaceKind::Call(call) => {
                into = call.result;
                call.args.iter().for_each(|arg| self.expr(*arg));
                call.failed.iter().for_each(|way| self.go(*way));
                call.fails.iter().for_each(|(_, way)| self.go(*way));
                call.waiting.iter().for_each(|(_, way)| self.go(*way));
            }
            PlaceKind::Wait { duration } => self.expr(*duration),
            PlaceKind::WaitFor(wait) => {
                into = wait.into;
                wait.condition.iter().for_each(|condition| self.expr(*condition));
                wait.within.iter().for_each(|within| self.expr(*within));
                wait.otherwise.iter().for_each(|way| self.go(*way));
            }
            PlaceKind::Run(run) => {
                into = run.result;
                run.args.iter().for_each(|arg| self.expr(*arg));
            }
            PlaceKind::Escalate(_) => {}
            PlaceKind::AskQueue(ask) => {
                into = Some(ask.into);
                self.text(ask.question);
                ask.closed.iter().for_each(|way| self.go(*way));
                ask.nobody.iter().for_each(|(_, way)| self.go(*way));
            }
            PlaceKind::Verify(verify) => {
                verify
                    .question
                    .iter()
                    .for_each(|question| self.message(*question));
                verify.invalid.iter().for_each(|way| self.go(*way));
                verify.failed.iter().for_each(|way| self.go(*way));
                self.ways(&verify.tries, &verify.silence);
            }
        }
        if into != Some(self.slot) {
            self.go(place.then);
        }
    }
}
