//! A conversation as it is planned, line by line.

use std::borrow::Cow;

use botflow_artifact::*;
use smol_str::SmolStr;

use super::wishes::{Source, Subject, Wishes};
use crate::flow_facts::path::Root;
use crate::graph::label::Words;
use crate::types::literal;

/// Stands for words that only a run can know.
const ANYTHING: &str = "…";
/// Types nested deeper than this have no example.
const DEEPEST: u32 = 9;

/// The mark of a line that stands for the way into a flow; behind it stands the flow's number.
pub(crate) const BEGINS: &str = "\u{1}begins ";
/// The mark of a line that stands for a whole run of a flow; behind it stands the flow's number.
pub(crate) const RUNS: &str = "\u{1}runs ";
/// What begins the line that says who the customer is.
const PERSON: &str = "person ana (";
/// What begins the line that says when it is.
const AT: &str = "at ";
/// What begins the line that says where the customer is.
const SPEAKS: &str = "@ ana on ";
/// Conversations begin at ten, where nothing says otherwise.
pub(crate) const USUAL_BEGIN: u32 = 10 * 60;

/// A plan in the making.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'b> {
    words: Cow<'b, Words<'b>>,
    bot: &'b Bot,
    pub wishes: Wishes<'b>,
    stubs: Vec<Stub>,
    lines: Vec<String>,
    /// When it begins, if that matters: minutes after midnight.
    begins_at: Option<u32>,
    /// Where the person is, if not on the bot's first channel.
    channel: Option<SmolStr>,
    /// The person has agreed to things on this channel alone.
    agrees_on: Option<SmolStr>,
    /// What the person speaks, if not the bot's first language.
    language: Option<SmolStr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stub {
    call: CallId,
    failure: Option<Option<u32>>,
}

impl<'b> Plan<'b> {
    pub fn new(words: Cow<'b, Words<'b>>, bot: &'b Bot) -> Plan<'b> {
        Plan {
            words,
            bot,
            wishes: Wishes::new(bot),
            stubs: Vec::new(),
            lines: Vec::new(),
            begins_at: None,
            channel: None,
            agrees_on: None,
            language: None,
        }
    }

    /// What it is about.
    pub fn bot(&self) -> &'b Bot {
        self.bot
    }

    /// What the person has agreed to holds on this channel alone, where they are.
    pub fn agrees_only_on(&mut self, channel: &SmolStr) {
        self.speaks_on(channel);
        self.agrees_on.clone_from(&self.channel);
    }

    /// What the person has agreed to holds on this channel alone, where they are not.
    pub fn agreed_elsewhere(&mut self, channel: &SmolStr) {
        self.agrees_on = Some(channel.clone());
    }

    /// Where the person is, if that was said.
    pub fn channel(&self) -> Option<&SmolStr> {
        self.channel.as_ref()
    }

    /// It begins at this time of day.
    pub fn begins_at(&mut self, minute: u32) {
        self.begins_at = Some(minute);
    }

    /// The person is on this channel.
    pub fn speaks_on(&mut self, channel: &SmolStr) {
        self.channel.get_or_insert_with(|| channel.clone());
    }

    /// The person speaks this language.
    pub fn speaks(&mut self, language: LanguageId) {
        if language.index() > 0 {
            self.language = self.bot.languages.get(language.index()).cloned();
        }
    }

    /// The time of day at the end of what is planned, in minutes after midnight.
    pub fn minute(&self) -> i64 {
        const DAY: i64 = 24 * 60;
        let mut minute = i64::from(self.begins_at.unwrap_or(USUAL_BEGIN));
        for line in &self.lines {
            let Some(passes) = line.strip_prefix("+ ") else {
                continue;
            };
            match passes.strip_prefix("until ") {
                Some(until) => {
                    let time = until.rsplit(' ').next().and_then(|time| time.split_once(':'));
                    if let Some((hours, minutes)) = time {
                        minute = hours.parse().unwrap_or(0) * 60 + minutes.parse().unwrap_or(0);
                    }
                }
                None => {
                    for part in passes.split(' ') {
                        minute += literal::duration(part).unwrap_or(0) / 60_000;
                    }
                }
            }
        }
        minute.rem_euclid(DAY)
    }

    /// The words about the bot.
    pub fn words(&self) -> &Words<'b> {
        &self.words
    }

    /// An event happens: with what is wished of its fields where this flow hears it, else with examples.
    pub fn happens(&mut self, event: &Event, flow: FlowId) {
        let fields = event.fields.iter().zip(0..).filter_map(|(field, at)| {
            let subject = self.wishes.subject_of(flow, Root::Event(at));
            if subject.is_some_and(|subject| subject.known == Some(false)) {
                return None;
            }
            let value = self.example(field.ty, &[], subject, DEEPEST);
            Some(format!("{}: {value}", field.name))
        });
        let fields = fields.collect::<Vec<_>>().join(", ");
        for at in 0..event.fields.len() {
            self.wishes
                .gives(flow, Root::Event(at as u32), Source::Elsewhere, None);
        }
        self.lines.push(match fields.is_empty() {
            true => format!("! {}", event.name),
            false => format!("! {}({fields})", event.name),
        });
    }

    /// A colleague begins a flow, with examples for its parameters.
    pub fn begun(&mut self, flow: FlowId) {
        let Some(flow) = self.bot.flows.get(flow.index()) else {
            return;
        };
        let params = flow.slots.iter().take(flow.params as usize);
        let params =
            params.map(|slot| format!("{}: {}", slot.name, self.example(slot.ty, &[], None, DEEPEST)));
        let params = params.collect::<Vec<_>>().join(", ");
        self.lines.push("~ maria joins".into());
        self.lines.push(match params.is_empty() {
            true => format!("~ maria starts {}", flow.name),
            false => format!("~ maria starts {}({params})", flow.name),
        });
    }

    /// Leaves out what happens: only what is wished is wanted.
    pub fn forget_lines(&mut self) {
        self.lines.clear();
    }

    /// Adds a line as it is.
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// The customer answers; what they answer goes to this name or field.
    pub fn answers(&mut self, into: Option<(FlowId, Root)>, ty: TypeId) {
        if let Some((flow, root)) = into {
            self.wishes
                .gives(flow, root, Source::Answer(self.lines.len()), Some(ty));
        }
        let answer = self.words.answer(ty);
        self.lines.push(format!("> {answer}"));
    }

    /// A call gives its result, which goes to this name.
    pub fn calls(&mut self, call: CallId) -> usize {
        self.stub(Stub { call, failure: None })
    }

    /// The result of a stub goes to a name.
    pub fn result(&mut self, stub: usize, flow: FlowId, slot: SlotId) {
        let call = self.stubs.get(stub).map(|stub| stub.call);
        let gives = call.and_then(|call| self.bot.calls.get(call.index())?.gives);
        self.wishes
            .gives(flow, Root::Slot(slot), Source::Stub(stub), gives);
    }

    /// A call fails, in general or in the way of this number.
    pub fn fails(&mut self, call: CallId, failure: Option<u32>) {
        self.stub(Stub {
            call,
            failure: Some(failure),
        });
    }

    fn stub(&mut self, stub: Stub) -> usize {
        match self.stubs.iter().position(|known| *known == stub) {
            Some(at) => at,
            None => {
                self.stubs.push(stub);
                self.stubs.len() - 1
            }
        }
    }

    /// The bot says a message. `missed` tells which values are unknown.
    pub fn says(&mut self, message: MessageId, missed: &dyn Fn(ExprId) -> bool) {
        let text = self
            .bot
            .messages
            .get(message.index())
            .and_then(|message| message.text);
        let Some(text) = text else {
            return;
        };
        let words = self.words.pattern(text, missed);
        // What has no words is not sent.
        if words.trim().is_empty() {
            return;
        }
        let mut written = words.trim_end_matches('\n').split('\n').map(str::trim_end);
        self.lines.push(
            format!("< {}", written.next().unwrap_or_default())
                .trim_end()
                .to_owned(),
        );
        self.lines
            .extend(written.map(|line| format!("  | {line}").trim_end().to_owned()));
    }

    /// The lines: first what has to be arranged, then what happens.
    pub fn done(mut self) -> Vec<String> {
        let mut person = Vec::new();
        let language = self.language.as_ref().or(self.wishes.language());
        let channel = self.channel.as_ref().or(self.wishes.channel()).cloned();
        person.extend(
            language
                .into_iter()
                .map(|language| format!("language: {language}")),
        );
        for subject in self.wishes.subjects() {
            match subject.source {
                Source::Card(field) => person.extend(self.card(field, subject)),
                Source::Answer(line) => {
                    if let (true, Some(value), Some(line)) = (
                        subject.wished(&[]),
                        subject.value(self.bot, &[]),
                        self.lines.get_mut(line),
                    ) {
                        *line = format!("> {}", self.words.value(&value).replace('_', " "));
                    }
                }
                Source::Stub(_) | Source::Elsewhere | Source::Nothing => {}
            }
        }
        let consents = self.wishes.consents().iter();
        let consents: Vec<&str> = consents
            .filter_map(|consent| Some(self.bot.consents.get(consent.index())?.as_str()))
            .collect();
        let there = self.agrees_on.as_ref();
        let consents: Vec<String> = (consents.into_iter())
            .map(|consent| match there {
                Some(channel) => format!("\"{consent} on {channel}\""),
                None => consent.to_owned(),
            })
            .collect();
        if !consents.is_empty() {
            person.push(format!("consents: [{}]", consents.join(", ")));
        }
        let mut lines = Vec::with_capacity(self.lines.len() + self.stubs.len() + 3);
        if let Some(minute) = self.begins_at {
            lines.push(format!(
                "{AT}2026-01-05 {:02}:{:02}",
                minute / 60 % 24,
                minute % 60
            ));
        }
        if !person.is_empty() {
            lines.push(format!("{PERSON}{})", person.join(", ")));
        }
        lines.extend((0..self.stubs.len()).map(|at| self.stub_line(at)));
        if let Some(channel) = channel {
            lines.push(format!("{SPEAKS}{channel}"));
        }
        lines.append(&mut self.lines);
        lines
    }

    fn card(&self, field: FieldId, subject: &Subject) -> Option<String> {
        let declared = self.bot.customer.get(field.index())?;
        if subject.content_with(&declared.default) {
            return None;
        }
        let literal = match subject.value(self.bot, &[]) {
            Some(value) => self.literal(&value),
            None => self.example(declared.ty, &[], None, DEEPEST),
        };
        Some(format!("{}: {literal}", declared.name))
    }

    fn stub_line(&self, at: usize) -> String {
        let stub = &self.stubs[at];
        let Some(call) = self.bot.calls.get(stub.call.index()) else {
            return format!("stub {ANYTHING}");
        };
        let params: Vec<String> = call
            .params
            .iter()
            .map(|param| format!("{}: any", param.name))
            .collect();
        let head = format!("stub {}({})", call.name, params.join(", "));
        match stub.failure {
            Some(failure) => {
                let name = failure.and_then(|failure| call.fails.get(failure as usize));
                match name {
                    Some(name) => format!("{head} fails {name}"),
                    None => format!("{head} fails"),
                }
            }
            None => match call.gives {
                Some(ty) => {
                    let mut subjects = self.wishes.subjects().iter();
                    let subject = subjects.find(|subject| subject.source == Source::Stub(at));
                    format!("{head} = {}", self.example(ty, &[], subject, DEEPEST))
                }
                None => head,
            },
        }
    }

    /// An example of a type as the language writes it, as wished.
    pub fn example(&self, ty: TypeId, parts: &[u32], subject: Option<&Subject>, depth: u32) -> String {
        if let Some(value) = subject.and_then(|subject| subject.value(self.bot, parts)) {
            return self.literal(&self.as_of_type(ty, value));
        }
        let Some(depth) = depth.checked_sub(1) else {
            return ANYTHING.into();
        };
        match self.bot.types.get(ty.index()) {
            Some(Type::Optional(inner)) => self.example(*inner, parts, subject, depth),
            Some(Type::List(inner)) => format!("[{}]", self.example(*inner, &[], None, depth)),
            Some(Type::Record(fields)) => {
                let fields = fields.iter().zip(0..).map(|((name, ty), at)| {
                    let mut parts = parts.to_vec();
                    parts.push(at);
                    format!("{name}: {}", self.example(*ty, &parts, subject, depth))
                });
                format!("({})", fields.collect::<Vec<_>>().join(", "))
            }
            Some(Type::Set(set)) => {
                let first = self.bot.sets.get(set.index()).and_then(|set| set.members.first());
                first.map_or(ANYTHING.into(), |member| member.name.to_string())
            }
            Some(Type::Narrowed { base, .. }) => match self.is_written_plainly(*base) {
                true => self.words.answer(ty),
                false => format!("\"{}\"", self.words.answer(ty)),
            },
            Some(Type::Moment) => "2026-12-25 09:00".into(),
            _ if self.is_written_plainly(ty) => self.words.answer(ty),
            _ => format!("\"{}\"", self.words.answer(ty)),
        }
    }

    /// What is wished of a part of an address, as a whole one.
    fn as_of_type(&self, ty: TypeId, value: Value) -> Value {
        let ty = match self.bot.types.get(ty.index()) {
            Some(Type::Optional(inner)) => self.bot.types.get(inner.index()),
            other => other,
        };
        match (ty, value) {
            (Some(Type::Url), Value::Text(text)) if !text.contains("://") => {
                Value::Url(format!("https://shop.example/{}", text.trim_start_matches('/')).into())
            }
            (_, value) => value,
        }
    }

    /// Whether values of a type stand in the language without quotes.
    fn is_written_plainly(&self, ty: TypeId) -> bool {
        matches!(
            self.bot.types.get(ty.index()),
            Some(
                Type::Integer
                    | Type::Number
                    | Type::Percent
                    | Type::YesNo
                    | Type::Money
                    | Type::Date
                    | Type::Time
                    | Type::Moment
                    | Type::Duration
            )
        )
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Text(text)
            | Value::Email(text)
            | Value::Phone(text)
            | Value::Url(text)
            | Value::Language(text)
            | Value::Channel(text) => {
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            other => self.words.value(other),
        }
    }
}

/// A label as it stands between `[` and `]`.
pub(crate) fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace(']', "\\]").replace('\n', " ")
}

/// Puts what has to be arranged first, and says who the customer is once.
pub(crate) fn arranged(lines: Vec<String>) -> Vec<String> {
    let mut person: Vec<String> = Vec::new();
    let mut stubs: Vec<String> = Vec::new();
    let mut speaks: Option<String> = None;
    let mut at: Option<String> = None;
    let mut rest: Vec<String> = Vec::new();
    for line in lines {
        if line.starts_with(SPEAKS) {
            speaks.get_or_insert(line);
        } else if line.starts_with(AT) {
            at.get_or_insert(line);
        } else if let Some(fields) = line.strip_prefix(PERSON) {
            let fields = fields.strip_suffix(')').unwrap_or(fields).to_owned();
            if !person.contains(&fields) {
                person.push(fields);
            }
        } else if line.starts_with("stub ") {
            if !stubs.contains(&line) {
                stubs.push(line);
            }
        } else {
            rest.push(line);
        }
    }
    let mut all = Vec::with_capacity(rest.len() + stubs.len() + 3);
    all.extend(at);
    if !person.is_empty() {
        all.push(format!("{PERSON}{})", person.join(", ")));
    }
    all.append(&mut stubs);
    all.extend(speaks);
    all.append(&mut rest);
    all
}
