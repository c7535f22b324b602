//! Types as they are written.

use botflow_artifact::{LanguageWords, Member, Narrowing, SetId, SetType, Type, TypeId};
use botflow_syntax::ast::{self, AstNode, TypeExpr};
use botflow_values::{Kind, Value};
use smol_str::SmolStr;

use super::{Lower, name};
use crate::rules::names::{duplicate_name, type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::rules::writing::bad_literal;
use crate::types::{Types, literal, narrow};

impl Lower<'_> {
    /// The type that is written, or an error where none is (which has been reported).
    pub(super) fn type_or_error(&mut self, written: Option<TypeExpr>) -> TypeId {
        match written {
            Some(written) => self.type_expr(&written),
            None => Types::ERROR,
        }
    }

    /// The type that is written. Nesting is bounded by the parser.
    pub(super) fn type_expr(&mut self, written: &TypeExpr) -> TypeId {
        match written {
            TypeExpr::NamedType(named) => self.named_type(named),
            TypeExpr::OptionalType(optional) => {
                let inner = self.type_or_error(optional.inner());
                self.types.optional(inner)
            }
            TypeExpr::ParenType(paren) => self.type_or_error(paren.inner()),
            TypeExpr::ListType(list) => {
                let element = self.type_or_error(list.element());
                self.types.list(element)
            }
            TypeExpr::RecordType(record) => {
                let mut fields: Vec<(SmolStr, TypeId)> = Vec::new();
                for field in record.fields() {
                    let Some(token) = field.name() else { continue };
                    let ty = self.type_or_error(field.type_expr());
                    if fields.iter().any(|(known, _)| known == token.text()) {
                        let span = self.token_span(token);
                        self.report(duplicate_name::finding("part", token.text(), span, None));
                        continue;
                    }
                    fields.push((name(token), ty));
                }
                self.types.record(fields)
            }
        }
    }

    fn named_type(&mut self, named: &ast::NamedType) -> TypeId {
        let Some(path) = named.path() else {
            return Types::ERROR;
        };
        let text = path.text();
        if let Some(kind) = Kind::named(&text) {
            return Types::simple(kind);
        }
        if let Some(ty) = self.declared_type(&text) {
            return ty;
        }
        let span = self.node_span(&path);
        let mut known: Vec<&str> = self.symbols.types.names().collect();
        for name in Kind::NAMED.into_iter().filter_map(Kind::name) {
            known.push(name);
        }
        let near = super::reference::owned(nearest::few(&text, known));
        for name in &near {
            self.symbols.types.mention(name);
        }
        let near = super::reference::refs(&near);
        self.report(unknown_name::finding("type", &text, span, &near));
        Types::ERROR
    }

    /// Works out all declared types: closed sets first, then narrowed types, each behind the one it narrows, so
    /// that compound types refer to lower ids only.
    pub(super) fn declared_types_of(&mut self, files: &[super::ParsedFile]) {
        let mut waiting: Vec<(usize, usize, ast::TypeItem)> = Vec::new();
        for (place, file) in files.iter().enumerate() {
            self.enter(file);
            for item in file.items() {
                let ast::Item::TypeItem(item) = item else { continue };
                let Some(id) = self.declared(item.name()) else {
                    continue;
                };
                if item.type_expr().is_some() {
                    waiting.push((place, id, item));
                } else {
                    let set = SetId::from(self.types.sets.len());
                    self.types.sets.push(SetType {
                        name: item.name().map(|token| name(token)).unwrap_or_default(),
                        members: Vec::new(),
                    });
                    self.program
                        .spans
                        .sets
                        .push(item.name().map(|token| self.token_span(token)));
                    self.declared_types[id] = self.types.push(Type::Set(set));
                }
            }
        }
        // Each round works out the types whose base is known; what is left after a round without any goes in circles.
        let mut pending: crate::names::table::FxIndexMap<SmolStr, ()> = waiting
            .iter()
            .filter_map(|(_, _, item)| Some((name(item.name()?), ())))
            .collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let round = std::mem::take(&mut waiting);
            for (place, id, item) in round {
                self.enter(&files[place]);
                let waits = item
                    .syntax()
                    .descendants()
                    .filter_map(ast::NamedType::cast)
                    .any(|named| {
                        named
                            .path()
                            .is_some_and(|path| pending.contains_key(&path.text()))
                    });
                if waits {
                    waiting.push((place, id, item));
                    continue;
                }
                if let Some(token) = item.name() {
                    pending.swap_remove(token.text());
                }
                self.declared_types[id] = self.narrowed(&item);
            }
            if waiting.len() == before {
                for (place, _, item) in std::mem::take(&mut waiting) {
                    self.enter(&files[place]);
                    if let Some(token) = item.name() {
                        let span = self.token_span(token);
                        self.symbols.types.mention(token.text());
                        let message = format!("The type `{}` is made of itself.", token.text());
                        self.report(
                            type_mismatch::other(message, span)
                                .help("Begin with a type of the language, such as `text` or `integer`."),
                        );
                    }
                }
            }
        }
    }

    /// The members of the closed sets, whose labels are texts.
    pub(super) fn members_of(&mut self, files: &[super::ParsedFile]) {
        for file in files {
            self.enter(file);
            for item in file.items() {
                let ast::Item::TypeItem(item) = item else { continue };
                let Some(id) = self.declared(item.name()) else {
                    continue;
                };
                let Type::Set(set) = *self.types.get(self.declared_types[id]) else {
                    continue;
                };
                let mut members = Vec::new();
                let mut names: crate::names::table::FxIndexMap<SmolStr, crate::project::Span> =
                    crate::names::table::FxIndexMap::default();
                for member in item.members() {
                    let Some(token) = member.name() else { continue };
                    let span = self.token_span(token);
                    if let Some(first) = names.get(token.text()).copied() {
                        self.report(duplicate_name::finding("value", token.text(), span, Some(first)));
                        continue;
                    }
                    names.insert(name(token), span);
                    let label = member.label().map(|text| self.text(&text).id);
                    let words = self.words(member.words());
                    members.push(Member {
                        name: name(token),
                        label,
                        words,
                    });
                }
                self.types.sets[set.index()].members = members;
            }
        }
    }

    fn narrowed(&mut self, item: &ast::TypeItem) -> TypeId {
        let before = self.findings.len();
        let ty = self.narrowed_type(item);
        // What is wrong in itself is not pointed out as unused besides.
        if (ty == Types::ERROR || self.findings.len() > before)
            && let Some(token) = item.name()
        {
            self.symbols.types.mention(token.text());
        }
        ty
    }

    fn narrowed_type(&mut self, item: &ast::TypeItem) -> TypeId {
        let base = self.type_or_error(item.type_expr());
        let mut rules = Vec::new();
        let mut example = None;
        let mut any = false;
        for narrowing in item.narrowings() {
            any = true;
            let span = self.node_span(&narrowing);
            match narrowing {
                ast::Narrowing::MatchingNarrowing(matching) => {
                    let Some(token) = matching.regex() else { continue };
                    self.must_narrow(base, span, "matching", self.types.is_textual(base));
                    let pattern = token.text().trim_start_matches('/').trim_end_matches('/');
                    let pattern = pattern.replace("\\/", "/");
                    // A pattern that cannot be read has its finding from the rule about writing.
                    if narrow::regex(&pattern).is_ok() {
                        rules.push(Narrowing::Matching(SmolStr::new(pattern)));
                    }
                }
                ast::Narrowing::RangeNarrowing(range) => {
                    let ordered = self.types.ordered(base, base) && self.types.set_of(base).is_none();
                    if !self.must_narrow(base, span, "from", ordered) || base == Types::ERROR {
                        continue;
                    }
                    let from = range.from().and_then(|bound| self.bound(&bound, base));
                    let to = match range.to() {
                        Some(bound) => self.bound(&bound, base),
                        None => self.types.kind(base).and_then(highest),
                    };
                    if let (Some(from), Some(to)) = (from, to) {
                        if botflow_values::compare(&from, &to) == Some(std::cmp::Ordering::Greater) {
                            self.report(bad_literal::finding(span, "This range ends before it begins."));
                        } else {
                            rules.push(Narrowing::Range(from, to));
                        }
                    }
                }
                ast::Narrowing::LengthNarrowing(length) => {
                    self.must_narrow(base, span, "length", self.types.is_textual(base));
                    let mut numbers = length
                        .numbers()
                        .filter_map(|token| literal::integer(token.text()))
                        .map(|number| u32::try_from(number).unwrap_or(u32::MAX));
                    if let Some(from) = numbers.next() {
                        let (from, to) = match numbers.next() {
                            Some(to) => (from, to),
                            None => (from, from),
                        };
                        if from > to {
                            self.report(bad_literal::finding(span, "This range ends before it begins."));
                        } else {
                            rules.push(Narrowing::Length(from, to));
                        }
                    }
                }
                ast::Narrowing::ExampleNarrowing(examples) => {
                    if example.is_none() {
                        example = examples
                            .texts()
                            .next()
                            .and_then(|text| text.plain())
                            .map(SmolStr::new);
                    }
                }
            }
        }
        if !any || base == Types::ERROR {
            return base;
        }
        if self.types.kind(base).is_none() || self.types.is_optional(base) {
            // A list, a record or a value that may be unknown has no example of its own.
            return base;
        }
        let name = item.name().map(|token| name(token)).unwrap_or_default();
        self.types.push(Type::Narrowed {
            name,
            base,
            rules,
            example,
        })
    }

    fn must_narrow(&mut self, base: TypeId, span: crate::project::Span, word: &str, fits: bool) -> bool {
        if !fits && base != Types::ERROR {
            let message = format!("`{word}` does not narrow a `{}`.", self.types.name(base));
            let help = match word {
                "from" => "`from … to …` is for numbers, amounts, dates, times and durations.",
                _ => "`matching` and `length` are for texts.",
            };
            self.report(type_mismatch::other(message, span).help(help));
        }
        fits
    }

    fn bound(&mut self, bound: &ast::Bound, base: TypeId) -> Option<Value> {
        let literal = bound.literal()?;
        let (value, ty) = self.literal_value(&literal, Some(base))?;
        let span = self.node_span(bound);
        let value = if bound.is_negative() {
            botflow_values::negate(&value)
        } else {
            value
        };
        if self.types.fit(ty, self.types.base(base)) != crate::types::Fit::Yes {
            let (wanted, found) = (self.types.name(base), self.types.name(ty));
            self.report(type_mismatch::finding(&wanted, &found, span));
            return None;
        }
        Some(value)
    }

    /// `words "a", "b"` and `words ru "…"`, by language.
    pub(super) fn words<'t>(
        &mut self,
        clauses: impl Iterator<Item = ast::WordsClause<'t>>,
    ) -> Vec<LanguageWords> {
        let mut found = Vec::new();
        for clause in clauses {
            self.add_words(&mut found, clause.language(), clause.texts());
        }
        found
    }

    /// The language that is written, or the bot's first.
    pub(super) fn language_of(&self, written: Option<&ast::LanguageCode>) -> SmolStr {
        match written {
            Some(code) => code.text(),
            None => {
                (self.program.bot.languages.first().cloned()).unwrap_or_else(|| SmolStr::new_static("en"))
            }
        }
    }

    pub(super) fn add_words<'t>(
        &mut self,
        found: &mut Vec<LanguageWords>,
        language: Option<ast::LanguageCode>,
        texts: impl Iterator<Item = ast::Text<'t>>,
    ) {
        let language = match language {
            Some(code) => {
                let text = code.text();
                let languages = &self.program.bot.languages;
                if !languages.is_empty() && !languages.contains(&text) {
                    let near = nearest::few(&text, languages.iter().map(SmolStr::as_str));
                    let span = self.node_span(&code);
                    let finding = unknown_name::finding("language of this bot", &text, span, &near);
                    self.report(finding);
                }
                text
            }
            None => self.language_of(None),
        };
        let words = texts.map(|text| SmolStr::new(self.heard(&text)));
        let words: Vec<SmolStr> = words.collect();
        match found.iter_mut().find(|known| known.language == language) {
            Some(known) => known.words.extend(words),
            None => found.push(LanguageWords { language, words }),
        }
    }
}

/// The highest value of a kind that has an order, for a range without an end.
fn highest(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::Integer => Value::Integer(botflow_values::value::MAX_INTEGER),
        Kind::Number => Value::Number(botflow_values::Decimal::from_integer(
            botflow_values::value::MAX_INTEGER,
        )),
        Kind::Percent => Value::Percent(botflow_values::Decimal::from_integer(
            botflow_values::value::MAX_INTEGER,
        )),
        Kind::Money => Value::Money(botflow_values::value::MAX_INTEGER),
        Kind::Duration => Value::Duration(botflow_values::value::MAX_DURATION),
        Kind::Date => Value::Date(botflow_values::Date::from_days(i64::MAX)),
        Kind::Time => Value::Time(botflow_values::Time::from_seconds(86_399)),
        Kind::Moment => Value::Moment(botflow_values::calendar::clamp_moment(i64::MAX)),
        _ => return None,
    })
}
