//! Exploration: what it costs a place as bots grow ten and a hundred times, and beside `check`.

use botflow_compiler::compile;
use botflow_compiler::explore::{Exploration, Scope};

use crate::generator::project;
use crate::measure::{best_of, cpu_time, grouped, say, used};

/// Sizes, in flows; ten lines each.
const FLOWS: &[usize] = &[100, 1_000, 10_000];

/// Explores each size.
pub fn report() {
    say("Exploration of generated projects (one core; channels, languages and silence at every statement)");
    let mut before: Option<f64> = None;
    for flows in FLOWS {
        let project = project(*flows);
        let lines: usize = project
            .sources
            .iter()
            .map(|source| source.text.lines().count())
            .sum();
        let start = cpu_time();
        let checked = compile::check(&project);
        let check = (cpu_time() - start).as_secs_f64();
        let bot = &checked.lowered.bot;
        let places = bot.places.len();
        let explored = Exploration::of(bot, &checked.graph, Scope::Usual);
        assert_eq!(explored.undecided().count(), 0, "everything is decided");
        let steps = explored.steps() as f64 / places as f64;
        let nanoseconds = best_of(5, 1, || {
            used(Exploration::of(bot, &checked.graph, Scope::Usual));
        });
        let each = nanoseconds / places as f64;
        let growth = before.map_or(String::new(), |before| format!(", {:.2} times", each / before));
        say(&format!(
            "  {:>9} places  {each:>6.0} ns a place ({steps:.1} steps){growth};  check and one exploration {:>10} lines/s",
            grouped(places as f64),
            grouped(lines as f64 / (check + nanoseconds / 1e9)),
        ));
        before = Some(each);
    }
}
