//! Arguments: of flows, calls and templates (by position or by name), and of functions.

use botflow_artifact::{ConsentId, EventId, Expr, ExprId, QueueId, StageId};
use botflow_syntax::ast::{self, Expr as Written};
use botflow_values::Value;
use smol_str::SmolStr;

use super::{Lower, Taken, Typed};
use crate::hir::UseContext;
use crate::project::Span;
use crate::rules::names::{duplicate_name, type_mismatch, unknown_name, wrong_arguments};
use crate::rules::nearest;
use crate::types::Types;
use crate::types::functions::{self, Named};

impl Lower<'_> {
    /// Arguments in order of the parameters. What is left out is its default, or unknown.
    pub(super) fn args(
        &mut self,
        callee: &str,
        taken: &[Taken],
        args: Option<ast::Args>,
        span: Span,
    ) -> Vec<ExprId> {
        self.typed_args(callee, taken, args, span)
            .into_iter()
            .map(|typed| typed.id)
            .collect()
    }

    fn typed_args(
        &mut self,
        callee: &str,
        taken: &[Taken],
        args: Option<ast::Args>,
        span: Span,
    ) -> Vec<Typed> {
        let mut given: Vec<Option<Typed>> = vec![None; taken.len()];
        let mut wrong = false;
        let mut position = 0;
        let mut named = false;
        for arg in args.iter().flat_map(|args| args.args()) {
            let Some(value) = arg.value() else {
                wrong = true;
                continue;
            };
            let place = match arg.name() {
                Some(token) => {
                    named = true;
                    let place = taken.iter().position(|taken| taken.name == token.text());
                    if place.is_none() {
                        let near = nearest::few(token.text(), taken.iter().map(|taken| taken.name.as_str()));
                        let at = self.token_span(token);
                        let finding = unknown_name::finding(
                            &format!("parameter of `{callee}`"),
                            token.text(),
                            at,
                            &near,
                        );
                        self.report(match near.is_empty() {
                            true => {
                                finding.help(format!("Write it as `{}`.", usage(callee, taken, &self.types)))
                            }
                            false => finding,
                        });
                    }
                    place
                }
                None => {
                    let place = position;
                    position += 1;
                    if named {
                        let at = self.node_span(&value);
                        self.report(wrong_arguments::finding(
                            "Values without a name stand before those with one.",
                            &usage(callee, taken, &self.types),
                            at,
                        ));
                        wrong = true;
                        None
                    } else if place >= taken.len() {
                        if !wrong {
                            let at = self.node_span(&value);
                            let message = match taken.len() {
                                0 => format!("`{callee}` takes no values."),
                                1 => format!("`{callee}` takes one value."),
                                count => format!("`{callee}` takes {count} values."),
                            };
                            self.report(wrong_arguments::finding(
                                message,
                                &usage(callee, taken, &self.types),
                                at,
                            ));
                        }
                        wrong = true;
                        None
                    } else {
                        Some(place)
                    }
                }
            };
            let Some(place) = place else {
                wrong = true;
                self.expr(&value, None);
                continue;
            };
            let typed = self.expr_as(&value, taken[place].ty, UseContext::Passed);
            if given[place].replace(typed).is_some() {
                let at = self.node_span(&arg);
                self.report(duplicate_name::finding("value", &taken[place].name, at, None));
            }
        }
        let mut missing = Vec::new();
        let mut values = Vec::with_capacity(taken.len());
        for (value, taken) in given.into_iter().zip(taken) {
            values.push(match value {
                Some(value) => value,
                None => {
                    // Of a type that nobody knows nobody knows either whether it may be left out.
                    let known = taken.default.is_some()
                        || self.types.is_optional(taken.ty)
                        || taken.ty == Types::ERROR;
                    if !known && !wrong {
                        missing.push(format!("`{}`", taken.name));
                    }
                    let value = taken.default.clone().unwrap_or(Value::Unknown);
                    let words = match (&value, taken.default_at) {
                        (Value::Text(words), Some(at)) => self.argument_words(at, words),
                        _ => None,
                    };
                    let expr = match words {
                        Some(text) => Expr::Text(text),
                        None => Expr::Const(value),
                    };
                    self.typed(expr, taken.ty, span)
                }
            });
        }
        if !missing.is_empty() {
            let message = format!("Here {} of `{callee}` is missing.", missing.join(", "));
            self.report(wrong_arguments::finding(
                message,
                &usage(callee, taken, &self.types),
                span,
            ));
        }
        values
    }

    /// `track name(a: x, y)`: a value that is a bare name is called by it.
    pub(super) fn tracked(&mut self, args: Option<ast::Args>) -> Vec<(SmolStr, ExprId)> {
        let mut values: Vec<(SmolStr, ExprId)> = Vec::new();
        for arg in args.iter().flat_map(|args| args.args()) {
            let Some(value) = arg.value() else { continue };
            let span = self.node_span(&arg);
            let typed = self.expr(&value, None);
            let name = match (arg.name(), &value) {
                (Some(token), _) => Some(SmolStr::new(token.text())),
                (None, Written::NameExpr(name)) => name.name().map(|token| SmolStr::new(token.text())),
                (None, Written::FieldExpr(field)) => {
                    field.fields().last().map(|token| SmolStr::new(token.text()))
                }
                _ => None,
            };
            let Some(name) = name else {
                self.report(wrong_arguments::finding(
                    "What is tracked has a name.",
                    "track name(what: value)",
                    span,
                ));
                continue;
            };
            if values.iter().any(|(known, _)| *known == name) {
                self.report(duplicate_name::finding("value", &name, span, None));
                continue;
            }
            values.push((name, typed.id));
        }
        values
    }

    /// `length(x)`, `count(event, 90d)`, `open(queue)` …
    pub(super) fn function_expr(&mut self, item: &ast::FunctionExpr, span: Span) -> Typed {
        let Some(token) = item.name() else {
            return self.error(span);
        };
        let Some((named, usage)) = functions::find(token.text()) else {
            let at = self.token_span(token);
            let finding = if self.symbols.flows.get(token.text()).is_some() {
                let help = "A flow gives its result by a `let` of its own: `let x = run …`.";
                unknown_name::other_kind("function", token.text(), at, help)
            } else if self.symbols.calls.get(token.text()).is_some() {
                let help = "A lookup or action gives its result by a `let` of its own: `let x = call …`.";
                unknown_name::other_kind("function", token.text(), at, help)
            } else {
                let known = functions::NAMES.iter().map(|(name, ..)| *name);
                let near = nearest::few(token.text(), known.clone());
                unknown_name::of_the_language("function", token.text(), at, &near, known)
            };
            self.report(finding);
            return self.error(span);
        };
        let mut values = Vec::new();
        for arg in item.args().iter().flat_map(|args| args.args()) {
            if let Some(label) = arg.name() {
                let at = self.token_span(label);
                let message = format!("The values of `{}` have no names.", token.text());
                self.report(wrong_arguments::finding(message, usage, at));
                return self.error(span);
            }
            values.extend(arg.value());
        }
        let arity = match named {
            Named::Function(function) => functions::arity(function),
            Named::Count | Named::Sum => 2,
            // A second one is the channel.
            Named::HasConsent if values.len() == 2 => 2,
            Named::Open | Named::HasConsent | Named::InStage => 1,
        };
        if values.len() != arity {
            let message = match arity {
                0 => format!("`{}` takes no values.", token.text()),
                1 => format!("`{}` takes one value.", token.text()),
                count => format!("`{}` takes {count} values.", token.text()),
            };
            self.report(wrong_arguments::finding(message, usage, span));
            return self.error(span);
        }
        match named {
            Named::Function(botflow_artifact::Function::Last) if self.is_event_field(&values[0]) => {
                match self.field_of_event(&values[0], usage) {
                    Some((event, field, ty)) => {
                        let ty = self.types.optional(ty);
                        self.typed(Expr::Latest { event, field }, ty, span)
                    }
                    None => self.error(span),
                }
            }
            Named::Sum => self.sum_function(&values, usage, span),
            Named::Function(function) => self.value_function(function, &values, usage, span),
            Named::Count => self.count_function(&values, usage, span),
            Named::Open | Named::HasConsent | Named::InStage => {
                let Some(token) = bare_name(&values[0]) else {
                    let at = self.node_span(&values[0]);
                    self.report(wrong_arguments::finding("A name is wanted here.", usage, at));
                    return self.error(span);
                };
                let expr = match named {
                    Named::Open => self
                        .known("queue", token, |symbols| &mut symbols.queues)
                        .map(|id| Expr::QueueOpen(QueueId::from(id))),
                    Named::HasConsent => {
                        let on = values.get(1).map(bare_name);
                        if on == Some(None) {
                            let at = self.node_span(&values[1]);
                            self.report(wrong_arguments::finding("A channel is wanted here.", usage, at));
                            return self.error(span);
                        }
                        let on = on.flatten().map(|token| self.bot_channel(token));
                        self.known("consent", token, |symbols| &mut symbols.consents)
                            .map(ConsentId::from)
                            .map(|id| match on {
                                Some(channel) => Expr::HasConsentOn(id, channel),
                                None => Expr::HasConsent(id),
                            })
                    }
                    _ => self
                        .known("stage", token, |symbols| &mut symbols.stages)
                        .map(|id| Expr::InStage(StageId::from(id))),
                };
                match expr {
                    Some(expr) => self.typed(expr, Types::YES_NO, span),
                    None => self.error(span),
                }
            }
        }
    }

    fn value_function(
        &mut self,
        function: botflow_artifact::Function,
        values: &[Written],
        usage: &str,
        span: Span,
    ) -> Typed {
        use botflow_artifact::Function::{Contains, EndsWith, StartsWith};
        let is_about_text = matches!(function, Contains | StartsWith | EndsWith);
        let mut lowered: Vec<Typed> = Vec::with_capacity(values.len());
        for value in values {
            // The second value is often a member of the first one's set: `max(customer.tier, gold)`.
            let expected = lowered.first().map(|first| match self.types.item_of(first.ty) {
                Some(item) => item,
                // A part of an address is no address.
                None if is_about_text && self.types.is_textual(self.types.known(first.ty)) => Types::TEXT,
                None => self.types.known(first.ty),
            });
            let typed = self.expr(value, expected);
            self.optional_use(typed, UseContext::Computed);
            lowered.push(typed);
        }
        let types: Vec<_> = lowered.iter().map(|typed| typed.ty).collect();
        let ty = match functions::result(function, &types, &mut self.types) {
            Ok(ty) => ty,
            Err(unfit) => {
                let typed = lowered[unfit.argument];
                let found = self.types.name(typed.ty);
                let at = self.expr_span(typed.id);
                let message = format!("This is `{found}`, but {} is wanted here.", unfit.wanted);
                self.report(type_mismatch::other(message, at).help(format!("Write it as `{usage}`.")));
                return self.error(span);
            }
        };
        let ids = lowered.iter().map(|typed| typed.id).collect();
        let mut typed = self.typed(Expr::Call(function, ids), ty, span);
        typed.sensitive = lowered.iter().any(|typed| typed.sensitive);
        typed
    }

    fn count_function(&mut self, values: &[Written], usage: &str, span: Span) -> Typed {
        let Some(name) = bare_name(&values[0]) else {
            let at = self.node_span(&values[0]);
            self.report(wrong_arguments::finding(
                "The name of an event is wanted here.",
                usage,
                at,
            ));
            return self.error(span);
        };
        let Some(window_ms) = self.window(&values[1], usage) else {
            return self.error(span);
        };
        let event: Option<EventId> = self.event(name.text());
        let Some(event) = event else {
            let at = self.token_span(name);
            self.unknown_event("event", name.text(), at);
            return self.error(span);
        };
        self.typed(Expr::Count { event, window_ms }, Types::INTEGER, span)
    }

    fn window(&mut self, written: &Written, usage: &str) -> Option<i64> {
        let window = match written {
            Written::Literal(literal) => literal
                .token()
                .and_then(|token| crate::types::literal::duration(token.text())),
            _ => None,
        };
        if window.is_none() {
            let at = self.node_span(written);
            self.report(wrong_arguments::finding(
                "A duration such as `90d` is wanted here.",
                usage,
                at,
            ));
        }
        window
    }

    /// `sum(order_placed.total, 90d)`.
    fn sum_function(&mut self, values: &[Written], usage: &str, span: Span) -> Typed {
        let field = self.field_of_event(&values[0], usage);
        let window = self.window(&values[1], usage);
        let (Some((event, field, ty)), Some(window_ms)) = (field, window) else {
            return self.error(span);
        };
        use botflow_values::Kind::{Duration, Integer, Money, Number};
        let known = self.types.known(ty);
        if known == crate::types::Types::ERROR {
            return self.error(span);
        }
        if !matches!(self.types.kind(known), Some(Integer | Number | Money | Duration)) {
            let found = self.types.name(ty);
            let at = self.node_span(&values[0]);
            let message = format!("This is `{found}`, but a number, an amount or a duration is wanted here.");
            self.report(type_mismatch::other(message, at).help(format!("Write it as `{usage}`.")));
            return self.error(span);
        }
        let ty = self.types.base(known);
        self.typed(
            Expr::Sum {
                event,
                field,
                window_ms,
            },
            ty,
            span,
        )
    }

    /// Whether this is a field of an event, and of no value of the flow: `page_viewed.url`.
    fn is_event_field(&mut self, written: &Written) -> bool {
        let Written::FieldExpr(field) = written else {
            return false;
        };
        let base = field.base();
        let Some(root) = base.as_ref().and_then(bare_name) else {
            return false;
        };
        let ahead = self.scope.forward.as_ref();
        let known = self.scope.names.contains_key(root.text())
            || ahead.is_some_and(|ahead| ahead.contains_key(root.text()));
        !known && self.event(root.text()).is_some()
    }

    /// A field of an event, by the names of both: which, and its type.
    fn field_of_event(
        &mut self,
        written: &Written,
        usage: &str,
    ) -> Option<(EventId, u32, botflow_artifact::TypeId)> {
        let at = self.node_span(written);
        let wanted = |lower: &mut Self| {
            let message = "A field of an event is wanted here.";
            lower.report(wrong_arguments::finding(message, usage, at));
        };
        let Written::FieldExpr(item) = written else {
            wanted(self);
            return None;
        };
        let mut fields = item.fields();
        let base = item.base();
        let (Some(root), Some(field), None) =
            (base.as_ref().and_then(bare_name), fields.next(), fields.next())
        else {
            wanted(self);
            return None;
        };
        let Some(event) = self.event(root.text()) else {
            let at = self.token_span(root);
            self.unknown_event("event", root.text(), at);
            return None;
        };
        let declared = &self.program.bot.events[event.index()].fields;
        let found = declared.iter().position(|known| known.name == field.text());
        let Some(index) = found else {
            let near = super::reference::owned(nearest::few(
                field.text(),
                declared.iter().map(|known| known.name.as_str()),
            ));
            let kind = format!("field of `{}`", root.text());
            let at = self.token_span(field);
            let near = super::reference::refs(&near);
            self.report(unknown_name::finding(&kind, field.text(), at, &near));
            return None;
        };
        let ty = declared[index].ty;
        Some((event, index as u32, ty))
    }
}

/// The token of an expression that is a bare name.
fn bare_name<'t>(written: &Written<'t>) -> Option<botflow_syntax::TokenRef<'t>> {
    match written {
        Written::NameExpr(name) => name.name(),
        Written::ParenExpr(paren) => bare_name(&paren.inner()?),
        _ => None,
    }
}

/// How a flow, call or template is used.
fn usage(callee: &str, taken: &[Taken], types: &Types) -> String {
    let params: Vec<String> = taken
        .iter()
        .map(|taken| format!("{}: {}", taken.name, types.name(taken.ty)))
        .collect();
    format!("{callee}({})", params.join(", "))
}
