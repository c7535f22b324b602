//! What can be looked at in a conversation: where it stands, who the person is, what the bot listens for.

use std::fmt::Write;

use botflow_artifact::{Bot, EventId, Occurrence, TriggerSource};
use botflow_scenario::literal::{self, write_duration};
use botflow_scenario::world::World;

/// `/where`.
pub fn whereabouts(world: &World<'_>) -> String {
    let Some(standing) = world.standing() else {
        return "nowhere\n".to_owned();
    };
    let mut text = match (&standing.place, standing.outcome) {
        (_, Some(outcome)) => format!("finished {}\n", outcome.name()),
        (Some(place), None) => format!("at {place}, owner {:?}\n", standing.owner).to_lowercase(),
        (None, None) => "nothing has begun\n".to_owned(),
    };
    let variables = standing.variables.iter();
    for (name, value) in variables.filter(|(name, _)| !name.starts_with('.')) {
        let _ = writeln!(text, "  {name} = {}", literal::write(world.bot(), None, value));
    }
    text
}

/// `/who`.
pub fn who(world: &World<'_>) -> String {
    let Some((name, channel, person)) = world.speaker() else {
        return "nobody has spoken yet\n".to_owned();
    };
    let bot = world.bot();
    let mut text = format!("{name} on {channel}, {}\n", world.written_now());
    let mut line = |what: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {what} {value}");
        }
    };
    line("language", &person.language);
    line("timezone", &person.timezone);
    line("can be reached on", &person.reachable().join(", "));
    let opted_out = person.opted_out().iter().map(|(channel, _)| channel.as_str());
    line("has opted out of", &opted_out.collect::<Vec<_>>().join(", "));
    for (index, consent) in bot.consents.iter().enumerate() {
        let on = bot
            .channels
            .iter()
            .filter(|channel| person.has_consent(index.into(), channel));
        let on: Vec<&str> = on.map(|channel| channel.as_str()).collect();
        line(&format!("agrees to {consent} on"), &on.join(", "));
    }
    let stage = person.stage.and_then(|stage| bot.stages.get(stage.index()));
    line("stage", stage.map_or("", |stage| stage.as_str()));
    for (field, value) in bot
        .customer
        .iter()
        .zip(&person.fields)
        .filter(|(_, value)| value.is_known())
    {
        line(
            &format!("customer.{} =", field.name),
            &literal::write(bot, Some(field.ty), value),
        );
    }
    text
}

/// `/events`.
pub fn events(world: &World<'_>) -> String {
    let bot = world.bot();
    let mut text = String::new();
    if !bot.events.is_empty() {
        text.push_str("Events:\n");
    }
    for index in 0..bot.events.len() {
        let _ = writeln!(text, "  /event {}", event(bot, index.into()));
    }
    if !bot.triggers.is_empty() {
        text.push_str("Triggers:\n");
    }
    let clocks = world.clocks();
    for trigger in &bot.triggers {
        let sources: Vec<String> = trigger
            .sources
            .iter()
            .map(|source| waits_for(bot, source))
            .collect();
        let _ = write!(text, "  {} {}", trigger.name, sources.join(", "));
        if trigger.after_ms > 0 {
            let _ = write!(text, " after {}", write_duration(trigger.after_ms));
        }
        let needs: Vec<&str> = (trigger.needs.iter())
            .filter_map(|consent| bot.consents.get(consent.index()).map(|name| name.as_str()))
            .collect();
        if !needs.is_empty() {
            let _ = write!(text, ", needs consent {}", needs.join(", "));
        }
        if !trigger.via.is_empty() {
            let _ = write!(text, ", via {}", trigger.via.join(", "));
        }
        if let Some((_, at)) = clocks.iter().find(|(name, _)| **name == trigger.name) {
            let _ = write!(
                text,
                " (its clock runs: {} to go)",
                write_duration((at - world.now()).max(0))
            );
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("the bot knows no events and has no triggers\n");
    }
    text
}

/// `cart_updated(cart: text, total: money)`.
fn event(bot: &Bot, id: EventId) -> String {
    let Some(event) = bot.events.get(id.index()) else {
        return String::new();
    };
    let fields = event.fields.iter();
    let fields: Vec<_> = fields
        .map(|field| {
            format!(
                "{}: {}",
                field.name,
                literal::type_name(bot, field.ty).replace('`', "")
            )
        })
        .collect();
    format!("{}({})", event.name, fields.join(", "))
}

fn waits_for(bot: &Bot, source: &TriggerSource) -> String {
    match source {
        TriggerSource::On { what, .. } => {
            let name = match what {
                Occurrence::Event(event) => bot.events.get(event.index()).map(|event| event.name.to_string()),
                Occurrence::CommentAbout(intent) => (bot.intents.get(intent.index()))
                    .map(|intent| format!("comment_posted about {}", intent.name)),
                Occurrence::Entered(stage) => bot
                    .stages
                    .get(stage.index())
                    .map(|stage| format!("entered {stage}")),
                Occurrence::Asked(intent) => bot
                    .intents
                    .get(intent.index())
                    .map(|intent| format!("asked {}", intent.name)),
                Occurrence::Joined(segment) => {
                    (bot.segments.get(segment.index())).map(|segment| format!("joined {}", segment.name))
                }
                Occurrence::Left(segment) => {
                    (bot.segments.get(segment.index())).map(|segment| format!("left {}", segment.name))
                }
            };
            format!("on {}", name.unwrap_or_default())
        }
        TriggerSource::Every { weekdays, at } => {
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let days: Vec<&str> = (names.iter().enumerate())
                .filter_map(|(day, name)| (weekdays >> day & 1 == 1).then_some(*name))
                .collect();
            let days = match days.len() {
                7 => "day".to_owned(),
                _ => days.join(", "),
            };
            format!("every {days} at {:02}:{:02}", at / 60, at % 60)
        }
    }
}

/// Why a trigger did not start, for somebody who wonders; from the line that says so.
pub fn why(effect: &str) -> Option<&'static str> {
    let (_, reason) = effect.strip_prefix("trigger ")?.split_once(" passed: ")?;
    Some(match reason {
        "no consent" => "nothing the person can be reached on has the consent it needs: /consent",
        "opted out" => "the person has opted out of every channel there is a way on",
        "capped" => {
            "it has written often enough: `at most` of the trigger, or `proactive at most` of the bot"
        }
        "busy" => "the person is in the middle of a conversation, and it says `when busy skip`",
        "called off" => "something of its `unless` has happened",
        "condition" => "an `if` of it does not hold: /who tells what is known",
        "expired" => "it has waited for longer than `expires` says",
        "unreachable" => {
            "the person cannot be reached on any channel of `via`: /person (channels: [whatsapp])"
        }
        "overtaken" => "a later event of the same kind was heard of first",
        _ => return None,
    })
}
