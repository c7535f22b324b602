//! What runs a bot: the machine, or anything that must agree with it (the oracle in our tests).

use botflow_artifact::{Bot, Outcome};
use botflow_machine::trigger::Decision;
use botflow_machine::{Effect, FrameKind, Owner, Running, Speaker, UpgradeNote, Watch, Watched, upgrade};
use botflow_values::Value;
use smol_str::SmolStr;

/// One conversation with one person, whoever executes it.
pub trait Engine: Speaker {
    /// What can be seen from outside between two turns.
    fn standing(&self) -> Standing;
    /// Messages in a row that were not understood.
    fn misunderstood(&self) -> u32;
    /// Goes over to the later version of the bot that this engine was made with; `None` if there is none.
    fn upgrade(&mut self, _effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        None
    }
    /// Something was decided about the person's triggers and goals: for engines that keep records.
    fn decided(&mut self, _now: i64, _decision: &Decision) {}
}

/// Sees what an engine does beside its turns; those are seen by [`Watch`].
pub trait Witness<E>: Watch<E> {
    /// It went over to a later version of the bot.
    fn upgraded(&mut self, _engine: &E) {}
    /// Something was decided about the person's triggers and goals.
    fn decided(&mut self, _engine: &E, _now: i64, _decision: &Decision) {}
}

impl<E: Engine, W: Witness<E>> Engine for Watched<E, W> {
    fn standing(&self) -> Standing {
        self.speaker.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.speaker.misunderstood()
    }

    fn upgrade(&mut self, effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        let notes = self.speaker.upgrade(effects);
        self.watch.upgraded(&self.speaker);
        notes
    }

    fn decided(&mut self, now: i64, decision: &Decision) {
        self.speaker.decided(now, decision);
        self.watch.decided(&self.speaker, now, decision);
    }
}

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The place at which it rests, if any.
    pub place: Option<Standpoint>,
    /// Who owns it.
    pub owner: Owner,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// Variables of all runs, the innermost first.
    pub variables: Vec<(SmolStr, Value)>,
}

/// The names of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// The flow.
    pub flow: SmolStr,
    /// The step, if it stands in one.
    pub step: Option<SmolStr>,
    /// The place's own name.
    pub name: SmolStr,
}

impl Standpoint {
    /// Whether a written name means this place: `flow`, `flow.step`, `flow.name` or `flow.step.name`.
    pub fn is(&self, written: &str) -> bool {
        let Some(rest) = written.strip_prefix(self.flow.as_str()) else {
            return false;
        };
        if rest.is_empty() {
            return true;
        }
        let Some(rest) = rest.strip_prefix('.') else {
            return false;
        };
        let step = self.step.as_deref();
        Some(rest) == step
            || rest == self.name
            || step.is_some_and(|step| {
                rest.strip_prefix(step).and_then(|rest| rest.strip_prefix('.')) == Some(&self.name)
            })
    }
}

impl std::fmt::Display for Standpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.step {
            Some(step) => write!(f, "{}.{step}.{}", self.flow, self.name),
            None => write!(f, "{}.{}", self.flow, self.name),
        }
    }
}

/// The machine itself.
pub type MachineEngine<'a> = Running<'a>;

impl Engine for Running<'_> {
    fn standing(&self) -> Standing {
        let bot = &self.program.bot;
        let place = self.conversation.place().map(|id| standpoint(bot, id));
        let mut variables = Vec::new();
        for frame in self.conversation.frames.iter().rev() {
            // A handler that works on the variables of a frame below has none of its own.
            if matches!(frame.kind, FrameKind::Handler { of: Some(_) }) {
                continue;
            }
            let slots = bot
                .flows
                .get(frame.flow.index())
                .map_or(&[][..], |flow| &flow.slots);
            variables.extend(slots.iter().enumerate().map(|(at, slot)| {
                let value = frame.slots.get(at).cloned().unwrap_or_default();
                (slot.name.clone(), value)
            }));
        }
        Standing {
            place,
            owner: self.conversation.owner,
            outcome: self.conversation.outcome,
            variables,
        }
    }

    fn misunderstood(&self) -> u32 {
        self.conversation.misunderstood
    }

    fn upgrade(&mut self, effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        let newer = self.newer.take()?;
        let notes = upgrade(&mut self.conversation, self.program, newer, effects);
        self.program = newer;
        Some(notes)
    }
}

/// The names of a place of the bot.
pub fn standpoint(bot: &Bot, id: botflow_artifact::PlaceId) -> Standpoint {
    let place = &bot.places[id.index()];
    Standpoint {
        flow: bot.flows[place.flow.index()].name.clone(),
        step: place.step.map(|step| bot.steps[step.index()].name.clone()),
        name: place.name.clone(),
    }
}
