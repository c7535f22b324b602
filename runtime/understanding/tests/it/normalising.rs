//! Laws of normalising.

use botflow_understanding::normalise::{MAX_BYTES, MAX_WORDS, fold_word, normalise, normalised_text};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

#[test]
fn examples() {
    for (source, expected) in [
        ("", ""),
        ("  \t\n", ""),
        ("Hello,   World!", "hello world"),
        ("What's up? Don't!", "whats up dont"),
        ("rock 'n' roll", "rock n roll"),
        ("Mâine, ȘTEFAN: ţară/țară", "maine stefan tara tara"),
        ("Ёлка и Йод, Їжак", "елка и йод їжак"),
        ("и\u{306}од", "йод"),
        ("п’ять", "пять"),
        ("ﬁne ＡＢＣ ①", "fine abc 1"),
        ("Straße", "strasse"),
        ("Øresund Łódź Đuro", "oresund lodz duro"),
        ("early_bird-offer", "early bird offer"),
        ("3.50€", "3 50"),
        ("٣ ۴", "3 4"),
        ("🍕 Pizza", "pizza"),
        ("👍", "👍"),
        ("👍🏽!", "👍"),
        ("👍👎", "👍 👎"),
        ("a\u{200D}b c\u{AD}d", "ab cd"),
        ("한국어 が", "한국어 が"),
        ("हिन्दी", "हिन्दी"),
        ("İstanbul ıI", "istanbul ii"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("cafe\u{301}", "cafe"),
        ("№ 5™", "5"),
        ("\u{301}", ""),
    ] {
        assert_eq!(normalise(source).text(), expected, "{source:?}");
    }
}

#[test]
fn words_know_their_places() {
    let source = "  Ce preț are, «Cămașa»?";
    let message = normalise(source);
    let places: Vec<&str> = message
        .words()
        .iter()
        .map(|word| &source[word.from as usize..word.to as usize])
        .collect();
    assert_eq!(places, ["Ce", "preț", "are", "Cămașa"]);
    assert_eq!(
        message.spelled_words().collect::<Vec<_>>(),
        ["ce", "pret", "are", "camasa"]
    );
}

#[test]
fn long_messages_are_cut() {
    let words = normalise(&"a ".repeat(MAX_WORDS + 1));
    assert_eq!(words.words().len(), MAX_WORDS);
    assert!(words.cut());
    assert!(!normalise(&"a ".repeat(MAX_WORDS)).cut());
    let long = normalise(&"ё".repeat(MAX_BYTES));
    assert!(long.cut());
    assert_eq!(long.words().len(), 1);
    for piece in ["👍", "'", "\u{301}", "ﷺ", "a'", "\u{200D}"] {
        assert!(normalise(&piece.repeat(1_000_000 / piece.len())).words().len() <= MAX_WORDS);
    }
}

/// Texts of many scripts.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9 .,!'’ăâîșțĂÂÎȘȚşţйёїЙЁЇА-яà-ÿ\u{301}\u{306}\u{308}👍🍕\u{200D}]{0,40}",
        "[\u{0}-\u{2FFF}]{0,20}",
        "[\u{AC00}-\u{D7A3}\u{1100}-\u{11FF}\u{3040}-\u{30FF}\u{0900}-\u{0DFF}\u{FB00}-\u{FFEF}]{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// ASCII has a way of its own; an invisible character behind the message makes it go the general one.
    #[test]
    fn the_way_of_ascii_is_the_general_one(source in prop_oneof!["[ -~]{0,80}", "[a-cA-C0-9'` .,]{0,200}", "[\u{0}-\u{7F}]{0,40}", "(a'?b` ){0,4200}"]) {
        prop_assert_eq!(normalise(&source), normalise(&format!("{source}\u{200B}")));
    }

    /// Normalising what is normalised changes nothing.
    #[test]
    fn it_is_idempotent(source in text()) {
        let once = normalise(&source);
        let twice = normalise(once.text());
        prop_assert_eq!(once.text(), twice.text());
    }

    /// The text is its words with single spaces between, and every word has its place in the source.
    #[test]
    fn words_are_the_text(source in text()) {
        let message = normalise(&source);
        let joined = message.spelled_words().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(joined.as_str(), message.text());
        let mut last = 0;
        for word in message.words() {
            prop_assert!(word.from as usize >= last && word.from < word.to);
            last = word.to as usize;
            prop_assert!(source.get(word.from as usize..word.to as usize).is_some());
        }
    }

    /// Case, composition and compatibility forms do not matter.
    #[test]
    fn forms_do_not_matter(source in "[a-zA-Z ăâîșțйёїА-яà-öø-ÿ]{0,30}") {
        let expected = normalised_text(&source);
        for form in [source.to_uppercase(), source.to_lowercase(), source.nfd().collect(), source.nfkd().collect()] {
            prop_assert_eq!(&normalised_text(&form), &expected);
        }
    }

    /// Messages of ASCII alone take a way of their own, to the same end: a letter beyond ASCII at the end
    /// sends them the other way.
    #[test]
    fn both_ways_agree(source in "[ -~]{0,60}") {
        let other = format!("{source} ж");
        let both = [normalise(&source), normalise(&other)];
        let count = both[0].words().len();
        prop_assert_eq!(&both[1].words()[..count], both[0].words());
        let text = both[1].text().strip_suffix('ж').map(str::trim_end);
        prop_assert_eq!(text, Some(both[0].text()));
    }

    /// One word is folded as it is inside a message.
    #[test]
    fn words_fold_alike(word in "[a-zA-Z0-9ăâîșțйёїА-я]{1,40}") {
        let folded = fold_word(&word);
        let message = normalise(&word);
        prop_assert_eq!(folded.as_str(), message.text());
    }
}
