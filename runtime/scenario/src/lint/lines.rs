//! Where things stand in the lines of a file.

use std::ops::Range;

/// The lines of a file, by their numbers from 1.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Lines<'t> {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        Lines {
            text,
            starts: [mark].into_iter().chain(newlines.map(|(at, _)| at + 1)).collect(),
        }
    }

    /// A line without the spaces around it.
    pub fn line(&self, number: usize) -> Range<usize> {
        let Some(start) = number.checked_sub(1).and_then(|at| self.starts.get(at)).copied() else {
            return self.text.len()..self.text.len();
        };
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        let written = &self.text[start..end.max(start)];
        let from = start + (written.len() - written.trim_start().len());
        from..(start + written.trim_end().len()).max(from)
    }

    /// What is written in a line.
    pub fn written(&self, number: usize) -> &'t str {
        &self.text[self.line(number)]
    }

    /// A line from a column (from 1, in characters) to its end.
    pub fn behind_column(&self, number: usize, column: usize) -> Range<usize> {
        let line = self.line(number);
        let start = number.checked_sub(1).and_then(|at| self.starts.get(at)).copied();
        let start = start.unwrap_or(line.start).min(line.start);
        let mut letters = self.text[start..line.end].char_indices();
        let at = letters
            .nth(column.saturating_sub(1))
            .map_or(line.end, |(at, _)| start + at);
        at.max(line.start)..line.end.max(at)
    }

    /// The first place in a line at which a word stands by itself; the line where it does not.
    pub fn word(&self, number: usize, word: &str) -> Range<usize> {
        self.word_behind(number, "", word)
    }

    /// The same behind something else.
    pub fn word_behind(&self, number: usize, behind: &str, word: &str) -> Range<usize> {
        let line = self.line(number);
        let written = &self.text[line.clone()];
        let mut from = written.find(behind).map_or(0, |at| at + behind.len());
        let part = |letter: char| letter.is_alphanumeric() || letter == '_';
        while let Some(at) = written[from..].find(word).filter(|_| !word.is_empty()) {
            let start = from + at;
            let end = start + word.len();
            let before = written[..start].chars().next_back().is_some_and(part);
            let after = written[end..].chars().next().is_some_and(part);
            let whole = word.chars().next().is_some_and(part) && word.chars().next_back().is_some_and(part);
            if !whole || (!before && !after) {
                return line.start + start..line.start + end;
            }
            from = end;
        }
        line
    }
}

/// The name nearest to what was written, if one is near enough to be meant; of equally near ones the first in order of
/// the alphabet.
pub(super) fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted: Vec<char> = written.to_lowercase().chars().take(65).collect();
    let allowed = match wanted.len() {
        0 | 65.. => return None,
        1..=2 => 1,
        3..=5 => 2,
        length => length / 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let other: Vec<char> = name.to_lowercase().chars().take(65).collect();
        if other.len().abs_diff(wanted.len()) > allowed || name == written {
            continue;
        }
        let distance = distance(&wanted, &other);
        let near = distance <= allowed && distance < wanted.len().max(other.len());
        if near && best.is_none_or(|known| (distance, name) < known) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters are to be changed, added or dropped.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut corner = std::mem::replace(&mut above[0], row + 1);
        for (column, b) in right.iter().enumerate() {
            let replaced = corner + usize::from(a != b);
            corner = above[column + 1];
            above[column + 1] = replaced.min(corner + 1).min(above[column] + 1);
        }
    }
    above[right.len()]
}
