//! Any text as a `.flow` file: the tree holds every byte, mistakes stand inside the text, and the formatter either
//! refuses or gives a layout that means the same and is its own layout.

use botflow_syntax::{Parse, SyntaxErrorKind, SyntaxKind, format, lex, parse};

/// Lexes, parses and formats.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tokens = lex(&text);
    assert_eq!(
        tokens.first().map(|token| token.start),
        Some(0),
        "the first token begins the text"
    );
    assert_eq!(
        tokens.last().map(|token| token.start as usize),
        Some(text.len()),
        "the last one is its end"
    );
    assert!(
        tokens.is_sorted_by(|a, b| a.start < b.start),
        "tokens follow each other and none is empty"
    );

    let parsed = parse(&text);
    let tree = parsed.syntax();
    assert_eq!(tree.text().to_string(), text, "the tree holds every byte");
    for error in &parsed.errors {
        let range = error.range;
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        assert!(
            text.get(start..end).is_some(),
            "the mistake {error:?} stands inside the text"
        );
    }

    match format(&parsed) {
        Ok(laid_out) => {
            assert!(!is_wrong(&parsed), "what has mistakes is not laid out");
            let again = parse(&laid_out);
            assert!(
                !is_wrong(&again),
                "the layout has no mistakes: {:?}\n{laid_out}",
                again.errors
            );
            assert_eq!(
                format(&again).as_deref(),
                Ok(laid_out.as_str()),
                "a layout is its own layout"
            );
            assert_eq!(comments(&laid_out), comments(&text), "every comment is kept");
        }
        Err(_) => assert!(is_wrong(&parsed), "what has no mistakes is laid out"),
    }
}

/// Whether the grammar refuses it; of what only the parser refuses, depth alone keeps the formatter from its work.
fn is_wrong(parsed: &Parse) -> bool {
    parsed
        .errors
        .iter()
        .any(|error| !error.beyond_grammar || error.kind == SyntaxErrorKind::NestedTooDeep)
}

/// The comments of a text in order; one behind a statement may go to a line of its own, so only words count.
fn comments(text: &str) -> Vec<String> {
    let tokens = lex(text);
    let ends = tokens
        .iter()
        .skip(1)
        .map(|token| token.start)
        .chain([text.len() as u32]);
    tokens
        .iter()
        .zip(ends)
        .filter(|(token, _)| matches!(token.kind, SyntaxKind::Comment | SyntaxKind::DocComment))
        .map(|(token, end)| text[token.start as usize..end as usize].trim().to_owned())
        .collect()
}
