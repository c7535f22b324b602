//! The conversations that findings show are true: run through the machine, each passes as a `.chat`.

use botflow_compiler::compile::Checked;
use botflow_compiler::finding::Finding;
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, rehearse};
use botflow_scenario::run;
use botflow_scenario::script;

/// The bot with what a rehearsal needs.
pub fn program(checked: &Checked) -> Program {
    Program::new(checked.bot_as_understood()).expect("it has flows and a language")
}

/// Findings about bots that do not come to rest: of what they say no end can be shown.
pub const RESTLESS: &[&str] = &["talks-to-itself", "runs-itself"];

/// Why a conversation is not shown.
#[derive(Debug)]
pub enum NotShown {
    Restless,
    Differs(String),
}

impl std::fmt::Display for NotShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotShown::Restless => f.write_str("the bot does not come to rest"),
            NotShown::Differs(how) => f.write_str(how),
        }
    }
}

/// Rehearses the conversation of a finding; the lines that are shown, once they have passed as a `.chat`.
pub fn shown(program: &Program, finding: &Finding) -> Result<Vec<String>, NotShown> {
    let differs = |how: String| {
        Err(NotShown::Differs(format!(
            "{how} in\n{}",
            finding.conversation.join("\n")
        )))
    };
    if finding.conversation.is_empty() {
        return differs("there is none".into());
    }
    match rehearse(program, &finding.conversation) {
        Rehearsal::Plays(lines) => {
            let text = format!("conversation shown\n{}\n", lines.join("\n"));
            let script = match script::parse(&text) {
                Ok(script) => script,
                Err(error) => return differs(format!("{error} in\n{text}")),
            };
            let problems: Vec<_> = run::run(program, &script)
                .into_iter()
                .flat_map(|one| one.problems)
                .collect();
            match problems.is_empty() {
                true => Ok(lines),
                false => differs(format!("{problems:?} in\n{text}")),
            }
        }
        Rehearsal::Restless => Err(NotShown::Restless),
        Rehearsal::Differs(how) => differs(how),
    }
}
