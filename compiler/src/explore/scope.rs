//! What is taken for granted, and what conditions say about channels and languages.

use botflow_artifact::*;
use botflow_values::Value;

use super::transfer::{Moving, UNBOUNDED};

/// What is taken for granted about the people in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// As people usually are: who is in a conversation goes on on the channel and in the language in which it is, and a
    /// colleague does what they do while the customer is there. What rules say rests on it.
    Usual,
    /// Whatever the machine allows.
    Everything,
}

/// Conditions nested deeper than this say nothing.
const DEEPEST: u32 = 64;
/// Channels, languages and classes are bits.
const BITS: usize = 64;

/// The channels and languages of a bot, and which of them it tells apart.
#[derive(Clone, Debug)]
pub(super) struct Tells {
    /// Per channel, its class: channels that no condition mentions are one class.
    pub class: Vec<u32>,
    /// How many classes there are.
    pub classes: usize,
    /// All languages.
    pub languages: u64,
    pub scope: Scope,
}

/// Which channels (by class) and languages can be where a condition turns out so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Narrowed {
    pub classes: u64,
    pub languages: u64,
}

impl Narrowed {
    pub const ALL: Narrowed = Narrowed {
        classes: u64::MAX,
        languages: u64::MAX,
    };

    fn and(self, other: Narrowed) -> Narrowed {
        Narrowed {
            classes: self.classes & other.classes,
            languages: self.languages & other.languages,
        }
    }

    fn or(self, other: Narrowed) -> Narrowed {
        if self.is_none() {
            return other;
        }
        if other.is_none() {
            return self;
        }
        Narrowed {
            classes: self.classes | other.classes,
            languages: self.languages | other.languages,
        }
    }

    fn is_none(self) -> bool {
        self.classes == 0 || self.languages == 0
    }
}

fn bits(count: usize) -> u64 {
    match count {
        BITS.. => u64::MAX,
        _ => (1 << count) - 1,
    }
}

impl Tells {
    pub fn of(bot: &Bot, scope: Scope) -> Tells {
        let channels = bot.channels.len().clamp(1, BITS);
        let mut mentioned = vec![false; channels];
        for expr in &bot.exprs {
            if let Expr::Const(value) = expr {
                mentions(bot, value, &mut mentioned);
            }
        }
        // Class 0 is that of the channels that nothing mentions, if there are any.
        let mut classes = u32::from(mentioned.iter().any(|mentioned| !mentioned));
        let class = mentioned.iter().map(|mentioned| match mentioned {
            true => {
                classes += 1;
                classes - 1
            }
            false => 0,
        });
        let class = class.collect();
        Tells {
            class,
            classes: classes as usize,
            languages: bits(bot.languages.len().max(1)),
            scope,
        }
    }

    pub fn moving(&self) -> Moving {
        Moving {
            moves: self.scope == Scope::Everything,
            languages: self.languages,
        }
    }

    /// What can be where a condition is so; the name of a language counts from its place in the list.
    pub fn narrowed(&self, bot: &Bot, condition: ExprId, yes: bool) -> Narrowed {
        self.walk(bot, condition, yes, DEEPEST)
    }

    fn walk(&self, bot: &Bot, condition: ExprId, yes: bool, depth: u32) -> Narrowed {
        let Some(expr) = bot.exprs.get(condition.index()).filter(|_| depth > 0) else {
            return Narrowed::ALL;
        };
        match expr {
            // What is unknown is no, and so is the opposite of it: the two sides tell nothing of each other then.
            Expr::Not(inner) if self.is_about_both(bot, *inner, depth - 1) => {
                self.walk(bot, *inner, !yes, depth - 1)
            }
            Expr::And(a, b) | Expr::Or(a, b) => {
                let (a, b) = (
                    self.walk(bot, *a, yes, depth - 1),
                    self.walk(bot, *b, yes, depth - 1),
                );
                match matches!(expr, Expr::And(..)) == yes {
                    true => a.and(b),
                    false => a.or(b),
                }
            }
            Expr::Binary(BinaryOp::Is, a, b) => self.compared(bot, *a, *b, yes),
            Expr::Binary(BinaryOp::IsNot, a, b) => self.compared(bot, *a, *b, !yes),
            Expr::In(value, list) => self.among(bot, *value, *list, yes),
            Expr::InSegment(segment) => match bot.segments.get(segment.index()) {
                Some(segment) => self.walk(bot, segment.condition, yes, depth - 1),
                None => Narrowed::ALL,
            },
            Expr::Const(Value::YesNo(value)) if *value != yes => Narrowed {
                classes: 0,
                languages: 0,
            },
            _ => Narrowed::ALL,
        }
    }

    /// Whether a condition is never unknown: comparisons of channels and languages are not.
    fn is_about_both(&self, bot: &Bot, condition: ExprId, depth: u32) -> bool {
        let Some(expr) = bot.exprs.get(condition.index()).filter(|_| depth > 0) else {
            return false;
        };
        match expr {
            Expr::Binary(BinaryOp::Is | BinaryOp::IsNot, ..) | Expr::In(..) | Expr::Const(_) => true,
            Expr::Not(inner) => self.is_about_both(bot, *inner, depth - 1),
            Expr::And(a, b) | Expr::Or(a, b) => {
                self.is_about_both(bot, *a, depth - 1) && self.is_about_both(bot, *b, depth - 1)
            }
            _ => false,
        }
    }

    fn compared(&self, bot: &Bot, a: ExprId, b: ExprId, yes: bool) -> Narrowed {
        let expr = |id: ExprId| bot.exprs.get(id.index());
        match (expr(a), expr(b)) {
            (Some(Expr::Conversation(field)), Some(Expr::Const(value)))
            | (Some(Expr::Const(value)), Some(Expr::Conversation(field))) => {
                self.is_one_of(bot, *field, &[value], yes)
            }
            _ => Narrowed::ALL,
        }
    }

    fn among(&self, bot: &Bot, value: ExprId, list: ExprId, yes: bool) -> Narrowed {
        let expr = |id: ExprId| bot.exprs.get(id.index());
        let Some(Expr::Conversation(field)) = expr(value) else {
            return Narrowed::ALL;
        };
        let values: Option<Vec<&Value>> = match expr(list) {
            Some(Expr::Const(Value::List(values))) => Some(values.iter().collect()),
            Some(Expr::List(items)) => items
                .iter()
                .map(|item| match expr(*item) {
                    Some(Expr::Const(value)) => Some(value),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        match values {
            Some(values) => self.is_one_of(bot, *field, &values, yes),
            None => Narrowed::ALL,
        }
    }

    fn is_one_of(&self, bot: &Bot, field: ConversationField, values: &[&Value], yes: bool) -> Narrowed {
        match field {
            ConversationField::Channel => {
                let named = |channel: &smol_str::SmolStr| {
                    values
                        .iter()
                        .any(|value| matches!(value, Value::Channel(name) if name == channel))
                };
                let channels = bot.channels.iter().take(BITS).zip(&self.class);
                let classes = channels
                    .filter(|(channel, _)| named(channel) == yes)
                    .fold(0, |all, (_, class)| all | 1 << class);
                Narrowed {
                    classes,
                    languages: u64::MAX,
                }
            }
            ConversationField::Language => {
                let named = |language: &smol_str::SmolStr| {
                    values
                        .iter()
                        .any(|value| matches!(value, Value::Language(name) if name == language))
                };
                let languages = bot.languages.iter().enumerate();
                let languages = languages
                    .filter(|(at, language)| *at >= BITS || named(language) == yes)
                    .fold(0, |all, (at, _)| all | 1 << at.min(BITS - 1));
                Narrowed {
                    classes: u64::MAX,
                    languages,
                }
            }
            _ => Narrowed::ALL,
        }
    }
}

/// Notes the channels that a value mentions.
fn mentions(bot: &Bot, value: &Value, mentioned: &mut [bool]) {
    match value {
        Value::Channel(name) => {
            let at = bot.channels.iter().position(|channel| channel == name);
            if let Some(mentioned) = at.and_then(|at| mentioned.get_mut(at)) {
                *mentioned = true;
            }
        }
        Value::List(values) => values.iter().for_each(|value| mentions(bot, value, mentioned)),
        _ => {}
    }
}

/// Milliseconds as whole seconds, the next larger ones.
pub(super) fn seconds(ms: i64) -> u32 {
    let seconds = ms.max(0).saturating_add(999) / 1000;
    u32::try_from(seconds).map_or(UNBOUNDED, |seconds| seconds.min(UNBOUNDED))
}

/// The longest time that a duration can come to; nothing if it cannot be known.
pub(super) fn longest(bot: &Bot, duration: ExprId) -> Option<u32> {
    match bot.exprs.get(duration.index())? {
        Expr::Const(Value::Duration(ms)) => Some(seconds(*ms)),
        Expr::Const(_) => Some(0),
        Expr::Else(a, b) => Some(longest(bot, *a)?.max(longest(bot, *b)?)),
        Expr::Binary(BinaryOp::Add, a, b) => {
            Some(longest(bot, *a)?.saturating_add(longest(bot, *b)?).min(UNBOUNDED))
        }
        Expr::Call(Function::Min, of) => of.iter().filter_map(|one| longest(bot, *one)).min(),
        Expr::Call(Function::Max, of) => of
            .iter()
            .try_fold(0, |all, one| Some(longest(bot, *one)?.max(all))),
        _ => None,
    }
}
