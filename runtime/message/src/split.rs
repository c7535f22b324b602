//! Parting a text that is too long for one message: at the end of a paragraph, else a line, else a sentence,
//! else a word, else a grapheme; a grapheme that is itself too long is parted between characters. Nothing but
//! white space at the seams disappears.

use unicode_segmentation::UnicodeSegmentation;

use crate::dialect;
use crate::markup::Run;
use crate::profile::TextFacts;

/// How good a place is to part a text at, behind an atom; 0 is a last resort.
const WORD: u8 = 1;
const SENTENCE: u8 = 2;
const LINE: u8 = 3;
const PARAGRAPH: u8 = 4;

/// The smallest piece of text that is looked at: a grapheme, or a character of a huge one.
struct Atom {
    run: usize,
    start: usize,
    end: usize,
    cost: usize,
    /// How good a place it is behind this atom.
    seam: u8,
    space: bool,
}

/// Parts runs (already as the channel can show them) into pieces of at most `max` each. Runs without a visible
/// character give no piece.
pub(crate) fn split(runs: &[Run], max: usize, facts: &TextFacts) -> Vec<Vec<Run>> {
    if runs.iter().all(|run| run.text.trim().is_empty()) {
        return Vec::new();
    }
    let spans = facts.spans.most();
    if max == usize::MAX && spans == usize::MAX {
        return vec![runs.to_vec()];
    }
    let overheads: Vec<usize> = runs.iter().map(|run| overhead(run, facts)).collect();
    let atoms = atoms(runs, max, facts);
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(skipped) = atoms[start..].iter().position(|atom| !atom.space) {
        start += skipped;
        let end = fill(&atoms, start, max, spans, runs, &overheads);
        pieces.push(piece(&atoms[start..end], runs));
        start = end;
    }
    pieces
}

/// The length of runs as the channel counts it, at most.
pub(crate) fn length(runs: &[Run], facts: &TextFacts) -> usize {
    let words = |run: &Run| grapheme_cost(&run.text, facts);
    runs.iter().map(|run| words(run) + overhead(run, facts)).sum()
}

fn overhead(run: &Run, facts: &TextFacts) -> usize {
    if facts.markup_counts {
        dialect::overhead(run, facts.markup, facts.unit)
    } else {
        0
    }
}

fn grapheme_cost(text: &str, facts: &TextFacts) -> usize {
    if facts.markup_counts {
        dialect::cost(text, facts.markup, facts.unit)
    } else {
        facts.unit.cost(text)
    }
}

fn atoms(runs: &[Run], max: usize, facts: &TextFacts) -> Vec<Atom> {
    let mut atoms: Vec<Atom> = Vec::new();
    let mut sentence_over = false;
    for (run, content) in runs.iter().enumerate() {
        for (start, grapheme) in content.text.grapheme_indices(true) {
            let cost = grapheme_cost(grapheme, facts);
            let newline = grapheme == "\n";
            let space = grapheme.chars().all(char::is_whitespace);
            let seam = match grapheme {
                "\n" if atoms.last().is_some_and(|last| last.seam >= LINE) => PARAGRAPH,
                "\n" => LINE,
                "。" | "！" | "？" => SENTENCE,
                _ if space && sentence_over => SENTENCE,
                _ if space => WORD,
                _ => 0,
            };
            match grapheme {
                "." | "!" | "?" | "…" => sentence_over = true,
                "\"" | "'" | "”" | "’" | ")" | "»" | "]" => {}
                _ => sentence_over = false,
            }
            if cost <= max / 4 || newline {
                atoms.push(Atom {
                    run,
                    start,
                    end: start + grapheme.len(),
                    cost,
                    seam,
                    space,
                });
                continue;
            }
            for (offset, c) in grapheme.char_indices() {
                let (start, end) = (start + offset, start + offset + c.len_utf8());
                let cost = grapheme_cost(&content.text[start..end], facts);
                atoms.push(Atom {
                    run,
                    start,
                    end,
                    cost,
                    seam: 0,
                    space,
                });
            }
        }
    }
    atoms
}

/// The atom before which the piece that begins at `start` ends.
fn fill(atoms: &[Atom], start: usize, max: usize, spans: usize, runs: &[Run], overheads: &[usize]) -> usize {
    let (mut used, mut styled) = (0, 0);
    let mut run = None;
    let mut end = start;
    // The last place of each kind that leaves the piece at least half full, and the last place of any kind.
    let mut good = [None; PARAGRAPH as usize + 1];
    let mut any = None;
    while let Some(atom) = atoms.get(end) {
        let begins = run != Some(atom.run);
        let cost = atom.cost + if begins { overheads[atom.run] } else { 0 };
        let span = usize::from(begins && !runs[atom.run].is_plain());
        if used + cost > max || styled + span > spans {
            if atom.space {
                // The seam behind this space serves as well before it, since the space goes.
                note(&mut good, &mut any, atom.seam, end, used, max);
            }
            break;
        }
        (used, styled, run) = (used + cost, styled + span, Some(atom.run));
        end += 1;
        if atom.seam > 0 {
            note(&mut good, &mut any, atom.seam, end, used, max);
        }
    }
    if end == atoms.len() {
        return end;
    }
    let best = good
        .into_iter()
        .rev()
        .take(3)
        .flatten()
        .next()
        .or(any)
        .unwrap_or(end);
    // Progress, even if a profile left no room for a single character.
    best.max(start + 1)
}

fn note(good: &mut [Option<usize>], any: &mut Option<usize>, seam: u8, end: usize, used: usize, max: usize) {
    if used >= max / 2 {
        good[usize::from(seam)] = Some(end);
    }
    *any = Some(end);
}

/// The runs of some atoms, without space at the end.
fn piece(atoms: &[Atom], runs: &[Run]) -> Vec<Run> {
    let length = atoms
        .iter()
        .rposition(|atom| !atom.space)
        .map_or(0, |last| last + 1);
    let mut out: Vec<Run> = Vec::new();
    let mut current = None;
    for atom in &atoms[..length] {
        let text = &runs[atom.run].text[atom.start..atom.end];
        match out.last_mut() {
            Some(last) if current == Some(atom.run) => last.text.push_str(text),
            _ => out.push(Run {
                text: text.to_owned(),
                ..runs[atom.run].clone()
            }),
        }
        current = Some(atom.run);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::markup;
    use crate::measure::Limit;
    use crate::profile::Markup;
    use crate::profiles;

    fn pieces(text: &str, max: usize) -> Vec<String> {
        let facts = profiles::builtin("sms").unwrap().text;
        let pieces = split(&[Run::plain(text)], max, &facts);
        pieces
            .iter()
            .map(|piece| piece.iter().map(|run| run.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn seams_are_chosen_by_their_kind() {
        assert_eq!(
            pieces("One two.\nThree.\n\nFour five", 20),
            ["One two.\nThree.", "Four five"]
        );
        assert_eq!(
            pieces("One is this. Two is that", 20),
            ["One is this.", "Two is that"]
        );
        assert_eq!(
            pieces("alpha beta gamma delta", 16),
            ["alpha beta gamma", "delta"]
        );
        assert_eq!(
            pieces("abcdefghijklmnopqrstuvwxyz", 20),
            ["abcdefghijklmnopqrst", "uvwxyz"]
        );
        assert_eq!(pieces(" \n ", 20), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn pieces_fit_and_lose_nothing(
            text in r"([ab <&_*.\n🙂é€]|\PC|e\u{301}{0,9}|\*\*b b\*\*|\[l\]\(https://x/y\)){0,90}",
            max in 64usize..120,
            unit in prop_oneof![Just(crate::measure::Unit::Utf16), Just(crate::measure::Unit::Bytes), Just(crate::measure::Unit::Sms)],
            markup in prop_oneof![Just(Markup::None), Just(Markup::Own), Just(Markup::Html), Just(Markup::Telegram), Just(Markup::Whatsapp), Just(Markup::Slack)],
            spans in 2i64..5,
            markup_counts in any::<bool>(),
        ) {
            let mut facts = profiles::builtin("sms").unwrap().text;
            (facts.max, facts.unit, facts.markup, facts.spans, facts.markup_counts) =
                (Limit(max as i64), unit, markup, Limit(spans), markup_counts);
            let runs = dialect::lower(markup::parse(&text), &facts, &mut Vec::new());
            let pieces = split(&runs, max, &facts);
            for piece in &pieces {
                let written = dialect::write(piece, markup);
                let counted: String = piece.iter().map(|run| run.text.as_str()).collect();
                let length = unit.measure(if markup_counts { &written } else { &counted });
                prop_assert!(length <= max, "{length} > {max}: {written:?}");
                prop_assert!(piece.iter().filter(|run| !run.is_plain()).count() <= spans as usize);
                prop_assert!(!counted.trim().is_empty());
            }
            let visible = |runs: &[Run]| -> String {
                runs.iter().flat_map(|run| run.text.chars()).filter(|c| !c.is_whitespace()).collect()
            };
            prop_assert_eq!(visible(&pieces.concat()), visible(&runs));
        }
    }
}
