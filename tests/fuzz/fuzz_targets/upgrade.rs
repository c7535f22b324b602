//! A conversation goes over to another version of its bot.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::upgrade::run(data));
