//! The clock of the world: it moves only when told, and does what is due on the way.

use botflow_machine::{Clock, EventKind};
use botflow_values::{Value, Zone};

use super::{MAX_TURNS, Observed, Trouble, World};
use crate::literal;
use crate::script::Advance;

/// Something that is due.
pub(super) enum Due {
    /// A turn of the conversation.
    Event(EventKind),
    /// A parked conversation goes on.
    Parked,
    /// A look at the agenda of triggers.
    Agenda,
}

/// What is due next, before it is taken.
enum Next {
    /// The answer of a call, by its place.
    Call(usize),
    /// A clock of the person's.
    Clock(Clock),
}

impl<'a> World<'a> {
    /// The moment, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// `at 2026-03-02 10:00`.
    ///
    /// # Errors
    /// No such day or time.
    pub fn set_time(&mut self, date: &str, time: &str) -> Result<(), Trouble> {
        let parsed = literal::parse_date(date).zip(literal::parse_time(time));
        let (date, time) =
            parsed.ok_or_else(|| Trouble::Name(format!("there is no moment `{date} {time}`")))?;
        self.now = self.zone().moment(date, time);
        Ok(())
    }

    /// The moment, whatever it was.
    pub fn set_now(&mut self, moment: i64) {
        self.now = moment;
    }

    /// Time passes.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn advance(&mut self, advance: &Advance) -> Result<Vec<Observed>, Trouble> {
        let until = match advance {
            Advance::By(span) => self.now.saturating_add((*span).max(0)),
            Advance::Until { weekday, date, time } => self.until(*weekday, date.as_deref(), time)?,
        };
        self.begin_line();
        self.heard = None;
        let mut observed = Vec::new();
        for person in 0..self.people.len() {
            observed.extend(self.meet_agenda(person)?);
        }
        for _ in 0..MAX_TURNS {
            let Some((person, moment, due)) = self.next_due(until) else {
                self.now = until;
                return Ok(observed);
            };
            self.now = self.now.max(moment);
            observed.extend(self.take(person, due)?);
        }
        Err(Trouble::Endless)
    }

    /// The moment as `2026-03-02 10:00` in the bot's time zone.
    pub fn written_now(&self) -> String {
        literal::write(self.bot, None, &Value::Moment(self.now))
    }

    /// How long until something happens by itself, in milliseconds.
    pub fn until_next(&self) -> Option<i64> {
        self.next_due_at(i64::MAX)
            .map(|(_, moment, _)| (moment - self.now).max(0))
    }

    pub(super) fn zone(&self) -> Zone {
        Zone::named(&self.bot.timezone).unwrap_or_else(Zone::utc)
    }

    /// Takes the next thing that is due until the moment: answers of calls before timers, timers before triggers of
    /// the same moment.
    pub(super) fn next_due(&mut self, until: i64) -> Option<(usize, i64, Due)> {
        let (person, moment, next) = self.next_due_at(until)?;
        let due = match next {
            Next::Call(index) => Due::Event(self.people[person].due.remove(index).1),
            Next::Clock(Clock::Timer(id)) => Due::Event(EventKind::Timer { id }),
            Next::Clock(Clock::Parked) => Due::Parked,
            Next::Clock(Clock::Agenda) => Due::Agenda,
        };
        Some((person, moment, due))
    }

    /// Lets happen what is due.
    pub(super) fn take(&mut self, person: usize, due: Due) -> Result<Vec<Observed>, Trouble> {
        match due {
            Due::Event(event) => self.turns(person, event),
            Due::Parked => self.parked_due(person),
            Due::Agenda => self.agenda_due(person),
        }
    }

    fn next_due_at(&self, until: i64) -> Option<(usize, i64, Next)> {
        let mut best: Option<(usize, i64, Next)> = None;
        for (person, someone) in self.people.values().enumerate() {
            let calls = someone.due.iter().enumerate();
            let calls = calls.map(|(index, (at, ..))| (*at, Next::Call(index)));
            let clock = someone.presence.next(&someone.engine);
            let clock = clock.map(|(at, clock)| (at, Next::Clock(clock)));
            for (at, next) in calls.chain(clock) {
                if at <= until && best.as_ref().is_none_or(|(_, known, _)| at < *known) {
                    best = Some((person, at, next));
                }
            }
        }
        best
    }

    pub(super) fn until(&self, weekday: Option<u8>, date: Option<&str>, time: &str) -> Result<i64, Trouble> {
        let zone = self.zone();
        let wrong = || {
            Trouble::Name(
                format!("there is no moment `{} {time}`", date.unwrap_or_default()).replace("` ", "`"),
            )
        };
        let time = literal::parse_time(time).ok_or_else(wrong)?;
        if let Some(date) = date {
            let moment = zone.moment(literal::parse_date(date).ok_or_else(wrong)?, time);
            return if moment >= self.now {
                Ok(moment)
            } else {
                Err(Trouble::Name("time only goes forward".into()))
            };
        }
        let (today, _) = zone.local(self.now);
        let found = (0..=8).map(|days| today.plus_days(days)).find(|day| {
            weekday.is_none_or(|weekday| day.weekday() as u8 == weekday) && zone.moment(*day, time) > self.now
        });
        found.map(|day| zone.moment(day, time)).ok_or_else(wrong)
    }
}
