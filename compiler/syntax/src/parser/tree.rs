//! Builds the tree while the parser reads.
//!
//! rowan's own builder looks every token and every small node up in a table, so that equal ones are one in memory; in
//! a check that costs more than it saves. Here only tokens are shared, those of the language's own signs and words,
//! by a table with one place for each short hash: what does not fit is made anew.

use rowan::{GreenNode, GreenToken, NodeOrToken};

use crate::kind::SyntaxKind;

/// How many tokens are remembered; a power of two.
const REMEMBERED: usize = 256;

/// A tree under construction.
pub(super) struct TreeBuilder {
    /// Open nodes, each with the number of the first of its children.
    open: Vec<(SyntaxKind, usize)>,
    /// What is below the open nodes so far.
    children: Vec<NodeOrToken<GreenNode, GreenToken>>,
    remembered: Vec<Option<GreenToken>>,
}

/// A place at which a node may be begun later.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint(usize);

impl TreeBuilder {
    pub fn new() -> TreeBuilder {
        TreeBuilder {
            open: Vec::with_capacity(32),
            children: Vec::with_capacity(128),
            remembered: vec![None; REMEMBERED],
        }
    }

    /// Adds a token to the node that was opened last.
    pub fn token(&mut self, kind: SyntaxKind, text: &str) {
        let token = match kind {
            // These are hardly ever the same.
            SyntaxKind::TextChunk | SyntaxKind::Comment | SyntaxKind::DocComment => {
                GreenToken::new(kind.into(), text)
            }
            _ => self.shared(kind, text),
        };
        self.children.push(NodeOrToken::Token(token));
    }

    fn shared(&mut self, kind: SyntaxKind, text: &str) -> GreenToken {
        let ends = text.as_bytes().first().zip(text.as_bytes().last());
        let (first, last) = ends.map_or((0, 0), |(first, last)| (*first as usize, *last as usize));
        let place = (kind as usize * 31 + text.len() * 7 + first * 3 + last * 13) % REMEMBERED;
        let remembered = &mut self.remembered[place];
        if let Some(known) = remembered
            && known.kind() == kind.into()
            && known.text() == text
        {
            return known.clone();
        }
        let made = GreenToken::new(kind.into(), text);
        *remembered = Some(made.clone());
        made
    }

    /// Opens a node.
    pub fn start_node(&mut self, kind: SyntaxKind) {
        self.open.push((kind, self.children.len()));
    }

    /// Remembers this place.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.children.len())
    }

    /// Opens a node that has begun where the place was remembered.
    pub fn start_node_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        self.open.push((kind, checkpoint.0));
    }

    /// Closes the node that was opened last.
    pub fn finish_node(&mut self) {
        let Some((kind, first)) = self.open.pop() else {
            return;
        };
        let node = GreenNode::new(kind.into(), self.children.drain(first..));
        self.children.push(NodeOrToken::Node(node));
    }

    /// The whole tree: a node of kind `File` was opened first and has been closed.
    pub fn finish(mut self) -> GreenNode {
        while !self.open.is_empty() {
            self.finish_node();
        }
        match (self.children.pop(), self.children.is_empty()) {
            (Some(NodeOrToken::Node(root)), true) => root,
            (last, _) => {
                self.children.extend(last);
                GreenNode::new(SyntaxKind::File.into(), self.children)
            }
        }
    }
}
