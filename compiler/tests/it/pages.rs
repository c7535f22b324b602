//! The page of every rule is true: its examples are compiled.

use std::sync::Arc;

use botflow_compiler::compile::Checked;
use botflow_compiler::diff::upgrade::{Side, Version, upgrade};
use botflow_compiler::finding::{Edit, Finding, Fix, Level, Rule};
use botflow_compiler::project::{FileId, Project, Source, Span};
use botflow_compiler::rules;

use crate::page::{Example, Kind, Mark, examples};
use crate::replay;

/// What examples leave out, so that they can be short. Each piece is added unless the example has its own.
pub const PRELUDE: &[(&str, &str)] = &[
    (
        "bot ",
        "bot example {\n  name \"Example\"\n  languages en\n  channels web\n  currency EUR\n  timezone \
         \"Europe/Bucharest\"\n  start main\n}\n",
    ),
    (
        "always ",
        "always {\n  on silence 1h -> finish abandoned\n  on failed -> finish unresolved\n  on unclear {\n    say \
         \"Sorry, I did not get that.\"\n    tries 3 -> finish unresolved\n  }\n}\n",
    ),
    (
        "customer ",
        "customer {\n  name: text?\n  email: email?\n  phone: phone?\n  birthday: date? sensitive\n  orders: integer \
         = 0\n}\n",
    ),
    ("flow main", "flow main {\n  say \"Hi!\"\n  finish resolved\n}\n"),
];

/// Where a file of answers is; the prelude names it where an example has one.
const ANSWERS: &str = "faq/shop.md";

/// Rules whose finding an example cannot show, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("deprecated", "nothing is deprecated; its own test brings a table"),
    (
        "file-too-large",
        "a page would have to be as large; see `a_file_is_too_large_beyond_the_limit`",
    ),
    ("host-action-missing", "an example has no host program"),
];

#[test]
fn pages_are_whole() {
    for rule in rules::all() {
        let title = format!("# {}\n", rule.name);
        assert!(
            rule.page.starts_with(&title),
            "the page of `{}` begins with its name",
            rule.name
        );
        assert!(
            rule.page.contains("\n## What to do\n"),
            "the page of `{}` says what to do",
            rule.name
        );
        let found =
            examples(rule.page).unwrap_or_else(|error| panic!("the page of `{}`: {error}", rule.name));
        assert!(
            found.iter().any(|example| !example.fails),
            "`{}` has a passing example",
            rule.name
        );
        let shown = found.iter().any(|example| example.fails);
        let excused = NOT_SHOWN.iter().any(|(name, _)| *name == rule.name);
        assert!(
            shown != excused,
            "`{}` has a failing example, or a reason why not",
            rule.name
        );
    }
}

#[test]
fn examples_get_the_findings_they_show() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        for example in examples(rule.page).unwrap_or_default() {
            if let Err(error) = try_example(rule, &example) {
                wrong.push(format!(
                    "{}.md, line {}: {error}",
                    rule.name.replace('-', "_"),
                    example.line
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} examples are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// The example of `file-too-large`, which no page can hold: the passing one, lengthened by a comment.
#[test]
fn a_file_is_too_large_beyond_the_limit() {
    let rule = rules::find("file-too-large").expect("it exists");
    let mut shown = examples(rule.page).expect("a good page");
    let example = &mut shown[0];
    for (size, expected) in [
        (botflow_syntax::FILE_LIMIT, &[][..]),
        (botflow_syntax::FILE_LIMIT + 1, &["file-too-large"][..]),
    ] {
        let written = example.text.len();
        let comment = "x".repeat(size - written - 2);
        example.text.push_str(&format!("#{comment}\n"));
        assert_eq!(example.text.len(), size);
        let findings = check(&project_of(example));
        let names: Vec<&str> = findings.iter().map(|finding| finding.rule.name).collect();
        assert_eq!(names, expected);
        example.text.truncate(written);
    }
}

#[test]
fn the_index_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diagnostics.md");
    #[expect(clippy::disallowed_methods, reason = "a test compares files")]
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written != rules::index() {
        #[expect(clippy::disallowed_methods, reason = "a test compares files")]
        std::fs::write(path, rules::index()).expect("docs can be written");
        panic!("docs/diagnostics.md was not fresh, and has been written anew: look at it and commit it");
    }
}

fn try_example(rule: &'static Rule, example: &Example) -> Result<(), String> {
    if let Some((before, marks)) = &example.before {
        return try_upgrade(rule, example, before, marks);
    }
    let project = project_of(example);
    let checked = botflow_compiler::compile::check(&project);
    let shown = match example.kind {
        Kind::Flow => FileId(0),
        Kind::Config => FileId::CONFIG,
        // Catalogues stand behind all sources.
        Kind::Catalogue => FileId(project.sources.len() as u32),
        Kind::Answers => FileId((checked.files.len() - project.documents.len()) as u32),
        Kind::Chat => FileId(checked.files.len() as u32),
    };
    let mut findings = checked.findings.clone();
    if example.kind == Kind::Chat {
        findings.extend(of_conversations(&checked, shown, &example.text));
    }
    let (mine, others): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .partition(|finding| finding.rule.name == rule.name);
    let least = if example.fails {
        Level::Warning
    } else {
        Level::Error
    };
    if let Some(other) = others.iter().find(|other| other.level >= least) {
        return Err(format!("another finding: {}", told(&project, other)));
    }
    if !example.fails {
        return match mine.first() {
            Some(finding) => Err(format!("an unwanted finding: {}", told(&project, finding))),
            None => Ok(()),
        };
    }
    if let Some(stray) = mine.iter().find(|finding| finding.span.file != shown) {
        return Err(format!(
            "a finding outside of the example: {}",
            told(&project, stray)
        ));
    }
    let mut found: Vec<Mark> = mine
        .iter()
        .map(|finding| mark_of(&example.text, finding.span))
        .collect();
    found.sort_unstable();
    if found != example.marks {
        let told: Vec<String> = mine.iter().map(|finding| told(&project, finding)).collect();
        return Err(format!(
            "marked are {:?}, found {found:?}: {}",
            example.marks,
            told.join("; ")
        ));
    }
    let file = shown;
    let shown = match mine.first() {
        Some(first) if !first.conversation.is_empty() => Some(conversation(rule, &checked, first)?),
        _ => None,
    };
    if shown != example.conversation {
        return Err(format!(
            "the finding shows the conversation\n```chat\n{}\n```",
            shown.unwrap_or_default().join("\n")
        ));
    }
    if example.kind == Kind::Chat {
        for fix in mine.iter().flat_map(|finding| &finding.fixes) {
            let mended = applied(&example.text, file, &fix.edits)?;
            if of_conversations(&checked, file, &mended).len() >= mine.len() {
                return Err(format!("the fix `{}` mends nothing", fix.title));
            }
        }
        return Ok(());
    }
    for finding in &mine {
        for fix in &finding.fixes {
            try_fix(rule, &project, fix, mine.len())?;
        }
    }
    Ok(())
}

/// An example of an upgrade: both versions are good bots, and the finding is where the marks are.
fn try_upgrade(rule: &'static Rule, example: &Example, before: &str, marks: &[Mark]) -> Result<(), String> {
    let earlier = of_flow(before);
    let later = project_of(example);
    for project in [&earlier, &later] {
        let mut findings = check(project).into_iter();
        if let Some(other) = findings.find(|finding| finding.level >= Level::Warning) {
            return Err(format!("a finding in one version: {}", told(project, &other)));
        }
    }
    let upgrade = upgraded(&earlier, &later);
    let (mine, others): (Vec<_>, Vec<_>) = upgrade
        .findings
        .iter()
        .partition(|found| found.finding.rule.name == rule.name);
    let least = if example.fails {
        Level::Warning
    } else {
        Level::Error
    };
    if let Some(other) = others.iter().find(|other| other.finding.level >= least) {
        return Err(format!(
            "another finding: {}: {}",
            other.finding.rule.name, other.finding.message
        ));
    }
    for (side, text, marks) in [
        (Side::Old, before, marks),
        (Side::New, &example.text, &example.marks),
    ] {
        let own = mine.iter().filter(|found| found.side == side);
        let mut found: Vec<Mark> = own.map(|found| mark_of(text, found.finding.span)).collect();
        found.sort_unstable();
        let stray = mine
            .iter()
            .any(|found| !found.located || found.finding.span.file != FileId(0));
        if stray || found != marks {
            let told: Vec<&str> = mine.iter().map(|found| found.finding.message.as_str()).collect();
            return Err(format!(
                "marked are {marks:?}, found {found:?} in {side:?}: {}",
                told.join("; ")
            ));
        }
    }
    // A fix makes its finding go away, and brings no error.
    for found in &mine {
        for fix in &found.finding.fixes {
            let mut mended = later.clone();
            for (file, source) in mended.sources.iter_mut().enumerate() {
                source.text = applied(&source.text, FileId(file as u32), &fix.edits)?.into();
            }
            if let Some(error) = check(&mended)
                .iter()
                .find(|finding| finding.level == Level::Error)
            {
                return Err(format!(
                    "the fix `{}` brings an error: {}",
                    fix.title,
                    told(&mended, error)
                ));
            }
            let left = upgraded(&earlier, &mended).findings.into_iter();
            if left.filter(|found| found.finding.rule.name == rule.name).count() >= mine.len() {
                return Err(format!("the fix `{}` mends nothing", fix.title));
            }
        }
    }
    // A comment at the anchor allows it, with its reason.
    for found in &mine {
        let anchor = found.anchor.ok_or("a finding that no comment can allow")?;
        let mut allowed = later.clone();
        let source = &mut allowed.sources[anchor.file.0 as usize];
        let line = source.text[..anchor.start as usize]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let mut text = source.text.to_string();
        text.insert_str(
            line,
            &format!("# botflow: allow {} -- as the example wants it\n", rule.name),
        );
        source.text = text.into();
        let left = upgraded(&earlier, &allowed);
        if left.allowed == 0 {
            return Err(format!("a comment does not allow it: {}", found.finding.message));
        }
    }
    Ok(())
}

fn upgraded(earlier: &Project, later: &Project) -> botflow_compiler::diff::upgrade::Upgrade {
    let (old, new) = (
        botflow_compiler::compile::check(earlier),
        botflow_compiler::compile::check(later),
    );
    let (old_bot, new_bot) = (old.bot_as_understood(), new.bot_as_understood());
    upgrade(
        Version {
            bot: &old_bot,
            project: Some((earlier, &old)),
        },
        Version {
            bot: &new_bot,
            project: Some((later, &new)),
        },
    )
}

/// A project of one flow file, with what it leaves out.
fn of_flow(text: &str) -> Project {
    project_of(&Example {
        line: 0,
        kind: Kind::Flow,
        fails: false,
        text: text.to_owned(),
        marks: Vec::new(),
        config: None,
        catalogue: None,
        flow: None,
        answers: None,
        conversation: None,
        before: None,
    })
}

/// What is found in a file of conversations, as shells tell it.
fn of_conversations(checked: &Checked, file: FileId, text: &str) -> Vec<Finding> {
    let bot = checked.bot_as_understood();
    let issues = botflow_scenario::lint::look(Some(&bot), text).into_iter();
    let findings = issues.map(|issue| {
        let span = Span {
            file,
            start: issue.range.start as u32,
            end: issue.range.end as u32,
        };
        let rule = rules::find(issue.name).expect("issues have names of rules");
        let finding = Finding::new(rule, span, issue.message);
        match issue.near {
            Some(near) => finding.fix(format!("Change to `{near}`"), span, near),
            None => finding,
        }
    });
    findings.collect()
}

/// What is said in the conversation that a finding shows.
fn conversation(rule: &Rule, checked: &Checked, finding: &Finding) -> Result<Vec<String>, String> {
    match replay::shown(&replay::program(checked), finding) {
        Ok(lines) => Ok(lines),
        // A bot that talks to itself has no end of lines: those of the plan are the first of them.
        Err(replay::NotShown::Restless) if replay::RESTLESS.contains(&rule.name) => {
            Ok(finding.conversation.clone())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A fix makes its finding go away, and brings no error.
fn try_fix(rule: &'static Rule, project: &Project, fix: &Fix, before: usize) -> Result<(), String> {
    let mut mended = project.clone();
    for file in 0..project.sources.len() {
        mended.sources[file].text =
            applied(&project.sources[file].text, FileId(file as u32), &fix.edits)?.into();
    }
    for (at, document) in project.documents.iter().enumerate() {
        // No example brings in a library file.
        let file = FileId((project.sources.len() + project.locales.len() + at) as u32);
        mended.documents[at].text = applied(&document.text, file, &fix.edits)?.into();
    }
    if let Some(config) = &project.config {
        mended.config = Some(applied(config, FileId::CONFIG, &fix.edits)?.into());
    }
    let findings = check(&mended);
    let left = findings
        .iter()
        .filter(|finding| finding.rule.name == rule.name)
        .count();
    if left >= before {
        return Err(format!(
            "the fix `{}` mends nothing: {} findings are left",
            fix.title, left
        ));
    }
    match findings
        .iter()
        .find(|finding| finding.level == Level::Error && finding.rule.name != rule.name)
    {
        Some(error) => Err(format!(
            "the fix `{}` brings an error: {}",
            fix.title,
            told(&mended, error)
        )),
        None => Ok(()),
    }
}

fn applied(text: &str, file: FileId, edits: &[Edit]) -> Result<String, String> {
    let mut edits: Vec<&Edit> = edits.iter().filter(|edit| edit.span.file == file).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut text = text.to_owned();
    for edit in edits {
        let range = edit.span.start as usize..edit.span.end as usize;
        if text.get(range.clone()).is_none() {
            return Err(format!("a fix changes {range:?}, which is no place in the text"));
        }
        text.replace_range(range, &edit.text);
    }
    Ok(text)
}

pub fn project_of(example: &Example) -> Project {
    let flow = match example.kind {
        Kind::Flow => example.text.as_str(),
        _ => example.flow.as_deref().unwrap_or_default(),
    };
    let answers = match example.kind {
        Kind::Answers => Some(example.text.as_str()),
        _ => example.answers.as_deref(),
    };
    let has = |head: &str| flow.lines().any(|line| line.starts_with(head));
    let mut prelude: String = PRELUDE
        .iter()
        .filter(|(head, _)| !has(head))
        .map(|(_, text)| *text)
        .collect();
    if answers.is_some() && !has("faq ") {
        prelude.push_str(&format!("faq {{\n  source \"{ANSWERS}\"\n}}\n"));
    }
    let config = match example.kind {
        Kind::Config => Some(example.text.clone()),
        _ => example.config.clone(),
    };
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: Arc::from(text),
    };
    Project {
        sources: vec![source("example.flow", flow), source("prelude.flow", &prelude)],
        config: config.map(Arc::from),
        documents: answers.map(|text| source(ANSWERS, text)).into_iter().collect(),
        locales: (matches!(example.kind, Kind::Catalogue).then_some(example.text.as_str()))
            .or(example.catalogue.as_deref())
            .map(|text| source("locales/ro.po", text))
            .into_iter()
            .collect(),
        linked: None,
        host: None,
    }
}

/// The place of a finding as a mark: its first line, at least one column wide.
fn mark_of(text: &str, span: Span) -> Mark {
    let start = (span.start as usize).min(text.len());
    let end = (span.end as usize).clamp(start, text.len());
    let before = &text[..start];
    let line = before.matches('\n').count();
    let from = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let first_line = text[start..end].split('\n').next().unwrap_or_default();
    Mark {
        line,
        from,
        to: from + first_line.chars().count().max(1),
    }
}

fn told(project: &Project, finding: &Finding) -> String {
    let text: &str = match finding.span.file {
        FileId::CONFIG => project.config.as_deref().unwrap_or_default(),
        FileId(file) => project
            .sources
            .iter()
            .chain(&project.locales)
            .chain(&project.documents)
            .nth(file as usize)
            .map(|source| &*source.text)
            .unwrap_or_default(),
    };
    let mark = mark_of(text, finding.span);
    let under = text
        .get(finding.span.start as usize..finding.span.end as usize)
        .unwrap_or("?");
    format!(
        "{} at {}:{} `{under}`: {}",
        finding.rule.name,
        mark.line + 1,
        mark.from + 1,
        finding.message
    )
}

fn check(project: &Project) -> Vec<Finding> {
    botflow_compiler::compile::check(project).findings
}
