//! What a project says about its findings: levels in `botflow.toml`, and comments that allow one.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};

const FLOW: &str = "bot example {\n  name \"Example\"\n  languages en\n  channels web\n  currency EUR\n  timezone \
                    \"UTC\"\n  start main\n}\nflow main {\n  say \"Hi!\"\n  finish resolved\n}\n";

fn found(flow: &str, config: Option<&str>) -> Vec<(&'static str, Level)> {
    let project = Project {
        sources: vec![Source {
            path: "a.flow".into(),
            text: Arc::from(format!("{FLOW}{flow}")),
        }],
        config: config.map(Arc::from),
        documents: Vec::new(),
        host: None,
    };
    let findings = compile::check(&project).findings;
    findings
        .iter()
        .map(|finding| (finding.rule.name, finding.level))
        .collect()
}

#[test]
fn levels_of_the_project_hold() {
    let unused = "segment many if count(order, 1d) > 3\nevent order\n";
    assert_eq!(found(unused, None), [("unused-name", Level::Warning)]);
    assert_eq!(
        found(unused, Some("[lints]\nunused-name = \"error\"\n")),
        [("unused-name", Level::Error)]
    );
    assert_eq!(
        found(unused, Some("[lints]\nunused-name = \"hint\"\n")),
        [("unused-name", Level::Hint)]
    );
    assert_eq!(found(unused, Some("[lints]\nunused-name = \"off\"\n")), []);
}

#[test]
fn comments_allow_one_finding_at_one_place() {
    let unused = "segment many if count(order, 1d) > 3\nevent order\n";
    assert_eq!(
        found(
            &format!("# botflow: allow unused-name -- for next week\n{unused}"),
            None
        ),
        []
    );
    assert_eq!(
        found(
            &format!("{unused}# botflow: allow unused-name -- too late\n"),
            None
        )
        .len(),
        1
    );
    // An unclosed hole cannot be read, whatever a project thinks of texts that look like code.
    let broken = "flow other {\n  say \"Hi {name\"\n  finish resolved\n}\n";
    let off = found(broken, Some("[lints]\ntext-looks-like-code = \"off\"\n"));
    assert!(off.contains(&("text-looks-like-code", Level::Error)), "{off:?}");
}
