//! A long run of the differential test: `cargo run -p botflow-syntax --example differential -- --sentences N
//! [--mutants N] [--seed N] [--reports N]`. Prints the first disagreements, and how much was compared.

#[path = "../tests/it/differential/mod.rs"]
mod differential;

#[expect(clippy::print_stdout, reason = "this is a program for the terminal")]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: u64| {
        let place = arguments.iter().position(|argument| argument == name);
        place
            .and_then(|place| arguments.get(place + 1))
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let outcome = differential::run(
        number("--sentences", 100_000) as usize,
        number("--mutants", 3) as usize,
        number("--seed", 1),
        number("--reports", 10) as usize,
    );
    for report in &outcome.disagreements {
        println!("{report}\n");
    }
    println!(
        "{} sentences ({} discarded), {} mutants ({} accepted), {} disagreements, unused rules: {:?}",
        outcome.sentences,
        outcome.discarded,
        outcome.mutants,
        outcome.accepted_mutants,
        outcome.disagreements.len(),
        outcome.unused_rules
    );
    if outcome.disagreements.is_empty() {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}
