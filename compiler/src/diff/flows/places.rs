//! Places: questions, calls, waits, with all that belongs to them but their ways.

use botflow_artifact::*;

use super::{Held, Reader, Site, Within, shortened, time};

impl Reader<'_, '_> {
    pub(super) fn place(&mut self, id: PlaceId) {
        let place = &self.bot.places[id.index()];
        let first = self
            .current
            .map_or(0, |(section, _)| self.sections[section].facts.len());
        let until = place.then.index();
        let within = self.within();
        let flow = place.flow;
        match &place.kind {
            PlaceKind::Ask(ask) => {
                self.question(ask.question, until);
                let into = match ask.into {
                    AskTarget::Slot(slot) => self.wording.slot(flow, slot),
                    AskTarget::Customer(field) => self.wording.field(field),
                };
                self.fact("answer", format!("{into}: {}", self.wording.ty(ask.ty)), true);
                if let Some(again) = ask.again {
                    self.message("words for asking again", again);
                }
                for one in &ask.suggest {
                    match one {
                        Suggestion::Label(label) => drop(self.spoken("suggestion", *label)),
                        Suggestion::List { list, at_most } => {
                            let words =
                                format!("from {} at most {at_most}", self.wording.expr(within, *list));
                            self.fact("suggestion", words, true);
                        }
                    }
                }
                for check in &ask.checks {
                    self.fact("check", self.wording.expr(within, check.condition), true);
                }
                if let Some(skip) = &ask.skip {
                    let with = skip
                        .with
                        .map(|with| format!(" with {}", self.wording.expr(within, with)));
                    let words = format!(
                        "if {}{}",
                        self.wording.expr(within, skip.condition),
                        with.unwrap_or_default()
                    );
                    self.fact("skipped", words, true);
                }
                self.clocks(&ask.tries, &ask.silence);
            }
            PlaceKind::Choose(choose) => {
                self.question(choose.question, until);
                if let Some(into) = choose.into {
                    self.fact("answer", self.wording.slot(flow, into), false);
                }
                if choose.several {
                    self.fact("choice", "several options at once", true);
                }
                if let Some(again) = choose.again {
                    self.message("words for asking again", again);
                }
                if let Some(from) = &choose.from {
                    let condition = from
                        .condition
                        .map(|condition| format!(" if {}", self.wording.expr(within, condition)));
                    let words = format!(
                        "from {} at most {}{}",
                        self.wording.expr(within, from.list),
                        from.at_most,
                        condition.unwrap_or_default()
                    );
                    self.fact("options", words, true);
                    self.option(from.label, None, &[], None, from.act);
                }
                for option in &choose.options {
                    self.option(
                        option.label,
                        option.condition,
                        &option.words,
                        option.value,
                        option.act,
                    );
                }
                self.clocks(&choose.tries, &choose.silence);
            }
            PlaceKind::Form(_) => {
                self.hang("form", format!("in the form {}", place.name), until, false);
            }
            PlaceKind::Call(call) => {
                let name = self
                    .bot
                    .calls
                    .get(call.call.index())
                    .map_or("…", |call| &call.name);
                let words = format!("{name}({})", self.wording.args(within, &call.args));
                let fact = self.hang("call", words, until, true);
                self.context(fact, format!("at the call of {name}"));
            }
            PlaceKind::Wait { duration } => {
                self.fact("wait", self.wording.expr(within, *duration), true);
            }
            PlaceKind::WaitFor(wait) => {
                let event = Within {
                    event: Some(wait.event),
                    ..within
                };
                let condition = wait
                    .condition
                    .map(|condition| format!(" if {}", self.wording.expr(event, condition)));
                let limit = wait
                    .within
                    .map(|limit| format!(" within {}", self.wording.expr(within, limit)));
                let name = self.wording.event_name(wait.event);
                let words = format!(
                    "for {name}{}{}",
                    condition.unwrap_or_default(),
                    limit.unwrap_or_default()
                );
                let fact = self.hang("wait", words, until, true);
                self.context(fact, format!("at the wait for {name}"));
            }
            PlaceKind::Run(run) => {
                let name = self.wording.words.flow(run.flow).to_owned();
                self.fact(
                    "runs",
                    format!("{name}({})", self.wording.args(within, &run.args)),
                    true,
                );
            }
            PlaceKind::Escalate(escalation) => {
                let name = self.bot.escalations.get(escalation.index());
                self.fact(
                    "hands over",
                    format!("to {}", name.map_or("…", |one| &one.name)),
                    true,
                );
            }
            PlaceKind::AskQueue(ask) => {
                let fact = self.spoken("question to colleagues", ask.question);
                self.held.push(Held { fact, until });
                self.context(fact, "at the question to colleagues".into());
                let words = format!(
                    "{}: {}",
                    self.wording.slot(flow, ask.into),
                    self.wording.ty(ask.ty)
                );
                self.fact("answer", words, true);
                self.fact("queue", self.wording.queue(ask.queue), true);
            }
            PlaceKind::Verify(verify) => {
                let field = self.wording.field(verify.field);
                let fact = self.hang("proof", format!("of {field}"), until, true);
                self.context(fact, format!("at the proof of {field}"));
                if let Some(question) = verify.question {
                    self.message("question", question);
                }
                self.clocks(&verify.tries, &verify.silence);
            }
        }
        // What belongs to a place is shown by a conversation to it.
        if let Some((section, _)) = self.current {
            for fact in &mut self.sections[section].facts[first..] {
                fact.site = Site::Place(id);
            }
        }
    }

    pub(super) fn question(&mut self, question: MessageId, until: usize) {
        let fact = self.message("question", question);
        let words = self.wording.words.message(question);
        self.context(fact, format!("at “{}”", shortened(&words)));
        self.held.push(Held { fact, until });
    }

    pub(super) fn clocks(&mut self, tries: &[TriesWay], silence: &[Silence]) {
        for one in tries {
            self.fact("failed tries", one.at.to_string(), true);
        }
        for clock in silence {
            let after = time(clock.after_ms);
            match clock.act {
                Nudge::Say(message) => {
                    self.hang("silence", format!("after {after} of silence"), usize::MAX, true);
                    self.message("reminder", message);
                    self.held.pop();
                }
                Nudge::Way(_) => drop(self.fact("silence", format!("after {after} of silence"), true)),
            }
        }
    }

    pub(super) fn option(
        &mut self,
        label: TextId,
        condition: Option<ExprId>,
        words: &[LanguageWords],
        value: Option<ExprId>,
        act: OptionAct,
    ) {
        let within = self.within();
        let fact = self.spoken("option", label);
        let shown = self.wording.text(within, label);
        self.context(fact, format!("at “{}”", shortened(&shown)));
        self.held.push(Held {
            fact,
            until: usize::MAX,
        });
        if let Some(condition) = condition {
            self.fact(
                "shown only",
                format!("if {}", self.wording.expr(within, condition)),
                true,
            );
        }
        for one in words {
            self.fact(
                "words heard",
                format!("{}: {}", one.language, one.words.join(", ")),
                true,
            );
        }
        if let Some(value) = value {
            self.fact("stands for", self.wording.expr(within, value), true);
        }
        match act {
            OptionAct::Opens(target) => drop(self.fact("opens", self.wording.expr(within, target), true)),
            OptionAct::Calls(target) => drop(self.fact("calls", self.wording.expr(within, target), true)),
            OptionAct::GoOn => drop(self.fact("goes on", "behind the question", true)),
            OptionAct::Way(_) => {}
        }
        self.held.pop();
    }
}
