//! `botflow deploy`: a new version for a host that runs.

use camino::Utf8Path;

use super::program;
use crate::cli::Deploy;
use crate::failure::{Failure, Status};
use crate::host::client::HostClient;
use crate::host::secrets::given_admin_key;
use crate::host::settings::Settings;
use crate::output;

/// Carries it out.
pub fn run(arguments: Deploy) -> Result<Status, Failure> {
    let settings = Settings::read(Utf8Path::new("."), &[])?;
    let Some(key) = given_admin_key(&settings)? else {
        return Err(Failure::Usage(
            "uploads are signed: set the environment variable `BOTFLOW_ADMIN_KEY` to the admin key of the host".to_owned(),
        ));
    };
    let client = HostClient::new(&arguments.url, &key)?;
    let bot = match program::bot(&arguments.artifact)? {
        Ok(bot) => bot,
        Err(status) => return Ok(status),
    };
    let bytes = match is_artifact(&arguments.artifact) {
        true => std::fs::read(&arguments.artifact)
            .map_err(Failure::file(format!("read `{}`", arguments.artifact)))?,
        false => botflow_artifact::to_bytes(&bot).0,
    };
    let path = match arguments.replace {
        true => "/admin/bot?replace=true",
        false => "/admin/bot",
    };
    let runtime = runtime()?;
    let answer = runtime.block_on(client.ask(reqwest::Method::PUT, path, bytes))?;
    let version = answer["bot"].as_str().unwrap_or("?");
    output::talk(&match answer["changed"].as_bool() {
        Some(true) => format!(
            "{} runs at {} as version {version}; before it was {}.\n",
            bot.name,
            arguments.url,
            answer["before"].as_str().unwrap_or("?")
        ),
        _ => format!("{} runs that version already: {version}.\n", arguments.url),
    });
    Ok(Status::Good)
}

fn is_artifact(path: &Utf8Path) -> bool {
    path.is_file() && !matches!(path.extension(), Some("flow" | "toml" | "chat"))
}

/// What asks hosts.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Environment(format!("nothing can be asked: {error}")))
}
