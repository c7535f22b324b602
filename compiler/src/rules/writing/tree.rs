//! What only the whole tree of a file shows about its writing: names, texts, patterns.

use botflow_syntax::{FlowLanguage, GreenNodeData, NodeOrToken, SyntaxKind};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::{bad_literal, name_style, text_looks_like_code};
use crate::finding::Finding;
use crate::project::{FileId, Span};
use crate::rules::names::hard_coded_value::HardCoded;
use crate::rules::talk;

/// The largest program a pattern may compile to, in bytes; beyond it, matching takes more memory than it is worth.
const LARGEST_PATTERN: usize = 1 << 20;

/// Looks at one file, in one walk over its tree. The walk is over the bare tree, without places and parents, because
/// every file of a project is walked at every check.
pub fn check(file: FileId, root: &GreenNodeData, hard_coded: &HardCoded, findings: &mut Vec<Finding>) {
    let mut walk = Walk {
        file,
        hard_coded,
        names: IndexSet::default(),
        findings,
    };
    walk.node(root, kind(root.kind()), 0, None);
}

struct Walk<'w> {
    file: FileId,
    hard_coded: &'w HardCoded,
    names: IndexSet<String, FxBuildHasher>,
    findings: &'w mut Vec<Finding>,
}

impl Walk<'_> {
    /// A node at `start`. `said` is the whole `say "…"` if the node is the text that is all of it. The parser limits
    /// how deep nodes nest.
    fn node(&mut self, node: &GreenNodeData, of: SyntaxKind, start: u32, said: Option<Span>) {
        let alone = if of == SyntaxKind::SayStmt {
            let end = start + u32::from(node.text_len());
            let one = node.children().filter(|child| child.as_node().is_some()).count() == 1;
            one.then_some(Span {
                file: self.file,
                start,
                end,
            })
        } else {
            None
        };
        let mut at = start;
        for child in node.children() {
            let length = match child {
                NodeOrToken::Node(inner) => {
                    let inner_kind = kind(inner.kind());
                    let said = alone.filter(|_| inner_kind == SyntaxKind::Text);
                    if inner_kind == SyntaxKind::Text {
                        let place = Span {
                            file: self.file,
                            start: at,
                            end: at + u32::from(inner.text_len()),
                        };
                        talk::text(place, of, inner, self.findings);
                    }
                    self.node(inner, inner_kind, at, said);
                    inner.text_len()
                }
                NodeOrToken::Token(token) => {
                    let place = Span {
                        file: self.file,
                        start: at,
                        end: at + u32::from(token.text_len()),
                    };
                    match kind(token.kind()) {
                        SyntaxKind::TextChunk => {
                            let said = said.filter(|_| is_one_piece(node));
                            self.findings
                                .extend(text_looks_like_code::check(place, token.text(), said));
                            self.hard_coded.check(place, token.text(), self.findings);
                        }
                        SyntaxKind::Regex => self.findings.extend(pattern(place, token.text())),
                        SyntaxKind::Name if declares(of) => self.name(place, token.text()),
                        _ => {}
                    }
                    token.text_len()
                }
            };
            at += u32::from(length);
        }
    }

    /// A declared name; declared again (`let` does) it has its finding already.
    fn name(&mut self, place: Span, name: &str) {
        if let Some(finding) = name_style::check(place, name)
            && self.names.insert(name.to_owned())
        {
            self.findings.push(finding);
        }
    }
}

fn kind(raw: botflow_syntax::RawKind) -> SyntaxKind {
    <FlowLanguage as botflow_syntax::Language>::kind_from_raw(raw)
}

/// Whether a node of this kind declares the names that stand directly in it. Fields of events, calls and records are
/// called as the other side calls them.
fn declares(kind: SyntaxKind) -> bool {
    matches!(
        kind,
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
}

/// Whether one piece is all that stands between a text's quotation marks.
fn is_one_piece(text: &GreenNodeData) -> bool {
    let is_mark = |kind| matches!(kind, SyntaxKind::TextOpen | SyntaxKind::TextClose);
    text.children()
        .filter(|child| !is_mark(kind(child.kind())))
        .nth(1)
        .is_none()
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
