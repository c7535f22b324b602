//! The sixteen channels that are known without asking: facts in `profiles/*.toml`, read one at a time, when they
//! are asked for.

use crate::profile::Profile;

/// The names of the channels, as flows write them.
pub const NAMES: [&str; 16] = [
    "web",
    "popup",
    "whatsapp",
    "viber",
    "viber_business",
    "messenger",
    "instagram",
    "facebook_comment",
    "instagram_comment",
    "telegram",
    "sms",
    "email",
    "rcs",
    "line",
    "slack",
    "apple_messages",
];

/// The profile of a channel, by its name or another name that it goes by. `None`: there is no such channel.
///
/// Reads a few hundred lines of TOML at most; whoever renders often keeps the result.
pub fn builtin(name: &str) -> Option<Profile> {
    let text = source(canonical(name)?)?;
    // The files are part of the program, and a test reads them all.
    Some(Profile::from_toml(text).expect("a profile of the program itself is sound"))
}

/// The name that flows write for a channel that also goes by another name (`webchat`, `viber_bot`).
pub fn canonical(name: &str) -> Option<&'static str> {
    let name = match name {
        "webchat" => "web",
        "viber_bot" => "viber",
        other => other,
    };
    NAMES.into_iter().find(|known| *known == name)
}

/// The file of a profile.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "web" => include_str!("../profiles/web.toml"),
        "popup" => include_str!("../profiles/popup.toml"),
        "whatsapp" => include_str!("../profiles/whatsapp.toml"),
        "viber" => include_str!("../profiles/viber.toml"),
        "viber_business" => include_str!("../profiles/viber_business.toml"),
        "messenger" => include_str!("../profiles/messenger.toml"),
        "instagram" => include_str!("../profiles/instagram.toml"),
        "facebook_comment" => include_str!("../profiles/facebook_comment.toml"),
        "instagram_comment" => include_str!("../profiles/instagram_comment.toml"),
        "telegram" => include_str!("../profiles/telegram.toml"),
        "sms" => include_str!("../profiles/sms.toml"),
        "email" => include_str!("../profiles/email.toml"),
        "rcs" => include_str!("../profiles/rcs.toml"),
        "line" => include_str!("../profiles/line.toml"),
        "slack" => include_str!("../profiles/slack.toml"),
        "apple_messages" => include_str!("../profiles/apple_messages.toml"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Limit;

    #[test]
    fn every_channel_is_sound_and_says_where_its_facts_are_from() {
        for name in NAMES {
            let profile =
                Profile::from_toml(source(name).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(profile.name, name);
            assert!(!profile.sources.is_empty(), "{name} names no source");
            assert!(
                profile.text.max == Limit::NONE || !profile.text.source.is_empty(),
                "{name}: text"
            );
        }
        assert_eq!(
            builtin("webchat").map(|profile| profile.name).as_deref(),
            Some("web")
        );
        assert_eq!(builtin("viber_bot"), builtin("viber"));
        assert_eq!(builtin("fax"), None);
    }

    #[test]
    fn a_project_changes_single_facts() {
        let whatsapp = builtin("whatsapp").unwrap();
        let changed = whatsapp
            .overridden_by("date = \"2027-01-01\"\n[options]\nmax = 5\n")
            .unwrap();
        assert_eq!(changed.options.max, Limit(5));
        assert_eq!(changed.options.label, whatsapp.options.label);
        assert_eq!(whatsapp.overridden_by("").unwrap(), whatsapp);
    }

    #[test]
    fn wrong_changes_are_told_with_their_key() {
        let web = builtin("web").unwrap();
        let error = |fragment: &str| web.overridden_by(fragment).unwrap_err().to_string();
        assert_eq!(
            error("name = \"x\""),
            "`name`: the name of a channel cannot be changed"
        );
        assert_eq!(
            error("date = \"2026-13-01\""),
            "`date`: a date is written YYYY-MM-DD"
        );
        assert_eq!(
            error("[options]\nlabel = 3"),
            "`options.label`: this limit is at least 12, or -1, or 0"
        );
        assert_eq!(
            error("[text]\nmax = 0"),
            "`text.max`: 0 would leave no room at all; write -1 if no limit is known"
        );
        assert_eq!(
            error("[text]\nmax = -2"),
            "`text.max`: a limit is -1 (none is known), 0 (not on this channel) or more"
        );
        assert_eq!(
            error("[media]\nimage_mb = -3.0"),
            "`media.image_mb`: a size in megabytes is -1 (not known), 0 (none) or more"
        );
        assert_eq!(
            error("[text]\nsource = [\"X9\"]"),
            "`text.source`: the source `X9` is not among `sources`"
        );
        assert_eq!(
            error("uncertain = [\"text.maxi\"]"),
            "`uncertain`: `text.maxi` is not a key of the profile"
        );
        assert!(error("[text]\nmaximum = 5").contains("unknown field `maximum`"));
        assert!(error("[text]\nmax = \"many\"").contains("invalid type"));
        assert!(web.overridden_by("[text\n").unwrap_err().span.is_some());
    }
}
