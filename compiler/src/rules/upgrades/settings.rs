//! Settings of declarations that both versions have, compared by what they are called.

use super::place_removed::has_field;
use crate::diff::portrait::Section;
use crate::diff::upgrade::Pair;

/// A setting that is not what it was.
pub(super) struct Setting {
    pub kind: &'static str,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

impl Setting {
    /// `the delay was 30m and is 2h`.
    pub fn told(&self) -> String {
        let listed = |all: &[String]| match all {
            [] => "not said".to_owned(),
            all => format!("`{}`", all.join("`, `")),
        };
        format!(
            "{} was {} and is {}",
            self.kind,
            listed(&self.before),
            listed(&self.after)
        )
    }
}

/// The settings of these kinds that have changed, of a section that both versions have.
pub(super) fn changed(pair: &Pair<'_>, key: &str, kinds: &[&'static str]) -> Vec<Setting> {
    let find = |sections: &[Section]| sections.iter().position(|section| section.key == key);
    let (Some(old), Some(new)) = (find(&pair.before), find(&pair.after)) else {
        return Vec::new();
    };
    let words = |section: &Section, kind: &str| {
        let facts = section.facts.iter().filter(|fact| fact.kind == kind);
        let mut words: Vec<String> = facts.map(|fact| fact.words.clone()).collect();
        words.sort_unstable();
        words
    };
    let mut changed = Vec::new();
    for kind in kinds {
        let (before, after) = (words(&pair.before[old], kind), words(&pair.after[new], kind));
        // That a field of the card is gone has its finding, wherever the field was read.
        if before != after && !before.iter().any(|words| reads_what_is_gone(pair, words)) {
            changed.push(Setting { kind, before, after });
        }
    }
    changed
}

/// Whether a condition reads a field of the card that the new version does not have.
fn reads_what_is_gone(pair: &Pair<'_>, words: &str) -> bool {
    words.split("customer.").skip(1).any(|rest| {
        let name = rest
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .next();
        let name = name.unwrap_or_default();
        has_field(pair.old.bot, name) && !has_field(pair.new.bot, name)
    })
}

/// All of them in one sentence.
pub(super) fn told(settings: &[Setting]) -> String {
    let told: Vec<String> = settings.iter().map(Setting::told).collect();
    told.join("; ")
}
