//! What the commands write for programs: JSON, JUnit, graphs, built files, completions, manual pages.

use std::fs;

use serde_json::Value;

use crate::program::{botflow, botflow_reading, empty_folder, examples, new_bot, read, replace, write};

/// `keys` are exactly the fields of the object, in any order.
#[track_caller]
fn has_fields(value: &Value, keys: &[&str]) {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("an object with {keys:?}: {value}"));
    let mut found: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut wanted = keys.to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{value}");
}

#[track_caller]
fn is_range(value: &Value) {
    has_fields(value, &["start", "end"]);
    let point = |name: &str| {
        has_fields(&value[name], &["line", "column"]);
        let number = |field: &str| {
            value[name][field]
                .as_u64()
                .unwrap_or_else(|| panic!("a number: {value}"))
        };
        assert!(
            number("line") >= 1 && number("column") >= 1,
            "counted from 1: {value}"
        );
        (number("line"), number("column"))
    };
    assert!(point("start") <= point("end"), "{value}");
}

#[test]
fn findings_as_json() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    replace(&flow, "-> call_back", "-> call_bak");
    let text = format!(
        "{}\nflow a {{\n  say \"ăîș 👋 {{nobody}}\"\n}}\nflow a {{\n  run b()\n}}\nflow b {{\n  run a()\n}}\n",
        read(&flow)
    );
    write(&flow, &text);
    let run = botflow(here, &["check", "bot", "--format", "json"]).ends(1);
    assert_eq!(run.data.lines().count(), 1, "one object: {}", run.data);
    let report: Value = serde_json::from_str(&run.data).expect("it is JSON");
    has_fields(&report, &["version", "findings", "summary"]);
    assert_eq!(report["version"], 1);
    has_fields(&report["summary"], &["errors", "warnings", "files", "lines"]);
    assert_eq!(report["summary"]["files"], 1);
    assert_eq!(report["summary"]["lines"], text.lines().count());
    let findings = report["findings"].as_array().expect("a list");
    assert!(findings.len() >= 3, "{}", run.data);
    let count = |level: &str| {
        findings
            .iter()
            .filter(|finding| finding["level"] == level)
            .count()
    };
    assert_eq!(report["summary"]["errors"], count("error"));
    assert_eq!(report["summary"]["warnings"], count("warning"));
    for finding in findings {
        has_fields(
            finding,
            &[
                "code",
                "name",
                "level",
                "message",
                "help",
                "file",
                "range",
                "related",
                "fixes",
                "conversation",
            ],
        );
        let code = finding["code"].as_str().expect("a text");
        assert!(code.starts_with("BF") && code.len() == 5, "{code}");
        assert_eq!(finding["file"], "bot.flow", "files are relative to the project");
        is_range(&finding["range"]);
        for related in finding["related"].as_array().expect("a list") {
            has_fields(related, &["file", "range", "message"]);
            is_range(&related["range"]);
        }
        for fix in finding["fixes"].as_array().expect("a list") {
            has_fields(fix, &["title", "safe", "edits"]);
            for edit in fix["edits"].as_array().expect("a list") {
                has_fields(edit, &["file", "range", "text"]);
                is_range(&edit["range"]);
            }
        }
        for line in finding["conversation"].as_array().expect("a list") {
            assert!(line.is_string());
        }
    }
    // Columns count characters, not bytes.
    let unknown = findings.iter().find(|finding| {
        finding["message"]
            .as_str()
            .is_some_and(|m| m.contains("`nobody`"))
    });
    let unknown = unknown.unwrap_or_else(|| panic!("`nobody` is found: {}", run.data));
    let line = text
        .lines()
        .nth(unknown["range"]["start"]["line"].as_u64().expect("a line") as usize - 1);
    let column = unknown["range"]["start"]["column"].as_u64().expect("a column") as usize;
    let at: String = line
        .expect("the line stands in the file")
        .chars()
        .skip(column - 1)
        .collect();
    assert!(
        at.starts_with("nobody"),
        "the range begins at the name, not at `{at}`"
    );
}

#[test]
fn findings_of_a_sound_bot_as_json() {
    for example in examples() {
        let run = botflow(&example, &["check", "--deny", "warnings", "--format", "json"]).ends(0);
        let report: Value = serde_json::from_str(&run.data).expect("it is JSON");
        assert_eq!(
            report["findings"].as_array().map(Vec::len),
            Some(0),
            "{}",
            run.data
        );
        assert_eq!(report["summary"]["errors"], 0);
    }
}

#[test]
fn nothing_coloured_goes_into_a_pipe() {
    let folder = new_bot();
    let here = folder.path();
    replace(here.join("bot/bot.flow"), "-> call_back", "-> call_bak");
    for arguments in [&["check", "bot"][..], &["test", "bot"], &["--help"], &["explain"]] {
        let run = botflow(here, arguments);
        assert!(
            !run.data.contains('\u{1b}') && !run.talk.contains('\u{1b}'),
            "{arguments:?}: {run:?}"
        );
    }
}

#[test]
fn test_results_as_json_and_junit() {
    let folder = new_bot();
    let here = folder.path();
    let chat = here.join("bot/tests/welcome.chat");
    replace(
        &chat,
        "< We are open every day from 9:00 to 18:00.",
        "< Open \"<now>\" & then.",
    );
    write(
        here.join("bot/tests/broken <&\".chat"),
        "nothing like a conversation & <b>\n",
    );
    let run = botflow(here, &["test", "bot", "--format", "json"]).ends(1);
    let report: Value = serde_json::from_str(&run.data).expect("it is JSON");
    has_fields(&report["summary"], &["passed", "failed"]);
    assert_eq!(report["summary"]["passed"], 1);
    assert_eq!(report["summary"]["failed"], 2);

    let run = botflow(here, &["test", "bot", "--format", "junit"]).ends(1);
    let elements = xml_elements(&run.data);
    assert_eq!(
        elements.iter().filter(|name| *name == "testcase").count(),
        3,
        "{}",
        run.data
    );
    assert_eq!(
        elements
            .iter()
            .filter(|name| matches!(name.as_str(), "failure" | "error"))
            .count(),
        2
    );
}

#[test]
fn jobs_do_not_change_the_report() {
    for example in examples() {
        let one = botflow(&example, &["test", "--jobs", "1", "--format", "json"]);
        let many = botflow(&example, &["test", "--jobs", "8", "--format", "json"]);
        assert_eq!((one.status, one.data), (many.status, many.data));
    }
}

#[test]
fn fmt_mends_the_layout_and_nothing_else() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    let sound = read(&flow);
    write(
        &flow,
        sound.replace("\n  say", "\n      say").replace(" {\n", "   {\n"),
    );
    let run = botflow(here, &["fmt", "--check", "bot"]).ends(1);
    assert!(
        run.data.contains("-      say") && run.data.contains("+  say"),
        "{}",
        run.data
    );
    assert_ne!(read(&flow), sound, "--check writes nothing");
    botflow(here, &["fmt", "bot"]).ends(0);
    assert_eq!(read(&flow), sound);
    botflow(here, &["fmt", "--check", "bot"]).ends(0);
    // What cannot be read is left alone.
    let broken = "flow f {\n   say \"never closed\n";
    write(&flow, broken);
    botflow(here, &["fmt", "bot"]).ends(1);
    assert_eq!(read(&flow), broken);
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    for example in examples() {
        let copy = new_bot();
        let here = copy.path();
        let first = here.join("first.botflow");
        let second = here.join("second.botflow");
        let project = example.to_str().expect("paths of the project are UTF-8");
        botflow(here, &["build", project, "-o", "first.botflow"]).ends(0);
        copy_folder(&example, &here.join("elsewhere"));
        botflow(here, &["build", "elsewhere", "-o", "second.botflow"]).ends(0);
        let bytes = fs::read(first).expect("it was just built");
        assert_eq!(
            bytes,
            fs::read(second).expect("it was just built"),
            "{}",
            example.display()
        );
        assert!(
            !String::from_utf8_lossy(&bytes).contains(project),
            "no path of the machine is in the file"
        );
        // It is the same bot that talks.
        let from_file = botflow_reading(here, &["chat", "first.botflow"], "hi\n").ends(0);
        let from_folder = botflow_reading(here, &["chat", project], "hi\n").ends(0);
        assert_eq!(from_file.data, from_folder.data);
    }
}

#[test]
fn graphs() {
    for example in examples() {
        let svg = botflow(&example, &["graph"]).ends(0);
        let elements = xml_elements(&svg.data);
        assert_eq!(elements.first().map(String::as_str), Some("svg"));
        assert!(elements.iter().any(|name| name == "text"), "a graph has words");
        botflow(&example, &["graph", "--format", "dot"])
            .ends(0)
            .prints("digraph");
        let mermaid = botflow(&example, &["graph", "--format", "mermaid"]).ends(0);
        assert!(
            mermaid.data.contains("flowchart") || mermaid.data.contains("stateDiagram"),
            "{}",
            mermaid.data
        );
        let json = botflow(&example, &["graph", "--format", "json"]).ends(0);
        let graph: Value = serde_json::from_str(&json.data).expect("it is JSON");
        let nodes = graph["nodes"].as_array().expect("it has nodes");
        let edges = graph["edges"].as_array().expect("it has edges");
        assert!(nodes.len() > 2 && edges.len() > 2, "{}", json.data);
        // The same graph again, byte for byte.
        assert_eq!(botflow(&example, &["graph", "--format", "json"]).data, json.data);
        assert_eq!(botflow(&example, &["graph"]).data, svg.data);
    }
}

#[test]
fn every_finding_is_explained_by_code_and_by_name() {
    let folder = new_bot();
    let list = botflow(folder.path(), &["explain"]).ends(0).data;
    let mut seen = Vec::new();
    for line in list.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (code, name) = (words[0], words[2]);
        let by_code = botflow(folder.path(), &["explain", code]).ends(0).prints(name);
        let by_name = botflow(folder.path(), &["explain", name]).ends(0);
        assert_eq!(by_code.data, by_name.data);
        assert!(
            ["```flow", "```toml", "```md", "```chat"]
                .iter()
                .any(|example| by_name.data.contains(example)),
            "{name} has an example"
        );
        seen.push(code.to_owned());
    }
    for (family, count) in [("BF0", 13), ("BF1", 18), ("BF2", 16)] {
        let found = seen.iter().filter(|code| code.starts_with(family)).count();
        assert!(found >= count, "{family} has {found} findings of {count}: {list}");
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, seen, "codes are in order and each is one finding's");
}

#[test]
fn completions_and_manual_pages() {
    let folder = new_bot();
    let here = folder.path();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        botflow(here, &["completions", shell]).ends(0).prints("botflow");
    }
    botflow(here, &["man", "pages"]).ends(0);
    assert!(read(here.join("pages/botflow.1")).contains(".TH"));
    let commands = [
        "new",
        "check",
        "fmt",
        "build",
        "chat",
        "test",
        "graph",
        "serve",
        "deploy",
        "outbox",
        "explain",
        "completions",
        "man",
    ];
    for command in commands {
        assert!(
            here.join(format!("pages/botflow-{command}.1")).is_file(),
            "{command} has a page"
        );
        botflow(here, &[command, "--help"]).ends(0).prints("Usage");
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("an example can be listed") {
        let path = entry.expect("an example can be listed").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// The names of a document's elements in order; panics where it is not well-formed.
pub(super) fn xml_elements(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        assert!(
            !open.is_empty() || rest[..start].trim().is_empty(),
            "words outside of the document: {}",
            &rest[..start]
        );
        check_words(&rest[..start]);
        rest = &rest[start..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else {
            tag_end(rest).map(|end| end + 1)
        };
        let end = end.unwrap_or_else(|| panic!("a tag is not closed: {}", &rest[..rest.len().min(80)]));
        let tag = &rest[1..end - 1];
        rest = &rest[end..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.trim()),
                "tags are closed in order"
            );
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        check_attributes(attributes);
        names.push(name.to_owned());
        if !closed {
            open.push(name.to_owned());
        }
    }
    assert!(
        open.is_empty() && rest.trim().is_empty(),
        "the document ends: {open:?}"
    );
    names
}

/// Where a tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(index, c)| {
        quoted ^= c == '"';
        (c == '>' && !quoted).then_some(index)
    })
}

fn check_attributes(text: &str) {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest
            .split_once("=\"")
            .unwrap_or_else(|| panic!("`{rest}` is no attribute"));
        assert!(
            !name.trim().is_empty() && !name.trim().contains(char::is_whitespace),
            "`{name}` is no name"
        );
        let (value, after) = value
            .split_once('"')
            .unwrap_or_else(|| panic!("`{value}` is not closed"));
        assert!(!value.contains('<'), "`{value}` is not escaped");
        check_words(value);
        rest = after.trim_start();
    }
}

/// Every `&` begins an entity, and no character is one that XML forbids.
fn check_words(text: &str) {
    for (index, _) in text.match_indices('&') {
        let entity = text[index + 1..].split(';').next().unwrap_or("");
        let known = matches!(entity, "amp" | "lt" | "gt" | "quot" | "apos") || entity.starts_with('#');
        assert!(known, "`&{entity}` is no entity in `{text}`");
    }
    assert!(
        text.chars().all(|c| c >= ' ' || matches!(c, '\t' | '\n' | '\r')),
        "a control character in `{text}`"
    );
}

/// What belongs to a finding may stand far away: the lines between are not drawn.
#[test]
fn places_far_from_each_other_are_drawn_apart() {
    let folder = empty_folder();
    let here = folder.path();
    let lines = |count: usize| "# between\n".repeat(count);
    let flow = "flow twice {\n  say \"Hi\"\n  finish resolved\n}\n";
    write(here.join("botflow.toml"), "");
    write(
        here.join("bot.flow"),
        format!(
            "bot a {{\n  languages en\n  channels web\n  start twice\n}}\n{}{flow}{}{flow}",
            lines(100),
            lines(50)
        ),
    );
    let run = botflow(here, &["check"]).ends(1);
    let run = run.prints("[bot.flow:106:6]").prints("[bot.flow:160:6]");
    assert!(run.data.matches("# between").count() <= 4, "{}", run.data);
}
