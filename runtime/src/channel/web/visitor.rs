//! Who somebody is on the web: a number that the host gives and signs. Nobody can be a visitor whose token they were not
//! given; and a site can vouch for who its visitor is.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// A visitor's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorId(pub u128);

impl std::fmt::Display for VisitorId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What is signed is told from whatever else the same secret signs.
const PURPOSE: &[u8] = b"botflow web visitor 1\0";

/// Signs visitors' numbers, and tells signed ones from others.
pub struct Signer {
    keyed: Hmac<Sha256>,
}

impl Signer {
    /// With what only the host knows.
    pub fn new(secret: &[u8]) -> Signer {
        Signer { keyed: keyed(secret) }
    }

    /// A visitor's number with its signature: 32 and 64 hexadecimal digits with a dot between.
    pub fn token(&self, visitor: VisitorId) -> String {
        let mut token = visitor.to_string();
        let mac = self.mac(&token).finalize().into_bytes();
        token.push('.');
        token.push_str(&hex::written(mac));
        token
    }

    /// The visitor of a token, if the host has signed it.
    pub fn visitor(&self, token: &str) -> Option<VisitorId> {
        let (id, signature) = token.split_once('.')?;
        let is_canonical = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        // One way of writing each token: nobody has two.
        if !is_canonical || signature.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let signature = hex::read(signature)?;
        // In constant time.
        self.mac(id).verify_slice(&signature).ok()?;
        u128::from_str_radix(id, 16).ok().map(VisitorId)
    }

    fn mac(&self, id: &str) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(PURPOSE);
        mac.update(id.as_bytes());
        mac
    }
}

/// Whether the site whose secret it is vouches for an identifier.
pub fn is_vouched_for(secret: &[u8], identifier: &str, hash: &str) -> bool {
    let Some(hash) = hex::read(hash) else { return false };
    let mut mac = keyed(secret);
    mac.update(identifier.as_bytes());
    mac.verify_slice(&hash).is_ok()
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("a key of this kind may have any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_is_known_again() {
        let signer = Signer::new(b"a secret");
        for id in [0, 1, u128::MAX, 0x1234_5678] {
            let token = signer.token(VisitorId(id));
            assert_eq!(token.len(), 97);
            assert_eq!(signer.visitor(&token), Some(VisitorId(id)));
            assert_eq!(Signer::new(b"another").visitor(&token), None);
        }
    }

    #[test]
    fn nothing_else_is() {
        let signer = Signer::new(b"a secret");
        let token = signer.token(VisitorId(7));
        for at in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(signer.visitor(&other), None, "{other}");
        }
        let (id, mac) = token.split_once('.').unwrap();
        for other in [
            "",
            ".",
            id,
            mac,
            &format!("{id}."),
            &format!("{mac}.{id}"),
            &token[1..],
        ] {
            assert_eq!(signer.visitor(other), None, "{other}");
        }
        assert_eq!(signer.visitor(&token.to_ascii_uppercase()), None);
        assert_eq!(signer.visitor("ä.ö"), None);
    }

    #[test]
    fn a_site_vouches_by_the_usual_pattern() {
        let hash = "b8b719409b15ecdd63dbc2f5a39979113b60ab04253339be858874e29abc15a7";
        fn is(identifier: &str, hash: &str) -> bool {
            is_vouched_for(b"test_identity_secret", identifier, hash)
        }
        assert!(is("user@example.com", hash));
        assert!(is("user@example.com", &hash.to_ascii_uppercase()));
        assert!(!is("other@example.com", hash));
        assert!(!is("user@example.com", &hash[1..]));
        assert!(!is("user@example.com", ""));
        assert!(!is_vouched_for(b"other", "user@example.com", hash));
    }
}
