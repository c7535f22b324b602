//! `wrong-language`: a translation is in another language than its catalogue.
//!
//! A script says most: a Russian text has Cyrillic letters. Between languages of one script the small words decide,
//! which every sentence has. Names and words that stand in the source, too, say nothing.

use super::markup_mismatch::without_holes;
use super::{Translation, base_of, name_of};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF707",
    name: "wrong-language",
    level: Level::Warning,
    summary: "A translation is in another script or language than its catalogue.",
    page: include_str!("wrong_language.md"),
};

/// The scripts that are told apart. All others say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Armenian,
    Georgian,
    Devanagari,
    Thai,
    EastAsian,
}

/// Looks at one translation into a language; the bot's first language is known by its code.
pub(crate) fn check(translation: &Translation<'_>, first: &str, findings: &mut Vec<Finding>) {
    let words = without_addresses(&without_holes(&translation.words.value, ' '));
    let source = without_addresses(&without_holes(translation.source, ' '));
    let language = translation.language;
    let other = match expected(language.base()) {
        Some(script) => other_script(script, &words, &source)
            .map(|other| format!("in {other} letters"))
            .or_else(|| other_language(language.base(), first, &words).map(|name| format!("in {name}"))),
        None => None,
    };
    let copied = || {
        let copied = is_copied(language.base(), base_of(first), &words, &source);
        copied.then(|| format!("those of the text, in {}", name_of(first)))
    };
    if let Some(found) = other.or_else(copied) {
        let message = format!(
            "This catalogue is for {}, and these words are {found}.",
            language.name
        );
        findings.push(
            Finding::new(&RULE, translation.span(), message)
                .help(
                    "Translate the words. If they are right as they are, say so above the entry: `# botflow: allow \
                     wrong-language -- why`.",
                )
                .related(translation.unit.span, "This is the text."),
        );
    }
}

/// Another script, if no letter is of the right one and some words are no names from the source.
fn other_script(expected: Script, words: &str, source: &str) -> Option<&'static str> {
    if words.chars().any(|letter| script(letter) == Some(expected)) {
        return None;
    }
    let known: Vec<String> = tokens(source);
    let new: Vec<String> = tokens(words)
        .into_iter()
        .filter(|word| !known.contains(word))
        .collect();
    // What is all capitals is the name of something in every language.
    let letters = |word: &String| word.chars().filter(|letter| script(*letter).is_some()).count();
    let counted: usize = new.iter().map(letters).sum();
    let kept = known.iter().filter(|word| tokens(words).contains(word)).count();
    // A sentence that was copied whole is no name.
    let copied = new.is_empty() && kept >= 3 && known.len() == kept && tokens(words).len() >= 3;
    if !copied && counted < 4 {
        return None;
    }
    let found = words.chars().find_map(script)?;
    Some(match found {
        Script::Latin => "Latin",
        Script::Cyrillic => "Cyrillic",
        Script::Greek => "Greek",
        Script::Hebrew => "Hebrew",
        Script::Arabic => "Arabic",
        Script::Armenian => "Armenian",
        Script::Georgian => "Georgian",
        Script::Devanagari => "Devanagari",
        Script::Thai => "Thai",
        Script::EastAsian => "East Asian",
    })
}

/// Languages that may say the same in the same words.
const ALIKE: &[&[&str]] = &[
    &["da", "nb", "nn", "no", "sv"],
    &["es", "gl", "pt", "ca", "it"],
    &["cs", "sk"],
    &["hr", "sr", "bs", "sl"],
    &["id", "ms"],
    &["bg", "mk"],
    &["ru", "uk", "be"],
    &["de", "nl", "af", "lb"],
    &["tl", "fil"],
];

/// Words of the bot's first language that were copied as they are. What could be a name, or words that went from one
/// language into the other, is none of them: some words are small ones of the first language alone, or there are several
/// that nobody writes in capitals.
fn is_copied(base: &str, first: &str, words: &str, source: &str) -> bool {
    let alike = |group: &&[&str]| group.contains(&base) && group.contains(&first);
    if base == first || words != source || ALIKE.iter().any(alike) {
        return false;
    }
    let tokens = tokens(words);
    let own = small_words(base).unwrap_or_default();
    let firsts = small_words(first).unwrap_or_default();
    let telling = |word: &&String| firsts.contains(&word.as_str()) && !own.contains(&word.as_str());
    let common = words
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| word.chars().count() > 2 && word.chars().all(char::is_lowercase))
        .count();
    tokens.len() > 1 && tokens.iter().any(|word| telling(&word)) || tokens.len() > 3 && common > 2
}

/// Another language of the same script, if its small words are there and those of the right one are not.
fn other_language(base: &str, first: &str, words: &str) -> Option<String> {
    let own = small_words(base)?;
    let tokens = tokens(words);
    let count = |list: &[&str]| tokens.iter().filter(|word| list.contains(&word.as_str())).count();
    if count(own) > 0 {
        return None;
    }
    SMALL
        .iter()
        .filter(|(other, _)| *other != base && expected(other) == expected(base))
        .map(|(other, list)| {
            // Words that the two share say nothing.
            let telling: Vec<&str> = list.iter().filter(|word| !own.contains(word)).copied().collect();
            // A text left in the first language is what happens most.
            let least = if *other == base_of(first) { 2 } else { 3 };
            (*other, count(&telling), least)
        })
        .filter(|(_, found, least)| found >= least)
        .max_by_key(|(_, found, _)| *found)
        .map(|(other, ..)| name_of(other))
}

fn tokens(words: &str) -> Vec<String> {
    words
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'' && letter != '’')
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('’', "'").to_lowercase())
        .collect()
}

/// Addresses are the same in every language.
fn without_addresses(words: &str) -> String {
    let address = |word: &&str| !word.contains("://") && !word.contains('@') && !word.starts_with("www.");
    words
        .split_whitespace()
        .filter(address)
        .collect::<Vec<_>>()
        .join(" ")
}

fn script(letter: char) -> Option<Script> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
            if matches!(letter, '×' | '÷') {
                return None;
            }
            Script::Latin
        }
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{531}'..='\u{58f}' => Script::Armenian,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Arabic,
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        '\u{10a0}'..='\u{10ff}' => Script::Georgian,
        '\u{1100}'..='\u{11ff}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' => Script::EastAsian,
        _ => return None,
    })
}

/// The script of a language; nothing for those that are written in several, or that are not known here.
fn expected(base: &str) -> Option<Script> {
    Some(match base {
        "ru" | "uk" | "be" | "bg" | "mk" | "kk" | "ky" | "tg" | "mn" => Script::Cyrillic,
        "el" => Script::Greek,
        "he" | "yi" => Script::Hebrew,
        "ar" | "fa" | "ur" | "ps" => Script::Arabic,
        "hy" => Script::Armenian,
        "ka" => Script::Georgian,
        "hi" | "mr" | "ne" => Script::Devanagari,
        "th" => Script::Thai,
        "zh" | "ja" | "ko" => Script::EastAsian,
        "en" | "ro" | "de" | "fr" | "es" | "it" | "pt" | "nl" | "sv" | "da" | "nb" | "nn" | "fi" | "et"
        | "lv" | "lt" | "pl" | "cs" | "sk" | "sl" | "hr" | "hu" | "tr" | "sq" | "ca" | "eu" | "gl" | "ga"
        | "cy" | "is" | "mt" | "id" | "ms" | "vi" | "sw" | "af" | "tl" | "fil" => Script::Latin,
        _ => return None,
    })
}

fn small_words(base: &str) -> Option<&'static [&'static str]> {
    SMALL
        .iter()
        .find(|(known, _)| *known == base)
        .map(|(_, words)| *words)
}

/// Words that nearly every sentence of a language has. Those that are spelled like a word of another language in this
/// list stand in both or in none.
const SMALL: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "the", "and", "is", "are", "you", "your", "we", "our", "it", "to", "of", "for", "with", "not",
            "have", "has", "was", "will", "can", "that", "this", "what", "which", "when", "how", "from",
            "please", "would", "my", "i", "us", "on", "at", "be", "do", "there", "here", "if", "or", "by",
            "all", "it's", "don't", "as", "still", "until", "an", "no", "in", "me", "any",
        ],
    ),
    (
        "ro",
        &[
            "și",
            "şi",
            "este",
            "sunt",
            "nu",
            "că",
            "să",
            "cu",
            "pentru",
            "din",
            "la",
            "de",
            "pe",
            "ce",
            "care",
            "cum",
            "vă",
            "te",
            "îți",
            "ți",
            "ne",
            "noi",
            "tău",
            "ta",
            "dumneavoastră",
            "mai",
            "sau",
            "dacă",
            "în",
            "o",
            "un",
            "am",
            "ai",
            "are",
            "poți",
            "puteți",
            "fi",
            "fost",
            "va",
            "unde",
            "când",
            "cât",
            "câte",
            "e",
            "tu",
            "îl",
            "le",
            "se",
            "acum",
            "aici",
            "prin",
            "după",
            "a",
            "al",
            "ale",
            "iar",
            "da",
            "i",
            "ca",
            "ei",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "sind", "nicht", "ein", "eine", "ich", "wir", "sie", "ihr",
            "ihre", "mit", "für", "auf", "zu", "von", "dem", "den", "im", "es", "auch", "was", "wie", "wann",
            "haben", "hat", "oder", "wenn", "noch", "an", "in", "war", "bei", "uns", "bitte",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "un", "une", "et", "est", "sont", "vous", "votre", "nous", "notre",
            "pour", "avec", "pas", "ne", "que", "qui", "dans", "sur", "du", "de", "ou", "si", "en", "il",
            "elle", "je", "au", "ce", "cette", "a", "à", "plus", "on", "se", "y",
        ],
    ),
    (
        "es",
        &[
            "el", "la", "los", "las", "un", "una", "y", "es", "son", "su", "tu", "nos", "para", "con", "no",
            "que", "en", "de", "del", "por", "o", "si", "se", "lo", "le", "ya", "te", "mi", "más", "qué",
            "cómo", "al", "a", "está", "ha", "me", "e",
        ],
    ),
    (
        "it",
        &[
            "il", "lo", "la", "gli", "le", "un", "una", "e", "è", "sono", "non", "che", "di", "per", "con",
            "del", "della", "in", "da", "si", "ti", "ci", "o", "se", "hai", "ha", "tuo", "tua", "al", "a",
            "i", "come", "su", "più", "mi", "no",
        ],
    ),
    (
        "pt",
        &[
            "o", "a", "os", "as", "um", "uma", "e", "é", "são", "não", "que", "de", "do", "da", "para",
            "com", "em", "no", "na", "por", "se", "seu", "sua", "você", "nos", "ou", "mais", "como", "te",
            "me", "ao",
        ],
    ),
    (
        "ru",
        &[
            "и",
            "в",
            "не",
            "на",
            "с",
            "что",
            "вы",
            "мы",
            "ваш",
            "это",
            "по",
            "для",
            "к",
            "у",
            "как",
            "за",
            "из",
            "от",
            "до",
            "я",
            "или",
            "если",
            "можно",
            "где",
            "вам",
            "нам",
            "вас",
            "нас",
            "же",
            "о",
            "а",
            "но",
            "так",
            "уже",
            "ещё",
            "еще",
            "все",
            "всё",
            "есть",
            "был",
            "то",
            "его",
            "ли",
            "мне",
            "об",
            "при",
            "без",
            "когда",
            "какой",
            "да",
            "нет",
        ],
    ),
    (
        "uk",
        &[
            "і",
            "й",
            "та",
            "в",
            "у",
            "не",
            "на",
            "з",
            "що",
            "ви",
            "ми",
            "ваш",
            "це",
            "по",
            "для",
            "до",
            "як",
            "за",
            "із",
            "від",
            "я",
            "або",
            "якщо",
            "можна",
            "де",
            "вам",
            "нам",
            "вас",
            "нас",
            "ще",
            "вже",
            "є",
            "був",
            "так",
            "ні",
            "коли",
            "але",
            "його",
            "чи",
        ],
    ),
    (
        "bg",
        &[
            "и",
            "в",
            "не",
            "на",
            "с",
            "със",
            "че",
            "вие",
            "ние",
            "ваш",
            "това",
            "по",
            "за",
            "от",
            "до",
            "как",
            "е",
            "са",
            "да",
            "се",
            "или",
            "ако",
            "ще",
            "къде",
            "кога",
            "какво",
            "ви",
            "ни",
            "има",
            "беше",
            "аз",
            "но",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(base: &str, words: &str, source: &str) -> bool {
        let script = expected(base).and_then(|script| other_script(script, words, source));
        script.is_some()
            || other_language(base, "en", words).is_some()
            || is_copied(base, "en", words, source)
    }

    #[test]
    fn other_scripts_and_languages_are_noticed() {
        for (base, words, source) in [
            ("ru", "Where is your order?", "Where is your order?"),
            ("ru", "Unde este comanda ta?", "Where is your order?"),
            ("ro", "Где ваш заказ?", "Where is your order?"),
            ("ro", "Where is your order?", "Where is your order?"),
            (
                "de",
                "Où est votre commande pour le client ?",
                "Where is your order?",
            ),
            ("el", "Hello dear", "Hi"),
            ("ro", "Thank you", "Thank you"),
            ("ru", "Thank you", "Thank you"),
            (
                "ro",
                "Still there? Tell me the city.",
                "Still there? Tell me the city.",
            ),
            ("ro", "Something went quite wrong!", "Something went quite wrong!"),
            ("sr", "I can't reach our courier.", "I can't reach our courier."),
        ] {
            assert!(found(base, words, source), "{base}: {words}");
        }
    }

    #[test]
    fn names_and_short_words_are_left_alone() {
        for (base, words, source) in [
            ("ru", "OK", "OK"),
            ("ru", "WhatsApp", "WhatsApp"),
            ("ru", "Luna Store", "Luna Store"),
            ("ru", "SMS", "Text"),
            ("ru", "Скидка на Luna Store", "Luna Store is on sale"),
            ("ro", "Comanda", "Order"),
            ("ro", "Mare", "Large"),
            ("ro", "Te sun eu", "I call you"),
            ("ro", "Da, sigur", "Yes, sure"),
            ("ro", "Magazin online de in", "Shop"),
            ("ro", "Cluj, Iași, Sibiu", "Cluj, Iași, Sibiu"),
            ("ro", "100 EUR", "100 EUR"),
            ("ro", "Fast food", "Fast food"),
            ("ro", "Blue Linen Shop Luna", "Blue Linen Shop Luna"),
            ("en", "Where is your order?", "Where is your order?"),
            ("ja", "OK", "OK"),
            ("sr", "Где је поруџбина?", "Where is the order?"),
            ("sr", "Gde je porudžbina?", "Where is the order?"),
        ] {
            assert!(!found(base, words, source), "{base}: {words}");
        }
    }
}
