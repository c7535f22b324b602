//! What begins conversations (semantics 14), read from the tree: which triggers something concerns, their clocks, and
//! what is looked at when one has run out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use botflow_machine::trigger::{Happening, Surroundings, What};
use botflow_machine::{Delivery, Effect, Person};
use botflow_scenario::shadow::{Look, Shadow};
use botflow_syntax::ast::{self, AstNode};
use botflow_understanding::{Listener, Matcher, normalise};
use botflow_values::{Date, Value, Zone};
use smol_str::SmolStr;

use crate::Oracle;
use crate::goals::Goal;
use crate::project::Project;
use crate::rule::{Rule, rate};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 7 * DAY;
const CALM: i64 = 30 * MINUTE;

#[derive(Clone)]
struct Clock {
    rule: usize,
    event: SmolStr,
    fields: Vec<Value>,
    since: i64,
    ready: i64,
    /// It has been looked at and waits.
    waits: bool,
    by_customer: bool,
    /// Where the customer was.
    on: Option<SmolStr>,
    /// From which channel of `via` on.
    tried: usize,
    /// How much the person had written when it was begun before.
    wrote: u32,
}

struct Sent {
    rule: usize,
    proactive: bool,
    at: i64,
}

struct Watch {
    clock: Clock,
    channel: SmolStr,
    at: i64,
    /// How much the person had written by then.
    wrote: u32,
    delivered: bool,
    read: bool,
}

/// The triggers of one person.
pub struct Triggers<'a> {
    project: &'a Project<'a>,
    rules: Vec<Rule<'a>>,
    proactive: Option<(usize, i64)>,
    clocks: Vec<Clock>,
    watches: Vec<Watch>,
    sent: Vec<Sent>,
    marks: BTreeMap<SmolStr, i64>,
    members: BTreeMap<SmolStr, bool>,
    days: BTreeMap<usize, Date>,
    scheduled_to: Option<i64>,
    seen: Vec<u64>,
    goals: Vec<Goal<'a>>,
    /// Goals that events have reached, with the ids of the events.
    reached: Vec<(usize, u64)>,
    began: Option<i64>,
    started: Option<i64>,
}

/// One look.
pub(crate) struct Sight<'e, 'a> {
    pub oracle: Oracle<'a>,
    pub around: Surroundings<'e>,
    pub now: i64,
    pub zone: Zone,
    pub told: Vec<String>,
    /// The id of what has happened; 0 = it has none.
    pub happening: u64,
    /// On which channel it has happened.
    pub on: Option<SmolStr>,
}

impl Sight<'_, '_> {
    fn passed(&mut self, name: &str, why: &str) {
        self.told.push(format!("trigger {name} passed: {why}"));
    }
}

impl<'a> Triggers<'a> {
    /// Nothing is pending.
    pub fn new(project: &'a Project<'a>) -> Triggers<'a> {
        Triggers {
            project,
            rules: project.triggers.iter().map(Rule::read).collect(),
            proactive: rate(project.proactive),
            clocks: Vec::new(),
            watches: Vec::new(),
            sent: Vec::new(),
            marks: BTreeMap::new(),
            members: BTreeMap::new(),
            days: BTreeMap::new(),
            scheduled_to: None,
            seen: Vec::new(),
            goals: project.goals.iter().map(Goal::read).collect(),
            reached: Vec::new(),
            began: None,
            started: None,
        }
    }

    /// Something may reach goals (15.6 to 15.8).
    fn reach(&mut self, sight: &mut Sight<'_, 'a>, what: &str, event: &str, fields: &[Value], at: i64) {
        for (number, goal) in self.goals.iter().enumerate() {
            let counted = (number, sight.happening);
            let known = sight.happening != 0 && self.reached.contains(&counted);
            if known || !goal.is_reached(sight, what, event, fields) {
                continue;
            }
            if sight.happening != 0 {
                self.reached.push(counted);
                let surplus = self.reached.len().saturating_sub(32);
                self.reached.drain(..surplus);
            }
            let told = goal.told(sight, at);
            sight.told.push(told);
        }
    }

    /// Something that concerns triggers (14.3, 14.4).
    fn concern(&mut self, sight: &mut Sight<'_, 'a>, what: &str, event: &str, fields: &[Value], at: i64) {
        self.reach(sight, what, event, fields, at);
        let mut calls_off = false;
        for rule in 0..self.rules.len() {
            if self.rules[rule].unless.iter().any(|one| one == what) {
                calls_off = true;
                let ends = |clock: &Clock| clock.rule == rule && clock.since <= at;
                for _ in self.clocks.iter().filter(|clock| ends(clock)) {
                    sight.passed(&self.rules[rule].name, "called off");
                }
                self.clocks.retain(|clock| !ends(clock));
                self.watches.retain(|watch| !ends(&watch.clock));
            }
        }
        if calls_off {
            let mark = self.marks.entry(what.into()).or_insert(at);
            *mark = (*mark).max(at);
        }
        sight.oracle.event = fields.to_vec();
        sight.oracle.event_name = event.into();
        let begun_by_customer =
            what.starts_with("about:") || matches!(event, "opted_in" | "referral_opened" | "comment_posted");
        for rule in 0..self.rules.len() {
            for source in 0..self.rules[rule].on.len() {
                let (on, condition) = &self.rules[rule].on[source];
                let condition = *condition;
                if on == what && sight.oracle.outside().allows(condition) {
                    self.arm(sight, rule, event, fields, at, begun_by_customer);
                }
            }
        }
    }

    fn arm(
        &mut self,
        sight: &mut Sight<'_, 'a>,
        rule: usize,
        event: &str,
        fields: &[Value],
        since: i64,
        by_customer: bool,
    ) {
        let running = |clock: &Clock| clock.rule == rule && clock.tried == 0;
        if self
            .clocks
            .iter()
            .any(|clock| running(clock) && clock.since > since)
        {
            return sight.passed(&self.rules[rule].name, "overtaken");
        }
        self.clocks.retain(|clock| !running(clock));
        let heard_before = |what: &SmolStr| self.marks.get(what).is_some_and(|at| *at > since);
        if self.rules[rule].unless.iter().any(heard_before) {
            return sight.passed(&self.rules[rule].name, "called off");
        }
        self.clocks.push(Clock {
            rule,
            event: event.into(),
            fields: fields.to_vec(),
            since,
            ready: since.saturating_add(self.rules[rule].after),
            waits: false,
            by_customer,
            on: sight.on.clone().filter(|_| by_customer),
            tried: 0,
            wrote: 0,
        });
    }

    /// Segments that a trigger listens to; with an event only those that look back at it.
    fn review(&mut self, sight: &mut Sight<'_, 'a>, event: Option<&str>) {
        let listened: Vec<SmolStr> = (self.project.segments.keys())
            .filter(|name| {
                let (joined, left) = (format!("joined:{name}"), format!("left:{name}"));
                let about = |what: &SmolStr| *what == joined.as_str() || *what == left.as_str();
                (self.rules.iter())
                    .any(|rule| rule.on.iter().any(|(on, _)| about(on)) || rule.unless.iter().any(about))
                    || self.goals.iter().any(|goal| goal.on.iter().any(about))
            })
            .filter(|name| event.is_none_or(|event| self.looks_back(name, event, 0)))
            .cloned()
            .collect();
        for name in listened {
            let condition = self.project.segments[&name].condition();
            let belongs = sight.oracle.outside().allows(condition);
            let before = self.members.insert(name.clone(), belongs);
            if before.is_some_and(|before| before != belongs) {
                let word = if belongs { "joined" } else { "left" };
                let now = sight.now;
                self.concern(sight, &format!("{word}:{name}"), "", &[], now);
            }
        }
    }

    fn looks_back(&self, segment: &str, event: &str, depth: usize) -> bool {
        let Some(condition) = self
            .project
            .segments
            .get(segment)
            .and_then(|item| item.condition())
        else {
            return false;
        };
        let text = condition.syntax().text().to_string();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| {
            word == event
                || depth < 8
                    && word != segment
                    && self.project.segments.contains_key(word)
                    && self.looks_back(word, event, depth + 1)
        })
    }

    fn happened(&mut self, sight: &mut Sight<'_, 'a>, happening: &Happening) {
        let What::Event { name, fields } = &happening.what else {
            return;
        };
        let why = if happening.id != 0 && self.seen.contains(&happening.id) {
            Some("repeated")
        } else if happening.at > sight.now + DAY {
            Some("in the future")
        } else if happening.at < sight.now - WEEK {
            Some("too late")
        } else {
            None
        };
        if let Some(why) = why {
            return sight.told.push(format!("refused {name}: {why}"));
        }
        self.seen.push(happening.id);
        let surplus = self.seen.len().saturating_sub(8);
        self.seen.drain(..surplus);
        let at = happening.at.min(sight.now);
        sight.happening = happening.id;
        sight.on = happening.channel.clone();
        self.concern(sight, &format!("event:{name}"), name, fields, at);
        if name == "comment_posted"
            && let Some(intent) = self.about(sight, fields)
        {
            self.concern(sight, &format!("about:{intent}"), "", &[], at);
        }
        self.review(sight, Some(name));
    }

    /// What a comment is about, among the intents that triggers ask for.
    fn about(&self, sight: &Sight<'_, 'a>, fields: &[Value]) -> Option<SmolStr> {
        let all = self.rules.iter().flat_map(|rule| {
            let on = rule.on.iter().map(|(on, _)| on);
            on.chain(&rule.unless)
        });
        let asked: Vec<SmolStr> = all
            .chain(self.goals.iter().flat_map(|goal| &goal.on))
            .filter_map(|what| what.strip_prefix("about:").map(SmolStr::new))
            .collect();
        let text = fields.first()?.as_text()?.trim();
        let listener = Asked {
            oracle: &sight.oracle,
            asked: &asked,
        };
        let found = self.project.matcher.intents(text, &normalise(text), &listener);
        let intent = found.first()?.intent;
        Some(self.project.bot.intents[intent as usize].name.clone())
    }

    fn delivered(&mut self, channel: &str, status: Delivery) {
        if matches!(status, Delivery::Read | Delivery::Clicked) {
            let rules = &self.rules;
            self.clocks
                .retain(|clock| clock.tried == 0 || rules[clock.rule].via[clock.tried - 1] != channel);
        }
        let Some(at) = self.watches.iter().rposition(|watch| watch.channel == channel) else {
            return;
        };
        self.watches[at].delivered = true;
        match status {
            Delivery::Delivered => {}
            Delivery::Read | Delivery::Clicked => self.watches[at].read = true,
            Delivery::Failed => {
                let watch = self.watches.remove(at);
                self.unseen(&watch);
                self.clocks.push(watch.clock);
            }
        }
    }

    /// Nobody has seen it: it keeps no distance.
    fn unseen(&mut self, watch: &Watch) {
        self.began = self.began.filter(|at| *at != watch.at);
        self.started = self.started.filter(|at| *at != watch.at);
    }

    /// What is due: schedules, messages that were not read, clocks (14.5 to 14.9).
    fn finish(&mut self, sight: &mut Sight<'_, 'a>) {
        self.schedules(sight);
        self.unread(sight);
        let wrote = sight.oracle.person.wrote();
        self.clocks
            .retain(|clock| clock.tried == 0 || clock.wrote == wrote);
        let mut due: Vec<(Reverse<i32>, usize, usize)> = (self.clocks.iter())
            .filter(|clock| clock.waits || clock.tried > 0 || clock.ready <= sight.now)
            .map(|clock| (Reverse(self.rules[clock.rule].priority), clock.rule, clock.tried))
            .collect();
        due.sort_unstable();
        let mut started = false;
        for (_, rule, tried) in due {
            let is_it = |clock: &Clock| clock.rule == rule && clock.tried == tried;
            let Some(at) = self.clocks.iter().position(is_it) else {
                continue;
            };
            let clock = self.clocks[at].clone();
            match self.verdict(sight, &clock, started) {
                Ok(None) => self.clocks[at].waits = true,
                Err(why) => {
                    self.clocks.remove(at);
                    sight.passed(&self.rules[rule].name, why);
                }
                Ok(Some(place)) => {
                    self.clocks.remove(at);
                    started = true;
                    self.start(sight, clock, place);
                }
            }
        }
    }

    fn schedules(&mut self, sight: &mut Sight<'_, 'a>) {
        if self.rules.iter().all(|rule| rule.every.is_empty()) {
            return;
        }
        let before = self
            .scheduled_to
            .replace(sight.now.max(self.scheduled_to.unwrap_or(i64::MIN)));
        let Some(before) = before.filter(|before| *before < sight.now) else {
            return;
        };
        let (today, _) = sight.zone.local(sight.now);
        for rule in 0..self.rules.len() {
            let mut last: Option<(i64, Date)> = None;
            for (falls, time) in &self.rules[rule].every {
                for back in 0..=8 {
                    let day = today.plus_days(-back);
                    let moment = sight.zone.moment(day, *time);
                    if falls[day.weekday() as usize] && moment <= sight.now {
                        if moment > before && last.is_none_or(|(known, _)| moment > known) {
                            last = Some((moment, day));
                        }
                        break;
                    }
                }
            }
            let Some((moment, day)) = last else { continue };
            if self.days.get(&rule).is_none_or(|known| day > *known) {
                self.days.insert(rule, day);
                self.arm(sight, rule, "", &[], moment, false);
            }
        }
    }

    fn unread(&mut self, sight: &mut Sight<'_, 'a>) {
        let mut kept = Vec::new();
        for watch in std::mem::take(&mut self.watches) {
            let rule = &self.rules[watch.clock.rule];
            if sight.oracle.person.wrote() != watch.wrote {
                continue;
            }
            let since = |after: i64| watch.at.saturating_add(after);
            let unread = rule.unread.filter(|_| !watch.read).map(since);
            let undelivered = rule.undelivered.filter(|_| !watch.delivered);
            let lost = undelivered.and_then(|after| after.map(since));
            if unread.is_none() && undelivered.is_none() {
                continue;
            }
            let name = rule.name.clone();
            let next = unread.into_iter().chain(lost).min();
            if next.is_some_and(|next| next <= sight.now) {
                if lost.is_some_and(|lost| lost <= sight.now && unread.is_none_or(|unread| lost < unread)) {
                    self.unseen(&watch);
                }
                // The same message, only older, gives way.
                let (of, clock) = (watch.clock.rule, watch.clock);
                let before = self.clocks.len();
                self.clocks.retain(|other| other.rule != of || other.tried == 0);
                if self.clocks.len() < before {
                    sight.passed(&name, "overtaken");
                }
                self.clocks.push(clock);
            } else if next.is_some() || since(WEEK) > sight.now {
                kept.push(watch);
            }
        }
        kept.append(&mut self.watches);
        self.watches = kept;
    }

    /// `Ok(None)`: it waits; `Ok(Some)`: it starts, on the channel with this place in its list.
    fn verdict(
        &self,
        sight: &mut Sight<'_, 'a>,
        clock: &Clock,
        started: bool,
    ) -> Result<Option<usize>, &'static str> {
        let rule = &self.rules[clock.rule];
        let now = sight.now;
        if now >= clock.ready.saturating_add(rule.expires) {
            return Err("expired");
        }
        if now < clock.ready && clock.tried == 0 {
            return Ok(None);
        }
        if let Some((from, to)) = rule.between {
            let minute = i64::from(sight.zone.local(now).1.seconds() / 60);
            let inside = match from < to {
                true => from <= minute && minute < to,
                false => minute >= from || minute < to,
            };
            if !inside {
                return Ok(None);
            }
        }
        sight.oracle.event = clock.fields.clone();
        sight.oracle.event_name = clock.event.clone();
        let holds = |condition: &ast::Expr<'a>| sight.oracle.outside().allows(Some(*condition));
        if !rule.conditions.iter().all(holds) {
            return Err("condition");
        }
        if clock.tried == 0 {
            let used = |cap: Option<(usize, i64)>, counts: &dyn Fn(&Sent) -> bool| {
                cap.is_some_and(|(count, window)| {
                    let recent = self
                        .sent
                        .iter()
                        .filter(|sent| sent.at > now - window && counts(sent));
                    recent.count() >= count
                })
            };
            if used(rule.cap, &|sent| sent.rule == clock.rule)
                || !clock.by_customer && used(self.proactive, &|sent| sent.proactive)
            {
                return Err("capped");
            }
        }
        let place = self.channel(sight, clock)?;
        let recent = |at: Option<i64>| at.is_some_and(|at| at + CALM > now);
        if recent(self.began) && !clock.by_customer {
            return Ok(None);
        }
        let around = sight.around;
        let asked = around.asked && (recent(around.wrote_at.map(|at| at.min(now))) || recent(self.started));
        match started || around.people || asked {
            true if rule.waits => Ok(None),
            true => Err("busy"),
            false if self.lingers(sight, clock) => Ok(None),
            false => Ok(Some(place)),
        }
    }

    /// Something has just been said, and this one waits for calm (14.8).
    fn lingers(&self, sight: &Sight<'_, 'a>, clock: &Clock) -> bool {
        let rule = &self.rules[clock.rule];
        let waited = rule.after > 0 || !rule.every.is_empty() || clock.waits;
        let history = sight.oracle.person.history.iter();
        let mut talks = history.flat_map(|history| &history.talks);
        rule.waits
            && waited
            && !clock.by_customer
            && clock.tried == 0
            && talks.any(|talk| talk.last_at.min(sight.now) + 5 * MINUTE > sight.now)
    }

    /// The channels of a trigger in order.
    fn via(&self, sight: &Sight<'_, 'a>, clock: &Clock) -> Vec<SmolStr> {
        match self.rules[clock.rule].via.as_slice() {
            [] => vec![clock.on.clone().unwrap_or_else(|| sight.oracle.channel())],
            via => via.to_vec(),
        }
    }

    fn channel(&self, sight: &Sight<'_, 'a>, clock: &Clock) -> Result<usize, &'static str> {
        let rule = &self.rules[clock.rule];
        let consents = &self.project.bot.consents;
        let mut why = "unreachable";
        for (place, channel) in self.via(sight, clock).iter().enumerate().skip(clock.tried) {
            if clock.on.as_ref() != Some(channel) && !sight.around.channels.contains(channel) {
                continue;
            }
            let out = sight
                .oracle
                .person
                .opted_out()
                .iter()
                .any(|(known, _)| known == channel);
            if out && !clock.by_customer {
                if why == "unreachable" {
                    why = "opted out";
                }
                continue;
            }
            let needs: Vec<&str> = match rule.needs.is_empty() && !clock.by_customer && channel != "web" {
                true => vec!["marketing"],
                false => rule.needs.iter().map(SmolStr::as_str).collect(),
            };
            let given = needs.iter().all(|need| {
                let consent = consents.iter().position(|known| known == need);
                consent.is_none_or(|consent| sight.oracle.agrees(consent.into(), channel))
            });
            if given {
                return Ok(place);
            }
            why = "no consent";
        }
        Err(why)
    }

    fn start(&mut self, sight: &mut Sight<'_, 'a>, mut clock: Clock, place: usize) {
        let via = self.via(sight, &clock);
        let rule = &self.rules[clock.rule];
        let channel = via[place].clone();
        sight.told.push(format!(
            "trigger {} starts {} on {channel}",
            rule.name, rule.start
        ));
        let proactive = !clock.by_customer;
        if clock.tried == 0 {
            self.sent.push(Sent {
                rule: clock.rule,
                proactive,
                at: sight.now,
            });
        }
        self.started = Some(sight.now);
        if proactive {
            self.began = Some(sight.now);
        }
        self.watches.retain(|watch| watch.clock.rule != clock.rule);
        let goes_on = rule.unread.is_some() || rule.undelivered.is_some();
        if goes_on && !rule.via.is_empty() && place + 1 < via.len() {
            clock.tried = place + 1;
            clock.wrote = sight.oracle.person.wrote();
            clock.waits = false;
            self.watches.push(Watch {
                clock,
                channel,
                at: sight.now,
                wrote: sight.oracle.person.wrote(),
                delivered: false,
                read: false,
            });
        }
    }
}

impl Shadow for Triggers<'_> {
    fn look(&mut self, person: &Person, around: Surroundings<'_>, now: i64, look: Look<'_>) -> Vec<String> {
        let mut oracle = Oracle::new(self.project, person.clone());
        oracle.now = now;
        let zone = oracle.zone();
        let mut sight = Sight {
            oracle,
            around,
            now,
            zone,
            told: Vec::new(),
            happening: 0,
            on: None,
        };
        match look {
            Look::Turned(effects) => {
                for effect in effects {
                    let bot = self.project.bot;
                    let what = match effect {
                        Effect::Stage { to, .. } => format!("entered:{}", bot.stages[to.index()]),
                        Effect::Asked(intent) => format!("asked:{}", bot.intents[intent.index()].name),
                        _ => continue,
                    };
                    self.concern(&mut sight, &what, "", &[], now);
                }
                self.review(&mut sight, None);
            }
            Look::Happened(happening) => self.happened(&mut sight, happening),
            Look::Delivered(channel, status) => self.delivered(channel, status),
            Look::Due => {}
        }
        self.finish(&mut sight);
        sight.told
    }
}

/// Listens for the intents that comments are asked for.
struct Asked<'e, 'a> {
    oracle: &'e Oracle<'a>,
    asked: &'e [SmolStr],
}

impl Listener for Asked<'_, '_> {
    fn listens(&self, intent: u32) -> bool {
        let intent = self.oracle.project.bot.intents.get(intent as usize);
        intent.is_some_and(|intent| self.asked.contains(&intent.name))
    }

    fn reads_whole(&self, _: u32, _: u32, _: &str) -> bool {
        false
    }

    fn reads_inside(&self, _: u32, _: u32, _: &str) -> Option<std::ops::Range<usize>> {
        None
    }
}
