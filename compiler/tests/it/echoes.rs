//! One mistake of writing is one finding: what depends on it is silent.

use crate::names::compiled;

#[test]
fn mistakes_of_writing_silence_what_depends_on_them() {
    let checked = compiled(
        &[
            "flow main {\n  let kept = \n  run never(\n}\nflow never {\n  say \"{kept}\"\n}\nflow lonely {\n}\n",
        ],
        None,
    );
    assert!(
        checked
            .findings
            .iter()
            .all(|finding| finding.rule.name != "unused-name")
    );
}

#[test]
fn a_line_that_cannot_be_read_has_no_echoes() {
    let checked = compiled(
        &[
            "flow main {\n  lte city = \"Cluj\"\n  say \"To {city}.\"\n  -> more\n\n  setp more {\n    finish resolved\n  }\n}\n",
        ],
        None,
    );
    let names: Vec<&str> = checked.findings.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(names, ["unknown-statement", "unknown-statement"]);
}

#[test]
fn a_mistake_leaves_its_line_to_itself() {
    let names = |line: &str| -> Vec<&str> {
        let flow = format!(
            "flow main {{\n  ask number: text \"Number?\"\n  if {line} {{\n    say \"x\"\n  }}\n  note \"{{number}}\"\n  finish resolved\n}}\n"
        );
        let checked = compiled(&[&flow], None);
        checked.findings.iter().map(|finding| finding.rule.name).collect()
    };
    assert_eq!(names("number = \"1\""), ["unexpected-word"]);
    assert_eq!(names("number != \"1\""), ["unexpected-word"]);
    assert_eq!(names("1 < 2 && number is known"), ["unexpected-word"]);
    assert_eq!(names("number is known and wrong > 3"), ["unknown-name"]);
}
