//! Which texts people are shown, and in which context: the entries of a catalogue, as the sources have them.
//!
//! A text that is heard, reckoned with, given to a system or read by colleagues is none. The context is made of names
//! (`checkout_help · shipping · ask city · hint`), so that it stays when lines move, and so that the same words in two
//! places can be translated in two ways.

use botflow_syntax::ast::{self, AstNode, Text};
use botflow_syntax::{NodeRef, SyntaxKind};
use smol_str::SmolStr;

use super::words::{self, Words};
use crate::project::{FileId, Span};

/// What stands between the parts of a context.
pub const BETWEEN: &str = " · ";

/// A text that is to be translated.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Where it stands in the flows.
    pub span: Span,
    /// Flow, step, and what it is there.
    pub context: SmolStr,
    /// What people see it as.
    pub role: Role,
    /// The `##` comments above it and above what it stands in, the outer ones first.
    pub note: Option<String>,
    /// Its words.
    pub words: Words,
    /// It stands in a flow of the library.
    pub library: bool,
}

/// What people see a text as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the descriptions say it")]
pub enum Role {
    Message,
    Question,
    Hint,
    Option,
    Suggestion,
    Button,
    CardTitle,
    CardText,
    CardButton,
    Alt,
    Subject,
    Template,
    TemplateButton,
    Member,
    Argument,
}

impl Role {
    /// What translators are told.
    pub fn description(self) -> &'static str {
        match self {
            Role::Message => "The bot says this.",
            Role::Question => "The bot asks this.",
            Role::Hint => "A small hint below a question.",
            Role::Option => "An answer that people press or write.",
            Role::Suggestion => "A suggested answer that people press or write.",
            Role::Button => "A button of a message.",
            Role::CardTitle => "The title of a card.",
            Role::CardText => "The words of a card.",
            Role::CardButton => "A button of a card.",
            Role::Alt => "What a picture, film or file is called, also for those who cannot see it.",
            Role::Subject => "The subject of a mail.",
            Role::Template => "A message template; the channel's operator approves each language.",
            Role::TemplateButton => "A button of a message template.",
            Role::Member => "One of a set of values: shown, pressed, and written by people.",
            Role::Argument => "Words that are put into another text.",
        }
    }

    /// Whether it stands on something that is pressed.
    pub fn is_label(self) -> bool {
        matches!(
            self,
            Role::Option
                | Role::Suggestion
                | Role::Button
                | Role::CardButton
                | Role::TemplateButton
                | Role::Member
        )
    }
}

/// All texts of a file that are to be translated, in order.
pub fn of_file(file: FileId, library: Option<&str>, root: NodeRef<'_>) -> Vec<Unit> {
    let mut walk = Walk {
        file,
        library: library.is_some(),
        context: String::new(),
        note: None,
        found: Vec::new(),
    };
    for item in root.children() {
        walk.item(library, item);
    }
    walk.found
}

struct Walk {
    file: FileId,
    library: bool,
    context: String,
    note: Option<String>,
    found: Vec<Unit>,
}

impl Walk {
    fn item(&mut self, library: Option<&str>, node: NodeRef<'_>) {
        let Some(item) = ast::Item::cast(node) else { return };
        let name = match item {
            ast::Item::FlowItem(flow) => match (flow.name(), library) {
                (Some(name), Some(library)) => format!("{library}.{}", name.text()),
                (Some(name), None) => name.text().to_owned(),
                (None, _) => return,
            },
            ast::Item::AlwaysItem(_) => "always".to_owned(),
            ast::Item::EscalationItem(item) => named("escalation", item.name()),
            ast::Item::TemplateItem(item) => named("template", item.names().next()),
            ast::Item::TypeItem(item) => named("type", item.name()),
            _ => return,
        };
        self.within(&name, |walk| walk.node(node));
    }

    /// Walks what stands in something of this name.
    fn within(&mut self, name: &str, inside: impl FnOnce(&mut Walk)) {
        let length = self.context.len();
        if length > 0 {
            self.context.push_str(BETWEEN);
        }
        self.context.push_str(name);
        inside(self);
        self.context.truncate(length);
    }

    fn children(&mut self, node: NodeRef<'_>) {
        for child in node.children() {
            self.node(child);
        }
    }

    /// A text, as part of something of this name.
    fn text(&mut self, text: Option<Text<'_>>, role: Role, part: &str) {
        let Some(text) = text else { return };
        let words = words::of(&text);
        if words.id.trim().is_empty() || !has_words(&text) {
            return;
        }
        let range = text.range();
        let context = match part {
            "" => SmolStr::new(&self.context),
            part => SmolStr::from_iter([self.context.as_str(), BETWEEN, part]),
        };
        self.found.push(Unit {
            span: Span {
                file: self.file,
                start: range.start().into(),
                end: range.end().into(),
            },
            context,
            role,
            note: self.note.clone(),
            words,
            library: self.library,
        });
    }

    fn first(&mut self, node: NodeRef<'_>, role: Role, part: &str) {
        self.text(node.children().find_map(Text::cast), role, part);
    }

    fn every(&mut self, node: NodeRef<'_>, role: Role, part: &str) {
        for text in node.children().filter_map(Text::cast) {
            self.text(Some(text), role, part);
        }
    }

    /// A node, with what its own `##` comment says behind what those around it say.
    fn node(&mut self, node: NodeRef<'_>) {
        let Some(own) = ast::documentation(node) else {
            return self.bare(node);
        };
        let around = self.note.clone();
        self.note = Some(match &around {
            Some(around) => format!("{around}\n{own}"),
            None => own,
        });
        self.bare(node);
        self.note = around;
    }

    fn bare(&mut self, node: NodeRef<'_>) {
        use SyntaxKind as K;
        match node.kind() {
            K::Step => {
                let step = ast::Step::cast(node).and_then(|step| step.name());
                let name = step.map_or("step", |name| name.text()).to_owned();
                self.within(&name, |walk| walk.children(node));
            }
            K::Member => {
                let member = ast::Member::cast(node).and_then(|member| member.name());
                let name = member.map_or("", |name| name.text()).to_owned();
                self.first(node, Role::Member, &name);
            }
            K::AskStmt | K::ChooseStmt | K::VerifyStmt => {
                let name = place(node);
                self.within(&name, |walk| {
                    walk.first(node, Role::Question, "");
                    walk.children(node);
                });
            }
            K::SayStmt | K::ReplyStmt => {
                let part = if node.kind() == K::SayStmt { "say" } else { "reply" };
                self.first(node, Role::Message, part);
                self.within(part, |walk| walk.children(node));
            }
            K::OneOf => self.every(node, Role::Message, ""),
            K::SubjectStmt => self.first(node, Role::Subject, "subject"),
            K::AgainItem => self.first(node, Role::Question, "again"),
            K::HintItem => self.first(node, Role::Hint, "hint"),
            K::SuggestItem => self.every(node, Role::Suggestion, "suggestion"),
            K::CheckItem => {
                self.text(
                    ast::CheckItem::cast(node).and_then(|item| item.text()),
                    Role::Message,
                    "check",
                );
                self.children(node);
            }
            K::InvalidItem => self.answer(node, "invalid"),
            K::SilenceItem => self.answer(node, "silence"),
            K::OtherwiseItem => self.answer(node, "otherwise"),
            K::Choice | K::EachChoice => {
                self.first(node, Role::Option, "option");
                self.children(node);
            }
            K::ImageItem => self.text(
                ast::ImageItem::cast(node).and_then(|item| item.alt()),
                Role::Alt,
                "alt",
            ),
            K::VideoItem => self.text(
                ast::VideoItem::cast(node).and_then(|item| item.alt()),
                Role::Alt,
                "alt",
            ),
            K::FileItem => self.text(
                ast::FileItem::cast(node).and_then(|item| item.alt()),
                Role::Alt,
                "alt",
            ),
            K::AudioItem => self.text(
                ast::AudioItem::cast(node).and_then(|item| item.alt()),
                Role::Alt,
                "alt",
            ),
            K::LocationItem => {
                self.text(
                    ast::LocationItem::cast(node).and_then(|item| item.label()),
                    Role::Alt,
                    "alt",
                );
            }
            K::ButtonItem => {
                let role = match self.context.as_str() {
                    context if context.ends_with("card") => Role::CardButton,
                    context if context.starts_with("template ") => Role::TemplateButton,
                    _ => Role::Button,
                };
                self.first(node, role, "button");
                self.children(node);
            }
            K::OnChannelItem => {
                let item = ast::OnChannelItem::cast(node);
                let channel = item.and_then(|item| item.channels().next());
                let part = named("on", channel);
                self.first(node, Role::Message, &part);
            }
            K::CardsItem => self.within("card", |walk| walk.children(node)),
            K::TitleItem | K::TextItem | K::FooterItem => {
                let part = match node.kind() {
                    K::TitleItem => "title",
                    K::TextItem => "text",
                    _ => "footer",
                };
                let role = match node.kind() {
                    _ if self.context.starts_with("template ") => Role::Template,
                    K::TitleItem => Role::CardTitle,
                    _ => Role::CardText,
                };
                self.first(node, role, part);
            }
            K::RunStmt | K::StartStmt => self.arguments(node, false),
            K::TemplateUseItem => self.arguments(node, true),
            K::Params => self.children(node),
            K::Param => {
                let param = ast::Param::cast(node);
                let value = param.as_ref().and_then(|param| param.default());
                if let (Some(param), Some(ast::Expr::Text(text))) = (param, value)
                    && is_sentence(&text)
                {
                    let part = named("parameter", param.name());
                    self.text(Some(text), Role::Argument, &part);
                }
            }
            K::IntentHandler | K::EventHandler => {
                let path = node.children().find_map(ast::Path::cast);
                let name = format!("on {}", path.map(|path| path.text()).unwrap_or_default());
                self.within(&name, |walk| walk.children(node));
            }
            K::SilenceHandler => self.within("on silence", |walk| walk.children(node)),
            K::FailedHandler => self.within("on failed", |walk| walk.children(node)),
            K::UnclearHandler => self.within("on unclear", |walk| walk.children(node)),
            K::ChangedHandler => self.within("on changed", |walk| walk.children(node)),
            // What colleagues read is not the customer's; ways below it are.
            K::AskQueueStmt => {
                for child in node.children().filter(|child| child.kind() != K::HintItem) {
                    self.node(child);
                }
            }
            // Containers. What is not named here is an expression, or heard, or not words at all.
            K::FlowItem
            | K::AlwaysItem
            | K::EscalationItem
            | K::TemplateItem
            | K::TypeItem
            | K::Block
            | K::Arrow
            | K::UnclearBlock
            | K::IfHandler
            | K::IfStmt
            | K::ElseIf
            | K::ElseBranch
            | K::MatchStmt
            | K::MatchCase
            | K::ForStmt
            | K::WaitForStmt
            | K::VaryStmt
            | K::Arm
            | K::FormStmt
            | K::CallStmt
            | K::LetStmt
            | K::Call
            | K::TriesItem
            | K::NoneItem
            | K::FailedItem
            | K::WaitingItem
            | K::FailItem
            | K::ClosedItem
            | K::NobodyItem
            | K::CustomerSilentItem
            | K::OperatorSilentItem
            | K::ResolvedItem => self.children(node),
            _ => {}
        }
    }

    /// An item that is words or a way.
    fn answer(&mut self, node: NodeRef<'_>, part: &str) {
        self.first(node, Role::Message, part);
        self.within(part, |walk| walk.children(node));
    }

    /// Words that are given to a flow or template. What is one word may be a value, and stays as it is; what a template
    /// shows is words in any case.
    fn arguments(&mut self, node: NodeRef<'_>, shown: bool) {
        let Some(path) = node.children().find_map(ast::Path::cast) else {
            return;
        };
        let args = node.children().find_map(ast::Args::cast);
        for (place, arg) in args.iter().flat_map(|args| args.args()).enumerate() {
            let text = match arg.value() {
                Some(ast::Expr::Text(text)) => text,
                Some(ast::Expr::ElseExpr(other)) => match other.operands().last() {
                    Some(ast::Expr::Text(text)) => text,
                    _ => continue,
                },
                _ => continue,
            };
            if is_sentence(&text) || (shown && text.plain().is_some()) {
                let name = arg
                    .name()
                    .map_or_else(|| (place + 1).to_string(), |name| name.text().to_owned());
                let part = format!("{} {name}", path.text());
                self.text(Some(text), Role::Argument, &part);
            }
        }
    }
}

/// Words, not a value: there is a space between two of them.
pub fn is_sentence(text: &Text<'_>) -> bool {
    text.parts().iter().any(|part| match part {
        ast::TextPart::Plain(words) => words.trim().contains(' '),
        ast::TextPart::Hole(_) => false,
    })
}

/// Whether a text holds a letter outside of what its holes show; "{price}" and "—" are the same everywhere.
fn has_words(text: &Text<'_>) -> bool {
    use botflow_syntax::ast::TextPart;
    text.parts().iter().any(|part| match part {
        TextPart::Plain(words) => {
            let words = words.trim();
            let address = words.starts_with("https://") || words.starts_with("http://");
            let only_address = address && !words.contains(char::is_whitespace);
            words.chars().any(char::is_alphabetic) && !only_address
        }
        TextPart::Hole(hole) => {
            let texts = hole.syntax().descendants().filter_map(Text::cast);
            texts.into_iter().any(|text| {
                text.plain()
                    .is_none_or(|words| words.chars().any(char::is_alphabetic))
            })
        }
    })
}

fn named(word: &str, name: Option<botflow_syntax::TokenRef<'_>>) -> String {
    match name {
        Some(name) => format!("{word} {}", name.text()),
        None => word.to_owned(),
    }
}

/// The name of a place: its kind and what its author calls it.
fn place(node: NodeRef<'_>) -> String {
    match node.kind() {
        SyntaxKind::AskStmt => {
            let ask = ast::AskStmt::cast(node);
            let answer = ask
                .as_ref()
                .and_then(|ask| ask.answer())
                .and_then(|answer| answer.name());
            let field = ask
                .as_ref()
                .and_then(|ask| ask.customer())
                .and_then(|customer| customer.field());
            named("ask", answer.or(field))
        }
        SyntaxKind::ChooseStmt => named(
            "choose",
            ast::ChooseStmt::cast(node).and_then(|choose| choose.name()),
        ),
        _ => {
            let field = ast::VerifyStmt::cast(node).and_then(|verify| verify.customer());
            named("verify", field.and_then(|customer| customer.field()))
        }
    }
}
