//! What an upgrade does to conversations that are under way: the places at which they may be stranded, and the findings of
//! family BF9 ([`crate::rules::upgrades`]).
//!
//! The places are judged by the rules by which the machine carries conversations over
//! (`botflow_artifact::versions`), so that what is told here is what happens then.

use botflow_artifact::versions::{Fate, Gone, Judge, PlaceIndex, Versions, place_name};
use botflow_artifact::*;

use super::portrait::{self, Section};
use crate::compile::Checked;
use crate::config::{Config, Levels};
use crate::finding::{Finding, Level};
use crate::project::{FileId, Project, Span};
use crate::rules::upgrades;
use crate::rules::writing::allow_without_reason;
use crate::suppress::{self, Allowed};

/// One of the two versions.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The bot.
    pub bot: &'a Bot,
    /// Its sources, if it was built from them.
    pub project: Option<(&'a Project, &'a Checked)>,
}

/// In which version's sources something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In the old one's: what is gone.
    Old,
    /// In the new one's.
    New,
}

/// A finding about two versions.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its ranges, and those of its related places, are of the side's sources; its fixes are of the new ones'.
    pub finding: Finding,
    /// Where its ranges stand.
    pub side: Side,
    /// Whether it is known where it stands: an artifact may say nothing about its sources.
    pub located: bool,
    /// The line of the new sources above which a comment allows it.
    pub anchor: Option<Span>,
}

/// A place at which a conversation may be stranded.
#[derive(Clone, Debug, PartialEq)]
pub struct Stranded {
    /// The place of the old version.
    pub place: PlaceId,
    /// Its name: `checkout.shipping.city`.
    pub name: String,
    /// The question, or what it is about.
    pub about: String,
    /// Why.
    pub why: Gone,
    /// All conversations that rest there are stranded; otherwise those with certain values.
    pub certain: bool,
    /// The variable of the new version that they lack.
    pub lacks: Option<(FlowId, SlotId)>,
}

/// What an upgrade does.
#[derive(Clone, Debug, Default)]
pub struct Upgrade {
    /// In the order of the old version's places.
    pub stranded: Vec<Stranded>,
    /// Levels and comments of the new version applied, the worst first.
    pub findings: Vec<Found>,
    /// How many findings comments allow.
    pub allowed: usize,
}

/// Two versions under examination.
pub(crate) struct Pair<'a> {
    pub old: Version<'a>,
    pub new: Version<'a>,
    pub versions: Versions<'a>,
    pub stranded: Vec<Stranded>,
    /// Portraits of both.
    pub before: Vec<Section>,
    pub after: Vec<Section>,
}

/// Judges an upgrade.
pub fn upgrade(old: Version<'_>, new: Version<'_>) -> Upgrade {
    let index = PlaceIndex::of(new.bot);
    let versions = Versions::new(old.bot, new.bot, &index);
    let pair = Pair {
        old,
        new,
        versions,
        stranded: stranded(versions),
        before: portrait::of(old.bot),
        after: portrait::of(new.bot),
    };
    let mut findings = Vec::new();
    if super::plain(old.bot) != super::plain(new.bot) {
        upgrades::check(&pair, &mut findings);
    }
    let stranded = pair.stranded;
    let allowed = settled(new, &mut findings);
    Upgrade {
        stranded,
        findings,
        allowed,
    }
}

/// The places at which conversations of the old version may be stranded.
pub fn stranded(versions: Versions<'_>) -> Vec<Stranded> {
    let words = crate::graph::label::Words::of(versions.old);
    let mut judge = Judge::new(versions);
    let mut all = Vec::new();
    for (id, place) in versions.old.places.iter().enumerate() {
        // A form is asked by its questions.
        if matches!(place.kind, PlaceKind::Form(_)) {
            continue;
        }
        let id = PlaceId::from(id);
        let fate: Fate = judge.fate(id);
        let Some((why, slot)) = fate.stranded() else {
            continue;
        };
        let flow = versions
            .place(id)
            .and_then(|at| versions.new.places.get(at.index()));
        all.push(Stranded {
            place: id,
            name: place_name(versions.old, id),
            about: words.place_label(id),
            why,
            certain: fate.is_certain(),
            lacks: slot.zip(flow).map(|(slot, place)| (place.flow, slot)),
        });
    }
    all
}

/// Applies the levels and the comments of the new version; gives back how many findings comments allow.
fn settled(new: Version<'_>, found: &mut Vec<Found>) -> usize {
    let Some((project, checked)) = new.project else {
        sort(found);
        return 0;
    };
    // A comment stands in the new sources, also where the finding is about what is not there any more.
    let mut anchored: Vec<Finding> = Vec::new();
    for (number, one) in found.iter().enumerate() {
        if let Some(anchor) = one.anchor {
            let mut finding = Finding::new(one.finding.rule, anchor, number.to_string());
            finding.level = one.finding.level;
            anchored.push(finding);
        }
    }
    let allowed: Vec<Allowed> = suppress::apply(&checked.files, true, &Levels::default(), &mut anchored);
    let numbers: Vec<usize> = allowed
        .iter()
        .filter_map(|allowed| allowed.finding.message.parse().ok())
        .collect();
    let mut number = 0;
    found.retain(|_| {
        number += 1;
        !numbers.contains(&(number - 1))
    });
    // A comment that allows one of these says why, too.
    let complaints = anchored
        .into_iter()
        .filter(|finding| std::ptr::eq(finding.rule, &allow_without_reason::RULE));
    found.extend(complaints.map(|finding| Found {
        anchor: Some(finding.span),
        finding,
        side: Side::New,
        located: true,
    }));
    if let Some(text) = &project.config {
        let (config, _) = Config::parse(text);
        found.retain_mut(|one| {
            let mut single = vec![one.finding.clone()];
            config.levels.apply(&mut single);
            match single.pop() {
                Some(finding) => {
                    one.finding = finding;
                    true
                }
                None => false,
            }
        });
    }
    sort(found);
    numbers.len()
}

fn sort(found: &mut [Found]) {
    found.sort_by_key(|one| {
        let finding = &one.finding;
        (
            std::cmp::Reverse(finding.level),
            finding.rule.code,
            finding.span.file,
            finding.span.start,
        )
    });
}

/// A place that is not known.
const UNKNOWN: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

fn span(range: SourceRange) -> Span {
    Span {
        file: FileId(range.file),
        start: range.start,
        end: range.end,
    }
}

impl<'a> Version<'a> {
    /// Where a place's name stands.
    pub(crate) fn place(&self, id: PlaceId) -> Option<Span> {
        match self.project {
            Some((_, checked)) => checked.lowered.places.get(id.index()).map(|place| place.name),
            None => self.bot.debug.as_ref()?.places.get(id.index()).copied().map(span),
        }
    }

    /// Where a flow's name stands.
    pub(crate) fn flow(&self, id: FlowId) -> Option<Span> {
        match self.project {
            Some((_, checked)) => checked
                .lowered
                .flows
                .iter()
                .find(|flow| flow.id == id)
                .map(|flow| flow.name_span),
            None => self.bot.debug.as_ref()?.flows.get(id.index()).copied().map(span),
        }
    }

    /// Where a step's name stands.
    pub(crate) fn step(&self, id: StepId) -> Option<Span> {
        match self.project {
            Some((_, checked)) => {
                let steps = checked.lowered.flows.iter().flat_map(|flow| &flow.steps);
                steps
                    .into_iter()
                    .find(|step| step.id == id)
                    .map(|step| step.name_span)
            }
            None => self.bot.debug.as_ref()?.steps.get(id.index()).copied().map(span),
        }
    }

    /// Where declarations stand; only projects say.
    pub(crate) fn spans(&self) -> Option<&'a crate::hir::DeclarationSpans> {
        self.project.map(|(_, checked)| &checked.lowered.spans)
    }

    /// Where a variable was first given a value.
    pub(crate) fn slot(&self, flow: FlowId, slot: SlotId) -> Option<Span> {
        *self.spans()?.slots.get(flow.index())?.get(slot.index())?
    }
}

impl Pair<'_> {
    /// A finding about something in the new version.
    pub fn in_new(&self, finding: Finding, at: Option<Span>) -> Found {
        let anchor = at.or_else(|| self.bot_span());
        self.found(finding, at, Side::New, anchor)
    }

    /// A finding about something that only the old version has; a comment above the anchor in the new one allows it.
    pub fn in_old(&self, finding: Finding, at: Option<Span>, anchor: Option<Span>) -> Found {
        let anchor = anchor.or_else(|| self.bot_span());
        self.found(finding, at, Side::Old, anchor)
    }

    fn found(&self, mut finding: Finding, at: Option<Span>, side: Side, anchor: Option<Span>) -> Found {
        finding.span = at.unwrap_or(UNKNOWN);
        Found {
            finding,
            side,
            located: at.is_some(),
            anchor: anchor.filter(|_| self.new.project.is_some()),
        }
    }

    fn bot_span(&self) -> Option<Span> {
        self.new.spans().and_then(|spans| spans.bot)
    }

    /// What is left in the new version of where a place of the old one was: its step, or its flow.
    pub fn anchor(&self, place: PlaceId) -> Option<Span> {
        let place = self.old.bot.places.get(place.index())?;
        let flow = self.versions.flow(place.flow)?;
        let name = |step: StepId| self.old.bot.steps.get(step.index()).map(|step| &step.name);
        let declared = self.new.bot.flows.get(flow.index())?;
        let step = place.step.and_then(name).and_then(|name| {
            let mut steps = declared.steps.iter();
            steps.find(|step| {
                self.new
                    .bot
                    .steps
                    .get(step.index())
                    .is_some_and(|one| one.name == *name)
            })
        });
        match step {
            Some(step) => self.new.step(*step),
            None => self.new.flow(flow),
        }
    }

    /// A new line at the end of the file in which a flow of the new version stands: where a `moved` can be written.
    pub fn end_of_file(&self, flow: FlowId) -> Option<(Span, &'static str)> {
        let (project, _) = self.new.project?;
        let at = self.new.flow(flow)?;
        let text = &project.sources.get(at.file.0 as usize)?.text;
        let end = text.len() as u32;
        let break_before = if text.is_empty() || text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        let end = Span {
            file: at.file,
            start: end,
            end,
        };
        Some((end, break_before))
    }
}

/// The level at which an upgrade fails.
pub fn worst(upgrade: &Upgrade) -> Option<Level> {
    upgrade.findings.iter().map(|found| found.finding.level).max()
}
