//! Two worlds that hear the same: one with the machine, one with the oracle, compared after every line.

use botflow_machine::{Effect, Event, Numbers, Owner, Person, Rest, Speaker, UpgradeNote};
use botflow_oracle::{Oracle, Project, Triggers};
use botflow_scenario::engine::{Engine, MachineEngine, Standing};
use botflow_scenario::script::{LineKind, Stub};
use botflow_scenario::world::{Observed, Trouble, World};
use botflow_values::Value;

use crate::project::Built;

/// How both sides are made.
pub struct Pair<'a> {
    machine: World<'a>,
    oracle: World<'a>,
}

/// An engine that leaves nothing to chance.
pub(crate) struct Certain<E>(pub E);

impl<E: Engine> Engine for Certain<E> {
    fn standing(&self) -> Standing {
        self.0.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.0.misunderstood()
    }

    fn upgrade(&mut self, effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        self.0.upgrade(effects)
    }
}

impl<E: Engine> Speaker for Certain<E> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        self.0.turn(Event { seed: 0, ..event }, effects);
    }

    fn person(&self) -> &Person {
        self.0.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.0.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.0.timer()
    }

    fn rest(&self) -> Rest {
        self.0.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.0.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.0.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.0.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.0.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.0.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.0.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.0.moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        self.0.resumes(at, parked_for, again, effects);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.0.abandon(at, effects);
    }
}

/// A line that both sides have taken: what was seen, or how they differ.
pub type Seen = Result<Vec<String>, String>;

impl<'a> Pair<'a> {
    /// Both worlds at their beginning. Without chance, what is drawn by lot comes in order.
    pub fn new(built: &'a Built, project: &'a Project<'a>, by_chance: bool) -> Pair<'a> {
        let program = &built.program;
        let machine = World::new(
            program,
            Box::new(move |person| -> Box<dyn Engine> {
                let engine = MachineEngine::new(&built.program, person);
                if by_chance {
                    Box::new(engine)
                } else {
                    Box::new(Certain(engine))
                }
            }),
        );
        let oracle = World::new(
            program,
            Box::new(move |person| -> Box<dyn Engine> {
                let engine = Oracle::new(project, person);
                if by_chance {
                    Box::new(engine)
                } else {
                    Box::new(Certain(engine))
                }
            }),
        );
        let oracle = oracle.with_shadows(move || Box::new(Triggers::new(project)));
        Pair { machine, oracle }
    }

    /// Both take a line.
    pub fn line(&mut self, line: &LineKind) -> Seen {
        let left = act(&mut self.machine, line);
        let right = act(&mut self.oracle, line);
        let (left_lines, right_lines) = (lines(&left), lines(&right));
        if left_lines != right_lines {
            return Err(format!(
                "machine:\n{}\noracle:\n{}",
                indented(&left_lines),
                indented(&right_lines)
            ));
        }
        let left_standing = self.machine.standing().map(|standing| told(&standing));
        let right_standing = self.oracle.standing().map(|standing| told(&standing));
        if left_standing != right_standing {
            return Err(format!(
                "after{}\nmachine stands: {}\noracle stands:  {}",
                indented(&left_lines),
                left_standing.unwrap_or_default(),
                right_standing.unwrap_or_default()
            ));
        }
        Ok(left_lines)
    }

    /// What can be pressed, newest first.
    pub fn pressable(&self) -> Vec<String> {
        self.machine.pressable()
    }
}

pub(crate) fn act(world: &mut World<'_>, line: &LineKind) -> Result<Vec<Observed>, Trouble> {
    match line {
        LineKind::At { date, time } => world.set_time(date, time).map(|()| Vec::new()),
        LineKind::Person { name, fields } => world.person(name, fields).map(|()| Vec::new()),
        LineKind::Stub(stub) => world.stub(Stub::clone(stub)).map(|()| Vec::new()),
        LineKind::Seed(seed) => {
            world.set_seed(*seed);
            Ok(Vec::new())
        }
        LineKind::Speaker { person, channel } => world.speak(person, channel).map(|()| Vec::new()),
        LineKind::Customer(input) => world.customer(input),
        LineKind::Advance(advance) => world.advance(advance),
        LineKind::Event { name, fields, at } => world.event_at(name, fields, at.as_ref()),
        LineKind::Status(status) => world.status(*status),
        LineKind::Merge { from, into } => world.merge(from, into),
        LineKind::Operator { name, act } => world.operator(name, act),
        LineKind::EventAgain => world.event_again(),
        LineKind::Upgrade => world.upgrade(),
        LineKind::Bot(_) | LineKind::Effect(_) | LineKind::Check(_) | LineKind::Version(_) => Ok(Vec::new()),
    }
}

pub(crate) fn lines(seen: &Result<Vec<Observed>, Trouble>) -> Vec<String> {
    match seen {
        Ok(observed) => {
            let told = observed.iter().flat_map(|one| match one {
                Observed::Said(lines) => lines.clone(),
                Observed::Called(call) => vec![format!("* {call}")],
                Observed::Did(effect) => vec![format!("* {effect}")],
                Observed::Recorded(_) => Vec::new(),
            });
            // What is recorded has an order of its own: where it stands among the effects means nothing.
            let recorded = observed.iter().filter_map(|one| match one {
                Observed::Recorded(record) => Some(format!("* {record}")),
                _ => None,
            });
            told.chain(recorded).collect()
        }
        Err(trouble) => vec![format!("? {trouble}")],
    }
}

/// Where a conversation stands, as text: names that only the compiler makes are left out.
fn told(standing: &Standing) -> String {
    let place = match (&standing.place, standing.owner) {
        (Some(place), Owner::Bot) => {
            let step = place.step.as_deref().unwrap_or("-");
            format!("{} {step}", place.flow)
        }
        _ => "-".to_owned(),
    };
    let mut variables: Vec<String> = standing
        .variables
        .iter()
        .filter(|(name, value)| !name.starts_with('.') && *value != Value::Unknown)
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    variables.sort();
    format!(
        "{place} {:?} {:?} {}",
        standing.owner,
        standing.outcome,
        variables.join(" ")
    )
}

pub fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("    {line}\n")).collect()
}
