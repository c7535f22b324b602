//! The standard patterns and the law's words.

use botflow_understanding::normalise;
use botflow_understanding::patterns::{Pattern, is_stop_word, std_pattern};

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
    assert!(is_stop_word("en", &normalise("STOP")));
    assert!(is_stop_word("ro", &normalise("Dezabonare.")));
    assert!(is_stop_word("ro", &normalise("stop")));
    assert!(is_stop_word("ru-RU", &normalise("Стоп!")));
    assert!(!is_stop_word("en", &normalise("don't stop")));
    assert!(!is_stop_word("en", &normalise("стоп")));
    assert!(!is_stop_word("en", &normalise("")));
}
