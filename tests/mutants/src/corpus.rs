//! The sound bots that defects are seeded into: all projects of `examples/`.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use botflow_compiler::project::{Project, Source};
use botflow_syntax::{GreenNode, SyntaxNode};
use smol_str::SmolStr;

/// A sound bot.
pub struct Bot {
    /// Its folder below `examples/`.
    pub name: String,
    /// Its files.
    pub project: Project,
    /// Its files of conversations.
    pub conversations: Vec<Source>,
    /// Whether what is found about its translations counts.
    pub is_translated: bool,
    /// The trees of its `.flow` files, in their order.
    trees: Vec<GreenNode>,
}

impl Bot {
    /// A bot of these files.
    pub fn new(name: impl Into<String>, project: Project) -> Bot {
        let trees = project
            .sources
            .iter()
            .map(|source| botflow_syntax::parse(&source.text).green)
            .collect();
        Bot {
            name: name.into(),
            project,
            conversations: Vec::new(),
            is_translated: false,
            trees,
        }
    }

    /// The root of the tree of each `.flow` file.
    pub fn roots(&self) -> impl Iterator<Item = (usize, SyntaxNode)> + '_ {
        self.trees
            .iter()
            .enumerate()
            .map(|(file, green)| (file, SyntaxNode::new_root(green.clone())))
    }
}

/// All bots below a folder, without the versions as they once were, which conversations of upgrades begin under.
///
/// # Errors
///
/// What the disk says.
pub fn read(examples: &Path) -> io::Result<Vec<Bot>> {
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(examples).require_git(false).build() {
        let entry = entry.map_err(io::Error::other)?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.into_path());
        }
    }
    files.sort();
    let mut bots = Vec::new();
    for config in files.iter().filter(|file| file.ends_with("botflow.toml")) {
        let Some(root) = config.parent() else {
            continue;
        };
        let name = relative(examples, root);
        if name.split('/').any(|part| part == "older") {
            continue;
        }
        let inner: Vec<&Path> = files
            .iter()
            .filter(|file| file.ends_with("botflow.toml") && *file != config && file.starts_with(root))
            .filter_map(|file| file.parent())
            .collect();
        let mine: Vec<&Path> = files
            .iter()
            .map(|file| file.as_path())
            .filter(|file| file.starts_with(root) && !inner.iter().any(|other| file.starts_with(other)))
            .collect();
        let mut project = Project {
            config: Some(Arc::from(fs::read_to_string(config)?)),
            ..Project::default()
        };
        let mut conversations = Vec::new();
        for file in mine {
            let list = match file.extension().and_then(|extension| extension.to_str()) {
                Some("flow") => &mut project.sources,
                Some("md") => &mut project.documents,
                Some("po") => &mut project.locales,
                Some("chat") => &mut conversations,
                _ => continue,
            };
            list.push(Source {
                path: SmolStr::new(relative(root, file)),
                text: Arc::from(fs::read_to_string(file)?),
            });
        }
        if !project.locales.is_empty() {
            let mut translated = Bot::new(format!("{name}, translated"), project.clone());
            translated.is_translated = true;
            bots.push(translated);
        }
        project.config = project
            .config
            .map(|config| Arc::from(without_translations(config.to_string())));
        let mut bot = Bot::new(name, project);
        bot.conversations = conversations;
        bots.push(bot);
    }
    Ok(bots)
}

/// A defect in a text makes its translations stale, which would be told besides: what is found about translations is
/// found in the bot with its translations.
fn without_translations(mut config: String) -> String {
    if !config.contains("[lints]") {
        config.push_str("\n[lints]\n");
    }
    for rule in ["missing-translation", "stale-translation", "unused-translation"] {
        if !config.contains(rule) {
            config = config.replacen("[lints]\n", &format!("[lints]\n{rule} = \"off\"\n"), 1);
        }
    }
    config
}

fn relative(root: &Path, file: &Path) -> String {
    let path = file.strip_prefix(root).unwrap_or(file);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
