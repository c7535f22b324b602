//! What flows do, as trees of statements. A *way* is a [`Block`]: `-> target` is a block of one statement.

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::project::Span;

/// A flow's body.
#[derive(Clone, Debug)]
pub struct FlowBody {
    /// Which flow.
    pub id: FlowId,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The whole declaration.
    pub span: Span,
    /// Handlers of the flow itself.
    pub handlers: Vec<HandlerBody>,
    /// `if condition way` rules; only in `always`.
    pub rules: Vec<RuleBody>,
    /// What stands before the steps.
    pub body: Block,
    /// Steps, in order.
    pub steps: Vec<StepBody>,
}

/// A step's body.
#[derive(Clone, Debug)]
pub struct StepBody {
    /// Which step.
    pub id: StepId,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The whole step.
    pub span: Span,
    /// Handlers of the step.
    pub handlers: Vec<HandlerBody>,
    /// What it does.
    pub body: Block,
}

/// A handler.
#[derive(Clone, Debug)]
pub struct HandlerBody {
    /// What it hears (ways inside are in `tries`/`nudge`).
    pub hears: HearsBody,
    /// From `on` to what it hears.
    pub head: Span,
    /// The whole handler.
    pub span: Span,
    /// Only if.
    pub condition: Option<ExprId>,
    /// What it does.
    pub block: Block,
}

/// What a handler hears.
#[derive(Clone, Debug)]
pub enum HearsBody {
    /// An intent, with the slots of its parameters.
    Intent(IntentId, Vec<Option<SlotId>>),
    /// An event.
    Event(EventId),
    /// Silence; a nudge has its message here and an empty block.
    Silence {
        /// Milliseconds.
        after_ms: i64,
        /// `silence D "…"`.
        nudge: Option<MessageId>,
    },
    /// A failed call.
    Failed,
    /// A message that nobody took.
    Unclear {
        /// `tries N way`.
        tries: Vec<TriesBody>,
    },
    /// A corrected answer.
    Changed(SlotId),
    /// A place that a later version of the bot does not have.
    Stranded,
    /// A standard pattern that the bot overrides.
    Pattern(SmolStr),
    /// Not understood; already reported.
    Error,
}

/// `if condition way` of `always`.
#[derive(Clone, Debug)]
pub struct RuleBody {
    /// When it becomes yes.
    pub condition: ExprId,
    /// The whole rule.
    pub span: Span,
    /// What it does.
    pub block: Block,
}

/// Statements in order.
#[derive(Clone, Debug)]
pub struct Block {
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// The block with its braces, or the target.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// The whole statement.
    pub span: Span,
}

/// Statements of the language.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `say`.
    Say(MessageId),
    /// `say one of`.
    SayOneOf(Vec<MessageId>),
    /// A message with buttons that lead on.
    Offer(Box<OfferBody>),
    /// `ask`.
    Ask(Box<AskBody>),
    /// `choose`.
    Choose(Box<ChooseBody>),
    /// `form`.
    Form {
        /// Its name.
        name: SmolStr,
        /// Where its name stands.
        name_span: Span,
        /// Its statements.
        block: Block,
    },
    /// `let x = expression`.
    Let {
        /// Which slot.
        slot: SlotId,
        /// Where the name stands.
        name_span: Span,
        /// The value.
        value: ExprId,
    },
    /// `remember customer.x = …`.
    Remember {
        /// Which field.
        field: FieldId,
        /// The value.
        value: ExprId,
    },
    /// `forget customer.x`.
    Forget(FieldId),
    /// `let r = call a.b(…) { … }` or `call a.b(…) { … }`.
    Call(Box<CallBody>),
    /// `if … else if … else`.
    If {
        /// Conditions and what follows.
        arms: Vec<(ExprId, Block)>,
        /// `else`.
        otherwise: Option<Block>,
    },
    /// `match x { … }`.
    Match {
        /// What is looked at.
        value: ExprId,
        /// Values (each a constant expression; several share an arm) and what follows.
        arms: Vec<(Vec<ExprId>, Block)>,
        /// `otherwise`.
        otherwise: Option<Block>,
        /// The arms cover all values, so that without `otherwise` nothing falls through.
        covered: bool,
    },
    /// `for each`.
    ForEach {
        /// The loop's variable.
        item: SlotId,
        /// Hidden slot that keeps the list.
        items: SlotId,
        /// Hidden slot that counts.
        cursor: SlotId,
        /// The list.
        list: ExprId,
        /// At most so many rounds.
        at_most: u32,
        /// What is done each time.
        block: Block,
    },
    /// `wait D`.
    Wait {
        /// How long.
        duration: ExprId,
    },
    /// `wait for EVENT …`.
    WaitFor(Box<WaitForBody>),
    /// `-> step`.
    Go(StepId),
    /// `run f(…)`, `let s = run f(…)`.
    Run(Box<RunBody>),
    /// `start f(…)`.
    Start {
        /// Which flow.
        flow: FlowId,
        /// Arguments in order of the parameters.
        args: Vec<ExprId>,
    },
    /// `return …`.
    Return(Option<ExprId>),
    /// `escalate to e`.
    Escalate(EscalationId),
    /// `-> again`.
    Again,
    /// `-> back`.
    Back,
    /// `repeat`, in a pattern's handler.
    Repeat,
    /// `start over`, in a pattern's handler.
    StartOver,
    /// `vary experiment { … }`.
    Vary {
        /// Which.
        experiment: ExperimentId,
        /// Arms by index, and what is done.
        arms: Vec<(u32, Block)>,
    },
    /// `stage s`.
    Stage(StageId),
    /// `tag "…"`.
    Tag(TextId),
    /// `track name(…)`.
    Track {
        /// Its name.
        name: SmolStr,
        /// Its values.
        values: Vec<(SmolStr, ExprId)>,
    },
    /// `note "…"`.
    Note(TextId),
    /// `tell queue q "…"`.
    Tell {
        /// Which queue.
        queue: QueueId,
        /// The words.
        text: TextId,
    },
    /// `consent k granted|withdrawn`.
    Consent {
        /// Which kind.
        consent: ConsentId,
        /// Granted, or withdrawn.
        granted: bool,
        /// For which channels; none = the conversation's.
        channels: Vec<smol_str::SmolStr>,
    },
    /// `ask queue …`.
    AskQueue(Box<AskQueueBody>),
    /// `verify customer.x { … }`.
    Verify(Box<VerifyBody>),
    /// `identify by customer.x`.
    Identify(FieldId),
    /// `finish outcome as label`.
    Finish {
        /// How.
        outcome: Outcome,
        /// `as label`.
        label: Option<SmolStr>,
    },
    /// `-> queue q`: only in the ways of an escalation.
    ToQueue(QueueId),
    /// Was wrong and has been reported; control does not go on behind it as far as rules are concerned.
    Error,
}

/// A message with buttons that lead on. The messages' [`ButtonAct::Leads`] count the ways here; code generation makes
/// handlers of them.
#[derive(Clone, Debug)]
pub struct OfferBody {
    /// The message; the variants of a `say one of`.
    pub messages: Vec<MessageId>,
    /// `say one of`.
    pub one_of: bool,
    /// What its buttons do.
    pub ways: Vec<ButtonBody>,
}

/// `button "…" way`.
#[derive(Clone, Debug)]
pub struct ButtonBody {
    /// The whole item.
    pub span: Span,
    /// Where its label stands.
    pub label_span: Span,
    /// Its label.
    pub label: TextId,
    /// The slot of the card's item.
    pub item: Option<SlotId>,
    /// What a press does.
    pub block: Block,
}

/// `tries N way`.
#[derive(Clone, Debug)]
pub struct TriesBody {
    /// At the n-th failed try.
    pub at: u32,
    /// The whole item.
    pub span: Span,
    /// Where it goes.
    pub block: Block,
}

/// `silence D …`.
#[derive(Clone, Debug)]
pub struct SilenceBody {
    /// Milliseconds.
    pub after_ms: i64,
    /// The whole item.
    pub span: Span,
    /// What happens.
    pub act: SilenceAct,
}

/// What a clock of silence does.
#[derive(Clone, Debug)]
pub enum SilenceAct {
    /// Says something once.
    Nudge(MessageId),
    /// Takes a way.
    Way(Block),
}

/// `ask`.
#[derive(Clone, Debug)]
pub struct AskBody {
    /// Name of the place: the answer's, or the field's.
    pub name: SmolStr,
    /// Where that name stands.
    pub name_span: Span,
    /// Where the answer goes.
    pub into: AskTarget,
    /// How the answer is read.
    pub ty: TypeId,
    /// The question.
    pub question: MessageId,
    /// Words for asking again.
    pub again: Option<MessageId>,
    /// Suggestions.
    pub suggest: Vec<Suggestion>,
    /// `check … otherwise …`; a text is a block of one `say`.
    pub checks: Vec<(ExprId, Block)>,
    /// `invalid …`; a text is a block of one `say`.
    pub invalid: Option<Block>,
    /// `tries N way`.
    pub tries: Vec<TriesBody>,
    /// Clocks of silence.
    pub silence: Vec<SilenceBody>,
    /// `skip if … with …`.
    pub skip: Option<Skip>,
}

/// `choose`.
#[derive(Clone, Debug)]
pub struct ChooseBody {
    /// Name of the place; `choice` where none is written.
    pub name: SmolStr,
    /// Where the name stands; the word `choose` where none is written.
    pub name_span: Span,
    /// A name is written.
    pub named: bool,
    /// Where the choice goes.
    pub into: Option<SlotId>,
    /// The question.
    pub question: MessageId,
    /// Words for asking again.
    pub again: Option<MessageId>,
    /// `choose several`.
    pub several: bool,
    /// Options from a list.
    pub from: Option<ListOptionsBody>,
    /// Written options.
    pub options: Vec<OptionBody>,
    /// `otherwise way`.
    pub otherwise: Option<Block>,
    /// `tries N way`.
    pub tries: Vec<TriesBody>,
    /// Clocks of silence.
    pub silence: Vec<SilenceBody>,
}

/// A written option.
#[derive(Clone, Debug)]
pub struct OptionBody {
    /// The whole option.
    pub span: Span,
    /// Its label's place.
    pub label_span: Span,
    /// Its label.
    pub label: TextId,
    /// What else picks it.
    pub words: Vec<LanguageWords>,
    /// Offered only if.
    pub condition: Option<ExprId>,
    /// What it stands for.
    pub value: Option<ExprId>,
    /// What it does.
    pub act: OptionActBody,
}

/// What an option does.
#[derive(Clone, Debug)]
pub enum OptionActBody {
    /// Takes a way.
    Way(Block),
    /// Goes on behind the `choose`.
    GoOn,
    /// Opens an address.
    Opens(ExprId),
    /// Calls a number.
    Calls(ExprId),
}

/// Options from a list.
#[derive(Clone, Debug)]
pub struct ListOptionsBody {
    /// The list.
    pub list: ExprId,
    /// The item's slot.
    pub item: SlotId,
    /// Only items for which this holds.
    pub condition: Option<ExprId>,
    /// At most so many.
    pub at_most: u32,
    /// Label of each.
    pub label: TextId,
    /// What each does.
    pub act: OptionActBody,
    /// Where it goes without any.
    pub none: Option<Block>,
    /// The whole `each` item.
    pub span: Span,
}

/// `call`.
#[derive(Clone, Debug)]
pub struct CallBody {
    /// Name of the place: the result's, or the call's.
    pub name: SmolStr,
    /// Where the call's name stands.
    pub name_span: Span,
    /// Which.
    pub call: CallId,
    /// Arguments in order of the parameters.
    pub args: Vec<ExprId>,
    /// Where the result goes.
    pub result: Option<SlotId>,
    /// `failed way`.
    pub failed: Option<Block>,
    /// Ways of named failures.
    pub fails: Vec<(u32, Block)>,
    /// `waiting D { … }`.
    pub waiting: Option<(i64, Block)>,
}

/// `wait for`.
#[derive(Clone, Debug)]
pub struct WaitForBody {
    /// Name of the place.
    pub name: SmolStr,
    /// Where the event's name stands.
    pub name_span: Span,
    /// Which event.
    pub event: EventId,
    /// Only if.
    pub condition: Option<ExprId>,
    /// The event as a record.
    pub into: Option<SlotId>,
    /// At most so long.
    pub within: Option<ExprId>,
    /// When it did not come.
    pub otherwise: Option<Block>,
}

/// `run`.
#[derive(Clone, Debug)]
pub struct RunBody {
    /// Which flow.
    pub flow: FlowId,
    /// Where its name stands.
    pub name_span: Span,
    /// Arguments in order of the parameters.
    pub args: Vec<ExprId>,
    /// Where the result goes.
    pub result: Option<SlotId>,
}

/// `ask queue`.
#[derive(Clone, Debug)]
pub struct AskQueueBody {
    /// Name of the place: the answer's.
    pub name: SmolStr,
    /// Where that name stands.
    pub name_span: Span,
    /// Who is asked.
    pub queue: QueueId,
    /// Where the answer goes.
    pub into: SlotId,
    /// How it is read.
    pub ty: TypeId,
    /// The question.
    pub question: TextId,
    /// `closed way`.
    pub closed: Option<Block>,
    /// `nobody D way`.
    pub nobody: Vec<(i64, Block)>,
}

/// `verify`.
#[derive(Clone, Debug)]
pub struct VerifyBody {
    /// The address to prove.
    pub field: FieldId,
    /// Where it stands.
    pub name_span: Span,
    /// The message with the code.
    pub question: Option<MessageId>,
    /// `invalid …`.
    pub invalid: Option<Block>,
    /// `tries N way`.
    pub tries: Vec<TriesBody>,
    /// Clocks of silence.
    pub silence: Vec<SilenceBody>,
    /// `failed way`.
    pub failed: Option<Block>,
}

/// Ways of an escalation.
#[derive(Clone, Debug)]
pub struct EscalationBody {
    /// Which.
    pub id: EscalationId,
    /// The whole declaration.
    pub span: Span,
    /// `nobody D way`.
    pub nobody: Vec<(i64, Block)>,
    /// `closed way`.
    pub closed: Option<Block>,
    /// `customer silent D way`.
    pub customer_silent: Vec<(i64, Block)>,
    /// `operator silent D way`.
    pub operator_silent: Vec<(i64, Block)>,
    /// `resolved way`.
    pub resolved: Option<Block>,
}
