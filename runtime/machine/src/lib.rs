//! The pure machine: step(bot, conversation, event) gives a conversation and effects.
