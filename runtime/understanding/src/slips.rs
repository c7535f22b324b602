//! How far apart two spellings are: letters added, left out, mistaken, or swapped with a neighbour.

/// The longest spelling, in letters, that is searched for slips.
const MAX_LETTERS: usize = 64;

/// The number of slips between two normalised spellings if it is within what their length forgives
/// (one from 4 letters, two from 8), or none. Digits forgive nothing: an order number with one other
/// digit is another order.
pub(crate) fn slips(heard: &str, wanted: &str) -> Option<usize> {
    // Bytes per letter are at most four, so far longer texts need not be counted.
    if heard.len().abs_diff(wanted.len()) > 8 || wanted.len() > 4 * MAX_LETTERS {
        return None;
    }
    let letters = wanted.chars().filter(|c| *c != ' ').count();
    let forgiven = match letters {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    if digits(heard).ne(digits(wanted)) {
        return None;
    }
    let found = distance(heard, wanted, forgiven)?;
    (found <= forgiven).then_some(found)
}

fn digits(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(char::is_ascii_digit)
}

/// The restricted Damerau-Levenshtein distance, or none if it is above `limit` or a text too long.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let mut left = ['\0'; MAX_LETTERS];
    let mut right = ['\0'; MAX_LETTERS];
    let m = fill(a, &mut left)?;
    let n = fill(b, &mut right)?;
    if m.abs_diff(n) > limit {
        return None;
    }
    let mut before = [0u8; MAX_LETTERS + 1];
    let mut previous = [0u8; MAX_LETTERS + 1];
    let mut current = [0u8; MAX_LETTERS + 1];
    for (j, cell) in previous.iter_mut().enumerate().take(n + 1) {
        *cell = j as u8;
    }
    for i in 1..=m {
        current[0] = i as u8;
        let mut least = current[0];
        for j in 1..=n {
            let same = left[i - 1] == right[j - 1];
            let mut cost = (previous[j] + 1)
                .min(current[j - 1] + 1)
                .min(previous[j - 1] + u8::from(!same));
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            current[j] = cost;
            least = least.min(cost);
        }
        if usize::from(least) > limit {
            return None;
        }
        before = previous;
        previous = current;
    }
    Some(usize::from(previous[n]))
}

/// Puts the letters of a text into a buffer; none if they do not fit.
fn fill(text: &str, buffer: &mut [char; MAX_LETTERS]) -> Option<usize> {
    let mut count = 0;
    for c in text.chars() {
        *buffer.get_mut(count)? = c;
        count += 1;
    }
    Some(count)
}
