//! "Did you mean …": the known name that is nearest to what was written.

/// The known name nearest to what was written, if one is near enough to be meant. Of several equally near ones the
/// first in order of the alphabet, so that the order of declarations does not show.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    few(written, known).into_iter().next()
}

/// So many names are compared; a project with more of one kind is looked at as far.
const MOST: usize = 20_000;

/// At most three of the known names that are near enough to be meant, nearest first, then in order of the alphabet.
/// A dotted name is near, too, if what was written is its last part (`quote` for `shipping.quote`).
pub fn few<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let wanted: Vec<char> = folded(written);
    // Names longer than this are not typing mistakes of each other, and comparing them takes time.
    if wanted.is_empty() || wanted.len() > 64 {
        return Vec::new();
    }
    let allowed = match wanted.len() {
        1..=2 => 1,
        3..=5 => 2,
        length => length / 3,
    };
    let mut found: Vec<(usize, &str)> = Vec::new();
    for name in known.into_iter().take(MOST) {
        // Names that begin with a point are the compiler's own.
        if name == written || name.starts_with('.') {
            continue;
        }
        if name.rsplit_once('.').is_some_and(|(_, last)| last == written) {
            found.push((1, name));
            continue;
        }
        let candidate = folded(name);
        if candidate.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &candidate);
        // A short name has to keep at least one letter.
        if distance > allowed || distance >= wanted.len().max(candidate.len()) {
            continue;
        }
        found.push((distance, name));
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(3);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Case and the sign between words do not count.
fn folded(name: &str) -> Vec<char> {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == '-' { '_' } else { c })
        .take(65)
        .collect()
}

/// How many letters are to be changed, added, dropped or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (row, &a) in left.iter().enumerate() {
        let mut current = vec![row + 1; width];
        for (column, &b) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && a == right[column - 1] && left[row - 1] == b;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            current[column + 1] = least;
        }
        before = std::mem::replace(&mut above, current);
    }
    above[width - 1]
}

#[cfg(test)]
mod tests {
    use super::{few, nearest};

    #[test]
    fn finds_what_was_meant() {
        let known = ["shipping", "reassure", "more", "trouble"];
        assert_eq!(nearest("shiping", known), Some("shipping"));
        assert_eq!(nearest("Reasure", known), Some("reassure"));
        assert_eq!(nearest("mroe", known), Some("more"));
        assert_eq!(nearest("payment", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("more", known), None);
    }

    #[test]
    fn finds_a_name_by_its_last_part() {
        assert_eq!(few("quote", ["shipping.quote", "std.csat"]), ["shipping.quote"]);
    }

    #[test]
    fn order_of_names_does_not_show() {
        assert_eq!(nearest("cat", ["hat", "bat"]), Some("bat"));
        assert_eq!(nearest("cat", ["bat", "hat"]), Some("bat"));
    }
}
