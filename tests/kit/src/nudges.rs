//! Bots by chance that begin conversations, and what happens to people meanwhile.

use std::fmt::Write as _;

use crate::random::Random;

const DECLARATIONS: &str = r#"
customer {
  orders: integer = 0
}

event cart(total: money)
event paid(total: money)
event moved

intent price {
  words "price", "how much"
}
intent hours {
  words "hours"
}

segment big if count(paid, 2d) >= 2
segment rich if sum(paid.total, 3d) >= 50 EUR or customer.orders > 3
segment here if in_stage(two) and not big

always {
  on price {
    say "9 EUR."
  }
  on hours {
    say "From nine to five."
  }
  on silence 1h -> finish abandoned
  on unclear {
    say "Pardon?"
    tries 3 -> finish unresolved
  }
}

flow main {
  ask topic: text "What is it about?"
  remember customer.orders = customer.orders + 1
  stage one
  finish resolved
}

flow short {
  say "Good news."
  finish resolved
}

flow long {
  say "Something for you."
  choose "Shall I keep it?" {
    "Yes" {
      stage two
      finish resolved
    }
    "No" -> finish unresolved
  }
}
"#;

/// A bot's source.
pub fn source(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut out = String::from(
        "bot nudging {\n  languages en\n  channels web, viber, sms\n  currency EUR\n  timezone \"Europe/Bucharest\"\n  \
         stages one, two\n  consents marketing, service\n  start main\n",
    );
    if random.chance(50) {
        let _ = writeln!(
            out,
            "  proactive at most {} in {}",
            1 + random.below(3),
            random.word(&["1d", "7d"])
        );
    }
    out.push_str("}\n");
    out.push_str(DECLARATIONS);
    for number in 0..1 + random.below(5) {
        trigger(&mut random, number, &mut out);
    }
    out
}

fn trigger(random: &mut Random, number: usize, out: &mut String) {
    let _ = writeln!(out, "\ntrigger t{number} {{");
    let mut line = |text: String| {
        let _ = writeln!(out, "  {text}");
    };
    match random.below(14) {
        0..=4 => {
            let event = random.word(&["cart", "cart", "paid"]);
            match random.chance(40) {
                true => line(format!("on {event} if event.total >= 20 EUR")),
                false => line(format!("on {event}")),
            }
        }
        5 => line("on moved".to_owned()),
        6 => line(format!("on entered {}", random.word(&["one", "two"]))),
        7 => line("on asked price".to_owned()),
        8 => line(format!("on joined {}", random.word(&["big", "rich", "here"]))),
        9 => line(format!("on left {}", random.word(&["big", "rich", "here"]))),
        10 => line(random.word(&["on opted_in", "on referral_opened"]).to_owned()),
        11 => line("on comment_posted about price".to_owned()),
        _ => line(format!(
            "every {} at {}",
            random.word(&["day", "mon", "mon to fri", "sat, sun"]),
            random.word(&["03:30", "10:00", "23:00"])
        )),
    }
    if random.chance(60) {
        let after = random.word(&["10m", "30m", "2h", "1d", "3d"]);
        match random.chance(60) {
            true => line(format!(
                "after {after} unless {}",
                random.word(&[
                    "paid",
                    "moved",
                    "asked hours",
                    "entered two",
                    "moved, asked hours",
                    "joined big"
                ])
            )),
            false => line(format!("after {after}")),
        }
    }
    if random.chance(25) {
        line(format!(
            "if {}",
            random.word(&["customer.orders < 2", "not big", "here or rich"])
        ));
    }
    if random.chance(40) {
        line(format!(
            "needs consent {}",
            random.word(&["marketing", "service"])
        ));
    }
    if random.chance(40) {
        line(format!(
            "between {}",
            random.word(&["09:00 and 20:00", "22:00 and 06:00", "03:00 and 04:00"])
        ));
    }
    if random.chance(30) {
        line(format!(
            "at most {} in {}",
            1 + random.below(2),
            random.word(&["1d", "7d"])
        ));
    }
    let several = random.chance(60);
    if several {
        line(format!(
            "via {}",
            random.word(&["viber, sms", "sms, viber, web", "web, viber", "viber, web, sms"])
        ));
    }
    if several && random.chance(50) {
        line(format!(
            "unread {} -> next channel",
            random.word(&["10m", "2h", "1d"])
        ));
    }
    if several && random.chance(40) {
        line(format!(
            "undelivered{} -> next channel",
            random.word(&["", " 5m", " 1h"])
        ));
    }
    if random.chance(70) {
        line(format!("when busy {}", random.word(&["wait", "skip"])));
    }
    if random.chance(40) {
        line(format!("priority {}", random.word(&["high", "low", "normal"])));
    }
    if random.chance(50) {
        line(format!("expires {}", random.word(&["10m", "4h", "2d"])));
    }
    line(format!("start {}", random.word(&["short", "long"])));
    out.push_str("}\n");
}

/// The lines before a conversation: who it is, and when. On the third day the clocks go forward.
pub fn headers(random: &mut Random) -> Vec<String> {
    let zone = random.word(&[
        "",
        "",
        ", timezone: \"America/New_York\"",
        ", timezone: \"Asia/Tokyo\"",
    ]);
    vec![
        format!("at 2026-03-27 {}", random.word(&["08:50", "12:00", "21:40"])),
        format!(
            "person ana (orders: {}{zone}, channels: {}, consents: {})",
            random.below(5),
            random.word(&["[viber, sms]", "[sms]", "[viber, sms, web]"]),
            random.word(&[
                "[marketing, service]",
                "[marketing]",
                "[]",
                "[\"service\", \"marketing on sms\"]"
            ])
        ),
        format!("@ ana on {}", random.word(&["web", "viber", "sms"])),
    ]
}

/// The next thing that happens.
pub fn line(random: &mut Random, pressable: &[String]) -> String {
    match random.below(100) {
        0..=39 => {
            let event = random.word(&[
                "cart(total: 30 EUR)",
                "cart(total: 5 EUR)",
                "paid(total: 30 EUR)",
                "paid(total: 10 EUR)",
                "moved",
                "opted_in(channel: sms)",
                "opted_in(channel: viber)",
                "opted_out(channel: viber)",
                "opted_out(channel: sms)",
                "referral_opened(referral: \"poster\")",
                "comment_posted(text: \"How much is it?\")",
                "comment_posted(text: \"Nice!\")",
            ]);
            match random.chance(20) {
                true => format!(
                    "! {event} at 2026-03-{} {}",
                    20 + random.below(11),
                    random.word(&["09:00", "12:00", "21:50"])
                ),
                false => format!("! {event}"),
            }
        }
        40..=42 => "! again".to_owned(),
        43..=69 => format!(
            "+ {}",
            random.word(&[
                "1m", "5m", "10m", "29m", "30m", "31m", "1h", "2h", "5h", "11h", "1d", "2d", "4d"
            ])
        ),
        70..=74 => format!(
            "+ until {}",
            random.word(&["03:30", "09:00", "10:00", "22:00", "mon 08:59"])
        ),
        75..=82 => format!(". {}", random.word(&["read", "delivered", "not delivered"])),
        83..=86 => match random.one(pressable) {
            Some(label) => format!("> [{label}]"),
            None => "> hello".to_owned(),
        },
        87..=97 => format!(
            "> {}",
            random.word(&["price", "hours", "hello", "how much?", "hm"])
        ),
        98 => "> STOP".to_owned(),
        _ => format!("@ ana on {}", random.word(&["web", "viber", "sms"])),
    }
}
