//! Texts: literal pieces and holes, and the holes' filters.

use botflow_artifact::{ExprId, LanguageId, Part, Text, TextId, TextVariant, Type, TypeId};
use botflow_syntax::ast::{self, AstNode, TextPart};
use smol_str::SmolStr;

use super::{Lower, Taken};
use crate::hir::UseContext;
use crate::project::Span;
use crate::rules::names::{type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::types::Types;

/// A text that has been lowered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoweredText {
    pub id: TextId,
    /// Something sensitive is shown in it.
    pub sensitive: bool,
}

/// What the words around a hole are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing yet: at the beginning or behind a space.
    Empty,
    /// An ordinary word.
    Plain,
    /// An address of the web: what stands in its holes is percent-encoded.
    Address,
}

impl Lower<'_> {
    /// A text that people read.
    pub(super) fn text(&mut self, text: &ast::Text) -> LoweredText {
        self.text_in(text, false)
    }

    /// A text that is an address.
    pub(super) fn url_text(&mut self, text: &ast::Text) -> LoweredText {
        self.text_in(text, true)
    }

    /// A text without holes, of the compiler's own.
    pub(super) fn plain_text(&mut self, words: &str) -> TextId {
        let parts = if words.is_empty() {
            Vec::new()
        } else {
            vec![Part::Literal(SmolStr::new(words))]
        };
        self.push_text(parts, None)
    }

    /// Adds a text that stands in the project, or that only the compiler knows.
    pub(super) fn push_text(&mut self, parts: Vec<Part>, written: Option<Span>) -> TextId {
        let id = TextId::from(self.program.bot.texts.len());
        self.program.spans.texts.push(written);
        self.program.bot.texts.push(Text {
            variants: vec![TextVariant {
                language: LanguageId(0),
                parts,
            }],
        });
        id
    }

    fn text_in(&mut self, text: &ast::Text, is_address: bool) -> LoweredText {
        let written = self.node_span(text);
        let pieces = text.parts();
        let mut parts = Vec::with_capacity(pieces.len());
        let mut word = Word::Empty;
        let mut sensitive = false;
        for piece in pieces {
            match piece {
                TextPart::Plain(words) => {
                    word = word_behind(word, &words);
                    parts.push(Part::Literal(words));
                }
                TextPart::Hole(hole) => {
                    // What begins an address is (part of) the address itself: `{config.shop}/cart`.
                    let in_url = match word {
                        Word::Address => true,
                        Word::Plain => is_address,
                        Word::Empty => is_address && !parts.is_empty(),
                    };
                    let Some((part, ty, hidden)) = self.hole(&hole, in_url) else {
                        continue;
                    };
                    sensitive |= hidden;
                    let begins_address = word == Word::Empty && self.types.base(ty) == Types::URL;
                    word = match word {
                        Word::Address => Word::Address,
                        _ if begins_address => Word::Address,
                        _ => Word::Plain,
                    };
                    parts.push(part);
                }
            }
        }
        LoweredText {
            id: self.push_text(parts, Some(written)),
            sensitive,
        }
    }

    /// Words without holes that stand in an argument, as a text that can be translated; nothing for all others.
    pub(super) fn argument_words(&mut self, at: Span, words: &str) -> Option<TextId> {
        if !self.arguments.contains(&at) {
            return None;
        }
        Some(self.push_text(vec![Part::Literal(SmolStr::new(words))], Some(at)))
    }

    fn hole(&mut self, hole: &ast::Hole, in_url: bool) -> Option<(Part, TypeId, bool)> {
        let value = hole.value()?;
        let typed = self.expr(&value, None);
        let mut ty = typed.ty;
        self.optional_use(typed, UseContext::Shown);
        let mut filters = Vec::new();
        for filter in hole.filters() {
            if let Some((filter, shown)) = self.filter(&filter, ty) {
                filters.push(filter);
                ty = shown;
            }
        }
        if filters.is_empty() && !self.types.showable(ty) {
            let span = self.node_span(&value);
            let shown = self.types.name(ty);
            let finding = type_mismatch::other(format!("A text cannot show `{shown}` as a whole."), span);
            let help = match self.types.get(self.types.known(ty)) {
                Type::Record(fields) => match fields.first() {
                    Some((name, _)) => format!("Show one of its parts, for example `.{name}`."),
                    None => "Show one of its parts.".to_owned(),
                },
                _ => "Show its items as `cards` or in a `for each`.".to_owned(),
            };
            self.report(finding.help(help));
        }
        let part = Part::Hole {
            value: typed.id,
            ty: self.types.known(typed.ty),
            filters,
            in_url,
        };
        Some((part, typed.ty, typed.sensitive))
    }

    /// A text that shows one value.
    pub(super) fn value_text(&mut self, value: ExprId, ty: TypeId) -> TextId {
        let ty = self.types.known(ty);
        let written = self.expr_span(value);
        let hole = Part::Hole {
            value,
            ty,
            filters: Vec::new(),
            in_url: false,
        };
        self.push_text(vec![hole], Some(written))
    }

    /// Words that are heard, not shown; a hole in an example names a parameter and stays as written.
    pub(super) fn heard(&self, text: &ast::Text) -> String {
        let mut words = String::new();
        for part in text.parts() {
            match part {
                TextPart::Plain(plain) => words.push_str(&plain),
                TextPart::Hole(hole) => words.push_str(&hole.syntax().text().to_string()),
            }
        }
        words
    }

    /// Reports holes of examples that are no parameters of their intent.
    pub(super) fn check_examples(&mut self, clause: &ast::LikeClause, params: &[Taken]) {
        for hole in clause.texts().flat_map(|text| text.holes()) {
            let Some(value) = hole.value() else { continue };
            let written = value.syntax().text().to_string();
            if params.iter().any(|param| param.name == written.as_str()) {
                continue;
            }
            let near = nearest::few(&written, params.iter().map(|param| param.name.as_str()));
            let span = self.node_span(&value);
            self.report(unknown_name::finding(
                "parameter of this intent",
                &written,
                span,
                &near,
            ));
        }
    }
}

/// What the last word of a text is, when these words follow.
pub(crate) fn word_behind(before: Word, words: &str) -> Word {
    let last = words
        .rsplit(|letter: char| letter.is_whitespace() || letter == '(')
        .next()
        .unwrap_or("");
    let is_whole = last.len() == words.len();
    if last.is_empty() {
        return Word::Empty;
    }
    if is_whole && before != Word::Empty {
        return before;
    }
    if last.starts_with("https://") || last.starts_with("http://") {
        Word::Address
    } else {
        Word::Plain
    }
}
