//! People as bytes in the database: long ones compressed.

use crate::store::error::{StoreError, Trouble};

/// Longer ones are compressed.
const LONG: usize = 1_024;

/// Nobody is as long as this; what says so is damaged, and takes no memory.
const LONGEST: usize = 256 * 1_024 * 1_024;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// As it is stored.
pub(super) fn pack(state: &[u8]) -> Vec<u8> {
    if state.len() > LONG
        && let Ok(length) = u32::try_from(state.len())
        // What cannot be made shorter is kept as it is.
        && let Ok(packed) = zstd::bulk::compress(state, 1)
        && packed.len() + 5 < state.len()
    {
        let mut bytes = Vec::with_capacity(packed.len() + 5);
        bytes.push(ZSTD);
        bytes.extend(length.to_le_bytes());
        bytes.extend(packed);
        return bytes;
    }
    let mut bytes = Vec::with_capacity(state.len() + 1);
    bytes.push(PLAIN);
    bytes.extend(state);
    bytes
}

/// As it was.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = || StoreError::new(Trouble::Damaged, "what is kept of a person cannot be read");
    match bytes.split_first() {
        Some((&PLAIN, state)) => Ok(state.to_vec()),
        Some((&ZSTD, rest)) => {
            let (length, packed) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
            let length = u32::from_le_bytes(*length) as usize;
            if length > LONGEST {
                return Err(damaged());
            }
            let state = zstd::bulk::decompress(packed, length).map_err(|_| damaged())?;
            (state.len() == length).then_some(state).ok_or_else(damaged)
        }
        _ => Err(damaged()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_back(part in vec(any::<u8>(), 0..600), times in 0_usize..8) {
            let state = part.repeat(times);
            let packed = pack(&state);
            prop_assert!(packed.len() <= state.len() + 1);
            prop_assert_eq!(unpack(&packed).unwrap(), state);
        }

        #[test]
        fn damage_is_told(bytes in vec(any::<u8>(), 0..600)) {
            let _ = unpack(&bytes);
            let mut damaged = pack(&bytes.repeat(8));
            damaged.truncate(damaged.len() / 2);
            let read = unpack(&damaged);
            prop_assert!(read.is_err() || damaged.first() == Some(&PLAIN));
        }
    }
}
