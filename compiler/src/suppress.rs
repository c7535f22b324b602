//! `# botflow: allow unreachable-step -- why`: findings that an author has looked at and wants to keep.
//!
//! Such a comment stands on a line of its own above the line it is about, or at the end of that line. It says why;
//! one that does not, or that nothing needs any more, is a finding itself. Errors that leave a bot impossible to build
//! cannot be allowed. In files of answers, which are Markdown, it is one of their comments:
//! `<!-- botflow: allow faq-duplicate -- why -->`.

use std::collections::BTreeMap;

use botflow_syntax::{SyntaxKind, lex};
use smol_str::SmolStr;

use crate::config::Levels;
use crate::faq;
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Source, Span};
use crate::rules::nearest::nearest;
use crate::rules::writing::{allow_without_reason, unneeded_allow};
use crate::rules::{self, writing::unexpected_word};

/// A finding that a comment takes out of the report.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why it may stay, in the author's words.
    pub reason: Option<SmolStr>,
}

/// How a comment for the checker is written.
#[derive(Clone, Copy)]
struct Style {
    begins: &'static str,
    ends: &'static str,
}

/// In flows, conversations and catalogues.
const LINE: Style = Style {
    begins: "# botflow:",
    ends: "",
};

/// In Markdown.
const MARKDOWN: Style = Style {
    begins: "<!-- botflow:",
    ends: "-->",
};

/// What a comment for the checker begins with where it goes up to the end of its line.
const MARK: &str = LINE.begins;

/// Takes out the findings that comments allow, gives them back, and reports comments that say too little or too much.
/// `host_known` tells whether it is known what the host program offers.
pub fn apply(
    files: &[Source],
    host_known: bool,
    levels: &Levels,
    findings: &mut Vec<Finding>,
) -> Vec<Allowed> {
    let mut comments: Vec<Comment<'_>> = Vec::new();
    let mut wrong = Vec::new();
    for (at, source) in files.iter().enumerate() {
        let file = FileId(at as u32);
        if source.path.ends_with(".md") {
            if source.text.contains(MARKDOWN.begins) {
                read_markdown(file, &source.text, &mut comments, &mut wrong);
            }
        } else if source.text.contains(MARK) {
            match source.path.ends_with(".chat") {
                true => read_lines(file, &source.text, &mut comments, &mut wrong),
                false => read(file, &source.text, &mut comments, &mut wrong),
            }
        }
    }
    let mut by_line: BTreeMap<(FileId, u32), Vec<(usize, usize)>> = BTreeMap::new();
    for (at, comment) in comments.iter().enumerate() {
        for (nth, name) in comment.names.iter().enumerate() {
            if name.rule.is_some() {
                let line = (comment.file, comment.line);
                by_line.entry(line).or_default().push((at, nth));
            }
        }
    }
    let mut allowed = Vec::new();
    if !by_line.is_empty() {
        let mut lines = Lines::default();
        findings.retain(|finding| {
            let Some(source) = files.get(finding.span.file.0 as usize) else {
                return true;
            };
            let mut line = lines.of(finding.span.file, &source.text, finding.span.start);
            if source.path.ends_with(".po") {
                line = entry_line(&source.text, line);
            }
            let mut kept = true;
            for (at, nth) in by_line.get(&(finding.span.file, line)).into_iter().flatten() {
                let comment = &mut comments[*at];
                let name = &mut comment.names[*nth];
                if name.rule == Some(finding.rule) && !Levels::is_fixed(finding.rule) {
                    name.used = true;
                    comment.worst = comment.worst.max(Some(finding.level));
                    if kept {
                        let reason = comment.reason.map(SmolStr::new);
                        let finding = finding.clone();
                        allowed.push(Allowed { finding, reason });
                    }
                    kept = false;
                }
            }
            kept
        });
    }
    // Behind an error not everything was looked for, so that nobody knows what is needed. What a project does not want
    // to hear of hides nothing.
    let hides = |finding: &Finding| finding.level == Level::Error && !levels.is_off(finding.rule.name);
    let whole = !findings.iter().any(hides);
    for comment in &comments {
        wrong.extend(comment.complaints(files, whole, host_known));
    }
    findings.extend(wrong);
    allowed
}

/// One comment that allows something.
struct Comment<'t> {
    file: FileId,
    /// The comment itself.
    span: Span,
    /// The line it is about, from 0.
    line: u32,
    names: Vec<Name<'t>>,
    /// What stands behind ` -- `.
    reason: Option<&'t str>,
    /// The most serious finding that it allows.
    worst: Option<Level>,
}

/// A name in the list of a comment.
struct Name<'t> {
    written: &'t str,
    span: Span,
    /// Nothing for names that do not exist, which have their finding.
    rule: Option<&'static Rule>,
    used: bool,
}

impl Comment<'_> {
    /// What is wrong with the comment, now that it is known what it allows.
    fn complaints(&self, files: &[Source], whole: bool, host_known: bool) -> Vec<Finding> {
        if let (None, Some(worst)) = (self.reason, self.worst) {
            return vec![allow_without_reason::finding(self.span, worst)];
        }
        let mut found = Vec::new();
        for name in &self.names {
            let Some(rule) = name.rule.filter(|_| !name.used) else {
                continue;
            };
            if Levels::is_fixed(rule) {
                found.push(unneeded_allow::fixed(name.span, rule, self.without(files, name)));
            } else if whole && is_looked_for(rule, host_known, self.is_of_conversations(files)) {
                found.push(unneeded_allow::finding(
                    name.span,
                    name.written,
                    self.without(files, name),
                ));
            }
        }
        found
    }

    /// Whether it stands in a file of conversations.
    fn is_of_conversations(&self, files: &[Source]) -> bool {
        let file = files.get(self.file.0 as usize);
        file.is_some_and(|source| source.path.ends_with(".chat"))
    }

    /// What has to go where a name goes: the whole comment, if it is its only one.
    fn without(&self, files: &[Source], name: &Name<'_>) -> Span {
        let text = files.get(self.file.0 as usize).map_or("", |source| &*source.text);
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        if self.names.len() > 1 {
            // With the comma behind it, or, for the last one, before it.
            let last = self.names.last().is_some_and(|last| last.span == name.span);
            let (from, to) = if last {
                let before = text[start..name.span.start as usize].rfind(',');
                (
                    before.map_or(name.span.start as usize, |at| start + at),
                    name.span.end as usize,
                )
            } else {
                let behind = &text[name.span.end as usize..end];
                let comma = behind.find(',').map_or(0, |at| at + 1);
                let space = behind[comma..].len() - behind[comma..].trim_start().len();
                (name.span.start as usize, name.span.end as usize + comma + space)
            };
            return Span {
                start: from as u32,
                end: to as u32,
                ..self.span
            };
        }
        let before = text[..start].trim_end_matches([' ', '\t']);
        let alone = before.is_empty() || before.ends_with('\n');
        let rest = &text[end..];
        let newline = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        let newline = match rest[newline..].strip_prefix('\n') {
            Some(_) if alone => newline + 1,
            _ => 0,
        };
        Span {
            start: before.len() as u32,
            end: (end + newline) as u32,
            ..self.span
        }
    }
}

/// Whether a check as it is now would have found it: some findings need to know the host, or an earlier version.
/// In a file of conversations (`there`) only those about conversations are looked for.
fn is_looked_for(rule: &Rule, host_known: bool, there: bool) -> bool {
    let of_upgrades = rule.code.starts_with("BF9");
    let of_conversations = rule.code.starts_with("BFC");
    (host_known || rule.name != "host-action-missing") && !of_upgrades && (of_conversations == there)
}

/// The comments of a file of conversations: lines that begin with `#`, about the next line that is more than that.
fn read_lines<'t>(file: FileId, text: &'t str, comments: &mut Vec<Comment<'t>>, wrong: &mut Vec<Finding>) {
    let mut waiting: Vec<Comment<'t>> = Vec::new();
    let (mut at, mut line) = (0, 0u32);
    for written in text.split_inclusive('\n') {
        let bare = written.trim();
        if bare.starts_with(MARK) {
            let start = at + (written.len() - written.trim_start().len());
            waiting.extend(comment(file, start, bare, LINE, wrong));
        } else if !bare.is_empty() && !bare.starts_with('#') {
            comments.extend(waiting.drain(..).map(|comment| Comment { line, ..comment }));
        }
        at += written.len();
        line += 1;
    }
    comments.extend(waiting.into_iter().map(|comment| Comment { line, ..comment }));
}

/// The comments of a file of answers: about their own line, or, where they stand alone, about the next one that says
/// something.
fn read_markdown<'t>(file: FileId, text: &'t str, comments: &mut Vec<Comment<'t>>, wrong: &mut Vec<Finding>) {
    let bare = faq::without_comments(text);
    let mut waiting: Vec<Comment<'t>> = Vec::new();
    let (mut at, mut line) = (0, 0u32);
    for written in text.split_inclusive('\n') {
        let said = &bare[at..at + written.len()];
        let alone = said.trim().is_empty();
        let mut from = 0;
        while let Some(start) = written[from..].find(MARKDOWN.begins).map(|found| from + found) {
            let Some(end) = written[start..]
                .find(MARKDOWN.ends)
                .map(|end| start + end + MARKDOWN.ends.len())
            else {
                break;
            };
            from = end;
            // In code it is no comment.
            if !said[start..end].trim().is_empty() {
                continue;
            }
            let found = comment(file, at + start, &written[start..end], MARKDOWN, wrong);
            match alone {
                true => waiting.extend(found),
                false => comments.extend(found.map(|comment| Comment { line, ..comment })),
            }
        }
        if !alone {
            comments.extend(waiting.drain(..).map(|comment| Comment { line, ..comment }));
        }
        at += written.len();
        line += 1;
    }
    comments.extend(waiting.into_iter().map(|comment| Comment { line, ..comment }));
}

/// The comments of one file.
fn read<'t>(file: FileId, text: &'t str, comments: &mut Vec<Comment<'t>>, wrong: &mut Vec<Finding>) {
    let tokens = lex(text);
    let mut line = 0u32;
    // Comments on lines of their own wait for the next line that is more than a comment.
    let mut waiting: Vec<Comment<'t>> = Vec::new();
    let mut alone = true;
    for pair in tokens.windows(2) {
        let (start, end) = (pair[0].start as usize, pair[1].start as usize);
        let written = &text[start..end];
        match pair[0].kind {
            SyntaxKind::Comment if written.starts_with(MARK) => {
                let comment = comment(file, start, written.trim_end(), LINE, wrong);
                if alone {
                    waiting.extend(comment);
                } else {
                    comments.extend(comment.map(|comment| Comment { line, ..comment }));
                }
            }
            SyntaxKind::Comment | SyntaxKind::DocComment | SyntaxKind::Whitespace => {}
            SyntaxKind::Newline => {}
            _ => {
                alone = false;
                comments.extend(waiting.drain(..).map(|comment| Comment { line, ..comment }));
            }
        }
        let newlines = written.bytes().filter(|byte| *byte == b'\n').count() as u32;
        if newlines > 0 {
            line += newlines;
            alone = true;
        }
    }
    comments.extend(waiting.into_iter().map(|comment| Comment { line, ..comment }));
}

/// One comment, from its beginning to its end.
fn comment<'t>(
    file: FileId,
    at: usize,
    written: &'t str,
    style: Style,
    wrong: &mut Vec<Finding>,
) -> Option<Comment<'t>> {
    let span = |start: usize, end: usize| Span {
        file,
        start: (at + start) as u32,
        end: (at + end) as u32,
    };
    let inner = written.strip_suffix(style.ends).unwrap_or(written);
    let behind = inner[style.begins.len()..].trim();
    let (word, list) = behind.split_at(behind.find(char::is_whitespace).unwrap_or(behind.len()));
    let (list, reason) = match list.split_once("--") {
        Some((list, reason)) => (list, Some(reason.trim()).filter(|reason| !reason.is_empty())),
        None => (list, None),
    };
    if word != "allow" || list.trim().is_empty() {
        wrong.push(not_understood(span(0, written.len()), word, style));
        return None;
    }
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        if name.is_empty() {
            continue;
        }
        let start = name.as_ptr() as usize - written.as_ptr() as usize;
        let place = span(start, start + name.len());
        let rule = rules::find(name);
        if rule.is_none() {
            wrong.push(unknown(place, name));
        }
        names.push(Name {
            written: name,
            span: place,
            rule,
            used: false,
        });
    }
    Some(Comment {
        file,
        span: span(0, written.len()),
        line: 0,
        names,
        reason,
        worst: None,
    })
}

/// A comment for the checker that says nothing it knows. A comment changes nothing in the bot, so that it is a warning.
fn not_understood(span: Span, word: &str, style: Style) -> Finding {
    let message = match word {
        "allow" => "This allows nothing: it names no finding.".to_owned(),
        _ => "This is no comment that `botflow check` understands.".to_owned(),
    };
    let mut finding = Finding::new(&unexpected_word::RULE, span, message).help(
        format!(
            "Write `{} allow NAME -- why it may stay {}",
            style.begins, style.ends
        )
        .trim_end()
        .to_owned()
            + "`.",
    );
    finding.level = Level::Warning;
    finding
}

fn unknown(span: Span, name: &str) -> Finding {
    let rule = rules::find("unknown-name").unwrap_or(&unexpected_word::RULE);
    let mut finding = Finding::new(
        rule,
        span,
        format!("There is no kind of finding called `{name}`."),
    );
    finding = match nearest(name, rules::all().map(|rule| rule.name)) {
        Some(known) => {
            finding
                .help(format!("Did you mean `{known}`?"))
                .fix(format!("Change to `{known}`"), span, known)
        }
        None => finding.help("`botflow explain` lists all kinds of findings."),
    };
    // A comment changes nothing in the bot.
    finding.level = Level::Warning;
    finding
}

/// The first line of the entry of a catalogue in which a line stands, behind its comments: what a comment above an entry
/// allows is allowed in all of it.
fn entry_line(text: &str, line: u32) -> u32 {
    let before: Vec<&str> = text.split('\n').take(line as usize).collect();
    let inside = |line: &&&str| !line.trim().is_empty() && !line.starts_with('#');
    line - before.iter().rev().take_while(inside).count() as u32
}

/// Line numbers of places, file by file.
#[derive(Default)]
struct Lines {
    starts: BTreeMap<FileId, Vec<u32>>,
}

impl Lines {
    fn of(&mut self, file: FileId, text: &str, at: u32) -> u32 {
        let starts = self.starts.entry(file).or_insert_with(|| {
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at as u32 + 1)
                .collect()
        });
        starts.partition_point(|start| *start <= at) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::writing::{bad_literal, name_style};

    /// What is left of two findings at every `badName`, with the text under each.
    fn left(text: &str) -> Vec<(String, &'static str)> {
        let files = [Source {
            path: "a.flow".into(),
            text: text.into(),
        }];
        let mut findings = Vec::new();
        for (at, _) in text.match_indices("badName") {
            let span = Span {
                file: FileId(0),
                start: at as u32,
                end: at as u32 + 7,
            };
            findings.push(Finding::new(&name_style::RULE, span, "style"));
            findings.push(Finding::new(&bad_literal::RULE, span, "literal"));
        }
        apply(&files, true, &Levels::default(), &mut findings);
        let under =
            |finding: &Finding| text[finding.span.start as usize..finding.span.end as usize].to_owned();
        findings
            .iter()
            .map(|finding| (under(finding), finding.rule.name))
            .collect()
    }

    #[test]
    fn comments_allow_what_they_name_and_nothing_else() {
        let literal = ("badName".to_owned(), "bad-literal");
        let style = ("badName".to_owned(), "name-style");
        assert_eq!(left("step badName"), [style.clone(), literal.clone()]);
        for allowing in [
            "# botflow: allow name-style -- old\nstep badName",
            "# botflow: allow name-style -- \"old\" it is\r\n\r\n# more\r\nstep badName",
            "step badName # botflow: allow name-style, deprecated -- old",
            "# botflow: allow name-style, -- old\nstep badName",
            "  # botflow:  allow   name-style --old\nstep badName",
        ] {
            assert_eq!(left(allowing), std::slice::from_ref(&literal), "{allowing}");
        }
        // The next line is the one it is about, and in a text it is no comment.
        assert_eq!(
            left("# botflow: allow name-style -- x\nstep a\nstep badName").len(),
            2
        );
        assert_eq!(left("say \"# botflow: allow name-style\" badName").len(), 2);
    }

    #[test]
    fn a_reason_is_required() {
        let comment = "# botflow: allow name-style";
        for text in [
            format!("{comment}\nstep badName"),
            format!("{comment} --  \nstep badName"),
        ] {
            let found = left(&text);
            assert_eq!(found.len(), 2, "{found:?}");
            assert_eq!(found[1].1, "allow-without-reason");
            assert!(found[1].0.starts_with(comment));
        }
    }

    #[test]
    fn errors_that_leave_a_hole_cannot_be_allowed() {
        let found = left("# botflow: allow bad-literal -- x\nstep badName");
        let names: Vec<_> = found.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, ["name-style", "bad-literal", "unneeded-allow"]);
    }

    #[test]
    fn unknown_names_are_reported() {
        let found = left("# botflow: allow name-stile -- x");
        assert_eq!(found, [("name-stile".to_owned(), "unknown-name")]);
        for broken in [
            "# botflow: alow name-style -- x",
            "# botflow: allow",
            "# botflow:",
        ] {
            assert_eq!(left(broken), [(broken.to_owned(), "unexpected-word")]);
        }
    }

    /// What is not needed can go, and nothing else goes with it.
    #[test]
    fn what_nothing_needs_is_taken_out() {
        let mended = |text: &str| {
            let files = [Source {
                path: "a.flow".into(),
                text: text.into(),
            }];
            let mut findings = Vec::new();
            apply(&files, true, &Levels::default(), &mut findings);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert!(findings[0].safe, "it is no guess");
            let edit = &findings[0].fixes[0].edits[0];
            let mut text = text.to_owned();
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            text
        };
        assert_eq!(mended("a\n  # botflow: allow name-style -- x\nb\n"), "a\nb\n");
        assert_eq!(
            mended("a\r\n  # botflow: allow name-style -- x\r\nb\r\n"),
            "a\r\nb\r\n"
        );
        assert_eq!(mended("a # botflow: allow name-style -- x\nb\n"), "a\nb\n");
        assert_eq!(mended("# botflow: allow name-style"), "");
        for (list, kept) in [
            ("no-consent, name-style", "no-consent"),
            ("name-style, no-consent", "no-consent"),
            ("name-style,no-consent", "no-consent"),
        ] {
            let text = format!("# botflow: allow {list} -- x\nb\n");
            let files = [Source {
                path: "a.flow".into(),
                text: text.as_str().into(),
            }];
            let no_consent = rules::find("no-consent").expect("it exists");
            let at = text.find("b\n").expect("it is there") as u32;
            let span = Span {
                file: FileId(0),
                start: at,
                end: at + 1,
            };
            let mut findings = vec![Finding::new(no_consent, span, "x")];
            let allowed = apply(&files, true, &Levels::default(), &mut findings);
            assert_eq!(allowed[0].reason.as_deref(), Some("x"));
            assert_eq!(findings.len(), 1);
            let edit = &findings[0].fixes[0].edits[0];
            let mut mended = text.clone();
            mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            assert_eq!(mended, format!("# botflow: allow {kept} -- x\nb\n"));
        }
    }
}
