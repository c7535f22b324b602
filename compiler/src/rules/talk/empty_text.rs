//! `empty-text`: somebody is to read a text in which nothing stands.

use botflow_syntax::{FlowLanguage, GreenNodeData, Language, NodeOrToken, SyntaxKind};

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF302",
    name: "empty-text",
    level: Level::Error,
    summary: "A message, a question or a button has no words.",
    page: include_str!("empty_text.md"),
};

/// Looks at a text that stands in `of`.
pub(super) fn check(at: Span, of: SyntaxKind, text: &GreenNodeData) -> Option<Finding> {
    let what = shown(of)?;
    let empty = text.children().all(|child| match child {
        NodeOrToken::Node(_) => false,
        NodeOrToken::Token(token) => match FlowLanguage::kind_from_raw(token.kind()) {
            SyntaxKind::TextOpen | SyntaxKind::TextClose => true,
            SyntaxKind::TextEscape => token.text() == "\\n",
            SyntaxKind::TextChunk => token.text().trim().is_empty(),
            _ => false,
        },
    });
    // A text that is not closed has its finding.
    let closed = || {
        text.children()
            .any(|child| FlowLanguage::kind_from_raw(child.kind()) == SyntaxKind::TextClose)
    };
    (empty && closed()).then(|| {
        let help = match of {
            SyntaxKind::SayStmt => {
                "Write what is to be said, or take it out. A picture alone needs no words: `say { image … }`."
            }
            _ => "Write the words, or take it out.",
        };
        Finding::new(&RULE, at, format!("{what} has no words.")).help(help)
    })
}

/// What people read that stands in a node of this kind. Texts of expressions are values, and those of `words` are
/// heard; neither is shown here.
fn shown(of: SyntaxKind) -> Option<&'static str> {
    Some(match of {
        SyntaxKind::SayStmt
        | SyntaxKind::ReplyStmt
        | SyntaxKind::OneOf
        | SyntaxKind::OnChannelItem
        | SyntaxKind::OtherwiseItem
        | SyntaxKind::InvalidItem
        | SyntaxKind::SilenceItem => "This message",
        SyntaxKind::AskStmt | SyntaxKind::AskQueueStmt | SyntaxKind::ChooseStmt | SyntaxKind::AgainItem => {
            "This question"
        }
        SyntaxKind::HintItem => "This hint",
        SyntaxKind::Choice | SyntaxKind::EachChoice | SyntaxKind::ButtonItem => "This button",
        SyntaxKind::Member => "This label",
        SyntaxKind::TitleItem | SyntaxKind::TextItem | SyntaxKind::FooterItem => {
            "This part of a card or template"
        }
        SyntaxKind::SubjectStmt => "This subject",
        SyntaxKind::NoteStmt | SyntaxKind::TellStmt | SyntaxKind::BriefSetting => {
            "What colleagues are to read here"
        }
        SyntaxKind::TagStmt => "This label of a person",
        SyntaxKind::NameSetting => "The bot's name",
        _ => return None,
    })
}
