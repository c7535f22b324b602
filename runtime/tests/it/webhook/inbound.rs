//! What programs report: it is taken once, in order, and answered when it is stored.

use serde_json::json;

use super::running;

fn texts(bodies: &[serde_json::Value]) -> Vec<&str> {
    bodies
        .iter()
        .map(|body| body["written"]["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_conversation_over_a_webhook() {
    let running = running().await;
    let taken = running.writes("1", "+40721000001", "Hello").await;
    assert_eq!(taken["status"], "taken");
    assert_eq!(taken["revision"], 1);
    assert_eq!(taken["effects"].as_array().unwrap().len(), 1);
    let asked = running.phones.bodies(1).await;
    assert_eq!(asked[0]["written"]["text"], "What is it?");
    assert_eq!(asked[0]["key"], taken["effects"][0]);
    // The channel has no buttons: the option is written out, and picked by its number.
    assert_eq!(asked[0]["messages"][0]["answers"][0]["says"], "1");
    running.writes("2", "+40721000001", "1").await;
    let said = running.phones.bodies(2).await;
    assert_eq!(texts(&said), ["What is it?", "All is free."]);
    running.end().await;
}

#[tokio::test]
async fn buttons_are_pressed_by_their_payload() {
    let running = running().await;
    running.writes("1", "+40721000001", "Hello").await;
    let asked = running.phones.bodies(1).await;
    let payload = asked[0]["written"]["buttons"][0]["payload"].clone();
    let press = json!({ "type": "press", "id": "2", "address": "+40721000001", "payload": payload, "label": "Prices" });
    running.report("sms", press).await;
    assert_eq!(texts(&running.phones.bodies(2).await)[1], "All is free.");
    running.end().await;
}

#[tokio::test]
async fn the_same_again_is_answered_the_same_and_does_nothing() {
    let running = running().await;
    let first = running.writes("1", "+40721000001", "Hello").await;
    let mut again = running.writes("1", "+40721000001", "Hello").await;
    assert_eq!(again["duplicate"], true);
    again.as_object_mut().unwrap().remove("duplicate");
    assert_eq!(first, again);
    // Also when it says something else by now, and beside something new.
    let items = json!([
        { "type": "message", "id": "1", "address": "+40721000001", "text": "A human" },
        { "type": "message", "id": "2", "address": "+40721000001", "text": "Prices" },
    ]);
    let (status, answer) = running.send("sms", items).await;
    assert_eq!(status, 200);
    assert_eq!(answer["items"][0]["duplicate"], true);
    assert_eq!(answer["items"][1]["revision"], 2);
    assert_eq!(
        texts(&running.phones.bodies(2).await),
        ["What is it?", "All is free."]
    );
    running.end().await;
}

#[tokio::test]
async fn items_of_one_person_are_taken_in_their_order() {
    let running = running().await;
    let mut items = Vec::new();
    for round in 0..10 {
        for who in 0..10 {
            let address = format!("+4072100000{who}");
            items.push(json!({ "type": "message", "id": format!("{round}.{who}"), "address": address, "text": format!("{round}") }));
        }
    }
    let (status, answer) = running.send("sms", json!(items)).await;
    assert_eq!(status, 200, "{answer}");
    for (place, item) in answer["items"].as_array().unwrap().iter().enumerate() {
        assert_eq!(item["revision"], place / 10 + 1, "{answer}");
        assert_eq!(item["id"], format!("{}.{}", place / 10, place % 10));
    }
    assert_eq!(running.known().await, 10);
    running.end().await;
}

#[tokio::test]
async fn events_facts_and_flows_are_typed() {
    let running = running().await;
    running.writes("1", "+40721000001", "Hello").await;
    let moved = json!({ "type": "event", "id": "2", "address": "+40721000001", "name": "parcel_moved", "fields": { "to": "Iasi", "price": "19.90" } });
    assert_eq!(running.report("sms", moved).await["status"], "taken");
    let known = json!({ "type": "known", "id": "3", "address": "+40721000001", "values": { "city": "Iasi", "vip": true, }, "signed": true });
    assert_eq!(running.report("sms", known).await["status"], "taken");
    let start = json!({ "type": "start", "id": "4", "address": "+40721000001", "flow": "news", "args": { "what": "rain" } });
    let started = running.report("sms", start.clone()).await;
    assert_eq!(started["status"], "taken");
    assert_eq!(running.report("sms", start).await["duplicate"], true);
    // What the bot does not know, or what came too late, is refused by it, and that is remembered.
    let late = json!({ "type": "event", "id": "5", "address": "+40721000001", "name": "parcel_moved", "fields": { "to": "Iasi" }, "at": "2001-01-01T00:00:00Z" });
    let refused = running.report("sms", late).await;
    assert_eq!(refused["status"], "refused");
    assert!(
        refused["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    let strange = json!({ "type": "event", "id": "6", "address": "+40721000001", "name": "earthquake", "fields": { "a": 1 } });
    assert_eq!(running.report("sms", strange).await["status"], "refused");
    let said = running.phones.bodies(3).await;
    assert!(texts(&said).contains(&"Your parcel is in Iasi."), "{said:?}");
    assert!(texts(&said).contains(&"News: rain."), "{said:?}");
    running.end().await;
}

#[tokio::test]
async fn a_flow_is_started_for_somebody_new() {
    let running = running().await;
    let start = json!({ "type": "start", "id": "1", "address": "+40721000009", "flow": "news", "args": { "what": "rain" } });
    assert_eq!(running.report("sms", start.clone()).await["status"], "taken");
    assert_eq!(running.report("sms", start).await["duplicate"], true);
    assert_eq!(texts(&running.phones.bodies(1).await), ["News: rain."]);
    assert_eq!(running.known().await, 1);
    running.end().await;
}

#[tokio::test]
async fn statuses_name_messages_by_the_id_they_were_sent_with() {
    let running = running().await;
    let contact = running.writes("1", "+40721000001", "Hello").await["contact"].clone();
    let asked = running.phones.bodies(1).await;
    assert_eq!(asked[0]["id"], format!("{}-1", contact.as_str().unwrap()));
    for (id, status) in [
        ("d", "delivered"),
        ("r", "read"),
        ("c", "clicked"),
        ("f", "failed"),
    ] {
        let item = json!({ "type": "status", "id": id, "message": asked[0]["id"], "status": status });
        let became = running.report("sms", item.clone()).await;
        assert_eq!(became["status"], "taken");
        assert_eq!(became["contact"], contact);
        assert_eq!(running.report("sms", item).await["duplicate"], true);
    }
    let nobody = json!({ "type": "status", "id": "n", "message": "00000000000000ff-1", "status": "read" });
    let refused = running.report("sms", nobody).await;
    assert_eq!(
        (&refused["status"], &refused["reason"]),
        (&json!("refused"), &json!("nobody"))
    );
    assert_eq!(running.sms.refusals().read().get("nobody"), Some(&1));
    running.end().await;
}

#[tokio::test]
async fn media_reach_colleagues_in_the_form_they_came_in() {
    let running = running().await;
    let contact = running.writes("1", "+40721000001", "Hello").await["contact"].clone();
    running.writes("2", "+40721000001", "A human").await;
    running.desk.bodies(1).await;
    running.acts("3", &contact, "joins", json!({})).await;
    let sent = [
        json!({ "kind": "image", "url": "https://cdn.example/a.png", "name": "a.png" }),
        json!({ "kind": "file", "url": "https://cdn.example/a.pdf" }),
        json!({ "kind": "location", "latitude": 44.4268, "longitude": -26.1025 }),
    ];
    for (place, media) in sent.iter().enumerate() {
        let item = json!({ "type": "media", "id": format!("m{place}"), "address": "+40721000001", "media": media, "caption": "Look" });
        running.report("sms", item).await;
    }
    let told = running.desk.bodies(5).await;
    for (place, media) in sent.iter().enumerate() {
        let event = &told[place + 2]["event"];
        assert_eq!(
            event,
            &json!({ "event": "message", "text": "Look", "media": media })
        );
    }
    running.end().await;
}

#[tokio::test]
async fn somebody_who_arrives_is_known_and_not_spoken_to() {
    let running = running().await;
    let item = json!({ "type": "arrives", "id": "1", "address": "+40721000001", "language": "en-GB", "timezone": "Europe/Bucharest", "referral": "ad" });
    assert_eq!(running.report("sms", item).await["status"], "taken");
    assert_eq!(running.known().await, 1);
    let next = running.writes("2", "+40721000001", "Hello").await;
    assert_eq!(next["revision"], 2);
    running.end().await;
}

#[tokio::test]
async fn ids_of_different_webhooks_and_kinds_are_not_each_others() {
    let running = running().await;
    let contact = running.writes("1", "+40721000001", "Hello").await["contact"].clone();
    let status = json!({ "type": "status", "id": "1", "message": format!("{}-1", contact.as_str().unwrap()), "status": "read" });
    assert_eq!(running.report("sms", status).await.get("duplicate"), None);
    let start =
        json!({ "type": "start", "id": "1", "contact": contact, "flow": "news", "args": { "what": "rain" } });
    assert_eq!(running.report("people", start).await.get("duplicate"), None);
    running.end().await;
}
