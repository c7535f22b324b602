//! Tests that need a process of their own start this program once more, with one test and a task for it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// What a child is given: what to work with.
const TASK: &str = "BOTFLOW_FAULT_TASK";

/// What this process is to work with (a file, or whatever its test says), if it is such a child.
pub fn task() -> Option<String> {
    std::env::var(TASK).ok()
}

/// A process that plays one test with its task.
pub struct Process {
    child: Child,
    /// What it is told, line by line.
    pub input: Option<ChildStdin>,
    /// What it says, line by line; it ends with the process.
    pub lines: Receiver<String>,
}

/// What a child says begins with this; the rest is what the test program says.
const MARK: &str = "!";

/// A child says something.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // In one piece: whoever is killed in the middle has said it, or not.
    out.write_all(format!("\n{MARK}{line}\n").as_bytes())
        .and_then(|()| out.flush())
        .expect("somebody listens");
}

/// Starts one. `before`: words of a shell that are said first.
pub fn start(test: &str, task: impl AsRef<OsStr>, before: &str) -> Process {
    let (sender, lines) = channel();
    let mut process = start_telling(test, task, before, move |line| {
        line.is_some_and(|line| sender.send(line).is_ok())
    });
    process.lines = lines;
    process
}

/// The same; what it says is told, and `None` when it has ended and nothing more comes. Whoever is told says whether they
/// want to hear more.
pub fn start_telling(
    test: &str,
    task: impl AsRef<OsStr>,
    before: &str,
    mut tell: impl FnMut(Option<String>) -> bool + Send + 'static,
) -> Process {
    let program = std::env::current_exe().expect("a running program has a path");
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("{before} exec \"$0\" \"$@\""))
        .arg(program)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(TASK, task)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program can start itself");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    std::thread::spawn(move || {
        for line in output.split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Some(said) = line.strip_prefix(MARK)
                && !tell(Some(said.to_owned()))
            {
                return;
            }
        }
        tell(None);
    });
    Process {
        input: child.stdin.take(),
        child,
        lines: channel().1,
    }
}

impl Process {
    /// Tells it something. Nobody may be there any more.
    pub fn tell(&mut self, line: &str) {
        if let Some(input) = &mut self.input {
            let _ = input.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// The system ends it at once (`SIGKILL`); what it has said can still be read.
    pub fn kill(&mut self) {
        self.child.kill().expect("it was there");
        self.child.wait().expect("it is gone");
    }

    /// It ends by itself, with success.
    pub fn ends(mut self) {
        drop(self.input.take());
        let said: Vec<_> = self.lines.iter().collect();
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}: {said:#?}");
    }
}
