//! `botflow explore`: all places of a bot and how to get there, places that no conversation covers, and what was proved.

mod proof;
mod skeletons;
mod told;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::explore::{Tour, Visit};
use botflow_compiler::finding::Level;
use botflow_compiler::project::Project;
use botflow_machine::Program;
use botflow_scenario::covered::{Visited, run_covering};
use botflow_scenario::rehearse::{Rehearsal, rehearse};
use botflow_scenario::script;
use camino::Utf8Path;
use smol_str::SmolStr;

use super::program;
use crate::cli::{self, ExploreFormat};
use crate::failure::{Failure, Status};
use crate::{output, project_files, report};

/// What `--help` teaches.
pub const AFTER_HELP: &str = "Examples:
  botflow explore                        every place, what is known there, and the shortest way to it
  botflow explore --uncovered            only places that no .chat file of the bot visits
  botflow explore --skeletons            write a conversation for each of them, to be made into a test
  botflow explore --skeletons=more.chat  the same into another file; it is never written over without --overwrite
  botflow explore --proof                what was proved, what was assumed, what could not be decided

A place is where a conversation waits: a question, a call, a wait, a hand-over. What stands below it is true of every
conversation: on which channels it can be there, in which languages, and how long the customer can have been silent.

A skeleton is what the bot says today, not what it should say: read it, correct it, give it a name that says what it
is for, and keep it as a test.";

/// A place, with everything that is told of it.
pub struct Place {
    /// What is known of it.
    pub visit: Visit,
    /// A conversation of the bot's `.chat` files rests there: the first one.
    pub covered: Option<SmolStr>,
    /// The shortest conversation, as the machine plays it; or why none is shown.
    pub way: Result<Vec<String>, String>,
}

/// What the `.chat` files of a bot do.
#[derive(Default)]
pub struct Chats {
    /// Where they rest.
    pub visited: Visited,
    /// How many conversations there are.
    pub conversations: usize,
    /// How many of them fail.
    pub failed: usize,
    /// Files that cannot be read as conversations.
    pub unreadable: Vec<String>,
}

/// A bot under exploration.
pub struct Explored<'c> {
    /// What the compiler says of it.
    pub checked: &'c Checked,
    /// What runs it.
    pub program: &'c Program,
    /// What is known of it.
    pub tour: Tour<'c>,
    /// What its tests do.
    pub chats: Chats,
    /// Its places, in the order of the text.
    pub places: Vec<Place>,
}

/// Carries it out.
pub fn run(arguments: cli::Explore) -> Result<Status, Failure> {
    let root = project_files::find_one(&arguments.project)?;
    let project = project_files::load(&root)?;
    let checked = compile::check_bot(&project);
    if checked.has_errors() {
        let mut checked = report::Checked::new(&root, None, &project, checked);
        checked.findings.retain(|finding| finding.level == Level::Error);
        report::human::talk(&[checked]);
        return Ok(Status::Findings);
    }
    let program = program::ready(&root, checked.bot_as_understood())?;
    let chats = chats(&root, &program)?;
    let explored = Explored::of(&checked, &program, chats);
    if let Some(file) = &arguments.skeletons {
        return skeletons::write(&root, &explored, file, arguments.overwrite);
    }
    match (arguments.proof, arguments.format) {
        (true, format) => proof::print(&project, &explored, format),
        (false, ExploreFormat::Human) => output::data(&told::human(&explored, arguments.uncovered)),
        (false, ExploreFormat::Json) => output::data(&told::json(&explored, arguments.uncovered)),
    }
    Ok(Status::Good)
}

impl<'c> Explored<'c> {
    fn of(checked: &'c Checked, program: &'c Program, chats: Chats) -> Explored<'c> {
        let tour = Tour::of(checked);
        let visits = tour.visits();
        let mut progress = output::Progress::new("exploring", visits.len());
        let mut places = Vec::with_capacity(visits.len());
        for (done, visit) in visits.into_iter().enumerate() {
            progress.at(done);
            places.push(Place {
                covered: chats.visited.get(&visit.place).cloned(),
                way: way(program, &tour, &visit),
                visit,
            });
        }
        drop(progress);
        Explored {
            checked,
            program,
            tour,
            chats,
            places,
        }
    }

    /// The places that are asked for: those of the bot's own flows, and of the library's only what the bot reaches.
    pub fn shown(&self, uncovered: bool) -> impl Iterator<Item = &Place> {
        let places = self.places.iter();
        let wanted =
            move |place: &&Place| !uncovered || (place.covered.is_none() && !place.visit.reached.is_never());
        places
            .filter(|place| !place.visit.library || !place.visit.reached.is_never())
            .filter(wanted)
    }
}

/// The shortest conversation to a place, as the machine plays it: the first of its plans that comes there.
fn way(program: &Program, tour: &Tour<'_>, visit: &Visit) -> Result<Vec<String>, String> {
    if visit.reached.is_never() {
        return Err("no conversation comes here".to_owned());
    }
    let mut why = None;
    for plan in tour.plans(visit) {
        let how = match rehearse(program, &plan) {
            Rehearsal::Plays(lines) if comes_to(program, &lines, visit) => return Ok(lines),
            Rehearsal::Plays(_) => "it does not come here".to_owned(),
            Rehearsal::Restless => "the bot does not come to rest".to_owned(),
            Rehearsal::Differs(how) => how.replace('\n', " "),
        };
        why.get_or_insert(how);
    }
    Err(match why {
        Some(how) => format!("the shortest way turns out otherwise: {how}"),
        None => "no short way here is known".to_owned(),
    })
}

/// Whether a conversation rests at a place.
fn comes_to(program: &Program, lines: &[String], visit: &Visit) -> bool {
    let text = format!("conversation way\n{}\n", lines.join("\n"));
    visits_of(program, &text).contains_key(&visit.place)
}

/// Runs the conversations of a bot.
fn chats(root: &Utf8Path, program: &Program) -> Result<Chats, Failure> {
    let mut chats = Chats::default();
    let files = project_files::chat_files(root)?;
    let mut progress = output::Progress::new("testing", files.len());
    for (done, file) in files.iter().enumerate() {
        progress.at(done);
        let Ok(script) = script::parse(&project_files::read(file)?) else {
            chats.unreadable.push(file.to_string());
            continue;
        };
        let mut older = indexmap::IndexMap::new();
        for folder in script.versions() {
            let path = root.join(folder);
            if path.is_dir()
                && let Ok(bot) = compile::build(&project_files::load(&path)?)
            {
                older.insert(folder.to_owned(), program::ready(&path, bot)?);
            }
        }
        let results = run_covering(program, &|folder| older.get(folder), &script, &mut chats.visited);
        chats.conversations += results.len();
        chats.failed += results.iter().filter(|result| !result.passed()).count();
    }
    Ok(chats)
}

/// The places that a conversation visits which is given as its lines.
fn visits_of(program: &Program, text: &str) -> Visited {
    let mut visited = Visited::new();
    if let Ok(script) = script::parse(text) {
        run_covering(program, &|_| None, &script, &mut visited);
    }
    visited
}

/// How many lines the sources of a project have.
fn lines(project: &Project) -> usize {
    project
        .sources
        .iter()
        .map(|source| source.text.lines().count())
        .sum()
}
