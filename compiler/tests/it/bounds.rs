//! Bounds hold: whatever the value, what the machine says is never longer than the bound of its text, in any unit, in
//! any language, on any channel.

use std::sync::{Arc, OnceLock};

use botflow_artifact::{FlowId, LanguageId, Op, TextId};
use botflow_compiler::bounds::{Bounds, Length, Numbers};
use botflow_compiler::compile::{self, Checked};
use botflow_compiler::project::{Project, Source};
use botflow_machine::{Effect, Event, EventKind, Person, Program, Running, Speaker, Starter};
use botflow_message::measure::Unit;
use botflow_message::profiles;
use botflow_message::render::words;
use botflow_values::{Date, Decimal, Location, Member, Time, Value};
use proptest::prelude::*;

const LANGUAGES: [&str; 3] = ["en", "ro", "ru"];

/// What a value is, and the texts that show it.
struct Case {
    ty: &'static str,
    texts: &'static [&'static str],
    values: fn(Numbers) -> BoxedStrategy<Value>,
}

fn short(_: Numbers) -> BoxedStrategy<Value> {
    "[a-zA-Z șțĂжЯ&<>_*()]{1,12}".prop_map(Value::text).boxed()
}

fn digits(_: Numbers) -> BoxedStrategy<Value> {
    "[0-9]{8}".prop_map(Value::text).boxed()
}

fn coded(_: Numbers) -> BoxedStrategy<Value> {
    "[A-Z]{2}-[0-9]{1,4}".prop_map(Value::text).boxed()
}

fn integer(numbers: Numbers) -> BoxedStrategy<Value> {
    match numbers {
        Numbers::Usual => (0..=999_999_i64).prop_map(Value::Integer).boxed(),
        Numbers::Any => any_number().prop_map(Value::Integer).boxed(),
    }
}

/// Of any number of digits.
fn any_number() -> BoxedStrategy<i64> {
    let most = botflow_values::value::MAX_INTEGER;
    (0..17_u32, -most..=most)
        .prop_map(|(digits, number)| number % 10_i64.pow(digits.max(1)))
        .boxed()
}

fn ranged(_: Numbers) -> BoxedStrategy<Value> {
    (-5..=12_000_i64).prop_map(Value::Integer).boxed()
}

fn decimal(numbers: Numbers) -> BoxedStrategy<Decimal> {
    match numbers {
        Numbers::Usual => (0..=99_999_999_i64)
            .prop_map(|cents| Decimal::new(cents, 2))
            .boxed(),
        Numbers::Any => (any::<i64>(), 0..=9_u8, 0..19_u32)
            .prop_map(|(mantissa, scale, digits)| {
                Decimal::new(
                    mantissa % 10_i64.checked_pow(digits).unwrap_or(i64::MAX).max(2),
                    scale,
                )
            })
            .boxed(),
    }
}

fn number(numbers: Numbers) -> BoxedStrategy<Value> {
    decimal(numbers).prop_map(Value::Number).boxed()
}

fn percent(numbers: Numbers) -> BoxedStrategy<Value> {
    match numbers {
        Numbers::Usual => (0..=9_999_i64)
            .prop_map(|share| Value::Percent(Decimal::new(share, 2)))
            .boxed(),
        Numbers::Any => decimal(numbers).prop_map(Value::Percent).boxed(),
    }
}

fn money(numbers: Numbers) -> BoxedStrategy<Value> {
    match numbers {
        Numbers::Usual => (0..=99_999_999_i64).prop_map(Value::Money).boxed(),
        Numbers::Any => any_number().prop_map(Value::Money).boxed(),
    }
}

fn few_euros(_: Numbers) -> BoxedStrategy<Value> {
    (100..=50_000_i64).prop_map(Value::Money).boxed()
}

fn yes_no(_: Numbers) -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::YesNo).boxed()
}

fn date(numbers: Numbers) -> BoxedStrategy<Value> {
    let first = match numbers {
        Numbers::Usual => -354_000,
        Numbers::Any => -719_000,
    };
    (first..=2_900_000_i64)
        .prop_map(|days| Value::Date(Date::from_days(days)))
        .boxed()
}

fn time(_: Numbers) -> BoxedStrategy<Value> {
    (0..24_u8, 0..60_u8)
        .prop_map(|(hour, minute)| Value::Time(Time::new(hour, minute, 0).expect("a time of day")))
        .boxed()
}

fn moment(_: Numbers) -> BoxedStrategy<Value> {
    (-30_000_000_000_000..=200_000_000_000_000_i64)
        .prop_map(Value::Moment)
        .boxed()
}

fn duration(numbers: Numbers) -> BoxedStrategy<Value> {
    let most = match numbers {
        Numbers::Usual => 366 * 86_400_000,
        Numbers::Any => botflow_values::value::MAX_DURATION,
    };
    let least = match numbers {
        Numbers::Usual => 0,
        Numbers::Any => -most,
    };
    (least..=most, 0..15_u32)
        .prop_map(move |(length, digits)| Value::duration(length / 10_i64.pow(digits)))
        .boxed()
}

fn phone(_: Numbers) -> BoxedStrategy<Value> {
    "\\+[0-9]{7,15}"
        .prop_map(|number| Value::Phone(number.into()))
        .boxed()
}

fn size(_: Numbers) -> BoxedStrategy<Value> {
    (0..3_u32)
        .prop_map(|index| Value::Member(Member { set: 0, index }))
        .boxed()
}

fn language(_: Numbers) -> BoxedStrategy<Value> {
    "[a-z]{2,3}".prop_map(|code| Value::Language(code.into())).boxed()
}

fn channel(_: Numbers) -> BoxedStrategy<Value> {
    proptest::sample::select(profiles::NAMES.to_vec())
        .prop_map(|name| Value::Channel(name.into()))
        .boxed()
}

fn location(_: Numbers) -> BoxedStrategy<Value> {
    (any::<i32>(), any::<i32>())
        .prop_map(|(latitude, longitude)| Value::Location(Location::new(latitude, longitude)))
        .boxed()
}

const ANY: &[&str] = &[
    "{v}",
    "before {v} behind",
    "**{v}** and _{v}_, a_{v}_b",
    "[see {v}](https://x.example/{v}) & <{v}>",
    "https://x.example/?q={v}&r={v}",
    "{v} - {v}\\n{v}",
];
const WORDS: &[&str] = &[
    "{v}",
    "**{v | upper}**",
    "{v | lower} {v | mask}",
    "https://x.example/{v | upper}",
];

const CASES: &[Case] = &[
    Case {
        ty: "short",
        texts: ANY,
        values: short,
    },
    Case {
        ty: "short",
        texts: WORDS,
        values: short,
    },
    Case {
        ty: "digits",
        texts: ANY,
        values: digits,
    },
    Case {
        ty: "coded",
        texts: WORDS,
        values: coded,
    },
    Case {
        ty: "integer",
        texts: ANY,
        values: integer,
    },
    Case {
        ty: "integer",
        texts: &[
            "{v | plural one \"{v} day\" few \"{v} days or so\" other \"many {v} days\"}",
            "{v | currency}",
        ],
        values: integer,
    },
    Case {
        ty: "ranged",
        texts: ANY,
        values: ranged,
    },
    Case {
        ty: "number",
        texts: ANY,
        values: number,
    },
    Case {
        ty: "number",
        texts: &["{v | currency}"],
        values: number,
    },
    Case {
        ty: "percent",
        texts: ANY,
        values: percent,
    },
    Case {
        ty: "money",
        texts: ANY,
        values: money,
    },
    Case {
        ty: "few_euros",
        texts: ANY,
        values: few_euros,
    },
    Case {
        ty: "yes_no",
        texts: ANY,
        values: yes_no,
    },
    Case {
        ty: "date",
        texts: ANY,
        values: date,
    },
    Case {
        ty: "date",
        texts: &["{v | date}", "{v | date short}"],
        values: date,
    },
    Case {
        ty: "time",
        texts: ANY,
        values: time,
    },
    Case {
        ty: "moment",
        texts: ANY,
        values: moment,
    },
    Case {
        ty: "moment",
        texts: &["{v | date}", "{v | date short}", "{v | time}"],
        values: moment,
    },
    Case {
        ty: "duration",
        texts: ANY,
        values: duration,
    },
    Case {
        ty: "phone",
        texts: ANY,
        values: phone,
    },
    Case {
        ty: "size",
        texts: ANY,
        values: size,
    },
    Case {
        ty: "size",
        texts: &[
            "{v | select small \"S\" other \"{v} it is\"}",
            "{v | upper} {v | mask}",
        ],
        values: size,
    },
    Case {
        ty: "language",
        texts: ANY,
        values: language,
    },
    Case {
        ty: "channel",
        texts: ANY,
        values: channel,
    },
    Case {
        ty: "location",
        texts: ANY,
        values: location,
    },
];

struct Bot {
    checked: Checked,
    program: Program,
    /// Per case and text: the flow that says it.
    flows: Vec<Vec<(FlowId, TextId)>>,
}

fn bot() -> &'static Bot {
    static BOT: OnceLock<Bot> = OnceLock::new();
    BOT.get_or_init(|| {
        let mut text = String::from(
            "bot b {\n  languages en, ro, ru\n  channels web\n  currency EUR\n  draft yes\n  start main\n}\n\
             type size {\n  small \"Small\"\n  large \"Very large indeed\"\n  huge\n}\n\
             type short = text length 1 to 12\ntype digits = text matching /[0-9]{8}/\n\
             type coded = text matching /[A-Z]{2}-[0-9]{1,4}/\ntype ranged = integer from -5 to 12000\n\
             type few_euros = money from 1 EUR to 500 EUR\nflow main {\n  finish resolved\n}\n",
        );
        for (case, Case { ty, texts, .. }) in CASES.iter().enumerate() {
            for (at, shown) in texts.iter().enumerate() {
                text.push_str(&format!(
                    "flow f{case}_{at}(v: {ty}) open to operators {{\n  say \"{shown}\"\n  finish resolved\n}}\n"
                ));
            }
        }
        let project = Project {
            sources: vec![Source {
                path: "bot.flow".into(),
                text: Arc::from(text),
            }],
            ..Project::default()
        };
        let checked = compile::check(&project);
        let errors: Vec<&str> = checked
            .findings
            .iter()
            .filter(|finding| finding.level == botflow_compiler::finding::Level::Error)
            .map(|finding| finding.message.as_str())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let bot = &checked.lowered.bot;
        let said = |name: String| {
            let at = bot.flows.iter().position(|flow| flow.name == name).expect("the flow is there");
            let code = &bot.code[bot.flows[at].entry.index()..];
            let message = code.iter().find_map(|op| match op {
                Op::Say(message) => Some(*message),
                _ => None,
            });
            let text = message.and_then(|message| bot.messages[message.index()].text);
            (FlowId::from(at), text.expect("it says something"))
        };
        let flows = CASES
            .iter()
            .enumerate()
            .map(|(case, Case { texts, .. })| (0..texts.len()).map(|at| said(format!("f{case}_{at}"))).collect())
            .collect();
        let program = Program::new(checked.bot_as_understood()).expect("a sound bot");
        Bot {
            checked,
            program,
            flows,
        }
    })
}

fn profile(name: &str) -> &'static botflow_message::Profile {
    static ALL: OnceLock<botflow_message::Profiles> = OnceLock::new();
    let all = ALL.get_or_init(botflow_message::Profiles::default);
    all.get(name).expect("it is known")
}

/// The bounds of the bot; what they have found is kept.
fn bounds(numbers: Numbers) -> &'static Bounds<'static> {
    thread_local! {
        static BOTH: [&'static Bounds<'static>; 2] = [Numbers::Usual, Numbers::Any].map(|numbers| {
            let lowered = &bot().checked.lowered;
            let made: &'static Bounds<'static> = Box::leak(Box::new(Bounds::new(&lowered.bot, &lowered.exprs, numbers)));
            made
        });
    }
    BOTH.with(|both| both[usize::from(numbers == Numbers::Any)])
}

/// What the machine says for a value.
fn said(flow: FlowId, language: &str, value: Value) -> String {
    let bot = bot();
    let mut person = Person::new(&bot.program.bot, 1);
    person.language = language.into();
    let mut running = Running::new(&bot.program, person);
    let mut effects = Vec::new();
    let kind = EventKind::Start {
        flow: bot.program.bot.flows[flow.index()].name.clone(),
        args: vec![value],
        channel: None,
        by: Starter::Host,
    };
    running.turn(Event::new(1_700_000_000_000, kind), &mut effects);
    let words = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(message) => Some(message.text.to_string()),
        _ => None,
    });
    words.expect("it says something")
}

fn case() -> impl Strategy<Value = (usize, usize, usize, Numbers, Value)> {
    let numbers = prop_oneof![Just(Numbers::Usual), Just(Numbers::Any)];
    (0..CASES.len(), numbers, 0..LANGUAGES.len()).prop_flat_map(|(case, numbers, language)| {
        let texts = 0..CASES[case].texts.len();
        (
            Just(case),
            texts,
            Just(language),
            Just(numbers),
            (CASES[case].values)(numbers),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_is_never_longer_than_its_bound((case, at, language, numbers, value) in case()) {
        let bot = bot();
        let (flow, text) = bot.flows[case][at];
        let bounds = bounds(numbers);
        let words_said = said(flow, LANGUAGES[language], value.clone());
        let language = LanguageId::from(language);
        let bound = bounds.text(text, language);
        // What keeps the signs of a value from being read as markup is nothing that people see.
        let found = Length::of(&words_said.replace('\\', ""));
        for unit in [Unit::Utf16, Unit::Bytes, Unit::Sms] {
            let (found, bound) = (found.in_unit(unit), bound.in_unit(unit));
            prop_assert!(bound.is_some(), "{} has no bound", CASES[case].texts[at]);
            prop_assert!(found <= bound, "{found:?} > {bound:?} {unit:?}: {words_said:?} of {value:?}");
        }
        if bound.gsm {
            prop_assert!(found.gsm, "{words_said:?} is outside the alphabet of text messages");
        }
        let versions = bounds.versions(text);
        let (version, shown) = &versions[0];
        prop_assert!(shown.contains(&language));
        for name in profiles::NAMES {
            let facts = &profile(name).text;
            // Letters of a value are none of the signs that a channel has to keep apart.
            let written = words(&words_said, facts).replace('\u{200B}', "");
            let bound = bounds.on_channel(version, language, facts);
            prop_assert!(
                Some(facts.unit.measure(&written)) <= bound,
                "{name}: {} > {bound:?}: {written:?}",
                facts.unit.measure(&written)
            );
        }
    }
}

/// Sixteen digits before the point leave room for three behind it: the end of the range itself has none.
#[test]
fn numbers_below_the_largest_one_are_longer_than_it() {
    let bot = bot();
    let numbers = (CASES.iter().enumerate()).filter(|(_, case)| case.ty == "number");
    for (case, Case { texts, .. }) in numbers {
        for (mantissa, scale) in [
            (-100_000_367_930_105_471, 2),
            (-8_999_999_999_999_999_999, 3),
            (i64::MIN, 0),
            (i64::MAX, 9),
        ] {
            for at in 0..texts.len() {
                let (flow, text) = bot.flows[case][at];
                let words = said(flow, LANGUAGES[0], Value::Number(Decimal::new(mantissa, scale)));
                let bound = bounds(Numbers::Any)
                    .text(text, LanguageId::from(0))
                    .in_unit(Unit::Utf16);
                let found = Length::of(&words).in_unit(Unit::Utf16);
                assert!(found <= bound, "{found:?} > {bound:?}: {words:?}");
            }
        }
    }
}
