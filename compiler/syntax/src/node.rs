//! A place in a tree, borrowed: what the typed view is made of.
//!
//! rowan's own nodes count references and are allocated one by one, which costs more than all else in a compiler that
//! only reads. These are a few words on the stack: the part of the tree, where it starts, what it stands in, and the
//! root, from which the way up is found when somebody asks for it.

use std::fmt;

use rowan::{GreenNodeData, GreenTokenData, Language, NodeOrToken, TextRange, TextSize};

use crate::kind::{FlowLanguage, SyntaxKind};

/// A node of a tree, with its place.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    green: &'t GreenNodeData,
    /// What it stands in; the root stands in itself.
    above: &'t GreenNodeData,
    root: &'t GreenNodeData,
    start: TextSize,
    /// Which of the nodes and tokens there it is.
    index: u32,
}

/// Where a node of a tree is, without the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodePointer {
    kind: SyntaxKind,
    range: TextRange,
}

/// A token of a tree, with its place.
#[derive(Clone, Copy)]
pub struct TokenRef<'t> {
    green: &'t GreenTokenData,
    start: TextSize,
}

/// A node or a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementRef<'t> {
    /// A node.
    Node(NodeRef<'t>),
    /// A token.
    Token(TokenRef<'t>),
}

impl<'t> ElementRef<'t> {
    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        match self {
            ElementRef::Node(node) => node.kind(),
            ElementRef::Token(token) => token.kind(),
        }
    }

    /// Where it stands, in bytes.
    pub fn text_range(self) -> TextRange {
        match self {
            ElementRef::Node(node) => node.text_range(),
            ElementRef::Token(token) => token.text_range(),
        }
    }

    /// The node, if it is one.
    pub fn into_node(self) -> Option<NodeRef<'t>> {
        match self {
            ElementRef::Node(node) => Some(node),
            ElementRef::Token(_) => None,
        }
    }

    /// The token, if it is one.
    pub fn into_token(self) -> Option<TokenRef<'t>> {
        match self {
            ElementRef::Token(token) => Some(token),
            ElementRef::Node(_) => None,
        }
    }
}

impl<'t> NodeRef<'t> {
    /// The root of a tree.
    pub fn root(green: &'t GreenNodeData) -> NodeRef<'t> {
        NodeRef {
            green,
            above: green,
            root: green,
            start: TextSize::new(0),
            index: 0,
        }
    }

    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        FlowLanguage::kind_from_raw(self.green.kind())
    }

    /// Where it stands, in bytes.
    pub fn text_range(self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    /// Its text, to be printed.
    pub fn text(self) -> impl fmt::Display + use<'t> {
        self.green
    }

    /// Its nodes and tokens, in order.
    pub fn children_with_tokens(self) -> Elements<'t> {
        Elements {
            of: self,
            left: self.green.children(),
            start: self.start,
            index: 0,
        }
    }

    /// Its nodes, in order.
    pub fn children(self) -> Children<'t> {
        Children(self.children_with_tokens())
    }

    /// The tokens directly below it, in order.
    pub fn tokens(self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        self.children_with_tokens().filter_map(ElementRef::into_token)
    }

    /// The node itself and all below it, from the top.
    pub fn descendants(self) -> impl Iterator<Item = NodeRef<'t>> + use<'t> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            let first = open.len();
            open.extend(next.children());
            open[first..].reverse();
            Some(next)
        })
    }

    /// Where it is to be found again, for those that keep it without the tree.
    pub fn pointer(self) -> NodePointer {
        NodePointer {
            kind: self.kind(),
            range: self.text_range(),
        }
    }

    /// The node below this one, or this one, that a pointer points at.
    pub fn find(self, pointer: NodePointer) -> Option<NodeRef<'t>> {
        if self.pointer() == pointer {
            return Some(self);
        }
        self.children()
            .filter(|child| child.text_range().contains_range(pointer.range))
            .find_map(|child| child.find(pointer))
    }

    /// The first token in it.
    pub fn first_token(self) -> Option<TokenRef<'t>> {
        let mut node = self;
        loop {
            let first = node.children_with_tokens().find(|child| match child {
                ElementRef::Node(node) => !node.text_range().is_empty(),
                ElementRef::Token(_) => true,
            });
            match first? {
                ElementRef::Node(below) => node = below,
                ElementRef::Token(token) => return Some(token),
            }
        }
    }

    /// The nodes that it stands in, the root first. The way is looked for from the root.
    fn way(self) -> Vec<NodeRef<'t>> {
        let mut way = vec![NodeRef::root(self.root)];
        while let Some(last) = way.last().copied() {
            if last == self {
                way.pop();
                break;
            }
            let next = last.children().find(|child| {
                *child == self || (child.text_range().contains_range(self.text_range()) && child.holds(self))
            });
            match next {
                Some(next) => way.push(next),
                None => break,
            }
        }
        way
    }

    /// Whether a node that is as long as this one's text stands below it. Only nodes without a text of their own make
    /// this more than a comparison of places.
    fn holds(self, below: NodeRef<'t>) -> bool {
        if !below.text_range().is_empty() {
            return true;
        }
        self.descendants().any(|node| node == below)
    }

    /// The node that it stands in.
    pub fn parent(self) -> Option<NodeRef<'t>> {
        self.way().pop()
    }

    /// The node itself, the one that it stands in, and so on up to the root.
    pub fn ancestors(self) -> impl Iterator<Item = NodeRef<'t>> + use<'t> {
        std::iter::once(self).chain(self.way().into_iter().rev())
    }

    /// The next node beside it.
    pub fn next_sibling(self) -> Option<NodeRef<'t>> {
        let mut start = self.text_range().end();
        let behind = self.index as usize + 1;
        for (green, index) in self.beside()?.skip(behind).zip(self.index + 1..) {
            match green {
                NodeOrToken::Node(green) => {
                    return Some(NodeRef {
                        green,
                        start,
                        index,
                        ..self
                    });
                }
                NodeOrToken::Token(green) => start += green.text_len(),
            }
        }
        None
    }

    /// The tokens before it up to the nearest node, the nearest token first.
    pub fn tokens_before(self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        let mut start = self.start;
        let before = self.beside().map(|all| all.take(self.index as usize).rev());
        before
            .into_iter()
            .flatten()
            .map_while(NodeOrToken::into_token)
            .map(move |green| {
                start -= green.text_len();
                TokenRef { green, start }
            })
    }

    /// The bare nodes and tokens of what it stands in; nothing for the root.
    fn beside(
        self,
    ) -> Option<
        impl DoubleEndedIterator<Item = NodeOrToken<&'t GreenNodeData, &'t GreenTokenData>>
        + ExactSizeIterator
        + use<'t>,
    > {
        (!std::ptr::eq(self.green, self.above)).then(|| self.above.children())
    }
}

impl<'t> TokenRef<'t> {
    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        FlowLanguage::kind_from_raw(self.green.kind())
    }

    /// Where it stands, in bytes.
    pub fn text_range(self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        self.green.text()
    }
}

/// The nodes and tokens directly below a node.
#[derive(Clone)]
pub struct Elements<'t> {
    of: NodeRef<'t>,
    left: rowan::Children<'t>,
    start: TextSize,
    index: u32,
}

impl<'t> Iterator for Elements<'t> {
    type Item = ElementRef<'t>;

    fn next(&mut self) -> Option<ElementRef<'t>> {
        let next = self.left.next()?;
        let (start, index) = (self.start, self.index);
        self.index += 1;
        Some(match next {
            NodeOrToken::Node(green) => {
                self.start += green.text_len();
                ElementRef::Node(NodeRef {
                    green,
                    above: self.of.green,
                    root: self.of.root,
                    start,
                    index,
                })
            }
            NodeOrToken::Token(green) => {
                self.start += green.text_len();
                ElementRef::Token(TokenRef { green, start })
            }
        })
    }
}

/// The nodes directly below a node.
#[derive(Clone)]
pub struct Children<'t>(Elements<'t>);

impl<'t> Iterator for Children<'t> {
    type Item = NodeRef<'t>;

    fn next(&mut self) -> Option<NodeRef<'t>> {
        self.0.find_map(ElementRef::into_node)
    }
}

impl PartialEq for NodeRef<'_> {
    /// The same place of the same tree. Equal parts of a tree may be one part in memory, so the place counts too.
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && std::ptr::eq(self.green, other.green)
    }
}

impl Eq for NodeRef<'_> {}

impl std::hash::Hash for NodeRef<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.green).hash(state);
        self.start.hash(state);
    }
}

impl PartialEq for TokenRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && std::ptr::eq(self.green, other.green)
    }
}

impl Eq for TokenRef<'_> {}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?}", self.kind(), self.text_range())
    }
}

impl fmt::Debug for TokenRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?} {:?}", self.kind(), self.text_range(), self.text())
    }
}
