//! `link-not-allowed`: a link where links cannot be opened.

use botflow_artifact::{Expr, Part, TextId, Type};

use super::spoken::{Role, Spoken};
use super::words::{on, others};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF408",
    name: "link-not-allowed",
    level: Level::Error,
    summary: "A link stands where people cannot open it.",
    page: include_str!("link_not_allowed.md"),
};

/// Looks at all messages on channels where links are dead.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let dead = spoken
        .channels
        .iter()
        .enumerate()
        .filter(|(_, channel)| !channel.profile.text.links)
        .fold(0, |on, (at, _)| on | 1 << at);
    if dead == 0 {
        return;
    }
    for (index, sent) in spoken.sent.iter().enumerate() {
        let here = sent.on & dead;
        if here == 0 {
            continue;
        }
        let in_text = spoken
            .texts_of(index)
            .filter(|shown| shown.on & dead != 0)
            .find_map(|shown| {
                let link = match shown.role {
                    Role::Link => true,
                    _ => has_link(spoken, shown.text),
                };
                if link { spoken.written(shown.text) } else { None }
            });
        // What cannot be shown there is written out as a link.
        let media = sent.message.media.first();
        let media = media.and_then(|media| spoken.context.lowered.exprs.get(media.source.index()));
        let Some(at): Option<Span> = in_text.or(media.map(|info| info.span)) else {
            continue;
        };
        let names: Vec<_> = spoken.each(here).map(|(_, channel)| &channel.name).collect();
        let Some((first, rest)) = names.split_first() else {
            continue;
        };
        findings.push(
            Finding::new(
                &RULE,
                at,
                format!(
                    "{} nobody can open a link.{}",
                    on(first),
                    others(rest.iter().copied())
                ),
            )
            .help("Say it without the link here, and send the link in private (`say`).")
            .conversation(spoken.conversation(sent, first, None)),
        );
    }
}

/// Whether people see an address in a text.
fn has_link(spoken: &Spoken<'_, '_>, text: TextId) -> bool {
    let bot = spoken.context.bot;
    let text = bot.texts.get(text.index()).and_then(|text| text.variants.first());
    text.is_some_and(|variant| {
        variant.parts.iter().any(|part| match part {
            Part::Literal(words) => {
                words.contains("https://") || words.contains("http://") || words.contains("](")
            }
            Part::Hole { value, ty, .. } => {
                let url = matches!(bot.types.get(ty.index()), Some(Type::Url));
                let fixed = match bot.exprs.get(value.index()) {
                    Some(Expr::Config(config)) => bot.config.get(config.index()).map(|config| &config.value),
                    _ => None,
                };
                url || fixed.is_some_and(|value| matches!(value, botflow_artifact::Value::Url(_)))
            }
        })
    })
}
