//! Any bytes as a `.chat` file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::chat::run(data));
