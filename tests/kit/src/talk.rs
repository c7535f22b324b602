//! What people do with a generated bot, as lines of a `.chat` file.

use crate::random::Random;

/// The lines before a conversation: who it is, and what the systems answer.
pub fn headers(random: &mut Random) -> Vec<String> {
    let mut lines = vec![
        format!(
            "at 2026-03-0{} {}",
            2 + random.below(6),
            random.word(&["10:00", "17:55", "22:00"])
        ),
        match random.below(4) {
            0 => "person ana (name: \"Ana\", orders: 2, consents: [marketing])".to_owned(),
            1 => "person ana (city: \"Cluj\", size: medium)".to_owned(),
            2 => "person ana (orders: 5, consents: [\"marketing on web\"])".to_owned(),
            _ => "person ana (language: en)".to_owned(),
        },
    ];
    let takes = random.word(&["", "", " takes 1s", " takes 3s", " takes 20s"]);
    lines.push(match random.below(3) {
        0 => format!("stub shop.quote(city: any){takes} fails"),
        _ => format!(
            "stub shop.quote(city: any){takes} = (price: 5 EUR, days: {})",
            1 + random.below(2)
        ),
    });
    let items = match random.below(4) {
        0 => "[]",
        1 => "[(id: \"a\", label: \"Ale\", price: 3 EUR, free: no)]",
        _ => {
            "[(id: \"a\", label: \"Ale\", price: 3 EUR, free: yes), (id: \"b\", label: \"Beans & co\", price: 2.5 EUR, free: yes), (id: \"c\", label: \"Corn\", price: 1 EUR, free: no)]"
        }
    };
    lines.push(match random.below(5) {
        0 => "stub shop.items(kind: any) fails".to_owned(),
        _ => format!("stub shop.items(kind: any){takes} = {items}"),
    });
    lines.push(match random.below(3) {
        0 => format!("stub shop.book(order: any, count: any){takes} fails taken"),
        1 => format!("stub shop.book(order: any, count: any){takes} fails"),
        _ => format!("stub shop.book(order: any, count: any){takes} = (code: \"X1\")"),
    });
    lines.push(match random.below(3) {
        0 => format!("stub shop.note(words: any){takes} fails"),
        _ => format!("stub shop.note(words: any){takes}"),
    });
    lines.push(format!("@ ana on {}", random.word(&["web", "web", "sms"])));
    lines
}

/// The next thing that happens, given what can be pressed.
pub fn line(random: &mut Random, pressable: &[String]) -> String {
    let few = &pressable[..pressable.len().min(5)];
    match random.below(100) {
        0..=17 => match random.one(few) {
            Some(label) => format!("> [{label}]"),
            None => "> hello".to_owned(),
        },
        18..=29 => match random.one(few) {
            Some(label) => format!("> {}", slip(random, label)),
            None => "> hi".to_owned(),
        },
        30 => match random.one(pressable) {
            Some(label) => format!("> [{label}]"),
            None => "> hi".to_owned(),
        },
        31..=50 => format!(
            "> {}",
            random.word(&[
                "204311",
                "my order is 123456",
                "3",
                "7 pieces, please",
                "20 EUR",
                "about 50 euros",
                "yes",
                "no",
                "Cluj",
                "large",
                "the big one",
                "1",
                "2",
                "the second",
                "small 204311",
                "3 large ones for 40 EUR",
                "12",
                "medium and 5 pieces of 654321",
                "I want 2 medium",
                "ana@example.com",
                "romana",
                "english",
            ])
        ),
        51..=56 => format!(
            "> {}",
            random.word(&[
                "no, 5",
                "sorry, I meant large",
                "actually, 30 EUR",
                "not small, medium",
                "no, to Berlin",
                "I mean 111222",
                "wait, no",
            ])
        ),
        57..=66 => format!(
            "> {}",
            random.word(&[
                "how much is it",
                "what is the price?",
                "when are you open",
                "where is my order",
                "where is order 204311",
                "track 999888",
                "agent",
                "is it expensive",
                "price and hours",
            ])
        ),
        67..=73 => {
            format!(
                "> {}",
                random.word(&["back", "help", "repeat", "start over", "thanks", "back", "repeat"])
            )
        }
        74..=80 => format!(
            "> {}",
            random.word(&["qwertz", "asdf jkl", "???", "🙂", "blah blah blah", "hm"])
        ),
        81..=88 => format!(
            "+ {}",
            random.word(&["30s", "1m", "2m", "4m", "5m", "10m", "20m", "1h", "1s"])
        ),
        89..=91 => format!(
            "! {}",
            random.word(&[
                "paid(order: \"204311\", total: 20 EUR)",
                "paid(order: \"1\", total: 5 EUR)",
                "moved",
                "offered"
            ])
        ),
        92..=98 => format!(
            "~ {}{}",
            random.word(&["maria", "maria", "ion"]),
            random.word(&[
                " joins",
                ": Hello, I am Maria.",
                ": 4",
                " hands back",
                " resolves",
                " leaves",
                " passes to desk",
                " passes to queue day_desk",
                " passes to ion",
                " answers: 4",
                ": (image \"https://x.example/a.png\")",
                " starts offer(price: 10 EUR)",
                " starts thank",
                ": forty two",
                " hands back",
                " joins",
            ])
        ),
        _ => format!(
            "> {}",
            random.word(&["stop", "Apples, pears and figs", "apples + plums"])
        ),
    }
}

/// A label as somebody might type it: as it is, in small letters, cut short, or with a slip.
fn slip(random: &mut Random, label: &str) -> String {
    let small = label.to_lowercase();
    match random.below(5) {
        0 => label.to_owned(),
        1 => small,
        2 => small.split(' ').next().unwrap_or("").to_owned(),
        3 => {
            let mut letters: Vec<char> = small.chars().collect();
            if letters.len() > 4 {
                let place = 1 + random.below(letters.len() - 3);
                letters.swap(place, place + 1);
            }
            letters.into_iter().collect()
        }
        _ => format!("{small} please"),
    }
}
