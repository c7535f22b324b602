//! Lookups and actions: over HTTP against a system that misbehaves as told, and by closures.

mod closures;
mod docs;
mod http;
mod luna;
mod refused;
mod secrets;
mod system;

use std::sync::Arc;

use botflow_runtime::action::HttpOptions;
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Inbound, Settings};
use botflow_runtime::{Channel, Clock, Host, HostBuilder};

use crate::kit::{Counting, Kept, StillClock, artifact};

const NOW: i64 = 1_800_000_000_000;

/// A bot that looks something up and then does something, at a system on this machine.
const STOCK: &str = r#"
bot stock_keeper {
  languages en
  channels web
  currency EUR
  start main
}

lookup stock.find(code: text) gives (name: text, price: money, left: integer?) {
  get "http://127.0.0.1:PORT/stock/{code}?code={code}"
  header "X-Code" "{code}"
  timeout 30s
  retry 1
}

action stock.keep(code: text, count: integer) gives (until: date) {
  post "http://127.0.0.1:PORT/kept"
  body (code: code, count: count, via: "bot")
  timeout 30s
  retry 2
  fails with taken on 409
}

flow main {
  ask code: text "Which one?"
  let found = call stock.find(code) {
    failed {
      say "I could not look."
      finish unresolved
    }
  }
  say "{found.name}: {found.price}"
  let kept = call stock.keep(code, 2) {
    taken {
      say "Somebody else has it."
      finish unresolved
    }
    failed {
      say "It did not work."
      finish unresolved
    }
  }
  say "Kept until {kept.until | date}."
  finish resolved
}
"#;

/// Ana and the bot of a host.
struct Ana {
    host: Host,
    channel: Arc<Kept>,
    address: String,
    written: u32,
}

/// A host with few waits, to be built on.
fn builder(text: &str, channel: &Arc<Kept>, clock: &Arc<StillClock>) -> HostBuilder {
    Host::builder()
        .bot(&artifact(text))
        .channel(Arc::clone(channel) as Arc<dyn Channel>)
        .clock(Arc::clone(clock) as Arc<dyn Clock>)
        .entropy(Arc::new(Counting::default()))
        .settings(Settings {
            poll: std::time::Duration::from_millis(20),
            ..Settings::default()
        })
}

/// May ask systems on this machine.
fn here() -> HttpOptions {
    HttpOptions::default().allow_private("127.0.0.1")
}

impl Ana {
    async fn with(text: &str, options: HttpOptions) -> Ana {
        let channel = Arc::new(Kept::default());
        let built = builder(text, &channel, &StillClock::at(NOW))
            .http(options)
            .build()
            .await;
        Ana::at(built.expect("the host starts"), channel)
    }

    fn at(host: Host, channel: Arc<Kept>) -> Ana {
        Ana {
            host,
            channel,
            address: "ana".to_owned(),
            written: 0,
        }
    }

    async fn writes(&mut self, text: &str) {
        self.written += 1;
        let inbound = Inbound {
            channel: "web".into(),
            address: self.address.as_str().into(),
            id: Some(self.written.to_string().into()),
            what: Said::Message(text.into()),
        };
        self.host.engine().deliver(inbound).await.expect("it is taken");
    }

    /// What the bot has said once there are so many messages, and nothing more is under way.
    async fn hears(self, messages: usize) -> Vec<String> {
        self.channel.wait_for(messages).await;
        self.host.stop().await;
        self.channel.words_to(&self.address)
    }
}
