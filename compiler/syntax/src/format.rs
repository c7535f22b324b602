//! The formatter: the one layout of the language. It changes nothing but spaces and line ends.
//!
//! A block stays on one line if its author wrote it so and its single entry is a way or a list of words that
//! fits; line ends in brackets and behind commas stay where the author put them; blank lines stay, one at most.

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::parser::{Parse, parse};
use rowan::{NodeOrToken, WalkEvent};
use std::fmt;

/// The widest line a block may share with its single entry.
pub const LINE_WIDTH: usize = 100;
const INDENT: usize = 2;

/// Why a file is not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatError {
    /// It has errors; they have to be mended first.
    HasErrors,
    /// The result would not be the same program. This is a mistake of the formatter, and the file stays as it is.
    WouldChange,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FormatError::HasErrors => "the file has errors that have to be mended before it can be formatted",
            FormatError::WouldChange => "the formatter would change what the file says; nothing was written",
        })
    }
}

impl std::error::Error for FormatError {}

/// The file in the one layout.
pub fn format(file: &Parse) -> Result<String, FormatError> {
    // The layout of blocks that nest without bound would be as long as the square of the file.
    let stops = |error: &SyntaxError| !error.beyond_grammar || error.kind == SyntaxErrorKind::NestedTooDeep;
    if file.errors.iter().any(stops) || file.is_too_large() {
        return Err(FormatError::HasErrors);
    }
    let root = file.syntax();
    let formatted = Layout::default().file(&root);
    let again = parse(&formatted);
    let same =
        !again.errors.iter().any(|error| !error.beyond_grammar) && same_program(&root, &again.syntax());
    if same {
        Ok(formatted)
    } else {
        Err(FormatError::WouldChange)
    }
}

/// Whether two trees differ in nothing but spaces and line ends.
fn same_program(left: &SyntaxNode, right: &SyntaxNode) -> bool {
    let (mut left, mut right) = (events(left), events(right));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right => {}
            _ => return false,
        }
    }
}

/// The nodes of a tree, as they open and close, and the tokens that say something, comments among them.
fn events(root: &SyntaxNode) -> impl Iterator<Item = (SyntaxKind, String)> {
    // A comment stands before or behind the end of a node as spaces go, so comments have an order of their own.
    let program = root.preorder_with_tokens().filter_map(|event| match event {
        WalkEvent::Enter(NodeOrToken::Node(node)) => Some((node.kind(), String::new())),
        WalkEvent::Enter(NodeOrToken::Token(token))
            if !is_space(token.kind()) && !is_comment(token.kind()) =>
        {
            Some((token.kind(), token.text().to_owned()))
        }
        WalkEvent::Leave(NodeOrToken::Node(node)) => Some((node.kind(), "end".to_owned())),
        _ => None,
    });
    let comments = root
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| is_comment(token.kind()))
        .map(|token| (token.kind(), token.text().trim_end().to_owned()));
    program.chain(comments)
}

fn is_comment(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::Comment | SyntaxKind::DocComment)
}

fn is_space(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::Whitespace | SyntaxKind::Newline)
}

/// A node whose tokens are being laid out.
struct Frame {
    kind: SyntaxKind,
    /// Whether its opening brace has passed, and its closing brace has not.
    in_block: bool,
    /// Whether the entries of its block stand on lines of their own.
    tall: bool,
}

#[derive(Default)]
struct Layout {
    output: String,
    /// Where the current line begins in the output.
    line_start: usize,
    /// How far the characters of the current line have been counted, and how many there are: a line may be as long
    /// as the file.
    counted: (usize, usize),
    frames: Vec<Frame>,
    /// How many blocks with entries on lines of their own are open.
    blocks: usize,
    brackets: usize,
    /// The last token that says something, and the kind of its node.
    previous: Option<(SyntaxKind, SyntaxKind)>,
    /// Whether the next token begins an entry that stands on a line of its own.
    at_entry: bool,
    /// The line ends since the last token or comment.
    line_ends: usize,
    /// The width of the space since the last token or comment.
    gap: usize,
    /// Whether a comment ends the current line.
    after_comment: bool,
}

impl Layout {
    fn file(mut self, root: &SyntaxNode) -> String {
        for event in root.preorder_with_tokens() {
            match event {
                WalkEvent::Enter(NodeOrToken::Node(node)) => self.enter(&node),
                WalkEvent::Leave(NodeOrToken::Node(_)) => {
                    self.frames.pop();
                }
                WalkEvent::Enter(NodeOrToken::Token(token)) => self.token(&token),
                WalkEvent::Leave(NodeOrToken::Token(_)) => {}
            }
        }
        let end = self.output.trim_end_matches([' ', '\n']).len();
        self.output.truncate(end);
        if !self.output.is_empty() {
            self.output.push('\n');
        }
        self.output
    }

    fn enter(&mut self, node: &SyntaxNode) {
        if let Some(parent) = self.frames.last() {
            self.at_entry |= parent.in_block && parent.tall;
        }
        let kind = node.kind();
        let is_file = kind == SyntaxKind::File;
        self.frames.push(Frame {
            kind,
            in_block: is_file,
            tall: is_file,
        });
    }

    fn token(&mut self, token: &SyntaxToken) {
        match token.kind() {
            SyntaxKind::Whitespace => self.gap += token.text().chars().count(),
            SyntaxKind::Newline => {
                self.line_ends += token.text().bytes().filter(|byte| *byte == b'\n').count();
                self.gap = 0;
            }
            SyntaxKind::Comment | SyntaxKind::DocComment => self.comment(token.text().trim_end()),
            kind => self.significant(token, kind),
        }
    }

    fn comment(&mut self, text: &str) {
        if self.previous.is_some() && self.line_ends == 0 && !self.after_comment {
            // A comment behind something keeps its column if it has one.
            let gap = self.gap.max(INDENT);
            self.output.extend(std::iter::repeat_n(' ', gap));
        } else {
            self.break_line(self.continuation(false));
        }
        self.output.push_str(text);
        self.after_comment = true;
        self.line_ends = 0;
        self.gap = 0;
    }

    fn significant(&mut self, token: &SyntaxToken, kind: SyntaxKind) {
        let parent = self.frames.last().map_or(SyntaxKind::File, |frame| frame.kind);
        let at_entry = std::mem::take(&mut self.at_entry);
        if kind == SyntaxKind::CloseBrace {
            self.close_block();
        } else {
            if matches!(kind, SyntaxKind::CloseParen | SyntaxKind::CloseSquare) {
                self.brackets -= 1;
            }
            self.separate(kind, parent, at_entry);
        }
        self.output.push_str(token.text());
        if let Some(newline) = token.text().rfind('\n') {
            self.line_start = self.output.len() - (token.text().len() - newline - 1);
        }
        match kind {
            SyntaxKind::OpenBrace => self.open_block(token),
            SyntaxKind::OpenParen | SyntaxKind::OpenSquare => self.brackets += 1,
            _ => {}
        }
        self.previous = Some((kind, parent));
        self.line_ends = 0;
        self.gap = 0;
        self.after_comment = false;
    }

    fn separate(&mut self, kind: SyntaxKind, parent: SyntaxKind, at_entry: bool) {
        let Some((previous, previous_parent)) = self.previous else {
            if self.after_comment {
                self.break_line(0);
            }
            return;
        };
        if at_entry {
            return self.break_line(self.blocks * INDENT);
        }
        let keeps_line_end = self.line_ends > 0 && (self.brackets > 0 || previous == SyntaxKind::Comma);
        let closes = matches!(kind, SyntaxKind::CloseParen | SyntaxKind::CloseSquare);
        if self.after_comment || keeps_line_end || closes && self.line_ends > 0 {
            self.line_ends = self.line_ends.min(1);
            let is_else =
                kind == SyntaxKind::KwElse && matches!(parent, SyntaxKind::ElseIf | SyntaxKind::ElseBranch);
            let indent = if is_else {
                self.blocks * INDENT
            } else {
                self.continuation(closes)
            };
            return self.break_line(indent);
        }
        if spaced(previous, previous_parent, kind, parent) {
            self.output.push(' ');
        }
    }

    /// The indentation of a line that continues a statement.
    fn continuation(&self, closes: bool) -> usize {
        let further = match (self.brackets, closes) {
            (0, false) if self.in_statement() => 1,
            (brackets, _) => brackets,
        };
        (self.blocks + further) * INDENT
    }

    /// Whether a statement has begun that a comma continues.
    fn in_statement(&self) -> bool {
        matches!(self.previous, Some((SyntaxKind::Comma, _)))
    }

    fn break_line(&mut self, indent: usize) {
        let blank = self.line_ends > 1
            && !matches!(self.previous, Some((SyntaxKind::OpenBrace, _)) if !self.after_comment);
        if !self.output.is_empty() {
            self.output.push('\n');
            if blank {
                self.output.push('\n');
            }
        }
        self.line_start = self.output.len();
        self.output.extend(std::iter::repeat_n(' ', indent));
    }

    fn open_block(&mut self, brace: &SyntaxToken) {
        let column = self.column();
        let tall = !brace
            .parent()
            .is_some_and(|owner| fits_on_line(&owner, brace, column));
        if let Some(frame) = self.frames.last_mut() {
            frame.in_block = true;
            frame.tall = tall;
        }
        self.blocks += usize::from(tall);
    }

    /// How many characters the current line has.
    fn column(&mut self) -> usize {
        let (end, characters) = match self.counted {
            (end, characters) if end >= self.line_start => (end, characters),
            _ => (self.line_start, 0),
        };
        let characters = characters + self.output[end..].chars().count();
        self.counted = (self.output.len(), characters);
        characters
    }

    fn close_block(&mut self) {
        let tall = self.frames.last().is_some_and(|frame| frame.tall);
        if let Some(frame) = self.frames.last_mut() {
            frame.in_block = false;
        }
        if !tall {
            return self.output.push(' ');
        }
        self.blocks -= 1;
        self.line_ends = self.line_ends.min(1);
        self.break_line(self.blocks * INDENT);
    }
}

/// Whether a space stands between two tokens of one line.
fn spaced(left: SyntaxKind, left_parent: SyntaxKind, right: SyntaxKind, right_parent: SyntaxKind) -> bool {
    match right {
        SyntaxKind::Comma
        | SyntaxKind::Colon
        | SyntaxKind::Dot
        | SyntaxKind::Question
        | SyntaxKind::CloseParen
        | SyntaxKind::CloseSquare
        | SyntaxKind::HoleClose
        | SyntaxKind::HoleOpen
        | SyntaxKind::TextChunk
        | SyntaxKind::TextEscape
        | SyntaxKind::TextClose => return false,
        SyntaxKind::OpenParen
            if matches!(
                right_parent,
                SyntaxKind::Params | SyntaxKind::Args | SyntaxKind::Bindings
            ) =>
        {
            return false;
        }
        _ => {}
    }
    match left {
        SyntaxKind::OpenParen | SyntaxKind::OpenSquare | SyntaxKind::Dot | SyntaxKind::HoleOpen => false,
        SyntaxKind::Minus => !matches!(
            left_parent,
            SyntaxKind::NegExpr | SyntaxKind::Bound | SyntaxKind::Pattern | SyntaxKind::LanguageCode
        ),
        _ => !(right == SyntaxKind::Minus && right_parent == SyntaxKind::LanguageCode),
    }
}

/// Whether a block stays on its line: it was written so, and its one entry is a way or a list of words, or it
/// is empty.
fn fits_on_line(owner: &SyntaxNode, brace: &SyntaxToken, column: usize) -> bool {
    let mut entries = 0;
    let mut width = 0;
    let mut previous: Option<(SyntaxKind, SyntaxKind)> = None;
    let behind = owner
        .children_with_tokens()
        .skip_while(|element| element.text_range().start() < brace.text_range().end());
    for element in behind {
        match element {
            NodeOrToken::Token(token) if token.kind() == SyntaxKind::CloseBrace => {
                return entries == 0 || entries == 1 && column + width + 3 <= LINE_WIDTH;
            }
            NodeOrToken::Token(token) if token.kind() == SyntaxKind::Newline && entries > 0 => return false,
            NodeOrToken::Token(token) if token.kind() == SyntaxKind::Newline => {
                // An empty block may have been written over several lines.
                entries += usize::from(
                    owner
                        .children()
                        .any(|child| child.text_range().start() > brace.text_range().start()),
                );
                if entries > 0 {
                    return false;
                }
            }
            NodeOrToken::Token(token) if is_comment(token.kind()) => return false,
            NodeOrToken::Token(_) => {}
            NodeOrToken::Node(node) => {
                entries += 1;
                if entries > 1 || !is_short_entry(&node) {
                    return false;
                }
                for token in node
                    .descendants_with_tokens()
                    .filter_map(|element| element.into_token())
                {
                    let kind = token.kind();
                    let parent = token.parent().map_or(SyntaxKind::File, |parent| parent.kind());
                    if is_space(kind) && !token.text().contains('\n') {
                        continue;
                    }
                    if token.text().contains('\n') || is_comment(kind) || kind == SyntaxKind::OpenBrace {
                        return false;
                    }
                    if let Some((left, left_parent)) = previous {
                        width += usize::from(spaced(left, left_parent, kind, parent));
                    }
                    width += token.text().chars().count();
                    previous = Some((kind, parent));
                }
            }
        }
    }
    false
}

/// Whether an entry is a way, or something with a way, or a list of words.
fn is_short_entry(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::Arrow
            | SyntaxKind::WordsClause
            | SyntaxKind::LikeClause
            | SyntaxKind::RunStmt
            | SyntaxKind::StartStmt
            | SyntaxKind::ReturnStmt
            | SyntaxKind::EscalateStmt
            | SyntaxKind::FinishStmt
            | SyntaxKind::AgainStmt
            | SyntaxKind::BackStmt
    ) || node
        .children()
        .last()
        .is_some_and(|last| last.kind() == SyntaxKind::Arrow)
}
