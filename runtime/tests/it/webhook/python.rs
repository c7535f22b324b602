//! The program of `docs/webhook.md` against a host.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use botflow_runtime::channel::webhook::{PostOptions, Webhook};
use botflow_runtime::server::{Server, ServerOptions};
use botflow_runtime::{Channel, Host};
use serde_json::Value as Json;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{SECRET, bot};

fn program() -> String {
    let page = include_str!("../../../../docs/webhook.md");
    let (_, rest) = page.split_once("```python\n").unwrap();
    rest.split_once("\n```").unwrap().0.to_owned()
}

/// The next line that it prints.
async fn line(mut lines: Lines<BufReader<ChildStdout>>) -> (String, Lines<BufReader<ChildStdout>>) {
    spawn_blocking(move || (lines.next().expect("it goes on").unwrap(), lines))
        .await
        .unwrap()
}

/// What the bot said to whom.
fn said(line: &str) -> (String, String) {
    let json: Json = serde_json::from_str(line).unwrap();
    (json[0].as_str().unwrap().into(), json[1].as_str().unwrap().into())
}

/// Is ended with the test.
struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_of_the_documentation_works() {
    let server = Server::bind("127.0.0.1:0", ServerOptions::default())
        .await
        .unwrap();
    let mut gateway = Gateway(
        Command::new("python3")
            .args(["-c", &program()])
            .env("BOTFLOW_URL", format!("http://{}", server.address().unwrap()))
            .env("BOTFLOW_SECRET", SECRET)
            .env_remove("PORT")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed"),
    );
    let mut people = gateway.0.stdin.take().unwrap();
    let lines = BufReader::new(gateway.0.stdout.take().unwrap()).lines();
    let (port, lines) = line(lines).await;
    let url = format!("http://127.0.0.1:{port}/in");
    let sms = Arc::new(Webhook::new("sms", &PostOptions::new(url, SECRET)).unwrap());
    let host = Host::builder()
        .bot(bot())
        .channel(Arc::clone(&sms) as Arc<dyn Channel>)
        .build()
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let (host, stopped) = (Arc::new(host), stop.clone());
    let server = server.mount(sms as _);
    let serving = Arc::clone(&host);
    let served = tokio::spawn(async move { server.serve(&serving, stopped).await });
    writeln!(people, "+40721000001 Hello").unwrap();
    let (asked, lines) = line(lines).await;
    let asked = said(&asked);
    assert_eq!(asked.0, "+40721000001");
    assert!(asked.1.starts_with("What is it?"), "{asked:?}");
    writeln!(people, "+40721000001 1").unwrap();
    let (answered, _lines) = line(lines).await;
    assert_eq!(said(&answered), ("+40721000001".into(), "All is free.".into()));
    stop.cancel();
    served.await.unwrap().unwrap();
}
