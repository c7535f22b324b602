//! `botflow fmt`: the one layout.

use std::fs;

use botflow_syntax::{format, parse};
use camino::Utf8PathBuf;

use crate::cli::Fmt;
use crate::failure::{Failure, Status};
use crate::report::difference;
use crate::{output, project_files};

/// Carries it out.
pub fn run(arguments: Fmt) -> Result<Status, Failure> {
    let paths = if arguments.path.is_empty() {
        vec![Utf8PathBuf::from(".")]
    } else {
        arguments.path
    };
    let mut files = Vec::new();
    for path in &paths {
        files.extend(project_files::flow_files(path)?);
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        return Err(Failure::Environment("there is no .flow file here".to_owned()));
    }
    let (mut changed, mut broken) = (0usize, 0usize);
    let mut progress = output::Progress::new("laying out", files.len());
    for (done, file) in files.iter().enumerate() {
        progress.at(done);
        let bytes = fs::read(file).map_err(Failure::file(format!("read `{file}`")))?;
        let Ok(text) = String::from_utf8(bytes) else {
            output::talk(&format!("{file} is not text in UTF-8; it was left as it is\n"));
            broken += 1;
            continue;
        };
        match format(&parse(&text)) {
            Ok(laid_out) if laid_out == text => {}
            Ok(laid_out) => {
                changed += 1;
                if arguments.check {
                    output::data(&difference::of(file, &text, &laid_out, "laid out"));
                } else {
                    fs::write(file, laid_out).map_err(Failure::file(format!("write `{file}`")))?;
                    output::talk(&format!("{file}\n"));
                }
            }
            Err(error) => {
                output::talk(&format!(
                    "{file} was left as it is: {error}; `botflow check` tells where\n"
                ));
                broken += 1;
            }
        }
    }
    drop(progress);
    let word = if files.len() == 1 { "file" } else { "files" };
    let done = if arguments.check {
        "would be laid out anew"
    } else {
        "laid out anew"
    };
    output::talk(&format!("{changed} of {} {word} {done}.\n", files.len()));
    Ok(if broken > 0 || (arguments.check && changed > 0) {
        Status::Findings
    } else {
        Status::Good
    })
}
