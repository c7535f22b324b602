//! Writing to the two streams. A reader that went away (`botflow graph | head`) is no error.

use std::io::{self, IsTerminal, Write};

/// Settles for the whole program whether anything is coloured: a dumb terminal cannot be, wherever it runs. (anstream
/// alone would colour it on continuous integration, whose logs show colours.) Everything else stays as anstream decides:
/// `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, terminal or not.
pub fn settle_colours() {
    if dumb() {
        anstream::ColorChoice::Never.write_global();
    }
}

fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// Whether what goes to this stream is coloured: it is a terminal that shows colours, and nobody asked for none.
pub fn coloured(stream: &impl anstream::stream::RawStream) -> bool {
    stream.is_terminal() && anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

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
        if io::stderr().is_terminal() && !dumb() && self.last.elapsed().as_millis() >= 250 {
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
