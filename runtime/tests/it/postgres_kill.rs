//! Three hosts on one database are killed (`SIGKILL`) again and again in the middle of their work, the server with them, and
//! connections are cut after a commit was forwarded. Each person writes to whichever host comes next, and sometimes to two at
//! once. In the end what senders were told is held against what the receiving end got.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::channel::SendErrorKind;
use botflow_runtime::engine::Settings;
use botflow_runtime::store::{PostgresOptions, PostgresStore};
use botflow_runtime::{Channel, Delivery, Receipt, SendError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::sync::Mutex;

use crate::database::{Server, schema};
use crate::faults::child::{Process, start_telling, task};
use crate::faults::load::{Record, SENDERS, Senders, out, serve};
use crate::faults::{Chance, times};
use crate::postgres_proxy::Proxy;

const HOSTS: usize = 3;

/// What this test's processes are told, apart.
const BETWEEN: char = '\n';

/// The receiving end: takes one line after the other, and says so.
struct Receiving {
    address: String,
    connection: Mutex<Option<tokio::io::BufReader<tokio::net::TcpStream>>>,
}

impl Receiving {
    /// Listens, and tells what has arrived, in the order in which it did.
    fn listen(events: Sender<Event>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), events) = (stream, events.clone()) else {
                    return;
                };
                std::thread::spawn(move || Receiving::take(stream, &events));
            }
        });
        address
    }

    fn take(stream: TcpStream, events: &Sender<Event>) {
        let Ok(mut answers) = stream.try_clone() else {
            return;
        };
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).into_owned();
            // Of a host that is killed half a line may come.
            let Some(whole) = line.strip_suffix('.') else {
                return;
            };
            let is_taken = events.send(Event::Arrived(whole.to_owned())).is_ok();
            if !is_taken || answers.write_all(b"ok\n").is_err() {
                return;
            }
        }
    }

    async fn ask(&self, line: &str) -> std::io::Result<()> {
        let mut kept = self.connection.lock().await;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => tokio::io::BufReader::new(tokio::net::TcpStream::connect(&self.address).await?),
        };
        connection.write_all(format!("{line}.\n").as_bytes()).await?;
        let mut answer = String::new();
        connection.read_line(&mut answer).await?;
        *kept = Some(connection);
        match answer.as_str() {
            "ok\n" => Ok(()),
            _ => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[async_trait]
impl Channel for Receiving {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let asked = self.ask(&out(delivery)).await;
        asked.map_err(|error| SendError::new(SendErrorKind::Unknown, error.to_string()))?;
        Ok(Receipt::default())
    }
}

/// What happens around the test.
enum Event {
    /// A host says something.
    Said(usize, String),
    /// A host is gone, and all that it said was read; its number.
    Ended(usize),
    /// Something has arrived.
    Arrived(String),
}

/// A host that was started, and those of its messages that it has not answered.
struct Running {
    number: usize,
    process: Process,
    is_ready: bool,
}

/// Everything around the hosts.
struct World {
    task: String,
    hosts: Vec<Running>,
    next: usize,
    events: (Sender<Event>, Receiver<Event>),
    /// Of each person: the hosts that have the message whose answer they wait for.
    told: Vec<Vec<usize>>,
    /// Who writes nothing more.
    is_done: Vec<bool>,
    /// Whoever is answered now writes nothing more.
    is_last: bool,
    senders: Senders,
    record: Record,
    chance: Chance,
}

impl World {
    fn start(&mut self) {
        let (number, events) = (self.next, self.events.0.clone());
        self.next += 1;
        let me = "postgres_kill::nothing_is_lost_when_hosts_and_the_server_are_killed";
        let process = start_telling(me, &self.task, "", move |line| {
            let event = match line {
                Some(line) => Event::Said(number, line),
                None => Event::Ended(number),
            };
            events.send(event).is_ok()
        });
        self.hosts.push(Running {
            number,
            process,
            is_ready: false,
        });
    }

    /// Somebody's message goes to a host, or to two; where none is there, it waits for one.
    fn send(&mut self, who: usize) {
        if self.is_done[who] {
            return;
        }
        let message = self.senders.message(who);
        let copies = if self.chance.below(4) == 0 { 2 } else { 1 };
        let ready = self.hosts.iter().filter(|host| host.is_ready).count();
        let first = self.chance.below(ready);
        for copy in 0..copies.min(ready) {
            let mut hosts = self.hosts.iter_mut().filter(|host| host.is_ready);
            if let Some(host) = hosts.nth((first + copy) % ready) {
                host.process.tell(&message);
                self.told[who].push(host.number);
            }
        }
    }

    /// Takes the next thing that happens; whether it was an acknowledgement of something new.
    fn step(&mut self) -> bool {
        match self.events.1.recv().expect("this holds a sender itself") {
            Event::Arrived(line) => {
                self.record.note(&line);
                false
            }
            Event::Ended(number) => {
                let was_killed = self.hosts.iter().all(|host| host.number != number);
                assert!(was_killed, "host {number} ended by itself");
                self.unanswered(number, None);
                false
            }
            Event::Said(number, line) => match line.split('\t').collect::<Vec<_>>()[..] {
                ["ready"] => {
                    for host in &mut self.hosts {
                        host.is_ready |= host.number == number;
                    }
                    for who in 0..SENDERS {
                        if self.told[who].is_empty() {
                            self.send(who);
                        }
                    }
                    false
                }
                // It may be written or not: the sender sends it again.
                ["err", id, ..] => {
                    if let Some(who) = self.senders.waiting(id) {
                        self.unanswered(number, Some(who));
                    }
                    false
                }
                _ => match self.record.note(&line) {
                    Some(id) => {
                        let who = self.senders.go_on(&id);
                        self.told[who].clear();
                        self.is_done[who] = self.is_last;
                        self.send(who);
                        true
                    }
                    None => false,
                },
            },
        }
    }

    /// A host does not answer any more to whoever has written to it, or to one of them.
    fn unanswered(&mut self, number: usize, only: Option<usize>) {
        for who in 0..SENDERS {
            if only.is_none_or(|only| only == who) && self.told[who].contains(&number) {
                self.told[who].retain(|told| *told != number);
                if self.told[who].is_empty() {
                    self.send(who);
                }
            }
        }
    }
}

#[test]
fn nothing_is_lost_when_hosts_and_the_server_are_killed() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be made");
    if let Some(task) = task() {
        return runtime.block_on(host(&task));
    }
    let server = Server::start();
    let name = schema();
    // What channels call a message stands in its commit.
    let proxy = runtime.block_on(Proxy::start(&server, b"in.web."));
    proxy.cut_each.store(40, Ordering::SeqCst);
    let events = channel();
    let receiving = Receiving::listen(events.0.clone());
    let mut world = World {
        task: [proxy.address.as_str(), &name, &receiving].join(&BETWEEN.to_string()),
        hosts: Vec::new(),
        next: 0,
        events,
        told: vec![Vec::new(); SENDERS],
        is_done: vec![false; SENDERS],
        is_last: false,
        senders: Senders::default(),
        record: Record::default(),
        chance: Chance::new(5),
    };
    for _ in 0..HOSTS {
        world.start();
    }
    for round in 0..times(6) {
        let mut left = 20 + world.chance.below(120);
        while left > 0 {
            left -= usize::from(world.step());
        }
        match round % 6 {
            2 => server.tell("crash"),
            5 => server.tell("restart"),
            _ => {
                let which = world.chance.below(world.hosts.len());
                let mut killed = world.hosts.remove(which);
                killed.process.kill();
                world.start();
            }
        }
    }
    // The hosts that are there stay: the messages under way are taken, and everything that was promised arrives.
    proxy.cut_each.store(0, Ordering::SeqCst);
    world.is_last = true;
    while world.is_done.contains(&false) || !world.record.is_complete() {
        world.step();
    }
    for host in world.hosts {
        host.process.ends();
    }
    // What they said and sent until they ended.
    for event in world.events.1.try_iter() {
        match event {
            Event::Said(_, line) if line.starts_with("err\t") => {}
            Event::Said(_, line) | Event::Arrived(line) => drop(world.record.note(&line)),
            Event::Ended(_) => {}
        }
    }
    assert!(proxy.cuts.load(Ordering::SeqCst) > 0, "connections were cut");
    world.record.check(&world.senders);
    runtime.block_on(check(&server, &name, &world.record));
}

/// The tables agree with what senders were told.
async fn check(server: &Server, schema: &str, record: &Record) {
    let client = server.client().await;
    client
        .batch_execute(&format!("SET search_path TO \"{schema}\""))
        .await
        .expect("it is there");
    let sql = "SELECT (SELECT sum(revision) FROM contact)::int8, (SELECT count(*) FROM cause), (SELECT count(*) FROM clock),
                      (SELECT count(*) FROM contact), ARRAY (SELECT key FROM letter)";
    let row = client.query_one(sql, &[]).await.expect("it reads");
    let count = |at: usize| usize::try_from(row.get::<_, i64>(at)).expect("not that many");
    let messages = record.acknowledged.len();
    assert_eq!(
        (count(0), count(1)),
        (messages, messages),
        "one turn for each message"
    );
    assert_eq!((count(2), count(3)), (SENDERS, SENDERS));
    // Of some it may not be noted that they have arrived: they would arrive once more, under the same keys.
    for key in row.get::<_, Vec<String>>(4) {
        assert!(record.has_arrived(&key), "{key}");
    }
}

/// One of the hosts.
async fn host(task: &str) {
    let parts: Vec<_> = task.split(BETWEEN).collect();
    let [database, schema, receiving] = parts[..] else {
        panic!("{task:?} is no task of this test");
    };
    let options = PostgresOptions {
        schema: schema.to_owned(),
        connections: 4,
        ..PostgresOptions::default()
    };
    // The server may be away at this moment.
    let store = loop {
        match PostgresStore::open_with(database, options.clone()).await {
            Ok(store) => break store,
            Err(error) => assert!(error.trouble.is_passing(), "{error}"),
        }
    };
    let settings = Settings {
        // What a host that was killed has claimed is soon somebody else's.
        lease: Duration::from_secs(2),
        ..Settings::default()
    };
    let channel = Receiving {
        address: receiving.to_owned(),
        connection: Mutex::default(),
    };
    serve(Arc::new(store), Arc::new(channel), settings).await;
}
