//! Events that are reported from outside: what is refused at the door, and what is heard.

use botflow_machine::EventKind;
use botflow_machine::trigger::{Happening, Refusal, What, refusal};
use botflow_values::Value;
use smol_str::SmolStr;

use super::{Observed, Trouble, World};
use crate::literal;
use crate::script::Fields;

impl World<'_> {
    /// An event happens to whoever speaks.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn event(&mut self, name: &SmolStr, fields: &Fields) -> Result<Vec<Observed>, Trouble> {
        self.event_at(name, fields, None)
    }

    /// The same, perhaps at another moment, as `2026-03-01` and `10:00` in the bot's time zone.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn event_at(
        &mut self,
        name: &SmolStr,
        fields: &Fields,
        at: Option<&(SmolStr, SmolStr)>,
    ) -> Result<Vec<Observed>, Trouble> {
        let event = self.bot.events.iter().find(|event| event.name == *name);
        if let (None, "known" | "signed") = (event, name.as_str()) {
            return self.known(fields, name == "signed");
        }
        let event = event.ok_or_else(|| Trouble::Name(format!("the bot knows no event `{name}`")))?;
        let declared: Vec<_> = event
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        let fields = literal::read_whole(self.bot, &declared, fields).map_err(Trouble::Name)?;
        let at = match at {
            None => self.now,
            Some((date, time)) => {
                let read = literal::parse_date(date).zip(literal::parse_time(time));
                let (day, hour) =
                    read.ok_or_else(|| Trouble::Name(format!("there is no moment `{date} {time}`")))?;
                self.zone().moment(day, hour)
            }
        };
        let id = self.turns + 1;
        let name = name.clone();
        let channel = self.current().presence.channel.clone();
        self.report(Happening {
            id,
            at,
            channel: Some(channel),
            what: What::Event { name, fields },
        })
    }

    /// `! again`: the last event of whoever speaks is reported once more.
    ///
    /// # Errors
    /// There was none; see [`Trouble`].
    pub fn event_again(&mut self) -> Result<Vec<Observed>, Trouble> {
        let Some(happening) = self.current().reported.clone() else {
            return Err(Trouble::Name(
                "nothing has been reported that could be reported again".into(),
            ));
        };
        self.report(happening)
    }

    /// An event is reported whose name or values make no sense.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn unreadable(&mut self, name: &SmolStr) -> Result<Vec<Observed>, Trouble> {
        let declared = self.bot.events.iter().find(|event| event.name == *name);
        // More values than any declaration takes.
        let fields = vec![Value::Unknown; declared.map_or(0, |event| event.fields.len() + 1)];
        let (id, at, name) = (self.turns + 1, self.now, name.clone());
        let channel = self.current().presence.channel.clone();
        self.report(Happening {
            id,
            at,
            channel: Some(channel),
            what: What::Event { name, fields },
        })
    }

    fn report(&mut self, happening: Happening) -> Result<Vec<Observed>, Trouble> {
        let (program, now) = (self.program, self.now);
        let someone = self.current();
        let refused: Option<Refusal> = refusal(program, &someone.presence.agenda, now, &happening);
        someone.reported = Some(happening.clone());
        self.heard = None;
        let What::Event { name, fields } = happening.what.clone() else {
            return Ok(Vec::new());
        };
        if let Some(reason) = refused {
            return Ok(vec![Observed::Did(format!("refused {name}: {}", reason.words()))]);
        }
        self.happening = Some(happening);
        self.happen(EventKind::Custom { name, fields })
    }
}
