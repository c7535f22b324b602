//! The bot that benchmarks of stores talk to, and where what it says goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_runtime::{Channel, Delivery, Receipt, SendError};

/// Each message is answered by two, and sets a clock.
const BOT: &str = include_str!("../../tests/echo.flow");

/// The bot, built.
pub fn artifact() -> Vec<u8> {
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(BOT),
    });
    match compile::build(&project) {
        Ok(bot) => botflow_artifact::to_bytes(&bot).0,
        Err(checked) => panic!("the benchmark's bot does not compile: {:?}", checked.findings),
    }
}

/// A channel on which everything arrives at once, and is counted.
#[derive(Default)]
pub struct Arrives(pub AtomicU64);

#[async_trait]
impl Channel for Arrives {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, _: &Delivery) -> Result<Receipt, SendError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Receipt::default())
    }
}
