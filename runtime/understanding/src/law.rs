//! The words with which people refuse further messages on a channel, and those with which they ask for them again.
//!
//! They are data with their sources. On the telephone network the law itself lists words (47 CFR 64.1200(a)(10): stop,
//! quit, end, revoke, opt out, cancel, unsubscribe), and the carriers' providers stop sending at theirs (Twilio: STOP,
//! STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT, and ARRET in Canada). Elsewhere nothing is listed, but
//! whoever has agreed must be able to withdraw as easily as they agreed (GDPR, article 7(3)) and to object to
//! advertising at any time (article 21(2)); the platforms leave it to the business. There the words are heard that mean
//! nothing else: "cancel" and "end" are about an order or a conversation. Mail knows "unsubscribe" as the whole of a
//! message from the `List-Unsubscribe` header with a `mailto:` address (RFC 2369).
//!
//! All languages of the table are heard from everybody: who is refused once in the wrong language complains.

use crate::normalise::Normalised;

/// Which words a channel hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// The telephone network: all of them.
    Telephone,
    /// Messengers and mail: those that mean nothing else.
    Messenger,
}

/// What is heard on which channel. On `web`, in pop-ups, below comments and on Slack nothing is: there nobody is written
/// to who is not there.
const CHANNELS: &[(&str, Kind)] = &[
    ("sms", Kind::Telephone),
    ("rcs", Kind::Telephone),
    ("whatsapp", Kind::Messenger),
    ("viber", Kind::Messenger),
    ("viber_business", Kind::Messenger),
    ("messenger", Kind::Messenger),
    ("instagram", Kind::Messenger),
    ("telegram", Kind::Messenger),
    ("line", Kind::Messenger),
    ("apple_messages", Kind::Messenger),
    ("email", Kind::Messenger),
];

/// The words of one language, normalised: small letters, no accents, no punctuation.
struct Words {
    /// Mean a refusal wherever they stand alone.
    refuse: &'static [&'static str],
    /// Do so on the telephone network only.
    refuse_by_telephone: &'static [&'static str],
    /// Ask for messages again; "yes" is none of them, since it answers something else.
    ask_again: &'static [&'static str],
}

const WORDS: &[Words] = &[
    // English.
    Words {
        refuse: &[
            "stop",
            "stopall",
            "stop all",
            "stop messages",
            "stop messaging me",
            "unsubscribe",
            "unsubscribe me",
            "optout",
            "opt out",
            "remove me",
        ],
        refuse_by_telephone: &["cancel", "end", "quit", "revoke"],
        ask_again: &["start", "unstop", "subscribe", "optin", "opt in"],
    },
    // Romanian.
    Words {
        refuse: &[
            "dezabonare",
            "dezabonez",
            "ma dezabonez",
            "dezaboneaza ma",
            "dezabonati ma",
            "nu mai vreau mesaje",
        ],
        refuse_by_telephone: &["anulare"],
        ask_again: &["abonare", "ma abonez"],
    },
    // Russian.
    Words {
        refuse: &[
            "стоп",
            "отписаться",
            "отпишите меня",
            "отпиши меня",
            "отписка",
            "не пишите мне",
        ],
        refuse_by_telephone: &["отмена"],
        ask_again: &["старт", "подписаться", "подписка"],
    },
    // Ukrainian.
    Words {
        refuse: &["відписатися", "відписатись", "відпишіть мене"],
        refuse_by_telephone: &["скасувати"],
        ask_again: &["підписатися", "підписатись"],
    },
    // French.
    Words {
        refuse: &[
            "arret",
            "arreter",
            "desabonner",
            "desinscription",
            "desabonnement",
            "me desabonner",
        ],
        refuse_by_telephone: &["annuler", "fin"],
        ask_again: &["abonner", "reabonner"],
    },
    // German.
    Words {
        refuse: &["stopp", "abmelden", "abbestellen", "austragen"],
        refuse_by_telephone: &["ende", "beenden"],
        ask_again: &["anmelden", "abonnieren"],
    },
    // Spanish.
    Words {
        refuse: &["baja", "darme de baja", "dar de baja", "cancelar suscripcion"],
        refuse_by_telephone: &["parar", "cancelar", "fin"],
        ask_again: &["alta", "suscribir", "suscribirme"],
    },
    // Italian. "Fine" is left out: to all others it says that all is well.
    Words {
        refuse: &["disiscrivimi", "disiscriviti", "disiscrizione", "cancellami"],
        refuse_by_telephone: &["annulla"],
        ask_again: &["iscrivimi", "iscriviti"],
    },
];

/// No word of the table is longer.
const MOST_WORDS: usize = 4;

/// Whether any word refuses further messages on the channel.
pub fn is_heard(channel: &str) -> bool {
    kind(channel).is_some()
}

/// Whether the message refuses further messages on the channel: in capital or small letters and with any punctuation,
/// but alone. "Stop" stops, "don't stop" does not.
pub fn is_stop(channel: &str, message: &Normalised) -> bool {
    let (Some(kind), Some(text)) = (kind(channel), alone(message)) else {
        return false;
    };
    WORDS.iter().any(|words| {
        words.refuse.contains(&text) || kind == Kind::Telephone && words.refuse_by_telephone.contains(&text)
    })
}

/// Whether the message asks for messages again, of somebody who has refused them on the channel.
pub fn is_start(channel: &str, message: &Normalised) -> bool {
    let text = alone(message).filter(|_| is_heard(channel));
    text.is_some_and(|text| WORDS.iter().any(|words| words.ask_again.contains(&text)))
}

fn kind(channel: &str) -> Option<Kind> {
    let found = CHANNELS.iter().find(|(name, _)| *name == channel);
    found.map(|(_, kind)| *kind)
}

/// The message, if it is short enough to be such a word.
fn alone(message: &Normalised) -> Option<&str> {
    let few = (1..=MOST_WORDS).contains(&message.words().len());
    few.then(|| message.text())
}
