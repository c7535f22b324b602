//! Lexer, recovering parser, lossless tree, typed view and formatter of the Flow language.
//!
//! The grammar is `flow.pest`; a differential test holds this crate to it.

mod error;
mod format;
mod kind;
mod lexer;
mod node;
mod parser;

pub mod ast;
pub mod line_index;

pub use error::{Detail, Expected, Found, SyntaxError, SyntaxErrorKind, SyntaxFix};
pub use format::{FormatError, LINE_WIDTH, format};
pub use kind::{FlowLanguage, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use lexer::{Token, lex};
pub use line_index::{LineColumn, LineIndex, Utf16Position};
pub use node::{Children, ElementRef, Elements, NodePointer, NodeRef, TokenRef};
pub use parser::{DEPTH_LIMIT, ERROR_LIMIT, FILE_LIMIT, HOLE_LIMIT, Parse, parse};
pub use rowan::{GreenNode, GreenNodeData, NodeOrToken, TextRange, TextSize};
pub use rowan::{Language, SyntaxKind as RawKind};
