//! The production parser against `flow.pest`: both accept the same files, and make trees of the same shape.

mod shape;

use botflow_grammar::flow;
use botflow_grammar::sentences::{Generator, Piece, Random, join, mutate};
use botflow_syntax::parse;

/// What a run found out.
#[derive(Debug, Default)]
pub struct Outcome {
    pub sentences: usize,
    pub mutants: usize,
    /// Generated sentences that the grammar does not accept after all.
    pub discarded: usize,
    /// Mutants that the grammar accepts.
    pub accepted_mutants: usize,
    /// Rules that no sentence used.
    pub unused_rules: Vec<String>,
    /// Where the two differ, as reports to read.
    pub disagreements: Vec<String>,
}

/// Compares both parsers over generated sentences and `mutants_each` mutants of each.
pub fn run(sentences: usize, mutants_each: usize, seed: u64, most_disagreements: usize) -> Outcome {
    let mut generator = Generator::new();
    let keywords = generator.keywords().to_vec();
    let mut random = Random::new(seed);
    let mut outcome = Outcome::default();
    let mut other: Vec<Piece> = Vec::new();
    for _ in 0..sentences {
        let pieces = generator.sentence(&mut random);
        let sentence = join(&pieces, &mut random);
        outcome.sentences += 1;
        match compare(&sentence) {
            Ok(true) => {}
            Ok(false) => outcome.discarded += 1,
            Err(report) => outcome.disagreements.push(report),
        }
        for _ in 0..mutants_each {
            let mutant = join(&mutate(&pieces, &other, &keywords, &mut random), &mut random);
            outcome.mutants += 1;
            match compare(&mutant) {
                Ok(true) => outcome.accepted_mutants += 1,
                Ok(false) => {}
                Err(report) => outcome.disagreements.push(report),
            }
        }
        if outcome.disagreements.len() >= most_disagreements {
            break;
        }
        other = pieces;
    }
    outcome.unused_rules = generator
        .coverage()
        .filter(|(_, count)| *count == 0)
        .map(|(name, _)| name.to_owned())
        .collect();
    outcome
}

/// Whether both accept a file; or how they differ.
pub fn compare(source: &str) -> Result<bool, String> {
    let ours = parse(source);
    if ours.syntax().text() != source {
        return Err(format!("the tree lost something of {source:?}"));
    }
    let errors: Vec<_> = ours.errors.iter().filter(|error| !error.beyond_grammar).collect();
    match (flow::parse(source), errors.first()) {
        (Err(_), Some(_)) => Ok(false),
        (Ok(_), Some(error)) => Err(format!(
            "the grammar accepts, the parser says {} at {:?}: {error}\n--\n{source}\n--",
            error.kind.name(),
            error.range
        )),
        (Err(error), None) => Err(format!(
            "the parser accepts, the grammar says\n{error}\n--\n{source}\n--"
        )),
        (Ok(pairs), None) => {
            let theirs = shape::of_pairs(pairs);
            let ours = shape::of_tree(&ours.syntax());
            if theirs == ours {
                return Ok(true);
            }
            let (left, right) = (theirs.lines(), ours.lines());
            let line = left.iter().zip(&right).position(|(left, right)| left != right);
            let line = line.unwrap_or(left.len().min(right.len()));
            let around = |lines: &[String]| {
                lines
                    .iter()
                    .skip(line.saturating_sub(4))
                    .take(9)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            Err(format!(
                "the trees differ\n{source}\n-- grammar\n{}\n-- parser\n{}\n--",
                around(&left),
                around(&right)
            ))
        }
    }
}
