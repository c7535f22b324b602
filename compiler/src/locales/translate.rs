//! From the words of a catalogue to a text of the bot in another language.
//!
//! A translation has the holes of its source and no others; it may put them in another order, choose its own cases of
//! `plural` and `select`, and change the words that stand in quotes inside a hole. What a hole computes is the
//! source's own expression, so that no translation can compute anything else.

use botflow_artifact::{
    Arms, Expr, ExprId, Filter, LanguageId, Part, Text, TextId, TextVariant, Type, TypeId,
};
use botflow_syntax::ast::{self, AstNode, TextPart};
use smol_str::SmolStr;

use super::plural::{CATEGORIES, Counting};
use super::words::{self, Quotes};
use crate::hir::{ExprInfo, Program};
use crate::lower::text::{Word, word_behind};
use crate::project::Source;

/// Why a translation cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Its holes are not those of the source.
    Holes(Wrong),
    /// A form that the language needs has no words.
    Forms(Wrong),
}

/// What is wrong, and with which words of which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which `msgstr`.
    pub form: usize,
    /// The part of it that is wrong, as it stands there; empty for the whole.
    pub part: String,
    /// One sentence.
    pub message: String,
}

/// A hole of a source text.
#[derive(Clone, Debug)]
struct Known {
    /// What it computes, without the words of its last `else`.
    key: String,
    /// Its filters but `plural` and `select`.
    filters: Vec<Filter>,
    value: ExprId,
    ty: TypeId,
}

impl Known {
    fn shown(&self) -> String {
        let filters: String = self
            .filters
            .iter()
            .map(|filter| format!(" | {}", filter_name(filter)))
            .collect();
        format!("{{{}{filters}}}", self.key)
    }
}

/// What is at hand while texts are translated.
pub struct Translator<'a> {
    /// The program that gets the translations.
    pub program: &'a mut Program,
    /// All sources, by file.
    pub sources: &'a [Source],
    /// Which language it is.
    pub language: LanguageId,
    /// How it counts.
    pub counting: &'a Counting,
}

impl Translator<'_> {
    /// Gives a text its words in this language: one string, or one per category of a text that counts. Nothing changes
    /// if something is wrong with them.
    ///
    /// # Errors
    /// What is wrong.
    pub fn text(&mut self, id: TextId, strings: &[(&'static str, &str)]) -> Result<(), Problem> {
        let Some(source) = self
            .program
            .bot
            .texts
            .get(id.index())
            .and_then(|text| text.variants.first())
            .cloned()
        else {
            return Ok(());
        };
        let sizes = (self.program.bot.texts.len(), self.program.bot.exprs.len());
        match self.parts(&source.parts, strings) {
            Ok(parts) => {
                let variants = &mut self.program.bot.texts[id.index()].variants;
                variants.retain(|one| one.language != self.language);
                variants.push(TextVariant {
                    language: self.language,
                    parts,
                });
                Ok(())
            }
            Err(problem) => {
                self.program.bot.texts.truncate(sizes.0);
                self.program.spans.texts.truncate(sizes.0);
                self.program.bot.exprs.truncate(sizes.1);
                self.program.exprs.truncate(sizes.1);
                Err(problem)
            }
        }
    }

    fn parts(&mut self, source: &[Part], strings: &[(&'static str, &str)]) -> Result<Vec<Part>, Problem> {
        let mut known = Vec::new();
        self.known(source, &mut known);
        let count = counts(source);
        let [(_, only)] = strings else {
            let Some((value, ty, arms)) = count else {
                return Ok(Vec::new());
            };
            let (mut found, mut other): (Vec<(SmolStr, TextId)>, _) = (Vec::new(), None);
            for (form, (category, words)) in strings.iter().enumerate() {
                let only = self.counting.only_number(category);
                let single = arms.arms.first().map(|(_, text)| *text);
                let needed = match (only, single) {
                    (Some(_), Some(single)) => {
                        // Where there is but one number, its words may say it: "one day".
                        let mut needed = self.needed_with(source, single);
                        let counted = self.key_of(value);
                        needed.retain(|one| Some(&one.key) != counted.as_ref());
                        needed
                    }
                    _ => self.needed(source),
                };
                let parts = self
                    .string(words, &known, &needed)
                    .map_err(|problem| at_form(problem, form))?;
                let id = self.push(parts);
                if *category == self.counting.general() || *category == "other" {
                    other = Some(id);
                }
                found.push((SmolStr::new_static(category), id));
            }
            // Fractions in a language whose whole numbers are never `other` read like few things ("1,5 дня").
            if self.counting.general() != "other" {
                let few = found
                    .iter()
                    .find(|(category, _)| category == "few")
                    .map(|(_, id)| *id);
                other = few.or(other);
            }
            let general = found.last().map(|(_, id)| *id);
            found.retain(|(category, _)| category != "other");
            return Ok(vec![Part::Hole {
                value,
                ty,
                filters: vec![Filter::Plural(Arms {
                    arms: found,
                    other: other.or(general),
                })],
                in_url: false,
            }]);
        };
        let needed = self.needed(source);
        self.string(only, &known, &needed)
    }

    fn push(&mut self, parts: Vec<Part>) -> TextId {
        let id = TextId::from(self.program.bot.texts.len());
        self.program.spans.texts.push(None);
        self.program.bot.texts.push(Text {
            variants: vec![TextVariant {
                language: LanguageId(0),
                parts,
            }],
        });
        id
    }

    /// One string of a catalogue.
    fn string(&mut self, words: &str, known: &[Known], needed: &[Known]) -> Result<Vec<Part>, Problem> {
        if !words.contains(['{', '\\']) {
            if let Some(missing) = needed.first() {
                return Err(left_out(missing));
            }
            return Ok(vec![Part::Literal(SmolStr::new(words))]);
        }
        let written = words::as_text(words);
        let file = format!("flow f {{\n  say {written}\n}}\n");
        let parsed = botflow_syntax::parse(&file);
        let root = parsed.file();
        let text = root.syntax().descendants().find_map(ast::Text::cast);
        let Some(text) = text.filter(|_| parsed.errors.is_empty()) else {
            return Err(holes(
                broken_part(words),
                "A hole of this translation cannot be read. Holes are copied from the source as they are; only what \
                 stands in quotes inside them is translated.",
            ));
        };
        let parts = self.text_parts(&text, known)?;
        let shown = self.needed(&parts);
        match needed
            .iter()
            .find(|one| !shown.iter().any(|other| same(one, other)))
        {
            Some(missing) => Err(left_out(missing)),
            None => Ok(parts),
        }
    }

    fn text_parts(&mut self, text: &ast::Text<'_>, known: &[Known]) -> Result<Vec<Part>, Problem> {
        let mut parts = Vec::new();
        let mut word = Word::Empty;
        for piece in text.parts() {
            match piece {
                TextPart::Plain(words) => {
                    word = word_behind(word, &words);
                    parts.push(Part::Literal(words));
                }
                TextPart::Hole(hole) => {
                    let in_url = word == Word::Address;
                    let (value, ty, filters) = self.hole(&hole, known)?;
                    let address = word == Word::Empty && self.is_address(ty);
                    word = match word {
                        Word::Address => Word::Address,
                        _ if address => Word::Address,
                        _ => Word::Plain,
                    };
                    parts.push(Part::Hole {
                        value,
                        ty,
                        filters,
                        in_url,
                    });
                }
            }
        }
        Ok(parts)
    }

    fn hole(
        &mut self,
        hole: &ast::Hole<'_>,
        known: &[Known],
    ) -> Result<(ExprId, TypeId, Vec<Filter>), Problem> {
        let whole = words::one_line(&hole.syntax().text().to_string());
        let written = hole.value().map(|value| value.syntax().text().to_string());
        let (key, fallback) = without_fallback(&words::one_line(&written.unwrap_or_default()));
        let mut simple = Vec::new();
        let mut chosen = Vec::new();
        for filter in hole.filters() {
            let name = filter.name().map_or("", |name| name.text()).to_owned();
            if matches!(name.as_str(), "plural" | "select") {
                chosen.push((chosen.len() + simple.len(), filter));
            } else {
                let words: Vec<&str> = filter
                    .arguments()
                    .filter_map(|argument| match argument {
                        ast::FilterArgument::FilterWord(word) => Some(word.name()?.text()),
                        _ => None,
                    })
                    .collect();
                let written = [&[name.as_str()], words.as_slice()].concat().join(" ");
                simple.push(written.replace("list and", "list"));
            }
        }
        let fits = |one: &&Known| {
            let own: Vec<String> = one
                .filters
                .iter()
                .map(|filter| filter_name(filter).to_owned())
                .collect();
            one.key == key && (own == simple || (simple.is_empty() && !chosen.is_empty()))
        };
        let Some(source) = known.iter().find(fits).cloned() else {
            let message = if known.is_empty() {
                format!("The text it translates has no holes, and this has `{whole}`.")
            } else {
                let mut all: Vec<String> = known.iter().map(|one| format!("`{}`", one.shown())).collect();
                all.dedup();
                format!(
                    "`{whole}` is no hole of the text it translates; those are {}.",
                    all.join(", ")
                )
            };
            return Err(holes(whole, &message));
        };
        let value = match fallback {
            Some(words) => self.with_fallback(source.value, &words, known)?,
            None => source.value,
        };
        let mut filters = match simple.is_empty() {
            true => Vec::new(),
            false => source.filters.clone(),
        };
        for (place, filter) in chosen {
            let filter = self.cases(&filter, &source, known, &whole)?;
            filters.insert(place.min(filters.len()), filter);
        }
        Ok((value, source.ty, filters))
    }

    /// `plural` and `select` with the cases of the translation.
    fn cases(
        &mut self,
        filter: &ast::Filter<'_>,
        source: &Known,
        known: &[Known],
        whole: &str,
    ) -> Result<Filter, Problem> {
        let counts = filter.name().is_some_and(|name| name.text() == "plural");
        let mut arms = Arms {
            arms: Vec::new(),
            other: None,
        };
        for argument in filter.arguments() {
            let ast::FilterArgument::FilterArm(arm) = argument else {
                return Err(holes(
                    whole.to_owned(),
                    "`plural` and `select` take cases with words in quotes.",
                ));
            };
            let Some(name) = arm.name().or_else(|| arm.number()) else {
                continue;
            };
            let Some(text) = arm.text() else { continue };
            let name = SmolStr::new(name.text());
            let parts = self.text_parts(&text, known)?;
            let id = self.push(parts);
            if name == "other" {
                arms.other = Some(id);
            } else {
                arms.arms.push((name, id));
            }
        }
        if counts {
            self.check_plural(&mut arms, source, whole)?;
            return Ok(Filter::Plural(arms));
        }
        let members = self.members(source.ty);
        if let Some((wrong, _)) = arms.arms.iter().find(|(name, _)| !members.contains(name)) {
            let message = match members.is_empty() {
                true => format!("`{}` is no value that `select` can choose by.", source.key),
                false => format!(
                    "`{wrong}` is no value of `{}`; those are {}.",
                    source.key,
                    listed(&members)
                ),
            };
            return Err(holes(whole.to_owned(), &message));
        }
        let missing: Vec<SmolStr> = members
            .iter()
            .filter(|member| !arms.arms.iter().any(|(name, _)| name == *member))
            .cloned()
            .collect();
        if arms.other.is_none() && !missing.is_empty() {
            let message = format!("There are no words for {}, and no `other`.", listed(&missing));
            return Err(holes(whole.to_owned(), &message));
        }
        Ok(Filter::Select(arms))
    }

    fn check_plural(&mut self, arms: &mut Arms, source: &Known, whole: &str) -> Result<(), Problem> {
        let number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
        if let Some((wrong, _)) = arms
            .arms
            .iter()
            .find(|(name, _)| !CATEGORIES.contains(&name.as_str()) && !number(name))
        {
            let message = format!(
                "`{wrong}` is no case of `plural`; those are {}.",
                CATEGORIES.join(", ")
            );
            return Err(holes(whole.to_owned(), &message));
        }
        if !self.is_number(source.ty) {
            return Err(holes(
                whole.to_owned(),
                &format!("`{}` is no number, and `plural` counts.", source.key),
            ));
        }
        let general = self.counting.general();
        let missing: Vec<SmolStr> = self
            .counting
            .categories()
            .into_iter()
            .filter(|category| {
                let given = arms.arms.iter().any(|(name, _)| name == category);
                let stands_for = arms.other.is_some() && (*category == general || *category == "other");
                !given && !stands_for
            })
            .map(SmolStr::new_static)
            .collect();
        if !missing.is_empty() {
            let examples: Vec<String> = missing
                .iter()
                .map(|category| match self.counting.example(category) {
                    Some(number) => format!("`{category}` (as of {number})"),
                    None => format!("`{category}`"),
                })
                .collect();
            return Err(Problem::Forms(Wrong {
                form: 0,
                part: whole.to_owned(),
                message: format!("The words for {} are missing.", examples.join(" and ")),
            }));
        }
        if arms.other.is_none() {
            let find = |category: &str| {
                arms.arms
                    .iter()
                    .find(|(name, _)| name == category)
                    .map(|(_, id)| *id)
            };
            arms.other = find("few").or_else(|| find(general));
        }
        Ok(())
    }

    /// An `else` whose last words are others.
    fn with_fallback(&mut self, value: ExprId, words: &str, known: &[Known]) -> Result<ExprId, Problem> {
        let inner = words
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(words);
        let file = format!("flow f {{\n  say {words}\n}}\n");
        let parsed = botflow_syntax::parse(&file);
        let root = parsed.file();
        let text = root.syntax().descendants().find_map(ast::Text::cast);
        let Some(text) = text.filter(|_| parsed.errors.is_empty()) else {
            return Err(holes(inner.to_owned(), "These words cannot be read."));
        };
        let parts = self.text_parts(&text, known)?;
        let id = self.push(parts);
        Ok(self.replaced(value, id, 0))
    }

    fn replaced(&mut self, value: ExprId, text: TextId, depth: u32) -> ExprId {
        let info = self.program.exprs.get(value.index()).copied();
        let expr = match self.program.bot.exprs.get(value.index()).cloned() {
            Some(Expr::Else(first, second)) if depth < 64 => {
                Expr::Else(first, self.replaced(second, text, depth + 1))
            }
            _ => Expr::Text(text),
        };
        let id = ExprId::from(self.program.bot.exprs.len());
        self.program.bot.exprs.push(expr);
        if let Some(ExprInfo { span, ty }) = info {
            self.program.exprs.push(ExprInfo { span, ty });
        }
        id
    }

    /// All holes of a source text, those in its cases with them.
    fn known(&self, parts: &[Part], found: &mut Vec<Known>) {
        for part in parts {
            let Part::Hole {
                value, ty, filters, ..
            } = part
            else {
                continue;
            };
            let Some(key) = self.key_of(*value) else { continue };
            found.push(Known {
                key,
                filters: simple(filters),
                value: *value,
                ty: *ty,
            });
            for arm in
                arms_of(filters).flat_map(|arms| arms.arms.iter().map(|(_, text)| text).chain(&arms.other))
            {
                self.known(self.source_parts(*arm), found);
            }
        }
    }

    /// The holes that are shown in any case: those in a case count if they stand in `other`, or in every case.
    fn needed(&self, parts: &[Part]) -> Vec<Known> {
        self.shown(parts, None)
    }

    /// The same, with the counting hole showing this case.
    fn needed_with(&self, parts: &[Part], case: TextId) -> Vec<Known> {
        self.shown(parts, Some(case))
    }

    fn shown(&self, parts: &[Part], case: Option<TextId>) -> Vec<Known> {
        let mut found = Vec::new();
        for part in parts {
            let Part::Hole {
                value, ty, filters, ..
            } = part
            else {
                continue;
            };
            let mut choices = arms_of(filters).peekable();
            if choices.peek().is_none() {
                if let Some(key) = self.key_of(*value) {
                    found.push(Known {
                        key,
                        filters: simple(filters),
                        value: *value,
                        ty: *ty,
                    });
                }
                continue;
            }
            for arms in choices {
                let counts = matches!(filters.first(), Some(Filter::Plural(_)));
                match (case.filter(|_| counts), arms.other) {
                    (Some(case), _) => found.extend(self.shown(self.source_parts(case), None)),
                    (None, Some(other)) => found.extend(self.shown(self.source_parts(other), None)),
                    (None, None) => {
                        let mut cases = arms
                            .arms
                            .iter()
                            .map(|(_, text)| self.shown(self.source_parts(*text), None));
                        let mut all = cases.next().unwrap_or_default();
                        for next in cases {
                            all.retain(|one| next.iter().any(|other| same(one, other)));
                        }
                        found.extend(all);
                    }
                }
            }
        }
        found
    }

    fn source_parts(&self, text: TextId) -> &[Part] {
        let text = self.program.bot.texts.get(text.index());
        text.and_then(|text| text.variants.first())
            .map_or(&[], |variant| variant.parts.as_slice())
    }

    /// What a hole computes, as it is written in the flow.
    fn key_of(&self, value: ExprId) -> Option<String> {
        let span = self.program.exprs.get(value.index())?.span;
        let source = self.sources.get(span.file.0 as usize)?;
        let written = source.text.get(span.start as usize..span.end as usize)?;
        Some(without_fallback(&words::one_line(written)).0)
    }

    fn base(&self, ty: TypeId) -> Option<&Type> {
        let types = &self.program.bot.types;
        let mut ty = types.get(ty.index())?;
        for _ in 0..64 {
            ty = match ty {
                Type::Narrowed { base, .. } | Type::Optional(base) => types.get(base.index())?,
                other => return Some(other),
            };
        }
        None
    }

    fn is_address(&self, ty: TypeId) -> bool {
        self.base(ty) == Some(&Type::Url)
    }

    fn is_number(&self, ty: TypeId) -> bool {
        matches!(
            self.base(ty),
            Some(Type::Integer | Type::Number | Type::Percent | Type::Money)
        )
    }

    fn members(&self, ty: TypeId) -> Vec<SmolStr> {
        match self.base(ty) {
            Some(Type::Set(set)) => {
                let set = self.program.bot.sets.get(set.index());
                set.map(|set| set.members.iter().map(|member| member.name.clone()).collect())
                    .unwrap_or_default()
            }
            Some(Type::YesNo) => vec![SmolStr::new_static("yes"), SmolStr::new_static("no")],
            _ => Vec::new(),
        }
    }
}

/// The hole that counts in a text whose words are told in pairs.
fn counts(parts: &[Part]) -> Option<(ExprId, TypeId, Arms)> {
    parts.iter().find_map(|part| match part {
        Part::Hole {
            value, ty, filters, ..
        } => match filters.as_slice() {
            [Filter::Plural(arms)] => Some((*value, *ty, arms.clone())),
            _ => None,
        },
        Part::Literal(_) => None,
    })
}

fn arms_of(filters: &[Filter]) -> impl Iterator<Item = &Arms> {
    filters.iter().filter_map(|filter| match filter {
        Filter::Plural(arms) | Filter::Select(arms) => Some(arms),
        _ => None,
    })
}

fn simple(filters: &[Filter]) -> Vec<Filter> {
    let simple = |filter: &&Filter| !matches!(filter, Filter::Plural(_) | Filter::Select(_));
    filters.iter().filter(simple).cloned().collect()
}

fn same(one: &Known, other: &Known) -> bool {
    one.key == other.key && one.filters == other.filters
}

fn filter_name(filter: &Filter) -> &'static str {
    match filter {
        Filter::Plural(_) => "plural",
        Filter::Select(_) => "select",
        Filter::Date => "date",
        Filter::DateShort => "date short",
        Filter::Time => "time",
        Filter::Currency => "currency",
        Filter::ListAnd => "list",
        Filter::ListOr => "list or",
        Filter::Upper => "upper",
        Filter::Lower => "lower",
        Filter::Mask => "mask",
    }
}

fn left_out(missing: &Known) -> Problem {
    holes(
        String::new(),
        &format!("`{}` is left out: people would not read it.", missing.shown()),
    )
}

fn holes(part: String, message: &str) -> Problem {
    Problem::Holes(Wrong {
        form: 0,
        part,
        message: message.to_owned(),
    })
}

fn at_form(problem: Problem, form: usize) -> Problem {
    match problem {
        Problem::Holes(wrong) => Problem::Holes(Wrong { form, ..wrong }),
        Problem::Forms(wrong) => Problem::Forms(Wrong { form, ..wrong }),
    }
}

fn listed(names: &[SmolStr]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// From where words cannot be read: the first brace.
fn broken_part(words: &str) -> String {
    let start = words.find(['{', '}']).unwrap_or(0);
    words[start..].lines().next().unwrap_or_default().to_owned()
}

/// An expression without the words of its last `else`, which are a translator's: `name else ""`, and those words.
fn without_fallback(expression: &str) -> (String, Option<String>) {
    if !expression.ends_with('"') {
        return (expression.to_owned(), None);
    }
    let mut quotes = Quotes::default();
    let mut begins = 0;
    for (at, letter) in expression.char_indices() {
        let before = quotes.depth();
        quotes.see(letter);
        if before == 0 && quotes.depth() == 1 {
            begins = at;
        }
    }
    let head = expression[..begins].trim_end();
    match head.ends_with(" else") {
        true => (format!("{head} \"\""), Some(expression[begins..].to_owned())),
        false => (expression.to_owned(), None),
    }
}
