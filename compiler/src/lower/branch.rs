//! Decisions and loops: `if`, `match`, `for each`.

use botflow_artifact::{BinaryOp, Expr, ExprId, TypeId};
use botflow_syntax::ast::{self, AstNode};
use botflow_values::Value;

use super::scope::Binding;
use super::{Lower, Typed};
use crate::hir::{Block, StmtKind, UseContext};
use crate::names::table::FxIndexMap;
use crate::project::Span;
use crate::rules::names::{impossible_comparison, missing_case, repeated_case, unknown_name};
use crate::types::Types;

/// How many rounds a loop makes where nothing is written.
const DEFAULT_ROUNDS: u32 = 100;

/// A case of a `match`.
enum Case {
    /// A value.
    Is(ExprId),
    /// `known`.
    Known,
}

impl Lower<'_> {
    pub(super) fn if_stmt(&mut self, stmt: &ast::IfStmt, span: Span) -> StmtKind {
        let mut arms = Vec::new();
        let condition = stmt.condition().map(|condition| self.condition(&condition).id);
        let block = self.way(stmt.way(), span);
        arms.push((condition, block));
        for branch in stmt.else_ifs() {
            let at = self.node_span(&branch);
            let condition = branch.condition().map(|condition| self.condition(&condition).id);
            let block = self.block_or_error(branch.block(), at);
            arms.push((condition, block));
        }
        let otherwise = stmt.else_branch().map(|branch| {
            let at = self.node_span(&branch);
            self.way(branch.way(), at)
        });
        let arms = arms
            .into_iter()
            .map(|(condition, block)| match condition {
                Some(condition) => (condition, block),
                None => (self.error(block.span).id, block),
            })
            .collect();
        StmtKind::If { arms, otherwise }
    }

    pub(super) fn match_stmt(&mut self, stmt: &ast::MatchStmt, span: Span) -> StmtKind {
        let Some(written) = stmt.value() else {
            return StmtKind::Error;
        };
        let value = self.expr(&written, None);
        let value_span = self.expr_span(value.id);
        let mut seen: Vec<(Value, Span)> = Vec::new();
        let mut places = Places::default();
        let mut known_at: Option<Span> = None;
        let mut arms: Vec<(Vec<Case>, Block)> = Vec::new();
        // A wrong case may have been meant for one of those that are missing.
        let mut sure = true;
        for case in stmt.cases() {
            let at = self.node_span(&case);
            let mut cases = Vec::new();
            for pattern in case.patterns() {
                let at = self.node_span(&pattern);
                if pattern.is_known() {
                    if let Some(first) = known_at {
                        self.report(repeated_case::finding("known", at, first));
                    }
                    known_at = Some(at);
                    cases.push(Case::Known);
                    continue;
                }
                let Some(typed) = self.pattern(&pattern, value) else {
                    sure = false;
                    continue;
                };
                if let Some(constant) = self.constant_at(typed).cloned() {
                    match places.first(&seen, &constant) {
                        Some(first) => {
                            let shown = pattern.syntax().text().to_string();
                            self.report(repeated_case::finding(shown.trim(), at, first));
                        }
                        None => {
                            places.note(&constant, seen.len());
                            seen.push((constant, at));
                        }
                    }
                }
                cases.push(Case::Is(typed.id));
            }
            let block = self.way(case.way(), at);
            arms.push((cases, block));
        }
        let otherwise = stmt.otherwise().map(|item| {
            let at = self.node_span(&item);
            self.way_or_text(item.way(), item.text(), at)
        });
        let head = Span {
            end: value_span.end,
            ..span
        };
        let covered = self.coverage(value, &seen, known_at.is_some(), otherwise.is_some(), sure, head);
        if known_at.is_some() {
            return self.match_known(value, arms, otherwise, span);
        }
        let arms = arms
            .into_iter()
            .filter(|(cases, _)| !cases.is_empty())
            .map(|(cases, block)| {
                let ids = cases.into_iter().filter_map(|case| match case {
                    Case::Is(id) => Some(id),
                    Case::Known => None,
                });
                (ids.collect(), block)
            })
            .collect();
        StmtKind::Match {
            value: value.id,
            arms,
            otherwise,
            covered,
        }
    }

    /// One value of a case; none where it is wrong (which has been reported).
    fn pattern(&mut self, pattern: &ast::Pattern, value: Typed) -> Option<Typed> {
        let span = self.node_span(pattern);
        let expected = (value.ty != Types::ERROR).then(|| self.types.known(value.ty));
        let is_unknown = |literal: &ast::Literal| {
            literal
                .token()
                .is_some_and(|token| token.kind() == botflow_syntax::SyntaxKind::KwUnknown)
        };
        let typed = if let Some(literal) = pattern.literal().filter(|literal| !is_unknown(literal)) {
            let (constant, ty) = self.literal_value(&literal, expected)?;
            let constant = match pattern.is_negative() {
                true => botflow_values::negate(&constant),
                false => constant,
            };
            self.typed(Expr::Const(constant), ty, span)
        } else if let Some(text) = pattern.text() {
            let text = ast::Expr::Text(text);
            let typed = self.expr(&text, expected);
            if self.constant_at(typed).is_none() {
                self.report(crate::rules::names::type_mismatch::other(
                    "A case is a text without holes.",
                    span,
                ));
                return None;
            }
            typed
        } else if let Some(path) = pattern.path() {
            let name = path.text();
            if value.ty == Types::ERROR {
                return None;
            }
            let base = self.types.base(value.ty);
            if self.types.set_of(value.ty).is_some() || base == Types::LANGUAGE || base == Types::CHANNEL {
                return self.member_pattern(&name, value, span);
            }
            let found = self.types.name(value.ty);
            self.report(unknown_name::other_kind(
                "fixed value",
                &name,
                span,
                format!("The cases of a `{found}` are written as values."),
            ));
            return None;
        } else {
            // `unknown`
            let ty = self.types.optional(value.ty);
            return Some(self.typed(Expr::Const(Value::Unknown), ty, span));
        };
        if typed.ty == Types::ERROR || value.ty == Types::ERROR {
            return Some(typed);
        }
        if !self.types.comparable(typed.ty, value.ty) {
            let (a, b) = (self.types.name(value.ty), self.types.name(typed.ty));
            self.report(impossible_comparison::types(&a, &b, false, span));
            return None;
        }
        if let Some(constant) = self.constant_at(typed)
            && let Some(why) = self.types.breaks(value.ty, constant)
        {
            self.report(impossible_comparison::never(&why, span));
            return None;
        }
        Some(typed)
    }

    fn member_pattern(&mut self, name: &str, value: Typed, span: Span) -> Option<Typed> {
        let known = self.types.known(value.ty);
        if let Some(set) = self.types.set_of(value.ty) {
            let members = &self.types.sets[set.index()].members;
            let Some(index) = members.iter().position(|member| member.name == name) else {
                self.no_member(set, name, span);
                return None;
            };
            return Some(self.typed(Expr::Const(Value::member(set.0, index as u32)), known, span));
        }
        let before = self.findings.len();
        let typed = self.name_expr(name, span, Some(known));
        if self.constant_at(typed).is_none() {
            if self.findings.len() == before {
                self.report(crate::rules::names::type_mismatch::other(
                    "A case is a fixed value.",
                    span,
                ));
            }
            return None;
        }
        Some(typed)
    }

    /// Whether the cases cover all values; reports those that are missing.
    fn coverage(
        &mut self,
        value: Typed,
        seen: &[(Value, Span)],
        known: bool,
        otherwise: bool,
        sure: bool,
        head: Span,
    ) -> bool {
        let unknown = seen.iter().any(|(value, _)| value.is_unknown());
        if !unknown && !known {
            // With `otherwise`, too, the cases are compared with something that has to be known.
            if !otherwise {
                self.optional_use(value, UseContext::Compared);
            } else if seen.is_empty() {
                return false;
            }
        }
        if value.ty == Types::ERROR || !sure {
            return true;
        }
        let mut missing: Vec<String> = Vec::new();
        if known && !unknown && self.types.is_optional(value.ty) {
            missing.push("unknown".to_owned());
        }
        let all_values_known = known || self.missing_values(value.ty, seen, &mut missing);
        if otherwise {
            return all_values_known && missing.is_empty();
        }
        if !all_values_known {
            self.missing_otherwise("match", head);
        } else if !missing.is_empty() {
            self.report(missing_case::finding("match", &missing, "otherwise", head));
        }
        true
    }

    /// The values of a closed type that no case names; no where a type has more values than one can write down.
    fn missing_values(&self, ty: TypeId, seen: &[(Value, Span)], missing: &mut Vec<String>) -> bool {
        let has = |wanted: &Value| seen.iter().any(|(value, _)| value == wanted);
        if let Some(set) = self.types.set_of(ty) {
            for (index, member) in self.types.sets[set.index()].members.iter().enumerate() {
                if !has(&Value::member(set.0, index as u32)) {
                    missing.push(member.name.to_string());
                }
            }
            return true;
        }
        if self.types.base(ty) == Types::YES_NO {
            for (word, value) in [("yes", true), ("no", false)] {
                if !has(&Value::YesNo(value)) {
                    missing.push(word.to_owned());
                }
            }
            return true;
        }
        false
    }

    /// A `match` with a case `known` is a chain of conditions.
    fn match_known(
        &mut self,
        value: Typed,
        arms: Vec<(Vec<Case>, Block)>,
        otherwise: Option<Block>,
        span: Span,
    ) -> StmtKind {
        let mut lowered = Vec::new();
        for (cases, block) in arms {
            let mut condition: Option<ExprId> = None;
            for case in cases {
                let id = match case {
                    Case::Known => self.typed(Expr::IsKnown(value.id), Types::YES_NO, span).id,
                    Case::Is(id) => {
                        let is_unknown =
                            matches!(self.program.bot.exprs[id.index()], Expr::Const(Value::Unknown));
                        if is_unknown {
                            let known = self.typed(Expr::IsKnown(value.id), Types::YES_NO, span).id;
                            self.typed(Expr::Not(known), Types::YES_NO, span).id
                        } else {
                            let is = Expr::Binary(BinaryOp::Is, value.id, id);
                            self.typed(is, Types::YES_NO, span).id
                        }
                    }
                };
                condition = Some(match condition {
                    None => id,
                    Some(before) => self.typed(Expr::Or(before, id), Types::YES_NO, span).id,
                });
            }
            if let Some(condition) = condition {
                lowered.push((condition, block));
            }
        }
        StmtKind::If {
            arms: lowered,
            otherwise,
        }
    }

    pub(super) fn for_stmt(&mut self, stmt: &ast::ForStmt, span: Span) -> StmtKind {
        let (list, item_type) = self.list_of(stmt.list(), span);
        let Some(token) = stmt.name() else {
            return StmtKind::Error;
        };
        let at = self.token_span(token);
        let item = self.bind(token.text(), item_type, list.sensitive, at, Binding::Answer);
        let list_type = self.types.list(item_type);
        let items = self.hidden_slot(".items", list_type);
        let cursor = self.hidden_slot(".cursor", Types::INTEGER);
        let at_most = self.count(stmt.limit().and_then(|limit| limit.count()));
        let block = self.block_or_error(stmt.block(), span);
        StmtKind::ForEach {
            item,
            items,
            cursor,
            list: list.id,
            at_most: at_most.unwrap_or(DEFAULT_ROUNDS),
            block,
        }
    }
}

/// Where values stand among the cases before: found by hash where they are whole numbers or members, as most cases
/// are, so that a `match` may have thousands of them.
#[derive(Default)]
struct Places {
    by_hash: FxIndexMap<Value, usize>,
    others: Vec<usize>,
}

impl Places {
    fn is_plain(value: &Value) -> bool {
        matches!(value, Value::Integer(_) | Value::Member(_))
    }

    /// Where an equal case stands.
    fn first(&self, seen: &[(Value, Span)], value: &Value) -> Option<Span> {
        let same = |place: &usize| botflow_values::equals(&seen[*place].0, value);
        let place = match Self::is_plain(value) {
            // What is no such value may still be equal to one: `2` and `2.0`.
            true => self
                .by_hash
                .get(value)
                .or_else(|| self.others.iter().find(|place| same(place))),
            false => {
                let mut all = self.others.iter().chain(self.by_hash.values());
                all.find(|place| same(place))
            }
        };
        place.map(|place| seen[*place].1)
    }

    fn note(&mut self, value: &Value, place: usize) {
        if Self::is_plain(value) {
            self.by_hash.insert(value.clone(), place);
        } else {
            self.others.push(place);
        }
    }
}
