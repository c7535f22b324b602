//! The settings of the `bot` block, and the deployment's `config` values.

use botflow_artifact::{Cap, ConfigId, ConfigValue};
use botflow_syntax::TokenRef;
use botflow_syntax::ast::{self, BotSetting};
use botflow_values::{Currency, Value, Zone};
use smol_str::SmolStr;

use super::{Lower, duration, name};
use crate::project::Span;
use crate::rules::names::{duplicate_name, missing_setting, type_mismatch, unknown_name};
use crate::rules::nearest;
use crate::rules::writing::{bad_literal, wrong_place};
use crate::types::Types;

impl Lower<'_> {
    /// The settings that literals and names depend on; texts come with the bodies.
    pub(super) fn bot_settings(&mut self, item: &ast::BotItem) {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for setting in item.settings() {
            let word = setting_word(&setting);
            let span = self.node_span(&setting);
            let first = seen.iter().find(|(known, _)| *known == word).map(|(_, at)| *at);
            if let Some(first) = first {
                self.report(crate::rules::writing::repeated_setting::finding(
                    span,
                    word,
                    Some(first),
                ));
                continue;
            }
            seen.push((word, span));
            self.bot_setting(&setting);
        }
    }

    fn bot_setting(&mut self, setting: &BotSetting) {
        match setting {
            BotSetting::LanguagesSetting(setting) => {
                for language in setting.languages() {
                    let code = language.text();
                    if self.program.bot.languages.contains(&code) {
                        let span = self.node_span(&language);
                        self.report(duplicate_name::finding("language", &code, span, None));
                    } else {
                        let span = self.node_span(&language);
                        self.program.spans.languages.push(span);
                        self.program.bot.languages.push(code);
                    }
                }
            }
            BotSetting::ChannelsSetting(setting) => {
                for token in setting.names() {
                    self.channel_name(token);
                    let channel = name(token);
                    if self.program.bot.channels.contains(&channel) {
                        let span = self.token_span(token);
                        self.report(duplicate_name::finding("channel", &channel, span, None));
                    } else {
                        self.program.bot.channels.push(channel);
                    }
                }
            }
            BotSetting::CurrencySetting(setting) => {
                let Some(token) = setting.currency() else { return };
                self.currency = Currency::from_code(token.text());
                self.program.bot.currency = name(token);
                if self.currency.is_none() {
                    let span = self.token_span(token);
                    let message = format!("There is no currency `{}`.", token.text());
                    self.report(
                        bad_literal::finding(span, message)
                            .help("Currencies are the three letters of ISO 4217, such as EUR, RON or USD."),
                    );
                }
            }
            BotSetting::TimezoneSetting(setting) => {
                if let Some(zone) = self.zone(setting) {
                    self.program.bot.timezone = zone;
                }
            }
            BotSetting::StagesSetting(setting) => {
                for token in setting.names() {
                    let span = self.token_span(token);
                    match self.symbols.stages.declare(name(token), Some(span)) {
                        Ok(_) => self.program.bot.stages.push(name(token)),
                        Err(first) => {
                            self.report(duplicate_name::finding("stage", token.text(), span, first));
                        }
                    }
                }
            }
            BotSetting::ConsentsSetting(setting) => {
                for token in setting.names() {
                    let span = self.token_span(token);
                    match self.symbols.consents.declare(name(token), Some(span)) {
                        Ok(_) => self.program.bot.consents.push(name(token)),
                        Err(first) => {
                            self.report(duplicate_name::finding("consent", token.text(), span, first));
                        }
                    }
                }
            }
            BotSetting::ProactiveSetting(setting) => {
                self.program.bot.proactive = setting.rate().and_then(|rate| self.rate(&rate));
            }
            BotSetting::MessagesSetting(setting) => {
                self.program.messages_at_most = self.count(setting.limit().and_then(|limit| limit.count()));
            }
            BotSetting::DraftSetting(setting) => self.program.draft = setting.is_on(),
            // What is shown comes with the bodies.
            BotSetting::NameSetting(_) | BotSetting::StartStmt(_) => {}
        }
    }

    /// The settings of the bot that are texts or mention flows.
    pub(super) fn bot_texts(&mut self, item: &ast::BotItem) {
        // A second `bot` block has its finding.
        if item.name().map(|token| self.token_span(token)) != self.program.spans.bot {
            return;
        }
        for setting in item.settings() {
            match setting {
                BotSetting::NameSetting(setting) => {
                    let Some(text) = setting.text() else { continue };
                    let shown = self.text(&text).id;
                    self.program.bot.display_name = Some(shown);
                }
                BotSetting::StartStmt(start) => {
                    let span = self.node_span(&start);
                    if let Some((flow, args)) = self.start(&start) {
                        self.program.bot.start.get_or_insert(flow);
                        self.program.spans.start.get_or_insert(span);
                        if !args.is_empty() {
                            self.report(crate::rules::names::wrong_arguments::finding(
                                "A conversation that a customer begins brings no values along.",
                                "start NAME",
                                span,
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// `at most N in D`.
    pub(super) fn rate(&mut self, rate: &ast::Rate) -> Option<Cap> {
        Some(Cap {
            count: self.count(rate.count())?,
            window_ms: duration(rate.duration())?,
        })
    }

    /// `timezone "Europe/Bucharest"`.
    pub(super) fn zone(&mut self, setting: &ast::TimezoneSetting) -> Option<SmolStr> {
        let text = setting.text()?;
        let zone = text.plain().unwrap_or_default();
        if Zone::named(&zone).is_none() {
            let span = self.node_span(&text);
            self.report(
                bad_literal::finding(span, format!("There is no time zone `{zone}`."))
                    .help("Time zones are called by continent and city, such as \"Europe/Bucharest\"."),
            );
            return None;
        }
        Some(SmolStr::new(zone))
    }

    /// Reports a channel that there is none of.
    pub(super) fn channel_name(&mut self, token: TokenRef) {
        use crate::names::builtin::CHANNELS;
        if !CHANNELS.contains(&token.text()) {
            let near = match token.text() {
                "facebook" | "fb" => vec!["messenger"],
                "website" | "site" | "webchat" => vec!["web"],
                "mail" => vec!["email"],
                "phone" => vec!["sms"],
                "apple" | "imessage" => vec!["apple_messages"],
                text => nearest::few(text, CHANNELS.iter().copied()),
            };
            let (span, known) = (self.token_span(token), CHANNELS.iter().copied());
            self.report(unknown_name::of_the_language(
                "channel",
                token.text(),
                span,
                &near,
                known,
            ));
        }
    }

    /// Reports a channel that the bot does not speak on. A bot that names no channels (or a project without a bot)
    /// may speak on any.
    pub(super) fn bot_channel(&mut self, token: TokenRef) -> SmolStr {
        let channel = name(token);
        let bot = &self.program.bot;
        let slips = |channel: &SmolStr| !crate::names::builtin::CHANNELS.contains(&channel.as_str());
        if bot.channels.is_empty() || bot.channels.iter().any(slips) {
            // Which channels the bot speaks on is not certain.
            self.channel_name(token);
        } else if !bot.channels.contains(&channel) {
            let near = nearest::few(token.text(), bot.channels.iter().map(SmolStr::as_str));
            let span = self.token_span(token);
            let finding = unknown_name::finding("channel of this bot", token.text(), span, &near);
            self.report(finding);
        }
        channel
    }

    /// `config { name: type = default }`: what settings are meant to be.
    pub(super) fn config_item(&mut self, item: &ast::ConfigItem) {
        for field in item.fields() {
            let Some(token) = field.name() else { continue };
            if let Some(clause) = field.merge() {
                let at = self.node_span(&clause);
                let instead = Some("a field of `customer`");
                self.report(wrong_place::finding(at, "`when merged`", "`config`", instead));
            }
            let span = self.token_span(token);
            let ty = self.type_or_error(field.type_expr());
            let id = match self.symbols.settings.declare(name(token), Some(span)) {
                Ok(id) => id,
                Err(first) => {
                    self.report(duplicate_name::finding("setting", token.text(), span, first));
                    continue;
                }
            };
            debug_assert_eq!(id, self.program.bot.config.len());
            let value = self.setting_value(&field, token, ty);
            self.program.bot.config.push(ConfigValue {
                name: name(token),
                ty,
                value,
            });
        }
    }

    fn setting_value(&mut self, field: &ast::Field, token: TokenRef, ty: botflow_artifact::TypeId) -> Value {
        let span = self.token_span(token);
        let config = self.config;
        if let Some(entry) = config.value(token.text()) {
            if ty == Types::ERROR {
                return entry.value.clone();
            }
            let read = self
                .types
                .kind(ty)
                .and_then(|kind| entry.read_as(kind, self.currency));
            return match read {
                Some(value) => value,
                None => {
                    let (wanted, found) = (self.types.name(ty), Types::simple(entry.kind));
                    let found = self.types.name(found);
                    let finding = type_mismatch::finding(&wanted, &found, entry.span)
                        .related(span, format!("`config.{}` is declared here", token.text()));
                    self.report(finding);
                    Value::Unknown
                }
            };
        }
        if let Some(default) = field.default() {
            return self.constant(&default, ty).unwrap_or_default();
        }
        if !self.types.is_optional(ty) && ty != Types::ERROR {
            self.report(missing_setting::finding(token.text(), span, &[]));
        }
        Value::Unknown
    }

    /// The setting of this name: declared in a `.flow` file, or only set in `botflow.toml`.
    pub(super) fn setting(&mut self, name: &str) -> Option<ConfigId> {
        if let Some(index) = self.symbols.settings.mention(name) {
            return Some(ConfigId::from(index));
        }
        let entry = self.config.value(name)?;
        let index = self
            .symbols
            .settings
            .declare(entry.name.clone(), Some(entry.name_span))
            .ok()?;
        self.program.bot.config.push(ConfigValue {
            name: entry.name.clone(),
            ty: Types::simple(entry.kind),
            value: entry.value.clone(),
        });
        Some(ConfigId::from(index))
    }
}

fn setting_word(setting: &BotSetting) -> &'static str {
    match setting {
        BotSetting::NameSetting(_) => "name",
        BotSetting::LanguagesSetting(_) => "languages",
        BotSetting::ChannelsSetting(_) => "channels",
        BotSetting::CurrencySetting(_) => "currency",
        BotSetting::TimezoneSetting(_) => "timezone",
        BotSetting::StagesSetting(_) => "stages",
        BotSetting::ConsentsSetting(_) => "consents",
        BotSetting::ProactiveSetting(_) => "proactive",
        BotSetting::MessagesSetting(_) => "messages",
        BotSetting::DraftSetting(_) => "draft",
        BotSetting::StartStmt(_) => "start",
    }
}
