//! From the resolved program to code: blocks become jumps, waiting statements become places, handlers get
//! addresses. What comes out is the artifact's [`Bot`], whole, and beside it where everything stands.
//!
//! One pass in the order of the text, linear in its length. Reading order: [`emitter`] (the code under
//! construction), [`statements`] (what does not wait), [`places`] (what waits), [`handlers`] (what is heard),
//! [`facts`] (what was noticed on the way; the rules make findings of it).
//!
//! Layout of the code: a place's ways stand between its `Enter` and the operation at which the flow goes on, so
//! that a form is one range, and so that whatever stands between two steps belongs to the first. Code that nothing
//! can reach is not emitted at all. Address 0 is a `Return`, to which every address points that has no code.
//!
//! A wrong program gives code, too: where something had been reported an `Op::Error` stands, behind which
//! emission goes on, so that one mistake does not make everything behind it look unreachable.

mod emitter;
mod facts;
mod handlers;
mod places;
mod statements;

pub use facts::{DeadStatement, Facts, FallsOff, WaitInLoop};

use botflow_artifact::{Bot, DebugInfo, Pc, PlaceId, SourceRange};
use smol_str::SmolStr;

use crate::hir::{DeclarationSpans, EscalationBody, ExprInfo, FlowBody, Program};
use crate::project::{FileId, Span};

use emitter::Emitter;

/// A program with code: the bot as the machine runs it, and what the rules need to know beside it.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// The bot, whole. It may be built only if nothing was found at error level.
    pub bot: Bot,
    /// Bodies by `FlowId`, as they came in.
    pub flows: Vec<FlowBody>,
    /// Ways of escalations, as they came in.
    pub escalations: Vec<EscalationBody>,
    /// Per expression of `bot.exprs`, those made here included.
    pub exprs: Vec<ExprInfo>,
    /// Texts that are to be translated.
    pub units: Vec<crate::locales::units::Unit>,
    /// Translations that are shown, and where they stand.
    pub translated: Vec<(botflow_artifact::TextId, botflow_artifact::LanguageId, Span)>,
    /// `messages at most N`: how many may come in a row.
    pub messages_at_most: Option<u32>,
    /// So many of the bot's events are declared or mentioned; those behind them every bot has.
    pub mentioned_events: usize,
    /// Where declarations stand.
    pub spans: DeclarationSpans,
    /// Paths by file.
    pub files: Vec<SmolStr>,
    /// Files that came in by `use`.
    pub library_files: Vec<FileId>,
    /// Per operation, where it stands.
    pub code: Vec<Span>,
    /// Per place, where it stands.
    pub places: Vec<PlaceSource>,
    /// Per handler: from `on` to what it hears, and the whole.
    pub handlers: Vec<(Span, Span)>,
    /// Ways by their first operation, ascending: where the whole item stands (`silence 10m -> later`).
    pub ways: Vec<(Pc, Span)>,
    /// What was noticed on the way.
    pub facts: Facts,
}

/// Where a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceSource {
    /// The whole statement.
    pub span: Span,
    /// Its name, or the word that begins it.
    pub name: Span,
}

impl Lowered {
    /// Where the way stands that begins at this address; the operation there if no item does.
    pub fn way(&self, pc: Pc) -> Span {
        match self.ways.binary_search_by_key(&pc, |(at, _)| *at) {
            Ok(found) => self.ways[found].1,
            Err(_) => self.code[pc.index()],
        }
    }

    /// Where a place stands.
    pub fn place(&self, place: PlaceId) -> PlaceSource {
        self.places[place.index()]
    }

    /// The file came in by `use`: its flows are somebody else's, and need not all be used.
    pub fn is_library(&self, span: Span) -> bool {
        self.library_files.contains(&span.file)
    }
}

/// Gives all flows their code.
pub fn generate(program: Program) -> Lowered {
    let Program {
        bot,
        flows,
        escalations,
        exprs,
        units,
        translated,
        messages_at_most,
        mentioned_events,
        spans,
        files,
        library_files,
        ..
    } = program;
    let mut emitter = Emitter::new(bot, exprs);
    emitter.bot.debug = Some(DebugInfo {
        files: files.clone(),
        flows: vec![SourceRange::default(); emitter.bot.flows.len()],
        steps: vec![SourceRange::default(); emitter.bot.steps.len()],
        ..DebugInfo::default()
    });
    for flow in &flows {
        emitter.flow(flow);
        if flow.id == botflow_artifact::FlowId::ALWAYS {
            for escalation in &escalations {
                emitter.escalation(escalation);
            }
        }
    }
    let mut bot = emitter.bot;
    bot.code = emitter.code;
    bot.exprs = emitter.expressions;
    if let Some(debug) = &mut bot.debug {
        debug.code = emitter.spans.iter().map(|span| range(*span)).collect();
        debug.places = emitter.sources.iter().map(|source| range(source.span)).collect();
    }
    emitter.ways.sort_unstable_by_key(|(pc, _)| *pc);
    Lowered {
        bot,
        flows,
        escalations,
        exprs: emitter.exprs,
        units,
        translated,
        messages_at_most,
        mentioned_events,
        spans,
        files,
        library_files,
        code: emitter.spans,
        places: emitter.sources,
        handlers: emitter.handler_sources,
        ways: emitter.ways,
        facts: emitter.facts,
    }
}

/// A span as the artifact's debug information has it.
fn range(span: Span) -> SourceRange {
    SourceRange {
        file: span.file.0,
        start: span.start,
        end: span.end,
    }
}
