//! A node of a sound bot, and what may be done to it.

use std::ops::Range;

use botflow_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::corpus::Bot;
use crate::mutant::{File, Mutant};

/// A node of one of a bot's `.flow` files.
#[derive(Clone)]
pub struct Spot<'b> {
    /// The bot.
    pub bot: &'b Bot,
    /// Which of its `.flow` files.
    pub index: usize,
    /// The node.
    pub node: SyntaxNode,
}

/// All nodes of these kinds in a bot, in order of file and place.
pub fn all<'b>(bot: &'b Bot, kinds: &[SyntaxKind]) -> Vec<Spot<'b>> {
    let mut spots = Vec::new();
    for (index, root) in bot.roots() {
        for node in root.descendants() {
            if kinds.contains(&node.kind()) {
                spots.push(Spot { bot, index, node });
            }
        }
    }
    spots
}

/// A range of a tree as a range of its text.
pub fn range(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

impl<'b> Spot<'b> {
    /// The file, for edits.
    pub fn file(&self) -> File {
        File::Flow(self.index)
    }

    /// The text of the whole file.
    pub fn source(&self) -> &'b str {
        &self.bot.project.sources[self.index].text
    }

    /// The node's place, from its first token that is no white space to its last.
    pub fn range(&self) -> Range<usize> {
        let whole = range(self.node.text_range());
        let text = &self.source()[whole.clone()];
        let start = whole.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// The node's text.
    pub fn text(&self) -> &'b str {
        &self.source()[self.range()]
    }

    /// The whole lines that the node stands on, with the line's end.
    pub fn lines(&self) -> Range<usize> {
        let own = self.range();
        let source = self.source();
        let start = source[..own.start].rfind('\n').map_or(0, |at| at + 1);
        let end = source[own.end..]
            .find('\n')
            .map_or(source.len(), |at| own.end + at + 1);
        start..end
    }

    /// Whether nothing else stands on the node's lines.
    pub fn alone(&self) -> bool {
        let lines = self.lines();
        let rest = &self.source()[self.range().end..lines.end];
        self.source()[lines.start..self.range().start].trim().is_empty()
            && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
    }

    /// What stands before the first word of the node's first line.
    pub fn indent(&self) -> &'b str {
        let line = &self.source()[self.lines()];
        &line[..line.len() - line.trim_start().len()]
    }

    /// The first child of a kind.
    pub fn child(&self, kind: SyntaxKind) -> Option<Spot<'b>> {
        self.children(kind).into_iter().next()
    }

    /// The children of a kind.
    pub fn children(&self, kind: SyntaxKind) -> Vec<Spot<'b>> {
        self.node
            .children()
            .filter(|node| node.kind() == kind)
            .map(|node| self.of(node))
            .collect()
    }

    /// All nodes of a kind in this one, itself too.
    pub fn within(&self, kind: SyntaxKind) -> Vec<Spot<'b>> {
        self.node
            .descendants()
            .filter(|node| node.kind() == kind)
            .map(|node| self.of(node))
            .collect()
    }

    /// The nearest node of a kind that this one stands in.
    pub fn above(&self, kind: SyntaxKind) -> Option<Spot<'b>> {
        self.node
            .ancestors()
            .skip(1)
            .find(|node| node.kind() == kind)
            .map(|node| self.of(node))
    }

    /// The node that this one stands in.
    pub fn parent(&self) -> Option<Spot<'b>> {
        self.node.parent().map(|node| self.of(node))
    }

    /// The first token of a kind among the node's own.
    pub fn token(&self, kind: SyntaxKind) -> Option<SyntaxToken> {
        self.node
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .find(|token| token.kind() == kind)
    }

    /// The last token of a kind among the node's own.
    pub fn last_token(&self, kind: SyntaxKind) -> Option<SyntaxToken> {
        self.node
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .filter(|token| token.kind() == kind)
            .last()
    }

    /// The name that a declaration or statement gives or means: its first name.
    pub fn name(&self) -> Option<String> {
        self.token(SyntaxKind::Name).map(|token| token.text().to_owned())
    }

    /// Another node of the same file.
    pub fn of(&self, node: SyntaxNode) -> Spot<'b> {
        Spot {
            bot: self.bot,
            index: self.index,
            node,
        }
    }

    /// Where the lines of a block's items begin: behind the line of its opening brace. Nothing for a block on a line.
    pub fn block_start(&self) -> Option<usize> {
        let open = range(self.token(SyntaxKind::OpenBrace)?.text_range());
        let rest = &self.source()[open.end..];
        let line = rest.find('\n')?;
        let ends = rest[..line].trim();
        (ends.is_empty() || ends.starts_with('#')).then_some(open.end + line + 1)
    }

    /// Where the line of a block's closing brace begins.
    pub fn block_end(&self) -> Option<usize> {
        let close = range(self.last_token(SyntaxKind::CloseBrace)?.text_range());
        Some(self.source()[..close.start].rfind('\n').map_or(0, |at| at + 1))
    }

    /// Another text in place of this node.
    pub fn becomes(&self, what: impl Into<String>, text: impl Into<String>) -> Mutant {
        Mutant::new(what).replace(self.file(), self.range(), text)
    }

    /// Another text in place of a token of this file.
    pub fn token_into(
        &self,
        token: &SyntaxToken,
        what: impl Into<String>,
        text: impl Into<String>,
    ) -> Mutant {
        Mutant::new(what).replace(self.file(), range(token.text_range()), text)
    }

    /// Without this node, which stands on lines of its own.
    pub fn gone(&self, what: impl Into<String>) -> Mutant {
        Mutant::new(what).replace(self.file(), self.lines(), "")
    }

    /// With lines before the line that the node begins on. The finding is to stand there.
    pub fn before(&self, what: impl Into<String>, lines: &str) -> Mutant {
        let at = self.lines().start;
        Mutant::new(what).replace(self.file(), at..at, indented(self.indent(), lines))
    }

    /// With lines behind those of the node. The finding is to stand there.
    pub fn behind(&self, what: impl Into<String>, lines: &str) -> Mutant {
        let at = self.lines().end;
        Mutant::new(what).replace(self.file(), at..at, indented(self.indent(), lines))
    }
}

/// Lines as they stand below others with this indentation.
pub fn indented(indent: &str, lines: &str) -> String {
    lines.lines().map(|line| format!("{indent}{line}\n")).collect()
}
