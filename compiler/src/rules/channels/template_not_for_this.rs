//! `template-not-for-this`: a template of one category where another one is wanted.

use botflow_artifact::TriggerId;

use super::spoken::Spoken;
use super::words::{and, on};
use crate::conversation::begins::MARKETING;
use crate::explore::Site;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF412",
    name: "template-not-for-this",
    level: Level::Error,
    summary: "A template has a category that its channel does not know, or is sent for marketing and says that it is not.",
    page: include_str!("template_not_for_this.md"),
};

/// Looks at the categories of all templates, and at where they are sent.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let context = spoken.context;
    let bot = context.bot;
    let mut unknown = Vec::new();
    for (id, template) in bot.templates.iter().enumerate() {
        let Some(at) = context.lowered.spans.templates.get(id).copied().flatten() else {
            continue;
        };
        if template.category.is_empty() || context.lowered.is_library(at) {
            continue;
        }
        let refusing = template.channels.iter().find_map(|channel| {
            let facts = &context.profiles.get(channel)?.template;
            let known = facts.categories.is_empty()
                || !facts.supported
                || (facts.categories.iter()).any(|known| is_for(known, &template.category));
            (!known).then_some((channel, facts))
        });
        let Some((channel, facts)) = refusing else {
            continue;
        };
        let known: Vec<String> = facts
            .categories
            .iter()
            .map(|known| known.to_lowercase())
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        unknown.push(id);
        findings.push(
            Finding::new(
                &RULE,
                at,
                format!("{} no template is for `{}`.", on(channel), template.category),
            )
            .help(format!("There templates are for {}.", and(&known))),
        );
    }
    let Some(marketing) = bot.consents.iter().position(|consent| consent == MARKETING) else {
        return;
    };
    for sent in &spoken.sent {
        let Some((id, _)) = &sent.message.template else {
            continue;
        };
        let Some(template) = bot.templates.get(id.index()) else {
            continue;
        };
        let told = unknown.contains(&id.index());
        if told || template.category == MARKETING || template.category.is_empty() {
            continue;
        }
        let reached = &sent.reached;
        let for_marketing = |id: &TriggerId| {
            let trigger = bot.triggers.get(id.index());
            trigger.is_some_and(|trigger| trigger.needs.iter().any(|consent| consent.index() == marketing))
        };
        // Whoever has written in the conversation talks about something of their own.
        let unwritten = reached
            .channels
            .iter()
            .all(|on| on.unwritten && on.written.is_none());
        let by_triggers = !reached.by_customer && !reached.by_operators && unwritten;
        let Some(trigger) = reached.triggers.first().filter(|_| by_triggers) else {
            continue;
        };
        if !reached.triggers.iter().all(for_marketing) {
            continue;
        }
        let node = match sent.site {
            Site::Say(pc) => context.piece(pc),
            Site::Question(place) => Some(context.graph.place(place)),
            _ => None,
        };
        let conversation = match (node, template.channels.first()) {
            (Some(node), Some(channel)) => context.tell_on(channel, &context.path(node), |_| {}),
            _ => Vec::new(),
        };
        let mut finding = Finding::new(
            &RULE,
            sent.at,
            format!(
                "`{}` is for {}, and here it is sent to those who agreed to marketing: for that it is not approved.",
                template.name, template.category
            ),
        )
        .help(
            "Declare it for what it is (`category marketing`), or let the trigger need the consent that fits (`needs \
             consent service`).",
        )
        .conversation(conversation);
        if let Some(at) = context
            .lowered
            .spans
            .triggers
            .get(trigger.index())
            .copied()
            .flatten()
        {
            finding = finding.related(at, "This trigger leads here.");
        }
        findings.push(finding);
    }
}

/// Whether a vendor's category is the one that a template says it is for.
fn is_for(vendors: &str, category: &str) -> bool {
    let same = match category {
        "utility" => "transactional",
        "marketing" => "promotional",
        "authentication" => "otp",
        other => other,
    };
    vendors.eq_ignore_ascii_case(category) || vendors.eq_ignore_ascii_case(same)
}
