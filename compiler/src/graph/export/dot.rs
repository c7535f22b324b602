//! Graphviz: one cluster per group.

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
    writeln!(out, "digraph {} {{", quoted(&picture.name))?;
    writeln!(
        out,
        "  graph [rankdir=TB, fontname=\"Helvetica\", compound=true];"
    )?;
    writeln!(
        out,
        "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=rounded];"
    )?;
    writeln!(out, "  edge [fontname=\"Helvetica\", fontsize=9];")?;
    for (number, group) in picture.groups.iter().enumerate() {
        writeln!(out, "  subgraph {} {{", quoted(&format!("cluster_{}", group.id)))?;
        writeln!(out, "    label={};", quoted(&group.title))?;
        for node in &picture.nodes[picture.nodes_of(number)] {
            let text = match node.caption.is_empty() {
                true => shortened(&node.label, 60),
                false if node.label.is_empty() => node.caption.clone(),
                false => format!("{}\n{}", node.caption, shortened(&node.label, 60)),
            };
            let shape = match look(node.kind) {
                Look::Begin => "shape=box, style=bold",
                Look::Question => "shape=box, style=rounded",
                Look::Work => "shape=component",
                Look::People => "shape=house",
                Look::Heard => "shape=cds",
                Look::End => "shape=oval, peripheries=2",
                Look::Return => "shape=oval",
            };
            writeln!(
                out,
                "    {} [label={}, {shape}];",
                quoted(&node.id),
                quoted(&text)
            )?;
        }
        writeln!(out, "  }}")?;
    }
    for edge in &picture.edges {
        let style = match stroke(edge.kind) {
            Stroke::Plain | Stroke::Answer => "solid",
            Stroke::Time => "dashed",
            Stroke::Trouble => "dotted",
            Stroke::People => "bold",
        };
        writeln!(
            out,
            "  {} -> {} [label={}, style={style}];",
            quoted(&picture.nodes[edge.from].id),
            quoted(&picture.nodes[edge.to].id),
            quoted(&shortened(&edge.label, 40)),
        )?;
    }
    writeln!(out, "}}")
}

/// A text as DOT writes it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
