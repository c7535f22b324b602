//! Mistakes: one error for each, at its place, under its name; and what follows is read all the same.

use botflow_syntax::ast::AstNode;
use botflow_syntax::{NodeRef, SyntaxError, ast, parse};

/// Parses and compares `name: text under the error` of each error.
fn check(source: &str, expected: &[(&str, &str)]) -> Vec<SyntaxError> {
    let parse = parse(source);
    let found: Vec<(&str, &str)> = parse
        .errors
        .iter()
        .map(|error| {
            (
                error.kind.name(),
                &source[std::ops::Range::<usize>::from(error.range)],
            )
        })
        .collect();
    assert_eq!(found, expected, "{:#?}", parse.errors);
    parse.errors
}

fn message(source: &str, expected: &str) {
    let errors = parse(source).errors;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].message(), expected);
}

/// The names of the steps that the tree has.
fn steps(source: &str) -> Vec<String> {
    let parse = parse(source);
    let nodes = NodeRef::root(&parse.green).descendants();
    let steps = nodes.filter_map(ast::Step::cast);
    steps
        .filter_map(|step| step.name())
        .map(|name| name.text().to_owned())
        .collect()
}

#[test]
fn unclosed_blocks_end_where_something_else_begins() {
    let source = "flow a {\n  step x {\n    say \"x\"\n\n  step y {\n    if b {\n      say \"y\"\n  }\n\n  step z { -> y }\n}\n\nflow b { -> c }\n";
    check(source, &[("unclosed-block", "{"), ("unclosed-block", "{")]);
    assert_eq!(steps(source), ["x", "y", "z"]);
    check(
        "flow a {\n  if b {\n    if c {\n      say \"x\"\nflow b { -> c }\n",
        &[("unclosed-block", "{")],
    );
    check("flow a {\n  say \"x\"\n", &[("unclosed-block", "{")]);
    check("flow a { -> b }\n}\n", &[("unexpected-word", "}")]);
}

#[test]
fn unclosed_texts_end_with_their_line() {
    check(
        "flow a {\n  say \"Hello\n  say \"x\"\n}\n",
        &[("unclosed-text", "\"Hello")],
    );
    check(
        "flow a {\n  say \"Hello {name\"\n  say \"x\"\n}\n",
        &[("unclosed-text", "{")],
    );
    check(
        "flow a {\n  say \"Hello {name\n  say \"x\"\n}\n",
        &[("unclosed-text", "{")],
    );
}

#[test]
fn unknown_statements_get_the_nearest_known_one() {
    let errors = check(
        "flow a {\n  sya \"Hello\" {\n    image \"x\"\n  }\n  say \"x\"\n}\n",
        &[("unknown-statement", "sya")],
    );
    let fix = errors[0].fix.as_ref().expect("there is a known word near");
    assert_eq!(fix.text, "say");
    check("bot b {\n  nmae \"x\"\n}\n", &[("unknown-statement", "nmae")]);
    check(
        "flwo f {\n  say \"x\"\n}\nflow g { -> x }\n",
        &[("unknown-statement", "flwo")],
    );
}

#[test]
fn things_in_the_wrong_place() {
    check("say \"x\"\n", &[("wrong-place", "say")]);
    check("bot b {\n  say \"x\"\n}\n", &[("wrong-place", "say")]);
    check(
        "flow f {\n  step a { -> b }\n  say \"x\"\n}\n",
        &[("wrong-place", "say")],
    );
    check(
        "flow f {\n  form g {\n    note \"x\"\n    ask a: text \"A?\"\n  }\n}\n",
        &[("wrong-place", "note")],
    );
    check("flow f { -> queue help }\n", &[("wrong-place", "queue")]);
}

#[test]
fn words_that_do_not_fit() {
    message(
        "flow f {\n  ask city \"Which?\"\n}\n",
        "A question says what kind of answer it wants, as in `ask city: text \"…\"`.",
    );
    message(
        "flow f {\n  ask : text \"Which?\"\n}\n",
        "Expected a name here, found `:`.",
    );
    message(
        "flow f {\n  say \"x\" say \"y\"\n}\n",
        "Expected the end of the line here, found `say`.",
    );
    message(
        "flow f {\n  wait\n}\n",
        "Expected a duration such as `30s` or `2h` or `for` here, found the end of the line.",
    );
    message(
        "flow f {\n  if a = 5 { -> x }\n}\n",
        "Values are compared with `is`, not with `=`.",
    );
    message(
        "flow f {\n  let x = f(a b)\n  say \"x\"\n}\n",
        "Expected `,` or `)` here, found `b`.",
    );
    check(
        "flow f {\n  let x = f(a,\n  say \"x\"\n}\n",
        &[("unexpected-word", "\"")],
    );
}

#[test]
fn literals_that_are_none() {
    check("flow f {\n  wait 5x\n}\n", &[("bad-literal", "5x")]);
    check(
        "queue q {\n  hours mon 9:00 to 18:00\n}\n",
        &[("bad-literal", "9:00")],
    );
    check(
        "queue q {\n  closed on 2026-02-30\n}\n",
        &[("bad-literal", "2026-02-30")],
    );
    check("flow f {\n  say \"a \\q b\"\n}\n", &[("bad-literal", "\\q")]);
    check("flow f {\n  wait 99999999w\n}\n", &[("bad-literal", "99999999w")]);
}

#[test]
fn curly_quotes_have_a_fix() {
    let errors = check(
        "flow f {\n  say “Hello you”\n  say \"x\"\n}\n",
        &[("unexpected-word", "“Hello you”")],
    );
    assert_eq!(
        errors[0].fix.as_ref().map(|fix| fix.text.as_str()),
        Some("\"Hello you\"")
    );
}

#[test]
fn repeated_settings_name_both_places() {
    let errors = check(
        "bot b {\n  name \"a\"\n  name \"b\"\n}\n",
        &[("repeated-setting", "name")],
    );
    assert_eq!(errors[0].related.len(), 1);
}

#[test]
fn reserved_names() {
    check("flow say {\n  -> x\n}\n", &[("reserved-name", "say")]);
    check(
        "flow f {\n  step back {\n    -> x\n  }\n}\n",
        &[("reserved-name", "back")],
    );
    check("action crm.save(note: text)\n", &[]);
}

#[test]
fn holes_stand_three_deep() {
    check("flow f {\n  say \"{a else \"{b else \"{c}\"}\"}\"\n}\n", &[]);
    check(
        "flow f {\n  say \"{a else \"{b else \"{c else \"{d}\"}\"}\"}\"\n}\n",
        &[("nested-too-deep", "{")],
    );
}

#[test]
fn a_missing_brace_is_one_mistake() {
    // The opening one: what is indented under the header belongs to it.
    let source = "flow a {\n  say \"x\"\n  -> b\n\n  step b\n    say \"y\"\n    note \"z\"\n    finish resolved\n  }\n}\n";
    check(source, &[("unexpected-word", "")]);
    assert_eq!(steps(source), ["b"]);
    // It stands on the next line.
    let source = "flow a\n{\n  say \"x\"\n  finish resolved\n}\n";
    check(source, &[("unexpected-word", "")]);
    // The closing one: a statement that stands further left ends the block.
    let source = "flow a {\n  choose \"?\" {\n    \"A\" -> b\n    silence 5m -> b\n  finish resolved\n\n  step b {\n    finish resolved\n  }\n}\n";
    let errors = check(source, &[("unclosed-block", "{")]);
    assert_eq!(
        usize::from(errors[0].range.start()),
        source.find("{\n    \"A\"").unwrap()
    );
    assert_eq!(steps(source), ["b"]);
    // The closing one of a block in which everything may stand: the one whose end stands further left.
    let source = "flow a {\n  if b {\n    say \"x\"\n  say \"y\"\n  finish resolved\n}\n";
    let errors = check(source, &[("unclosed-block", "{")]);
    assert_eq!(
        usize::from(errors[0].range.start()),
        source.find("{\n    say").unwrap()
    );
}

#[test]
fn a_misspelt_declaration_is_one_mistake() {
    check(
        "flwo a {\n  -> b\n\n  step b {\n    finish resolved\n  }\n}\n\nflow c { finish resolved }\n",
        &[("unknown-statement", "flwo")],
    );
}

#[test]
fn signs_of_other_languages_are_explained() {
    let flow = |line: &str| format!("flow a {{\n  {line}\n}}\n");
    for (line, under, sentence) in [
        ("if b → c", "→", "A way is written with `->`."),
        ("on price => c", "=>", "A way is written with `->`."),
        ("if b && c -> d", "&&", "Conditions are joined by `and`."),
        ("if b != c -> d", "!=", "Values are compared with `is not`."),
        (
            "say \"x\";",
            ";",
            "A line ends a statement by itself, without `;`.",
        ),
        ("say 'x'", "'", "Texts stand in straight double quotes: `\"…\"`."),
        ("// note to self", "//", "A comment begins with `#`."),
        (
            "if b { say \"x\" } elif c { say \"y\" }",
            "elif",
            "Another condition is written `else if`.",
        ),
    ] {
        let source = flow(line);
        check(&source, &[("unexpected-word", under)]);
        message(&source, sentence);
    }
}

#[test]
fn statements_behind_a_step_are_one_mistake() {
    check(
        "flow a {\n  step b { return }\n  say \"x\"\n  say \"y\"\n}\n",
        &[("wrong-place", "say")],
    );
}
