//! The shape of a tree: names of rules within each other, with the text of the leaves.

use botflow_grammar::flow::Rule;
use botflow_syntax::{NodeOrToken, SyntaxKind, SyntaxNode};
use pest::iterators::{Pair, Pairs};

/// A node of either tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    name: String,
    text: Option<String>,
    children: Vec<Shape>,
}

impl Shape {
    /// One line for each node.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.collect(0, &mut lines);
        lines
    }

    fn collect(&self, depth: usize, lines: &mut Vec<String>) {
        let text = self
            .text
            .as_ref()
            .map(|text| format!(" {text:?}"))
            .unwrap_or_default();
        lines.push(format!("{}{}{text}", "  ".repeat(depth), self.name));
        for child in &self.children {
            child.collect(depth + 1, lines);
        }
    }
}

/// Rules that show as their only child where they have only one: operators without a second operand.
const COLLAPSING: &[&str] = &[
    "or_expr",
    "and_expr",
    "compare_expr",
    "else_expr",
    "sum_expr",
    "product_expr",
    "field_expr",
    "optional_type",
];

/// The shape that the grammar gives.
pub fn of_pairs(pairs: Pairs<'_, Rule>) -> Shape {
    let file = pairs.into_iter().next().expect("the grammar begins with a file");
    of_pair(file).expect("a file is a node")
}

fn of_pair(pair: Pair<'_, Rule>) -> Option<Shape> {
    let rule = format!("{:?}", pair.as_rule());
    if rule.starts_with("k_") || rule == "EOI" {
        return None;
    }
    let name = match rule.as_str() {
        "label" | "any_word" | "root_name" => "name",
        "line_chunk" | "block_chunk" => "chunk",
        other => other,
    };
    let text = is_leaf(name).then(|| pair.as_str().to_owned());
    let mut children: Vec<Shape> = pair.into_inner().filter_map(of_pair).collect();
    if children.len() == 1 && COLLAPSING.contains(&name) {
        return children.pop();
    }
    Some(Shape {
        name: name.to_owned(),
        text,
        children,
    })
}

/// The shape that the production parser gives.
pub fn of_tree(node: &SyntaxNode) -> Shape {
    let name = node.kind().rule().unwrap_or("?");
    let text = is_leaf(name).then(|| node.text().to_string());
    let children = node
        .children_with_tokens()
        .filter_map(|element| match element {
            NodeOrToken::Node(node) => Some(of_tree(&node)),
            NodeOrToken::Token(token) => {
                let name = token_name(token.kind())?;
                Some(Shape {
                    name: name.to_owned(),
                    text: Some(token.text().to_owned()),
                    children: Vec::new(),
                })
            }
        })
        .collect();
    Shape {
        name: name.to_owned(),
        text,
        children,
    }
}

fn is_leaf(name: &str) -> bool {
    matches!(
        name,
        "name"
            | "chunk"
            | "escape"
            | "question"
            | "integer"
            | "decimal"
            | "percent"
            | "duration"
            | "time"
            | "date"
            | "regex"
            | "currency"
            | "weekday"
            | "month"
            | "language_code"
    )
}

/// The rule that reads this kind of token, if it is one that shows.
fn token_name(kind: SyntaxKind) -> Option<&'static str> {
    Some(match kind {
        SyntaxKind::Name => "name",
        SyntaxKind::TextChunk => "chunk",
        SyntaxKind::TextEscape => "escape",
        SyntaxKind::Question => "question",
        SyntaxKind::Integer => "integer",
        SyntaxKind::Decimal => "decimal",
        SyntaxKind::Percent => "percent",
        SyntaxKind::Duration => "duration",
        SyntaxKind::Time => "time",
        SyntaxKind::Date => "date",
        SyntaxKind::Regex => "regex",
        SyntaxKind::Currency => "currency",
        SyntaxKind::Weekday => "weekday",
        SyntaxKind::Month => "month",
        _ => return None,
    })
}
