//! The formatter: one layout, nothing lost, nothing changed.

use crate::examples::flows;
use botflow_grammar::sentences::{Generator, Random, join};
use botflow_syntax::{FormatError, SyntaxKind, format, parse};

fn formatted(source: &str) -> String {
    format(&parse(source)).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

/// The comments of a file, in order.
fn comments(source: &str) -> Vec<String> {
    let tree = parse(source).syntax();
    let tokens = tree
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    tokens
        .filter(|token| matches!(token.kind(), SyntaxKind::Comment | SyntaxKind::DocComment))
        .map(|token| token.text().trim_end().to_owned())
        .collect()
}

#[test]
fn flows_of_the_design_are_in_the_one_layout() {
    for (path, source) in flows() {
        if path.components().any(|part| part.as_os_str() == "data") {
            assert_eq!(formatted(&source), source, "{}", path.display());
        }
    }
}

#[test]
fn formatting_is_idempotent_and_keeps_program_and_comments() {
    let mut generator = Generator::new();
    let mut random = Random::new(11);
    let mut sources: Vec<String> = flows().into_iter().map(|(_, source)| source).collect();
    while sources.len() < 6000 {
        let source = join(&generator.sentence(&mut random), &mut random);
        if parse(&source).errors.iter().all(|error| error.beyond_grammar) {
            sources.push(source);
        }
    }
    for source in sources {
        // That the program stays the same is checked by `format` itself: it refuses otherwise.
        let once = formatted(&source);
        assert_eq!(formatted(&once), once, "from\n{source}");
        assert_eq!(comments(&once), comments(&source), "from\n{source}");
        for line in once.lines() {
            assert!(
                !line.ends_with([' ', '\t']) || line.contains('"') || once.contains("\"\"\""),
                "{line:?}"
            );
        }
    }
}

#[test]
fn files_with_errors_are_refused() {
    assert_eq!(format(&parse("flow f {")), Err(FormatError::HasErrors));
    assert_eq!(
        format(&parse("flow f { sya \"x\" }")),
        Err(FormatError::HasErrors)
    );
}

/// What an author wrote, and what the formatter makes of it.
fn check(source: &str, expected: &str) {
    assert_eq!(formatted(source), expected);
}

#[test]
fn spaces_and_indentation() {
    check(
        "flow  f( a :text,b: integer? )gives  (x:money){\nask city:city \"Which?\"{\ntries 3->trouble\n}\nlet x=-a+b*( 2-1 )\n}",
        "flow f(a: text, b: integer?) gives (x: money) {\n  ask city: city \"Which?\" {\n    tries 3 -> trouble\n  }\n  let x = -a + b * (2 - 1)\n}\n",
    );
}

#[test]
fn else_stands_on_the_line_of_the_brace() {
    check(
        "flow f {\n  if a {\n    say \"x\"\n  }\n\n  else if b { say \"y\" }\n  else { say \"z\" }\n}\n",
        "flow f {\n  if a {\n    say \"x\"\n  } else if b {\n    say \"y\"\n  } else {\n    say \"z\"\n  }\n}\n",
    );
}

#[test]
fn one_line_blocks_are_for_ways_and_words() {
    check("intent a { words \"x\" }\n", "intent a { words \"x\" }\n");
    check("intent a {\n  words \"x\"\n}\n", "intent a {\n  words \"x\"\n}\n");
    check("flow f { say \"x\" }", "flow f {\n  say \"x\"\n}\n");
    check("flow f { -> x }", "flow f { -> x }\n");
    check("flow f {\n}", "flow f { }\n");
    let long = format!("intent a {{ words \"{}\" }}\n", "x".repeat(90));
    check(
        &long,
        &format!("intent a {{\n  words \"{}\"\n}}\n", "x".repeat(90)),
    );
}

#[test]
fn comments_and_blank_lines_stay() {
    check(
        "\n\n# top\n\n\n\nflow f {   # here\n\n  # first\n  say \"x\"      # column\n\n\n  # second\n\n}\n# end",
        "# top\n\nflow f {   # here\n\n  # first\n  say \"x\"      # column\n\n  # second\n}\n# end\n",
    );
}

#[test]
fn line_ends_behind_commas_and_in_brackets_stay() {
    check(
        "bot b {\n  languages en,\n ro,ru\n}\nflow f {\n  let x = f(\n  a,\n      b: [1,\n 2],\n)\n}\n",
        "bot b {\n  languages en,\n    ro, ru\n}\nflow f {\n  let x = f(\n    a,\n    b: [1,\n      2],\n  )\n}\n",
    );
}

#[test]
fn texts_are_left_alone_and_their_holes_are_not() {
    check(
        "flow f {\n  say \"a  {  b.c  else\"x\"|plural  one \"y\"  }  }\"\n  say \"\"\"\n      two\n        lines\n  \"\"\"\n}\n",
        "flow f {\n  say \"a  {b.c else \"x\" | plural one \"y\"}  }\"\n  say \"\"\"\n      two\n        lines\n  \"\"\"\n}\n",
    );
}

#[test]
fn words_of_an_intent_get_a_line_each() {
    let written =
        "intent price(city: text?) {\n  words \"price\", \"cost\" words ro \"preț\" like \"to {city}\"\n}\n";
    assert!(parse(written).errors.is_empty());
    assert_eq!(
        formatted(written),
        "intent price(city: text?) {\n  words \"price\", \"cost\"\n  words ro \"preț\"\n  like \"to {city}\"\n}\n"
    );
    let member = "type size {\n  small \"Small\" {\n    words \"s\" words ru \"м\"\n  }\n}\n";
    assert!(parse(member).errors.is_empty());
}
