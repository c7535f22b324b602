//! Any text as messages of a page to web chat.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::web::run(data));
