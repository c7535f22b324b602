//! The list of rules: names and codes are promises to projects that mention them.

use botflow_compiler::rules;

/// Names of the families that are built, in the order of their codes.
const NAMES: &[(&str, &[&str])] = &[
    (
        "BF0",
        &[
            "unclosed-block",
            "unclosed-text",
            "unexpected-word",
            "unknown-statement",
            "text-looks-like-code",
            "wrong-place",
            "bad-literal",
            "repeated-setting",
            "reserved-name",
            "name-style",
            "deprecated",
            "nested-too-deep",
            "file-too-large",
            "allow-without-reason",
            "unneeded-allow",
        ],
    ),
    (
        "BF1",
        &[
            "unknown-name",
            "duplicate-name",
            "type-mismatch",
            "unknown-may-be-missing",
            "wrong-arguments",
            "impossible-comparison",
            "missing-case",
            "repeated-case",
            "constant-condition",
            "contradictory-condition",
            "unused-name",
            "not-answered-yet",
            "unbounded-value",
            "let-changes-type",
            "sensitive-leak",
            "hard-coded-value",
            "missing-setting",
            "host-action-missing",
        ],
    ),
    (
        "BF2",
        &[
            "unreachable-step",
            "unreachable-flow",
            "dead-end",
            "step-falls-off",
            "no-way-out",
            "talks-to-itself",
            "runs-itself",
            "ends-without-outcome",
            "digression-ends-conversation",
            "duplicate-place",
            "nags-for-ever",
            "statement-never-runs",
            "unknown-target",
            "wait-in-loop",
            "never-asked",
            "handler-never-hears",
            "clocks-out-of-order",
            "nothing-to-ask-again",
        ],
    ),
    (
        "BF3",
        &[
            "no-failure-way-out",
            "empty-text",
            "same-labels",
            "no-option-left",
            "option-never-shown",
            "confusing-labels",
            "no-silence-way-out",
            "no-unclear-way-out",
            "no-invalid-way-out",
            "question-asks-twice",
            "too-many-messages",
            "repeats-itself",
            "repeats-an-action",
        ],
    ),
    (
        "BF5",
        &[
            "no-consent",
            "stop-shadowed",
            "no-frequency-cap",
            "no-quiet-hours",
            "same-event-same-priority",
            "never-fires",
            "fires-on-itself",
            "too-many-together",
            "unreachable-audience",
            "experiment-weights",
            "experiment-never-joins",
            "experiment-without-goal",
            "experiments-overlap",
            "unverified-identity",
            "goal-never-reached",
        ],
    ),
    (
        "BF6",
        &[
            "nobody-came",
            "closed-not-handled",
            "handover-cycle",
            "bot-talks-over",
            "rule-never-fires",
            "queue-without-hours",
            "queue-never-used",
            "brief-missing",
            "no-way-back",
            "promise-without-people",
            "colleague-forgets",
        ],
    ),
    (
        "BF7",
        &[
            "missing-translation",
            "stale-translation",
            "unused-translation",
            "placeholder-mismatch",
            "missing-plural",
            "markup-mismatch",
            "wrong-language",
            "translation-too-long",
            "not-understood-in-language",
            "unsupported-language",
        ],
    ),
    (
        "BFC",
        &[
            "chat-syntax",
            "chat-unknown-name",
            "chat-stub-missing",
            "chat-stub-unused",
            "chat-never-checks",
            "chat-unreachable-line",
        ],
    ),
    (
        "BF8",
        &[
            "same-words",
            "ambiguous-example",
            "option-shadowed",
            "too-few-examples",
            "example-of-own-intent-misread",
            "empty-intent",
            "faq-shadowed",
            "faq-duplicate",
            "faq-broken-link",
            "answer-type-too-wide",
        ],
    ),
    (
        "BF9",
        &[
            "place-removed",
            "place-moved",
            "answer-type-changed",
            "answer-lost",
            "customer-field-changed",
            "trigger-meaning-changed",
            "goal-meaning-changed",
            "experiment-resplit",
            "consent-purpose-changed",
            "template-changed",
        ],
    ),
];

#[test]
fn codes_ascend_and_are_unique() {
    let codes: Vec<&str> = rules::all().map(|rule| rule.code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    for code in codes {
        let digits = code.strip_prefix("BF").expect("codes begin with BF");
        assert!(
            digits.len() == 3
                && digits
                    .replacen('C', "0", 1)
                    .bytes()
                    .all(|byte| byte.is_ascii_digit()),
            "{code}"
        );
    }
}

#[test]
fn names_are_those_that_projects_rely_on() {
    for (family, names) in NAMES {
        let mut wanted: Vec<&str> = names.to_vec();
        let mut present: Vec<&str> = rules::all()
            .filter(|rule| rule.code.starts_with(family))
            .map(|rule| rule.name)
            .collect();
        wanted.sort_unstable();
        present.sort_unstable();
        assert_eq!(present, wanted, "family {family}");
    }
}

#[test]
fn rules_are_found_by_code_and_name() {
    for rule in rules::all() {
        assert_eq!(rules::find(rule.code), Some(rule));
        assert_eq!(rules::find(&rule.name.to_uppercase()), Some(rule));
    }
    assert_eq!(rules::find("no-such-rule"), None);
}

/// The index is made of lists of families: a family that is forgotten there would be missing.
#[test]
fn the_index_has_every_rule_once() {
    let index = rules::index();
    for rule in rules::all() {
        let row = format!("| {} | {} | ", rule.code, rule.name);
        assert_eq!(index.matches(&row).count(), 1, "{row}");
    }
}
