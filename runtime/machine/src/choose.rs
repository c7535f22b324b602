//! Answers to `choose`: what is offered, what a message picks (semantics 5.7).

use botflow_artifact::*;
use botflow_message::{Button, Message, Part as Shown};
use botflow_understanding::{OptionMatch, OptionWords, match_option, options::exact_option};
use smallvec::{SmallVec, smallvec};
use smol_str::SmolStr;

use crate::conversation::Offered;
use crate::reading::Heard;
use crate::scope::Scope;
use crate::turn::{Next, Turn};

/// What a message picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// These options, by their places among those offered; at least one.
    Options(SmallVec<[usize; 2]>),
    /// A link.
    Link(usize),
}

/// The options as they are heard: what each is called, and its place among those offered.
struct Called<'a> {
    picks: std::borrow::Cow<'a, [OptionWords]>,
    pick_places: std::borrow::Cow<'a, [u32]>,
    links: std::borrow::Cow<'a, [OptionWords]>,
    link_places: std::borrow::Cow<'a, [u32]>,
}

impl Turn<'_> {
    /// What is offered now; `None` where that depends on nothing.
    pub fn offer(&self, choose: &Choose) -> Option<Box<Offered>> {
        if choose.from.is_none() && choose.options.iter().all(|one| one.condition.is_none()) {
            return None;
        }
        let scope = self.scope();
        let mut offered = Offered::default();
        if let Some(from) = &choose.from
            && let Value::List(items) = scope.eval(from.list)
        {
            let mut slots = scope.variables_with(from.item);
            for item in items {
                if offered.items.len() >= from.at_most as usize {
                    break;
                }
                if let Some(condition) = from.condition {
                    if let Some(slot) = slots.get_mut(from.item.index()) {
                        *slot = item.clone();
                    }
                    if !scope.with(&slots).yes(condition) {
                        continue;
                    }
                }
                offered.items.push(item);
            }
        }
        let written = choose.options.iter().enumerate();
        offered.options = written
            .filter(|(_, one)| scope.allows(one.condition))
            .map(|(index, _)| index as u32)
            .collect();
        Some(Box::new(offered))
    }

    /// Goes through the options offered: place, what sees the option's variables, label, act, written option.
    pub fn each_option(
        &self,
        choose: &Choose,
        offered: Option<&Offered>,
        mut each: impl FnMut(usize, &Scope<'_>, TextId, OptionAct, Option<&ChooseOption>),
    ) {
        let scope = self.scope();
        let mut entry = 0;
        if let (Some(from), Some(offered)) = (&choose.from, offered) {
            let mut slots = scope.variables_with(from.item);
            for item in &offered.items {
                if let Some(slot) = slots.get_mut(from.item.index()) {
                    *slot = item.clone();
                }
                each(entry, &scope.with(&slots), from.label, from.act, None);
                entry += 1;
            }
        }
        match offered {
            None => {
                for (index, option) in choose.options.iter().enumerate() {
                    each(index, &scope, option.label, option.act, Some(option));
                }
            }
            Some(offered) => {
                for index in &offered.options {
                    if let Some(option) = choose.options.get(*index as usize) {
                        each(entry, &scope, option.label, option.act, Some(option));
                    }
                    entry += 1;
                }
            }
        }
    }

    fn called(&self, id: PlaceId, choose: &Choose) -> Called<'_> {
        let offered = self
            .c
            .question
            .as_ref()
            .and_then(|question| question.offered.as_deref());
        if offered.is_none()
            && let Some(fixed) = self.p.places.get(id.index()).and_then(|info| info.fixed.as_ref())
        {
            return Called {
                picks: fixed.picks.as_slice().into(),
                pick_places: fixed.pick_indices.as_slice().into(),
                links: fixed.links.as_slice().into(),
                link_places: fixed.link_indices.as_slice().into(),
            };
        }
        let (mut picks, mut pick_places) = (Vec::new(), Vec::new());
        let (mut links, mut link_places) = (Vec::new(), Vec::new());
        self.each_option(choose, offered, |entry, scope, label, act, option| {
            let shown = scope.text(label);
            let words = option.map_or(&[][..], |option| &option.words);
            let called = scope.p.option_words(label, words, Some(&shown));
            // What is gone since it was offered has kept its number.
            while picks.len() + links.len() < entry {
                pick_places.push((picks.len() + links.len()) as u32);
                picks.push(OptionWords::new([]));
            }
            if matches!(act, OptionAct::Opens(_) | OptionAct::Calls(_)) {
                links.push(called);
                link_places.push(entry as u32);
            } else {
                picks.push(called);
                pick_places.push(entry as u32);
            }
        });
        Called {
            picks: picks.into(),
            pick_places: pick_places.into(),
            links: links.into(),
            link_places: link_places.into(),
        }
    }

    /// What a message surely picks.
    pub fn sure_pick(&self, id: PlaceId, choose: &Choose, heard: &Heard<'_>) -> Option<Pick> {
        let called = self.called(id, choose);
        let place = |places: &[u32], at: usize| places[at] as usize;
        if let Some(at) = exact_option(heard.normalised(), &called.picks) {
            return Some(Pick::Options(smallvec![place(&called.pick_places, at)]));
        }
        if let Some(at) = exact_option(heard.normalised(), &called.links) {
            return Some(Pick::Link(place(&called.link_places, at)));
        }
        if choose.several {
            return several(heard.text, &called, |piece| {
                exact_option(piece.normalised(), &called.picks)
            });
        }
        None
    }

    /// Whether an option that was offered does not exist any more.
    fn is_gone(&self, choose: &Choose, place: u32) -> bool {
        let offered = self
            .c
            .question
            .as_ref()
            .and_then(|question| question.offered.as_deref());
        let items = offered.map_or(0, |offered| offered.items.len());
        place as usize >= items && written(choose, offered, place as usize).is_none()
    }

    /// What a message may pick: a number, or nearly an option.
    pub fn possible_pick(&self, id: PlaceId, choose: &Choose, heard: &Heard<'_>) -> Option<Pick> {
        let called = self.called(id, choose);
        let near = |heard: &Heard<'_>| match match_option(heard.normalised(), &called.picks) {
            OptionMatch::Exact(at) | OptionMatch::Number(at) | OptionMatch::Inexact(at) => {
                (!self.is_gone(choose, called.pick_places[at])).then_some(at)
            }
            OptionMatch::Ambiguous | OptionMatch::None => None,
        };
        if choose.several
            && let Some(picked) = several(heard.text, &called, near)
        {
            return Some(picked);
        }
        if let Some(at) = near(heard) {
            return Some(Pick::Options(smallvec![called.pick_places[at] as usize]));
        }
        match match_option(heard.normalised(), &called.links) {
            OptionMatch::Inexact(at) => Some(Pick::Link(called.link_places[at] as usize)),
            _ => None,
        }
    }

    /// The waiting `choose` has these options.
    pub fn take_pick(&mut self, id: PlaceId, place: &Place, choose: &Choose, pick: Pick) -> Next {
        self.understood();
        let offered = self
            .c
            .question
            .as_mut()
            .and_then(|question| question.offered.take());
        let mut picked = match pick {
            Pick::Link(link) => {
                self.show_link(choose, offered.as_deref(), link);
                if let Some(question) = &mut self.c.question {
                    question.offered = offered;
                }
                return None;
            }
            Pick::Options(picked) => picked,
        };
        self.c.question = None;
        let way = self.act_of(choose, offered.as_deref(), picked.first().copied().unwrap_or(0));
        picked.sort_unstable();
        picked.dedup();
        let mut last = Value::Unknown;
        let mut values = Vec::new();
        for entry in picked {
            let value = self.picked_value(choose, offered.as_deref(), entry);
            if choose.several {
                values.push(value);
            } else {
                last = value;
            }
        }
        if let Some(into) = choose.into {
            let value = if choose.several { Value::List(values) } else { last };
            self.set(into, value);
        }
        self.answered(id);
        self.start_tries();
        Some(match way {
            Some(OptionAct::Way(way)) => way,
            _ => place.then,
        })
    }

    fn act_of(&self, choose: &Choose, offered: Option<&Offered>, entry: usize) -> Option<OptionAct> {
        let items = offered.map_or(0, |offered| offered.items.len());
        if entry < items {
            return choose.from.as_ref().map(|from| from.act);
        }
        written(choose, offered, entry).map(|option| option.act)
    }

    /// The value of an option; an item of a list is put into its variable, too.
    fn picked_value(&mut self, choose: &Choose, offered: Option<&Offered>, entry: usize) -> Value {
        if let (Some(from), Some(offered)) = (&choose.from, offered)
            && let Some(item) = offered.items.get(entry)
        {
            self.set(from.item, item.clone());
            return item.clone();
        }
        if choose.into.is_none() {
            return Value::Unknown;
        }
        match written(choose, offered, entry) {
            Some(ChooseOption {
                value: Some(value), ..
            }) => self.eval(*value),
            // What was chosen is the same in all languages, so that it can be compared and counted.
            Some(option) => Value::Text(self.scope().text_in_first(option.label)),
            None => Value::Unknown,
        }
    }

    /// A link that was asked for in words: it is shown by itself, and the question keeps waiting.
    fn show_link(&mut self, choose: &Choose, offered: Option<&Offered>, link: usize) {
        let mut message = None;
        self.each_option(choose, offered, |entry, scope, label, act, _| {
            if entry != link {
                return;
            }
            let label: SmolStr = scope.text(label);
            let button = match act {
                OptionAct::Opens(target) => scope.address(target).map(|url| Button::open(label.clone(), url)),
                OptionAct::Calls(target) => scope
                    .address(target)
                    .map(|number| Button::call(label.clone(), number)),
                OptionAct::Way(_) | OptionAct::GoOn => None,
            };
            // A label has no markup.
            let words = botflow_message::markup::escape(&label).into_owned();
            message = button.map(|button| Message::text(words).with(Shown::Button(button)));
        });
        if let Some(mut message) = message {
            self.subject(&mut message);
            self.speak();
            self.emit(message);
        }
    }
}

/// A written option by its place among those offered.
fn written<'a>(choose: &'a Choose, offered: Option<&Offered>, entry: usize) -> Option<&'a ChooseOption> {
    match offered {
        None => choose.options.get(entry),
        Some(offered) => {
            let index = offered.options.get(entry.checked_sub(offered.items.len())?)?;
            choose.options.get(*index as usize)
        }
    }
}

/// Cuts a message into pieces, each of which must be an option.
fn several(text: &str, called: &Called<'_>, find: impl Fn(&Heard<'_>) -> Option<usize>) -> Option<Pick> {
    let mut picked = SmallVec::new();
    for piece in text.split([',', ';', '\n', '+', '&']) {
        let words: Vec<&str> = piece.split_whitespace().collect();
        for piece in words.split(|word| AND.contains(&word.to_lowercase().as_str())) {
            if piece.is_empty() {
                continue;
            }
            if picked.len() == MAX_PICKED {
                return None;
            }
            picked.push(called.pick_places[find(&Heard::new(&piece.join(" ")))?] as usize);
        }
    }
    (!picked.is_empty()).then_some(Pick::Options(picked))
}

/// The words between options.
const AND: [&str; 4] = ["and", "și", "si", "и"];

/// So many options may be picked at once.
const MAX_PICKED: usize = 100;
