//! Differential test of definite answers: random flows, checked by the compiler and by walking every way through
//! them one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Finding;
use botflow_compiler::project::{Project, Source};
use proptest::prelude::*;

use crate::replay;

/// A statement of a small part of the language; names are `v0` to `v3`, fields `f0` to `f2`.
#[derive(Clone, Debug)]
enum Stmt {
    Let(u8),
    Say(u8),
    SayIfKnown(u8),
    If(Vec<Stmt>, Vec<Stmt>),
    IfKnown(u8, Vec<Stmt>, Vec<Stmt>),
    Choose(Vec<Vec<Stmt>>),
    Loop(Vec<Stmt>),
    Ask(u8),
    Forget(u8),
    ShowField(u8),
    IfField(u8, Vec<Stmt>, Vec<Stmt>),
    Finish,
}

fn block() -> impl Strategy<Value = Vec<Stmt>> {
    let leaf = prop_oneof![
        4 => (0..4u8).prop_map(Stmt::Let),
        4 => (0..4u8).prop_map(Stmt::Say),
        1 => (0..4u8).prop_map(Stmt::SayIfKnown),
        2 => (0..3u8).prop_map(Stmt::Ask),
        1 => (0..3u8).prop_map(Stmt::Forget),
        3 => (0..3u8).prop_map(Stmt::ShowField),
        1 => Just(Stmt::Finish),
    ];
    let stmt = leaf.prop_recursive(3, 24, 4, |inner| {
        let some = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (some(), some()).prop_map(|(a, b)| Stmt::If(a, b)),
            (0..4u8, some(), some()).prop_map(|(v, a, b)| Stmt::IfKnown(v, a, b)),
            (0..3u8, some(), some()).prop_map(|(f, a, b)| Stmt::IfField(f, a, b)),
            proptest::collection::vec(some(), 1..3).prop_map(Stmt::Choose),
            some().prop_map(Stmt::Loop),
        ]
    });
    proptest::collection::vec(stmt, 1..7)
}

/// Writes the flow; what is read gets a number by its place in the text.
fn write(block: &[Stmt], text: &mut String, count: &mut u32) {
    for stmt in block {
        *count += 1;
        let n = *count;
        match stmt {
            Stmt::Let(v) => text.push_str(&format!("let v{v} = {n}\n")),
            Stmt::Say(v) => text.push_str(&format!("say \"{n} {{v{v}}}\"\n")),
            Stmt::SayIfKnown(v) => text.push_str(&format!("if v{v} is known {{\nsay \"{n} {{v{v}}}\"\n}}\n")),
            Stmt::Ask(f) => text.push_str(&format!("ask customer.f{f} \"{n}?\"\n")),
            Stmt::Forget(f) => text.push_str(&format!("forget customer.f{f}\n")),
            Stmt::ShowField(f) => text.push_str(&format!("say \"{n} {{customer.f{f}}}\"\n")),
            Stmt::Finish => text.push_str("finish resolved\n"),
            Stmt::If(a, b) => both(&format!("customer.orders > {n}"), a, b, text, count),
            Stmt::IfKnown(v, a, b) => both(&format!("v{v} is known"), a, b, text, count),
            Stmt::IfField(f, a, b) => both(&format!("customer.f{f} is known"), a, b, text, count),
            Stmt::Choose(options) => {
                text.push_str(&format!("choose c{n} \"{n}?\" {{\n"));
                for (at, option) in options.iter().enumerate() {
                    text.push_str(&format!("\"Option {at}\" {{\n"));
                    write(option, text, count);
                    text.push_str("}\n");
                }
                text.push_str("}\n");
            }
            Stmt::Loop(inner) => {
                text.push_str("for each x in [1, 2] at most 2 {\n");
                write(inner, text, count);
                text.push_str("}\n");
            }
        }
    }
}

fn both(condition: &str, a: &[Stmt], b: &[Stmt], text: &mut String, count: &mut u32) {
    text.push_str(&format!("if {condition} {{\n"));
    write(a, text, count);
    text.push_str("} else {\n");
    write(b, text, count);
    text.push_str("}\n");
}

/// One way so far: what has an answer, what is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    answered: [bool; 4],
    known: [bool; 3],
}

/// Walks every way; `missed` are the numbers of statements that read what is missing on some way.
fn walk(block: &[Stmt], ways: BTreeSet<Way>, count: &mut u32, missed: &mut BTreeSet<u32>) -> BTreeSet<Way> {
    let mut ways = ways;
    for stmt in block {
        *count += 1;
        let n = *count;
        ways = match stmt {
            Stmt::Let(v) => each(ways, |way| way.answered[*v as usize] = true),
            Stmt::Say(v) => {
                if ways.iter().any(|way| !way.answered[*v as usize]) {
                    missed.insert(n);
                }
                ways
            }
            Stmt::SayIfKnown(_) => ways,
            Stmt::Ask(f) => each(ways, |way| way.known[*f as usize] = true),
            Stmt::Forget(f) => each(ways, |way| way.known[*f as usize] = false),
            Stmt::ShowField(f) => {
                if ways.iter().any(|way| !way.known[*f as usize]) {
                    missed.insert(n);
                }
                ways
            }
            Stmt::Finish => BTreeSet::new(),
            Stmt::If(a, b) => {
                let mut ends = walk(a, ways.clone(), count, missed);
                ends.extend(walk(b, ways, count, missed));
                ends
            }
            // What a way does not know it may know all the same: the customer's card is not empty.
            Stmt::IfKnown(v, a, b) => {
                let yes = each(ways.clone(), |way| way.answered[*v as usize] = true);
                let mut ends = walk(a, yes, count, missed);
                ends.extend(walk(b, ways, count, missed));
                ends
            }
            Stmt::IfField(f, a, b) => {
                let yes = each(ways.clone(), |way| way.known[*f as usize] = true);
                let mut ends = walk(a, yes, count, missed);
                ends.extend(walk(b, ways, count, missed));
                ends
            }
            Stmt::Choose(options) => {
                let mut ends = BTreeSet::new();
                for option in options {
                    ends.extend(walk(option, ways.clone(), count, missed));
                }
                ends
            }
            Stmt::Loop(inner) => {
                let begin = *count;
                let mut all = ways;
                loop {
                    *count = begin;
                    let mut next = all.clone();
                    next.extend(walk(inner, all.clone(), count, missed));
                    if next == all {
                        break;
                    }
                    all = next;
                }
                all
            }
        };
    }
    ways
}

/// The statement that a finding about a missing value is about.
fn number(text: &str, finding: &Finding) -> Option<u32> {
    if !matches!(finding.rule.name, "not-answered-yet" | "unknown-may-be-missing") {
        return None;
    }
    let line = text[..finding.span.start as usize]
        .rsplit('\n')
        .next()
        .unwrap_or_default();
    let number = line
        .trim_start_matches("say \"")
        .split(' ')
        .next()
        .unwrap_or_default();
    Some(number.parse().expect("texts begin with their number"))
}

/// In how many more places what a finding is about is read.
fn more(finding: &Finding) -> usize {
    let Some((_, rest)) = finding.message.split_once(", and to ") else {
        return 0;
    };
    match rest.split(' ').next() {
        Some("one") => 1,
        number => number
            .and_then(|number| number.parse().ok())
            .expect("it says how many"),
    }
}

/// What some customer really comes to see missing: all customers there are, with all that they can choose.
fn really_missed(block: &[Stmt]) -> BTreeSet<u32> {
    let mut missed = BTreeSet::new();
    // Conditions compare with numbers of statements.
    for orders in 0..=60 {
        for card in 0..8u8 {
            let begin = Way {
                answered: [false; 4],
                known: [card & 1 != 0, card & 2 != 0, card & 4 != 0],
            };
            live(block, BTreeSet::from([begin]), orders, &mut 0, &mut missed);
        }
    }
    missed
}

/// As [`walk`], for one customer: conditions turn out as they do for them.
fn live(
    block: &[Stmt],
    ways: BTreeSet<Way>,
    orders: u32,
    count: &mut u32,
    missed: &mut BTreeSet<u32>,
) -> BTreeSet<Way> {
    let mut ways = ways;
    for stmt in block {
        *count += 1;
        let n = *count;
        let mut both = |a: &[Stmt], b: &[Stmt], ways: BTreeSet<Way>, holds: &dyn Fn(&Way) -> bool| {
            let (yes, no): (BTreeSet<Way>, BTreeSet<Way>) = ways.into_iter().partition(|way| holds(way));
            let mut ends = live(a, yes, orders, count, missed);
            ends.extend(live(b, no, orders, count, missed));
            ends
        };
        ways = match stmt {
            Stmt::If(a, b) => both(a, b, ways, &|_| orders > n),
            Stmt::IfKnown(v, a, b) => both(a, b, ways, &|way| way.answered[*v as usize]),
            Stmt::IfField(f, a, b) => both(a, b, ways, &|way| way.known[*f as usize]),
            Stmt::Say(v) => {
                if ways.iter().any(|way| !way.answered[*v as usize]) {
                    missed.insert(n);
                }
                ways
            }
            Stmt::ShowField(f) => {
                if ways.iter().any(|way| !way.known[*f as usize]) {
                    missed.insert(n);
                }
                ways
            }
            Stmt::Let(v) => each(ways, |way| way.answered[*v as usize] = true),
            Stmt::Ask(f) => each(ways, |way| way.known[*f as usize] = true),
            Stmt::Forget(f) => each(ways, |way| way.known[*f as usize] = false),
            Stmt::SayIfKnown(_) => ways,
            Stmt::Finish => BTreeSet::new(),
            Stmt::Choose(options) => {
                let mut ends = BTreeSet::new();
                for option in options {
                    ends.extend(live(option, ways.clone(), orders, count, missed));
                }
                ends
            }
            Stmt::Loop(inner) => {
                let begin = *count;
                for _ in 0..2 {
                    *count = begin;
                    ways = live(inner, ways, orders, count, missed);
                }
                ways
            }
        };
    }
    ways
}

fn each(ways: BTreeSet<Way>, change: impl Fn(&mut Way)) -> BTreeSet<Way> {
    ways.into_iter()
        .map(|mut way| {
            change(&mut way);
            way
        })
        .collect()
}

/// Loops hold neither questions nor ends.
fn tidy(block: &mut Vec<Stmt>, in_loop: bool) {
    block.retain(|stmt| {
        !(in_loop
            && matches!(
                stmt,
                Stmt::Ask(_) | Stmt::Choose(_) | Stmt::Finish | Stmt::Loop(_)
            ))
    });
    for stmt in block {
        match stmt {
            Stmt::If(a, b) | Stmt::IfKnown(_, a, b) | Stmt::IfField(_, a, b) => {
                tidy(a, in_loop);
                tidy(b, in_loop);
            }
            Stmt::Choose(options) => options.iter_mut().for_each(|option| tidy(option, in_loop)),
            Stmt::Loop(inner) => tidy(inner, true),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..Default::default() })]

    #[test]
    fn every_missing_answer_is_found_and_nothing_else(block in block()) {
        let mut block = block;
        tidy(&mut block, false);
        // Every name is given a value somewhere, so that it is a name.
        let mut text = String::from("flow main {\n");
        write(&block, &mut text, &mut 0);
        text.push_str("if customer.orders < 0 {\nlet v0 = 0\nlet v1 = 0\nlet v2 = 0\nlet v3 = 0\n}\nfinish resolved\n}\n");
        let bot = "bot example {\n  name \"Example\"\n  languages en\n  channels web\n  currency EUR\n  timezone \"UTC\"\n  \
                   start main\n}\ncustomer {\n  f0: text?\n  f1: text?\n  f2: text?\n  orders: integer = 0\n}\n";
        let project = Project {
            sources: vec![
                Source { path: "a.flow".into(), text: Arc::from(text.as_str()) },
                Source { path: "b.flow".into(), text: Arc::from(bot) },
            ],
            ..Project::default()
        };
        let checked = compile::check(&project);
        let program = replay::program(&checked);
        let real = std::cell::OnceCell::new();
        for finding in &checked.findings {
            let number = number(&text, finding);
            if let Some(number) = number {
                // A way that no customer can go is followed, too: then there is nothing to show. What is shown is true.
                let shown = replay::shown(&program, finding).is_ok();
                prop_assert!(!shown || real.get_or_init(|| really_missed(&block)).contains(&number), "{}: {} in\n{}", finding.rule.name, finding.message, text);
            }
        }
        let found: BTreeMap<u32, usize> = checked
            .findings
            .iter()
            .filter_map(|finding| Some((number(&text, finding)?, more(finding))))
            .collect();
        let mut missed = BTreeSet::new();
        let begin = Way { answered: [false; 4], known: [false; 3] };
        walk(&block, BTreeSet::from([begin]), &mut 0, &mut missed);
        // A name that has no answer is one finding, where it is read first.
        let mut expected: BTreeMap<u32, usize> = BTreeMap::new();
        let mut first: BTreeMap<&str, u32> = BTreeMap::new();
        for number in missed {
            let begins = format!("say \"{number} ");
            let line = text.lines().find(|line| line.trim_start().starts_with(&begins));
            let read = line.and_then(|line| line.split(['{', '}']).nth(1)).unwrap_or_default();
            match first.get(read) {
                Some(first) if read.starts_with('v') => *expected.entry(*first).or_default() += 1,
                _ => {
                    first.insert(read, number);
                    expected.insert(number, 0);
                }
            }
        }
        prop_assert_eq!(found, expected, "in\n{}", text);
    }
}
