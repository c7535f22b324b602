//! An example with its conversations and the older versions under which some of them begin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_runtime::deployment::Version;
use botflow_scenario::script::{self, Scene, Script};

use crate::kit::artifact;

/// An example.
pub struct Example {
    present: Arc<Version>,
    older: Vec<(String, Arc<Version>)>,
    chats: Vec<(String, Script)>,
}

impl Example {
    pub fn read(name: &str) -> Example {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../examples")
            .join(name);
        let (present, chats) = bot(&root);
        let mut chats: Vec<_> = chats
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path).expect("an example is readable");
                let script = script::parse(&text).expect("its conversations are");
                (path.file_name().unwrap().to_string_lossy().into_owned(), script)
            })
            .collect();
        chats.retain(|(_, script)| !script.conversations.is_empty());
        let mut older = Vec::new();
        if let Ok(folders) = std::fs::read_dir(root.join("older")) {
            for folder in folders {
                let folder = folder.unwrap().path();
                let name = folder.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                older.push((name, bot(&folder).0));
            }
        }
        Example {
            present,
            older,
            chats,
        }
    }

    /// A bot of one file with one file of conversations.
    pub fn written(flow: &str, chat: &str) -> Example {
        let script = script::parse(chat).expect("its conversations can be read");
        Example {
            present: version(&artifact(flow)),
            older: Vec::new(),
            chats: vec![("written.chat".to_owned(), script)],
        }
    }

    /// All conversations, each with the name of its file.
    pub fn scenes(&self) -> impl Iterator<Item = (&str, &Scene)> {
        let chats = self.chats.iter();
        chats.flat_map(|(name, script)| {
            script
                .conversations
                .iter()
                .map(move |scene| (name.as_str(), scene))
        })
    }

    /// The version under which a conversation begins, and the one that may take over.
    pub fn versions(&self, scene: &Scene) -> (Arc<Version>, Option<Arc<Version>>) {
        match scene.version() {
            None => (Arc::clone(&self.present), None),
            Some(folder) => {
                let older = self.older.iter().find(|(name, _)| name == folder);
                let (_, older) = older.expect("it is there");
                (Arc::clone(older), Some(Arc::clone(&self.present)))
            }
        }
    }
}

fn version(bytes: &[u8]) -> Arc<Version> {
    Arc::new(Version::load(bytes).expect("it can be run"))
}

/// The bot in a folder, and its `.chat` files.
fn bot(root: &Path) -> (Arc<Version>, Vec<PathBuf>) {
    let (mut project, mut chats) = (Project::default(), Vec::new());
    for file in files(root) {
        let text = || Arc::<str>::from(std::fs::read_to_string(&file).expect("an example is readable"));
        let path = file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let source = || Source {
            path: path.as_str().into(),
            text: text(),
        };
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("flow") => project.sources.push(source()),
            Some("md") => project.documents.push(source()),
            Some("po") => project.locales.push(source()),
            Some("toml") => project.config = Some(text()),
            Some("chat") => chats.push(file.clone()),
            _ => {}
        }
    }
    let bot = compile::build(&project).unwrap_or_else(|checked| panic!("{root:?}: {:?}", checked.findings));
    (version(&botflow_artifact::to_bytes(&bot).0), chats)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("an example's folder is readable") {
        let path = entry.expect("its entries, too").path();
        if path.join("botflow.toml").exists() {
            // A bot of its own.
        } else if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
