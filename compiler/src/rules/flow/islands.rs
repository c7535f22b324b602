//! What nothing leads to often leads to more that nothing else leads to. Only the first of it is the mistake.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::graph::cycles::components;
use crate::graph::leads::Leads;

/// Of some things of which one may lead to another, those to which no other one leads; of a circle, to which nothing
/// outside it leads, the first.
pub(super) fn shores<T: Copy + Eq + std::hash::Hash>(things: &[T], leads_to: impl Fn(T) -> Vec<T>) -> Vec<T> {
    let numbers: IndexMap<T, u32, FxBuildHasher> = things.iter().copied().zip(0..).collect();
    let mut leads = Leads::with_capacity(things.len(), things.len());
    for thing in things {
        leads.add(leads_to(*thing).iter().filter_map(|to| numbers.get(to).copied()));
    }
    let mut set_of = vec![0; things.len()];
    // Of each set its first member, as long as no other set leads there.
    let mut firsts: Vec<Option<u32>> = Vec::new();
    components(&leads, |set| {
        for member in set {
            set_of[*member as usize] = firsts.len();
        }
        firsts.push(set.iter().min().copied());
    });
    for from in 0..things.len() {
        for to in leads.of(from as u32) {
            if set_of[*to as usize] != set_of[from] {
                firsts[set_of[*to as usize]] = None;
            }
        }
    }
    let mut firsts: Vec<u32> = firsts.into_iter().flatten().collect();
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
