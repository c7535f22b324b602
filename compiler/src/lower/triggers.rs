//! Triggers, goals, experiments, segments, templates, knowledge and moved places.

use botflow_artifact::{
    ConsentId, EventId, Expr, Fallback, Faq, FlowId, GoalId, IntentId, MediaKind, Moved, Occurrence,
    SegmentId, StageId, TriggerSource,
};
use botflow_syntax::ast::{self, GoalEntry, Source, TemplateEntry, TriggerSetting};
use smol_str::SmolStr;

use super::people::{minutes, weekdays};
use super::reference::NO_EVENT;
use super::{Lower, duration, name};
use crate::faq;
use crate::hir::{ExperimentSpans, GoalSpans, TriggerPart, UseContext};
use crate::project::Span;
use crate::rules::names::{duplicate_name, type_mismatch, unknown_name, unused_name, wrong_arguments};
use crate::rules::nearest;
use crate::rules::writing::{bad_literal, wrong_place};
use crate::types::{Types, literal};

impl Lower<'_> {
    pub(super) fn segment(&mut self, item: &ast::SegmentItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        if let Some(condition) = item.condition() {
            let condition = self.condition(&condition).id;
            self.program.bot.segments[id].condition = condition;
        }
    }

    pub(super) fn trigger(&mut self, item: &ast::TriggerItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        // The events come first: everything else may read what they bring, wherever it stands.
        let mut events: Vec<EventId> = Vec::new();
        let mut sources: Vec<(TriggerSource, Option<ast::IfClause>)> = Vec::new();
        for setting in item.settings() {
            match setting {
                TriggerSetting::OnSetting(on) => {
                    let what = on.source().and_then(|source| self.occurrence(&source));
                    match what {
                        Some(what) => {
                            if let Some(event) = event_of(&what) {
                                events.push(event);
                            }
                            sources.push((
                                TriggerSource::On {
                                    what,
                                    condition: None,
                                },
                                on.condition(),
                            ));
                        }
                        None => events.push(NO_EVENT),
                    }
                }
                TriggerSetting::EverySetting(every) => {
                    if let (Some(days), Some(time)) = (every.days(), every.time())
                        && let Some(at) = minutes(time)
                    {
                        let weekdays = weekdays(&days);
                        sources.push((TriggerSource::Every { weekdays, at }, None));
                    }
                }
                _ => {}
            }
        }
        let mut lowered = Vec::with_capacity(sources.len());
        for (mut source, clause) in sources {
            if let TriggerSource::On { what, condition } = &mut source {
                self.scope.events = event_of(what).into_iter().collect();
                *condition = self.if_clause(clause);
            }
            lowered.push(source);
        }
        self.program.bot.triggers[id].sources = lowered;
        let parts = item
            .settings()
            .map(|setting| (part(&setting), self.node_span(&setting)));
        let parts = parts.collect();
        *at(&mut self.program.spans.trigger_parts, id) = parts;
        self.scope.events = events;
        let mut seen = [None; 8];
        for setting in item.settings() {
            self.trigger_setting(id, &setting, &mut seen);
        }
        self.scope.events = Vec::new();
        let span = self.head(item);
        if self.program.bot.triggers[id].start == FlowId::ALWAYS && seen[7].is_none() {
            self.report(wrong_arguments::finding(
                "Nothing says which flow this trigger starts.",
                "start FLOW",
                span,
            ));
        }
    }

    fn trigger_setting(&mut self, id: usize, setting: &TriggerSetting, seen: &mut [Option<Span>; 8]) {
        let at = self.node_span(setting);
        match setting {
            TriggerSetting::OnSetting(_) | TriggerSetting::EverySetting(_) => {}
            TriggerSetting::AfterSetting(after) => {
                let unless: Vec<Occurrence> = after
                    .unless()
                    .filter_map(|source| self.occurrence(&source))
                    .collect();
                if self.once(&mut seen[0], at, "after") {
                    let trigger = &mut self.program.bot.triggers[id];
                    trigger.after_ms = duration(after.duration()).unwrap_or(0);
                    trigger.unless = unless;
                }
            }
            TriggerSetting::IfSetting(setting) => {
                if let Some(condition) = setting.condition() {
                    let condition = self.condition(&condition).id;
                    self.program.bot.triggers[id].conditions.push(condition);
                }
            }
            TriggerSetting::NeedsSetting(needs) => {
                let consent = needs
                    .consent()
                    .and_then(|token| self.known("consent", token, |symbols| &mut symbols.consents));
                if let Some(consent) = consent.map(ConsentId::from) {
                    if self.program.bot.triggers[id].needs.contains(&consent) {
                        self.report(crate::rules::writing::repeated_setting::finding(
                            at,
                            "needs consent",
                            None,
                        ));
                    } else {
                        self.program.bot.triggers[id].needs.push(consent);
                    }
                }
            }
            TriggerSetting::BetweenSetting(between) => {
                let times: Vec<u32> = between.times().filter_map(|token| minutes(token)).collect();
                if self.once(&mut seen[1], at, "between")
                    && let [from, to] = times[..]
                {
                    if from == to {
                        self.report(
                            bad_literal::finding(at, "This ends when it begins, so that there is no time in it.")
                                .help("Write when it ends, too, such as `between 09:00 and 20:00`; without `between` it may come at any time."),
                        );
                    } else {
                        self.program.bot.triggers[id].between = Some((from, to));
                    }
                }
            }
            TriggerSetting::CapSetting(cap) => {
                let rate = cap.rate().and_then(|rate| self.rate(&rate));
                if self.once(&mut seen[2], at, "at most") {
                    self.program.bot.triggers[id].cap = rate;
                }
            }
            TriggerSetting::ViaSetting(via) => {
                let channels: Vec<SmolStr> = via.names().map(|token| self.bot_channel(token)).collect();
                if self.once(&mut seen[3], at, "via") {
                    self.program.bot.triggers[id].via = channels;
                }
            }
            TriggerSetting::UnreadSetting(unread) => {
                if self.leads_to_next_channel(unread.way(), at, "What is not read", "unread 2h")
                    && let Some(after) = duration(unread.duration())
                {
                    let trigger = &mut self.program.bot.triggers[id];
                    trigger.fallback.push((Fallback::Unread, Some(after)));
                }
            }
            TriggerSetting::UndeliveredSetting(undelivered) => {
                if self.leads_to_next_channel(undelivered.way(), at, "What does not arrive", "undelivered") {
                    let after = duration(undelivered.duration());
                    let trigger = &mut self.program.bot.triggers[id];
                    trigger.fallback.push((Fallback::Undelivered, after));
                }
            }
            TriggerSetting::BusySetting(busy) => {
                if self.once(&mut seen[4], at, "when busy") {
                    self.program.bot.triggers[id].busy_waits = !busy.is_skip();
                }
            }
            TriggerSetting::PrioritySetting(priority) => {
                if self.once(&mut seen[5], at, "priority") {
                    self.program.bot.triggers[id].priority = match (priority.is_low(), priority.is_high()) {
                        (true, _) => 0,
                        (_, true) => 2,
                        _ => 1,
                    };
                }
            }
            TriggerSetting::ExpiresSetting(expires) => {
                if self.once(&mut seen[6], at, "expires") {
                    self.program.bot.triggers[id].expires_ms = duration(expires.duration());
                }
            }
            TriggerSetting::StartStmt(start) => {
                let started = self.start(start);
                if self.once(&mut seen[7], at, "start")
                    && let Some((flow, args)) = started
                {
                    let trigger = &mut self.program.bot.triggers[id];
                    trigger.start = flow;
                    trigger.args = args;
                }
            }
        }
    }

    /// Whether the way of `unread` and `undelivered` is the only one there is.
    fn leads_to_next_channel(&mut self, way: Option<ast::Arrow>, at: Span, what: &str, usage: &str) -> bool {
        // Without a way the line could not be read, and that has been told.
        let Some(way) = way else {
            return false;
        };
        let mut targets = way.targets();
        let fits =
            matches!(targets.next(), Some(ast::Target::NextChannelTarget(_))) && targets.next().is_none();
        if !fits {
            self.report(
                wrong_place::because(at, format!("{what} goes to the next channel of `via`."))
                    .help(format!("Write `{usage} -> next channel`.")),
            );
        }
        fits
    }

    /// Something that can happen to a person.
    fn occurrence(&mut self, source: &Source) -> Option<Occurrence> {
        Some(match source {
            Source::EnteredSource(entered) => {
                let token = entered.stage()?;
                let id = self.known("stage", token, |symbols| &mut symbols.stages)?;
                Occurrence::Entered(StageId::from(id))
            }
            Source::AskedSource(asked) => {
                let path = asked.path()?;
                let id = self.known_path("intent", &path, |symbols| &mut symbols.intents)?;
                Occurrence::Asked(IntentId::from(id))
            }
            Source::JoinedSource(joined) => {
                let path = joined.path()?;
                let id = self.known_path("segment", &path, |symbols| &mut symbols.segments)?;
                Occurrence::Joined(SegmentId::from(id))
            }
            Source::LeftSource(left) => {
                let path = left.path()?;
                let id = self.known_path("segment", &path, |symbols| &mut symbols.segments)?;
                Occurrence::Left(SegmentId::from(id))
            }
            Source::EventSource(event) => {
                let path = event.path()?;
                match event.about() {
                    None => Occurrence::Event(self.event_of(&path)?),
                    Some(about) => {
                        let event = self.event_of(&path);
                        let intent = self.known_path("intent", &about, |symbols| &mut symbols.intents);
                        if event.is_some() && path.text() != "comment_posted" {
                            let span = self.node_span(&about);
                            self.report(wrong_place::finding(
                                span,
                                "`about`",
                                "an event without words of the customer",
                                Some("`comment_posted about INTENT`"),
                            ));
                            return None;
                        }
                        event?;
                        Occurrence::CommentAbout(IntentId::from(intent?))
                    }
                }
            }
        })
    }

    pub(super) fn goal(&mut self, item: &ast::GoalItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let mut events = Vec::new();
        let mut clauses = Vec::new();
        let mut parts = GoalSpans::default();
        for entry in item.entries() {
            let span = self.node_span(&entry);
            match entry {
                GoalEntry::OnSetting(_) => parts.on.push(span),
                GoalEntry::CreditSetting(_) => parts.credit = Some(span),
                GoalEntry::ValueSetting(_) => {}
            }
            if let GoalEntry::OnSetting(on) = entry {
                match on.source().and_then(|source| self.occurrence(&source)) {
                    Some(what) => {
                        events.extend(event_of(&what));
                        self.program.bot.goals[id].on.push(what);
                    }
                    None => events.push(NO_EVENT),
                }
                clauses.extend(on.condition());
            }
        }
        *at(&mut self.program.spans.goal_parts, id) = parts;
        self.scope.events = events;
        let mut conditions = Vec::new();
        for clause in clauses {
            conditions.extend(self.if_clause(Some(clause)));
        }
        // Several conditions hold together: a goal has one for all its events.
        let mut all = None;
        for condition in conditions {
            all = Some(match all {
                None => condition,
                Some(before) => {
                    let span = self.expr_span(condition);
                    self.typed(Expr::And(before, condition), Types::YES_NO, span).id
                }
            });
        }
        self.program.bot.goals[id].condition = all;
        let mut seen = [None; 2];
        for entry in item.entries() {
            let at = self.node_span(&entry);
            match entry {
                GoalEntry::OnSetting(_) => {}
                GoalEntry::ValueSetting(setting) => {
                    let Some(value) = setting.value() else { continue };
                    let typed = self.expr(&value, Some(Types::MONEY));
                    self.optional_use(typed, UseContext::Passed);
                    let base = self.types.base(typed.ty);
                    if base != Types::ERROR && base != Types::MONEY && !self.types.is_numeric(typed.ty) {
                        let found = self.types.name(typed.ty);
                        let span = self.expr_span(typed.id);
                        self.report(type_mismatch::finding("money", &found, span));
                    }
                    if self.once(&mut seen[0], at, "value") {
                        self.program.bot.goals[id].value = Some(typed.id);
                    }
                }
                GoalEntry::CreditSetting(setting) => {
                    if self.once(&mut seen[1], at, "credit")
                        && let Some(credit) = duration(setting.duration())
                    {
                        self.program.bot.goals[id].credit_ms = credit;
                    }
                }
            }
        }
        self.scope.events = Vec::new();
    }

    pub(super) fn experiment(&mut self, item: &ast::ExperimentItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        let mut arms: Vec<(SmolStr, u32)> = Vec::new();
        let mut places: Vec<Span> = Vec::new();
        for arm in item.arms() {
            let Some(token) = arm.name() else { continue };
            let span = self.token_span(token);
            if let Some(place) = arms.iter().position(|(known, _)| known == token.text()) {
                let first = places[place];
                self.report(duplicate_name::finding("arm", token.text(), span, Some(first)));
                continue;
            }
            let weight = arm
                .percent()
                .and_then(|token| literal::percent(token.text()))
                .map_or(0, |percent| percent.of(100, i64::from(u32::MAX)));
            arms.push((name(token), u32::try_from(weight).unwrap_or(u32::MAX)));
            places.push(span);
        }
        self.experiment_arms[id] = arms.iter().map(|(name, _)| name.clone()).collect();
        self.program.bot.experiments[id].arms = arms;
        let goal = item.goals().next().map(|setting| self.node_span(&setting));
        // Only arms whose share could be read.
        let readable = item.arms().filter(|arm| arm.percent().is_some());
        let arms = readable.map(|arm| self.node_span(&arm)).collect();
        *at(&mut self.program.spans.experiment_parts, id) = ExperimentSpans { arms, goal };
        let (mut goal_at, mut if_at, mut hold_at, mut group_at) = (None, None, None, None);
        for setting in item.holds() {
            let at = self.node_span(&setting);
            let share = setting
                .percent()
                .and_then(|token| literal::percent(token.text()))
                .map_or(0, |percent| percent.of(100, i64::from(u32::MAX)));
            if self.once(&mut hold_at, at, "hold out") {
                self.program.bot.experiments[id].hold_out = u32::try_from(share).unwrap_or(u32::MAX);
            }
        }
        for setting in item.groups() {
            let at = self.node_span(&setting);
            if self.once(&mut group_at, at, "group") {
                self.program.bot.experiments[id].group = setting.name().map(|token| name(token));
            }
        }
        for setting in item.goals() {
            let at = self.node_span(&setting);
            let goal = setting
                .path()
                .and_then(|path| self.known_path("goal", &path, |symbols| &mut symbols.goals));
            if self.once(&mut goal_at, at, "goal") {
                self.program.bot.experiments[id].goal = goal.map(GoalId::from);
            }
        }
        for setting in item.conditions() {
            let at = self.node_span(&setting);
            let condition = setting.condition().map(|condition| self.condition(&condition).id);
            if self.once(&mut if_at, at, "if") {
                self.program.bot.experiments[id].condition = condition;
            }
        }
    }

    pub(super) fn template(&mut self, item: &ast::TemplateItem) {
        let Some(id) = self.declared(item.name()) else {
            return;
        };
        for token in item.channels() {
            self.bot_channel(token);
        }
        let taken = self.template_params[id].clone();
        let outer = self.params_scope(&taken);
        let mut seen = [None; 4];
        for entry in item.entries() {
            let at = self.node_span(&entry);
            match entry {
                TemplateEntry::CategorySetting(setting) => {
                    let Some(token) = setting.name() else { continue };
                    const CATEGORIES: [&str; 3] = ["marketing", "utility", "authentication"];
                    if !CATEGORIES.contains(&token.text()) {
                        let near = nearest::few(token.text(), CATEGORIES);
                        let span = self.token_span(token);
                        let known = CATEGORIES.into_iter();
                        let name = token.text();
                        self.report(unknown_name::of_the_language(
                            "category", name, span, &near, known,
                        ));
                    }
                    if self.once(&mut seen[0], at, "category") {
                        self.program.bot.templates[id].category = name(token);
                    }
                }
                TemplateEntry::TitleItem(title) => {
                    let text = title.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[1], at, "title") {
                        self.program.bot.templates[id].header = text;
                    }
                }
                TemplateEntry::TextItem(text) => {
                    let text = text.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[2], at, "text")
                        && let Some(text) = text
                    {
                        self.program.bot.templates[id].text = text;
                    }
                }
                TemplateEntry::FooterItem(footer) => {
                    let text = footer.text().map(|text| self.text(&text).id);
                    if self.once(&mut seen[3], at, "footer") {
                        self.program.bot.templates[id].footer = text;
                    }
                }
                TemplateEntry::ButtonItem(button) => {
                    let button = self.button(&button);
                    self.program.bot.templates[id].buttons.extend(button);
                }
                TemplateEntry::ImageItem(item) => {
                    self.template_media(id, MediaKind::Image, item.source(), item.alt());
                }
                TemplateEntry::VideoItem(item) => {
                    self.template_media(id, MediaKind::Video, item.source(), item.alt());
                }
                TemplateEntry::FileItem(item) => {
                    self.template_media(id, MediaKind::File, item.source(), item.alt());
                }
                TemplateEntry::AudioItem(item) => {
                    self.template_media(id, MediaKind::Audio, item.source(), item.alt());
                }
            }
        }
        self.scope = outer;
    }

    /// What a template shows beside its words; its address may depend on the parameters.
    fn template_media(
        &mut self,
        id: usize,
        kind: MediaKind,
        source: Option<ast::Expr>,
        alt: Option<ast::Text>,
    ) {
        let media = self.media(kind, source, alt);
        self.program.bot.templates[id].media.extend(media);
    }

    pub(super) fn faq(&mut self, item: &ast::FaqItem) {
        let name = item.name().map(|token| name(token)).unwrap_or_default();
        for source in item.sources() {
            for text in source.texts() {
                if let Some(plain) = self.fixed_text(&text) {
                    let entries = self.entries_of(&plain);
                    let at = self.node_span(&text);
                    if self.source_exists(&plain, at) && entries.is_empty() {
                        self.report(unused_name::nothing_asked(&plain, at));
                    }
                    self.program.bot.faqs.push(Faq {
                        name: name.clone(),
                        entries,
                        source: SmolStr::new(plain),
                    });
                }
            }
        }
    }

    /// The questions and answers of the files that a source means, in order of path.
    fn entries_of(&self, source: &str) -> Vec<faq::Entry> {
        let documents = self.project.documents.iter();
        let meant = documents.filter(|document| faq::fits(source, &document.path));
        meant.flat_map(|document| faq::entries(&document.text)).collect()
    }

    /// Whether a file fits a source; reports one that none fits: the bot would answer nothing, and nobody would know why.
    fn source_exists(&mut self, source: &str, span: Span) -> bool {
        let documents = &self.project.documents;
        if documents.iter().any(|document| faq::fits(source, &document.path)) {
            return true;
        }
        let help = match documents.as_slice() {
            [] => "A `faq` reads `.md` files of the project, and there are none yet: headings are questions, what \
                   follows is the answer."
                .to_owned(),
            some => {
                let paths = some.iter().map(|document| document.path.as_str());
                format!("These `.md` files are there: {}.", super::compare::listed(paths))
            }
        };
        self.report(unknown_name::other_kind("file", source, span, help));
        false
    }

    /// `moved flow.step to flow.step`. What was moved is gone, so that only the end of the way is looked up.
    pub(super) fn moved(&mut self, item: &ast::MovedItem) {
        let (Some(from), Some(to)) = (item.from(), item.to()) else {
            return;
        };
        let target = to.text();
        // The longest beginning that is a flow: library flows have a point in their names.
        let mut flow = None;
        for (place, _) in target.match_indices('.').chain([(target.len(), "")]) {
            if self.symbols.flows.get(&target[..place]).is_some() {
                flow = Some(&target[..place]);
            }
        }
        if flow.is_none() {
            let first = to.names().next();
            if let Some(token) = first {
                let span = self.token_span(token);
                let text = token.text().to_owned();
                self.unknown("flow", &text, span, |symbols| &mut symbols.flows);
            }
            return;
        }
        let span = self.node_span(&to);
        self.moved_to
            .push((span, target.clone(), flow.unwrap_or_default().len()));
        self.program.bot.moved.push(Moved {
            from: from.text(),
            to: target,
        });
    }
}

/// The place of a declaration in a table that grows as declarations are met.
fn at<T: Default>(table: &mut Vec<T>, id: usize) -> &mut T {
    if table.len() <= id {
        table.resize_with(id + 1, T::default);
    }
    &mut table[id]
}

/// Which setting this is.
fn part(setting: &TriggerSetting<'_>) -> TriggerPart {
    match setting {
        TriggerSetting::OnSetting(_) => TriggerPart::On,
        TriggerSetting::EverySetting(_) => TriggerPart::Every,
        TriggerSetting::AfterSetting(_) => TriggerPart::After,
        TriggerSetting::IfSetting(_) => TriggerPart::If,
        TriggerSetting::NeedsSetting(_) => TriggerPart::Needs,
        TriggerSetting::BetweenSetting(_) => TriggerPart::Between,
        TriggerSetting::CapSetting(_) => TriggerPart::AtMost,
        TriggerSetting::ViaSetting(_) => TriggerPart::Via,
        TriggerSetting::UnreadSetting(_) | TriggerSetting::UndeliveredSetting(_) => TriggerPart::Unread,
        TriggerSetting::BusySetting(_) => TriggerPart::WhenBusy,
        TriggerSetting::PrioritySetting(_) => TriggerPart::Priority,
        TriggerSetting::ExpiresSetting(_) => TriggerPart::Expires,
        TriggerSetting::StartStmt(_) => TriggerPart::Start,
    }
}

fn event_of(what: &Occurrence) -> Option<EventId> {
    match what {
        Occurrence::Event(event) => Some(*event),
        _ => None,
    }
}
