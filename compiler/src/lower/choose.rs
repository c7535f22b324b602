//! Questions with options: `choose` in all its forms.

use botflow_artifact::{Expr, MessageTemplate, SlotId, TypeId};
use botflow_syntax::ast::{self, AstNode, ChooseItem};
use botflow_values::Value;

use super::leaves::comes_back;
use super::scope::{Binding, Local};
use super::{Lower, Typed};
use crate::hir::{ChooseBody, ListOptionsBody, OptionActBody, OptionBody, StmtKind, UseContext};
use crate::project::Span;
use crate::rules::names::{type_mismatch, wrong_arguments};
use crate::rules::writing::wrong_place;
use crate::types::Types;

/// How many options a list gives where nothing is written.
const DEFAULT_OPTIONS: u32 = 10;

/// A list that options are made from, and its item while the options are looked at.
struct FromList {
    list: botflow_artifact::ExprId,
    item: SlotId,
    item_type: TypeId,
    condition: Option<botflow_artifact::ExprId>,
}

impl Lower<'_> {
    pub(super) fn choose(&mut self, choose: &ast::ChooseStmt, span: Span) -> StmtKind {
        let token = choose.name();
        let name_span = match &token {
            Some(token) => self.token_span(*token),
            None => choose
                .syntax()
                .first_token()
                .map_or(span, |token| self.token_span(token)),
        };
        let several = choose.is_several();
        // The item of the list is in sight of its condition and its label under the name of the choice.
        let from = choose
            .from()
            .map(|from| self.list_behind(choose, &from, token.as_ref(), name_span));
        let list = from.as_ref().map(|from| from.item_type);
        let ty = match (&token, list) {
            (None, _) => Types::ERROR,
            (Some(_), list) => self.chosen_type(choose, list),
        };
        // With `several` the name is an item while the list's options are made, and a list afterwards.
        let shadow = match (&token, &from) {
            (Some(token), Some(from)) if several => Some((token.text(), from.item)),
            _ => None,
        };
        let each = self.shadowed(shadow, |lower| lower.each_option(choose, from.as_ref(), span));
        let into = match &token {
            Some(token) => Some(self.bind(token.text(), ty, false, name_span, Binding::Answer)),
            None => from.as_ref().map(|from| from.item),
        };
        let mut body = ChooseBody {
            name: match &token {
                Some(token) => token.text().into(),
                None => smol_str::SmolStr::new_static("choice"),
            },
            name_span,
            named: token.is_some(),
            into,
            question: self.push_message(MessageTemplate::default()),
            again: None,
            several,
            from: None,
            options: Vec::new(),
            otherwise: None,
            tries: Vec::new(),
            silence: Vec::new(),
        };
        let text = choose.text().map(|text| self.text(&text).id);
        let mut hint = None;
        let mut none = None;
        let mut seen = [None; 4];
        // Nobody reads the values of a choice without a name.
        let value_type = match (&token, list) {
            (None, None) => None,
            _ => self.option_value_type(choose, list),
        };
        for item in choose.items() {
            let at = self.node_span(&item);
            match item {
                ChooseItem::Choice(option) => {
                    if let Some(option) = self.option(&option, at, value_type, list.is_some()) {
                        body.options.push(option);
                    }
                }
                ChooseItem::EachChoice(_) => {
                    if list.is_none() {
                        self.report(wrong_place::finding(
                            at,
                            "`each`",
                            "a `choose` with written options",
                            Some("a `choose … from` a list"),
                        ));
                    }
                }
                ChooseItem::NoneItem(item) => {
                    if from.is_none() {
                        self.report(wrong_place::finding(
                            at,
                            "`none`",
                            "a `choose` with written options",
                            Some("a `choose … from` a list"),
                        ));
                    }
                    self.way_once(item.way(), at, "none", &mut seen[0], &mut none);
                }
                ChooseItem::OtherwiseItem(item) => {
                    let block = self.way_or_text(item.way(), item.text(), at);
                    if self.once(&mut seen[1], at, "otherwise") {
                        body.otherwise = Some(block);
                    }
                }
                ChooseItem::SilenceItem(item) => body.silence.extend(self.silence(&item)),
                ChooseItem::TriesItem(item) => body.tries.extend(self.tries(&item)),
                ChooseItem::AgainItem(item) => {
                    let again = item.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[2], at, "again") {
                        body.again = again.map(|text| self.text_message(text));
                    }
                }
                ChooseItem::HintItem(item) => {
                    let text = item.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[3], at, "hint") {
                        hint = text;
                    }
                }
            }
        }
        let mut tries = std::mem::take(&mut body.tries);
        let mut silence = std::mem::take(&mut body.silence);
        self.in_order(&mut tries, &mut silence);
        (body.tries, body.silence) = (tries, silence);
        let question = &mut self.program.bot.messages[body.question.index()];
        question.text = text;
        question.hint = hint;
        if let Some(from) = from {
            let at_most = self.count(choose.limit().and_then(|limit| limit.count()));
            let (label, act, each_span) = match each {
                Some(each) => each,
                None => (self.value_text_of(&from, span), OptionActBody::GoOn, span),
            };
            body.from = Some(ListOptionsBody {
                list: from.list,
                item: from.item,
                condition: from.condition,
                at_most: at_most.unwrap_or(DEFAULT_OPTIONS),
                label,
                act,
                none,
                span: each_span,
            });
        } else if let Some(limit) = choose.limit() {
            let at = self.node_span(&limit);
            self.report(wrong_place::finding(
                at,
                "`at most`",
                "a `choose` with written options",
                Some("a `choose … from` a list"),
            ));
        }
        StmtKind::Choose(Box::new(body))
    }

    /// The list behind `from`: its item becomes known, under the choice's name.
    fn list_behind(
        &mut self,
        choose: &ast::ChooseStmt,
        from: &ast::FromClause,
        token: Option<&botflow_syntax::TokenRef>,
        name_span: Span,
    ) -> FromList {
        let several = choose.is_several();
        let (list, item_type) = self.list_of(from.list(), name_span);
        let item = match token {
            // Where a way comes back without a choice, the name is `T?` from the beginning; in the option itself it is
            // known.
            Some(token) if !several => {
                let ty = self.chosen_type(choose, Some(item_type));
                self.bind(token.text(), ty, list.sensitive, name_span, Binding::Answer)
            }
            _ => self.hidden_slot(".item", item_type),
        };
        let shadow = token.filter(|_| several).map(|token| (token.text(), item));
        let condition = self.shadowed(shadow, |lower| {
            from.condition()
                .and_then(|clause| clause.condition())
                .map(|condition| lower.condition(&condition).id)
        });
        FromList {
            list: list.id,
            item,
            item_type,
            condition,
        }
    }

    /// A list and the type of what it holds.
    pub(super) fn list_of(&mut self, list: Option<ast::Expr>, span: Span) -> (Typed, TypeId) {
        self.list_of_type(list, None, span)
    }

    /// The same where a type of list is expected, so that members of a closed set are known by their names.
    pub(super) fn list_of_type(
        &mut self,
        list: Option<ast::Expr>,
        expected: Option<TypeId>,
        span: Span,
    ) -> (Typed, TypeId) {
        let Some(list) = list else {
            return (self.error(span), Types::ERROR);
        };
        let typed = self.expr(&list, expected);
        match self.types.item_of(typed.ty) {
            Some(item) => {
                self.optional_use(typed, UseContext::Passed);
                (typed, item)
            }
            None => {
                if typed.ty != Types::ERROR {
                    let found = self.types.name(typed.ty);
                    let at = self.expr_span(typed.id);
                    let message = format!("A list is wanted here, and this is `{found}`.");
                    self.report(type_mismatch::other(message, at));
                }
                (typed, Types::ERROR)
            }
        }
    }

    /// Lets a name stand for another variable for a while.
    fn shadowed<T>(&mut self, name: Option<(&str, SlotId)>, what: impl FnOnce(&mut Self) -> T) -> T {
        let Some((name, slot)) = name else {
            return what(self);
        };
        let item = Local {
            slot,
            read: true,
            kept: None,
        };
        let outer = self.scope.names.insert(name.into(), item);
        let result = what(self);
        match outer {
            Some(local) => {
                self.scope.names.insert(name.into(), local);
            }
            None => {
                self.scope.names.swap_remove(name);
            }
        }
        result
    }

    fn each_option(
        &mut self,
        choose: &ast::ChooseStmt,
        from: Option<&FromList>,
        span: Span,
    ) -> Option<(botflow_artifact::TextId, OptionActBody, Span)> {
        let from = from?;
        let mut found = None;
        let mut seen = None;
        for item in choose.items() {
            let ChooseItem::EachChoice(each) = item else {
                continue;
            };
            let at = self.node_span(&each);
            for clause in each.conditions() {
                let at = self.node_span(&clause);
                self.report(wrong_place::finding(
                    at,
                    "`if`",
                    "`each`",
                    Some("the line of `from`"),
                ));
            }
            for clause in each.words() {
                let at = self.node_span(&clause);
                self.report(wrong_place::finding(
                    at,
                    "`words`",
                    "`each`",
                    Some("a written option"),
                ));
            }
            if let Some(clause) = each.value() {
                let at = self.node_span(&clause);
                self.report(wrong_place::because(
                    at,
                    "What is chosen from a list is the item itself.",
                ));
            }
            let label = match each.label() {
                Some(label) => self.text(&label).id,
                None => self.plain_text(""),
            };
            let act = self.option_act(each.opens(), each.way(), at);
            if self.once(&mut seen, at, "each") {
                found = Some((label, act, at));
            }
        }
        if seen.is_none() && !self.types.showable(from.item_type) {
            self.report(wrong_arguments::finding(
                "Nothing says what the options of the list are called.",
                "each \"{item.name}\" way",
                span,
            ));
        }
        found
    }

    fn value_text_of(&mut self, from: &FromList, span: Span) -> botflow_artifact::TextId {
        let item = self.slot_expr(from.item, span);
        self.value_text(item.id, item.ty)
    }

    fn option(
        &mut self,
        option: &ast::Choice,
        span: Span,
        value_type: Option<TypeId>,
        from_list: bool,
    ) -> Option<OptionBody> {
        let label_text = option.label()?;
        let label_span = self.node_span(&label_text);
        let label = self.text(&label_text).id;
        let mut condition_seen = None;
        let mut condition = None;
        for clause in option.conditions() {
            let at = self.node_span(&clause);
            let lowered = clause.condition().map(|condition| self.condition(&condition).id);
            if self.once(&mut condition_seen, at, "if") {
                condition = lowered;
            }
        }
        let words = self.words(option.words());
        let value = match option.value().and_then(|clause| clause.value()) {
            Some(value) => Some(match value_type {
                Some(ty) => self.expr_as(&value, ty, UseContext::Passed).id,
                None => self.expr(&value, None).id,
            }),
            // What is no item of the list leaves the choice open.
            None if from_list => Some(
                self.typed(Expr::Const(Value::Unknown), Types::ERROR, label_span)
                    .id,
            ),
            None => None,
        };
        let act = self.option_act(option.opens(), option.way(), span);
        Some(OptionBody {
            span,
            label_span,
            label,
            words,
            condition,
            value,
            act,
        })
    }

    fn option_act(
        &mut self,
        opens: Option<ast::OpensClause>,
        way: Option<ast::Way>,
        span: Span,
    ) -> OptionActBody {
        if let Some(opens) = opens {
            return match opens.url() {
                Some(url) => OptionActBody::Opens(self.expr_as(&url, Types::URL, UseContext::Passed).id),
                None => OptionActBody::GoOn,
            };
        }
        match way {
            Some(way) => OptionActBody::Way(self.way(Some(way), span)),
            None => OptionActBody::GoOn,
        }
    }

    /// What the values of the written options have to be: the items' type, or what the first value is.
    fn option_value_type(&mut self, choose: &ast::ChooseStmt, list: Option<TypeId>) -> Option<TypeId> {
        if list.is_some() {
            return list;
        }
        let first = choose.items().find_map(|item| match item {
            ChooseItem::Choice(option) => option.value().and_then(|clause| clause.value()),
            _ => None,
        })?;
        let ty = self.quietly(|lower| lower.expr(&first, None).ty);
        let base = self.types.known(ty);
        (base != Types::ERROR).then_some(base)
    }

    /// The type of a choice, for those who read it above its `choose`.
    pub(super) fn choice_type(&mut self, choose: &ast::ChooseStmt) -> TypeId {
        let list = choose.from().and_then(|from| from.list()).map(|list| {
            let typed = self.expr(&list, None);
            self.types.item_of(typed.ty).unwrap_or(Types::ERROR)
        });
        self.chosen_type(choose, list)
    }

    /// The type of a choice: the list's items, or the options' values, or their labels. It may be unknown if the
    /// flow goes on behind the `choose` without a choice.
    fn chosen_type(&mut self, choose: &ast::ChooseStmt, list: Option<TypeId>) -> TypeId {
        let (mut valued, mut bare, mut open) = (false, false, false);
        for item in choose.items() {
            match item {
                ChooseItem::Choice(option) => {
                    let goes_on = option.opens().is_none()
                        && (option.way().is_none() || comes_back(option.way().as_ref()));
                    match option.value() {
                        Some(_) => valued = true,
                        None if goes_on => bare = true,
                        None => {}
                    }
                }
                ChooseItem::NoneItem(item) => open |= comes_back(item.way().as_ref()),
                ChooseItem::OtherwiseItem(_) => {}
                _ => {}
            }
        }
        let one = match (list, valued) {
            (Some(item), _) => item,
            (None, true) => self.option_value_type(choose, None).unwrap_or(Types::ERROR),
            (None, false) => Types::TEXT,
        };
        // A label stands for itself where the other values are texts; elsewhere it says nothing.
        let open = open || (bare && (list.is_some() || (valued && self.types.base(one) != Types::TEXT)));
        let ty = if choose.is_several() {
            self.types.list(one)
        } else {
            one
        };
        if open { self.types.optional(ty) } else { ty }
    }

    /// Does something of which nothing stays but what it gives: no expressions, texts, findings.
    pub(super) fn quietly<T>(&mut self, what: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.guessing, true);
        let bot = &self.program.bot;
        let sizes = (bot.exprs.len(), bot.texts.len(), bot.messages.len());
        let (uses, findings) = (self.program.optional_uses.len(), self.findings.len());
        let result = what(self);
        self.program.bot.exprs.truncate(sizes.0);
        self.program.exprs.truncate(sizes.0);
        self.program.bot.texts.truncate(sizes.1);
        self.program.bot.messages.truncate(sizes.2);
        self.program.optional_uses.truncate(uses);
        self.findings.truncate(findings);
        self.guessing = before;
        result
    }
}
