//! From trees to the resolved program ([`crate::hir`]): names are looked up, expressions typed, texts cut into
//! pieces and holes, messages made; what flows do stays a tree of statements.
//!
//! Two passes over all files. `declare` collects every name, then `signatures` what the names take and give; only
//! after that `bodies` looks into bodies, so that the order of declarations does not matter. A mistake is reported
//! where it is made; `Error` stands in its place and silences everything that depends on it.

mod args;
mod ask;
mod branch;
mod calls;
mod choose;
mod compare;
mod declare;
mod expr;
mod filters;
mod finish;
mod flows;
mod forward;
mod jumps;
mod leaves;
mod operators;
mod people;
mod reference;
mod say;
mod scope;
mod segments;
mod settings;
mod signatures;
mod stmt;
pub(crate) mod text;
mod triggers;
mod type_expr;
mod waits;

use std::collections::BTreeSet;

use botflow_artifact::{Expr, ExprId, FlowId, MessageId, MessageTemplate, TextId, TypeId};
use botflow_syntax::ast::{self, AstNode};
use botflow_syntax::{GreenNode, NodeRef, TextRange, TokenRef};
use botflow_values::{Currency, Value};
use smol_str::SmolStr;

use crate::config::Config;
use crate::finding::Finding;
use crate::hir::{ExprInfo, FlowBody, OptionalUse, Program, UseContext};
use crate::locales::units::{self, Role};
use crate::names::Symbols;
use crate::names::table::FxIndexMap;
use crate::project::{FileId, Project, Span};
use crate::rules::writing::{bad_literal, repeated_setting};
use crate::types::Types;

use scope::Scope;

/// One parsed file, as long as it is looked at.
pub struct ParsedFile {
    /// Which file.
    pub id: FileId,
    /// Comes from the library; the prefix of its names (`std`).
    pub library: Option<&'static str>,
    /// Its tree.
    pub tree: GreenNode,
}

impl ParsedFile {
    /// Its declarations.
    pub fn items(&self) -> impl Iterator<Item = ast::Item<'_>> {
        ast::children(NodeRef::root(&self.tree))
    }
}

/// A parameter of a flow, call or template, with what may stand for it.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub name: SmolStr,
    pub ty: TypeId,
    pub default: Option<Value>,
    /// Where the default stands.
    pub default_at: Option<Span>,
}

/// An expression that has been lowered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typed {
    pub id: ExprId,
    pub ty: TypeId,
    /// Something sensitive went into it.
    pub sensitive: bool,
}

/// Everything that lowering knows.
pub struct Lower<'a> {
    project: &'a Project,
    config: &'a Config,
    symbols: Symbols,
    types: Types,
    program: Program,
    findings: Vec<Finding>,
    /// The file that is looked at.
    file: FileId,
    /// The library prefix of that file.
    library: Option<&'static str>,
    /// Its tree.
    tree: Option<GreenNode>,
    /// Where the present expression stands: names of the flow, the event at hand.
    scope: Scope,
    /// The variables of the pseudo-flow of `always` while another scope is open.
    always_scope: Scope,
    /// What flows, calls and templates take, by id.
    flow_params: Vec<Vec<Taken>>,
    call_params: Vec<Vec<Taken>>,
    template_params: Vec<Vec<Taken>>,
    /// Names of the arms of experiments, by id.
    experiment_arms: Vec<Vec<SmolStr>>,
    /// Ids of declared types, by index in their space.
    declared_types: Vec<TypeId>,
    /// Flows that a library file of this project's `use … as` calls by another name.
    aliases: FxIndexMap<SmolStr, FlowId>,
    currency: Option<Currency>,
    /// The files had mistakes of writing, so that what is mentioned is not certain.
    broken: bool,
    /// Bodies by flow; the first one, of `always`, grows with every `always` block.
    bodies: Vec<Option<FlowBody>>,
    /// Expressions are lowered to learn their types only, and forgotten afterwards.
    guessing: bool,
    /// Where `moved` leads: the place, the whole name, and how much of it is the flow's. Checked when all is known.
    moved_to: Vec<(Span, SmolStr, usize)>,
    /// Texts are to be translated: where they stand is noted.
    translated: bool,
    /// Words that are given to a flow or a template, by their places.
    arguments: BTreeSet<Span>,
    /// Ids of declarations by the place of their names: a second declaration of a name has none.
    declared_at: FxIndexMap<Span, u32>,
}

impl<'a> Lower<'a> {
    /// Looks at all files; the program and all findings, in no particular order.
    pub fn run(
        project: &'a Project,
        config: &'a Config,
        files: Vec<ParsedFile>,
        program: Program,
        broken: bool,
        extract: bool,
    ) -> (Program, Vec<Finding>) {
        let mut lower = Lower {
            project,
            config,
            symbols: Symbols::default(),
            types: Types::default(),
            program,
            findings: Vec::new(),
            file: FileId(0),
            library: None,
            tree: None,
            scope: Scope::default(),
            always_scope: Scope::default(),
            flow_params: Vec::new(),
            call_params: Vec::new(),
            template_params: Vec::new(),
            experiment_arms: Vec::new(),
            declared_types: Vec::new(),
            aliases: FxIndexMap::default(),
            currency: None,
            broken,
            bodies: Vec::new(),
            guessing: false,
            moved_to: Vec::new(),
            translated: extract,
            arguments: BTreeSet::new(),
            declared_at: FxIndexMap::default(),
        };
        lower.declare(&files);
        lower.units(&files);
        lower.signatures(&files);
        for file in files {
            lower.bodies(&file);
        }
        lower.finish()
    }

    /// Collects the texts that are to be translated, if there are languages to translate them into.
    fn units(&mut self, files: &[ParsedFile]) {
        self.translated |= self.program.bot.languages.len() > 1;
        if !self.translated {
            return;
        }
        for file in files {
            let units = units::of_file(file.id, file.library, NodeRef::root(&file.tree));
            let arguments = units.iter().filter(|unit| unit.role == Role::Argument);
            self.arguments.extend(arguments.map(|unit| unit.span));
            self.program.units.extend(units);
        }
    }

    /// Looks into the bodies of one file, whose tree is not needed afterwards.
    fn bodies(&mut self, file: &ParsedFile) {
        self.enter(file);
        for item in file.items() {
            match &item {
                ast::Item::FlowItem(item) => self.flow(item),
                ast::Item::AlwaysItem(item) => self.always(item),
                ast::Item::SegmentItem(item) => self.segment(item),
                ast::Item::LookupItem(item) => self.call_settings(item.path(), item.settings()),
                ast::Item::ActionItem(item) => self.call_settings(item.path(), item.settings()),
                ast::Item::TriggerItem(item) => self.trigger(item),
                ast::Item::GoalItem(item) => self.goal(item),
                ast::Item::ExperimentItem(item) => self.experiment(item),
                ast::Item::EscalationItem(item) => self.escalation(item),
                ast::Item::TemplateItem(item) => self.template(item),
                ast::Item::BotItem(item) => self.bot_texts(item),
                ast::Item::MovedItem(item) => self.moved(item),
                _ => {}
            }
        }
    }

    fn enter(&mut self, file: &ParsedFile) {
        self.file = file.id;
        self.library = file.library;
        self.tree = Some(file.tree.clone());
    }

    /// The span of a range of the present file.
    fn span(&self, range: TextRange) -> Span {
        Span {
            file: self.file,
            start: range.start().into(),
            end: range.end().into(),
        }
    }

    fn node_span<'t>(&self, node: &impl AstNode<'t>) -> Span {
        self.span(node.range())
    }

    fn token_span(&self, token: TokenRef) -> Span {
        self.span(token.text_range())
    }

    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Adds an expression.
    fn push_expr(&mut self, expr: Expr, ty: TypeId, span: Span) -> ExprId {
        let id = ExprId::from(self.program.bot.exprs.len());
        self.program.bot.exprs.push(expr);
        self.program.exprs.push(ExprInfo { span, ty });
        id
    }

    fn typed(&mut self, expr: Expr, ty: TypeId, span: Span) -> Typed {
        Typed {
            id: self.push_expr(expr, ty, span),
            ty,
            sensitive: false,
        }
    }

    fn error(&mut self, span: Span) -> Typed {
        self.typed(Expr::Error, Types::ERROR, span)
    }

    fn push_message(&mut self, message: MessageTemplate) -> MessageId {
        let id = MessageId::from(self.program.bot.messages.len());
        self.program.bot.messages.push(message);
        id
    }

    fn text_message(&mut self, text: TextId) -> MessageId {
        self.push_message(MessageTemplate {
            text: Some(text),
            ..MessageTemplate::default()
        })
    }

    /// Notes that something that may be unknown is used where it should be known.
    fn optional_use(&mut self, value: Typed, context: UseContext) {
        if self.types.is_optional(value.ty) {
            self.program.optional_uses.push(OptionalUse {
                expr: value.id,
                context,
            });
        }
    }

    /// The span of an expression that has been lowered.
    fn expr_span(&self, id: ExprId) -> Span {
        self.program.exprs[id.index()].span
    }

    /// Notes that a setting stands here, and reports it if it has stood in this block before.
    fn once(&mut self, seen: &mut Option<Span>, span: Span, setting: &str) -> bool {
        match *seen {
            Some(first) => {
                self.report(repeated_setting::finding(span, setting, Some(first)));
                false
            }
            None => {
                *seen = Some(span);
                true
            }
        }
    }

    /// A number in a setting (`at most 3`, `tries 3`), at least 1.
    fn count(&mut self, token: Option<TokenRef>) -> Option<u32> {
        let token = token?;
        let count = crate::types::literal::integer(token.text())?;
        match u32::try_from(count) {
            Ok(count) if count > 0 => Some(count),
            _ => {
                let span = self.token_span(token);
                self.report(bad_literal::finding(
                    span,
                    "This number is at least 1, and at most 4,294,967,295.",
                ));
                None
            }
        }
    }
}

/// A duration in a setting, in milliseconds.
fn duration(token: Option<TokenRef>) -> Option<i64> {
    crate::types::literal::duration(token?.text())
}

/// The name in a token.
fn name(token: TokenRef) -> SmolStr {
    SmolStr::new(token.text())
}
