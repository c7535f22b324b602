//! The lexer: every byte of the source belongs to exactly one token. It has two modes: code, and texts with
//! holes; the stack of open texts says which mode a hole returns to.

use crate::kind::SyntaxKind;
use logos::Logos;

/// A token; it reaches to the start of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: SyntaxKind,
    /// The offset of its first byte.
    pub start: u32,
}

/// Cuts a source into tokens. The last one is `Eof`, at the end. The source is below 4 GiB.
pub fn lex(source: &str) -> Vec<Token> {
    // A token takes a little under four bytes in typical flows.
    let mut lexing = Lexing {
        tokens: Vec::with_capacity(source.len() / 3 + 1),
        open: Vec::new(),
        previous: [SyntaxKind::Eof; 2],
    };
    lexing.run(source);
    lexing.tokens.push(Token {
        kind: SyntaxKind::Eof,
        start: source.len() as u32,
    });
    lexing.tokens
}

/// How an open text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextMode {
    /// At a quote, or at the end of the line.
    Line,
    /// At three quotes.
    Block,
}

struct Lexing {
    tokens: Vec<Token>,
    /// The texts whose holes are open, outermost first.
    open: Vec<TextMode>,
    /// The last two tokens that are not space: a regex stands only behind `matching` that is no field.
    previous: [SyntaxKind; 2],
}

impl Lexing {
    fn run(&mut self, source: &str) {
        let mut code = CodeToken::lexer(source);
        while let Some(token) = code.next() {
            let start = code.span().start;
            let token = token.unwrap_or(CodeToken::Unknown);
            let kind = token.kind();
            match kind {
                SyntaxKind::TextOpen => {
                    self.push(kind, start);
                    let mode = if code.span().len() == 3 {
                        TextMode::Block
                    } else {
                        TextMode::Line
                    };
                    code = self.text(code, mode);
                    continue;
                }
                SyntaxKind::CloseBrace => {
                    if let Some(mode) = self.open.pop() {
                        self.push(SyntaxKind::HoleClose, start);
                        code = self.text(code, mode);
                        continue;
                    }
                    self.push(kind, start);
                }
                SyntaxKind::Newline if !self.open.is_empty() => {
                    // A hole ends with its line, and so does the text around it, unless that is a block.
                    while self.open.pop_if(|mode| *mode == TextMode::Line).is_some() {}
                    if self.open.pop().is_some() {
                        self.push(SyntaxKind::TextChunk, start);
                        code = self.text(code, TextMode::Block);
                        continue;
                    }
                    self.push(kind, start);
                }
                SyntaxKind::Slash
                    if self.previous[0] == SyntaxKind::KwMatching && self.previous[1] != SyntaxKind::Dot =>
                {
                    match regex_length(code.remainder()) {
                        Some(length) => {
                            code.bump(length);
                            self.push(SyntaxKind::Regex, start);
                        }
                        None => self.push(kind, start),
                    }
                }
                SyntaxKind::CurlyQuote => {
                    code.bump(curly_length(code.remainder()));
                    self.push(kind, start);
                }
                _ => self.push(kind, start),
            }
            if !kind.is_trivia() && kind != SyntaxKind::Newline {
                self.previous = [kind, self.previous[0]];
            }
        }
    }

    fn push(&mut self, kind: SyntaxKind, start: usize) {
        self.tokens.push(Token {
            kind,
            start: start as u32,
        });
    }

    /// Adds characters to the text. Pieces that touch are one token.
    fn push_chunk(&mut self, start: usize) {
        if self
            .tokens
            .last()
            .is_none_or(|last| last.kind != SyntaxKind::TextChunk)
        {
            self.push(SyntaxKind::TextChunk, start);
        }
    }

    /// Cuts a text up to its end or its next hole.
    fn text<'source>(
        &mut self,
        code: logos::Lexer<'source, CodeToken>,
        mode: TextMode,
    ) -> logos::Lexer<'source, CodeToken> {
        self.previous = [SyntaxKind::TextOpen; 2];
        match mode {
            TextMode::Line => self.line_text(code.morph()).morph(),
            TextMode::Block => self.block_text(code.morph()).morph(),
        }
    }

    fn line_text<'source>(
        &mut self,
        mut text: logos::Lexer<'source, LineToken>,
    ) -> logos::Lexer<'source, LineToken> {
        while !text.remainder().starts_with('\n') {
            let Some(token) = text.next() else { break };
            let start = text.span().start;
            match token.unwrap_or(LineToken::Chunk) {
                LineToken::Chunk => self.push_chunk(start),
                LineToken::Escape => self.push(SyntaxKind::TextEscape, start),
                LineToken::BadEscape => self.push(SyntaxKind::BadEscape, start),
                // A hole ends with its line: at the end of a line this is the block that begins behind a text whose quote
                // is missing.
                LineToken::Hole if self.open.is_empty() && ends_line(text.remainder()) => {
                    self.push(SyntaxKind::OpenBrace, start);
                    break;
                }
                LineToken::Hole => {
                    self.push(SyntaxKind::HoleOpen, start);
                    self.open.push(TextMode::Line);
                    break;
                }
                LineToken::Quote => {
                    self.push(SyntaxKind::TextClose, start);
                    break;
                }
            }
        }
        text
    }

    fn block_text<'source>(
        &mut self,
        mut text: logos::Lexer<'source, BlockToken>,
    ) -> logos::Lexer<'source, BlockToken> {
        while let Some(token) = text.next() {
            let start = text.span().start;
            match token.unwrap_or(BlockToken::Chunk) {
                BlockToken::Chunk => self.push_chunk(start),
                BlockToken::Escape => self.push(SyntaxKind::TextEscape, start),
                BlockToken::BadEscape => self.push(SyntaxKind::BadEscape, start),
                BlockToken::Hole => {
                    self.push(SyntaxKind::HoleOpen, start);
                    self.open.push(TextMode::Block);
                    break;
                }
                BlockToken::Quotes => {
                    self.push(SyntaxKind::TextClose, start);
                    break;
                }
            }
        }
        text
    }
}

/// Whether nothing but space follows on the line.
fn ends_line(rest: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or_default();
    line.trim_end().is_empty() && rest.len() > line.len()
}

/// The length of the rest of a regex up to and with its closing slash, if it has one and is not empty.
fn regex_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut index = 0;
    loop {
        match bytes.get(index)? {
            b'/' => return (index > 0).then_some(index + 1),
            b'\n' => return None,
            // The character behind a backslash may be of several bytes; the others of them are no special ones.
            b'\\' if bytes.get(index + 1) != Some(&b'\n') => index += 2,
            b'\\' => return None,
            _ => index += 1,
        }
    }
}

/// The length of what stands between curly quotes, with the closing one, if it is on the same line.
fn curly_length(rest: &str) -> usize {
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    match line
        .char_indices()
        .find(|(_, character)| is_curly_quote(*character))
    {
        Some((index, quote)) => index + quote.len_utf8(),
        None => 0,
    }
}

/// Whether this is one of the quotes that word processors put in.
pub(crate) fn is_curly_quote(character: char) -> bool {
    matches!(character, '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '‚')
}

/// Characters of a text on one line.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq)]
enum LineToken {
    #[regex(r#"[^"\\{\n]+"#)]
    Chunk,
    #[regex(r#"\\["\\{n]"#, priority = 10)]
    Escape,
    #[regex(r#"\\[^\n]?"#, priority = 2)]
    BadEscape,
    #[token("{")]
    Hole,
    #[token("\"")]
    Quote,
}

/// Characters of a text between three quotes.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq)]
enum BlockToken {
    #[regex(r#"[^"\\{]+"#)]
    #[token("\"")]
    #[token("\"\"")]
    Chunk,
    #[regex(r#"\\["\\{n]"#, priority = 10)]
    Escape,
    #[regex(r#"\\[^\n]?"#, priority = 2)]
    BadEscape,
    #[token("{")]
    Hole,
    #[token("\"\"\"")]
    Quotes,
}

macro_rules! code_tokens {
    ($($(#[$attribute:meta])* $name:ident => $kind:ident,)*) => {
        /// The tokens of code.
        #[derive(Logos, Debug, Clone, Copy, PartialEq, Eq)]
        enum CodeToken {
            $($(#[$attribute])* $name,)*
        }

        impl CodeToken {
            fn kind(self) -> SyntaxKind {
                match self {
                    $(CodeToken::$name => SyntaxKind::$kind,)*
                }
            }
        }
    };
}

code_tokens! {
    #[regex("[ \\t\\r\u{A0}\u{FEFF}]+")] Whitespace => Whitespace,
    #[regex("\\r?\\n[ \\t\\r\\n\u{A0}\u{FEFF}]*")] Newline => Newline,
    #[regex("#[^\\n]*", allow_greedy = true, priority = 3)] Comment => Comment,
    #[regex("##[^\\n]*", allow_greedy = true, priority = 10)] DocComment => DocComment,
    #[regex(r"[\p{XID_Start}_][\p{XID_Continue}]*", priority = 1)] Word => Word,
    #[regex("[0-9]+", priority = 10)] Integer => Integer,
    #[regex(r"[0-9]+\.[0-9]+", priority = 10)] Decimal => Decimal,
    #[regex(r"[0-9]+(\.[0-9]+)?%", priority = 10)] Percent => Percent,
    #[regex("[0-9]+[smhdw]", priority = 10)] Duration => Duration,
    #[regex("[0-9][0-9]:[0-9][0-9]", priority = 10)] Time => Time,
    #[regex("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]", priority = 20)] Date => Date,
    #[regex(r"[0-9]+[\p{XID_Continue}]+", priority = 2)]
    #[regex(r"[0-9]+\.[0-9]+[\p{XID_Continue}]+", priority = 2)]
    #[regex(r"[0-9]+(:[0-9]+)+[\p{XID_Continue}]*", priority = 2)]
    BadNumber => BadNumber,
    #[token("\"")] Quote => TextOpen,
    #[token("\"\"\"")] Quotes => TextOpen,
    #[regex("[“”„‟«»‘’‚]")] CurlyQuote => CurlyQuote,
    #[token("{")] OpenBrace => OpenBrace,
    #[token("}")] CloseBrace => CloseBrace,
    #[token("(")] OpenParen => OpenParen,
    #[token(")")] CloseParen => CloseParen,
    #[token("[")] OpenSquare => OpenSquare,
    #[token("]")] CloseSquare => CloseSquare,
    #[token("->")] Arrow => ArrowToken,
    #[token(",")] Comma => Comma,
    #[token(":")] Colon => Colon,
    #[token(".")] Dot => Dot,
    #[token("?")] Question => Question,
    #[token("=")] Equals => Equals,
    #[token("<")] Less => Less,
    #[token("<=")] LessEquals => LessEquals,
    #[token(">")] Greater => Greater,
    #[token(">=")] GreaterEquals => GreaterEquals,
    #[token("+")] Plus => Plus,
    #[token("-")] Minus => Minus,
    #[token("*")] Star => Star,
    #[token("/")] Slash => Slash,
    #[token("|")] Pipe => Pipe,
    Unknown => Unknown,
    #[token("abandoned")] KwAbandoned => KwAbandoned,
    #[token("about")] KwAbout => KwAbout,
    #[token("action")] KwAction => KwAction,
    #[token("after")] KwAfter => KwAfter,
    #[token("again")] KwAgain => KwAgain,
    #[token("alt")] KwAlt => KwAlt,
    #[token("always")] KwAlways => KwAlways,
    #[token("and")] KwAnd => KwAnd,
    #[token("as")] KwAs => KwAs,
    #[token("ask")] KwAsk => KwAsk,
    #[token("asked")] KwAsked => KwAsked,
    #[token("at")] KwAt => KwAt,
    #[token("audio")] KwAudio => KwAudio,
    #[token("back")] KwBack => KwBack,
    #[token("between")] KwBetween => KwBetween,
    #[token("body")] KwBody => KwBody,
    #[token("bot")] KwBot => KwBot,
    #[token("brief")] KwBrief => KwBrief,
    #[token("busy")] KwBusy => KwBusy,
    #[token("button")] KwButton => KwButton,
    #[token("by")] KwBy => KwBy,
    #[token("call")] KwCall => KwCall,
    #[token("calls")] KwCalls => KwCalls,
    #[token("cards")] KwCards => KwCards,
    #[token("category")] KwCategory => KwCategory,
    #[token("changed")] KwChanged => KwChanged,
    #[token("channel")] KwChannel => KwChannel,
    #[token("channels")] KwChannels => KwChannels,
    #[token("check")] KwCheck => KwCheck,
    #[token("choose")] KwChoose => KwChoose,
    #[token("closed")] KwClosed => KwClosed,
    #[token("config")] KwConfig => KwConfig,
    #[token("consent")] KwConsent => KwConsent,
    #[token("consents")] KwConsents => KwConsents,
    #[token("conversation")] KwConversation => KwConversation,
    #[token("credit")] KwCredit => KwCredit,
    #[token("currency")] KwCurrency => KwCurrency,
    #[token("customer")] KwCustomer => KwCustomer,
    #[token("day")] KwDay => KwDay,
    #[token("delete")] KwDelete => KwDelete,
    #[token("draft")] KwDraft => KwDraft,
    #[token("each")] KwEach => KwEach,
    #[token("else")] KwElse => KwElse,
    #[token("entered")] KwEntered => KwEntered,
    #[token("escalate")] KwEscalate => KwEscalate,
    #[token("escalation")] KwEscalation => KwEscalation,
    #[token("event")] KwEvent => KwEvent,
    #[token("every")] KwEvery => KwEvery,
    #[token("example")] KwExample => KwExample,
    #[token("experiment")] KwExperiment => KwExperiment,
    #[token("expires")] KwExpires => KwExpires,
    #[token("failed")] KwFailed => KwFailed,
    #[token("fails")] KwFails => KwFails,
    #[token("faq")] KwFaq => KwFaq,
    #[token("file")] KwFile => KwFile,
    #[token("finish")] KwFinish => KwFinish,
    #[token("flow")] KwFlow => KwFlow,
    #[token("footer")] KwFooter => KwFooter,
    #[token("for")] KwFor => KwFor,
    #[token("forget")] KwForget => KwForget,
    #[token("form")] KwForm => KwForm,
    #[token("from")] KwFrom => KwFrom,
    #[token("get")] KwGet => KwGet,
    #[token("gives")] KwGives => KwGives,
    #[token("goal")] KwGoal => KwGoal,
    #[token("group")] KwGroup => KwGroup,
    #[token("hold")] KwHold => KwHold,
    #[token("out")] KwOut => KwOut,
    #[token("granted")] KwGranted => KwGranted,
    #[token("header")] KwHeader => KwHeader,
    #[token("high")] KwHigh => KwHigh,
    #[token("hint")] KwHint => KwHint,
    #[token("hours")] KwHours => KwHours,
    #[token("identify")] KwIdentify => KwIdentify,
    #[token("if")] KwIf => KwIf,
    #[token("image")] KwImage => KwImage,
    #[token("in")] KwIn => KwIn,
    #[token("intent")] KwIntent => KwIntent,
    #[token("invalid")] KwInvalid => KwInvalid,
    #[token("is")] KwIs => KwIs,
    #[token("joined")] KwJoined => KwJoined,
    #[token("known")] KwKnown => KwKnown,
    #[token("languages")] KwLanguages => KwLanguages,
    #[token("left")] KwLeft => KwLeft,
    #[token("length")] KwLength => KwLength,
    #[token("let")] KwLet => KwLet,
    #[token("like")] KwLike => KwLike,
    #[token("list")] KwList => KwList,
    #[token("location")] KwLocation => KwLocation,
    #[token("lookup")] KwLookup => KwLookup,
    #[token("low")] KwLow => KwLow,
    #[token("match")] KwMatch => KwMatch,
    #[token("matching")] KwMatching => KwMatching,
    #[token("messages")] KwMessages => KwMessages,
    #[token("most")] KwMost => KwMost,
    #[token("moved")] KwMoved => KwMoved,
    #[token("name")] KwName => KwName,
    #[token("needs")] KwNeeds => KwNeeds,
    #[token("next")] KwNext => KwNext,
    #[token("no")] KwNo => KwNo,
    #[token("nobody")] KwNobody => KwNobody,
    #[token("none")] KwNone => KwNone,
    #[token("normal")] KwNormal => KwNormal,
    #[token("not")] KwNot => KwNot,
    #[token("note")] KwNote => KwNote,
    #[token("now")] KwNow => KwNow,
    #[token("of")] KwOf => KwOf,
    #[token("on")] KwOn => KwOn,
    #[token("one")] KwOne => KwOne,
    #[token("open")] KwOpen => KwOpen,
    #[token("opens")] KwOpens => KwOpens,
    #[token("operator")] KwOperator => KwOperator,
    #[token("operators")] KwOperators => KwOperators,
    #[token("or")] KwOr => KwOr,
    #[token("otherwise")] KwOtherwise => KwOtherwise,
    #[token("patch")] KwPatch => KwPatch,
    #[token("post")] KwPost => KwPost,
    #[token("priority")] KwPriority => KwPriority,
    #[token("proactive")] KwProactive => KwProactive,
    #[token("publicly")] KwPublicly => KwPublicly,
    #[token("put")] KwPut => KwPut,
    #[token("queue")] KwQueue => KwQueue,
    #[token("remember")] KwRemember => KwRemember,
    #[token("reply")] KwReply => KwReply,
    #[token("resolved")] KwResolved => KwResolved,
    #[token("retry")] KwRetry => KwRetry,
    #[token("return")] KwReturn => KwReturn,
    #[token("run")] KwRun => KwRun,
    #[token("say")] KwSay => KwSay,
    #[token("segment")] KwSegment => KwSegment,
    #[token("sensitive")] KwSensitive => KwSensitive,
    #[token("several")] KwSeveral => KwSeveral,
    #[token("silence")] KwSilence => KwSilence,
    #[token("silent")] KwSilent => KwSilent,
    #[token("skip")] KwSkip => KwSkip,
    #[token("source")] KwSource => KwSource,
    #[token("stage")] KwStage => KwStage,
    #[token("stages")] KwStages => KwStages,
    #[token("start")] KwStart => KwStart,
    #[token("step")] KwStep => KwStep,
    #[token("subject")] KwSubject => KwSubject,
    #[token("suggest")] KwSuggest => KwSuggest,
    #[token("tag")] KwTag => KwTag,
    #[token("takes")] KwTakes => KwTakes,
    #[token("tell")] KwTell => KwTell,
    #[token("template")] KwTemplate => KwTemplate,
    #[token("text")] KwText => KwText,
    #[token("then")] KwThen => KwThen,
    #[token("timeout")] KwTimeout => KwTimeout,
    #[token("timezone")] KwTimezone => KwTimezone,
    #[token("title")] KwTitle => KwTitle,
    #[token("to")] KwTo => KwTo,
    #[token("track")] KwTrack => KwTrack,
    #[token("tries")] KwTries => KwTries,
    #[token("trigger")] KwTrigger => KwTrigger,
    #[token("type")] KwType => KwType,
    #[token("unclear")] KwUnclear => KwUnclear,
    #[token("undelivered")] KwUndelivered => KwUndelivered,
    #[token("unknown")] KwUnknown => KwUnknown,
    #[token("unless")] KwUnless => KwUnless,
    #[token("unread")] KwUnread => KwUnread,
    #[token("unresolved")] KwUnresolved => KwUnresolved,
    #[token("use")] KwUse => KwUse,
    #[token("value")] KwValue => KwValue,
    #[token("vary")] KwVary => KwVary,
    #[token("verify")] KwVerify => KwVerify,
    #[token("via")] KwVia => KwVia,
    #[token("video")] KwVideo => KwVideo,
    #[token("wait")] KwWait => KwWait,
    #[token("waiting")] KwWaiting => KwWaiting,
    #[token("when")] KwWhen => KwWhen,
    #[token("with")] KwWith => KwWith,
    #[token("withdrawn")] KwWithdrawn => KwWithdrawn,
    #[token("within")] KwWithin => KwWithin,
    #[token("words")] KwWords => KwWords,
    #[token("yes")] KwYes => KwYes,
}
