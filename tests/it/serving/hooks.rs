//! A host whose channel is another program: secrets, settings, and what is not connected.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use botflow_runtime::channel::webhook::signature::Secrets;
use rustix::process::Signal;
use serde_json::{Value as Json, json};

use super::{Served, fails};
use crate::program::{empty_folder, write};

/// Variables of the environment, by name.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// What both sides know.
pub const SECRET: &str = "what the host and its gateway know";

/// A bot whose people are reached by text messages.
pub const BOT: &str = r#"bot greeter {
  name "Greeter"
  languages en
  channels sms
  start main
}

flow main {
  say "Hello from {config.shop}!"
  ask name: text "What is your name?"
  say "Nice to meet you, {name}."
  finish resolved
}
"#;

/// A folder with that bot.
pub fn project() -> tempfile::TempDir {
    let folder = empty_folder();
    write(folder.path().join("bot.flow"), BOT);
    write(
        folder.path().join("botflow.toml"),
        "[config]\nshop = \"the file\"\n",
    );
    folder
}

/// Another program, to which a host posts what is to be sent.
#[derive(Clone)]
pub struct Gateway {
    pub url: String,
    got: Arc<(Mutex<Got>, Condvar)>,
}

/// What a gateway was posted.
#[derive(Default)]
struct Got {
    /// By key, in the order in which the keys came.
    keys: Vec<String>,
    deliveries: BTreeMap<String, Json>,
    /// Deliveries that had another content than the first of their key, or were not signed.
    wrong: Vec<String>,
}

impl Gateway {
    /// One that signs by this secret.
    pub fn open(secret: &str) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let gateway = Gateway {
            url: format!("http://{}/in", listener.local_addr().expect("it listens")),
            got: Arc::default(),
        };
        let secrets = Secrets::new([secret]).expect("it is long enough");
        let taking = gateway.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (taking, secrets) = (taking.clone(), secrets.clone());
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    // Whoever is killed in the middle of a request has sent none.
                    while let Ok(Some((head, body))) = request(&mut reader) {
                        taking.take(&secrets, &head, &body);
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                        if reader.get_mut().write_all(answer).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        gateway
    }

    fn take(&self, secrets: &Secrets, head: &str, body: &[u8]) {
        let signature = header(head, "x-botflow-signature").unwrap_or_default();
        let delivery: Json = serde_json::from_slice(body).unwrap_or_default();
        let name = delivery["channel"].as_str().unwrap_or("people").to_owned();
        let key = delivery["key"].as_str().unwrap_or_default().to_owned();
        let (lock, came) = &*self.got;
        let mut got = lock.lock().unwrap();
        if let Err(error) = secrets.verify(&signature, &name, seconds(), body) {
            got.wrong.push(format!("{key}: {error}"));
        }
        match got.deliveries.get(&key) {
            None => {
                got.keys.push(key.clone());
                got.deliveries.insert(key, delivery);
            }
            Some(first) if first["messages"] == delivery["messages"] => {}
            Some(_) => got.wrong.push(format!("{key}: another content")),
        }
        came.notify_all();
    }

    /// What was posted once it is so.
    fn wait<T>(&self, mut is_so: impl FnMut(&Got) -> Option<T>) -> T {
        let (lock, came) = &*self.got;
        let mut got = lock.lock().unwrap();
        loop {
            assert_eq!(got.wrong, [""; 0]);
            if let Some(found) = is_so(&got) {
                return found;
            }
            got = came.wait(got).unwrap();
        }
    }

    /// Waits until all of these keys were posted.
    pub fn has(&self, keys: &[String]) {
        self.wait(|got| {
            keys.iter()
                .all(|key| got.deliveries.contains_key(key))
                .then_some(())
        });
    }

    /// How many different keys were posted.
    pub fn count(&self) -> usize {
        self.wait(|got| Some(got.keys.len()))
    }

    /// The first so many texts to an address, once they are there.
    pub fn texts(&self, address: &str, count: usize) -> Vec<String> {
        self.wait(|got| {
            let to = got.keys.iter().map(|key| &got.deliveries[key]);
            let to = to.filter(|delivery| delivery["address"] == address);
            let texts: Vec<_> = to
                .flat_map(|delivery| delivery["messages"].as_array().cloned().unwrap_or_default())
                .filter_map(|message| message["text"].as_str().map(str::to_owned))
                .collect();
            (texts.len() >= count).then_some(texts)
        })
    }
}

fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    i64::try_from(since.as_secs()).expect("not that much later")
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// The head and the body of a request or an answer; `None`: there is none any more.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut head = String::new();
    loop {
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}

/// Posts items to a webhook of a host, signed; gives the status and the answer.
pub fn report(address: &str, name: &str, secret: &str, items: &Json) -> io::Result<(u16, Json)> {
    let body = json!({ "items": items }).to_string();
    let signature = Secrets::new([secret])
        .expect("it is long enough")
        .sign(name, seconds(), body.as_bytes());
    let mut stream = TcpStream::connect(address)?;
    let request_text = format!(
        "POST /hooks/{name} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nX-Botflow-Signature: \
         {signature}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request_text.as_bytes())?;
    let Some((head, body)) = request(&mut BufReader::new(stream))? else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let answer = serde_json::from_slice(&body).unwrap_or_default();
    Ok((status.unwrap_or(0), answer))
}

/// Somebody writes; gives what became of it.
pub fn writes(host: &Served, id: &str, who: &str, text: &str) -> Json {
    let item = json!([{ "type": "message", "id": id, "address": who, "text": text }]);
    let (status, answer) = report(&host.address, "sms", SECRET, &item).expect("it answers");
    assert_eq!(status, 200, "{answer}");
    answer["items"][0].clone()
}

fn connected(gateway: &Gateway) -> String {
    format!("webhook.channels=sms {}", gateway.url)
}

/// A host of that bot with its gateway.
pub fn served(folder: &Path, gateway: &Gateway, arguments: &[&str], variables: &[(&str, &str)]) -> Served {
    let channels = connected(gateway);
    let mut all = vec!["--set", &channels];
    all.extend(arguments);
    let mut known = vec![("BOTFLOW_WEBHOOK_SECRET", SECRET)];
    known.extend(variables);
    Served::begin_with(folder, &all, &known)
}

#[test]
fn values_of_the_bot_come_from_flags_before_variables_before_the_file() {
    let folder = project();
    let gateway = Gateway::open(SECRET);
    let variable = [("BOTFLOW_CONFIG_SHOP", "a variable")];
    let flag = ["--config", "shop=a flag"];
    let cases: [(&[&str], Variables<'_>, &str); 4] = [
        (&[], &[], "the file"),
        (&[], &variable, "a variable"),
        (&flag, &variable, "a flag"),
        (&flag, &[], "a flag"),
    ];
    for (number, (arguments, variables, expected)) in cases.into_iter().enumerate() {
        let mut all = vec!["--store", "memory"];
        all.extend(arguments);
        let host = served(folder.path(), &gateway, &all, variables);
        let who = format!("+4072100000{number}");
        writes(&host, "1", &who, "hi");
        let texts = gateway.texts(&who, 2);
        assert_eq!(texts[0], format!("Hello from {expected}!"));
        let (status, log) = host.stop(Signal::TERM);
        assert_eq!(status, Some(0), "{log}");
    }
}

#[test]
fn each_webhook_may_have_a_secret_of_its_own() {
    let folder = project();
    let own = "what only the gateway of text messages knows";
    let gateway = Gateway::open(own);
    let item = |id: &str| json!([{ "type": "message", "id": id, "address": "+40721000001", "text": "hi" }]);
    let file = folder.path().join("sms-secret");
    let people = "webhook.people=http://127.0.0.1:9/desk";
    write(&file, format!("{own}\n").as_str());
    let with_file = format!("webhook.secret_files=sms {}", file.display());
    let cases: [(&[&str], Variables<'_>); 3] = [
        (&[], &[("BOTFLOW_WEBHOOK_SECRET_SMS", own)]),
        (&["--set", &with_file], &[]),
        // The variable comes before the file.
        (
            &["--set", "webhook.secret_files=sms /nowhere"],
            &[("BOTFLOW_WEBHOOK_SECRET_SMS", own)],
        ),
    ];
    for (number, (arguments, variables)) in cases.into_iter().enumerate() {
        let mut all = vec!["--store", "memory", "--set", people];
        all.extend(arguments);
        let host = served(folder.path(), &gateway, &all, variables);
        let id = number.to_string();
        let ask = |name: &str, secret: &str| {
            report(&host.address, name, secret, &item(&id))
                .expect("it answers")
                .0
        };
        assert_eq!(ask("sms", SECRET), 401, "what all share opens it no more");
        assert_eq!(ask("people", own), 401, "it opens nothing else");
        // Colleagues have the one that is shared: what they send is believed, and only then looked at.
        assert_eq!(ask("people", SECRET), 400);
        assert_eq!(ask("sms", own), 200);
        let before = gateway.texts("+40721000001", 2 * number + 2);
        assert_eq!(before.len(), 2 * number + 2, "what is sent is signed by it, too");
        let (status, log) = host.stop(Signal::TERM);
        assert_eq!(status, Some(0), "{log}");
    }
    let channels = connected(&gateway);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--store", "memory"];
    let refused = |arguments: &[&str]| {
        let mut all = serve.to_vec();
        all.extend(arguments);
        fails(folder.path(), &all)
    };
    refused(&["--set", &channels])
        .ends(2)
        .says("BOTFLOW_WEBHOOK_SECRET_SMS");
    refused(&["--set", "webhook.secret_files=viber /run/secrets/viber"])
        .ends(2)
        .says("there is no such webhook");
    refused(&["--set", "webhook.secret_files=sms"])
        .ends(2)
        .says("WEBHOOK FILE");
    refused(&["--set", &channels, "--set", "webhook.secret_files=sms nowhere"])
        .ends(3)
        .says("the secret of the webhook `sms`");
}

#[test]
fn a_channel_without_a_program_is_told_or_refused() {
    let folder = project();
    fails(
        folder.path(),
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            "memory",
            "--set",
            "unconnected=refuse",
        ],
    )
    .ends(3)
    .says("nothing is connected to `sms`")
    .says("webhook.channels");
    let host = Served::begin(folder.path(), &["--store", "memory"]);
    let (_, figures) = host.get("/metrics");
    assert!(
        figures.contains("botflow_channel_unconnected{channel=\"sms\"} 1"),
        "{figures}"
    );
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("nothing is connected to this channel here"), "{log}");
    let gateway = Gateway::open(SECRET);
    let host = served(
        folder.path(),
        &gateway,
        &["--store", "memory", "--set", "unconnected=refuse"],
        &[],
    );
    assert!(!host.get("/metrics").1.contains("botflow_channel_unconnected"));
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
}
