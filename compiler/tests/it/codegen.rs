//! What holds for the code, the graph and the findings of every program.

use botflow_artifact::verify::{Damage, verify};
use botflow_artifact::*;
use botflow_compiler::codegen::{Lowered, generate};
use botflow_compiler::graph::export;
use botflow_compiler::graph::{Edge, Graph, Node, Reach};
use botflow_compiler::rules::flow;
use indexmap::IndexSet;
use petgraph::visit::EdgeRef;
use proptest::prelude::*;

use crate::random_program::program;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// The code is what a loader accepts, but for what the findings say about it.
    #[test]
    fn code_verifies(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let lowered = generate(program(&bytes));
        let graph = Graph::build(&lowered.bot);
        let findings = flow::check(&lowered, &graph);
        let found = |name: &str| findings.iter().any(|finding| finding.rule.name == name);
        match verify(&lowered.bot) {
            Ok(()) => {
                prop_assert!(!found("runs-itself"));
                prop_assert!(!found("step-falls-off"));
            }
            Err(Damage::Unfinished) => prop_assert!(found("step-falls-off")),
            Err(Damage::Cycle { arena: "runs" }) => prop_assert!(found("runs-itself")),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// Whatever does not leave is followed by an operation of the same flow; a step is left only for a sibling.
    #[test]
    fn flows_keep_to_themselves(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let lowered = generate(program(&bytes));
        let bot = &lowered.bot;
        let mut entries: Vec<(Pc, FlowId)> =
            bot.flows.iter().zip(0..).map(|(flow, id)| (flow.entry, FlowId(id))).collect();
        entries.sort_unstable();
        let owner = |pc: Pc| entries[entries.partition_point(|(entry, _)| *entry <= pc) - 1].1;
        for (pc, op) in bot.code.iter().enumerate() {
            let pc = Pc::from(pc);
            let flow = owner(pc);
            if !op.leaves() {
                prop_assert_eq!(owner(Pc(pc.0 + 1)), flow);
            }
            match op {
                Op::Jump(to) | Op::Branch { otherwise: to, .. } | Op::Next { end: to, .. } => {
                    prop_assert_eq!(owner(*to), flow);
                }
                Op::GoTo(step) => prop_assert_eq!(bot.steps[step.index()].flow, flow),
                Op::Enter(place) | Op::Reask(place) => {
                    prop_assert_eq!(bot.places[place.index()].flow, flow);
                }
                _ => {}
            }
        }
        for place in &bot.places {
            prop_assert_eq!(owner(place.then), place.flow);
            prop_assert!(place.handlers.iter().all(|id| bot.handlers[id.index()].flow == place.flow));
        }
    }

    /// Two places have one hash only if that is reported.
    #[test]
    fn places_are_told_apart(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let lowered = generate(program(&bytes));
        let hashes: IndexSet<PlaceHash> = lowered.bot.places.iter().map(|place| place.hash).collect();
        prop_assert_eq!(hashes.len() + lowered.facts.duplicates.len(), lowered.bot.places.len());
    }

    /// The search finds what a plain walk finds, which takes returns for granted only when it has seen them.
    #[test]
    fn reach_is_what_can_be_walked(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let lowered = generate(program(&bytes));
        let graph = Graph::build(&lowered.bot);
        let reach = Reach::of(&graph, &lowered.bot);
        let walked = walk(&lowered, &graph);
        for node in graph.nodes.node_indices() {
            prop_assert_eq!(reach.reached(node), walked[node.index()], "{:?}", graph.nodes[node]);
            if reach.reached(node) {
                let path = reach.path(&graph, &lowered.bot, node, usize::MAX);
                let begins = path.first().and_then(|edge| graph.nodes.edge_endpoints(*edge));
                let begins = begins.map_or(node, |(from, _)| from);
                prop_assert!(matches!(graph.nodes[begins], Node::Customer | Node::Trigger(_) | Node::Operators));
            }
        }
    }
}

proptest! {
    // Pictures take their time without optimisation.
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same program gives the same code, findings and pictures.
    #[test]
    fn nothing_is_left_to_chance(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (one, other) = (generate(program(&bytes)), generate(program(&bytes)));
        prop_assert_eq!(&one.bot, &other.bot);
        let (graph, again) = (Graph::build(&one.bot), Graph::build(&other.bot));
        prop_assert_eq!(format!("{:?}", flow::check(&one, &graph)), format!("{:?}", flow::check(&other, &again)));
        prop_assert_eq!(export::svg(&one.bot, &graph), export::svg(&other.bot, &again));
        prop_assert_eq!(export::json(&one.bot, &graph), export::json(&other.bot, &again));
        prop_assert_eq!(export::dot(&one.bot, &graph), export::dot(&other.bot, &again));
        prop_assert_eq!(export::mermaid(&one.bot, &graph), export::mermaid(&other.bot, &again));
    }
}

/// All that can be reached, by walking until nothing new comes.
fn walk(lowered: &Lowered, graph: &Graph) -> Vec<bool> {
    let mut seen = vec![false; graph.nodes.node_count()];
    for node in graph.nodes.node_indices() {
        seen[node.index()] = matches!(
            graph.nodes[node],
            Node::Customer | Node::Trigger(_) | Node::Operators
        );
    }
    loop {
        let mut changed = false;
        for edge in graph.nodes.edge_references() {
            let comes_back = match (edge.weight(), graph.run_at(&lowered.bot, edge.source())) {
                (Edge::Returns, Some(flow)) => seen[graph.returns(flow).index()],
                _ => true,
            };
            if comes_back && seen[edge.source().index()] && !seen[edge.target().index()] {
                seen[edge.target().index()] = true;
                changed = true;
            }
        }
        if !changed {
            return seen;
        }
    }
}
