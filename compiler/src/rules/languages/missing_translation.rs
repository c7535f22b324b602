//! `missing-translation`: somebody reads a text in another language than theirs.

use super::{Language, Translation};
use crate::finding::{Finding, Level, Rule};
use crate::locales::units::Unit;
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF701",
    name: "missing-translation",
    level: Level::Error,
    summary: "A text is not translated into one of the bot's languages.",
    page: include_str!("missing_translation.md"),
};

/// Nothing is translated into a language of the bot.
pub(crate) fn no_catalogue(language: &Language, at: Span, draft: bool) -> Finding {
    let message = format!(
        "The bot speaks {}, but nothing is translated: there is no `locales/{}.po`.",
        language.name, language.code
    );
    levelled(Finding::new(&RULE, at, message), draft).help(
        "`botflow text update` makes the file for your translators. While the bot is being written, `draft yes` in the \
         `bot` block makes this a warning.",
    )
}

/// A text that stands in no catalogue of these languages.
pub(crate) fn no_entry(unit: &Unit, at: Span, languages: &[&Language], draft: bool) -> Finding {
    let names: Vec<&str> = languages.iter().map(|language| language.name.as_str()).collect();
    let what = if unit.library {
        "This text of the library"
    } else {
        "This text"
    };
    let message = format!("{what} is not translated into {}.", listed(&names));
    levelled(Finding::new(&RULE, at, message), draft).help(
        "`botflow text update` puts it into the catalogues below `locales/`. Until it is translated, everybody reads it \
         as it is written here.",
    )
}

/// An entry without words.
pub(crate) fn empty(translation: &Translation<'_>, entry: Span, draft: bool) -> Finding {
    let message = format!("This text is not translated into {}.", translation.language.name);
    let finding = Finding::new(&RULE, entry, message)
        .help("Write the translation between the quotes of `msgstr`.")
        .related(translation.unit.span, "It is shown here.");
    levelled(finding, draft)
}

fn levelled(mut finding: Finding, draft: bool) -> Finding {
    if draft {
        finding.level = Level::Warning;
    }
    finding
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
