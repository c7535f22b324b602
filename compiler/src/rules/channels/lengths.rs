//! Which texts are longer than a channel shows: the same arithmetic for the bot's own texts and for translations.
//!
//! What the rendering does is known here: options that do not fit as buttons become a list or numbered lines, whose
//! labels are whole; link buttons that have no place become lines. A label that loses less than a quarter of its
//! letters is still recognised, and nothing is said of it.

use botflow_artifact::{ButtonAct, LanguageId, Part, TextId, TextVariant};
use botflow_message::Profile;
use botflow_message::measure::{Limit, Unit, loses_meaning};

use super::spoken::{Asks, Channels, Role, Sent, Shown, Spoken};

/// A text that is longer than a channel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    /// The channel that holds least: an index into [`Spoken::channels`].
    pub channel: usize,
    /// All channels with the same problem.
    pub on: Channels,
    /// What it holds.
    pub limit: usize,
    /// What is counted.
    pub unit: Unit,
    /// How long the text is, or can get.
    pub length: usize,
    /// The language in which it is so long.
    pub language: LanguageId,
}

impl<'c, 'l> Spoken<'c, 'l> {
    /// Whether a version of a text is too long for one of its channels, in one of these languages.
    pub fn too_long(
        &self,
        shown: &Shown,
        version: &TextVariant,
        languages: &[LanguageId],
    ) -> Option<TooLong> {
        let sent = &self.sent[shown.sent];
        let least = self.each(shown.on).filter_map(|(_, channel)| {
            room(shown.role, channel.profile, sent).map(|(limit, _)| limit.most())
        });
        let least = least.min()?;
        let mut worst: Option<TooLong> = None;
        for language in languages {
            // In bytes everything is longest, but for signs that a channel writes in its own way.
            let bytes = self.bounds.variant(version, *language).in_unit(Unit::Bytes);
            if bytes.is_some_and(|bytes| bytes.saturating_mul(2) <= least) {
                continue;
            }
            for (at, channel) in self.each(shown.on) {
                let Some((limit, unit)) = room(shown.role, channel.profile, sent) else {
                    continue;
                };
                let length = match shown.role {
                    Role::Body | Role::Hint => {
                        self.bounds.on_channel(version, *language, &channel.profile.text)
                    }
                    Role::CardText if !channel.profile.cards.title.exists() => {
                        let title = sent.message.cards.as_ref().map(|cards| cards.title);
                        let title = title.map(|title| self.bounds.text(title, *language));
                        let whole = self.bounds.variant(version, *language).in_unit(unit);
                        // The title becomes the first line.
                        title
                            .and_then(|title| title.in_unit(unit))
                            .zip(whole)
                            .map(|(a, b)| a + b + 1)
                    }
                    _ => self.bounds.variant(version, *language).in_unit(unit),
                };
                let Some(length) = length else { continue };
                let over = match shown.role {
                    Role::Body | Role::Hint => !limit.allows(length),
                    _ => loses_meaning(length, limit),
                };
                if !over {
                    continue;
                }
                let found = TooLong {
                    channel: at,
                    on: 1 << at,
                    limit: limit.most(),
                    unit,
                    length,
                    language: *language,
                };
                worst = Some(match worst {
                    None => found,
                    Some(known) => {
                        let tighter = found.limit < known.limit
                            || (found.channel == known.channel && found.length > known.length);
                        TooLong {
                            on: known.on | found.on,
                            ..if tighter { found } else { known }
                        }
                    }
                });
            }
        }
        worst
    }

    /// What is too long of the words that this bot is written in; versions in other languages are a translator's.
    pub fn too_long_as_written(&self, shown: &Shown) -> Option<TooLong> {
        let versions = self.bounds.versions(shown.text);
        let (version, languages) = versions.first()?;
        let here = self.languages(shown.sent);
        let languages: Vec<LanguageId> = languages
            .iter()
            .copied()
            .filter(|one| here.contains(one))
            .collect();
        self.too_long(shown, version, &languages)
    }

    /// The other versions of a text that are too long: each with its language.
    pub fn too_long_translated(&self, shown: &Shown) -> Vec<(LanguageId, TooLong)> {
        let versions = self.bounds.versions(shown.text);
        let here = self.languages(shown.sent);
        (versions.iter().skip(1))
            .filter(|(version, _)| here.contains(&version.language))
            .filter_map(|(version, languages)| {
                Some((version.language, self.too_long(shown, version, languages)?))
            })
            .collect()
    }

    /// Whether a text has holes that decide how long it is.
    pub fn has_holes(&self, text: TextId) -> bool {
        let texts = &self.context.bot.texts;
        let variants = texts.get(text.index()).map_or(&[][..], |text| &text.variants);
        variants
            .first()
            .is_some_and(|variant| variant.parts.iter().any(|part| matches!(part, Part::Hole { .. })))
    }
}

/// The room that a channel has for a text; none if it has all the room there is, or shows it in another way.
fn room(role: Role, profile: &Profile, sent: &Sent<'_>) -> Option<(Limit, Unit)> {
    let (limit, unit) = match role {
        Role::Body | Role::Hint => (profile.text.max, profile.text.unit),
        Role::Option => option_room(profile, &sent.asks, sent.asks.options)?,
        Role::Suggestion => option_room(profile, &sent.asks, sent.asks.suggestions)?,
        Role::Link | Role::Call => {
            let facts = match role {
                Role::Link => &profile.links,
                _ => &profile.calls,
            };
            let alone = sent.asks.options == 0 && sent.asks.suggestions == 0;
            if !facts.max.exists() || !(alone || facts.with_options) {
                return None;
            }
            (facts.label, profile.options.unit)
        }
        Role::CardTitle | Role::CardText | Role::CardButton => {
            let cards = &profile.cards;
            if !shows_cards(profile, sent) {
                return None;
            }
            let limit = match role {
                Role::CardTitle => cards.title,
                Role::CardText => cards.text,
                _ => cards.label,
            };
            if !limit.exists() {
                return None;
            }
            (limit, Unit::Utf16)
        }
    };
    (limit != Limit::NONE).then_some((limit, unit))
}

/// Whether a channel shows the cards of a message as cards.
pub(super) fn shows_cards(profile: &Profile, sent: &Sent<'_>) -> bool {
    let Some(cards) = &sent.message.cards else {
        return false;
    };
    let facts = &profile.cards;
    let shown = |act: ButtonAct| match act {
        ButtonAct::Opens(_) => profile.links.max.exists(),
        ButtonAct::Calls(_) => profile.calls.max.exists(),
        ButtonAct::Leads(_) | ButtonAct::Says => profile.options.max.exists(),
    };
    facts.max.exists()
        && facts.buttons.allows(cards.buttons.len())
        && (!facts.image_required || cards.image.is_some())
        && cards.buttons.iter().all(|button| shown(button.act))
}

/// Whether a channel writes all options out as numbered lines if a label has no room: it has no list for them.
pub(crate) fn written_out(profile: &Profile) -> bool {
    profile.options.max.exists() && !profile.list.rows.exists()
}

/// Where a channel shows so many options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Buttons,
    List,
    Lines,
}

/// Where a channel shows so many options.
pub(super) fn shape(profile: &Profile, count: usize) -> Shape {
    if profile.options.max.allows(count) && count >= profile.options.min {
        Shape::Buttons
    } else if profile.list.rows.allows(count) && count > 0 {
        Shape::List
    } else {
        Shape::Lines
    }
}

/// The room for the label of an option: the least over the numbers of options that there can be.
fn option_room(profile: &Profile, asks: &Asks<'_>, most: usize) -> Option<(Limit, Unit)> {
    let list = &profile.list;
    let counts = [most, asks.fewest.clamp(1.min(most), most)];
    let rooms = counts
        .into_iter()
        .filter_map(|count| match shape(profile, count) {
            Shape::Buttons => Some((profile.options.label, profile.options.unit)),
            // The second line has the whole label.
            Shape::List if list.description.most() > list.label.most() => {
                Some((list.description, Unit::Utf16))
            }
            Shape::List => Some((list.label, Unit::Utf16)),
            Shape::Lines => None,
        });
    rooms.min_by_key(|(limit, _)| limit.most())
}

#[cfg(test)]
mod tests {
    use botflow_message::measure::one_line;
    use botflow_message::{Action, Button, Message, profiles, render};
    use proptest::prelude::*;

    use super::*;

    /// The label of each option as people can read it, by payload.
    fn read(message: &Message, profile: &Profile) -> Vec<(String, String)> {
        let rendering = render(message, profile);
        let mut found = Vec::new();
        // A text that is too long goes in parts, which may part a line, too.
        let tight = |text: &str| text.split_whitespace().collect::<String>();
        let said: String = rendering
            .messages
            .iter()
            .map(|shown| tight(&shown.plain()))
            .collect();
        for shown in &rendering.messages {
            for button in &shown.buttons {
                if let Action::Press(payload) = &button.action {
                    found.push((payload.to_string(), button.label.to_string()));
                }
            }
            for row in shown.list.iter().flat_map(|list| &list.rows) {
                let line = if row.description.is_empty() {
                    &row.label
                } else {
                    &row.description
                };
                found.push((row.payload.to_string(), line.to_string()));
            }
            for answer in &shown.answers {
                assert!(
                    said.contains(&tight(&one_line(&answer.label))),
                    "{:?} is written out whole",
                    answer.label
                );
                found.push((answer.payload.to_string(), answer.label.to_string()));
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_said_of_labels_is_what_rendering_makes_of_them(
            channel in 0..profiles::NAMES.len(),
            lengths in prop::collection::vec(1..100_usize, 1..16),
        ) {
            let profile = profiles::builtin(profiles::NAMES[channel]).expect("it is known");
            // Labels that differ in their first letters, as labels should.
            let label = |(at, length): (usize, &usize)| format!("{at} {}", "x".repeat(*length));
            let labels: Vec<String> = lengths.iter().enumerate().map(label).collect();
            let mut message = Message::text("Which?");
            for (at, label) in labels.iter().enumerate() {
                message = message.with(Button::press(label.as_str(), format!("p.{at}")));
            }
            let count = labels.len();
            let asks = Asks { place: None, options: count, fewest: count, suggestions: 0 };
            let room = option_room(&profile, &asks, count);
            let shown = read(&message, &profile);
            for (at, label) in labels.iter().enumerate() {
                let payload = format!("p.{at}");
                let (_, seen) = shown.iter().find(|(known, _)| *known == payload).expect("it can be picked");
                let length = Unit::Utf16.measure(label);
                let unread = |label: &String| {
                    room.is_some_and(|(limit, _)| loses_meaning(Unit::Utf16.measure(label), limit))
                };
                match room {
                    // Where there is no list, one label that people could not read makes lines of all.
                    Some(_) if written_out(&profile) && labels.iter().any(unread) => prop_assert_eq!(seen, label),
                    None => prop_assert_eq!(seen, label),
                    Some((limit, _)) if limit.allows(length) => prop_assert_eq!(seen, label),
                    Some((limit, _)) => {
                        prop_assert_ne!(seen, label);
                        let kept = Unit::Utf16.measure(seen) - 1;
                        prop_assert_eq!(loses_meaning(length, limit), kept * 4 < length * 3);
                    }
                }
            }
        }
    }
}
