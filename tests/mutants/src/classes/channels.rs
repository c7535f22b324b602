//! BF4: what a channel cannot show, or lets not through.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use super::flow::is_only_started;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, Spot};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["text-too-long"],
        done: "a question gets a thousand words",
        seed: text_too_long,
    },
    Class {
        names: &["label-too-long"],
        done: "a label gets forty characters",
        seed: label_too_long,
    },
    Class {
        names: &["too-many-options"],
        done: "a question gets thirty options more",
        seed: too_many_options,
    },
    Class {
        names: &["labels-not-unique-after-cut", "label-too-long"],
        done: "two labels differ only behind what a button holds",
        seed: labels_not_unique_after_cut,
    },
    Class {
        names: &["media-not-supported"],
        done: "a message gets a picture without a text beside it",
        seed: media_not_supported,
    },
    Class {
        names: &["media-too-large"],
        done: "`botflow.toml` says that a film is large",
        seed: media_too_large,
    },
    Class {
        names: &["card-limits"],
        done: "cards get a long text",
        seed: card_limits,
    },
    Class {
        names: &["link-not-allowed"],
        done: "a public answer to a comment gets a link",
        seed: link_not_allowed,
    },
    Class {
        names: &["channel-cannot"],
        done: "a picture is asked for where a channel has none",
        seed: channel_cannot,
    },
    Class {
        names: &["outside-window"],
        done: "three days pass before a message that is no template",
        seed: outside_window,
    },
    Class {
        names: &["template-mismatch"],
        done: "a template gets a footer that is too long",
        seed: template_mismatch,
    },
    Class {
        names: &["template-not-for-this"],
        done: "a template for marketing is registered as one about an order",
        seed: template_not_for_this,
    },
    Class {
        names: &["segment-cost"],
        done: "a short message gets a curly apostrophe, and is long",
        seed: segment_cost,
    },
    Class {
        names: &["unsupported-markup"],
        done: "a message is written with the markup of another product",
        seed: unsupported_markup,
    },
    Class {
        names: &["channel-never-used"],
        done: "a channel is added on which nothing begins",
        seed: channel_never_used,
    },
    Class {
        names: &["reply-once"],
        done: "a comment is answered by two private messages",
        seed: reply_once,
    },
];

fn has_channel(bot: &Bot, channel: &str) -> bool {
    spot::all(bot, &[ChannelsSetting])
        .iter()
        .any(|channels| channels.text().split([' ', ',']).any(|name| name == channel))
}

/// Flows that are begun on any channel: those that the bot starts with or hears everywhere, and what these lead to.
/// Triggers write by a few channels only.
fn spoken(bot: &Bot) -> Vec<Spot<'_>> {
    let leads = |spot: &Spot<'_>| -> Vec<String> {
        [StartStmt, RunStmt]
            .iter()
            .flat_map(|kind| spot.within(*kind))
            .filter_map(|statement| Some(statement.child(Path)?.text().to_owned()))
            .collect()
    };
    let flows = spot::all(bot, &[FlowItem]);
    let mut names: Vec<String> = spot::all(bot, &[BotItem, AlwaysItem])
        .iter()
        .flat_map(leads)
        .collect();
    let mut next = 0;
    while next < names.len() {
        let found = flows
            .iter()
            .filter(|flow| flow.name().as_ref() == Some(&names[next]))
            .flat_map(leads);
        let found: Vec<String> = found.filter(|name| !names.contains(name)).collect();
        names.extend(found);
        next += 1;
    }
    flows
        .into_iter()
        .filter(|flow| flow.name().is_some_and(|name| names.contains(&name)))
        .collect()
}

fn text_too_long(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spoken(bot) {
        for choose in flow.within(ChooseStmt) {
            if let Some(text) = choose.child(Text)
                && has_channel(bot, "whatsapp")
            {
                let words = format!(
                    "\"{}Which one?\"",
                    "This is how it is with all of them. ".repeat(140)
                );
                mutants.push(text.becomes("five thousand characters", words));
            }
        }
    }
    mutants
}

fn label_too_long(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "whatsapp") {
        return mutants;
    }
    for flow in spoken(bot) {
        for choice in flow.within(Choice) {
            // More than a few stand in a list, as lines.
            if choice
                .above(ChooseStmt)
                .is_none_or(|choose| choose.children(Choice).len() > 3)
            {
                continue;
            }
            // Links are labels of another kind.
            if let Some(label) = choice.child(Text)
                && choice.child(OpensClause).is_none()
                && !label.text().contains('{')
                && !label.text().contains("person")
            {
                let long = "\"This is the one that I would like to have\"";
                mutants.push(label.becomes("forty characters", long));
            }
        }
    }
    mutants
}

fn too_many_options(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "whatsapp") {
        return mutants;
    }
    for flow in spoken(bot) {
        for choose in flow.within(ChooseStmt) {
            let choices = choose.children(Choice);
            if let Some(last) = choices.last()
                && choose.child(EachChoice).is_none()
            {
                // They lead where another one leads.
                let Some(way) = choices.iter().find_map(|choice| choice.child(Arrow)) else {
                    continue;
                };
                let options: Vec<String> = (1..=30)
                    .map(|number| format!("\"Colour {number}\" {}", way.text()))
                    .collect();
                mutants.push(
                    last.behind("thirty more", &options.join("\n"))
                        .at(choose.file(), choose.range()),
                );
            }
        }
    }
    mutants
}

fn labels_not_unique_after_cut(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "messenger") {
        return mutants;
    }
    for flow in spoken(bot) {
        for choose in flow.within(ChooseStmt) {
            let choices = choose.children(Choice);
            if let [first, second, ..] = &choices[..]
                && [first, second]
                    .iter()
                    .all(|choice| choice.child(OpensClause).is_none() && choice.child(IfClause).is_none())
                && let (Some(one), Some(other)) = (first.child(Text), second.child(Text))
                && !one.text().contains("person")
                && !other.text().contains("person")
            {
                mutants.push(
                    one.becomes("alike", "\"Delivery to Bucharest by day\"")
                        .replace(other.file(), other.range(), "\"Delivery to Bucharest by night\"")
                        .at(choose.file(), choose.range()),
                );
            }
        }
    }
    mutants
}

/// Messages of words alone, in flows that are begun on any channel.
fn plain_messages<'b>(bot: &'b Bot) -> Vec<Spot<'b>> {
    let mut messages = Vec::new();
    for flow in spoken(bot) {
        for say in flow.within(SayStmt) {
            let only_words = say
                .child(Text)
                .is_some_and(|text| text.range().end == say.range().end);
            if only_words && say.child(ViaClause).is_none() && !say.text().contains("\"\"\"") {
                messages.push(say);
            }
        }
    }
    messages
}

fn media_not_supported(bot: &Bot) -> Vec<Mutant> {
    if !has_channel(bot, "sms") {
        return Vec::new();
    }
    plain_messages(bot)
        .into_iter()
        .map(|say| {
            let text = format!(
                "{} {{\n{1}  image \"https://cdn.example/map.png\"\n{1}}}",
                say.text(),
                say.indent()
            );
            say.becomes("a picture", text)
        })
        .collect()
}

fn media_too_large(bot: &Bot) -> Vec<Mutant> {
    let Some(config) = bot.project.config.as_deref() else {
        return Vec::new();
    };
    if !has_channel(bot, "whatsapp") || config.contains("[media]") {
        return Vec::new();
    }
    let end = config.len();
    plain_messages(bot)
        .into_iter()
        .map(|say| {
            let film = "https://cdn.example/tour.mp4";
            let text = format!(
                "{} {{\n{1}  video \"{film}\" alt \"A tour of our shop\"\n{1}}}",
                say.text(),
                say.indent()
            );
            let media = format!("\n[media]\n\"{film}\" = 400\n");
            Mutant::new("four hundred megabytes")
                .replace(say.file(), say.range(), text)
                .replace(File::Config, end..end, media)
                .at(say.file(), say.range())
        })
        .collect()
}

fn card_limits(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "messenger") {
        return mutants;
    }
    for cards in spoken(bot).iter().flat_map(|flow| flow.within(CardsItem)) {
        if let Some(text) = cards.child(TextItem).and_then(|item| item.child(Text)) {
            let words = format!("\"{}\"", "Made by hand, of the best that there is. ".repeat(6));
            mutants.push(text.becomes("a long text", words));
        }
    }
    mutants
}

fn link_not_allowed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "instagram") {
        return mutants;
    }
    for reply in spot::all(bot, &[ReplyStmt]) {
        for text in reply.within(Text) {
            if !text.text().contains('{') {
                let words = format!(
                    "{} https://shop.example/prices\"",
                    text.text().trim_end_matches('"')
                );
                mutants.push(
                    text.becomes("a link in public", words)
                        .at(reply.file(), reply.range()),
                );
            }
        }
    }
    mutants
}

fn channel_cannot(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !has_channel(bot, "sms") {
        return mutants;
    }
    for flow in spoken(bot) {
        if let Some(first) = flow.children(SayStmt).into_iter().next()
            && is_only_started(&flow)
        {
            let text = "ask photo_of_it: image \"Please send a photo.\" {\n  invalid \"That is no photo.\"\n  tries 3 \
                        -> finish unresolved\n  silence 1h -> finish abandoned\n}";
            mutants.push(first.behind("a photo", text));
        }
    }
    mutants
}

fn outside_window(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let config = bot.project.config.as_deref().unwrap_or_default();
    if !has_channel(bot, "whatsapp") || config.contains("window_hours") {
        return mutants;
    }
    for say in plain_messages(bot) {
        // The only message behind it: what follows would be outside, too.
        let last = say
            .node
            .next_sibling()
            .is_some_and(|next| next.kind() == FinishStmt);
        if last
            && say
                .parent()
                .is_some_and(|up| matches!(up.node.kind(), FlowItem | Step))
        {
            mutants.push(
                say.before("three days later", "wait 3d")
                    .at(say.file(), say.range()),
            );
        }
    }
    mutants
}

fn template_mismatch(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for template in spot::all(bot, &[TemplateItem]) {
        if let Some(text) = template.child(TextItem)
            && template.child(FooterItem).is_none()
        {
            let footer = "footer \"Luna Store for linen, Strada Lalelelor 12, 400001 Cluj-Napoca, Romania\"";
            mutants.push(text.behind("a long footer", footer));
        }
    }
    mutants
}

fn template_not_for_this(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let for_marketing: Vec<(String, Spot<'_>)> = spot::all(bot, &[TemplateItem])
        .into_iter()
        .filter_map(|template| Some((template.name()?, template.child(CategorySetting)?)))
        .filter(|(_, category)| category.text() == "category marketing")
        .collect();
    let flows = spot::all(bot, &[FlowItem]);
    for trigger in spot::all(bot, &[TriggerItem]) {
        let needs = trigger
            .child(NeedsSetting)
            .is_some_and(|needs| needs.text() == "needs consent marketing");
        let started = trigger
            .child(StartStmt)
            .and_then(|start| start.child(Path).map(|path| path.text().to_owned()));
        let Some(flow) = flows.iter().find(|flow| needs && flow.name() == started) else {
            continue;
        };
        for used in flow.within(TemplateUseItem) {
            let name = used.child(Path).map(|path| path.text().to_owned());
            let declared = for_marketing
                .iter()
                .find(|(template, _)| Some(template) == name.as_ref());
            if let Some((_, category)) = declared
                && let Some(say) = used.above(SayStmt)
            {
                mutants.push(
                    category
                        .becomes("another category", "category utility")
                        .at(say.file(), say.range()),
                );
            }
        }
    }
    mutants
}

fn segment_cost(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for say in spot::all(bot, &[SayStmt]) {
        let by_sms = say.child(ViaClause).is_some_and(|via| via.text() == "via sms");
        if let Some(text) = say.child(Text)
            && by_sms
        {
            let words =
                "\"We’ll be with you tomorrow between nine and ten in the morning, as you wished us to be.\"";
            mutants.push(text.becomes("a curly apostrophe", words));
        }
    }
    for words in spot::all(bot, &[OnChannelItem]) {
        if let Some(text) = words.child(Text)
            && words.text().starts_with("on sms ")
        {
            let long =
                "\"We’ll be with you tomorrow between nine and ten in the morning, as you wished us to be.\"";
            mutants.push(text.becomes("a curly apostrophe", long));
        }
    }
    mutants
}

fn unsupported_markup(bot: &Bot) -> Vec<Mutant> {
    plain_messages(bot)
        .into_iter()
        .filter_map(|say| say.child(Text))
        // A value that is shown nowhere else would be a second mistake.
        .filter(|text| !text.text().contains('{'))
        .map(|text| text.becomes("stars on one side", "\"Only *today* and only here!\""))
        .collect()
}

fn channel_never_used(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let hears_comments = bot
        .project
        .sources
        .iter()
        .any(|source| source.text.contains("comment_posted"));
    for channels in spot::all(bot, &[ChannelsSetting]) {
        let item = channels.above(BotItem);
        if let Some(item) = item
            && !hears_comments
        {
            let at = channels.range().end;
            mutants.push(
                Mutant::new("for comments")
                    .replace(channels.file(), at..at, ", facebook_comment")
                    .at(item.file(), item.range()),
            );
        }
    }
    mutants
}

fn reply_once(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(reply) = flow.children(ReplyStmt).into_iter().next() else {
            continue;
        };
        let question = flow
            .children(ChooseStmt)
            .into_iter()
            .chain(flow.children(AskStmt))
            .next();
        if let Some(question) = question {
            mutants.push(
                reply
                    .behind("one message more", "say \"Hi, this is Luna.\"")
                    .at(question.file(), question.range()),
            );
        }
    }
    mutants
}
