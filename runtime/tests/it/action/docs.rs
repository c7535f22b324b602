//! The code of `docs/actions.md`: it stands in this file, too, and does what the page says.

use std::sync::{Arc, Mutex};

use botflow_runtime::Host;
use botflow_runtime::action::HttpOptions;
use tokio::sync::Notify;

use super::system::{Answer, System};
use super::{Ana, here};
use crate::kit::{Kept, artifact};

const PAGE: &str = include_str!("../../../../docs/actions.md");

/// The blocks of the page in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    let rest = PAGE.split(begin.as_str()).skip(1);
    rest.map(|rest| rest.split_once("\n```").expect("a block ends").0)
        .collect()
}

/// The bot that the page is about; it does what the page declares.
fn library(declared: &str) -> String {
    format!(
        r#"
bot library {{
  languages en
  channels web
  start main
}}

{declared}

flow main {{
  ask code: text "Which book?"
  let kept = call books.reserve(code, 2) {{
    taken {{
      say "Somebody else has it."
      finish unresolved
    }}
    failed {{
      say "It did not work."
      finish unresolved
    }}
  }}
  say "It stands on shelf {{kept.shelf}}."
  finish resolved
}}
"#
    )
}

#[tokio::test]
async fn an_action_over_http() {
    let declared = blocks("text");
    let [declared] = declared.as_slice() else {
        panic!("the page has one declaration: {declared:?}")
    };
    for (answer, said) in [
        (
            Answer::Gives(200, r#"{"shelf": "C 4"}"#),
            "It stands on shelf C 4.",
        ),
        (Answer::Gives(409, "{}"), "Somebody else has it."),
    ] {
        let system = System::answering([answer]).await;
        let bot = library(&declared.replace("{config.api}", &format!("http://{}", system.address)));
        let mut ana = Ana::with(&bot, here()).await;
        ana.writes("hi").await;
        ana.writes("B 7/8").await;
        assert_eq!(ana.hears(2).await[1], said);
        let seen = system.seen();
        assert_eq!(seen[0].line, "POST /branches/north/B%207%2F8 HTTP/1.1");
        assert_eq!(seen[0].header("x-branch"), Some("north"));
        assert_eq!(seen[0].body, r#"{"code":"B 7/8","copies":2}"#);
        assert!(seen[0].header("idempotency-key").is_some());
    }
}

/// Where books stand.
#[derive(Clone, Default)]
struct Shelves {
    taken: Arc<Mutex<Vec<(String, i64, usize)>>>,
    asked: Arc<Notify>,
}

impl Shelves {
    async fn take(&self, code: &str, copies: i64, key: &str) -> Result<Option<&'static str>, std::io::Error> {
        let mut taken = self.taken.lock().unwrap();
        taken.push((code.to_owned(), copies, key.len()));
        self.asked.notify_one();
        Ok((taken.len() == 1).then_some("C 4"))
    }
}

type Anything = Box<dyn std::error::Error>;

#[rustfmt::skip]
fn secret() -> Result<HttpOptions, Anything> {
    let http = HttpOptions::default()
        .header("api.library.example", "Authorization", "Bearer ${LIBRARY_TOKEN}")?
        .allow_private("erp.internal");
    Ok(http)
}

#[rustfmt::skip]
async fn another_system(artifact: Vec<u8>, http: HttpOptions) -> Result<(), Anything> {
    let host = Host::builder().bot(&artifact).config("api", "http://127.0.0.1:9000").http(http);
    host.build().await?.stop().await;
    Ok(())
}

#[rustfmt::skip]
async fn closure(artifact: Vec<u8>, shelves: Shelves) -> Result<Host, Anything> {
    use serde_json::json;
    use botflow_runtime::{Failure, Host, handler};

    let host = Host::builder()
        .bot(&artifact)
        .action("books.reserve", handler(move |args| {
            let shelves = shelves.clone();
            async move {
                match shelves.take(args.text("code")?, args.integer("copies")?, &args.key).await? {
                    Some(shelf) => Ok(json!({ "shelf": shelf })),
                    None => Err(Failure::named("taken")),
                }
            }
        }))
        .build()
        .await?;
    Ok(host)
}

#[tokio::test]
async fn what_a_host_says_in_code() {
    // A secret that is missing is told at once, by its name.
    let error = secret().map(drop).expect_err("nobody has set it").to_string();
    assert!(error.contains("LIBRARY_TOKEN"), "{error}");
    let bare = "action books.reserve(code: text, copies: integer) gives (shelf: text) fails with taken";
    let error = another_system(artifact(&library(bare)), HttpOptions::default()).await;
    let error = error.expect_err("nobody does it").to_string();
    assert!(error.contains("`books.reserve`"), "{error}");
    let declared = blocks("text")[0].replace("{config.api}", "http://127.0.0.1:9000");
    another_system(artifact(&library(&declared)), here())
        .await
        .expect("it starts and stops");
    let shelves = Shelves::default();
    let host = closure(artifact(&library(bare)), shelves.clone())
        .await
        .expect("it starts");
    let mut ana = Ana::at(host, Arc::new(Kept::default()));
    ana.writes("hi").await;
    ana.writes("B 7").await;
    shelves.asked.notified().await;
    ana.host.stop().await;
    assert_eq!(*shelves.taken.lock().unwrap(), [("B 7".to_owned(), 2, 16)]);
}

/// Every block of code on the page stands in this file, word by word.
#[test]
fn all_code_of_the_page_is_here() {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let here = plain(include_str!("docs.rs"));
    let code = blocks("rust");
    assert!(code.len() >= 3, "{code:?}");
    for block in code {
        assert!(here.contains(&plain(block)), "this file lacks\n{block}");
    }
    let all = PAGE.matches("```").count() / 2;
    assert_eq!(
        all,
        blocks("rust").len() + blocks("text").len(),
        "a block of another language"
    );
}
