//! The patterns every conversation hears, in every language of the library.
//!
//! They are heard as a whole message, apart from words that say nothing around them ("help please").

use std::sync::LazyLock;

use crate::fillers::is_filler;
use crate::normalise::Normalised;
use crate::table::WordTable;

/// A standard pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// Begin the conversation anew.
    StartOver,
    /// Return to the last answered question.
    Back,
    /// Say again what was said.
    Repeat,
    /// Ask what the bot can do.
    Help,
    /// A word of thanks.
    Thanks,
    /// Speak English.
    SpeakEnglish,
    /// Speak Romanian.
    SpeakRomanian,
    /// Speak Russian.
    SpeakRussian,
}

impl Pattern {
    /// The code of the language that the pattern asks for.
    pub fn language(self) -> Option<&'static str> {
        match self {
            Pattern::SpeakEnglish => Some("en"),
            Pattern::SpeakRomanian => Some("ro"),
            Pattern::SpeakRussian => Some("ru"),
            _ => None,
        }
    }
}

/// The phrases of a pattern in one language of the library, normalised.
struct Phrases {
    pattern: Pattern,
    phrases: &'static [&'static str],
}

const PATTERNS: &[Phrases] = &[
    Phrases {
        pattern: Pattern::StartOver,
        phrases: &[
            "start over",
            "restart",
            "start again",
            "begin again",
            "from the beginning",
            "start from scratch",
            "main menu",
            "menu",
        ],
    },
    Phrases {
        pattern: Pattern::StartOver,
        phrases: &[
            "de la inceput",
            "ia o de la inceput",
            "incepe din nou",
            "reincepe",
            "o luam de la capat",
            "de la capat",
            "meniu",
            "meniul principal",
        ],
    },
    Phrases {
        pattern: Pattern::StartOver,
        phrases: &[
            "начать сначала",
            "сначала",
            "с начала",
            "заново",
            "начать заново",
            "начни сначала",
            "меню",
            "главное меню",
        ],
    },
    Phrases {
        pattern: Pattern::Back,
        phrases: &[
            "back",
            "go back",
            "previous",
            "step back",
            "undo",
            "previous question",
        ],
    },
    Phrases {
        pattern: Pattern::Back,
        phrases: &[
            "inapoi",
            "mergi inapoi",
            "pasul anterior",
            "intrebarea anterioara",
            "anterior",
        ],
    },
    Phrases {
        pattern: Pattern::Back,
        phrases: &[
            "назад",
            "вернуться",
            "вернись",
            "шаг назад",
            "вернуться назад",
            "предыдущий вопрос",
        ],
    },
    Phrases {
        pattern: Pattern::Repeat,
        phrases: &[
            "repeat",
            "say again",
            "say that again",
            "repeat that",
            "come again",
            "pardon",
            "what did you say",
            "once more",
            "can you repeat",
            "can you repeat that",
        ],
    },
    Phrases {
        pattern: Pattern::Repeat,
        phrases: &[
            "repeta",
            "repetati",
            "mai spune o data",
            "inca o data",
            "poftim",
            "poti repeta",
            "puteti repeta",
            "ce ai spus",
            "ce ati spus",
        ],
    },
    Phrases {
        pattern: Pattern::Repeat,
        phrases: &[
            "повтори",
            "повторите",
            "повтори пожалуйста",
            "еще раз",
            "скажи еще раз",
            "скажите еще раз",
            "что вы сказали",
            "что ты сказал",
            "не расслышал",
            "не расслышала",
        ],
    },
    Phrases {
        pattern: Pattern::Help,
        phrases: &[
            "help",
            "help me",
            "i need help",
            "what can you do",
            "how does this work",
            "can you help me",
            "can you help",
        ],
    },
    Phrases {
        pattern: Pattern::Help,
        phrases: &[
            "ajutor",
            "ajuta ma",
            "ajutati ma",
            "am nevoie de ajutor",
            "ce poti face",
            "ce puteti face",
            "cum functioneaza",
            "ma poti ajuta",
            "ma puteti ajuta",
        ],
    },
    Phrases {
        pattern: Pattern::Help,
        phrases: &[
            "помощь",
            "помоги",
            "помогите",
            "нужна помощь",
            "мне нужна помощь",
            "что ты умеешь",
            "что вы умеете",
            "как это работает",
            "справка",
        ],
    },
    Phrases {
        pattern: Pattern::Thanks,
        phrases: &[
            "thanks",
            "thank you",
            "thank you very much",
            "thank you so much",
            "thanks a lot",
            "many thanks",
            "thx",
            "cheers",
            "ty",
            "much appreciated",
        ],
    },
    Phrases {
        pattern: Pattern::Thanks,
        phrases: &[
            "multumesc",
            "mersi",
            "multumesc mult",
            "multumesc frumos",
            "mersi mult",
            "va multumesc",
            "iti multumesc",
            "multam",
            "merci",
        ],
    },
    Phrases {
        pattern: Pattern::Thanks,
        phrases: &[
            "спасибо",
            "большое спасибо",
            "спасибо большое",
            "благодарю",
            "спс",
            "спасибочки",
            "благодарю вас",
            "огромное спасибо",
        ],
    },
    Phrases {
        pattern: Pattern::SpeakEnglish,
        phrases: &[
            "english",
            "in english",
            "speak english",
            "can you speak english",
            "do you speak english",
            "switch to english",
            "engleza",
            "in engleza",
            "vorbiti engleza",
            "английский",
            "на английском",
            "по английски",
        ],
    },
    Phrases {
        pattern: Pattern::SpeakRomanian,
        phrases: &[
            "romana",
            "in romana",
            "limba romana",
            "romaneste",
            "vorbiti romaneste",
            "vorbiti romana",
            "pe romana",
            "romanian",
            "in romanian",
            "speak romanian",
            "do you speak romanian",
            "румынский",
            "на румынском",
            "по румынски",
        ],
    },
    Phrases {
        pattern: Pattern::SpeakRussian,
        phrases: &[
            "русский",
            "на русском",
            "по русски",
            "русский язык",
            "говорите по русски",
            "можно на русском",
            "можно по русски",
            "russian",
            "in russian",
            "speak russian",
            "do you speak russian",
            "rusa",
            "in rusa",
            "limba rusa",
            "vorbiti rusa",
            "pe rusa",
        ],
    },
];

/// The pattern that the message is. Every language of the library is heard in every conversation; the
/// conversation's own is for phrases that would mean different things, of which there are none now.
pub fn std_pattern(_language: &str, message: &Normalised) -> Option<Pattern> {
    let text = message.text();
    // No phrase is longer than six words and few bytes, so long messages cost nothing.
    if text.is_empty() || message.words().len() > 12 || text.len() > 200 {
        return None;
    }
    if let Some(pattern) = BY_PHRASE.get(text) {
        return Some(*pattern);
    }
    without_fillers(message)
}

/// All phrases by their text. A phrase that two languages share means the same in both.
static BY_PHRASE: LazyLock<WordTable<&'static str, Pattern>> = LazyLock::new(|| {
    PATTERNS
        .iter()
        .flat_map(|entry| entry.phrases.iter().map(|phrase| (*phrase, entry.pattern)))
        .collect()
});

/// The pattern that is left when words that say nothing are taken from the ends: the least that
/// leaves one, since "thanks" alone says nothing, too.
fn without_fillers(message: &Normalised) -> Option<Pattern> {
    let words = message.words();
    if words.len() < 2 {
        return None;
    }
    let filler = |word: &&crate::Word| is_filler(message.spelled(word));
    let leading = words.iter().take_while(filler).count();
    let trailing = words.iter().rev().take_while(filler).count();
    (1..words.len()).find_map(|dropped| {
        (0..=dropped.min(leading))
            .filter(|first| dropped - first <= trailing)
            .find_map(|first| {
                let last = words.len() - 1 - (dropped - first);
                let text = &message.text()[words[first].start as usize..words[last].end as usize];
                BY_PHRASE.get(text).copied()
            })
    })
}
