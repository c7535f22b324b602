//! `unbounded-value`: a value of any length in a place where channels cut.

use botflow_artifact::*;

use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{Block, Program, StmtKind};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF113",
    name: "unbounded-value",
    level: Level::Warning,
    summary: "A value that may be of any length stands in a label or title, which channels cut.",
    page: include_str!("unbounded_value.md"),
};

/// Looks at all labels and titles of the project.
pub fn check(program: &Program, findings: &mut Vec<Finding>) {
    for_each_root(program, &mut |_, within| block(program, within, findings));
    for message in &program.bot.messages {
        for button in &message.buttons {
            label(program, button.label, "a button", findings);
        }
        if let Some(cards) = &message.cards {
            label(program, cards.title, "the title of a card", findings);
            cards
                .buttons
                .iter()
                .for_each(|button| label(program, button.label, "a button", findings));
        }
    }
}

fn block(program: &Program, within: &Block, findings: &mut Vec<Finding>) {
    for stmt in &within.stmts {
        if let StmtKind::Choose(choose) = &stmt.kind {
            choose
                .options
                .iter()
                .for_each(|option| label(program, option.label, "an option", findings));
            if let Some(from) = &choose.from {
                label(program, from.label, "an option", findings);
            }
        }
        for_each_block(stmt, &mut |inner| block(program, inner, findings));
    }
}

fn label(program: &Program, text: TextId, place: &str, findings: &mut Vec<Finding>) {
    let variant = program
        .bot
        .texts
        .get(text.index())
        .and_then(|text| text.variants.first());
    for part in variant.map_or(&[][..], |variant| &variant.parts) {
        let Part::Hole {
            value, ty, filters, ..
        } = part
        else {
            continue;
        };
        // What a filter makes of a value has the filter's own length.
        let chosen = filters
            .iter()
            .any(|filter| matches!(filter, Filter::Plural(_) | Filter::Select(_)));
        if chosen || bounded(&program.bot, *ty) {
            continue;
        }
        let Some(info) = program.exprs.get(value.index()) else {
            continue;
        };
        findings.push(
            Finding::new(
                &RULE,
                info.span,
                format!("This may be of any length, and {place} is cut where it is too long."),
            )
            .help("Give it a type with a length: `type short_name = text length 1 to 20`."),
        );
    }
}

/// Whether what is shown of a type has a length that somebody has thought of.
fn bounded(bot: &Bot, ty: TypeId) -> bool {
    let mut ty = ty;
    // Types nest at most eight deep.
    for _ in 0..9 {
        match bot.types.get(ty.index()) {
            Some(Type::Text | Type::List(_) | Type::Url | Type::Email) => return false,
            Some(Type::Narrowed { rules, base, .. }) => {
                let limits = |rule: &Narrowing| match rule {
                    Narrowing::Length(..) | Narrowing::Range(..) => true,
                    Narrowing::Matching(pattern) => !repeats_for_ever(pattern),
                };
                if rules.iter().any(limits) {
                    return true;
                }
                ty = *base;
            }
            Some(Type::Optional(inner)) => ty = *inner,
            _ => return true,
        }
    }
    true
}

/// Whether a pattern matches texts of any length: `*`, `+` or `{n,}` outside of brackets.
fn repeats_for_ever(pattern: &str) -> bool {
    let mut letters = pattern.chars().peekable();
    let mut in_brackets = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            '*' | '+' if !in_brackets => return true,
            ',' if !in_brackets && letters.peek() == Some(&'}') => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::repeats_for_ever;

    #[test]
    fn patterns_with_a_bound_are_told_from_those_without() {
        for (pattern, expected) in [
            ("[0-9]{8}", false),
            ("[a-z+*]{2,5}", false),
            ("a+", true),
            ("a{2,}", true),
            (r"\+[0-9]{3}", false),
        ] {
            assert_eq!(repeats_for_ever(pattern), expected, "{pattern}");
        }
    }
}
