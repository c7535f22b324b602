//! Carries a person over to the version of the bot that runs (semantics 19).

use std::cell::RefCell;
use std::rc::Rc;

use botflow_machine::trigger::{Agenda, carried};
use botflow_machine::{CallRequest, Conversation, Conversations, Effect, Fault, carried_result, upgrade};
use botflow_values::Value;

use super::clerk::Book;
use super::input::Input;
use crate::deployment::Version;

/// All conversations of a person go over. Where the version they are under is not known any more, they end: nothing
/// could tell what their places mean.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a part of the desk that is being laid"
)]
pub(super) fn go_over(
    version: &Version,
    older: Option<&Version>,
    conversations: &mut Conversations<Conversation>,
    agenda: &mut Agenda,
    book: &Rc<RefCell<Book>>,
    now: i64,
    effects: &mut Vec<Effect>,
    faults: &mut Vec<Fault>,
) {
    let Some(older) = older else {
        faults.push(Fault::Lost);
        for conversation in conversations.all_mut() {
            let person = std::mem::take(&mut conversation.person);
            *conversation = Conversation::new(conversation.id, person);
        }
        return;
    };
    for conversation in conversations.all_mut() {
        let from = effects.len();
        upgrade(conversation, &older.program, &version.program, effects);
        let book = &mut *book.borrow_mut();
        let entries = (book.recorder).upgraded(&version.program, conversation, &effects[from..], now);
        book.entries.extend(entries);
    }
    carried(agenda, &older.program, &version.program);
}

/// The answer of a call that an earlier version of the bot asked for, as the version that runs takes it: what does not
/// fit any more has failed. `asked_by`: that version, where it is known.
pub fn carried_over(
    version: &Version,
    asked_by: Option<&Version>,
    request: &CallRequest,
    value: Value,
) -> Input {
    let value = match asked_by {
        Some(asked_by) if asked_by.hash() == version.hash() => Some(value),
        Some(older) => carried_result(&older.program, &version.program, request.call, &value),
        None => None,
    };
    match value {
        Some(value) => Input::CallResult {
            call: request.number,
            value,
        },
        None => Input::CallFailed {
            call: request.number,
            attempt: request.attempt,
            failure: None,
        },
    }
}
