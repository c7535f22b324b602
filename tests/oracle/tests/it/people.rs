//! Hand-overs of generated escalations, with the machine: nobody waits for ever, the bot never speaks while people own
//! the conversation, and whatever operators do, in any order, nothing is lost.

use botflow_artifact::Value;
use botflow_machine::{Conversation, Effect, Event, EventKind, OperatorEvent, Owner, Person, Program, step};
use botflow_testkit::random::Random;

use crate::project::build;

/// So many bots, and conversations with each.
const BOTS: u64 = 100;
const TALKS: u64 = 12;

/// Any settings at all; what the compiler refuses is left out.
fn source(random: &mut Random) -> String {
    let way = |random: &mut Random, queues: bool| {
        let ways = [
            "-> finish unresolved",
            "-> return",
            "{\n    say \"Nobody can come.\"\n    return\n  }",
            "-> run leave_words then return",
            "-> queue desk",
            "-> queue day_desk",
            "-> queue night_desk",
        ];
        random.word(&ways[..if queues { 7 } else { 4 }]).to_owned()
    };
    let mut settings = String::new();
    let queues = ["desk", "day_desk", "night_desk"];
    for _ in 0..1 + random.below(2) {
        let queue = queues[random.below(queues.len())];
        let guard = random.word(&["", " if open(day_desk)", " if customer.orders > 2"]);
        settings.push_str(&format!("  to queue {queue}{guard}\n"));
    }
    settings.push_str("  say \"One moment.\"\n  brief \"{conversation.summary}\"\n");
    for setting in ["nobody", "customer silent", "operator silent"] {
        let mut minutes = 1;
        for _ in 0..random.below(4) {
            minutes += 1 + random.below(10);
            settings.push_str(&format!(
                "  {setting} {minutes}m {}\n",
                way(random, setting != "customer silent")
            ));
        }
    }
    for setting in ["closed", "resolved"] {
        if random.chance(60) {
            settings.push_str(&format!("  {setting} {}\n", way(random, setting == "closed")));
        }
    }
    format!(
        "bot people {{\n  name \"People\"\n  languages en\n  channels web, sms\n  currency EUR\n  timezone \
         \"Europe/Bucharest\"\n  start main\n}}\ncustomer {{\n  orders: integer = 0\n}}\nqueue desk {{\n  hours \
         always\n}}\nqueue day_desk {{\n  hours mon to fri 09:00 to 18:00\n  closed on mar 3\n}}\nqueue night_desk {{\n  \
         hours mon to sun 20:00 to 02:00\n}}\nintent human {{\n  words \"human\"\n}}\nescalation support \
         {{\n{settings}}}\nalways {{\n  on human -> escalate to support\n  on silence 1h -> finish abandoned\n  on unclear \
         {{\n    say \"Sorry?\"\n    tries 3 -> escalate to support\n  }}\n}}\nflow main {{\n  ask about: text \"What is it \
         about?\"\n  escalate to support\n  ask queue day_desk price: integer \"How much for {{about}}?\" {{\n    closed {{\n  \
             say \"They are closed.\"\n    }}\n    nobody 20m {{\n      say \"Nobody knows.\"\n    }}\n  }}\n  ask more: text \
         \"What else?\"\n  escalate to support\n  finish resolved\n}}\nflow leave_words {{\n  ask words: text \"What shall we tell \
         them?\" {{\n    silence 10m -> return\n  }}\n}}\nflow offer(price: money) open to operators {{\n  choose taken \"It \
         is {{price}}. Well?\" {{\n    \"Yes\" {{\n      say \"Good.\"\n    }}\n    \"A person, please\" -> escalate to support\n  \
           silence 5m -> return\n  }}\n}}\n"
    )
}

fn bots() -> Vec<Program> {
    // What the compiler thinks unkind is tried all the same.
    let config = "[lints]\nbot-talks-over = \"off\"\nhandover-cycle = \"off\"\n";
    let mut all = Vec::new();
    let mut refused = Vec::new();
    for seed in 0..BOTS {
        let mut random = Random::new(seed + 1);
        let source = source(&mut random);
        match build(vec![("bot.flow".into(), source)], Some(config.to_owned())) {
            Ok(built) => all.push(built.program),
            Err(why) => refused.push(why),
        }
    }
    assert!(
        all.len() as u64 * 4 >= BOTS,
        "{} of {BOTS} bots do not compile:\n{}",
        refused.len(),
        refused.join("\n")
    );
    all
}

/// One conversation, and what has been seen of its hand-overs.
struct Talk<'p> {
    program: &'p Program,
    conversation: Conversation,
    now: i64,
    /// Hand-overs that have not ended.
    open: i32,
    log: Vec<String>,
}

impl<'p> Talk<'p> {
    fn new(program: &'p Program, random: &mut Random) -> Talk<'p> {
        let mut person = Person::new(&program.bot, 1);
        person.fields[0] = Value::Integer(random.below(5) as i64);
        Talk {
            program,
            conversation: Conversation::new(1, person),
            // Somewhere in the days around 2026-03-02, a Monday.
            now: 1_772_400_000_000 + random.below(4 * 24 * 60) as i64 * 60_000,
            open: 0,
            log: Vec::new(),
        }
    }

    fn event(&mut self, kind: EventKind) {
        self.log.push(format!("{kind:?}"));
        let people = self.conversation.owner == Owner::People;
        let taken = step(
            self.program,
            std::mem::take(&mut self.conversation),
            Event::new(self.now, kind),
        );
        self.conversation = taken.conversation;
        let mut silent = people;
        for effect in &taken.effects {
            match effect {
                Effect::HandOver(_) => {
                    self.open += 1;
                    silent = true;
                }
                Effect::Withdraw { .. } => {
                    self.open -= 1;
                    silent = false;
                }
                Effect::OperatorStarts { .. } => silent = false,
                Effect::Send(_) => assert!(!silent, "the bot speaks while people own it: {:#?}", self.log),
                Effect::Fault(fault) => panic!("{fault:?}: {:#?}", self.log),
                _ => {}
            }
            assert!((0..=1).contains(&self.open), "one end each: {:#?}", self.log);
        }
        let c = &self.conversation;
        assert_eq!(self.open == 1, c.escalation.is_some(), "{:#?}", self.log);
        if c.owner == Owner::People {
            assert!(c.escalation.is_some(), "{:#?}", self.log);
        }
        assert_eq!(c.owner == Owner::Nobody, c.frames.is_empty(), "{:#?}", self.log);
        assert!(c.frames.len() <= 12, "the stack is bounded: {:#?}", self.log);
    }

    fn says(&mut self, words: &str) {
        let text = words.into();
        self.event(EventKind::Message { text, channel: None });
    }

    /// Up to its timer, if it has one.
    fn waits(&mut self) -> bool {
        let Some((id, at)) = self.conversation.timer() else {
            return false;
        };
        self.now = self.now.max(at);
        self.event(EventKind::Timer { id });
        true
    }

    fn operator(&mut self, random: &mut Random) {
        let name = smol(random.word(&["maria", "ion", "eva"]));
        let event = match random.below(14) {
            0..=2 => OperatorEvent::Joins { name },
            3..=4 => OperatorEvent::Writes {
                name,
                text: "7".into(),
                media: None,
            },
            5 => OperatorEvent::Answers {
                name,
                text: "7".into(),
            },
            6..=7 => OperatorEvent::Leaves { name },
            8 => OperatorEvent::Passes {
                name,
                queue: smol(random.word(&["desk", "day_desk", "night_desk", "nowhere"])),
            },
            9 => OperatorEvent::PassesTo {
                name,
                operator: smol(random.word(&["maria", "ion"])),
            },
            10 => OperatorEvent::Starts {
                name,
                flow: smol(random.word(&["offer", "offer", "offer", "main", "nothing"])),
                args: match random.below(4) {
                    0 => Vec::new(),
                    1 => vec![Value::text("five")],
                    _ => vec![Value::money(500)],
                },
            },
            11 => OperatorEvent::Resolves { name },
            12 => OperatorEvent::HandsBack { name },
            _ => OperatorEvent::Closed,
        };
        self.event(EventKind::Operator(event));
    }
}

fn smol(text: &str) -> botflow_message::Text {
    text.into()
}

#[test]
fn nobody_waits_for_ever() {
    let mut waited = 0;
    for program in &bots() {
        for seed in 0..TALKS {
            let mut random = Random::new(seed * 77 + 5);
            let mut talk = Talk::new(program, &mut random);
            talk.says("hi");
            talk.says(random.word(&["human", "my parcel"]));
            if talk.conversation.owner != Owner::People {
                continue;
            }
            waited += 1;
            let mut clocks = 0;
            while talk.conversation.owner == Owner::People {
                assert!(talk.waits(), "no clock is set: {:#?}", talk.log);
                clocks += 1;
                assert!(clocks < 20, "no way leads out: {:#?}", talk.log);
            }
        }
    }
    assert!(waited > 100, "only {waited} customers waited");
}

#[test]
fn whatever_operators_do_nothing_is_lost_and_nobody_is_talked_over() {
    let mut handed_over = 0;
    for (number, program) in bots().iter().enumerate() {
        for seed in 0..TALKS {
            let mut random = Random::new(seed * 1_001 + number as u64);
            let mut talk = Talk::new(program, &mut random);
            for _ in 0..60 {
                match random.below(10) {
                    0 => talk.says("human"),
                    1 => talk.says(random.word(&["hi", "my parcel", "7", "yes", "hm", "a person, please"])),
                    2..=3 => {
                        talk.waits();
                    }
                    4 => talk.now += random.below(120) as i64 * 60_000,
                    5 if random.chance(5) => talk.says("STOP"),
                    _ => talk.operator(&mut random),
                }
                handed_over += u32::from(talk.conversation.owner == Owner::People);
            }
            // Nobody of the operators comes back: the last one leaves.
            for name in ["maria", "ion", "eva"] {
                talk.event(EventKind::Operator(OperatorEvent::Leaves { name: smol(name) }));
            }
            let mut clocks = 0;
            while talk.conversation.owner == Owner::People {
                assert!(talk.waits(), "no clock is set: {:#?}", talk.log);
                clocks += 1;
                assert!(clocks < 30, "no way leads out: {:#?}", talk.log);
            }
        }
    }
    assert!(handed_over > 1_000, "people had it only {handed_over} times");
}
