//! Any bytes as `botflow.toml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::config::run(data));
