//! Words that say nothing about what is meant, in the languages of the library and normalised:
//! politeness, hesitation, articles; and the words that turn a meaning round.

use std::sync::LazyLock;

use crate::table::WordTable;

/// Whether the word only makes a message friendlier or longer: "please", "well", "спасибо".
#[inline]
pub fn is_filler(word: &str) -> bool {
    roles(word) & FILLER != 0
}

/// Whether a normalised text adds nothing to the answer it stands beside: fillers, and words that stress it ("yes, of
/// course", "sigur, da").
pub fn adds_nothing(text: &str) -> bool {
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let of_course = word == "of" && words.next_if_eq(&"course").is_some();
        if !of_course && roles(word) & (FILLER | STRESS) == 0 {
            return false;
        }
    }
    true
}

/// Whether the word is an article or another small word that names nothing, or a filler.
#[inline]
pub fn is_small(word: &str) -> bool {
    roles(word) & (SMALL | FILLER) != 0
}

/// Whether the word turns the meaning of what follows round, so that a word found beside it must not
/// be taken for what somebody wants.
#[inline]
pub fn is_negation(word: &str) -> bool {
    roles(word) & NEGATION != 0
}

/// Whether the word only announces a number: "number 2", "varianta 3", "вариант 1".
#[inline]
pub(crate) fn announces_number(word: &str) -> bool {
    roles(word) & ANNOUNCES_NUMBER != 0
}

const FILLER: u8 = 1;
const SMALL: u8 = 2;
const NEGATION: u8 = 4;
const ANNOUNCES_NUMBER: u8 = 8;
const STRESS: u8 = 16;

/// What a word does, in one look-up.
#[inline]
fn roles(word: &str) -> u8 {
    // No word of the tables is longer.
    if word.len() > 32 {
        0
    } else {
        ROLES.get(word).copied().unwrap_or(0)
    }
}

static ROLES: LazyLock<WordTable<&'static str, u8>> = LazyLock::new(|| {
    let mut roles = WordTable::default();
    let tables = [
        (FILLERS, FILLER),
        (SMALLS, SMALL),
        (NEGATIONS, NEGATION),
        (ANNOUNCERS, ANNOUNCES_NUMBER),
        (STRESSES, STRESS),
    ];
    for (words, role) in tables {
        for word in words {
            *roles.entry(*word, || 0) |= role;
        }
    }
    roles
});

const FILLERS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "you",
    "thx",
    "ok",
    "okay",
    "well",
    "um",
    "uh",
    "hmm",
    "hm",
    "so",
    "just",
    "hi",
    "hello",
    "hey",
    "oh",
    "ah",
    "dear",
    "sir",
    "kindly",
    "va",
    "te",
    "rog",
    "multumesc",
    "mersi",
    "multam",
    "pai",
    "deci",
    "buna",
    "salut",
    "ziua",
    "пожалуйста",
    "пожалуиста",
    "плиз",
    "спасибо",
    "ну",
    "так",
    "ок",
    "привет",
    "здравствуйте",
    "э",
    "эм",
    "вот",
];

/// Words that only stress an answer that stands beside them. By themselves they are one ("sure"), so that they are no
/// fillers.
const STRESSES: &[&str] = &[
    "sure",
    "surely",
    "certainly",
    "definitely",
    "absolutely",
    "indeed",
    "totally",
    "sigur",
    "desigur",
    "bineinteles",
    "categoric",
    "конечно",
    "разумеется",
    "обязательно",
    "безусловно",
];

const SMALLS: &[&str] = &[
    "a",
    "an",
    "the",
    "i",
    "id",
    "ill",
    "im",
    "me",
    "my",
    "to",
    "of",
    "is",
    "it",
    "its",
    "for",
    "do",
    "does",
    "did",
    "are",
    "be",
    "and",
    "or",
    "in",
    "on",
    "at",
    "with",
    "want",
    "like",
    "would",
    "need",
    "can",
    "could",
    "what",
    "how",
    "one",
    "this",
    "that",
    "about",
    "we",
    "un",
    "o",
    "unu",
    "una",
    "cel",
    "cea",
    "de",
    "la",
    "pe",
    "din",
    "si",
    "sau",
    "as",
    "vreau",
    "vrea",
    "doresc",
    "eu",
    "imi",
    "mi",
    "am",
    "este",
    "e",
    "ce",
    "cu",
    "pentru",
    "и",
    "а",
    "я",
    "в",
    "на",
    "с",
    "о",
    "об",
    "у",
    "к",
    "по",
    "за",
    "из",
    "для",
    "это",
    "мне",
    "мой",
    "моя",
    "мои",
    "хочу",
    "хотел",
    "хотела",
    "бы",
    "можно",
    "что",
    "как",
    "нужно",
    "надо",
    "или",
];

const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "dont",
    "doesnt",
    "didnt",
    "isnt",
    "wont",
    "cant",
    "cannot",
    "never",
    "without",
    "neither",
    "nor",
    "except",
    "instead",
    "nu",
    "fara",
    "nici",
    "niciun",
    "nicio",
    "niciodata",
    "decat",
    "не",
    "нет",
    "ни",
    "без",
    "никогда",
    "никакой",
    "кроме",
];

const ANNOUNCERS: &[&str] = &[
    "number",
    "no",
    "nr",
    "option",
    "the",
    "one",
    "numarul",
    "numar",
    "varianta",
    "optiunea",
    "optiune",
    "al",
    "a",
    "номер",
    "вариант",
    "пункт",
    "опция",
    "под",
    "номером",
];

/// The cardinal or ordinal number from 1 to 10 that the word is, in any language of the library.
pub fn small_number(word: &str) -> Option<usize> {
    Some(match word {
        "one" | "first" | "1st" | "unu" | "una" | "primul" | "prima" | "один" | "одна" | "одно"
        | "первый" | "первая" | "первое" | "первую" => 1,
        "two" | "second" | "2nd" | "doi" | "doua" | "doilea" | "два" | "две" | "второй" | "вторая"
        | "второе" | "вторую" => 2,
        "three" | "third" | "3rd" | "trei" | "treilea" | "treia" | "три" | "третий" | "третья" | "третье"
        | "третью" => 3,
        "four" | "fourth" | "4th" | "patru" | "patrulea" | "patra" | "четыре" | "четвертый" | "четвертая"
        | "четвертое" | "четвертую" => 4,
        "five" | "fifth" | "5th" | "cinci" | "cincilea" | "cincea" | "пять" | "пятый" | "пятая" | "пятое"
        | "пятую" => 5,
        "six" | "sixth" | "6th" | "sase" | "saselea" | "sasea" | "шесть" | "шестой" | "шестая" | "шестое"
        | "шестую" => 6,
        "seven" | "seventh" | "7th" | "sapte" | "saptelea" | "saptea" | "семь" | "седьмой" | "седьмая"
        | "седьмое" | "седьмую" => 7,
        "eight" | "eighth" | "8th" | "opt" | "optulea" | "opta" | "восемь" | "восьмой" | "восьмая"
        | "восьмое" | "восьмую" => 8,
        "nine" | "ninth" | "9th" | "noua" | "noualea" | "девять" | "девятый" | "девятая" | "девятое"
        | "девятую" => 9,
        "ten" | "tenth" | "10th" | "zece" | "zecelea" | "zecea" | "десять" | "десятый" | "десятая"
        | "десятое" | "десятую" => 10,
        _ => return None,
    })
}
