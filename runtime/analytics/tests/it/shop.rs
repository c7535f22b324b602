//! A small shop, and what makes a stream of scripted conversations with it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use botflow_analytics::{Before, Entry, Recorder, Stream};
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_machine::trigger::Decision;
use botflow_machine::{Effect, Event, Person, Program, Running, Speaker, Watch, Watched};
use botflow_scenario::engine::{Engine, Witness};
use botflow_scenario::script::{self, LineKind};
use botflow_scenario::world::World;

const SHOP: &str = include_str!("shop.flow");
const FAQ: &str = "# Do you ship abroad?\n\nYes, everywhere.\n";

/// The compiled shop.
pub fn program() -> Program {
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: Arc::from(text),
    };
    let project = Project {
        sources: vec![source("shop.flow", SHOP)],
        documents: vec![source("faq/shop.md", FAQ)],
        locales: Vec::new(),
        // What is counted here does not hang on what a channel lets through.
        config: Some("[channels.whatsapp]\nsession.window_hours = 0\n".into()),
        host: None,
        linked: Default::default(),
    };
    let bot = match compile::build(&project) {
        Ok(bot) => bot,
        Err(checked) => {
            let errors = checked.findings.iter().filter(|one| one.level == Level::Error);
            panic!("{:#?}", errors.map(|one| one.message.clone()).collect::<Vec<_>>())
        }
    };
    Program::new(bot).expect("it can run")
}

/// What is recorded, person by person.
#[derive(Default)]
struct Book {
    recorders: BTreeMap<u64, Recorder>,
    sent: BTreeMap<u64, u64>,
    entries: Vec<Entry>,
}

/// Records what the machine does.
struct Recording {
    person: u64,
    book: Rc<RefCell<Book>>,
}

impl<'p> Watch<Running<'p>> for Recording {
    type Before = Before;

    fn before(&mut self, speaker: &Running<'p>) -> Before {
        Before::of(&speaker.conversation)
    }

    fn after(&mut self, speaker: &Running<'p>, before: Before, event: &Event, effects: &[Effect]) {
        let mut book = self.book.borrow_mut();
        let book = &mut *book;
        let sent = book.sent.entry(self.person).or_default();
        let first = *sent + 1;
        *sent += effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Send(_)))
            .count() as u64;
        let recorder = book
            .recorders
            .entry(self.person)
            .or_insert_with(|| Recorder::new(self.person));
        let entries = recorder.turn(
            speaker.program,
            before,
            &speaker.conversation,
            event,
            effects,
            first,
        );
        book.entries.extend(entries);
    }
}

impl<'p> Witness<Running<'p>> for Recording {
    fn decided(&mut self, speaker: &Running<'p>, now: i64, decision: &Decision) {
        let mut book = self.book.borrow_mut();
        let book = &mut *book;
        let recorder = book
            .recorders
            .entry(self.person)
            .or_insert_with(|| Recorder::new(self.person));
        let decisions = std::slice::from_ref(decision);
        let entries = recorder.decided(speaker.program, speaker.person(), now, decisions);
        book.entries.extend(entries);
    }
}

/// Plays the customer's side of a conversation; the bot's lines need not be written.
pub fn play(program: &Program, lines: &str) -> Vec<Entry> {
    let book = Rc::new(RefCell::new(Book::default()));
    let shared = Rc::clone(&book);
    let factory = move |person: Person| -> Box<dyn Engine + '_> {
        Box::new(Watched {
            watch: Recording {
                person: person.id,
                book: Rc::clone(&shared),
            },
            speaker: Running::new(program, person),
        })
    };
    let mut world = World::new(program, Box::new(factory));
    let lines: Vec<&str> = lines.lines().map(str::trim).collect();
    let script = script::parse(&format!("conversation c\n{}\n", lines.join("\n")));
    let script = script.expect("the script can be read");
    for line in script.conversations.iter().flat_map(|scene| &scene.lines) {
        let done = match &line.kind {
            LineKind::At { date, time } => world.set_time(date, time).map(|()| Vec::new()),
            LineKind::Person { name, fields } => world.person(name, fields).map(|()| Vec::new()),
            LineKind::Stub(stub) => world.stub(stub.clone()).map(|()| Vec::new()),
            LineKind::Speaker { person, channel } => world.speak(person, channel).map(|()| Vec::new()),
            LineKind::Customer(input) => world.customer(input),
            LineKind::Advance(advance) => world.advance(advance),
            LineKind::Event { name, fields, .. } => world.event(name, fields),
            LineKind::Status(status) => world.status(*status),
            LineKind::Operator { name, act } => world.operator(name, act),
            other => panic!("not in these scripts: {other:?}"),
        };
        if let Err(trouble) = done {
            panic!("line {}: {trouble}", line.first);
        }
    }
    drop(world);
    book.take().entries
}

/// The stream of a script.
pub fn stream(lines: &str) -> Stream {
    play(&program(), lines).into_iter().collect()
}
