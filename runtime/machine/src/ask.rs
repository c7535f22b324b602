//! Answers to `ask`: reading, checking, storing (semantics 5.2, 5.3, 5.8).

use botflow_artifact::*;
use botflow_understanding::{OptionMatch, OptionWords, match_option, options::exact_option};
use botflow_values::Kind;
use smol_str::SmolStr;

use crate::conversation::Offered;
use crate::reading::Heard;
use crate::turn::{Next, Turn};

impl Turn<'_> {
    /// What is suggested with a question: what is written, else the members of its closed set.
    pub fn suggested(&self, ask: &Ask, listed: &[Value]) -> Vec<SmolStr> {
        let scope = self.scope();
        if !ask.suggest.is_empty() {
            let mut labels = Vec::with_capacity(ask.suggest.len());
            for one in &ask.suggest {
                match one {
                    Suggestion::Label(label) => labels.push(scope.text(*label)),
                    Suggestion::List { .. } => labels.extend(listed.iter().map(|item| {
                        let mut label = String::new();
                        scope.show(&mut label, item);
                        SmolStr::from(label)
                    })),
                }
            }
            return labels;
        }
        match scope.type_info(ask.ty).and_then(|info| info.kind) {
            Some(Kind::Member(set)) => {
                let members = self
                    .p
                    .bot
                    .sets
                    .get(set as usize)
                    .map_or(0, |set| set.members.len());
                let label = |index| {
                    let mut label = String::new();
                    scope.show(&mut label, &Value::member(set, index as u32));
                    SmolStr::from(label)
                };
                (0..members).map(label).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What a list suggests now: what it gives when the question is put.
    pub fn suggest_from(&self, ask: &Ask) -> Option<Box<Offered>> {
        let (list, at_most) = ask.suggest.iter().find_map(|one| match one {
            Suggestion::List { list, at_most } => Some((*list, *at_most)),
            Suggestion::Label(_) => None,
        })?;
        let mut offered = Offered::default();
        if let Value::List(items) = self.eval(list) {
            offered.items = items;
            offered.items.truncate(at_most as usize);
        }
        Some(Box::new(offered))
    }

    /// What the list of the waiting question gave.
    pub fn listed(&self) -> &[Value] {
        let offered = self
            .c
            .question
            .as_ref()
            .and_then(|question| question.offered.as_deref());
        offered.map_or(&[], |offered| &offered.items)
    }

    /// What was written on the suggestions of the waiting question, where an earlier version of the bot wrote it.
    pub fn shown(&self) -> &[SmolStr] {
        let offered = self
            .c
            .question
            .as_ref()
            .and_then(|question| question.offered.as_deref());
        offered.map_or(&[], |offered| &offered.labels)
    }

    /// Whether nothing is suggested with a question.
    pub fn suggests_nothing(&self, ask: &Ask) -> bool {
        let kind = || self.p.types.get(ask.ty.index()).and_then(|info| info.kind);
        ask.suggest.is_empty() && !matches!(kind(), Some(Kind::Member(_)))
    }

    /// The answer a message surely is: an exact suggestion, or a whole value of a narrow type.
    pub fn sure_answer(&self, id: PlaceId, ask: &Ask, heard: &Heard<'_>) -> Option<Value> {
        let scope = self.scope();
        if scope.is_narrow(ask.ty)
            && let Some(value) = scope.read_whole(ask.ty, heard)
        {
            return Some(value);
        }
        if ask.suggest.is_empty() && self.shown().is_empty() {
            return None;
        }
        let place = exact_option(heard.normalised(), &self.suggestion_words(id, ask))?;
        self.suggested_answer(ask, place)
    }

    /// The answer a message may be: any other readable one.
    pub fn possible_answer(&self, id: PlaceId, ask: &Ask, heard: &Heard<'_>) -> Option<Value> {
        let scope = self.scope();
        let called = self.suggestion_words(id, ask);
        let meant = match called.is_empty() {
            true => OptionMatch::None,
            false => match_option(heard.normalised(), &called),
        };
        if let OptionMatch::Number(place) = meant
            && !self.asks_for_a_number(ask)
            && let Some(value) = self.suggested_answer(ask, place)
        {
            return Some(value);
        }
        if let Some(found) = scope.read(ask.ty, heard) {
            return Some(found.value);
        }
        match meant {
            OptionMatch::Number(place) | OptionMatch::Inexact(place) | OptionMatch::Exact(place) => {
                self.suggested_answer(ask, place)
            }
            OptionMatch::Ambiguous | OptionMatch::None => None,
        }
    }

    /// Whether the message is the number of a suggestion, and not a number that is asked for.
    pub fn numbers_a_suggestion(&self, id: PlaceId, ask: &Ask, heard: &Heard<'_>) -> bool {
        let called = self.suggestion_words(id, ask);
        !called.is_empty()
            && !self.asks_for_a_number(ask)
            && matches!(match_option(heard.normalised(), &called), OptionMatch::Number(_))
    }

    /// A number is the position of a suggestion, unless a number is what is asked for.
    fn asks_for_a_number(&self, ask: &Ask) -> bool {
        let scope = self.scope();
        let info = scope.type_info(ask.ty);
        info.and_then(|info| info.kind).is_some_and(is_number)
    }

    fn suggestion_words(&self, id: PlaceId, ask: &Ask) -> std::borrow::Cow<'_, [OptionWords]> {
        let called = |label: &SmolStr| OptionWords::new([label.as_str()]);
        match self.p.places.get(id.index()) {
            _ if !self.shown().is_empty() => self.shown().iter().map(called).collect(),
            Some(info) if !info.suggested.is_empty() => info.suggested.as_slice().into(),
            _ if ask.suggest.is_empty() => match self.scope().type_info(ask.ty).and_then(|info| info.kind) {
                Some(Kind::Member(set)) => self
                    .p
                    .members
                    .get(set as usize)
                    .map_or(&[][..], |set| &set.members)
                    .into(),
                _ => Default::default(),
            },
            _ => self.suggested(ask, self.listed()).iter().map(called).collect(),
        }
    }

    /// What a suggestion answers: its label, read as the type.
    pub fn suggested_answer(&self, ask: &Ask, index: usize) -> Option<Value> {
        let scope = self.scope();
        if !self.shown().is_empty() {
            let label = Heard::new(self.shown().get(index)?);
            return scope.read(ask.ty, &label).map(|found| found.value);
        }
        if ask.suggest.is_empty() {
            return match scope.type_info(ask.ty)?.kind? {
                Kind::Member(set) => Some(Value::member(set, index as u32)),
                _ => None,
            };
        }
        let mut left = index;
        let mut label = None;
        for one in &ask.suggest {
            match one {
                Suggestion::Label(text) if left == 0 => {
                    label = Some(scope.text(*text));
                    break;
                }
                Suggestion::Label(_) => left -= 1,
                Suggestion::List { .. } => match self.listed().get(left) {
                    Some(item) => match item.as_text() {
                        Some(text) => {
                            label = Some(text.clone());
                            break;
                        }
                        None => return Some(item.clone()),
                    },
                    None => left -= self.listed().len(),
                },
            }
        }
        scope.read(ask.ty, &Heard::new(&label?)).map(|found| found.value)
    }

    /// Stores an answer if its checks hold. `Err`: the way of the check that said no; nothing has changed then.
    pub fn store(&mut self, id: PlaceId, ask: &Ask, value: Value) -> Result<(), Pc> {
        match ask.into {
            AskTarget::Slot(slot) => {
                let before = (!ask.checks.is_empty()).then(|| self.get(slot));
                self.set(slot, value);
                if let Some(before) = before
                    && let Err(way) = self.check(ask)
                {
                    self.set(slot, before);
                    return Err(way);
                }
            }
            AskTarget::Customer(field) => {
                let before = self.put_on_card(field, value.clone());
                let checked = self.check(ask);
                self.put_on_card(field, before);
                checked?;
                self.remember(field, value);
            }
        }
        self.answered(id);
        if let Some(form) = self.top().and_then(|frame| frame.form.as_mut())
            && ask.form == Some(form.place)
            && !form.answered.contains(&id)
        {
            form.answered.push(id);
        }
        Ok(())
    }

    fn check(&self, ask: &Ask) -> Result<(), Pc> {
        match ask.checks.iter().find(|check| !self.yes(check.condition)) {
            Some(check) => Err(check.otherwise),
            None => Ok(()),
        }
    }

    /// The waiting question has this answer.
    pub fn take_answer(&mut self, id: PlaceId, place: &Place, ask: &Ask, value: Value) -> Next {
        match self.store(id, ask, value) {
            Ok(()) => {
                self.understood();
                self.start_tries();
                self.c.question = None;
                Some(place.then)
            }
            Err(way) => self.fail(Some(way)),
        }
    }

    /// The message was understood.
    #[inline]
    pub fn understood(&mut self) {
        self.c.misunderstood = 0;
    }
}

/// Whether values of the kind are written as numbers.
fn is_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Integer | Kind::Number | Kind::Percent | Kind::Money | Kind::Duration | Kind::Phone
    )
}
