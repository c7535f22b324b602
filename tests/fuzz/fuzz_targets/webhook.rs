//! Any bytes as the body of a webhook.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::webhook::run(data));
