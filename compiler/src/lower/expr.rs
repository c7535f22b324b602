//! Expressions: every one is lowered and typed in one go, with the type that is expected of it, if any.

use botflow_artifact::{Expr, SlotId, Type, TypeId};
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, Expr as Written};
use botflow_values::{Decimal, Value};
use smol_str::SmolStr;

use super::{Lower, Typed};
use crate::hir::UseContext;
use crate::project::Span;
use crate::rules::names::{
    duplicate_name, impossible_comparison, missing_case, type_mismatch, unknown_name, wrong_arguments,
};
use crate::rules::nearest;
use crate::rules::writing::{bad_literal, nested_too_deep};
use crate::types::{Fit, Types, literal};

impl Lower<'_> {
    /// Lowers an expression. `expected` tells in which closed set a bare name is looked up, and which form a text
    /// has; whether the expression is of that type is not checked here.
    pub(super) fn expr(&mut self, written: &Written, expected: Option<TypeId>) -> Typed {
        let span = self.node_span(written);
        match written {
            Written::NameExpr(item) => match item.name() {
                Some(token) => self.name_expr(token.text(), span, expected),
                None => self.root_alone(item, span),
            },
            Written::FieldExpr(item) => self.field_expr(item, span),
            Written::Literal(item) => self.literal_expr(item, span, expected),
            Written::Text(item) => self.text_expr(item, span, expected),
            Written::ParenExpr(item) => match item.inner() {
                Some(inner) => self.expr(&inner, expected),
                None => self.error(span),
            },
            Written::OrExpr(item) => self.logic(item.operands(), span, Expr::Or),
            Written::AndExpr(item) => self.logic(item.operands(), span, Expr::And),
            Written::NotExpr(item) => {
                let Some(operand) = item.operand() else {
                    return self.error(span);
                };
                let operand = self.condition(&operand);
                self.typed(Expr::Not(operand.id), Types::YES_NO, span)
            }
            Written::CompareExpr(item) => self.compare_expr(item, span),
            Written::ElseExpr(item) => self.else_expr(item, span, expected),
            Written::SumExpr(item) => {
                let operators: Vec<SyntaxKind> = item.operators().map(|token| token.kind()).collect();
                self.arithmetic(item.operands(), &operators, span, expected)
            }
            Written::ProductExpr(item) => {
                let operators: Vec<SyntaxKind> = item.operators().map(|token| token.kind()).collect();
                self.arithmetic(item.operands(), &operators, span, None)
            }
            Written::NegExpr(item) => self.negated(item, span, expected),
            Written::ListExpr(item) => self.list_expr(item, span, expected),
            Written::RecordExpr(item) => self.record_expr(item, span, expected),
            Written::FunctionExpr(item) => self.function_expr(item, span),
        }
    }

    /// Lowers an expression that has to be of a type.
    pub(super) fn expr_as(&mut self, written: &Written, wanted: TypeId, context: UseContext) -> Typed {
        let typed = self.expr(written, Some(wanted));
        self.fitted(typed, wanted, context)
    }

    /// Lowers a condition.
    pub(super) fn condition(&mut self, written: &Written) -> Typed {
        self.expr_as(written, Types::YES_NO, UseContext::Compared)
    }

    /// Checks that a value may stand where a type is wanted; constants are brought into that type's form.
    pub(super) fn fitted(&mut self, typed: Typed, wanted: TypeId, context: UseContext) -> Typed {
        match self.types.fit(typed.ty, wanted) {
            Fit::Yes => {
                self.widen(typed, wanted);
                typed
            }
            Fit::IfKnown => {
                self.optional_use(typed, context);
                typed
            }
            Fit::No => {
                if self.narrowed_constant(typed, wanted) {
                    return Typed { ty: wanted, ..typed };
                }
                if let Expr::Const(Value::Unknown) = self.program.bot.exprs[typed.id.index()] {
                    // `unknown` where it is not allowed has its finding from the literal.
                    return self.spoiled(typed);
                }
                let (wanted_name, found) = (self.types.name(wanted), self.types.name(typed.ty));
                let span = self.expr_span(typed.id);
                let mut finding = type_mismatch::finding(&wanted_name, &found, span);
                if let Type::Narrowed { base, .. } = self.types.get(self.types.known(wanted))
                    && self.types.fit(self.types.known(typed.ty), *base) == Fit::Yes
                {
                    finding = finding.help(format!(
                        "Not every `{found}` is a `{wanted_name}`: ask for it, or declare it, as `{wanted_name}`."
                    ));
                } else if wanted == Types::TEXT && self.types.showable(typed.ty) {
                    finding = finding.help("To make a text of it, put it into a hole: `\"{…}\"`.");
                }
                self.report(finding);
                self.spoiled(typed)
            }
        }
    }

    /// The same expression, of which nothing more is said.
    fn spoiled(&mut self, typed: Typed) -> Typed {
        self.program.exprs[typed.id.index()].ty = Types::ERROR;
        Typed {
            ty: Types::ERROR,
            ..typed
        }
    }

    /// A whole number where a decimal one is wanted becomes one.
    fn widen(&mut self, typed: Typed, wanted: TypeId) {
        if self.types.base(wanted) == Types::NUMBER
            && let Expr::Const(value @ Value::Integer(_)) = &mut self.program.bot.exprs[typed.id.index()]
            && let Value::Integer(number) = *value
        {
            *value = Value::Number(Decimal::from_integer(number));
        }
    }

    /// Whether the value is a constant that the wanted, narrowed type may hold; reports one that it may not.
    fn narrowed_constant(&mut self, typed: Typed, wanted: TypeId) -> bool {
        let narrowed = self.types.known(wanted);
        let Type::Narrowed { .. } = self.types.get(narrowed) else {
            return false;
        };
        let base = self.types.base(narrowed);
        if self.types.fit(typed.ty, base) != Fit::Yes {
            return false;
        }
        self.widen(typed, base);
        let Expr::Const(value) = &self.program.bot.exprs[typed.id.index()] else {
            return false;
        };
        if let Some(why) = self.types.breaks(narrowed, value) {
            let span = self.expr_span(typed.id);
            let name = self.types.name(narrowed);
            self.report(type_mismatch::other(format!("This is no `{name}`: {why}."), span));
        }
        self.program.exprs[typed.id.index()].ty = wanted;
        true
    }

    /// A constant value of this type: defaults.
    pub(super) fn constant(&mut self, written: &Written, wanted: TypeId) -> Option<Value> {
        let typed = self.expr_as(written, wanted, UseContext::Passed);
        self.constant_of(typed)
    }

    fn constant_of(&mut self, typed: Typed) -> Option<Value> {
        match &self.program.bot.exprs[typed.id.index()] {
            Expr::Const(value) => Some(value.clone()),
            Expr::Error => None,
            Expr::List(items) | Expr::Record(items) => {
                let is_list = matches!(self.program.bot.exprs[typed.id.index()], Expr::List(_));
                let values: Option<Vec<Value>> = items
                    .iter()
                    .map(|item| match &self.program.bot.exprs[item.index()] {
                        Expr::Const(value) => Some(value.clone()),
                        _ => None,
                    })
                    .collect();
                match (values, is_list) {
                    (Some(values), true) => Some(Value::List(values)),
                    (Some(values), false) => Some(Value::Record(values)),
                    (None, _) => self.not_constant(typed),
                }
            }
            _ => self.not_constant(typed),
        }
    }

    fn not_constant(&mut self, typed: Typed) -> Option<Value> {
        if typed.ty != Types::ERROR {
            let span = self.expr_span(typed.id);
            self.report(
                type_mismatch::other("A value to begin with has to be a fixed one.", span)
                    .help("Write a number, a text without holes, or one of the values of the type."),
            );
        }
        None
    }

    // ------------------------------------------------------------------------------------------ literals

    fn literal_expr(&mut self, item: &ast::Literal, span: Span, expected: Option<TypeId>) -> Typed {
        if item
            .token()
            .is_some_and(|token| token.kind() == SyntaxKind::KwUnknown)
        {
            return self.unknown_literal(span, expected);
        }
        match self.literal_value(item, expected) {
            Some((value, ty)) => self.typed(Expr::Const(value), ty, span),
            None => self.error(span),
        }
    }

    fn unknown_literal(&mut self, span: Span, expected: Option<TypeId>) -> Typed {
        let ty = match expected {
            Some(ty) if self.types.is_optional(ty) => ty,
            Some(ty) if ty != Types::ERROR => {
                let wanted = self.types.name(ty);
                self.report(
                    type_mismatch::other(
                        format!("A value is wanted here (`{wanted}`), and `unknown` is none."),
                        span,
                    )
                    .help(format!(
                        "Write a value; or declare what it is for as `{wanted}?`, if it may be unknown."
                    )),
                );
                Types::ERROR
            }
            _ => Types::ERROR,
        };
        self.typed(Expr::Const(Value::Unknown), ty, span)
    }

    /// The value of a literal and its type; reports one that cannot be.
    pub(super) fn literal_value(
        &mut self,
        item: &ast::Literal,
        _expected: Option<TypeId>,
    ) -> Option<(Value, TypeId)> {
        let token = item.token()?;
        let text = token.text();
        let currency = ast::token(item.syntax(), SyntaxKind::Currency);
        let found = match (token.kind(), currency) {
            (SyntaxKind::Integer | SyntaxKind::Decimal, Some(currency)) => {
                return self.money(text, &currency);
            }
            (SyntaxKind::Integer, None) => {
                literal::integer(text).map(|n| (Value::Integer(n), Types::INTEGER))
            }
            (SyntaxKind::Decimal, None) => literal::decimal(text).map(|n| (Value::Number(n), Types::NUMBER)),
            (SyntaxKind::Percent, _) => literal::percent(text).map(|n| (Value::Percent(n), Types::PERCENT)),
            (SyntaxKind::Duration, _) => {
                literal::duration(text).map(|ms| (Value::Duration(ms), Types::DURATION))
            }
            (SyntaxKind::Date, _) => literal::date(text).map(|date| (Value::Date(date), Types::DATE)),
            (SyntaxKind::Time, _) => literal::time(text).map(|time| (Value::Time(time), Types::TIME)),
            (SyntaxKind::KwYes, _) => Some((Value::YesNo(true), Types::YES_NO)),
            (SyntaxKind::KwNo, _) => Some((Value::YesNo(false), Types::YES_NO)),
            // Anything else has its finding from the parser.
            _ => return None,
        };
        if found.is_none() {
            let span = self.token_span(token);
            self.report(bad_literal::finding(span, format!("`{text}` cannot be read.")));
        }
        found
    }

    fn money(&mut self, amount: &str, written: &botflow_syntax::TokenRef) -> Option<(Value, TypeId)> {
        let span = self.token_span(*written);
        let Some(currency) = self.currency else {
            // Without a bot (or with a currency that has its finding) any currency may be meant.
            let any = botflow_values::Currency::from_code(written.text());
            let minor = any.and_then(|currency| literal::money(amount, currency));
            if any.is_none() {
                let message = format!("There is no currency `{}`.", written.text());
                self.report(bad_literal::finding(span, message));
            }
            return minor.map(|minor| (Value::money(minor), Types::MONEY));
        };
        if currency.code() != written.text() {
            let message = format!(
                "All money of this bot is in {currency}, and this is {}.",
                written.text()
            );
            self.report(
                impossible_comparison::units(message, span)
                    .fix(format!("Change to {currency}"), span, currency.code().to_owned())
                    .help(format!("Write the amount in {currency}.")),
            );
            return None;
        }
        let minor = literal::money(amount, currency);
        if minor.is_none() {
            let decimals = currency.decimals();
            self.report(bad_literal::finding(
                span,
                format!("An amount in {currency} has at most {decimals} decimals."),
            ));
        }
        minor.map(|minor| (Value::money(minor), Types::MONEY))
    }

    fn text_expr(&mut self, item: &ast::Text, span: Span, expected: Option<TypeId>) -> Typed {
        let wanted = expected.map_or(Types::TEXT, |ty| self.types.base(ty));
        if item.holes().next().is_some() {
            let is_url = wanted == Types::URL;
            let text = if is_url {
                self.url_text(item)
            } else {
                self.text(item)
            };
            let ty = if is_url { Types::URL } else { Types::TEXT };
            let mut typed = self.typed(Expr::Text(text.id), ty, span);
            typed.sensitive = text.sensitive;
            return typed;
        }
        let plain = SmolStr::new(item.plain().unwrap_or_default());
        if wanted == Types::TEXT
            && expected.is_none_or(|ty| self.types.known(ty) == Types::TEXT)
            && let Some(text) = self.argument_words(span, &plain)
        {
            return self.typed(Expr::Text(text), Types::TEXT, span);
        }
        let (value, ty, fits) = match wanted {
            Types::EMAIL => (
                Value::Email(plain.clone()),
                Types::EMAIL,
                literal::is_email(&plain),
            ),
            Types::PHONE => (
                Value::Phone(plain.clone()),
                Types::PHONE,
                literal::is_phone(&plain),
            ),
            Types::URL => (Value::Url(plain.clone()), Types::URL, literal::is_url(&plain)),
            _ => (Value::Text(plain.clone()), Types::TEXT, true),
        };
        if !fits {
            let help = match wanted {
                Types::PHONE => {
                    "A telephone number is written with its country code, such as \"+40312345678\"."
                }
                Types::EMAIL => "An e-mail address is written as \"ana@example.com\".",
                _ => "A web address begins with \"https://\".",
            };
            let wanted = self.types.name(wanted);
            let message = format!("\"{plain}\" is no `{wanted}`.");
            self.report(bad_literal::finding(span, message).help(help));
        }
        self.typed(Expr::Const(value), ty, span)
    }

    // ---------------------------------------------------------------------------------- lists and records

    fn list_expr(&mut self, item: &ast::ListExpr, span: Span, expected: Option<TypeId>) -> Typed {
        let wanted = expected.and_then(|ty| self.types.item_of(ty));
        let mut ids = Vec::new();
        let mut of: Option<TypeId> = None;
        let mut sensitive = false;
        for element in item.elements() {
            let typed = match wanted {
                Some(wanted) => self.expr_as(&element, wanted, UseContext::Passed),
                None => self.expr(&element, of),
            };
            sensitive |= typed.sensitive;
            ids.push(typed.id);
            if wanted.is_some() {
                continue;
            }
            of = match of {
                None => Some(typed.ty),
                Some(before) => match self.types.join(before, typed.ty) {
                    Some(joined) => Some(joined),
                    None => {
                        let (before, found) = (self.types.name(before), self.types.name(typed.ty));
                        let at = self.expr_span(typed.id);
                        self.report(
                            type_mismatch::finding(&before, &found, at)
                                .help("All values of a list are of one type."),
                        );
                        Some(Types::ERROR)
                    }
                },
            };
        }
        let of = wanted.or(of).unwrap_or(Types::ERROR);
        let ty = self.types.list(of);
        let mut typed = self.typed(Expr::List(ids), ty, span);
        typed.sensitive = sensitive;
        self.bounded(typed, span)
    }

    /// Values nest only so deep, and types with them.
    fn bounded(&mut self, typed: Typed, span: Span) -> Typed {
        if !self.types.too_deep(typed.ty) {
            return typed;
        }
        self.report(nested_too_deep::finding(span, "lists and records", 16));
        self.spoiled(typed)
    }

    fn record_expr(&mut self, item: &ast::RecordExpr, span: Span, expected: Option<TypeId>) -> Typed {
        let wanted = expected.and_then(|ty| match self.types.get(self.types.known(ty)) {
            Type::Record(fields) => Some(fields.clone()),
            _ => None,
        });
        match wanted {
            Some(fields) => {
                let ty = self.types.known(expected.unwrap_or(Types::ERROR));
                self.record_as(item, span, ty, &fields)
            }
            None => self.record_of(item, span),
        }
    }

    /// A record of an expected type: parts in any order, and those that may be unknown may be left out.
    fn record_as(
        &mut self,
        item: &ast::RecordExpr,
        span: Span,
        ty: TypeId,
        fields: &[(SmolStr, TypeId)],
    ) -> Typed {
        let mut values: Vec<Option<Typed>> = vec![None; fields.len()];
        for field in item.fields() {
            let (Some(token), Some(value)) = (field.name(), field.value()) else {
                continue;
            };
            let at = self.token_span(token);
            let Some(place) = fields.iter().position(|(name, _)| name == token.text()) else {
                let near = nearest::few(token.text(), fields.iter().map(|(name, _)| name.as_str()));
                self.report(unknown_name::finding("part", token.text(), at, &near));
                self.expr(&value, None);
                continue;
            };
            let typed = self.expr_as(&value, fields[place].1, UseContext::Passed);
            if values[place].replace(typed).is_some() {
                self.report(duplicate_name::finding("part", token.text(), at, None));
            }
        }
        let mut missing = Vec::new();
        let mut sensitive = false;
        let mut ids = Vec::with_capacity(fields.len());
        for (value, (name, field)) in values.into_iter().zip(fields) {
            let value = match value {
                Some(value) => value,
                None => {
                    if !self.types.is_optional(*field) && *field != Types::ERROR {
                        missing.push(name.to_string());
                    }
                    self.typed(Expr::Const(Value::Unknown), *field, span)
                }
            };
            sensitive |= value.sensitive;
            ids.push(value.id);
        }
        if !missing.is_empty() {
            let usage = self.types.name(ty);
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("Here {} is missing.", names.join(", "));
            self.report(wrong_arguments::finding(message, &usage, span));
        }
        let mut typed = self.typed(Expr::Record(ids), ty, span);
        typed.sensitive = sensitive;
        typed
    }

    fn record_of(&mut self, item: &ast::RecordExpr, span: Span) -> Typed {
        let mut fields: Vec<(SmolStr, TypeId)> = Vec::new();
        let mut ids = Vec::new();
        let mut sensitive = false;
        for field in item.fields() {
            let (Some(token), Some(value)) = (field.name(), field.value()) else {
                continue;
            };
            let typed = self.expr(&value, None);
            sensitive |= typed.sensitive;
            if fields.iter().any(|(known, _)| known == token.text()) {
                let at = self.token_span(token);
                self.report(duplicate_name::finding("part", token.text(), at, None));
                continue;
            }
            fields.push((SmolStr::new(token.text()), typed.ty));
            ids.push(typed.id);
        }
        let ty = self.types.record(fields);
        let mut typed = self.typed(Expr::Record(ids), ty, span);
        typed.sensitive = sensitive;
        self.bounded(typed, span)
    }

    /// A variable of the flow as an expression.
    pub(super) fn slot_expr(&mut self, slot: SlotId, span: Span) -> Typed {
        let ty = self.scope.ty(slot);
        if ty == Types::ERROR {
            // What is wrong about it has been said.
            return self.error(span);
        }
        let sensitive = self.scope.slots[slot.index()].sensitive;
        let mut typed = self.typed(Expr::Slot(slot), ty, span);
        typed.sensitive = sensitive;
        typed
    }

    /// A bare `customer`, `conversation`, `config` or `event`.
    fn root_alone(&mut self, item: &ast::NameExpr, span: Span) -> Typed {
        let written = item.syntax().text().to_string();
        self.root_word(written.trim(), span)
    }

    pub(super) fn root_word(&mut self, word: &str, span: Span) -> Typed {
        if word == "now" {
            return self.typed(Expr::Now, Types::MOMENT, span);
        }
        let message = format!("`{word}` is not a value of its own.");
        self.report(
            type_mismatch::other(message, span).help(format!("Say which part of it is meant: `{word}.…`.")),
        );
        self.error(span)
    }

    /// `a else b else c`: the first that is known.
    fn else_expr(&mut self, item: &ast::ElseExpr, span: Span, expected: Option<TypeId>) -> Typed {
        let operands: Vec<Written> = item.operands().collect();
        let mut lowered: Vec<Typed> = Vec::with_capacity(operands.len());
        let mut wanted = expected;
        for operand in &operands {
            // A bare `unknown` is no value to fall back on, but it may stand where the whole may be unknown.
            let typed = self.expr(operand, wanted);
            if wanted.is_none() && typed.ty != Types::ERROR {
                wanted = Some(self.types.known(typed.ty));
            }
            lowered.push(typed);
        }
        let Some(mut result) = lowered.pop() else {
            return self.error(span);
        };
        for value in lowered.into_iter().rev() {
            let known = self.types.known(value.ty);
            // Constants of the later operands take the form of the earlier ones: `customer.city else "Cluj"`.
            if self.types.fit(self.types.known(result.ty), known) == Fit::No
                && self.narrowed_constant(result, known)
            {
                result.ty = known;
            }
            let ty = match self.types.join(known, result.ty) {
                Some(ty) => ty,
                None => {
                    let (wanted, found) = (self.types.name(known), self.types.name(result.ty));
                    let at = self.expr_span(result.id);
                    self.report(type_mismatch::finding(&wanted, &found, at));
                    Types::ERROR
                }
            };
            let at = self.expr_span(value.id).to(span);
            let mut joined = self.typed(Expr::Else(value.id, result.id), ty, at);
            joined.sensitive = value.sensitive || result.sensitive;
            result = joined;
        }
        result
    }

    /// Reports a choice that leaves cases open; used by `match` and its kin.
    pub(super) fn missing_otherwise(&mut self, what: &str, span: Span) {
        self.report(missing_case::no_otherwise(what, "otherwise { … }", span));
    }
}
