//! The conversations that findings show, as the machine plays them.
//!
//! The compiler plans a conversation without running anything. Before people see it, it is rehearsed: what the bot
//! says is what it really says, and a plan that turns out otherwise is not shown.

use botflow_compiler::compile::Checked;
use botflow_compiler::finding::Finding;
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, rehearse};

/// So many conversations are rehearsed; findings beyond go without one. Nobody reads more in one go.
const MOST: usize = 200;

/// The findings of a project with their conversations rehearsed.
pub fn rehearsed(checked: &Checked) -> Vec<Finding> {
    let mut findings = checked.findings.clone();
    let mut plans = findings
        .iter_mut()
        .map(|finding| &mut finding.conversation)
        .filter(|plan| !plan.is_empty())
        .peekable();
    if plans.peek().is_none() {
        return findings;
    }
    let program = Program::new(checked.bot_as_understood()).ok();
    for (number, plan) in plans.enumerate() {
        let played = program.as_ref().filter(|_| number < MOST);
        match played.map(|program| rehearse(program, plan)) {
            Some(Rehearsal::Plays(lines)) => *plan = lines,
            // A bot that talks to itself has no end of lines: the plan has the first of them.
            Some(Rehearsal::Restless) => {}
            Some(Rehearsal::Differs(_)) | None => plan.clear(),
        }
    }
    findings
}
