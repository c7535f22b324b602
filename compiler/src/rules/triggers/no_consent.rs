//! `no-consent`: the bot writes to people who never agreed to it.
//!
//! The machine looks for the consents that a trigger needs, and where it names none for the one for marketing. So harm
//! is left in three places: where there is no consent to look for; where a message leaves the channel for which the
//! consent was given; and where a trigger that needs another consent sends something for marketing. The last two the
//! machine withholds, so that those who have not agreed miss what the flow takes for said.

use std::rc::Rc;

use botflow_artifact::{Bot, ConsentId, Expr, ExprId, MessageId, MessageTemplate, Op, Pc};
use petgraph::graph::NodeIndex;
use smol_str::SmolStr;

use super::declared::Declared;
use super::show;
use crate::conversation::begins::{MARKETING, first_channel};
use crate::conversation::plan::Plan;
use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::graph::{Driver, Edge, Node, Reach};
use crate::hir::TriggerPart;
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF501",
    name: "no-consent",
    level: Level::Error,
    summary: "The bot writes to people who never agreed to it.",
    page: include_str!("no_consent.md"),
};

/// So much is looked at of one condition and the segments in it.
const MOST_EXPRESSIONS: usize = 500;
/// The longest path that is told.
const PATH: usize = 400;

/// Looks at all triggers, and at what they send.
pub(super) fn check(context: &Context<'_>, triggers: &[Declared<'_>], findings: &mut Vec<Finding>) {
    let bot = context.bot;
    let marketing = bot.consents.iter().position(|consent| consent == MARKETING);
    let mut named = Vec::new();
    for declared in triggers.iter().filter(|declared| declared.is_proactive()) {
        match (marketing, declared.trigger.needs.is_empty()) {
            (None, true) => findings.extend(nothing_to_ask_for(context, declared)),
            _ => named.push(*declared),
        }
    }
    if let Some(marketing) = marketing {
        marketing_templates(context, &named, marketing.into(), findings);
    }
    other_channels(context, &named, findings);
}

/// A trigger that needs nothing, in a bot without a consent for marketing.
fn nothing_to_ask_for(context: &Context<'_>, declared: &Declared<'_>) -> Option<Finding> {
    let bot = context.bot;
    let channel = declared.channels().iter().find(|channel| *channel != "web")?;
    let help = match bot.consents.first() {
        Some(consent) => format!("Say what people have agreed to: `needs consent {consent}`."),
        None => {
            "Declare in `bot` what people can agree to (`consents marketing, service`), ask for it in a flow \
                 (`consent service granted`), and name it here: `needs consent service`."
                .to_owned()
        }
    };
    let mut finding = Finding::new(
        &RULE,
        declared.name,
        format!("This writes to people on `{channel}` who never agreed to it: it needs no consent."),
    )
    .help(help)
    .conversation(show::on(context, declared, channel, |plan| {
        plan.line(format!("* {}", show::starts_on(context, declared, channel)));
    }));
    for consent in bot.consents.iter().take(3) {
        let setting = format!("needs consent {consent}");
        finding.fixes.push(Fix {
            title: format!("Add `{setting}`").into(),
            edits: vec![declared.insert(TriggerPart::Needs, &setting)],
        });
    }
    if let (true, Some(start)) = (bot.consents.is_empty(), context.lowered.spans.start) {
        finding.fixes.push(Fix {
            title: "Let people agree to marketing".into(),
            edits: vec![Edit {
                span: Span {
                    end: start.start,
                    ..start
                },
                text: "consents marketing\n  ".to_owned(),
            }],
        });
    }
    Some(finding)
}

/// Templates for marketing behind triggers that need other consents.
fn marketing_templates(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    marketing: ConsentId,
    findings: &mut Vec<Finding>,
) {
    let bot = context.bot;
    let template = |message: &MessageTemplate| {
        let (template, _) = message.template.as_ref()?;
        let template = bot.templates.get(template.index())?;
        (template.category == MARKETING).then_some(&template.name)
    };
    if !bot.messages.iter().any(|message| template(message).is_some()) {
        return;
    }
    let without: Vec<&Declared<'_>> = triggers
        .iter()
        .filter(|declared| !declared.trigger.needs.is_empty() && !declared.trigger.needs.contains(&marketing))
        .filter(|declared| !asks_for_consent(bot, &declared.trigger.conditions))
        .collect();
    // A template that nobody gets who agreed to marketing is one mistake, however often it is sent: it is for
    // something else, or all that send it lack the consent. Otherwise each trigger is one.
    let found: Vec<(Unasked, &Declared<'_>)> =
        unasked(context, &without, &|message| template(message).cloned())
            .into_iter()
            .filter_map(|found| {
                let declared = began(context, &found, &without)?;
                Some((found, declared))
            })
            .collect();
    let sent = |name: &SmolStr| {
        bot.messages
            .iter()
            .filter(|message| template(message) == Some(name))
            .count()
    };
    let mut groups: Vec<(usize, Vec<Span>)> = Vec::new();
    for (at, (here, declared)) in found.iter().enumerate() {
        let all = found.iter().filter(|(other, _)| other.name == here.name).count() >= sent(&here.name);
        let same = |(first, _): &&mut (usize, Vec<Span>)| {
            let (first, by) = &found[*first];
            first.name == here.name && (all || by.id == declared.id)
        };
        let place = context.lowered.code[here.pc.index()];
        match groups.iter_mut().find(same) {
            Some((_, more)) => more.push(place),
            None => groups.push((at, Vec::new())),
        }
    }
    for (first, more) in groups {
        let (found, declared) = &found[first];
        let name = &found.name;
        let agreed: Vec<String> = (declared.trigger.needs.iter())
            .filter_map(|consent| Some(format!("`{}`", bot.consents.get(consent.index())?)))
            .collect();
        let mut finding = Finding::new(
            &RULE,
            context.lowered.code[found.pc.index()],
            format!(
                "`{name}` is for marketing: it is not sent to people who have agreed to {} alone, as all may \
                 have who come here.",
                agreed.join(" and ")
            ),
        )
        .help(
            "Let the trigger need the consent for marketing, too (`needs consent marketing`), or send it only `if \
             has_consent(marketing)`. A template that is for something else says so (`category utility`).",
        )
        .related(declared.name, "This trigger leads here.")
        .conversation(withheld(context, found, first_channel(bot, declared.trigger), None));
        for place in more {
            finding = finding.related(place, format!("`{name}` is sent here, too."));
        }
        findings.push(finding);
    }
}

/// `say via` behind triggers that have asked for a consent on another channel.
fn other_channels(context: &Context<'_>, triggers: &[Declared<'_>], findings: &mut Vec<Finding>) {
    let mut channels: Vec<&SmolStr> = context
        .bot
        .messages
        .iter()
        .filter_map(|message| message.via.as_ref())
        .filter(|via| *via != "web")
        .collect();
    channels.sort_unstable();
    channels.dedup();
    for channel in channels {
        let elsewhere: Vec<&Declared<'_>> = triggers
            .iter()
            .filter(|declared| declared.channels().iter().any(|on| on != channel))
            .filter(|declared| !asks_for_consent(context.bot, &declared.trigger.conditions))
            .collect();
        let via = |message: &MessageTemplate| message.via.as_ref().filter(|via| *via == channel).cloned();
        for found in unasked(context, &elsewhere, &via) {
            let Some(declared) = began(context, &found, &elsewhere) else {
                continue;
            };
            let on = (declared.channels().iter()).find(|on| *on != channel);
            let Some(on) = on else { continue };
            findings.push(
                Finding::new(
                    &RULE,
                    context.lowered.code[found.pc.index()],
                    format!(
                        "This is not sent to people who have agreed to be written to on `{on}`, and not on \
                         `{channel}`."
                    ),
                )
                .help(format!(
                    "Say it where the conversation is (without `via`), let the trigger itself go to `{channel}` (`via \
                     {channel}`), or ask first."
                ))
                .related(declared.name, "This trigger leads here.")
                .conversation(withheld(context, &found, channel, Some(on))),
            );
        }
    }
}

/// A message of a kind that triggers send before anybody has written.
struct Unasked {
    pc: Pc,
    node: NodeIndex,
    message: MessageId,
    reach: Rc<Reach>,
    /// What makes it one of the kind: a template, a channel.
    name: SmolStr,
}

/// Messages of a kind that triggers send before anybody has written, where nothing has asked for consents.
fn unasked(
    context: &Context<'_>,
    triggers: &[&Declared<'_>],
    kind: &dyn Fn(&MessageTemplate) -> Option<SmolStr>,
) -> Vec<Unasked> {
    if triggers.is_empty() {
        return Vec::new();
    }
    let bot = context.bot;
    let begins = |node: &NodeIndex| match context.graph.nodes[*node] {
        Node::Trigger(id) => triggers.iter().any(|declared| declared.id == id),
        _ => false,
    };
    let roots = context.graph.nodes.node_indices().filter(begins);
    let goes_on = |edge: Edge, to: NodeIndex| {
        let asked = matches!(edge, Edge::If(condition) if asks_for_consent(bot, &[condition]));
        let driver = context.graph.driver(bot, edge, to);
        !asked && matches!(driver, Driver::Nothing | Driver::System | Driver::Time)
    };
    let reach = Rc::new(Reach::over(context.graph, bot, roots, &goes_on));
    let mut found = Vec::new();
    for (pc, op) in bot.code.iter().enumerate() {
        let messages = match op {
            Op::Say(message) => std::slice::from_ref(message),
            Op::SayOneOf { messages, .. } => messages.as_slice(),
            _ => continue,
        };
        let found_here = messages.iter().find_map(|id| {
            let name = kind(bot.messages.get(id.index())?)?;
            Some((*id, name))
        });
        let pc = Pc::from(pc);
        if let Some((message, name)) = found_here
            && let Some(node) = context.piece(pc)
            && reach.reached(node)
            && !context.lowered.is_library(context.lowered.code[pc.index()])
        {
            found.push(Unasked {
                pc,
                node,
                message,
                reach: reach.clone(),
                name,
            });
        }
    }
    found
}

/// The trigger by which a message is reached.
fn began<'d, 'c>(
    context: &Context<'_>,
    found: &Unasked,
    triggers: &[&'d Declared<'c>],
) -> Option<&'d Declared<'c>> {
    let path = found.reach.path(context.graph, context.bot, found.node, PATH);
    let (from, _) = context.graph.nodes.edge_endpoints(*path.first()?)?;
    let Node::Trigger(id) = context.graph.nodes[from] else {
        return None;
    };
    triggers.iter().find(|declared| declared.id == id).copied()
}

/// The conversation in which a message is withheld on a channel; the person is on the other one, if that matters.
fn withheld(context: &Context<'_>, found: &Unasked, channel: &str, on: Option<&SmolStr>) -> Vec<String> {
    let path = found.reach.path(context.graph, context.bot, found.node, PATH);
    let path = context.with_what_comes_before(path);
    let end = |plan: &mut Plan<'_>| plan.line(format!("* withheld on {channel}: no consent"));
    let mut lines = match on {
        Some(on) => context.tell_on(on, &path, end),
        None => context.tell_and(&path, end),
    };
    // What is withheld is not said.
    let message = context.bot.messages.get(found.message.index());
    let Some(text) = message.and_then(|message| message.text) else {
        return lines;
    };
    let words = context.words().pattern(text, &|_| false);
    let said = format!("< {}", words.lines().next().unwrap_or_default());
    if let Some(at) = lines.iter().rposition(|line| *line == said) {
        let more = lines[at + 1..].iter().take_while(|line| line.starts_with("  "));
        let end = at + 1 + more.count();
        lines.drain(at..end);
    }
    lines
}

/// Whether a condition looks at what somebody has agreed to.
fn asks_for_consent(bot: &Bot, conditions: &[ExprId]) -> bool {
    let mut todo = conditions.to_vec();
    for _ in 0..MOST_EXPRESSIONS {
        let Some(id) = todo.pop() else { break };
        match bot.exprs.get(id.index()) {
            Some(Expr::HasConsent(_) | Expr::HasConsentOn(..)) => return true,
            Some(Expr::InSegment(segment)) => {
                todo.extend(bot.segments.get(segment.index()).map(|segment| segment.condition));
            }
            Some(expr) => expr.parts(&mut |part| todo.push(part)),
            None => {}
        }
    }
    false
}
