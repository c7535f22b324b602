//! Bots made of triggers, and a person who meets them in a world of the test's own.

use botflow_artifact::*;
use botflow_machine::trigger::{
    self, Agenda, Decision, Happening, Situation, Surroundings, What, delivery, happened, turned,
};
use botflow_machine::{Consent, Delivery, Effect, Person, Program};
use smol_str::SmolStr;

use super::Builder;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A trigger that starts the flow `hello` and has nothing but its sources.
pub fn plain(name: &str, sources: Vec<TriggerSource>) -> Trigger {
    Trigger {
        name: name.into(),
        sources,
        after_ms: 0,
        unless: Vec::new(),
        conditions: Vec::new(),
        needs: Vec::new(),
        between: None,
        cap: None,
        via: Vec::new(),
        fallback: Vec::new(),
        busy_waits: true,
        priority: 1,
        expires_ms: None,
        start: FlowId(1),
        args: Vec::new(),
    }
}

pub fn on(event: u32) -> TriggerSource {
    TriggerSource::On {
        what: Occurrence::Event(EventId(event)),
        condition: None,
    }
}

/// Events `e0`, `e1`, `e2` and, begun by customers, `e3`: each with a number and a total. The flow `hello` takes the
/// number. Consents `marketing` and `service`; channels `web`, `sms`, `mail`.
pub fn bot() -> Builder {
    let mut b = Builder::new();
    let integer = b.ty(Type::Integer);
    b.bot.channels = ["web", "sms", "mail"].map(SmolStr::new_static).to_vec();
    b.bot.consents = ["marketing", "service"].map(SmolStr::new_static).to_vec();
    b.bot.stages = vec!["first".into(), "second".into()];
    for (index, name) in ["e0", "e1", "e2", "e3"].into_iter().enumerate() {
        let field = |name: &str| Param {
            name: name.into(),
            ty: integer,
        };
        b.bot.events.push(Event {
            name: name.into(),
            fields: vec![field("number"), field("total")],
            builtin: false,
            by_customer: index == 3,
        });
    }
    b.flow("hello", 1, &[("number", integer)]);
    b.say("Hello.");
    b.op(Op::Return(None));
    b
}

/// Somebody with an agenda.
pub struct Somebody<'p> {
    pub program: &'p Program,
    pub person: Person,
    pub agenda: Agenda,
    pub now: i64,
    pub asked: bool,
    pub wrote_at: Option<i64>,
    pub people: bool,
    pub channels: Vec<SmolStr>,
}

impl<'p> Somebody<'p> {
    /// Reachable and consenting everywhere; first looked at at the moment.
    pub fn new(program: &'p Program, now: i64) -> Somebody<'p> {
        let channels = program.bot.channels.clone();
        let mut person = Person::new(&program.bot, 7);
        for channel in &channels {
            for consent in 0..program.bot.consents.len() {
                person.record(Consent::given(ConsentId::from(consent), channel.clone(), now));
            }
        }
        let mut somebody = Somebody {
            program,
            person,
            agenda: Agenda::default(),
            now,
            asked: false,
            wrote_at: None,
            people: false,
            channels,
        };
        assert_eq!(somebody.turn(&[]), [], "nothing is due at the first look");
        somebody
    }

    fn look(&mut self, look: impl FnOnce(&Situation<'_>, &mut Agenda, &mut Vec<Decision>)) -> Vec<Decision> {
        let situation = Situation {
            program: self.program,
            person: &self.person,
            surroundings: Surroundings {
                asked: self.asked,
                wrote_at: self.wrote_at,
                people: self.people,
                channels: &self.channels,
            },
            now: self.now,
        };
        let mut out = Vec::new();
        look(&situation, &mut self.agenda, &mut out);
        out
    }

    pub fn event(&mut self, name: &str, fields: Vec<Value>) -> Vec<Decision> {
        self.report(0, self.now, name, fields)
    }

    pub fn report(&mut self, id: u64, at: i64, name: &str, fields: Vec<Value>) -> Vec<Decision> {
        let name = SmolStr::new(name);
        // As the turn does that hears the event.
        self.person.opts(&name, &fields, self.now);
        self.look(|situation, agenda, out| {
            let what = What::Event { name, fields };
            happened(
                situation,
                agenda,
                Happening {
                    id,
                    at,
                    channel: None,
                    what,
                },
                out,
            );
        })
    }

    /// An event with this number, now.
    pub fn happens(&mut self, name: &str, number: i64) -> Vec<Decision> {
        self.event(name, vec![Value::Integer(number), Value::Integer(50)])
    }

    pub fn turn(&mut self, effects: &[Effect]) -> Vec<Decision> {
        self.look(|situation, agenda, out| turned(situation, agenda, effects, out))
    }

    /// They write something now.
    pub fn writes(&mut self) {
        self.wrote_at = Some(self.now);
        self.person.writes();
    }

    pub fn status(&mut self, channel: &str, status: Delivery) -> Vec<Decision> {
        self.look(|situation, agenda, out| delivery(situation, agenda, channel, status, out))
    }

    pub fn due(&mut self) -> Vec<Decision> {
        self.look(trigger::due)
    }

    /// Lets time pass, as a host does: at each moment the agenda asks for.
    pub fn pass(&mut self, by: i64) -> Vec<(i64, Decision)> {
        let until = self.now + by;
        let mut all = Vec::new();
        while let Some(at) = self.agenda.wake().filter(|at| *at <= until) {
            assert!(at > self.now, "time goes on");
            self.now = at;
            let now = self.now;
            all.extend(self.due().into_iter().map(|decision| (now, decision)));
        }
        self.now = until;
        all
    }
}

/// Decisions in short: `t0 starts on sms`, `t0 again on mail`, `t0 passed: busy`.
pub fn told(program: &Program, decisions: &[Decision]) -> Vec<String> {
    let name = |trigger: &TriggerId| &program.bot.triggers[trigger.index()].name;
    decisions
        .iter()
        .map(|decision| match decision {
            Decision::Start {
                trigger,
                channel,
                again,
                ..
            } => {
                let how = if *again { "again" } else { "starts" };
                format!("{} {how} on {channel}", name(trigger))
            }
            Decision::Passed { trigger, reason } => format!("{} passed: {}", name(trigger), reason.words()),
            Decision::Reached(reached) => {
                let credit: Vec<_> = reached.credit.iter().map(|(_, number)| number).collect();
                format!(
                    "{} reached, worth {:?}, credit {credit:?}",
                    program.bot.goals[reached.goal.index()].name,
                    reached.value
                )
            }
            Decision::Removed => "removed".to_owned(),
            Decision::Refused { name, reason } => format!("{name} refused: {}", reason.words()),
        })
        .collect()
}
