//! Letters as operators see them. What a letter says is personal data: lists leave it out, and what proves an address is
//! shown to nobody.

use serde_json::{Value, json};

use crate::contact::Outgoing;
use crate::store::{Filter, Letter, LetterState, Seq, Store, StoreError};

/// The most letters in one answer.
pub const MOST: usize = 1_000;

/// A letter for a list.
pub fn outline(letter: &Letter) -> Value {
    json!({
        "number": letter.seq,
        "key": letter.key,
        "contact": letter.contact.to_string(),
        "route": letter.route,
        "what": what(&letter.outgoing),
        "state": state_word(letter.state),
        "attempts": letter.attempts,
        "written": letter.at,
        "next": letter.next_at.max(letter.at),
        "error": letter.error,
    })
}

/// A letter with all it says.
pub fn whole(letter: &Letter) -> Value {
    let mut value = outline(letter);
    value["lane"] = json!(letter.lane);
    let is_secret = matches!(&letter.outgoing, Outgoing::Say(saying) if saying.secret);
    value["content"] = if is_secret {
        json!({ "secret": "it proves an address, and is shown to nobody" })
    } else {
        serde_json::to_value(&letter.outgoing).unwrap_or(Value::Null)
    };
    value
}

/// A letter by its number.
///
/// # Errors
/// The store cannot be read.
pub async fn find(store: &dyn Store, number: Seq) -> Result<Option<Letter>, StoreError> {
    let filter = Filter {
        after: number.saturating_sub(1),
        limit: 1,
        ..Filter::default()
    };
    let letters = store.letters(&filter).await?;
    Ok(letters.into_iter().find(|letter| letter.seq == number))
}

/// A state in a word.
pub fn state_word(state: LetterState) -> &'static str {
    match state {
        LetterState::Ready => "ready",
        LetterState::Dead => "dead",
    }
}

/// A state by its word.
pub fn state_of(word: &str) -> Option<LetterState> {
    match word {
        "ready" => Some(LetterState::Ready),
        "dead" => Some(LetterState::Dead),
        _ => None,
    }
}

fn what(outgoing: &Outgoing) -> String {
    match outgoing {
        Outgoing::Say(_) => "message".to_owned(),
        Outgoing::Call { name, .. } => format!("call {name}"),
        Outgoing::Tell { .. } => "for colleagues".to_owned(),
        Outgoing::Identify { field, .. } => format!("identify by {field}"),
    }
}
