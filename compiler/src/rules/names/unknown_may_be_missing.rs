//! `unknown-may-be-missing`: a value that may be unknown is used as if it were known.

use botflow_artifact::{ExprId, Type, TypeId};

use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::show_value;
use crate::hir::{Program, UseContext};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF104",
    name: "unknown-may-be-missing",
    level: Level::Error,
    summary: "A value that may be unknown is shown, compared or passed as if it were known.",
    page: include_str!("unknown_may_be_missing.md"),
};

/// A value at `expr` that may be unknown on some way there.
pub(crate) fn finding(
    program: &Program,
    flow: Option<botflow_artifact::FlowId>,
    expr: ExprId,
    context: UseContext,
) -> Finding {
    let info = program.exprs.get(expr.index());
    let at = info.map_or(
        Span {
            file: FileId(0),
            start: 0,
            end: 0,
        },
        |info| info.span,
    );
    let name = show_value(program, flow, expr);
    let (subject, shown) = match &name {
        Some(name) => (format!("`{name}`"), name.as_str()),
        None => ("This value".to_owned(), "…"),
    };
    let consequence = match context {
        UseContext::Shown => "the customer would read nothing in its place",
        UseContext::Compared => "there would be nothing to compare",
        UseContext::Computed => "there would be nothing to reckon with",
        UseContext::Passed => "nothing would be passed on",
        UseContext::Opened => "it would have no parts",
    };
    let finding = Finding::new(
        &RULE,
        at,
        format!("{subject} may be unknown here: {consequence}."),
    );
    let help = match name {
        Some(_) => format!("Ask for it first, put this into `if {shown} is known {{ … }}`, or say what stands in for it: `{shown} else …`."),
        None => "Say what stands in for it: `… else …`; or give it a name with `let` and look whether it is known.".to_owned(),
    };
    let finding = finding.help(help);
    let text = info.is_some_and(|info| is_text(program, info.ty));
    if context == UseContext::Shown && text {
        let behind = Span { start: at.end, ..at };
        return finding.fix("Say something else where it is unknown", behind, " else \"…\"");
    }
    finding
}

/// Whether a text can stand in for a value of the type.
fn is_text(program: &Program, ty: TypeId) -> bool {
    match program.bot.types.get(ty.index()) {
        Some(Type::Text) => true,
        Some(Type::Optional(inner)) => matches!(program.bot.types.get(inner.index()), Some(Type::Text)),
        _ => false,
    }
}
