//! Blocks, their entries, and how the parser finds its way again behind a mistake.

use super::{ArrowPlace, DEPTH_LIMIT, Parser, words};
use crate::error::{Detail, Expected, Found, SyntaxError, SyntaxErrorKind, SyntaxFix};
use crate::kind::SyntaxKind;
use crate::lexer::Token;
use rowan::TextRange;

/// A list of entries: what may stand in it, for messages and for recovery.
pub(super) struct Context {
    /// The block in words, as in "may not stand in a step".
    pub place: &'static str,
    /// What an entry is called, as in "expected a statement".
    pub entry: &'static str,
    /// The keywords that begin entries.
    pub starts: &'static [SyntaxKind],
    /// The entries that may stand only once.
    pub unique: &'static [SyntaxKind],
    /// Whether entries may begin with a name of the author's choice.
    pub named: bool,
}

/// The keywords that begin declarations.
pub(super) const ITEM_STARTS: &[SyntaxKind] = &[
    SyntaxKind::KwBot,
    SyntaxKind::KwType,
    SyntaxKind::KwCustomer,
    SyntaxKind::KwConfig,
    SyntaxKind::KwEvent,
    SyntaxKind::KwIntent,
    SyntaxKind::KwSegment,
    SyntaxKind::KwLookup,
    SyntaxKind::KwAction,
    SyntaxKind::KwAlways,
    SyntaxKind::KwFlow,
    SyntaxKind::KwTrigger,
    SyntaxKind::KwGoal,
    SyntaxKind::KwExperiment,
    SyntaxKind::KwQueue,
    SyntaxKind::KwEscalation,
    SyntaxKind::KwTemplate,
    SyntaxKind::KwFaq,
    SyntaxKind::KwMoved,
    SyntaxKind::KwUse,
];

/// Where a header of a statement goes on after a mistake in it.
const HEADER_RECOVERY: &[SyntaxKind] = &[
    SyntaxKind::TextOpen,
    SyntaxKind::OpenBrace,
    SyntaxKind::ArrowToken,
];

impl Parser<'_> {
    /// A block: `{`, entries on lines of their own, `}`.
    pub(super) fn braces(&mut self, context: &'static Context, entry: fn(&mut Self) -> Option<SyntaxKind>) {
        if !self.at(SyntaxKind::OpenBrace) {
            self.error_expected(&[Expected::Token(SyntaxKind::OpenBrace)]);
            self.skip_to(&[SyntaxKind::OpenBrace]);
            if self.next_line_opens() {
                while self.at(SyntaxKind::Newline) {
                    self.bump();
                }
            } else if !self.at(SyntaxKind::OpenBrace) && !self.goes_on_further_right() {
                return;
            }
        }
        if self.depth >= DEPTH_LIMIT {
            self.too_deep("This is nested more than 128 levels deep.");
            self.skip_entry();
            return;
        }
        // Where only the brace is missing, its block is read as if it were there.
        let open = self.range_of(self.position);
        self.depth += 1;
        self.eat(SyntaxKind::OpenBrace);
        self.entries(context, entry, Some(open));
        self.depth -= 1;
    }

    /// A block that may be left out.
    pub(super) fn optional_braces(
        &mut self,
        context: &'static Context,
        entry: fn(&mut Self) -> Option<SyntaxKind>,
    ) {
        if self.at(SyntaxKind::OpenBrace) {
            self.braces(context, entry);
        }
    }

    /// Entries up to the closing brace, or, at the top level, up to the end of the file.
    pub(super) fn entries(
        &mut self,
        context: &'static Context,
        entry: fn(&mut Self) -> Option<SyntaxKind>,
        open: Option<TextRange>,
    ) {
        let mut seen: Vec<(SyntaxKind, TextRange)> = Vec::new();
        let indent = open.map(|open| self.indent_of(open.start().into()));
        let mut entries_further_right = false;
        loop {
            if self.at(SyntaxKind::Newline) {
                self.bump();
                self.silent = false;
                // A comment may stand between two line ends.
                continue;
            }
            match (self.kind, open) {
                (SyntaxKind::CloseBrace, Some(open)) => {
                    if self.suspect.is_none() && self.is_at_line_start() && Some(self.column()) < indent {
                        self.suspect = Some(open);
                    }
                    self.bump();
                    return;
                }
                (SyntaxKind::CloseBrace, None) => {
                    self.silent = false;
                    self.sentence(SyntaxErrorKind::UnexpectedWord, "This `}` closes nothing.");
                    self.start(SyntaxKind::Error);
                    self.bump();
                    self.finish();
                    continue;
                }
                (SyntaxKind::Eof, None) => return,
                (SyntaxKind::Eof, Some(open)) => return self.unclosed(open),
                (_, Some(open)) if self.closes(context) => return self.unclosed(open),
                _ => {}
            }
            self.silent = false;
            let before = self.position;
            let further_right = self.is_at_line_start().then(|| Some(self.column()) > indent);
            if open.is_none() {
                self.suspect = None;
            }
            match entry(self) {
                Some(kind) => self.check_repeated(context, kind, before, &mut seen),
                None => {
                    // What stands further left than this block's entries, and may not be one, shows where it ends.
                    if let Some(open) = open
                        && entries_further_right
                        && further_right == Some(false)
                        && ENTRY_WORDS.contains(&self.kind)
                    {
                        return self.unclosed(open);
                    }
                    self.unknown_entry(context);
                }
            }
            entries_further_right |= further_right == Some(true);
            let ended = matches!(
                self.kind,
                SyntaxKind::Newline | SyntaxKind::CloseBrace | SyntaxKind::Eof
            );
            // A block inside may have ended because something begins here that is none of its own.
            if !(ended || self.is_at_line_start() && (self.silent || self.is_structural(context))) {
                self.error_expected(&[Expected::Token(SyntaxKind::Newline)]);
                self.skip_entry();
            }
            assert!(
                self.position > before || self.at(SyntaxKind::Eof),
                "an entry takes at least one token"
            );
        }
    }

    fn unclosed(&mut self, open: TextRange) {
        let suspect = self.suspect.take();
        let range = suspect
            .filter(|suspect| suspect.start() > open.start())
            .unwrap_or(open);
        self.report(SyntaxError {
            kind: SyntaxErrorKind::UnclosedBlock,
            range,
            found: Found::Nothing,
            expected: vec![Expected::Token(SyntaxKind::CloseBrace)],
            detail: Detail::Sentence("The block that begins here is not closed."),
            related: Vec::new(),
            fix: None,
            beyond_grammar: false,
        });
    }

    fn check_repeated(
        &mut self,
        context: &'static Context,
        kind: SyntaxKind,
        start: usize,
        seen: &mut Vec<(SyntaxKind, TextRange)>,
    ) {
        if !context.unique.contains(&kind) {
            return;
        }
        let range = self.range_of(start);
        match seen.iter().find(|(before, _)| *before == kind) {
            Some((_, first)) => {
                let mut error = self.error_here(SyntaxErrorKind::RepeatedSetting);
                error.range = range;
                error.found = Found::Text(self.text_of(start).into());
                error.detail = Detail::In(context.place);
                error.related.push((*first, "it stands here already"));
                self.remark(error);
            }
            None => seen.push((kind, range)),
        }
    }

    /// Whether the current token begins a declaration or a step, wherever it stands.
    fn is_structural(&self, context: &Context) -> bool {
        let next = || self.ahead(1);
        match self.kind {
            SyntaxKind::KwStep => next().is_word() && self.ahead(2) == SyntaxKind::OpenBrace,
            SyntaxKind::KwCustomer | SyntaxKind::KwConfig => next() == SyntaxKind::OpenBrace,
            SyntaxKind::KwAlways | SyntaxKind::KwFaq => !context.named && next() == SyntaxKind::OpenBrace,
            SyntaxKind::KwBot
            | SyntaxKind::KwType
            | SyntaxKind::KwEvent
            | SyntaxKind::KwIntent
            | SyntaxKind::KwSegment
            | SyntaxKind::KwLookup
            | SyntaxKind::KwAction
            | SyntaxKind::KwFlow
            | SyntaxKind::KwTrigger
            | SyntaxKind::KwGoal
            | SyntaxKind::KwExperiment
            | SyntaxKind::KwQueue
            | SyntaxKind::KwEscalation
            | SyntaxKind::KwTemplate
            | SyntaxKind::KwMoved
            | SyntaxKind::KwUse => next().is_word() && !(context.named && next() == SyntaxKind::KwWords),
            _ => false,
        }
    }

    /// Whether the current token closes every block up to one where it may stand.
    fn closes(&self, context: &Context) -> bool {
        self.is_structural(context) && !context.starts.contains(&self.kind) && self.is_at_line_start()
    }

    /// How far from the left the current token stands.
    fn column(&self) -> usize {
        let start = usize::from(self.range_of(self.position).start());
        start - self.line_start(start)
    }

    /// How far from the left the line begins on which a place is.
    fn indent_of(&self, place: usize) -> usize {
        let line = &self.source[self.line_start(place)..];
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    fn line_start(&self, place: usize) -> usize {
        let behind = self.line_starts.partition_point(|start| *start as usize <= place);
        behind
            .checked_sub(1)
            .map_or(0, |line| self.line_starts[line] as usize)
    }

    /// Whether a header ends here, and the next line is indented more than it: a block whose brace is missing.
    fn goes_on_further_right(&self) -> bool {
        if !self.at(SyntaxKind::Newline) {
            return false;
        }
        let here = usize::from(self.range_of(self.position).start());
        let next = self.behind_newlines();
        next.kind != SyntaxKind::Eof && self.indent_of(next.start as usize) > self.indent_of(here)
    }

    /// Whether the brace that is missing here stands on the next line.
    fn next_line_opens(&self) -> bool {
        self.at(SyntaxKind::Newline) && self.behind_newlines().kind == SyntaxKind::OpenBrace
    }

    fn behind_newlines(&self) -> Token {
        let mut index = self.position;
        while self.tokens[index].kind == SyntaxKind::Newline || self.tokens[index].kind.is_trivia() {
            index += 1;
        }
        self.tokens[index]
    }

    fn is_at_line_start(&self) -> bool {
        for token in self.tokens[..self.position].iter().rev() {
            match token.kind {
                SyntaxKind::Newline => return true,
                kind if kind.is_trivia() => {}
                _ => return false,
            }
        }
        true
    }

    /// Reports a line that begins with nothing that may begin here, and skips it with its blocks.
    fn unknown_entry(&mut self, context: &'static Context) {
        let mut error = self.error_here(SyntaxErrorKind::UnexpectedWord);
        if self.at_word() {
            error.detail = Detail::In(context.place);
            error.kind = SyntaxErrorKind::UnknownStatement;
            let text = self.current_text();
            if let Some(word) = words::nearest(text, context.starts).filter(|word| *word != text) {
                error.fix = Some(SyntaxFix {
                    title: format!("Did you mean `{word}`"),
                    range: error.range,
                    text: word.to_owned(),
                });
            } else if ENTRY_WORDS.contains(&self.kind) || ITEM_STARTS.contains(&self.kind) {
                error.kind = SyntaxErrorKind::WrongPlace;
            }
            if context.starts.len() <= 12 {
                error.expected = context.starts.iter().map(|kind| Expected::Token(*kind)).collect();
            }
        } else {
            error.expected = vec![Expected::Some(context.entry)];
            self.explain(&mut error);
        }
        self.report(error);
        self.skip_entry_in(context.starts.contains(&SyntaxKind::KwFlow));
    }

    /// Puts everything up to the end of the line into an `Error` node, with the blocks that begin on it.
    pub(super) fn skip_entry(&mut self) {
        self.skip_entry_in(false);
    }

    /// The same; the steps of a declaration that cannot be read are a part of it.
    fn skip_entry_in(&mut self, file: bool) {
        if matches!(self.kind, SyntaxKind::Newline | SyntaxKind::Eof) {
            return;
        }
        let column = self.column();
        self.start(SyntaxKind::Error);
        let (mut braces, mut brackets, mut holes, mut texts) = (0u32, 0u32, 0u32, 0u32);
        let within = self.brackets > 0;
        loop {
            match self.kind {
                SyntaxKind::Eof => break,
                SyntaxKind::Newline if braces == 0 => break,
                SyntaxKind::Newline => {
                    self.bump();
                    // What stands further right belongs to the block that is skipped: a `template` of a message.
                    let outside = self.column() <= column;
                    if outside && self.begins_structure() && !(file && self.at(SyntaxKind::KwStep)) {
                        break;
                    }
                    continue;
                }
                SyntaxKind::OpenBrace => braces += 1,
                SyntaxKind::CloseBrace if braces == 0 => break,
                SyntaxKind::CloseBrace => braces -= 1,
                SyntaxKind::OpenParen | SyntaxKind::OpenSquare => brackets += 1,
                SyntaxKind::CloseParen | SyntaxKind::CloseSquare if brackets == 0 && within => break,
                SyntaxKind::CloseParen | SyntaxKind::CloseSquare => brackets = brackets.saturating_sub(1),
                SyntaxKind::HoleOpen => holes += 1,
                SyntaxKind::HoleClose if holes == 0 => break,
                SyntaxKind::HoleClose => holes -= 1,
                SyntaxKind::TextOpen => texts += 1,
                SyntaxKind::TextClose if texts == 0 => break,
                SyntaxKind::TextClose => texts -= 1,
                _ => {}
            }
            self.bump();
        }
        self.finish();
    }

    /// Whether a declaration or a step begins here, behind a line end.
    fn begins_structure(&self) -> bool {
        const ANYWHERE: Context = Context {
            place: "",
            entry: "",
            starts: &[],
            unique: &[],
            named: false,
        };
        self.is_structural(&ANYWHERE)
    }

    /// After a mistake in the head of a statement: goes on at its text, its block or its arrow.
    pub(super) fn skip_to_header(&mut self) {
        self.skip_to(HEADER_RECOVERY);
    }

    /// Puts tokens of this line into an `Error` node up to one of these.
    pub(super) fn skip_to(&mut self, stops: &[SyntaxKind]) {
        if stops.contains(&self.kind) || self.is_stop() {
            return;
        }
        self.start(SyntaxKind::Error);
        let mut texts = 0u32;
        while !(texts == 0 && stops.contains(&self.kind)
            || self.is_hard_stop()
            || texts == 0 && self.is_stop())
        {
            match self.kind {
                SyntaxKind::TextOpen => texts += 1,
                SyntaxKind::TextClose => texts = texts.saturating_sub(1),
                _ => {}
            }
            self.bump();
        }
        self.finish();
    }

    fn is_hard_stop(&self) -> bool {
        matches!(self.kind, SyntaxKind::Newline | SyntaxKind::Eof)
    }

    fn is_stop(&self) -> bool {
        matches!(
            self.kind,
            SyntaxKind::Newline
                | SyntaxKind::Eof
                | SyntaxKind::OpenBrace
                | SyntaxKind::CloseBrace
                | SyntaxKind::HoleClose
                | SyntaxKind::TextClose
        ) || self.brackets > 0 && matches!(self.kind, SyntaxKind::CloseParen | SyntaxKind::CloseSquare)
    }

    /// A bracket that is not closed where it has to be: goes on behind its end, if that can be found before
    /// another statement begins, or else at the end of the line.
    pub(super) fn unclosed_bracket(&mut self, close: SyntaxKind, open: TextRange) {
        let end = self.find_close(close);
        if end.is_none() && (self.at(SyntaxKind::Eof) || self.is_at_line_start()) {
            self.report(SyntaxError {
                kind: SyntaxErrorKind::UnclosedBlock,
                range: open,
                found: Found::Nothing,
                expected: vec![Expected::Token(close)],
                detail: Detail::Sentence("The bracket that begins here is not closed."),
                related: Vec::new(),
                fix: None,
                beyond_grammar: false,
            });
        } else {
            self.error_expected(&[Expected::Token(SyntaxKind::Comma), Expected::Token(close)]);
        }
        if self.position == end.unwrap_or(self.position) {
            return;
        }
        let end = end.unwrap_or(self.position);
        self.start(SyntaxKind::Error);
        while self.position < end {
            self.bump();
        }
        self.finish();
    }

    /// The index of the token that closes the bracket in which the current token stands.
    fn find_close(&self, close: SyntaxKind) -> Option<usize> {
        let (mut brackets, mut holes) = (0u32, 0u32);
        let mut line_start = self.is_at_line_start();
        for (index, token) in self.tokens.iter().enumerate().skip(self.position) {
            match token.kind {
                SyntaxKind::Newline => {
                    line_start = true;
                    continue;
                }
                kind if kind.is_trivia() => continue,
                kind if kind == close && brackets == 0 && holes == 0 => return Some(index),
                SyntaxKind::OpenParen | SyntaxKind::OpenSquare => brackets += 1,
                SyntaxKind::CloseParen | SyntaxKind::CloseSquare if brackets == 0 => return None,
                SyntaxKind::CloseParen | SyntaxKind::CloseSquare => brackets -= 1,
                SyntaxKind::HoleOpen => holes += 1,
                SyntaxKind::HoleClose if holes == 0 => return None,
                SyntaxKind::HoleClose => holes -= 1,
                SyntaxKind::OpenBrace | SyntaxKind::CloseBrace | SyntaxKind::Eof | SyntaxKind::ArrowToken => {
                    return None;
                }
                kind if line_start && (ENTRY_WORDS.contains(&kind) || ITEM_STARTS.contains(&kind)) => {
                    return None;
                }
                _ => {}
            }
            line_start = false;
        }
        None
    }

    /// Runs a production in which an arrow may go to other targets.
    pub(super) fn with_arrows(&mut self, place: ArrowPlace, body: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.arrows, place);
        body(self);
        self.arrows = before;
    }
}

/// Keywords that begin an entry of some block.
const ENTRY_WORDS: &[SyntaxKind] = &[
    SyntaxKind::KwAgain,
    SyntaxKind::KwAsk,
    SyntaxKind::KwBack,
    SyntaxKind::KwButton,
    SyntaxKind::KwCall,
    SyntaxKind::KwCards,
    SyntaxKind::KwCheck,
    SyntaxKind::KwChoose,
    SyntaxKind::KwConsent,
    SyntaxKind::KwEach,
    SyntaxKind::KwElse,
    SyntaxKind::KwEscalate,
    SyntaxKind::KwFailed,
    SyntaxKind::KwFinish,
    SyntaxKind::KwFor,
    SyntaxKind::KwForget,
    SyntaxKind::KwForm,
    SyntaxKind::KwHint,
    SyntaxKind::KwIdentify,
    SyntaxKind::KwIf,
    SyntaxKind::KwImage,
    SyntaxKind::KwInvalid,
    SyntaxKind::KwLet,
    SyntaxKind::KwLike,
    SyntaxKind::KwMatch,
    SyntaxKind::KwNobody,
    SyntaxKind::KwNone,
    SyntaxKind::KwNote,
    SyntaxKind::KwOn,
    SyntaxKind::KwOtherwise,
    SyntaxKind::KwRemember,
    SyntaxKind::KwReply,
    SyntaxKind::KwReturn,
    SyntaxKind::KwRun,
    SyntaxKind::KwSay,
    SyntaxKind::KwSilence,
    SyntaxKind::KwSkip,
    SyntaxKind::KwStage,
    SyntaxKind::KwStart,
    SyntaxKind::KwStep,
    SyntaxKind::KwSubject,
    SyntaxKind::KwSuggest,
    SyntaxKind::KwTag,
    SyntaxKind::KwTell,
    SyntaxKind::KwTrack,
    SyntaxKind::KwTries,
    SyntaxKind::KwVary,
    SyntaxKind::KwVerify,
    SyntaxKind::KwWait,
    SyntaxKind::KwWaiting,
    SyntaxKind::KwWords,
];
