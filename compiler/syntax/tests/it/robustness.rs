//! Any text at all has a tree that holds every byte of it.

use botflow_grammar::sentences::{Generator, Random, join, mutate};
use botflow_syntax::format as format_parsed;
use botflow_syntax::{ERROR_LIMIT, Parse, SyntaxErrorKind, TextSize, parse};
use proptest::prelude::*;

fn check(source: &str) -> Parse {
    let parse = parse(source);
    assert_eq!(parse.syntax().text(), source);
    assert!(parse.errors.len() <= ERROR_LIMIT);
    for error in &parse.errors {
        assert!(error.range.end() <= TextSize::of(source), "{error:?}");
        assert!(source.is_char_boundary(error.range.start().into()), "{error:?}");
        assert!(source.is_char_boundary(error.range.end().into()), "{error:?}");
        assert!(!error.message().is_empty());
    }
    parse
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(source in any::<String>()) {
        check(&source);
    }

    #[test]
    fn any_text_of_the_signs_of_the_language(
        source in "(say|ask|step|flow|if|else|choose|a|:|[{}()\\[\\]\"\\\\|#,.?<>=+*/ -]|->|\n|\"\"\"|matching|5m|“|”|\\{){0,60}"
    ) {
        check(&source);
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let openers = [
        "flow f { if a { ",
        "flow f { let x = (",
        "flow f { let x = [",
        "flow f { say \"{\"{",
        "flow f { let x = not ",
        "flow f { let x = -",
        "type x = (",
        "type x = list of ",
        "flow f { say \"{a(",
        "let x = f(",
        "flow f { if a { } else if b { ",
    ];
    for opener in openers {
        let (head, tail) = opener.split_at(opener.rfind(['{', '(', '[', '-', 'n', 'l']).unwrap_or(0));
        for unit in [opener, tail] {
            let source = format!("{head}{}", unit.repeat(20_000));
            let parse = check(&source);
            assert!(!parse.errors.is_empty(), "{unit}");
        }
    }
    let source = format!("flow f {{\n{}", "if a {\n".repeat(50_000));
    let parse = check(&source);
    assert!(
        parse
            .errors
            .iter()
            .any(|error| error.kind == SyntaxErrorKind::NestedTooDeep)
    );
}

#[test]
fn long_chains_are_not_deep() {
    let sum = format!("flow f {{\nlet x = 1{}\n}}\n", " + 1".repeat(20_000));
    assert_eq!(check(&sum).errors, []);
    let decisions = format!("flow f {{\nif a {{ }}{}\n}}\n", " else if a { }".repeat(20_000));
    assert_eq!(check(&decisions).errors, []);
    let path = format!("flow f {{\nlet x = a{}\n}}\n", ".b".repeat(20_000));
    assert_eq!(check(&path).errors, []);
}

#[test]
fn a_file_beyond_the_limit_is_one_error() {
    let source = "# a line of a comment\n".repeat(800_000);
    let parse = check(&source);
    assert_eq!(parse.errors.len(), 1);
    assert_eq!(parse.errors[0].kind, SyntaxErrorKind::FileTooLarge);
}

/// Work grows with the length of the input, whatever is in it: this would not end if it did not.
#[test]
fn hostile_repetitions_take_linear_time() {
    let units = [
        "(",
        ")",
        "{",
        "}",
        "[",
        "\"",
        "\"{",
        "\"\"\"",
        "\\",
        "/",
        "# ",
        "\n",
        "a:",
        "say \"{",
        "f(a ",
        "(a\n",
        "“",
        "flow x {\n",
        "step a {\n",
        "let x = f(\n",
        "a b c ( d\n",
        "if a { }\n\n",
        "\r",
        "|",
        "->",
        "choose \"x\" {\n\"{f(\" ",
        "matching /",
        "matching /\\",
    ];
    for unit in units {
        check(&unit.repeat(100_000 / unit.len()));
        check(&format!("flow f {{\n{}", unit.repeat(100_000 / unit.len())));
        check(&format!(
            "flow f {{\nlet x = f({}",
            unit.repeat(100_000 / unit.len())
        ));
    }
}

/// As above, for the formatter: lines may be as long as files.
#[test]
fn long_lines_are_laid_out_in_linear_time() {
    let chains = [
        ("if a { }", " else if a { }"),
        ("let x = 1", " + 1"),
        ("let x = [1", ", 1"),
        ("say \"a", " {b}"),
    ];
    for (begin, more) in chains {
        let end = if begin.contains('"') {
            "\""
        } else if begin.contains('[') {
            "]"
        } else {
            ""
        };
        let source = format!("flow f {{\n  {begin}{}{end}\n}}\n", more.repeat(100_000));
        let parsed = check(&source);
        assert_eq!(format_parsed(&parsed).as_deref(), Ok(source.as_str()));
    }
}

#[test]
fn cut_and_mutated_sentences_keep_every_byte() {
    let mut generator = Generator::new();
    let keywords = generator.keywords().to_vec();
    let mut random = Random::new(7);
    let mut other = generator.sentence(&mut random);
    for _ in 0..2000 {
        let pieces = generator.sentence(&mut random);
        let source = join(&mutate(&pieces, &other, &keywords, &mut random), &mut random);
        check(&source);
        let cut = (0..=source.len())
            .filter(|end| source.is_char_boundary(*end))
            .nth(random.below(source.chars().count() + 1));
        check(&source[..cut.unwrap_or(0)]);
        other = pieces;
    }
}
