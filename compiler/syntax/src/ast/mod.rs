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

use crate::kind::SyntaxKind;
use crate::node::{NodeRef, TokenRef};
use rowan::{TextRange, TextSize};
use std::marker::PhantomData;

/// A typed view of one node.
pub trait AstNode<'t>: Sized + Copy {
    /// Whether a node of this kind is one of these.
    fn can_cast(kind: SyntaxKind) -> bool;
    /// The typed view of a node, if it is one of these.
    fn cast(node: NodeRef<'t>) -> Option<Self>;
    /// The node behind the view.
    fn syntax(&self) -> NodeRef<'t>;

    /// Where it stands, without the space around it.
    fn range(&self) -> TextRange {
        self.syntax().text_range()
    }

    /// The `##` comment above it, without its marks; lines are joined by line ends.
    fn documentation(&self) -> Option<String> {
        documentation(self.syntax())
    }
}

/// The `##` comment above a node: lines of their own, without their marks, joined by line ends. One at the end of a line
/// belongs to what stands on that line.
pub fn documentation(node: NodeRef<'_>) -> Option<String> {
    let mut lines = Vec::new();
    // The comment that was met last has nothing before it on its line.
    let mut alone = true;
    for token in node.tokens_before() {
        match token.kind() {
            SyntaxKind::DocComment => {
                lines.push(token.text().trim_start_matches('#').trim());
                alone = token.text_range().start() == TextSize::new(0);
            }
            SyntaxKind::Newline if token.text().bytes().filter(|byte| *byte == b'\n').count() > 1 => {
                alone = true;
                break;
            }
            SyntaxKind::Newline => alone = true,
            SyntaxKind::Whitespace => {}
            _ => break,
        }
    }
    if !alone {
        lines.pop();
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The children of a node that are of one type.
#[derive(Clone)]
pub struct AstChildren<'t, N> {
    inner: crate::node::Children<'t>,
    of: PhantomData<N>,
}

impl<'t, N: AstNode<'t>> Iterator for AstChildren<'t, N> {
    type Item = N;

    fn next(&mut self) -> Option<N> {
        self.inner.find_map(N::cast)
    }
}

/// The children of a node that are of type `N`.
pub fn children<'t, N: AstNode<'t>>(node: NodeRef<'t>) -> AstChildren<'t, N> {
    AstChildren {
        inner: node.children(),
        of: PhantomData,
    }
}

/// The first child of a node that is of type `N`.
pub fn child<'t, N: AstNode<'t>>(node: NodeRef<'t>) -> Option<N> {
    node.children().find_map(N::cast)
}

/// The tokens of one kind directly below a node.
pub fn tokens<'t>(node: NodeRef<'t>, kind: SyntaxKind) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
    node.tokens().filter(move |token| token.kind() == kind)
}

/// The first token of one kind directly below a node.
pub fn token(node: NodeRef<'_>, kind: SyntaxKind) -> Option<TokenRef<'_>> {
    tokens(node, kind).next()
}

/// Whether a token of one kind stands directly below a node.
pub fn has_token(node: NodeRef<'_>, kind: SyntaxKind) -> bool {
    token(node, kind).is_some()
}
