//! Bodies of any kind: read or refused, never more.

use std::sync::LazyLock;

use botflow_runtime::channel::webhook::{MOST_ITEMS, Side, read};
use botflow_runtime::deployment::Version;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{NOW, bot};
use crate::kit::cases;

static VERSION: LazyLock<Version> = LazyLock::new(|| Version::load(bot()).unwrap());

/// Names and values of real bodies, and others.
fn leaf() -> impl Strategy<Value = Json> {
    const WORDS: &[&str] = &[
        "message",
        "press",
        "media",
        "event",
        "known",
        "arrives",
        "start",
        "status",
        "operator",
        "joins",
        "writes",
        "passes",
        "starts",
        "closed",
        "image",
        "location",
        "https://x.example/a",
        "parcel_moved",
        "news",
        "desk",
        "0000000000000001",
        "0000000000000001-1",
        "read",
        "2026-03-01T09:30:00Z",
        "-999999999999-01-01T00:00:00Z",
    ];
    prop_oneof![
        prop::sample::select(WORDS).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        Just(Json::Null),
    ]
}

fn tree() -> impl Strategy<Value = Json> {
    const NAMES: &[&str] = &[
        "id",
        "type",
        "address",
        "contact",
        "text",
        "payload",
        "label",
        "media",
        "kind",
        "url",
        "latitude",
        "longitude",
        "name",
        "fields",
        "at",
        "values",
        "signed",
        "flow",
        "args",
        "message",
        "status",
        "act",
        "operator",
        "queue",
        "to",
        "what",
        "price",
        "city",
        "vip",
        "language",
        "caption",
    ];
    leaf().prop_recursive(3, 40, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(prop::sample::select(NAMES), inner, 0..12).prop_map(|map| map
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&body, Side::Channel, &VERSION.program, NOW);
        let _ = read(&body, Side::People, &VERSION.program, NOW);
    }

    #[test]
    fn any_json_is_read_or_refused_in_few_words(items in prop::collection::vec(tree(), 0..4)) {
        let body = json!({ "items": items }).to_string();
        for side in [Side::Channel, Side::People] {
            match read(body.as_bytes(), side, &VERSION.program, NOW) {
                Ok(read) => prop_assert_eq!(read.len(), items.len()),
                Err(malformed) => prop_assert!(malformed.to_string().len() < 1_000, "{}", malformed),
            }
        }
    }

    /// What is sound is read, in its order, and an unknown field beside it is refused.
    #[test]
    fn sound_bodies_are_read(texts in prop::collection::vec(any::<String>(), 1..=MOST_ITEMS), stranger in "[a-z]{9,12}") {
        let item = |(place, text): (usize, &String)| {
            json!({ "id": place.to_string(), "type": "message", "address": "a", "text": text })
        };
        let mut items: Vec<Json> = texts.iter().enumerate().map(item).collect();
        let whole = |items: &[Json]| json!({ "items": items }).to_string().into_bytes();
        let read_items = read(&whole(&items), Side::Channel, &VERSION.program, NOW).unwrap();
        prop_assert_eq!(read_items.len(), texts.len());
        for (place, item) in read_items.iter().enumerate() {
            prop_assert_eq!(item.id.as_str(), place.to_string());
        }
        let last = items.len() - 1;
        items[last][&stranger] = json!(1);
        let malformed = read(&whole(&items), Side::Channel, &VERSION.program, NOW).unwrap_err();
        prop_assert_eq!(malformed.path, format!("items[{last}].{stranger}"));
    }
}
