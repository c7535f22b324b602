//! Triggers, goals and experiments.

nodes! {
    /// `trigger cart_reminder { … }`
    TriggerItem { name: token Name, settings: many TriggerSetting }
    /// `on cart_updated if event.total >= 20 EUR`
    OnSetting { source: one Source, condition: one IfClause }
    /// `every mon at 09:00`
    EverySetting { days: one Days, time: token Time }
    /// `after 30m unless order_placed`
    AfterSetting { duration: token Duration, unless: many Source }
    /// `if not regular`
    IfSetting { condition: one Expr }
    /// `needs consent marketing`
    NeedsSetting { consent: token Name }
    /// `between 09:00 and 20:00`
    BetweenSetting { times: tokens Time }
    /// `at most 1 in 7d`
    CapSetting { rate: one Rate }
    /// `via whatsapp, sms`
    ViaSetting { names: tokens Name }
    /// `unread 2h -> next channel`
    UnreadSetting { duration: token Duration, way: one Arrow }
    /// `undelivered -> next channel`, `undelivered 10m -> next channel`
    UndeliveredSetting { duration: token Duration, way: one Arrow }
    /// `when busy wait`, or `skip`
    BusySetting { is_skip: has KwSkip }
    /// `priority high`
    PrioritySetting { is_high: has KwHigh, is_low: has KwLow }
    /// `expires 2d`
    ExpiresSetting { duration: token Duration }
    /// `entered checkout`
    EnteredSource { stage: token Name }
    /// `asked compare`
    AskedSource { path: one Path }
    /// `joined regular`
    JoinedSource { path: one Path }
    /// `left regular`
    LeftSource { path: one Path }
    /// `order_placed`, or `comment_posted about price`
    EventSource { path: one Path, about: second Path }
    /// `goal purchase { … }`
    GoalItem { name: token Name, entries: many GoalEntry }
    /// `value event.total`, of a goal
    ValueSetting { value: one Expr }
    /// `credit 24h`
    CreditSetting { duration: token Duration }
    /// `experiment cart_offer { … }`
    ExperimentItem {
        name: token Name, arms: many ArmSetting, goals: many GoalSetting, conditions: many IfSetting,
        holds: many HoldSetting, groups: many GroupSetting,
    }
    /// `hold out 10%`
    HoldSetting { percent: token Percent }
    /// `group offers`
    GroupSetting { name: token Name }
    /// `goal purchase`, in an experiment
    GoalSetting { path: one Path }
    /// `discount 50%`
    ArmSetting { name: token Name, percent: token Percent }
    /// `at most 3`
    Limit { count: token Integer }
    /// `at most 3 in 7d`
    Rate { count: token Integer, duration: token Duration }
}

choices! {
    /// A setting of a trigger.
    TriggerSetting = OnSetting | EverySetting | AfterSetting | IfSetting | NeedsSetting | BetweenSetting | CapSetting
        | ViaSetting | UnreadSetting | UndeliveredSetting | BusySetting | PrioritySetting | ExpiresSetting | StartStmt;
    /// What sets a trigger off.
    Source = EnteredSource | AskedSource | JoinedSource | LeftSource | EventSource;
    /// A setting of a goal.
    GoalEntry = OnSetting | ValueSetting | CreditSetting;
}
