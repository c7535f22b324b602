//! A bot made ready to run: the artifact and what is computed from it once.

use botflow_artifact::{Bot, EventId, FlowId, QueueId};

/// A loaded bot, shared by all conversations.
#[derive(Debug)]
pub struct Program {
    /// The artifact.
    pub bot: Bot,
}

/// Why a bot cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramError {
    /// There is no pseudo-flow for `always`.
    NoFlows,
    /// There is no language.
    NoLanguage,
}

impl std::fmt::Display for ProgramError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ProgramError::NoFlows => "the bot has no flows",
            ProgramError::NoLanguage => "the bot has no language",
        })
    }
}

impl std::error::Error for ProgramError {}

impl Program {
    /// Makes a verified bot ready.
    pub fn new(bot: Bot) -> Result<Program, ProgramError> {
        if bot.flows.is_empty() {
            return Err(ProgramError::NoFlows);
        }
        if bot.languages.is_empty() {
            return Err(ProgramError::NoLanguage);
        }
        Ok(Program { bot })
    }

    /// The flow with this full name.
    pub fn flow_named(&self, name: &str) -> Option<FlowId> {
        self.bot.flows.iter().skip(1).position(|flow| flow.name == name).map(|i| FlowId::from(i + 1))
    }

    /// The event with this name.
    pub fn event_named(&self, name: &str) -> Option<EventId> {
        self.bot.events.iter().position(|event| event.name == name).map(EventId::from)
    }

    /// The queue with this name.
    pub fn queue_named(&self, name: &str) -> Option<QueueId> {
        self.bot.queues.iter().position(|queue| queue.name == name).map(QueueId::from)
    }
}
