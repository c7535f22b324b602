//! Borrowed nodes show the same tree as the library's own, from every node and in every direction.

use botflow_grammar::sentences::{Generator, Random, join, mutate};
use botflow_syntax::{ElementRef, NodeOrToken, NodeRef, SyntaxElement, SyntaxNode, TokenRef, parse};

/// Compares what can be seen from two nodes, and from all below them.
fn compare(ours: NodeRef<'_>, theirs: &SyntaxNode) {
    let node = |node: NodeRef<'_>| (node.kind(), node.text_range());
    let token = |token: TokenRef<'_>| (token.kind(), token.text_range(), token.text().to_owned());
    let their_node = |node: SyntaxNode| (node.kind(), node.text_range());
    assert_eq!(node(ours), their_node(theirs.clone()));
    assert_eq!(ours.text().to_string(), theirs.text().to_string());
    assert_eq!(
        ours.ancestors().map(node).collect::<Vec<_>>(),
        theirs.ancestors().map(their_node).collect::<Vec<_>>()
    );
    assert_eq!(ours.parent().map(node), theirs.parent().map(their_node));
    assert_eq!(
        ours.next_sibling().map(node),
        theirs.next_sibling().map(their_node)
    );
    assert_eq!(
        ours.first_token().map(token),
        theirs
            .first_token()
            .map(|token| (token.kind(), token.text_range(), token.text().to_owned()))
    );
    let mut before = theirs.prev_sibling_or_token();
    for found in ours.tokens_before() {
        let Some(NodeOrToken::Token(expected)) = before else {
            panic!("{found:?} is no token for the library")
        };
        assert_eq!(
            (found.kind(), found.text_range()),
            (expected.kind(), expected.text_range())
        );
        before = expected.prev_sibling_or_token();
    }
    assert!(!matches!(before, Some(NodeOrToken::Token(_))));
    let mut children = theirs.children_with_tokens();
    for ours in ours.children_with_tokens() {
        match (ours, children.next()) {
            (ElementRef::Node(ours), Some(SyntaxElement::Node(theirs))) => compare(ours, &theirs),
            (ElementRef::Token(ours), Some(SyntaxElement::Token(theirs))) => {
                assert_eq!(
                    token(ours),
                    (theirs.kind(), theirs.text_range(), theirs.text().to_owned())
                );
            }
            (ours, theirs) => panic!("{ours:?} stands where the library has {theirs:?}"),
        }
    }
    assert!(children.next().is_none());
}

fn check(source: &str) {
    let parse = parse(source);
    let root = NodeRef::root(&parse.green);
    let theirs = parse.syntax();
    compare(root, &theirs);
    let ours: Vec<_> = root.descendants().collect();
    let all: Vec<_> = theirs.descendants().collect();
    assert_eq!(ours.len(), all.len());
    for (ours, theirs) in ours.iter().zip(all) {
        assert_eq!(
            (ours.kind(), ours.text_range()),
            (theirs.kind(), theirs.text_range())
        );
        let again = root.find(ours.pointer()).expect("what was pointed at is there");
        assert_eq!(again.pointer(), ours.pointer());
    }
}

#[test]
fn the_flows_of_the_repository() {
    for (_, source) in crate::examples::flows() {
        check(&source);
    }
}

#[test]
fn sentences_and_mutants() {
    let mut generator = Generator::new();
    let keywords = generator.keywords().to_vec();
    let mut random = Random::new(7);
    let mut other = generator.sentence(&mut random);
    for _ in 0..300 {
        let pieces = generator.sentence(&mut random);
        check(&join(&pieces, &mut random));
        check(&join(
            &mutate(&pieces, &other, &keywords, &mut random),
            &mut random,
        ));
        other = pieces;
    }
}
