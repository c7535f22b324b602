//! The words that readers know, folded: numbers, months, days, units, currencies.

use crate::calendar::Weekday;

/// The languages whose words readers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English; of the United States or not.
    English { american: bool },
    /// Romanian, also as spoken in Moldova.
    Romanian,
    /// Russian.
    Russian,
    /// Any other: English words are understood, numbers have the comma that most languages use.
    Other { point: bool },
}

impl Language {
    /// The language of a code such as `ro` or `en-US`.
    pub(crate) fn of(code: &str) -> Language {
        let mut parts = code.split(['-', '_']);
        let base = parts.next().unwrap_or("");
        match base {
            "en" => Language::English {
                american: parts.any(|part| part.eq_ignore_ascii_case("us")),
            },
            "ro" | "mo" => Language::Romanian,
            "ru" => Language::Russian,
            "zh" | "ja" | "ko" | "th" | "he" | "hi" | "ms" | "mt" | "ga" | "ur" | "bn" => {
                Language::Other { point: true }
            }
            _ => Language::Other { point: false },
        }
    }

    /// The sign before decimals.
    pub(crate) fn decimal_sign(self) -> char {
        match self {
            Language::English { .. } | Language::Other { point: true } => '.',
            _ => ',',
        }
    }

    fn is_romanian(self) -> bool {
        self == Language::Romanian
    }
}

/// A part of a number in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberWord {
    /// 0 to 19.
    Small(i64),
    /// 20, 30, … 90.
    Tens(i64),
    /// 200, 300, … as one word.
    Hundreds(i64),
    /// What multiplies by 100, 1,000 or 1,000,000.
    Times(i64),
}

/// The part of a number that a word is.
pub(crate) fn number_word(word: &str, language: Language) -> Option<NumberWord> {
    if word.is_ascii() {
        if language.is_romanian()
            && let Some(number) = romanian_number(word)
        {
            return Some(number);
        }
        return english_number(word);
    }
    russian_number(word)
}

fn english_number(word: &str) -> Option<NumberWord> {
    use NumberWord::{Small, Tens, Times};
    Some(match word {
        "zero" => Small(0),
        "one" => Small(1),
        "two" => Small(2),
        "three" => Small(3),
        "four" => Small(4),
        "five" => Small(5),
        "six" => Small(6),
        "seven" => Small(7),
        "eight" => Small(8),
        "nine" => Small(9),
        "ten" => Small(10),
        "eleven" => Small(11),
        "twelve" | "dozen" => Small(12),
        "thirteen" => Small(13),
        "fourteen" => Small(14),
        "fifteen" => Small(15),
        "sixteen" => Small(16),
        "seventeen" => Small(17),
        "eighteen" => Small(18),
        "nineteen" => Small(19),
        "twenty" => Tens(20),
        "thirty" => Tens(30),
        "forty" | "fourty" => Tens(40),
        "fifty" => Tens(50),
        "sixty" => Tens(60),
        "seventy" => Tens(70),
        "eighty" => Tens(80),
        "ninety" => Tens(90),
        "hundred" => Times(100),
        "thousand" => Times(1000),
        "million" => Times(1_000_000),
        _ => return None,
    })
}

fn romanian_number(word: &str) -> Option<NumberWord> {
    use NumberWord::{Small, Tens, Times};
    Some(match word {
        "zero" => Small(0),
        "unu" | "una" => Small(1),
        "doi" | "doua" => Small(2),
        "trei" => Small(3),
        "patru" => Small(4),
        "cinci" => Small(5),
        "sase" => Small(6),
        "sapte" => Small(7),
        "opt" => Small(8),
        "noua" => Small(9),
        "zece" => Small(10),
        "unsprezece" | "unspe" => Small(11),
        "doisprezece" | "douasprezece" | "doispe" => Small(12),
        "treisprezece" | "treispe" => Small(13),
        "paisprezece" | "patrusprezece" | "paispe" => Small(14),
        "cincisprezece" | "cinspe" | "cincispe" => Small(15),
        "saisprezece" | "saispe" => Small(16),
        "saptesprezece" | "saptispe" => Small(17),
        "optsprezece" | "optspe" => Small(18),
        "nouasprezece" | "nouaspe" => Small(19),
        "douazeci" => Tens(20),
        "treizeci" => Tens(30),
        "patruzeci" => Tens(40),
        "cincizeci" => Tens(50),
        "saizeci" => Tens(60),
        "saptezeci" => Tens(70),
        "optzeci" => Tens(80),
        "nouazeci" => Tens(90),
        "suta" | "sute" => Times(100),
        "mie" | "mii" => Times(1000),
        "milion" | "milioane" => Times(1_000_000),
        _ => return None,
    })
}

fn russian_number(word: &str) -> Option<NumberWord> {
    use NumberWord::{Hundreds, Small, Tens, Times};
    Some(match word {
        "ноль" | "нуль" => Small(0),
        "один" | "одна" | "одно" | "одну" | "одного" | "одной" => Small(1),
        "два" | "две" | "двух" | "двое" => Small(2),
        "три" | "трех" | "трое" => Small(3),
        "четыре" | "четырех" | "четверо" => Small(4),
        "пять" | "пяти" => Small(5),
        "шесть" | "шести" => Small(6),
        "семь" | "семи" => Small(7),
        "восемь" | "восьми" => Small(8),
        "девять" | "девяти" => Small(9),
        "десять" | "десяти" => Small(10),
        "одиннадцать" | "одиннадцати" => Small(11),
        "двенадцать" | "двенадцати" | "дюжина" => Small(12),
        "тринадцать" | "тринадцати" => Small(13),
        "четырнадцать" | "четырнадцати" => Small(14),
        "пятнадцать" | "пятнадцати" => Small(15),
        "шестнадцать" | "шестнадцати" => Small(16),
        "семнадцать" | "семнадцати" => Small(17),
        "восемнадцать" | "восемнадцати" => Small(18),
        "девятнадцать" | "девятнадцати" => Small(19),
        "двадцать" | "двадцати" => Tens(20),
        "тридцать" | "тридцати" => Tens(30),
        "сорок" | "сорока" => Tens(40),
        "пятьдесят" | "пятидесяти" => Tens(50),
        "шестьдесят" | "шестидесяти" => Tens(60),
        "семьдесят" | "семидесяти" => Tens(70),
        "восемьдесят" | "восьмидесяти" => Tens(80),
        "девяносто" | "девяноста" => Tens(90),
        "сто" | "ста" => Hundreds(100),
        "двести" | "двухсот" => Hundreds(200),
        "триста" | "трехсот" => Hundreds(300),
        "четыреста" => Hundreds(400),
        "пятьсот" => Hundreds(500),
        "шестьсот" => Hundreds(600),
        "семьсот" => Hundreds(700),
        "восемьсот" => Hundreds(800),
        "девятьсот" => Hundreds(900),
        "тысяча" | "тысячи" | "тысяч" | "тысячу" => Times(1000),
        "миллион" | "миллиона" | "миллионов" => Times(1_000_000),
        _ => return None,
    })
}

/// Whether the word joins the parts of a number: "one hundred and five", "douăzeci și trei".
pub(crate) fn joins_numbers(word: &str) -> bool {
    matches!(word, "and" | "si")
}

/// Whether the word is "a" before "hundred", "mie" and the like.
pub(crate) fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "o" | "un")
}

/// Whether the word is "half".
pub(crate) fn is_half(word: &str) -> bool {
    matches!(
        word,
        "half"
            | "jumatate"
            | "jumate"
            | "juma"
            | "половина"
            | "половиной"
            | "половину"
            | "полчаса"
            | "пол"
    )
}

/// Whether the word counts pieces and so belongs to a number: "3 шт", "2 pieces", "5 bucăți".
pub(crate) fn is_piece(word: &str) -> bool {
    matches!(
        word,
        "piece"
            | "pieces"
            | "pcs"
            | "pc"
            | "item"
            | "items"
            | "unit"
            | "units"
            | "times"
            | "x"
            | "people"
            | "persons"
            | "buc"
            | "bucata"
            | "bucati"
            | "bucatile"
            | "persoane"
            | "persoana"
            | "ori"
            | "шт"
            | "штук"
            | "штуки"
            | "штука"
            | "штуку"
            | "раз"
            | "раза"
            | "человек"
            | "человека"
            | "х"
    )
}

/// Whether the word says per cent, and how many words it takes.
pub(crate) fn is_percent(word: &str) -> bool {
    matches!(
        word,
        "percent" | "pct" | "procent" | "procente" | "процент" | "процента" | "процентов"
    )
}

/// How many milliseconds the unit of time has. Months and years have no fixed length and are no units.
pub(crate) fn time_unit(word: &str, attached: bool) -> Option<i64> {
    Some(match word {
        "s" | "с" if attached => 1000,
        "m" | "м" if attached => 60_000,
        "h" | "d" | "w" | "д" | "н" if attached => match word {
            "h" => 3_600_000,
            "w" | "н" => 604_800_000,
            _ => 86_400_000,
        },
        "h" | "ч" => 3_600_000,
        "sec" | "secs" | "second" | "seconds" | "secunda" | "secunde" | "сек" | "секунда" | "секунды"
        | "секунд" | "секунду" => 1000,
        "min" | "mins" | "minute" | "minutes" | "minut" | "мин" | "минута" | "минуты" | "минут"
        | "минуту" | "минутку" => 60_000,
        "hr" | "hrs" | "hour" | "hours" | "ora" | "ore" | "час" | "часа" | "часов" | "часик" => {
            3_600_000
        }
        "day" | "days" | "zi" | "zile" | "день" | "дня" | "дней" | "сутки" | "суток" => {
            86_400_000
        }
        "week" | "weeks" | "saptamana" | "saptamani" | "неделя" | "недели" | "недель" | "неделю" | "нед" => {
            604_800_000
        }
        _ => return None,
    })
}

/// The month, 1 to 12.
pub(crate) fn month(word: &str) -> Option<u8> {
    Some(match word {
        "january" | "jan" | "ianuarie" | "ian" | "январь" | "января" | "январе" | "янв" => {
            1
        }
        "february" | "feb" | "februarie" | "февраль" | "февраля" | "феврале" | "фев" | "февр" => {
            2
        }
        "march" | "mar" | "martie" | "март" | "марта" | "марте" | "мар" => 3,
        "april" | "apr" | "aprilie" | "апрель" | "апреля" | "апреле" | "апр" => 4,
        "may" | "mai" | "май" | "мая" | "мае" => 5,
        "june" | "jun" | "iunie" | "iun" | "июнь" | "июня" | "июне" | "июн" => 6,
        "july" | "jul" | "iulie" | "iul" | "июль" | "июля" | "июле" | "июл" => 7,
        "august" | "aug" | "август" | "августа" | "августе" | "авг" => 8,
        "september" | "sep" | "sept" | "septembrie" | "сентябрь" | "сентября" | "сентябре" | "сен"
        | "сент" => 9,
        "october" | "oct" | "octombrie" | "октябрь" | "октября" | "октябре" | "окт" => {
            10
        }
        "november" | "nov" | "noiembrie" | "noi" | "ноябрь" | "ноября" | "ноябре" | "ноя" | "нояб" => {
            11
        }
        "december" | "dec" | "decembrie" | "декабрь" | "декабря" | "декабре" | "дек" => {
            12
        }
        _ => return None,
    })
}

/// The day of the week.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "luni" | "lunea" | "понедельник" | "понедельника" | "пн" => {
            Weekday::Monday
        }
        "tuesday" | "tue" | "tues" | "marti" | "martea" | "вторник" | "вторника" | "вт" => {
            Weekday::Tuesday
        }
        "wednesday" | "wed" | "miercuri" | "miercurea" | "среда" | "среду" | "среды" | "ср" => {
            Weekday::Wednesday
        }
        "thursday" | "thu" | "thur" | "thurs" | "joi" | "joia" | "четверг" | "четверга" | "чт" => {
            Weekday::Thursday
        }
        "friday" | "fri" | "vineri" | "vinerea" | "пятница" | "пятницу" | "пятницы" | "пт" => {
            Weekday::Friday
        }
        "saturday" | "sat" | "sambata" | "суббота" | "субботу" | "субботы" | "сб" => {
            Weekday::Saturday
        }
        "sunday" | "sun" | "duminica" | "воскресенье" | "воскресенья" | "вс" => {
            Weekday::Sunday
        }
        _ => return None,
    })
}

/// Abbreviations that are also common words: they name a day or month only beside a number.
pub(crate) fn is_shaky_name(word: &str) -> bool {
    matches!(
        word,
        "may" | "mar" | "mai" | "noi" | "sun" | "sat" | "wed" | "mon" | "dec" | "march" | "ian" | "вс" | "ср"
    )
}

/// The currency that a sign stands for where it stands for one.
pub(crate) fn currency_of_sign(sign: char) -> Option<&'static str> {
    Some(match sign {
        '€' => "EUR",
        '£' => "GBP",
        '$' => "USD",
        '₽' => "RUB",
        '₴' => "UAH",
        '₸' => "KZT",
        '₺' => "TRY",
        '₾' => "GEL",
        '₼' => "AZN",
        '₹' => "INR",
        '₪' => "ILS",
        '₩' => "KRW",
        '¥' | '￥' => "JPY",
        '₫' => "VND",
        '฿' => "THB",
        '₱' => "PHP",
        '₦' => "NGN",
        _ => return None,
    })
}

/// Whether the word is how people call the currency. Several currencies share words: what a leu, a
/// dollar or a crown is, the bot's currency decides.
pub(crate) fn currency_has_name(code: &str, word: &str) -> bool {
    if word.eq_ignore_ascii_case(code) {
        return true;
    }
    currency_names(word).contains(&code)
}

/// The currencies that the word may name.
pub(crate) fn currency_names(word: &str) -> &'static [&'static str] {
    match word {
        "euro" | "euros" | "euroi" | "евро" => &["EUR"],
        "lei" | "leu" | "лей" | "леев" | "лея" | "леи" => &["RON", "MDL"],
        "dollar" | "dollars" | "bucks" | "dolar" | "dolari" | "доллар" | "доллара" | "долларов"
        | "баксов" => &["USD", "CAD", "AUD", "NZD", "SGD", "HKD"],
        "ruble" | "rubles" | "rouble" | "roubles" | "rubla" | "руб" | "рубль" | "рубля" | "рублей" | "р" => {
            &["RUB", "BYN"]
        }
        "hryvnia" | "hryvnias" | "grivna" | "grivne" | "гривна" | "гривны" | "гривен" | "грн" => {
            &["UAH"]
        }
        "pound" | "pounds" | "quid" | "lire" | "lira" | "фунт" | "фунта" | "фунтов" => {
            &["GBP", "EGP"]
        }
        "franc" | "francs" | "franci" | "франк" | "франка" | "франков" => &["CHF"],
        "zloty" | "zlotys" | "zlot" | "zloti" | "злотый" | "злотых" | "zl" => &["PLN"],
        "forint" | "forints" | "forinti" | "форинт" | "форинтов" => &["HUF"],
        "leva" | "lev" | "leve" | "лев" | "левов" => &["BGN"],
        "tenge" | "тенге" => &["KZT"],
        "yen" | "yeni" | "иен" | "йен" => &["JPY"],
        _ => &[],
    }
}

/// Whether the word names a hundredth of the currency.
pub(crate) fn is_minor_name(code: &str, word: &str) -> bool {
    let codes: &[&str] = match word {
        "cent" | "cents" | "centi" | "eurocents" | "цент" | "цента" | "центов" | "евроцентов" => {
            &["EUR", "USD", "CAD", "AUD", "NZD"]
        }
        "ban" | "bani" | "бан" | "бань" | "бани" | "банов" => &["RON", "MDL"],
        "penny" | "pence" => &["GBP"],
        "копейка" | "копейки" | "копеек" | "коп" => &["RUB", "UAH", "BYN"],
        _ => return false,
    };
    codes.contains(&code)
}
