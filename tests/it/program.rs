//! Runs the `botflow` program as a user does, in folders that are made for it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a run ended and what it wrote.
#[derive(Debug)]
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub data: String,
    /// Standard error.
    pub talk: String,
}

impl Run {
    /// Asserts the exit status; shows both streams if it is another one.
    #[track_caller]
    pub fn ends(self, status: i32) -> Run {
        assert_eq!(
            self.status, status,
            "output:\n{}\nerrors:\n{}",
            self.data, self.talk
        );
        self
    }

    /// Asserts that standard output contains this.
    #[track_caller]
    pub fn prints(self, part: &str) -> Run {
        assert!(
            self.data.contains(part),
            "`{part}` is not in the output:\n{}\nerrors:\n{}",
            self.data,
            self.talk
        );
        self
    }

    /// Asserts that standard error contains this.
    #[track_caller]
    pub fn says(self, part: &str) -> Run {
        assert!(
            self.talk.contains(part),
            "`{part}` is not in what it says:\n{}\noutput:\n{}",
            self.talk,
            self.data
        );
        self
    }
}

/// Runs `botflow` in a folder.
pub fn botflow(folder: &Path, arguments: &[&str]) -> Run {
    botflow_reading(folder, arguments, "")
}

/// Runs `botflow` in a folder with something on standard input.
pub fn botflow_reading(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_botflow"))
        .args(arguments)
        .current_dir(folder)
        // What a test sees does not depend on who runs it.
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("COLUMNS", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built before this test");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let input = input.to_owned();
    // A program that does not read its input closes it; that is no failure of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("a program that was started ends");
    writer.join().expect("writing does not panic");
    Run {
        status: output.status.code().unwrap_or(-1),
        data: String::from_utf8(output.stdout).expect("it writes UTF-8"),
        talk: String::from_utf8(output.stderr).expect("it writes UTF-8"),
    }
}

/// Runs git in a folder, as somebody whose settings do not matter.
#[track_caller]
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ana",
            "-c",
            "user.email=ana@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(["-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git is there: the project is kept in it");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A repository with a new bot in `bot/`, committed on `main`.
pub fn repository() -> tempfile::TempDir {
    let folder = new_bot();
    git(folder.path(), &["init", "--quiet"]);
    commit(folder.path());
    folder
}

/// Commits all there is.
#[track_caller]
pub fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", "x"]);
}

/// An empty folder, removed when it goes out of scope.
pub fn empty_folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for temporary files can be made")
}

/// A folder with a new bot in `bot/`, as `botflow new bot` makes it.
pub fn new_bot() -> tempfile::TempDir {
    let folder = empty_folder();
    botflow(folder.path(), &["new", "bot"]).ends(0);
    folder
}

/// Reads a text file.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a text file, with the folders above it.
pub fn write(path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    let path = path.as_ref();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Replaces a part of a file that stands in it exactly once.
#[track_caller]
pub fn replace(path: impl AsRef<Path>, from: &str, to: &str) {
    let path = path.as_ref();
    let text = read(path);
    assert_eq!(
        text.matches(from).count(),
        1,
        "`{from}` stands once in {}:\n{text}",
        path.display()
    );
    write(path, text.replace(from, to));
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of all examples, in order.
pub fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join("examples")];
    while let Some(folder) = open.pop() {
        if folder.join("botflow.toml").is_file() {
            found.push(folder);
            continue;
        }
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() >= 3, "the examples were not found");
    found
}
