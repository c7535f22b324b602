//! `botflow serve` as a process: what it prints, what it answers, how it is stopped, what it refuses; and what `deploy` and
//! `outbox` do with it.

mod hooks;
mod stopping;
mod stores;
mod watching;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Run, botflow, empty_folder, read, replace, write};

const BOT: &str = r#"bot greeter {
  name "Greeter"
  languages en
  channels web
  start main
}

flow main {
  say "Hello!"
  ask name: text "What is your name?"
  say "Nice to meet you, {name}."
  finish resolved
}
"#;

/// A host that runs as a process of its own.
struct Served {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
    lines: BufReader<ChildStdout>,
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_botflow"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Served {
    /// A bot served at a port that is free.
    fn begin(folder: &Path, arguments: &[&str]) -> Served {
        Served::begin_with(folder, arguments, &[])
    }

    /// The same, with variables of the environment.
    fn begin_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Served {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let mut child = command(folder, &all)
            .envs(variables.iter().copied())
            .spawn()
            .expect("the program was built before this test");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut first = String::new();
        lines.read_line(&mut first).expect("it writes UTF-8");
        let Some(address) = first.trim().strip_prefix("http://") else {
            let mut talk = String::new();
            let mut stderr = child.stderr.take().expect("its errors are a pipe");
            stderr.read_to_string(&mut talk).expect("it writes UTF-8");
            panic!("it does not say where it listens: {first}\n{talk}");
        };
        Served {
            address: address.to_owned(),
            child,
            lines,
        }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("it reads requests");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let status = answer
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        (status, answer)
    }

    fn version(&self) -> String {
        let (_, answer) = self.get("/ready");
        let (_, after) = answer.split_once("\"bot\":\"").expect("it tells which bot runs");
        after[..16].to_owned()
    }

    fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it writes UTF-8");
        line.trim().to_owned()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("it runs");
        kill_process(pid, signal).expect("it runs");
    }

    /// Asked to stop by a signal; gives the exit status and what it logged.
    fn stop(mut self, signal: Signal) -> (Option<i32>, String) {
        self.signal(signal);
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("its errors are a pipe");
        stderr.read_to_string(&mut log).expect("it writes UTF-8");
        let status = self.child.wait().expect("it ends");
        (status.code(), log)
    }
}

impl Drop for Served {
    /// A test that fails leaves no process.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project() -> tempfile::TempDir {
    let folder = empty_folder();
    write(folder.path().join("bot.flow"), BOT);
    write(folder.path().join("botflow.toml"), "");
    folder
}

fn fails(folder: &Path, arguments: &[&str]) -> Run {
    botflow(folder, arguments)
}

#[test]
fn a_bot_is_served_and_stopped() {
    let folder = project();
    for signal in [Signal::TERM, Signal::INT] {
        let host = Served::begin(folder.path(), &[]);
        assert_eq!(host.get("/health").0, 200);
        assert_eq!(host.get("/ready").0, 200);
        assert_eq!(host.get("/metrics").0, 200);
        let (status, page) = host.get("/");
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("<html"), "{page}");
        let (status, log) = host.stop(signal);
        assert_eq!(status, Some(0), "{log}");
        assert!(log.contains("\"message\":\"the bot is served\""), "{log}");
        assert!(log.contains("what was taken is stored"), "{log}");
        for line in log.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
    }
    assert!(folder.path().join(".botflow/greeter.db").is_file());
    assert_eq!(read(folder.path().join(".botflow/.gitignore")), "*\n");
    assert!(!folder.path().join(".botflow/greeter.db-host").exists());
    let secret = std::fs::metadata(folder.path().join(".botflow/greeter.db-secret")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&secret.permissions());
    assert_eq!(mode & 0o077, 0, "nobody else reads it");
}

#[test]
fn what_cannot_be_had_is_told() {
    let folder = project();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    fails(folder.path(), &["serve", "--listen", &port])
        .ends(3)
        .says("another program listens there")
        .says("--listen 127.0.0.1:8081");
    let host = Served::begin(folder.path(), &[]);
    fails(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
        .ends(3)
        .says("is open in process")
        .says("PostgreSQL");
    drop(host);
    write(
        folder.path().join("bad.db"),
        "this is no database, and it is longer than a header of one would be: ".repeat(20),
    );
    fails(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0", "--store", "sqlite:bad.db"],
    )
    .ends(3)
    .says("bad.db cannot be opened");
    // Nowhere is a bot that could run instead.
    fails(
        empty_folder().path(),
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--stored",
            "--store",
            "sqlite:new.db",
        ],
    )
    .ends(3)
    .says("keeps no bot yet");
    write(
        folder.path().join("bot.flow"),
        BOT.replace("flow main {", "action crm.save(name: text)\n\nflow main {\n  call crm.save(\"x\") {\n    failed -> finish unresolved\n  }"),
    );
    fails(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0", "--store", "memory"],
    )
    .ends(3)
    .says("nobody does `crm.save`")
    .says("--allow-missing");
    let (status, log) =
        Served::begin(folder.path(), &["--store", "memory", "--allow-missing"]).stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("crm.save"), "{log}");
    write(
        folder.path().join("bot.flow"),
        BOT.replace("say \"Hello!\"", "sya \"Hello!\""),
    );
    fails(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
        .ends(1)
        .says("unknown-statement");
}

#[test]
fn settings_come_from_flags_before_variables_before_the_file() {
    let folder = project();
    let shown = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec!["serve", "--print-config"];
        all.extend(arguments);
        let output = command(folder.path(), &all)
            .envs(variables.iter().copied())
            .output()
            .expect("it runs");
        let data = String::from_utf8(output.stdout).unwrap();
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{talk}");
        (data, talk)
    };
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} =")));
        let line = line
            .unwrap_or_else(|| panic!("{name} is not in\n{text}"))
            .to_owned();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (text, _) = shown(&[], &[]);
    assert_eq!(line(&text, "listen"), "listen = \"127.0.0.1:8080\" # usual");
    write(
        folder.path().join("botflow.toml"),
        "[host]\nlisten = \"a.example:1\"\n\n[host.web]\nbegins = false\n",
    );
    let (text, _) = shown(&[], &[]);
    assert_eq!(line(&text, "listen"), "listen = \"a.example:1\" # botflow.toml");
    assert_eq!(line(&text, "begins"), "begins = false # botflow.toml");
    let variables = [
        ("BOTFLOW_LISTEN", "b.example:2"),
        ("BOTFLOW_WEB_ORIGINS", "https://a.example, https://b.example"),
        ("BOTFLOW_SECRET", "a secret that stands in no output at all"),
        ("BOTFLOW_STORE", "postgres://bot:hidden@db/bot"),
        (
            "BOTFLOW_ACTIONS_HEADERS",
            "api.example X-Key: hidden, api.example Authorization: Bearer ${TOKEN}",
        ),
        ("BOTFLOW_LISTN", "x"),
    ];
    let (text, talk) = shown(&[], &variables);
    assert_eq!(line(&text, "listen"), "listen = \"b.example:2\" # BOTFLOW_LISTEN");
    assert_eq!(
        line(&text, "origins"),
        "origins = [\"https://a.example\", \"https://b.example\"] # BOTFLOW_WEB_ORIGINS"
    );
    // What is masked is no setting where this is pasted.
    assert_eq!(line(&text, "# secret"), "# secret = \"***\" # BOTFLOW_SECRET");
    assert_eq!(
        line(&text, "# store"),
        "# store = \"postgres://bot:***@db/bot\" # BOTFLOW_STORE"
    );
    assert!(
        text.contains(r#""api.example X-Key: ***", "api.example Authorization: Bearer ${TOKEN}""#),
        "{text}"
    );
    assert!(
        !text.contains("stands in no output") && !text.contains("hidden"),
        "{text}"
    );
    assert!(talk.contains("did you mean `BOTFLOW_LISTEN`?"), "{talk}");
    let (text, _) = shown(
        &["--listen", "c.example:3", "--set", "web.begins=yes"],
        &variables,
    );
    assert_eq!(line(&text, "listen"), "listen = \"c.example:3\" # flag");
    assert_eq!(line(&text, "begins"), "begins = true # flag");
    let read: toml::Table = text.parse().expect("it can be pasted into botflow.toml");
    assert!(read.contains_key("host"));
    fails(folder.path(), &["serve", "--set", "listn=a:1"])
        .ends(2)
        .says("did you mean `listen`?");
    fails(
        folder.path(),
        &[
            "serve",
            "--store",
            "memory",
            "--listen",
            "127.0.0.1:0",
            "--config",
            "shop=1",
        ],
    )
    .ends(2)
    .says("reads no `config.shop`");
    fails(folder.path(), &["serve", "--listen", "8080"])
        .ends(2)
        .says("`listen` is no address");
    fails(folder.path(), &["serve", "--store", "bot.db"])
        .ends(2)
        .says("sqlite:bot.db");
    write(folder.path().join("botflow.toml"), "[host]\nlistn = \"a:1\"\n");
    fails(folder.path(), &["check"])
        .ends(1)
        .prints("Did you mean `listen`?");
}

#[test]
fn documents_name_every_setting() {
    let document = read(crate::program::root().join("docs/operations.md"));
    for key in botflow_compiler::config::host::HOST_KEYS {
        let usual = match key.default {
            "" => String::new(),
            usual => format!("`{usual}`"),
        };
        let row = format!("| `{}` | {usual} | {} |", key.name, key.about);
        assert!(document.contains(&row), "docs/operations.md lacks the row\n{row}");
    }
}

#[test]
fn a_version_is_brought_to_a_host_that_runs() {
    let folder = project();
    let key = ("BOTFLOW_ADMIN_KEY", "an admin key that nobody can guess");
    let artifact = folder.path().join("greeter.botflow");
    botflow(folder.path(), &["build"]).ends(0);
    let mut child = command(
        folder.path(),
        &["serve", "greeter.botflow", "--listen", "127.0.0.1:0"],
    )
    .env(key.0, key.1)
    .spawn()
    .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let url = first.trim().to_owned();
    let host = Served {
        address: url.trim_start_matches("http://").to_owned(),
        child,
        lines,
    };
    let before = host.version();
    replace(folder.path().join("bot.flow"), "Nice to meet you", "Welcome");
    botflow(folder.path(), &["build"]).ends(0);
    let deploy = |key: Option<(&str, &str)>| {
        let path = artifact.to_str().unwrap();
        let output = command(folder.path(), &["deploy", &url, path])
            .envs(key)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, talk) = deploy(None);
    assert_eq!(status, Some(2), "{talk}");
    assert!(talk.contains("BOTFLOW_ADMIN_KEY"), "{talk}");
    let (status, talk) = deploy(Some((key.0, "another admin key that is wrong indeed")));
    assert_eq!(status, Some(3), "{talk}");
    assert!(talk.contains("not made with the admin key"), "{talk}");
    assert_eq!(host.version(), before);
    let (status, talk) = deploy(Some(key));
    assert_eq!(status, Some(0), "{talk}");
    let after = host.version();
    assert!(talk.contains(&after) && talk.contains(&before), "{talk}");
    assert_ne!(after, before);
    let (status, talk) = deploy(Some(key));
    assert_eq!(status, Some(0), "{talk}");
    assert!(talk.contains("already"), "{talk}");
    host.stop(Signal::TERM);
    // What the store keeps runs again, not what stood in the file at first.
    let host = Served::begin(folder.path(), &["--stored"]);
    assert_eq!(host.version(), after);
}

#[test]
fn an_outbox_is_looked_at_beside_a_host_and_without() {
    let folder = project();
    botflow(folder.path(), &["outbox", "list"])
        .ends(3)
        .says("there is no outbox");
    let host = Served::begin(folder.path(), &[]);
    botflow(folder.path(), &["outbox", "list"])
        .ends(0)
        .prints("Nothing waits.");
    let run = botflow(folder.path(), &["outbox", "list", "--format", "json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&run.data).unwrap();
    assert_eq!(json["letters"], serde_json::json!([]));
    botflow(folder.path(), &["outbox", "show", "7"])
        .ends(3)
        .says("there is no letter");
    botflow(folder.path(), &["outbox", "retry", "7"])
        .ends(1)
        .says("No letter");
    host.stop(Signal::TERM);
    botflow(folder.path(), &["outbox", "list"])
        .ends(0)
        .prints("Nothing waits.");
    botflow(folder.path(), &["outbox", "retry", "--all"])
        .ends(1)
        .says("No letter");
    // Somebody has killed the host: its note leads nowhere, and the store is free.
    let mut killed = Served::begin(folder.path(), &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert!(folder.path().join(".botflow/greeter.db-host").is_file());
    botflow(folder.path(), &["outbox", "list"])
        .ends(0)
        .prints("Nothing waits.");
}
