//! The table: for each class, how many of its mutants were caught, and how.

use std::fmt::Write as _;

use crate::classes::Class;
use crate::judge::{Caught, Verdict};

/// What came of the mutants of one class.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name of the finding that is right.
    pub class: &'static str,
    /// What is done to a bot.
    pub done: &'static str,
    /// How many mutants were made.
    pub mutants: usize,
    /// Caught by the right finding at the right place.
    pub right: usize,
    /// Caught by the right finding elsewhere.
    pub elsewhere: usize,
    /// Caught by other findings only.
    pub otherwise: usize,
    /// Not caught.
    pub missed: usize,
    /// Findings that all of them caused.
    pub findings: usize,
    /// Mutants with exactly one finding, which is the right one.
    pub perfect: usize,
}

impl Row {
    /// Counts verdicts.
    pub fn of(class: &Class, verdicts: &[Verdict]) -> Row {
        let count = |wanted: Caught| verdicts.iter().filter(|verdict| verdict.caught == wanted).count();
        Row {
            class: class.names[0],
            done: class.done,
            mutants: verdicts.len(),
            right: count(Caught::Right),
            elsewhere: count(Caught::Elsewhere),
            otherwise: count(Caught::Otherwise),
            missed: count(Caught::Missed),
            findings: verdicts.iter().map(|verdict| verdict.found.len()).sum(),
            perfect: verdicts.iter().filter(|verdict| verdict.is_perfect()).count(),
        }
    }

    /// All rows together.
    pub fn sum(rows: &[Row]) -> Row {
        let mut sum = Row {
            class: "all",
            done: "",
            mutants: 0,
            right: 0,
            elsewhere: 0,
            otherwise: 0,
            missed: 0,
            findings: 0,
            perfect: 0,
        };
        for row in rows {
            sum.mutants += row.mutants;
            sum.right += row.right;
            sum.elsewhere += row.elsewhere;
            sum.otherwise += row.otherwise;
            sum.missed += row.missed;
            sum.findings += row.findings;
            sum.perfect += row.perfect;
        }
        sum
    }
}

/// The table as Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| class | what is done | mutants | right finding, right place | elsewhere | otherwise | missed | findings \
         each | alone |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows.iter().chain([&Row::sum(rows)]) {
        let each = row.findings as f64 / row.mutants.max(1) as f64;
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} | {each:.2} | {} |",
            row.class,
            row.done,
            row.mutants,
            row.right,
            row.elsewhere,
            row.otherwise,
            row.missed,
            row.perfect
        );
    }
    table
}
