//! `unsupported-language`: a language that there is not, or that the bot does not speak.

use super::{Language, name_of};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF710",
    name: "unsupported-language",
    level: Level::Error,
    summary: "There is no such language, or there is a catalogue for a language that the bot does not speak.",
    page: include_str!("unsupported_language.md"),
};

/// The two-letter codes of ISO 639.
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
                     dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia \
                     id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo \
                     lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl \
                     ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
                     tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Whether there is such a language. Three letters name the rarer ones, and all are taken.
pub(crate) fn exists(language: &Language) -> bool {
    let base = language.base();
    let letters = base.bytes().all(|byte| byte.is_ascii_lowercase());
    letters && (base.len() == 3 || CODES.split_whitespace().any(|code| code == base))
}

/// A language of the bot that there is not.
pub(crate) fn unknown(language: &Language, at: Span) -> Finding {
    Finding::new(&RULE, at, format!("There is no language `{}`.", language.code)).help(
        "Languages are written by their two letters, as `en`, `ro` or `ru`, perhaps with a region, as `pt-BR`.",
    )
}

/// A catalogue that nobody reads.
pub(crate) fn catalogue(code: &str, at: Span, first: Option<&str>) -> Finding {
    if first == Some(code) {
        return Finding::new(
            &RULE,
            at,
            format!(
                "The flows are written in {}: this catalogue translates nothing.",
                name_of(code)
            ),
        )
        .help("Take the file away, and change the words in the flows.");
    }
    Finding::new(
        &RULE,
        at,
        format!(
            "This catalogue is for {}, which the bot does not speak.",
            name_of(code)
        ),
    )
    .help(format!(
        "Add `{code}` to `languages` of the `bot` block, or take the file away."
    ))
}
