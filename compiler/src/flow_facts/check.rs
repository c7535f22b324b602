//! Where a fact is missing: names read before they have an answer, values used that may be unknown, and the other
//! way round: conditions and questions whose outcome is known beforehand.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use botflow_artifact::*;

use super::build::Built;
use super::conversation;
use super::graph::{NodeId, Reads};
use super::learn::learned;
use super::path::{Fact, Facts, Path, Root, is_optional, path_of, words};
use super::solve::{Around, Solved, is_known, is_known_where};
use super::{Uses, reads};
use crate::finding::Finding;
use crate::hir::{FlowBody, Program};
use crate::rules::flow::never_asked;
use crate::rules::names::{constant_condition, not_answered_yet, unknown_may_be_missing};

/// Expressions nested deeper than this are not looked into; the parser's own limits are below.
const DEEPEST: u32 = 200;

/// Conversations are looked for so many times a flow: beyond, a reader has enough of them.
const MOST_CONVERSATIONS: usize = 40;

/// All that is known of one flow.
pub(super) struct Checked<'a> {
    pub program: &'a Program,
    pub body: &'a FlowBody,
    pub built: &'a Built<'a>,
    pub solved: &'a Solved,
    pub around: Around<'a>,
    /// How many steps may still be spent on looking for conversations that are hard to find, in the whole program.
    pub budget: &'a Cell<u32>,
}

/// Checks one flow.
pub(super) fn flow(checked: &Checked<'_>, findings: &mut Vec<Finding>) {
    let mut reader = Reader {
        checked,
        node: 0,
        seen: BTreeSet::new(),
        unanswered: BTreeMap::new(),
        conversations: 0,
        findings,
    };
    for (at, node) in checked.built.graph.nodes.iter().enumerate() {
        if matches!(node.reads, Reads::Nothing) {
            continue;
        }
        reader.node = at as NodeId;
        if let Some(state) = checked.solved.before(at as NodeId) {
            reader.reads(node.reads, state);
        }
    }
    reader.unanswered();
    conditions(checked, findings);
    questions(checked, findings);
    findings.sort_by_key(|finding| finding.span);
}

/// Conditions whose outcome is known before anybody is asked.
fn conditions(checked: &Checked<'_>, findings: &mut Vec<Finding>) {
    let Checked {
        program,
        built,
        solved,
        ..
    } = *checked;
    for (condition, node) in &built.graph.conditions {
        let Some(state) = solved.before(*node) else {
            continue;
        };
        let known = |value: ExprId| match path_of(&program.bot, value) {
            // A name that may not have been answered is not "always known", whatever its type says.
            Some(Path {
                root: Root::Slot(slot),
                ..
            }) if !words::has(state, built.facts.answered(slot)) => false,
            _ => is_known(program, built, state, &[], value),
        };
        findings.extend(constant_condition::check(program, *condition, &known));
    }
}

/// Questions for what is known already.
fn questions(checked: &Checked<'_>, findings: &mut Vec<Finding>) {
    let Checked {
        program,
        built,
        solved,
        ..
    } = *checked;
    let mut shown = 0;
    for (field, span, node) in &built.graph.asked {
        let Some(state) = solved.before(*node) else {
            continue;
        };
        let Some(declared) = program.bot.customer.get(field.index()) else {
            continue;
        };
        let path = Path {
            root: Root::Customer(*field),
            parts: Vec::new(),
        };
        let learned = built
            .facts
            .known(&path)
            .is_some_and(|fact| words::has(state, fact));
        if !is_optional(&program.bot, declared.ty) || learned {
            let fact = learned.then(|| built.facts.known(&path)).flatten();
            let conversation = match shown < MOST_CONVERSATIONS {
                true => conversation::passing(checked, fact, *node),
                false => Vec::new(),
            };
            shown += 1;
            findings.push(never_asked::finding(*span, &declared.name, learned).conversation(conversation));
        }
    }
}

/// Expressions that stand in no flow: nothing is known of the customer there but what a condition says itself.
pub(super) fn outside_of_flows(program: &Program, uses: &Uses, findings: &mut Vec<Finding>) {
    let bot = &program.bot;
    let mut found = Vec::new();
    let mut check = |expr: ExprId, also: &mut Vec<Path>| {
        let mut walk = Walk {
            program,
            uses,
            answered: &|_| true,
            known: &|value, also| is_known_where(program, value, |path| also.contains(path)),
            found: &mut found,
        };
        walk.expr(expr, also, DEEPEST);
    };
    for segment in &bot.segments {
        check(segment.condition, &mut Vec::new());
    }
    for trigger in &bot.triggers {
        // What every source's condition learns of the event, and what the trigger's own conditions learn, holds for
        // its arguments. The card may change between the event and the start: only the latter speak of it.
        let mut also: Option<Vec<Path>> = None;
        for source in &trigger.sources {
            let mut of_event = Vec::new();
            if let TriggerSource::On {
                condition: Some(condition),
                ..
            } = source
            {
                check(*condition, &mut Vec::new());
                of_event = learned(bot, *condition, true);
                of_event.retain(|path| matches!(path.root, Root::Event(_)));
            }
            match &mut also {
                Some(also) => also.retain(|path| of_event.contains(path)),
                None => also = Some(of_event),
            }
        }
        let mut also = also.unwrap_or_default();
        for condition in &trigger.conditions {
            check(*condition, &mut also);
            also.extend(learned(bot, *condition, true));
        }
        trigger.args.iter().for_each(|arg| check(*arg, &mut also));
    }
    for goal in &bot.goals {
        let mut also = Vec::new();
        if let Some(condition) = goal.condition {
            check(condition, &mut also);
            also.extend(learned(bot, condition, true));
        }
        goal.value.iter().for_each(|value| check(*value, &mut also));
    }
    for experiment in &bot.experiments {
        experiment
            .condition
            .iter()
            .for_each(|condition| check(*condition, &mut Vec::new()));
    }
    decided_outside_of_flows(program, findings);
    let mut seen = BTreeSet::new();
    for missing in found {
        if let Missing::Known(expr) = missing
            && seen.insert(expr)
        {
            findings.push(unknown_may_be_missing::finding(
                program,
                None,
                expr,
                uses.context(expr),
            ));
        }
    }
}

/// Conditions outside of flows that decide nothing. What a trigger, a goal or an experiment can never be has a finding of
/// its own.
fn decided_outside_of_flows(program: &Program, findings: &mut Vec<Finding>) {
    let bot = &program.bot;
    let of_sources = bot.triggers.iter().flat_map(|trigger| &trigger.sources);
    let of_sources = of_sources.filter_map(|source| match source {
        TriggerSource::On { condition, .. } => *condition,
        TriggerSource::Every { .. } => None,
    });
    let of_triggers = bot.triggers.iter().flat_map(|trigger| &trigger.conditions);
    let others = of_sources
        .chain(of_triggers.copied())
        .chain(bot.goals.iter().filter_map(|goal| goal.condition))
        .chain(
            bot.experiments
                .iter()
                .filter_map(|experiment| experiment.condition),
        );
    let segments = bot.segments.iter().map(|segment| (segment.condition, true));
    for (condition, told_if_never) in segments.chain(others.map(|condition| (condition, false))) {
        let found = constant_condition::check(program, condition, &|_| false);
        findings.extend(found.filter(|found| told_if_never || found.message != constant_condition::NEVER));
    }
}

/// Reads expressions at a node, and reports what is missing.
struct Reader<'a, 'f> {
    checked: &'a Checked<'a>,
    node: NodeId,
    seen: BTreeSet<(ExprId, bool)>,
    /// Where each name is read that may have no answer: what is missing is the answer, however often it is read.
    unanswered: BTreeMap<SlotId, Vec<(ExprId, NodeId)>>,
    conversations: usize,
    findings: &'f mut Vec<Finding>,
}

impl Reader<'_, '_> {
    fn reads(&mut self, what: Reads<'_>, state: &[u64]) {
        let bot = &self.checked.program.bot;
        match what {
            Reads::Nothing => {}
            Reads::Expr(expr) => self.expr(expr, state),
            Reads::Exprs(exprs) => exprs.iter().for_each(|expr| self.expr(*expr, state)),
            Reads::Values(values) => values.iter().for_each(|(_, expr)| self.expr(*expr, state)),
            Reads::Text(text) => reads::text(bot, text, &mut |expr| self.expr(expr, state)),
            Reads::Suggestions(suggestions) => {
                for suggestion in suggestions {
                    match suggestion {
                        Suggestion::Label(text) => {
                            reads::text(bot, *text, &mut |expr| self.expr(expr, state));
                        }
                        Suggestion::List { list, .. } => self.expr(*list, state),
                    }
                }
            }
            Reads::Message(message) => reads::message(bot, message, &mut |expr| self.expr(expr, state)),
            Reads::Messages(messages) => {
                for message in messages {
                    reads::message(bot, *message, &mut |expr| self.expr(expr, state));
                }
            }
            Reads::Cards(message) => {
                let cards = bot
                    .messages
                    .get(message.index())
                    .and_then(|message| message.cards.as_deref());
                if let Some(cards) = cards {
                    reads::cards(bot, cards, &mut |expr| self.expr(expr, state));
                }
            }
        }
    }

    fn expr(&mut self, expr: ExprId, state: &[u64]) {
        let Checked {
            program,
            built,
            around,
            ..
        } = *self.checked;
        let mut found = Vec::new();
        Walk {
            program,
            uses: around.uses,
            answered: &|slot| words::has(state, built.facts.answered(slot)),
            known: &|value, also| is_known(program, built, state, also, value),
            found: &mut found,
        }
        .expr(expr, &mut Vec::new(), DEEPEST);
        for missing in found {
            self.report(missing);
        }
    }

    fn report(&mut self, missing: Missing) {
        let Checked {
            program, body, built, ..
        } = *self.checked;
        let is_answer = matches!(missing, Missing::Answer(..));
        let (Missing::Answer(expr, _) | Missing::Known(expr)) = missing;
        if !self.seen.insert((expr, is_answer)) {
            return;
        }
        match missing {
            Missing::Answer(expr, slot) => self.unanswered.entry(slot).or_default().push((expr, self.node)),
            Missing::Known(expr) => {
                let context = self.checked.around.uses.context(expr);
                let finding = unknown_may_be_missing::finding(program, Some(body.id), expr, context);
                self.tell(finding, known_fact(program, &built.facts, expr), self.node, expr);
            }
        }
    }

    /// One finding for each name that may have no answer, where it is read first.
    fn unanswered(&mut self) {
        let Checked {
            program, body, built, ..
        } = *self.checked;
        let place = |expr: ExprId| program.exprs.get(expr.index()).map(|info| info.span);
        for (slot, mut reads) in std::mem::take(&mut self.unanswered) {
            reads.sort_by_key(|(expr, _)| place(*expr));
            reads.dedup_by_key(|(expr, _)| place(*expr));
            let Some(&(expr, node)) = reads.first() else {
                continue;
            };
            let finding = not_answered_yet::finding(program, body, expr, slot, reads.len() - 1);
            self.tell(finding, Some(built.facts.answered(slot)), node, expr);
        }
    }

    /// Adds a finding with the conversation that shows it, as long as there are few.
    fn tell(&mut self, finding: Finding, fact: Option<Fact>, node: NodeId, expr: ExprId) {
        self.conversations += 1;
        let lines = if self.conversations <= MOST_CONVERSATIONS {
            conversation::showing(self.checked, fact, node, expr)
        } else {
            Vec::new()
        };
        self.findings.push(finding.conversation(lines));
    }
}

fn known_fact(program: &Program, facts: &Facts, expr: ExprId) -> Option<Fact> {
    facts.known(&path_of(&program.bot, expr)?)
}

/// What an expression misses.
enum Missing {
    /// A name has no answer.
    Answer(ExprId, SlotId),
    /// A value may be unknown.
    Known(ExprId),
}

/// Goes through an expression in the order in which it is evaluated.
struct Walk<'w> {
    program: &'w Program,
    uses: &'w Uses,
    answered: &'w dyn Fn(SlotId) -> bool,
    known: &'w dyn Fn(ExprId, &[Path]) -> bool,
    found: &'w mut Vec<Missing>,
}

impl Walk<'_> {
    /// `also` are paths that earlier parts of the same expression have found to be known.
    fn expr(&mut self, id: ExprId, also: &mut Vec<Path>, depth: u32) {
        let bot = &self.program.bot;
        let Some(expr) = bot.exprs.get(id.index()) else {
            return;
        };
        if depth == 0 {
            return;
        }
        if let Some(slot) = self.unanswered(id, also) {
            self.found.push(Missing::Answer(id, slot));
            return;
        }
        if self.uses.contains(id) && !(self.known)(id, also) {
            self.found.push(Missing::Known(id));
            return;
        }
        match expr {
            Expr::And(a, b) | Expr::Or(a, b) => {
                self.expr(*a, also, depth - 1);
                let before = also.len();
                also.extend(learned(bot, *a, matches!(expr, Expr::And(..))));
                self.expr(*b, also, depth - 1);
                also.truncate(before);
            }
            // To ask whether something is known is no use of it.
            Expr::IsKnown(inner) if path_of(bot, *inner).is_some() => {}
            Expr::Else(first, second) => {
                if path_of(bot, *first).is_none() {
                    self.expr(*first, also, depth - 1);
                }
                self.expr(*second, also, depth - 1);
            }
            Expr::Text(text) => reads::text(bot, *text, &mut |part| self.expr(part, also, depth - 1)),
            _ => expr.parts(&mut |part| self.expr(part, also, depth - 1)),
        }
    }

    /// The name that an expression reads although it may not have been answered.
    fn unanswered(&self, id: ExprId, also: &[Path]) -> Option<SlotId> {
        let Some(Expr::Slot(slot)) = self.program.bot.exprs.get(id.index()) else {
            return None;
        };
        let learned = || also.iter().any(|path| path.root == Root::Slot(*slot));
        (!(self.answered)(*slot) && !learned()).then_some(*slot)
    }
}

/// A value as a person would call it: `customer.name`, `quote.price`. `None` for what has no name.
pub(crate) fn show_value(program: &Program, flow: Option<FlowId>, expr: ExprId) -> Option<String> {
    let bot = &program.bot;
    let path = path_of(bot, expr)?;
    let (mut name, mut ty) = match path.root {
        Root::Slot(slot) => {
            let slot = bot.flows.get(flow?.index())?.slots.get(slot.index())?;
            (slot.name.to_string(), slot.ty)
        }
        Root::Customer(field) => {
            let field = bot.customer.get(field.index())?;
            (format!("customer.{}", field.name), field.ty)
        }
        Root::Referral => return Some("conversation.referral".to_owned()),
        Root::Event(_) => return None,
    };
    for part in path.parts {
        let mut inner = bot.types.get(ty.index())?;
        if let Type::Optional(optional) = inner {
            inner = bot.types.get(optional.index())?;
        }
        let Type::Record(fields) = inner else { return None };
        let (field, field_type) = fields.get(part as usize)?;
        name.push('.');
        name.push_str(field);
        ty = *field_type;
    }
    Some(name)
}
