//! What a webhook is sent, as JSON: a message as its channel shows it and as it was written, and what colleagues are told.

use botflow_message::{
    Action, Button, Card, Location, Media, Message, Part, Rendered, Suggestion, TemplateCall,
};
use botflow_values::Value;
use serde_json::{Map, Value as Json, json};

use crate::channel::{Delivery, message_id};
use crate::contact::{ContactId, PeopleEvent};

/// A message on its way to a person.
pub fn delivery(delivery: &Delivery) -> Json {
    let mut body = Map::new();
    body.insert("type".into(), "message".into());
    body.insert("key".into(), delivery.key.as_str().into());
    // Of messages without a number nothing is reported.
    if delivery.number > 0 {
        let id = message_id(delivery.contact, delivery.number);
        body.insert("id".into(), id.as_str().into());
    }
    body.insert("contact".into(), delivery.contact.to_string().into());
    body.insert("channel".into(), delivery.channel.as_str().into());
    body.insert("address".into(), delivery.address.as_str().into());
    if let Some(operator) = &delivery.operator {
        body.insert("operator".into(), operator.as_str().into());
    }
    body.insert("attempt".into(), delivery.attempt.into());
    let shown = delivery.rendering.messages.iter().map(rendered);
    body.insert("messages".into(), shown.collect());
    let notes = delivery
        .rendering
        .notes
        .iter()
        .map(|note| Json::from(note.to_string()));
    put_list(&mut body, "notes", notes);
    body.insert("written".into(), written(&delivery.message));
    Json::Object(body)
}

/// What colleagues are told.
pub fn told(contact: ContactId, key: &str, event: &PeopleEvent) -> Json {
    // Plain data with names: it can always be written.
    let mut event_json = serde_json::to_value(event).unwrap_or_default();
    if let PeopleEvent::Message { media, .. } = event
        && let Some(fields) = event_json.as_object_mut()
    {
        fields.remove("media");
        if let Some(media) = media.as_ref().and_then(sent) {
            fields.insert("media".into(), media);
        }
    }
    json!({ "type": "people", "key": key, "contact": contact.to_string(), "event": event_json })
}

/// Something a person sent beside words, in the form in which it comes in.
fn sent(value: &Value) -> Option<Json> {
    let (kind, file) = match value {
        Value::Image(file) => ("image", file),
        Value::File(file) => ("file", file),
        Value::Location(place) => {
            return Some(json!({
                "kind": "location",
                "latitude": degrees(place.latitude),
                "longitude": degrees(place.longitude),
            }));
        }
        _ => return None,
    };
    let mut media = json!({ "kind": kind, "url": file.url.as_str() });
    if let Some(name) = &file.name {
        media["name"] = name.as_str().into();
    }
    Some(media)
}

fn rendered(message: &Rendered) -> Json {
    let mut shown = Map::new();
    shown.insert("text".into(), message.text.as_str().into());
    let plain = message.plain();
    if plain != message.text {
        shown.insert("plain".into(), plain.into());
    }
    put(&mut shown, "subject", &message.subject);
    put_list(&mut shown, "media", message.media.iter().map(media));
    put_list(&mut shown, "locations", message.locations.iter().map(location));
    put_list(&mut shown, "cards", message.cards.iter().map(card));
    put_list(&mut shown, "buttons", message.buttons.iter().map(button));
    put_list(
        &mut shown,
        "suggestions",
        message.suggestions.iter().map(suggestion),
    );
    if let Some(list) = &message.list {
        let rows = list.rows.iter().map(|row| {
            let mut shown = Map::new();
            shown.insert("label".into(), row.label.as_str().into());
            put(&mut shown, "description", &row.description);
            shown.insert("payload".into(), row.payload.as_str().into());
            Json::Object(shown)
        });
        let rows: Vec<Json> = rows.collect();
        shown.insert(
            "list".into(),
            json!({ "opener": list.opener.as_str(), "rows": rows }),
        );
    }
    let answers = message.answers.iter().map(|answer| {
        json!({
            "says": answer.says.as_str(),
            "label": answer.label.as_str(),
            "payload": answer.payload.as_str(),
        })
    });
    put_list(&mut shown, "answers", answers);
    if let Some(called) = &message.template {
        shown.insert("template".into(), template(called));
    }
    if message.public {
        shown.insert("public".into(), true.into());
    }
    if let Some(segments) = &message.segments {
        shown.insert("segments".into(), segments.count.into());
    }
    Json::Object(shown)
}

/// The message before any channel has had a word in it.
fn written(message: &Message) -> Json {
    let mut shown = Map::new();
    shown.insert("text".into(), message.text.as_str().into());
    let of = |wanted: fn(&Part) -> Option<Json>| message.parts.iter().filter_map(wanted);
    put_list(
        &mut shown,
        "media",
        of(|part| match part {
            Part::Media(one) => Some(media(one)),
            _ => None,
        }),
    );
    put_list(
        &mut shown,
        "locations",
        of(|part| match part {
            Part::Location(place) => Some(location(place)),
            _ => None,
        }),
    );
    put_list(&mut shown, "cards", message.cards().map(card));
    put_list(&mut shown, "buttons", message.buttons().map(button));
    put_list(&mut shown, "suggestions", message.suggestions().map(suggestion));
    put_list(
        &mut shown,
        "hints",
        of(|part| match part {
            Part::Hint(hint) => Some(hint.as_str().into()),
            _ => None,
        }),
    );
    if let Some(envelope) = &message.envelope {
        put(&mut shown, "subject", &envelope.subject);
        if let Some(called) = &envelope.template {
            shown.insert("template".into(), template(called));
        }
        if envelope.public {
            shown.insert("public".into(), true.into());
        }
    }
    Json::Object(shown)
}

fn media(media: &Media) -> Json {
    let mut shown = Map::new();
    shown.insert("kind".into(), media.kind.word().into());
    shown.insert("url".into(), media.url.as_str().into());
    put(&mut shown, "alt", &media.alt);
    put(&mut shown, "name", &media.name);
    Json::Object(shown)
}

fn location(place: &Location) -> Json {
    let mut shown = Map::new();
    shown.insert("latitude".into(), degrees(place.latitude_e6).into());
    shown.insert("longitude".into(), degrees(place.longitude_e6).into());
    put(&mut shown, "name", &place.name);
    Json::Object(shown)
}

fn degrees(millionths: i32) -> f64 {
    f64::from(millionths) / 1e6
}

fn button(button: &Button) -> Json {
    let (does, with) = match &button.action {
        Action::Press(payload) => ("payload", payload),
        Action::Open(url) => ("url", url),
        Action::Call(number) => ("call", number),
    };
    json!({ "label": button.label.as_str(), does: with.as_str() })
}

fn suggestion(suggestion: &Suggestion) -> Json {
    json!({ "label": suggestion.label.as_str(), "payload": suggestion.payload.as_str() })
}

fn card(card: &Card) -> Json {
    let mut shown = Map::new();
    shown.insert("title".into(), card.title.as_str().into());
    put(&mut shown, "text", &card.text);
    if let Some(image) = &card.image {
        shown.insert("image".into(), media(image));
    }
    put_list(&mut shown, "buttons", card.buttons.iter().map(button));
    Json::Object(shown)
}

fn template(called: &TemplateCall) -> Json {
    let parameters: Vec<&str> = called.parameters.iter().map(|one| one.as_str()).collect();
    let mut shown = Map::new();
    shown.insert("name".into(), called.name.as_str().into());
    shown.insert("parameters".into(), parameters.into());
    put_list(&mut shown, "media", called.media.iter().map(media));
    Json::Object(shown)
}

/// What is empty is left out.
fn put(shown: &mut Map<String, Json>, name: &str, text: &str) {
    if !text.is_empty() {
        shown.insert(name.into(), text.into());
    }
}

fn put_list(shown: &mut Map<String, Json>, name: &str, list: impl Iterator<Item = Json>) {
    let list: Vec<Json> = list.collect();
    if !list.is_empty() {
        shown.insert(name.into(), list.into());
    }
}
