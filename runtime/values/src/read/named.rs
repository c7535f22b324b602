//! Values that are named: members of closed sets, languages, channels.

use botflow_understanding::options::{
    Inside, OptionMatch, exact_option, find_inside, find_words, match_option,
};
use botflow_understanding::{Normalised, OptionWords};
use smol_str::SmolStr;

use super::{Extent, Reading};
use crate::value::Value;

/// Reads a member of the closed set with this number: whole if the message is its name, label or one
/// of its words; inside if one of them stands in it or the message is nearly one of them. Numbers do
/// not count members.
pub fn read_member(set: u32, message: &Normalised, members: &[OptionWords], extent: Extent) -> Reading {
    let value = |place: usize| Value::member(set, place as u32);
    if let Some(place) = exact_option(message, members) {
        return Reading::Whole(value(place));
    }
    if extent == Extent::Whole {
        return Reading::None;
    }
    // Words of one letter are too easily something else.
    match find_inside(message, members, |phrase, _| phrase.chars().nth(1).is_some()) {
        Inside::One { place, range } => {
            return Reading::Inside(value(place), original(message, range.start, range.end));
        }
        Inside::Several => return Reading::None,
        Inside::None => {}
    }
    match match_option(message, members) {
        OptionMatch::Inexact(place) => Reading::Inside(value(place), whole_range(message)),
        _ => Reading::None,
    }
}

/// Where a part of the normalised message stands in the original.
fn original(message: &Normalised, start: usize, end: usize) -> std::ops::Range<usize> {
    let words = message.words();
    let first = words.partition_point(|word| (word.start as usize) < start);
    let last = words.partition_point(|word| (word.end as usize) < end);
    match (words.get(first), words.get(last)) {
        (Some(first), Some(last)) => first.from as usize..last.to as usize,
        _ => whole_range(message),
    }
}

fn whole_range(message: &Normalised) -> std::ops::Range<usize> {
    match (message.words().first(), message.words().last()) {
        (Some(first), Some(last)) => first.from as usize..last.to as usize,
        _ => 0..0,
    }
}

/// Languages and what they are called in themselves, English, Romanian and Russian, folded.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("ar", &["arabic", "araba", "арабский", "العربية"]),
    ("az", &["azerbaijani", "azera", "азербайджанский"]),
    ("be", &["belarusian", "bielorusa", "белорусский", "беларуская"]),
    ("bg", &["bulgarian", "bulgara", "болгарский", "български"]),
    ("ca", &["catalan", "catalana", "каталанский", "catala"]),
    ("cs", &["czech", "ceha", "чешский", "cestina"]),
    ("da", &["danish", "daneza", "датский", "dansk"]),
    ("de", &["german", "germana", "немецкий", "deutsch"]),
    ("el", &["greek", "greaca", "греческий", "ελληνικα"]),
    ("en", &["english", "engleza", "английский", "inglese"]),
    ("es", &["spanish", "spaniola", "испанский", "espanol"]),
    ("et", &["estonian", "estona", "эстонский", "eesti"]),
    ("fi", &["finnish", "finlandeza", "финский", "suomi"]),
    ("fr", &["french", "franceza", "французский", "francais"]),
    ("he", &["hebrew", "ebraica", "иврит", "עברית"]),
    ("hi", &["hindi", "хинди"]),
    ("hr", &["croatian", "croata", "хорватский", "hrvatski"]),
    ("hu", &["hungarian", "maghiara", "венгерский", "magyar"]),
    ("it", &["italian", "italiana", "итальянский", "italiano"]),
    ("ja", &["japanese", "japoneza", "японский", "日本語"]),
    ("ka", &["georgian", "georgiana", "грузинский", "ქართული"]),
    ("kk", &["kazakh", "kazaha", "казахский", "қазақша"]),
    ("ko", &["korean", "coreeana", "корейский", "한국어"]),
    ("lt", &["lithuanian", "lituaniana", "литовский", "lietuviu"]),
    ("lv", &["latvian", "letona", "латышский", "latviesu"]),
    ("nb", &["norwegian", "norvegiana", "норвежский", "norsk"]),
    (
        "nl",
        &["dutch", "olandeza", "нидерландский", "голландский", "nederlands"],
    ),
    ("pl", &["polish", "poloneza", "польский", "polski"]),
    ("pt", &["portuguese", "portugheza", "португальский", "portugues"]),
    (
        "ro",
        &[
            "romanian",
            "romana",
            "румынский",
            "молдавский",
            "moldovan",
            "moldoveneasca",
            "romaneste",
        ],
    ),
    ("ru", &["russian", "rusa", "русский", "ruseste"]),
    ("sk", &["slovak", "slovaca", "словацкий", "slovencina"]),
    ("sl", &["slovenian", "slovena", "словенский", "slovenscina"]),
    ("sq", &["albanian", "albaneza", "албанский", "shqip"]),
    ("sr", &["serbian", "sarba", "сербский", "српски", "srpski"]),
    ("sv", &["swedish", "suedeza", "шведский", "svenska"]),
    ("tr", &["turkish", "turca", "турецкий", "turkce"]),
    ("uk", &["ukrainian", "ucraineana", "украинский", "українська"]),
    ("vi", &["vietnamese", "vietnameza", "вьетнамский", "tieng viet"]),
    ("zh", &["chinese", "chineza", "китайский", "中文"]),
];

/// Channels and what people call them, folded.
const CHANNELS: &[(&str, &[&str])] = &[
    (
        "web",
        &[
            "web",
            "website",
            "web chat",
            "webchat",
            "site",
            "chat",
            "сайт",
            "на сайте",
            "pe site",
        ],
    ),
    (
        "whatsapp",
        &[
            "whatsapp",
            "whats app",
            "wa",
            "whatsup",
            "watsapp",
            "ватсап",
            "вацап",
            "вотсап",
            "уатсап",
        ],
    ),
    ("viber", &["viber", "вайбер"]),
    ("telegram", &["telegram", "tg", "телеграм", "телеграмм", "тг"]),
    (
        "messenger",
        &[
            "messenger",
            "facebook messenger",
            "facebook",
            "fb",
            "мессенджер",
            "фейсбук",
        ],
    ),
    ("instagram", &["instagram", "insta", "ig", "инстаграм", "инста"]),
    ("sms", &["sms", "text message", "смс", "mesaj text"]),
    (
        "email",
        &[
            "email",
            "e mail",
            "mail",
            "почта",
            "по почте",
            "емейл",
            "имейл",
            "электронная почта",
        ],
    ),
    ("rcs", &["rcs"]),
    (
        "apple_messages",
        &["apple messages", "imessage", "apple messages for business"],
    ),
    ("line", &["line", "лайн"]),
    ("wechat", &["wechat", "вичат"]),
    ("slack", &["slack", "слак"]),
    ("teams", &["teams", "microsoft teams", "тимс"]),
    ("discord", &["discord", "дискорд"]),
    ("vk", &["vk", "vkontakte", "вк", "вконтакте"]),
    ("voice", &["voice", "call", "phone call", "apel", "звонок"]),
];

/// A language by its name or code.
pub(super) fn language(message: &Normalised) -> Reading {
    from_table(message, LANGUAGES, |code| {
        Value::Language(SmolStr::new_static(code))
    })
}

/// A channel by its name.
pub(super) fn channel(message: &Normalised) -> Reading {
    from_table(message, CHANNELS, |name| {
        Value::Channel(SmolStr::new_static(name))
    })
}

type Table = [(&'static str, &'static [&'static str])];

/// Finds the entry that the message names, or the only one that is named inside it. Codes count only
/// as the whole message: "it" and "no" are words.
fn from_table(message: &Normalised, table: &Table, value: impl Fn(&'static str) -> Value) -> Reading {
    let whole = message.text();
    if whole.is_empty() {
        return Reading::None;
    }
    for (code, names) in table {
        if *code == whole || names.contains(&whole) {
            return Reading::Whole(value(code));
        }
    }
    let mut found: Option<(&'static str, usize, usize)> = None;
    for (code, names) in table {
        for name in names.iter().filter(|name| name.len() >= 4) {
            // Adverbs of languages end otherwise than their adjectives: "по-русски".
            let Some(at) = find_words(whole, name) else {
                continue;
            };
            match found {
                Some((other, _, length)) if other != *code && name.len() == length => return Reading::None,
                Some((_, _, length)) if name.len() <= length => {}
                _ => found = Some((code, at, name.len())),
            }
        }
    }
    match found {
        Some((code, at, length)) => Reading::Inside(value(code), original(message, at, at + length)),
        None => Reading::None,
    }
}
