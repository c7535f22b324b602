//! The graph as files: SVG to look at, DOT and Mermaid for other tools, JSON for programs. All of them show the
//! [`Picture`] of the graph; the same bot gives the same bytes.

mod dot;
mod json;
mod layout;
mod mermaid;
mod style;
mod svg;

use botflow_artifact::Bot;

use super::Graph;
use super::picture::Picture;

/// A picture laid out, to be looked at in a browser: light or dark as its reader likes.
pub fn svg(bot: &Bot, graph: &Graph) -> String {
    svg::write(&Picture::of(bot, graph))
}

/// For Graphviz.
pub fn dot(bot: &Bot, graph: &Graph) -> String {
    dot::write(&Picture::of(bot, graph))
}

/// For Mermaid, as Markdown pages show it.
pub fn mermaid(bot: &Bot, graph: &Graph) -> String {
    mermaid::write(&Picture::of(bot, graph))
}

/// For programs; the schema is in `docs/language/graph.md`.
pub fn json(bot: &Bot, graph: &Graph) -> String {
    json::write(&Picture::of(bot, graph))
}
