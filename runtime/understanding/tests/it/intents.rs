//! Which intents a message means, and what fills their parameters.

use std::ops::Range;

use botflow_understanding::matcher::{Certainty, Listener, Matcher, NoReaders};
use botflow_understanding::{IntentWords, WordMatcher, normalise};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["price", "human", "order", "hours", "ship"];

fn bot() -> WordMatcher {
    let intent = |number: u32, words: &[&str], likes: &[&str], params: &[&str]| IntentWords {
        intent: number,
        words: words.iter().map(|word| (*word).into()).collect(),
        likes: likes.iter().map(|like| (*like).into()).collect(),
        params: params.iter().map(|param| (*param).into()).collect(),
    };
    WordMatcher::new(&[
        intent(
            0,
            &[
                "price",
                "cost",
                "how much",
                "цена",
                "стоимость",
                "preț",
                "cât costă",
            ],
            &["is it expensive"],
            &[],
        ),
        intent(1, &["agent", "operator", "human", "real person"], &[], &[]),
        intent(
            2,
            &["where is my order", "track", "order"],
            &["where is order {order}", "has {order} shipped yet"],
            &["order"],
        ),
        intent(3, &["opening hours", "hours", "open"], &[], &[]),
        intent(
            4,
            &["shipping"],
            &["ship it from {from} to {to}", "{from} {to}"],
            &["from", "to"],
        ),
    ])
}

/// Orders are runs of eight digits, cities are words with a capital.
struct Readers;

fn is_order(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_city(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase) && text.chars().all(char::is_alphabetic)
}

impl Listener for Readers {
    fn reads_whole(&self, intent: u32, _: u32, text: &str) -> bool {
        if intent == 2 {
            is_order(text)
        } else {
            is_city(text)
        }
    }

    fn reads_inside(&self, intent: u32, _: u32, text: &str) -> Option<Range<usize>> {
        let mut from = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            if if intent == 2 {
                is_order(bare)
            } else {
                is_city(bare) && from > 0
            } {
                return Some(from..from + bare.len());
            }
            from += word.len();
        }
        None
    }
}

/// `price!` is certain, `price?` probable, parameters in parentheses.
fn heard(source: &str) -> String {
    let found = bot().intents(source, &normalise(source), &Readers);
    let one = |found: &botflow_understanding::Match| {
        let holes: Vec<String> = found
            .holes
            .iter()
            .map(|hole| format!("({}={})", hole.param, &source[hole.range.clone()]))
            .collect();
        let sure = if found.certainty == Certainty::Certain {
            "!"
        } else {
            "?"
        };
        format!("{}{}{sure}", NAMES[found.intent as usize], holes.concat())
    };
    found.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn messages() {
    for (message, expected) in [
        ("price", "price!"),
        ("What is the PRICE?", "price!"),
        ("this is priceless", ""),
        ("cat costa", "price!"),
        ("Cât costă?", "price!"),
        ("Какова стоимость", "price!"),
        ("how much", "price!"),
        ("how about much", ""),
        ("is it expensive?", "price!"),
        ("hi, is it expensive please", "price!"),
        ("is it very expensive", ""),
        ("a real person please", "human!"),
        ("person", ""),
        // Equally long phrases of two intents.
        ("human price", "human? price?"),
        ("operator or agent", "human!"),
        // The longer phrase wins, the other stands apart.
        ("how much does a human cost", "price! human?"),
        // Inside the longer phrase the shorter does not count.
        ("what are your opening hours", "hours!"),
        ("where is my order", "order!"),
        ("where is order 20431177", "order(0=20431177)!"),
        ("Has 20431177 shipped yet?", "order(0=20431177)!"),
        ("where is order number nine", "order!"),
        ("track my parcel 20431177, please", "order(0=20431177)!"),
        ("ship it from Cluj to Iași", "ship(0=Cluj)(1=Iași)!"),
        ("Shipping costs, between Cluj and Iași", "ship(0=Cluj)(1=Iași)!"),
        ("shipping to Iași", "ship(0=Iași)!"),
        ("Cluj Iași", "ship(0=Cluj)(1=Iași)!"),
        ("", ""),
        ("nothing of it", ""),
    ] {
        assert_eq!(heard(message), expected, "{message:?}");
    }
}

#[test]
fn only_what_is_listened_to_counts() {
    struct NotHumans;
    impl Listener for NotHumans {
        fn listens(&self, intent: u32) -> bool {
            intent != 1
        }
        fn reads_whole(&self, _: u32, _: u32, _: &str) -> bool {
            false
        }
        fn reads_inside(&self, _: u32, _: u32, _: &str) -> Option<Range<usize>> {
            None
        }
    }
    let found = bot().intents("human price", &normalise("human price"), &NotHumans);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].certainty, Certainty::Certain);
}

#[test]
fn odd_examples_are_harmless() {
    let odd = IntentWords {
        intent: 9,
        words: vec!["".into(), "!!".into(), "ok ok".into()],
        likes: vec![
            "".into(),
            "{".into(),
            "{}".into(),
            "{nobody} here".into(),
            "{x}{x} } {".into(),
        ],
        params: vec!["x".into()],
    };
    let matcher = WordMatcher::new(&[odd]);
    for message in ["", "ok", "ok ok", "{", "nobody here", "a b c"] {
        matcher.intents(message, &normalise(message), &Readers);
    }
}

#[test]
fn huge_messages_are_matched_in_time() {
    let matcher = bot();
    for piece in [
        "how much ",
        "price ",
        "how ",
        "where is order ",
        "Cluj ",
        "a",
        "20431177 ",
        "ship it from Cluj to ",
    ] {
        let message = piece.repeat(1_000_000 / piece.len());
        matcher.intents(&message, &normalise(&message), &Readers);
    }
}

/// A reader that says yes to anything, anywhere.
struct Anything;

impl Listener for Anything {
    fn reads_whole(&self, _: u32, _: u32, _: &str) -> bool {
        true
    }

    fn reads_inside(&self, _: u32, _: u32, text: &str) -> Option<Range<usize>> {
        Some(0..text.len().min(1))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Holes can be cut out of the message, at most one intent is certain, and each is named once.
    #[test]
    fn any_message_is_safe(message in prop_oneof![any::<String>(), "(how|much|price|ship|it|from|to|Cluj|where|is|order|20431177|human|\\+|-| |€){0,14}", "((how|much|ship|it|from|to|where|is|order|Cluj) ){0,14}"]) {
        for listener in [&Readers as &dyn Listener, &Anything, &NoReaders] {
            let found = bot().intents(&message, &normalise(&message), listener);
            let certain = found.iter().filter(|one| one.certainty == Certainty::Certain).count();
            prop_assert!(certain <= 1);
            prop_assert!(certain == 0 || found[0].certainty == Certainty::Certain);
            for (place, one) in found.iter().enumerate() {
                prop_assert!(found[..place].iter().all(|other| other.intent != one.intent));
                for hole in &one.holes {
                    prop_assert!(message.get(hole.range.clone()).is_some_and(|text| !text.is_empty()));
                }
            }
        }
    }

    /// A phrase alone, in any case, is its intent for certain; glued to letters it is not.
    #[test]
    fn whole_words_only(upper in any::<bool>(), tail in "[a-z]{1,5}") {
        let word = if upper { "PRICE" } else { "price" };
        prop_assert_eq!(heard(word), "price!");
        let glued = format!("{word}{tail}");
        prop_assert_eq!(heard(&glued), "");
        let behind = format!("{word} zz{tail}");
        prop_assert_eq!(heard(&behind), "price!");
    }
}

/// Listens to some of many intents, and may say all at once which.
struct Some64 {
    mask: u64,
    says: bool,
}

impl Listener for Some64 {
    fn listens(&self, intent: u32) -> bool {
        self.mask >> intent & 1 == 1
    }

    fn listening(&self) -> Option<Vec<u32>> {
        self.says
            .then(|| (0..64).filter(|intent| self.listens(*intent)).collect())
    }

    fn reads_whole(&self, _: u32, _: u32, text: &str) -> bool {
        is_order(text)
    }

    fn reads_inside(&self, _: u32, _: u32, _: &str) -> Option<Range<usize>> {
        None
    }
}

/// Sixty-four intents that share most of their words, in no order.
fn crowd() -> WordMatcher {
    let intents: Vec<IntentWords> = (0..64u32)
        .map(|place| {
            let intent = place * 37 % 64;
            let own = format!("own{}", intent % 5);
            IntentWords {
                intent,
                words: vec!["hours".into(), format!("open {own}").into(), own.clone().into()],
                likes: vec![
                    "what are your hours".into(),
                    format!("what about {own} {{order}}").into(),
                    "{order}".into(),
                ],
                params: vec!["order".into()],
            }
        })
        .collect();
    WordMatcher::new(&intents)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Going through what is listened to finds the same as asking for each intent.
    #[test]
    fn asking_at_once_is_asking_for_each(
        mask in prop_oneof![any::<u64>(), (0..64u32).prop_map(|bit| 1 << bit), (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c)| a & b & c)],
        message in "((hours|open|what|are|your|about|own[0-5]|20431177|hm|please) ){0,8}",
    ) {
        let matcher = crowd();
        let heard = normalise(&message);
        let at_once = matcher.intents(&message, &heard, &Some64 { mask, says: true });
        let each = matcher.intents(&message, &heard, &Some64 { mask, says: false });
        prop_assert_eq!(at_once, each);
    }
}

/// What checks ask is what the matcher does.
#[test]
fn an_intent_is_heard_beyond_its_sentences_by_short_words() {
    use botflow_understanding::{Learner, WordLearner};
    let words = |words: &[&str], likes: &[&str]| IntentWords {
        words: words.iter().map(|one| (*one).into()).collect(),
        likes: likes.iter().map(|one| (*one).into()).collect(),
        ..IntentWords::default()
    };
    for (intent, generalises) in [
        (words(&["price"], &[]), true),
        (words(&["when do you open on sundays"], &[]), true),
        (words(&["nothing came of what was ordered last week"], &[]), false),
        (words(&[], &["is it expensive", "what would I pay"]), false),
        (
            words(&[], &["is it expensive", "what would I pay", "is it dear"]),
            true,
        ),
        (words(&[], &["where is order {order}"]), true),
        (words(&[], &[]), false),
    ] {
        assert_eq!(WordLearner.generalises(&intent), generalises, "{intent:?}");
    }
    let learned = WordLearner.learn(&[words(&["price"], &["is it dear"])]);
    let heard = |message: &str| {
        !learned
            .intents(message, &normalise(message), &NoReaders)
            .is_empty()
    };
    assert!(heard("the price please") && heard("is it dear") && !heard("is it very dear"));
}
