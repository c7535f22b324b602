//! Family BF4: channels: what a bot says and a channel cannot show, or may not send.
//!
//! What is said where is found once ([`spoken`]), from exploration; each rule looks at it. How long texts get is told
//! by [`crate::bounds`], what rendering makes of them by the same profiles that render them. What degrades without
//! losing anything is nobody's finding.

mod conditions;
mod files;
pub(crate) mod lengths;
pub(crate) mod spoken;
mod words;

pub mod card_limits;
pub mod channel_cannot;
pub mod channel_never_used;
pub mod label_too_long;
pub mod labels_not_unique_after_cut;
pub mod link_not_allowed;
pub mod media_not_supported;
pub mod media_too_large;
pub mod outside_window;
pub mod reply_once;
pub mod segment_cost;
pub mod template_mismatch;
pub mod template_not_for_this;
pub mod text_too_long;
pub mod too_many_options;
pub mod unsupported_markup;

use crate::config::Config;
use crate::finding::{Finding, Rule};
use crate::project::Source;
use crate::rules::flow::context::Context;

use spoken::Spoken;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &text_too_long::RULE,
    &label_too_long::RULE,
    &too_many_options::RULE,
    &labels_not_unique_after_cut::RULE,
    &media_not_supported::RULE,
    &media_too_large::RULE,
    &card_limits::RULE,
    &link_not_allowed::RULE,
    &channel_cannot::RULE,
    &outside_window::RULE,
    &template_mismatch::RULE,
    &template_not_for_this::RULE,
    &segment_cost::RULE,
    &unsupported_markup::RULE,
    &channel_never_used::RULE,
    &reply_once::RULE,
];

/// Looks at everything that a bot says.
pub(crate) fn check(
    context: &Context<'_>,
    config: &Config,
    sources: &[Source],
    unreadable: bool,
    findings: &mut Vec<Finding>,
) {
    // What no bot is declared for is a part of one, and a bot that names no channels has a finding.
    if context.lowered.spans.bot.is_none() || context.bot.channels.is_empty() {
        return;
    }
    let spoken = Spoken::of(context, sources);
    text_too_long::check(&spoken, findings);
    let alike = labels_not_unique_after_cut::check(&spoken, findings);
    let alike_translated = labels_not_unique_after_cut::check_translated(&spoken, &alike, findings);
    label_too_long::check(&spoken, &alike, findings);
    too_many_options::check(&spoken, findings);
    media_not_supported::check(&spoken, findings);
    media_too_large::check(&spoken, config, findings);
    card_limits::check(&spoken, findings);
    link_not_allowed::check(&spoken, findings);
    channel_cannot::check(&spoken, findings);
    outside_window::check(&spoken, findings);
    template_mismatch::check(&spoken, findings);
    template_not_for_this::check(&spoken, findings);
    segment_cost::check(&spoken, findings);
    unsupported_markup::check(&spoken, findings);
    channel_never_used::check(&spoken, config, unreadable, findings);
    reply_once::check(&spoken, findings);
    // The same arithmetic for translations.
    crate::rules::languages::translation_too_long::check(&spoken, &alike_translated, findings);
}
