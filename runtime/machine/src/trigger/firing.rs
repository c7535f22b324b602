//! Clocks that have run out: what starts, what waits, what is passed (14.5 to 14.9).

use botflow_artifact::{Fallback, Trigger, TriggerSource};
use botflow_values::Zone;
use smol_str::SmolStr;

use super::agenda::{Agenda, Pending, Sent, Watch};
use super::decision::{Decision, Reason};
use super::happening::Desk;
use super::{CALM_MS, LATE_MS, PATIENCE_MS, PAUSE_MS, window};
use crate::event::Delivery;
use crate::leave::marketing;
use crate::reading::fits;

/// What a look at a clock gives.
enum Verdict {
    /// It starts, on the channel with this place in its `via`.
    Start(SmolStr, u32),
    /// It is over.
    Pass(Reason),
    /// It belongs to nothing of this bot any more.
    Removed,
    /// It waits until then.
    Wait(i64),
}

impl Desk<'_> {
    /// Everything that is due: schedules, messages that were not read, clocks. At most one trigger starts.
    pub fn finish(&mut self, agenda: &mut Agenda) {
        self.schedules(agenda);
        self.watches(agenda);
        self.clocks(agenda);
        self.prune(agenda);
        agenda.wake = self.wake(agenda);
    }

    fn clocks(&mut self, agenda: &mut Agenda) {
        // What was answered while it waited for its next channel does not go there.
        let wrote = self.person.wrote();
        agenda
            .pending
            .retain_mut(|pending| pending.tried == 0 || *pending.wrote.get_or_insert(wrote) == wrote);
        let mut looked: Vec<(u32, u32, u64)> = (agenda.pending.iter())
            .filter(|pending| pending.waits || pending.due <= self.now)
            .map(|pending| {
                let trigger = self.index.by_key(pending.trigger);
                let rank = trigger.and_then(|at| self.index.rank.get(at)).copied();
                (rank.unwrap_or(u32::MAX), pending.tried, pending.trigger)
            })
            .collect();
        looked.sort_unstable();
        let mut started = false;
        for (_, tried, key) in looked {
            let is_it = |pending: &Pending| pending.trigger == key && pending.tried == tried;
            let Some(at) = agenda.pending.iter().position(is_it) else {
                continue;
            };
            let verdict = self.look(agenda, &agenda.pending[at], started);
            let index = self.index.by_key(key).unwrap_or(usize::MAX);
            match verdict {
                Verdict::Wait(until) => {
                    let pending = &mut agenda.pending[at];
                    pending.waits = true;
                    pending.due = until;
                }
                Verdict::Pass(reason) => {
                    agenda.pending.remove(at);
                    self.pass(index, reason);
                }
                Verdict::Removed => {
                    agenda.pending.remove(at);
                    self.out.push(Decision::Removed);
                }
                Verdict::Start(channel, place) => {
                    started = true;
                    let pending = agenda.pending.remove(at);
                    self.start(agenda, index, pending, channel, place);
                }
            }
        }
    }

    /// Decides about one clock that has run out.
    fn look(&self, agenda: &Agenda, pending: &Pending, started: bool) -> Verdict {
        let declared = self.index.by_key(pending.trigger);
        let Some(declared) = declared.and_then(|at| self.program.bot.triggers.get(at)) else {
            return Verdict::Removed;
        };
        if !self.takes(declared, pending) {
            return Verdict::Removed;
        }
        let expires = ends(declared, pending);
        if self.now >= expires {
            return Verdict::Pass(Reason::Expired);
        }
        // The host may look earlier than asked: the clock has not run out yet, or it waits for its next channel.
        if self.now < pending.ready && pending.tried == 0 {
            return Verdict::Wait(pending.ready);
        }
        if let Some(hours) = declared.between {
            let scope = self.scope(&[]);
            if !window::is_open(scope.zone(), hours, self.now) {
                let opens = window::opens(scope.zone(), hours, self.now).unwrap_or(expires);
                return Verdict::Wait(opens.min(expires));
            }
        }
        let scope = self.scope(&pending.fields);
        if !declared.conditions.iter().all(|condition| scope.yes(*condition)) {
            return Verdict::Pass(Reason::Condition);
        }
        if pending.tried == 0 && self.is_capped(agenda, declared, pending) {
            return Verdict::Pass(Reason::Capped);
        }
        let (channel, place) = match self.channel(declared, pending) {
            Ok(found) => found,
            Err(reason) => return Verdict::Pass(reason),
        };
        let spaced = agenda.began_at.map(|at| at.saturating_add(CALM_MS));
        if let Some(until) = spaced.filter(|until| *until > self.now && !pending.by_customer) {
            return Verdict::Wait(until.min(expires));
        }
        // What a trigger has just begun is not cut short by the next one, even if a customer begins that.
        let begun = agenda.started_at.map(|at| at.saturating_add(CALM_MS));
        let begun = begun.filter(|until| *until > self.now && self.around.asked);
        let busy = match started {
            true => Some(self.now.saturating_add(CALM_MS)),
            false => self.around.busy_until(self.now).or(begun),
        };
        match busy {
            Some(until) if declared.busy_waits => Verdict::Wait(until.min(expires)),
            Some(_) => Verdict::Pass(Reason::Busy),
            None => match self.lingers(declared, pending) {
                Some(until) => Verdict::Wait(until.min(expires)),
                None => Verdict::Start(channel, place),
            },
        }
    }

    /// Until when one that waits for calm keeps its distance from what has just been said: nothing follows a
    /// conversation on its heels. What this moment itself has set off comes at once, and so does what a customer begins.
    fn lingers(&self, declared: &Trigger, pending: &Pending) -> Option<i64> {
        let at_once = declared.after_ms <= 0 && !pending.waits && every(declared).next().is_none();
        if !declared.busy_waits || pending.by_customer || pending.tried > 0 || at_once {
            return None;
        }
        let talks = &self.person.history.as_deref()?.talks;
        let last = talks.iter().map(|talk| talk.last_at).max()?;
        let until = last.min(self.now).saturating_add(PAUSE_MS);
        (until > self.now).then_some(until)
    }

    /// Whether what the event brought is what one of the trigger's events brings in this version of the bot.
    fn takes(&self, declared: &Trigger, pending: &Pending) -> bool {
        if pending.fields.is_empty() {
            return true;
        }
        declared.sources.iter().any(|source| {
            let TriggerSource::On { what, .. } = source else {
                return false;
            };
            let botflow_artifact::Occurrence::Event(event) = what else {
                return false;
            };
            let Some(event) = self.program.bot.events.get(event.index()) else {
                return false;
            };
            event.fields.len() == pending.fields.len()
                && (event.fields.iter().zip(&pending.fields))
                    .all(|(field, value)| fits(self.program, field.ty, value, 0))
        })
    }

    fn is_capped(&self, agenda: &Agenda, declared: &Trigger, pending: &Pending) -> bool {
        let used = |cap: botflow_artifact::Cap, counts: &dyn Fn(&Sent) -> bool| {
            let since = self.now.saturating_sub(cap.window_ms);
            let sent = agenda.sent.iter().filter(|sent| sent.at > since && counts(sent));
            sent.count() >= cap.count as usize
        };
        let own = declared.cap;
        let bots = self.program.bot.proactive.filter(|_| !pending.by_customer);
        own.is_some_and(|cap| used(cap, &|sent| sent.trigger == pending.trigger))
            || bots.is_some_and(|cap| used(cap, &|sent| sent.proactive))
    }

    /// The first channel, of those not tried yet, on which the person can be reached and has agreed to it.
    fn channel(&self, declared: &Trigger, pending: &Pending) -> Result<(SmolStr, u32), Reason> {
        let scope = self.scope(&[]);
        let last = pending.on.as_ref().unwrap_or(scope.channel());
        let via = match declared.via.is_empty() {
            true => std::slice::from_ref(last),
            false => &declared.via,
        };
        let mut why = Reason::Unreachable;
        for (place, channel) in via.iter().enumerate().skip(pending.tried as usize) {
            // Who has just been there can be reached there.
            if pending.on.as_ref() != Some(channel) && !self.around.channels.contains(channel) {
                continue;
            }
            if !pending.by_customer && self.person.is_opted_out(channel) {
                if why == Reason::Unreachable {
                    why = Reason::OptedOut;
                }
            } else if self.agreed(declared, pending, channel) {
                return Ok((channel.clone(), place as u32));
            } else {
                why = Reason::NoConsent;
            }
        }
        Err(why)
    }

    /// Whether the person has agreed to be written to on this channel. What a customer begins needs no consent. All
    /// else that names none needs the one for marketing, if the bot knows it, wherever the person is not present
    /// anyway.
    fn agreed(&self, declared: &Trigger, pending: &Pending, channel: &SmolStr) -> bool {
        let given = |consent| self.person.has_consent(consent, channel);
        if declared.needs.is_empty() && !pending.by_customer && channel != "web" {
            return marketing(self.program).is_none_or(given);
        }
        declared.needs.iter().all(|consent| given(*consent))
    }

    fn start(
        &mut self,
        agenda: &mut Agenda,
        index: usize,
        mut pending: Pending,
        channel: SmolStr,
        place: u32,
    ) {
        let Some(declared) = self.program.bot.triggers.get(index) else {
            return;
        };
        let again = pending.tried > 0;
        let scope = self.scope(&pending.fields);
        let args = declared.args.iter().map(|arg| scope.eval(*arg)).collect();
        self.out.push(Decision::Start {
            trigger: index.into(),
            flow: declared.start,
            args,
            channel: channel.clone(),
            again,
            by_customer: pending.by_customer,
        });
        let proactive = !pending.by_customer;
        if !again && (declared.cap.is_some() || proactive && self.program.bot.proactive.is_some()) {
            agenda.sent.push(Sent {
                trigger: pending.trigger,
                proactive,
                at: self.now,
            });
        }
        agenda.started_at = Some(self.now);
        if proactive {
            agenda.began_at = Some(self.now);
        }
        agenda
            .watches
            .retain(|watch| watch.pending.trigger != pending.trigger);
        if !declared.fallback.is_empty() && (place as usize) + 1 < declared.via.len() {
            pending.tried = place + 1;
            pending.waits = false;
            agenda.watches.push(Watch {
                pending,
                channel,
                at: self.now,
                wrote: Some(self.person.wrote()),
                delivered: false,
                read: false,
            });
        }
    }

    /// Something became of the newest message on the channel whose being read is waited for.
    pub fn status(&mut self, agenda: &mut Agenda, channel: &str, status: Delivery) {
        if matches!(status, Delivery::Read | Delivery::Clicked) {
            // What waits for its next channel has been read after all.
            agenda.pending.retain(|pending| {
                let index = self.index.by_key(pending.trigger);
                let declared = index.and_then(|index| self.program.bot.triggers.get(index));
                let went = declared.zip((pending.tried as usize).checked_sub(1));
                let went = went.and_then(|(declared, place)| declared.via.get(place));
                went.is_none_or(|went| went != channel)
            });
        }
        let found = agenda.watches.iter().rposition(|watch| watch.channel == channel);
        let Some(at) = found else {
            return;
        };
        match status {
            Delivery::Delivered => agenda.watches[at].delivered = true,
            Delivery::Read | Delivery::Clicked => {
                agenda.watches[at].delivered = true;
                agenda.watches[at].read = true;
            }
            Delivery::Failed => {
                let watch = agenda.watches.remove(at);
                unseen(agenda, &watch);
                self.next_channel(agenda, watch);
            }
        }
    }

    /// Messages that have not been read in time go to the next channel. An answer is as good as reading.
    fn watches(&mut self, agenda: &mut Agenda) {
        let wrote = self.person.wrote();
        let mut at = 0;
        while at < agenda.watches.len() {
            let watch = &mut agenda.watches[at];
            let answered = *watch.wrote.get_or_insert(wrote) != wrote;
            match self.waits_until(watch).filter(|_| !answered) {
                Some((until, _)) if until > self.now => at += 1,
                None | Some((_, None)) => drop(agenda.watches.remove(at)),
                Some((_, Some(kind))) => {
                    let watch = agenda.watches.remove(at);
                    if kind == Fallback::Undelivered {
                        unseen(agenda, &watch);
                    }
                    self.next_channel(agenda, watch);
                }
            }
        }
    }

    /// When the message goes to the next channel, or is given up, if nothing becomes of it; and which of the two.
    fn waits_until(&self, watch: &Watch) -> Option<(i64, Option<Fallback>)> {
        let declared = self.index.by_key(watch.pending.trigger)?;
        let declared = self.program.bot.triggers.get(declared)?;
        let kinds = declared.fallback.iter().filter(|(kind, _)| match kind {
            Fallback::Undelivered => !watch.delivered,
            Fallback::Unread => !watch.read,
        });
        // Only a report can send it on where no time is written: reports do not come for ever.
        let moments = kinds.map(|(kind, after)| match after {
            Some(after) => (watch.at.saturating_add((*after).max(0)), Some(*kind)),
            None => (watch.at.saturating_add(LATE_MS), None),
        });
        moments.min_by_key(|(moment, goes_on)| (*moment, goes_on.is_none()))
    }

    fn next_channel(&mut self, agenda: &mut Agenda, watch: Watch) {
        let mut pending = watch.pending;
        pending.wrote = watch.wrote;
        pending.due = self.now;
        pending.waits = false;
        // A clock for an earlier firing of the same trigger gives way: it is the same message, only older.
        let same = |other: &Pending| other.trigger == pending.trigger && other.tried > 0;
        if let Some(at) = agenda.pending.iter().position(same) {
            agenda.pending.remove(at);
            if let Some(index) = self.index.by_key(pending.trigger) {
                self.pass(index, Reason::Overtaken);
            }
        }
        agenda.pending.push(pending);
    }

    /// `every`: of the times since the last look only the last one counts, and a day counts once, whatever becomes of
    /// the person's time zone.
    fn schedules(&mut self, agenda: &mut Agenda) {
        let index = self.index;
        let Some(after) = agenda.scheduled_to else {
            if !index.schedules.is_empty() {
                agenda.scheduled_to = Some(self.now);
            }
            return;
        };
        if index.schedules.is_empty() || after >= self.now {
            return;
        }
        for at in &index.schedules {
            let at = *at as usize;
            let Some(declared) = self.program.bot.triggers.get(at) else {
                continue;
            };
            let key = index.keys[at];
            let last = last_day(agenda, key);
            let came = {
                let scope = self.scope(&[]);
                let zone = scope.zone();
                every(declared)
                    .filter_map(|(days, minute)| window::came(zone, days, minute, after, self.now))
                    .max()
            };
            let Some((moment, day)) = came.filter(|(_, day)| last.is_none_or(|last| day.days() > last))
            else {
                continue;
            };
            agenda.scheduled.retain(|(known, _)| *known != key);
            agenda.scheduled.push((key, day.days()));
            self.arm(agenda, at, Vec::new(), moment, false);
        }
        agenda.scheduled_to = Some(self.now);
    }

    /// Forgets what no cap counts any more.
    fn prune(&self, agenda: &mut Agenda) {
        if agenda.sent.is_empty() {
            return;
        }
        let bots = self.program.bot.proactive;
        agenda.sent.retain(|sent| {
            let declared = self.index.by_key(sent.trigger);
            let own = declared
                .and_then(|at| self.program.bot.triggers.get(at))
                .and_then(|one| one.cap);
            let longest = [own, bots.filter(|_| sent.proactive)]
                .into_iter()
                .flatten()
                .map(|cap| cap.window_ms)
                .max();
            longest.is_some_and(|window| sent.at > self.now.saturating_sub(window))
        });
    }

    /// When something is due next.
    fn wake(&self, agenda: &Agenda) -> Option<i64> {
        let clocks = agenda.pending.iter().map(|pending| pending.due);
        let watches = agenda
            .watches
            .iter()
            .filter_map(|watch| self.waits_until(watch))
            .map(|(at, _)| at);
        let soonest = clocks.chain(watches).min();
        if self.index.schedules.is_empty() {
            return soonest;
        }
        let scope = self.scope(&[]);
        let zone: &Zone = scope.zone();
        let schedules = self.index.schedules.iter().filter_map(|at| {
            let declared = self.program.bot.triggers.get(*at as usize)?;
            let last = last_day(agenda, self.index.keys[*at as usize]);
            let last = last.map(|days| botflow_values::Date::from_days(i64::from(days)));
            every(declared)
                .filter_map(|(days, minute)| window::comes(zone, days, minute, self.now, last))
                .min()
        });
        soonest.into_iter().chain(schedules).min()
    }
}

/// Nobody has seen it: it keeps no distance from the next one.
fn unseen(agenda: &mut Agenda, watch: &Watch) {
    for begun in [&mut agenda.began_at, &mut agenda.started_at] {
        if *begun == Some(watch.at) {
            *begun = None;
        }
    }
}

/// When the trigger is given up.
fn ends(declared: &Trigger, pending: &Pending) -> i64 {
    let patience = declared.expires_ms.unwrap_or(PATIENCE_MS);
    pending.ready.saturating_add(patience.max(0))
}

/// The day on which an `every` of the trigger came last.
fn last_day(agenda: &Agenda, key: u64) -> Option<i32> {
    let mut scheduled = agenda.scheduled.iter();
    scheduled.find(|(known, _)| *known == key).map(|(_, day)| *day)
}

fn every(declared: &Trigger) -> impl Iterator<Item = (u8, u32)> + '_ {
    declared.sources.iter().filter_map(|source| match source {
        TriggerSource::Every { weekdays, at } => Some((*weekdays, *at)),
        TriggerSource::On { .. } => None,
    })
}
