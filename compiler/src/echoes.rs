//! Echoes: findings that only repeat an earlier mistake. A line that cannot be read may have declared a name, and a
//! flow with such a line may lead anywhere, so that nothing is said about either until the line is mended.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Rule};
use crate::hir::FlowBody;
use crate::project::{FileId, Source, Span};
use crate::rules::channels::outside_window;
use crate::rules::escalation::queue_never_used;
use crate::rules::flow::{dead_end, ends_without_outcome, nags_for_ever, no_way_out, step_falls_off};
use crate::rules::flow::{talks_to_itself, unknown_target, unreachable_flow, unreachable_step};
use crate::rules::names::{
    impossible_comparison, missing_setting, not_answered_yet, unknown_may_be_missing, unknown_name,
    unused_name,
};
use crate::rules::triggers::{experiment_never_joins, goal_never_reached, never_fires, unverified_identity};
use crate::rules::writing::file_too_large;

/// Takes out the echoes of mistakes of writing, and of names that are not known.
pub fn silence(sources: &[Source], flows: &[FlowBody], findings: &mut Vec<Finding>) {
    crate::same_mistake::silence(sources, findings);
    let unreadable: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.rule.code.starts_with("BF0") && finding.level == Level::Error)
        .map(|finding| finding.span)
        .collect();
    let unknown: Vec<Span> = findings
        .iter()
        .filter(|finding| is_unknown(finding))
        .flat_map(|finding| {
            let others = finding.related.iter().map(|related| related.span);
            std::iter::once(finding.span).chain(others)
        })
        .collect();
    if unreadable.is_empty() && unknown.is_empty() {
        return;
    }
    // What was meant by a name that is not known leads there.
    let meant: BTreeSet<String> = findings
        .iter()
        .filter(|finding| is_unknown(finding))
        .flat_map(|finding| &finding.fixes)
        .flat_map(|fix| fix.edits.iter().map(|edit| edit.text.clone()))
        .collect();
    let words = words_of_lines(sources, &unreadable);
    let mut broken_lines: Vec<Span> = unreadable
        .iter()
        .filter(|place| place.start < place.end)
        .chain(unknown.iter().filter(|place| place.start < place.end))
        .map(|place| line_of(sources, *place))
        .collect();
    broken_lines.sort_unstable();
    let broken_files: BTreeSet<FileId> = unreadable.iter().map(|span| span.file).collect();
    let mut places: Vec<Span> = unknown;
    places.sort_unstable();
    let mut doubtful: Vec<Span> = flows
        .iter()
        .map(|flow| flow.span)
        .filter(|flow| {
            let first = places.partition_point(|place| (place.file, place.start) < (flow.file, flow.start));
            places
                .get(first)
                .is_some_and(|place| place.file == flow.file && place.start < flow.end)
        })
        .collect();
    doubtful.sort_unstable();
    // What a file declares that is not read, and what it mentions, nobody knows.
    let unread = sources
        .iter()
        .any(|source| source.text.len() > botflow_syntax::FILE_LIMIT);
    let no_settings = findings
        .iter()
        .any(|finding| finding.rule == &file_too_large::RULE && finding.span.file == FileId::CONFIG);
    findings.retain(|finding| {
        let leads = NOTHING_LEADS_THERE
            .iter()
            .any(|rule| rule.code == finding.rule.code);
        if unread && (leads || is_unknown(finding)) || no_settings && finding.rule == &missing_setting::RULE {
            return false;
        }
        // Translations are held against texts, and time is counted along all ways of a bot, that are not whole.
        if finding.rule.code.starts_with("BF7") || finding.rule.code == outside_window::RULE.code {
            return false;
        }
        // A name that a broken line was to give may be taken for a value of a set.
        if is_unknown(finding) || finding.rule.code == impossible_comparison::RULE.code {
            let text = sources.get(finding.span.file.0 as usize).and_then(|source| {
                source
                    .text
                    .get(finding.span.start as usize..finding.span.end as usize)
            });
            return !text.is_some_and(|text| words.contains(text));
        }
        if !finding.rule.code.starts_with("BF0") && on_lines(&broken_lines, finding.span) {
            return false;
        }
        if !meant.is_empty()
            && NOTHING_LEADS_THERE
                .iter()
                .any(|rule| rule.code == finding.rule.code)
        {
            let mut words = text_of(sources, finding.span)
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if words.any(|word| meant.contains(word)) {
                return false;
            }
        }
        if !follows_ways(finding) {
            return true;
        }
        let after = doubtful
            .partition_point(|flow| (flow.file, flow.start) <= (finding.span.file, finding.span.start));
        let inside = after.checked_sub(1).is_some_and(|at| {
            doubtful[at].file == finding.span.file && finding.span.start < doubtful[at].end
        });
        !inside && !broken_files.contains(&finding.span.file)
    });
}

/// Rules about what nothing leads to: by a name that is misspelt something does.
const NOTHING_LEADS_THERE: &[&Rule] = &[
    &unreachable_flow::RULE,
    &unreachable_step::RULE,
    &unused_name::RULE,
    &queue_never_used::RULE,
    &experiment_never_joins::RULE,
    &goal_never_reached::RULE,
    &never_fires::RULE,
];

fn text_of(sources: &[Source], span: Span) -> &str {
    let source = sources.get(span.file.0 as usize);
    source
        .and_then(|source| source.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default()
}

fn is_unknown(finding: &Finding) -> bool {
    [unknown_name::RULE.code, unknown_target::RULE.code].contains(&finding.rule.code)
}

/// Rules that follow the ways of a conversation, and see others where a statement is missing.
fn follows_ways(finding: &Finding) -> bool {
    [
        not_answered_yet::RULE.code,
        unknown_may_be_missing::RULE.code,
        dead_end::RULE.code,
        ends_without_outcome::RULE.code,
        nags_for_ever::RULE.code,
        no_way_out::RULE.code,
        step_falls_off::RULE.code,
        talks_to_itself::RULE.code,
        unreachable_flow::RULE.code,
        unreachable_step::RULE.code,
        unverified_identity::RULE.code,
    ]
    .contains(&finding.rule.code)
}

/// Whether a place begins on one of these lines, which are sorted.
fn on_lines(lines: &[Span], place: Span) -> bool {
    let after = lines.partition_point(|line| (line.file, line.start) <= (place.file, place.start));
    after
        .checked_sub(1)
        .is_some_and(|at| lines[at].file == place.file && place.start < lines[at].end)
}

/// The line on which a place begins.
fn line_of(sources: &[Source], place: Span) -> Span {
    let text = sources
        .get(place.file.0 as usize)
        .map_or("", |source| source.text.as_ref());
    let (before, behind) = text.split_at_checked(place.start as usize).unwrap_or(("", ""));
    Span {
        file: place.file,
        start: before.rfind('\n').map_or(0, |at| at + 1) as u32,
        end: place.start + behind.find('\n').unwrap_or(behind.len()) as u32,
    }
}

/// The words of the lines on which something cannot be read.
fn words_of_lines<'s>(sources: &'s [Source], places: &[Span]) -> BTreeSet<&'s str> {
    let mut words = BTreeSet::new();
    for place in places {
        let Some(source) = sources.get(place.file.0 as usize) else {
            continue;
        };
        let start = place.start as usize;
        let (Some(before), Some(behind)) = (source.text.get(..start), source.text.get(start..)) else {
            continue;
        };
        let from = before.rfind('\n').map_or(0, |at| at + 1);
        let to = behind.find('\n').map_or(source.text.len(), |at| start + at);
        let line = &source.text[from..to];
        words.extend(line.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.')));
        words.extend(line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    }
    words.remove("");
    words
}
