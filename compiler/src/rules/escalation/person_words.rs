//! Labels that promise a person, in the languages of the library.

/// What one does with a person.
const VERBS: &[&str] = &[
    "talk",
    "speak",
    "chat",
    "connect",
    "transfer",
    "call",
    "ask",
    "reach",
    "get",
    "want",
    "need",
    "vorbesc",
    "vorbește",
    "vorbeste",
    "vorbi",
    "vorbim",
    "discut",
    "discuta",
    "conectați",
    "vreau",
    "поговорить",
    "говорить",
    "связаться",
    "соединить",
    "соедините",
    "позвать",
    "позовите",
    "чат",
    "хочу",
];

/// Who is meant.
const PEOPLE: &[&str] = &[
    "person",
    "people",
    "human",
    "agent",
    "operator",
    "representative",
    "colleague",
    "advisor",
    "consultant",
    "specialist",
    "somebody",
    "someone",
    "persoană",
    "persoana",
    "om",
    "agent",
    "coleg",
    "cineva",
    "оператором",
    "оператора",
    "человеком",
    "человека",
    "сотрудником",
    "коллегой",
    "консультантом",
    "консультанта",
    "менеджером",
    "менеджера",
    "специалистом",
];

/// Labels that are a person.
const ALONE: &[&str] = &[
    "operator",
    "human",
    "human agent",
    "live agent",
    "live chat with an agent",
    "real person",
    "real human",
    "оператор",
    "живой человек",
];

/// Whether a label promises a person. A verb and somebody behind it, with a word between: "talk to a person", and not
/// "contact person".
pub(super) fn promises(label: &str) -> bool {
    let lower = label.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(20)
        .collect();
    let bare: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !["a", "an", "the", "un", "o"].contains(word))
        .collect();
    if ALONE.contains(&bare.join(" ").as_str()) {
        return true;
    }
    let Some(verb) = words.iter().position(|word| VERBS.contains(word)) else {
        return false;
    };
    let person = words.iter().skip(verb + 1).position(|word| PEOPLE.contains(word));
    // "Ask 3 people" is about others.
    let counted = words.iter().any(|word| word.chars().all(|c| c.is_ascii_digit()));
    person.is_some_and(|at| at >= 1 || is_cased(words[verb + 1 + at])) && !counted
}

/// Russian says "with" by the case as well as by a word.
fn is_cased(word: &str) -> bool {
    word.chars().any(|c| ('а'..='я').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::promises;

    #[test]
    fn people_are_promised() {
        for label in [
            "Talk to a person",
            "I want to speak with an agent!",
            "Chat with our colleague",
            "Human",
            "Vreau să vorbesc cu un operator",
            "Поговорить с оператором",
            "Позовите оператора",
        ] {
            assert!(promises(label), "{label}");
        }
        for label in [
            "Price per person",
            "Contact person",
            "For 2 people",
            "Call us",
            "Insurance agent",
            "Ask 3 people",
            "Talk about shipping",
            "",
        ] {
            assert!(!promises(label), "{label}");
        }
    }
}
