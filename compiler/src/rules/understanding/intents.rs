//! The intents of a bot under examination: where each is heard, and what the matcher makes of their examples.

use botflow_artifact::{ExprId, FlowId, StepId};
use botflow_understanding::normalise::normalised_text;
use botflow_understanding::{Certainty, IntentWords, Learner, Match, Matcher, normalise};
use smol_str::SmolStr;

use super::reading::{Ears, Reader};
use crate::hir::{HandlerBody, HearsBody, Phrase, Program};
use crate::rules::talk::together::Together;

/// A level: the handlers of a step, of a flow, or of `always`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Level {
    pub flow: FlowId,
    pub step: Option<StepId>,
}

/// A handler that hears an intent.
pub(super) struct Hearer<'p> {
    pub level: Level,
    pub handler: &'p HandlerBody,
}

/// A text by which an intent is heard, as a customer would write it.
pub(super) struct Said<'p> {
    pub intent: u32,
    pub phrase: &'p Phrase,
    /// Its number among the examples of its intent; 0 for words.
    pub nth: usize,
    /// With values in its holes.
    pub message: String,
    /// The message, normalised.
    pub normalised: SmolStr,
}

/// So many handlers of one intent are held against those of another.
const MOST: usize = 50;

pub(super) struct Intents<'p> {
    pub program: &'p Program,
    pub reader: Reader<'p>,
    pub words: Vec<IntentWords>,
    matcher: Box<dyn Matcher>,
    /// Matchers that have not seen some of the examples, by their number modulo how many there are.
    held_out: Vec<Box<dyn Matcher>>,
    /// Per intent who hears it.
    pub hearers: Vec<Vec<Hearer<'p>>>,
    /// Intents that somebody hears, ascending.
    heard: Vec<u32>,
    /// Those that are heard everywhere, whatever is so, ascending.
    always: Vec<u32>,
}

impl<'p> Intents<'p> {
    pub fn new(program: &'p Program, learner: &dyn Learner) -> Intents<'p> {
        let bot = &program.bot;
        let mut hearers: Vec<Vec<Hearer<'p>>> = Vec::new();
        hearers.resize_with(bot.intents.len(), Vec::new);
        let mut always = Vec::new();
        for (at, flow) in program.flows.iter().enumerate() {
            let of_flow = flow.handlers.iter().map(|handler| (None, handler));
            let of_steps = (flow.steps.iter())
                .flat_map(|step| step.handlers.iter().map(move |handler| (Some(step.id), handler)));
            for (step, handler) in of_flow.chain(of_steps) {
                let HearsBody::Intent(intent, _) = &handler.hears else {
                    continue;
                };
                let flow = FlowId::from(at);
                if flow == FlowId::ALWAYS && handler.condition.is_none() {
                    always.push(intent.0);
                }
                if let Some(of_intent) = hearers.get_mut(intent.index()) {
                    let level = Level { flow, step };
                    of_intent.push(Hearer { level, handler });
                }
            }
        }
        always.sort_unstable();
        always.dedup();
        let texts = |at: usize, example: bool| {
            let phrases = program.spans.phrases.get(at).into_iter().flatten();
            let some = phrases.filter(|phrase| phrase.example == example);
            some.map(|phrase| phrase.text.clone()).collect()
        };
        let words: Vec<IntentWords> = (bot.intents.iter().enumerate())
            .map(|(at, intent)| IntentWords {
                intent: at as u32,
                words: texts(at, false),
                likes: texts(at, true),
                params: intent.params.iter().map(|param| param.name.clone()).collect(),
            })
            .collect();
        let folds = learner.folds().max(1);
        let held_out = (0..folds).map(|fold| {
            let mut left = words.clone();
            for intent in &mut left {
                let mut at = 0;
                intent.likes.retain(|_| {
                    at += 1;
                    (at - 1) % folds != fold
                });
            }
            learner.learn(&left)
        });
        Intents {
            held_out: held_out.collect(),
            matcher: learner.learn(&words),
            reader: Reader::new(bot),
            heard: (0..hearers.len() as u32)
                .filter(|intent| !hearers[*intent as usize].is_empty())
                .collect(),
            always,
            hearers,
            words,
            program,
        }
    }

    pub fn name(&self, intent: u32) -> &str {
        self.program
            .bot
            .intents
            .get(intent as usize)
            .map_or("", |intent| intent.name.as_str())
    }

    /// What each intent is heard by; those texts for whose holes no value is known are left out.
    pub fn said(&self) -> Vec<Said<'p>> {
        let mut said = Vec::new();
        for intent in self.heard.iter().copied() {
            let mut examples = 0;
            for phrase in self
                .program
                .spans
                .phrases
                .get(intent as usize)
                .into_iter()
                .flatten()
            {
                let nth = examples;
                examples += usize::from(phrase.example);
                let message = match phrase.example {
                    true => self.message(intent, &phrase.text),
                    false => Some(phrase.text.to_string()),
                };
                said.extend(message.map(|message| Said {
                    intent,
                    phrase,
                    nth,
                    normalised: normalised_text(&message),
                    message,
                }));
            }
        }
        said
    }

    /// An example with values in its holes.
    fn message(&self, intent: u32, example: &str) -> Option<String> {
        let params = &self.program.bot.intents.get(intent as usize)?.params;
        let mut message = String::with_capacity(example.len());
        let mut rest = example;
        while let Some(open) = rest.find('{') {
            let close = open + rest[open..].find('}')?;
            let name = rest[open + 1..close].trim();
            let param = params.iter().find(|param| param.name == name)?;
            message.push_str(&rest[..open]);
            message.push_str(&self.reader.sample(param.ty)?);
            rest = &rest[close + 1..];
        }
        message.push_str(rest);
        Some(message)
    }

    /// What a message is read as where everything is listened to.
    pub fn read(&self, message: &str) -> Vec<Match> {
        self.ask(&*self.matcher, message, &self.heard)
    }

    /// What a message is read as wherever no handler hears but those of `always`.
    pub fn read_anywhere(&self, message: &str) -> Vec<Match> {
        let mut found = self.ask(&*self.matcher, message, &self.always);
        found.retain(|found| self.is_whole(found));
        found
    }

    /// What an example would be read as if its author had not written it; `nth` is its number in its intent.
    pub fn read_unseen(&self, message: &str, nth: usize) -> Vec<Match> {
        match self.held_out.get(nth % self.held_out.len().max(1)) {
            Some(matcher) => self.ask(&**matcher, message, &self.heard),
            None => Vec::new(),
        }
    }

    fn ask(&self, matcher: &dyn Matcher, message: &str, listening: &[u32]) -> Vec<Match> {
        let ears = Ears {
            reader: &self.reader,
            listening,
        };
        matcher.intents(message, &normalise(message), &ears)
    }

    /// Whether a match has all that its intent cannot do without.
    pub fn is_whole(&self, found: &Match) -> bool {
        let Some(intent) = self.program.bot.intents.get(found.intent as usize) else {
            return false;
        };
        intent.params.iter().enumerate().all(|(at, param)| {
            let optional = matches!(
                self.program.bot.types.get(param.ty.index()),
                Some(botflow_artifact::Type::Optional(_) | botflow_artifact::Type::Error) | None
            );
            optional || found.holes.iter().any(|hole| hole.param as usize == at)
        })
    }

    /// Whether there is a place at which both are heard: at the same level, or at levels of one flow, or one of them in
    /// `always`.
    pub fn meet(&self, one: u32, other: u32) -> bool {
        self.pairs(one, other, |a, b| {
            a.flow == FlowId::ALWAYS
                || b.flow == FlowId::ALWAYS
                || (a.flow == b.flow && (a.step == b.step || a.step.is_none() || b.step.is_none()))
        })
    }

    /// Whether both are heard at one level, so that neither is nearer.
    pub fn side_by_side(&self, one: u32, other: u32) -> bool {
        self.pairs(one, other, |a, b| a == b)
    }

    fn pairs(&self, one: u32, other: u32, near: impl Fn(Level, Level) -> bool) -> bool {
        let of = |intent: u32| self.hearers.get(intent as usize).map_or(&[][..], Vec::as_slice);
        of(one).iter().take(MOST).any(|a| {
            of(other)
                .iter()
                .take(MOST)
                .any(|b| near(a.level, b.level) && self.together(a.handler.condition, b.handler.condition))
        })
    }

    /// Whether two handlers can hear at the same time.
    fn together(&self, one: Option<ExprId>, other: Option<ExprId>) -> bool {
        let mut both = Together::new(self.program);
        for condition in [one, other].into_iter().flatten() {
            both.assume(condition, true);
        }
        !both.impossible()
    }
}

/// The intents that have a message: the certain one, or all probable ones where none is.
pub(super) fn best(found: &[Match]) -> Vec<u32> {
    match found.first() {
        Some(first) if first.certainty == Certainty::Certain => vec![first.intent],
        _ => found.iter().map(|found| found.intent).collect(),
    }
}
