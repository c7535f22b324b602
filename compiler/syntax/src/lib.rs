//! Lexer, recovering parser, lossless tree, typed view and formatter of the Flow language.

mod kind;

pub mod ast;

pub use kind::{FlowLanguage, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use rowan::{GreenNode, NodeOrToken, TextRange, TextSize};
