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

use crate::kind::{FlowLanguage, SyntaxKind, SyntaxNode, SyntaxToken};
use rowan::{Language, NodeOrToken, TextRange};
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
        while let Some(NodeOrToken::Token(token)) = element {
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
    inner: Option<rowan::SyntaxNodeChildren<FlowLanguage>>,
    of: PhantomData<N>,
}

impl<N: AstNode> Iterator for AstChildren<N> {
    type Item = N;

    fn next(&mut self) -> Option<N> {
        self.inner.as_mut()?.find_map(N::cast)
    }
}

/// The children of a node that are of type `N`.
pub fn children<N: AstNode>(node: &SyntaxNode) -> AstChildren<N> {
    AstChildren {
        inner: place_of(node, is_node::<N>).map(|_| node.children()),
        of: PhantomData,
    }
}

/// The first child of a node that is of type `N`.
pub fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    let place = place_of(node, is_node::<N>)?;
    let found = node
        .child_or_token_at_range(place)
        .and_then(NodeOrToken::into_node);
    // A child without text has no place of its own.
    found
        .and_then(N::cast)
        .or_else(|| node.children().find_map(N::cast))
}

/// The tokens of one kind directly below a node.
pub fn tokens(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> + use<> {
    has_token(node, kind)
        .then(|| node.children_with_tokens())
        .into_iter()
        .flatten()
        .filter_map(NodeOrToken::into_token)
        .filter(move |token| token.kind() == kind)
}

/// The first token of one kind directly below a node.
pub fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    let place = place_of(node, is_token(kind))?;
    let found = node
        .child_or_token_at_range(place)
        .and_then(NodeOrToken::into_token);
    found
        .filter(|token| token.kind() == kind)
        .or_else(|| tokens(node, kind).next())
}

/// Whether a token of one kind stands directly below a node.
pub fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    place_of(node, is_token(kind)).is_some()
}

/// The kind of a direct child.
type ChildKind = NodeOrToken<SyntaxKind, SyntaxKind>;

fn is_node<N: AstNode>(child: ChildKind) -> bool {
    matches!(child, NodeOrToken::Node(kind) if N::can_cast(kind))
}

fn is_token(wanted: SyntaxKind) -> impl Fn(ChildKind) -> bool {
    move |child| matches!(child, NodeOrToken::Token(kind) if kind == wanted)
}

/// Where the first direct child stands that fits. It is looked for in the bare tree, which makes no nodes on the way:
/// each would cost an allocation, and accessors look for what is not there most of the time.
fn place_of(node: &SyntaxNode, fits: impl Fn(ChildKind) -> bool) -> Option<TextRange> {
    let mut start = node.text_range().start();
    for child in node.green().children() {
        let (kind, length) = match child {
            NodeOrToken::Node(node) => (
                NodeOrToken::Node(FlowLanguage::kind_from_raw(node.kind())),
                node.text_len(),
            ),
            NodeOrToken::Token(token) => (
                NodeOrToken::Token(FlowLanguage::kind_from_raw(token.kind())),
                token.text_len(),
            ),
        };
        if fits(kind) {
            return Some(TextRange::at(start, length));
        }
        start += length;
    }
    None
}
