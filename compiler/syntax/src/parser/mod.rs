//! The parser. It never fails: what it cannot read becomes an error and an `Error` node, and every token of the
//! source is in the tree. One function per production of `flow.pest`, grouped by noun.

mod blocks;
mod expressions;
mod flows;
mod foreign;
mod items;
mod people;
mod recovery;
mod statements;
mod texts;
mod tree;
mod triggers;
mod types;
mod words;

use crate::error::{Detail, Expected, Found, SyntaxError, SyntaxErrorKind, SyntaxFix};
use crate::kind::{SyntaxKind, SyntaxNode};
use crate::lexer::{Token, lex};
use crate::node::NodeRef;
use rowan::{GreenNode, TextRange, TextSize};
use tree::{Checkpoint, TreeBuilder};

/// How deep blocks, brackets and holes may stand within each other, together.
pub const DEPTH_LIMIT: u32 = 128;
/// How deep holes may stand within each other.
pub const HOLE_LIMIT: u32 = 3;
/// How many bytes a file may have.
pub const FILE_LIMIT: usize = 16 * 1024 * 1024;
/// How many mistakes of one file are kept: enough to mend, and few enough for a file that is none.
pub const ERROR_LIMIT: usize = 1000;

/// A parsed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    /// The tree; it holds every byte of the source and may cross threads.
    pub green: GreenNode,
    /// The mistakes, in the order of their places.
    pub errors: Vec<SyntaxError>,
}

impl Parse {
    /// The root of the tree.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// Whether the file was beyond the limit, so that its tree tells nothing.
    pub fn is_too_large(&self) -> bool {
        self.errors
            .iter()
            .any(|error| error.kind == SyntaxErrorKind::FileTooLarge)
    }

    /// The typed root of the tree.
    pub fn file(&self) -> crate::ast::File<'_> {
        use crate::ast::AstNode;
        crate::ast::File::cast(NodeRef::root(&self.green))
            .expect("the root of every tree is a file: `parse` starts with it")
    }
}

/// Parses one file.
pub fn parse(source: &str) -> Parse {
    if source.len() > FILE_LIMIT {
        return too_large(source);
    }
    let tokens = lex(source);
    let mut parser = Parser {
        source,
        line_starts: source
            .match_indices('\n')
            .map(|(end, _)| end as u32 + 1)
            .collect(),
        tokens: &tokens,
        position: 0,
        emitted: 0,
        kind: SyntaxKind::Eof,
        builder: TreeBuilder::new(),
        errors: Vec::new(),
        silent: false,
        brackets: 0,
        depth: 0,
        holes: 0,
        forms: 0,
        arrows: ArrowPlace::Flow,
        steps_began: false,
        suspect: None,
    };
    parser.builder.start_node(SyntaxKind::File);
    parser.settle();
    parser.file();
    parser.flush();
    parser.builder.finish_node();
    let mut errors = parser.errors;
    errors.sort_by_key(|error| (error.range.start(), error.range.end()));
    Parse {
        green: parser.builder.finish(),
        errors,
    }
}

/// A file beyond the limit is one error and one token.
fn too_large(source: &str) -> Parse {
    let mut builder = TreeBuilder::new();
    builder.start_node(SyntaxKind::File);
    // Places are 32 bits wide; what lies beyond cannot be in a tree at all.
    if u32::try_from(source.len()).is_ok() {
        builder.start_node(SyntaxKind::Error);
        builder.token(SyntaxKind::Unknown, source);
        builder.finish_node();
    }
    builder.finish_node();
    let error = SyntaxError {
        kind: SyntaxErrorKind::FileTooLarge,
        range: TextRange::empty(TextSize::new(0)),
        found: Found::Nothing,
        expected: Vec::new(),
        detail: Detail::Sentence("This file is larger than 16 MiB."),
        related: Vec::new(),
        fix: None,
        beyond_grammar: true,
    };
    Parse {
        green: builder.finish(),
        errors: vec![error],
    }
}

/// Where an arrow stands; some targets are for some places only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArrowPlace {
    Flow,
    Escalation,
    Unread,
}

struct Parser<'source> {
    source: &'source str,
    /// Where lines begin, but the first: a line may be as long as the file, so that its begin is not searched for.
    line_starts: Vec<u32>,
    tokens: &'source [Token],
    /// The index of the current token, which is no space.
    position: usize,
    /// How many tokens are in the tree.
    emitted: usize,
    /// The kind of the current token.
    kind: SyntaxKind,
    builder: TreeBuilder,
    errors: Vec<SyntaxError>,
    /// Set by an error and cleared by the next entry: no second error where one was just reported.
    silent: bool,
    /// How many round and square brackets are open; within them line ends are space.
    brackets: u32,
    depth: u32,
    holes: u32,
    /// Whether this is inside a `form`.
    forms: u32,
    arrows: ArrowPlace,
    /// Whether a step of the current flow has ended: only steps follow.
    steps_began: bool,
    /// The first block of the current declaration that something closed which stands further left: if a brace is
    /// missing, it is this block's.
    suspect: Option<TextRange>,
}

// Looking.
impl<'source> Parser<'source> {
    fn at(&self, kind: SyntaxKind) -> bool {
        self.kind == kind
    }

    fn at_word(&self) -> bool {
        self.kind.is_word()
    }

    /// The kind of the token that comes `ahead` tokens behind the current one.
    fn ahead(&self, ahead: usize) -> SyntaxKind {
        let mut index = self.position;
        for _ in 0..ahead {
            if self.tokens[index].kind == SyntaxKind::Eof {
                return SyntaxKind::Eof;
            }
            index = self.next_significant(index + 1);
        }
        self.tokens[index].kind
    }

    fn next_significant(&self, mut index: usize) -> usize {
        loop {
            let kind = self.tokens[index].kind;
            if !(kind.is_trivia() || kind == SyntaxKind::Newline && self.brackets > 0) {
                return index;
            }
            index += 1;
        }
    }

    fn text_of(&self, index: usize) -> &'source str {
        let start = self.tokens[index].start as usize;
        let end = self
            .tokens
            .get(index + 1)
            .map_or(self.source.len(), |next| next.start as usize);
        &self.source[start..end]
    }

    fn current_text(&self) -> &'source str {
        self.text_of(self.position)
    }

    fn range_of(&self, index: usize) -> TextRange {
        let start = TextSize::new(self.tokens[index].start);
        TextRange::at(start, TextSize::of(self.text_of(index)))
    }

    /// Where the token before the current one ends, spaces aside.
    fn previous_end(&self) -> TextSize {
        let before = self.tokens[..self.position]
            .iter()
            .rposition(|token| !token.kind.is_trivia() && token.kind != SyntaxKind::Newline);
        before.map_or(TextSize::new(0), |index| self.range_of(index).end())
    }
}

// Moving.
impl Parser<'_> {
    /// Makes the next token that is no space the current one.
    fn settle(&mut self) {
        self.position = self.next_significant(self.position);
        self.kind = self.tokens[self.position].kind;
    }

    /// Puts the spaces before the current token into the tree.
    fn flush(&mut self) {
        while self.emitted < self.position {
            let token = self.tokens[self.emitted];
            self.builder.token(token.kind, self.text_of(self.emitted));
            self.emitted += 1;
        }
    }

    fn bump(&mut self) {
        self.bump_as(self.kind);
    }

    /// Takes the current token under another kind.
    fn bump_as(&mut self, kind: SyntaxKind) {
        if self.kind == SyntaxKind::Eof {
            return;
        }
        self.flush();
        self.builder.token(kind, self.text_of(self.position));
        self.emitted += 1;
        self.position += 1;
        self.settle();
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let at = self.kind == kind;
        if at {
            self.bump();
        }
        at
    }

    /// Takes a token that has to stand here.
    fn expect(&mut self, kind: SyntaxKind) -> bool {
        let at = self.eat(kind);
        if !at {
            self.error_expected(&[Expected::Token(kind)]);
        }
        at
    }

    fn start(&mut self, kind: SyntaxKind) {
        self.flush();
        self.builder.start_node(kind);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.flush();
        self.builder.checkpoint()
    }

    fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        self.builder.start_node_at(checkpoint, kind);
    }

    fn finish(&mut self) {
        self.builder.finish_node();
    }

    /// A node of one keyword and whatever follows.
    fn node(&mut self, kind: SyntaxKind, body: impl FnOnce(&mut Self)) {
        self.start(kind);
        body(self);
        self.finish();
    }

    /// Opens a bracket: up to its end, line ends are space.
    fn open_bracket(&mut self) {
        self.brackets += 1;
        self.bump();
    }

    /// Closes a bracket. The line end behind it means something again, if no other bracket is open.
    fn close_bracket(&mut self, kind: SyntaxKind, open: TextRange) {
        let at = self.kind == kind;
        if !at {
            self.unclosed_bracket(kind, open);
        }
        self.brackets -= 1;
        if at || self.kind == kind {
            self.bump();
        } else {
            self.resettle();
        }
    }

    /// Looks again at what was skipped as space, after it has come to mean something.
    fn resettle(&mut self) {
        self.position = self.emitted;
        self.settle();
    }

    /// Runs a production one level deeper, or skips it where the limit is reached.
    fn deeper(&mut self, body: impl FnOnce(&mut Self)) {
        if self.depth >= DEPTH_LIMIT {
            self.too_deep("This is nested more than 128 levels deep.");
            self.skip_entry();
            return;
        }
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }
}

// Reporting.
impl Parser<'_> {
    /// Reports a mistake, unless one was just reported. What follows stays silent up to the next entry.
    fn report(&mut self, error: SyntaxError) {
        if !self.silent && self.errors.len() < ERROR_LIMIT {
            self.errors.push(error);
        }
        self.silent = true;
    }

    /// Reports a mistake that hides no other: the grammar goes on as if nothing were wrong.
    fn remark(&mut self, mut error: SyntaxError) {
        error.beyond_grammar = true;
        if !self.silent && self.errors.len() < ERROR_LIMIT {
            self.errors.push(error);
        }
    }

    /// An error at the current token, with nothing said yet.
    fn error_here(&self, kind: SyntaxErrorKind) -> SyntaxError {
        let (range, found) = match self.kind {
            SyntaxKind::Newline => (TextRange::empty(self.previous_end()), Found::LineEnd),
            SyntaxKind::Eof => (TextRange::empty(self.previous_end()), Found::FileEnd),
            _ => {
                let text = self.current_text();
                let text = text.lines().next().unwrap_or_default();
                (self.range_of(self.position), Found::Text(text.into()))
            }
        };
        SyntaxError {
            kind,
            range,
            found,
            expected: Vec::new(),
            detail: Detail::None,
            related: Vec::new(),
            fix: None,
            beyond_grammar: false,
        }
    }

    /// Reports that something else should stand here.
    fn error_expected(&mut self, expected: &[Expected]) {
        if self.silent {
            return;
        }
        let mut error = self.error_here(SyntaxErrorKind::UnexpectedWord);
        error.expected = expected.to_vec();
        self.explain(&mut error);
        self.report(error);
    }

    /// Says more about tokens that are wrong anywhere.
    fn explain(&self, error: &mut SyntaxError) {
        let text = self.current_text();
        match self.kind {
            SyntaxKind::BadNumber => {
                error.kind = SyntaxErrorKind::BadLiteral;
                error.detail = Detail::Sentence(words::bad_number(text));
            }
            SyntaxKind::CurlyQuote => {
                let inner = text.trim_matches(crate::lexer::is_curly_quote);
                error.detail = Detail::Sentence("Texts stand in straight quotes.");
                error.fix = Some(SyntaxFix {
                    title: "Use straight quotes".to_owned(),
                    range: error.range,
                    text: format!("\"{inner}\""),
                });
            }
            _ => {
                if let Some(sign) = foreign::sign(text, &self.source[usize::from(error.range.start())..]) {
                    let length = TextSize::try_from(sign.written.len()).unwrap_or_default();
                    error.range = TextRange::at(error.range.start(), length);
                    error.detail = Detail::Sentence(sign.sentence);
                    error.fix = sign.instead.map(|instead| SyntaxFix {
                        title: if instead.is_empty() {
                            "Remove it".to_owned()
                        } else {
                            format!("Write `{instead}`")
                        },
                        range: error.range,
                        text: instead.to_owned(),
                    });
                }
            }
        }
    }

    fn too_deep(&mut self, sentence: &'static str) {
        let mut error = self.error_here(SyntaxErrorKind::NestedTooDeep);
        error.detail = Detail::Sentence(sentence);
        error.beyond_grammar = true;
        self.report(error);
    }

    fn sentence(&mut self, kind: SyntaxErrorKind, sentence: &'static str) {
        let mut error = self.error_here(kind);
        error.detail = Detail::Sentence(sentence);
        self.report(error);
    }
}
