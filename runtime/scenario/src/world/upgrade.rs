//! A new version of the bot takes over while conversations run.

use botflow_machine::{EventKind, carried_result, trigger};

use super::{Factory, MAX_TURNS, Observed, Trouble, World};
use crate::describe;
use botflow_machine::Program;

impl<'a> World<'a> {
    /// The same world with a later version of the bot that can take over.
    #[must_use]
    pub fn with_newer(mut self, newer: &'a Program, factory: Box<Factory<'a>>) -> World<'a> {
        self.newer = Some((newer, factory));
        self
    }

    /// `! new version`: everybody's conversation goes on under the later version.
    ///
    /// # Errors
    /// There is no later version.
    pub fn upgrade(&mut self) -> Result<Vec<Observed>, Trouble> {
        self.current();
        self.heard = None;
        let Some((newer, factory)) = self.newer.take() else {
            return Err(Trouble::Name(
                "there is no other version: the conversation says with `version \"folder\"` under which it begins".into(),
            ));
        };
        let older = std::mem::replace(&mut self.program, newer);
        self.bot = &newer.bot;
        self.profiles = super::profiles_of(self.bot);
        self.factory = factory;
        let mut observed = Vec::new();
        for person in 0..self.people.len() {
            let mut effects = Vec::new();
            let someone = &mut self.people[person];
            let mut notes = Vec::new();
            for engine in someone.engine.all_mut() {
                let Some(more) = engine.upgrade(&mut effects) else {
                    return Err(Trouble::Name(
                        "what runs the bot cannot go over to another version".into(),
                    ));
                };
                notes.extend(more);
            }
            someone.shadow = None;
            notes.extend(trigger::carried(&mut someone.presence.agenda, older, newer));
            // Systems answer what they were asked: what does not fit any more has failed.
            for (_, kind, (call, attempt)) in &mut someone.due {
                let EventKind::CallResult { call: number, value } = kind else {
                    continue;
                };
                *kind = match carried_result(older, newer, *call, value) {
                    Some(value) => EventKind::CallResult { call: *number, value },
                    None => EventKind::CallFailed {
                        call: *number,
                        attempt: *attempt,
                        failure: None,
                    },
                };
            }
            observed.extend(
                notes
                    .iter()
                    .map(|note| Observed::Did(describe::upgrade(&older.bot, note))),
            );
            for effect in effects {
                observed.extend(self.carry_out(person, effect)?);
            }
            if self.people[person].presence.met {
                observed.extend(self.agenda_due(person)?);
            }
        }
        // What is due by now happens with it: whoever was among people that are gone is told at once.
        for _ in 0..MAX_TURNS {
            let Some((person, _, due)) = self.next_due(self.now) else {
                return Ok(observed);
            };
            observed.extend(self.take(person, due)?);
        }
        Err(Trouble::Endless)
    }
}
