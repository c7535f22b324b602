//! Messages: `say`, `reply publicly`, and what their blocks add.

use botflow_artifact::{
    ButtonAct, Cards, HandlerId, Media, MediaKind, MessageButton, MessageId, MessageTemplate, SlotId,
    TemplateId,
};
use botflow_syntax::ast::{self, CardEntry, SayItem};

use super::scope::Binding;
use super::{Lower, Typed, name};
use crate::hir::{ButtonBody, OfferBody, StmtKind, UseContext};
use crate::project::Span;
use crate::rules::names::{type_mismatch, wrong_arguments};
use crate::rules::writing::{bad_literal, wrong_place};
use crate::types::Types;

/// How many cards a list gives where nothing is written.
const DEFAULT_CARDS: u32 = 10;

impl Lower<'_> {
    pub(super) fn say(&mut self, say: &ast::SayStmt, span: Span) -> StmtKind {
        let (mut message, ways) = self.message_items(say.items());
        message.via = say
            .via()
            .and_then(|via| via.channel())
            .map(|token| self.bot_channel(token));
        self.said(message, ways, say.one_of(), say.text(), span)
    }

    pub(super) fn reply(&mut self, reply: &ast::ReplyStmt, span: Span) -> StmtKind {
        let (mut message, ways) = self.message_items(reply.items());
        message.public_reply = true;
        self.said(message, ways, reply.one_of(), reply.text(), span)
    }

    fn said(
        &mut self,
        message: MessageTemplate,
        ways: Vec<ButtonBody>,
        one_of: Option<ast::OneOf>,
        text: Option<ast::Text>,
        span: Span,
    ) -> StmtKind {
        if let Some(one_of) = one_of {
            let mut messages = Vec::new();
            for text in one_of.texts() {
                let text = self.text(&text).id;
                messages.push(self.push_message(MessageTemplate {
                    text: Some(text),
                    ..message.clone()
                }));
            }
            if messages.is_empty() {
                self.report(wrong_arguments::finding(
                    "There is nothing to say here.",
                    "say one of { \"…\" \"…\" }, each text on a line of its own",
                    span,
                ));
                return StmtKind::Error;
            }
            return if ways.is_empty() {
                StmtKind::SayOneOf(messages)
            } else {
                StmtKind::Offer(Box::new(OfferBody {
                    messages,
                    one_of: true,
                    ways,
                }))
            };
        }
        let text = text.map(|text| self.text(&text).id);
        let message = self.push_message(MessageTemplate { text, ..message });
        if ways.is_empty() {
            StmtKind::Say(message)
        } else {
            StmtKind::Offer(Box::new(OfferBody {
                messages: vec![message],
                one_of: false,
                ways,
            }))
        }
    }

    /// The message that a `say` of an escalation is.
    pub(super) fn say_message(&mut self, say: &ast::SayStmt, span: Span) -> Option<MessageId> {
        match self.say(say, span) {
            StmtKind::Say(message) => Some(message),
            StmtKind::Offer(offer) => {
                // People have the conversation then, and the bot hears nothing.
                for way in &offer.ways {
                    self.report(
                        wrong_place::because(
                            way.span,
                            "While people have the conversation the bot hears no press.",
                        )
                        .help("A button of an escalation's words opens an address or calls a number."),
                    );
                }
                for id in &offer.messages {
                    let message = &mut self.program.bot.messages[id.index()];
                    let of_cards = message.cards.iter_mut().flat_map(|cards| &mut cards.buttons);
                    for button in message.buttons.iter_mut().chain(of_cards) {
                        if let ButtonAct::Leads(_) = button.act {
                            button.act = ButtonAct::Says;
                        }
                    }
                }
                offer.messages.first().copied()
            }
            StmtKind::SayOneOf(messages) => {
                self.report(wrong_place::finding(
                    span,
                    "`say one of`",
                    "an escalation",
                    Some("a flow"),
                ));
                messages.first().copied()
            }
            _ => None,
        }
    }

    /// What the block of a message adds, and the ways of its buttons.
    fn message_items(
        &mut self,
        items: ast::AstChildren<'_, SayItem<'_>>,
    ) -> (MessageTemplate, Vec<ButtonBody>) {
        let mut message = MessageTemplate::default();
        let mut ways = Vec::new();
        let (mut cards_at, mut template_at) = (None, None);
        for item in items {
            let span = self.node_span(&item);
            match item {
                SayItem::ImageItem(item) => {
                    let media = self.media(MediaKind::Image, item.source(), item.alt());
                    message.media.extend(media);
                }
                SayItem::VideoItem(item) => {
                    let media = self.media(MediaKind::Video, item.source(), item.alt());
                    message.media.extend(media);
                }
                SayItem::FileItem(item) => {
                    let media = self.media(MediaKind::File, item.source(), item.alt());
                    message.media.extend(media);
                }
                SayItem::AudioItem(item) => {
                    let media = self.media(MediaKind::Audio, item.source(), item.alt());
                    message.media.extend(media);
                }
                SayItem::LocationItem(item) => message.media.extend(self.location(&item, span)),
                SayItem::ButtonItem(item) => {
                    message
                        .buttons
                        .extend(self.leading_button(&item, None, &mut ways));
                }
                SayItem::OnChannelItem(item) => {
                    let text = item.text().map(|text| self.text(&text).id);
                    for token in item.channels() {
                        let channel = self.bot_channel(token);
                        if message.on_channel.iter().any(|(known, _)| *known == channel) {
                            let at = self.token_span(token);
                            let setting = format!("on {channel}");
                            self.report(crate::rules::writing::repeated_setting::finding(
                                at, &setting, None,
                            ));
                        } else if let Some(text) = text {
                            message.on_channel.push((channel, text));
                        }
                    }
                }
                SayItem::TemplateUseItem(item) => {
                    let template = self.template_use(&item, span);
                    if self.once(&mut template_at, span, "template") {
                        message.template = template;
                    }
                }
                SayItem::CardsItem(item) => {
                    let cards = self.cards(&item, span, &mut ways);
                    if self.once(&mut cards_at, span, "cards") {
                        message.cards = cards.map(Box::new);
                    }
                }
            }
        }
        (message, ways)
    }

    pub(super) fn media(
        &mut self,
        kind: MediaKind,
        source: Option<ast::Expr>,
        alt: Option<ast::Text>,
    ) -> Option<Media> {
        let alt = alt.map(|alt| self.text(&alt).id);
        let source = self.media_source(kind, &source?);
        Some(Media {
            kind,
            source: source.id,
            alt,
        })
    }

    /// An address, or something that a customer has sent.
    fn media_source(&mut self, kind: MediaKind, source: &ast::Expr) -> Typed {
        let typed = self.expr(source, Some(Types::URL));
        let base = self.types.base(typed.ty);
        let sent = match kind {
            MediaKind::Image => base == Types::IMAGE,
            _ => base == Types::FILE || base == Types::IMAGE,
        };
        if sent {
            self.optional_use(typed, UseContext::Shown);
            return typed;
        }
        self.fitted(typed, Types::URL, UseContext::Shown)
    }

    /// `location 44.43, 26.10 alt "…"`, or a value of type location.
    fn location(&mut self, item: &ast::LocationItem, span: Span) -> Option<Media> {
        let alt = item.label().map(|label| self.text(&label).id);
        let place = item.place()?;
        let source = match item.longitude() {
            Some(longitude) => {
                let latitude = self.degrees(&place, 90);
                let longitude = self.degrees(&longitude, 180);
                let location = botflow_values::Location::new(latitude?, longitude?);
                self.typed(
                    botflow_artifact::Expr::Const(botflow_values::Value::Location(location)),
                    Types::LOCATION,
                    span,
                )
            }
            None => self.expr_as(&place, Types::LOCATION, UseContext::Shown),
        };
        Some(Media {
            kind: MediaKind::Location,
            source: source.id,
            alt,
        })
    }

    /// Degrees as millionths.
    fn degrees(&mut self, written: &ast::Expr, most: i64) -> Option<i32> {
        use botflow_values::Value;
        let typed = self.expr(written, Some(Types::NUMBER));
        if typed.ty == Types::ERROR {
            return None;
        }
        let span = self.expr_span(typed.id);
        let millionths = match self.constant_at(typed) {
            Some(Value::Integer(degrees)) => Some(degrees.saturating_mul(1_000_000)),
            Some(Value::Number(degrees)) => Some(degrees.of(1_000_000, botflow_values::value::MAX_INTEGER)),
            _ => None,
        };
        match millionths {
            Some(millionths) if millionths.abs() <= most * 1_000_000 => i32::try_from(millionths).ok(),
            _ => {
                self.report(bad_literal::finding(
                    span,
                    format!("Degrees here are a number from -{most} to {most}."),
                ));
                None
            }
        }
    }

    /// A button of a template, which cannot lead on: when it is pressed, the flow may long be over.
    pub(super) fn button(&mut self, item: &ast::ButtonItem) -> Option<MessageButton> {
        let mut ways = Vec::new();
        let button = self.leading_button(item, None, &mut ways)?;
        let Some(way) = ways.first() else {
            return Some(button);
        };
        self.report(
            wrong_place::because(
                way.span,
                "A button of a template opens an address or calls a number, or is heard as its label.",
            )
            .help("Leave the way out, and hear the label: as an option, or as words of an intent."),
        );
        None
    }

    /// A button of a message, or of a card whose item has the slot. Its way is added to those of the message.
    fn leading_button(
        &mut self,
        item: &ast::ButtonItem,
        slot: Option<SlotId>,
        ways: &mut Vec<ButtonBody>,
    ) -> Option<MessageButton> {
        let span = self.node_span(item);
        let written = item.label();
        let label_span = written.as_ref().map_or(span, |label| self.node_span(label));
        let label = written.map(|label| self.text(&label).id);
        let act = match (item.opens(), item.calls(), item.way()) {
            (Some(opens), _, _) => {
                let url = opens.url()?;
                ButtonAct::Opens(self.expr_as(&url, Types::URL, UseContext::Passed).id)
            }
            (None, Some(calls), _) => {
                let phone = calls.phone()?;
                ButtonAct::Calls(self.expr_as(&phone, Types::PHONE, UseContext::Passed).id)
            }
            (None, None, Some(way)) => {
                let block = self.way(Some(way), span);
                ways.push(ButtonBody {
                    span,
                    label_span,
                    label: label?,
                    item: slot,
                    block,
                });
                ButtonAct::Leads(HandlerId::from(ways.len() - 1))
            }
            (None, None, None) => ButtonAct::Says,
        };
        Some(MessageButton {
            label: label?,
            act,
            condition: None,
        })
    }

    fn template_use(
        &mut self,
        item: &ast::TemplateUseItem,
        span: Span,
    ) -> Option<(TemplateId, Vec<botflow_artifact::ExprId>)> {
        let template = item
            .path()
            .and_then(|path| self.known_path("template", &path, |symbols| &mut symbols.templates));
        let Some(id) = template else {
            self.forgotten_args(item.args());
            return None;
        };
        let taken = std::mem::take(&mut self.template_params[id]);
        let callee = self.program.bot.templates[id].name.clone();
        let args = self.args(&callee, &taken, item.args(), span);
        self.template_params[id] = taken;
        Some((TemplateId::from(id), args))
    }

    fn cards(&mut self, item: &ast::CardsItem, span: Span, ways: &mut Vec<ButtonBody>) -> Option<Cards> {
        let (list, item_type) = self.list_of(item.list(), span);
        let token = item.name()?;
        let at = self.token_span(token);
        let slot = self.bind(&name(token), item_type, list.sensitive, at, Binding::Answer);
        let condition = item
            .condition()
            .and_then(|clause| clause.condition())
            .map(|condition| self.condition(&condition).id);
        let at_most = self.count(item.limit().and_then(|limit| limit.count()));
        let mut cards = Cards {
            list: list.id,
            item: slot,
            condition,
            at_most: at_most.unwrap_or(DEFAULT_CARDS),
            title: botflow_artifact::TextId(0),
            text: None,
            image: None,
            alt: None,
            buttons: Vec::new(),
        };
        let mut title = None;
        let mut seen = [None; 3];
        for entry in item.entries() {
            let at = self.node_span(&entry);
            match entry {
                CardEntry::TitleItem(item) => {
                    let text = item.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[0], at, "title") {
                        title = text;
                    }
                }
                CardEntry::TextItem(item) => {
                    let text = item.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[1], at, "text") {
                        cards.text = text;
                    }
                }
                CardEntry::ImageItem(item) => {
                    let alt = item.alt().map(|alt| self.text(&alt).id);
                    let image = item
                        .source()
                        .map(|source| self.media_source(MediaKind::Image, &source).id);
                    if self.once(&mut seen[2], at, "image") {
                        cards.image = image;
                        cards.alt = alt;
                    }
                }
                CardEntry::ButtonItem(item) => {
                    let button = self.leading_button(&item, Some(slot), ways);
                    cards.buttons.extend(button);
                }
            }
        }
        cards.title = match title {
            Some(title) => title,
            None => {
                if seen[0].is_none() {
                    self.report(wrong_arguments::finding(
                        "A card has a title.",
                        "title \"…\"",
                        span,
                    ));
                }
                self.plain_text("")
            }
        };
        Some(cards)
    }

    /// Reports something that is no text without holes where one is wanted.
    pub(super) fn fixed_text(&mut self, text: &ast::Text) -> Option<String> {
        let plain = text.plain();
        if plain.is_none() {
            let span = self.node_span(text);
            self.report(type_mismatch::other("Here stands a text without holes.", span));
        }
        plain
    }
}
