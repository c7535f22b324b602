//! Findings as SARIF 2.1.0, the format of code scanning (OASIS, Static Analysis Results Interchange Format).
//!
//! One run for all bots. Paths are relative to the top of the repository. Columns are UTF-16 code units, which those
//! count who do not look at `columnKind`, too. What comments and the baseline keep out of the report is only there on
//! demand, marked as suppressed: not every service honours the mark.

use std::collections::BTreeMap;

use botflow_compiler::finding::{Finding, Level, Rule};
use botflow_compiler::project::{FileId, Span};
use indexmap::IndexMap;
use serde::Serialize;

use super::paths::{Top, folder_uri, uri};
use super::{Checked, Lines};
use crate::identity::{Counter, Identity};
use crate::output;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// Where the project is published, if it is: its pages are linked then.
const HOME: &str = env!("CARGO_PKG_HOMEPAGE");

/// What paths are relative to.
const TOP: &str = "SRCROOT";

/// The name of our fingerprint; a new number where it is computed in another way.
const FINGERPRINT: &str = "botflowFinding/v1";

/// Prints the document. `status` is what the program ends with; with `suppressed` there are findings that comments or
/// the baseline keep out of the report.
pub fn print(all: &[Checked], status: u8, suppressed: bool) {
    let mut text =
        serde_json::to_string_pretty(&log(all, status, suppressed)).expect("plain data has a JSON form");
    text.push('\n');
    output::data(&text);
}

fn log(all: &[Checked], status: u8, suppressed: bool) -> Log {
    let mut writer = Writer {
        top: all.first().map(|checked| Top::around(&checked.root)),
        rules: BTreeMap::new(),
        seen: Counter::default(),
    };
    let mut results = Vec::new();
    for checked in all {
        let mut lines = Lines::default();
        let mut found: Vec<(&Finding, Vec<Suppression>)> = checked
            .findings
            .iter()
            .map(|finding| (finding, Vec::new()))
            .collect();
        if suppressed {
            found.extend(checked.allowed.iter().map(|allowed| {
                let justification = allowed.reason.as_ref().map(ToString::to_string);
                (
                    &allowed.finding,
                    vec![Suppression::new("inSource", justification)],
                )
            }));
            found.extend(checked.known.iter().map(|finding| {
                let justification = Some("The baseline knows it.".to_owned());
                (finding, vec![Suppression::new("external", justification)])
            }));
            found.sort_by_key(|(finding, _)| (finding.span, finding.rule.code));
        }
        for (finding, suppressions) in found {
            results.push(writer.result(checked, &mut lines, finding, suppressions));
        }
    }
    // Rules are in order of their codes; results point at them by number.
    let mut codes: Vec<&'static str> = writer.rules.keys().copied().collect();
    codes.sort_unstable();
    for result in &mut results {
        result.rule_index = codes
            .binary_search_by(|code| (*code).cmp(&result.rule_id))
            .unwrap_or_default();
    }
    let rules = writer.rules.values().map(|rule| Descriptor::new(rule)).collect();
    let mut bases = IndexMap::new();
    if let Some(top) = &writer.top {
        bases.insert(
            TOP,
            Base {
                uri: folder_uri(top.folder()),
                description: Text::new("The top of the repository."),
            },
        );
    }
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "Botflow",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: (!HOME.is_empty()).then_some(HOME),
                    language: "en",
                    rules,
                },
            },
            invocations: vec![Invocation {
                execution_successful: true,
                exit_code: status,
            }],
            original_uri_base_ids: bases,
            column_kind: "utf16CodeUnits",
            default_encoding: "utf-8",
            results,
        }],
    }
}

/// What is gathered while results are written.
struct Writer {
    top: Option<Top>,
    rules: BTreeMap<&'static str, &'static Rule>,
    seen: Counter,
}

impl Writer {
    fn result(
        &mut self,
        checked: &Checked,
        lines: &mut Lines,
        finding: &Finding,
        suppressions: Vec<Suppression>,
    ) -> SarifResult {
        self.rules.insert(finding.rule.code, finding.rule);
        let source = checked.source(finding.span.file);
        let identity = Identity::of(source, finding);
        let nth = self.seen.next(&checked.path(finding.span.file), &identity);
        let fingerprint = identity.fingerprint(&source.path, nth);
        let mut locations: Vec<Location> = Vec::new();
        locations.extend(self.location(checked, lines, finding.span, None));
        let related = finding.related.iter().enumerate();
        let related_locations = related
            .filter_map(|(nth, related)| {
                let message = Some(Text::new(&related.message));
                let mut location = self.location(checked, lines, related.span, message)?;
                location.id = Some(nth + 1);
                Some(location)
            })
            .collect();
        let mut markdown = finding.message.clone();
        if let Some(help) = &finding.help {
            markdown.push_str("\n\n");
            markdown.push_str(help);
        }
        if !finding.conversation.is_empty() {
            markdown.push_str("\n\nA conversation that shows it:\n\n```chat\n");
            markdown.push_str(&finding.conversation.join("\n"));
            markdown.push_str("\n```");
        }
        SarifResult {
            rule_id: finding.rule.code.to_owned(),
            rule_index: 0,
            level: level(finding.level),
            message: Text {
                text: super::told(finding),
                markdown: Some(markdown),
            },
            locations,
            related_locations,
            partial_fingerprints: IndexMap::from([(FINGERPRINT, fingerprint)]),
            fixes: self.fixes(checked, lines, finding),
            suppressions,
            properties: ResultProperties {
                name: finding.rule.name,
                conversation: finding.conversation.clone(),
            },
        }
    }

    /// A place in a file of the bot; what stands in the library has none.
    fn location(
        &self,
        checked: &Checked,
        lines: &mut Lines,
        span: Span,
        message: Option<Text>,
    ) -> Option<Location> {
        Some(Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.artifact(checked, span.file)?,
                region: region(checked, lines, span),
            },
            message,
        })
    }

    fn artifact(&self, checked: &Checked, file: FileId) -> Option<ArtifactLocation> {
        let place = self.top.as_ref()?.place(&checked.root, checked.own_path(file)?);
        Some(if place.is_absolute() {
            ArtifactLocation {
                uri: folder_uri(&place).trim_end_matches('/').to_owned(),
                uri_base_id: None,
            }
        } else {
            ArtifactLocation {
                uri: uri(&place),
                uri_base_id: Some(TOP),
            }
        })
    }

    fn fixes(&self, checked: &Checked, lines: &mut Lines, finding: &Finding) -> Vec<Fix> {
        let mut fixes = Vec::new();
        for fix in &finding.fixes {
            let mut changes: IndexMap<FileId, Vec<Replacement>> = IndexMap::new();
            for edit in &fix.edits {
                changes.entry(edit.span.file).or_default().push(Replacement {
                    deleted_region: region(checked, lines, edit.span),
                    inserted_content: Content {
                        text: edit.text.clone(),
                    },
                });
            }
            let changes: Option<Vec<Change>> = changes
                .into_iter()
                .map(|(file, replacements)| {
                    Some(Change {
                        artifact_location: self.artifact(checked, file)?,
                        replacements,
                    })
                })
                .collect();
            // A fix without changes would be none.
            if let Some(artifact_changes) = changes.filter(|changes| !changes.is_empty()) {
                fixes.push(Fix {
                    description: Text::new(fix.title.as_str()),
                    artifact_changes,
                });
            }
        }
        fixes
    }
}

fn region(checked: &Checked, lines: &mut Lines, span: Span) -> Region {
    let (start, end) = lines.utf16_range(checked, span);
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "note",
    }
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: Vec<Invocation>,
    original_uri_base_ids: IndexMap<&'static str, Base>,
    column_kind: &'static str,
    default_encoding: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    language: &'static str,
    rules: Vec<Descriptor>,
}

/// What a rule is: its page is the help that code scanning shows beside a finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Text,
    default_configuration: Configuration,
    properties: RuleProperties,
}

impl Descriptor {
    fn new(rule: &'static Rule) -> Descriptor {
        let page = rule.page.trim();
        // The first paragraph behind the title says why it matters.
        let why = page
            .split("\n\n")
            .nth(1)
            .unwrap_or(rule.summary)
            .replace('\n', " ");
        Descriptor {
            id: rule.code,
            name: rule.name,
            short_description: Text::new(rule.summary),
            full_description: Text::new(why),
            help_uri: (!HOME.is_empty()).then(|| {
                format!(
                    "{}/docs/diagnostics.md#{}",
                    HOME.trim_end_matches('/'),
                    rule.code.to_lowercase()
                )
            }),
            help: Text {
                text: page.to_owned(),
                markdown: Some(page.to_owned()),
            },
            default_configuration: Configuration {
                level: level(rule.level),
            },
            properties: RuleProperties {
                precision: "very-high",
                severity: match rule.level {
                    Level::Error => "error",
                    Level::Warning => "warning",
                    Level::Hint => "recommendation",
                },
                tags: vec!["conversation"],
            },
        }
    }
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
}

#[derive(Serialize)]
struct Base {
    uri: String,
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: IndexMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: ResultProperties,
}

#[derive(Serialize)]
struct ResultProperties {
    name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conversation: Vec<String>,
}

#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl Text {
    fn new(text: impl Into<String>) -> Text {
        Text {
            text: text.into(),
            markdown: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Content,
}

#[derive(Serialize)]
struct Content {
    text: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<String>,
}

impl Suppression {
    fn new(kind: &'static str, justification: Option<String>) -> Suppression {
        Suppression {
            kind,
            status: "accepted",
            justification,
        }
    }
}
