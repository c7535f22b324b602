//! Forms: several answers in one message, corrections, answers from the message that led here (semantics 6).

use botflow_artifact::*;
use botflow_understanding::normalise;
use botflow_values::{Kind, equals};

use crate::effect::Effect;
use crate::reading::Heard;
use crate::record::Record;
use crate::turn::{Next, Turn};

impl<'a> Turn<'a> {
    /// The `ask`s of the form that the waiting question belongs to, and whether each is answered.
    fn form_asks(&self, ask: &Ask) -> Option<Vec<(PlaceId, &'a Ask, bool)>> {
        let p = self.p;
        let frame = self.c.frames.last()?;
        let state = frame
            .form
            .as_deref()
            .filter(|state| ask.form == Some(state.place))?;
        let PlaceKind::Form(form) = &p.bot.places.get(state.place.index())?.kind else {
            return None;
        };
        let asks = form
            .asks
            .iter()
            .filter_map(|id| match &p.bot.places.get(id.index())?.kind {
                PlaceKind::Ask(ask) => Some((*id, &**ask, state.answered.contains(id))),
                _ => None,
            });
        Some(asks.collect())
    }

    /// Within a form: a correction, or several answers in one message. `None` = neither.
    pub fn take_in_form(&mut self, id: PlaceId, place: &Place, ask: &Ask, heard: &Heard<'_>) -> Option<Next> {
        let asks = self.form_asks(ask)?;
        if let Some(rest) = correction(heard.text)
            && let Some(next) = self.correct(id, place, ask, &asks, rest)
        {
            return Some(next);
        }
        // What people see is a list with numbers: a number of it is no answer to a question they have not seen.
        if self.numbers_a_suggestion(id, ask, heard) {
            return None;
        }
        // A wrong answer to the question they see is none to another one.
        if self.scope().is_out_of_bounds(ask.ty, heard) {
            return None;
        }
        self.several_answers(id, place, &asks, heard)
    }

    fn correct(
        &mut self,
        id: PlaceId,
        place: &Place,
        ask: &Ask,
        asks: &[(PlaceId, &'a Ask, bool)],
        rest: &str,
    ) -> Option<Next> {
        let heard = Heard::new(rest);
        let scope = self.scope();
        if scope.is_narrow(ask.ty)
            && let Some(value) = scope.read_whole(ask.ty, &heard)
        {
            return Some(self.take_answer(id, place, ask, value));
        }
        let order: Vec<PlaceId> = self.c.frames.last()?.answered.iter().rev().copied().collect();
        let mut free_text = true;
        for corrected in order {
            let Some((_, ask, true)) = asks.iter().find(|(one, _, _)| *one == corrected).copied() else {
                continue;
            };
            let scope = self.scope();
            if scope
                .type_info(ask.ty)
                .is_none_or(|info| info.kind == Some(Kind::YesNo))
            {
                continue;
            }
            if !scope.is_narrow(ask.ty) && !std::mem::take(&mut free_text) {
                continue;
            }
            let Some(value) = scope.read_whole(ask.ty, &heard) else {
                continue;
            };
            let before = match ask.into {
                AskTarget::Slot(slot) => self.get(slot),
                AskTarget::Customer(field) => self.scope().customer(field),
            };
            if equals(&before, &value) {
                continue;
            }
            let count = self.c.frames.last()?.answered.len();
            if self.store(corrected, ask, value).is_err() {
                continue;
            }
            // A corrected answer keeps its place among the answered questions.
            if let Some(frame) = self.top()
                && frame.answered.len() > count
            {
                frame.answered.pop();
            }
            self.out
                .push(Effect::Record(Record::Corrected { place: corrected }));
            return Some(self.corrected(ask));
        }
        None
    }

    /// After a correction the form is gone through again (6.5).
    fn corrected(&mut self, ask: &Ask) -> Next {
        self.understood();
        self.start_tries();
        self.c.question = None;
        if let Some(form) = self.top().and_then(|frame| frame.form.as_mut()) {
            form.replay = true;
        }
        if let AskTarget::Slot(slot) = ask.into {
            let flow = self
                .c
                .frames
                .get(self.home(self.c.frames.len() - 1))
                .map(|frame| frame.flow);
            let home = self.home(self.c.frames.len() - 1);
            let found = self.any_handler(|id, handler, level| {
                let here = level.is_some_and(|level| self.home(level) == home) && Some(handler.flow) == flow;
                let hears = here && handler.hears == Hears::Changed(slot) && self.listens(handler, level);
                hears.then_some((id, level))
            });
            if let Some((handler, level)) = found {
                return Some(self.push_handler(handler, level));
            }
        }
        self.resume()
    }

    /// The form is being gone through again, and this operation belongs to it.
    pub fn is_replaying(&self, pc: Pc) -> bool {
        let Some(state) = self.c.frames.last().and_then(|frame| frame.form.as_deref()) else {
            return false;
        };
        state.replay
            && matches!(
                self.p.bot.places.get(state.place.index()).map(|place| &place.kind),
                Some(PlaceKind::Form(form)) if (form.begin..form.end).contains(&pc)
            )
    }

    fn several_answers(
        &mut self,
        id: PlaceId,
        place: &Place,
        asks: &[(PlaceId, &'a Ask, bool)],
        heard: &Heard<'_>,
    ) -> Option<Next> {
        let open: Vec<(PlaceId, &'a Ask)> = asks
            .iter()
            .filter(|(_, _, answered)| !answered)
            .map(|(id, ask, _)| (*id, *ask))
            .collect();
        let alone = |ty: TypeId| open.iter().filter(|(_, other)| other.ty == ty).count() == 1;
        let mut text = heard.text.to_owned();
        let mut found: Vec<(PlaceId, &'a Ask, Value)> = Vec::new();
        let first = open.iter().filter(|(one, _)| *one == id);
        let others = open.iter().filter(|(one, other)| *one != id && alone(other.ty));
        for (one, other) in first.chain(others) {
            if let Some(value) = self.find_inside(other, &mut text) {
                found.push((*one, *other, value));
            }
        }
        if found.iter().all(|(one, _, _)| *one == id) {
            return None;
        }
        let mut here = false;
        let mut others = false;
        for (one, other, value) in found {
            let stored = self.store(one, other, value).is_ok();
            here |= stored && one == id;
            others |= stored && one != id;
        }
        if !here && !others {
            return None;
        }
        self.understood();
        self.start_tries();
        self.c.question = None;
        Some(if here {
            Some(place.then)
        } else {
            self.ask_again(id)
        })
    }

    /// A value for the question inside the text; the words used are taken out of it.
    fn find_inside(&self, ask: &Ask, text: &mut String) -> Option<Value> {
        let scope = self.scope();
        let info = scope.type_info(ask.ty)?;
        if !info.narrow || info.kind == Some(Kind::YesNo) {
            return None;
        }
        let heard = Heard::new(text);
        let found = scope.read(ask.ty, &heard)?;
        let before = text.len() - text.trim_start().len();
        let range = before + found.range.start..before + found.range.end;
        // A member is heard by what it is called, not by what is nearly that: "gift" is no "thanks gift".
        if let Some(Kind::Member(set)) = info.kind {
            let heard = normalise(&text[range.clone()]);
            let called = self
                .p
                .members
                .get(set as usize)
                .map_or(&[][..], |set| &set.members);
            if !called.iter().any(|member| member.is(&heard)) {
                return None;
            }
        }
        text.replace_range(range, " ; ");
        Some(found.value)
    }

    /// The message that led here answers this question (6.6).
    pub fn prefill_ask(&mut self, id: PlaceId, ask: &Ask) -> bool {
        if ask.form.is_some() {
            return false;
        }
        let Some(mut text) = self.heard.take() else {
            return false;
        };
        let mut rest = text.clone();
        let found = self.find_inside(ask, &mut rest);
        let stored = found.is_some_and(|value| self.store(id, ask, value).is_ok());
        if stored {
            text = rest;
        }
        self.heard = Some(text);
        stored
    }

    /// The message that led here answers questions of this form (6.6).
    pub fn prefill_form(&mut self, form: &'a Form) {
        let Some(mut text) = self.heard.take() else {
            return;
        };
        let p = self.p;
        let asks: Vec<(PlaceId, &'a Ask)> = (form.asks.iter())
            .filter_map(|id| match &p.bot.places.get(id.index())?.kind {
                PlaceKind::Ask(ask) => Some((*id, &**ask)),
                _ => None,
            })
            .collect();
        for (id, ask) in &asks {
            if asks.iter().filter(|(_, other)| other.ty == ask.ty).count() > 1 {
                continue;
            }
            let mut rest = text.clone();
            if let Some(value) = self.find_inside(ask, &mut rest)
                && self.store(*id, ask, value).is_ok()
            {
                text = rest;
            }
        }
        self.heard = Some(text);
    }
}

/// Words that begin a correction, in the languages of the library.
const CORRECTIONS: &[&str] = &[
    "no",
    "not",
    "actually",
    "sorry",
    "i mean",
    "i meant",
    "wait",
    "nu",
    "de fapt",
    "scuze",
    "adică",
    "adica",
    "ba nu",
    "нет",
    "не",
    "точнее",
    "вернее",
    "извините",
    "ой",
    "то есть",
];

/// Small words before a corrected value.
const SMALL: &[&str] = &[
    "to", "in", "at", "it's", "its", "it is", "the", "for", "la", "în", "in", "pe", "на", "в", "до", "это",
];

/// What follows the words of a correction, if the message begins with some.
fn correction(text: &str) -> Option<&str> {
    let mut rest = strip(text);
    let mut found = false;
    while let Some(after) = CORRECTIONS.iter().find_map(|word| without(rest, word)) {
        found = true;
        rest = after;
    }
    while let Some(after) = SMALL.iter().find_map(|word| without(rest, word)) {
        rest = after;
    }
    (found && !rest.is_empty()).then_some(rest)
}

/// The text behind a word that it begins with.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for expected in word.chars() {
        let c = rest.next()?;
        if !c.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    let rest = rest.as_str();
    let ends = rest
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric() && c != '\'');
    ends.then(|| strip(rest))
}

/// The text without spaces and punctuation in front.
fn strip(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '.' | '!' | ';' | ':' | '-' | '–' | '—' | '…')
    })
}
