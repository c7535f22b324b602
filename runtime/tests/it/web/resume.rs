//! However often the connection breaks: every line is seen once and in order, and every message is said once.

use std::collections::VecDeque;

use botflow_runtime::contact::Author;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::{Chat, ECHO, Page, options};
use crate::kit::cases;

#[derive(Clone, Copy, Debug)]
enum Act {
    /// The visitor writes.
    Write,
    /// The page hears one thing, if one is to come.
    Hear,
    /// The connection breaks, whatever is under way.
    Cut,
    /// The page is loaded anew: what it showed is gone, what waits is kept.
    Reload,
}

/// What a page remembers, as `wire.js` does.
#[derive(Default)]
struct Browser {
    token: Json,
    thread: Json,
    last: u64,
    seen: Vec<(u64, String)>,
    pending: VecDeque<(String, String)>,
    page: Option<Page>,
}

impl Browser {
    async fn connected(&mut self, chat: &Chat) -> &mut Page {
        if self.page.is_none() {
            let hello = json!({"token": self.token, "thread": self.thread, "since": self.last});
            let (mut page, welcome) = chat.visit(hello).await;
            for (id, text) in &self.pending {
                page.write(id, text).await;
            }
            self.page = Some(page);
            self.hear(&welcome);
        }
        self.page.as_mut().expect("it was connected just now")
    }

    fn hear(&mut self, told: &Json) {
        match told["type"].as_str() {
            Some("welcome") => {
                self.token = told["token"].clone();
                self.thread = told["thread"].clone();
                if told["fresh"] == json!(true) {
                    self.last = told["lines"][0]["n"].as_u64().map_or(0, |first| first - 1);
                    self.seen.clear();
                }
                self.take(&told["lines"]);
            }
            Some("lines") => {
                self.thread = told["thread"].clone();
                self.take(&told["lines"]);
            }
            Some("ack") => {
                let id = told["id"].as_str().expect("it says what");
                self.pending.retain(|(waiting, _)| waiting != id);
            }
            _ => panic!("{told}"),
        }
    }

    fn take(&mut self, lines: &Json) {
        let words = super::words(lines);
        for (line, words) in lines.as_array().expect("a list").iter().zip(words) {
            let number = line["n"].as_u64().expect("a number");
            // On one connection nothing comes twice, nor too early.
            assert_eq!(number, self.last + 1, "{lines}");
            self.last = number;
            self.seen.push((number, words));
        }
    }
}

async fn runs(chat: &Chat, acts: &[Act]) {
    let mut browser = Browser::default();
    let mut written = Vec::new();
    for act in acts {
        match act {
            Act::Write => {
                let id = format!("m{}", written.len());
                let text = format!("word {}", written.len());
                written.push(text.clone());
                let page = browser.connected(chat).await;
                page.write(&id, &text).await;
                browser.pending.push_back((id, text));
            }
            Act::Hear => {
                if browser.pending.is_empty() {
                    continue;
                }
                let page = browser.connected(chat).await;
                let told = page.next().await;
                browser.hear(&told);
            }
            Act::Cut => browser.page = None,
            Act::Reload => {
                browser.page = None;
                (browser.last, browser.thread) = (0, Json::Null);
                browser.seen.clear();
            }
        }
    }
    // In the end the connection holds.
    while !browser.pending.is_empty() {
        let page = browser.connected(chat).await;
        let told = page.next().await;
        browser.hear(&told);
    }
    browser.connected(chat).await;
    let token = browser.token.as_str().expect("a token").to_owned();
    let kept = chat.kept(&token).await;
    while browser.last < kept.last().map_or(0, |line| line.number) {
        let page = browser.connected(chat).await;
        let told = page.next().await;
        browser.hear(&told);
    }
    let of_visitor = kept.iter().filter_map(|line| match &line.said {
        Author::Customer { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(of_visitor.collect::<Vec<_>>(), written);
    let shown: Vec<u64> = browser.seen.iter().map(|(number, _)| *number).collect();
    let all: Vec<u64> = kept.iter().map(|line| line.number).collect();
    assert_eq!(shown, all[all.len() - shown.len()..]);
    assert!(shown.len() == all.len() || shown.len() >= 50);
}

#[test]
fn every_line_is_seen_once_and_in_order() {
    let runtime = Runtime::new().unwrap();
    let chat = runtime.block_on(Chat::start(ECHO, options()));
    let act = prop_oneof![
        4 => Just(Act::Write),
        4 => Just(Act::Hear),
        2 => Just(Act::Cut),
        1 => Just(Act::Reload),
    ];
    let config = ProptestConfig::with_cases(cases(24));
    proptest!(config, |(acts in prop::collection::vec(act, 1..30))| {
        runtime.block_on(runs(&chat, &acts));
    });
    runtime.block_on(chat.stop());
}
