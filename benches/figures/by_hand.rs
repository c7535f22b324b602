//! The bot of the dialogue as somebody would write it by hand, for this one conversation: an enum and a `match`.
//! It is the limit of what is possible. It keeps no history, knows one language and one channel, has no clocks of
//! silence, and nobody but its programmer can change it.

use std::borrow::Cow;

use crate::dialogue::Talks;

/// The bot.
#[derive(Default)]
pub struct ByHand {
    state: State,
    said: Vec<Cow<'static, str>>,
    buttons: bool,
}

#[derive(Default)]
enum State {
    #[default]
    Start,
    Menu,
    Email,
    Order,
    Items {
        order: String,
    },
    Confirm {
        order: String,
    },
    More {
        tries: u8,
    },
    Note,
    Farewell,
    Ended,
}

const WHAT_MAIL: &str = "What is your e-mail?";
const WHAT_ORDER: &str = "What is your order number?";
const HOW_MANY: &str = "How many items (1-10)?";
const CONFIRM: &str = "Do you confirm? (yes/no)";
const MORE: &str = "Anything else?";

impl Talks for ByHand {
    fn begin(&mut self) {
        self.state = State::Start;
        self.said.clear();
    }

    fn turn(&mut self, text: &str) -> usize {
        self.said.clear();
        self.buttons = false;
        let state = std::mem::take(&mut self.state);
        self.state = self.next(state, text);
        self.said.iter().map(|line| line.len()).sum()
    }

    fn lines(&self) -> Vec<String> {
        let buttons = self.buttons.then(|| "[Order status/Refund/Shipping]".to_owned());
        self.said
            .iter()
            .map(|line| line.to_string())
            .chain(buttons)
            .collect()
    }
}

impl ByHand {
    fn say(&mut self, line: impl Into<Cow<'static, str>>) {
        self.said.push(line.into());
    }

    fn menu(&mut self) -> State {
        self.say("What do you need?");
        self.buttons = true;
        State::Menu
    }

    /// A question about opening hours is answered at any question of the form.
    fn hours(&mut self, text: &str, again: &'static str) -> bool {
        let asked =
            words(text).any(|word| word.eq_ignore_ascii_case("hours") || word.eq_ignore_ascii_case("open"));
        if asked {
            self.say("We are open 9:00-18:00, Monday to Friday.");
            self.say(again);
        }
        asked
    }

    fn next(&mut self, state: State, text: &str) -> State {
        match state {
            State::Start => {
                self.say("Hello! Welcome to checkout help.");
                self.menu()
            }
            State::Menu => {
                if text.eq_ignore_ascii_case("order status") {
                    self.say("Your order is on its way.");
                } else if text.eq_ignore_ascii_case("shipping") {
                    self.say("Shipping takes 2 to 5 days.");
                } else if text.eq_ignore_ascii_case("refund") {
                    self.say("Let us file a refund.");
                    self.say(WHAT_MAIL);
                    return State::Email;
                } else {
                    self.say("Please choose one of the buttons.");
                }
                self.menu()
            }
            State::Email => {
                if self.hours(text, WHAT_MAIL) {
                    State::Email
                } else if is_email(text) {
                    self.say(WHAT_ORDER);
                    State::Order
                } else {
                    self.say("That does not look like an e-mail.");
                    self.say(WHAT_MAIL);
                    State::Email
                }
            }
            State::Order => {
                if self.hours(text, WHAT_ORDER) {
                    State::Order
                } else if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.say(HOW_MANY);
                    State::Items {
                        order: text.to_owned(),
                    }
                } else {
                    self.say("An order number has only digits.");
                    self.say(WHAT_ORDER);
                    State::Order
                }
            }
            State::Items { order } => {
                if self.hours(text, HOW_MANY) {
                    return State::Items { order };
                }
                let Some(1..=10) = text.parse::<u32>().ok() else {
                    self.say("Please give a number from 1 to 10.");
                    self.say(HOW_MANY);
                    return State::Items { order };
                };
                let total = cart_total(&order);
                if total > 100 {
                    self.say(format!(
                        "Your cart total is {total}, so a manager must approve it."
                    ));
                } else {
                    self.say(format!("Your cart total is {total}."));
                }
                self.say(CONFIRM);
                State::Confirm { order }
            }
            State::Confirm { order } => {
                if self.hours(text, CONFIRM) {
                    return State::Confirm { order };
                }
                match yes_or_no(text) {
                    Some(true) => self.say(format!("Refund {} is filed.", refund_file(&order))),
                    Some(false) => self.say("Nothing was filed."),
                    None => {
                        self.say("Please answer yes or no.");
                        self.say(CONFIRM);
                        return State::Confirm { order };
                    }
                }
                self.say(MORE);
                State::More { tries: 0 }
            }
            State::More { tries } => {
                if self.hours(text, MORE) {
                    return State::More { tries };
                }
                match yes_or_no(text) {
                    Some(false) => {
                        self.say("Goodbye!");
                        State::Ended
                    }
                    None if tries == 0 => {
                        self.say("Sorry, I did not understand.");
                        self.say(MORE);
                        State::More { tries: 1 }
                    }
                    Some(true) | None => {
                        self.say("I am connecting you to an operator.");
                        self.say("Please leave a note for the operator.");
                        State::Note
                    }
                }
            }
            State::Note => {
                self.say("The operator has your note. Say bye to finish.");
                State::Farewell
            }
            State::Farewell => {
                self.say("Goodbye!");
                State::Ended
            }
            State::Ended => self.next(State::Start, text),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

fn yes_or_no(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("yes") {
        Some(true)
    } else if text.eq_ignore_ascii_case("no") {
        Some(false)
    } else {
        None
    }
}

/// The stub of the action.
pub fn cart_total(order: &str) -> i64 {
    if order.starts_with('1') { 150 } else { 50 }
}

/// The stub of the action.
pub fn refund_file(order: &str) -> String {
    format!("T-{order}")
}
