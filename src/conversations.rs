//! What `check` finds in the `.chat` files of a bot: the compiler has the findings, the scenario crate reads the files, and
//! here both meet.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Related};
use botflow_compiler::project::{FileId, Project, Source, Span};
use botflow_compiler::rules;
use botflow_compiler::suppress::Allowed;
use botflow_scenario::lint::{self, Issue};
use camino::Utf8Path;
use smol_str::SmolStr;

use crate::failure::Failure;
use crate::project_files;

/// The files of conversations of a bot, and what was found in them; `FileId`s are places in `files`.
pub struct Conversations {
    /// In order of path.
    pub files: Vec<Source>,
    /// In order.
    pub findings: Vec<Finding>,
    /// Found, and not reported.
    pub allowed: Vec<Allowed>,
}

/// The files of conversations of the bot in a folder.
pub fn read(root: &Utf8Path) -> Result<Vec<Source>, Failure> {
    let mut files = Vec::new();
    for (path, file) in project_files::own_chat_files(root)? {
        files.push(Source {
            path: SmolStr::new(path),
            text: Arc::from(project_files::read(&file)?),
        });
    }
    Ok(files)
}

/// Looks at the conversations of a bot. Where the bot has errors, nothing is said about what it has.
pub fn look(project: &Project, checked: &compile::Checked, files: Vec<Source>) -> Conversations {
    let bot = (!checked.has_errors() && !files.is_empty()).then(|| checked.bot_as_understood());
    let mut findings = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let issues = lint::look(bot.as_ref(), &file.text).into_iter();
        findings.extend(issues.filter_map(|issue| finding(FileId(at as u32), issue)));
    }
    let (findings, allowed) = compile::beside(project, &files, findings, bot.is_some());
    Conversations {
        files,
        findings,
        allowed,
    }
}

/// An issue of a file as a finding.
fn finding(file: FileId, issue: Issue) -> Option<Finding> {
    let span = |range: std::ops::Range<usize>| Span {
        file,
        start: range.start as u32,
        end: range.end as u32,
    };
    let at = span(issue.range);
    let mut finding = Finding::new(rules::find(issue.name)?, at, issue.message);
    finding.help = issue.help;
    if let Some((range, message)) = issue.related {
        let span = span(range);
        finding.related.push(Related { span, message });
    }
    Some(match issue.near {
        Some(near) => finding.fix(format!("Change to `{near}`"), at, near),
        None => finding,
    })
}
