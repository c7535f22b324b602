//! One mistake, one finding: of several findings that come from the same slip the one that names it is kept.
//!
//! [`crate::echoes`] silences what a line that cannot be read does to the rest of the program; here are the slips that
//! two rules notice at once, braces that are too few or too many, and names that are misspelt more than once.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level};
use crate::project::{FileId, Source, Span};
use crate::rules::flow::{unknown_target, unreachable_flow, unreachable_step};
use crate::rules::names::{
    constant_condition, contradictory_condition, duplicate_name, impossible_comparison, unknown_name,
    unused_name,
};
use crate::rules::writing::{
    name_style, reserved_name, text_looks_like_code, unclosed_block, unexpected_word, wrong_place,
};

/// Of so many slips of one kind the others are looked for. A project with more has other worries.
const ENOUGH: usize = 200;

/// Keeps of the findings of one mistake the one that names it.
pub fn silence(sources: &[Source], findings: &mut Vec<Finding>) {
    if findings.len() > 1 {
        braces(sources, findings);
        twice_noticed(sources, findings);
        names_in_broken_lines(sources, findings);
        misspelt_again(sources, findings);
    }
}

fn text_of(sources: &[Source], span: Span) -> &str {
    sources
        .get(span.file.0 as usize)
        .and_then(|source| source.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default()
}

fn is(finding: &Finding, rule: &crate::finding::Rule) -> bool {
    finding.rule.code == rule.code
}

/// A brace that is missing or too much changes what everything behind it belongs to, up to the next declaration: only
/// the first place at which that shows is reported, and nothing about what is declared there.
fn braces(sources: &[Source], findings: &mut Vec<Finding>) {
    let structural = |finding: &Finding| {
        finding.level == Level::Error
            && (is(finding, &unclosed_block::RULE)
                || is(finding, &unexpected_word::RULE)
                || is(finding, &wrong_place::RULE))
    };
    // Per declaration (by its beginning): the first structural finding, and whether a brace is the matter.
    let mut declarations: BTreeMap<(FileId, u32), (Span, bool, u32)> = BTreeMap::new();
    let mut starts: BTreeMap<FileId, Vec<u32>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| structural(finding)) {
        let file = finding.span.file;
        let Some(source) = sources.get(file.0 as usize) else {
            continue;
        };
        let starts = starts.entry(file).or_insert_with(|| declared_at(&source.text));
        let before = starts.partition_point(|start| *start <= finding.span.start);
        let start = before.checked_sub(1).map_or(0, |at| starts[at]);
        let end = starts.get(before).copied().unwrap_or(source.text.len() as u32);
        let brace = is(finding, &unclosed_block::RULE)
            || text_of(sources, finding.span) == "}"
            || finding.message.ends_with("may not stand in a file.");
        // Of two at one place the one that says what stands there is kept.
        let place = finding.span;
        let entry = declarations.entry((file, start)).or_insert((place, false, end));
        if place.start < entry.0.start {
            entry.0 = place;
        }
        entry.1 |= brace;
    }
    declarations.retain(|_, (_, brace, _)| *brace);
    if declarations.is_empty() {
        return;
    }
    let around = |span: Span| {
        let (at, (first, _, end)) = declarations.range(..=(span.file, span.start)).next_back()?;
        (at.0 == span.file && span.start < *end).then_some(*first)
    };
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for ((file, start), (_, _, end)) in &declarations {
        let text = text_of(
            sources,
            Span {
                file: *file,
                start: *start,
                end: *end,
            },
        );
        words.extend(text.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    }
    let places: BTreeSet<Span> = findings
        .iter()
        .filter(|finding| is(finding, &unexpected_word::RULE))
        .map(|finding| finding.span)
        .collect();
    findings.retain(|finding| {
        if is(finding, &unknown_name::RULE) || is(finding, &unknown_target::RULE) {
            let name = text_of(sources, finding.span);
            return !words.contains(name.rsplit('.').next().unwrap_or_default());
        }
        match around(finding.span) {
            Some(first) if structural(finding) => {
                let doubled = is(finding, &unclosed_block::RULE) && places.contains(&finding.span);
                finding.span == first && !doubled
            }
            Some(_) => finding.rule.code.starts_with("BF0"),
            None => true,
        }
    });
}

/// Where declarations begin: at the start of a line.
fn declared_at(text: &str) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word: &str = line
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .next()
            .unwrap_or_default();
        if DECLARATIONS.contains(&word) {
            starts.push(at);
        }
        at += line.len() as u32;
    }
    starts
}

/// Words that begin a declaration, and nothing in a block that would stand at the start of a line.
const DECLARATIONS: &[&str] = &[
    "bot",
    "type",
    "customer",
    "event",
    "intent",
    "segment",
    "lookup",
    "action",
    "always",
    "flow",
    "trigger",
    "goal",
    "experiment",
    "queue",
    "escalation",
    "faq",
    "template",
    "moved",
    "use",
];

/// Slips that two rules notice.
fn twice_noticed(sources: &[Source], findings: &mut Vec<Finding>) {
    let of = |rule: &crate::finding::Rule| -> Vec<Span> {
        findings
            .iter()
            .filter(|finding| is(finding, rule))
            .map(|finding| finding.span)
            .take(ENOUGH)
            .collect()
    };
    let duplicates: BTreeSet<Span> = of(&duplicate_name::RULE).into_iter().collect();
    let comparisons = of(&impossible_comparison::RULE);
    let styled: BTreeSet<String> = of(&name_style::RULE)
        .into_iter()
        .map(|span| name_style::snake(text_of(sources, span)))
        .collect();
    let quoted: Vec<&str> = of(&text_looks_like_code::RULE)
        .into_iter()
        .map(|span| text_of(sources, span))
        .collect();
    let comparison_at = |span: Span| {
        comparisons
            .iter()
            .any(|other| other.file == span.file && other.start < span.end && span.start < other.end)
    };
    findings.retain(|finding| {
        let name = text_of(sources, finding.span);
        let unreached = [
            &unused_name::RULE.code,
            &unreachable_step::RULE.code,
            &unreachable_flow::RULE.code,
        ]
        .contains(&&finding.rule.code);
        if unreached && duplicates.contains(&finding.span) {
            return false;
        }
        // The way to it stands in a text.
        if unreached && quoted.iter().any(|text| text.trim_end().ends_with(name)) {
            return false;
        }
        if is(finding, &constant_condition::RULE) || is(finding, &contradictory_condition::RULE) {
            return !comparison_at(finding.span);
        }
        if is(finding, &unknown_name::RULE) {
            // Where it is declared it is written in another style, and that is what has to change.
            return !name.is_empty() && !styled.contains(name);
        }
        true
    });
}

/// A declaration whose name cannot be read declares nothing: what was meant is not unknown besides.
fn names_in_broken_lines(sources: &[Source], findings: &mut Vec<Finding>) {
    let mut heads: Vec<String> = Vec::new();
    let mut nameless: BTreeSet<&str> = BTreeSet::new();
    for finding in findings.iter() {
        if heads.len() > ENOUGH || finding.level != Level::Error || !finding.rule.code.starts_with("BF0") {
            continue;
        }
        let Some(source) = sources.get(finding.span.file.0 as usize) else {
            continue;
        };
        let at = (finding.span.start as usize).min(source.text.len());
        let (Some(before), Some(behind)) = (source.text.get(..at), source.text.get(at..)) else {
            continue;
        };
        let from = before.rfind('\n').map_or(0, |at| at + 1);
        let to = behind.find('\n').map_or(source.text.len(), |end| at + end);
        // Nobody declares anything on a line that is longer.
        if to - from > 1_000 {
            continue;
        }
        let line = source.text[from..to].trim();
        let word = line.split_whitespace().next().unwrap_or_default();
        if DECLARATIONS.contains(&word) || word == "step" {
            if source.text[from..at].trim() == word {
                nameless.insert(word);
            }
            heads.push(line.replace(['-', ' '], "_"));
        }
        // A list of values of which not all could be read.
        if word == "languages" || word == "channels" || word == "stages" || word == "consents" {
            heads.push(line.replace(['-', ' '], "_"));
        }
    }
    if heads.is_empty() {
        return;
    }
    findings.retain(|finding| {
        let named = [
            &unknown_name::RULE.code,
            &unknown_target::RULE.code,
            &impossible_comparison::RULE.code,
        ];
        if !named.contains(&&finding.rule.code) {
            return true;
        }
        let name = text_of(sources, finding.span);
        let name = name.rsplit('.').next().unwrap_or_default();
        let declared = heads.iter().any(|head| holds_word(head, name));
        let meant = nameless
            .iter()
            .any(|kind| finding.message.contains(&format!("no {kind} ")) && finding.fixes.is_empty());
        !declared && !meant
    });
}

/// Whether a name stands in a line whose spaces are underscores.
fn holds_word(head: &str, name: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_none_or(|letter| letter == '_' || !letter.is_alphanumeric());
    !name.is_empty()
        && head.match_indices(name).any(|(at, found)| {
            edge(head[..at].chars().next_back()) && edge(head[at + found.len()..].chars().next())
        })
}

/// Of one name that is unknown, or a word of the language, in several places of a file the first is reported, with the
/// others beside it; of a name that all files share, in several places of the bot.
fn misspelt_again(sources: &[Source], findings: &mut Vec<Finding>) {
    let mut order: Vec<usize> = (0..findings.len())
        .filter(|at| {
            let finding = &findings[*at];
            [&unknown_name::RULE, &unknown_target::RULE, &reserved_name::RULE]
                .into_iter()
                .any(|rule| is(finding, rule))
                && finding.level == Level::Error
                && (finding.span.file.0 as usize) < sources.len()
        })
        .collect();
    order.sort_by_key(|at| findings[*at].span);
    let mut first: BTreeMap<(Option<FileId>, &str, String), usize> = BTreeMap::new();
    let mut again: Vec<(usize, usize)> = Vec::new();
    for at in order {
        let finding = &findings[at];
        let of_file = !unknown_name::is_of_all_files(finding);
        let file = of_file.then_some(finding.span.file);
        let key = (file, finding.rule.code, finding.message.clone());
        match first.get(&key) {
            Some(first) => again.push((*first, at)),
            None => {
                first.insert(key, at);
            }
        }
    }
    if again.is_empty() {
        return;
    }
    let mut gone = vec![false; findings.len()];
    for (first, at) in again {
        let (span, fixes) = (findings[at].span, std::mem::take(&mut findings[at].fixes));
        gone[at] = true;
        let kept = &mut findings[first];
        kept.related.push(crate::finding::Related {
            span,
            message: "It stands here, too.".into(),
        });
        // One fix mends all of them.
        for fix in &mut kept.fixes {
            if let Some(same) = fixes.iter().find(|other| other.title == fix.title) {
                let edits = same.edits.iter();
                let more: Vec<_> = edits
                    .filter(|edit| !fix.edits.iter().any(|known| known.span == edit.span))
                    .cloned()
                    .collect();
                fix.edits.extend(more);
            }
        }
    }
    let mut gone = gone.into_iter();
    findings.retain(|_| !gone.next().unwrap_or_default());
}
