//! `--watch`: what is saved runs at once, where it has no errors; findings are shown, and the version before goes on.

use std::time::Duration;

use botflow_runtime::deployment::Version;
use botflow_runtime::{Engine, Host};
use camino::{Utf8Path, Utf8PathBuf};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::bot;
use crate::failure::Failure;
use crate::host::store::FOLDER;
use crate::output;

/// Editors save in several steps: what is saved is read when nothing has changed for so long.
const QUIET: Duration = Duration::from_millis(100);

/// Whose a version is that was saved.
const WATCH: &str = "watch";

/// Files are watched as long as this is kept.
pub struct Watching {
    _watcher: RecommendedWatcher,
}

/// Watches a bot's sources, or its built file.
pub fn begin(path: &Utf8Path, host: &Host, stop: CancellationToken) -> Result<Watching, Failure> {
    let is_artifact = path.is_file() && !matches!(path.extension(), Some("flow" | "toml" | "chat"));
    let folder = bot::folder(path)?;
    let (sender, changed) = unbounded_channel();
    let artifact = is_artifact.then(|| path.file_name().unwrap_or_default().to_owned());
    let heard = move |event: notify::Result<Event>| {
        let concerns = match &event {
            Ok(event) if matches!(event.kind, notify::EventKind::Access(_)) => false,
            Ok(event) => event
                .paths
                .iter()
                .any(|path| is_of_bot(path, artifact.as_deref())),
            // Something was missed: everything is read anew.
            Err(_) => true,
        };
        if concerns {
            // Nobody listens any more: the host stops.
            let _ = sender.send(());
        }
    };
    let failed =
        |error: notify::Error| Failure::Environment(format!("`{folder}` cannot be watched: {error}"));
    let mut watcher = notify::recommended_watcher(heard).map_err(failed)?;
    let mode = if is_artifact {
        RecursiveMode::NonRecursive
    } else {
        RecursiveMode::Recursive
    };
    watcher.watch(folder.as_std_path(), mode).map_err(failed)?;
    tokio::spawn(follow(path.to_owned(), host.engine().clone(), changed, stop));
    Ok(Watching { _watcher: watcher })
}

/// Whether a change can change the bot.
fn is_of_bot(path: &std::path::Path, artifact: Option<&str>) -> bool {
    if let Some(artifact) = artifact {
        return path.file_name().is_some_and(|name| name == artifact);
    }
    // What the host itself writes, and what git does.
    let is = |name: &str| path.components().any(|part| part.as_os_str() == name);
    if is(FOLDER) || is(".git") {
        return false;
    }
    let is_source = path.extension().is_some_and(|extension| {
        ["flow", "md", "po", "toml"]
            .iter()
            .any(|known| extension == *known)
    });
    // A folder that came or went may hold sources.
    is_source || path.extension().is_none()
}

async fn follow(
    path: Utf8PathBuf,
    engine: Engine,
    mut changed: UnboundedReceiver<()>,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            one = changed.recv() => if one.is_none() { return },
        }
        while let Ok(one) = tokio::time::timeout(QUIET, changed.recv()).await {
            if one.is_none() {
                return;
            }
        }
        renew(&path, &engine).await;
    }
}

/// Reads the bot, and lets it run if it can.
async fn renew(path: &Utf8Path, engine: &Engine) {
    let deployment = engine.deployment();
    let path = path.to_owned();
    // A large bot takes a while; conversations go on meanwhile.
    let read = tokio::task::spawn_blocking(move || match bot::read(&path) {
        Ok(Ok((_, bytes))) => Version::load(&bytes).map_err(|error| error.to_string()).map(Some),
        // Its findings were shown.
        Ok(Err(_)) => Ok(None),
        Err(failure) => Err(failure.to_string()),
    });
    let version = match read.await {
        Ok(Ok(Some(version))) => version,
        Ok(Ok(None)) => {
            deployment.hold_back(WATCH, "the bot has errors");
            tracing::warn!("the bot has errors; the version before goes on");
            return;
        }
        Ok(Err(why)) => {
            deployment.hold_back(WATCH, &why);
            tracing::warn!(%why, "the bot cannot be read; the version before goes on");
            return;
        }
        Err(error) => {
            deployment.hold_back(WATCH, "reading the bot broke off");
            tracing::error!(%error, "reading the bot broke off; the version before goes on");
            return;
        }
    };
    let before = deployment.current().hash();
    let hash = version.hash();
    if hash == before {
        if !deployment.held_back().is_empty() {
            deployment.caught_up(WATCH);
            tracing::info!("the bot is the one that runs");
        }
        return;
    }
    match engine.switch(version).await {
        Ok(_) => {
            deployment.caught_up(WATCH);
            tracing::info!(
                version = format_args!("{hash:016x}"),
                before = format_args!("{before:016x}"),
                "the new version runs"
            );
            output::data(&format!("version {hash:016x}\n"));
        }
        Err(error) => {
            deployment.hold_back(WATCH, &error);
            tracing::warn!(%error, "the new version does not run; the version before goes on");
        }
    }
}
