//! What the compiler says of a bot with one defect, held against what was done to it.

use std::ops::Range;

use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source, Span};

use crate::classes::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};

/// How well a defect was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caught {
    /// By the finding of its name, at its place.
    Right,
    /// By the finding of its name, at another place.
    Elsewhere,
    /// By other findings only.
    Otherwise,
    /// Not at all.
    Missed,
}

/// What came of one mutant.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How well it was caught.
    pub caught: Caught,
    /// What was found besides what the sound bot has: names with places, as a person would read them.
    pub found: Vec<String>,
    /// Whether there is one finding; a text that changes is stale in every catalogue, and has one in each.
    alone: bool,
}

impl Verdict {
    /// The right finding at the right place, and no other.
    pub fn is_perfect(&self) -> bool {
        self.caught == Caught::Right && self.alone
    }
}

/// The findings of a sound bot by name, against which those of its mutants are counted: hints and what is suppressed.
pub fn sound(bot: &Bot) -> Vec<String> {
    let checked = compile::check_bot(&bot.project);
    checked.findings.iter().map(told_without_place).collect()
}

/// Compiles a mutant and judges what is found. Nothing for one whose groundwork is found fault with.
pub fn judge(class: &Class, bot: &Bot, mutant: &Mutant, sound: &[String]) -> Option<Verdict> {
    if let Some(prepared) = mutant.prepared(&bot.project) {
        let found: Vec<String> = compile::check_bot(&prepared)
            .findings
            .iter()
            .map(told_without_place)
            .collect();
        if found != sound {
            return None;
        }
    }
    let project = mutant.project(&bot.project);
    let checked = compile::check_bot(&project);
    let mut known = sound.to_vec();
    let new: Vec<&Finding> = checked
        .findings
        .iter()
        .filter(|finding| finding.level > Level::Hint || class.names.contains(&finding.rule.name))
        .filter(|finding| {
            match known
                .iter()
                .position(|known| *known == told_without_place(finding))
            {
                Some(index) => {
                    known.swap_remove(index);
                    false
                }
                None => true,
            }
        })
        .collect();
    let (file, place) = mutant.place();
    let right = |finding: &Finding| class.names.contains(&finding.rule.name);
    let here = |span: Span| stands(&project, &checked.files, span, file, &place);
    let caught = if new
        .iter()
        .any(|finding| right(finding) && (here(finding.span) || finding.related.iter().any(|r| here(r.span))))
    {
        Caught::Right
    } else if new.iter().any(|finding| right(finding)) {
        Caught::Elsewhere
    } else if new.is_empty() {
        Caught::Missed
    } else {
        Caught::Otherwise
    };
    let alone = new.len() == 1
        || class.names[0] == "stale-translation"
            && new.iter().all(|finding| right(finding))
            && new.len() == project.locales.len();
    Some(Verdict {
        alone,
        caught,
        found: new
            .into_iter()
            .map(|finding| told(&checked.files, finding))
            .collect(),
    })
}

/// Whether a span shares a line with the place.
fn stands(project: &Project, files: &[Source], span: Span, file: File, place: &Range<usize>) -> bool {
    let source = match file {
        File::Flow(index) => project.sources.get(index),
        File::Document(index) => project.documents.get(index),
        File::Locale(index) => project.locales.get(index),
        File::Config => None,
    };
    let (same, text) = match source {
        Some(source) => {
            let found = files.get(span.file.0 as usize);
            (
                found.is_some_and(|found| found.path == source.path),
                &*source.text,
            )
        }
        None => (
            span.file == FileId::CONFIG,
            project.config.as_deref().unwrap_or_default(),
        ),
    };
    let line = |at: usize| {
        text.as_bytes()[..at.min(text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    };
    // A place of whole lines ends behind its last line's end.
    let last = line(place.end.saturating_sub(1).max(place.start));
    same && line(span.start as usize) <= last && line(span.end as usize) >= line(place.start)
}

fn told_without_place(finding: &Finding) -> String {
    format!("{}: {}", finding.rule.name, finding.message)
}

fn told(files: &[Source], finding: &Finding) -> String {
    let place = match files.get(finding.span.file.0 as usize) {
        Some(source) => {
            let before = &source.text[..(finding.span.start as usize).min(source.text.len())];
            format!("{}:{}", source.path, before.matches('\n').count() + 1)
        }
        None => "botflow.toml".to_owned(),
    };
    format!("{} at {place}: {}", finding.rule.name, finding.message)
}
