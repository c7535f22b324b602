//! Secrets go to the system they are for, and nowhere else: not into logs, not into errors.

use std::io;
use std::sync::{Arc, Mutex};

use botflow_runtime::action::{HttpOptions, Secret, SecretError};

use super::system::{Answer, System};
use super::{Ana, STOCK, here};

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file with a secret in it.
fn secret_file(words: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(file.path(), words).expect("it can be written");
    file
}

#[tokio::test]
async fn a_secret_reaches_its_system_and_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // This runtime has one thread: all that happens is logged here.
    let _logging = tracing::subscriber::set_default(subscriber);
    let file = secret_file("s3cret-t0ken\n");
    let token = format!("Bearer ${{file:{}}}", file.path().display());
    let options = here()
        .header("127.0.0.1", "Authorization", &token)
        .expect("it is there");
    assert!(!format!("{options:?}").contains("s3cret"));

    let elsewhere = System::answering([]).await;
    let found = Answer::Gives(200, r#"{"name": "Wool hat", "price": 35, "owner": "Maria"}"#);
    let wrong = Answer::Gives(200, r#"{"until": "Maria Popescu"}"#);
    let away = Answer::Redirects(302, format!("http://{}/", elsewhere.address));
    let system = System::answering([found, wrong, away, Answer::Gives(500, "Maria")]).await;
    let mut ana = Ana::with(&system.bot(STOCK), options).await;
    ana.writes("hi").await;
    ana.writes("confidential").await;
    assert_eq!(ana.hears(3).await[2], "It did not work.");
    let seen = system.seen();
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter()
            .all(|one| one.header("authorization") == Some("Bearer s3cret-t0ken"))
    );
    assert!(elsewhere.seen().is_empty());

    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    for said in [
        "its answer is not as declared: `until`: expected a date",
        "it answered 302",
        "it answered 500",
        "stock.keep",
    ] {
        assert!(logged.contains(said), "{said}\n{logged}");
    }
    for secret in ["s3cret", "Maria", "confidential", "/stock/"] {
        assert!(!logged.contains(secret), "{secret}\n{logged}");
    }
}

#[tokio::test]
async fn a_secret_is_exchanged_while_the_host_runs_and_goes_to_no_other_host() {
    let file = secret_file("first");
    let token = format!("${{file:{}}}", file.path().display());
    let found = || Answer::Gives(200, r#"{"name": "Wool hat", "price": 35}"#);
    let system = System::answering([found(), Answer::Gives(409, ""), found(), Answer::Gives(409, "")]).await;
    let options = here().header("127.0.0.1", "X-Key", &token).expect("it is there");
    let options = options
        .header("other.example", "X-Other", &token)
        .expect("it is there");
    let mut ana = Ana::with(&system.bot(STOCK), options).await;
    ana.writes("hi").await;
    ana.writes("a").await;
    ana.channel.wait_for(3).await;
    std::fs::write(file.path(), "second").expect("it can be written");
    ana.writes("hi").await;
    ana.channel.wait_for(4).await;
    ana.writes("b").await;
    ana.hears(6).await;
    let seen = system.seen();
    let keys: Vec<_> = seen
        .iter()
        .map(|one| one.header("x-key").unwrap_or("none"))
        .collect();
    assert_eq!(keys, ["first", "first", "second", "second"]);
    assert!(seen.iter().all(|one| one.header("x-other").is_none()));
}

#[test]
fn a_secret_that_is_not_there_is_told_at_once_by_its_name() {
    let header = |value: &str| {
        HttpOptions::default()
            .header("shop.example", "Authorization", value)
            .err()
    };
    assert_eq!(
        header("Bearer ${BOTFLOW_NOT_SET_ANYWHERE}"),
        Some(SecretError::Variable("BOTFLOW_NOT_SET_ANYWHERE".to_owned()))
    );
    assert_eq!(
        header("${file:/nowhere/at/all}").map(|error| error.to_string()),
        Some("the file `/nowhere/at/all` cannot be read as a secret (entity not found)".to_owned())
    );
    for bad in ["${", "${}", "${file:}", "a ${b c}"] {
        assert_eq!(header(bad), Some(SecretError::Syntax), "{bad}");
    }
    let own = Secret::parse("x ${CARGO_PKG_NAME} y").and_then(|secret| secret.reveal());
    assert_eq!(own, Ok("x botflow-runtime y".to_owned()));
}
