//! Lookups and actions: how they are done, and the statements that call them.

use botflow_artifact::{CallId, Expr, ExprId, Function, HttpRequest, Method, SlotId, TypeId};
use botflow_syntax::TokenRef;
use botflow_syntax::ast::{self, CallSetting, CallWay};
use smol_str::SmolStr;

use super::leaves::comes_back;
use super::scope::{Binding, Scope};
use super::{Lower, Taken, duration};
use crate::hir::{Block, CallBody, StmtKind};
use crate::project::Span;
use crate::rules::names::{type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::rules::writing::{bad_literal, repeated_setting, wrong_place};
use crate::types::{Types, literal};

impl Lower<'_> {
    /// A scope in which the names are the parameters of a call or a template, as slots 0, 1, ….
    pub(super) fn params_scope(&mut self, taken: &[Taken]) -> Scope {
        let mut scope = Scope::default();
        for taken in taken {
            scope.declare(taken.name.clone(), taken.ty, false, None);
        }
        std::mem::replace(&mut self.scope, scope)
    }

    /// `get "…"`, `timeout 3s` … of a lookup or action.
    pub(super) fn call_settings(
        &mut self,
        path: Option<ast::Path>,
        settings: ast::AstChildren<'_, CallSetting<'_>>,
    ) {
        let Some(path) = path else { return };
        let span = self.node_span(&path);
        let Some(id) = self.declared_at.get(&span).map(|id| *id as usize) else {
            return;
        };
        let taken = self.call_params[id].clone();
        let outer = self.params_scope(&taken);
        let first = self.program.bot.exprs.len();
        let mut seen = [None; 4];
        let mut request: Option<HttpRequest> = None;
        let mut headers = Vec::new();
        let mut body = Vec::new();
        for setting in settings {
            let at = self.node_span(&setting);
            match setting {
                CallSetting::MethodSetting(setting) => {
                    let Some(text) = setting.text() else { continue };
                    let url = self.url_text(&text).id;
                    if self.once(&mut seen[0], at, "the address") {
                        request = Some(HttpRequest {
                            method: method(&setting),
                            url,
                            headers: Vec::new(),
                            body: Vec::new(),
                        });
                    }
                }
                CallSetting::HeaderSetting(setting) => {
                    let name = setting.name().and_then(|name| self.fixed_text(&name));
                    let value = setting.value().map(|value| self.text(&value).id);
                    if let (Some(name), Some(value)) = (name, value) {
                        headers.push((SmolStr::new(name), value));
                    }
                }
                CallSetting::BodySetting(setting) => {
                    let values = self.body(&setting);
                    if self.once(&mut seen[1], at, "body") {
                        body = values;
                    }
                }
                CallSetting::TimeoutSetting(setting) => {
                    if self.once(&mut seen[2], at, "timeout")
                        && let Some(timeout) = duration(setting.duration())
                    {
                        self.program.bot.calls[id].timeout_ms = timeout;
                    }
                }
                CallSetting::RetrySetting(setting) => {
                    let retry = setting.count().and_then(|token| literal::integer(token.text()));
                    if self.once(&mut seen[3], at, "retry")
                        && let Some(retry) = retry
                    {
                        self.program.bot.calls[id].retry = u32::try_from(retry).unwrap_or(u32::MAX);
                    }
                }
                CallSetting::FailsSetting(setting) => self.fails_setting(id, &setting),
            }
        }
        self.scope = outer;
        self.parameters_only(first);
        if let Some(request) = &mut request {
            request.headers = headers;
            request.body = body;
        }
        self.program.bot.calls[id].http = request;
    }

    /// How a call is done says the same of the same arguments, whenever it is tried: it mentions nothing that changes.
    fn parameters_only(&mut self, first: usize) {
        let changing = self.program.bot.exprs.iter().enumerate().skip(first);
        let changing = changing.filter(|(_, expr)| {
            let calendar = [Function::Today, Function::DateOf, Function::TimeOf];
            expr.looks_around() || matches!(expr, Expr::Call(function, _) if calendar.contains(function))
        });
        let spans: Vec<Span> = changing.map(|(at, _)| self.expr_span(ExprId::from(at))).collect();
        for span in spans {
            let message = "How a lookup or action is done mentions only its parameters and `config`.";
            self.report(wrong_place::because(span, message).help(
                "Make it a parameter, and give it where the lookup or action is called: what is tried again is then \
                 the same as before.",
            ));
        }
    }

    /// `body (email: email)`: a record, whose parts are sent under their names.
    fn body(&mut self, setting: &ast::BodySetting) -> Vec<(SmolStr, ExprId, TypeId)> {
        let Some(value) = setting.value() else {
            return Vec::new();
        };
        let typed = self.expr(&value, None);
        let fields = match self.types.get(typed.ty) {
            botflow_artifact::Type::Record(fields) => Some(fields.clone()),
            _ => None,
        };
        match (&self.program.bot.exprs[typed.id.index()], fields) {
            (Expr::Record(values), Some(fields)) => {
                let parts = fields.into_iter().zip(values.iter().copied());
                parts
                    .map(|((name, ty), value)| (name, value, self.types.known(ty)))
                    .collect()
            }
            _ => {
                if typed.ty != Types::ERROR {
                    let span = self.expr_span(typed.id);
                    self.report(
                        type_mismatch::other("What is sent is a record of named values.", span)
                            .help("Write it as `body (email: email, note: note)`."),
                    );
                }
                Vec::new()
            }
        }
    }

    /// `fails with taken on 409`: declares the failure where `fails with taken` has not.
    fn fails_setting(&mut self, id: usize, setting: &ast::FailsSetting) {
        let Some(token) = setting.name() else { return };
        let call = &mut self.program.bot.calls[id];
        let failure = match call.fails.iter().position(|known| known == token.text()) {
            Some(known) => known,
            None => {
                call.fails.push(SmolStr::new(token.text()));
                call.fails.len() - 1
            }
        };
        for status in setting.statuses() {
            let at = self.token_span(status);
            let number = literal::integer(status.text())
                .and_then(|number| u16::try_from(number).ok())
                .filter(|number| (400..=599).contains(number));
            let Some(number) = number else {
                self.report(bad_literal::finding(
                    at,
                    "An answer that is a failure has a number from 400 to 599.",
                ));
                continue;
            };
            let statuses = &mut self.program.bot.calls[id].statuses;
            if statuses.iter().any(|(known, _)| *known == number) {
                self.report(repeated_setting::finding(at, &format!("on {number}"), None));
            } else {
                statuses.push((number, failure as u32));
            }
        }
    }

    /// `call a.b(…) { … }`, with the name of its result if it has one.
    pub(super) fn call(&mut self, call: &ast::Call, result: Option<TokenRef>) -> StmtKind {
        let span = self.node_span(call);
        let Some(path) = call.path() else {
            self.bind_error(result);
            return StmtKind::Error;
        };
        let name_span = self.node_span(&path);
        let Some(id) = self.call_of(&path) else {
            self.forgotten_args(call.args());
            self.bind_error(result);
            for way in call.ways() {
                // What the ways mention counts, though nothing leads there.
                self.forgotten_way(&way);
            }
            return StmtKind::Error;
        };
        let taken = std::mem::take(&mut self.call_params[id.index()]);
        let callee = self.program.bot.calls[id.index()].name.clone();
        let head = Span {
            end: call
                .args()
                .map_or(name_span.end, |args| self.node_span(&args).end),
            ..span
        };
        let args = self.args(&callee, &taken, call.args(), head);
        self.call_params[id.index()] = taken;
        let result = result.map(|token| self.bind_result(token, call, id, name_span));
        let mut body = CallBody {
            name: match result {
                Some(slot) => self.scope.slots[slot.index()].name.clone(),
                None => callee,
            },
            name_span,
            call: id,
            args,
            result,
            failed: None,
            fails: Vec::new(),
            waiting: None,
        };
        self.call_ways(call, id, &mut body);
        StmtKind::Call(Box::new(body))
    }

    fn bind_result(&mut self, token: TokenRef, call: &ast::Call, id: CallId, name_span: Span) -> SlotId {
        let at = self.token_span(token);
        if self.program.bot.calls[id.index()].gives.is_none() {
            let name = self.program.bot.calls[id.index()].name.clone();
            self.report(
                type_mismatch::other(format!("`{name}` gives no result."), name_span)
                    .help("Leave out `let`, or declare what it `gives`."),
            );
        }
        let ty = self.result_type(call, id);
        self.bind(token.text(), ty, false, at, Binding::Result)
    }

    fn result_type(&mut self, call: &ast::Call, id: CallId) -> TypeId {
        let Some(gives) = self.program.bot.calls[id.index()].gives else {
            return Types::ERROR;
        };
        let open = call.ways().any(|way| match way {
            CallWay::FailedItem(item) => comes_back(item.way().as_ref()),
            CallWay::FailItem(item) => comes_back(item.way().as_ref()),
            CallWay::WaitingItem(_) => false,
        });
        if open { self.types.optional(gives) } else { gives }
    }

    /// The type of what a call gives, for those who read it above the call.
    pub(super) fn call_result(&mut self, call: &ast::Call) -> TypeId {
        let id = call
            .path()
            .and_then(|path| self.symbols.calls.get(&path.text()))
            .map(CallId::from);
        match id {
            Some(id) => self.result_type(call, id),
            None => Types::ERROR,
        }
    }

    fn call_of(&mut self, path: &ast::Path) -> Option<CallId> {
        let text = path.text();
        if let Some(id) = self.symbols.calls.mention(&text) {
            return Some(CallId::from(id));
        }
        let span = self.node_span(path);
        if self.symbols.flows.mention(&text).is_some() {
            let help = format!("`{text}` is a flow: write `run {text}`.");
            self.report(unknown_name::other_kind("lookup or action", &text, span, help));
            return None;
        }
        self.unknown("lookup or action", &text, span, |symbols| &mut symbols.calls);
        None
    }

    fn call_ways(&mut self, call: &ast::Call, id: CallId, body: &mut CallBody) {
        let (mut failed_at, mut waiting_at) = (None, None);
        let mut fails: Vec<(u32, Span, Block)> = Vec::new();
        for way in call.ways() {
            let at = self.node_span(&way);
            match way {
                CallWay::FailedItem(item) => {
                    self.way_once(item.way(), at, "failed", &mut failed_at, &mut body.failed);
                }
                CallWay::WaitingItem(item) => {
                    let block = self.block_or_error(item.block(), at);
                    if self.once(&mut waiting_at, at, "waiting")
                        && let Some(after) = duration(item.duration())
                    {
                        body.waiting = Some((after, block));
                    }
                }
                CallWay::FailItem(item) => {
                    let block = self.way(item.way(), at);
                    let Some(token) = item.name() else { continue };
                    let at = self.token_span(token);
                    let known = &self.program.bot.calls[id.index()].fails;
                    let Some(index) = known.iter().position(|known| known == token.text()) else {
                        let near = nearest::few(token.text(), known.iter().map(SmolStr::as_str));
                        let kind = format!("failure of `{}`", self.program.bot.calls[id.index()].name);
                        let finding = unknown_name::finding(&kind, token.text(), at, &near);
                        self.report(finding);
                        continue;
                    };
                    let index = index as u32;
                    match fails.iter().find(|(known, ..)| *known == index) {
                        Some((_, first, _)) => {
                            let first = *first;
                            self.report(repeated_setting::finding(at, token.text(), Some(first)));
                        }
                        None => fails.push((index, at, block)),
                    }
                }
            }
        }
        fails.sort_by_key(|(index, ..)| *index);
        body.fails = fails
            .into_iter()
            .map(|(index, _, block)| (index, block))
            .collect();
    }

    fn forgotten_way(&mut self, way: &CallWay) {
        let at = self.node_span(way);
        match way {
            CallWay::FailedItem(item) => {
                self.way(item.way(), at);
            }
            CallWay::FailItem(item) => {
                self.way(item.way(), at);
            }
            CallWay::WaitingItem(item) => {
                self.block_or_error(item.block(), at);
            }
        }
    }
}

fn method(setting: &ast::MethodSetting) -> Method {
    if setting.is_post() {
        Method::Post
    } else if setting.is_put() {
        Method::Put
    } else if setting.is_patch() {
        Method::Patch
    } else if setting.is_delete() {
        Method::Delete
    } else {
        Method::Get
    }
}
