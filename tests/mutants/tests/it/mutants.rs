//! A few mutants of every class: the right finding, at the right place, alone.

use std::path::Path;

use botflow_mutants::{classes, corpus, judge};

/// So many of each class; `cargo run --release -p botflow-mutants` tries more.
const PER_CLASS: usize = 4;

#[test]
fn every_defect_is_found_once_where_it_is() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let bots = corpus::read(&examples).expect("the examples can be read");
    let sound: Vec<Vec<String>> = bots.iter().map(judge::sound).collect();
    let mut without_a_place = Vec::new();
    let mut wrong = Vec::new();
    for class in classes::all() {
        let mut tried = 0;
        for (bot, mutant) in class.all(&bots, 7) {
            if tried >= PER_CLASS {
                break;
            }
            let Some(verdict) = judge::judge(class, &bots[bot], &mutant, &sound[bot]) else {
                continue;
            };
            tried += 1;
            if !verdict.is_perfect() {
                let found = match &verdict.found[..] {
                    [] => "nothing".to_owned(),
                    found => found.join("\n    "),
                };
                let (name, bot) = (class.names[0], &bots[bot].name);
                wrong.push(format!("{name}, {} ({bot}):\n    {found}", mutant.what));
            }
        }
        if tried == 0 {
            without_a_place.push(class.names[0]);
        }
    }
    assert!(wrong.is_empty(), "{} mutants:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        without_a_place.is_empty(),
        "no bot has a place for {without_a_place:?}"
    );
}

#[test]
fn every_finding_has_a_class_or_a_reason() {
    let without: Vec<&str> = classes::WITHOUT.iter().map(|(name, _)| *name).collect();
    let has = |name: &str| classes::all().any(|class| class.names[0] == name);
    let lacking: Vec<&str> = botflow_compiler::rules::all()
        .map(|rule| rule.name)
        .filter(|name| !has(name))
        .collect();
    assert_eq!(lacking, without);
    let documented = include_str!("../../../../docs/benchmarks.md");
    for (name, why) in classes::WITHOUT {
        let sentence = format!("No class for `{name}`: {why}.");
        assert!(
            documented.contains(&sentence),
            "docs/benchmarks.md lacks: {sentence}"
        );
    }
}
