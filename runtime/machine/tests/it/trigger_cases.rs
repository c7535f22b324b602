//! Single cases of triggers: what is refused, what comes late, clocks that change, later versions of a bot.

use botflow_artifact::*;
use botflow_machine::trigger::{Decision, Happening, Situation, Surroundings, What, happened};
use botflow_machine::{Delivery, Effect, Program};
use botflow_values::{Date, Time, Value, Zone};

use crate::common::triggers::{DAY, HOUR, MINUTE, Somebody, bot, on, plain, told};

const BEGIN: i64 = 1_774_000_000_000;

/// A bot with these triggers that asks nobody for consent.
fn program(triggers: Vec<Trigger>) -> Program {
    let mut b = bot();
    b.bot.consents.clear();
    b.bot.triggers = triggers;
    b.program()
}

fn check(program: &Program, decisions: &[Decision], expected: &[&str]) {
    assert_eq!(told(program, decisions), expected);
}

fn moment(zone: &str, date: (i32, u8, u8), time: (u8, u8)) -> i64 {
    let zone = Zone::named(zone).expect("a zone");
    let date = Date::new(date.0, date.1, date.2).expect("a day");
    zone.moment(date, Time::new(time.0, time.1, 0).expect("a time"))
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let program = program(vec![plain("t", vec![on(0)])]);
    let mut who = Somebody::new(&program, BEGIN);
    let two = || vec![Value::Integer(1), Value::Integer(2)];
    check(&program, &who.event("e9", two()), &["e9 refused: unknown"]);
    check(
        &program,
        &who.event("e0", vec![Value::Integer(1)]),
        &["e0 refused: malformed"],
    );
    let wrong = vec![Value::text("1"), Value::Integer(2)];
    check(&program, &who.event("e0", wrong), &["e0 refused: malformed"]);
    let unknown = vec![Value::Unknown, Value::Integer(2)];
    check(&program, &who.event("e0", unknown), &["e0 refused: malformed"]);
    let future = who.report(0, BEGIN + 2 * DAY, "e0", two());
    check(&program, &future, &["e0 refused: in the future"]);
    check(
        &program,
        &who.report(0, i64::MAX, "e0", two()),
        &["e0 refused: in the future"],
    );
    check(
        &program,
        &who.report(0, i64::MIN, "e0", two()),
        &["e0 refused: too late"],
    );
    check(
        &program,
        &who.report(0, BEGIN - 8 * DAY, "e0", two()),
        &["e0 refused: too late"],
    );
    assert_eq!(who.agenda.wake(), None);
    // Once is enough.
    check(&program, &who.report(5, BEGIN, "e0", two()), &["t starts on web"]);
    check(
        &program,
        &who.report(5, BEGIN, "e0", two()),
        &["e0 refused: repeated"],
    );
}

#[test]
fn a_clock_a_little_ahead_is_forgiven() {
    let program = program(vec![Trigger {
        after_ms: HOUR,
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, BEGIN);
    let fields = vec![Value::Integer(1), Value::Integer(2)];
    check(&program, &who.report(0, BEGIN + 5 * MINUTE, "e0", fields), &[]);
    assert_eq!(who.agenda.wake(), Some(BEGIN + HOUR));
}

#[test]
fn what_calls_off_may_be_heard_of_first() {
    let program = program(vec![Trigger {
        after_ms: HOUR,
        unless: vec![Occurrence::Event(EventId(1))],
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, BEGIN);
    let fields = || vec![Value::Integer(1), Value::Integer(2)];
    check(&program, &who.report(0, BEGIN, "e1", fields()), &[]);
    let late = who.report(0, BEGIN - 10 * MINUTE, "e0", fields());
    check(&program, &late, &["t passed: called off"]);
    // One before the event does not.
    check(&program, &who.report(0, BEGIN, "e0", fields()), &[]);
    check(&program, &who.report(0, BEGIN - 20 * MINUTE, "e1", fields()), &[]);
    assert_eq!(who.agenda.pending(), 1);
}

#[test]
fn an_older_event_does_not_set_the_clock_back() {
    let program = program(vec![Trigger {
        after_ms: HOUR,
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, BEGIN);
    let fields = || vec![Value::Integer(1), Value::Integer(2)];
    who.report(0, BEGIN, "e0", fields());
    let older = who.report(0, BEGIN - 10 * MINUTE, "e0", fields());
    check(&program, &older, &["t passed: overtaken"]);
    assert_eq!(who.agenda.wake(), Some(BEGIN + HOUR));
}

#[test]
fn a_late_report_counts_from_its_event() {
    let program = program(vec![Trigger {
        after_ms: HOUR,
        expires_ms: Some(HOUR),
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, BEGIN);
    let fields = || vec![Value::Integer(1), Value::Integer(2)];
    let expired = who.report(0, BEGIN - 2 * HOUR, "e0", fields());
    check(&program, &expired, &["t passed: expired"]);
    let just = who.report(0, BEGIN - HOUR, "e0", fields());
    check(&program, &just, &["t starts on web"]);
}

#[test]
fn a_clock_of_the_host_that_is_set_back_silences_nobody() {
    let program = program(vec![Trigger {
        cap: Some(Cap {
            count: 1,
            window_ms: DAY,
        }),
        after_ms: MINUTE,
        ..plain("t", vec![on(0)])
    }]);
    // The host believes for a while that it is 2099.
    let mut who = Somebody::new(&program, BEGIN);
    who.now = 4_070_908_800_000;
    who.happens("e0", 1);
    assert_eq!(who.pass(MINUTE).len(), 1);
    who.happens("e0", 2);
    who.now = BEGIN + HOUR;
    check(&program, &who.due(), &[]);
    let all: Vec<Decision> = who.pass(HOUR).into_iter().map(|(_, one)| one).collect();
    check(&program, &all, &["t passed: capped"]);
    who.pass(DAY);
    who.happens("e0", 3);
    let all: Vec<Decision> = who.pass(MINUTE).into_iter().map(|(_, one)| one).collect();
    check(&program, &all, &["t starts on web"]);
}

/// Sets off a trigger with a window at a moment; when it starts.
fn starts(zone: &str, window: (u32, u32), at: i64) -> i64 {
    let program = program(vec![Trigger {
        between: Some(window),
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, at);
    who.person.timezone = zone.into();
    if !who.happens("e0", 1).is_empty() {
        return at;
    }
    let all = who.pass(3 * DAY);
    check(&program, &[all[0].1.clone()], &["t starts on web"]);
    all[0].0
}

#[test]
fn windows_and_clock_changes() {
    let berlin = "Europe/Berlin";
    // 2026-03-29: from 02:00 straight to 03:00. A window from 02:30 on opens when the clocks say 03:00 or later.
    let evening = moment(berlin, (2026, 3, 28), (23, 0));
    let opens = starts(berlin, (150, 360), evening);
    assert_eq!(opens, moment(berlin, (2026, 3, 29), (3, 30)));
    // One that is skipped as a whole waits for the next day.
    let opens = starts(berlin, (135, 165), evening);
    assert_eq!(opens, moment(berlin, (2026, 3, 30), (2, 15)));
    // 2026-10-25: from 03:00 back to 02:00. 02:30 comes twice; the first time is meant.
    let evening = moment(berlin, (2026, 10, 24), (23, 0));
    let opens = starts(berlin, (150, 360), evening);
    assert_eq!(opens - evening, 3 * HOUR + 30 * MINUTE);
    // Nine in the morning is ten hours later in that night, and one more than usual.
    assert_eq!(starts(berlin, (540, 1200), evening) - evening, 11 * HOUR);
    // Open across midnight: at once at 23:00, and at 05:59, not at 06:00.
    let at = |time| moment(berlin, (2026, 6, 1), time);
    assert_eq!(starts(berlin, (1320, 360), at((23, 0))), at((23, 0)));
    assert_eq!(starts(berlin, (1320, 360), at((5, 59))), at((5, 59)));
    assert_eq!(starts(berlin, (1320, 360), at((6, 0))), at((22, 0)));
    // A zone nobody knows is the bot's.
    let noon = moment("UTC", (2026, 6, 1), (12, 0));
    assert_eq!(starts("Nowhere/Land", (780, 840), noon), noon + HOUR);
}

#[test]
fn a_leap_day_is_a_day() {
    let program = program(vec![plain(
        "t",
        vec![TriggerSource::Every {
            weekdays: 127,
            at: 600,
        }],
    )]);
    let begin = moment("UTC", (2028, 2, 27), (12, 0));
    let mut who = Somebody::new(&program, begin);
    let days: Vec<i64> = who.pass(3 * DAY).into_iter().map(|(at, _)| at).collect();
    let ten = |month, day| moment("UTC", (2028, month, day), (10, 0));
    assert_eq!(days, [ten(2, 28), ten(2, 29), ten(3, 1)]);
}

#[test]
fn a_person_who_travels_is_not_called_twice_a_day() {
    let program = program(vec![plain(
        "t",
        vec![TriggerSource::Every {
            weekdays: 127,
            at: 540,
        }],
    )]);
    let mut who = Somebody::new(&program, moment("Europe/Bucharest", (2026, 6, 1), (8, 0)));
    who.person.timezone = "Europe/Bucharest".into();
    who.turn(&[]);
    assert_eq!(who.pass(2 * HOUR).len(), 1);
    who.person.timezone = "America/New_York".into();
    assert_eq!(who.turn(&[]), []);
    assert_eq!(
        who.pass(12 * HOUR),
        [],
        "nine o'clock of the same day comes again"
    );
    let next: Vec<i64> = who.pass(DAY).into_iter().map(|(at, _)| at).collect();
    assert_eq!(next, [moment("America/New_York", (2026, 6, 2), (9, 0))]);
}

#[test]
fn a_zone_that_changes_while_it_waits_moves_the_window() {
    let program = program(vec![Trigger {
        between: Some((540, 1200)),
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, moment("Europe/Bucharest", (2026, 6, 1), (6, 0)));
    who.person.timezone = "Europe/Bucharest".into();
    check(&program, &who.happens("e0", 1), &[]);
    assert_eq!(who.agenda.wake(), Some(who.now + 3 * HOUR));
    who.person.timezone = "Asia/Tokyo".into();
    check(&program, &who.turn(&[]), &["t starts on web"]);
}

#[test]
fn a_schedule_that_came_by_a_wrong_clock_comes_again() {
    let program = program(vec![plain(
        "t",
        vec![TriggerSource::Every {
            weekdays: 127,
            at: 600,
        }],
    )]);
    let begin = moment("UTC", (2026, 6, 1), (12, 0));
    let mut who = Somebody::new(&program, begin);
    who.now = moment("UTC", (2099, 6, 1), (12, 0));
    check(&program, &who.due(), &["t starts on web"]);
    who.now = begin + HOUR;
    check(&program, &who.due(), &[]);
    assert_eq!(who.pass(3 * DAY).len(), 2);
}

#[test]
fn missed_schedules_come_once() {
    let program = program(vec![plain(
        "t",
        vec![TriggerSource::Every {
            weekdays: 127,
            at: 600,
        }],
    )]);
    let mut who = Somebody::new(&program, moment("UTC", (2026, 6, 1), (12, 0)));
    who.now += 10 * DAY;
    check(&program, &who.due(), &["t starts on web"]);
    check(&program, &who.due(), &[]);
}

#[test]
fn stages_intents_and_segments_set_off() {
    let mut b = bot();
    b.bot.consents.clear();
    let price = b.intent("price", &["price"]);
    let joined = b.expr(Expr::Count {
        event: EventId(0),
        window_ms: DAY,
    });
    let one = b.value(1i64);
    let condition = b.expr(Expr::Binary(BinaryOp::GreaterOrEqual, joined, one));
    b.bot.segments.push(Segment {
        name: "recent".into(),
        condition,
    });
    let source = |what| {
        vec![TriggerSource::On {
            what,
            condition: None,
        }]
    };
    b.bot.triggers = vec![
        plain("stage", source(Occurrence::Entered(StageId(1)))),
        plain("intent", source(Occurrence::Asked(price))),
        plain("joined", source(Occurrence::Joined(SegmentId(0)))),
        plain("left", source(Occurrence::Left(SegmentId(0)))),
    ];
    let program = b.program();
    let mut who = Somebody::new(&program, BEGIN);
    let entered = |stage| Effect::Stage {
        from: None,
        to: StageId(stage),
    };
    check(&program, &who.turn(&[entered(0)]), &[]);
    check(&program, &who.turn(&[entered(1)]), &["stage starts on web"]);
    who.pass(HOUR);
    check(
        &program,
        &who.turn(&[Effect::Asked(price)]),
        &["intent starts on web"],
    );
    who.pass(HOUR);
    who.person.occurrences.push((EventId(0), vec![who.now]));
    check(&program, &who.happens("e0", 1), &["joined starts on web"]);
    check(&program, &who.happens("e0", 2), &[]);
    who.pass(2 * DAY);
    check(&program, &who.turn(&[]), &["left starts on web"]);
    // Who belongs to it when first looked at has not joined it.
    let mut other = Somebody::new(&program, BEGIN);
    other.agenda = botflow_machine::trigger::Agenda::default();
    other.person.occurrences.push((EventId(0), vec![BEGIN]));
    check(&program, &other.turn(&[]), &[]);
}

#[test]
fn events_report_opting_in_and_out() {
    let mut b = bot();
    b.bot.consents.clear();
    let channel = b.ty(Type::Channel);
    for (name, by_customer) in [("opted_in", true), ("opted_out", false)] {
        b.bot.events.push(Event {
            name: name.into(),
            fields: vec![Param {
                name: "channel".into(),
                ty: channel,
            }],
            builtin: true,
            by_customer,
        });
    }
    b.bot.triggers = vec![Trigger {
        via: vec!["sms".into()],
        ..plain("t", vec![on(0)])
    }];
    let program = b.program();
    let mut who = Somebody::new(&program, BEGIN);
    who.event("opted_out", vec![Value::Channel("sms".into())]);
    assert!(who.person.is_opted_out("sms"));
    check(&program, &who.happens("e0", 1), &["t passed: opted out"]);
    who.event("opted_in", vec![Value::Channel("sms".into())]);
    check(&program, &who.happens("e0", 2), &["t starts on sms"]);
}

#[test]
fn the_next_channel_counts_once_and_expires_with_the_first() {
    let program = program(vec![Trigger {
        via: vec!["sms".into(), "mail".into(), "web".into()],
        fallback: vec![(Fallback::Unread, Some(2 * HOUR))],
        cap: Some(Cap {
            count: 1,
            window_ms: 7 * DAY,
        }),
        expires_ms: Some(3 * HOUR),
        ..plain("t", vec![on(0)])
    }]);
    let mut who = Somebody::new(&program, BEGIN);
    check(&program, &who.happens("e0", 1), &["t starts on sms"]);
    check(&program, &who.status("sms", Delivery::Delivered), &[]);
    let all: Vec<Decision> = who.pass(DAY).into_iter().map(|(_, one)| one).collect();
    check(&program, &all, &["t again on mail", "t passed: expired"]);
    // An answer is as good as reading.
    who.pass(7 * DAY);
    check(&program, &who.happens("e0", 2), &["t starts on sms"]);
    who.now += MINUTE;
    who.writes();
    assert_eq!(who.pass(DAY), []);
    // So is one of the same millisecond; what was written before it, be it in that millisecond, is none.
    who.pass(7 * DAY);
    who.writes();
    check(&program, &who.happens("e0", 3), &["t starts on sms"]);
    who.writes();
    assert_eq!(who.pass(DAY), []);
    who.pass(7 * DAY);
    who.writes();
    check(&program, &who.happens("e0", 4), &["t starts on sms"]);
    let all: Vec<Decision> = who.pass(DAY).into_iter().map(|(_, one)| one).collect();
    check(&program, &all, &["t again on mail", "t passed: expired"]);
}

#[test]
fn clocks_of_a_trigger_that_is_gone_are_recorded_as_removed() {
    let slow = |name: &str| Trigger {
        after_ms: DAY,
        ..plain(name, vec![on(0)])
    };
    let old = program(vec![slow("stays"), slow("goes"), slow("changes")]);
    // In the later version one is gone, one listens to something else, and their numbers are other ones.
    let mut b = bot();
    b.bot.consents.clear();
    let text = b.ty(Type::Text);
    b.bot.events.push(Event {
        name: "said".into(),
        fields: vec![Param {
            name: "what".into(),
            ty: text,
        }],
        builtin: false,
        by_customer: false,
    });
    b.bot.triggers = vec![plain("changes", vec![on(4)]), slow("stays")];
    let new = b.program();
    let mut before = Somebody::new(&old, BEGIN);
    before.happens("e0", 1);
    assert_eq!(before.agenda.pending(), 3);
    let mut after = Somebody::new(&new, BEGIN);
    after.agenda = before.agenda;
    let all: Vec<Decision> = after.pass(2 * DAY).into_iter().map(|(_, one)| one).collect();
    let mut told = told(&new, &all);
    told.sort();
    assert_eq!(told, ["removed", "removed", "stays starts on web"]);
}

#[test]
fn an_agenda_without_anything_is_small() {
    let program = program(vec![plain("t", vec![on(0)])]);
    let who = Somebody::new(&program, BEGIN);
    assert!(who.agenda.is_empty());
    let bytes = postcard::to_allocvec(&who.agenda).expect("an agenda can be written");
    assert!(bytes.len() <= 12, "{} bytes", bytes.len());
}

#[test]
fn nobody_is_there_to_be_reached() {
    let program = program(vec![plain("t", vec![on(0)])]);
    let who = Somebody::new(&program, BEGIN);
    let situation = Situation {
        program: &program,
        person: &who.person,
        surroundings: Surroundings::default(),
        now: BEGIN,
    };
    let (mut agenda, mut out) = (who.agenda.clone(), Vec::new());
    let happening = Happening {
        id: 0,
        at: BEGIN,
        channel: None,
        what: What::Event {
            name: "e0".into(),
            fields: vec![Value::Integer(1), Value::Integer(2)],
        },
    };
    happened(&situation, &mut agenda, happening, &mut out);
    check(&program, &out, &["t passed: unreachable"]);
}

#[test]
fn what_waits_for_its_next_channel_is_answered_or_read_meanwhile() {
    let program = program(vec![Trigger {
        via: ["sms", "mail"].map(Into::into).to_vec(),
        fallback: vec![(Fallback::Unread, Some(HOUR))],
        between: Some((9 * 60, 20 * 60)),
        ..plain("t", vec![on(0)])
    }]);
    // It is not read before the window closes, and would go on in the morning.
    let evening = moment("UTC", (2026, 3, 2), (19, 30));
    let begun = || {
        let mut who = Somebody::new(&program, evening);
        who.person.timezone = "UTC".into();
        check(&program, &who.happens("e0", 1), &["t starts on sms"]);
        assert_eq!(who.pass(2 * HOUR), []);
        who
    };
    let goes_on =
        |who: &mut Somebody<'_>| -> Vec<Decision> { who.pass(DAY).into_iter().map(|(_, one)| one).collect() };
    let mut who = begun();
    check(&program, &goes_on(&mut who), &["t again on mail"]);
    let mut who = begun();
    who.writes();
    check(&program, &who.turn(&[]), &[]);
    check(&program, &goes_on(&mut who), &[]);
    let mut who = begun();
    check(&program, &who.status("mail", Delivery::Read), &[]);
    check(&program, &who.status("sms", Delivery::Read), &[]);
    check(&program, &goes_on(&mut who), &[]);
    // Who becomes one with somebody who writes a lot has not answered by that.
    let mut who = begun();
    who.person.history = None;
    let mut other = Somebody::new(&program, evening);
    other.writes();
    other.writes();
    who.agenda = who.agenda.merged(&other.agenda);
    who.person.history = other.person.history.clone();
    check(&program, &who.due(), &[]);
    check(&program, &goes_on(&mut who), &["t again on mail"]);
}
