//! What can be wrong with the writing of a file, as data and as a sentence.

use crate::kind::SyntaxKind;
use rowan::TextRange;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// The kinds of mistakes in writing; the names are those of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyntaxErrorKind {
    /// A block or a bracket is never closed.
    UnclosedBlock,
    /// A text or a hole is never closed.
    UnclosedText,
    /// Something else stands where one of a few things could.
    UnexpectedWord,
    /// A line begins with a word that begins nothing.
    UnknownStatement,
    /// A statement or a setting that may not stand here.
    WrongPlace,
    /// A number, duration, date, time, regex or escape that is none.
    BadLiteral,
    /// A setting that may stand only once.
    RepeatedSetting,
    /// A word of the language, used as a name.
    ReservedName,
    /// Blocks, brackets or holes within each other beyond the limit.
    NestedTooDeep,
    /// More text than a file may hold.
    FileTooLarge,
}

impl SyntaxErrorKind {
    /// The name of the finding.
    pub const fn name(self) -> &'static str {
        match self {
            SyntaxErrorKind::UnclosedBlock => "unclosed-block",
            SyntaxErrorKind::UnclosedText => "unclosed-text",
            SyntaxErrorKind::UnexpectedWord => "unexpected-word",
            SyntaxErrorKind::UnknownStatement => "unknown-statement",
            SyntaxErrorKind::WrongPlace => "wrong-place",
            SyntaxErrorKind::BadLiteral => "bad-literal",
            SyntaxErrorKind::RepeatedSetting => "repeated-setting",
            SyntaxErrorKind::ReservedName => "reserved-name",
            SyntaxErrorKind::NestedTooDeep => "nested-too-deep",
            SyntaxErrorKind::FileTooLarge => "file-too-large",
        }
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What kind of mistake.
    pub kind: SyntaxErrorKind,
    /// Where; empty where something is missing.
    pub range: TextRange,
    /// What stands there, if that matters; a line end or the end of the file has its own words.
    pub found: Found,
    /// What could stand there.
    pub expected: Vec<Expected>,
    /// What there is to say beside kind, found and expected.
    pub detail: Detail,
    /// Other places that belong to the mistake.
    pub related: Vec<(TextRange, &'static str)>,
    /// A way to mend it by a machine.
    pub fix: Option<SyntaxFix>,
    /// Whether the grammar alone would let this pass: limits, repetitions, days that do not exist.
    pub beyond_grammar: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It does not matter.
    Nothing,
    /// The end of the line.
    LineEnd,
    /// The end of the file.
    FileEnd,
    /// This text.
    Text(smol_str::SmolStr),
}

/// What could have stood somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This kind of token.
    Token(SyntaxKind),
    /// Something with a description, such as `a name`.
    Some(&'static str),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Some(description) => f.write_str(description),
            Expected::Token(kind) => f.write_str(&describe(*kind)),
        }
    }
}

/// What there is to say beside kind, found and expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    None,
    /// What this is or lacks, as a sentence.
    Sentence(&'static str),
    /// The block in whose list this may not stand, as in `a step`.
    In(&'static str),
}

/// A change that mends a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFix {
    /// What it does, as an instruction.
    pub title: String,
    /// What is replaced; empty for an insertion.
    pub range: TextRange,
    /// What it is replaced by.
    pub text: String,
}

impl SyntaxError {
    /// The mistake as one sentence.
    pub fn message(&self) -> String {
        let found = self.found_words();
        match (&self.detail, self.kind) {
            (Detail::Sentence(sentence), _) => (*sentence).to_owned(),
            (Detail::In(place), SyntaxErrorKind::UnknownStatement) => {
                format!("{found} is not known in {place}.")
            }
            (Detail::In(place), SyntaxErrorKind::RepeatedSetting) => {
                format!("{found} stands more than once in {place}.")
            }
            (Detail::In(place), _) => format!("{found} may not stand in {place}."),
            (Detail::None, SyntaxErrorKind::ReservedName) => {
                format!("{found} is a word of the language and cannot be a name.")
            }
            (Detail::None, _) if self.expected.is_empty() => format!("{found} cannot stand here."),
            (Detail::None, _) => format!("Expected {} here, found {found}.", self.expected_words()),
        }
    }

    /// What to do about it, if that can be said.
    pub fn help(&self) -> Option<String> {
        if let Some(fix) = &self.fix {
            return Some(format!("{}.", fix.title));
        }
        match (self.kind, self.expected.is_empty()) {
            (SyntaxErrorKind::UnknownStatement | SyntaxErrorKind::WrongPlace, false) => {
                Some(format!("Here could stand {}.", self.expected_words()))
            }
            _ => None,
        }
    }

    fn expected_words(&self) -> String {
        let mut words = String::new();
        for (index, expected) in self.expected.iter().enumerate() {
            match index {
                0 => {}
                _ if index + 1 == self.expected.len() => words.push_str(" or "),
                _ => words.push_str(", "),
            }
            let _ = write!(words, "{expected}");
        }
        words
    }

    fn found_words(&self) -> Cow<'static, str> {
        match &self.found {
            Found::Nothing => Cow::Borrowed("this"),
            Found::LineEnd => Cow::Borrowed("the end of the line"),
            Found::FileEnd => Cow::Borrowed("the end of the file"),
            Found::Text(text) => Cow::Owned(format!("`{text}`")),
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for SyntaxError {}

/// A kind of token, in a designer's words.
fn describe(kind: SyntaxKind) -> Cow<'static, str> {
    if let Some(word) = kind.keyword() {
        return Cow::Owned(format!("`{word}`"));
    }
    Cow::Borrowed(match kind {
        SyntaxKind::Name | SyntaxKind::Word => "a name",
        SyntaxKind::Integer => "a whole number",
        SyntaxKind::Percent => "a percentage such as `20%`",
        SyntaxKind::Duration => "a duration such as `30s` or `2h`",
        SyntaxKind::Time => "a time such as `09:00`",
        SyntaxKind::Date => "a date such as `2026-12-25`",
        SyntaxKind::Regex => "a pattern such as `/[0-9]+/`",
        SyntaxKind::Currency => "a currency such as `EUR`",
        SyntaxKind::Weekday => "a day such as `mon`",
        SyntaxKind::Month => "a day of every year such as `dec 25`",
        SyntaxKind::LanguageCode => "a language such as `en`",
        SyntaxKind::TextOpen | SyntaxKind::Text => "a text in quotes",
        SyntaxKind::Newline => "the end of the line",
        SyntaxKind::OpenBrace => "`{`",
        SyntaxKind::CloseBrace | SyntaxKind::HoleClose => "`}`",
        SyntaxKind::OpenParen => "`(`",
        SyntaxKind::CloseParen => "`)`",
        SyntaxKind::CloseSquare => "`]`",
        SyntaxKind::ArrowToken => "`->`",
        SyntaxKind::Comma => "`,`",
        SyntaxKind::Colon => "`:`",
        SyntaxKind::Dot => "`.`",
        SyntaxKind::Equals => "`=`",
        _ => "something else",
    })
}
