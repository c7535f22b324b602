//! The host that browser tests talk to: web chat for a compiled bot, with systems that answer as the tests expect. Ends
//! when its standard input does.
//!
//! `web_chat_host ARTIFACT DATABASE PORT`; it prints its address when it listens.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::Host;
use botflow_runtime::action::{Action, Asked};
use botflow_runtime::channel::web::{WebChat, WebOptions};
use botflow_runtime::deployment::Version;
use botflow_runtime::server::{Server, ServerOptions};
use botflow_runtime::store::sqlite::SqliteStore;
use botflow_values::Value;
use smol_str::SmolStr;
use tokio_util::sync::CancellationToken;

/// A shop that knows three presents; nothing else answers.
struct Shop;

#[async_trait]
impl Action for Shop {
    async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        let present = |name: &str, price: i64, page: &str| {
            let url = |path: String| Value::Url(format!("https://shop.example/{path}").into());
            Value::Record(vec![
                Value::text(name),
                Value::money(price),
                url(format!("{page}.svg")),
                url(page.to_owned()),
                Value::YesNo(true),
            ])
        };
        match asked.name.as_str() {
            "catalog.gifts" => Ok(Value::List(vec![
                present("Silk scarf", 4_900, "scarf"),
                present("Leather wallet", 5_900, "wallet"),
                present("Wool hat", 3_500, "hat"),
            ])),
            "shipping.quote" => Ok(Value::Record(vec![Value::money(500), Value::integer(2)])),
            _ => Err(None),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().ok_or("usage: web_chat_host ARTIFACT DATABASE PORT");
    let (artifact, database, port) = (std::fs::read(next()?)?, next()?, next()?.parse::<u16>()?);
    let web = Arc::new(WebChat::new(WebOptions::new(*b"only for tests of the browser")));
    let mut host = Host::builder()
        .bot(&artifact)
        .store(SqliteStore::open(database).await?)
        .channel(Arc::clone(&web) as _);
    for call in &Version::load(&artifact)?.program.bot.calls {
        host = host.action(&call.name, Shop);
    }
    let host = host.build().await?;
    let server = Server::bind(("127.0.0.1", port), ServerOptions::default())
        .await?
        .mount(web);
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", server.address()?)?;
    out.flush()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    std::thread::spawn(move || {
        // Whoever has started this ends it by closing its input, or by ending.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        stopping.cancel();
    });
    server.serve(&host, stop).await?;
    Ok(())
}
