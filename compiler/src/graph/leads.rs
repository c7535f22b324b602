//! Which numbers lead to which, as two flat lists: small, quick to walk, and walked backwards by turning it round once.

/// Edges of a graph whose nodes are numbers from 0.
#[derive(Clone, Debug, Default)]
pub struct Leads {
    /// The targets of node `n` stand in `targets[first[n]..first[n + 1]]`.
    pub(super) first: Vec<u32>,
    pub(super) targets: Vec<u32>,
}

impl Leads {
    /// None yet, with room for so many.
    pub fn with_capacity(nodes: usize, edges: usize) -> Leads {
        let mut first = Vec::with_capacity(nodes + 1);
        first.push(0);
        Leads {
            first,
            targets: Vec::with_capacity(edges),
        }
    }

    /// Adds the next node with what it leads to.
    pub fn add(&mut self, targets: impl Iterator<Item = u32>) {
        self.targets.extend(targets);
        self.first.push(self.targets.len() as u32);
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a node leads to, in the order in which it was added.
    pub fn of(&self, node: u32) -> &[u32] {
        let (begin, end) = (self.first[node as usize], self.first[node as usize + 1]);
        &self.targets[begin as usize..end as usize]
    }

    /// The same edges the other way round.
    pub fn reversed(&self) -> Leads {
        let mut first = vec![0u32; self.len() + 1];
        for target in &self.targets {
            first[*target as usize + 1] += 1;
        }
        for node in 1..first.len() {
            first[node] += first[node - 1];
        }
        let mut next = first.clone();
        let mut targets = vec![0; self.targets.len()];
        for node in 0..self.len() as u32 {
            for target in self.of(node) {
                let at = &mut next[*target as usize];
                targets[*at as usize] = node;
                *at += 1;
            }
        }
        Leads { first, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::Leads;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn turned_round_every_edge_is_there_once(edges in prop::collection::vec((0u32..20, 0u32..20), 0..80)) {
            let mut leads = Leads::with_capacity(20, edges.len());
            for node in 0..20 {
                leads.add(edges.iter().filter(|(from, _)| *from == node).map(|(_, to)| *to));
            }
            let back = leads.reversed();
            prop_assert_eq!(back.len(), 20);
            let mut found: Vec<(u32, u32)> = (0..20)
                .flat_map(|to| back.of(to).iter().map(move |from| (*from, to)))
                .collect();
            found.sort_unstable();
            let mut wanted = edges;
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }
}
