//! Where logs go: to standard error, for people in terminals, one JSON object a line elsewhere. Nothing that anybody said
//! is logged above debug level.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::host::settings::Settings;

/// Whatever is logged from here on goes to where the settings say.
pub fn begin(settings: &Settings) -> Result<(), Failure> {
    let filter = filter(settings.text("log").unwrap_or("info"))?;
    let human = match settings.text("log_format") {
        Some("human") => true,
        Some("json") => false,
        _ => std::io::stderr().is_terminal(),
    };
    let colours = crate::output::coloured(&std::io::stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Where nobody reads any more, telling so there would end whatever is being done.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let begun = if human {
        builder.with_ansi(colours).with_target(false).try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init()
    };
    begun.map_err(|error| Failure::Environment(format!("nothing can be logged: {error}")))
}

/// A level is one of ours; what others say is asked for by name.
fn filter(text: &str) -> Result<EnvFilter, Failure> {
    let directives = match text {
        "off" | "error" | "warn" => text.to_owned(),
        "info" | "debug" | "trace" => format!("warn,botflow={text},botflow_runtime={text}"),
        // A word alone would be the name of a module, and all others would be silent.
        word if !word.contains(['=', ',', '[']) => {
            return Err(Failure::Usage(format!(
                "`{word}` is no level to log at: error, warn, info, debug, trace or off"
            )));
        }
        other => other.to_owned(),
    };
    EnvFilter::try_new(directives).map_err(|error| {
        Failure::Usage(format!(
            "`log` is a level (error, warn, info, debug) or a filter such as `info,botflow_runtime=debug`: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_or_a_filter() {
        for good in [
            "off",
            "error",
            "info",
            "trace",
            "botflow_runtime=debug",
            "warn,botflow=trace",
        ] {
            assert!(filter(good).is_ok(), "{good}");
        }
        for wrong in ["", "warning", "verbose", "Info", "botflow=loud"] {
            assert!(filter(wrong).is_err(), "{wrong}");
        }
    }
}
