//! Proves that a request comes from somebody who has the admin key, that nobody has changed it, and that it is not sent a
//! second time by somebody who has seen it.
//!
//! `Botflow-Signature: t=SECONDS,n=NONCE,sha256=HEX,v1=HEX`: the time, a number that is used once, the hash of the body,
//! and HMAC-SHA256 by the key over
//!
//! ```text
//! botflow admin 1
//! SECONDS
//! NONCE
//! METHOD
//! PATH?QUERY
//! HASH OF THE BODY
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::hex;

/// The header.
pub const HEADER: &str = "botflow-signature";

/// Clocks may differ by so much, in seconds.
pub const TOLERANCE: i64 = 300;

/// A key shorter than this can be guessed.
pub const SHORTEST_KEY: usize = 32;

/// So many requests are remembered; beyond it requests are refused until the oldest are too old to be sent again.
const REMEMBERED: usize = 10_000;

/// The longest header that is read.
const LONGEST: usize = 512;

/// What operators sign with.
pub struct AdminKey {
    keyed: Hmac<Sha256>,
    /// Numbers that were used, by the time at which they are too old.
    used: Mutex<BTreeMap<(i64, SmolStr), ()>>,
}

/// What a signature says of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    hash: [u8; 32],
}

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// There is no signature.
    #[error(
        "the request is not signed; `botflow deploy` and `botflow outbox` sign with the admin key of the host"
    )]
    Missing,
    /// It is none.
    #[error("the header `Botflow-Signature` is not of the form `t=SECONDS,n=NONCE,sha256=HEX,v1=HEX`")]
    Malformed,
    /// It is too old, or of the future.
    #[error(
        "the request was signed more than five minutes ago, or the clocks of the two machines differ by that much"
    )]
    Stale,
    /// It is not of this key, or something was changed.
    #[error("the signature is not made with the admin key of this host")]
    Wrong,
    /// It came before.
    #[error("the same request has come before")]
    Replayed,
    /// The body is another one.
    #[error("the body is not the one that was signed")]
    Body,
}

impl AdminKey {
    /// From what both sides know.
    ///
    /// # Errors
    /// It is shorter than [`SHORTEST_KEY`].
    pub fn new(key: &[u8]) -> Result<AdminKey, String> {
        if key.len() < SHORTEST_KEY {
            return Err(format!(
                "an admin key has at least {SHORTEST_KEY} bytes; `openssl rand -hex 32` makes one"
            ));
        }
        Ok(AdminKey {
            keyed: Hmac::new_from_slice(key).expect("a key of this kind may have any length"),
            used: Mutex::default(),
        })
    }

    /// The header of a request.
    pub fn sign(&self, seconds: i64, nonce: u64, method: &str, path: &str, body: &[u8]) -> String {
        let hash = hex::written(Sha256::digest(body));
        let nonce = format!("{nonce:016x}");
        let mac = self.mac(seconds, &nonce, method, path, &hash);
        let mac = hex::written(mac.finalize().into_bytes());
        format!("t={seconds},n={nonce},sha256={hash},v1={mac}")
    }

    /// Whether a request is believed, before its body is read. `now`: seconds since 1970.
    ///
    /// # Errors
    /// [`Unproven`].
    pub fn verify(
        &self,
        now: i64,
        header: Option<&str>,
        method: &str,
        path: &str,
    ) -> Result<Signed, Unproven> {
        let header = header.ok_or(Unproven::Missing)?;
        let parts = Parts::parse(header).ok_or(Unproven::Malformed)?;
        let mac = self.mac(parts.seconds, parts.nonce, method, path, parts.hash_text);
        // In constant time.
        mac.verify_slice(&parts.mac).map_err(|_| Unproven::Wrong)?;
        if now.abs_diff(parts.seconds) > TOLERANCE.unsigned_abs() {
            return Err(Unproven::Stale);
        }
        // Nothing panics while this is held.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        // What is older than any signature that would be believed.
        let kept = used.split_off(&(now.saturating_sub(TOLERANCE), SmolStr::default()));
        *used = kept;
        let one = (parts.seconds, SmolStr::new(parts.nonce));
        if used.contains_key(&one) || used.len() >= REMEMBERED {
            return Err(Unproven::Replayed);
        }
        used.insert(one, ());
        Ok(Signed { hash: parts.hash })
    }

    fn mac(&self, seconds: i64, nonce: &str, method: &str, path: &str, hash: &str) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        let text = format!("botflow admin 1\n{seconds}\n{nonce}\n{method}\n{path}\n{hash}");
        mac.update(text.as_bytes());
        mac
    }
}

impl Signed {
    /// Whether this is the body that was signed.
    ///
    /// # Errors
    /// [`Unproven::Body`].
    pub fn body(&self, body: &[u8]) -> Result<(), Unproven> {
        if Sha256::digest(body).as_slice() == self.hash {
            Ok(())
        } else {
            Err(Unproven::Body)
        }
    }
}

struct Parts<'h> {
    seconds: i64,
    nonce: &'h str,
    hash_text: &'h str,
    hash: [u8; 32],
    mac: [u8; 32],
}

impl<'h> Parts<'h> {
    fn parse(header: &'h str) -> Option<Parts<'h>> {
        if header.len() > LONGEST {
            return None;
        }
        let mut parts = header.split(',').map(str::trim);
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let seconds = part("t")?.parse().ok()?;
        let nonce = part("n").filter(|nonce| {
            (1..=64).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })?;
        let hash_text = part("sha256")?;
        let mac = hex::read(part("v1")?)?;
        let hash = hex::read(hash_text)?;
        parts.next().is_none().then_some(Parts {
            seconds,
            nonce,
            hash_text,
            hash,
            mac,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: i64 = 1_800_000_000;

    fn key() -> AdminKey {
        AdminKey::new(KEY).unwrap()
    }

    #[test]
    fn what_was_signed_is_believed_once() {
        let header = key().sign(NOW, 7, "PUT", "/admin/bot", b"body");
        let host = key();
        let signed = host.verify(NOW + 5, Some(&header), "PUT", "/admin/bot").unwrap();
        assert_eq!(signed.body(b"body"), Ok(()));
        assert_eq!(signed.body(b"Body"), Err(Unproven::Body));
        let again = host.verify(NOW + 6, Some(&header), "PUT", "/admin/bot");
        assert_eq!(again, Err(Unproven::Replayed));
        let other = key().sign(NOW, 8, "PUT", "/admin/bot", b"body");
        assert!(host.verify(NOW, Some(&other), "PUT", "/admin/bot").is_ok());
    }

    #[test]
    fn nothing_else_is() {
        let host = key();
        let header = key().sign(NOW, 7, "PUT", "/admin/bot", b"body");
        let verify =
            |header: &str, method: &str, path: &str, now: i64| host.verify(now, Some(header), method, path);
        assert_eq!(
            host.verify(NOW, None, "PUT", "/admin/bot"),
            Err(Unproven::Missing)
        );
        assert_eq!(verify(&header, "GET", "/admin/bot", NOW), Err(Unproven::Wrong));
        assert_eq!(verify(&header, "PUT", "/admin/bot?a", NOW), Err(Unproven::Wrong));
        assert_eq!(
            verify(&header, "PUT", "/admin/bot", NOW + 301),
            Err(Unproven::Stale)
        );
        assert_eq!(
            verify(&header, "PUT", "/admin/bot", NOW - 301),
            Err(Unproven::Stale)
        );
        let other = AdminKey::new(&[b'x'; 32]).unwrap();
        let forged = other.sign(NOW, 7, "PUT", "/admin/bot", b"body");
        assert_eq!(verify(&forged, "PUT", "/admin/bot", NOW), Err(Unproven::Wrong));
        for at in 0..header.len() {
            let mut changed = header.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&changed, "PUT", "/admin/bot", NOW).is_err(), "{changed}");
        }
        // None of that has used the number up.
        assert!(verify(&header, "PUT", "/admin/bot", NOW).is_ok());
        assert!(AdminKey::new(b"short").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_or_not(text in "\\PC{0,600}", now in proptest::prelude::any::<i64>()) {
            let host = key();
            proptest::prop_assert!(host.verify(now, Some(&text), "GET", "/").is_err());
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_by_time() {
        let host = key();
        for step in 0..2_000 {
            let now = NOW + step;
            let header = key().sign(now, 1, "GET", "/", b"");
            assert!(host.verify(now, Some(&header), "GET", "/").is_ok());
        }
        assert!(host.used.lock().unwrap().len() <= 301);
    }
}
