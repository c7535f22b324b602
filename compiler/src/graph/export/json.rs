//! JSON: nodes and edges by their stable names. Fields are only ever added.

use serde::Serialize;

use crate::graph::picture::Picture;

#[derive(Serialize)]
struct File<'p> {
    version: u32,
    bot: &'p str,
    groups: Vec<Group<'p>>,
    nodes: Vec<Node<'p>>,
    edges: Vec<Edge<'p>>,
}

#[derive(Serialize)]
struct Group<'p> {
    id: &'p str,
    title: &'p str,
}

#[derive(Serialize)]
struct Node<'p> {
    id: &'p str,
    kind: &'p str,
    label: &'p str,
    group: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'p str>,
    /// Sixteen hexadecimal digits: a number of 64 bits is more than JSON readers keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<&'p str>,
}

#[derive(Serialize)]
struct Edge<'p> {
    from: &'p str,
    to: &'p str,
    kind: &'p str,
    label: &'p str,
}

pub(super) fn write(picture: &Picture) -> String {
    let file = File {
        version: 1,
        bot: &picture.name,
        groups: picture
            .groups
            .iter()
            .map(|group| Group {
                id: &group.id,
                title: &group.title,
            })
            .collect(),
        nodes: picture
            .nodes
            .iter()
            .map(|node| Node {
                id: &node.id,
                kind: node.kind,
                label: &node.label,
                group: &picture.groups[node.group].id,
                flow: node.flow.as_deref(),
                step: node.step.as_deref(),
                hash: node.place.map(|hash| format!("{hash:016x}")),
                opens: node.opens.as_deref(),
            })
            .collect(),
        edges: picture
            .edges
            .iter()
            .map(|edge| Edge {
                from: &picture.nodes[edge.from].id,
                to: &picture.nodes[edge.to].id,
                kind: edge.kind,
                label: &edge.label,
            })
            .collect(),
    };
    // Maps with text keys and texts cannot fail to be written.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}
