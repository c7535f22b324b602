//! Rehearsing a conversation that a finding shows: its plan says what the customer does and, roughly, what the bot
//! says; the rehearsal runs the plan and writes down what the bot really says.
//!
//! In a plan `…` stands for words that only the run can know: in a line of the bot anything may stand there, and a
//! button whose label holds it is the first one offered that fits.

use botflow_artifact::{Bot, Type, TypeId};
use botflow_machine::Program;

use crate::engine::MachineEngine;
use crate::run::is_stimulus;
use crate::script::{self, Input, Line, LineKind, Scene};
use crate::world::{Factory, Observed, Trouble, World};

/// What stands for words that are not known before the run.
const ANYTHING: char = '…';
/// Lines of the bot beyond what a plan expects: more means that it talks without end.
const MOST_LINES: usize = 200;
/// Systems that a plan says nothing of; and how deep what they give is made up.
const MOST_STUBS: usize = 12;
const DEEPEST: u32 = 8;
/// The name under which a plan is run.
const HEAD: &str = "conversation shown";

/// How a rehearsal went.
#[derive(Clone, Debug, PartialEq)]
pub enum Rehearsal {
    /// As planned; these are its lines with the bot's own words, which pass as a `.chat`.
    Plays(Vec<String>),
    /// The bot does not come to rest.
    Restless,
    /// It goes otherwise; in what.
    Differs(String),
}

/// Rehearses a plan with the machine. The bot may be one that could not be built: the machine runs it up to what is
/// wrong with it.
///
/// What systems give that the plan says nothing of is made up: a plan may end in a turn that goes on further.
pub fn rehearse(program: &Program, plan: &[String]) -> Rehearsal {
    let engine = |person| -> Box<dyn crate::engine::Engine> { Box::new(MachineEngine::new(program, person)) };
    let mut plan = std::borrow::Cow::Borrowed(plan);
    for _ in 0..MOST_STUBS {
        match attempt(program, Box::new(engine), &plan) {
            Ok(lines) => return Rehearsal::Plays(lines),
            Err(Stop::Restless) => return Rehearsal::Restless,
            Err(Stop::Differs(how)) => return Rehearsal::Differs(how),
            Err(Stop::NoStub(call)) => match with_stub(&program.bot, &plan, &call) {
                Some(longer) => plan = longer.into(),
                None => return Rehearsal::Differs(Trouble::NoStub(call).to_string()),
            },
        }
    }
    Rehearsal::Differs("it asks too many systems".into())
}

/// As [`rehearse`], on any engine; without help for systems that the plan leaves out.
pub fn rehearse_on<'a>(program: &'a Program, factory: Box<Factory<'a>>, plan: &[String]) -> Rehearsal {
    match attempt(program, factory, plan) {
        Ok(lines) => Rehearsal::Plays(lines),
        Err(Stop::Restless) => Rehearsal::Restless,
        Err(Stop::Differs(how)) => Rehearsal::Differs(how),
        Err(Stop::NoStub(call)) => Rehearsal::Differs(Trouble::NoStub(call).to_string()),
    }
}

fn attempt<'a>(
    program: &'a Program,
    factory: Box<Factory<'a>>,
    plan: &[String],
) -> Result<Vec<String>, Stop> {
    let text = format!("{HEAD}\n{}\n", plan.join("\n"));
    let scene = match script::parse(&text) {
        Ok(script) => script.conversations.into_iter().next(),
        Err(error) => return Err(Stop::Differs(error.to_string())),
    };
    let Some(scene) = scene else {
        return Err(Stop::Differs("it is empty".into()));
    };
    let mut rehearser = Rehearser {
        world: World::new(program, factory),
        lines: Vec::with_capacity(plan.len()),
        said: false,
        last: Vec::new(),
        did: Vec::new(),
    };
    rehearser.scene(&scene, plan)?;
    rehearser.done(&scene)
}

/// The plan with a line that says what a system gives; nothing if there is no such system, or a line that says it already.
fn with_stub(bot: &Bot, plan: &[String], call: &str) -> Option<Vec<String>> {
    let name = call.strip_prefix("call ").unwrap_or(call);
    let name = name.split('(').next().unwrap_or(name);
    let call = bot.calls.iter().find(|call| call.name == name)?;
    let params: Vec<String> = call
        .params
        .iter()
        .map(|param| format!("{}: any", param.name))
        .collect();
    let head = format!("stub {name}({})", params.join(", "));
    let line = match call.gives {
        None => head.clone(),
        Some(gives) => match example(bot, gives, DEEPEST) {
            Some(example) => format!("{head} = {example}"),
            None => format!("{head} fails"),
        },
    };
    if plan.iter().any(|known| known.starts_with(&head)) {
        return None;
    }
    let heads = ["at ", "person ", "stub ", "seed "];
    let at = plan
        .iter()
        .position(|line| !heads.iter().any(|head| line.starts_with(head)));
    let mut plan = plan.to_vec();
    plan.insert(at.unwrap_or(plan.len()), line);
    Some(plan)
}

/// A value of a type as a `.chat` writes it; nothing for values that are not simply made up.
fn example(bot: &Bot, ty: TypeId, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    Some(match bot.types.get(ty.index())? {
        Type::Optional(inner) => example(bot, *inner, depth)?,
        Type::List(inner) => format!("[{}]", example(bot, *inner, depth)?),
        Type::Record(fields) => {
            let fields: Option<Vec<String>> = (fields.iter())
                .map(|(name, ty)| Some(format!("{name}: {}", example(bot, *ty, depth)?)))
                .collect();
            format!("({})", fields?.join(", "))
        }
        Type::Set(set) => bot.sets.get(set.index())?.members.first()?.name.to_string(),
        Type::Text => "\"something\"".to_owned(),
        Type::Integer | Type::Number => "2".to_owned(),
        Type::YesNo => "yes".to_owned(),
        Type::Money => format!("20 {}", bot.currency),
        _ => return None,
    })
}

/// What a bot says to what a customer does.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// The lines, as far as it goes; they pass as a `.chat`.
    pub lines: Vec<String>,
    /// Why it does not go on to the end, if it does not.
    pub stopped: Option<String>,
}

/// Plays what the customer does in a conversation that was planned for another version of the bot: what it expects of the bot
/// is left out, and so is what this bot knows nothing of.
pub fn play(program: &Program, conversation: &[String]) -> Played {
    let mut conversation = std::borrow::Cow::Borrowed(conversation);
    for _ in 0..MOST_STUBS {
        let (played, missing) = play_once(program, &conversation);
        match missing.and_then(|call| with_stub(&program.bot, &conversation, &call)) {
            Some(longer) => conversation = longer.into(),
            None => return played,
        }
    }
    play_once(program, &conversation).0
}

/// As [`play`], with the call for which there is no stub, if it stopped at one.
fn play_once(program: &Program, conversation: &[String]) -> (Played, Option<String>) {
    let engine = |person| -> Box<dyn crate::engine::Engine> { Box::new(MachineEngine::new(program, person)) };
    let mut rehearser = Rehearser {
        world: World::new(program, Box::new(engine)),
        lines: Vec::with_capacity(conversation.len()),
        said: false,
        last: Vec::new(),
        did: Vec::new(),
    };
    let text = format!("{HEAD}\n{}\n", conversation.join("\n"));
    let scene = match script::parse(&text) {
        Ok(script) => script.conversations.into_iter().next(),
        Err(error) => {
            let played = Played {
                lines: Vec::new(),
                stopped: Some(error.to_string()),
            };
            return (played, None);
        }
    };
    let mut stopped = None;
    for line in scene.iter().flat_map(|scene| &scene.lines) {
        let written = line.first.checked_sub(2).and_then(|at| conversation.get(at));
        let written = written.map_or("", String::as_str);
        let before = rehearser.lines.len();
        let observed = match &line.kind {
            LineKind::Bot(_) | LineKind::Effect(_) => continue,
            LineKind::Check(check) => {
                // What it comes to here, too.
                if matches!(rehearser.world.check(check, rehearser.said), Ok(None)) {
                    rehearser.lines.push(written.to_owned());
                }
                continue;
            }
            LineKind::Customer(input) => {
                let position = line.first.saturating_sub(2);
                match (input, rehearser.customer(input, written)) {
                    // A button that is called otherwise here is the one that stands where it stood.
                    (Input::Press { label, of: None }, Err(_)) if !label.contains(ANYTHING) => {
                        rehearser.lines.truncate(before);
                        let offered = rehearser.world.latest_buttons();
                        let other = conversation.get(..position);
                        match other.and_then(|earlier| there(earlier, label, &offered)) {
                            Some(label) => {
                                let written =
                                    format!("> [{}]", label.replace('\\', "\\\\").replace(']', "\\]"));
                                rehearser.customer(&Input::Press { label, of: None }, &written)
                            }
                            None => rehearser.customer(input, written),
                        }
                    }
                    (_, observed) => observed,
                }
            }
            kind => {
                rehearser.lines.push(written.to_owned());
                rehearser.other(kind)
            }
        };
        let moves = is_stimulus(&line.kind);
        let observed = match observed {
            Ok(observed) => observed,
            Err(stop) => {
                rehearser.lines.truncate(before);
                // What has to be arranged may be unknown here: a field, a lookup, a channel.
                if !moves {
                    continue;
                }
                stopped = Some(stop);
                break;
            }
        };
        if moves && let Err(stop) = rehearser.observe(observed, conversation.len()) {
            stopped = Some(stop);
            break;
        }
    }
    let missing = match &stopped {
        Some(Stop::NoStub(call)) => Some(call.clone()),
        _ => None,
    };
    let played = Played {
        lines: rehearser.lines,
        stopped: stopped.map(Stop::told),
    };
    (played, missing)
}

/// The button that is offered where one of this label stood among the last ones of a conversation.
fn there(earlier: &[String], label: &str, offered: &[String]) -> Option<String> {
    let buttons = earlier.iter().rev().find(|line| line.starts_with("  ["))?;
    // Links are no buttons that can be pressed.
    if buttons.contains("](") {
        return None;
    }
    let labels: Vec<&str> = buttons
        .trim()
        .strip_prefix('[')?
        .strip_suffix(']')?
        .split("] [")
        .collect();
    let at = labels.iter().position(|one| *one == label)?;
    (labels.len() == offered.len()).then(|| offered[at].clone())
}

impl Stop {
    fn told(self) -> String {
        match self {
            Stop::Restless => "the bot does not come to rest".into(),
            Stop::Differs(how) => how,
            Stop::NoStub(call) => Trouble::NoStub(call).to_string(),
        }
    }
}

struct Rehearser<'a> {
    world: World<'a>,
    lines: Vec<String>,
    /// The bot has said something since the last thing that happened.
    said: bool,
    /// The first lines of what it has said since.
    last: Vec<String>,
    /// What it has done since.
    did: Vec<String>,
}

enum Stop {
    Restless,
    Differs(String),
    /// A system is asked of which the plan says nothing; by its call.
    NoStub(String),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        match trouble {
            Trouble::Endless => Stop::Restless,
            Trouble::NoStub(call) => Stop::NoStub(call),
            other => Stop::Differs(other.to_string()),
        }
    }
}

impl Rehearser<'_> {
    fn scene(&mut self, scene: &Scene, plan: &[String]) -> Result<(), Stop> {
        for line in &scene.lines {
            // The first line of the text is not part of the plan.
            let written = line.first.checked_sub(2).and_then(|at| plan.get(at));
            let written = written.map_or("", String::as_str);
            let observed = match &line.kind {
                LineKind::Bot(_) => continue,
                LineKind::Effect(effect) if effect.starts_with("call ") => continue,
                LineKind::Effect(effect) => {
                    self.effect(effect, written)?;
                    continue;
                }
                LineKind::Customer(input) => self.customer(input, written)?,
                kind => {
                    self.lines.push(written.to_owned());
                    self.other(kind)?
                }
            };
            if is_stimulus(&line.kind) {
                self.said = false;
                self.last.clear();
                self.did.clear();
                self.observe(observed, plan.len())?;
            }
        }
        Ok(())
    }

    /// An effect that is planned has happened since the last stimulus. It is shown where it happened.
    fn effect(&mut self, effect: &str, written: &str) -> Result<(), Stop> {
        if !self.did.iter().any(|did| did == effect) {
            let did = self.did.join("`, `");
            return Err(Stop::Differs(format!("`{effect}` does not happen, but `{did}`")));
        }
        if !is_shown(effect) {
            self.lines.push(written.to_owned());
        }
        Ok(())
    }

    fn customer(&mut self, input: &Input, written: &str) -> Result<Vec<Observed>, Stop> {
        if let Input::Press { label, of: None } = input
            && label.contains(ANYTHING)
        {
            let offered = self.world.latest_buttons();
            let found = offered.iter().find(|offered| fits(label, offered));
            let Some(found) = found else {
                return Err(Stop::Differs(format!("no button fits `{label}`")));
            };
            self.lines
                .push(format!("> [{}]", found.replace('\\', "\\\\").replace(']', "\\]")));
            let label = found.clone();
            return Ok(self.world.customer(&Input::Press { label, of: None })?);
        }
        self.lines.push(written.to_owned());
        Ok(self.world.customer(input)?)
    }

    fn other(&mut self, kind: &LineKind) -> Result<Vec<Observed>, Stop> {
        match kind {
            LineKind::At { date, time } => self.world.set_time(date, time)?,
            LineKind::Person { name, fields } => self.world.person(name, fields)?,
            LineKind::Stub(stub) => self.world.stub(stub.clone())?,
            LineKind::Seed(seed) => self.world.set_seed(*seed),
            LineKind::Speaker { person, channel } => self.world.speak(person, channel)?,
            LineKind::Advance(advance) => return Ok(self.world.advance(advance)?),
            LineKind::Event { name, fields, at } => {
                return Ok(self.world.event_at(name, fields, at.as_ref())?);
            }
            LineKind::Status(status) => return Ok(self.world.status(*status)?),
            LineKind::Merge { from, into } => return Ok(self.world.merge(from, into)?),
            LineKind::Operator { name, act } => return Ok(self.world.operator(name, act)?),
            LineKind::Check(check) => {
                if let Some(found) = self.world.check(check, self.said)? {
                    return Err(Stop::Differs(found));
                }
            }
            LineKind::EventAgain => return Ok(self.world.event_again()?),
            LineKind::Upgrade => return Ok(self.world.upgrade()?),
            LineKind::Customer(_) | LineKind::Bot(_) | LineKind::Effect(_) | LineKind::Version(_) => {}
        }
        Ok(Vec::new())
    }

    fn observe(&mut self, observed: Vec<Observed>, planned: usize) -> Result<(), Stop> {
        for one in observed {
            match one {
                Observed::Said(lines) => {
                    self.said = true;
                    self.last.extend(lines.first().cloned());
                    self.lines
                        .extend(lines.into_iter().map(|line| line.trim_end().to_owned()));
                }
                Observed::Called(call) => self.lines.push(format!("* {call}")),
                Observed::Did(effect) if effect == "fault endless" => {
                    return Err(Stop::Restless);
                }
                Observed::Did(effect) => {
                    if is_shown(&effect) {
                        self.lines.push(format!("* {effect}"));
                    }
                    self.did.push(effect);
                }
                Observed::Recorded(_) => {}
            }
            if self.lines.len() > planned + MOST_LINES {
                return Err(Stop::Restless);
            }
        }
        Ok(())
    }

    /// The plan has been carried out: it shows what it is to show if what the bot says in the end is what it ends with.
    fn done(self, scene: &Scene) -> Result<Vec<String>, Stop> {
        let end = scene.lines.iter().rev();
        let mut end = end.take_while(|line| !is_stimulus(&line.kind));
        let planned = end.find_map(|line: &Line| match &line.kind {
            LineKind::Bot(lines) => lines.first(),
            _ => None,
        });
        match planned {
            Some(planned) if !self.last.iter().any(|said| fits(planned, said)) => {
                Err(Stop::Differs(format!(
                    "the bot does not say `{planned}`, but `{}`",
                    self.last.join("`, `")
                )))
            }
            _ => Ok(self.lines),
        }
    }
}

/// Effects that are always shown: what colleagues read is said, too, and what triggers do begins conversations.
fn is_shown(effect: &str) -> bool {
    ["note ", "tell ", "trigger "]
        .iter()
        .any(|head| effect.starts_with(head))
}

/// Whether words are as planned, where the plan does not leave them open; white space counts by where it is only.
fn fits(planned: &str, said: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (planned, said) = (squeezed(planned), squeezed(said));
    let mut pieces = planned.split(ANYTHING).map(str::trim);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = said.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            let Some(at) = rest.find(piece) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn open_words_fit_anything_and_the_others_only_themselves() {
        for (planned, said, expected) in [
            ("< Hi!", "< Hi!", true),
            ("< Hi !", "< Hi  !", true),
            ("< Hi!", "< Hi there!", false),
            ("< Hi …!", "< Hi Ana!", true),
            ("< Hi …!", "< Hello Ana!", false),
            ("< … and … are …", "< one and two are three", true),
            ("< … and … are", "< one and two are three", false),
            ("< …", "<", true),
            ("< a…a", "< a", false),
        ] {
            assert_eq!(fits(planned, said), expected, "{planned} / {said}");
        }
    }
}
