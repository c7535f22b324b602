//! Words for yes and no, names of languages and channels, and where the per cent sign stands.

/// "yes" or "no".
pub(super) fn yes_no(base: &str, yes: bool) -> &'static str {
    let (for_yes, for_no) = match base {
        "ro" => ("da", "nu"),
        "ru" => ("да", "нет"),
        "uk" => ("так", "ні"),
        "be" => ("так", "не"),
        "bg" => ("да", "не"),
        "sr" | "hr" | "sl" => ("da", "ne"),
        "pl" => ("tak", "nie"),
        "cs" => ("ano", "ne"),
        "sk" => ("áno", "nie"),
        "hu" => ("igen", "nem"),
        "de" => ("ja", "nein"),
        "nl" => ("ja", "nee"),
        "sv" | "nb" | "da" => ("ja", "nej"),
        "fi" => ("kyllä", "ei"),
        "fr" => ("oui", "non"),
        "it" => ("sì", "no"),
        "es" => ("sí", "no"),
        "pt" => ("sim", "não"),
        "el" => ("ναι", "όχι"),
        "tr" => ("evet", "hayır"),
        _ => ("yes", "no"),
    };
    if yes { for_yes } else { for_no }
}

/// Whether the language leaves a space before the per cent sign.
pub(super) fn percent_stands_apart(base: &str) -> bool {
    matches!(
        base,
        "ro" | "ru"
            | "be"
            | "de"
            | "fr"
            | "es"
            | "ca"
            | "cs"
            | "sk"
            | "sl"
            | "hr"
            | "mk"
            | "lt"
            | "sv"
            | "nb"
            | "no"
            | "da"
            | "fi"
    )
}

/// Whether the per cent sign stands before the number.
pub(super) fn percent_sign_first(base: &str) -> bool {
    matches!(base, "tr" | "eu")
}

/// Languages: code, and the name in English, Romanian and Russian.
const LANGUAGES: &[(&str, &str, &str, &str)] = &[
    ("ar", "Arabic", "arabă", "арабский"),
    ("bg", "Bulgarian", "bulgară", "болгарский"),
    ("cs", "Czech", "cehă", "чешский"),
    ("da", "Danish", "daneză", "датский"),
    ("de", "German", "germană", "немецкий"),
    ("el", "Greek", "greacă", "греческий"),
    ("en", "English", "engleză", "английский"),
    ("es", "Spanish", "spaniolă", "испанский"),
    ("fi", "Finnish", "finlandeză", "финский"),
    ("fr", "French", "franceză", "французский"),
    ("he", "Hebrew", "ebraică", "иврит"),
    ("hr", "Croatian", "croată", "хорватский"),
    ("hu", "Hungarian", "maghiară", "венгерский"),
    ("it", "Italian", "italiană", "итальянский"),
    ("ja", "Japanese", "japoneză", "японский"),
    ("ko", "Korean", "coreeană", "корейский"),
    ("nb", "Norwegian", "norvegiană", "норвежский"),
    ("nl", "Dutch", "olandeză", "нидерландский"),
    ("pl", "Polish", "poloneză", "польский"),
    ("pt", "Portuguese", "portugheză", "португальский"),
    ("ro", "Romanian", "română", "румынский"),
    ("ru", "Russian", "rusă", "русский"),
    ("sr", "Serbian", "sârbă", "сербский"),
    ("sv", "Swedish", "suedeză", "шведский"),
    ("tr", "Turkish", "turcă", "турецкий"),
    ("uk", "Ukrainian", "ucraineană", "украинский"),
    ("zh", "Chinese", "chineză", "китайский"),
];

/// The name of a language in another; its code where it is not known.
pub(super) fn language<'a>(base: &str, code: &'a str) -> &'a str {
    let Some((_, english, romanian, russian)) = LANGUAGES.iter().find(|(known, ..)| *known == code) else {
        return code;
    };
    match base {
        "ro" => romanian,
        "ru" => russian,
        _ => english,
    }
}

/// The name of a channel as its maker writes it; names of others are shown as they are.
pub(super) fn channel(name: &str) -> &str {
    match name {
        "web" => "web",
        "whatsapp" => "WhatsApp",
        "viber" => "Viber",
        "telegram" => "Telegram",
        "messenger" => "Messenger",
        "instagram" => "Instagram",
        "sms" => "SMS",
        "email" => "e-mail",
        "rcs" => "RCS",
        "line" => "LINE",
        "wechat" => "WeChat",
        "slack" => "Slack",
        "teams" => "Teams",
        "discord" => "Discord",
        "vk" => "VK",
        other => other,
    }
}
