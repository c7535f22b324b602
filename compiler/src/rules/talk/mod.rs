//! Family BF3: talk: what a conversation would sound like to the customer.
//!
//! What a text shows by itself is looked for in the tree ([`text`]), what the options of one question show in the
//! resolved program ([`program`]), and what a conversation runs into in the graph ([`check`]). The first two
//! are told as conversations later, when there is a graph ([`complete`]).

mod heard;
mod options;
mod questions;
pub(crate) mod together;

pub mod confusing_labels;
pub mod empty_text;
pub mod no_failure_way_out;
pub mod no_invalid_way_out;
pub mod no_option_left;
pub mod no_silence_way_out;
pub mod no_unclear_way_out;
pub mod option_never_shown;
pub mod question_asks_twice;
pub mod repeats_an_action;
pub mod repeats_itself;
pub mod same_labels;
pub mod too_many_messages;

use botflow_artifact::{Pc, PlaceId, PlaceKind};
use botflow_syntax::{GreenNodeData, SyntaxKind};

use crate::finding::{Finding, Rule};
use crate::graph::Edge;
use crate::hir::Program;
use crate::project::Span;
use crate::rules::flow::context::Context;
use crate::rules::flow::{dead_end, no_way_out};
use crate::rules::names::constant_condition;
use options::Asks;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &no_failure_way_out::RULE,
    &empty_text::RULE,
    &same_labels::RULE,
    &no_option_left::RULE,
    &option_never_shown::RULE,
    &confusing_labels::RULE,
    &no_silence_way_out::RULE,
    &no_unclear_way_out::RULE,
    &no_invalid_way_out::RULE,
    &question_asks_twice::RULE,
    &too_many_messages::RULE,
    &repeats_itself::RULE,
    &repeats_an_action::RULE,
];

/// So many findings get their conversation; nobody reads more in one go.
const TOLD: usize = 200;

/// Looks at one text; `of` is what it stands in.
pub(crate) fn text(at: Span, of: SyntaxKind, text: &GreenNodeData, findings: &mut Vec<Finding>) {
    findings.extend(empty_text::check(at, of, text));
    findings.extend(question_asks_twice::check(at, of, text));
}

/// Looks at the options of all questions.
pub(crate) fn program(program: &Program, findings: &mut Vec<Finding>) {
    let never = option_never_shown::never_yes(findings);
    let mut found = Vec::new();
    options::for_each(program, &mut |flow, _, asks, decided| match asks {
        Asks::Choose(choose) => {
            same_labels::choose(program, choose, &mut found);
            confusing_labels::check(program, choose, &mut found);
            no_option_left::check(program, flow, choose, decided, &mut found);
            option_never_shown::check(program, choose, decided, &never, &mut found);
        }
        Asks::Offer(offer) => same_labels::offer(program, offer, &mut found),
    });
    repeats_itself::check(program, &mut found);
    // The condition of an option that is never offered is one mistake.
    let mut options: Vec<Span> = found
        .iter()
        .filter(|finding| finding.rule.code == option_never_shown::RULE.code)
        .map(|finding| finding.span)
        .collect();
    options.sort_unstable();
    findings.retain(|finding| {
        finding.rule.code != constant_condition::RULE.code || options.binary_search(&finding.span).is_err()
    });
    findings.extend(found);
}

/// Everything that the graph shows. Where a file could not be read, its handlers may be missing, and nothing is said
/// about what nobody hears.
pub(crate) fn check(context: &Context<'_>, unreadable: bool, findings: &mut Vec<Finding>) {
    if !unreadable {
        no_failure_way_out::check(context, findings);
        let mut stuck: Vec<Span> = findings
            .iter()
            .filter(|finding| [dead_end::RULE.code, no_way_out::RULE.code].contains(&finding.rule.code))
            .map(|finding| finding.span)
            .collect();
        stuck.sort_unstable();
        let questions = questions::questions(context, &stuck);
        no_silence_way_out::check(context, &questions, findings);
        let mute = no_unclear_way_out::check(context, &questions, findings);
        no_invalid_way_out::check(context, &questions, &mute, findings);
    }
    too_many_messages::check(context, findings);
    repeats_an_action::check(context, findings);
}

/// Puts conversations into the findings of this family that are there already: the shortest ones to the places they
/// speak of.
pub(crate) fn complete(context: &Context<'_>, findings: &mut [Finding]) {
    // What has no words cannot be shown in words.
    let mine = |finding: &&mut Finding| {
        let code = finding.rule.code;
        code != empty_text::RULE.code && RULES.iter().any(|rule| rule.code == code)
    };
    for finding in findings.iter_mut().filter(mine).take(TOLD) {
        if finding.conversation.is_empty()
            && let Some(at) = innermost(context, finding.span)
        {
            finding.conversation = match at {
                At::Place(place) => at_place(context, finding, place),
                At::Code(pc) => context.conversation_at(pc),
            };
        }
    }
}

/// The way to a place, and what shows the finding there.
fn at_place(context: &Context<'_>, finding: &Finding, id: PlaceId) -> Vec<String> {
    // One option of a list shows nothing of the others.
    if finding.rule.code == same_labels::RULE.code && finding.related.is_empty() {
        return Vec::new();
    }
    let node = context.graph.place(id);
    let mut path = context.path(node);
    let Some(place) = context.bot.places.get(id.index()) else {
        return Vec::new();
    };
    let written = match &place.kind {
        PlaceKind::Choose(_) if finding.rule.code == no_option_left::RULE.code => {
            let passed = |edge, _, _| edge == Edge::NoOption;
            path.extend(context.detour(node, |_| true, passed).into_iter().flatten());
            context.lead_on(&mut path);
            None
        }
        PlaceKind::Choose(_) if finding.rule.code == confusing_labels::RULE.code => {
            finding.message.split('`').nth(1).map(str::to_owned)
        }
        PlaceKind::Choose(choose) if finding.rule.code == same_labels::RULE.code => {
            let labels = choose.options.iter().map(|option| option.label);
            let labels: Vec<String> = labels
                .map(|label| context.words().pattern(label, &|_| false))
                .collect();
            let twice = |label: &&String| labels.iter().filter(|other| other == label).count() > 1;
            labels
                .iter()
                .find(twice)
                .filter(|label| !label.contains('…'))
                .cloned()
        }
        _ => None,
    };
    let empties = match &place.kind {
        PlaceKind::Choose(choose) if finding.rule.code == no_option_left::RULE.code => match &choose.from {
            Some(from) => match no_option_left::stub(context.bot, place.flow, from.list) {
                Some(stub) => Some(stub),
                // What else fills a list a plan cannot arrange.
                None => return Vec::new(),
            },
            None => None,
        },
        _ => None,
    };
    let mut lines = context.tell_and(&path, |plan| {
        if let Some(written) = written {
            plan.line(format!("> {written}"));
        }
    });
    if let Some(stub) = empties {
        for line in lines.iter_mut().filter(|line| line.starts_with(&stub)) {
            if let Some((head, _)) = line.split_once(" = ") {
                *line = format!("{head} = []");
            }
        }
    }
    lines
}

/// What stands at a place of the text.
enum At {
    Place(PlaceId),
    Code(Pc),
}

/// The smallest statement around a place of the text.
fn innermost(context: &Context<'_>, span: Span) -> Option<At> {
    let around = |outer: Span| outer.file == span.file && outer.start <= span.start && span.end <= outer.end;
    let places = (context.lowered.places.iter().enumerate())
        .filter(|(_, source)| around(source.span))
        .map(|(id, source)| (source.span.end - source.span.start, At::Place(PlaceId::from(id))));
    let code = (context.lowered.code.iter().enumerate())
        .filter(|(_, source)| around(**source))
        // A place and its `Enter` have the same span: the place is meant.
        .map(|(pc, source)| (source.end - source.start, At::Code(Pc::from(pc))));
    places
        .chain(code)
        .min_by_key(|(length, _)| *length)
        .map(|(_, at)| at)
}
