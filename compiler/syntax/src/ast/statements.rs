//! Statements.

nodes! {
    /// `say "…" { … }`
    SayStmt { via: one ViaClause, one_of: one OneOf, text: one Text, items: many SayItem }
    /// `reply publicly "…"`
    ReplyStmt { one_of: one OneOf, text: one Text, items: many SayItem }
    /// `subject "…"`
    SubjectStmt { text: one Text }
    /// `ask name: type "…" { … }`
    AskStmt { answer: one Answer, customer: one CustomerRef, text: one Text, items: many AskItem }
    /// `ask queue sales name: type "…" { … }`
    AskQueueStmt { queue: token Name, answer: one Answer, text: one Text, items: many AskQueueItem }
    /// `form name { … }`
    FormStmt { name: token Name, block: one Block }
    /// `choose name "…" { … }`
    ChooseStmt {
        is_several: has KwSeveral, name: token Name, from: one FromClause, limit: one Limit, text: one Text,
        items: many ChooseItem,
    }
    /// `let x = …`
    LetStmt { name: token Name, value: one LetValue }
    /// `remember customer.x = …`
    RememberStmt { customer: one CustomerRef, value: one Expr }
    /// `forget customer.x`
    ForgetStmt { customer: one CustomerRef }
    /// `call a.b(…) { … }` without a name for its result
    CallStmt { call: one Call }
    /// `call a.b(…) { … }`
    Call { path: one Path, args: one Args, ways: many CallWay }
    /// `if … { } else if … { } else { }`
    IfStmt { condition: one Expr, way: one Way, else_ifs: many ElseIf, else_branch: one ElseBranch }
    /// `else if … { }`
    ElseIf { condition: one Expr, block: one Block }
    /// `else { }`
    ElseBranch { way: one Way }
    /// `match x { … }`
    MatchStmt { cases: many MatchCase, otherwise: one OtherwiseItem }
    /// `gold, silver way`
    MatchCase { patterns: many Pattern, way: one Way }
    /// A literal, a text, a member or `known`
    Pattern { is_known: has KwKnown, is_negative: has Minus, literal: one Literal, text: one Text, path: one Path }
    /// `for each x in LIST at most N { }`
    ForStmt { name: token Name, list: one Expr, limit: one Limit, block: one Block }
    /// `wait 2h`
    WaitStmt { duration: token Duration }
    /// `wait for order_placed as order within 1d { … }`
    WaitForStmt {
        event: one Path, condition: one IfClause, name: token Name, duration: token Duration,
        otherwise: one OtherwiseItem,
    }
    /// `run f(…)`
    RunStmt { path: one Path, args: one Args }
    /// `start f(…)`
    StartStmt { path: one Path, args: one Args }
    /// `return …`
    ReturnStmt { value: one Expr }
    /// `escalate to e`
    EscalateStmt { path: one Path }
    /// `finish resolved as demo_booked`
    FinishStmt { outcome: one Outcome, name: token Name }
    /// `resolved`, `unresolved` or `abandoned`
    Outcome { is_resolved: has KwResolved, is_unresolved: has KwUnresolved, is_abandoned: has KwAbandoned }
    /// `again`
    AgainStmt {}
    /// `back`
    BackStmt {}
    /// `vary experiment { … }`
    VaryStmt { experiment: one Path, arms: many Arm }
    /// `discount way`
    Arm { name: token Name, way: one Way }
    /// `stage checkout`
    StageStmt { name: token Name }
    /// `tag "…"`
    TagStmt { text: one Text }
    /// `track name(…)`
    TrackStmt { path: one Path, args: one Args }
    /// `note "…"`
    NoteStmt { text: one Text }
    /// `tell queue sales "…"`
    TellStmt { queue: token Name, text: one Text }
    /// `consent marketing granted`, or `withdrawn`
    ConsentStmt { name: token Name, is_granted: has KwGranted, is_withdrawn: has KwWithdrawn, channels: one OnClause }
    /// `on email, sms`: for which channels.
    OnClause { names: tokens Name }
    /// `verify customer.email { … }`
    VerifyStmt { customer: one CustomerRef, items: many VerifyItem }
    /// `identify by customer.email`
    IdentifyStmt { customer: one CustomerRef }
}

impl<'t> MatchStmt<'t> {
    /// What is decided by.
    pub fn value(&self) -> Option<crate::ast::Expr<'t>> {
        crate::ast::child(self.syntax)
    }
}

choices! {
    /// A statement.
    Stmt = SayStmt | ReplyStmt | SubjectStmt | AskStmt | AskQueueStmt | FormStmt | ChooseStmt | LetStmt | RememberStmt
        | ForgetStmt | CallStmt | IfStmt | MatchStmt | ForStmt | WaitStmt | WaitForStmt | Arrow | RunStmt | StartStmt
        | ReturnStmt | EscalateStmt | FinishStmt | AgainStmt | BackStmt | VaryStmt | StageStmt | TagStmt | TrackStmt
        | NoteStmt | TellStmt | ConsentStmt | VerifyStmt | IdentifyStmt;
    /// What `let` takes its value from.
    LetValue = Call | RunStmt | Expr;
}
