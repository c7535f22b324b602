//! The project as the oracle sees it: the trees of its files, and where each declaration stands.
//!
//! From the compiled bot only the tables of declarations are read, because effects and events name calls, queues
//! and fields by their place in them. Its code, places, handlers, texts and expressions are never looked at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_artifact::Bot;
use botflow_syntax::ast::{self, AstNode};
use botflow_syntax::{NodeRef, Parse};
use botflow_understanding::{IntentWords, OptionWords, WordMatcher};
use botflow_values::show::Shower;
use botflow_values::{Currency, SetWords, Zone};
use indexmap::IndexMap;
use regex::Regex;
use smol_str::{SmolStr, format_smolstr};

use crate::infer;
use crate::types::Ty;

/// One source file.
pub struct Source {
    /// What stands before the names of its flows: empty for the project's own files, `std` for the library's.
    pub module: SmolStr,
    /// Its tree.
    pub parse: Parse,
}

impl Source {
    /// Reads a file of the project or, with a module, of the library.
    pub fn new(module: &str, text: &str) -> Source {
        Source {
            module: module.into(),
            parse: botflow_syntax::parse(text),
        }
    }
}

/// What a text is in another language, as its catalogue has it.
pub struct Translation {
    /// The text: which source, and where it begins there.
    pub source: usize,
    /// The first byte of the text.
    pub start: u32,
    /// Which language.
    pub language: SmolStr,
    /// The words, each in `say "…"` in a flow; of a text that counts, with their plural categories.
    pub strings: Vec<(SmolStr, Parse)>,
}

/// A declared parameter.
#[derive(Clone)]
pub(crate) struct Param<'a> {
    pub name: SmolStr,
    pub ty: Ty,
    pub default: Option<ast::Expr<'a>>,
}

/// A flow. The block `always` and the ways of escalations together are a flow of their own, which never begins.
pub(crate) struct Flow<'a> {
    pub name: SmolStr,
    pub module: SmolStr,
    pub item: Option<ast::FlowItem<'a>>,
    pub params: Vec<Param<'a>>,
    pub gives: Option<Ty>,
    /// The types of its variables.
    pub variables: BTreeMap<SmolStr, Ty>,
    pub sensitive: Vec<SmolStr>,
    pub open_to_operators: bool,
}

impl<'a> Flow<'a> {
    /// The step with this name.
    pub fn step(&self, name: &str) -> Option<ast::Step<'a>> {
        self.item
            .as_ref()?
            .steps()
            .find(|step| step.name().is_some_and(|token| token.text() == name))
    }
}

/// A lookup or an action.
pub(crate) struct Call<'a> {
    pub params: Vec<Param<'a>>,
    pub gives: Option<Ty>,
}

/// The project, ready to be walked.
pub struct Project<'a> {
    pub(crate) bot: &'a Bot,
    pub(crate) flows: IndexMap<SmolStr, Rc<Flow<'a>>>,
    pub(crate) always: Rc<Flow<'a>>,
    pub(crate) always_items: Vec<ast::AlwaysItem<'a>>,
    /// Where the conversation begins that a customer begins.
    pub(crate) start: Option<SmolStr>,
    pub(crate) types: IndexMap<SmolStr, ast::TypeItem<'a>>,
    pub(crate) calls: IndexMap<SmolStr, Call<'a>>,
    pub(crate) events: IndexMap<SmolStr, Vec<Param<'a>>>,
    pub(crate) intents: IndexMap<SmolStr, Vec<Param<'a>>>,
    pub(crate) customer: IndexMap<SmolStr, Ty>,
    pub(crate) config: IndexMap<SmolStr, Ty>,
    pub(crate) segments: IndexMap<SmolStr, ast::SegmentItem<'a>>,
    pub(crate) escalations: IndexMap<SmolStr, ast::EscalationItem<'a>>,
    pub(crate) queues: IndexMap<SmolStr, ast::QueueItem<'a>>,
    pub(crate) templates: IndexMap<SmolStr, ast::TemplateItem<'a>>,
    pub(crate) experiments: IndexMap<SmolStr, ast::ExperimentItem<'a>>,
    pub(crate) triggers: Vec<ast::TriggerItem<'a>>,
    pub(crate) goals: Vec<ast::GoalItem<'a>>,
    /// `proactive at most 3 in 7d`.
    pub(crate) proactive: Option<ast::Rate<'a>>,
    aliases: IndexMap<SmolStr, SmolStr>,
    pub(crate) matcher: WordMatcher,
    /// Every `say one of`, in the order in which they are numbered.
    pub(crate) one_ofs: Vec<NodeRef<'a>>,
    /// What members of closed sets are called, by the number of the set in the bot.
    pub(crate) set_words: Vec<SetWords>,
    sources: &'a [Source],
    translations: BTreeMap<(usize, u32, SmolStr), &'a Translation>,
    pub(crate) currency: Currency,
    pub(crate) zone: Zone,
    /// What is costly to make and always the same: zones, showers by language, regular expressions.
    zones: RefCell<BTreeMap<SmolStr, Zone>>,
    showers: RefCell<BTreeMap<SmolStr, Rc<Shower>>>,
    regexes: RefCell<BTreeMap<String, Option<Regex>>>,
}

impl<'a> Project<'a> {
    /// Takes the files of a project together with the bot that was compiled from them.
    pub fn new(bot: &'a Bot, sources: &'a [Source], translations: &'a [Translation]) -> Project<'a> {
        let empty = Rc::new(Flow {
            name: bot
                .flows
                .first()
                .map_or_else(SmolStr::default, |flow| flow.name.clone()),
            module: SmolStr::default(),
            item: None,
            params: Vec::new(),
            gives: None,
            variables: BTreeMap::new(),
            sensitive: Vec::new(),
            open_to_operators: false,
        });
        let mut project = Project {
            bot,
            flows: IndexMap::new(),
            always: empty,
            always_items: Vec::new(),
            start: None,
            types: IndexMap::new(),
            calls: IndexMap::new(),
            events: IndexMap::new(),
            intents: IndexMap::new(),
            customer: IndexMap::new(),
            config: IndexMap::new(),
            segments: IndexMap::new(),
            triggers: Vec::new(),
            goals: Vec::new(),
            proactive: None,
            escalations: IndexMap::new(),
            queues: IndexMap::new(),
            templates: IndexMap::new(),
            experiments: IndexMap::new(),
            aliases: IndexMap::new(),
            matcher: WordMatcher::default(),
            one_ofs: Vec::new(),
            set_words: Vec::new(),
            sources,
            translations: (translations.iter())
                .map(|one| ((one.source, one.start, one.language.clone()), one))
                .collect(),
            currency: Currency::from_code(&bot.currency).unwrap_or(Currency::EUR),
            zone: Zone::named(&bot.timezone).unwrap_or_default(),
            zones: RefCell::default(),
            showers: RefCell::default(),
            regexes: RefCell::default(),
        };
        let items: Vec<(SmolStr, ast::Item<'a>)> = sources
            .iter()
            .flat_map(|source| {
                source
                    .parse
                    .file()
                    .items()
                    .map(|item| (source.module.clone(), item))
            })
            .collect();
        project.declare_types(&items);
        project.declare_rest(&items);
        project.declare_intents(&items);
        project.declare_flows(&items);
        project.one_ofs = project.all_one_ofs();
        project
    }

    /// What a text is in a language, if it is anything else there.
    pub(crate) fn translated(&self, text: &ast::Text<'a>, language: &str) -> Option<&'a Translation> {
        if self.translations.is_empty() {
            return None;
        }
        let root = text.syntax().ancestors().last()?;
        let is_root = |source: &Source| source.parse.file().syntax() == root;
        let source = self.sources.iter().position(is_root)?;
        let start = text.range().start().into();
        self.translations.get(&(source, start, language.into())).copied()
    }

    /// A text without holes as it is in every language: labels are heard in all of them.
    pub(crate) fn in_all_languages(&self, text: &ast::Text<'a>) -> Vec<String> {
        let other = |language: &SmolStr| {
            let translation = self.translated(text, language)?;
            let (_, parse) = translation.strings.first()?;
            let text = parse.file().syntax().descendants().find_map(ast::Text::cast)?;
            text.plain()
        };
        let own = text.plain();
        own.into_iter()
            .chain(self.bot.languages.iter().skip(1).filter_map(other))
            .collect()
    }

    /// Every `say one of`: those of `always` and of escalations, then flow by flow, handlers after what they stand in.
    fn all_one_ofs(&self) -> Vec<NodeRef<'a>> {
        let mut found = Vec::new();
        let mut add = |node: NodeRef<'a>| {
            found.extend(
                node.descendants()
                    .filter(|node| ast::OneOf::can_cast(node.kind())),
            );
        };
        for entry in self.always_items.iter().flat_map(|item| item.entries()) {
            add(entry.syntax());
        }
        for item in self.escalations.values() {
            add(item.syntax());
        }
        for flow in self
            .bot
            .flows
            .iter()
            .filter_map(|flow| self.flows.get(&flow.name))
        {
            let Some(item) = &flow.item else { continue };
            item.statements().for_each(|stmt| add(stmt.syntax()));
            for step in item.steps() {
                step.statements().for_each(|stmt| add(stmt.syntax()));
                step.handlers().for_each(|handler| add(handler.syntax()));
            }
            item.handlers().for_each(|handler| add(handler.syntax()));
        }
        found
    }

    /// The zone with this name, or the bot's.
    pub(crate) fn zone_named(&self, name: &str) -> Zone {
        if name.is_empty() {
            return self.zone.clone();
        }
        let mut zones = self.zones.borrow_mut();
        let zone = zones.entry(name.into());
        zone.or_insert_with(|| Zone::named(name).unwrap_or_else(|| self.zone.clone()))
            .clone()
    }

    /// What shows values in a language.
    pub(crate) fn shower(&self, language: &str) -> Rc<Shower> {
        let mut showers = self.showers.borrow_mut();
        let shower = showers.entry(language.into());
        Rc::clone(shower.or_insert_with(|| Rc::new(Shower::new(language, self.currency))))
    }

    /// A regular expression; none where it is not one.
    pub(crate) fn regex(&self, source: &str) -> Option<Regex> {
        let mut regexes = self.regexes.borrow_mut();
        regexes
            .entry(source.to_owned())
            .or_insert_with(|| Regex::new(source).ok())
            .clone()
    }

    /// The full name of a flow that is mentioned in a file of this module.
    pub(crate) fn flow_named(&self, module: &str, path: &str) -> Option<Rc<Flow<'a>>> {
        let path = self.aliases.get(path).map_or(path, |full| full.as_str());
        let inner = format_smolstr!("{module}.{path}");
        self.flows.get(&inner).or_else(|| self.flows.get(path)).cloned()
    }

    /// The type that is written.
    pub(crate) fn ty(&self, written: &ast::TypeExpr<'a>) -> Ty {
        match written {
            ast::TypeExpr::OptionalType(optional) => match optional.inner() {
                Some(inner) => Ty::Optional(Box::new(self.ty(&inner))),
                None => Ty::Any,
            },
            ast::TypeExpr::ListType(list) => Ty::List(Box::new(
                list.element().map_or(Ty::Any, |element| self.ty(&element)),
            )),
            ast::TypeExpr::RecordType(record) => Ty::Record(
                record
                    .fields()
                    .map(|field| {
                        let ty = field.type_expr().map_or(Ty::Any, |ty| self.ty(&ty));
                        (text_of(field.name()), ty)
                    })
                    .collect(),
            ),
            ast::TypeExpr::ParenType(paren) => paren.inner().map_or(Ty::Any, |inner| self.ty(&inner)),
            ast::TypeExpr::NamedType(named) => {
                let name = named.path().map(|path| path.text()).unwrap_or_default();
                self.type_named(&name)
            }
        }
    }

    fn type_named(&self, name: &str) -> Ty {
        if let Some(item) = self.types.get(name) {
            if let Some(set) = self.bot.sets.iter().position(|set| set.name == name) {
                return Ty::Scalar(botflow_values::Kind::Member(set as u32));
            }
            let base = item.type_expr().map_or(Ty::Any, |ty| self.ty(&ty));
            return Ty::narrowed(name, base, item, self);
        }
        botflow_values::Kind::named(name).map_or(Ty::Any, Ty::Scalar)
    }

    pub(crate) fn params(&self, params: Option<ast::Params<'a>>) -> Vec<Param<'a>> {
        let params = params.into_iter().flat_map(|params| params.params());
        params
            .map(|param| Param {
                name: text_of(param.name()),
                ty: param.type_expr().map_or(Ty::Any, |ty| self.ty(&ty)),
                default: param.default(),
            })
            .collect()
    }

    fn declare_types(&mut self, items: &[(SmolStr, ast::Item<'a>)]) {
        for (_, item) in items {
            if let ast::Item::TypeItem(item) = item {
                self.types.insert(text_of(item.name()), *item);
            }
        }
        for set in &self.bot.sets {
            let members = self
                .types
                .get(&set.name)
                .into_iter()
                .flat_map(|item| item.members());
            let members = members.map(|member| {
                let name = text_of(member.name()).replace('_', " ");
                let label = member
                    .label()
                    .map(|label| self.in_all_languages(&label))
                    .unwrap_or_default();
                let words = member
                    .words()
                    .flat_map(|clause| clause.texts())
                    .filter_map(|text| text.plain());
                let phrases: Vec<String> = label.into_iter().chain([name]).chain(words).collect();
                OptionWords::new(phrases.iter().map(String::as_str))
            });
            self.set_words.push(SetWords {
                members: members.collect(),
            });
        }
    }

    fn declare_rest(&mut self, items: &[(SmolStr, ast::Item<'a>)]) {
        for (module, item) in items {
            match item {
                ast::Item::BotItem(item) => {
                    for setting in item.settings() {
                        if let ast::BotSetting::StartStmt(start) = setting {
                            self.start = start.path().map(|path| path.text());
                        }
                        if let ast::BotSetting::ProactiveSetting(proactive) = setting {
                            self.proactive = proactive.rate();
                        }
                    }
                }
                ast::Item::CustomerItem(item) => {
                    for field in item.fields() {
                        let ty = field.type_expr().map_or(Ty::Any, |ty| self.ty(&ty));
                        self.customer.insert(text_of(field.name()), ty);
                    }
                }
                ast::Item::ConfigItem(item) => {
                    for field in item.fields() {
                        let ty = field.type_expr().map_or(Ty::Any, |ty| self.ty(&ty));
                        self.config.insert(text_of(field.name()), ty);
                    }
                }
                ast::Item::EventItem(item) => {
                    let params = self.params(item.params());
                    self.events.insert(text_of(item.name()), params);
                }
                ast::Item::TriggerItem(item) => self.triggers.push(*item),
                ast::Item::GoalItem(item) => self.goals.push(*item),
                ast::Item::SegmentItem(item) => {
                    self.segments.insert(text_of(item.name()), *item);
                }
                ast::Item::LookupItem(item) => {
                    let call = Call {
                        params: self.params(item.params()),
                        gives: item
                            .gives()
                            .and_then(|gives| gives.type_expr())
                            .map(|ty| self.ty(&ty)),
                    };
                    self.calls
                        .insert(item.path().map(|path| path.text()).unwrap_or_default(), call);
                }
                ast::Item::ActionItem(item) => {
                    let call = Call {
                        params: self.params(item.params()),
                        gives: item
                            .gives()
                            .and_then(|gives| gives.type_expr())
                            .map(|ty| self.ty(&ty)),
                    };
                    self.calls
                        .insert(item.path().map(|path| path.text()).unwrap_or_default(), call);
                }
                ast::Item::TemplateItem(item) => {
                    self.templates.insert(text_of(item.name()), *item);
                }
                ast::Item::QueueItem(item) => {
                    self.queues.insert(text_of(item.name()), *item);
                }
                ast::Item::EscalationItem(item) => {
                    self.escalations.insert(text_of(item.name()), *item);
                }
                ast::Item::ExperimentItem(item) => {
                    self.experiments.insert(text_of(item.name()), *item);
                }
                ast::Item::AlwaysItem(item) => self.always_items.push(*item),
                ast::Item::UseItem(item) => {
                    let path = item.path().map(|path| path.text()).unwrap_or_default();
                    if let Some(alias) = item.alias() {
                        self.aliases.insert(alias.text().into(), path);
                    }
                }
                _ => {}
            }
            let _ = module;
        }
        for event in &self.bot.events {
            if !self.events.contains_key(&event.name) {
                let fields = event.fields.iter().map(|field| Param {
                    name: field.name.clone(),
                    ty: Ty::of_artifact(self.bot, field.ty),
                    default: None,
                });
                self.events.insert(event.name.clone(), fields.collect());
            }
        }
        for value in &self.bot.config {
            if !self.config.contains_key(&value.name) {
                self.config
                    .insert(value.name.clone(), Ty::of_artifact(self.bot, value.ty));
            }
        }
    }

    fn declare_intents(&mut self, items: &[(SmolStr, ast::Item<'a>)]) {
        let mut words = Vec::new();
        for (_, item) in items {
            let ast::Item::IntentItem(item) = item else {
                continue;
            };
            let name = text_of(item.name());
            let params = self.params(item.params());
            let Some(number) = self.bot.intents.iter().position(|intent| intent.name == name) else {
                continue;
            };
            // A hole of an example names a parameter; it is written for the matcher as it stands in the source.
            let source = |text: &ast::Text<'a>| {
                let parts = text.parts().into_iter().map(|part| match part {
                    ast::TextPart::Plain(text) => text.to_string(),
                    ast::TextPart::Hole(hole) => {
                        let name = hole.value().map(|value| value.syntax().text().to_string());
                        format!("{{{}}}", name.unwrap_or_default().trim())
                    }
                });
                SmolStr::from(parts.collect::<String>())
            };
            words.push(IntentWords {
                intent: number as u32,
                words: item
                    .words()
                    .flat_map(|clause| clause.texts())
                    .map(|text| source(&text))
                    .collect(),
                likes: item
                    .likes()
                    .flat_map(|clause| clause.texts())
                    .map(|text| source(&text))
                    .collect(),
                params: params.iter().map(|param| param.name.clone()).collect(),
            });
            self.intents.insert(name, params);
        }
        words.sort_by_key(|intent| intent.intent);
        self.matcher = WordMatcher::new(&words);
    }

    fn declare_flows(&mut self, items: &[(SmolStr, ast::Item<'a>)]) {
        for (module, item) in items {
            let ast::Item::FlowItem(item) = item else { continue };
            let name = text_of(item.name());
            let full = if module.is_empty() {
                name
            } else {
                format_smolstr!("{module}.{name}")
            };
            let flow = Flow {
                name: full.clone(),
                module: module.clone(),
                item: Some(*item),
                params: self.params(item.params()),
                gives: item
                    .gives()
                    .and_then(|gives| gives.type_expr())
                    .map(|ty| self.ty(&ty)),
                variables: BTreeMap::new(),
                sensitive: Vec::new(),
                open_to_operators: item.open().is_some(),
            };
            self.flows.insert(full, Rc::new(flow));
        }
        // What `let s = run f()` holds depends on other flows' `gives` only, which are known now.
        for full in self.flows.keys().cloned().collect::<Vec<_>>() {
            let flow = &self.flows[&full];
            let Some(item) = flow.item else { continue };
            let params: Vec<_> = flow
                .params
                .iter()
                .map(|param| (param.name.clone(), param.ty.clone()))
                .collect();
            let (variables, sensitive) =
                infer::variables(self, &flow.module.clone(), &[item.syntax()], params);
            if let Some(flow) = self.flows.get_mut(&full).and_then(Rc::get_mut) {
                flow.variables = variables;
                flow.sensitive = sensitive;
            }
        }
        let mut roots: Vec<NodeRef<'a>> = self.always_items.iter().map(|item| item.syntax()).collect();
        roots.extend(self.escalations.values().map(|item| item.syntax()));
        let (variables, sensitive) = infer::variables(self, "", &roots, Vec::new());
        if let Some(always) = Rc::get_mut(&mut self.always) {
            always.variables = variables;
            always.sensitive = sensitive;
        }
    }
}

/// The text of a token that may be missing.
pub(crate) fn text_of<'a>(token: Option<botflow_syntax::TokenRef<'a>>) -> SmolStr {
    token.map(|token| SmolStr::new(token.text())).unwrap_or_default()
}
