//! `cargo run --release -p botflow-mutants`: seeds defects into the bots of `examples/`, and prints the table of what
//! the compiler finds of them.

use std::io::{self, Write as _};
use std::path::PathBuf;

use botflow_mutants::judge::{Caught, Verdict};
use botflow_mutants::report::{Row, markdown};
use botflow_mutants::{classes, corpus, judge};
use clap::Parser;

/// Seeds defects into sound bots, and counts how many the compiler finds.
#[derive(Parser)]
struct Options {
    /// How many mutants of each class; they are spread over all places that suit.
    #[arg(long, default_value_t = 20)]
    per_class: usize,
    /// Another choice of places.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only classes whose name contains this.
    #[arg(long)]
    class: Option<String>,
    /// Shows each mutant that was not caught by the right finding at the right place, alone.
    #[arg(long)]
    show: bool,
    /// The folder of the sound bots.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"))]
    examples: PathBuf,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let bots = corpus::read(&options.examples)?;
    let sound: Vec<Vec<String>> = bots.iter().map(judge::sound).collect();
    let mut out = io::stdout().lock();
    let mut rows = Vec::new();
    for class in classes::all() {
        if let Some(wanted) = &options.class
            && !class.names[0].contains(wanted.as_str())
        {
            continue;
        }
        let mut verdicts: Vec<Verdict> = Vec::new();
        for (bot, mutant) in class.all(&bots, options.seed) {
            if verdicts.len() >= options.per_class {
                break;
            }
            let Some(verdict) = judge::judge(class, &bots[bot], &mutant, &sound[bot]) else {
                continue;
            };
            if options.show && !verdict.is_perfect() {
                let (file, place) = mutant.place();
                writeln!(
                    out,
                    "{}: {} in {}, {file:?} {place:?}",
                    class.names[0], mutant.what, bots[bot].name
                )?;
                match verdict.caught {
                    Caught::Missed => writeln!(out, "  nothing")?,
                    _ => {
                        for found in &verdict.found {
                            writeln!(out, "  {found}")?;
                        }
                    }
                }
            }
            verdicts.push(verdict);
        }
        rows.push(Row::of(class, &verdicts));
    }
    write!(out, "{}", markdown(&rows))?;
    for (name, why) in classes::WITHOUT {
        writeln!(out, "\nNo class for `{name}`: {why}.")?;
    }
    Ok(())
}
