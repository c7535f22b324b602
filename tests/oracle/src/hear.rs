//! What a message means (3): the levels, of which the first that takes the message has it.

use botflow_artifact::IntentId;
use botflow_machine::{Effect, Record};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, Handler};
use botflow_understanding::options::exact_option;
use botflow_understanding::{
    Certainty, Listener, Match, Matcher, Normalised, OptionMatch, OptionWords, Pattern, match_option,
    normalise, std_pattern,
};
use botflow_values::{Kind, Reading, Value};
use smol_str::SmolStr;

use crate::handler::Level;
use crate::offer::Meant;
use crate::question::is_question;
use crate::state::{Oracle, Pending, Purpose};
use crate::types::Ty;
use crate::walk::Next;

/// What came from the customer.
pub(crate) struct Heard {
    pub text: String,
    pub payload: Option<SmolStr>,
    pub medium: Option<Value>,
}

/// An intent handler that listens here: its level, itself, and its intent.
struct Listening<'a> {
    level: Level<'a>,
    handler: ast::IntentHandler<'a>,
    name: SmolStr,
}

impl<'a> Oracle<'a> {
    /// A message while the bot owns the conversation.
    pub(crate) fn hear(&mut self, heard: &Heard) -> Next<'a> {
        let Some(at) = self.frames.last().and_then(|frame| frame.at) else {
            return Next::Rest;
        };
        let message = normalise(&heard.text);
        if let Some(payload) = &heard.payload
            && let Some(next) = self.press_offer(payload)
        {
            return next;
        }
        let asks = is_question(at) && self.question.is_some();
        if asks && let Some(next) = self.surely(heard, &message) {
            return next;
        }
        if !heard.text.trim().is_empty() {
            if let Some(next) = self.offer_labelled(&message) {
                return next;
            }
            if let Some(next) = self.by_handler(&heard.text, &message, Certainty::Certain) {
                return next;
            }
            let pattern = std_pattern(&self.language(), &message);
            if let Some(next) = pattern.and_then(|pattern| self.built_in(pattern, asks)) {
                return next;
            }
            if asks && let Some(next) = self.nearly(heard, &message) {
                return next;
            }
            match self.offer_nearly(at, &message) {
                Some(Meant::Leads(next)) => return next,
                Some(Meant::Says(text)) => {
                    return self.hear(&Heard {
                        text,
                        payload: None,
                        medium: None,
                    });
                }
                None => {}
            }
            if pattern == Some(Pattern::Thanks) {
                self.misunderstood = 0;
                return if asks {
                    Next::Resume { fresh: true }
                } else {
                    Next::Rest
                };
            }
            if let Some(next) = self.by_handler(&heard.text, &message, Certainty::Probable) {
                return next;
            }
            if let Some((faq, entry, answer)) = self.faq(&message) {
                self.record(Record::Known { faq, entry });
                self.misunderstood = 0;
                self.say_answer(&answer);
                return Next::Resume { fresh: true };
            }
        }
        if asks {
            return self.fail(None);
        }
        if matches!(at.kind(), SyntaxKind::WaitStmt | SyntaxKind::WaitForStmt)
            && let Some((level, handler)) = self.unclear_handlers().into_iter().next()
        {
            self.misunderstood += 1;
            self.unclear(at, false);
            if let Some((_, way)) = self.due_rule(0) {
                self.ruled = true;
                self.push_handler(None, Purpose::Usual, &std::rc::Rc::default());
                return Next::Enter(way);
            }
            return self.run_unclear(&level, &handler);
        }
        Next::Rest
    }

    /// The first message of a conversation is heard by `always` (4.2).
    pub(crate) fn hear_first(&mut self, heard: &Heard) -> Option<Next<'a>> {
        let message = normalise(&heard.text);
        if heard.text.trim().is_empty() {
            return None;
        }
        if let Some(next) = self.by_handler(&heard.text, &message, Certainty::Certain) {
            return Some(next);
        }
        let pattern = std_pattern(&self.language(), &message);
        if let Some(language) = pattern.and_then(Pattern::language)
            && self.project.bot.languages.iter().any(|known| known == language)
        {
            self.person.language = language.into();
            return Some(Next::Begin);
        }
        if let Some(next) = self.by_handler(&heard.text, &message, Certainty::Probable) {
            return Some(next);
        }
        let (faq, entry, answer) = self.faq(&message)?;
        self.record(Record::Known { faq, entry });
        self.say_answer(&answer);
        Some(Next::Begin)
    }

    /// Level 2: the question itself, for sure.
    fn surely(&mut self, heard: &Heard, message: &Normalised) -> Option<Next<'a>> {
        let place = self.frames.last()?.at?;
        let question = self.question.clone()?;
        if let Some(payload) = &heard.payload {
            let (put, index) = payload.strip_prefix('q')?.split_once('.').unwrap_or(("", ""));
            if put == question.put.to_string() {
                let index: usize = index.parse().ok()?;
                if place.kind() == SyntaxKind::ChooseStmt {
                    return Some(self.pick(&[index]));
                }
                return Some(match self.suggested(index) {
                    Some(next) => next,
                    None => self.fail(None),
                });
            }
        }
        if let Some(medium) = &heard.medium {
            let kind = self.asked_type(place).kind();
            let value = match (kind, medium) {
                (Some(Kind::Image), Value::Image(_))
                | (Some(Kind::File), Value::File(_))
                | (Some(Kind::Location), Value::Location(_)) => Some(medium.clone()),
                (Some(Kind::File), Value::Image(file)) => Some(Value::File(file.clone())),
                _ => None,
            };
            if let Some(value) = value {
                return Some(self.answer(value));
            }
        }
        if message.is_empty() && heard.text.trim().is_empty() {
            return None;
        }
        if place.kind() == SyntaxKind::ChooseStmt {
            let picks: Vec<usize> = self.picks();
            let words: Vec<OptionWords> = picks
                .iter()
                .map(|place| question.options[*place].words.clone())
                .collect();
            if let Some(found) = exact_option(message, &words) {
                return Some(self.pick(&[picks[found]]));
            }
            let links: Vec<usize> = self.links();
            let words: Vec<OptionWords> = links
                .iter()
                .map(|place| question.options[*place].words.clone())
                .collect();
            if let Some(found) = exact_option(message, &words) {
                return Some(self.pick(&[links[found]]));
            }
            return self.several(&heard.text, false);
        }
        if place.kind() == SyntaxKind::VerifyStmt {
            let written: String = heard.text.chars().filter(|c| !c.is_whitespace()).collect();
            return match &self.frames.last()?.pending {
                Some(Pending::Code(code)) if *code == written => Some(self.verified()),
                _ => None,
            };
        }
        let ty = self.asked_type(place);
        if ty.is_narrow()
            && let Reading::Whole(value) = self.env().read(&ty, &heard.text)
        {
            return Some(self.answer(value));
        }
        let suggestions: Vec<OptionWords> = question.suggestions.iter().map(|one| one.words()).collect();
        if let Some(found) = exact_option(message, &suggestions)
            && let Some(next) = self.suggested(found)
        {
            return Some(next);
        }
        self.in_form(&heard.text)
    }

    /// A suggestion is read as an answer (5.8).
    fn suggested(&mut self, index: usize) -> Option<Next<'a>> {
        let place = self.frames.last()?.at?;
        let ty = self.asked_type(place);
        let value = match ty.kind() {
            // Without suggestions of its own the members of the set are suggested.
            Some(Kind::Member(set)) if !suggests(&place) => Value::member(set, index as u32),
            _ => {
                let suggested = self.question.as_ref()?.suggestions.get(index)?.clone();
                match suggested.value {
                    Some(value) => value,
                    None => self.env().read(&ty, &suggested.label).value()?,
                }
            }
        };
        Some(self.answer(value))
    }

    /// What the suggestions of the waiting question are called.
    pub(crate) fn suggestion_words(&self, ty: &Ty) -> Vec<OptionWords> {
        let Some(place) = self.frames.last().and_then(|frame| frame.at) else {
            return Vec::new();
        };
        match ty.kind() {
            Some(Kind::Member(set)) if !suggests(&place) => self
                .project
                .set_words
                .get(set as usize)
                .map(|set| set.members.clone())
                .unwrap_or_default(),
            _ => {
                let question = self.question.as_ref();
                let labels = question.into_iter().flat_map(|question| &question.suggestions);
                labels.map(|one| one.words()).collect()
            }
        }
    }

    /// The options that can be picked; links have no number.
    fn picks(&self) -> Vec<usize> {
        let options = self
            .question
            .as_ref()
            .map_or(&[][..], |question| &question.options);
        (0..options.len())
            .filter(|place| options[*place].link.is_none())
            .collect()
    }

    fn links(&self) -> Vec<usize> {
        let options = self
            .question
            .as_ref()
            .map_or(&[][..], |question| &question.options);
        (0..options.len())
            .filter(|place| options[*place].link.is_some())
            .collect()
    }

    /// Several options in one message (5.7).
    fn several(&mut self, text: &str, nearly: bool) -> Option<Next<'a>> {
        let place = self.frames.last()?.at?;
        if !ast::ChooseStmt::cast(place)?.is_several() {
            return None;
        }
        let options = self.question.as_ref()?.options.clone();
        let picks = self.picks();
        let words: Vec<OptionWords> = picks.iter().map(|place| options[*place].words.clone()).collect();
        let mut found = Vec::new();
        for piece in pieces(text) {
            let message = normalise(&piece);
            let picked = match match_option(&message, &words) {
                OptionMatch::Exact(place) => place,
                OptionMatch::Number(place) | OptionMatch::Inexact(place) if nearly => place,
                _ => return None,
            };
            found.push(picks[picked]);
        }
        if found.is_empty() {
            None
        } else {
            Some(self.pick(&found))
        }
    }

    /// Level 4: the question itself, nearly.
    fn nearly(&mut self, heard: &Heard, message: &Normalised) -> Option<Next<'a>> {
        let place = self.frames.last()?.at?;
        let question = self.question.clone()?;
        if place.kind() == SyntaxKind::ChooseStmt {
            let picks = self.picks();
            let words: Vec<OptionWords> = picks
                .iter()
                .map(|place| question.options[*place].words.clone())
                .collect();
            if let Some(next) = self.several(&heard.text, true) {
                return Some(next);
            }
            match match_option(message, &words) {
                OptionMatch::Exact(found) | OptionMatch::Number(found) | OptionMatch::Inexact(found) => {
                    return Some(self.pick(&[picks[found]]));
                }
                OptionMatch::Ambiguous | OptionMatch::None => {}
            }
            let links = self.links();
            let words: Vec<OptionWords> = links
                .iter()
                .map(|place| question.options[*place].words.clone())
                .collect();
            return match match_option(message, &words) {
                OptionMatch::Inexact(found) => Some(self.pick(&[links[found]])),
                _ => None,
            };
        }
        if place.kind() == SyntaxKind::VerifyStmt {
            return None;
        }
        let ty = self.asked_type(place);
        let words = self.suggestion_words(&ty);
        let meant = match_option(message, &words);
        if let Some(found) = numbered(&ty, meant)
            && let Some(next) = self.suggested(found)
        {
            return Some(next);
        }
        if let Some(value) = self.env().read(&ty, &heard.text).value() {
            return Some(self.answer(value));
        }
        match meant {
            OptionMatch::Exact(found) | OptionMatch::Number(found) | OptionMatch::Inexact(found) => {
                self.suggested(found)
            }
            OptionMatch::Ambiguous | OptionMatch::None => None,
        }
    }

    /// Levels 3 and 5: an intent of this certainty, or at level 3 a handler for a standard pattern.
    fn by_handler(&mut self, text: &str, message: &Normalised, certainty: Certainty) -> Option<Next<'a>> {
        let listening = self.listening();
        let listener = Ears {
            oracle: self,
            listening: &listening,
        };
        let matches = self.project.matcher.intents(text, message, &listener);
        let matches: Vec<Match> = matches
            .into_iter()
            .filter(|found| found.certainty == certainty && self.carries_enough(found))
            .collect();
        let pattern = match certainty {
            Certainty::Certain => std_pattern(&self.language(), message),
            Certainty::Probable => None,
        };
        let name = pattern.map(pattern_name);
        let mut best: Option<(usize, Option<Match>)> = None;
        for (place, one) in listening.iter().enumerate() {
            let number = self
                .project
                .bot
                .intents
                .iter()
                .position(|intent| intent.name == one.name);
            let rank = matches
                .iter()
                .position(|found| Some(found.intent as usize) == number);
            let is_pattern = number.is_none() && name == Some(one.name.as_str());
            if rank.is_none() && !is_pattern {
                continue;
            }
            let found = rank.map(|rank| matches[rank].clone());
            match &best {
                None => best = Some((place, found)),
                // At one level the likelier intent goes first.
                Some((known, Some(other)))
                    if std::ptr::eq(&*listening[*known].level.variables, &*one.level.variables) =>
                {
                    let same_level = listening[*known].level.handlers == one.level.handlers;
                    let likelier = |found: &Match| matches.iter().position(|one| one.intent == found.intent);
                    if same_level
                        && found
                            .as_ref()
                            .is_some_and(|found| likelier(found) < likelier(other))
                    {
                        best = Some((place, found));
                    }
                }
                Some(_) => {}
            }
        }
        let (place, found) = best?;
        let one = listening.into_iter().nth(place)?;
        self.misunderstood = 0;
        let mut bindings = Vec::new();
        if let Some(found) = &found {
            self.effect(Effect::Asked(IntentId(found.intent)));
            let params = self.project.intents.get(&one.name).cloned().unwrap_or_default();
            for (token, index) in crate::infer::bound(&one.handler, &params) {
                let param = &params[index];
                let hole = found.holes.iter().find(|hole| hole.param as usize == index);
                let value =
                    hole.and_then(|hole| self.outside().read(&param.ty, &text[hole.range.clone()]).value());
                bindings.push((token, value.unwrap_or_default()));
            }
            self.prefill = Some(text.to_owned());
        }
        Some(self.run_handler(&one.level, one.handler.way(), bindings, Purpose::Usual))
    }

    /// Whether a message carries every parameter that may not be unknown (3.5).
    fn carries_enough(&self, found: &Match) -> bool {
        let intent = self.project.bot.intents.get(found.intent as usize);
        let params = intent.and_then(|intent| self.project.intents.get(&intent.name));
        params.into_iter().flatten().enumerate().all(|(index, param)| {
            param.ty.is_optional() || found.holes.iter().any(|hole| hole.param as usize == index)
        })
    }

    /// Every handler for an intent or a pattern that may hear here, nearest first.
    fn listening(&self) -> Vec<Listening<'a>> {
        let mut found = Vec::new();
        for level in self.levels() {
            for handler in &level.handlers {
                let Handler::IntentHandler(handler) = handler else {
                    continue;
                };
                let name = handler.path().map(|path| path.text()).unwrap_or_default();
                if self.hears(&level, handler.condition()) {
                    let level = Level {
                        handlers: level.handlers.clone(),
                        stands_in: level.stands_in,
                        variables: std::rc::Rc::clone(&level.variables),
                    };
                    found.push(Listening {
                        level,
                        handler: *handler,
                        name,
                    });
                }
            }
        }
        found
    }

    /// The built-in meaning of a standard pattern (3.4); thanks come later.
    fn built_in(&mut self, pattern: Pattern, asks: bool) -> Option<Next<'a>> {
        let once_more = |asks: bool, place: Option<botflow_syntax::NodeRef<'a>>| match place {
            Some(place) if asks => Next::OnceMore(place),
            _ => Next::Rest,
        };
        let at = self.frames.last().and_then(|frame| frame.at);
        let is_heard = match pattern.language() {
            Some(language) => self.project.bot.languages.iter().any(|known| known == language),
            None => pattern != Pattern::Thanks,
        };
        if !is_heard {
            return None;
        }
        // Understood, before anything is said that may mention the count.
        self.misunderstood = 0;
        let next = match pattern {
            Pattern::StartOver => {
                if self.project.start.is_none() {
                    once_more(asks, at)
                } else {
                    self.reset(botflow_machine::GivenUp::Left);
                    Next::Begin
                }
            }
            Pattern::Back => self.back(),
            Pattern::Repeat => {
                self.repeat();
                once_more(asks, at)
            }
            Pattern::Help => once_more(asks, at),
            Pattern::Thanks => return None,
            other => {
                let language = other.language()?;
                if !self.project.bot.languages.iter().any(|known| known == language) {
                    return None;
                }
                self.person.language = language.into();
                once_more(asks, at)
            }
        };
        Some(next)
    }

    /// Level 6: the answer of the `faq` entry whose heading the message is.
    fn faq(&self, message: &Normalised) -> Option<(u32, u32, SmolStr)> {
        for (faq, one) in self.project.bot.faqs.iter().enumerate() {
            for (entry, (headings, answer)) in one.entries.iter().enumerate() {
                if headings
                    .iter()
                    .any(|heading| normalise(heading).text() == message.text())
                {
                    return Some((faq as u32, entry as u32, answer.clone()));
                }
            }
        }
        None
    }
}

/// What the matcher asks about parameters, and which intents are listened to here.
struct Ears<'e, 'a> {
    oracle: &'e Oracle<'a>,
    listening: &'e [Listening<'a>],
}

impl Ears<'_, '_> {
    fn param(&self, intent: u32, param: u32) -> Option<Ty> {
        let name = &self.oracle.project.bot.intents.get(intent as usize)?.name;
        Some(
            self.oracle
                .project
                .intents
                .get(name)?
                .get(param as usize)?
                .ty
                .known()
                .clone(),
        )
    }
}

impl Listener for Ears<'_, '_> {
    fn listens(&self, intent: u32) -> bool {
        let intent = self.oracle.project.bot.intents.get(intent as usize);
        intent.is_some_and(|intent| self.listening.iter().any(|one| one.name == intent.name))
    }

    fn reads_whole(&self, intent: u32, param: u32, text: &str) -> bool {
        let ty = self.param(intent, param);
        ty.is_some_and(|ty| matches!(self.oracle.outside().read(&ty, text), Reading::Whole(_)))
    }

    fn reads_inside(&self, intent: u32, param: u32, text: &str) -> Option<std::ops::Range<usize>> {
        let ty = self.param(intent, param)?;
        if !ty.is_narrow() {
            return None;
        }
        match self.oracle.outside().read(&ty, text) {
            Reading::Whole(_) => Some(0..text.len()),
            Reading::Inside(_, range) => Some(range),
            Reading::None => None,
        }
    }
}

/// The name by which a handler overrides a standard pattern.
fn pattern_name(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::StartOver => "start_over",
        Pattern::Back => "back",
        Pattern::Repeat => "repeat",
        Pattern::Help => "help",
        Pattern::Thanks => "thanks",
        _ => "change_language",
    }
}

/// Whether a question has suggestions of its own.
fn suggests<'a>(place: &botflow_syntax::NodeRef<'a>) -> bool {
    place
        .children()
        .any(|node| node.kind() == SyntaxKind::SuggestItem)
}

/// A message cut at what stands between several options.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for part in text.split([',', ';', '\n', '+', '&']) {
        for word in part.split_whitespace() {
            if matches!(word.to_lowercase().as_str(), "and" | "și" | "si" | "и") {
                pieces.push(String::new());
            } else if let Some(piece) = pieces.last_mut() {
                if !piece.is_empty() {
                    piece.push(' ');
                }
                piece.push_str(word);
            }
        }
        pieces.push(String::new());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The suggestion that a message means by its number: a position, unless a number is what is asked for.
pub(crate) fn numbered(ty: &Ty, meant: OptionMatch) -> Option<usize> {
    let is_number = matches!(
        ty.kind(),
        Some(Kind::Integer | Kind::Number | Kind::Percent | Kind::Money | Kind::Duration | Kind::Phone)
    );
    match meant {
        OptionMatch::Number(found) if !is_number => Some(found),
        _ => None,
    }
}
