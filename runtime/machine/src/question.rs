//! Questions: reaching, putting, putting again, failed tries (semantics 5).

use botflow_artifact::*;
use botflow_message::{Button, Message, Part as Shown, Suggestion as Quick};
use smol_str::SmolStr;

use crate::conversation::{FormState, NOWHERE, Offered, Question};
use crate::effect::{Effect, Fault};
use crate::record::{GivenUp, MAX_UNCLEAR, Record};
use crate::turn::{Next, Turn};

/// Which words a question is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// Those of the question.
    First,
    /// Those for asking again, if there are any.
    Again,
}

impl Turn<'_> {
    /// Reaches a place.
    pub fn enter(&mut self, id: PlaceId) -> Next {
        let p = self.p;
        let Some(place) = p.bot.places.get(id.index()) else {
            self.fault(Fault::Lost);
            return None;
        };
        if !matches!(place.kind, PlaceKind::Form(_)) {
            self.opens();
            if let Some(frame) = self.top() {
                frame.insists = false;
            }
        }
        match &place.kind {
            PlaceKind::Ask(ask) => self.enter_ask(id, place, ask),
            PlaceKind::Choose(_) => {
                self.leave_for(id);
                self.start_tries();
                self.put(id, place, Words::First)
            }
            PlaceKind::Form(form) => {
                if let Some(frame) = self.top() {
                    frame.form = Some(Box::new(FormState {
                        place: id,
                        answered: Vec::new(),
                        last: NOWHERE,
                        replay: false,
                    }));
                }
                self.prefill_form(form);
                Some(form.begin)
            }
            PlaceKind::Call(site) => self.enter_call(id, place, site),
            PlaceKind::Wait { duration } => {
                let duration = self.eval(*duration);
                self.enter_wait(id, place, duration)
            }
            PlaceKind::WaitFor(wait) => self.enter_wait_for(id, place, wait),
            PlaceKind::Run(site) => {
                let args: Vec<Value> = site.args.iter().map(|arg| self.eval(*arg)).collect();
                self.rest_at(id);
                let flow = p.bot.flows.get(site.flow.index());
                let (Some(flow), true) = (flow, self.c.frames.len() < MAX_FRAMES) else {
                    self.fault(Fault::Lost);
                    return None;
                };
                let mut args = args;
                args.truncate(flow.params as usize);
                self.push_frame(site.flow, crate::FrameKind::Run, args);
                Some(flow.entry)
            }
            PlaceKind::Escalate(escalation) => self.escalate(id, *escalation),
            PlaceKind::AskQueue(ask) => self.enter_ask_queue(id, place, ask),
            PlaceKind::Verify(verify) => self.enter_verify(id, place, verify),
        }
    }

    /// Another question than the one that waits is reached: that one is given up.
    pub fn leave_for(&mut self, id: PlaceId) {
        if self.c.frames.last().is_some_and(|frame| frame.asked != id) {
            self.give_up(GivenUp::Left);
        }
    }

    /// The tries at the present question of the topmost frame start anew.
    pub fn start_tries(&mut self) {
        if let Some(frame) = self.top() {
            frame.tries = 0;
            frame.retrying = false;
        }
    }

    /// Reaches an `ask` in the course of the flow (5.6, 6.1, 6.6).
    fn enter_ask(&mut self, id: PlaceId, place: &Place, ask: &Ask) -> Next {
        if self.form_has(id, ask)
            || self.is_known(ask)
            || self.skips(ask)
            || self.answered_before(id, ask)
            || self.prefill_ask(id, ask)
        {
            return Some(place.then);
        }
        self.leave_for(id);
        self.start_tries();
        let last = self.form_of(ask).map(|form| form.last);
        let words = if last == Some(id) {
            Words::Again
        } else {
            Words::First
        };
        self.put(id, place, words)
    }

    /// The form of the topmost frame, if the question belongs to it.
    fn form_of(&mut self, ask: &Ask) -> Option<&mut FormState> {
        let of = ask.form?;
        self.top()?.form.as_deref_mut().filter(|form| form.place == of)
    }

    /// The question's form has its answer.
    fn form_has(&mut self, id: PlaceId, ask: &Ask) -> bool {
        ask.form.is_some() && self.form_of(ask).is_some_and(|form| form.answered.contains(&id))
    }

    /// The field that is asked for is known.
    fn is_known(&self, ask: &Ask) -> bool {
        match ask.into {
            AskTarget::Customer(field) => self.scope().customer(field).is_known(),
            AskTarget::Slot(_) => false,
        }
    }

    /// `skip if`; gives the variable its value.
    fn skips(&mut self, ask: &Ask) -> bool {
        let Some(skip) = ask.skip else {
            return false;
        };
        if !self.yes(skip.condition) {
            return false;
        }
        let value = skip.with.map_or(Value::Unknown, |with| self.eval(with));
        match ask.into {
            AskTarget::Slot(slot) => self.set(slot, value),
            AskTarget::Customer(field) if value.is_known() => self.remember(field, value),
            AskTarget::Customer(_) => {}
        }
        true
    }

    /// Puts a question again, or skips it (5.5).
    pub fn ask_again(&mut self, id: PlaceId) -> Next {
        let p = self.p;
        let Some(place) = p.bot.places.get(id.index()) else {
            self.fault(Fault::Lost);
            return None;
        };
        let mut insists = false;
        if let Some(frame) = self.top() {
            insists = frame.insists && frame.asked == id;
            if !frame.retrying {
                frame.tries = 0;
            }
            frame.retrying = false;
        }
        match &place.kind {
            PlaceKind::Ask(ask)
                if !insists && (self.form_has(id, ask) || self.is_known(ask) || self.skips(ask)) =>
            {
                self.known_by_now(id);
                Some(place.then)
            }
            _ => self.put(id, place, Words::Again),
        }
    }

    /// A question that waited need not be answered any more: what it asks for is known.
    pub fn known_by_now(&mut self, id: PlaceId) {
        if let Some(frame) = self.c.frames.last_mut()
            && frame.open
            && frame.asked == id
        {
            frame.open = false;
            self.out.push(Effect::Record(Record::Answered {
                place: id,
                tries: frame.tries,
                asked: true,
            }));
        }
    }

    /// The same by the flow's own doing: an address is proven by a new code then, but not after a failed try (11.12).
    pub fn ask_anew(&mut self, id: PlaceId) -> Next {
        if let Some(place) = self.p.bot.places.get(id.index())
            && let PlaceKind::Verify(verify) = &place.kind
            && self.top().is_some_and(|frame| !frame.retrying)
            && !self.send_code(verify)
        {
            return Some(verify.failed.unwrap_or(place.then));
        }
        self.ask_again(id)
    }

    /// Puts the waiting question once more in its first words, its tries anew (3.4).
    pub fn once_more(&mut self, id: PlaceId) -> Next {
        self.start_tries();
        if let Some(place) = self.p.bot.places.get(id.index())
            && let PlaceKind::Verify(verify) = &place.kind
            && !self.send_code(verify)
        {
            return Some(verify.failed.unwrap_or(place.then));
        }
        self.put_first(id)
    }

    /// Puts a question in its first words, whatever is known (11.3).
    pub fn put_first(&mut self, id: PlaceId) -> Next {
        match self.p.bot.places.get(id.index()) {
            Some(place) => self.put(id, place, Words::First),
            None => {
                self.fault(Fault::Lost);
                None
            }
        }
    }

    /// Puts a question; the conversation rests at it.
    fn put(&mut self, id: PlaceId, place: &Place, words: Words) -> Next {
        self.leave_for(id);
        let mut offered = None;
        match &place.kind {
            PlaceKind::Ask(ask) => {
                // The labels of a list are those of what it gives now.
                offered = self.suggest_from(ask);
                let bare = words == Words::First || ask.again.is_none();
                if !(bare && self.suggests_nothing(ask) && self.send_bare(ask.question)) {
                    let mut message = self.words(ask.question, ask.again, words);
                    self.suggestions(id, ask, offered.as_deref(), &mut message);
                    self.send_message(message);
                }
                if let Some(form) = self.form_of(ask) {
                    form.last = id;
                    form.replay = false;
                }
            }
            PlaceKind::Choose(choose) => {
                offered = self.offer(choose);
                if let Some(offered) = &offered {
                    if let (Some(from), true) = (&choose.from, offered.items.is_empty())
                        && let Some(none) = from.none
                    {
                        self.unput = true;
                        return Some(none);
                    }
                    if offered.items.is_empty() && offered.options.is_empty() {
                        if let Some(into) = choose.into {
                            let nothing = if choose.several {
                                Value::List(Vec::new())
                            } else {
                                Value::Unknown
                            };
                            self.set(into, nothing);
                        }
                        return Some(place.then);
                    }
                } else if choose.options.is_empty() {
                    return Some(place.then);
                }
                let mut message = self.words(choose.question, choose.again, words);
                self.options(id, choose, offered.as_deref(), &mut message);
                self.send_message(message);
            }
            PlaceKind::Verify(verify) => {
                if let Some(question) = verify.question {
                    let message = self.words(question, None, words);
                    self.send_message(message);
                }
            }
            _ => return Some(place.then),
        }
        self.speak();
        self.unput = false;
        self.heard = None;
        self.rest_at(id);
        if let Some(frame) = self.c.frames.last_mut() {
            frame.asked = id;
            let again = std::mem::replace(&mut frame.open, true);
            self.out.push(Effect::Record(Record::Put { place: id, again }));
            if !matches!(place.kind, PlaceKind::Verify(_)) {
                frame.pending = None;
            }
        }
        self.c.question = Some(Question {
            put_at: self.now,
            put: self.c.puts.wrapping_add(1),
            nudged: 0,
            offered,
        });
        self.c.puts = self.c.puts.wrapping_add(1);
        None
    }

    fn send_message(&mut self, mut message: Message) {
        self.subject(&mut message);
        self.emit(message);
    }

    /// The words of a question, with its hint.
    fn words(&self, question: MessageId, again: Option<MessageId>, words: Words) -> Message {
        let scope = self.scope();
        match (words, again) {
            (Words::Again, Some(again)) => {
                let mut message = scope.message(again);
                let hint = |id: MessageId| self.p.bot.messages.get(id.index()).and_then(|one| one.hint);
                if let (None, Some(hint)) = (hint(again), hint(question)) {
                    message.parts.insert(0, Shown::Hint(scope.words(hint)));
                }
                message
            }
            _ => scope.message(question),
        }
    }

    /// Adds the suggestions of a question, or the members of its closed set.
    fn suggestions(&self, id: PlaceId, ask: &Ask, listed: Option<&Offered>, message: &mut Message) {
        let put = self.c.puts.wrapping_add(1);
        let listed = listed.map_or(&[][..], |listed| &listed.items);
        for (index, label) in self.suggested(ask, listed).into_iter().enumerate() {
            let payload = self.payload(id, put, index);
            message.parts.push(Shown::Suggestion(Quick { label, payload }));
        }
    }

    /// Adds the options of a `choose`.
    fn options(&self, id: PlaceId, choose: &Choose, offered: Option<&Offered>, message: &mut Message) {
        let put = self.c.puts.wrapping_add(1);
        message
            .parts
            .reserve_exact(offered.map_or(choose.options.len(), Offered::len));
        self.each_option(choose, offered, |entry, scope, label, act, _| {
            let label = scope.text(label);
            let button = match act {
                OptionAct::Way(_) | OptionAct::GoOn => {
                    Some(Button::press(label, self.payload(id, put, entry)))
                }
                OptionAct::Opens(target) => scope.address(target).map(|url| Button::open(label, url)),
                OptionAct::Calls(target) => scope.address(target).map(|number| Button::call(label, number)),
            };
            message.parts.extend(button.map(Shown::Button));
        });
    }

    /// What a button sends back: the place, which putting of it, which button.
    fn payload(&self, id: PlaceId, put: u32, index: usize) -> SmolStr {
        let mut bytes = [0u8; 40];
        let mut at = 0;
        let tag = self.p.places.get(id.index()).map_or("", |info| info.tag.as_str());
        for byte in tag.bytes().take(16) {
            bytes[at] = byte;
            at += 1;
        }
        for number in [put as usize, index] {
            bytes[at] = b'.';
            at += 1;
            let mut digits = [0u8; 20];
            let mut count = 0;
            let mut rest = number;
            loop {
                digits[count] = b'0' + (rest % 10) as u8;
                count += 1;
                rest /= 10;
                if rest == 0 || count == 10 {
                    break;
                }
            }
            for digit in digits[..count].iter().rev() {
                bytes[at] = *digit;
                at += 1;
            }
        }
        std::str::from_utf8(&bytes[..at])
            .map(SmolStr::new)
            .unwrap_or_default()
    }

    /// A failed try at the question the conversation rests at (5.4). `check`: the way of the check that said no.
    pub fn fail(&mut self, check: Option<Pc>) -> Next {
        let Some((id, place)) = self.resting() else {
            self.fault(Fault::Lost);
            return None;
        };
        self.c.misunderstood = self.c.misunderstood.saturating_add(1);
        self.unclear(id, place, check.is_some());
        self.c.question = None;
        let mut failed = 0;
        if let Some(frame) = self.top() {
            frame.tries = frame.tries.saturating_add(1);
            failed = frame.tries;
        }
        let (tries, invalid): (&[TriesWay], Option<Pc>) = match &place.kind {
            PlaceKind::Ask(ask) => (&ask.tries, ask.invalid),
            PlaceKind::Choose(choose) => (&choose.tries, choose.otherwise),
            PlaceKind::Verify(verify) => (&verify.tries, verify.invalid),
            _ => (&[], None),
        };
        if let Some(way) = tries.iter().find(|one| one.at == failed) {
            self.give_up(GivenUp::Tries);
            return Some(way.way);
        }
        if tries.is_empty()
            && let Some((handler, level)) =
                self.hearer(|hears| matches!(hears, Hears::Unclear { tries } if !tries.is_empty()))
            && let Hears::Unclear { tries } = &self.p.bot.handlers[handler.index()].hears
            && let Some(way) = tries.iter().find(|one| one.at == failed)
        {
            self.give_up(GivenUp::Tries);
            self.push_handler(handler, level);
            return Some(way.way);
        }
        if let Some((_, code)) = self.due_rule(0) {
            self.ruled = true;
            return Some(code);
        }
        if let Some(frame) = self.top() {
            frame.retrying = true;
        }
        if let Some(way) = check.or(invalid) {
            return Some(way);
        }
        if let Some((handler, level)) = self.hearer(|hears| matches!(hears, Hears::Unclear { .. })) {
            return Some(self.push_handler(handler, level));
        }
        self.ask_again(id)
    }
}

impl Turn<'_> {
    /// Records a message that was not understood (16.6).
    pub fn unclear(&mut self, id: PlaceId, place: &Place, checked: bool) {
        let sensitive = match &place.kind {
            PlaceKind::Verify(_) => true,
            PlaceKind::Ask(ask) => match ask.into {
                AskTarget::Customer(field) => {
                    let field = self.p.bot.customer.get(field.index());
                    field.is_none_or(|field| field.sensitive)
                }
                AskTarget::Slot(slot) => {
                    let flow = self.p.bot.flows.get(place.flow.index());
                    let slot = flow.and_then(|flow| flow.slots.get(slot.index()));
                    slot.is_none_or(|slot| slot.sensitive)
                }
            },
            _ => false,
        };
        let text = (!sensitive && !self.words.is_empty()).then(|| match self.words.len() {
            0..=MAX_UNCLEAR => self.words.clone(),
            _ => SmolStr::new(&self.words[..self.words.floor_char_boundary(MAX_UNCLEAR)]),
        });
        self.out.push(Effect::Record(Record::Unclear {
            place: id,
            checked,
            text,
        }));
    }
}

/// `run` is not recursive and one digression is open, so the stack of a verified bot is far below this.
const MAX_FRAMES: usize = 200;

impl Offered {
    /// How many options there are.
    pub fn len(&self) -> usize {
        self.items.len() + self.options.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.options.is_empty()
    }
}
