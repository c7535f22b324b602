//! What nothing leads to often leads to more that nothing else leads to. Only the first of it is the mistake.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::graph::cycles::components;

/// Of some things of which one may lead to another, those to which no other one leads; of a circle, to which nothing
/// outside it leads, the first.
pub(super) fn shores<T: Copy + Eq + std::hash::Hash>(things: &[T], leads_to: impl Fn(T) -> Vec<T>) -> Vec<T> {
    let numbers: IndexMap<T, u32, FxBuildHasher> = things.iter().copied().zip(0..).collect();
    let mut first = Vec::with_capacity(things.len() + 1);
    let mut targets = Vec::new();
    for thing in things {
        first.push(targets.len() as u32);
        targets.extend(leads_to(*thing).iter().filter_map(|to| numbers.get(to).copied()));
    }
    first.push(targets.len() as u32);
    let sets = components(&first, &targets);
    let mut set_of = vec![0; things.len()];
    for (number, set) in sets.iter().enumerate() {
        for member in set {
            set_of[*member as usize] = number;
        }
    }
    let mut led_to = vec![false; sets.len()];
    for from in 0..things.len() {
        for to in &targets[first[from] as usize..first[from + 1] as usize] {
            if set_of[*to as usize] != set_of[from] {
                led_to[set_of[*to as usize]] = true;
            }
        }
    }
    let firsts = sets.iter().zip(led_to).filter(|(_, led_to)| !led_to);
    let mut firsts: Vec<u32> = firsts.filter_map(|(set, _)| set.iter().min().copied()).collect();
    firsts.sort_unstable();
    firsts.into_iter().map(|number| things[number as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::shores;

    fn shores_of(edges: &[(u32, u32)], count: u32) -> Vec<u32> {
        let things: Vec<u32> = (0..count).collect();
        shores(&things, |from| {
            edges
                .iter()
                .filter(|(a, _)| *a == from)
                .map(|(_, b)| *b)
                .collect()
        })
    }

    #[test]
    fn only_the_first_of_a_chain_counts() {
        assert_eq!(shores_of(&[(2, 1), (1, 0)], 3), [2]);
    }

    #[test]
    fn of_a_circle_the_first_counts() {
        assert_eq!(shores_of(&[(1, 2), (2, 1), (2, 3)], 5), [0, 1, 4]);
    }
}
