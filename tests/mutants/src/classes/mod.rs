//! The classes of defects, one for each name of a finding: where one can be seeded, and how.
//!
//! A class makes a mutant only where the defect is one: what the bot says elsewhere must not make it harmless.

mod channels;
mod escalation;
mod flow;
mod languages;
mod names;
mod talk;
mod triggers;
mod understanding;
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

impl Class {
    fn is_about_languages(&self) -> bool {
        rules::find(self.names[0]).is_some_and(|rule| rule.code.starts_with("BF7"))
    }

    /// At most so many mutants, spread over all bots and places: the same seed gives the same ones.
    pub fn some(&self, bots: &[Bot], most: usize, seed: u64) -> Vec<(usize, Mutant)> {
        let mut random = Random::new(seed);
        let mut piles: Vec<(usize, Vec<Mutant>)> = bots
            .iter()
            .enumerate()
            // A bot whose levels silence the finding says nothing about it.
            .filter(|(_, bot)| {
                let config = bot.project.config.as_deref().unwrap_or_default();
                self.is_about_languages() == bot.is_translated
                    && !self.names.iter().any(|name| config.contains(name))
            })
            .map(|(index, bot)| (index, (self.seed)(bot)))
            .collect();
        let mut chosen = Vec::new();
        // One of each bot in turn, so that a large bot does not crowd out the small ones.
        while chosen.len() < most {
            piles.retain(|(_, pile)| !pile.is_empty());
            if piles.is_empty() {
                break;
            }
            for (index, pile) in &mut piles {
                if chosen.len() < most {
                    let mutant = pile.swap_remove(random.below(pile.len()));
                    chosen.push((*index, mutant));
                }
            }
        }
        chosen
    }
}

/// All classes, in the order of their families.
pub fn all() -> impl Iterator<Item = &'static Class> {
    [
        writing::CLASSES,
        names::CLASSES,
        flow::CLASSES,
        talk::CLASSES,
        channels::CLASSES,
        triggers::CLASSES,
        escalation::CLASSES,
        languages::CLASSES,
        understanding::CLASSES,
    ]
    .into_iter()
    .flatten()
}
