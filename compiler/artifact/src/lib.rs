//! The compiled bot: plain data, format version, content hash, verification of hostile input.
