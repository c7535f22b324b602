//! The classes of defects, one for each name of a finding: where one can be seeded, and how.
//!
//! A class makes a mutant only where the defect is one: what the bot says elsewhere must not make it harmless.

mod channels;
mod comments;
mod conversations;
mod escalation;
mod flow;
mod languages;
mod names;
mod talk;
mod triggers;
mod understanding;
mod upgrades;
mod writing;

use botflow_compiler::rules;
use botflow_testkit::random::Random;

use crate::corpus::Bot;
use crate::mutant::Mutant;

/// A class of defects.
pub struct Class {
    /// The names of the findings that are right; the first is the class's own.
    pub names: &'static [&'static str],
    /// What is done to a bot, as a person would say.
    pub done: &'static str,
    /// Every way to do it to a bot.
    pub seed: fn(&Bot) -> Vec<Mutant>,
}

/// What a class of defects is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A bot.
    Bot,
    /// The translations of a bot.
    Languages,
    /// Two versions of a bot: the sound one is the older.
    Upgrade,
    /// The conversations that a bot is tested with.
    Conversations,
}

impl Class {
    /// What it is about.
    pub fn about(&self) -> About {
        let code = rules::find(self.names[0]).map_or("", |rule| rule.code);
        match code.get(..3) {
            Some("BF7") => About::Languages,
            Some("BF9") => About::Upgrade,
            Some("BFC") => About::Conversations,
            _ => About::Bot,
        }
    }

    /// Every mutant, in an order in which all bots and places have their turn: the same seed gives the same order.
    pub fn all(&self, bots: &[Bot], seed: u64) -> impl Iterator<Item = (usize, Mutant)> {
        let mut random = Random::new(seed);
        let mut piles: Vec<(usize, Vec<Mutant>)> = bots
            .iter()
            .enumerate()
            // A bot whose levels silence the finding says nothing about it.
            .filter(|(_, bot)| {
                let config = bot.project.config.as_deref().unwrap_or_default();
                (self.about() == About::Languages) == bot.is_translated
                    && !self.names.iter().any(|name| config.contains(name))
            })
            .map(|(index, bot)| (index, (self.seed)(bot)))
            .collect();
        let mut turn = 0;
        // One of each bot in turn, so that a large bot does not crowd out the small ones.
        std::iter::from_fn(move || {
            piles.retain(|(_, pile)| !pile.is_empty());
            turn = if turn < piles.len() { turn } else { 0 };
            let (index, pile) = piles.get_mut(turn)?;
            turn += 1;
            Some((*index, pile.swap_remove(random.below(pile.len()))))
        })
    }
}

/// Names of findings that no class is about, and why.
pub const WITHOUT: &[(&str, &str)] = &[("deprecated", "no way of writing is going away yet")];

/// All classes, in the order of their families.
pub fn all() -> impl Iterator<Item = &'static Class> {
    [
        writing::CLASSES,
        comments::CLASSES,
        names::CLASSES,
        flow::CLASSES,
        talk::CLASSES,
        channels::CLASSES,
        triggers::CLASSES,
        escalation::CLASSES,
        languages::CLASSES,
        understanding::CLASSES,
        upgrades::CLASSES,
        conversations::CLASSES,
    ]
    .into_iter()
    .flatten()
}
