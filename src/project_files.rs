//! From disk to a compiler's [`Project`]: which folders are bots, and which files belong to them.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use botflow_compiler::locales;
use botflow_compiler::project::{Project, Source};
use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::failure::Failure;

/// The file that marks a bot's folder.
pub const CONFIG_FILE: &str = "botflow.toml";

/// The folders of the bots that a path of the command line means: the bot it belongs to, or all bots below it.
pub fn find(path: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let metadata = fs::metadata(path).map_err(Failure::file(format!("read `{path}`")))?;
    let folder = if metadata.is_dir() { path } else { parent(path) };
    let absolute = folder
        .canonicalize_utf8()
        .map_err(Failure::file(format!("read `{folder}`")))?;
    // Names stay as the user wrote them where the folder itself is the bot.
    if folder.join(CONFIG_FILE).is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    if let Some(root) = absolute
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(CONFIG_FILE).is_file())
    {
        return Ok(vec![root.to_owned()]);
    }
    let below = files_below(folder, |file| file.file_name() == Some(CONFIG_FILE))?;
    if !below.is_empty() {
        return Ok(below.iter().map(|file| parent(file).to_owned()).collect());
    }
    if files_below(folder, |file| file.extension() == Some("flow"))?.is_empty() {
        return Err(Failure::Environment(format!(
            "there is no bot in `{folder}`: no {CONFIG_FILE} and no .flow file. `botflow new my_bot` makes one"
        )));
    }
    Ok(vec![folder.to_owned()])
}

/// So many bots are named where one has to be chosen.
const MOST_NAMED: usize = 8;

/// The one bot that a path means. Bots inside another one (its older versions, what it is tested with) are not meant.
pub fn find_one(path: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let all = find(path)?;
    let outer = |root: &&Utf8PathBuf| {
        !all.iter()
            .any(|other| *other != **root && root.starts_with(other))
    };
    let mut found: Vec<Utf8PathBuf> = all.iter().filter(outer).cloned().collect();
    if found.len() > 1 {
        let shown = |root: &Utf8PathBuf| format!("`{}`", root.strip_prefix(".").unwrap_or(root));
        let names: Vec<_> = found.iter().take(MOST_NAMED).map(shown).collect();
        let more = match found.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Err(Failure::Usage(format!(
            "there are {} bots below `{path}`; name one: {}{more}",
            found.len(),
            names.join(", ")
        )));
    }
    Ok(found.remove(0))
}

/// Reads all sources of a bot. Bytes that are no UTF-8 become U+FFFD, which the compiler reports at its place.
pub fn load(root: &Utf8Path) -> Result<Project, Failure> {
    let mut files = files_below(root, |file| {
        matches!(file.extension(), Some("flow" | "md")) || file.file_name() == Some(CONFIG_FILE)
    })?;
    files.extend(catalogues(root)?);
    let paths = files
        .iter()
        .map(|file| Utf8PathBuf::from(relative(root, file)))
        .collect();
    let mut project = assemble(paths, |path| read(&root.join(path)))?;
    let linked = project.links().into_iter();
    let linked = linked.filter(|path| root.join(path).exists());
    project.linked = Some(linked.map(SmolStr::from).collect());
    Ok(project)
}

/// A bot's project from the paths of the files below its folder, wherever they are read from. What belongs to a bot inside
/// it is left out.
pub fn assemble(
    mut paths: Vec<Utf8PathBuf>,
    mut read: impl FnMut(&Utf8Path) -> Result<String, Failure>,
) -> Result<Project, Failure> {
    paths.sort();
    let others: Vec<Utf8PathBuf> = (paths.iter())
        .filter(|path| path.file_name() == Some(CONFIG_FILE))
        .map(|path| parent(path).to_owned())
        .filter(|folder| folder != ".")
        .collect();
    let mut project = Project::default();
    for path in &paths {
        if path == CONFIG_FILE {
            project.config = Some(Arc::from(read(path)?));
            continue;
        }
        let list = match path.extension() {
            Some("flow") => &mut project.sources,
            Some("md") => &mut project.documents,
            Some("po") if parent(path) == locales::FOLDER => &mut project.locales,
            _ => continue,
        };
        if others.iter().any(|other| path.starts_with(other)) {
            continue;
        }
        list.push(Source {
            path: SmolStr::new(path),
            text: Arc::from(read(path)?),
        });
    }
    Ok(project)
}

/// The catalogues of a bot, in order of path.
pub fn catalogues(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let folder = root.join(locales::FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    files_below(&folder, |file| {
        file.extension() == Some("po") && file.parent() == Some(folder.as_path())
    })
}

/// The `.chat` files of a bot (or below a folder of it), in order of path.
pub fn chat_files(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    Ok(plainly(files_below(folder, |file| {
        file.extension() == Some("chat")
    })?))
}

/// The `.chat` files of the bot in a folder and of no other one below it, by their paths below it, in order.
pub fn own_chat_files(root: &Utf8Path) -> Result<Vec<(String, Utf8PathBuf)>, Failure> {
    let files = files_below(root, |file| {
        file.extension() == Some("chat") || file.file_name() == Some(CONFIG_FILE)
    })?;
    let (others, chats): (Vec<_>, Vec<_>) =
        (files.into_iter()).partition(|file| file.file_name() == Some(CONFIG_FILE));
    let others: Vec<_> = (others.iter().map(|file| parent(file)))
        .filter(|folder| *folder != root)
        .collect();
    let own = chats
        .iter()
        .filter(|file| !others.iter().any(|other| file.starts_with(other)));
    Ok(own.map(|file| (relative(root, file), file.clone())).collect())
}

/// The `.flow` files that a path means: itself, or all below it.
pub fn flow_files(path: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let metadata = fs::metadata(path).map_err(Failure::file(format!("read `{path}`")))?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    Ok(plainly(files_below(path, |file| {
        file.extension() == Some("flow")
    })?))
}

/// Paths as people write them: what is in this folder without `./` before it.
fn plainly(files: Vec<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let plain = |file: Utf8PathBuf| file.strip_prefix(".").map(Utf8Path::to_owned).unwrap_or(file);
    files.into_iter().map(plain).collect()
}

/// A file's text, whatever its bytes.
pub fn read(file: &Utf8Path) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(Failure::file(format!("read `{file}`")))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Puts a new text in the place of a file, or makes it: the text is written beside it and then takes its name, so that
/// nobody ever reads half of it, and nothing is lost where there is no room.
pub fn write(path: &Utf8Path, text: &str) -> std::io::Result<()> {
    // What a link leads to is changed, not the link.
    let path = match path.canonicalize_utf8() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => path.to_owned(),
        path => path?,
    };
    let name = path.file_name().unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.botflow", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        if let Ok(known) = fs::metadata(&path) {
            file.set_permissions(known.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // Whether that succeeds changes nothing: the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file's path relative to the bot's folder, with `/` between parts.
pub fn relative(root: &Utf8Path, file: &Utf8Path) -> String {
    let path = file.strip_prefix(root).unwrap_or(file);
    path.components()
        .map(|part| part.as_str())
        .collect::<Vec<_>>()
        .join("/")
}

fn parent(path: &Utf8Path) -> &Utf8Path {
    match path.parent() {
        Some(parent) if parent.as_str().is_empty() => Utf8Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// Files below a folder that are not ignored by git, in order of path: the walk's own order is the disk's.
fn files_below(folder: &Utf8Path, wanted: impl Fn(&Utf8Path) -> bool) -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).require_git(false).build() {
        let entry =
            entry.map_err(|error| Failure::Environment(format!("could not read `{folder}`: {error}")))?;
        let Ok(path) = Utf8PathBuf::from_path_buf(entry.path().to_owned()) else {
            continue;
        };
        if entry.file_type().is_some_and(|kind| kind.is_file()) && wanted(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
