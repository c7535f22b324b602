//! What can happen to people of this bot: stages that a conversation enters, intents that it hears, consents that it asks
//! for; and which triggers only their own conversations could set off.

use botflow_artifact::{HandlerId, Hears, Occurrence, Op, Pc, StageId, TriggerId, TriggerSource};
use petgraph::graph::NodeIndex;
use smol_str::SmolStr;

use crate::graph::{Node, Reach};
use crate::rules::flow::context::Context;

/// So many times it is looked what triggers bring about that others have set off; behind that everything is taken for
/// possible.
const ROUNDS: usize = 10;
/// Of so many triggers that wait for each other it is looked which of them bring about what.
const MOST_STUCK: usize = 20;

/// What conversations bring about.
pub(super) struct Happens {
    stages: Vec<bool>,
    intents: Vec<bool>,
    /// By consent: the channels for which it is asked; nothing where it may be any.
    consents: Vec<Vec<Option<SmolStr>>>,
    /// Triggers that could go off only if they, or others of their kind, had gone off before; each with those.
    stuck: Vec<(TriggerId, Vec<TriggerId>)>,
}

impl Happens {
    /// Looks at everything that a conversation can come to.
    pub fn of(context: &Context<'_>) -> Happens {
        let bot = context.bot;
        let mut happens = Happens {
            stages: vec![false; bot.stages.len()],
            intents: vec![false; bot.intents.len()],
            consents: vec![Vec::new(); bot.consents.len()],
            stuck: Vec::new(),
        };
        for op in &bot.code {
            match op {
                Op::Stage(stage) => set(&mut happens.stages, stage.index(), true),
                Op::Consent {
                    consent,
                    granted: true,
                    channels,
                    ..
                } => {
                    if let Some(asked) = happens.consents.get_mut(consent.index()) {
                        let named = channels.iter().cloned().map(Some);
                        asked.extend(named);
                        if channels.is_empty() {
                            asked.push(None);
                        }
                    }
                }
                _ => {}
            }
        }
        for (id, handler) in bot.handlers.iter().enumerate() {
            if let Hears::Intent { intent, .. } = &handler.hears
                && context.reach.reached(context.graph.handler(HandlerId::from(id)))
            {
                set(&mut happens.intents, intent.index(), true);
            }
        }
        happens.stuck = stuck(context);
        happens
    }

    /// Whether some conversation asks for this consent.
    pub fn is_granted(&self, consent: usize) -> bool {
        self.consents.get(consent).is_none_or(|asked| !asked.is_empty())
    }

    /// The channels for which a consent is asked, if they are all named.
    pub fn granted_on(&self, consent: usize) -> Option<Vec<&SmolStr>> {
        let asked = self.consents.get(consent).filter(|asked| !asked.is_empty())?;
        let mut named: Vec<&SmolStr> = asked.iter().map(Option::as_ref).collect::<Option<_>>()?;
        named.sort_unstable();
        named.dedup();
        Some(named)
    }

    /// The triggers of which one would have to go off before this one can, itself among them or not, if nothing else
    /// brings about what sets it off.
    pub fn waits_for(&self, trigger: TriggerId) -> Option<&[TriggerId]> {
        let at = self.stuck.binary_search_by_key(&trigger, |(id, _)| *id).ok()?;
        Some(&self.stuck[at].1)
    }

    /// Why something can never happen; nothing if it can.
    pub fn never(&self, context: &Context<'_>, what: &Occurrence) -> Option<(String, &'static str)> {
        let bot = context.bot;
        match what {
            Occurrence::Entered(stage) if self.stages.get(stage.index()) == Some(&false) => Some((
                format!("No conversation enters the stage `{}`", bot.stages[stage.index()]),
                "Enter it in a flow (`stage …`), or name the stage that you mean.",
            )),
            Occurrence::Asked(intent) if self.intents.get(intent.index()) == Some(&false) => Some((
                format!("No conversation hears `{}`", bot.intents[intent.index()].name),
                "Hear it in `always` or in a flow (`on …`), or name the intent that you mean.",
            )),
            _ => None,
        }
    }
}

/// Triggers whose stages are entered, and whose intents are heard, only in what they start themselves.
fn stuck(context: &Context<'_>) -> Vec<(TriggerId, Vec<TriggerId>)> {
    let bot = context.bot;
    let mut waiting: Vec<TriggerId> = (bot.triggers.iter().enumerate())
        .filter(|(_, trigger)| !trigger.sources.is_empty() && trigger.sources.iter().all(is_of_journey))
        .map(|(id, _)| TriggerId::from(id))
        .collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let stages: Vec<(StageId, NodeIndex)> = (bot.code.iter().enumerate())
        .filter_map(|(pc, op)| match op {
            Op::Stage(stage) => Some((*stage, context.piece(Pc::from(pc))?)),
            _ => None,
        })
        .collect();
    let reach = |begins: &dyn Fn(&Node) -> bool| {
        let nodes = &context.graph.nodes;
        let roots = nodes.node_indices().filter(|node| begins(&nodes[*node]));
        Reach::from(context.graph, bot, roots)
    };
    let brings_about = |reach: &Reach, id: TriggerId| {
        let happens = |source: &TriggerSource| match source {
            TriggerSource::On { what, .. } => match what {
                Occurrence::Entered(stage) => stages
                    .iter()
                    .any(|(entered, node)| entered == stage && reach.reached(*node)),
                Occurrence::Asked(intent) => bot.handlers.iter().enumerate().any(|(id, handler)| {
                    matches!(&handler.hears, Hears::Intent { intent: heard, .. } if heard == intent)
                        && reach.reached(context.graph.handler(HandlerId::from(id)))
                }),
                _ => true,
            },
            TriggerSource::Every { .. } => true,
        };
        bot.triggers[id.index()].sources.iter().any(happens)
    };
    for _ in 0..ROUNDS {
        let reach = reach(&|node| match node {
            Node::Customer | Node::Operators => true,
            Node::Trigger(id) => waiting.binary_search(id).is_err(),
            _ => false,
        });
        let before = waiting.len();
        waiting.retain(|id| !brings_about(&reach, *id));
        if waiting.is_empty() {
            break;
        }
        if waiting.len() == before {
            return by_whom(&waiting, &|id| reach_of(context, id), &brings_about);
        }
    }
    Vec::new()
}

/// What a trigger brings about by itself.
fn reach_of(context: &Context<'_>, id: TriggerId) -> Reach {
    let nodes = &context.graph.nodes;
    let roots = nodes
        .node_indices()
        .filter(|node| nodes[*node] == Node::Trigger(id));
    Reach::from(context.graph, context.bot, roots)
}

/// Adds to triggers that wait the ones among them that bring about what they wait for.
fn by_whom(
    waiting: &[TriggerId],
    reach: &dyn Fn(TriggerId) -> Reach,
    brings_about: &dyn Fn(&Reach, TriggerId) -> bool,
) -> Vec<(TriggerId, Vec<TriggerId>)> {
    let mut stuck: Vec<(TriggerId, Vec<TriggerId>)> = waiting.iter().map(|id| (*id, Vec::new())).collect();
    for other in waiting.iter().take(MOST_STUCK) {
        let reach = reach(*other);
        for (id, by) in &mut stuck {
            if brings_about(&reach, *id) {
                by.push(*other);
            }
        }
    }
    stuck
}

/// Whether something sets a trigger off that only a conversation brings about.
fn is_of_journey(source: &TriggerSource) -> bool {
    matches!(
        source,
        TriggerSource::On {
            what: Occurrence::Entered(_) | Occurrence::Asked(_),
            ..
        }
    )
}

fn set(flags: &mut [bool], at: usize, value: bool) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = value;
    }
}
