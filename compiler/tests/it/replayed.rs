//! Every conversation that a finding shows is true, on the pages of all rules. (Those of damaged bots are tried beside the
//! oracle, which has generated ones.)

use botflow_compiler::compile;
use botflow_compiler::rules;

use crate::page::examples;
use crate::pages::project_of;
use crate::replay::{self, NotShown, RESTLESS};

#[test]
fn all_findings_of_all_pages_show_what_they_say() {
    let mut shown = 0;
    let mut differ = Vec::new();
    for rule in rules::all() {
        for example in examples(rule.page).unwrap_or_default() {
            let checked = compile::check(&project_of(&example));
            let told = checked
                .findings
                .iter()
                .filter(|finding| !finding.conversation.is_empty());
            let told: Vec<_> = told.collect();
            if told.is_empty() {
                continue;
            }
            let program = replay::program(&checked);
            for finding in told {
                match replay::shown(&program, finding) {
                    Ok(_) => shown += 1,
                    Err(NotShown::Restless) if RESTLESS.contains(&finding.rule.name) => {}
                    Err(error) => differ.push(format!(
                        "{}, line {}: {}: {error}",
                        rule.name, example.line, finding.rule.name
                    )),
                }
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
    assert!(shown > 80, "{shown} were shown");
}
