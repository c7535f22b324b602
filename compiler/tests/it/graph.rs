//! Pictures of the graph of a real bot.

use std::collections::BTreeSet;

use botflow_compiler::compile;
use botflow_compiler::graph::export;
use serde_json::Value;

use crate::examples::project;

/// Opened and closed elements match, and nothing is written that is no number.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("every tag is closed");
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
    assert!(!svg.contains("NaN") && !svg.contains("inf\""));
}

#[test]
fn luna_store_is_drawn_whole() {
    let checked = compile::check(&project("luna_store"));
    let bot = &checked.lowered.bot;
    let svg = export::svg(bot, &checked.graph);
    assert_well_formed(&svg);
    for flow in bot.flows.iter().skip(1) {
        assert!(
            svg.contains(&format!(">{}</text>", flow.name)),
            "{} is drawn",
            flow.name
        );
    }
    let json: Value = serde_json::from_str(&export::json(bot, &checked.graph)).expect("it is JSON");
    let texts = |of: &str, field: &str| -> Vec<String> {
        let items = json[of].as_array().expect("a list").iter();
        items
            .map(|item| item[field].as_str().expect("a text").to_owned())
            .collect()
    };
    let ids: BTreeSet<String> = texts("nodes", "id").into_iter().collect();
    assert_eq!(
        ids.len(),
        json["nodes"].as_array().map_or(0, Vec::len),
        "ids are unique"
    );
    for end in texts("edges", "from").iter().chain(&texts("edges", "to")) {
        assert!(ids.contains(end), "{end} is a node");
    }
    // Every place of the bot is in it, by its hash.
    let hashes: BTreeSet<String> = json["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|node| Some(node["hash"].as_str()?.to_owned()))
        .collect();
    for place in &bot.places {
        assert!(
            hashes.contains(&format!("{:016x}", place.hash.0)),
            "{} is a node",
            place.name
        );
    }
    assert!(ids.contains("place:checkout_help.shipping.ask.city"));
}

/// A picture of one flow shows that flow.
#[test]
fn one_flow_can_be_drawn_alone() {
    let checked = compile::check(&project("luna_store"));
    let bot = &checked.lowered.bot;
    let flow = bot
        .flows
        .iter()
        .position(|flow| flow.name == "checkout_help")
        .expect("it is there");
    let alone = checked.graph.clone().only(flow.into());
    let svg = export::svg(bot, &alone);
    assert_well_formed(&svg);
    assert!(svg.contains("Which city should we ship to?"));
    assert!(!svg.contains(">gift_advice</text>"));
    let mermaid = export::mermaid(bot, &alone);
    assert!(mermaid.starts_with("flowchart TD\n"));
    let dot = export::dot(bot, &alone);
    assert!(dot.starts_with("digraph \"luna_store\" {") && dot.ends_with("}\n"));
}

/// What a person writes cannot break the file it is written into.
#[test]
fn words_are_only_words() {
    let mut checked = compile::check(&project("luna_store"));
    for text in &mut checked.lowered.bot.texts {
        for variant in &mut text.variants {
            variant.parts = vec![botflow_artifact::Part::Literal(
                "</text><script>\"'&]]>\u{1}\u{ffff}{|}".into(),
            )];
        }
    }
    let svg = export::svg(&checked.lowered.bot, &checked.graph);
    assert_well_formed(&svg);
    assert!(!svg.contains("<script"));
}
