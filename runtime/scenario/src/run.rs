//! Running a scene: carrying out its lines, and comparing what is written with what happens.
//!
//! A *stimulus* is a line that makes something happen (the customer, time, an event, an operator, a status). What
//! is written up to the next stimulus belongs to it: `<` and `* call` lines are strict and ordered, other `*` lines
//! must only be among what happened, and `=` lines must hold once all of it has happened.

use botflow_machine::Program;

use crate::engine::{Engine, MachineEngine};
use crate::script::{Line, LineKind, Scene, Script};
use crate::world::{Factory, Observed, Trouble, World};

/// How a scene went.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneResult {
    /// Its name.
    pub name: smol_str::SmolStr,
    /// The line of `conversation NAME`, from 1.
    pub line: usize,
    /// What is not as written, in order; empty = passed.
    pub problems: Vec<Problem>,
    /// How the bot's lines would have to change.
    pub edits: Vec<Edit>,
    /// The scene asserts nothing: no `<`, no `* …`, no `=`.
    pub checks_nothing: bool,
    /// How many lines made something happen.
    pub turns: usize,
}

impl SceneResult {
    /// Whether everything was as written.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Something that is not as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The line it belongs to, from 1.
    pub line: usize,
    /// What.
    pub kind: ProblemKind,
}

/// What is not as written.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The bot said or called something else after this line.
    Different {
        /// The line that made it happen, as a person would read it.
        after: usize,
        /// What is written.
        expected: Vec<String>,
        /// What happened.
        actual: Vec<String>,
    },
    /// An effect did not happen.
    NoEffect {
        /// What is written.
        expected: String,
        /// What happened instead.
        happened: Vec<String>,
    },
    /// A check does not hold.
    Check {
        /// What is so instead.
        found: String,
    },
    /// The line could not be carried out; the scene ends here.
    Trouble(Trouble),
}

/// Replaces whole lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The first line to take away, from 1; or the line before which to insert.
    pub first: usize,
    /// How many lines to take away.
    pub count: usize,
    /// What to put there.
    pub lines: Vec<String>,
}

/// Runs all scenes of a file on the machine, under the present version of the bot.
pub fn run(program: &Program, script: &Script) -> Vec<SceneResult> {
    run_versions(program, &|_| None, script)
}

/// The same where conversations may begin under older versions, which are found by their folders.
pub fn run_versions<'a>(
    program: &'a Program,
    older: &dyn Fn(&str) -> Option<&'a Program>,
    script: &Script,
) -> Vec<SceneResult> {
    let mut results = Vec::with_capacity(script.conversations.len());
    for scene in &script.conversations {
        results.push(match scene.version() {
            None => run_in(machine(program), scene),
            Some(folder) => match older(folder) {
                Some(older) => run_in(machine_between(older, program), scene),
                None => {
                    let mut runner = Runner::new(machine(program), scene);
                    let what = format!("there is no version of the bot in `{folder}`");
                    runner.problem(scene.line, ProblemKind::Trouble(Trouble::Name(what)));
                    runner.result
                }
            },
        });
    }
    results
}

/// A world in which the machine runs the bot.
pub fn machine(program: &Program) -> World<'_> {
    let engine = |person| -> Box<dyn Engine> { Box::new(MachineEngine::new(program, person)) };
    World::new(program, Box::new(engine))
}

/// A world in which the machine runs a version of the bot, and goes over to a later one when told.
pub fn machine_between<'a>(older: &'a Program, newer: &'a Program) -> World<'a> {
    let before =
        |person| -> Box<dyn Engine + 'a> { Box::new(MachineEngine::new(older, person).with_newer(newer)) };
    let after = |person| -> Box<dyn Engine + 'a> { Box::new(MachineEngine::new(newer, person)) };
    World::new(older, Box::new(before)).with_newer(newer, Box::new(after))
}

/// Runs one scene on any engine.
pub fn run_scene<'a>(program: &'a Program, factory: Box<Factory<'a>>, scene: &Scene) -> SceneResult {
    run_in(World::new(program, factory), scene)
}

/// Runs one scene in a world.
pub fn run_in(world: World<'_>, scene: &Scene) -> SceneResult {
    let mut runner = Runner::new(world, scene);
    let mut rest = &scene.lines[..];
    let mut stimulus = None;
    loop {
        let end = rest
            .iter()
            .position(|line| is_stimulus(&line.kind))
            .unwrap_or(rest.len());
        if !runner.region(stimulus, scene.line, &rest[..end]) {
            break;
        }
        let Some(next) = rest.get(end) else { break };
        stimulus = Some(next);
        rest = &rest[end + 1..];
    }
    runner.result
}
/// The file's text with the bot's lines as they are now; everything else stays to the byte.
pub fn accept(text: &str, results: &[SceneResult]) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut edits: Vec<&Edit> = results.iter().flat_map(|result| &result.edits).collect();
    edits.sort_by_key(|edit| (edit.first, edit.count));
    for edit in edits.into_iter().rev() {
        let first = (edit.first - 1).min(lines.len());
        if first == lines.len()
            && let Some(last) = lines.last_mut()
            && !last.ends_with('\n')
        {
            last.push_str(newline);
        }
        let end = (first + edit.count).min(lines.len());
        lines.splice(
            first..end,
            edit.lines.iter().map(|line| format!("{line}{newline}")),
        );
    }
    lines.concat()
}

pub(crate) fn is_stimulus(kind: &LineKind) -> bool {
    matches!(
        kind,
        LineKind::Customer(_)
            | LineKind::Advance(_)
            | LineKind::Event { .. }
            | LineKind::Status(_)
            | LineKind::Merge { .. }
            | LineKind::Operator { .. }
            | LineKind::EventAgain
            | LineKind::Upgrade
    )
}

struct Runner<'a> {
    world: World<'a>,
    result: SceneResult,
}

impl<'a> Runner<'a> {
    fn new(world: World<'a>, scene: &Scene) -> Runner<'a> {
        Runner {
            world,
            result: SceneResult {
                name: scene.name.clone(),
                line: scene.line,
                problems: Vec::new(),
                edits: Vec::new(),
                checks_nothing: !scene.lines.iter().any(|line| {
                    matches!(
                        line.kind,
                        LineKind::Bot(_) | LineKind::Effect(_) | LineKind::Check(_)
                    )
                }),
                turns: 0,
            },
        }
    }

    /// Carries out a stimulus and looks at what is written behind it. `false` ends the scene.
    fn region(&mut self, stimulus: Option<&Line>, scene_line: usize, written: &[Line]) -> bool {
        let observed = match stimulus.map(|line| (line, self.stimulate(&line.kind, written))) {
            None => Vec::new(),
            Some((_, Ok(observed))) => observed,
            Some((line, Err(trouble))) => {
                self.problem(line.first, ProblemKind::Trouble(trouble));
                return false;
            }
        };
        self.result.turns += usize::from(stimulus.is_some());
        let after = stimulus.map_or(scene_line, |line| line.first + line.count - 1);
        self.compare(after, &observed, written);
        let said = observed.iter().any(|one| matches!(one, Observed::Said(_)));
        for line in written {
            let outcome = match &line.kind {
                LineKind::At { date, time } => self.world.set_time(date, time),
                LineKind::Person { name, fields } => self.world.person(name, fields),
                LineKind::Stub(stub) => self.world.stub(stub.clone()),
                LineKind::Seed(seed) => {
                    self.world.set_seed(*seed);
                    Ok(())
                }
                LineKind::Speaker { person, channel } => self.world.speak(person, channel),
                LineKind::Effect(effect) if !is_call(effect) => {
                    self.effect(line.first, effect, &observed);
                    Ok(())
                }
                LineKind::Check(check) => match self.world.check(check, said) {
                    Ok(None) => Ok(()),
                    Ok(Some(found)) => {
                        self.problem(line.first, ProblemKind::Check { found });
                        Ok(())
                    }
                    Err(trouble) => {
                        self.problem(line.first, ProblemKind::Trouble(trouble));
                        Ok(())
                    }
                },
                _ => Ok(()),
            };
            if let Err(trouble) = outcome {
                self.problem(line.first, ProblemKind::Trouble(trouble));
                return false;
            }
        }
        true
    }

    fn stimulate(&mut self, kind: &LineKind, written: &[Line]) -> Result<Vec<Observed>, Trouble> {
        match kind {
            LineKind::Customer(input) => self.world.customer(input),
            LineKind::Advance(advance) => self.world.advance(advance),
            LineKind::Event { name, fields, at } => {
                let told = self.world.event_at(name, fields, at.as_ref());
                // What cannot be read is reported all the same, if that is what the conversation is about.
                let refused = |line: &Line| {
                    matches!(&line.kind, LineKind::Effect(effect)
                        if effect.strip_prefix("refused ").is_some_and(|rest| rest.starts_with(name.as_str())))
                };
                match told {
                    Err(Trouble::Name(_)) if written.iter().any(refused) => self.world.unreadable(name),
                    told => told,
                }
            }
            LineKind::EventAgain => self.world.event_again(),
            LineKind::Status(status) => self.world.status(*status),
            LineKind::Upgrade => self.world.upgrade(),
            LineKind::Merge { from, into } => self.world.merge(from, into),
            LineKind::Operator { name, act } => self.world.operator(name, act),
            _ => Ok(Vec::new()),
        }
    }

    /// Compares the strict lines, and notes how they would have to change.
    fn compare(&mut self, after: usize, observed: &[Observed], written: &[Line]) {
        let strict: Vec<&Line> = written.iter().filter(|line| is_strict(&line.kind)).collect();
        let expected: Vec<Vec<String>> = strict.iter().map(|line| strict_lines(&line.kind)).collect();
        let actual: Vec<Vec<String>> = observed
            .iter()
            .flat_map(|one| match one {
                Observed::Said(lines) => bubbles(lines),
                Observed::Called(call) => vec![vec![format!("* {call}")]],
                Observed::Did(_) | Observed::Recorded(_) => Vec::new(),
            })
            .collect();
        let same = expected.len() == actual.len()
            && expected
                .iter()
                .zip(&actual)
                .all(|(left, right)| alike(left, right));
        if same {
            return;
        }
        let at = strict.first().map_or(after + 1, |line| line.first);
        let mut edits: Vec<Edit> = strict
            .iter()
            .map(|line| Edit {
                first: line.first,
                count: line.count,
                lines: Vec::new(),
            })
            .collect();
        let lines: Vec<String> = actual.concat();
        match edits.first_mut() {
            Some(edit) => edit.lines = lines.clone(),
            None => edits.push(Edit {
                first: at,
                count: 0,
                lines: lines.clone(),
            }),
        }
        self.result.edits.append(&mut edits);
        let kind = ProblemKind::Different {
            after,
            expected: expected.concat(),
            actual: lines,
        };
        self.problem(at, kind);
    }

    fn effect(&mut self, line: usize, expected: &str, observed: &[Observed]) {
        let (mut happened, mut recorded) = (Vec::new(), Vec::new());
        for one in observed {
            match one {
                Observed::Did(effect) => happened.push(effect.clone()),
                Observed::Recorded(record) => recorded.push(record.clone()),
                _ => {}
            }
        }
        let is_it = |effect: &String| squeezed(effect) == squeezed(expected);
        if !happened.iter().chain(&recorded).any(is_it) {
            // What is only recorded is told where nothing else happened.
            if happened.is_empty() {
                happened = recorded;
            }
            self.problem(
                line,
                ProblemKind::NoEffect {
                    expected: expected.to_owned(),
                    happened,
                },
            );
        }
    }

    fn problem(&mut self, line: usize, kind: ProblemKind) {
        self.result.problems.push(Problem { line, kind });
    }
}

fn is_call(effect: &str) -> bool {
    effect.starts_with("call ")
}

fn is_strict(kind: &LineKind) -> bool {
    match kind {
        LineKind::Bot(_) => true,
        LineKind::Effect(effect) => is_call(effect),
        _ => false,
    }
}

fn strict_lines(kind: &LineKind) -> Vec<String> {
    match kind {
        LineKind::Bot(lines) => lines.clone(),
        LineKind::Effect(effect) => vec![format!("* {effect}")],
        _ => Vec::new(),
    }
}

/// The lines of one message, by what the channel shows as messages of their own: a picture without words goes before
/// its text on some.
fn bubbles(lines: &[String]) -> Vec<Vec<String>> {
    let mut bubbles: Vec<Vec<String>> = Vec::new();
    for line in lines {
        let line = line.trim_end().to_owned();
        match bubbles.last_mut() {
            Some(bubble) if !line.starts_with('<') => bubble.push(line),
            _ => bubbles.push(vec![line]),
        }
    }
    bubbles
}

/// Equal but for the width of white space in front and in between.
fn alike(left: &[String], right: &[String]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| squeezed(left) == squeezed(right))
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_two_bubbles_is_two_lines_of_the_bot() {
        let lines = ["<", "  (image \"A\") ", "< Words", "  | < more", "  [b]"].map(str::to_owned);
        assert_eq!(
            bubbles(&lines),
            [
                vec!["<".to_owned(), "  (image \"A\")".to_owned()],
                vec!["< Words".to_owned(), "  | < more".to_owned(), "  [b]".to_owned()]
            ]
        );
        assert_eq!(bubbles(&[]), Vec::<Vec<String>>::new());
    }
}
