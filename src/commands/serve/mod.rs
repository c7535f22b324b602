//! `botflow serve`: a bot at work. Compiles or loads it, opens its store, serves its channels, and stops when it is asked
//! to, with nothing half done.

mod bot;
mod channels;
mod logs;
mod note;
mod signals;
mod watch;

use std::io::IsTerminal;
use std::sync::Arc;

use botflow_compiler::rules::nearest::nearest;
use botflow_runtime::action::HttpOptions;
use botflow_runtime::host::BuildError;
use botflow_runtime::operations::Operations;
use botflow_runtime::server::{Rate, Server, ServerOptions};
use botflow_runtime::{Host, HostBuilder, engine};
use tokio_util::sync::CancellationToken;

use crate::cli::Serve;
use crate::failure::{Failure, Status};
use crate::host::secrets::Secrets;
use crate::host::settings::Settings;
use crate::host::store::StoreName;
use crate::output;
use bot::Served;
pub use bot::folder;

/// What `--help` adds.
pub const AFTER_HELP: &str = "The bot is reached by web chat at the address that is printed. Settings come from flags, \
else from environment variables (BOTFLOW_LISTEN, BOTFLOW_STORE, BOTFLOW_WEB_ORIGINS …), else from `[host]` in botflow.toml, \
else they are as usual; --print-config shows all of them. Secrets never stand in botflow.toml.

Examples:
  botflow serve my_bot                    try it: http://127.0.0.1:8080
  botflow serve my_bot --watch            and go on writing it; what has no errors runs at once
  botflow serve my_bot.botflow --listen 0.0.0.0:80 --store sqlite:/var/lib/bot/bot.db
  botflow serve --stored --store sqlite:/var/lib/bot/bot.db    the version uploaded last

/health tells that it is alive, /ready that it takes messages, /metrics its figures. Ctrl+C or SIGTERM stops it after what \
is under way; a second one at once. docs/operations.md tells the rest.

Exit status: 0 stopped when asked to, 1 findings, 2 wrong use, 3 port, store or action.";

/// Carries it out.
pub fn run(arguments: Serve) -> Result<Status, Failure> {
    let flags = flags(&arguments)?;
    let flags: Vec<_> = flags
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let served = match bot::find(arguments.project.as_deref(), arguments.stored)? {
        Ok(served) => served,
        Err(status) => return Ok(status),
    };
    let settings = Settings::read(&served.folder, &flags)?;
    settings.warn_of_variables();
    if arguments.print_config {
        output::data(&settings.shown());
        return Ok(Status::Good);
    }
    logs::begin(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Environment(format!("no threads can be started: {error}")))?;
    runtime.block_on(serve(&arguments, served, &settings))
}

/// Settings from flags.
fn flags(arguments: &Serve) -> Result<Vec<(String, String)>, Failure> {
    let mut flags = Vec::new();
    for pair in &arguments.set {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::Usage(format!(
                "`--set {pair}`: write `--set NAME=VALUE`"
            )));
        };
        flags.push((name.trim().to_owned(), value.to_owned()));
    }
    let own = [
        ("listen", &arguments.listen),
        ("store", &arguments.store),
        ("log", &arguments.log),
        ("log_format", &arguments.log_format),
    ];
    for (name, value) in own {
        flags.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    Ok(flags)
}

async fn serve(arguments: &Serve, served: Served, settings: &Settings) -> Result<Status, Failure> {
    let signals = signals::Signals::listen()?;
    let name = StoreName::of(settings, &served.folder, served.name.as_deref())?;
    // What cannot be had is found out before anything is changed.
    let listen = settings.text("listen").unwrap_or_default();
    let server = Server::bind(listen, server_options(settings))
        .await
        .map_err(|error| no_address(listen, &error))?;
    let address = server
        .address()
        .map_err(Failure::file("find out where it listens"))?;
    let store = name.open().await?;
    let secrets = Secrets::find(settings, &name, true)?;
    let bytes = served.bytes(&*store, &name).await?;
    let version = botflow_runtime::deployment::Version::load(&bytes)
        .map_err(|error| Failure::Environment(error.to_string()))?;
    let bot = &version.program.bot;
    let mut builder = Host::builder()
        .bot(&bytes)
        .shared_store(Arc::clone(&store))
        .http(http_options(settings)?)
        .settings(engine_settings(settings));
    for (name, value) in config(arguments, bot)? {
        builder = builder.config(&name, &value);
    }
    let operations = Operations::new()
        .admin(secrets.admin_key()?)
        .readers(settings.networks("metrics_from"))
        .traffic(server.traffic());
    let parts = channels::Parts {
        host: builder,
        server,
        operations,
    };
    let channels::Parts {
        host: mut builder,
        server,
        operations,
    } = channels::connect(parts, &bot.channels, settings, &secrets)?;
    if arguments.allow_missing {
        builder = with_failing(builder, &version);
    }
    let host = match builder.build().await {
        Ok(host) => host,
        Err(error) => {
            store.close().await;
            return Err(not_built(error, &name));
        }
    };
    let server = server.mount(Arc::new(operations));
    let stop = CancellationToken::new();
    let note = note::Note::write(&name, address);
    let signalled = tokio::spawn(signals.wait(stop.clone()));
    let watching = match (&served.path, arguments.watch) {
        (Some(path), true) => Some(watch::begin(path, &host, stop.clone())?),
        _ => None,
    };
    tracing::info!(
        bot = %bot.name,
        version = format_args!("{:016x}", version.hash()),
        %address,
        store = store.kind(),
        "the bot is served"
    );
    output::data(&format!("http://{address}\n"));
    if std::io::stderr().is_terminal() {
        output::talk(&banner(&version, address, &name, arguments.watch));
    }
    drop(version);
    let ended = server.serve(&host, stop).await;
    drop(watching);
    signalled.abort();
    note.remove();
    ended.map_err(Failure::file("listen any longer"))?;
    tracing::info!("stopped: what was taken is stored");
    Ok(Status::Good)
}

fn banner(
    version: &botflow_runtime::deployment::Version,
    address: std::net::SocketAddr,
    store: &StoreName,
    watch: bool,
) -> String {
    let next = match watch {
        true => "What you save runs at once where it has no errors.",
        false => "With --watch, what you change runs at once.",
    };
    format!(
        "\n  {} is served.\n\n  chat     http://{address}/\n  figures  http://{address}/metrics\n  store    {}\n\n  {next} \
         Ctrl+C stops it.\n\n",
        version.program.bot.name,
        store.shown()
    )
}

fn no_address(listen: &str, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let advice = match error.kind() {
        ErrorKind::AddrInUse => {
            "another program listens there; name another port (`--listen 127.0.0.1:8081`), or 0 for any that is free"
        }
        ErrorKind::PermissionDenied => "ports below 1024 are for administrators; name a higher one",
        ErrorKind::AddrNotAvailable => "this machine has no such address; `0.0.0.0` is all it has",
        _ => return Failure::Environment(format!("nothing can listen at {listen}: {error}")),
    };
    Failure::Environment(format!("nothing can listen at {listen}: {advice}"))
}

fn not_built(error: BuildError, store: &StoreName) -> Failure {
    match error {
        BuildError::MissingActions(_) => Failure::Environment(format!(
            "{error}. `botflow serve --allow-missing` serves the bot all the same: those then fail, as if the system \
             behind them were down"
        )),
        BuildError::Store(error) => store.failure(&error),
        error => Failure::Environment(error.to_string()),
    }
}

/// What nobody does fails.
fn with_failing(mut builder: HostBuilder, version: &botflow_runtime::deployment::Version) -> HostBuilder {
    for call in version
        .program
        .bot
        .calls
        .iter()
        .filter(|call| call.http.is_none())
    {
        tracing::warn!(action = %call.name, "nobody does this: it fails");
        builder = builder.action(&call.name, bot::Fails);
    }
    builder
}

fn server_options(settings: &Settings) -> ServerOptions {
    let at_once = u32::try_from(settings.count("requests_at_once")).unwrap_or(u32::MAX);
    ServerOptions {
        connections: settings.count("connections"),
        connections_per_address: settings.count("connections_per_address"),
        requests: Rate::new(at_once, settings.count("requests_per_second") as f64),
        grace: settings.duration("grace"),
        proxies: settings.networks("proxies"),
        ..ServerOptions::default()
    }
}

fn engine_settings(settings: &Settings) -> engine::Settings {
    engine::Settings {
        waiting: settings.count("waiting"),
        cached: settings.count("cached"),
        deliveries: settings.count("deliveries"),
        attempts: u32::try_from(settings.count("attempts")).unwrap_or(u32::MAX),
        delivery_timeout: settings.duration("delivery_timeout"),
        grace: settings.duration("grace"),
        remember: settings.duration("remember"),
        ..engine::Settings::default()
    }
}

/// What lookups and actions over HTTP may do.
fn http_options(settings: &Settings) -> Result<HttpOptions, Failure> {
    let mut options = HttpOptions::default();
    for host in settings.texts("actions.allow") {
        options = options.allow(host);
    }
    for host in settings.texts("actions.private") {
        options = options.allow_private(host);
    }
    for line in settings.texts("actions.headers") {
        let parts = line.split_once(' ').and_then(|(host, header)| {
            let (name, value) = header.split_once(':')?;
            Some((host.trim(), name.trim(), value.trim()))
        });
        let Some((host, name, value)) = parts else {
            return Err(Failure::Usage(
                "`actions.headers` has a line that is none of `HOST NAME: VALUE`, such as `api.shop.example \
                 Authorization: Bearer ${SHOP_TOKEN}`"
                    .to_owned(),
            ));
        };
        options = options
            .header(host, name, value)
            .map_err(|error| Failure::Usage(format!("`actions.headers` for {host}: {error}")))?;
    }
    Ok(options)
}

/// Values of the bot's `config` that hold here instead of those in botflow.toml: of flags, else of the environment.
fn config(arguments: &Serve, bot: &botflow_artifact::Bot) -> Result<Vec<(String, String)>, Failure> {
    let mut values = Vec::new();
    for entry in &bot.config {
        let variable = format!("BOTFLOW_CONFIG_{}", entry.name.to_uppercase());
        if let Some(value) = std::env::var_os(&variable) {
            let value = value
                .into_string()
                .map_err(|_| Failure::Usage(format!("`{variable}` is not UTF-8")))?;
            values.push((entry.name.to_string(), value));
        }
    }
    for pair in &arguments.config {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("`--config {pair}`: write `--config NAME=VALUE`")))?;
        if !bot.config.iter().any(|entry| entry.name == name) {
            let known = bot.config.iter().map(|entry| entry.name.as_str());
            let near = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Failure::Usage(format!("the bot reads no `config.{name}`{near}")));
        }
        values.push((name.to_owned(), value.to_owned()));
    }
    Ok(values)
}
