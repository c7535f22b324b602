//! Any text as `botflow.toml`: findings whose ranges stand inside the text.

use botflow_compiler::config::Config;
use botflow_compiler::project::FileId;

/// Reads it.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (_, findings) = Config::parse(&text);
    for finding in findings {
        assert_eq!(
            finding.span.file,
            FileId::CONFIG,
            "{finding:?} is about this file"
        );
        let range = finding.span.start as usize..finding.span.end as usize;
        assert!(text.get(range).is_some(), "{finding:?} stands inside the text");
    }
}
