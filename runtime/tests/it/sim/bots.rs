//! The bot of the simulations, in two versions.

use std::sync::{Arc, LazyLock};

use botflow_runtime::deployment::Version;

use crate::kit::artifact;

/// The first version.
const PARCELS: &str = include_str!("parcels.flow");

/// Artifacts of both versions, the first first.
static ARTIFACTS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let newer = PARCELS
        .replace("Heard {words}.", "Heard {words}, again.")
        .replace("wait 20m", "wait 25m")
        .replace("silence 5m", "silence 7m")
        .replace("retry 2", "retry 1")
        .replace("after 10m", "after 12m");
    assert_ne!(newer, PARCELS);
    [artifact(PARCELS), artifact(&newer)]
});

/// The artifact of a version, from 0.
pub fn bytes(version: usize) -> &'static [u8] {
    &ARTIFACTS[version]
}

/// A version, from 0.
pub fn version(version: usize) -> Version {
    Version::load(bytes(version)).expect("the bot can be run")
}

/// Both versions, for all hosts.
static VERSIONS: LazyLock<[Arc<Version>; 2]> = LazyLock::new(|| [Arc::new(version(0)), Arc::new(version(1))]);

/// The version of a hash.
pub fn known(hash: u64) -> &'static Arc<Version> {
    let found = VERSIONS.iter().find(|version| version.hash() == hash);
    found.expect("nobody has another version")
}

/// The hash of the first version.
pub fn first() -> u64 {
    VERSIONS[0].hash()
}
