//! The standard patterns and the law's words.

use botflow_understanding::patterns::{Pattern, std_pattern};
use botflow_understanding::{law, normalise};

#[test]
fn every_language_is_heard() {
    for (message, expected) in [
        ("Start over", Some(Pattern::StartOver)),
        ("de la început", Some(Pattern::StartOver)),
        ("Начать сначала!", Some(Pattern::StartOver)),
        ("back", Some(Pattern::Back)),
        ("Înapoi", Some(Pattern::Back)),
        ("назад", Some(Pattern::Back)),
        ("can you repeat that, please?", Some(Pattern::Repeat)),
        ("mai spune o dată", Some(Pattern::Repeat)),
        ("Ещё раз", Some(Pattern::Repeat)),
        ("help!", Some(Pattern::Help)),
        ("help please", Some(Pattern::Help)),
        ("Thank you very much", Some(Pattern::Thanks)),
        ("ok thanks", Some(Pattern::Thanks)),
        ("mulțumesc", Some(Pattern::Thanks)),
        ("Спасибо большое", Some(Pattern::Thanks)),
        ("in English please", Some(Pattern::SpeakEnglish)),
        ("vorbiți românește?", Some(Pattern::SpeakRomanian)),
        ("можно по-русски?", Some(Pattern::SpeakRussian)),
        ("go back to the shop", None),
        ("helpful", None),
        ("", None),
    ] {
        assert_eq!(std_pattern("en", &normalise(message)), expected, "{message:?}");
    }
    assert_eq!(Pattern::SpeakRussian.language(), Some("ru"));
}

#[test]
fn stop_words_stand_alone() {
    let stops = |channel: &str, message: &str| law::is_stop(channel, &normalise(message));
    for message in [
        "STOP",
        "Dezabonare.",
        "stop",
        "Стоп!",
        "Arrêt",
        "Unsubscribe",
        "/stop",
        "Stopp",
        "відписатися",
    ] {
        for channel in [
            "sms",
            "rcs",
            "whatsapp",
            "viber",
            "messenger",
            "email",
            "telegram",
        ] {
            assert!(stops(channel, message), "{message} on {channel}");
        }
        for channel in ["web", "popup", "slack", "instagram_comment", "nowhere", ""] {
            assert!(!stops(channel, message), "{message} on {channel}");
        }
    }
    // What is also about an order or a conversation is refusing on the telephone network only.
    for message in ["cancel", "END", "Quit.", "revoke", "отмена", "annuler"] {
        assert!(stops("sms", message), "{message}");
        assert!(!stops("whatsapp", message), "{message}");
    }
    for message in [
        "don't stop",
        "",
        "please do not ever stop writing to me",
        "stop it at once",
        "yes",
    ] {
        assert!(!stops("sms", message), "{message}");
    }
}

#[test]
fn words_that_ask_for_messages_again_are_others() {
    let starts = |channel: &str, message: &str| law::is_start(channel, &normalise(message));
    for message in ["START", "unstop", "Abonare", "старт"] {
        assert!(starts("sms", message) && starts("whatsapp", message), "{message}");
        assert!(!starts("web", message), "{message}");
        assert!(!law::is_stop("sms", &normalise(message)), "{message}");
    }
    assert!(!starts("sms", "yes"));
    assert!(!starts("sms", "start over"));
}
