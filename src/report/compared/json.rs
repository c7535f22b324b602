//! One JSON object.

use botflow_compiler::diff::upgrade::Side;
use botflow_compiler::diff::{Spot, What};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{FileId, Span};
use serde::Serialize;

use super::{Compared, Input, level, position};
use crate::output;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    old: &'a str,
    new: &'a str,
    summary: Summary,
    stranded: Vec<Stranded<'a>>,
    findings: Vec<Finding<'a>>,
    groups: Vec<Group<'a>>,
    /// The two are not equal, though nothing was told.
    unseen: bool,
}

#[derive(Serialize)]
struct Summary {
    changes: usize,
    stranded: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
    allowed: usize,
}

#[derive(Serialize)]
struct Stranded<'a> {
    place: &'a str,
    about: &'a str,
    why: &'a str,
    certain: bool,
    lacks: Option<&'a str>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    level: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    /// `old` or `new`: in which version's sources it stands.
    side: &'a str,
    place: Option<Place>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
struct Group<'a> {
    title: String,
    /// `added`, `removed` or `renamed`, where that happened to the flow as a whole.
    flow: Option<&'a str>,
    was: Option<&'a str>,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    what: &'a str,
    within: &'a str,
    kind: &'a str,
    context: &'a str,
    language: Option<&'a str>,
    before: Option<&'a str>,
    after: Option<&'a str>,
    old: Option<Place>,
    new: Option<Place>,
    conversation: Option<Conversation<'a>>,
}

#[derive(Serialize)]
struct Conversation<'a> {
    /// The two are the same: this conversation does not show the change.
    same: bool,
    before: &'a [String],
    after: &'a [String],
    stopped: Option<&'a str>,
}

/// Prints the object.
pub fn print(compared: &Compared) {
    let slot = |one: &botflow_compiler::diff::upgrade::Stranded| {
        let (flow, slot) = one.lacks?;
        let flow = compared.new.bot.flows.get(flow.index())?;
        flow.slots.get(slot.index()).map(|slot| slot.name.as_str())
    };
    let report = Report {
        version: 1,
        old: &compared.old.name,
        new: &compared.new.name,
        summary: Summary {
            changes: compared.diff.count(),
            stranded: compared.upgrade.stranded.len(),
            errors: compared.count(Level::Error),
            warnings: compared.count(Level::Warning),
            hints: compared.count(Level::Hint),
            allowed: compared.upgrade.allowed,
        },
        stranded: (compared.upgrade.stranded.iter())
            .map(|one| Stranded {
                place: &one.name,
                about: &one.about,
                why: one.why.words(),
                certain: one.certain,
                lacks: slot(one),
            })
            .collect(),
        findings: (compared.upgrade.findings.iter())
            .map(|found| {
                let (side, input) = match found.side {
                    Side::Old => ("old", &compared.old),
                    Side::New => ("new", &compared.new),
                };
                Finding {
                    code: found.finding.rule.code,
                    name: found.finding.rule.name,
                    level: level(found.finding.level),
                    message: &found.finding.message,
                    help: found.finding.help.as_deref(),
                    side,
                    place: place(input, found.finding.span).filter(|_| found.located),
                    fixes: found
                        .finding
                        .fixes
                        .iter()
                        .map(|fix| Fix { title: &fix.title })
                        .collect(),
                }
            })
            .collect(),
        groups: groups(compared),
        unseen: compared.diff.unseen,
    };
    let mut text = serde_json::to_string(&report).expect("plain data has a JSON form");
    text.push('\n');
    output::data(&text);
}

fn groups(compared: &Compared) -> Vec<Group<'_>> {
    let groups = compared.diff.groups.iter().enumerate();
    let groups = groups.map(|(at, group)| Group {
        title: group.area.title(),
        flow: group.flow.as_ref().map(|(what, _)| what.word()),
        was: (group.flow.as_ref())
            .filter(|(what, _)| *what == What::Renamed)
            .map(|(_, was)| was.as_str()),
        changes: (group.changes.iter().enumerate())
            .map(|(number, change)| Change {
                what: change.what.word(),
                within: &change.within,
                kind: &change.kind,
                context: &change.context,
                language: change.language.as_deref(),
                before: change.before.as_deref(),
                after: change.after.as_deref(),
                old: spot(&compared.old, &change.old),
                new: spot(&compared.new, &change.new),
                conversation: compared.shown.get(&(at, number)).map(|shown| Conversation {
                    same: !shown.differs(),
                    before: &shown.before,
                    after: &shown.after,
                    stopped: shown.stopped.as_deref(),
                }),
            })
            .collect(),
    });
    groups.collect()
}

fn spot(input: &Input, spot: &Spot) -> Option<Place> {
    let range = spot.source?;
    place(
        input,
        Span {
            file: FileId(range.file),
            start: range.start,
            end: range.end,
        },
    )
}

fn place(input: &Input, span: Span) -> Option<Place> {
    let (file, line, column) = position(input, span)?;
    Some(Place { file, line, column })
}
