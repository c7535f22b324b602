//! What can be done in a conversation, for `botflow chat --help` and `/help`: one list, so that they cannot differ.

/// The list as a literal, so that other literals can have it in them.
macro_rules! commands {
    () => {
        "  any words                what the customer writes
  a label or its number    presses a button

Who it is, and where:
  /person (name: \"Ana\", consents: [marketing], channels: [whatsapp, sms])
                           what is known of the person; also language, timezone, verified, signed
  /consent marketing       grants a consent (on one channel: /consent marketing on sms)
  /channel whatsapp        goes on on another channel
  /as ben                  somebody else speaks (/as ben on sms)
  /merge ben into me       two people turn out to be one

What happens:
  /time 30m                lets time pass (/time until mon 09:00)
  /event name(field: 1)    reports an event (/event again: the same once more)
  /message read            what becomes of the bot's last message (delivered, not delivered)
  /stub a.b(x: any) = 5    tells what a call gives (/stub a.b(x: any) fails)
  /operator maria joins    does what a colleague does (maria: Hello, maria hands back …)

What there is:
  /events                  the events that the bot knows, and what its triggers wait for
  /who                     what is known of the person
  /where                   where the conversation stands
  /help                    this
  /quit                    ends
"
    };
}

/// For `/help`.
pub const COMMANDS: &str = commands!();

/// For `botflow chat --help`.
pub const AFTER_HELP: &str = concat!(
    "In the conversation:\n",
    commands!(),
    "\nA trigger, tried out:\n  /person (consents: [marketing], channels: [whatsapp])\n  \
     /event cart_updated(cart: \"c1\", items: [\"Lamp\"], total: 60 EUR)\n  /time 30m\n\n\
     With standard input not a terminal, lines are read from it and the conversation is printed as a .chat test:\n  \
     printf 'hi\\nShipping\\n' | botflow chat my_bot > tests/shipping.chat"
);
