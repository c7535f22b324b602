//! How a host ends: after what is under way, at once when it is asked twice, and with nothing lost when it is killed.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use super::hooks::{Gateway, SECRET, project, report, served};

/// What a sender was told.
struct Told {
    address: String,
    id: String,
    effects: Vec<String>,
}

/// Sends messages of ever new people until nobody answers any more. Whatever is not 200 says that it was not taken.
fn send(host: &str, sender: usize, told: &Sender<Told>, over: &AtomicBool) {
    for number in 0.. {
        let id = format!("{sender}-{number}");
        let address = format!("+4072{sender:03}{number:06}");
        let item = json!([{ "type": "message", "id": id, "address": address, "text": "hi" }]);
        match report(host, "sms", SECRET, &item) {
            Ok((200, answer)) => {
                let effects = answer["items"][0]["effects"]
                    .as_array()
                    .expect("it says something");
                let effects = effects.iter().filter_map(|key| key.as_str().map(str::to_owned));
                let effects = effects.collect();
                if told.send(Told { address, id, effects }).is_err() {
                    return;
                }
            }
            Ok((503, _)) => {}
            Ok((status, answer)) => panic!("{status}: {answer}"),
            // The connection ends in the middle only when the host does.
            Err(_) if over.load(Ordering::SeqCst) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A host is ended in the middle of load, and begun again: all that senders were told is there, and was said once.
fn under_load(end: impl FnOnce(super::Served)) {
    let folder = project();
    let gateway = Gateway::open(SECRET);
    let arguments = [
        "--set",
        "requests_at_once=1000000",
        "--set",
        "requests_per_second=1000000",
    ];
    let host = served(folder.path(), &gateway, &arguments, &[]);
    let over = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let senders: Vec<_> = (0..8)
        .map(|number| {
            let (address, told, over) = (host.address.clone(), sender.clone(), Arc::clone(&over));
            std::thread::spawn(move || send(&address, number, &told, &over))
        })
        .collect();
    drop(sender);
    let mut told: Vec<_> = receiver.iter().take(200).collect();
    over.store(true, Ordering::SeqCst);
    end(host);
    told.extend(receiver.iter());
    for sender in senders {
        sender.join().expect("a sender saw nothing wrong");
    }
    let host = served(folder.path(), &gateway, &arguments, &[]);
    for one in &told {
        gateway.has(&one.effects);
        let item = json!([{ "type": "message", "id": one.id, "address": one.address, "text": "hi" }]);
        let (status, answer) = report(&host.address, "sms", SECRET, &item).expect("it answers");
        assert_eq!(status, 200, "{answer}");
        let again = &answer["items"][0];
        assert_eq!(
            again["duplicate"], true,
            "what was acknowledged is not there: {again}"
        );
        assert_eq!(again["effects"], json!(one.effects));
        assert_eq!(
            gateway.texts(&one.address, 2).len(),
            2,
            "each is said once: {}",
            one.id
        );
    }
    assert!(told.len() >= 200);
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
}

#[test]
fn a_host_that_is_stopped_under_load_ends_what_is_under_way() {
    under_load(|host| {
        let began = Instant::now();
        let (status, log) = host.stop(Signal::TERM);
        assert_eq!(status, Some(0), "{log}");
        assert!(log.contains("what was taken is stored"), "{log}");
        let took = began.elapsed();
        assert!(took < Duration::from_secs(10), "longer than its grace: {took:?}");
    });
}

#[test]
fn a_host_that_is_killed_under_load_loses_nothing() {
    under_load(|mut host| {
        host.child.kill().expect("it runs");
        host.child.wait().expect("it ends");
    });
}

/// The first signal waits for a delivery that takes long; the second does not, and what was under way comes again.
#[test]
fn a_second_signal_ends_a_host_at_once() {
    for (signal, expected) in [(Signal::TERM, 128 + 15), (Signal::INT, 128 + 2)] {
        let folder = project();
        // A gateway that takes what it is sent and says nothing.
        let mute = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!(
            "webhook.channels=sms http://{}/in",
            mute.local_addr().expect("it listens")
        );
        let mut host = super::Served::begin_with(
            folder.path(),
            &["--set", &url],
            &[("BOTFLOW_WEBHOOK_SECRET", SECRET)],
        );
        let ack = super::hooks::writes(&host, "1", "+40721000001", "hi");
        let (mut held, _) = mute.accept().expect("the message is sent there");
        let mut first = [0; 4];
        held.read_exact(&mut first).expect("it is a request");
        host.signal(Signal::TERM);
        let mut stderr = BufReader::new(host.child.stderr.take().expect("its errors are a pipe"));
        let mut log = String::new();
        while !log.contains("once more stops at once") {
            assert_ne!(stderr.read_line(&mut log).expect("it writes UTF-8"), 0, "{log}");
        }
        host.signal(signal);
        let status = host.child.wait().expect("it ends");
        stderr.read_to_string(&mut log).expect("it writes UTF-8");
        assert_eq!(status.code(), Some(expected), "{log}");
        assert!(log.contains("stopped at once"), "{log}");
        drop((held, mute));
        let gateway = Gateway::open(SECRET);
        let host = served(folder.path(), &gateway, &[], &[]);
        let effects = ack["effects"].as_array().expect("it says something");
        let effects: Vec<_> = effects
            .iter()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect();
        gateway.has(&effects);
        let (status, log) = host.stop(Signal::TERM);
        assert_eq!(status, Some(0), "{log}");
    }
}
