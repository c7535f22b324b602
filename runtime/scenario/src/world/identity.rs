//! Who somebody is: what the host knows of them, two who turn out to be one, and conversations that are parked.

use botflow_machine::{EventKind, Speaker, merge};
use smol_str::SmolStr;

use super::{Observed, Trouble, World};
use crate::literal;
use crate::script::Fields;

impl World<'_> {
    /// `! known(email: "…")`, `! signed(email: "…")`: the host knows something about whoever speaks, or vouches for it.
    pub(super) fn known(&mut self, fields: &Fields, signed: bool) -> Result<Vec<Observed>, Trouble> {
        let declared: Vec<_> = self
            .bot
            .customer
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        let values = literal::read_fields(self.bot, &declared, fields).map_err(Trouble::Name)?;
        let written = |name: &SmolStr| fields.iter().any(|(known, _)| known.as_ref() == Some(name));
        let values = declared.into_iter().zip(values);
        let values = values.filter_map(|((name, _), value)| written(&name).then_some((name, value)));
        let values = values.collect();
        self.happen(EventKind::Known { values, signed })
    }

    /// `merge visitor into ana`: two people turn out to be one. Either name means the one from here on.
    ///
    /// # Errors
    /// Nobody of that name has been there, or they are one already.
    pub fn merge(&mut self, from: &SmolStr, into: &SmolStr) -> Result<Vec<Observed>, Trouble> {
        let place = |name: &SmolStr| {
            let name = self.aliases.get(name).unwrap_or(name);
            let found = self.people.get_index_of(name);
            found.ok_or_else(|| Trouble::Name(format!("there is nobody called `{name}`")))
        };
        let (from_at, into_at) = (place(from)?, place(into)?);
        if from_at == into_at {
            return Err(Trouble::Name(format!(
                "`{from}` and `{into}` are one person already"
            )));
        }
        self.begin_line();
        let mut observed = Vec::new();
        for person in [from_at, into_at] {
            observed.extend(self.meet_agenda(person)?);
        }
        let speaks = self.speaker == from_at;
        let speaker = self.people.get_index(self.speaker).map(|(name, _)| name.clone());
        let Some((gone, other)) = self.people.shift_remove_index(from_at) else {
            return Ok(observed);
        };
        for known in self.aliases.values_mut().filter(|known| **known == gone) {
            *known = into.clone();
        }
        self.aliases.insert(gone, into.clone());
        let person = self.meet(into);
        self.speaker = match speaker {
            Some(speaker) => self.meet(&speaker),
            None => person,
        };
        let (now, someone) = (self.now, &mut self.people[person]);
        let spoke = |at: Option<i64>| at.unwrap_or(i64::MIN);
        let merged = merge(
            self.program,
            (
                someone.engine.speaking().person(),
                spoke(someone.presence.wrote_at),
            ),
            (other.engine.speaking().person(), spoke(other.presence.wrote_at)),
        );
        let other_wrote_last = other.presence.wrote_at > someone.presence.wrote_at;
        let mut effects = Vec::new();
        someone
            .engine
            .merge(other.engine, merged.person, other_wrote_last, now, &mut effects);
        someone.presence.merge(other.presence, speaks || other_wrote_last);
        // Second opinions are about one person.
        someone.shadow = None;
        someone.due.extend(other.due);
        someone.pressable.extend(other.pressable);
        someone.sent += other.sent;
        let misfits = merged.misfits.iter();
        observed.extend(misfits.map(|field| {
            let name = &self.bot.customer[field.index()].name;
            Observed::Did(format!("refused customer.{name}: malformed"))
        }));
        observed.extend(self.happened(person, &effects, None)?);
        observed.extend(self.agenda_due(person)?);
        Ok(observed)
    }

    /// A parked conversation goes on.
    pub(super) fn parked_due(&mut self, person: usize) -> Result<Vec<Observed>, Trouble> {
        let seed = self.chance();
        let mut effects = Vec::new();
        let someone = &mut self.people[person];
        someone.engine.due(self.now, seed, &mut effects);
        someone.presence.resumed(someone.engine.speaking().person());
        self.happened(person, &effects, None)
    }
}
