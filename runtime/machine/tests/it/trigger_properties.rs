//! Whatever happens to a person, and however time passes: caps, windows, consents, calling off, and every clock ends
//! once. The checks know nothing of the agenda; they look at what went in and what came out.

use std::collections::BTreeMap;

use botflow_artifact::*;
use botflow_machine::trigger::{Agenda, CALM_MS, Decision, Reason};
use botflow_machine::{Consent, Delivery, Program};
use botflow_values::{Date, Time, Value, Zone};
use proptest::prelude::*;

use crate::common::triggers::{DAY, HOUR, MINUTE, Somebody, bot, on, plain};

const T0: usize = 0;
const FALLING_BACK: usize = 4;

/// Triggers with everything that triggers can have.
fn program(falling_back: bool) -> Program {
    let mut b = bot();
    let total = b.expr(Expr::EventField(1));
    let twenty = b.value(20i64);
    let large = b.expr(Expr::Binary(BinaryOp::GreaterOrEqual, total, twenty));
    let number = b.expr(Expr::EventField(0));
    let cap = |count, window_ms| Some(Cap { count, window_ms });
    let via = |channels: &[&'static str]| channels.iter().copied().map(Into::into).collect();
    let unless = |event| vec![Occurrence::Event(EventId(event))];
    b.bot.proactive = cap(4, 2 * DAY);
    b.bot.triggers = vec![
        Trigger {
            sources: vec![TriggerSource::On {
                what: Occurrence::Event(EventId(0)),
                condition: Some(large),
            }],
            after_ms: 30 * MINUTE,
            unless: unless(1),
            between: Some((9 * 60, 20 * 60)),
            cap: cap(1, 7 * DAY),
            needs: vec![ConsentId(0)],
            via: via(&["sms", "mail"]),
            expires_ms: Some(2 * DAY),
            ..plain("t0", Vec::new())
        },
        Trigger {
            after_ms: 10 * MINUTE,
            unless: unless(2),
            needs: vec![ConsentId(1)],
            via: via(&["mail"]),
            busy_waits: false,
            priority: 2,
            ..plain("t1", vec![on(0)])
        },
        Trigger {
            between: Some((22 * 60, 6 * 60)),
            cap: cap(2, DAY),
            ..plain("t2", vec![on(2)])
        },
        Trigger {
            busy_waits: false,
            ..plain("t3", vec![on(3)])
        },
    ];
    if falling_back {
        b.bot.triggers.push(Trigger {
            unless: unless(1),
            cap: cap(2, DAY),
            needs: vec![ConsentId(0)],
            via: via(&["sms", "mail", "web"]),
            fallback: vec![(Fallback::Unread, Some(2 * HOUR))],
            ..plain("t4", vec![on(2)])
        });
    }
    for trigger in &mut b.bot.triggers {
        trigger.args = vec![number];
    }
    b.program()
}

#[derive(Clone, Debug)]
enum Act {
    /// Which event, its total, and how late it is reported.
    Event(usize, i64, i64),
    Pass(i64),
    Consent(usize, usize, bool),
    Opt(usize),
    Reach(usize, bool),
    Zone(usize),
    Write(bool),
    People(bool),
    Status(usize, Delivery),
    Turn,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let times = prop_oneof![
        Just(MINUTE),
        Just(10 * MINUTE),
        Just(30 * MINUTE),
        1..3 * HOUR,
        1..2 * DAY,
        1..9 * DAY
    ];
    let late = prop_oneof![4 => Just(0), 1 => 0..2 * HOUR, 1 => -HOUR..10 * DAY];
    let status = prop::sample::select(vec![Delivery::Delivered, Delivery::Read, Delivery::Failed]);
    let act = prop_oneof![
        8 => (0..4usize, 10..40i64, late).prop_map(|(event, total, late)| Act::Event(event, total, late)),
        8 => times.prop_map(Act::Pass),
        1 => (0..2usize, 0..3usize, any::<bool>()).prop_map(|(consent, on, given)| Act::Consent(consent, on, given)),
        1 => (0..3usize).prop_map(Act::Opt),
        1 => (0..3usize, any::<bool>()).prop_map(|(on, can)| Act::Reach(on, can)),
        1 => (0..ZONES.len()).prop_map(Act::Zone),
        2 => any::<bool>().prop_map(Act::Write),
        1 => any::<bool>().prop_map(Act::People),
        2 => (0..3usize, status).prop_map(|(on, status)| Act::Status(on, status)),
        1 => Just(Act::Turn),
    ];
    prop::collection::vec(act, 1..60)
}

const ZONES: &[&str] = &[
    "",
    "Europe/Bucharest",
    "America/New_York",
    "Pacific/Apia",
    "Nowhere/Land",
];

/// What an outsider knows.
struct Witness {
    /// Moments of the events by number.
    since: BTreeMap<i64, i64>,
    /// Events that were accepted: which, dated when.
    events: Vec<(usize, i64)>,
    /// What was begun: trigger, when, whether again.
    starts: Vec<(usize, i64, bool)>,
    /// When a failure was reported last.
    failed_at: i64,
    running: Vec<bool>,
    opted_out: Vec<usize>,
}

impl Witness {
    fn sees(&mut self, who: &Somebody<'_>, at: i64, decisions: &[Decision], sets_off: &[usize]) {
        let bot = &who.program.bot;
        let mut ends = vec![0; bot.triggers.len()];
        let mut overtaken = vec![false; bot.triggers.len()];
        for decision in decisions {
            match decision {
                Decision::Start {
                    trigger,
                    args,
                    channel,
                    again,
                    ..
                } => {
                    let index = trigger.index();
                    if !again {
                        ends[index] += 1;
                    }
                    self.start(who, at, index, args, channel, *again);
                }
                Decision::Reached(_) => panic!("the bot has no goals"),
                Decision::Passed { trigger, reason } => {
                    let index = trigger.index();
                    match reason {
                        Reason::Overtaken => overtaken[index] = true,
                        _ => ends[index] += 1,
                    }
                }
                Decision::Removed => panic!("nothing was removed"),
                Decision::Refused { .. } => {}
            }
        }
        let started = decisions
            .iter()
            .filter(|one| matches!(one, Decision::Start { .. }))
            .count();
        assert!(started <= 1, "one at a time: {decisions:?}");
        for index in 0..bot.triggers.len() {
            if index == FALLING_BACK {
                continue;
            }
            let armed = sets_off.contains(&index) && !overtaken[index];
            let before = self.running[index];
            assert!(ends[index] <= 1, "a clock ends once: {decisions:?}");
            assert!(
                ends[index] == 0 || before || armed,
                "what ends has begun: {decisions:?}"
            );
            self.running[index] = (before || armed) && ends[index] == 0;
        }
        if bot.triggers.len() <= FALLING_BACK {
            let running = self.running.iter().filter(|running| **running).count();
            assert_eq!(who.agenda.pending(), running, "{decisions:?}");
        }
        assert!(
            who.agenda.wake().is_none_or(|wake| wake > at),
            "what is due is done"
        );
    }

    fn start(&mut self, who: &Somebody<'_>, at: i64, index: usize, args: &[Value], on: &str, again: bool) {
        let bot = &who.program.bot;
        let declared = &bot.triggers[index];
        let by_customer = index == 3;
        // Windows.
        if let Some((from, to)) = declared.between {
            let zone = Zone::named(&who.person.timezone).unwrap_or_else(Zone::utc);
            let minute = zone.local(at).1.seconds() / 60;
            let inside = if from < to {
                from <= minute && minute < to
            } else {
                minute >= from || minute < to
            };
            assert!(inside, "{} at minute {minute}", declared.name);
        }
        // Consents and ways.
        assert!(
            who.channels.iter().any(|channel| channel == on),
            "reachable on {on}"
        );
        let given = |consent: u32| {
            let last = who.person.consents().iter().rev();
            let mut last = last.filter(|one| one.consent.0 == consent && one.channel == on);
            last.next().is_some_and(|one| one.granted)
        };
        for consent in &declared.needs {
            assert!(given(consent.0), "consent {consent:?} on {on}");
        }
        if declared.needs.is_empty() && !by_customer && on != "web" {
            assert!(given(0), "marketing on {on}");
        }
        let place = bot.channels.iter().position(|channel| channel == on);
        assert!(
            by_customer || place.is_none_or(|place| !self.opted_out.contains(&place)),
            "opted out of {on}"
        );
        // Calling off, by events dated after the one that set it off.
        let [Value::Integer(number)] = args else {
            panic!("the flow gets the number: {args:?}");
        };
        let since = self.since[number];
        for unless in &declared.unless {
            let Occurrence::Event(event) = unless else {
                continue;
            };
            let called = self
                .events
                .iter()
                .find(|(known, moment)| *known == event.index() && *moment > since);
            assert_eq!(called, None, "called off since {since}");
        }
        if let Some(expires) = declared.expires_ms {
            assert!(at < since + declared.after_ms + expires, "not expired");
        }
        assert!(at >= since + declared.after_ms, "not before its time");
        // Caps, in every window that ends now.
        self.starts.push((index, at, again));
        let count = |window: i64, counts: &dyn Fn(usize) -> bool| {
            let starts = self.starts.iter();
            starts
                .filter(|(one, moment, again)| counts(*one) && !again && *moment > at - window)
                .count()
        };
        if let Some(cap) = declared.cap.filter(|_| !again) {
            assert!(count(cap.window_ms, &|one| one == index) <= cap.count as usize);
        }
        if let Some(cap) = bot.proactive.filter(|_| !again && !by_customer) {
            assert!(count(cap.window_ms, &|one| one != 3) <= cap.count as usize);
        }
        // Distance, where nothing failed.
        let mut before = self.starts.iter().rev().skip(1);
        if let Some((_, last, _)) = before.find(|(one, ..)| *one != 3)
            && !by_customer
            && self.failed_at < *last
        {
            assert!(at - last >= CALM_MS, "two messages {} apart", at - last);
        }
    }
}

fn play(falling_back: bool, acts: &[Act]) {
    let program = program(falling_back);
    let begin = 1_774_000_000_000; // in March 2026, before the clocks go forward
    let mut who = Somebody::new(&program, begin);
    let mut twin = Somebody::new(&program, begin);
    let mut witness = Witness {
        since: BTreeMap::new(),
        events: Vec::new(),
        starts: Vec::new(),
        failed_at: i64::MIN,
        running: vec![false; program.bot.triggers.len()],
        opted_out: Vec::new(),
    };
    let channel = |at: usize| program.bot.channels[at].clone();
    for (number, act) in acts.iter().enumerate() {
        let number = number as i64;
        for side in [&mut who, &mut twin] {
            let person = &mut side.person;
            match act {
                Act::Consent(consent, on, given) => {
                    let one = Consent::given(ConsentId::from(*consent), channel(*on), side.now);
                    person.record(Consent {
                        granted: *given,
                        ..one
                    });
                }
                Act::Reach(on, can) => {
                    side.channels.retain(|known| *known != channel(*on));
                    if *can {
                        side.channels.push(channel(*on));
                    }
                }
                Act::Zone(zone) => person.timezone = ZONES[*zone].into(),
                Act::Write(asked) => {
                    side.asked = *asked;
                    side.writes();
                }
                Act::People(people) => side.people = *people,
                _ => {}
            }
        }
        // The twin's agenda is written down and read back before every step.
        let bytes = postcard::to_allocvec(&twin.agenda).expect("an agenda can be written");
        twin.agenda = postcard::from_bytes::<Agenda>(&bytes).expect("and read");
        match act {
            Act::Event(event, total, late) => {
                let at = who.now - late;
                let name = format!("e{event}");
                let fields = || vec![Value::Integer(number), Value::Integer(*total)];
                let accepted = *late <= 7 * DAY && *late >= -DAY;
                let dated = at.min(who.now);
                witness.since.insert(number, dated);
                let sets_off: Vec<usize> = (0..program.bot.triggers.len())
                    .filter(|_| accepted)
                    .filter(|index| match index {
                        0 => *event == 0 && *total >= 20,
                        1 => *event == 0,
                        2 | 4 => *event == 2,
                        _ => *event == 3,
                    })
                    .collect();
                if accepted {
                    witness.events.push((*event, dated));
                }
                let decisions = who.report(0, at, &name, fields());
                assert_eq!(decisions, twin.report(0, at, &name, fields()));
                assert_eq!(
                    accepted,
                    !decisions
                        .iter()
                        .any(|one| matches!(one, Decision::Refused { .. }))
                );
                witness.sees(&who, who.now, &decisions, &sets_off);
            }
            Act::Pass(by) => {
                let until = who.now + by;
                while let Some(at) = who.agenda.wake().filter(|at| *at <= until) {
                    who.now = at;
                    twin.now = at;
                    let decisions = who.due();
                    assert_eq!(decisions, twin.due());
                    witness.sees(&who, at, &decisions, &[]);
                }
                who.now = until;
                twin.now = until;
            }
            Act::Opt(on) => {
                witness.opted_out.push(*on);
                for side in [&mut who, &mut twin] {
                    side.person.channel = channel(*on);
                    side.person.opt(&channel(*on), true, side.now);
                }
                let decisions = who.turn(&[]);
                assert_eq!(decisions, twin.turn(&[]));
                witness.sees(&who, who.now, &decisions, &[]);
            }
            Act::Status(on, status) => {
                if *status == Delivery::Failed {
                    witness.failed_at = who.now;
                }
                let decisions = who.status(&channel(*on), *status);
                assert_eq!(decisions, twin.status(&channel(*on), *status));
                witness.sees(&who, who.now, &decisions, &[]);
            }
            _ => {
                let decisions = who.turn(&[]);
                assert_eq!(decisions, twin.turn(&[]));
                witness.sees(&who, who.now, &decisions, &[]);
            }
        }
        assert_eq!(who.agenda, twin.agenda);
    }
    // In the end nothing is left running.
    for side in [&mut who, &mut twin] {
        side.people = false;
        side.asked = false;
    }
    let decisions = who.turn(&[]);
    witness.sees(&who, who.now, &decisions, &[]);
    let until = who.now + 60 * DAY;
    while let Some(at) = who.agenda.wake().filter(|at| *at <= until) {
        who.now = at;
        let decisions = who.due();
        witness.sees(&who, at, &decisions, &[]);
    }
    assert_eq!(who.agenda.pending(), 0, "every clock has ended");
    assert_eq!(who.agenda.wake(), None);
}

#[test]
fn triggers_begin_something() {
    // The properties would hold of an agenda that does nothing, too.
    let program = program(true);
    let mut who = Somebody::new(&program, 1_774_000_000_000);
    who.happens("e0", 1);
    let all = who.pass(2 * DAY);
    let started = |index: usize| {
        all.iter()
            .any(|(_, one)| matches!(one, Decision::Start { trigger, .. } if trigger.index() == index))
    };
    assert!(started(T0) && started(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn limits_hold_and_every_clock_ends_once(acts in acts()) {
        play(false, &acts);
    }

    #[test]
    fn limits_hold_where_messages_go_to_the_next_channel(acts in acts()) {
        play(true, &acts);
    }

    #[test]
    fn a_schedule_comes_once_a_day_at_its_time(
        zone in 1..ZONES.len() - 1,
        weekdays in 1u8..128,
        minute in 0u32..1440,
        begin in 1_700_000_000_000i64..1_900_000_000_000,
    ) {
        let mut b = bot();
        b.bot.triggers = vec![plain("t", vec![TriggerSource::Every { weekdays, at: minute }])];
        b.bot.consents.clear();
        b.bot.triggers[0].via = vec!["web".into()];
        let program = b.program();
        let mut who = Somebody::new(&program, begin);
        who.person.timezone = ZONES[zone].into();
        who.turn(&[]);
        let zone = Zone::named(ZONES[zone]).expect("a zone");
        let came = who.pass(30 * DAY);
        let (first, last) = (zone.local(begin).0, zone.local(who.now).0);
        let time = Time::from_seconds(i64::from(minute) * 60);
        // Every day between the first and the last, asked of the calendar.
        let expected: Vec<i64> = (first.days()..=last.days())
            .map(|days| Date::from_days(i64::from(days)))
            .filter(|day| weekdays & (1 << (day.weekday() as u8)) != 0)
            .map(|day| zone.moment(day, time))
            .filter(|moment| *moment > begin && *moment <= who.now)
            .collect();
        let came: Vec<i64> = came.into_iter().map(|(at, _)| at).collect();
        prop_assert_eq!(came, expected);
    }

    #[test]
    fn an_agenda_of_damaged_bytes_is_survived(
        events in prop::collection::vec(0..4usize, 1..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let program = program(true);
        let mut who = Somebody::new(&program, 1_774_000_000_000);
        for event in events {
            who.happens(&format!("e{event}"), 1);
        }
        let mut bytes = postcard::to_allocvec(&who.agenda).expect("an agenda can be written");
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(agenda) = postcard::from_bytes::<Agenda>(&bytes) {
            who.agenda = agenda;
            who.due();
            prop_assert!(who.agenda.wake().is_none_or(|wake| wake > who.now));
            who.happens("e0", 2);
            who.status("sms", Delivery::Failed);
            who.pass(3 * DAY);
        }
    }

    #[test]
    fn any_moment_at_all_is_survived(moments in prop::collection::vec((any::<i64>(), any::<i64>(), 0..4usize), 1..20)) {
        let program = program(true);
        let mut who = Somebody::new(&program, 0);
        for (now, at, event) in moments {
            who.now = now;
            who.report(0, at, &format!("e{event}"), vec![Value::Integer(1), Value::Integer(30)]);
            who.due();
            who.status("sms", Delivery::Failed);
        }
    }
}
