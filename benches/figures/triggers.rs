//! Triggers of very many people: how many events a second are decided on one core, and how many clocks that have run
//! out, with everybody's card and agenda in memory. An event must cost the same whatever the number of people and of
//! triggers that it cannot concern.

use std::fmt::Write as _;
use std::sync::Arc;

use botflow_artifact::ConsentId;
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::trigger::{
    Agenda, Decision, Happening, Situation, Surroundings, What, due, happened, turned,
};
use botflow_machine::{Consent, Person, Program};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::measure::{child as run_child, cpu_time, grouped, memory, say};

/// How many people, and how many triggers beside those that the events concern.
const SIZES: &[(usize, usize)] = &[(10_000, 0), (1_000_000, 0), (1_000_000, 1_000)];

/// Events that are timed.
const EVENTS: usize = 4_000_000;

/// What the events concern: a clock that starts again, what calls it off, a condition, a window, caps, consent.
const SOURCE: &str = r#"
bot shop {
  languages en
  channels web, whatsapp, sms
  currency EUR
  timezone "Europe/Bucharest"
  consents marketing, service
  start hello
  proactive at most 3 in 7d
}

customer {
  name: text?
  city: text?
  orders: integer = 0
}

event cart_updated(cart: text, total: money)
event order_placed(order: text, total: money)
event seen(page: text)

segment regular if customer.orders >= 3

trigger cart_reminder {
  on cart_updated if event.total >= 20 EUR
  after 30m unless order_placed
  if not regular
  needs consent marketing
  between 09:00 and 20:00
  at most 1 in 7d
  via whatsapp, sms
  when busy wait
  priority high
  expires 2d
  start hello
}

trigger thanks {
  on order_placed if event.total >= 100 EUR
  after 1d
  needs consent service
  via sms
  when busy skip
  expires 7d
  start hello
}

always {
  on silence 1h -> finish abandoned
  on unclear {
    say "Pardon?"
    tries 3 -> finish unresolved
  }
}

flow hello {
  say "Hello."
  finish resolved
}
"#;

fn program(others: usize) -> Program {
    let mut text = SOURCE.to_owned();
    for other in 0..others {
        write!(
            text,
            "\nevent other_{other}(page: text)\n\ntrigger other_{other} {{\n  on other_{other}\n  after 1h unless \
             other_{}\n  needs consent service\n  via sms\n  when busy wait\n  expires 1d\n  start hello\n}}\n",
            (other + 1) % others
        )
        .expect("a text can be written to");
    }
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(text),
    });
    match compile::build(&project) {
        Ok(bot) => Program::new(bot).expect("a bot that the compiler made can run"),
        Err(checked) => panic!("the benchmark's bot does not compile: {:?}", checked.findings),
    }
}

/// Each size in a process of its own, with its own memory.
pub fn report() {
    say("Triggers (one core, everybody's card and agenda in memory, people in random order)");
    for (people, others) in SIZES {
        let told = run_child(&["triggers", &people.to_string(), &others.to_string()]);
        let told: Vec<f64> = told
            .split_whitespace()
            .map(|word| word.parse().expect("a child prints numbers"))
            .collect();
        let [event, off, clock, bytes] = told[..] else {
            panic!("a child prints four numbers")
        };
        say(&format!(
            "  {} people, {others} other triggers, {bytes:.0} bytes a person",
            grouped(*people as f64)
        ));
        for (what, ns) in [
            ("events that concern", event),
            ("events that do not", off),
            ("clocks run out", clock),
        ] {
            say(&format!(
                "    {what:<20} {:>12} /s  {ns:>6.0} ns",
                grouped(1e9 / ns)
            ));
        }
    }
}

/// One size.
pub fn child(people: &str, others: &str) {
    let people: usize = people.parse().expect("a number of people");
    let program = program(others.parse().expect("a number of triggers"));
    let before = memory("VmRSS");
    let mut world = World::new(&program, people);
    let bytes = (memory("VmRSS") - before) as f64 / people as f64;
    let event = world.events(&program, &["cart_updated", "cart_updated", "order_placed"]);
    let off = world.events(&program, &["seen"]);
    let clock = world.run_out(&program);
    say(&format!("{event} {off} {clock} {bytes}"));
}

/// Everybody.
struct World {
    people: Vec<(Person, Agenda)>,
    channels: Vec<SmolStr>,
    decisions: Vec<Decision>,
    now: i64,
    random: u64,
}

impl World {
    /// People with a card, consents and an open cart whose clock runs.
    fn new(program: &Program, count: usize) -> World {
        let channels: Vec<SmolStr> = program.bot.channels.clone();
        let mut world = World {
            people: Vec::with_capacity(count),
            channels,
            decisions: Vec::new(),
            // A morning in March.
            now: 1_772_524_800_000,
            random: 1,
        };
        for id in 0..count {
            let mut person = Person::new(&program.bot, id as u64);
            person.fields[0] = Value::text("Ana");
            person.record(Consent::given(ConsentId(0), "whatsapp", 0));
            person.record(Consent::given(ConsentId(1), "sms", 0));
            world.people.push((person, Agenda::default()));
            world.look(program, id, |situation, agenda, out| {
                turned(situation, agenda, &[], out)
            });
            world.event(program, id, "cart_updated");
        }
        world
    }

    fn look(
        &mut self,
        program: &Program,
        who: usize,
        look: impl FnOnce(&Situation<'_>, &mut Agenda, &mut Vec<Decision>),
    ) {
        let (person, agenda) = &mut self.people[who];
        let situation = Situation {
            program,
            person,
            surroundings: Surroundings {
                channels: &self.channels,
                ..Surroundings::default()
            },
            now: self.now,
        };
        look(&situation, agenda, &mut self.decisions);
    }

    fn event(&mut self, program: &Program, who: usize, name: &'static str) {
        let first = Value::Text(SmolStr::new_static("20431177"));
        let fields = match name {
            "seen" => vec![first],
            _ => vec![first, Value::Money(5_000)],
        };
        let happening = Happening {
            id: 0,
            at: self.now,
            channel: None,
            what: What::Event {
                name: SmolStr::new_static(name),
                fields,
            },
        };
        self.look(program, who, |situation, agenda, out| {
            happened(situation, agenda, happening, out);
        });
    }

    fn anybody(&mut self) -> usize {
        self.random = (self.random)
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.random >> 33) as usize) % self.people.len()
    }

    /// Nanoseconds an event.
    fn events(&mut self, program: &Program, names: &[&'static str]) -> f64 {
        let start = cpu_time();
        for number in 0..EVENTS {
            let who = self.anybody();
            self.event(program, who, names[number % names.len()]);
            self.decisions.clear();
        }
        (cpu_time() - start).as_nanos() as f64 / EVENTS as f64
    }

    /// Nanoseconds a clock that has run out: everybody gets one, then all of them start.
    fn run_out(&mut self, program: &Program) -> f64 {
        for who in 0..self.people.len() {
            self.event(program, who, "cart_updated");
        }
        self.decisions.clear();
        self.now += 30 * 60_000;
        let count = self.people.len();
        let start = cpu_time();
        let mut started = 0;
        for who in 0..count {
            self.look(program, who, due);
            started += self.decisions.len();
            self.decisions.clear();
        }
        let spent = cpu_time() - start;
        assert_eq!(started, count, "every clock ends once");
        spent.as_nanos() as f64 / count as f64
    }
}
