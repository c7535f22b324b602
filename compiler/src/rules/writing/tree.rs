//! What only the whole tree of a file shows about its writing: names, texts, patterns.

use botflow_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::{bad_literal, name_style, syntax::span, text_looks_like_code};
use crate::finding::Finding;
use crate::project::{FileId, Span};
use crate::rules::names::hard_coded_value::HardCoded;

/// The largest program a pattern may compile to, in bytes; beyond it, matching takes more memory than it is worth.
const LARGEST_PATTERN: usize = 1 << 20;

/// Looks at one file, in one walk over its tree.
pub fn check(file: FileId, root: &SyntaxNode, hard_coded: &HardCoded, findings: &mut Vec<Finding>) {
    let mut names: IndexSet<String, FxBuildHasher> = IndexSet::default();
    for element in root.descendants_with_tokens() {
        let Some(token) = element.into_token() else {
            continue;
        };
        match token.kind() {
            SyntaxKind::TextChunk => {
                let at = span(file, token.text_range());
                findings.extend(text_looks_like_code::check(
                    at,
                    token.text(),
                    said_alone(file, &token),
                ));
                hard_coded.check(at, token.text(), findings);
            }
            SyntaxKind::Regex => findings.extend(pattern(span(file, token.text_range()), token.text())),
            SyntaxKind::Name if declares(&token) && !names.contains(token.text()) => {
                findings.extend(name_style::check(span(file, token.text_range()), token.text()));
                names.insert(token.text().to_owned());
            }
            _ => {}
        }
    }
}

/// Whether a name is declared here. Fields of events, calls and records are called as the other side calls them.
fn declares(name: &SyntaxToken) -> bool {
    name.parent().is_some_and(|parent| {
        matches!(
            parent.kind(),
            SyntaxKind::BotItem
                | SyntaxKind::TypeItem
                | SyntaxKind::Member
                | SyntaxKind::EventItem
                | SyntaxKind::IntentItem
                | SyntaxKind::SegmentItem
                | SyntaxKind::FlowItem
                | SyntaxKind::Step
                | SyntaxKind::TriggerItem
                | SyntaxKind::GoalItem
                | SyntaxKind::ExperimentItem
                | SyntaxKind::ArmSetting
                | SyntaxKind::QueueItem
                | SyntaxKind::EscalationItem
                | SyntaxKind::TemplateItem
                | SyntaxKind::FaqItem
                | SyntaxKind::StagesSetting
                | SyntaxKind::ConsentsSetting
                | SyntaxKind::Field
                | SyntaxKind::Answer
                | SyntaxKind::FormStmt
                | SyntaxKind::ChooseStmt
                | SyntaxKind::LetStmt
                | SyntaxKind::ForStmt
                | SyntaxKind::CardsItem
        )
    })
}

/// The whole `say "…"` where a piece of text is all that it says.
fn said_alone(file: FileId, piece: &SyntaxToken) -> Option<Span> {
    let text = piece.parent()?;
    let only_piece = text
        .children_with_tokens()
        .filter(|part| is_content(part.kind()))
        .count()
        == 1;
    let say = text.parent()?;
    let only_text = say.kind() == SyntaxKind::SayStmt && say.children().count() == 1;
    (only_piece && only_text).then(|| span(file, say.text_range()))
}

fn is_content(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TextChunk
            | SyntaxKind::TextEscape
            | SyntaxKind::BadEscape
            | SyntaxKind::Hole
            | SyntaxKind::Error
    )
}

/// A pattern behind `matching` that cannot be used.
fn pattern(at: Span, written: &str) -> Option<Finding> {
    let inner = written.strip_prefix('/')?.strip_suffix('/')?.replace("\\/", "/");
    let compiled = regex::RegexBuilder::new(&inner)
        .size_limit(LARGEST_PATTERN)
        .nest_limit(50)
        .build();
    let (message, help) = match compiled {
        Ok(_) => return None,
        Err(regex::Error::CompiledTooBig(_)) => (
            "This pattern is too large: matching it would take too much memory.".to_owned(),
            "Use smaller repetitions, or `length` for how long a text may be.",
        ),
        Err(error) => (
            format!("This pattern cannot be read: {}.", reason(&error.to_string())),
            "Brackets come in pairs; `\\` before a sign means the sign itself. Looking ahead and referring back are not \
             there, because they can take unbounded time.",
        ),
    };
    Some(bad_literal::finding(at, message).help(help))
}

/// The last line of what the pattern's reader says, which is the reason; above it is a drawing.
fn reason(told: &str) -> &str {
    let line = told.lines().last().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).trim_end_matches('.')
}
