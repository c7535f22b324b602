//! The shipped parser of `.chat` files: one precise error is right there, so pest does it.

use pest_derive::Parser;

/// pest's parser of `grammar/chat.pest`; `botflow-scenario` turns its pairs into a script.
#[derive(Parser)]
#[grammar = "../chat.pest"]
pub struct ChatParser;
