//! What a `.chat` file shows before it is run: lines that cannot be read, names that the bot does not have, systems that
//! nobody answers for, lines that cannot happen.
//!
//! An [`Issue`] is plain data with the name of the finding that it is; whoever knows findings gives it the rest. In reading
//! order: [`lines`] (where things stand in a line), [`names`], [`stubs`], [`reach`].
//!
//! What is said here is sure without a run: a conversation that passes has no issue. Conversations that begin under another
//! version of the bot (`version`) are looked at for what does not depend on the bot.

mod lines;
mod names;
mod reach;
mod stubs;

use std::collections::BTreeMap;
use std::ops::Range;

use botflow_artifact::Bot;

use crate::run::is_stimulus;
use crate::script::{self, LineKind, Scene, ScriptError};
use lines::Lines;

/// Something that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The name of the finding: `chat-unknown-name`.
    pub name: &'static str,
    /// Where, in bytes of the file.
    pub range: Range<usize>,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Another place that belongs to it, and what is there.
    pub related: Option<(Range<usize>, String)>,
    /// What could be meant in its place.
    pub near: Option<String>,
}

impl Issue {
    fn new(name: &'static str, range: Range<usize>, message: String) -> Issue {
        Issue {
            name,
            range,
            message,
            help: None,
            related: None,
            near: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Issue {
        self.help = Some(help.into());
        self
    }
}

/// So many lines that cannot be read are told of one file.
const MOST_UNREADABLE: usize = 20;

/// Looks at a file. Without a bot (it may have errors) only at what does not depend on it.
pub fn look(bot: Option<&Bot>, text: &str) -> Vec<Issue> {
    let lines = Lines::of(text);
    let script = match script::parse_lines(text) {
        Ok(script) => script,
        Err(error) => return unreadable(&lines, text, error),
    };
    let mut issues = equal_names(&lines, &script.conversations);
    for scene in &script.conversations {
        never_checks(&lines, scene, &mut issues);
        if let Some(bot) = bot.filter(|_| scene.version().is_none()) {
            let before = issues.len();
            names::check(bot, &lines, scene, &mut issues);
            // Where a name is wrong, what follows from it is not told besides.
            if issues.len() == before {
                stubs::check(bot, &lines, scene, &mut issues);
                reach::check(bot, &lines, scene, &mut issues);
            }
        }
    }
    issues.sort_by_key(|issue| (issue.range.start, issue.name));
    issues
}

/// Lines that cannot be read. Each is taken out and the rest read again, so that all of them are told.
fn unreadable(lines: &Lines<'_>, text: &str, first: ScriptError) -> Vec<Issue> {
    let mut left: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let mut issues: Vec<Issue> = Vec::new();
    let mut error = first;
    loop {
        let range = lines.behind_column(error.line, error.column);
        issues.push(Issue::new("chat-syntax", range, sentence(&error.message)).help(sentence(&error.help)));
        let Some(line) = error.line.checked_sub(1).filter(|line| *line < left.len()) else {
            break;
        };
        left[line] = "";
        // What belongs to a line that cannot be read goes with it; so does all that stands before any conversation.
        let begun = left[..line].iter().any(|line| line.starts_with("conversation "));
        for below in left[line + 1..].iter_mut() {
            let head = below.starts_with("conversation ");
            let inside = below.starts_with([' ', '\t']) && !below.trim().is_empty();
            if head || (begun && !inside) {
                break;
            }
            *below = "";
        }
        if issues.len() >= MOST_UNREADABLE {
            break;
        }
        match script::parse_lines(&left.join("\n")) {
            Ok(_) => break,
            Err(next) => error = next,
        }
    }
    issues.sort_by_key(|issue| issue.range.start);
    issues.dedup_by_key(|issue| issue.range.start);
    issues
}

/// A sentence with a capital letter and a full stop, as findings have them.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let end = if words.ends_with(['.', '…', '`']) || words.contains('\n') || words.contains(": ") {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}

/// Conversations are told apart by their names.
fn equal_names(lines: &Lines<'_>, scenes: &[Scene]) -> Vec<Issue> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut issues = Vec::new();
    for scene in scenes {
        let Some(first) = seen.get(scene.name.as_str()).copied() else {
            seen.insert(&scene.name, scene.line);
            continue;
        };
        let mut issue = Issue::new(
            "duplicate-name",
            lines.word(scene.line, &scene.name),
            format!("There are two conversations called `{}`.", scene.name),
        )
        .help("Give one of them another name, one that says what happens in it.");
        issue.related = Some((
            lines.word(first, &scene.name),
            "The other one begins here.".to_owned(),
        ));
        issues.push(issue);
    }
    issues
}

/// A conversation that asserts nothing.
fn never_checks(lines: &Lines<'_>, scene: &Scene, issues: &mut Vec<Issue>) {
    let asserts =
        |kind: &LineKind| matches!(kind, LineKind::Bot(_) | LineKind::Effect(_) | LineKind::Check(_));
    if scene.lines.iter().any(|line| asserts(&line.kind)) {
        return;
    }
    let message = match scene.lines.iter().any(|line| is_stimulus(&line.kind)) {
        true => format!(
            "The conversation `{}` passes whatever the bot does: it checks nothing.",
            scene.name
        ),
        false => format!("Nothing happens in the conversation `{}`.", scene.name),
    };
    issues.push(
        Issue::new("chat-never-checks", lines.word(scene.line, &scene.name), message).help(
            "`botflow test --accept` fills in what the bot says; `= finished resolved` and its like say what must hold.",
        ),
    );
}
