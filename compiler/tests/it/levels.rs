//! What a project says about its findings: levels in `botflow.toml`, and comments that allow one.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};

const FLOW: &str = "bot example {\n  name \"Example\"\n  languages en\n  channels web\n  currency EUR\n  timezone \
                    \"UTC\"\n  start main\n}\nflow main {\n  say \"Hi!\"\n  finish resolved\n}\n";

fn found(flow: &str, config: Option<&str>) -> Vec<(&'static str, Level)> {
    let project = Project {
        sources: vec![Source {
            path: "a.flow".into(),
            text: Arc::from(format!("{FLOW}{flow}")),
        }],
        config: config.map(Arc::from),
        documents: Vec::new(),
        locales: Vec::new(),
        linked: None,
        host: None,
    };
    let findings = compile::check(&project).findings;
    findings
        .iter()
        .map(|finding| (finding.rule.name, finding.level))
        .collect()
}

#[test]
fn levels_of_the_project_hold() {
    let unused = "segment many if count(order, 1d) > 3\nevent order\n";
    assert_eq!(found(unused, None), [("unused-name", Level::Warning)]);
    assert_eq!(
        found(unused, Some("[lints]\nunused-name = \"error\"\n")),
        [("unused-name", Level::Error)]
    );
    assert_eq!(
        found(unused, Some("[lints]\nunused-name = \"hint\"\n")),
        [("unused-name", Level::Hint)]
    );
    assert_eq!(found(unused, Some("[lints]\nunused-name = \"off\"\n")), []);
}

#[test]
fn comments_allow_one_finding_at_one_place() {
    let unused = "segment many if count(order, 1d) > 3\nevent order\n";
    assert_eq!(
        found(
            &format!("# botflow: allow unused-name -- for next week\n{unused}"),
            None
        ),
        []
    );
    let late = format!("{unused}# botflow: allow unused-name -- too late\n");
    assert_eq!(
        found(&late, None),
        [
            ("unused-name", Level::Warning),
            ("unneeded-allow", Level::Warning)
        ]
    );
    // A project that wants no such finding at all still needs no comment less.
    assert_eq!(
        found(
            &late,
            Some("[lints]\nunneeded-allow = \"off\"\nunused-name = \"off\"\n")
        ),
        []
    );
    // An unclosed hole cannot be read, whatever a project thinks of texts that look like code.
    let broken = "flow other {\n  say \"Hi {name\"\n  finish resolved\n}\n";
    let off = found(broken, Some("[lints]\ntext-looks-like-code = \"off\"\n"));
    assert!(off.contains(&("text-looks-like-code", Level::Error)), "{off:?}");
}

/// What a comment hides without a reason is not settled: the comment is as serious as that.
#[test]
fn a_comment_without_a_reason_is_as_serious_as_what_it_hides() {
    let unused = "# botflow: allow unused-name\nsegment many if count(order, 1d) > 3\nevent order\n";
    assert_eq!(found(unused, None), [("allow-without-reason", Level::Warning)]);
    let ends = "flow other {\n  # botflow: allow same-labels\n  choose \"Which?\" {\n    \"One\" -> one\n    \"One\" -> \
                one\n  }\n  step one {\n    finish resolved\n  }\n}\n";
    let at = |flow: &str| {
        let names = found(flow, None);
        names
            .into_iter()
            .filter(|(name, _)| ["same-labels", "allow-without-reason"].contains(name))
            .collect::<Vec<_>>()
    };
    let plain = at(&ends.replace("  # botflow: allow same-labels\n", ""));
    assert_eq!(plain, [("same-labels", Level::Error)]);
    // The comment stands above the line on which the finding is.
    let above = ends.replace("  # botflow: allow same-labels\n", "");
    let above = above.replacen(
        "    \"One\" -> one\n    \"One\"",
        "    \"One\" -> one\n    # botflow: allow same-labels\n    \"One\"",
        1,
    );
    assert_eq!(at(&above), [("allow-without-reason", Level::Error)]);
    let told = above.replace("allow same-labels", "allow same-labels -- two doors to one room");
    assert_eq!(at(&told), []);
}

/// Behind an error not everything is looked for: what a comment allows may only be hidden.
#[test]
fn nothing_is_unneeded_beside_an_error() {
    let sound = "# botflow: allow unused-name -- x\nevent order\nsegment many if count(order, 1d) > 3\n";
    assert_eq!(
        found(
            &format!("{sound}# botflow: allow name-style -- x\nflow b {{\n  say \"Hi {{nobody}}\"\n}}\n"),
            None
        )
        .iter()
        .filter(|(name, _)| *name == "unneeded-allow")
        .count(),
        0
    );
}

/// What a project does not want to hear of hides nothing, also where it would be an error.
#[test]
fn an_error_that_is_off_hides_nothing() {
    let twice = "flow other {\n  choose \"Which?\" {\n    \"One\" -> one\n    \"One\" -> one\n  }\n  step one {\n    \
                 finish resolved\n  }\n}\n# botflow: allow name-style -- x\nevent order\n";
    let off = found(twice, Some("[lints]\nsame-labels = \"off\"\n"));
    assert!(off.contains(&("unneeded-allow", Level::Warning)), "{off:?}");
    let on = found(twice, None);
    assert!(!on.iter().any(|(name, _)| *name == "unneeded-allow"), "{on:?}");
}

/// Every level of every rule: what has to be an error is one, and the others do as the project says.
#[test]
fn levels_of_every_rule_are_settled() {
    use botflow_compiler::config::{Config, Levels};
    for rule in botflow_compiler::rules::all() {
        for (word, level) in [
            ("error", Some(Level::Error)),
            ("warning", Some(Level::Warning)),
            ("warn", Some(Level::Warning)),
            ("hint", Some(Level::Hint)),
            ("off", None),
        ] {
            let (config, findings) = Config::parse(&format!("[lints]\n{} = \"{word}\"\n", rule.name));
            if Levels::is_fixed(rule) && level != Some(Level::Error) {
                assert_eq!(findings.len(), 1, "{}: {findings:?}", rule.name);
                assert_eq!(config.levels.of(rule), Some(Level::Error));
            } else {
                assert!(findings.is_empty(), "{}: {findings:?}", rule.name);
                assert_eq!(config.levels.of(rule), level);
            }
        }
    }
}

#[test]
fn names_of_no_rule_get_the_nearest_one() {
    for (written, fix) in [
        ("unused-nme", Some("unused-name")),
        ("Unused_Name", Some("unused-name")),
        ("xyzzy", None),
    ] {
        let project = Project {
            sources: vec![Source {
                path: "a.flow".into(),
                text: Arc::from(FLOW),
            }],
            config: Some(Arc::from(format!("[lints]\n{written} = \"off\"\n"))),
            documents: Vec::new(),
            locales: Vec::new(),
            linked: None,
            host: None,
        };
        let findings = compile::check(&project).findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].rule.name, "unknown-name");
        let offered = findings[0].fixes.first().map(|fix| fix.edits[0].text.as_str());
        assert_eq!(offered, fix, "{written}");
        // Which name was meant is a guess.
        assert!(!findings[0].safe);
    }
}
