//! Leave to speak (17): what a conversation needs for speaking unasked, and what becomes of what may not be said.

use botflow_artifact::{ConsentId, Outcome};
use botflow_machine::{Consent, Effect, Owner, Starter, Withheld};
use botflow_message::Message;
use botflow_syntax::ast;
use smol_str::SmolStr;

use crate::project::text_of;
use crate::state::Oracle;

/// What a customer writes is leave to answer for a day.
const DAY: i64 = 24 * 3600 * 1000;

impl<'a> Oracle<'a> {
    fn consent_named(&self, name: &str) -> Option<ConsentId> {
        let mut consents = self.project.bot.consents.iter();
        consents.position(|known| known == name).map(ConsentId::from)
    }

    /// The consents that must be given on a channel before a trigger's conversation says something there unasked;
    /// `None` for a conversation that needs none anywhere.
    pub(crate) fn needs_of(&self, starter: &Starter) -> Option<Vec<(ConsentId, bool)>> {
        let Starter::Trigger { name, by_customer } = starter else {
            return None;
        };
        let found = self.project.bot.triggers.iter().find(|one| one.name == *name);
        let named = found.map(|trigger| trigger.needs.clone()).unwrap_or_default();
        if !named.is_empty() {
            return Some(named.into_iter().map(|consent| (consent, true)).collect());
        }
        match by_customer {
            true => None,
            false => Some(
                self.consent_named("marketing")
                    .into_iter()
                    .map(|one| (one, false))
                    .collect(),
            ),
        }
    }

    /// Why nothing may be said unasked on a channel.
    pub(crate) fn forbids(&self, needs: Option<&Vec<(ConsentId, bool)>>, channel: &str) -> Option<Withheld> {
        if self.person.opted_out().iter().any(|(known, _)| known == channel) {
            return Some(Withheld::OptedOut);
        }
        let missing = needs.into_iter().flatten().any(|(consent, everywhere)| {
            (*everywhere || channel != "web") && !self.agrees(*consent, channel)
        });
        missing.then_some(Withheld::NoConsent)
    }

    /// The last that was said about a consent on a channel is that it is given.
    pub(crate) fn agrees(&self, consent: ConsentId, channel: &str) -> bool {
        let about = |record: &&Consent| record.consent == consent && record.channel == channel;
        let last = self.person.consents().iter().rfind(about);
        last.is_some_and(|record| record.granted)
    }

    /// Sends a message, or records why not (17.4).
    pub(crate) fn emit(&mut self, message: Message) {
        if self.muted {
            return;
        }
        let own = self.channel();
        let envelope = message.envelope.clone().unwrap_or_default();
        let channel = envelope.via.clone().unwrap_or_else(|| own.clone());
        let answers = channel == own && self.wrote_at.is_some_and(|at| self.now - at < DAY);
        let forbidden = match answers {
            true => None,
            false => self.forbids(self.needs.as_ref(), &channel),
        };
        if let Some(reason) = forbidden {
            self.muted = channel == own;
            self.effect(Effect::Withheld { channel, reason });
            return;
        }
        let template = envelope.template.filter(|_| !answers);
        let promotes = template.is_some_and(|call| self.is_marketing(&call.name));
        if promotes
            && let Some(marketing) = self.consent_named("marketing")
            && !self.agrees(marketing, &channel)
        {
            let reason = Withheld::NoConsent;
            self.effect(Effect::Withheld { channel, reason });
            return;
        }
        self.effect(Effect::Send(message));
    }

    fn is_marketing(&self, template: &str) -> bool {
        let declared = self.project.templates.get(template);
        let category = declared.and_then(|template| {
            template.entries().find_map(|entry| match entry {
                ast::TemplateEntry::CategorySetting(item) => Some(text_of(item.name())),
                _ => None,
            })
        });
        category.as_deref() == Some("marketing")
    }

    /// What could not be said where the conversation is ends it (17.5).
    pub(crate) fn fall_silent(&mut self) {
        if std::mem::take(&mut self.muted) && self.owner != Owner::Nobody {
            self.finish(Outcome::Abandoned, None);
        }
    }

    /// Records a consent with its proof.
    pub(crate) fn note_consent(&mut self, consent: ConsentId, granted: bool, channel: SmolStr) {
        if granted {
            self.person
                .particulars_mut()
                .opted_out
                .retain(|(known, _)| *known != channel);
        }
        let record = Consent {
            consent,
            channel,
            said_on: self.channel(),
            granted,
            at: self.now,
            question: self.replied.clone(),
            answer: self.words.clone(),
        };
        self.person.record(record.clone());
        self.effect(Effect::Consent(Box::new(record)));
    }
}
