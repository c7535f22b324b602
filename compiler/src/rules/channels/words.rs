//! How findings speak of channels.

use smol_str::SmolStr;

/// A channel in a sentence, behind "on" or as its subject.
pub(super) fn name(channel: &str) -> &str {
    match channel {
        "web" => "the website chat",
        "popup" => "a pop-up",
        "whatsapp" => "WhatsApp",
        "viber" => "Viber",
        "viber_business" => "Viber Business",
        "messenger" => "Messenger",
        "instagram" => "Instagram",
        "facebook_comment" => "Facebook comments",
        "instagram_comment" => "Instagram comments",
        "telegram" => "Telegram",
        "sms" => "SMS",
        "email" => "e-mail",
        "rcs" => "RCS",
        "line" => "LINE",
        "slack" => "Slack",
        "apple_messages" => "Apple Messages",
        other => other,
    }
}

/// Where something is shown, at the beginning of a sentence.
pub(super) fn on(channel: &str) -> String {
    let name = name(channel);
    match channel {
        "sms" | "email" => format!("By {name}"),
        "web" | "popup" | "facebook_comment" | "instagram_comment" => format!("In {name}"),
        _ => format!("On {name}"),
    }
}

/// A sentence about the other channels that have the same problem; empty without any.
pub(super) fn others<'n>(channels: impl Iterator<Item = &'n SmolStr>) -> String {
    let names: Vec<&str> = channels.map(|channel| name(channel)).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" The same goes for {}.", and(names)),
    }
}

/// `a, b and c`.
pub(super) fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// `1 button`, `3 buttons`.
pub(super) fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{} {thing}s", thousands(number)),
    }
}

/// A number with commas.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_read_well() {
        assert_eq!(count(1, "option"), "1 option");
        assert_eq!(count(1234567, "byte"), "1,234,567 bytes");
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
        assert_eq!(others([].into_iter()), "");
    }
}
