//! The second half of the first pass: what names take and give, and everything that is not a body.

use botflow_artifact::{CallKind, Event, EventId, Field, FlowId, Merging, Param, Type, TypeId};
use botflow_syntax::ast::{self, AstNode};
use botflow_values::Value;
use smol_str::SmolStr;

use super::{Lower, ParsedFile, Taken, name};
use crate::hir::Phrase;
use crate::names::builtin;
use crate::rules::names::{duplicate_name, host_action_missing, type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::rules::writing::nested_too_deep;
use crate::types::Types;

impl Lower<'_> {
    /// Works out types, then parameters and results, then defaults, which may mention values of closed sets.
    pub(super) fn signatures(&mut self, files: &[ParsedFile]) {
        self.declared_types_of(files);
        self.members_of(files);
        for file in files {
            self.enter(file);
            for item in file.items() {
                if let ast::Item::ConfigItem(item) = item {
                    self.config_item(&item);
                }
            }
        }
        for file in files {
            self.enter(file);
            for item in file.items() {
                self.signature(&item);
            }
        }
    }

    fn signature(&mut self, item: &ast::Item) {
        match item {
            ast::Item::FlowItem(item) => self.flow_signature(item),
            ast::Item::CustomerItem(item) => {
                for field in item.fields() {
                    self.customer_field(&field);
                }
            }
            ast::Item::EventItem(item) => {
                let params = self.params(item.params());
                if let Some(id) = self.declared(item.name()) {
                    self.program.bot.events[id].fields = plain(params);
                }
            }
            ast::Item::IntentItem(item) => {
                let params = self.params(item.params());
                let words = self.words(item.words());
                let phrases = self.phrases(item);
                let mut like = Vec::new();
                for clause in item.likes() {
                    self.check_examples(&clause, &params);
                    self.add_words(&mut like, clause.language(), clause.texts());
                }
                if let Some(id) = self.declared(item.name()) {
                    let intent = &mut self.program.bot.intents[id];
                    intent.params = plain(params);
                    intent.words = words;
                    intent.like = like;
                    let places = &mut self.program.spans.phrases;
                    places.resize_with(places.len().max(id + 1), Vec::new);
                    places[id] = phrases;
                }
            }
            ast::Item::LookupItem(item) => {
                self.call_signature(
                    item.path(),
                    item.params(),
                    item.gives(),
                    item.fails(),
                    item.takes().is_some(),
                    item.settings(),
                );
            }
            ast::Item::ActionItem(item) => {
                self.call_signature(
                    item.path(),
                    item.params(),
                    item.gives(),
                    item.fails(),
                    item.takes().is_some(),
                    item.settings(),
                );
            }
            ast::Item::TemplateItem(item) => {
                let params = self.params(item.params());
                if let Some(id) = self.declared(item.name()) {
                    self.template_params[id] = params.clone();
                    self.program.bot.templates[id].params = plain(params);
                }
            }
            ast::Item::QueueItem(item) => self.queue(item),
            ast::Item::FaqItem(item) => self.faq(item),
            _ => {}
        }
    }

    /// The texts of an intent, and where they stand.
    fn phrases(&self, item: &ast::IntentItem) -> Vec<Phrase> {
        let mut found = Vec::new();
        let mut add =
            |example, language: Option<ast::LanguageCode>, texts: &mut dyn Iterator<Item = ast::Text>| {
                let language = self.language_of(language.as_ref());
                found.extend(texts.map(|text| Phrase {
                    text: SmolStr::new(self.heard(&text)),
                    language: language.clone(),
                    example,
                    span: self.node_span(&text),
                }));
            };
        for clause in item.words() {
            add(false, clause.language(), &mut clause.texts());
        }
        for clause in item.likes() {
            add(true, clause.language(), &mut clause.texts());
        }
        found.sort_by_key(|phrase: &Phrase| phrase.span);
        found
    }

    /// The parameters of a declaration.
    pub(super) fn params(&mut self, params: Option<ast::Params>) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::new();
        let Some(params) = params else { return taken };
        for param in params.params() {
            let Some(token) = param.name() else { continue };
            let ty = self.type_or_error(param.type_expr());
            let ty = self.not_too_deep(ty, &param);
            if taken.iter().any(|known| known.name == token.text()) {
                let span = self.token_span(token);
                self.report(duplicate_name::finding("parameter", token.text(), span, None));
                continue;
            }
            let written = param.default();
            let default_at = written.as_ref().map(|value| self.node_span(value));
            // What stands there is a value; where it is used, it becomes words that can be translated.
            let arguments = std::mem::take(&mut self.arguments);
            let default = written.and_then(|value| self.constant(&value, ty));
            self.arguments = arguments;
            taken.push(Taken {
                name: name(token),
                ty,
                default,
                default_at,
            });
        }
        taken
    }

    /// The type, unless it nests deeper than values may.
    pub(super) fn not_too_deep<'t>(&mut self, ty: TypeId, at: &impl AstNode<'t>) -> TypeId {
        if !self.types.too_deep(ty) {
            return ty;
        }
        let span = self.node_span(at);
        self.report(nested_too_deep::finding(span, "lists and records", 16));
        Types::ERROR
    }

    fn flow_signature(&mut self, item: &ast::FlowItem) {
        let params = self.params(item.params());
        let gives = match item.gives() {
            Some(gives) => {
                let ty = self.type_or_error(gives.type_expr());
                Some(self.not_too_deep(ty, &gives))
            }
            None => None,
        };
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let flow = &mut self.program.bot.flows[id];
        flow.params = params.len() as u32;
        flow.gives = gives;
        flow.open_to_operators = item.open().is_some();
        self.flow_params[id] = params;
        if flow.open_to_operators {
            self.mention_flow(FlowId::from(id));
        }
    }

    fn customer_field(&mut self, field: &ast::Field) {
        let ty = self.type_or_error(field.type_expr());
        let ty = self.not_too_deep(ty, field);
        let default = match field.default() {
            Some(value) => self.constant(&value, ty),
            None => None,
        };
        let Some(id) = self.declared(field.name()) else {
            return;
        };
        if field.default().is_none()
            && ty != Types::ERROR
            && !self.types.is_optional(ty)
            && let Some(token) = field.name()
        {
            let span = self.token_span(token);
            let shown = self.types.name(ty);
            self.report(
                type_mismatch::other(
                    format!("Of a new person nobody knows `{}`.", token.text()),
                    span,
                )
                .help(format!(
                    "Let it be unknown (`{0}: {shown}?`), or give it a value to begin with (`{0}: {shown} = …`).",
                    token.text(),
                )),
            );
        }
        let merging = field.merge().map(|clause| self.merging(&clause, ty));
        self.program.bot.customer[id] = Field {
            name: self.program.bot.customer[id].name.clone(),
            ty,
            default: default.unwrap_or(Value::Unknown),
            sensitive: field.is_sensitive(),
            merging: merging.unwrap_or_default(),
        };
    }

    /// `when merged add`: the words are the language's, and the type must be one that can be merged so.
    fn merging(&mut self, clause: &ast::MergeClause, ty: TypeId) -> Merging {
        let words: Vec<_> = clause.words().collect();
        let [when, how] = words[..] else {
            return Merging::Newest;
        };
        if when.text() != "merged" {
            let span = self.token_span(when);
            let near = nearest::few(when.text(), ["merged"]);
            let known = ["merged"].into_iter();
            self.report(unknown_name::of_the_language(
                "occasion",
                when.text(),
                span,
                &near,
                known,
            ));
            return Merging::Newest;
        }
        let all = Merging::ALL.map(Merging::word);
        let Some(merging) = Merging::ALL.into_iter().find(|one| one.word() == how.text()) else {
            let span = self.token_span(how);
            let near = nearest::few(how.text(), all);
            let known = all.into_iter();
            self.report(unknown_name::of_the_language(
                "way of merging",
                how.text(),
                span,
                &near,
                known,
            ));
            return Merging::Newest;
        };
        if ty == Types::ERROR || merging.takes(self.types.get(self.types.known(ty))) {
            return merging;
        }
        let span = self.token_span(how);
        let shown = self.types.name(self.types.known(ty));
        let fits: Vec<String> = Merging::ALL
            .into_iter()
            .filter(|one| one.takes(self.types.get(self.types.known(ty))))
            .map(|one| format!("`{}`", one.word()))
            .collect();
        self.report(
            type_mismatch::other(
                format!(
                    "Values of the type `{shown}` cannot be merged by `{}`.",
                    merging.word()
                ),
                span,
            )
            .help(format!("This type can be merged by {}.", fits.join(", "))),
        );
        Merging::Newest
    }

    fn call_signature(
        &mut self,
        path: Option<ast::Path>,
        params: Option<ast::Params>,
        gives: Option<ast::GivesClause>,
        fails: ast::AstChildren<'_, ast::FailsClause<'_>>,
        takes_sensitive: bool,
        settings: ast::AstChildren<'_, ast::CallSetting<'_>>,
    ) {
        // A parameter that is itself `sensitive` says the same of one value.
        let takes_sensitive = takes_sensitive
            || params
                .as_ref()
                .is_some_and(|params| params.params().any(|param| param.is_sensitive()));
        let params = self.params(params);
        let gives = match gives {
            Some(gives) => {
                let ty = self.type_or_error(gives.type_expr());
                Some(self.not_too_deep(ty, &gives))
            }
            None => None,
        };
        let mut failures: Vec<smol_str::SmolStr> = Vec::new();
        for token in fails.flat_map(|clause| clause.names()) {
            if failures.iter().any(|known| known == token.text()) {
                let span = self.token_span(token);
                self.report(duplicate_name::finding("failure", token.text(), span, None));
            } else {
                failures.push(name(token));
            }
        }
        // What stands in the block is a failure for all calls, also for those above it and in other files.
        let mut http = false;
        for setting in settings {
            match setting {
                ast::CallSetting::MethodSetting(_) => http = true,
                ast::CallSetting::FailsSetting(setting) => {
                    if let Some(token) = setting.name()
                        && failures.iter().all(|known| known != token.text())
                    {
                        failures.push(name(token));
                    }
                }
                _ => {}
            }
        }
        let Some(path) = path else { return };
        let span = self.node_span(&path);
        let Some(id) = self.declared_at.get(&span).map(|id| *id as usize) else {
            return;
        };
        self.call_params[id] = params.clone();
        let call = &mut self.program.bot.calls[id];
        call.params = plain(params);
        call.gives = gives;
        call.fails = failures;
        call.takes_sensitive = takes_sensitive;
        if http {
            return;
        }
        if let Some(offered) = &self.project.host
            && !offered.contains(&call.name)
        {
            let kind = match call.kind {
                CallKind::Lookup => "lookup",
                CallKind::Action => "action",
            };
            let near = nearest::few(&call.name, offered.iter().map(|name| name.as_str()));
            let finding = host_action_missing::finding(kind, &call.name, span, &near);
            self.report(finding);
        }
    }

    /// The event of this name; a built-in one joins the bot when it is first mentioned.
    pub(super) fn event(&mut self, name: &str) -> Option<EventId> {
        if let Some(id) = self.symbols.events.mention(name) {
            return Some(EventId::from(id));
        }
        let event = builtin::event(name)?;
        let id = self.symbols.events.declare(event.name.into(), None).ok()?;
        self.symbols.events.mention(name);
        let fields = event
            .fields
            .iter()
            .map(|(name, kind, optional)| {
                let ty = Types::simple(*kind);
                Param {
                    name: smol_str::SmolStr::new_static(name),
                    ty: if *optional { self.types.optional(ty) } else { ty },
                }
            })
            .collect();
        self.program.bot.events.push(Event {
            name: event.name.into(),
            fields,
            builtin: true,
            by_customer: event.by_customer,
        });
        Some(EventId::from(id))
    }

    /// The fields of an event as a record, for `wait for … as NAME`.
    pub(super) fn event_record(&mut self, event: EventId) -> TypeId {
        let fields = self.program.bot.events[event.index()]
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect();
        self.types.record(fields)
    }

    /// Whether values of the type have parts by this name, and which.
    pub(super) fn component(&self, ty: TypeId, name: &str) -> Option<(u32, TypeId)> {
        match self.types.get(self.types.known(ty)) {
            Type::Record(fields) => fields
                .iter()
                .position(|(known, _)| known == name)
                .map(|index| (index as u32, fields[index].1)),
            _ => None,
        }
    }
}

/// Parameters without what only calls need.
pub(super) fn plain(params: Vec<Taken>) -> Vec<Param> {
    params
        .into_iter()
        .map(|taken| Param {
            name: taken.name,
            ty: taken.ty,
        })
        .collect()
}
