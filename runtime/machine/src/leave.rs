//! By whose leave a message goes out: the last look, whatever decided before (semantics 17.4).

use botflow_artifact::{ConsentId, Outcome};
use botflow_message::Message;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::conversation::{Conversation, NEVER, Owner};
use crate::effect::Effect;
use crate::program::Program;
use crate::turn::Turn;

/// What a customer writes is leave to answer on that channel for so long: the window that channels set, too.
pub const ANSWER_MS: i64 = 24 * 60 * 60_000;

/// Why a message does not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Withheld {
    /// It needs a consent that the person has not given on this channel, or has withdrawn.
    NoConsent,
    /// The person has opted out of this channel.
    OptedOut,
}

impl Withheld {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            Withheld::NoConsent => "no consent",
            Withheld::OptedOut => "opted out",
        }
    }
}

/// The consents that a trigger's conversations need on a channel (14.7).
pub fn needed(program: &Program, trigger: &str, by_customer: bool) -> Vec<ConsentId> {
    let Some(declared) = program.trigger_named(trigger) else {
        // A trigger that this version of the bot does not have: what it needed is not known.
        return marketing(program).filter(|_| !by_customer).into_iter().collect();
    };
    match declared.needs.is_empty() && !by_customer {
        true => marketing(program).into_iter().collect(),
        false => declared.needs.clone(),
    }
}

/// The consent called `marketing`, if the bot has it.
pub(crate) fn marketing(program: &Program) -> Option<ConsentId> {
    let mut consents = program.bot.consents.iter();
    consents
        .position(|consent| consent == "marketing")
        .map(ConsentId::from)
}

/// What a conversation that a trigger began needs for speaking unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// These consents, on the channel it speaks on.
    pub needs: Vec<ConsentId>,
    /// The trigger names them itself; else a person who is present (`web`) need not have given them.
    pub named: bool,
}

impl Leave {
    /// The leave that a trigger's conversations need; `None`: the customer began it, and nothing is named.
    pub(crate) fn of(program: &Program, trigger: &str, by_customer: bool) -> Option<Leave> {
        let needs = needed(program, trigger, by_customer);
        if by_customer && needs.is_empty() {
            return None;
        }
        let named = program
            .trigger_named(trigger)
            .is_some_and(|one| !one.needs.is_empty());
        Some(Leave { needs, named })
    }
}

/// Whether something may go out unasked.
fn may(c: &Conversation, leave: Option<&Leave>, channel: &str) -> Result<(), Withheld> {
    if c.person.is_opted_out(channel) {
        return Err(Withheld::OptedOut);
    }
    let Some(leave) = leave.filter(|leave| leave.named || channel != "web") else {
        return Ok(());
    };
    match leave
        .needs
        .iter()
        .all(|consent| c.person.has_consent(*consent, channel))
    {
        true => Ok(()),
        false => Err(Withheld::NoConsent),
    }
}

impl Turn<'_> {
    /// Sends a message, if it may go out where it goes.
    #[inline]
    pub fn emit(&mut self, message: Message) {
        if self.c.leave.is_none() && self.c.person.opted_out().is_empty() && message.envelope.is_none() {
            self.out.push(Effect::Send(message));
        } else {
            self.emit_guarded(message);
        }
    }

    #[cold]
    fn emit_guarded(&mut self, message: Message) {
        if self.muted {
            return;
        }
        let own = self.scope().channel().clone();
        let envelope = message.envelope.as_deref();
        let via = envelope.and_then(|envelope| envelope.via.clone());
        let channel = via.unwrap_or_else(|| own.clone());
        if self.is_answer(&channel) {
            return self.out.push(Effect::Send(message));
        }
        // Outside of an answer it is the template that goes out, where the message has one.
        let template = envelope.and_then(|envelope| envelope.template.as_ref());
        let promotes = template.is_some_and(|call| self.p.promotes(&call.name));
        let consent = marketing(self.p).filter(|_| promotes);
        let missing = consent.is_some_and(|consent| !self.c.person.has_consent(consent, &channel));
        let verdict = may(self.c, self.c.leave.as_deref(), &channel);
        let reason = match verdict {
            Err(reason) => reason,
            Ok(()) if missing => Withheld::NoConsent,
            Ok(()) => return self.out.push(Effect::Send(message)),
        };
        // What cannot be said where the conversation is leaves nobody who could answer it: it ends. A message that
        // goes elsewhere, or that needs more than the others, is only left out.
        self.muted = channel == own && verdict.is_err();
        self.out.push(Effect::Withheld { channel, reason });
    }

    /// Whether what goes to this channel answers what the customer wrote there.
    fn is_answer(&self, channel: &str) -> bool {
        let wrote = self.c.wrote_at;
        wrote != NEVER && self.now < wrote.saturating_add(ANSWER_MS) && self.scope().channel() == channel
    }

    /// A conversation that may not speak ends (17.5).
    pub fn fall_silent(&mut self) {
        if std::mem::take(&mut self.muted) && self.c.owner != Owner::Nobody {
            self.finish(Outcome::Abandoned, None);
        }
    }

    /// Whether a trigger's conversation may begin on the person's channel; else it is recorded why not.
    pub fn may_begin(&mut self, leave: Option<&Leave>) -> bool {
        let Some(leave) = leave else {
            return true;
        };
        let channel = self.scope().channel().clone();
        match may(self.c, Some(leave), &channel) {
            Ok(()) => true,
            Err(reason) => {
                self.out.push(Effect::Withheld { channel, reason });
                false
            }
        }
    }

    /// The customer opts in again with a word for it (17.3).
    pub fn opts_in(&mut self, channel: &SmolStr) {
        if self.c.person.opt(channel, false, self.now) {
            self.out.push(Effect::OptedIn {
                channel: channel.clone(),
            });
        }
    }
}
