//! Whether a conversation has the answers that what follows a place reads. The compiler proves it within one version;
//! between two of them a question may have been added before the place, or an answer may not fit its type any more.

use botflow_artifact::*;

use super::versions::Versions;
use crate::conversation::Frame;
use crate::program::{Mentions, Program};

impl Versions<'_> {
    /// Whether behind a place of the new version a variable is read that must be known and is not, though it was, or
    /// was not needed, in the old version.
    pub(super) fn lacks(&self, (was, before): (&Frame, &[Value]), at: PlaceId, slots: &[Value]) -> bool {
        let flow = |program: &Program, place: PlaceId| {
            let place = program.bot.places.get(place.index())?;
            Some(place.flow.index())
        };
        let (Some(old), Some(new)) = (flow(self.old, was.at), flow(self.new, at)) else {
            return true;
        };
        let sources = self.sources(FlowId::from(old), FlowId::from(new));
        let new = self.new.bot.flows.get(new).map_or(&[][..], |flow| &flow.slots);
        new.iter().enumerate().any(|(index, slot)| {
            let optional = self
                .new
                .types
                .get(slot.ty.index())
                .is_none_or(|info| info.optional);
            let known = slots.get(index).is_some_and(Value::is_known);
            if optional || known || slot.name.starts_with('.') {
                return false;
            }
            let lacked = || {
                sources.get(index).copied().flatten().is_some_and(|index| {
                    before.get(index).is_none_or(Value::is_unknown)
                        && Walk::new(self.old, SlotId::from(index)).from(was.at)
                })
            };
            Walk::new(self.new, SlotId::from(index)).from(at) && !lacked()
        })
    }
}

/// Goes through the code behind a place, on every way up to where the variable gets a value.
struct Walk<'a> {
    bot: &'a Bot,
    slot: SlotId,
    mentions: Mentions,
    /// Operations seen, and those to look at.
    seen: Vec<bool>,
    todo: Vec<Pc>,
    places: Vec<bool>,
    found: bool,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, slot: SlotId) -> Walk<'a> {
        let bot = &program.bot;
        Walk {
            bot,
            slot,
            mentions: Mentions::of(bot, |expr| matches!(expr, Expr::Slot(one) if *one == slot)),
            seen: vec![false; bot.code.len()],
            todo: Vec::new(),
            places: vec![false; bot.places.len()],
            found: false,
        }
    }

    /// Whether the variable is read behind the place before it has a value.
    fn from(mut self, at: PlaceId) -> bool {
        self.place(at);
        while let Some(pc) = self.todo.pop() {
            if self.found {
                return true;
            }
            match self.seen.get_mut(pc.index()) {
                None | Some(true) => continue,
                Some(seen) => *seen = true,
            }
            self.operation(pc, &self.bot.code[pc.index()]);
        }
        self.found
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
        if std::mem::replace(&mut self.places[id.index()], true) {
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
