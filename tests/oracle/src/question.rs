//! Questions (5): putting them, skipping them, taking their answers, and failed tries.

use botflow_machine::{Effect, GivenUp, Proof, Record};
use botflow_syntax::ast::{self, AskItem, AstNode, ChooseItem, Expr};
use botflow_syntax::{NodeRef, SyntaxKind};
use botflow_understanding::OptionWords;
use botflow_values::Value;
use smol_str::SmolStr;

use crate::literal;
use crate::project::text_of;
use crate::state::{FormState, Offered, Oracle, Pending, Purpose, Question, Suggested};
use crate::types::Ty;
use crate::walk::Next;

/// Whether a node is a question.
pub(crate) fn is_question<'a>(node: NodeRef<'a>) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::AskStmt | SyntaxKind::ChooseStmt | SyntaxKind::VerifyStmt
    )
}

/// The form in which a question stands.
pub(crate) fn form_of<'a>(place: NodeRef<'a>) -> Option<NodeRef<'a>> {
    place.ancestors().find(|node| node.kind() == SyntaxKind::FormStmt)
}

/// What `ask` and `verify` have in common.
pub(crate) fn ask_items<'a>(place: NodeRef<'a>) -> Vec<AskItem<'a>> {
    if let Some(ask) = ast::AskStmt::cast(place) {
        return ask.items().collect();
    }
    let verify = ast::VerifyStmt::cast(place);
    let items = verify.into_iter().flat_map(|verify| verify.items());
    items
        .filter_map(|item| match item {
            ast::VerifyItem::AskItem(item) => Some(item),
            ast::VerifyItem::FailedItem(_) => None,
        })
        .collect()
}

fn choose_items<'a>(place: NodeRef<'a>) -> Vec<ChooseItem<'a>> {
    ast::ChooseStmt::cast(place)
        .into_iter()
        .flat_map(|choose| choose.items())
        .collect()
}

/// The `tries` of a question.
fn tries_of<'a>(place: NodeRef<'a>) -> Vec<ast::TriesItem<'a>> {
    let asked = ask_items(place).into_iter().filter_map(|item| match item {
        AskItem::TriesItem(tries) => Some(tries),
        _ => None,
    });
    let chosen = choose_items(place).into_iter().filter_map(|item| match item {
        ChooseItem::TriesItem(tries) => Some(tries),
        _ => None,
    });
    asked.chain(chosen).collect()
}

/// The clocks of silence of a question, ascending.
pub(crate) fn silences_of<'a>(place: NodeRef<'a>) -> Vec<ast::SilenceItem<'a>> {
    let asked = ask_items(place).into_iter().filter_map(|item| match item {
        AskItem::SilenceItem(silence) => Some(silence),
        _ => None,
    });
    let chosen = choose_items(place).into_iter().filter_map(|item| match item {
        ChooseItem::SilenceItem(silence) => Some(silence),
        _ => None,
    });
    let mut all: Vec<_> = asked.chain(chosen).collect();
    all.sort_by_key(|silence| literal::duration(silence.duration()));
    all
}

/// The way that stands in an item, and the words where it is words.
fn way_in<'a>(node: NodeRef<'a>) -> Option<ast::Way<'a>> {
    node.children().find_map(ast::Way::cast)
}

impl<'a> Oracle<'a> {
    /// The field of the customer card that a question asks for.
    pub(crate) fn asked_field(place: NodeRef<'a>) -> Option<SmolStr> {
        let ask = ast::AskStmt::cast(place)?;
        Some(text_of(ask.customer()?.field()))
    }

    /// The variable that holds a question's answer.
    pub(crate) fn asked_name(place: NodeRef<'a>) -> Option<SmolStr> {
        if let Some(ask) = ast::AskStmt::cast(place) {
            return Some(text_of(ask.answer()?.name()));
        }
        Some(text_of(Some(ast::ChooseStmt::cast(place)?.name()?)))
    }

    /// How the answer of an `ask` is read.
    pub(crate) fn asked_type(&self, place: NodeRef<'a>) -> Ty {
        let Some(ask) = ast::AskStmt::cast(place) else {
            return Ty::Any;
        };
        match ask.answer() {
            Some(answer) => answer
                .type_expr()
                .map_or(Ty::Any, |ty| self.project.ty(&ty))
                .known()
                .clone(),
            None => {
                let field = Self::asked_field(place).unwrap_or_default();
                self.project
                    .customer
                    .get(&field)
                    .map_or(Ty::Any, |ty| ty.known().clone())
            }
        }
    }

    /// A question is reached in the course of the flow (5.1, 5.6, 6.1, 6.6).
    pub(crate) fn reach(&mut self, place: NodeRef<'a>) -> Next<'a> {
        self.open_digression();
        if self.passed_over(place) || self.skipped(place) || self.prefilled(place) {
            return Next::After(place);
        }
        self.leave_for(place);
        if let Some(frame) = self.top() {
            frame.tries = 0;
        }
        let replayed = self.frames.last().and_then(|frame| frame.form.clone());
        let again = match replayed {
            // After a correction the form finds its way back to the question that waited (6.5).
            Some(FormState {
                replay: true, last, ..
            }) => last.as_ref() == Some(&place),
            _ => false,
        };
        self.put(place, !again)
    }

    /// The question's form has its answer by now.
    fn passed_over(&self, place: NodeRef<'a>) -> bool {
        let form = form_of(place);
        let state = self.frames.last().and_then(|frame| frame.form.as_ref());
        state.is_some_and(|state| Some(&state.form) == form.as_ref() && state.answered.contains(&place))
    }

    /// The question need not be asked (5.6).
    fn skipped(&mut self, place: NodeRef<'a>) -> bool {
        if Self::asked_field(place).is_some_and(|field| self.customer(&field).is_known()) {
            return true;
        }
        let skip = ask_items(place).into_iter().find_map(|item| match item {
            AskItem::SkipItem(skip) => Some(skip),
            _ => None,
        });
        let Some(skip) = skip else { return false };
        if !(skip.condition().is_some() && self.env().allows(skip.condition())) {
            return false;
        }
        let ty = self.asked_type(place);
        let value = skip
            .value()
            .map_or(Value::Unknown, |value| self.env().eval(&value, &ty));
        match Self::asked_field(place) {
            Some(field) => self.remember(&field, value),
            None => {
                if let Some(name) = Self::asked_name(place) {
                    self.set(&name, value);
                }
            }
        }
        true
    }

    /// A question is put again, or skipped (5.5).
    pub(crate) fn reask(&mut self, place: NodeRef<'a>, fresh: bool) -> Next<'a> {
        if let Some(frame) = self.top().filter(|_| fresh) {
            frame.tries = 0;
        }
        let insists = self.frames.last().and_then(|frame| frame.insists) == Some(place);
        if !insists && (self.passed_over(place) || self.skipped(place)) {
            self.known_by_now(place);
            return Next::After(place);
        }
        self.put(place, false)
    }

    /// A question is put again by the flow's own doing: an address is proven by a new code then (11.12).
    pub(crate) fn anew(&mut self, place: NodeRef<'a>, fresh: bool) -> Next<'a> {
        if let Some(verify) = ast::VerifyStmt::cast(place).filter(|_| fresh)
            && let Some(instead) = self.send_code(&verify)
        {
            return instead;
        }
        Next::Reask { place, fresh }
    }

    /// A question is put, in its first words or those for asking again (5.1, 5.7).
    pub(crate) fn put(&mut self, place: NodeRef<'a>, first: bool) -> Next<'a> {
        self.prefill = None;
        self.leave_for(place);
        let (options, none) = self.options(place);
        if place.kind() == SyntaxKind::ChooseStmt {
            if let Some(none) = none {
                self.unput = true;
                return Next::Enter(none);
            }
            if options.is_empty() {
                if let (Some(name), Some(choose)) = (Self::asked_name(place), ast::ChooseStmt::cast(place)) {
                    let value = if choose.is_several() {
                        Value::List(Vec::new())
                    } else {
                        Value::Unknown
                    };
                    self.set(&name, value);
                }
                return Next::After(place);
            }
        }
        self.unput = false;
        let form = form_of(place);
        if let Some(frame) = self.top() {
            frame.at = Some(place);
            frame.asked = Some(place);
            if place.kind() != SyntaxKind::VerifyStmt {
                frame.pending = None;
            }
            if let Some(state) = frame
                .form
                .as_mut()
                .filter(|state| Some(&state.form) == form.as_ref())
            {
                state.last = Some(place);
                state.replay = false;
            }
        }
        self.puts += 1;
        let suggestions = self.suggestions(place);
        self.question = Some(Question {
            put_at: self.now,
            turn: self.turn,
            put: self.puts,
            gone: 0,
            options,
            suggestions,
        });
        self.send_question(place, first);
        if let Some(frame) = self.top() {
            let again = std::mem::replace(&mut frame.open, true);
            if let Some(place) = self.place_id(place) {
                self.record(Record::Put { place, again });
            }
        }
        Next::Rest
    }

    /// The suggestions of a question as they are shown.
    fn suggestions(&self, place: NodeRef<'a>) -> Vec<Suggested> {
        if place.kind() != SyntaxKind::AskStmt {
            return Vec::new();
        }
        let env = self.env();
        let ty = self.asked_type(place);
        let written: Vec<ast::SuggestItem<'a>> = ask_items(place)
            .into_iter()
            .filter_map(|item| match item {
                AskItem::SuggestItem(suggest) => Some(suggest),
                _ => None,
            })
            .collect();
        let mut shown = Vec::new();
        for suggest in &written {
            if suggest.is_from() {
                let most = suggest
                    .limit()
                    .map_or(10, |limit| literal::count(limit.count()) as usize);
                let wanted = Ty::List(Box::new(ty.clone()));
                let list = suggest.values().next().map(|list| env.eval(&list, &wanted));
                let items = list
                    .and_then(|list| list.as_list().map(<[Value]>::to_vec))
                    .unwrap_or_default();
                // A text is read as the answer, whatever else is the answer itself (5.8).
                shown.extend(items.into_iter().take(most).map(|item| Suggested {
                    label: env.show(&item, Default::default()),
                    value: item.as_text().is_none().then_some(item),
                    called: Vec::new(),
                }));
                continue;
            }
            for value in suggest.values() {
                let called = match &value {
                    Expr::Text(text) => env.oracle.project.in_all_languages(text),
                    _ => Vec::new(),
                };
                let label = match value {
                    Expr::Text(text) => env.text(&text),
                    value => env.show(&env.eval(&value, &ty), Default::default()),
                };
                shown.push(Suggested {
                    label,
                    value: None,
                    called,
                });
            }
        }
        if written.is_empty()
            && let Some(botflow_values::Kind::Member(set)) = ty.kind()
        {
            let count = self
                .project
                .bot
                .sets
                .get(set as usize)
                .map_or(0, |set| set.members.len());
            let member = |index| botflow_values::Member {
                set,
                index: index as u32,
            };
            shown.extend((0..count).map(|index| Suggested {
                label: env.label(member(index)),
                value: None,
                called: Vec::new(),
            }));
        }
        shown
    }

    /// The options of a `choose` at this moment, and the way of `none` if the list gives nothing (5.7).
    fn options(&self, place: NodeRef<'a>) -> (Vec<Offered<'a>>, Option<ast::Way<'a>>) {
        let Some(choose) = ast::ChooseStmt::cast(place) else {
            return (Vec::new(), None);
        };
        let env = self.env();
        let mut options = Vec::new();
        if let Some(from) = choose.from() {
            let name = Self::asked_name(place).unwrap_or_default();
            let items = match from.list().map(|list| env.eval(&list, &Ty::Any)) {
                Some(Value::List(items)) => items,
                _ => Vec::new(),
            };
            let most = choose
                .limit()
                .map_or(10, |limit| literal::count(limit.count()) as usize);
            let each = choose.items().find_map(|item| match item {
                ChooseItem::EachChoice(each) => Some(each),
                _ => None,
            });
            let fitting = items.into_iter().filter(|item| {
                let condition = from.condition().and_then(|condition| condition.condition());
                env.with(&name, item.clone()).allows(condition)
            });
            for item in fitting.take(most) {
                let Some(each) = &each else { break };
                let env = env.with(&name, item.clone());
                let label = each.label().map(|label| env.text(&label)).unwrap_or_default();
                let words = each
                    .words()
                    .flat_map(|clause| clause.texts())
                    .filter_map(|text| text.plain());
                let phrases: Vec<String> = all_labels(&env, each.label())
                    .into_iter()
                    .chain([label.clone()])
                    .chain(words)
                    .collect();
                let value = each.value().and_then(|value| value.value());
                options.push(Offered {
                    keeps: false,
                    words: OptionWords::new(phrases.iter().map(String::as_str)),
                    link: each
                        .opens()
                        .map(|opens| (env.address(opens.url()).unwrap_or_default(), false)),
                    value: value.map_or(item, |value| env.eval(&value, &Ty::Any)),
                    way: each.way(),
                    label,
                });
            }
            if options.is_empty() {
                let none = choose.items().find_map(|item| match item {
                    ChooseItem::NoneItem(none) => none.way(),
                    _ => None,
                });
                if none.is_some() {
                    return (Vec::new(), none);
                }
            }
        }
        let want = env
            .flow
            .variables
            .get(&Self::asked_name(place).unwrap_or_default())
            .cloned();
        let want = want.map_or(Ty::Any, |ty| if choose.is_several() { ty.element() } else { ty });
        for item in choose.items() {
            let ChooseItem::Choice(choice) = item else {
                continue;
            };
            if !choice.conditions().all(|clause| env.allows(clause.condition())) {
                continue;
            }
            let label = choice.label().map(|label| env.text(&label)).unwrap_or_default();
            let words = choice
                .words()
                .flat_map(|clause| clause.texts())
                .filter_map(|text| text.plain());
            let phrases: Vec<String> = all_labels(&env, choice.label())
                .into_iter()
                .chain([label.clone()])
                .chain(words)
                .collect();
            let value = choice.value().and_then(|value| value.value());
            options.push(Offered {
                keeps: choose.from().is_some() && !choose.is_several(),
                words: OptionWords::new(phrases.iter().map(String::as_str)),
                link: choice
                    .opens()
                    .map(|opens| (env.address(opens.url()).unwrap_or_default(), false)),
                value: value.map_or_else(
                    || {
                        Value::text(
                            choice
                                .label()
                                .map(|label| env.with_first().text(&label))
                                .unwrap_or_default(),
                        )
                    },
                    |value| env.eval(&value, &want),
                ),
                way: choice.way(),
                label,
            });
        }
        (options, None)
    }

    /// An option is picked: by number among those that were offered.
    pub(crate) fn pick(&mut self, picked: &[usize]) -> Next<'a> {
        let Some(question) = self.question.clone() else {
            return Next::Rest;
        };
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Next::Rest;
        };
        let Some(first) = picked
            .first()
            .and_then(|first| question.options.get(*first))
            .cloned()
        else {
            return Next::Rest;
        };
        self.misunderstood = 0;
        if let Some((target, calls)) = first.link {
            // The question keeps waiting, its clocks go on (5.7).
            self.send_link(&first.label, &target, calls);
            return Next::Rest;
        }
        let choose = ast::ChooseStmt::cast(place);
        // What is written beside a list is no item of it, so that the variable keeps what it has.
        if let Some(name) = Self::asked_name(place).filter(|_| !first.keeps) {
            let value = if choose.is_some_and(|choose| choose.is_several()) {
                let mut in_order = picked.to_vec();
                in_order.sort_unstable();
                in_order.dedup();
                Value::List(
                    in_order
                        .iter()
                        .map(|place| question.options[*place].value.clone())
                        .collect(),
                )
            } else {
                first.value.clone()
            };
            self.set(&name, value);
        }
        self.answered(place);
        match first.way {
            Some(way) => Next::Enter(way),
            None => Next::After(place),
        }
    }

    /// The question has its answer and joins those that `back` returns to.
    fn answered(&mut self, place: NodeRef<'a>) {
        self.question = None;
        self.replied = SmolStr::default();
        let text = match ast::ChooseStmt::cast(place) {
            Some(choose) => choose.text(),
            None => ast::AskStmt::cast(place).and_then(|ask| ask.text()),
        };
        if let Some(text) = text {
            self.replied = self.env().text(&text).into();
        };
        self.has_answer(place);
        let form = form_of(place);
        if let Some(frame) = self.top() {
            frame.answered.push(place);
            frame.tries = 0;
            if let Some(state) = frame
                .form
                .as_mut()
                .filter(|state| Some(&state.form) == form.as_ref())
                && !state.answered.contains(&place)
            {
                state.answered.push(place);
            }
        }
    }

    /// Stores an answer and gives what was there before.
    pub(crate) fn store(&mut self, place: NodeRef<'a>, value: Value) -> Value {
        if let Some(field) = Self::asked_field(place) {
            return self.set_customer(&field, value);
        }
        let name = Self::asked_name(place).unwrap_or_default();
        let before = self.env().variables.get(&name).cloned().unwrap_or_default();
        self.set(&name, value);
        before
    }

    /// The first check of a question that says no to what is stored.
    pub(crate) fn failed_check(&self, place: NodeRef<'a>) -> Option<ast::CheckItem<'a>> {
        ask_items(place).into_iter().find_map(|item| match item {
            AskItem::CheckItem(check) if !self.env().allows(check.condition()) => Some(check),
            _ => None,
        })
    }

    /// Takes a value if the checks of the question hold; `false` leaves everything as it was.
    pub(crate) fn accept(&mut self, place: NodeRef<'a>, value: Value) -> bool {
        let before = self.store(place, value.clone());
        if self.failed_check(place).is_some() {
            self.store(place, before.clone());
            return false;
        }
        if let Some(name) = Self::asked_field(place) {
            self.written(&name, &before);
            if let Some(field) = self.field_id(&name) {
                self.effect(Effect::Remember { field, value });
            }
        }
        self.answered(place);
        true
    }

    /// The waiting question is answered (5.3).
    pub(crate) fn answer(&mut self, value: Value) -> Next<'a> {
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Next::Rest;
        };
        let before = self.store(place, value.clone());
        if let Some(check) = self.failed_check(place) {
            self.store(place, before);
            return self.fail(Some(check));
        }
        self.misunderstood = 0;
        if let Some(name) = Self::asked_field(place) {
            self.written(&name, &before);
            if let Some(field) = self.field_id(&name) {
                self.effect(Effect::Remember { field, value });
            }
        }
        self.answered(place);
        Next::After(place)
    }

    /// A failed try at the waiting question (5.4).
    pub(crate) fn fail(&mut self, check: Option<ast::CheckItem<'a>>) -> Next<'a> {
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Next::Rest;
        };
        self.misunderstood += 1;
        self.unclear(place, check.is_some());
        let tries = self.top().map_or(0, |frame| {
            frame.tries += 1;
            frame.tries
        });
        let own = tries_of(place);
        let reached = |items: &[ast::TriesItem<'a>]| {
            items
                .iter()
                .find(|item| literal::count(item.count()) == tries)
                .and_then(|item| item.way())
        };
        if own.is_empty() {
            let handler = self
                .unclear_handlers()
                .into_iter()
                .find(|(_, handler)| !tries_in(handler).is_empty());
            if let Some((level, handler)) = handler
                && let Some(way) = reached(&tries_in(&handler))
            {
                self.give_up(GivenUp::Tries);
                self.push_handler(level.stands_in, Purpose::Usual, &level.variables);
                return Next::Enter(way);
            }
        } else if let Some(way) = reached(&own) {
            self.give_up(GivenUp::Tries);
            return Next::Enter(way);
        }
        if let Some((_, way)) = self.due_rule(0) {
            self.ruled = true;
            self.push_handler(None, Purpose::Usual, &std::rc::Rc::default());
            return Next::Enter(way);
        }
        let again = Next::Reask { place, fresh: false };
        if let Some(check) = check {
            return match way_in(check.syntax()) {
                Some(way) => Next::Enter(way),
                None => {
                    self.say_text(check.syntax(), check.text());
                    again
                }
            };
        }
        let invalid = ask_items(place).into_iter().find_map(|item| match item {
            AskItem::InvalidItem(invalid) => Some(invalid),
            _ => None,
        });
        if let Some(invalid) = invalid {
            if let Some(way) = way_in(invalid.syntax()) {
                return Next::Enter(way);
            }
            match invalid.one_of() {
                Some(one_of) => self.say_one_of(&one_of),
                None => self.say_text(invalid.syntax(), invalid.text()),
            }
            return again;
        }
        let otherwise = choose_items(place).into_iter().find_map(|item| match item {
            ChooseItem::OtherwiseItem(otherwise) => Some(otherwise),
            _ => None,
        });
        if let Some(otherwise) = otherwise {
            if let Some(way) = otherwise.way() {
                return Next::Enter(way);
            }
            // Behind `otherwise` the flow goes on behind the question (5.5).
            self.say_text(otherwise.syntax(), otherwise.text());
            return Next::After(place);
        }
        match self.unclear_handlers().into_iter().next() {
            Some((level, handler)) => self.run_unclear(&level, &handler),
            None => again,
        }
    }

    /// `again` (11.6, 7.5): the question that the frame put last is put once more.
    pub(crate) fn again(&mut self, statement: NodeRef<'a>) -> Next<'a> {
        // What is said about a failed try does not start the tries anew; everything else does.
        let keeps = [SyntaxKind::InvalidItem, SyntaxKind::CheckItem];
        let of_failed_try = statement.ancestors().any(|node| {
            let of_choose = || {
                node.parent()
                    .is_some_and(|above| above.kind() == SyntaxKind::ChooseStmt)
            };
            keeps.contains(&node.kind()) || (node.kind() == SyntaxKind::OtherwiseItem && of_choose())
        });
        match self.frames.last() {
            Some(frame) => match (&frame.asked, &frame.kind) {
                (Some(place), _) => {
                    let place = *place;
                    self.anew(place, !of_failed_try)
                }
                (None, crate::state::FrameKind::Handler { .. }) => Next::ComeBack,
                // Nothing was ever asked that could be asked again: the run ends.
                (None, _) => Next::Return(Value::Unknown),
            },
            None => Next::Rest,
        }
    }

    /// `back` (11.3, 7.5): to the last answered question of the run.
    pub(crate) fn back(&mut self) -> Next<'a> {
        let (mut waits, unput) = (self.question.is_some(), self.unput);
        while let Some(frame) = self.frames.last() {
            let is_handler = matches!(frame.kind, crate::state::FrameKind::Handler { .. });
            if !(is_handler && frame.asked.is_none()) || self.frames.len() == 1 {
                break;
            }
            self.dropping(self.frames.len() - 1..self.frames.len(), GivenUp::Left);
            self.frames.pop();
            self.question = None;
            waits = true;
        }
        let Some(frame) = self.top() else {
            return Next::Begin;
        };
        // The question that waits, and the `choose` in whose way the statement stands, are not what one goes back to.
        let chooses = frame
            .asked
            .as_ref()
            .is_some_and(|asked| asked.kind() == SyntaxKind::ChooseStmt && !unput);
        while (waits || chooses) && frame.asked.is_some() && frame.answered.last() == frame.asked.as_ref() {
            frame.answered.pop();
        }
        match frame.answered.pop() {
            Some(place) => {
                if let Some(state) = &mut frame.form {
                    state.answered.retain(|answered| *answered != place);
                }
                if form_of(place).is_none() {
                    frame.form = None;
                }
                frame.tries = 0;
                frame.pending = None;
                frame.insists = Some(place);
                self.question = None;
                self.put(place, true)
            }
            None => match frame.asked {
                Some(place) => Next::Reask { place, fresh: true },
                // Nothing was ever asked: what waits goes on waiting, a statement ends the run.
                None => match &frame.pending {
                    Some(_) => Next::Resume { fresh: true },
                    None => Next::Return(Value::Unknown),
                },
            },
        }
    }

    /// `verify` (11.12).
    pub(crate) fn verify(&mut self, verify: &ast::VerifyStmt<'a>) -> Next<'a> {
        self.open_digression();
        self.leave_for(verify.syntax());
        match self.send_code(verify) {
            Some(instead) => instead,
            None => self.put(verify.syntax(), true),
        }
    }

    /// A new code is sent; where the address is not known, what happens instead.
    pub(crate) fn send_code(&mut self, verify: &ast::VerifyStmt<'a>) -> Option<Next<'a>> {
        let name = verify
            .customer()
            .map(|customer| text_of(customer.field()))
            .unwrap_or_default();
        let address = self.customer(&name);
        let behind = Next::After(verify.syntax());
        let Some(field) = self.field_id(&name).filter(|_| address.is_known()) else {
            let failed = verify.items().find_map(|item| match item {
                ast::VerifyItem::FailedItem(failed) => failed.way(),
                ast::VerifyItem::AskItem(_) => None,
            });
            return Some(failed.map_or(behind, Next::Enter));
        };
        let code = crate::say::code(self.seed, self.id, self.puts);
        self.effect(Effect::SendCode {
            field,
            address,
            code: code.clone().into(),
        });
        if let Some(frame) = self.top() {
            frame.tries = 0;
            frame.pending = Some(Pending::Code(code));
        }
        None
    }

    /// The code that was asked for has been written.
    pub(crate) fn verified(&mut self) -> Next<'a> {
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Next::Rest;
        };
        let verify = ast::VerifyStmt::cast(place);
        let name = verify
            .and_then(|verify| verify.customer())
            .map(|customer| text_of(customer.field()));
        if let Some(field) = name.and_then(|name| self.field_id(&name)) {
            let (text, again, _) = crate::say::words_of_question(place);
            if let Some(text) = text.or(again) {
                self.replied = self.env().text(&text).into();
            }
            self.person.prove(field, Proof::Verified, self.now);
            self.effect(Effect::Verified { field });
        }
        self.misunderstood = 0;
        self.known_by_now(place);
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        self.question = None;
        Next::After(place)
    }
}

/// The `tries` of `on unclear`.
fn tries_in<'a>(handler: &ast::UnclearHandler<'a>) -> Vec<ast::TriesItem<'a>> {
    handler
        .block()
        .into_iter()
        .flat_map(|block| block.tries())
        .collect()
}

/// The label of an option in all languages in which it has no holes.
fn all_labels<'a>(env: &crate::env::Env<'_, 'a>, label: Option<ast::Text<'a>>) -> Vec<String> {
    label
        .map(|label| env.oracle.project.in_all_languages(&label))
        .unwrap_or_default()
}
