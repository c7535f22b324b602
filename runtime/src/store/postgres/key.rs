//! Keys of any words as bytes that an index takes: short ones as they are, long ones by their hash.

use crate::store::AddressKey;

/// No byte of UTF-8: begins a hash, and stands between the parts of a key.
const MARK: u8 = 0xFF;

/// Longer keys are hashed.
const LONGEST: usize = 200;

/// Of some words.
pub(super) fn words(words: &str) -> Vec<u8> {
    bounded(words.as_bytes().to_vec())
}

/// Of an address.
pub(super) fn address(key: &AddressKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.channel.len() + 1 + key.address.len());
    bytes.extend_from_slice(key.channel.as_bytes());
    bytes.push(MARK);
    bytes.extend_from_slice(key.address.as_bytes());
    bounded(bytes)
}

fn bounded(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() <= LONGEST {
        return bytes;
    }
    let mut hashed = vec![MARK];
    hashed.extend_from_slice(blake3::hash(&bytes).as_bytes());
    hashed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_different_as_what_they_are_of() {
        let key = |channel: &str, name: &str| {
            address(&AddressKey {
                channel: channel.into(),
                address: name.into(),
            })
        };
        let long = "x".repeat(10_000);
        let longer = "x".repeat(10_001);
        let all = [
            key("a", "bc"),
            key("ab", "c"),
            key("", "abc"),
            key("a", &long),
            key("a", &longer),
            words("abc"),
            words(&long),
            words(""),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(one.len() <= LONGEST);
            assert!(all[..at].iter().all(|other| other != one));
        }
    }
}
