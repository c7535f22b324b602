//! Slips of designers, one each, made in a bot that is in order: each gets one finding, which names it.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::Project;

use crate::examples::project;

/// What stands in `luna_store`, what somebody writes in its place, and the one finding: its name and what it stands
/// at.
const SLIPS: &[(&str, &str, &str, &str)] = &[
    (
        "  step shipping {",
        "  step shiping {",
        "unknown-target",
        "shipping",
    ),
    (
        "  step more {",
        "  step reassure {\n    finish resolved\n  }\n\n  step more {",
        "duplicate-name",
        "reassure",
    ),
    (
        "  step trouble {",
        "  step call-back {\n    finish resolved\n  }\n\n  step trouble {",
        "unexpected-word",
        "call-back",
    ),
    (
        "      hint \"For example: Cluj\"",
        "      hint \"For example: Cluj\" {",
        "unclosed-block",
        "{",
    ),
    (
        "      hint \"For example: Cluj\"",
        "      hnit \"For example: Cluj\"",
        "unknown-statement",
        "hnit",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> call",
        "reserved-name",
        "call",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> reasure",
        "unknown-target",
        "reasure",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" reassure",
        "unexpected-word",
        "reassure",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" > reassure",
        "unexpected-word",
        ">",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" => reassure",
        "unexpected-word",
        "=>",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" → reassure",
        "unexpected-word",
        "→",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" goto reassure",
        "unexpected-word",
        "goto",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> step reassure",
        "unexpected-word",
        "step",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> \"reassure\"",
        "unexpected-word",
        "\"reassure\"",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe? -> reassure",
        "unclosed-text",
        "\"Is it safe? -> reassure",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe? -> reassure\"",
        "text-looks-like-code",
        "-> reassure",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    Is it safe? -> reassure",
        "unknown-statement",
        "Is",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\": reassure",
        "unexpected-word",
        ":",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    “Is it safe?” -> reassure",
        "unexpected-word",
        "“Is it safe?”",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    „Is it safe?“ -> reassure",
        "unexpected-word",
        "„Is it safe?“",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    «Is it safe?» -> reassure",
        "unexpected-word",
        "«Is it safe?»",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    'Is it safe?' -> reassure",
        "unexpected-word",
        "'",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    - \"Is it safe?\" -> reassure",
        "unexpected-word",
        "-",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> reassure,",
        "unexpected-word",
        ",",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" -> reassure;",
        "unexpected-word",
        ";",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    option \"Is it safe?\" -> reassure",
        "unknown-statement",
        "option",
    ),
    (
        "    \"Is it safe?\" -> reassure",
        "    \"Is it safe?\" ->reassure }",
        "unexpected-word",
        "\"",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2min -> finish abandoned\n",
        "bad-literal",
        "2min",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 1hour -> finish abandoned\n",
        "bad-literal",
        "1hour",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 1 hour -> finish abandoned\n",
        "bad-literal",
        "1 hour",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2 m -> finish abandoned\n",
        "bad-literal",
        "2 m",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2 -> finish abandoned\n",
        "unexpected-word",
        "2",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2m finish abandoned\n",
        "unexpected-word",
        "finish",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence -> finish abandoned\n",
        "unexpected-word",
        "->",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2m -> finish abandonned\n",
        "unexpected-word",
        "abandonned",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2m -> finish\n",
        "unexpected-word",
        "",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence 2m -> end\n",
        "unknown-target",
        "end",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    silence: 2m -> finish abandoned\n",
        "unexpected-word",
        ":",
    ),
    (
        "    silence 2m -> finish abandoned\n",
        "    on silence 2m -> finish abandoned\n",
        "wrong-place",
        "on",
    ),
    (
        "    ask city: city \"Which",
        "    ask city \"Which",
        "unexpected-word",
        "\"",
    ),
    (
        "    ask city: city \"Which",
        "    ask city = city \"Which",
        "unexpected-word",
        "=",
    ),
    (
        "    ask city: city \"Which",
        "    ask city: town \"Which",
        "unknown-name",
        "town",
    ),
    (
        "    ask city: city \"Which",
        "    ask \"Which",
        "unexpected-word",
        "\"",
    ),
    (
        "    ask city: city \"Which",
        "    Ask city: city \"Which",
        "unknown-statement",
        "Ask",
    ),
    (
        "    ask city: city \"Which",
        "    ASK city: city \"Which",
        "unknown-statement",
        "ASK",
    ),
    (
        "    ask city: city \"Which",
        "    city: ask city \"Which",
        "unknown-statement",
        "city",
    ),
    (
        "    ask city: city \"Which",
        "    aks city: city \"Which",
        "unknown-statement",
        "aks",
    ),
    (
        "      suggest \"Bucharest\", \"Cluj\"",
        "      suggest \"Bucharest\" \"Cluj\"",
        "unexpected-word",
        "\"",
    ),
    (
        "      suggest \"Bucharest\", \"Cluj\"",
        "      suggest [\"Bucharest\", \"Cluj\"]",
        "type-mismatch",
        "[\"Bucharest\", \"Cluj\"]",
    ),
    (
        "      suggest \"Bucharest\", \"Cluj\"",
        "      suggests \"Bucharest\", \"Cluj\"",
        "unknown-statement",
        "suggests",
    ),
    (
        "      tries 3 -> escalate to support\n      silence 10m",
        "      tries three -> escalate to support\n      silence 10m",
        "unexpected-word",
        "three",
    ),
    (
        "      tries 3 -> escalate to support\n      silence 10m",
        "      tries 3 escalate to support\n      silence 10m",
        "unexpected-word",
        "escalate",
    ),
    (
        "      tries 3 -> escalate to support\n      silence 10m",
        "      tries 3 -> escalate support\n      silence 10m",
        "unexpected-word",
        "support",
    ),
    (
        "      tries 3 -> escalate to support\n      silence 10m",
        "      tries 3 -> support\n      silence 10m",
        "unknown-target",
        "support",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote = shipping.quote(city) {",
        "unexpected-word",
        "(",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    quote = call shipping.quote(city) {",
        "unknown-statement",
        "quote",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote: call shipping.quote(city) {",
        "unexpected-word",
        ":",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote = call shipping.quote city {",
        "unexpected-word",
        "city",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote = call shipping.quote(city {",
        "unexpected-word",
        "{",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote = call shipping.quote(city)",
        "wrong-place",
        "failed",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let quote = call shiping.quote(city) {",
        "unknown-name",
        "shiping.quote",
    ),
    (
        "    let quote = call shipping.quote(city) {",
        "    let qoute = call shipping.quote(city) {",
        "unknown-name",
        "quote",
    ),
    (
        "      failed -> trouble\n",
        "      fail -> trouble\n",
        "unknown-name",
        "fail",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say I can't reach our courier just now.",
        "unexpected-word",
        "I",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say \"I can't reach our courier just now.",
        "unclosed-text",
        "\"I can't reach our courier just now.",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say 'I cannot reach our courier just now.'",
        "unexpected-word",
        "'",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say: \"I can't reach our courier just now.\"",
        "unexpected-word",
        ":",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say(\"I can't reach our courier just now.\")",
        "unexpected-word",
        "(",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    \"I can't reach our courier just now.\"",
        "unexpected-word",
        "\"",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    send \"I can't reach our courier just now.\"",
        "unknown-statement",
        "send",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say „I can't reach our courier just now.“",
        "unexpected-word",
        "„I can't reach our courier just now.“",
    ),
    (
        "    say \"I can't reach our courier just now.\"",
        "    say «I can't reach our courier just now.»",
        "unexpected-word",
        "«I can't reach our courier just now.»",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier = gold {",
        "unexpected-word",
        "=",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier == gold {",
        "unexpected-word",
        "=",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier is \"gold\" {",
        "impossible-comparison",
        "customer.tier is \"gold\"",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier is golden {",
        "impossible-comparison",
        "golden",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier is gold then {",
        "unexpected-word",
        "then",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier is gold",
        "unexpected-word",
        "",
    ),
    (
        "  if customer.tier is gold {",
        "  If customer.tier is gold {",
        "unknown-statement",
        "If",
    ),
    (
        "  if customer.tier is gold {",
        "  when customer.tier is gold {",
        "unknown-statement",
        "when",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.teir is gold {",
        "unknown-name",
        "teir",
    ),
    (
        "  if customer.tier is gold {",
        "  if tier is gold {",
        "unknown-name",
        "tier",
    ),
    (
        "  if customer.tier is gold {",
        "  if customer.tier is gold && customer.orders > 3 {",
        "unexpected-word",
        "&&",
    ),
    ("flow why_us {", "flow why-us {", "unexpected-word", "why-us"),
    ("flow why_us {", "flow why us {", "unexpected-word", "us"),
    ("flow why_us {", "flow whyUs {", "name-style", "whyUs"),
    ("flow why_us {", "flow {", "unexpected-word", "{"),
    ("flow why_us {", "flow why_us", "unexpected-word", ""),
    ("flow why_us {", "flow why_us:", "unexpected-word", ":"),
    ("flow why_us {", "Flow why_us {", "unknown-statement", "Flow"),
    (
        "flow why_us {\n  stage consider",
        "flow why_us {\n  stage considered",
        "unknown-name",
        "considered",
    ),
    (
        "    finish resolved\n  }\n\n  step trouble {",
        "    finish resolved\n\n  step trouble {",
        "unclosed-block",
        "{",
    ),
    (
        "    finish resolved\n  }\n\n  step trouble {",
        "    finish resolved\n  }\n  }\n\n  step trouble {",
        "wrong-place",
        "step",
    ),
    ("  currency EUR", "  currency = EUR", "unexpected-word", "="),
    ("  currency EUR", "  currency: EUR", "unexpected-word", ":"),
    ("  currency EUR", "  currency euro", "unexpected-word", "euro"),
    ("  currency EUR", "  curency EUR", "unknown-statement", "curency"),
    (
        "  languages en, ro, ru",
        "  languages en ro ru",
        "unexpected-word",
        "ro",
    ),
    (
        "  start checkout_help",
        "  start checkout",
        "unknown-name",
        "checkout",
    ),
    (
        "  on price -> run answer_price",
        "  on price run answer_price",
        "unexpected-word",
        "run",
    ),
    (
        "  on price -> run answer_price",
        "  on prices -> run answer_price",
        "unknown-name",
        "prices",
    ),
    (
        "  on price -> run answer_price",
        "  on price -> answer_price",
        "unknown-target",
        "answer_price",
    ),
    (
        "  on price -> run answer_price",
        "  on \"price\" -> run answer_price",
        "unexpected-word",
        "\"",
    ),
    (
        "  on price -> run answer_price",
        "  on price -> run answer_prices",
        "unknown-name",
        "answer_prices",
    ),
    (
        "  on price -> run answer_price",
        "  price -> run answer_price",
        "unknown-statement",
        "price",
    ),
    (
        "      otherwise -> unpaid",
        "      else -> unpaid",
        "wrong-place",
        "else",
    ),
    (
        "    -> more\n  }\n\n  step reassure",
        "    goto more\n  }\n\n  step reassure",
        "unknown-statement",
        "goto",
    ),
    (
        "    -> more\n  }\n\n  step reassure",
        "    go to more\n  }\n\n  step reassure",
        "unknown-statement",
        "go",
    ),
    (
        "    -> more\n  }\n\n  step reassure",
        "    more\n  }\n\n  step reassure",
        "unknown-statement",
        "more",
    ),
    (
        "    -> more\n  }\n\n  step reassure",
        "    - > more\n  }\n\n  step reassure",
        "unexpected-word",
        "-",
    ),
    (
        "    -> more\n  }\n\n  step reassure",
        "  }\n\n  step reassure",
        "step-falls-off",
        "shipping",
    ),
    (
        "      \"Pay now\" opens \"{config.shop}/checkout\"",
        "      \"Pay now\" open \"{config.shop}/checkout\"",
        "unexpected-word",
        "open",
    ),
    (
        "      \"Pay now\" opens \"{config.shop}/checkout\"",
        "      \"Pay now\" opens \"{config.shop/checkout\"",
        "text-looks-like-code",
        "{",
    ),
    (
        "      \"Pay now\" opens \"{config.shop}/checkout\"",
        "      \"Pay now\" opens \"{shop}/checkout\"",
        "unknown-name",
        "shop",
    ),
    (
        "      \"Pay now\" opens \"{config.shop}/checkout\"",
        "      \"Pay now\" opens \"{{config.shop}}/checkout\"",
        "unexpected-word",
        "{",
    ),
];

/// An example whose translations are nobody's concern: a text that a slip changes would be stale besides.
fn untranslated(name: &str) -> Project {
    let mut project = project(name);
    let config = project.config.as_deref().unwrap_or_default();
    assert!(config.contains("[lints]"), "the lints are the last table");
    let rules = ["missing-translation", "stale-translation", "unused-translation"];
    let off: String = rules.iter().map(|rule| format!("\n{rule} = \"off\"")).collect();
    project.config = Some(Arc::from(format!("{config}{off}\n")));
    project
}

#[test]
fn one_slip_gets_one_finding() {
    let whole = untranslated("luna_store");
    let mut wrong = Vec::new();
    for (there, written, name, at) in SLIPS {
        let mut project = whole.clone();
        let file = project
            .sources
            .iter()
            .position(|source| source.text.contains(there))
            .unwrap_or_else(|| panic!("luna_store has no {there:?}"));
        let text = project.sources[file].text.replacen(there, written, 1);
        project.sources[file].text = Arc::from(text);
        let checked = compile::check(&project);
        let found: Vec<(&str, &str, &str)> = checked
            .findings
            .iter()
            .filter(|finding| finding.level >= Level::Warning)
            .map(|finding| {
                let text = &checked.files[finding.span.file.0 as usize].text;
                let under = &text[finding.span.start as usize..finding.span.end as usize];
                (
                    finding.rule.name,
                    under.lines().next().unwrap_or_default(),
                    finding.message.as_str(),
                )
            })
            .collect();
        let right = matches!(found[..], [(rule, under, _)] if rule == *name && under == *at);
        if !right {
            let fixes: Vec<&str> = checked
                .findings
                .iter()
                .flat_map(|finding| &finding.fixes)
                .map(|fix| fix.title.as_str())
                .collect();
            let told: Vec<String> = found
                .iter()
                .map(|(rule, under, message)| format!("    {rule} at {under:?}: {message}"))
                .collect();
            wrong.push(format!(
                "{} {written:?} for {there:?}:\n{}\n    fixes {fixes:?}",
                found.len(),
                told.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A name that is misspelt where it is declared, or in the same way wherever it is used, is one mistake with one fix.
#[test]
fn a_name_misspelt_again_and_again_is_one_finding() {
    let mut project = untranslated("luna_store");
    let file = project
        .sources
        .iter()
        .position(|source| source.path == "checkout.flow");
    let file = file.expect("it has a checkout");
    project.sources[file].text = Arc::from(project.sources[file].text.replace("-> more\n", "-> moer\n"));
    let checked = compile::check(&project);
    let found: Vec<_> = checked
        .findings
        .iter()
        .filter(|finding| finding.level >= Level::Warning)
        .collect();
    let names: Vec<&str> = found.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(names, ["unknown-target"]);
    assert_eq!(found[0].related.len(), 2, "{:?}", found[0].related);
    assert_eq!(found[0].fixes[0].edits.len(), 3);
}
