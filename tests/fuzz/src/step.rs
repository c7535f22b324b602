//! Any events to bots that the compiler made: no turn panics or faults, the same event gives the same turn, what is
//! stored comes back as it was, and a conversation stays small however long it goes on.

use botflow_artifact::{Bot, CallId, Type, TypeId};
use botflow_machine::{
    Conversation, Delivery, Effect, Event, EventKind, OperatorEvent, Person, Program, Starter,
    carried_result, step, step_into,
};
use botflow_message::Message;
use botflow_values::{Date, Decimal, FileRef, Location, Member, Time, Value};

use super::bots;
use super::bytes::Bytes;

/// Turns of one input.
const MAX_TURNS: usize = 512;
/// A stored conversation stays below this, whatever happened: what grows with a customer's own words is bounded
/// by what one message may hold.
const MAX_STORED: usize = 1 << 20;

/// Runs one conversation.
pub fn run(data: &[u8]) {
    let mut choices = Bytes::new(data);
    let all = bots::all();
    let program = &all[choices.below(all.len())].program;
    let mut driver = Driver::new(program);
    for _ in 0..MAX_TURNS {
        if choices.is_empty() {
            break;
        }
        let event = driver.next(&mut choices);
        driver.turn(event);
    }
}

/// A host that answers what the machine asks, in whatever order the bytes say.
pub(crate) struct Driver<'a> {
    pub program: &'a Program,
    pub conversation: Conversation,
    pub at: i64,
    seed: u64,
    /// What can be pressed: payload and label, newest last.
    pressable: Vec<(String, String)>,
    /// Calls that nobody has answered, and the version of the bot that made them.
    calls: Vec<(u32, u32, CallId, &'a Program)>,
    pub timer: Option<(u32, i64)>,
    last_id: u64,
}

impl<'a> Driver<'a> {
    pub fn new(program: &'a Program) -> Driver<'a> {
        Driver {
            program,
            conversation: Conversation::new(7, Person::new(&program.bot, 7)),
            at: 1_772_445_600_000,
            seed: 0,
            pressable: Vec::new(),
            calls: Vec::new(),
            timer: None,
            last_id: 0,
        }
    }

    /// Takes the turn twice, and through bytes.
    pub fn turn(&mut self, event: Event) {
        // As a host stores it: numbers beyond the language's bounds do not survive that.
        let event = postcard::to_stdvec(&event).expect("an event can be written to memory");
        let event: Event = match postcard::from_bytes(&event) {
            Ok(event) => event,
            Err(_) => return,
        };
        let stored =
            postcard::to_stdvec(&self.conversation).expect("a conversation can be written to memory");
        assert!(
            stored.len() < MAX_STORED,
            "the conversation has grown to {} bytes",
            stored.len()
        );
        let restored: Conversation = postcard::from_bytes(&stored).expect("what was stored can be read");
        assert_eq!(restored, self.conversation, "storing changes nothing");

        let expected = step(self.program, restored, event.clone());
        let mut effects = Vec::new();
        let fresh = step_into(self.program, &mut self.conversation, event.clone(), &mut effects);
        assert_eq!(
            expected.conversation, self.conversation,
            "the same turn gives the same state"
        );
        assert_eq!(expected.effects, effects, "the same turn gives the same effects");
        assert_eq!(expected.repeated, !fresh);
        for effect in &effects {
            self.host(effect);
        }
        if event.id != 0 {
            let before = self.conversation.clone();
            let again = step(self.program, before.clone(), event);
            assert!(
                again.repeated && again.effects.is_empty(),
                "a repeated delivery does nothing"
            );
            assert_eq!(again.conversation, before, "a repeated delivery changes nothing");
        }
    }

    pub fn host(&mut self, effect: &Effect) {
        match effect {
            Effect::Send(message) => self.shown(message),
            Effect::Call(request) => {
                self.calls
                    .push((request.number, request.attempt, request.call, self.program))
            }
            Effect::SetTimer { id, at } => self.timer = Some((*id, *at)),
            Effect::CancelTimer { id } if self.timer.is_some_and(|(set, _)| set == *id) => self.timer = None,
            Effect::Fault(fault) => {
                panic!("the machine had to protect itself from a compiled bot: {fault:?}")
            }
            _ => {}
        }
    }

    fn shown(&mut self, message: &Message) {
        let options = message
            .options()
            .map(|(label, payload)| (payload.to_string(), label.to_string()));
        let suggestions = message
            .suggestions()
            .map(|one| (one.payload.to_string(), one.label.to_string()));
        self.pressable.extend(options.chain(suggestions));
        let surplus = self.pressable.len().saturating_sub(64);
        self.pressable.drain(..surplus);
    }

    pub fn next(&mut self, choices: &mut Bytes<'_>) -> Event {
        let action = choices.byte();
        self.seed = self.seed.wrapping_mul(31).wrapping_add(u64::from(action));
        let kind = match action % 16 {
            0 | 1 => EventKind::Message {
                text: WORDS[choices.below(WORDS.len())].into(),
                channel: None,
            },
            2 => EventKind::Message {
                text: choices.text().into(),
                channel: channel(&self.program.bot, choices),
            },
            3 => {
                let text = choices.text();
                let times = 1 << choices.below(13);
                EventKind::Message {
                    text: text.repeat(times).into(),
                    channel: None,
                }
            }
            4..=6 => match choices.pick(&self.pressable) {
                Some((payload, label)) => EventKind::Press {
                    payload: payload.into(),
                    label: label.into(),
                    channel: None,
                },
                None => EventKind::Message {
                    text: "1".into(),
                    channel: None,
                },
            },
            7 => EventKind::Press {
                payload: choices.text().into(),
                label: choices.text().into(),
                channel: channel(&self.program.bot, choices),
            },
            8 => {
                if let Some((id, at)) = self.timer.take() {
                    self.at = self.at.max(at);
                    EventKind::Timer { id }
                } else {
                    EventKind::Timer {
                        id: u32::from(choices.short()),
                    }
                }
            }
            9 | 10 => self.answer(choices),
            11 => EventKind::Custom {
                name: event_name(&self.program.bot, choices),
                fields: values(choices),
            },
            12 => EventKind::Operator(operator(&self.program.bot, choices)),
            13 => EventKind::Media {
                value: value(choices, 0),
                caption: choices.text().into(),
                channel: None,
            },
            14 => EventKind::Start {
                flow: choices
                    .pick(&self.program.bot.flows)
                    .map_or_else(Default::default, |flow| flow.name.clone()),
                args: values(choices),
                channel: None,
                by: match choices.below(3) {
                    0 => Starter::Host,
                    by => Starter::Trigger {
                        name: choices
                            .pick(&self.program.bot.triggers)
                            .map_or_else(Default::default, |trigger| trigger.name.clone()),
                        by_customer: by == 2,
                    },
                },
            },
            _ => {
                self.at = self.at.saturating_add(i64::from(choices.short()) * 60_000);
                let status = [Delivery::Delivered, Delivery::Read, Delivery::Failed][choices.below(3)];
                EventKind::Delivery {
                    message: choices.long(),
                    status,
                }
            }
        };
        // Now and then the clock goes back, as that of another computer may.
        self.at = self.at.saturating_add(i64::from(choices.byte()) * 250 - 500);
        let id = if action & 0x80 == 0 {
            0
        } else {
            self.last_id += 1;
            self.last_id
        };
        Event {
            id,
            at: self.at,
            seed: self.seed,
            kind,
        }
    }

    /// The answer of a call: nearly always one that was asked for, and mostly of the declared type.
    fn answer(&mut self, choices: &mut Bytes<'_>) -> EventKind {
        let index = choices.below(self.calls.len());
        if index >= self.calls.len() {
            return EventKind::CallResult {
                call: u32::from(choices.byte()),
                value: value(choices, 0),
            };
        }
        let (number, attempt, call, asked) = self.calls.remove(index);
        let declared = &asked.bot.calls[call.index()];
        match choices.below(6) {
            0 => EventKind::CallFailed {
                call: number,
                attempt,
                failure: None,
            },
            1 => EventKind::CallFailed {
                call: number,
                attempt,
                failure: choices.pick(&declared.fails).cloned(),
            },
            2 => EventKind::CallResult {
                call: number,
                value: value(choices, 0),
            },
            _ => {
                let value = declared
                    .gives
                    .map_or(Value::Unknown, |ty| of_type(&asked.bot, ty, choices));
                // Systems answer what they were asked; a host carries that over, too.
                let value = match std::ptr::eq(asked, self.program) {
                    true => Some(value),
                    false => carried_result(asked, self.program, call, &value),
                };
                match value {
                    Some(value) => EventKind::CallResult { call: number, value },
                    None => EventKind::CallFailed {
                        call: number,
                        attempt,
                        failure: None,
                    },
                }
            }
        }
    }
}

/// What customers write, in so far as it means something to the examples.
const WORDS: &[&str] = &[
    "hi",
    "1",
    "2",
    "yes",
    "no",
    "да",
    "nu",
    "Cluj",
    "ana@example.com",
    "+40721234567",
    "20431177",
    "tomorrow",
    "3",
    "agent",
    "price",
    "how much",
    "refund",
    "where is my order",
    "stop",
    "back",
    "start over",
    "repeat",
    "help",
    "thanks",
    "asdf",
    "",
    "   ",
    "100",
    "no, to Iași",
    "hours",
    "20.5 EUR",
    "2026-12-25",
    "10:30",
    "\u{202e}abc",
];

fn channel(bot: &Bot, choices: &mut Bytes<'_>) -> Option<botflow_message::Text> {
    match choices.below(3) {
        0 => None,
        1 => choices.pick(&bot.channels).cloned(),
        _ => Some(choices.text().into()),
    }
}

fn event_name(bot: &Bot, choices: &mut Bytes<'_>) -> botflow_message::Text {
    choices
        .pick(&bot.events)
        .map_or_else(|| "page_viewed".into(), |event| event.name.clone())
}

fn operator(bot: &Bot, choices: &mut Bytes<'_>) -> OperatorEvent {
    let name = if choices.below(2) == 0 { "maria" } else { "ion" }.into();
    match choices.below(10) {
        0 => OperatorEvent::Joins { name },
        1 => OperatorEvent::Writes {
            name,
            text: choices.text().into(),
            media: (choices.below(4) == 0).then(|| value(choices, 0)),
        },
        2 => OperatorEvent::Leaves { name },
        3 => {
            let queue = choices
                .pick(&bot.queues)
                .map_or_else(|| "nowhere".into(), |queue| queue.name.clone());
            OperatorEvent::Passes { name, queue }
        }
        4 => OperatorEvent::Resolves { name },
        5 => OperatorEvent::HandsBack { name },
        6 => OperatorEvent::PassesTo {
            name,
            operator: "ion".into(),
        },
        7 => OperatorEvent::Answers {
            name,
            text: choices.text().into(),
        },
        8 => OperatorEvent::Starts {
            name,
            flow: choices
                .pick(&bot.flows)
                .map_or_else(|| "nowhere".into(), |flow| flow.name.clone()),
            args: values(choices),
        },
        _ => OperatorEvent::Closed,
    }
}

fn values(choices: &mut Bytes<'_>) -> Vec<Value> {
    let count = choices.below(5);
    (0..count).map(|_| value(choices, 0)).collect()
}

/// Any value.
fn value(choices: &mut Bytes<'_>, depth: usize) -> Value {
    let kinds = if depth < 3 { 14 } else { 12 };
    match choices.below(kinds) {
        0 => Value::Unknown,
        1 => Value::YesNo(choices.below(2) == 1),
        2 => Value::Integer(choices.long() as i64 >> choices.below(64)),
        3 => Value::Money(choices.long() as i64 >> choices.below(64)),
        4 => Value::Text(choices.text().into()),
        5 => Value::Moment(choices.long() as i64 >> choices.below(64)),
        6 => Value::Duration(choices.long() as i64 >> choices.below(64)),
        7 => Value::Email(choices.text().into()),
        8 => Value::Phone(choices.text().into()),
        9 => Value::Member(Member {
            set: choices.byte().into(),
            index: choices.byte().into(),
        }),
        10 => Value::Location(Location::new(choices.long() as i32, choices.long() as i32)),
        11 => Value::Image(Box::new(FileRef {
            url: choices.text().into(),
            name: None,
        })),
        12 => Value::List((0..choices.below(4)).map(|_| value(choices, depth + 1)).collect()),
        _ => Value::Record((0..choices.below(4)).map(|_| value(choices, depth + 1)).collect()),
    }
}

/// A value of the declared type, as a host checks before it answers.
fn of_type(bot: &Bot, ty: TypeId, choices: &mut Bytes<'_>) -> Value {
    match &bot.types[ty.index()] {
        Type::Text => Value::Text(choices.text().into()),
        Type::Integer => Value::Integer(i64::from(choices.short()) - 100),
        Type::Number => Value::Number(Decimal::new(i64::from(choices.short()) - 100, 2)),
        Type::Percent => Value::Percent(Decimal::from_integer(i64::from(choices.byte()))),
        Type::YesNo => Value::YesNo(choices.below(2) == 1),
        Type::Money => Value::Money(i64::from(choices.short())),
        Type::Date => Value::Date(Date::from_days(20_500 + i64::from(choices.byte()))),
        Type::Time => Value::Time(Time::from_seconds(i64::from(choices.short()))),
        Type::Moment => Value::Moment(1_772_445_600_000 + i64::from(choices.short()) * 60_000),
        Type::Duration => Value::Duration(i64::from(choices.short()) * 1000),
        Type::Email => Value::Email("ana@example.com".into()),
        Type::Phone => Value::Phone("+40721234567".into()),
        Type::Url => Value::Url("https://shop.example/a".into()),
        Type::Language => Value::Language("ro".into()),
        Type::Channel => Value::Channel("web".into()),
        Type::File => Value::File(Box::new(FileRef {
            url: "https://shop.example/a.pdf".into(),
            name: None,
        })),
        Type::Image => Value::Image(Box::new(FileRef {
            url: "https://shop.example/a.jpg".into(),
            name: None,
        })),
        Type::Location => Value::Location(Location::new(44_426_800, 26_102_500)),
        Type::Set(set) => {
            let members = bot.sets[set.index()].members.len();
            Value::Member(Member {
                set: set.index() as u32,
                index: choices.below(members) as u32,
            })
        }
        Type::List(of) => {
            let of = *of;
            Value::List(
                (0..choices.below(12))
                    .map(|_| of_type(bot, of, choices))
                    .collect(),
            )
        }
        Type::Record(fields) => {
            Value::Record(fields.iter().map(|(_, of)| of_type(bot, *of, choices)).collect())
        }
        Type::Optional(of) => {
            if choices.below(3) == 0 {
                Value::Unknown
            } else {
                of_type(bot, *of, choices)
            }
        }
        Type::Narrowed { base, example, .. } => match (&bot.types[base.index()], example) {
            (Type::Text, Some(example)) => Value::Text(example.clone()),
            _ => of_type(bot, *base, choices),
        },
        Type::Error => Value::Unknown,
    }
}
