//! How a trigger begins a conversation: who it has to be, what happens, how much time passes.

use botflow_artifact::*;
use smol_str::SmolStr;

use super::plan::Plan;
use crate::graph::label::duration;
use crate::names::builtin;

impl Plan<'_> {
    /// A trigger goes off by the first of its sources, as it should.
    pub fn begins(&mut self, trigger: &Trigger) {
        self.is_reached_by(trigger);
        if let Some(source) = trigger.sources.first() {
            self.sets_off(source);
        }
        self.runs_out(trigger);
    }

    /// The person is somebody whom the trigger reaches: on its first channel, with the consents it needs, and as its
    /// conditions want it.
    pub fn is_reached_by(&mut self, trigger: &Trigger) {
        let bot = self.bot();
        self.is_where_it_writes(trigger);
        let planned = self.channel().cloned();
        let channel = planned.as_ref().unwrap_or(first_channel(bot, trigger));
        let first = trigger.sources.first();
        let by_customer = first.is_some_and(|source| begun_by_customer(bot, source));
        for consent in needs(bot, trigger, channel, by_customer) {
            self.wishes.agrees(consent);
        }
        self.is_meant_by(trigger);
    }

    /// The person is on the first channel of a trigger, whether or not it writes to them there.
    pub fn is_where_it_writes(&mut self, trigger: &Trigger) {
        let bot = self.bot();
        let planned = self.channel().cloned();
        let channel = planned.as_ref().unwrap_or(first_channel(bot, trigger));
        let scheduled = (trigger.sources.iter()).any(|source| matches!(source, TriggerSource::Every { .. }));
        if bot.channels.first() != Some(channel) || scheduled {
            self.speaks_on(channel);
        }
    }

    /// What sets a trigger off is as its condition wants it, and so is the person.
    pub fn is_meant_by(&mut self, trigger: &Trigger) {
        if let Some(source) = trigger.sources.first() {
            self.counts(source);
        }
        for condition in &trigger.conditions {
            self.wishes.assume(FlowId::ALWAYS, *condition, true);
        }
    }

    /// What sets a trigger off is as its condition wants it.
    pub fn counts(&mut self, source: &TriggerSource) {
        if let TriggerSource::On {
            condition: Some(condition),
            ..
        } = source
        {
            self.wishes.assume(FlowId::ALWAYS, *condition, true);
        }
    }

    /// What sets a trigger off happens. What a turn brings about has been planned before.
    pub fn sets_off(&mut self, source: &TriggerSource) {
        let bot = self.bot();
        match source {
            TriggerSource::On { what, .. } => match what {
                Occurrence::Event(event) => match bot.events.get(event.index()) {
                    Some(event) => self.happens(event, FlowId::ALWAYS),
                    None => self.line("! …"),
                },
                Occurrence::CommentAbout(intent) => {
                    let words = heard_as(bot, *intent);
                    self.line(format!("! comment_posted(text: \"{}\")", escaped(&words)));
                }
                // What was answered before has to be as the segment wants it.
                Occurrence::Joined(segment) => {
                    if let Some(segment) = bot.segments.get(segment.index()) {
                        self.wishes.assume(FlowId::ALWAYS, segment.condition, true);
                    }
                }
                Occurrence::Entered(_) | Occurrence::Asked(_) | Occurrence::Left(_) => {}
            },
            TriggerSource::Every { weekdays, at } => {
                const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let day = (0..7).find(|day| weekdays & (1 << day) != 0).unwrap_or(0);
                let day = if *weekdays & 0x7f == 0x7f { "" } else { DAYS[day] };
                let until = format!("+ until {day} {:02}:{:02}", at / 60, at % 60);
                self.line(until.replace("  ", " "));
            }
        }
    }

    /// The clock of a trigger runs out, and its window opens.
    pub fn runs_out(&mut self, trigger: &Trigger) {
        if trigger.after_ms > 0 {
            self.line(format!("+ {}", duration(trigger.after_ms)));
        }
        if let Some((from, to)) = trigger.between
            && !is_open(from, to, self.minute())
        {
            self.line(format!("+ until {:02}:{:02}", from / 60, from % 60));
        }
    }
}

/// Whether a window from minute `from` up to and without minute `to` is open at a time of day; across midnight where
/// it ends before it begins.
pub(crate) fn is_open(from: u32, to: u32, minute: i64) -> bool {
    let (from, to) = (i64::from(from), i64::from(to));
    match from < to {
        true => from <= minute && minute < to,
        false => from <= minute || minute < to,
    }
}

/// The channel on which a trigger tries to reach somebody first.
pub(crate) fn first_channel<'b>(bot: &'b Bot, trigger: &'b Trigger) -> &'b SmolStr {
    static WEB: SmolStr = SmolStr::new_static("web");
    trigger.via.first().or(bot.channels.first()).unwrap_or(&WEB)
}

/// Whether a customer begins what this sets off.
pub(crate) fn begun_by_customer(bot: &Bot, source: &TriggerSource) -> bool {
    let TriggerSource::On { what, .. } = source else {
        return false;
    };
    match what {
        Occurrence::CommentAbout(_) => true,
        Occurrence::Event(event) => {
            let event = bot.events.get(event.index());
            event
                .and_then(|event| builtin::event(&event.name))
                .is_some_and(|event| event.by_customer)
        }
        _ => false,
    }
}

/// The consents that a trigger needs on a channel: those it names; without any the one for marketing, if the bot has
/// it, wherever the person is not present anyway.
pub(crate) fn needs(bot: &Bot, trigger: &Trigger, channel: &str, by_customer: bool) -> Vec<ConsentId> {
    if trigger.needs.is_empty() && !by_customer && channel != "web" {
        let marketing = bot.consents.iter().position(|consent| consent == MARKETING);
        return marketing.map(ConsentId::from).into_iter().collect();
    }
    trigger.needs.clone()
}

/// The consent that triggers need which name none.
pub(crate) const MARKETING: &str = "marketing";

/// Words by which an intent is heard.
pub(crate) fn heard_as(bot: &Bot, intent: IntentId) -> String {
    let Some(intent) = bot.intents.get(intent.index()) else {
        return "something".to_owned();
    };
    let words = (intent.words.iter().chain(&intent.like)).find_map(|clause| clause.words.first());
    words.unwrap_or(&intent.name).to_string()
}

fn escaped(words: &str) -> String {
    words.replace('\\', "\\\\").replace('"', "\\\"")
}
