//! What can happen to people of this bot: stages that a conversation enters, intents that it hears, segments that
//! somebody can join.

use botflow_artifact::{HandlerId, Hears, Occurrence, Op};

use super::conditions::Conditions;
use crate::rules::flow::context::Context;

/// What conversations bring about.
pub(super) struct Happens {
    stages: Vec<bool>,
    intents: Vec<bool>,
    consents: Vec<bool>,
    segments: Vec<bool>,
}

impl Happens {
    /// Looks at everything that a conversation can come to.
    pub fn of(context: &Context<'_>, conditions: &Conditions) -> Happens {
        let bot = context.bot;
        let mut happens = Happens {
            stages: vec![false; bot.stages.len()],
            intents: vec![false; bot.intents.len()],
            consents: vec![false; bot.consents.len()],
            segments: vec![true; bot.segments.len()],
        };
        for op in &bot.code {
            match op {
                Op::Stage(stage) => set(&mut happens.stages, stage.index(), true),
                Op::Consent {
                    consent,
                    granted: true,
                    ..
                } => set(&mut happens.consents, consent.index(), true),
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
        for segment in &conditions.segments {
            set(&mut happens.segments, *segment, false);
        }
        happens
    }

    /// Whether some conversation asks for this consent.
    pub fn is_granted(&self, consent: usize) -> bool {
        self.consents.get(consent) != Some(&false)
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
            Occurrence::Joined(segment) | Occurrence::Left(segment)
                if self.segments.get(segment.index()) == Some(&false) =>
            {
                Some((
                    format!(
                        "Nobody can belong to `{}`, because its conditions contradict each other",
                        bot.segments[segment.index()].name
                    ),
                    "Write the condition of the segment that you mean.",
                ))
            }
            _ => None,
        }
    }
}

fn set(flags: &mut [bool], at: usize, value: bool) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = value;
    }
}
