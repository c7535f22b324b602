//! The program with all names resolved and all expressions typed: what stands between the trees and the graph.
//!
//! Declarations, types, expressions, texts and message templates are already in the artifact's own form, in
//! [`Program::bot`]; only what flows *do* is still a tree here ([`body`]). Where the source was wrong and a finding
//! has been made, an `Error` stands (in expressions, types, statements), and nobody reports anything about it again.

pub mod body;
pub mod spans;

pub use body::*;
pub use spans::{
    DeclarationSpans, ExperimentSpans, ExprInfo, GoalSpans, OptionalUse, Phrase, TriggerPart, UseContext,
};

use botflow_artifact::Bot;

use crate::project::FileId;

/// A whole project, resolved.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Everything but flows' code: `code`, `places`, `handlers`, `always`, `always_rules`, entries of flows and
    /// steps (`Pc(0)`), ways of escalations and `debug` are filled by [`crate::graph`]. Flow 0 is `always`.
    pub bot: Bot,
    /// Bodies by `FlowId`; index 0 is the body of `always`.
    pub flows: Vec<FlowBody>,
    /// Ways of escalations, by `EscalationId`.
    pub escalations: Vec<EscalationBody>,
    /// Per expression of `bot.exprs`: where it stands and its type.
    pub exprs: Vec<ExprInfo>,
    /// Every place where an expression of type `T?` stands and a `T` is wanted, in order of the expressions' ids
    /// (ascending, each id once). The expression is typed as if it were known, without a finding: whether it is
    /// known there (`if x is known`, `skip if x is known with x` …) depends on the way, and the rule
    /// `unknown-may-be-missing` decides it.
    pub optional_uses: Vec<OptionalUse>,
    /// Texts that are to be translated, in order of the files; empty for a bot of one language.
    pub units: Vec<crate::locales::units::Unit>,
    /// Translations that are shown: of which text, in which language, and where they stand in their catalogue.
    pub translated: Vec<(
        botflow_artifact::TextId,
        botflow_artifact::LanguageId,
        crate::project::Span,
    )>,
    /// `draft yes`: the bot is still being written.
    pub draft: bool,
    /// `messages at most N`: how many may come in a row.
    pub messages_at_most: Option<u32>,
    /// Flows that nothing mentions: they have their finding (`unused-name`), and no rule about reaching them
    /// speaks of them again.
    pub unmentioned_flows: Vec<botflow_artifact::FlowId>,
    /// So many of the bot's events are declared or mentioned; those behind them every bot has.
    pub mentioned_events: usize,
    /// Steps that nothing mentions, likewise.
    pub unmentioned_steps: Vec<botflow_artifact::StepId>,
    /// Where declarations stand.
    pub spans: DeclarationSpans,
    /// Paths by file, library files included; the first ones are the project's in order.
    pub files: Vec<smol_str::SmolStr>,
    /// Files that came in by `use`.
    pub library_files: Vec<FileId>,
}
