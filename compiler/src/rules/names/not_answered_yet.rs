//! `not-answered-yet`: a name is read on a way on which nobody has answered it.

use botflow_artifact::{ExprId, SlotId};

use crate::finding::{Finding, Level, Rule};
use crate::hir::{FlowBody, Program};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF112",
    name: "not-answered-yet",
    level: Level::Error,
    summary: "A name is read where some way leads that has not given it a value.",
    page: include_str!("not_answered_yet.md"),
};

/// A name read at `expr`, and in so many `more` places of the flow, that some way there has not answered.
pub(crate) fn finding(
    program: &Program,
    flow: &FlowBody,
    expr: ExprId,
    slot: SlotId,
    more: usize,
) -> Finding {
    let at = program.exprs.get(expr.index()).map_or(
        Span {
            file: FileId(0),
            start: 0,
            end: 0,
        },
        |info| info.span,
    );
    let declared = program
        .bot
        .flows
        .get(flow.id.index())
        .and_then(|flow| flow.slots.get(slot.index()));
    let name = declared.map_or("this", |slot| slot.name.as_str());
    let come = format!("A conversation can come here without an answer to `{name}`");
    let message = match more {
        0 => format!("{come}."),
        1 => format!("{come}, and to one more place that reads it."),
        more => format!("{come}, and to {more} more places that read it."),
    };
    let finding = Finding::new(&RULE, at, message)
    .help(format!(
        "Ask for it, or give it a value with `let`, on every way that leads here; or look first: `if {name} is known {{ … }}`."
    ));
    match program
        .spans
        .slots
        .get(flow.id.index())
        .and_then(|slots| slots.get(slot.index()))
    {
        Some(Some(given)) if *given != at => {
            finding.related(*given, format!("`{name}` gets its value here."))
        }
        _ => finding,
    }
}
