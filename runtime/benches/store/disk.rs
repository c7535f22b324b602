//! Where a benchmark keeps its files: on a disk that is one, and how long that takes to make something durable.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A folder on a real disk: within the build's, or within the one that `BOTFLOW_BENCH_DIR` names. It is gone afterwards.
pub fn folder() -> tempfile::TempDir {
    let asked = std::env::var_os("BOTFLOW_BENCH_DIR").map(PathBuf::from);
    let folder = asked.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    let folder = tempfile::tempdir_in(folder).expect("a folder can be made");
    let kind = kind(folder.path());
    assert!(
        !matches!(kind.as_deref(), Some("tmpfs" | "ramfs")),
        "{} is memory and no disk: name a folder on one as BOTFLOW_BENCH_DIR",
        folder.path().display()
    );
    folder
}

/// What kind of file system a folder is on, where the system tells (Linux).
fn kind(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        let point = Path::new(mount.split(' ').nth(4)?);
        let kind = source.split(' ').next()?;
        folder
            .starts_with(point)
            .then(|| (point.as_os_str().len(), kind.to_owned()))
    });
    mounts.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

/// In words: the file system, and how long it takes until 4 KiB are on the disk (`fdatasync`).
pub fn described(folder: &Path, span: Duration) -> String {
    let mut file = File::create(folder.join("flushed")).expect("a file can be made");
    let page = [7; 4_096];
    file.write_all(&[0; 1 << 20])
        .and_then(|()| file.sync_all())
        .expect("the disk can be written");
    let mut took = Vec::new();
    let began = Instant::now();
    while began.elapsed() < span || took.is_empty() {
        let one = Instant::now();
        let place = took.len() as u64 % 256 * 4_096;
        file.seek(SeekFrom::Start(place))
            .and_then(|_| file.write_all(&page))
            .and_then(|()| file.sync_data())
            .expect("the disk can be written");
        took.push(one.elapsed());
    }
    took.sort_unstable();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    format!(
        "{}; 4 KiB are durable after {:.2} ms (p50; p90 {:.2}, p99 {:.2})",
        kind(folder).unwrap_or_else(|| "an unknown file system".to_owned()),
        at(0.5),
        at(0.9),
        at(0.99)
    )
}
