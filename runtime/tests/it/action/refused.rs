//! What is never asked: hosts that nothing allows, and places in private networks.

use std::sync::Arc;

use botflow_runtime::action::HttpOptions;

use super::system::{Answer, System};
use super::{Ana, NOW, STOCK, builder, here};
use crate::kit::{Kept, StillClock};

/// Why a host of this bot does not start.
async fn refusal(text: &str, options: HttpOptions) -> String {
    let channel = Arc::new(Kept::default());
    let built = builder(text, &channel, &StillClock::at(NOW))
        .http(options)
        .build()
        .await;
    built.err().expect("it does not start").to_string()
}

#[tokio::test]
async fn a_private_address_is_refused_before_anything_starts() {
    for place in [
        "127.0.0.1:PORT",
        "10.1.2.3",
        "169.254.169.254",
        "[::1]:PORT",
        "2130706433",
        "0x7f.1",
    ] {
        let text = STOCK.replace("127.0.0.1:PORT", place).replace("PORT", "80");
        let error = refusal(&text, HttpOptions::default()).await;
        assert!(
            error.contains("`stock.find`, `stock.keep` cannot be done"),
            "{error}"
        );
        // What is wrong with a system is told once.
        assert_eq!(error.matches("private network").count(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_name_of_a_private_address_is_refused_when_it_is_looked_up() {
    let system = System::answering([]).await;
    let text = system.bot(&STOCK.replace("127.0.0.1", "localhost"));
    let mut ana = Ana::with(&text, here()).await;
    ana.writes("hi").await;
    ana.writes("WH-1").await;
    assert_eq!(ana.hears(2).await[1..], ["I could not look."]);
    assert!(system.seen().is_empty());
}

#[tokio::test]
async fn a_name_of_a_private_address_is_asked_where_it_is_allowed() {
    let found = Answer::Gives(200, r#"{"name": "Wool hat", "price": 35}"#);
    let kept = Answer::Gives(200, r#"{"until": "2027-02-01"}"#);
    let system = System::answering([found, kept]).await;
    let text = system.bot(&STOCK.replace("127.0.0.1", "localhost"));
    let mut ana = Ana::with(&text, HttpOptions::default().allow_private("localhost")).await;
    ana.writes("hi").await;
    ana.writes("WH-1").await;
    assert_eq!(ana.hears(3).await[1], "Wool hat: €35.00");
}

#[tokio::test]
async fn a_host_that_customers_could_choose_needs_to_be_allowed() {
    let chosen = "http://{code}/";
    let text = STOCK.replace("http://127.0.0.1:PORT/stock/{code}?code={code}", chosen);
    let text = text.replace("PORT", "80");
    let error = refusal(&text, here()).await;
    assert!(
        error.contains("`stock.find` cannot be done: its address does not begin with a host"),
        "{error}"
    );
    // A value behind the host could make it a longer one.
    let text = STOCK.replace("127.0.0.1:PORT/stock/{code}?code={code}", "shop.example{code}/x");
    let error = refusal(&text.replace("PORT", "80"), here()).await;
    assert!(
        error.contains("`stock.find` cannot be done: its address does not begin with a host"),
        "{error}"
    );
}

#[tokio::test]
async fn of_hosts_that_customers_could_choose_only_those_are_asked_that_are_allowed() {
    let found = Answer::Gives(200, r#"{"name": "Wool hat", "price": 35}"#);
    let kept = Answer::Gives(200, r#"{"until": "2027-02-01"}"#);
    let system = System::answering([found, kept]).await;
    let text = STOCK.replace(
        "http://127.0.0.1:PORT/stock/{code}?code={code}",
        "http://127.0.0.{code}:PORT/stock",
    );
    for (written, messages, last) in [
        ("2", 2, "I could not look."),
        ("1", 3, "Kept until 1 February 2027."),
    ] {
        let options = here().allow_private("127.0.0.2").allow("127.0.0.1");
        let mut ana = Ana::with(&system.bot(&text), options).await;
        ana.writes("hi").await;
        ana.writes(written).await;
        assert_eq!(
            ana.hears(messages).await.last().map(String::as_str),
            Some(last),
            "{written}"
        );
    }
    assert_eq!(system.seen().len(), 2);
}

#[tokio::test]
async fn headers_of_the_host_itself_are_not_the_flows() {
    for (name, said) in [
        ("Host", "is set by the host itself"),
        ("X Code", "is no name of a header"),
    ] {
        let text = STOCK.replace("X-Code", name).replace("PORT", "80");
        let error = refusal(&text, here()).await;
        assert!(error.contains(said), "{error}");
    }
}
