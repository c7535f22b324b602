//! The many ways to say yes and no.

use std::sync::LazyLock;

use botflow_understanding::fillers::is_filler;
use botflow_understanding::{Normalised, WordTable};

use super::{Extent, Reading};
use crate::value::Value;

/// Longer messages, in bytes, tell a story.
const MAX_LENGTH: usize = 400;

/// Yes or no. A message that begins with a plain yes or no, and does not say the other as well, has
/// it inside.
pub(super) fn read<'h>(text: &str, normalised: impl FnOnce() -> &'h Normalised, extent: Extent) -> Reading {
    let trimmed = text.trim();
    if let Some(answer) = short(trimmed) {
        return Reading::Whole(Value::YesNo(answer));
    }
    if trimmed.len() > MAX_LENGTH {
        return Reading::None;
    }
    let message = normalised();
    if let Some(answer) = phrase(message.text()) {
        return Reading::Whole(Value::YesNo(answer));
    }
    if let Some(answer) = without_fillers(message) {
        return Reading::Whole(Value::YesNo(answer));
    }
    if extent == Extent::Whole {
        return Reading::None;
    }
    // Only the beginning decides: "yes, but not today", "нет, лучше завтра".
    let Some(first) = message
        .words()
        .iter()
        .find(|word| !is_opening(message.spelled(word)))
    else {
        return Reading::None;
    };
    let Some(answer) = plain(message.spelled(first)) else {
        return Reading::None;
    };
    let opposite = message.spelled_words().any(|word| plain(word) == Some(!answer));
    if opposite || is_unsure(message) {
        return Reading::None;
    }
    let lead = text.len() - text.trim_start().len();
    Reading::Inside(
        Value::YesNo(answer),
        lead + first.from as usize..lead + first.to as usize,
    )
}

/// The commonest answers as they are typed, without normalising.
#[inline]
fn short(text: &str) -> Option<bool> {
    if text.len() > 6 {
        return None;
    }
    match text {
        "yes" | "Yes" | "да" | "Да" | "da" | "Da" | "ok" | "+" | "👍" | "✅" => return Some(true),
        "no" | "No" | "нет" | "Нет" | "nu" | "Nu" | "-" | "👎" | "❌" => return Some(false),
        _ => {}
    }
    None
}

/// Words at the beginning that do not answer yet: "well, no", "ну да".
fn is_opening(word: &str) -> bool {
    is_filler(word) && plain(word).is_none()
}

/// Single words that are yes or no wherever they begin a message.
fn plain(word: &str) -> Option<bool> {
    match word {
        "yes" | "yeah" | "yep" | "yup" | "yea" | "sure" | "da" | "dap" | "sigur" | "desigur"
        | "bineinteles" | "да" | "ага" | "угу" | "конечно" | "дада" => Some(true),
        "no" | "nope" | "nah" | "nu" | "nup" | "нет" | "неа" | "нету" => Some(false),
        _ => None,
    }
}

fn without_fillers(message: &Normalised) -> Option<bool> {
    let words = message.words();
    if words.len() < 2 {
        return None;
    }
    let filler = |word: &&botflow_understanding::Word| {
        let spelled = message.spelled(word);
        is_filler(spelled) && !matches!(spelled, "ok" | "okay" | "ок")
    };
    let leading = words.iter().take_while(filler).count();
    let trailing = words.iter().rev().take_while(filler).count();
    if leading + trailing == 0 || leading + trailing >= words.len() {
        return None;
    }
    let kept = &words[leading..words.len() - trailing];
    phrase(&message.text()[kept[0].start as usize..kept[kept.len() - 1].end as usize])
}

/// Beginnings of people who have not decided.
fn is_unsure(message: &Normalised) -> bool {
    const UNSURE: &[&str] = &[
        "no idea",
        "not sure",
        "dont know",
        "do not know",
        "maybe",
        "perhaps",
        "nu stiu",
        "nu sunt sigur",
        "nu sunt sigura",
        "poate",
        "n am idee",
        "не знаю",
        "может",
        "наверное",
        "не уверен",
        "не уверена",
        "нет идей",
    ];
    UNSURE
        .iter()
        .any(|phrase| botflow_understanding::options::find_words(message.text(), phrase).is_some())
}

/// Whole messages that are yes or no, normalised.
fn phrase(text: &str) -> Option<bool> {
    // No phrase of the tables is longer.
    if text.len() > 64 {
        None
    } else {
        PHRASES.get(text).copied()
    }
}

static PHRASES: LazyLock<WordTable<&'static str, bool>> = LazyLock::new(|| {
    let yes = YES.iter().map(|phrase| (*phrase, true));
    yes.chain(NO.iter().map(|phrase| (*phrase, false))).collect()
});

const YES: &[&str] = &[
    "yes",
    "y",
    "ye",
    "yeah",
    "yea",
    "yep",
    "yup",
    "ya",
    "yes yes",
    "yess",
    "sure",
    "sure thing",
    "of course",
    "ok",
    "okay",
    "okey",
    "k",
    "certainly",
    "absolutely",
    "definitely",
    "correct",
    "right",
    "thats right",
    "that is right",
    "thats correct",
    "that is correct",
    "true",
    "agreed",
    "i agree",
    "i do",
    "i am",
    "it is",
    "confirm",
    "confirmed",
    "i confirm",
    "yes i do",
    "yes i am",
    "yes it is",
    "yes that is right",
    "yes thats right",
    "yes thats correct",
    "yes of course",
    "yes sure",
    "yes i confirm",
    "please do",
    "yes do",
    "go ahead",
    "sounds good",
    "affirmative",
    "why not",
    "fine",
    "alright",
    "all right",
    "exactly",
    "indeed",
    "totally",
    "no problem",
    "no worries",
    "with pleasure",
    "works for me",
    "that works",
    "good",
    "great",
    "perfect",
    "by all means",
    "you bet",
    "aye",
    "da",
    "dap",
    "dada",
    "da da",
    "d",
    "sigur",
    "sigur ca da",
    "desigur",
    "bineinteles",
    "binenteles",
    "corect",
    "e corect",
    "este corect",
    "da e corect",
    "de acord",
    "sunt de acord",
    "da sunt de acord",
    "asa este",
    "asa e",
    "da asa este",
    "exact",
    "confirmat",
    "da confirm",
    "perfect da",
    "evident",
    "clar",
    "cum sa nu",
    "bine",
    "in regula",
    "adevarat",
    "va rog da",
    "da sigur",
    "da desigur",
    "da bineinteles",
    "cu placere",
    "ba da",
    "normal",
    "da vreau",
    "vreau",
    "okei",
    "hai",
    "da da da",
    "да",
    "ага",
    "угу",
    "конечно",
    "верно",
    "правильно",
    "ок",
    "окей",
    "оке",
    "хорошо",
    "точно",
    "именно",
    "согласен",
    "согласна",
    "подтверждаю",
    "естественно",
    "разумеется",
    "давай",
    "давайте",
    "да конечно",
    "так точно",
    "все верно",
    "да все верно",
    "да верно",
    "да правильно",
    "все правильно",
    "ладно",
    "с удовольствием",
    "само собой",
    "так",
    "дада",
    "да да",
    "д",
    "безусловно",
    "конечно да",
    "хочу",
    "да хочу",
    "не против",
    "почему бы и нет",
    "да давайте",
    "да согласен",
    "да согласна",
    "отлично",
    "без проблем",
    "👍",
    "✅",
    "👌",
    "🆗",
];

const NO: &[&str] = &[
    "no",
    "n",
    "nope",
    "nah",
    "noo",
    "no no",
    "not really",
    "no way",
    "never",
    "negative",
    "not now",
    "no thanks",
    "no thank you",
    "i dont",
    "i do not",
    "no i dont",
    "no i do not",
    "dont",
    "do not",
    "not at all",
    "incorrect",
    "wrong",
    "false",
    "not yet",
    "of course not",
    "i disagree",
    "thats wrong",
    "that is wrong",
    "not correct",
    "no its not",
    "its not",
    "no it isnt",
    "it isnt",
    "im not",
    "i am not",
    "no im not",
    "absolutely not",
    "certainly not",
    "nay",
    "please dont",
    "nu",
    "nu nu",
    "nup",
    "nicidecum",
    "deloc",
    "in niciun caz",
    "in nici un caz",
    "nu multumesc",
    "nu mersi",
    "nu sunt de acord",
    "gresit",
    "incorect",
    "fals",
    "nu e corect",
    "nu este corect",
    "niciodata",
    "nu acum",
    "inca nu",
    "nu inca",
    "nu vreau",
    "nu doresc",
    "ba nu",
    "sigur ca nu",
    "normal ca nu",
    "nu chiar",
    "nu e asa",
    "nu este asa",
    "nu nu nu",
    "нет",
    "неа",
    "не",
    "нет нет",
    "не надо",
    "нет не надо",
    "не нужно",
    "нет спасибо",
    "ни за что",
    "не хочу",
    "нет не хочу",
    "неверно",
    "неправильно",
    "не согласен",
    "не согласна",
    "никогда",
    "н",
    "не сейчас",
    "пока нет",
    "конечно нет",
    "не верно",
    "не правильно",
    "отнюдь",
    "нету",
    "нет конечно",
    "не совсем",
    "еще нет",
    "против",
    "спасибо нет",
    "спасибо не надо",
    "👎",
    "❌",
    "🚫",
];
