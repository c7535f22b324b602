//! Flows, steps, handlers, ways and targets.

nodes! {
    /// `flow f(a: T) gives U { … }`
    FlowItem {
        name: token Name, params: one Params, gives: one GivesClause, open: one OpenClause, handlers: many Handler,
        statements: many Stmt, steps: many Step,
    }
    /// `open to operators`
    OpenClause {}
    /// `step shipping { … }`
    Step { name: token Name, handlers: many Handler, statements: many Stmt }
    /// `always { … }`
    AlwaysItem { entries: many AlwaysEntry }
    /// `if conversation.misunderstood >= 5 way`, in `always`
    IfHandler { condition: one Expr, way: one Way }
    /// `on silence 1h way`
    SilenceHandler { duration: token Duration, way: one Way }
    /// `on failed way`
    FailedHandler { way: one Way }
    /// `on unclear way`
    UnclearHandler { arrow: one Arrow, block: one UnclearBlock }
    /// `on changed city way`
    ChangedHandler { name: token Name, way: one Way }
    /// `on event order_placed if … way`
    EventHandler { path: one Path, condition: one IfClause, way: one Way }
    /// `on order_status(order) way`
    IntentHandler { path: one Path, bindings: one Bindings, condition: one IfClause, way: one Way }
    /// `(order)`
    Bindings { names: tokens Name }
    /// The block of `on unclear`: statements and `tries`.
    UnclearBlock { statements: many Stmt, tries: many TriesItem }
    /// `if condition`, behind something
    IfClause { condition: one Expr }
    /// `{ statements }`
    Block { statements: many Stmt }
    /// `-> target then target`
    Arrow { targets: many Target }
    /// `shipping`, behind an arrow
    StepTarget { name: token Name }
    /// `queue helpdesk`, behind an arrow of an escalation
    QueueTarget { name: token Name }
    /// `next channel`, behind an arrow of a trigger
    NextChannelTarget {}
}

choices! {
    /// What is heard in a step, a flow or `always`.
    Handler = SilenceHandler | FailedHandler | UnclearHandler | ChangedHandler | EventHandler | IntentHandler;
    /// What stands in `always`.
    AlwaysEntry = Handler | IfHandler;
    /// An arrow or a block.
    Way = Arrow | Block;
    /// Where an arrow goes.
    Target = RunStmt | StartStmt | EscalateStmt | FinishStmt | ReturnStmt | AgainStmt | BackStmt | QueueTarget
        | NextChannelTarget | StepTarget;
}
