//! Which facts of two sections are the same, which have changed, and which are only in one of them.
//!
//! First what is equal is matched in order (a longest common subsequence); then what is left between two matches is paired by
//! what it is; then what hangs on something else than before is told as moved.

use super::portrait::Fact;

/// What became of facts, by their numbers in the old and the new section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alignment {
    /// Equal ones.
    pub same: Vec<(usize, usize)>,
    /// Those with other words.
    pub changed: Vec<(usize, usize)>,
    /// Only in the old section.
    pub removed: Vec<usize>,
    /// Only in the new one.
    pub added: Vec<usize>,
}

/// Sections with more combinations than this are matched by what is equal only once in each of them.
const MOST_CELLS: usize = 4_000_000;

/// Compares two lists of facts.
pub(crate) fn align(old: &[Fact], new: &[Fact]) -> Alignment {
    let mut alignment = Alignment::default();
    let head = old.iter().zip(new).take_while(|(a, b)| a.same(b)).count();
    let rest = old.len().min(new.len()) - head;
    let tail = (old.iter().rev().zip(new.iter().rev()))
        .take(rest)
        .take_while(|(a, b)| a.same(b))
        .count();
    let (middle_old, middle_new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let inside = match middle_old.len().saturating_mul(middle_new.len()) <= MOST_CELLS {
        true => subsequence(middle_old, middle_new),
        false => unique(middle_old, middle_new),
    };
    alignment.same.extend((0..head).map(|at| (at, at)));
    alignment
        .same
        .extend(inside.into_iter().map(|(a, b)| (a + head, b + head)));
    let from = (old.len() - tail, new.len() - tail);
    alignment
        .same
        .extend((0..tail).map(|at| (from.0 + at, from.1 + at)));
    // What stands between two matches.
    let mut before = (0, 0);
    let ends = alignment.same.clone().into_iter().chain([(old.len(), new.len())]);
    for (a, b) in ends {
        pair(old, before.0..a, new, before.1..b, &mut alignment);
        before = (a + 1, b + 1);
    }
    // The same words elsewhere in the section are no other ones.
    let removed = std::mem::take(&mut alignment.removed);
    for was in removed {
        let again = alignment.added.iter().position(|is| old[was].same(&new[*is]));
        match again {
            Some(at) => alignment.same.push((was, alignment.added.remove(at))),
            None => alignment.removed.push(was),
        }
    }
    alignment
}

/// Pairs what is of one kind, the likest first; what is left is removed and added.
fn pair(
    old: &[Fact],
    was: std::ops::Range<usize>,
    new: &[Fact],
    is: std::ops::Range<usize>,
    alignment: &mut Alignment,
) {
    let mut left: Vec<usize> = was.collect();
    let mut free: Vec<usize> = is.collect();
    if left.len().saturating_mul(free.len()) <= 10_000 {
        let mut likely: Vec<(usize, usize, usize)> = Vec::new();
        for a in &left {
            for b in &free {
                if old[*a].kind == new[*b].kind {
                    likely.push((likeness(&old[*a].words, &new[*b].words), *a, *b));
                }
            }
        }
        likely.sort_by_key(|(like, a, b)| (std::cmp::Reverse(*like), *a, *b));
        for (like, a, b) in likely {
            let only = |list: &[usize], facts: &[Fact], kind: &str| {
                list.iter().filter(|at| facts[**at].kind == kind).count() == 1
            };
            // Of one kind, words that have little in common are others, unless there is nothing else they could be.
            let alone = only(&left, old, old[a].kind) && only(&free, new, new[b].kind);
            if (like >= 40 || alone) && left.contains(&a) && free.contains(&b) {
                left.retain(|at| *at != a);
                free.retain(|at| *at != b);
                alignment.changed.push((a, b));
            }
        }
    }
    alignment.removed.append(&mut left);
    alignment.added.append(&mut free);
}

/// How much two texts have in common, in percent: by their words.
pub(crate) fn likeness(a: &str, b: &str) -> usize {
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let mut words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.sort_unstable();
        words
    };
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    let (mut at, mut bt, mut both) = (0, 0, 0);
    while at < a.len() && bt < b.len() {
        match a[at].cmp(&b[bt]) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => bt += 1,
            std::cmp::Ordering::Equal => {
                (at, bt, both) = (at + 1, bt + 1, both + 1);
            }
        }
    }
    200 * both / (a.len() + b.len())
}

/// The longest common subsequence.
fn subsequence(old: &[Fact], new: &[Fact]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a * width + b] = match old[a].same(&new[b]) {
                true => lengths[(a + 1) * width + b + 1] + 1,
                false => lengths[(a + 1) * width + b].max(lengths[a * width + b + 1]),
            };
        }
    }
    let (mut a, mut b, mut found) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        if old[a].same(&new[b]) {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if lengths[(a + 1) * width + b] >= lengths[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

/// What is there once in each of both, in an order that both have.
fn unique(old: &[Fact], new: &[Fact]) -> Vec<(usize, usize)> {
    use std::collections::BTreeMap;
    fn once(facts: &[Fact]) -> BTreeMap<(&str, &str), Option<usize>> {
        let mut seen = BTreeMap::new();
        for (at, fact) in facts.iter().enumerate() {
            seen.entry((fact.kind, fact.words.as_str()))
                .and_modify(|known| *known = None)
                .or_insert(Some(at));
        }
        seen
    }
    let (was, is) = (once(old), once(new));
    let mut found: Vec<(usize, usize)> = was
        .iter()
        .filter_map(|(key, at)| Some(((*at)?, (*is.get(key)?)?)))
        .filter(|(a, b)| old[*a].same(&new[*b]))
        .collect();
    found.sort_unstable();
    // Greedily ascending in the new one.
    let mut last = None;
    found.retain(|(_, b)| {
        let ascends = last.is_none_or(|last| last < *b);
        if ascends {
            last = Some(*b);
        }
        ascends
    });
    found
}
