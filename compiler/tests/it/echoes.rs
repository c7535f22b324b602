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

#[test]
fn a_file_that_is_not_read_may_have_declared_anything() {
    let main = "flow main {\n  run greet\n  -> start\n}\n".replace("  -> start\n", "  finish resolved\n");
    let greet = "event shipped\nqueue desk {\n  hours always\n}\nflow greet {\n  say \"Hi!\"\n}\n";
    let large = format!("{greet}#{}\n", "x".repeat(botflow_syntax::FILE_LIMIT));
    let names = |files: &[&str], config: Option<&str>| -> Vec<&str> {
        let checked = compiled(files, config);
        checked.findings.iter().map(|finding| finding.rule.name).collect()
    };
    assert_eq!(names(&[&main, &large], None), ["file-too-large"]);
    let lonely = format!("{main}event never_minded\n");
    assert_eq!(names(&[&lonely, &large], None), ["file-too-large"]);
    let shown = "flow main {\n  say \"{config.shop} {config.name}\"\n  finish resolved\n}\n";
    let settings = format!("shop = \"Luna\"\nname = \"L\"\n#{}\n", "x".repeat(1 << 20));
    assert_eq!(names(&[shown], Some(&settings)), ["file-too-large"]);
}
