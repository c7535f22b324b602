//! Projects of one shape, many times over: the time to check them grows with their size, not with its square. Each of
//! these would not end in a day if it did.

use botflow_compiler::compile::check;
use botflow_compiler::project::{Project, Source};

const BOT: &str = "bot b {\n  name \"B\"\n  languages en\n  channels web\n  currency EUR\n  timezone \"Europe/London\"\n  \
                   start main\n}\nalways {\n  on silence 1h -> finish abandoned\n  on failed -> finish unresolved\n  on \
                   unclear {\n    say \"Sorry?\"\n    tries 3 -> finish unresolved\n  }\n}\n";

/// The names of all findings of a bot with this behind its first declarations, with how many there are of each.
fn found(text: String) -> Vec<(&'static str, usize)> {
    let sources = vec![Source {
        path: "bot.flow".into(),
        text: format!("{BOT}{text}").into(),
    }];
    let mut names: Vec<(&str, usize)> = Vec::new();
    for finding in check(&Project {
        sources,
        ..Project::default()
    })
    .findings
    {
        match names.iter_mut().find(|(name, _)| *name == finding.rule.name) {
            Some((_, count)) => *count += 1,
            None => names.push((finding.rule.name, 1)),
        }
    }
    names
}

fn flow(before: &str, count: usize, line: impl Fn(usize) -> String, behind: &str) -> String {
    let lines: String = (0..count).map(line).collect();
    format!("flow main {{\n  ask q: integer \"How many?\"\n{before}{lines}{behind}  finish resolved\n}}\n")
}

#[test]
fn many_holes() {
    let text = flow("  say \"Of ", 20_000, |_| "{q} ".to_owned(), "\"\n");
    assert_eq!(found(text), []);
}

#[test]
fn many_cases() {
    let case = |number| format!("    {number} {{ say \"It is {number}.\" }}\n");
    let text = flow("  match q {\n", 20_000, case, "    otherwise \"Another.\"\n  }\n");
    assert_eq!(found(text), []);
}

#[test]
fn many_cases_twice() {
    let case = |number: usize| format!("    {} {{ say \"It is {number}.\" }}\n", number % 10_000);
    let text = flow("  match q {\n", 20_000, case, "    otherwise \"Another.\"\n  }\n");
    assert_eq!(found(text), [("repeated-case", 10_000)]);
}

#[test]
fn many_members() {
    let members: String = (0..20_000)
        .map(|number| format!("  m{number} \"Member {number}\"\n"))
        .collect();
    let text =
        format!("type t {{\n{members}}}\nflow main {{\n  ask q: t \"Which?\"\n  finish resolved\n}}\n");
    assert_eq!(found(text), []);
}

#[test]
fn many_unknown_values() {
    let text = flow("", 20_000, |number| format!("  say \"{{name{number}}}\"\n"), "");
    assert_eq!(found(text), [("unknown-name", 20_000)]);
}

#[test]
fn many_steps_that_go_round() {
    let ways: String = (0..5_000)
        .map(|number| format!("    {number} -> s{number}\n"))
        .collect();
    let steps: String = (0..5_000)
        .map(|number| format!("  step s{number} {{\n    say \"Step {number}.\"\n    -> s{number}\n  }}\n"))
        .collect();
    let text = format!(
        "flow main {{\n  ask q: integer \"How many?\"\n  match q {{\n{ways}    otherwise \"Another.\"\n  }}\n  finish \
         resolved\n{steps}}}\n"
    );
    assert_eq!(found(text), [("talks-to-itself", 5_000)]);
}

#[test]
fn a_flow_of_too_many_questions_is_said_to_be_one() {
    let text = flow(
        "",
        50_000,
        |number| format!("  ask a{number}: integer \"Number {number}?\"\n"),
        "",
    );
    assert_eq!(found(text), [("file-too-large", 1)]);
}
