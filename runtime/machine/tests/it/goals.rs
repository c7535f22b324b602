//! Goals: what reaches them, once, and which conversations have the credit.

use botflow_artifact::{BinaryOp, EventId, Expr, Goal, Occurrence, StageId, Value};
use botflow_machine::{Effect, Program};
use proptest::prelude::*;

use crate::common::triggers::{DAY, HOUR, Somebody, bot, told};

/// `e0` reaches `sale`, worth its total, if that is above 10, with a day of credit; entering the second stage and `e1`
/// reach `seen`.
fn program() -> Program {
    let mut b = bot();
    let total = b.expr(Expr::EventField(1));
    let ten = b.value(Value::Integer(10));
    let above = b.expr(Expr::Binary(BinaryOp::Greater, total, ten));
    b.bot.goals.push(Goal {
        name: "sale".into(),
        on: vec![Occurrence::Event(EventId(0))],
        condition: Some(above),
        value: Some(total),
        credit_ms: DAY,
    });
    b.bot.goals.push(Goal {
        name: "seen".into(),
        on: vec![Occurrence::Entered(StageId(1)), Occurrence::Event(EventId(1))],
        condition: None,
        value: None,
        credit_ms: HOUR,
    });
    b.program()
}

/// Conversations that began at these moments and ended an hour later.
fn talked(who: &mut Somebody<'_>, began: &[i64]) {
    let history = who.person.history.get_or_insert_default();
    for at in began {
        history.begin(5, *at);
        let talk = history.running(5).expect("it runs");
        talk.last_at = at + HOUR;
        talk.ended = true;
    }
}

const START: i64 = 1_000 * DAY;

fn values(total: i64) -> Vec<Value> {
    vec![Value::Integer(1), Value::Integer(total)]
}

#[test]
fn conversations_of_the_window_have_the_credit() {
    let program = program();
    let mut who = Somebody::new(&program, START);
    // The last words of the first are a day and a minute old, those of the second exactly a day.
    talked(
        &mut who,
        &[START - DAY - HOUR - 60_000, START - DAY - HOUR, START - HOUR],
    );
    let found = who.event("e0", values(50));
    assert_eq!(
        told(&program, &found),
        ["sale reached, worth Integer(50), credit [2, 3]"]
    );
    assert_eq!(
        told(&program, &who.event("e0", values(10))),
        [""; 0],
        "its `if` is not yes"
    );
    assert_eq!(
        told(&program, &who.event("e1", values(0))),
        ["seen reached, worth Unknown, credit [3]"]
    );
}

#[test]
fn an_event_of_yesterday_is_credited_as_of_yesterday() {
    let program = program();
    let mut who = Somebody::new(&program, START);
    talked(&mut who, &[START - 2 * DAY, START - HOUR]);
    let found = who.report(3, START - DAY, "e0", values(20));
    assert_eq!(
        told(&program, &found),
        ["sale reached, worth Integer(20), credit [1]"]
    );
    let found = who.report(4, START - 3 * DAY, "e0", values(20));
    assert_eq!(
        told(&program, &found),
        ["sale reached, worth Integer(20), credit []"]
    );
    let found = who.report(5, START - 8 * DAY, "e0", values(20));
    assert_eq!(told(&program, &found), ["e0 refused: too late"]);
}

#[test]
fn an_event_counts_once() {
    let program = program();
    let mut who = Somebody::new(&program, START);
    assert_eq!(who.report(7, START, "e0", values(20)).len(), 1);
    // More events than the agenda remembers by their ids.
    for id in 100..120 {
        assert_eq!(who.report(id, START, "e2", values(20)), []);
    }
    assert_eq!(who.report(7, START, "e0", values(20)), [], "it is the same sale");
    assert_eq!(who.report(8, START, "e0", values(20)).len(), 1);
    // Without an id nothing is a repetition.
    assert_eq!(who.event("e0", values(20)).len(), 1);
    assert_eq!(who.event("e0", values(20)).len(), 1);
}

#[test]
fn a_stage_reaches_a_goal() {
    let program = program();
    let mut who = Somebody::new(&program, START);
    assert_eq!(told(&program, &who.turn(&[entered(0)])), [""; 0]);
    let found = who.turn(&[entered(1)]);
    assert_eq!(told(&program, &found), ["seen reached, worth Unknown, credit []"]);
}

fn entered(stage: u32) -> Effect {
    Effect::Stage {
        from: None,
        to: StageId(stage),
    }
}

proptest! {
    /// Against a reading of 15.6 to 15.8 that keeps everything: conversations and events in any order, some of them reported
    /// late, early or again.
    #[test]
    fn as_written(steps in prop::collection::vec((0u8..3, 0i64..40, 0u64..12, 0i64..60), 1..40)) {
        let program = program();
        let mut who = Somebody::new(&program, START);
        // All conversations: beginning and last words. All ids that came last, and those that reached the goal.
        let mut talks: Vec<(i64, i64)> = Vec::new();
        let (mut last_ids, mut counted): (Vec<u64>, Vec<u64>) = (Vec::new(), Vec::new());
        for (step, hours, id, total) in steps {
            who.now += HOUR;
            match step {
                0 => {
                    let began = who.now;
                    talked(&mut who, &[began]);
                    talks.push((began, began + HOUR));
                    who.now += HOUR;
                }
                _ => {
                    let at = who.now - hours * 6 * HOUR + 12 * HOUR;
                    let found = told(&program, &who.report(id, at, "e0", values(total)));
                    let again = id != 0 && last_ids.contains(&id);
                    let refused = again || at > who.now + DAY || at < who.now - 7 * DAY;
                    // What is refused is not known afterwards.
                    if id != 0 && !refused {
                        last_ids.push(id);
                        if last_ids.len() > 8 {
                            last_ids.remove(0);
                        }
                    }
                    let at = at.min(who.now);
                    if refused || total <= 10 || (id != 0 && counted.contains(&id)) {
                        prop_assert!(found.iter().all(|line| line.contains("refused")), "{:?}", found);
                        prop_assert_eq!(found.len(), usize::from(refused));
                        continue;
                    }
                    if id != 0 {
                        counted.push(id);
                    }
                    let first = talks.len().saturating_sub(16);
                    let credit: Vec<usize> = (first..talks.len())
                        .filter(|talk| talks[*talk].0 <= at && talks[*talk].1 >= at - DAY)
                        .map(|talk| talk + 1)
                        .collect();
                    prop_assert_eq!(found, [format!("sale reached, worth Integer({total}), credit {credit:?}")]);
                }
            }
        }
    }
}

#[test]
fn an_event_that_reached_a_goal_of_either_has_reached_it_for_the_one() {
    let program = program();
    let (mut ana, mut visitor) = (Somebody::new(&program, START), Somebody::new(&program, START));
    let report = |who: &mut Somebody<'_>, id: u64| {
        let found = who.report(id, START, "e0", values(50));
        told(&program, &found)
    };
    let sold = ["sale reached, worth Integer(50), credit []"];
    assert_eq!(report(&mut visitor, 7), sold);
    // More than the repetitions that are told by their ids alone.
    for id in 100..120 {
        report(&mut ana, id);
        report(&mut visitor, 100 + id);
    }
    ana.agenda = ana.agenda.merged(&visitor.agenda);
    assert_eq!(report(&mut ana, 7), [""; 0]);
    assert_eq!(report(&mut ana, 8), sold);
}
