//! The page and the widget, as they lie in the program.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::options::WebOptions;
use crate::engine::Engine;

const INDEX: &str = include_str!("page/index.html");
const SITE: &str = include_str!("page/site.html");
const PAGE_CSS: &str = include_str!("page/page.css");
const WIDGET_CSS: &str = include_str!("page/widget.css");
const ICON: &str = include_str!("page/icon.svg");

/// The parts of the widget, in the order in which they need each other.
const WIDGET: [&str; 6] = [
    include_str!("page/texts.js"),
    include_str!("page/memory.js"),
    include_str!("page/line.js"),
    include_str!("page/view.js"),
    include_str!("page/wire.js"),
    include_str!("page/widget.js"),
];

/// Nothing on the page comes from elsewhere but pictures and films of messages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' https: data:; media-src https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The pages' routes.
pub(super) fn router(_: &WebOptions, engine: Engine) -> Router {
    let widget: Arc<str> = widget().into();
    let fixed = |kind: &'static str, text: &'static str| {
        get(move |headers: HeaderMap| async move { answer(&headers, kind, text) })
    };
    let html = |text: &'static str| {
        let engine = engine.clone();
        get(move || async move { page(&engine, text) })
    };
    Router::new()
        .route("/", html(INDEX))
        .route("/site", html(SITE))
        .route("/page.css", fixed("text/css; charset=utf-8", PAGE_CSS))
        .route("/icon.svg", fixed("image/svg+xml", ICON))
        .route(
            "/widget.js",
            get(move |headers: HeaderMap| async move {
                let mut response = answer(&headers, "text/javascript; charset=utf-8", &widget);
                // Any site may load it; which may connect is asked when it does.
                let anybody = HeaderValue::from_static("cross-origin");
                response
                    .headers_mut()
                    .insert("cross-origin-resource-policy", anybody);
                response
            }),
        )
}

/// All parts of the widget as one script, its style among them.
fn widget() -> String {
    let css = serde_json::to_string(WIDGET_CSS).expect("a text can be written");
    let mut script =
        String::from("// Botflow's web chat. See docs/web-chat.md.\n(() => {\n\"use strict\";\n");
    script.push_str("const CSS = ");
    script.push_str(&css);
    script.push_str(";\n");
    for part in WIDGET {
        script.push_str(part);
    }
    script.push_str("})();\n");
    script
}

/// A page, with the name of the bot that runs.
fn page(engine: &Engine, text: &str) -> Response {
    let version = engine.deployment().current();
    let bot = &version.program.bot;
    let language = bot.languages.first().map_or("en", |language| language.as_str());
    let text = text
        .replace("{{bot}}", &escaped(&super::title(bot)))
        .replace("{{script}}", no_script(language))
        .replace("{{language}}", &escaped(language));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// What stands in the place of the chat where scripts are switched off.
fn no_script(language: &str) -> &'static str {
    match language.split('-').next() {
        Some("ro") => {
            "Conversația are nevoie de JavaScript. Vă rugăm să îl activați și să reîncărcați pagina."
        }
        Some("ru") => "Для чата нужен JavaScript. Пожалуйста, включите его и обновите страницу.",
        _ => "This chat needs JavaScript. Please switch it on and load the page again.",
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A file; nothing where the browser has it already.
fn answer(headers: &HeaderMap, kind: &'static str, text: &str) -> Response {
    let tag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32]);
    let has = headers.get(header::IF_NONE_MATCH);
    let is_same = has.is_some_and(|has| has.as_bytes() == tag.as_bytes());
    let mut response = match is_same {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(text.to_owned()).into_response(),
    };
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        into.insert(header::ETAG, tag);
    }
    response
}
