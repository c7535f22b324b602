//! Experiments: shares, groups, stability, and what a history keeps of them.

use botflow_artifact::{Experiment, ExperimentId, Op};
use botflow_machine::history::{Exposure, History};
use botflow_machine::{Conversation, Effect, Event, Person, Program, step};
use smol_str::SmolStr;

use crate::common::Builder;

/// An experiment: name, arms with weights, group.
type Written<'a> = (&'a str, &'a [(&'a str, u32)], Option<&'a str>);

/// A bot whose start flow varies these experiments one after the other.
fn program(experiments: &[Written<'_>]) -> Program {
    let mut b = Builder::new();
    for (name, arms, group) in experiments {
        let all: u32 = arms.iter().map(|(_, weight)| weight).sum();
        b.bot.experiments.push(Experiment {
            name: (*name).into(),
            arms: arms
                .iter()
                .map(|(arm, weight)| ((*arm).into(), *weight))
                .collect(),
            hold_out: 10_000 - all,
            goal: None,
            condition: None,
            group: group.map(SmolStr::new),
        });
    }
    let flow = b.flow("main", 0, &[]);
    for (at, (_, arms, _)) in experiments.iter().enumerate() {
        let next = b.here();
        b.op(Op::Vary {
            experiment: ExperimentId::from(at),
            arms: arms.iter().map(|_| botflow_artifact::Pc(next.0 + 1)).collect(),
        });
    }
    b.op(Op::Return(None));
    b.bot.start = Some(flow);
    b.program()
}

/// What the person with this number is exposed to: experiment and arm.
fn exposed(program: &Program, person: &Person) -> (Vec<(String, Option<String>)>, Person) {
    let conversation = Conversation::new(person.id, person.clone());
    let taken = step(program, conversation, Event::message(1_000, "hi"));
    let exposed = taken.effects.iter().filter_map(|effect| match effect {
        Effect::Exposed { experiment, arm } => {
            let experiment = &program.bot.experiments[experiment.index()];
            let arm = arm.map(|arm| experiment.arms[arm as usize].0.to_string());
            Some((experiment.name.to_string(), arm))
        }
        _ => None,
    });
    (exposed.collect(), taken.conversation.person)
}

fn of(program: &Program, id: u64) -> Vec<(String, Option<String>)> {
    exposed(program, &Person::new(&program.bot, id)).0
}

const PEOPLE: u64 = 20_000;

#[test]
fn shares_are_the_weights() {
    let weights = [("plain", 4_500), ("ten", 3_000), ("twenty", 1_500)];
    let program = program(&[("offer", &weights, None)]);
    let mut counts = std::collections::BTreeMap::<Option<String>, u64>::new();
    for id in 0..PEOPLE {
        let seen = of(&program, id);
        assert_eq!(seen.len(), 1, "everybody is looked at, the held out too");
        *counts.entry(seen[0].1.clone()).or_default() += 1;
    }
    let held_out = (None, 1_000);
    for (arm, weight) in weights
        .map(|(arm, weight)| (Some(arm.to_owned()), weight))
        .into_iter()
        .chain([held_out])
    {
        let share = counts[&arm] as f64 / PEOPLE as f64;
        let wanted = f64::from(weight) / 10_000.0;
        // Four standard deviations of a share of so many people.
        let slack = 4.0 * (wanted * (1.0 - wanted) / PEOPLE as f64).sqrt();
        assert!(
            (share - wanted).abs() < slack,
            "{arm:?}: {share} and not {wanted}"
        );
    }
}

#[test]
fn another_experiment_changes_nothing() {
    let weights = [("a", 5_000), ("b", 5_000)];
    let others = [("x", 2_000), ("y", 8_000)];
    let alone = program(&[("offer", &weights, None)]);
    let among = program(&[("greeting", &others, None), ("offer", &weights, None)]);
    let mut both = std::collections::BTreeMap::<(String, String), u32>::new();
    for id in 0..5_000 {
        let among = of(&among, id);
        assert_eq!(of(&alone, id)[0], among[1]);
        let arm = |at: usize| among[at].1.clone().unwrap_or_default();
        *both.entry((arm(0), arm(1))).or_default() += 1;
    }
    // The arms of the two have nothing to do with each other.
    for (pair, count) in both {
        let wanted = if pair.0 == "x" { 500.0 } else { 2_000.0 };
        assert!(
            (f64::from(count) - wanted).abs() < 4.0 * f64::sqrt(wanted),
            "{pair:?}: {count}"
        );
    }
}

#[test]
fn experiments_of_a_group_share_nobody() {
    let arms = [("a", 5_000), ("b", 5_000)];
    let two = program(&[
        ("first", &arms, Some("offers")),
        ("second", &arms, Some("offers")),
    ]);
    let three = program(&[
        ("first", &arms, Some("offers")),
        ("second", &arms, Some("offers")),
        ("third", &arms, Some("offers")),
    ]);
    let mut counts = [0u32; 3];
    for id in 0..9_000 {
        let before = of(&two, id);
        let after = of(&three, id);
        assert_eq!((before.len(), after.len()), (1, 1), "in exactly one");
        let names = ["first", "second", "third"];
        counts[names
            .iter()
            .position(|name| *name == after[0].0)
            .expect("one of them")] += 1;
        // A further experiment takes people to itself and moves nobody between the others.
        assert!(after[0].0 == "third" || after == before, "{before:?} {after:?}");
    }
    for count in counts {
        assert!((2_800..3_200).contains(&count), "{counts:?}");
    }
}

#[test]
fn an_arm_is_for_ever() {
    let before = program(&[("offer", &[("a", 5_000), ("b", 5_000)], None)]);
    let after = program(&[("offer", &[("a", 100), ("b", 9_900)], None)]);
    let renamed = program(&[("offer", &[("c", 10_000)], None)]);
    for id in 0..200 {
        let (first, mut person) = exposed(&before, &Person::new(&before.bot, id));
        assert_eq!(exposed(&after, &person).0, first, "other weights move nobody");
        // Another number, as after a merge: the history decides.
        person.id = id + 1_000_000;
        assert_eq!(exposed(&before, &person).0, first);
        // An arm that is gone is drawn anew.
        assert_eq!(
            exposed(&renamed, &person).0,
            [("offer".to_owned(), Some("c".to_owned()))]
        );
    }
}

#[test]
fn who_was_held_out_stays_so() {
    let before = program(&[("offer", &[("a", 1)], None)]);
    let after = program(&[("offer", &[("a", 10_000)], None)]);
    let held_out = (0..50).find_map(|id| {
        let (seen, person) = exposed(&before, &Person::new(&before.bot, id));
        seen[0].1.is_none().then_some(person)
    });
    let person = held_out.expect("nearly everybody is");
    assert_eq!(exposed(&after, &person).0, [("offer".to_owned(), None)]);
}

#[test]
fn a_group_met_before_decides() {
    let arms = [("a", 10_000)];
    let program = program(&[
        ("first", &arms, Some("offers")),
        ("second", &arms, Some("offers")),
    ]);
    for id in 0..100 {
        let mut person = Person::new(&program.bot, id);
        let history = History {
            arms: vec![Exposure {
                experiment: "second".into(),
                arm: Some("a".into()),
                at: 5,
            }],
            ..History::default()
        };
        person.history = Some(Box::new(history));
        let seen = exposed(&program, &person).0;
        assert_eq!(seen, [("second".to_owned(), Some("a".to_owned()))]);
    }
}

#[test]
fn of_two_histories_the_older_arm_wins() {
    let arm = |experiment: &str, arm: &str, at: i64| Exposure {
        experiment: experiment.into(),
        arm: Some(arm.into()),
        at,
    };
    let mut one = History::default();
    let mut other = History::default();
    assert_eq!(
        (one.begin(1, 10), other.begin(2, 5), other.begin(2, 30)),
        (1, 1, 2)
    );
    one.arms = vec![arm("offer", "a", 10), arm("greeting", "x", 11)];
    other.arms = vec![arm("offer", "b", 5), arm("colour", "red", 30)];
    let (mut left, mut right) = (one.clone(), other.clone());
    left.merge(other);
    right.merge(one);
    assert_eq!(left, right, "it does not matter who joins whom");
    assert_eq!(
        left.arms,
        [
            arm("offer", "b", 5),
            arm("greeting", "x", 11),
            arm("colour", "red", 30)
        ]
    );
    assert_eq!(left.count, 3);
    let talks: Vec<_> = left
        .talks
        .iter()
        .map(|talk| (talk.conversation, talk.began_at, talk.ended))
        .collect();
    assert_eq!(talks, [(2, 5, true), (1, 10, false), (2, 30, false)]);
}
