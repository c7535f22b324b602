//! Tries flow.pest on a file.
fn main() {
    let p = std::env::args().nth(1).unwrap();
    let s = std::fs::read_to_string(p).unwrap();
    match botflow_grammar::flow::parse(&s) { Ok(_) => eprintln!("ok"), Err(e) => eprintln!("{e}") }
}
