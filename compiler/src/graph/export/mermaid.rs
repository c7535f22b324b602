//! Mermaid: a flowchart with one subgraph per group. Its words have their own rules, so nodes are numbered and texts
//! are quoted with entities.

use std::fmt::Write as _;

use super::style::{Look, Stroke, look, stroke};
use crate::graph::label::shortened;
use crate::graph::picture::Picture;

pub(super) fn write(picture: &Picture) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = draw(picture, &mut out);
    out
}

fn draw(picture: &Picture, out: &mut String) -> std::fmt::Result {
    writeln!(out, "flowchart TD")?;
    for (number, group) in picture.groups.iter().enumerate() {
        writeln!(out, "  subgraph g{number}[\"{}\"]", quoted(&group.title))?;
        for id in picture.nodes_of(number) {
            let node = &picture.nodes[id];
            let text = match node.caption.is_empty() {
                true => quoted(&shortened(&node.label, 60)),
                false if node.label.is_empty() => quoted(&node.caption),
                false => format!(
                    "{}<br/>{}",
                    quoted(&node.caption),
                    quoted(&shortened(&node.label, 60))
                ),
            };
            let (open, close) = match look(node.kind) {
                Look::Begin => ("[", "]"),
                Look::Question => ("(", ")"),
                Look::Work => ("[[", "]]"),
                Look::People => ("[/", "\\]"),
                Look::Heard => (">", "]"),
                Look::End | Look::Return => ("([", "])"),
            };
            writeln!(out, "    n{id}{open}\"{text}\"{close}")?;
        }
        writeln!(out, "  end")?;
    }
    for edge in &picture.edges {
        let arrow = match stroke(edge.kind) {
            Stroke::Plain | Stroke::Answer => "-->",
            Stroke::Time | Stroke::Trouble => "-.->",
            Stroke::People => "==>",
        };
        match edge.label.is_empty() {
            true => writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to)?,
            false => {
                let label = quoted(&shortened(&edge.label, 40));
                writeln!(out, "  n{} {arrow}|\"{label}\"| n{}", edge.from, edge.to)?;
            }
        }
    }
    Ok(())
}

/// A text inside quotes; what Mermaid might read as markup becomes an entity.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' | '[' | ']' | '(' | ')' | '{' | '}' | '|' | '\\' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
