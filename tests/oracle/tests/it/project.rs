//! Projects for both sides: the compiled bot, and the sources as the oracle reads them.

use std::path::Path;
use std::sync::Arc;

use botflow_artifact::Bot;
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::library;
use botflow_compiler::locales::plural::{Counting, Forms};
use botflow_compiler::locales::{self, po, words};
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;

/// A compiled project with its sources.
pub struct Built {
    pub program: Program,
    pub sources: Vec<botflow_oracle::Source>,
    pub translations: Vec<botflow_oracle::Translation>,
    pub chats: Vec<(String, String)>,
}

/// Compiles sources; what is wrong comes back as text.
pub fn build(sources: Vec<(String, String)>, config: Option<String>) -> Result<Built, String> {
    build_with(sources, Vec::new(), Vec::new(), config)
}

/// The same with the files that a `faq` names, and catalogues.
pub fn build_with(
    sources: Vec<(String, String)>,
    documents: Vec<(String, String)>,
    locales: Vec<(String, String)>,
    config: Option<String>,
) -> Result<Built, String> {
    let read = |files: &[(String, String)]| -> Vec<Source> {
        let files = files.iter().map(|(path, text)| Source {
            path: path.as_str().into(),
            text: Arc::from(text.as_str()),
        });
        files.collect()
    };
    let project = Project {
        sources: read(&sources),
        documents: read(&documents),
        locales: read(&locales),
        config: config.map(Arc::from),
        linked: None,
        host: None,
    };
    let bot: Bot = compile::build(&project).map_err(|checked| {
        let errors = checked
            .findings
            .iter()
            .filter(|finding| finding.level == Level::Error);
        let lines: Vec<String> = errors
            .map(|finding| {
                let source = checked.files.get(finding.span.file.0 as usize);
                let line = source.map_or(0, |source| {
                    let before = source.text.get(..finding.span.start as usize).unwrap_or("");
                    before.matches('\n').count() + 1
                });
                format!("{line}: {}: {}", finding.rule.name, finding.message)
            })
            .collect();
        lines.join("\n")
    })?;
    let mut read: Vec<botflow_oracle::Source> = sources
        .iter()
        .map(|(_, text)| botflow_oracle::Source::new("", text))
        .collect();
    // Library flows carry their module's name; whether they are used or not does not matter here.
    read.extend(
        library::FILES
            .iter()
            .map(|file| botflow_oracle::Source::new("std", file.text)),
    );
    let translations = translations(&project);
    let program = Program::new(bot).map_err(|error| error.to_string())?;
    Ok(Built {
        program,
        sources: read,
        translations,
        chats: Vec::new(),
    })
}

/// What the catalogues have of the texts, as the oracle reads it: which entry is a text's is the catalogue's business,
/// what its words mean the oracle's.
fn translations(project: &Project) -> Vec<botflow_oracle::Translation> {
    let checked = compile::texts(project);
    let languages = &checked.lowered.bot.languages;
    let mut found = Vec::new();
    for language in languages.iter().skip(1) {
        let own = project
            .locales
            .iter()
            .find(|source| locales::language_of(&source.path).is_some_and(|code| code == *language));
        let own = own.map(|source| po::read(&source.text).0).unwrap_or_default();
        let library = library::catalogue(language)
            .map(|text| po::read(text).0)
            .unwrap_or_default();
        for unit in &checked.lowered.units {
            let is_it = |entry: &&po::Entry| {
                let plural = entry.plural.as_ref().map(|plural| plural.value.as_str());
                entry.context() == unit.context
                    && entry.id.value == unit.words.id
                    && plural == unit.words.plural.as_deref()
                    && entry.has_words()
                    && !entry.is_fuzzy()
                    && !entry.obsolete
            };
            let mine = own.entries.iter().find(is_it).map(|entry| (entry, &own));
            let theirs = library.entries.iter().find(is_it).filter(|_| unit.library);
            let Some((entry, catalogue)) = mine.or(theirs.map(|entry| (entry, &library))) else {
                continue;
            };
            let path = &checked.files[unit.span.file.0 as usize].path;
            let of_library = library::FILES.iter().position(|file| file.path == path.as_str());
            let source = match of_library.filter(|_| unit.library) {
                Some(place) => project.sources.len() + place,
                None => unit.span.file.0 as usize,
            };
            let forms = catalogue.header("Plural-Forms").and_then(Forms::parse);
            let names = forms
                .and_then(|forms| Counting::of(language).forms(&forms))
                .unwrap_or_default();
            let strings = entry.strings.iter().enumerate().map(|(form, string)| {
                let text = words::as_text(&string.value);
                let parse = botflow_syntax::parse(&format!("flow f {{\n  say {text}\n}}\n"));
                (names.get(form).copied().unwrap_or("other").into(), parse)
            });
            found.push(botflow_oracle::Translation {
                source,
                start: unit.span.start,
                language: language.clone(),
                strings: strings.collect(),
            });
        }
    }
    found
}

/// A folder below `examples`, with its conversations.
#[expect(clippy::expect_used, reason = "the examples are part of the repository")]
pub fn example(folder: &str) -> Built {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(folder);
    let files = |folder: &Path, extension: &str| -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|found| found == extension));
        paths.sort();
        let read = paths.into_iter().map(|path| {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            (
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                text,
            )
        });
        read.collect()
    };
    let config = std::fs::read_to_string(root.join("botflow.toml")).ok();
    let mut documents = files(&root.join("faq"), "md");
    documents
        .iter_mut()
        .for_each(|(path, _)| path.insert_str(0, "faq/"));
    let mut catalogues = files(&root.join("locales"), "po");
    catalogues
        .iter_mut()
        .for_each(|(path, _)| path.insert_str(0, "locales/"));
    let mut built =
        build_with(files(&root, "flow"), documents, catalogues, config).expect("the examples compile");
    built.chats = files(&root.join("tests"), "chat");
    built
}
