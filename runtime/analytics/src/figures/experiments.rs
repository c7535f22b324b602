//! Experiments: what each arm does, how sure that is, and when it may be believed.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::business::reached;
use crate::entry::Kind;
use crate::selection::Selection;
use crate::statistics::{Share, best_of};
use crate::stream::Stream;

/// When an experiment may be stopped: stated beforehand, since looking again and again finds a winner by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Every arm has met so many people at least.
    pub people: u64,
    /// The best arm is the best with this probability at least.
    pub sure: f64,
}

impl Default for Rule {
    fn default() -> Rule {
        Rule {
            people: 100,
            sure: 0.95,
        }
    }
}

/// One experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its arms, by name; people held out are `None`, the first.
    pub arms: Vec<Arm>,
    /// The rule by which it is stopped.
    pub rule: Rule,
    /// The arm that has won by the rule.
    pub winner: Option<SmolStr>,
}

/// One arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name; `None` = held out.
    pub name: Option<SmolStr>,
    /// People who reached the goal after meeting the experiment, of people who met it. [`Share::interval`] is its interval.
    pub reached: Share,
    /// Value of the goals that these people reached after meeting it, in millionths of the currency unit.
    pub value: i64,
    /// Probability that its rate is the highest of all arms; people held out are not compared.
    pub best: f64,
}

impl Arm {
    /// Value per person, in millionths of the currency unit.
    pub fn value_per_person(&self) -> Option<i64> {
        self.value.checked_div(i64::try_from(self.reached.all).ok()?)
    }
}

impl Experiment {
    /// For people who met the experiment in the selection. `goal`: what decides it; `until`: goals reached before this
    /// moment count.
    pub fn of(
        stream: &Stream,
        selection: &Selection,
        experiment: &str,
        goal: &str,
        until: i64,
        rule: Rule,
    ) -> Experiment {
        let mut arms: BTreeMap<Option<SmolStr>, (Share, i64)> = BTreeMap::new();
        for (_, entries) in stream.people() {
            let met = entries.iter().find_map(|entry| match &entry.kind {
                Kind::Met { experiment: met, arm } if met == experiment => Some((*entry, arm)),
                _ => None,
            });
            let Some((met, arm)) = met.filter(|(entry, _)| selection.has(entry)) else {
                continue;
            };
            let goals = reached(&entries, Some(goal));
            let after = goals
                .iter()
                .filter(|(entry, ..)| (met.at..until).contains(&entry.at));
            let values: Vec<i64> = after.map(|(_, _, value, _)| value.unwrap_or(0)).collect();
            let (share, sum) = arms.entry(arm.clone()).or_default();
            share.count(!values.is_empty());
            *sum = values.iter().fold(*sum, |sum, value| sum.saturating_add(*value));
        }
        let compared: Vec<Share> = arms
            .iter()
            .filter(|(name, _)| name.is_some())
            .map(|(_, (share, _))| *share)
            .collect();
        let mut best = best_of(&compared).into_iter();
        let arms: Vec<Arm> = arms
            .into_iter()
            .map(|(name, (reached, value))| Arm {
                best: if name.is_some() {
                    best.next().unwrap_or(0.0)
                } else {
                    0.0
                },
                name,
                reached,
                value,
            })
            .collect();
        let enough = arms
            .iter()
            .filter(|arm| arm.name.is_some())
            .all(|arm| arm.reached.all >= rule.people);
        let winner = arms
            .iter()
            .find(|arm| enough && compared.len() > 1 && arm.best >= rule.sure);
        Experiment {
            winner: winner.and_then(|arm| arm.name.clone()),
            arms,
            rule,
        }
    }
}
