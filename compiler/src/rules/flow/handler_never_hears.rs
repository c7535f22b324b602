//! `handler-never-hears`: a handler that another one always forestalls, or that stands where nobody waits.

use botflow_artifact::{FlowId, Handler, HandlerId, Hears, Place, PlaceKind, StepId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF216",
    name: "handler-never-hears",
    level: Level::Warning,
    summary: "A handler never hears anything, because another one always hears it first.",
    page: include_str!("handler_never_hears.md"),
};

/// What is known of one handler.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Hears at some place.
    hears: bool,
    /// The handler that hears in its stead.
    instead: Option<HandlerId>,
}

/// Reports handlers that never hear.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let bot = context.bot;
    if bot.handlers.is_empty() {
        return;
    }
    let mut known = vec![Known::default(); bot.handlers.len()];
    // Of `always` only what stands earlier in it takes precedence everywhere.
    forestalled(context, &bot.always, None, &mut known);
    for id in &bot.always {
        known[id.index()].hears = known[id.index()].instead.is_none();
    }
    // Places of one step hear the same; what differs is only what each has of its own.
    let mut scopes: IndexMap<(FlowId, Option<StepId>), Vec<&Place>, FxBuildHasher> = IndexMap::default();
    for place in &bot.places {
        if !place.handlers.is_empty() && !matches!(place.kind, PlaceKind::Escalate(_)) {
            scopes.entry((place.flow, place.step)).or_default().push(place);
        }
    }
    for places in scopes.values() {
        let handlers = &places[0].handlers;
        forestalled(context, handlers, Some(places), &mut known);
    }
    for (id, state) in known.iter().enumerate() {
        let id = HandlerId::from(id);
        let handler = &bot.handlers[id.index()];
        let Some((head, _)) = context.lowered.handlers.get(id.index()).copied() else {
            continue;
        };
        // A button hears from its message on, wherever the conversation rests.
        let nameless = match &handler.hears {
            Hears::Pattern(name) => name.is_empty(),
            Hears::Pressed { .. } => true,
            _ => false,
        };
        // What could not be understood may have been what the handler was meant for.
        let broken = state.instead.is_none() && context.is_broken(handler.flow);
        if state.hears || nameless || broken || context.lowered.is_library(head) {
            continue;
        }
        let heard = context.words().handler(id);
        let finding = match state.instead {
            Some(instead) => {
                let other = context.lowered.handlers[instead.index()].0;
                Finding::new(
                    &RULE,
                    head,
                    format!("`{heard}` never hears anything: another handler always hears it first."),
                )
                .help("Remove one of them, or give the first one an `if`.")
                .related(other, "This one hears it.")
                .conversation(context.conversation(context.graph.handler(instead)))
            }
            // That something is never heard no conversation shows: it would have to show all of them.
            None => match &handler.hears {
                Hears::Silence(_) => Finding::new(
                    &RULE,
                    head,
                    format!("`{heard}` never hears anything: every question here has clocks of its own."),
                )
                .help("Remove it, or remove `silence` from the questions that need nothing of their own."),
                Hears::Failed => Finding::new(
                    &RULE,
                    head,
                    format!(
                        "`{heard}` never hears anything: no call here can fail without a way of its own."
                    ),
                )
                .help("Remove it, or remove `failed` from the calls that need nothing of their own."),
                _ => Finding::new(
                    &RULE,
                    head,
                    format!("`{heard}` never hears anything: the bot waits for nobody here."),
                )
                .help("Move it to where something is asked, or to `always`."),
            },
        };
        findings.push(finding);
    }
}

/// Looks at handlers of one scope, nearest first, and notes which of them hear, and which are always too late. With
/// `places`, a handler hears only where one of them lets it.
fn forestalled(
    context: &Context<'_>,
    handlers: &[HandlerId],
    places: Option<&[&Place]>,
    known: &mut [Known],
) {
    let mut first: IndexMap<Key<'_>, HandlerId, FxBuildHasher> = IndexMap::default();
    for id in handlers {
        let handler = &context.bot.handlers[id.index()];
        let key = key(handler);
        if let Some(key) = &key
            && let Some(earlier) = first.get(key)
        {
            known[id.index()].instead = Some(*earlier);
            continue;
        }
        if places.is_none_or(|places| places.iter().any(|place| lets(place, handler))) {
            known[id.index()].hears = true;
        }
        if let (Some(key), None) = (key, handler.condition) {
            first.insert(key, *id);
        }
    }
}

/// What makes two handlers hear the same.
#[derive(PartialEq, Eq, Hash)]
enum Key<'b> {
    Intent(u32),
    Event(u32),
    Failed,
    Unclear,
    Changed(FlowId, u32),
    Stranded,
    Pattern(&'b str),
}

fn key(handler: &Handler) -> Option<Key<'_>> {
    Some(match &handler.hears {
        Hears::Intent { intent, .. } => Key::Intent(intent.0),
        Hears::Event(event) => Key::Event(event.0),
        // Several clocks of one level all go off.
        Hears::Silence(_) | Hears::Pressed { .. } => return None,
        Hears::Failed => Key::Failed,
        Hears::Unclear { .. } => Key::Unclear,
        Hears::Changed(slot) => Key::Changed(handler.flow, slot.0),
        Hears::Stranded => Key::Stranded,
        Hears::Pattern(name) => Key::Pattern(name),
    })
}

/// Whether a place leaves to handlers what this one hears. Inside a run the callers' handlers hear, too.
fn lets(place: &Place, handler: &Handler) -> bool {
    if matches!(place.kind, PlaceKind::Run(_)) {
        return true;
    }
    match handler.hears {
        Hears::Silence(_) => match &place.kind {
            PlaceKind::Ask(ask) => ask.silence.is_empty(),
            PlaceKind::Choose(choose) => choose.silence.is_empty(),
            PlaceKind::Verify(verify) => verify.silence.is_empty(),
            _ => false,
        },
        Hears::Failed => matches!(&place.kind, PlaceKind::Call(call) if call.failed.is_none()),
        _ => true,
    }
}
