//! Any bytes as a compiled bot, also with a right hash around a wrong payload.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::artifact::run(data));
