//! Filters of holes: which there are, and what they take.

use botflow_artifact::{Arms, Filter, TypeId};
use botflow_syntax::ast;
use smol_str::SmolStr;

use super::Lower;
use crate::project::Span;
use crate::rules::names::wrong_arguments;
use crate::rules::names::{impossible_comparison, missing_case, repeated_case, type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::types::Types;

/// All filters, as they are written.
const FILTERS: &[&str] = &[
    "plural", "select", "date", "time", "currency", "list", "upper", "lower", "mask",
];

/// The plural categories that the Unicode rules know.
const CATEGORIES: &[&str] = &["zero", "one", "two", "few", "many", "other"];

impl Lower<'_> {
    /// A filter behind a value of this type, and the type of what comes out.
    pub(super) fn filter(&mut self, filter: &ast::Filter, ty: TypeId) -> Option<(Filter, TypeId)> {
        let token = filter.name()?;
        let span = self.node_span(filter);
        let words: Vec<SmolStr> = filter
            .arguments()
            .filter_map(|argument| match argument {
                ast::FilterArgument::FilterWord(word) => word.name(),
                _ => None,
            })
            .map(|token| SmolStr::new(token.text()))
            .collect();
        let word = words.first().map(SmolStr::as_str);
        let found = match (token.text(), word) {
            ("plural", None) => return self.plural(filter, ty, span),
            ("select", None) => return self.select(filter, ty, span),
            ("date", None) => (Filter::Date, "a date"),
            ("date", Some("short")) => (Filter::DateShort, "a date"),
            ("time", None) => (Filter::Time, "a time"),
            ("currency", None) => (Filter::Currency, "an amount"),
            ("list", None | Some("and")) => (Filter::ListAnd, "a list"),
            ("list", Some("or")) => (Filter::ListOr, "a list"),
            ("upper", None) => (Filter::Upper, "a text"),
            ("lower", None) => (Filter::Lower, "a text"),
            ("mask", None) => (Filter::Mask, "a text"),
            (known, _) if FILTERS.contains(&known) => {
                self.report(wrong_arguments::finding(
                    format!("The filter `{known}` is not written like this."),
                    usage(known),
                    span,
                ));
                return None;
            }
            (unknown, _) => {
                let near = nearest::few(unknown, FILTERS.iter().copied());
                let (span, known) = (self.token_span(token), FILTERS.iter().copied());
                self.report(unknown_name::of_the_language(
                    "filter", unknown, span, &near, known,
                ));
                return None;
            }
        };
        let arguments = filter.arguments().count();
        if arguments > words.len() || words.len() > 1 {
            self.report(wrong_arguments::finding(
                format!("The filter `{}` is not written like this.", token.text()),
                usage(token.text()),
                span,
            ));
            return None;
        }
        let fits = match &found.0 {
            Filter::Date | Filter::DateShort => [Types::DATE, Types::MOMENT].contains(&self.types.base(ty)),
            Filter::Time => [Types::TIME, Types::MOMENT].contains(&self.types.base(ty)),
            Filter::Currency => self.types.base(ty) == Types::MONEY || self.types.is_numeric(ty),
            Filter::ListAnd | Filter::ListOr => self
                .types
                .item_of(ty)
                .is_some_and(|item| self.types.showable(item)),
            Filter::Upper | Filter::Lower | Filter::Mask => {
                self.types.is_textual(ty) || self.types.set_of(ty).is_some()
            }
            Filter::Plural(_) | Filter::Select(_) => true,
        };
        self.filter_fits(fits, &token, found.1, ty, span)?;
        Some((found.0, Types::TEXT))
    }

    fn filter_fits(
        &mut self,
        fits: bool,
        token: &botflow_syntax::TokenRef,
        wanted: &str,
        ty: TypeId,
        span: Span,
    ) -> Option<()> {
        if fits {
            return Some(());
        }
        if ty != Types::ERROR {
            let found = self.types.name(ty);
            self.report(type_mismatch::other(
                format!(
                    "The filter `{}` is for {wanted}, and this is `{found}`.",
                    token.text()
                ),
                span,
            ));
        }
        None
    }

    fn plural(&mut self, filter: &ast::Filter, ty: TypeId, span: Span) -> Option<(Filter, TypeId)> {
        let token = filter.name()?;
        self.filter_fits(self.types.is_numeric(ty), &token, "a number", ty, span)?;
        let arms = self.arms(filter, "plural", span, |lower, name, at| {
            if !CATEGORIES.contains(&name) && !name.bytes().all(|byte| byte.is_ascii_digit()) {
                let near = nearest::few(name, CATEGORIES.iter().copied());
                let members = "zero, one, two, few, many, other, and numbers";
                lower.report(impossible_comparison::no_member(
                    "plural", name, at, &near, members,
                ));
            }
        });
        if arms.other.is_none() {
            self.report(missing_case::no_otherwise("plural", "other \"…\"", span));
        }
        Some((Filter::Plural(arms), Types::TEXT))
    }

    fn select(&mut self, filter: &ast::Filter, ty: TypeId, span: Span) -> Option<(Filter, TypeId)> {
        let token = filter.name()?;
        let set = self.types.set_of(ty);
        let is_yes_no = self.types.base(ty) == Types::YES_NO;
        let fits = set.is_some() || is_yes_no;
        self.filter_fits(fits, &token, "a value of a closed set, or yes and no", ty, span)?;
        let members: Vec<SmolStr> = match set {
            Some(set) => self.types.sets[set.index()]
                .members
                .iter()
                .map(|member| member.name.clone())
                .collect(),
            None => vec![SmolStr::new_static("yes"), SmolStr::new_static("no")],
        };
        let set_name = self.types.name(self.types.base(ty));
        let mut sure = true;
        let arms = self.arms(filter, "select", span, |lower, name, at| {
            if name != "other" && !members.iter().any(|member| member == name) {
                let near = nearest::few(name, members.iter().map(SmolStr::as_str));
                let all = super::compare::listed(members.iter().map(SmolStr::as_str));
                lower.report(impossible_comparison::no_member(&set_name, name, at, &near, &all));
                sure = false;
            }
        });
        // A wrong case may have been meant for one that is missing.
        if arms.other.is_none() && sure {
            let missing: Vec<String> = members
                .iter()
                .filter(|member| !arms.arms.iter().any(|(name, _)| name == *member))
                .map(|member| member.to_string())
                .collect();
            if !missing.is_empty() {
                self.report(missing_case::finding("select", &missing, "other", span));
            }
        }
        Some((Filter::Select(arms), Types::TEXT))
    }

    fn arms(
        &mut self,
        filter: &ast::Filter,
        word: &str,
        span: Span,
        mut check: impl FnMut(&mut Self, &str, Span),
    ) -> Arms {
        let mut arms = Arms {
            arms: Vec::new(),
            other: None,
        };
        let mut seen: Vec<(SmolStr, Span)> = Vec::new();
        for argument in filter.arguments() {
            let ast::FilterArgument::FilterArm(arm) = argument else {
                let at = self.node_span(&argument);
                self.report(wrong_arguments::finding(
                    format!("The filter `{word}` takes cases with texts."),
                    usage(word),
                    at,
                ));
                continue;
            };
            let Some(token) = arm.name().or_else(|| arm.number()) else {
                continue;
            };
            let Some(text) = arm.text() else { continue };
            let at = self.token_span(token);
            let name = SmolStr::new(token.text());
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == name) {
                let first = *first;
                self.report(repeated_case::finding(&name, at, first));
                continue;
            }
            check(self, &name, at);
            seen.push((name.clone(), at));
            let text = self.text(&text).id;
            if name == "other" {
                arms.other = Some(text);
            } else {
                arms.arms.push((name, text));
            }
        }
        if seen.is_empty() {
            self.report(wrong_arguments::finding(
                format!("The filter `{word}` takes cases with texts."),
                usage(word),
                span,
            ));
            // No case at all is one mistake, not two.
            arms.other = Some(self.plain_text(""));
        }
        arms
    }
}

fn usage(filter: &str) -> &'static str {
    match filter {
        "plural" => "{days | plural one \"day\" other \"days\"}",
        "select" => "{size | select small \"S\" other \"L\"}",
        "date" => "{day | date} or {day | date short}",
        "time" => "{moment | time}",
        "currency" => "{price | currency}",
        "list" => "{names | list and} or {names | list or}",
        "lower" => "{name | lower}",
        "mask" => "{number | mask}",
        _ => "{name | upper}",
    }
}
