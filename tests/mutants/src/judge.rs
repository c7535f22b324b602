//! What the compiler says of a bot with one defect, held against what was done to it.

use std::ops::Range;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::diff::upgrade::{Found, Side, Version, upgrade};
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source, Span};
use botflow_compiler::rules;
use botflow_scenario::lint;

use crate::classes::{About, Class};
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

/// What is found, and in which texts it stands.
struct Looked<'t> {
    project: &'t Project,
    /// The texts of the findings, by `FileId`.
    files: Vec<Source>,
    findings: Vec<Finding>,
}

/// The findings of a sound bot by name, against which those of its mutants are counted: hints and what is suppressed.
pub fn sound(bot: &Bot) -> Vec<String> {
    let checked = compile::check_bot(&bot.project);
    told_of(&checked)
}

/// Compiles a mutant and judges what is found. Nothing for one whose groundwork is found fault with, nor for a new
/// version of a bot that is found fault with by itself: nobody could release that.
pub fn judge(class: &Class, bot: &Bot, mutant: &Mutant, sound: &[String]) -> Option<Verdict> {
    let prepared = mutant.prepared(&bot.project);
    if let Some(prepared) = &prepared
        && told_of(&compile::check_bot(prepared)) != sound
    {
        return None;
    }
    let project = mutant.project(&bot.project);
    let place = mutant.place();
    match class.about() {
        About::Upgrade => {
            let old = prepared.as_ref().unwrap_or(&bot.project);
            upgraded(class, old, &project, sound, &mutant.place_before(), &place)
        }
        About::Conversations => {
            let files = mutant.conversations(bot);
            let findings = in_conversations(&project, &files);
            let known = in_conversations(&bot.project, &bot.conversations);
            let looked = Looked {
                project: &project,
                files,
                findings,
            };
            let known = known.iter().map(told_without_place).collect();
            Some(verdict(class, &[(&looked, &place)], known))
        }
        About::Bot | About::Languages => {
            let checked = compile::check_bot(&project);
            let looked = Looked {
                project: &project,
                files: checked.files,
                findings: checked.findings,
            };
            Some(verdict(class, &[(&looked, &place)], sound.to_vec()))
        }
    }
}

/// Judges what an upgrade is found to do: what is gone stood in the older version.
fn upgraded(
    class: &Class,
    old: &Project,
    new: &Project,
    sound: &[String],
    before: &(File, Range<usize>),
    after: &(File, Range<usize>),
) -> Option<Verdict> {
    let (was, is) = (compile::check_bot(old), compile::check_bot(new));
    if told_of(&is) != sound {
        return None;
    }
    let (old_bot, new_bot) = (was.bot_as_understood(), is.bot_as_understood());
    let found = upgrade(
        Version {
            bot: &old_bot,
            project: Some((old, &was)),
        },
        Version {
            bot: &new_bot,
            project: Some((new, &is)),
        },
    )
    .findings;
    let (gone, there): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| found.side == Side::Old);
    let only = |found: Vec<Found>| found.into_iter().map(|found| found.finding).collect();
    let gone = Looked {
        project: old,
        files: was.files,
        findings: only(gone),
    };
    let there = Looked {
        project: new,
        files: is.files,
        findings: only(there),
    };
    Some(verdict(class, &[(&gone, before), (&there, after)], Vec::new()))
}

/// What is found in files of conversations, as `check` tells it.
fn in_conversations(project: &Project, files: &[Source]) -> Vec<Finding> {
    let checked = compile::check_bot(project);
    let bot = checked.bot_as_understood();
    let mut findings = Vec::new();
    for (at, file) in files.iter().enumerate() {
        for issue in lint::look(Some(&bot), &file.text) {
            let span = Span {
                file: FileId(at as u32),
                start: issue.range.start as u32,
                end: issue.range.end as u32,
            };
            let rule = rules::find(issue.name);
            findings.extend(rule.map(|rule| Finding::new(rule, span, issue.message)));
        }
    }
    compile::beside(project, files, findings, true).0
}

/// Holds what is found against where it is to stand. `known` is found in the sound bot, too.
fn verdict(class: &Class, all: &[(&Looked<'_>, &(File, Range<usize>))], mut known: Vec<String>) -> Verdict {
    let right = |finding: &Finding| class.names.contains(&finding.rule.name);
    let mut new: Vec<(&Looked<'_>, &Finding, bool)> = Vec::new();
    for (looked, (file, place)) in all {
        for finding in &looked.findings {
            if finding.level <= Level::Hint && !right(finding) {
                continue;
            }
            let told = told_without_place(finding);
            if let Some(index) = known.iter().position(|known| *known == told) {
                known.swap_remove(index);
                continue;
            }
            let here = |span: Span| stands(looked, span, *file, place);
            let is_here = here(finding.span) || finding.related.iter().any(|related| here(related.span));
            new.push((looked, finding, is_here));
        }
    }
    let caught = if new.iter().any(|(_, finding, here)| right(finding) && *here) {
        Caught::Right
    } else if new.iter().any(|(_, finding, _)| right(finding)) {
        Caught::Elsewhere
    } else if new.is_empty() {
        Caught::Missed
    } else {
        Caught::Otherwise
    };
    let locales = all.first().map_or(0, |(looked, _)| looked.project.locales.len());
    let alone = new.len() == 1
        || class.names[0] == "stale-translation"
            && new.iter().all(|(_, finding, _)| right(finding))
            && new.len() == locales;
    Verdict {
        alone,
        caught,
        found: new
            .into_iter()
            .map(|(looked, finding, _)| told(&looked.files, finding))
            .collect(),
    }
}

/// Whether a span shares a line with the place.
fn stands(looked: &Looked<'_>, span: Span, file: File, place: &Range<usize>) -> bool {
    let source = match file {
        File::Flow(index) => looked.project.sources.get(index),
        File::Document(index) => looked.project.documents.get(index),
        File::Locale(index) => looked.project.locales.get(index),
        File::Chat(index) => looked.files.get(index),
        File::Config => None,
    };
    let (same, text) = match source {
        Some(source) => {
            let found = looked.files.get(span.file.0 as usize);
            (
                found.is_some_and(|found| found.path == source.path),
                &*source.text,
            )
        }
        None => (
            span.file == FileId::CONFIG,
            looked.project.config.as_deref().unwrap_or_default(),
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

fn told_of(checked: &Checked) -> Vec<String> {
    checked.findings.iter().map(told_without_place).collect()
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
