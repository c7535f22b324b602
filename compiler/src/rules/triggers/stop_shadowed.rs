//! `stop-shadowed`: words that mean something to the bot mean "no more messages" to the law.
//!
//! On some channels the law's words are heard before anything else, so that an option of that name ends the
//! conversation and every message after it.

use std::collections::BTreeSet;

use botflow_artifact::{
    HandlerId, Hears, LanguageWords, Occurrence, Op, OptionAct, PlaceId, PlaceKind, Suggestion,
    TriggerSource, Type, TypeId,
};
use botflow_understanding::law;
use botflow_understanding::normalise;
use petgraph::graph::{EdgeIndex, NodeIndex};
use smol_str::SmolStr;

use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::graph::{Edge, Node};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF502",
    name: "stop-shadowed",
    level: Level::Error,
    summary: "Words of the bot are, on one of its channels, the law's words for \"no more messages\".",
    page: include_str!("stop_shadowed.md"),
};

/// The law's words are short, and four at most.
const LONGEST: usize = 40;

/// Looks at everything that customers may write because the bot offers or hears it.
pub(super) fn check(context: &Context<'_>, sources: &[Source], findings: &mut Vec<Finding>) {
    let channels: Vec<&SmolStr> = (context.bot.channels.iter())
        .filter(|channel| law::is_heard(channel))
        .collect();
    if channels.is_empty() {
        return;
    }
    let mut look = Look {
        context,
        sources,
        channels,
        findings,
        told: BTreeSet::new(),
    };
    look.places();
    look.buttons();
    look.intents();
    look.members();
}

/// Words of the law's, and a channel on which they are.
struct Stop<'c> {
    words: String,
    channel: &'c SmolStr,
}

struct Look<'c, 'l, 'f> {
    context: &'c Context<'l>,
    sources: &'c [Source],
    /// Those on which some words are the law's.
    channels: Vec<&'c SmolStr>,
    findings: &'f mut Vec<Finding>,
    /// Words that have their finding: a message may be said from several places.
    told: BTreeSet<Span>,
}

impl<'c> Look<'c, '_, '_> {
    /// Options and suggestions.
    fn places(&mut self) {
        let context = self.context;
        for (id, place) in context.bot.places.iter().enumerate() {
            let id = PlaceId::from(id);
            let node = context.graph.place(id);
            if !context.reach.reached(node) {
                continue;
            }
            let within = context.lowered.place(id).span;
            let shown = |word: &Stop| self.written(context.path(node), word);
            let mut found = Vec::new();
            match &place.kind {
                PlaceKind::Choose(choose) => {
                    for option in &choose.options {
                        let mut words: Vec<Stop> = self.label(option.label).into_iter().collect();
                        words.extend(self.words(&option.words));
                        let way = match option.act {
                            OptionAct::Way(way) => context.graph.code(way),
                            _ => None,
                        };
                        if !words.is_empty() && !way.is_some_and(|way| self.withdraws(way)) {
                            found.extend(words);
                        }
                    }
                }
                PlaceKind::Ask(ask) => {
                    for suggestion in &ask.suggest {
                        if let Suggestion::Label(label) = suggestion {
                            found.extend(self.label(*label));
                        }
                    }
                }
                _ => {}
            }
            let found: Vec<_> = (found.into_iter()).map(|word| (shown(&word), word)).collect();
            for (conversation, word) in found {
                self.report(within, &word, "Whoever picks this", conversation);
            }
        }
    }

    /// Buttons of messages.
    fn buttons(&mut self) {
        let context = self.context;
        for (pc, op) in context.bot.code.iter().enumerate() {
            let messages = match op {
                Op::Say(message) => std::slice::from_ref(message),
                Op::SayOneOf { messages, .. } => messages.as_slice(),
                _ => continue,
            };
            for message in messages {
                let Some(message) = context.bot.messages.get(message.index()) else {
                    continue;
                };
                let (of_cards, own) = message.pressable();
                let found: Vec<_> = (of_cards.into_iter().chain(own))
                    .filter_map(|button| self.label(button.label))
                    .collect();
                for word in found {
                    let within = context.lowered.code[pc];
                    self.report(within, &word, "Whoever picks this", Vec::new());
                }
            }
        }
    }

    /// Words by which intents are heard.
    fn intents(&mut self) {
        let context = self.context;
        for (id, intent) in context.bot.intents.iter().enumerate() {
            let Some(name) = context.lowered.spans.intents.get(id).copied().flatten() else {
                continue;
            };
            let mut found = self.words(&intent.words);
            found.extend(self.words(&intent.like));
            if found.is_empty() {
                continue;
            }
            let heard = self.heard(id);
            let meant = heard.is_some_and(|handler| self.withdraws(handler));
            if meant || heard.is_none() && !self.is_about(id) {
                continue;
            }
            for word in found {
                let path = heard.map(|handler| context.path(handler)).unwrap_or_default();
                let mut path = before_heard(context, path);
                if path.is_empty() {
                    path = context.first_question();
                }
                let conversation = self.written(path, &word);
                let declaration = Span {
                    end: u32::MAX,
                    ..name
                };
                self.report(declaration, &word, "Whoever writes this", conversation);
            }
        }
    }

    /// Words of members of sets that are asked for.
    fn members(&mut self) {
        let context = self.context;
        let mut asked: Vec<Option<PlaceId>> = vec![None; context.bot.sets.len()];
        for (id, place) in context.bot.places.iter().enumerate() {
            if let PlaceKind::Ask(ask) = &place.kind
                && let Some(set) = set_of(context.bot, ask.ty)
                && let Some(asked) = asked.get_mut(set)
            {
                asked.get_or_insert(PlaceId::from(id));
            }
        }
        for (set, place) in asked.into_iter().enumerate() {
            let Some(place) = place else { continue };
            let Some(name) = context.lowered.spans.sets.get(set).copied().flatten() else {
                continue;
            };
            let mut found = Vec::new();
            for member in &context.bot.sets[set].members {
                match member.label {
                    Some(label) => found.extend(self.label(label)),
                    None => found.extend(self.stops(&member.name.replace('_', " "))),
                }
                found.extend(self.words(&member.words));
            }
            for word in found {
                let node = context.graph.place(place);
                let conversation = match context.reach.reached(node) {
                    true => self.written(context.path(node), &word),
                    false => continue,
                };
                let declaration = Span {
                    end: u32::MAX,
                    ..name
                };
                self.report(declaration, &word, "Whoever answers this", conversation);
            }
        }
    }

    fn label(&self, label: botflow_artifact::TextId) -> Option<Stop<'c>> {
        self.stops(&self.context.words().pattern(label, &|_| false))
    }

    fn words(&self, clauses: &[LanguageWords]) -> Vec<Stop<'c>> {
        let words = clauses.iter().flat_map(|clause| &clause.words);
        words.filter_map(|word| self.stops(word)).collect()
    }

    /// The words, if they are the law's on a channel of the bot.
    fn stops(&self, words: &str) -> Option<Stop<'c>> {
        if words.len() > LONGEST || words.contains('…') {
            return None;
        }
        let normalised = normalise(words);
        let channel = (self.channels.iter()).find(|channel| law::is_stop(channel, &normalised))?;
        Some(Stop {
            words: words.to_owned(),
            channel,
        })
    }

    /// Whether what happens behind a node withdraws a consent: then the words mean what the law means by them.
    fn withdraws(&self, node: NodeIndex) -> bool {
        let context = self.context;
        let withdraws = |node: NodeIndex| {
            let Node::Code(begin) = context.graph.nodes[node] else {
                return false;
            };
            let code = context.bot.code.get(begin.index()..).unwrap_or_default();
            let end = code
                .iter()
                .position(|op| op.leaves())
                .map_or(code.len(), |at| at + 1);
            (code[..end].iter()).any(|op| matches!(op, Op::Consent { granted: false, .. }))
        };
        let goes_on = |edge: Edge, _, _| !matches!(edge, Edge::Hears | Edge::Heard);
        withdraws(node) || context.detour(node, withdraws, goes_on).is_some()
    }

    /// A handler that hears an intent.
    fn heard(&self, intent: usize) -> Option<NodeIndex> {
        let handlers = self.context.bot.handlers.iter().enumerate();
        handlers
            .filter(|(_, handler)| matches!(&handler.hears, Hears::Intent { intent: heard, .. } if heard.index() == intent))
            .map(|(id, _)| self.context.graph.handler(HandlerId::from(id)))
            .find(|node| self.context.reach.reached(*node))
    }

    /// Whether comments about an intent set something off.
    fn is_about(&self, intent: usize) -> bool {
        let sources = self
            .context
            .bot
            .triggers
            .iter()
            .flat_map(|trigger| &trigger.sources);
        sources.into_iter().any(|source| {
            matches!(source, TriggerSource::On { what: Occurrence::CommentAbout(about), .. } if about.index() == intent)
        })
    }

    /// The conversation in which somebody writes the word.
    fn written(&self, path: Vec<EdgeIndex>, stop: &Stop<'_>) -> Vec<String> {
        self.context.tell_and(&path, |plan| {
            plan.speaks_on(stop.channel);
            plan.line(format!("> {}", stop.words));
            plan.line("* opted out");
            plan.line("= nothing said");
        })
    }

    fn report(&mut self, within: Span, stop: &Stop<'_>, whoever: &str, conversation: Vec<String>) {
        let name = Span {
            end: within.start,
            ..within
        };
        if self.context.lowered.is_library(name) {
            return;
        }
        let Some(at) = written_at(self.sources, within, &stop.words) else {
            return;
        };
        if !self.told.insert(at) {
            return;
        }
        let Stop { words, channel } = stop;
        let mut finding = Finding::new(
            &RULE,
            at,
            format!(
                "{whoever} on `{channel}` is never written to again: there `{words}` is the law's word for \"no more \
                 messages\", and nothing else hears it."
            ),
        )
        .help("Use other words, or more of them: the law's words count only if they stand alone.")
        .conversation(conversation);
        finding.fixes.extend(without(self.sources, at));
        self.findings.push(finding);
    }
}

/// The path up to where the customer writes what a handler hears.
fn before_heard(context: &Context<'_>, mut path: Vec<EdgeIndex>) -> Vec<EdgeIndex> {
    while let Some(last) = path.last()
        && matches!(
            context.graph.nodes.edge_weight(*last),
            Some(Edge::Heard | Edge::Hears)
        )
    {
        path.pop();
    }
    path
}

/// The set that answers of a type belong to.
fn set_of(bot: &botflow_artifact::Bot, ty: TypeId) -> Option<usize> {
    match bot.types.get(ty.index())? {
        Type::Set(set) => Some(set.index()),
        Type::List(inner) | Type::Optional(inner) => match bot.types.get(inner.index())? {
            Type::Set(set) => Some(set.index()),
            _ => None,
        },
        _ => None,
    }
}

/// Where a text is written, with its quotes. Without quotes it is a name.
fn written_at(sources: &[Source], within: Span, word: &str) -> Option<Span> {
    let text = &sources.get(within.file.0 as usize)?.text;
    let end = (within.end as usize).min(text.len());
    let part = text.get(within.start as usize..end)?;
    let quoted = format!("\"{word}\"");
    let name = word.replace(' ', "_");
    let (at, length) = match part.find(&quoted) {
        Some(at) => (at, quoted.len()),
        None => {
            let words = part.match_indices(&name);
            let whole = |at: usize| {
                let letter = |c: char| c.is_alphanumeric() || c == '_';
                !part[..at].ends_with(letter) && !part[at + name.len()..].starts_with(letter)
            };
            (words.map(|(at, _)| at).find(|at| whole(*at))?, name.len())
        }
    };
    let start = within.start + at as u32;
    Some(Span {
        file: within.file,
        start,
        end: start + length as u32,
    })
}

/// Takes a word out of a list of words, if others are left.
fn without(sources: &[Source], at: Span) -> Option<Fix> {
    let text = &sources.get(at.file.0 as usize)?.text;
    let (before, behind) = (text.get(..at.start as usize)?, text.get(at.end as usize..)?);
    let line = before.rsplit('\n').next()?;
    if !line.trim_start().starts_with("words ") && !line.trim_start().starts_with("like ") {
        return None;
    }
    let (start, end) = if behind.starts_with(", ") {
        (at.start, at.end + 2)
    } else if before.ends_with(", ") {
        (at.start - 2, at.end)
    } else {
        return None;
    };
    Some(Fix {
        title: "Leave this word out".into(),
        edits: vec![Edit {
            span: Span { start, end, ..at },
            text: String::new(),
        }],
    })
}
