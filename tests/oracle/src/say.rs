//! Messages: building them from the tree, and saying them.

use botflow_message::markup;
use botflow_message::{
    Button, Card, Envelope, Location, Media, MediaKind, Message, Part, Suggestion, TemplateCall,
};
use botflow_syntax::ast::{self, AstNode, SayItem};
use botflow_syntax::{NodeRef, SyntaxKind};
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::env::Env;
use crate::literal;
use crate::project::text_of;
use crate::state::{OfferedButton, Oracle, Said};
use crate::types::Ty;

/// So many messages are said again at most (11.4).
const MAX_REPEATED: usize = 8;

impl<'a> Oracle<'a> {
    pub(crate) fn send(&mut self, mut message: Message) {
        self.spoke_now();
        let via = message
            .envelope
            .as_ref()
            .and_then(|envelope| envelope.via.clone());
        if via.unwrap_or_else(|| self.channel()) == "email"
            && let Some(subject) = self.subject()
        {
            message.envelope_mut().subject = subject.into();
        }
        self.emit(message);
    }

    /// The subject of a mail: that of the nearest flow that has one (13.7).
    fn subject(&self) -> Option<String> {
        self.frames.iter().rev().find_map(|frame| {
            let item = frame.flow.item.as_ref()?;
            let mut inside = item.syntax().descendants();
            let text = inside.find_map(ast::SubjectStmt::cast)?.text()?;
            Some(self.env_of(frame).text(&text))
        })
    }

    /// What was said in an earlier turn is not what `repeat` says any more (11.4).
    fn spoke_now(&mut self) {
        if !self.spoke {
            self.spoke = true;
            self.said.clear();
        }
    }

    /// `say` and `reply publicly`.
    pub(crate) fn say_statement(&mut self, node: NodeRef<'a>) {
        let one_of = ast::SayStmt::cast(node).and_then(|say| say.one_of());
        let one_of = one_of.or_else(|| ast::ReplyStmt::cast(node).and_then(|reply| reply.one_of()));
        let variant = one_of.map(|one_of| self.vary_words(&one_of));
        // Going through a form again after a correction, nothing is said twice (6.5).
        let form = crate::question::form_of(node);
        let replayed = self.frames.last().and_then(|frame| frame.form.as_ref());
        if replayed.is_some_and(|state| state.replay && Some(&state.form) == form.as_ref()) {
            return;
        }
        self.say_node(node, variant);
    }

    /// The words of a hand-over: `repeat` does not say them again.
    pub(crate) fn say_unrepeated(&mut self, node: NodeRef<'a>) {
        let one_of = ast::SayStmt::cast(node).and_then(|say| say.one_of());
        let variant = one_of.map(|one_of| self.vary_words(&one_of));
        let (message, _) = message_of(&self.env(), node, variant, 0);
        self.send(message);
    }

    /// Says the words of one of several, `say one of` without a block (11.1).
    pub(crate) fn say_one_of(&mut self, one_of: &ast::OneOf<'a>) {
        let variant = self.vary_words(one_of);
        self.say_node(one_of.syntax(), Some(variant));
    }

    /// Says a text that stands in an item of a question.
    pub(crate) fn say_text(&mut self, item: NodeRef<'a>, text: Option<ast::Text<'a>>) {
        if text.is_some() {
            self.say_node(item, None);
        }
    }

    fn say_node(&mut self, node: NodeRef<'a>, variant: Option<usize>) {
        let (message, buttons) = message_of(&self.env(), node, variant, self.offers.max(self.puts) + 1);
        self.send(message);
        let top = self.frames.len().wrapping_sub(1);
        self.offer(node, buttons, top);
        let flow = self
            .frames
            .last()
            .map(|frame| frame.flow.name.clone())
            .unwrap_or_default();
        let mentions = mentions_variables(&self.env(), node);
        self.said.push(Said {
            node,
            variant,
            flow,
            mentions,
        });
        let surplus = self.said.len().saturating_sub(MAX_REPEATED);
        self.said.drain(..surplus);
    }

    /// Which of several is said now: not the one said last.
    fn vary_words(&mut self, one_of: &ast::OneOf<'a>) -> usize {
        let count = one_of.texts().count();
        let node = one_of.syntax();
        let last = self
            .varied
            .iter()
            .find(|(known, _)| *known == node)
            .map(|(_, last)| *last);
        let number = self
            .project
            .one_ofs
            .iter()
            .position(|known| *known == node)
            .unwrap_or(0) as u64;
        let chance = match self.seed {
            0 => 0,
            seed => mix(seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
        };
        let chosen = match (last, count as u64) {
            (_, 0 | 1) => 0,
            (None, count) => (chance % count) as usize,
            (Some(last), count) => ((last as u64 + 1 + chance % (count - 1)) % count) as usize,
        };
        self.varied.retain(|(known, _)| *known != node);
        self.varied.push((node, chosen));
        chosen
    }

    /// The answer of the `faq`.
    pub(crate) fn say_answer(&mut self, answer: &str) {
        self.send(Message::text(answer));
    }

    /// A link that was asked for by its label (5.7).
    pub(crate) fn send_link(&mut self, label: &str, target: &str, calls: bool) {
        let button = if calls {
            Button::call(label, target)
        } else {
            Button::open(label, target)
        };
        self.send(Message::text(markup::escape(label)).with(button));
    }

    /// The words of the last turn once more (11.4).
    pub(crate) fn repeat(&mut self) {
        let said = self.said.clone();
        // A repetition is no turn in which the bot spoke: it can be repeated.
        self.spoke = true;
        for one in said {
            let frame = self.frames.iter().rposition(|frame| frame.flow.name == one.flow);
            let number = self.offers.max(self.puts) + 1;
            let (message, buttons) = match frame {
                Some(frame) => message_of(&self.env_of(&self.frames[frame]), one.node, one.variant, number),
                None if one.mentions => continue,
                None => message_of(&self.outside(), one.node, one.variant, number),
            };
            if frame.is_none() && !message.parts.is_empty() {
                continue;
            }
            self.send(message);
            if let Some(frame) = frame {
                self.offer(one.node, buttons, frame);
            }
        }
    }

    /// The question of a place with its hint and its buttons (5.1).
    pub(crate) fn send_question(&mut self, place: NodeRef<'a>, first: bool) {
        let Some(question) = self.question.clone() else {
            return;
        };
        let env = self.env();
        let (text, again, hint) = words_of_question(place);
        let Some(text) = again.filter(|_| !first).or(text) else {
            return;
        };
        let mut message = Message::text(env.words(&text));
        if let Some(hint) = hint {
            message.parts.push(Part::Hint(env.words(&hint).into()));
        }
        for (index, option) in question.options.iter().enumerate() {
            let label = option.label.as_str();
            message.parts.push(Part::Button(match &option.link {
                Some((target, true)) => Button::call(label, target.as_str()),
                Some((target, false)) => Button::open(label, target.as_str()),
                None => Button::press(label, format_smolstr!("q{}.{index}", question.put)),
            }));
        }
        for (index, suggested) in question.suggestions.iter().enumerate() {
            message.parts.push(Part::Suggestion(Suggestion {
                label: suggested.label.as_str().into(),
                payload: format_smolstr!("q{}.{index}", question.put),
            }));
        }
        self.send(message);
    }
}

/// The first words of a question, those for asking again, and its hint.
pub(crate) fn words_of_question<'a>(
    place: NodeRef<'a>,
) -> (
    Option<ast::Text<'a>>,
    Option<ast::Text<'a>>,
    Option<ast::Text<'a>>,
) {
    let mut again = None;
    let mut hint = None;
    for item in place.children() {
        if let Some(item) = ast::AgainItem::cast(item) {
            again = item.text();
        } else if let Some(item) = ast::HintItem::cast(item) {
            hint = item.text();
        }
    }
    let text = match place.kind() {
        SyntaxKind::AskStmt => ast::AskStmt::cast(place).and_then(|ask| ask.text()),
        SyntaxKind::ChooseStmt => ast::ChooseStmt::cast(place).and_then(|choose| choose.text()),
        // `verify` has no words of its own but those for asking again, or its hint.
        _ => return (again.or(hint), None, None),
    };
    (text, again, hint)
}

/// The message of a node that says something, and its buttons that can be pressed. The number is that of the message
/// among those that have such.
fn message_of<'a>(
    env: &Env<'_, '_>,
    node: NodeRef<'a>,
    variant: Option<usize>,
    number: u32,
) -> (Message, Vec<OfferedButton<'a>>) {
    let one_of = match node.kind() {
        SyntaxKind::OneOf => ast::OneOf::cast(node),
        _ => node.children().find_map(ast::OneOf::cast),
    };
    let text = match (variant, one_of) {
        (Some(variant), Some(one_of)) => one_of.texts().nth(variant),
        _ => match ast::CheckItem::cast(node) {
            Some(check) => check.text(),
            None => node.children().find_map(ast::Text::cast),
        },
    };
    let mut message = Message::text(text.map(|text| env.words(&text)).unwrap_or_default());
    let items: Vec<SayItem> = node.children().filter_map(SayItem::cast).collect();
    for item in &items {
        add_media(env, &mut message, item);
    }
    let mut offered = Presses {
        number,
        buttons: Vec::new(),
    };
    let mut cards = Vec::new();
    for item in &items {
        if let SayItem::CardsItem(item) = item {
            add_cards(env, &mut cards, item, &mut offered);
        }
    }
    for item in &items {
        if let SayItem::ButtonItem(button) = item {
            let button = button_of(env, button, None, &mut offered);
            message.parts.extend(button.map(Part::Button));
        }
    }
    message.parts.extend(cards);
    let channel = env.oracle.channel();
    let reworded = items.iter().find_map(|item| match item {
        SayItem::OnChannelItem(item) if item.channels().any(|token| token.text() == channel) => item.text(),
        _ => None,
    });
    if let Some(words) = reworded {
        message.reword(env.words(&words));
    }
    let via = ast::SayStmt::cast(node)
        .and_then(|say| say.via())
        .map(|via| text_of(via.channel()));
    let template = items.iter().find_map(|item| match item {
        SayItem::TemplateUseItem(item) => Some(template_of(env, item)),
        _ => None,
    });
    let public = node.kind() == SyntaxKind::ReplyStmt;
    if via.is_some() || template.is_some() || public {
        message.envelope = Some(Box::new(Envelope {
            via,
            template,
            public,
            ..Envelope::default()
        }));
    }
    (message, offered.buttons)
}

/// The buttons of a message that can be pressed, as they are met.
struct Presses<'a> {
    number: u32,
    buttons: Vec<OfferedButton<'a>>,
}

fn add_media(env: &Env<'_, '_>, message: &mut Message, item: &SayItem) {
    let (kind, source, alt) = match item {
        SayItem::ImageItem(item) => (MediaKind::Image, item.source(), item.alt()),
        SayItem::VideoItem(item) => (MediaKind::Video, item.source(), item.alt()),
        SayItem::FileItem(item) => (MediaKind::File, item.source(), item.alt()),
        SayItem::AudioItem(item) => (MediaKind::Audio, item.source(), item.alt()),
        SayItem::LocationItem(item) => {
            let name = item.label().map(|label| env.text(&label)).unwrap_or_default();
            let value =
                |expr: Option<ast::Expr<'_>>| expr.map_or(Value::Unknown, |expr| env.eval(&expr, &Ty::Any));
            let (first, second) = (value(item.place()), value(item.longitude()));
            let at = match first {
                Value::Location(at) => Some((at.latitude, at.longitude)),
                latitude => millionths(&latitude).zip(millionths(&second)),
            };
            if let Some((latitude, longitude)) = at {
                let at = botflow_values::Location::new(latitude, longitude);
                message.parts.push(Part::Location(Location {
                    latitude_e6: at.latitude,
                    longitude_e6: at.longitude,
                    name: name.into(),
                }));
            }
            return;
        }
        _ => return,
    };
    if let Some(url) = env.address(source) {
        let alt = alt.map(|alt| env.text(&alt)).unwrap_or_default();
        message.parts.push(Media::new(kind, url, alt).into());
    }
}

fn millionths(degrees: &Value) -> Option<i32> {
    let degrees = match degrees {
        Value::Integer(whole) => botflow_values::Decimal::from_integer(*whole),
        Value::Number(number) => *number,
        _ => return None,
    };
    i32::try_from(
        degrees
            .mul(botflow_values::Decimal::from_integer(1_000_000))
            .round(),
    )
    .ok()
}

fn button_of<'a>(
    env: &Env<'_, '_>,
    button: &ast::ButtonItem<'a>,
    card: Option<(SmolStr, Value)>,
    offered: &mut Presses<'a>,
) -> Option<Button> {
    let label = button.label().map(|label| env.text(&label)).unwrap_or_default();
    if let Some(opens) = button.opens() {
        return Some(Button::open(label, env.address(opens.url())?));
    }
    if let Some(calls) = button.calls() {
        return Some(Button::call(label, env.address(calls.phone())?));
    }
    let payload = format_smolstr!("s{}.{}", offered.number, offered.buttons.len());
    offered.buttons.push(OfferedButton {
        node: button.syntax(),
        card,
    });
    Some(Button::press(label, payload))
}

fn add_cards<'a>(
    env: &Env<'_, '_>,
    shown: &mut Vec<Part>,
    cards: &ast::CardsItem<'a>,
    offered: &mut Presses<'a>,
) {
    let name = text_of(cards.name());
    let Some(Value::List(items)) = cards.list().map(|list| env.eval(&list, &Ty::Any)) else {
        return;
    };
    let most = cards
        .limit()
        .map_or(10, |limit| literal::count(limit.count()) as usize);
    let fitting = items
        .into_iter()
        .map(|item| (item.clone(), env.with(&name, item)))
        .filter(|(_, env)| env.allows(cards.condition().and_then(|clause| clause.condition())));
    for (item, env) in fitting.take(most) {
        let mut card = Card::default();
        for entry in cards.entries() {
            match entry {
                ast::CardEntry::TitleItem(item) => {
                    card.title = item
                        .text()
                        .map(|text| env.words(&text))
                        .unwrap_or_default()
                        .into();
                }
                ast::CardEntry::TextItem(item) => {
                    card.text = item
                        .text()
                        .map(|text| env.words(&text))
                        .unwrap_or_default()
                        .into();
                }
                ast::CardEntry::ImageItem(item) => {
                    let alt = item.alt().map(|alt| env.text(&alt)).unwrap_or_default();
                    card.image = env
                        .address(item.source())
                        .map(|url| Media::new(MediaKind::Image, url, alt));
                }
                ast::CardEntry::ButtonItem(button) => {
                    let of = Some((name.clone(), item.clone()));
                    card.buttons.extend(button_of(&env, &button, of, offered));
                }
            }
        }
        shown.push(card.into());
    }
}

fn template_of<'a>(env: &Env<'_, '_>, item: &ast::TemplateUseItem<'a>) -> TemplateCall {
    let args = item.args().into_iter().flat_map(|args| args.args());
    let parameters = args.map(|arg| {
        let value = arg
            .value()
            .map_or(Value::Unknown, |value| env.eval(&value, &Ty::Any));
        SmolStr::from(env.show(&value, Default::default()))
    });
    let name = item.path().map(|path| path.text()).unwrap_or_default();
    let mut shown = Message::default();
    if let Some(template) = env.oracle.project.templates.get(&name) {
        // Its media may mention its parameters.
        let declared = template.params().into_iter().flat_map(|params| params.params());
        let names: Vec<SmolStr> = declared.map(|param| text_of(param.name())).collect();
        let mut inside = env.oracle.outside();
        for (place, arg) in item.args().into_iter().flat_map(|args| args.args()).enumerate() {
            let label = arg.name().map(|label| SmolStr::new(label.text()));
            let value = arg
                .value()
                .map_or(Value::Unknown, |value| env.eval(&value, &Ty::Any));
            if let Some(name) = label.or_else(|| names.get(place).cloned()) {
                inside = inside.with(&name, value);
            }
        }
        for entry in template.syntax().children().filter_map(SayItem::cast) {
            add_media(&inside, &mut shown, &entry);
        }
    }
    TemplateCall {
        name,
        parameters: parameters.collect(),
        media: shown
            .parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Media(media) => Some(*media),
                _ => None,
            })
            .collect(),
    }
}

/// Whether the words of a message depend on variables of the flow.
fn mentions_variables<'a>(env: &Env<'_, '_>, node: NodeRef<'a>) -> bool {
    node.descendants()
        .filter(|node| node.kind() == SyntaxKind::NameExpr)
        .any(|node| {
            let name = node.first_token().map(|token| SmolStr::new(token.text()));
            name.is_some_and(|name| name == "event" || env.flow.variables.contains_key(&name))
        })
}

/// A code of six digits, made from the seed and the conversation (11.12).
pub(crate) fn code(seed: u64, person: u64, puts: u32) -> String {
    format!("{:06}", mix(seed ^ person ^ mix(u64::from(puts) + 1)) % 1_000_000)
}

/// The finaliser of splitmix64 (11.1).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
