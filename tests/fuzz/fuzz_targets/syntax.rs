//! Any bytes as a `.flow` file: lexer, parser, formatter.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| botflow_fuzz::syntax::run(data));
