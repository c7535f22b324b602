//! People in the world: who they are, where they write, what they can press.

use botflow_artifact::ConsentId;
use botflow_machine::EventKind;
use botflow_machine::trigger::Happening;
use botflow_machine::{Consent, Conversations, Person, Presence, Proof, Speaker};
use botflow_message::{Message, Part};
use botflow_values::Zone;
use smol_str::SmolStr;

use super::{Someone, Trouble, World};
use crate::literal;
use crate::script::{Expression, Fields};

impl<'a> World<'a> {
    /// `person ana (…)`: card fields, and `language`, `timezone`, `referral`, `channels` on which the person can be
    /// reached, `consents` given on all of them or on one (`"marketing on sms"`). Of somebody who is known already only
    /// what is written changes.
    ///
    /// # Errors
    /// The card has no such field, or a value does not fit.
    pub fn person(&mut self, name: &SmolStr, fields: &Fields) -> Result<(), Trouble> {
        let (mut card, mut language, mut timezone, mut referral) = (Fields::new(), None, None, None);
        let (mut channels, mut consents) = (None, None);
        let (mut verified, mut signed) = (None, None);
        for (field, value) in fields {
            let text = match value {
                Expression::Path(word) => Some(word.clone()),
                Expression::Text(text) => Some(SmolStr::new(text)),
                _ => None,
            };
            let declared = self
                .bot
                .customer
                .iter()
                .any(|known| Some(&known.name) == field.as_ref());
            match field.as_deref() {
                Some("language") if !declared => language = text,
                Some("timezone") if !declared => timezone = text,
                Some("referral") if !declared => referral = text,
                Some("channels") if !declared => channels = Some(words(value)?),
                Some("consents") if !declared => consents = Some(words(value)?),
                Some("verified") if !declared => verified = Some(words(value)?),
                Some("signed") if !declared => signed = Some(words(value)?),
                _ => card.push((field.clone(), value.clone())),
            }
        }
        if let Some(language) = &language
            && !self.bot.languages.contains(language)
        {
            let known = self.bot.languages.join(", ");
            return Err(Trouble::Name(format!(
                "the bot does not speak `{language}`; it speaks {known}"
            )));
        }
        if let Some(zone) = &timezone
            && Zone::named(zone).is_none()
        {
            return Err(Trouble::Name(format!("there is no time zone `{zone}`")));
        }
        let declared: Vec<_> = self
            .bot
            .customer
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        if let Some((Some(unknown), _)) = card
            .iter()
            .find(|(name, _)| !declared.iter().any(|(known, _)| Some(known) == name.as_ref()))
        {
            let known: Vec<_> = declared.iter().map(|(name, _)| format!("`{name}`")).collect();
            return Err(Trouble::Name(format!(
                "the customer card has no `{unknown}`; a person has {}`language`, `timezone`, `referral`, `channels`, `consents`, `verified` and `signed`",
                known.iter().map(|name| format!("{name}, ")).collect::<String>()
            )));
        }
        let values = literal::read_fields(self.bot, &declared, &card).map_err(Trouble::Name)?;
        let channels = channels.unwrap_or_default();
        for channel in &channels {
            self.bot_has(channel)?;
        }
        let consents = self.consents(consents.unwrap_or_default(), &channels)?;
        let mut proven = Vec::new();
        for (names, proof) in [(verified, Proof::Verified), (signed, Proof::Signed)] {
            for name in names.unwrap_or_default() {
                let known = self.bot.customer.iter().position(|known| known.name == name);
                let field =
                    known.ok_or_else(|| Trouble::Name(format!("the customer card has no `{name}`")))?;
                proven.push((field, proof));
            }
        }
        let index = self.meet(name);
        let (now, person) = (self.now, self.people[index].engine.speaking_mut().person_mut());
        for channel in &channels {
            person.reach(channel, name, now);
        }
        for consent in consents {
            person.record(consent);
        }
        if let Some(language) = language {
            person.language = language;
        }
        if let Some(timezone) = timezone {
            person.timezone = timezone;
        }
        if referral.is_some() {
            person.referral = referral;
        }
        for (field, _) in card {
            if let Some(index) = declared
                .iter()
                .position(|(known, _)| Some(known) == field.as_ref())
            {
                person.fields[index] = values[index].clone();
            }
        }
        for (field, proof) in proven {
            person.prove(field.into(), proof, now);
        }
        Ok(())
    }

    /// `@ ana on web`.
    ///
    /// # Errors
    /// The bot is not on that channel.
    pub fn speak(&mut self, name: &SmolStr, channel: &SmolStr) -> Result<(), Trouble> {
        self.bot_has(channel)?;
        self.speaker = self.meet(name);
        let speaker = &mut self.people[self.speaker];
        speaker.presence.channel = channel.clone();
        let person = speaker.engine.speaking_mut().person_mut();
        person.reach(channel, name, self.now);
        if person.channel.is_empty() {
            person.channel = channel.clone();
        }
        Ok(())
    }

    fn bot_has(&self, channel: &SmolStr) -> Result<(), Trouble> {
        if self.bot.channels.is_empty() || self.bot.channels.contains(channel) {
            return Ok(());
        }
        let known = self.bot.channels.join(", ");
        Err(Trouble::Name(format!(
            "the bot is not on the channel `{channel}`; it is on {known}"
        )))
    }

    /// `marketing` on every channel of the person (of the bot, where none is written), `marketing on sms` on one.
    fn consents(&self, written: Vec<SmolStr>, channels: &[SmolStr]) -> Result<Vec<Consent>, Trouble> {
        let channels = if channels.is_empty() {
            &self.bot.channels[..]
        } else {
            channels
        };
        let mut given = Vec::new();
        for one in written {
            let (name, on) = match one.split_once(" on ") {
                Some((name, channel)) => (name.trim(), vec![SmolStr::new(channel.trim())]),
                None => (one.as_str(), channels.to_vec()),
            };
            let known = self.bot.consents.iter().position(|known| known == name);
            let consent = known.ok_or_else(|| {
                let known = self.bot.consents.join(", ");
                Trouble::Name(format!("the bot has no consent `{name}`; it has {known}"))
            })?;
            for channel in on {
                self.bot_has(&channel)?;
                given.push(Consent::given(ConsentId::from(consent), channel, self.now));
            }
        }
        Ok(given)
    }

    /// Who speaks, the channel they are on, and what is known of them.
    pub fn speaker(&self) -> Option<(&SmolStr, &SmolStr, &Person)> {
        let (name, someone) = self.people.get_index(self.speaker)?;
        Some((
            name,
            &someone.presence.channel,
            someone.engine.speaking().person(),
        ))
    }

    /// Everybody who has been there, in the order in which they came: by which name, on which channel, and what is known.
    pub fn everybody(&self) -> impl Iterator<Item = (&SmolStr, &SmolStr, &Person)> {
        let people = self.people.iter();
        people.map(|(name, someone)| {
            (
                name,
                &someone.presence.channel,
                someone.engine.speaking().person(),
            )
        })
    }

    /// What the last line made happen to whoever speaks; `None`: it was refused, or only time passed.
    pub fn heard(&self) -> Option<&EventKind> {
        self.heard.as_ref()
    }

    /// The last event that was reported of whoever speaks.
    pub fn reported(&self) -> Option<&Happening> {
        let (_, someone) = self.people.get_index(self.speaker)?;
        someone.reported.as_ref()
    }

    /// Triggers whose clocks run for whoever speaks, with the moment at which each is looked at next; the soonest first.
    pub fn clocks(&self) -> Vec<(&SmolStr, i64)> {
        let agenda = self
            .people
            .get_index(self.speaker)
            .map(|(_, someone)| &someone.presence.agenda);
        agenda
            .map(|agenda| agenda.clocks(self.program))
            .unwrap_or_default()
    }

    /// What the speaker can press, newest message first.
    pub fn pressable(&self) -> Vec<String> {
        let Some((_, someone)) = self.people.get_index(self.speaker) else {
            return Vec::new();
        };
        let labels = someone.pressable.iter().rev().flat_map(|message| {
            let suggestions = message.suggestions().map(|one| one.label.to_string());
            message
                .options()
                .map(|(label, _)| label.to_string())
                .chain(suggestions)
                .collect::<Vec<_>>()
        });
        labels.collect()
    }

    /// What can be pressed on the newest message that has something to press, if the bot has said nothing to press
    /// since.
    pub fn latest_buttons(&self) -> Vec<String> {
        let Some((_, someone)) = self.people.get_index(self.speaker) else {
            return Vec::new();
        };
        let Some(message) = someone.pressable.last().filter(|_| someone.latest_is_pressable) else {
            return Vec::new();
        };
        let suggestions = message.suggestions().map(|one| one.label.to_string());
        message
            .options()
            .map(|(label, _)| label.to_string())
            .chain(suggestions)
            .collect()
    }

    pub(super) fn meet(&mut self, name: &SmolStr) -> usize {
        let name = self.aliases.get(name).unwrap_or(name);
        if let Some(index) = self.people.get_index_of(name) {
            return index;
        }
        let id = (self.people.len() + self.aliases.len()) as u64 + 1;
        let someone = Someone {
            engine: Conversations::new((self.factory)(Person::new(self.bot, id)), id),
            presence: Presence::new(self.bot),
            due: Vec::new(),
            pressable: Vec::new(),
            latest_is_pressable: false,
            sent: 0,
            reported: None,
            finished: None,
            just_finished: false,
            shadow: self.shadows.as_ref().map(|shadows| shadows()),
        };
        self.people.insert_full(name.clone(), someone).0
    }

    pub(super) fn current(&mut self) -> &mut Someone<'a> {
        if self.people.is_empty() {
            self.speaker = self.meet(&SmolStr::new_static("customer"));
        }
        &mut self.people[self.speaker]
    }

    pub(super) fn press(&self, label: &str, of: Option<&str>) -> Result<Option<SmolStr>, Trouble> {
        let someone = &self.people[self.speaker];
        for message in someone.pressable.iter().rev() {
            if let Some(payload) = message.pressed(label, of) {
                return Ok(Some(payload.clone()));
            }
            let links = message.parts.iter().flat_map(|part| match part {
                Part::Button(button) if of.is_none() => std::slice::from_ref(button),
                Part::Card(card) if of.is_none_or(|title| card.title == title) => &card.buttons,
                _ => &[],
            });
            if links.into_iter().any(|button| button.label == label) {
                // A link or a telephone number opens on the customer's side: the bot hears nothing.
                return Ok(None);
            }
        }
        Err(Trouble::NoButton {
            label: label.to_owned(),
            of: of.map(str::to_owned),
            offered: offered(&someone.pressable),
        })
    }
}

/// What is on these messages to press, as a line of a conversation writes it: the newest message first, each button
/// once, and few enough to be read.
fn offered(messages: &[Message]) -> Vec<String> {
    const MOST: usize = 12;
    let mut offered: Vec<String> = Vec::new();
    for part in messages.iter().rev().flat_map(|message| &message.parts) {
        let (buttons, title) = match part {
            Part::Button(button) => (std::slice::from_ref(button), None),
            Part::Card(card) => (card.buttons.as_slice(), Some(&card.title)),
            Part::Suggestion(suggestion) => {
                offered.push(format!("[{}]", suggestion.label));
                continue;
            }
            _ => continue,
        };
        offered.extend(buttons.iter().map(|button| match title {
            None => format!("[{}]", button.label),
            Some(title) => format!("[{}] of {}", button.label, literal::quoted(title)),
        }));
    }
    let mut seen = std::collections::BTreeSet::new();
    offered.retain(|button| seen.insert(button.clone()));
    if offered.len() > MOST {
        offered.truncate(MOST);
        offered.push("…".to_owned());
    }
    offered
}

/// `a`, `"a"`, or a list of those.
fn words(value: &Expression) -> Result<Vec<SmolStr>, Trouble> {
    match value {
        Expression::Path(word) => Ok(vec![word.clone()]),
        Expression::Text(text) => Ok(vec![SmolStr::new(text)]),
        Expression::List(items) => items
            .iter()
            .map(words)
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat()),
        _ => Err(Trouble::Name(
            "write names in a list, for example `[whatsapp, sms]`".into(),
        )),
    }
}
