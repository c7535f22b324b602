//! Damages the examples, checks them with `botflow check --format sarif`, and validates each document against the
//! published schema of SARIF 2.1.0.
//!
//!     botflow-sarif target/debug/botflow
//!
//! The schema is the copy in a package that `cargo fetch` brings (see `Cargo.toml`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::Value;

/// The package that has a copy of the schema.
const PACKAGE: &str = "serde-sarif";

/// So many documents are made of each file of the examples.
const DAMAGES: usize = 6;

fn main() -> ExitCode {
    let Some(program) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: botflow-sarif PROGRAM");
        return ExitCode::from(2);
    };
    match run(&program) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(program: &Path) -> Result<String, String> {
    let program = program
        .canonicalize()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let schema = schema()?;
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| format!("the schema cannot be used: {error}"))?;
    let validate = |document: &Value| -> Vec<String> {
        let errors = validator.iter_errors(document).take(5);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    };
    let (mut documents, mut results) = (0usize, 0usize);
    let (mut fixes, mut related, mut suppressed) = (0usize, 0usize, 0usize);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for file in files(&examples, "flow")? {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let Some(bot) = file
            .ancestors()
            .find(|folder| folder.join("botflow.toml").is_file())
        else {
            continue;
        };
        let lines: Vec<&str> = text.lines().collect();
        for damage in 0..DAMAGES {
            // One line goes, and one name behind it gets letters of several bytes.
            let gone = damage * lines.len() / DAMAGES;
            let damaged: Vec<&str> = lines
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != gone)
                .map(|(_, line)| *line)
                .collect();
            let damaged = format!(
                "# ăîș 👋\n{}\n",
                damaged.join("\n").replacen(" -> ", " -> șteps_", damage % 2)
            );
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            copy(bot, folder.path())?;
            let inside = file.strip_prefix(bot).map_err(|error| error.to_string())?;
            fs::write(folder.path().join(inside), damaged).map_err(|error| error.to_string())?;
            let output = Command::new(&program)
                .args(["check", "--format", "sarif", "--include-allowed"])
                .current_dir(folder.path())
                .output()
                .map_err(|error| format!("{}: {error}", program.display()))?;
            let document: Value = serde_json::from_slice(&output.stdout)
                .map_err(|error| format!("{} without line {}: {error}", file.display(), gone + 1))?;
            let errors = validate(&document);
            if !errors.is_empty() {
                return Err(format!(
                    "{} without line {}:\n{}",
                    file.display(),
                    gone + 1,
                    errors.join("\n")
                ));
            }
            documents += 1;
            for result in document["runs"][0]["results"].as_array().into_iter().flatten() {
                results += 1;
                fixes += usize::from(result.get("fixes").is_some());
                related += usize::from(result.get("relatedLocations").is_some());
                suppressed += usize::from(result.get("suppressions").is_some());
            }
            // A schema that accepts anything would prove nothing.
            let mut wrong = document;
            wrong["runs"][0]["columnKind"] = Value::from("bytes");
            if validate(&wrong).is_empty() {
                return Err("the schema accepts a columnKind that does not exist".to_owned());
            }
        }
    }
    if documents < 50 || [results, fixes, related, suppressed].contains(&0) {
        return Err(format!(
            "too little was tried: {documents} documents, {results} results, {fixes} with fixes, {related} with related \
             places, {suppressed} suppressed"
        ));
    }
    Ok(format!(
        "{documents} documents with {results} results ({fixes} with fixes, {related} with related places, {suppressed} \
         suppressed) are valid SARIF 2.1.0"
    ))
}

/// The schema, from where cargo keeps the package.
fn schema() -> Result<Value, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--manifest-path",
            manifest,
        ])
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let package = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == PACKAGE)
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("cargo knows no package {PACKAGE}"))?;
    let path = Path::new(package).with_file_name("src").join("schema.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    // One pattern (of languages) has a bracket too many, which only browsers read as a letter.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let is_published = schema["$id"]
        .as_str()
        .is_some_and(|id| id.contains("oasis-tcs/sarif-spec") && id.ends_with("sarif-schema-2.1.0.json"));
    if is_published {
        Ok(schema)
    } else {
        Err(format!("{} is not the schema of SARIF 2.1.0", path.display()))
    }
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| error.to_string())?;
    for entry in fs::read_dir(from).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
