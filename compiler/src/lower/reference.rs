//! Names in expressions: values of the flow, members of the expected closed set, segments, and what stands behind
//! `customer.`, `conversation.`, `config.` and `event.`.

use botflow_artifact::{ConversationField, EventId, Expr, FieldId, FlowId, SegmentId, TypeId};
use botflow_syntax::TokenRef;
use botflow_syntax::ast;
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};

use super::{Lower, Typed};
use crate::hir::UseContext;
use crate::names::Space;
use crate::project::Span;
use crate::rules::names::{impossible_comparison, missing_setting, type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::rules::writing::wrong_place;
use crate::types::Types;

/// What `conversation.…` offers.
const CONVERSATION: &[(&str, ConversationField, TypeId)] = &[
    ("language", ConversationField::Language, Types::LANGUAGE),
    ("channel", ConversationField::Channel, Types::CHANNEL),
    ("misunderstood", ConversationField::Misunderstood, Types::INTEGER),
    ("summary", ConversationField::Summary, Types::TEXT),
    ("referral", ConversationField::Referral, Types::TEXT),
];

/// With so many findings before it, an unknown value has no suggestions.
const MOST_SUGGESTED: usize = 500;

impl Lower<'_> {
    /// A bare name.
    pub(super) fn name_expr(&mut self, name: &str, span: Span, expected: Option<TypeId>) -> Typed {
        if matches!(name, "customer" | "event" | "conversation" | "config" | "now") {
            return self.root_word(name, span);
        }
        if let Some(ty) = expected
            && let Some(set) = self.types.set_of(ty)
            && let Some(index) = self.types.sets[set.index()]
                .members
                .iter()
                .position(|member| member.name == name)
        {
            let ty = self.types.known(ty);
            return self.typed(Expr::Const(Value::member(set.0, index as u32)), ty, span);
        }
        if let Some(slot) = self.local(name) {
            return self.slot_expr(slot, span);
        }
        let base = expected.map(|ty| self.types.base(ty));
        if base == Some(Types::LANGUAGE) {
            return self.language_or_channel(name, span, true);
        }
        if base == Some(Types::CHANNEL) {
            return self.language_or_channel(name, span, false);
        }
        if let Some(segment) = self.symbols.segments.mention(name) {
            return self.typed(Expr::InSegment(SegmentId::from(segment)), Types::YES_NO, span);
        }
        self.unknown_value(name, span, expected)
    }

    /// Whether a bare name means something without an expected type.
    pub(super) fn is_value_name(&mut self, name: &str) -> bool {
        matches!(name, "customer" | "event" | "conversation" | "config" | "now")
            || self.scope.names.contains_key(name)
            || self.symbols.segments.get(name).is_some()
            || self.look_ahead(name).is_some()
    }

    fn language_or_channel(&mut self, name: &str, span: Span, language: bool) -> Typed {
        let bot = &self.program.bot;
        let (known, kind) = match language {
            true => (&bot.languages, "language"),
            false => (&bot.channels, "channel"),
        };
        if !known.is_empty() && !known.iter().any(|known| known == name) {
            let near: Vec<String> = owned(nearest::few(name, known.iter().map(SmolStr::as_str)));
            let all = super::compare::listed(known.iter().map(SmolStr::as_str));
            let finding = impossible_comparison::no_member(kind, name, span, &refs(&near), &all);
            self.report(finding);
            return self.error(span);
        }
        let (value, ty) = match language {
            true => (Value::Language(SmolStr::new(name)), Types::LANGUAGE),
            false => (Value::Channel(SmolStr::new(name)), Types::CHANNEL),
        };
        self.typed(Expr::Const(value), ty, span)
    }

    fn unknown_value(&mut self, name: &str, span: Span, expected: Option<TypeId>) -> Typed {
        // In which closed set the name would be looked up is not known because of a mistake elsewhere.
        let uncertain = expected == Some(Types::ERROR);
        if self.guessing || uncertain {
            return self.error(span);
        }
        if let Some(set) = expected.and_then(|ty| self.types.set_of(ty)) {
            self.no_member(set, name, span);
            return self.error(span);
        }
        // A name that is not known is reported once a flow; from then on it is a value of which nothing is said.
        if self.scope.root.is_some() {
            let slot = self.scope.declare(SmolStr::new(name), Types::ERROR, false, None);
            self.scope.slots[slot.index()].name = format_smolstr!(".{name}");
        }
        let finding = if self.symbols.fields.get(name).is_some() {
            let better = format!("customer.{name}");
            unknown_name::other_kind("value", name, span, format!("Did you mean `{better}`?")).fix(
                format!("Change to `{better}`"),
                span,
                better,
            )
        } else if self.symbols.settings.get(name).is_some() || self.config.value(name).is_some() {
            let better = format!("config.{name}");
            unknown_name::other_kind("value", name, span, format!("Did you mean `{better}`?")).fix(
                format!("Change to `{better}`"),
                span,
                better,
            )
        } else if let Some(set) = self
            .types
            .sets
            .iter()
            .find(|set| set.members.iter().any(|member| member.name == name))
        {
            let help = format!(
                "`{name}` is a value of the type `{}`, and stands only where one is expected: `x is {name}`.",
                set.name
            );
            unknown_name::other_kind("value", name, span, help)
        } else {
            // Beyond so many mistakes nobody reads suggestions, and each takes a look at all names.
            let near = match self.findings.len() {
                0..MOST_SUGGESTED => self.near_values(name),
                _ => Vec::new(),
            };
            for name in &near {
                self.symbols.segments.mention(name);
                if let Some(local) = self.scope.names.get_mut(name.as_str()) {
                    local.read = true;
                }
            }
            let finding = unknown_name::finding("value", name, span, &refs(&near));
            if near.is_empty() {
                finding.help(match name {
                    "true" | "false" => "What is true or false is written `yes` or `no`.",
                    _ => {
                        "A value is what an `ask`, a `choose`, a `let` or a parameter of this flow is called."
                    }
                })
            } else {
                finding
            }
        };
        self.report(finding);
        self.error(span)
    }

    /// Names of values that are near enough to be meant.
    fn near_values(&self, name: &str) -> Vec<String> {
        let locals = self.scope.names.keys().map(SmolStr::as_str);
        let ahead = self.scope.forward.iter().flat_map(|forward| forward.keys());
        let segments = self.symbols.segments.names();
        let known = locals.chain(ahead.map(SmolStr::as_str)).chain(segments);
        owned(nearest::few(name, known))
    }

    /// A name that the closed set does not have.
    pub(super) fn no_member(&mut self, set: botflow_artifact::SetId, name: &str, span: Span) {
        let set = &self.types.sets[set.index()];
        let members = || set.members.iter().map(|member| member.name.as_str());
        let near = nearest::few(name, members());
        let all = super::compare::listed(members());
        let finding = impossible_comparison::no_member(&set.name, name, span, &near, &all);
        self.report(finding);
    }

    /// `a.b.c`.
    pub(super) fn field_expr(&mut self, item: &ast::FieldExpr, span: Span) -> Typed {
        let Some(base) = item.base() else {
            return self.error(span);
        };
        let mut fields = item.fields();
        let root = match &base {
            ast::Expr::NameExpr(root) => root.name().map(|token| SmolStr::new(token.text())),
            _ => None,
        };
        let mut value = match root.as_deref() {
            Some(root @ ("customer" | "conversation" | "config" | "event")) => {
                let Some(field) = fields.next() else {
                    return self.error(span);
                };
                let at = Span {
                    end: self.token_span(field).end,
                    ..span
                };
                self.root_field(root, field, at)
            }
            _ => self.expr(&base, None),
        };
        for field in fields {
            value = self.part(value, field, span);
        }
        value
    }

    /// `.b` behind a value.
    fn part(&mut self, value: Typed, field: TokenRef, whole: Span) -> Typed {
        let at = self.token_span(field);
        let span = Span { end: at.end, ..whole };
        if value.ty == Types::ERROR {
            return self.error(span);
        }
        let Some((index, ty)) = self.component(value.ty, field.text()) else {
            let finding = match self.types.get(self.types.known(value.ty)) {
                botflow_artifact::Type::Record(fields) => {
                    let near = nearest::few(field.text(), fields.iter().map(|(name, _)| name.as_str()));
                    let finding = unknown_name::finding("part", field.text(), at, &near);
                    if near.is_empty() {
                        let all = super::compare::listed(fields.iter().map(|(name, _)| name.as_str()));
                        finding.help(format!("Its parts are {all}."))
                    } else {
                        finding
                    }
                }
                _ => {
                    let found = self.types.name(value.ty);
                    let help = format!("This is `{found}`, which has no parts.");
                    unknown_name::other_kind("part", field.text(), at, help)
                }
            };
            self.report(finding);
            return self.error(span);
        };
        self.optional_use(value, UseContext::Opened);
        let mut typed = self.typed(Expr::Component(value.id, index), ty, span);
        typed.sensitive = value.sensitive;
        typed
    }

    fn root_field(&mut self, root: &str, field: TokenRef, span: Span) -> Typed {
        match root {
            "customer" => match self.customer_field_of(field) {
                Some(id) => {
                    let (ty, sensitive) = {
                        let field = &self.program.bot.customer[id.index()];
                        (field.ty, field.sensitive)
                    };
                    let mut typed = self.typed(Expr::Customer(id), ty, span);
                    typed.sensitive = sensitive;
                    typed
                }
                None => self.error(span),
            },
            "conversation" => {
                let known = CONVERSATION.iter().find(|(name, ..)| *name == field.text());
                let Some((_, which, ty)) = known else {
                    let near = nearest::few(field.text(), CONVERSATION.iter().map(|(name, ..)| *name));
                    let at = self.token_span(field);
                    let finding = unknown_name::finding("part of `conversation`", field.text(), at, &near);
                    let finding = if near.is_empty() {
                        finding.help("A conversation has `language`, `channel`, `misunderstood`, `summary` and `referral`.")
                    } else {
                        finding
                    };
                    self.report(finding);
                    return self.error(span);
                };
                let ty = match which {
                    ConversationField::Referral => self.types.optional(*ty),
                    _ => *ty,
                };
                self.typed(Expr::Conversation(*which), ty, span)
            }
            "config" => match self.setting(field.text()) {
                Some(id) => {
                    let ty = self.program.bot.config[id.index()].ty;
                    self.typed(Expr::Config(id), ty, span)
                }
                None => {
                    let set = self.config.values.iter().map(|entry| entry.name.as_str());
                    let near = nearest::few(field.text(), set.chain(self.symbols.settings.names()));
                    let at = self.token_span(field);
                    let finding = missing_setting::finding(field.text(), at, &near);
                    self.report(finding);
                    self.error(span)
                }
            },
            _ => self.event_field(field, span),
        }
    }

    /// The field of the customer card that is meant, or none with a finding.
    pub(super) fn customer_field_of(&mut self, field: TokenRef) -> Option<FieldId> {
        if let Some(id) = self.symbols.fields.mention(field.text()) {
            return Some(FieldId::from(id));
        }
        let near = nearest::few(field.text(), self.symbols.fields.names());
        let at = self.token_span(field);
        let finding = unknown_name::finding("customer field", field.text(), at, &near);
        self.report(finding);
        None
    }

    /// `customer.x` of a statement.
    pub(super) fn customer_ref(&mut self, written: Option<ast::CustomerRef>) -> Option<(FieldId, Span)> {
        let written = written?;
        let span = self.node_span(&written);
        let field = written.field()?;
        Some((self.customer_field_of(field)?, span))
    }

    fn event_field(&mut self, field: TokenRef, span: Span) -> Typed {
        let at = self.token_span(field);
        let events = self.scope.events.clone();
        let Some(first) = events.first() else {
            self.report(wrong_place::finding(
                span,
                "`event`",
                "a place where no event has come",
                Some("a trigger, a goal, `on EVENT` or `wait for EVENT if …`"),
            ));
            return self.error(span);
        };
        if *first == NO_EVENT {
            // The event has its finding.
            return self.error(span);
        }
        let find = |event: EventId| {
            self.program.bot.events[event.index()]
                .fields
                .iter()
                .position(|known| known.name == field.text())
        };
        let places: Vec<Option<usize>> = events
            .iter()
            .filter(|event| **event != NO_EVENT)
            .map(|event| find(*event))
            .collect();
        let Some(Some(place)) = places.first().copied() else {
            let event = &self.program.bot.events[first.index()];
            let near = nearest::few(field.text(), event.fields.iter().map(|field| field.name.as_str()));
            let kind = format!("value of the event `{}`", event.name);
            let finding = unknown_name::finding(&kind, field.text(), at, &near);
            self.report(finding);
            return self.error(span);
        };
        let ty = self.program.bot.events[first.index()].fields[place].ty;
        let same = places.iter().all(|other| *other == Some(place))
            && events
                .iter()
                .filter(|event| **event != NO_EVENT)
                .all(|event| self.program.bot.events[event.index()].fields[place].ty == ty);
        if !same {
            self.report(
                type_mismatch::other(
                    format!(
                        "Not all of these events bring `{}`, in the same place and of the same type.",
                        field.text()
                    ),
                    at,
                )
                .help("Write a trigger of its own for each event."),
            );
            return self.error(span);
        }
        self.typed(Expr::EventField(place as u32), ty, span)
    }

    /// The flow that is meant, or none with a finding. Inside a library file its own flows come first.
    pub(super) fn flow_of(&mut self, path: &ast::Path) -> Option<FlowId> {
        let text = path.text();
        if let Some(library) = self.library
            && let Some(id) = self.symbols.flows.mention(&format_smolstr!("{library}.{text}"))
        {
            return Some(FlowId::from(id));
        }
        if let Some(id) = self.symbols.flows.mention(&text) {
            return Some(FlowId::from(id));
        }
        if let Some(id) = self.aliases.get(&text) {
            let id = *id;
            self.mention_flow(id);
            return Some(id);
        }
        let span = self.node_span(path);
        if self.scope.steps.contains_key(&text) {
            let help = format!("`{text}` is a step of this flow: go there with `-> {text}`.");
            self.report(unknown_name::other_kind("flow", &text, span, help));
            return None;
        }
        if let Some(file) = crate::library::find(&text) {
            let help = format!("Add a line `use {}` to the project.", file.name);
            self.report(unknown_name::other_kind("flow", &text, span, help));
            return None;
        }
        self.unknown("flow", &text, span, |symbols| &mut symbols.flows);
        None
    }

    /// Notes that something mentions the flow.
    pub(super) fn mention_flow(&mut self, flow: FlowId) {
        if let Some((name, _)) = self.symbols.flows.at(flow.index()) {
            let name = name.clone();
            self.symbols.flows.mention(&name);
        }
    }

    /// Reports a name that its space does not have. What may have been meant counts as mentioned, so that one slip
    /// makes one finding.
    pub(super) fn unknown(
        &mut self,
        kind: &str,
        name: &str,
        span: Span,
        space: impl Fn(&mut crate::names::Symbols) -> &mut Space,
    ) {
        let near = owned(nearest::few(name, space(&mut self.symbols).names()));
        for near in &near {
            space(&mut self.symbols).mention(near);
        }
        self.report(unknown_name::finding(kind, name, span, &refs(&near)));
    }

    /// Looks a name up in its space, or reports it.
    pub(super) fn known(
        &mut self,
        kind: &str,
        token: TokenRef,
        space: impl Fn(&mut crate::names::Symbols) -> &mut Space,
    ) -> Option<usize> {
        if let Some(id) = space(&mut self.symbols).mention(token.text()) {
            return Some(id);
        }
        let span = self.token_span(token);
        self.unknown(kind, token.text(), span, space);
        None
    }

    /// The same for a name with points.
    pub(super) fn known_path(
        &mut self,
        kind: &str,
        path: &ast::Path,
        space: impl Fn(&mut crate::names::Symbols) -> &mut Space,
    ) -> Option<usize> {
        let text = path.text();
        if let Some(id) = space(&mut self.symbols).mention(&text) {
            return Some(id);
        }
        let span = self.node_span(path);
        self.unknown(kind, &text, span, space);
        None
    }

    /// The event that is meant, or none with a finding.
    pub(super) fn event_of(&mut self, path: &ast::Path) -> Option<EventId> {
        let text = path.text();
        if let Some(id) = self.event(&text) {
            return Some(id);
        }
        let span = self.node_span(path);
        self.unknown_event("event", &text, span);
        None
    }

    /// Reports an event that is not known; the language's own are near, too.
    pub(super) fn unknown_event(&mut self, kind: &str, name: &str, span: Span) {
        let builtin = crate::names::builtin::EVENTS.iter().map(|event| event.name);
        let near = owned(nearest::few(name, self.symbols.events.names().chain(builtin)));
        for near in &near {
            self.symbols.events.mention(near);
        }
        self.report(unknown_name::finding(kind, name, span, &refs(&near)));
    }
}

/// Stands for an event that is not known and has its finding.
pub(super) const NO_EVENT: EventId = EventId(u32::MAX);

pub(super) fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

pub(super) fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
