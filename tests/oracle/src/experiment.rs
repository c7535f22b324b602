//! Experiments (15): who takes part, and with which arm.

use botflow_machine::history::Exposure;
use botflow_syntax::ast;

use crate::say::mix;
use crate::state::Oracle;

impl<'a> Oracle<'a> {
    /// The person's arm of an experiment, `Some(None)` if held out; `None` = they take no part.
    pub(crate) fn takes_part(
        &mut self,
        place: usize,
        item: &ast::ExperimentItem<'a>,
    ) -> Option<Option<usize>> {
        let experiments = &self.project.bot.experiments;
        let experiment = &experiments[place];
        if let Some(known) = self.person.exposure(&experiment.name) {
            match &known.arm {
                None => return Some(None),
                Some(name) => {
                    let arm = experiment.arms.iter().position(|(arm, _)| arm == name);
                    if arm.is_some() {
                        return Some(arm);
                    }
                }
            }
        }
        let invited = item
            .conditions()
            .all(|setting| self.outside().allows(setting.condition()));
        if !invited {
            return None;
        }
        if let Some(group) = &experiment.group {
            let members: Vec<_> = experiments
                .iter()
                .filter(|one| one.group.as_ref() == Some(group))
                .collect();
            let mut others = members.iter().filter(|one| one.name != experiment.name);
            if others.any(|one| self.person.exposure(&one.name).is_some()) {
                return None;
            }
            let drawn = members
                .iter()
                .max_by_key(|one| (lot(self.person.id, group, &one.name), one.name.clone()));
            if drawn.is_some_and(|drawn| drawn.name != experiment.name) {
                return None;
            }
        }
        let mut point = mix(self.person.id.wrapping_add(hash(&experiment.name))) % 10_000;
        let mut drawn = None;
        for (arm, (_, weight)) in experiment.arms.iter().enumerate() {
            if point < u64::from(*weight) {
                drawn = Some(arm);
                break;
            }
            point -= u64::from(*weight);
        }
        let exposure = Exposure {
            experiment: experiment.name.clone(),
            arm: drawn.map(|arm| experiment.arms[arm].0.clone()),
            at: self.now,
        };
        let history = self.person.history.get_or_insert_default();
        history.arms.retain(|one| one.experiment != exposure.experiment);
        history.arms.push(exposure);
        Some(drawn)
    }
}

/// Which experiment of a group somebody belongs to: the one with the highest lot (15.4).
fn lot(person: u64, group: &str, experiment: &str) -> u64 {
    let group = mix(person.wrapping_add(hash(&format!("group:{group}"))));
    mix(group.wrapping_add(hash(experiment)))
}

/// The FNV-1a hash of a name.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
