//! Which places conversations visit: at which of them they rest, while a script is run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_artifact::PlaceId;
use botflow_machine::{Effect, Event, Program, Watch, Watched};
use smol_str::SmolStr;

use crate::engine::{Engine, MachineEngine, Witness};
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
            let watch = Noting {
                present: program,
                scene: name.clone(),
                visited: Rc::clone(visited),
            };
            Box::new(Watched {
                speaker: engine,
                watch,
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

/// Notes where the machine rests.
struct Noting<'a> {
    present: &'a Program,
    scene: SmolStr,
    visited: Rc<RefCell<Visited>>,
}

impl Noting<'_> {
    fn note(&self, engine: &MachineEngine<'_>) {
        if !std::ptr::eq(engine.program, self.present) {
            return;
        }
        let places = self.present.bot.places.len();
        let mut visited = self.visited.borrow_mut();
        for frame in &engine.conversation.frames {
            if frame.at.index() < places {
                visited.entry(frame.at).or_insert_with(|| self.scene.clone());
            }
        }
    }
}

impl<'a> Watch<MachineEngine<'a>> for Noting<'_> {
    type Before = ();

    fn before(&mut self, _engine: &MachineEngine<'a>) {}

    fn after(&mut self, engine: &MachineEngine<'a>, (): (), _event: &Event, _effects: &[Effect]) {
        self.note(engine);
    }
}

impl<'a> Witness<MachineEngine<'a>> for Noting<'_> {
    fn upgraded(&mut self, engine: &MachineEngine<'a>) {
        self.note(engine);
    }
}
