//! `botflow text`: translations, from the flows to the catalogues and back.

use std::fs;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::Level;
use botflow_compiler::locales::po::{self, Catalogue};
use botflow_compiler::locales::status::{self, Status as Counts};
use botflow_compiler::locales::{self, merge, template};
use botflow_compiler::project::Project;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::cli::{CountFormat, Text, TextExtract, TextStatus, TextTask, TextUpdate};
use crate::failure::{Failure, Status};
use crate::{output, project_files, report};

/// Carries it out.
pub fn run(arguments: Text) -> Result<Status, Failure> {
    match arguments.task {
        TextTask::Extract(arguments) => extract(arguments),
        TextTask::Update(arguments) => update(arguments),
        TextTask::Status(arguments) => count(arguments),
    }
}

/// A bot whose flows could be read.
struct Bot {
    root: Utf8PathBuf,
    project: Project,
    checked: Checked,
}

impl Bot {
    /// Reads it; where the flows or catalogues cannot be understood, the findings are printed and there is none.
    fn read(path: &Utf8Path) -> Result<Option<Bot>, Failure> {
        let root = project_files::find_one(path)?;
        let project = project_files::load(&root)?;
        let checked = compile::texts(&project);
        let about_translations = |code: &str| code.starts_with("BF7");
        let broken = |finding: &botflow_compiler::finding::Finding| {
            finding.level == Level::Error && !about_translations(finding.rule.code)
        };
        if checked.findings.iter().any(broken) {
            let mut shown = report::Checked::new(&root, None, &project, checked);
            shown.findings.retain(broken);
            report::human::talk(&[shown]);
            return Ok(None);
        }
        Ok(Some(Bot {
            root,
            project,
            checked,
        }))
    }

    /// All texts, or those that a language needs.
    fn template(&self, language: Option<&str>) -> Catalogue {
        let lowered = &self.checked.lowered;
        template::of(lowered, &lowered.units, &self.checked.files, language)
    }

    /// The languages that are translated into.
    fn languages(&self) -> Vec<&str> {
        let all = &self.checked.lowered.bot.languages;
        all.iter().skip(1).map(|language| language.as_str()).collect()
    }

    /// The path of a file of the bot, as people write it.
    fn below(&self, path: &str) -> Utf8PathBuf {
        let root = self.root.strip_prefix(".").unwrap_or(&self.root);
        root.join(path)
    }

    /// The catalogue of a language: its path, and its text if there is one.
    fn catalogue(&self, language: &str) -> (Utf8PathBuf, Option<&str>) {
        let known = self.project.locales.iter().find(|source| {
            locales::language_of(&source.path).is_some_and(|code| code.eq_ignore_ascii_case(language))
        });
        match known {
            Some(source) => (self.below(source.path.as_str()), Some(&source.text)),
            None => (self.below(&format!("{}/{language}.po", locales::FOLDER)), None),
        }
    }
}

fn extract(arguments: TextExtract) -> Result<Status, Failure> {
    let Some(bot) = Bot::read(&arguments.project)? else {
        return Ok(Status::Findings);
    };
    let template = bot.template(None);
    let file = arguments
        .output
        .unwrap_or_else(|| bot.below(&format!("{}/bot.pot", locales::FOLDER)));
    write(&file, &po::write(&template))?;
    output::talk(&format!("{file}: {}.\n", texts(template.entries.len() - 1)));
    Ok(Status::Good)
}

fn update(arguments: TextUpdate) -> Result<Status, Failure> {
    let Some(bot) = Bot::read(&arguments.project)? else {
        return Ok(Status::Findings);
    };
    let mut languages = bot.languages();
    if let Some(only) = &arguments.language {
        if !languages.contains(&only.as_str()) {
            return Err(Failure::Usage(format!(
                "the bot is not translated into `{only}`; add it to `languages` of the `bot` block, behind the first"
            )));
        }
        languages.retain(|language| language == only);
    }
    if languages.is_empty() {
        output::talk("The bot speaks one language. Add others behind it: `languages en, ro`.\n");
        return Ok(Status::Good);
    }
    let mut changed = false;
    for language in languages {
        let (file, before) = bot.catalogue(language);
        let known = before.map(|text| po::read(text).0).unwrap_or_default();
        let template = bot.template(Some(language));
        let updated = merge::update(&template, &known, language);
        let counts = status::of(&template, &updated, language);
        // How a translation tool lays lines out is its own business: only what a catalogue says counts.
        if before.is_some() && updated == known {
            output::talk(&format!("{file}: unchanged; {}.\n", told(counts)));
            continue;
        }
        changed = true;
        if !arguments.check {
            write(&file, &po::write(&updated))?;
        }
        let verb = if arguments.check {
            "would change"
        } else {
            "updated"
        };
        output::talk(&format!("{file}: {verb}; {}.\n", told(counts)));
    }
    Ok(if arguments.check && changed {
        Status::Findings
    } else {
        Status::Good
    })
}

/// One language, as `status` writes it for programs.
#[derive(Serialize)]
struct Row<'a> {
    language: &'a str,
    file: String,
    texts: usize,
    translated: usize,
    fuzzy: usize,
    missing: usize,
    unused: usize,
}

fn count(arguments: TextStatus) -> Result<Status, Failure> {
    let Some(bot) = Bot::read(&arguments.project)? else {
        return Ok(Status::Findings);
    };
    let mut rows = Vec::new();
    let mut complete = true;
    for language in bot.languages() {
        let (file, text) = bot.catalogue(language);
        let known = text.map(|text| po::read(text).0).unwrap_or_default();
        let counts = status::of(&bot.template(Some(language)), &known, language);
        complete &= counts.is_complete();
        rows.push(Row {
            language,
            file: project_files::relative(&bot.root, &file),
            texts: counts.texts,
            translated: counts.translated,
            fuzzy: counts.fuzzy,
            missing: counts.missing,
            unused: counts.unused,
        });
    }
    match arguments.format {
        CountFormat::Json => {
            let json = serde_json::json!({ "complete": complete, "languages": rows });
            output::data(&format!("{json:#}\n"));
        }
        CountFormat::Human => output::data(&table(&rows)),
    }
    Ok(if complete { Status::Good } else { Status::Findings })
}

fn table(rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return "The bot speaks one language.\n".to_owned();
    }
    let mut out = format!(
        "{:<10} {:>7} {:>11} {:>7} {:>8} {:>7}\n",
        "language", "texts", "translated", "fuzzy", "missing", "unused"
    );
    for row in rows {
        out.push_str(&format!(
            "{:<10} {:>7} {:>11} {:>7} {:>8} {:>7}\n",
            row.language, row.texts, row.translated, row.fuzzy, row.missing, row.unused
        ));
    }
    out
}

fn texts(count: usize) -> String {
    match count {
        1 => "1 text".to_owned(),
        count => format!("{count} texts"),
    }
}

/// What a catalogue has, in words.
fn told(counts: Counts) -> String {
    let mut parts = vec![format!(
        "{} of {} translated",
        counts.translated,
        texts(counts.texts)
    )];
    if counts.fuzzy > 0 {
        parts.push(format!("{} fuzzy", counts.fuzzy));
    }
    if counts.missing > 0 {
        parts.push(format!("{} missing", counts.missing));
    }
    parts.join(", ")
}

fn write(file: &Utf8Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_str().is_empty()) {
        fs::create_dir_all(folder).map_err(Failure::file(format!("make `{folder}`")))?;
    }
    project_files::write(file, text).map_err(Failure::file(format!("write `{file}`")))
}
