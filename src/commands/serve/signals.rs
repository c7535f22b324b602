//! How a host is asked to stop: the first signal lets it end what is under way, a second one ends it at once.

use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// What ends a host.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Signals are heard from here on.
    #[cfg(unix)]
    pub fn listen() -> Result<Signals, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error| Failure::Environment(format!("signals cannot be heard: {error}"));
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    /// Signals are heard from here on.
    #[cfg(not(unix))]
    pub fn listen() -> Result<Signals, Failure> {
        Ok(Signals {})
    }

    /// Stops at the first one, ends the process at the second.
    pub async fn wait(mut self, stop: CancellationToken) {
        let first = self.next().await;
        stop.cancel();
        tracing::info!(
            signal = first.0,
            "stopping after what is under way; once more stops at once"
        );
        let second = self.next().await;
        tracing::warn!(signal = second.0, "stopped at once");
        // As the shell tells who was ended by a signal.
        std::process::exit(128 + second.1);
    }

    #[cfg(unix)]
    async fn next(&mut self) -> (&'static str, i32) {
        tokio::select! {
            _ = self.interrupt.recv() => ("SIGINT", 2),
            _ = self.terminate.recv() => ("SIGTERM", 15),
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> (&'static str, i32) {
        // Without a way to hear it, only the second way is left: to end the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        ("Ctrl+C", 2)
    }
}
