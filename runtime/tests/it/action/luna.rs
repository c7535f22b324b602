//! The large example against a shop: every lookup and action of Luna's works for real over HTTP.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use botflow_artifact::CallId;
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::CallRequest;
use botflow_runtime::action::{Actions, Asked};
use botflow_runtime::contact::ContactId;
use botflow_runtime::deployment::Version;
use botflow_runtime::engine::Settings;
use botflow_runtime::{Channel, Clock, Host, json};
use serde_json::json;

use super::{Ana, NOW, here};
use crate::kit::{Kept, StillClock};

/// The shop, at work until it is dropped.
struct Shop {
    process: Child,
    input: Option<ChildStdin>,
    address: String,
}

impl Shop {
    fn open() -> Shop {
        let mut process = Command::new("python3")
            .arg(folder().join("shop/shop.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let input = process.stdin.take();
        let mut address = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut address)
            .expect("it tells its address");
        Shop {
            process,
            input,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/luna_store")
}

/// The artifact of the example.
fn luna() -> Vec<u8> {
    let mut project = Project {
        config: Some(Arc::from(
            std::fs::read_to_string(folder().join("botflow.toml")).unwrap(),
        )),
        ..Project::default()
    };
    let mut read = |place: &str, ending: &str| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder().join(place))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.retain(|path| path.extension().is_some_and(|one| one == ending));
        paths.sort();
        for path in paths {
            let source = Source {
                path: path.strip_prefix(folder()).unwrap().to_str().unwrap().into(),
                text: Arc::from(std::fs::read_to_string(&path).unwrap()),
            };
            match ending {
                "flow" => project.sources.push(source),
                "md" => project.documents.push(source),
                _ => project.locales.push(source),
            }
        }
    };
    read("", "flow");
    read("faq", "md");
    read("locales", "po");
    let bot = compile::build(&project).unwrap_or_else(|checked| panic!("{:#?}", checked.findings));
    botflow_artifact::to_bytes(&bot).0
}

/// How many conversations there were.
static TALKS: AtomicU32 = AtomicU32::new(0);

/// Says this on a new page of a host that asks the shop, and gives what Luna says, in order.
async fn talk(artifact: &[u8], shop: &Shop, said: &[(&str, usize)]) -> Vec<String> {
    let channel = Arc::new(Kept::default());
    let host = Host::builder()
        .bot(artifact)
        .channel(Arc::clone(&channel) as Arc<dyn Channel>)
        .clock(StillClock::at(NOW) as Arc<dyn Clock>)
        .settings(Settings {
            poll: std::time::Duration::from_millis(20),
            ..Settings::default()
        })
        .config("shop_api", &shop.address)
        .http(here())
        .build()
        .await
        .expect("it starts");
    let mut ana = Ana::at(host, Arc::clone(&channel));
    // Somebody else each time, so that what is asked has other keys.
    ana.address = format!("ana {}", TALKS.fetch_add(1, Ordering::SeqCst));
    let mut expected = 0;
    for (words, answers) in said {
        ana.writes(words).await;
        expected += answers;
        channel.wait_for(expected).await;
    }
    ana.hears(expected).await
}

#[tokio::test]
async fn every_lookup_and_action_of_luna_works() {
    let shop = Shop::open();
    let mut version = Version::load(&luna()).expect("it can be run");
    let settings = [("shop_api".into(), shop.address.clone())];
    version.set(&settings.into()).expect("it is an address");
    let mut actions = Actions::default();
    actions.set_http(here());
    assert_eq!(actions.missing(&version), Vec::<smol_str::SmolStr>::new());
    assert_eq!(actions.impossible(&version), []);
    let given = json!({
        "budget": 50, "city": "Iași", "code": "LS-2040", "cut": 10, "email": "ana@example.com",
        "iban": "RO49AAAA1B31007593840000", "note": "Wants a call.\n\"Soon\"", "occasion": "birthday",
        "order": "20431177", "photo": "https://files.example/p.jpg", "product": "Scarf", "quantity": 2,
        "rating": 5, "reason": "wrong_size", "recipient": "her", "remark": null, "slot": "c",
    });
    let bot = &version.program.bot;
    assert!(bot.calls.len() >= 16);
    for (at, call) in bot.calls.iter().enumerate() {
        let args = call.params.iter().map(|param| {
            let written = &given[param.name.as_str()];
            json::read(&version.program, param.ty, written)
                .unwrap_or_else(|misfit| panic!("{}: {misfit}", param.name))
        });
        let request = CallRequest {
            call: CallId::from(at),
            number: at as u32 + 1,
            attempt: 1,
            key: at as u64 + 1,
            args: args.collect(),
        };
        let asked = Asked {
            version: &version,
            name: &call.name,
            request: &request,
            contact: ContactId(1),
            key: &"1.1.0".into(),
        };
        let first = actions.perform(&asked).await;
        assert!(first.is_ok(), "{}: {first:?}", call.name);
        // A second attempt of the same happens once: even what would fail a second time gives the same.
        let second = actions.perform(&asked).await;
        assert_eq!(first, second, "{}", call.name);
    }
}

#[tokio::test]
async fn conversations_of_luna_work_against_a_shop() {
    let (shop, artifact) = (Shop::open(), luna());
    let said = talk(&artifact, &shop, &[("where is order 20431179", 3)]).await;
    assert_eq!(
        said[0],
        "Order 20431179 is on its way. It should arrive on 18/01/2027."
    );
    // The bot asks before it cancels; afterwards the shop knows it, whoever asks.
    let said = talk(&artifact, &shop, &[("please cancel 20431177", 1), ("yes", 1)]).await;
    let cancelled = "Order 20431177 is cancelled. The money is back on your account within three days.";
    assert_eq!(said, ["Shall I cancel order 20431177 of €120.00?", cancelled]);
    let said = talk(&artifact, &shop, &[("please cancel 20431177", 1)]).await;
    assert_eq!(said, ["Order 20431177 is cancelled already."]);
    let returned = [
        ("I want to return something", 2),
        ("20431178, 2 pieces, too small", 2),
        ("card", 1),
    ];
    let said = talk(&artifact, &shop, &returned).await;
    assert_eq!(said[4], "Here is your label. Your return has the code R7.");
    let said = talk(&artifact, &shop, &returned).await;
    assert_eq!(
        said[4],
        "There is a return for this order already. Its label is in your mail."
    );
    let courier = [("when will you deliver?", 1), ("20431178", 1), ("1", 2)];
    let said = talk(&artifact, &shop, &courier).await;
    assert_eq!(said[2], "Booked: 18/01/2027, 09:00.");
    let present = [
        ("I am looking for a gift", 1),
        ("my mother, birthday, 50 EUR", 2),
        ("scarf", 1),
    ];
    let said = talk(&artifact, &shop, &present).await;
    assert_eq!(said[3], "Scarf waits for you until 20/01/2027.");
    // That was the last one.
    let said = talk(
        &artifact,
        &shop,
        &[
            ("I am looking for a gift", 1),
            ("my mother, birthday, 50 EUR", 2),
            ("scarf", 1),
        ],
    )
    .await;
    assert_ne!(said[3], "Scarf waits for you until 20/01/2027.");
}
