//! Findings for continuous integration: SARIF, annotations, JUnit.

use serde_json::Value;

use super::outputs::xml_elements;
use crate::program::{Run, botflow, commit, examples, read, replace, repository, root, write};

/// A bot with an error that has related places, a warning, a hint of a fix, and letters of several bytes before each.
const BROKEN: &str = "\nflow crème {\n  say \"👋👋 {nobody}\" # botflow: allow name-style -- that is what it is called\n  finish \
                      resolved\n}\nflow again {\n  finish resolved\n}\nflow again {\n  finish resolved\n}\n";

fn broken() -> tempfile::TempDir {
    let folder = repository();
    let flow = folder.path().join("bot/bot.flow");
    replace(&flow, "on silence 1h", "on silence 1 hour");
    replace(&flow, "-> call_back", "-> call_bak");
    write(&flow, read(&flow) + BROKEN);
    folder
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.data).unwrap_or_else(|error| panic!("it is JSON: {error}\n{}", run.data))
}

fn results(sarif: &Value) -> &Vec<Value> {
    sarif["runs"][0]["results"].as_array().expect("a list")
}

/// The text of a region, cut out by UTF-16 columns as an editor would.
fn cut(text: &str, region: &Value) -> String {
    let number = |name: &str| region[name].as_u64().unwrap_or_else(|| panic!("{region}")) as usize;
    let lines: Vec<Vec<u16>> = text
        .split('\n')
        .map(|line| line.encode_utf16().collect())
        .collect();
    let (first, last) = (number("startLine") - 1, number("endLine") - 1);
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().take(last + 1).skip(first) {
        let from = if at == first { number("startColumn") - 1 } else { 0 };
        let to = if at == last {
            number("endColumn") - 1
        } else {
            line.len()
        };
        found.push(String::from_utf16(&line[from..to]).expect("columns do not cut characters"));
    }
    found.join("\n")
}

#[test]
fn sarif_says_what_json_says() {
    let folder = broken();
    let bot = folder.path().join("bot");
    let text = read(bot.join("bot.flow"));
    let sarif = json(&botflow(&bot, &["check", "--format", "sarif"]).ends(1));
    let plain = json(&botflow(&bot, &["check", "--format", "json"]).ends(1));
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let base = run["originalUriBaseIds"]["SRCROOT"]["uri"]
        .as_str()
        .expect("a text");
    assert!(base.starts_with("file:///") && base.ends_with('/'), "{base}");
    let findings = plain["findings"].as_array().expect("a list");
    let results = results(&sarif);
    assert!(findings.len() >= 4, "{plain}");
    assert_eq!(results.len(), findings.len());
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["code"]);
        let rule = &rules[result["ruleIndex"].as_u64().expect("a number") as usize];
        assert_eq!((&rule["id"], &rule["name"]), (&finding["code"], &finding["name"]));
        let page = botflow(&bot, &["explain", finding["name"].as_str().expect("a text")]).ends(0);
        let help = rule["help"]["markdown"].as_str().expect("a text");
        assert!(page.data.contains(help), "the help is the page");
        let level = match finding["level"].as_str() {
            Some("hint") => "note",
            other => other.expect("a level"),
        };
        assert_eq!(result["level"], level);
        let said = result["message"]["text"].as_str().expect("a text");
        assert!(
            said.starts_with(finding["message"].as_str().expect("a text")),
            "{said}"
        );
        for line in finding["conversation"].as_array().expect("a list") {
            assert!(
                said.contains(line.as_str().expect("a text")),
                "the conversation is told: {said}"
            );
        }
        assert_eq!(
            result["fixes"].as_array().map_or(0, Vec::len),
            finding["fixes"].as_array().map_or(0, Vec::len)
        );
        let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
        assert_eq!(related, finding["related"].as_array().map_or(0, Vec::len));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"]["uri"], "bot/bot.flow",
            "relative to the repository"
        );
        assert_eq!(place["artifactLocation"]["uriBaseId"], "SRCROOT");
        assert!(
            result.get("suppressions").is_none(),
            "what is allowed is not there unasked"
        );
    }
    let under: Vec<String> = results
        .iter()
        .map(|result| cut(&text, &result["locations"][0]["physicalLocation"]["region"]))
        .collect();
    for wanted in ["1 hour", "call_bak", "nobody", "again"] {
        assert!(under.iter().any(|text| text == wanted), "{wanted}: {under:?}");
    }
    // Every fix that is told is one that an editor can apply.
    let fix = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(cut(&text, &fix["deletedRegion"]), "1 hour");
    assert_eq!(fix["insertedContent"]["text"], "1h");
}

#[test]
fn sarif_marks_what_is_allowed() {
    let folder = repository();
    let bot = folder.path().join("bot");
    let flow = bot.join("bot.flow");
    write(
        &flow,
        format!(
            "{}\n# botflow: allow unused-name -- \"later\"\nevent paid\nevent sent\n",
            read(&flow)
        ),
    );
    botflow(&bot, &["check", "--write-baseline=known.json"]).ends(0);
    let arguments = ["check", "--baseline", "known.json", "--format", "sarif"];
    let plain = json(&botflow(&bot, &arguments).ends(0));
    assert_eq!(results(&plain).len(), 0);
    let all = json(&botflow(&bot, &[&arguments[..], &["--include-allowed"]].concat()).ends(0));
    let marks: Vec<(&str, Option<&str>)> = results(&all)
        .iter()
        .map(|result| {
            let mark = &result["suppressions"][0];
            (
                mark["kind"].as_str().expect("a text"),
                mark["justification"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        marks,
        [
            ("inSource", Some("\"later\"")),
            ("external", Some("The baseline knows it."))
        ]
    );
    botflow(&bot, &["check", "--include-allowed"])
        .ends(2)
        .says("sarif");
}

/// Lines may come and go: a finding stays the same one.
#[test]
fn fingerprints_survive_moved_lines() {
    let folder = broken();
    let bot = folder.path().join("bot");
    let prints = || -> Vec<String> {
        let sarif = json(&botflow(&bot, &["check", "--format", "sarif"]).ends(1));
        results(&sarif)
            .iter()
            .map(|result| {
                result["partialFingerprints"]["botflowFinding/v1"]
                    .as_str()
                    .expect("a text")
                    .to_owned()
            })
            .collect()
    };
    let before = prints();
    let mut unique = before.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), before.len(), "each has its own: {before:?}");
    let flow = bot.join("bot.flow");
    write(&flow, format!("# more\n\n# lines\n{}", read(&flow)));
    assert_eq!(prints(), before);
    replace(&flow, "{nobody}", "{somebody}");
    assert_ne!(prints(), before);
}

#[test]
fn annotations_of_a_pull_request() {
    let folder = broken();
    let bot = folder.path().join("bot");
    // The place in the repository counts, wherever the command runs.
    for (from, arguments) in [
        (bot.as_path(), &["check", "--format", "github"][..]),
        (folder.path(), &["check", "bot", "--format", "github"]),
    ] {
        let run = botflow(from, arguments).ends(1);
        let commands: Vec<&str> = run.data.lines().filter(|line| line.starts_with("::")).collect();
        let summary = run.data.lines().last().expect("it sums up");
        assert_eq!(commands.len() + 1, run.data.lines().count(), "{}", run.data);
        assert!(summary.contains("errors"), "{summary}");
        for command in &commands {
            let (head, said) = command[2..].split_once("::").expect("a command has a message");
            let (level, place) = head.split_once(' ').expect("a command has properties");
            assert!(["error", "warning", "notice"].contains(&level), "{command}");
            assert!(!said.is_empty());
            let names: Vec<&str> = place
                .split(',')
                .map(|property| property.split_once('=').expect("name=value").0)
                .collect();
            assert!(
                names.starts_with(&["file", "line", "endLine"]) && names.ends_with(&["title"]),
                "{command}"
            );
            assert!(place.starts_with("file=bot/bot.flow,line="), "{command}");
        }
        let slip = "::error file=bot/bot.flow,line=12,endLine=12,col=14,endColumn=20,title=BF007 bad-literal::A duration is \
                    written as a number and one letter: `1h`.";
        assert!(commands.contains(&slip), "{}", run.data);
        assert!(run.data.contains("%0ADid you mean `call_back`?"), "{}", run.data);
    }
}

#[test]
fn what_a_file_is_called_breaks_no_annotation() {
    let folder = repository();
    let flow = "bot/100%, a:b.flow";
    write(folder.path().join(flow), "event paid\n");
    let run = botflow(folder.path(), &["check", "bot", "--format", "github"]).ends(0);
    assert!(
        run.data.starts_with(
            "::warning file=bot/100%25%2C a%3Ab.flow,line=1,endLine=1,col=7,endColumn=11,title="
        ),
        "{}",
        run.data
    );
    let sarif = json(&botflow(folder.path(), &["check", "bot", "--format", "sarif"]).ends(0));
    assert_eq!(
        results(&sarif)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "bot/100%25%2C%20a%3Ab.flow"
    );
}

#[test]
fn junit_has_a_case_for_each_kind_of_finding() {
    let folder = broken();
    let here = folder.path();
    write(here.join("bot/later.flow"), "event paid # ăîș <&>\nevent sent\n");
    replace(here.join("bot/bot.flow"), BROKEN, "");
    replace(here.join("bot/bot.flow"), "1 hour", "1h");
    let run = botflow(here, &["check", "bot", "--format", "junit"]).ends(1);
    let elements = xml_elements(&run.data);
    let count = |text: &str, name: &str| {
        xml_elements(text)
            .iter()
            .filter(|element| *element == name)
            .count()
    };
    assert_eq!(elements.first().map(String::as_str), Some("testsuites"));
    // Four files: one with an error, one with two warnings of one kind, and two without anything, of which one holds
    // conversations.
    assert_eq!(count(&run.data, "testsuite"), 4, "{}", run.data);
    assert!(
        run.data
            .contains("<testsuites name=\"botflow check\" tests=\"4\" failures=\"1\">"),
        "{}",
        run.data
    );
    assert_eq!(count(&run.data, "failure"), 1);
    assert_eq!(count(&run.data, "system-out"), 1);
    assert!(
        run.data
            .contains("name=\"unused-name\" file=\"bot/later.flow\" line=\"1\""),
        "{}",
        run.data
    );
    let strict = botflow(here, &["check", "bot", "--format", "junit", "--deny", "warnings"]).ends(1);
    assert_eq!(count(&strict.data, "failure"), 2);
    assert!(strict.data.contains("(1 more of this kind)"), "{}", strict.data);
}

/// Several bots below one folder are one report.
#[test]
fn several_bots_are_one_report() {
    let folder = broken();
    let here = folder.path();
    botflow(here, &["new", "other"]).ends(0);
    write(here.join("other/late.flow"), "event paid\n");
    commit(here);
    let sarif = json(&botflow(here, &["check", "--format", "sarif"]).ends(1));
    assert_eq!(sarif["runs"].as_array().map(Vec::len), Some(1));
    let uris: Vec<&str> = results(&sarif)
        .iter()
        .map(|result| {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .expect("a text")
        })
        .collect();
    assert!(
        uris.contains(&"bot/bot.flow") && uris.contains(&"other/late.flow"),
        "{uris:?}"
    );
    let github = botflow(here, &["check", "--format", "github"]).ends(1);
    assert!(github.data.contains("file=other/late.flow"), "{}", github.data);
    let junit = botflow(here, &["check", "--format", "junit"]).ends(1);
    assert!(
        junit.data.contains("<testsuite name=\"other/late.flow\""),
        "{}",
        junit.data
    );
    // A bot that is named twice, in two ways, is checked once.
    let twice = botflow(
        here,
        &[
            "check",
            "bot",
            "bot/tests/welcome.chat",
            "bot/bot.flow",
            "--format",
            "json",
        ],
    )
    .ends(1);
    assert_eq!(json(&twice)["summary"]["files"], 1);
    assert_eq!(json(&twice)["findings"][0]["file"], "bot.flow");
}

#[test]
fn sound_bots_give_empty_reports() {
    for example in examples() {
        let sarif = json(&botflow(&example, &["check", "--format", "sarif"]).ends(0));
        assert_eq!(results(&sarif).len(), 0, "{}", example.display());
        let junit = botflow(&example, &["check", "--format", "junit"]).ends(0);
        assert!(
            !xml_elements(&junit.data)
                .iter()
                .any(|element| element == "failure")
        );
        let github = botflow(&example, &["check", "--format", "github"]).ends(0);
        assert!(!github.data.contains("::"), "{}", github.data);
    }
    assert!(root().join("examples").is_dir());
}

/// What is wrong with a conversation is found where it stands, in every format, and can be allowed there.
#[test]
fn conversations_are_checked_in_all_formats() {
    let folder = repository();
    let bot = folder.path().join("bot");
    let chat = bot.join("tests/more.chat");
    write(
        &chat,
        "conversation more\n@ ana on wbe\n> hi\n< x\n\nconversation nothing\n> hi\n",
    );
    let plain = json(&botflow(&bot, &["check", "--format", "json"]).ends(1));
    let names: Vec<&str> = (plain["findings"].as_array().expect("a list").iter())
        .filter_map(|finding| finding["name"].as_str())
        .collect();
    assert_eq!(names, ["chat-unknown-name", "chat-never-checks"], "{plain}");
    let sarif = json(&botflow(&bot, &["check", "--format", "sarif"]).ends(1));
    let place = &results(&sarif)[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "bot/tests/more.chat");
    assert_eq!(cut(&read(&chat), &place["region"]), "wbe");
    let github = botflow(&bot, &["check", "--format", "github"]).ends(1);
    assert!(github.data.contains("more.chat,line=2"), "{}", github.data);
    let junit = botflow(&bot, &["check", "--format", "junit"]).ends(1);
    assert!(junit.data.contains("more.chat"), "{}", junit.data);
    let human = botflow(&bot, &["check"]).ends(1);
    assert!(human.data.contains("tests/more.chat:2:10"), "{}", human.data);
    write(
        &chat,
        "conversation more\n@ ana on web\n> hi\n= owner bot\n\n# botflow: allow chat-never-checks -- to be written\n\
         conversation nothing\n> hi\n",
    );
    botflow(&bot, &["check", "--deny", "warnings"]).ends(0);
    replace(&chat, "chat-never-checks", "chat-stub-unused");
    let human = botflow(&bot, &["check", "--deny", "warnings"]).ends(1);
    for name in ["chat-never-checks", "unneeded-allow"] {
        assert!(human.data.contains(name), "{}", human.data);
    }
}
