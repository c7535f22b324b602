//! Forms (6): corrections, several answers in one message, and answers that came with an intent.

use botflow_syntax::NodeRef;
use botflow_syntax::ast::{self, AstNode, Handler};
use botflow_understanding::{match_option, normalise};
use botflow_values::{Kind, Reading, Value, equals};

use crate::hear::numbered;
use crate::project::text_of;
use crate::question::form_of;
use crate::state::{FormState, Oracle, Purpose};
use crate::types::Ty;
use crate::walk::Next;

/// What a correction begins with (6.3), normalised.
const CORRECTIONS: &[&str] = &[
    "i mean",
    "i meant",
    "de fapt",
    "ba nu",
    "то есть",
    "no",
    "not",
    "actually",
    "sorry",
    "wait",
    "nu",
    "scuze",
    "adica",
    "нет",
    "не",
    "точнее",
    "вернее",
    "извините",
    "ой",
];

/// Small words before what is corrected (6.3), normalised.
const SMALL: &[&str] = &[
    "to", "in", "at", "its", "it s", "the", "la", "pe", "на", "в", "до", "это",
];

/// The questions of a form, in order of the text.
fn asks_of<'a>(form: NodeRef<'a>) -> Vec<NodeRef<'a>> {
    form.descendants()
        .filter(|node| ast::AskStmt::can_cast(node.kind()))
        .collect()
}

impl<'a> Oracle<'a> {
    /// A form is reached (6.1, 6.2).
    pub(crate) fn reach_form(&mut self, form: &ast::FormStmt<'a>) -> Next<'a> {
        let node = form.syntax();
        if let Some(frame) = self.top() {
            frame.form = Some(FormState {
                form: node,
                answered: Vec::new(),
                last: None,
                replay: false,
            });
        }
        self.prefill_form(node);
        self.form_begins(node)
    }

    fn form_begins(&mut self, node: NodeRef<'a>) -> Next<'a> {
        match ast::FormStmt::cast(node).and_then(|form| form.block()) {
            Some(block) => Next::Enter(ast::Way::Block(block)),
            None => Next::After(node),
        }
    }

    /// After a correction the form's code runs again (6.5).
    pub(crate) fn replay_form(&mut self) -> Next<'a> {
        let Some(state) = self.top().and_then(|frame| frame.form.as_mut()) else {
            return Next::Resume { fresh: true };
        };
        state.replay = true;
        let form = state.form;
        self.form_begins(form)
    }

    /// What a message says to a form whose question waits (6.3, 6.4).
    pub(crate) fn in_form(&mut self, text: &str) -> Option<Next<'a>> {
        let waiting = self.frames.last()?.at?;
        let state = self.frames.last()?.form.clone()?;
        if form_of(waiting) != Some(state.form) {
            return None;
        }
        if let Some(next) = self.correction(text, waiting, &state) {
            return Some(next);
        }
        let ty = self.asked_type(waiting);
        let meant = match_option(&normalise(text), &self.suggestion_words(&ty));
        if numbered(&ty, meant).is_some() {
            return None;
        }
        let mut base = &ty;
        while let Ty::Narrowed { base: inner, .. } = base {
            base = inner;
        }
        let of_the_kind = base.is_narrow() && matches!(self.env().read(base, text), Reading::Whole(_));
        if of_the_kind && !matches!(self.env().read(&ty, text), Reading::Whole(_)) {
            return None;
        }
        self.several_answers(text, waiting, &state)
    }

    fn correction(&mut self, text: &str, waiting: NodeRef<'a>, state: &FormState<'a>) -> Option<Next<'a>> {
        let rest = corrected(text)?;
        let ty = self.asked_type(waiting);
        if ty.is_narrow()
            && let Reading::Whole(value) = self.env().read(&ty, &rest)
        {
            return Some(self.answer(value));
        }
        let mut free_text = true;
        for place in state.answered.iter().rev() {
            let ty = self.asked_type(*place);
            if ty.kind() == Some(Kind::YesNo) || (!ty.is_narrow() && !std::mem::take(&mut free_text)) {
                continue;
            }
            let Reading::Whole(value) = self.env().read(&ty, &rest) else {
                continue;
            };
            let before = self.store(*place, value.clone());
            let differs = !equals(&before, &value);
            let holds = self.failed_check(*place).is_none();
            if !differs || !holds {
                self.store(*place, before);
                continue;
            }
            self.misunderstood = 0;
            self.has_answer(*place);
            if let Some(corrected) = self.place_id(*place) {
                self.record(botflow_machine::Record::Corrected { place: corrected });
            }
            if let Some(field) = Self::asked_field(*place).and_then(|field| self.field_id(&field)) {
                self.effect(botflow_machine::Effect::Remember { field, value });
            }
            return Some(self.changed(*place));
        }
        None
    }

    /// An answer of the form has changed (6.5).
    fn changed(&mut self, place: NodeRef<'a>) -> Next<'a> {
        let Some(of) = self.frames.last().map(|frame| frame.id) else {
            return Next::Rest;
        };
        let name = Self::asked_name(place).unwrap_or_default();
        for level in self.levels() {
            let way = level.handlers.iter().find_map(|handler| match handler {
                Handler::ChangedHandler(handler) if text_of(handler.name()) == name => Some(handler.way()),
                _ => None,
            });
            // The answer belongs to this frame's run: handlers of other flows mean other answers.
            if let Some(way) = way.filter(|_| level.stands_in == Some(of) || self.stands_with(&level)) {
                return self.run_handler(&level, way, Vec::new(), Purpose::Changed(of));
            }
        }
        self.replay_form()
    }

    fn stands_with(&self, level: &crate::handler::Level<'a>) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| std::rc::Rc::ptr_eq(&frame.variables, &level.variables))
    }

    fn several_answers(
        &mut self,
        text: &str,
        waiting: NodeRef<'a>,
        state: &FormState<'a>,
    ) -> Option<Next<'a>> {
        let open: Vec<NodeRef<'a>> = asks_of(state.form)
            .into_iter()
            .filter(|place| !state.answered.contains(place))
            .collect();
        let types: Vec<Ty> = open.iter().map(|place| self.asked_type(*place)).collect();
        let mut wanted: Vec<NodeRef<'a>> = vec![waiting];
        for (place, ty) in open.iter().zip(&types) {
            let shared = types.iter().filter(|other| *other == ty).count() > 1;
            if *place != waiting && !shared {
                wanted.push(*place);
            }
        }
        let mut rest = text.to_owned();
        let mut found: Vec<(NodeRef<'a>, Value)> = Vec::new();
        for place in wanted {
            let ty = self.asked_type(place);
            if !ty.is_narrow() || ty.kind() == Some(Kind::YesNo) {
                continue;
            }
            if let Some((value, range)) = self.find_inside(&ty, &rest) {
                blank(&mut rest, range);
                found.push((place, value));
            }
        }
        if !found.iter().any(|(place, _)| *place != waiting) {
            return None;
        }
        let mut accepted = Vec::new();
        for (place, value) in found {
            if self.accept(place, value) {
                accepted.push(place);
            }
        }
        if accepted.is_empty() {
            return None;
        }
        self.misunderstood = 0;
        if accepted.contains(&waiting) {
            return Some(Next::After(waiting));
        }
        Some(Next::Reask {
            place: waiting,
            fresh: true,
        })
    }

    /// A value of the type inside a message, and where it stands.
    fn find_inside(&self, ty: &Ty, text: &str) -> Option<(Value, std::ops::Range<usize>)> {
        let (value, range) = match self.env().read(ty, text) {
            Reading::Whole(value) => (value, 0..text.len()),
            Reading::Inside(value, range) => (value, range),
            Reading::None => return None,
        };
        // A member is heard by what it is called, not by what is nearly that: "gift" is no "thanks gift".
        if let Some(Kind::Member(set)) = ty.kind() {
            let heard = normalise(&text[range.clone()]);
            let called = self
                .project
                .set_words
                .get(set as usize)
                .map_or(&[][..], |set| &set.members);
            if !called.iter().any(|member| member.is(&heard)) {
                return None;
            }
        }
        Some((value, range))
    }

    /// A question outside a form takes its answer from the message that a handler took (6.6).
    pub(crate) fn prefilled(&mut self, place: NodeRef<'a>) -> bool {
        if form_of(place).is_some() || !ast::AskStmt::can_cast(place.kind()) {
            return false;
        }
        self.prefill_one(place)
    }

    fn prefill_one(&mut self, place: NodeRef<'a>) -> bool {
        let ty = self.asked_type(place);
        let Some(rest) = self.prefill.clone() else {
            return false;
        };
        if !ty.is_narrow() || ty.kind() == Some(Kind::YesNo) {
            return false;
        }
        let Some((value, range)) = self.find_inside(&ty, &rest) else {
            return false;
        };
        if !self.accept(place, value) {
            return false;
        }
        let mut rest = rest;
        blank(&mut rest, range);
        self.prefill = Some(rest);
        true
    }

    fn prefill_form(&mut self, form: NodeRef<'a>) {
        if self.prefill.is_none() {
            return;
        }
        let asks = asks_of(form);
        let types: Vec<Ty> = asks.iter().map(|place| self.asked_type(*place)).collect();
        for (place, ty) in asks.iter().zip(&types) {
            if types.iter().filter(|other| *other == ty).count() == 1 {
                self.prefill_one(*place);
            }
        }
    }
}

/// Words that are used are not used again.
fn blank(text: &mut String, range: std::ops::Range<usize>) {
    text.replace_range(range, " ; ");
}

/// What stands behind the words of a correction, if the message begins with any.
fn corrected(text: &str) -> Option<String> {
    let message = normalise(text);
    let words: Vec<&str> = (0..message.words().len())
        .filter_map(|place| message.word(place))
        .collect();
    let mut at = 0;
    while let Some(length) = leading(&words[at..], CORRECTIONS) {
        at += length;
    }
    if at == 0 {
        return None;
    }
    while let Some(length) = leading(&words[at..], SMALL) {
        at += length;
    }
    let from = message.words().get(at)?.from as usize;
    Some(text[from..].to_owned())
}

/// How many words the phrase has that stands first.
fn leading(words: &[&str], phrases: &[&str]) -> Option<usize> {
    let fits = |phrase: &&&str| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        words.starts_with(&parts)
    };
    phrases.iter().find(fits).map(|phrase| phrase.split(' ').count())
}
