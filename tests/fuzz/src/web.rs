//! Any text as a message of a page: what is read is clean and within its bounds, and nobody's token is guessed.

use botflow_runtime::channel::web::protocol::{Incoming, MAX_TEXT, read};
use botflow_runtime::channel::web::visitor::{Signer, is_vouched_for};

/// Reads each line as a message.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let signer = Signer::new(b"nobody knows this");
    for frame in text.lines() {
        let Ok(incoming) = read(frame) else { continue };
        if let Some(id) = incoming.id() {
            let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            assert!(
                (1..=64).contains(&id.len()) && id.chars().all(is_fine),
                "{id:?} is an id"
            );
        }
        match incoming {
            Incoming::Message { text, .. } => {
                assert!(!text.is_empty(), "somebody says something");
                assert!(text.chars().count() <= MAX_TEXT, "texts have a bound");
                is_clean(&text);
            }
            Incoming::Press { payload, label, .. } => {
                assert!(!payload.is_empty(), "a button sends something");
                is_clean(&payload);
                is_clean(&label);
            }
            Incoming::Location {
                latitude, longitude, ..
            } => {
                assert!(
                    latitude.abs() <= 90.0 && longitude.abs() <= 180.0,
                    "a place is on the globe"
                );
            }
            Incoming::Hello(hello) => {
                if let Some(token) = &hello.token {
                    assert_eq!(signer.visitor(token), None, "a token that nobody signed");
                }
                if let Some(claim) = &hello.identity {
                    let is = is_vouched_for(b"nor this", &claim.identifier, &claim.identifier_hash);
                    assert!(!is, "nobody vouched for them");
                }
                let words = [hello.thread, hello.language, hello.timezone, hello.referral];
                for text in words.iter().flatten() {
                    is_clean(text);
                }
            }
            Incoming::Open | Incoming::Event { .. } | Incoming::Seen { .. } | Incoming::Earlier { .. } => {}
        }
    }
}

fn is_clean(text: &str) {
    let is_seen = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    assert!(text.chars().all(is_seen), "{text:?} has nothing that nobody sees");
}
