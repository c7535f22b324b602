//! The conversations that findings show are true: run through the machine, each passes as a `.chat`.

use botflow_artifact::{Bot, Type};
use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::Finding;
use botflow_compiler::rules;
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, rehearse};
use botflow_scenario::run;
use botflow_scenario::script;

use crate::page::examples;
use crate::pages::project_of;

/// The bot as far as it was understood. It has errors, so that it could not be built; the machine runs it all the
/// same up to the place that is wrong.
fn as_far_as_understood(checked: &Checked) -> Bot {
    let mut bot = checked.lowered.bot.clone();
    for ty in &mut bot.types {
        if matches!(ty, Type::Error) {
            *ty = Type::Text;
        }
    }
    bot
}

/// The bot with what a rehearsal needs.
pub fn program(checked: &Checked) -> Program {
    Program::new(as_far_as_understood(checked)).expect("it has flows and a language")
}

/// Rehearses the conversation of a finding; the lines that are shown, once they have passed as a `.chat`.
pub fn shown(program: &Program, finding: &Finding) -> Result<Vec<String>, String> {
    let plan = || finding.conversation.join("\n");
    match rehearse(program, &finding.conversation) {
        Rehearsal::Plays(lines) => {
            let text = format!("conversation shown\n{}\n", lines.join("\n"));
            let script = script::parse(&text).map_err(|error| format!("{error} in\n{text}"))?;
            let problems: Vec<_> = run::run(program, &script).into_iter().flat_map(|one| one.problems).collect();
            match problems.is_empty() {
                true => Ok(lines),
                false => Err(format!("{problems:?} in\n{text}")),
            }
        }
        Rehearsal::Restless => Err(format!("restless:\n{}", plan())),
        Rehearsal::Differs(how) => Err(format!("{how} in\n{}", plan())),
    }
}

#[test]
fn conversations_of_pages_are_true() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for rule in rules::all() {
        for example in examples(rule.page).unwrap_or_default() {
            if !example.fails {
                continue;
            }
            let checked = compile::check(&project_of(&example));
            let program = program(&checked);
            for finding in &checked.findings {
                if finding.conversation.is_empty() {
                    wrong.push(format!("{}: none", rule.name));
                    continue;
                }
                count += 1;
                if let Err(error) = shown(&program, finding) {
                    wrong.push(format!("{}, line {}: {error}", rule.name, example.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
