//! A path through the graph as the conversation that takes it: lines of a `.chat` file.
//!
//! Holes are filled with examples, so that the lines show what happens, not what one customer in particular reads.

use botflow_artifact::*;
use petgraph::graph::EdgeIndex;

use super::label::{Words, duration, shortened};
use super::{Edge, Graph, Node};

/// The longest conversation shown; of a longer one the end matters.
const LINES: usize = 40;
/// The longest line.
const WIDTH: usize = 200;

/// Tells paths.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'g> {
    /// The bot.
    pub bot: &'g Bot,
    /// Its graph.
    pub graph: &'g Graph,
    /// Words about it.
    pub words: &'g Words<'g>,
}

impl Teller<'_> {
    /// The lines of a path. What has to be arranged before (`stub …`) comes first.
    pub fn tell(&self, path: &[EdgeIndex]) -> Vec<String> {
        let mut stubs: Vec<String> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for edge in path {
            let (Some((from, to)), Some(weight)) = (
                self.graph.nodes.edge_endpoints(*edge),
                self.graph.nodes.edge_weight(*edge),
            ) else {
                continue;
            };
            let (from, to) = (&self.graph.nodes[from], &self.graph.nodes[to]);
            self.taken(*weight, from, to, &mut lines, &mut stubs);
            self.arrived(*weight, to, &mut lines);
        }
        stubs.sort_unstable();
        stubs.dedup();
        if lines.len() > LINES {
            lines.drain(..lines.len() - LINES);
        }
        stubs.append(&mut lines);
        stubs
    }

    /// What makes an edge be taken.
    fn taken(&self, edge: Edge, from: &Node, to: &Node, lines: &mut Vec<String>, stubs: &mut Vec<String>) {
        let place = match from {
            Node::Place(place) => Some(&self.bot.places[place.index()]),
            _ => None,
        };
        let writes = |words: &str| format!("> {}", shortened(words, WIDTH));
        match edge {
            Edge::Begins => match from {
                Node::Customer => lines.push("> Hi".into()),
                Node::Trigger(trigger) => self.goes_off(*trigger, lines),
                _ => {}
            },
            Edge::Heard => match to {
                Node::Handler(handler) => self.heard(*handler, lines),
                _ => lines.push("> …".into()),
            },
            Edge::Answer => match place.map(|place| &place.kind) {
                Some(PlaceKind::Ask(ask)) => lines.push(writes(&self.words.example(ask.ty))),
                Some(PlaceKind::Choose(choose)) => match choose.options.first() {
                    Some(option) => lines.push(format!("> [{}]", self.words.text(option.label))),
                    None => lines.push("> 1".into()),
                },
                _ => lines.push("> …".into()),
            },
            Edge::Option(number) => {
                if let Some(PlaceKind::Choose(choose)) = place.map(|place| &place.kind)
                    && let Some(option) = choose.options.get(number as usize)
                {
                    lines.push(format!(
                        "> [{}]",
                        shortened(&self.words.text(option.label), WIDTH)
                    ));
                }
            }
            Edge::ListOption => {
                if let Some(PlaceKind::Choose(choose)) = place.map(|place| &place.kind)
                    && let Some(from) = &choose.from
                {
                    lines.push(format!("> [{}]", shortened(&self.words.text(from.label), WIDTH)));
                }
            }
            Edge::Otherwise | Edge::Invalid | Edge::Check(_) => lines.push("> hm".into()),
            Edge::Tries(at) => {
                for _ in 0..at.min(9) {
                    lines.push("> hm".into());
                }
            }
            Edge::Silence(after)
            | Edge::CustomerSilent(after)
            | Edge::OperatorSilent(after)
            | Edge::Nobody(after) => {
                lines.push(format!("+ {}", duration(after)));
            }
            Edge::Elapsed(time) | Edge::TooLate(time) => {
                let flow = place.map_or(FlowId::ALWAYS, |place| place.flow);
                lines.push(format!("+ {}", self.words.expr(flow, time)));
            }
            Edge::Event(event) => lines.push(self.event(event)),
            Edge::Failure(failure) => {
                if let Some(PlaceKind::Call(call)) = place.map(|place| &place.kind) {
                    stubs.push(self.stub(call.call, failure));
                }
            }
            Edge::Verified => lines.push("> 482915".into()),
            Edge::Answered => {
                if let Some(PlaceKind::AskQueue(ask)) = place.map(|place| &place.kind) {
                    lines.push(format!("~ maria: {}", self.words.example(ask.ty)));
                }
            }
            Edge::HandBack => {
                if let Some(PlaceKind::Escalate(escalation)) = place.map(|place| &place.kind) {
                    self.called(*escalation, lines);
                }
                lines.push("~ maria joins".into());
                lines.push("~ maria hands back".into());
            }
            Edge::HandOver => {
                if let Node::People(escalation) = to {
                    self.called(*escalation, lines);
                }
            }
            Edge::Resolved => {
                lines.push("~ maria joins".into());
                lines.push("~ maria resolves".into());
            }
            _ => {}
        }
    }

    /// What is said when a node is reached.
    fn arrived(&self, edge: Edge, node: &Node, lines: &mut Vec<String>) {
        match node {
            Node::Place(place) if edge != Edge::Skip => {
                self.question(*place, edge == Edge::Reask, lines);
            }
            Node::Code(begin) => {
                let mut pc = *begin;
                while let Some(op) = self.bot.code.get(pc.index()) {
                    match op {
                        Op::Say(message) => self.says(*message, lines),
                        Op::SayOneOf { messages, .. } => {
                            if let Some(message) = messages.first() {
                                self.says(*message, lines);
                            }
                        }
                        op if op.leaves() => break,
                        Op::Branch { .. } | Op::Next { .. } | Op::Vary { .. } | Op::Enter(_) => break,
                        _ => {}
                    }
                    pc = Pc(pc.0 + 1);
                    if self.graph.code(pc).is_some() {
                        break;
                    }
                }
            }
            Node::Finish { outcome, .. } => lines.push(format!("= finished {}", outcome.name())),
            _ => {}
        }
    }

    /// A question, with its hint and its buttons.
    fn question(&self, place: PlaceId, again: bool, lines: &mut Vec<String>) {
        let (question, words, buttons) = match &self.bot.places[place.index()].kind {
            PlaceKind::Ask(ask) => {
                let buttons = ask.suggest.iter().map(|it| self.words.text(it.label)).collect();
                (Some(ask.question), ask.again, buttons)
            }
            PlaceKind::Choose(choose) => {
                let mut buttons = Vec::new();
                if let Some(from) = &choose.from {
                    buttons.push(self.words.text(from.label));
                }
                buttons.extend(choose.options.iter().map(|it| self.words.text(it.label)));
                (Some(choose.question), choose.again, buttons)
            }
            PlaceKind::Verify(verify) => (verify.question, None, Vec::new()),
            _ => (None, None, Vec::new()),
        };
        let Some(question) = question else {
            return;
        };
        let put = if again {
            words.unwrap_or(question)
        } else {
            question
        };
        self.says(put, lines);
        let hint = self
            .bot
            .messages
            .get(put.index())
            .and_then(|message| message.hint);
        if let Some(hint) = hint {
            lines.push(format!("  | {}", shortened(&self.words.text(hint), WIDTH)));
        }
        if !buttons.is_empty() {
            let buttons: Vec<String> = buttons
                .iter()
                .map(|label| format!("[{}]", shortened(label, 40)))
                .collect();
            lines.push(format!("  {}", buttons.join(" ")));
        }
    }

    fn says(&self, message: MessageId, lines: &mut Vec<String>) {
        let words = self.words.message(message);
        let mut parts = words.lines();
        lines.push(format!(
            "< {}",
            shortened(parts.next().unwrap_or_default(), WIDTH)
        ));
        for more in parts {
            lines.push(format!("  | {}", shortened(more, WIDTH)));
        }
    }

    fn called(&self, escalation: EscalationId, lines: &mut Vec<String>) {
        let escalation = self.bot.escalations.get(escalation.index());
        if let Some(message) = escalation.and_then(|escalation| escalation.say) {
            self.says(message, lines);
        }
    }

    fn heard(&self, handler: HandlerId, lines: &mut Vec<String>) {
        match &self.bot.handlers[handler.index()].hears {
            Hears::Intent { intent, .. } => {
                let intent = self.bot.intents.get(intent.index());
                let words = intent.and_then(|intent| {
                    intent
                        .words
                        .iter()
                        .chain(&intent.like)
                        .find_map(|it| it.words.first())
                });
                lines.push(match (words, intent) {
                    (Some(words), _) => format!("> {words}"),
                    (None, Some(intent)) => format!("> {}", intent.name),
                    _ => "> …".into(),
                });
            }
            Hears::Event(event) => lines.push(self.event(*event)),
            Hears::Silence(silence) => {
                lines.push(format!("+ {}", duration(silence.after_ms)));
                if let Nudge::Say(message) = silence.act {
                    self.says(message, lines);
                }
            }
            Hears::Failed => {}
            Hears::Unclear { .. } => lines.push("> hm".into()),
            Hears::Changed(_) => lines.push("> no, …".into()),
            Hears::Pattern(name) => lines.push(format!("> {}", name.replace('_', " "))),
        }
    }

    fn goes_off(&self, trigger: TriggerId, lines: &mut Vec<String>) {
        let trigger = &self.bot.triggers[trigger.index()];
        match trigger.sources.first() {
            Some(TriggerSource::On {
                what: Occurrence::Event(event),
                ..
            }) => lines.push(self.event(*event)),
            Some(TriggerSource::Every { weekdays, at }) => {
                const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let day = (0..7).find(|day| weekdays & (1 << day) != 0).unwrap_or(0);
                let day = if *weekdays & 0x7f == 0x7f { "" } else { DAYS[day] };
                let until = format!("+ until {day} {:02}:{:02}", at / 60, at % 60);
                lines.push(until.replace("  ", " "));
            }
            _ => {}
        }
        if trigger.after_ms > 0 {
            lines.push(format!("+ {}", duration(trigger.after_ms)));
        }
    }

    fn event(&self, event: EventId) -> String {
        let Some(event) = self.bot.events.get(event.index()) else {
            return "! …".into();
        };
        let fields: Vec<String> = event
            .fields
            .iter()
            .map(|field| format!("{}: {}", field.name, self.literal(field.ty)))
            .collect();
        format!("! {}({})", event.name, fields.join(", "))
    }

    /// An example of a type as the language writes it.
    fn literal(&self, ty: TypeId) -> String {
        let mut base = ty;
        for _ in 0..4 {
            match self.bot.types.get(base.index()) {
                Some(Type::Optional(inner) | Type::Narrowed { base: inner, .. }) => base = *inner,
                _ => break,
            }
        }
        match self.bot.types.get(base.index()) {
            Some(Type::List(inner)) => format!("[{}]", self.literal(*inner)),
            Some(
                Type::Integer
                | Type::Number
                | Type::Percent
                | Type::YesNo
                | Type::Money
                | Type::Date
                | Type::Time
                | Type::Duration
                | Type::Language
                | Type::Channel,
            ) => self.words.example(ty),
            Some(Type::Set(set)) => {
                let set = self.bot.sets.get(set.index()).and_then(|set| set.members.first());
                set.map_or("…".into(), |member| member.name.to_string())
            }
            _ => format!("\"{}\"", self.words.example(ty)),
        }
    }

    fn stub(&self, call: CallId, failure: Option<u32>) -> String {
        let Some(call) = self.bot.calls.get(call.index()) else {
            return "stub …".into();
        };
        let params: Vec<String> = call
            .params
            .iter()
            .map(|param| format!("{}: any", param.name))
            .collect();
        let failure = failure.and_then(|failure| call.fails.get(failure as usize));
        match failure {
            Some(failure) => format!("stub {}({}) fails {failure}", call.name, params.join(", ")),
            None => format!("stub {}({}) fails", call.name, params.join(", ")),
        }
    }
}
