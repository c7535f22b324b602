//! Texts with holes, and language codes.

use crate::ast::AstNode;
use crate::kind::SyntaxKind;
use crate::node::{ElementRef, TokenRef};
use smol_str::SmolStr;

nodes! {
    /// `"Hi {name}"`, or a text between three quotes
    Text { holes: many Hole }
    /// `{expression | filter}`
    Hole { value: one Expr, filters: many Filter }
    /// `| plural one "day" other "days"`
    Filter { name: token Name, arguments: many FilterArgument }
    /// `one "day"`
    FilterArm { name: token Name, number: token Integer, text: one Text }
    /// `short`
    FilterWord { name: token Name }
    /// `en`, `pt-BR`
    LanguageCode {}
}

choices! {
    /// What stands behind the name of a filter.
    FilterArgument = FilterArm | FilterWord | Literal;
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart<'t> {
    /// Characters as they are to be said, escapes resolved, the indentation of a block removed.
    Plain(SmolStr),
    /// A hole.
    Hole(Hole<'t>),
}

impl<'t> Text<'t> {
    /// Whether it stands between three quotes.
    pub fn is_block(&self) -> bool {
        crate::ast::token(self.syntax, SyntaxKind::TextOpen).is_some_and(|open| open.text().len() == 3)
    }

    /// The text's plain value, if it has no holes.
    pub fn plain(&self) -> Option<String> {
        let mut parts = self.parts();
        match (parts.len(), parts.pop()) {
            (0, None) => Some(String::new()),
            (1, Some(TextPart::Plain(text))) => Some(text.into()),
            _ => None,
        }
    }

    /// The parts of the text; no two plain parts follow each other and none is empty.
    ///
    /// A block loses the line end behind its opening quotes, the indentation its lines have in common, and the
    /// line of its closing quotes if nothing else stands on it.
    pub fn parts(&self) -> Vec<TextPart<'t>> {
        let block = self.is_block();
        if !block && let Some(only) = self.only_chunk() {
            return vec![TextPart::Plain(SmolStr::new(only))];
        }
        let mut builder = Parts {
            parts: Vec::new(),
            plain: String::new(),
        };
        let indentation = if block { self.common_indentation() } else { 0 };
        let mut first = true;
        let last = self
            .syntax
            .children_with_tokens()
            .filter(|element| is_content(element.kind()))
            .last();
        for element in self.syntax.children_with_tokens() {
            match &element {
                ElementRef::Token(token) if token.kind() == SyntaxKind::TextChunk => {
                    if block {
                        let is_last = last.as_ref() == Some(&element);
                        builder.push_block(token.text(), indentation, first, is_last);
                    } else {
                        builder.plain.push_str(token.text());
                    }
                }
                ElementRef::Token(token) if token.kind() == SyntaxKind::TextEscape => {
                    builder.plain.push(escaped(token.text()));
                }
                ElementRef::Token(token) if token.kind() == SyntaxKind::BadEscape => {
                    builder.plain.push_str(token.text());
                }
                ElementRef::Node(node) => {
                    if let Some(hole) = Hole::cast(*node) {
                        builder.flush();
                        builder.parts.push(TextPart::Hole(hole));
                    }
                }
                ElementRef::Token(_) => {}
            }
            if is_content(element.kind()) {
                first = false;
            }
        }
        builder.flush();
        builder.parts
    }

    /// The characters of a text that is nothing but characters, as most texts are.
    fn only_chunk(&self) -> Option<&'t str> {
        let mut elements = self
            .syntax
            .children_with_tokens()
            .filter(|element| is_content(element.kind()));
        match (elements.next(), elements.next()) {
            (Some(ElementRef::Token(token)), None) if token.kind() == SyntaxKind::TextChunk => {
                Some(token.text())
            }
            _ => None,
        }
    }

    /// How many columns of indentation every line of a block has that holds anything.
    fn common_indentation(&self) -> usize {
        let mut common = usize::MAX;
        let mut elements = self
            .syntax
            .children_with_tokens()
            .filter(|element| is_content(element.kind()))
            .peekable();
        while let Some(element) = elements.next() {
            let ElementRef::Token(token) = &element else {
                continue;
            };
            if token.kind() != SyntaxKind::TextChunk {
                continue;
            }
            let mut lines = token.text().split('\n').skip(1).peekable();
            while let Some(line) = lines.next() {
                let indentation = line
                    .bytes()
                    .take_while(|byte| matches!(byte, b' ' | b'\t'))
                    .count();
                // A line of spaces counts only if a hole or an escape follows on it.
                let is_blank = line.trim_end_matches('\r').len() == indentation;
                if !is_blank || (lines.peek().is_none() && elements.peek().is_some()) {
                    common = common.min(indentation);
                }
            }
        }
        if common == usize::MAX { 0 } else { common }
    }
}

/// Collects the parts of a text.
struct Parts<'t> {
    parts: Vec<TextPart<'t>>,
    plain: String,
}

impl<'t> Parts<'t> {
    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.parts.push(TextPart::Plain(SmolStr::new(&self.plain)));
            self.plain.clear();
        }
    }

    /// Adds a piece of a block: the first line of the piece goes on a line that has begun already.
    fn push_block(&mut self, piece: &str, indentation: usize, first: bool, last: bool) {
        let count = piece.split('\n').count();
        for (index, line) in piece.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if index == 0 {
                if !(first && count > 1 && line.trim().is_empty()) {
                    self.plain.push_str(line);
                }
                continue;
            }
            if last && index + 1 == count && line.trim().is_empty() {
                continue;
            }
            if !(first && index == 1 && self.parts.is_empty() && self.plain.is_empty()) {
                self.plain.push('\n');
            }
            let spaces = line
                .bytes()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count()
                .min(indentation);
            self.plain.push_str(&line[spaces..]);
        }
    }
}

fn is_content(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TextChunk | SyntaxKind::TextEscape | SyntaxKind::BadEscape | SyntaxKind::Hole
    )
}

fn escaped(text: &str) -> char {
    match text.as_bytes().last() {
        Some(b'n') => '\n',
        Some(b'{') => '{',
        Some(b'"') => '"',
        _ => '\\',
    }
}

impl<'t> LanguageCode<'t> {
    /// The code as written.
    pub fn text(&self) -> SmolStr {
        let mut text = smol_str::SmolStrBuilder::new();
        for token in self
            .syntax
            .children_with_tokens()
            .filter_map(|element| element.into_token())
        {
            text.push_str(token.text());
        }
        text.finish()
    }
}

impl<'t> LanguageCode<'t> {
    /// Its tokens.
    pub fn tokens(&self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        self.syntax
            .children_with_tokens()
            .filter_map(|element| element.into_token())
    }
}
