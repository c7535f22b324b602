//! Test results for people, for programs and for continuous integration.

use std::fmt::Write;

use botflow_scenario::run::{Problem, ProblemKind, SceneResult};
use owo_colors::OwoColorize;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::commands::FileResult;
use crate::output;

/// Whether a scene has problems that accepting the bot's lines does not mend.
pub fn has_more_than_lines(scene: &SceneResult) -> bool {
    scene
        .problems
        .iter()
        .any(|problem| !matches!(problem.kind, ProblemKind::Different { .. }))
}

/// For people: failures with differences, then a line that sums up.
pub fn human(files: &[FileResult], filter: Option<&str>) {
    let paint = Paint {
        coloured: output::coloured(&std::io::stdout()),
    };
    let (mut passed, mut failed, mut accepted) = (0usize, 0usize, 0usize);
    for file in files {
        let scenes = match &file.outcome {
            Ok(scenes) => scenes,
            Err(error) => {
                failed += 1;
                let at = format!("{}:{}:{}", file.path, error.line, error.column);
                output::data(&format!(
                    "{} {at}\n  {}\n  {}\n\n",
                    paint.bad("FAILED"),
                    error.message,
                    error.help
                ));
                continue;
            }
        };
        for scene in scenes {
            if scene.checks_nothing && !file.accepted {
                output::data(&format!(
                    "{} {}:{} {}: this conversation checks nothing; `botflow test --accept` fills in the bot's lines\n",
                    paint.soft("note"),
                    file.path,
                    scene.line,
                    scene.name
                ));
            }
            let shown: Vec<&Problem> = scene
                .problems
                .iter()
                .filter(|problem| !file.accepted || !matches!(problem.kind, ProblemKind::Different { .. }))
                .collect();
            match (scene.passed(), shown.is_empty()) {
                (true, _) => passed += 1,
                (false, true) => accepted += 1,
                (false, false) => {
                    failed += 1;
                    output::data(&failure(&paint, file, scene, &shown));
                }
            }
        }
    }
    let mut summary = format!("{passed} passed, {failed} failed");
    if accepted > 0 {
        let _ = write!(summary, ", {accepted} accepted");
    }
    if passed + failed + accepted == 0 {
        summary = match filter {
            Some(filter) => format!("no conversation has `{filter}` in its name"),
            None => "there are no conversations here: write one into tests/first.chat, for example\n\n  conversation \
                     first\n  > hi\n\nand let `botflow test --accept` fill in what the bot says"
                .to_owned(),
        };
    }
    output::data(&format!("{summary}\n"));
}

fn failure(paint: &Paint, file: &FileResult, scene: &SceneResult, problems: &[&Problem]) -> String {
    let mut text = format!(
        "{} {} ({}:{})\n",
        paint.bad("FAILED"),
        scene.name,
        file.path,
        scene.line
    );
    let source: Vec<&str> = file.text.lines().collect();
    for problem in problems {
        let at = format!("{}:{}", file.path, problem.line);
        match &problem.kind {
            ProblemKind::Different {
                after,
                expected,
                actual,
            } => {
                let said = source.get(after.wrapping_sub(1)).copied().unwrap_or("").trim();
                let _ = writeln!(text, "  {}  after `{said}`", paint.soft(&at));
                let (before, now) = (lines(expected), lines(actual));
                for change in TextDiff::from_lines(&before, &now).iter_all_changes() {
                    let line = change.to_string_lossy();
                    let line = line.trim_end_matches('\n');
                    let line = match change.tag() {
                        ChangeTag::Delete => paint.bad(&format!("- {line}")),
                        ChangeTag::Insert => paint.good(&format!("+ {line}")),
                        ChangeTag::Equal => format!("  {line}"),
                    };
                    let _ = writeln!(text, "    {line}");
                }
            }
            ProblemKind::NoEffect { expected, happened } => {
                let _ = writeln!(text, "  {}  this did not happen: {expected}", paint.soft(&at));
                let happened = if happened.is_empty() {
                    "nothing of the kind".to_owned()
                } else {
                    happened.join("; ")
                };
                let _ = writeln!(text, "    what happened: {happened}");
            }
            ProblemKind::Check { found } => {
                let check = source.get(problem.line - 1).copied().unwrap_or("").trim();
                let _ = writeln!(text, "  {}  `{check}` does not hold: {found}", paint.soft(&at));
            }
            ProblemKind::Trouble(trouble) => {
                let _ = writeln!(text, "  {}  {trouble}", paint.soft(&at));
                if let Some(name) = trouble.finding() {
                    let _ = writeln!(text, "    {}", paint.soft(&format!("botflow explain {name}")));
                }
            }
        }
    }
    text.push('\n');
    text
}

fn lines(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

/// Colours, where they are wanted.
struct Paint {
    coloured: bool,
}

impl Paint {
    fn bad(&self, text: &str) -> String {
        if self.coloured {
            text.red().to_string()
        } else {
            text.to_owned()
        }
    }

    fn good(&self, text: &str) -> String {
        if self.coloured {
            text.green().to_string()
        } else {
            text.to_owned()
        }
    }

    fn soft(&self, text: &str) -> String {
        if self.coloured {
            text.dimmed().to_string()
        } else {
            text.to_owned()
        }
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    conversations: Vec<JsonScene<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonSummary {
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct JsonScene<'a> {
    file: &'a str,
    line: usize,
    name: &'a str,
    passed: bool,
    problems: Vec<JsonProblem>,
}

#[derive(Serialize)]
struct JsonProblem {
    line: usize,
    /// The name of the finding that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'static str>,
    message: String,
    expected: Vec<String>,
    actual: Vec<String>,
}

/// One JSON object.
pub fn json(files: &[FileResult]) {
    let mut conversations = Vec::new();
    for file in files {
        match &file.outcome {
            Ok(scenes) => conversations.extend(scenes.iter().map(|scene| JsonScene {
                file: file.path.as_str(),
                line: scene.line,
                name: &scene.name,
                passed: scene.passed(),
                problems: scene.problems.iter().map(json_problem).collect(),
            })),
            Err(error) => conversations.push(JsonScene {
                file: file.path.as_str(),
                line: error.line,
                name: "",
                passed: false,
                problems: vec![JsonProblem {
                    line: error.line,
                    finding: Some("chat-syntax"),
                    message: format!("{}; {}", error.message, error.help),
                    expected: Vec::new(),
                    actual: Vec::new(),
                }],
            }),
        }
    }
    let passed = conversations.iter().filter(|scene| scene.passed).count();
    let summary = JsonSummary {
        passed,
        failed: conversations.len() - passed,
    };
    let report = JsonReport {
        version: 1,
        conversations,
        summary,
    };
    let mut text = serde_json::to_string(&report).expect("plain data has a JSON form");
    text.push('\n');
    output::data(&text);
}

fn json_problem(problem: &Problem) -> JsonProblem {
    let (expected, actual) = match &problem.kind {
        ProblemKind::Different { expected, actual, .. } => (expected.clone(), actual.clone()),
        _ => (Vec::new(), Vec::new()),
    };
    JsonProblem {
        line: problem.line,
        finding: match &problem.kind {
            ProblemKind::Trouble(trouble) => trouble.finding(),
            _ => None,
        },
        message: message(problem),
        expected,
        actual,
    }
}

fn message(problem: &Problem) -> String {
    match &problem.kind {
        ProblemKind::Different { .. } => "the bot says something else".to_owned(),
        ProblemKind::NoEffect { expected, .. } => format!("this did not happen: {expected}"),
        ProblemKind::Check { found } => format!("the check does not hold: {found}"),
        ProblemKind::Trouble(trouble) => trouble.to_string(),
    }
}

/// JUnit XML, a suite per file.
pub fn junit(files: &[FileResult]) {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for file in files {
        let name = escaped(file.path.as_str());
        match &file.outcome {
            Ok(scenes) => {
                let failures = scenes.iter().filter(|scene| !scene.passed()).count();
                let _ = writeln!(
                    text,
                    "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
                    scenes.len()
                );
                for scene in scenes {
                    let case = escaped(&scene.name);
                    let _ = write!(
                        text,
                        "    <testcase classname=\"{name}\" name=\"{case}\" file=\"{name}\" line=\"{}\"",
                        scene.line
                    );
                    if scene.passed() {
                        text.push_str("/>\n");
                        continue;
                    }
                    let mut all: Vec<String> = scene.problems.iter().map(message).collect();
                    all.dedup();
                    let plain = Paint { coloured: false };
                    let shown: Vec<&Problem> = scene.problems.iter().collect();
                    let _ = writeln!(
                        text,
                        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                        escaped(&all.join("; ")),
                        escaped(&failure(&plain, file, scene, &shown))
                    );
                }
            }
            Err(error) => {
                let _ = writeln!(
                    text,
                    "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
                     <testcase classname=\"{name}\" name=\"(reading)\" file=\"{name}\" line=\"{}\">\n      <error \
                     message=\"{}\">{}</error>\n    </testcase>",
                    error.line,
                    escaped(&error.message),
                    escaped(&error.help)
                );
            }
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    output::data(&text);
}

/// Text for XML: what XML 1.0 cannot hold at all becomes U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if (c as u32) < 0x20 || matches!(c as u32, 0xfffe | 0xffff) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
