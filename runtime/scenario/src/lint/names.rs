//! Names that a conversation mentions: flows, places, events, fields, calls, queues, channels, people.

use std::collections::BTreeSet;

use botflow_artifact::{Bot, PlaceId, TypeId};
use botflow_values::Zone;
use smol_str::SmolStr;

use super::Issue;
use super::lines::{Lines, nearest};
use crate::engine::standpoint;
use crate::literal;
use crate::script::{Check, Expression, Fields, Input, Line, LineKind, OperatorAct, Scene, Stub, StubAnswer};

/// What a `person` line knows besides the customer card.
const OF_PEOPLE: &[&str] = &[
    "language", "timezone", "referral", "channels", "consents", "verified", "signed",
];

pub(super) fn check(bot: &Bot, lines: &Lines<'_>, scene: &Scene, issues: &mut Vec<Issue>) {
    let mut look = Look {
        bot,
        lines,
        scene,
        line: 0,
        issues,
        said: Vec::new(),
    };
    for (at, line) in scene.lines.iter().enumerate() {
        look.line = line.first;
        look.one(at, line);
    }
}

struct Look<'a> {
    bot: &'a Bot,
    lines: &'a Lines<'a>,
    scene: &'a Scene,
    /// The line in question, from 1.
    line: usize,
    issues: &'a mut Vec<Issue>,
    /// What the bot has said so far, line by line.
    said: Vec<&'a str>,
}

impl<'a> Look<'a> {
    fn one(&mut self, at: usize, line: &'a Line) {
        let bot = self.bot;
        match &line.kind {
            LineKind::At { date, time } => {
                let moment = literal::parse_date(date).zip(literal::parse_time(time));
                if moment.is_none() {
                    let range = self.lines.word(self.line, date).start..self.lines.line(self.line).end;
                    let message = format!("There is no moment `{date} {time}`.");
                    self.issues.push(Issue::new("chat-syntax", range, message));
                }
            }
            LineKind::Person { name: _, fields } => self.person(fields),
            LineKind::Speaker { person, channel } => {
                self.channel(channel);
                self.speaker(person);
            }
            LineKind::Merge { from, into } => {
                for name in [from, into] {
                    let met = people(&self.scene.lines[..at]);
                    let met = match met.is_empty() {
                        true => BTreeSet::from(["customer"]),
                        false => met,
                    };
                    if !met.contains(name.as_str()) {
                        self.unknown("There is nobody called", name, "merge", met);
                    }
                }
            }
            LineKind::Stub(stub) => self.stub(stub),
            LineKind::Event { name, fields, .. } => self.event(at, name, fields),
            LineKind::Operator { act, .. } => match act {
                OperatorAct::Passes { queue: true, to } => self.queue(to),
                OperatorAct::Starts(flow, fields) => {
                    let flows = bot.flows.iter().skip(1);
                    match flows.clone().find(|known| known.name == *flow) {
                        Some(known) => {
                            let params = known.slots.iter().take(known.params as usize);
                            let declared: Vec<_> = params.map(|slot| (slot.name.clone(), slot.ty)).collect();
                            self.fields(&declared, fields, true);
                        }
                        None => self.unknown(
                            "The bot has no flow",
                            flow,
                            "starts",
                            flows.map(|known| known.name.as_str()),
                        ),
                    }
                }
                _ => {}
            },
            LineKind::Check(check) => self.check(check),
            LineKind::Effect(effect) => self.effect(effect),
            LineKind::Customer(Input::Press { label, .. }) => self.press(label),
            LineKind::Bot(written) => self.said.extend(written.iter().map(String::as_str)),
            _ => {}
        }
    }

    /// A name that the bot does not have; it stands behind something else in the line.
    fn unknown<'k>(
        &mut self,
        what: &str,
        name: &str,
        behind: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let range = self.lines.word_behind(self.line, behind, name);
        let known: Vec<&str> = known.into_iter().collect();
        let mut issue = Issue::new("chat-unknown-name", range, format!("{what} `{name}`."));
        issue.near = nearest(name, known.iter().copied()).map(str::to_owned);
        issue.help = match &issue.near {
            Some(near) => Some(format!("Did you mean `{near}`?")),
            None if known.is_empty() => None,
            None => {
                let few: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
                let more = if known.len() > few.len() { ", …" } else { "" };
                Some(format!("It has {}{more}.", few.join(", ")))
            }
        };
        self.issues.push(issue);
    }

    fn channel(&mut self, channel: &str) {
        let channels = &self.bot.channels;
        if !channels.is_empty() && !channels.iter().any(|known| known == channel) {
            self.unknown(
                "The bot is not on a channel",
                channel,
                "",
                channels.iter().map(SmolStr::as_str),
            );
        }
    }

    fn queue(&mut self, queue: &str) {
        let queues = self.bot.queues.iter().map(|known| known.name.as_str());
        if !queues.clone().any(|known| known == queue) {
            self.unknown("The bot has no queue", queue, "queue", queues);
        }
    }

    /// Whoever speaks may be new; but not if somebody of nearly the same name is introduced and never speaks.
    fn speaker(&mut self, name: &SmolStr) {
        let lines = &self.scene.lines;
        let introduced = |name: &str| {
            lines
                .iter()
                .any(|line| matches!(&line.kind, LineKind::Person { name: known, .. } if known == name))
        };
        let speaks = |name: &str| {
            lines.iter().any(|line| match &line.kind {
                LineKind::Speaker { person, .. } => person == name,
                LineKind::Merge { from, into } => from == name || into == name,
                _ => false,
            })
        };
        if introduced(name) {
            return;
        }
        let silent = people(lines)
            .into_iter()
            .filter(|known| introduced(known) && !speaks(known));
        let silent: Vec<&str> = silent.collect();
        if nearest(name, silent.iter().copied()).is_some() {
            self.unknown("Nothing is known of", name, "@", silent);
        }
    }

    fn person(&mut self, fields: &Fields) {
        let declared: Vec<_> = self
            .bot
            .customer
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        let mut card = Fields::new();
        for (name, value) in fields {
            let own = declared.iter().any(|(known, _)| Some(known) == name.as_ref());
            match name.as_deref().filter(|name| !own && OF_PEOPLE.contains(name)) {
                Some(name) => self.of_person(name, value),
                None => card.push((name.clone(), value.clone())),
            }
        }
        let further: Vec<&str> = OF_PEOPLE.to_vec();
        self.named_fields("The customer card has no", &declared, &further, &card, false);
    }

    /// `language`, `channels` and their like.
    fn of_person(&mut self, field: &str, value: &Expression) {
        let bot = self.bot;
        for word in words(value) {
            match field {
                "language" if !bot.languages.contains(&word) => {
                    let known = bot.languages.iter().map(SmolStr::as_str);
                    self.unknown("The bot does not speak", &word, "language", known);
                }
                "timezone" if Zone::named(&word).is_none() => {
                    self.unknown("There is no time zone", &word, "timezone", []);
                }
                "channels" => self.channel(&word),
                "consents" => {
                    let (name, on) = word.split_once(" on ").unwrap_or((&word, ""));
                    let known = bot.consents.iter().map(SmolStr::as_str);
                    if !bot.consents.iter().any(|known| known == name.trim()) {
                        self.unknown("The bot has no consent", name.trim(), "consents", known);
                    } else if !on.trim().is_empty() {
                        self.channel(on.trim());
                    }
                }
                "verified" | "signed" => {
                    let known = bot.customer.iter().map(|known| known.name.as_str());
                    if !bot.customer.iter().any(|known| known.name == word) {
                        self.unknown("The customer card has no", &word, field, known);
                    }
                }
                _ => {}
            }
        }
    }

    fn stub(&mut self, stub: &Stub) {
        let Some(call) = self.call(&stub.call) else {
            return;
        };
        let declared: Vec<_> = call
            .params
            .iter()
            .map(|param| (param.name.clone(), param.ty))
            .collect();
        let any = |value: &Expression| matches!(value, Expression::Path(path) if path == "any");
        let concrete = stub.args.iter().map(|(name, value)| match any(value) {
            true => (name.clone(), Expression::Path("unknown".into())),
            false => (name.clone(), value.clone()),
        });
        let concrete: Fields = concrete.collect();
        let before = self.issues.len();
        self.fields(&declared, &concrete, false);
        if self.issues.len() > before {
            return;
        }
        let problem = match &stub.answer {
            StubAnswer::Value(value) => match (value, call.gives) {
                (Some(_), None) => Err(format!("`{}` gives nothing", call.name)),
                (None, None) => Ok(()),
                (Some(value), Some(gives)) => literal::read(self.bot, gives, value)
                    .and_then(|value| literal::whole(self.bot, gives, &value, &call.name)),
                (None, Some(gives)) => {
                    literal::whole(self.bot, gives, &botflow_values::Value::Unknown, "= …")
                }
            },
            StubAnswer::Fails(Some(name)) if !call.fails.contains(name) => {
                let known = call.fails.iter().map(SmolStr::as_str);
                let what = format!("`{}` does not fail with", call.name);
                return self.unknown(&what, name, "fails", known);
            }
            StubAnswer::Fails(_) => Ok(()),
        };
        if let Err(problem) = problem {
            let line = self.lines.line(self.line);
            let written = self.lines.written(self.line);
            let start = written.rfind(") =").map_or(line.start, |at| line.start + at + 3);
            self.misfit(start..line.end, &problem);
        }
    }

    /// The lookup or action of this name.
    fn call(&mut self, name: &str) -> Option<&'a botflow_artifact::Call> {
        let bot = self.bot;
        let found = bot.calls.iter().find(|call| call.name == name);
        if found.is_none() {
            let known = bot.calls.iter().map(|call| call.name.as_str());
            self.unknown("The bot has no lookup or action", name, "", known);
        }
        found
    }

    fn event(&mut self, at: usize, name: &SmolStr, fields: &Fields) {
        let bot = self.bot;
        // What is reported wrongly on purpose is refused, and that is written.
        let refused = self.scene.lines[at + 1..]
            .iter()
            .take_while(|line| !crate::run::is_stimulus(&line.kind))
            .any(|line| matches!(&line.kind, LineKind::Effect(effect) if effect.starts_with("refused ")));
        if refused {
            return;
        }
        if let Some(event) = bot.events.iter().find(|event| event.name == *name) {
            let declared: Vec<_> = event
                .fields
                .iter()
                .map(|field| (field.name.clone(), field.ty))
                .collect();
            return self.fields(&declared, fields, true);
        }
        if matches!(name.as_str(), "known" | "signed") {
            let declared: Vec<_> = bot
                .customer
                .iter()
                .map(|field| (field.name.clone(), field.ty))
                .collect();
            return self.named_fields("The customer card has no", &declared, &[], fields, false);
        }
        let known = bot.events.iter().map(|event| event.name.as_str());
        self.unknown("The bot knows no event", name, "!", known);
    }

    fn fields(&mut self, declared: &[(SmolStr, TypeId)], written: &Fields, whole: bool) {
        self.named_fields("There is no", declared, &[], written, whole);
    }

    /// Named values: their names, and whether they fit.
    fn named_fields(
        &mut self,
        what: &str,
        declared: &[(SmolStr, TypeId)],
        further: &[&str],
        written: &Fields,
        whole: bool,
    ) {
        let mut known = true;
        for (name, value) in written {
            let Some(name) = name else { continue };
            match declared.iter().find(|(field, _)| field == name) {
                Some((_, ty)) => {
                    if let Err(problem) = literal::read(self.bot, *ty, value) {
                        let range = self.lines.word_behind(self.line, "(", name);
                        self.misfit(range, &format!("`{name}`: {problem}"));
                        known = false;
                    }
                }
                None => {
                    let names = declared.iter().map(|(field, _)| field.as_str());
                    self.unknown(what, name, "(", names.chain(further.iter().copied()));
                    known = false;
                }
            }
        }
        if !known {
            return;
        }
        let read = match whole {
            true => literal::read_whole(self.bot, declared, written),
            false => literal::read_fields(self.bot, declared, written),
        };
        if let Err(problem) = read {
            let line = self.lines.line(self.line);
            self.misfit(line, &problem);
        }
    }

    /// A value that does not fit, or is missing.
    fn misfit(&mut self, range: std::ops::Range<usize>, problem: &str) {
        let name = match problem.contains(" is missing") {
            true => "wrong-arguments",
            false => "type-mismatch",
        };
        self.issues
            .push(Issue::new(name, range, super::sentence(problem)));
    }

    fn check(&mut self, check: &Check) {
        match check {
            Check::Finished { outcome, .. } => {
                let known = ["resolved", "unresolved", "abandoned"];
                if !known.contains(&outcome.as_str()) {
                    self.unknown("There is no outcome", outcome, "finished", known);
                }
            }
            Check::Owner(owner) => {
                let known = ["bot", "people", "nobody"];
                if !known.contains(&owner.as_str()) {
                    self.unknown("No conversation is owned by", owner, "owner", known);
                }
            }
            Check::At(place) => self.place(place, "at"),
            Check::Holds(expression, _) => self.expression(expression),
            Check::NothingSaid => {}
        }
    }

    /// `flow`, `flow.step`, `flow.name`, `flow.step.name`.
    fn place(&mut self, written: &str, behind: &str) {
        let bot = self.bot;
        let places = || (0..bot.places.len()).map(|id| standpoint(bot, PlaceId::from(id)));
        let steps = bot
            .steps
            .iter()
            .map(|step| format!("{}.{}", bot.flows[step.flow.index()].name, step.name));
        if places().any(|place| place.is(written)) || steps.clone().any(|step| step == written) {
            return;
        }
        let mut known: Vec<String> = bot
            .flows
            .iter()
            .skip(1)
            .map(|flow| flow.name.to_string())
            .collect();
        if known.iter().any(|flow| flow == written) {
            return;
        }
        known.extend(steps);
        for place in places() {
            known.push(place.to_string());
            known.push(format!("{}.{}", place.flow, place.name));
        }
        self.unknown(
            "The bot has no place",
            written,
            behind,
            known.iter().map(String::as_str),
        );
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Path(path) => self.path(path),
            Expression::List(items) => items.iter().for_each(|item| self.expression(item)),
            Expression::Record(fields) => fields.iter().for_each(|(_, item)| self.expression(item)),
            Expression::Minus(inner) | Expression::Known(inner, _) | Expression::Not(inner) => {
                self.expression(inner)
            }
            Expression::Arithmetic(left, _, right)
            | Expression::Else(left, right)
            | Expression::Compare(left, _, right)
            | Expression::And(left, right)
            | Expression::Or(left, right) => {
                self.expression(left);
                self.expression(right);
            }
            _ => {}
        }
    }

    fn path(&mut self, path: &str) {
        let bot = self.bot;
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match first {
            "customer" => {
                let field = rest.split('.').next().unwrap_or_default();
                let known = bot.customer.iter().map(|known| known.name.as_str());
                if !known.clone().any(|known| known == field) {
                    self.unknown("The customer card has no", field, "customer.", known);
                }
            }
            "conversation" => {
                let known = ["language", "channel", "misunderstood", "referral", "stage"];
                if !known.contains(&rest) {
                    self.unknown(
                        "A test cannot look at `conversation`'s",
                        rest,
                        "conversation.",
                        known,
                    );
                }
            }
            "yes" | "no" | "unknown" | "now" => {}
            _ => {
                let slots = bot
                    .flows
                    .iter()
                    .flat_map(|flow| &flow.slots)
                    .map(|slot| slot.name.as_str());
                let members = bot
                    .sets
                    .iter()
                    .flat_map(|set| &set.members)
                    .map(|member| member.name.as_str());
                let codes = bot.languages.iter().chain(&bot.channels).map(SmolStr::as_str);
                let known: Vec<&str> = slots.chain(members).chain(codes).collect();
                if !known.contains(&first) {
                    self.unknown("Nothing in this bot is called", first, "=", known);
                }
            }
        }
    }

    /// The names of an effect, as far as it is one that the bot has names for.
    fn effect(&mut self, effect: &str) {
        let bot = self.bot;
        let mut words = effect.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let name = second.split('(').next().unwrap_or_default();
        match first {
            "call" => {
                self.call(name);
            }
            "escalate" if second == "to" => {
                let known = bot.escalations.iter().map(|known| known.name.as_str());
                self.of_effect("The bot has no escalation", words.next(), "to", known);
                if words.next() == Some("in") && words.next() == Some("queue") {
                    words.next().into_iter().for_each(|queue| self.queue(queue));
                }
            }
            "trigger" => {
                let known = bot.triggers.iter().map(|known| known.name.as_str());
                self.of_effect("The bot has no trigger", Some(name), "trigger", known);
            }
            "consent" => {
                let known = bot.consents.iter().map(SmolStr::as_str);
                self.of_effect("The bot has no consent", Some(name), "consent", known);
            }
            "stage" => {
                let known = bot.stages.iter().map(SmolStr::as_str);
                self.of_effect("The bot has no stage", Some(name), "stage", known);
            }
            "arm" => {
                let known = bot.experiments.iter().map(|known| known.name.as_str());
                self.of_effect("The bot has no experiment", Some(name), "arm", known);
            }
            "goal" => {
                let known = bot.goals.iter().map(|known| known.name.as_str());
                self.of_effect("The bot has no goal", Some(name), "goal", known);
            }
            "asked" => {
                let known = bot.intents.iter().map(|known| known.name.as_str());
                self.of_effect("The bot has no intent", Some(name), "asked", known);
            }
            "asks" | "answered" => self.place(name.trim_end_matches(':'), first),
            "remember" | "forget" | "verified" | "unproven" => {
                if let Some(field) = second.strip_prefix("customer.") {
                    let known = bot.customer.iter().map(|known| known.name.as_str());
                    self.of_effect("The customer card has no", Some(field), "customer.", known);
                }
            }
            _ => {}
        }
    }

    fn of_effect<'k>(
        &mut self,
        what: &str,
        name: Option<&str>,
        behind: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        if let Some(name) = name.filter(|name| !name.is_empty())
            && !known.clone().any(|known| known == name)
        {
            self.unknown(what, name, behind, known);
        }
    }

    /// A button that nothing before shows. Where the bot's lines are not filled in yet, nothing is known.
    fn press(&mut self, label: &str) {
        if self.said.is_empty() || self.said.iter().any(|line| shows(line, label)) {
            return;
        }
        let buttons: Vec<&str> = self.said.iter().flat_map(|line| buttons(line)).collect();
        if nearest(label, buttons.iter().copied()).is_some() {
            self.unknown("There is no button", label, "[", buttons);
        }
    }
}

/// Whether a line of the bot shows a label, perhaps cut or with a number.
fn shows(line: &str, label: &str) -> bool {
    line.contains(label)
        || buttons(line).any(|button| {
            let begins = button.strip_suffix('…').map(str::trim_end);
            begins.is_some_and(|begins| label.starts_with(begins))
        })
}

/// The labels in square brackets.
fn buttons(line: &str) -> impl Iterator<Item = &str> {
    line.split('[').skip(1).filter_map(|rest| rest.split(']').next())
}

/// Everybody who is introduced or speaks.
fn people(lines: &[Line]) -> BTreeSet<&str> {
    let names = lines.iter().filter_map(|line| match &line.kind {
        LineKind::Person { name, .. } => Some(name.as_str()),
        LineKind::Speaker { person, .. } => Some(person.as_str()),
        _ => None,
    });
    names.collect()
}

/// `a`, `"a"`, or a list of those.
fn words(value: &Expression) -> Vec<SmolStr> {
    match value {
        Expression::Path(word) => vec![word.clone()],
        Expression::Text(text) => vec![SmolStr::new(text)],
        Expression::List(items) => items.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}
