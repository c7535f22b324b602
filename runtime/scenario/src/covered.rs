//! Which places conversations visit: at which of them they rest, while a script is run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_artifact::PlaceId;
use botflow_machine::trigger::Decision;
use botflow_machine::{Effect, Event, Numbers, Person, Program, Rest, Speaker, UpgradeNote};
use smol_str::SmolStr;

use crate::engine::{Engine, MachineEngine, Standing};
use crate::run::{SceneResult, run_in};
use crate::script::Script;
use crate::world::World;

/// Places of a bot that were visited, each with the first conversation that rests there.
pub type Visited = BTreeMap<PlaceId, SmolStr>;

/// Runs all scenes of a file on the machine, and notes the places of the present version at which they rest.
pub fn run_covering<'a>(
    program: &'a Program,
    older: &dyn Fn(&str) -> Option<&'a Program>,
    script: &Script,
    visited: &mut Visited,
) -> Vec<SceneResult> {
    let noted = Rc::new(RefCell::new(std::mem::take(visited)));
    let mut results = Vec::with_capacity(script.conversations.len());
    for scene in &script.conversations {
        let (with, then) = (Rc::clone(&noted), Rc::clone(&noted));
        let name = scene.name.clone();
        let make = move |visited: &Rc<RefCell<Visited>>, engine| -> Box<dyn Engine + 'a> {
            Box::new(Noting {
                engine,
                present: program,
                scene: name.clone(),
                visited: Rc::clone(visited),
            })
        };
        let again = make.clone();
        let present = move |person| make(&with, MachineEngine::new(program, person));
        let world = match scene.version().and_then(older) {
            Some(older) => {
                let before =
                    move |person| again(&then, MachineEngine::new(older, person).with_newer(program));
                World::new(older, Box::new(before)).with_newer(program, Box::new(present))
            }
            None => World::new(program, Box::new(present)),
        };
        results.push(run_in(world, scene));
    }
    *visited = noted.take();
    results
}

/// The machine, with a note of where it rests.
struct Noting<'a> {
    engine: MachineEngine<'a>,
    present: &'a Program,
    scene: SmolStr,
    visited: Rc<RefCell<Visited>>,
}

impl Noting<'_> {
    fn note(&self) {
        if !std::ptr::eq(self.engine.program, self.present) {
            return;
        }
        let places = self.present.bot.places.len();
        let mut visited = self.visited.borrow_mut();
        for frame in &self.engine.conversation.frames {
            if frame.at.index() < places {
                visited.entry(frame.at).or_insert_with(|| self.scene.clone());
            }
        }
    }
}

impl Engine for Noting<'_> {
    fn standing(&self) -> Standing {
        self.engine.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.engine.misunderstood()
    }

    fn upgrade(&mut self, effects: &mut Vec<Effect>) -> Option<Vec<UpgradeNote>> {
        let notes = self.engine.upgrade(effects);
        self.note();
        notes
    }

    fn decided(&mut self, now: i64, decision: &Decision) {
        self.engine.decided(now, decision);
    }
}

impl Speaker for Noting<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        self.engine.turn(event, effects);
        self.note();
    }

    fn person(&self) -> &Person {
        self.engine.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.engine.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.engine.timer()
    }

    fn rest(&self) -> Rest {
        self.engine.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.engine.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.engine.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.engine.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.engine.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.engine.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.engine.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.engine.moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        self.engine.resumes(at, parked_for, again, effects);
        self.note();
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.engine.abandon(at, effects);
    }
}
