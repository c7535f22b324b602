//! Nothing that anybody said stands in a log above debug level, whatever goes wrong.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use botflow_runtime::channel::SendErrorKind;
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Inbound;
use botflow_runtime::store::{MemoryStore, Store};

use super::{Running, greeter};

/// What was logged.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Words that stand nowhere but in what these people say.
const WORDS: [&str; 5] = ["xylophone", "quagmire", "zeppelin", "axolotl", "Rumpelstiltskin"];

/// Somebody else who wants everything, always. Where there is one subscriber only, what another thread, which has none,
/// would log first is taken to interest nobody, for all threads.
static OTHER: LazyLock<tracing::Dispatch> = LazyLock::new(|| {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::sink)
        .finish();
    tracing::Dispatch::new(subscriber)
});

/// What is logged from here on, by this thread, until the guard is dropped.
fn logged() -> (Written, tracing::subscriber::DefaultGuard) {
    LazyLock::force(&OTHER);
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    (written, tracing::subscriber::set_default(subscriber))
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A host that is started with its file again undoes an upload: it says so. One that brings what nobody has seen does not.
#[tokio::test]
async fn an_upload_that_is_undone_is_told() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (file, uploaded) = (greeter("Nice to meet you"), greeter("Welcome"));
    let (written, guard) = logged();
    let undone = "the store runs a version that came after";
    for (bot, is_undone) in [(&file, false), (&file, false), (&uploaded, false), (&file, true)] {
        let host = Running::begin(bot, Some(Arc::clone(&store))).await;
        assert_eq!(written.text().contains(undone), is_undone, "{}", written.text());
        host.end().await;
    }
    drop(guard);
}

#[tokio::test]
async fn words_of_people_are_in_no_log() {
    // All of this test runs on one thread.
    let (written, guard) = logged();
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    host.writes("xylophone", "quagmire", "zeppelin").await;
    host.channel.wait_for(2).await;
    *host.channel.refuses.lock().unwrap() = Some(SendErrorKind::Permanent);
    host.writes("xylophone", "2", "Rumpelstiltskin").await;
    let others = [
        Said::Press {
            payload: "axolotl".into(),
            label: "zeppelin".into(),
        },
        Said::Event {
            name: "axolotl".into(),
            fields: vec![botflow_values::Value::text("zeppelin")],
            at: 0,
        },
        Said::Known {
            values: vec![("axolotl".into(), botflow_values::Value::text("zeppelin"))],
            signed: true,
        },
        Said::Arrives {
            language: Some("axolotl".into()),
            timezone: Some("zeppelin".into()),
            referral: Some("quagmire".into()),
        },
    ];
    for (number, what) in others.into_iter().enumerate() {
        let inbound = Inbound {
            channel: "web".into(),
            address: "xylophone".into(),
            id: Some(format!("axolotl{number}").into()),
            what,
        };
        // What is refused is told without its words, too.
        let _ = host.engine.deliver(inbound).await;
    }
    host.ask(
        "GET",
        "/zeppelin?quagmire=axolotl",
        "X-Name: xylophone\r\n",
        b"zeppelin",
    )
    .await;
    host.signed("PUT", "/admin/bot", &greeter("Rumpelstiltskin"))
        .await;
    host.ask("PUT", "/admin/bot", "Botflow-Signature: zeppelin\r\n", b"axolotl")
        .await;
    // The letter that was given up is in the log, so that this test reads one.
    host.given_up(1).await;
    host.end().await;
    drop(guard);
    let text = written.text();
    assert!(text.contains("a letter is given up"), "{text}");
    assert!(text.contains("a new version of the bot runs"), "{text}");
    for word in WORDS {
        assert!(!text.contains(word), "`{word}` is in the log:\n{text}");
    }
}
