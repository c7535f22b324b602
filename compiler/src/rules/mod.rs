//! All rules, by family. One rule = one `.rs` file (its [`crate::finding::Rule`] as `pub static RULE`, how its
//! message is worded, and its check where it stands alone) + one `.md` page beside it + one line in its family's
//! `mod.rs`. Codes ascend within a family, in the order of the list there.
//!
//! Families: [`writing`] (BF0), [`names`] (BF1), [`flow`] (BF2), [`talk`] (BF3), [`channels`] (BF4), [`triggers`] (BF5),
//! [`escalation`] (BF6), [`languages`] (BF7), [`understanding`] (BF8), [`upgrades`] (BF9, of two versions),
//! [`conversations`] (BF-C).
//!
//! # Pages
//!
//! A page is what `botflow explain` prints. It begins with `# name`, says why the finding matters, has a section
//! `## What to do`, and shows examples, which `tests/it/pages.rs` compiles:
//!
//! ````text
//! ```flow fails
//! flow main {
//!   say "Hi {nmae}"
//!   #        ^^^^ an optional remark
//!   finish resolved
//! }
//! ```
//! ```flow passes
//! …
//! ```
//! ````
//!
//! - A failing example gets a finding of this rule exactly at each run of `^` (and none elsewhere), and no other
//!   warning or error. The run stands below the text it means; it is taken out before compiling. A run that begins
//!   at once behind `#` means that column, too (`#^^^^` below a word at the start of the line). Of a finding that
//!   spans lines its first line counts, and an empty place counts as one column.
//! - A passing example gets no finding of this rule and no error.
//! - The fixes of the findings of a failing example are tried: each has to make its finding go away.
//! - ```` ```toml ```` directly before an example is its `botflow.toml`; ```` ```toml fails ```` and
//!   ```` ```toml passes ```` are examples of their own.
//! - ```` ```chat ```` directly behind a failing example is the conversation that its first finding shows, as the
//!   machine plays it: it passes as a `.chat`.
//! - ```` ```po ```` directly before an example is its `locales/ro.po`. ```` ```po fails ```` and ```` ```po passes ````
//!   are examples of their own: catalogues of the last plain ```` ```flow ```` before them.
//! - ```` ```md fails ```` and ```` ```md passes ```` are files of a `faq`, ```` ```chat fails ```` and
//!   ```` ```chat passes ```` files of conversations. A ```` ```flow ```` or ```` ```md ```` without a word behind it is
//!   the flow or the file of answers that goes with the next example.
//! - ```` ```flow before ```` directly before an example of an upgrade is the version before it; where the finding is about what
//!   only that one has, its marks stand there.
//! - What an example leaves out is added: a `bot example` with `start main`, an `always` block that hears silence,
//!   failures and unclear messages, a `customer` card (`name: text?`, `email: email?`, `phone: phone?`,
//!   `birthday: date? sensitive`, `orders: integer = 0`), and a flow `main`.

pub mod channels;
pub mod conversations;
pub mod escalation;
pub mod flow;
pub mod languages;
pub mod names;
pub mod nearest;
pub mod talk;
pub mod triggers;
pub mod understanding;
pub mod upgrades;
pub mod writing;

use crate::finding::Rule;

/// Every rule, in order of code.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    writing::RULES
        .iter()
        .chain(names::RULES)
        .chain(flow::RULES)
        .chain(talk::RULES)
        .chain(channels::RULES)
        .chain(triggers::RULES)
        .chain(escalation::RULES)
        .chain(languages::RULES)
        .chain(understanding::RULES)
        .chain(upgrades::RULES)
        .chain(conversations::RULES)
        .copied()
}

/// The rule of this code (`BF103`) or name (`unknown-name`), whatever its case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    all().find(|rule| {
        rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
    })
}

/// The index of all rules, as `docs/diagnostics.md` shows it.
pub fn index() -> String {
    let mut page = String::from(
        "# Findings\n\nWhat `botflow check` reports. `botflow explain NAME` shows the page of a finding: why it \
         matters, what to do, and examples. Levels can be set in `botflow.toml`:\n\n```toml\n[lints]\nunused-name = \
         \"off\"\n```\n\nOne finding at one place is allowed by a comment that says why (`# botflow: allow unused-name -- \
         …`); old ones are kept out by a baseline: see [Botflow in a pipeline](ci.md).\n",
    );
    for (family, title, rules) in [
        ("BF0", "how it is written", writing::RULES),
        ("BF1", "names and values", names::RULES),
        ("BF2", "the graph", flow::RULES),
        ("BF3", "talk", talk::RULES),
        ("BF4", "channels", channels::RULES),
        ("BF5", "triggers, experiments and goals", triggers::RULES),
        ("BF6", "escalation", escalation::RULES),
        ("BF7", "languages", languages::RULES),
        ("BF8", "understanding", understanding::RULES),
        ("BF9", "upgrades (`botflow diff`)", upgrades::RULES),
        ("BF-C", "conversation tests", conversations::RULES),
    ] {
        page.push_str(&format!(
            "\n## {family}: {title}\n\n| code | name | level | what it finds |\n| --- | --- | --- | --- |\n"
        ));
        for rule in rules {
            let level = match rule.level {
                crate::finding::Level::Error => "error",
                crate::finding::Level::Warning => "warning",
                crate::finding::Level::Hint => "hint",
            };
            page.push_str(&format!(
                "| {} | {} | {level} | {} |\n",
                rule.code,
                rule.name,
                rule.summary.replace('|', "\\|"),
            ));
        }
    }
    page
}
