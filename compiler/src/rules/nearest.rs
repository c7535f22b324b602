//! "Did you mean …": the known name that is nearest to what was written.

/// The known name nearest to what was written, if one is near enough to be meant. Of several equally near ones the
/// first in order of the alphabet, so that the order of declarations does not show.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted: Vec<char> = folded(written);
    // Names longer than this are not typing mistakes of each other, and comparing them takes time.
    if wanted.is_empty() || wanted.len() > 64 {
        return None;
    }
    let allowed = match wanted.len() {
        1..=2 => 1,
        3..=5 => 2,
        length => length / 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let candidate = folded(name);
        if name == written || candidate.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &candidate);
        // A short name has to keep at least one letter.
        if distance > allowed || distance >= wanted.len().max(candidate.len()) {
            continue;
        }
        if best.is_none_or(|(least, kept)| (distance, name) < (least, kept)) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
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
    use super::nearest;

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
    fn order_of_names_does_not_show() {
        assert_eq!(nearest("cat", ["hat", "bat"]), Some("bat"));
        assert_eq!(nearest("cat", ["bat", "hat"]), Some("bat"));
    }
}
