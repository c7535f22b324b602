//! `template-mismatch`: a template that its channel does not register as it is declared, or that shows other values than the
//! message for which it stands.

use botflow_artifact::{Bot, ButtonAct, Expr, ExprId, LanguageId, MediaKind, Part, Template, TextId};
use botflow_message::measure::{Limit, Unit};
use botflow_message::profile::TemplateFacts;
use smol_str::SmolStr;

use super::files::address;
use super::spoken::Spoken;
use super::words::{and, count, name, on, thousands};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF411",
    name: "template-mismatch",
    level: Level::Error,
    summary: "A template is not as its channel registers templates, or shows other values than the message it stands for.",
    page: include_str!("template_mismatch.md"),
};

/// Values in values are followed so far.
const DEEPEST: usize = 16;

/// Looks at all templates, and at the messages that they stand for.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let context = spoken.context;
    for (id, template) in context.bot.templates.iter().enumerate() {
        let Some(at) = context.lowered.spans.templates.get(id).copied().flatten() else {
            continue;
        };
        if context.lowered.is_library(at) {
            continue;
        }
        for channel in &template.channels {
            let Some(profile) = context.profiles.get(channel) else {
                continue;
            };
            let looked = Looked {
                spoken,
                template,
                at,
                channel,
            };
            let found = if profile.template.supported {
                looked.parts(&profile.template)
            } else {
                Some(
                    Finding::new(&RULE, at, format!("There are no templates on {}.", name(channel)))
                        .help("Leave the channel out here: what `say` says is sent there as it is."),
                )
            };
            if let Some(finding) = found {
                findings.push(finding);
                break;
            }
        }
    }
    compare(spoken, findings);
}

/// Looks at the words for which templates stand: where a message and its template have the same words, they show the same
/// values in the same order. Words that differ may show other values.
fn compare(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let bot = spoken.context.bot;
    let parts = |text: TextId| {
        let variant = bot.texts.get(text.index())?.variants.first()?;
        Some(&variant.parts)
    };
    let mut told: Vec<ExprId> = Vec::new();
    for sent in &spoken.sent {
        let (Some((id, args)), Some(text)) = (&sent.message.template, sent.message.text) else {
            continue;
        };
        let Some(template) = bot.templates.get(id.index()) else {
            continue;
        };
        let (Some(said), Some(registered)) = (parts(text), parts(template.text)) else {
            continue;
        };
        let same = said.len() == registered.len()
            && said.iter().zip(registered).all(|parts| match parts {
                (Part::Literal(one), Part::Literal(other)) => one.trim() == other.trim(),
                (Part::Hole { .. }, Part::Hole { .. }) => true,
                _ => false,
            });
        if !same {
            continue;
        }
        for parts in said.iter().zip(registered) {
            let (
                Part::Hole { value: said, .. },
                Part::Hole {
                    value: registered, ..
                },
            ) = parts
            else {
                continue;
            };
            let Some(Expr::Slot(param)) = bot.exprs.get(registered.index()) else {
                continue;
            };
            let Some(given) = args.get(param.index()) else {
                continue;
            };
            let (Some(one), Some(other)) = (root(bot, *said), root(bot, *given)) else {
                continue;
            };
            let Some(info) = spoken.context.lowered.exprs.get(given.index()) else {
                continue;
            };
            if one == other || told.contains(given) {
                continue;
            }
            told.push(*given);
            let name = template
                .params
                .get(param.index())
                .map_or("", |param| param.name.as_str());
            let mut finding = Finding::new(
                &RULE,
                info.span,
                format!(
                    "The template has the words of this message, and shows another value in them: `{name}` stands where \
                     the message shows something else."
                ),
            )
            .help("Give the template what the message shows there.");
            if let Some(shown) = spoken.context.lowered.exprs.get(said.index()) {
                finding = finding.related(shown.span, "The message shows this.");
            }
            findings.push(finding);
            break;
        }
    }
}

/// What a value is read from; nothing where that cannot be compared.
fn root(bot: &Bot, expr: ExprId) -> Option<(&Expr, Vec<u32>)> {
    let mut at = expr;
    let mut path = Vec::new();
    for _ in 0..DEEPEST {
        match bot.exprs.get(at.index())? {
            Expr::Else(value, _) => at = *value,
            Expr::Component(record, part) => {
                path.push(*part);
                at = *record;
            }
            root @ (Expr::Slot(_) | Expr::Customer(_) | Expr::Config(_) | Expr::EventField(_)) => {
                return Some((root, path));
            }
            _ => return None,
        }
    }
    None
}

/// One template on one channel.
struct Looked<'l, 'c, 'b> {
    spoken: &'l Spoken<'c, 'b>,
    template: &'l Template,
    at: Span,
    channel: &'l SmolStr,
}

impl Looked<'_, '_, '_> {
    /// The first part that does not fit.
    fn parts(&self, facts: &TemplateFacts) -> Option<Finding> {
        let template = self.template;
        let length = Unit::Utf16.measure(&template.name);
        if !facts.name.allows(length) {
            return Some(self.long(self.at, "the name of a template", facts.name, length));
        }
        let texts = [
            (Some(template.text), "the text of a template", facts.text),
            (template.header, "the header of a template", facts.header),
            (template.footer, "the footer of a template", facts.footer),
        ];
        for (text, what, limit) in texts {
            if let Some(text) = text
                && let Some((at, length)) = self.too_long(text, limit)
            {
                return Some(self.long(at, what, limit, length));
            }
        }
        if let Some(header) = template.header {
            let holes = self.holes(header);
            if !facts.header_values.allows(holes) {
                return Some(
                    Finding::new(
                        &RULE,
                        self.place(header),
                        format!(
                            "{} the header of a template shows {} at most; this one has {holes}.",
                            on(self.channel),
                            count(facts.header_values.most(), "value"),
                        ),
                    )
                    .help("Show the others in the text."),
                );
            }
        }
        self.media(facts).or_else(|| self.buttons(facts))
    }

    fn media(&self, facts: &TemplateFacts) -> Option<Finding> {
        if facts.header_media.is_empty() {
            return None;
        }
        let kind = |kind: MediaKind| match kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::File => "file",
            MediaKind::Audio => "audio",
            MediaKind::Location => "location",
        };
        let media = self.template.media.iter().find(|media| {
            let kind = kind(media.kind);
            !facts.header_media.iter().any(|known| known == kind)
        })?;
        let at = self.spoken.context.lowered.exprs.get(media.source.index())?.span;
        let known: Vec<&str> = facts.header_media.iter().map(String::as_str).collect();
        Some(
            Finding::new(
                &RULE,
                at,
                format!(
                    "{} a template cannot have `{}`.",
                    on(self.channel),
                    kind(media.kind)
                ),
            )
            .help(format!("It can have {}.", and(&known))),
        )
    }

    fn buttons(&self, facts: &TemplateFacts) -> Option<Finding> {
        let buttons = &self.template.buttons;
        let of = |is: fn(ButtonAct) -> bool| buttons.iter().filter(|button| is(button.act)).count();
        let counts = [
            (buttons.len(), facts.buttons, "button"),
            (
                of(|act| matches!(act, ButtonAct::Opens(_))),
                facts.links,
                "button that opens an address",
            ),
            (
                of(|act| matches!(act, ButtonAct::Calls(_))),
                facts.calls,
                "button that calls a number",
            ),
        ];
        for (found, limit, what) in counts {
            if limit.allows(found) {
                continue;
            }
            let many = match (limit.most(), what) {
                (1, what) => format!("one {what}"),
                (most, "button") => format!("{most} buttons"),
                (most, what) => format!(
                    "{most} {}",
                    what.replacen("button that opens", "buttons that open", 1)
                ),
            };
            return Some(
                Finding::new(
                    &RULE,
                    self.at,
                    format!(
                        "{} a template has {many} at most; this one has {found}.",
                        on(self.channel)
                    ),
                )
                .help("Leave out the buttons that matter least."),
            );
        }
        for button in buttons {
            if let Some((at, length)) = self.too_long(button.label, facts.label) {
                return Some(self.long(at, "a button of a template", facts.label, length));
            }
            let ButtonAct::Opens(url) = button.act else {
                continue;
            };
            let whole = address(self.spoken.context.bot, url).whole;
            let length = whole.map_or(0, |url| Unit::Utf16.measure(&url));
            if !facts.url.allows(length) {
                let at = self.spoken.context.lowered.exprs.get(url.index())?.span;
                return Some(self.long(at, "the address of a button of a template", facts.url, length));
            }
        }
        None
    }

    fn long(&self, at: Span, what: &str, limit: Limit, length: usize) -> Finding {
        Finding::new(
            &RULE,
            at,
            format!(
                "{} {what} has {} characters at most; this one has {}.",
                on(self.channel),
                thousands(limit.most()),
                thousands(length),
            ),
        )
        .help("Say less: a template that is too long is not registered.")
    }

    /// How long a text can get in any of the bot's languages, if that is too long. Values of any length count as none.
    fn too_long(&self, text: TextId, limit: Limit) -> Option<(Span, usize)> {
        let bounds = &self.spoken.bounds;
        let versions = bounds.versions(text);
        let (version, languages) = versions.first()?;
        let mut written = version.parts.clone();
        let whole = languages
            .iter()
            .map(|language| bounds.variant(version, *language));
        let whole: Option<Vec<usize>> = whole.map(|length| length.in_unit(Unit::Utf16)).collect();
        let length = match whole {
            Some(lengths) => lengths.into_iter().max().unwrap_or(0),
            None => {
                written.retain(|part| matches!(part, Part::Literal(_)));
                let version = botflow_artifact::TextVariant {
                    language: LanguageId(0),
                    parts: written,
                };
                bounds.variant(&version, LanguageId(0)).in_unit(Unit::Utf16)?
            }
        };
        (!limit.allows(length)).then(|| (self.place(text), length))
    }

    fn holes(&self, text: TextId) -> usize {
        let text = self.spoken.context.bot.texts.get(text.index());
        let variant = text.and_then(|text| text.variants.first());
        let parts = variant.map_or(&[][..], |variant| &variant.parts);
        parts
            .iter()
            .filter(|part| matches!(part, Part::Hole { .. }))
            .count()
    }

    fn place(&self, text: TextId) -> Span {
        self.spoken.written(text).unwrap_or(self.at)
    }
}
