//! The benchmark dialogue written by hand as a Rust enum: the limit an engine can be compared with.

use std::borrow::Cow;
use std::hint::black_box;

/// Where the conversation is.
enum State {
    Begin,
    Need,
    Email,
    Order,
    Quantity { order: String },
    Confirm { order: String },
    More { tries: u8 },
    Note,
    Bye,
    End,
}

type Said = Vec<Cow<'static, str>>;

/// One turn.
fn turn(state: State, text: &str, said: &mut Said) -> State {
    const NEED: &str = "What do you need?";
    let lower = text.trim().to_lowercase();
    let hours = lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "hours" || word == "open");
    if hours {
        said.push("We are open 9:00-18:00, Monday to Friday.".into());
    }
    match state {
        State::Begin => {
            said.push("Hello! Welcome to checkout help.".into());
            said.push(NEED.into());
            State::Need
        }
        State::Need => match lower.as_str() {
            "refund" => {
                said.push("Let us file a refund.".into());
                said.push("What is your e-mail?".into());
                State::Email
            }
            other => {
                said.push(match other {
                    "order status" => "Your order is on its way.".into(),
                    "shipping" => "Shipping takes 2 to 5 days.".into(),
                    _ => "Please choose one of the buttons.".into(),
                });
                said.push(NEED.into());
                State::Need
            }
        },
        State::Email => {
            let valid = text
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
            if valid {
                said.push("What is your order number?".into());
                return State::Order;
            }
            if !hours {
                said.push("That does not look like an e-mail.".into());
            }
            said.push("What is your e-mail?".into());
            State::Email
        }
        State::Order => {
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                said.push("How many items (1-10)?".into());
                return State::Quantity {
                    order: text.to_owned(),
                };
            }
            if !hours {
                said.push("An order number has only digits.".into());
            }
            said.push("What is your order number?".into());
            State::Order
        }
        State::Quantity { order } => match text.parse::<u32>() {
            Ok(1..=10) => {
                let total = if order.starts_with('1') { 150 } else { 50 };
                said.push(if total > 100 {
                    format!("Your cart total is {total}, so a manager must approve it.").into()
                } else {
                    format!("Your cart total is {total}.").into()
                });
                said.push("Do you confirm? (yes/no)".into());
                State::Confirm { order }
            }
            _ => {
                if !hours {
                    said.push("Please give a number from 1 to 10.".into());
                }
                said.push("How many items (1-10)?".into());
                State::Quantity { order }
            }
        },
        State::Confirm { order } => match lower.as_str() {
            "yes" | "no" => {
                said.push(if lower == "yes" {
                    format!("Refund T-{order} is filed.").into()
                } else {
                    "Nothing was filed.".into()
                });
                said.push("Anything else?".into());
                State::More { tries: 0 }
            }
            _ => {
                said.push("Do you confirm? (yes/no)".into());
                State::Confirm { order }
            }
        },
        State::More { tries } => match lower.as_str() {
            "no" => {
                said.push("Goodbye!".into());
                State::End
            }
            _ if tries == 1 => {
                said.push("I am connecting you to an operator.".into());
                said.push("Please leave a note for the operator.".into());
                State::Note
            }
            _ => {
                said.push("Sorry, I did not understand.".into());
                said.push("Anything else?".into());
                State::More { tries: tries + 1 }
            }
        },
        State::Note => {
            black_box(text.to_owned());
            said.push("The operator has your note. Say bye to finish.".into());
            State::Bye
        }
        State::Bye | State::End => {
            said.push("Goodbye!".into());
            State::End
        }
    }
}

/// One conversation; gives how many messages were said.
pub fn talk(texts: &[&str]) -> usize {
    let mut state = State::Begin;
    let mut said = Said::new();
    let mut count = 0;
    for text in texts {
        said.clear();
        state = turn(state, text, &mut said);
        count += black_box(&said).len();
    }
    black_box(&state);
    count
}
