//! What operators see of a host, and what they can do: it is alive, it is ready, its figures, its outbox, a new version.
//!
//! [`health`] answers whoever watches processes, [`metrics`] whoever draws curves, [`signature`] proves that a request
//! comes from an operator, [`admin`] is what operators may do, [`outbox`] how letters are shown to people. All of it is
//! one [`Mount`] beside the channels'.

pub mod admin;
pub mod health;
pub mod metrics;
pub mod outbox;
pub mod signature;

use std::sync::Arc;

use axum::Router;
use ipnet::IpNet;

use crate::engine::Engine;
use crate::server::{Mount, Traffic};
pub use metrics::Figure;
pub use signature::AdminKey;

/// Gives further figures when somebody asks for them: a channel's own.
pub type Source = Arc<dyn Fn() -> Vec<Figure> + Send + Sync>;

/// What operators see of a host, and what they can do.
#[derive(Clone, Default)]
pub struct Operations {
    admin: Option<Arc<AdminKey>>,
    readers: Arc<[IpNet]>,
    traffic: Option<Arc<Traffic>>,
    sources: Vec<Source>,
}

impl Operations {
    /// Health and figures, and nothing to be done.
    pub fn new() -> Operations {
        Operations::default()
    }

    /// Whoever has this key may look at the outbox and bring a new version of the bot. Without one nobody may.
    #[must_use]
    pub fn admin(mut self, key: AdminKey) -> Operations {
        self.admin = Some(Arc::new(key));
        self
    }

    /// Only these addresses may read figures. Where there are none, this machine and private networks may, unless somebody
    /// has forwarded the request.
    #[must_use]
    pub fn readers(mut self, readers: impl Into<Arc<[IpNet]>>) -> Operations {
        self.readers = readers.into();
        self
    }

    /// Shows what the server counts, too.
    #[must_use]
    pub fn traffic(mut self, traffic: &Arc<Traffic>) -> Operations {
        self.traffic = Some(Arc::clone(traffic));
        self
    }

    /// Shows further figures, too.
    #[must_use]
    pub fn figures(mut self, source: impl Fn() -> Vec<Figure> + Send + Sync + 'static) -> Operations {
        self.sources.push(Arc::new(source));
        self
    }
}

impl Mount for Operations {
    fn router(&self, engine: Engine) -> Router {
        let router = health::router(engine.clone());
        let figures = metrics::Exporter {
            engine: engine.clone(),
            traffic: self.traffic.clone(),
            sources: self.sources.clone(),
            readers: Arc::clone(&self.readers),
        };
        let router = router.merge(metrics::router(figures));
        match &self.admin {
            Some(key) => router.merge(admin::router(engine, Arc::clone(key))),
            None => router,
        }
    }
}
