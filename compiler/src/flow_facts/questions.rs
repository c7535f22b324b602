//! Questions, calls and waits as parts of the graph: each has a put, a rest, and ways on.

use botflow_artifact::*;

use super::build::Builder;
use super::graph::{Act, Known, NodeId, Reads, Shows};
use crate::hir::*;

impl<'p> Builder<'p> {
    pub(super) fn ask(&mut self, ask: &'p AskBody, tail: NodeId) -> Option<NodeId> {
        let mut ends = Vec::new();
        let mut tail = self.reads(Reads::Nothing, tail);
        if let AskTarget::Customer(field) = ask.into {
            self.notes_question(field, ask.name_span, tail);
            let known = self.known_field(field);
            let at = self.learns(&[known], tail);
            self.shows(at, Shows::Knows(field));
            ends.push(at);
        }
        if let Some(skip) = ask.skip {
            let (yes, no) = self.decide(skip.condition, tail);
            let mut at = yes;
            if let Some(with) = skip.with {
                at = self.reads(Reads::Expr(with), at);
            }
            ends.push(match (ask.into, skip.with) {
                (AskTarget::Slot(slot), Some(with)) => self.gives(slot, Known::As(with), at, Shows::Nothing),
                (AskTarget::Slot(slot), None) => self.takes(Some(slot), at),
                (AskTarget::Customer(field), Some(with)) => {
                    self.remembers(field, Known::As(with), at, Shows::Nothing)
                }
                (AskTarget::Customer(_), None) => at,
            });
            tail = no;
        }
        let put = self.put_question(ask.question, ask.again, tail);
        self.reads(Reads::Suggestions(&ask.suggest), put);
        let rest = self.rest(put);
        self.edge(rest, put);
        let outer = self.put.replace(put);
        let mut answered = match ask.into {
            AskTarget::Slot(slot) => self.gives(slot, Known::Yes, rest, Shows::Answers(ask.ty)),
            AskTarget::Customer(field) => self.remembers(field, Known::Yes, rest, Shows::Answers(ask.ty)),
        };
        for (condition, otherwise) in &ask.checks {
            answered = self.decide(*condition, answered).0;
            // The answer is taken back first.
            self.comes_back(otherwise, Shows::Fails(1), rest, put);
        }
        if let Some(invalid) = &ask.invalid {
            self.comes_back(invalid, Shows::Fails(1), rest, put);
        }
        self.tries(&ask.tries, rest, put);
        self.silence(&ask.silence, rest, put);
        self.put = outer;
        ends.push(answered);
        self.join(ends)
    }

    pub(super) fn choose(&mut self, choose: &'p ChooseBody, tail: NodeId) -> Option<NodeId> {
        let mut ends = Vec::new();
        let tail = match &choose.from {
            Some(from) => self.reads(Reads::Expr(from.list), tail),
            None => tail,
        };
        let put = self.put_question(choose.question, choose.again, tail);
        let rest = self.rest(put);
        self.edge(rest, put);
        let outer = self.put.replace(put);
        if let Some(from) = &choose.from {
            ends.extend(self.list_options(choose, from, rest));
            if let Some(none) = &from.none {
                let at = self.takes(choose.into, tail);
                ends.extend(self.block(none, at));
            }
        }
        for option in &choose.options {
            ends.extend(self.option(choose, option, rest));
        }
        let sure = choose.options.iter().any(|option| option.condition.is_none());
        let listed = choose.from.as_ref().is_some_and(|from| from.none.is_some());
        if !sure && !listed {
            // Without any option the flow goes on behind, and nothing is chosen.
            let at = self.then(put, Reads::Nothing, Act::Nothing, Shows::Nothing);
            ends.push(self.takes(choose.into, at));
        }
        if let Some(otherwise) = &choose.otherwise {
            let at = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Fails(1));
            let at = self.takes(choose.into, at);
            ends.extend(self.block(otherwise, at));
        }
        self.tries(&choose.tries, rest, put);
        self.silence(&choose.silence, rest, put);
        self.put = outer;
        self.join(ends)
    }

    fn list_options(
        &mut self,
        choose: &'p ChooseBody,
        from: &'p ListOptionsBody,
        rest: NodeId,
    ) -> Option<NodeId> {
        let mut at = self.gives(from.item, Known::Yes, rest, Shows::Nothing);
        if let Some(condition) = from.condition {
            at = self.decide(condition, at).0;
        }
        at = self.then(
            at,
            Reads::Text(from.label),
            Act::Nothing,
            Shows::Presses(from.label),
        );
        if let Some(into) = choose.into.filter(|into| *into != from.item) {
            at = self.gives(into, Known::Yes, at, Shows::Nothing);
        }
        self.option_act(&from.act, at)
    }

    fn option(&mut self, choose: &'p ChooseBody, option: &'p OptionBody, rest: NodeId) -> Option<NodeId> {
        let mut at = rest;
        if let Some(condition) = option.condition {
            at = self.decide(condition, at).0;
        }
        if let Some(value) = option.value {
            at = self.reads(Reads::Expr(value), at);
        }
        at = self.then(
            at,
            Reads::Text(option.label),
            Act::Nothing,
            Shows::Presses(option.label),
        );
        if let Some(into) = choose.into {
            // A written option of a list is no item of it: without a value of its own it chooses nothing.
            let item = choose.from.as_ref().is_some_and(|from| from.item == into);
            let open = |value: &ExprId| {
                matches!(
                    self.bot.exprs.get(value.index()),
                    Some(Expr::Const(Value::Unknown))
                )
            };
            at = match option.value {
                Some(value) if open(&value) => self.takes(Some(into), at),
                Some(value) => self.gives(into, Known::As(value), at, Shows::Nothing),
                None if item => self.takes(Some(into), at),
                None => self.gives(into, Known::Yes, at, Shows::Nothing),
            };
        }
        self.option_act(&option.act, at)
    }

    fn option_act(&mut self, act: &'p OptionActBody, at: NodeId) -> Option<NodeId> {
        match act {
            OptionActBody::Way(block) => self.block(block, at),
            OptionActBody::GoOn => Some(at),
            OptionActBody::Opens(target) | OptionActBody::Calls(target) => {
                // The question keeps waiting.
                self.reads(Reads::Expr(*target), at);
                None
            }
        }
    }

    pub(super) fn call(&mut self, call: &'p CallBody, tail: NodeId) -> Option<NodeId> {
        let at = self.reads(Reads::Exprs(&call.args), tail);
        let rest = self.rest(at);
        let mut ends = Vec::new();
        let gives = self.bot.calls.get(call.call.index()).and_then(|call| call.gives);
        let done = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Calls(call.call));
        ends.push(match call.result {
            Some(slot) => {
                let surely = gives.is_some_and(|ty| !super::path::is_optional(self.bot, ty));
                self.gives(
                    slot,
                    if surely { Known::Yes } else { Known::No },
                    done,
                    Shows::Nothing,
                )
            }
            None => done,
        });
        let failures = call.fails.iter().map(|(which, block)| (Some(*which), block));
        for (which, block) in failures.chain(call.failed.iter().map(|block| (None, block))) {
            let at = self.then(
                rest,
                Reads::Nothing,
                Act::Nothing,
                Shows::CallFails(call.call, which),
            );
            let at = self.takes(call.result, at);
            ends.extend(self.block(block, at));
        }
        if call.failed.is_none() && self.failures_go_on {
            // A handler of failures may come back, and then the flow goes on behind.
            let at = self.then(
                rest,
                Reads::Nothing,
                Act::Nothing,
                Shows::CallFails(call.call, None),
            );
            ends.push(self.takes(call.result, at));
        }
        if let Some((_, block)) = &call.waiting {
            let at = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Nothing);
            if let Some(end) = self.block(block, at) {
                self.edge(end, rest);
            }
        }
        self.join(ends)
    }

    pub(super) fn wait_for(&mut self, wait: &'p WaitForBody, tail: NodeId) -> Option<NodeId> {
        let at = match wait.within {
            Some(within) => self.reads(Reads::Expr(within), tail),
            None => tail,
        };
        let rest = self.rest(at);
        let mut come = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Event(wait.event));
        if let Some(condition) = wait.condition {
            come = self.decide(condition, come).0;
        }
        let mut ends = vec![match wait.into {
            Some(slot) => self.gives(slot, Known::Yes, come, Shows::Nothing),
            None => come,
        }];
        if let Some(within) = wait.within {
            let ms = match self.bot.exprs.get(within.index()) {
                Some(Expr::Const(Value::Duration(ms))) => *ms,
                _ => 0,
            };
            let late = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Silence(ms));
            let late = self.takes(wait.into, late);
            ends.extend(match &wait.otherwise {
                Some(block) => self.block(block, late),
                None => Some(late),
            });
        }
        self.join(ends)
    }

    pub(super) fn ask_queue(&mut self, ask: &'p AskQueueBody, tail: NodeId) -> Option<NodeId> {
        let at = self.reads(Reads::Text(ask.question), tail);
        let rest = self.rest(at);
        let mut ends = vec![self.gives(ask.into, Known::Yes, rest, Shows::Colleague)];
        let late = ask
            .nobody
            .iter()
            .map(|(after, block)| (Shows::Silence(*after), block));
        for (shows, block) in late.chain(ask.closed.iter().map(|block| (Shows::Nothing, block))) {
            let at = self.then(rest, Reads::Nothing, Act::Nothing, shows);
            let at = self.takes(Some(ask.into), at);
            ends.extend(self.block(block, at));
        }
        self.join(ends)
    }

    pub(super) fn verify(&mut self, verify: &'p VerifyBody, tail: NodeId) -> Option<NodeId> {
        let mut ends = Vec::new();
        if let Some(failed) = &verify.failed {
            let at = self.then(tail, Reads::Nothing, Act::Nothing, Shows::Nothing);
            ends.extend(self.block(failed, at));
        } else {
            // An address that is unknown cannot be proved, and the flow goes on behind.
            ends.push(self.then(tail, Reads::Nothing, Act::Nothing, Shows::Nothing));
        }
        let known = self.known_field(verify.field);
        let tail = self.learns(&[known], tail);
        let put = match verify.question {
            Some(question) => self.put_question(question, None, tail),
            None => self.reads(Reads::Nothing, tail),
        };
        let rest = self.rest(put);
        self.edge(rest, put);
        let outer = self.put.replace(put);
        if let Some(invalid) = &verify.invalid {
            self.comes_back(invalid, Shows::Fails(1), rest, put);
        }
        self.tries(&verify.tries, rest, put);
        self.silence(&verify.silence, rest, put);
        self.put = outer;
        ends.push(self.then(rest, Reads::Nothing, Act::Nothing, Shows::Fails(0)));
        self.join(ends)
    }

    fn put_question(&mut self, question: MessageId, again: Option<MessageId>, tail: NodeId) -> NodeId {
        let put = self.says(question, tail);
        if let Some(again) = again {
            self.reads(Reads::Message(again), put);
        }
        put
    }

    fn tries(&mut self, tries: &'p [TriesBody], rest: NodeId, put: NodeId) {
        for item in tries {
            self.comes_back(&item.block, Shows::Fails(item.at), rest, put);
        }
    }

    fn silence(&mut self, silence: &'p [SilenceBody], rest: NodeId, put: NodeId) {
        for item in silence {
            match &item.act {
                SilenceAct::Nudge(message) => {
                    let at = self.then(rest, Reads::Nothing, Act::Nothing, Shows::Silence(item.after_ms));
                    self.says(*message, at);
                }
                SilenceAct::Way(block) => self.comes_back(block, Shows::Silence(item.after_ms), rest, put),
            }
        }
    }

    /// A way after which the question is put again.
    fn comes_back(&mut self, block: &'p Block, shows: Shows, rest: NodeId, put: NodeId) {
        let begin = self.then(rest, Reads::Nothing, Act::Nothing, shows);
        if let Some(end) = self.block(block, begin) {
            self.edge(end, put);
        }
    }
}
