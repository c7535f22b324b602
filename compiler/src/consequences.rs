//! Consequences: findings that would not be there but for another one, and go when that one is mended. A person who made
//! one mistake reads of one.
//!
//! [`crate::echoes`] looks at what cannot be read, [`crate::same_mistake`] at slips of writing; here are mistakes of the
//! conversation that other rules stumble over.

use std::collections::BTreeMap;

use crate::finding::{Finding, Rule};
use crate::hir::FlowBody;
use crate::project::{Source, Span};
use crate::rules::channels::outside_window;
use crate::rules::flow::{
    clocks_out_of_order, dead_end, duplicate_place, ends_without_outcome, nags_for_ever, never_asked,
    no_way_out, runs_itself, statement_never_runs, step_falls_off, talks_to_itself,
};
use crate::rules::languages::not_understood_in_language;
use crate::rules::names::{constant_condition, contradictory_condition, not_answered_yet, unused_name};
use crate::rules::talk::{no_failure_way_out, no_option_left};
use crate::rules::triggers::{no_consent, stop_shadowed, unreachable_audience};
use crate::rules::understanding::example_of_own_intent_misread;

/// Where a consequence stands, seen from its cause.
#[derive(Clone, Copy)]
enum Where {
    /// At the same place.
    Here,
    /// On the same line.
    OnTheLine,
    /// In the same flow.
    InTheFlow,
    /// In the flow that the trigger starts in which the cause stands.
    InTheFlowItStarts,
    /// Anywhere in the bot.
    Anywhere,
    /// In the same flow, about a name that the cause's line gives.
    OfTheName,
}

/// Causes, and what they bring about.
const FOLLOWS: &[(&Rule, &Rule, Where)] = &[
    // A flow that runs itself before it waits for anybody goes round in a circle.
    (&runs_itself::RULE, &talks_to_itself::RULE, Where::Here),
    // The second of two questions for one thing is never asked.
    (&duplicate_place::RULE, &never_asked::RULE, Where::OnTheLine),
    // A flow that ends where a step falls off may begin anew at once.
    (&step_falls_off::RULE, &talks_to_itself::RULE, Where::InTheFlow),
    // What an earlier branch took is never yes here.
    (
        &contradictory_condition::RULE,
        &constant_condition::RULE,
        Where::Here,
    ),
    // Behind a question that nobody gets out of nothing runs.
    (&dead_end::RULE, &statement_never_runs::RULE, Where::InTheFlow),
    (&no_way_out::RULE, &statement_never_runs::RULE, Where::InTheFlow),
    // Time that runs on where nothing ends it runs on to what is said next.
    (&step_falls_off::RULE, &outside_window::RULE, Where::InTheFlow),
    (
        &clocks_out_of_order::RULE,
        &outside_window::RULE,
        Where::InTheFlow,
    ),
    (&nags_for_ever::RULE, &outside_window::RULE, Where::Anywhere),
    // What the law hears first is not read as the intent it is an example of.
    (
        &stop_shadowed::RULE,
        &example_of_own_intent_misread::RULE,
        Where::OnTheLine,
    ),
    // What nobody hears need not be heard in other languages.
    (
        &unused_name::RULE,
        &not_understood_in_language::RULE,
        Where::OnTheLine,
    ),
    // What does not arrive opens no conversation, and whoever cannot be written to first cannot be written to.
    (&no_consent::RULE, &outside_window::RULE, Where::InTheFlow),
    (
        &unreachable_audience::RULE,
        &outside_window::RULE,
        Where::InTheFlowItStarts,
    ),
    // What comes behind a call that failed unnoticed has no result to read.
    (
        &no_failure_way_out::RULE,
        &not_answered_yet::RULE,
        Where::OfTheName,
    ),
    // A question without options is passed over: nothing is chosen, and the flow may end behind it.
    (&no_option_left::RULE, &not_answered_yet::RULE, Where::OfTheName),
    (
        &no_option_left::RULE,
        &ends_without_outcome::RULE,
        Where::InTheFlow,
    ),
    (&no_option_left::RULE, &step_falls_off::RULE, Where::InTheFlow),
];

/// Takes out what follows from other findings.
pub fn silence(sources: &[Source], flows: &[FlowBody], findings: &mut Vec<Finding>) {
    if findings.len() < 2 {
        return;
    }
    // A clock may stand before the one above it and never go off as well.
    let mut clocks: Vec<Span> = Vec::new();
    findings.retain(|finding| {
        if finding.rule.code != clocks_out_of_order::RULE.code {
            return true;
        }
        let first = !clocks.contains(&finding.span);
        clocks.push(finding.span);
        first
    });
    let mut causes: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for finding in findings.iter() {
        if FOLLOWS
            .iter()
            .any(|(cause, _, _)| cause.code == finding.rule.code)
        {
            causes.entry(finding.rule.code).or_default().push(finding.span);
        }
    }
    if causes.is_empty() {
        return;
    }
    let flow = |span: Span| {
        let mut around = flows.iter().map(|flow| flow.span);
        around.find(|flow| flow.file == span.file && flow.start <= span.start && span.start < flow.end)
    };
    findings.retain(|finding| {
        !FOLLOWS.iter().any(|(cause, consequence, stands)| {
            let found = causes.get(cause.code).map_or(&[][..], |spans| spans);
            let at = finding.span;
            consequence.code == finding.rule.code
                && found.iter().any(|cause| match stands {
                    Where::Here => *cause == at,
                    Where::OnTheLine => {
                        cause.file == at.file && line(sources, *cause).1 == line(sources, at).1
                    }
                    Where::InTheFlow => flow(*cause).is_some() && flow(*cause) == flow(at),
                    Where::Anywhere => true,
                    Where::InTheFlowItStarts => {
                        let around = flows.iter().find(|flow| {
                            flow.span.file == at.file
                                && flow.span.start <= at.start
                                && at.start < flow.span.end
                        });
                        around.is_some_and(|flow| {
                            starts(sources, *cause) == Some(text(sources, flow.name_span))
                        })
                    }
                    Where::OfTheName => {
                        flow(*cause).is_some()
                            && flow(*cause) == flow(at)
                            && gives(line(sources, *cause).0, text(sources, at))
                    }
                })
        })
    });
}

/// Whether a line gives a value this name: the name stands before what is said and called.
fn gives(line: &str, read: &str) -> bool {
    let name = read.split('.').next().unwrap_or_default();
    let head = line.split(['"', '(']).next().unwrap_or_default();
    let head = head.split("call ").next().unwrap_or_default();
    !name.is_empty()
        && head
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .any(|word| word == name)
}

/// The flow that the trigger starts in which a place stands: `start` is the last of its settings.
fn starts(sources: &[Source], place: Span) -> Option<&str> {
    let source = sources.get(place.file.0 as usize)?;
    let behind = source.text.get(place.start as usize..)?;
    let trigger = behind.split("\n}").next()?;
    let name = trigger.split("\n  start ").nth(1)?;
    name.split(|letter: char| !letter.is_alphanumeric() && !"_.".contains(letter))
        .next()
}

fn text(sources: &[Source], span: Span) -> &str {
    let source = sources.get(span.file.0 as usize);
    source
        .and_then(|source| source.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default()
}

/// The line on which a place begins, and where it begins.
fn line(sources: &[Source], span: Span) -> (&str, usize) {
    let source = sources
        .get(span.file.0 as usize)
        .map_or("", |source| &*source.text);
    let Some((before, behind)) = source.split_at_checked(span.start as usize) else {
        return ("", 0);
    };
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = behind
        .find('\n')
        .map_or(source.len(), |at| span.start as usize + at);
    (&source[start..end], start)
}
