//! Experiments: who takes part, and with which arm (semantics 15).

use botflow_artifact::{Experiment, ExperimentId};
use smol_str::SmolStr;

use crate::effect::Effect;
use crate::history::{Exposure, MAX_ARMS};
use crate::person::Person;
use crate::trigger::key;
use crate::turn::{Turn, mix};

/// Weights are hundredths of a per cent.
const WHOLE: u64 = 10_000;

impl Turn<'_> {
    /// The person's arm of an experiment (15.2 to 15.5).
    pub fn arm(&mut self, id: ExperimentId) -> Option<u32> {
        let p = self.p;
        let experiment = p.bot.experiments.get(id.index())?;
        let arm = match self.met(experiment) {
            Some(arm) => arm,
            None => {
                let history = self.c.person.history.as_deref();
                let full = history.is_some_and(|history| history.arms.len() >= MAX_ARMS);
                if full || !self.scope().allows(experiment.condition) || self.is_elsewhere(experiment) {
                    return None;
                }
                let arm = drawn(self.c.person.id, experiment);
                self.meets(experiment, arm);
                arm
            }
        };
        self.out.push(Effect::Exposed { experiment: id, arm });
        arm
    }

    /// The arm that the person has had before, if the experiment still has it.
    fn met(&self, experiment: &Experiment) -> Option<Option<u32>> {
        let known = self.c.person.exposure(&experiment.name)?;
        match &known.arm {
            None => Some(None),
            Some(name) => {
                let arm = experiment.arms.iter().position(|(arm, _)| arm == name)?;
                Some(Some(arm as u32))
            }
        }
    }

    /// The person belongs to another experiment of the same group: one met before, else the one drawn.
    fn is_elsewhere(&self, experiment: &Experiment) -> bool {
        let Some(group) = &experiment.group else {
            return false;
        };
        let rivals = self.p.bot.experiments.iter();
        let rivals =
            rivals.filter(|rival| rival.group.as_ref() == Some(group) && rival.name != experiment.name);
        let person = self.c.person.id;
        let own = (lot(person, group, &experiment.name), &experiment.name);
        rivals.into_iter().any(|rival| {
            self.c.person.exposure(&rival.name).is_some()
                || (lot(person, group, &rival.name), &rival.name) > own
        })
    }

    /// Notes the arm, for ever.
    fn meets(&mut self, experiment: &Experiment, arm: Option<u32>) {
        let arm = arm.and_then(|arm| experiment.arms.get(arm as usize));
        let exposure = Exposure {
            experiment: experiment.name.clone(),
            arm: arm.map(|(name, _)| name.clone()),
            at: self.now,
        };
        let history = self.c.person.history.get_or_insert_default();
        history.arms.retain(|one| one.experiment != experiment.name);
        history.arms.push(exposure);
    }
}

impl Person {
    /// The arm of an experiment that the person has met.
    pub fn exposure(&self, experiment: &str) -> Option<&Exposure> {
        self.history.as_deref()?.exposure(experiment)
    }
}

/// The arm that the lot gives somebody; `None` = held out.
fn drawn(person: u64, experiment: &Experiment) -> Option<u32> {
    let mut at = mix(person.wrapping_add(key("", &experiment.name))) % WHOLE;
    for (index, (_, weight)) in experiment.arms.iter().enumerate() {
        let weight = u64::from(*weight);
        if at < weight {
            return Some(index as u32);
        }
        at -= weight;
    }
    None
}

/// Of the experiments of a group somebody belongs to the one with the highest lot, so that a further experiment takes
/// people to itself and moves nobody else.
fn lot(person: u64, group: &SmolStr, experiment: &SmolStr) -> u64 {
    mix(mix(person.wrapping_add(key("group:", group))).wrapping_add(key("", experiment)))
}
