//! The typed view of the tree: one type per node kind, with accessors for its parts. Every accessor may
//! find nothing, because a broken file has a tree too.

#[macro_use]
mod macros;
mod blocks;
mod expressions;
mod flows;
mod items;
mod people;
mod statements;
mod texts;
mod triggers;
mod types;
mod values;

pub use blocks::*;
pub use expressions::*;
pub use flows::*;
pub use items::*;
pub use people::*;
pub use statements::*;
pub use texts::*;
pub use triggers::*;
pub use types::*;
pub use values::*;

use crate::kind::{SyntaxKind, SyntaxNode, SyntaxToken};
use rowan::TextRange;
use std::marker::PhantomData;

/// A typed view of one node.
pub trait AstNode: Sized {
    /// Whether a node of this kind is one of these.
    fn can_cast(kind: SyntaxKind) -> bool;
    /// The typed view of a node, if it is one of these.
    fn cast(node: SyntaxNode) -> Option<Self>;
    /// The node behind the view.
    fn syntax(&self) -> &SyntaxNode;

    /// Where it stands, without the space around it.
    fn range(&self) -> TextRange {
        self.syntax().text_range()
    }

    /// The `##` comment above it, without its marks; lines are joined by line ends.
    fn documentation(&self) -> Option<String> {
        let mut lines = Vec::new();
        let mut element = self.syntax().prev_sibling_or_token();
        while let Some(rowan::NodeOrToken::Token(token)) = element {
            match token.kind() {
                SyntaxKind::DocComment => {
                    lines.push(token.text().trim_start_matches('#').trim().to_owned());
                }
                SyntaxKind::Newline if token.text().bytes().filter(|byte| *byte == b'\n').count() > 1 => {
                    break;
                }
                SyntaxKind::Whitespace | SyntaxKind::Newline => {}
                _ => break,
            }
            element = token.prev_sibling_or_token();
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// The children of a node that are of one type.
pub struct AstChildren<N> {
    inner: rowan::SyntaxNodeChildren<crate::kind::FlowLanguage>,
    of: PhantomData<N>,
}

impl<N: AstNode> Iterator for AstChildren<N> {
    type Item = N;

    fn next(&mut self) -> Option<N> {
        self.inner.by_ref().find_map(N::cast)
    }
}

/// The children of a node that are of type `N`.
pub fn children<N: AstNode>(node: &SyntaxNode) -> AstChildren<N> {
    AstChildren {
        inner: node.children(),
        of: PhantomData,
    }
}

/// The first child of a node that is of type `N`.
pub fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

/// The tokens of one kind directly below a node.
pub fn tokens(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(move |token| token.kind() == kind)
}

/// The first token of one kind directly below a node.
pub fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(node, kind).next()
}
