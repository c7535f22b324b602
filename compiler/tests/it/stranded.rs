//! `on stranded`: where it stands.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};

/// What is in the wrong place.
fn wrong(text: &str) -> Vec<String> {
    let project = Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(text),
        }],
        ..Project::default()
    };
    let found = compile::check(&project).findings.into_iter();
    let found = found.filter(|finding| finding.rule.name == "wrong-place");
    found.map(|finding| finding.message).collect()
}

#[test]
fn it_stands_in_always() {
    let handler = "  on stranded {\n    say \"We have changed something.\"\n  }\n";
    assert!(wrong(&format!("always {{\n{handler}}}\n")).is_empty());
    assert_eq!(
        wrong(&format!("flow other {{\n{handler}  say \"Hello.\"\n}}\n")),
        ["`on stranded` cannot stand in a flow: it may be gone when it is needed."]
    );
}
