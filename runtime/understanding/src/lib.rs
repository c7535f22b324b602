//! Normalising what people write, and matching it to intents.
