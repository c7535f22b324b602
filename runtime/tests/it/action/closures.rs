//! Lookups and actions done by closures of the program that embeds a bot.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use botflow_runtime::{Failure, Host, handler};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Ana, NOW, STOCK, builder};
use crate::kit::{Kept, StillClock};

/// The bot without a word about how anything is done.
fn bare() -> String {
    let mut bare = String::new();
    let mut inside = false;
    for line in STOCK.lines() {
        let declares = line.starts_with("lookup") || line.starts_with("action");
        match () {
            () if declares => {
                inside = true;
                let fails = if line.starts_with("action") {
                    " fails with taken"
                } else {
                    ""
                };
                bare.push_str(line.trim_end_matches(" {"));
                bare.push_str(fails);
                bare.push('\n');
            }
            () if inside => inside = line != "}",
            () => {
                bare.push_str(line);
                bare.push('\n');
            }
        }
    }
    bare
}

#[derive(Serialize)]
struct Found {
    name: &'static str,
    price: f64,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Keep {
    code: String,
    count: u8,
}

/// What Ana hears where `keep` does this.
async fn hears<F, Fut>(keep: F, messages: usize) -> Vec<String>
where
    F: Fn(botflow_runtime::Args) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<serde_json::Value, Failure>> + Send + 'static,
{
    let channel = Arc::new(Kept::default());
    let host: Host = builder(&bare(), &channel, &StillClock::at(NOW))
        .action(
            "stock.find",
            handler(|args| async move {
                assert_eq!(args.text("code")?, "WH-1");
                Ok(Found {
                    name: "Wool hat",
                    price: 35.5,
                })
            }),
        )
        .action("stock.keep", handler(keep))
        .build()
        .await
        .expect("it starts");
    let mut ana = Ana::at(host, channel);
    ana.writes("hi").await;
    ana.writes("WH-1").await;
    let said = ana.hears(1 + messages).await;
    assert_eq!(said[1], "Wool hat: €35.50");
    said[2..].to_vec()
}

#[tokio::test]
async fn a_closure_is_given_arguments_by_name_and_gives_what_is_declared() {
    let given = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&given);
    let keep = move |args: botflow_runtime::Args| {
        let noted = Arc::clone(&noted);
        async move {
            noted
                .lock()
                .unwrap()
                .push((args.to::<Keep>()?, args.key.len(), args.attempt));
            Ok(json!({"until": "2027-02-01"}))
        }
    };
    assert_eq!(hears(keep, 2).await, ["Kept until 1 February 2027."]);
    let keep = Keep {
        code: "WH-1".to_owned(),
        count: 2,
    };
    assert_eq!(*given.lock().unwrap(), [(keep, 16, 1)]);
}

#[tokio::test]
async fn a_failure_of_the_declaration_has_its_way_and_no_other_name_has_one() {
    assert_eq!(
        hears(|_| async { Err(Failure::named("taken")) }, 2).await,
        ["Somebody else has it."]
    );
    assert_eq!(
        hears(|_| async { Err(Failure::named("eaten")) }, 2).await,
        ["It did not work."]
    );
    let io = |_| async { Err(std::io::Error::other("the disk is full"))? };
    assert_eq!(hears(io, 2).await, ["It did not work."]);
    let wrong = |_| async { Ok(json!({"until": 5})) };
    assert_eq!(hears(wrong, 2).await, ["It did not work."]);
}

#[tokio::test]
async fn a_handler_that_panics_has_failed_and_the_host_goes_on() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let keep = move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { std::panic::resume_unwind(Box::new("a mistake in a handler")) }
    };
    assert_eq!(hears(keep, 2).await, ["It did not work."]);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_host_that_lacks_one_says_which() {
    let channel = Arc::new(Kept::default());
    let built = builder(&bare(), &channel, &StillClock::at(NOW))
        .action("stock.find", handler(|_| async { Ok(json!(null)) }))
        .build()
        .await;
    let error = built.err().expect("it does not start").to_string();
    assert!(error.contains("nobody does `stock.keep`"), "{error}");
    assert!(!error.contains("stock.find"), "{error}");
}
