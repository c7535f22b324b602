//! Values from and to JSON: what is written is read again, and whatever is read is of its type.

use botflow_artifact::{Type, TypeId};
use botflow_machine::Program;
use botflow_runtime::Deployment;
use botflow_runtime::deployment::Version;
use botflow_runtime::json::{read, read_fields, write, write_fields};
use botflow_values::calendar::Date;
use botflow_values::{Decimal, FileRef, Location, Time, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::kit::artifact;

const ALL: &str = r#"
bot everything {
  languages en
  channels web
  currency EUR
  start main
}

type size {
  small
  large
}
type order = text matching /[0-9]{8}/ example "20431177"
type stars = integer from 1 to 5

event all(
  a: text, b: integer, c: number, d: percent, e: yes_no, f: money, g: date, h: time, i: moment, j: duration,
  k: email, l: phone, m: url, n: language, o: channel, p: file, q: image, r: location, s: size, t: order?, u: stars,
  v: list of (name: text, price: money?, tags: list of size), w: (where: location?, at: moment)
)

flow main {
  say "Hello."
  wait for all within 1h
  finish resolved
}
"#;

fn program() -> std::sync::Arc<Version> {
    // Made once, not for every case.
    static MADE: std::sync::OnceLock<std::sync::Arc<Version>> = std::sync::OnceLock::new();
    let made = MADE.get_or_init(|| {
        let version = Version::load(&artifact(ALL)).expect("it can be run");
        Deployment::new(version).current()
    });
    std::sync::Arc::clone(made)
}

fn declared(program: &Program) -> Vec<botflow_artifact::Param> {
    let event = program.bot.events.iter().find(|event| event.name == "all");
    event.expect("it is declared").fields.clone()
}

fn type_of(program: &Program, field: &str) -> TypeId {
    let fields = declared(program);
    fields.iter().find(|one| one.name == field).expect("a field").ty
}

/// A value of a type, made of a stream of numbers.
fn value(program: &Program, ty: TypeId, next: &mut dyn FnMut() -> u64) -> Value {
    let number = next();
    let signed = (number as i64) % 9_000_000_000_000;
    match &program.bot.types[ty.index()] {
        Type::Text => Value::text(["", "a", "Ä\u{0}\n\"{}", "20431177"][number as usize % 4]),
        Type::Integer => Value::Integer(signed),
        Type::Number => Value::Number(Decimal::new(signed, (number % 10) as u8)),
        Type::Percent => Value::Percent(Decimal::new(signed % 100_000, (number % 10) as u8)),
        Type::YesNo => Value::YesNo(number.is_multiple_of(2)),
        Type::Money => Value::Money(signed),
        Type::Date => Value::Date(Date::from_days((signed % 2_900_000).max(-719_162))),
        Type::Time => Value::Time(Time::from_seconds(signed.rem_euclid(86_400))),
        Type::Moment => Value::Moment(signed),
        Type::Duration => Value::Duration(signed),
        Type::Email => Value::Email("ana.b+c@shop.example".into()),
        Type::Phone => Value::Phone("+40721234567".into()),
        Type::Url => Value::Url("https://shop.example/a?b=c#d".into()),
        Type::Language => Value::Language("ro".into()),
        Type::Channel => Value::Channel("whatsapp".into()),
        Type::File | Type::Image => {
            let file = Box::new(FileRef {
                url: "https://shop.example/photo.jpg".into(),
                name: number.is_multiple_of(2).then(|| "photo.jpg".into()),
            });
            match &program.bot.types[ty.index()] {
                Type::File => Value::File(file),
                _ => Value::Image(file),
            }
        }
        Type::Location => Value::Location(Location::new(
            (signed % 90_000_001) as i32,
            (signed % 180_000_001) as i32,
        )),
        Type::Set(set) => {
            let members = program.bot.sets[set.index()].members.len();
            Value::member(set.0, (number as usize % members) as u32)
        }
        Type::Optional(inner) => match number % 3 {
            0 => Value::Unknown,
            _ => value(program, *inner, next),
        },
        Type::List(item) => Value::List((0..number % 4).map(|_| value(program, *item, next)).collect()),
        Type::Record(fields) => {
            Value::Record(fields.iter().map(|(_, ty)| value(program, *ty, next)).collect())
        }
        Type::Narrowed { name, .. } if name == "order" => Value::text("20431177"),
        Type::Narrowed { .. } => Value::Integer(1 + (number % 5) as i64),
        Type::Error => Value::Unknown,
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        "[0-9]{0,22}[.]?[0-9]{0,22}".prop_map(Json::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{0,14}[Z+-]?[0-9:]{0,6})?".prop_map(Json::from),
        "(https?://)?[a-z.]{0,12}[/:@]?[a-z0-9]{0,5}".prop_map(Json::from),
        "[+]?[0-9 ]{0,16}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(
                (
                    prop_oneof![
                        Just("name"),
                        Just("price"),
                        Just("tags"),
                        Just("amount"),
                        Just("currency"),
                        Just("latitude"),
                        Just("longitude"),
                        Just("url"),
                        Just("at"),
                        Just("where"),
                    ],
                    inner
                ),
                0..5
            )
            .prop_map(|members| {
                let members = members.into_iter();
                Json::Object(members.map(|(name, json)| (name.to_owned(), json)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(seeds in prop::collection::vec(any::<u64>(), 64)) {
        let version = program();
        let program = &version.program;
        let declared = declared(program);
        let mut seeds = seeds.iter().copied().cycle();
        let mut next = || seeds.next().unwrap_or(0);
        let values: Vec<Value> = declared.iter().map(|one| value(program, one.ty, &mut next)).collect();
        let written = write_fields(&program.bot, &declared, &values);
        // Through bytes, as it goes.
        let bytes = serde_json::to_vec(&written).unwrap();
        let written = serde_json::from_slice(&bytes).unwrap();
        let read = read_fields(program, &declared, &written);
        prop_assert_eq!(read.as_ref(), Ok(&values));
    }

    #[test]
    fn whatever_is_read_is_of_its_type(json in any_json(), field in any::<prop::sample::Index>()) {
        let version = program();
        let program = &version.program;
        let declared = declared(program);
        let ty = declared[field.index(declared.len())].ty;
        match read(program, ty, &json) {
            Ok(value) => {
                prop_assert!(program.fits(ty, &value), "{json} is read as {value:?}");
                let again = read(program, ty, &write(&program.bot, Some(ty), &value));
                prop_assert_eq!(again, Ok(value));
            }
            Err(misfit) => {
                // What stands there is nobody's business who reads the log.
                if let Json::String(text) = &json
                    && text.chars().count() >= 6
                {
                    prop_assert!(!misfit.to_string().contains(text.as_str()), "{misfit}");
                }
            }
        }
    }
}

#[track_caller]
fn reads(field: &str, json: Json, expected: Value) {
    let version = program();
    let ty = type_of(&version.program, field);
    assert_eq!(read(&version.program, ty, &json), Ok(expected), "{json}");
}

#[track_caller]
fn refuses(field: &str, json: Json, said: &str) {
    let version = program();
    let ty = type_of(&version.program, field);
    let misfit = read(&version.program, ty, &json).expect_err("it does not fit");
    assert_eq!(misfit.to_string(), said, "{json}");
}

#[test]
fn amounts_are_of_the_bots_currency() {
    reads("f", json!(19.9), Value::Money(1990));
    reads("f", json!("19.90"), Value::Money(1990));
    reads(
        "f",
        json!({"amount": "19.90", "currency": "EUR"}),
        Value::Money(1990),
    );
    let expected = "expected an amount of EUR with no more decimals than it has, such as 20";
    refuses(
        "f",
        json!({"amount": 5, "currency": "USD"}),
        &format!("{expected}, found an object"),
    );
    refuses("f", json!(19.999), &format!("{expected}, found another number"));
    refuses("f", json!(1e300), &format!("{expected}, found another number"));
}

#[test]
fn moments_say_their_distance_from_universal_time() {
    reads("i", json!("1970-01-01T02:00:00.5+02:00"), Value::Moment(500));
    reads("i", json!("1970-01-01T00:01Z"), Value::Moment(60_000));
    refuses(
        "i",
        json!("1970-01-01T00:00:00"),
        "expected a moment such as \"2026-03-02T09:30:00Z\", found another text",
    );
    reads("j", json!(1.5), Value::Duration(1_500));
    reads("b", json!(3.0), Value::Integer(3));
    refuses("b", json!(3.5), "expected a whole number, found another number");
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    refuses(
        "v",
        json!([{"name": "x", "tags": []}, {"name": "y", "tags": ["small", "huge"]}]),
        "`[1].tags[1]`: expected one of `small`, `large`, found another text",
    );
    refuses(
        "v",
        json!([{"tags": []}]),
        "`[0].name`: expected a text of at most 65536 bytes, found nothing",
    );
    refuses(
        "t",
        json!("2043"),
        "expected a value of the type `order`, such as 20431177, found a text that does not keep to it",
    );
    refuses(
        "u",
        json!(6),
        "expected a value of the type `stars`, found a number that does not keep to it",
    );
    let many: Vec<Json> = (0..1_001).map(|_| json!({"name": "x", "tags": []})).collect();
    refuses("v", Json::from(many), "expected at most 1000 items, found more");
    let many: Vec<Json> = (0..1_000)
        .map(|_| json!({"name": "x", "tags": vec!["small"; 20]}))
        .collect();
    let version = program();
    let ty = type_of(&version.program, "v");
    let misfit = read(&version.program, ty, &Json::from(many)).expect_err("there are too many");
    assert_eq!(
        (misfit.expected.as_str(), misfit.found.as_str()),
        ("at most 10000 values", "more")
    );
}

#[test]
fn a_name_that_is_not_declared_is_refused_where_something_is_reported() {
    let version = program();
    let declared = &declared(&version.program)[..2];
    let fields = json!({"a": "x", "b": 1, "z": 2});
    let misfit = read_fields(&version.program, declared, fields.as_object().unwrap()).expect_err("z");
    assert_eq!(
        misfit.to_string(),
        "expected nothing but `a`, `b`, found another name"
    );
}
