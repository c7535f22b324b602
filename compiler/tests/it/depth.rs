//! Programs that are deep or long: they are looked at in the stack and in the time that there is.

use botflow_compiler::finding::Level;

use crate::names::compiled;

#[test]
fn long_chains_and_deep_types_end() {
    let sum = vec!["1"; 5_000].join(" + ");
    let any = vec!["now > now"; 20_000].join(" or ");
    let lets: String = (0..100).map(|n| format!("  let x{} = [x{n}]\n", n + 1)).collect();
    let text = format!(
        "flow main {{\n  let x0 = {sum}\n{lets}  if {any} {{\n    say \"a\"\n  }}\n  finish resolved\n}}\n"
    );
    let checked = compiled(&[&text], None);
    assert!(
        checked
            .findings
            .iter()
            .any(|finding| finding.rule.name == "nested-too-deep")
    );
}

#[test]
fn deep_nesting_needs_no_deep_stack() {
    let depth = 120;
    let ifs: String = "if now > now {\n".repeat(depth);
    let ends: String = "}\n".repeat(depth);
    let parens = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let nots = format!("{}now > now", "not ".repeat(depth));
    let text = format!(
        "flow main {{\n{ifs}say \"x\"\n{ends}let x = {parens}\nif {nots} {{\nsay \"{{x}}\"\n}}\nfinish resolved\n}}\n"
    );
    let checked = compiled(&[&text], None);
    let errors: Vec<&str> = checked
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
