//! The declarations of a file: what stands at its top level.

nodes! {
    /// A whole file.
    File { items: many Item }
    /// `bot luna_store { … }`
    BotItem { name: token Name, settings: many BotSetting }
    /// `name "Luna"`
    NameSetting { text: one Text }
    /// `languages en, ro`
    LanguagesSetting { languages: many LanguageCode }
    /// `channels web, sms`
    ChannelsSetting { names: tokens Name }
    /// `currency EUR`
    CurrencySetting { currency: token Currency }
    /// `timezone "Europe/Bucharest"`
    TimezoneSetting { text: one Text }
    /// `stages discover, checkout`
    StagesSetting { names: tokens Name }
    /// `consents marketing, service`
    ConsentsSetting { names: tokens Name }
    /// `proactive at most 3 in 7d`
    ProactiveSetting { rate: one Rate }
    /// `messages at most 3`: how many in a row without a question.
    MessagesSetting { limit: one Limit }
    /// `draft yes`
    DraftSetting { is_on: has KwYes }
    /// `customer { … }`
    CustomerItem { fields: many Field }
    /// `config { … }`: the types of the settings in `botflow.toml`.
    ConfigItem { fields: many Field }
    /// `tier: tier sensitive = standard`
    Field { name: token Name, type_expr: one TypeExpr, is_sensitive: has KwSensitive, default: one Expr, merge: one MergeClause }
    /// `when merged add`
    MergeClause { words: tokens Name }
    /// `event cart_updated(cart: text)`
    EventItem { name: token Name, params: one Params }
    /// `(a: text, b: integer = 1)`
    Params { params: many Param }
    /// `a: text`
    Param { name: token Name, type_expr: one TypeExpr, is_sensitive: has KwSensitive, default: one Expr }
    /// `intent price { … }`
    IntentItem { name: token Name, params: one Params, words: many WordsClause, likes: many LikeClause }
    /// `words ru "цена", "стоимость"`
    WordsClause { language: one LanguageCode, texts: many Text }
    /// `like "where is order {order}"`
    LikeClause { language: one LanguageCode, texts: many Text }
    /// `segment regular if …`
    SegmentItem { name: token Name, condition: one Expr }
    /// `lookup shipping.quote(city: city) gives … { … }`
    LookupItem {
        path: one Path, params: one Params, gives: one GivesClause, fails: many FailsClause, takes: one TakesClause,
        settings: many CallSetting,
    }
    /// `action crm.save_lead(email: email)`
    ActionItem {
        path: one Path, params: one Params, gives: one GivesClause, fails: many FailsClause, takes: one TakesClause,
        settings: many CallSetting,
    }
    /// `gives (price: money)`
    GivesClause { type_expr: one TypeExpr }
    /// `fails with taken, full`
    FailsClause { names: tokens Name }
    /// `takes sensitive`
    TakesClause {}
    /// `get "{config.shop_api}/quote"`; the other methods likewise.
    MethodSetting { text: one Text, is_get: has KwGet, is_post: has KwPost, is_put: has KwPut, is_patch: has KwPatch, is_delete: has KwDelete }
    /// `header "Accept" "application/json"`
    HeaderSetting { name: one Text, value: second Text }
    /// `body (email: email)`
    BodySetting { value: one Expr }
    /// `timeout 3s`
    TimeoutSetting { duration: token Duration }
    /// `retry 2`
    RetrySetting { count: token Integer }
    /// `fails with taken on 409`: which answers of the other side are which failure.
    FailsSetting { name: token Name, statuses: tokens Integer }
    /// `moved checkout_help.reassure to checkout_help.safety`
    MovedItem { from: one Path, to: second Path }
    /// `use std.csat as survey`
    UseItem { path: one Path, alias: token Name }
    /// `faq { source "faq/*.md" }`
    FaqItem { name: token Name, sources: many SourceSetting }
    /// `source ru "faq/ru/*.md"`
    SourceSetting { language: one LanguageCode, texts: many Text }
}

choices! {
    /// A declaration.
    Item = BotItem | TypeItem | CustomerItem | ConfigItem | EventItem | IntentItem | SegmentItem | LookupItem
        | ActionItem | AlwaysItem | FlowItem | TriggerItem | GoalItem | ExperimentItem | QueueItem | EscalationItem
        | TemplateItem | FaqItem | MovedItem | UseItem;
    /// A setting of the bot.
    BotSetting = NameSetting | LanguagesSetting | ChannelsSetting | CurrencySetting | TimezoneSetting | StagesSetting
        | ConsentsSetting | ProactiveSetting | MessagesSetting | DraftSetting | StartStmt;
    /// A setting of a lookup or an action.
    CallSetting = MethodSetting | HeaderSetting | BodySetting | TimeoutSetting | RetrySetting | FailsSetting;
}
