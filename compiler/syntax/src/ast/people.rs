//! Queues, escalations and templates.

nodes! {
    /// `queue helpdesk { … }`
    QueueItem { name: token Name, entries: many QueueEntry }
    /// `hours mon to fri 09:00 to 18:00`, or `hours always`
    HoursSetting { is_always: has KwAlways, days: one Days, times: tokens Time }
    /// `closed on 2026-12-25, jan 1`
    ClosedSetting { dates: tokens Date, yearly: many YearlyDate }
    /// `dec 25`
    YearlyDate { month: token Month, day: token Integer }
    /// `mon to fri, sun`, or `day` for every day
    Days { is_every_day: has KwDay, ranges: many DayRange }
    /// `mon to fri`
    DayRange { weekdays: tokens Weekday }
    /// `escalation support { … }`
    EscalationItem { name: token Name, entries: many EscalationEntry }
    /// `to queue helpdesk_ru if …`
    ToSetting { queue: token Name, condition: one IfClause }
    /// `brief "…"`
    BriefSetting { text: one Text }
    /// `nobody 5m way`
    NobodyItem { duration: token Duration, way: one Way }
    /// `closed way`
    ClosedItem { way: one Way }
    /// `customer silent 30m way`
    CustomerSilentItem { duration: token Duration, way: one Way }
    /// `operator silent 10m way`
    OperatorSilentItem { duration: token Duration, way: one Way }
    /// `resolved way`
    ResolvedItem { way: one Way }
    /// `template cart_waiting(name: text) on whatsapp { … }`: the first name is its own, the others are channels.
    TemplateItem { names: tokens Name, params: one Params, entries: many TemplateEntry }
    /// `category marketing`
    CategorySetting { name: token Name }
    /// `footer "…"`
    FooterItem { text: one Text }
}

impl<'t> TemplateItem<'t> {
    /// Its own name. A broken declaration may lack it and still have channels.
    pub fn name(&self) -> Option<crate::node::TokenRef<'t>> {
        use crate::ast::AstNode;
        let on = crate::ast::token(self.syntax(), crate::kind::SyntaxKind::KwOn);
        self.names()
            .next()
            .filter(|name| on.is_none_or(|on| name.text_range().end() <= on.text_range().start()))
    }

    /// The channels behind `on`.
    pub fn channels(&self) -> impl Iterator<Item = crate::node::TokenRef<'t>> + use<'t> {
        use crate::ast::AstNode;
        let on = crate::ast::token(self.syntax(), crate::kind::SyntaxKind::KwOn);
        self.names().filter(move |name| {
            on.as_ref()
                .is_some_and(|on| name.text_range().start() >= on.text_range().end())
        })
    }
}

choices! {
    /// A setting of a queue.
    QueueEntry = HoursSetting | ClosedSetting | TimezoneSetting | NameSetting | LanguagesSetting;
    /// A setting or a way of an escalation.
    EscalationEntry = ToSetting | SayStmt | BriefSetting | NobodyItem | ClosedItem | CustomerSilentItem
        | OperatorSilentItem | ResolvedItem;
    /// A part of a template.
    TemplateEntry = CategorySetting | TitleItem | TextItem | FooterItem | ImageItem | VideoItem | FileItem | AudioItem
        | ButtonItem;
}
