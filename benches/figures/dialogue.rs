//! The two conversations of twelve turns that engines are compared by: what the customer writes, and all that the
//! bot says to it. A line in brackets is what can be pressed.

/// One turn: the customer's message and the bot's lines.
pub type Row = (&'static str, &'static [&'static str]);

const MENU: &str = "[Order status/Refund/Shipping]";

/// The conversation that is timed.
pub const MAIN: &[Row] = &[
    (
        "hi",
        &["Hello! Welcome to checkout help.", "What do you need?", MENU],
    ),
    ("Refund", &["Let us file a refund.", "What is your e-mail?"]),
    (
        "what are your opening hours?",
        &[
            "We are open 9:00-18:00, Monday to Friday.",
            "What is your e-mail?",
        ],
    ),
    ("ann@example.com", &["What is your order number?"]),
    ("1002003", &["How many items (1-10)?"]),
    (
        "42",
        &["Please give a number from 1 to 10.", "How many items (1-10)?"],
    ),
    (
        "3",
        &[
            "Your cart total is 150, so a manager must approve it.",
            "Do you confirm? (yes/no)",
        ],
    ),
    ("yes", &["Refund T-1002003 is filed.", "Anything else?"]),
    ("asdf", &["Sorry, I did not understand.", "Anything else?"]),
    (
        "qwerty",
        &[
            "I am connecting you to an operator.",
            "Please leave a note for the operator.",
        ],
    ),
    (
        "please call me",
        &["The operator has your note. Say bye to finish."],
    ),
    ("bye", &["Goodbye!"]),
];

/// The other way through the bot.
pub const OTHER_WAY: &[Row] = &[
    (
        "hi",
        &["Hello! Welcome to checkout help.", "What do you need?", MENU],
    ),
    (
        "Shipping",
        &["Shipping takes 2 to 5 days.", "What do you need?", MENU],
    ),
    (
        "foo",
        &["Please choose one of the buttons.", "What do you need?", MENU],
    ),
    ("Refund", &["Let us file a refund.", "What is your e-mail?"]),
    (
        "bad mail",
        &["That does not look like an e-mail.", "What is your e-mail?"],
    ),
    ("bob@example.org", &["What is your order number?"]),
    (
        "abc",
        &["An order number has only digits.", "What is your order number?"],
    ),
    ("2002003", &["How many items (1-10)?"]),
    (
        "what are your opening hours?",
        &[
            "We are open 9:00-18:00, Monday to Friday.",
            "How many items (1-10)?",
        ],
    ),
    ("10", &["Your cart total is 50.", "Do you confirm? (yes/no)"]),
    ("no", &["Nothing was filed.", "Anything else?"]),
    ("no", &["Goodbye!"]),
];

/// A bot that can have the conversations.
pub trait Talks {
    /// Begins anew.
    fn begin(&mut self);
    /// One turn; what is said is counted in bytes, so that it must be made.
    fn turn(&mut self, text: &str) -> usize;
    /// The lines of the last turn, as the tables write them.
    fn lines(&self) -> Vec<String>;
}

/// Both conversations, word for word: nothing is timed that is not right.
pub fn verify(bot: &mut dyn Talks) {
    for rows in [MAIN, OTHER_WAY] {
        bot.begin();
        for (number, (text, expected)) in rows.iter().enumerate() {
            bot.turn(text);
            assert_eq!(bot.lines(), *expected, "turn {}: `{text}`", number + 1);
        }
    }
}

/// All turns of the main conversation, from its beginning.
pub fn have(bot: &mut dyn Talks) -> usize {
    bot.begin();
    MAIN.iter().map(|(text, _)| bot.turn(text)).sum()
}
