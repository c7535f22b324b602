//! Any events to bots that the compiler made.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::step::run(data));
