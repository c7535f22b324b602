//! The file around the data: magic, format version, content hash, then the bot in postcard.
//!
//! Layout, little endian: 8 bytes magic, `u32` format version, `u32` reserved (zero), `u64` payload length, 32
//! bytes BLAKE3 of the payload, payload. The same bot gives the same bytes on every machine. Reading allocates a
//! bounded multiple of the file's own length and then verifies everything before anybody sees the bot.

use std::fmt;

use crate::bot::Bot;
use crate::verify::{Damage, verify};

/// What a file begins with. The last two bytes show a transfer that changed line ends.
pub const MAGIC: [u8; 8] = *b"botflow\n";
/// Changes whenever an older reader would misunderstand a newer file.
pub const FORMAT_VERSION: u32 = 1;
/// Files above this are refused unread (the bot of 100,000 lines has about 12 MiB).
pub const MAX_FILE_BYTES: usize = 64 << 20;
const HEADER_BYTES: usize = 8 + 4 + 4 + 8 + 32;

/// BLAKE3 of the payload: the identity of one version of a bot.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a file is not a bot that can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// It does not begin as an artifact does.
    NotAnArtifact,
    /// It was written in another format.
    Version {
        /// The version in the file.
        found: u32,
    },
    /// It is larger than [`MAX_FILE_BYTES`].
    TooLarge,
    /// It ends too early, or bytes follow its end.
    WrongLength,
    /// The bytes are not those that were written.
    WrongHash,
    /// The payload is not the data of a bot.
    Undecodable,
    /// The data contradicts itself.
    Damaged(Damage),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotAnArtifact => {
                f.write_str("this is not a compiled bot (build one with `botflow build`)")
            }
            LoadError::Version { found } => write!(
                f,
                "this bot was built in format {found}, and this program reads format {FORMAT_VERSION}; build it \
                 again with the same version of Botflow"
            ),
            LoadError::TooLarge => write!(f, "the file is larger than {} MiB", MAX_FILE_BYTES >> 20),
            LoadError::WrongLength => f.write_str("the file was cut short, or something was appended to it"),
            LoadError::WrongHash => f.write_str("the file was changed after it was built"),
            LoadError::Undecodable => f.write_str("the file does not hold the data of a bot"),
            LoadError::Damaged(damage) => write!(f, "the file contradicts itself: {damage}"),
        }
    }
}

impl std::error::Error for LoadError {}

/// The bytes of a bot's file and its content hash.
pub fn to_bytes(bot: &Bot) -> (Vec<u8>, ContentHash) {
    let payload = postcard::to_stdvec(bot).expect("writing plain data to a growing vector cannot fail");
    let hash = blake3::hash(&payload);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(hash.as_bytes());
    bytes.extend_from_slice(&payload);
    (bytes, ContentHash(*hash.as_bytes()))
}

/// The content hash of a bot, as [`to_bytes`] writes it.
pub fn content_hash(bot: &Bot) -> ContentHash {
    to_bytes(bot).1
}

/// Reads and verifies a bot.
///
/// # Errors
/// Every way in which bytes fail to be a bot that can run; see [`LoadError`].
pub fn from_bytes(bytes: &[u8]) -> Result<(Bot, ContentHash), LoadError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge);
    }
    let Some((magic, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(LoadError::NotAnArtifact);
    };
    if *magic != MAGIC {
        return Err(LoadError::NotAnArtifact);
    }
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(LoadError::WrongLength)?;
    let found = u32::from_le_bytes(*version);
    if found != FORMAT_VERSION {
        return Err(LoadError::Version { found });
    }
    let (reserved, rest) = rest.split_first_chunk::<4>().ok_or(LoadError::WrongLength)?;
    if *reserved != [0; 4] {
        return Err(LoadError::Undecodable);
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(LoadError::WrongLength)?;
    let (hash, payload) = rest.split_first_chunk::<32>().ok_or(LoadError::WrongLength)?;
    if u64::from_le_bytes(*length) != payload.len() as u64 {
        return Err(LoadError::WrongLength);
    }
    if blake3::hash(payload).as_bytes() != hash {
        return Err(LoadError::WrongHash);
    }
    let (bot, left): (Bot, &[u8]) = postcard::take_from_bytes(payload).map_err(|_| LoadError::Undecodable)?;
    if !left.is_empty() {
        return Err(LoadError::WrongLength);
    }
    verify(&bot).map_err(LoadError::Damaged)?;
    Ok((bot, ContentHash(*hash)))
}
