//! Hashes and signatures as text.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

/// Two small hexadecimal digits for each byte.
pub(crate) fn written(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}

/// 32 bytes from 64 hexadecimal digits, small or large.
pub(crate) fn read(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    HEXLOWER_PERMISSIVE.decode_mut(text.as_bytes(), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else_is() {
        let bytes: [u8; 32] = std::array::from_fn(|at| (at * 37) as u8);
        let text = written(bytes);
        assert_eq!(text.len(), 64);
        assert_eq!(read(&text), Some(bytes));
        assert_eq!(read(&text.to_uppercase()), Some(bytes));
        for wrong in [
            "",
            &text[1..],
            &format!("{text}0"),
            &text.replace('2', "g"),
            &"é".repeat(32),
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
