//! What filters make of shown texts, and texts in addresses.

/// The text in capital letters.
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// The text in small letters.
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// The text with all letters and digits but the last four as dots; a text of up to eight letters and
/// digits shows at most half of them, and one of fewer than four none. Other signs stay, so that the
/// form of a number or an address can be recognised.
pub fn mask(text: &str) -> String {
    let counted = text.chars().filter(|c| c.is_alphanumeric()).count();
    let shown = if counted < 4 { 0 } else { (counted / 2).min(4) };
    let mut hidden = counted - shown;
    text.chars()
        .map(|c| {
            if c.is_alphanumeric() && hidden > 0 {
                hidden -= 1;
                '•'
            } else {
                c
            }
        })
        .collect()
}

/// Appends the text as a part of an address: all bytes but unreserved ones are percent-encoded.
pub fn percent_encode(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
}
