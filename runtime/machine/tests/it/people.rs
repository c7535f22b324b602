//! Two people who turn out to be one, and several conversations of one person.

use std::collections::BTreeMap;

use botflow_artifact::{ConsentId, EventId, Field, FieldId, Merging, StageId, Type};
use botflow_machine::conversation::Pending;
use botflow_machine::{
    Conversation, Conversations, Effect, Event, EventKind, MAX_JOINED, Merged, OperatorEvent, Person,
    Program, Proof, Record, Rest, Running, Speaker, Starter, merge,
};
use botflow_values::Value;
use proptest::prelude::*;

use crate::common::Builder;
use crate::common::sink::sink;

/// One field for each way of merging.
fn bot() -> Program {
    let mut b = Builder::new();
    let (text, integer) = (b.ty(Type::Text), b.ty(Type::Integer));
    let maybe = b.ty(Type::Optional(text));
    let list = b.ty(Type::List(text));
    let fields = [
        ("name", maybe, Value::Unknown, Merging::Newest),
        ("first", maybe, Value::Unknown, Merging::Oldest),
        ("most", integer, Value::Integer(0), Merging::Highest),
        ("least", integer, Value::Integer(0), Merging::Lowest),
        ("sum", integer, Value::Integer(10), Merging::Add),
        ("all", list, Value::List(Vec::new()), Merging::Join),
    ];
    for (name, ty, default, merging) in fields {
        b.bot.customer.push(Field {
            name: name.into(),
            ty,
            default,
            sensitive: false,
            merging,
        });
    }
    for (name, group) in [("x0", Some("g")), ("x1", Some("g")), ("x2", None)] {
        b.bot.experiments.push(botflow_artifact::Experiment {
            name: name.into(),
            arms: vec![("a1".into(), 5_000), ("a2".into(), 5_000)],
            condition: None,
            group: group.map(Into::into),
            goal: None,
            hold_out: 0,
        });
    }
    b.bot.channels = ["web", "sms"].map(Into::into).to_vec();
    b.bot.consents = ["marketing", "service"].map(Into::into).to_vec();
    b.bot.stages = ["look", "buy", "care"].map(Into::into).to_vec();
    b.program()
}

/// What happened to somebody: which field was written, what was agreed to, what was counted.
#[derive(Clone, Debug)]
enum Deed {
    Write(usize, u8, bool),
    Consent(u32, bool, bool),
    Opt(bool, bool),
    Count(u32),
    Reach(bool, u8),
    Stage(u32),
    Meet(u8, u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0usize..6, 0u8..4, any::<bool>()).prop_map(|(field, value, proven)| Deed::Write(field, value, proven)),
        3 => (0u32..2, any::<bool>(), any::<bool>()).prop_map(|(kind, sms, given)| Deed::Consent(kind, sms, given)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(sms, out)| Deed::Opt(sms, out)),
        2 => (0u32..2).prop_map(Deed::Count),
        1 => (any::<bool>(), 0u8..3).prop_map(|(sms, address)| Deed::Reach(sms, address)),
        1 => (0u32..3).prop_map(Deed::Stage),
        2 => (0u8..3, 0u8..3).prop_map(|(experiment, arm)| Deed::Meet(experiment, arm)),
    ]
}

fn channel(sms: bool) -> &'static str {
    if sms { "sms" } else { "web" }
}

/// Somebody to whom this happened, at these moments.
fn somebody(program: &Program, id: u64, deeds: &[(i64, Deed)]) -> Person {
    let mut person = Person::new(&program.bot, id);
    for (at, deed) in deeds {
        let at = *at;
        match deed {
            Deed::Write(field, value, proven) => {
                let field = FieldId::from(*field);
                person.fields[field.index()] = match field.index() {
                    0 | 1 => Value::text(["a", "b", "c", "d"][usize::from(*value)]),
                    5 => Value::List((0..*value).map(|one| Value::text(one.to_string())).collect()),
                    _ => Value::Integer(i64::from(*value)),
                };
                person.prove(field, Proof::Verified, at);
                let more = person.particulars_mut();
                if let Some(note) = more.written.iter_mut().find(|one| one.field == field) {
                    note.at = at;
                    note.proof = note.proof.filter(|_| *proven);
                }
            }
            Deed::Consent(kind, sms, granted) => person.record(botflow_machine::Consent {
                granted: *granted,
                ..botflow_machine::Consent::given(ConsentId(*kind), channel(*sms), at)
            }),
            Deed::Opt(sms, out) => {
                person.opt(channel(*sms), *out, at);
            }
            Deed::Count(event) => {
                let event = EventId(*event);
                match person.occurrences.iter_mut().find(|(one, _)| *one == event) {
                    Some((_, moments)) => moments.push(at),
                    None => person.occurrences.push((event, vec![at])),
                }
            }
            Deed::Reach(sms, address) => {
                person.reach(channel(*sms), &address.to_string(), at);
            }
            Deed::Meet(experiment, arm) => {
                let arms = &mut person.history.get_or_insert_default().arms;
                let experiment = format!("x{experiment}");
                // Of a group one is met at most.
                if arms
                    .iter()
                    .all(|one| one.experiment == "x2" && experiment != "x2")
                {
                    arms.push(botflow_machine::Exposure {
                        experiment: experiment.into(),
                        arm: (*arm > 0).then(|| format!("a{arm}").into()),
                        at,
                    });
                }
            }
            Deed::Stage(stage) => {
                person.stage = Some(StageId(*stage));
                person.particulars_mut().staged_at = Some(at);
            }
        }
    }
    person
}

fn deeds() -> impl Strategy<Value = Vec<(i64, Deed)>> {
    // Few moments, so that some are the same.
    prop::collection::vec((0i64..12, deed()), 0..14).prop_map(|mut deeds| {
        deeds.sort_by_key(|(at, _)| *at);
        deeds
    })
}

fn one(program: &Program, into: &Person, from: &Person) -> Person {
    let merged = merge(program, (into, 0), (from, 0));
    assert!(!merged.same && merged.misfits.is_empty());
    merged.person
}

/// What is a fact about somebody, whoever they were called: the list without its order.
fn facts(person: &Person) -> String {
    let mut fields = person.fields.clone();
    if let Some(Value::List(items)) = fields.get_mut(5) {
        items.sort_by_key(|item| format!("{item:?}"));
    }
    let mut occurrences = person.occurrences.clone();
    occurrences
        .iter_mut()
        .for_each(|(_, moments)| moments.sort_unstable());
    occurrences.sort();
    let mut consents: Vec<String> = person.consents().iter().map(|one| format!("{one:?}")).collect();
    consents.sort();
    let mut opted_out: Vec<_> = person.opted_out().iter().map(|(on, _)| on.clone()).collect();
    opted_out.sort();
    let mut addresses: Vec<String> = person.addresses().iter().map(|one| format!("{one:?}")).collect();
    addresses.sort();
    let arms = person.history.iter().flat_map(|history| &history.arms);
    let arms: Vec<_> = arms.collect();
    let given: Vec<bool> = (0..2)
        .flat_map(|kind| ["web", "sms"].map(|on| person.has_consent(ConsentId(kind), on)))
        .collect();
    format!(
        "{fields:?} {occurrences:?} {consents:?} {given:?} {opted_out:?} {addresses:?} {arms:?} {:?}",
        person.stage
    )
}

proptest! {
    #[test]
    fn it_does_not_matter_who_is_merged_into_whom(a in deeds(), b in deeds()) {
        let program = bot();
        let (a, b) = (somebody(&program, 1, &a), somebody(&program, 2, &b));
        let (left, right) = (one(&program, &a, &b), one(&program, &b, &a));
        prop_assert_eq!(facts(&left), facts(&right));
        prop_assert_eq!((left.id, right.id), (1, 2));
    }

    #[test]
    fn nor_in_which_order_three_are(a in deeds(), b in deeds(), c in deeds()) {
        let program = bot();
        let (a, b, c) = (somebody(&program, 1, &a), somebody(&program, 2, &b), somebody(&program, 3, &c));
        let left = one(&program, &one(&program, &a, &b), &c);
        let right = one(&program, &a, &one(&program, &b, &c));
        // Which of two stages that were entered at the same moment holds is decided pair by pair.
        prop_assert_eq!(facts(&left), facts(&right));
    }

    #[test]
    fn once_is_enough(a in deeds(), b in deeds()) {
        let program = bot();
        let (a, b) = (somebody(&program, 1, &a), somebody(&program, 2, &b));
        let merged = one(&program, &a, &b);
        for again in [&b, &merged] {
            let Merged { person, same, .. } = merge(&program, (&merged, 5), (again, 7));
            prop_assert!(same);
            prop_assert_eq!(&person, &merged);
        }
        prop_assert!(merge(&program, (&a, 0), (&a, 0)).same);
    }

    #[test]
    fn nothing_is_lost_and_nothing_more_is_allowed(a in deeds(), b in deeds()) {
        let program = bot();
        let (a, b) = (somebody(&program, 1, &a), somebody(&program, 2, &b));
        let merged = one(&program, &a, &b);
        let count = |person: &Person| -> usize { person.occurrences.iter().map(|(_, all)| all.len()).sum() };
        prop_assert_eq!(count(&merged), count(&a) + count(&b));
        for address in a.addresses().iter().chain(b.addresses()) {
            let known = |one: &botflow_machine::Address| {
                one.channel == address.channel && one.address == address.address
            };
            prop_assert!(merged.addresses().iter().any(known));
        }
        for record in a.consents().iter().chain(b.consents()) {
            let known = |one: &botflow_machine::Consent| {
                one.consent == record.consent && one.channel == record.channel
            };
            prop_assert!(merged.consents().iter().any(known));
        }
        let arms = |person: &Person| person.history.as_ref().map_or(Vec::new(), |history| history.arms.clone());
        let met: Vec<_> = arms(&merged).into_iter().map(|one| one.experiment).collect();
        prop_assert!(!(met.contains(&"x0".into()) && met.contains(&"x1".into())), "one of a group");
        for exposure in arms(&merged) {
            let mut of_both = [arms(&a), arms(&b)].concat();
            of_both.retain(|one| one.experiment == exposure.experiment);
            prop_assert_eq!(of_both.iter().map(|one| one.at).min(), Some(exposure.at), "the first holds");
        }
        for on in ["web", "sms"] {
            let out = a.is_opted_out(on) || b.is_opted_out(on);
            prop_assert_eq!(merged.is_opted_out(on), out);
            for kind in [ConsentId(0), ConsentId(1)] {
                let either = a.has_consent(kind, on) || b.has_consent(kind, on);
                prop_assert!(either || !merged.has_consent(kind, on), "what neither gave");
            }
        }
        for (place, value) in merged.fields.iter().enumerate() {
            let known = a.fields[place].is_known() || b.fields[place].is_known();
            prop_assert_eq!(value.is_known(), known, "what is known stays known");
            // What is proven was proven of one of them, with this value.
            if let Some(proof) = merged.proof(FieldId::from(place)) {
                let proves = |person: &Person| {
                    person.proof(FieldId::from(place)) == Some(proof) && person.fields[place] == *value
                };
                prop_assert!(proves(&a) || proves(&b));
            }
        }
    }
}

#[test]
fn fields_are_merged_as_they_are_declared() {
    let program = bot();
    let ana = somebody(
        &program,
        1,
        &[
            (1, Deed::Write(0, 0, true)),
            (1, Deed::Write(1, 0, false)),
            (1, Deed::Write(2, 3, false)),
            (1, Deed::Write(3, 3, false)),
            (1, Deed::Write(5, 3, false)),
        ],
    );
    let mut ana = ana;
    ana.fields[4] = Value::Integer(14);
    let mut visitor = somebody(
        &program,
        2,
        &[
            (2, Deed::Write(0, 1, false)),
            (2, Deed::Write(1, 1, false)),
            (2, Deed::Write(2, 1, false)),
            (2, Deed::Write(3, 1, false)),
            (2, Deed::Write(5, 2, false)),
        ],
    );
    visitor.fields[4] = Value::Integer(11);
    let merged = one(&program, &ana, &visitor);
    let texts = |all: &[&str]| Value::List(all.iter().map(|one| Value::text(*one)).collect());
    assert_eq!(
        merged.fields,
        [
            Value::text("b"),
            Value::text("a"),
            Value::Integer(3),
            Value::Integer(1),
            Value::Integer(15),
            texts(&["0", "1", "2"]),
        ]
    );
}

#[test]
fn what_does_not_fit_the_card_is_recorded_and_lists_are_bounded() {
    let program = bot();
    let (mut ana, mut visitor) = (somebody(&program, 1, &[]), somebody(&program, 2, &[]));
    ana.fields = vec![Value::Integer(5), Value::text("x"), Value::text("many")];
    let many = |from: usize| {
        Value::List(
            (from..from + 900)
                .map(|one| Value::text(one.to_string()))
                .collect(),
        )
    };
    ana.fields.extend([Value::Unknown, Value::Unknown, many(0)]);
    visitor.fields[5] = many(500);
    visitor
        .fields
        .push(Value::text("a field of a version that is gone"));
    let merged = merge(&program, (&ana, 0), (&visitor, 0));
    assert_eq!(merged.misfits, [FieldId(0), FieldId(2)]);
    assert_eq!(merged.person.fields.len(), 6);
    assert_eq!(merged.person.fields[2], Value::Integer(0));
    let joined = merged.person.fields[5].as_list().expect("it is a list");
    assert_eq!(joined.len(), MAX_JOINED);
}

/// What happens to somebody with several conversations.
#[derive(Clone, Debug)]
enum Act {
    Says(&'static str),
    Begins(&'static str, bool),
    Paid,
    Answers(u32),
    Passes(i64),
    Operator(bool),
    Due,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => prop::sample::select(vec!["hi", "20431177, 2 pieces", "It broke", "wait", "price", "track", "quote", "yes", "20431177", "human", "shop", "once more", "STOP"])
            .prop_map(Act::Says),
        3 => (prop::sample::select(vec!["main", "tracking", "gone"]), any::<bool>())
            .prop_map(|(flow, trigger)| Act::Begins(flow, trigger)),
        2 => Just(Act::Paid),
        2 => (1u32..6).prop_map(Act::Answers),
        3 => (0i64..4_000_000).prop_map(Act::Passes),
        1 => any::<bool>().prop_map(Act::Operator),
        3 => Just(Act::Due),
    ]
}

proptest! {
    /// Every conversation that begins has exactly one outcome, or still runs: parked or not.
    #[test]
    fn no_outcome_is_lost(acts in prop::collection::vec(act(), 0..60), merges in any::<bool>(), waits in any::<bool>()) {
        let first = ["hi", "20431177, 2 pieces", "It broke", "wait"].map(Act::Says).to_vec();
        let acts = [if waits { first } else { Vec::new() }, acts].concat();
        let program = sink().program();
        let fresh = |person: Person| Running::new(&program, person);
        let new = |id| Conversations::new(fresh(Person::new(&program.bot, id)), id);
        let (mut all, mut other) = (new(1), new(2));
        let mut effects = Vec::new();
        let mut now = 1_000;
        for (number, act) in acts.iter().enumerate() {
            let mut event = |kind: EventKind| {
                let event = Event { id: number as u64 + 1, at: now, seed: 0, kind };
                // The other one is somebody else until they are merged.
                if merges && number % 3 == 0 && number < 20 {
                    other.turn(event, &mut |person| fresh(person), &mut effects);
                } else {
                    all.turn(event, &mut |person| fresh(person), &mut effects);
                }
            };
            match act {
                Act::Says(words) => event(EventKind::Message { text: (*words).into(), channel: None }),
                Act::Begins(flow, trigger) => event(EventKind::Start {
                    flow: (*flow).into(),
                    args: Vec::new(),
                    channel: Some("web".into()),
                    by: match trigger {
                        true => Starter::Trigger { name: "gone".into(), by_customer: false },
                        false => Starter::Host,
                    },
                }),
                Act::Paid => event(EventKind::Custom { name: "paid".into(), fields: vec![Value::Integer(5)] }),
                Act::Answers(call) => event(EventKind::CallResult { call: *call, value: Value::Integer(1) }),
                Act::Operator(resolves) => {
                    let name = "maria".into();
                    event(EventKind::Operator(match resolves {
                        true => OperatorEvent::Resolves { name },
                        false => OperatorEvent::HandsBack { name },
                    }));
                }
                Act::Passes(by) => {
                    now += by;
                    if let Some((id, at)) = all.speaking().timer()
                        && at <= now
                    {
                        let event = Event { id: 0, at: now, seed: 0, kind: EventKind::Timer { id } };
                        all.turn(event, &mut |person| fresh(person), &mut effects);
                    }
                }
                Act::Due => {
                    let due = all.wake().is_some_and(|at| at <= now);
                    let before = effects.len();
                    all.due(now, 0, &mut effects);
                    prop_assert_eq!(effects.len() > before, due, "it goes on when it is due, and only then");
                }
            }
            if merges && number == 20 {
                let person = merge(
                    &program,
                    (all.speaking().person(), 0),
                    (other.speaking().person(), 1),
                )
                .person;
                let taken = std::mem::replace(&mut other, new(3));
                all.merge(taken, person, number % 2 == 0, now, &mut effects);
                prop_assert_eq!(all.speaking().person().id, 1);
            }
            prop_assert!(all.parked().len() <= 8);
            prop_assert!(all.parked().is_empty() || all.speaking().rest() != Rest::Ended);
            prop_assert!(all.parked().iter().all(|parked| parked.speaker.rest() != Rest::Ended));
        }
        let began = effects.iter().filter(|one| matches!(one, Effect::Record(Record::Began { .. })));
        let finished = effects.iter().filter(|one| matches!(one, Effect::Finished { .. })).count();
        let runs = |all: &Conversations<Running<'_>>| {
            all.parked().len() + usize::from(all.speaking().rest() != Rest::Ended)
        };
        prop_assert_eq!(began.count(), finished + runs(&all) + runs(&other));
    }
}

/// What tells apart the things that are out with people and systems: calls, questions, messages with buttons.
fn numbers(all: &Conversations<Running<'_>>, known: &mut BTreeMap<(&'static str, u32), u64>) {
    let speaking = std::iter::once(all.speaking());
    let conversations = speaking.chain(all.parked().iter().map(|parked| &parked.speaker));
    for running in conversations {
        let c = &running.conversation;
        let calls = c
            .frames
            .iter()
            .filter_map(|frame| match frame.pending.as_deref() {
                Some(Pending::Call { number, .. }) => Some(("call", *number)),
                _ => None,
            });
        let puts = c.question.iter().map(|question| ("question", question.put));
        let offers = c.offers.iter().flat_map(|offers| &offers.messages);
        let offers = offers.map(|offer| ("message", offer.number));
        for number in calls.chain(puts).chain(offers) {
            let of = *known.entry(number).or_insert(c.id);
            assert_eq!(of, c.id, "{number:?} is of two conversations");
        }
    }
}

proptest! {
    /// Two people become one in the middle of calls and questions: no result and no button is taken for another's.
    #[test]
    fn nothing_of_two_people_has_one_number(
        acts in prop::collection::vec((act(), any::<bool>()), 0..60),
        first in 1u64..500_000,
        apart in 1u64..20_000,
        at in 0usize..60,
    ) {
        let program = sink().program();
        let fresh = |person: Person| Running::new(&program, person);
        let new = |id| Conversations::new(fresh(Person::new(&program.bot, id)), id);
        let (mut all, mut other) = (new(first), Some(new(first + apart)));
        let (mut effects, mut known) = (Vec::new(), BTreeMap::new());
        for (number, (act, theirs)) in acts.iter().enumerate() {
            let now = number as i64 * 1_000;
            if number == at
                && let Some(other) = other.take()
            {
                let person = merge(&program, (all.speaking().person(), 0), (other.speaking().person(), 1)).person;
                all.merge(other, person, *theirs, now, &mut effects);
                numbers(&all, &mut known);
            }
            let kind = match act {
                Act::Says(words) => EventKind::Message { text: (*words).into(), channel: None },
                Act::Begins(flow, _) => EventKind::Start {
                    flow: (*flow).into(),
                    args: Vec::new(),
                    channel: None,
                    by: Starter::Host,
                },
                Act::Paid => EventKind::Custom { name: "paid".into(), fields: vec![Value::Integer(5)] },
                _ => EventKind::Message { text: "quote".into(), channel: None },
            };
            let event = Event { id: 0, at: now, seed: 0, kind };
            let whose = match &mut other {
                Some(other) if *theirs => other,
                _ => &mut all,
            };
            whose.turn(event, &mut |person| fresh(person), &mut effects);
            numbers(whose, &mut known);
        }
        let mut keys = std::collections::BTreeSet::new();
        for effect in &effects {
            if let Effect::Call(request) = effect && request.attempt == 1 {
                prop_assert!(keys.insert(request.key), "{:?} twice", request.key);
            }
        }
    }
}

#[test]
fn numbers_of_calls_are_never_used_twice() {
    let program = sink().program();
    let fresh = |person: Person| Running::new(&program, person);
    let mut all = Conversations::new(fresh(Person::new(&program.bot, 1)), 1);
    let conversation: &Conversation = &all.speaking().conversation;
    assert_eq!((conversation.id, all.parked().len()), (1, 0));
    let mut effects = Vec::new();
    let mut asked = Vec::new();
    let words = [
        "hi",
        "20431177, 2 pieces",
        "It broke",
        "wait",
        "",
        "20431177, 2 pieces",
        "It broke",
        "quote",
        "once more",
        "quote",
    ];
    for (number, words) in words.into_iter().enumerate() {
        let kind = match words {
            "" => EventKind::Start {
                flow: "main".into(),
                args: Vec::new(),
                channel: None,
                by: Starter::Host,
            },
            words => EventKind::Message {
                text: words.into(),
                channel: None,
            },
        };
        let event = Event {
            id: 0,
            at: number as i64,
            seed: 0,
            kind,
        };
        all.turn(event, &mut |person| fresh(person), &mut effects);
    }
    assert!(effects.contains(&Effect::Parked) && effects.iter().any(|one| matches!(one, Effect::Call(_))));
    for effect in &effects {
        if let Effect::Call(request) = effect {
            assert!(!asked.contains(&request.number), "call {} twice", request.number);
            asked.push(request.number);
        }
    }
}
