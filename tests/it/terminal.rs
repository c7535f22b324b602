//! Runs the program in a pseudo-terminal, as a person at a keyboard meets it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long something may take that a person would call at once. It is a limit for broken programs, not a wait.
const LIMIT: Duration = Duration::from_secs(60);

/// The program in a terminal of its own.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// What has been shown since the last look.
    shown: String,
}

impl Terminal {
    /// Starts the program in a folder.
    pub fn new(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Terminal {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are pseudo-terminals");
        grantpt(&controller).expect("it may be used");
        unlockpt(&controller).expect("it can be used");
        let size = Winsize {
            ws_row: 50,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&controller, size).expect("it has a size");
        let name = ptsname(&controller, Vec::new()).expect("it has a name");
        let name = name.to_str().expect("its name is text");
        let open = || {
            File::options()
                .read(true)
                .write(true)
                .open(name)
                .expect("it opens")
        };
        let child = Command::new(env!("CARGO_BIN_EXE_botflow"))
            .args(arguments)
            .current_dir(folder)
            // What a test sees does not depend on who runs it.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm-256color")
            .envs(environment.iter().copied())
            .stdin(Stdio::from(OwnedFd::from(open())))
            .stdout(Stdio::from(OwnedFd::from(open())))
            .stderr(Stdio::from(OwnedFd::from(open())))
            .spawn()
            .expect("the program was built before this test");
        let keyboard = File::from(controller);
        let mut reader = keyboard.try_clone().expect("it can be read beside");
        let (sender, screen) = channel();
        // Reading fails when the program has closed its side, and that is the end.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal {
            child,
            keyboard,
            screen,
            shown: String::new(),
        }
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        self.presses(line);
        self.presses("\r");
    }

    /// Presses keys.
    pub fn presses(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("the program reads");
    }

    /// Waits until something is shown, and gives everything up to its end, which is looked at once.
    #[track_caller]
    pub fn shows(&mut self, wanted: &str) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.shown.find(wanted) {
                let rest = self.shown.split_off(at + wanted.len());
                return std::mem::replace(&mut self.shown, rest);
            }
            match self
                .screen
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!(
                    "`{wanted}` is not shown; what is shown since the last look:\n{}",
                    self.shown
                ),
            }
        }
    }

    /// Waits for the end; the exit status and what has been shown since the last look.
    pub fn ends(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + LIMIT;
        while let Ok(bytes) = self
            .screen
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        let status = self.child.wait().expect("it was started");
        (status.code(), std::mem::take(&mut self.shown))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Only a failed test leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is left without the sequences that colour and move.
pub fn plain(shown: &str) -> String {
    let mut plain = String::new();
    let mut signs = shown.chars();
    while let Some(sign) = signs.next() {
        if sign != '\u{1b}' {
            plain.push(sign);
            continue;
        }
        if signs.next() == Some('[') {
            signs.by_ref().find(|sign| sign.is_ascii_alphabetic());
        }
    }
    plain
}
