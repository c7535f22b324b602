//! A small builder for bots, so that tests of the machine do not need the compiler.

pub mod benchmark;
pub mod sink;
pub mod triggers;

use botflow_artifact::*;
use botflow_machine::{Conversation, Effect, Event, EventKind, Person, Program, step};
use smol_str::SmolStr;

/// A bot under construction. Flow 0 is `always`.
pub struct Builder {
    pub bot: Bot,
    /// The flow whose code is being written.
    pub flow: FlowId,
}

impl Builder {
    pub fn new() -> Builder {
        let mut bot = Bot {
            name: "test".into(),
            languages: vec!["en".into()],
            channels: vec!["web".into()],
            currency: "EUR".into(),
            timezone: "UTC".into(),
            ..Bot::default()
        };
        bot.flows.push(flow("always"));
        bot.code.push(Op::Return(None));
        Builder {
            bot,
            flow: FlowId::ALWAYS,
        }
    }

    /// Begins a flow with these variables.
    pub fn flow(&mut self, name: &str, params: u32, slots: &[(&str, TypeId)]) -> FlowId {
        let mut new = flow(name);
        new.params = params;
        new.entry = self.here();
        new.slots = slots
            .iter()
            .map(|(name, ty)| Slot {
                name: (*name).into(),
                ty: *ty,
                sensitive: false,
            })
            .collect();
        self.bot.flows.push(new);
        self.flow = FlowId::from(self.bot.flows.len() - 1);
        self.flow
    }

    /// A step of the flow begins here.
    pub fn step(&mut self, name: &str) -> StepId {
        let entry = self.here();
        self.bot.steps.push(Step {
            flow: self.flow,
            name: name.into(),
            entry,
            handlers: Vec::new(),
        });
        StepId::from(self.bot.steps.len() - 1)
    }

    pub fn ty(&mut self, ty: Type) -> TypeId {
        if let Some(at) = self.bot.types.iter().position(|one| *one == ty) {
            return TypeId::from(at);
        }
        self.bot.types.push(ty);
        TypeId::from(self.bot.types.len() - 1)
    }

    pub fn expr(&mut self, expr: Expr) -> ExprId {
        self.bot.exprs.push(expr);
        ExprId::from(self.bot.exprs.len() - 1)
    }

    pub fn value(&mut self, value: impl Into<Value>) -> ExprId {
        self.expr(Expr::Const(value.into()))
    }

    /// A text; `{n}` is a hole for variable n, shown as a text.
    pub fn text(&mut self, words: &str) -> TextId {
        let ty = self.ty(Type::Text);
        let mut parts = Vec::new();
        let mut rest = words;
        while let Some(open) = rest.find('{') {
            let close = open + rest[open..].find('}').expect("a hole is closed");
            if open > 0 {
                parts.push(Part::Literal(rest[..open].into()));
            }
            let slot = rest[open + 1..close].parse().expect("a hole is a number");
            let value = self.expr(Expr::Slot(SlotId(slot)));
            parts.push(Part::Hole {
                value,
                ty,
                filters: Vec::new(),
                in_url: false,
            });
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        self.bot.texts.push(Text {
            variants: vec![TextVariant {
                language: LanguageId(0),
                parts,
            }],
        });
        TextId::from(self.bot.texts.len() - 1)
    }

    pub fn message(&mut self, words: &str) -> MessageId {
        let text = Some(self.text(words));
        self.bot.messages.push(MessageTemplate {
            text,
            ..MessageTemplate::default()
        });
        MessageId::from(self.bot.messages.len() - 1)
    }

    pub fn here(&self) -> Pc {
        Pc::from(self.bot.code.len())
    }

    pub fn op(&mut self, op: Op) -> Pc {
        self.bot.code.push(op);
        Pc::from(self.bot.code.len() - 1)
    }

    pub fn say(&mut self, words: &str) -> Pc {
        let message = self.message(words);
        self.op(Op::Say(message))
    }

    /// Code standing apart: what `write` writes, jumped over.
    pub fn apart(&mut self, write: impl FnOnce(&mut Builder)) -> Pc {
        let jump = self.op(Op::Jump(Pc(0)));
        let way = self.here();
        write(self);
        let here = self.here();
        self.bot.code[jump.index()] = Op::Jump(here);
        way
    }

    /// A place and its `Enter`; the flow goes on behind it. Its ways may stand apart before.
    pub fn place(&mut self, name: &str, kind: PlaceKind) -> PlaceId {
        let id = PlaceId::from(self.bot.places.len());
        let hash = PlaceHash(0x1234_5678_9ABC_DEF0u64.wrapping_mul(id.0 as u64 + 1));
        self.op(Op::Enter(id));
        let then = self.here();
        self.bot.places.push(Place {
            flow: self.flow,
            step: None,
            name: name.into(),
            hash,
            kind,
            handlers: Vec::new(),
            then,
        });
        id
    }

    pub fn next_place(&self) -> PlaceId {
        PlaceId::from(self.bot.places.len())
    }

    pub fn ask(&mut self, slot: u32, ty: TypeId, question: &str) -> Ask {
        Ask {
            into: AskTarget::Slot(SlotId(slot)),
            ty,
            question: self.message(question),
            again: None,
            suggest: Vec::new(),
            checks: Vec::new(),
            invalid: None,
            tries: Vec::new(),
            silence: Vec::new(),
            skip: None,
            form: None,
        }
    }

    pub fn choose(&mut self, question: &str) -> Choose {
        Choose {
            into: None,
            question: self.message(question),
            again: None,
            several: false,
            from: None,
            options: Vec::new(),
            otherwise: None,
            tries: Vec::new(),
            silence: Vec::new(),
        }
    }

    pub fn option(&mut self, label: &str, act: OptionAct) -> ChooseOption {
        ChooseOption {
            label: self.text(label),
            words: Vec::new(),
            condition: None,
            value: None,
            act,
        }
    }

    pub fn intent(&mut self, name: &str, words: &[&str]) -> IntentId {
        self.bot.intents.push(Intent {
            name: name.into(),
            params: Vec::new(),
            words: vec![LanguageWords {
                language: "en".into(),
                words: words.iter().map(SmolStr::new).collect(),
            }],
            like: Vec::new(),
        });
        IntentId::from(self.bot.intents.len() - 1)
    }

    /// A handler of the flow being written; its code is written apart and ends in `ComeBack` if it does not leave.
    pub fn handler(&mut self, hears: Hears, write: impl FnOnce(&mut Builder)) -> HandlerId {
        let code = self.apart(|it| {
            write(it);
            it.op(Op::ComeBack);
        });
        self.bot.handlers.push(Handler {
            flow: self.flow,
            step: None,
            hears,
            condition: None,
            code,
        });
        HandlerId::from(self.bot.handlers.len() - 1)
    }

    pub fn call(&mut self, name: &str, retry: u32) -> CallId {
        self.bot.calls.push(Call {
            name: name.into(),
            kind: CallKind::Lookup,
            params: Vec::new(),
            gives: None,
            fails: vec!["taken".into()],
            statuses: Vec::new(),
            takes_sensitive: false,
            http: None,
            timeout_ms: 3000,
            retry,
        });
        CallId::from(self.bot.calls.len() - 1)
    }

    pub fn program(self) -> Program {
        Program::new(self.bot).expect("the bot can run")
    }
}

fn flow(name: &str) -> Flow {
    Flow {
        name: name.into(),
        params: 0,
        gives: None,
        slots: Vec::new(),
        entry: Pc(0),
        steps: Vec::new(),
        handlers: Vec::new(),
        open_to_operators: false,
        subject: None,
    }
}

/// A conversation being tried out.
pub struct Talk<'p> {
    pub program: &'p Program,
    pub conversation: Conversation,
    pub now: i64,
}

impl<'p> Talk<'p> {
    pub fn new(program: &'p Program) -> Talk<'p> {
        let person = Person::new(&program.bot, 7);
        Talk {
            program,
            conversation: Conversation::new(1, person),
            now: 1_000_000,
        }
    }

    pub fn event(&mut self, kind: EventKind) -> Vec<Effect> {
        let event = Event::new(self.now, kind);
        let taken = step(self.program, std::mem::take(&mut self.conversation), event);
        self.conversation = taken.conversation;
        taken.effects
    }

    /// The customer writes; what the bot does, one line for each effect.
    pub fn says(&mut self, text: &str) -> String {
        let effects = self.event(EventKind::Message {
            text: text.into(),
            channel: None,
        });
        lines(&effects)
    }

    /// The customer presses the button with this label of the last message that has one.
    pub fn presses(&mut self, payload: &str) -> String {
        let effects = self.event(EventKind::Press {
            payload: payload.into(),
            label: SmolStr::default(),
            channel: None,
        });
        lines(&effects)
    }

    pub fn happens(&mut self, name: &str, fields: Vec<Value>) -> String {
        let effects = self.event(EventKind::Custom {
            name: name.into(),
            fields,
        });
        lines(&effects)
    }

    pub fn succeeds(&mut self, value: impl Into<Value>) -> String {
        let call = self.conversation.calls;
        let effects = self.event(EventKind::CallResult {
            call,
            value: value.into(),
        });
        lines(&effects)
    }

    pub fn fails(&mut self, attempt: u32, failure: Option<&str>) -> String {
        let call = self.conversation.calls;
        let failure = failure.map(SmolStr::new);
        let effects = self.event(EventKind::CallFailed {
            call,
            attempt,
            failure,
        });
        lines(&effects)
    }

    /// Time passes; every timer goes off at its moment.
    pub fn passes(&mut self, ms: i64) -> String {
        let until = self.now + ms;
        let mut all = String::new();
        while let Some((id, at)) = self.conversation.timer().filter(|(_, at)| *at <= until) {
            self.now = at;
            let effects = self.event(EventKind::Timer { id });
            all.push_str(&lines(&effects));
        }
        self.now = until;
        all
    }
}

/// Effects as lines; timers are left out.
pub fn lines(effects: &[Effect]) -> String {
    let mut out = String::new();
    for effect in effects {
        match effect {
            Effect::Send(message) => {
                out.push_str(&message.text);
                let labels: Vec<&str> = message
                    .buttons()
                    .map(|button| button.label.as_str())
                    .chain(message.suggestions().map(|one| one.label.as_str()))
                    .collect();
                if !labels.is_empty() {
                    out.push_str(&format!(" [{}]", labels.join("/")));
                }
            }
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } | Effect::Asked(_) | Effect::Record(_) => {
                continue;
            }
            Effect::Call(call) => out.push_str(&format!("* call {} try {}", call.number, call.attempt)),
            Effect::Finished { outcome, .. } => out.push_str(&format!("* finished {}", outcome.name())),
            Effect::Withdraw { reason, .. } => out.push_str(&format!("* Withdraw: {}", reason.words())),
            other => out.push_str(&format!("* {other:?}")),
        }
        out.push('\n');
    }
    out
}
