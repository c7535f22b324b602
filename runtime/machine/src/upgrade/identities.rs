//! Names for what a version of a bot only numbers, by which a later version finds it again: what is said, the
//! variants of `say one of`, and the rules of `always` (see [`crate::upgrade`]).

use std::collections::BTreeMap;

use botflow_artifact::*;
use botflow_values as values;
use smol_str::SmolStr;

use super::versions::Versions;

/// Where something is said: the flow, the step (empty in none), and its number there.
type Spot = (SmolStr, SmolStr, u32);

/// What one version says, by where it says it.
pub(crate) struct Said {
    /// The messages of each `say`.
    messages: Vec<(Spot, Vec<MessageId>)>,
    /// The number of each `say one of`, and how many variants it has.
    varied: Vec<(Spot, u32, usize)>,
}

impl Said {
    /// All that the bot's flows say, in the order of their code.
    pub fn of(bot: &Bot) -> Said {
        // Code of a flow stands together, and that of a step behind its entry.
        let name = |flow: FlowId| bot.flows.get(flow.index()).map(|flow| flow.name.clone());
        let flows = bot
            .flows
            .iter()
            .map(|flow| (flow.entry, flow.name.clone(), SmolStr::default()));
        let steps = bot
            .steps
            .iter()
            .map(|step| (step.entry, name(step.flow).unwrap_or_default(), step.name.clone()));
        let mut entries: Vec<_> = flows.chain(steps).filter(|(entry, ..)| entry.0 > 0).collect();
        entries.sort();
        let mut entries = entries.into_iter().peekable();
        let (mut flow, mut step, mut number) = (SmolStr::default(), SmolStr::default(), 0);
        let mut said = Said {
            messages: Vec::new(),
            varied: Vec::new(),
        };
        for (pc, op) in bot.code.iter().enumerate() {
            while let Some((_, of, within)) = entries.next_if(|(entry, ..)| entry.index() <= pc) {
                (flow, step, number) = (of, within, 0);
            }
            let spot = (flow.clone(), step.clone(), number);
            match op {
                Op::Say(message) => said.messages.push((spot, vec![*message])),
                Op::SayOneOf { messages, memory } => {
                    said.varied.push((spot.clone(), *memory, messages.len()));
                    said.messages.push((spot, messages.clone()));
                }
                _ => continue,
            }
            number += 1;
        }
        // What questions say when nobody answers, by the question and its clocks in order.
        for place in &bot.places {
            let silence: &[Silence] = match &place.kind {
                PlaceKind::Ask(ask) => &ask.silence,
                PlaceKind::Choose(choose) => &choose.silence,
                PlaceKind::Verify(verify) => &verify.silence,
                _ => continue,
            };
            for (number, clock) in silence.iter().enumerate() {
                if let Nudge::Say(message) = clock.act {
                    let name = SmolStr::from(format!("{:x}", place.hash.0));
                    said.messages.push((
                        (name, SmolStr::new_static("silence"), number as u32),
                        vec![message],
                    ));
                }
            }
        }
        said
    }

    /// The same under the names that the later version has for flows, steps and questions that have moved.
    pub fn moved(mut self, versions: &Versions<'_>, later: &Said) -> Said {
        if versions.new.bot.moved.is_empty() {
            return self;
        }
        let mut names: BTreeMap<(SmolStr, SmolStr), (SmolStr, SmolStr)> = BTreeMap::new();
        let has = |flow: &str, step: &str| {
            let spots = later.messages.iter().map(|(spot, _)| spot);
            spots
                .into_iter()
                .any(|(one, within, _)| one == flow && within == step)
        };
        for (spot, _) in &self.messages {
            let (flow, step) = (&spot.0, &spot.1);
            if names.contains_key(&(flow.clone(), step.clone())) || has(flow, step) {
                continue;
            }
            let whole = match step.is_empty() {
                true => flow.to_string(),
                false => format!("{flow}.{step}"),
            };
            let moved = versions.moves(&whole).into_iter().find_map(|name| {
                let (flow, step) = match step.is_empty() {
                    true => (name.as_str(), ""),
                    false => name.rsplit_once('.')?,
                };
                has(flow, step).then(|| (flow.into(), step.into()))
            });
            if let Some(moved) = moved {
                names.insert((flow.clone(), step.clone()), moved);
            }
        }
        let hex = |place: &Place| SmolStr::from(format!("{:x}", place.hash.0));
        let silence = SmolStr::new_static("silence");
        for (index, place) in versions.old.bot.places.iter().enumerate() {
            let there = versions.place(PlaceId::from(index));
            if let Some(there) = there.and_then(|there| versions.new.bot.places.get(there.index())) {
                names.insert((hex(place), silence.clone()), (hex(there), silence.clone()));
            }
        }
        let anew = |spot: &mut Spot| {
            if let Some((flow, step)) = names.get(&(spot.0.clone(), spot.1.clone())) {
                (spot.0, spot.1) = (flow.clone(), step.clone());
            }
        };
        self.messages.iter_mut().for_each(|(spot, _)| anew(spot));
        self.varied.iter_mut().for_each(|(spot, ..)| anew(spot));
        self
    }

    /// The message of the other version that stands where this one's stands.
    pub fn message(&self, id: MessageId, later: &Said) -> Option<MessageId> {
        let (spot, messages) = self
            .messages
            .iter()
            .find(|(_, messages)| messages.contains(&id))?;
        let place = messages.iter().position(|one| *one == id)?;
        let (_, messages) = later.messages.iter().find(|(one, _)| one == spot)?;
        messages.get(place).copied()
    }

    /// The `say one of` of the other version that stands where this one's stands, and how many variants it has.
    pub fn memory(&self, memory: u32, later: &Said) -> Option<(u32, usize)> {
        let (spot, ..) = self.varied.iter().find(|(_, one, _)| *one == memory)?;
        let (_, memory, count) = later.varied.iter().find(|(one, ..)| one == spot)?;
        Some((*memory, *count))
    }
}

/// The rules of `always` by what they ask: equal ones are told apart by their order.
pub(crate) fn rules(bot: &Bot) -> Vec<(String, usize)> {
    let mut known: Vec<(String, usize)> = Vec::with_capacity(bot.always_rules.len());
    for rule in &bot.always_rules {
        let mut words = String::new();
        write(bot, rule.condition, &mut words);
        let before = known.iter().filter(|(one, _)| *one == words).count();
        known.push((words, before));
    }
    known
}

/// What is longer than this is told apart by its beginning.
const LONGEST: usize = 4096;

/// An expression in words that do not depend on the version's numbers. Expressions may share parts, so that the words
/// are bounded and not the expressions.
fn write(bot: &Bot, id: ExprId, out: &mut String) {
    if out.len() > LONGEST {
        return;
    }
    let Some(expr) = bot.exprs.get(id.index()) else {
        return;
    };
    let named = |name: Option<&SmolStr>| name.map(SmolStr::as_str).unwrap_or_default().to_owned();
    let word = match expr {
        Expr::Const(Value::Member(values::Member { set, index })) => {
            let set = bot.sets.get(*set as usize);
            let member = set.and_then(|set| set.members.get(*index as usize));
            named(member.map(|member| &member.name))
        }
        Expr::Const(value) => format!("{value:?}"),
        Expr::Customer(field) => named(bot.customer.get(field.index()).map(|field| &field.name)),
        Expr::Conversation(field) => format!("{field:?}"),
        Expr::Config(config) => named(bot.config.get(config.index()).map(|config| &config.name)),
        Expr::Count { event, window_ms } => {
            let event = named(bot.events.get(event.index()).map(|event| &event.name));
            format!("{event} {window_ms}")
        }
        Expr::Sum {
            event,
            field,
            window_ms,
        } => format!("{} {window_ms}", field_of(bot, *event, *field)),
        Expr::Latest { event, field } => field_of(bot, *event, *field),
        Expr::QueueOpen(queue) => named(bot.queues.get(queue.index()).map(|queue| &queue.name)),
        Expr::InSegment(segment) => named(bot.segments.get(segment.index()).map(|segment| &segment.name)),
        Expr::HasConsent(consent) => named(bot.consents.get(consent.index())),
        Expr::HasConsentOn(consent, channel) => {
            format!("{} {channel}", named(bot.consents.get(consent.index())))
        }
        Expr::InStage(stage) => named(bot.stages.get(stage.index())),
        Expr::Binary(operator, ..) => format!("{operator:?}"),
        Expr::Call(function, _) => format!("{function:?}"),
        Expr::Component(_, place) => place.to_string(),
        Expr::Text(text) => {
            let text = bot.texts.get(text.index()).and_then(|text| text.variants.first());
            let pieces = text
                .into_iter()
                .flat_map(|text| &text.parts)
                .filter_map(|part| match part {
                    Part::Literal(words) => Some(words.as_str()),
                    Part::Hole { .. } => None,
                });
            pieces.collect()
        }
        _ => String::new(),
    };
    let kind = format!("{expr:?}");
    let kind = kind
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    out.push_str(kind);
    out.push_str(&word);
    out.push('(');
    expr.parts(&mut |part| write(bot, part, out));
    out.push(')');
}

fn field_of(bot: &Bot, event: EventId, field: u32) -> String {
    let Some(event) = bot.events.get(event.index()) else {
        return String::new();
    };
    let field = event.fields.get(field as usize);
    format!("{}.{}", event.name, field.map_or("", |field| &field.name))
}
