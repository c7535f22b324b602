//! What is known of addresses before a bot runs: those that are written, or made of what is written and of settings.

use botflow_artifact::{Bot, Expr, ExprId, Part, Value};

/// Texts in texts are followed so far.
const DEEPEST: usize = 4;

/// What is known of an address.
pub(super) struct Address {
    /// All of it.
    pub whole: Option<String>,
    /// Its end, behind the last hole of which nothing is known; empty if that is at the end.
    pub end: String,
}

/// What is known of the address that an expression gives.
pub(super) fn address(bot: &Bot, expr: ExprId) -> Address {
    let mut end = String::new();
    let known = write(bot, expr, &mut end, 0);
    Address {
        whole: known.then(|| end.clone()),
        end,
    }
}

/// Appends what is known; what is not known takes away all that stood before it.
fn write(bot: &Bot, expr: ExprId, out: &mut String, depth: usize) -> bool {
    let value = match bot.exprs.get(expr.index()) {
        Some(Expr::Const(value)) => value,
        Some(Expr::Config(config)) => match bot.config.get(config.index()) {
            Some(config) => &config.value,
            None => &Value::Unknown,
        },
        Some(Expr::Text(text)) if depth < DEEPEST => {
            let variants = bot.texts.get(text.index()).map_or(&[][..], |text| &text.variants);
            let mut known = true;
            for part in variants.first().map_or(&[][..], |variant| &variant.parts) {
                known &= match part {
                    Part::Literal(words) => {
                        out.push_str(words);
                        true
                    }
                    Part::Hole { value, filters, .. } if filters.is_empty() => {
                        write(bot, *value, out, depth + 1)
                    }
                    Part::Hole { .. } => {
                        out.clear();
                        false
                    }
                };
            }
            return known;
        }
        _ => &Value::Unknown,
    };
    match value.as_text() {
        Some(text) => {
            out.push_str(text);
            true
        }
        None => {
            out.clear();
            false
        }
    }
}
