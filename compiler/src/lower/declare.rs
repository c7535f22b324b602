//! The first pass: every name of the project, from all files, and the settings of the bot that literals depend on.

use botflow_artifact::{
    Call, CallKind, Escalation, Event, Experiment, Expr, Field, Flow, FlowId, Goal, Intent, Outcome, Pc,
    Queue, Segment, Template, Trigger, TypeId,
};
use botflow_syntax::TokenRef;
use botflow_syntax::ast;
use smol_str::{SmolStr, format_smolstr};

use super::{Lower, ParsedFile, name};
use crate::names::{Space, Symbols, builtin};
use crate::project::Span;
use crate::rules::names::duplicate_name;
use crate::types::Types;

/// How long a call may take where nothing is written.
const DEFAULT_TIMEOUT_MS: i64 = 10_000;
/// How far back a goal looks for conversations where nothing is written.
const DEFAULT_CREDIT_MS: i64 = 86_400_000;

impl Lower<'_> {
    /// Collects the names of all files.
    pub(super) fn declare(&mut self, files: &[ParsedFile]) {
        // Flow 0 holds what stands in `always`, under a name that nobody can write.
        let _ = self.symbols.flows.declare(SmolStr::new_static(".always"), None);
        self.add_flow(SmolStr::new_static("always"));
        for file in files {
            self.enter(file);
            for item in file.items() {
                self.declare_item(&item);
            }
        }
        for file in files {
            self.enter(file);
            for item in file.items() {
                if let ast::Item::UseItem(item) = item {
                    self.alias(&item);
                }
            }
        }
    }

    fn declare_item(&mut self, item: &ast::Item) {
        match item {
            ast::Item::BotItem(item) => self.declare_bot(item),
            ast::Item::FlowItem(item) => {
                if let Some(token) = item.name() {
                    self.declare_flow(token);
                }
            }
            ast::Item::TypeItem(item) => {
                let Some(token) = item.name() else { return };
                if botflow_values::Kind::named(token.text()).is_some() {
                    let span = self.token_span(token);
                    self.report(duplicate_name::finding("type", token.text(), span, None));
                    self.broken = true;
                } else if self.take(token, "type", |symbols| &mut symbols.types).is_some() {
                    self.declared_types.push(Types::ERROR);
                }
            }
            ast::Item::CustomerItem(item) => {
                for field in item.fields() {
                    let Some(token) = field.name() else { continue };
                    if self
                        .take(token, "customer field", |symbols| &mut symbols.fields)
                        .is_some()
                    {
                        self.program.bot.customer.push(Field {
                            name: name(token),
                            ty: Types::ERROR,
                            default: botflow_values::Value::Unknown,
                            sensitive: field.is_sensitive(),
                            merging: Default::default(),
                        });
                    }
                }
            }
            ast::Item::EventItem(item) => {
                let Some(token) = item.name() else { return };
                if builtin::event(token.text()).is_some() {
                    let span = self.token_span(token);
                    self.report(duplicate_name::finding("event", token.text(), span, None));
                    self.broken = true;
                } else if self.free_of(token, "event", "intent", |symbols| &symbols.intents)
                    && self.take(token, "event", |symbols| &mut symbols.events).is_some()
                {
                    self.program.bot.events.push(Event {
                        name: name(token),
                        fields: Vec::new(),
                        builtin: false,
                        by_customer: false,
                    });
                }
            }
            ast::Item::IntentItem(item) => {
                let Some(token) = item.name() else { return };
                if self.free_of(token, "intent", "event", |symbols| &symbols.events)
                    && self
                        .take(token, "intent", |symbols| &mut symbols.intents)
                        .is_some()
                {
                    self.program.bot.intents.push(Intent {
                        name: name(token),
                        params: Vec::new(),
                        words: Vec::new(),
                        like: Vec::new(),
                    });
                }
            }
            ast::Item::LookupItem(item) => self.declare_call(item.path(), CallKind::Lookup),
            ast::Item::ActionItem(item) => self.declare_call(item.path(), CallKind::Action),
            _ => self.declare_rest(item),
        }
    }

    fn declare_rest(&mut self, item: &ast::Item) {
        match item {
            ast::Item::SegmentItem(item) => {
                let Some(token) = item.name() else { return };
                if self
                    .take(token, "segment", |symbols| &mut symbols.segments)
                    .is_some()
                {
                    let span = self.token_span(token);
                    // Until its body is looked at, nobody belongs to it.
                    let nobody = Expr::Const(botflow_values::Value::YesNo(false));
                    let condition = self.typed(nobody, Types::YES_NO, span).id;
                    self.program.bot.segments.push(Segment {
                        name: name(token),
                        condition,
                    });
                }
            }
            ast::Item::QueueItem(item) => {
                let Some(token) = item.name() else { return };
                if self.take(token, "queue", |symbols| &mut symbols.queues).is_some() {
                    self.program.bot.queues.push(Queue {
                        name: name(token),
                        display_name: None,
                        languages: Vec::new(),
                        always_open: false,
                        hours: Vec::new(),
                        closed_on: Vec::new(),
                        timezone: None,
                    });
                }
            }
            ast::Item::EscalationItem(item) => {
                let Some(token) = item.name() else { return };
                if self
                    .take(token, "escalation", |symbols| &mut symbols.escalations)
                    .is_some()
                {
                    self.program.bot.escalations.push(Escalation {
                        name: name(token),
                        to: Vec::new(),
                        say: None,
                        brief: None,
                        nobody: Vec::new(),
                        closed: None,
                        customer_silent: Vec::new(),
                        operator_silent: Vec::new(),
                        resolved: None,
                    });
                }
            }
            ast::Item::TriggerItem(item) => {
                let Some(token) = item.name() else { return };
                if self
                    .take(token, "trigger", |symbols| &mut symbols.triggers)
                    .is_some()
                {
                    self.program.bot.triggers.push(empty_trigger(name(token)));
                }
            }
            ast::Item::GoalItem(item) => {
                let Some(token) = item.name() else { return };
                if self.take(token, "goal", |symbols| &mut symbols.goals).is_some() {
                    self.program.bot.goals.push(Goal {
                        name: name(token),
                        on: Vec::new(),
                        condition: None,
                        value: None,
                        credit_ms: DEFAULT_CREDIT_MS,
                    });
                }
            }
            ast::Item::ExperimentItem(item) => {
                let Some(token) = item.name() else { return };
                if self
                    .take(token, "experiment", |symbols| &mut symbols.experiments)
                    .is_some()
                {
                    let arms = item.arms().filter_map(|arm| arm.name());
                    self.experiment_arms.push(arms.map(|token| name(token)).collect());
                    self.program.bot.experiments.push(Experiment {
                        name: name(token),
                        arms: Vec::new(),
                        hold_out: 0,
                        goal: None,
                        condition: None,
                        group: None,
                    });
                }
            }
            ast::Item::TemplateItem(item) => {
                let Some(token) = item.name() else { return };
                if self
                    .take(token, "template", |symbols| &mut symbols.templates)
                    .is_some()
                {
                    let text = self.plain_text("");
                    self.template_params.push(Vec::new());
                    self.program.bot.templates.push(Template {
                        name: name(token),
                        params: Vec::new(),
                        channels: item.channels().map(|channel| name(channel)).collect(),
                        category: SmolStr::default(),
                        text,
                        header: None,
                        footer: None,
                        media: Vec::new(),
                        buttons: Vec::new(),
                    });
                }
            }
            _ => {}
        }
    }

    /// Declares a name in its space, or reports that it is taken.
    fn take(
        &mut self,
        token: TokenRef,
        kind: &str,
        space: impl FnOnce(&mut Symbols) -> &mut Space,
    ) -> Option<usize> {
        self.take_name(name(token), self.token_span(token), kind, space)
    }

    fn take_name(
        &mut self,
        name: SmolStr,
        span: Span,
        kind: &str,
        space: impl FnOnce(&mut Symbols) -> &mut Space,
    ) -> Option<usize> {
        match space(&mut self.symbols).declare(name.clone(), Some(span)) {
            Ok(id) => {
                self.declared_at.insert(span, id as u32);
                Some(id)
            }
            Err(first) => {
                self.report(duplicate_name::finding(kind, &name, span, first));
                // What the second declaration mentions is not looked at.
                self.broken = true;
                None
            }
        }
    }

    /// Events and intents are both heard by `on NAME`, so that a name is one of them only.
    fn free_of(
        &mut self,
        token: TokenRef,
        kind: &str,
        other: &str,
        space: impl FnOnce(&Symbols) -> &Space,
    ) -> bool {
        let space = space(&self.symbols);
        let Some(index) = space.get(token.text()) else {
            return true;
        };
        let first = space.at(index).and_then(|(_, symbol)| symbol.span);
        let span = self.token_span(token);
        let finding = duplicate_name::two_kinds(kind, other, token.text(), span, first);
        self.report(finding);
        self.broken = true;
        false
    }

    fn declare_call(&mut self, path: Option<ast::Path>, kind: CallKind) {
        let Some(path) = path else { return };
        let span = self.node_span(&path);
        let full = path.text();
        let word = match kind {
            CallKind::Lookup => "lookup",
            CallKind::Action => "action",
        };
        if self
            .take_name(full.clone(), span, word, |symbols| &mut symbols.calls)
            .is_some()
        {
            self.call_params.push(Vec::new());
            self.program.bot.calls.push(Call {
                name: full,
                kind,
                params: Vec::new(),
                gives: None,
                fails: Vec::new(),
                statuses: Vec::new(),
                takes_sensitive: false,
                http: None,
                timeout_ms: DEFAULT_TIMEOUT_MS,
                retry: 0,
            });
        }
    }

    fn declare_flow(&mut self, token: TokenRef) {
        let span = self.token_span(token);
        let full = match self.library {
            Some(library) => format_smolstr!("{library}.{}", token.text()),
            None => name(token),
        };
        let id = match self.symbols.flows.declare(full.clone(), Some(span)) {
            Ok(id) => id,
            Err(first) => {
                self.report(duplicate_name::finding("flow", &full, span, first));
                // The second body is looked at all the same, under a name that nobody can write.
                let hidden = format_smolstr!(".{full}.{}.{}", span.file.0, span.start);
                let Ok(id) = self.symbols.flows.declare(hidden, Some(span)) else {
                    return;
                };
                self.program.unmentioned_flows.push(FlowId::from(id));
                id
            }
        };
        self.declared_at.insert(span, id as u32);
        self.add_flow(full);
    }

    /// Adds a flow that is not known yet but by name. Its slots are filled when its body is looked at.
    fn add_flow(&mut self, name: SmolStr) {
        self.program.bot.flows.push(Flow {
            name,
            params: 0,
            gives: None,
            slots: Vec::new(),
            entry: Pc(0),
            steps: Vec::new(),
            handlers: Vec::new(),
            open_to_operators: false,
            subject: None,
        });
        self.program.spans.slots.push(Vec::new());
        self.flow_params.push(Vec::new());
        self.bodies.push(None);
    }

    fn declare_bot(&mut self, item: &ast::BotItem) {
        let Some(token) = item.name() else { return };
        let span = self.token_span(token);
        if let Some(first) = self.program.spans.bot {
            self.report(duplicate_name::second_bot(span, first));
            return;
        }
        self.program.spans.bot = Some(span);
        self.program.bot.name = name(token);
        self.bot_settings(item);
    }

    /// `use std.csat as survey`: the other name means the same flow.
    fn alias(&mut self, item: &ast::UseItem) {
        let (Some(path), Some(alias)) = (item.path(), item.alias()) else {
            return;
        };
        let Some(flow) = self.symbols.flows.get(&path.text()) else {
            return;
        };
        let taken = self.symbols.flows.get(alias.text());
        if let Some(index) = taken {
            let first = self.symbols.flows.at(index).and_then(|(_, symbol)| symbol.span);
            let span = self.token_span(alias);
            self.report(duplicate_name::finding("flow", alias.text(), span, first));
            return;
        }
        self.aliases.insert(name(alias), FlowId::from(flow));
    }

    /// The id of what is declared at this name.
    pub(super) fn declared(&self, token: Option<TokenRef>) -> Option<usize> {
        let span = self.token_span(token?);
        self.declared_at.get(&span).map(|id| *id as usize)
    }

    /// The id of a declared type, by name.
    pub(super) fn declared_type(&mut self, name: &str) -> Option<TypeId> {
        let index = self.symbols.types.mention(name)?;
        self.declared_types.get(index).copied()
    }
}

fn empty_trigger(name: SmolStr) -> Trigger {
    Trigger {
        name,
        sources: Vec::new(),
        after_ms: 0,
        unless: Vec::new(),
        conditions: Vec::new(),
        needs: Vec::new(),
        between: None,
        cap: None,
        via: Vec::new(),
        fallback: Vec::new(),
        busy_waits: false,
        priority: 1,
        expires_ms: None,
        start: FlowId::ALWAYS,
        args: Vec::new(),
    }
}

/// The outcome that is written.
pub(super) fn outcome(outcome: Option<ast::Outcome>) -> Outcome {
    match outcome {
        Some(outcome) if outcome.is_abandoned() => Outcome::Abandoned,
        Some(outcome) if outcome.is_unresolved() => Outcome::Unresolved,
        _ => Outcome::Resolved,
    }
}
