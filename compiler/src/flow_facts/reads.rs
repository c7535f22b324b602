//! Which expressions a message or a text reads when it is built.

use botflow_artifact::*;

/// What is read, and for which purpose.
pub(crate) type Visit<'v> = dyn FnMut(ExprId) + 'v;

/// All expressions of a text: those in its holes, and in the arms of their filters.
pub(crate) fn text(bot: &Bot, id: TextId, visit: &mut Visit<'_>) {
    let Some(text) = bot.texts.get(id.index()) else {
        return;
    };
    // Translations have the same holes; the first variant is the one the author wrote.
    let Some(variant) = text.variants.first() else {
        return;
    };
    for part in &variant.parts {
        let Part::Hole { value, filters, .. } = part else {
            continue;
        };
        visit(*value);
        for filter in filters {
            if let Filter::Plural(arms) | Filter::Select(arms) = filter {
                for arm in arms.arms.iter().map(|(_, arm)| *arm).chain(arms.other) {
                    // Arms have lower ids, so that this ends.
                    if arm < id {
                        self::text(bot, arm, visit);
                    }
                }
            }
        }
    }
}

/// Everything a message reads but its cards.
pub(crate) fn message(bot: &Bot, id: MessageId, visit: &mut Visit<'_>) {
    let Some(message) = bot.messages.get(id.index()) else {
        return;
    };
    for id in message
        .text
        .iter()
        .chain(&message.hint)
        .chain(message.on_channel.iter().map(|(_, text)| text))
    {
        text(bot, *id, visit);
    }
    for media in &message.media {
        visit(media.source);
        if let Some(alt) = media.alt {
            text(bot, alt, visit);
        }
    }
    for item in &message.buttons {
        button(bot, item, visit);
    }
    if let Some((_, args)) = &message.template {
        args.iter().for_each(|arg| visit(*arg));
    }
}

/// What cards read, apart from their list: the item's slot has its value there.
pub(crate) fn cards(bot: &Bot, cards: &Cards, visit: &mut Visit<'_>) {
    cards
        .condition
        .iter()
        .chain(&cards.image)
        .for_each(|expr| visit(*expr));
    for id in [Some(cards.title), cards.text, cards.alt].into_iter().flatten() {
        text(bot, id, visit);
    }
    for item in &cards.buttons {
        button(bot, item, visit);
    }
}

fn button(bot: &Bot, button: &MessageButton, visit: &mut Visit<'_>) {
    if let Some(condition) = button.condition {
        visit(condition);
    }
    text(bot, button.label, visit);
    if let ButtonAct::Opens(target) | ButtonAct::Calls(target) = button.act {
        visit(target);
    }
}
