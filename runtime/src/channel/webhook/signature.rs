//! Signatures: whoever knows a secret of a webhook wrote this body, for this webhook, at about this time.
//!
//! `X-Botflow-Signature: t=SECONDS,v1=HEX` where `HEX` is HMAC-SHA256 over `SECONDS.NAME.BODY` with a secret as the key,
//! and `NAME` the webhook's name, the last part of its path. The name is signed so that what was written for one webhook
//! is nothing to another one with the same secret. Several `v1` and several secrets may stand beside each other while a
//! secret is changed: one that fits is enough.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// The header that carries the signature.
pub const SIGNATURE: &str = "x-botflow-signature";

/// So many seconds a signature may be older than now, or ahead of it.
pub const TOLERANCE: i64 = 300;

/// The shortest secret, in bytes.
pub const SHORTEST: usize = 16;

/// So many signatures in one header are looked at.
const MOST: usize = 8;

/// The longest header that is looked at, in bytes.
const LONGEST: usize = 1_024;

/// What both sides of a webhook know. The first signs alone where only one is wanted; all of them are accepted.
#[derive(Clone)]
pub struct Secrets {
    keyed: Vec<Hmac<Sha256>>,
}

/// Secrets that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is none.
    #[error(
        "a webhook needs a secret, so that both sides know who writes: make one with `openssl rand -hex 32`"
    )]
    None,
    /// One could be guessed.
    #[error("a secret of a webhook is shorter than {SHORTEST} bytes: make one with `openssl rand -hex 32`")]
    Short,
}

/// Why a body is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is no header.
    #[error("the header X-Botflow-Signature is missing: sign the body as `t=SECONDS,v1=HEX`")]
    Missing,
    /// It is not of the form.
    #[error("the header X-Botflow-Signature is not of the form `t=SECONDS,v1=HEX`")]
    Malformed,
    /// No secret fits.
    #[error(
        "the signature does not fit: it is HMAC-SHA256 over `SECONDS.NAME.BODY`, with the webhook's secret, its name as in \
         the path, and the body byte by byte as it is sent"
    )]
    Wrong,
    /// It was made at another time.
    #[error(
        "the signature was not made within the last five minutes: sign anew when sending again, and check the clock"
    )]
    Stale,
}

impl Unsigned {
    /// In a word.
    pub fn code(self) -> &'static str {
        match self {
            Unsigned::Missing => "signature_missing",
            Unsigned::Malformed => "signature_malformed",
            Unsigned::Wrong => "signature_wrong",
            Unsigned::Stale => "signature_stale",
        }
    }
}

impl Secrets {
    /// These secrets; whichever fits is believed.
    ///
    /// # Errors
    /// There is none, or one that could be guessed.
    pub fn new<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Result<Secrets, SecretError> {
        let mut keyed = Vec::new();
        for secret in secrets {
            let secret = secret.as_ref();
            if secret.len() < SHORTEST {
                return Err(SecretError::Short);
            }
            keyed.push(Hmac::new_from_slice(secret).expect("a key of this kind may have any length"));
        }
        match keyed.is_empty() {
            true => Err(SecretError::None),
            false => Ok(Secrets { keyed }),
        }
    }

    /// The header for a body that is sent at this moment, with one signature by each secret.
    pub fn sign(&self, name: &str, seconds: i64, body: &[u8]) -> String {
        let mut header = format!("t={seconds}");
        for keyed in &self.keyed {
            let made = over(keyed, seconds, name, body).finalize().into_bytes();
            header.push_str(",v1=");
            header.push_str(&hex::written(made));
        }
        header
    }

    /// Whether somebody who knows a secret wrote this for this webhook, at about this moment.
    ///
    /// # Errors
    /// [`Unsigned`]. How long it takes tells nothing of a secret.
    pub fn verify(&self, header: &str, name: &str, now: i64, body: &[u8]) -> Result<(), Unsigned> {
        let (seconds, given) = parts(header).ok_or(Unsigned::Malformed)?;
        let mut fits = false;
        for keyed in &self.keyed {
            let made = over(keyed, seconds, name, body);
            for one in &given {
                fits |= made.clone().verify_slice(one).is_ok();
            }
        }
        if !fits {
            return Err(Unsigned::Wrong);
        }
        match now.saturating_sub(seconds).unsigned_abs() > TOLERANCE.unsigned_abs() {
            true => Err(Unsigned::Stale),
            false => Ok(()),
        }
    }
}

/// What was given stays with whoever gave it.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.keyed.len())
    }
}

fn over(keyed: &Hmac<Sha256>, seconds: i64, name: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = keyed.clone();
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(name.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The moment and the signatures of a header. Parts with other names are of later versions, and left alone.
fn parts(header: &str) -> Option<(i64, Vec<[u8; 32]>)> {
    if header.len() > LONGEST {
        return None;
    }
    let mut seconds = None;
    let mut given = Vec::new();
    for part in header.split(',') {
        let (name, value) = part.trim().split_once('=')?;
        match name {
            // The same moment is written in one way only, as it is what was signed.
            "t" => {
                let read = value.parse::<i64>().ok()?;
                if seconds.is_some() || read.to_string() != value {
                    return None;
                }
                seconds = Some(read);
            }
            "v1" if given.len() < MOST => given.push(hex::read(value)?),
            _ => {}
        }
    }
    (!given.is_empty()).then_some((seconds?, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of thirty-two bytes";
    const NEW: &str = "a new secret of some thirty bytes";

    fn secrets(of: &[&str]) -> Secrets {
        Secrets::new(of).unwrap()
    }

    #[test]
    fn a_known_signature() {
        // printf '1700000000.sms.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let signed = secrets(&["0123456789abcdef"]).sign("sms", 1_700_000_000, b"{}");
        assert_eq!(
            signed,
            "t=1700000000,v1=61f3cd5816830da3ebf4fcb51045f9dd65e3977ca064a136fa2f165bb269ffb9"
        );
    }

    #[test]
    fn what_is_signed_is_believed_for_five_minutes_and_by_this_webhook() {
        let both = secrets(&[NEW, OLD]);
        let header = secrets(&[OLD]).sign("sms", 1_000, b"{}");
        assert_eq!(both.verify(&header, "sms", 1_000, b"{}"), Ok(()));
        assert_eq!(both.verify(&header, "sms", 1_300, b"{}"), Ok(()));
        assert_eq!(both.verify(&header, "sms", 700, b"{}"), Ok(()));
        assert_eq!(both.verify(&header, "sms", 1_301, b"{}"), Err(Unsigned::Stale));
        assert_eq!(both.verify(&header, "sms", 699, b"{}"), Err(Unsigned::Stale));
        assert_eq!(both.verify(&header, "email", 1_000, b"{}"), Err(Unsigned::Wrong));
        assert_eq!(both.verify(&header, "sms", 1_000, b"{} "), Err(Unsigned::Wrong));
        let new = secrets(&[NEW]);
        assert_eq!(new.verify(&header, "sms", 1_000, b"{}"), Err(Unsigned::Wrong));
        // Whoever changes a secret signs with both for a while.
        assert_eq!(
            new.verify(&both.sign("sms", 1_000, b"{}"), "sms", 1_000, b"{}"),
            Ok(())
        );
    }

    #[test]
    fn the_moment_is_signed() {
        let secrets = secrets(&[NEW]);
        let header = secrets.sign("sms", 1_000, b"{}");
        let later = header.replace("t=1000", "t=2000");
        assert_eq!(secrets.verify(&later, "sms", 2_000, b"{}"), Err(Unsigned::Wrong));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let secrets = secrets(&[NEW]);
        let hex = "0".repeat(64);
        for header in [
            "".to_owned(),
            "t=1".into(),
            format!("v1={hex}"),
            format!("t=+1,v1={hex}"),
            format!("t=01,v1={hex}"),
            format!("t=1,t=1,v1={hex}"),
            format!("t=99999999999999999999,v1={hex}"),
            format!("t=1,v1={hex}0"),
            format!("t=1,v1={}", "g".repeat(64)),
            format!("t=1,v1={}", "ä".repeat(32)),
            format!("t=1,v1={hex},{}", "x=1,".repeat(300)),
        ] {
            assert_eq!(
                secrets.verify(&header, "sms", 1, b""),
                Err(Unsigned::Malformed),
                "{header}"
            );
        }
        assert_eq!(
            secrets.verify(&format!("t=1,v1={hex}"), "sms", 1, b""),
            Err(Unsigned::Wrong)
        );
        let least = format!("t={},v1={hex}", i64::MIN);
        assert_eq!(secrets.verify(&least, "sms", i64::MAX, b""), Err(Unsigned::Wrong));
    }

    #[test]
    fn secrets_are_not_guessed_and_not_shown() {
        assert_eq!(Secrets::new(["short"]).err(), Some(SecretError::Short));
        assert_eq!(Secrets::new::<&str>([]).err(), Some(SecretError::None));
        assert_eq!(format!("{:?}", secrets(&[OLD])), "1 secrets");
    }
}
