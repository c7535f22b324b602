//! Writing to the two streams. A reader that went away (`botflow graph | head`) is no error.

use std::io::{self, IsTerminal, Write};

/// Data: standard output.
pub fn data(text: &str) {
    write_all(&mut anstream::stdout().lock(), text);
}

/// Bytes: standard output.
pub fn data_bytes(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    if stdout.write_all(bytes).and_then(|()| stdout.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Talk: standard error.
pub fn talk(text: &str) {
    write_all(&mut anstream::stderr().lock(), text);
}

fn write_all(stream: &mut dyn Write, text: &str) {
    if let Err(error) = stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
        && error.kind() == io::ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}

/// Progress of long work: one line on standard error that is rewritten, only in terminals.
pub struct Progress {
    shown: bool,
    what: &'static str,
    total: usize,
    last: std::time::Instant,
}

impl Progress {
    /// For `total` pieces of work; nothing is shown before the first quarter of a second.
    pub fn new(what: &'static str, total: usize) -> Progress {
        Progress {
            shown: false,
            what,
            total,
            last: std::time::Instant::now(),
        }
    }

    /// So many pieces are done.
    pub fn at(&mut self, done: usize) {
        if io::stderr().is_terminal() && self.last.elapsed().as_millis() >= 250 {
            self.last = std::time::Instant::now();
            self.shown = true;
            talk(&format!("\r\u{1b}[K{} {done}/{}", self.what, self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            talk("\r\u{1b}[K");
        }
    }
}
