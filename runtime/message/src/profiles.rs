//! The sixteen channels that are known without asking: facts in `profiles/*.toml`, read one at a time, when they
//! are asked for.

use std::sync::OnceLock;

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

/// The profiles of one bot: those of the channels, with what its project says instead. Whoever asks what a channel
/// can show asks here, so that the compiler, the machine's hosts and tests never disagree.
///
/// Each profile is read when it is first asked for, and kept.
#[derive(Debug, Default)]
pub struct Profiles {
    changes: Vec<(String, String)>,
    known: [OnceLock<Profile>; NAMES.len()],
}

impl Profiles {
    /// Profiles with changes: the name of a channel, and a fragment of TOML as [`Profile::overridden_by`] takes it.
    pub fn new<'a>(changes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Profiles {
        let changes = changes.into_iter();
        Profiles {
            changes: changes
                .map(|(channel, changes)| (channel.to_owned(), changes.to_owned()))
                .collect(),
            known: Default::default(),
        }
    }

    /// The profile of a channel; none if there is no such channel. A change that cannot be used (the compiler lets
    /// none pass) changes nothing.
    pub fn get(&self, channel: &str) -> Option<&Profile> {
        let name = canonical(channel)?;
        let at = NAMES.iter().position(|known| *known == name)?;
        let read = || {
            let mut profile = builtin(name)?;
            for (_, changes) in self.changes.iter().filter(|(of, _)| canonical(of) == Some(name)) {
                profile = profile.overridden_by(changes).unwrap_or(profile);
            }
            Some(profile)
        };
        match self.known[at].get() {
            Some(known) => Some(known),
            None => {
                let profile = read()?;
                Some(self.known[at].get_or_init(|| profile))
            }
        }
    }
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
    fn a_bot_has_its_own_profiles() {
        let own = Profiles::new([
            ("whatsapp", "[quick_reply]\nmax = 5\n"),
            ("sms", "[text]\nmax = 0\n"),
        ]);
        assert_eq!(own.get("whatsapp").unwrap().options.max, Limit(5));
        assert_eq!(own.get("sms"), builtin("sms").as_ref());
        assert_eq!(own.get("viber_bot"), builtin("viber").as_ref());
        assert_eq!(own.get("fax"), None);
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
