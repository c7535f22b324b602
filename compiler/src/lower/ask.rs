//! Questions with a typed answer: `ask`, `ask queue`, `form`, `verify`.

use botflow_artifact::{AskTarget, MessageId, MessageTemplate, Part, Skip, Suggestion, TextId, TypeId};
use botflow_syntax::ast::{self, AskItem, AstNode, Expr as Written};

use super::scope::Binding;
use super::stmt::error_block;
use super::{Lower, duration, name};
use crate::hir::{
    AskBody, AskQueueBody, Block, SilenceAct, SilenceBody, Stmt, StmtKind, TriesBody, UseContext, VerifyBody,
};
use crate::project::Span;
use crate::rules::flow::clocks_out_of_order;
use crate::rules::names::type_mismatch;
use crate::rules::writing::{repeated_setting, wrong_place};
use crate::types::{Fit, Types};

/// How many suggestions a list gives where nothing is written.
const DEFAULT_SUGGESTIONS: u32 = 10;

/// Whether the question may be skipped without an answer.
pub(super) fn may_be_skipped(ask: &ast::AskStmt) -> bool {
    ask.items()
        .any(|item| matches!(item, AskItem::SkipItem(skip) if skip.value().is_none()))
}

/// What the block of a question may hold, as it is collected.
#[derive(Default)]
struct Items {
    again: Option<MessageId>,
    hint: Option<TextId>,
    suggest: Vec<Suggestion>,
    checks: Vec<(botflow_artifact::ExprId, Block)>,
    invalid: Option<Block>,
    tries: Vec<TriesBody>,
    silence: Vec<SilenceBody>,
    skip: Option<Skip>,
    failed: Option<Block>,
}

impl Lower<'_> {
    /// The type of an answer's variable, and whether it is sensitive.
    pub(super) fn answer_type(&mut self, answer: &ast::Answer, optional: bool) -> (TypeId, bool) {
        let ty = self.type_or_error(answer.type_expr());
        let ty = if optional {
            self.types.optional(ty)
        } else {
            self.types.known(ty)
        };
        (ty, answer.is_sensitive())
    }

    /// The type that an answer is read as; it is always asked for something.
    fn asked_type(&mut self, answer: &ast::Answer) -> TypeId {
        let ty = self.type_or_error(answer.type_expr());
        if let Some(written) = answer.type_expr() {
            let span = self.node_span(&written);
            if self.types.is_optional(ty) {
                let shown = self.types.name(self.types.known(ty));
                self.report(
                    type_mismatch::other("A question asks for something: its type has no `?`.", span)
                        .help("An answer may be missing where the question says `skip if …`.")
                        .fix(format!("Change to `{shown}`"), span, shown),
                );
            } else if !self.answerable(ty) {
                let shown = self.types.name(ty);
                self.report(
                    type_mismatch::other(
                        format!("Nobody can answer with a `{shown}` in one message."),
                        span,
                    )
                    .help("Ask for one value, or let people `choose … from` a list."),
                );
                return Types::ERROR;
            }
        }
        self.types.known(ty)
    }

    fn answerable(&self, ty: TypeId) -> bool {
        ty == Types::ERROR || self.types.kind(ty).is_some()
    }

    pub(super) fn ask(&mut self, ask: &ast::AskStmt, span: Span) -> StmtKind {
        let (name, name_span, into, ty) = match (ask.answer(), ask.customer()) {
            (Some(answer), _) => {
                let ty = self.asked_type(&answer);
                let Some(token) = answer.name() else {
                    return StmtKind::Error;
                };
                let at = self.token_span(token);
                let bound = if may_be_skipped(ask) {
                    self.types.optional(ty)
                } else {
                    ty
                };
                let slot = self.bind(token.text(), bound, answer.is_sensitive(), at, Binding::Answer);
                (name(token), at, Some(AskTarget::Slot(slot)), ty)
            }
            (None, Some(written)) => {
                let at = self.node_span(&written);
                let field = self.customer_ref(Some(written));
                let ty = match field {
                    Some((field, _)) => self.types.known(self.program.bot.customer[field.index()].ty),
                    None => Types::ERROR,
                };
                if !self.answerable(ty) {
                    let shown = self.types.name(ty);
                    self.report(type_mismatch::other(
                        format!("Nobody can answer with a `{shown}` in one message."),
                        at,
                    ));
                }
                let name = written.field().map(|token| name(token)).unwrap_or_default();
                (name, at, field.map(|(field, _)| AskTarget::Customer(field)), ty)
            }
            (None, None) => return StmtKind::Error,
        };
        let mut items = Items::default();
        let mut seen = [None; 8];
        for item in ask.items() {
            self.ask_item(&item, ty, &mut items, &mut seen);
        }
        let text = ask.text().map(|text| self.text(&text).id);
        let question = self.push_message(MessageTemplate {
            text,
            hint: items.hint,
            ..MessageTemplate::default()
        });
        self.in_order(&mut items.tries, &mut items.silence);
        let _ = span;
        let Some(into) = into else { return StmtKind::Error };
        StmtKind::Ask(Box::new(AskBody {
            name,
            name_span,
            into,
            ty,
            question,
            again: items.again,
            suggest: items.suggest,
            checks: items.checks,
            invalid: items.invalid,
            tries: items.tries,
            silence: items.silence,
            skip: items.skip,
        }))
    }

    fn ask_item(&mut self, item: &AskItem, ty: TypeId, items: &mut Items, seen: &mut [Option<Span>; 8]) {
        let span = self.node_span(item);
        match item {
            AskItem::HintItem(item) => {
                let hint = item.text().map(|text| self.text(&text).id);
                if self.once(&mut seen[0], span, "hint") {
                    items.hint = hint;
                }
            }
            AskItem::SuggestItem(item) => {
                if item.is_from() {
                    let list = self.suggested_list(item, ty, span);
                    if self.once(&mut seen[4], span, "suggest from") {
                        items.suggest.push(list);
                    }
                    return;
                }
                for value in item.values() {
                    let text = self.suggestion(&value, ty);
                    items.suggest.push(Suggestion::Label(text));
                }
            }
            AskItem::CheckItem(item) => {
                let condition = item.condition().map(|condition| self.condition(&condition).id);
                let block = self.way_or_text(item.way(), item.text(), span);
                if let Some(condition) = condition {
                    items.checks.push((condition, block));
                }
            }
            AskItem::InvalidItem(item) => {
                let block = self.invalid(item, span);
                if self.once(&mut seen[1], span, "invalid") {
                    items.invalid = Some(block);
                }
            }
            AskItem::TriesItem(item) => {
                if let Some(tries) = self.tries(item) {
                    items.tries.push(tries);
                }
            }
            AskItem::SilenceItem(item) => {
                if let Some(silence) = self.silence(item) {
                    items.silence.push(silence);
                }
            }
            AskItem::SkipItem(item) => {
                let condition = item.condition().map(|condition| self.condition(&condition).id);
                let with = item
                    .value()
                    .map(|value| self.expr_as(&value, ty, UseContext::Passed).id);
                if self.once(&mut seen[2], span, "skip")
                    && let Some(condition) = condition
                {
                    items.skip = Some(Skip { condition, with });
                }
            }
            AskItem::AgainItem(item) => {
                let again = item.text().map(|text| self.text(&text).id);
                if self.once(&mut seen[3], span, "again") {
                    items.again = again.map(|text| self.text_message(text));
                }
            }
        }
    }

    /// `suggest from LIST at most N`: values of the question's type, or texts that are read as it.
    fn suggested_list(&mut self, item: &ast::SuggestItem, ty: TypeId, span: Span) -> Suggestion {
        let wanted = self.types.list(ty);
        let (list, item_type) = self.list_of_type(item.values().next(), Some(wanted), span);
        let is_text = self.types.is_textual(item_type) && !self.types.is_optional(item_type);
        if !is_text && self.types.fit(item_type, ty) != Fit::Yes {
            let (found, wanted) = (self.types.name(item_type), self.types.name(ty));
            let at = self.expr_span(list.id);
            self.report(
                type_mismatch::other(
                    format!("The list holds `{found}`, and the question asks for `{wanted}`."),
                    at,
                )
                .help("Suggest values of the type that is asked for, or texts that can be read as it."),
            );
        }
        let at_most = self.count(item.limit().and_then(|limit| limit.count()));
        Suggestion::List {
            list: list.id,
            at_most: at_most.unwrap_or(DEFAULT_SUGGESTIONS),
        }
    }

    /// A suggested answer: words, or a value that is shown.
    fn suggestion(&mut self, value: &Written, ty: TypeId) -> TextId {
        if let Written::Text(text) = value {
            return self.text(text).id;
        }
        let typed = self.expr_as(value, ty, UseContext::Shown);
        self.value_text(typed.id, typed.ty)
    }

    /// `invalid "…"`, `invalid one of { … }`, `invalid way`.
    fn invalid(&mut self, item: &ast::InvalidItem, span: Span) -> Block {
        if let Some(one_of) = item.one_of() {
            let at = self.node_span(&one_of);
            let messages = one_of
                .texts()
                .map(|text| {
                    let text = self.text(&text).id;
                    self.text_message(text)
                })
                .collect();
            return Block {
                stmts: vec![Stmt {
                    kind: StmtKind::SayOneOf(messages),
                    span: at,
                }],
                span: at,
            };
        }
        self.way_or_text(item.way(), item.text(), span)
    }

    /// `tries N way`.
    pub(super) fn tries(&mut self, item: &ast::TriesItem) -> Option<TriesBody> {
        let span = self.node_span(item);
        let at = self.count(item.count());
        let block = self.way(item.way(), span);
        Some(TriesBody { at: at?, span, block })
    }

    /// `silence D "…"`, `silence D way`.
    pub(super) fn silence(&mut self, item: &ast::SilenceItem) -> Option<SilenceBody> {
        let span = self.node_span(item);
        let after_ms = duration(item.duration());
        let act = match (item.text(), item.way()) {
            (Some(text), None) => {
                let text = self.text(&text).id;
                SilenceAct::Nudge(self.text_message(text))
            }
            (_, way) => SilenceAct::Way(self.way(way, span)),
        };
        Some(SilenceBody {
            after_ms: after_ms?,
            span,
            act,
        })
    }

    /// Tries and clocks in ascending order, each number once.
    pub(super) fn in_order(&mut self, tries: &mut Vec<TriesBody>, silence: &mut Vec<SilenceBody>) {
        tries.sort_by_key(|tries| tries.at);
        for pair in silence.windows(2) {
            if pair[0].after_ms > pair[1].after_ms {
                self.report(clocks_out_of_order::finding(pair[1].span, pair[0].span));
            }
        }
        silence.sort_by_key(|silence| silence.after_ms);
        let mut repeated = Vec::new();
        for pair in tries.windows(2) {
            if pair[0].at == pair[1].at {
                repeated.push((pair[1].span, format!("tries {}", pair[1].at), pair[0].span));
            }
        }
        for pair in silence.windows(2) {
            if pair[0].after_ms == pair[1].after_ms {
                repeated.push((pair[1].span, "silence".to_owned(), pair[0].span));
            }
        }
        for (span, setting, first) in repeated {
            self.report(repeated_setting::finding(span, &setting, Some(first)));
        }
        tries.dedup_by_key(|tries| tries.at);
        silence.dedup_by_key(|silence| silence.after_ms);
    }

    pub(super) fn ask_queue(&mut self, ask: &ast::AskQueueStmt, span: Span) -> StmtKind {
        let queue = self.queue_named(ask.queue());
        let Some(answer) = ask.answer() else {
            return StmtKind::Error;
        };
        let ty = self.asked_type(&answer);
        let Some(token) = answer.name() else {
            return StmtKind::Error;
        };
        let name_span = self.token_span(token);
        let bound = if super::leaves::ask_queue_comes_back(ask) {
            self.types.optional(ty)
        } else {
            ty
        };
        let into = self.bind(
            token.text(),
            bound,
            answer.is_sensitive(),
            name_span,
            Binding::Answer,
        );
        let mut closed = None;
        let mut nobody: Vec<(i64, Block)> = Vec::new();
        let mut hint = None;
        let (mut closed_at, mut hint_at) = (None, None);
        for item in ask.items() {
            let at = self.node_span(&item);
            match item {
                ast::AskQueueItem::HintItem(item) => {
                    let text = item.text().map(|text| self.text(&text).id);
                    if self.once(&mut hint_at, at, "hint") {
                        hint = text;
                    }
                }
                ast::AskQueueItem::ClosedItem(item) => {
                    let block = self.way(item.way(), at);
                    if self.once(&mut closed_at, at, "closed") {
                        closed = Some(block);
                    }
                }
                ast::AskQueueItem::NobodyItem(item) => {
                    let after = duration(item.duration());
                    let block = self.way(item.way(), at);
                    if let Some(after) = after {
                        nobody.push((after, block));
                    }
                }
            }
        }
        nobody.sort_by_key(|(after, _)| *after);
        let question = match ask.text() {
            Some(text) => self.text(&text).id,
            None => self.plain_text(""),
        };
        if let Some(hint) = hint {
            self.append_line(question, hint);
        }
        let _ = span;
        let Some(queue) = queue else {
            return StmtKind::Error;
        };
        StmtKind::AskQueue(Box::new(AskQueueBody {
            name: name(token),
            name_span,
            queue,
            into,
            ty,
            question,
            closed,
            nobody,
        }))
    }

    /// Puts the words of one text on a line below another one.
    fn append_line(&mut self, text: TextId, line: TextId) {
        let parts = self.program.bot.texts[line.index()].variants[0].parts.clone();
        let variant = &mut self.program.bot.texts[text.index()].variants[0];
        variant.parts.push(Part::Literal("\n".into()));
        variant.parts.extend(parts);
    }

    pub(super) fn form(&mut self, form: &ast::FormStmt, span: Span) -> StmtKind {
        if let Some(block) = form.block() {
            self.check_form(&block);
        }
        let block = self.block_or_error(form.block(), span);
        let Some(token) = form.name() else {
            return StmtKind::Error;
        };
        StmtKind::Form {
            name: name(token),
            name_span: self.token_span(token),
            block,
        }
    }

    /// A form holds what may be asked in any order: questions, words, conditions and lookups.
    fn check_form(&mut self, block: &ast::Block) {
        for stmt in block.statements() {
            match &stmt {
                ast::Stmt::AskStmt(_) | ast::Stmt::SayStmt(_) => {}
                ast::Stmt::IfStmt(stmt) => {
                    if let Some(ast::Way::Block(block)) = stmt.way() {
                        self.check_form(&block);
                    }
                    for block in stmt.else_ifs().filter_map(|branch| branch.block()) {
                        self.check_form(&block);
                    }
                    if let Some(ast::Way::Block(block)) = stmt.else_branch().and_then(|branch| branch.way()) {
                        self.check_form(&block);
                    }
                }
                ast::Stmt::CallStmt(stmt) => self.check_form_call(stmt.call()),
                ast::Stmt::LetStmt(stmt) => match stmt.value() {
                    Some(ast::LetValue::Call(call)) => self.check_form_call(Some(call)),
                    _ => self.not_in_form(&(*stmt).into()),
                },
                other => self.not_in_form(other),
            }
        }
    }

    fn check_form_call(&mut self, call: Option<ast::Call>) {
        let Some(path) = call.and_then(|call| call.path()) else {
            return;
        };
        let call = self.symbols.calls.get(&path.text());
        let is_action =
            call.is_some_and(|id| self.program.bot.calls[id].kind == botflow_artifact::CallKind::Action);
        if is_action {
            let span = self.node_span(&path);
            self.report(wrong_place::finding(
                span,
                "An `action`",
                "a form, whose answers may still be corrected",
                Some("the flow, behind the form"),
            ));
        }
    }

    fn not_in_form(&mut self, stmt: &ast::Stmt) {
        let span = self.node_span(stmt);
        let word = stmt.syntax().first_token().map(|token| token.text().to_owned());
        self.report(wrong_place::finding(
            span,
            &format!("`{}`", word.unwrap_or_default()),
            "a form",
            Some("the flow, before or behind the form"),
        ));
    }

    pub(super) fn verify(&mut self, stmt: &ast::VerifyStmt, span: Span) -> StmtKind {
        let field = self.customer_ref(stmt.customer());
        if let Some((field, at)) = field {
            let ty = self.program.bot.customer[field.index()].ty;
            let base = self.types.base(ty);
            if ![Types::EMAIL, Types::PHONE, Types::ERROR].contains(&base) {
                let shown = self.types.name(ty);
                self.report(
                    type_mismatch::other(format!("A `{shown}` cannot be proved by a code."), at)
                        .help("`verify` is for e-mail addresses and telephone numbers."),
                );
            }
        }
        let mut items = Items::default();
        let mut seen = [None; 8];
        for item in stmt.items() {
            let at = self.node_span(&item);
            match item {
                ast::VerifyItem::FailedItem(item) => {
                    let block = self.way(item.way(), at);
                    if self.once(&mut seen[4], at, "failed") {
                        items.failed = Some(block);
                    }
                }
                ast::VerifyItem::AskItem(item) => {
                    let word = match &item {
                        AskItem::SuggestItem(_) => Some("`suggest`"),
                        AskItem::CheckItem(_) => Some("`check`"),
                        AskItem::SkipItem(_) => Some("`skip`"),
                        _ => None,
                    };
                    if let Some(word) = word {
                        self.report(wrong_place::finding(at, word, "`verify`", Some("`ask`")));
                        continue;
                    }
                    self.ask_item(&item, Types::ERROR, &mut items, &mut seen);
                }
            }
        }
        self.in_order(&mut items.tries, &mut items.silence);
        let question = items
            .again
            .or_else(|| items.hint.map(|hint| self.text_message(hint)));
        let Some((field, name_span)) = field else {
            return StmtKind::Error;
        };
        let _ = span;
        StmtKind::Verify(Box::new(VerifyBody {
            field,
            name_span,
            question,
            invalid: items.invalid,
            tries: items.tries,
            silence: items.silence,
            failed: items.failed,
        }))
    }

    /// A way of a block, once.
    pub(super) fn way_once(
        &mut self,
        way: Option<ast::Way>,
        span: Span,
        word: &str,
        seen: &mut Option<Span>,
        into: &mut Option<Block>,
    ) {
        let block = match &way {
            Some(_) => self.way(way, span),
            None => error_block(span),
        };
        if self.once(seen, span, word) {
            *into = Some(block);
        }
    }
}
