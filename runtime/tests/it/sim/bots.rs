//! The bot of the simulations, in three versions: the second says and waits otherwise, the third has lost a place at which
//! people rest and takes another type from a system.

use std::sync::{Arc, LazyLock};

use botflow_runtime::deployment::Version;

use crate::kit::artifact;

/// The first version.
const PARCELS: &str = include_str!("parcels.flow");

/// How many versions there are.
pub const VERSIONS: usize = 3;

/// The text with each of these put otherwise.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the bot does not say {from}");
        text = text.replace(from, to);
    }
    text
}

/// Artifacts of all versions, the first first.
static ARTIFACTS: LazyLock<[Vec<u8>; VERSIONS]> = LazyLock::new(|| {
    let newer = changed(
        PARCELS,
        &[
            ("Heard {words}.", "Heard {words}, again."),
            ("wait 20m", "wait 25m"),
            ("silence 5m", "silence 7m"),
            ("retry 2", "retry 1"),
            ("after 10m", "after 12m"),
            ("A lamp.", "A lamp, again."),
        ],
    );
    let newest = changed(
        &newer,
        &[
            ("  wait 25m\n  say \"The time is over.\"\n", ""),
            ("gives integer", "gives text"),
            ("{left else 0}", "{left else \"none\"}"),
            ("nobody 15m", "nobody 16m"),
        ],
    );
    [artifact(PARCELS), artifact(&newer), artifact(&newest)]
});

/// The artifact of a version, from 0.
pub fn bytes(version: usize) -> &'static [u8] {
    &ARTIFACTS[version]
}

/// A version, from 0.
pub fn version(version: usize) -> Version {
    Version::load(bytes(version)).expect("the bot can be run")
}

/// All versions, for all hosts.
static LOADED: LazyLock<[Arc<Version>; VERSIONS]> =
    LazyLock::new(|| std::array::from_fn(|place| Arc::new(version(place))));

/// The version of a hash.
pub fn known(hash: u64) -> &'static Arc<Version> {
    let found = LOADED.iter().find(|version| version.hash() == hash);
    found.expect("nobody has another version")
}

/// The hash of a version, from 0.
pub fn hash(version: usize) -> u64 {
    LOADED[version].hash()
}
