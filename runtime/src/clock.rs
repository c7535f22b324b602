//! What time it is. The engine asks nobody else, so that tests can move time.

use std::sync::Arc;
use std::time::SystemTime;

/// Tells the time in milliseconds since 1970-01-01T00:00Z.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> i64;
}

/// The clock of the machine the host runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let since = since.map_or(0, |since| since.as_millis());
        i64::try_from(since).unwrap_or(i64::MAX)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> i64 {
        (**self).now()
    }
}
