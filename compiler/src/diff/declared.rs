//! The portrait of what is declared beside flows: triggers, goals, experiments, people, intents, the card, systems,
//! types, templates, the bot itself. The order of declarations makes no difference.

use botflow_artifact::*;

use super::portrait::{Area, Fact, Section, Site};
use super::wording::{Within, Wording, clock, time, weekdays};

pub(crate) fn sections(bot: &Bot, sections: &mut Vec<Section>) {
    let wording = Wording::of(bot);
    let it = Declared { bot, w: &wording };
    for (id, trigger) in bot.triggers.iter().enumerate() {
        sections.push(it.trigger(TriggerId::from(id), trigger));
    }
    sections.extend(bot.goals.iter().map(|goal| it.goal(goal)));
    sections.extend(bot.experiments.iter().map(|experiment| it.experiment(experiment)));
    sections.extend(bot.escalations.iter().map(|escalation| it.escalation(escalation)));
    sections.extend(bot.queues.iter().map(|queue| it.queue(queue)));
    sections.extend(bot.intents.iter().map(|intent| it.intent(intent)));
    sections.extend(bot.faqs.iter().map(|faq| it.faq(faq)));
    sections.extend(bot.customer.iter().map(|field| it.field(field)));
    sections.extend(bot.segments.iter().map(|segment| it.segment(segment)));
    let events = bot.events.iter().filter(|event| !event.builtin);
    sections.extend(events.map(|event| it.event(event)));
    sections.extend(bot.calls.iter().map(|call| it.call(call)));
    sections.extend(bot.sets.iter().map(|set| it.set(set)));
    let mut known: Vec<&str> = Vec::new();
    for ty in &bot.types {
        if let Type::Narrowed { name, .. } = ty
            && !known.contains(&name.as_str())
            && let Some(words) = wording.narrowed(ty)
        {
            known.push(name);
            let mut section = Section::new(Area::Types, format!("type {name}"), Site::Nowhere);
            section.setting("values", words);
            sections.push(section);
        }
    }
    sections.extend(bot.templates.iter().map(|template| it.template(template)));
    sections.push(it.bot());
}

struct Declared<'w, 'b> {
    bot: &'b Bot,
    w: &'w Wording<'b>,
}

impl Declared<'_, '_> {
    /// Words that are said.
    fn spoken(&self, section: &mut Section, kind: &'static str, within: Within<'_>, text: TextId) {
        let number = section.setting(kind, self.w.text(within, text));
        let fact: &mut Fact = &mut section.facts[number];
        fact.spoken = true;
        fact.also = self.w.translations(within, text);
    }

    fn message(&self, section: &mut Section, kind: &'static str, message: MessageId) {
        if let Some(text) = self
            .bot
            .messages
            .get(message.index())
            .and_then(|message| message.text)
        {
            self.spoken(section, kind, Within::flow(FlowId::ALWAYS), text);
        }
    }

    fn trigger(&self, id: TriggerId, trigger: &Trigger) -> Section {
        let w = self.w;
        let mut section = Section::new(
            Area::Triggers,
            format!("trigger {}", trigger.name),
            Site::Trigger(id),
        );
        let mut event = None;
        for source in &trigger.sources {
            let words = match source {
                TriggerSource::On { what, condition } => {
                    let of = Wording::event_of(what);
                    event = event.or(of);
                    let condition = condition.map(|it| format!(" if {}", w.expr(Within::event(of), it)));
                    format!("{}{}", w.occurrence(what), condition.unwrap_or_default())
                }
                TriggerSource::Every { weekdays: days, at } => {
                    format!("every {} at {}", weekdays(*days), clock(*at))
                }
            };
            section.setting("what sets it off", words);
        }
        let within = Within::event(event);
        if trigger.after_ms > 0 {
            section.setting("delay", time(trigger.after_ms));
        }
        for unless in &trigger.unless {
            section.setting("what calls it off", w.occurrence(unless));
        }
        for condition in &trigger.conditions {
            section.setting("condition", w.expr(within, *condition));
        }
        for consent in &trigger.needs {
            section.setting("consent it needs", w.consent(*consent));
        }
        if let Some((from, to)) = trigger.between {
            section.setting("hours", format!("{} to {}", clock(from), clock(to)));
        }
        if let Some(cap) = trigger.cap {
            section.setting("cap", format!("at most {} in {}", cap.count, time(cap.window_ms)));
        }
        if !trigger.via.is_empty() {
            section.setting("channels", trigger.via.join(", "));
        }
        for (when, after) in &trigger.fallback {
            let when = match when {
                Fallback::Unread => "unread",
                Fallback::Undelivered => "not delivered",
            };
            let after = after.map(|after| format!(" for {}", time(after)));
            section.setting(
                "next channel",
                format!("when {when}{}", after.unwrap_or_default()),
            );
        }
        section.setting(
            "when the person is busy",
            if trigger.busy_waits { "waits" } else { "is skipped" },
        );
        let priority = ["low", "normal", "high"].get(trigger.priority as usize);
        section.setting("priority", *priority.unwrap_or(&"normal"));
        if let Some(expires) = trigger.expires_ms {
            section.setting("given up", format!("after {}", time(expires)));
        }
        let start = w.words.flow(trigger.start);
        section.setting(
            "what it starts",
            format!("{start}({})", w.args(within, &trigger.args)),
        );
        section
    }

    fn goal(&self, goal: &Goal) -> Section {
        let mut section = Section::new(Area::Experiments, format!("goal {}", goal.name), Site::Nowhere);
        for on in &goal.on {
            section.setting("what reaches it", self.w.occurrence(on));
        }
        let within = Within::event(goal.on.first().and_then(Wording::event_of));
        if let Some(condition) = goal.condition {
            section.setting("condition", self.w.expr(within, condition));
        }
        if let Some(value) = goal.value {
            section.setting("value", self.w.expr(within, value));
        }
        section.setting("credit", time(goal.credit_ms));
        section
    }

    fn experiment(&self, experiment: &Experiment) -> Section {
        let key = format!("experiment {}", experiment.name);
        let mut section = Section::new(Area::Experiments, key, Site::Nowhere);
        for (name, weight) in &experiment.arms {
            section.setting("arm", format!("{name} {}", share(*weight)));
        }
        if experiment.hold_out > 0 {
            section.setting("held out", share(experiment.hold_out));
        }
        if let Some(goal) = experiment.goal.and_then(|goal| self.bot.goals.get(goal.index())) {
            section.setting("goal", goal.name.to_string());
        }
        if let Some(condition) = experiment.condition {
            section.setting("condition", self.w.expr(Within::event(None), condition));
        }
        if let Some(group) = &experiment.group {
            section.setting("group", group.to_string());
        }
        section
    }

    fn escalation(&self, escalation: &Escalation) -> Section {
        let key = format!("escalation {}", escalation.name);
        let mut section = Section::new(Area::People, key, Site::Nowhere);
        let within = Within::flow(FlowId::ALWAYS);
        for (queue, condition) in &escalation.to {
            let condition = condition.map(|condition| format!(" if {}", self.w.expr(within, condition)));
            section.setting(
                "queue",
                format!("{}{}", self.w.queue(*queue), condition.unwrap_or_default()),
            );
        }
        if let Some(say) = escalation.say {
            self.message(&mut section, "message", say);
        }
        if let Some(brief) = escalation.brief {
            self.spoken(&mut section, "brief for colleagues", within, brief);
        }
        let mut way = |kind: &'static str, after: Option<i64>, way: EscalationWay| {
            let after = after.map(|after| format!("after {}", time(after)));
            let to = match way {
                EscalationWay::Queue(queue) => Some(format!("queue {}", self.w.queue(queue))),
                EscalationWay::Way(_) => None,
            };
            let words: Vec<String> = after.into_iter().chain(to).collect();
            section.setting(kind, words.join(" → "));
        };
        for (after, to) in &escalation.nobody {
            way("nobody comes", Some(*after), *to);
        }
        if let Some(to) = escalation.closed {
            way("closed", None, to);
        }
        for (after, to) in &escalation.customer_silent {
            way("the customer is silent", Some(*after), *to);
        }
        for (after, to) in &escalation.operator_silent {
            way("the colleague is silent", Some(*after), *to);
        }
        if let Some(to) = escalation.resolved {
            way("resolved", None, to);
        }
        section
    }

    fn queue(&self, queue: &Queue) -> Section {
        let mut section = Section::new(Area::People, format!("queue {}", queue.name), Site::Nowhere);
        if let Some(name) = &queue.display_name {
            section.setting("name", name.to_string());
        }
        if !queue.languages.is_empty() {
            section.setting("languages", queue.languages.join(", "));
        }
        if queue.always_open {
            section.setting("hours", "always");
        }
        for (days, from, to) in &queue.hours {
            section.setting(
                "hours",
                format!("{} {} to {}", weekdays(*days), clock(*from), clock(*to)),
            );
        }
        for day in &queue.closed_on {
            section.setting("closed on", day.to_string());
        }
        if let Some(zone) = &queue.timezone {
            section.setting("time zone", zone.to_string());
        }
        section
    }

    fn intent(&self, intent: &Intent) -> Section {
        let key = format!("intent {}", intent.name);
        let mut section = Section::new(Area::Understanding, key, Site::Nowhere);
        if !intent.params.is_empty() {
            section.setting("parameters", self.w.params(&intent.params));
        }
        self.heard(&mut section, "words", &intent.words);
        self.heard(&mut section, "examples", &intent.like);
        section
    }

    fn heard(&self, section: &mut Section, kind: &'static str, words: &[LanguageWords]) {
        let first = self.bot.languages.first();
        for one in words {
            let language = match Some(&one.language) == first {
                true => String::new(),
                false => format!("{}: ", one.language),
            };
            for word in &one.words {
                section.setting(kind, format!("{language}{word}"));
            }
        }
    }

    fn faq(&self, faq: &Faq) -> Section {
        let name = if faq.name.is_empty() {
            &faq.source
        } else {
            &faq.name
        };
        let mut section = Section::new(Area::Understanding, format!("faq {name}"), Site::Nowhere);
        for (questions, answer) in &faq.entries {
            section.setting(
                "question and answer",
                format!("{} → {answer}", questions.join(" / ")),
            );
        }
        section
    }

    fn field(&self, field: &Field) -> Section {
        let key = format!("customer.{}", field.name);
        let mut section = Section::new(Area::Customer, key, Site::Nowhere);
        section.setting("type", self.w.ty(field.ty));
        if field.default.is_known() {
            section.setting("value at first", self.w.words.value(&field.default));
        }
        if field.sensitive {
            section.setting("sensitive", "masked where colleagues read it");
        }
        if field.merging != Merging::default() {
            section.setting("when merged", field.merging.word());
        }
        section
    }

    fn segment(&self, segment: &Segment) -> Section {
        let key = format!("segment {}", segment.name);
        let mut section = Section::new(Area::Customer, key, Site::Nowhere);
        section.setting(
            "who belongs to it",
            self.w.expr(Within::event(None), segment.condition),
        );
        section
    }

    fn event(&self, event: &Event) -> Section {
        let mut section = Section::new(Area::Systems, format!("event {}", event.name), Site::Nowhere);
        section.setting("what it brings", format!("({})", self.w.params(&event.fields)));
        section
    }

    fn call(&self, call: &Call) -> Section {
        let word = match call.kind {
            CallKind::Lookup => "lookup",
            CallKind::Action => "action",
        };
        let mut section = Section::new(Area::Systems, format!("{word} {}", call.name), Site::Nowhere);
        section.setting("what it takes", format!("({})", self.w.params(&call.params)));
        if let Some(gives) = call.gives {
            section.setting("what it gives", self.w.ty(gives));
        }
        for (number, name) in call.fails.iter().enumerate() {
            let statuses = call
                .statuses
                .iter()
                .filter(|(_, failure)| *failure as usize == number);
            let statuses: Vec<String> = statuses.map(|(status, _)| status.to_string()).collect();
            let on = match statuses.is_empty() {
                true => String::new(),
                false => format!(" on {}", statuses.join(", ")),
            };
            section.setting("failure", format!("{name}{on}"));
        }
        if call.takes_sensitive {
            section.setting("sensitive values", "are taken");
        }
        if let Some(http) = &call.http {
            let within = Within::params(&call.params);
            section.setting(
                "request",
                format!("{:?} {}", http.method, self.w.text(within, http.url)),
            );
            for (name, value) in &http.headers {
                section.setting("header", format!("{name}: {}", self.w.text(within, *value)));
            }
            for (name, value, _) in &http.body {
                section.setting("body", format!("{name}: {}", self.w.expr(within, *value)));
            }
        }
        section.setting("timeout", time(call.timeout_ms));
        if call.retry > 0 {
            section.setting("further attempts", call.retry.to_string());
        }
        section
    }

    fn set(&self, set: &SetType) -> Section {
        let mut section = Section::new(Area::Types, format!("type {}", set.name), Site::Nowhere);
        for member in &set.members {
            let label = member.label;
            let label_words = label.map(|label| format!(" “{}”", self.w.text(Within::event(None), label)));
            let number = section.setting(
                "member",
                format!("{}{}", member.name, label_words.unwrap_or_default()),
            );
            if let Some(label) = label {
                section.facts[number].also = self.w.translations(Within::event(None), label);
            }
            for one in &member.words {
                section.setting(
                    "words heard",
                    format!("{} ({}): {}", member.name, one.language, one.words.join(", ")),
                );
            }
        }
        section
    }

    fn template(&self, template: &Template) -> Section {
        let key = format!("template {}", template.name);
        let mut section = Section::new(Area::Templates, key, Site::Nowhere);
        for line in template_settings(self.w, template) {
            section.setting(line.0, line.1);
        }
        section
    }

    fn bot(&self) -> Section {
        let bot = self.bot;
        let mut section = Section::new(Area::Bot, format!("bot {}", bot.name), Site::Nowhere);
        // There is one, whatever it is called.
        section.key = "bot".into();
        section.setting("name", bot.name.to_string());
        if let Some(name) = bot.display_name {
            self.spoken(&mut section, "name shown", Within::event(None), name);
        }
        section.setting(
            "first language",
            bot.languages.first().map(ToString::to_string).unwrap_or_default(),
        );
        for language in bot.languages.iter().skip(1) {
            section.setting("language", language.to_string());
        }
        section.setting(
            "first channel",
            bot.channels.first().map(ToString::to_string).unwrap_or_default(),
        );
        for channel in bot.channels.iter().skip(1) {
            section.setting("channel", channel.to_string());
        }
        for (channel, profile) in &bot.profiles {
            section.setting("what is known of a channel", format!("{channel}: {profile}"));
        }
        section.setting("currency", bot.currency.to_string());
        section.setting("time zone", bot.timezone.to_string());
        if let Some(start) = bot.start {
            section.setting("start", self.w.words.flow(start).to_owned());
        }
        if let Some(cap) = bot.proactive {
            let words = format!("at most {} in {}", cap.count, time(cap.window_ms));
            section.setting("messages without being asked", words);
        }
        if !bot.stages.is_empty() {
            section.setting("stages", bot.stages.join(", "));
        }
        for consent in &bot.consents {
            section.setting("consent", consent.to_string());
        }
        for value in &bot.config {
            let words = format!("{} = {}", value.name, self.w.words.value(&value.value));
            section.setting("config", words);
        }
        section
    }
}

/// All that a channel's owner has to approve of a template.
pub(crate) fn template_settings(w: &Wording<'_>, template: &Template) -> Vec<(&'static str, String)> {
    let within = Within::params(&template.params);
    let mut all = vec![("category", template.category.to_string())];
    all.push(("channels", template.channels.join(", ")));
    if !template.params.is_empty() {
        all.push(("parameters", w.params(&template.params)));
    }
    let named = |text: TextId| w.text(within, text);
    all.extend(template.header.map(|text| ("header", named(text))));
    all.push(("text", named(template.text)));
    all.extend(template.footer.map(|text| ("footer", named(text))));
    for media in &template.media {
        let alt = media.alt.map(|alt| format!(" “{}”", named(alt)));
        let source = w.expr(within, media.source);
        all.push((
            "media",
            format!("{:?} {source}{}", media.kind, alt.unwrap_or_default()),
        ));
    }
    for button in &template.buttons {
        let act = match button.act {
            ButtonAct::Opens(to) => format!(" opens {}", w.expr(within, to)),
            ButtonAct::Calls(to) => format!(" calls {}", w.expr(within, to)),
            ButtonAct::Leads(_) | ButtonAct::Says => String::new(),
        };
        all.push(("button", format!("“{}”{act}", named(button.label))));
    }
    all
}

/// A weight in hundredths of a percent.
pub(crate) fn share(weight: u32) -> String {
    match weight % 100 {
        0 => format!("{}%", weight / 100),
        part => {
            let text = format!("{}.{part:02}", weight / 100);
            format!("{}%", text.trim_end_matches('0'))
        }
    }
}
