//! Values to bytes and back, and bytes that are no values.

use botflow_values::value::{FileRef, Location, MAX_DEPTH};
use botflow_values::{Currency, Date, Decimal, Time, Value};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::YesNo),
        any::<i64>().prop_map(Value::integer),
        (any::<i64>(), any::<u8>()).prop_map(|(m, s)| Value::Number(Decimal::new(m, s))),
        any::<i64>().prop_map(Value::money),
        ".*".prop_map(Value::text),
        any::<i32>().prop_map(|days| Value::Date(Date::from_days(i64::from(days)))),
        any::<u32>().prop_map(|seconds| Value::Time(Time::from_seconds(i64::from(seconds)))),
        (any::<i32>(), any::<i32>()).prop_map(|(lat, lon)| Value::Location(Location::new(lat, lon))),
        ".*".prop_map(|url| Value::Image(Box::new(FileRef {
            url: url.into(),
            name: None
        }))),
        (any::<u32>(), any::<u32>()).prop_map(|(set, index)| Value::member(set, index)),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec(inner, 0..6).prop_map(Value::Record),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Values survive compact bytes and JSON, and equal values are equal bytes.
    #[test]
    fn values_come_back(value in value()) {
        let bytes = postcard::to_stdvec(&value).expect("values can be written");
        prop_assert_eq!(&postcard::from_bytes::<Value>(&bytes).expect("written values can be read"), &value);
        let json = serde_json::to_string(&value).expect("values can be written");
        prop_assert_eq!(&serde_json::from_str::<Value>(&json).expect("written values can be read"), &value);
    }

    /// Any bytes give a value within its bounds, or an error.
    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(prop_oneof![0u8..24, any::<u8>()], 0..200)) {
        if let Ok(value) = postcard::from_bytes::<Value>(&bytes) {
            let again = postcard::to_stdvec(&value).expect("values can be written");
            prop_assert_eq!(postcard::from_bytes::<Value>(&again).expect("written values can be read"), value);
        }
    }
}

#[test]
fn deep_bytes_are_refused() {
    // Two megabytes that say "a list of one list of one list …".
    let list = 20u8;
    let bytes: Vec<u8> = [list, 1].repeat(1_000_000);
    assert!(postcard::from_bytes::<Value>(&bytes).is_err());
    let nested = |depth: usize| {
        let mut bytes = [list, 1].repeat(depth);
        bytes.push(0);
        postcard::from_bytes::<Value>(&bytes)
    };
    assert!(nested(MAX_DEPTH).is_ok());
    assert!(nested(MAX_DEPTH + 1).is_err());
}

#[test]
fn currencies_are_codes() {
    let euro = Currency::from_code("EUR").expect("a currency");
    assert_eq!(euro, Currency::EUR);
    assert_eq!(
        serde_json::to_string(&euro).expect("codes can be written"),
        "\"EUR\""
    );
    assert!(serde_json::from_str::<Currency>("\"EURO\"").is_err());
    assert!(Currency::from_code("URA").is_none());
    assert_eq!(Currency::from_code("JPY").map(Currency::decimals), Some(0));
    assert_eq!(euro.exact_minor(Decimal::new(205, 1)), Some(2050));
    assert_eq!(euro.exact_minor(Decimal::new(2055, 3)), None);
}
