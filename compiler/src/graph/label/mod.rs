//! Words for people: texts, values, conditions, nodes and edges as they stand in pictures and conversations.
//!
//! All of it is short and never fails: a hole that cannot be known is shown as an example of its type.

mod expr;
mod node;
mod value;

pub(crate) use expr::{function_name, operator};

use botflow_artifact::*;

/// How deep expressions are shown.
const DEPTH: u32 = 6;

/// Speaks about one bot.
#[derive(Clone, Debug)]
pub struct Words<'b> {
    bot: &'b Bot,
    /// Where the code of flows begins, ascending.
    entries: Vec<(Pc, FlowId)>,
}

impl<'b> Words<'b> {
    /// Words about this bot.
    pub fn of(bot: &'b Bot) -> Words<'b> {
        let flows = bot.flows.iter().enumerate().skip(1);
        let mut entries: Vec<(Pc, FlowId)> = flows
            .map(|(id, flow)| (flow.entry, FlowId::from(id)))
            // Address 0 is the one of flows without code.
            .filter(|(entry, _)| *entry > Pc(0))
            .collect();
        entries.sort_unstable();
        Words { bot, entries }
    }

    /// Words about a bot that has no code yet.
    pub(crate) fn before_code(bot: &'b Bot) -> Words<'b> {
        Words {
            bot,
            entries: Vec::new(),
        }
    }

    /// A text in the bot's first language, its holes filled with examples.
    pub fn text(&self, text: TextId) -> String {
        let mut out = String::new();
        self.write_text(text, DEPTH, &mut out);
        out
    }

    /// A text in the bot's first language as far as it is the same in every conversation: `…` stands for what
    /// depends on values, and nothing for a value that is `missed`.
    pub(crate) fn pattern(&self, text: TextId, missed: &dyn Fn(ExprId) -> bool) -> String {
        let variant = self
            .bot
            .texts
            .get(text.index())
            .and_then(|text| text.variants.first());
        let parts = variant.map(|variant| variant.parts.as_slice());
        let mut out = String::new();
        for part in parts.unwrap_or_default() {
            match part {
                Part::Literal(words) => out.push_str(words),
                Part::Hole { value, filters, .. } if missed(*value) && filters.is_empty() => {}
                Part::Hole { value, filters, .. } => match self.bot.exprs.get(value.index()) {
                    Some(Expr::Const(Value::Text(text))) if filters.is_empty() => out.push_str(text),
                    _ => out.push('…'),
                },
            }
        }
        out
    }

    /// What a customer writes who answers with a value of this type.
    pub(crate) fn answer(&self, ty: TypeId) -> String {
        match self.example(ty) {
            open if open == "…" => "something".into(),
            answer => answer,
        }
    }

    fn write_text(&self, text: TextId, depth: u32, out: &mut String) {
        let variant = self
            .bot
            .texts
            .get(text.index())
            .and_then(|text| text.variants.first());
        for part in variant
            .map(|variant| variant.parts.as_slice())
            .unwrap_or_default()
        {
            match part {
                Part::Literal(words) => out.push_str(words),
                Part::Hole {
                    value, ty, filters, ..
                } => {
                    let arms = filters.iter().find_map(|filter| match filter {
                        Filter::Plural(arms) | Filter::Select(arms) => Some(arms),
                        _ => None,
                    });
                    let arm = arms.and_then(|arms| arms.other.or(arms.arms.last().map(|(_, text)| *text)));
                    match arm {
                        Some(arm) if depth > 0 => self.write_text(arm, depth - 1, out),
                        _ => out.push_str(&self.hole(*value, *ty)),
                    }
                }
            }
        }
    }

    /// What a hole shows: a constant, else an example of its type.
    fn hole(&self, value: ExprId, ty: TypeId) -> String {
        match self.bot.exprs.get(value.index()) {
            Some(Expr::Const(value)) => self.value(value),
            Some(Expr::Else(_, otherwise)) => match self.bot.exprs.get(otherwise.index()) {
                Some(Expr::Const(value)) => self.value(value),
                Some(Expr::Text(text)) => self.text(*text),
                _ => self.example(ty),
            },
            Some(Expr::Config(id)) => match self.bot.config.get(id.index()) {
                Some(config) => self.value(&config.value),
                None => self.example(ty),
            },
            _ => self.example(ty),
        }
    }

    /// The words of a message; those of its media or cards where it has none.
    pub fn message(&self, message: MessageId) -> String {
        let Some(message) = self.bot.messages.get(message.index()) else {
            return String::new();
        };
        match (message.text, message.media.first(), &message.cards) {
            (Some(text), ..) => self.text(text),
            (None, Some(media), _) => {
                let kind = match media.kind {
                    MediaKind::Image => "image",
                    MediaKind::Video => "video",
                    MediaKind::File => "file",
                    MediaKind::Audio => "audio",
                    MediaKind::Location => "location",
                };
                format!("({kind})")
            }
            (None, None, Some(cards)) => format!("({})", self.text(cards.title)),
            (None, None, None) => String::new(),
        }
    }

    /// The name of a flow.
    pub fn flow(&self, flow: FlowId) -> &'b str {
        match self.bot.flows.get(flow.index()) {
            Some(_) if flow == FlowId::ALWAYS => "always",
            Some(flow) => &flow.name,
            None => "…",
        }
    }

    /// The full name of a step: `flow.step`.
    pub fn step(&self, step: StepId) -> String {
        match self.bot.steps.get(step.index()) {
            Some(step) => format!("{}.{}", self.flow(step.flow), step.name),
            None => "…".into(),
        }
    }

    /// The full name of a place: `flow.step.name`.
    pub fn place(&self, place: PlaceId) -> String {
        let place = &self.bot.places[place.index()];
        match place.step {
            Some(step) => format!("{}.{}", self.step(step), place.name),
            None => format!("{}.{}", self.flow(place.flow), place.name),
        }
    }

    /// What a handler hears: `on price`.
    pub fn handler(&self, handler: HandlerId) -> String {
        let handler = &self.bot.handlers[handler.index()];
        match &handler.hears {
            Hears::Intent { intent, .. } => {
                format!(
                    "on {}",
                    self.bot.intents.get(intent.index()).map_or("…", |it| &it.name)
                )
            }
            Hears::Event(event) => {
                format!(
                    "on {}",
                    self.bot.events.get(event.index()).map_or("…", |it| &it.name)
                )
            }
            Hears::Silence(silence) => format!("on silence {}", duration(silence.after_ms)),
            Hears::Failed => "on failed".into(),
            Hears::Unclear { .. } => "on unclear".into(),
            Hears::Changed(slot) => {
                let slots = self
                    .bot
                    .flows
                    .get(handler.flow.index())
                    .map(|flow| flow.slots.as_slice());
                let slot = slots.and_then(|slots| slots.get(slot.index()));
                format!("on changed {}", slot.map_or("answer", |slot| &slot.name))
            }
            Hears::Stranded => "on stranded".into(),
            Hears::Pattern(name) => format!("on {name}"),
            Hears::Pressed { label, .. } => format!("[{}]", self.text(*label)),
        }
    }
}

/// Milliseconds as the language writes durations: in the largest units that are whole, at most two of them.
pub fn duration(ms: i64) -> String {
    const UNITS: [(&str, i64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let mut rest = ms.max(0);
    let mut out = String::new();
    let mut parts = 0;
    for (unit, size) in UNITS {
        let count = rest / size;
        if count > 0 && parts < 2 {
            if parts > 0 {
                out.push(' ');
            }
            out.push_str(&format!("{count}{unit}"));
            rest %= size;
            parts += 1;
        }
    }
    if out.is_empty() { "0s".into() } else { out }
}

/// A text on one line, cut at a word so that it has at most so many characters.
pub fn shortened(text: &str, at_most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= at_most {
        return line;
    }
    let cut: String = line.chars().take(at_most.saturating_sub(1)).collect();
    let kept = match cut.rfind(' ') {
        Some(space) if space > cut.len() / 2 => &cut[..space],
        _ => cut.as_str(),
    };
    format!("{}…", kept.trim_end_matches([',', '.', ':', ';', ' ']))
}
