//! Any bytes as a project: findings whose ranges stand inside their files, or a bot whose file loads. Findings and
//! bytes are the same the second time.

use std::sync::Arc;

use botflow_artifact::{from_bytes, to_bytes};
use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source, Span};

/// Separates the files of a project in an input; what follows the last one is `botflow.toml`.
const SEPARATOR: &str = "\n=====\n";

/// Checks and builds.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut files: Vec<&str> = text.split(SEPARATOR).collect();
    let mut project = Project::default();
    if files.len() > 1 {
        project.config = files.pop().map(Arc::from);
    }
    for (index, file) in files.iter().take(8).enumerate() {
        project.sources.push(Source {
            path: format!("{index}.flow").into(),
            text: Arc::from(*file),
        });
    }
    let checked = compile::check(&project);
    let text_of = |file: FileId| match checked.files.get(file.0 as usize) {
        Some(source) => source.text.clone(),
        None => project.config.clone().unwrap_or_default(),
    };
    let stands = |span: Span, finding: &Finding| {
        let range = span.start as usize..span.end as usize;
        assert!(
            text_of(span.file).get(range).is_some(),
            "{finding:?} stands inside its file"
        );
    };
    for finding in &checked.findings {
        stands(finding.span, finding);
        finding
            .related
            .iter()
            .for_each(|related| stands(related.span, finding));
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            stands(edit.span, finding);
        }
        assert!(!finding.message.is_empty(), "{finding:?} says something");
    }
    let again = compile::check(&project);
    assert_eq!(
        format!("{:?}", again.findings),
        format!("{:?}", checked.findings),
        "the same findings again"
    );

    let errors = checked
        .findings
        .iter()
        .any(|finding| finding.level == Level::Error);
    match compile::build(&project) {
        Ok(bot) => {
            assert!(!errors, "a bot with errors is not built");
            let (file, hash) = to_bytes(&bot);
            assert_eq!(
                from_bytes(&file).map(|(_, hash)| hash),
                Ok(hash),
                "what the compiler makes loads"
            );
        }
        // A project without a bot is sound as far as it goes, and cannot be built.
        Err(checked) => assert!(checked.has_errors(), "what is not built has an error"),
    }
}
