//! `outside-window`: a message that a channel does not let through, because the customer has not written for too long.

use std::collections::BTreeMap;

use botflow_message::profile::AfterWindow;
use petgraph::graph::{EdgeIndex, NodeIndex};

use super::spoken::{Channel, Sent, Spoken};
use super::words::{name, on};
use crate::explore::{OnChannel, Site, Wanted};
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Driver, Edge, Node, Reach};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF410",
    name: "outside-window",
    level: Level::Error,
    summary: "A message can come when the customer has not written for longer than the channel allows, and is no template.",
    page: include_str!("outside_window.md"),
};

const HOUR_MS: i64 = 3_600_000;
/// The longest path that is told.
const PATH: usize = 400;

/// So many pieces of code are looked at for what comes before a message.
const MOST: usize = 200;

/// Looks at all messages.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let mut found: Vec<(usize, Vec<(&Channel<'_>, Why)>)> = Vec::new();
    let mut covered: Vec<usize> = Vec::new();
    for (index, sent) in spoken.sent.iter().enumerate() {
        // What operators begin is theirs to time.
        if !sent.reached.of_bot || sent.reached.undecided {
            continue;
        }
        let mut closed: Vec<(&Channel<'_>, Why)> = Vec::new();
        for (_, channel) in spoken.each(sent.on) {
            if channel.profile.session.window_hours == 0 {
                continue;
            }
            // When somebody last wrote elsewhere than in the conversation, nobody knows.
            let reached = sent.reached.on(&channel.name);
            match reached.map(|on| why(spoken, sent, channel, on)) {
                Some(Some(why)) => closed.push((channel, why)),
                Some(None) if has_template(spoken, sent, channel) => covered.push(index),
                _ => {}
            }
        }
        if !closed.is_empty() {
            found.push((index, closed));
        }
    }
    if found.is_empty() {
        return;
    }
    // Of what is said in one breath the first message has the finding; and what stands behind a template is sent with
    // it, or when the customer has answered.
    let all: Vec<usize> = found.iter().map(|(index, _)| *index).chain(covered).collect();
    let mut before: BTreeMap<NodeIndex, Vec<Site>> = BTreeMap::new();
    for index in all {
        let site = spoken.sent[index].site;
        if let Some(node) = node(spoken, site) {
            before.entry(node).or_default().push(site);
        }
    }
    for (index, closed) in &found {
        let sent = &spoken.sent[*index];
        if let Some((channel, why)) = closed.first()
            && !follows(spoken, sent.site, &before)
            && !put_again_behind(spoken, sent.site, channel, *why, &before)
        {
            findings.push(finding(spoken, sent, channel, *why, closed));
        }
    }
}

/// The node of a site.
fn node(spoken: &Spoken<'_, '_>, site: Site) -> Option<NodeIndex> {
    let context = spoken.context;
    match site {
        Site::Say(pc) => context.piece(pc),
        Site::Question(place) | Site::Nudge(place, _) | Site::HandOver(place) => {
            Some(context.graph.place(place))
        }
        Site::HandlerNudge(handler) => Some(context.graph.handler(handler)),
    }
}

/// Whether one of these sites comes before a site in the same breath.
fn follows(spoken: &Spoken<'_, '_>, site: Site, before: &BTreeMap<NodeIndex, Vec<Site>>) -> bool {
    let context = spoken.context;
    let Some(from) = node(spoken, site) else {
        return false;
    };
    let here = before.get(&from).map_or(&[][..], Vec::as_slice);
    if here
        .iter()
        .any(|other| *other < site && !matches!(other, Site::Nudge(..)))
    {
        return true;
    }
    if matches!(site, Site::Nudge(..) | Site::HandlerNudge(_)) {
        return false;
    }
    let mut seen = vec![from];
    let mut at = 0;
    while let Some(node) = seen.get(at).copied() {
        at += 1;
        for (_, edge, other) in context.graph.into(node) {
            let driver = context.graph.driver(context.bot, edge, node);
            let at_once = matches!(driver, Driver::Nothing | Driver::System)
                && !matches!(edge, Edge::Hears | Edge::Heard | Edge::Begins | Edge::HandOver);
            if !at_once || seen.contains(&other) || seen.len() > MOST {
                continue;
            }
            if before.contains_key(&other) {
                return true;
            }
            seen.push(other);
        }
    }
    false
}

/// Whether a question is late because it is put again behind one of these sites: what was heard at it has said something, too.
fn put_again_behind(
    spoken: &Spoken<'_, '_>,
    site: Site,
    channel: &Channel<'_>,
    why: Why,
    before: &BTreeMap<NodeIndex, Vec<Site>>,
) -> bool {
    let context = spoken.context;
    let (Site::Question(_), Some(own), Some(wanted)) = (site, node(spoken, site), why.wanted(channel)) else {
        return false;
    };
    let Some(way) = context.exploration().way_to(site, &wanted) else {
        return false;
    };
    for edge in way.path.iter().rev() {
        let Some((from, to)) = context.graph.nodes.edge_endpoints(*edge) else {
            return false;
        };
        if to != own && before.contains_key(&to) {
            return true;
        }
        let driver = context.graph.driver(context.bot, context.graph.nodes[*edge], to);
        if !matches!(driver, Driver::Nothing | Driver::System) {
            return false;
        }
        if from != own && before.contains_key(&from) {
            return true;
        }
    }
    false
}

/// Why a message does not go through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// So many hours may be over since the customer wrote; only templates may come then.
    Late(u32),
    /// So many hours may be over; nothing of a bot may come then.
    TooLate(u32),
    /// A trigger begins the conversation, and may do so with a template only.
    Begins,
}

impl Why {
    /// The conversation in which it is so; nothing where nobody has written.
    fn wanted(self, channel: &Channel<'_>) -> Option<Wanted> {
        let (Why::Late(hours) | Why::TooLate(hours)) = self else {
            return None;
        };
        Some(Wanted {
            channel: Some(channel.name.clone()),
            language: None,
            quiet_over: Some(i64::from(hours) * HOUR_MS),
        })
    }
}

fn why(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channel: &Channel<'_>, on: &OnChannel) -> Option<Why> {
    let session = &channel.profile.session;
    let window = i64::from(session.window_hours) * HOUR_MS;
    let late = on.written.is_some_and(|quiet| quiet.exceeds(window));
    match session.after {
        AfterWindow::Template => {
            if has_template(spoken, sent, channel) {
                None
            } else if late {
                Some(Why::Late(session.window_hours))
            } else {
                on.unwritten.then_some(Why::Begins)
            }
        }
        // Who is reached by a trigger at all is told by `unreachable-audience`.
        AfterWindow::Tag | AfterWindow::Nothing => late.then_some(Why::TooLate(session.window_hours)),
        AfterWindow::Anything | AfterWindow::Paid | AfterWindow::Push => None,
    }
}

/// Whether a message has a template that is registered on the channel.
fn has_template(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channel: &Channel<'_>) -> bool {
    let template = sent.message.template.as_ref();
    let template = template.and_then(|(id, _)| spoken.context.bot.templates.get(id.index()));
    template.is_some_and(|template| template.channels.contains(&channel.name))
}

fn finding(
    spoken: &Spoken<'_, '_>,
    sent: &Sent<'_>,
    channel: &Channel<'_>,
    why: Why,
    closed: &[(&Channel<'_>, Why)],
) -> Finding {
    let context = spoken.context;
    let rest: Vec<&str> = closed[1..]
        .iter()
        .map(|(channel, _)| name(&channel.name))
        .collect();
    let rest = match rest.as_slice() {
        [] => String::new(),
        names => format!(" The same goes for {}.", super::words::and(names)),
    };
    let (message, help) = match why {
        Why::Late(hours) => (
            format!(
                "{} only templates may be sent when the customer has not written for {hours} hours, and here more can \
                 have passed.{rest}",
                on(&channel.name)
            ),
            format!(
                "Give it a template for that time (`template …` in its block, declared `on {}`), or say it sooner.",
                channel.name
            ),
        ),
        Why::TooLate(hours) => (
            format!(
                "{} a bot may not write any more when the customer has not written for {hours} hours, and here more \
                 can have passed.{rest}",
                on(&channel.name)
            ),
            format!(
                "Say it sooner, say it elsewhere (`say via email \"…\"`), or only `if conversation.channel is not {}`.",
                channel.name
            ),
        ),
        Why::Begins => (
            format!(
                "{} a bot may begin only with a template, unless the customer wrote in the last {} hours.{rest}",
                on(&channel.name),
                channel.profile.session.window_hours,
            ),
            format!(
                "Declare a template (`template … on {}`) and name it in the block of this message, or let the trigger \
                 go elsewhere (`via …`).",
                channel.name
            ),
        ),
    };
    let conversation = match why.wanted(channel) {
        None => {
            let mut path = begun(spoken, sent).unwrap_or_default();
            if path.is_empty() {
                Vec::new()
            } else {
                if matches!(sent.site, Site::Say(_)) {
                    context.lead_on(&mut path);
                }
                context.tell_on(&channel.name, &path, |_| {})
            }
        }
        // The shortest way there need not be a slow one.
        Some(wanted) => context.conversation_to(sent.site, &wanted),
    };
    let mut finding = Finding::new(&RULE, sent.at, message)
        .help(help)
        .conversation(conversation);
    if why == Why::Begins {
        // Those who have just written get it all the same.
        finding.level = Level::Warning;
    }
    finding
}

/// The way from a trigger to a message, on which nobody has written.
fn begun(spoken: &Spoken<'_, '_>, sent: &Sent<'_>) -> Option<Vec<EdgeIndex>> {
    let context = spoken.context;
    let to = node(spoken, sent.site)?;
    let begins = |node: &NodeIndex| match context.graph.nodes[*node] {
        Node::Trigger(id) => sent.reached.triggers.contains(&id),
        _ => false,
    };
    let roots = context.graph.nodes.node_indices().filter(begins);
    let unasked = |edge: Edge, to: NodeIndex| {
        let driver = context.graph.driver(context.bot, edge, to);
        matches!(driver, Driver::Nothing | Driver::System | Driver::Time)
    };
    let reach = Reach::over(context.graph, context.bot, roots, &unasked);
    let path = reach.path(context.graph, context.bot, to, PATH);
    Some(context.with_what_comes_before(path))
}
