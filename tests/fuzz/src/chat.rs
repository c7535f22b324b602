//! Any text as a `.chat` file: a script whose lines stand where they say, or one mistake with its place.

use botflow_scenario::script::parse;

/// Parses.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let count = text.lines().count();
    match parse(&text) {
        Ok(script) => {
            let mut last = 0;
            for scene in &script.conversations {
                assert!(
                    scene.line > last && scene.line <= count,
                    "conversations stand in order"
                );
                last = scene.line;
                for line in &scene.lines {
                    assert!(line.first > last && line.count > 0, "lines stand in order");
                    last = line.first + line.count - 1;
                    assert!(last <= count, "lines stand in the file");
                }
            }
        }
        Err(error) => {
            assert!(
                error.line >= 1 && error.line <= count + 1,
                "{error:?} stands in the file"
            );
            assert!(error.column >= 1, "{error:?} has a column");
            assert!(!error.message.is_empty(), "{error:?} says what is wrong");
        }
    }
}
