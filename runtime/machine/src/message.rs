//! What a customer writes, presses and sends: the levels of semantics 3, and the beginning (4).

use botflow_artifact::*;
use botflow_understanding::{Certainty, Listener, Match, Matcher, Pattern, law, std_pattern};
use botflow_values::Kind;
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::MAX_MESSAGE;
use crate::build::OFFER;
use crate::choose::Pick;
use crate::conversation::{Conversation, Owner};
use crate::effect::{Effect, Withdrawn};
use crate::handlers::Level;
use crate::offer::{Meant, Offered};
use crate::reading::Heard;
use crate::record::{Beginner, Record};
use crate::turn::{Next, Turn};

/// What was pressed, as far as it still means something of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Nothing, or a button that counts as its label.
    None,
    /// A button of the waiting question as it was last put.
    Question(usize),
    /// A button of a message that leads on.
    Message(Offered),
}

/// What was done about a message.
enum Taken {
    /// Nothing; the next level is asked.
    No,
    /// It has been dealt with; this is where to go on.
    Yes(Next),
}

impl Turn<'_> {
    /// Deals with something from the customer.
    ///
    /// `press`: what was pressed; `media`: what was sent beside words. The words are
    /// what was written, the label of a button, or the caption of a medium.
    pub fn customer(&mut self, written: &SmolStr, press: Press, media: Option<Value>) {
        self.words = if written.len() > MAX_MESSAGE {
            SmolStr::new(&written[..written.floor_char_boundary(MAX_MESSAGE)])
        } else {
            written.clone()
        };
        let heard = Heard::new(&written[..self.words.len()]);
        if self.is_stop(&heard) {
            return;
        }
        self.c.wrote_at = self.now;
        match self.c.owner {
            Owner::People => self.forward(self.words.clone(), media),
            Owner::Nobody => self.first_message(&heard),
            Owner::Bot if self.overhears => {
                let next = self.overheard(&heard);
                self.run(next);
            }
            Owner::Bot => {
                let next = self.levels(&heard, press, media);
                self.run(next);
            }
        }
        self.look_at_rules();
    }

    /// Which button of the waiting question a payload is, and what is written on it otherwise.
    pub fn pressed(&self, payload: &str, label: SmolStr) -> (Press, SmolStr) {
        let mut parts = payload.split('.');
        let tag = parts.next().unwrap_or_default();
        let put = parts.next().and_then(|part| part.parse::<u32>().ok());
        let index = parts.next().and_then(|part| part.parse::<usize>().ok());
        if tag == OFFER
            && let (Some(number), Some(index)) = (put, index)
        {
            return self.pressed_offer(number, index, label);
        }
        let (Some(&place), Some(put), Some(index)) = (self.p.tags.get(tag), put, index) else {
            return (Press::None, label);
        };
        let waits = self.c.owner == Owner::Bot
            && self.resting().is_some_and(|(at, _)| at == place)
            && self
                .c
                .question
                .as_ref()
                .is_some_and(|question| question.put == put);
        let known = self.label(place, index, waits);
        match known {
            Some(label) if waits => (Press::Question(index), label),
            Some(written) if label.is_empty() => (Press::None, written),
            _ => (Press::None, label),
        }
    }

    /// The label of a button, as far as it can be known; of the waiting question all are.
    fn label(&self, place: PlaceId, index: usize, waits: bool) -> Option<SmolStr> {
        match &self.p.bot.places.get(place.index())?.kind {
            PlaceKind::Ask(ask)
                if waits || self.p.places[place.index()].suggested.len() == ask.suggest.len() =>
            {
                match self.shown() {
                    shown if waits && !shown.is_empty() => shown.get(index).cloned(),
                    _ => self.suggested(ask, self.listed()).into_iter().nth(index),
                }
            }
            PlaceKind::Choose(choose) if waits => {
                let offered = self
                    .c
                    .question
                    .as_ref()
                    .and_then(|question| question.offered.as_deref());
                let mut found = None;
                self.each_option(choose, offered, |entry, scope, label, _, _| {
                    if entry == index {
                        found = Some(scope.text(label));
                    }
                });
                found
            }
            PlaceKind::Choose(choose) if self.p.places[place.index()].fixed.is_some() => choose
                .options
                .get(index)
                .map(|option| self.scope().text(option.label)),
            _ => None,
        }
    }

    /// Level 1, before anything else is done about a message.
    pub fn hears_stop(&mut self, written: &str) -> bool {
        self.is_stop(&Heard::new(&written[..written.floor_char_boundary(MAX_MESSAGE)]))
    }

    /// Level 1: the law's words.
    fn is_stop(&mut self, heard: &Heard<'_>) -> bool {
        let channel = self.scope().channel();
        if heard.text.len() > 64 || !law::is_heard(channel) {
            return false;
        }
        let channel = channel.clone();
        if !law::is_stop(&channel, heard.normalised()) {
            if self.c.person.is_opted_out(&channel) && law::is_start(&channel, heard.normalised()) {
                self.opts_in(&channel);
            }
            return false;
        }
        for consent in (0..self.p.bot.consents.len()).map(ConsentId::from) {
            if self.c.person.has_consent(consent, &channel) {
                self.consent(consent, false, channel.clone(), SmolStr::new(heard.text));
            }
        }
        self.c.person.opt(&channel, true, self.now);
        self.out.push(Effect::OptedOut { channel });
        if self.c.owner != Owner::Nobody {
            self.end_hand_over(Withdrawn::CustomerLeft, None);
            self.finish(Outcome::Abandoned, None);
        }
        true
    }

    /// A message to a conversation that has not begun (4).
    fn first_message(&mut self, heard: &Heard<'_>) {
        let pattern = self.pattern(heard);
        if pattern == Some(Pattern::Thanks) && self.c.outcome.is_some() {
            return;
        }
        self.drop_all();
        self.forget_conversation();
        self.c.outcome = None;
        self.c.leave = None;
        self.c.owner = Owner::Bot;
        self.begins(Beginner::Customer);
        if let Some(language) = pattern.and_then(Pattern::language) {
            self.speak_language(language);
        }
        let matches = self.matches(heard);
        let next = match self.certain(heard, &matches, pattern) {
            Some(next) => next,
            None => match self.probable(heard, &matches) {
                Some(next) => next,
                None => {
                    self.faq(heard);
                    self.begin_start()
                }
            },
        };
        self.run(next);
    }

    /// The levels of a message while the bot has the conversation.
    fn levels(&mut self, heard: &Heard<'_>, press: Press, media: Option<Value>) -> Next {
        let button = match press {
            Press::Message(offered) => return self.lead_on(offered),
            Press::Question(button) => Some(button),
            Press::None => None,
        };
        let Some((id, place)) = self.resting() else {
            self.fault(crate::Fault::Lost);
            return None;
        };
        let asks = matches!(
            place.kind,
            PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_)
        );
        if asks && let Taken::Yes(next) = self.surely(id, place, heard, button, media) {
            return next;
        }
        if heard.text.is_empty() {
            return self.not_understood(id, place, asks);
        }
        if let Some(offered) = self.offered_by_label(heard) {
            return self.lead_on(offered);
        }
        let pattern = self.pattern(heard);
        let matches = self.matches(heard);
        if let Some(next) = self.certain(heard, &matches, pattern) {
            return next;
        }
        if let Some(pattern) = pattern
            && pattern != Pattern::Thanks
            && let Taken::Yes(next) = self.standard(id, pattern, asks)
        {
            return next;
        }
        if asks && let Taken::Yes(next) = self.nearly(id, place, heard) {
            return next;
        }
        match self.offered_nearly(place, heard) {
            Some(Meant::Leads(offered)) => return self.lead_on(offered),
            // What is heard by its label is not that label itself, so that this ends.
            Some(Meant::Says(label)) => return self.levels(&Heard::new(&label), Press::None, None),
            None => {}
        }
        if pattern == Some(Pattern::Thanks) {
            self.understood();
            return if asks { self.ask_again(id) } else { None };
        }
        if let Some(next) = self.probable(heard, &matches) {
            return next;
        }
        if self.faq(heard) {
            self.understood();
            return if asks { self.ask_again(id) } else { None };
        }
        self.not_understood(id, place, asks)
    }

    /// Level 2: the question itself, for sure.
    fn surely(
        &mut self,
        id: PlaceId,
        place: &Place,
        heard: &Heard<'_>,
        button: Option<usize>,
        media: Option<Value>,
    ) -> Taken {
        match &place.kind {
            PlaceKind::Ask(ask) => {
                if let Some(index) = button {
                    return Taken::Yes(match self.suggested_answer(ask, index) {
                        Some(value) => self.take_answer(id, place, ask, value),
                        None => self.fail(None),
                    });
                }
                if let Some(media) = media
                    && let Some(value) = self.fits(ask, media)
                {
                    return Taken::Yes(self.take_answer(id, place, ask, value));
                }
                if heard.text.is_empty() {
                    return Taken::No;
                }
                if let Some(value) = self.sure_answer(id, ask, heard) {
                    return Taken::Yes(self.take_answer(id, place, ask, value));
                }
                match ask.form {
                    Some(_) => self
                        .take_in_form(id, place, ask, heard)
                        .map_or(Taken::No, Taken::Yes),
                    None => Taken::No,
                }
            }
            PlaceKind::Choose(choose) => {
                let pick = match button {
                    Some(index) => Some(Pick::Options(SmallVec::from_slice(&[index]))),
                    None if heard.text.is_empty() => None,
                    None => self.sure_pick(id, choose, heard),
                };
                match pick {
                    Some(pick) => Taken::Yes(self.take_pick(id, place, choose, pick)),
                    None => Taken::No,
                }
            }
            PlaceKind::Verify(verify) => self
                .code_written(place, verify, heard)
                .map_or(Taken::No, Taken::Yes),
            _ => Taken::No,
        }
    }

    /// The answer that a medium is, if the question asks for one.
    fn fits(&self, ask: &Ask, media: Value) -> Option<Value> {
        let scope = self.scope();
        let info = scope.type_info(ask.ty)?;
        let value = match (info.kind?, media) {
            (Kind::File, Value::Image(file)) => Value::File(file),
            (Kind::File, value @ Value::File(_))
            | (Kind::Image, value @ Value::Image(_))
            | (Kind::Location, value @ Value::Location(_)) => value,
            _ => return None,
        };
        Some(value)
    }

    /// Level 4: the question itself, nearly.
    fn nearly(&mut self, id: PlaceId, place: &Place, heard: &Heard<'_>) -> Taken {
        match &place.kind {
            PlaceKind::Ask(ask) => match self.possible_answer(id, ask, heard) {
                Some(value) => Taken::Yes(self.take_answer(id, place, ask, value)),
                None => Taken::No,
            },
            PlaceKind::Choose(choose) => match self.possible_pick(id, choose, heard) {
                Some(pick) => Taken::Yes(self.take_pick(id, place, choose, pick)),
                None => Taken::No,
            },
            _ => Taken::No,
        }
    }

    /// Levels 7 and 8.
    fn not_understood(&mut self, id: PlaceId, place: &Place, asks: bool) -> Next {
        if asks {
            return self.fail(None);
        }
        if matches!(place.kind, PlaceKind::Wait { .. } | PlaceKind::WaitFor(_))
            && let Some((handler, level)) = self.hearer(|hears| matches!(hears, Hears::Unclear { .. }))
        {
            self.c.misunderstood = self.c.misunderstood.saturating_add(1);
            self.unclear(id, place, false);
            if let Some((_, code)) = self.due_rule(0) {
                self.ruled = true;
                return Some(code);
            }
            return Some(self.push_handler(handler, level));
        }
        None
    }

    /// The standard pattern that a message is.
    pub fn pattern(&self, heard: &Heard<'_>) -> Option<Pattern> {
        if heard.text.len() > 200 {
            return None;
        }
        std_pattern(&self.c.person.language, heard.normalised())
    }

    /// The intents a message may mean, among those that are listened to here and have what they need.
    pub fn matches(&self, heard: &Heard<'_>) -> Vec<Match> {
        if self.p.bot.intents.is_empty() || heard.text.is_empty() {
            return Vec::new();
        }
        let ears = Ears { turn: self };
        let mut matches = self.p.matcher.intents(heard.text, heard.normalised(), &ears);
        matches.retain(|found| {
            let Some(intent) = self.p.bot.intents.get(found.intent as usize) else {
                return false;
            };
            intent.params.iter().enumerate().all(|(index, param)| {
                self.p
                    .types
                    .get(param.ty.index())
                    .is_none_or(|info| info.optional)
                    || found.holes.iter().any(|hole| hole.param as usize == index)
            })
        });
        matches
    }

    /// Level 3: a certain intent or a handler for a standard pattern, nearest level first.
    pub fn certain(
        &mut self,
        heard: &Heard<'_>,
        matches: &[Match],
        pattern: Option<Pattern>,
    ) -> Option<Next> {
        let certain = matches.iter().find(|found| found.certainty == Certainty::Certain);
        if certain.is_none() && pattern.is_none() {
            return None;
        }
        let name = pattern.map(name_of);
        let (handler, level) = self.hearer(|hears| match hears {
            Hears::Intent { intent, .. } => certain.is_some_and(|found| found.intent == intent.0),
            Hears::Pattern(hears) => name.is_some_and(|name| name == hears),
            _ => false,
        })?;
        Some(self.take_intent(handler, level, heard, certain))
    }

    /// Level 5: a probable intent, nearest level first.
    pub fn probable(&mut self, heard: &Heard<'_>, matches: &[Match]) -> Option<Next> {
        let probable = |intent: u32| {
            let mut probable = matches
                .iter()
                .filter(|found| found.certainty == Certainty::Probable);
            probable.position(|found| found.intent == intent)
        };
        if !matches.iter().any(|found| found.certainty == Certainty::Probable) {
            return None;
        }
        // At the nearest level that listens to any of them, the likeliest.
        let mut best: Option<(usize, HandlerId, Level)> = None;
        self.any_handler(|id, handler, level| {
            if let Some((_, _, found)) = &best
                && *found != level
            {
                return Some(());
            }
            if let Hears::Intent { intent, .. } = &handler.hears
                && let Some(rank) = probable(intent.0)
                && best.as_ref().is_none_or(|(found, _, _)| rank < *found)
                && self.listens(handler, level)
            {
                best = Some((rank, id, level));
            }
            None
        });
        let (_, handler, level) = best?;
        let Hears::Intent { intent, .. } = &self.p.bot.handlers[handler.index()].hears else {
            return None;
        };
        let found = matches.iter().find(|found| found.intent == intent.0);
        Some(self.take_intent(handler, level, heard, found))
    }

    /// A handler takes a message as an intent or a pattern (7.2).
    fn take_intent(
        &mut self,
        handler: HandlerId,
        level: Level,
        heard: &Heard<'_>,
        found: Option<&Match>,
    ) -> Next {
        self.understood();
        let p = self.p;
        let mut values = Vec::new();
        if let Hears::Intent { intent, params } = &p.bot.handlers[handler.index()].hears {
            self.out.push(Effect::Asked(*intent));
            let declared = p
                .bot
                .intents
                .get(intent.index())
                .map_or(&[][..], |intent| &intent.params);
            for (index, (slot, param)) in params.iter().zip(declared).enumerate() {
                let Some(slot) = slot else { continue };
                let hole =
                    found.and_then(|found| found.holes.iter().find(|hole| hole.param as usize == index));
                let text = hole.and_then(|hole| heard.text.get(hole.range.clone()));
                let value = text.and_then(|text| self.scope().read(param.ty, &Heard::new(text)));
                values.push((*slot, value.map_or(Value::Unknown, |found| found.value)));
            }
            self.heard = Some(heard.text.to_owned());
        }
        let code = self.push_handler(handler, level);
        for (slot, value) in values {
            self.set(slot, value);
        }
        Some(code)
    }

    /// The built-in meaning of a standard pattern (3.4).
    fn standard(&mut self, id: PlaceId, pattern: Pattern, asks: bool) -> Taken {
        if let Some(language) = pattern.language() {
            if !self.speak_language(language) {
                return Taken::No;
            }
            self.understood();
            return Taken::Yes(if asks { self.once_more(id) } else { None });
        }
        self.understood();
        Taken::Yes(match pattern {
            Pattern::StartOver => self.start_over(),
            Pattern::Back => self.back(),
            Pattern::Repeat => {
                self.repeat();
                if asks { self.once_more(id) } else { None }
            }
            Pattern::Help if asks => self.once_more(id),
            Pattern::Help => None,
            _ => return Taken::No,
        })
    }

    /// The person's language becomes another one, if the bot has it.
    fn speak_language(&mut self, code: &str) -> bool {
        let Some(language) = self.p.language_of(code) else {
            return false;
        };
        self.language = language;
        self.c.person.language = self.p.bot.languages[language.index()].clone();
        true
    }

    /// Level 6: says the answer of the entry that was asked for.
    pub fn faq(&mut self, heard: &Heard<'_>) -> bool {
        if self.p.faq.is_empty() {
            return false;
        }
        let Some((faq, entry)) = self.p.faq.get(heard.normalised().text()).copied() else {
            return false;
        };
        let known = self.p.bot.faqs.get(faq as usize);
        let Some((_, answer)) = known.and_then(|known| known.entries.get(entry as usize)) else {
            return false;
        };
        self.speak();
        self.out.push(Effect::Record(Record::Known { faq, entry }));
        let mut message = botflow_message::Message::text(answer.clone());
        self.subject(&mut message);
        self.emit(message);
        true
    }
}

/// The name of a standard pattern in the language.
fn name_of(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::StartOver => "start_over",
        Pattern::Back => "back",
        Pattern::Repeat => "repeat",
        Pattern::Help => "help",
        Pattern::Thanks => "thanks",
        Pattern::SpeakEnglish | Pattern::SpeakRomanian | Pattern::SpeakRussian => "change_language",
    }
}

/// Tells the matcher what is listened to, and reads parameters for it.
struct Ears<'t, 'a> {
    turn: &'t Turn<'a>,
}

impl Listener for Ears<'_, '_> {
    fn listens(&self, intent: u32) -> bool {
        self.turn
            .hearer(|hears| matches!(hears, Hears::Intent { intent: one, .. } if one.0 == intent))
            .is_some()
    }

    fn listening(&self) -> Option<Vec<u32>> {
        let mut heard = Vec::new();
        self.turn.any_handler(|_, handler, level| {
            if let Hears::Intent { intent, .. } = &handler.hears
                && self.turn.listens(handler, level)
            {
                heard.push(intent.0);
            }
            None::<()>
        });
        heard.sort_unstable();
        heard.dedup();
        Some(heard)
    }

    fn reads_whole(&self, intent: u32, param: u32, text: &str) -> bool {
        self.param(intent, param)
            .is_some_and(|ty| self.turn.scope().read_whole(ty, &Heard::new(text)).is_some())
    }

    fn reads_inside(&self, intent: u32, param: u32, text: &str) -> Option<std::ops::Range<usize>> {
        let scope = self.turn.scope();
        let ty = self.param(intent, param).filter(|ty| scope.is_narrow(*ty))?;
        let heard = Heard::new(text);
        let before = text.len() - text.trim_start().len();
        let found = scope.read(ty, &heard)?;
        Some(before + found.range.start..before + found.range.end)
    }
}

impl Ears<'_, '_> {
    fn param(&self, intent: u32, param: u32) -> Option<TypeId> {
        let intent = self.turn.p.bot.intents.get(intent as usize)?;
        intent.params.get(param as usize).map(|param| param.ty)
    }
}

/// The words of the customer's channel and language are part of the person.
pub(crate) fn arrive(conversation: &mut Conversation, channel: Option<SmolStr>) {
    if let Some(channel) = channel
        && !channel.is_empty()
    {
        conversation.person.channel = channel;
    }
    conversation.person.writes();
}
