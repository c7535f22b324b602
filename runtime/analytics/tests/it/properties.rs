//! What holds of any stream: order and repetition of entries do not matter, and pieces of a period add up.

use botflow_analytics::figures::{Friction, Reach, Resolution, Satisfaction, Speed, Understanding};
use botflow_analytics::{Entry, Selection, Stream};
use proptest::prelude::*;

use crate::shop::{play, program};

/// Lines of customers, operators and time, in any order.
fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "> hi",
        "> size",
        "> buy",
        "> nothing",
        "> price",
        "> too expensive",
        "> human",
        "> rate us",
        "> 9",
        "> yes",
        "> no, 70",
        "> blah",
        "> 80",
        "> 500",
        "> start over",
        "> back",
        "> thanks",
        "> mail me",
        "> a@example.com",
        "> sign up",
        "> Do you ship abroad?",
        "> STOP",
        "+ 1m",
        "+ 2h",
        "+ 3d",
        "~ maria joins",
        "~ maria: Hello.",
        "~ maria resolves",
        "~ maria hands back",
        "~ ivan joins",
        "~ ivan leaves",
        "~ maria passes to queue night",
        "! cart_left",
        "! checkout_begun",
        "! order_placed(order: \"1\", total: 20 EUR)",
        "! page_viewed(url: \"https://shop.example/a\")",
        "! visit_started(url: \"https://shop.example/b\")",
        ". read",
        ". delivered",
        "@ ana on whatsapp",
        "@ ana on web",
        "@ ben on sms",
    ])
}

fn played(lines: &[&str]) -> Vec<Entry> {
    let script = format!(
        "at 2026-03-02 10:00\nstub stock.count() = 3\nperson ana (channels: [whatsapp, web], consents: [marketing])\n@ ana on whatsapp\n{}",
        lines.join("\n")
    );
    play(&program(), &script)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn streams_are_sound(lines in prop::collection::vec(line(), 1..60), seed in any::<u64>()) {
        let entries = played(&lines);
        // Every person's entries are numbered from 1, and can be stored.
        let mut last = std::collections::BTreeMap::new();
        for entry in &entries {
            let number = last.entry(entry.person).or_insert(0);
            *number += 1;
            prop_assert_eq!(entry.number, *number);
            let stored = serde_json::to_string(entry).expect("it can be written");
            prop_assert_eq!(&serde_json::from_str::<Entry>(&stored).expect("it can be read"), entry);
        }
        let stream: Stream = entries.iter().cloned().collect();
        // In another order, and some of them twice.
        let mut mixed: Vec<(u64, Entry)> = entries.iter().cloned().zip(0u64..).map(|(entry, at)| {
            ((at ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15), entry)
        }).collect();
        mixed.sort_by_key(|(key, _)| *key);
        let twice = mixed.iter().step_by(3).map(|(_, entry)| entry.clone());
        let other: Stream = mixed.iter().map(|(_, entry)| entry.clone()).chain(twice).collect();
        prop_assert_eq!(&stream, &other);

        // What was asked is answered, given up, or waits.
        let friction = Friction::of(&stream, &Selection::all());
        for (name, place) in &friction.places {
            let ended = place.answered + place.given_up.values().sum::<u64>();
            prop_assert!(place.asked >= ended && place.asked <= ended + 4, "{}: {:?}", name, place);
        }
        let all = Selection::all();
        let resolution = Resolution::of(&stream, &all);
        prop_assert_eq!(resolution.contained.part + resolution.escalated.part, resolution.escalated.all);
        prop_assert_eq!(resolution.outcomes.values().sum::<u64>(), resolution.escalated.all);

        // Any cut of time into two makes figures that add up.
        let from = entries.first().map_or(0, |entry| entry.at);
        let until = entries.last().map_or(0, |entry| entry.at) + 1;
        let cut = from + (seed % (until - from).max(1) as u64) as i64;
        let (first, second, whole) =
            (Selection::period(from, cut), Selection::period(cut, until), Selection::period(from, until));
        let mut bot = Resolution::of(&stream, &first).by_bot;
        bot.merge(Resolution::of(&stream, &second).by_bot);
        prop_assert_eq!(bot, Resolution::of(&stream, &whole).by_bot);
        let mut spans = Speed::of(&stream, &first).bot;
        spans.merge(&Speed::of(&stream, &second).bot);
        prop_assert_eq!(&spans, &Speed::of(&stream, &whole).bot);
        let mut unclear = Understanding::of(&stream, &first).unclear;
        unclear.merge(Understanding::of(&stream, &second).unclear);
        prop_assert_eq!(unclear, Understanding::of(&stream, &whole).unclear);
        let mut response = Satisfaction::of(&stream, &first).response;
        response.merge(Satisfaction::of(&stream, &second).response);
        prop_assert_eq!(response, Satisfaction::of(&stream, &whole).response);
        let sent = |selection: &Selection| Reach::of(&stream, selection).sent;
        prop_assert_eq!(sent(&first) + sent(&second), sent(&whole));
    }
}
