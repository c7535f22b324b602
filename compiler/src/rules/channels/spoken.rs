//! What is shown where: every text of every message, with the channels on which people can see it.
//!
//! Exploration tells the channels of each message; `via` and `on CHANNEL "…"` narrow them. What is said in public is
//! shown as a comment: on Messenger and Instagram, too, it stands below a post.

use botflow_artifact::{
    ButtonAct, LanguageId, MessageButton, MessageId, MessageTemplate, OptionAct, Place, PlaceId, PlaceKind,
    Suggestion, TextId,
};
use botflow_message::Profile;
use smol_str::SmolStr;

use super::conditions::decided_on;
use crate::bounds::{Bounds, Numbers};
use crate::explore::{Reached, Site, Wanted};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// A channel that the bot speaks on, or comments that it answers.
pub(crate) struct Channel<'c> {
    /// As flows write it.
    pub name: SmolStr,
    /// What it can show.
    pub profile: &'c Profile,
}

/// Channels as bits, by their place in [`Spoken::channels`].
pub(crate) type Channels = u64;

/// Bots have fewer channels, since there are fewer.
const MOST_CHANNELS: usize = 60;

/// Everything that a bot says.
pub(crate) struct Spoken<'c, 'l> {
    pub context: &'c Context<'l>,
    /// The project's files.
    sources: &'c [Source],
    pub bounds: Bounds<'c>,
    pub channels: Vec<Channel<'c>>,
    /// Messages that somebody can get, in order of the bot's.
    pub sent: Vec<Sent<'c>>,
    /// Their texts, in order of the texts, each once.
    pub shown: Vec<Shown>,
    /// The texts of each message: indices into `sent` and `shown`, in order.
    by_sent: Vec<(u32, u32)>,
}

/// A message that somebody can get.
pub(crate) struct Sent<'c> {
    pub id: MessageId,
    pub message: &'c MessageTemplate,
    /// Where it is sent first.
    pub site: Site,
    /// The statement that sends it.
    pub at: Span,
    /// What is known where it is sent.
    pub reached: Reached,
    /// The channels on which people see it.
    pub on: Channels,
    /// What it asks, if it asks something.
    pub asks: Asks<'c>,
}

/// The options and suggestions of a message, and how many there can be.
#[derive(Clone, Copy)]
pub(crate) struct Asks<'c> {
    /// The place that puts it, if it is a question.
    pub place: Option<(PlaceId, &'c Place)>,
    /// The most options: those that can be pressed.
    pub options: usize,
    /// The fewest options, without those that have a condition.
    pub fewest: usize,
    /// The most suggestions.
    pub suggestions: usize,
}

/// What a text is in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// The words of a message.
    Body,
    /// A hint.
    Hint,
    /// The label of an option, or of a button that leads on.
    Option,
    /// The label of a suggestion.
    Suggestion,
    /// The label of a button that opens an address.
    Link,
    /// The label of a button that calls a number.
    Call,
    /// The title of a card.
    CardTitle,
    /// The words of a card.
    CardText,
    /// The label of a card's button.
    CardButton,
}

/// A text that people see.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub text: TextId,
    pub role: Role,
    pub on: Channels,
    /// The first message it stands in: an index into [`Spoken::sent`].
    pub sent: usize,
}

impl<'c, 'l> Spoken<'c, 'l> {
    pub fn of(context: &'c Context<'l>, sources: &'c [Source]) -> Spoken<'c, 'l> {
        let bot = context.bot;
        let mut channels: Vec<Channel<'c>> = Vec::new();
        let mut add = |name: &str| {
            let profile = context.profiles.get(name);
            if let Some(profile) = profile
                && channels.len() < MOST_CHANNELS
                && !channels.iter().any(|known| known.name == name)
            {
                channels.push(Channel {
                    name: SmolStr::new(name),
                    profile,
                });
            }
        };
        bot.channels.iter().for_each(|name| add(name));
        let public = bot.messages.iter().any(|message| message.public_reply);
        if public {
            let comments = bot.channels.iter().filter_map(|name| comments_of(name));
            comments.for_each(add);
        }
        let mut spoken = Spoken {
            context,
            sources,
            bounds: Bounds::new(bot, &context.lowered.exprs, Numbers::Usual),
            channels,
            sent: Vec::new(),
            shown: Vec::new(),
            by_sent: Vec::new(),
        };
        spoken.find();
        spoken
    }

    fn find(&mut self) {
        let exploration = self.context.exploration();
        let sites = exploration.all_sites();
        let mut at = 0;
        while at < sites.len() {
            let (id, site) = sites[at];
            at += sites[at..].iter().take_while(|(other, _)| *other == id).count();
            let Some(message) = self.context.bot.messages.get(id.index()) else {
                continue;
            };
            let reached = exploration.message(id);
            let span = self.site_span(site);
            if reached.is_never() || self.context.lowered.is_library(span) {
                continue;
            }
            let on = self.seen_on(message, &reached) & !self.skipped(site);
            let asks = self.asks(site, id, message);
            self.sent.push(Sent {
                id,
                message,
                site,
                at: span,
                reached,
                on,
                asks,
            });
        }
        let mut shown = Vec::new();
        for (index, sent) in self.sent.iter().enumerate() {
            self.texts(index, sent, &mut shown);
        }
        shown.sort_by_key(|one| (one.text, one.role));
        shown.dedup_by(|later, first| {
            let same = later.text == first.text && later.role == first.role;
            if same {
                first.on |= later.on;
            }
            same
        });
        let numbered = shown.iter().enumerate();
        self.by_sent = numbered.map(|(at, one)| (one.sent as u32, at as u32)).collect();
        self.by_sent.sort_unstable();
        self.shown = shown;
    }

    /// The texts of a message, in order of the texts; what several messages share belongs to the first of them.
    pub fn texts_of(&self, sent: usize) -> impl Iterator<Item = &Shown> {
        let from = self.by_sent.partition_point(|(one, _)| (*one as usize) < sent);
        let texts = self.by_sent[from..].iter();
        texts
            .take_while(move |(one, _)| *one as usize == sent)
            .map(|(_, at)| &self.shown[*at as usize])
    }

    /// The statement at a site.
    pub fn site_span(&self, site: Site) -> Span {
        let lowered = self.context.lowered;
        match site {
            Site::Say(pc) => lowered.code[pc.index()],
            Site::Question(place) | Site::Nudge(place, _) | Site::HandOver(place) => {
                lowered.place(place).span
            }
            Site::HandlerNudge(handler) => lowered.handlers[handler.index()].1,
        }
    }

    /// The channels on which people see a message.
    fn seen_on(&self, message: &MessageTemplate, reached: &Reached) -> Channels {
        let mut on = 0;
        let mut see = |name: &str| {
            if let Some(at) = self.channels.iter().position(|channel| channel.name == name) {
                on |= 1 << at;
            }
        };
        match &message.via {
            Some(via) => see(via),
            None if message.public_reply => {
                let names = reached.channels.iter().map(|on| on.channel.as_str());
                names.filter_map(comments_of).for_each(&mut see);
            }
            None => {
                // In private nobody is answered below a post: it is a message of the same house.
                let names = reached.channels.iter().map(|on| on.channel.as_str());
                names.filter(|name| !is_comments(name)).for_each(&mut see);
            }
        }
        on
    }

    /// The channels on which a question is left out.
    fn skipped(&self, site: Site) -> Channels {
        let bot = self.context.bot;
        let (Site::Question(place) | Site::Nudge(place, _)) = site else {
            return 0;
        };
        let PlaceKind::Ask(ask) = &bot.places[place.index()].kind else {
            return 0;
        };
        let Some(skip) = ask.skip else { return 0 };
        let channels = self.channels.iter().enumerate();
        channels
            .filter(|(_, channel)| decided_on(bot, skip.condition, &channel.name) == Some(true))
            .fold(0, |on, (at, _)| on | 1 << at)
    }

    fn asks(&self, site: Site, id: MessageId, message: &'c MessageTemplate) -> Asks<'c> {
        let pressed = |button: &&MessageButton| matches!(button.act, ButtonAct::Leads(_) | ButtonAct::Says);
        let buttons = || message.buttons.iter().filter(pressed);
        let mut asks = Asks {
            place: None,
            options: buttons().count(),
            fewest: buttons().filter(|button| button.condition.is_none()).count(),
            suggestions: 0,
        };
        let Site::Question(place) = site else {
            return asks;
        };
        let found = &self.context.bot.places[place.index()];
        match &found.kind {
            PlaceKind::Choose(choose) if [Some(choose.question), choose.again].contains(&Some(id)) => {
                asks.place = Some((place, found));
                let pressed = choose
                    .options
                    .iter()
                    .filter(|option| matches!(option.act, OptionAct::Way(_) | OptionAct::GoOn));
                let listed = choose.from.as_ref().map_or(0, |from| from.at_most as usize);
                asks.options = asks
                    .options
                    .saturating_add(pressed.clone().count())
                    .saturating_add(listed);
                asks.fewest += pressed.filter(|option| option.condition.is_none()).count();
            }
            PlaceKind::Ask(ask) if [Some(ask.question), ask.again].contains(&Some(id)) => {
                asks.place = Some((place, found));
                asks.suggestions = ask.suggest.iter().fold(0_usize, |sum, one| {
                    sum.saturating_add(match one {
                        Suggestion::Label(_) => 1,
                        Suggestion::List { at_most, .. } => *at_most as usize,
                    })
                });
            }
            _ => {}
        }
        asks
    }

    /// The texts of one message.
    fn texts(&self, index: usize, sent: &Sent<'c>, shown: &mut Vec<Shown>) {
        let message = sent.message;
        let mut add = |text: TextId, role: Role, on: Channels| {
            if on != 0 {
                shown.push(Shown {
                    text,
                    role,
                    on,
                    sent: index,
                });
            }
        };
        let mut usual = sent.on;
        for (name, text) in &message.on_channel {
            let here = self.bit(name) & sent.on;
            add(*text, Role::Body, here);
            usual &= !here;
        }
        if let Some(text) = message.text {
            add(text, Role::Body, usual);
        }
        if let Some(hint) = message.hint {
            add(hint, Role::Hint, sent.on);
        }
        for button in &message.buttons {
            add(button.label, button_role(button), sent.on);
        }
        if let Some(cards) = &message.cards {
            add(cards.title, Role::CardTitle, sent.on);
            if let Some(text) = cards.text {
                add(text, Role::CardText, sent.on);
            }
            for button in &cards.buttons {
                add(button.label, Role::CardButton, sent.on);
            }
        }
        match sent.asks.place.map(|(_, place)| &place.kind) {
            Some(PlaceKind::Choose(choose)) => {
                let from = choose.from.iter().map(|from| (from.label, from.act));
                let written = choose.options.iter().map(|option| (option.label, option.act));
                for (label, act) in from.chain(written) {
                    let role = match act {
                        OptionAct::Way(_) | OptionAct::GoOn => Role::Option,
                        OptionAct::Opens(_) => Role::Link,
                        OptionAct::Calls(_) => Role::Call,
                    };
                    add(label, role, sent.on);
                }
            }
            Some(PlaceKind::Ask(ask)) => {
                for suggestion in &ask.suggest {
                    if let Suggestion::Label(label) = suggestion {
                        add(*label, Role::Suggestion, sent.on);
                    }
                }
            }
            _ => {}
        }
    }

    /// The shortest conversation in which somebody gets a message on a channel (what they see there, for comments), in a
    /// language of the bot, as lines of a `.chat`.
    pub fn conversation(&self, sent: &Sent<'_>, channel: &str, language: Option<LanguageId>) -> Vec<String> {
        let mut on = sent.reached.channels.iter().map(|on| &on.channel);
        let is_there = |on: &&SmolStr| {
            let seen = if sent.message.public_reply {
                comments_of(on)
            } else {
                None
            };
            sent.message.via.is_some() || seen.unwrap_or(on.as_str()) == channel
        };
        let Some(on) = on.find(is_there) else {
            return Vec::new();
        };
        let wanted = Wanted {
            channel: Some(on.clone()),
            // Everybody speaks the first one.
            language: language.filter(|language| language.index() > 0),
            quiet_over: None,
        };
        self.context.conversation_to(sent.site, &wanted)
    }

    /// A channel as a bit.
    pub fn bit(&self, name: &str) -> Channels {
        let at = self.channels.iter().position(|channel| channel.name == name);
        at.map_or(0, |at| 1 << at)
    }

    /// The channels of bits.
    pub fn each(&self, on: Channels) -> impl Iterator<Item = (usize, &Channel<'c>)> {
        self.channels
            .iter()
            .enumerate()
            .filter(move |(at, _)| on >> at & 1 == 1)
    }

    /// Where a text stands; none if it is the compiler's own.
    pub fn written(&self, text: TextId) -> Option<Span> {
        let at = self
            .context
            .lowered
            .spans
            .texts
            .get(text.index())
            .copied()
            .flatten()?;
        (!self.context.lowered.is_library(at)).then_some(at)
    }

    /// What is written at a place.
    pub fn text(&self, at: Span) -> Option<&str> {
        let source = self.sources.get(at.file.0 as usize)?;
        source.text.get(at.start as usize..at.end as usize)
    }

    /// The bot's languages in which a message can be shown.
    pub fn languages(&self, sent: usize) -> &[LanguageId] {
        &self.sent[sent].reached.languages
    }
}

fn button_role(button: &MessageButton) -> Role {
    match button.act {
        ButtonAct::Leads(_) | ButtonAct::Says => Role::Option,
        ButtonAct::Opens(_) => Role::Link,
        ButtonAct::Calls(_) => Role::Call,
    }
}

/// Where comments on a channel are answered in public.
pub(super) fn comments_of(channel: &str) -> Option<&'static str> {
    match channel {
        "messenger" | "facebook_comment" => Some("facebook_comment"),
        "instagram" | "instagram_comment" => Some("instagram_comment"),
        _ => None,
    }
}

/// Whether a channel is comments.
pub(super) fn is_comments(channel: &str) -> bool {
    matches!(channel, "facebook_comment" | "instagram_comment")
}
