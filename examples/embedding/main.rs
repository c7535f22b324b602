//! A program that embeds a bot: web chat, a store that survives a crash, and one action done in Rust.
//!
//! ```sh
//! botflow build examples/embedding/bot -o callback.botflow
//! cargo run -p botflow-runtime --example embedding callback.botflow callback.db
//! ```
#![allow(clippy::print_stdout, reason = "it is a program that says where it listens")]

use std::error::Error;
use std::sync::Arc;

use botflow_runtime::action::{Args, Failure};
use botflow_runtime::channel::web::{WebChat, WebOptions};
use botflow_runtime::server::{Server, ServerOptions};
use botflow_runtime::store::SqliteStore;
use botflow_runtime::{Host, handler};
use tokio_util::sync::CancellationToken;

/// Happens once for each key, however often it is asked.
async fn save_lead(args: Args) -> Result<(), Failure> {
    println!("a lead of {}, under {}", args.contact, args.key);
    Ok(())
}

/// The bot, served until `stop`; `listening` is told where.
pub async fn serve(
    artifact: &[u8],
    database: &str,
    listening: impl FnOnce(String),
    stop: CancellationToken,
) -> Result<(), Box<dyn Error>> {
    let signing = *b"visitors' numbers are signed with it";
    let web = Arc::new(WebChat::new(WebOptions::new(signing)));
    let host = Host::builder()
        .bot(artifact)
        .store(SqliteStore::open(database).await?)
        .channel(Arc::clone(&web) as _)
        .action("crm.save_lead", handler(save_lead))
        .build()
        .await?;
    let server = Server::bind("127.0.0.1:0", ServerOptions::default())
        .await?
        .mount(web);
    listening(format!("http://{}", server.address()?));
    server.serve(&host, stop).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: embedding ARTIFACT DATABASE");
    let (artifact, database) = (std::fs::read(next()?)?, next()?);
    let tell = |url| println!("{url}");
    serve(&artifact, &database, tell, CancellationToken::new()).await
}
