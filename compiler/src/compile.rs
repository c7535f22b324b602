//! The entry point: a project in, findings and a bot out.
//!
//! The line: every file is parsed (library files that `use` brings in come behind the project's own), names and
//! bodies become the resolved program, code and graph are made of it, and the rules look at what they are about.
//! The tree of a file is dropped as soon as its bodies have been looked at.

use std::sync::Arc;

use botflow_artifact::{Bot, Type};
use botflow_syntax::{GreenNode, ast};
use smol_str::SmolStr;

use crate::codegen::Lowered;
use crate::config::Config;
use crate::finding::{Finding, Level};
use crate::graph::Graph;
use crate::hir::Program;
use crate::library::{self, LibraryFile};
use crate::locales;
use crate::lower::{Lower, ParsedFile};
use crate::project::{FileId, Project, Source, Span};
use crate::rules::flow::context::Context;
use crate::rules::names::hard_coded_value::HardCoded;
use crate::rules::names::{missing_setting, unknown_name};
use crate::rules::{self, nearest};
use crate::suppress::Allowed;

/// A project that has been looked at.
#[derive(Clone, Debug)]
pub struct Checked {
    /// All findings, in order of file, place and code; none twice.
    pub findings: Vec<Finding>,
    /// What comments in the sources allow, in the same order: found, and not reported.
    pub allowed: Vec<Allowed>,
    /// The program with code, as far as it could be understood.
    pub lowered: Lowered,
    /// The state-machine graph of its bot.
    pub graph: Graph,
    /// The project's files in order, behind them the library files that came in, and then other texts of the project
    /// ([`Project::documents`]); by `FileId`.
    pub files: Vec<Source>,
}

impl Checked {
    /// Whether anything was found at error level: such a bot cannot be built.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}

impl Checked {
    /// The bot as far as it was understood, for rehearsing the conversations of findings. With errors it is no bot
    /// that could be built; what runs it has to stop at what is wrong.
    pub fn bot_as_understood(&self) -> Bot {
        let mut bot = self.lowered.bot.clone();
        without_error_types(&mut bot);
        bot
    }
}

/// The first type is the error, which a program without errors mentions at most as what an empty list holds.
fn without_error_types(bot: &mut Bot) {
    for ty in &mut bot.types {
        if matches!(ty, Type::Error) {
            *ty = Type::Text;
        }
    }
}

/// Looks at a project: all its findings in one run.
pub fn check(project: &Project) -> Checked {
    check_with(project, false)
}

/// Looks at a project for the texts that are to be translated, which a bot of one language may have, too.
pub fn texts(project: &Project) -> Checked {
    check_with(project, true)
}

fn check_with(project: &Project, extract: bool) -> Checked {
    let (config, mut findings) = match &project.config {
        Some(text) => Config::parse(text),
        None => (Config::default(), Vec::new()),
    };
    let mut read = read(project, &config, &mut findings);
    let program = Program {
        files: read.sources.iter().map(|source| source.path.clone()).collect(),
        library_files: (project.sources.len()..read.sources.len())
            .map(|index| FileId(index as u32))
            .collect(),
        ..Program::default()
    };
    let files = std::mem::take(&mut read.files);
    let (mut program, mut found) = Lower::run(project, &config, files, program, read.broken, extract);
    findings.append(&mut found);
    crate::flow_facts::check(&program, &mut findings);
    rules::talk::program(&program, &mut findings);
    let mut translations = Vec::new();
    let broken = read.broken;
    locales::apply(
        project,
        &mut program,
        &mut read.sources,
        broken,
        &mut translations,
    );
    rules::talk::same_labels::translated(&program, &mut translations);
    // Findings about texts beside the program have their places behind all its files.
    let beside = FileId(read.sources.len() as u32);
    let documents = (&project.documents[..], beside);
    let linked = project.linked.as_deref();
    rules::understanding::program(&program, &read.sources, documents, linked, &mut findings);
    let unmentioned = unmentioned(&program);
    let conditions = rules::triggers::Conditions::of(&program);
    let mut lowered = crate::codegen::generate(program);
    let changes = config.channels.iter();
    lowered.bot.profiles = changes
        .map(|changes| (changes.channel.clone(), changes.changes.clone()))
        .collect();
    let graph = Graph::build(&lowered.bot);
    let unreadable = (findings.iter())
        .any(|finding| finding.rule.code.starts_with("BF0") && finding.level == Level::Error);
    let context = Context::new(&lowered, &graph);
    let islands = rules::flow::check_behind(&context, &mut findings);
    rules::talk::complete(&context, &mut findings);
    rules::understanding::complete(&context, &mut findings);
    findings.extend(islands.into_iter().filter(|finding| {
        // What nothing mentions has its finding; that nothing leads there is the same mistake.
        unmentioned.binary_search(&finding.span).is_err()
            || ![
                &rules::flow::unreachable_flow::RULE.name,
                &rules::flow::unreachable_step::RULE.name,
            ]
            .contains(&&finding.rule.name)
    }));
    rules::talk::check(&context, unreadable, &mut findings);
    rules::channels::check(&context, &config, &read.sources, unreadable, &mut findings);
    rules::triggers::check(&context, &conditions, &read.sources, unreadable, &mut findings);
    rules::escalation::check(
        &context,
        &conditions.implied,
        &read.sources,
        unreadable,
        &mut findings,
    );
    drop(context);
    findings.append(&mut translations);
    crate::echoes::silence(&read.sources, &lowered.flows, &mut findings);
    crate::consequences::silence(&read.sources, &lowered.flows, &mut findings);
    let host_known = project.host.is_some();
    let commented = with_answers(&read.sources, &project.documents, &lowered.bot);
    let mut allowed = crate::suppress::apply(&commented, host_known, &config.levels, &mut findings);
    config.levels.apply(&mut findings);
    config.levels.apply_to_allowed(&mut allowed);
    allowed.sort_by_key(|allowed| (allowed.finding.span, allowed.finding.rule.code));
    in_order(&mut findings);
    Checked {
        findings,
        allowed,
        lowered,
        graph,
        files: read
            .sources
            .into_iter()
            .chain(project.documents.iter().cloned())
            .collect(),
    }
}

/// All files in which comments can allow something: the program's, and those that a `faq` names. Of other documents only
/// their number is kept.
fn with_answers(sources: &[Source], documents: &[Source], bot: &Bot) -> Vec<Source> {
    let is_of_faq =
        |document: &&Source| (bot.faqs.iter()).any(|known| crate::faq::fits(&known.source, &document.path));
    let documents = documents.iter().map(|document| match is_of_faq(&document) {
        true => document.clone(),
        false => Source {
            path: document.path.clone(),
            text: Arc::from(""),
        },
    });
    sources.iter().cloned().chain(documents).collect()
}

/// Findings of texts beside the program, which a shell has read (`.chat` files), as the project wants them: comments in the
/// texts allow some, and `[lints]` sets levels. Their `FileId`s are places in `files`. `whole`: all was looked for.
pub fn beside(
    project: &Project,
    files: &[Source],
    mut findings: Vec<Finding>,
    whole: bool,
) -> (Vec<Finding>, Vec<Allowed>) {
    let config = project
        .config
        .as_deref()
        .map(|text| Config::parse(text).0)
        .unwrap_or_default();
    let mut allowed = crate::suppress::apply(files, project.host.is_some(), &config.levels, &mut findings);
    findings.retain(|finding| whole || finding.rule.code != rules::writing::unneeded_allow::RULE.code);
    config.levels.apply(&mut findings);
    config.levels.apply_to_allowed(&mut allowed);
    allowed.sort_by_key(|allowed| (allowed.finding.span, allowed.finding.rule.code));
    in_order(&mut findings);
    (findings, allowed)
}

/// Looks at a project that is to be a whole bot: besides [`check`], it has to say who it is.
pub fn check_bot(project: &Project) -> Checked {
    let mut checked = check(project);
    if !checked.has_errors() && checked.lowered.spans.bot.is_none() {
        let start = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        checked.findings.insert(0, missing_setting::no_bot(start));
    }
    checked
}

/// Builds the bot of a project that has no findings at error level; otherwise gives back what was found.
pub fn build(project: &Project) -> Result<Bot, Box<Checked>> {
    let checked = check_bot(project);
    if checked.has_errors() {
        return Err(Box::new(checked));
    }
    let mut bot = checked.lowered.bot;
    without_error_types(&mut bot);
    Ok(bot)
}

/// Places of the names of flows and steps that nothing mentions.
fn unmentioned(program: &Program) -> Vec<Span> {
    let mut places = Vec::new();
    for body in &program.flows {
        if program.unmentioned_flows.binary_search(&body.id).is_ok() {
            places.push(body.name_span);
        }
        for step in &body.steps {
            if program.unmentioned_steps.binary_search(&step.id).is_ok() {
                places.push(step.name_span);
            }
        }
    }
    places.sort_unstable();
    places
}

/// All files of a project, parsed.
struct Read {
    sources: Vec<Source>,
    files: Vec<ParsedFile>,
    /// A file has mistakes of writing.
    broken: bool,
}

fn read(project: &Project, config: &Config, findings: &mut Vec<Finding>) -> Read {
    let hard_coded = HardCoded::new(config);
    let mut read = Read {
        sources: project.sources.clone(),
        files: Vec::with_capacity(project.sources.len()),
        broken: false,
    };
    for (index, source) in project.sources.iter().enumerate() {
        let id = FileId(index as u32);
        let tree = parse(id, &source.text, &hard_coded, findings, &mut read.broken);
        read.files.push(ParsedFile {
            id,
            library: None,
            tree,
        });
    }
    // Library files may use each other, so that the list grows while it is walked.
    let mut brought: Vec<(SmolStr, Span)> = Vec::new();
    let mut next = 0;
    while next < read.files.len() {
        let file = &read.files[next];
        let uses: Vec<(SmolStr, Span)> = file
            .items()
            .filter_map(|item| match item {
                ast::Item::UseItem(item) => Some((file.id, item.path()?)),
                _ => None,
            })
            .map(|(id, path)| {
                let range = ast::AstNode::range(&path);
                let span = Span {
                    file: id,
                    start: range.start().into(),
                    end: range.end().into(),
                };
                (path.text(), span)
            })
            .collect();
        next += 1;
        for (name, span) in uses {
            if brought.iter().any(|(known, _)| *known == name) {
                continue;
            }
            match library::find(&name) {
                Some(file) => {
                    bring(file, &mut read, findings);
                    brought.push((name, span));
                }
                None => {
                    let near = nearest::few(&name, library::FILES.iter().map(|file| file.name));
                    let known = library::FILES.iter().map(|file| file.name);
                    let kind = "library flow";
                    findings.push(unknown_name::of_the_language(kind, &name, span, &near, known));
                    // What was meant would have been mentioned, and what it mentions is not known.
                    read.broken = true;
                }
            }
        }
    }
    read
}

/// Adds a library file.
fn bring(file: &LibraryFile, read: &mut Read, findings: &mut Vec<Finding>) {
    let id = FileId(read.sources.len() as u32);
    read.sources.push(Source {
        path: library::path(file),
        text: Arc::from(file.text),
    });
    let tree = parse(id, file.text, &HardCoded::default(), findings, &mut read.broken);
    read.files.push(ParsedFile {
        id,
        library: Some("std"),
        tree,
    });
}

fn parse(
    id: FileId,
    text: &str,
    hard_coded: &HardCoded,
    findings: &mut Vec<Finding>,
    broken: &mut bool,
) -> GreenNode {
    let parsed = botflow_syntax::parse(text);
    *broken |= !parsed.errors.is_empty();
    findings.extend(crate::rules::writing::check(id, text, &parsed, hard_coded));
    parsed.green
}

/// Sorts findings by file, place and code. Of two findings of one rule about the writing of one place the first is
/// kept: the parser and those who read the tree may both have noticed.
fn in_order(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            (
                finding.span.file,
                finding.span.start,
                finding.rule.code,
                finding.span.end,
            )
        };
        key(a).cmp(&key(b))
    });
    findings.dedup_by(|later, first| {
        let same_rule = later.rule.code == first.rule.code && later.span.file == first.span.file;
        let writing = first.rule.code.starts_with("BF0");
        same_rule
            && later.span.start == first.span.start
            && (writing || (later.span.end == first.span.end && later.message == first.message))
    });
}
