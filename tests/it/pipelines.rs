//! The files for continuous integration, as far as a machine without its services can try them: what they mention is
//! declared, and their steps are taken out and run with the program that was built.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use yaml_rust2::{Yaml, YamlLoader};

use crate::program::{Run, commit, git, read, replace, repository, root, write};

/// The only document of a YAML text.
fn yaml(text: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// The text of a value, however it is written.
fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Boolean(yes) => yes.to_string(),
        Yaml::Integer(number) => number.to_string(),
        other => panic!("a text: {other:?}"),
    }
}

fn keys(value: &Yaml) -> BTreeSet<String> {
    let hash = value.as_hash().unwrap_or_else(|| panic!("a table: {value:?}"));
    hash.keys().map(text).collect()
}

fn list(value: &Yaml) -> &[Yaml] {
    value.as_vec().unwrap_or_else(|| panic!("a list: {value:?}"))
}

/// Runs a script as a service does, with the built program first on the PATH.
fn bash(folder: &Path, script: &str, arguments: &[&str], environment: &[(String, String)]) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_botflow"));
    let mut path = program
        .parent()
        .expect("it stands in a folder")
        .as_os_str()
        .to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args([
            "--noprofile",
            "--norc",
            "-e",
            "-o",
            "pipefail",
            "-c",
            script,
            "step",
        ])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .envs(environment.iter().cloned())
        .output()
        .expect("bash is there: scripts/test runs in it");
    Run {
        status: output.status.code().unwrap_or(-1),
        data: String::from_utf8_lossy(&output.stdout).into_owned(),
        talk: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A GitHub runner in small: runs the steps of `action.yml` in order, as composite actions are run.
struct Runner {
    action: Yaml,
    folder: PathBuf,
    temp: tempfile::TempDir,
    inputs: Vec<(String, String)>,
    outputs: Vec<(String, String)>,
}

impl Runner {
    fn new(folder: &Path, inputs: &[(&str, &str)]) -> Runner {
        let action = yaml(&read(root().join("action.yml")));
        let declared = keys(&action["inputs"]);
        let inputs = declared.iter().map(|name| {
            let given = inputs.iter().find(|(given, _)| given == name);
            let default = || text(&action["inputs"][name.as_str()]["default"]);
            let value = given.map_or_else(default, |(_, value)| (*value).to_owned());
            (name.clone(), value)
        });
        Runner {
            inputs: inputs.collect(),
            action: action.clone(),
            folder: folder.to_owned(),
            temp: tempfile::tempdir().expect("a folder for temporary files can be made"),
            outputs: Vec::new(),
        }
    }

    fn value(&self, name: &str) -> String {
        let found = if let Some(input) = name.strip_prefix("inputs.") {
            self.inputs.iter().find(|(known, _)| known == input)
        } else if name == "github.action_path" {
            return root().display().to_string();
        } else {
            self.outputs.iter().find(|(known, _)| known == name)
        };
        found.unwrap_or_else(|| panic!("`{name}` has no value")).1.clone()
    }

    /// A text with its expressions evaluated.
    fn filled(&self, text: &str) -> String {
        let expression = Regex::new(r"\$\{\{ *([a-z0-9_.-]+) *\}\}").expect("it is a pattern");
        expression
            .replace_all(text, |found: &regex::Captures<'_>| self.value(&found[1]))
            .into_owned()
    }

    /// Whether a step runs: conditions compare an input with a text.
    fn wanted(&self, step: &Yaml) -> bool {
        let Some(condition) = step["if"].as_str() else {
            return true;
        };
        let (name, value) = condition.split_once(" == ").expect("a comparison");
        self.value(name) == value.trim_matches('\'')
    }

    /// The status of the first step that fails, or 0; what all of them wrote; and the summary.
    fn run(&mut self) -> (Run, String) {
        let place = |name: &str| self.temp.path().join(name);
        let (summary, output, path) = (place("summary"), place("output"), place("path"));
        let mut all = Run {
            status: 0,
            data: String::new(),
            talk: String::new(),
        };
        let steps = list(&self.action["runs"]["steps"]).to_vec();
        for step in &steps {
            if !self.wanted(step) {
                continue;
            }
            let Some(script) = step["run"].as_str() else {
                // An action of somebody else: what it is given has a value.
                for name in keys(&step["with"]) {
                    self.filled(&text(&step["with"][name.as_str()]));
                }
                continue;
            };
            assert_eq!(step["shell"].as_str(), Some("bash"));
            assert!(
                !script.contains("${{"),
                "words of others stay out of scripts: {script}"
            );
            let mut environment = vec![
                ("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string()),
                ("GITHUB_OUTPUT".to_owned(), output.display().to_string()),
                ("GITHUB_PATH".to_owned(), path.display().to_string()),
                ("RUNNER_TEMP".to_owned(), self.temp.path().display().to_string()),
            ];
            if !step["env"].is_badvalue() {
                for name in keys(&step["env"]) {
                    let value = self.filled(&text(&step["env"][name.as_str()]));
                    environment.push((name, value));
                }
            }
            let run = bash(&self.folder, script, &[], &environment);
            all.data.push_str(&run.data);
            all.talk.push_str(&run.talk);
            if let Some(id) = step["id"].as_str() {
                let written = std::fs::read_to_string(&output).unwrap_or_default();
                for (name, value) in written.lines().filter_map(|line| line.split_once('=')) {
                    self.outputs
                        .push((format!("steps.{id}.outputs.{name}"), value.to_owned()));
                }
            }
            if run.status != 0 {
                all.status = run.status;
                break;
            }
        }
        (all, std::fs::read_to_string(summary).unwrap_or_default())
    }
}

#[test]
fn the_action_uses_what_it_declares() {
    let source = read(root().join("action.yml"));
    let action = yaml(&source);
    let mentioned = |pattern: &str| -> BTreeSet<String> {
        let pattern = Regex::new(pattern).expect("it is a pattern");
        pattern
            .captures_iter(&source)
            .map(|found| found[1].to_owned())
            .collect()
    };
    assert_eq!(mentioned(r"inputs\.([a-z-]+)"), keys(&action["inputs"]));
    let steps = list(&action["runs"]["steps"]);
    for output in mentioned(r"steps\.([a-z]+\.outputs\.[a-z-]+)") {
        let (id, name) = output.split_once(".outputs.").expect("as the pattern says");
        let step = steps.iter().find(|step| step["id"].as_str() == Some(id));
        let script = step.expect("a step of that name")["run"]
            .as_str()
            .expect("a script");
        assert!(script.contains(&format!("echo \"{name}=")), "{output}");
    }
    for name in keys(&action["inputs"]) {
        let input = &action["inputs"][name.as_str()];
        assert!(
            input["description"].as_str().is_some_and(|text| text.len() > 10),
            "{name}"
        );
        text(&input["default"]);
    }
}

#[test]
fn the_action_on_a_sound_bot() {
    let folder = repository();
    let mut runner = Runner::new(folder.path(), &[("upload-sarif", "true")]);
    let (run, summary) = runner.run();
    let run = run.ends(0).prints("2 passed, 0 failed");
    assert!(!run.data.contains("::error"), "{}", run.data);
    assert!(summary.contains("Nothing to complain about"), "{summary}");
}

#[test]
fn the_action_on_a_pull_request_with_a_mistake() {
    let folder = repository();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    write(here.join("bot/late.flow"), "event paid\n");
    replace(&flow, "-> call_back", "-> call_bak");
    let mut runner = Runner::new(here, &[]);
    let (run, summary) = runner.run();
    let run = run
        .ends(1)
        .prints("::error file=bot/bot.flow,")
        .prints("::warning file=bot/late.flow,");
    // Conversations of a bot that cannot be built are not run.
    assert!(!run.data.contains("passed"), "{}", run.data);
    assert!(
        summary.contains("BF213 unknown-target") && summary.contains("1 error, 1 warning"),
        "{summary}"
    );
    let sarif = runner.value("steps.check.outputs.sarif-file");
    let sarif: serde_json::Value = serde_json::from_str(&read(sarif)).expect("it is JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    // A warning alone fails where warnings are denied, and not elsewhere.
    replace(&flow, "-> call_bak", "-> call_back");
    Runner::new(here, &[]).run().0.ends(1);
    let mut lenient = Runner::new(here, &[("deny-warnings", "false"), ("annotations", "false")]);
    let (run, _) = lenient.run();
    let run = run.ends(0);
    assert!(!run.data.contains("::warning"), "{}", run.data);
    // What was there before may stay.
    commit(here);
    Runner::new(here, &[("changed-since", "HEAD")]).run().0.ends(0);
    // Two bots, one a line; a place that is none is told, and ends the job.
    Runner::new(here, &[("path", "bot\nnowhere\n")])
        .run()
        .0
        .ends(3)
        .says("nowhere");
}

#[test]
fn the_action_with_a_baseline() {
    let folder = repository();
    let here = folder.path();
    write(here.join("bot/late.flow"), "event paid\n");
    crate::program::botflow(here, &["check", "--write-baseline=known, all.json"]).ends(0);
    Runner::new(here, &[("baseline", "known, all.json")])
        .run()
        .0
        .ends(0);
    write(here.join("bot/later.flow"), "event sent\n");
    Runner::new(here, &[("baseline", "known, all.json")])
        .run()
        .0
        .ends(1)
        .prints("later.flow");
}

#[test]
fn the_hooks_of_pre_commit() {
    let hooks = yaml(&read(root().join(".pre-commit-hooks.yaml")));
    let folder = repository();
    let here = folder.path();
    crate::program::botflow(here, &["new", "other"]).ends(0);
    write(here.join("README.md"), "# Shop\n");
    commit(here);
    let run = |id: &str| -> Option<Run> {
        let hook = list(&hooks)
            .iter()
            .find(|hook| hook["id"].as_str() == Some(id))
            .expect("there is one");
        assert_eq!(hook["language"].as_str(), Some("rust"));
        let files = Regex::new(&text(&hook["files"])).expect("a pattern that pre-commit reads the same way");
        let staged = git(here, &["diff", "--cached", "--name-only", "--diff-filter=ACM"]);
        let staged: Vec<&str> = staged.lines().filter(|name| files.is_match(name)).collect();
        if staged.is_empty() {
            return None;
        }
        let passed = hook["pass_filenames"].as_bool().unwrap_or(true);
        let script = format!("{} \"$@\"", text(&hook["entry"]));
        Some(bash(here, &script, if passed { &staged } else { &[] }, &[]))
    };
    let ids: Vec<String> = list(&hooks).iter().map(|hook| text(&hook["id"])).collect();
    assert_eq!(ids, ["botflow-fmt", "botflow-check", "botflow-test"]);
    for id in &ids {
        assert!(run(id).is_none(), "nothing is staged");
    }
    let flow = here.join("bot/bot.flow");
    replace(&flow, "  say \"Hi!", "     say \"Hi!");
    replace(&flow, "-> call_back", "-> call_bak");
    git(here, &["add", "--all"]);
    // The other bot, of which nothing is staged, is not looked at.
    run("botflow-check")
        .expect("a flow is staged")
        .ends(1)
        .prints("1 error in 1 file");
    run("botflow-fmt").expect("a flow is staged").ends(0);
    assert!(read(&flow).contains("\n  say \"Hi!"), "{}", read(&flow));
    replace(&flow, "-> call_bak", "-> call_back");
    git(here, &["add", "--all"]);
    // Laid out and mended it is as it was, so that only something else is staged.
    write(
        here.join("bot/tests/more.chat"),
        read(here.join("bot/tests/welcome.chat")),
    );
    write(here.join("bot/later.flow"), "## Nothing yet.\n");
    git(here, &["add", "--all"]);
    run("botflow-check").expect("a flow is staged").ends(0);
    run("botflow-test")
        .expect("a conversation is staged")
        .ends(0)
        .prints("passed, 0 failed");
}

#[test]
fn the_job_of_gitlab() {
    let file = yaml(&read(root().join("docs/ci/gitlab.yml")));
    let job = &file["botflow"];
    let variables: Vec<(String, String)> = keys(&job["variables"])
        .into_iter()
        .map(|name| {
            let value = text(&job["variables"][name.as_str()]);
            (name, value)
        })
        .collect();
    // GitLab runs the lines of both parts one behind the other, and stops at the first that fails.
    let lines = list(&job["before_script"]).iter().chain(list(&job["script"]));
    let script: Vec<String> = lines.map(text).collect();
    let script = script.join("\n");
    for name in Regex::new(r"\$\{?(BOTFLOW_[A-Z]+)")
        .expect("it is a pattern")
        .captures_iter(&script)
    {
        assert!(
            variables.iter().any(|(known, _)| *known == name[1]),
            "{}",
            &name[1]
        );
    }
    let folder = repository();
    let here = folder.path();
    let reports: Vec<PathBuf> = list(&job["artifacts"]["reports"]["junit"])
        .iter()
        .map(|report| here.join(text(report)))
        .collect();
    bash(here, &script, &[], &variables)
        .ends(0)
        .prints("Nothing to complain about");
    for report in &reports {
        assert!(read(report).contains("<testsuites"), "{}", report.display());
        std::fs::remove_file(report).expect("it was just written");
    }
    replace(
        here.join("bot/tests/welcome.chat"),
        "< We are open every day from 9:00 to 18:00.",
        "< We are closed.",
    );
    bash(here, &script, &[], &variables)
        .ends(1)
        .prints("We are closed.");
    assert!(read(&reports[1]).contains("<failure"));
    write(here.join("bot/late.flow"), "event paid\n");
    bash(here, &script, &[], &variables)
        .ends(1)
        .prints("BF111 unused-name");
    assert!(read(&reports[0]).contains("<failure type=\"unused-name\""));
}

/// The pieces of files that the documents show are YAML, and name inputs and hooks that exist.
#[test]
fn the_documents_show_what_there_is() {
    let document = read(root().join("docs/ci.md"));
    let action = yaml(&read(root().join("action.yml")));
    let inputs = keys(&action["inputs"]);
    let hooks = read(root().join(".pre-commit-hooks.yaml"));
    let mut seen = 0;
    for block in document.split("```yaml\n").skip(1) {
        let shown = yaml(block.split("```").next().unwrap_or_default());
        seen += 1;
        for job in shown["jobs"].as_hash().into_iter().flat_map(|jobs| jobs.values()) {
            for step in list(&job["steps"]) {
                let ours = step["uses"]
                    .as_str()
                    .is_some_and(|uses| uses.contains("/botflow"));
                if ours && !step["with"].is_badvalue() {
                    let given = keys(&step["with"]);
                    assert!(given.is_subset(&inputs), "{given:?} of {inputs:?}");
                }
            }
        }
        for repository in shown["repos"].as_vec().into_iter().flatten() {
            for hook in list(&repository["hooks"]) {
                assert!(hooks.contains(&format!("- id: {}\n", text(&hook["id"]))));
            }
        }
    }
    assert!(seen >= 3, "a piece for each service");
    for name in inputs {
        assert!(
            document.contains(&format!("`{name}`")),
            "docs/ci.md does not tell what `{name}` is"
        );
    }
}
