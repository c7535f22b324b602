//! `botflow graph`: the state-machine graph as a picture or as data.

use std::fs;

use botflow_compiler::graph::Graph;
use botflow_compiler::graph::export;

use super::program;
use crate::cli::{self, GraphFormat};
use crate::failure::{Failure, Status};
use crate::output;

/// Carries it out.
pub fn run(arguments: cli::Graph) -> Result<Status, Failure> {
    let bot = match program::bot(&arguments.project)? {
        Ok(bot) => bot,
        Err(status) => return Ok(status),
    };
    let mut graph = Graph::build(&bot);
    if let Some(flow) = &arguments.flow {
        let Some(found) = bot.flows.iter().position(|known| known.name == *flow) else {
            let known: Vec<_> = bot.flows.iter().skip(1).map(|flow| flow.name.as_str()).collect();
            return Err(Failure::Usage(format!(
                "there is no flow `{flow}`; there is {}",
                known.join(", ")
            )));
        };
        graph = graph.only(found.into());
    }
    let text = match arguments.format {
        GraphFormat::Svg => export::svg(&bot, &graph),
        GraphFormat::Dot => export::dot(&bot, &graph),
        GraphFormat::Mermaid => export::mermaid(&bot, &graph),
        GraphFormat::Json => export::json(&bot, &graph),
    };
    match &arguments.output {
        Some(file) => fs::write(file, text).map_err(Failure::file(format!("write `{file}`")))?,
        None => output::data(&text),
    }
    Ok(Status::Good)
}
