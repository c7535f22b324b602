//! Programs made of bytes: any bytes give a program whose names are all resolved, with every kind of statement, so
//! that a property that holds for all bytes holds for all programs. Shorter bytes give smaller programs.

use botflow_artifact::*;
use botflow_compiler::hir::*;
use botflow_compiler::project::{FileId, Span};

const TEXT: TypeId = TypeId(0);
const YES: ExprId = ExprId(0);
const DURATION: ExprId = ExprId(1);
const LIST: ExprId = ExprId(2);
const MESSAGE: MessageId = MessageId(0);
const WORDS: TextId = TextId(0);

/// A program: how many flows and steps there are is in the first bytes, what they do in the rest.
pub fn program(bytes: &[u8]) -> Program {
    let mut bytes = Bytes {
        rest: bytes,
        place: 0,
    };
    let flows = 1 + bytes.below(4);
    let mut program = Program {
        bot: declarations(flows),
        files: vec!["bot.flow".into()],
        ..Program::default()
    };
    let mut makes = Makes {
        bytes: &mut bytes,
        flows,
        steps: 0..0,
        depth: 0,
    };
    let always = Block {
        stmts: Vec::new(),
        span: makes.bytes.span(),
    };
    program.flows.push(FlowBody {
        id: FlowId::ALWAYS,
        name_span: always.span,
        span: always.span,
        handlers: makes.handlers(),
        rules: vec![RuleBody {
            condition: YES,
            span: always.span,
            block: makes.block(),
        }],
        body: always,
        steps: Vec::new(),
    });
    for flow in 1..=flows {
        let first = program.bot.steps.len() as u32;
        for step in 0..makes.bytes.below(4) {
            program.bot.flows[flow as usize].steps.push(StepId(first + step));
            program.bot.steps.push(Step {
                flow: FlowId(flow),
                name: format!("step{step}").into(),
                entry: Pc(0),
                handlers: Vec::new(),
            });
        }
        makes.steps = first..program.bot.steps.len() as u32;
        let span = makes.bytes.span();
        let handlers = makes.handlers();
        let body = makes.block();
        let steps = makes
            .steps
            .clone()
            .map(|step| StepBody {
                id: StepId(step),
                name_span: makes.bytes.span(),
                span: makes.bytes.span(),
                handlers: makes.handlers(),
                body: makes.block(),
            })
            .collect();
        program.flows.push(FlowBody {
            id: FlowId(flow),
            name_span: span,
            span,
            handlers,
            rules: Vec::new(),
            body,
            steps,
        });
    }
    makes.steps = 0..0;
    program.escalations.push(EscalationBody {
        id: EscalationId(0),
        span: makes.bytes.span(),
        nobody: vec![(120_000, makes.block())],
        closed: makes.maybe(Makes::block),
        customer_silent: vec![(1_800_000, makes.block())],
        operator_silent: vec![(600_000, makes.queue_way())],
        resolved: makes.maybe(Makes::block),
    });
    let span = makes.bytes.span();
    program.exprs = program
        .bot
        .exprs
        .iter()
        .map(|_| ExprInfo { span, ty: TEXT })
        .collect();
    program
}

fn declarations(flows: u32) -> Bot {
    let slot = |name: &str| Slot {
        name: name.into(),
        ty: TEXT,
        sensitive: false,
    };
    let flow = |name: String| Flow {
        name: name.into(),
        params: 0,
        gives: None,
        slots: (0..4).map(|number| slot(&format!("slot{number}"))).collect(),
        entry: Pc(0),
        steps: Vec::new(),
        handlers: Vec::new(),
        open_to_operators: false,
        subject: None,
    };
    Bot {
        name: "random".into(),
        languages: vec!["en".into()],
        channels: vec!["web".into()],
        currency: "EUR".into(),
        timezone: "Europe/Bucharest".into(),
        start: Some(FlowId(1)),
        types: vec![Type::Text],
        customer: vec![Field {
            name: "email".into(),
            ty: TEXT,
            default: Value::Unknown,
            sensitive: false,
            merging: Default::default(),
        }],
        events: vec![Event {
            name: "order_placed".into(),
            fields: Vec::new(),
            builtin: false,
            by_customer: false,
        }],
        intents: vec![Intent {
            name: "price".into(),
            params: Vec::new(),
            words: Vec::new(),
            like: Vec::new(),
        }],
        calls: vec![Call {
            name: "shop.find".into(),
            kind: CallKind::Lookup,
            params: Vec::new(),
            gives: None,
            fails: vec!["taken".into()],
            statuses: Vec::new(),
            takes_sensitive: false,
            http: None,
            timeout_ms: 3_000,
            retry: 0,
        }],
        exprs: vec![
            Expr::Const(Value::YesNo(true)),
            Expr::Const(Value::duration(60_000)),
            Expr::List(Vec::new()),
            Expr::Slot(SlotId(0)),
            Expr::Const(Value::Unknown),
        ],
        texts: vec![Text {
            variants: vec![TextVariant {
                language: LanguageId(0),
                parts: vec![Part::Literal("Hi".into())],
            }],
        }],
        messages: vec![MessageTemplate {
            text: Some(WORDS),
            ..MessageTemplate::default()
        }],
        flows: (0..=flows).map(|number| flow(format!("flow{number}"))).collect(),
        stages: vec!["deal".into()],
        consents: vec!["marketing".into()],
        queues: vec![Queue {
            name: "helpdesk".into(),
            display_name: None,
            languages: Vec::new(),
            always_open: true,
            hours: Vec::new(),
            closed_on: Vec::new(),
            timezone: None,
        }],
        escalations: vec![Escalation {
            name: "support".into(),
            to: vec![(QueueId(0), None)],
            say: None,
            brief: None,
            nobody: Vec::new(),
            closed: None,
            customer_silent: Vec::new(),
            operator_silent: Vec::new(),
            resolved: None,
        }],
        experiments: vec![Experiment {
            name: "offer".into(),
            arms: vec![("plain".into(), 5_000), ("discount".into(), 5_000)],
            hold_out: 0,
            goal: None,
            condition: None,
            group: None,
        }],
        ..Bot::default()
    }
}

/// Bytes as a source of decisions; behind their end all decisions are the first one.
struct Bytes<'b> {
    rest: &'b [u8],
    place: u32,
}

impl Bytes<'_> {
    fn below(&mut self, bound: u32) -> u32 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                u32::from(*byte) % bound
            }
            None => 0,
        }
    }

    /// The next place of the text; all are different.
    fn span(&mut self) -> Span {
        self.place += 10;
        Span {
            file: FileId(0),
            start: self.place,
            end: self.place + 8,
        }
    }
}

struct Makes<'b, 'c> {
    bytes: &'c mut Bytes<'b>,
    flows: u32,
    steps: std::ops::Range<u32>,
    depth: u32,
}

impl Makes<'_, '_> {
    fn block(&mut self) -> Block {
        self.depth += 1;
        let count = if self.depth > 4 { 0 } else { self.bytes.below(4) };
        let stmts = (0..count).map(|_| self.stmt()).collect();
        self.depth -= 1;
        Block {
            stmts,
            span: self.bytes.span(),
        }
    }

    fn queue_way(&mut self) -> Block {
        let span = self.bytes.span();
        Block {
            stmts: vec![Stmt {
                kind: StmtKind::ToQueue(QueueId(0)),
                span,
            }],
            span,
        }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.bytes.below(2) == 1).then(|| make(self))
    }

    fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.bytes.below(3)).map(|_| make(self)).collect()
    }

    fn tries(&mut self) -> Vec<TriesBody> {
        self.some(|it| TriesBody {
            at: 1 + it.bytes.below(3),
            span: it.bytes.span(),
            block: it.block(),
        })
    }

    fn silence(&mut self) -> Vec<SilenceBody> {
        self.some(|it| SilenceBody {
            after_ms: 60_000 * i64::from(1 + it.bytes.below(60)),
            span: it.bytes.span(),
            act: match it.bytes.below(2) {
                0 => SilenceAct::Nudge(MESSAGE),
                _ => SilenceAct::Way(it.block()),
            },
        })
    }

    fn act(&mut self) -> OptionActBody {
        match self.bytes.below(4) {
            0 => OptionActBody::GoOn,
            1 => OptionActBody::Opens(YES),
            2 => OptionActBody::Calls(YES),
            _ => OptionActBody::Way(self.block()),
        }
    }

    fn handlers(&mut self) -> Vec<HandlerBody> {
        self.some(|it| HandlerBody {
            hears: match it.bytes.below(8) {
                0 => HearsBody::Intent(IntentId(0), Vec::new()),
                1 => HearsBody::Event(EventId(0)),
                2 => HearsBody::Silence {
                    after_ms: 60_000,
                    nudge: None,
                },
                3 => HearsBody::Silence {
                    after_ms: 60_000,
                    nudge: Some(MESSAGE),
                },
                4 => HearsBody::Failed,
                5 => HearsBody::Unclear { tries: it.tries() },
                6 => HearsBody::Changed(SlotId(0)),
                _ => HearsBody::Pattern("back".into()),
            },
            head: it.bytes.span(),
            span: it.bytes.span(),
            condition: it.maybe(|_| YES),
            block: it.block(),
        })
    }

    fn name(&mut self) -> smol_str::SmolStr {
        ["a", "b", "c"][self.bytes.below(3) as usize].into()
    }

    fn stmt(&mut self) -> Stmt {
        let span = self.bytes.span();
        let name_span = self.bytes.span();
        let kind = match self.bytes.below(34) {
            0 => StmtKind::Say(MESSAGE),
            1 => StmtKind::SayOneOf(vec![MESSAGE; 2]),
            2 => StmtKind::Let {
                slot: SlotId(0),
                name_span,
                value: YES,
            },
            3 => StmtKind::Remember {
                field: FieldId(0),
                value: YES,
            },
            4 => StmtKind::Forget(FieldId(0)),
            5 => StmtKind::Stage(StageId(0)),
            6 => StmtKind::Tag(WORDS),
            7 => StmtKind::Track {
                name: "it".into(),
                values: vec![("a".into(), YES)],
            },
            8 => StmtKind::Note(WORDS),
            9 => StmtKind::Tell {
                queue: QueueId(0),
                text: WORDS,
            },
            10 => StmtKind::Consent {
                consent: ConsentId(0),
                granted: true,
                channels: vec!["web".into(), "email".into()],
            },
            11 => StmtKind::Identify(FieldId(0)),
            12 => StmtKind::Repeat,
            13 if !self.steps.is_empty() => {
                let step = self.steps.start + self.bytes.below(self.steps.len() as u32);
                StmtKind::Go(StepId(step))
            }
            14 => StmtKind::Start {
                flow: FlowId(1 + self.bytes.below(self.flows)),
                args: Vec::new(),
            },
            15 => StmtKind::Return(self.maybe(|_| YES)),
            16 => StmtKind::Finish {
                outcome: Outcome::Resolved,
                label: self.maybe(|_| "done".into()),
            },
            17 => StmtKind::Again,
            18 => StmtKind::Back,
            19 => StmtKind::StartOver,
            20 => StmtKind::If {
                arms: (0..=self.bytes.below(2)).map(|_| (YES, self.block())).collect(),
                otherwise: self.maybe(Makes::block),
            },
            21 => StmtKind::Match {
                value: ExprId(3),
                arms: self.some(|it| (vec![YES, ExprId(4)], it.block())),
                otherwise: self.maybe(Makes::block),
                covered: self.bytes.below(2) == 1,
            },
            22 => StmtKind::ForEach {
                item: SlotId(1),
                items: SlotId(2),
                cursor: SlotId(3),
                list: LIST,
                at_most: 3,
                block: self.block(),
            },
            23 => StmtKind::Vary {
                experiment: ExperimentId(0),
                arms: (0..self.bytes.below(3)).map(|arm| (arm, self.block())).collect(),
            },
            24 => StmtKind::Ask(Box::new(AskBody {
                name: self.name(),
                name_span,
                into: match self.bytes.below(2) {
                    0 => AskTarget::Slot(SlotId(0)),
                    _ => AskTarget::Customer(FieldId(0)),
                },
                ty: TEXT,
                question: MESSAGE,
                again: None,
                suggest: Vec::new(),
                checks: self.some(|it| (YES, it.block())),
                invalid: self.maybe(Makes::block),
                tries: self.tries(),
                silence: self.silence(),
                skip: self.maybe(|_| Skip {
                    condition: YES,
                    with: None,
                }),
            })),
            25 => StmtKind::Choose(Box::new(ChooseBody {
                name: self.name(),
                name_span,
                named: true,
                into: None,
                question: MESSAGE,
                again: None,
                several: self.bytes.below(4) == 3,
                from: self.maybe(|it| ListOptionsBody {
                    list: LIST,
                    item: SlotId(1),
                    condition: None,
                    at_most: 3,
                    label: WORDS,
                    act: it.act(),
                    none: it.maybe(Makes::block),
                    span,
                }),
                options: self.some(|it| OptionBody {
                    span: it.bytes.span(),
                    label_span: it.bytes.span(),
                    label: WORDS,
                    words: Vec::new(),
                    condition: it.maybe(|_| YES),
                    value: None,
                    act: it.act(),
                }),
                otherwise: self.maybe(Makes::block),
                tries: self.tries(),
                silence: self.silence(),
            })),
            26 => StmtKind::Form {
                name: self.name(),
                name_span,
                block: self.block(),
            },
            27 => StmtKind::Call(Box::new(CallBody {
                name: self.name(),
                name_span,
                call: CallId(0),
                args: Vec::new(),
                result: None,
                failed: self.maybe(Makes::block),
                fails: self.maybe(|it| (0, it.block())).into_iter().collect(),
                waiting: self.maybe(|it| (3_000, it.block())),
            })),
            28 => StmtKind::Wait { duration: DURATION },
            29 => StmtKind::WaitFor(Box::new(WaitForBody {
                name: self.name(),
                name_span,
                event: EventId(0),
                condition: None,
                into: None,
                within: self.maybe(|_| DURATION),
                otherwise: self.maybe(Makes::block),
            })),
            30 => StmtKind::Run(Box::new(RunBody {
                flow: FlowId(1 + self.bytes.below(self.flows)),
                name_span,
                args: Vec::new(),
                result: None,
            })),
            31 => StmtKind::Escalate(EscalationId(0)),
            32 => StmtKind::AskQueue(Box::new(AskQueueBody {
                name: self.name(),
                name_span,
                queue: QueueId(0),
                into: SlotId(0),
                ty: TEXT,
                question: WORDS,
                closed: self.maybe(Makes::block),
                nobody: self.maybe(|it| (600_000, it.block())).into_iter().collect(),
            })),
            33 => StmtKind::Verify(Box::new(VerifyBody {
                field: FieldId(0),
                name_span,
                question: Some(MESSAGE),
                invalid: self.maybe(Makes::block),
                tries: self.tries(),
                silence: self.silence(),
                failed: self.maybe(Makes::block),
            })),
            _ => StmtKind::Say(MESSAGE),
        };
        Stmt { kind, span }
    }
}
