//! flow.pest as a program: the oracle that the production parser of `.flow` is measured by.

use pest::Parser;
use pest_derive::Parser;

/// The parser that pest builds from the normative grammar of the Flow language.
#[derive(Parser)]
#[grammar = "flow.pest"]
pub struct FlowGrammar;

/// The text of the normative grammar.
pub const SOURCE: &str = include_str!("../flow.pest");

/// Parses a whole file; the error is pest's, with the furthest place it reached.
pub fn parse(source: &str) -> Result<pest::iterators::Pairs<'_, Rule>, Box<pest::error::Error<Rule>>> {
    FlowGrammar::parse(Rule::file, source).map_err(Box::new)
}
