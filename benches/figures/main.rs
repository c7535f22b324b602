//! The figures of `docs/benchmarks.md`: `cargo bench` measures all of them, `cargo bench -- turn` (or `size`, `scale`,
//! `check`, `explore`, `triggers`) one group. Time is CPU time of one thread, and instruction counts come from valgrind where it is
//! installed, so that noise of the machine does not matter.

mod by_hand;
mod by_machine;
mod check;
mod dialogue;
mod explore;
mod generator;
mod measure;
mod scale;
mod size;
mod triggers;
mod turn;

use measure::say;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // The second form is what a benchmark starts of itself, where it needs a process of its own.
    match arguments.as_slice() {
        [] => {
            turn::report();
            size::report();
            scale::report();
            check::report();
            explore::report();
            triggers::report();
        }
        ["turn"] => turn::report(),
        ["size"] => size::report(),
        ["scale"] => scale::report(),
        ["check"] => check::report(),
        ["explore"] => explore::report(),
        ["triggers"] => triggers::report(),
        ["child", "turns", which] => turn::count(which),
        ["child", "check", lines] => check::child(lines),
        ["child", "count", flows] => check::count(flows),
        ["child", "scale", copies] => scale::child(copies),
        ["child", "live"] => size::child(),
        ["child", "triggers", people, others] => triggers::child(people, others),
        _ => {
            say("usage: cargo bench [-- turn|size|scale|check|explore|triggers]");
            std::process::exit(2);
        }
    }
}
