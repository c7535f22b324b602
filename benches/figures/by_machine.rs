//! The bot of the dialogue as its author wrote it (`examples/benchmark_dialogue`), compiled, and run as a host
//! runs it: state in memory, actions answered at once.

use std::sync::Arc;

use botflow_artifact::{Bot, Value};
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::{Conversation, Effect, Event, EventKind, Person, Program, step_into};
use smol_str::SmolStr;

use crate::by_hand::{cart_total, refund_file};
use crate::dialogue::Talks;

/// The source.
pub const SOURCE: &str = include_str!("../../examples/benchmark_dialogue/bot.flow");

/// Compiles it.
pub fn compiled() -> Bot {
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(SOURCE),
    });
    match compile::build(&project) {
        Ok(bot) => bot,
        Err(checked) => panic!("the benchmark's bot does not compile: {:?}", checked.findings),
    }
}

/// One conversation with it.
pub struct ByMachine<'a> {
    program: &'a Program,
    /// The state, as a host would store it between turns.
    pub conversation: Conversation,
    effects: Vec<Effect>,
    at: i64,
}

impl<'a> ByMachine<'a> {
    /// A conversation that has not begun.
    pub fn new(program: &'a Program) -> ByMachine<'a> {
        let conversation = Conversation::new(1, Person::new(&program.bot, 1));
        ByMachine {
            program,
            conversation,
            effects: Vec::new(),
            at: 1_772_445_600_000,
        }
    }

    /// What the host's systems answer.
    fn answer(&self, effect: &Effect) -> Option<EventKind> {
        let Effect::Call(request) = effect else {
            return None;
        };
        let [Value::Text(order)] = request.args.as_slice() else {
            panic!("both calls take an order number")
        };
        let value = match self.program.bot.calls[request.call.index()].name.as_str() {
            "cart.total" => Value::Integer(cart_total(order)),
            _ => Value::Text(refund_file(order).into()),
        };
        Some(EventKind::CallResult {
            call: request.number,
            value,
        })
    }
}

impl Talks for ByMachine<'_> {
    fn begin(&mut self) {
        self.conversation = Conversation::new(1, Person::new(&self.program.bot, 1));
    }

    fn turn(&mut self, text: &str) -> usize {
        self.effects.clear();
        self.at += 1000;
        let event = Event::new(
            self.at,
            EventKind::Message {
                text: SmolStr::new(text),
                channel: None,
            },
        );
        step_into(self.program, &mut self.conversation, event, &mut self.effects);
        // Answers may ask for more; what was answered is not looked at again.
        let mut seen = 0;
        while seen < self.effects.len() {
            let answer = self.answer(&self.effects[seen]);
            seen += 1;
            if let Some(kind) = answer {
                let event = Event::new(self.at, kind);
                step_into(self.program, &mut self.conversation, event, &mut self.effects);
            }
        }
        self.effects
            .iter()
            .filter_map(Effect::as_message)
            .map(|message| message.text.len())
            .sum()
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for message in self.effects.iter().filter_map(Effect::as_message) {
            lines.push(message.text.to_string());
            let labels: Vec<&str> = message.options().map(|(label, _)| label.as_str()).collect();
            if !labels.is_empty() {
                lines.push(format!("[{}]", labels.join("/")));
            }
        }
        lines
    }
}
