//! `docs/openapi.json` against the server: its examples are sent, and what is answered and sent is as it says.

use serde_json::{Value as Json, json};

use super::NOW;
use super::schema::check;
use super::{Running, running, signed};

/// Whom the examples are about.
const CONTACT: &str = "607d07f3a18b6121";

pub fn document() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The paths of webhooks.
fn hooks(document: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.filter(|(path, _)| path.starts_with("/hooks/"))
}

/// The schema of a body.
pub fn of_content(part: &Json) -> &Json {
    &part["content"]["application/json"]["schema"]
}

/// Sends a body, and checks the answer against what the file says of its status.
async fn ask(
    document: &Json,
    running: &Running,
    path: &str,
    body: &Json,
    header: Option<String>,
) -> (u16, Json) {
    let operation = &document["paths"][path]["post"];
    let name = path.rsplit('/').next().unwrap().replace("{channel}", "sms");
    let text = body.to_string();
    let header = header.unwrap_or_else(|| signed(&name, NOW / 1_000, text.as_bytes()));
    let (status, answer) = running
        .post(&name, &[("x-botflow-signature", &header)], text)
        .await;
    let response = &operation["responses"][status.to_string()];
    assert!(
        !response.is_null(),
        "{path}: the status {status} is not in the file"
    );
    check(document, of_content(response), &answer, "answer").unwrap();
    (status, answer)
}

#[tokio::test]
async fn the_examples_are_taken() {
    let document = document();
    let running = running().await;
    // Whom the examples are about is somebody by then, whose number is that in the examples.
    let contact = running.writes("0", "+40721000001", "Hello").await["contact"].clone();
    assert_eq!(contact, CONTACT);
    let mut sent = 0;
    for (path, operations) in hooks(&document) {
        let schema = of_content(&operations["post"]["requestBody"]);
        let examples = &operations["post"]["requestBody"]["content"]["application/json"]["examples"];
        for (name, example) in examples.as_object().unwrap() {
            let body = &example["value"];
            check(&document, schema, body, name).unwrap();
            let (status, answer) = ask(&document, &running, path, body, None).await;
            assert_eq!(status, 200, "{path} {name}: {answer}");
            for item in answer["items"].as_array().unwrap() {
                assert_eq!(item["status"], "taken", "{path} {name}: {answer}");
            }
            sent += 1;
        }
    }
    assert!(sent >= 15, "{sent}");
    running.end().await;
}

/// What the file says of bodies, the server does: each part that is left out or misspelt is refused.
#[tokio::test]
async fn what_the_file_requires_is_required() {
    let document = document();
    let running = running().await;
    running.writes("0", "+40721000001", "Hello").await;
    for (path, operations) in hooks(&document) {
        let schema = of_content(&operations["post"]["requestBody"]);
        let examples = &operations["post"]["requestBody"]["content"]["application/json"]["examples"];
        for (name, example) in examples.as_object().unwrap() {
            let fields: Vec<String> = example["value"]["items"][0]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            for field in fields {
                let mut without = example["value"].clone();
                without["items"][0].as_object_mut().unwrap().remove(&field);
                let mut misspelt = example["value"].clone();
                let value = misspelt["items"][0]
                    .as_object_mut()
                    .unwrap()
                    .remove(&field)
                    .unwrap();
                misspelt["items"][0][format!("{field}_")] = value;
                let mut other = example["value"].clone();
                other["items"][0][&field] = json!([1]);
                for body in [without, misspelt, other] {
                    let fits = check(&document, schema, &body, name);
                    let (status, answer) = ask(&document, &running, path, &body, None).await;
                    match (&fits, status) {
                        (Err(_), 400) | (Ok(()), 200) => {}
                        // An act may need what only it needs, and a flow what only it needs.
                        (Ok(()), 400)
                            if ["operator", "text", "queue", "args", "fields"].contains(&field.as_str()) => {}
                        _ => panic!("{path} {name} {field}: {status} {fits:?}\n{body}\n{answer}"),
                    }
                }
            }
        }
    }
    running.end().await;
}

#[tokio::test]
async fn refusals_are_as_the_file_says() {
    let document = document();
    let running = running().await;
    for path in ["/hooks/{channel}", "/hooks/people"] {
        let (status, _) = ask(&document, &running, path, &json!({ "items": 1 }), None).await;
        assert_eq!(status, 400);
        let (status, _) = ask(
            &document,
            &running,
            path,
            &json!({ "items": [] }),
            Some("t=1".into()),
        )
        .await;
        assert_eq!(status, 401);
    }
    running.end().await;
}

#[tokio::test]
async fn what_is_sent_is_as_the_file_says() {
    let document = document();
    let running = running().await;
    let contact = running.writes("1", "+40721000001", "Hello").await["contact"].clone();
    running.writes("2", "+40721000001", "A human").await;
    running.desk.bodies(1).await;
    running.acts("3", &contact, "joins", json!({})).await;
    let photo = json!({ "kind": "image", "url": "https://cdn.example/a.png" });
    let look = json!({ "type": "media", "id": "4", "address": "+40721000001", "media": photo });
    running.report("sms", look).await;
    running
        .acts(
            "5",
            &contact,
            "writes",
            json!({ "text": "I see.", "media": photo }),
        )
        .await;
    running
        .acts("6", &contact, "passes", json!({ "queue": "other" }))
        .await;
    running
        .acts("7", &contact, "resolves", json!({ "operator": "Bo" }))
        .await;
    let (phones, desk) = (running.phones.bodies(2).await, running.desk.bodies(5).await);
    for (name, bodies) in [("message", phones), ("people", desk)] {
        let operation = &document["webhooks"][name]["post"]["requestBody"];
        let schema = of_content(operation);
        let example = &operation["content"]["application/json"]["examples"]["example"]["value"];
        for body in bodies.iter().chain([example]) {
            check(&document, schema, body, name).unwrap();
        }
    }
    running.end().await;
}

/// No route of a webhook is kept from the file, and the file promises none that is not there.
#[tokio::test]
async fn every_route_is_in_the_file() {
    let document = document();
    let paths: Vec<_> = hooks(&document).map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/hooks/people", "/hooks/{channel}"]);
    let running = running().await;
    for path in paths {
        let url = format!("http://{}{}", running.address, path.replace("{channel}", "sms"));
        let answer = super::client().get(url).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{path}");
        let schema = of_content(&document["paths"][path]["post"]["responses"]["405"]);
        check(&document, schema, &answer.json().await.unwrap(), path).unwrap();
    }
    running.end().await;
}
