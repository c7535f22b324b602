//! `botflow check`: all findings of one or several bots.

use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use camino::Utf8PathBuf;

use crate::cli::{Check, Deny, ReportFormat};
use crate::failure::{Failure, Status};
use crate::project_files;
use crate::report::{self, Checked};

/// Carries it out.
pub fn run(arguments: Check) -> Result<Status, Failure> {
    let paths = if arguments.path.is_empty() {
        vec![Utf8PathBuf::from(".")]
    } else {
        arguments.path
    };
    let mut roots = Vec::new();
    for path in &paths {
        for root in project_files::find(path)? {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
    let host = arguments.host.as_deref().map(project_files::read).transpose()?;
    let host = host.map(|text| {
        let names = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.map(smol_str::SmolStr::new).collect::<Vec<_>>()
    });
    let mut progress = crate::output::Progress::new("checking", roots.len());
    let mut all = Vec::new();
    for (done, root) in roots.iter().enumerate() {
        progress.at(done);
        let mut project = project_files::load(root)?;
        project.host.clone_from(&host);
        let checked = compile::check_bot(&project);
        let prefix = if roots.len() > 1 { Some(root.clone()) } else { None };
        all.push(Checked::new(prefix, &project, checked));
    }
    drop(progress);
    match arguments.format {
        ReportFormat::Human => report::human::print(&all),
        ReportFormat::Json => report::json::print(&all),
    }
    let worst = all
        .iter()
        .flat_map(|checked| &checked.findings)
        .map(|finding| finding.level)
        .max();
    Ok(match worst {
        Some(Level::Error) => Status::Findings,
        Some(Level::Warning) if arguments.deny == Some(Deny::Warnings) => Status::Findings,
        _ => Status::Good,
    })
}
